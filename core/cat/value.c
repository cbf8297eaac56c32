/* File lists and texts (TS 102 223 clauses 8.18 and 8.15). */
#include "cat/cat.h"

enum { MF_HIGH = 0x3F, PACKED = 0x00, BYTES = 0x04, UCS2 = 0x08,
	ESCAPE = 0x1B, SEPTET = 7, ODD = '?' };

/* How many bytes the path at the front has. */
static size_t
path_len(struct dmsc_rd r)
{
	size_t n = 2;

	while (n + 1 < r.left && !(r.p[n] == MF_HIGH && r.p[n + 1] == 0))
		n += 2;
	return n;
}

bool
dmsc_cat_file(struct dmsc_rd *paths, struct dmsc_rd *path)
{
	return paths->left > 0 && dmsc_rd_take(paths, path_len(*paths), path)
	    == DMSC_E_OK;
}

int
dmsc_cat_files(struct dmsc_rd list, struct dmsc_rd *paths)
{
	struct dmsc_rd p;
	uint8_t count;
	unsigned n = 0;

	if (dmsc_rd_u8(&list, &count) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*paths = list;
	if (list.left % 2 != 0)
		return DMSC_E_FORMAT;
	for (; dmsc_cat_file(&list, &p); n++)
		if (p.p[0] != MF_HIGH || p.p[1] != 0 ||
		    p.left > 2 * (size_t)CAT_FILE_MAX)
			return DMSC_E_FORMAT;
	return n == count ? DMSC_E_OK : DMSC_E_FORMAT;
}

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

/* The default alphabet of 3GPP TS 23.038. */
static int
put_gsm(unsigned c, struct dmsc_buf *out)
{
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
	size_t i;

	if (c < sizeof low / sizeof low[0])
		return put_char(low[c], out);
	for (i = 0; i < sizeof high / sizeof high[0]; i++)
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
	if ((r = dmsc_rd_u8(&v, &dcs)) != DMSC_E_OK || dcs == PACKED)
		return r != DMSC_E_OK ? r : put_packed(v, out);
	if (dcs != BYTES && (dcs != UCS2 || v.left % 2 != 0))
		return DMSC_E_FORMAT;
	while (v.left > 0 && r == DMSC_E_OK)
		if (dcs == UCS2 && (r = dmsc_rd_u16(&v, &wide)) == DMSC_E_OK)
			r = put_char(wide, out);
		else if (dcs == BYTES && (r = dmsc_rd_u8(&v, &c)) ==
		    DMSC_E_OK)
			r = put_gsm(c, out);
	return r;
}
