/* Reading the data object directory (ISO/IEC 7816-15, 8.8). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

enum { PRIVATE = 1 << 0, MODIFIABLE = 1 << 1, OID_TEXT_MAX = 1024 };

static int
oid_string(struct dmsc_rd content, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(OID_TEXT_MAX);
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_oid_text(content, b)) == DMSC_E_OK) {
		free(*out);
		*out = dmsc_strndup(dmsc_buf_rd(b));
		r = *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	}
	dmsc_buf_free(&b);
	return r;
}

/* An OID; real cards carry some whose content is a whole OID TLV again. */
static int
read_oid(struct dmsc_rd content, char **out, bool *twice)
{
	struct dmsc_rd r = content, inner;
	uint32_t tag;
	int code;

	*twice = false;
	if (dmsc_tlv_next(&r, &tag, &inner) == DMSC_E_OK && tag == P15_OID &&
	    r.left == 0 && inner.left > 0) {
		code = oid_string(inner, out);
		if (code == DMSC_E_OK)
			*twice = true;
		if (code == DMSC_E_OK || code == DMSC_E_NOMEM)
			return code;
	}
	return oid_string(content, out);
}

static void
read_flags(struct dmsc_rd value, struct dmsc_dodf_entry *e)
{
	unsigned bits;

	if (dmsc_p15_bits_read(value, &bits) != DMSC_E_OK) {
		e->extra = true;
		return;
	}
	e->has_flags = true;
	e->is_private = (bits & PRIVATE) != 0;
	e->modifiable = (bits & MODIFIABLE) != 0;
	if ((bits & ~(unsigned)(PRIVATE | MODIFIABLE)) != 0)
		e->extra = true;
}

static int
read_common(struct dmsc_rd r, struct dmsc_dodf_entry *e)
{
	struct dmsc_rd value;
	uint32_t tag;
	int code = DMSC_E_OK;

	while (code == DMSC_E_OK && r.left > 0) {
		if ((code = dmsc_tlv_next(&r, &tag, &value)) != DMSC_E_OK)
			return code;
		if (tag == P15_UTF8)
			code = dmsc_p15_text_read(value, &e->label, &e->extra);
		else if (tag == P15_BITS)
			read_flags(value, e);
		else if (tag == P15_OCTETS &&
		    value.left <= sizeof e->auth_id) {
			if (value.left > 0)
				memcpy(e->auth_id, value.p, value.left);
			e->auth_id_len = value.left;
		} else
			e->extra = true;
	}
	return code;
}

static int
read_class(struct dmsc_rd r, struct dmsc_dodf_entry *e)
{
	struct dmsc_rd value;
	uint32_t tag;
	bool twice;
	int code = DMSC_E_OK;

	while (code == DMSC_E_OK && r.left > 0) {
		if ((code = dmsc_tlv_next(&r, &tag, &value)) != DMSC_E_OK)
			return code;
		if (tag == P15_UTF8)
			code = dmsc_p15_text_read(value, &e->app_name,
			    &e->extra);
		else if (tag == P15_OID) {
			code = read_oid(value, &e->app_oid, &twice);
			if (code != DMSC_E_OK && code != DMSC_E_NOMEM) {
				code = DMSC_E_OK;
				e->extra = true;
			} else {
				e->oid_double = twice;
				e->extra = e->extra || (twice &&
				    e->choice == DMSC_DO_OID);
			}
		} else
			e->extra = true;
	}
	return code;
}

/* The value itself, in [0]; some wrap it in an OCTET STRING there. */
static void
take_direct(uint32_t tag, struct dmsc_rd value, struct dmsc_dodf_entry *e)
{
	struct dmsc_rd r = value, in;

	e->extra = true;
	e->direct = value;
	if (tag == P15_OBJECTS && dmsc_tlv_next(&r, &tag, &in) == DMSC_E_OK &&
	    tag == P15_OCTETS && r.left == 0)
		e->direct = in;
}

/* What names the value: a Path; the value; something that raw alone keeps. */
static int
read_value(struct dmsc_rd r, struct dmsc_dodf_entry *e)
{
	struct dmsc_rd value;
	uint32_t tag;
	int code;

	code = dmsc_tlv_next_raw(&r, &tag, &value, &e->path_raw);
	if (code != DMSC_E_OK)
		return code;
	e->has_path = tag == P15_SEQ && dmsc_p15_path_read(value, &e->path,
	    &e->extra) == DMSC_E_OK;
	if (!e->has_path && (tag == P15_TAG0 || tag == P15_OBJECTS))
		take_direct(tag, value, e);
	if (!e->has_path && e->direct.left == 0)
		e->path_raw.left = 0;
	if (!e->has_path || r.left > 0)
		e->extra = true;
	return DMSC_E_OK;
}

/* The first tag in r, 0: none. */
static uint32_t
first_tag(struct dmsc_rd r)
{
	struct dmsc_rd value;
	uint32_t tag;

	return dmsc_tlv_next(&r, &tag, &value) == DMSC_E_OK ? tag : 0;
}

/*
 * Of an oidDO SEQUENCE { id, value }, of the others the value. Both are
 * taken of both: cards have one where the other belongs, and a SEQUENCE
 * around a Path alone.
 */
static int
read_type(struct dmsc_rd type, struct dmsc_dodf_entry *e)
{
	struct dmsc_rd r = type, value, id;
	bool was;
	uint32_t tag;
	int code;

	if ((code = dmsc_tlv_next(&r, &tag, &value)) != DMSC_E_OK)
		return code;
	was = e->extra || (tag == P15_SEQ && r.left > 0);
	e->oid_odd = e->choice == DMSC_DO_OID;
	e->extra = was || e->oid_odd;
	if (tag != P15_SEQ || first_tag(value) == P15_OCTETS)
		return read_value(type, e);
	if (first_tag(value) != P15_OID)
		return read_value(first_tag(value) == P15_SEQ ? value : type,
		    e);
	if ((code = dmsc_tlv_next(&value, &tag, &id)) != DMSC_E_OK)
		return code;
	e->oid_odd = !e->oid_odd;
	e->extra = was || e->oid_odd;
	code = read_oid(id, &e->oid, &e->oid_double);
	return code != DMSC_E_OK ? code : read_value(value, e);
}

static int
read_parts(struct dmsc_rd r, struct dmsc_dodf_entry *e)
{
	struct dmsc_p15_object o;
	int code;

	if ((code = dmsc_p15_object_read(r, &o)) != DMSC_E_OK ||
	    (code = read_common(o.common, e)) != DMSC_E_OK ||
	    (code = read_class(o.class, e)) != DMSC_E_OK)
		return code;
	e->extra = e->extra || o.extra;
	if ((code = read_type(o.type, e)) != DMSC_E_OK)
		return code;
	if (e->oid == NULL && e->app_oid == NULL && e->choice == DMSC_DO_OID &&
	    !e->has_path && e->direct.left == 0)
		return DMSC_E_FORMAT;
	if (e->oid == NULL && e->app_oid != NULL &&
	    (e->oid = dmsc_strndup(dmsc_rd_str(e->app_oid))) == NULL)
		return DMSC_E_NOMEM;
	return DMSC_E_OK;
}

static void
clear_entry(struct dmsc_dodf_entry *e)
{
	struct dmsc_dodf_entry none = { 0 };

	free(e->label);
	free(e->app_name);
	free(e->oid);
	free(e->app_oid);
	*e = none;
}

/* An entry that is not understood is kept raw; NOMEM alone is an error. */
static int
read_entry(void *ctx, const struct dmsc_p15_item *it)
{
	struct dmsc_dodf *out = ctx;
	struct dmsc_dodf_entry *e = dmsc_list_add(&out->v, &out->n,
	    sizeof *e);
	int code = DMSC_E_FORMAT;

	if (e == NULL)
		return DMSC_E_NOMEM;
	e->choice = it->raw.p[0];
	if (it->tag == DMSC_DO_OPAQUE || it->tag == DMSC_DO_EXTERNAL ||
	    it->tag == DMSC_DO_OID)
		code = read_parts(it->value, e);
	if (code != DMSC_E_OK)
		clear_entry(e);
	e->understood = code == DMSC_E_OK;
	e->choice = it->raw.p[0];
	e->raw = it->raw;
	e->at = it->at;
	return code == DMSC_E_NOMEM ? code : DMSC_E_OK;
}

int
dmsc_dodf_read(struct dmsc_rd file, struct dmsc_dodf *out)
{
	struct dmsc_dodf none = { 0 };

	*out = none;
	return dmsc_p15_each(file, &out->n, &out->used, read_entry, out);
}

void
dmsc_dodf_clear(struct dmsc_dodf *d)
{
	struct dmsc_dodf none = { 0 };
	size_t i;

	for (i = 0; i < d->n; i++)
		clear_entry(&d->v[i]);
	free(d->v);
	*d = none;
}
