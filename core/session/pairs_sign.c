/* What a key of the card signs and verifies (session/pairs.h). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "crypto/pkreq.h"
#include "session/pairs.h"
#include "uicc/pso.h"

enum { HASH_SHIFT = 4, SIGN_RSA = 2, SIGN_EC = 4, FIRST_HASH = 4 };

unsigned
pairs_algorithm(enum dmsc_pk_type type, enum dmsc_pk_hash hash)
{
	return (FIRST_HASH + (unsigned)hash - DMSC_PK_SHA256) << HASH_SHIFT |
	    (type == DMSC_PK_RSA2048 ? SIGN_RSA : SIGN_EC);
}

int
pairs_explain(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, int r)
{
	unsigned pin = pairs_pin(p, e);

	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_err_where(&s->err, "key %02X '%s'", e->ref,
	    e->label != NULL ? e->label : "");
	return r != DMSC_E_AUTH ? r : dmsc_guard_explain_key(s->guard, pin,
	    e->consent == 1);
}

int
pairs_sign(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type type,
    struct dmsc_rd digest, struct dmsc_buf *out)
{
	const struct dmsc_uicc_key k = { e->ref, pairs_algorithm(type,
	    dmsc_pk_usual(type)) };
	int r = dmsc_uicc_select(s->uicc, &p->df, NULL);

	if (r == DMSC_E_OK)
		r = dmsc_uicc_sign(s->uicc, &k, digest, out);
	return pairs_explain(s, p, e, r);
}

/* A key of the card as a signer: what a signature takes, three commands. */
struct card_key {
	struct dmsc_session *s;
	struct pairs p;			/* its DF and the PINs */
	const struct dmsc_key_entry *e;
	enum dmsc_pk_type type;
};

static int
card_sign(void *h, struct dmsc_rd message, struct dmsc_rd digest,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct card_key *k = h;
	struct dmsc_session *s = k->s;
	int r;

	(void)message;
	if ((r = dmsc_session_need_card(s)) == DMSC_E_OK &&
	    (r = dmsc_uicc_begin(s->uicc)) == DMSC_E_OK) {
		r = pairs_sign(s, &k->p, k->e, k->type, digest, out);
		dmsc_uicc_end(s->uicc);
	}
	if (e != NULL && e != &s->err && r != DMSC_E_OK)
		*e = s->err;
	return r;
}

static void
card_close(void **h)
{
	struct card_key *k = *h;

	if (k != NULL)
		pairs_free(&k->p);
	free(k);
	*h = NULL;
}

static const struct dmsc_signer_ops card_ops = {
	.name = "card", .sign = card_sign, .close = card_close
};

/* The first private key that signs. */
static const struct dmsc_key_entry *
first_signer(const struct pairs *p)
{
	size_t i;

	for (i = 0; i < p->priv.dir.n; i++)
		if ((p->priv.dir.v[i].usage & DMSC_USE_SIGN) != 0 &&
		    p->priv.dir.v[i].has_ref)
			return &p->priv.dir.v[i];
	return NULL;
}

static int
choose(struct dmsc_session *s, const struct pairs *p, const char *which,
    const struct dmsc_key_entry **out)
{
	int r;

	if (which == NULL) {
		if ((*out = first_signer(p)) != NULL)
			return DMSC_E_OK;
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the card has no key that signs");
		return dmsc_err_next(&s->err, "key list");
	}
	if ((r = pairs_find(s, p, which, out)) != DMSC_E_OK)
		return r;
	if (*out >= p->priv.dir.v && *out < p->priv.dir.v + p->priv.dir.n &&
	    ((*out)->usage & DMSC_USE_SIGN) != 0 && (*out)->has_ref)
		return DMSC_E_OK;
	(void)dmsc_fail(&s->err, DMSC_E_USAGE, "key '%s' is not for signing",
	    which);
	return dmsc_err_next(&s->err, "key list");
}

/* The certificate on the card, without its padding. */
static int
own_cert(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, struct dmsc_buf *out)
{
	const struct dmsc_key_entry *c = pairs_same(&p->cert.dir, e);
	struct dmsc_buf *spki = dmsc_buf_new(PAIRS_FILE_MAX);
	size_t len = 0;
	int r = spki == NULL ? dmsc_fail(&s->err, DMSC_E_NOMEM,
	    "out of memory") : DMSC_E_OK;

	if (r == DMSC_E_OK && c != NULL)
		r = pairs_file(s, p, c, out);
	if (r == DMSC_E_OK)
		r = dmsc_pk_cert_spki(dmsc_buf_rd(out), spki, &len);
	if (r == DMSC_E_NOMEM)
		r = dmsc_fail(&s->err, r, "out of memory");
	else if (r == DMSC_E_DATA) {
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the card holds no certificate of key %02X", e->ref);
		(void)dmsc_err_why(&s->err, "'key csr' makes a request for "
		    "one, 'key certify' puts it there");
		r = dmsc_err_next(&s->err, "key csr %02X", e->ref);
	}
	dmsc_buf_truncate(out, DMSC_MIN(len, out->len));
	dmsc_buf_free(&spki);
	return r;
}

/* k has its directories; it is the signer's in the end, or nobody's. */
static int
make_signer(struct card_key *k, const char *which, struct dmsc_rd certs,
    struct dmsc_signer **out)
{
	struct dmsc_buf *cert = dmsc_buf_new(PAIRS_FILE_MAX),
	    *pub = dmsc_buf_new(PAIRS_FILE_MAX);
	struct dmsc_session *s = k->s;
	void *h = k;
	int r;

	if (cert == NULL || pub == NULL)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	else if ((r = choose(s, &k->p, which, &k->e)) == DMSC_E_OK)
		r = pairs_public(s, &k->p, k->e, &k->type, pub);
	if (r == DMSC_E_OK && k->type == DMSC_PK_NONE) {
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "key %02X is empty", k->e->ref);
		r = dmsc_err_next(&s->err, "key generate %02X", k->e->ref);
	}
	if (r == DMSC_E_OK && certs.left == 0)
		r = own_cert(s, &k->p, k->e, cert);
	if (r != DMSC_E_OK)
		card_close(&h);
	else
		r = dmsc_signer_new(&card_ops, k, certs.left > 0 ? certs :
		    dmsc_buf_rd(cert), false, out, &s->err);
	dmsc_buf_free(&cert);
	dmsc_buf_free(&pub);
	return r;
}

int
dmsc_signer_card(struct dmsc_session *s, const char *which,
    struct dmsc_rd certs, struct dmsc_signer **out)
{
	struct card_key *k;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	if ((k = calloc(1, sizeof *k)) == NULL)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	else {
		k->s = s;
		if ((r = pairs_load(s, &k->p)) == DMSC_E_OK)
			r = make_signer(k, which, certs, out);
		else
			free(k);
	}
	dmsc_uicc_end(s->uicc);
	if (r == DMSC_E_OK && (r = dmsc_signer_check(*out, dmsc_wall(),
	    &s->err)) != DMSC_E_OK)
		dmsc_signer_free(out);
	return r;
}

/* The public key of the card that is spki. */
static int
find_public(struct dmsc_session *s, const struct pairs *p,
    struct dmsc_rd spki, bool others, const struct dmsc_key_entry **out,
    enum dmsc_pk_type *type)
{
	struct dmsc_buf *want = dmsc_buf_new(PAIRS_FILE_MAX),
	    *have = dmsc_buf_new(PAIRS_FILE_MAX);
	enum dmsc_pk_type t = DMSC_PK_NONE;
	int r = want == NULL || have == NULL ? dmsc_fail(&s->err,
	    DMSC_E_NOMEM, "out of memory") : DMSC_E_OK;
	size_t i;

	*out = NULL;
	if (r == DMSC_E_OK && (r = dmsc_pk_of_spki(spki, type, want)) !=
	    DMSC_E_OK)
		r = dmsc_fail(&s->err, r, r == DMSC_E_NOMEM ?
		    "out of memory" :
		    "cards do not verify with a key of this type here");
	for (i = 0; r == DMSC_E_OK && *out == NULL && i < p->pub.dir.n;
	    i++) {
		dmsc_buf_reset(have);
		r = pairs_public(s, p, &p->pub.dir.v[i], &t, have);
		if (r == DMSC_E_OK && t == *type && p->pub.dir.v[i].has_ref
		    && (!others || pairs_same(&p->priv.dir,
		    &p->pub.dir.v[i]) == NULL) &&
		    dmsc_rd_eq(dmsc_buf_rd(have), dmsc_buf_rd(want)))
			*out = &p->pub.dir.v[i];
	}
	if (r == DMSC_E_OK && *out == NULL)
		r = dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the signer's public key is not one of the card's");
	dmsc_buf_free(&want);
	dmsc_buf_free(&have);
	return r;
}

static int
check(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type type,
    const struct dmsc_rd in[2])
{
	enum dmsc_pk_hash hash = dmsc_pk_usual(type);
	const struct dmsc_uicc_key k = { e->ref,
	    pairs_algorithm(type, hash) };
	uint8_t digest[DMSC_PK_DIGEST_MAX];
	struct dmsc_pk_md *m = NULL;
	int r = dmsc_pk_md_new(hash, &m);

	if (r == DMSC_E_OK && (r = dmsc_pk_md_add(m, in[0])) == DMSC_E_OK)
		r = dmsc_pk_md_end(m, digest);
	dmsc_pk_md_free(&m);
	if (r != DMSC_E_OK)
		return dmsc_fail(&s->err, r, "cannot hash");
	if ((r = dmsc_uicc_select(s->uicc, &p->df, NULL)) == DMSC_E_OK)
		r = dmsc_uicc_verify(s->uicc, &k, dmsc_rd_of(digest,
		    dmsc_pk_digest_len(hash)), in[1]);
	return pairs_explain(s, p, e, r);
}

int
session_card_verify(struct dmsc_session *s, struct dmsc_rd spki,
    struct dmsc_rd message, struct dmsc_rd signature, bool others,
    char **label)
{
	const struct dmsc_rd in[2] = { message, signature };
	const struct dmsc_key_entry *e = NULL;
	enum dmsc_pk_type type;
	struct pairs p;
	int r;

	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	if ((r = pairs_load(s, &p)) == DMSC_E_OK) {
		r = find_public(s, &p, spki, others, &e, &type);
		if (r == DMSC_E_OK && dmsc_str_set(label, "%02X '%s'",
		    e->ref, e->label != NULL ? e->label : "") != DMSC_E_OK)
			r = dmsc_fail(&s->err, DMSC_E_NOMEM,
			    "out of memory");
		if (r == DMSC_E_OK)
			r = check(s, &p, e, type, in);
		pairs_free(&p);
	}
	dmsc_uicc_end(s->uicc);
	return r;
}
