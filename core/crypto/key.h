/*
 * Key providers (dmsc/key.h): a SOURCE to bytes, to a key that may stay in
 * a token, to a private key. What must be known of the card is an argument.
 */
#ifndef DMSC_CRYPTO_KEY_H
#define DMSC_CRYPTO_KEY_H

#include <openssl/types.h>

#include <dmsc/key.h>

#include "crypto/aes.h"

enum { DMSC_KEY_DIV = 10 };	/* bytes of INITIALIZE UPDATE */

/* What a source is read with; all zero will do for file:, env:, fd:. */
struct dmsc_key_with {
	const char *iccid;	/* of the card, digits; NULL: none */
	/* Asks for a token's PIN; NULL: it must have a pin-source. */
	int (*ask)(void *arg, const char *prompt, struct dmsc_secret **out);
	void *arg;
	bool spend_try;		/* allows the last tries of a token's PIN */
};

/* Whether with.iccid is needed: USAGE, NOMEM. */
int dmsc_source_needs_card(const char *source, bool *needs,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_source_read(const char *source, enum dmsc_key_form form,
    const struct dmsc_key_with *with, struct dmsc_secret **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_source_open(const char *source, const struct dmsc_key_with *with,
    struct dmsc_key **out, struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * A private key for signing: PEM or DER of a source (an encrypted one with
 * pass=SOURCE), or one that stays in a token, by OpenSSL's engine pkcs11.
 * The caller frees with EVP_PKEY_free.
 */
int dmsc_key_private(const char *source, const struct dmsc_key_with *with,
    EVP_PKEY **out, struct dmsc_err *e) DMSC_MUST_CHECK;

/* Operations of a key that is ready: its bytes or its token does them. */
size_t dmsc_key_len(const struct dmsc_key *k);
bool dmsc_key_in_token(const struct dmsc_key *k);
/* Its bytes; empty when it stays in a token. */
struct dmsc_rd dmsc_key_bytes(const struct dmsc_key *k);
int dmsc_key_cmac(const struct dmsc_key *k, const struct dmsc_rd *parts,
    size_t n, uint8_t out[DMSC_AES_BLOCK]) DMSC_MUST_CHECK;
/* CBC of whole blocks under a vector of 00, encrypting. */
int dmsc_key_cbc(const struct dmsc_key *k, struct dmsc_rd in, uint8_t *out)
    DMSC_MUST_CHECK;
int dmsc_key_check(const struct dmsc_key *k, uint8_t out[DMSC_KCV_LEN])
    DMSC_MUST_CHECK;

/* Whether a key of its own is to be made of it for each card and use. */
bool dmsc_key_is_master(const struct dmsc_key *k);
/* Whether that takes the 10 bytes of INITIALIZE UPDATE. */
bool dmsc_key_wants_div(const struct dmsc_key *k);
/* The key for one use ("ENC", "MAC", "DEK", ...); div: empty, or 10 bytes. */
int dmsc_key_derive(const struct dmsc_key *k, const char *use,
    struct dmsc_rd div, struct dmsc_key **out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The same key once more: each is freed. */
struct dmsc_key *dmsc_key_again(struct dmsc_key *k);

#endif
