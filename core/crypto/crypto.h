/*
 * What calls OpenSSL. Pure: bytes in, bytes out; OpenSSL is started at the
 * first call, without its configuration file.
 */
#ifndef DMSC_CRYPTO_CRYPTO_H
#define DMSC_CRYPTO_CRYPTO_H

#include <dmsc/bytes.h>
#include <dmsc/hash.h>
#include <dmsc/sign.h>

/* dmsc_sha256 of n parts behind each other. */
int dmsc_sha256_parts(const struct dmsc_rd *parts, size_t n,
    uint8_t out[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;
int dmsc_hmac_sha256(struct dmsc_rd key, struct dmsc_rd data,
    uint8_t out[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;
int dmsc_random(uint8_t *out, size_t n) DMSC_MUST_CHECK;
/* As dmsc_verify in dmsc/sign.h; now is seconds since 1970. *out is freed
 * with dmsc_view_free(&dmsc_verdict_view, ...). */
int dmsc_cms_verify(struct dmsc_rd data, struct dmsc_rd signature,
    struct dmsc_rd ca_pem, int64_t now, struct dmsc_verdict **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
