/* What a path names in the working copy: tree, node, bytes. */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"

int
dmsc_store_at(struct dmsc_store *st, const char *path,
    const struct dmsc_tree **tree, const struct dmsc_node **node)
{
	struct dmsc_what w;
	int r;

	*tree = NULL;
	*node = NULL;
	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	if (!dmsc_kind_is_tree(w.work->kind) && *w.rest == '\0')
		return DMSC_E_OK;
	if ((r = dmsc_work_tree(st, w.work, tree)) != DMSC_E_OK)
		return r;
	*node = dmsc_tree_find(*tree, w.rest);
	if (*node != NULL)
		return DMSC_E_OK;
	r = dmsc_edit_missing(st, *tree, path);
	*tree = NULL;
	return r;
}

int
dmsc_store_bytes(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	if (!as_read)
		return dmsc_work_bytes(st, w.work, out);
	r = dmsc_buf_put(out, dmsc_buf_rd(w.work->base));
	return r == DMSC_E_OK ? r :
	    dmsc_fail(st->e, r, "cannot keep the document");
}

int
dmsc_store_is_private(struct dmsc_store *st, const char *path)
{
	struct dmsc_err was = *st->e;
	struct dmsc_what w;
	const char *kind;
	int r = -1;

	if (dmsc_cardtree_path(path) && st->appl.there)
		return dmsc_cardhide_personal(path + strspn(path, "/") +
		    strlen(DMSC_KIND_CARD));
	if (!st->loaded)
		return r;
	if (dmsc_store_look(st, path, &w) == DMSC_E_OK &&
	    (w.doc != NULL || w.work != NULL)) {
		kind = w.doc != NULL ? w.doc->kind : w.work->kind;
		r = (w.doc != NULL && (w.doc->is_private ||
		    w.doc->auth_id_len > 0)) ||
		    (w.work != NULL && w.work->is_private) ||
		    (strcmp(kind, "dm") != 0 && !dmsc_signed_is(kind));
	}
	*st->e = was;
	return r;
}
