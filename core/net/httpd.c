/* The server of net/http.h, over libmicrohttpd, in the caller's thread. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/dl.h"
#include "net/http.h"

static const char library[] = "libmicrohttpd.so.12";

enum { CONNECTIONS = 16, IDLE_S = 30, TOO_LARGE = 413, BROKEN = 500 };

struct mhd_lib {
	struct MHD_Daemon *(*start)(unsigned flags, uint16_t port,
	    MHD_AcceptPolicyCallback accept, void *accept_ctx,
	    MHD_AccessHandlerCallback serve, void *ctx, ...);
	void (*stop)(struct MHD_Daemon *d);
	enum MHD_Result (*run)(struct MHD_Daemon *d, int32_t ms);
	const union MHD_DaemonInfo *(*info)(struct MHD_Daemon *d,
	    enum MHD_DaemonInfoType what, ...);
	const char *(*header)(struct MHD_Connection *c,
	    enum MHD_ValueKind kind, const char *name);
	struct MHD_Response *(*response)(size_t n, void *p,
	    enum MHD_ResponseMemoryMode mode);
	enum MHD_Result (*add)(struct MHD_Response *r, const char *name,
	    const char *value);
	enum MHD_Result (*queue)(struct MHD_Connection *c, unsigned status,
	    struct MHD_Response *r);
	void (*destroy)(struct MHD_Response *r);
};
#define F(name, member) { "MHD_" name, offsetof(struct mhd_lib, member) }
static const struct dmsc_dl_fn functions[] = {
	F("start_daemon", start), F("stop_daemon", stop),
	F("run_wait", run), F("get_daemon_info", info),
	F("lookup_connection_value", header),
	F("create_response_from_buffer", response),
	F("add_response_header", add), F("queue_response", queue),
	F("destroy_response", destroy),
};

struct dmsc_httpd {
	struct mhd_lib lib;
	struct MHD_Daemon *d;
	struct dmsc_httpd_opts o;
	unsigned port;
};
/* A request that is coming in. */
struct coming {
	struct dmsc_buf *body;
	bool too_large;
};

static const char *
header(const struct dmsc_httpd *h, struct MHD_Connection *c,
    const char *name)
{
	const char *v = h->lib.header(c, MHD_HEADER_KIND, name);

	return v == NULL ? "" : v;
}

static bool
add_headers(const struct dmsc_httpd *h, struct MHD_Response *r,
    const struct dmsc_httpd_answer *a)
{
	char seconds[16];

	(void)snprintf(seconds, sizeof seconds, "%u", a->retry_after);
	return (a->type == NULL || h->lib.add(r, "Content-Type", a->type) ==
	    MHD_YES) && (*a->hmac == '\0' || h->lib.add(r, "x-syncml-hmac",
	    a->hmac) == MHD_YES) && (a->challenge == NULL ||
	    h->lib.add(r, "WWW-Authenticate", a->challenge) == MHD_YES) &&
	    (a->retry_after == 0 || h->lib.add(r,
	    "Retry-After", seconds) == MHD_YES);
}

static enum MHD_Result
send_answer(const struct dmsc_httpd *h, struct MHD_Connection *c,
    const struct dmsc_httpd_answer *a)
{
	enum MHD_Result good = MHD_NO;
	struct MHD_Response *r;

	r = h->lib.response(a->body->len, a->body->p, MHD_RESPMEM_MUST_COPY);
	if (r == NULL)
		return MHD_NO;
	if (add_headers(h, r, a))
		good = h->lib.queue(c, a->status, r);
	h->lib.destroy(r);
	return good;
}

static enum MHD_Result
answer(struct dmsc_httpd *h, struct MHD_Connection *c,
    const struct coming *in, struct dmsc_httpd_req *q)
{
	struct dmsc_httpd_answer a = { .status = BROKEN,
	    .body = dmsc_buf_new(DMSC_HTTP_MAX) };
	enum MHD_Result good = MHD_NO;

	if (a.body == NULL)
		return MHD_NO;
	q->type = header(h, c, "Content-Type");
	q->hmac = header(h, c, "x-syncml-hmac");
	q->authorization = header(h, c, "Authorization");
	q->body = dmsc_buf_rd(in->body);
	if (in->too_large)
		a.status = TOO_LARGE;
	else if (h->o.serve(h->o.ctx, q, &a) != DMSC_E_OK) {
		dmsc_buf_reset(a.body);
		a.status = BROKEN;
	}
	good = send_answer(h, c, &a);
	dmsc_buf_free(&a.body);
	return good;
}

static enum MHD_Result
serve(void *ctx, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **own)
{
	struct dmsc_httpd_req q = { .method = method, .path = url };
	struct dmsc_httpd *h = ctx;
	struct coming *in = *own;

	(void)version;
	if (in == NULL) {
		if ((in = calloc(1, sizeof *in)) == NULL ||
		    (in->body = dmsc_buf_new(h->o.max)) == NULL) {
			free(in);
			return MHD_NO;
		}
		*own = in;
		return MHD_YES;
	}
	if (*n == 0)
		return answer(h, c, in, &q);
	if (!in->too_large && dmsc_buf_put(in->body,
	    dmsc_rd_of(data, *n)) != DMSC_E_OK)
		in->too_large = true;
	*n = 0;
	return MHD_YES;
}

static void
completed(void *ctx, struct MHD_Connection *c, void **own,
    enum MHD_RequestTerminationCode how)
{
	struct coming *in = *own;

	(void)ctx;
	(void)c;
	(void)how;
	if (in != NULL)
		dmsc_buf_free(&in->body);
	free(in);
	*own = NULL;
}

static int
cannot(const struct dmsc_httpd_opts *o, int error, struct dmsc_err *e)
{
	int r = error == EADDRINUSE ? DMSC_E_LOCKED : DMSC_E_IO;

	(void)dmsc_fail(e, r, "cannot serve HTTP");
	(void)dmsc_err_where(e, "%s:%u", o->address, o->port);
	if (error != 0)
		(void)dmsc_err_why(e, "%s", strerror(error));
	else if (o->cert != NULL)
		(void)dmsc_err_why(e, "the certificate and its key do not "
		    "fit, or are no PEM");
	return r;
}

static int
start(struct dmsc_httpd *h, struct dmsc_err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)h->o.port) };
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)h->o.cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)h->o.key },
		{ MHD_OPTION_END, 0, NULL }
	};
	const union MHD_DaemonInfo *info;

	if (h->o.port > UINT16_MAX ||
	    inet_pton(AF_INET, h->o.address, &at.sin_addr) != 1)
		return cannot(&h->o, EINVAL, e);
	errno = 0;
	h->d = h->lib.start(h->o.cert != NULL ? MHD_USE_TLS : 0, 0, NULL,
	    NULL, serve, h, MHD_OPTION_SOCK_ADDR, &at,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_ARRAY, h->o.cert != NULL ? tls : tls + 2,
	    MHD_OPTION_END);
	if (h->d == NULL)
		return cannot(&h->o, errno, e);
	info = h->lib.info(h->d, MHD_DAEMON_INFO_BIND_PORT);
	h->port = info == NULL ? h->o.port : info->port;
	return DMSC_E_OK;
}

int
dmsc_httpd_new(const struct dmsc_httpd_opts *o, struct dmsc_httpd **out,
    struct dmsc_err *e)
{
	struct dmsc_httpd *h = calloc(1, sizeof *h);
	int r;

	*out = NULL;
	if (h == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	h->o = *o;
	if (h->o.address == NULL)
		h->o.address = "127.0.0.1";
	if (h->o.max == 0)
		h->o.max = DMSC_HTTP_MAX;
	if (!dmsc_dl_load(library, functions, DMSC_COUNT(functions),
	    &h->lib)) {
		free(h);
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
		    "no HTTP server: libmicrohttpd is not there");
		(void)dmsc_err_why(e, "%s cannot be loaded; on Debian: "
		    "apt-get install libmicrohttpd12", library);
		return DMSC_E_UNSUPPORTED;
	}
	if ((r = start(h, e)) != DMSC_E_OK) {
		free(h);
		return r;
	}
	*out = h;
	return DMSC_E_OK;
}

unsigned
dmsc_httpd_port(const struct dmsc_httpd *h)
{
	return h->port;
}

int
dmsc_httpd_run(struct dmsc_httpd *h, unsigned timeout_ms,
    struct dmsc_err *e)
{
	uint64_t end = dmsc_now_us() + (uint64_t)timeout_ms * 1000, now;

	while ((now = dmsc_now_us()) < end)
		if (h->lib.run(h->d, (int32_t)((end - now) / 1000 + 1)) !=
		    MHD_YES)
			return dmsc_fail(e, DMSC_E_IO,
			    "the HTTP server stopped");
	return DMSC_E_OK;
}

void
dmsc_httpd_free(struct dmsc_httpd **h)
{
	if (*h == NULL)
		return;
	(*h)->lib.stop((*h)->d);
	free(*h);
	*h = NULL;
}
