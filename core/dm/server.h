/*
 * A DM 1.2 server's session with one device (reference 4 to 6), the other end
 * of dm/client.h: package 1 in, commands out by the requester (dm/request.h),
 * credentials of both ends, large objects both ways, alerts. Bytes in and
 * bytes out, one message at a time: it knows neither HTTP nor files nor a
 * clock. What is commanded is its caller's to say, a batch at a time.
 */
#ifndef DMSC_DM_SERVER_H
#define DMSC_DM_SERVER_H

#include "dm/client.h"
#include "dm/request.h"

enum { DMSC_DM_SERVER_MESSAGES = 1024 };	/* of a session, at most */

/* Commands that go out together. The first n_group are one Atomic or one
 * Sequence. */
struct dmsc_dm_server_batch {
	struct dmsc_request *v;	/* valid until the next call of next */
	size_t n, n_group;
	bool sequence;		/* the group is no Atomic */
	bool abort;		/* Alert 1223, and it is over */
};

/* What the server knows and does. next and random are needed. */
struct dmsc_dm_server_hooks {
	void *ctx;
	/* All of the last batch is answered: done has its Status and Results;
	 * NULL: there was none yet. out is empty at first; left so, the
	 * session ends. What it returns ends it too. */
	int (*next)(void *ctx, const struct dmsc_requester *done,
	    struct dmsc_dm_server_batch *out, struct dmsc_err *e);
	/* A Generic Alert (1226) or client event (1224) of a device whose
	 * credential held: the Status it gets. NULL: 200. */
	unsigned (*event)(void *ctx, const struct dmsc_dm_event *ev);
	/* Nonces that the next session begins with: the device's, ours.
	 * NULL: nothing new. What it returns ends the session. */
	int (*keep)(void *ctx, const struct dmsc_dm_nonce *client,
	    const struct dmsc_dm_nonce *server);
	int (*random)(void *ctx, uint8_t *out, size_t n);
};

/* Texts live longer than the session. */
struct dmsc_dm_server_opts {
	const char *url;		/* Source of what we say */
	const char *resp_uri;		/* or NULL */
	const char *device;		/* Target */
	const char *session;		/* SessionID, as the device says it */
	/* What the device must show, and what we show; scheme NONE: nothing.
	 * A secret of client that is empty fits nothing. */
	struct dmsc_cred_login client, server;
	bool xml;			/* else as the device writes */
	size_t max_msg, max_obj;	/* that we take; 0: not said */
	size_t max_reply;		/* of answers held; 0: default */
	unsigned max_messages;		/* 0: DMSC_DM_SERVER_MESSAGES */
	struct dmsc_dm_server_hooks hooks;
};

enum dmsc_dm_server_state {
	DMSC_DM_SERVER_NEW,	/* the device is not known yet */
	DMSC_DM_SERVER_OPEN,	/* its credential held */
	DMSC_DM_SERVER_DONE,	/* all is said */
	DMSC_DM_SERVER_ABORTED,	/* by the device */
	DMSC_DM_SERVER_REFUSED,	/* its credential, or ours */
	DMSC_DM_SERVER_BROKEN	/* by what it says, or by a hook */
};

struct dmsc_dm_server;

int dmsc_dm_server_new(const struct dmsc_dm_server_opts *o,
    struct dmsc_dm_server **out) DMSC_MUST_CHECK;
void dmsc_dm_server_free(struct dmsc_dm_server **s);

/*
 * One message of the device, m read from in->bytes, and its answer, whose
 * views stay valid until the next call. The same message again, byte for
 * byte, gets the same answer, and nothing is done twice. AUTHFAIL: the device
 * showed a wrong credential too often, or refuses ours; DATA, LIMIT: what it
 * says is no answer, too much, or never ends; and what next and keep return.
 * Then the session is over; out is what tells the device so, if anything.
 */
int dmsc_dm_server_serve(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_packet *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* Whether these are the bytes of its last message. */
bool dmsc_dm_server_came_before(const struct dmsc_dm_server *s,
    struct dmsc_rd bytes);
enum dmsc_dm_server_state dmsc_dm_server_state(const struct dmsc_dm_server *s);
/* "open" */
const char *dmsc_dm_server_state_name(enum dmsc_dm_server_state st);
/* Whether a message of the device may still come: an answer to what was
 * said last. */
bool dmsc_dm_server_waits(const struct dmsc_dm_server *s);
/* What package 1 told of it: DevInfo/DevId and its like. */
const struct dmsc_tree *dmsc_dm_server_info(const struct dmsc_dm_server *s);
/* 1200 (by Package #0) or 1201; 0: package 1 has not come. */
unsigned dmsc_dm_server_alert(const struct dmsc_dm_server *s);
unsigned dmsc_dm_server_messages(const struct dmsc_dm_server *s);
/* What the device said of our header last; 0: nothing. */
unsigned dmsc_dm_server_told(const struct dmsc_dm_server *s);

#endif
