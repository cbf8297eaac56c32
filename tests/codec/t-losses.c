/* codec: what libwbxml 0.11 loses or changes, case by case (reference 3.7,
 * dmsc-codec(7)): it does, and our own reader and writer do not. */
#include <string.h>

#include <wbxml/wbxml.h>

#include "codec/codec.h"
#include "codec/convert.h"
#include "codec/emit.h"
#include "codec/msg.h"
#include "codec/msgs.h"
#include "codec/tnds.h"
#include "tap.h"

#define HDR "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2" \
	"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>" \
	"<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>" \
	"s</LocURI></Source></SyncHdr><SyncBody>"
#define END "<Final/></SyncBody></SyncML>"
#define META(f, t) "<Meta><Format xmlns=\"syncml:metinf\">" f "</Format>" \
	"<Type xmlns=\"syncml:metinf\">" t "</Type></Meta>"
#define CMD(c, m, d) HDR "<" c "><CmdID>1</CmdID><Item><Target><LocURI>./A" \
	"</LocURI></Target>" m "<Data>" d "</Data></Item></" c ">" END
#define ALERT(d) HDR "<Alert><CmdID>1</CmdID><Data>1226</Data><Item><Data>" d \
	"</Data></Item></Alert>" END
#define MT(ns, x) "<MgmtTree" ns "><VerDTD>1.2</VerDTD>" x "</MgmtTree>"
#define NS " xmlns=\"syncml:dmddf1.2\""
#define TNDS_T "application/vnd.syncml.dmtnds+"
#define NODE(x) "<Node><NodeName>A</NodeName><RTProperties><Format><chr/>" \
	"</Format><Type><MIME>text/plain</MIME></Type></RTProperties>" x \
	"<Value>v</Value></Node>"

/* Messages as XML. libwbxml writes them as WBXML, or reads from our WBXML:
 * lost in one of both. */
static const struct { const char *name, *xml; bool writing; } messages[] = {
	{ "a line end in the Data of an Add", CMD("Add", "", "a\nb"), true },
	{ "and of a Replace", CMD("Replace", META("chr", "text/plain"),
	    "a\nb"), true },
	{ "a CR", ALERT("a&#13;b"), false },
	{ "]]> in the Data of an Add", CMD("Add", "", "a]]&gt;b"), false },
	{ "the Type of TNDS that is text", CMD("Add", META("xml",
	    TNDS_T "xml"), "<![CDATA[" MT(NS, "") "]]>"), true },
	{ "the Type of TNDS in base64", CMD("Add", META("b64",
	    TNDS_T "wbxml"), "AAEC"), false },
	{ "a MgmtTree without its namespace", CMD("Add", META("xml",
	    TNDS_T "xml"), MT("", NODE(""))), true },
	{ "a MgmtTree of another Type", CMD("Add", META("xml", "text/xml"),
	    MT(NS, NODE(""))), false },
};

/* What stays: as good by libwbxml as by us. */
static const struct { const char *name, *xml; } kept[] = {
	{ "a line end in an Alert", ALERT("a\nb") },
	{ "blanks around a value", CMD("Add", "", "  a  ") },
	{ "a value of blanks", CMD("Replace", "", "  ") },
	{ "a MgmtTree", CMD("Add", META("xml", TNDS_T "xml"),
	    MT(NS, NODE(""))) },
	{ "base64", CMD("Add", META("b64", "text/plain"), "AAEC") },
};

static struct dmsc_msg *
read_msg(struct dmsc_rd in)
{
	struct dmsc_msg *m;

	return dmsc_msg_read(in, &m, NULL, NULL) == DMSC_E_OK ? m : NULL;
}

static bool
gives(const struct dmsc_msg *m, struct dmsc_rd bytes)
{
	struct dmsc_msg *n = read_msg(bytes);
	bool same = n != NULL && same_msg(m, n);

	dmsc_msg_free(&n);
	return same;
}

/* Whether m is whole after libwbxml wrote it, or read it. */
static bool
lib_keeps(const struct dmsc_msg *m, const char *xml, bool writing)
{
	struct dmsc_buf *in = dmsc_buf_new(TREE_MAX),
	    *out = dmsc_buf_new(TREE_MAX);
	int r = writing ? dmsc_lib_to_wbxml(dmsc_rd_str(xml), out, NULL) :
	    dmsc_msg_write(m, in, NULL);
	bool same;

	if (r == DMSC_E_OK && !writing)
		r = dmsc_lib_to_xml(dmsc_buf_rd(in), out, NULL);
	same = r == DMSC_E_OK && gives(m, dmsc_buf_rd(out));
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return same;
}

/* Ours, in both encodings. */
static bool
we_keep(const struct dmsc_msg *m, bool xml_too)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool same = dmsc_msg_write(m, b, NULL) == DMSC_E_OK &&
	    gives(m, dmsc_buf_rd(b));

	dmsc_buf_reset(b);
	same = same && (!xml_too || (dmsc_msg_write_xml(m, false, b, NULL) ==
	    DMSC_E_OK && gives(m, dmsc_buf_rd(b))));
	dmsc_buf_free(&b);
	return same;
}

static void
test_messages(void)
{
	struct dmsc_msg *m;
	size_t i;

	for (i = 0; i < DMSC_COUNT(messages); i++) {
		m = read_msg(dmsc_rd_str(messages[i].xml));
		ok(m != NULL && dmsc_msg_check(m, NULL) == DMSC_E_OK &&
		    we_keep(m, true), messages[i].name);
		ok(m != NULL && !lib_keeps(m, messages[i].xml,
		    messages[i].writing), "lost by libwbxml");
		dmsc_msg_free(&m);
	}
	for (i = 0; i < DMSC_COUNT(kept); i++) {
		m = read_msg(dmsc_rd_str(kept[i].xml));
		ok(m != NULL && we_keep(m, true) && lib_keeps(m, kept[i].xml,
		    true) && lib_keeps(m, kept[i].xml, false),
		    kept[i].name);
		dmsc_msg_free(&m);
	}
}

/* A message that carries these octets in an Add. */
static struct dmsc_msg *
carrying(const char *format, const char *type, struct dmsc_rd octets)
{
	struct dmsc_msg *m = read_msg(dmsc_rd_str(CMD("Add", "", "x")));
	struct dmsc_item *it = m == NULL ? NULL : m->cmds[0]->items[0];

	if (it == NULL || dmsc_msg_data(m, &it->data, octets, true) !=
	    DMSC_E_OK)
		dmsc_msg_free(&m);
	else {
		it->meta.format = format;
		it->meta.type = type;
	}
	return m;
}

static void
test_octets(void)
{
	static const uint8_t octets[] = { 0, 1, 0xFF, ']', ']', '>' };
	static const uint8_t inner[] = { 2, 1, 0x6A, 0, 0, 2, 0x60, 0x64,
		0x66, 3, 'A', 0, 1, 0x76, 3, 'v', 0, 1, 1, 1 };
	struct dmsc_msg *m = carrying("bin", "application/octet-stream",
	    dmsc_rd_of(octets, sizeof octets));
	struct dmsc_tree *t = NULL;

	ok(m != NULL && we_keep(m, false), "octets");
	ok(m != NULL && !lib_keeps(m, NULL, false), "lost by libwbxml");
	dmsc_msg_free(&m);
	m = carrying("xml", TNDS_T "wbxml", dmsc_rd_of(inner, sizeof inner));
	ok(m != NULL && we_keep(m, false) && dmsc_tree_parse(
	    m->cmds[0]->items[0]->data.bytes, &t, NULL, NULL) == DMSC_E_OK &&
	    dmsc_tree_find(t, "A") != NULL, "TNDS without an identifier");
	ok(m != NULL && !lib_keeps(m, NULL, false), "lost by libwbxml");
	dmsc_tree_free(&t);
	dmsc_msg_free(&m);
}

/* Bytes that we read and libwbxml does not, or not right. */
static const struct { const char *name, *hex, *says; } raw[] = {
	{ "tags of TNDS inside a message", "02A4016A006D6B454B033100015"
	    "44F00026064660341000176037600010101000001010101" "01",
	    "unknown" },
	{ "a message without an identifier", "02016A006D6B120101", NULL },
	{ "an identifier that few know", "0200006A1B2D2F2F4F4D412F2F445444"
	    "2053796E634D4C20312E322F2F454E006D6B120101", NULL },
};

static void
test_raw(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_msg *m;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(raw); i++) {
		dmsc_buf_reset(b);
		dmsc_buf_reset(x);
		if (!ok(dmsc_hex_get(raw[i].hex, b) == DMSC_E_OK &&
		    dmsc_msg_read(dmsc_buf_rd(b), &m, NULL, &e) ==
		    DMSC_E_OK && (m->n_cmds == 0 ||
		    m->cmds[0]->fault.what == NULL), raw[i].name))
			printf("# %s, %s, %s\n", e.message, e.where, e.why);
		dmsc_msg_free(&m);
		r = dmsc_lib_to_xml(dmsc_buf_rd(b), x, NULL);
		if (!ok(raw[i].says == NULL ? r != DMSC_E_OK :
		    r == DMSC_E_OK && dmsc_buf_cstr(x) != NULL &&
		    strstr(dmsc_buf_cstr(x), raw[i].says) != NULL,
		    "not by libwbxml"))
			printf("# %d %.*s\n", r, (int)x->len,
			    (const char *)x->p);
	}
	dmsc_buf_free(&b);
	dmsc_buf_free(&x);
}

/* What a token without a name becomes. */
static void
test_unknown(void)
{
	static const uint8_t w[] = { 2, 0xA4, 1, 0x6A, 0, 0x6D, 0x6B, 0x3F,
		1, 1 };
	struct dmsc_buf *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_msg *m = read_msg(dmsc_rd_of(w, sizeof w));

	ok(m != NULL && dmsc_msg_check(m, &e) == DMSC_E_FORMAT &&
	    strstr(e.why, "token 3F of page 0") != NULL,
	    "a token without a name is refused by it");
	ok(dmsc_lib_to_xml(dmsc_rd_of(w, sizeof w), x, NULL) == DMSC_E_OK &&
	    dmsc_buf_cstr(x) != NULL && strstr(dmsc_buf_cstr(x),
	    "unknown") != NULL, "libwbxml makes it an element 'unknown'");
	dmsc_msg_free(&m);
	dmsc_buf_free(&x);
}

/* Stand-alone TNDS. */
static void
test_tnds(void)
{
	static const char older[] = MT(" xmlns=\"syncml:dmddf\"", NODE(""));
	static const char vendor[] = MT(NS, NODE("<v:Own xmlns:v=\"urn:v\">1"
	    "</v:Own>"));
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = NULL;

	ok(dmsc_tree_parse(dmsc_rd_str(older), &t, NULL, NULL) == DMSC_E_OK,
	    "the older namespace");
	dmsc_tree_free(&t);
	ok(dmsc_lib_to_wbxml(dmsc_rd_str(older), b, NULL) != DMSC_E_OK,
	    "is unknown to libwbxml");
	dmsc_buf_reset(b);
	ok(dmsc_tree_parse(dmsc_rd_str(vendor), &t, NULL, NULL) == DMSC_E_OK,
	    "a vendor's element beside a node's");
	dmsc_tree_free(&t);
	ok(dmsc_lib_to_wbxml(dmsc_rd_str(vendor), b, NULL) != DMSC_E_OK ||
	    dmsc_lib_to_xml(dmsc_buf_rd(b), x, NULL) != DMSC_E_OK ||
	    dmsc_buf_cstr(x) == NULL || strstr(dmsc_buf_cstr(x), "urn:v") ==
	    NULL, "loses its namespace in libwbxml");
	dmsc_buf_free(&b);
	dmsc_buf_free(&x);
}

/* As other programs call it: without the wish to keep blanks. */
static void
test_blanks(void)
{
	static const char xml[] = ALERT("  a  ");
	WBXMLConvXML2WBXML *c = NULL;
	struct dmsc_msg *m = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;

	if (wbxml_conv_xml2wbxml_create(&c) != WBXML_OK)
		return;
	wbxml_conv_xml2wbxml_disable_string_table(c);
	if (wbxml_conv_xml2wbxml_run(c, (WB_UTINY *)(uintptr_t)xml,
	    (WB_ULONG)strlen(xml), &p, &n) == WBXML_OK)
		m = read_msg(dmsc_rd_of(p, n));
	ok(m != NULL && dmsc_rd_eq_str(m->cmds[0]->items[0]->data.bytes,
	    "a"), "libwbxml trims a value where it is not told not to");
	wbxml_conv_xml2wbxml_destroy(c);
	dmsc_msg_free(&m);
	free(p);
}

int
main(void)
{
	test_messages();
	test_octets();
	test_raw();
	test_unknown();
	test_tnds();
	test_blanks();
	return tap_done();
}
