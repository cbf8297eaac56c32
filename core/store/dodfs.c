/* The data object directories (ISO 7816-15): which they are, read once. */
#include "store/inside.h"

#include "base/base.h"

enum { ODF_DATA_OBJECTS = 0xA7 };

static bool
same_dir(const struct dmsc_sdir *a, const struct dmsc_sdir *b)
{
	return !a->listed && !b->listed && a->has_range == b->has_range &&
	    a->index == b->index && a->length == b->length &&
	    dmsc_place_eq(&a->file.place, &b->file.place);
}

/* Whether d, the next one, is a directory that is not there yet: the ODF may
 * name one first for some readers and last for others. */
static bool
is_another(struct dmsc_store *st, const struct dmsc_sdir *d)
{
	size_t i;

	if (!d->listed && dmsc_place_eq(&d->file.place, &st->odf_file.place)) {
		dmsc_store_warn(st, "the object directory (5031) names "
		    "itself");
		return false;
	}
	for (i = 0; i < st->n_dirs; i++)
		if (same_dir(&st->dirs[i], d)) {
			st->last_dir = i;
			return false;
		}
	st->last_dir = st->n_dirs;
	return true;
}

static int
list_dir(struct dmsc_store *st, size_t entry, struct dmsc_sdir *d)
{
	const struct dmsc_odf_entry *e = &st->odf.v[entry];

	d->odf_entry = entry;
	d->listed = !e->has_path;
	if (d->listed) {
		d->file.place = st->odf_file.place;
		dmsc_store_warn(st, "entry %zu of the object directory "
		    "(5031) lists objects itself", entry + 1);
		return DMSC_E_OK;
	}
	d->has_range = e->path.has_range;
	d->index = e->path.index;
	d->length = e->path.length;
	return dmsc_store_resolve(st, &e->path, &d->file.place);
}

/* A7 entries with a path name DODFs; those without are such a list. */
int
dmsc_store_list_dirs(struct dmsc_store *st)
{
	struct dmsc_sdir none = { 0 }, *d;
	size_t i;
	int r;

	for (i = 0; i < st->odf.n; i++) {
		if (st->odf.v[i].tag != ODF_DATA_OBJECTS)
			continue;
		if (st->n_dirs == DMSC_DIRS_MAX) {
			dmsc_store_warn(st, "the object directory (5031) "
			    "names more than %d data object directories",
			    DMSC_DIRS_MAX);
			break;
		}
		d = &st->dirs[st->n_dirs];
		r = list_dir(st, i, d);
		if (r == DMSC_E_FORMAT)
			dmsc_store_warn(st, "entry %zu of the object "
			    "directory (5031) has no usable path", i + 1);
		else if (r != DMSC_E_OK)
			return r;
		else if (is_another(st, d))
			st->n_dirs++;
		if (d == &st->dirs[st->n_dirs])
			*d = none;
	}
	return DMSC_E_OK;
}

struct dmsc_rd
dmsc_sdir_bytes(const struct dmsc_store *st, const struct dmsc_sdir *d)
{
	struct dmsc_rd all = dmsc_buf_rd(d->file.bytes);

	if (d->listed)
		return st->odf.v[d->odf_entry].list;
	return d->has_range ? dmsc_rd_slice(all, d->index, d->length) : all;
}

/* Whether a directory goes on behind what was read of it: it fills it, or
 * an entry breaks off. Padding ends a directory, but for the one byte at
 * which small readers stop. */
static bool
goes_on(const struct dmsc_sdir *d)
{
	return !d->file.whole && (d->broken || d->has_range ||
	    d->dodf.used + DMSC_DIR_END > d->file.bytes->len);
}

/* Nothing there. FF in front may be a directory that was cut in the middle
 * of a change, when what follows is no entry. */
static bool
is_empty(struct dmsc_rd bytes)
{
	struct dmsc_dodf d;
	bool entry;

	if (bytes.left == 0 || bytes.p[0] != DMSC_PAD)
		return dmsc_store_empty(bytes);
	entry = dmsc_dodf_read(bytes, &d) != DMSC_E_NOMEM && d.n > 0 &&
	    d.v[0].understood && (d.v[0].has_path || d.v[0].direct.left > 0);
	dmsc_dodf_clear(&d);
	return !entry;
}

/* What there is of it as entries. */
static int
parse_dir(struct dmsc_store *st, struct dmsc_sdir *d)
{
	struct dmsc_rd bytes = dmsc_sdir_bytes(st, d);
	int r;

	dmsc_dodf_clear(&d->dodf);
	d->broken = false;
	if (is_empty(bytes))
		return DMSC_E_OK;
	r = dmsc_dodf_read(bytes, &d->dodf);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	d->broken = r != DMSC_E_OK;
	return DMSC_E_OK;
}

int
dmsc_sdir_whole(struct dmsc_store *st, struct dmsc_sdir *d)
{
	int r;

	if (d->missing || d->listed || d->file.whole)
		return DMSC_E_OK;
	if ((r = dmsc_sfile_read(st, &d->file)) != DMSC_E_OK)
		return r;
	return parse_dir(st, d);
}

/* What of it is odd, once. */
static void
remark(struct dmsc_store *st, const struct dmsc_sdir *d)
{
	unsigned fid = dmsc_place_fid(&d->file.place);

	if (d->broken)
		dmsc_store_warn(st, "data object directory %04X is broken at "
		    "byte %zu", fid, d->dodf.used);
	if (d->has_range)
		dmsc_store_warn(st, "data object directory %04X is a part of "
		    "its file", fid);
}

/* Enough of a directory: one READ BINARY where its end is in it. */
int
dmsc_store_read_dir(struct dmsc_store *st, struct dmsc_sdir *d)
{
	int r = DMSC_E_OK;

	if (d->missing || d->file.bytes != NULL)
		return DMSC_E_OK;
	if (d->listed)
		return d->dodf.n > 0 ? r : parse_dir(st, d);
	r = dmsc_sfile_peek(st, &d->file);
	if (r == DMSC_E_OK)
		r = parse_dir(st, d);
	if (r == DMSC_E_OK && goes_on(d))
		r = dmsc_sdir_whole(st, d);
	if (r != DMSC_E_OK && dmsc_store_about_card(r)) {
		dmsc_store_warn(st, "data object directory %04X: %s",
		    dmsc_place_fid(&d->file.place), dmsc_e_text(r));
		dmsc_err_clear(st->e);
		d->missing = true;
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK)
		remark(st, d);
	return r;
}

int
dmsc_sdir_all(struct dmsc_store *st, struct dmsc_sdir *d)
{
	unsigned fid = dmsc_place_fid(&d->file.place);
	bool was = d->broken;
	int r;

	if ((r = dmsc_store_read_dir(st, d)) != DMSC_E_OK ||
	    (fid & DMSC_FID_OURS_MASK) == DMSC_FID_OURS)
		return r;
	was = d->broken;
	r = dmsc_sdir_whole(st, d);
	if (r == DMSC_E_OK && d->broken && !was)
		remark(st, d);
	return r;
}
