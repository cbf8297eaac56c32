/* codec: device descriptions: what they say, what they refuse, and each
 * fault planted in a tree that fits (reference 2.2, 9.1, 9.5). */
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "codec/codec.h"
#include "codec/ddf.h"
#include "codec/mutate.h"
#include "tap.h"

enum { TREE_MAX = 1 << 20 };

static struct dmsc_buf *
load(const char *name)
{
	struct dmsc_buf *b = NULL;
	char path[512];

	(void)snprintf(path, sizeof path, "%s/scripts/ddf/%s", TEST_SRCDIR,
	    name);
	if (dmsc_file_slurp(path, TREE_MAX, &b, NULL) != DMSC_E_OK)
		printf("# %s cannot be read\n", path);
	return b;
}

static struct dmsc_ddf *
ddf_of(const char *name)
{
	struct dmsc_buf *b = load(name);
	struct dmsc_err e = { 0 };
	struct dmsc_ddf *d = NULL;

	if (b != NULL && dmsc_ddf_read(dmsc_buf_rd(b), &d, &e) != DMSC_E_OK)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_buf_free(&b);
	return d;
}

/* "URI=value", "URI/" an interior node; a Type behind ':' before both. */
static bool
grow(struct dmsc_tree *t, const char *const *lines)
{
	struct dmsc_node *n;
	bool good = true;

	for (; *lines != NULL && good; lines++) {
		size_t len = strcspn(*lines, "=");
		char uri[256];

		(void)snprintf(uri, sizeof uri, "%.*s", (int)len, *lines);
		if ((*lines)[len] == '=')
			good = dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
			    dmsc_rd_str(*lines + len + 1), &n) == DMSC_E_OK;
		else
			good = dmsc_tree_add(t, uri, DMSC_FMT_NODE, NULL,
			    dmsc_rd_of(NULL, 0), &n) == DMSC_E_OK;
	}
	return good;
}

static struct dmsc_tree *
account(void)
{
	static const char *const lines[] = { "DMAcc/opx/AppID=w7",
	    "DMAcc/opx/ServerID=s", "DMAcc/opx/ToConRef/1/ConRef=./NAP/1",
	    "DMAcc/opx/AppAddr/1/Addr=https://a", "DMAcc/opx/AppAddr/1/"
	    "AddrType=URI", "DMAcc/opx/AppAddr/1/Port/1/PortNbr=443",
	    "DMAcc/opx/AppAuth/1/AAuthLevel=CLCRED",
	    "DMAcc/opx/AppAuth/1/AAuthType=DIGEST",
	    "DMAcc/opx/AppAuth/1/AAuthSecret=x", "DMAcc/opx/Ext/Acme/Any=1",
	    NULL };
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);

	if (!grow(t, lines) || dmsc_node_set_type(t, dmsc_tree_find(t,
	    "DMAcc/opx"), "urn:oma:mo:oma-dm-dmacc:1.0") != DMSC_E_OK ||
	    dmsc_node_set_acl(t, dmsc_tree_find(t, "DMAcc/opx"),
	    "Get=*&Replace=acme") != DMSC_E_OK)
		dmsc_tree_free(&t);
	return t;
}

/* Findings as "rule URI; rule URI". */
static int
note(void *ctx, enum dmsc_rule rule, size_t at, const char *uri,
    const char *message)
{
	struct dmsc_buf *b = ctx;

	if (message[0] == '\0' || at != DMSC_NO_OFFSET)
		return DMSC_E_INTERNAL;
	return dmsc_buf_fmt(b, "%s%s %s", b->len > 0 ? "; " : "",
	    dmsc_rule(rule)->name + 4, uri);
}

static int
check(const struct dmsc_ddf *d, const struct dmsc_tree *t,
    struct dmsc_buf *b)
{
	struct dmsc_lint_out o = { .ctx = b, .found = note };

	dmsc_ddf_check(d, t, &o);
	return o.code;
}

static bool
finds(const struct dmsc_ddf *d, const struct dmsc_tree *t, const char *want)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool good = check(d, t, b) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), want);

	if (!good)
		printf("# %.*s\n# %s\n", (int)b->len, (const char *)b->p,
		    want);
	dmsc_buf_free(&b);
	return good;
}

/* What is done to a good account, and what is then found. */
static const struct { const char *name, *op, *uri, *value, *want; }
planted[] = {
	{ "nothing", "", "", "", "" },
	{ "an unknown leaf", "add", "DMAcc/opx/Colour", "red",
	    "unknown-node DMAcc/opx/Colour" },
	{ "an unknown leaf deep down", "add", "DMAcc/opx/AppAddr/1/Port/1/x",
	    "1", "unknown-node DMAcc/opx/AppAddr/1/Port/1/x" },
	{ "all below Ext", "add", "DMAcc/opx/Ext/B/C", "1", "" },
	{ "no ServerID", "rm", "DMAcc/opx/ServerID", "",
	    "missing-node DMAcc/opx/ServerID" },
	{ "no address", "rm", "DMAcc/opx/AppAddr/1", "",
	    "missing-node DMAcc/opx/AppAddr/<X>" },
	{ "no AppAddr", "rm", "DMAcc/opx/AppAddr", "",
	    "missing-node DMAcc/opx/AppAddr" },
	{ "an empty Port", "rm", "DMAcc/opx/AppAddr/1/Port/1", "",
	    "missing-node DMAcc/opx/AppAddr/1/Port/<X>" },
	{ "no AppAuth, which may lack", "rm", "DMAcc/opx/AppAuth", "", "" },
	{ "no account", "rm", "DMAcc/opx", "", "missing-node ; "
	    "not-described DMAcc" },
	{ "an int", "format", "DMAcc/opx/ServerID", "int",
	    "format DMAcc/opx/ServerID" },
	{ "a leaf for a node", "leaf", "DMAcc/opx/ToConRef", "x",
	    "format DMAcc/opx/ToConRef" },
	{ "a node for a leaf", "node", "DMAcc/opx/Name/x", "",
	    "format DMAcc/opx/Name" },
	{ "octets in text", "set", "DMAcc/opx/ServerID", "\xFF",
	    "value DMAcc/opx/ServerID" },
	{ "a foreign Type of a leaf", "type", "DMAcc/opx/AppID", "text/html",
	    "type DMAcc/opx/AppID" },
	{ "a Type with a parameter", "type", "DMAcc/opx/AppID",
	    "TEXT/plain; charset=utf-8", "" },
	{ "the Type of a node that has none", "type", "DMAcc/opx/AppAddr",
	    "urn:x", "" },
	{ "another case", "add", "DMAcc/opx/aauthpref", "BASIC",
	    "name-case DMAcc/opx/aauthpref" },
	{ "a right that nothing allows", "acl", "DMAcc/opx/AppAddr",
	    "Add=*&Get=*&Exec=s", "access DMAcc/opx/AppAddr; "
	    "access DMAcc/opx/AppAddr" },
	{ "a right for the vendor's part", "acl", "DMAcc/opx", "Exec=s",
	    "" },
	{ "a right for something below", "acl", "DMAcc/opx/AppAuth",
	    "Replace=*", "" },
	{ "a right of a leaf without", "acl", "DMAcc/opx/ServerID",
	    "Get=*&Replace=s", "access DMAcc/opx/ServerID" },
	{ "another MO", "add", "Con/x", "1", "not-described Con" },
};

static bool
plant(struct dmsc_tree *t, const char *op, const char *uri,
    const char *value)
{
	struct dmsc_node *n = dmsc_tree_find(t, uri);
	struct dmsc_rd v = dmsc_rd_str(value), none = dmsc_rd_of(NULL, 0);
	enum dmsc_format f;

	if (strcmp(op, "add") == 0)
		return dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL, v, NULL) ==
		    DMSC_E_OK;
	if (strcmp(op, "node") == 0)
		return dmsc_tree_add(t, uri, DMSC_FMT_NODE, NULL, none,
		    NULL) == DMSC_E_OK;
	if (strcmp(op, "rm") == 0 || strcmp(op, "leaf") == 0)
		return dmsc_node_remove(t, n) == DMSC_E_OK &&
		    (*op == 'r' || plant(t, "add", uri, value));
	if (strcmp(op, "set") == 0)
		return dmsc_node_set_value(t, n, v) == DMSC_E_OK;
	if (strcmp(op, "type") == 0)
		return dmsc_node_set_type(t, n, value) == DMSC_E_OK;
	if (strcmp(op, "acl") == 0)
		return dmsc_node_set_acl(t, n, value) == DMSC_E_OK;
	return *op == '\0' || (dmsc_format_parse(value, &f) == DMSC_E_OK &&
	    dmsc_node_set_format(t, n, f) == DMSC_E_OK);
}

static void
test_account(void)
{
	struct dmsc_ddf *d = ddf_of("dmacc.ddf");
	struct dmsc_tree *t;
	size_t i;

	if (!ok(d != NULL && d->top.n_nodes == 1 &&
	    d->top.nodes[0]->n_nodes == 9 && strcmp(d->ver_dtd, "1.2") == 0,
	    "the description of DMAcc"))
		return;
	for (i = 0; i < DMSC_COUNT(planted); i++) {
		t = account();
		ok(t != NULL && plant(t, planted[i].op, planted[i].uri,
		    planted[i].value) && finds(d, t, planted[i].want),
		    planted[i].name);
		dmsc_tree_free(&t);
	}
	t = account();
	for (i = 2; i <= 5; i++) {
		char lines[2][64];
		const char *both[] = { lines[0], lines[1], NULL };

		(void)snprintf(lines[0], 64, "DMAcc/opx/AppAuth/%zu/"
		    "AAuthLevel=HTTP", i);
		(void)snprintf(lines[1], 64, "DMAcc/opx/AppAuth/%zu/"
		    "AAuthType=BASIC", i);
		ok(grow(t, both) && finds(d, t, i < 5 ? "" :
		    "occurrence DMAcc/opx/AppAuth/<X>"), "at most four");
	}
	dmsc_tree_free(&t);
	dmsc_ddf_free(&d);
}

static void
test_fumo(void)
{
	static const char *const lines[] = { "FUMO/p/PkgName=n",
	    "FUMO/p/Download/PkgURL=u", "FUMO/p/State=10", NULL };
	struct dmsc_ddf *d = ddf_of("fumo.ddf");
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);

	ok(d != NULL && d->top.nodes[0]->access ==
	    (DMSC_DDF_ADD | DMSC_DDF_GET) && (d->top.nodes[0]->below &
	    DMSC_DDF_EXEC), "the description of FUMO");
	ok(d != NULL && finds(d, t, ""), "which may lack");
	ok(grow(t, lines) && finds(d, t, "format FUMO/p/State"),
	    "an int written as chr");
	ok(dmsc_node_set_format(t, dmsc_tree_find(t, "FUMO/p/State"),
	    DMSC_FMT_INT) == DMSC_E_OK && finds(d, t, ""), "mended");
	ok(dmsc_node_set_value(t, dmsc_tree_find(t, "FUMO/p/State"),
	    dmsc_rd_str("ten")) == DMSC_E_OK &&
	    finds(d, t, "value FUMO/p/State"), "an int that is none");
	dmsc_tree_free(&t);
	dmsc_ddf_free(&d);
}

#define MT(x) "<MgmtTree><VerDTD>1.2</VerDTD>" x "</MgmtTree>"
#define PROPS(x) "<DFProperties><AccessType><Get/></AccessType>" x \
	"</DFProperties>"
#define NODE(n, x) "<Node><NodeName>" n "</NodeName>" x "</Node>"
#define CHR PROPS("<DFFormat><chr/></DFFormat>")

/* Small descriptions of "a/b", and what they find there. */
static const struct { const char *name, *xml, *want; } small[] = {
	{ "without DFProperties", MT(NODE("a", NODE("b", ""))), "" },
	{ "the root", MT(NODE(".", NODE("a", NODE("b", CHR)))), "" },
	{ "a Path", MT("<Node><NodeName>b</NodeName><Path>./a</Path>" CHR
	    "</Node>"), "" },
	{ "a Path that is not there", MT("<Node><NodeName>b</NodeName>"
	    "<Path>./c</Path>" CHR "</Node>"), "missing-node b; "
	    "not-described a" },
	{ "a Path with nameless nodes", MT("<Node><NodeName/><Path>a</Path>"
	    CHR "</Node>"), "" },
	{ "order does not matter", MT("<Node>" CHR "<Path>a</Path><NodeName>"
	    "b</NodeName></Node>"), "" },
	{ "names of any case", MT(NODE("A", PROPS("<CaseSense><CIS/>"
	    "</CaseSense><DFFormat><node/></DFFormat>") NODE("B", CHR))),
	    "" },
	{ "of one case", MT(NODE("A", NODE("b", CHR))), "missing-node A; "
	    "not-described a" },
	{ "none", MT(NODE("a", PROPS("<Occurrence><ZeroOrOne/></Occurrence>"
	    "<DFFormat><node/></DFFormat>"))), "" },
	{ "a vendor's element", "<MgmtTree xmlns:v='x'>" NODE("a",
	    "<DFProperties><AccessType/><v:Values><v:a/></v:Values>"
	    "<DFFormat><node/></DFFormat></DFProperties>") "</MgmtTree>",
	    "" },
	{ "two nameless kinds", MT(NODE("a", NODE("", PROPS("<DFFormat>"
	    "<node/></DFFormat>")) NODE("", CHR))), "missing-node a/<X>" },
	{ "an MO described beside", MT(NODE("a", PROPS("<DFFormat><node/>"
	    "</DFFormat><DFType><DDFName>m</DDFName></DFType>")) NODE("z",
	    PROPS("<DFFormat><node/></DFFormat><DFType><DDFName>m</DDFName>"
	    "</DFType><Occurrence><ZeroOrOne/></Occurrence>") NODE("c",
	    CHR))), "unknown-node a/b; missing-node a/c" },
	{ "N of them", MT(NODE("a", NODE("", PROPS("<Occurrence><OneOrN>3"
	    "</OneOrN></Occurrence><DFFormat><chr/></DFFormat>")))), "" },
	{ "permanent, with words", MT(NODE("a", PROPS("<DefaultValue>x"
	    "</DefaultValue><Description>d</Description><Scope><Permanent/>"
	    "</Scope><DFTitle>t</DFTitle><DFFormat><node/></DFFormat>"))),
	    "" },
};

static const struct { const char *name, *xml, *why; } bad[] = {
	{ "no XML", "<MgmtTree>", "" },
	{ "another root", "<Tree/>", "the root is no MgmtTree: 'Tree'" },
	{ "no node", MT(""), "" },
	{ "TNDS", MT(NODE("a", "<RTProperties/>")), "this is TNDS" },
	{ "a Value", MT(NODE("a", "<Value/>")), "this is TNDS" },
	{ "an unknown element", MT("<New/>"), "'New'" },
	{ "no AccessType", MT(NODE("a", "<DFProperties><DFFormat><chr/>"
	    "</DFFormat></DFProperties>")), "no AccessType" },
	{ "no DFFormat", MT(NODE("a", PROPS(""))), "no DFFormat" },
	{ "two DFFormats", MT(NODE("a", PROPS("<DFFormat><chr/><int/>"
	    "</DFFormat>"))), "a second DFFormat" },
	{ "an unknown format", MT(NODE("a", PROPS("<DFFormat><Get/>"
	    "</DFFormat>"))), "unknown DFFormat 'Get'" },
	{ "an unknown access", MT(NODE("a", "<DFProperties><AccessType>"
	    "<chr/></AccessType></DFProperties>")), "unknown AccessType" },
	{ "an unknown occurrence", MT(NODE("a", PROPS("<Occurrence><Get/>"
	    "</Occurrence>"))), "unknown Occurrence" },
	{ "one of one", MT(NODE("a", PROPS("<Occurrence><ZeroOrN>1</ZeroOrN>"
	    "</Occurrence>"))), "2 to 65536: '1'" },
	{ "too many", MT(NODE("a", PROPS("<Occurrence><OneOrN>65537</OneOrN>"
	    "</Occurrence>"))), "65537" },
	{ "an unknown scope", MT(NODE("a", PROPS("<Scope><One/></Scope>"))),
	    "unknown Scope" },
	{ "an unknown case", MT(NODE("a", PROPS("<CaseSense><One/>"
	    "</CaseSense>"))), "unknown CaseSense" },
	{ "an unknown type", MT(NODE("a", PROPS("<DFType><One/></DFType>"))),
	    "unknown DFType" },
	{ "a leaf with nodes", MT(NODE("a", CHR NODE("b", CHR))),
	    "a leaf with nodes below: 'a'" },
	{ "Path inside", MT(NODE("a", "<Node><Path>x</Path></Node>")),
	    "only a top node" },
	{ "two of one name", MT(NODE("a", NODE("b", "") NODE("b", ""))),
	    "two nodes of one name" },
	{ "two names", MT("<Node><NodeName>a</NodeName><NodeName>b"
	    "</NodeName></Node>"), "a second 'NodeName'" },
	{ "text between", MT("x"), "text" },
	{ "an element in text", MT(NODE("a<b/>", "")), "inside text" },
};

/* Reading returns; what is read can be held against a tree. */
static bool
holds(struct dmsc_rd in)
{
	struct dmsc_err e = { 0 };
	struct dmsc_tree *t = account();
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_ddf *d = NULL;
	int r = dmsc_ddf_read(in, &d, &e);
	bool good = r == DMSC_E_OK ? check(d, t, b) == DMSC_E_OK :
	    d == NULL && e.code == r && e.message[0] != '\0';

	dmsc_ddf_free(&d);
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	return good;
}

static void
test_small(void)
{
	static const char *const lines[] = { "a/b=v", NULL };
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_ddf *d;
	size_t i;
	bool good = grow(t, lines);

	for (i = 0; i < DMSC_COUNT(small); i++) {
		if (dmsc_ddf_read(dmsc_rd_str(small[i].xml), &d, &e) !=
		    DMSC_E_OK)
			printf("# %s, %s\n", e.message, e.why);
		ok(good && d != NULL && finds(d, t, small[i].want),
		    small[i].name);
		dmsc_ddf_free(&d);
		ok(mutate(dmsc_rd_str(small[i].xml), holds),
		    "cut and flipped");
	}
	dmsc_tree_free(&t);
	for (i = 0; i < DMSC_COUNT(bad); i++)
		if (!ok(dmsc_ddf_read(dmsc_rd_str(bad[i].xml), &d, &e) ==
		    DMSC_E_FORMAT && d == NULL &&
		    strstr(e.why, bad[i].why)
		    != NULL, bad[i].name))
			printf("# %s, %s\n", e.message, e.why);
}

/* Both samples as WBXML by libwbxml, and cut and flipped. */
static void
test_wbxml(const char *name)
{
	struct dmsc_buf *x = load(name), *w = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = account();
	struct dmsc_err e = { 0 };
	struct dmsc_ddf *d = NULL;

	ok(x != NULL && dmsc_lib_to_wbxml(dmsc_buf_rd(x), w, &e) ==
	    DMSC_E_OK && dmsc_ddf_read(dmsc_buf_rd(w), &d, &e) ==
	    DMSC_E_OK && d->top.n_nodes == 1, "as WBXML");
	ok(mutate(dmsc_buf_rd(w), holds), "cut and flipped");
	ok(mutate(dmsc_buf_rd(x), holds), "XML cut and flipped");
	dmsc_ddf_free(&d);
	dmsc_tree_free(&t);
	dmsc_buf_free(&x);
	dmsc_buf_free(&w);
}

static void
test_limits(void)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_ddf *d;
	int r = dmsc_hex_get("03016A00000260", b);

	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(b, 0x24, DMSC_DDF_NODES + 1);
	ok(r == DMSC_E_OK && dmsc_ddf_read(dmsc_buf_rd(b), &d, NULL) ==
	    DMSC_E_LIMIT, "too many nodes");
	dmsc_buf_reset(b);
	r = dmsc_hex_get("03016A00000260", b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(b, 0x64, 100);
	ok(r == DMSC_E_OK && dmsc_ddf_read(dmsc_buf_rd(b), &d, NULL) ==
	    DMSC_E_LIMIT, "nested too deep");
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_account();
	test_fumo();
	test_small();
	test_wbxml("dmacc.ddf");
	test_wbxml("fumo.ddf");
	test_limits();
	return tap_done();
}
