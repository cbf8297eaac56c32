/* Bytes of documents: read lazily and once per picture, first block first. */
#include "store/conceal.h"

#include <string.h>

#include "base/base.h"

enum { PEEK = 255 };	/* as much as one READ BINARY always brings */

/* The document in its file: all of it, or what index and length name. */
struct dmsc_rd
dmsc_sdoc_bytes(const struct dmsc_sdoc *d)
{
	struct dmsc_rd all = dmsc_buf_rd(d->file.bytes);

	if (!d->has_range)
		return all;
	return d->part != NULL ? dmsc_buf_rd(d->part) :
	    dmsc_rd_slice(all, d->index, d->length);
}

bool
dmsc_sdoc_whole(const struct dmsc_sdoc *d)
{
	return d->file.whole || (d->has_range && d->part_whole);
}

size_t
dmsc_unpadded(struct dmsc_rd r)
{
	while (r.left > 0 && r.p[r.left - 1] == DMSC_PAD)
		r.left--;
	return r.left;
}

/* A signature says how long it is, and may end with what padding is. */
static size_t
used_of(const struct dmsc_sdoc *d)
{
	struct dmsc_rd bytes = dmsc_sdoc_bytes(d);

	return dmsc_store_empty(bytes) ? 0 : dmsc_signed_is(d->kind) ?
	    dmsc_signed_used(bytes) : dmsc_unpadded(bytes);
}

int
dmsc_sfile_readable(struct dmsc_store *st, const struct dmsc_sfile *f)
{
	enum dmsc_file_kind k = f->fcp.kind;

	if (k == DMSC_FILE_MF || k == DMSC_FILE_DF || k == DMSC_FILE_ADF)
		return dmsc_fail(st->e, DMSC_E_NOTFOUND,
		    "the path names a DF, not a file");
	if (k == DMSC_FILE_LINEAR || k == DMSC_FILE_CYCLIC)
		return dmsc_fail(st->e, DMSC_E_NOTFOUND,
		    "the path names a file of records");
	return DMSC_E_OK;
}

/* Selected, its FCP known, and such that READ BINARY reads it. */
int
dmsc_sfile_ready(struct dmsc_store *st, struct dmsc_sfile *f)
{
	int r;

	r = dmsc_uicc_select(st->u, &f->place, f->have_fcp ? NULL : &f->fcp);
	if (r != DMSC_E_OK)
		return r;
	f->have_fcp = true;
	return dmsc_sfile_readable(st, f);
}

int
dmsc_sfile_peek(struct dmsc_store *st, struct dmsc_sfile *f)
{
	size_t want = PEEK;
	int r;

	if (f->bytes != NULL)
		return DMSC_E_OK;
	if ((r = dmsc_sfile_ready(st, f)) != DMSC_E_OK)
		return r;
	want = DMSC_MIN(DMSC_MAX(want, dmsc_uicc_read_block(st->u)),
	    f->fcp.size);
	if ((f->bytes = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = want == 0 ? DMSC_E_OK :
	    dmsc_uicc_read(st->u, 0, want, f->bytes);
	if (r != DMSC_E_OK)
		dmsc_buf_free(&f->bytes);
	else
		f->whole = f->bytes->len < want ||
		    f->bytes->len == f->fcp.size;
	if (f->whole)
		dmsc_conceal_whole(st, dmsc_buf_rd(f->bytes), 0);
	return r;
}

/* A document in a larger file: of that file only its part is read. */
static int
read_part(struct dmsc_store *st, struct dmsc_sdoc *d, bool first)
{
	size_t have = d->part != NULL ? d->part->len : 0, want = d->length;
	size_t size;
	int r;

	if ((r = dmsc_sfile_ready(st, &d->file)) != DMSC_E_OK)
		return r;
	size = d->file.fcp.size;
	if (size != SIZE_MAX)
		want = DMSC_MIN(want, size > d->index ? size - d->index : 0);
	if (want < d->length && (r = dmsc_sdoc_warn(d, "its index and length "
	    "reach beyond the file")) != DMSC_E_OK)
		return dmsc_fail(st->e, r, "out of memory");
	if (first)
		want = DMSC_MIN(want, DMSC_MAX((size_t)PEEK,
		    dmsc_uicc_read_block(st->u)));
	if (d->part == NULL && (d->part = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = want <= have ? DMSC_E_OK : dmsc_uicc_read(st->u, d->index + have,
	    want - have, d->part);
	if (r != DMSC_E_OK) {
		dmsc_buf_free(&d->part);
		return r;
	}
	d->part_whole = !first || want < PEEK || d->part->len < want ||
	    d->part->len == d->length;
	if (d->part_whole)
		dmsc_conceal_whole(st, dmsc_buf_rd(d->part), have);
	return DMSC_E_OK;
}

static int
read_file(struct dmsc_store *st, struct dmsc_sdoc *d, bool first)
{
	int r;

	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	r = d->has_range && !d->file.whole ? read_part(st, d, first) :
	    first ? dmsc_sfile_peek(st, &d->file) :
	    dmsc_sfile_read(st, &d->file);
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_AUTH && !st->brief)
		(void)dmsc_guard_explain(st->g, &d->file.place,
		    DMSC_MODE_READ);
	if (r != DMSC_E_OK)
		dmsc_err_where(st->e, "/%s", d->name);
	return r;
}

int
dmsc_sdoc_read(struct dmsc_store *st, struct dmsc_sdoc *d, bool first)
{
	bool fresh = d->file.bytes == NULL && d->part == NULL;
	int r;

	d->asked = d->asked || !first;
	if (dmsc_sdoc_whole(d) || (first && !fresh))
		return DMSC_E_OK;
	if ((r = read_file(st, d, first)) != DMSC_E_OK)
		return r;
	if (dmsc_sdoc_whole(d))
		d->used = used_of(d);
	if (dmsc_store_kind_by_content(st, d) != DMSC_E_OK)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

int
dmsc_sfile_probe(struct dmsc_store *st, struct dmsc_sfile *f, bool *there)
{
	int r = dmsc_sfile_select(st, f);

	*there = r == DMSC_E_OK;
	if (r == DMSC_E_OK || dmsc_store_lost(r) ||
	    r == DMSC_E_INTERRUPTED || r == DMSC_E_NOMEM)
		return r;
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

int
dmsc_sslot_find(struct dmsc_store *st, const struct dmsc_sfile *f,
    struct dmsc_sslot *s)
{
	unsigned fid = dmsc_place_fid(&f->place);
	int r;

	if (s->known)
		return DMSC_E_OK;
	if ((fid & DMSC_FID_OURS_MASK) == DMSC_FID_OURS) {
		s->file.place = f->place;
		s->file.place.fid[f->place.n - 1] = (uint16_t)(fid ^ 1);
		r = dmsc_sfile_probe(st, &s->file, &s->there);
		if (r != DMSC_E_OK)
			return r;
	}
	s->known = true;
	return DMSC_E_OK;
}

int
dmsc_sslot_at(struct dmsc_store *st, unsigned fid, struct dmsc_sslot **out)
{
	struct dmsc_sslot *s, **slot;
	size_t i;
	int r;

	for (i = 0; i < st->n_looks; i++) {
		*out = st->looks[i];
		if (dmsc_place_fid(&(*out)->file.place) == fid)
			return DMSC_E_OK;
	}
	*out = NULL;
	if ((s = calloc(1, sizeof *s)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	s->file.place = dmsc_store_place(st, fid);
	r = dmsc_sfile_probe(st, &s->file, &s->there);
	if (r == DMSC_E_OK && (slot = dmsc_list_add(&st->looks,
	    &st->n_looks, sizeof *slot)) != NULL) {
		s->known = true;
		*slot = *out = s;
		return DMSC_E_OK;
	}
	free(s);
	return r != DMSC_E_OK ? r :
	    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}
