/* Inside of the room dm: what the two files of the requester share. */
#ifndef DMSC_DM_ASKS_H
#define DMSC_DM_ASKS_H

#include "dm/request.h"

struct dmsc_requester {
	struct dmsc_request_opts o;
	struct dmsc_buf *scratch;	/* reused */
	struct dmsc_request *v;
	size_t n, n_atomic;
	size_t at, last;	/* [at, last) are in the message on its way */
	size_t part;		/* bytes of a large object in it */
	unsigned msg_id, first_msg;	/* the last, the one of [at, last) */
	unsigned messages;
	unsigned behind;	/* CmdIDs that are another's, */
	unsigned first_behind;	/* and in the message of [at, last) */
	size_t taken;		/* bytes that are */
	bool final;		/* the last one ended its package */
	bool foreign;		/* of somebody else, sent as it was */
	bool more;		/* the peer has not said all */
	bool ended;		/* nothing more is sent */
	/* what came */
	unsigned header, atomic;
	struct dmsc_chal chal;
	char *nonce, *chal_type, *chal_format;
	struct dmsc_request_status *statuses;
	size_t n_statuses, cap_statuses;
	struct dmsc_request_items results, alerts;
	bool open;		/* the last Result goes on */
	size_t open_size;
	size_t held;
	bool moved;		/* the last answer said something */
};

static inline const char *
dm_requester_who(const struct dmsc_requester *q)
{
	return q->o.who == NULL ? "card" : q->o.who;
}

#endif
