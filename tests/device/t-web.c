/*
 * device: a DM session over HTTP against servers that answer nonsense, too
 * much, too late, a refusal, or for ever: it ends, it says why, and the tree
 * is as before. One that is only busy is asked again.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "device/web.h"
#include "net/aside.h"
#include "tap.h"

#define HEAD "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2" \
	"</VerProto><SessionID>%s</SessionID><MsgID>%u</MsgID><Target>" \
	"<LocURI>dev</LocURI></Target><Source><LocURI>srv</LocURI></Source>" \
	"</SyncHdr><SyncBody><Status><CmdID>1</CmdID><MsgRef>%u</MsgRef>" \
	"<CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>%u</Data></Status>"
#define TAIL "<Final/></SyncBody></SyncML>"

enum { SERVER_MAX = 100000, BIG = 60000, LIFE_MS = 60000, MESSAGES = 8,
	HELD = 1200, SLOW_US = 200000 };

static const char xml[] = "application/vnd.syncml.dm+xml";

static int
says(struct dmsc_httpd_answer *a, const char *session, unsigned n,
    unsigned status, const char *commands)
{
	a->type = xml;
	return dmsc_buf_fmt(a->body, HEAD "%s" TAIL, session, n, n, status,
	    commands);
}

/* Servers by the path of the address. n: the requests so far. */
static int
serve(void *ctx, const struct dmsc_httpd_req *q, struct dmsc_httpd_answer *a)
{
	static unsigned n;
	const char *path = q->path;

	(void)ctx;
	n++;
	a->status = 200;
	if (strcmp(path, "/page") == 0) {
		a->type = "text/html";
		return dmsc_buf_str(a->body, "<html>Welcome</html>");
	}
	if (strcmp(path, "/nonsense") == 0) {
		a->type = xml;
		return dmsc_buf_str(a->body, "<SyncML><SyncHdr>");
	}
	if (strcmp(path, "/noise") == 0) {
		a->type = "application/vnd.syncml.dm+wbxml";
		return dmsc_buf_str(a->body, "\x02\xa4\x01\x6a no WBXML");
	}
	if (strcmp(path, "/much") == 0) {
		a->type = xml;
		return dmsc_buf_fill(a->body, 'x', BIG);
	}
	if (strcmp(path, "/late") == 0)
		(void)sleep(1);
	if (strcmp(path, "/slow") == 0)
		(void)usleep(SLOW_US);
	if (strcmp(path, "/ever") == 0 || strcmp(path, "/slow") == 0)
		return says(a, "1", n, 200, "<Get><CmdID>2</CmdID><Item>"
		    "<Target><LocURI>./DevInfo/DevId</LocURI></Target></Item>"
		    "</Get>");
	if (strcmp(path, "/other") == 0)
		return says(a, "77", n, 200, "");
	if (strcmp(path, "/refuse") == 0)
		return says(a, "1", n, 401, "");
	if (strcmp(path, "/good") == 0 || (strcmp(path, "/busy") == 0 &&
	    n > 2))
		return says(a, "1", 1, 200, "");
	a->status = strcmp(path, "/http") == 0 ? 401 : strcmp(path,
	    "/away") == 0 ? 302 : strcmp(path, "/late") == 0 ? 200 : 503;
	if (strcmp(path, "/later") == 0)
		a->retry_after = 3600;
	return DMSC_E_OK;
}

static pid_t
server(unsigned *port)
{
	const struct dmsc_httpd_opts o = { .serve = serve,
	    .max = SERVER_MAX };

	return httpd_aside(&o, LIFE_MS, port);
}

static const struct row {
	const char *path;
	int code;
	unsigned retries;
	const char *why;		/* in the message or its reason */
} rows[] = {
	{ "/good", DMSC_E_OK, 0, "" },
	{ "/busy", DMSC_E_OK, 2, "" },
	{ "/always", DMSC_E_TRANSPORT, 3, "HTTP status 503" },
	{ "/later", DMSC_E_TRANSPORT, 0, "asks for 3600 seconds" },
	{ "/page", DMSC_E_DATA, 0, "text/html" },
	{ "/nonsense", DMSC_E_FORMAT, 0, "" },
	{ "/noise", DMSC_E_SHORT, 0, "" },
	{ "/much", DMSC_E_LIMIT, 0, "more than" },
	{ "/late", DMSC_E_TRANSPORT, 3, "" },
	{ "/http", DMSC_E_AUTH, 0, "HTTP status 401" },
	{ "/away", DMSC_E_DATA, 0, "HTTP status 302" },
	{ "/refuse", DMSC_E_AUTH, 0, "none to show" },
	{ "/ever", DMSC_E_LIMIT, 0, "8 messages" },
	{ "/slow", DMSC_E_LIMIT, 0, "longer than 1 s" },
};

static int
run(struct dmsc_web *w, const char *url, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	const struct dmsc_dm_client c = { .tree = t, .way = { .ctx = w,
	    .exchange = dmsc_web_exchange }, .server_id = "srv", .to = url,
	    .device = "dev", .session = 1, .xml = true,
	    .max_messages = MESSAGES };
	struct dmsc_dm_outcome out;
	int r = dmsc_dm_client_run(&c, &out, e);

	/* The one above the bound says that it is over. */
	return out.changed || out.messages > MESSAGES + 1 ? DMSC_E_INTERNAL : r;
}

static void
one(const struct row *x)
{
	struct dmsc_tree *t = dmsc_tree_new(10000);
	struct dmsc_node *n;
	struct dmsc_web *w = NULL;
	struct dmsc_err e;
	unsigned port = 0;
	pid_t pid = server(&port);
	char url[128], name[600];
	struct dmsc_web_opts o = { .url = url, .max = HELD * 10,
	    .timeout_ms = strcmp(x->path, "/late") == 0 ? 300 : LIFE_MS,
	    .pause_ms = 1, .wait_ms = 5000,
	    .total_ms = strcmp(x->path, "/slow") == 0 ? 1000 : 0 };
	int r;

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port,
	    x->path);
	dmsc_err_clear(&e);
	(void)snprintf(name, sizeof name, "%s: a server", x->path);
	ok(t != NULL && dmsc_node_add(t, dmsc_tree_root(t), "DevInfo",
	    DMSC_FMT_NODE, &n) == DMSC_E_OK && dmsc_web_new(&o, &w, &e) ==
	    DMSC_E_OK, name);
	r = run(w, url, t, &e);
	(void)snprintf(name, sizeof name, "%s ends: %d %s: %s", x->path, r,
	    e.message, e.why);
	ok(r == x->code && (strstr(e.message, x->why) != NULL ||
	    strstr(e.why, x->why) != NULL), name);
	(void)snprintf(name, sizeof name, "%s: asked again %u times",
	    x->path, dmsc_web_retries(w));
	/* What a busy machine makes of a second is not for sure. */
	ok(o.total_ms != 0 || dmsc_web_retries(w) == x->retries, name);
	(void)snprintf(name, sizeof name, "%s: tree as before", x->path);
	ok(dmsc_tree_count(t) == 1, name);
	dmsc_web_free(&w);
	dmsc_tree_free(&t);
	if (pid > 0 && kill(pid, SIGTERM) == 0)
		(void)waitpid(pid, NULL, 0);
}

/* What is refused before anything is sent: nobody listens there. */
static void
refused(const char *account, const char *to, bool secret, int code,
    const char *name)
{
	const struct dmsc_web_opts o = { .url = account, .secret = secret,
	    .tries = 1, .timeout_ms = 300 };
	const struct dmsc_dm_packet out = { .xml = true,
	    .bytes = dmsc_rd_str("<SyncML/>") };
	struct dmsc_dm_packet in;
	struct dmsc_web *w = NULL;
	struct dmsc_err e;

	ok(dmsc_web_new(&o, &w, &e) == DMSC_E_OK &&
	    dmsc_web_exchange(w, to, &out, &in, &e) == code, name);
	dmsc_web_free(&w);
}

int
main(void)
{
	static const char safe[] = "https://127.0.0.1:9/dm",
	    open_[] = "http://127.0.0.1:9/dm";
	size_t i;

	refused(safe, "http://127.0.0.1:9/dm", false, DMSC_E_DATA,
	    "no RespURI leads from https: to http:");
	refused(open_, "file:///etc/passwd", false, DMSC_E_DATA,
	    "nor to a file");
	refused(open_, open_, true, DMSC_E_USAGE,
	    "credentials do not go over http: when nobody said so");
	refused(open_, open_, false, DMSC_E_TRANSPORT, "nobody listens");
	for (i = 0; i < DMSC_COUNT(rows); i++)
		one(&rows[i]);
	return tap_done();
}
