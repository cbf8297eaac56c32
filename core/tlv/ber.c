/* BER-TLV reading and building (tlv/ber.h; ISO 7816-4 annex on BER-TLV). */
#include "tlv/ber.h"

enum { MORE_TAG = 0x1F, TAG_BYTES = 3, LEN_BYTES = 4 };

static int
read_tag(struct dmsc_rd *r, uint32_t *tag)
{
	uint8_t b;
	size_t i;

	if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*tag = b;
	if ((b & MORE_TAG) != MORE_TAG)
		return DMSC_E_OK;
	for (i = 1; i < TAG_BYTES; i++) {
		if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
			return DMSC_E_SHORT;
		*tag = *tag << 8 | b;
		if ((b & 0x80) == 0)
			return DMSC_E_OK;
	}
	return DMSC_E_FORMAT;
}

static int
read_length(struct dmsc_rd *r, size_t *len)
{
	uint8_t b, more;

	if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*len = b;
	if (b < 0x80)
		return DMSC_E_OK;
	more = b & 0x7F;
	if (more == 0 || more > LEN_BYTES)
		return DMSC_E_FORMAT;
	for (*len = 0; more > 0; more--) {
		if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
			return DMSC_E_SHORT;
		*len = *len << 8 | b;
	}
	return DMSC_E_OK;
}

int
dmsc_tlv_next_raw(struct dmsc_rd *r, uint32_t *tag, struct dmsc_rd *value,
    struct dmsc_rd *raw)
{
	struct dmsc_rd at = *r;
	size_t len;
	int code;

	if ((code = read_tag(&at, tag)) != DMSC_E_OK ||
	    (code = read_length(&at, &len)) != DMSC_E_OK ||
	    (code = dmsc_rd_take(&at, len, value)) != DMSC_E_OK)
		return code;
	*raw = dmsc_rd_of(r->p, r->left - at.left);
	*r = at;
	return DMSC_E_OK;
}

int
dmsc_tlv_next(struct dmsc_rd *r, uint32_t *tag, struct dmsc_rd *value)
{
	struct dmsc_rd raw;

	return dmsc_tlv_next_raw(r, tag, value, &raw);
}

int
dmsc_tlv_find(struct dmsc_rd r, uint32_t tag, struct dmsc_rd *value)
{
	uint32_t t;
	int code;

	while (r.left > 0) {
		if ((code = dmsc_tlv_next(&r, &t, value)) != DMSC_E_OK)
			return code;
		if (t == tag)
			return DMSC_E_OK;
	}
	return DMSC_E_NOTFOUND;
}

/* The n low bytes of v, most significant first. */
static struct dmsc_rd
low_bytes(uint8_t out[4], uint32_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	return dmsc_rd_of(out, n);
}

static size_t
bytes_in(uint32_t v)
{
	size_t n = 1;

	while (v > 0xFF) {
		v >>= 8;
		n++;
	}
	return n;
}

static size_t
code_length(uint8_t out[5], size_t len)
{
	size_t n;

	if (len < 0x80) {
		out[0] = (uint8_t)len;
		return 1;
	}
	n = bytes_in((uint32_t)len);
	out[0] = (uint8_t)(0x80 | n);
	(void)low_bytes(out + 1, (uint32_t)len, n);
	return n + 1;
}

size_t
dmsc_tlv_head(uint32_t tag, size_t n)
{
	uint8_t len[5];

	return bytes_in(tag) + code_length(len, n);
}

int
dmsc_tlv_put(struct dmsc_buf *b, uint32_t tag, struct dmsc_rd value)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, tag, &at)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_buf_put(b, value)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, at - bytes_in(tag));
	return r;
}

int
dmsc_tlv_put_u8(struct dmsc_buf *b, uint32_t tag, unsigned v)
{
	uint8_t byte = (uint8_t)v;

	return dmsc_tlv_put(b, tag, dmsc_rd_of(&byte, 1));
}

int
dmsc_tlv_begin(struct dmsc_buf *b, uint32_t tag, size_t *at)
{
	uint8_t t[4];
	int r = dmsc_buf_put(b, low_bytes(t, tag, bytes_in(tag)));

	*at = b->len;
	return r;
}

int
dmsc_tlv_end(struct dmsc_buf *b, size_t at)
{
	uint8_t len[5];
	size_t n;

	if (b->len - at > UINT32_MAX)
		return DMSC_E_LIMIT;
	n = code_length(len, b->len - at);
	return dmsc_buf_insert(b, at, dmsc_rd_of(len, n));
}
