/* codec: each planted fault is found, by its name and byte; a clean document
 * has none. */
#include <string.h>

#include "base/base.h"
#include "codec/lint.h"
#include "codec/mutate.h"
#include "tap.h"

enum { DOC_MAX = 65536, FOUND_MAX = 64, URI_LONG = 300 };

/* A clean message. A row replaces one text of it by another. */
#define LEAF(n, v) "<Node><NodeName>" n "</NodeName><RTProperties><Format>" \
	"<chr/></Format><Type><MIME>text/plain</MIME></Type></RTProperties>" \
	"<Value>" v "</Value></Node>"
#define OPEN(n) "<Node><NodeName>" n "</NodeName><RTProperties><Format>" \
	"<node/></Format><Type><DDFName></DDFName></Type></RTProperties>"
#define OF(n, acl, t) "<Node><NodeName>" n "</NodeName><RTProperties>" acl \
	"<Format><node/></Format><Type><DDFName>" t "</DDFName></Type>" \
	"</RTProperties>"
#define DATA(n) "<Node><NodeName>" n "</NodeName><RTProperties><Format>" \
	"<bin/></Format><Type><MIME>application/octet-stream</MIME></Type>" \
	"</RTProperties><Value>bm9uY2U=</Value></Node>"
#define ACCOUNT \
	OF("acme", "<ACL>Get=*&amp;Replace=com.acme</ACL>", \
	    "urn:oma:mo:oma-dm-dmacc:1.0") \
	LEAF("AppID", "w7") LEAF("ServerID", "com.acme") \
	LEAF("PrefConRef", "./Inbox/NAP/net") \
	OPEN("AppAddr") OPEN("1") LEAF("Addr", "https://acme.example") \
	LEAF("AddrType", "URI") OPEN("Port") OPEN("1") \
	LEAF("PortNbr", "443") "</Node></Node></Node></Node>" \
	LEAF("AAuthPref", "DIGEST") \
	OPEN("AppAuth") OPEN("c") LEAF("AAuthLevel", "CLCRED") \
	LEAF("AAuthType", "DIGEST") LEAF("AAuthName", "me") \
	LEAF("AAuthSecret", "shh") DATA("AAuthData") "</Node>" \
	OPEN("s") LEAF("AAuthLevel", "SRVCRED") \
	LEAF("AAuthType", "HMAC") LEAF("AAuthName", "com.acme") \
	LEAF("AAuthSecret", "psst") DATA("AAuthData") "</Node></Node></Node>"
#define NAP OPEN("NAP") \
	OF("net", "", "urn:oma:mo:oma-connmo-nap:1.0") \
	LEAF("NapId", "net") LEAF("Addr", "net.example") \
	"<Node><NodeName>Linger</NodeName><RTProperties><Format><int/>" \
	"</Format><TStamp>20260102T030405Z</TStamp><Type><MIME>text/plain" \
	"</MIME></Type><VerNo>1</VerNo></RTProperties><Value>12</Value>" \
	"</Node></Node></Node>"
#define DMSC OF("DMSC", "", "urn:oma:mo:ext-dmsc:1.0") \
	LEAF("UserConfirmation", "none") "</Node>"
#define ADD(id, target, nodes) "<Add><CmdID>" id "</CmdID><Item><Target>" \
	"<LocURI>" target "</LocURI></Target><Meta><Format xmlns=" \
	"\"syncml:metinf\">xml</Format><Type xmlns=\"syncml:metinf\">" \
	"application/vnd.syncml.dmtnds+xml</Type></Meta><Data><MgmtTree " \
	"xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>" nodes \
	"</MgmtTree></Data></Item></Add>"
#define HEAD "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2" \
	"</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>" \
	"1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>s" \
	"</LocURI></Source></SyncHdr><SyncBody>"
#define END "<Final/></SyncBody></SyncML>"
static const char *const parts[] = { HEAD,
	ADD("1", "./Inbox/DMAcc", ACCOUNT), ADD("2", "./Inbox", NAP DMSC),
	END };
static char clean[8192];

/* at: the finding's byte is where this text begins, behind where the text
 * after was found; NULL: it has none. also: other rules that it breaks. */
static const struct row {
	const char *from, *to, *rule, *after, *at, *also;
} rows[] = {
	{ "<Target><LocURI>d</LocURI></Target>", "", "header-incomplete", "",
	    "<SyncHdr>", "" },
	{ "<MsgID>1</MsgID>", "", "header-incomplete", "", "<SyncHdr>", "" },
	{ "DM/1.2", "DM/1.1", "header-version", "", "<VerProto>", "" },
	{ "<VerDTD>1.2</VerDTD><VerP", "<VerDTD>1.1</VerDTD><VerP",
	    "header-version", "", "<VerDTD>", "" },
	{ "<Final/>", "", "no-final", "", "<SyncML", "" },
	{ "<Final/>", "<Get><CmdID>9</CmdID><Item><Target><LocURI>./A"
	    "</LocURI></Target></Item></Get><Final/>", "command-not-add", "",
	    "<Get>", "" },
	{ "<CmdID>2</CmdID>", "", "cmdid-missing", "./Inbox/DMAcc", "<Add>",
	    "" },
	{ "<CmdID>2</CmdID>", "<CmdID>1</CmdID>", "cmdid-bad",
	    "./Inbox/DMAcc", "<CmdID>", "" },
	{ "<CmdID>1</CmdID>", "<CmdID>0</CmdID>", "cmdid-bad", "", "<CmdID>",
	    "" },
	{ "<Target><LocURI>./Inbox</LocURI></Target>", "", "target-missing",
	    "./Inbox/DMAcc", "<Item>", "dangling-conref" },
	{ "<LocURI>./Inbox/DMAcc<", "<LocURI>./DMAcc<", "target-not-inbox",
	    "SyncBody", "<LocURI>", "" },
	{ "<LocURI>./Inbox/DMAcc<", "<LocURI>./Inbox/DMAcc/<",
	    "uri-malformed", "SyncBody", "<LocURI>", "*" },
	{ "<LocURI>./Inbox/DMAcc<", "<LocURI>/Inbox/DMAcc<", "uri-malformed",
	    "SyncBody", "<LocURI>", "*" },
	{ "<LocURI>./Inbox/DMAcc<", "<LocURI>./Inbox/../DMAcc<",
	    "uri-malformed", "SyncBody", "<LocURI>", "*" },
	{ "<LocURI>./Inbox/DMAcc<", "<LocURI>./Inbox/a/b/c/d/e/f/g/h/i/j/k/l/"
	    "m/n/o/p/q/DMAcc<", "uri-too-deep", "SyncBody", "<LocURI>", "*" },
	{ "</Data></Item></Add><Final", "</Data><MoreData/></Item></Add>"
	    "<Final", "more-data", "", "<MoreData", "" },
	{ "<CmdID>2</CmdID><Item>", "<CmdID>2</CmdID><Item><Bogus/>",
	    "unknown-token", "", "<Bogus", "" },
	{ "<Final/>", "<Add><CmdID>3</CmdID><Item><Target><LocURI>./Inbox/x"
	    "</LocURI></Target></Item></Add><Final/>", "data-missing",
	    "<CmdID>3", "<Item>", "" },
	{ "<Final/>", "<Add><CmdID>3</CmdID><Item><Target><LocURI>./Inbox/x"
	    "</LocURI></Target><Meta><Format>int</Format></Meta><Data>y"
	    "</Data></Item></Add><Final/>", "value-not-format", "<CmdID>3",
	    "<Data>", "" },
	{ "<Final/>", "<Add><CmdID>3</CmdID><Item><Target><LocURI>./Inbox/x"
	    "</LocURI></Target><Meta><Size>3</Size></Meta><Data>y"
	    "</Data></Item></Add><Final/>", "meta-size", "<CmdID>3",
	    "<Size>", "" },
	{ "<Final/>", "<Add><CmdID>3</CmdID><Item><Target><LocURI>./Inbox/x"
	    "</LocURI></Target><Meta><Type>application/vnd.syncml.dmtnds+xml"
	    "</Type></Meta><Data>y</Data></Item></Add><Final/>", "meta-type",
	    "<CmdID>3", "<Type>", "unreadable" },
	{ "<Final/>", "<Add><CmdID>3</CmdID><Item><Target><LocURI>./Inbox/x/"
	    "ConRef</LocURI></Target><Data>./NAP/none</Data></Item></Add>"
	    "<Final/>", "dangling-conref", "<CmdID>3", "<Data>", "" },
	/* TNDS */
	{ "1.2\"><VerDTD>1.2</VerDTD>" OPEN("NAP"), "1.2\">" OPEN("NAP"),
	    "tnds-no-verdtd", "./Inbox<", "<MgmtTree", "" },
	{ "1.2\"><VerDTD>1.2</VerDTD>" OPEN("NAP"), "1.2\"><VerDTD>1.1"
	    "</VerDTD>" OPEN("NAP"), "tnds-verdtd", "./Inbox<", "<VerDTD>",
	    "" },
	{ LEAF("NapId", "net"), "<Node><NodeName>NapId</NodeName><Value>net"
	    "</Value></Node>", "no-rtproperties", ">net</NodeName>", "<Node>",
	    "" },
	{ "<NodeName>NapId</NodeName>", "<NodeName>NapId</NodeName>"
	    "<Path>x</Path>", "nested-path", "", "<Path>", "" },
	{ "<NodeName>NapId</NodeName>", "<NodeName>NapId</NodeName>"
	    "<DFProperties><AccessType><Get/></AccessType></DFProperties>",
	    "dfproperties", "", "<DFProperties>", "" },
	{ "<NodeName>NapId</NodeName>", "<NodeName></NodeName>", "name-empty",
	    ">net</NodeName>", "<NodeName>", "" },
	{ "<NodeName>NapId</NodeName>", "<NodeName>*</NodeName>",
	    "name-malformed", ">net</NodeName>", "<NodeName>*", "" },
	{ "<NodeName>NapId</NodeName>", "<NodeName>a/b</NodeName>",
	    "name-malformed", ">net</NodeName>", "<NodeName>a/b", "*" },
	{ "<NodeName>Addr</NodeName><RTProperties><Format><chr/></Format>"
	    "<Type><MIME>text/plain</MIME></Type></RTProperties><Value>net",
	    "<NodeName>NapId</NodeName><RTProperties><Format><chr/></Format>"
	    "<Type><MIME>text/plain</MIME></Type></RTProperties><Value>net",
	    "duplicate-node", NULL, NULL, "" },
	{ LEAF("NapId", "net"), "<Node><NodeName>NapId</NodeName>"
	    "<RTProperties><Format><chr/></Format><Type><MIME>text/plain"
	    "</MIME></Type></RTProperties>" LEAF("in", "x") "</Node>",
	    "leaf-with-children", ">net</NodeName>", "<Node>", "" },
	{ "<NodeName>Linger</NodeName><RTProperties><Format><int/>",
	    "<NodeName>Linger</NodeName><RTProperties><Format><node/>",
	    "interior-with-value", ">Linger<", "<Value>", "*" },
	{ "<int/>", "<integer/>", "format-unknown", "", "<integer/>", "" },
	{ ">12</Value>", ">twelve</Value>", "value-not-format", ">Linger<",
	    "<Value>", "" },
	{ "<Format><int/></Format><TStamp>20260102T030405Z</TStamp><Type>"
	    "<MIME>text/plain</MIME></Type><VerNo>1</VerNo></RTProperties>"
	    "<Value>12", "<Format><bool/></Format><Type><MIME>text/plain"
	    "</MIME></Type></RTProperties><Value>True", "bool-case",
	    ">Linger<", "<Value>", "" },
	{ "20260102T030405Z", "2026-01-02", "tstamp-malformed", "",
	    "<TStamp>", "" },
	{ "<VerNo>1</VerNo>", "<VerNo>65536</VerNo>", "verno-range", "",
	    "<VerNo>", "" },
	{ "<MIME>text/plain</MIME></Type><VerNo>", "<MIME>text</MIME></Type>"
	    "<VerNo>", "type-malformed", ">Linger<", "<MIME>", "" },
	{ "urn:oma:mo:oma-connmo-nap:1.0", "NAP", "mo-id-malformed",
	    ">net</NodeName>", "<DDFName>", "" },
	{ "<DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName>",
	    "<DDFName></DDFName>", "no-mo-id", "./Inbox/DMAcc", "<MgmtTree",
	    "" },
	{ "Get=*&amp;Replace=com.acme", "Get=*&amp;Fetch=com.acme",
	    "acl-malformed", "", "<ACL>", "acl-missing" },
	{ "Get=*&amp;Replace=com.acme", "Get=*+com.acme", "acl-wildcard", "",
	    "<ACL>", "" },
	{ "Get=*&amp;Replace=com.acme", "Get=com.acme&amp;Get=*",
	    "acl-command-twice", "", "<ACL>", "" },
	{ "Get=*&amp;Replace=com.acme", "Get=*&amp;Replace=com.other",
	    "acl-unknown-server", "", "<ACL>", "" },
	{ "<ACL>Get=*&amp;Replace=com.acme</ACL>", "", "acl-missing",
	    "./Inbox/DMAcc", "<Node>", "" },
	{ ">none</Value>", ">perhaps</Value>", "confirmation-value",
	    ">UserConfirmation<", "<Value>", "" },
	/* accounts */
	{ LEAF("AppID", "w7"), "", "account-incomplete", "./Inbox/DMAcc",
	    "<Node>", "" },
	{ LEAF("PortNbr", "443"), "", "account-incomplete", ">Port<",
	    "<Node>", "" },
	{ ">w7<", ">w5<", "account-appid", ">AppID<", "<Value>", "" },
	{ "<Value>com.acme</Value></Node><Node><NodeName>PrefConRef",
	    "<Value>com+acme</Value></Node><Node><NodeName>PrefConRef",
	    "server-id", ">ServerID<", "<Value>", "*" },
	{ ">URI<", ">URL<", "address-type", ">AddrType<", "<Value>", "" },
	{ "https://acme.example", "acme.example", "address-malformed",
	    ">Addr<", "<Value>", "" },
	{ ">443<", ">70000<", "port-range", ">PortNbr<", "<Value>", "" },
	{ ">CLCRED<", ">CLIENT<", "auth-level", ">AAuthLevel<", "<Value>",
	    "credential-missing" },
	{ ">HMAC<", ">MD5<", "auth-type", ">HMAC<", NULL, "" },
	{ LEAF("AAuthPref", "DIGEST"), LEAF("AAuthPref", "BASIC"),
	    "auth-preference", ">AAuthPref<", "<Value>", "" },
	{ ">SRVCRED<", ">HTTP<", "credential-missing", "./Inbox/DMAcc",
	    "<Node>", "auth-type" },
	{ LEAF("AAuthSecret", "shh") DATA("AAuthData"),
	    LEAF("AAuthSecret", "shh"), "nonce-missing", ">AppAuth<",
	    "<Node><NodeName>c<", "" },
	{ LEAF("AAuthSecret", "shh"), "", "secret-missing", ">AppAuth<",
	    "<Node><NodeName>c<", "" },
	{ LEAF("AAuthName", "com.acme"), LEAF("AAuthName", "com.other"),
	    "server-name", "SRVCRED", NULL, "" },
	{ "<NodeName>PrefConRef<", "<NodeName>ConnRef<",
	    "account-unknown-node", ">com.acme</Value>", "<Node>", "" },
	{ LEAF("AAuthPref", "DIGEST"), "<Node><NodeName>AAuthPref</NodeName>"
	    "<RTProperties><Format><xml/></Format><Type><MIME>text/xml"
	    "</MIME></Type></RTProperties><Value>DIGEST</Value></Node>",
	    "account-format", ">443<", "<Node><NodeName>AAuthPref", "" },
	{ "./Inbox/NAP/net", "./Inbox/NAP/other", "dangling-conref",
	    ">PrefConRef<", "<Value>", "" },
	{ "<Final/>", ADD("3", "./Inbox/DMAcc2", ACCOUNT) "<Final/>",
	    "server-id-twice", "./Inbox/DMAcc2", "<Value>com.acme", "" },
	{ END, "", "unreadable", NULL, NULL, "" },
};

struct found {
	enum dmsc_rule rule;
	size_t at;
	char text[DMSC_ERR_TEXT];
};
static struct found found[FOUND_MAX];
static size_t n_found;

static int
keep(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	(void)node;
	if (n_found < FOUND_MAX) {
		found[n_found].rule = rule;
		found[n_found].at = at;
		(void)snprintf(found[n_found].text, DMSC_ERR_TEXT, "%s",
		    message);
		n_found++;
	}
	return DMSC_E_OK;
}

static void
lint(struct dmsc_rd r, bool on_card)
{
	struct dmsc_lint_out o = { .found = keep };

	n_found = 0;
	(void)dmsc_lint_document(r, on_card, &o);
}

static void
show(const struct dmsc_rd *r)
{
	size_t i;

	for (i = 0; i < n_found; i++)
		printf("# %s at %zd (%.30s): %s\n",
		    dmsc_rule(found[i].rule)->name, (ssize_t)found[i].at,
		    r != NULL && found[i].at < r->left ?
		    (const char *)r->p + found[i].at : "",
		    found[i].text);
}

static bool
bad(const struct found *f)
{
	return dmsc_rule(f->rule)->severity != DMSC_NOTE;
}

/* NULL: no such finding, or not all of them are as they should be. */
static const struct found *
only(const char *rule, const char *also)
{
	const struct found *hit = NULL;
	const char *name;
	size_t i;

	for (i = 0; i < n_found; i++) {
		name = dmsc_rule(found[i].rule)->name;
		if (strcmp(name, rule) == 0) {
			if (hit == NULL)
				hit = &found[i];
		} else if (bad(&found[i]) && strcmp(also, "*") != 0 &&
		    strcmp(also, name) != 0)
			return NULL;
	}
	return hit;
}

static bool
is_there(const struct row *row, const struct found *f, const char *text)
{
	const char *at;

	if (row->after == NULL)
		return true;
	if (row->at == NULL)
		return f->at != DMSC_NO_OFFSET;
	at = strstr(text, row->after);
	at = at == NULL ? NULL : strstr(at, row->at);
	return at != NULL && f->at == (size_t)(at - text);
}

static bool
is_found(const char *rule)
{
	size_t i;

	for (i = 0; i < n_found; i++)
		if (strcmp(dmsc_rule(found[i].rule)->name, rule) == 0)
			return true;
	return false;
}

static bool
is_fixable(const char *rule)
{
	size_t i;

	for (i = 0; i < DMSC_L_COUNT; i++)
		if (strcmp(dmsc_rule((enum dmsc_rule)i)->name, rule) == 0)
			return dmsc_rule_fixable((enum dmsc_rule)i);
	return false;
}

/* What can be mended is mended, by the name of the rule; else the document
 * stays as it is. */
static bool
mends(struct dmsc_rd r, const char *rule)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	bool good = dmsc_lint_mend(r, b) == DMSC_E_OK;

	lint(dmsc_buf_rd(b), false);
	/* A plain Add without an identifier would become a TNDS without one:
	 * nothing gained, so it stays. */
	if (strncmp(rule, "meta-", 5) == 0)
		good = good && dmsc_rd_eq(r, dmsc_buf_rd(b));
	else
		good = good && (is_fixable(rule) ? !is_found(rule) :
		    is_found(rule));
	dmsc_buf_free(&b);
	return good;
}

static void
faults(void)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	const struct found *f;
	struct dmsc_rd r;
	char name[80];
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		(void)snprintf(name, sizeof name, "%s, row %zu", rows[i].rule,
		    i);
		if (!ok(mutate_text(clean, rows[i].from,
		    rows[i].to, b), name))
			continue;
		r = dmsc_buf_rd(b);
		lint(r, false);
		f = only(rows[i].rule, rows[i].also);
		if (!ok(f != NULL && is_there(&rows[i], f,
		    dmsc_buf_cstr(b)), name))
			show(&r);
		if (!ok(mends(r, rows[i].rule), "mended, where it can be"))
			show(NULL);
	}
	dmsc_buf_free(&b);
}

static void
long_uri(void)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	char to[URI_LONG + 40] = "<LocURI>./Inbox/";
	const struct row row = { "<LocURI>./Inbox/DMAcc<", to,
	    "uri-too-long", "SyncBody", "<LocURI>", "*" };
	size_t n = strlen(to);
	const struct found *f;

	memset(to + n, 'x', URI_LONG);
	(void)snprintf(to + n + URI_LONG, sizeof to - n - URI_LONG, "<");
	ok(mutate_text(clean, row.from, row.to, b), "a long URI");
	lint(dmsc_buf_rd(b), false);
	f = only(row.rule, "*");
	ok(f != NULL && is_there(&row, f, dmsc_buf_cstr(b)), "uri-too-long");
	dmsc_buf_free(&b);
}

static size_t
count_bad(void)
{
	size_t i, n = 0;

	for (i = 0; i < n_found; i++)
		n += bad(&found[i]);
	return n;
}

/* The clean message as a card has it. */
static struct dmsc_buf *
wbxml(void)
{
	struct dmsc_boot *boot = dmsc_boot_new();
	struct dmsc_tree *t = NULL;
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	enum dmsc_form f;

	if (dmsc_tree_parse(dmsc_rd_str(clean), &t, &f, NULL) != DMSC_E_OK ||
	    dmsc_boot_write(boot, t, b, NULL) != DMSC_E_OK)
		printf("# the message cannot be made\n");
	dmsc_tree_free(&t);
	dmsc_boot_free(&boot);
	return b;
}

static size_t
position(const struct dmsc_buf *b, const char *text)
{
	size_t i, n = strlen(text);

	for (i = 0; i + n <= b->len; i++)
		if (memcmp(b->p + i, text, n) == 0)
			return i;
	return DMSC_NO_OFFSET;
}

static bool
has(const char *rule, size_t at)
{
	size_t i;

	for (i = 0; i < n_found; i++)
		if (strcmp(dmsc_rule(found[i].rule)->name, rule) == 0 &&
		    found[i].at == at)
			return true;
	return false;
}

/* Bytes of the WBXML message changed: what, where the finding is; -1: there
 * is no offset. */
static const struct {
	const char *text;	/* behind it, in the WBXML, ... */
	int off;		/* at so many bytes ... */
	int byte;		/* this byte is put */
	const char *rule;
	const char *at_text;
	int at_off;
} bytes[] = {
	{ NULL, 0, 0x00, "wbxml-version", NULL, 0 },
	{ NULL, 0, 0x00, "libwbxml-disagrees", NULL, -1 },
	{ NULL, 3, 0x04, "wbxml-charset", NULL, 3 },
	{ NULL, 3, 0x00, "wbxml-no-charset", NULL, 3 },
	{ NULL, 2, 0x03, "wbxml-publicid", NULL, 1 },
	{ "-//OMA//", 9, '1', "inner-publicid", "-//OMA//", -4 },
	{ "w7", 1, '5', "account-appid", "w5", -2 },
	{ "DM/1.2", 5, '1', "header-version", "DM/1.1", -2 },
	{ "Replace=com.acme", 0, 'r', "acl-malformed", "replace=", -8 },
};

static void
in_wbxml(void)
{
	struct dmsc_buf *good = wbxml(), *b;
	size_t i, at;

	lint(dmsc_buf_rd(good), true);
	if (!ok(count_bad() == 0, "the clean message in WBXML"))
		show(NULL);
	for (i = 0; i < DMSC_COUNT(bytes); i++) {
		b = dmsc_buf_from(dmsc_buf_rd(good), DOC_MAX);
		at = bytes[i].text == NULL ? 0 : position(b, bytes[i].text);
		b->p[at + (size_t)bytes[i].off] = (uint8_t)bytes[i].byte;
		lint(dmsc_buf_rd(b), true);
		at = bytes[i].at_text == NULL ? 0 :
		    position(b, bytes[i].at_text);
		at = bytes[i].at_off == -1 && bytes[i].at_text == NULL ?
		    DMSC_NO_OFFSET : (size_t)((long)at + bytes[i].at_off);
		if (!ok(has(bytes[i].rule, at), bytes[i].rule))
			show(NULL);
		if (!ok(mends(dmsc_buf_rd(b), bytes[i].rule),
		    "mended, where it can be"))
			show(NULL);
		dmsc_buf_free(&b);
	}
	dmsc_buf_free(&good);
}

static bool
returns(struct dmsc_rd in)
{
	lint(in, true);
	return true;
}

static void
ends(void)
{
	struct dmsc_buf *b = wbxml();
	size_t len = b->len;

	ok(dmsc_buf_fill(b, 0xFF, 9) == DMSC_E_OK, "padding");
	lint(dmsc_buf_rd(b), true);
	ok(count_bad() == 0, "padding is none of the document's");
	b->p[len + 4] = 'x';
	lint(dmsc_buf_rd(b), true);
	ok(has("trailing-bytes", len + 4), "other bytes are too much");
	dmsc_buf_truncate(b, len);
	ok(mutate(dmsc_buf_rd(b), returns), "cut and flipped");
	ok(mutate(dmsc_rd_str(clean), returns), "the XML cut and flipped");
	dmsc_buf_free(&b);
}

int
main(void)
{
	struct dmsc_rd r;
	size_t i, n = 0;

	for (i = 0; i < DMSC_COUNT(parts); i++) {
		(void)snprintf(clean + n, sizeof clean - n, "%s", parts[i]);
		n += strlen(parts[i]);
	}
	lint(dmsc_rd_str("hello"), false);
	ok(only("unknown-form", "") != NULL, "unknown-form");
	r = dmsc_rd_str(clean);
	lint(r, false);
	if (!ok(count_bad() == 0, "a clean message has no fault"))
		show(&r);
	lint(r, true);
	ok(has("not-wbxml", 0), "on a card it would be WBXML");
	faults();
	long_uri();
	in_wbxml();
	ends();
	return tap_done();
}
