/* The directories of key pairs on the card (session/pairs.h). */
#include "session/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "uicc/pso.h"

enum { FID_ODF = 0x5031, FID_MF = 0x3F00, TAG_AODF = 0xA8, REF_DIGITS = 2,
	ID_HEX = 2 * DMSC_KEY_ID_MAX + 1, RSA_FIRST = 0x81, EC_FIRST = 0x86 };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

int
pairs_place(const struct pairs *p, const struct dmsc_p15_path *path,
    struct dmsc_place *out)
{
	struct dmsc_rd r = dmsc_rd_of(path->path, path->len);
	uint16_t fid;
	bool first = true;
	int code = DMSC_E_OK;

	*out = p->df;
	while (code == DMSC_E_OK && r.left > 0) {
		if (dmsc_rd_u16(&r, &fid) != DMSC_E_OK)
			return DMSC_E_FORMAT;
		if (first && fid == FID_MF)
			memset(out, 0, sizeof *out);
		else
			code = dmsc_place_below(out, fid, out);
		first = false;
	}
	return code;
}

/* The bytes of a file that a directory names; one that is not there is
 * empty. */
static int
read_file(struct dmsc_session *s, const struct dmsc_place *at,
    struct dmsc_buf **out)
{
	int r;

	if ((*out = dmsc_buf_new(PAIRS_FILE_MAX)) == NULL)
		return no_memory(s);
	r = dmsc_uicc_read_place(s->uicc, at, NULL, *out);
	if (r == DMSC_E_AUTH)
		return dmsc_guard_explain(s->guard, at, DMSC_MODE_READ);
	if (r != DMSC_E_NOTFOUND)
		return r;
	dmsc_err_clear(&s->err);
	dmsc_buf_reset(*out);
	return DMSC_E_OK;
}

static int
read_dir(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_odf_entry *e, struct pairs_dir *d)
{
	int r;

	if (d->there || !e->has_path)
		return DMSC_E_OK;
	if (pairs_place(p, &e->path, &d->place) != DMSC_E_OK)
		return DMSC_E_OK;
	if ((r = read_file(s, &d->place, &d->bytes)) != DMSC_E_OK)
		return r;
	d->there = true;
	r = dmsc_keydir_read((enum dmsc_keydir)e->tag,
	    dmsc_buf_rd(d->bytes), &d->dir);
	return r == DMSC_E_NOMEM ? no_memory(s) : DMSC_E_OK;
}

static int
read_aodf(struct dmsc_session *s, const struct dmsc_odf_entry *e,
    struct pairs *p)
{
	struct dmsc_place at;
	int r;

	if (p->aodf_bytes != NULL || !e->has_path ||
	    pairs_place(p, &e->path, &at) != DMSC_E_OK)
		return DMSC_E_OK;
	if ((r = read_file(s, &at, &p->aodf_bytes)) != DMSC_E_OK)
		return r;
	r = dmsc_aodf_read(dmsc_buf_rd(p->aodf_bytes), &p->aodf);
	return r == DMSC_E_NOMEM ? no_memory(s) : DMSC_E_OK;
}

static int
read_one(struct dmsc_session *s, struct pairs *p,
    const struct dmsc_odf_entry *e)
{
	switch (e->tag) {
	case DMSC_PRKDF:
		return read_dir(s, p, e, &p->priv);
	case DMSC_PUKDF:
		return read_dir(s, p, e, &p->pub);
	case DMSC_CDF:
		return read_dir(s, p, e, &p->cert);
	case DMSC_CDF_TRUSTED:
		return read_dir(s, p, e, &p->trusted);
	case TAG_AODF:
		return read_aodf(s, e, p);
	default:
		return DMSC_E_OK;
	}
}

static int
read_all(struct dmsc_session *s, struct pairs *p)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_place at;
	struct dmsc_odf o;
	size_t i;
	int r;

	if (dmsc_place_below(&p->df, FID_ODF, &at) != DMSC_E_OK)
		return DMSC_E_OK;
	if ((r = read_file(s, &at, &b)) == DMSC_E_OK) {
		r = dmsc_odf_read(dmsc_buf_rd(b), &o) == DMSC_E_NOMEM ?
		    no_memory(s) : DMSC_E_OK;
		for (i = 0; r == DMSC_E_OK && i < o.n; i++)
			r = read_one(s, p, &o.v[i]);
		dmsc_odf_clear(&o);
	}
	dmsc_buf_free(&b);
	return r;
}

int
pairs_load(struct dmsc_session *s, struct pairs *p)
{
	enum dmsc_p15_state state;
	int r;

	memset(p, 0, sizeof *p);
	r = dmsc_uicc_pkcs15(s->uicc, &p->df, &state);
	if (r == DMSC_E_NOTFOUND && state == DMSC_P15_ABSENT) {
		dmsc_err_clear(&s->err);
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK && (r = read_all(s, p)) != DMSC_E_OK)
		pairs_free(p);
	return r;
}

static void
dir_free(struct pairs_dir *d)
{
	dmsc_keydir_clear(&d->dir);
	dmsc_buf_free(&d->bytes);
}

void
pairs_free(struct pairs *p)
{
	dir_free(&p->priv);
	dir_free(&p->pub);
	dir_free(&p->cert);
	dir_free(&p->trusted);
	dmsc_aodf_clear(&p->aodf);
	dmsc_buf_free(&p->aodf_bytes);
}

static bool
is_which(const struct dmsc_key_entry *e, const char *which)
{
	char id[ID_HEX], ref[REF_DIGITS + 1];
	const uint8_t byte = (uint8_t)e->ref;
	size_t i, n = strlen(which);

	if (e->label != NULL && strcmp(e->label, which) == 0)
		return true;
	dmsc_hex(dmsc_rd_of(e->id, e->id_len), id, sizeof id);
	dmsc_hex(dmsc_rd_of(&byte, 1), ref, sizeof ref);
	for (i = 0; i < n; i++)
		if (strchr("0123456789ABCDEF", which[i]) == NULL)
			return false;
	if (n == 1)
		return e->has_ref && e->ref < 16 && which[0] == ref[1];
	return (e->has_ref && strcmp(ref, which) == 0) ||
	    strcmp(id, which) == 0;
}

static const struct dmsc_key_entry *
find_in(const struct dmsc_key_dir *d, const char *which)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (is_which(&d->v[i], which))
			return &d->v[i];
	return NULL;
}

int
pairs_find(struct dmsc_session *s, const struct pairs *p, const char *which,
    const struct dmsc_key_entry **out)
{
	if ((*out = find_in(&p->priv.dir, which)) != NULL ||
	    (*out = find_in(&p->pub.dir, which)) != NULL)
		return DMSC_E_OK;
	(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND, "no key '%s' on the card",
	    which);
	if (p->priv.dir.n + p->pub.dir.n == 0)
		return dmsc_err_why(&s->err, "its directories list no key "
		    "pairs");
	return dmsc_err_next(&s->err, "key list");
}

const struct dmsc_key_entry *
pairs_same(const struct dmsc_key_dir *d, const struct dmsc_key_entry *e)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (dmsc_rd_eq(dmsc_rd_of(d->v[i].id, d->v[i].id_len),
		    dmsc_rd_of(e->id, e->id_len)))
			return &d->v[i];
	return NULL;
}

unsigned
pairs_pin(const struct pairs *p, const struct dmsc_key_entry *e)
{
	size_t i;

	for (i = 0; e->auth_id_len > 0 && i < p->aodf.n; i++)
		if (dmsc_rd_eq(dmsc_rd_of(p->aodf.v[i].auth_id,
		    p->aodf.v[i].auth_id_len), dmsc_rd_of(e->auth_id,
		    e->auth_id_len)))
			return p->aodf.v[i].pin_ref;
	return 0;
}

int
pairs_file(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, struct dmsc_buf *out)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_place at;
	struct dmsc_rd all;
	int r;

	if (!e->has_path || pairs_place(p, &e->path, &at) != DMSC_E_OK)
		return DMSC_E_OK;
	if ((r = read_file(s, &at, &b)) == DMSC_E_OK) {
		all = dmsc_buf_rd(b);
		if (e->path.has_range)
			all = dmsc_rd_slice(all, e->path.index,
			    e->path.length);
		if (dmsc_buf_put(out, all) != DMSC_E_OK)
			r = no_memory(s);
	}
	dmsc_buf_free(&b);
	return r;
}

/* What a public key looks like on the card. */
static enum dmsc_pk_type
type_of(struct dmsc_rd pub)
{
	enum { P256_POINT = 65, P384_POINT = 97 };

	if (pub.left > 2 && pub.p[0] == EC_FIRST)
		return pub.p[1] == P256_POINT ? DMSC_PK_P256 :
		    pub.p[1] == P384_POINT ? DMSC_PK_P384 : DMSC_PK_NONE;
	return pub.left > 256 && pub.p[0] == RSA_FIRST ? DMSC_PK_RSA2048 :
	    DMSC_PK_NONE;
}

/* What the file of the public directory holds. */
static int
public_file(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type *type,
    struct dmsc_buf *pub)
{
	const struct dmsc_key_entry *listed = pairs_same(&p->pub.dir, e);
	struct dmsc_buf *b = dmsc_buf_new(PAIRS_FILE_MAX);
	int r = b == NULL ? no_memory(s) : DMSC_E_OK;

	if (r == DMSC_E_OK && listed != NULL)
		r = pairs_file(s, p, listed, b);
	if (r == DMSC_E_OK && b->len > 0 && b->p[0] != 0xFF &&
	    dmsc_pk_of_spki(dmsc_buf_rd(b), type, pub) == DMSC_E_NOMEM)
		r = no_memory(s);
	dmsc_buf_free(&b);
	return r;
}

int
pairs_public(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type *type,
    struct dmsc_buf *pub)
{
	size_t was = pub->len;
	int r;

	*type = DMSC_PK_NONE;
	if (!e->has_ref)
		return public_file(s, p, e, type, pub);
	if ((r = dmsc_uicc_select(s->uicc, &p->df, NULL)) != DMSC_E_OK ||
	    (r = dmsc_uicc_public(s->uicc, e->ref, pub)) == DMSC_E_OK) {
		*type = type_of(dmsc_rd_slice(dmsc_buf_rd(pub), was,
		    pub->len));
		return r;
	}
	if (s->err.sw == 0)		/* no answer at all */
		return r;
	dmsc_buf_truncate(pub, was);
	if (r == DMSC_E_NOTFOUND) {	/* room for a pair, none in it */
		dmsc_err_clear(&s->err);
		return DMSC_E_OK;
	}
	dmsc_err_clear(&s->err);
	return public_file(s, p, e, type, pub);
}

static const char *
use_of(const struct dmsc_key_entry *e)
{
	return (e->usage & DMSC_USE_SIGN) != 0 ? "sign" :
	    (e->usage & DMSC_USE_VERIFY) != 0 ? "verify" :
	    (e->usage & DMSC_USE_NON_REPUDIATION) != 0 ? "receipt" :
	    "other";
}

/* Whether the file of its certificate holds one. */
static int
certified(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, bool *out)
{
	const struct dmsc_key_entry *c = pairs_same(&p->cert.dir, e);
	struct dmsc_buf *b = dmsc_buf_new(PAIRS_FILE_MAX);
	int r = b == NULL ? no_memory(s) : DMSC_E_OK;

	*out = false;
	if (r == DMSC_E_OK && c != NULL &&
	    (r = pairs_file(s, p, c, b)) == DMSC_E_OK)
		*out = b->len > 0 && b->p[0] == 0x30;
	dmsc_buf_free(&b);
	return r;
}

int
pairs_fill(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, struct dmsc_pair *out)
{
	struct dmsc_buf *pub = dmsc_buf_new(PAIRS_FILE_MAX);
	enum dmsc_pk_type type = DMSC_PK_NONE;
	char hex[ID_HEX], pin[16];
	unsigned ref = pairs_pin(p, e);
	int r = pub == NULL ? no_memory(s) :
	    pairs_public(s, p, e, &type, pub);

	dmsc_buf_free(&pub);
	if (r != DMSC_E_OK ||
	    (r = certified(s, p, e, &out->certified)) != DMSC_E_OK)
		return r;
	out->ref = e->ref;
	out->consent = e->consent == 1;
	out->secret = e >= p->priv.dir.v && e < p->priv.dir.v +
	    p->priv.dir.n;
	dmsc_hex(dmsc_rd_of(e->id, e->id_len), hex, sizeof hex);
	if (ref != 0)
		dmsc_uicc_key_name(ref, pin, sizeof pin);
	if (dmsc_str_set(&out->id, "%s", hex) != DMSC_E_OK ||
	    dmsc_str_set(&out->use, "%s", use_of(e)) != DMSC_E_OK ||
	    (e->label != NULL && dmsc_str_set(&out->label, "%s", e->label)
	    != DMSC_E_OK) || (type != DMSC_PK_NONE && dmsc_str_set(
	    &out->type, "%s", dmsc_pk_name(type)) != DMSC_E_OK) ||
	    (ref != 0 && dmsc_str_set(&out->needs, "%s", pin) != DMSC_E_OK))
		return no_memory(s);
	return DMSC_E_OK;
}
