/*
 * A package over the air (EB), which a card of ours takes by SMS-PP data
 * download, and the proof of its receipt (EC). Ours; made of what the
 * network's own are made of (TS 102 225: key version, counter, cipher,
 * checksum) with AES alone.
 *
 * EB: 80 version of the SCP03 keys, 81 counter (4 bytes, from 1, only ever
 * up for one version), 82 the card that it is for, as in its EF.ICCID
 * (absent: every card with these keys), 83 the content, enciphered, 84 MAC.
 *
 * Three keys come from a set of SCP03 keys by its own derivation, context
 * "DM-SC OTA" and the version behind it: constant D1 from Key-ENC, D2 and D3
 * from Key-MAC, each as long as the key it comes from. 83 is AES-CBC by D1
 * of the content, 80 and as many 00 as fill the block; its ICV is AES by D1
 * of counter, 82 (00 where there is none) and 0001. 84 is AES-CMAC by D2 of
 * all that stands in EB before it. The proof's is by D3, in the same way.
 *
 * The content is one object: E4 (dm/appl.h), or AA, commands as TS 102 226
 * 5.2.1 has them: each in an object 22.
 */
#ifndef DMSC_DM_OTA_H
#define DMSC_DM_OTA_H

#include <dmsc/key.h>

#include "crypto/aes.h"
#include "crypto/scp03.h"

enum { DMSC_OTA_MAX = 32768,		/* bytes of a package */
	DMSC_OTA_CARD = 10,		/* of an EF.ICCID */
	DMSC_OTA_MESSAGE = 0xE4, DMSC_OTA_COMMANDS = 0xAA,
	DMSC_OTA_COMMAND = 0x22,
	DMSC_OTA_PACKAGE = 0xEB, DMSC_OTA_PROOF = 0xEC };

struct dmsc_ota_keys {			/* to be wiped */
	uint8_t enc[DMSC_AES_KEY_MAX], mac[DMSC_AES_KEY_MAX],
	    proof[DMSC_AES_KEY_MAX];
	size_t n_enc, n_mac;
};
int dmsc_ota_keys(const struct dmsc_scp_keys *set, unsigned version,
    struct dmsc_ota_keys *out) DMSC_MUST_CHECK;
/* The same with keys of providers; what a token says is IO. */
int dmsc_ota_keys_by(const struct dmsc_key *enc, const struct dmsc_key *mac,
    unsigned version, struct dmsc_ota_keys *out) DMSC_MUST_CHECK;

struct dmsc_ota {
	unsigned version;
	uint32_t counter;
	struct dmsc_rd card;	/* empty: every card */
	struct dmsc_rd body;	/* enciphered */
	struct dmsc_rd mac;
	struct dmsc_rd covered;	/* by the MAC */
};
/* Appends a package; body, mac and covered of o are not looked at. USAGE for
 * a version or counter that is none; LIMIT. */
int dmsc_ota_put(struct dmsc_buf *out, const struct dmsc_ota *o,
    const struct dmsc_ota_keys *k, struct dmsc_rd content) DMSC_MUST_CHECK;
/* What anybody can read of it: views. NOTFOUND: no package. */
int dmsc_ota_get(struct dmsc_rd object, struct dmsc_ota *out)
    DMSC_MUST_CHECK;
/* Its content, appended: AUTHFAIL where it is not made with these keys. */
int dmsc_ota_open(const struct dmsc_ota *o, const struct dmsc_ota_keys *k,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* What became of a package that was made with the right keys. */
enum dmsc_ota_outcome {
	DMSC_OTA_DONE,
	DMSC_OTA_REFUSED,	/* not all of it: status says why */
	DMSC_OTA_OLD,		/* its counter is not above the card's */
	DMSC_OTA_OTHER,		/* it is for another card */
	DMSC_OTA_UNKNOWN,	/* its content is none that the card knows */
	DMSC_OTA_FAILED,	/* the card had no memory; it may come again */
	DMSC_OTA_OUTCOMES
};
/*
 * EC: 80 version, 81 counter as the card has it then, 82 outcome, 83 status:
 * of DM (the first that is no 2xx, else 200), of commands the last SW; 84
 * commands that went well (of AA before the one refused: all are taken back);
 * 85 change counter; 86 MAC.
 */
struct dmsc_ota_proof {
	unsigned version;
	uint32_t counter, change;
	enum dmsc_ota_outcome outcome;
	unsigned status, done;
	struct dmsc_rd mac, covered;	/* of what was read */
};
int dmsc_ota_proof_put(struct dmsc_buf *out, const struct dmsc_ota_proof *p,
    const struct dmsc_ota_keys *k) DMSC_MUST_CHECK;
int dmsc_ota_proof_get(struct dmsc_rd object, struct dmsc_ota_proof *out)
    DMSC_MUST_CHECK;
/* AUTHFAIL: no card with these keys has made it. */
int dmsc_ota_proof_check(const struct dmsc_ota_proof *p,
    const struct dmsc_ota_keys *k) DMSC_MUST_CHECK;

#endif
