/*
 * Receipts: what a card signs of what it received and sent (dmsc-card(7),
 * RECEIPTS). The chain of hashes that card, host and verifier compute alike,
 * and the content that is signed. Pure.
 */
#ifndef DMSC_CRYPTO_RECEIPT_H
#define DMSC_CRYPTO_RECEIPT_H

#include "crypto/crypto.h"

#include <dmsc/receipt.h>

enum {
	DMSC_RECEIPT_SEED = 32, DMSC_RECEIPT_SALT = 16,
	DMSC_RECEIPT_NONCE = 64,	/* the longest */
	DMSC_RECEIPT_TIME = 15,		/* YYYYMMDDHHMMSSZ */
	DMSC_RECEIPT_REFS = 64, DMSC_RECEIPT_AID = 16,
	DMSC_RECEIPT_ICCID = 10,
	DMSC_RECEIPT_MAX = 512,		/* bytes of a content */
	DMSC_RECEIPT_STORE = 0xE2,	/* STORE DATA, and its objects: */
	DMSC_RECEIPT_START = 0xBF70, DMSC_RECEIPT_GIVE = 0xBF71
};

/* What happened so far; the seed is known to card and host alone. */
struct dmsc_chain {
	uint8_t seed[DMSC_RECEIPT_SEED];
	uint8_t hash[DMSC_SHA256_LEN];
	uint32_t n;			/* exchanges */
};
/* Data of a command or an answer: its length, and a digest that tells
 * nothing without the salt. */
struct dmsc_chain_part {
	uint32_t len;
	uint8_t digest[DMSC_SHA256_LEN];	/* 0 where there is no data */
	uint8_t salt[DMSC_RECEIPT_SALT];
};
struct dmsc_exchange {
	uint8_t level;			/* of SCP03, 0: in the clear */
	uint8_t head[4];
	struct dmsc_chain_part cmd, rsp;
	unsigned sw;
};

/* seed may be empty: for a verifier, who has the salts. */
int dmsc_chain_begin(struct dmsc_chain *c, struct dmsc_rd seed,
    struct dmsc_rd nonce) DMSC_MUST_CHECK;
/* A part from its data and p->salt. */
int dmsc_chain_part(struct dmsc_chain_part *p, struct dmsc_rd data)
    DMSC_MUST_CHECK;
/* What the card's application receives and sends: cmd of 4 bytes or more,
 * the whole of the answer's data. */
struct dmsc_heard {
	unsigned level;			/* of SCP03, 0: in the clear */
	struct dmsc_rd cmd, data;
	unsigned sw;
};
/* It as the next exchange, its salts by the seed. */
int dmsc_chain_make(const struct dmsc_chain *c, const struct dmsc_heard *h,
    struct dmsc_exchange *out) DMSC_MUST_CHECK;
/* LIMIT: more exchanges than can be counted. */
int dmsc_chain_add(struct dmsc_chain *c, const struct dmsc_exchange *x)
    DMSC_MUST_CHECK;
/* The data of a command: behind the header and Lc, before Le; where the
 * lengths do not fit, all behind the header. */
struct dmsc_rd dmsc_chain_data(struct dmsc_rd cmd);
/* Commands that no chain has: GET RESPONSE, and those of receipts. */
bool dmsc_chain_skips(struct dmsc_rd cmd);

/* What the card signs. */
struct dmsc_receipt_content {
	uint8_t hash[DMSC_SHA256_LEN];
	uint32_t exchanges, counter;
	uint8_t iccid[DMSC_RECEIPT_ICCID];
	uint8_t nonce[DMSC_RECEIPT_NONCE];
	size_t nonce_len;
	char time[DMSC_RECEIPT_TIME + 1];	/* as the host said */
	/* Who was authenticated then: SCP03 (version 0: not), and the PINs and
	 * administrative keys that were verified. */
	uint8_t scp_version, scp_level, scp_aid[DMSC_RECEIPT_AID];
	size_t scp_aid_len;
	uint8_t refs[DMSC_RECEIPT_REFS];
	size_t n_refs;
};
/* Whether 15 bytes are a time that GeneralizedTime has. */
bool dmsc_receipt_time_sound(struct dmsc_rd text);
int dmsc_receipt_put(const struct dmsc_receipt_content *c,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* That DER and no other: FORMAT. */
int dmsc_receipt_get(struct dmsc_rd der, struct dmsc_receipt_content *out)
    DMSC_MUST_CHECK;
/* The printable form; out is filled, or on NOMEM in part. */
int dmsc_receipt_view_of(const struct dmsc_receipt_content *c,
    struct dmsc_receipt *out) DMSC_MUST_CHECK;

/*
 * A transcript is text, and every byte of it counts: two lines at its head,
 * then two for each exchange.
 *
 *	dmsc transcript 1
 *	nonce HEX | nonce -
 *	> LEVEL HEADER [DATA SALT | * LENGTH DIGEST]
 *	< SW [DATA SALT | * LENGTH DIGEST]
 */
int dmsc_transcript_head(struct dmsc_rd nonce, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* One line's end: the data, or without it its digest; nothing where there is
 * none. Ends the line. */
int dmsc_transcript_part(const struct dmsc_chain_part *p, bool shown,
    struct dmsc_rd data, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The whole text to its hash; FORMAT: *line is where it is wrong. */
int dmsc_transcript_read(struct dmsc_rd text, struct dmsc_chain *out,
    struct dmsc_buf *nonce, size_t *line) DMSC_MUST_CHECK;

/* OK where the SignedData is in the one form that a receipt has; FORMAT. */
int dmsc_receipt_form(struct dmsc_rd der) DMSC_MUST_CHECK;
/* As dmsc_receipt_verify; now is seconds since 1970. */
int dmsc_receipt_judge(const struct dmsc_receipt_given *g, int64_t now,
    struct dmsc_receipt_check **out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
