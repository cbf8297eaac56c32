/*
 * Key pairs of a card (ISO 7816-8): signatures that the card computes and
 * verifies, and pairs that it makes. The DF of the keys is selected before.
 * Refusals are records; AUTH is the caller's to explain.
 */
#ifndef DMSC_UICC_PSO_H
#define DMSC_UICC_PSO_H

#include "uicc/uicc.h"

/* The digest goes to the card as it is. algorithm: first digit the hash (4
 * SHA-256, 5 SHA-384, 6 SHA-512), second what signs (2 RSA, 4 ECDSA); 0: the
 * card's own choice. The signature is appended to out. */
struct dmsc_uicc_key {
	unsigned ref, algorithm;
};
int dmsc_uicc_sign(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_rd digest, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* MISMATCH: the card says that it does not hold. */
int dmsc_uicc_verify(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_rd digest, struct dmsc_rd signature) DMSC_MUST_CHECK;
/* A new pair, which ends the old one, or what there is. The content of 7F49
 * is appended to out. */
int dmsc_uicc_generate(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_uicc_public(struct dmsc_uicc *u, unsigned ref,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
