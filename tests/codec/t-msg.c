/* codec: SyncML DM messages both ways and in both encodings: golden bytes
 * (reference 3.6), the worked session (4.7), what is wrong and how it is
 * answered, random messages, hostile input. */
#include <stdlib.h>
#include <string.h>

#include "codec/emit.h"
#include "codec/msg.h"
#include "codec/msgs.h"
#include "codec/mutate.h"
#include "codec/session.h"
#include "tap.h"

static const char golden[] =
    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B03310001"
    "6E57036400010167570373000101016B534B03310001546E57032E2F41000101010"
    "1120101";

static struct dmsc_msg *
read_msg(struct dmsc_rd in)
{
	struct dmsc_err e = { 0 };
	struct dmsc_msg *m;
	int r = dmsc_msg_read(in, &m, NULL, &e);

	if (r != DMSC_E_OK)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	return m;
}

static bool
writes(const struct dmsc_msg *m, bool xml, struct dmsc_buf *out)
{
	struct dmsc_err e = { 0 };
	int r;

	dmsc_buf_reset(out);
	r = xml ? dmsc_msg_write_xml(m, out->len % 2 == 0, out, &e) :
	    dmsc_msg_write(m, out, &e);
	if (r != DMSC_E_OK)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	return r == DMSC_E_OK;
}

static bool
same_after(const struct dmsc_msg *m, struct dmsc_rd bytes)
{
	struct dmsc_msg *n = read_msg(bytes);
	bool same = n != NULL && same_msg(m, n);

	dmsc_msg_free(&n);
	return same;
}

/* Reading returns; what is read without a fault is written, and read back
 * to the same. */
static bool
holds(struct dmsc_rd in)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *c = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m = NULL, *n = NULL;
	struct dmsc_err e = { 0 };
	bool good;
	int r = dmsc_msg_read(in, &m, NULL, &e);

	if (r != DMSC_E_OK)
		good = m == NULL && e.code == r && e.message[0] != '\0';
	else if (dmsc_msg_check(m, &e) != DMSC_E_OK)
		good = e.why[0] != '\0' && dmsc_msg_write(m, b, &e) ==
		    e.code && b->len == 0;
	else
		good = dmsc_msg_write(m, b, &e) == DMSC_E_OK &&
		    dmsc_msg_read(dmsc_buf_rd(b), &n, NULL, &e) ==
		    DMSC_E_OK && same_msg(m, n) &&
		    dmsc_msg_write(n, c, &e) == DMSC_E_OK &&
		    dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(c)) &&
		    (dmsc_msg_write_xml(m, true, c, &e) == DMSC_E_OK ||
		    e.why[0] != '\0');
	if (!good)
		printf("# %d %s, %s, %s\n", r, e.message, e.where, e.why);
	dmsc_msg_free(&m);
	dmsc_msg_free(&n);
	dmsc_buf_free(&b);
	dmsc_buf_free(&c);
	return good;
}

static struct dmsc_msg *
golden_msg(void)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, DMSC_CMD_GET);
	struct dmsc_item *it = dmsc_msg_item(m, c);

	m->hdr.session_id = m->hdr.msg_id = "1";
	m->hdr.target.uri = "d";
	m->hdr.source.uri = "s";
	c->id = "1";
	it->target.uri = "./A";
	m->final = true;
	return m;
}

static void
test_golden(void)
{
	struct dmsc_buf *want = dmsc_buf_new(TREE_MAX),
	    *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m = golden_msg(), *n;
	size_t used = 0;

	ok(dmsc_hex_get(golden, want) == DMSC_E_OK && writes(m, false, b) &&
	    b->len == 71 && dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(want)),
	    "a Get as the golden bytes");
	ok(same_after(m, dmsc_buf_rd(want)), "and read from them");
	ok(writes(m, true, b) && same_after(m, dmsc_buf_rd(b)),
	    "and through XML");
	ok(mutate(dmsc_buf_rd(want), holds) && mutate(dmsc_buf_rd(b), holds),
	    "cut and flipped");
	ok(dmsc_buf_fill(want, 0xFF, 9) == DMSC_E_OK && dmsc_msg_read(
	    dmsc_buf_rd(want), &n, &used, NULL) == DMSC_E_OK && used == 71,
	    "padding is left");
	dmsc_msg_free(&n);
	ok(dmsc_msg_read(dmsc_buf_rd(want), &n, NULL, NULL) ==
	    DMSC_E_FORMAT && n == NULL, "or an error");
	dmsc_msg_free(&m);
	dmsc_buf_free(&want);
	dmsc_buf_free(&b);
}

/* libwbxml reads what we write, and we what it writes. */
static bool
lib_agrees(const struct dmsc_msg *m)
{
	struct dmsc_buf *a = dmsc_buf_new(TREE_MAX),
	    *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	bool good;

	good = writes(m, false, a) && dmsc_lib_to_xml(dmsc_buf_rd(a), b,
	    &e) == DMSC_E_OK && same_after(m, dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	good = good && dmsc_msg_write_xml(m, false, b, &e) == DMSC_E_OK;
	dmsc_buf_reset(a);
	good = good && dmsc_lib_to_wbxml(dmsc_buf_rd(b), a, &e) ==
	    DMSC_E_OK && same_after(m, dmsc_buf_rd(a));
	if (!good)
		printf("# %s, %s\n%.*s\n", e.message, e.why, (int)b->len,
		    (const char *)b->p);
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
	return good;
}

static void
test_session(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m;
	size_t i;

	for (i = 0; i < DMSC_COUNT(session); i++) {
		m = read_msg(dmsc_rd_str(session[i].xml));
		if (!ok(m != NULL && dmsc_msg_check(m, NULL) == DMSC_E_OK &&
		    writes(m, false, b) && b->len == session[i].size &&
		    same_after(m, dmsc_buf_rd(b)), session[i].name))
			printf("# %zu bytes\n", b->len);
		ok(mutate(dmsc_buf_rd(b), holds), "cut and flipped");
		ok(writes(m, true, b) && same_after(m, dmsc_buf_rd(b)) &&
		    mutate(dmsc_buf_rd(b), holds), "as XML");
		ok(lib_agrees(m), "libwbxml reads it, and writes it for us");
		dmsc_msg_free(&m);
	}
	dmsc_buf_free(&b);
}

/* What the parts of package 2 say. */
static void
test_parts(void)
{
	struct dmsc_msg *m = read_msg(dmsc_rd_str(session[1].xml));
	const struct dmsc_cmd *c;

	if (!ok(m != NULL && m->n_cmds == 5 && m->final, "package 2"))
		return;
	c = m->cmds[0];
	ok(c->kind == DMSC_CMD_STATUS && strcmp(c->cmd, "SyncHdr") == 0 &&
	    c->target_refs.n == 1 && c->chal.set && strcmp(
	    c->chal.meta.next_nonce, "TjBuY2UtMDAwMg==") == 0 &&
	    strcmp(c->data, "212") == 0, "a Status with a Chal");
	c = m->cmds[4];
	ok(c->kind == DMSC_CMD_SEQUENCE && c->n_cmds == 2 &&
	    c->cmds[0]->kind == DMSC_CMD_ALERT && c->cmds[0]->n_items == 2 &&
	    dmsc_rd_eq_str(c->cmds[0]->items[0]->data.bytes,
	    "MAXDT=30&DR=0") && strcmp(dmsc_item_format(c->cmds[0],
	    c->cmds[0]->items[0]), "chr") == 0, "an Alert in a Sequence");
	ok(m->hdr.cred.set && strcmp(m->hdr.cred.meta.type,
	    "syncml:auth-md5") == 0 && strcmp(m->hdr.source.name,
	    "acme-dm") == 0, "the header");
	dmsc_msg_free(&m);
}

#define HDR "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>" \
	"<SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>d</LocURI>" \
	"</Target><Source><LocURI>s</LocURI></Source></SyncHdr>"
#define MSG(x) "<SyncML xmlns=\"SYNCML:SYNCML1.2\">" HDR "<SyncBody>" x \
	"</SyncBody></SyncML>"
#define GET(x) "<Get><CmdID>7</CmdID>" x "</Get>"
#define ITEM "<Item><Target><LocURI>./A</LocURI></Target></Item>"

static const struct { const char *name, *xml, *why; unsigned status; }
faults[] = {
	{ "Map", MSG("<Map><CmdID>7</CmdID><MapItem/></Map>"),
	    "DM has no command 'Map'", 406 },
	{ "Put", MSG("<Put><CmdID>7</CmdID></Put>"), "'Put'", 406 },
	{ "an element of DS", MSG(GET(ITEM "<Lang>en</Lang>")),
	    "no place for element 'Lang' in 'Get'", 400 },
	{ "an element of nobody", MSG(GET(ITEM "<x:New xmlns:x='y'/>")),
	    "'x:New'", 400 },
	{ "an element of nobody among commands", MSG("<New/>"),
	    "'New' in 'SyncBody'", 400 },
	{ "and inside an Atomic", MSG("<Atomic><CmdID>1</CmdID><New/>"
	    "</Atomic>"), "'New' in 'Atomic'", 400 },
	{ "an anchor", MSG(GET("<Meta><Anchor><Next>1</Next></Anchor>"
	    "</Meta>" ITEM)), "'Anchor' in 'Meta'", 400 },
	{ "Cred in a command", MSG(GET("<Cred><Data>x</Data></Cred>" ITEM)),
	    "'Cred' in 'Get'", 400 },
	{ "no CmdID", MSG("<Get>" ITEM "</Get>"), "no 'CmdID'", 400 },
	{ "two CmdIDs", MSG(GET("<CmdID>8</CmdID>" ITEM)),
	    "more than one 'CmdID'", 400 },
	{ "no Item", MSG(GET("")), "there is no 'Item' in 'Get'", 412 },
	{ "an empty Atomic", MSG("<Atomic><CmdID>7</CmdID></Atomic>"),
	    "no 'command' in 'Atomic'", 412 },
	{ "a Status without Data", MSG("<Status><CmdID>1</CmdID><MsgRef>1"
	    "</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd></Status>"),
	    "no 'Data' in 'Status'", 412 },
	{ "no number", MSG("<Alert><CmdID>1</CmdID><Data>12x</Data>"
	    "</Alert>"), "no number: 'Data'", 400 },
	{ "a negative Size", MSG(GET("<Item><Meta><Size>-1</Size></Meta>"
	    "</Item>")), "no number: 'Size'", 400 },
	{ "an element in text", MSG(GET("<Item><Target><LocURI>a<b/>"
	    "</LocURI></Target></Item>")), "element 'b'", 400 },
	{ "text among elements", MSG(GET("x" ITEM)),
	    "text beside elements in 'Get'", 400 },
	{ "a Target without LocURI", MSG(GET("<Item><Target><LocName>x"
	    "</LocName></Target></Item>")), "no 'LocURI' in 'Target'", 412 },
	{ "content in Final", MSG("<Final>x</Final>"), "content of 'Final'",
	    400 },
	{ "no header", "<SyncML><SyncBody/></SyncML>", "no 'SyncHdr'", 412 },
	{ "no body", "<SyncML>" HDR "</SyncML>", "no 'SyncBody'", 412 },
	{ "two headers", "<SyncML>" HDR HDR "<SyncBody/></SyncML>",
	    "more than one 'SyncHdr'", 400 },
	{ "a foreign element in TNDS", MSG("<Add><CmdID>7</CmdID><Item>"
	    "<Data><MgmtTree><Node><Foreign/></Node></MgmtTree></Data>"
	    "</Item></Add>"), "'Foreign' in MgmtTree", 400 },
	{ "text in TNDS", MSG("<Add><CmdID>7</CmdID><Item><Data><MgmtTree>"
	    "<Node>x</Node><Node/></MgmtTree></Data><MoreData/></Item>"
	    "</Add>"), NULL, 0 },
	{ "text beside nodes", MSG("<Add><CmdID>7</CmdID><Item><Data>"
	    "<MgmtTree><Node>x<Node/></Node></MgmtTree></Data><MoreData/>"
	    "</Item></Add>"), "text beside elements in MgmtTree", 400 },
	{ "text beside TNDS", MSG("<Add><CmdID>7</CmdID><Item><Data>"
	    "<MgmtTree/>x</Data></Item></Add>"), "text beside MgmtTree",
	    400 },
	{ "two MgmtTrees", MSG("<Add><CmdID>7</CmdID><Item><Data><MgmtTree/>"
	    "<MgmtTree/></Data></Item></Add>"), "element 'MgmtTree'", 400 },
};

/* The first fault below v. */
static const struct dmsc_msg_fault *
first_fault(const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->fault.what != NULL)
			return &m->cmds[i]->fault;
	return &m->fault;
}

static void
test_faults(void)
{
	struct dmsc_msg *m;
	struct dmsc_err e;
	size_t i;

	for (i = 0; i < DMSC_COUNT(faults); i++) {
		memset(&e, 0, sizeof e);
		m = read_msg(dmsc_rd_str(faults[i].xml));
		if (faults[i].why == NULL)
			ok(m != NULL && dmsc_msg_check(m, &e) == DMSC_E_OK,
			    faults[i].name);
		else if (!ok(m != NULL && dmsc_msg_check(m, &e) ==
		    (faults[i].status == 406 ? DMSC_E_UNSUPPORTED :
		    DMSC_E_FORMAT) && strstr(e.why, faults[i].why) != NULL &&
		    first_fault(m)->status == faults[i].status,
		    faults[i].name))
			printf("# %s, %s\n", e.where, e.why);
		dmsc_msg_free(&m);
		ok(mutate(dmsc_rd_str(faults[i].xml), holds),
		    "cut and flipped");
	}
	/* The others of a message with a fault are whole. */
	m = read_msg(dmsc_rd_str(MSG("<Map><CmdID>1</CmdID><Source/></Map>"
	    "<Get><CmdID>2</CmdID>" ITEM "</Get>")));
	ok(m != NULL && m->n_cmds == 2 && m->cmds[0]->kind ==
	    DMSC_CMD_OTHER && strcmp(m->cmds[0]->id, "1") == 0 &&
	    strcmp(m->cmds[0]->cmd, "Map") == 0 &&
	    m->cmds[1]->fault.what == NULL && m->cmds[1]->n_items == 1 &&
	    m->fault.what == NULL, "a fault is its command's alone");
	dmsc_msg_free(&m);
}

static const struct { const char *name, *hex; int want; } raw[] = {
	{ "nothing", "", DMSC_E_FORMAT },
	{ "no XML", "3C61", DMSC_E_FORMAT },
	{ "another root", "3C612F3E", DMSC_E_FORMAT },
	{ "TNDS", "03016A00000260", DMSC_E_FORMAT },
	{ "a header alone", "02A4016A00", DMSC_E_SHORT },
	{ "an end too early", "02A4016A006D6C", DMSC_E_SHORT },
	{ "a literal tag", "02A4016A036162006D440001" "01", DMSC_E_OK },
	{ "an unknown token", "02A4016A006D3F01", DMSC_E_OK },
	{ "an unknown page", "02A4016A006D00090501", DMSC_E_OK },
};

static void
test_raw(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_msg *m;
	size_t i;

	for (i = 0; i < DMSC_COUNT(raw); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(raw[i].hex, b) == DMSC_E_OK && dmsc_msg_read(
		    dmsc_buf_rd(b), &m, NULL, &e) == raw[i].want &&
		    (m == NULL || dmsc_msg_check(m, &e) == DMSC_E_FORMAT),
		    raw[i].name);
		dmsc_msg_free(&m);
	}
	ok(strstr(e.why, "token 05 of page 9") != NULL,
	    "a token without a name is told");
	dmsc_buf_free(&b);
}

/* Elements in any order give the same as in the DTD's. */
static void
test_order(void)
{
	static const char mixed[] = "<SyncML><SyncBody><Final/><Exec><Item>"
	    "<MoreData/><Data>x</Data><Meta><Type xmlns='syncml:metinf'>t"
	    "</Type><Format>chr</Format></Meta><Source><LocName>n</LocName>"
	    "<LocURI> b </LocURI></Source><Target><LocURI>\na\n</LocURI>"
	    "</Target></Item><Correlator> c </Correlator><CmdID>7</CmdID>"
	    "</Exec></SyncBody>" HDR "</SyncML>";
	static const char straight[] = MSG("<Exec><CmdID>7</CmdID>"
	    "<Correlator> c </Correlator><Item><Target><LocURI>a</LocURI>"
	    "</Target><Source><LocURI>b</LocURI><LocName>n</LocName>"
	    "</Source><Meta><Format>chr</Format><Type>t</Type></Meta>"
	    "<Data>x</Data><MoreData/></Item></Exec><Final/>");
	struct dmsc_msg *m = read_msg(dmsc_rd_str(mixed));

	ok(m != NULL && dmsc_msg_check(m, NULL) == DMSC_E_OK &&
	    same_after(m, dmsc_rd_str(straight)), "any order");
	ok(m != NULL && strcmp(m->cmds[0]->correlator, " c ") == 0,
	    "blanks of a Correlator stay");
	dmsc_msg_free(&m);
}

#define TNDS(v) "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>" \
	"<Node><NodeName>A</NodeName><RTProperties><Format><bin/></Format>" \
	"<Type><MIME>text/plain</MIME></Type></RTProperties><Value>" v \
	"</Value></Node></MgmtTree>"
#define ADD(t, d) MSG("<Add><CmdID>7</CmdID><Meta><Format>xml</Format>" \
	"<Type>application/vnd.syncml.dmtnds+" t "</Type></Meta><Item>" \
	"<Target><LocURI>./Inbox/A</LocURI></Target><Data>" d "</Data>" \
	"</Item></Add>")

static void
test_trees(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m = read_msg(dmsc_rd_str(ADD("xml", TNDS("aGk="))));
	const struct dmsc_item *it = m == NULL ? NULL : m->cmds[0]->items[0];
	struct dmsc_tree *t = NULL;

	ok(it != NULL && it->data.opaque && dmsc_form_guess(it->data.bytes) ==
	    DMSC_FORM_TNDS_WBXML && strcmp(dmsc_item_type(m->cmds[0], it),
	    "application/vnd.syncml.dmtnds+wbxml") == 0,
	    "elements in XML become a document in WBXML");
	ok(it != NULL && dmsc_tree_parse(it->data.bytes, &t, NULL, NULL) ==
	    DMSC_E_OK && dmsc_rd_eq_str(dmsc_node_value(dmsc_tree_find(t,
	    "A")), "hi"), "its base64 octets");
	dmsc_tree_free(&t);
	ok(m != NULL && dmsc_msg_write_xml(m, false, b, NULL) == DMSC_E_OK &&
	    dmsc_buf_cstr(b) != NULL && strstr(dmsc_buf_cstr(b),
	    "<Data>" TNDS("aGk=") "</Data>") != NULL &&
	    strstr(dmsc_buf_cstr(b), "dmtnds+xml") != NULL &&
	    same_after(m, dmsc_buf_rd(b)), "and elements again");
	ok(mutate(dmsc_buf_rd(b), holds), "cut and flipped");
	ok(m != NULL && writes(m, false, b) && same_after(m, dmsc_buf_rd(b))
	    && mutate(dmsc_buf_rd(b), holds), "and in WBXML");
	dmsc_msg_free(&m);
	m = read_msg(dmsc_rd_str(ADD("xml", "<![CDATA[" TNDS("aGk=")
	    "]]>")));
	it = m == NULL ? NULL : m->cmds[0]->items[0];
	ok(it != NULL && dmsc_rd_eq_str(it->data.bytes, TNDS("aGk=")) &&
	    strcmp(dmsc_item_type(m->cmds[0], it),
	    "application/vnd.syncml.dmtnds+xml") == 0,
	    "text that is TNDS stays text");
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
}

/* Page 2 in the middle of a message: tags of TNDS without a document. */
static void
test_inline(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct emit em = { .b = b };
	struct dmsc_msg *m;

	em.code = dmsc_hex_get("02A4016A006D6C0101", b);
	dmsc_buf_truncate(b, b->len - 2);
	dmsc_buf_truncate(b, b->len - 1);
	dmsc_emit_open(&em, EL_SYNCBODY);
	dmsc_emit_open(&em, EL_ADD);
	dmsc_emit_leaf(&em, EL_CMDID, dmsc_rd_str("1"));
	dmsc_emit_open(&em, EL_ITEM);
	dmsc_emit_open(&em, EL_DATA);
	dmsc_emit_open(&em, EL_D_MGMTTREE);
	dmsc_emit_open(&em, EL_D_NODE);
	dmsc_emit_leaf(&em, EL_D_NODENAME, dmsc_rd_str("A"));
	dmsc_emit_leaf(&em, EL_D_VALUE, dmsc_rd_str("v"));
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_empty(&em, EL_MOREDATA);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_page(&em, PAGE_SYNCML);
	if (em.code == DMSC_E_OK)
		em.code = dmsc_buf_u8(b, 0x01);
	m = read_msg(dmsc_buf_rd(b));
	ok(em.code == DMSC_E_OK && m != NULL && m->n_cmds == 1 &&
	    m->cmds[0]->fault.what == NULL && m->cmds[0]->items[0]->more_data
	    && dmsc_form_guess(m->cmds[0]->items[0]->data.bytes) ==
	    DMSC_FORM_TNDS_WBXML, "tags of TNDS inside a message");
	dmsc_msg_free(&m);
	ok(mutate(dmsc_buf_rd(b), holds), "cut and flipped");
	dmsc_buf_free(&b);
}

/* Octets: b64 in XML, and refused where nothing says that they are. */
static void
test_octets(void)
{
	static const uint8_t octets[] = { 0, 1, 0xFF };
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m = golden_msg();
	struct dmsc_item *it = m->cmds[0]->items[0];
	struct dmsc_err e = { 0 };

	ok(dmsc_msg_data(m, &it->data, dmsc_rd_of(octets, 3), true) ==
	    DMSC_E_OK && dmsc_msg_write_xml(m, false, b, &e) ==
	    DMSC_E_FORMAT && b->len == 0 && strstr(e.why, "./A") != NULL,
	    "XML cannot hold octets that are not bin");
	m->cmds[0]->meta.format = "bin";
	ok(dmsc_msg_write_xml(m, false, b, &e) == DMSC_E_OK &&
	    dmsc_buf_cstr(b) != NULL && strstr(dmsc_buf_cstr(b),
	    ">b64</Format></Meta><Data>AAH/</Data>") != NULL, "bin is b64");
	ok(writes(m, false, b) && same_after(m, dmsc_buf_rd(b)),
	    "WBXML holds them");
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
}

static void
test_unwritable(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_msg *m = golden_msg();
	struct dmsc_err e = { 0 };

	m->cmds[0]->id = NULL;
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_FORMAT && b->len == 0 &&
	    strstr(e.why, "CmdID") != NULL, "no CmdID");
	m->cmds[0]->id = "1";
	m->cmds[0]->items[0]->meta.size = "x";
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_FORMAT && strcmp(e.where,
	    "Get 1") == 0, "a Size that is no number");
	m->cmds[0]->items[0]->meta.size = NULL;
	m->hdr.target.uri = NULL;
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_FORMAT &&
	    strstr(e.why, "Target") != NULL, "no Target");
	m->hdr.target.uri = "d";
	ok(dmsc_msg_cmd(m, NULL, DMSC_CMD_ATOMIC) != NULL, "an Atomic");
	m->cmds[1]->id = "2";
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_FORMAT, "without commands");
	m->cmds[1]->kind = DMSC_CMD_OTHER;
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_UNSUPPORTED, "a command of DS");
	m->n_cmds = 1;
	dmsc_buf_free(&b);
	b = dmsc_buf_new(70);
	ok(dmsc_msg_write(m, b, &e) == DMSC_E_LIMIT && b->len == 0,
	    "71 bytes where 70 are allowed");
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
}

static void
test_limits(void)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_msg *m;
	int i, r = dmsc_hex_get("02A4016A006D6B", b);

	for (i = 0; i < DMSC_MSG_NEST + 1 && r == DMSC_E_OK; i++)
		r = dmsc_buf_u8(b, i % 2 == 0 ? 0x48 : 0x64);
	ok(r == DMSC_E_OK && dmsc_msg_read(dmsc_buf_rd(b), &m, NULL, NULL) ==
	    DMSC_E_LIMIT, "commands nested too deep");
	dmsc_buf_reset(b);
	r = dmsc_hex_get("02A4016A006D6B53", b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(b, 0x14, DMSC_MSG_PARTS + 1);
	ok(r == DMSC_E_OK && dmsc_msg_read(dmsc_buf_rd(b), &m, NULL, NULL) ==
	    DMSC_E_LIMIT && m == NULL, "too many Items");
	dmsc_buf_reset(b);
	r = dmsc_hex_get("02A4016A006D6B", b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(b, 0x53, 100000);
	ok(r == DMSC_E_OK && dmsc_msg_read(dmsc_buf_rd(b), &m, NULL, NULL) ==
	    DMSC_E_LIMIT, "100000 elements deep");
	dmsc_buf_free(&b);
}

static void
test_names(void)
{
	enum dmsc_cmd_kind k = DMSC_CMD_GET;
	uint32_t v = 0;

	ok(strcmp(dmsc_cmd_name(DMSC_CMD_RESULTS), "Results") == 0 &&
	    dmsc_cmd_parse("Sequence", &k) == DMSC_E_OK &&
	    k == DMSC_CMD_SEQUENCE && dmsc_cmd_parse("Map", &k) ==
	    DMSC_E_FORMAT && dmsc_cmd_parse("Item", &k) == DMSC_E_FORMAT,
	    "names of commands");
	ok(strcmp(dmsc_alert_name(DMSC_ALERT_GENERIC), "GENERIC ALERT") == 0
	    && dmsc_alert_name(1221) == NULL, "names of alerts");
	ok(dmsc_msg_number("65536", 65536, &v) == DMSC_E_OK && v == 65536 &&
	    dmsc_msg_number("65537", 65536, &v) == DMSC_E_LIMIT &&
	    dmsc_msg_number(NULL, 1, &v) == DMSC_E_FORMAT, "numbers");
}

static void
test_random(uint32_t rounds)
{
	struct dmsc_buf *w = dmsc_buf_new(TREE_MAX),
	    *again = dmsc_buf_new(TREE_MAX), *x = dmsc_buf_new(TREE_MAX);
	bool same = true, lib = true;
	struct dmsc_msg *m, *n;
	uint32_t seed;

	for (seed = 1; seed <= rounds && same; seed++) {
		m = msgs_random(seed, seed % 3 == 0 ? MSGS_BINARY : 0);
		same = m != NULL && writes(m, false, w) &&
		    (n = read_msg(dmsc_buf_rd(w))) != NULL;
		if (same) {
			same = same_msg(m, n) && writes(n, false, again) &&
			    dmsc_rd_eq(dmsc_buf_rd(w), dmsc_buf_rd(again));
			dmsc_msg_free(&n);
		}
		if (same && seed % 3 != 0)
			same = writes(m, true, x) &&
			    same_after(m, dmsc_buf_rd(x));
		dmsc_msg_free(&m);
		if (!same)
			printf("# seed %u\n", (unsigned)seed);
	}
	for (seed = 1; seed <= rounds / 8 && lib; seed++) {
		m = msgs_random(seed, MSGS_PLAIN);
		lib = m != NULL && lib_agrees(m);
		dmsc_msg_free(&m);
	}
	ok(same, "random messages, WBXML and XML, there and back");
	ok(lib, "random messages through libwbxml");
	dmsc_buf_free(&w);
	dmsc_buf_free(&again);
	dmsc_buf_free(&x);
}

int
main(void)
{
	test_golden();
	test_session();
	test_parts();
	test_faults();
	test_raw();
	test_order();
	test_trees();
	test_inline();
	test_octets();
	test_unwritable();
	test_limits();
	test_names();
	test_random(getenv("DMSC_HARD") != NULL ? 100000 : 1000);
	return tap_done();
}
