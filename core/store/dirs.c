/*
 * The PKCS#15 application and its object directory (ISO 7816-15), read once
 * and kept until the picture is forgotten.
 */
#include "store/conceal.h"

#include <string.h>

#include "base/base.h"

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

	dmsc_sappl_clear(&st->appl);
	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sfile *f = &st->docs[i].file;

		/* Only begun: what follows a secret's name may be it. */
		if (!f->whole)
			dmsc_conceal_begun(st, dmsc_buf_rd(f->bytes));
		if (!st->docs[i].part_whole)
			dmsc_conceal_begun(st,
			    dmsc_buf_rd(st->docs[i].part));
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

bool
dmsc_store_about_card(int code)
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
	if ((r = dmsc_sfile_ready(st, f)) != DMSC_E_OK)
		return r;
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

static int
read_odf(struct dmsc_store *st)
{
	struct dmsc_sfile *f = &st->odf_file;
	int r;

	f->place = dmsc_store_place(st, DMSC_FID_ODF);
	r = dmsc_sfile_read(st, f);
	st->shut = r == DMSC_E_AUTH;
	if (r != DMSC_E_OK && dmsc_store_about_card(r))
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
	if ((r = dmsc_store_list_dirs(st)) != DMSC_E_OK)
		return r;
	if (st->n_dirs == 0)
		return dmsc_str_set(&st->why, "%s", "the object directory "
		    "(5031) names no data object directory");
	return DMSC_E_OK;
}

/* The object directory of another application, where it names something. */
static int
try_app(struct dmsc_store *st, const struct dmsc_place *app)
{
	struct dmsc_store was = *st;
	struct dmsc_buf *text;
	int r;

	memset(&st->odf_file, 0, sizeof st->odf_file);
	memset(&st->odf, 0, sizeof st->odf);
	st->why = NULL;
	st->app = *app;
	st->have_app = true;
	r = read_odf(st);
	if (r == DMSC_E_OK && st->n_dirs > 0) {
		dmsc_odf_clear(&was.odf);
		dmsc_sfile_clear(&was.odf_file);
		free(was.why);
		text = dmsc_buf_new(DMSC_ERR_TEXT);
		if (text != NULL && dmsc_place_text(app, text) == DMSC_E_OK)
			dmsc_store_warn(st, "of several PKCS#15 applications "
			    "the one at %s is used", dmsc_buf_cstr(text));
		dmsc_buf_free(&text);
		return r;
	}
	dmsc_odf_clear(&st->odf);
	dmsc_sfile_clear(&st->odf_file);
	free(st->why);
	st->odf_file = was.odf_file;
	st->odf = was.odf;
	st->odf_broken = was.odf_broken;
	st->why = was.why;
	st->app = was.app;
	st->have_app = was.have_app;
	return r;
}

/* Some cards have several such applications, the first one empty. */
static int
try_others(struct dmsc_store *st)
{
	const struct dmsc_uicc_app *apps;
	struct dmsc_place p;
	size_t n, i;
	int r = dmsc_uicc_apps(st->u, &apps, &n);

	for (i = 0; r == DMSC_E_OK && st->n_dirs == 0 && i < n; i++) {
		if (apps[i].path_n == 0 || apps[i].aid_len <
		    sizeof dmsc_p15_aid || memcmp(apps[i].aid, dmsc_p15_aid,
		    sizeof dmsc_p15_aid) != 0)
			continue;
		memset(&p, 0, sizeof p);
		p.n = apps[i].path_n;
		memcpy(p.fid, apps[i].path, p.n * sizeof p.fid[0]);
		r = try_app(st, &p);
	}
	return r;
}

/* Nobody can say what such a card holds. */
static int
shut(struct dmsc_store *st)
{
	int r = dmsc_guard_locked(st->g);

	if (r != DMSC_E_OK)
		return r;
	(void)dmsc_fail(st->e, DMSC_E_AUTH, "not readable");
	(void)dmsc_err_where(st->e, "the object directory (5031)");
	return dmsc_guard_explain(st->g, &st->odf_file.place,
	    DMSC_MODE_READ);
}

int
dmsc_store_read_odf(struct dmsc_store *st)
{
	bool first;
	int r;

	if (!st->have_app || st->odf_file.whole)
		return DMSC_E_OK;
	first = st->odf_file.bytes == NULL;
	r = read_odf(st);
	if (r == DMSC_E_OK && st->n_dirs == 0 && first)
		r = try_others(st);
	return r == DMSC_E_OK && st->n_dirs == 0 && st->shut ? shut(st) : r;
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
		if ((r = dmsc_sdir_all(st, &st->dirs[i])) != DMSC_E_OK)
			return r;
	if ((r = dmsc_store_group(st)) != DMSC_E_OK)
		return dmsc_fail(st->e, r, "cannot list the documents");
	if ((r = dmsc_store_name_pins(st)) != DMSC_E_OK)
		return r;
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
