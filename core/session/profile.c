/* Applies a profile to a blank card with ordinary APDUs. */
#include "session/profile.h"

#include "base/base.h"
#include "codec/codec.h"
#include "pkcs15/pkcs15.h"
#include "tlv/ber.h"

enum {
	INS_PUT_DATA = 0x00DA, INS_ACTIVATE = 0x0044, RULE_LEN = 48,
	ROW_MAX = 256, CONTENT_MAX = 16384, FID_MF = 0x3F00,
	TAG_ICCID = 0x0102, TAG_FCP = 0x62, PIN_PERSONAL = 0x81,
	FID_OPERATORX = 0x4D10, FID_PERSONAL = 0x4D12
};

static int
command(struct dmsc_uicc *u, unsigned ins, unsigned p1p2,
    struct dmsc_rd data, const char *what)
{
	unsigned sw = 0;
	int r = dmsc_uicc_cmd(u, ins, p1p2, data, DMSC_LE_NONE, NULL, &sw);

	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "%s", what);
	return r;
}

static int
select_df(struct dmsc_uicc *u, unsigned fid)
{
	struct dmsc_place p = { .n = 0 };

	if (fid != FID_MF)
		p.fid[p.n++] = (uint16_t)fid;
	return dmsc_uicc_select(u, &p, NULL);
}

static int
create(struct dmsc_uicc *u, struct dmsc_rd content)
{
	struct dmsc_buf *b = dmsc_buf_new(ROW_MAX);
	int r = DMSC_E_NOMEM;

	if (b != NULL &&
	    (r = dmsc_tlv_put(b, TAG_FCP, content)) == DMSC_E_OK)
		r = dmsc_uicc_create(u, dmsc_buf_rd(b));
	else
		dmsc_fail(dmsc_uicc_err(u), r, "cannot build the template");
	dmsc_buf_free(&b);
	return r;
}

static int
content(struct dmsc_uicc *u, unsigned what,
    const uint8_t iccid[DMSC_ICCID_BYTES])
{
	struct dmsc_buf *b;
	int r;

	if (what == DMSC_ICCID)
		return command(u, INS_PUT_DATA, TAG_ICCID,
		    dmsc_rd_of(iccid, DMSC_ICCID_BYTES), "set the ICCID");
	if ((b = dmsc_buf_new(CONTENT_MAX)) == NULL)
		return dmsc_fail(dmsc_uicc_err(u), DMSC_E_NOMEM,
		    "out of memory");
	r = dmsc_profile_build((enum dmsc_profile_content)what, iccid, b,
	    dmsc_uicc_err(u));
	if (r == DMSC_E_OK)
		r = dmsc_uicc_update(u, 0, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static int
apply_row(struct dmsc_uicc *u, const struct dmsc_profile_row *row,
    struct dmsc_buf *b, const uint8_t iccid[DMSC_ICCID_BYTES])
{
	int r = dmsc_hex_get(row->hex, b);

	if (r == DMSC_E_OK && row->op == DMSC_RULE)
		r = b->len > RULE_LEN ? DMSC_E_LIMIT :
		    dmsc_buf_fill(b, 0xFF, RULE_LEN - b->len);
	if (r != DMSC_E_OK)
		return dmsc_fail(dmsc_uicc_err(u), r,
		    "a row of the profile is wrong");
	switch (row->op) {
	case DMSC_PUT:
		return command(u, INS_PUT_DATA, row->n, dmsc_buf_rd(b),
		    "put data");
	case DMSC_CREATE:
		return create(u, dmsc_buf_rd(b));
	case DMSC_RULE:
	case DMSC_RECORD:
		return dmsc_uicc_update_record(u, row->n, dmsc_buf_rd(b));
	case DMSC_WRITE:
		return dmsc_uicc_update(u, 0, dmsc_buf_rd(b));
	case DMSC_SELECT:
		return select_df(u, row->n);
	case DMSC_CONTENT:
		return content(u, row->n, iccid);
	}
	return DMSC_E_OK;
}

int
dmsc_profile_apply(struct dmsc_uicc *u, const struct dmsc_profile *p,
    const uint8_t iccid[DMSC_ICCID_BYTES])
{
	static const uint8_t mf[] = { FID_MF >> 8, FID_MF & 0xFF };
	struct dmsc_buf *b = dmsc_buf_new(ROW_MAX);
	int r = DMSC_E_OK;
	size_t i;

	if (b == NULL)
		return dmsc_fail(dmsc_uicc_err(u), DMSC_E_NOMEM,
		    "out of memory");
	for (i = 0; r == DMSC_E_OK && i < p->n_rows; i++) {
		dmsc_buf_reset(b);
		r = apply_row(u, &p->rows[i], b, iccid);
		if (r != DMSC_E_OK)
			dmsc_err_where(dmsc_uicc_err(u),
			    "row %zu of the profile %s", i + 1, p->name);
	}
	dmsc_buf_free(&b);
	return r != DMSC_E_OK ? r : command(u, INS_ACTIVATE, 0,
	    dmsc_rd_of(mf, sizeof mf), "activate the card");
}

/* One of the two documents in a directory. */
static int
put_entry(struct dmsc_buf *out, enum dmsc_do_choice choice, bool personal)
{
	char operatorx[] = "OperatorX", person[] = "Personal";
	char oid[] = DMSC_OID_DM, dm[] = "OMA DM";
	unsigned fid = personal ? FID_PERSONAL : FID_OPERATORX;
	struct dmsc_dodf_entry e = {
		.choice = (uint8_t)choice, .understood = true,
		.label = personal ? person : operatorx,
		.is_private = personal, .modifiable = true,
		.has_flags = true, .auth_id = { 1 },
		.auth_id_len = personal ? 1 : 0, .has_path = true,
	};

	e.path.path[0] = (uint8_t)(fid >> 8);
	e.path.path[1] = (uint8_t)fid;
	e.path.len = 2;
	if (choice == DMSC_DO_OID) {
		e.app_name = dm;
		e.oid = oid;
	} else
		e.app_oid = oid;
	return dmsc_dodf_put(out, &e);
}

/* DODF-1: oidDOs only. DODF-2: the opaqueDO twins, then the same, with a
 * byte of padding before the private one (DMSC_P15_STOP). */
static int
put_dodf(struct dmsc_buf *out, bool second)
{
	int r = DMSC_E_OK;

	if (second && ((r = put_entry(out, DMSC_DO_OPAQUE, false)) !=
	    DMSC_E_OK || (r = put_entry(out, DMSC_DO_OPAQUE, true)) !=
	    DMSC_E_OK))
		return r;
	if ((r = put_entry(out, DMSC_DO_OID, false)) == DMSC_E_OK && second)
		r = dmsc_buf_u8(out, DMSC_P15_STOP);
	return r == DMSC_E_OK ? put_entry(out, DMSC_DO_OID, true) : r;
}

static int
put_aodf(struct dmsc_buf *out)
{
	char label[] = "Personal PIN";
	const struct dmsc_aodf_entry e = {
		.label = label, .auth_id = { 1 }, .auth_id_len = 1,
		.pin_ref = PIN_PERSONAL, .min_len = 4, .stored_len = 8,
		.max_len = 8, .pad = 0xFF, .ascii = true,
	};

	return dmsc_aodf_put(out, &e);
}

static int
put_document(struct dmsc_rd xml, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_boot *b = NULL;
	enum dmsc_form form;
	int r;

	if ((r = dmsc_tree_parse(xml, &t, &form, e)) != DMSC_E_OK)
		return r;
	if ((b = dmsc_boot_new()) == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	else
		r = dmsc_boot_write(b, t, out, e);
	dmsc_boot_free(&b);
	dmsc_tree_free(&t);
	return r;
}

int
dmsc_profile_build(enum dmsc_profile_content what,
    const uint8_t iccid[DMSC_ICCID_BYTES], struct dmsc_buf *out,
    struct dmsc_err *e)
{
	int r = DMSC_E_INTERNAL;

	switch (what) {
	case DMSC_ICCID:
		r = dmsc_buf_put(out, dmsc_rd_of(iccid, DMSC_ICCID_BYTES));
		break;
	case DMSC_TOKEN:
		r = dmsc_tokeninfo_put(out, dmsc_rd_of(iccid,
		    DMSC_ICCID_BYTES), "dmsc", "DM bootstrap");
		break;
	case DMSC_DODF1:
		r = put_dodf(out, false);
		break;
	case DMSC_DODF2:
		r = put_dodf(out, true);
		break;
	case DMSC_AODF:
		r = put_aodf(out);
		break;
	case DMSC_DOC_OPERATORX:
		return put_document(dmsc_rd_of(dmsc_demo_OperatorX,
		    dmsc_demo_OperatorX_len), out, e);
	case DMSC_DOC_PERSONAL:
		return put_document(dmsc_rd_of(dmsc_demo_Personal,
		    dmsc_demo_Personal_len), out, e);
	}
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "cannot build a file of the profile");
}
