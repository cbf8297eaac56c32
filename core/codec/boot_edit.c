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
	    dmsc_tree_root(ed->b->tree), dmsc_tree_root(ed->now),
	    dmsc_tree_root(ed->trees[i]));
}

/* The first item whose tree has uri; own: as a node of its own. */
static size_t
item_of(const struct boot_edit *ed, const char *uri, bool own)
{
	size_t i, depth = dmsc_boot_depth(uri);

	for (i = 0; i < ed->b->n_items; i++)
		if ((!own || depth >= ed->b->items[i].own_depth) &&
		    dmsc_tree_find(ed->b->items[i].t, uri) != NULL)
			break;
	return i;
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

/* A node that the document did not have; uri is its parent's. */
static int
place(struct boot_edit *ed, const char *uri, const struct dmsc_node *n)
{
	struct dmsc_node *parent;
	size_t i;

	if (*uri == '\0' || (i = item_of(ed, uri, false)) == ed->b->n_items)
		return fresh(ed, n, false);
	parent = dmsc_tree_find(ed->trees[i], uri);
	if (parent == NULL)
		return DMSC_E_INTERNAL;
	ed->changed[i] = true;
	ed->own[i]++;
	return dmsc_node_graft(ed->trees[i], parent, dmsc_node_name(n), n,
	    NULL);
}

/* The text of n's URI; NULL: no memory. */
static const char *
uri_of(struct dmsc_buf *b, const struct dmsc_node *n)
{
	dmsc_buf_reset(b);
	return dmsc_node_uri(n, b) == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
}

/* Finds what is new below now, and what changed without an owner. */
static int
look(struct boot_edit *ed, struct dmsc_buf *b, const struct dmsc_node *was,
    const struct dmsc_node *now)
{
	const struct dmsc_node *n, *o;
	const char *uri;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(now); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n)) {
		o = dmsc_node_child(was, dmsc_node_name(n));
		if (o == NULL) {
			uri = uri_of(b, now);
			r = uri == NULL ? DMSC_E_NOMEM : place(ed, uri, n);
			continue;
		}
		if (!same(o, n)) {
			if ((uri = uri_of(b, n)) == NULL)
				return DMSC_E_NOMEM;
			if (item_of(ed, uri, true) == ed->b->n_items)
				r = fresh(ed, n, true);
		}
		if (r == DMSC_E_OK)
			r = look(ed, b, o, n);
	}
	return r;
}

int
dmsc_boot_edit(struct boot_edit *ed)
{
	size_t i, n = ed->b->n_items;
	struct dmsc_buf *b = dmsc_buf_new(SIZE_MAX);
	int r = DMSC_E_NOMEM;

	ed->trees = calloc(n + 1, sizeof *ed->trees);
	ed->changed = calloc(n + 1, sizeof *ed->changed);
	ed->own = calloc(n + 1, sizeof *ed->own);
	if (b == NULL || ed->trees == NULL || ed->changed == NULL ||
	    ed->own == NULL)
		goto done;
	for (i = 0, r = DMSC_E_OK; i < n && r == DMSC_E_OK; i++)
		r = project_item(ed, i);
	if (r == DMSC_E_OK)
		r = look(ed, b, dmsc_tree_root(ed->b->tree),
		    dmsc_tree_root(ed->now));
done:
	dmsc_buf_free(&b);
	return r;
}

void
dmsc_boot_edit_clear(struct boot_edit *ed)
{
	size_t i;

	for (i = 0; ed->trees != NULL && i < ed->b->n_items; i++)
		dmsc_tree_free(&ed->trees[i]);
	free(ed->trees);
	free(ed->changed);
	free(ed->own);
	free(ed->fresh);
	free(ed->alone);
}
