/*
 * Which file takes new bytes: the other slot of the pair, a free or new
 * pair, or the file in use (guarded). Forecasts by the access rules.
 */
#include "store/room.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

enum { ZEROS = 8, SIZE_STEP = 32, SIZE_EMPTY = 1024, RULES_MAX = 64,
	FREE_TRIES = 3, FID_P15 = 0x7F50 };

struct dmsc_buf *
dmsc_build_image(size_t size, size_t at, struct dmsc_rd bytes,
    struct dmsc_rd old)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);

	if (b == NULL || at + bytes.left > size ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, 0, at)) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, at - b->len) != DMSC_E_OK ||
	    dmsc_buf_put(b, bytes) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, size - b->len) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

/* Where what is no padding ends: FF, or a row of 00. */
static size_t
padded_from(struct dmsc_rd old, size_t from, size_t end)
{
	size_t n = end;
	uint8_t pad;

	pad = end > from && old.p[end - 1] == 0 ? 0 : DMSC_PAD;
	while (n > from && old.p[n - 1] == pad)
		n--;
	return pad == 0 && end - n < ZEROS ? end : n;
}

/* old with bytes at head, FF behind them up to the end of what stood in the
 * room there; all else as it was. */
struct dmsc_buf *
dmsc_build_part(struct dmsc_rd old, size_t head, size_t room,
    struct dmsc_rd bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	size_t end = padded_from(old, head + bytes.left,
	    head + DMSC_MIN(room, old.left - head));

	if (b == NULL || bytes.left > room ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, 0, head)) != DMSC_E_OK ||
	    dmsc_buf_put(b, bytes) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, end - b->len) != DMSC_E_OK ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, end, old.left)) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

/* The first refusal stands, else the first thing that is not known. */
static void
remember(struct dmsc_build *b, enum dmsc_forecast f, const char *text)
{
	if (f == DMSC_ALLOWED || b->verdict == DMSC_REFUSED ||
	    (f == DMSC_FORECAST_UNKNOWN && b->verdict == f))
		return;
	b->verdict = f;
	(void)snprintf(b->why, sizeof b->why, "%s", text);
}

static const char *
mode_text(enum dmsc_mode m)
{
	return m == DMSC_MODE_CREATE_EF ? "making a file in" :
	    m == DMSC_MODE_READ ? "reading" : "writing";
}

static void
forecast(struct dmsc_build *b, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode)
{
	struct dmsc_buf *needs = dmsc_buf_new(DMSC_ERR_TEXT);
	struct dmsc_buf *rule = dmsc_buf_new(DMSC_ERR_TEXT);
	char text[DMSC_ERR_TEXT];
	enum dmsc_forecast f;
	unsigned pin = 0;

	f = dmsc_uicc_access(b->st->u, p, fcp, mode, needs, rule, &pin);
	(void)snprintf(text, sizeof text, "%s %04X: %s%s%s", mode_text(mode),
	    p->n > 0 ? dmsc_place_fid(p) : FID_P15,
	    rule != NULL && rule->len > 0 ? dmsc_buf_cstr(rule) : "its rule",
	    f == DMSC_REFUSED ? " asks for " : " does not tell",
	    f != DMSC_REFUSED ? "" : needs != NULL && needs->len > 0 ?
	    dmsc_buf_cstr(needs) : "what nobody has");
	remember(b, f, text);
	if (f == DMSC_REFUSED && !b->needs_pin) {
		b->needs_pin = pin != 0;
		b->refused_at = *p;
		b->refused_mode = mode;
	}
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
}

void
dmsc_where_forecast(struct dmsc_build *b, const struct dmsc_sfile *f,
    enum dmsc_mode mode)
{
	forecast(b, &f->place, &f->fcp, mode);
}

/* Whether files may be made in the application: asked once. A missing PIN
 * is no refusal here; the plan says that it is needed. */
static int
may_create(struct dmsc_build *b, bool *may)
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
	forecast(b, &b->st->app, &b->st->app_fcp, DMSC_MODE_CREATE_EF);
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
static int
find_pair(struct dmsc_build *b, const struct dmsc_need *n, bool may,
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

static int
other_slot(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid)
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
		if ((r = may_create(b, &may)) != DMSC_E_OK)
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

/* What the file in use, or the part of it, holds. */
static size_t
room_of(const struct dmsc_need *n)
{
	size_t size = n->file->bytes->len;

	return !n->part ? size : n->head >= size ? 0 :
	    DMSC_MIN(n->room, size - n->head);
}

/* Why there is no file but the one in use. */
static const char *
no_other(struct dmsc_build *b)
{
	bool may = false;

	return may_create(b, &may) == DMSC_E_OK && may ?
	    "all file identifiers from 4D00 to 4DEF are taken" :
	    "this card lets nobody make another one";
}

static int
no_room(struct dmsc_build *b, const struct dmsc_need *n)
{
	const char *why = n->stays ? "the directory cannot name another one" :
	    no_other(b);

	dmsc_fail(b->st->e, DMSC_E_SPACE, "%zu bytes do not fit",
	    n->bytes.left);
	dmsc_err_where(b->st->e, "%s", n->what);
	if (n->file != NULL)
		dmsc_err_why(b->st->e, "its %sfile %04X holds %zu bytes, and "
		    "%s", n->part ? "part of " : "",
		    dmsc_place_fid(&n->file->place), room_of(n), why);
	return dmsc_err_next(b->st->e, "docs");
}

static int
too_large(struct dmsc_build *b, const struct dmsc_need *n)
{
	dmsc_fail(b->st->e, DMSC_E_SPACE, "%zu bytes do not fit",
	    n->bytes.left);
	dmsc_err_where(b->st->e, "%s", n->what);
	dmsc_err_why(b->st->e, "a file of a card holds %d bytes at most",
	    DMSC_EF_MAX);
	return dmsc_err_next(b->st->e, "docs");
}

static int
in_place(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid)
{
	bool as_found = n->file != NULL && n->as_found.left > 0 &&
	    n->as_found.left <= room_of(n);
	struct dmsc_rd bytes = n->bytes;
	struct dmsc_buf *image;
	int r;

	if (n->file == NULL) {
		const char *why = no_other(b);

		dmsc_fail(b->st->e, DMSC_E_PLAN, "the card has no free files, "
		    "and %s", why);
		dmsc_err_where(b->st->e, "%s", n->what);
		return dmsc_err_next(b->st->e, "file access %s",
		    "3F00/7F50");
	}
	if (n->inside) {
		dmsc_fail(b->st->e, DMSC_E_PLAN, "it stands in a directory, "
		    "and the card lets nobody make a file for it");
		return dmsc_err_where(b->st->e, "%s", n->what);
	}
	*fid = dmsc_place_fid(&n->file->place);
	if (as_found)
		bytes = n->as_found;
	if (bytes.left > room_of(n))
		return no_room(b, n);
	image = dmsc_build_part(dmsc_buf_rd(n->file->bytes), n->head,
	    room_of(n), bytes);
	if (image == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	b->guard = true;
	dmsc_where_forecast(b, n->file, DMSC_MODE_UPDATE);
	if ((r = dmsc_build_op(b, DMSC_OP_GUARD, n->file, &image)) ==
	    DMSC_E_OK)
		b->ops[b->n_ops - 1].head = n->head;
	if (!b->in_place && !b->needs_in_place) {
		b->needs_in_place = true;
		if (b->verdict != DMSC_REFUSED)
			(void)snprintf(b->why, sizeof b->why, n->stays ?
			    "the directory cannot name another file for %s" :
			    "%s has no second slot, and the card lets nobody "
			    "make one", n->what);
	}
	return r;
}

int
dmsc_where(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid,
    bool *moved)
{
	bool may = false;
	int r;

	*fid = 0;
	*moved = true;
	if (n->bytes.left > DMSC_EF_MAX)
		return too_large(b, n);
	if (n->file != NULL && !n->part && !n->stays &&
	    ((r = other_slot(b, n, fid)) != DMSC_E_OK || *fid != 0))
		return r;
	if (!n->stays && ((r = may_create(b, &may)) != DMSC_E_OK ||
	    (r = find_pair(b, n, may, fid)) != DMSC_E_OK || *fid != 0))
		return r;
	*moved = false;
	return in_place(b, n, fid);
}

/* The rule of EF.ARR under which reading asks for what private documents
 * ask for, and writing for a key. */
static bool
find_private_rule(struct dmsc_build *b, uint8_t sec[3])
{
	struct dmsc_uicc_fcp *fcp = &b->st->odf_file.fcp, fake = *fcp;
	unsigned k, pin, adm;

	if (fcp->sec_tag != 0x8B || fcp->sec.left != 3)
		return false;
	memcpy(sec, fcp->sec.p, 3);
	fake.sec = dmsc_rd_of(sec, 3);
	for (k = 1; k < RULES_MAX; k++) {
		sec[2] = (uint8_t)k;
		pin = dmsc_uicc_asks(b->st->u, &b->st->odf_file.place, &fake,
		    DMSC_MODE_READ);
		adm = dmsc_uicc_asks(b->st->u, &b->st->odf_file.place, &fake,
		    DMSC_MODE_UPDATE);
		if (pin == 0x81 && adm >= 0x0A)
			return true;
	}
	return false;
}

int
dmsc_where_rules(struct dmsc_build *b, bool is_private, uint8_t *tag,
    struct dmsc_rd *sec)
{
	struct dmsc_store *st = b->st;
	size_t i;
	int r;

	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sfile *f = &st->docs[i].file;

		if (st->docs[i].is_private != is_private ||
		    st->docs[i].is_dir || st->docs[i].direct ||
		    strcmp(st->docs[i].kind, "arf") == 0)
			continue;
		if ((r = dmsc_sfile_select(st, f)) == DMSC_E_OK)
			r = dmsc_sfile_readable(st, f);
		if (r != DMSC_E_OK && !dmsc_store_about_card(r))
			return r;
		dmsc_err_clear(st->e);
		if (r != DMSC_E_OK)
			continue;	/* its path leads nowhere */
		*tag = f->fcp.sec_tag;
		*sec = f->fcp.sec;
		return DMSC_E_OK;
	}
	*tag = st->odf_file.fcp.sec_tag;
	*sec = st->odf_file.fcp.sec;
	if (!is_private)
		return DMSC_E_OK;
	*tag = 0x8B;
	*sec = dmsc_rd_of(b->rule, sizeof b->rule);
	if (find_private_rule(b, b->rule))
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_PLAN, "no access rule for a private document");
	return dmsc_err_why(st->e, "no record of EF.ARR lets the local PIN "
	    "read and an administrator write");
}
