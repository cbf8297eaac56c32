/* A model's reader played, for each kind of document that it is made for. */
#include "device/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/brings.h"
#include "device/model.h"
#include "dm/dm.h"
#include "pkcs15/pkcs15.h"

enum { OID_BYTES = 32 };

static const struct { const char *kind, *oid; } kinds[] = {
	{ "dm", DMSC_OID_DM }, { "lwm2m", DMSC_OID_LWM2M },
	{ "cp", DMSC_OID_CP1 }, { "arf", DMSC_OID_ARF },
};

/* ---- what it has */

static int
object_at(const struct dmsc_node *n, struct dmsc_played_kind *k)
{
	struct dmsc_buf *uri = dmsc_buf_new(65536);
	int r = uri == NULL ? DMSC_E_NOMEM : dmsc_node_uri(n, uri);
	const char *s = r == DMSC_E_OK ? dmsc_buf_cstr(uri) : NULL;

	r = s == NULL ? DMSC_E_NOMEM : dmsc_strs_add(&k->objects,
	    &k->n_objects, "./%s", s);
	dmsc_buf_free(&uri);
	return r;
}

/* The servers of the accounts. */
static int
servers(const struct dmsc_tree *t, struct dmsc_played_kind *k)
{
	const struct dmsc_node *n = dmsc_tree_find(t, "LwM2M/card"), *leaf;
	struct dmsc_rd v;
	int r = DMSC_E_OK;

	for (n = n == NULL ? NULL : dmsc_node_first(n);
	    n != NULL && r == DMSC_E_OK; n = dmsc_node_next(n)) {
		if ((leaf = dmsc_node_child(n, "ServerURI")) == NULL)
			continue;
		v = dmsc_node_value(leaf);
		r = dmsc_strs_add(&k->objects, &k->n_objects, "%.*s",
		    (int)v.left, v.left == 0 ? "" : (const char *)v.p);
	}
	return r;
}

static int
objects(const struct dmsc_tree *t, struct dmsc_played_kind *k)
{
	const struct dmsc_node *n;
	int r = DMSC_E_OK;

	if (strcmp(k->kind, "lwm2m") == 0)
		return servers(t, k);
	for (n = dmsc_dm_next_mo(t, NULL); n != NULL && r == DMSC_E_OK;
	    n = dmsc_dm_next_mo(t, n))
		r = object_at(n, k);
	return r;
}

static int
hashes(struct dmsc_rd bytes, struct dmsc_played_kind *k)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * bytes.left + 1);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_hex_put(b, bytes);

	if (r == DMSC_E_OK && bytes.left > 0)
		r = dmsc_strs_add(&k->objects, &k->n_objects, "%s",
		    dmsc_buf_cstr(b) == NULL ? "" : dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r;
}

/* Bytes that it read; what cannot be decoded is nothing to it. */
static int
content(struct dmsc_rd bytes, struct dmsc_played_kind *k)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_err e = { .code = DMSC_E_OK };
	int r;

	if (strcmp(k->kind, "arf") == 0)
		return hashes(bytes, k);
	r = dmsc_brings(k->kind, "card", bytes, &t, &e);
	if (r == DMSC_E_OK)
		r = objects(t, k);
	else if (r != DMSC_E_NOMEM)
		r = dmsc_str_set(&k->why, "what it has is of no use: %s",
		    e.message);
	dmsc_tree_free(&t);
	return r;
}

/* ---- the reader */

static bool
run(struct dmsc_link *l, const struct dmsc_model *m, const char *kind,
    const char *oid, struct dmsc_play_found *f)
{
	bool strict = strcmp(m->name, "strict") == 0;

	if (strcmp(m->name, "nrf91") == 0)
		return dmsc_play_nordic(l, oid, f);
	if (strcmp(m->name, "opensc") == 0)
		return dmsc_play_opensc(l, oid, false, f);
	if (strcmp(m->name, "android") != 0)
		return dmsc_play_letter(l, oid, strict, m->header &&
		    strcmp(kind, "lwm2m") == 0, f);
	return dmsc_play_android_rules(l, f);
}

static int
oid_of(const char *oid, char out[2 * OID_BYTES + 1])
{
	struct dmsc_buf *b = dmsc_buf_new(OID_BYTES);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_oid_put(b, oid);

	if (r == DMSC_E_OK)
		(void)dmsc_hex(dmsc_buf_rd(b), out, 2 * OID_BYTES + 1);
	dmsc_buf_free(&b);
	return r;
}

static int
found(const struct dmsc_play_found *f, struct dmsc_played_kind *k)
{
	k->found = true;
	k->bytes = f->bytes->len;
	if (dmsc_str_set(&k->file, "%04X", f->fid) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return content(dmsc_buf_rd(f->bytes), k);
}

static int
one_kind(struct dmsc_link *l, const struct dmsc_model *m, size_t i,
    struct dmsc_played *out, struct dmsc_err *e)
{
	struct dmsc_played_kind *k = dmsc_list_add(&out->kinds,
	    &out->n_kinds, sizeof *k);
	struct dmsc_play_found f = { .code = DMSC_E_OK };
	char oid[2 * OID_BYTES + 1] = "";
	bool there;
	int r = k == NULL ? DMSC_E_NOMEM : oid_of(kinds[i].oid, oid);

	if (r == DMSC_E_OK)
		r = dmsc_str_set(&k->kind, "%s", kinds[i].kind);
	if (r != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	there = run(l, m, kinds[i].kind, oid, &f) && f.bytes != NULL;
	k->apdus = f.apdus;
	out->apdus += f.apdus;
	if (f.code != DMSC_E_OK && f.code != DMSC_E_NOMEM) {
		*e = f.err;
		r = f.code;
	} else if (f.code == DMSC_E_NOMEM || (there ? found(&f, k) :
	    dmsc_str_set(&k->why, "it gives up at: %s", f.why != NULL ?
	    f.why : "the document")) != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	dmsc_play_clear(&f);
	return r;
}

/* A name in a list of names. */
static bool
is_in(const char *list, const char *name)
{
	size_t n = strlen(name);
	const char *p;

	for (p = list; (p = strstr(p, name)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

int
dmsc_play_model(struct dmsc_link *l, const struct dmsc_model *m,
    struct dmsc_played *out, struct dmsc_err *e)
{
	size_t i;
	int r = DMSC_E_OK;

	if (dmsc_str_set(&out->model, "%s", m->name) != DMSC_E_OK ||
	    dmsc_str_set(&out->title, "%s", m->title) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	for (i = 0; i < DMSC_COUNT(kinds) && r == DMSC_E_OK; i++)
		if (is_in(m->kinds, kinds[i].kind))
			r = one_kind(l, m, i, out, e);
	return r;
}

static const struct dmsc_field kind_fields[] = {
	DMSC_F(dmsc_played_kind, kind, DMSC_K_STR),
	DMSC_F(dmsc_played_kind, found, DMSC_K_BOOL),
	DMSC_F(dmsc_played_kind, file, DMSC_K_STR),
	DMSC_F(dmsc_played_kind, bytes, DMSC_K_SIZE),
	DMSC_F_STRS(dmsc_played_kind, objects, n_objects),
	DMSC_F(dmsc_played_kind, why, DMSC_K_STR),
	DMSC_F(dmsc_played_kind, apdus, DMSC_K_UINT),
	DMSC_F_END
};
static const struct dmsc_view kind_view = { "kind",
	sizeof(struct dmsc_played_kind), kind_fields };
static const struct dmsc_field played_fields[] = {
	DMSC_F(dmsc_played, model, DMSC_K_STR),
	DMSC_F(dmsc_played, title, DMSC_K_STR),
	DMSC_F_LIST(dmsc_played, kinds, n_kinds, &kind_view),
	DMSC_F(dmsc_played, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_played_view = { "played",
	sizeof(struct dmsc_played), played_fields };
