/*
 * After a cut commit. Nothing switched: the old documents stand. The switch
 * torn: it is finished, because all that it points to is whole. A file in
 * use torn: its old bytes come back from the journal.
 */
#include "store/cardcommit.h"

#include <string.h>

#include "base/base.h"

enum verdict { FORGET, FINISH, BRING_BACK, DONE };

static enum verdict
judge(const struct dmsc_held *h)
{
	if (h->odf == DMSC_HOLDS_NEW)
		return DONE;
	if (h->odf == DMSC_HOLDS_TORN)
		return FINISH;
	if (h->files == DMSC_HOLDS_NEW)
		return h->odf == DMSC_HOLDS_NONE ? DONE : FINISH;
	if (h->files == DMSC_HOLDS_OLD || h->files == DMSC_HOLDS_NONE)
		return FORGET;
	return BRING_BACK;
}

/* The journal's bytes are what its digest says, or nothing is written. */
static int
write_back(struct dmsc_store *st, const struct dmsc_move *m,
    const struct dmsc_buf *b, const uint8_t *sha, int *verified)
{
	uint8_t sum[DMSC_SHA256_LEN];

	if (dmsc_sha256(dmsc_buf_rd(b), sum) == DMSC_E_OK &&
	    memcmp(sum, sha, sizeof sum) == 0)
		return dmsc_held_write(st, m, dmsc_buf_rd(b), verified);
	dmsc_fail(st->e, DMSC_E_DATA, "the journal entry is broken");
	return dmsc_err_where(st->e, "/%s", m->name != NULL ? m->name : "");
}

static int
finish(struct dmsc_store *st, const struct dmsc_jentry *j, int *verified)
{
	size_t i;

	for (i = 0; i < j->n_moves; i++)
		if (j->moves[i].m.odf && j->moves[i].m.fresh != NULL)
			return write_back(st, &j->moves[i].m,
			    j->moves[i].m.fresh, j->moves[i].m.sha_to,
			    verified);
	return dmsc_fail(st->e, DMSC_E_DATA,
	    "the journal entry lacks the object directory");
}

/* A file that is as before already costs no write: nothing differs. */
static int
bring_back(struct dmsc_store *st, const struct dmsc_jentry *j,
    int *verified)
{
	const struct dmsc_move *m;
	size_t i;
	int r;

	for (i = 0; i < j->n_moves; i++) {
		m = &j->moves[i].m;
		if (m->odf || !dmsc_held_in_place(m))
			continue;
		if (m->old == NULL) {
			dmsc_fail(st->e, DMSC_E_DATA, "the journal entry "
			    "lacks the bytes before");
			return dmsc_err_where(st->e, "/%s",
			    m->name != NULL ? m->name : "");
		}
		r = write_back(st, m, m->old, m->sha_from, verified);
		if (r != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

static int
clear_entry(struct dmsc_store *st, struct dmsc_jentry *j, bool dry,
    int *verified)
{
	enum dmsc_holds card = DMSC_HOLDS_NONE;
	struct dmsc_held h;
	enum verdict v;
	int r;

	if ((r = dmsc_held_look(st, j, &h)) != DMSC_E_OK ||
	    (r = dmsc_cardmove_look(st, j, &card)) != DMSC_E_OK)
		return r;
	v = judge(&h);
	if (dry)
		return DMSC_E_OK;
	if ((v == FINISH || v == BRING_BACK) &&
	    (r = dmsc_guard_same_card(st->g)) != DMSC_E_OK)
		return r;
	if (v == FINISH)
		r = finish(st, j, verified);
	else if (v == BRING_BACK)
		r = bring_back(st, j, verified);
	if (r != DMSC_E_OK)
		return r;
	if (h.odf == DMSC_HOLDS_NONE && h.files == DMSC_HOLDS_NONE &&
	    card != DMSC_HOLDS_NONE)
		return dmsc_jentry_state(st, j, card == DMSC_HOLDS_NEW ?
		    "committed" : card == DMSC_HOLDS_OLD ? "undone" :
		    "unknown");
	if (card != DMSC_HOLDS_NEW)
		dmsc_cardmove_drop(j);	/* its turn never came */
	return dmsc_jentry_state(st, j, v == DONE || v == FINISH ?
	    "committed" : "undone");
}

int
dmsc_store_recover(struct dmsc_store *st, bool dry,
    struct dmsc_commit **out)
{
	struct dmsc_jentry *j = NULL;
	struct dmsc_tally t;
	int r;

	*out = NULL;
	dmsc_tally_start(st, &t);
	if ((r = dmsc_jentry_last(st, "started", &j)) != DMSC_E_OK)
		return r;
	if (j == NULL)
		return dmsc_tally_end(st, &t, "none", NULL, out);
	if ((r = dmsc_uicc_begin(st->u)) == DMSC_E_OK) {
		r = clear_entry(st, j, dry, &t.verified);
		dmsc_uicc_end(st->u);
	}
	return dmsc_tally_entry(st, &t, dry, r, &j, out);
}
