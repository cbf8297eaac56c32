/* Applies a profile to a blank card with ordinary APDUs. */
#include "session/profile.h"

#include <stdio.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/lwm2m.h"
#include "dm/appl.h"
#include "pkcs15/pkcs15.h"
#include "tlv/ber.h"

enum {
	INS_PUT_DATA = 0x00DA, INS_ACTIVATE = 0x0044, RULE_LEN = 48,
	INS_STORE_DATA = 0x80E2, BLOCK = 255,
	ROW_MAX = 2048, CONTENT_MAX = 16384, FID_MF = 0x3F00,
	TAG_ICCID = 0x0102, TAG_CHIP = 0x0105, CHIP_LEN = 8, TAG_FCP = 0x62,
	PIN_PERSONAL = 0x81,
	FID_OPERATORX = 0x4D10, FID_PERSONAL = 0x4D12, FID_LWM2M = 0x4D14,
	FID_MAIL = 0x4D16, FID_ACCOUNT = 0x4D18
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
	if (what == DMSC_CHIP)
		return command(u, INS_PUT_DATA, TAG_CHIP, dmsc_rd_of(iccid +
		    DMSC_ICCID_BYTES - CHIP_LEN, CHIP_LEN), "set the serial");
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

/* The object that a content is, to the application selected. */
static int
tell(struct dmsc_uicc *u, unsigned what,
    const uint8_t iccid[DMSC_ICCID_BYTES])
{
	struct dmsc_buf *b = dmsc_buf_new(CONTENT_MAX);
	struct dmsc_rd rest, block;
	unsigned n = 0, last;
	int r;

	if (b == NULL)
		return dmsc_fail(dmsc_uicc_err(u), DMSC_E_NOMEM,
		    "out of memory");
	r = dmsc_profile_build((enum dmsc_profile_content)what, iccid, b,
	    dmsc_uicc_err(u));
	for (rest = dmsc_buf_rd(b); r == DMSC_E_OK && rest.left > 0; n++) {
		block = dmsc_rd_slice(rest, 0, BLOCK);
		rest = dmsc_rd_slice(rest, block.left, rest.left);
		last = rest.left == 0 ? DMSC_APPL_P1_LAST : 0;
		r = command(u, INS_STORE_DATA, (DMSC_APPL_P1 | last) << 8 |
		    n, block, "fill the card's tree");
	}
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
	case DMSC_TELL:
		return tell(u, row->n, iccid);
	}
	return DMSC_E_OK;
}

static bool
is_space(const struct dmsc_profile_row *row)
{
	return row->op == DMSC_PUT && row->n == DMSC_PUT_SPACE;
}

bool
dmsc_profile_has_tree(const struct dmsc_profile *p)
{
	size_t i;

	for (i = 0; i < p->n_rows; i++)
		if (is_space(&p->rows[i]))
			return true;
	return false;
}

int
dmsc_profile_space(struct dmsc_uicc *u, uint32_t space)
{
	uint8_t code[4];

	dmsc_u32_code(code, space);
	return command(u, INS_PUT_DATA, DMSC_PUT_SPACE, dmsc_rd_of(code,
	    sizeof code), "set the space of its tree");
}

int
dmsc_profile_apply(struct dmsc_uicc *u, const struct dmsc_profile *p,
    const uint8_t iccid[DMSC_ICCID_BYTES], bool spaced)
{
	static const uint8_t mf[] = { FID_MF >> 8, FID_MF & 0xFF };
	struct dmsc_buf *b = dmsc_buf_new(ROW_MAX);
	int r = DMSC_E_OK;
	size_t i;

	if (b == NULL)
		return dmsc_fail(dmsc_uicc_err(u), DMSC_E_NOMEM,
		    "out of memory");
	for (i = 0; r == DMSC_E_OK && i < p->n_rows; i++) {
		if (spaced && is_space(&p->rows[i]))
			continue;
		dmsc_buf_reset(b);
		r = apply_row(u, &p->rows[i], b, iccid);
		if (r != DMSC_E_OK)
			dmsc_err_where(dmsc_uicc_err(u),
			    "row %zu of the profile %s", i + 1, p->name);
	}
	dmsc_buf_free(&b);
	return r != DMSC_E_OK || p->open ? r : command(u, INS_ACTIVATE, 0,
	    dmsc_rd_of(mf, sizeof mf), "activate the card");
}

/* Documents in the order of the directories, private ones last. */
static const struct {
	const char *label, *app, *oid;
	unsigned fid;
	bool personal, in_field;
} documents[] = {
	{ "OperatorX", "OMA DM", DMSC_OID_DM, FID_OPERATORX, false, true },
	{ "LwM2M", "LwM2M Bootstrap", DMSC_OID_LWM2M, FID_LWM2M, false,
	    false },
	{ "Mail", "CP Bootstrap", DMSC_OID_CP1, FID_MAIL, false, false },
	{ "Personal", "OMA DM", DMSC_OID_DM, FID_PERSONAL, true, true },
	{ "Account", "OMA DM", DMSC_OID_DM, FID_ACCOUNT, false, false },
};
enum { LWM2M = 1, PERSONAL = 3, ACCOUNT = 4 };	/* of them */

/* Document i in a directory. */
static int
put_entry(struct dmsc_buf *out, enum dmsc_do_choice choice, size_t i)
{
	char label[32], oid[32], app[32];
	struct dmsc_dodf_entry e = {
		.choice = (uint8_t)choice, .understood = true,
		.label = label, .is_private = documents[i].personal,
		.modifiable = true, .has_flags = true, .auth_id = { 1 },
		.auth_id_len = documents[i].personal ? 1 : 0,
		.has_path = true,
	};

	(void)snprintf(label, sizeof label, "%s", documents[i].label);
	(void)snprintf(oid, sizeof oid, "%s", documents[i].oid);
	(void)snprintf(app, sizeof app, "%s", documents[i].app);
	e.path.path[0] = (uint8_t)(documents[i].fid >> 8);
	e.path.path[1] = (uint8_t)documents[i].fid;
	e.path.len = 2;
	if (choice == DMSC_DO_OID) {
		e.app_name = app;
		e.oid = oid;
	} else
		e.app_oid = oid;
	return dmsc_dodf_put(out, &e);
}

/* stop: with the byte of padding before the private one (DMSC_P15_STOP). */
static int
put_entries(struct dmsc_buf *out, enum dmsc_do_choice choice, bool field,
    bool stop)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < ACCOUNT; i++) {
		if (field && !documents[i].in_field)
			continue;
		if (stop && i == PERSONAL)
			r = dmsc_buf_u8(out, DMSC_P15_STOP);
		if (r == DMSC_E_OK)
			r = put_entry(out, choice, i);
	}
	return r;
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

/* A document by a codec of its own. */
static int
put_tree(enum dmsc_profile_content what, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	bool lwm2m = what == DMSC_DOC_LWM2M;
	int r;

	if (t == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = lwm2m ? dmsc_lwm2m_read_json(dmsc_rd_of(dmsc_demo_LwM2M,
	    dmsc_demo_LwM2M_len), t, e) : dmsc_cp_read_xml(dmsc_rd_of(
	    dmsc_demo_Mail, dmsc_demo_Mail_len), t, e);
	if (r == DMSC_E_OK)
		r = lwm2m ? dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), out, e) :
		    dmsc_cp_write_wbxml(t, out, e);
	dmsc_tree_free(&t);
	return r;
}

static int
put_directory(enum dmsc_profile_content what, struct dmsc_buf *out)
{
	bool field = what == DMSC_DODF1 || what == DMSC_DODF2;
	bool twins = what == DMSC_TWINS || what == DMSC_TWINS_OF_DMSC;
	int r = DMSC_E_OK;

	if (what == DMSC_OID_OF_LWM2M || what == DMSC_OIDS_OF_DMSC)
		r = put_entry(out, DMSC_DO_OID, LWM2M);
	if (what == DMSC_OIDS_OF_DMSC && r == DMSC_E_OK)
		r = put_entry(out, DMSC_DO_OID, ACCOUNT);
	if (what == DMSC_OID_OF_LWM2M || what == DMSC_OIDS_OF_DMSC)
		return r;
	if (what == DMSC_TWINS_OF_DMSC)
		r = put_entry(out, DMSC_DO_OPAQUE, ACCOUNT);
	if (r == DMSC_E_OK && (twins || what == DMSC_DODF2))
		r = put_entries(out, DMSC_DO_OPAQUE, field, false);
	if (r == DMSC_E_OK && !twins)
		r = put_entries(out, DMSC_DO_OID, field, what == DMSC_DODF2);
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
	case DMSC_CHIP:
		break;
	case DMSC_TOKEN:
		r = dmsc_tokeninfo_put(out, dmsc_rd_of(iccid,
		    DMSC_ICCID_BYTES), "dmsc", "DM bootstrap");
		break;
	case DMSC_OIDS:
	case DMSC_TWINS:
	case DMSC_TWINS_OF_DMSC:
	case DMSC_OID_OF_LWM2M:
	case DMSC_OIDS_OF_DMSC:
	case DMSC_DODF1:
	case DMSC_DODF2:
		r = put_directory(what, out);
		break;
	case DMSC_AODF:
		r = put_aodf(out);
		break;
	case DMSC_PRIVATE_KEYS:
	case DMSC_PUBLIC_KEYS:
	case DMSC_CERTS:
	case DMSC_TRUSTED_CERTS:
		r = dmsc_profile_keys(what, out);
		break;
	case DMSC_CARD_TREE:
		return dmsc_profile_message(out, e);
	case DMSC_DOC_OPERATORX:
		return put_document(dmsc_rd_of(dmsc_demo_OperatorX,
		    dmsc_demo_OperatorX_len), out, e);
	case DMSC_DOC_PERSONAL:
		return put_document(dmsc_rd_of(dmsc_demo_Personal,
		    dmsc_demo_Personal_len), out, e);
	case DMSC_DOC_ACCOUNT:
		return put_document(dmsc_rd_of(dmsc_demo_Account,
		    dmsc_demo_Account_len), out, e);
	case DMSC_DOC_LWM2M:
	case DMSC_DOC_MAIL:
		return put_tree(what, out, e);
	}
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "cannot build a file of the profile");
}
