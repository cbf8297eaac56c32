/* The FCP template (TS 102 221 11.1.1.3), tolerant of order and tags. */
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/inside.h"
#include "uicc/names.h"

enum { TAG_FCP = 0x62, TAG_FCI = 0x6F, TAG_SIZE = 0x80, TAG_DESC = 0x82,
	TAG_FID = 0x83, TAG_AID = 0x84, TAG_SFI = 0x88, TAG_LIFE = 0x8A,
	TAG_REFERENCED = 0x8B, TAG_COMPACT = 0x8C, TAG_EXPANDED = 0xAB,
	TAG_PINS = 0xC6 };
enum { DESC_SHARE = 0x40, DESC_TYPE = 0x38, DESC_DF = 0x38,
	DESC_INTERNAL = 0x08, DESC_STRUCT = 0x07, DESC_BERTLV = 0x39 };

static enum dmsc_file_kind
kind_of(unsigned d)
{
	if ((d & (DESC_TYPE | DESC_STRUCT)) == DESC_BERTLV)
		return DMSC_FILE_BERTLV;
	if ((d & DESC_TYPE) == DESC_DF)
		return DMSC_FILE_DF;
	if ((d & DESC_TYPE) == DESC_INTERNAL)
		return DMSC_FILE_INTERNAL;
	switch (d & DESC_STRUCT) {
	case 1:
		return DMSC_FILE_TRANSPARENT;
	case 2: case 3: case 4: case 5:
		return DMSC_FILE_LINEAR;
	case 6: case 7:
		return DMSC_FILE_CYCLIC;
	default:
		return DMSC_FILE_UNKNOWN;
	}
}

static void
take_descriptor(struct dmsc_rd v, struct dmsc_uicc_fcp *out)
{
	if (v.left == 0 || (v.p[0] & 0x80) != 0)
		return;
	out->kind = kind_of(v.p[0]);
	out->shareable = (v.p[0] & DESC_SHARE) != 0;
	if (v.left >= 5) {
		out->record_len = (unsigned)v.p[2] << 8 | v.p[3];
		out->records = v.p[4];
	}
}

/* A number of up to four bytes, more are taken as unknown. */
static size_t
number(struct dmsc_rd v)
{
	size_t n = 0, i;

	if (v.left == 0 || v.left > 4)
		return SIZE_MAX;
	for (i = 0; i < v.left; i++)
		n = n << 8 | v.p[i];
	return n;
}

static void
take_name(struct dmsc_rd v, struct dmsc_uicc_fcp *out)
{
	out->aid_len = DMSC_MIN(v.left, sizeof out->aid);
	memcpy(out->aid, v.p, out->aid_len);
}

static void
take(uint32_t tag, struct dmsc_rd v, struct dmsc_uicc_fcp *out)
{
	if (tag == TAG_DESC)
		take_descriptor(v, out);
	else if (tag == TAG_FID && v.left == 2)
		out->fid = (uint16_t)(v.p[0] << 8 | v.p[1]);
	else if (tag == TAG_AID && v.left > 0)
		take_name(v, out);
	else if (tag == TAG_SIZE)
		out->size = number(v);
	else if (tag == TAG_LIFE && v.left == 1)
		out->life = v.p[0];
	else if (tag == TAG_SFI)
		out->sfi = v.left == 1 ? v.p[0] >> 3 : -1;
	else if (tag == TAG_PINS)
		out->pins = v;
	else if ((tag == TAG_REFERENCED || tag == TAG_COMPACT ||
	    tag == TAG_EXPANDED) && out->sec_tag == 0) {
		out->sec_tag = (uint8_t)tag;
		out->sec = v;
	}
}

static void
defaults(struct dmsc_uicc_fcp *out)
{
	memset(out, 0, sizeof *out);
	out->size = SIZE_MAX;
	out->sfi = -2;		/* not told: the low bits of the FID */
}

static void
settle(struct dmsc_uicc_fcp *out)
{
	bool ef = out->kind != DMSC_FILE_DF && out->kind != DMSC_FILE_UNKNOWN;

	if (out->kind == DMSC_FILE_DF && out->aid_len > 0)
		out->kind = DMSC_FILE_ADF;
	else if (out->kind == DMSC_FILE_DF && out->fid == UICC_MF)
		out->kind = DMSC_FILE_MF;
	if (out->sfi == -2)
		out->sfi = ef && (out->fid & 0x1F) != 0 &&
		    (out->fid & 0x1F) != 0x1F ? out->fid & 0x1F : -1;
}

int
dmsc_fcp_parse(struct dmsc_rd answer, struct dmsc_uicc_fcp *out)
{
	struct dmsc_rd r, v, inner;
	uint32_t tag;
	int code;

	defaults(out);
	if (answer.left > sizeof out->raw)
		return DMSC_E_LIMIT;
	if (answer.left == 0)
		return DMSC_E_SHORT;
	memcpy(out->raw, answer.p, answer.left);
	out->raw_len = answer.left;
	r = dmsc_rd_of(out->raw, out->raw_len);
	if ((code = dmsc_tlv_next(&r, &tag, &v)) != DMSC_E_OK)
		return code;
	if (tag == TAG_FCI && dmsc_tlv_find(v, TAG_FCP, &inner) == DMSC_E_OK)
		v = inner;
	else if (tag != TAG_FCP && tag != TAG_FCI)
		return DMSC_E_FORMAT;
	for (r = v; r.left > 0;) {
		if ((code = dmsc_tlv_next(&r, &tag, &v)) != DMSC_E_OK)
			return code;
		take(tag, v, out);
	}
	settle(out);
	return DMSC_E_OK;
}

static const char *
kind_text(enum dmsc_file_kind k)
{
	static const char *const names[] = { "unknown", "mf", "df", "adf",
	    "transparent", "linear", "cyclic", "ber-tlv", "internal" };

	return names[k];
}

static const char *
life_text(unsigned life)
{
	if (life == 1)
		return "creation";
	if (life == 3)
		return "initialisation";
	if (life == 5 || life == 7)
		return "activated";
	if (life == 4 || life == 6)
		return "deactivated";
	return life >= 0x0C && life <= 0x0F ? "terminated" : "unknown";
}

static int
security_text(const struct dmsc_uicc_fcp *f, struct dmsc_fcp *out)
{
	char hex[2 * 32 + 1];

	if (f->sec_tag == TAG_REFERENCED && f->sec.left == 3)
		return dmsc_str_set(&out->security,
		    "EF.ARR %02X%02X record %u", f->sec.p[0], f->sec.p[1],
		    f->sec.p[2]);
	if (f->sec_tag == TAG_REFERENCED && f->sec.left >= 4)
		return dmsc_str_set(&out->security,
		    "EF.ARR %02X%02X by environment %s", f->sec.p[0],
		    f->sec.p[1], dmsc_hex(dmsc_rd_slice(f->sec, 2, 32), hex,
		    sizeof hex));
	if (f->sec_tag != 0)
		return dmsc_str_set(&out->security, "%s %s",
		    f->sec_tag == TAG_COMPACT ? "compact" : "expanded",
		    dmsc_hex(dmsc_rd_slice(f->sec, 0, 32), hex, sizeof hex));
	return DMSC_E_OK;
}

static int
texts(const struct dmsc_uicc_fcp *f, struct dmsc_fcp *out)
{
	char hex[2 * 16 + 1];
	int r = DMSC_E_OK;

	if (f->fid != 0)
		r = dmsc_str_set(&out->fid, "%04X", f->fid);
	if (r == DMSC_E_OK && f->aid_len > 0)
		r = dmsc_str_set(&out->aid, "%s", dmsc_hex(dmsc_rd_of(f->aid,
		    f->aid_len), hex, sizeof hex));
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&out->kind, "%s", kind_text(f->kind));
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&out->life, "%s", life_text(f->life));
	if (r == DMSC_E_OK)
		r = security_text(f, out);
	return r;
}

int
dmsc_fcp_view_of(const struct dmsc_uicc_fcp *f, const char *path,
    struct dmsc_fcp *out)
{
	struct dmsc_place p;
	const char *name = NULL;
	int r;

	memset(out, 0, sizeof *out);
	out->size = f->size == SIZE_MAX ? 0 : f->size;
	out->record_len = f->record_len;
	out->records = f->records;
	out->sfi = f->sfi;
	out->shareable = f->shareable;
	if (dmsc_place_parse(path, &p, NULL) == DMSC_E_OK)
		name = dmsc_place_name(&p);
	r = dmsc_str_set(&out->path, "%s", path);
	if (r == DMSC_E_OK && name != NULL)
		r = dmsc_str_set(&out->name, "%s", name);
	if (r == DMSC_E_OK)
		r = texts(f, out);
	if (r == DMSC_E_OK && (out->raw = dmsc_buf_from(dmsc_rd_of(f->raw,
	    f->raw_len), f->raw_len)) == NULL)
		r = DMSC_E_NOMEM;
	if (r != DMSC_E_OK)
		dmsc_view_clear(&dmsc_fcp_view, out);
	return r;
}
