/* Key pairs of the card (dmsc/pair.h). */
#include <dmsc/pair.h>

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "crypto/pkreq.h"
#include "session/pairs.h"
#include "tlv/ber.h"
#include "uicc/pso.h"

static const struct dmsc_field pair_fields[] = {
	DMSC_F(dmsc_pair, ref, DMSC_K_UINT),
	DMSC_F(dmsc_pair, label, DMSC_K_STR),
	DMSC_F(dmsc_pair, id, DMSC_K_STR),
	DMSC_F(dmsc_pair, type, DMSC_K_STR),
	DMSC_F(dmsc_pair, use, DMSC_K_STR),
	DMSC_F(dmsc_pair, needs, DMSC_K_STR),
	DMSC_F(dmsc_pair, consent, DMSC_K_BOOL),
	DMSC_F(dmsc_pair, secret, DMSC_K_BOOL),
	DMSC_F(dmsc_pair, certified, DMSC_K_BOOL),
	DMSC_F_END
};
const struct dmsc_view dmsc_pair_view = {
	"pair", sizeof(struct dmsc_pair), pair_fields
};
static const struct dmsc_field list_fields[] = {
	DMSC_F_LIST(dmsc_pair_list, pairs, n_pairs, &dmsc_pair_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_pair_list_view = {
	"pairs", sizeof(struct dmsc_pair_list), list_fields
};

static const struct dmsc_field pem_fields[] = {
	DMSC_F(dmsc_pem, pem, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_pem_view = {
	"pem", sizeof(struct dmsc_pem), pem_fields
};

int
dmsc_pem_set(struct dmsc_pem *p, const char *text)
{
	return dmsc_str_set(&p->pem, "%s", text);
}

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* A call on the card with its directories read. */
struct call {
	struct dmsc_session *s;
	struct pairs p;
	const struct dmsc_key_entry *e;		/* that which names */
	enum dmsc_pk_type type;
	struct dmsc_buf *pub;			/* its public key */
};

/* which NULL: no key is meant. */
static int
call_begin(struct dmsc_session *s, const char *which, struct call *c)
{
	int r;

	memset(c, 0, sizeof *c);
	c->s = s;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	if ((c->pub = dmsc_buf_new(PAIRS_FILE_MAX)) == NULL)
		r = no_memory(s);
	if (r == DMSC_E_OK && (r = pairs_load(s, &c->p)) == DMSC_E_OK &&
	    which != NULL &&
	    (r = pairs_find(s, &c->p, which, &c->e)) == DMSC_E_OK)
		r = pairs_public(s, &c->p, c->e, &c->type, c->pub);
	if (r != DMSC_E_OK) {
		pairs_free(&c->p);
		dmsc_buf_free(&c->pub);
		dmsc_uicc_end(s->uicc);
	}
	return r;
}

static void
call_end(struct call *c)
{
	pairs_free(&c->p);
	dmsc_buf_free(&c->pub);
	dmsc_uicc_end(c->s->uicc);
}

/* The private ones, then public ones without a private one beside them. */
static int
list(struct call *c, struct dmsc_pair_list *l)
{
	const struct dmsc_key_dir *dirs[] = { &c->p.priv.dir, &c->p.pub.dir };
	struct dmsc_pair *out;
	size_t d, i;
	int r = DMSC_E_OK;

	for (d = 0; d < DMSC_COUNT(dirs); d++)
		for (i = 0; r == DMSC_E_OK && i < dirs[d]->n; i++) {
			if (d == 1 && pairs_same(dirs[0], &dirs[d]->v[i]) !=
			    NULL)
				continue;
			out = dmsc_list_add(&l->pairs, &l->n_pairs,
			    sizeof *out);
			r = out == NULL ? no_memory(c->s) : pairs_fill(c->s,
			    &c->p, &dirs[d]->v[i], out);
		}
	return r;
}

int
dmsc_pairs(struct dmsc_session *s, struct dmsc_pair_list **out)
{
	struct dmsc_pair_list *l;
	struct call c;
	int r;

	*out = NULL;
	if ((r = call_begin(s, NULL, &c)) != DMSC_E_OK)
		return r;
	if ((l = dmsc_view_new(&dmsc_pair_list_view)) == NULL)
		r = no_memory(s);
	else
		r = list(&c, l);
	call_end(&c);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_pair_list_view, l);
		return r;
	}
	*out = l;
	return r;
}

static int
tell(struct call *c, struct dmsc_pair **out)
{
	int r;

	if ((*out = dmsc_view_new(&dmsc_pair_view)) == NULL)
		return no_memory(c->s);
	if ((r = pairs_fill(c->s, &c->p, c->e, *out)) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_pair_view, *out);
		*out = NULL;
	}
	return r;
}

int
dmsc_pair_get(struct dmsc_session *s, const char *which,
    struct dmsc_pair **out)
{
	struct call c;
	int r;

	*out = NULL;
	if ((r = call_begin(s, which, &c)) != DMSC_E_OK)
		return r;
	r = tell(&c, out);
	call_end(&c);
	return r;
}

/* A file of the card, whole: b and FF behind it. */
static int
write_file(struct call *c, const struct dmsc_place *at, struct dmsc_buf *b)
{
	struct dmsc_uicc_fcp fcp;
	int r = dmsc_uicc_select(c->s->uicc, at, &fcp);

	if (r != DMSC_E_OK)
		return r;
	if (fcp.size == SIZE_MAX || b->len > fcp.size)
		return dmsc_fail(&c->s->err, DMSC_E_SPACE,
		    "the file has no room for it");
	if (dmsc_buf_fill(b, 0xFF, fcp.size - b->len) != DMSC_E_OK)
		return no_memory(c->s);
	r = dmsc_uicc_update(c->s->uicc, 0, dmsc_buf_rd(b));
	return r != DMSC_E_AUTH ? r : dmsc_guard_explain(c->s->guard, at,
	    DMSC_MODE_UPDATE);
}

/* A directory with the one entry written anew, for a key of another type. */
static int
retype(struct call *c, enum dmsc_keydir kind, const struct pairs_dir *d)
{
	const struct dmsc_key_entry *mine = pairs_same(&d->dir, c->e);
	struct dmsc_buf *b = dmsc_buf_new(PAIRS_FILE_MAX);
	struct dmsc_key_entry now;
	int r = DMSC_E_OK;
	size_t i;

	for (i = 0; b != NULL && r == DMSC_E_OK && i < d->dir.n; i++) {
		now = d->dir.v[i];
		if (&d->dir.v[i] != mine) {
			r = dmsc_buf_put(b, now.raw);
			continue;
		}
		now.rsa = c->type == DMSC_PK_RSA2048;
		now.bits = 2048;
		r = dmsc_keydir_put(kind, &now, b);
	}
	if (b == NULL || r != DMSC_E_OK)
		r = no_memory(c->s);
	else if (mine != NULL)
		r = write_file(c, &d->place, b);
	dmsc_buf_free(&b);
	return r;
}

/* The file of an entry gets the bytes, or (none) is made empty. */
static int
rewrite(struct call *c, const struct dmsc_key_entry *e, struct dmsc_rd bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(UINT16_MAX);
	struct dmsc_place at;
	int r;

	if (b == NULL || dmsc_buf_put(b, bytes) != DMSC_E_OK)
		r = no_memory(c->s);
	else if (!e->has_path || pairs_place(&c->p, &e->path, &at) !=
	    DMSC_E_OK)
		r = dmsc_fail(&c->s->err, DMSC_E_NOTFOUND,
		    "the card has no file for it");
	else
		r = write_file(c, &at, b);
	dmsc_buf_free(&b);
	return r;
}

/* As a directory's file has it: of RSA the RSAPublicKey alone, which is the
 * BIT STRING behind the algorithm. */
static struct dmsc_rd
as_filed(enum dmsc_pk_type type, struct dmsc_rd spki)
{
	struct dmsc_rd r = spki, v;
	uint32_t tag;

	if (type != DMSC_PK_RSA2048 ||
	    dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK)
		return spki;
	r = v;
	if (dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK ||
	    dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK)
		return spki;
	return dmsc_rd_slice(v, 1, v.left);
}

/* What the directories say of the key becomes true again. */
static int
update_dirs(struct call *c, bool retyped)
{
	const struct dmsc_key_entry *pub = pairs_same(&c->p.pub.dir, c->e),
	    *cert = pairs_same(&c->p.cert.dir, c->e);
	struct dmsc_buf *spki = dmsc_buf_new(PAIRS_FILE_MAX);
	int r = spki == NULL || dmsc_pk_to_spki(c->type, dmsc_buf_rd(c->pub),
	    spki) != DMSC_E_OK ? no_memory(c->s) : DMSC_E_OK;

	if (r == DMSC_E_OK && cert != NULL)
		r = rewrite(c, cert, dmsc_rd_of(NULL, 0));
	if (r == DMSC_E_OK && pub != NULL)
		r = rewrite(c, pub, as_filed(c->type, dmsc_buf_rd(spki)));
	if (r == DMSC_E_OK && retyped &&
	    (r = retype(c, DMSC_PRKDF, &c->p.priv)) == DMSC_E_OK)
		r = retype(c, DMSC_PUKDF, &c->p.pub);
	dmsc_buf_free(&spki);
	return r;
}

static int
check_new(struct call *c, const char *type, bool force,
    enum dmsc_pk_type *want)
{
	struct dmsc_session *s = c->s;

	*want = type == NULL ? c->type : dmsc_pk_named(type);
	if (type == NULL && *want == DMSC_PK_NONE)
		*want = c->e->rsa ? DMSC_PK_RSA2048 : DMSC_PK_P256;
	if (*want == DMSC_PK_NONE) {
		(void)dmsc_fail(&s->err, DMSC_E_USAGE,
		    "no such type of key: '%s'", type);
		return dmsc_err_why(&s->err, "the types are rsa:2048, p256 "
		    "and p384");
	}
	if (c->type == DMSC_PK_NONE || force)
		return DMSC_E_OK;
	(void)dmsc_fail(&s->err, DMSC_E_EXISTS, "key %02X '%s' is there",
	    c->e->ref, c->e->label != NULL ? c->e->label : "");
	(void)dmsc_err_why(&s->err, "a new pair ends the old one for ever, "
	    "and its certificate with it");
	return dmsc_err_next(&s->err, "key generate %02X%s%s --force",
	    c->e->ref, type != NULL ? " --type " : "",
	    type != NULL ? type : "");
}

static int
make_pair(struct call *c, enum dmsc_pk_type want)
{
	const struct dmsc_uicc_key k = { c->e->ref, pairs_algorithm(want,
	    dmsc_pk_usual(want)) };
	bool retyped = (want == DMSC_PK_RSA2048) != c->e->rsa;
	struct dmsc_session *s = c->s;
	int r;

	dmsc_buf_reset(c->pub);
	if ((r = dmsc_uicc_select(s->uicc, &c->p.df, NULL)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_uicc_generate(s->uicc, &k, c->pub)) == DMSC_E_AUTH &&
	    c->p.priv.there)
		/* who may write the directory may make keys, as a rule */
		r = dmsc_guard_explain(s->guard, &c->p.priv.place,
		    DMSC_MODE_UPDATE);
	if (r == DMSC_E_AUTH)
		(void)snprintf(s->err.message, sizeof s->err.message,
		    "no new pair may be made as key %02X", c->e->ref);
	if (r != DMSC_E_OK)
		return r;
	c->type = want;
	if (update_dirs(c, retyped) != DMSC_E_OK) {
		if (s->err.sw == 0 && s->err.code != DMSC_E_SPACE)
			return s->err.code;
		dmsc_session_warn(s, "the new pair is made; the directories "
		    "of the card could not all be written and tell of the "
		    "old one");
		dmsc_err_clear(&s->err);
	}
	return DMSC_E_OK;
}

int
dmsc_pair_generate(struct dmsc_session *s, const char *which,
    const char *type, bool force, struct dmsc_pair **out)
{
	enum dmsc_pk_type want;
	struct call c;
	int r;

	*out = NULL;
	if ((r = call_begin(s, which, &c)) != DMSC_E_OK)
		return r;
	if ((r = check_new(&c, type, force, &want)) == DMSC_E_OK)
		r = make_pair(&c, want);
	if (r == DMSC_E_OK)
		r = tell(&c, out);
	call_end(&c);
	return r;
}

/* The public key, of a pair that is not empty, as SubjectPublicKeyInfo. */
static int
spki_of(struct call *c, struct dmsc_buf *out)
{
	int r;

	if (c->type == DMSC_PK_NONE) {
		(void)dmsc_fail(&c->s->err, DMSC_E_NOTFOUND,
		    "key %02X is empty", c->e->ref);
		return dmsc_err_next(&c->s->err, "key generate %02X",
		    c->e->ref);
	}
	r = dmsc_pk_to_spki(c->type, dmsc_buf_rd(c->pub), out);
	return r == DMSC_E_OK ? r : r == DMSC_E_NOMEM ? no_memory(c->s) :
	    dmsc_fail(&c->s->err, r, "the card's public key is none");
}

int
dmsc_pair_public(struct dmsc_session *s, const char *which,
    struct dmsc_buf *pem)
{
	struct dmsc_buf *spki = dmsc_buf_new(PAIRS_FILE_MAX);
	struct call c;
	int r;

	if ((r = call_begin(s, which, &c)) == DMSC_E_OK) {
		r = spki == NULL ? no_memory(s) : spki_of(&c, spki);
		if (r == DMSC_E_OK && dmsc_pk_pem("PUBLIC KEY",
		    dmsc_buf_rd(spki), pem) != DMSC_E_OK)
			r = no_memory(s);
		call_end(&c);
	}
	dmsc_buf_free(&spki);
	return r;
}

static int
sign_request(struct call *c, struct dmsc_rd request, struct dmsc_buf *out)
{
	struct dmsc_buf *sig = dmsc_buf_new(DMSC_PK_SIGNATURE_MAX);
	enum dmsc_pk_hash hash = dmsc_pk_usual(c->type);
	uint8_t digest[DMSC_PK_DIGEST_MAX];
	struct dmsc_pk_md *m = NULL;
	int r = sig == NULL ? DMSC_E_NOMEM : dmsc_pk_md_new(hash, &m);

	if (r == DMSC_E_OK && (r = dmsc_pk_md_add(m, request)) == DMSC_E_OK)
		r = dmsc_pk_md_end(m, digest);
	dmsc_pk_md_free(&m);
	if (r != DMSC_E_OK)
		r = no_memory(c->s);
	else if ((r = pairs_sign(c->s, &c->p, c->e, c->type,
	    dmsc_rd_of(digest, dmsc_pk_digest_len(hash)), sig)) ==
	    DMSC_E_OK && (r = dmsc_pk_request_signed(c->type, hash, request,
	    dmsc_buf_rd(sig), out)) != DMSC_E_OK)
		r = r == DMSC_E_NOMEM ? no_memory(c->s) : dmsc_fail(
		    &c->s->err, r, "the card's signature is not well formed");
	dmsc_buf_free(&sig);
	return r;
}

static int
make_csr(struct call *c, const char *subject, struct dmsc_buf *pem)
{
	struct dmsc_buf *spki = dmsc_buf_new(PAIRS_FILE_MAX),
	    *req = dmsc_buf_new(PAIRS_FILE_MAX),
	    *der = dmsc_buf_new(PAIRS_FILE_MAX);
	int r = spki == NULL || req == NULL || der == NULL ?
	    no_memory(c->s) : spki_of(c, spki);

	if (r == DMSC_E_OK && (r = dmsc_pk_request(subject,
	    dmsc_buf_rd(spki), req)) != DMSC_E_OK)
		r = dmsc_fail(&c->s->err, r, r == DMSC_E_USAGE ?
		    "'%s' is no subject: CN=...,O=..." :
		    "cannot make the request for '%s'", subject);
	if (r == DMSC_E_OK)
		r = sign_request(c, dmsc_buf_rd(req), der);
	if (r == DMSC_E_OK && dmsc_pk_pem("CERTIFICATE REQUEST",
	    dmsc_buf_rd(der), pem) != DMSC_E_OK)
		r = no_memory(c->s);
	dmsc_buf_free(&spki);
	dmsc_buf_free(&req);
	dmsc_buf_free(&der);
	return r;
}

int
dmsc_pair_csr(struct dmsc_session *s, const char *which,
    const char *subject, struct dmsc_buf *pem)
{
	struct call c;
	int r;

	if ((r = call_begin(s, which, &c)) != DMSC_E_OK)
		return r;
	r = make_csr(&c, subject, pem);
	call_end(&c);
	return r;
}

static int
put_cert(struct call *c, struct dmsc_rd given)
{
	struct dmsc_buf *der = dmsc_buf_new(PAIRS_FILE_MAX),
	    *has = dmsc_buf_new(PAIRS_FILE_MAX),
	    *spki = dmsc_buf_new(PAIRS_FILE_MAX);
	const struct dmsc_key_entry *cert = pairs_same(&c->p.cert.dir, c->e);
	size_t len = 0;
	int r = der == NULL || has == NULL || spki == NULL ?
	    no_memory(c->s) : spki_of(c, spki);

	if (r == DMSC_E_OK && (dmsc_pk_unpem("CERTIFICATE", given, der) !=
	    DMSC_E_OK || dmsc_pk_cert_spki(dmsc_buf_rd(der), has, &len) !=
	    DMSC_E_OK))
		r = dmsc_fail(&c->s->err, DMSC_E_DATA, "no certificate");
	if (r == DMSC_E_OK && !dmsc_rd_eq(dmsc_buf_rd(has),
	    dmsc_buf_rd(spki)))
		r = dmsc_fail(&c->s->err, DMSC_E_MISMATCH,
		    "the certificate is of another key");
	if (r == DMSC_E_OK && cert == NULL)
		r = dmsc_fail(&c->s->err, DMSC_E_NOTFOUND,
		    "the card has no place for a certificate of key %02X",
		    c->e->ref);
	if (r == DMSC_E_OK)
		r = rewrite(c, cert, dmsc_rd_slice(dmsc_buf_rd(der), 0,
		    len));
	dmsc_buf_free(&der);
	dmsc_buf_free(&has);
	dmsc_buf_free(&spki);
	return r;
}

int
dmsc_pair_certify(struct dmsc_session *s, const char *which,
    struct dmsc_rd cert)
{
	struct call c;
	int r;

	if ((r = call_begin(s, which, &c)) != DMSC_E_OK)
		return r;
	r = put_cert(&c, cert);
	call_end(&c);
	return r;
}
