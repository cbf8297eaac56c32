/*
 * The DM-SC application of a card: its state, DM commands to its own tree,
 * messages, login (dmsc-card(7), THE DM-SC APPLICATION). Room store. The tree
 * as a document is /card (dmsc/doc.h); commands here go out at once.
 *
 * URIs are DM URIs: ".", "./Group/A", "./DMAcc?list=Struct",
 * "./DMAcc?prop=ACL". "A" means "./A".
 *
 * Errors of all calls: NOTFOUND where the card has no such application (or it
 * says 404), AUTH and what to type (scp open ...) where the card wants to
 * know who commands (407, 401: AUTHFAIL, 425 and 6982: AUTH), EXISTS (418),
 * SPACE (420), LIMIT (413, 414, 424), UNSUPPORTED (406, 415, 501), SW (405
 * and all other statuses), TRANSPORT. err.dm is the first status that is no
 * success, and *out is set wherever the card has answered: what it did and
 * did not is there.
 */
#ifndef DMSC_DM_H
#define DMSC_DM_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

/* What the card tells of the application: its hello, and to whom it knows
 * the rest. */
struct dmsc_dm_state {
	char *aid;		/* "F0444D2D534301" */
	char *version;		/* "1.0" */
	char **methods;		/* "scp03", "adm", "md5", "mac" */
	size_t n_methods;
	char *to_read;		/* "scp03, adm, md5 or mac" */
	char *to_write;
	char *to_personal;	/* "... and the user's PIN" */
	size_t max_message;	/* bytes of a message, of a node */
	size_t max_object;
	bool authenticated;	/* else what is below is not known: -1 */
	char *server;		/* its ServerID; NULL: the owner, or nobody */
	char *as;		/* "owner", "server", "nobody" */
	int counter;		/* of changes; COUNT, as the next two */
	int free_bytes;		/* "free" in JSON */
	int total;
	bool waits;		/* commands for the device wait */
	unsigned apdus;		/* that this cost */
};

/* What we tell the card of ourselves, by the first object to it. */
struct dmsc_dm_told {
	char *name;		/* "dmsc 1.0" */
	char *version;		/* of the application that we speak to */
	char **methods;		/* as those of the card; and "pin" */
	size_t n_methods;
	size_t max_message, max_object;	/* bytes that we take */
	bool obeys;		/* a session from the card */
};

enum dmsc_dm_verb {
	DMSC_DM_VERB_GET, DMSC_DM_VERB_ADD, DMSC_DM_VERB_REPLACE,
	DMSC_DM_VERB_DELETE, DMSC_DM_VERB_COPY, DMSC_DM_VERB_EXEC
};
struct dmsc_dm_command {
	enum dmsc_dm_verb verb;
	const char *uri;
	const char *to;		/* COPY */
	bool has_value;		/* else no Data goes: an interior node */
	struct dmsc_rd value;
	/* NULL: an Add of a value is chr, without one node; a Replace keeps
	 * the node's own, which the card knows. Format "xml" and Type
	 * "application/vnd.syncml.dmtnds+xml" or "+wbxml": a whole subtree. */
	const char *format, *type;
};

/* One Status of the card. */
struct dmsc_dm_status {
	char *command;		/* "Add", "Atomic", "SyncHdr" */
	char *uri;		/* or NULL */
	unsigned status;
	char *text;		/* "already exists" */
};
/* One Item of its Results. */
struct dmsc_dm_result {
	char *uri;
	char *format;		/* "chr"; NULL: the card says none */
	char *type;
	bool is_text;		/* value is printable UTF-8 */
	bool secret;		/* by its node's name: not to be shown */
	struct dmsc_buf *value;	/* NULL: none came */
};
/* An Alert of the card. */
struct dmsc_dm_alert {
	unsigned code;
	char *uri, *type;	/* or NULL */
	struct dmsc_buf *value;
};
struct dmsc_dm_answer {
	struct dmsc_dm_status *statuses;
	size_t n_statuses;
	struct dmsc_dm_result *results;
	size_t n_results;
	struct dmsc_dm_alert *alerts;
	size_t n_alerts;
	unsigned messages;	/* sent */
	unsigned apdus;
	size_t bytes;		/* of the messages, both ways */
};
extern const struct dmsc_view dmsc_dm_state_view, dmsc_dm_told_view,
    dmsc_dm_status_view,
    dmsc_dm_result_view, dmsc_dm_alert_view, dmsc_dm_answer_view;

/* NOTFOUND: it has none. Unauthenticated is no error here. */
int dmsc_dm_state(struct dmsc_session *s, struct dmsc_dm_state **out)
    DMSC_MUST_CHECK;

/*
 * Sends the commands in their order, in as few messages as the card takes;
 * what is larger than a message goes, and comes, in parts. atomic: all or
 * nothing (no Get, no Exec: USAGE); 507 with the status of each. Without it
 * every command is tried, and the first failure is the error.
 */
int dmsc_dm_run(struct dmsc_session *s, const struct dmsc_dm_command *c,
    size_t n, bool atomic, struct dmsc_dm_answer **out) DMSC_MUST_CHECK;

/* What stands at uri, its node below the root of a tree of its own; of "."
 * all nodes: one Get of ?list=TNDS. What may not be read is left out by the
 * card. The caller frees it. */
int dmsc_dm_tree(struct dmsc_session *s, const char *uri,
    struct dmsc_tree **out) DMSC_MUST_CHECK;

/*
 * A SyncML DM message of someone else, XML or WBXML, as it is: header,
 * credential and all. Further messages of ours ask only for the rest of the
 * answer. DATA: it is none; LIMIT: larger than the card takes.
 */
int dmsc_dm_send(struct dmsc_session *s, struct dmsc_rd message,
    struct dmsc_dm_answer **out) DMSC_MUST_CHECK;

/*
 * A server proves itself by what it shares with the card (./DMAcc): the
 * method is auth-MAC or auth-md5. Stands until a reset, a disconnect, or a
 * login that fails; where other files are read in between, it is shown again.
 * AUTHFAIL: wrong, or not known; BLOCKED: no tries left for it.
 */
struct dmsc_dm_login {
	const char *server;	/* its ServerID */
	const char *name;	/* AAuthName; NULL: the ServerID */
	const struct dmsc_secret *password;
	const char *method;	/* "md5", "mac"; NULL: the best it accepts */
};
int dmsc_dm_login(struct dmsc_session *s, const struct dmsc_dm_login *o,
    struct dmsc_dm_state **out) DMSC_MUST_CHECK;

/* "already exists" for 418; never NULL. */
const char *dmsc_dm_text(unsigned status);
/* The i-th status with its text, in their order; false past the end. */
bool dmsc_dm_row(unsigned i, unsigned *status, const char **text);

#endif
