/* card: the DM-SC application: hello, blocks and what is wrong with them,
 * STATE, messages by the owner, nobody and servers, personal data, Inbox. */
#include "card/app.h"
#include "card/applin.h"

enum { SMALL = 65536 };		/* bytes for a tree */

static void
test_hello(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_appl_hello h;
	struct dmsc_buf *b = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s;

	ok(dmsc_card_hello(c, &h) && h.version == DMSC_APPL_VERSION &&
	    h.methods == DMSC_APPL_METHODS && h.max_msg ==
	    DMSC_CARD_MSG_MAX && h.max_obj == DMSC_CARD_OBJ_MAX &&
	    (h.to_personal & DMSC_APPL_USER) != 0, "the hello of the FCP");
	ok(strncmp(lab_send(c, "00A4040407F0444D2D534301"), "62", 2) == 0,
	    "SELECT by AID");
	ok(app_state(c, b, &s) == 0x9000 && !s.authenticated,
	    "nobody is told a nonce and nothing else");
	ok(strcmp(lab_send(c, APP_ADM1), "9000") == 0 &&
	    app_state(c, b, &s) == 0x9000 && s.authenticated &&
	    s.server.left == 0 && s.free_bytes > 0 &&
	    s.free_bytes <= s.total, "the owner is told how things stand");
	dmsc_buf_free(&b);
	dmsc_card_close(&c);
}

static const struct {
	const char *cmd, *uri, *format, *data;
	unsigned nobody, owner;
} does[] = {
	{ "Get", "./DevInfo/Mod", NULL, NULL, 407, 200 },
	{ "Get", "./Group/Fleet/Tracking/Interval", NULL, NULL, 407, 200 },
	{ "Get", "./None", NULL, NULL, 407, 404 },
	{ "Add", "./New", "node", NULL, 407, 200 },
	{ "Add", "./New/Leaf", "chr", "text", 407, 200 },
	{ "Replace", "./New/Leaf", NULL, "other", 407, 200 },
	{ "Copy", "./New/Leaf>./New/Second", NULL, NULL, 407, 200 },
	{ "Delete", "./New/Second", NULL, NULL, 407, 200 },
	{ "Exec", "./New/Leaf", NULL, NULL, 407, 406 },
	{ "Get", "./Personal/Contact/Name", NULL, NULL, 407, 425 },
	{ "Add", "./Personal/Mine", "node", NULL, 407, 425 },
};

static void
test_commands(void)
{
	struct dmsc_card *c = app_card();
	unsigned got;
	char name[96];
	size_t i;

	(void)lab_send(c, APP_SELECT);
	for (i = 0; i < DMSC_COUNT(does); i++) {
		got = app_do(c, does[i].cmd, does[i].uri, does[i].format,
		    does[i].data);
		(void)snprintf(name, sizeof name, "nobody: %s %s: %u",
		    does[i].cmd, does[i].uri, got);
		ok(got == does[i].nobody, name);
	}
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < DMSC_COUNT(does); i++) {
		got = app_do(c, does[i].cmd, does[i].uri, does[i].format,
		    does[i].data);
		(void)snprintf(name, sizeof name, "the owner: %s %s: %u",
		    does[i].cmd, does[i].uri, got);
		ok(got == does[i].owner, name);
	}
	ok(app_has(c, "./New/Leaf", "other"), "what was written is read");
	ok(strcmp(lab_send(c, APP_PIN81), "9000") == 0 &&
	    app_has(c, "./Personal/Contact/Name", "Alice Example"),
	    "with the user's PIN personal data are read");
	(void)lab_send(c, "00A4040C0C" AID15);
	(void)lab_send(c, APP_SELECT);
	ok(app_has(c, "./Personal/Contact/Name", "Alice Example"),
	    "the PIN outlives a visit to the PKCS#15 application");
	(void)lab_send(c, "00A4040C10A0000000871002FFFFFFFF8907090000");
	(void)lab_send(c, APP_SELECT);
	ok(app_do(c, "Get", "./Personal/Contact/Name", NULL, NULL) == 425,
	    "and falls in another one");
	dmsc_card_close(&c);
}

/* Blocks in a row, each on a card that only ADM1 was shown to; the last one
 * gives the status. "R": a reset and the owner again. */
static const struct {
	const char *name, *in[6];
	unsigned want;
} blocks[] = {
	{ "P1 without BER-TLV", { "80E2810003E2010000" }, 0x6A86 },
	{ "P1 with an unknown bit", { "80E2B10003E2010000" }, 0x6A86 },
	{ "no data", { "80E2910000" }, 0x6700 },
	{ "an object that is unknown", { "80E2910003E8010000" }, 0x6A80 },
	{ "an object that only the card sends", { "80E2910003E3010000" },
	    0x6A80 },
	{ "half a head", { "80E2910001E400" }, 0x6A80 },
	{ "an indefinite length", { "80E2910004E480000000" }, 0x6A80 },
	{ "a length of five bytes", { "80E2910008E4850000000001FF00" },
	    0x6A80 },
	{ "a length of 2 GB", { "80E2110006E4847FFFFFFF" }, 0x6A84 },
	{ "a length of 4 GB", { "80E2110006E484FFFFFFFF" }, 0x6A84 },
	{ "more than may come", { "80E2110005E483010300" }, 0x6A84 },
	{ "less than announced", { "80E2910004E404800000" }, 0x6A80 },
	{ "more than announced", { "80E2910006E4018000000000" }, 0x6A80 },
	{ "more in the second block", { "80E2100003E40680",
	    "80E2910106000000000000" }, 0x6A80 },
	{ "the second block first", { "80E2910103E4018000" }, 0x6985 },
	{ "a block left out", { "80E2100003E40680", "80E2100201FF" },
	    0x6985 },
	{ "and no way back", { "80E2100003E40680", "80E2100201FF",
	    "80E2100101FF" }, 0x6985 },
	{ "a block twice", { "80E2100003E40680", "80E2100101FF",
	    "80E2100101FF" }, 0x6985 },
	{ "a beginning anew", { "80E2100003E40680", "80E2100003E40680",
	    "80E2100101FF" }, 0x9000 },
	{ "behind a reset", { "80E2100003E40680", "R", "80E2100101FF" },
	    0x6985 },
	{ "on another channel", { "0070000001", "01A4040C07F0444D2D534301",
	    "80E2100003E40680", "81E2100101FF" }, 0x6985 },
	{ "behind another application", { "80E2100003E40680",
	    "00A4040C0C" AID15, APP_SELECT, "80E2100101FF" }, 0x6985 },
	{ "in another application", { "80E2100003E40680",
	    "00A4040C0C" AID15, "80E2100101FF" }, 0x6D00 },
	{ "no message at all", { "80E2910002E40000" }, 0x6A80 },
	{ "an empty message", { "80E2910004E402800000" }, 0x6A80 },
	{ "a message that is none", { "80E2910007E4058003FFFFFF00" },
	    0x6A80 },
	{ "CAPS without a version", { "80E2910005E20381010100" }, 0x6A80 },
	{ "an answer that nobody wants", { "80E290001BE219800201008101018204"
	    "000040008304000100008404646D7363" }, 0x9000 },
};

static void
test_blocks(void)
{
	static const char all[] = "80E291001BE2198002010081010182040000400083"
	    "04000100008404646D736300";
	struct dmsc_card *c = app_card();
	const char *got = "";
	char want[5];
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(blocks); i++) {
		(void)app_reset(c);
		(void)lab_send(c, APP_SELECT);
		(void)lab_send(c, APP_ADM1);
		for (k = 0; k < 6 && blocks[i].in[k] != NULL; k++)
			if (strcmp(blocks[i].in[k], "R") == 0) {
				(void)app_reset(c);
				(void)lab_send(c, APP_SELECT);
				(void)lab_send(c, APP_ADM1);
			} else
				got = lab_send(c, blocks[i].in[k]);
		(void)snprintf(want, sizeof want, "%04X", blocks[i].want);
		ok(strcmp(got, want) == 0, blocks[i].name);
	}
	ok(strncmp(lab_send(c, all), "E3", 2) == 0, "and the card goes on");
	dmsc_card_close(&c);
}

/* 256 blocks are too many where none of them is the last; 256 with it are
 * not. And what came before somebody was known is not his. */
static void
test_many(void)
{
	static const uint8_t head[] = { 0xE4, 0x82, 0x01, 0x00 }, x = 0;
	struct dmsc_card *c = app_card();
	unsigned sw = 0, i;

	(void)lab_send(c, APP_SELECT);
	sw = app_block(c, 0x10, 0, dmsc_rd_of(head, sizeof head), NULL);
	for (i = 1; i < 255 && sw == 0x9000; i++)
		sw = app_block(c, 0x10, i, dmsc_rd_of(&x, 1), NULL);
	ok(i == 255 && sw == 0x9000, "255 blocks");
	ok(app_block(c, 0x10, 255, dmsc_rd_of(&x, 1), NULL) == 0x6A84,
	    "and one more that is not the last");
	(void)app_block(c, 0x10, 0, dmsc_rd_of(head, sizeof head), NULL);
	(void)lab_send(c, APP_ADM1);
	ok(app_block(c, 0x10, 1, dmsc_rd_of(&x, 1), NULL) == 0x6985,
	    "an object is of one speaker");
	dmsc_card_close(&c);
}

/* One command as from a server, NULL the owner. */
static unsigned
as(struct dmsc_card *c, const char *server, const char *cmd,
    const char *uri, const char *format, const char *data)
{
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_buf *in = dmsc_buf_new(APP_OBJECT_MAX),
	    *out = dmsc_buf_new(APP_OBJECT_MAX);
	unsigned status = 0;

	(void)world_cmd(m, NULL, cmd, uri, format, format != NULL &&
	    strcmp(format, "xml") == 0 ? "application/vnd.syncml.dmtnds+xml" :
	    NULL, data);
	app_write(m, false, in);
	if (dmsc_card_obey(c, server, dmsc_buf_rd(in), out) == 0x9000)
		status = app_status(out);
	dmsc_msg_free(&m);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return status;
}

#define MO(head, kids) "<MgmtTree xmlns=\"syncml:dmddf1.2\">" \
	"<VerDTD>1.2</VerDTD><Node>" head kids "</Node></MgmtTree>"
#define RT(type) "<RTProperties><Format><node/></Format><Type><DDFName>" \
	type "</DDFName></Type></RTProperties>"
#define LEAF(name, value) "<Node><NodeName>" name "</NodeName>" \
	"<RTProperties><Format><chr/></Format></RTProperties><Value>" value \
	"</Value></Node>"
static const char account[] = MO(RT("urn:oma:mo:oma-dm-dmacc:1.0"),
    LEAF("ServerID", "b.example") LEAF("PrefConRef", "./Inbox/Nap"));
static const char plain_mo[] = MO("<NodeName>Thing</NodeName>"
    RT("org.example/1.0/Thing"), LEAF("Name", "a thing"));

/* In this order, on one card. */
static const struct {
	const char *who, *cmd, *uri, *format, *data;
	unsigned want;
} servers[] = {
	/* roots are for ever, for the owner too */
	{ NULL, "Delete", "./DMAcc", NULL, NULL, 405 },
	{ NULL, "Delete", "./DevInfo/Mod", NULL, NULL, 405 },
	{ NULL, "Replace", "./Group?prop=Name", NULL, "Groups", 405 },
	{ NULL, "Replace", "./DevInfo/DevId", NULL, "me", 405 },
	{ NULL, "Replace", "./DevInfo/Lang", NULL, "de", 200 },
	{ NULL, "Add", "./DevInfo/More", "chr", "x", 405 },
	{ NULL, "Add", "./Group/flat", "chr", "x", 415 },
	{ NULL, "Add", "./Changes/x", "chr", "x", 405 },
	{ NULL, "Get", "./Inbox", NULL, NULL, 405 },
	{ NULL, "Add", "./Inbox/x", "chr", "x", 405 },
	/* accounts are the owner's */
	{ "ma.example", "Get", "./DMAcc/ma/AppAuth/server/AAuthSecret",
	    NULL, NULL, 425 },
	{ "ma.example", "Add", "./DMAcc/mine", "node", NULL, 425 },
	{ "ma.example", "Replace", "./DMAcc?prop=ACL", NULL,
	    "Get=ma.example", 425 },
	{ "ma.example", "Add", "./Outbox/m", "node", NULL, 425 },
	/* groups and MOs by their ACL */
	{ "ma.example", "Get", "./Group/Fleet?list=Struct", NULL, NULL,
	    200 },
	{ "ma.example", "Replace", "./Group/Fleet/Tracking/Interval", NULL,
	    "60", 200 },
	{ "b.example", "Get", "./Group/Fleet/Tracking/Interval", NULL, NULL,
	    200 },
	{ "b.example", "Replace", "./Group/Fleet/Tracking/Interval", NULL,
	    "1", 425 },
	{ "b.example", "Delete", "./Group/Fleet", NULL, NULL, 425 },
	{ "b.example", "Add", "./Own", "node", NULL, 200 },
	{ "b.example", "Add", "./Own/x", "chr", "x", 200 },
	{ "ma.example", "Replace", "./Own/x", NULL, "y", 425 },
	{ "", "Get", "./DevInfo/Mod", NULL, NULL, 200 },
	{ "", "Add", "./Own/y", "chr", "x", 425 },
	{ "owner", "Get", "./DMAcc/ma/ServerID", NULL, NULL, 0 },
	{ NULL, "Add", "./Own/x/y", "chr", "x", 405 },
	{ NULL, "Add", "./Own/x", "chr", "x", 418 },
	{ NULL, "Get", "./None", NULL, NULL, 404 },
	{ NULL, "Add", "./DMAcc/ma/Ext/KeyVersion/x", "chr", "x", 405 },
	{ NULL, "Replace", "./DMAcc/ma/Ext/KeyVersion", "chr", "x", 415 },
	/* the Inbox keeps nothing */
	{ "b.example", "Add", "./Inbox/b", "xml", account, 425 },
	{ NULL, "Add", "./Inbox/b", "xml", account, 200 },
	{ NULL, "Get", "./DMAcc/b/ServerID", NULL, NULL, 200 },
	{ NULL, "Add", "./Inbox/b", "xml", account, 418 },
	{ "b.example", "Add", "./Inbox", "xml", plain_mo, 200 },
	{ "b.example", "Replace", "./Thing/Name", NULL, "other", 200 },
	{ NULL, "Add", "./Inbox/bad", "xml", "<none/>", 400 },
	{ NULL, "Get", "./Inbox/b", NULL, NULL, 404 },
};

static void
test_servers(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_card_who who;
	unsigned got;
	char name[128];
	size_t i;

	for (i = 0; i < DMSC_COUNT(servers); i++) {
		got = as(c, servers[i].who, servers[i].cmd, servers[i].uri,
		    servers[i].format, servers[i].data);
		(void)snprintf(name, sizeof name, "%s: %s %s: %u",
		    servers[i].who == NULL ? "the owner" : servers[i].who,
		    servers[i].cmd, servers[i].uri, got);
		ok(got == servers[i].want, name);
	}
	ok(dmsc_card_key_server(c, 0x31, &who) && !who.owner &&
	    strcmp(who.server, "ma.example") == 0, "31 is ma.example");
	ok(dmsc_card_key_server(c, 0x30, &who) && who.owner &&
	    !dmsc_card_key_server(c, 0x32, &who), "30 the owner, 32 nobody");
	(void)as(c, NULL, "Replace", "./DMAcc/ma/ServerID", NULL, "owner");
	ok(!dmsc_card_key_server(c, 0x31, &who), "no server is the owner");
	(void)as(c, NULL, "Replace", "./DMAcc/ma/ServerID", NULL, "a=b");
	ok(!dmsc_card_key_server(c, 0x31, &who), "nor an ACL");
	dmsc_card_close(&c);
}

/* A good message, shortened and with each bit of some of its bytes turned:
 * an answer, a card that goes on, and a tree that is stored as it is. */
static void
test_broken(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_buf *in = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_cmd *all = world_cmd(m, NULL, "Atomic", NULL, NULL,
	    NULL, NULL);
	unsigned bad = 0, n = 0, sw;
	size_t i, bit;

	(void)world_cmd(m, all, "Add", "./T/leaf", "chr", NULL, "text");
	(void)world_cmd(m, all, "Delete", "./T", NULL, NULL, NULL);
	(void)world_cmd(m, NULL, "Get", "./Group?list=StructData", NULL,
	    NULL, NULL);
	app_write(m, false, in);
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < in->len; i++) {
		sw = app_object(c, dmsc_rd_of(in->p, i), APP_SHORT, NULL);
		bad += i > 0 && sw == 0x9000;
		for (bit = 0; bit < 8; bit++, n++) {
			in->p[i] ^= (uint8_t)(1u << bit);
			sw = app_object(c, dmsc_buf_rd(in), APP_SHORT, NULL);
			in->p[i] ^= (uint8_t)(1u << bit);
			bad += sw != 0x9000 && sw >> 8 != 0x6A &&
			    sw != 0x6985;
		}
	}
	ok(bad == 0 && n > 1000, "broken messages are answered");
	ok(app_do(c, "Get", "./DevInfo/Mod", NULL, NULL) == 200 &&
	    dmsc_card_power_back(c) == DMSC_E_OK &&
	    dmsc_card_appl(c) != NULL, "and leave a sound card");
	dmsc_msg_free(&m);
	dmsc_buf_free(&in);
	dmsc_card_close(&c);
}

/* What the hello asks for is asked for. */
/* A message of n bytes, lines without content behind it; SW. */
static unsigned
long_message(struct dmsc_card *c, size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX),
	    *in = dmsc_buf_new(APP_OBJECT_MAX),
	    *out = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_appl_message env = { .xml = true };
	unsigned sw = 0;

	(void)world_cmd(m, NULL, "Get", "./DevInfo/Mod", NULL, NULL, NULL);
	if (dmsc_msg_write_xml(m, false, b, NULL) == DMSC_E_OK &&
	    dmsc_buf_fill(b, '\n', n - b->len) == DMSC_E_OK) {
		env.bytes = dmsc_buf_rd(b);
		if (dmsc_appl_message_put(in, DMSC_APPL_MESSAGE, &env) ==
		    DMSC_E_OK)
			sw = app_object(c, dmsc_buf_rd(in), 32000, out);
	}
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return sw;
}

static void
test_longest(void)
{
	struct dmsc_card *c = app_card();

	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	ok(long_message(c, DMSC_CARD_MSG_MAX) == 0x9000,
	    "the longest message that the hello allows");
	ok(long_message(c, DMSC_CARD_MSG_MAX + 1) == 0x6A84,
	    "and one that is longer by a byte");
	dmsc_card_close(&c);
}

static void
test_masks(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_appl_hello *h;

	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	h = &dmsc_card_appl(c)->hello;
	h->to_write = DMSC_APPL_SCP03;
	ok(app_do(c, "Add", "./New", "node", NULL) == 425 &&
	    app_do(c, "Get", "./DevInfo/Mod", NULL, NULL) == 200,
	    "a method that is not enough to write is enough to read");
	h->to_read = DMSC_APPL_SCP03 | DMSC_APPL_MAC;
	ok(app_do(c, "Get", "./DevInfo/Mod", NULL, NULL) == 425,
	    "or not to read");
	h->to_read = h->to_personal = DMSC_APPL_ADM;
	ok(app_do(c, "Get", "./Personal/Contact/Name", NULL, NULL) == 200,
	    "personal data without the user, where the card wants it so");
	h->to_personal = DMSC_APPL_MD5 | DMSC_APPL_USER;
	(void)lab_send(c, APP_PIN81);
	ok(app_do(c, "Get", "./Personal/Contact/Name", NULL, NULL) == 425 &&
	    app_do(c, "Get", "./Group", NULL, NULL) == 200,
	    "and a method of their own for them");
	dmsc_card_close(&c);
}

/* A document of n small nodes. */
static void
many_nodes(struct dmsc_buf *b, unsigned n)
{
	unsigned i;
	int r;

	dmsc_buf_reset(b);
	r = dmsc_buf_str(b, "<MgmtTree><VerDTD>1.2</VerDTD>");
	for (i = 0; r == DMSC_E_OK && i < n; i++)
		r = dmsc_buf_fmt(b, "<Node><NodeName>n%u</NodeName><Value>v"
		    "</Value></Node>", i);
	if (r != DMSC_E_OK || dmsc_buf_str(b, "</MgmtTree>") != DMSC_E_OK)
		abort();
}

/* Until it is full: small nodes many at once, then one by one, then a value
 * that is half here; each refusal is 420, and what goes makes room. */
static void
test_full(void)
{
	struct dmsc_card *c = app_card_with("dmsc", SMALL);
	struct dmsc_buf *doc = dmsc_buf_new(APP_OBJECT_MAX);
	unsigned i, got = 200;
	size_t before;
	char uri[32];

	(void)dmsc_card_appl(c);
	before = dmsc_card_tree_room(c);
	many_nodes(doc, 200);
	for (i = 0; i < 1000 && got == 200; i++) {
		(void)snprintf(uri, sizeof uri, "./Full/d%u", i);
		got = as(c, NULL, "Add", uri, "xml", dmsc_buf_cstr(doc));
	}
	printf("# %u documents: %u\n", i, got);
	ok(got == 420 && i > 3, "documents until there is no room: 420");
	for (i = 0, got = 200; i < 10000 && got == 200; i++) {
		(void)snprintf(uri, sizeof uri, "./Full/n%u", i);
		got = as(c, NULL, "Add", uri, "chr", "text");
	}
	printf("# %u nodes: %u\n", i, got);
	ok(got == 420, "and nodes");
	ok(as(c, NULL, "Replace", "./DevInfo/Lang", NULL, "a longer name "
	    "of a language than there is room for, which is not much, but "
	    "which must not be more than a page or two of the memory of it")
	    == 420, "and values");
	ok(as(c, NULL, "Replace", "./DevInfo/Lang", NULL, "fr") == 200,
	    "what takes no room goes");
	ok(as(c, NULL, "Delete", "./Full", NULL, NULL) == 200 &&
	    dmsc_card_tree_room(c) + 8 >= before, "and what goes makes room");
	dmsc_buf_free(&doc);
	dmsc_card_close(&c);
}

int
main(void)
{
	test_hello();
	test_commands();
	test_blocks();
	test_many();
	test_servers();
	test_broken();
	test_longest();
	test_masks();
	test_full();
	return tap_done();
}
