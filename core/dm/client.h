/*
 * A device's DM client over any pair of send and receive (SyncML DM 1.2,
 * reference 4 to 6): packages 1, 3 and on out, 2 and 4 in, credentials of
 * both ends, large objects both ways, questions to the user, abort. It obeys
 * with the responder (dm/respond.h) on the device's tree. The way may lead to
 * a card or over HTTP: it knows neither, no file and no clock.
 */
#ifndef DMSC_DM_CLIENT_H
#define DMSC_DM_CLIENT_H

#include "dm/cred.h"
#include "dm/respond.h"

struct dmsc_err;

enum { DMSC_DM_MESSAGES = 1024,	/* of a session, where no bound is given */
	DMSC_DM_CHOICES = 32, DMSC_DM_DEFAULT_MSG = 16384 };

/* A message as it travels, and what goes beside it. Views. */
struct dmsc_dm_packet {
	struct dmsc_rd bytes;
	bool xml;
	struct dmsc_rd mac;		/* value of x-syncml-hmac, or none */
	struct dmsc_rd signature;	/* detached CMS (DER), or none */
};
struct dmsc_dm_way {
	void *ctx;
	/* One message to the URI to, and its answer, whose views stay valid
	 * until the next call. An empty answer: the server has no more to
	 * say. What it returns ends the session; e is its to fill. */
	int (*exchange)(void *ctx, const char *to,
	    const struct dmsc_dm_packet *out, struct dmsc_dm_packet *in,
	    struct dmsc_err *e);
};

/* Alerts 1100 to 1104 (reference 5.3). */
struct dmsc_dm_question {
	unsigned alert;
	unsigned min_s, max_s;		/* of display; 0: not said */
	const char *preset;		/* DR: "1", "John Doe"; NULL */
	unsigned max_chars;		/* INPUT; 0: not said */
	char input;			/* A N D T P I */
	bool hidden;			/* a password */
	const char *text;
	const char *const *choices;	/* numbered from 1 */
	size_t n_choices;
};
/* Alert 1226 or 1224; texts may be NULL but type and format. */
struct dmsc_dm_event {
	unsigned code;
	const char *source, *type, *format, *mark, *correlator;
	struct dmsc_rd data;
};

/* What the device knows and does; each may be NULL. */
struct dmsc_dm_client_hooks {
	void *ctx;
	/* Its answer is the Status of the Alert: 200, 304 (no), 214
	 * (cancelled), 408 (too late), 416; what was typed into text, the
	 * number of a choice, those of several as "1-3". NULL: 406. */
	unsigned (*ask)(void *ctx, const struct dmsc_dm_question *q,
	    struct dmsc_buf *text);
	/* The next event for package 1 or 3; false: no more. *out stays
	 * valid until its status is told, in order. */
	bool (*event)(void *ctx, struct dmsc_dm_event *out);
	void (*event_told)(void *ctx, unsigned status);
	/* Before the commands of a message are obeyed: 200, or what all of
	 * them are answered. Where it is no 200 the session ends with that
	 * answer, and e says why. */
	unsigned (*trust)(void *ctx, const struct dmsc_dm_packet *in,
	    struct dmsc_err *e);
	/* After each message obeyed: the tree (changed) and the nonces of
	 * the next session are to be kept. NULL: nothing new. What it
	 * returns ends the session. */
	int (*keep)(void *ctx, bool changed,
	    const struct dmsc_dm_nonce *client,
	    const struct dmsc_dm_nonce *server, struct dmsc_err *e);
	/* A Status of ours, as it goes out. */
	void (*told)(void *ctx, const struct dmsc_cmd *status);
	/* Bytes for nonces. NULL: servers are not challenged. */
	int (*random)(void *ctx, uint8_t *out, size_t n);
};

struct dmsc_dm_client {
	struct dmsc_tree *tree;
	struct dmsc_dm_way way;
	struct dmsc_dm_client_hooks hooks;
	/* rule, room, exec and elsewhere; the others are the client's. */
	struct dmsc_dm_hooks nodes;
	const char *server_id;		/* whose ACL rights it has */
	const char *to;			/* the server's address */
	const char *device;		/* DevId */
	/* Ours and the server's; scheme NONE: none is shown, none asked. */
	struct dmsc_cred_login client, server;
	unsigned session;		/* 1..FFFF */
	bool asked;			/* by Package #0: Alert 1200 */
	bool xml;
	size_t max_msg, max_obj;	/* that we take; 0: the defaults */
	size_t peer_msg;		/* that it takes, until it says so */
	unsigned max_messages;		/* 0: DMSC_DM_MESSAGES */
	const char *now;		/* TStamp, or NULL */
	unsigned props;			/* DMSC_DM_SIZE ... */
};
struct dmsc_dm_outcome {
	unsigned messages;		/* sent */
	size_t sent, received;		/* bytes */
	unsigned commands;		/* obeyed or refused, Status given */
	bool changed;			/* the tree */
	bool aborted;			/* by the server (1223) */
	unsigned status;		/* of our last header; 0: none */
};

/*
 * A whole session. out is filled in every case. AUTH: the server wants a
 * credential that we do not have. AUTHFAIL: it refuses ours, or its own is
 * missing or wrong (nothing of it was obeyed). FORMAT, SHORT: no message.
 * LIMIT: it never ends, or our answers do not fit. DATA: it refuses our
 * package 1. What way, keep and trust return. The tree is as the last message
 * obeyed left it.
 */
int dmsc_dm_client_run(const struct dmsc_dm_client *c,
    struct dmsc_dm_outcome *out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
