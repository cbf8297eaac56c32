/* Texts, to UTF-8 and from it (TS 102 223 clause 8.15, TS 23.038). */
#include "cat/cat.h"

#include "base/base.h"
#include "base/text.h"

enum { ESCAPE = 0x1B, SEPTET = 7, ODD = '?', NOT_THERE = 0x100 };

/* The default alphabet of TS 23.038. */
static const uint16_t low[32] = { '@', 0xA3, '$', 0xA5, 0xE8, 0xE9,
	0xF9, 0xEC, 0xF2, 0xC7, '\n', 0xD8, 0xF8, '\r', 0xC5, 0xE5,
	0x394, '_', 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3,
	0x398, 0x39E, ESCAPE, 0xC6, 0xE6, 0xDF, 0xC9 };
static const struct { uint8_t from; uint16_t to; } high[] = {
	{ 0x24, 0xA4 }, { 0x40, 0xA1 }, { 0x5B, 0xC4 },
	{ 0x5C, 0xD6 }, { 0x5D, 0xD1 }, { 0x5E, 0xDC },
	{ 0x5F, 0xA7 }, { 0x60, 0xBF }, { 0x7B, 0xE4 },
	{ 0x7C, 0xF6 }, { 0x7D, 0xF1 }, { 0x7E, 0xFC },
	{ 0x7F, 0xE0 } };

/* One character of the 16 bit set; halves of pairs and controls are not. */
static int
put_char(unsigned c, struct dmsc_buf *out)
{
	int r;

	if (c == '\n' || c == '\r')
		c = ' ';
	if (c < ' ' || (c >= 0x7F && c < 0xA0) || (c & 0xF800) == 0xD800)
		c = ODD;
	if (c < 0x80)
		return dmsc_buf_u8(out, c);
	if (c < 0x800)
		return dmsc_buf_u16(out, (0xC0u | c >> 6) << 8 | 0x80u |
		    (c & 0x3F));
	if ((r = dmsc_buf_u8(out, 0xE0u | c >> 12)) != DMSC_E_OK)
		return r;
	return dmsc_buf_u16(out, (0x80u | (c >> 6 & 0x3F)) << 8 | 0x80u |
	    (c & 0x3F));
}

static int
put_gsm(unsigned c, struct dmsc_buf *out)
{
	size_t i;

	if (c < DMSC_COUNT(low))
		return put_char(low[c], out);
	for (i = 0; i < DMSC_COUNT(high); i++)
		if (high[i].from == c)
			return put_char(high[i].to, out);
	return put_char(c > 0x7F ? ODD : c, out);
}

static int
put_packed(struct dmsc_rd v, struct dmsc_buf *out)
{
	size_t i, bit, n = v.left * 8 / SEPTET;
	unsigned c;
	int r = DMSC_E_OK;

	for (i = 0; i < n && r == DMSC_E_OK; i++) {
		bit = i * SEPTET;
		c = v.p[bit / 8];
		if (bit / 8 + 1 < v.left)
			c |= (unsigned)v.p[bit / 8 + 1] << 8;
		r = put_gsm(c >> bit % 8 & 0x7F, out);
	}
	return r;
}

int
dmsc_cat_text(struct dmsc_rd v, struct dmsc_buf *out)
{
	uint8_t dcs, c;
	uint16_t wide;
	int r = DMSC_E_OK;

	if (v.left == 0)
		return DMSC_E_OK;
	if ((r = dmsc_rd_u8(&v, &dcs)) != DMSC_E_OK || dcs == CAT_PACKED)
		return r != DMSC_E_OK ? r : put_packed(v, out);
	if (dcs != CAT_BYTES && (dcs != CAT_UCS2 || v.left % 2 != 0))
		return DMSC_E_FORMAT;
	while (v.left > 0 && r == DMSC_E_OK)
		if (dcs == CAT_UCS2 && (r = dmsc_rd_u16(&v, &wide)) ==
		    DMSC_E_OK)
			r = put_char(wide, out);
		else if (dcs == CAT_BYTES && (r = dmsc_rd_u8(&v, &c)) ==
		    DMSC_E_OK)
			r = put_gsm(c, out);
	return r;
}

/* A character of the default alphabet, NOT_THERE: it has none. */
static unsigned
to_gsm(unsigned c)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(low); i++)
		if (low[i] == c)
			return c == ESCAPE ? NOT_THERE : (unsigned)i;
	for (i = 0; i < DMSC_COUNT(high); i++) {
		if (high[i].to == c)
			return high[i].from;
		if (high[i].from == c)
			return NOT_THERE;
	}
	return c >= ' ' && c < 0x80 ? c : NOT_THERE;
}

/* The next character of what is known to be UTF-8. */
static unsigned
next_char(struct dmsc_rd *r)
{
	unsigned c = r->p[0], n = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 :
	    3, i;

	if (n > 0)
		c &= 0x3Fu >> n;
	for (i = 1; i <= n; i++)
		c = c << 6 | (r->p[i] & 0x3Fu);
	*r = dmsc_rd_slice(*r, n + 1, r->left);
	return c;
}

int
dmsc_cat_text_len(struct dmsc_rd text, size_t *n)
{
	if (!dmsc_is_utf8(text))
		return DMSC_E_FORMAT;
	for (*n = 0; text.left > 0; ++*n)
		(void)next_char(&text);
	return DMSC_E_OK;
}

static int
pack(unsigned c, unsigned *held, unsigned *bits, struct dmsc_buf *out)
{
	int r;

	*held |= c << *bits;
	*bits += SEPTET;
	if (*bits < 8)
		return DMSC_E_OK;
	r = dmsc_buf_u8(out, *held & 0xFF);
	*held >>= 8;
	*bits -= 8;
	return r;
}

int
dmsc_cat_text_put(struct dmsc_rd text, unsigned coding, struct dmsc_buf *out)
{
	unsigned c, held = 0, bits = 0;
	int r;

	if (!dmsc_is_utf8(text))
		return DMSC_E_FORMAT;
	r = dmsc_buf_u8(out, coding);
	while (r == DMSC_E_OK && text.left > 0) {
		c = next_char(&text);
		if (coding != CAT_UCS2)
			c = to_gsm(c);
		if (c > (coding == CAT_UCS2 ? 0xFFFFu : 0xFFu))
			return DMSC_E_UNSUPPORTED;
		r = coding == CAT_UCS2 ? dmsc_buf_u16(out, c) :
		    coding == CAT_PACKED ? pack(c, &held, &bits, out) :
		    dmsc_buf_u8(out, c);
	}
	return r == DMSC_E_OK && bits > 0 ? dmsc_buf_u8(out, held) : r;
}
