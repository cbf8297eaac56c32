/* Profiles of simulated cards: what `card new` puts on a blank one. */
#ifndef DMSC_SESSION_PROFILE_H
#define DMSC_SESSION_PROFILE_H

#include "uicc/uicc.h"

enum dmsc_profile_op {
	DMSC_PUT,	/* PUT DATA, n the tag */
	DMSC_CREATE,	/* the content of the 62 template */
	DMSC_RULE,	/* record n of the EF.ARR just made, FF behind */
	DMSC_RECORD,	/* record n, text as long as it is */
	DMSC_WRITE,	/* transparent, from offset 0 */
	DMSC_SELECT,	/* DF n below the MF, or 3F00 */
	DMSC_CONTENT,	/* what dmsc_profile_content n builds, at offset 0 */
	DMSC_TELL	/* STORE DATA of it to the application selected */
};
enum dmsc_profile_content {
	DMSC_ICCID,		/* PUT DATA of the number */
	DMSC_CHIP,		/* PUT DATA of a serial drawn from it */
	DMSC_TOKEN, DMSC_AODF,
	/* directories: oidDOs, twins, the oidDO of LwM2M; twins and oidDOs
	 * with Account's; of OperatorX and Personal alone: oidDOs, twins and
	 * the same oidDOs */
	DMSC_OIDS, DMSC_TWINS, DMSC_OID_OF_LWM2M, DMSC_TWINS_OF_DMSC,
	DMSC_OIDS_OF_DMSC, DMSC_DODF1, DMSC_DODF2,
	DMSC_DOC_OPERATORX, DMSC_DOC_PERSONAL, DMSC_DOC_LWM2M, DMSC_DOC_MAIL,
	DMSC_DOC_ACCOUNT,	/* by which a device knows the card */
	DMSC_PRIVATE_KEYS, DMSC_PUBLIC_KEYS, DMSC_CERTS, DMSC_TRUSTED_CERTS,
	DMSC_CARD_TREE		/* the object MESSAGE that fills the tree */
};
struct dmsc_profile_row {
	enum dmsc_profile_op op;
	unsigned n;
	const char *hex;
};
struct dmsc_profile {
	const char *name;
	const struct dmsc_profile_row *rows;
	size_t n_rows;
	bool open;		/* stays in the initialisation life cycle */
};
/* NULL: no such profile. */
const struct dmsc_profile *dmsc_profile_find(const char *name);

enum { DMSC_ICCID_BYTES = 10 };
/* On a blank card behind u; ACTIVATE of the MF ends it, but for open ones.
 * spaced: what the profile says of DMSC_PUT_SPACE is done already. */
int dmsc_profile_apply(struct dmsc_uicc *u, const struct dmsc_profile *p,
    const uint8_t iccid[DMSC_ICCID_BYTES], bool spaced) DMSC_MUST_CHECK;
/* PUT DATA of the bytes for a tree of the card's own (card/tree.h): a row of
 * the profile that has one, or what a user wants instead. */
enum { DMSC_PUT_SPACE = 0x0106 };
bool dmsc_profile_has_tree(const struct dmsc_profile *p);
int dmsc_profile_space(struct dmsc_uicc *u, uint32_t space) DMSC_MUST_CHECK;
int dmsc_profile_build(enum dmsc_profile_content what,
    const uint8_t iccid[DMSC_ICCID_BYTES], struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* profile_card.c: the message that adds all of scripts/demo/Card.xml. */
int dmsc_profile_message(struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* profile_keys.c: a directory of keys or certificates. */
int dmsc_profile_keys(enum dmsc_profile_content what, struct dmsc_buf *out)
    DMSC_MUST_CHECK;

/* 18 to 20 digits as in EF.ICCID: nibbles swapped, F behind. USAGE. */
int dmsc_iccid_code(const char *digits, uint8_t out[DMSC_ICCID_BYTES])
    DMSC_MUST_CHECK;
/* A number of the test range (8988211), with check digit. */
void dmsc_iccid_draw(uint64_t seed, uint8_t out[DMSC_ICCID_BYTES]);

/* The documents of scripts/demo, put into the library when it is built. */
extern const uint8_t dmsc_demo_OperatorX[], dmsc_demo_Personal[],
    dmsc_demo_LwM2M[], dmsc_demo_Mail[], dmsc_demo_Card[],
    dmsc_demo_Account[];
extern const size_t dmsc_demo_OperatorX_len, dmsc_demo_Personal_len,
    dmsc_demo_LwM2M_len, dmsc_demo_Mail_len, dmsc_demo_Card_len,
    dmsc_demo_Account_len;

#endif
