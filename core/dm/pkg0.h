/*
 * Package #0: a server asks a device for a session (OMA DM Notification 1.2,
 * reference 7). Bytes in and out; who the server is and which session
 * numbers were used before is its caller's to know.
 */
#ifndef DMSC_DM_PKG0_H
#define DMSC_DM_PKG0_H

#include "dm/cred.h"

enum dmsc_pkg0_ui { DMSC_PKG0_ANY, DMSC_PKG0_BACKGROUND,
	DMSC_PKG0_INFORM, DMSC_PKG0_INTERACT };
enum { DMSC_PKG0_HEAD = 24, DMSC_PKG0_VERSION = 11,
	DMSC_PKG0_SERVER_MAX = 255, DMSC_PKG0_SESSION_MAX = 0xFFFF,
	DMSC_PKG0_MAX = 1024 };

struct dmsc_pkg0 {
	unsigned version;	/* of DM times ten: 11 and 12 are DM 1.2's */
	enum dmsc_pkg0_ui ui;
	bool by_server;		/* else the user wants the session */
	unsigned session;	/* 1..FFFF */
	struct dmsc_rd server;	/* ServerID; views */
	struct dmsc_rd vendor;
	struct dmsc_rd trigger;	/* read only: what the digest is over */
};

/* Reads it, digest unchecked. SHORT, LIMIT, FORMAT (session 0, no ServerID),
 * UNSUPPORTED: another version, or bits of the future are set. */
int dmsc_pkg0_get(struct dmsc_rd bytes, struct dmsc_pkg0 *out)
    DMSC_MUST_CHECK;
/* Appends it, its digest made of server's credential and nonce. FORMAT. */
int dmsc_pkg0_put(struct dmsc_buf *out, const struct dmsc_pkg0 *p,
    const struct dmsc_cred_login *server) DMSC_MUST_CHECK;
/*
 * Whether the digest is that of the server's credential and nonce: OK, or
 * AUTHFAIL. *resync: it is with the nonce of four zero bytes, which all of
 * package 1 then uses too.
 */
int dmsc_pkg0_check(struct dmsc_rd bytes,
    const struct dmsc_cred_login *server, bool *resync) DMSC_MUST_CHECK;
extern const uint8_t dmsc_pkg0_zero[4];	/* that nonce */

/* "any", "background", "inform", "interact". */
const char *dmsc_pkg0_ui_name(enum dmsc_pkg0_ui ui);
/* A session's number as SessionID: hexadecimal, "A7"; and back: FORMAT. */
enum { DMSC_PKG0_ID = 5 };
void dmsc_pkg0_id(unsigned session, char out[DMSC_PKG0_ID]);

#endif
