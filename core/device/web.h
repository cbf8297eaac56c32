/*
 * The way of a device's DM session over HTTP and HTTPS (HTTP binding 1.2): a
 * dmsc_dm_way of dm/client.h. What a server does wrong ends it: no message of
 * DM, more than max, later than timeout_ms, a refusal. One that is busy or not
 * reached is asked again, the same message, with a pause that doubles or that
 * it asks for (Retry-After); tries and wait_ms bound that, and
 * total_ms the whole.
 */
#ifndef DMSC_DEVICE_WEB_H
#define DMSC_DEVICE_WEB_H

#include "dm/client.h"
#include "net/http.h"

enum { DMSC_WEB_TRIES = 4, DMSC_WEB_PAUSE_MS = 500,
	DMSC_WEB_WAIT_MS = 60000, DMSC_WEB_MAX = 1 << 20,
	DMSC_WEB_TIMEOUT_MS = 30000, DMSC_WEB_TOTAL_MS = 600000 };

struct dmsc_web_opts {
	const char *url;		/* of the account; not a RespURI */
	const char *ca_file;		/* as struct dmsc_http_opts */
	const volatile int *interrupted;
	const char *user;		/* HTTP-BASIC, HTTP-DIGEST; NULL */
	const struct dmsc_secret *password;
	bool digest;
	bool plain;			/* credentials may go over http: */
	bool secret;			/* there are such in the messages */
	size_t max;			/* bytes of an answer */
	unsigned timeout_ms;		/* of one request */
	unsigned tries;			/* of one message */
	unsigned pause_ms;		/* the first pause */
	unsigned wait_ms;		/* all pauses of the session */
	unsigned total_ms;		/* all of the session */
};					/* 0: as above */

struct dmsc_web;

/* o is copied, what it points to lives longer. */
int dmsc_web_new(const struct dmsc_web_opts *o, struct dmsc_web **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_web_free(struct dmsc_web **w);
/*
 * exchange of dmsc_dm_way; ctx is the dmsc_web. TRANSPORT: not reached, or it
 * stays busy. AUTH, AUTHFAIL: it wants an HTTP credential, or refuses ours.
 * DATA: what it says is no message, or it sends us on, or from https: to
 * http:. LIMIT: too much, or the session takes
 * too long. USAGE: credentials over http: without plain. A
 * RespURI of another host gets no HTTP credential.
 */
int dmsc_web_exchange(void *ctx, const char *to,
    const struct dmsc_dm_packet *out, struct dmsc_dm_packet *in,
    struct dmsc_err *e) DMSC_MUST_CHECK;
unsigned dmsc_web_retries(const struct dmsc_web *w);

#endif
