/* A device's DM session over HTTP (device/web.h). */
#include "device/web.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/clock.h"

enum { HTTP_OK = 200, HTTP_EMPTY = 204, HTTP_MOVED = 300,
	HTTP_UNAUTHORIZED = 401, HTTP_LATE = 408, HTTP_MANY = 429,
	HTTP_BAD_GATEWAY = 502, HTTP_BUSY = 503, HTTP_GATEWAY_LATE = 504,
	HTTP_CLIENT = 400, SLICE_MS = 100, SECOND_MS = 1000,
	US_OF_MS = 1000 };

struct dmsc_web {
	struct dmsc_web_opts o;
	struct dmsc_http *http;
	struct dmsc_http_answer a;
	unsigned waited, retries;
	uint64_t begun;			/* microseconds */
};

static const char wbxml[] = "application/vnd.syncml.dm+wbxml",
    xml[] = "application/vnd.syncml.dm+xml";

int
dmsc_web_new(const struct dmsc_web_opts *o, struct dmsc_web **out,
    struct dmsc_err *e)
{
	const struct dmsc_http_opts h = { .ca_file = o->ca_file,
	    .interrupted = o->interrupted };
	struct dmsc_web *w = calloc(1, sizeof *w);
	int r;

	*out = NULL;
	if (w == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	w->o = *o;
	w->o.max = o->max == 0 ? DMSC_WEB_MAX : o->max;
	w->o.tries = o->tries == 0 ? DMSC_WEB_TRIES : o->tries;
	w->o.pause_ms = o->pause_ms == 0 ? DMSC_WEB_PAUSE_MS : o->pause_ms;
	w->o.wait_ms = o->wait_ms == 0 ? DMSC_WEB_WAIT_MS : o->wait_ms;
	w->o.timeout_ms = o->timeout_ms == 0 ? DMSC_WEB_TIMEOUT_MS :
	    o->timeout_ms;
	w->o.total_ms = o->total_ms == 0 ? DMSC_WEB_TOTAL_MS : o->total_ms;
	w->begun = dmsc_now_us();
	if ((r = dmsc_http_new(&h, &w->http, e)) != DMSC_E_OK) {
		free(w);
		return r;
	}
	*out = w;
	return DMSC_E_OK;
}

void
dmsc_web_free(struct dmsc_web **w)
{
	if (*w == NULL)
		return;
	dmsc_http_answer_clear(&(*w)->a);
	dmsc_http_free(&(*w)->http);
	free(*w);
	*w = NULL;
}

unsigned
dmsc_web_retries(const struct dmsc_web *w)
{
	return w->retries;
}

static bool
begins(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

/* Scheme, host and port of a URL, as one text; 0: it has none. */
static size_t
origin(const char *url)
{
	const char *p = strstr(url, "://");

	return p == NULL ? 0 : (size_t)(p - url) + 3 +
	    strcspn(p + 3, "/?#\\");
}

static bool
same_origin(const char *a, const char *b)
{
	size_t n = origin(a);

	return n > 0 && n == origin(b) && strncasecmp(a, b, n) == 0;
}

/* Where the server sends us by RespURI. */
static int
check_to(const struct dmsc_web *w, const char *to, struct dmsc_err *e)
{
	if (strcmp(to, w->o.url) == 0 || begins(to, "https://") ||
	    (begins(to, "http://") && begins(w->o.url, "http://")))
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_DATA,
	    "the server names an address that is not followed");
	(void)dmsc_err_where(e, "%s", to);
	return dmsc_err_why(e, "%s", begins(to, "http://") ?
	    "from https: to http:" : "neither http: nor https:");
}

static bool
is_type(const char *type, const char *want)
{
	size_t n = strlen(want);

	return strncasecmp(type, want, n) == 0 &&
	    strchr("; \t", type[n]) != NULL;
}

/* Whether the same message may be sent again. */
static bool
passes(int r, unsigned status)
{
	return r == DMSC_E_TRANSPORT || (r == DMSC_E_OK &&
	    (status == HTTP_LATE || status == HTTP_MANY ||
	    status == HTTP_BAD_GATEWAY || status == HTTP_BUSY ||
	    status == HTTP_GATEWAY_LATE));
}

/* A pause, unless it is longer than what is left: false. */
static bool
wait_for(struct dmsc_web *w, unsigned n)
{
	unsigned left = w->o.wait_ms - w->waited, ms = w->o.pause_ms, i;

	for (i = 0; i < n && ms < left; i++)
		ms = ms > left / 2 ? left : 2 * ms;
	if (w->a.retry_after > left / SECOND_MS)
		return false;
	ms = w->a.retry_after > 0 ? w->a.retry_after * SECOND_MS : ms;
	if (ms > left)
		return false;
	w->waited += ms;
	for (i = 0; i < ms; i += SLICE_MS) {
		if (w->o.interrupted != NULL && *w->o.interrupted != 0)
			return false;
		dmsc_sleep_ms(DMSC_MIN(ms - i, (unsigned)SLICE_MS));
	}
	return true;
}

/* What is left of the session's time. */
static int
time_left(const struct dmsc_web *w, unsigned *ms, struct dmsc_err *e)
{
	uint64_t gone = (dmsc_now_us() - w->begun) / US_OF_MS;

	if (gone < w->o.total_ms) {
		*ms = w->o.total_ms - (unsigned)gone;
		*ms = DMSC_MIN(*ms, w->o.timeout_ms);
		return DMSC_E_OK;
	}
	(void)dmsc_fail(e, DMSC_E_LIMIT,
	    "the server does not end the session");
	(void)dmsc_err_where(e, "%s", w->o.url);
	(void)dmsc_err_why(e, "it takes longer than %u s",
	    w->o.total_ms / SECOND_MS);
	return DMSC_E_LIMIT;
}

static int
send_it(struct dmsc_web *w, struct dmsc_http_req *q, struct dmsc_err *e)
{
	unsigned n;
	int r = DMSC_E_OK;

	for (n = 0; n < w->o.tries; n++) {
		dmsc_http_answer_clear(&w->a);
		dmsc_err_clear(e);
		if ((r = time_left(w, &q->timeout_ms, e)) != DMSC_E_OK)
			return r;
		w->retries += n > 0;
		r = dmsc_http_do(w->http, q, &w->a, e);
		if (!passes(r, w->a.status) || n + 1 == w->o.tries ||
		    !wait_for(w, n))
			return r;
	}
	return r;
}

/* A status that is no answer. */
static int
refused(const struct dmsc_web *w, bool shown, struct dmsc_err *e)
{
	unsigned s = w->a.status;
	int r = DMSC_E_TRANSPORT;

	if (s == HTTP_UNAUTHORIZED) {
		r = shown ? DMSC_E_AUTHFAIL : DMSC_E_AUTH;
		(void)dmsc_fail(e, r, shown ?
		    "the server refuses our HTTP credential" :
		    "the server wants an HTTP credential");
	} else if (s >= HTTP_MOVED && s < HTTP_CLIENT) {
		r = DMSC_E_DATA;
		(void)dmsc_fail(e, r, "the server sends us elsewhere");
	} else
		(void)dmsc_fail(e, r, passes(DMSC_E_OK, s) ?
		    "the server is busy" : "the server refuses the message");
	(void)dmsc_err_where(e, "%s", w->o.url);
	(void)dmsc_err_why(e, w->a.retry_after > 0 ?
	    "HTTP status %u; it asks for %u seconds" : "HTTP status %u", s,
	    w->a.retry_after);
	return r;
}

static int
take(const struct dmsc_web *w, struct dmsc_dm_packet *in,
    struct dmsc_err *e)
{
	memset(in, 0, sizeof *in);
	if (w->a.body == NULL || w->a.body->len == 0)
		return DMSC_E_OK;	/* it has no more to say */
	in->bytes = dmsc_buf_rd(w->a.body);
	in->mac = dmsc_rd_str(w->a.hmac);
	in->xml = is_type(w->a.type, xml);
	if (in->xml || is_type(w->a.type, wbxml))
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_DATA,
	    "the server's answer is no DM message");
	(void)dmsc_err_where(e, "%s", w->o.url);
	return dmsc_err_why(e, "Content-Type: %s", *w->a.type == '\0' ?
	    "none" : w->a.type);
}

int
dmsc_web_exchange(void *ctx, const char *to,
    const struct dmsc_dm_packet *out, struct dmsc_dm_packet *in,
    struct dmsc_err *e)
{
	struct dmsc_web *w = ctx;
	char hmac[DMSC_HTTP_TEXT];
	bool show = w->o.user != NULL && same_origin(to, w->o.url);
	struct dmsc_http_req q = { .url = to,
	    .type = out->xml ? xml : wbxml, .body = out->bytes,
	    .hmac = out->mac.left > 0 ? hmac : NULL,
	    .user = show ? w->o.user : NULL, .password = w->o.password,
	    .digest = w->o.digest, .plain = w->o.plain,
	    .secret = w->o.secret, .max = w->o.max };
	int r = check_to(w, to, e);

	if (r != DMSC_E_OK)
		return r;
	if (out->mac.left >= sizeof hmac)
		return dmsc_fail(e, DMSC_E_LIMIT,
		    "our message's code is too long");
	memcpy(hmac, out->mac.p == NULL ? (const void *)"" : out->mac.p,
	    out->mac.left);
	hmac[out->mac.left] = '\0';
	if ((r = send_it(w, &q, e)) != DMSC_E_OK)
		return r;
	if (w->a.status != HTTP_OK && w->a.status != HTTP_EMPTY)
		return refused(w, show, e);
	return take(w, in, e);
}
