/* A DM server over HTTP (HTTP binding 1.2), for tests and demonstrations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/clock.h"
#include "dm/pkg0.h"
#include "session/dmserver.h"
#include "session/session.h"

static const char wbxml[] = "application/vnd.syncml.dm+wbxml";
static const char xml[] = "application/vnd.syncml.dm+xml";

enum { BODY = 4 << 20, MUCH = 8 << 20, SLICE_MS = 50, LATE_MS = 60000,
	RETRY_S = 1, OK_STATUS = 200, BAD_REQUEST = 400, NO_FILE = 404,
	NO_METHOD = 405, NO_TYPE = 415, BROKEN = 500, BUSY = 503 };

/* ---- servers that misbehave */

static int
bad_of(const char *name, enum dmsrv_bad *out)
{
	static const char *const names[] = { [BAD_NONSENSE] = "nonsense",
		[BAD_MUCH] = "much", [BAD_LATE] = "late",
		[BAD_WRONG] = "wrong", [BAD_FOREVER] = "forever",
		[BAD_BUSY] = "busy", [BAD_BROKEN] = "broken" };
	size_t i;

	*out = BAD_NONE;
	if (name == NULL)
		return DMSC_E_OK;
	for (i = BAD_NONSENSE; i < DMSC_COUNT(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum dmsrv_bad)i;
			return DMSC_E_OK;
		}
	return DMSC_E_USAGE;
}

static void
wait_late(const struct dmsc_dmserver *d)
{
	uint64_t end = dmsc_now_us() + 1000 * (uint64_t)(d->o.bad_ms == 0 ?
	    LATE_MS : d->o.bad_ms);

	while (dmsc_now_us() < end && !d->s->interrupted)
		dmsc_sleep_ms(SLICE_MS);
}

/* Spoils an answer that is good. */
static int
spoil(const struct dmsc_dmserver *d, struct dmsc_buf *body)
{
	int r = DMSC_E_OK;
	size_t i;

	if (dmsrv_is_bad(d, BAD_NONSENSE)) {
		for (i = 0; i < body->len; i++)
			body->p[i] = (uint8_t)(i * 7 + 13);
	}
	while (dmsrv_is_bad(d, BAD_MUCH) && r == DMSC_E_OK &&
	    body->len < MUCH)
		r = dmsc_buf_str(body, "too much of it, and then some more, "
		    "and no end to be seen of it anywhere, ");
	return r;
}

/* ---- requests */

static int
refuse(struct dmsc_dmserver *d, struct dmsc_httpd_answer *a, unsigned status,
    const char *why)
{
	a->status = status;
	a->retry_after = status == BUSY ? RETRY_S : 0;
	dmsrv_log_refused(d, status, why);
	return DMSC_E_OK;
}

static bool
is_type(const char *got, const char *want)
{
	size_t n = strlen(want);

	return strncasecmp(got, want, n) == 0 && (got[n] == '\0' ||
	    got[n] == ';' || got[n] == ' ');
}

static int
put_answer(const struct dmsc_dmserver *d, const struct dmsc_dm_packet *out,
    struct dmsc_httpd_answer *a)
{
	a->status = 200;
	if (out->bytes.left == 0)
		return DMSC_E_OK;
	a->type = out->xml ? xml : wbxml;
	(void)snprintf(a->hmac, sizeof a->hmac, "%.*s", (int)out->mac.left,
	    out->mac.left > 0 ? (const char *)out->mac.p : "");
	if (dmsc_buf_put(a->body, out->bytes) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return spoil(d, a->body);
}

static void
settle(struct dmsc_dmserver *d, struct dmsrv_talk *t)
{
	const struct dmsc_dmserver_hooks *h = &d->o.hooks;

	if (t->over || dmsc_dm_server_waits(t->core))
		return;
	t->over = true;
	d->ended++;
	t->facts.info = dmsc_dm_server_info(t->core);
	if (h->over != NULL)
		h->over(h->ctx, &t->facts, dmsc_dm_server_state_name(
		    dmsc_dm_server_state(t->core)));
	dmsrv_log_talk(t, "ended");
}

static int
message(struct dmsc_dmserver *d, const struct dmsc_httpd_req *q,
    const struct dmsc_msg *m, struct dmsc_httpd_answer *a)
{
	struct dmsc_dm_packet in = { .bytes = q->body,
		.xml = is_type(q->type, xml), .mac = dmsc_rd_str(q->hmac) };
	struct dmsc_dm_packet out;
	struct dmsrv_talk *t = dmsrv_talk(d, m, q->body);
	struct dmsc_err e;
	int r;

	if (t == NULL)
		return refuse(d, a, BAD_REQUEST, "no session can begin");
	r = dmsc_dm_server_serve(t->core, m, &in, &out, &e);
	if (r == DMSC_E_OK)
		dmsc_err_clear(&e);
	dmsrv_log_message(t, &in, &out, &e);
	r = put_answer(d, &out, a);
	settle(d, t);
	return r;
}

static int
serve_file(struct dmsc_dmserver *d, const struct dmsc_httpd_req *q,
    struct dmsc_httpd_answer *a)
{
	size_t i;

	for (i = 0; i < d->o.n_files; i++)
		if (strcmp(q->path, d->o.files[i].path) == 0) {
			a->status = OK_STATUS;
			a->type = "application/octet-stream";
			return dmsc_buf_put(a->body, d->o.files[i].bytes);
		}
	return refuse(d, a, NO_FILE, "there is no such file");
}

static int
serve(void *ctx, const struct dmsc_httpd_req *q, struct dmsc_httpd_answer *a)
{
	struct dmsc_dmserver *d = ctx;
	struct dmsc_msg *m = NULL;
	struct dmsc_err e;
	int r;

	d->answers++;
	if (strcmp(q->method, "GET") == 0 && d->o.n_files > 0)
		return serve_file(d, q, a);
	if (strcmp(q->method, "POST") != 0)
		return refuse(d, a, NO_METHOD, "only POST is served");
	if (dmsrv_is_bad(d, BAD_BUSY))
		return refuse(d, a, BUSY, "busy, as it was told to be");
	if (dmsrv_is_bad(d, BAD_BROKEN))
		return refuse(d, a, BROKEN, "broken, as it was told to be");
	if (!is_type(q->type, wbxml) && !is_type(q->type, xml))
		return refuse(d, a, NO_TYPE, "the Content-Type is none of DM");
	if (dmsrv_is_bad(d, BAD_LATE))
		wait_late(d);
	if (dmsc_msg_read(q->body, &m, NULL, &e) != DMSC_E_OK)
		return refuse(d, a, BAD_REQUEST, e.message);
	r = message(d, q, m, a);
	dmsc_msg_free(&m);
	return r;
}

/* ---- the server */

static int
usage(struct dmsc_session *s, const char *what, const char *where)
{
	(void)dmsc_fail(&s->err, DMSC_E_USAGE, "%s", what);
	return dmsc_err_where(&s->err, "%s", where);
}

static int
check(struct dmsc_dmserver *d)
{
	const struct dmsc_dmserver_account *a;
	struct dmsc_cred_login l;
	size_t i;

	if (bad_of(d->o.bad, &d->bad) != DMSC_E_OK)
		return usage(d->s, "a server cannot misbehave like that",
		    d->o.bad);
	for (i = 0; i < d->o.n_accounts; i++) {
		a = &d->o.accounts[i];
		if (a->device == NULL || dmsrv_login(d, a->device, false,
		    &l) != DMSC_E_OK || dmsrv_login(d, a->device, true, &l) !=
		    DMSC_E_OK)
			return usage(d->s, "an account is none: its scheme "
			    "is none, basic, md5 or mac", a->device == NULL ?
			    "no device" : a->device);
	}
	return DMSC_E_OK;
}

static int
listen_on(struct dmsc_dmserver *d)
{
	const struct dmsc_httpd_opts h = { .address = d->o.address,
		.port = d->o.port, .cert = d->o.cert, .key = d->o.key,
		.max = BODY, .serve = serve, .ctx = d };
	int r = dmsc_httpd_new(&h, &d->h, &d->s->err);

	if (r != DMSC_E_OK)
		return r;
	if (d->o.url != NULL)
		(void)snprintf(d->url, sizeof d->url, "%s", d->o.url);
	else
		(void)snprintf(d->url, sizeof d->url, "%s://%s:%u/dm",
		    d->o.cert != NULL ? "https" : "http",
		    d->o.address != NULL ? d->o.address : "127.0.0.1",
		    dmsc_httpd_port(d->h));
	dmsrv_log_listening(d);
	return DMSC_E_OK;
}

int
dmsc_dmserver_new(struct dmsc_session *s, const struct dmsc_dmserver_opts *o,
    struct dmsc_dmserver **out)
{
	struct dmsc_dmserver *d = calloc(1, sizeof *d);
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (d == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	d->s = s;
	d->o = *o;
	if ((r = check(d)) == DMSC_E_OK)
		r = listen_on(d);
	if (r == DMSC_E_OK)
		*out = d;
	else
		free(d);
	return r;
}

void
dmsc_dmserver_free(struct dmsc_dmserver **pd)
{
	struct dmsc_dmserver *d = *pd;
	size_t i;

	if (d == NULL)
		return;
	dmsc_httpd_free(&d->h);
	for (i = 0; i < DMSRV_TALKS; i++)
		dmsrv_talk_end(&d->talks[i]);
	free(d);
	*pd = NULL;
}

unsigned
dmsc_dmserver_port(const struct dmsc_dmserver *d)
{
	return dmsc_httpd_port(d->h);
}

const char *
dmsc_dmserver_url(const struct dmsc_dmserver *d)
{
	return d->url;
}

int
dmsc_dmserver_run(struct dmsc_dmserver *d, unsigned ms, unsigned sessions,
    unsigned *ended)
{
	uint64_t end = dmsc_now_us() + 1000 * (uint64_t)ms, now;
	unsigned before = d->ended;
	int r = DMSC_E_OK;

	dmsc_err_clear(&d->s->err);
	while (r == DMSC_E_OK && (now = dmsc_now_us()) < end &&
	    (sessions == 0 || d->ended - before < sessions)) {
		if (d->s->interrupted)
			r = dmsc_fail(&d->s->err, DMSC_E_INTERRUPTED,
			    "interrupted");
		else
			r = dmsc_httpd_run(d->h, (unsigned)DMSC_MIN(SLICE_MS,
			    (end - now) / 1000 + 1), &d->s->err);
	}
	if (ended != NULL)
		*ended = d->ended - before;
	return r;
}

int
dmsc_dmserver_package0(struct dmsc_dmserver *d, const char *device,
    unsigned session, const char *ui, struct dmsc_buf *out)
{
	struct dmsc_pkg0 p = { .version = DMSC_PKG0_VERSION, .by_server = true,
		.session = session };
	struct dmsc_cred_login l;
	int r;

	dmsc_err_clear(&d->s->err);
	if (dmsrv_account(d, device) == NULL)
		return dmsc_fail(&d->s->err, DMSC_E_NOTFOUND,
		    "no account of '%s'", device);
	for (p.ui = DMSC_PKG0_ANY; p.ui < DMSC_PKG0_INTERACT; p.ui++)
		if (ui == NULL || strcmp(dmsc_pkg0_ui_name(p.ui), ui) == 0)
			break;
	if (ui != NULL && strcmp(dmsc_pkg0_ui_name(p.ui), ui) != 0)
		return usage(d->s, "there is no such user interaction", ui);
	if ((r = dmsrv_login(d, device, true, &l)) == DMSC_E_OK) {
		p.server = l.user;
		if (l.nonce.left == 0)
			l.nonce = dmsc_rd_of(dmsc_pkg0_zero,
			    sizeof dmsc_pkg0_zero);
		r = dmsc_pkg0_put(out, &p, &l);
	}
	return r == DMSC_E_OK ? r : dmsc_fail(&d->s->err, r,
	    "no Package #0 can be made: it needs the server's name, a secret "
	    "and a session from 1 to 65535");
}
