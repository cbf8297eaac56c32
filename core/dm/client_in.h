/* Inside of the device's DM client (dm/client.h). */
#ifndef DMSC_DM_CLIENT_IN_H
#define DMSC_DM_CLIENT_IN_H

#include "dm/client.h"

enum { CL_EVENTS = 64, CL_UNITS = 192, CL_URI = 4096 };

struct cl_event {
	struct dmsc_dm_event v;
	unsigned msg, cmd;		/* where it went; 0: not yet */
};
struct cl {
	const struct dmsc_dm_client *c;
	struct dmsc_dm_outcome *out;
	struct dmsc_err *e;
	struct dmsc_responder *r;
	struct dmsc_buf *wire, *mac, *typed;
	char session[8], to[CL_URI];
	unsigned msg;			/* MsgID of what went last */
	size_t peer_msg, peer_obj;
	/* Package 1: what of it is out. */
	struct dmsc_tree *facts;	/* a copy of DevInfo */
	const struct dmsc_node *info[CL_UNITS];	/* its leaves */
	size_t n_info, unit;
	bool first;			/* package 1 is not all out */
	struct cl_event events[CL_EVENTS];
	size_t n_events, n_told;
	/* Credentials: ours with the nonce to use, theirs to expect. */
	enum dmsc_cred_scheme scheme;
	struct dmsc_dm_nonce mine, theirs;
	bool show;			/* with the next message */
	bool spent;			/* mine, for a MAC: used once */
	bool known;			/* they need show none any more */
	bool sure;			/* who they are: nonces may be kept */
	unsigned refused, failed;	/* times: of ours, of theirs */
	struct dmsc_cred_chal chal;
	/* The message in work. */
	bool final;			/* of their package */
	bool aborted, ends;
	int code;			/* what it ends with, after an answer */
};

/* client_ask.c: hooks.alert for 1100 to 1104. */
unsigned dm_client_ask(struct cl *s, const struct dmsc_cmd *c,
    unsigned code);
/* client_auth.c: whether it has commands or Alerts; what they say of our
 * credential; what theirs is worth; ours as it is now. */
bool dm_client_has_work(const struct dmsc_msg *m);
int dm_client_told(struct cl *s, const struct dmsc_msg *m) DMSC_MUST_CHECK;
int dm_client_judge(struct cl *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_auth *auth)
    DMSC_MUST_CHECK;
void dm_client_login(const struct cl *s, struct dmsc_cred_login *out);
/* client_out.c: the next message, from header to Final, into s->wire. */
int dm_client_write(struct cl *s, struct dmsc_dm_packet *out)
    DMSC_MUST_CHECK;
int dm_client_abort(struct cl *s, struct dmsc_dm_packet *out)
    DMSC_MUST_CHECK;
/* Takes up events that are new; and whether anything of ours waits. */
void dm_client_events(struct cl *s);
bool dm_client_waits(const struct cl *s);

#endif
