/*
 * The object directories of the PKCS#15 application (ISO 7816-15): ODF,
 * DODFs and AODF, read once and kept until the picture is forgotten.
 */
#include "store/conceal.h"

#include <string.h>

#include "base/base.h"

enum { PADDING = 8 };	/* so much of it ends a directory */

void
dmsc_sfile_clear(struct dmsc_sfile *f)
{
	dmsc_buf_free(&f->bytes);
	memset(f, 0, sizeof *f);
}

void
dmsc_store_clear_picture(struct dmsc_store *st)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sfile *f = &st->docs[i].file;

		/* Only begun: what follows a secret's name may be it. */
		if (!f->whole)
			dmsc_conceal_begun(st, dmsc_buf_rd(f->bytes));
		dmsc_sdoc_clear(&st->docs[i]);
	}
	free(st->docs);
	st->docs = NULL;
	st->n_docs = 0;
	for (i = 0; i < st->n_dirs; i++) {
		dmsc_dodf_clear(&st->dirs[i].dodf);
		dmsc_sfile_clear(&st->dirs[i].file);
		dmsc_sfile_clear(&st->dirs[i].slot.file);
	}
	memset(st->dirs, 0, sizeof st->dirs);
	st->n_dirs = 0;
	for (i = 0; i < st->n_looks; i++) {
		dmsc_sfile_clear(&st->looks[i]->file);
		free(st->looks[i]);
	}
	free(st->looks);
	st->looks = NULL;
	st->n_looks = 0;
	st->have_app_fcp = false;
	dmsc_odf_clear(&st->odf);
	dmsc_sfile_clear(&st->odf_file);
	dmsc_aodf_clear(&st->aodf);
	dmsc_sfile_clear(&st->aodf_file);
	free(st->why);
	st->why = NULL;
	st->loaded = st->have_app = st->mixed = st->odf_broken = false;
}

bool
dmsc_store_empty(struct dmsc_rd bytes)
{
	size_t i;

	if (bytes.left == 0 || bytes.p[0] == DMSC_PAD)
		return true;
	for (i = 0; i < bytes.left; i++)
		if (bytes.p[i] != 0x00 && bytes.p[i] != DMSC_PAD)
			return false;
	return true;
}

/* Whether a failure says something about the card's content, not about the
 * link or this machine. */
static bool
about_card(int code)
{
	return code == DMSC_E_NOTFOUND || code == DMSC_E_SW ||
	    code == DMSC_E_AUTH || code == DMSC_E_UNSUPPORTED;
}

static int
none(struct dmsc_store *st, const char *why)
{
	int r = dmsc_str_set(&st->why, "%s", why);

	st->have_app = false;
	if (r != DMSC_E_OK)
		return dmsc_fail(st->e, r, "out of memory");
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

/* The record says that there is none, and why. */
static int
no_app(struct dmsc_store *st)
{
	const char *why = st->e->why;
	char *text = NULL;
	int r;

	if (st->state != DMSC_P15_ABSENT && why[0] != '\0')
		return none(st, why);
	r = dmsc_str_set(&text, "%s%s%s", st->e->message,
	    why[0] != '\0' ? ": " : "", why);
	if (r == DMSC_E_OK)
		r = none(st, text);
	else
		dmsc_fail(st->e, r, "out of memory");
	free(text);
	return r;
}

int
dmsc_store_find_app(struct dmsc_store *st)
{
	int r;

	if (st->have_app)
		return DMSC_E_OK;
	r = dmsc_uicc_pkcs15(st->u, &st->app, &st->state);
	if (r == DMSC_E_OK) {
		st->have_app = true;
		return DMSC_E_OK;
	}
	if (r != DMSC_E_NOTFOUND)
		return r;
	return no_app(st);
}

struct dmsc_place
dmsc_store_place(const struct dmsc_store *st, unsigned fid)
{
	struct dmsc_place p = st->app;

	if (dmsc_place_below(&st->app, (uint16_t)fid, &p) != DMSC_E_OK)
		p = st->app;
	return p;
}

int
dmsc_sfile_select(struct dmsc_store *st, struct dmsc_sfile *f)
{
	int r;

	if (f->have_fcp)
		return DMSC_E_OK;
	r = dmsc_uicc_select(st->u, &f->place, &f->fcp);
	f->have_fcp = r == DMSC_E_OK;
	return r;
}

/* From what is there already to the end. */
int
dmsc_sfile_read(struct dmsc_store *st, struct dmsc_sfile *f)
{
	size_t have = f->bytes != NULL ? f->bytes->len : 0, want;
	int r;

	if (f->whole)
		return DMSC_E_OK;
	r = dmsc_uicc_select(st->u, &f->place,
	    f->have_fcp ? NULL : &f->fcp);
	if (r != DMSC_E_OK)
		return r;
	f->have_fcp = true;
	if (f->bytes == NULL && (f->bytes = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	want = f->fcp.size == SIZE_MAX ? SIZE_MAX : f->fcp.size - have;
	if (f->fcp.size <= have)
		want = 0;
	r = want == 0 ? DMSC_E_OK :
	    dmsc_uicc_read(st->u, have, want, f->bytes);
	f->whole = r == DMSC_E_OK;
	if (f->whole)
		dmsc_conceal_whole(st, dmsc_buf_rd(f->bytes), have);
	return r;
}

/* Whether the directory is listed already: the ODF may name it first for
 * some readers and last for others. */
static bool
is_again(struct dmsc_store *st)
{
	struct dmsc_sdir *d = &st->dirs[st->n_dirs];
	size_t i;

	for (i = 0; i < st->n_dirs; i++)
		if (dmsc_place_eq(&st->dirs[i].file.place, &d->file.place)) {
			memset(d, 0, sizeof *d);
			st->last_dir = i;
			return true;
		}
	st->last_dir = st->n_dirs;
	return false;
}

/* A7 entries with a path name DODFs. */
static int
list_dirs(struct dmsc_store *st)
{
	size_t i;
	int r;

	for (i = 0; i < st->odf.n && st->n_dirs < DMSC_DIRS_MAX; i++) {
		struct dmsc_sdir *d = &st->dirs[st->n_dirs];

		if (st->odf.v[i].tag != 0xA7 || !st->odf.v[i].has_path)
			continue;
		r = dmsc_store_resolve(st, &st->odf.v[i].path,
		    &d->file.place);
		if (r == DMSC_E_FORMAT) {
			dmsc_store_warn(st, "entry %zu of the object "
			    "directory (5031) has no usable path", i + 1);
			continue;
		}
		if (r != DMSC_E_OK)
			return r;
		if (is_again(st))
			continue;
		d->odf_entry = i;
		st->n_dirs++;
	}
	return DMSC_E_OK;
}

int
dmsc_store_read_odf(struct dmsc_store *st)
{
	struct dmsc_sfile *f = &st->odf_file;
	int r;

	if (!st->have_app || f->whole)
		return DMSC_E_OK;
	f->place = dmsc_store_place(st, DMSC_FID_ODF);
	r = dmsc_sfile_read(st, f);
	if (r != DMSC_E_OK && about_card(r))
		return none(st, r == DMSC_E_AUTH ?
		    "the object directory (5031) may not be read" :
		    "the PKCS#15 application has no object directory (5031)");
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_odf_read(dmsc_buf_rd(f->bytes), &st->odf);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	st->odf_broken = r != DMSC_E_OK;
	if (st->odf_broken)
		dmsc_store_warn(st, "the object directory (5031) is broken "
		    "at byte %zu", st->odf.used);
	if ((r = list_dirs(st)) != DMSC_E_OK)
		return r;
	if (st->n_dirs == 0)
		return dmsc_str_set(&st->why, "%s", "the object directory "
		    "(5031) names no data object directory");
	return DMSC_E_OK;
}

/* Whether a directory goes on behind what was read of it: it fills it, or
 * an entry breaks off. Padding ends a directory, but for the one byte at
 * which small readers stop. */
static bool
goes_on(const struct dmsc_sfile *f, size_t used, bool broken)
{
	return !f->whole && (broken || used + PADDING > f->bytes->len);
}

/* Enough of a directory file: one READ BINARY where its end is in it. */
static int
parse_dir(struct dmsc_store *st, struct dmsc_sdir *d)
{
	int r;

	dmsc_dodf_clear(&d->dodf);
	d->broken = false;
	if (dmsc_store_empty(dmsc_buf_rd(d->file.bytes)))
		return DMSC_E_OK;
	r = dmsc_dodf_read(dmsc_buf_rd(d->file.bytes), &d->dodf);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	d->broken = r != DMSC_E_OK;
	return DMSC_E_OK;
}

int
dmsc_sdir_whole(struct dmsc_store *st, struct dmsc_sdir *d)
{
	int r;

	if (d->missing || d->file.whole)
		return DMSC_E_OK;
	if ((r = dmsc_sfile_read(st, &d->file)) != DMSC_E_OK)
		return r;
	return parse_dir(st, d);
}

int
dmsc_store_read_dir(struct dmsc_store *st, struct dmsc_sdir *d)
{
	int r;

	if (d->missing || d->file.bytes != NULL)
		return DMSC_E_OK;
	r = dmsc_sfile_peek(st, &d->file);
	if (r == DMSC_E_OK)
		r = parse_dir(st, d);
	if (r == DMSC_E_OK && goes_on(&d->file, d->dodf.used, d->broken))
		r = dmsc_sdir_whole(st, d);
	if (r != DMSC_E_OK && about_card(r)) {
		dmsc_store_warn(st, "data object directory %04X: %s",
		    dmsc_place_fid(&d->file.place), dmsc_e_text(r));
		dmsc_err_clear(st->e);
		d->missing = true;
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK && d->broken)
		dmsc_store_warn(st, "data object directory %04X is broken at "
		    "byte %zu", dmsc_place_fid(&d->file.place),
		    d->dodf.used);
	return r;
}

/* The AODF is only needed where an entry names an authId. */
static int
read_aodf(struct dmsc_store *st)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < st->odf.n; i++)
		if (st->odf.v[i].tag == 0xA8 && st->odf.v[i].has_path)
			break;
	if (i == st->odf.n || dmsc_store_resolve(st, &st->odf.v[i].path,
	    &st->aodf_file.place) != DMSC_E_OK)
		return DMSC_E_OK;
	r = dmsc_sfile_read(st, &st->aodf_file);
	if (r != DMSC_E_OK && about_card(r)) {
		dmsc_err_clear(st->e);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_aodf_read(dmsc_buf_rd(st->aodf_file.bytes), &st->aodf);
	return r == DMSC_E_NOMEM ?
	    dmsc_fail(st->e, r, "out of memory") : DMSC_E_OK;
}

static void
name_pins(struct dmsc_store *st)
{
	size_t i, k;

	for (i = 0; i < st->n_docs; i++)
		for (k = 0; k < st->aodf.n; k++)
			if (dmsc_rd_eq(dmsc_rd_of(st->docs[i].auth_id,
			    st->docs[i].auth_id_len),
			    dmsc_rd_of(st->aodf.v[k].auth_id,
			    st->aodf.v[k].auth_id_len)))
				st->docs[i].pin_ref = st->aodf.v[k].pin_ref;
}

static bool
wants_aodf(const struct dmsc_store *st)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		if (st->docs[i].auth_id_len > 0)
			return true;
	return false;
}

static int
load(struct dmsc_store *st)
{
	size_t i;
	int r;

	if ((r = dmsc_store_find_app(st)) != DMSC_E_OK ||
	    (r = dmsc_store_read_odf(st)) != DMSC_E_OK)
		return r;
	for (i = 0; i < st->n_dirs; i++)
		if ((r = dmsc_store_read_dir(st, &st->dirs[i])) != DMSC_E_OK)
			return r;
	if ((r = dmsc_store_group(st)) != DMSC_E_OK)
		return dmsc_fail(st->e, r, "cannot list the documents");
	if (wants_aodf(st) && (r = read_aodf(st)) != DMSC_E_OK)
		return r;
	name_pins(st);
	st->loaded = true;
	return dmsc_work_match(st);
}

int
dmsc_store_load(struct dmsc_store *st)
{
	int r;

	if (st->loaded)
		return DMSC_E_OK;
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	r = load(st);
	dmsc_uicc_end(st->u);
	if (r != DMSC_E_OK)
		dmsc_store_clear_picture(st);
	return r;
}
