/*
 * Backup: the well-known files and all documents that may be read, as one
 * JSON text (a tree in the form of dmsc/json.h); restore puts its documents
 * into the working copy.
 */
#include "store/cardtree.h"
#include "store/signed.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "uicc/names.h"

#include <dmsc/json.h>

enum { BACKUP_MAX = 64 * 1024 * 1024 };

static int
put(struct dmsc_tree *t, struct dmsc_node *parent, const char *name,
    enum dmsc_format f, struct dmsc_rd value)
{
	struct dmsc_node *n = NULL;
	int r = dmsc_node_add(t, parent, name, f, &n);

	return r == DMSC_E_OK ? dmsc_node_set_value(t, n, value) : r;
}

/* Records of a file one behind the other: the file's length tells them
 * apart, because all have the same. */
static int
read_records(struct dmsc_store *st, const struct dmsc_uicc_fcp *fcp,
    struct dmsc_buf *out)
{
	unsigned i;
	int r = DMSC_E_OK;

	for (i = 1; r == DMSC_E_OK && i <= fcp->records; i++)
		r = dmsc_uicc_read_record(st->u, i, fcp->record_len, out);
	return r;
}

static int
read_file(struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_buf *out)
{
	struct dmsc_uicc_fcp fcp;
	int r = dmsc_uicc_select(st->u, p, &fcp);

	if (r != DMSC_E_OK)
		return r;
	if (fcp.kind == DMSC_FILE_LINEAR || fcp.kind == DMSC_FILE_CYCLIC)
		return read_records(st, &fcp, out);
	return fcp.kind == DMSC_FILE_TRANSPARENT ?
	    dmsc_uicc_read(st->u, 0, fcp.size, out) : DMSC_E_UNSUPPORTED;
}

/* A file that is not there or not readable is left out. */
static int
save_file(struct dmsc_store *st, struct dmsc_tree *t,
    struct dmsc_node *files, const struct uicc_name *row)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT);
	struct dmsc_place p;
	int r = DMSC_E_NOMEM;

	if (b != NULL && text != NULL &&
	    (r = uicc_name_parent(row->in, &p)) == DMSC_E_OK &&
	    (r = dmsc_place_below(&p, row->fid, &p)) == DMSC_E_OK &&
	    (r = read_file(st, &p, b)) == DMSC_E_OK &&
	    (r = dmsc_place_text(&p, text)) == DMSC_E_OK &&
	    dmsc_node_child(files, dmsc_buf_cstr(text)) == NULL)
		r = put(t, files, dmsc_buf_cstr(text), DMSC_FMT_BIN,
		    dmsc_buf_rd(b));
	else if (r != DMSC_E_NOMEM && !dmsc_store_lost(r) &&
	    r != DMSC_E_INTERRUPTED) {
		dmsc_err_clear(st->e);
		r = DMSC_E_OK;
	}
	dmsc_buf_free(&b);
	dmsc_buf_free(&text);
	return r;
}

static int
left_out(struct dmsc_store *st, const char *name, int r)
{
	dmsc_store_warn(st, "/%s is not in the backup: %s", name,
	    r == DMSC_E_AUTH ? "authentication is needed" : dmsc_e_text(r));
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

static int
save_bytes(struct dmsc_tree *t, struct dmsc_node *docs,
    const struct dmsc_what *w, struct dmsc_rd bytes)
{
	const char *name = w->doc != NULL ? w->doc->name : w->work->name;
	const char *kind = w->doc != NULL ? w->doc->kind : w->work->kind;
	bool is_private = w->doc != NULL && w->doc->is_private;
	struct dmsc_node *n = NULL;
	int r;

	if ((r = dmsc_node_add(t, docs, name, DMSC_FMT_NODE, &n)) !=
	    DMSC_E_OK ||
	    (r = put(t, n, "kind", DMSC_FMT_CHR, dmsc_rd_str(kind))) !=
	    DMSC_E_OK ||
	    (r = put(t, n, "private", DMSC_FMT_BOOL,
	    dmsc_rd_str(is_private ? "true" : "false"))) != DMSC_E_OK)
		return r;
	return put(t, n, "bytes", DMSC_FMT_BIN, bytes);
}

/* The card's own tree, where there is one, as it is on the card. */
static int
save_card(struct dmsc_store *st, struct dmsc_tree *t, struct dmsc_node *docs)
{
	struct dmsc_what w = { .card = true };
	int r;

	if (!dmsc_appl_listed(st))
		return DMSC_E_OK;
	if ((r = dmsc_cardtree_open(st, &w.work)) == DMSC_E_AUTH)
		return left_out(st, DMSC_KIND_CARD, r);
	return r == DMSC_E_OK ? save_bytes(t, docs, &w,
	    dmsc_buf_rd(w.work->base)) : r;
}

static int
save_doc(struct dmsc_store *st, struct dmsc_tree *t,
    struct dmsc_node *docs, struct dmsc_sdoc *d)
{
	const struct dmsc_what w = { .doc = d };
	int r;

	if (strcmp(d->kind, "arf") == 0)
		return DMSC_E_OK;
	r = dmsc_sdoc_read(st, d, false);
	if (r == DMSC_E_AUTH || r == DMSC_E_NOTFOUND || r == DMSC_E_SW)
		return left_out(st, d->name, r);
	return r == DMSC_E_OK ? save_bytes(t, docs, &w, dmsc_rd_slice(
	    dmsc_sdoc_bytes(d), 0, d->used)) : r;
}

static int
save(struct dmsc_store *st, struct dmsc_tree *t, struct dmsc_node *top)
{
	struct dmsc_node *files = NULL, *docs = NULL;
	const struct uicc_name *row;
	const char *id = NULL;
	size_t i;
	int r;

	if ((r = dmsc_guard_identity(st->g, &id)) != DMSC_E_OK ||
	    (r = put(t, top, "card", DMSC_FMT_CHR,
	    dmsc_rd_str(id != NULL ? id : ""))) != DMSC_E_OK ||
	    (r = dmsc_node_add(t, top, "files", DMSC_FMT_NODE, &files)) !=
	    DMSC_E_OK ||
	    (r = dmsc_node_add(t, top, "documents", DMSC_FMT_NODE, &docs)) !=
	    DMSC_E_OK)
		return r;
	/* Selecting other applications may end the right to read documents. */
	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++)
		r = save_doc(st, t, docs, &st->docs[i]);
	if (r == DMSC_E_OK)
		r = save_card(st, t, docs);
	for (i = 0; r == DMSC_E_OK && (row = uicc_name_row(i)) != NULL; i++)
		if (row->in != NULL)
			r = save_file(st, t, files, row);
	return r;
}

int
dmsc_store_backup(struct dmsc_store *st, struct dmsc_buf *out)
{
	struct dmsc_tree *t;
	struct dmsc_node *top = NULL;
	int r;

	if ((r = dmsc_store_load(st)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	t = dmsc_tree_new(BACKUP_MAX);
	if (t == NULL)
		r = DMSC_E_NOMEM;
	else if ((r = dmsc_node_add(t, dmsc_tree_root(t), "backup",
	    DMSC_FMT_NODE, &top)) == DMSC_E_OK &&
	    (r = save(st, t, top)) == DMSC_E_OK)
		r = dmsc_json_node(top, -1, out);
	dmsc_uicc_end(st->u);
	dmsc_tree_free(&t);
	if (r != DMSC_E_OK && st->e->code != r)
		dmsc_fail(st->e, r, "cannot make a backup");
	return r;
}

/* A document of the backup: made ready first, taken with all others. */
struct item {
	struct dmsc_work *work;
	bool made;
	struct dmsc_fresh fresh;
};

/* What stands beside a document is made for it, which is there by now. */
static int
make_item(struct dmsc_store *st, const char *path, const char *kind,
    bool is_private)
{
	const char *dot = strrchr(path, '.');
	struct dmsc_what w;
	struct dmsc_work *made;
	char *owner = NULL;
	int r;

	if (!dmsc_beside_is(kind) || dot == NULL)
		return dmsc_store_mkdoc(st, path, kind, 0, is_private);
	if (dmsc_str_set(&owner, "%.*s", (int)(dot - path), path) !=
	    DMSC_E_OK)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_store_need(st, owner, &w)) == DMSC_E_OK)
		r = dmsc_what_label(&w) == NULL ? dmsc_fail(st->e,
		    DMSC_E_DATA, "the document has no label") :
		    dmsc_signed_is(kind) ? dmsc_signed_new(st, &w, &made) :
		    dmsc_rules_make(st, dmsc_what_label(&w), is_private);
	free(owner);
	return r;
}

/* The document that n names, opened; made in the working copy where there is
 * none. */
static int
open_item(struct dmsc_store *st, const struct dmsc_node *n, struct item *it)
{
	const struct dmsc_node *priv = dmsc_node_child(n, "private");
	struct dmsc_what w;
	char *path = NULL, *k = dmsc_strndup(dmsc_node_value(
	    dmsc_node_child(n, "kind")));
	int r = DMSC_E_NOMEM;

	if (k == NULL || dmsc_str_set(&path, "/%s", dmsc_node_name(n)) !=
	    DMSC_E_OK)
		dmsc_fail(st->e, r, "out of memory");
	else
		r = dmsc_store_look(st, path, &w);
	if (r == DMSC_E_OK && w.doc == NULL && w.work == NULL &&
	    (r = make_item(st, path, k, priv != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(priv), "true"))) == DMSC_E_OK) {
		it->made = true;
		r = dmsc_store_look(st, path, &w);
		it->work = w.work;
	}
	if (r == DMSC_E_OK && (r = dmsc_store_need(st, path, &w)) ==
	    DMSC_E_OK && (r = dmsc_work_open(st, &w)) == DMSC_E_OK)
		it->work = w.work;
	free(path);
	free(k);
	return r;
}

static int
ready_item(struct dmsc_store *st, const struct dmsc_node *n,
    struct item *it)
{
	const struct dmsc_node *bytes = dmsc_node_child(n, "bytes");
	int r;

	if (dmsc_node_child(n, "kind") == NULL || bytes == NULL)
		return dmsc_fail(st->e, DMSC_E_DATA, "a document in the "
		    "backup has no kind or no bytes");
	if ((r = open_item(st, n, it)) != DMSC_E_OK ||
	    dmsc_node_value(bytes).left == 0)
		return r;
	return dmsc_work_ready(st, it->work, dmsc_node_value(bytes),
	    &it->fresh);
}

/* The card's own tree: behind all others, for nothing of it is a file. */
static bool
is_card(const struct dmsc_node *n)
{
	const struct dmsc_node *kind = dmsc_node_child(n, "kind");

	return kind != NULL && dmsc_rd_eq_str(dmsc_node_value(kind),
	    DMSC_KIND_CARD);
}

static int
restore_card(struct dmsc_store *st, const struct dmsc_node *docs)
{
	const struct dmsc_node *n, *bytes;
	struct dmsc_rd v;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(docs); r == DMSC_E_OK && n != NULL;
	    n = dmsc_node_next(n)) {
		bytes = dmsc_node_child(n, "bytes");
		v = bytes == NULL ? dmsc_rd_of(NULL, 0) :
		    dmsc_node_value(bytes);
		if (is_card(n) && v.left > 0)
			r = dmsc_appl_there(st) ? dmsc_store_import(st,
			    "/card", v) : left_out(st, DMSC_KIND_CARD,
			    DMSC_E_NOTFOUND);
	}
	return r;
}

/* All documents, or only what stands beside them, which comes behind. */
static int
ready_items(struct dmsc_store *st, const struct dmsc_node *docs, bool beside,
    struct item **items, size_t *count)
{
	const struct dmsc_node *n, *kind;
	struct item *it;
	bool is;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(docs); r == DMSC_E_OK && n != NULL;
	    n = dmsc_node_next(n)) {
		kind = dmsc_node_child(n, "kind");
		is = kind != NULL && (dmsc_rd_eq_str(dmsc_node_value(kind),
		    DMSC_KIND_RULES) || dmsc_rd_eq_str(dmsc_node_value(kind),
		    DMSC_KIND_SIGNATURE));
		if (is != beside || is_card(n))
			continue;
		it = dmsc_list_add(items, count, sizeof *it);
		r = it != NULL ? ready_item(st, n, it) :
		    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	}
	return r;
}

/* All documents, or the working copy stays as it is. */
static int
restore_all(struct dmsc_store *st, const struct dmsc_node *docs)
{
	struct item *items = NULL, *it;
	size_t count = 0, i;
	int r = ready_items(st, docs, false, &items, &count);

	if (r == DMSC_E_OK)
		r = ready_items(st, docs, true, &items, &count);
	if (r == DMSC_E_OK)
		r = restore_card(st, docs);
	for (i = 0; r == DMSC_E_OK && i < count; i++) {
		it = &items[i];
		if (it->fresh.raw != NULL)
			dmsc_work_take(it->work, &it->fresh);
	}
	for (i = 0; r == DMSC_E_OK && i < count; i++)
		if (dmsc_signed_is(items[i].work->kind))
			dmsc_signed_bind(st, items[i].work);
	while (count > 0) {
		it = &items[--count];
		if (r != DMSC_E_OK && it->made && it->work != NULL)
			dmsc_work_drop(st, it->work);
		dmsc_fresh_clear(&it->fresh);
	}
	free(items);
	return r;
}

int
dmsc_store_restore(struct dmsc_store *st, struct dmsc_rd bytes)
{
	struct dmsc_tree *t = dmsc_tree_new(BACKUP_MAX);
	const struct dmsc_node *n;
	int r = DMSC_E_NOMEM;

	if (t == NULL)
		return dmsc_fail(st->e, r, "out of memory");
	r = dmsc_json_read_node(bytes, t, dmsc_tree_root(t), st->e);
	n = r == DMSC_E_OK ? dmsc_tree_find(t, "backup/documents") : NULL;
	if (r == DMSC_E_OK)
		r = n != NULL ? restore_all(st, n) :
		    dmsc_fail(st->e, DMSC_E_DATA, "this is no backup");
	dmsc_tree_free(&t);
	return r;
}
