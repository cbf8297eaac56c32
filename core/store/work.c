/*
 * The working copy: per document the bytes it was made from, the message
 * that they hold, and the tree or bytes as edited. Parsed when needed.
 */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"

struct dmsc_work *
dmsc_work_find(const struct dmsc_store *st, const char *name)
{
	struct dmsc_work *w;

	for (w = st->works; w != NULL; w = w->next)
		if (strcmp(w->name, name) == 0)
			return w;
	return NULL;
}

struct dmsc_work *
dmsc_work_alone(const char *name, const char *kind)
{
	struct dmsc_work *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->kind = kind;
	w->base = dmsc_buf_new(DMSC_DOC_MAX);
	if ((w->name = strdup(name)) == NULL || w->base == NULL) {
		dmsc_buf_free(&w->base);
		free(w->name);
		free(w);
		return NULL;
	}
	return w;
}

/* At the end of the list: the order in which documents were touched. */
struct dmsc_work *
dmsc_work_new(struct dmsc_store *st, const char *name, const char *kind)
{
	struct dmsc_work *w = dmsc_work_alone(name, kind), **end = &st->works;

	if (w == NULL)
		return NULL;
	while (*end != NULL)
		end = &(*end)->next;
	*end = w;
	return w;
}

void
dmsc_work_drop(struct dmsc_store *st, struct dmsc_work *w)
{
	struct dmsc_work **at;
	size_t i;

	for (at = &st->works; *at != NULL; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	for (i = 0; i < st->n_docs; i++)
		if (st->docs[i].work == w)
			st->docs[i].work = NULL;
	if (st->card_work == w)
		st->card_work = NULL;
	dmsc_tree_free(&w->tree);
	dmsc_tree_free(&w->was);
	dmsc_boot_free(&w->boot);
	dmsc_buf_free(&w->raw);
	dmsc_buf_free(&w->base);
	free(w->label);
	free(w->name);
	free(w);
}

/* As it was read; parsed it must be. */
static const struct dmsc_tree *
tree_read(const struct dmsc_work *w)
{
	return w->boot != NULL ? dmsc_boot_tree(w->boot) : w->was;
}

bool
dmsc_work_changed(const struct dmsc_work *w)
{
	if (w->raw != NULL &&
	    !dmsc_rd_eq(dmsc_buf_rd(w->raw), dmsc_buf_rd(w->base)))
		return true;
	return w->tree != NULL && !dmsc_node_equal(dmsc_tree_root(w->tree),
	    dmsc_tree_root(tree_read(w)));
}

bool
dmsc_work_dirty(const struct dmsc_work *w)
{
	return w->is_new || w->removed || dmsc_work_changed(w);
}

const char *
dmsc_work_state(const struct dmsc_work *w)
{
	return w->is_new ? "new" : w->removed ? "removed" :
	    dmsc_work_changed(w) ? "changed" : "";
}

static int
open_doc(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	struct dmsc_work *w;
	struct dmsc_rd bytes;
	int r;

	if ((r = dmsc_sdoc_read(st, d, false)) != DMSC_E_OK)
		return r;
	bytes = dmsc_rd_slice(dmsc_sdoc_bytes(d), 0, d->used);
	if ((w = dmsc_work_new(st, d->name, d->kind)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	w->is_private = d->is_private;
	w->checked = true;
	if ((r = dmsc_buf_put(w->base, bytes)) != DMSC_E_OK) {
		dmsc_work_drop(st, w);
		return dmsc_fail(st->e, r, "cannot keep the document");
	}
	d->work = w;
	return DMSC_E_OK;
}

/* Names of the kind's table in the path become what the tree has. */
static void
map_rest(struct dmsc_what *w)
{
	const struct dmsc_dockind *k = w->work == NULL ? NULL :
	    dmsc_kind_find(w->work->kind);
	struct dmsc_buf *b;

	if (k == NULL || k->path == NULL || w->rest == NULL ||
	    w->rest == w->mapped ||
	    (b = dmsc_buf_new(sizeof w->mapped - 1)) == NULL)
		return;
	if (k->path(w->rest, b) == DMSC_E_OK && b->len > 0) {
		memcpy(w->mapped, b->p, b->len);
		w->mapped[b->len] = '\0';
		w->rest = w->mapped;
	}
	dmsc_buf_free(&b);
}

int
dmsc_work_open(struct dmsc_store *st, struct dmsc_what *w)
{
	int r;

	if (w->card)
		return dmsc_cardtree_open(st, &w->work);
	if (w->doc == NULL) {
		map_rest(w);
		return DMSC_E_OK;
	}
	if (w->doc->work != NULL &&
	    (r = dmsc_work_check(st, w->doc)) != DMSC_E_OK)
		return r;
	if (w->doc->work == NULL && (r = open_doc(st, w->doc)) != DMSC_E_OK)
		return r;
	w->work = w->doc->work;
	map_rest(w);
	return DMSC_E_OK;
}

/* A message or a tree; nothing there is an empty one. */
static int
read_tree(struct dmsc_store *st, const char *kind, struct dmsc_rd from,
    struct dmsc_boot **boot, struct dmsc_tree **was, size_t *used)
{
	const struct dmsc_dockind *k = dmsc_kind_find(kind);
	bool empty = dmsc_store_empty(from);
	int r = DMSC_E_OK;

	*used = from.left;
	*boot = NULL;
	*was = NULL;
	if (k == NULL && !empty)
		return dmsc_boot_read(from, boot, used, st->e);
	if (k == NULL)
		*boot = dmsc_boot_new();
	else
		*was = dmsc_tree_new(DMSC_DOC_MAX);
	if (*boot == NULL && *was == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if (k != NULL && !empty)
		r = k->read(from, *was, used, st->e);
	if (r != DMSC_E_OK)
		dmsc_tree_free(was);
	return r;
}

int
dmsc_work_card_tree(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_boot **boot, struct dmsc_tree **was)
{
	size_t used;

	if (!dmsc_cardtree_is(w->kind))
		return read_tree(st, w->kind, dmsc_buf_rd(w->base), boot,
		    was, &used);
	*boot = NULL;
	return (*was = dmsc_tree_clone(w->was)) != NULL ? DMSC_E_OK :
	    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

/* What raw holds, else base. */
static int
parse(struct dmsc_store *st, struct dmsc_work *w)
{
	struct dmsc_buf *from = w->raw != NULL ? w->raw : w->base;
	size_t used = 0;
	int r;

	if (w->boot != NULL || w->was != NULL)
		return DMSC_E_OK;
	r = read_tree(st, w->kind, dmsc_buf_rd(from), &w->boot, &w->was,
	    &used);
	if (r == DMSC_E_OK) {
		dmsc_buf_truncate(from, used);
		return r;
	}
	dmsc_err_where(st->e, "/%s", w->name);
	return dmsc_err_next(st->e, "export --raw /%s", w->name);
}

int
dmsc_work_tree(struct dmsc_store *st, struct dmsc_work *w,
    const struct dmsc_tree **out)
{
	int r;

	*out = NULL;
	if (!dmsc_kind_is_tree(w->kind)) {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "a document of kind %s is bytes, not a tree", w->kind);
		dmsc_err_where(st->e, "/%s", w->name);
		return dmsc_err_next(st->e, "cat --hex /%s", w->name);
	}
	if ((r = parse(st, w)) != DMSC_E_OK)
		return r;
	*out = w->tree != NULL ? w->tree : tree_read(w);
	return DMSC_E_OK;
}

int
dmsc_work_edit(struct dmsc_store *st, struct dmsc_work *w,
    struct dmsc_tree **out)
{
	const struct dmsc_tree *t;
	int r;

	*out = NULL;
	if ((r = dmsc_work_tree(st, w, &t)) != DMSC_E_OK)
		return r;
	if (w->tree == NULL && (w->tree = dmsc_tree_clone(t)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	*out = w->tree;
	return DMSC_E_OK;
}

int
dmsc_work_titles(struct dmsc_store *st, struct dmsc_work *w)
{
	const struct dmsc_dockind *k = dmsc_kind_find(w->kind);
	int r = k == NULL || k->titles == NULL || w->tree == NULL ?
	    DMSC_E_OK : k->titles(w->tree);

	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}

/* Bytes that are no message are refused for a dm document. */
void
dmsc_fresh_clear(struct dmsc_fresh *f)
{
	dmsc_boot_free(&f->boot);
	dmsc_buf_free(&f->raw);
}

int
dmsc_work_ready(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_rd bytes, struct dmsc_fresh *out)
{
	size_t used = bytes.left;
	int r;

	memset(out, 0, sizeof *out);
	if (strcmp(w->kind, "dm") == 0 &&
	    (r = dmsc_boot_read(bytes, &out->boot, &used, st->e)) !=
	    DMSC_E_OK)
		return dmsc_err_where(st->e, "/%s", w->name);
	out->raw = dmsc_buf_from(dmsc_rd_slice(bytes, 0, used), DMSC_DOC_MAX);
	if (out->raw != NULL)
		return DMSC_E_OK;
	dmsc_fresh_clear(out);
	return used > DMSC_DOC_MAX ? dmsc_fail(st->e, DMSC_E_LIMIT,
	    "larger than a document can be") :
	    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

void
dmsc_work_take(struct dmsc_work *w, struct dmsc_fresh *f)
{
	dmsc_tree_free(&w->tree);
	dmsc_tree_free(&w->was);
	dmsc_boot_free(&w->boot);
	dmsc_buf_free(&w->raw);
	w->boot = f->boot;
	w->raw = f->raw;
	memset(f, 0, sizeof *f);
}

int
dmsc_work_replace(struct dmsc_store *st, struct dmsc_work *w,
    struct dmsc_rd bytes)
{
	struct dmsc_fresh f;
	int r = dmsc_work_ready(st, w, bytes, &f);

	if (r == DMSC_E_OK)
		dmsc_work_take(w, &f);
	return r;
}

/* The codec knows the node, we the document. */
static int
in_document(struct dmsc_store *st, const struct dmsc_work *w)
{
	char node[DMSC_ERR_TEXT];

	memcpy(node, st->e->where, sizeof node);
	return dmsc_err_where(st->e, "/%s%s%s", w->name,
	    w->boot != NULL || *node == '\0' ? "" : "/",
	    w->boot != NULL ? "" : node);
}

struct gone {
	struct dmsc_store *st;
	const char *name;
};

static void
warn_gone(void *arg, const char *line)
{
	struct gone *g = arg;

	dmsc_store_warn(g->st, "/%s: %s", g->name, line);
}

int
dmsc_work_gone(struct dmsc_store *st, const struct dmsc_work *w,
    void (*say)(void *arg, const char *line), void *arg)
{
	return w->boot == NULL || w->tree == NULL ? DMSC_E_OK :
	    dmsc_boot_gone(w->boot, w->tree, say, arg, st->e);
}

/* A message for its tree as it is now; what that loses is said. */
static int
write_boot(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_buf *out)
{
	struct gone g = { st, w->name };
	int r = dmsc_work_gone(st, w, warn_gone, &g);

	return r != DMSC_E_OK ? r :
	    dmsc_boot_write(w->boot, w->tree, out, st->e);
}

int
dmsc_work_bytes(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_buf *out)
{
	const struct dmsc_buf *now = w->raw != NULL ? w->raw : w->base;
	struct dmsc_rd as_read = dmsc_buf_rd(now);
	int r;

	/* A tree that is as it was writes nothing, not even a message. */
	if (w->tree != NULL && !dmsc_node_equal(dmsc_tree_root(w->tree),
	    dmsc_tree_root(tree_read(w)))) {
		if (dmsc_store_empty(as_read))
			as_read.left = 0;
		r = w->boot != NULL ?
		    write_boot(st, w, out) :
		    dmsc_kind_find(w->kind)->write(w->tree, as_read, out,
		    st->e);
		return r == DMSC_E_OK ? r : in_document(st, w);
	}
	r = dmsc_buf_put(out, as_read);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(st->e, r, "cannot keep the document");
}

/* New documents stay with the card that they were made for. */
static int
same_card(struct dmsc_store *st, bool *same)
{
	const struct dmsc_work *w;
	const char *id = NULL;
	int r;

	*same = true;
	for (w = st->works; w != NULL && !w->is_new; w = w->next)
		;
	if (w == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_guard_identity(st->g, &id)) != DMSC_E_OK)
		return r;
	*same = strcmp(id != NULL ? id : "", st->works_card != NULL ?
	    st->works_card : "") == 0;
	return DMSC_E_OK;
}

int
dmsc_work_match(struct dmsc_store *st)
{
	struct dmsc_work *w, *next;
	bool same;
	size_t i;
	int r;

	if ((r = same_card(st, &same)) != DMSC_E_OK)
		return r;
	for (w = st->works; w != NULL; w = next) {
		next = w->next;
		for (i = 0; i < st->n_docs; i++)
			if (strcmp(st->docs[i].name, w->name) == 0)
				break;
		if (w->is_new == (i == st->n_docs) && (same || !w->is_new)) {
			if (!w->is_new)
				st->docs[i].work = w;
			continue;
		}
		dmsc_store_warn(st, "/%s is %s: its changes were dropped",
		    w->name, !w->is_new ? "no longer on the card" : same ?
		    "already on the card" : "for another card");
		dmsc_work_drop(st, w);
	}
	return DMSC_E_OK;
}

int
dmsc_work_check(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	struct dmsc_work *w = d->work;
	struct dmsc_rd now, base;
	int r;

	if (w == NULL || w->checked)
		return DMSC_E_OK;
	if ((r = dmsc_sdoc_read(st, d, false)) != DMSC_E_OK)
		return r;
	now = dmsc_rd_slice(dmsc_sdoc_bytes(d), 0, d->used);
	base = dmsc_buf_rd(w->base);
	if (now.left >= base.left &&
	    dmsc_rd_eq(dmsc_rd_slice(now, 0, base.left), base) &&
	    dmsc_store_empty(dmsc_rd_slice(now, base.left, now.left))) {
		w->checked = true;
		return DMSC_E_OK;
	}
	dmsc_store_warn(st, "the card holds other bytes of /%s now: its "
	    "changes were dropped", w->name);
	dmsc_work_drop(st, w);
	return DMSC_E_OK;
}
