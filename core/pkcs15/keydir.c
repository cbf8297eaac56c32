/* Directories of keys and certificates (pkcs15/keydir.h). */
#include "pkcs15/keydir.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

enum { EC_KEY = 0xA0, BOOLEAN = 0x01, FLAG_PRIVATE = 1, FLAG_MODIFIABLE = 2,
	/* sensitive, never extractable */
	STAYS_INSIDE = 1 << 0 | 1 << 3 };

static bool
is_cert(enum dmsc_keydir kind)
{
	return kind == DMSC_CDF || kind == DMSC_CDF_TRUSTED;
}

/* CommonObjectAttributes: label, flags, authId, userConsent. */
static int
read_common(struct dmsc_rd r, struct dmsc_key_entry *e)
{
	unsigned flags = 0;
	struct dmsc_rd v;
	bool extra = false;
	size_t n = 0;
	int code;

	if (dmsc_tlv_find(r, P15_UTF8, &v) == DMSC_E_OK &&
	    (code = dmsc_p15_text_read(v, &e->label, &extra)) != DMSC_E_OK)
		return code;
	if (dmsc_tlv_find(r, P15_BITS, &v) == DMSC_E_OK &&
	    (code = dmsc_p15_bits_read(v, &flags)) != DMSC_E_OK)
		return code;
	e->is_private = (flags & FLAG_PRIVATE) != 0;
	e->modifiable = (flags & FLAG_MODIFIABLE) != 0;
	if (dmsc_tlv_find(r, P15_OCTETS, &v) == DMSC_E_OK && v.left > 0 &&
	    v.left <= sizeof e->auth_id) {
		memcpy(e->auth_id, v.p, v.left);
		e->auth_id_len = v.left;
	}
	if (dmsc_tlv_find(r, P15_INTEGER, &v) == DMSC_E_OK &&
	    (code = dmsc_p15_uint_read(v, &n)) != DMSC_E_OK)
		return code;
	e->consent = (unsigned)n;
	return DMSC_E_OK;
}

/* CommonKeyAttributes, or those of a certificate. */
static int
read_class(enum dmsc_keydir kind, struct dmsc_rd r, struct dmsc_key_entry *e)
{
	struct dmsc_rd v;
	size_t n;
	int code;

	if (dmsc_tlv_find(r, P15_OCTETS, &v) != DMSC_E_OK || v.left == 0 ||
	    v.left > sizeof e->id)
		return DMSC_E_FORMAT;
	memcpy(e->id, v.p, v.left);
	e->id_len = v.left;
	if (is_cert(kind)) {
		e->authority = dmsc_tlv_find(r, BOOLEAN, &v) == DMSC_E_OK &&
		    v.left == 1 && v.p[0] != 0;
		return DMSC_E_OK;
	}
	if (dmsc_tlv_find(r, P15_BITS, &v) == DMSC_E_OK &&
	    (code = dmsc_p15_bits_read(v, &e->usage)) != DMSC_E_OK)
		return code;
	if (dmsc_tlv_find(r, P15_INTEGER, &v) != DMSC_E_OK)
		return DMSC_E_OK;
	/* Some cards write a reference from 80 up without the leading 00. */
	n = v.left == 1 ? v.p[0] : 0;
	if (v.left != 1 && (code = dmsc_p15_uint_read(v, &n)) != DMSC_E_OK)
		return code;
	e->has_ref = true;
	e->ref = (unsigned)n;
	return DMSC_E_OK;
}

static int
read_type(struct dmsc_rd r, struct dmsc_key_entry *e)
{
	struct dmsc_rd in, v;
	bool extra = false;
	uint32_t tag;
	int code;

	if ((code = dmsc_tlv_next(&r, &tag, &in)) != DMSC_E_OK)
		return code;
	if (tag != P15_SEQ)
		return DMSC_E_FORMAT;
	if (dmsc_tlv_find(in, P15_SEQ, &v) == DMSC_E_OK) {
		if ((code = dmsc_p15_path_read(v, &e->path, &extra)) !=
		    DMSC_E_OK)
			return code;
		e->has_path = true;
	}
	if (dmsc_tlv_find(in, P15_INTEGER, &v) == DMSC_E_OK)
		return dmsc_p15_uint_read(v, &e->bits);
	return DMSC_E_OK;
}

struct reading {
	enum dmsc_keydir kind;
	struct dmsc_key_dir *out;
};

static int
read_entry(void *ctx, const struct dmsc_p15_item *it)
{
	const enum dmsc_keydir kind = ((struct reading *)ctx)->kind;
	struct dmsc_key_dir *out = ((struct reading *)ctx)->out;
	struct dmsc_key_entry fresh = { .raw = it->raw, .at = it->at }, *e;
	struct dmsc_p15_object o;
	int code;

	if (it->tag != P15_SEQ && (it->tag != EC_KEY || is_cert(kind)))
		return DMSC_E_OK;
	fresh.rsa = it->tag == P15_SEQ && !is_cert(kind);
	if ((code = dmsc_p15_object_read(it->value, &o)) == DMSC_E_OK &&
	    (code = read_common(o.common, &fresh)) == DMSC_E_OK &&
	    (code = read_class(kind, o.class, &fresh)) == DMSC_E_OK &&
	    (code = read_type(o.type, &fresh)) == DMSC_E_OK) {
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
dmsc_keydir_read(enum dmsc_keydir kind, struct dmsc_rd file,
    struct dmsc_key_dir *out)
{
	struct dmsc_key_dir none = { 0 };
	struct reading x = { kind, out };

	*out = none;
	return dmsc_p15_each(file, &out->n, &out->used, read_entry, &x);
}

void
dmsc_keydir_clear(struct dmsc_key_dir *d)
{
	struct dmsc_key_dir none = { 0 };
	size_t i;

	for (i = 0; i < d->n; i++)
		free(d->v[i].label);
	free(d->v);
	*d = none;
}

static int
put_common(const struct dmsc_key_entry *e, struct dmsc_buf *b)
{
	unsigned flags = (e->is_private ? FLAG_PRIVATE : 0u) |
	    (e->modifiable ? FLAG_MODIFIABLE : 0u);
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_text_put(b, P15_UTF8, e->label)) != DMSC_E_OK ||
	    (flags != 0 && (r = dmsc_p15_bits_put(b, flags)) != DMSC_E_OK) ||
	    (e->auth_id_len > 0 && (r = dmsc_tlv_put(b, P15_OCTETS,
	    dmsc_rd_of(e->auth_id, e->auth_id_len))) != DMSC_E_OK) ||
	    (e->consent > 0 && (r = dmsc_p15_uint_put(b, P15_INTEGER,
	    e->consent)) != DMSC_E_OK))
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_class(enum dmsc_keydir kind, const struct dmsc_key_entry *e,
    struct dmsc_buf *b)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, P15_OCTETS, dmsc_rd_of(e->id, e->id_len)))
	    != DMSC_E_OK)
		return r;
	if (is_cert(kind)) {
		if (e->authority && (r = dmsc_tlv_put_u8(b, BOOLEAN, 0xFF))
		    != DMSC_E_OK)
			return r;
		return dmsc_tlv_end(b, at);
	}
	if ((r = dmsc_p15_bits_put(b, e->usage)) != DMSC_E_OK ||
	    (kind == DMSC_PRKDF && (r = dmsc_p15_bits_put(b, STAYS_INSIDE))
	    != DMSC_E_OK) ||
	    (e->has_ref && (r = dmsc_p15_uint_put(b, P15_INTEGER, e->ref)) !=
	    DMSC_E_OK))
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_type(enum dmsc_keydir kind, const struct dmsc_key_entry *e,
    struct dmsc_buf *b)
{
	size_t outer, at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_CHOICE1, &outer)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_path_put(b, &e->path)) != DMSC_E_OK ||
	    (e->rsa && !is_cert(kind) && (r = dmsc_p15_uint_put(b,
	    P15_INTEGER, e->bits)) != DMSC_E_OK) ||
	    (r = dmsc_tlv_end(b, at)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, outer);
}

int
dmsc_keydir_put(enum dmsc_keydir kind, const struct dmsc_key_entry *e,
    struct dmsc_buf *b)
{
	size_t start = b->len, at;
	int r;

	if (e->id_len == 0 || e->id_len > sizeof e->id || !e->has_path)
		return DMSC_E_DATA;
	if ((r = dmsc_tlv_begin(b, e->rsa || is_cert(kind) ? P15_SEQ :
	    EC_KEY, &at)) == DMSC_E_OK &&
	    (r = put_common(e, b)) == DMSC_E_OK &&
	    (r = put_class(kind, e, b)) == DMSC_E_OK &&
	    (r = put_type(kind, e, b)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
