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
	return dmsc_rd_slice(all, d->index, d->length);
}

static size_t
without_padding(struct dmsc_rd r)
{
	while (r.left > 0 && r.p[r.left - 1] == DMSC_PAD)
		r.left--;
	return r.left;
}

int
dmsc_sfile_peek(struct dmsc_store *st, struct dmsc_sfile *f)
{
	size_t want = PEEK;
	int r;

	if (f->bytes != NULL)
		return DMSC_E_OK;
	r = dmsc_uicc_select(st->u, &f->place, f->have_fcp ? NULL : &f->fcp);
	if (r != DMSC_E_OK)
		return r;
	f->have_fcp = true;
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

static int
read_file(struct dmsc_store *st, struct dmsc_sdoc *d, bool first)
{
	int r;

	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	r = first ? dmsc_sfile_peek(st, &d->file) :
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
	bool fresh = d->file.bytes == NULL;
	int r;

	d->asked = d->asked || !first;
	if (d->file.whole || (first && !fresh))
		return DMSC_E_OK;
	if ((r = read_file(st, d, first)) != DMSC_E_OK)
		return r;
	if (d->file.whole)
		d->used = dmsc_store_empty(dmsc_sdoc_bytes(d)) ? 0 :
		    without_padding(dmsc_sdoc_bytes(d));
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
