/*
 * dm: the device's client. The worked session of reference 4.7; credentials
 * both ways, each scheme; answers in parts and large objects; questions to
 * the user (5.3); Generic Alerts; abort; servers that lie, spoil, and never
 * end.
 */
#include "script.h"
#include "tap.h"

/* Reference 4.7. */
static const struct step worked[] = {
	{ { "<SessionID>A7</SessionID><MsgID>1</MsgID><Target><LocURI>"
	    "https://dm.acme.example/dm</LocURI></Target><Source><LocURI>"
	    "IMEI:350000000000017</LocURI><LocName>dev-7301</LocName>"
	    "</Source><Cred>", "<Data>8UcTmELKXv81xjtshJ0W+g==</Data></Cred>",
	    ">16384</MaxMsgSize>", ">65536</MaxObjSize>",
	    "<Alert><CmdID>1</CmdID><Data>1200</Data></Alert><Replace>"
	    "<CmdID>2</CmdID><Item><Source><LocURI>./DevInfo/Lang</LocURI>"
	    "</Source>", "<Data>en-GB</Data>", "!Ext", "<Final" },
	    .cred = "pWMnIhhRUABtZxqfzte8IQ==",
	    .says = CHAL("1", "syncml:auth-md5", "TjBuY2UtMDAwMg==", "212")
	    ST("2", "1", "1", "Alert", "200")
	    ST("3", "1", "2", "Replace", "200") GET("4", "./DevDetail/SwV")
	    "<Sequence><CmdID>5</CmdID><Alert><CmdID>6</CmdID><Data>1101"
	    "</Data><Item><Data>MAXDT=30&amp;DR=0</Data></Item><Item><Data>"
	    "Change the APN?</Data></Item></Alert>"
	    SET("7", "./Apn/1/Addr", "new.acme.example") "</Sequence>" },
	{ { "<MsgID>2</MsgID>", "!<Cred>", "<Cmd>SyncHdr</Cmd>",
	    "<Chal><Meta><Format " M ">b64</Format><Type " M ">"
	    "syncml:auth-md5</Type><NextNonce " M ">"
	    "bm5ubm5ubm5ubm5ubm5ubg==</NextNonce></Meta></Chal><Data>212",
	    "<Cmd>Get</Cmd><TargetRef>./DevDetail/SwV</TargetRef><Data>200",
	    "<Cmd>Alert</Cmd><Data>304", "<TargetRef>./Apn/1/Addr</TargetRef>"
	    "<Data>215", "<Data>2.4.1</Data></Item></Results><Final" },
	    .says = ST("1", "2", "0", "SyncHdr", "200") },
};

static const struct dmsc_cred_login *
login(const char *user, const char *secret, const char *nonce)
{
	static struct dmsc_cred_login l[8];
	static size_t at;
	struct dmsc_cred_login *p = &l[at++ % 8];

	*p = (struct dmsc_cred_login){ .scheme = DMSC_CRED_MD5,
		.user = dmsc_rd_str(user), .secret = dmsc_rd_str(secret),
		.nonce = dmsc_rd_str(nonce) };
	return p;
}

static void
accounts(struct play *p)
{
	p->c.client = *login("dev-7301", "cl13nt-pw", "N0nce-0001");
	p->c.server = *login("acme-dm", "s3rver-pw", "SrvNonce");
}

static void
worked_session(bool xml)
{
	struct play p = play(worked, DMSC_COUNT(worked));

	accounts(&p);
	p.c.xml = xml;
	p.u.status = 304;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 2, xml ?
	    "the worked session in XML" : "the worked session in WBXML");
	ok(is(&p, "Apn/1/Addr", "old.acme.example") && !p.out.changed &&
	    p.out.messages == 2 && p.out.commands == 4,
	    "No leaves the tree as it was");
	ok(p.u.asked.alert == 1101 && p.u.asked.max_s == 30 &&
	    strcmp(p.u.text, "Change the APN?") == 0 &&
	    strcmp(p.u.preset, "0") == 0, "the user was asked");
	ok(p.u.client.n == 10 && memcmp(p.u.client.v, "N0nce-0002", 10) == 0
	    && p.u.server.n == 16 && p.u.server.v[0] == 'n',
	    "both nonces of the next session are kept");
	over(&p);
}

/* Yes, and the command behind it is obeyed and kept. */
static void
yes(void)
{
	static const struct step steps[] = {
		{ { "1200" }, .says = OK1 "<Sequence><CmdID>5</CmdID><Alert>"
		    "<CmdID>6</CmdID><Data>1101</Data><Item><Data></Data>"
		    "</Item><Item><Data>Really?</Data></Item></Alert>"
		    SET("7", "./Apn/1/Addr", "new") "</Sequence>"
		    GET("8", "./Nowhere") },
		{ { "<Cmd>Replace</Cmd><TargetRef>./Apn/1/Addr</TargetRef>"
		    "<Data>200", "<Data>404" }, .says = OK("2") } };
	struct play p = play(steps, 2);

	ok(run(&p) == DMSC_E_OK && p.s.good && is(&p, "Apn/1/Addr", "new") &&
	    p.out.changed && p.u.kept == 1 && p.out.commands == 4,
	    "Yes: it is obeyed, and kept once");
	over(&p);
}

/* Alerts 1100 to 1104 and what becomes of them. */
#define UI(code, opts, rest) "<Alert><CmdID>2</CmdID><Data>" code "</Data>" \
	"<Item><Data>" opts "</Data></Item>" rest "</Alert>"
#define TEXT(t) "<Item><Data>" t "</Data></Item>"
static const struct {
	const char *name, *alert;
	unsigned status;
	const char *types, *want;
} questions[] = {
	{ "1100 shown", UI("1100", "MINDT=5", TEXT("Hello")), 200, NULL,
	    "<Cmd>Alert</Cmd><Data>200</Data></Status>" },
	{ "1102 typed", UI("1102", "MAXLEN=9&amp;IT=A&amp;DR=John+D%6Fe",
	    TEXT("Name?")), 200, "Jane", "<Data>200</Data><Item><Data>Jane"
	    "</Data></Item></Status>" },
	{ "1102 of digits, letters typed", UI("1102", "IT=N",
	    TEXT("Number?")), 200, "one", "<Data>214</Data></Status>" },
	{ "1102 of digits", UI("1102", "IT=N", TEXT("Number?")), 200,
	    "-1.5", "<Data>200</Data><Item><Data>-1.5" },
	{ "1103 chosen", UI("1103", "", TEXT("Which?") TEXT("a") TEXT("b")),
	    200, "2", "<Data>200</Data><Item><Data>2</Data></Item>" },
	{ "1103: there is no third", UI("1103", "", TEXT("Which?") TEXT("a")
	    TEXT("b")), 200, "3", "<Data>214</Data></Status>" },
	{ "1103: not two", UI("1103", "", TEXT("Which?") TEXT("a")
	    TEXT("b")), 200, "1-2", "<Data>214</Data></Status>" },
	{ "1104 chosen", UI("1104", "DR=1-2", TEXT("Which?") TEXT("a")
	    TEXT("b") TEXT("c")), 200, "1-3", "<Data>200</Data><Item><Data>1"
	    "</Data></Item><Item><Data>3</Data></Item></Status>" },
	{ "1104: none of them", UI("1104", "", TEXT("Which?") TEXT("a")),
	    200, "", "<Data>200</Data></Status>" },
	{ "no text", UI("1101", "", ""), 200, NULL, "<Data>412</Data>" },
	{ "no choices", UI("1103", "", TEXT("Which?")), 200, "1",
	    "<Data>412</Data>" },
	{ "too late", UI("1101", "MAXDT=1", TEXT("Yes?")), 408, NULL,
	    "<Data>408</Data></Status>" },
	{ "cancelled", UI("1101", "", TEXT("Yes?")), 214, NULL,
	    "<Data>214</Data></Status>" },
	{ "an option that nobody knows, half an escape", UI("1101",
	    "X=1&amp;DR=%4", TEXT("Yes?")), 200, NULL,
	    "<Data>200</Data></Status>" },
	{ "a Generic Alert of the server", UI("1226", "", TEXT("x")), 200,
	    NULL, "<Data>406</Data></Status>" },
};

static void
asks(void)
{
	char says[2048];
	size_t i;

	for (i = 0; i < DMSC_COUNT(questions); i++) {
		struct step steps[] = { { { "1200" }, .says = says },
			{ { questions[i].want }, .says = OK("2") } };
		struct play p = play(steps, 2);

		(void)snprintf(says, sizeof says, OK1 "%s",
		    questions[i].alert);
		p.u.status = questions[i].status;
		p.u.types = questions[i].types;
		ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 2,
		    questions[i].name);
		if (i == 1)
			ok(strcmp(p.u.preset, "John Doe") == 0 &&
			    p.u.asked.max_chars == 9, "its options");
		over(&p);
	}
}

static void
no_user(void)
{
	struct step steps[] = { { { "1200" }, .says = OK1 UI("1101", "",
		TEXT("Yes?")) GET("9", "./Apn/1/Addr") },
		{ { "<Cmd>Alert</Cmd><Data>406", "old.acme.example" },
		    .says = OK("2") } };
	struct play p = play(steps, 2);

	p.c.way = (struct dmsc_dm_way){ &p.s, exchange };
	ok(dmsc_dm_client_run(&p.c, &p.out, &p.e) == DMSC_E_OK && p.s.good,
	    "a device without a user: 406, and it goes on");
	over(&p);
}

/* Challenges of the server: 407, then 401, then too often. */
static void
challenged(void)
{
	static const struct step steps[] = {
		{ { "<MsgID>1</MsgID>", "8UcTmELKXv81xjtshJ0W+g==" },
		    .says = CHAL("1", "syncml:auth-md5",
		    "oKGio6SlpqeoqaqrrK2urw==", "401") },
		{ { "<SessionID>A7</SessionID><MsgID>2</MsgID>",
		    "<Cmd>SyncHdr</Cmd>", "1200", "./DevInfo/Lang",
		    "<Data>SJvrxxUFv4n7T25oBenSbQ==</Data>", "<Final" },
		    .says = ST("1", "2", "0", "SyncHdr", "212") } };
	static const struct step twice[] = {
		{ { "<MsgID>1</MsgID>" }, .says = CHAL("1",
		    "syncml:auth-md5", "oKE=", "401") },
		{ { "<MsgID>2</MsgID>" }, .says = CHAL("1",
		    "syncml:auth-md5", "oKI=", "401") },
		{ { "<MsgID>3</MsgID>" }, .says = CHAL("1",
		    "syncml:auth-md5", "oKM=", "401") } };
	static const struct step basic[] = {
		{ { "<MsgID>1</MsgID>" }, .says = CHAL("1",
		    "syncml:auth-basic", "", "401") } };
	struct play p = play(steps, 2);

	accounts(&p);
	p.c.server.scheme = DMSC_CRED_NONE;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 2,
	    "a challenge: package 1 once more, with its nonce");
	over(&p);
	p = play(twice, 3);
	accounts(&p);
	ok(run(&p) == DMSC_E_AUTHFAIL && p.s.good && p.s.at == 3,
	    "challenged for ever: an error");
	over(&p);
	p = play(basic, 1);
	accounts(&p);
	ok(run(&p) == DMSC_E_AUTHFAIL && p.s.good && p.s.at == 1,
	    "no password in the clear where a digest was meant");
	over(&p);
	p = play(steps, 1);
	p.s.quiet = true;
	p.c.client.scheme = DMSC_CRED_NONE;
	ok(run(&p) == DMSC_E_AUTH && p.s.at == 1,
	    "a credential is wanted and there is none");
	over(&p);
}

/* Servers that do not prove themselves command nothing. */
static void
unknown_server(void)
{
#define CMD SET("2", "./Apn/1/Addr", "evil")
	static const struct step none[] = {
		{ { "1200" }, .says = OK1 CMD },
		{ { "<Cmd>SyncHdr</Cmd>", "<NextNonce", "<Data>407",
		    "<Cmd>Replace</Cmd><TargetRef>./Apn/1/Addr</TargetRef>"
		    "<Data>407" }, .says = ST("1", "2", "0", "SyncHdr",
		    "200") CMD },
		{ { "<Data>407" }, .says = OK("3") CMD } };
	static const struct step wrong[] = {
		{ { "1200" }, .cred = "AAAAAAAAAAAAAAAAAAAAAA==",
		    .says = OK1 CMD },
		{ { "<Data>401", "<NextNonce" },
		    .cred = "pWMnIhhRUABtZxqfzte8IQ==",
		    .says = OK("2") CMD },
		{ { "<Data>401", "!<NextNonce" }, .says = OK("3") } };
	static const struct step silent[] = {
		{ { "1200" }, .says = OK1 } };
	struct play p = play(none, 3);

	accounts(&p);
	ok(run(&p) == DMSC_E_AUTHFAIL && p.s.good && p.s.at == 3 &&
	    is(&p, "Apn/1/Addr", "old.acme.example") && p.u.server.n == 0,
	    "no credential: 407 and a challenge, then the end");
	over(&p);
	p = play(wrong, 3);
	accounts(&p);
	ok(run(&p) == DMSC_E_AUTHFAIL && p.s.good && p.s.at == 3 &&
	    is(&p, "Apn/1/Addr", "old.acme.example"),
	    "a wrong one, then one of an old nonce: 401 twice, the end");
	over(&p);
	p = play(silent, 1);
	accounts(&p);
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 1,
	    "a server that wants nothing is not challenged");
	over(&p);
}

/* The right one for our nonce, the second time. */
static void
second_try(void)
{
	struct dmsc_cred_login l = *login("acme-dm", "s3rver-pw",
	    "nnnnnnnnnnnnnnnn");
	struct dmsc_msg *m = dmsc_msg_new();
	struct step steps[] = {
		{ { "1200" }, .says = OK1 SET("2", "./Apn/1/Addr", "new") },
		{ { "<Data>407" }, .says = ST("1", "2", "0", "SyncHdr",
		    "200") SET("2", "./Apn/1/Addr", "new") },
		{ { "<Data>212", "<Cmd>Replace</Cmd><TargetRef>./Apn/1/Addr"
		    "</TargetRef><Data>200" }, .says = OK("3") } };
	char text[64];
	struct play p = play(steps, 3);

	accounts(&p);
	if (m == NULL || dmsc_cred_put(m, &l) != DMSC_E_OK)
		abort();
	(void)snprintf(text, sizeof text, "%.*s",
	    (int)m->hdr.cred.data.bytes.left,
	    (const char *)m->hdr.cred.data.bytes.p);
	steps[1].cred = text;
	ok(run(&p) == DMSC_E_OK && p.s.good && is(&p, "Apn/1/Addr", "new"),
	    "a server that meets the challenge is obeyed");
	dmsc_msg_free(&m);
	over(&p);
}

/* auth-MAC at both ends: a code and a nonce with each message. */
static void
macs_both(void)
{
	static const struct step steps[] = {
		{ { "<LocName>dev-7301</LocName>", "!<Cred>" }, .says =
		    CHAL("1", "syncml:auth-MAC", "TjBuY2UtMDAwMg==", "200")
		    SET("2", "./Apn/1/Addr", "new") },
		{ { "!<Cred>", "<NextNonce", "<Cmd>Replace</Cmd><TargetRef>"
		    "./Apn/1/Addr</TargetRef><Data>200" },
		    .says = OK("2") SET("2", "./Apn/1/Addr", "newer") } };
	struct play p = play(steps, 2);

	accounts(&p);
	p.c.client.scheme = p.c.server.scheme = DMSC_CRED_MAC;
	p.s.ours = p.c.client;
	p.s.theirs = p.c.server;
	p.s.mac = dmsc_buf_new(1024);
	ok(run(&p) == DMSC_E_AUTHFAIL && p.s.good && p.s.macs == 2 &&
	    is(&p, "Apn/1/Addr", "newer"),
	    "auth-MAC both ways, until no new nonce comes");
	over(&p);
	p = play(steps, 2);
	accounts(&p);
	p.c.client.scheme = p.c.server.scheme = DMSC_CRED_MAC;
	p.s.ours = p.c.client;
	p.s.theirs = p.c.server;
	p.s.theirs.secret = dmsc_rd_str("another");
	p.s.mac = dmsc_buf_new(1024);
	p.s.quiet = true;
	ok(run(&p) == DMSC_E_AUTHFAIL &&
	    is(&p, "Apn/1/Addr", "old.acme.example"),
	    "a code of another secret");
	over(&p);
}

static void
basic(void)
{
	static const struct step steps[] = {
		{ { ">syncml:auth-basic</Type>", "<Data>"
		    "ZGV2LTczMDE6Y2wxM250LXB3</Data></Cred>" },
		    .says = ST("1", "1", "0", "SyncHdr", "212")
		    GET("2", "./Apn/1/Addr") },
		{ { "!<Cred>", "old.acme.example" }, .says = OK("2") } };
	struct play p = play(steps, 2);

	accounts(&p);
	p.c.client.scheme = DMSC_CRED_BASIC;
	p.c.server.scheme = DMSC_CRED_NONE;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 2, "auth-basic");
	over(&p);
}

static void
trusted(void)
{
	static const struct step steps[] = {
		{ { "1200" }, .says = OK1 SET("2", "./Apn/1/Addr", "evil") },
		{ { "<Cmd>Replace</Cmd><TargetRef>./Apn/1/Addr</TargetRef>"
		    "<Data>401" }, .says = OK("2") } };
	struct play p = play(steps, 2);

	p.c.hooks.trust = trust;
	p.u.trust = 401;
	ok(run(&p) == DMSC_E_SIGNER && p.s.good && p.s.at == 2 &&
	    is(&p, "Apn/1/Addr", "old.acme.example") && p.u.trusted == 1,
	    "commands that are not trusted are refused, then it ends");
	over(&p);
}

static void
events(void)
{
	static const struct step steps[] = {
		{ { "1200", "./DevInfo/Lang", "<Alert><CmdID>3</CmdID><Data>"
		    "1226</Data><Item><Source><LocURI>./Apn/1</LocURI>"
		    "</Source><Meta>", ">urn:x-dmsc:changed</Type>",
		    ">informational</Mark>", "<Data>changed</Data>" },
		    .says = OK1 ST("2", "1", "3", "Alert", "200")
		    ST("3", "1", "4", "Alert", "406")
		    GET("4", "./Apn/1/Addr") },
		{ { "<Data>old.acme.example</Data>" }, .says = OK("2") } };
	static const struct step small[] = {
		{ { "1200", "<Data>1226</Data>", "!<Final" }, .says = OK1
		    ST("2", "1", "3", "Alert", "200"), .open = true },
		{ { "<Cmd>SyncHdr</Cmd>", "<Data>1226</Data>", "<Final" },
		    .says = ST("1", "2", "0", "SyncHdr", "200")
		    ST("2", "2", "2", "Alert", "200")
		    GET("3", "./Apn/1/Addr") },
		{ { "old.acme.example" }, .says = OK("3") } };
	struct play p = play(steps, 2);

	p.u.events = 2;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.u.n_told == 2 &&
	    p.u.told[0] == 200 && p.u.told[1] == 406,
	    "Generic Alerts in package 1, each with its Status");
	over(&p);
	p = play(small, 3);
	p.u.events = 2;
	p.c.peer_msg = 620;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.u.n_told == 2,
	    "an event that has no room goes with the next message");
	over(&p);
}

/* Package 1 and its answers in several messages. */
static void
in_parts(void)
{
	static const struct step steps[] = {
		{ { "1200", "./DevInfo/Lang", "!<Final" }, .says = OK1
		    "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>",
		    .open = true },
		{ { "<Cmd>SyncHdr</Cmd>", "./DevInfo/", "!<Final" },
		    .says = ST("1", "2", "0", "SyncHdr", "200")
		    "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>",
		    .open = true },
		{ { "./DevInfo/DevId", "<Final" }, .says = OK("3") } };
	static const struct step open[] = {
		{ { "1200", "<Final" }, .says = OK1 SET("2", "./Apn/1/Addr",
		    "new"), .open = true },
		{ { "<Cmd>Replace</Cmd>", "!<Final" }, .says = OK("2"),
		    .open = true },
		{ { "<Cmd>SyncHdr</Cmd>", "<Alert><CmdID>2</CmdID><Data>1222",
		    "!<Final" }, .says = OK("3") GET("2", "./Apn/1/Addr") },
		{ { "<Data>new</Data>", "<Final" }, .says = OK("4") } };
	struct play p = play(steps, 3);

	p.c.peer_msg = 330;
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 3,
	    "package 1 in three messages");
	over(&p);
	p = play(open, 4);
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 4,
	    "a package of the server in three messages");
	over(&p);
}

/* A value larger than a message, out in parts. */
static void
large_out(void)
{
	static const struct step steps[] = {
		{ { "1200" }, .meta = "<Meta><MaxMsgSize " M ">600"
		    "</MaxMsgSize></Meta>", .says = OK1 GET("2", "./Big") },
		{ { ">1000</Size>", "<MoreData", "!<Final" },
		    .says = ST("1", "2", "0", "SyncHdr", "200") "<Alert>"
		    "<CmdID>2</CmdID><Data>1222</Data></Alert>",
		    .open = true },
		{ { "<Results>", "!<Final" }, .says =
		    ST("1", "3", "0", "SyncHdr", "200")
		    "<Alert><CmdID>2</CmdID><Data>1222</Data></Alert>",
		    .open = true },
		{ { "<Results>", "<MoreData", "!<Final" }, .says = OK("4"),
		    .open = true },
		{ { "zzz</Data>", "!<MoreData", "<Final" },
		    .says = OK("5") } };
	char value[1000];
	struct play p = play(steps, 5);

	memset(value, 'z', sizeof value);
	if (dmsc_tree_add(p.c.tree, "Big", DMSC_FMT_CHR, NULL,
	    dmsc_rd_of(value, sizeof value), NULL) != DMSC_E_OK)
		abort();
	ok(run(&p) == DMSC_E_OK && p.s.good && p.s.at == 5,
	    "a large value goes out in parts, Final with the last");
	over(&p);
}

static void
large_in(void)
{
#define PART(id, size, text, more) "<Add><CmdID>" id "</CmdID><Item><Target>" \
	"<LocURI>./New</LocURI></Target>" size "<Data>" text "</Data>" more \
	"</Item></Add>"
	static const struct step steps[] = {
		{ { "1200" }, .says = OK1 PART("2", "<Meta><Size " M
		    ">9</Size></Meta>", "abc", "<MoreData/>"), .open = true },
		{ { "<Cmd>Add</Cmd><TargetRef>./New</TargetRef><Data>213",
		    "!<Final" }, .says = ST("1", "2", "0", "SyncHdr", "200")
		    PART("2", "", "def", "<MoreData/>"), .open = true },
		{ { "<Data>213" }, .says = OK("3")
		    PART("2", "", "ghi", "") },
		{ { "<Cmd>Add</Cmd><TargetRef>./New</TargetRef><Data>200",
		    "<Final" }, .says = OK("4") } };
	struct play p = play(steps, 4);

	ok(run(&p) == DMSC_E_OK && p.s.good && is(&p, "New", "abcdefghi"),
	    "a large value comes in parts");
	over(&p);
	p = play(steps, 4);
	p.s.dead = true;
	ok(run(&p) == DMSC_E_TRANSPORT && is(&p, "New", NULL),
	    "a line that is cut in the middle of it leaves nothing");
	over(&p);
}

static void
aborted(void)
{
	static const struct step steps[] = {
		{ { "1200" }, .says = OK1 SET("2", "./Apn/1/Addr", "new")
		    "<Alert><CmdID>3</CmdID><Data>1223</Data></Alert>" } };
	static const struct step silent[] = { { { "1200" }, .says = NULL } };
	static const struct step refused[] = {
		{ { "1200" }, .says = ST("1", "1", "0", "SyncHdr", "503") },
		{ { "1223", "<Final" }, .says = OK("2") } };
	static const struct step full[] = {
		{ { "1200" }, .says = OK1 SET("2", "./Apn/1/Addr", "new") },
		{ { "1223", "<Final" }, .says = OK("2") } };
	struct play p = play(steps, 1);

	ok(run(&p) == DMSC_E_OK && p.s.good && p.out.aborted &&
	    is(&p, "Apn/1/Addr", "new") && p.u.kept == 1,
	    "the server aborts: no answer, what was done stays");
	over(&p);
	p = play(silent, 1);
	ok(run(&p) == DMSC_E_OK && p.s.good, "an empty answer ends it");
	over(&p);
	p = play(refused, 2);
	ok(run(&p) == DMSC_E_DATA && p.s.good && p.e.dm == 503,
	    "a server that cannot: its status, and we abort");
	over(&p);
	p = play(full, 2);
	p.u.keep = DMSC_E_IO;
	ok(run(&p) == DMSC_E_IO && p.out.messages == 2,
	    "what cannot be kept ends it");
	over(&p);
}

static void
endless(void)
{
	struct play p = play(NULL, 0);

	p.s.forever = true;
	p.c.max_messages = 40;
	ok(run(&p) == DMSC_E_LIMIT && p.out.messages == 41,
	    "a server that never ends: 40 messages, and we abort");
	over(&p);
	p = play(worked, 2);
	p.s.other_session = true;
	p.s.forever = true;
	ok(run(&p) == DMSC_E_FORMAT, "an answer of another session");
	over(&p);
}

/* What a server sends is spoilt at any bit: bounded, and no crash. */
static void
spoilt(void)
{
	unsigned seed, ended = 0;

	for (seed = 0; seed < 4000; seed++) {
		struct play p = play(worked, DMSC_COUNT(worked));

		accounts(&p);
		p.s.spoil = true;
		p.s.seed = seed * 3;
		p.c.max_messages = 8;
		p.s.quiet = true;
		ended += run(&p) <= DMSC_E_OK;
		over(&p);
	}
	ok(ended == 4000, "each spoilt answer ends the session somehow");
}

int
main(void)
{
	worked_session(false);
	worked_session(true);
	yes();
	asks();
	no_user();
	challenged();
	unknown_server();
	second_try();
	macs_both();
	basic();
	trusted();
	events();
	in_parts();
	large_out();
	large_in();
	aborted();
	endless();
	spoilt();
	return tap_done();
}
