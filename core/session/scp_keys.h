/* The three keys of a secure channel, out of what the user gave. */
#ifndef DMSC_SESSION_SCP_KEYS_H
#define DMSC_SESSION_SCP_KEYS_H

#include "crypto/key.h"
#include "crypto/scp03.h"

#include <dmsc/scp.h>

enum { SESSION_KEYS = 3, SESSION_KCVS = SESSION_KEYS * DMSC_KCV_LEN };

/* Where they come from: bytes or providers, NULL at the end. */
struct session_given {
	const struct dmsc_secret *const *bytes;
	struct dmsc_key *const *keys;	/* NULL, or instead */
	bool test_keys;
};
struct session_keys {
	struct dmsc_key *key[SESSION_KEYS];	/* ENC, MAC, DEK */
	size_t n;			/* bytes of one */
	/* Check values; as long as session_keys_wait, of those that the keys
	 * are made of. */
	uint8_t kcv[SESSION_KCVS];
};
/* USAGE for a number or lengths that fit no keys, GUARD for keys that
 * everybody knows, unless test_keys. */
int session_keys_get(const struct session_given *g, struct session_keys *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void session_keys_free(struct session_keys *k);
/* They are made of the answer to INITIALIZE UPDATE: it must come first. */
bool session_keys_wait(const struct session_keys *k);
int session_keys_make(struct session_keys *k, struct dmsc_rd div,
    bool test_keys, struct dmsc_err *e) DMSC_MUST_CHECK;

/* Check values that are known: of versions put into the card in this session;
 * of the version in use too, once it was replaced. */
struct session_check {
	unsigned version;
	uint8_t kcv[SESSION_KCVS];
};
enum { SESSION_CHECKS = 16 };

/* What was opened. */
struct session_scp {
	struct session_check checks[SESSION_CHECKS];
	size_t n_checks;
	struct session_keys keys;
	uint8_t aid[16];
	size_t aid_len;
	unsigned version, i;		/* i: its parameter */
	uint8_t div[DMSC_SCP_DIV];	/* as INITIALIZE UPDATE told it */
};
/* scp.c: selects the application whose keys they are. */
struct dmsc_session;
int session_scp_select(struct dmsc_session *s, const struct session_scp *is,
    struct dmsc_buf *answer) DMSC_MUST_CHECK;

#endif
