/* Keys and certificates made for a test: a CA, one in the middle, a signer. */
#ifndef DMSC_TESTS_SIGNERS_H
#define DMSC_TESTS_SIGNERS_H

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/base.h"
#include "crypto/pkey.h"

enum { CHAIN_MAX = 1 << 16 };
/* 2020-01-01 and 2120-01-01 */
static const int64_t cert_from = 1577836800, cert_to = 4733510400;

static inline EVP_PKEY *
new_key(const char *kind)
{
	if (strcmp(kind, "RSA1024") == 0)
		return EVP_RSA_gen(1024);
	if (strncmp(kind, "RSA", 3) == 0)
		return EVP_RSA_gen(2048);
	if (strcmp(kind, "ED25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_EC_gen(kind);
}

static inline void
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (e == NULL || X509_add_ext(x, e, -1) != 1)
		abort();
	X509_EXTENSION_free(e);
}

struct cert_plan {
	const char *name, *usage;
	int64_t from, to;
	bool ca;
};

/* by NULL: signed by itself */
static inline X509 *
new_cert(const struct cert_plan *p, EVP_PKEY *key, X509 *by, EVP_PKEY *by_key)
{
	static long serial = 1;
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	    (const unsigned char *)p->name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by != NULL ? by : x));
	ASN1_TIME_set(X509_getm_notBefore(x), p->from);
	ASN1_TIME_set(X509_getm_notAfter(x), p->to);
	X509_set_pubkey(x, key);
	add_extension(x, NID_basic_constraints, p->ca ? "critical,CA:TRUE" :
	    "CA:FALSE");
	if (p->usage != NULL)
		add_extension(x, NID_key_usage, p->usage);
	if (X509_sign(x, by_key, EVP_PKEY_is_a(by_key, "ED25519") ? NULL :
	    EVP_sha256()) <= 0)
		abort();
	return x;
}

static inline void
put_x509(struct dmsc_buf *b, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	if (n <= 0 || dmsc_buf_put(b, dmsc_rd_of(der, (size_t)n)) !=
	    DMSC_E_OK)
		abort();
	OPENSSL_free(der);
}

/* What a test signs with: its key, its certificate and the one above it in
 * DER, and the root that is trusted. */
struct signing {
	EVP_PKEY *key;
	struct dmsc_buf *certs, *root;
};

static inline void
signing_make(struct signing *s, const char *kind, const struct cert_plan *p)
{
	static const struct cert_plan root = { "Root",
		"critical,keyCertSign", 0, 4733510400, true };
	static const struct cert_plan mid = { "Middle",
		"critical,keyCertSign", 0, 4733510400, true };
	EVP_PKEY *rk = new_key("P-256"), *mk = new_key("P-256");
	X509 *r = new_cert(&root, rk, NULL, rk);
	X509 *m = new_cert(&mid, mk, r, rk), *x;

	s->key = new_key(kind);
	x = new_cert(p, s->key, m, mk);
	s->certs = dmsc_buf_new(CHAIN_MAX);
	s->root = dmsc_buf_new(CHAIN_MAX);
	put_x509(s->certs, x);
	put_x509(s->certs, m);
	put_x509(s->root, r);
	X509_free(x);
	X509_free(m);
	X509_free(r);
	EVP_PKEY_free(rk);
	EVP_PKEY_free(mk);
}

static inline void
signing_free(struct signing *s)
{
	EVP_PKEY_free(s->key);
	dmsc_buf_free(&s->certs);
	dmsc_buf_free(&s->root);
}

static inline int
signing_signer(const struct signing *s, bool pss, struct dmsc_signer **out,
    struct dmsc_err *e)
{
	EVP_PKEY_up_ref(s->key);
	return dmsc_signer_pkey(s->key, dmsc_buf_rd(s->certs), pss, out, e);
}

#endif
