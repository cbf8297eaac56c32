/*
 * The object directory (5031) as it will be: entries of directories that
 * move name the new file, all else keeps its bytes and its place.
 */
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

enum { ODF_DATA_OBJECTS = 0xA7 };

void
dmsc_name_file(struct dmsc_p15_path *p, unsigned fid)
{
	memset(p, 0, sizeof *p);
	p->path[0] = (uint8_t)(fid >> 8);
	p->path[1] = (uint8_t)fid;
	p->len = 2;
}

bool
dmsc_in_app(struct dmsc_store *st, const struct dmsc_p15_path *path)
{
	struct dmsc_place p;

	if (dmsc_store_resolve(st, path, &p) != DMSC_E_OK || p.n == 0)
		return false;
	p.n--;
	return dmsc_place_eq(&p, &st->app);
}

bool
dmsc_dir_patch(struct dmsc_store *st, struct dmsc_rd raw,
    const struct dmsc_p15_path *path, unsigned fid, struct dmsc_buf *out,
    int *r)
{
	const uint8_t two[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	size_t i, n = path->len;

	if (n < 2 || raw.left < n + 2 || path->has_range ||
	    !dmsc_in_app(st, path))
		return false;
	for (i = 2; i + n <= raw.left; i++)
		if (raw.p[i - 2] == 0x04 && raw.p[i - 1] == n &&
		    memcmp(raw.p + i, path->path, n) == 0)
			break;
	if (i + n > raw.left)
		return false;
	i += n - 2;
	if ((*r = dmsc_buf_put(out, dmsc_rd_slice(raw, 0, i))) ==
	    DMSC_E_OK && (*r = dmsc_buf_put(out, dmsc_rd_of(two, 2))) ==
	    DMSC_E_OK)
		*r = dmsc_buf_put(out, dmsc_rd_slice(raw, i + 2, raw.left));
	return true;
}

/* Where the directory that an entry names goes; 0: it stays. An entry that
 * names the directory of another one goes with it. */
static unsigned
goes_to(const struct dmsc_build *b, size_t entry)
{
	struct dmsc_store *st = b->st;
	const struct dmsc_odf_entry *e = &st->odf.v[entry];
	struct dmsc_place p;
	size_t i;

	for (i = 0; i < st->n_dirs; i++)
		if (b->dir_to[i] != 0 && st->dirs[i].odf_entry == entry)
			return b->dir_to[i];
	if (e->tag != ODF_DATA_OBJECTS || !e->has_path ||
	    e->path.has_range || dmsc_store_resolve(st, &e->path, &p) !=
	    DMSC_E_OK)
		return 0;
	for (i = 0; i < st->n_dirs; i++)
		if (b->dir_to[i] != 0 && !st->dirs[i].has_range &&
		    dmsc_place_eq(&p, &st->dirs[i].file.place))
			return b->dir_to[i];
	return 0;
}

static int
put_entry(struct dmsc_build *b, size_t entry, struct dmsc_buf *out)
{
	const struct dmsc_odf_entry *e = &b->st->odf.v[entry];
	unsigned fid = goes_to(b, entry);
	struct dmsc_p15_path path;
	int r;

	if (b->st->mend && e->tag == ODF_DATA_OBJECTS && e->has_path &&
	    !e->path.has_range && e->path.len > 2 &&
	    dmsc_in_app(b->st, &e->path)) {
		dmsc_name_file(&path, fid != 0 ? fid :
		    (unsigned)e->path.path[e->path.len - 2] << 8 |
		    e->path.path[e->path.len - 1]);
		return dmsc_odf_put(out, e->tag, &path);
	}
	if (fid == 0)
		return dmsc_buf_put(out, e->raw);
	if (dmsc_dir_patch(b->st, e->raw, &e->path, fid, out, &r))
		return r;
	dmsc_name_file(&path, fid);
	return dmsc_odf_put(out, e->tag, &path);
}

/* Directories of data objects first, the rest behind them. */
static int
put_sorted(struct dmsc_build *b, struct dmsc_buf *out)
{
	const struct dmsc_odf *o = &b->st->odf;
	int r = DMSC_E_OK, pass;
	size_t i;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; r == DMSC_E_OK && i < o->n; i++)
			if ((o->v[i].tag == ODF_DATA_OBJECTS) == (pass == 0))
				r = put_entry(b, i, out);
	return r;
}

/* Whether a reader that wants A7 first is in the way of another entry. */
static bool
unsorted(const struct dmsc_store *st)
{
	size_t i;

	for (i = 1; i < st->odf.n; i++)
		if (st->odf.v[i].tag == ODF_DATA_OBJECTS)
			return st->odf.v[0].tag != ODF_DATA_OBJECTS;
	return false;
}

/* All entries and what stands between them, then the padding. */
static int
put_all(struct dmsc_build *b, struct dmsc_rd now, struct dmsc_buf *out)
{
	const struct dmsc_odf *o = &b->st->odf;
	struct dmsc_p15_path second;
	bool sort = b->st->mend && !b->st->odf_broken && unsorted(b->st);
	size_t i, at = 0;
	int r = DMSC_E_OK;

	if (sort && (r = put_sorted(b, out)) == DMSC_E_OK)
		at = o->v[o->n - 1].at + o->v[o->n - 1].raw.left;
	for (i = 0; !sort && r == DMSC_E_OK && i < o->n; i++) {
		r = dmsc_buf_put(out, dmsc_rd_slice(now, at,
		    o->v[i].at - at));
		if (r == DMSC_E_OK)
			r = put_entry(b, i, out);
		at = o->v[i].at + o->v[i].raw.left;
	}
	if (r == DMSC_E_OK && b->second_fid != 0) {
		dmsc_name_file(&second, b->second_fid);
		r = dmsc_odf_put(out, ODF_DATA_OBJECTS, &second);
		if (r == DMSC_E_OK && b->again)
			r = put_entry(b, b->st->dirs[0].odf_entry, out);
	}
	/* Entries that became shorter or longer: the padding makes up. */
	if (r == DMSC_E_OK && out->len < at)
		r = dmsc_buf_fill(out, DMSC_PAD, at - out->len);
	return r == DMSC_E_OK && out->len < now.left ? dmsc_buf_put(out,
	    dmsc_rd_slice(now, out->len, now.left)) : r;
}

/* What stood behind the last entry and was written over was padding. */
static bool
fits(const struct dmsc_build *b, struct dmsc_rd now)
{
	const struct dmsc_odf *o = &b->st->odf;
	size_t i, end = o->n == 0 ? 0 : o->v[o->n - 1].at +
	    o->v[o->n - 1].raw.left;

	if (b->odf->len > now.left)
		return false;
	if (!b->st->odf_broken)
		return true;
	for (i = end; i < now.left; i++)
		if (b->odf->p[i] != now.p[i])
			return false;
	return true;
}

int
dmsc_odf_image(struct dmsc_build *b)
{
	struct dmsc_err *e = b->st->e;
	struct dmsc_rd now = dmsc_buf_rd(b->st->odf_file.bytes);
	int r = DMSC_E_NOMEM;

	if ((b->odf = dmsc_buf_new(DMSC_EF_MAX)) == NULL ||
	    (r = put_all(b, now, b->odf)) != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot write the object directory");
	if (fits(b, now))
		return DMSC_E_OK;
	return dmsc_fail(e, DMSC_E_PLAN, "the object directory has no room "
	    "for the new path");
}
