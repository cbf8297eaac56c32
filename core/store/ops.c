/*
 * Operations on the card: files made, ranges written and read back. Only
 * ranges that differ are written, each with one UPDATE BINARY.
 */
#include "store/conceal.h"
#include "store/plan.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum { TAG_FCP = 0x62, TAG_DESCRIPTOR = 0x82, TAG_FID = 0x83,
	TAG_LIFE = 0x8A, TAG_SIZE = 0x80, TAG_SFI = 0x88,
	LIFE_ACTIVATED = 0x05, FCP_MAX = 255, SIZE_2_BYTES = 0x7FFF };

void
dmsc_op_clear(struct dmsc_op *op)
{
	if (op->own && op->file != NULL) {
		dmsc_sfile_clear(op->file);
		free(op->file);
	}
	dmsc_buf_free(&op->after);
	dmsc_buf_free(&op->sec);
	dmsc_buf_free(&op->room);
	free(op->what);
	memset(op, 0, sizeof *op);
}

static bool
same_at(struct dmsc_rd old, struct dmsc_rd now, size_t i)
{
	return i < old.left && old.p[i] == now.p[i];
}

bool
dmsc_next_range(struct dmsc_rd old, struct dmsc_rd now, size_t from,
    size_t block, struct dmsc_range *out)
{
	size_t end;

	while (from < now.left && same_at(old, now, from))
		from++;
	if (from >= now.left)
		return false;
	end = DMSC_MIN(now.left, from + block);
	while (same_at(old, now, end - 1))
		end--;
	out->at = from;
	out->n = end - from;
	return true;
}

size_t
dmsc_ranges(struct dmsc_rd old, struct dmsc_rd now, size_t block,
    size_t *bytes)
{
	struct dmsc_range g = { 0, 0 };
	size_t n = 0;

	*bytes = 0;
	while (dmsc_next_range(old, now, g.at + g.n, block, &g)) {
		*bytes += g.n;
		n++;
	}
	return n;
}

/* A size of 8000 or more takes three bytes: OpenSC reads two as signed. */
static int
put_size(struct dmsc_buf *b, size_t size)
{
	uint8_t v[3] = { (uint8_t)(size >> 16), (uint8_t)(size >> 8),
	    (uint8_t)size };

	return size > SIZE_2_BYTES ?
	    dmsc_tlv_put(b, TAG_SIZE, dmsc_rd_of(v, 3)) :
	    dmsc_tlv_put(b, TAG_SIZE, dmsc_rd_of(v + 1, 2));
}

int
dmsc_op_fcp(const struct dmsc_op *op, struct dmsc_buf *b)
{
	static const uint8_t transparent[] = { 0x41, 0x21 };
	unsigned fid = dmsc_place_fid(&op->file->place);
	uint8_t id[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, TAG_FCP, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_DESCRIPTOR, dmsc_rd_of(transparent,
	    sizeof transparent))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_FID, dmsc_rd_of(id, 2))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(b, TAG_LIFE, LIFE_ACTIVATED)) != DMSC_E_OK)
		return r;
	if (op->sec_tag != 0 && (r = dmsc_tlv_put(b, op->sec_tag,
	    dmsc_buf_rd(op->sec))) != DMSC_E_OK)
		return r;
	if ((r = put_size(b, op->size)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_SFI, dmsc_rd_of(NULL, 0))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

/* In the DF of the file; the file is the selected one after it. */
static int
create(struct dmsc_store *st, struct dmsc_op *op)
{
	struct dmsc_place df = op->file->place;
	struct dmsc_buf *fcp = dmsc_buf_new(FCP_MAX);
	int r;

	df.n--;
	if (fcp == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_op_fcp(op, fcp)) != DMSC_E_OK)
		dmsc_fail(st->e, r, "cannot describe a new file");
	else if ((r = dmsc_uicc_select(st->u, &df, NULL)) == DMSC_E_OK)
		r = dmsc_uicc_create(st->u, dmsc_buf_rd(fcp));
	dmsc_buf_free(&fcp);
	op->file->have_fcp = op->file->whole = false;
	dmsc_buf_free(&op->file->bytes);
	return r;
}

/* What the file holds before. Where reading is not allowed nothing is known
 * of it, so that all of it is written. */
int
dmsc_sfile_know(struct dmsc_store *st, struct dmsc_sfile *f)
{
	int r;

	if (f->whole)
		return DMSC_E_OK;
	r = dmsc_sfile_read(st, f);
	if (r != DMSC_E_AUTH)
		return r;
	dmsc_err_clear(st->e);
	dmsc_buf_free(&f->bytes);
	f->bytes = dmsc_buf_new(DMSC_EF_MAX);
	return f->bytes != NULL ? DMSC_E_OK :
	    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

static int
read_back(struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_range g, int *verified)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	int r;

	if (b == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = *verified < 0 ? DMSC_E_OK : dmsc_uicc_read(st->u, g.at, g.n, b);
	if (r == DMSC_E_AUTH) {
		*verified = -1;
		dmsc_err_clear(st->e);
		r = DMSC_E_OK;
	} else if (r == DMSC_E_OK && *verified >= 0 &&
	    !dmsc_rd_eq(dmsc_buf_rd(b), dmsc_rd_slice(dmsc_buf_rd(op->after),
	    g.at, g.n))) {
		*verified = 0;
		r = dmsc_fail(st->e, DMSC_E_SW,
		    "the card did not keep what was written");
	}
	dmsc_buf_free(&b);
	return r;
}

static int
write_range(struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_range g)
{
	return dmsc_uicc_update(st->u, g.at,
	    dmsc_rd_slice(dmsc_buf_rd(op->after), g.at, g.n));
}

/* All ranges that differ from offset from on, written, then read back. */
static int
write_ranges(struct dmsc_store *st, const struct dmsc_op *op, size_t from,
    int *verified)
{
	struct dmsc_rd old = dmsc_buf_rd(op->file->bytes);
	struct dmsc_rd now = dmsc_buf_rd(op->after);
	struct dmsc_range g = { from, 0 };
	size_t block = dmsc_uicc_update_block(st->u);
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK &&
	    dmsc_next_range(old, now, g.at + g.n, block, &g))
		r = write_range(st, op, g);
	g.at = from;
	g.n = 0;
	while (r == DMSC_E_OK &&
	    dmsc_next_range(old, now, g.at + g.n, block, &g))
		r = read_back(st, op, g, verified);
	return r;
}

/*
 * A torn card must read as "nothing here": the header byte becomes FF, then
 * the body is written and read back, then the header is made valid. Both
 * header writes are one byte.
 */
static int
guarded(struct dmsc_store *st, const struct dmsc_op *op, int *verified)
{
	const struct dmsc_range head = { op->head, 1 };
	const struct dmsc_buf *old = op->file->bytes;
	uint8_t pad = DMSC_PAD;
	int r = DMSC_E_OK;

	if (old->len <= op->head || old->p[op->head] != DMSC_PAD)
		r = dmsc_uicc_update(st->u, op->head, dmsc_rd_of(&pad, 1));
	if (r == DMSC_E_OK)
		r = write_ranges(st, op, op->head + 1, verified);
	if (r != DMSC_E_OK || op->after->p[op->head] == DMSC_PAD)
		return r;
	if ((r = write_range(st, op, head)) == DMSC_E_OK)
		r = read_back(st, op, head, verified);
	return r;
}

bool
dmsc_op_idle(struct dmsc_store *st, const struct dmsc_op *op)
{
	size_t bytes;

	return op->kind == DMSC_OP_WRITE && op->file->whole &&
	    dmsc_ranges(dmsc_buf_rd(op->file->bytes), dmsc_buf_rd(op->after),
	    dmsc_uicc_update_block(st->u), &bytes) == 0;
}

/* What was known of the file is not true any more, however it went. */
int
dmsc_op_run(struct dmsc_store *st, struct dmsc_op *op, int *verified)
{
	unsigned fid = dmsc_place_fid(&op->file->place);
	bool hidden = false;
	int r;

	if (op->kind == DMSC_OP_ROOM)	/* it was asked for, again and again */
		return dmsc_fail(st->e, DMSC_E_PLAN,
		    "what the card gives is never enough");
	if (op->kind == DMSC_OP_CREATE)
		return create(st, op);
	if (dmsc_op_idle(st, op))
		return DMSC_E_OK;
	r = dmsc_uicc_select(st->u, &op->file->place, NULL);
	if (r == DMSC_E_OK)
		r = dmsc_sfile_know(st, op->file);
	/* A range may be part of a secret: no range is recorded. */
	if (dmsc_conceal_has(dmsc_buf_rd(op->after)))
		hidden = dmsc_uicc_conceal(st->u, fid);
	if (r == DMSC_E_OK)
		r = op->kind == DMSC_OP_GUARD ? guarded(st, op, verified) :
		    write_ranges(st, op, 0, verified);
	if (hidden)
		dmsc_uicc_reveal(st->u, fid);
	op->file->whole = false;
	dmsc_buf_free(&op->file->bytes);
	return r;
}
