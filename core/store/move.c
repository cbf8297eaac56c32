/* Moving and copying nodes, within and between documents, and documents. */
#include "store/cardtree.h"
#include "store/signed.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

/* Both ends of a move or copy. */
struct ends {
	struct dmsc_what from, to;
	const struct dmsc_node *node;	/* what is copied */
	struct dmsc_tree *tree;		/* of the target */
	struct dmsc_node *parent;
	char *name;			/* of the copy */
};

static int
open_from(struct dmsc_store *st, const char *path, struct ends *x)
{
	const struct dmsc_tree *t;
	int r;

	if ((r = dmsc_store_need(st, path, &x->from)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &x->from)) != DMSC_E_OK ||
	    (r = dmsc_work_tree(st, x->from.work, &t)) != DMSC_E_OK)
		return r;
	x->node = dmsc_tree_find(t, x->from.rest);
	return x->node != NULL ? DMSC_E_OK :
	    dmsc_edit_missing(st, t, path);
}

/* Splits the target's URI into the parent, which must be there, and a
 * decoded name. */
static int
find_parent(struct ends *x)
{
	const char *slash = strrchr(x->to.rest, '/'), *last;
	struct dmsc_buf *name = dmsc_buf_new(DMSC_EF_MAX);
	char *uri;
	int r = DMSC_E_NOMEM;

	last = slash != NULL ? slash + 1 : x->to.rest;
	uri = dmsc_strndup(dmsc_rd_of(x->to.rest, slash == NULL ? 0 :
	    (size_t)(slash - x->to.rest)));
	if (name != NULL && uri != NULL &&
	    (r = dmsc_uri_unescape(last, name)) == DMSC_E_OK) {
		x->parent = dmsc_tree_find(x->tree, uri);
		x->name = dmsc_strndup(dmsc_buf_rd(name));
		r = x->name == NULL ? DMSC_E_NOMEM : x->parent == NULL ?
		    DMSC_E_NOTFOUND : DMSC_E_OK;
	}
	free(uri);
	dmsc_buf_free(&name);
	return r;
}

static int
open_to(struct dmsc_store *st, const char *path, struct ends *x)
{
	int r;

	if ((r = dmsc_store_need(st, path, &x->to)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &x->to)) != DMSC_E_OK ||
	    (r = dmsc_work_edit(st, x->to.work, &x->tree)) != DMSC_E_OK)
		return r;
	if (*x->to.rest == '\0' ||
	    dmsc_tree_find(x->tree, x->to.rest) != NULL)
		return dmsc_edit_fail(st, DMSC_E_EXISTS, path);
	r = find_parent(x);
	return r == DMSC_E_OK ? r : dmsc_edit_fail(st, r, path);
}

static bool
inside(const struct dmsc_node *n, const struct dmsc_node *top)
{
	for (; n != NULL; n = dmsc_node_parent(n))
		if (n == top)
			return true;
	return false;
}

/* The target may clone the tree that from was found in: look again. */
static int
open_ends(struct dmsc_store *st, const char *from, const char *to,
    struct ends *x)
{
	const struct dmsc_tree *t;
	int r;

	if ((r = open_from(st, from, x)) != DMSC_E_OK ||
	    (r = open_to(st, to, x)) != DMSC_E_OK ||
	    (r = dmsc_work_tree(st, x->from.work, &t)) != DMSC_E_OK)
		return r;
	x->node = dmsc_tree_find(t, x->from.rest);
	if (*x->from.rest != '\0')
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_USAGE, "a document does not fit in a node");
	return dmsc_err_where(st->e, "%s", to);
}

static int
move(struct dmsc_store *st, struct ends *x, const char *to)
{
	struct dmsc_tree *t;
	struct dmsc_node *made, *old;
	int r;

	if (inside(x->parent, x->node)) {
		dmsc_fail(st->e, DMSC_E_USAGE,
		    "a node cannot be moved into itself");
		return dmsc_err_where(st->e, "%s", to);
	}
	if ((r = dmsc_work_edit(st, x->from.work, &t)) != DMSC_E_OK)
		return r;
	old = dmsc_tree_find(t, x->from.rest);
	if (x->parent == dmsc_node_parent(old))
		r = dmsc_node_rename(t, old, x->name);
	else if ((r = dmsc_node_graft(x->tree, x->parent, x->name, old,
	    &made)) == DMSC_E_OK)
		r = dmsc_node_remove(t, old);
	return r == DMSC_E_OK ? dmsc_work_titles(st, x->to.work) :
	    dmsc_edit_fail(st, r, to);
}

static bool
is_document(const char *path)
{
	while (*path == '/')
		path++;
	path += strcspn(path, "/");
	return path[strspn(path, "/")] == '\0';
}

int
dmsc_store_mv(struct dmsc_store *st, const char *from, const char *to)
{
	struct ends x = { .node = NULL };
	struct dmsc_what w;
	int r;

	if (is_document(from)) {
		if ((r = dmsc_store_need(st, from, &w)) != DMSC_E_OK)
			return r;
		if (w.card)
			return dmsc_cardtree_never(st, "renamed");
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "a document cannot be renamed");
		dmsc_err_where(st->e, "%s", from);
		dmsc_err_next(st->e, "cp %s %s", from, to);
		return dmsc_err_next(st->e, "rmdoc %s", from);
	}
	r = open_ends(st, from, to, &x);
	if (r == DMSC_E_OK)
		r = move(st, &x, to);
	free(x.name);
	return r;
}

/* A new document with the same content. */
static int
copy_document(struct dmsc_store *st, const char *from, const char *to)
{
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_what w, fresh;
	int r;

	if (bytes == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if (dmsc_store_look(st, from, &w) == DMSC_E_OK && w.card)
		r = (r = dmsc_store_bytes(st, from, false, bytes)) ==
		    DMSC_E_OK ? dmsc_store_import(st, to,
		    dmsc_buf_rd(bytes)) : r;
	else if ((r = dmsc_store_need(st, from, &w)) == DMSC_E_OK &&
	    (r = dmsc_store_bytes(st, from, false, bytes)) == DMSC_E_OK &&
	    (r = dmsc_work_open(st, &w)) == DMSC_E_OK &&
	    (r = dmsc_store_mkdoc(st, to, w.work->kind, 0,
	    w.work->is_private)) == DMSC_E_OK &&
	    (r = dmsc_store_look(st, to, &fresh)) == DMSC_E_OK &&
	    (bytes->len == 0 || (r = dmsc_work_replace(st, fresh.work,
	    dmsc_buf_rd(bytes))) == DMSC_E_OK)) {
		/* It names the document that it is for. */
		if (dmsc_signed_there(st, &w))
			dmsc_store_warn(st, "/%s: the copy is not signed",
			    fresh.work->name);
		r = dmsc_rules_copy(st, &w, fresh.work->label,
		    fresh.work->is_private);
	}
	dmsc_buf_free(&bytes);
	return r;
}

int
dmsc_store_cp(struct dmsc_store *st, const char *from, const char *to)
{
	struct ends x = { .node = NULL };
	struct dmsc_node *made;
	int r;

	if (is_document(from) && is_document(to))
		return copy_document(st, from, to);
	r = open_ends(st, from, to, &x);
	if (r == DMSC_E_OK) {
		r = dmsc_node_graft(x.tree, x.parent, x.name, x.node, &made);
		r = r == DMSC_E_OK ? dmsc_work_titles(st, x.to.work) :
		    dmsc_edit_fail(st, r, to);
	}
	free(x.name);
	return r;
}
