/* Base64 (RFC 4648) and trimming of text (codec/inner.h). */
#include <string.h>

#include "codec/inner.h"

static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct dmsc_rd
dmsc_codec_trim(struct dmsc_rd r)
{
	while (r.left > 0 && is_space(r.p[0]))
		r = dmsc_rd_slice(r, 1, r.left);
	while (r.left > 0 && is_space(r.p[r.left - 1]))
		r.left--;
	return r;
}

static int
digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
dmsc_b64_get(struct dmsc_rd text, struct dmsc_buf *out)
{
	size_t at = out->len, i, n = 0, pad = 0;
	uint32_t v = 0;
	int r = DMSC_E_OK, d;

	for (i = 0; i < text.left && r == DMSC_E_OK; i++) {
		if (is_space(text.p[i]))
			continue;
		d = text.p[i] == '=' ? 0 : digit(text.p[i]);
		pad += text.p[i] == '=';
		if (d < 0 || pad > 2 || (pad > 0 && text.p[i] != '=')) {
			r = DMSC_E_FORMAT;
			break;
		}
		v = v << 6 | (uint32_t)d;
		if (++n % 4 != 0)
			continue;
		r = dmsc_buf_u24(out, v & 0xFFFFFF);
		v = 0;
	}
	if (r == DMSC_E_OK && (n % 4 != 0 || (pad > 0 && n < 4)))
		r = DMSC_E_FORMAT;
	dmsc_buf_truncate(out, r == DMSC_E_OK ? out->len - pad : at);
	return r;
}

int
dmsc_b64_put(struct dmsc_buf *out, struct dmsc_rd r)
{
	size_t at = out->len, i;
	int code = DMSC_E_OK;

	for (i = 0; i < r.left && code == DMSC_E_OK; i += 3) {
		uint32_t v = (uint32_t)r.p[i] << 16;
		char c[4];

		if (i + 1 < r.left)
			v |= (uint32_t)r.p[i + 1] << 8;
		if (i + 2 < r.left)
			v |= r.p[i + 2];
		c[0] = set[v >> 18];
		c[1] = set[v >> 12 & 63];
		c[2] = i + 1 < r.left ? set[v >> 6 & 63] : '=';
		c[3] = i + 2 < r.left ? set[v & 63] : '=';
		code = dmsc_buf_put(out, dmsc_rd_of(c, 4));
	}
	if (code != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return code;
}
