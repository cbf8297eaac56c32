/* The file control parameters that SELECT answers (TS 102 221, 11.1.1.3). */
#include <string.h>

#include "card/card.h"
#include "tlv/ber.h"

enum { FCP_MAX = 250, CODING = 0x21, BIG = 0x8000 };

/* The PIN status template: PS bits as the PINs are now, then as created. */
static int
put_pins(struct dmsc_card *c, const struct dmsc_card_file *f,
    struct dmsc_buf *b)
{
	struct dmsc_rd rest = f->pins, v, raw;
	int self = dmsc_card_index(c, f), r = DMSC_E_OK;
	const struct dmsc_card_pin *p;
	size_t at, ps = 0;
	unsigned bit = 0x80;
	uint32_t tag;

	if ((r = dmsc_tlv_begin(b, 0xC6, &at)) != DMSC_E_OK)
		return r;
	while (r == DMSC_E_OK && dmsc_tlv_next_raw(&rest, &tag, &v, &raw) ==
	    DMSC_E_OK) {
		r = dmsc_buf_put(b, raw);
		if (tag == 0x90 && v.left > 0 && r == DMSC_E_OK) {
			ps = b->len - v.left;
			memset(b->p + ps, 0, v.left);
		}
		if (tag != 0x83 || v.left != 1 || ps == 0 || bit == 0)
			continue;
		p = dmsc_card_pin(c, self, v.p[0]);
		if (p != NULL && dmsc_card_pin_enabled(c, p))
			b->p[ps] |= (uint8_t)bit;
		bit >>= 1;
	}
	return r == DMSC_E_OK ? dmsc_tlv_end(b, at) : r;
}

/* One of the attributes, as it was given. */
static int
put_attr(const struct dmsc_card_file *f, uint32_t want, struct dmsc_buf *b)
{
	struct dmsc_rd rest = f->attrs, v, raw;
	uint32_t tag;

	while (rest.left > 0 && dmsc_tlv_next_raw(&rest, &tag, &v, &raw) ==
	    DMSC_E_OK)
		if (tag == want)
			return dmsc_buf_put(b, raw);
	return DMSC_E_OK;
}

/* Tag 80: a size that a signed reader would take for negative gets a third
 * byte (OpenSC ignores such a size). */
static int
put_size(const struct dmsc_card_file *f, struct dmsc_buf *b)
{
	uint8_t v[3] = { (uint8_t)(f->size >> 16), (uint8_t)(f->size >> 8),
	    (uint8_t)f->size };
	size_t skip = f->size >= BIG ? 0 : 1;

	return dmsc_tlv_put(b, 0x80, dmsc_rd_of(v + skip, sizeof v - skip));
}

static int
put_descriptor(const struct dmsc_card_file *f, struct dmsc_buf *b)
{
	uint8_t d[5] = { f->desc, CODING, (uint8_t)(f->record_len >> 8),
	    (uint8_t)f->record_len, f->records };
	uint8_t fid[2] = { (uint8_t)(f->fid >> 8), (uint8_t)f->fid };
	size_t n = f->record_len > 0 ? sizeof d : 2;
	int r = dmsc_tlv_put(b, 0x82, dmsc_rd_of(d, n));

	return r == DMSC_E_OK ?
	    dmsc_tlv_put(b, 0x83, dmsc_rd_of(fid, sizeof fid)) : r;
}

static int
build_fcp(struct dmsc_card *c, const struct dmsc_card_file *f,
    struct dmsc_buf *b)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, 0x62, &at)) != DMSC_E_OK ||
	    (r = put_descriptor(f, b)) != DMSC_E_OK ||
	    (r = put_attr(f, 0x84, b)) != DMSC_E_OK ||
	    (r = put_attr(f, 0xA5, b)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(b, 0x8A, f->life)) != DMSC_E_OK ||
	    (f->sec_tag != 0 && (r = put_attr(f, f->sec_tag, b)) !=
	    DMSC_E_OK))
		return r;
	if (f->kind == KIND_DF)
		r = put_attr(f, 0x81, b);
	else if ((r = put_size(f, b)) == DMSC_E_OK)
		r = put_attr(f, 0x88, b);
	if (r == DMSC_E_OK && f->pins.left > 0)
		r = put_pins(c, f, b);
	return r == DMSC_E_OK ? dmsc_tlv_end(b, at) : r;
}

void
dmsc_card_fcp(struct dmsc_card *c, struct dmsc_card_file *f)
{
	struct dmsc_buf *b = dmsc_buf_new(FCP_MAX);
	struct dmsc_rd copy;
	bool good;

	f->fcp_len = 0;
	if (dmsc_tlv_find(f->attrs, DMSC_CARD_TAG_COPY, &copy) == DMSC_E_OK)
		good = b != NULL && dmsc_buf_put(b, copy) == DMSC_E_OK;
	else
		good = b != NULL && build_fcp(c, f, b) == DMSC_E_OK;
	if (good) {
		memcpy(f->fcp, b->p, b->len);
		f->fcp_len = b->len;
	}
	dmsc_buf_free(&b);
}

void
dmsc_card_fcp_pins(struct dmsc_card *c)
{
	size_t i;

	for (i = 0; i < c->n_files; i++)
		if (c->files[i].used && c->files[i].pins.left > 0)
			dmsc_card_fcp(c, &c->files[i]);
}
