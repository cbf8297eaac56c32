/*
 * Key pairs of the simulated card: an entry of their table in its memory, and
 * what commands and other files of this room may do with one. No function
 * gives out a byte of a private key.
 */
#ifndef DMSC_CARD_PKEYS_H
#define DMSC_CARD_PKEYS_H

#include "card/card.h"
#include "crypto/pk.h"

enum {
	Q_REF = 0,		/* key reference, 0: free entry */
	Q_TYPE = 1,		/* enum dmsc_pk_type */
	Q_USAGE = 2,
	Q_FLAGS = 3,
	Q_OWNER = 4,		/* block of the DF, 0: the card; 4 bytes */
	Q_USE = 8,		/* length, then the SC_DO of its rule */
	Q_MAKE = 32,		/* the same for GENERATE */
	Q_RULE = 24,		/* bytes of one */
	Q_PRIVATE_LEN = 56, Q_PUBLIC_LEN = 58,	/* 2 bytes each, 0: none */
	Q_PUBLIC = 64, Q_PRIVATE = Q_PUBLIC + DMSC_PK_PUBLIC_MAX,
	Q_SIZE = 1664, Q_KEYS = 8,
	/* usage */
	PK_SIGN = 0x01,		/* PSO: compute digital signature */
	PK_RECEIPT = 0x02,	/* receipts, by the card itself, alone */
	PK_VERIFY = 0x04,	/* PSO: verify digital signature */
	/* flags */
	PK_CONSENT = 0x01	/* a VERIFY for each signature */
};

/* The entry of ref, of df or the nearest DF above that has it; 0: none. */
uint32_t dmsc_card_pkey(const struct dmsc_card *c, int df, unsigned ref);
/* Its rule holds on df, and the user has consented where that is asked. */
bool dmsc_card_pkey_may(struct dmsc_card *c, uint32_t at, bool make);
/* Signs a digest, the signature behind rsp. Rights are the caller's. */
unsigned dmsc_card_pkey_sign(struct dmsc_card *c, uint32_t at,
    enum dmsc_pk_hash hash, struct dmsc_rd digest, struct dmsc_buf *rsp);
/* pso.c: the type that an algorithm makes when a pair is generated. */
enum dmsc_pk_type dmsc_card_alg_type(unsigned algorithm);
struct dmsc_rd dmsc_card_pkey_public(const struct dmsc_card *c,
    uint32_t at);
/* PUT DATA 04kk: type, usage, flags, both rules (length, SC_DO), then
 * perhaps the key: PKCS#8, or where it only verifies SubjectPublicKeyInfo.
 * With its public key before it (7F49) it is believed without a look. */
unsigned dmsc_card_set_pkey(struct dmsc_card *c, int df, unsigned ref,
    struct dmsc_rd v);
void dmsc_card_drop_pkeys(struct dmsc_card *c, int df);

/* owncms.c: the key pair that the card itself signs with, for receipts
 * (PK_RECEIPT) or for its commands to a device (PK_SIGN); 0: none. And a CMS
 * SignedData by it, appended: SW. */
uint32_t dmsc_card_own_key(const struct dmsc_card *c, unsigned usage);
unsigned dmsc_card_cms(struct dmsc_card *c, uint32_t key,
    struct dmsc_rd data, bool attached, struct dmsc_buf *out);

#endif
