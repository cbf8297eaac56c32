/* A card's directories and documents for models of readers (store.h). */
#include <stdlib.h>
#include <string.h>

#include "pkcs15/pkcs15.h"
#include "store/beside.h"
#include "store/lint.h"
#include "tlv/ber.h"

enum { TAG_FCP = 0x62, TAG_SIZE = 0x80, SIGN_BIT = 0x80, BITS = 0x03,
	SEQUENCE = 0x30, NEEDS = 64, BARE = 0xC0 };

void
dmsc_raw_free(struct dmsc_raw **raw)
{
	if (*raw != NULL) {
		free((*raw)->dirs);
		free((*raw)->docs);
	}
	free(*raw);
	*raw = NULL;
}

static bool
size_sign(const struct dmsc_uicc_fcp *fcp)
{
	struct dmsc_rd r = dmsc_rd_of(fcp->raw, fcp->raw_len), v;

	return dmsc_tlv_find(r, TAG_FCP, &r) == DMSC_E_OK &&
	    dmsc_tlv_find(r, TAG_SIZE, &v) == DMSC_E_OK && v.left == 2 &&
	    v.p[0] >= SIGN_BIT;
}

static bool
is_open(struct dmsc_store *st, const struct dmsc_sfile *f)
{
	struct dmsc_buf *b = dmsc_buf_new(NEEDS);
	const char *s = NULL;
	bool yes;

	if (b != NULL && dmsc_uicc_access(st->u, &f->place, &f->fcp,
	    DMSC_MODE_READ, b, NULL, NULL) != DMSC_FORECAST_UNKNOWN)
		s = dmsc_buf_cstr(b);
	yes = s == NULL || strcmp(s, "always") == 0;
	dmsc_buf_free(&b);
	return yes;
}

static int
add_doc(struct dmsc_store *st, struct dmsc_sdoc *d, struct dmsc_raw *raw)
{
	struct dmsc_raw_doc *o = dmsc_list_add(&raw->docs, &raw->n_docs,
	    sizeof *o);
	struct dmsc_rd bytes;
	bool arf = strcmp(d->kind, "arf") == 0;
	int r;

	if (o == NULL)
		return DMSC_E_NOMEM;
	r = d->is_private || arf ? dmsc_sfile_select(st, &d->file) :
	    dmsc_sdoc_read(st, d, false);
	if (r != DMSC_E_OK && (dmsc_store_lost(r) || r == DMSC_E_NOMEM ||
	    r == DMSC_E_INTERRUPTED))
		return r;
	bytes = dmsc_sdoc_bytes(d);
	o->name = d->name;
	o->kind = d->kind;
	o->oid = d->oid;
	o->fid = dmsc_place_fid(&d->file.place);
	o->is_private = d->is_private;
	o->in_entry = d->direct;
	o->index = d->has_range ? d->index : 0;
	o->there = d->file.have_fcp || d->direct;
	if (r == DMSC_E_OK && d->file.have_fcp) {
		o->open = is_open(st, &d->file);
		o->size_sign = size_sign(&d->file.fcp);
		o->used = arf || d->is_private ? d->file.fcp.size : d->used;
	}
	o->bare = strcmp(d->kind, "lwm2m") == 0 && bytes.left > 0 &&
	    bytes.p[0] >= BARE;
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

static int
add_dirs(struct dmsc_store *st, struct dmsc_raw *raw)
{
	struct dmsc_raw_dir *o;
	size_t i;
	int r;

	for (i = 0; i < st->n_dirs; i++) {
		struct dmsc_sdir *d = &st->dirs[i];

		if (d->missing || d->listed)
			continue;
		if ((r = dmsc_sdir_whole(st, d)) != DMSC_E_OK)
			return r;
		o = dmsc_list_add(&raw->dirs, &raw->n_dirs, sizeof *o);
		if (o == NULL)
			return DMSC_E_NOMEM;
		o->fid = dmsc_place_fid(&d->file.place);
		o->bytes = dmsc_buf_rd(d->file.bytes);
	}
	return DMSC_E_OK;
}

static int
ef_dir(struct dmsc_store *st, struct dmsc_raw *raw)
{
	const struct dmsc_uicc_app *apps;
	size_t i, n;
	int r = dmsc_uicc_apps(st->u, &apps, &n);

	for (i = 0; r == DMSC_E_OK && i < n; i++)
		if (dmsc_rd_eq(dmsc_rd_of(apps[i].aid, apps[i].aid_len),
		    dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid))) {
			raw->listed = true;
			raw->by_path = apps[i].path_n > 0;
		}
	return r;
}

static int
token(struct dmsc_store *st, struct dmsc_raw *raw)
{
	struct dmsc_sfile f = { .place = dmsc_store_place(st,
	    DMSC_FID_TOKENINFO) };
	struct dmsc_rd file, v;
	uint32_t tag;
	int r = dmsc_sfile_read(st, &f);

	file = dmsc_buf_rd(f.bytes);
	if (r == DMSC_E_OK && dmsc_tlv_find(file, SEQUENCE, &v) == DMSC_E_OK)
		while (dmsc_tlv_next(&v, &tag, &file) == DMSC_E_OK)
			raw->token_flags |= tag == BITS;
	dmsc_sfile_clear(&f);
	if (dmsc_store_lost(r) || r == DMSC_E_NOMEM ||
	    r == DMSC_E_INTERRUPTED)
		return r;
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

static int
fill(struct dmsc_store *st, struct dmsc_raw *raw)
{
	size_t i;
	int r;

	if ((r = add_dirs(st, raw)) != DMSC_E_OK ||
	    (r = ef_dir(st, raw)) != DMSC_E_OK ||
	    (r = token(st, raw)) != DMSC_E_OK)
		return r;
	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++)
		if (!dmsc_beside_is(st->docs[i].kind))
			r = add_doc(st, &st->docs[i], raw);
	raw->odf = dmsc_buf_rd(st->odf_file.bytes);
	return r;
}

int
dmsc_store_raw(struct dmsc_store *st, struct dmsc_raw **out)
{
	struct dmsc_raw *raw;
	int r;

	*out = NULL;
	if ((r = dmsc_store_load(st)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	raw = calloc(1, sizeof *raw);
	r = raw == NULL ? DMSC_E_NOMEM : fill(st, raw);
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK)
		dmsc_raw_free(&raw);
	*out = raw;
	return r;
}
