/* Places of files: PKCS#15 paths to places, places to text. */
#include "store/inside.h"

#include <string.h>

#include "base/base.h"

enum { FID_MF = 0x3F00, FID_ADF = 0x7FFF, FID_P15 = 0x7F50,
	FID_P15_OLD = 0x5015 };

unsigned
dmsc_place_fid(const struct dmsc_place *p)
{
	return p->n == 0 ? 0 : p->fid[p->n - 1];
}

/* The path of the PKCS#15 application below the MF, where EF.DIR says so. */
static size_t
app_path(struct dmsc_store *st, uint16_t *out)
{
	const struct dmsc_uicc_app *apps = NULL;
	size_t n = 0, i, from;

	if (st->app.aid_len == 0) {
		memcpy(out, st->app.fid, st->app.n * sizeof *out);
		return st->app.n;
	}
	if (dmsc_uicc_apps(st->u, &apps, &n) != DMSC_E_OK) {
		dmsc_err_clear(st->e);
		return 0;
	}
	for (i = 0; i < n; i++) {
		if (!dmsc_rd_eq(dmsc_rd_of(apps[i].aid, apps[i].aid_len),
		    dmsc_rd_of(st->app.aid, st->app.aid_len)))
			continue;
		from = apps[i].path_n > 0 && apps[i].path[0] == FID_MF;
		memcpy(out, apps[i].path + from,
		    (apps[i].path_n - from) * sizeof *out);
		return apps[i].path_n - from;
	}
	return 0;
}

/* fid[0..n) is absolute, without 3F00: inside the application where its
 * path, or one that only such applications have, is in front. */
static int
from_mf(struct dmsc_store *st, const uint16_t *fid, size_t n,
    struct dmsc_place *out)
{
	uint16_t path[DMSC_UICC_PATH_MAX];
	size_t k = app_path(st, path);

	if (k == 0 && n > 1 && (fid[0] == FID_P15 || fid[0] == FID_P15_OLD)) {
		path[0] = fid[0];
		k = 1;
	}
	memset(out, 0, sizeof *out);
	if (k > 0 && n > k && memcmp(path, fid, k * sizeof *fid) == 0) {
		*out = st->app;
		fid += k;
		n -= k;
	}
	if (out->n + n > DMSC_UICC_PATH_MAX)
		return DMSC_E_FORMAT;
	memcpy(out->fid + out->n, fid, n * sizeof *fid);
	out->n += n;
	return DMSC_E_OK;
}

/* The application's own DF in front of a path that is relative to it: such
 * a path was meant from the MF. Returns how many identifiers to pass over. */
static size_t
own_df(struct dmsc_store *st, const uint16_t *fid, size_t n)
{
	uint16_t path[DMSC_UICC_PATH_MAX];
	unsigned own = 0;
	size_t k, i = 0;

	if (n < 2)
		return 0;
	if ((k = app_path(st, path)) > 0)
		own = path[k - 1];
	while (i + 1 < n && (fid[i] == own || (k == 0 &&
	    (fid[i] == FID_P15 || fid[i] == FID_P15_OLD))))
		i++;
	return i;
}

int
dmsc_store_resolve(struct dmsc_store *st, const struct dmsc_p15_path *p,
    struct dmsc_place *out)
{
	struct dmsc_rd r = dmsc_rd_of(p->path, p->len);
	uint16_t fid[DMSC_P15_PATH_MAX / 2];
	size_t n = 0, i;
	int e = DMSC_E_OK;

	while (r.left >= 2 && e == DMSC_E_OK)
		e = dmsc_rd_u16(&r, &fid[n++]);
	if (r.left != 0 || n == 0 || e != DMSC_E_OK)
		return DMSC_E_FORMAT;
	if (fid[0] == FID_MF)
		return n == 1 ? DMSC_E_FORMAT :
		    from_mf(st, fid + 1, n - 1, out);
	*out = st->app;
	i = fid[0] == FID_ADF ? 1 : own_df(st, fid, n);
	for (; i < n; i++)
		if (dmsc_place_below(out, fid[i], out) != DMSC_E_OK)
			return DMSC_E_FORMAT;
	return DMSC_E_OK;
}

int
dmsc_store_place_text(struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_buf *out)
{
	struct dmsc_place abs = { .aid_len = 0 };
	size_t i;

	if (p->aid_len > 0 && st->have_app && p->aid_len == st->app.aid_len &&
	    memcmp(p->aid, st->app.aid, p->aid_len) == 0)
		abs.n = app_path(st, abs.fid);
	if (abs.n == 0 || abs.n + p->n > DMSC_UICC_PATH_MAX)
		return dmsc_place_text(p, out);
	for (i = 0; i < p->n; i++)
		abs.fid[abs.n++] = p->fid[i];
	return dmsc_place_text(&abs, out);
}
