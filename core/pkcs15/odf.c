/* The object directory file (ISO/IEC 7816-15, 8.3; PKCS#15 v1.1, 6.2). */
#include <stdlib.h>

#include "base/base.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

/* PathOrObjects: objects [0], or, as some write, the objects alone. */
static struct dmsc_rd
inline_list(struct dmsc_rd value)
{
	struct dmsc_rd r = value, in;
	uint32_t tag;

	if (dmsc_tlv_next(&r, &tag, &in) == DMSC_E_OK && tag == P15_OBJECTS &&
	    r.left == 0)
		return in;
	return value;
}

/* A path if there is one to be had; else the entry counts as an inline list. */
static int
read_entry(void *ctx, const struct dmsc_p15_item *it)
{
	struct dmsc_odf *out = ctx;
	struct dmsc_odf_entry *e = dmsc_list_add(&out->v, &out->n,
	    sizeof *e);
	struct dmsc_rd r = it->value, value;
	bool extra = false;
	uint32_t tag;

	if (e == NULL)
		return DMSC_E_NOMEM;
	e->tag = it->raw.p[0];
	e->raw = it->raw;
	e->at = it->at;
	e->has_path = dmsc_tlv_next(&r, &tag, &value) == DMSC_E_OK &&
	    tag == P15_SEQ &&
	    dmsc_p15_path_read(value, &e->path, &extra) == DMSC_E_OK;
	if (!e->has_path)
		e->list = inline_list(it->value);
	return DMSC_E_OK;
}

int
dmsc_odf_read(struct dmsc_rd file, struct dmsc_odf *out)
{
	struct dmsc_odf none = { 0 };

	*out = none;
	return dmsc_p15_each(file, &out->n, &out->used, read_entry, out);
}

void
dmsc_odf_clear(struct dmsc_odf *o)
{
	struct dmsc_odf none = { 0 };

	free(o->v);
	*o = none;
}

int
dmsc_odf_put(struct dmsc_buf *b, unsigned tag,
    const struct dmsc_p15_path *path)
{
	size_t start = b->len, at;
	int r;

	if ((r = dmsc_tlv_begin(b, tag, &at)) == DMSC_E_OK &&
	    (r = dmsc_p15_path_put(b, path)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(b, start);
	return r;
}
