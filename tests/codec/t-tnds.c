/* codec: TNDS both ways, golden bytes of reference 3.6, hostile input. */
#include <stdlib.h>
#include <string.h>

#include <dmsc/tree.h>

#include "codec/codec.h"
#include "codec/convert.h"
#include "codec/mutate.h"
#include "codec/trees.h"
#include "tap.h"

#define MT "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>"
#define RT(f, t) "<RTProperties><Format><" f "/></Format><Type>" t \
	"</Type></RTProperties>"
#define RTN RT("node", "<DDFName/>")
#define RTC RT("chr", "<MIME>text/plain</MIME>")
#define NODE(n, x) "<Node><NodeName>" n "</NodeName>" x "</Node>"
#define PATH(n, p, x) "<Node><NodeName>" n "</NodeName><Path>" p "</Path>" \
	x "</Node>"
#define MTE "</MgmtTree>"
#define HEAD "0200006A1B2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E00"
#define GOLDEN HEAD "0002607703312E320001" "646603410001" "6F5C2501" \
	"755103782F312E302F4100010101" "646603420001" "6F5C0B01" \
	"756103746578742F706C61696E00010101" "760368690001010101"

static const struct { const char *name, *xml; const char *uri, *value; }
good[] = {
	{ "nested", MT NODE("A", RTN NODE("b", RTC "<Value>v</Value>")) MTE,
	    "A/b", "v" },
	{ "by Path", MT NODE("A", RTN) PATH("b", "A", RTC "<Value>v</Value>")
	    MTE, "A/b", "v" },
	{ "Path before its node", MT PATH("b", "./A", RTC "<Value>v</Value>")
	    NODE("A", RTN) MTE, "A/b", "v" },
	{ "Path without its node", MT PATH("b", "A/B", RTC
	    "<Value>v</Value>") MTE, "A/B/b", "v" },
	{ "mixed", MT NODE("A", RTN NODE("B", RTN)) PATH("b", "A/B", RTC
	    "<Value>v</Value>") MTE, "A/B/b", "v" },
	{ "blanks between", "\n <?xml version='1.0'?>\n" MT "\n <Node>\n "
	    "<NodeName>A</NodeName>\n" RTC "\n <Value> v </Value></Node>"
	    MTE "\n", "A", " v " },
	{ "escapes", MT NODE("A", RTC "<Value>&lt;&amp;&#13;<![CDATA[<]]>"
	    "</Value>") MTE, "A", "<&\r<" },
	{ "no Format, a value", MT NODE("A", "<RTProperties><Type><MIME>"
	    "text/plain</MIME></Type></RTProperties><Value>v</Value>") MTE,
	    "A", "v" },
	{ "no RTProperties", MT NODE("A", NODE("b", "<Value>v</Value>")) MTE,
	    "A/b", "v" },
	{ "prefixed", "<d:MgmtTree xmlns:d='syncml:dmddf1.2'><d:Node>"
	    "<d:NodeName>A</d:NodeName><d:Value>v</d:Value></d:Node>"
	    "</d:MgmtTree>", "A", "v" },
	{ "bin", MT NODE("A", RT("bin", "<MIME/>") "<Value>aGk=</Value>")
	    MTE, "A", "hi" },
	{ "bin that is no base64", MT NODE("A", RT("bin", "<MIME/>")
	    "<Value>h!</Value>") MTE, "A", "h!" },
	{ "b64 stays", MT NODE("A", RT("b64", "<MIME/>")
	    "<Value>aGk=</Value>") MTE, "A", "aGk=" },
	{ "unknown elements", MT NODE("A", RTC "<Foreign><Node/></Foreign>"
	    "<Value>v</Value>") "<More/>" MTE, "A", "v" },
	{ "all properties", MT NODE("A", "<RTProperties><ACL>Get=*</ACL>"
	    "<Format><chr/></Format><Name>A</Name><Size>1</Size><Title> a b "
	    "</Title><TStamp>20260102T030405Z</TStamp><Type><MIME>text/plain"
	    "</MIME></Type><VerNo>65535</VerNo></RTProperties><Value>v"
	    "</Value>") MTE, "A", "v" },
	{ "the older namespace", "<MgmtTree xmlns='syncml:dmddf'><Node>"
	    "<NodeName>A</NodeName><Value>v</Value></Node></MgmtTree>", "A",
	    "v" },
	{ "a maker and a model", "<MgmtTree><VerDTD>1.2</VerDTD><Man>m</Man>"
	    "<Mod>n</Mod>" NODE("A", RTC "<Value>v</Value>") MTE, "A", "v" },
	{ "a doctype", "<!DOCTYPE MgmtTree PUBLIC \"-//OMA//DTD-DM-DDF "
	    "1.2//EN\" \"x\" [<?oma-dm-ddf-ver supported=\"1.2\"?>]>"
	    MT NODE("A", RTC "<Value>v</Value>") MTE, "A", "v" },
};

static const struct { const char *name, *xml; int want; } bad[] = {
	{ "no XML", "<MgmtTree>", DMSC_E_FORMAT },
	{ "another root", "<Tree/>", DMSC_E_FORMAT },
	{ "a leaf with children", MT NODE("A", RTC NODE("b", RTC)) MTE,
	    DMSC_E_FORMAT },
	{ "a value and children", MT NODE("A", RTN "<Value>v</Value>"
	    NODE("b", RTC)) MTE, DMSC_E_FORMAT },
	{ "an interior value", MT NODE("A", RTN "<Value>v</Value>") MTE,
	    DMSC_E_FORMAT },
	{ "a null value", MT NODE("A", RT("null", "") "<Value>v</Value>")
	    MTE, DMSC_E_FORMAT },
	{ "two of one name", MT NODE("A", RTC) NODE("A", RTC) MTE,
	    DMSC_E_FORMAT },
	{ "Path inside", MT NODE("A", RTN PATH("b", "A", RTC)) MTE,
	    DMSC_E_FORMAT },
	{ "a bad Path", MT PATH("b", "A//c", RTC) MTE, DMSC_E_FORMAT },
	{ "unknown Format", MT NODE("A", RT("text", "")) MTE,
	    DMSC_E_FORMAT },
	{ "a nameless node inside", MT NODE("A", RTN NODE("", RTC)) MTE,
	    DMSC_E_FORMAT },
	{ "a bad ACL", MT NODE("A", "<RTProperties><ACL>Get</ACL>"
	    "</RTProperties>") MTE, DMSC_E_FORMAT },
	{ "entities", "<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]>"
	    MT NODE("A", RTC "<Value>&c;</Value>") MTE, DMSC_E_FORMAT },
	{ "an external entity", "<!DOCTYPE x SYSTEM \"y\">"
	    MT NODE("A", RTC "<Value>&c;</Value>") MTE, DMSC_E_FORMAT },
	{ "a VerNo too high", MT NODE("A", "<RTProperties><VerNo>65536"
	    "</VerNo></RTProperties>") MTE, DMSC_E_LIMIT },
	{ "a VerNo that is none", MT NODE("A", "<RTProperties><VerNo>x"
	    "</VerNo></RTProperties>") MTE, DMSC_E_FORMAT },
	{ "a MgmtTree in another", MT "<MgmtTree/>" MTE, DMSC_E_FORMAT },
	{ "two formats", MT NODE("A", RT("int/><chr", "")) MTE,
	    DMSC_E_FORMAT },
	{ "name late", MT "<Node>" RTC "<NodeName>A</NodeName></Node>" MTE,
	    DMSC_E_FORMAT },
	{ "an element in a value", MT NODE("A", RTC "<Value>a<b/></Value>")
	    MTE, DMSC_E_FORMAT },
};

static const struct { const char *name, *hex; int want; } raw[] = {
	{ "golden", GOLDEN, DMSC_E_OK },
	{ "no public identifier", "03016A00000260646603410001"
	    "760368690001" "0101", DMSC_E_OK },
	{ "string table", "0300006A1E2D2F2F4F4D412F2F4454442D444D2D4444462031"
	    "2E322F2F454E00414200" "00026064" "66831B01" "760368690001" "0101",
	    DMSC_E_OK },
	{ "an entity", "0301" "6A00" "00026064" "66024101" "7602815A01"
	    "0101", DMSC_E_OK },
	{ "a literal tag", "0301" "6A0258" "00" "00026064" "66034100" "01"
	    "4400" "03780001" "0101", DMSC_E_OK },
	{ "bytes behind", GOLDEN "00", DMSC_E_FORMAT },
	{ "nothing", "", DMSC_E_SHORT },
	{ "header alone", "03016A00", DMSC_E_SHORT },
	{ "version 5", "05016A0000026001", DMSC_E_FORMAT },
	{ "number too long", "038F8F8F8F8F00", DMSC_E_FORMAT },
	{ "table too long", "0301" "6A8F8F8F00" "6001", DMSC_E_SHORT },
	{ "bad string offset", "03016A0100" "000260646683" "0501" "0101",
	    DMSC_E_FORMAT },
	{ "opaque too long", "03016A0000026064" "76C3830001", DMSC_E_SHORT },
	{ "attributes", "03016A000002E00101", DMSC_E_FORMAT },
	{ "ends too early", "03016A00000260", DMSC_E_SHORT },
	{ "END before the root", "03016A0001", DMSC_E_FORMAT },
	{ "an extension", "03016A00000260C001", DMSC_E_FORMAT },
	{ "surrogate", "03016A0000026064" "660283B000" "0101",
	    DMSC_E_FORMAT },
	{ "UTF-16", "0301" "87770000026001", DMSC_E_UNSUPPORTED },
};

static int
read_new(struct dmsc_rd in, struct dmsc_tree **out)
{
	struct dmsc_err e = { 0 };
	int r;

	*out = dmsc_tree_new(TREE_MAX);
	r = dmsc_tnds_read(in, *out, dmsc_tree_root(*out), &e);
	if (r != DMSC_E_OK && (e.code != r || dmsc_tree_count(*out) != 0 ||
	    e.message[0] == '\0'))
		return DMSC_E_INTERNAL;
	return r;
}

/* A nameless node at the root is the root, which is not written. */
static bool
plain_root(struct dmsc_tree *t)
{
	struct dmsc_node *n = dmsc_tree_root(t);

	return dmsc_node_set_type(t, n, "") == DMSC_E_OK &&
	    dmsc_node_set_acl(t, n, "") == DMSC_E_OK &&
	    dmsc_node_set_title(t, n, "") == DMSC_E_OK;
}

/* Reading returns; what is read can be written and read again. */
static bool
holds(struct dmsc_rd in)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t, *u = NULL;
	int r = read_new(in, &t);
	bool is_good = r != DMSC_E_INTERNAL;

	if (r == DMSC_E_OK)
		is_good = plain_root(t) && dmsc_tnds_write_wbxml(
		    dmsc_tree_root(t), false, b) == DMSC_E_OK &&
		    read_new(dmsc_buf_rd(b), &u) == DMSC_E_OK &&
		    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(u));
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	return is_good;
}

static void
test_xml(void)
{
	struct dmsc_tree *t;
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(good); i++) {
		ok(read_new(dmsc_rd_str(good[i].xml), &t) == DMSC_E_OK &&
		    (n = dmsc_tree_find(t, good[i].uri)) != NULL &&
		    dmsc_rd_eq_str(dmsc_node_value(n), good[i].value),
		    good[i].name);
		dmsc_tree_free(&t);
		ok(mutate(dmsc_rd_str(good[i].xml), holds),
		    "cut and flipped");
	}
	for (i = 0; i < DMSC_COUNT(bad); i++) {
		ok(read_new(dmsc_rd_str(bad[i].xml), &t) == bad[i].want,
		    bad[i].name);
		dmsc_tree_free(&t);
	}
}

static void
test_wbxml(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t;
	size_t i;

	for (i = 0; i < DMSC_COUNT(raw); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(raw[i].hex, b) == DMSC_E_OK &&
		    read_new(dmsc_buf_rd(b), &t) == raw[i].want,
		    raw[i].name);
		dmsc_tree_free(&t);
		ok(mutate(dmsc_buf_rd(b), holds), "cut and flipped");
	}
	dmsc_buf_free(&b);
}

static void
test_golden(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX), *u;
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *want = dmsc_buf_new(TREE_MAX);

	ok(dmsc_tree_add(t, "A", DMSC_FMT_NODE, "x/1.0/A", dmsc_rd_of("", 0),
	    NULL) == DMSC_E_OK && dmsc_tree_add(t, "A/B", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("hi"), NULL) == DMSC_E_OK &&
	    dmsc_hex_get(GOLDEN, want) == DMSC_E_OK &&
	    dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(want)),
	    "written as the golden bytes");
	ok(read_new(dmsc_buf_rd(want), &u) == DMSC_E_OK && dmsc_node_equal(
	    dmsc_tree_root(t), dmsc_tree_root(u)), "and read from them");
	dmsc_buf_reset(b);
	ok(dmsc_tnds_write_xml(dmsc_tree_find(t, "A"), true, false, b) ==
	    DMSC_E_OK && dmsc_rd_eq_str(dmsc_buf_rd(b),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" MT
	    "<Node><NodeName>A</NodeName>" RT("node", "<DDFName>x/1.0/A"
	    "</DDFName>") NODE("B", RTC "<Value>hi</Value>") "</Node>" MTE),
	    "XML");
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	dmsc_buf_free(&want);
}

static void
test_below(void)
{
	static const char self[] = MT NODE("", "<RTProperties><Type><DDFName>"
	    "x/1.0/Y</DDFName></Type></RTProperties>" NODE("b",
	    "<Value>v</Value>")) MTE;
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_node *n = NULL, *c;
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);

	ok(dmsc_tree_add(t, "P/Q", DMSC_FMT_NODE, NULL, none, &n) ==
	    DMSC_E_OK && dmsc_tnds_read(dmsc_rd_str(self), t, n, NULL) ==
	    DMSC_E_OK && (c = dmsc_tree_find(t, "P/Q/b")) != NULL &&
	    strcmp(dmsc_node_type(n), "x/1.0/Y") == 0,
	    "a nameless node is the target");
	ok(dmsc_tnds_read(dmsc_rd_str(self), t, n, NULL) == DMSC_E_EXISTS &&
	    dmsc_tree_count(t) == 3, "a leaf in the way");
	ok(dmsc_tnds_read(dmsc_rd_str(MT NODE("n", RTN NODE("x", RTC))
	    PATH("b", "", RTC) MTE), t, n, NULL) == DMSC_E_EXISTS &&
	    dmsc_tree_count(t) == 3, "all or nothing");
	dmsc_tree_free(&t);
}

/* Names, titles and Types as the rules allow them. */
static const char *const odd[] = { "a/b", "%2F", ".hidden", " blanks ", "*",
    "\xF0\x9F\x98\x80", "line\nend\r", "]]>", "&amp;", "<X>", "..", "?q",
    "\xC3\xA9\xCC\x81", "1234567890123456789012345678901234567890123456789" };

static bool
decorate(struct dmsc_tree *t, struct dmsc_node *n, uint32_t *s)
{
	static const char *const acls[] = { "Get=*", "Add=a+b&Delete=*",
	    "Exec=s.example/1&Get=*&Replace=x-1+y_2" };
	char stamp[32];
	int r = DMSC_E_OK;

	if (trees_draw(s, 6) == 0)
		(void)!dmsc_node_rename(t, n, odd[trees_draw(s,
		    DMSC_COUNT(odd))]);		/* EXISTS: it stays */
	if (trees_draw(s, 5) == 0)
		r = dmsc_node_set_title(t, n, odd[trees_draw(s,
		    DMSC_COUNT(odd))]);
	if (r == DMSC_E_OK && trees_draw(s, 5) == 0)
		r = dmsc_node_set_acl(t, n, acls[trees_draw(s, 3)]);
	if (r == DMSC_E_OK && trees_draw(s, 5) == 0)
		r = dmsc_node_set_verno(t, n, (int)trees_draw(s, 65536));
	if (r == DMSC_E_OK && trees_draw(s, 5) == 0) {
		(void)snprintf(stamp, sizeof stamp, "2026%02u%02uT030405Z",
		    1 + trees_draw(s, 12), 1 + trees_draw(s, 28));
		r = dmsc_node_set_tstamp(t, n, stamp);
	}
	if (r == DMSC_E_OK && trees_draw(s, 9) == 0)
		r = dmsc_node_set_type(t, n, "");
	return r == DMSC_E_OK;
}

static bool
decorate_all(struct dmsc_tree *t, struct dmsc_node *n, uint32_t *s)
{
	struct dmsc_node *c;
	bool fine = true;

	for (c = dmsc_node_first(n); c != NULL && fine; c = dmsc_node_next(c))
		fine = decorate(t, c, s) && decorate_all(t, c, s);
	return fine;
}

/* A tree with everything that the rules allow. */
static struct dmsc_tree *
rich(uint32_t seed)
{
	struct dmsc_tree *t = trees_random(seed, TREES_BINARY |
	    TREES_SPACES | TREES_TITLES | TREES_EMPTY, 1 + seed % 40);

	if (t != NULL && !decorate_all(t, dmsc_tree_root(t), &seed))
		dmsc_tree_free(&t);
	return t;
}

/* All properties and the order, too. */
static bool
same_tree(const struct dmsc_tree *t, struct dmsc_rd bytes)
{
	struct dmsc_err e = { 0 };
	struct dmsc_tree *u;
	bool same = read_new(bytes, &u) == DMSC_E_OK &&
	    dmsc_cv_same(dmsc_tree_root(t), dmsc_tree_root(u),
	    DMSC_FORM_TNDS, &e) == DMSC_E_OK;

	if (!same)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_tree_free(&u);
	return same;
}

/* One node of it with its name: below a fresh root. */
static bool
same_node(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	const struct dmsc_node *n = dmsc_node_first(dmsc_tree_root(t));
	struct dmsc_tree *want = dmsc_tree_new(TREE_MAX);
	bool same;

	if (n == NULL) {
		dmsc_tree_free(&want);
		return true;
	}
	dmsc_buf_reset(b);
	same = dmsc_node_graft(want, dmsc_tree_root(want),
	    dmsc_node_name(n), n, NULL) == DMSC_E_OK &&
	    dmsc_tnds_write_xml(n, true, true, b) == DMSC_E_OK &&
	    same_tree(want, dmsc_buf_rd(b));
	dmsc_tree_free(&want);
	return same;
}

static void
test_random(uint32_t rounds)
{
	struct dmsc_buf *x = dmsc_buf_new(TREE_MAX),
	    *w = dmsc_buf_new(TREE_MAX), *again = dmsc_buf_new(TREE_MAX);
	struct dmsc_buf *p = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t, *u = NULL;
	bool same = true;
	uint32_t seed;

	for (seed = 1; seed <= rounds && same; seed++) {
		t = rich(seed);
		dmsc_buf_reset(x);
		dmsc_buf_reset(w);
		dmsc_buf_reset(again);
		dmsc_buf_reset(p);
		same = t != NULL && dmsc_tnds_write_xml(dmsc_tree_root(t),
		    false, seed % 2 == 0, x) == DMSC_E_OK &&
		    dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, w) ==
		    DMSC_E_OK && same_tree(t, dmsc_buf_rd(x)) &&
		    same_tree(t, dmsc_buf_rd(w)) && same_node(t, x) &&
		    dmsc_tnds_write_packed(dmsc_tree_root(t), false, p) ==
		    DMSC_E_OK && same_tree(t, dmsc_buf_rd(p)) &&
		    p->len <= w->len + 1 &&
		    read_new(dmsc_buf_rd(w), &u) == DMSC_E_OK &&
		    dmsc_tnds_write_wbxml(dmsc_tree_root(u), false, again) ==
		    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(w),
		    dmsc_buf_rd(again));
		if (!same)
			printf("# seed %u\n", (unsigned)seed);
		dmsc_tree_free(&t);
		dmsc_tree_free(&u);
	}
	ok(same, "random trees, XML and WBXML, there and back");
	dmsc_buf_free(&x);
	dmsc_buf_free(&w);
	dmsc_buf_free(&again);
	dmsc_buf_free(&p);
}

/* What repeats stands once, and other people's readers find it. */
static void
test_packed(void)
{
	enum { NODES = 1000 };
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX), *u = NULL;
	struct dmsc_buf *p = dmsc_buf_new(TREE_MAX),
	    *w = dmsc_buf_new(TREE_MAX), *x = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_node *n = NULL;
	char uri[64];
	bool fine = true;
	unsigned i;

	for (i = 0; fine && i < NODES; i++) {
		(void)snprintf(uri, sizeof uri, "A%u/ServerID", i);
		fine = dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("v"), &n) == DMSC_E_OK &&
		    dmsc_node_set_acl(t, dmsc_node_parent(n),
		    "Get=*&Replace=com.example") == DMSC_E_OK;
	}
	fine = fine && dmsc_tnds_write_packed(dmsc_tree_root(t), false, p) ==
	    DMSC_E_OK && dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, w) ==
	    DMSC_E_OK;
	if (!ok(fine && p->len < w->len * 6 / 10, "a string table saves"))
		printf("# %zu of %zu\n", p->len, w->len);
	ok(dmsc_lib_to_xml(dmsc_buf_rd(p), x, NULL) == DMSC_E_OK &&
	    read_new(dmsc_buf_rd(x), &u) == DMSC_E_OK &&
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(u)),
	    "and libwbxml reads it");
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	dmsc_buf_free(&p);
	dmsc_buf_free(&w);
	dmsc_buf_free(&x);
}

/* Each format: what stands in XML, and what value that is. */
static const struct {
	const char *name, *xml;
	enum dmsc_format f;
	const char *value;
	size_t len;
} formats[] = {
	{ "chr", "<chr/></Format></RTProperties><Value>\xF0\x9F\x98\x80 a"
	    "\tb</Value>", DMSC_FMT_CHR, "\xF0\x9F\x98\x80 a\tb", 8 },
	{ "blanks and line ends", "<chr/></Format></RTProperties><Value> \n"
	    "&#13;&#10; </Value>", DMSC_FMT_CHR, " \n\r\n ", 5 },
	{ "markup", "<chr/></Format></RTProperties><Value>]]&gt;&amp;&lt;&gt;"
	    "</Value>", DMSC_FMT_CHR, "]]>&<>", 6 },
	{ "int", "<int/></Format></RTProperties><Value>-1</Value>",
	    DMSC_FMT_INT, "-1", 2 },
	{ "bool", "<bool/></Format></RTProperties><Value>True</Value>",
	    DMSC_FMT_BOOL, "True", 4 },
	{ "float", "<float/></Format></RTProperties><Value>1.5E-3</Value>",
	    DMSC_FMT_FLOAT, "1.5E-3", 6 },
	{ "date", "<date/></Format></RTProperties><Value>2026-01-02</Value>",
	    DMSC_FMT_DATE, "2026-01-02", 10 },
	{ "time", "<time/></Format></RTProperties><Value>03:04:05Z</Value>",
	    DMSC_FMT_TIME, "03:04:05Z", 9 },
	{ "bin", "<bin/></Format></RTProperties><Value>AAEC/w==</Value>",
	    DMSC_FMT_BIN, "\0\1\2\xFF", 4 },
	{ "b64", "<b64/></Format></RTProperties><Value>AAEC/w==</Value>",
	    DMSC_FMT_B64, "AAEC/w==", 8 },
	{ "xml", "<xml/></Format></RTProperties><Value>&lt;a b=\"c\"/&gt;"
	    "</Value>", DMSC_FMT_XML, "<a b=\"c\"/>", 10 },
	{ "null", "<null/></Format></RTProperties>", DMSC_FMT_NULL, "", 0 },
	{ "an empty value", "<chr/></Format></RTProperties><Value/>",
	    DMSC_FMT_CHR, "", 0 },
};

static void
test_formats(void)
{
	struct dmsc_buf *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t;
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(formats); i++) {
		dmsc_buf_reset(x);
		ok(dmsc_buf_fmt(x, MT "<Node><NodeName>A</NodeName>"
		    "<RTProperties><Format>%s</Node>" MTE,
		    formats[i].xml) == DMSC_E_OK &&
		    read_new(dmsc_buf_rd(x), &t) == DMSC_E_OK &&
		    (n = dmsc_tree_find(t, "A")) != NULL &&
		    dmsc_node_format(n) == formats[i].f &&
		    dmsc_rd_eq(dmsc_node_value(n), dmsc_rd_of(
		    formats[i].value, formats[i].len)), formats[i].name);
		dmsc_buf_reset(x);
		ok(dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, x) ==
		    DMSC_E_OK && same_tree(t, dmsc_buf_rd(x)) &&
		    mutate(dmsc_buf_rd(x), holds), "in WBXML, too");
		dmsc_tree_free(&t);
	}
	dmsc_buf_free(&x);
}

#define ACL(x) "<ACL>" x "</ACL>"
#define RTA(a) "<RTProperties>" ACL(a) "<Format><node/></Format><Type>" \
	"<DDFName/></Type></RTProperties>"
#define RTL(a) "<RTProperties>" a "<Format><chr/></Format><Type><MIME>" \
	"text/plain</MIME></Type></RTProperties>"

/* The tree of reference 1.6: one MO nested, by Path, and mixed. */
static void
test_styles(void)
{
	static const char *const styles[] = {
		MT NODE("A", RTA("Get=S3&amp;Replace=S3") NODE("a",
		    RTL(ACL("Get=*")) "<Value>1</Value>")) NODE("B",
		    RTA("Get=S1&amp;Replace=S1") NODE("b", RTL("")) NODE("C",
		    RTA("Get=S2&amp;Replace=S2&amp;Delete=S2") NODE("c",
		    RTL("") "<Value>2</Value>"))) MTE,
		MT NODE("A", RTA("Get=S3&amp;Replace=S3")) PATH("a", "A",
		    RTL(ACL("Get=*")) "<Value>1</Value>") NODE("B",
		    RTA("Get=S1&amp;Replace=S1")) PATH("b", "./B", RTL(""))
		    PATH("C", "B", RTA("Get=S2&amp;Replace=S2&amp;"
		    "Delete=S2")) PATH("c", "B/C", RTL("")
		    "<Value>2</Value>") MTE,
		MT PATH("c", "B/C", RTL("") "<Value>2</Value>") NODE("A",
		    RTA("\n Get=S3&amp;Replace=S3 ") NODE("a",
		    RTL(ACL("Get=*")) "<Value>1</Value>")) PATH("C", "B",
		    RTA("Get=S2&amp;Replace=S2&amp;Delete=S2")) NODE("B",
		    RTA("Get=S1&amp;Replace=S1")) PATH("b", "B", RTL(""))
		    MTE,
	};
	struct dmsc_tree *first = NULL, *t;
	size_t i;

	for (i = 0; i < DMSC_COUNT(styles); i++) {
		if (read_new(dmsc_rd_str(styles[i]), &t) != DMSC_E_OK)
			dmsc_tree_free(&t);
		if (i == 0)
			first = t;
		ok(t != NULL && first != NULL && dmsc_tree_count(t) == 6 &&
		    dmsc_node_equal(dmsc_tree_root(first),
		    dmsc_tree_root(t)), "nested, by Path, mixed");
		if (i > 0)
			dmsc_tree_free(&t);
	}
	ok(first != NULL && strcmp(dmsc_acl_effective(dmsc_tree_find(first,
	    "B/C/c")), "Get=S2&Replace=S2&Delete=S2") == 0 &&
	    strcmp(dmsc_acl_effective(dmsc_tree_find(first, "B/b")),
	    "Get=S1&Replace=S1") == 0, "ACLs inherit");
	dmsc_tree_free(&first);
}

static void
test_depth(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t;
	int i, r = dmsc_buf_str(b, MT);

	for (i = 0; i < 300 && r == DMSC_E_OK; i++)
		r = dmsc_buf_str(b, "<Node><NodeName>n</NodeName>");
	for (i = 0; i < 300 && r == DMSC_E_OK; i++)
		r = dmsc_buf_str(b, "</Node>");
	ok(r == DMSC_E_OK && dmsc_buf_str(b, MTE) == DMSC_E_OK &&
	    read_new(dmsc_buf_rd(b), &t) == DMSC_E_LIMIT, "300 nodes deep");
	dmsc_tree_free(&t);
	dmsc_buf_reset(b);
	r = dmsc_hex_get("03016A000002", b);
	for (i = 0; i < 100000 && r == DMSC_E_OK; i++)
		r = dmsc_buf_u8(b, 0x60);
	ok(r == DMSC_E_OK && read_new(dmsc_buf_rd(b), &t) != DMSC_E_OK,
	    "100000 elements deep");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

static void
test_big(void)
{
	enum { BIG = 3 << 20 };
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX), *u = NULL;
	struct dmsc_buf *v = dmsc_buf_new(BIG),
	    *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_err e = { 0 };

	ok(dmsc_buf_fill(v, 0xA5, BIG) == DMSC_E_OK && dmsc_tree_add(t, "a",
	    DMSC_FMT_BIN, NULL, dmsc_buf_rd(v), NULL) == DMSC_E_OK &&
	    dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, b) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(b), &u, NULL, &e) == DMSC_E_OK &&
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(u)),
	    "a value of 3 MB in WBXML");
	dmsc_tree_free(&u);
	dmsc_buf_reset(b);
	ok(dmsc_tnds_write_xml(dmsc_tree_root(t), false, true, b) ==
	    DMSC_E_OK && dmsc_tree_parse(dmsc_buf_rd(b), &u, NULL, &e) ==
	    DMSC_E_OK && dmsc_node_equal(dmsc_tree_root(t),
	    dmsc_tree_root(u)), "and in XML");
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	dmsc_buf_free(&v);
}

int
main(void)
{
	test_golden();
	test_xml();
	test_wbxml();
	test_formats();
	test_styles();
	test_below();
	test_random(getenv("DMSC_HARD") != NULL ? 100000 : 1000);
	test_packed();
	test_depth();
	test_big();
	return tap_done();
}
