/*
 * What an edited tree makes of a document's Adds: each node goes to the Item
 * that made it, a new one to the Item that its parent comes from, and what
 * no Item covers gets an Add of its own (codec/boot.h).
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/boot.h"

static bool
same(const struct dmsc_node *a, const struct dmsc_node *b)
{
	return dmsc_node_format(a) == dmsc_node_format(b) &&
	    strcmp(dmsc_node_type(a), dmsc_node_type(b)) == 0 &&
	    strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) == 0 &&
	    strcmp(dmsc_node_title(a), dmsc_node_title(b)) == 0 &&
	    dmsc_rd_eq(dmsc_node_value(a), dmsc_node_value(b));
}

/* n alone as a child of parent, node of t. */
static int
copy(struct dmsc_tree *t, struct dmsc_node *parent,
    const struct dmsc_node *n, struct dmsc_node **out)
{
	int r;

	r = dmsc_node_add(t, parent, dmsc_node_name(n), dmsc_node_format(n),
	    out);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(t, *out, dmsc_node_type(n));
	if (r == DMSC_E_OK)
		r = dmsc_codec_props(t, *out, n);
	if (r == DMSC_E_OK && dmsc_node_is_leaf(n))
		r = dmsc_node_set_value(t, *out, dmsc_node_value(n));
	return r;
}

/* The item made o, which is now made; own: it is the item's own node. */
static int
note(struct boot_edit *ed, size_t i, const struct dmsc_node *o,
    struct dmsc_node *made, bool own)
{
	struct owner *owner = dmsc_owner_of(&ed->owners, o);

	if (owner == NULL)
		return DMSC_E_NOMEM;
	if (owner->first == OWNER_NONE) {
		owner->first = (long)i;
		owner->made = made;
	}
	if (own && owner->own == OWNER_NONE)
		owner->own = (long)i;
	return DMSC_E_OK;
}

struct item_walk {
	struct boot_edit *ed;
	size_t i;
	size_t depth;			/* of the children in hand */
};

/* What is left of the item's nodes below was: item says what the item made,
 * was what the document held, now what is wanted. */
static int
project(struct item_walk *w, const struct dmsc_node *item,
    const struct dmsc_node *was, const struct dmsc_node *now,
    struct dmsc_node *out)
{
	const struct dmsc_node *c, *n, *o;
	struct dmsc_node *made;
	bool own;
	int r = DMSC_E_OK;

	w->depth++;
	own = w->depth >= w->ed->b->items[w->i].own_depth;
	for (c = dmsc_node_first(item); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		o = dmsc_node_child(was, dmsc_node_name(c));
		n = dmsc_node_child(now, dmsc_node_name(c));
		if (n == NULL || o == NULL) {
			w->ed->changed[w->i] = true;
			continue;
		}
		if (own && !same(o, n))
			w->ed->changed[w->i] = true;
		if (own)
			w->ed->own[w->i]++;
		r = copy(w->ed->trees[w->i], out, same(o, n) ? c : n, &made);
		if (r == DMSC_E_OK)
			r = note(w->ed, w->i, o, made, own);
		if (r == DMSC_E_OK)
			r = project(w, c, o, n, made);
	}
	w->depth--;
	return r;
}

static int
project_item(struct boot_edit *ed, size_t i)
{
	struct item_walk w = { ed, i, 0 };

	if ((ed->trees[i] = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	return project(&w, dmsc_tree_root(ed->b->items[i].t),
	    dmsc_tree_root(ed->was), dmsc_tree_root(ed->now),
	    dmsc_tree_root(ed->trees[i]));
}

static int
fresh(struct boot_edit *ed, const struct dmsc_node *n, bool alone)
{
	const struct dmsc_node **slot = dmsc_list_add(&ed->fresh,
	    &ed->n_fresh, sizeof *slot);
	bool *flag = dmsc_list_add(&ed->alone, &ed->n_alone, sizeof *flag);

	if (slot == NULL || flag == NULL)
		return DMSC_E_NOMEM;
	*slot = n;
	*flag = alone;
	return DMSC_E_OK;
}

/* A node that the document did not have; parent is where it was to be. */
static int
place(struct boot_edit *ed, const struct dmsc_node *parent,
    const struct dmsc_node *n)
{
	const struct owner *owner = dmsc_owner_find(&ed->owners, parent);
	size_t i;

	if (owner == NULL)
		return fresh(ed, n, false);
	i = (size_t)owner->first;
	ed->changed[i] = true;
	ed->own[i]++;
	return dmsc_node_graft(ed->trees[i], owner->made, dmsc_node_name(n),
	    n, NULL);
}

/* Finds what is new below now, and what changed without an owner. */
static int
look(struct boot_edit *ed, const struct dmsc_node *was,
    const struct dmsc_node *now)
{
	const struct dmsc_node *n, *o;
	const struct owner *owner;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(now); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n)) {
		o = dmsc_node_child(was, dmsc_node_name(n));
		if (o == NULL) {
			r = place(ed, was, n);
			continue;
		}
		if (!same(o, n)) {
			owner = dmsc_owner_find(&ed->owners, o);
			if (owner == NULL || owner->own == OWNER_NONE)
				r = fresh(ed, n, true);
		}
		if (r == DMSC_E_OK)
			r = look(ed, o, n);
	}
	return r;
}

int
dmsc_boot_edit(struct boot_edit *ed)
{
	size_t i, n = ed->b->n_items;
	int r = DMSC_E_OK;

	ed->trees = calloc(n + 1, sizeof *ed->trees);
	ed->changed = calloc(n + 1, sizeof *ed->changed);
	ed->own = calloc(n + 1, sizeof *ed->own);
	if (ed->trees == NULL || ed->changed == NULL || ed->own == NULL)
		return DMSC_E_NOMEM;
	for (i = 0; i < n && r == DMSC_E_OK; i++)
		r = project_item(ed, i);
	if (r == DMSC_E_OK)
		r = look(ed, dmsc_tree_root(ed->was),
		    dmsc_tree_root(ed->now));
	return r;
}

void
dmsc_boot_edit_clear(struct boot_edit *ed)
{
	size_t i;

	for (i = 0; ed->trees != NULL && i < ed->b->n_items; i++)
		dmsc_tree_free(&ed->trees[i]);
	free(ed->trees);
	free(ed->owners.slots);
	free(ed->changed);
	free(ed->own);
	free(ed->fresh);
	free(ed->alone);
}
