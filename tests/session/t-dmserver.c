/*
 * session: dmsc dmserver over HTTP, with a device's client (dm/client.h): a
 * script's commands, WBXML and XML, both credentials, what is logged and what
 * is not, servers that misbehave, requests that are none.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../dm/script.h"
#include "net/http.h"
#include "tap.h"

enum { LOG = 1 << 16, LIFE_S = 60, LATE_MS = 1500 };

static const char wbxml[] = "application/vnd.syncml.dm+wbxml";
static const char xml[] = "application/vnd.syncml.dm+xml";

/* What the server is to do; %s is its credentials' scheme. */
static const char script[] =
    "local dmsc = require 'dmsc'\n"
    "local function secret(s)\n"
    "	return dmsc.secret { content = 'ascii:' .. s }\n"
    "end\n"
    "return { max_msg = 4096, bad_ms = 1500, accounts = { {\n"
    "	device = 'IMEI:350000000000017', auth = '%s',\n"
    "	user = 'dev-7301', secret = secret 'cl13nt-pw',\n"
    "	nonce = 'N0nce-0001', server = { auth = '%s',\n"
    "	user = 'acme-dm', secret = secret 's3rver-pw',\n"
    "	nonce = 'SrvNonce' } } },\n"
    "	event = function(s, e) return e.value == 'changed' and 200 or\n"
    "		500 end,\n"
    "	session = function(s)\n"
    "	assert(s.info.Man == 'Acme' and s.alert == 1200)\n"
    "	assert(#s.events == 1 and s.events[1].source == './Apn/1')\n"
    "	assert(s:get './DevDetail/SwV' == '2.4.1')\n"
    "	local all = s:get('./Apn', { list = 'StructData' })\n"
    "	assert(all['./Apn/1/Addr'] == 'old.acme.example')\n"
    "	s:add('./Box', nil)\n"
    "	s:add('./Box/n', 7)\n"
    "	assert(s:get './Box/n' == 7)\n"
    "	s:add('./Box/raw', dmsc.hex '00FF0080')\n"
    "	assert(s:get './Box/raw' == dmsc.hex '00FF0080')\n"
    "	s:add('./Box/Password', 'hunter2')\n"
    "	s:replace('./Apn/1/Addr', ('long'):rep(5000))\n"
    "	assert(s:get './Apn/1/Addr' == ('long'):rep(5000))\n"
    "	assert(s:confirm('Really?', { max = 30 }) == true)\n"
    "	assert(s:input 'Name?' == 'Jane')\n"
    "	local good, e = pcall(s.delete, s, './Nowhere')\n"
    "	assert(not good and e.dm == 404)\n"
    "	local a = s:send({ { 'add', './Box/x', 'x' },\n"
    "		{ 'delete', './Nowhere' } }, 'atomic')\n"
    "	assert(a[1].status == 216 and a[2].status == 404)\n"
    "	s:delete './Box/n'\n"
    "	if s.info.Lang == 'sv' then s:get './Nowhere' end\n"
    "end }\n";

struct server {
	pid_t pid;
	FILE *log;
	char url[256], said[LOG];
};

static void
write_script(const char *scheme)
{
	FILE *f = fopen("t-dmserver.lua", "w");

	if (f == NULL || fprintf(f, script, scheme, scheme) < 0 ||
	    fclose(f) != 0)
		abort();
}

static void
read_log(struct server *v)
{
	size_t n = strlen(v->said);
	char line[4096];

	while (fgets(line, sizeof line, v->log) != NULL && n + strlen(line) <
	    sizeof v->said) {
		memcpy(v->said + n, line, strlen(line) + 1);
		n += strlen(line);
	}
}

static void
begin(struct server *v, const char *scheme, const char *const *more)
{
	const char *args[16] = { "dmsc", "dmserver", "--script",
		"t-dmserver.lua", "--once" };
	char line[4096];
	size_t n = 5;
	int ends[2];
	const char *at;

	memset(v, 0, sizeof *v);
	write_script(scheme);
	for (; more != NULL && *more != NULL; more++)
		args[n++] = *more;
	if (pipe(ends) != 0 || (v->pid = fork()) < 0)
		abort();
	if (v->pid == 0) {
		(void)alarm(LIFE_S);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)execv("./dmsc", (char *const *)(uintptr_t)args);
		_exit(127);
	}
	(void)close(ends[1]);
	if ((v->log = fdopen(ends[0], "r")) == NULL ||
	    fgets(line, sizeof line, v->log) == NULL ||
	    (at = strstr(line, "\"url\":\"")) == NULL ||
	    sscanf(at + 7, "%255[^\"]", v->url) != 1)
		abort();
}

/* Its exit status; -1: it was ended. */
static int
end(struct server *v, bool kill_it)
{
	int status = 0;

	if (kill_it)
		(void)kill(v->pid, SIGKILL);
	read_log(v);
	(void)fclose(v->log);
	if (waitpid(v->pid, &status, 0) != v->pid)
		abort();
	(void)unlink("t-dmserver.lua");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- a device's way over HTTP */
struct line {
	struct dmsc_http *h;
	struct dmsc_http_answer a;
	unsigned status;
};

static int
over_http(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct line *l = ctx;
	char mac[DMSC_HTTP_TEXT];
	struct dmsc_http_req q = { .url = to, .type = out->xml ? xml : wbxml,
		.body = out->bytes, .plain = true, .max = 1 << 20,
		.timeout_ms = LATE_MS / 2 };
	int r;

	(void)snprintf(mac, sizeof mac, "%.*s", (int)out->mac.left,
	    out->mac.left > 0 ? (const char *)out->mac.p : "");
	q.hmac = mac[0] == '\0' ? NULL : mac;
	dmsc_http_answer_clear(&l->a);
	if ((r = dmsc_http_do(l->h, &q, &l->a, e)) != DMSC_E_OK)
		return r;
	l->status = l->a.status;
	if (l->a.status != 200)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "%u", l->a.status);
	in->bytes = dmsc_buf_rd(l->a.body);
	in->xml = strcmp(l->a.type, xml) == 0;
	in->mac = dmsc_rd_str(l->a.hmac);
	return DMSC_E_OK;
}

static int
device_says(struct play *p, struct line *l, const char *url,
    enum dmsc_cred_scheme scheme)
{
	const struct dmsc_http_opts ho = { .ca_file = NULL };
	struct dmsc_err e;

	memset(l, 0, sizeof *l);
	if (dmsc_http_new(&ho, &l->h, &e) != DMSC_E_OK)
		abort();
	p->c.to = url;
	p->c.way = (struct dmsc_dm_way){ l, over_http };
	p->c.client = (struct dmsc_cred_login){ scheme,
		dmsc_rd_str("dev-7301"), dmsc_rd_str("cl13nt-pw"),
		dmsc_rd_str("N0nce-0001") };
	p->c.server = (struct dmsc_cred_login){ scheme,
		dmsc_rd_str("acme-dm"), dmsc_rd_str("s3rver-pw"),
		dmsc_rd_str("SrvNonce") };
	p->c.hooks = (struct dmsc_dm_client_hooks){ &p->u, ask, event,
		event_told, NULL, keep, NULL, draw };
	p->c.max_msg = 4096;
	p->c.max_messages = 60;	/* as a pipe holds of the log */
	p->u.events = 1;
	p->u.types = "Jane";
	return dmsc_dm_client_run(&p->c, &p->out, &p->e);
}

static void
hang_up(struct play *p, struct line *l)
{
	dmsc_http_answer_clear(&l->a);
	dmsc_http_free(&l->h);
	over(p);
}

static bool
logged(const struct server *v, const char *what)
{
	if (strstr(v->said, what) != NULL)
		return true;
	printf("# no %s in:\n# %s\n", what, v->said);
	return false;
}

static void
good(void)
{
	static const struct {
		const char *name, *scheme;
		enum dmsc_cred_scheme is;
		bool xml;
	} rows[] = {
		{ "auth-md5, WBXML", "md5", DMSC_CRED_MD5, false },
		{ "auth-MAC, XML", "mac", DMSC_CRED_MAC, true },
		{ "auth-basic, XML", "basic", DMSC_CRED_BASIC, true },
	};
	struct server v;
	struct line l;
	struct play p;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		p = play(NULL, 0);
		p.c.xml = rows[i].xml;
		begin(&v, rows[i].scheme, NULL);
		r = device_says(&p, &l, v.url, rows[i].is);
		if (r != DMSC_E_OK)
			printf("# %d %s %s\n", r, p.e.message, p.e.why);
		ok(end(&v, false) == 0 && r == DMSC_E_OK, rows[i].name);
		ok(is(&p, "Box/Password", "hunter2") && is(&p, "Box/n", NULL)
		    && p.u.n_told == 1 && p.u.told[0] == 200,
		    "the tree is as the script says");
		ok(logged(&v, "\"state\":\"done\"") &&
		    logged(&v, "\"uri\":\"./Box/Password\"") &&
		    logged(&v, "\"value\":\"2.4.1\"") &&
		    strstr(v.said, "hunter2") == NULL &&
		    strstr(v.said, "s3rver-pw") == NULL &&
		    strstr(v.said, "cl13nt-pw") == NULL &&
		    strstr(v.said, "Jane") == NULL, "the log has no secrets");
		hang_up(&p, &l);
	}
}

static void
scripts_fail(void)
{
	struct server v;
	struct line l;
	struct play p = play(NULL, 0);
	struct dmsc_node *n = dmsc_tree_find(p.c.tree, "DevInfo/Lang");

	if (dmsc_node_set_value(p.c.tree, n, dmsc_rd_str("sv")) != DMSC_E_OK)
		abort();
	begin(&v, "md5", NULL);
	ok(device_says(&p, &l, v.url, DMSC_CRED_MD5) == DMSC_E_OK &&
	    p.out.aborted && end(&v, false) == 0 &&
	    logged(&v, "\"event\":\"error\"") && logged(&v, "404"),
	    "a refusal that the script does not expect: it aborts");
	hang_up(&p, &l);
	p = play(NULL, 0);
	n = dmsc_tree_find(p.c.tree, "DevInfo/Man");
	if (dmsc_node_set_value(p.c.tree, n, dmsc_rd_str("X")) != DMSC_E_OK)
		abort();
	begin(&v, "md5", NULL);
	(void)freopen("/dev/null", "w", stderr);
	ok(device_says(&p, &l, v.url, DMSC_CRED_MD5) == DMSC_E_OK &&
	    p.out.aborted && end(&v, false) == 13,
	    "an error of the script: the server ends with it");
	hang_up(&p, &l);
}

static void
bad(void)
{
	static const struct { const char *how; int want; unsigned status; }
	rows[] = {
		{ "nonsense", 0, 200 }, { "much", DMSC_E_LIMIT, 0 },
		{ "late", DMSC_E_TRANSPORT, 0 },
		{ "wrong", DMSC_E_AUTHFAIL, 200 },
		{ "forever", DMSC_E_LIMIT, 200 },
		{ "busy", DMSC_E_TRANSPORT, 503 },
		{ "broken", DMSC_E_TRANSPORT, 500 },
	};
	struct server v;
	struct line l;
	struct play p;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		const char *more[] = { "--bad", rows[i].how, NULL };

		p = play(NULL, 0);
		begin(&v, "md5", more);
		r = device_says(&p, &l, v.url, DMSC_CRED_MD5);
		(void)end(&v, true);
		if (r != rows[i].want)
			printf("# %d %s\n", r, p.e.message);
		ok((rows[i].want == 0 ? r != DMSC_E_OK : r == rows[i].want)
		    && l.status == rows[i].status && (rows[i].want ==
		    DMSC_E_LIMIT || is(&p, "Box", NULL)), rows[i].how);
		hang_up(&p, &l);
	}
}

static unsigned
asked(struct dmsc_http *h, const char *url, const char *type,
    const char *body)
{
	struct dmsc_http_req q = { .url = url, .type = type,
		.body = dmsc_rd_str(body == NULL ? "" : body) };
	struct dmsc_http_answer a;
	struct dmsc_err e;
	unsigned status;

	memset(&a, 0, sizeof a);
	status = dmsc_http_do(h, &q, &a, &e) == DMSC_E_OK ? a.status : 0;
	dmsc_http_answer_clear(&a);
	return status;
}

static void
no_messages(void)
{
	const struct dmsc_http_opts ho = { .ca_file = NULL };
	struct dmsc_http *h = NULL;
	struct dmsc_err e;
	struct server v;

	begin(&v, "md5", NULL);
	if (dmsc_http_new(&ho, &h, &e) != DMSC_E_OK)
		abort();
	ok(asked(h, v.url, NULL, NULL) == 405, "a GET");
	ok(asked(h, v.url, "text/plain", "x") == 415, "text");
	ok(asked(h, v.url, xml, "<x/>") == 400, "XML that is no message");
	ok(asked(h, v.url, wbxml, "") == 400, "nothing");
	(void)end(&v, true);
	ok(logged(&v, "\"status\":415"), "all is logged");
	dmsc_http_free(&h);
}

int
main(void)
{
	good();
	scripts_fail();
	bad();
	no_messages();
	return tap_done();
}
