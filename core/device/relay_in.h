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
	bool large;			/* IN: goes in parts */
	bool adds;			/* and there was none to replace */
	bool begun;
	size_t sent;			/* of its bytes */
};
struct dmsc_relay {
	struct dmsc_relay_opts o;
	struct dmsc_dm_elsewhere past;
	struct relay_job *jobs;
	size_t n, cap;
	const struct dmsc_item *cred;	/* of the login; NULL: none */
	unsigned ids;			/* CmdIDs given */
	bool full;			/* there were more commands than that */
	bool waits;			/* the card has more to say */
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
/* relay_more.c: the job that goes in parts, for it is too large with the
 * others; NULL: none. Its next part, behind what m has. */
struct relay_job *relay_large(struct dmsc_relay *r);
bool relay_part(struct dmsc_relay *r, struct dmsc_msg *m,
    struct relay_job *j);
/* The other parts, and the rest of what the card says. */
int relay_go_on(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_buf *object, struct dmsc_buf *answer) DMSC_MUST_CHECK;
/* A message to the card, and what it answers, the caller's. */
int relay_exchange(struct dmsc_relay *r, const struct dmsc_msg *m,
    struct dmsc_buf *object, struct dmsc_buf *answer,
    struct dmsc_msg **told) DMSC_MUST_CHECK;
int relay_header(const struct dmsc_relay *r, struct dmsc_msg *m, bool cred)
    DMSC_MUST_CHECK;
/* A command with one Item; NULL: no memory. */
struct dmsc_item *relay_item(struct dmsc_relay *r, struct dmsc_msg *m,
    struct dmsc_cmd *parent, enum dmsc_cmd_kind kind, const char *uri);
/* What a further message says. */
int relay_hear_more(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m) DMSC_MUST_CHECK;
/* What the card answers goes to the jobs, Results to the server. The
 * challenge stays m's. */
int relay_hear(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m) DMSC_MUST_CHECK;
/* The Status of each job; copies that came are put into the tree. */
int relay_tell(struct dmsc_relay *r, struct dmsc_responder *d)
    DMSC_MUST_CHECK;

#endif
