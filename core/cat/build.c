/* Commands and envelopes made (TS 102 223 clauses 6.6, 7, 5.2). */
#include "base/base.h"
#include "cat/cat.h"
#include "tlv/ber.h"

enum { REQUIRED = 0x80, ENVELOPE_FIRST = 0xD1, ENVELOPE_LAST = 0xDF };

int
dmsc_cat_put(struct dmsc_buf *out, unsigned tag, struct dmsc_rd value)
{
	return dmsc_tlv_put(out, REQUIRED | tag, value);
}

static int
put_devices(struct dmsc_buf *out, unsigned from, unsigned to)
{
	uint8_t devices[] = { (uint8_t)from, (uint8_t)to };

	return dmsc_cat_put(out, CAT_T_DEVICES, dmsc_rd_of(devices,
	    sizeof devices));
}

/* Appends a template of tag with what body holds; LIMIT above max. */
static int
wrap(struct dmsc_buf *out, unsigned tag, const struct dmsc_buf *body)
{
	return dmsc_tlv_head(tag, body->len) + body->len > CAT_APDU_MAX ?
	    DMSC_E_LIMIT : dmsc_tlv_put(out, tag, dmsc_buf_rd(body));
}

int
dmsc_cat_command(struct dmsc_buf *out, const uint8_t details[3],
    enum dmsc_cat_device to, struct dmsc_rd rest)
{
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK)
		r = dmsc_cat_put(b, CAT_T_DETAILS, dmsc_rd_of(details, 3));
	if (r == DMSC_E_OK)
		r = put_devices(b, CAT_UICC, to);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(b, rest);
	if (r == DMSC_E_OK)
		r = wrap(out, CAT_PROACTIVE, b);
	dmsc_buf_free(&b);
	return r;
}

/* Appends the file list: its count, then the paths. */
static int
put_files(struct dmsc_buf *out, struct dmsc_rd paths)
{
	uint8_t list[CAT_APDU_MAX];
	struct dmsc_buf *b = dmsc_buf_new(sizeof list);
	struct dmsc_rd rest = paths, path, all;
	unsigned n = 0;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	while (dmsc_cat_file(&rest, &path))
		n++;
	if (r == DMSC_E_OK)
		r = n > UINT8_MAX ? DMSC_E_LIMIT : dmsc_buf_u8(b, n);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(b, paths);
	if (r == DMSC_E_OK)
		r = dmsc_cat_files(dmsc_buf_rd(b), &all);
	if (r == DMSC_E_OK)
		r = dmsc_cat_put(out, CAT_T_FILES, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_cat_refresh(struct dmsc_buf *out, unsigned number, unsigned mode,
    struct dmsc_rd paths, struct dmsc_rd aid)
{
	uint8_t details[] = { (uint8_t)number, CAT_REFRESH, (uint8_t)mode };
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && paths.left > 0)
		r = put_files(b, paths);
	if (r == DMSC_E_OK && aid.left > 0)
		r = dmsc_cat_put(b, CAT_T_AID, aid);
	if (r == DMSC_E_OK)
		r = dmsc_cat_command(out, details, CAT_TERMINAL,
		    dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

bool
dmsc_cat_can(struct dmsc_rd profile, unsigned type)
{
	static const struct { uint8_t type, at, bit; } bits[] = {
		{ CAT_REFRESH, 2, 0x80 }, { CAT_MORE_TIME, 2, 0x08 },
		{ CAT_POLL_INTERVAL, 2, 0x20 }, { CAT_POLLING_OFF, 2, 0x40 },
		{ CAT_EVENT_LIST, 4, 0x01 }, { CAT_DISPLAY_TEXT, 2, 0x01 },
		{ CAT_GET_INKEY, 2, 0x02 }, { CAT_GET_INPUT, 2, 0x04 },
		{ CAT_SELECT, 3, 0x01 }, { CAT_SMS, 3, 0x02 },
		{ CAT_USSD, 3, 0x08 }, { CAT_MENU, 3, 0x20 },
		{ CAT_LOCAL_INFO, 3, 0x40 }, { CAT_TIMER, 7, 0x01 },
		{ CAT_OPEN_CHANNEL, 11, 0x01 },
	};
	size_t i;

	for (i = 0; i < DMSC_COUNT(bits); i++)
		if (bits[i].type == type)
			return bits[i].at < profile.left &&
			    (profile.p[bits[i].at] & bits[i].bit) != 0;
	return false;
}

int
dmsc_cat_timer_up(unsigned id, const uint8_t time[3], struct dmsc_buf *out)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(out, CAT_TIMER_UP, &at)) != DMSC_E_OK ||
	    (r = put_devices(out, CAT_TERMINAL, CAT_UICC)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(out, REQUIRED | CAT_T_TIMER, id)) !=
	    DMSC_E_OK || (r = dmsc_cat_put(out, CAT_T_TIME,
	    dmsc_rd_of(time, 3))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, at);
}

int
dmsc_cat_choice(unsigned item, bool help, struct dmsc_buf *out)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(out, CAT_MENU_CHOICE, &at)) != DMSC_E_OK ||
	    (r = put_devices(out, CAT_KEYPAD, CAT_UICC)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(out, REQUIRED | CAT_T_ITEM, item)) !=
	    DMSC_E_OK)
		return r;
	if (help && (r = dmsc_cat_put(out, CAT_T_HELP, dmsc_rd_of(NULL, 0)))
	    != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, at);
}

int
dmsc_cat_happened(enum dmsc_cat_event event, enum dmsc_cat_device from,
    struct dmsc_rd rest, struct dmsc_buf *out)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(out, CAT_EVENT, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(out, REQUIRED | CAT_T_EVENTS, event)) !=
	    DMSC_E_OK || (r = put_devices(out, from, CAT_UICC)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, rest)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, at);
}

int
dmsc_cat_envelope(struct dmsc_rd data, unsigned *tag, struct dmsc_rd *objects)
{
	struct dmsc_rd walk, v;
	unsigned object;
	bool required;
	uint32_t t;
	int r;

	if ((r = dmsc_tlv_next(&data, &t, objects)) != DMSC_E_OK)
		return r;
	if (t < ENVELOPE_FIRST || t > ENVELOPE_LAST || data.left != 0)
		return DMSC_E_FORMAT;
	*tag = t;
	for (walk = *objects; walk.left > 0;)
		if ((r = dmsc_cat_next(&walk, &object, &required, &v)) !=
		    DMSC_E_OK)
			return r;
	return DMSC_E_OK;
}
