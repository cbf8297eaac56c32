/* How many APDUs the operations of a commit take, as ops.c runs them. */
#include "store/room.h"

#include <string.h>

#include "base/base.h"

static bool
same_df(const struct dmsc_place *a, const struct dmsc_place *b)
{
	return a->aid_len == b->aid_len && a->n == b->n &&
	    memcmp(a->aid, b->aid, a->aid_len) == 0 &&
	    memcmp(a->fid, b->fid, a->n * sizeof a->fid[0]) == 0;
}

/* SELECT of the file p. */
static unsigned
selected(const struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_count *c)
{
	struct dmsc_place df = *p;
	unsigned n;

	df.n--;
	n = c->stands ? 0 : !c->lost && c->in_df && same_df(&df, &c->df) ?
	    1 : dmsc_uicc_select_apdus(st->u, p, c->lost);
	c->stands = false;
	c->df = df;
	c->in_df = true;
	c->lost = false;
	return n;
}

/* The ranges that differ from offset from on, written and read back. */
static unsigned
ranges(const struct dmsc_store *st, struct dmsc_rd old, struct dmsc_rd now,
    struct dmsc_range g, struct dmsc_count *c)
{
	size_t block = dmsc_uicc_update_block(st->u);
	unsigned n = 0;

	while (dmsc_next_range(old, now, g.at + g.n, block, &g)) {
		n += dmsc_uicc_update_apdus(st->u, g.at, g.n);
		if (!c->blind)
			n += dmsc_uicc_read_apdus(st->u, g.at, g.n);
	}
	return n;
}

static unsigned
guarded(const struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_count *c)
{
	struct dmsc_rd old = dmsc_buf_rd(op->file->bytes);
	struct dmsc_rd now = dmsc_buf_rd(op->after);
	const struct dmsc_range body = { op->head + 1, 0 };
	unsigned n = ranges(st, old, now, body, c);

	if (old.left <= op->head || old.p[op->head] != DMSC_PAD)
		n++;
	if (now.p[op->head] != DMSC_PAD)
		n += c->blind ? 1 : 2;
	return n;
}

/* A file that may not be read: it is tried once before and once after. */
static unsigned
unknown(const struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_count *c)
{
	static const struct dmsc_range all = { 0, 0 };
	unsigned tried = c->blind ? 1 : 2;

	c->blind = true;
	return tried + ranges(st, dmsc_rd_of(NULL, 0),
	    dmsc_buf_rd(op->after), all, c);
}

unsigned
dmsc_op_apdus(const struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_count *c, size_t *bytes)
{
	static const struct dmsc_range all = { 0, 0 };
	struct dmsc_rd old = dmsc_buf_rd(op->file->bytes);
	struct dmsc_buf *blank = NULL;
	struct dmsc_place df;
	unsigned n;

	if (op->kind == DMSC_OP_ROOM) {
		*bytes = op->size;
		n = dmsc_room_apdus(st, op, !c->roomed);
		c->roomed = c->in_df = true;
		c->df = st->app;
		c->lost = false;
		c->stands = c->one_room;
		return n;
	}
	if (op->kind == DMSC_OP_CREATE) {
		df = op->file->place;
		df.n--;
		*bytes = op->size;
		n = 1 + dmsc_uicc_select_apdus(st->u, &df, c->lost);
		c->lost = true;
		return n;
	}
	n = selected(st, &op->file->place, c);
	if (op->file->bytes == NULL && !op->sealed) {	/* new: read first */
		n += dmsc_uicc_read_apdus(st->u, 0, op->after->len);
		blank = dmsc_build_image(op->after->len, 0,
		    dmsc_rd_of(NULL, 0), dmsc_rd_of(NULL, 0));
		old = dmsc_buf_rd(blank);
	}
	(void)dmsc_ranges(old, dmsc_buf_rd(op->after),
	    dmsc_uicc_update_block(st->u), bytes);
	if (op->kind == DMSC_OP_GUARD)
		n += guarded(st, op, c);
	else if (op->sealed || (op->file->bytes != NULL && !op->file->whole))
		n += unknown(st, op, c);
	else
		n += ranges(st, old, dmsc_buf_rd(op->after), all, c);
	dmsc_buf_free(&blank);
	return n;
}
