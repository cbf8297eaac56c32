/* The card's own view of its PKCS#15 directories (card/dirs.h). */
#include "card/dirs.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { FID_ODF = 0x5031, TAG_DODF = 0xA7, TAG_AODF = 0xA8, PAD = 0xFF };

int
dmsc_card_p15(const struct dmsc_card *c)
{
	int i = c->mf == DMSC_CARD_NONE ? c->mf : c->files[c->mf].child;

	while (i != DMSC_CARD_NONE && !dmsc_rd_eq(c->files[i].aid,
	    dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid)))
		i = c->files[i].next;
	return i;
}

/* The EF fid of the application: no bytes where there is none. */
static struct dmsc_rd
content(const struct dmsc_card *c, unsigned fid)
{
	int df = dmsc_card_p15(c);
	int i = df == DMSC_CARD_NONE ? df : dmsc_card_child(c, df, fid);

	if (i == DMSC_CARD_NONE || c->files[i].kind != KIND_TRANSPARENT)
		return dmsc_rd_of(NULL, 0);
	return dmsc_rd_of(c->mem->ram + c->files[i].data, c->files[i].size);
}

static unsigned
fid_of(const struct dmsc_p15_path *p)
{
	return p->len < 2 ? 0 : (unsigned)p->path[p->len - 2] << 8 |
	    p->path[p->len - 1];
}

static void
name(struct dirs_named *out, unsigned fid)
{
	if ((fid & DIRS_MASK) == DIRS_FIRST)
		out->pair[(fid & UINT8_MAX) / 2] = true;
}

static int
name_entries(const struct dmsc_card *c, unsigned fid, struct dirs_named *out)
{
	struct dmsc_dodf d;
	int r = dmsc_dodf_read(content(c, fid), &d);
	size_t i;

	for (i = 0; i < d.n; i++)
		if (d.v[i].has_path)
			name(out, fid_of(&d.v[i].path));
	dmsc_dodf_clear(&d);
	return r;
}

/* Of other directories (keys, certificates) all that may be an identifier
 * of a file counts. */
static void
name_all(struct dmsc_rd r, struct dirs_named *out)
{
	size_t i;

	for (i = 0; i + 1 < r.left; i++)
		name(out, (unsigned)r.p[i] << 8 | r.p[i + 1]);
}

unsigned
dmsc_card_named(const struct dmsc_card *c, struct dirs_named *out)
{
	struct dmsc_odf o;
	int r = dmsc_odf_read(content(c, FID_ODF), &o);
	size_t i;

	memset(out, 0, sizeof *out);
	for (i = 0; r == DMSC_E_OK && i < o.n; i++) {
		if (!o.v[i].has_path)
			continue;
		name(out, fid_of(&o.v[i].path));
		if (o.v[i].tag == TAG_DODF)
			r = name_entries(c, fid_of(&o.v[i].path), out);
		else
			name_all(content(c, fid_of(&o.v[i].path)), out);
	}
	dmsc_odf_clear(&o);
	if (r != DMSC_E_OK)		/* nobody knows what it named */
		memset(out, true, sizeof *out);
	return r == DMSC_E_NOMEM ? SW_MEMORY : SW_OK;
}

/* Of an AODF, where it names id. */
static unsigned
pin_in(const struct dmsc_card *c, unsigned fid, struct dmsc_rd id)
{
	struct dmsc_aodf a;
	unsigned pin = 0;
	size_t i;

	if (dmsc_aodf_read(content(c, fid), &a) != DMSC_E_NOMEM)
		for (i = 0; i < a.n && pin == 0; i++)
			if (dmsc_rd_eq(id, dmsc_rd_of(a.v[i].auth_id,
			    a.v[i].auth_id_len)))
				pin = a.v[i].pin_ref;
	dmsc_aodf_clear(&a);
	return pin;
}

unsigned
dmsc_card_auth_pin(const struct dmsc_card *c, struct dmsc_rd id)
{
	struct dmsc_odf o;
	unsigned pin = 0;
	size_t i;

	if (dmsc_odf_read(content(c, FID_ODF), &o) != DMSC_E_NOMEM)
		for (i = 0; i < o.n && pin == 0; i++)
			if (o.v[i].tag == TAG_AODF && o.v[i].has_path)
				pin = pin_in(c, fid_of(&o.v[i].path), id);
	dmsc_odf_clear(&o);
	return pin;
}

/* The files of the directories in their order, each once. */
static unsigned
directories(const struct dmsc_card *c, unsigned fid[DIRS_MAX], size_t *n)
{
	struct dmsc_odf o;
	int r = dmsc_odf_read(content(c, FID_ODF), &o);
	size_t i, k;

	*n = 0;
	for (i = 0; i < o.n && *n < DIRS_MAX; i++) {
		if (o.v[i].tag != TAG_DODF || !o.v[i].has_path)
			continue;
		for (k = 0; k < *n && fid[k] != fid_of(&o.v[i].path); k++)
			;
		if (k == *n)
			fid[(*n)++] = fid_of(&o.v[i].path);
	}
	dmsc_odf_clear(&o);
	return r == DMSC_E_NOMEM ? SW_MEMORY : *n > 0 ? SW_OK : SW_NO_FILE;
}

/* The new content of a directory, FF behind it. */
static unsigned
rewrite(struct dmsc_card *c, unsigned fid, const struct dmsc_buf *now)
{
	int i = dmsc_card_child(c, dmsc_card_p15(c), fid);
	struct dmsc_card_file *f = dmsc_card_at(c, i);
	struct dmsc_buf *all;

	if (now->len > f->size)
		return SW_SPACE;
	if ((all = dmsc_buf_from(dmsc_buf_rd(now), f->size)) == NULL ||
	    dmsc_buf_fill(all, PAD, f->size - now->len) != DMSC_E_OK) {
		dmsc_buf_free(&all);
		return SW_MEMORY;
	}
	dmsc_mem_put(c->mem, f->data, dmsc_buf_rd(all));
	dmsc_buf_free(&all);
	return SW_OK;
}

/* All but the entries of the pair of fid. */
static int
without(const struct dmsc_dodf *d, unsigned fid, struct dmsc_buf *out)
{
	int r = DMSC_E_OK;
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < d->n; i++) {
		if (d->v[i].has_path &&
		    (fid_of(&d->v[i].path) & ~1u) == (fid & ~1u))
			continue;
		r = dmsc_buf_put(out, d->v[i].raw);
	}
	return r;
}

/* A small reader stops at one byte of padding before the first oidDO that it
 * shall not see (pkcs15/pkcs15.h). */
static int
put_stop(struct dmsc_buf *out)
{
	static const uint8_t stop = DMSC_P15_STOP;
	struct dmsc_dodf d;
	size_t k, at = 0;
	int r = dmsc_dodf_read(dmsc_buf_rd(out), &d);

	for (k = 0; r == DMSC_E_OK && at == 0 && k < d.n; k++)
		if (d.v[k].choice == DMSC_DO_OID && (d.v[k].is_private ||
		    d.v[k].at + d.v[k].raw.left > DMSC_P15_WINDOW))
			at = d.v[k].at;
	dmsc_dodf_clear(&d);
	return at == 0 ? r : dmsc_buf_insert(out, at, dmsc_rd_of(&stop, 1));
}

/* One entry of the new document. */
static int
put_one(const struct dirs_new *n, enum dmsc_do_choice choice,
    struct dmsc_buf *out)
{
	struct dmsc_dodf_entry e = { .choice = (uint8_t)choice,
	    .understood = true, .modifiable = true, .has_flags = true,
	    .is_private = n->auth_id.left > 0, .has_path = true,
	    .path = { .path = { (uint8_t)(n->fid >> 8), (uint8_t)n->fid },
	    .len = 2 } };
	char *label = dmsc_strndup(n->label), *oid = dmsc_strndup(n->oid);
	int r = DMSC_E_NOMEM;

	if (label != NULL && oid != NULL) {
		e.label = label;
		e.oid = choice == DMSC_DO_OID ? oid : NULL;
		e.app_oid = choice == DMSC_DO_OID ? NULL : oid;
		e.app_name = choice == DMSC_DO_OID ? label : NULL;
		e.auth_id_len = DMSC_MIN(n->auth_id.left, sizeof e.auth_id);
		if (e.auth_id_len > 0)
			memcpy(e.auth_id, n->auth_id.p, e.auth_id_len);
		r = dmsc_dodf_put(out, &e);
	}
	free(label);
	free(oid);
	return r;
}

static bool
has_twins(const struct dmsc_dodf *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->v[i].choice == DMSC_DO_OPAQUE)
			return true;
	return false;
}

/* Twins before oidDOs, public oidDOs before private ones. */
static int
with_new(const struct dmsc_dodf *d, const struct dirs_new *n, bool twin,
    bool oid, struct dmsc_buf *out)
{
	int r = DMSC_E_OK;
	size_t i;

	for (i = 0; r == DMSC_E_OK && i < d->n; i++) {
		if (twin && d->v[i].choice == DMSC_DO_OID) {
			r = put_one(n, DMSC_DO_OPAQUE, out);
			twin = false;
		}
		if (r == DMSC_E_OK && oid && n->auth_id.left == 0 &&
		    d->v[i].choice == DMSC_DO_OID && d->v[i].is_private) {
			r = put_one(n, DMSC_DO_OID, out);
			oid = false;
		}
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(out, d->v[i].raw);
	}
	if (r == DMSC_E_OK && twin)
		r = put_one(n, DMSC_DO_OPAQUE, out);
	return r == DMSC_E_OK && oid ? put_one(n, DMSC_DO_OID, out) : r;
}

static bool
has_pair(const struct dmsc_dodf *d, unsigned fid)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->v[i].has_path &&
		    (fid_of(&d->v[i].path) & ~1u) == (fid & ~1u))
			return true;
	return false;
}

/* A directory with a new document (label), or without a pair; out is empty
 * where it stays as it is. */
static int
image(const struct dmsc_dodf *d, const struct dirs_new *n, bool first,
    bool last, struct dmsc_buf *out)
{
	bool twin = has_twins(d), oid = first || (last && (twin ||
	    dmsc_rd_eq_str(n->oid, DMSC_OID_LWM2M)));
	int r = DMSC_E_OK;

	if (n->label.left == 0 && has_pair(d, n->fid))
		r = without(d, n->fid, out);
	else if (n->label.left > 0 && (twin || oid))
		r = with_new(d, n, twin, oid, out);
	return r == DMSC_E_OK && last && !first ? put_stop(out) : r;
}

static unsigned
change(struct dmsc_card *c, unsigned fid, const struct dirs_new *n,
    bool first, bool last)
{
	struct dmsc_buf *now = dmsc_buf_new(DMSC_MEM_HEAP_SIZE);
	struct dmsc_dodf d;
	int r = dmsc_dodf_read(content(c, fid), &d);
	unsigned sw = SW_OK;

	if (now == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		r = image(&d, n, first, last, now);
	if (r == DMSC_E_OK && (now->len > 0 || has_pair(&d, n->fid)))
		sw = rewrite(c, fid, now);
	else if (r != DMSC_E_OK)
		sw = r == DMSC_E_NOMEM ? SW_MEMORY : SW_DATA;
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&now);
	return sw;
}

static unsigned
change_all(struct dmsc_card *c, const struct dirs_new *n)
{
	unsigned fid[DIRS_MAX];
	size_t k, i;
	unsigned sw = directories(c, fid, &k);

	for (i = 0; sw == SW_OK && i < k; i++)
		if (content(c, fid[i]).left > 0)
			sw = change(c, fid[i], n, i == 0, i + 1 == k);
	return sw;
}

unsigned
dmsc_card_list(struct dmsc_card *c, const struct dirs_new *d)
{
	return change_all(c, d);
}

unsigned
dmsc_card_unlist(struct dmsc_card *c, unsigned fid)
{
	const struct dirs_new none = { .fid = fid };
	struct dirs_named named;
	unsigned sw = dmsc_card_named(c, &named);

	if (sw != SW_OK || (fid & DIRS_MASK) != DIRS_FIRST ||
	    !named.pair[(fid & UINT8_MAX) / 2])
		return sw;
	return change_all(c, &none);
}
