/* Server accounts of LwM2M documents in the working copy (dmsc/lwm2m.h). */
#include "store/inside.h"

#include <string.h>

#include "base/base.h"
#include "codec/lwm2m.h"

static int
other_kind(struct dmsc_store *st, const char *path)
{
	dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "not a LwM2M document");
	dmsc_err_where(st->e, "%s", path);
	return dmsc_err_next(st->e, "docs");
}

/* The document's tree; it is made where there is none. */
static int
open_document(struct dmsc_store *st, const char *path, struct dmsc_what *w,
    bool *fresh)
{
	const struct dmsc_tree *t;
	int r;

	if ((r = dmsc_store_look(st, path, w)) != DMSC_E_OK)
		return r;
	*fresh = w->doc == NULL && w->work == NULL;
	if (*fresh && ((r = dmsc_store_mkdoc(st, path, "lwm2m", 0, false)) !=
	    DMSC_E_OK || (r = dmsc_store_look(st, path, w)) != DMSC_E_OK))
		return r;
	if ((r = dmsc_store_need(st, path, w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, w)) != DMSC_E_OK)
		return r;
	if (strcmp(w->work->kind, "lwm2m") != 0 || *w->rest != '\0')
		return other_kind(st, path);
	return dmsc_work_tree(st, w->work, &t);
}

/* Done on a copy: a failure leaves the tree as it was. */
static int
set_account(struct dmsc_store *st, struct dmsc_work *w,
    const struct dmsc_lwm2m_account *a)
{
	struct dmsc_tree *t, *copy;
	int r;

	if ((r = dmsc_work_edit(st, w, &t)) != DMSC_E_OK)
		return r;
	if ((copy = dmsc_tree_clone(t)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_lwm2m_put_account(copy, a, st->e)) != DMSC_E_OK) {
		dmsc_tree_free(&copy);
		return r;
	}
	dmsc_tree_free(&w->tree);
	w->tree = copy;
	return dmsc_work_titles(st, w);
}

int
dmsc_store_lwm2m_set(struct dmsc_store *st, const char *path,
    const struct dmsc_lwm2m_account *a)
{
	struct dmsc_what w;
	bool fresh = false;
	int r = open_document(st, path, &w, &fresh);

	if (r == DMSC_E_OK && (r = set_account(st, w.work, a)) !=
	    DMSC_E_OK && st->e->where[0] == '\0')
		dmsc_err_where(st->e, "%s", path);
	if (r != DMSC_E_OK && fresh && w.work != NULL)
		dmsc_work_drop(st, w.work);
	return r;
}

static int
show_one(struct dmsc_store *st, const char *path,
    struct dmsc_lwm2m_list *out)
{
	const struct dmsc_tree *t;
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	if (strcmp(w.work->kind, "lwm2m") != 0 || *w.rest != '\0')
		return other_kind(st, path);
	if ((r = dmsc_work_tree(st, w.work, &t)) != DMSC_E_OK)
		return r;
	r = dmsc_lwm2m_accounts(t, w.work->name, out);
	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}

/* A document that cannot be read is named in a warning. */
static int
show_listed(struct dmsc_store *st, const struct dmsc_doc *d,
    struct dmsc_lwm2m_list *out)
{
	char *path = NULL;
	int r;

	if (strcmp(d->kind, "lwm2m") != 0 || strcmp(d->state, "removed") == 0)
		return DMSC_E_OK;
	if (dmsc_str_set(&path, "/%s", d->name) != DMSC_E_OK)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = show_one(st, path, out);
	if (r != DMSC_E_OK && r != DMSC_E_NOMEM && r != DMSC_E_INTERRUPTED &&
	    !dmsc_store_lost(r)) {
		dmsc_store_warn(st, "%s: %s%s%s", path, st->e->message,
		    st->e->why[0] != '\0' ? ": " : "", st->e->why);
		dmsc_err_clear(st->e);
		r = DMSC_E_OK;
	}
	free(path);
	return r;
}

static int
show_all(struct dmsc_store *st, struct dmsc_lwm2m_list *out)
{
	struct dmsc_doc_list *l = NULL;
	size_t i;
	int r = dmsc_store_docs(st, &l);

	for (i = 0; r == DMSC_E_OK && i < l->n_documents; i++)
		r = show_listed(st, &l->documents[i], out);
	dmsc_view_free(&dmsc_doc_list_view, l);
	return r;
}

int
dmsc_store_lwm2m_show(struct dmsc_store *st, const char *path,
    struct dmsc_lwm2m_list **out)
{
	int r;

	if ((*out = dmsc_view_new(&dmsc_lwm2m_list_view)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = path == NULL ? show_all(st, *out) : show_one(st, path, *out);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_lwm2m_list_view, *out);
		*out = NULL;
	}
	return r;
}
