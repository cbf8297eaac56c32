/*
 * Pairs of files: the other slot of a file in use, a pair that is free, or a
 * new one, made by us or by the card.
 */
#include "store/room.h"

#include "base/base.h"

enum { SIZE_STEP = 32, SIZE_EMPTY = 1024, FREE_TRIES = 3 };

int
dmsc_pairs_may(struct dmsc_build *b, bool *may)
{
	unsigned pin = 0;
	int r;

	*may = !b->no_create && dmsc_room_by_card(b);
	if (b->no_create || *may)
		return DMSC_E_OK;
	if (!b->asked_create) {
		r = b->st->have_app_fcp ? DMSC_E_OK : dmsc_uicc_select(
		    b->st->u, &b->st->app, &b->st->app_fcp);
		if (r != DMSC_E_OK)
			return r;
		b->st->have_app_fcp = true;
		b->may_create = dmsc_uicc_access(b->st->u, &b->st->app,
		    &b->st->app_fcp, DMSC_MODE_CREATE_EF, NULL, NULL, &pin);
		b->asked_create = true;
		b->no_create = b->may_create == DMSC_REFUSED && pin == 0;
	}
	*may = !b->no_create;
	return DMSC_E_OK;
}

static int
add_create(struct dmsc_build *b, const struct dmsc_need *n, unsigned fid,
    size_t size, struct dmsc_sfile **file)
{
	struct dmsc_sfile *f = calloc(1, sizeof *f);
	struct dmsc_op *op;
	int r;

	*file = NULL;
	if (f == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	f->place = dmsc_store_place(b->st, fid);
	if ((r = dmsc_build_op(b, DMSC_OP_CREATE, f, NULL)) != DMSC_E_OK) {
		free(f);
		return r;
	}
	op = &b->ops[b->n_ops - 1];
	op->own = true;
	op->size = size;
	op->sec_tag = n->sec_tag;
	if ((op->sec = dmsc_buf_from(n->sec, DMSC_EF_MAX)) == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	b->create = true;
	dmsc_forecast_at(b, &b->st->app, &b->st->app_fcp, DMSC_MODE_CREATE_EF);
	*file = f;
	return DMSC_E_OK;
}

/* Whether a file with the rules of n may not be read. */
static bool
is_sealed(struct dmsc_build *b, const struct dmsc_need *n,
    const struct dmsc_sfile *f)
{
	struct dmsc_uicc_fcp fcp = b->st->odf_file.fcp;
	unsigned pin = 0;

	fcp.sec_tag = n->sec_tag;
	fcp.sec = n->sec;
	return dmsc_uicc_access(b->st->u, &f->place, &fcp, DMSC_MODE_READ,
	    NULL, NULL, &pin) != DMSC_ALLOWED && pin != 0;
}

/* Writes the bytes into a file that nobody reads yet. */
static int
add_write(struct dmsc_build *b, const struct dmsc_need *n,
    struct dmsc_sfile *f, size_t size)
{
	struct dmsc_buf *image = dmsc_build_image(size, 0, n->bytes,
	    dmsc_rd_of(NULL, 0));
	bool sealed = !f->have_fcp && is_sealed(b, n, f);
	int r;

	if (image == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	/* Known first: it is the selected file, and the forecast may have to
	 * select EF.ARR. */
	if (f->have_fcp) {
		if ((r = dmsc_sfile_know(b->st, f)) != DMSC_E_OK) {
			dmsc_buf_free(&image);
			return r;
		}
		dmsc_where_forecast(b, f, DMSC_MODE_UPDATE);
	}
	if ((r = dmsc_build_op(b, DMSC_OP_WRITE, f, &image)) == DMSC_E_OK)
		b->ops[b->n_ops - 1].sealed = sealed;
	return r;
}

static unsigned
last_fid(const struct dmsc_p15_path *p)
{
	return (unsigned)p->path[p->len - 2] << 8 | p->path[p->len - 1];
}

static bool
is_taken(const struct dmsc_build *b, unsigned fid)
{
	const struct dmsc_store *st = b->st;
	size_t i;

	if (b->taken[(fid & UINT8_MAX) / 2])
		return true;
	for (i = 0; i < st->n_docs; i++)
		if ((dmsc_place_fid(&st->docs[i].file.place) & ~1u) ==
		    (fid & ~1u))
			return true;
	for (i = 0; i < st->n_dirs; i++)
		if ((dmsc_place_fid(&st->dirs[i].file.place) & ~1u) ==
		    (fid & ~1u))
			return true;
	for (i = 0; i < st->odf.n; i++)	/* certificates, keys, PINs */
		if (st->odf.v[i].path.len >= 2 &&
		    (last_fid(&st->odf.v[i].path) & ~1u) == (fid & ~1u))
			return true;
	return false;
}

static void
take(struct dmsc_build *b, unsigned fid)
{
	b->taken[(fid & UINT8_MAX) / 2] = true;
}

static size_t
fresh_size(const struct dmsc_need *n)
{
	size_t want = n->bytes.left + n->bytes.left / 4;

	want = DMSC_MAX(want, n->least);
	if (want == 0)
		want = SIZE_EMPTY;
	want = (want + SIZE_STEP - 1) / SIZE_STEP * SIZE_STEP;
	return DMSC_MIN(want, DMSC_EF_MAX);
}

/* Whether a file that is there has the size and the rules for n. */
static bool
suits(const struct dmsc_need *n, const struct dmsc_uicc_fcp *fcp)
{
	return fcp->size != SIZE_MAX && fcp->size >= n->bytes.left &&
	    fcp->size >= n->least && fcp->sec_tag == n->sec_tag &&
	    dmsc_rd_eq(dmsc_rd_of(fcp->sec.p, fcp->sec.left), n->sec);
}

enum pair_state { PAIR_NONE, PAIR_HALF, PAIR_BOTH, PAIR_ODD };

/* What is at fid and fid ^ 1: nothing, the other file alone, both, or files
 * that do not suit. *f is fid's file. */
static int
look_at_pair(struct dmsc_build *b, const struct dmsc_need *n, unsigned fid,
    struct dmsc_sfile **f, enum pair_state *out)
{
	struct dmsc_sslot *one, *two;
	int r;

	*out = PAIR_NONE;
	if ((r = dmsc_sslot_at(b->st, fid, &one)) != DMSC_E_OK)
		return r;
	*f = &one->file;
	if (!one->there && b->no_create)
		return DMSC_E_OK;
	if ((r = dmsc_sslot_at(b->st, fid ^ 1, &two)) != DMSC_E_OK)
		return r;
	*out = (one->there && !suits(n, &one->file.fcp)) ||
	    (two->there && !suits(n, &two->file.fcp)) ||
	    (one->there && !two->there) ? PAIR_ODD :
	    one->there ? PAIR_BOTH : two->there ? PAIR_HALF : PAIR_NONE;
	return DMSC_E_OK;
}

/* A file that the card is to make: which one is a guess. */
static int
add_guess(struct dmsc_build *b, const struct dmsc_need *n, unsigned fid,
    size_t size, bool pair)
{
	struct dmsc_sfile *f;
	int r;

	if ((r = dmsc_room_want(b, n, size, pair)) != DMSC_E_OK)
		return r;
	if ((f = calloc(1, sizeof *f)) == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	f->place = dmsc_store_place(b->st, fid);
	if ((r = add_write(b, n, f, size)) != DMSC_E_OK)
		free(f);
	else
		b->ops[b->n_ops - 1].own = true;
	return r;
}

/* A pair from the card: the one that it gave, or one to be asked for. */
static int
cards_pair(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid)
{
	struct dmsc_sslot *slot;
	unsigned i;
	int r;

	if ((*fid = dmsc_room_given(b->st, n)) == 0) {
		for (i = n->first; i < n->last && is_taken(b, i); i += 2)
			;
		*fid = i;
		take(b, i);
		return add_guess(b, n, i, fresh_size(n), true);
	}
	take(b, *fid);
	if ((r = dmsc_sslot_at(b->st, *fid, &slot)) != DMSC_E_OK)
		return r;
	if (slot->there && slot->file.fcp.size != SIZE_MAX &&
	    slot->file.fcp.size >= n->bytes.left) {
		b->pair = b->create = true;
		return add_write(b, n, &slot->file, slot->file.fcp.size);
	}
	(void)dmsc_fail(b->st->e, DMSC_E_PLAN, "the file %04X that the card "
	    "made cannot be used", *fid);
	return dmsc_err_where(b->st->e, "%s", n->what);
}

/* The files of a pair that are missing; the bytes go into fid. */
static int
make_pair(struct dmsc_build *b, const struct dmsc_need *n, unsigned fid,
    bool half)
{
	struct dmsc_sfile *f, *other;
	size_t size = fresh_size(n);
	int r;

	if ((!half && (r = add_create(b, n, fid ^ 1, size, &other)) !=
	    DMSC_E_OK) ||
	    (r = add_create(b, n, fid, size, &f)) != DMSC_E_OK)
		return r;
	return add_write(b, n, f, size);
}

/* The pair at fid, used or made; *done says whether it could be. */
static int
try_pair(struct dmsc_build *b, const struct dmsc_need *n, unsigned fid,
    bool may, bool *done)
{
	enum pair_state state;
	struct dmsc_sfile *f;
	int r;

	*done = false;
	if (is_taken(b, fid))
		return DMSC_E_OK;
	if ((r = look_at_pair(b, n, fid, &f, &state)) != DMSC_E_OK)
		return r;
	if (state == PAIR_ODD || (!may && state != PAIR_BOTH))
		return DMSC_E_OK;
	take(b, fid);
	*done = true;
	b->pair = b->pair || state == PAIR_BOTH;
	return state == PAIR_BOTH ? add_write(b, n, f, f->fcp.size) :
	    make_pair(b, n, fid, state == PAIR_HALF);
}

/*
 * What moves out of a file of another maker goes to 4Dxx with the same low
 * byte where that is free: one byte of its path changes then. Else to the
 * first pair that is free; without CREATE FILE only a few are looked at.
 */
int
dmsc_pairs_find(struct dmsc_build *b, const struct dmsc_need *n, bool may,
    unsigned *fid)
{
	unsigned i, tries = may ? UINT8_MAX : FREE_TRIES;
	bool done = false;
	int r;

	*fid = 0;
	if (may && dmsc_room_by_card(b))
		return cards_pair(b, n, fid);
	if (n->file != NULL) {
		i = DMSC_FID_OURS |
		    (dmsc_place_fid(&n->file->place) & UINT8_MAX);
		r = i == dmsc_place_fid(&n->file->place) ? DMSC_E_OK :
		    try_pair(b, n, i, may, &done);
		if (r != DMSC_E_OK || done) {
			*fid = i;
			return r;
		}
	}
	for (i = n->first; i < n->last && tries > 0; i += 2) {
		tries -= is_taken(b, i) ? 0 : 1;
		if ((r = try_pair(b, n, i, may, &done)) != DMSC_E_OK)
			return r;
		if (done) {
			*fid = i;
			return r;
		}
	}
	return DMSC_E_OK;
}

int
dmsc_pairs_other(struct dmsc_build *b, const struct dmsc_need *n,
    unsigned *fid)
{
	struct dmsc_sfile *f;
	size_t size = n->file->fcp.size;
	bool may;
	int r;

	if ((r = dmsc_sslot_find(b->st, n->file, n->slot)) != DMSC_E_OK)
		return r;
	*fid = dmsc_place_fid(&n->file->place) ^ 1;
	if (n->slot->there && n->slot->file.fcp.size != SIZE_MAX &&
	    n->slot->file.fcp.size >= n->bytes.left) {
		b->pair = true;
		return add_write(b, n, &n->slot->file,
		    n->slot->file.fcp.size);
	}
	if (!n->slot->there && size != SIZE_MAX && size >= n->bytes.left &&
	    (*fid & DMSC_FID_OURS_MASK) == DMSC_FID_OURS) {
		if ((r = dmsc_pairs_may(b, &may)) != DMSC_E_OK)
			return r;
		if (may && dmsc_room_by_card(b))
			return add_guess(b, n, *fid, size, false);
		if (may)
			return (r = add_create(b, n, *fid, size, &f)) !=
			    DMSC_E_OK ? r : add_write(b, n, f, size);
	}
	*fid = 0;
	return DMSC_E_OK;
}
