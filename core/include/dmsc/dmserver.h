/*
 * A DM 1.2 server over HTTP, for tests and demonstrations: devices that have
 * an account are spoken to, and the caller says what they are commanded, a
 * batch at a time. Room session.
 */
#ifndef DMSC_DMSERVER_H
#define DMSC_DMSERVER_H

#include <dmsc/session.h>

enum { DMSC_DMSERVER_ACCOUNTS = 64, DMSC_DMSERVER_NONCE = 92,
	DMSC_DMSERVER_FILES = 16 };

/* scheme: "none", "basic", "md5", "mac". The nonce is bytes. */
struct dmsc_dmserver_login {
	const char *scheme, *user;
	struct dmsc_rd secret, nonce;
};
struct dmsc_dmserver_account {
	const char *device;		/* DevId; "*": any */
	struct dmsc_dmserver_login client, server;	/* what each shows */
};

/* What a GET of path brings, beside the sessions: a package, an icon. */
struct dmsc_dmserver_file {
	const char *path;		/* "/modem-2.0" */
	struct dmsc_rd bytes;
};

/* One command, and what became of it. */
struct dmsc_dmserver_command {
	const char *name;		/* "get", "add", ..., "alert" */
	const char *uri, *source, *format, *type, *correlator;
	bool has_data;
	struct dmsc_rd data;
	unsigned alert;			/* its code, and its Items */
	const char *const *texts;
	size_t n_texts;
	unsigned status;		/* 0: none came */
	char nonce[DMSC_DMSERVER_NONCE];	/* of a challenge with it */
};
struct dmsc_dmserver_batch {
	struct dmsc_dmserver_command *v;	/* valid until the next call */
	size_t n, n_group;		/* these are one Atomic or Sequence */
	bool sequence, abort;
};
/* An Item of Results, or what the user typed. */
struct dmsc_dmserver_result {
	size_t of;			/* which command */
	const char *uri, *format, *type;	/* each may be NULL */
	struct dmsc_rd data;
	struct dmsc_buf *raw;		/* the server's own */
};

/* A session, for the hooks. info is DevInfo; NULL: not told yet. */
struct dmsc_dmserver_session {
	unsigned long number;		/* 1, 2, ... of this server */
	const char *device, *id;	/* DevId, SessionID */
	unsigned alert;			/* 1200 or 1201 */
	const struct dmsc_tree *info;
};
struct dmsc_dmserver_event {
	unsigned code;			/* 1226, 1224 */
	const char *source, *type, *format, *mark, *correlator;
	struct dmsc_rd data;
};

/* What happened, for a log; it has no secrets: of a value at most its
 * beginning, of a secret one only its size. */
struct dmsc_dmserver_entry {
	char *event;	/* "listening", "begun", "message", "command",
			 * "result", "alert", "ended", "refused" */
	char *at;			/* "2026-01-02T03:04:05Z" */
	unsigned session;		/* number; 0: none */
	char *device, *id;
	char *url;			/* listening */
	unsigned pid;
	unsigned message;		/* the device's, 1, 2, ... */
	char *encoding;			/* "wbxml", "xml" */
	size_t received, sent;		/* bytes */
	char *credential;		/* "ok", "missing", "wrong" */
	char *command, *uri, *type, *value;
	size_t size;			/* of the value */
	unsigned status;
	char *state;			/* ended: "done", "aborted", ... */
	char *error;
};
extern const struct dmsc_view dmsc_dmserver_entry_view;

/* The credential (syncml:auth-md5, base64) for such a challenge, of ./SC:
 * dmsc-device-server(1). DATA: the nonce is none. */
int dmsc_dmserver_credential(const char *user, struct dmsc_rd secret,
    const char *nonce, struct dmsc_buf *out) DMSC_MUST_CHECK;

struct dmsc_dmserver_hooks {
	void *ctx;
	/* The commands that come next; the last batch is answered in place,
	 * v holds its results. out left empty: all is said. Not OK: the
	 * session ends, with the session's record. */
	int (*next)(void *ctx, const struct dmsc_dmserver_session *d,
	    const struct dmsc_dmserver_result *v, size_t n,
	    struct dmsc_dmserver_batch *out);
	/* May be NULL. Its answer is the Alert's Status. */
	unsigned (*event)(void *ctx, const struct dmsc_dmserver_session *d,
	    const struct dmsc_dmserver_event *ev);
	void (*over)(void *ctx, const struct dmsc_dmserver_session *d,
	    const char *state);
	void (*log)(void *ctx, const struct dmsc_dmserver_entry *e);
};

struct dmsc_dmserver_opts {
	const char *address;		/* NULL: 127.0.0.1 */
	unsigned port;			/* 0: any that is free */
	const char *cert, *key;		/* PEM text: HTTPS; NULL: HTTP */
	const char *url;		/* that devices know; NULL: made */
	bool xml;			/* speaks XML whatever comes */
	size_t max_msg, max_obj;	/* 0: 16384, 1 MiB */
	const struct dmsc_dmserver_account *accounts;
	size_t n_accounts;
	const struct dmsc_dmserver_file *files;
	size_t n_files;
	/*
	 * A server that misbehaves, for tests of clients: "nonsense",
	 * "much" (8 MiB), "late" (by bad_ms), "wrong" (another secret),
	 * "forever" (never ends a session), "busy" (503), "broken" (500).
	 * NULL: none. It begins behind bad_after good answers.
	 */
	const char *bad;
	unsigned bad_after, bad_ms;
	struct dmsc_dmserver_hooks hooks;
};
struct dmsc_dmserver;

/* The texts of o and what it points to live longer. USAGE: an account or bad
 * is none; LOCKED: the port is in use; UNSUPPORTED: no libmicrohttpd. */
int dmsc_dmserver_new(struct dmsc_session *s,
    const struct dmsc_dmserver_opts *o, struct dmsc_dmserver **out)
    DMSC_MUST_CHECK;
void dmsc_dmserver_free(struct dmsc_dmserver **d);
unsigned dmsc_dmserver_port(const struct dmsc_dmserver *d);
const char *dmsc_dmserver_url(const struct dmsc_dmserver *d);
/* Serves for ms milliseconds, or until sessions have ended as often as that
 * (0: any number). *ended counts them; may be NULL. INTERRUPTED. */
int dmsc_dmserver_run(struct dmsc_dmserver *d, unsigned ms, unsigned sessions,
    unsigned *ended) DMSC_MUST_CHECK;
/* A Package #0 for a device that has an account (OMA DM Notification):
 * session 1..FFFF; ui "any", "background", "inform", "interact". */
int dmsc_dmserver_package0(struct dmsc_dmserver *d, const char *device,
    unsigned session, const char *ui, struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
