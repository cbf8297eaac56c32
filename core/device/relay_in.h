/* Inside of the relay: what its files share. */
#ifndef DMSC_DEVICE_RELAY_IN_H
#define DMSC_DEVICE_RELAY_IN_H

#include "device/relay.h"
#include "dm/dm.h"

enum relay_way {
	RELAY_NONE,		/* not for the card */
	RELAY_AS_IS,		/* with another URI */
	RELAY_LOGIN,		/* Exec ./SC: the credential */
	RELAY_SEALED,		/* or a message that is not opened */
	RELAY_IN, RELAY_OUT,	/* Copy to the card, from the card */
	RELAY_AFTER,		/* Delete in the device of what such a Copy
				 * takes: when the card has it */
	RELAY_MIXED		/* refused */
};
/* An Item of a command (NULL: Atomic or Sequence, as a whole), and what the
 * card said of it. */
struct relay_job {
	const struct dmsc_cmd *c;
	const struct dmsc_item *it;
	enum relay_way way;
	bool inside;			/* of the whole one before it */
	struct dmsc_meta meta;		/* IN: of what is copied */
	struct dmsc_buf *data;		/* IN; OUT: what came */
	unsigned first, n;		/* its CmdIDs at the card */
	unsigned status;		/* 0: none yet */
	unsigned add;			/* IN: of the Add behind a Replace */
};
struct dmsc_relay {
	struct dmsc_relay_opts o;
	struct dmsc_dm_elsewhere past;
	struct relay_job *jobs;
	size_t n, cap;
	const struct dmsc_item *cred;	/* of the login; NULL: none */
	unsigned ids;			/* CmdIDs given */
	bool full;			/* there were more commands than that */
	unsigned messages;
	struct dmsc_chal chal;		/* the card's, valid in rest */
	struct dmsc_msg *told;		/* whose texts those are */
	struct dmsc_err err;
};

bool relay_good(unsigned status);
/* Goes to the card in one message with its like. */
bool relay_is_open(const struct relay_job *j);
/* What an Item is to the relay. */
enum relay_way relay_way(const struct dmsc_cmd *c,
    const struct dmsc_item *it);
/* The card's URI of one below ./SC, owned by m; NULL: no memory. */
const char *relay_to_card(struct dmsc_msg *m, const char *uri);
/* The message of all jobs that have no status yet. NOMEM. */
int relay_ask(struct dmsc_relay *r, struct dmsc_msg **out) DMSC_MUST_CHECK;
/* A sealed message as the card's object; FORMAT: it is none. */
int relay_seal(const struct relay_job *j, struct dmsc_buf *object)
    DMSC_MUST_CHECK;
/* The card's answer to it, Results as it is, and j's status. */
int relay_unseal(struct dmsc_relay *r, struct dmsc_responder *d,
    struct relay_job *j, struct dmsc_rd object) DMSC_MUST_CHECK;
/* What the card answers goes to the jobs, Results to the server. The
 * challenge stays m's. */
int relay_hear(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m) DMSC_MUST_CHECK;
/* The Status of each job; copies that came are put into the tree. */
int relay_tell(struct dmsc_relay *r, struct dmsc_responder *d)
    DMSC_MUST_CHECK;

#endif
