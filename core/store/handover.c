/*
 * A commit for somebody else to send: of documents as APDUs (TS 102 226,
 * remote file management), what dmsc_store_commit would send without what it
 * reads; of /card as a DM message. The journal remembers it as handed over;
 * nothing is written to the card.
 */
#include "store/cardcommit.h"
#include "store/cardtree.h"
#include "store/holds.h"

#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"

enum {
	TEXT_MAX = 4 * 1024 * 1024, STAMP = 32,
	LC_MAX = 255, ODD_BLOCK = 247, EVEN_OFFSETS = 0x8000,
	SELECT_PATH = 0x08, SELECT_AID = 0x04, SELECT_FILE = 0x00
};

struct handing {
	struct dmsc_store *st;
	const char *path;
	bool dm;		/* /card, as a message */
	struct dmsc_buf *out;
	unsigned apdus;
};

static int
comment(struct handing *h, const char *what, struct dmsc_op *op)
{
	struct dmsc_buf *place = dmsc_buf_new(DMSC_ERR_TEXT);
	int r = DMSC_E_NOMEM;

	if (place != NULL && (r = dmsc_store_place_text(h->st,
	    &op->file->place, place)) == DMSC_E_OK)
		r = dmsc_buf_fmt(h->out, "# %s %s\n", what,
		    dmsc_buf_cstr(place));
	dmsc_buf_free(&place);
	return r;
}

/* One line: the header, Lc, the data. */
static int
line(struct handing *h, unsigned ins, unsigned p1p2, struct dmsc_rd data)
{
	int r;

	if ((r = dmsc_buf_fmt(h->out, "00%02X%04X%02X", ins, p1p2,
	    (unsigned)data.left)) != DMSC_E_OK ||
	    (r = dmsc_hex_put(h->out, data)) != DMSC_E_OK)
		return r;
	h->apdus++;
	return dmsc_buf_str(h->out, "\n");
}

/* The place by numbers from the MF, where EF.DIR tells the path. */
static int
from_mf(struct handing *h, const struct dmsc_place *p, struct dmsc_place *out)
{
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT);
	int r = DMSC_E_NOMEM;

	*out = *p;
	if (text != NULL && (r = dmsc_store_place_text(h->st, p, text)) ==
	    DMSC_E_OK && dmsc_place_parse(dmsc_buf_cstr(text), out,
	    NULL) != DMSC_E_OK)
		*out = *p;
	dmsc_buf_free(&text);
	return r;
}

/* SELECT, without an answer: by path from the MF, else by AID and then each
 * file; up: how many of the last are left out. */
static int
put_select(struct handing *h, const struct dmsc_place *place, size_t up)
{
	enum { INS = 0xA4, NO_ANSWER = 0x0C };
	static const uint8_t mf[] = { 0x3F, 0x00 };
	uint8_t path[2 * DMSC_UICC_PATH_MAX];
	struct dmsc_place p;
	size_t i;
	int r;

	if ((r = from_mf(h, place, &p)) != DMSC_E_OK)
		return r;
	p.n -= up;
	for (i = 0; i < p.n; i++) {
		path[2 * i] = (uint8_t)(p.fid[i] >> 8);
		path[2 * i + 1] = (uint8_t)p.fid[i];
	}
	if (p.aid_len == 0)
		return p.n == 0 ? line(h, INS, SELECT_FILE << 8 | NO_ANSWER,
		    dmsc_rd_of(mf, sizeof mf)) : line(h, INS, SELECT_PATH <<
		    8 | NO_ANSWER, dmsc_rd_of(path, 2 * p.n));
	r = line(h, INS, SELECT_AID << 8 | NO_ANSWER,
	    dmsc_rd_of(p.aid, p.aid_len));
	for (i = 0; r == DMSC_E_OK && i < p.n; i++)
		r = line(h, INS, SELECT_FILE << 8 | NO_ANSWER,
		    dmsc_rd_of(path + 2 * i, 2));
	return r;
}

/* UPDATE BINARY; behind 7FFF the odd one, with its offset in an object. */
static int
put_update(struct handing *h, size_t at, struct dmsc_rd data)
{
	enum { EVEN = 0xD6, ODD = 0xD7, T_OFFSET = 0x54, T_DATA = 0x53 };
	const uint8_t offset[] = { (uint8_t)(at >> 16), (uint8_t)(at >> 8),
	    (uint8_t)at };
	const size_t skip = at > UINT16_MAX ? 0 : 1;
	struct dmsc_buf *b;
	int r;

	if (at < EVEN_OFFSETS)
		return line(h, EVEN, (unsigned)at, data);
	if ((b = dmsc_buf_new(LC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_buf_u8(b, T_OFFSET)) == DMSC_E_OK &&
	    (r = dmsc_buf_u8(b, (unsigned)(sizeof offset - skip))) ==
	    DMSC_E_OK &&
	    (r = dmsc_buf_put(b, dmsc_rd_of(offset + skip,
	    sizeof offset - skip))) == DMSC_E_OK &&
	    (r = dmsc_buf_u8(b, T_DATA)) == DMSC_E_OK &&
	    (data.left < 0x80 || (r = dmsc_buf_u8(b, 0x81)) == DMSC_E_OK) &&
	    (r = dmsc_buf_u8(b, (unsigned)data.left)) == DMSC_E_OK &&
	    (r = dmsc_buf_put(b, data)) == DMSC_E_OK)
		r = line(h, ODD, 0, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

/* The ranges that differ, from offset from on. */
static int
put_ranges(struct handing *h, const struct dmsc_op *op, size_t from)
{
	struct dmsc_rd old = dmsc_buf_rd(op->file->bytes);
	struct dmsc_rd now = dmsc_buf_rd(op->after);
	struct dmsc_range g = { from, 0 };
	size_t block = now.left > EVEN_OFFSETS ? ODD_BLOCK : LC_MAX;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK &&
	    dmsc_next_range(old, now, g.at + g.n, block, &g))
		r = put_update(h, g.at, dmsc_rd_slice(now, g.at, g.n));
	return r;
}

/* Header invalid, body, header valid. */
static int
put_guarded(struct handing *h, const struct dmsc_op *op)
{
	const struct dmsc_buf *old = op->file->bytes;
	const uint8_t pad = DMSC_PAD;
	int r = DMSC_E_OK;

	if (old == NULL || old->len <= op->head ||
	    old->p[op->head] != DMSC_PAD)
		r = put_update(h, op->head, dmsc_rd_of(&pad, 1));
	if (r == DMSC_E_OK)
		r = put_ranges(h, op, op->head + 1);
	return r != DMSC_E_OK || op->after->p[op->head] == DMSC_PAD ? r :
	    put_update(h, op->head, dmsc_rd_of(op->after->p + op->head, 1));
}

static int
put_create(struct handing *h, struct dmsc_op *op)
{
	enum { CREATE = 0xE0 };
	struct dmsc_buf *fcp = dmsc_buf_new(LC_MAX);
	int r = fcp == NULL ? DMSC_E_NOMEM : dmsc_op_fcp(op, fcp);

	if (r == DMSC_E_OK && (r = comment(h, "create", op)) == DMSC_E_OK &&
	    (r = put_select(h, &op->file->place, 1)) == DMSC_E_OK)
		r = line(h, CREATE, 0, dmsc_buf_rd(fcp));
	dmsc_buf_free(&fcp);
	return r;
}

/* What the file holds is known, or all of it is written; one that is made
 * by the same commit holds nothing that is known. */
static int
put_op(struct handing *h, struct dmsc_op *op)
{
	int r = DMSC_E_OK;

	if (op->kind == DMSC_OP_ROOM) {
		(void)dmsc_fail(h->st->e, DMSC_E_PLAN, "only the card can say "
		    "which files it would make");
		(void)dmsc_err_where(h->st->e, "%s", op->what);
		return dmsc_err_next(h->st->e, "commit");
	}
	if (op->kind == DMSC_OP_CREATE)
		return put_create(h, op);
	if (dmsc_op_idle(h->st, op))
		return DMSC_E_OK;
	if (op->file->bytes != NULL && !op->file->whole && !op->sealed &&
	    (r = dmsc_uicc_select(h->st->u, &op->file->place, NULL)) ==
	    DMSC_E_OK)
		r = dmsc_sfile_know(h->st, op->file);
	if (r != DMSC_E_OK || (r = comment(h, op->kind == DMSC_OP_SWITCH ?
	    "switch" : op->kind == DMSC_OP_GUARD ? "update, guarded" :
	    "update", op)) != DMSC_E_OK ||
	    (r = put_select(h, &op->file->place, 0)) != DMSC_E_OK)
		return r;
	return op->kind == DMSC_OP_GUARD ? put_guarded(h, op) :
	    put_ranges(h, op, 0);
}

static int
put_all(struct handing *h, struct dmsc_build *b, const char *card)
{
	char stamp[STAMP];
	size_t i;
	int r;

	dmsc_wall_text(dmsc_wall(), stamp, sizeof stamp);
	r = dmsc_buf_fmt(h->out, "# %s, for the card %s as it is at %s\n",
	    dmsc_build_way(b), card != NULL ? card : "in use", stamp);
	for (i = 0; r == DMSC_E_OK && i < b->n_ops; i++)
		r = put_op(h, &b->ops[i]);
	return r == DMSC_E_NOMEM || r == DMSC_E_LIMIT ?
	    dmsc_fail(h->st->e, DMSC_E_NOMEM, "out of memory") : r;
}

/* Rights are the platform's own: what nobody may do is refused. */
static int
may_hand(struct dmsc_build *b)
{
	struct dmsc_err *e = b->st->e;

	if (b->card) {
		dmsc_fail(e, DMSC_E_PLAN, "the card's own tree is no file");
		dmsc_err_where(e, "/card");
		dmsc_err_why(e, "it takes messages, not file commands");
		return dmsc_err_next(e, "commit");
	}
	if (b->needs_in_place) {
		dmsc_fail(e, DMSC_E_PLAN, "only possible in place");
		dmsc_err_why(e, "%s", b->why);
		return dmsc_err_next(e, "plan --in-place --export apdu FILE");
	}
	if (b->verdict != DMSC_REFUSED || b->needs_pin)
		return DMSC_E_OK;
	dmsc_fail(e, DMSC_E_PLAN, "the card lets nobody write this");
	return dmsc_err_why(e, "%s", b->why);
}

/* The working copy is somebody else's now. */
static void
let_go(struct dmsc_store *st, struct dmsc_build *b)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (!b->targets[i].own)
			dmsc_work_drop(st, b->targets[i].work);
	if (b->card)
		dmsc_cardtree_drop(st);
	dmsc_build_spend(b);
	st->mend = false;
}

static int
result(struct dmsc_build *b, const struct handing *h,
    const struct dmsc_jentry *j, struct dmsc_commit **out)
{
	struct dmsc_tally t = { .before = 0, .verified = -1 };
	int r = dmsc_tally_end(b->st, &t, dmsc_build_way(b), j, out);

	if (r != DMSC_E_OK)
		return r;
	(*out)->apdus = h->apdus;
	(*out)->signatures = b->signs;
	(*out)->n_signatures = b->n_signs;
	b->signs = NULL;
	b->n_signs = 0;
	return r;
}

/* The entry first: a file without one would be forgotten. */
static int
write_out(struct dmsc_build *b, struct handing *h,
    struct dmsc_commit **out)
{
	struct dmsc_store *st = b->st;
	struct dmsc_jentry *j = NULL;
	int r;

	if ((r = dmsc_jentry_start(st, b, &j)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_file_spit(h->path, dmsc_buf_rd(h->out), st->e)) !=
	    DMSC_E_OK)
		dmsc_jentry_remove(st, j);
	else if (j != NULL)
		r = dmsc_jentry_state(st, j, "handed over");
	if (r == DMSC_E_OK && (r = result(b, h, j, out)) == DMSC_E_OK)
		let_go(st, b);
	dmsc_jentry_free(&j);
	return r;
}

/* Documents and /card go different ways. */
static int
no_mix(struct dmsc_build *b, bool dm)
{
	struct dmsc_err *e = b->st->e;

	dmsc_fail(e, DMSC_E_PLAN, dm ? "what changes in documents is no DM "
	    "message" : "what changes in /card is no APDU by itself");
	dmsc_err_why(e, "%s", dm ? "they are files" :
	    "it is the DM-SC application's");
	return dmsc_err_next(e, "plan --export %s FILE", dm ? "apdu" : "dm");
}

static int
put_message(struct dmsc_build *b, struct handing *h)
{
	struct dmsc_buf *m = NULL;
	int r = dmsc_build_card_message(b, &m);

	if (r == DMSC_E_OK)
		r = dmsc_buf_put(h->out, dmsc_buf_rd(m));
	dmsc_buf_free(&m);
	return r == DMSC_E_OK ? r : dmsc_fail(h->st->e, r,
	    "the message cannot be made");
}

static int
hand_over(struct dmsc_build *b, struct handing *h, struct dmsc_commit **out)
{
	const char *card = NULL;
	int r;

	if ((r = dmsc_build_all(b)) != DMSC_E_OK)
		return r;
	if (b->n_ops == 0 && !b->card)
		return result(b, h, NULL, out);
	if (h->dm ? b->n_ops > 0 : b->card)
		return no_mix(b, h->dm);
	if (h->dm)
		r = put_message(b, h);
	else if ((r = may_hand(b)) == DMSC_E_OK &&
	    (r = dmsc_guard_identity(b->st->g, &card)) == DMSC_E_OK)
		r = put_all(h, b, card);
	return r == DMSC_E_OK ? write_out(b, h, out) : r;
}

int
dmsc_store_hand_over(struct dmsc_store *st, const struct dmsc_hand_opts *o,
    const char *path, struct dmsc_commit **out)
{
	struct dmsc_build b = { .st = st, .in_place = o->in_place };
	struct handing h = { .st = st, .path = path, .dm = o->dm,
	    .out = dmsc_buf_new(TEXT_MAX) };
	char *cut = NULL;
	int r;

	*out = NULL;
	if (h.out == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_store_pending(st, &cut)) == DMSC_E_OK && cut != NULL) {
		r = dmsc_fail(st->e, DMSC_E_TORN,
		    "a cut commit is pending on this card");
		dmsc_err_where(st->e, "%s", cut);
		dmsc_err_next(st->e, "recover");
	}
	free(cut);
	if (r == DMSC_E_OK && (r = dmsc_uicc_begin(st->u)) == DMSC_E_OK) {
		r = hand_over(&b, &h, out);
		dmsc_uicc_end(st->u);
		dmsc_build_clear(&b);
		dmsc_store_forget(st);
	}
	dmsc_buf_free(&h.out);
	return r;
}
