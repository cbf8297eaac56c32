/*
 * Directory entries into documents: entries that name one file, or the two
 * slots of one pair, are one document. What is odd becomes a warning.
 */
#include "store/beside.h"
#include "store/conceal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

void
dmsc_sdoc_clear(struct dmsc_sdoc *d)
{
	size_t i;

	free(d->name);
	free(d->label);
	free(d->app_name);
	free(d->oid);
	free(d->needs);
	free(d->refs);
	for (i = 0; i < d->n_warnings; i++)
		free(d->warnings[i]);
	free(d->warnings);
	dmsc_sfile_clear(&d->file);
	dmsc_sfile_clear(&d->slot.file);
	dmsc_buf_free(&d->part);
	memset(d, 0, sizeof *d);
}

/* The same remark twice (an entry and its twin) is one remark. */
int
dmsc_sdoc_warn(struct dmsc_sdoc *d, const char *fmt, ...)
{
	char text[DMSC_ERR_TEXT];
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (i = 0; i < d->n_warnings; i++)
		if (strcmp(d->warnings[i], text) == 0)
			return DMSC_E_OK;
	return dmsc_strs_add(&d->warnings, &d->n_warnings, "%s", text);
}

const char *
dmsc_store_kind_of_oid(const char *oid)
{
	static const struct { const char *oid, *kind; } rows[] = {
		{ DMSC_OID_DM, "dm" },
		{ DMSC_OID_LWM2M, "lwm2m" },
		{ DMSC_OID_CP1, "cp" },
		{ DMSC_OID_CP2, "cp" },
		{ DMSC_OID_CP3, "cp" },
		{ DMSC_OID_ARF, "arf" },
	};
	size_t i;

	for (i = 0; oid != NULL && i < DMSC_COUNT(rows); i++)
		if (strcmp(oid, rows[i].oid) == 0)
			return rows[i].kind;
	return "app";
}

bool
dmsc_place_same_pair(const struct dmsc_place *a, const struct dmsc_place *b)
{
	struct dmsc_place other = *b;
	unsigned fid = dmsc_place_fid(b);

	if ((fid & DMSC_FID_OURS_MASK) != DMSC_FID_OURS)
		return false;
	other.fid[other.n - 1] = (uint16_t)(fid ^ 1);
	return dmsc_place_eq(a, &other);
}

/* Whether d is the document that an entry means: the same file, or the same
 * part of it. An entry that names no part means the first one. */
static bool
is_same(const struct dmsc_sdoc *d, const struct dmsc_sdoc *o)
{
	if (d->direct != o->direct ||
	    !dmsc_place_eq(&d->file.place, &o->file.place))
		return false;
	return !d->has_range || !o->has_range ||
	    (d->index == o->index && d->length == o->length);
}

/* The document of a place and part, made where there is none. */
static int
find_doc(struct dmsc_store *st, const struct dmsc_sdoc *like,
    struct dmsc_sdoc **out)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sdoc *d = &st->docs[i];

		*out = d;
		if (is_same(d, like))
			return DMSC_E_OK;
		if (!dmsc_place_same_pair(&d->file.place,
		    &like->file.place))
			continue;
		st->mixed = d->cut = true;
		return dmsc_sdoc_warn(d, "a cut commit: the directories name "
		    "both slots (%04X is used)",
		    dmsc_place_fid(&d->file.place));
	}
	*out = dmsc_list_add(&st->docs, &st->n_docs, sizeof **out);
	if (*out == NULL)
		return DMSC_E_NOMEM;
	(*out)->file.place = like->file.place;
	(*out)->direct = like->direct;
	return DMSC_E_OK;
}

static int
take(char **dst, const char *src)
{
	if (*dst != NULL || src == NULL || *src == '\0')
		return DMSC_E_OK;
	return dmsc_str_set(dst, "%s", src);
}

static int
remarks(struct dmsc_sdoc *d, const struct dmsc_dodf_entry *e)
{
	int r = DMSC_E_OK;

	if (e->oid_double)
		r = dmsc_sdoc_warn(d, "the object identifier is wrapped "
		    "twice");
	if (r == DMSC_E_OK && e->oid_odd && e->oid != NULL)
		r = dmsc_sdoc_warn(d, "the object identifier is not where it "
		    "belongs");
	if (r == DMSC_E_OK && e->direct.left > 0)
		r = dmsc_sdoc_warn(d, "it stands in the directory itself, "
		    "where few readers look");
	if (r == DMSC_E_OK && e->path.has_range)
		r = dmsc_sdoc_warn(d, "the path has an index and a length, "
		    "which some readers ignore");
	if (r == DMSC_E_OK && e->path.len > 2 && e->path.path[0] == 0x3F)
		r = dmsc_sdoc_warn(d, "the path is absolute, which some "
		    "readers cannot follow");
	if (r == DMSC_E_OK && e->path.len > 2 && e->path.path[0] == 0x7F)
		r = dmsc_sdoc_warn(d, "the path begins with 7Fxx, which some "
		    "readers cannot follow");
	if (r == DMSC_E_OK && d->oid != NULL && e->oid != NULL &&
	    strcmp(d->oid, e->oid) != 0)
		r = dmsc_sdoc_warn(d, "its entries have different object "
		    "identifiers: %s and %s", d->oid, e->oid);
	return r;
}

static int
merge(struct dmsc_sdoc *d, const struct dmsc_dodf_entry *e)
{
	const char *oid = e->oid != NULL ? e->oid : e->app_oid;
	int r;

	if ((r = remarks(d, e)) != DMSC_E_OK ||
	    (r = take(&d->label, e->label)) != DMSC_E_OK ||
	    (r = take(&d->app_name, e->app_name)) != DMSC_E_OK ||
	    (r = take(&d->oid, oid)) != DMSC_E_OK)
		return r;
	d->is_private |= e->has_flags && e->is_private;
	d->modifiable |= e->has_flags && e->modifiable;
	if (d->auth_id_len == 0 && e->auth_id_len > 0) {
		memcpy(d->auth_id, e->auth_id, e->auth_id_len);
		d->auth_id_len = e->auth_id_len;
	}
	return DMSC_E_OK;
}

/* Where what an entry names stands. FORMAT: nowhere that can be reached. */
static int
where_is(struct dmsc_store *st, const struct dmsc_sdir *dir,
    const struct dmsc_dodf_entry *e, struct dmsc_sdoc *out)
{
	const uint8_t *start;

	memset(out, 0, sizeof *out);
	if (e->has_path) {
		out->has_range = e->path.has_range;
		out->index = e->path.index;
		out->length = e->path.length;
		return dmsc_store_resolve(st, &e->path, &out->file.place);
	}
	if (e->direct.left == 0)
		return DMSC_E_FORMAT;
	start = dir->listed ? st->odf_file.bytes->p : dir->file.bytes->p;
	out->file.place = dir->file.place;
	out->direct = out->has_range = true;
	out->index = (size_t)(e->direct.p - start);
	out->length = e->direct.left;
	return DMSC_E_OK;
}

/* What begins as an object does, and is none; others' objects are theirs. */
static bool
is_odd(const struct dmsc_dodf_entry *e)
{
	return !e->understood && (e->choice == DMSC_DO_OID ||
	    e->choice == DMSC_DO_OPAQUE || e->choice == DMSC_DO_EXTERNAL);
}

static int
add_entry(struct dmsc_store *st, size_t dir, size_t entry)
{
	const struct dmsc_dodf_entry *e = &st->dirs[dir].dodf.v[entry];
	unsigned fid = dmsc_place_fid(&st->dirs[dir].file.place);
	struct dmsc_sdoc *d = NULL, like;
	struct dmsc_sref *ref;
	int r;

	if (is_odd(e))
		dmsc_store_warn(st, "entry %zu of data object directory %04X "
		    "is %s", entry + 1, fid, e->raw.left > 2 ?
		    "not understood" : "empty");
	if (!e->understood)
		return DMSC_E_OK;
	if ((r = where_is(st, &st->dirs[dir], e, &like)) == DMSC_E_FORMAT) {
		dmsc_store_warn(st, "entry %zu of data object directory %04X "
		    "has no usable path", entry + 1, fid);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK || (r = find_doc(st, &like, &d)) != DMSC_E_OK)
		return r;
	if (like.has_range && !d->has_range) {
		d->has_range = true;
		d->index = like.index;
		d->length = like.length;
	}
	d->stays |= st->dirs[dir].listed || st->dirs[dir].broken;
	ref = dmsc_list_add(&d->refs, &d->n_refs, sizeof *ref);
	if (ref == NULL)
		return DMSC_E_NOMEM;
	ref->dir = dir;
	ref->entry = entry;
	return merge(d, e);
}

static bool
is_lwm2m_name(const struct dmsc_sdoc *d)
{
	return d->oid == NULL && ((d->label != NULL &&
	    strcmp(d->label, "LwM2M Bootstrap") == 0) ||
	    (d->app_name != NULL &&
	    strcmp(d->app_name, "LwM2M Bootstrap") == 0));
}

/* A directory that is named as a document is none. */
static int
find_loop(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	const struct dmsc_place *p = &d->file.place;
	size_t i;

	d->is_dir = dmsc_place_eq(p, &st->odf_file.place);
	for (i = 0; i < st->n_dirs; i++)
		d->is_dir |= dmsc_place_eq(p, &st->dirs[i].file.place);
	d->is_dir = d->is_dir && !d->direct;
	return !d->is_dir ? DMSC_E_OK :
	    dmsc_sdoc_warn(d, "its file is a directory, not a document");
}

int
dmsc_store_group(struct dmsc_store *st)
{
	size_t i, k;
	int r;

	for (i = 0; i < st->n_dirs; i++)
		for (k = 0; k < st->dirs[i].dodf.n; k++)
			if ((r = add_entry(st, i, k)) != DMSC_E_OK)
				return r;
	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sdoc *d = &st->docs[i];

		if ((r = find_loop(st, d)) != DMSC_E_OK)
			return r;
		d->kind = d->is_dir ? "app" : is_lwm2m_name(d) ? "lwm2m" :
		    dmsc_store_kind_of_oid(d->oid);
		dmsc_conceal_file(st, d->kind, d->is_private,
		    dmsc_place_fid(&d->file.place));
		if ((r = dmsc_store_name(st, d)) != DMSC_E_OK)
			return r;
	}
	dmsc_rules_mark(st);
	return dmsc_signed_mark(st);
}

static const char *
kind_of_form(enum dmsc_form f)
{
	const char *kind = dmsc_kind_of_form(f);

	/* On a card dm is a message. */
	return f == DMSC_FORM_SYNCML_WBXML ||
	    dmsc_kind_find(kind) != NULL ? kind : NULL;
}

/* LwM2M has no magic bytes: it never overrules a foreign identifier. */
int
dmsc_store_kind_by_content(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	struct dmsc_rd bytes = dmsc_sdoc_bytes(d);
	enum dmsc_form form;
	const char *kind;
	int r = DMSC_E_OK;

	if (d->is_dir)
		return r;
	if (dmsc_beside_is(d->kind))
		return r;
	if (strcmp(d->kind, "arf") == 0 || dmsc_store_empty(bytes)) {
		if (dmsc_sdoc_whole(d) && strcmp(d->kind, "arf") != 0)
			r = dmsc_sdoc_warn(d, "the file is empty");
		return r;
	}
	form = dmsc_form_guess(bytes);
	kind = kind_of_form(form);
	if (kind == NULL && strcmp(d->kind, "dm") == 0)
		return dmsc_sdoc_warn(d, "the content is no DM message");
	if (kind == NULL || strcmp(kind, d->kind) == 0 ||
	    (form == DMSC_FORM_LWM2M && d->oid != NULL))
		return DMSC_E_OK;
	if (d->oid != NULL)
		r = dmsc_sdoc_warn(d, "the object identifier says %s, the "
		    "content is %s", d->kind, kind);
	d->kind = kind;
	dmsc_conceal_file(st, d->kind, false,
	    dmsc_place_fid(&d->file.place));
	return r;
}
