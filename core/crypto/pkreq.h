/* Certification requests (RFC 2986) of keys that stay elsewhere, PEM, and the
 * key of a certificate. Pure. */
#ifndef DMSC_CRYPTO_PKREQ_H
#define DMSC_CRYPTO_PKREQ_H

#include "crypto/pk.h"

/* name: "PUBLIC KEY"; base64 of der between its lines, appended. */
int dmsc_pk_pem(const char *name, struct dmsc_rd der, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* PEM with such a name, or DER as it is. DATA. */
int dmsc_pk_unpem(const char *name, struct dmsc_rd in, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* What is signed. subject as in dmsc/pair.h: USAGE for one that is none. */
int dmsc_pk_request(const char *subject, struct dmsc_rd spki,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* That and a signature over it, with hash; in DER. */
int dmsc_pk_request_signed(enum dmsc_pk_type type, enum dmsc_pk_hash hash,
    struct dmsc_rd request, struct dmsc_rd raw, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* The SubjectPublicKeyInfo of a certificate in DER, which may have padding
 * behind it; *len: of the certificate alone. DATA. */
int dmsc_pk_cert_spki(struct dmsc_rd cert, struct dmsc_buf *out, size_t *len)
    DMSC_MUST_CHECK;

#endif
