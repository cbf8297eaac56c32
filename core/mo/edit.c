/* Changes of a tree; a failed one leaves it as it was (dmsc/tree.h). */
#include <stdlib.h>
#include <string.h>

#include "mo/node.h"

/* Room for new bytes in place of old ones. */
static bool
has_room(const struct dmsc_tree *t, size_t old, size_t new)
{
	return new <= old || new - old <= t->max - t->bytes;
}

/* Whether what has this sum may hang below parent. */
static bool
fits(const struct dmsc_tree *t, const struct dmsc_node *parent,
    const struct mo_sum *s)
{
	return dmsc_mo_depth(parent) + s->height <= DMSC_TREE_DEPTH_MAX &&
	    s->count <= DMSC_TREE_NODES_MAX - t->count &&
	    has_room(t, 0, s->bytes);
}

/* Hangs a node that hangs nowhere yet, with all below, into the tree. */
static int
hang(struct dmsc_tree *t, struct dmsc_node *parent, struct dmsc_node *n)
{
	struct mo_sum s = dmsc_mo_sum(n);

	if (!fits(t, parent, &s))
		return DMSC_E_LIMIT;
	if (dmsc_mo_link(parent, n) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	t->count += s.count;
	t->bytes += s.bytes;
	return DMSC_E_OK;
}

/* n is freed where it cannot hang; NULL: there was no memory for it. */
static int
hang_new(struct dmsc_tree *t, struct dmsc_node *parent, struct dmsc_node *n,
    struct dmsc_node **out)
{
	int r = n == NULL ? DMSC_E_NOMEM : hang(t, parent, n);

	if (r != DMSC_E_OK) {
		dmsc_mo_free(n);
		return r;
	}
	if (out != NULL)
		*out = n;
	return DMSC_E_OK;
}

static int
may_hang(const struct dmsc_node *parent, const char *name)
{
	int r;

	if (mo_is_leaf(parent))
		return DMSC_E_USAGE;
	if ((r = dmsc_mo_name_check(name)) != DMSC_E_OK)
		return r;
	return dmsc_node_child(parent, name) != NULL ? DMSC_E_EXISTS :
	    DMSC_E_OK;
}

int
dmsc_node_add(struct dmsc_tree *t, struct dmsc_node *parent,
    const char *name, enum dmsc_format f, struct dmsc_node **out)
{
	int r;

	if ((r = may_hang(parent, name)) != DMSC_E_OK)
		return r;
	return hang_new(t, parent, dmsc_mo_new(name, f), out);
}

/* Makes what is missing of uri; *made is the topmost new node or NULL. */
static int
make_path(struct dmsc_tree *t, const char *uri, enum dmsc_format f,
    struct dmsc_node **made, struct dmsc_node **last)
{
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dmsc_node *n = t->root, *c;
	int r;

	if ((r = dmsc_mo_uri_begin(&uri)) != DMSC_E_OK)
		return r;
	if (*uri == '\0')
		return DMSC_E_EXISTS;
	while (*uri != '\0') {
		if ((r = dmsc_mo_uri_step(&uri, name)) != DMSC_E_OK)
			return r;
		if ((c = dmsc_node_child(n, name)) == NULL) {
			r = dmsc_node_add(t, n, name,
			    *uri == '\0' ? f : DMSC_FMT_NODE, &c);
			if (r != DMSC_E_OK)
				return r;
			if (*made == NULL)
				*made = c;
		} else if (*uri == '\0')
			return DMSC_E_EXISTS;
		n = c;
	}
	*last = n;
	return DMSC_E_OK;
}

int
dmsc_tree_add(struct dmsc_tree *t, const char *uri, enum dmsc_format f,
    const char *type, struct dmsc_rd value, struct dmsc_node **out)
{
	struct dmsc_node *made = NULL, *n = NULL;
	int r;

	r = make_path(t, uri, f, &made, &n);
	if (r == DMSC_E_OK && type != NULL)
		r = dmsc_node_set_type(t, n, type);
	if (r == DMSC_E_OK && value.left > 0)
		r = dmsc_node_set_value(t, n, value);
	if (r != DMSC_E_OK) {
		if (made != NULL)
			(void)!dmsc_node_remove(t, made);
		return r;
	}
	if (out != NULL)
		*out = n;
	return DMSC_E_OK;
}

int
dmsc_node_set_value(struct dmsc_tree *t, struct dmsc_node *n,
    struct dmsc_rd value)
{
	size_t old = n->len;

	if (!mo_is_leaf(n) ||
	    (n->format == DMSC_FMT_NULL && value.left > 0))
		return DMSC_E_USAGE;
	if (!has_room(t, old, value.left))
		return DMSC_E_LIMIT;
	if (dmsc_mo_value_set(n, value) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	t->bytes = t->bytes - old + value.left;
	return DMSC_E_OK;
}

int
dmsc_node_set_format(struct dmsc_tree *t, struct dmsc_node *n,
    enum dmsc_format f)
{
	bool leaf = mo_is_leaf(n);

	(void)t;
	if (leaf == (f == DMSC_FMT_NODE)) {
		if (n->parent == NULL || n->len > 0 ||
		    dmsc_node_children(n) > 0)
			return DMSC_E_USAGE;
		if (!leaf)
			free(n->u.kids.slots);
		memset(&n->u, 0, sizeof n->u);
	} else if (f == DMSC_FMT_NULL && n->len > 0)
		return DMSC_E_USAGE;
	n->format = (uint8_t)f;
	return DMSC_E_OK;
}

int
dmsc_node_set_type(struct dmsc_tree *t, struct dmsc_node *n,
    const char *type)
{
	const char *copy;
	size_t old, new;

	if (strcmp(n->type, type) == 0)
		return DMSC_E_OK;
	old = strlen(n->type);
	new = strlen(type);
	if (!has_room(t, old, new))
		return DMSC_E_LIMIT;
	if ((copy = dmsc_mo_type_dup(type)) == NULL)
		return DMSC_E_NOMEM;
	t->bytes = t->bytes - old + new;
	dmsc_mo_type_free(n->type);
	n->type = copy;
	return DMSC_E_OK;
}

/* One of n's text properties; which is an offset in struct mo_props. */
static int
set_text(struct dmsc_tree *t, struct dmsc_node *n, size_t which,
    const char *text)
{
	char *copy = NULL, **slot;
	size_t old, new = strlen(text);

	if (n->props == NULL &&
	    (n->props = calloc(1, sizeof *n->props)) == NULL)
		return DMSC_E_NOMEM;
	slot = (char **)(void *)((char *)n->props + which);
	old = *slot == NULL ? 0 : strlen(*slot);
	if (!has_room(t, old, new))
		return DMSC_E_LIMIT;
	if (new > 0 && (copy = strdup(text)) == NULL)
		return DMSC_E_NOMEM;
	t->bytes = t->bytes - old + new;
	free(*slot);
	*slot = copy;
	return DMSC_E_OK;
}

int
dmsc_node_set_acl(struct dmsc_tree *t, struct dmsc_node *n, const char *acl)
{
	int r = dmsc_acl_check(acl);

	return r != DMSC_E_OK ? r :
	    set_text(t, n, offsetof(struct mo_props, acl), acl);
}

int
dmsc_node_set_title(struct dmsc_tree *t, struct dmsc_node *n,
    const char *title)
{
	return strlen(title) > DMSC_TREE_NAME_MAX ? DMSC_E_LIMIT :
	    set_text(t, n, offsetof(struct mo_props, title), title);
}

int
dmsc_node_set_tstamp(struct dmsc_tree *t, struct dmsc_node *n,
    const char *tstamp)
{
	return strlen(tstamp) > DMSC_TREE_NAME_MAX ? DMSC_E_LIMIT :
	    set_text(t, n, offsetof(struct mo_props, tstamp), tstamp);
}

int
dmsc_node_set_verno(struct dmsc_tree *t, struct dmsc_node *n, int v)
{
	(void)t;
	if (v < -1 || v > UINT16_MAX)
		return DMSC_E_LIMIT;
	n->verno = v;
	return DMSC_E_OK;
}

int
dmsc_node_rename(struct dmsc_tree *t, struct dmsc_node *n, const char *name)
{
	struct dmsc_node *parent = n->parent, *next = n->next;
	size_t old = strlen(n->name), new = strlen(name);
	char *copy;
	int r;

	if (parent == NULL)
		return DMSC_E_USAGE;
	if (strcmp(n->name, name) == 0)
		return DMSC_E_OK;
	if ((r = may_hang(parent, name)) != DMSC_E_OK)
		return r;
	if (!has_room(t, old, new))
		return DMSC_E_LIMIT;
	if ((copy = strdup(name)) == NULL)
		return DMSC_E_NOMEM;
	dmsc_mo_unlink(n);
	if (n->name != n->own)
		free(n->name);
	n->name = copy;
	dmsc_mo_relink(parent, n, next);
	t->bytes = t->bytes - old + new;
	return DMSC_E_OK;
}

int
dmsc_node_remove(struct dmsc_tree *t, struct dmsc_node *n)
{
	struct mo_sum s;

	if (n->parent == NULL)
		return DMSC_E_USAGE;
	s = dmsc_mo_sum(n);
	dmsc_mo_unlink(n);
	dmsc_mo_free(n);
	t->count -= s.count;
	t->bytes -= s.bytes;
	return DMSC_E_OK;
}

/* A copy of from and all below, which hangs nowhere. */
static struct dmsc_node *
copy_all(const struct dmsc_node *from, const char *name)
{
	const struct dmsc_node *src = from;
	struct dmsc_node *top = dmsc_mo_copy(from, name), *at = top, *c;

	while (top != NULL) {
		if (dmsc_node_first(src) != NULL)
			src = dmsc_node_first(src);
		else {
			while (src != from && src->next == NULL) {
				src = src->parent;
				at = at->parent;
			}
			if (src == from)
				break;
			src = src->next;
			at = at->parent;
		}
		if ((c = dmsc_mo_copy(src, src->name)) == NULL ||
		    dmsc_mo_link(at, c) != DMSC_E_OK) {
			dmsc_mo_free(c);
			dmsc_mo_free(top);
			return NULL;
		}
		at = c;
	}
	return top;
}

int
dmsc_node_graft(struct dmsc_tree *t, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out)
{
	int r;

	if ((r = may_hang(parent, name)) != DMSC_E_OK)
		return r;
	return hang_new(t, parent, copy_all(from, name), out);
}

int
dmsc_node_move(struct dmsc_tree *t, struct dmsc_node *parent,
    struct dmsc_tree *from, struct dmsc_node *n)
{
	struct dmsc_node *old = n->parent, *next = n->next;
	struct mo_sum s;
	int r;

	if (old == NULL)
		return DMSC_E_USAGE;
	if ((r = may_hang(parent, n->name)) != DMSC_E_OK)
		return r;
	s = dmsc_mo_sum(n);
	if (!fits(t, parent, &s))
		return DMSC_E_LIMIT;
	dmsc_mo_unlink(n);
	if (dmsc_mo_link(parent, n) != DMSC_E_OK) {
		dmsc_mo_relink(old, n, next);
		return DMSC_E_NOMEM;
	}
	from->count -= s.count;
	from->bytes -= s.bytes;
	t->count += s.count;
	t->bytes += s.bytes;
	return DMSC_E_OK;
}
