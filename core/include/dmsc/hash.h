/* For whoever keeps books: SHA-256, check values of keys, values under a key
 * that carries them. Room crypto. */
#ifndef DMSC_HASH_H
#define DMSC_HASH_H

#include <dmsc/bytes.h>

enum { DMSC_SHA256_LEN = 32, DMSC_CHECK_LEN = 3 };

int dmsc_sha256(struct dmsc_rd data, uint8_t out[DMSC_SHA256_LEN])
    DMSC_MUST_CHECK;
/* Of parts behind each other: next gives one after the other, then false. */
int dmsc_sha256_each(bool (*next)(void *arg, struct dmsc_rd *part), void *arg,
    uint8_t out[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;
/* The first bytes of AES(key, 16 times 01). FORMAT: no AES key. */
int dmsc_check_value(struct dmsc_rd key, uint8_t out[DMSC_CHECK_LEN])
    DMSC_MUST_CHECK;
/* value under key: AES-CBC with a vector of 00, filled up to whole blocks with
 * random bytes, so that equal values do not look equal. FORMAT: no AES key, a
 * value that is empty or above 256 bytes. */
int dmsc_key_wrap(struct dmsc_rd key, struct dmsc_rd value,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
