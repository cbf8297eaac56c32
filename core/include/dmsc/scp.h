/*
 * The secure channel to a card: SCP03 (GlobalPlatform Amendment D). Room
 * session. Once it is open every call on the card goes through it.
 */
#ifndef DMSC_SCP_H
#define DMSC_SCP_H

#include <dmsc/bytes.h>
#include <dmsc/pair.h>
#include <dmsc/secret.h>
#include <dmsc/view.h>

struct dmsc_key;
struct dmsc_session;

enum { DMSC_SCP_BEST = -1, DMSC_SCP_SOURCES = 3 };

struct dmsc_scp_opts {
	const char *aid;	/* whose keys, hex; NULL: the card's own */
	bool lwm2m;		/* the PKCS#15 application, level 33 */
	unsigned version;	/* of the keys, 0: any */
	int level;		/* 00 01 03 11 13 33, or the best offered */
	/* One: Key-ENC, Key-MAC and Key-DEK behind each other, or a key that
	 * is all three; else one each. NULL at the end. */
	const struct dmsc_secret *keys[DMSC_SCP_SOURCES + 1];
	/* Or keys of providers (dmsc/key.h), in the same way. */
	struct dmsc_key *from[DMSC_SCP_SOURCES + 1];
	bool test_keys;		/* keys that everybody knows are allowed;
				 * without keys, 404142...4F */
	bool spend_try;
	unsigned known;		/* parameter i of a card that is known: it is
				 * not asked, nor its application selected;
				 * 0: both are */
};

struct dmsc_scp_info {
	bool open;
	bool broken;		/* nothing of its channel goes out */
	bool needed;		/* none is open, and the card is locked */
	char *aid;		/* whose keys */
	unsigned version;
	char *level;		/* "33" */
	char *protects;		/* "commands, their data, answers ..." */
	char *form;		/* "S8" or "S16" */
	unsigned channel;
	unsigned bits;		/* of a key */
	char *check;		/* key check values: ENC, MAC, DEK */
};
extern const struct dmsc_view dmsc_scp_info_view;

/*
 * Opens one on the channel in use. Card Data is read first: CHANNEL where the
 * card speaks only SCP02, and nothing is spent. INITIALIZE UPDATE spends a
 * try: GUARD for keys that this card has refused, and without spend_try for
 * others after a refusal. AUTHFAIL: not the card's keys.
 */
int dmsc_scp_open(struct dmsc_session *s, const struct dmsc_scp_opts *o,
    struct dmsc_scp_info **out) DMSC_MUST_CHECK;
int dmsc_scp_status(struct dmsc_session *s, struct dmsc_scp_info **out)
    DMSC_MUST_CHECK;
/* AUTH, and what to type, on a card that is locked: it asks for a channel
 * before anything else. OK: it does not, or one is open. */
int dmsc_scp_needed(struct dmsc_session *s) DMSC_MUST_CHECK;
/* The channel's right ends with it: the card is reset. */
int dmsc_scp_close(struct dmsc_session *s) DMSC_MUST_CHECK;

/* Keys in use are no part of a core image of this process. False where
 * OpenSSL was in use before us (the Lua module in a foreign program). */
bool dmsc_keys_hidden(void);

/* Keys by their check values: a key never comes out of a card. */
struct dmsc_key_info {
	unsigned version;
	unsigned id;		/* 1 ENC, 2 MAC, 3 DEK */
	char *type;		/* "AES-128" */
	char *check;		/* NULL: the card does not tell */
};
struct dmsc_key_list {
	struct dmsc_key_info *keys;
	size_t n_keys;
	struct dmsc_pair *pairs;	/* of key list alone */
	size_t n_pairs;
};
extern const struct dmsc_view dmsc_key_list_view;

/* What the selected security domain tells of its keys, and the key pairs of
 * the card. A check value is there for the keys of the channel in use and for
 * what was put into the card in this session; no card tells one. */
int dmsc_key_list(struct dmsc_session *s, struct dmsc_key_list **out)
    DMSC_MUST_CHECK;
/* Three new keys under the secure channel that is open; replace 0: a version
 * that is not there yet. The answer's check values are compared. */
int dmsc_key_put(struct dmsc_session *s, unsigned version, unsigned replace,
    const struct dmsc_secret *const keys[DMSC_SCP_SOURCES + 1],
    struct dmsc_key_list **out) DMSC_MUST_CHECK;
/* The same with keys of providers; UNSUPPORTED for one that stays in a
 * token: it cannot be sent to a card. */
int dmsc_key_put_from(struct dmsc_session *s, unsigned version,
    unsigned replace, struct dmsc_key *const keys[DMSC_SCP_SOURCES + 1],
    struct dmsc_key_list **out) DMSC_MUST_CHECK;

/* For good, under the secure channel that is open. NOTFOUND: no such version;
 * PLAN: the keys in use, or the last ones; nothing is sent. */
int dmsc_key_delete(struct dmsc_session *s, unsigned version)
    DMSC_MUST_CHECK;

#endif
