/* Writing entries of the data object directory (ISO/IEC 7816-15, 8.8). */
#include "pkcs15/part.h"
#include "tlv/ber.h"

static int
put_oid(struct dmsc_buf *b, const char *dotted, bool twice)
{
	size_t outer, inner;
	int r;

	if (dotted == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_tlv_begin(b, P15_OID, &outer)) != DMSC_E_OK)
		return r;
	if (!twice) {
		r = dmsc_oid_put(b, dotted);
		return r != DMSC_E_OK ? r : dmsc_tlv_end(b, outer);
	}
	if ((r = dmsc_tlv_begin(b, P15_OID, &inner)) != DMSC_E_OK ||
	    (r = dmsc_oid_put(b, dotted)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, inner)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, outer);
}

static int
put_common(struct dmsc_buf *b, const struct dmsc_dodf_entry *e)
{
	unsigned bits = (e->is_private ? 1u : 0) | (e->modifiable ? 2u : 0);
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_text_put(b, P15_UTF8, e->label)) != DMSC_E_OK)
		return r;
	if ((e->has_flags || bits != 0) &&
	    (r = dmsc_p15_bits_put(b, bits)) != DMSC_E_OK)
		return r;
	if (e->auth_id_len > 0 && (r = dmsc_tlv_put(b, P15_OCTETS,
	    dmsc_rd_of(e->auth_id, e->auth_id_len))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_class(struct dmsc_buf *b, const struct dmsc_dodf_entry *e)
{
	bool twice = e->oid_double && e->choice != DMSC_DO_OID;
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_SEQ, &at)) != DMSC_E_OK ||
	    (r = dmsc_p15_text_put(b, P15_UTF8, e->app_name)) != DMSC_E_OK ||
	    (r = put_oid(b, e->app_oid, twice)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_type(struct dmsc_buf *b, const struct dmsc_dodf_entry *e)
{
	size_t at, in;
	int r;

	if ((r = dmsc_tlv_begin(b, P15_CHOICE1, &at)) != DMSC_E_OK)
		return r;
	if (e->choice != DMSC_DO_OID) {
		r = dmsc_p15_path_put(b, &e->path);
		return r != DMSC_E_OK ? r : dmsc_tlv_end(b, at);
	}
	if ((r = dmsc_tlv_begin(b, P15_SEQ, &in)) != DMSC_E_OK ||
	    (r = put_oid(b, e->oid, e->oid_double)) != DMSC_E_OK ||
	    (r = dmsc_p15_path_put(b, &e->path)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, in)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_dodf_put(struct dmsc_buf *b, const struct dmsc_dodf_entry *e)
{
	size_t start = b->len, at;
	int r;

	if (!e->understood)
		return dmsc_buf_put(b, e->raw);
	if (!e->has_path || e->auth_id_len > sizeof e->auth_id ||
	    (e->choice == DMSC_DO_OID && e->oid == NULL))
		return DMSC_E_DATA;
	if ((r = dmsc_tlv_begin(b, e->choice, &at)) == DMSC_E_OK &&
	    (r = put_common(b, e)) == DMSC_E_OK &&
	    (r = put_class(b, e)) == DMSC_E_OK &&
	    (r = put_type(b, e)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}

static bool
holds(struct dmsc_rd outer, struct dmsc_rd inner)
{
	return inner.p >= outer.p && inner.p < outer.p + outer.left;
}

/* Copies r; where the old path stands the new one is written and the
 * lengths around it are coded anew. Each step goes one level deeper. */
static int
copy_moved(struct dmsc_buf *b, struct dmsc_rd r, struct dmsc_rd old,
    const struct dmsc_p15_path *path)
{
	struct dmsc_rd value, raw;
	uint32_t tag;
	size_t at;
	int code = DMSC_E_OK;

	while (code == DMSC_E_OK && r.left > 0) {
		code = dmsc_tlv_next_raw(&r, &tag, &value, &raw);
		if (code != DMSC_E_OK)
			return code;
		if (raw.p == old.p && raw.left == old.left)
			code = dmsc_p15_path_put(b, path);
		else if (!holds(raw, old))
			code = dmsc_buf_put(b, raw);
		else if ((code = dmsc_tlv_begin(b, tag, &at)) == DMSC_E_OK &&
		    (code = copy_moved(b, value, old, path)) == DMSC_E_OK)
			code = dmsc_tlv_end(b, at);
	}
	return code;
}

int
dmsc_dodf_put_moved(struct dmsc_buf *b, const struct dmsc_dodf_entry *e,
    const struct dmsc_p15_path *path)
{
	size_t start = b->len;
	int r;

	if (e->path_raw.left == 0)
		return DMSC_E_NOTFOUND;
	if ((r = copy_moved(b, e->raw, e->path_raw, path)) != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
