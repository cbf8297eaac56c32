/*
 * lint of a card: EF.DIR, the object directories, and what stands around
 * them; the documents are looked at in lint_doc.c.
 */
#include "store/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/lint.h"
#include "tlv/ber.h"

enum { TAG_FCP = 0x62, TAG_SIZE = 0x80, SIGN_BIT = 0x80, SHOWN = 64 };

void
dmsc_lint_no_place(struct dmsc_store_lint *l)
{
	free(l->place);
	l->place = NULL;
	l->list.place = NULL;
	l->list.base = 0;
}

int
dmsc_lint_at_place(struct dmsc_store_lint *l, const struct dmsc_place *p)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT);
	const char *s = NULL;
	int r = DMSC_E_NOMEM;

	dmsc_lint_no_place(l);
	if (b != NULL)
		r = dmsc_store_place_text(l->st, p, b);
	if (r == DMSC_E_OK)
		r = (s = dmsc_buf_cstr(b)) == NULL ? DMSC_E_NOMEM :
		    dmsc_str_set(&l->place, "%s", s);
	l->list.place = l->place;
	dmsc_buf_free(&b);
	return r;
}

/* OpenSC takes the size for a signed number. */
static void
size_sign(struct dmsc_store_lint *l, const struct dmsc_uicc_fcp *fcp)
{
	struct dmsc_rd r = dmsc_rd_of(fcp->raw, fcp->raw_len), v;

	if (dmsc_tlv_find(r, TAG_FCP, &r) == DMSC_E_OK &&
	    dmsc_tlv_find(r, TAG_SIZE, &v) == DMSC_E_OK && v.left == 2 &&
	    v.p[0] >= SIGN_BIT)
		dmsc_lint_say(&l->o, DMSC_L_SIZE_SIGN, DMSC_NO_OFFSET, NULL,
		    "the size %zu in two bytes", fcp->size);
}

/* What a mode needs, in words; "" where it is not known. */
static void
needs(struct dmsc_store_lint *l, const struct dmsc_sfile *f,
    enum dmsc_mode mode, char out[SHOWN])
{
	struct dmsc_buf *b = dmsc_buf_new(SHOWN - 1);
	const char *s = "";

	if (b == NULL)
		l->o.code = DMSC_E_NOMEM;
	else if (dmsc_uicc_access(l->st->u, &f->place, &f->fcp, mode, b, NULL,
	    NULL) != DMSC_FORECAST_UNKNOWN || b->len > 0)
		s = dmsc_buf_cstr(b);
	(void)snprintf(out, SHOWN, "%s", s == NULL ||
	    strcmp(s, "unknown") == 0 ? "" : s);
	dmsc_buf_free(&b);
}

void
dmsc_lint_file(struct dmsc_store_lint *l, const struct dmsc_sfile *f,
    bool dir)
{
	char text[SHOWN];

	if (!f->have_fcp)
		return;
	if (f->fcp.kind != DMSC_FILE_TRANSPARENT &&
	    f->fcp.kind != DMSC_FILE_UNKNOWN)
		dmsc_lint_say(&l->o, DMSC_L_NOT_TRANSPARENT, DMSC_NO_OFFSET,
		    NULL, "the file is not transparent");
	size_sign(l, &f->fcp);
	needs(l, f, DMSC_MODE_UPDATE, text);
	if (strcmp(text, "always") == 0)
		dmsc_lint_say(&l->o, DMSC_L_UPDATE_FREE, DMSC_NO_OFFSET,
		    NULL, "UPDATE is allowed always");
	needs(l, f, DMSC_MODE_READ, text);
	if (dir && *text != '\0' && strcmp(text, "always") != 0)
		dmsc_lint_say(&l->o, DMSC_L_READ_CLOSED, DMSC_NO_OFFSET,
		    NULL, "READ needs %s", text);
}

static int
odf(struct dmsc_store_lint *l)
{
	struct dmsc_sfile *f = &l->st->odf_file;
	int r = dmsc_lint_at_place(l, &f->place);

	if (r == DMSC_E_OK) {
		dmsc_lint_odf(dmsc_buf_rd(f->bytes), &l->o);
		dmsc_lint_file(l, f, true);
	}
	return r;
}

static int
gone(struct dmsc_store_lint *l, struct dmsc_sdir *d)
{
	struct dmsc_store *st = l->st;
	bool there;
	int r = dmsc_sfile_probe(st, &d->file, &there);

	if (r == DMSC_E_OK)
		r = dmsc_lint_at_place(l, there ? &d->file.place :
		    &st->odf_file.place);
	if (r == DMSC_E_OK && there)
		dmsc_lint_file(l, &d->file, true);
	else if (r == DMSC_E_OK)
		dmsc_lint_say(&l->o, DMSC_L_DIR_GONE,
		    st->odf.v[d->odf_entry].at, NULL, "the directory %04X is "
		    "not there", dmsc_place_fid(&d->file.place));
	return r;
}

static void
slot_sizes(struct dmsc_store_lint *l, const struct dmsc_sfile *f,
    const struct dmsc_sslot *s)
{
	if (s->there && f->have_fcp && s->file.have_fcp &&
	    f->fcp.size != s->file.fcp.size)
		dmsc_lint_say(&l->o, DMSC_L_PAIR_SIZE, DMSC_NO_OFFSET, NULL,
		    "%zu bytes, the other slot has %zu", f->fcp.size,
		    s->file.fcp.size);
}

/* Where the bytes of a directory begin in its file. */
static size_t
base_of(const struct dmsc_store *st, const struct dmsc_sdir *d,
    struct dmsc_rd bytes)
{
	const struct dmsc_buf *file = d->listed ? st->odf_file.bytes :
	    d->file.bytes;

	return file == NULL || bytes.left == 0 ? 0 :
	    (size_t)(bytes.p - file->p);
}

static int
dodf(struct dmsc_store_lint *l, size_t i)
{
	struct dmsc_store *st = l->st;
	struct dmsc_sdir *d = &st->dirs[i];
	struct dmsc_rd bytes;
	int r;

	if (d->missing)
		return gone(l, d);
	if (!d->listed && ((r = dmsc_sdir_whole(st, d)) != DMSC_E_OK ||
	    (r = dmsc_sslot_find(st, &d->file, &d->slot)) != DMSC_E_OK))
		return r;
	if ((r = dmsc_lint_at_place(l, &d->file.place)) != DMSC_E_OK)
		return r;
	bytes = dmsc_sdir_bytes(st, d);
	l->list.base = base_of(st, d, bytes);
	if (!dmsc_store_empty(bytes))
		dmsc_lint_dodf(bytes, i == 0, i == st->last_dir,
		    st->aodf_file.whole ? &st->aodf : NULL, &l->o);
	l->list.base = 0;
	if (d->listed)
		return r;
	dmsc_lint_file(l, &d->file, true);
	slot_sizes(l, &d->file, &d->slot);
	return r;
}

static int
aodf(struct dmsc_store_lint *l)
{
	struct dmsc_sfile *f = &l->st->aodf_file;
	int r;

	if (!f->whole)
		return DMSC_E_OK;
	if ((r = dmsc_lint_at_place(l, &f->place)) == DMSC_E_OK)
		dmsc_lint_aodf(dmsc_buf_rd(f->bytes), &l->o);
	return r;
}

static int
tokeninfo(struct dmsc_store_lint *l)
{
	struct dmsc_sfile f = { .place = dmsc_store_place(l->st,
	    DMSC_FID_TOKENINFO) };
	int r = dmsc_sfile_read(l->st, &f);
	bool there = r == DMSC_E_OK;

	if (!dmsc_store_lost(r) && r != DMSC_E_NOMEM &&
	    r != DMSC_E_INTERRUPTED) {
		dmsc_err_clear(l->st->e);
		r = dmsc_lint_at_place(l, &f.place);
		if (r == DMSC_E_OK && there)
			dmsc_lint_tokeninfo(dmsc_buf_rd(f.bytes), &l->o);
		else if (r == DMSC_E_OK)
			dmsc_lint_say(&l->o, DMSC_L_TOKEN_MISSING,
			    DMSC_NO_OFFSET, NULL, "it is not there or may "
			    "not be read");
	}
	dmsc_sfile_clear(&f);
	return r;
}

/* The path of EF.DIR must lead to a folder that has an ODF. */
static int
dir_path(struct dmsc_store_lint *l, const struct dmsc_uicc_app *a)
{
	struct dmsc_sfile f = { .place = { .n = a->path_n } };
	bool there = false;
	int r = DMSC_E_OK;

	memcpy(f.place.fid, a->path, sizeof f.place.fid);
	if (dmsc_place_below(&f.place, DMSC_FID_ODF, &f.place) == DMSC_E_OK)
		r = dmsc_sfile_probe(l->st, &f, &there);
	if (r == DMSC_E_OK && !there)
		dmsc_lint_say(&l->o, DMSC_L_DIR_PATH, DMSC_NO_OFFSET, NULL,
		    "no ODF is found along the path");
	dmsc_sfile_clear(&f);
	return r;
}

static int
ef_dir(struct dmsc_store_lint *l)
{
	const struct dmsc_uicc_app *apps;
	size_t i, n;
	int r = dmsc_uicc_apps(l->st->u, &apps, &n);

	if (r != DMSC_E_OK)
		return r;
	dmsc_lint_no_place(l);
	l->list.place = "3F00/2F00";
	for (i = 0; i < n; i++)
		if (dmsc_rd_eq(dmsc_rd_of(apps[i].aid, apps[i].aid_len),
		    dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid)))
			break;
	if (i == n)
		dmsc_lint_say(&l->o, DMSC_L_DIR_MISSING, DMSC_NO_OFFSET, NULL,
		    "EF.DIR does not list the application");
	else if (apps[i].path_n == 0)
		dmsc_lint_say(&l->o, DMSC_L_DIR_NO_PATH, DMSC_NO_OFFSET, NULL,
		    "the entry has no path");
	else
		r = dir_path(l, &apps[i]);
	return r;
}

static int
directories(struct dmsc_store_lint *l)
{
	size_t i;
	int r;

	if ((r = ef_dir(l)) != DMSC_E_OK || (r = odf(l)) != DMSC_E_OK ||
	    (r = aodf(l)) != DMSC_E_OK || (r = tokeninfo(l)) != DMSC_E_OK)
		return r;
	for (i = 0; i < l->st->n_dirs && r == DMSC_E_OK; i++)
		r = dodf(l, i);
	return r;
}

static int
whole(struct dmsc_store_lint *l)
{
	struct dmsc_store *st = l->st;
	size_t before = l->list.out->n_findings;
	int r = st->have_app && st->odf_file.whole ? directories(l) :
	    DMSC_E_OK;

	dmsc_lint_no_place(l);
	if (r == DMSC_E_OK)
		r = dmsc_lint_docs(l);
	if (r == DMSC_E_OK && st->n_docs == 0 && st->works == NULL &&
	    (st->why != NULL || before == l->list.out->n_findings))
		dmsc_lint_say(&l->o, DMSC_L_NOTHING, DMSC_NO_OFFSET, NULL,
		    "%s", st->why != NULL ? st->why :
		    "the directories are empty");
	return r;
}

static int
run(struct dmsc_store_lint *l, const char *path)
{
	struct dmsc_what w;
	int r;

	if (path == NULL || strcmp(path, "/") == 0)
		return whole(l);
	if ((r = dmsc_store_need(l->st, path, &w)) != DMSC_E_OK)
		return r;
	l->list.below = w.rest != NULL && *w.rest != '\0' ? w.rest : NULL;
	return dmsc_lint_one(l, &w);
}

int
dmsc_store_lint(struct dmsc_store *st, const char *path,
    struct dmsc_lint **out)
{
	struct dmsc_store_lint l = { .st = st };
	int r;

	*out = NULL;
	if ((r = dmsc_store_load(st)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	l.o.found = dmsc_lint_found;
	l.o.ctx = &l.list;
	l.list.out = dmsc_view_new(&dmsc_lint_view);
	r = l.list.out == NULL ? DMSC_E_NOMEM : run(&l, path);
	dmsc_uicc_end(st->u);
	dmsc_lint_no_place(&l);
	if (r == DMSC_E_OK)
		r = l.o.code;
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_lint_view, l.list.out);
		return r;
	}
	dmsc_err_clear(st->e);
	*out = l.list.out;
	return DMSC_E_OK;
}
