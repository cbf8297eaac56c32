/* AES keys in a token, for key_ops.c and key_read.c. */
#ifndef DMSC_CRYPTO_KEY_TOKEN_H
#define DMSC_CRYPTO_KEY_TOKEN_H

#include "crypto/p11.h"

/* What the key must be let do. */
enum key_token_use { KEY_TOKEN_ENCRYPT, KEY_TOKEN_DECRYPT };
/* *n: bytes of the key. Errors as dmsc_source_key. */
int key_token_open(const struct key_uri *u, const struct key_reading *rd,
    enum key_token_use use, struct key_token **out, size_t *n)
    DMSC_MUST_CHECK;
void key_token_free(struct key_token **t);
int key_token_cbc(const struct key_token *t, struct dmsc_rd in, uint8_t *out)
    DMSC_MUST_CHECK;
int key_token_decrypt(const struct key_token *t,
    const uint8_t in[DMSC_AES_BLOCK], uint8_t out[DMSC_AES_BLOCK])
    DMSC_MUST_CHECK;
int key_token_cmac(const struct key_token *t, const struct dmsc_rd *parts,
    size_t n, uint8_t out[DMSC_AES_BLOCK]) DMSC_MUST_CHECK;

#endif
