/* codec: documents from each form into each other: what can be held comes
 * back byte for byte, what cannot is refused by name. */
#include <string.h>

#include <dmsc/convert.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/mutate.h"
#include "tap.h"

enum { OUT_MAX = 1 << 20, NAME = 160 };

/* One document of each kind; "hex:" is bytes. */
static const struct kind {
	const char *name, *doc;
	const char *forms[6];		/* that can hold it */
} kinds[] = {
	{ "DM", "{\"name\":\".\",\"nodes\":["
	    "{\"name\":\"Apn\",\"format\":\"node\",\"type\":\"com.acme/1\","
	    "\"acl\":\"Get=*&Replace=a+b\",\"title\":\"A <b> & c\","
	    "\"tstamp\":\"20260102T030405Z\",\"verno\":7,\"nodes\":["
	    "{\"name\":\"Text\",\"value\":\" two\\r\\nlines \\u20ac\\ud83d"
	    "\\ude00 \"},{\"name\":\"Bytes\",\"format\":\"bin\",\"type\":"
	    "\"application/octet-stream\",\"value\":{\"hex\":\"00FF0A0D5D5D"
	    "3E\"}},{\"name\":\"Empty\",\"value\":\"\"},{\"name\":\"Null\","
	    "\"format\":\"null\"},{\"name\":\"N\",\"format\":\"int\","
	    "\"value\":\"-5\"},{\"name\":\"B64\",\"format\":\"b64\","
	    "\"value\":\"AAEC\"},{\"name\":\"a/b %\",\"format\":\"bool\","
	    "\"type\":\"x/y\",\"verno\":0,\"value\":\"true\"}]},"
	    "{\"name\":\"Inbox\",\"format\":\"node\"},"
	    "{\"name\":\"Leaf\",\"format\":\"date\",\"value\":\"20260102\"}"
	    "]}",
	    { "tnds", "tnds-wbxml", "syncml", "syncml-wbxml", "json" } },
	{ "DM with properties of the root", "{\"name\":\".\",\"format\":"
	    "\"node\",\"acl\":\"Get=*\",\"type\":\"x/1.0\",\"verno\":3,"
	    "\"title\":\"t\",\"tstamp\":\"s\",\"nodes\":[{\"name\":\"A\","
	    "\"value\":\"b\"}]}", { "tnds", "tnds-wbxml", "json" } },
	{ "an empty tree", "{\"name\":\".\",\"nodes\":[]}",
	    { "tnds", "tnds-wbxml", "syncml", "syncml-wbxml", "json" } },
	{ "Client Provisioning", "<wap-provisioningdoc version=\"1.1\">"
	    "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" "
	    "value=\"N1\"/><parm name=\"NAME\" value=\"Acme APN &amp; "
	    "&quot;more&quot; &#xE9;\"/><parm name=\"INTERNET\"/>"
	    "<characteristic type=\"VALIDITY\"/></characteristic>"
	    "<characteristic type=\"APPLICATION\"><parm name=\"APPID\" "
	    "value=\"w7\"/><characteristic type=\"APPAUTH\"><parm "
	    "name=\"AAUTHTYPE\" value=\"DIGEST\"/></characteristic>"
	    "<characteristic type=\"APPAUTH\"><parm name=\"AAUTHTYPE\" "
	    "value=\"BASIC\"/></characteristic><parm name=\"AACCEPT\" "
	    "value=\"a\"/><parm name=\"AACCEPT\" value=\"b\"/>"
	    "</characteristic></wap-provisioningdoc>",
	    { "cp", "cp-wbxml", "json" } },
	{ "provisioning without a version", "<wap-provisioningdoc/>",
	    { "cp", "cp-wbxml", "json" } },
	/* Samples of Nordic's and of Anjay's (reference uicc.md 5.4, 5). */
	{ "LwM2M, one object", "hex:00010036000000003108002EC80025636F61703A"
	    "2F2F6C657368616E2E65636C6970736570726F6A656374732E696F3A353738"
	    "33C10101C10203", { "lwm2m", "json" } },
	{ "LwM2M, two objects", "hex:0002007A000000005E08015BC80022636F6170"
	    "733A2F2F65752E696F742E617673797374656D2E636C6F75643A35363834C1"
	    "0100C10200C803146578616D706C652D70736B2D6964656E74697479C80513"
	    "3378406D706C3350354B3533637233744B3379C10A01000100001208010FC1"
	    "0001C40100015180C10600C10755", { "lwm2m", "json" } },
	{ "a description", "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2"
	    "</VerDTD><Man>Acme</Man><Node><NodeName>A</NodeName>"
	    "<DFProperties><AccessType><Get/></AccessType><DFFormat><chr/>"
	    "</DFFormat><Occurrence><One/></Occurrence><DFType><MIME>"
	    "text/plain</MIME></DFType></DFProperties></Node></MgmtTree>",
	    { "tnds", "tnds-wbxml" } },
	{ "a language with blanks that count", "<!DOCTYPE wml PUBLIC "
	    "\"-//WAPFORUM//DTD WML 1.1//EN\" \"\"><wml>\n<card id=\"a\">"
	    "\n<p>A <b>b</b> <i>c</i> &amp; d.<br/></p></card></wml>",
	    { "xml", "wbxml" } },
	{ "another language", "<!DOCTYPE si PUBLIC \"-//WAPFORUM//DTD SI "
	    "1.0//EN\" \"http://www.wapforum.org/DTD/si.dtd\"><si>"
	    "<indication href=\"http://www.acme.example/\" "
	    "action=\"signal-high\">Mail</indication></si>",
	    { "xml", "wbxml" } },
};

static struct dmsc_buf *
bytes_of(const char *doc)
{
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX);

	if (strncmp(doc, "hex:", 4) == 0 ? dmsc_hex_get(doc + 4, b) != 0 :
	    dmsc_buf_str(b, doc) != 0)
		dmsc_buf_reset(b);
	return b;
}

/* The code; e and out as dmsc_convert leaves them. */
static int
run(struct dmsc_rd in, const char *from, const char *to,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_convert_opts o = { from, to, false };
	struct dmsc_conversion *c = NULL;
	int r;

	dmsc_err_clear(e);
	dmsc_buf_reset(out);
	r = dmsc_convert(in, &o, out, &c, e);
	if ((r == DMSC_E_OK) != (c != NULL) || (r != DMSC_E_OK &&
	    (out->len > 0 || e->code != r)))
		r = DMSC_E_INTERNAL;
	if (c != NULL && c->bytes != out->len)
		r = DMSC_E_INTERNAL;
	dmsc_view_free(&dmsc_conversion_view, c);
	return r;
}

static bool
can_hold(const struct kind *k, const char *form)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(k->forms) && k->forms[i] != NULL; i++)
		if (strcmp(k->forms[i], form) == 0)
			return true;
	return false;
}

/* From one form into each: the same bytes by whatever way. */
static void
test_from(const struct kind *k, const char *a, struct dmsc_rd in)
{
	struct dmsc_buf *out = dmsc_buf_new(OUT_MAX),
	    *back = dmsc_buf_new(OUT_MAX);
	struct dmsc_err e = { 0 };
	const char *b;
	char name[NAME];
	size_t i;
	int r;

	for (i = 0; (b = dmsc_form_at(i)) != NULL; i++) {
		(void)snprintf(name, sizeof name, "%s: %s to %s", k->name, a,
		    b);
		if ((r = run(in, a, b, out, &e)) == DMSC_E_OK)
			r = run(dmsc_buf_rd(out), NULL, a, back, &e);
		if (can_hold(k, b) && (strcmp(a, b) != 0 ||
		    can_hold(k, "json")))
			ok(r == DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(back),
			    in), name);
		else if (strcmp(b, "xml") == 0 || strcmp(b, "wbxml") == 0)
			ok(r == DMSC_E_OK || e.code == DMSC_E_DATA, name);
		else
			ok(r == DMSC_E_DATA && (strcmp(a, b) == 0 ?
			    strstr(e.message, "already") != NULL :
			    e.why[0] != '\0' && strncmp(e.message, b,
			    strlen(b)) == 0), name);
		if (e.code != DMSC_E_OK && r == e.code && can_hold(k, b))
			printf("# %s, %s, %s\n", e.message, e.where, e.why);
	}
	dmsc_buf_free(&out);
	dmsc_buf_free(&back);
}

/* The document as its form f; another language is not written from itself,
 * so it goes by the other encoding first. */
static int
canonical(const struct kind *k, size_t f, struct dmsc_buf *in,
    struct dmsc_buf *b, struct dmsc_err *e)
{
	int r = run(dmsc_buf_rd(in), NULL, k->forms[f], b, e);

	if (r != DMSC_E_DATA || f > 0 ||
	    (r = run(dmsc_buf_rd(in), NULL, k->forms[1], b, e)) != DMSC_E_OK)
		return r;
	dmsc_buf_reset(in);
	r = dmsc_buf_put(in, dmsc_buf_rd(b));
	return r == DMSC_E_OK ? run(dmsc_buf_rd(in), NULL, k->forms[0], b,
	    e) : r;
}

static void
test_pairs(void)
{
	struct dmsc_err e = { 0 };
	size_t i, f;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		for (f = 0; f < DMSC_COUNT(kinds[i].forms) &&
		    kinds[i].forms[f] != NULL; f++) {
			struct dmsc_buf *in = bytes_of(kinds[i].doc),
			    *b = dmsc_buf_new(OUT_MAX);
			int r = canonical(&kinds[i], f, in, b, &e);

			if (ok(r == DMSC_E_OK, kinds[i].name))
				test_from(&kinds[i], kinds[i].forms[f],
				    dmsc_buf_rd(b));
			else
				printf("# %s, %s\n", e.message, e.why);
			dmsc_buf_free(&in);
			dmsc_buf_free(&b);
		}
}

#define TREE(node) "{\"name\":\".\",\"nodes\":[{\"name\":\"A\",\"nodes\":[" \
	node "]}]}"
#define ADD(cmd) "<SyncML><SyncHdr/><SyncBody>" cmd "<Final/></SyncBody>" \
	"</SyncML>"
#define TNDS(node) "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A" \
	"</NodeName>" node "</Node></MgmtTree>"

#define HDR "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>" \
	"<SessionID>9</SessionID><MsgID>7</MsgID><Target><LocURI>d</LocURI>" \
	"</Target><Source><LocURI>s</LocURI></Source></SyncHdr>"
#define MESSAGE(body) "<SyncML xmlns=\"SYNCML:SYNCML1.2\">" HDR "<SyncBody>" \
	body "<Final/></SyncBody></SyncML>"

/* What is refused, and the words that name it. */
static const struct refusal {
	const char *name, *to, *doc;
	int code;
	const char *where, *why;
} refusals[] = {
	{ "a control character in XML", "tnds",
	    TREE("{\"name\":\"b\",\"value\":{\"hex\":\"4101\"}}"),
	    DMSC_E_DATA, "A/b", "XML" },
	{ "the same in a message", "syncml",
	    TREE("{\"name\":\"b\",\"value\":{\"hex\":\"4101\"}}"),
	    DMSC_E_DATA, "A/b", "XML" },
	{ "bytes that are no text", "tnds-wbxml",
	    TREE("{\"name\":\"b\",\"value\":{\"hex\":\"FF41\"}}"),
	    DMSC_E_DATA, "A/b", "UTF-8" },
	{ "a name that no XML can hold", "tnds",
	    TREE("{\"name\":\"b\\u0007\",\"value\":\"\"}"),
	    DMSC_E_DATA, "A/b", "name" },
	{ "a null with a value", "tnds-wbxml", TREE("{\"name\":\"b\","
	    "\"format\":\"null\",\"value\":\"x\"}"), DMSC_E_FORMAT, "b",
	    "" },
	{ "a null with bytes", "json", TREE("{\"name\":\"b\",\"format\":"
	    "\"null\",\"value\":{\"hex\":\"00\"}}"), DMSC_E_FORMAT, "b", "" },
	{ "a Type with blanks around", "tnds", TREE("{\"name\":\"b\","
	    "\"type\":\" x \",\"value\":\"\"}"), DMSC_E_DATA, "A/b",
	    "blanks" },
	{ "a title that no XML can hold", "tnds", TREE("{\"name\":\"b\","
	    "\"title\":\"x\\u0001y\",\"value\":\"\"}"), DMSC_E_DATA, "A/b",
	    "characters" },
	{ "a root's ACL in a message", "syncml-wbxml", "{\"name\":\".\","
	    "\"format\":\"node\",\"acl\":\"Get=*\",\"nodes\":[]}",
	    DMSC_E_DATA, ".", "root" },
	{ "a root's version number in a message", "syncml", "{\"name\":\".\","
	    "\"format\":\"node\",\"verno\":1,\"nodes\":[]}", DMSC_E_DATA,
	    ".", "root" },
	{ "an unknown member of JSON", "tnds",
	    TREE("{\"name\":\"b\",\"vlaue\":\"x\"}"), DMSC_E_FORMAT, "b",
	    "" },
	{ "a version number that is none", "tnds",
	    TREE("{\"name\":\"b\",\"verno\":70000}"), DMSC_E_FORMAT, "b",
	    "" },
	{ "another command", "tnds", ADD("<Replace><CmdID>1</CmdID>"
	    "</Replace>"), DMSC_E_DATA, "Replace in SyncBody", "trees" },
	{ "an Add in an Atomic", "json", ADD("<Atomic><CmdID>1</CmdID>"
	    "</Atomic>"), DMSC_E_DATA, "Atomic in SyncBody", "trees" },
	{ "a credential in an Add", "tnds-wbxml", ADD("<Add><CmdID>1</CmdID>"
	    "<Cred><Data>x</Data></Cred></Add>"), DMSC_E_DATA, "Cred in Add",
	    "trees" },
	{ "an element that nobody knows", "tnds", ADD("<Add><CmdID>1</CmdID>"
	    "<Vendor/></Add>"), DMSC_E_DATA, "Vendor in Add",
	    "trees" },
	{ "text between elements", "tnds", ADD("<Add>words</Add>"),
	    DMSC_E_DATA, "text in Add", "trees" },
	{ "a description in TNDS", "json", TNDS("<DFProperties/>"),
	    DMSC_E_DATA, "DFProperties in Node", "trees" },
	{ "a maker in TNDS", "syncml", "<MgmtTree><VerDTD>1.2</VerDTD>"
	    "<Man>Acme</Man></MgmtTree>", DMSC_E_DATA, "Man in MgmtTree",
	    "trees" },
	{ "a description inside a message", "json", ADD("<Add><CmdID>1"
	    "</CmdID><Item><Target><LocURI>./A</LocURI></Target><Data>"
	    "<![CDATA[" TNDS("<DFProperties/>") "]]></Data></Item></Add>"),
	    DMSC_E_DATA, "DFProperties in Node", "trees" },
	{ "DM as provisioning", "cp", TREE(""), DMSC_E_DATA, "",
	    "management objects" },
	{ "DM as LwM2M", "lwm2m", TREE(""), DMSC_E_DATA, "",
	    "management objects" },
	{ "provisioning as TNDS", "tnds", "<wap-provisioningdoc/>",
	    DMSC_E_DATA, "", "Client Provisioning" },
	{ "LwM2M as a message", "syncml-wbxml", "{\"0\":{}}", DMSC_E_DATA,
	    "", "LwM2M" },
	{ "LwM2M as XML", "xml", "{\"0\":{}}", DMSC_E_DATA, "", "LwM2M" },
	{ "another language as JSON", "json", "<si/>", DMSC_E_DATA, "",
	    "language" },
	{ "nothing", "tnds", "", DMSC_E_DATA, "", "" },
	{ "padding alone", "tnds", "hex:FFFFFFFF", DMSC_E_DATA, "", "" },
	{ "no form that is known", "tnds", "words", DMSC_E_FORMAT, "",
	    "--from" },
	{ "no form of that name", "yaml", TREE(""), DMSC_E_USAGE, "yaml",
	    "tnds" },
	{ "bytes behind a document", "cp", "hex:030B6A00450101",
	    DMSC_E_FORMAT, "byte", "" },
	{ "an attribute that libwbxml does not know", "wbxml",
	    "<!DOCTYPE si PUBLIC \"-//WAPFORUM//DTD SI 1.0//EN\" \"\"><si>"
	    "<indication bogus=\"x\"/></si>", DMSC_E_FORMAT, "", "Literal" },
	{ "a CR in another language", "xml", "hex:02056A0045C6080103610D6200"
	    "0101", DMSC_E_DATA, "line end", "changed" },
	{ "a token that nobody knows", "xml", "hex:02056A007F0103610001",
	    DMSC_E_DATA, "token", "changed" },
	{ "a description as TNDS of its own", "tnds", TNDS("<DFProperties/>"),
	    DMSC_E_DATA, "", "" },
	{ "entities of its own", "wbxml", "<!DOCTYPE si [<!ENTITY a \"b\">]>"
	    "<si>&a;</si>", DMSC_E_FORMAT, "", "entities" },
};

static void
test_refusals(void)
{
	struct dmsc_buf *out = dmsc_buf_new(OUT_MAX);
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(refusals); i++) {
		const struct refusal *c = &refusals[i];
		struct dmsc_buf *in = bytes_of(c->doc);

		if (!ok(run(dmsc_buf_rd(in), NULL, c->to, out, &e) ==
		    c->code && strstr(e.where, c->where) != NULL &&
		    strstr(e.why, c->why) != NULL && (c->code != DMSC_E_DATA
		    || dmsc_e_exit(e.code) == 10), c->name))
			printf("# %d: %s, %s, %s\n", e.code, e.message,
			    e.where, e.why);
		dmsc_buf_free(&in);
	}
	dmsc_buf_free(&out);
}

/* What the user says of the form is held against the bytes. */
static void
test_named(void)
{
	static const struct { const char *from, *doc; int want; } rows[] = {
		{ "tnds", TNDS(""), DMSC_E_OK },
		{ "xml", TNDS(""), DMSC_E_OK },
		{ "syncml", TNDS(""), DMSC_E_DATA },
		{ "tnds-wbxml", TNDS(""), DMSC_E_DATA },
		{ "cp", "<wap-provisioningdoc/>", DMSC_E_OK },
		{ "wbxml", "hex:030B6A0005", DMSC_E_OK },
		{ "xml", "<wap-provisioningdoc/>", DMSC_E_OK },
		{ "cp-wbxml", "hex:030B6A0005FFFF", DMSC_E_OK },
		{ "cp-wbxml", "hex:030B6A0005FF41", DMSC_E_FORMAT },
		{ "lwm2m", "hex:C80016626F6F74702E696F742E742D6D6F62696C652E"
		    "636F6DC10101", DMSC_E_OK },
		{ "lwm2m", TNDS(""), DMSC_E_FORMAT },
		{ "json", "{\"Server\":{}}", DMSC_E_OK },
		{ "empty", TNDS(""), DMSC_E_USAGE },
	};
	struct dmsc_buf *out = dmsc_buf_new(OUT_MAX);
	struct dmsc_err e = { 0 };
	char name[NAME];
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		struct dmsc_buf *in = bytes_of(rows[i].doc);
		int r = run(dmsc_buf_rd(in), rows[i].from, NULL, out, &e);

		(void)snprintf(name, sizeof name, "%s as %s", rows[i].doc,
		    rows[i].from);
		if (!ok(r == rows[i].want || (rows[i].want == DMSC_E_FORMAT
		    && r == DMSC_E_SHORT), name))
			printf("# %d %s, %s\n", r, e.message, e.why);
		dmsc_buf_free(&in);
	}
	dmsc_buf_free(&out);
}

static void
test_files(void)
{
	static const struct { const char *file, *form; } rows[] = {
		{ "a.xml", "xml" }, { "a.wbxml", "wbxml" },
		{ "a.b/c.json", "json" }, { "a.tnds", "tnds" },
		{ "a.syncml-wbxml", "syncml-wbxml" }, { "a.tlv", "lwm2m" },
		{ "a.cp", "cp" }, { "a", NULL }, { ".json", NULL },
		{ "a.json/b", NULL }, { "a.unknown", NULL },
		{ "a.empty", NULL }, { "a.bin", NULL }, { "-", NULL },
	};
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		const char *f = dmsc_form_of_file(rows[i].file);

		ok(f == NULL ? rows[i].form == NULL : rows[i].form != NULL &&
		    strcmp(f, rows[i].form) == 0, rows[i].file);
	}
}

/* What stays behind is said. */
static void
test_warnings(void)
{
	static const struct { const char *doc, *to, *says; } rows[] = {
		{ ADD(""), "tnds", "header" },
		{ "hex:030B6A0005FFFFFF", "cp", "3 bytes of padding" },
		{ "hex:C80016626F6F74702E696F742E742D6D6F62696C652E636F6D"
		    "C10101", "json", "no header" },
		{ TNDS(""), "json", NULL },
		{ MESSAGE(""), "tnds", "header" },
		{ "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2"
		    "</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1"
		    "</SessionID><MsgID>1</MsgID><Target><LocURI>device"
		    "</LocURI></Target><Source><LocURI>card</LocURI></Source>"
		    "</SyncHdr><SyncBody>\n <Final/></SyncBody></SyncML>",
		    "tnds", NULL },
		{ "<wap-provisioningdoc/>", "cp-wbxml", NULL },
	};
	struct dmsc_convert_opts o = { NULL, NULL, false };
	struct dmsc_conversion *c;
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		struct dmsc_buf *in = bytes_of(rows[i].doc),
		    *out = dmsc_buf_new(OUT_MAX);

		c = NULL;
		o.to = rows[i].to;
		o.from = strncmp(rows[i].doc, "hex:C8", 6) == 0 ? "lwm2m" :
		    NULL;
		ok(dmsc_convert(dmsc_buf_rd(in), &o, out, &c, &e) ==
		    DMSC_E_OK && (rows[i].says == NULL ? c->n_warnings == 0 :
		    c->n_warnings == 1 && strstr(c->warnings[0],
		    rows[i].says) != NULL), rows[i].says == NULL ?
		    "nothing to warn of" : rows[i].says);
		dmsc_view_free(&dmsc_conversion_view, c);
		dmsc_buf_free(&in);
		dmsc_buf_free(&out);
	}
}

/* Messages keep all that they say in both encodings, and only there. */
static void
test_messages(void)
{
	static const struct { const char *name, *body, *in; } rows[] = {
		{ "a Get", "<Get><CmdID>1</CmdID><Item><Target><LocURI>./A"
		    "</LocURI></Target></Item></Get>", "Get in SyncBody" },
		{ "an Alert", "<Alert><CmdID>1</CmdID><Data>1201</Data>"
		    "</Alert>", "Alert in SyncBody" },
		{ "a Status with a challenge", "<Status><CmdID>1</CmdID>"
		    "<MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>"
		    "<Chal><Meta><Format xmlns=\"syncml:metinf\">b64</Format>"
		    "<Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type>"
		    "<NextNonce xmlns=\"syncml:metinf\">bm9uY2U=</NextNonce>"
		    "</Meta></Chal><Data>407</Data></Status>",
		    "Status in SyncBody" },
		{ "an Atomic", "<Atomic><CmdID>1</CmdID><Replace><CmdID>2"
		    "</CmdID><Item><Target><LocURI>./A</LocURI></Target>"
		    "<Data>two\n lines </Data></Item></Replace></Atomic>",
		    "Atomic in SyncBody" },
	};
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX),
	    *w = dmsc_buf_new(OUT_MAX), *x = dmsc_buf_new(OUT_MAX),
	    *out = dmsc_buf_new(OUT_MAX);
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		dmsc_buf_reset(b);
		if (!ok(dmsc_buf_fmt(b, MESSAGE("%s"), rows[i].body) == 0 &&
		    run(dmsc_buf_rd(b), NULL, "wbxml", w, &e) == DMSC_E_OK &&
		    run(dmsc_buf_rd(w), NULL, "xml", x, &e) == DMSC_E_OK &&
		    run(dmsc_buf_rd(x), NULL, "syncml-wbxml", out, &e) ==
		    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(w),
		    dmsc_buf_rd(out)) && strstr(dmsc_buf_cstr(x),
		    "<SessionID>9<") != NULL, rows[i].name) ||
		    !ok(run(dmsc_buf_rd(w), NULL, "tnds", out, &e) ==
		    DMSC_E_DATA && strcmp(e.where, rows[i].in) == 0,
		    rows[i].in))
			printf("# %s, %s, %s\n", e.message, e.where, e.why);
	}
	ok(run(dmsc_rd_str(MESSAGE("<Map/>")), NULL, "wbxml", out, &e) ==
	    DMSC_E_DATA && strstr(e.why, "Map") != NULL, "no command of DM");
	dmsc_buf_free(&b);
	dmsc_buf_free(&w);
	dmsc_buf_free(&x);
	dmsc_buf_free(&out);
}

/* Each form's bytes, cut and flipped: they must return, and what is taken
 * comes back the same. */
static bool
survives(struct dmsc_rd in)
{
	static const char *const forms[] = { "json", "wbxml" };
	struct dmsc_buf *out = dmsc_buf_new(OUT_MAX),
	    *again = dmsc_buf_new(OUT_MAX);
	const char *to = forms[in.left == 0 ? 0 :
	    (in.left ^ in.p[in.left / 2]) % 2];
	struct dmsc_err e = { 0 };
	int r = run(in, NULL, to, out, &e);
	bool good = r != DMSC_E_INTERNAL;

	if (r == DMSC_E_OK && (r = run(dmsc_buf_rd(out), to, to, again,
	    &e)) == DMSC_E_OK)
		good = dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(again));
	else if (good && out->len > 0)	/* another language is not rewritten */
		good = strstr(e.message, "already") != NULL;
	dmsc_buf_free(&out);
	dmsc_buf_free(&again);
	return good;
}

static void
test_mutated(void)
{
	struct dmsc_err e = { 0 };
	char name[NAME];
	size_t i, f;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		for (f = 0; f < DMSC_COUNT(kinds[i].forms) &&
		    kinds[i].forms[f] != NULL; f++) {
			struct dmsc_buf *in = bytes_of(kinds[i].doc),
			    *b = dmsc_buf_new(OUT_MAX);

			(void)snprintf(name, sizeof name, "%s in %s, cut and "
			    "flipped", kinds[i].name, kinds[i].forms[f]);
			ok(canonical(&kinds[i], f, in, b, &e) == DMSC_E_OK &&
			    mutate(dmsc_buf_rd(b), survives), name);
			dmsc_buf_free(&in);
			dmsc_buf_free(&b);
		}
}

int
main(void)
{
	test_pairs();
	test_refusals();
	test_named();
	test_files();
	test_warnings();
	test_messages();
	test_mutated();
	return tap_done();
}
