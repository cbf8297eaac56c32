/* SMS-PP download: SMS-DELIVER (TS 23.040 clauses 9.1.2.5, 9.2.2.1, 9.2.3.24)
 * in an envelope (TS 31.111 clause 7.1.1). */
#include "cat/sms.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cat/cat.h"
#include "tlv/ber.h"

enum { DELIVER = 0x00, KIND_MASK = 0x03, LAST = 0x04, HAS_HEADER = 0x40,
	ABROAD = 0x91, AT_HOME = 0x81, ABROAD_MASK = 0x70, ABROAD_BITS = 0x10,
	PARTS_8 = 0x00, PARTS_16 = 0x08, PARTS_8_LEN = 3, PARTS_16_LEN = 4,
	HEADER = 5, TIME = 7, TPDU_MAX = 175, NOBODY = 0xF };
static const char digits[] = "0123456789*#abc";

void
dmsc_cat_sms_init(struct dmsc_cat_sms *s, const char *number,
    struct dmsc_rd data, unsigned ref)
{
	memset(s, 0, sizeof *s);
	(void)snprintf(s->from, sizeof s->from, "%s",
	    number != NULL ? number : "");
	s->protocol = CAT_SMS_TO_CARD;
	s->coding = CAT_SMS_BYTES;
	s->ref = ref & 0xFF;
	s->data = data;
	s->parts = dmsc_cat_sms_parts(data.left);
}

unsigned
dmsc_cat_sms_parts(size_t n)
{
	if (n > CAT_SMS_MAX)
		return 0;
	return n <= CAT_SMS_WHOLE ? 1 :
	    (unsigned)((n + CAT_SMS_PART - 1) / CAT_SMS_PART);
}

/* The kind of number and its digits, swapped, F at the end of an odd one. */
static int
put_digits(struct dmsc_buf *out, const char *number, size_t *n)
{
	unsigned low = 0, d;
	const char *at;
	size_t i;
	int r;

	r = dmsc_buf_u8(out, number[0] == '+' ? ABROAD : AT_HOME);
	if (number[0] == '+')
		number++;
	*n = strlen(number);
	if (*n > CAT_SMS_DIGITS)
		return DMSC_E_USAGE;
	for (i = 0; i < *n && r == DMSC_E_OK; i++) {
		if ((at = strchr(digits, number[i])) == NULL)
			return DMSC_E_USAGE;
		d = (unsigned)(at - digits);
		if (i % 2 == 1)
			r = dmsc_buf_u8(out, d << 4 | low);
		low = d;
	}
	return r == DMSC_E_OK && *n % 2 == 1 ?
	    dmsc_buf_u8(out, NOBODY << 4 | low) : r;
}

static int
get_digits(struct dmsc_rd v, size_t n, char out[CAT_SMS_DIGITS + 2])
{
	unsigned d;
	uint8_t kind, pair = 0;
	size_t i, at = 0;

	if (n > CAT_SMS_DIGITS || dmsc_rd_u8(&v, &kind) != DMSC_E_OK)
		return DMSC_E_FORMAT;
	if ((kind & ABROAD_MASK) == ABROAD_BITS)
		out[at++] = '+';
	for (i = 0; i < n; i++) {
		if (i % 2 == 0 && dmsc_rd_u8(&v, &pair) != DMSC_E_OK)
			return DMSC_E_SHORT;
		d = i % 2 == 0 ? pair & 0xFu : pair >> 4;
		if (d == NOBODY)
			break;
		out[at++] = digits[d];
	}
	out[at] = '\0';
	return DMSC_E_OK;
}

/* The number of digits, then the number. */
static int
put_sender(struct dmsc_buf *out, const char *number)
{
	size_t n, at = out->len;
	uint8_t count;
	int r = put_digits(out, number, &n);

	count = (uint8_t)n;
	return r != DMSC_E_OK ? r : dmsc_buf_insert(out, at,
	    dmsc_rd_of(&count, 1));
}

static int
put_tpdu(const struct dmsc_cat_sms *s, unsigned part, unsigned parts,
    struct dmsc_buf *out)
{
	const uint8_t header[] = { HEADER, PARTS_8, PARTS_8_LEN,
		(uint8_t)s->ref, (uint8_t)parts, (uint8_t)part };
	size_t head = parts > 1 ? sizeof header : 0;
	struct dmsc_rd v = parts > 1 ? dmsc_rd_slice(s->data,
	    (size_t)(part - 1) * CAT_SMS_PART, CAT_SMS_PART) : s->data;
	int r;

	if ((r = dmsc_buf_u8(out, DELIVER | LAST | (parts > 1 ? HAS_HEADER :
	    0))) != DMSC_E_OK || (r = put_sender(out, s->from)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, s->protocol)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, s->coding)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(s->time, TIME))) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, (unsigned)(head + v.left))) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(header, head))) != DMSC_E_OK)
		return r;
	return dmsc_buf_put(out, v);
}

static int
put_centre(const struct dmsc_cat_sms *s, struct dmsc_buf *scratch,
    struct dmsc_buf *out)
{
	size_t n;
	int r;

	if (s->centre[0] == '\0')
		return DMSC_E_OK;
	dmsc_buf_reset(scratch);
	if ((r = put_digits(scratch, s->centre, &n)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_put(out, CAT_T_ADDRESS, dmsc_buf_rd(scratch));
}

int
dmsc_cat_sms_put(const struct dmsc_cat_sms *s, unsigned part,
    struct dmsc_buf *out)
{
	static const uint8_t devices[] = { CAT_NETWORK, CAT_UICC };
	unsigned parts = dmsc_cat_sms_parts(s->data.left);
	struct dmsc_buf *b = dmsc_buf_new(TPDU_MAX);
	size_t at, from = out->len;
	int r = b == NULL ? DMSC_E_NOMEM : part < 1 || part > parts ?
	    DMSC_E_USAGE : dmsc_tlv_begin(out, CAT_SMS_DOWNLOAD, &at);

	if (r == DMSC_E_OK)
		r = dmsc_cat_put(out, CAT_T_DEVICES, dmsc_rd_of(devices,
		    sizeof devices));
	if (r == DMSC_E_OK)
		r = put_centre(s, b, out);
	if (r == DMSC_E_OK) {
		dmsc_buf_reset(b);
		r = put_tpdu(s, part, parts, b);
	}
	if (r == DMSC_E_OK)
		r = dmsc_cat_put(out, CAT_T_TPDU, dmsc_buf_rd(b));
	if (r == DMSC_E_OK)
		r = dmsc_tlv_end(out, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, from);
	dmsc_buf_free(&b);
	return r;
}

/* Data of 8 bits (TS 23.038 clause 4). */
static bool
is_bytes(unsigned coding)
{
	if ((coding & 0xF0) == 0xF0)
		return (coding & 0x04) != 0;
	return (coding & 0x80) == 0 && (coding & 0x0C) == 0x04;
}

/* The elements of a user data header: only those of parts are for us. */
static int
get_header(struct dmsc_rd h, struct dmsc_cat_sms *out)
{
	struct dmsc_rd v;
	uint8_t tag, len;
	int r;

	while (h.left > 0) {
		if ((r = dmsc_rd_u8(&h, &tag)) != DMSC_E_OK ||
		    (r = dmsc_rd_u8(&h, &len)) != DMSC_E_OK ||
		    (r = dmsc_rd_take(&h, len, &v)) != DMSC_E_OK)
			return r;
		if (tag != PARTS_8 && tag != PARTS_16)
			continue;
		if (len != (tag == PARTS_8 ? PARTS_8_LEN : PARTS_16_LEN))
			return DMSC_E_FORMAT;
		out->ref = tag == PARTS_8 ? v.p[0] :
		    0x10000u | (unsigned)v.p[0] << 8 | v.p[1];
		out->parts = v.p[len - 2];
		out->part = v.p[len - 1];
		if (out->part < 1 || out->part > out->parts)
			return DMSC_E_FORMAT;
	}
	return DMSC_E_OK;
}

static int
get_sender(struct dmsc_rd *r, struct dmsc_cat_sms *out)
{
	struct dmsc_rd v;
	uint8_t n;
	int code;

	if ((code = dmsc_rd_u8(r, &n)) != DMSC_E_OK ||
	    (code = dmsc_rd_take(r, 1 + (n + (size_t)1) / 2, &v)) !=
	    DMSC_E_OK)
		return code;
	return get_digits(v, n, out->from);
}

int
dmsc_cat_deliver_get(struct dmsc_rd tpdu, struct dmsc_cat_sms *out)
{
	uint8_t first, n;
	struct dmsc_rd v;
	int r;

	memset(out, 0, sizeof *out);
	out->part = out->parts = 1;
	if ((r = dmsc_rd_u8(&tpdu, &first)) != DMSC_E_OK)
		return r;
	if ((first & KIND_MASK) != DELIVER)
		return DMSC_E_FORMAT;
	if ((r = get_sender(&tpdu, out)) != DMSC_E_OK ||
	    (r = dmsc_rd_u8(&tpdu, &out->protocol)) != DMSC_E_OK ||
	    (r = dmsc_rd_u8(&tpdu, &out->coding)) != DMSC_E_OK ||
	    (r = dmsc_rd_take(&tpdu, TIME, &v)) != DMSC_E_OK)
		return r;
	memcpy(out->time, v.p, TIME);
	if (!is_bytes(out->coding))
		return DMSC_E_UNSUPPORTED;
	if ((r = dmsc_rd_u8(&tpdu, &n)) != DMSC_E_OK)
		return r;
	if (n > tpdu.left)
		return DMSC_E_SHORT;
	if (n < tpdu.left || n > CAT_SMS_WHOLE)
		return DMSC_E_FORMAT;
	if ((first & HAS_HEADER) != 0 &&
	    ((r = dmsc_rd_u8(&tpdu, &n)) != DMSC_E_OK ||
	    (r = dmsc_rd_take(&tpdu, n, &v)) != DMSC_E_OK ||
	    (r = get_header(v, out)) != DMSC_E_OK))
		return r;
	out->data = tpdu;
	return DMSC_E_OK;
}

int
dmsc_cat_sms_get(struct dmsc_rd envelope, struct dmsc_cat_sms *out)
{
	struct dmsc_rd objects, v, tpdu = { NULL, 0 }, centre = { NULL, 0 };
	unsigned tag;
	bool required;
	int r;

	if ((r = dmsc_cat_envelope(envelope, &tag, &objects)) != DMSC_E_OK)
		return r;
	if (tag != CAT_SMS_DOWNLOAD)
		return DMSC_E_NOTFOUND;
	while (objects.left > 0) {
		if ((r = dmsc_cat_next(&objects, &tag, &required, &v)) !=
		    DMSC_E_OK)
			return r;
		if (tag == CAT_T_TPDU)
			tpdu = v;
		else if (tag == CAT_T_ADDRESS)
			centre = v;
	}
	if ((r = dmsc_cat_deliver_get(tpdu, out)) != DMSC_E_OK ||
	    centre.left == 0)
		return r;
	return get_digits(centre, DMSC_MIN(2 * (centre.left - 1),
	    (size_t)CAT_SMS_DIGITS), out->centre);
}

static void
forget(struct dmsc_cat_joined *m)
{
	size_t i;

	for (i = 0; i < CAT_SMS_PARTS; i++)
		dmsc_buf_free(&m->part[i]);
	memset(m, 0, sizeof *m);
}

void
dmsc_cat_join_end(struct dmsc_cat_join *j)
{
	size_t i;

	for (i = 0; i < CAT_JOINS; i++)
		forget(&j->m[i]);
	j->clock = 0;
}

/* Where the message of s is gathered: the place of the oldest for a new one. */
static struct dmsc_cat_joined *
place_of(struct dmsc_cat_join *j, const struct dmsc_cat_sms *s)
{
	struct dmsc_cat_joined *m, *oldest = &j->m[0];
	size_t i;

	for (i = 0; i < CAT_JOINS; i++) {
		m = &j->m[i];
		if (m->parts == s->parts && m->ref == s->ref &&
		    strcmp(m->from, s->from) == 0)
			return m;
		if (m->age < oldest->age)
			oldest = m;
	}
	forget(oldest);
	memcpy(oldest->from, s->from, sizeof oldest->from);
	oldest->ref = s->ref;
	oldest->parts = s->parts;
	oldest->age = ++j->clock;
	return oldest;
}

int
dmsc_cat_join(struct dmsc_cat_join *j, const struct dmsc_cat_sms *s,
    struct dmsc_buf *out, bool *whole)
{
	struct dmsc_cat_joined *m;
	size_t i, at = out->len;
	int r = DMSC_E_OK;

	*whole = s->parts <= 1;
	if (*whole)
		return dmsc_buf_put(out, s->data);
	if (s->part < 1 || s->part > s->parts || s->parts > CAT_SMS_PARTS)
		return DMSC_E_FORMAT;
	m = place_of(j, s);
	i = s->part - 1;
	if (m->part[i] == NULL) {
		if ((m->part[i] = dmsc_buf_from(s->data, CAT_SMS_WHOLE)) ==
		    NULL)
			return DMSC_E_NOMEM;
		m->have++;
	}
	if (m->have < m->parts)
		return DMSC_E_OK;
	for (i = 0; i < m->parts && r == DMSC_E_OK; i++)
		r = dmsc_buf_put(out, dmsc_buf_rd(m->part[i]));
	forget(m);
	*whole = r == DMSC_E_OK;
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
