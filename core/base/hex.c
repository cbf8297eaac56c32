/* Hexadecimal text (dmsc/bytes.h). */
#include <dmsc/bytes.h>

#include "base/text.h"

static const char digits[] = "0123456789ABCDEF";

int
dmsc_hex_put(struct dmsc_buf *b, struct dmsc_rd r)
{
	size_t was = b->len, i;
	int code;

	for (i = 0; i < r.left; i++) {
		char two[2] = { digits[r.p[i] >> 4], digits[r.p[i] & 15] };

		code = dmsc_buf_put(b, dmsc_rd_of(two, 2));
		if (code != DMSC_E_OK) {
			dmsc_buf_truncate(b, was);
			return code;
		}
	}
	return DMSC_E_OK;
}

int
dmsc_hex_get(const char *text, struct dmsc_buf *out)
{
	size_t was = out->len;
	int high, low, code = DMSC_E_OK;

	while (code == DMSC_E_OK && *text != '\0') {
		if (*text == ' ' || *text == ':' || *text == '\t' ||
		    *text == '\n' || *text == '\r') {
			text++;
			continue;
		}
		if ((high = dmsc_digit(text[0])) < 0)
			code = DMSC_E_FORMAT;
		else if (text[1] == '\0')
			code = DMSC_E_SHORT;
		else if ((low = dmsc_digit(text[1])) < 0)
			code = DMSC_E_FORMAT;
		else
			code = dmsc_buf_u8(out, (unsigned)(high << 4 | low));
		text += 2;
	}
	if (code != DMSC_E_OK)
		dmsc_buf_truncate(out, was);
	return code;
}

char *
dmsc_hex(struct dmsc_rd r, char *out, size_t size)
{
	size_t i, n = size == 0 ? 0 : (size - 1) / 2;

	if (n > r.left)
		n = r.left;
	for (i = 0; i < n; i++) {
		out[2 * i] = digits[r.p[i] >> 4];
		out[2 * i + 1] = digits[r.p[i] & 15];
	}
	if (size > 0)
		out[2 * n] = '\0';
	return out;
}
