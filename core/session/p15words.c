/* The object directories of the PKCS#15 application in words, for file read:
 * one line for each entry. */
#include "session/p15words.h"

#include <string.h>

#include "base/base.h"
#include "pkcs15/keydir.h"
#include "uicc/names.h"

enum { DEL = 0x7F, ODF_FIRST = 0xA0 };

/* As it is, without what would move a terminal's cursor. */
static int
put_clean(struct dmsc_buf *out, const char *s)
{
	int r = DMSC_E_OK;

	for (; *s != '\0' && r == DMSC_E_OK; s++)
		r = dmsc_buf_u8(out, (uint8_t)*s < ' ' || *s == DEL ? '?' :
		    (uint8_t)*s);
	return r;
}

/* Before, the text, after; nothing for NULL. */
static int
put_named(struct dmsc_buf *out, const char *before, const char *s,
    const char *after)
{
	int r;

	if (s == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_buf_str(out, before)) != DMSC_E_OK ||
	    (r = put_clean(out, s)) != DMSC_E_OK)
		return r;
	return dmsc_buf_str(out, after);
}

static int
put_bytes(struct dmsc_buf *out, const char *before, const uint8_t *p,
    size_t n)
{
	int r = n == 0 ? DMSC_E_OK : dmsc_buf_str(out, before);

	return r != DMSC_E_OK || n == 0 ? r :
	    dmsc_hex_put(out, dmsc_rd_of(p, n));
}

static int
put_path(struct dmsc_buf *out, const struct dmsc_p15_path *p)
{
	int r = put_bytes(out, " in ", p->path, p->len);

	if (r == DMSC_E_OK && p->has_range)
		r = dmsc_buf_fmt(out, ", %zu bytes from %zu", p->length,
		    p->index);
	return r;
}

static int
new_line(struct dmsc_buf *out, size_t i)
{
	return i == 0 ? DMSC_E_OK : dmsc_buf_u8(out, '\n');
}

static int
odf_line(const struct dmsc_odf_entry *e, struct dmsc_buf *out)
{
	static const char *const kinds[] = { "private keys", "public keys",
		"trusted public keys", "secret keys", "certificates",
		"trusted certificates", "useful certificates",
		"data objects", "authentication objects" };
	size_t k = (size_t)(e->tag - ODF_FIRST);
	int r = dmsc_buf_str(out, e->tag >= ODF_FIRST &&
	    k < DMSC_COUNT(kinds) ? kinds[k] : "something else");

	if (r != DMSC_E_OK)
		return r;
	return e->has_path ? put_path(out, &e->path) :
	    dmsc_buf_str(out, ", listed here");
}

static int
odf_text(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_odf o;
	int r = dmsc_odf_read(bytes, &o);
	size_t i;

	if (r == DMSC_E_OK && o.n == 0)
		r = dmsc_buf_str(out, "empty");
	for (i = 0; i < o.n && r == DMSC_E_OK; i++)
		if ((r = new_line(out, i)) == DMSC_E_OK)
			r = odf_line(&o.v[i], out);
	dmsc_odf_clear(&o);
	return r;
}

/* Its path, or that its value stands in the directory. */
static int
put_where(struct dmsc_buf *out, const struct dmsc_dodf_entry *e)
{
	return e->has_path ? put_path(out, &e->path) :
	    e->direct.left > 0 ? dmsc_buf_fmt(out, ", %zu bytes here",
	    e->direct.left) : dmsc_buf_str(out, ", no path");
}

static int
dodf_line(const struct dmsc_dodf_entry *e, struct dmsc_buf *out)
{
	const char *oid = e->oid != NULL ? e->oid : e->app_oid;
	int r;

	if (!e->understood)
		return dmsc_buf_fmt(out, "something else, tag %02X, %zu "
		    "bytes", e->choice, e->raw.left);
	if ((r = dmsc_buf_str(out, e->choice == DMSC_DO_OID ? "oidDO" :
	    e->choice == DMSC_DO_OPAQUE ? "opaqueDO" : "externalIDO")) !=
	    DMSC_E_OK ||
	    (r = put_named(out, " '", e->label, "'")) != DMSC_E_OK ||
	    (r = put_named(out, " of '", e->app_name, "'")) != DMSC_E_OK ||
	    (r = put_named(out, " ", oid, e->oid_double ? " wrapped twice" :
	    "")) != DMSC_E_OK ||
	    (r = put_where(out, e)) != DMSC_E_OK ||
	    (r = dmsc_buf_fmt(out, "%s%s", e->is_private ? ", private" : "",
	    e->modifiable ? ", modifiable" : "")) != DMSC_E_OK)
		return r;
	return put_bytes(out, ", authId ", e->auth_id, e->auth_id_len);
}

/* Only what begins with an object and reads to its end is taken for one: the
 * ODF, which says what a file is, is not read for this. */
static int
dodf_text(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_dodf d;
	int r = dmsc_dodf_read(bytes, &d);
	size_t i;

	if (r == DMSC_E_OK && d.n == 0)
		r = DMSC_E_NOTFOUND;
	else if (r == DMSC_E_OK && (!d.v[0].understood || !d.v[0].has_path))
		r = DMSC_E_FORMAT;
	for (i = 0; i < d.n && r == DMSC_E_OK; i++)
		if ((r = new_line(out, i)) == DMSC_E_OK)
			r = dodf_line(&d.v[i], out);
	dmsc_dodf_clear(&d);
	return r;
}

static int
aodf_line(const struct dmsc_aodf_entry *e, struct dmsc_buf *out)
{
	int r;

	if ((r = dmsc_buf_fmt(out, "PIN %02X", e->pin_ref)) != DMSC_E_OK ||
	    (r = put_named(out, " '", e->label, "'")) != DMSC_E_OK ||
	    (r = put_bytes(out, ", authId ", e->auth_id, e->auth_id_len)) !=
	    DMSC_E_OK ||
	    (r = dmsc_buf_fmt(out, ", %u to %u %s", e->min_len, e->max_len,
	    e->ascii ? "characters" : "bytes")) != DMSC_E_OK)
		return r;
	return dmsc_buf_fmt(out, "%s%s", (e->flags & DMSC_PIN_LOCAL) != 0 ?
	    ", local" : "", (e->flags & DMSC_PIN_INITIALIZED) != 0 ?
	    ", initialised" : "");
}

static int
aodf_text(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_aodf a;
	int r = dmsc_aodf_read(bytes, &a);
	size_t i;

	if (r == DMSC_E_OK && a.n == 0)
		r = dmsc_buf_str(out, "no PINs");
	for (i = 0; i < a.n && r == DMSC_E_OK; i++)
		if ((r = new_line(out, i)) == DMSC_E_OK)
			r = aodf_line(&a.v[i], out);
	dmsc_aodf_clear(&a);
	return r;
}

static int
token_text(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_tokeninfo t;
	int r = dmsc_tokeninfo_read(bytes, &t);

	if (r == DMSC_E_OK &&
	    (r = dmsc_buf_fmt(out, "version %zu", t.version + 1)) ==
	    DMSC_E_OK &&
	    (r = put_named(out, ", label '", t.label, "'")) == DMSC_E_OK &&
	    (r = put_named(out, ", made by '", t.maker, "'")) == DMSC_E_OK)
		r = put_bytes(out, ", serial ", t.serial.p, t.serial.left);
	dmsc_tokeninfo_clear(&t);
	return r;
}

static int
key_line(const struct dmsc_key_entry *e, struct dmsc_buf *out)
{
	bool key = e->usage != 0 || e->has_ref;
	int r;

	if ((r = dmsc_buf_str(out, key ? "key" : "certificate")) !=
	    DMSC_E_OK ||
	    (e->has_ref && (r = dmsc_buf_fmt(out, " %02X", e->ref)) !=
	    DMSC_E_OK) ||
	    (r = put_named(out, " '", e->label, "'")) != DMSC_E_OK ||
	    (r = put_bytes(out, ", id ", e->id, e->id_len)) != DMSC_E_OK ||
	    (e->has_path && (r = put_path(out, &e->path)) != DMSC_E_OK) ||
	    (r = dmsc_buf_fmt(out, "%s%s%s", e->is_private ? ", private" :
	    "", e->modifiable ? ", modifiable" : "", e->consent == 1 ?
	    ", PIN for each use" : "")) != DMSC_E_OK)
		return r;
	return put_bytes(out, ", authId ", e->auth_id, e->auth_id_len);
}

/* Only what is a key or a certificate from its first entry on: the class
 * attributes of data objects have no identifier. */
static int
keys_text(struct dmsc_rd bytes, struct dmsc_buf *out)
{
	struct dmsc_key_dir d;
	int r = dmsc_keydir_read(DMSC_PRKDF, bytes, &d);
	size_t i;

	if (r == DMSC_E_OK && (d.n == 0 || d.v[0].at != 0 ||
	    !d.v[0].has_path))
		r = DMSC_E_NOTFOUND;
	for (i = 0; i < d.n && r == DMSC_E_OK; i++)
		if ((r = new_line(out, i)) == DMSC_E_OK)
			r = key_line(&d.v[i], out);
	dmsc_keydir_clear(&d);
	return r;
}

/* By name; a file of the application without one may be a directory. */
static const struct {
	const char *name;
	int (*text)(struct dmsc_rd bytes, struct dmsc_buf *out);
} rows[] = {
	{ "EF.ODF", odf_text },
	{ "EF.TokenInfo", token_text },
	{ "EF.AODF", aodf_text },
	{ NULL, keys_text },
	{ NULL, dodf_text },
};

int
dmsc_p15_words(const struct dmsc_place *p, struct dmsc_rd bytes,
    struct dmsc_buf *out)
{
	const char *name = dmsc_place_name(p);
	size_t i, was = out->len;

	if (!uicc_in_p15(p))
		return DMSC_E_NOTFOUND;
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		if (rows[i].name != name && (name == NULL ||
		    rows[i].name == NULL || strcmp(rows[i].name, name) != 0))
			continue;
		if (rows[i].text(bytes, out) == DMSC_E_OK)
			return DMSC_E_OK;
		dmsc_buf_truncate(out, was);
	}
	return DMSC_E_NOTFOUND;
}
