/* Commands, responses and envelopes (TS 102 223 clauses 6.6, 6.8, 7, 8). */
#include "cat/cat.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum { REQUIRED = 0x80, LONG_TAG = 0x7F, TAGS = 4, ONE_BYTE = 0x81,
	TWO_BYTES = 0x82 };

/* What of each command we understand, and what it must have. */
static const struct {
	uint8_t type;
	uint8_t need[2];
	uint8_t know[TAGS];
} rows[] = {
	{ CAT_REFRESH, { 0 }, { CAT_T_FILES, 0x2F, 0x05, 0x1E } },
	{ CAT_MORE_TIME, { 0 }, { 0 } },
	{ CAT_POLL_INTERVAL, { CAT_T_DURATION }, { CAT_T_DURATION } },
	{ CAT_POLLING_OFF, { 0 }, { 0 } },
	{ CAT_EVENT_LIST, { CAT_T_EVENTS }, { CAT_T_EVENTS } },
	{ CAT_DISPLAY_TEXT, { CAT_T_TEXT },
	    { CAT_T_TEXT, CAT_T_DURATION, 0x2B, 0x1E } },
	{ CAT_GET_INKEY, { CAT_T_TEXT },
	    { CAT_T_TEXT, CAT_T_DURATION, 0x1E } },
	{ CAT_GET_INPUT, { CAT_T_TEXT, CAT_T_LENGTH },
	    { CAT_T_TEXT, CAT_T_LENGTH, CAT_T_DEFAULT, 0x1E } },
	{ CAT_LOCAL_INFO, { 0 }, { 0 } },
	{ CAT_TIMER, { CAT_T_TIMER }, { CAT_T_TIMER, CAT_T_TIME } },
};

static int
length(struct dmsc_rd *r, size_t *n)
{
	uint8_t b;
	uint16_t wide;

	if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*n = b;
	if (b < 0x80)
		return DMSC_E_OK;
	if (b == ONE_BYTE && dmsc_rd_u8(r, &b) == DMSC_E_OK) {
		*n = b;
		return DMSC_E_OK;
	}
	if (b != TWO_BYTES || dmsc_rd_u16(r, &wide) != DMSC_E_OK)
		return DMSC_E_FORMAT;
	*n = wide;
	return DMSC_E_OK;
}

/* One COMPREHENSION-TLV object: the tag is one byte whatever its bits. */
int
dmsc_cat_next(struct dmsc_rd *r, unsigned *tag, bool *required,
    struct dmsc_rd *value)
{
	uint8_t t;
	size_t n;
	int code;

	if ((code = dmsc_rd_u8(r, &t)) != DMSC_E_OK ||
	    (code = length(r, &n)) != DMSC_E_OK ||
	    (code = dmsc_rd_take(r, n, value)) != DMSC_E_OK)
		return code;
	*tag = t & ~(unsigned)REQUIRED;
	*required = (t & REQUIRED) != 0;
	return *tag == 0 || *tag == LONG_TAG ? DMSC_E_FORMAT : DMSC_E_OK;
}

static int
take(struct dmsc_rd *r, unsigned want, size_t n, struct dmsc_rd *value)
{
	unsigned tag;
	bool required;
	int code = dmsc_cat_next(r, &tag, &required, value);

	if (code != DMSC_E_OK)
		return code;
	return tag == want && value->left == n ? DMSC_E_OK : DMSC_E_FORMAT;
}

int
dmsc_cat_find(const struct dmsc_cat_cmd *c, unsigned tag,
    struct dmsc_rd *value)
{
	struct dmsc_rd r = c->rest;
	unsigned t;
	bool required;

	while (r.left > 0 && dmsc_cat_next(&r, &t, &required, value) ==
	    DMSC_E_OK)
		if (t == tag)
			return DMSC_E_OK;
	return DMSC_E_NOTFOUND;
}

static unsigned
judge(const struct dmsc_cat_cmd *c)
{
	struct dmsc_rd r = c->rest, v;
	unsigned tag;
	bool required;
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (rows[i].type == c->details[1])
			break;
	if (i == DMSC_COUNT(rows))
		return dmsc_cat_type_name(c->details[1]) != NULL ?
		    CAT_BEYOND : CAT_TYPE_UNKNOWN;
	while (r.left > 0) {
		if (dmsc_cat_next(&r, &tag, &required, &v) != DMSC_E_OK)
			return CAT_DATA_UNKNOWN;
		if (required && memchr(rows[i].know, (int)tag, TAGS) == NULL)
			return CAT_DATA_UNKNOWN;
	}
	for (k = 0; k < sizeof rows[i].need && rows[i].need[k] != 0; k++)
		if (dmsc_cat_find(c, rows[i].need[k], &v) != DMSC_E_OK)
			return CAT_VALUES_MISSING;
	return CAT_DONE;
}

int
dmsc_cat_parse(struct dmsc_rd fetched, struct dmsc_cat_cmd *out)
{
	struct dmsc_rd in, v;
	uint32_t tag;
	int r;

	memset(out, 0, sizeof *out);
	if ((r = dmsc_tlv_next(&fetched, &tag, &in)) != DMSC_E_OK)
		return r;
	if (tag != CAT_PROACTIVE || fetched.left != 0)
		return DMSC_E_FORMAT;
	if ((r = take(&in, CAT_T_DETAILS, 3, &v)) != DMSC_E_OK)
		return r;
	memcpy(out->details, v.p, sizeof out->details);
	if ((r = take(&in, CAT_T_DEVICES, 2, &v)) != DMSC_E_OK)
		return r;
	out->from = v.p[0];
	out->to = v.p[1];
	out->rest = in;
	out->verdict = out->from != CAT_UICC ? CAT_DATA_UNKNOWN : judge(out);
	return DMSC_E_OK;
}

int
dmsc_cat_respond(const struct dmsc_cat_cmd *c, unsigned result, int more,
    struct dmsc_rd extra, struct dmsc_buf *out)
{
	uint8_t devices[] = { CAT_TERMINAL, CAT_UICC };
	uint8_t value[] = { (uint8_t)result, (uint8_t)more };
	int r;

	if ((r = dmsc_tlv_put(out, REQUIRED | CAT_T_DETAILS,
	    dmsc_rd_of(c->details, sizeof c->details))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(out, REQUIRED | CAT_T_DEVICES,
	    dmsc_rd_of(devices, sizeof devices))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(out, REQUIRED | CAT_T_RESULT, dmsc_rd_of(value,
	    more == CAT_NO_MORE ? 1 : 2))) != DMSC_E_OK)
		return r;
	return dmsc_buf_put(out, extra);
}

int
dmsc_cat_response(struct dmsc_rd data, uint8_t details[3], unsigned *result)
{
	struct dmsc_rd v;
	unsigned tag;
	bool required;
	int r;

	if ((r = take(&data, CAT_T_DETAILS, 3, &v)) != DMSC_E_OK)
		return r;
	memcpy(details, v.p, 3);
	if ((r = take(&data, CAT_T_DEVICES, 2, &v)) != DMSC_E_OK ||
	    (r = dmsc_cat_next(&data, &tag, &required, &v)) != DMSC_E_OK)
		return r;
	if (tag != CAT_T_RESULT || v.left == 0)
		return DMSC_E_FORMAT;
	*result = v.p[0];
	while (data.left > 0)
		if ((r = dmsc_cat_next(&data, &tag, &required, &v)) !=
		    DMSC_E_OK)
			return r;
	return DMSC_E_OK;
}
