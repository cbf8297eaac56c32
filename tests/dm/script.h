/* A device's client, a server that says what a script says, and a user. */
#ifndef DMSC_TESTS_DM_SCRIPT_H
#define DMSC_TESTS_DM_SCRIPT_H

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "dm/client.h"
#include "rows.h"

enum { WIRE = 1 << 20 };

/* A server by script. In what it says, the header is made for it; %s is a
 * place for what a step fills in. */
struct step {
	const char *wants[8];	/* found in our message, as XML; '!': not */
	const char *says;	/* commands; NULL: an empty answer */
	bool open;		/* no Final */
	const char *cred;	/* auth-md5 in its header; NULL: none */
	const char *meta;	/* in its header */
};
struct script {
	const struct step *steps;
	size_t n, at;
	bool good;
	struct dmsc_buf *xml, *out;
	/* instead of the steps */
	bool forever, spoil, other_session, dead, quiet;
	unsigned seed;
	/* auth-MAC: what both know, and whether ours held. */
	struct dmsc_cred_login ours, theirs;
	struct dmsc_buf *mac;
	unsigned macs;
};
struct user {
	unsigned status;
	const char *types;
	struct dmsc_dm_question asked;
	char text[64], preset[64];
	unsigned events, told[4], n_told, kept, trusted;
	unsigned trust;
	struct dmsc_dm_nonce client, server;
	int keep;
};

static inline bool
holds(const char *text, const char *want)
{
	return want[0] == '!' ? strstr(text, want + 1) == NULL :
	    strstr(text, want) != NULL;
}

static inline void
look(struct script *s, const struct step *t, struct dmsc_rd bytes)
{
	struct dmsc_msg *m = NULL;
	const char *text;
	size_t i;

	dmsc_buf_reset(s->xml);
	if (dmsc_msg_read(bytes, &m, NULL, NULL) != DMSC_E_OK ||
	    dmsc_msg_write_xml(m, false, s->xml, NULL) != DMSC_E_OK) {
		s->good = false;
		dmsc_msg_free(&m);
		return;
	}
	dmsc_msg_free(&m);
	text = dmsc_buf_cstr(s->xml);
	for (i = 0; i < DMSC_COUNT(t->wants) && t->wants[i] != NULL; i++)
		if (!holds(text, t->wants[i])) {
			s->good = false;
			if (!s->quiet)
				printf("# message %zu lacks %s in:\n# %s\n",
				    s->at, t->wants[i], text);
		}
}

#define HEAD "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>" \
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>" \
	"<SessionID>%s</SessionID><MsgID>%zu</MsgID><Target><LocURI>" \
	"IMEI:350000000000017</LocURI></Target><Source><LocURI>" \
	"https://dm.acme.example/dm</LocURI><LocName>acme-dm</LocName>" \
	"</Source>%s%s%s%s</SyncHdr><SyncBody>"
#define MD5 "<Cred><Meta><Format xmlns=\"syncml:metinf\">b64</Format>" \
	"<Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type></Meta><Data>"

static inline int
say(struct script *s, const struct step *t)
{
	const char *c = t->cred;
	int r;

	dmsc_buf_reset(s->out);
	r = dmsc_buf_fmt(s->out, HEAD, s->other_session ? "A8" : "A7", s->at,
	    c != NULL ? MD5 : "", c != NULL ? c : "",
	    c != NULL ? "</Data></Cred>" : "",
	    t->meta != NULL ? t->meta : "");
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(s->out, "%s%s</SyncBody></SyncML>", t->says,
		    t->open ? "" : "<Final/>");
	return r;
}

/* Both ends' codes; the nonces of later messages are those of draw and of
 * the script. */
static inline int
macs(struct script *s, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in)
{
	int r;

	dmsc_buf_reset(s->mac);
	r = dmsc_cred_mac_put(&s->ours, out->bytes, s->mac);
	s->macs += r == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(s->mac), out->mac);
	dmsc_buf_reset(s->mac);
	if (r == DMSC_E_OK)
		r = dmsc_cred_mac_put(&s->theirs, in->bytes, s->mac);
	in->mac = dmsc_buf_rd(s->mac);
	s->ours.nonce = dmsc_rd_str("N0nce-0002");
	s->theirs.nonce = dmsc_rd_str("nnnnnnnnnnnnnnnn");
	return r;
}

static inline int
exchange(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	static const struct step again = { .says = "<Alert><CmdID>1</CmdID>"
		"<Data>1222</Data></Alert>", .open = true };
	struct script *s = ctx;
	const struct step *t;

	(void)to;
	if (s->dead && s->at == 1)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "the line is cut");
	if (!s->forever && s->at >= s->n) {
		look(s, &again, out->bytes);
		if (!s->quiet)
			printf("# one more message than expected: %s\n",
			    dmsc_buf_cstr(s->xml));
		s->good = false;
		return DMSC_E_TRANSPORT;
	}
	t = s->forever ? &again : &s->steps[s->at];
	s->at++;
	look(s, t, out->bytes);
	if (t->says == NULL)
		return DMSC_E_OK;
	if (say(s, t) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	if (s->spoil)
		s->out->p[s->seed / 8 % s->out->len] ^=
		    (uint8_t)(1 << s->seed % 8);
	in->bytes = dmsc_buf_rd(s->out);
	in->xml = true;
	return s->mac == NULL ? DMSC_E_OK : macs(s, out, in);
}

static inline unsigned
ask(void *ctx, const struct dmsc_dm_question *q, struct dmsc_buf *text)
{
	struct user *u = ctx;

	u->asked = *q;
	(void)snprintf(u->text, sizeof u->text, "%s", q->text);
	(void)snprintf(u->preset, sizeof u->preset, "%s",
	    q->preset == NULL ? "" : q->preset);
	return dmsc_buf_str(text, u->types == NULL ? "" : u->types) ==
	    DMSC_E_OK ? u->status : 500;
}

static inline bool
event(void *ctx, struct dmsc_dm_event *out)
{
	struct user *u = ctx;

	if (u->events == 0)
		return false;
	u->events--;
	*out = (struct dmsc_dm_event){ .code = 1226, .source = "./Apn/1",
		.type = "urn:x-dmsc:changed", .format = "chr",
		.mark = "informational", .data = dmsc_rd_str("changed") };
	return true;
}

static inline void
event_told(void *ctx, unsigned status)
{
	struct user *u = ctx;

	if (u->n_told < DMSC_COUNT(u->told))
		u->told[u->n_told++] = status;
}

static inline unsigned
trust(void *ctx, const struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct user *u = ctx;

	(void)in;
	u->trusted++;
	if (u->trust != DMSC_DM_OK)
		(void)dmsc_fail(e, DMSC_E_SIGNER, "nobody signed it");
	return u->trust;
}

static inline int
keep(void *ctx, bool changed, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server, struct dmsc_err *e)
{
	struct user *u = ctx;

	(void)e;
	u->kept += changed;
	if (client != NULL)
		u->client = *client;
	if (server != NULL)
		u->server = *server;
	return u->keep;
}

static inline int
draw(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	memset(out, 'n', n);
	return DMSC_E_OK;
}

static inline struct dmsc_tree *
device(void)
{
	static const struct row rows[] = {
		{ "DevInfo/Lang", "en-GB" }, { "DevInfo/DmV", "1.2" },
		{ "DevInfo/Mod", "SC-Sim" }, { "DevInfo/Man", "Acme" },
		{ "DevInfo/DevId", "IMEI:350000000000017" },
		{ "DevInfo/Ext/x", "y" }, { "DevDetail/SwV", "2.4.1" },
		{ "Apn/1/Addr", "old.acme.example" },
	};

	return rows_tree(rows, DMSC_COUNT(rows),
	    "Add=*&Get=*&Replace=acme-dm&Delete=acme-dm");
}

static const struct dmsc_dm_client plain = {
	.server_id = "acme-dm", .to = "https://dm.acme.example/dm",
	.device = "IMEI:350000000000017", .session = 0xA7, .asked = true,
	.max_msg = 16384, .max_obj = 65536,
};

struct play {
	struct script s;
	struct user u;
	struct dmsc_dm_client c;
	struct dmsc_dm_outcome out;
	struct dmsc_err e;
};

static inline struct play
play(const struct step *steps, size_t n)
{
	struct play p = { .s = { .steps = steps, .n = n, .good = true },
		.u = { .status = 200, .trust = 200 }, .c = plain };

	p.c.tree = device();
	p.s.xml = dmsc_buf_new(WIRE);
	p.s.out = dmsc_buf_new(WIRE);
	return p;
}

static inline int
run(struct play *p)
{
	p->c.way = (struct dmsc_dm_way){ &p->s, exchange };
	p->c.hooks.ctx = &p->u;
	if (p->c.hooks.ask == NULL)
		p->c.hooks.ask = ask;
	p->c.hooks.event = event;
	p->c.hooks.event_told = event_told;
	p->c.hooks.keep = keep;
	p->c.hooks.random = draw;
	return dmsc_dm_client_run(&p->c, &p->out, &p->e);
}

static inline void
over(struct play *p)
{
	dmsc_tree_free(&p->c.tree);
	dmsc_buf_free(&p->s.xml);
	dmsc_buf_free(&p->s.out);
	dmsc_buf_free(&p->s.mac);
}

static inline bool
is(const struct play *p, const char *uri, const char *value)
{
	const struct dmsc_node *n = dmsc_tree_find(p->c.tree, uri);

	return value == NULL ? n == NULL : n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), value);
}

#define M "xmlns=\"syncml:metinf\""
#define ST(id, msg, ref, cmd, code) "<Status><CmdID>" id "</CmdID><MsgRef>" \
	msg "</MsgRef><CmdRef>" ref "</CmdRef><Cmd>" cmd "</Cmd><Data>" code \
	"</Data></Status>"
#define CHAL(id, type, nonce, code) "<Status><CmdID>" id "</CmdID><MsgRef>1" \
	"</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Chal><Meta><Format " M \
	">b64</Format><Type " M ">" type "</Type><NextNonce " M ">" nonce \
	"</NextNonce></Meta></Chal><Data>" code "</Data></Status>"
#define GET(id, uri) "<Get><CmdID>" id "</CmdID><Item><Target><LocURI>" uri \
	"</LocURI></Target></Item></Get>"
#define SET(id, uri, value) "<Replace><CmdID>" id "</CmdID><Item><Target>" \
	"<LocURI>" uri "</LocURI></Target><Data>" value "</Data></Item>" \
	"</Replace>"
#define OK1 ST("1", "1", "0", "SyncHdr", "200")
#define OK(msg) ST("1", msg, "0", "SyncHdr", "200")

#endif
