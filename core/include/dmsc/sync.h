/*
 * A session of the device with a DM server over HTTP, and what any session
 * tells its server. Room device.
 */
#ifndef DMSC_SYNC_H
#define DMSC_SYNC_H

#include <dmsc/device.h>

/* A Generic Alert (1226) that waited for its server. */
struct dmsc_alerted {
	char *source;		/* a URI with "./", or NULL */
	char *type;
	char *data;
	unsigned status;	/* that the server gave; 0: none */
};
extern const struct dmsc_view dmsc_alerted_view;

struct dmsc_sync_opts {
	const char *device;
	const char *server;	/* ServerID; NULL: of package0, or the only
				 * one that the device has an account of */
	const char *url;	/* NULL: of the account */
	const char *ca_file;	/* PEM; NULL: those of this machine */
	bool plain;		/* credentials may go over http: */
	bool xml;		/* else WBXML */
	struct dmsc_rd package0;	/* the server asked; empty: it did
					 * not */
	unsigned tries;		/* of one message; 0: 4 */
	unsigned timeout_ms;	/* of one answer; 0: 30 s */
	enum dmsc_confirm confirm;	/* to what the server asks the user */
	bool dry;		/* nothing is sent */
};
struct dmsc_sync {
	char *device;
	char *card;		/* identity, NULL: none */
	char *server;		/* ServerID; NULL: none was found */
	char *url;
	char *asked;		/* "server", "device" */
	char *session;		/* the last one, "A7"; NULL: there was none */
	struct dmsc_talk_step *commands;
	size_t n_commands;
	struct dmsc_talk_question *questions;
	size_t n_questions;
	struct dmsc_alerted *alerts;
	size_t n_alerts;
	unsigned orders;	/* of servers, carried out */
	unsigned sessions;
	unsigned messages;	/* of the device */
	unsigned retries;	/* of them */
	unsigned to_card;	/* messages that went to its tree */
	bool changed;		/* the device's tree */
	bool aborted;		/* by the server */
	unsigned apdus;
	size_t bytes;		/* of the messages, both ways */
};
extern const struct dmsc_view dmsc_sync_view;

/*
 * The device begins a session with its server, obeys it under the ACL of its
 * tree (./SC: of the card's), then carries out what was ordered; while alerts
 * wait for that server, another session follows, eight at most. With a
 * Package #0: AUTHFAIL where it does not hold, as dmsc_device_session.
 * NOTFOUND: no such account; USAGE: several, credentials over http: without
 * plain. AUTH, AUTHFAIL: the server wants a credential that the account lacks,
 * refuses ours, or its own is missing or wrong. TRANSPORT: no answer, or it
 * is busy; SIGNER: its certificate; DATA: what it says is no DM message;
 * LIMIT: too much, for too long, or without end. NOANSWER: nobody answered
 * the user's questions. The tree is as the last whole message left it. *out is
 * set in all these cases once the device is known.
 */
int dmsc_device_sync(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    struct dmsc_sync **out) DMSC_MUST_CHECK;

#endif
