/*
 * card: a session with a device: who may hold one, what waits in ./Outbox
 * and what becomes of it, values in parts both ways, what the device tells,
 * EF.NOTICE, and power cut in each write. The device is dm/client.h on a tree
 * of its own.
 */
#include "base/file.h"
#include "card/app.h"
#include "crypto/cms.h"
#include "dm/client.h"
#include "dm/pkg0.h"
#include "rows.h"

enum { CUTS_MAX = 400, BIG = 3000, PEM_MAX = 8192, NOW = 1790000000 };

/* The device. */
struct phone {
	struct dmsc_card *c;
	struct dmsc_tree *t;
	struct dmsc_buf *object, *answer, *nonces[2];
	unsigned sw, session, events, told, signatures;
	size_t max_msg;
	bool spoil, no_cred, guess;
};

static struct dmsc_tree *
tree(void)
{
	static const struct row rows[] = {
		{ "DevInfo/DevId", "phone" }, { "DevInfo/Lang", "en" },
		{ "Apn/1/Addr", "old.example" }, { "Apn/1/Name", "One" } };

	return rows_tree(rows, DMSC_COUNT(rows),
	    "Add=*&Get=*&Delete=card.example");
}

static struct phone
phone(struct dmsc_card *c)
{
	struct phone p = { .c = c, .t = tree(), .session = 0x51,
		.max_msg = 8192 };

	p.object = dmsc_buf_new(APP_OBJECT_MAX);
	p.answer = dmsc_buf_new(APP_OBJECT_MAX);
	p.nonces[0] = dmsc_buf_from(dmsc_rd_str("device-nonce"), 64);
	p.nonces[1] = dmsc_buf_from(dmsc_rd_str("card-nonce"), 64);
	return p;
}

static void
hang_up(struct phone *p)
{
	dmsc_tree_free(&p->t);
	dmsc_buf_free(&p->object);
	dmsc_buf_free(&p->answer);
	dmsc_buf_free(&p->nonces[0]);
	dmsc_buf_free(&p->nonces[1]);
}

static int
exchange(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct phone *p = ctx;
	struct dmsc_appl_message m = { .bytes = out->bytes, .xml = out->xml,
	    .mac = out->mac };

	(void)to;
	dmsc_buf_reset(p->object);
	dmsc_buf_reset(p->answer);
	if (dmsc_appl_message_put(p->object, DMSC_APPL_SESSION, &m) !=
	    DMSC_E_OK)
		return DMSC_E_NOMEM;
	p->sw = app_object(p->c, dmsc_buf_rd(p->object), APP_SHORT,
	    p->answer);
	if (p->sw >> 8 != 0x90 && p->sw >> 8 != 0x91)
		return dmsc_fail(e, DMSC_E_SW, "SW %04X", p->sw);
	memset(&m, 0, sizeof m);
	if (dmsc_appl_message_get(dmsc_buf_rd(p->answer), DMSC_APPL_SESSION,
	    &m) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_DATA, "no message");
	in->bytes = m.bytes;
	in->xml = m.xml;
	in->mac = m.mac;
	in->signature = m.signature;
	return DMSC_E_OK;
}

static struct dmsc_buf *
signer(void)
{
	const char *top = getenv("top_srcdir");
	struct dmsc_buf *b = NULL;
	char path[512];

	(void)snprintf(path, sizeof path, "%s/scripts/demo/signing.pem",
	    top == NULL ? "." : top);
	if (dmsc_file_slurp(path, PEM_MAX, &b, NULL) != DMSC_E_OK)
		abort();
	return b;
}

static unsigned
trust(void *ctx, const struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct phone *p = ctx;
	struct dmsc_buf *pem = signer();
	struct dmsc_cms_ask ask = { .data = in->bytes,
	    .signature = in->signature, .by_file = true,
	    .file = dmsc_buf_rd(pem), .now = NOW };
	struct dmsc_verdict *v = NULL;
	int r;

	if (p->spoil)
		p->answer->p[p->answer->len / 3] ^= 1;
	r = dmsc_cms_check(&ask, &v, e);
	dmsc_view_free(&dmsc_verdict_view, v);
	dmsc_buf_free(&pem);
	p->signatures += r == DMSC_E_OK;
	return r == DMSC_E_OK ? DMSC_DM_OK : DMSC_DM_UNAUTHORIZED;
}

static bool
event(void *ctx, struct dmsc_dm_event *out)
{
	struct phone *p = ctx;

	if (p->events == 0)
		return false;
	p->events--;
	*out = (struct dmsc_dm_event){ .code = 1226, .source = "./Apn/1",
		.type = "urn:x:changed", .format = "chr",
		.data = dmsc_rd_str("changed") };
	return true;
}

static void
event_told(void *ctx, unsigned status)
{
	struct phone *p = ctx;

	p->told += status == 200;
}

static int
keep(void *ctx, bool changed, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server, struct dmsc_err *e)
{
	const struct dmsc_dm_nonce *n[] = { client, server };
	struct phone *p = ctx;
	size_t i;

	(void)changed;
	(void)e;
	for (i = 0; i < 2; i++)
		if (n[i] != NULL) {
			dmsc_buf_free(&p->nonces[i]);
			p->nonces[i] = dmsc_buf_from(dmsc_rd_of(n[i]->v,
			    n[i]->n), 64);
		}
	return DMSC_E_OK;
}

static int
draw(void *ctx, uint8_t *out, size_t n)
{
	struct phone *p = ctx;

	memset(out, (int)p->session, n);
	return DMSC_E_OK;
}

static int
call(struct phone *p)
{
	struct dmsc_dm_client c = { .tree = p->t,
	    .way = { p, exchange }, .hooks = { .ctx = p, .event = event,
	    .event_told = event_told, .keep = keep, .random = draw,
	    .trust = trust }, .server_id = "card.example", .to = "./SC",
	    .device = "phone", .session = p->session++, .asked = true,
	    .max_msg = p->max_msg, .max_obj = 65536, .peer_msg = 16384,
	    .max_messages = 64 };
	struct dmsc_dm_outcome out;
	struct dmsc_err e = { .code = 0 };
	int r;

	if (!p->no_cred)
		c.client = (struct dmsc_cred_login){ DMSC_CRED_MD5,
		    dmsc_rd_str("device"), dmsc_rd_str(p->guess ? "guess" :
		    "device-s3cret"),
		    dmsc_buf_rd(p->nonces[0]) };
	c.server = (struct dmsc_cred_login){ DMSC_CRED_MD5,
	    dmsc_rd_str("card.example"), dmsc_rd_str("card-s3cret"),
	    dmsc_buf_rd(p->nonces[1]) };
	r = dmsc_dm_client_run(&c, &out, &e);
	if (r != DMSC_E_OK && e.message[0] != '\0')
		printf("# %s\n", e.message);
	return r;
}

static bool
is(const struct phone *p, const char *uri, const char *value)
{
	const struct dmsc_node *n = dmsc_tree_find(p->t, uri);

	return value == NULL ? n == NULL : n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), value);
}

/* A message for the device into ./Outbox, by the owner, who leaves again. */
static unsigned
post(struct dmsc_card *c, const char *name, const char *commands)
{
	struct dmsc_msg *m = world_msg("1"), *answer;
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_cmd *add;
	unsigned sw, status;
	char uri[64];

	if (dmsc_buf_fmt(b, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1"
	    "</SessionID><MsgID>1</MsgID><Target><LocURI>d</LocURI></Target>"
	    "<Source><LocURI>c</LocURI></Source></SyncHdr><SyncBody>%s"
	    "<Final/></SyncBody></SyncML>", commands) != DMSC_E_OK)
		abort();
	(void)snprintf(uri, sizeof uri, "./Outbox/%s/Message", name);
	add = world_cmd(m, NULL, "Add", uri, "bin", NULL, "x");
	if (dmsc_msg_data(m, &add->items[0]->data, dmsc_buf_rd(b), true) !=
	    DMSC_E_OK)
		abort();
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	answer = app_tell(c, m, APP_SHORT, &sw);
	status = answer == NULL ? sw : world_status(answer, "1");
	dmsc_msg_free(&answer);
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	if (!app_reset(c))
		abort();
	(void)lab_send(c, APP_SELECT);
	return status;
}

static bool
holds(struct dmsc_card *c, const char *uri, const char *value)
{
	bool good;

	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	good = app_has(c, uri, value);
	if (!app_reset(c))
		abort();
	(void)lab_send(c, APP_SELECT);
	return good;
}

#define ADD(uri, value) "<Add><CmdID>1</CmdID><Item><Target><LocURI>" uri \
	"</LocURI></Target><Data>" value "</Data></Item></Add>"
#define GET(uri) "<Get><CmdID>2</CmdID><Item><Target><LocURI>" uri \
	"</LocURI></Target></Item></Get>"
#define SET(uri, value) "<Replace><CmdID>3</CmdID><Item><Target><LocURI>" \
	uri "</LocURI></Target><Data>" value "</Data></Item></Replace>"
static const struct {
	const char *name, *commands, *status;
} boxes[] = {
	{ "all is done", ADD("./New/a", "1") GET("./Apn/1/Addr"), "200" },
	{ "one is refused by the ACL", ADD("./New/b", "1")
	    SET("./Apn/1/Addr", "evil"), "425" },
	{ "one is not there", GET("./None") ADD("./New/c", "1"), "404" },
	{ "an Atomic, whose cause counts", "<Atomic><CmdID>9</CmdID>"
	    ADD("./New/d", "1") SET("./Apn/1/Addr", "evil") "</Atomic>",
	    "425" },
	{ "a Sequence", "<Sequence><CmdID>9</CmdID>" ADD("./New/e", "1")
	    GET("./Apn/1/Name") "</Sequence>", "200" },
	{ "an Exec that nothing does", "<Exec><CmdID>4</CmdID><Item><Target>"
	    "<LocURI>./Apn/1</LocURI></Target></Item></Exec>", "425" },
	{ "an Alert without a user", "<Alert><CmdID>1</CmdID><Data>1101"
	    "</Data><Item><Data></Data></Item><Item><Data>Well?</Data>"
	    "</Item></Alert>", "406" },
	{ "a Status is no command", "<Status><CmdID>1</CmdID><MsgRef>1"
	    "</MsgRef><CmdRef>1</CmdRef><Cmd>Add</Cmd><Data>200</Data>"
	    "</Status>", "400" },
	{ "no message", "<Nonsense/>", "400" },
};

static void
outbox(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);
	char uri[64], name[16];
	size_t i;

	for (i = 0; i < DMSC_COUNT(boxes); i++) {
		(void)snprintf(name, sizeof name, "m%zu", i);
		(void)snprintf(uri, sizeof uri, "./Outbox/%s/Status", name);
		ok(post(c, name, boxes[i].commands) == 200 &&
		    call(&p) == DMSC_E_OK &&
		    holds(c, uri, boxes[i].status), boxes[i].name);
	}
	ok(is(&p, "New/a", "1") && is(&p, "New/d", NULL) &&
	    is(&p, "Apn/1/Addr", "old.example"), "the device's tree");
	ok(holds(c, "./Outbox/m0/Results/1/URI", "./Apn/1/Addr") &&
	    holds(c, "./Outbox/m0/Results/1/Data", "old.example"),
	    "what a Get brought is kept");
	ok(p.signatures >= 7, "each message with commands is signed");
	(void)post(c, "x1", ADD("./Two/x", "1"));
	(void)post(c, "x2", ADD("./Two/y", "2"));
	ok(call(&p) == DMSC_E_OK && is(&p, "Two/x", "1") && is(&p, "Two/y",
	    "2") && holds(c, "./Outbox/x2/Status", "200"),
	    "two messages in one session");
	hang_up(&p);
	dmsc_card_close(&c);
}

static void
who(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);

	(void)post(c, "one", ADD("./New/a", "1"));
	p.no_cred = true;
	ok(call(&p) == DMSC_E_SW && p.sw == 0x6982,
	    "a device that says not who it is: 6982");
	p.no_cred = false;
	dmsc_buf_reset(p.nonces[0]);
	ok(call(&p) == DMSC_E_OK && is(&p, "New/a", "1"),
	    "an old nonce: challenged, then known");
	(void)post(c, "two", ADD("./New/b", "1"));
	dmsc_buf_reset(p.nonces[1]);
	ok(call(&p) == DMSC_E_OK && is(&p, "New/b", "1") &&
	    holds(c, "./Outbox/two/Status", "200"),
	    "the card's own nonce was old: challenged, all of it again");
	(void)post(c, "three", ADD("./New/c", "1"));
	p.spoil = true;
	ok(call(&p) != DMSC_E_OK && is(&p, "New/c", NULL) &&
	    holds(c, "./Outbox/three/Status", "401"),
	    "a message that was changed on its way is not obeyed");
	p.spoil = false;
	(void)lab_send(c, APP_ADM1);
	(void)post(c, "four", ADD("./New/d", "1"));
	(void)lab_send(c, APP_ADM1);
	p.no_cred = true;
	ok(call(&p) == DMSC_E_OK && is(&p, "New/d", "1"),
	    "over a right of the link no credential is needed");
	hang_up(&p);
	dmsc_card_close(&c);
}

/* A device that guesses. */
static void
guesses(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);
	unsigned i;

	(void)lab_send(c, APP_SELECT);
	p.guess = true;
	for (i = 0; i < 12 && p.sw != 0x6983; i++)
		(void)call(&p);
	ok(p.sw == 0x6983 && i < 12, "after ten wrong ones: 6983");
	p.guess = false;
	ok(call(&p) == DMSC_E_SW && p.sw == 0x6983,
	    "then the right one too, until its secret is another");
	hang_up(&p);
	dmsc_card_close(&c);
}

static void
strangers(void)
{
	static const char *const bodies[] = { "", ADD("./x", "1"),
		"<Alert><CmdID>1</CmdID><Data>1222</Data></Alert>" };
	struct dmsc_card *c = app_card();
	struct dmsc_buf *b = dmsc_buf_new(4096), *o = dmsc_buf_new(8192);
	struct dmsc_appl_message env = { .xml = true };
	size_t i;

	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < DMSC_COUNT(bodies); i++) {
		dmsc_buf_reset(b);
		dmsc_buf_reset(o);
		if (dmsc_buf_fmt(b, "<SyncML xmlns=\"SYNCML:SYNCML1.2\">"
		    "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2"
		    "</VerProto><SessionID>9</SessionID><MsgID>1</MsgID>"
		    "<Target><LocURI>c</LocURI></Target><Source><LocURI>d"
		    "</LocURI></Source></SyncHdr><SyncBody>%s<Final/>"
		    "</SyncBody></SyncML>", bodies[i]) != DMSC_E_OK)
			abort();
		env.bytes = dmsc_buf_rd(b);
		if (dmsc_appl_message_put(o, DMSC_APPL_SESSION, &env) !=
		    DMSC_E_OK)
			abort();
		ok(app_object(c, dmsc_buf_rd(o), APP_SHORT, NULL) ==
		    0x6985,
		    "a message of no session: 6985");
	}
	dmsc_buf_reset(o);
	env.bytes = dmsc_rd_str("nonsense");
	ok(dmsc_appl_message_put(o, DMSC_APPL_SESSION, &env) == DMSC_E_OK &&
	    app_object(c, dmsc_buf_rd(o), APP_SHORT, NULL) == 0x6A80,
	    "no message: 6A80");
	dmsc_buf_free(&b);
	dmsc_buf_free(&o);
	dmsc_card_close(&c);
}

/* Larger than a message of the device: in parts, both ways. */
static void
large(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);
	char value[BIG + 1], commands[BIG + 512];

	memset(value, 'v', BIG);
	value[BIG] = '\0';
	(void)snprintf(commands, sizeof commands, ADD("./Big", "%s")
	    GET("./Big") ADD("./After", "1"), value);
	p.max_msg = 1024;
	ok(post(c, "big", commands) == 200 && call(&p) == DMSC_E_OK &&
	    is(&p, "Big", value) && is(&p, "After", "1"),
	    "a value of 3000 bytes through messages of 1024");
	ok(holds(c, "./Outbox/big/Status", "200"), "its Status is 200");
	(void)snprintf(commands, sizeof commands, "<Atomic><CmdID>1</CmdID>"
	    ADD("./Big2", "%s") "</Atomic>" ADD("./Behind", "1"), value);
	ok(post(c, "atomic", commands) == 200 && call(&p) == DMSC_E_OK &&
	    is(&p, "Big2", NULL) && holds(c, "./Outbox/atomic/Status",
	    "413"), "an Atomic that cannot be cut is 413");
	hang_up(&p);
	dmsc_card_close(&c);
}

static void
changes(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);

	(void)lab_send(c, APP_SELECT);
	p.events = 3;
	ok(call(&p) == DMSC_E_OK && p.told == 3 &&
	    holds(c, "./Changes/1/URI", "./Apn/1") &&
	    holds(c, "./Changes/3/Data", "changed"),
	    "what the device told is kept");
	ok(holds(c, "./Changes/1/Now/2/URI", "./Apn/1/Addr") &&
	    holds(c, "./Changes/1/Now/2/Data", "old.example"),
	    "and what the card then read");
	p.events = 12;
	p.told = 0;
	ok(call(&p) == DMSC_E_OK && p.told == 12 &&
	    holds(c, "./Changes/15/URI", "./Apn/1") &&
	    !holds(c, "./Changes/7/URI", "./Apn/1"),
	    "the last eight are kept");
	hang_up(&p);
	dmsc_card_close(&c);
}

static bool
notice(struct dmsc_card *c, struct dmsc_buf *b, struct dmsc_appl_notice *n)
{
	static const uint8_t read[] = { 0x00, 0xB0, 0, 0, 0 };

	dmsc_buf_reset(b);
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, "00A4000C024E01");
	(void)app_apdu(c, dmsc_rd_of(read, sizeof read), b);
	return dmsc_appl_notice_get(dmsc_buf_rd(b), n) == DMSC_E_OK;
}

static void
asks(void)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);
	struct dmsc_buf *b = dmsc_buf_new(4096);
	struct dmsc_cred_login l = { DMSC_CRED_MD5,
	    dmsc_rd_str("card.example"), dmsc_rd_str("card-s3cret"),
	    dmsc_rd_str("card-nonce") };
	struct dmsc_appl_notice n;
	struct dmsc_pkg0 p0;
	bool zero;
	size_t i;

	ok(!notice(c, b, &n), "nothing waits: EF.NOTICE is empty");
	(void)post(c, "one", ADD("./New/a", "1"));
	ok(notice(c, b, &n) && n.why == DMSC_APPL_ASKS &&
	    dmsc_pkg0_get(n.package0, &p0) == DMSC_E_OK && p0.session == 1 &&
	    dmsc_pkg0_check(n.package0, &l, &zero) == DMSC_E_OK && !zero,
	    "a message waits: a Package #0 of the account");
	for (i = 0; i < 2; i++) {
		(void)app_reset(c);
		ok(strncmp(lab_send(c, "80100000080181894000000003"), "91",
		    2) == 0, "TERMINAL PROFILE: REFRESH waits");
	}
	ok(notice(c, b, &n) && dmsc_pkg0_check(n.package0, &l, &zero) ==
	    DMSC_E_OK && zero && dmsc_pkg0_get(n.package0, &p0) ==
	    DMSC_E_OK && p0.session == 1,
	    "twice in vain: the same session, the nonce of zeros");
	for (i = 0; i < 2; i++) {
		dmsc_buf_free(&p.nonces[i]);
		p.nonces[i] = dmsc_buf_from(dmsc_rd_of(dmsc_pkg0_zero, 4),
		    64);
	}
	(void)app_reset(c);
	(void)lab_send(c, APP_SELECT);
	ok(call(&p) == DMSC_E_OK && is(&p, "New/a", "1"),
	    "with it the session is held");
	ok(!notice(c, b, &n), "behind it EF.NOTICE is empty");
	(void)lab_send(c, APP_SELECT);
	l.nonce = dmsc_buf_rd(p.nonces[1]);
	(void)post(c, "two", ADD("./New/b", "1"));
	ok(notice(c, b, &n) && dmsc_pkg0_get(n.package0, &p0) ==
	    DMSC_E_OK && p0.session == 2 && dmsc_pkg0_check(n.package0, &l,
	    &zero) == DMSC_E_OK && !zero,
	    "the next session has the next number and the new nonce");
	ok(strcmp(lab_send(c, "00D6000001FF"), "6982") == 0,
	    "nobody else writes it");
	dmsc_buf_free(&b);
	hang_up(&p);
	dmsc_card_close(&c);
}

/* Cut at the at-th write of a session (0: none), which is held again then;
 * how many writes it had. False: something is lost, or there twice. */
static bool
cut(unsigned long at, unsigned long *writes)
{
	struct dmsc_card *c = app_card();
	struct phone p = phone(c);
	bool good;

	(void)post(c, "one", ADD("./New/a", "1"));
	dmsc_card_cut(c, at, at % 3);
	(void)call(&p);
	*writes = dmsc_card_writes(c);
	if (dmsc_card_power_back(c) != DMSC_E_OK || !app_reset(c))
		abort();
	(void)lab_send(c, APP_SELECT);
	p.events = 1;
	(void)call(&p);
	(void)call(&p);
	good = is(&p, "New/a", "1") && (holds(c, "./Outbox/one/Status",
	    "200") || holds(c, "./Outbox/one/Status", "418"));
	hang_up(&p);
	dmsc_card_close(&c);
	return good;
}

static void
cuts(void)
{
	unsigned long at, writes, dummy;
	unsigned bad = !cut(0, &writes);

	for (at = 1; at <= writes && at < CUTS_MAX; at++)
		bad += !cut(at, &dummy);
	printf("# %lu cuts\n", at - 1);
	ok(bad == 0 && at > 2, "power cut at each write of a session");
}

int
main(void)
{
	outbox();
	who();
	guesses();
	strangers();
	large();
	changes();
	asks();
	cuts();
	return tap_done();
}
