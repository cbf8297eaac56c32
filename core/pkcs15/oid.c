/* Object identifiers, DER and dotted text (ITU-T X.690, 8.19). */
#include <string.h>

#include "base/text.h"
#include "pkcs15/pkcs15.h"

enum { ARC_BYTES = 10, ARC_DIGITS = 21 };

/* One subidentifier: base 128, the high bit says that more follow. */
static int
take_arc(struct dmsc_rd *r, uint64_t *out)
{
	uint8_t byte;

	*out = 0;
	do {
		if (dmsc_rd_u8(r, &byte) != DMSC_E_OK)
			return DMSC_E_FORMAT;
		if (*out == 0 && byte == 0x80)
			return DMSC_E_FORMAT;
		if (*out > UINT64_MAX >> 7)
			return DMSC_E_LIMIT;
		*out = *out << 7 | (byte & 0x7F);
	} while ((byte & 0x80) != 0);
	return DMSC_E_OK;
}

int
dmsc_oid_text(struct dmsc_rd content, struct dmsc_buf *out)
{
	size_t start = out->len;
	uint64_t arc, top;
	int r;

	if ((r = take_arc(&content, &arc)) != DMSC_E_OK)
		return r;
	top = arc < 80 ? arc / 40 : 2;
	r = dmsc_buf_fmt(out, "%u.%llu", (unsigned)top,
	    (unsigned long long)(arc - top * 40));
	while (r == DMSC_E_OK && content.left > 0)
		if ((r = take_arc(&content, &arc)) == DMSC_E_OK)
			r = dmsc_buf_fmt(out, ".%llu",
			    (unsigned long long)arc);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, start);
	return r;
}

static int
put_arc(struct dmsc_buf *b, uint64_t v)
{
	uint8_t p[ARC_BYTES];
	size_t i = sizeof p;

	p[--i] = v & 0x7F;
	while ((v >>= 7) != 0)
		p[--i] = (uint8_t)(0x80 | (v & 0x7F));
	return dmsc_buf_put(b, dmsc_rd_of(p + i, sizeof p - i));
}

/* The number before the next dot; *s moves behind the dot, NULL at the end. */
static int
text_arc(const char **s, uint64_t *out)
{
	char digits[ARC_DIGITS];
	size_t n = strcspn(*s, ".");

	if (n == 0 || n >= sizeof digits || (n > 1 && **s == '0'))
		return DMSC_E_FORMAT;
	memcpy(digits, *s, n);
	digits[n] = '\0';
	*s = (*s)[n] == '.' ? *s + n + 1 : NULL;
	return dmsc_num(digits, 10, UINT64_MAX, out);
}

int
dmsc_oid_put(struct dmsc_buf *b, const char *dotted)
{
	size_t start = b->len;
	uint64_t top, arc;
	int r;

	if ((r = text_arc(&dotted, &top)) != DMSC_E_OK)
		return r;
	if (top > 2 || dotted == NULL)
		return DMSC_E_FORMAT;
	if ((r = text_arc(&dotted, &arc)) != DMSC_E_OK)
		return r;
	if (top < 2 && arc > 39)
		return DMSC_E_FORMAT;
	if (arc > UINT64_MAX - 80)
		return DMSC_E_LIMIT;
	r = put_arc(b, top * 40 + arc);
	while (r == DMSC_E_OK && dotted != NULL)
		if ((r = text_arc(&dotted, &arc)) == DMSC_E_OK)
			r = put_arc(b, arc);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
