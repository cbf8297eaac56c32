/* The authentication object directory, its PINs (ISO/IEC 7816-15, 8.9). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

enum { TYPE_BCD = 0, TYPE_ASCII = 1, TYPE_UTF8 = 2, NUMBERS = 3,
	PRIVATE_MODIFIABLE = 3 };

static int
read_uint(struct dmsc_rd value, unsigned *out)
{
	size_t v;
	int r = dmsc_p15_uint_read(value, &v);

	if (r == DMSC_E_OK)
		*out = (unsigned)v;
	return r;
}

/* One member of PinAttributes; the n-th INTEGER is a length. */
static int
pin_member(uint32_t tag, struct dmsc_rd value, unsigned *n,
    struct dmsc_aodf_entry *e)
{
	unsigned *lengths[NUMBERS] = { &e->min_len, &e->stored_len,
	    &e->max_len };
	unsigned type;
	int r = DMSC_E_OK;

	switch (tag) {
	case P15_BITS:
		return dmsc_p15_bits_read(value, &e->flags);
	case P15_ENUM:
		if ((r = read_uint(value, &type)) == DMSC_E_OK)
			e->ascii = type == TYPE_ASCII || type == TYPE_UTF8;
		return r;
	case P15_INTEGER:
		return *n < NUMBERS ? read_uint(value, lengths[(*n)++]) : r;
	case P15_TAG0:
		/* Some cards write the reference without the leading 00. */
		if (value.left == 1)
			e->pin_ref = value.p[0];
		else
			r = read_uint(value, &e->pin_ref);
		return r;
	case P15_OCTETS:
		if (value.left > 0)
			e->pad = value.p[0];
		return r;
	default:
		return r;
	}
}

static int
read_pin(struct dmsc_rd type, struct dmsc_aodf_entry *e)
{
	struct dmsc_rd r, value;
	unsigned n = 0;
	uint32_t tag;
	int code;

	if ((code = dmsc_tlv_next(&type, &tag, &r)) != DMSC_E_OK)
		return code;
	if (tag != P15_SEQ)
		return DMSC_E_FORMAT;
	while (code == DMSC_E_OK && r.left > 0)
		if ((code = dmsc_tlv_next(&r, &tag, &value)) == DMSC_E_OK)
			code = pin_member(tag, value, &n, e);
	return code;
}

static int
read_parts(struct dmsc_rd r, struct dmsc_aodf_entry *e)
{
	struct dmsc_p15_object o;
	struct dmsc_rd value;
	bool extra = false;
	int code;

	if ((code = dmsc_p15_object_read(r, &o)) != DMSC_E_OK)
		return code;
	if (dmsc_tlv_find(o.common, P15_UTF8, &value) == DMSC_E_OK &&
	    (code = dmsc_p15_text_read(value, &e->label, &extra)) != DMSC_E_OK)
		return code;
	if (dmsc_tlv_find(o.class, P15_OCTETS, &value) == DMSC_E_OK &&
	    value.left > 0 && value.left <= sizeof e->auth_id) {
		memcpy(e->auth_id, value.p, value.left);
		e->auth_id_len = value.left;
	}
	return read_pin(o.type, e);
}

/* Adds a PIN; what is none is passed over. */
static int
read_entry(void *ctx, const struct dmsc_p15_item *it)
{
	struct dmsc_aodf *out = ctx;
	struct dmsc_aodf_entry fresh = { 0 }, *e;
	int code;

	if (it->tag != P15_SEQ)
		return DMSC_E_OK;
	fresh.raw = it->raw;
	fresh.at = it->at;
	fresh.pad = 0xFF;
	if ((code = read_parts(it->value, &fresh)) == DMSC_E_OK) {
		e = dmsc_list_add(&out->v, &out->n, sizeof *e);
		if (e != NULL) {
			*e = fresh;
			return DMSC_E_OK;
		}
		code = DMSC_E_NOMEM;
	}
	free(fresh.label);
	return code == DMSC_E_NOMEM ? code : DMSC_E_OK;
}

int
dmsc_aodf_read(struct dmsc_rd file, struct dmsc_aodf *out)
{
	struct dmsc_aodf none = { 0 };

	*out = none;
	return dmsc_p15_each(file, &out->n, &out->used, read_entry, out);
}

void
dmsc_aodf_clear(struct dmsc_aodf *a)
{
	struct dmsc_aodf none = { 0 };
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->v[i].label);
	free(a->v);
	*a = none;
}

static int
put_names(struct dmsc_buf *b, const struct dmsc_aodf_entry *e)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_text_put(b, P15_UTF8, e->label)) != DMSC_E_OK ||
	    (r = dmsc_p15_bits_put(b, PRIVATE_MODIFIABLE)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, P15_OCTETS,
	    dmsc_rd_of(e->auth_id, e->auth_id_len))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_pin(struct dmsc_buf *b, const struct dmsc_aodf_entry *e)
{
	unsigned flags = e->flags != 0 ? e->flags :
	    (unsigned)(DMSC_PIN_INITIALIZED | DMSC_PIN_PADDED);
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_bits_put(b, flags)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(b, P15_ENUM,
	    e->ascii ? TYPE_ASCII : TYPE_BCD)) != DMSC_E_OK ||
	    (r = dmsc_p15_uint_put(b, P15_INTEGER, e->min_len)) != DMSC_E_OK ||
	    (r = dmsc_p15_uint_put(b, P15_INTEGER,
	    e->stored_len)) != DMSC_E_OK)
		return r;
	if (e->max_len != 0 && (r = dmsc_p15_uint_put(b, P15_INTEGER,
	    e->max_len)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_p15_uint_put(b, P15_TAG0, e->pin_ref)) != DMSC_E_OK)
		return r;
	if ((flags & DMSC_PIN_PADDED) != 0 &&
	    (r = dmsc_tlv_put_u8(b, P15_OCTETS, e->pad)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_aodf_put(struct dmsc_buf *b, const struct dmsc_aodf_entry *e)
{
	size_t start = b->len, at, type;
	int r;

	if (e->auth_id_len == 0 || e->auth_id_len > sizeof e->auth_id)
		return DMSC_E_DATA;
	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) == DMSC_E_OK &&
	    (r = put_names(b, e)) == DMSC_E_OK &&
	    (r = dmsc_tlv_begin(b, P15_CHOICE1, &type)) == DMSC_E_OK &&
	    (r = put_pin(b, e)) == DMSC_E_OK &&
	    (r = dmsc_tlv_end(b, type)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
