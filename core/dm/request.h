/*
 * The requester, the other end of a responder: commands into messages, as few
 * as the peer takes, Status and Results back (reference 4.5, 4.6). It knows
 * neither links nor credentials: dmsc_requester_give makes a message, its
 * caller sends it and hands the answer to dmsc_requester_take, until give has
 * no more.
 *
 * A value that is larger than a message goes in parts, and one that comes in
 * parts is put together. Each message ends a package of its own, but for the
 * parts of a large object; what the peer has not said yet is asked for with
 * Alert 1222.
 */
#ifndef DMSC_DM_REQUEST_H
#define DMSC_DM_REQUEST_H

#include "codec/msg.h"

enum { DMSC_REQUEST_NONCE = 92 };

/* One command with one Item, and what became of it. */
struct dmsc_request {
	enum dmsc_cmd_kind kind;	/* Add, Alert, Copy, Delete, Exec,
					 * Get, Replace */
	const char *uri;		/* Target, of a Get with its query */
	const char *source;		/* Copy */
	const char *format, *type;	/* NULL: no such Meta */
	bool has_data;
	struct dmsc_rd data;
	size_t have;			/* bytes that the peer holds already:
					 * a large object goes on there */
	unsigned status;		/* 0: none came */
	char nonce[DMSC_REQUEST_NONCE];	/* base64, of a challenge that came
					 * with it; "": none */
	unsigned alert;			/* Alert: its code, */
	const char *const *texts;	/* and an Item for each of these */
	size_t n_texts;
	const char *correlator;		/* Exec; NULL: none */
};
/* One Item of Results, of an Alert, or of the Status of an Alert of ours: what
 * the user typed or chose. */
struct dmsc_request_item {
	size_t of;			/* which request; Alert: its code */
	char *uri, *format, *type;	/* each may be NULL */
	bool has_data;
	struct dmsc_buf *data;
};
struct dmsc_request_items {
	struct dmsc_request_item *v;
	size_t n;
};

struct dmsc_request_status {
	char *command, *uri;		/* Cmd, TargetRef; each may be NULL */
	unsigned status;
};

struct dmsc_request_opts {
	const char *self, *peer, *session;	/* of the header */
	size_t peer_msg;	/* bytes of a message to the peer; 0: any */
	size_t max_reply;	/* bytes of answers held; 0: DMSC_DOC_MAX */
	unsigned first_msg;	/* MsgID of the first; 0: 1 */
	bool sequence;		/* the first n_atomic are a Sequence */
	bool xml;		/* peer_msg is of XML */
	const char *who;	/* the peer, in errors; NULL: "card" */
};

struct dmsc_requester;

/* The texts of o live longer than it. */
int dmsc_requester_new(const struct dmsc_request_opts *o,
    struct dmsc_requester **out) DMSC_MUST_CHECK;
void dmsc_requester_free(struct dmsc_requester **q);
/*
 * v stays the caller's and gets the statuses. The first n_atomic of them are
 * one Atomic, which needs to fit a message. Only once.
 */
void dmsc_requester_start(struct dmsc_requester *q, struct dmsc_request *v,
    size_t n, size_t n_atomic);
/* A message of somebody else was sent in place of the first. */
void dmsc_requester_sent(struct dmsc_requester *q, const struct dmsc_msg *m);

/* The next message is number msg. Ahead of its commands there are n of
 * somebody else, of size bytes: CmdIDs begin behind them, and there is less
 * room. */
void dmsc_requester_behind(struct dmsc_requester *q, unsigned msg,
    unsigned n, size_t size);
/* The next message, the caller's; NULL: all is said. LIMIT: a command that
 * cannot be cut, or the Atomic, is larger than the peer takes. */
int dmsc_requester_give(struct dmsc_requester *q, struct dmsc_msg **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* DATA for what is no answer to the last message, or never ends; LIMIT for
 * more than max_reply. */
int dmsc_requester_take(struct dmsc_requester *q, const struct dmsc_msg *in,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* How the last header was received; its challenge, NULL: none. Valid until
 * the next take. */
unsigned dmsc_requester_header(const struct dmsc_requester *q);
const struct dmsc_chal *dmsc_requester_chal(const struct dmsc_requester *q);
unsigned dmsc_requester_atomic(const struct dmsc_requester *q);
const struct dmsc_request_items *dmsc_requester_results(
    const struct dmsc_requester *q);
const struct dmsc_request_items *dmsc_requester_alerts(
    const struct dmsc_requester *q);
/* All Statuses as they came. */
const struct dmsc_request_status *dmsc_requester_statuses(
    const struct dmsc_requester *q, size_t *n);
unsigned dmsc_requester_messages(const struct dmsc_requester *q);

#endif
