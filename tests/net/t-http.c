/*
 * net: the HTTP client against the server, on loopback: what is sent arrives,
 * byte for byte; what is too much, too late, unknown or would tell a secret
 * is refused.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "cert.h"
#include "net/aside.h"
#include "tap.h"

enum { SERVER_MAX = 100000, BIG = 60000, LIFE_MS = 60000 };

/* What the server does, by its path. */
static int
serve(void *ctx, const struct dmsc_httpd_req *q, struct dmsc_httpd_answer *a)
{
	(void)ctx;
	a->status = 200;
	a->type = "text/plain";
	if (strcmp(q->path, "/echo") == 0) {
		(void)snprintf(a->hmac, sizeof a->hmac, "%s", q->hmac);
		a->type = q->type;
		return dmsc_buf_put(a->body, q->body);
	}
	if (strcmp(q->path, "/big") == 0)
		return dmsc_buf_fill(a->body, 'x', BIG);
	if (strcmp(q->path, "/busy") == 0) {
		a->status = 503;
		a->retry_after = 7;
		return DMSC_E_OK;
	}
	if (strcmp(q->path, "/who") == 0)
		return dmsc_buf_fmt(a->body, "%s %s", q->method,
		    q->authorization);
	if (strcmp(q->path, "/digest") == 0) {
		if (*q->authorization != '\0')
			return dmsc_buf_str(a->body, q->authorization);
		a->challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
		a->status = 401;
		return DMSC_E_OK;
	}
	if (strcmp(q->path, "/wait") == 0)
		(void)sleep(2);
	return strcmp(q->path, "/wait") == 0 ? DMSC_E_OK : DMSC_E_NOTFOUND;
}

/* A server in a process of its own; its port. */
static pid_t
server(bool tls, unsigned *port)
{
	const struct dmsc_httpd_opts o = { .serve = serve, .max = SERVER_MAX,
	    .cert = tls ? cert_pem : NULL, .key = tls ? key_pem : NULL };

	return httpd_aside(&o, LIFE_MS, port);
}

static void
end(pid_t pid)
{
	if (pid > 0 && kill(pid, SIGTERM) == 0)
		(void)waitpid(pid, NULL, 0);
}

static struct dmsc_http *http;
static char url[128];

static struct dmsc_http_req
request(const char *scheme, unsigned port, const char *path)
{
	struct dmsc_http_req q = { .url = url, .timeout_ms = 10000 };

	(void)snprintf(url, sizeof url, "%s://127.0.0.1:%u%s", scheme, port,
	    path);
	return q;
}

static bool
says(struct dmsc_http_req *q, unsigned status, const char *body)
{
	struct dmsc_http_answer a;
	bool good = dmsc_http_do(http, q, &a, NULL) == DMSC_E_OK &&
	    a.status == status && dmsc_rd_eq_str(dmsc_buf_rd(a.body), body);

	dmsc_http_answer_clear(&a);
	return good;
}

static void
plain(unsigned port)
{
	struct dmsc_http_req q = request("http", port, "/echo");
	struct dmsc_buf *b = dmsc_buf_new(2 * SERVER_MAX);
	struct dmsc_http_answer a;
	size_t i;

	for (i = 0; b != NULL && i < 5000; i++)
		if (dmsc_buf_u8(b, (unsigned)i * 7 & 0xFF) != DMSC_E_OK)
			break;
	q.type = "application/vnd.syncml.dm+wbxml";
	q.hmac = "algorithm=MD5, username=\"u\", mac=AAAA";
	q.body = dmsc_buf_rd(b);
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_OK && a.status == 200 &&
	    dmsc_rd_eq(dmsc_buf_rd(a.body), q.body) &&
	    strcmp(a.type, q.type) == 0 && strcmp(a.hmac, q.hmac) == 0,
	    "a POST arrives and comes back, byte for byte");
	dmsc_http_answer_clear(&a);
	q.body.left = 0;
	ok(says(&q, 200, ""), "an empty one, too");
	ok(b != NULL && dmsc_buf_fill(b, 'y', SERVER_MAX) == DMSC_E_OK,
	    "(more than the server takes)");
	q.body = dmsc_buf_rd(b);
	ok(says(&q, 413, ""), "what is too much for the server");
	q = request("http", port, "/who");
	ok(says(&q, 200, "GET "), "a GET");
	q = request("http", port, "/nowhere");
	ok(says(&q, 500, ""), "a server that fails");
	dmsc_buf_free(&b);
}

static void
credentials(unsigned port)
{
	struct dmsc_secret *s = dmsc_secret_from(dmsc_rd_str("pw"));
	struct dmsc_http_req q = request("http", port, "/who");
	struct dmsc_http_answer a;
	struct dmsc_err e;

	q.user = "u";
	q.password = s;
	ok(dmsc_http_do(http, &q, &a, &e) == DMSC_E_USAGE &&
	    strstr(e.message, "plain HTTP") != NULL,
	    "credentials do not go over plain HTTP");
	q.plain = true;
	ok(says(&q, 200, "GET Basic dTpwdw=="), "HTTP-BASIC, when told");
	q = request("http", port, "/echo");
	q.type = "text/plain";
	q.secret = true;
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_USAGE,
	    "nor does a body that has credentials");
	q = request("http", port, "/digest");
	q.user = "u";
	q.password = s;
	q.plain = q.digest = true;
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_OK && a.status == 200 &&
	    dmsc_begins(dmsc_buf_cstr(a.body), "Digest username=\"u\""),
	    "HTTP-DIGEST answers the challenge");
	dmsc_http_answer_clear(&a);
	dmsc_secret_free(&s);
}

static void
bounds(unsigned port)
{
	struct dmsc_http_req q = request("http", port, "/big");
	struct dmsc_http_answer a;
	struct dmsc_err e;

	q.max = BIG - 1;
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_LIMIT && a.body == NULL,
	    "an answer that is too large");
	q.max = BIG;
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_OK &&
	    a.body->len == BIG, "one that just fits");
	dmsc_http_answer_clear(&a);
	q = request("http", port, "/busy");
	ok(dmsc_http_do(http, &q, &a, NULL) == DMSC_E_OK && a.status == 503 &&
	    a.retry_after == 7, "a server that is busy says how long");
	dmsc_http_answer_clear(&a);
	q = request("http", port, "/wait");
	q.timeout_ms = 200;
	ok(dmsc_http_do(http, &q, &a, &e) == DMSC_E_TRANSPORT &&
	    strstr(e.where, "/wait") != NULL && *e.why != '\0',
	    "an answer that is too late");
	q = request("http", 1, "/");
	ok(dmsc_http_do(http, &q, &a, &e) == DMSC_E_TRANSPORT &&
	    *e.why != '\0', "nobody there");
	q.url = "ftp://127.0.0.1/";
	ok(dmsc_http_do(http, &q, &a, &e) == DMSC_E_USAGE, "no HTTP at all");
}

static void
trust(unsigned port, const char *ca)
{
	struct dmsc_http_req q = request("https", port, "/who");
	const struct dmsc_http_opts o = { .ca_file = ca };
	struct dmsc_http *trusting;
	struct dmsc_http_answer a;
	struct dmsc_err e;

	q.user = "u";
	ok(dmsc_http_do(http, &q, &a, &e) != DMSC_E_OK,
	    "a user without a password");
	q.user = NULL;
	ok(dmsc_http_do(http, &q, &a, &e) == DMSC_E_SIGNER &&
	    *e.why != '\0', "HTTPS: an unknown certificate");
	ok(dmsc_http_new(&o, &trusting, &e) == DMSC_E_OK &&
	    dmsc_http_do(trusting, &q, &a, &e) == DMSC_E_OK &&
	    a.status == 200, "HTTPS: a known one");
	dmsc_http_answer_clear(&a);
	dmsc_http_free(&trusting);
}

static void
https(void)
{
	char folder[TAP_FOLDER], ca[TAP_FOLDER + 8];
	unsigned port = 0;
	pid_t pid = -1;
	FILE *f;

	ok(tap_folder(folder) && snprintf(ca, sizeof ca, "%s/ca.pem",
	    folder) > 0 && (f = fopen(ca, "w")) != NULL &&
	    fputs(cert_pem, f) >= 0 && fclose(f) == 0 &&
	    (pid = server(true, &port)) > 0 && port != 0,
	    "a server of HTTPS");
	trust(port, ca);
	end(pid);
	(void)unlink(ca);
	(void)rmdir(folder);
}

int
main(void)
{
	const struct dmsc_http_opts o = { 0 };
	struct dmsc_httpd_opts again = { .serve = serve };
	struct dmsc_httpd *h;
	unsigned port = 0;
	struct dmsc_err e;
	pid_t pid = -1;

	(void)unsetenv("http_proxy");
	(void)unsetenv("https_proxy");
	(void)unsetenv("all_proxy");
	pid = server(false, &port);
	if (!ok(pid > 0 && port != 0, "a server of HTTP") ||
	    !ok(dmsc_http_new(&o, &http, &e) == DMSC_E_OK, "a client"))
		return tap_done();
	plain(port);
	credentials(port);
	bounds(port);
	again.port = port;
	ok(dmsc_httpd_new(&again, &h, &e) == DMSC_E_LOCKED,
	    "a port that is in use");
	end(pid);
	https();
	dmsc_http_free(&http);
	return tap_done();
}
