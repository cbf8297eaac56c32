/*
 * dm: a server's session against the device's client (dm/client.h), as bytes:
 * the worked session of reference 4.7, each scheme of credentials and its
 * challenges, large objects both ways, Generic Alerts, questions to the user,
 * devices that lie, spoil, repeat and never end.
 */
#include "codec/msg.h"
#include "dm/server.h"
#include "script.h"
#include "tap.h"

enum { BATCHES = 4, COMMANDS = 24, TEXT = 65536 };

struct batch {
	struct dmsc_request v[COMMANDS];
	size_t n, group;
	bool sequence, abort;
};
/* A device, a server, and what they made of each other. */
struct world {
	struct play p;
	struct dmsc_dm_server_opts o;
	struct dmsc_dm_server *s;
	struct batch b[BATCHES];
	size_t n, at;		/* batches; the next of them */
	int r, code;		/* of the client, of the server */
	char got[TEXT];		/* Results, in their order */
	unsigned events, kept[2];
	char event[256];
	char header[128];	/* found in what the server says */
	bool seen;
	unsigned twice, lose, forget, spoil, seed;
	unsigned answers;
};

static int
next(void *ctx, const struct dmsc_requester *done,
    struct dmsc_dm_server_batch *out, struct dmsc_err *e)
{
	struct world *w = ctx;
	const struct dmsc_request_items *l;
	size_t i, len;

	(void)e;
	l = done == NULL ? NULL : dmsc_requester_results(done);
	for (i = 0; l != NULL && i < l->n; i++) {
		len = strlen(w->got);
		(void)snprintf(w->got + len, sizeof w->got - len, "%s=%s;",
		    l->v[i].uri == NULL ? "" : l->v[i].uri,
		    l->v[i].data == NULL ? "" : dmsc_buf_cstr(l->v[i].data));
	}
	if (w->at == w->n)
		return DMSC_E_OK;
	out->v = w->b[w->at].v;
	out->n = w->b[w->at].n;
	out->n_group = w->b[w->at].group;
	out->sequence = w->b[w->at].sequence;
	out->abort = w->b[w->at].abort;
	w->at++;
	return DMSC_E_OK;
}

static unsigned
on_event(void *ctx, const struct dmsc_dm_event *ev)
{
	struct world *w = ctx;

	w->events++;
	(void)snprintf(w->event, sizeof w->event, "%u %s %s %s %s", ev->code,
	    ev->source, ev->type, ev->mark,
	    dmsc_rd_eq_str(ev->data, "changed") ? "changed" : "?");
	return 200;
}

static int
keeps(void *ctx, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server)
{
	struct world *w = ctx;

	w->kept[0] += client != NULL;
	w->kept[1] += server != NULL;
	return DMSC_E_OK;
}

static int
another(void *ctx, uint8_t *out, size_t n)
{
	static uint8_t at;

	(void)ctx;
	memset(out, ++at, n);
	return DMSC_E_OK;
}

static void
look_at(struct world *w, struct dmsc_rd bytes)
{
	struct dmsc_msg *m = NULL;

	dmsc_buf_reset(w->p.s.xml);
	if (dmsc_msg_read(bytes, &m, NULL, NULL) == DMSC_E_OK &&
	    dmsc_msg_write_xml(m, false, w->p.s.xml, NULL) == DMSC_E_OK &&
	    w->header[0] != '\0' &&
	    strstr(dmsc_buf_cstr(w->p.s.xml), w->header) != NULL)
		w->seen = true;
	dmsc_msg_free(&m);
}

static int
once(struct world *w, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct dmsc_dm_packet q = *out;
	struct dmsc_msg *m = NULL;
	struct dmsc_err why;
	int r;

	dmsc_buf_reset(w->p.s.out);
	if (dmsc_buf_put(w->p.s.out, out->bytes) != DMSC_E_OK)
		abort();
	if (w->spoil > 0 && w->p.s.out->len > 0)
		w->p.s.out->p[w->seed / 8 % w->p.s.out->len] ^=
		    (uint8_t)(1 << w->seed % 8);
	q.bytes = dmsc_buf_rd(w->p.s.out);
	if (dmsc_msg_read(q.bytes, &m, NULL, NULL) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "400");
	r = dmsc_dm_server_serve(w->s, m, &q, in, &why);
	dmsc_msg_free(&m);
	if (r != DMSC_E_OK)
		w->code = r;
	if (r != DMSC_E_OK && w->spoil == 0)
		printf("# %s: %s\n", why.message, why.why);
	return in->bytes.left == 0 ? dmsc_fail(e, DMSC_E_TRANSPORT, "none") :
	    DMSC_E_OK;
}

static int
to_server(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct world *w = ctx;
	int r;

	(void)to;
	w->answers++;
	if (w->lose == w->answers)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "the line is cut");
	if (w->forget == w->answers) {
		dmsc_dm_server_free(&w->s);
		if (dmsc_dm_server_new(&w->o, &w->s) != DMSC_E_OK)
			abort();
		w->at = 0;
	}
	r = once(w, out, in, e);
	if (r == DMSC_E_OK && w->twice > 0)
		r = once(w, out, in, e);
	if (r == DMSC_E_OK)
		look_at(w, in->bytes);
	return r;
}

static const struct dmsc_cred_login none;

static struct dmsc_cred_login
who(enum dmsc_cred_scheme scheme, const char *user, const char *secret,
    const char *nonce)
{
	return (struct dmsc_cred_login){ .scheme = scheme,
		.user = dmsc_rd_str(user), .secret = dmsc_rd_str(secret),
		.nonce = dmsc_rd_str(nonce) };
}

/* Both ends with the accounts of reference 4.7. */
static void
start(struct world *w, enum dmsc_cred_scheme scheme)
{
	memset(w, 0, sizeof *w);
	w->p = play(NULL, 0);
	w->p.c.client = w->o.client = who(scheme, "dev-7301", "cl13nt-pw",
	    "N0nce-0001");
	w->p.c.server = w->o.server = who(scheme, "acme-dm", "s3rver-pw",
	    "SrvNonce");
	w->o.url = "https://dm.acme.example/dm";
	w->o.device = "IMEI:350000000000017";
	w->o.session = "A7";
	w->o.max_msg = 16384;
	w->o.max_obj = 1 << 20;
	w->o.hooks = (struct dmsc_dm_server_hooks){ w, next, on_event, keeps,
		another };
}

static void
play_on(struct world *w)
{
	if (dmsc_dm_server_new(&w->o, &w->s) != DMSC_E_OK)
		abort();
	w->p.c.way = (struct dmsc_dm_way){ w, to_server };
	w->p.c.hooks.ctx = &w->p.u;
	w->p.c.hooks.ask = ask;
	w->p.c.hooks.event = event;
	w->p.c.hooks.event_told = event_told;
	w->p.c.hooks.keep = keep;
	w->p.c.hooks.random = another;
	w->r = dmsc_dm_client_run(&w->p.c, &w->p.out, &w->p.e);
}

static void
end(struct world *w)
{
	dmsc_dm_server_free(&w->s);
	over(&w->p);
}

static struct dmsc_request *
put(struct world *w, size_t b, enum dmsc_cmd_kind kind, const char *uri,
    const char *data)
{
	struct dmsc_request *v = &w->b[b].v[w->b[b].n++];

	w->n = b + 1;
	*v = (struct dmsc_request){ .kind = kind, .uri = uri,
		.has_data = data != NULL,
		.data = dmsc_rd_str(data == NULL ? "" : data) };
	return v;
}

static bool
ended(const struct world *w, int r, int code, enum dmsc_dm_server_state st)
{
	if (w->r == r && w->code == code && dmsc_dm_server_state(w->s) == st)
		return true;
	printf("# client %d (%s), server %d, %s\n", w->r, w->p.e.message,
	    w->code, dmsc_dm_server_state_name(dmsc_dm_server_state(w->s)));
	return false;
}

static bool
well(const struct world *w)
{
	return ended(w, DMSC_E_OK, DMSC_E_OK, DMSC_DM_SERVER_DONE);
}

static const char *const confirm[] = { "MAXDT=30&DR=0", "Change the APN?" };

/* What reference 4.7 does. */
static void
worked(struct world *w)
{
	struct dmsc_request *v;

	v = put(w, 0, DMSC_CMD_ALERT, NULL, NULL);
	v->alert = 1101;
	v->texts = confirm;
	v->n_texts = 2;
	v = put(w, 0, DMSC_CMD_REPLACE, "./Apn/1/Addr", "new.acme.example");
	v->format = "chr";
	put(w, 0, DMSC_CMD_GET, "./DevDetail/SwV", NULL);
	w->b[0].group = 2;
	w->b[0].sequence = true;
}

static void
schemes(void)
{
	static const struct {
		const char *name;
		enum dmsc_cred_scheme scheme;
		const char *header;
		unsigned kept;
	} rows[] = {
		{ "auth-md5 both ways", DMSC_CRED_MD5,
		    "<Data>pWMnIhhRUABtZxqfzte8IQ==</Data></Cred>", 1 },
		{ "auth-basic both ways", DMSC_CRED_BASIC,
		    "<Data>YWNtZS1kbTpzM3J2ZXItcHc=</Data></Cred>", 0 },
		{ "auth-MAC both ways", DMSC_CRED_MAC,
		    "<LocName>acme-dm</LocName>", 2 },
		{ "no credentials", DMSC_CRED_NONE, "SyncHdr", 0 },
	};
	const struct dmsc_tree *info;
	struct world w;
	size_t i;
	int xml;

	for (i = 0; i < 2 * DMSC_COUNT(rows); i++) {
		xml = i % 2;
		start(&w, rows[i / 2].scheme);
		w.p.c.xml = xml;
		worked(&w);
		(void)snprintf(w.header, sizeof w.header, "%s",
		    rows[i / 2].header);
		play_on(&w);
		ok(well(&w) && w.seen && w.kept[0] == rows[i / 2].kept &&
		    w.b[0].v[0].status == 200 && w.b[0].v[1].status == 200 &&
		    is(&w.p, "Apn/1/Addr", "new.acme.example") &&
		    strcmp(w.got, "./DevDetail/SwV=2.4.1;") == 0 &&
		    w.p.out.messages == 2, rows[i / 2].name);
		info = dmsc_dm_server_info(w.s);
		ok(dmsc_rd_eq_str(dmsc_node_value(dmsc_tree_find(info,
		    "DevInfo/Man")), "Acme") && dmsc_dm_server_alert(w.s) ==
		    1200 && strcmp(w.p.u.text, "Change the APN?") == 0,
		    "what the device told of itself, and the user was asked");
		end(&w);
	}
}

/* The user says No; and what is typed. */
static void
users(void)
{
	static const char *const name[] = { "MAXLEN=9", "Name?" };
	struct dmsc_request *v;
	struct world w;

	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.p.u.status = 304;
	play_on(&w);
	ok(well(&w) && w.b[0].v[0].status == 304 && w.b[0].v[1].status ==
	    215 && is(&w.p, "Apn/1/Addr", "old.acme.example"),
	    "the user's No");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	v = put(&w, 0, DMSC_CMD_ALERT, NULL, NULL);
	v->alert = 1102;
	v->texts = name;
	v->n_texts = 2;
	w.p.u.types = "Jane";
	play_on(&w);
	ok(well(&w) && strcmp(w.got, "=Jane;") == 0, "what the user typed");
	end(&w);
}

static void
stale(void)
{
	static const enum dmsc_cred_scheme schemes[] = { DMSC_CRED_MD5,
		DMSC_CRED_MAC };
	struct world w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(schemes); i++) {
		start(&w, schemes[i]);
		worked(&w);
		w.p.c.client.nonce = dmsc_rd_str("another");
		w.p.c.server.nonce = dmsc_rd_str("one more");
		play_on(&w);
		ok(well(&w) && is(&w.p, "Apn/1/Addr", "new.acme.example") &&
		    w.kept[0] > 0 && w.kept[1] > 0,
		    "both nonces are old: challenged, and it goes on");
		end(&w);
	}
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.p.c.server.nonce = dmsc_rd_str("one more");
	play_on(&w);
	ok(well(&w) && is(&w.p, "Apn/1/Addr", "new.acme.example") &&
	    strcmp(w.got, "./DevDetail/SwV=2.4.1;") == 0,
	    "our nonce is old: the commands go out once more");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.p.c.client.scheme = DMSC_CRED_BASIC;
	play_on(&w);
	ok(well(&w) && is(&w.p, "Apn/1/Addr", "new.acme.example"),
	    "auth-basic where auth-md5 is wanted: challenged");
	end(&w);
}

static void
wrong(void)
{
	struct world w;

	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.p.c.client.secret = dmsc_rd_str("guessed");
	play_on(&w);
	ok(ended(&w, DMSC_E_AUTHFAIL, DMSC_E_AUTHFAIL,
	    DMSC_DM_SERVER_REFUSED) && w.at == 0,
	    "a device with a wrong secret gets no commands");
	end(&w);
	start(&w, DMSC_CRED_BASIC);
	worked(&w);
	w.p.c.client = none;
	play_on(&w);
	ok(w.r == DMSC_E_AUTH && w.at == 0,
	    "a device that has none to show gets no commands");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.o.server.secret = dmsc_rd_str("stolen");
	play_on(&w);
	ok(w.r == DMSC_E_AUTHFAIL && is(&w.p, "Apn/1/Addr",
	    "old.acme.example"), "a server with a wrong secret");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.o.server = none;
	play_on(&w);
	ok(w.r == DMSC_E_AUTHFAIL && w.code == DMSC_E_AUTHFAIL &&
	    is(&w.p, "Apn/1/Addr", "old.acme.example"),
	    "a server with none to show");
	end(&w);
}

/* Values larger than a message, out and in; in WBXML and XML. */
static void
large(bool xml, const char *format)
{
	static char text[5000];
	struct dmsc_request *v;
	struct world w;
	size_t i;

	for (i = 0; i < sizeof text - 1; i++)
		text[i] = "0123<56789&bcd\xC3\xA9"[i % 16];
	start(&w, DMSC_CRED_MD5);
	w.p.c.xml = xml;
	w.p.c.max_msg = xml ? 1800 : 700;
	w.o.max_msg = xml ? 1800 : 700;
	put(&w, 0, DMSC_CMD_GET, "./DevDetail/SwV", NULL);
	v = put(&w, 0, DMSC_CMD_ADD, "./Big", text);
	v->format = format;
	v->type = "text/plain";
	put(&w, 0, DMSC_CMD_GET, "./Apn/1/Addr", NULL);
	put(&w, 1, DMSC_CMD_GET, "./Big", NULL);
	play_on(&w);
	ok(well(&w) && w.b[0].v[1].status == 200 && is(&w.p, "Big", text) &&
	    w.p.out.messages > 8, "a large value goes out in parts");
	ok(strncmp(w.got, "./DevDetail/SwV=2.4.1;./Apn/1/Addr="
	    "old.acme.example;./Big=", 58) == 0 && (strcmp(format, "bin") == 0
	    || strncmp(w.got + 58, text, sizeof text - 1) == 0),
	    "and comes in parts");
	end(&w);
}

/* Many commands in messages that hold a few. */
static void
many(void)
{
	static char uris[COMMANDS][32];
	unsigned good = 0, i;
	struct world w;

	start(&w, DMSC_CRED_MD5);
	w.p.c.max_msg = 640;
	w.o.max_msg = 640;
	for (i = 0; i < COMMANDS; i++) {
		(void)snprintf(uris[i], sizeof uris[i], "./Apn/1/V%u", i);
		put(&w, 0, DMSC_CMD_ADD, uris[i], "0123456789012345678901");
	}
	put(&w, 1, DMSC_CMD_GET, "./Apn?list=StructData", NULL);
	play_on(&w);
	for (i = 0; i < COMMANDS; i++)
		good += w.b[0].v[i].status == 200;
	ok(well(&w) && good == COMMANDS && strstr(w.got, "./Apn/1/V23=0123")
	    != NULL, "24 commands and a list, in small messages");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	put(&w, 0, DMSC_CMD_ADD, "./Apn/1/X", "x");
	put(&w, 0, DMSC_CMD_DELETE, "./Nowhere", NULL);
	put(&w, 0, DMSC_CMD_GET, "./Apn/1/X", NULL);
	w.b[0].group = 2;
	play_on(&w);
	ok(well(&w) && w.b[0].v[0].status == 216 && w.b[0].v[1].status == 404
	    && w.b[0].v[2].status == 404, "an Atomic that fails");
	end(&w);
}

static void
alerts(void)
{
	struct world w;

	start(&w, DMSC_CRED_MD5);
	w.p.u.events = 2;
	worked(&w);
	play_on(&w);
	ok(well(&w) && w.events == 2 && w.p.u.n_told == 2 &&
	    w.p.u.told[1] == 200 && strcmp(w.event, "1226 ./Apn/1 "
	    "urn:x-dmsc:changed informational changed") == 0,
	    "Generic Alerts in package 1");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	w.p.u.events = 1;
	w.p.c.client.secret = dmsc_rd_str("guessed");
	play_on(&w);
	ok(w.events == 0, "of a device that is not known: not believed");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	w.p.u.events = 9;
	w.p.c.max_msg = w.o.max_msg = w.p.c.peer_msg = 620;
	worked(&w);
	play_on(&w);
	ok(well(&w) && w.events == 9 && is(&w.p, "Apn/1/Addr",
	    "new.acme.example"), "package 1 in parts, with nine of them");
	end(&w);
}

static void
aborts(void)
{
	struct world w;

	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.n = 2;
	w.b[1].abort = true;
	play_on(&w);
	ok(w.r == DMSC_E_OK && w.p.out.aborted && dmsc_dm_server_state(w.s) ==
	    DMSC_DM_SERVER_DONE, "the server aborts");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.p.u.keep = DMSC_E_IO;
	play_on(&w);
	ok(ended(&w, DMSC_E_IO, DMSC_E_OK, DMSC_DM_SERVER_ABORTED),
	    "the device aborts");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	put(&w, 0, DMSC_CMD_GET, "./DevDetail/SwV", NULL);
	put(&w, 1, DMSC_CMD_GET, "./DevDetail/SwV", NULL);
	put(&w, 2, DMSC_CMD_GET, "./DevDetail/SwV", NULL);
	w.o.max_messages = 2;
	play_on(&w);
	ok(w.code == DMSC_E_LIMIT && w.p.out.aborted, "too many messages");
	end(&w);
}

/* Sent twice, lost, and a server that began anew in between. */
static void
again(void)
{
	struct world w;

	start(&w, DMSC_CRED_MAC);
	w.twice = 1;
	w.p.u.events = 1;
	put(&w, 0, DMSC_CMD_ADD, "./Apn/1/X", "x");
	put(&w, 1, DMSC_CMD_ADD, "./Apn/1/Y", "y");
	play_on(&w);
	ok(well(&w) && w.at == 2 && w.events == 1 && w.b[0].v[0].status ==
	    200 && w.b[1].v[0].status == 200,
	    "each message comes twice: nothing is done twice");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	put(&w, 0, DMSC_CMD_REPLACE, "./Apn/1/Addr", "x");
	put(&w, 1, DMSC_CMD_REPLACE, "./Apn/1/Addr", "y");
	w.forget = 3;
	play_on(&w);
	ok(well(&w) && w.at == 2 && is(&w.p, "Apn/1/Addr", "y"),
	    "a server that was restarted begins the session anew");
	end(&w);
	start(&w, DMSC_CRED_MD5);
	worked(&w);
	w.lose = 2;
	play_on(&w);
	ok(w.r == DMSC_E_TRANSPORT && dmsc_dm_server_waits(w.s),
	    "a device that is gone is waited for");
	end(&w);
}

static void
spoilt(void)
{
	unsigned seed, done = 0, obeyed = 0;
	struct world w;

	for (seed = 0; seed < 3000; seed++) {
		start(&w, seed % 2 == 0 ? DMSC_CRED_MD5 : DMSC_CRED_MAC);
		worked(&w);
		w.spoil = 1;
		w.seed = seed * 3;
		w.p.c.max_messages = 8;
		play_on(&w);
		done += w.r <= DMSC_E_OK;
		obeyed += seed % 2 == 1 && w.at > 0;
		end(&w);
	}
	ok(done == 3000 && obeyed == 0, "what is spoilt on its way");
}

int
main(void)
{
	static const char *const formats[] = { "chr", "bin" };
	size_t i;

	schemes();
	users();
	stale();
	wrong();
	for (i = 0; i < 4; i++)
		large(i % 2 == 1, formats[i / 2]);
	many();
	alerts();
	aborts();
	again();
	spoilt();
	return tap_done();
}
