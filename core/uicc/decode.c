/* Well-known contents in words (TS 102 221 13, TS 31.102 4.2). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "uicc/names.h"

enum { FILLER = 0xF, IMSI_MAX = 8 };

/* Swapped digits from the low half on; a filler ends them. */
static int
digits(struct dmsc_rd r, bool skip_first, struct dmsc_buf *out)
{
	size_t i, start = out->len;
	unsigned d;
	int code;

	for (i = skip_first ? 1 : 0; i < 2 * r.left; i++) {
		d = i % 2 == 0 ? r.p[i / 2] & 0xFu : r.p[i / 2] >> 4;
		if (d == FILLER)
			break;
		if (d > 9)
			return DMSC_E_FORMAT;
		if ((code = dmsc_buf_u8(out, '0' + d)) != DMSC_E_OK)
			return code;
	}
	return out->len > start ? DMSC_E_OK : DMSC_E_FORMAT;
}

int
uicc_text_iccid(struct dmsc_rd r, struct dmsc_buf *out)
{
	return digits(r, false, out);
}

int
uicc_text_imsi(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_rd body;
	uint8_t n;

	if (dmsc_rd_u8(&r, &n) != DMSC_E_OK ||
	    dmsc_rd_take(&r, n, &body) != DMSC_E_OK)
		return DMSC_E_SHORT;
	if (n == 0 || n > IMSI_MAX)
		return DMSC_E_FORMAT;
	return digits(body, true, out);
}

int
uicc_text_languages(struct dmsc_rd r, struct dmsc_buf *out)
{
	size_t start = out->len;
	struct dmsc_rd two;
	int code = DMSC_E_OK;

	while (code == DMSC_E_OK &&
	    dmsc_rd_take(&r, 2, &two) == DMSC_E_OK) {
		if (two.p[0] == 0xFF)
			continue;
		if (!dmsc_is_text(two) || two.p[0] < 'A')
			return DMSC_E_FORMAT;
		code = dmsc_buf_fmt(out, "%s%c%c", out->len > start ? ", " :
		    "", two.p[0], two.p[1]);
	}
	if (code == DMSC_E_OK && out->len == start)
		code = dmsc_buf_str(out, "none");
	return code;
}

int
uicc_text_ad(struct dmsc_rd r, struct dmsc_buf *out)
{
	static const struct {
		uint8_t mode;
		const char *text;
	} known[] = { { 0x00, "normal operation" },
	    { 0x80, "type approval" },
	    { 0x01, "normal operation, specific facilities" },
	    { 0x81, "type approval, specific facilities" },
	    { 0x02, "maintenance" }, { 0x04, "cell test" } };
	const char *text = "unknown mode";
	size_t i;
	int code;

	if (r.left < 3)
		return DMSC_E_SHORT;
	for (i = 0; i < DMSC_COUNT(known); i++)
		if (known[i].mode == r.p[0])
			text = known[i].text;
	code = dmsc_buf_str(out, text);
	if (code == DMSC_E_OK && r.left >= 4)
		code = dmsc_buf_fmt(out, "; MNC of %u digits", r.p[3] & 0xF);
	return code;
}

/* Names of the services that are in common use; others by number. */
static const char *
service(size_t n)
{
	static const char *const names[] = {
		[1] = "local phone book", [2] = "FDN", [3] = "extension 2",
		[4] = "SDN", [5] = "extension 3", [6] = "BDN",
		[7] = "extension 4", [8] = "outgoing call information",
		[9] = "incoming call information", [10] = "SMS",
		[11] = "SMS status reports", [12] = "SMS parameters",
		[13] = "advice of charge", [15] = "CBMI",
		[16] = "CBMI ranges", [17] = "GID1", [18] = "GID2",
		[19] = "SPN", [20] = "user PLMN selector", [21] = "MSISDN",
		[22] = "image", [24] = "eMLPP", [25] = "automatic answer",
		[27] = "GSM access", [28] = "SMS-PP download",
		[29] = "SMS-CB download", [30] = "call control",
		[31] = "MO-SMS control", [32] = "RUN AT COMMAND",
		[33] = "always set", [34] = "enabled services table",
		[35] = "APN control list", [36] = "depersonalisation keys",
		[37] = "co-operative networks", [38] = "GSM context",
		[42] = "operator PLMN selector", [43] = "HPLMN selector",
		[44] = "extension 5", [45] = "PLMN network name",
		[46] = "operator PLMN list", [47] = "mailbox numbers",
		[48] = "message waiting", [49] = "call forwarding",
		[51] = "SPDI", [52] = "MMS", [53] = "extension 8",
	};

	return n < DMSC_COUNT(names) ? names[n] : NULL;
}

int
uicc_text_ust(struct dmsc_rd r, struct dmsc_buf *out)
{
	size_t start = out->len, n;
	int code = DMSC_E_OK;

	for (n = 1; n <= 8 * r.left && code == DMSC_E_OK; n++) {
		if ((r.p[(n - 1) / 8] & 1u << (n - 1) % 8) == 0)
			continue;
		code = dmsc_buf_fmt(out, "%s%zu", out->len > start ? ", " :
		    "", n);
		if (code == DMSC_E_OK && service(n) != NULL)
			code = dmsc_buf_fmt(out, " %s", service(n));
	}
	if (code == DMSC_E_OK && out->len == start)
		code = dmsc_buf_str(out, "no services");
	return code;
}

int
uicc_text_spn(struct dmsc_rd r, struct dmsc_buf *out)
{
	size_t n;
	int code;

	if (r.left < 2)
		return DMSC_E_SHORT;
	r = dmsc_rd_slice(r, 1, r.left);	/* the display condition */
	for (n = 0; n < r.left && r.p[n] != 0xFF; n++)
		if (r.p[n] < 0x20 || r.p[n] > 0x7E)
			return DMSC_E_FORMAT;	/* UCS2 or GSM signs */
	code = dmsc_buf_put(out, dmsc_rd_slice(r, 0, n));
	return n == 0 ? dmsc_buf_str(out, "empty") : code;
}

int
uicc_text_umpc(struct dmsc_rd r, struct dmsc_buf *out)
{
	if (r.left < 3)
		return DMSC_E_SHORT;
	return dmsc_buf_fmt(out, "at most %u mA, time-out %u s%s", r.p[0],
	    r.p[1], (r.p[2] & 2) != 0 ? ", suspend supported" : "");
}
