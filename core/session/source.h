/* What a SOURCE is read with, for the files of this room. */
#ifndef DMSC_SESSION_SOURCE_H
#define DMSC_SESSION_SOURCE_H

#include "crypto/key.h"

enum { SESSION_ICCID = 21 };

struct dmsc_session;

/* with points into the struct: it is not copied. */
struct session_with {
	struct dmsc_key_with with;
	char iccid[SESSION_ICCID];
};
/* The card is asked where the source needs it, and only there. */
int session_source_with(struct dmsc_session *s, const char *source,
    bool spend_try, struct session_with *out) DMSC_MUST_CHECK;

#endif
