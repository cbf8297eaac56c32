/* AES (FIPS 197), AES-CMAC (NIST SP 800-38B) and key check values. */
#ifndef DMSC_CRYPTO_AES_H
#define DMSC_CRYPTO_AES_H

#include <dmsc/bytes.h>

enum { DMSC_AES_BLOCK = 16, DMSC_AES_KEY_MAX = 32, DMSC_KCV_LEN = 3 };

bool dmsc_aes_key_sound(size_t n);	/* 16, 24 or 32 bytes */

/* A key made ready for many calls. FORMAT: no AES key. */
struct dmsc_aes;
int dmsc_aes_new(struct dmsc_rd key, struct dmsc_aes **out) DMSC_MUST_CHECK;
void dmsc_aes_free(struct dmsc_aes **a);	/* wipes */
int dmsc_aes_block(struct dmsc_aes *a, const uint8_t in[DMSC_AES_BLOCK],
    uint8_t out[DMSC_AES_BLOCK]) DMSC_MUST_CHECK;
/* CBC of whole blocks, no padding: FORMAT for a part of one. out has
 * in.left bytes. */
int dmsc_aes_cbc(struct dmsc_aes *a, bool encrypt,
    const uint8_t iv[DMSC_AES_BLOCK], struct dmsc_rd in, uint8_t *out)
    DMSC_MUST_CHECK;

struct dmsc_cmac;
int dmsc_cmac_new(struct dmsc_rd key, struct dmsc_cmac **out)
    DMSC_MUST_CHECK;
void dmsc_cmac_free(struct dmsc_cmac **m);
/* The MAC over n parts, one behind the other. */
int dmsc_cmac(struct dmsc_cmac *m, const struct dmsc_rd *parts, size_t n,
    uint8_t out[DMSC_AES_BLOCK]) DMSC_MUST_CHECK;

/* The first bytes of AES(key, 16 times 01), which stand for the key. */
int dmsc_kcv(struct dmsc_rd key, uint8_t out[DMSC_KCV_LEN]) DMSC_MUST_CHECK;

#endif
