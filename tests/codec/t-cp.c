/* codec: Client Provisioning: golden documents, both encodings, libwbxml as
 * second opinion, bad input, random trees. */
#include <string.h>

#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/cpel.h"
#include "codec/docs.h"
#include "codec/mutate.h"
#include "codec/trees.h"
#include "tap.h"

enum { ROUNDS = 400 };

/* w7, NAPDEF and PXLOGICAL, made by xml2wbxml of libwbxml 0.11.8 without a
 * table of strings: page switches, "Acme " + APN. */
static const char boot[] =
    "030B6A00C54503312E310001C651018715060370782E6F70657261746F72782E65"
    "78616D706C6500018707060350726F78792026206D6F72650001C65201872F0603"
    "5058310001872006033139322E302E322E3700018721068501872206034E415031"
    "0001C6530187230603383038300001872406CB01010101C65501871106034E4150"
    "310001871006AB018707060341636D652000890187080603696E7465726E65742E"
    "6578616D706C6500018709068901C65A01870C069B01870D060375736572000187"
    "0E060373656372657400010101C600015501873600000603773700018700013800"
    "0006036F70780001870706034F70657261746F7220580001870503494E49540001"
    "872206034E4150310001C60001560187340000060368747470733A2F2F646D2E6F"
    "70657261746F72782E6578616D706C652F000187000135000006035552490001C6"
    "53018723060334343300010101C600015701873000000600018D0187330000069C"
    "018700013300000600019301873100000603646576000187000132000006036465"
    "767077000101C600015701873000000603434C49454E5400018700013300000600"
    "019301873200000603737276707700018700012F00000603626D39755932553D00"
    "01010101";

static const struct { const char *uri, *value; } leaves[] = {
	{ "PXLOGICAL/PROXY-ID", "px.operatorx.example" },
	{ "PXLOGICAL/NAME", "Proxy & more" },
	{ "PXLOGICAL/PXPHYSICAL/PXADDRTYPE", "IPV4" },
	{ "PXLOGICAL/PXPHYSICAL/PORT/SERVICE", "CO-WSP" },
	{ "NAPDEF/BEARER", "GSM-GPRS" }, { "NAPDEF/NAME", "Acme APN" },
	{ "NAPDEF/NAP-ADDRTYPE", "APN" },
	{ "NAPDEF/NAPAUTHINFO/AUTHTYPE", "CHAP" },
	{ "APPLICATION/APPID", "w7" }, { "APPLICATION/INIT", "" },
	{ "APPLICATION/APPADDR/PORT/PORTNBR", "443" },
	{ "APPLICATION/APPAUTH/AAUTHLEVEL", "APPSRV" },
	{ "APPLICATION/APPAUTH/AAUTHTYPE", "HTTP-BASIC" },
	{ "APPLICATION/APPAUTH/AAUTHTYPE~2", "DIGEST" },
	{ "APPLICATION/APPAUTH~2/AAUTHLEVEL", "CLIENT" },
	{ "APPLICATION/APPAUTH~2/AAUTHDATA", "bm9uY2U=" },
};

/* A parm in a VENDORCONFIG, with a table of strings: what it gives. */
static const struct { const char *name, *strings, *hex, *uri, *value; }
parms[] = {
	{ "a token", "", "8707068501", "NAME", "IPV4" },
	{ "string, table and token", "58595A00", "8707060341008300890342000"
	    "1", "NAME", "AXYZAPNB" },
	{ "9x numbering", "", "8700010706919301", "NAME", "HTTP-DIGEST" },
	{ "8x numbering", "", "87000107068182 01", "NAME", "HTTP-BASIC" },
	{ "83 is DIGEST", "", "87000107068183 01", "NAME", "HTTP-DIGEST" },
	{ "commas", "", "870001070692809083 01", "NAME",
	    "BASIC,,DIGEST" },
	{ "83 is a string where there is a table", "58595A00",
	    "8700010706830101", "NAME", "YZ" },
	{ "the page changes inside a value", "", "8707069C00018D01", "NAME",
	    "HTTP-BASICAPPSRV" },
	{ "a literal tag", "7061726D00", "840007068501", "NAME", "IPV4" },
	{ "a literal attribute", "6E616D6500", "870400034E414D45000685 01",
	    "NAME", "IPV4" },
	{ "tags of page 1", "", "00018707068501", "NAME", "IPV4" },
	{ "an entity", "", "870706028169 01", "NAME", "\xC3\xA9" },
	{ "opaque", "", "870706C302414201", "NAME", "AB" },
	{ "name and value as strings", "", "8705034E414D4500060368790001",
	    "NAME", "hy" },
	{ "a name of the table", "4100", "87058300068501", "A", "IPV4" },
	{ "a value before the name", "", "8706850701", "NAME", "IPV4" },
	{ "no value", "", "870701", "NAME", "" },
	{ "an empty parm with content", "", "C7070101", "NAME", "" },
	{ "blanks", "", "0320 0A0087070103090D00", "NAME", "" },
};

static const struct { const char *name, *strings, *hex; } bad[] = {
	{ "no name", "", "87068501" }, { "an empty name", "", "8705030001" },
	{ "a type", "", "87075101" }, { "no attributes", "", "07" },
	{ "a name twice", "", "87070801" },
	{ "a value twice", "", "870706850686 01" },
	{ "a name like ours", "", "870503417E320001" },
	{ "an unknown token", "", "870706FF01" },
	{ "an unknown attribute", "", "877F01" },
	{ "page 2", "", "8700020501" }, { "tags of page 2", "", "00028707" },
	{ "a value first", "", "878501" },
	{ "a string beyond the table", "4100", "8707068309 01" },
	{ "a table without an end", "41", "870706830001" },
	{ "a NUL", "", "870706C3010001" }, { "an entity NUL", "",
	    "870706020001" },
	{ "text", "", "03410087 0701" }, { "a document inside", "", "05" },
	{ "a parm in a parm", "", "C7070187070101" },
	{ "an unknown element", "", "08" },
	{ "an unknown literal", "4100", "0400" },
	{ "a characteristic without a type", "", "06" },
	{ "a characteristic with a name", "", "86075001" },
	{ "processing instructions", "", "430401" },
};

static struct dmsc_tree *
new_tree(void)
{
	return dmsc_tree_new(DMSC_DOC_MAX);
}

static bool
put_doc(struct dmsc_buf *b, const char *strings, const char *hex)
{
	struct dmsc_buf *s = dmsc_buf_new(64);
	bool good;

	dmsc_buf_reset(b);
	good = dmsc_hex_get(strings, s) == 0 &&
	    dmsc_hex_get("030B6A", b) == 0 && dmsc_buf_u8(b,
	    (unsigned)s->len) == 0 && dmsc_buf_put(b, dmsc_buf_rd(s)) == 0 &&
	    dmsc_hex_get("45C65701", b) == 0 && dmsc_hex_get(hex, b) == 0 &&
	    dmsc_hex_get("0101", b) == 0;
	dmsc_buf_free(&s);
	return good;
}

static bool
has(const struct dmsc_tree *t, const char *uri, const char *value)
{
	const struct dmsc_node *n = dmsc_tree_find(t, uri);

	return n != NULL && dmsc_node_is_leaf(n) &&
	    dmsc_rd_eq_str(dmsc_node_value(n), value);
}

static bool
same(const struct dmsc_node *a, const struct dmsc_node *b)
{
	const struct dmsc_node *c = dmsc_node_first(a),
	    *d = dmsc_node_first(b);

	while (c != NULL && d != NULL &&
	    strcmp(dmsc_node_name(c), dmsc_node_name(d)) == 0 && same(c, d)) {
		c = dmsc_node_next(c);
		d = dmsc_node_next(d);
	}
	return c == NULL && d == NULL && dmsc_node_equal(a, b);
}

/* Whether bytes, in either encoding, give the tree want. */
static bool
reads_to(struct dmsc_rd bytes, bool xml, const struct dmsc_tree *want)
{
	struct dmsc_tree *t = new_tree();
	struct dmsc_err e = { 0 };
	int r = xml ? dmsc_cp_read_xml(bytes, t, &e) :
	    dmsc_cp_read_wbxml(bytes, t, NULL, &e);
	bool good = r == DMSC_E_OK &&
	    same(dmsc_tree_root(t), dmsc_tree_root(want));

	if (!good)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_tree_free(&t);
	return good;
}

/* Our two encodings give t again, each also by way of libwbxml. */
static bool
agrees(const struct dmsc_tree *t, bool lib)
{
	struct dmsc_buf *w = dmsc_buf_new(TREE_MAX), *w2 =
	    dmsc_buf_new(TREE_MAX), *x = dmsc_buf_new(TREE_MAX), *x2 =
	    dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	bool good = dmsc_cp_write_wbxml(t, w, &e) == 0 &&
	    dmsc_cp_write_xml(t, x, &e) == 0 &&
	    dmsc_form_guess(dmsc_buf_rd(w)) == DMSC_FORM_CP_WBXML &&
	    dmsc_form_guess(dmsc_buf_rd(x)) == DMSC_FORM_CP &&
	    reads_to(dmsc_buf_rd(w), false, t) &&
	    reads_to(dmsc_buf_rd(x), true, t);

	if (good && lib)
		good = dmsc_lib_to_xml(dmsc_buf_rd(w), x2, &e) == 0 &&
		    dmsc_lib_to_wbxml(dmsc_buf_rd(x), w2, &e) == 0 &&
		    reads_to(dmsc_buf_rd(x2), true, t) &&
		    reads_to(dmsc_buf_rd(w2), false, t);
	if (!good)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_buf_free(&w);
	dmsc_buf_free(&w2);
	dmsc_buf_free(&x);
	dmsc_buf_free(&x2);
	return good;
}

static bool
try_wbxml(struct dmsc_rd in)
{
	struct dmsc_tree *t = new_tree();
	struct dmsc_err e = { 0 };
	size_t used = 0;
	bool good = true;

	if (dmsc_cp_read_wbxml(in, t, &used, &e) == DMSC_E_OK) {
		struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);

		good = used <= in.left;
		/* What was read can be written and read again, unless a
		 * flipped bit made text that is no UTF-8. */
		if (dmsc_cp_write_wbxml(t, b, &e) == DMSC_E_OK)
			good = good && reads_to(dmsc_buf_rd(b), false, t);
		dmsc_buf_free(&b);
	} else
		good = e.message[0] != '\0' && e.why[0] != '\0';
	dmsc_tree_free(&t);
	return good;
}

static bool
try_xml(struct dmsc_rd in)
{
	struct dmsc_tree *t = new_tree();
	struct dmsc_err e = { 0 };
	bool good = dmsc_cp_read_xml(in, t, &e) == DMSC_E_OK ?
	    agrees(t, false) : e.message[0] != '\0';

	dmsc_tree_free(&t);
	return good;
}

static void
test_golden(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *x = dmsc_buf_new(TREE_MAX), *one = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = new_tree();
	struct dmsc_err e = { 0 };
	size_t i, used = 0;
	bool good;

	ok(dmsc_hex_get(boot, b) == 0 && b->len == 466 &&
	    dmsc_buf_fill(b, 0xFF, 20) == 0 && dmsc_cp_read_wbxml(
	    dmsc_buf_rd(b), t, &used, &e) == 0 && used == 466,
	    "boot-cp is read, padding is left alone");
	dmsc_buf_truncate(b, used);
	for (i = 0, good = true; i < DMSC_COUNT(leaves); i++)
		good = good && has(t, leaves[i].uri, leaves[i].value);
	ok(good && strcmp(dmsc_node_title(dmsc_tree_root(t)), "1.1") == 0,
	    "its parameters and its version");
	ok(agrees(t, true), "both encodings, and libwbxml");
	ok(dmsc_lib_to_xml(dmsc_buf_rd(b), x, &e) == 0 &&
	    reads_to(dmsc_buf_rd(x), true, t), "libwbxml's XML");
	ok(dmsc_cp_write_wbxml(t, one, &e) == 0 && one->len < b->len,
	    "no page is put in force twice");
	ok(mutate(dmsc_buf_rd(b), try_wbxml), "cut and flipped, WBXML");
	ok(mutate(dmsc_buf_rd(one), try_wbxml), "cut and flipped, ours");
	ok(mutate(dmsc_buf_rd(x), try_xml), "cut and flipped, XML");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	dmsc_buf_free(&x);
	dmsc_buf_free(&one);
}

static void
test_rows(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	char uri[64];
	size_t i;

	for (i = 0; i < DMSC_COUNT(parms); i++) {
		struct dmsc_tree *t = new_tree();
		struct dmsc_err e = { 0 };

		(void)snprintf(uri, sizeof uri, "VENDORCONFIG/%s",
		    parms[i].uri);
		ok(put_doc(b, parms[i].strings, parms[i].hex) &&
		    dmsc_cp_read_wbxml(dmsc_buf_rd(b), t, NULL, &e) == 0 &&
		    has(t, uri, parms[i].value) &&
		    agrees(t, parms[i].value[0] != '\0') &&
		    mutate(dmsc_buf_rd(b), try_wbxml), parms[i].name);
		if (e.code != DMSC_E_OK)
			printf("# %s, %s\n", e.where, e.why);
		dmsc_tree_free(&t);
	}
	for (i = 0; i < DMSC_COUNT(bad); i++) {
		struct dmsc_tree *t = new_tree();
		struct dmsc_err e = { 0 };

		ok(put_doc(b, bad[i].strings, bad[i].hex) &&
		    dmsc_cp_read_wbxml(dmsc_buf_rd(b), t, NULL, &e) != 0 &&
		    e.why[0] != '\0' && mutate(dmsc_buf_rd(b), try_wbxml),
		    bad[i].name);
		dmsc_tree_free(&t);
	}
	dmsc_buf_free(&b);
}

/* Every token that we write means the same to libwbxml. */
static void
test_tokens(void)
{
	struct dmsc_buf *b = dmsc_buf_new(64), *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	bool good = true;
	unsigned page, token, seen = 0;
	char want[80];
	struct cp_index all;

	dmsc_cp_index(&all);
	for (page = 0; page < CP_PAGES; page++)
		for (token = 5; token < 0x100; token++) {
			const struct cp_token *row = dmsc_cp_token(page,
			    (uint8_t)token);

			if (row == NULL || *row->text == '\0' ||
			    dmsc_cp_find(&all, page, row->attr,
			    dmsc_rd_str(row->text)) != row)
				continue;
			dmsc_buf_reset(b);
			dmsc_buf_reset(x);
			(void)snprintf(want, sizeof want, "\"%s\"",
			    row->text);
			good = good && dmsc_hex_get("030B6A00458700", b) ==
			    0 && dmsc_buf_u8(b, page) == 0 && (row->attr !=
			    CP_ATTRS || dmsc_buf_u8(b, 6) == 0) &&
			    dmsc_buf_u8(b, token) == 0 &&
			    dmsc_hex_get("0101", b) == 0 && dmsc_lib_to_xml(
			    dmsc_buf_rd(b), x, &e) == 0 &&
			    strstr(dmsc_buf_cstr(x), want) != NULL;
			if (!good)
				printf("# page %u, %02X\n", page, token);
			seen++;
		}
	ok(good && seen > 150, "tokens as libwbxml has them");
	dmsc_buf_free(&b);
	dmsc_buf_free(&x);
}

static const struct { const char *name, *xml; int want; } texts[] = {
	{ "no type", "<wap-provisioningdoc><characteristic/>"
	    "</wap-provisioningdoc>", DMSC_E_FORMAT },
	{ "a parm at the top", "<wap-provisioningdoc><parm name='A'/>"
	    "</wap-provisioningdoc>", DMSC_E_FORMAT },
	{ "another root", "<SyncML/>", DMSC_E_FORMAT },
	{ "an entity", "<!DOCTYPE wap-provisioningdoc [<!ENTITY a 'b'>]>"
	    "<wap-provisioningdoc version='&a;'/>", DMSC_E_FORMAT },
	{ "an entity of nobody", "<!DOCTYPE wap-provisioningdoc SYSTEM 'a'>"
	    "<wap-provisioningdoc version='&a;'/>", DMSC_E_FORMAT },
	{ "an attribute", "<wap-provisioningdoc colour='red'/>",
	    DMSC_E_FORMAT },
	{ "text", "<wap-provisioningdoc>x</wap-provisioningdoc>",
	    DMSC_E_FORMAT },
	{ "an empty document", "<wap-provisioningdoc/>", DMSC_E_OK },
	{ "a document type, a name space, a prefix", "<?xml version='1.0'?>"
	    "<!DOCTYPE wap-provisioningdoc PUBLIC '-//WAPFORUM//DTD PROV "
	    "1.0//EN' 'http://www.wapforum.org/DTD/prov.dtd'>"
	    "<p:wap-provisioningdoc xmlns:p='u' version='1.0'>"
	    "<p:characteristic type='ACCESS'><p:parm name='RULE' value='"
	    "&lt;&#10;&#9;&quot;'/></p:characteristic>"
	    "</p:wap-provisioningdoc>", DMSC_E_OK },
};

static void
test_texts(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(texts); i++) {
		struct dmsc_tree *t = new_tree();
		struct dmsc_err e = { 0 };
		struct dmsc_rd r = dmsc_rd_str(texts[i].xml);

		ok(dmsc_cp_read_xml(r, t, &e) == texts[i].want &&
		    (texts[i].want != 0 || agrees(t, false)) &&
		    mutate(r, try_xml), texts[i].name);
		dmsc_tree_free(&t);
	}
}

static void
test_random(void)
{
	bool good = true;
	uint32_t seed;

	for (seed = 1; seed <= ROUNDS && good; seed++) {
		struct dmsc_tree *t = docs_cp(seed);

		if (!(good = agrees(t, true)))
			printf("# seed %u\n", (unsigned)seed);
		dmsc_tree_free(&t);
	}
	ok(good, "random documents, also by libwbxml");
}

static void
test_misfits(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	unsigned seed, refused = 0;
	bool good = true;

	for (seed = 1; seed < 60; seed++) {
		struct dmsc_tree *t = trees_random(seed, TREES_BINARY |
		    TREES_TITLES, 30);
		struct dmsc_err e = { 0 };
		int r = dmsc_cp_write_xml(t, b, &e);

		if (r == DMSC_E_DATA) {
			good = good && e.where[0] != '\0' && e.why[0] != 0 &&
			    dmsc_cp_write_wbxml(t, b, &e) == r && b->len == 0;
			refused++;
		} else
			good = good && r == 0 && reads_to(dmsc_buf_rd(b),
			    true, t);
		dmsc_buf_reset(b);
		dmsc_tree_free(&t);
	}
	ok(good && refused > 40, "other trees are refused by name");
	dmsc_buf_free(&b);
}

/* Many of one name, and deep ones: bounded, and quick. */
static void
test_bounds(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = new_tree();
	struct dmsc_err e = { 0 };
	unsigned i;
	int r = dmsc_hex_get("030B6A0045C65701", b);

	for (i = 0; i < 50000 && r == 0; i++)
		r = dmsc_hex_get("870701", b);
	ok(r == 0 && dmsc_hex_get("0101", b) == 0 && dmsc_cp_read_wbxml(
	    dmsc_buf_rd(b), t, NULL, &e) == 0 && dmsc_tree_find(t,
	    "VENDORCONFIG/NAME~50000") != NULL, "50000 of one name");
	dmsc_tree_free(&t);
	t = new_tree();
	dmsc_buf_reset(b);
	r = dmsc_hex_get("030B6A0045", b);
	for (i = 0; i < 500 && r == 0; i++)
		r = dmsc_hex_get("C65701", b);
	ok(r == 0 && dmsc_cp_read_wbxml(dmsc_buf_rd(b), t, NULL, &e) ==
	    DMSC_E_LIMIT, "too deep");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_golden();
	test_rows();
	test_tokens();
	test_texts();
	test_random();
	test_misfits();
	test_bounds();
	return tap_done();
}
