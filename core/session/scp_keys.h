/* The three keys of a secure channel, out of what the user gave. */
#ifndef DMSC_SESSION_SCP_KEYS_H
#define DMSC_SESSION_SCP_KEYS_H

#include "crypto/aes.h"
#include "crypto/scp03.h"

#include <dmsc/scp.h>

enum { SESSION_KEYS = 3, SESSION_KCVS = SESSION_KEYS * DMSC_KCV_LEN };

struct session_keys {
	struct dmsc_secret *bytes;	/* the keys behind each other */
	size_t n;			/* of one */
	uint8_t kcv[SESSION_KCVS];
};
/* USAGE for a number or lengths that fit no keys, GUARD for keys that
 * everybody knows, unless test_keys. */
int session_keys_get(const struct dmsc_secret *const *given, bool test_keys,
    struct session_keys *out, struct dmsc_err *e) DMSC_MUST_CHECK;
void session_keys_free(struct session_keys *k);
/* The i-th: ENC, MAC, DEK. */
struct dmsc_rd session_key(const struct session_keys *k, size_t i);

/* What was opened. */
struct session_scp {
	struct session_keys keys;
	uint8_t aid[16];
	size_t aid_len;
	unsigned version;
};
/* scp.c: selects the application whose keys they are. */
struct dmsc_session;
int session_scp_select(struct dmsc_session *s, const struct session_scp *is,
    struct dmsc_buf *answer) DMSC_MUST_CHECK;

#endif
