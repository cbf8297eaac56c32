/* A log of changes of a tree, and the way back (mo/steps.h). */
#include "mo/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "mo/node.h"

enum kind { ADDED, REMOVED, TOUCHED };

struct step {
	enum kind kind;
	struct dmsc_node *n;
	struct dmsc_node *parent, *next;	/* REMOVED: where it hung */
	struct dmsc_node *was;		/* TOUCHED: a copy; its name is its
					 * own piece of memory */
	size_t count, bytes;		/* of the tree before */
	size_t held;			/* bytes that it keeps in memory */
};
struct dmsc_steps {
	struct dmsc_tree *t;
	struct step *v;
	size_t n, cap, held;
};

struct dmsc_steps *
dmsc_steps_new(struct dmsc_tree *t)
{
	struct dmsc_steps *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->t = t;
	return s;
}

void
dmsc_steps_free(struct dmsc_steps **s)
{
	if (s == NULL || *s == NULL)
		return;
	dmsc_steps_keep(*s);
	free((*s)->v);
	free(*s);
	*s = NULL;
}

size_t
dmsc_steps_mark(const struct dmsc_steps *s)
{
	return s->n;
}

/* Room for the next step, filled in but not counted yet; NULL: none. */
static struct step *
next_step(struct dmsc_steps *s, enum kind kind, struct dmsc_node *n)
{
	size_t cap = DMSC_MAX(2 * s->cap, 16);
	struct step *v;

	if (s->n == s->cap) {
		if ((v = realloc(s->v, cap * sizeof *v)) == NULL)
			return NULL;
		s->v = v;
		s->cap = cap;
	}
	v = &s->v[s->n];
	memset(v, 0, sizeof *v);
	v->kind = kind;
	v->n = n;
	v->count = s->t->count;
	v->bytes = s->t->bytes;
	return v;
}

/* What n had in place of what it has. Both are leaves, or both are not. */
static void
swap_back(struct dmsc_node *n, struct dmsc_node *was)
{
	struct dmsc_node *parent = n->parent, *next = n->next, now = *n;

	if (strcmp(n->name, was->name) != 0) {
		dmsc_mo_unlink(n);
		n->name = was->name;
		was->name = now.name;	/* renamed: its own memory too */
		dmsc_mo_relink(parent, n, next);
	}
	n->type = was->type;
	was->type = now.type;
	n->props = was->props;
	was->props = now.props;
	n->verno = was->verno;
	if (mo_is_leaf(n)) {
		n->u = was->u;
		n->len = was->len;
		n->format = was->format;
		was->u = now.u;
		was->len = now.len;
		was->format = now.format;
	}
}

static void
take_back(struct dmsc_steps *s, struct step *p)
{
	switch (p->kind) {
	case ADDED:
		dmsc_mo_unlink(p->n);
		dmsc_mo_free(p->n);
		break;
	case REMOVED:
		dmsc_mo_relink(p->parent, p->n, p->next);
		break;
	case TOUCHED:
		swap_back(p->n, p->was);
		dmsc_mo_free(p->was);
		break;
	}
	s->t->count = p->count;
	s->t->bytes = p->bytes;
	s->held -= p->held;
}

void
dmsc_steps_back(struct dmsc_steps *s, size_t mark)
{
	while (s->n > mark)
		take_back(s, &s->v[--s->n]);
}

void
dmsc_steps_keep(struct dmsc_steps *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		dmsc_mo_free(s->v[i].kind == REMOVED ? s->v[i].n :
		    s->v[i].was);
	s->n = 0;
	s->held = 0;
}

/* Room for what a step keeps. */
static bool
hold(struct dmsc_steps *s, struct step *p, size_t nodes, size_t bytes)
{
	p->held = nodes * sizeof *p->n + bytes;
	if (p->held > DMSC_STEPS_MAX - s->held)
		return false;
	s->held += p->held;
	return true;
}

int
dmsc_steps_add(struct dmsc_steps *s, struct dmsc_node *parent,
    const char *name, enum dmsc_format f, struct dmsc_node **out)
{
	struct step *p = next_step(s, ADDED, NULL);
	int r = p == NULL ? DMSC_E_NOMEM :
	    dmsc_node_add(s->t, parent, name, f, &p->n);

	if (r != DMSC_E_OK)
		return r;
	s->n++;
	*out = p->n;
	return r;
}

int
dmsc_steps_graft(struct dmsc_steps *s, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out)
{
	struct step *p = next_step(s, ADDED, NULL);
	int r = p == NULL ? DMSC_E_NOMEM :
	    dmsc_node_graft(s->t, parent, name, from, &p->n);

	if (r != DMSC_E_OK)
		return r;
	s->n++;
	*out = p->n;
	return r;
}

int
dmsc_steps_remove(struct dmsc_steps *s, struct dmsc_node *n)
{
	struct step *p;
	struct mo_sum sum;

	if (n->parent == NULL)
		return DMSC_E_USAGE;
	if ((p = next_step(s, REMOVED, n)) == NULL)
		return DMSC_E_NOMEM;
	sum = dmsc_mo_sum(n);
	if (!hold(s, p, sum.count, sum.bytes))
		return DMSC_E_LIMIT;
	p->parent = n->parent;
	p->next = n->next;
	dmsc_mo_unlink(n);
	s->t->count -= sum.count;
	s->t->bytes -= sum.bytes;
	s->n++;
	return DMSC_E_OK;
}

int
dmsc_steps_touch(struct dmsc_steps *s, struct dmsc_node *n)
{
	struct step *p = next_step(s, TOUCHED, n);
	char *name;

	if (p != NULL && !hold(s, p, 1, n->len))
		return DMSC_E_LIMIT;
	name = p == NULL ? NULL : strdup(n->name);
	if (name == NULL || (p->was = dmsc_mo_copy(n, n->name)) == NULL) {
		free(name);
		s->held -= p == NULL ? 0 : p->held;
		return DMSC_E_NOMEM;
	}
	p->was->name = name;
	s->n++;
	return DMSC_E_OK;
}
