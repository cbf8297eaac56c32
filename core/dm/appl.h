/*
 * What passes between a host and the DM-SC application of a card, as bytes
 * (dmsc-card(7), THE DM-SC APPLICATION): its hello, capability objects, the
 * envelope of a message, requests for room, notices and packages over the
 * air. Both ends read and write them here. All numbers big-endian; what is
 * not known is skipped, what is twice or too long is FORMAT.
 *
 * Everything but the hello travels by STORE DATA (80 E2): P1 bit 8 on the
 * last block, bit 5 always (BER-TLV), bit 1 where an answer is wanted; P2 the
 * number of the block from 0. The blocks together are one object; its answer
 * is the data of the last block's answer (GET RESPONSE where it is longer).
 */
#ifndef DMSC_DM_APPL_H
#define DMSC_DM_APPL_H

#include <dmsc/bytes.h>

enum { DMSC_APPL_AID_LEN = 7, DMSC_APPL_BLOCKS = 256,
	DMSC_APPL_NONCE = 16, DMSC_APPL_VERSION = 0x0100,
	DMSC_APPL_SERVER_MAX = 255,	/* bytes of a ServerID */
	DMSC_APPL_SIGNED_MAX = 16384 };	/* of a signature */
enum { DMSC_APPL_P1 = 0x10, DMSC_APPL_P1_LAST = 0x80,
	DMSC_APPL_P1_ANSWER = 0x01 };
extern const uint8_t dmsc_appl_aid[DMSC_APPL_AID_LEN];	/* F0444D2D534301 */

/* The objects. */
enum dmsc_appl_tag {
	DMSC_APPL_HELLO = 0xE1,		/* inside A5 of the FCP */
	DMSC_APPL_CAPS = 0xE2,		/* the host's; answered by STATE */
	DMSC_APPL_STATE = 0xE3,
	DMSC_APPL_MESSAGE = 0xE4,	/* the host manages the card */
	DMSC_APPL_ROOM = 0xE5,		/* asks for files; answered by FILES */
	DMSC_APPL_FILES = 0xE6,
	DMSC_APPL_RELEASE = 0xE7,	/* gives files back */
	DMSC_APPL_NOTICE = 0xE9,	/* content of EF.NOTICE */
	DMSC_APPL_SESSION = 0xEA	/* the card manages the device */
};

/* Methods of authentication, a mask. */
enum { DMSC_APPL_SCP03 = 0x01, DMSC_APPL_ADM = 0x02, DMSC_APPL_MD5 = 0x04,
	DMSC_APPL_MAC = 0x08, DMSC_APPL_METHODS = 0x0F,
	DMSC_APPL_USER = 0x10 };	/* and VERIFY PIN of the user */

/* E1: 80 version, 81 methods accepted, 82 three masks, 83 message, 84
 * object. Of each mask one method is needed, and USER where it is set. */
struct dmsc_appl_hello {
	unsigned version, methods;
	unsigned to_read, to_write, to_personal;
	uint32_t max_msg, max_obj;	/* bytes of a message, of a node */
};
/* Appends E1 and what is in it; reads it out of the content of A5: NOTFOUND
 * where there is none. */
int dmsc_appl_hello_put(struct dmsc_buf *out,
    const struct dmsc_appl_hello *h) DMSC_MUST_CHECK;
int dmsc_appl_hello_get(struct dmsc_rd a5, struct dmsc_appl_hello *out)
    DMSC_MUST_CHECK;

/* E2: 80 version, 81 methods it can, 82 message, 83 object, 84 what it is
 * ("dmsc 1.0"), optional, 85 present: it obeys a session from the card. */
struct dmsc_appl_caps {
	unsigned version, methods;
	uint32_t max_msg, max_obj;
	struct dmsc_rd name;		/* a view */
	bool obeys;
};
int dmsc_appl_caps_put(struct dmsc_buf *out, const struct dmsc_appl_caps *c)
    DMSC_MUST_CHECK;
int dmsc_appl_caps_get(struct dmsc_rd object, struct dmsc_appl_caps *out)
    DMSC_MUST_CHECK;

/*
 * E3: 80 the nonce for credentials of the next message; after authentication
 * also 81 change counter, 82 bytes free, 83 bytes in all, 84 the ServerID
 * gained (empty: the owner), 85 present: commands for the device wait, 86 the
 * URI of a large object of theirs that is half here, 87 its size, 88 how many
 * bytes of it came, 89 their SHA-256: it goes on behind them.
 */
struct dmsc_appl_state {
	uint8_t nonce[DMSC_APPL_NONCE];
	bool authenticated;
	uint32_t counter, free_bytes, total;
	struct dmsc_rd server;		/* a view */
	bool waits;
	struct dmsc_rd half_uri;	/* a view; empty: none */
	uint32_t half_size, half_have;
	struct dmsc_rd half_sha;	/* a view; empty: not told */
};
int dmsc_appl_state_put(struct dmsc_buf *out,
    const struct dmsc_appl_state *s) DMSC_MUST_CHECK;
int dmsc_appl_state_get(struct dmsc_rd object, struct dmsc_appl_state *out)
    DMSC_MUST_CHECK;

/* E4, EA: 80 the message; 81 present: it is XML, absent: WBXML; 82 the value
 * of x-syncml-hmac, where the credential is auth-MAC; 83 a detached CMS
 * signature (DER) of the message by the card; 84 present: it is handed on for
 * another, whose credential in it counts alone, and for it alone. Views. */
struct dmsc_appl_message {
	struct dmsc_rd bytes;
	bool xml, relayed;
	struct dmsc_rd mac, signature;
};
int dmsc_appl_message_put(struct dmsc_buf *out, enum dmsc_appl_tag tag,
    const struct dmsc_appl_message *m) DMSC_MUST_CHECK;
int dmsc_appl_message_get(struct dmsc_rd object, enum dmsc_appl_tag tag,
    struct dmsc_appl_message *out) DMSC_MUST_CHECK;

/* E5: 80 use, 81 bytes of a slot, 82 the authId of the PIN that guards it
 * (absent: public), 83 label, 84 identifier of its kind (dotted, text), 85
 * present: two slots. The card makes and lists them. */
enum dmsc_appl_use { DMSC_APPL_DOC = 1, DMSC_APPL_BESIDE = 2,
	DMSC_APPL_GROW = 3 };	/* GROW: the document of 86 (path) to 81 */
struct dmsc_appl_room {
	unsigned use;			/* enum dmsc_appl_use */
	uint32_t size;
	struct dmsc_rd auth_id, label, oid, path;
	bool pair;
};
int dmsc_appl_room_put(struct dmsc_buf *out, const struct dmsc_appl_room *r)
    DMSC_MUST_CHECK;
int dmsc_appl_room_get(struct dmsc_rd object, struct dmsc_appl_room *out)
    DMSC_MUST_CHECK;
/* E6: 80 path of the slot that is listed, 81 of the other one (absent: none),
 * as file identifiers from the MF; 82 bytes of each; 83 counter now. E7: 80 a
 * path of either slot; both go, and their entries. */
struct dmsc_appl_files {
	struct dmsc_rd path, second;
	uint32_t size, counter;
};
int dmsc_appl_files_put(struct dmsc_buf *out,
    const struct dmsc_appl_files *f) DMSC_MUST_CHECK;
int dmsc_appl_files_get(struct dmsc_rd object, struct dmsc_appl_files *out)
    DMSC_MUST_CHECK;

/*
 * E9, what EF.NOTICE (FID 4E01 in the application) holds, FF behind: 80 why,
 * 81 change counter, 82 a path of a changed file (may come more than once),
 * 83 Package #0 (reference 7). REFRESH (file change) names this file, and the
 * changed ones.
 */
enum { DMSC_APPL_EF_NOTICE = 0x4E01, DMSC_APPL_NOTICE_PATHS = 8 };
enum dmsc_appl_why { DMSC_APPL_CHANGED = 1, DMSC_APPL_COUNTER = 2,
	DMSC_APPL_ASKS = 3 };
struct dmsc_appl_notice {
	unsigned why;			/* enum dmsc_appl_why */
	uint32_t counter;
	struct dmsc_rd paths[DMSC_APPL_NOTICE_PATHS];
	size_t n_paths;			/* as read; to write, the first
					 * empty one ends them */
	struct dmsc_rd package0;
};
int dmsc_appl_notice_put(struct dmsc_buf *out,
    const struct dmsc_appl_notice *n) DMSC_MUST_CHECK;
/* file: the whole EF. NOTFOUND: nothing is written there. */
int dmsc_appl_notice_get(struct dmsc_rd file, struct dmsc_appl_notice *out)
    DMSC_MUST_CHECK;

#endif
