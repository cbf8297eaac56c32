/* The card's own tree as the document /card: one Get of all that may be read
 * (dmsc-card(7), THE DM-SC APPLICATION). */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "store/conceal.h"

/* Times and versions are not shown: what changes them is no change. */
static const char all[] = "?list=TNDS-TStamp-VerNo";

bool
dmsc_cardtree_is(const char *kind)
{
	return strcmp(kind, DMSC_KIND_CARD) == 0;
}

bool
dmsc_cardtree_named(struct dmsc_store *st, const char *first)
{
	return strcmp(first, DMSC_KIND_CARD) == 0 && dmsc_appl_there(st);
}

bool
dmsc_cardtree_path(const char *path)
{
	path += strspn(path, "/");
	return strcspn(path, "/") == strlen(DMSC_KIND_CARD) &&
	    dmsc_begins(path, DMSC_KIND_CARD);
}

void
dmsc_cardtree_stale(struct dmsc_store *st)
{
	struct dmsc_work *w = st->card_work;

	if (w == NULL)
		return;
	w->checked = false;
	if (!dmsc_work_dirty(w))
		dmsc_cardtree_drop(st);
}

bool
dmsc_cardtree_dirty(const struct dmsc_store *st)
{
	return st->card_work != NULL && dmsc_work_dirty(st->card_work);
}

void
dmsc_cardtree_drop(struct dmsc_store *st)
{
	if (st->card_work != NULL)
		dmsc_work_drop(st, st->card_work);
	st->card_work = NULL;
}

/* What came as a tree, and the ACL of its root, which TNDS has no place
 * for. */
static int
build(struct dmsc_store *st, const struct dmsc_request_items *l,
    struct dmsc_tree **out, struct dmsc_buf *bytes)
{
	struct dmsc_tree *t = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	struct dmsc_node *root = t == NULL ? NULL : dmsc_tree_root(t);
	const char *acl;
	size_t i;
	int r = t == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < l->n; i++) {
		if (l->v[i].of == 0 && bytes != NULL)
			r = dmsc_buf_put(bytes, dmsc_buf_rd(l->v[i].data));
		if (r == DMSC_E_OK && l->v[i].of == 0)
			r = dmsc_tnds_read(dmsc_buf_rd(l->v[i].data), t,
			    root, st->e);
		else if (r == DMSC_E_OK && l->v[i].data != NULL)
			r = (acl = dmsc_buf_cstr(l->v[i].data)) == NULL ?
			    DMSC_E_NOMEM : dmsc_node_set_acl(t, root, acl);
	}
	if (r == DMSC_E_OK) {
		dmsc_cardtree_conceal(st, root);
		*out = t;
		return r;
	}
	dmsc_tree_free(&t);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	(void)dmsc_fail(st->e, DMSC_E_DATA, "the card's own tree cannot be "
	    "read");
	return dmsc_err_why(st->e, "what it answers is no tree");
}

static int
get(struct dmsc_store *st, const char *uri, bool root,
    struct dmsc_tree **out, struct dmsc_buf *bytes)
{
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_GET, .uri = uri },
		{ .kind = DMSC_CMD_GET, .uri = ".?prop=ACL" },
	};
	struct dmsc_requester *q = NULL;
	unsigned s;
	int r;

	if ((r = dmsc_appl_need(st)) != DMSC_E_OK ||
	    (r = dmsc_appl_requester(st, &q)) != DMSC_E_OK)
		return r;
	dmsc_requester_start(q, v, root ? 2 : 1, 0);
	if ((r = dmsc_appl_talk(st, q, NULL)) == DMSC_E_OK) {
		s = v[0].status != 0 ? v[0].status :
		    dmsc_requester_header(q);
		r = s == 0 ? dmsc_fail(st->e, DMSC_E_DATA, "the card does "
		    "not answer") : dmsc_appl_said(st, s, "show its tree",
		    root ? NULL : uri);
	}
	if (r == DMSC_E_OK)
		r = build(st, dmsc_requester_results(q), out, bytes);
	dmsc_requester_free(&q);
	return r;
}

int
dmsc_store_dm_tree(struct dmsc_store *st, const char *uri,
    struct dmsc_tree **out)
{
	char *with = NULL;
	int r;

	*out = NULL;
	uri += strspn(uri, "/");
	r = dmsc_str_set(&with, "%s%s%s", strcmp(uri, ".") == 0 ||
	    dmsc_begins(uri, "./") ? "" : *uri == '\0' ? "." : "./", uri,
	    all);
	r = r != DMSC_E_OK ? dmsc_fail(st->e, r, "out of memory") :
	    get(st, with, strcmp(with, ".?list=TNDS-TStamp-VerNo") == 0, out,
	    NULL);
	free(with);
	return r;
}

/* Which card it is, where that is known, and how often it was changed. */
static int
note(struct dmsc_store *st)
{
	const char *id = dmsc_guard_known(st->g);

	st->card_seen = false;
	if (id == NULL || !st->appl.known)
		return DMSC_E_OK;
	if (dmsc_str_set(&st->card_id, "%s", id) != DMSC_E_OK)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	st->card_counter = st->appl.counter;
	st->card_seen = true;
	return DMSC_E_OK;
}

/* Nothing has changed the card since: its counter grows with every change,
 * of /card and of documents. */
static int
unchanged(struct dmsc_store *st, bool *same)
{
	const char *id = NULL;
	int r;

	*same = false;
	if (!st->card_seen)
		return DMSC_E_OK;
	if ((r = dmsc_appl_greet(st)) != DMSC_E_OK ||
	    (r = dmsc_guard_identity(st->g, &id)) != DMSC_E_OK)
		return r;
	*same = id != NULL && strcmp(id, st->card_id) == 0 &&
	    st->appl.known && st->appl.counter == st->card_counter;
	return r;
}

/* All of it as a working copy of nothing edited. */
static int
fetch(struct dmsc_store *st, struct dmsc_work **out)
{
	struct dmsc_work *w = dmsc_work_alone(DMSC_KIND_CARD, DMSC_KIND_CARD);
	struct dmsc_tree *t = NULL;
	int r;

	*out = NULL;
	if (w == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = get(st, ".?list=TNDS-TStamp-VerNo", true, &t, w->base);
	if (r != DMSC_E_OK) {
		dmsc_work_drop(st, w);
		return r;
	}
	w->was = t;
	w->checked = true;
	*out = w;
	return r;
}

static bool
same_tree(const struct dmsc_work *a, const struct dmsc_work *b)
{
	return dmsc_node_equal(dmsc_tree_root(a->was),
	    dmsc_tree_root(b->was));
}

/* What the user has proved decides what is shown. */
static uint32_t
rights(const struct dmsc_store *st)
{
	uint32_t h = 0;
	unsigned i;

	for (i = 0; i <= UINT8_MAX; i++)
		if (dmsc_uicc_has_right(st->u, i))
			h = h * (UINT8_MAX + 1) + i + (h >> 24);
	return h;
}

/* The old working copy's edits are carried over, or dropped. */
static int
take_over(struct dmsc_store *st, struct dmsc_work *old, struct dmsc_work *w)
{
	bool done = true;
	int r = !dmsc_work_dirty(old) ? DMSC_E_OK :
	    dmsc_cardtree_rebase(old, w, &done);

	if (r != DMSC_E_OK) {
		dmsc_work_drop(st, w);
		return dmsc_fail(st->e, r, "out of memory");
	}
	if (!done)
		dmsc_store_warn(st, "the card holds another /card now: its "
		    "changes were dropped");
	return r;
}

int
dmsc_cardtree_open(struct dmsc_store *st, struct dmsc_work **out)
{
	bool shown = st->card_rights == rights(st);
	struct dmsc_work *old = st->card_work, *w = NULL;
	bool same = false;
	int r;

	*out = old;
	if (old != NULL && old->checked && shown)
		return DMSC_E_OK;
	if (old != NULL && shown && ((r = unchanged(st, &same)) != DMSC_E_OK ||
	    same)) {
		old->checked = same;
		return r;
	}
	if ((r = fetch(st, &w)) != DMSC_E_OK)
		return r;
	if (old != NULL && same_tree(old, w)) {
		dmsc_work_drop(st, w);
		old->checked = true;
		st->card_rights = rights(st);
		return DMSC_E_OK;
	}
	if (old != NULL && (r = take_over(st, old, w)) != DMSC_E_OK)
		return r;
	dmsc_cardtree_drop(st);
	st->card_work = *out = w;
	st->card_rights = rights(st);
	return note(st);
}

/* What needs no right to be told, and the space where somebody is known. */
int
dmsc_cardtree_describe(struct dmsc_store *st, struct dmsc_doc *out)
{
	const struct dmsc_sappl *a = &st->appl;
	char aid[2 * DMSC_APPL_AID_LEN + 1];
	int r;

	if (a->known) {
		out->size = a->total;
		out->used = (int)(a->total - DMSC_MIN(a->free_bytes,
		    a->total));
	} else
		out->used = -1;
	out->modifiable = true;
	if ((r = dmsc_str_set(&out->name, DMSC_KIND_CARD)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->kind, DMSC_KIND_CARD)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->place, "%s", dmsc_hex(dmsc_rd_of(
	    dmsc_appl_aid, DMSC_APPL_AID_LEN), aid, sizeof aid))) !=
	    DMSC_E_OK || (r = dmsc_str_set(&out->signature, "none")) !=
	    DMSC_E_OK || (r = dmsc_str_set(&out->signature_change, "%s",
	    "")) != DMSC_E_OK)
		return r;
	return dmsc_str_set(&out->state, "%s", st->card_work == NULL ? "" :
	    dmsc_work_state(st->card_work));
}

int
dmsc_cardtree_never(struct dmsc_store *st, const char *what)
{
	(void)dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "the card's own tree "
	    "cannot be %s", what);
	(void)dmsc_err_where(st->e, "/card");
	return dmsc_err_why(st->e, "it belongs to the DM-SC application");
}
