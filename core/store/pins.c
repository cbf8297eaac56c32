/* The authentication objects that documents name (ISO 7816-15, AODF). */
#include "store/inside.h"

#include "base/base.h"

enum { ODF_PINS = 0xA8 };

/* The AODF is only needed where an entry names an authId. */
static int
read_aodf(struct dmsc_store *st)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < st->odf.n; i++)
		if (st->odf.v[i].tag == ODF_PINS && st->odf.v[i].has_path)
			break;
	if (i == st->odf.n || dmsc_store_resolve(st, &st->odf.v[i].path,
	    &st->aodf_file.place) != DMSC_E_OK)
		return DMSC_E_OK;
	r = dmsc_sfile_read(st, &st->aodf_file);
	if (r != DMSC_E_OK && dmsc_store_about_card(r)) {
		dmsc_err_clear(st->e);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_aodf_read(dmsc_buf_rd(st->aodf_file.bytes), &st->aodf);
	return r == DMSC_E_NOMEM ?
	    dmsc_fail(st->e, r, "out of memory") : DMSC_E_OK;
}

/* The PIN that the directory names for a document. */
static int
name_pin(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	struct dmsc_rd id = dmsc_rd_of(d->auth_id, d->auth_id_len);
	char hex[2 * sizeof d->auth_id + 1];
	size_t k;

	if (id.left == 0)
		return !d->is_private ? DMSC_E_OK : dmsc_sdoc_warn(d, "it is "
		    "private, but names no authentication object");
	for (k = 0; k < st->aodf.n; k++)
		if (dmsc_rd_eq(id, dmsc_rd_of(st->aodf.v[k].auth_id,
		    st->aodf.v[k].auth_id_len))) {
			d->pin_ref = st->aodf.v[k].pin_ref;
			return DMSC_E_OK;
		}
	(void)dmsc_hex(id, hex, sizeof hex);
	return dmsc_sdoc_warn(d, "authentication object %s is not there",
	    hex);
}

static bool
wants_aodf(const struct dmsc_store *st)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		if (st->docs[i].auth_id_len > 0)
			return true;
	return false;
}

int
dmsc_store_name_pins(struct dmsc_store *st)
{
	size_t i;
	int r = wants_aodf(st) ? read_aodf(st) : DMSC_E_OK;

	if (r != DMSC_E_OK)
		return r;
	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++)
		r = name_pin(st, &st->docs[i]);
	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}
