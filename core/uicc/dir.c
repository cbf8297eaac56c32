/* The applications that EF.DIR lists (TS 102 221 13.1). */
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/inside.h"
#include "uicc/names.h"

enum { TAG_APP = 0x61, TAG_AID = 0x4F, TAG_LABEL = 0x50, TAG_PATH = 0x51,
	DIR_FID = 0x2F00, DIR_RECORDS = 64 };

static void
take_path(struct dmsc_rd v, struct dmsc_uicc_app *a)
{
	uint16_t fid;

	while (a->path_n < DMSC_UICC_PATH_MAX &&
	    dmsc_rd_u16(&v, &fid) == DMSC_E_OK)
		if (fid != UICC_MF || a->path_n > 0)
			a->path[a->path_n++] = fid;
}

static void
take_label(struct dmsc_rd v, struct dmsc_uicc_app *a)
{
	size_t i, n = 0;

	for (i = 0; i < v.left && n + 1 < sizeof a->label; i++)
		if (v.p[i] >= 0x20 && v.p[i] != 0x7F && v.p[i] != 0xFF)
			a->label[n++] = (char)v.p[i];
	a->label[n] = '\0';
}

/* One template's content. False: it has no AID. */
static bool
take_app(struct dmsc_rd in, struct dmsc_uicc_app *a)
{
	struct dmsc_rd v;
	uint32_t tag;

	memset(a, 0, sizeof *a);
	while (in.left > 0 && dmsc_tlv_next(&in, &tag, &v) == DMSC_E_OK) {
		if (tag == TAG_AID && v.left > 0 &&
		    v.left <= sizeof a->aid) {
			memcpy(a->aid, v.p, v.left);
			a->aid_len = v.left;
		} else if (tag == TAG_LABEL)
			take_label(v, a);
		else if (tag == TAG_PATH)
			take_path(v, a);
	}
	return a->aid_len > 0;
}

/* All templates of a record, or of the whole file. */
static int
take_all(struct dmsc_uicc *u, struct dmsc_rd in)
{
	struct dmsc_uicc_app a, *slot;
	struct dmsc_rd v;
	uint32_t tag;

	while (in.left > 0) {
		if (in.p[0] == 0xFF || in.p[0] == 0x00) {
			in = dmsc_rd_slice(in, 1, in.left);
			continue;
		}
		if (dmsc_tlv_next(&in, &tag, &v) != DMSC_E_OK)
			return DMSC_E_OK;	/* broken: what came before */
		if (tag != TAG_APP || !take_app(v, &a))
			continue;
		slot = dmsc_list_add(&u->apps, &u->n_apps, sizeof a);
		if (slot == NULL)
			return dmsc_fail(u->err, DMSC_E_NOMEM,
			    "out of memory");
		*slot = a;
	}
	return DMSC_E_OK;
}

/* What the card refuses is no failure here: it lists nothing then. */
static bool
card_said(const struct dmsc_uicc *u, int r)
{
	return r != DMSC_E_OK && u->err->sw != 0;
}

static int
read_dir(struct dmsc_uicc *u)
{
	struct dmsc_place p = { { 0 }, 0, { DIR_FID }, 1 };
	struct dmsc_uicc_fcp fcp;
	struct dmsc_buf *b;
	unsigned i, most;
	int r;

	if ((r = dmsc_uicc_select(u, &p, &fcp)) != DMSC_E_OK)
		return r;
	if ((b = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	most = fcp.records > 0 ? DMSC_MIN(fcp.records, DIR_RECORDS) :
	    DIR_RECORDS;
	if (fcp.kind == DMSC_FILE_TRANSPARENT) {
		most = 0;
		r = dmsc_uicc_read(u, 0, SIZE_MAX, b);
		if (r == DMSC_E_OK)
			r = take_all(u, dmsc_buf_rd(b));
	}
	for (i = 1; i <= most && r == DMSC_E_OK; i++) {
		dmsc_buf_reset(b);
		r = dmsc_uicc_read_record(u, i, fcp.record_len, b);
		if (r == DMSC_E_OK)
			r = take_all(u, dmsc_buf_rd(b));
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_uicc_apps(struct dmsc_uicc *u, const struct dmsc_uicc_app **apps,
    size_t *n)
{
	int r;

	if (!u->apps_known) {
		if ((r = dmsc_uicc_begin(u)) != DMSC_E_OK)
			return r;
		dmsc_err_clear(u->err);
		r = read_dir(u);
		dmsc_uicc_end(u);
		if (r != DMSC_E_OK && !card_said(u, r)) {
			uicc_content_changed(u);
			return r;
		}
		dmsc_err_clear(u->err);
		u->apps_known = true;
	}
	*apps = u->apps;
	*n = u->n_apps;
	return DMSC_E_OK;
}

static int
app_text(const struct dmsc_uicc_app *a, struct dmsc_buf *out)
{
	const char *name = dmsc_app_name(a->aid, a->aid_len);
	size_t i;
	int r = dmsc_hex_put(out, dmsc_rd_of(a->aid, a->aid_len));

	if (r == DMSC_E_OK && name != NULL)
		r = dmsc_buf_fmt(out, " (%s)", name);
	if (r == DMSC_E_OK && a->label[0] != '\0')
		r = dmsc_buf_fmt(out, " '%s'", a->label);
	for (i = 0; i < a->path_n && r == DMSC_E_OK; i++)
		r = dmsc_buf_fmt(out, "%s%04X", i == 0 ? " at 3F00/" : "/",
		    a->path[i]);
	return r;
}

int
uicc_text_dir(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_uicc_app a;
	struct dmsc_rd v;
	uint32_t tag;
	int code;

	if (r.left == 0 || r.p[0] == 0xFF)
		return dmsc_buf_str(out, "empty");
	if ((code = dmsc_tlv_next(&r, &tag, &v)) != DMSC_E_OK)
		return code;
	if (tag != TAG_APP || !take_app(v, &a))
		return DMSC_E_FORMAT;
	return app_text(&a, out);
}
