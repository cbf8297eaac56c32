/* Signatures that the card checks, for sign.c. */
#ifndef DMSC_SESSION_ON_CARD_H
#define DMSC_SESSION_ON_CARD_H

#include "session/session.h"

/* What the host says first, of a document or of data. */
struct session_on_card {
	int (*host)(struct dmsc_session *s, const struct session_on_card *c,
	    const struct dmsc_verify_opts *o, struct dmsc_verdict **out);
	const char *path;
	struct dmsc_rd data;
};
/* The signature is in o. */
int session_on_card(struct dmsc_session *s, struct session_on_card *c,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
    DMSC_MUST_CHECK;

#endif
