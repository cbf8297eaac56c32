/* Certificates: what a verdict says of one, and the chain to the CAs. */
#ifndef DMSC_CRYPTO_CERT_H
#define DMSC_CRYPTO_CERT_H

#include <openssl/x509.h>

#include <dmsc/bytes.h>

/* Each fills *out, or sets it NULL where the name or time has no text. */
int dmsc_cert_name(const X509_NAME *name, char **out) DMSC_MUST_CHECK;
int dmsc_cert_time(const ASN1_TIME *t, char **out) DMSC_MUST_CHECK;
/* "RSA 2048", "ECDSA P-256", "ED25519" */
int dmsc_cert_key(EVP_PKEY *key, char **out) DMSC_MUST_CHECK;

/* The certificates of a PEM text; DATA: none, or one that is broken. */
int dmsc_certs_read(struct dmsc_rd pem, STACK_OF(X509) **out)
    DMSC_MUST_CHECK;
/* The same, or of DER, one or more behind each other; FF behind them is
 * padding. */
int dmsc_certs_any(struct dmsc_rd bytes, STACK_OF(X509) **out)
    DMSC_MUST_CHECK;
bool dmsc_is_pem(struct dmsc_rd r);

/* Its usages, where it names any, allow signing documents. */
bool dmsc_cert_may_sign(X509 *cert);
/* SIGNER: not valid at time now; *why is a new text then. */
int dmsc_cert_time_fits(X509 *cert, int64_t now, char **why)
    DMSC_MUST_CHECK;

enum dmsc_trust { DMSC_TRUSTED, DMSC_UNTRUSTED, DMSC_EXPIRED };
/*
 * Does cert lead to one of cas at time now, and is it for signing? Each of
 * cas is trusted by itself, a root or not. others: what may stand between.
 * *why is a new text unless trusted.
 */
int dmsc_cert_judge(X509 *cert, STACK_OF(X509) *cas, STACK_OF(X509) *others,
    int64_t now, enum dmsc_trust *out, char **why) DMSC_MUST_CHECK;

#endif
