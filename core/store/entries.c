/*
 * Entries of data object directories as they will be: of documents that move,
 * stay, are mended, go or are new.
 */
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

static struct dmsc_sdoc *
doc_of(struct dmsc_store *st, size_t dir, size_t entry)
{
	size_t i, k;

	for (i = 0; i < st->n_docs; i++)
		for (k = 0; k < st->docs[i].n_refs; k++)
			if (st->docs[i].refs[k].dir == dir &&
			    st->docs[i].refs[k].entry == entry)
				return &st->docs[i];
	return NULL;
}

static const struct dmsc_target *
target_of(const struct dmsc_build *b, const struct dmsc_sdoc *d)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (b->targets[i].doc == d)
			return &b->targets[i];
	return NULL;
}

/* The entry with another file behind it. A part of a file, and a path that
 * leads elsewhere than into the application, end with the move. */
static int
put_moved(struct dmsc_store *st, struct dmsc_buf *out,
    const struct dmsc_dodf_entry *e, unsigned fid)
{
	struct dmsc_p15_path path;
	size_t at = (size_t)(e->path_raw.p - e->raw.p);
	size_t start = out->len;
	int r;

	r = dmsc_buf_put(out, dmsc_rd_slice(e->raw, 0, at));
	if (r == DMSC_E_OK && e->has_path && dmsc_dir_patch(st, e->path_raw,
	    &e->path, fid, out, &r))
		return r != DMSC_E_OK ? r : dmsc_buf_put(out, dmsc_rd_slice(
		    e->raw, at + e->path_raw.left, e->raw.left));
	dmsc_buf_truncate(out, start);
	dmsc_name_file(&path, fid);
	return r != DMSC_E_OK ? r : dmsc_dodf_put_moved(out, e, &path);
}

const char *
dmsc_entry_oid(const char *kind)
{
	return strcmp(kind, "dm") == 0 ? DMSC_OID_DM :
	    strcmp(kind, "lwm2m") == 0 ? DMSC_OID_LWM2M :
	    strcmp(kind, "cp") == 0 ? DMSC_OID_CP1 : NULL;
}

/* The entry of one of our documents as readers like it: its identifier
 * wrapped once, its path of two bytes. False: it stays as it is. */
static bool
put_mended(struct dmsc_build *b, const struct dmsc_dodf_entry *e,
    const struct dmsc_sdoc *d, unsigned fid, struct dmsc_buf *out, int *r)
{
	struct dmsc_dodf_entry now = *e;

	if (!b->st->mend || d == NULL || !e->has_path ||
	    e->path.has_range || (!e->oid_double && e->path.len == 2) ||
	    dmsc_entry_oid(d->kind) == NULL || !dmsc_in_app(b->st, &e->path))
		return false;
	now.oid_double = false;
	dmsc_name_file(&now.path, fid);
	*r = e->extra ? dmsc_dodf_put_moved(out, e, &now.path) :
	    dmsc_dodf_put(out, &now);
	return true;
}

int
dmsc_entry_put(struct dmsc_build *b, size_t dir, size_t k,
    struct dmsc_buf *out)
{
	const struct dmsc_dodf_entry *e = &b->st->dirs[dir].dodf.v[k];
	const struct dmsc_sdoc *d = doc_of(b->st, dir, k);
	const struct dmsc_target *t = d != NULL ? target_of(b, d) : NULL;
	struct dmsc_place p;
	int r;

	if (t != NULL && t->bytes == NULL)
		return DMSC_E_OK;
	if (put_mended(b, e, d, t != NULL && t->moved ? t->fid : d == NULL ?
	    0 : dmsc_place_fid(&d->file.place), out, &r))
		return r;
	if (t != NULL && t->moved)
		return put_moved(b->st, out, e, t->fid);
	/* A cut switch: all entries name the slot that is used. */
	if (d != NULL && e->has_path && dmsc_store_resolve(b->st, &e->path,
	    &p) == DMSC_E_OK && dmsc_place_same_pair(&p, &d->file.place))
		return put_moved(b->st, out, e,
		    dmsc_place_fid(&d->file.place));
	return dmsc_buf_put(out, e->raw);
}

static const char *
application_of_kind(const char *kind)
{
	return strcmp(kind, "dm") == 0 ? "DM Bootstrap" :
	    strcmp(kind, "lwm2m") == 0 ? "LwM2M Bootstrap" :
	    strcmp(kind, "cp") == 0 ? "CP Bootstrap" : "dmsc";
}

size_t
dmsc_private_auth(const struct dmsc_store *st, uint8_t *id)
{
	const struct dmsc_aodf_entry *a = NULL;
	size_t i;

	for (i = 0; i < st->aodf.n; i++)
		if (a == NULL || st->aodf.v[i].pin_ref == 0x81)
			a = &st->aodf.v[i];
	if (a == NULL)
		return 0;
	memcpy(id, a->auth_id, a->auth_id_len);
	return a->auth_id_len;
}

/* Whether a document that stays has the identifier. */
static bool
has_oid(const struct dmsc_build *b, const char *oid)
{
	const struct dmsc_sdoc *d;
	size_t i;

	for (i = 0; i < b->st->n_docs; i++) {
		d = &b->st->docs[i];
		if (d->oid != NULL && strcmp(d->oid, oid) == 0 &&
		    (d->work == NULL || !d->work->removed))
			return true;
	}
	return false;
}

/* Of a new one. Old phones look for Client Provisioning under three
 * identifiers: a further document gets one that is free. */
static const char *
oid_of_new(const struct dmsc_build *b, const struct dmsc_target *t)
{
	static const char *const cp[] = { DMSC_OID_CP1, DMSC_OID_CP2,
		DMSC_OID_CP3 };
	const struct dmsc_target *o;
	size_t i, before = 0;

	if (dmsc_signed_is(t->work->kind))
		return DMSC_OID_SIGNED_DATA;
	if (strcmp(t->work->kind, "cp") != 0)
		return dmsc_entry_oid(t->work->kind);
	for (o = b->targets; o < t; o++)
		before += o->doc == NULL && strcmp(o->work->kind, "cp") == 0;
	for (i = 0; i < DMSC_COUNT(cp); i++)
		if (!has_oid(b, cp[i]) && before-- == 0)
			return cp[i];
	return cp[0];
}

int
dmsc_entry_insert(struct dmsc_build *b, const struct dmsc_target *t,
    unsigned tag, struct dmsc_buf *out, size_t at)
{
	struct dmsc_dodf_entry e = { .choice = (uint8_t)tag,
	    .understood = true, .modifiable = true, .has_flags = true,
	    .has_path = true };
	struct dmsc_buf *one = dmsc_buf_new(DMSC_EF_MAX);
	char *oid = NULL, *app = NULL;
	int r = DMSC_E_NOMEM;

	if (one == NULL || dmsc_str_set(&app, "%s",
	    application_of_kind(t->work->kind)) != DMSC_E_OK)
		goto done;
	if (oid_of_new(b, t) != NULL && dmsc_str_set(&oid, "%s",
	    oid_of_new(b, t)) != DMSC_E_OK)
		goto done;
	e.label = t->work->label;	/* the work's, as all strings */
	e.is_private = t->work->is_private;
	if (e.is_private)
		e.auth_id_len = dmsc_private_auth(b->st, e.auth_id);
	/* One name of the application is enough for a twin: what it is short
	 * of brings the oidDOs behind it nearer. */
	e.app_name = tag == DMSC_DO_OID || oid == NULL ? app : NULL;
	if (tag == DMSC_DO_OID)
		e.oid = oid;
	else
		e.app_oid = oid;
	dmsc_name_file(&e.path, t->fid);
	if ((r = dmsc_dodf_put(one, &e)) == DMSC_E_OK)
		r = dmsc_buf_insert(out, at, dmsc_buf_rd(one));
done:
	free(oid);
	free(app);
	dmsc_buf_free(&one);
	return r;
}
