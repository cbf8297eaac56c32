/*
 * HTTP as OMA DM uses it (HTTP binding 1.2): a client over libcurl, and a
 * small server for tests and demonstrations over libmicrohttpd. Both
 * libraries, and the TLS that they bring, are loaded at the first use, and not
 * before; where they lack: UNSUPPORTED, and what to install.
 */
#ifndef DMSC_NET_HTTP_H
#define DMSC_NET_HTTP_H

#include <dmsc/secret.h>

enum { DMSC_HTTP_TEXT = 512,		/* bytes of a header's value */
	DMSC_HTTP_MAX = 16 << 20 };	/* of a body, where nobody says less */

struct dmsc_http;

struct dmsc_http_opts {
	const char *ca_file;		/* PEM; NULL: those of this machine */
	/* Ends a request; may be NULL. */
	const volatile int *interrupted;
};
/* One connection after the other, kept open between requests. */
int dmsc_http_new(const struct dmsc_http_opts *o, struct dmsc_http **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_http_free(struct dmsc_http **h);

struct dmsc_http_req {
	const char *url;		/* http: or https: */
	const char *type;		/* Content-Type; NULL: a GET */
	const char *hmac;		/* x-syncml-hmac; NULL: none */
	struct dmsc_rd body;
	const char *user;		/* HTTP-BASIC or HTTP-DIGEST; NULL */
	const struct dmsc_secret *password;
	bool digest;
	bool plain;	/* credentials may go over http: */
	bool secret;	/* the body itself has credentials */
	size_t max;	/* bytes of the answer, 0: DMSC_HTTP_MAX */
	unsigned timeout_ms;	/* of all of it, 0: 30 s */
};
struct dmsc_http_answer {
	unsigned status;
	char type[DMSC_HTTP_TEXT];	/* "" where there is none */
	char hmac[DMSC_HTTP_TEXT];
	unsigned retry_after;		/* seconds, 0: not told */
	struct dmsc_buf *body;
};
/*
 * Sends and waits. USAGE: no such URL, or credentials over http: without
 * plain: nothing was sent. TRANSPORT: no answer, and why; SIGNER: the server's
 * certificate does not hold; LIMIT: the answer is larger than max. OK whatever
 * the status says. Redirections are answers, not followed.
 */
int dmsc_http_do(struct dmsc_http *h, const struct dmsc_http_req *q,
    struct dmsc_http_answer *out, struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_http_answer_clear(struct dmsc_http_answer *a);

struct dmsc_httpd;

struct dmsc_httpd_req {
	const char *method, *path;
	const char *type, *hmac, *authorization;	/* "" where absent */
	struct dmsc_rd body;
};
struct dmsc_httpd_answer {
	unsigned status;
	const char *type;		/* NULL: none */
	char hmac[DMSC_HTTP_TEXT];	/* "" */
	const char *challenge;		/* WWW-Authenticate; NULL: none */
	unsigned retry_after;		/* 0: not told */
	struct dmsc_buf *body;		/* empty at first */
};
struct dmsc_httpd_opts {
	const char *address;		/* NULL: 127.0.0.1 */
	unsigned port;			/* 0: any that is free */
	const char *cert, *key;		/* PEM text: HTTPS; NULL: HTTP */
	size_t max;			/* bytes of a request's body */
	/* One request; a failure is answered with 500. */
	int (*serve)(void *ctx, const struct dmsc_httpd_req *q,
	    struct dmsc_httpd_answer *a);
	void *ctx;
};
/* o is copied, its texts and ctx live longer. LOCKED: the port is in use. */
int dmsc_httpd_new(const struct dmsc_httpd_opts *o, struct dmsc_httpd **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
unsigned dmsc_httpd_port(const struct dmsc_httpd *h);
/* Serves what comes within timeout_ms, in this thread. */
int dmsc_httpd_run(struct dmsc_httpd *h, unsigned timeout_ms,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_httpd_free(struct dmsc_httpd **h);

#endif
