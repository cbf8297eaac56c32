/* Parts of PKCS#15 objects (pkcs15/part.h; ISO/IEC 7816-15, 8.2 to 8.4). */
#include "pkcs15/part.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tlv/ber.h"

enum { BITS = 16, INT_BYTES = 5 };

const uint8_t dmsc_p15_aid[12] = { 0xA0, 0x00, 0x00, 0x00, 0x63, 0x50, 0x4B,
	0x43, 0x53, 0x2D, 0x31, 0x35 };

/* NOTFOUND: padding alone is left. */
static int
next(struct dmsc_rd file, struct dmsc_rd *r, struct dmsc_p15_item *out)
{
	while (r->left > 0 && (r->p[0] == 0x00 || r->p[0] == 0xFF))
		*r = dmsc_rd_slice(*r, 1, r->left);
	if (r->left == 0)
		return DMSC_E_NOTFOUND;
	out->at = file.left - r->left;
	return dmsc_tlv_next_raw(r, &out->tag, &out->value, &out->raw);
}

int
dmsc_p15_each(struct dmsc_rd file, const size_t *n, size_t *used,
    int (*take)(void *ctx, const struct dmsc_p15_item *it), void *ctx)
{
	struct dmsc_rd r = file;
	struct dmsc_p15_item it;
	int code;

	while ((code = next(file, &r, &it)) == DMSC_E_OK) {
		if (*n >= DMSC_P15_ENTRIES_MAX)
			return DMSC_E_LIMIT;
		if (take(ctx, &it) != DMSC_E_OK)
			return DMSC_E_NOMEM;
		*used = file.left - r.left;
	}
	return code == DMSC_E_NOTFOUND ? DMSC_E_OK : code;
}

int
dmsc_p15_object_read(struct dmsc_rd r, struct dmsc_p15_object *out)
{
	struct dmsc_rd value;
	unsigned seen = 0;
	uint32_t tag;
	int code;

	memset(out, 0, sizeof *out);
	while (r.left > 0) {
		if ((code = dmsc_tlv_next(&r, &tag, &value)) != DMSC_E_OK)
			return code;
		if (tag == P15_CHOICE1) {
			out->type = value;
			out->extra = out->extra || r.left > 0 || seen != 2;
			return DMSC_E_OK;
		}
		if (tag == P15_SEQ && seen == 0)
			out->common = value;
		else if (tag == P15_SEQ && seen == 1)
			out->class = value;
		else
			out->extra = true;
		seen += tag == P15_SEQ;
	}
	return DMSC_E_FORMAT;
}

/* One member of a Path; *seen gathers which were there. */
static int
path_member(uint32_t tag, struct dmsc_rd value, struct dmsc_p15_path *out,
    unsigned *seen)
{
	switch (tag) {
	case P15_OCTETS:
		if (value.left == 0 || value.left > sizeof out->path)
			return DMSC_E_FORMAT;
		memcpy(out->path, value.p, value.left);
		out->len = value.left;
		*seen |= 1;
		return DMSC_E_OK;
	case P15_INTEGER:
		*seen |= 2;
		return dmsc_p15_uint_read(value, &out->index);
	case P15_TAG0:
		*seen |= 4;
		return dmsc_p15_uint_read(value, &out->length);
	default:
		*seen |= 8;
		return DMSC_E_OK;
	}
}

int
dmsc_p15_path_read(struct dmsc_rd r, struct dmsc_p15_path *out, bool *extra)
{
	struct dmsc_rd value;
	unsigned seen = 0;
	uint32_t tag;
	int code;

	memset(out, 0, sizeof *out);
	while (r.left > 0) {
		if ((code = dmsc_tlv_next(&r, &tag, &value)) != DMSC_E_OK ||
		    (code = path_member(tag, value, out, &seen)) != DMSC_E_OK)
			return code;
	}
	if ((seen & 1) == 0)
		return DMSC_E_FORMAT;
	/* A range needs both ends; half of one is no range (as OpenSC). */
	out->has_range = (seen & 6) == 6;
	if (!out->has_range)
		out->index = out->length = 0;
	if (seen != 1 && seen != 7)
		*extra = true;
	return DMSC_E_OK;
}

int
dmsc_p15_path_put(struct dmsc_buf *b, const struct dmsc_p15_path *path)
{
	size_t at;
	int r;

	if (path->len == 0 || path->len > sizeof path->path)
		return DMSC_E_DATA;
	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, P15_OCTETS,
	    dmsc_rd_of(path->path, path->len))) != DMSC_E_OK)
		return r;
	if (path->has_range && (
	    (r = dmsc_p15_uint_put(b, P15_INTEGER, path->index)) != DMSC_E_OK ||
	    (r = dmsc_p15_uint_put(b, P15_TAG0, path->length)) != DMSC_E_OK))
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_p15_uint_read(struct dmsc_rd r, size_t *out)
{
	uint8_t byte;

	*out = 0;
	if (r.left == 0 || r.left > INT_BYTES || r.p[0] > 0x7F ||
	    (r.left == INT_BYTES && r.p[0] != 0))
		return DMSC_E_FORMAT;
	while (dmsc_rd_u8(&r, &byte) == DMSC_E_OK)
		*out = *out << 8 | byte;
	return DMSC_E_OK;
}

int
dmsc_p15_uint_put(struct dmsc_buf *b, uint32_t tag, size_t v)
{
	uint8_t p[INT_BYTES] = { 0, (uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v };
	size_t i = 0;

	if (v > UINT32_MAX)
		return DMSC_E_LIMIT;
	while (i + 1 < sizeof p && p[i] == 0 && p[i + 1] < 0x80)
		i++;
	return dmsc_tlv_put(b, tag, dmsc_rd_of(p + i, sizeof p - i));
}

int
dmsc_p15_bits_read(struct dmsc_rd r, unsigned *out)
{
	size_t i, n;

	*out = 0;
	if (r.left == 0 || r.p[0] > 7 || (r.left == 1 && r.p[0] != 0))
		return DMSC_E_FORMAT;
	n = (r.left - 1) * 8 - r.p[0];
	for (i = 0; i < n && i < BITS; i++)
		if ((r.p[1 + i / 8] & 0x80u >> i % 8) != 0)
			*out |= 1u << i;
	return DMSC_E_OK;
}

int
dmsc_p15_bits_put(struct dmsc_buf *b, unsigned bits)
{
	uint8_t p[3] = { 0 };
	size_t i, n = 0;

	for (i = 0; i < BITS; i++)
		if ((bits & 1u << i) != 0) {
			p[1 + i / 8] |= (uint8_t)(0x80u >> i % 8);
			n = i + 1;
		}
	p[0] = (uint8_t)((8 - n % 8) % 8);
	return dmsc_tlv_put(b, P15_BITS, dmsc_rd_of(p, 1 + (n + 7) / 8));
}

/* Latin-1 as UTF-8. */
static char *
from_latin1(struct dmsc_rd r)
{
	char *s, *to;
	uint8_t c;

	if ((s = to = malloc(2 * r.left + 1)) == NULL)
		return NULL;
	while (dmsc_rd_u8(&r, &c) == DMSC_E_OK) {
		if (c >= 0x80) {
			*to++ = (char)(0xC0 | c >> 6);
			c = (uint8_t)(0x80 | (c & 0x3F));
		}
		*to++ = (char)c;
	}
	*to = '\0';
	return s;
}

int
dmsc_p15_text_read(struct dmsc_rd r, char **out, bool *extra)
{
	const uint8_t *nul = r.left > 0 ? memchr(r.p, 0, r.left) : NULL;

	if (nul != NULL) {
		r.left = (size_t)(nul - r.p);
		*extra = true;
	}
	free(*out);
	if (dmsc_is_utf8(r))
		*out = dmsc_strndup(r);
	else {
		*out = from_latin1(r);
		*extra = true;
	}
	return *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

int
dmsc_p15_text_put(struct dmsc_buf *b, uint32_t tag, const char *s)
{
	return s == NULL ? DMSC_E_OK : dmsc_tlv_put(b, tag, dmsc_rd_str(s));
}
