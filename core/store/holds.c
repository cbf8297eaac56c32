/* What the card holds of a journal entry, and bytes put back. */
#include "store/holds.h"

#include <string.h>

#include "base/base.h"

bool
dmsc_held_in_place(const struct dmsc_move *m)
{
	return m->from.n > 0 && dmsc_place_eq(&m->from, &m->to);
}

int
dmsc_held_read(struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_buf **out)
{
	struct dmsc_sfile f = { .place = *p };
	int r = dmsc_sfile_read(st, &f);

	*out = NULL;
	if (r == DMSC_E_AUTH)
		(void)dmsc_guard_explain(st->g, p, DMSC_MODE_READ);
	if (r == DMSC_E_OK) {
		*out = f.bytes;
		f.bytes = NULL;
	}
	dmsc_sfile_clear(&f);
	return r;
}

static int
look_at(struct dmsc_store *st, const struct dmsc_move *m,
    enum dmsc_holds *out)
{
	uint8_t sha[DMSC_SHA256_LEN];
	struct dmsc_buf *b = NULL;
	int r;

	if ((r = dmsc_held_read(st, &m->to, &b)) != DMSC_E_OK)
		return r;
	r = dmsc_sha256(dmsc_buf_rd(b), sha);
	*out = memcmp(sha, m->sha_to, sizeof sha) == 0 ? DMSC_HOLDS_NEW :
	    memcmp(sha, m->sha_from, sizeof sha) == 0 ? DMSC_HOLDS_OLD :
	    DMSC_HOLDS_TORN;
	dmsc_buf_free(&b);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(st->e, r, "cannot compute a digest");
}

static enum dmsc_holds
together(enum dmsc_holds a, enum dmsc_holds b)
{
	if (a == DMSC_HOLDS_NONE || a == b)
		return b;
	return a == DMSC_HOLDS_TORN || b == DMSC_HOLDS_TORN ?
	    DMSC_HOLDS_TORN : DMSC_HOLDS_MIXED;
}

int
dmsc_held_look(struct dmsc_store *st, const struct dmsc_jentry *j,
    struct dmsc_held *out)
{
	enum dmsc_holds h = DMSC_HOLDS_NONE;
	size_t i;
	int r;

	memset(out, 0, sizeof *out);
	for (i = 0; i < j->n_moves; i++) {
		const struct dmsc_move *m = &j->moves[i].m;

		if (!dmsc_held_in_place(m))
			continue;
		if ((r = look_at(st, m, &h)) != DMSC_E_OK)
			return r;
		if (m->odf)
			out->odf = h;
		else
			out->files = together(out->files, h);
	}
	return DMSC_E_OK;
}

int
dmsc_held_write(struct dmsc_store *st, const struct dmsc_move *m,
    struct dmsc_rd bytes, int *verified)
{
	struct dmsc_sfile f = { .place = m->to };
	struct dmsc_op op = { .kind = m->odf ? DMSC_OP_SWITCH :
	    DMSC_OP_GUARD, .file = &f };
	int r;

	if ((op.after = dmsc_buf_from(bytes, DMSC_EF_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_op_run(st, &op, verified);
	if (r == DMSC_E_AUTH)
		(void)dmsc_guard_explain(st->g, &m->to, DMSC_MODE_UPDATE);
	dmsc_op_clear(&op);
	dmsc_sfile_clear(&f);
	return r;
}
