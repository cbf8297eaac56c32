/* Inside of the DM server's session (dm/server.h). */
#ifndef DMSC_DM_SERVER_IN_H
#define DMSC_DM_SERVER_IN_H

#include "dm/server.h"

struct dmsc_dm_server {
	struct dmsc_dm_server_opts o;
	struct dmsc_requester *q;	/* of the batch that is out */
	struct dmsc_dm_server_batch batch;
	struct dmsc_tree *info;
	struct dmsc_buf *last;		/* the device's last message */
	struct dmsc_buf *wire, *mac;	/* and what we said to it */
	enum dmsc_dm_server_state state;
	unsigned msg;			/* MsgID of what we said last */
	unsigned messages, alert, told;
	size_t peer_msg;		/* bytes; 0: not said */
	bool xml;			/* the device writes so */
	/* Credentials: the device's and ours, with the nonce to use. */
	enum dmsc_cred_scheme scheme;	/* of ours */
	struct dmsc_dm_nonce theirs, mine;
	bool known;			/* it need show none any more */
	bool show, spent;		/* ours, with the next message; the
					 * nonce of a MAC was used */
	bool shown;			/* with the last */
	unsigned failed, refused;	/* times: of its, of ours */
	struct dmsc_cred_chal chal;
	/* The message in work. */
	struct dmsc_err *e;
	unsigned status;		/* of its header */
	bool challenge;			/* chal goes along */
	bool again;			/* the commands were not obeyed */
	bool ends;			/* with code */
	int code;
	struct dmsc_msg *statuses;	/* for it */
	struct dmsc_msg *commands;	/* for the device; NULL: none */
	bool final, abort;
};

/* server_auth.c: what the device says of our credential; what its own is
 * worth; ours as it is now. */
int dm_server_told(struct dmsc_dm_server *s, const struct dmsc_msg *m)
    DMSC_MUST_CHECK;
int dm_server_judge(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in) DMSC_MUST_CHECK;
void dm_server_login(const struct dmsc_dm_server *s,
    struct dmsc_cred_login *out);
/* server_in.c: whether it is of this session; the Status of a command, 0: it
 * gets none. */
int dm_server_heed(struct dmsc_dm_server *s, const struct dmsc_msg *m)
    DMSC_MUST_CHECK;
unsigned dm_server_status(struct dmsc_dm_server *s,
    const struct dmsc_cmd *c);
/* server_out.c: s->statuses to m; what they and our header cost of a message;
 * the whole. */
int dm_server_answer(struct dmsc_dm_server *s, const struct dmsc_msg *m)
    DMSC_MUST_CHECK;
int dm_server_cost(struct dmsc_dm_server *s, size_t *out) DMSC_MUST_CHECK;
int dm_server_write(struct dmsc_dm_server *s, struct dmsc_dm_packet *out)
    DMSC_MUST_CHECK;

#endif
