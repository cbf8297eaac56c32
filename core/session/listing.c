/*
 * dmsc/file.h: which files are there. A UICC has no list command: the files
 * that have names, those that PKCS#15 directories lead to, and the
 * applications of EF.DIR are tried.
 */
#include <stdlib.h>
#include <string.h>

#include "pkcs15/pkcs15.h"
#include "session/files.h"
#include "uicc/names.h"

enum { TRIED_MAX = 128, ODF_FID = 0x5031, TAG_DODF = 0xA7 };

struct tried {
	uint16_t fid[TRIED_MAX];
	size_t n;
};

static void
add_fid(struct tried *t, unsigned fid)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->fid[i] == fid)
			return;
	if (t->n < TRIED_MAX)
		t->fid[t->n++] = (uint16_t)fid;
}

/* The file that a PKCS#15 path ends with, and what may be its other slot. */
static void
add_path(struct tried *t, const struct dmsc_p15_path *p)
{
	unsigned fid;

	if (p->len < 2)
		return;
	fid = (unsigned)p->path[p->len - 2] << 8 | p->path[p->len - 1];
	add_fid(t, fid);
	if (fid >> 8 == 0x4D)
		add_fid(t, fid ^ 1);
}

static void
add_known(struct tried *t, const struct dmsc_place *df)
{
	const struct uicc_name *row;
	struct dmsc_place p;
	size_t i;

	for (i = 0; (row = uicc_name_row(i)) != NULL; i++)
		if (dmsc_place_below(df, row->fid, &p) == DMSC_E_OK &&
		    uicc_name_of(&p) == row)
			add_fid(t, row->fid);
}

static void
add_dodf(struct dmsc_session *s, const struct dmsc_place *df, unsigned fid,
    struct tried *t)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_dodf d = { .n = 0 };
	struct dmsc_place p;
	size_t i;

	if (b != NULL && dmsc_place_below(df, (uint16_t)fid, &p) ==
	    DMSC_E_OK && dmsc_uicc_read_place(s->uicc, &p, NULL, b) ==
	    DMSC_E_OK && dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_OK)
		for (i = 0; i < d.n; i++)
			if (d.v[i].has_path)
				add_path(t, &d.v[i].path);
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&b);
}

/* Directories that cannot be read lead nowhere: no failure. */
static void
add_p15(struct dmsc_session *s, const struct dmsc_place *df,
    struct tried *t)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_odf o = { .n = 0 };
	struct dmsc_place p;
	size_t i;

	if (b != NULL && dmsc_place_below(df, ODF_FID, &p) == DMSC_E_OK &&
	    dmsc_uicc_read_place(s->uicc, &p, NULL, b) == DMSC_E_OK &&
	    dmsc_odf_read(dmsc_buf_rd(b), &o) == DMSC_E_OK)
		for (i = 0; i < o.n; i++) {
			if (!o.v[i].has_path || o.v[i].path.len < 2)
				continue;
			add_path(t, &o.v[i].path);
			if (o.v[i].tag == TAG_DODF)
				add_dodf(s, df, (unsigned)o.v[i].path.path[
				    o.v[i].path.len - 2] << 8 |
				    o.v[i].path.path[o.v[i].path.len - 1],
				    t);
		}
	dmsc_odf_clear(&o);
	dmsc_buf_free(&b);
}

/* The same template twice is the same directory, by another way. */
static bool
is_listed(const struct dmsc_file_list *l, const struct dmsc_fcp *f)
{
	size_t i;

	for (i = 0; i < l->n_files; i++)
		if (f->aid != NULL && l->files[i].aid != NULL &&
		    dmsc_rd_eq(dmsc_buf_rd(l->files[i].raw),
		    dmsc_buf_rd(f->raw)))
			return true;
	return false;
}

/* p's FCP into the list; what is not there or refused is left out. */
static int
try_file(struct dmsc_session *s, const struct dmsc_place *p,
    struct dmsc_file_list *l)
{
	struct dmsc_fcp one, *slot;
	int r = dmsc_files_fcp(s, p, &one);

	if (r != DMSC_E_OK) {
		if (s->err.sw == 0)
			return r;
		dmsc_err_clear(&s->err);
		return DMSC_E_OK;
	}
	if (is_listed(l, &one)) {
		dmsc_view_clear(&dmsc_fcp_view, &one);
		return DMSC_E_OK;
	}
	if ((slot = dmsc_list_add(&l->files, &l->n_files, sizeof one)) ==
	    NULL) {
		dmsc_view_clear(&dmsc_fcp_view, &one);
		return dmsc_files_no_memory(s);
	}
	*slot = one;
	return DMSC_E_OK;
}

static int
add_apps(struct dmsc_session *s, struct dmsc_file_list *l)
{
	const struct dmsc_uicc_app *a;
	struct dmsc_place p;
	size_t n, i;
	int r;

	if ((r = dmsc_uicc_apps(s->uicc, &a, &n)) != DMSC_E_OK)
		return r;
	for (i = 0; i < n && r == DMSC_E_OK; i++) {
		memset(&p, 0, sizeof p);
		memcpy(p.aid, a[i].aid, a[i].aid_len);
		p.aid_len = a[i].aid_len;
		r = try_file(s, &p, l);
	}
	return r;
}

static bool
is_dir(const struct dmsc_fcp *f)
{
	return strcmp(f->kind, "df") == 0 || strcmp(f->kind, "adf") == 0 ||
	    strcmp(f->kind, "mf") == 0;
}

static int
list(struct dmsc_session *s, const struct dmsc_place *df,
    struct dmsc_file_list *l)
{
	struct tried t = { .n = 0 };
	struct dmsc_place p;
	size_t i;
	int r = DMSC_E_OK;

	add_known(&t, df);
	for (i = 0; i < t.n; i++)
		if (t.fid[i] == ODF_FID)
			break;
	if (i < t.n)
		add_p15(s, df, &t);
	dmsc_err_clear(&s->err);
	for (i = 0; i < t.n && r == DMSC_E_OK; i++)
		if (dmsc_place_below(df, t.fid[i], &p) == DMSC_E_OK)
			r = try_file(s, &p, l);
	if (r == DMSC_E_OK && df->n == 0 && df->aid_len == 0)
		r = add_apps(s, l);
	return r;
}

static int
list_df(struct dmsc_session *s, const struct dmsc_place *df,
    struct dmsc_file_list *l)
{
	struct dmsc_uicc_fcp f;
	int r = dmsc_uicc_select(s->uicc, df, &f);

	if (r != DMSC_E_OK)
		return r;
	if (f.kind > DMSC_FILE_ADF) {
		(void)dmsc_fail(&s->err, DMSC_E_USAGE,
		    "this is a file, not a directory");
		(void)dmsc_err_next(&s->err, "file read");
		return DMSC_E_USAGE;
	}
	return list(s, df, l);
}

/* The directories found are listed in turn, each once. */
static int
list_deep(struct dmsc_session *s, const struct dmsc_place *df,
    struct dmsc_file_list *l)
{
	struct dmsc_place p;
	size_t i;
	int r = list_df(s, df, l);

	for (i = 0; i < l->n_files && r == DMSC_E_OK; i++)
		if (is_dir(&l->files[i]) && strcmp(l->files[i].kind, "mf") !=
		    0 && dmsc_place_parse(l->files[i].path, &p, NULL) ==
		    DMSC_E_OK)
			r = list(s, &p, l);
	return r;
}

static int
run(struct dmsc_session *s, const char *path, bool deep,
    struct dmsc_file_list **out)
{
	struct dmsc_file_list *l;
	struct dmsc_place p;
	int r;

	*out = NULL;
	if (path == NULL || *path == '\0')
		path = "3F00";
	if ((r = dmsc_files_begin(s, path, &p)) != DMSC_E_OK)
		return r;
	if ((l = dmsc_view_new(&dmsc_file_list_view)) == NULL)
		r = dmsc_files_no_memory(s);
	else
		r = deep ? list_deep(s, &p, l) : list_df(s, &p, l);
	r = dmsc_files_end(s, path, r);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_file_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

int
dmsc_file_ls(struct dmsc_session *s, const char *path,
    struct dmsc_file_list **out)
{
	return run(s, path, false, out);
}

int
dmsc_file_tree(struct dmsc_session *s, const char *path,
    struct dmsc_file_list **out)
{
	return run(s, path, true, out);
}
