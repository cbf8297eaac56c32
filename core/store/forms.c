/* Documents in the forms that people exchange: import and export. */
#include "store/cardtree.h"
#include "store/signed.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#include <dmsc/json.h>

/* JSON of a document's own form, not of nodes: those have names. */
static const struct dmsc_dockind *
kind_of_json(struct dmsc_rd bytes)
{
	const struct dmsc_dockind *k = dmsc_kind_find("lwm2m");
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	bool is = t != NULL &&
	    k->read_text(bytes, t, NULL) == DMSC_E_OK;

	dmsc_tree_free(&t);
	return is ? k : NULL;
}

static const char *
kind_of_form(enum dmsc_form f, struct dmsc_rd bytes)
{
	if (f == DMSC_FORM_JSON && kind_of_json(bytes) != NULL)
		return "lwm2m";
	return dmsc_kind_of_form(f);
}

/* A document of its own: what the card holds cannot be read as one. */
static int
anew(struct dmsc_store *st, struct dmsc_work *w, const struct dmsc_tree *t)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_boot *boot = dmsc_boot_new();
	int r;

	if (b == NULL || boot == NULL)
		r = dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	else if ((r = dmsc_boot_write(boot, t, b, st->e)) == DMSC_E_OK)
		r = dmsc_work_replace(st, w, dmsc_buf_rd(b));
	dmsc_boot_free(&boot);
	dmsc_buf_free(&b);
	return r;
}

/* What the card holds may be unreadable: then it is a document anew. */
static int
put_tree(struct dmsc_store *st, const struct dmsc_dockind *k,
    struct dmsc_work *w, const char *path, const struct dmsc_tree *t)
{
	const struct dmsc_tree *old;
	struct dmsc_buf *b;
	int r;

	if (dmsc_work_tree(st, w, &old) == DMSC_E_OK)
		return dmsc_store_tree(st, path, t);
	if ((b = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = k->write(t, dmsc_rd_of(NULL, 0), b, st->e);
	if (r == DMSC_E_OK)
		r = dmsc_work_replace(st, w, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

/* A tree by a codec of its own: its form for people, or nodes; JSON may be
 * either. */
static int
whole_tree(struct dmsc_store *st, const struct dmsc_dockind *k,
    struct dmsc_work *w, const char *path, struct dmsc_rd bytes)
{
	struct dmsc_tree *t = NULL;
	enum dmsc_form form = dmsc_form_guess(bytes);
	bool text = form == k->text;
	int r = dmsc_tree_parse(bytes, &t, &form, text ? NULL : st->e);

	if (r != DMSC_E_OK && text) {
		if ((t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
			return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
		r = k->read_text(bytes, t, st->e);
	}
	if (r == DMSC_E_OK)
		r = put_tree(st, k, w, path, t);
	dmsc_tree_free(&t);
	return r;
}

static bool
is_tree_form(enum dmsc_form f)
{
	return f == DMSC_FORM_TNDS || f == DMSC_FORM_TNDS_WBXML ||
	    f == DMSC_FORM_JSON;
}

/* Any form of nodes; whatever stands at its top is what /card has then. */
static int
whole_card(struct dmsc_store *st, const char *path, struct dmsc_rd bytes)
{
	struct dmsc_tree *t = NULL;
	enum dmsc_form form;
	int r = dmsc_tree_parse(bytes, &t, &form, st->e);

	if (r == DMSC_E_OK)
		r = dmsc_store_tree(st, path, t);
	else if (st->e->where[0] == '\0')
		dmsc_err_where(st->e, "%s", path);
	dmsc_tree_free(&t);
	return r;
}

static int
whole_document(struct dmsc_store *st, struct dmsc_work *w, const char *path,
    struct dmsc_rd bytes)
{
	enum dmsc_form form = dmsc_form_guess(bytes);
	const struct dmsc_dockind *k = dmsc_kind_find(w->kind);
	const struct dmsc_tree *old;
	struct dmsc_tree *t = NULL;
	int r;

	if (dmsc_cardtree_is(w->kind))
		return whole_card(st, path, bytes);
	if (k != NULL && (form == k->text || is_tree_form(form)))
		return whole_tree(st, k, w, path, bytes);
	if (strcmp(w->kind, "dm") != 0 || form == DMSC_FORM_SYNCML_WBXML)
		return dmsc_work_replace(st, w, bytes);
	r = dmsc_tree_parse(bytes, &t, &form, st->e);
	if (r == DMSC_E_OK)
		r = dmsc_work_tree(st, w, &old) == DMSC_E_OK ?
		    dmsc_store_tree(st, path, t) : anew(st, w, t);
	else if (st->e->where[0] == '\0')
		dmsc_err_where(st->e, "%s", path);
	dmsc_tree_free(&t);
	return r;
}

/* A node that is there is replaced; else made below its parent. */
static int
one_node(struct dmsc_store *st, struct dmsc_what *w, const char *path,
    struct dmsc_rd bytes)
{
	struct dmsc_tree *t = NULL, *to;
	struct dmsc_node *top, *made;
	enum dmsc_form form;
	int r;

	if ((r = dmsc_work_edit(st, w->work, &to)) != DMSC_E_OK ||
	    (r = dmsc_tree_parse(bytes, &t, &form, st->e)) != DMSC_E_OK)
		return r;
	top = dmsc_node_first(dmsc_tree_root(t));
	if (dmsc_tree_find(to, w->rest) != NULL)
		r = dmsc_store_tree(st, path, t);
	else if (top == NULL || dmsc_node_next(top) != NULL)
		r = dmsc_edit_fail(st, DMSC_E_DATA, path);
	else if ((r = dmsc_tree_add(to, w->rest, DMSC_FMT_NODE, NULL,
	    dmsc_rd_of(NULL, 0), &made)) == DMSC_E_OK &&
	    (r = dmsc_node_remove(to, made)) == DMSC_E_OK) {
		const char *slash = strrchr(w->rest, '/');
		char *parent = dmsc_strndup(dmsc_rd_of(w->rest,
		    slash == NULL ? 0 : (size_t)(slash - w->rest)));

		r = parent == NULL ? DMSC_E_NOMEM : dmsc_node_graft(to,
		    dmsc_tree_find(to, parent), slash == NULL ? w->rest :
		    slash + 1, top, &made);
		if (r == DMSC_E_OK)
			r = dmsc_work_titles(st, w->work);
		free(parent);
	}
	dmsc_tree_free(&t);
	return r;
}

static int
import(struct dmsc_store *st, const char *path,
    struct dmsc_rd bytes)
{
	enum dmsc_form form = dmsc_form_guess(bytes);
	struct dmsc_what w;
	bool fresh;
	int r;

	if ((r = dmsc_store_look(st, path, &w)) != DMSC_E_OK)
		return r;
	fresh = w.doc == NULL && w.work == NULL && !w.card;
	if (fresh && ((r = dmsc_store_mkdoc(st, path,
	    kind_of_form(form, bytes), 0, false)) != DMSC_E_OK ||
	    (r = dmsc_store_look(st, path, &w)) != DMSC_E_OK))
		return r;
	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	if (strcmp(w.work->kind, "arf") == 0)
		return dmsc_store_rmdoc(st, path);	/* says why not */
	r = *w.rest == '\0' ? whole_document(st, w.work, path, bytes) :
	    one_node(st, &w, path, bytes);
	if (r != DMSC_E_OK && fresh)
		dmsc_work_drop(st, w.work);
	return r;
}

int
dmsc_store_import(struct dmsc_store *st, const char *path,
    struct dmsc_rd bytes)
{
	char *owner = NULL;
	int r = dmsc_signed_path(st, path, &owner);

	if (owner != NULL) {
		r = dmsc_store_sign(st, owner, bytes);
		free(owner);
		return r;
	}
	if (r != DMSC_E_OK || (r = dmsc_rules_need(st, path)) != DMSC_E_OK)
		return r;
	return dmsc_rules_end(st, path, import(st, path, bytes));
}

static int
export_message(struct dmsc_store *st, struct dmsc_what *w,
    enum dmsc_form form, struct dmsc_buf *out)
{
	const struct dmsc_tree *t;
	int r;

	if (*w->rest != '\0') {
		dmsc_fail(st->e, DMSC_E_USAGE,
		    "a message is a whole document");
		return dmsc_err_next(st->e, "export --to tnds");
	}
	if ((r = dmsc_work_tree(st, w->work, &t)) != DMSC_E_OK)
		return r;
	if (w->work->boot == NULL) {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "a document of kind %s is no message", w->work->kind);
		return dmsc_err_next(st->e, "export --to json");
	}
	return form == DMSC_FORM_SYNCML ?
	    dmsc_boot_write_xml(w->work->boot, t, out, st->e) :
	    dmsc_work_bytes(st, w->work, out);
}

static int
export_nodes(struct dmsc_store *st, const char *path, enum dmsc_form form,
    const struct dmsc_node *n, struct dmsc_buf *out)
{
	bool self;
	int r;

	if (n == NULL) {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "the document is bytes, not a tree");
		dmsc_err_where(st->e, "%s", path);
		return dmsc_err_next(st->e, "export --raw %s", path);
	}
	self = dmsc_node_parent(n) != NULL;
	r = form == DMSC_FORM_JSON ? dmsc_json_node(n, -1, out) :
	    form == DMSC_FORM_TNDS ?
	    dmsc_tnds_write_xml(n, self, true, out) :
	    dmsc_tnds_write_wbxml(n, self, out);
	return r == DMSC_E_OK ? r : dmsc_edit_fail(st, r, path);
}

/* A form of one kind alone. */
static int
export_own(struct dmsc_store *st, const char *path, enum dmsc_form form,
    struct dmsc_buf *out)
{
	const struct dmsc_dockind *k = dmsc_kind_find(dmsc_kind_of_form(form));
	const struct dmsc_tree *t;
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_tree(st, w.work, &t)) != DMSC_E_OK)
		return r;
	if (strcmp(w.work->kind, k->name) != 0 || *w.rest != '\0') {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "no document of kind %s",
		    k->name);
		dmsc_err_where(st->e, "%s", path);
		return dmsc_err_next(st->e, "export --to json %s", path);
	}
	return form == k->text ? k->write_text(t, out, st->e) :
	    k->write(t, dmsc_rd_of(NULL, 0), out, st->e);
}

/* NULL: the form for people of this kind; UNKNOWN: raw bytes. */
static int
form_of(struct dmsc_store *st, const char *path, const char *form,
    enum dmsc_form *f)
{
	const struct dmsc_dockind *k;
	struct dmsc_what w;
	int r;

	*f = DMSC_FORM_TNDS;
	if (form != NULL && strcmp(form, "raw") == 0)
		*f = DMSC_FORM_UNKNOWN;
	else if (form != NULL && (dmsc_form_parse(form, f) != DMSC_E_OK ||
	    *f == DMSC_FORM_EMPTY)) {
		dmsc_fail(st->e, DMSC_E_USAGE, "no such form");
		dmsc_err_where(st->e, "%s", form);
		return dmsc_err_why(st->e, "forms are tnds, tnds-wbxml, "
		    "syncml, syncml-wbxml, cp, cp-wbxml, lwm2m, json, raw");
	}
	if (form != NULL)
		return DMSC_E_OK;
	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	if ((k = dmsc_kind_find(w.work->kind)) != NULL && *w.rest == '\0')
		*f = k->text;
	return DMSC_E_OK;
}

/* JSON of a whole LwM2M document is the form for people. */
static int
export_tree(struct dmsc_store *st, const char *path, enum dmsc_form form,
    struct dmsc_buf *out)
{
	const struct dmsc_dockind *k;
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_at(st, path, &t, &n)) != DMSC_E_OK ||
	    (r = dmsc_store_need(st, path, &w)) != DMSC_E_OK)
		return r;
	k = w.work == NULL || *w.rest != '\0' ? NULL :
	    dmsc_kind_find(w.work->kind);
	return k != NULL && form == k->text ? k->write_text(t, out, st->e) :
	    export_nodes(st, path, form, n, out);
}

int
dmsc_store_export(struct dmsc_store *st, const char *path, const char *form,
    struct dmsc_buf *out)
{
	enum dmsc_form f = DMSC_FORM_UNKNOWN;
	struct dmsc_what w;
	int r;

	if ((r = form_of(st, path, form, &f)) != DMSC_E_OK)
		return r;
	if (f == DMSC_FORM_UNKNOWN)
		return dmsc_store_bytes(st, path, false, out);
	if (is_tree_form(f))
		return export_tree(st, path, f, out);
	if (dmsc_kind_find(dmsc_kind_of_form(f)) != NULL)
		return export_own(st, path, f, out);
	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	return export_message(st, &w, f, out);
}
