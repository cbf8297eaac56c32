/*
 * Credentials of DM, both ends (reference 6): auth-basic, auth-md5 and
 * auth-MAC, challenges and nonces, and where a DMAcc keeps them. Nonces are
 * bytes, as NextNonce and AAuthData hold them decoded. Nothing is drawn here:
 * nonces come from the caller.
 */
#ifndef DMSC_DM_CRED_H
#define DMSC_DM_CRED_H

#include <dmsc/tree.h>

#include "codec/msg.h"
#include "crypto/dmmac.h"

enum { DMSC_NONCE_MAX = 64, DMSC_CRED_TEXT = 92 };

enum dmsc_cred_scheme { DMSC_CRED_NONE, DMSC_CRED_BASIC, DMSC_CRED_MD5,
	DMSC_CRED_MAC, DMSC_CRED_OTHER };
/* "syncml:auth-md5"; NULL for NONE and OTHER. */
const char *dmsc_cred_type(enum dmsc_cred_scheme s);
const char *dmsc_cred_aauth(enum dmsc_cred_scheme s);	/* "DIGEST" */
/* By that name, or by the name in AAuthType ("DIGEST"); NULL: NONE. */
enum dmsc_cred_scheme dmsc_cred_scheme(const char *type);

/* Who shows a credential, or whose is checked. Views. */
struct dmsc_cred_login {
	enum dmsc_cred_scheme scheme;
	struct dmsc_rd user, secret, nonce;
};

/*
 * MD5 over what l shows. body NULL: of auth-md5. Else of auth-MAC over the
 * message as sent, and of Package #0, where body is its trigger.
 */
int dmsc_cred_digest(const struct dmsc_cred_login *l,
    const struct dmsc_rd *body, uint8_t out[DMSC_MD5_LEN]) DMSC_MUST_CHECK;
/*
 * Into the header of m: Cred, and Source/LocName (Source/LocURI is the
 * caller's). auth-MAC has no Cred: its code is made last, over the bytes of
 * the whole message. UNSUPPORTED: another scheme.
 */
int dmsc_cred_put(struct dmsc_msg *m, const struct dmsc_cred_login *l)
    DMSC_MUST_CHECK;
/* The value of x-syncml-hmac. DATA: user cannot stand in it. */
int dmsc_cred_mac_put(const struct dmsc_cred_login *l, struct dmsc_rd body,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* What a message shows: views of m and mac. */
struct dmsc_cred_shown {
	enum dmsc_cred_scheme scheme;	/* NONE: nothing */
	struct dmsc_rd user;		/* Source/LocName, username; of BASIC
					 * empty: it stands in text */
	struct dmsc_rd text;		/* base64 */
};
/* mac: the value of x-syncml-hmac, empty: none came. FORMAT: it cannot be
 * read, or user and LocName are two. */
int dmsc_cred_shown(const struct dmsc_msg *m, struct dmsc_rd mac,
    struct dmsc_cred_shown *out) DMSC_MUST_CHECK;
/*
 * Whether it is l's: OK, AUTHFAIL. It must be of l's scheme, or l's is NONE
 * and any of ours will do. body: the bytes as received (auth-MAC).
 */
int dmsc_cred_check(const struct dmsc_cred_shown *s,
    const struct dmsc_cred_login *l, struct dmsc_rd body) DMSC_MUST_CHECK;

/* A challenge and its text: for struct dmsc_dm_auth of the responder. Not to
 * be copied: chal points into it. */
struct dmsc_cred_chal {
	struct dmsc_chal chal;
	char text[DMSC_CRED_TEXT];
};
int dmsc_cred_chal(enum dmsc_cred_scheme s, struct dmsc_rd nonce,
    struct dmsc_cred_chal *out) DMSC_MUST_CHECK;

/* What the peer says of our credential: the Status of the header. */
struct dmsc_cred_told {
	unsigned status;		/* 0: it says nothing */
	enum dmsc_cred_scheme scheme;	/* that it wants; NONE: no challenge */
	uint8_t nonce[DMSC_NONCE_MAX];	/* for what comes next */
	size_t n;
};
/* FORMAT: a challenge whose nonce cannot be read; status is set. */
int dmsc_cred_told(const struct dmsc_msg *m, struct dmsc_cred_told *out)
    DMSC_MUST_CHECK;
int dmsc_cred_told_of(const struct dmsc_cmd *status,
    struct dmsc_cred_told *out) DMSC_MUST_CHECK;

/* A nonce that is kept: what comes next is made with it. */
struct dmsc_dm_nonce {
	bool fresh;			/* else v is not set */
	uint8_t v[DMSC_NONCE_MAX];
	size_t n;
};
/* From what the peer told; none stays as it was. */
void dmsc_nonce_take(struct dmsc_dm_nonce *n,
    const struct dmsc_cred_told *told);
/* Into l, where it is fresh. */
void dmsc_nonce_use(const struct dmsc_dm_nonce *n,
    struct dmsc_cred_login *l);

/*
 * Accounts of a tree (reference 9.1): children of ./DMAcc and ./SyncML/DMAcc
 * that have a ServerID. prev NULL: the first; NULL: no more.
 */
const struct dmsc_node *dmsc_cred_next_account(const struct dmsc_tree *t,
    const struct dmsc_node *prev);
struct dmsc_rd dmsc_cred_server(const struct dmsc_node *account);
/* NULL: no account of it. */
const struct dmsc_node *dmsc_cred_account(const struct dmsc_tree *t,
    const char *server);
/*
 * The credential of an account's level, "SRVCRED" (what the server shows) or
 * "CLCRED": the first of scheme, NONE: of any of ours. Views of the tree;
 * where no AAuthName is, SRVCRED has the ServerID. NOTFOUND.
 */
int dmsc_cred_of(const struct dmsc_node *account, const char *level,
    enum dmsc_cred_scheme scheme, struct dmsc_cred_login *out)
    DMSC_MUST_CHECK;

#endif
