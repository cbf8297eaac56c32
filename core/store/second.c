/*
 * A second directory, with the opaqueDO twins (OpenSC reads nothing else),
 * for a card of another maker that has one directory of oidDOs: made with the
 * first document that is new, and listed by the same switch of the ODF.
 */
#include "store/beside.h"
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

enum { DIR_SIZE = 512, ODF_ENTRY = 8 };

/* The opaqueDO of a document that has only an oidDO, and the other way. */
static int
put_twin(const struct dmsc_dodf_entry *e, struct dmsc_buf *out)
{
	struct dmsc_dodf_entry twin = *e;

	twin.choice = DMSC_DO_OPAQUE;
	twin.app_oid = e->oid;
	twin.oid = NULL;
	return dmsc_dodf_put(out, &twin);
}

/* A document, and not one of Android's access rules. */
static bool
wants_twin(const struct dmsc_dodf_entry *e)
{
	return e->understood && e->has_path &&
	    strcmp(dmsc_store_kind_of_oid(e->oid), "arf") != 0;
}

static int
put_twins(const struct dmsc_dodf *d, struct dmsc_buf *out)
{
	size_t k;
	int r = DMSC_E_OK, private;

	for (k = 0; r == DMSC_E_OK && k < d->n; k++)
		if (wants_twin(&d->v[k]) && d->v[k].choice == DMSC_DO_OID)
			r = put_twin(&d->v[k], out);
		else if (wants_twin(&d->v[k]) &&
		    d->v[k].choice == DMSC_DO_OPAQUE)
			r = dmsc_buf_put(out, d->v[k].raw);
	for (private = 0; private < 2; private++)
		for (k = 0; r == DMSC_E_OK && k < d->n; k++)
			if (wants_twin(&d->v[k]) &&
			    d->v[k].choice == DMSC_DO_OID &&
			    d->v[k].is_private == (private == 1))
				r = dmsc_buf_put(out, d->v[k].raw);
	return r;
}

int
dmsc_dir_twins(const struct dmsc_dodf *d, struct dmsc_buf *out)
{
	int r = put_twins(d, out);

	return r == DMSC_E_OK ? dmsc_dir_stop(out) : r;
}

static int
as_it_will_be(struct dmsc_build *b, struct dmsc_buf *out)
{
	struct dmsc_buf *first = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_dodf d = { .v = NULL };
	bool changed;
	size_t i;
	int r = DMSC_E_NOMEM;

	if (first != NULL)
		r = dmsc_dir_image(b, 0, false, first, &changed);
	if (r == DMSC_E_OK)
		r = dmsc_dodf_read(dmsc_buf_rd(first), &d);
	for (i = 0; r == DMSC_E_OK && i < b->n_targets; i++)
		if (b->targets[i].doc == NULL &&
		    !dmsc_beside_is(b->targets[i].work->kind) &&
		    dmsc_entry_oid(b->targets[i].work->kind) == NULL)
			r = dmsc_entry_insert(b, &b->targets[i], DMSC_DO_OPAQUE,
			    out, out->len);
	if (r == DMSC_E_OK)
		r = put_twins(&d, out);
	for (i = 0; r == DMSC_E_OK && i < b->n_targets; i++)
		if (b->targets[i].doc == NULL &&
		    dmsc_beside_is(b->targets[i].work->kind))
			r = dmsc_entry_insert(b, &b->targets[i], DMSC_DO_OPAQUE,
			    out, out->len);
	if (r == DMSC_E_OK)
		r = dmsc_dir_stop(out);
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&first);
	return r;
}

static bool
has_new(const struct dmsc_build *b)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (b->targets[i].doc == NULL && b->targets[i].bytes != NULL)
			return true;
	return false;
}

bool
dmsc_dir_in_reach(const struct dmsc_store *st, struct dmsc_rd bytes)
{
	struct dmsc_dodf d;
	bool any = false, found = false;
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		any |= strcmp(st->docs[i].kind, "lwm2m") == 0 &&
		    !st->docs[i].is_private;
	if (dmsc_dodf_read(bytes, &d) == DMSC_E_OK)
		for (i = 0; i < d.n; i++)
			found |= d.v[i].choice == DMSC_DO_OID &&
			    d.v[i].oid != NULL &&
			    strcmp(d.v[i].oid, DMSC_OID_LWM2M) == 0 &&
			    d.v[i].at + d.v[i].raw.left <= DMSC_P15_WINDOW;
	dmsc_dodf_clear(&d);
	return found || !any;
}

/* Whether this card has the one directory that it is made beside, and room
 * for its entry in the ODF. */
static bool
may_be(const struct dmsc_store *st)
{
	const struct dmsc_sdir *d = &st->dirs[0];

	return st->n_dirs == 1 && dmsc_dir_alone(st) && !d->broken &&
	    !d->listed && !d->has_range && !st->odf_broken &&
	    st->odf.used + (st->mend ? 2 * ODF_ENTRY : ODF_ENTRY) <=
	    st->odf_file.bytes->len;
}

/* Files for it: where there are none and nobody may make any, none. */
static int
find_files(struct dmsc_build *b, struct dmsc_rd bytes, unsigned *fid)
{
	struct dmsc_sfile *first = &b->st->dirs[0].file;
	struct dmsc_need n = { .bytes = bytes, .least = DIR_SIZE,
	    .first = DMSC_FID_DODF2, .last = DMSC_FID_DOCS_END,
	    .what = "a second directory" };
	bool moved;
	int r;

	if ((r = dmsc_sfile_select(b->st, first)) != DMSC_E_OK)
		return r;
	n.like = first;
	n.sec_tag = first->fcp.sec_tag;
	n.sec = first->fcp.sec;
	r = dmsc_where(b, &n, fid, &moved);
	if (r != DMSC_E_PLAN)
		return r;
	dmsc_err_clear(b->st->e);
	*fid = 0;
	return DMSC_E_OK;
}

int
dmsc_build_second(struct dmsc_build *b)
{
	struct dmsc_buf *bytes;
	int r;

	if ((!has_new(b) && !b->st->mend) || !may_be(b->st))
		return DMSC_E_OK;
	if ((bytes = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	b->second = true;
	if ((r = as_it_will_be(b, bytes)) == DMSC_E_OK)
		r = find_files(b, dmsc_buf_rd(bytes), &b->second_fid);
	else
		dmsc_fail(b->st->e, r, "cannot write a second directory");
	/* Mending takes no document from any reader: the first directory is
	 * named once more, last. */
	if (r == DMSC_E_OK && b->second_fid != 0 && !has_new(b) &&
	    !dmsc_dir_in_reach(b->st, dmsc_buf_rd(bytes)))
		b->again = true;
	b->second = b->second_fid != 0;
	dmsc_buf_free(&bytes);
	return r;
}
