/*
 * The simulated device: its tree, and what it does with a card at power-on
 * (use case 5.1; USE-1..3, GEN-2, GEN-6, GEN-21). Room device. A device is a
 * name; its tree is a TNDS XML file below the state folder.
 */
#ifndef DMSC_DEVICE_H
#define DMSC_DEVICE_H

#include <dmsc/dm.h>
#include <dmsc/secret.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

enum dmsc_confirm { DMSC_CONFIRM_ASK, DMSC_CONFIRM_YES, DMSC_CONFIRM_NO };

struct dmsc_device_pin {
	unsigned ref;
	struct dmsc_secret *value;	/* borrowed */
};
struct dmsc_scp_opts;			/* dmsc/scp.h */
struct dmsc_poweron_opts {
	const char *device;		/* NULL: "default" */
	enum dmsc_confirm confirm;	/* for documents that ask (USE-1) and,
					 * by setting, for silent ones */
	const char *group;		/* NULL: all documents */
	bool ask_silent;		/* USE-3: the device's own setting */
	bool spend_try;
	const struct dmsc_device_pin *pins;
	size_t n_pins;
	const struct dmsc_scp_opts *channel;	/* the device's own keys: a
					 * secure channel first; NULL: none */
	/* Whose signatures of documents it trusts from now on, a setting:
	 * certificates, PEM or DER; empty: as before; none: nobody's, and no
	 * document is held against one. only: unsigned ones are refused. */
	struct dmsc_rd trust;
	bool trust_none, signed_only;
	bool dry;
	bool cat;			/* with the toolkit over PC/SC too */
	const char *imei;		/* that the card may ask; NULL: none */
};

struct dmsc_taken {
	char *document;		/* its name */
	char *kind;
	char *state;		/* "added", "replaced", "unchanged", "skipped",
				 * "refused", "removed", "kept", "broken" */
	char *why;		/* "needs PIN81", or NULL */
	char **places;		/* URIs of MOs in the device's tree */
	size_t n_places;
};
struct dmsc_event;			/* dmsc/events.h */
struct dmsc_talk;			/* below */
struct dmsc_service;			/* dmsc/services.h */
struct dmsc_alerted;			/* dmsc/sync.h */
struct dmsc_poweron {
	char *device;
	char *card;		/* identity or NULL */
	char *provisioning;	/* "found", or why there is none */
	/* The DM-SC application's hello, NULL: the card has none; and what
	 * the device told it. */
	struct dmsc_dm_state *application;
	struct dmsc_dm_told *told;
	bool by_counter;	/* nothing was read: the card has proved that
				 * it is unchanged */
	struct dmsc_taken *documents;
	size_t n_documents;
	bool changed;		/* the device's tree changed */
	unsigned orders;	/* carried out first, left by a cut */
	unsigned apdus;		/* since the reset, but the toolkit's */
	size_t bytes;
	unsigned apdus_hello;	/* of them: what the application can */
	unsigned apdus_read;	/* and to list and read documents */
	unsigned ms;		/* milliseconds, from the reset on */
	struct dmsc_event *events;	/* what the card said meanwhile */
	size_t n_events;
	struct dmsc_talk *sessions;	/* that it asked for by that */
	size_t n_sessions;
	struct dmsc_service *services;	/* as they are now
					 * (dmsc/services.h) */
	size_t n_services;
};
struct dmsc_device_info {
	char *device;
	char *file;
	char *card;		/* the last one seen */
	struct dmsc_taken *documents;
	size_t n_documents;
	size_t nodes;
};
/* A session from the card: it commanded, the device obeyed or refused. */
struct dmsc_talk_opts {
	const char *device;
	enum dmsc_confirm confirm;	/* to what the card asks the user */
	bool anyway;		/* the card did not ask: the device begins */
	struct dmsc_rd trust;	/* certificates, PEM or DER, each trusted by
				 * itself, of who signs the card's commands;
				 * empty: the one that signed first */
};
struct dmsc_talk_step {
	char *command;		/* "Replace", "Alert" */
	char *uri;		/* or NULL */
	unsigned status;	/* that the device gave */
	char *text;
};
struct dmsc_talk_question {
	char *kind;		/* "display", "confirm", "input", "choice",
				 * "choices" */
	char *text;
	unsigned status;
};
struct dmsc_talk_told {		/* by the device, Generic Alert 1226 */
	char *uri;
	char *change;		/* "added", "changed", "removed" */
	unsigned status;	/* that the card gave; 0: none */
};
struct dmsc_talk {
	char *device;
	char *card;
	char *asked;		/* "card", "device"; NULL: nobody, and there
				 * was no session */
	char *server;		/* ServerID of the card */
	char *session;		/* "A7" */
	char *signer;		/* of the card's commands; NULL: none came */
	struct dmsc_talk_step *commands;
	size_t n_commands;
	struct dmsc_talk_question *questions;
	size_t n_questions;
	struct dmsc_talk_told *told;
	size_t n_told;
	struct dmsc_alerted *alerts;	/* told too (dmsc/sync.h) */
	size_t n_alerts;
	unsigned orders;	/* of servers, carried out afterwards */
	unsigned messages;	/* of the device */
	bool changed;		/* its tree */
	bool aborted;		/* by the card */
	unsigned apdus;
	size_t bytes;		/* of the messages, both ways */
};
extern const struct dmsc_view dmsc_talk_view;
/* A DM server's message to the device, and what the device answered. */
struct dmsc_server_opts {
	const char *device;
	const char *server;	/* its ServerID, as if it had proved it */
	const struct dmsc_secret *password;	/* that it shares with the
				 * card: the card's challenge is answered;
				 * NULL: it is not */
	bool sealed;		/* the message is for the card, which takes
				 * it as it is, under auth-MAC of password;
				 * the device does not open it */
	bool dry;		/* the device's tree stays; the card is asked
				 * nothing, so commands for it get 500 */
	enum dmsc_confirm confirm;	/* to what its orders ask the user */
};
struct dmsc_device_reply {
	char *device;
	char *server;
	bool changed;		/* the device's tree */
	unsigned to_card;	/* messages that went to the card */
	unsigned orders;	/* of servers, carried out afterwards */
	char *nonce;		/* base64: the card's challenge; NULL: none */
	struct dmsc_dm_answer *answer;
	struct dmsc_buf *message;	/* the answer, as it would be sent */
};
extern const struct dmsc_view dmsc_device_reply_view;
extern const struct dmsc_view dmsc_taken_view, dmsc_poweron_view,
    dmsc_device_info_view;

/* The toolkit runs on the embedded card, elsewhere with cat only. A cold
 * reset first; no card connected is power-on without a card. NOANSWER
 * (a document asks and nobody answered) and DATA (a document is broken) come
 * with a report that says which; the other documents were dealt with. */
int dmsc_device_poweron(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o, struct dmsc_poweron **out)
    DMSC_MUST_CHECK;
int dmsc_device_show(struct dmsc_session *s, const char *device,
    struct dmsc_device_info **out) DMSC_MUST_CHECK;
/* The device's tree, owned by the caller. */
int dmsc_device_tree(struct dmsc_session *s, const char *device,
    struct dmsc_tree **out) DMSC_MUST_CHECK;
/* From what the card's documents hold to what the device took from them. */
int dmsc_device_diff(struct dmsc_session *s, const char *device,
    struct dmsc_diff **out) DMSC_MUST_CHECK;
/*
 * The session that the card asks for by EF.NOTICE (or without it: anyway).
 * Its Package #0 is checked: AUTHFAIL, and nothing was said to the card, for
 * a server that the device has no account of, a digest that is not that
 * server's, a request that was used before. The card's commands count when it
 * has shown its credential and signed them: AUTHFAIL, SIGNER (unsigned, or by
 * somebody else), MISMATCH (a bad signature). NOTFOUND: it has no DM-SC
 * application. LIMIT: it never ends. NOANSWER: nobody answered the user's
 * questions. *out is set in all these cases once the device is known.
 */
int dmsc_device_session(struct dmsc_session *s,
    const struct dmsc_talk_opts *o, struct dmsc_talk **out) DMSC_MUST_CHECK;
/* The user changes a setting of the device: a leaf that there is. NOTFOUND,
 * USAGE for an interior node, DATA: not of its format. */
int dmsc_device_set(struct dmsc_session *s, const char *device,
    const char *uri, struct dmsc_rd value) DMSC_MUST_CHECK;
/*
 * Hands a SyncML DM message (XML or WBXML) to the device as from that server:
 * it obeys on its tree under the tree's ACL. ./SC of it is the tree of the
 * card's DM-SC application: what is said there goes to the card with the
 * server's own name and credential, and the card judges. The first status
 * that is no success is the error (as in dmsc/dm.h), with *out. DATA: it is
 * no message. USAGE: no ServerID; sealed without a password.
 */
int dmsc_device_server(struct dmsc_session *s,
    const struct dmsc_server_opts *o, struct dmsc_rd message,
    struct dmsc_device_reply **out) DMSC_MUST_CHECK;
/* Back to a new device: all state of it is removed. */
int dmsc_device_reset(struct dmsc_session *s, const char *device)
    DMSC_MUST_CHECK;

#endif
