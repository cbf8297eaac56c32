/*
 * codec: bounds. Documents made to be deep, wide, or larger than they look
 * are refused by name, at once; what lies just inside is read. Nothing that
 * is refused here reaches libwbxml.
 */
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/emit.h"
#include "codec/lwm2m.h"
#include "tap.h"

enum { MAX = 1 << 26 };

static int
parse(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_tree *t = NULL;
	enum dmsc_form f;
	int r = dmsc_tree_parse(in, &t, &f, e);

	dmsc_tree_free(&t);
	return r;
}

static int
cp_xml(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	int r = dmsc_cp_read_xml(in, t, e);

	dmsc_tree_free(&t);
	return r;
}

static int
cp_wbxml(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	int r = dmsc_cp_read_wbxml(in, t, NULL, e);

	dmsc_tree_free(&t);
	return r;
}

static int
lwm2m_json(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	int r = dmsc_lwm2m_read_json(in, t, e);

	dmsc_tree_free(&t);
	return r;
}

static int
lib_xml(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_buf *out = dmsc_buf_new(MAX);
	int r = dmsc_lib_to_wbxml(in, out, e);

	dmsc_buf_free(&out);
	return r;
}

static int
lib_wbxml(struct dmsc_rd in, struct dmsc_err *e)
{
	struct dmsc_buf *out = dmsc_buf_new(MAX);
	int r = dmsc_lib_to_xml(in, out, e);

	dmsc_buf_free(&out);
	return r;
}

/* Text, or hex where it begins with '=': once before, n times each, then n
 * times (0: once) after. */
struct row {
	const char *name;
	int (*read)(struct dmsc_rd in, struct dmsc_err *e);
	const char *before, *each, *after;
	unsigned n;
	bool after_too;
	int want;
};

#define LOL "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\"><!ENTITY b " \
	"\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c " \
	"\"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
#define SYNCML "=02A4016A006D"
#define MGMT "<MgmtTree>"
#define CP "<wap-provisioningdoc>"
#define XML_SYNCML "<SyncML xmlns=\"SYNCML:SYNCML1.2\">"

static const struct row rows[] = {
	{ "TNDS: unknown elements in elements", parse, MGMT, "<x>", "</x>",
	    1000, true, DMSC_E_LIMIT },
	{ "TNDS: a million of them", parse, MGMT, "<x>", "", 1000000, false,
	    DMSC_E_LIMIT },
	{ "TNDS: nodes in nodes", parse, MGMT,
	    "<Node><NodeName>a</NodeName>", "</Node>", 65, true,
	    DMSC_E_LIMIT },
	{ "SyncML: elements in elements", parse, XML_SYNCML, "<SyncBody>",
	    "</SyncBody>", 1000, true, DMSC_E_LIMIT },
	{ "SyncML in WBXML: the same", parse, SYNCML, "=6B", "=01", 1000,
	    true, DMSC_E_LIMIT },
	{ "JSON: nodes in nodes", parse, "",
	    "{\"name\":\"a\",\"nodes\":[", "]}", 65, true, DMSC_E_LIMIT },
	{ "JSON: 64 of them", parse, "",
	    "{\"name\":\"a\",\"nodes\":[", "]}", 64, true, DMSC_E_OK },
	{ "JSON: more than a parser follows", parse, "",
	    "{\"name\":\"a\",\"nodes\":[", "]}", 100000, true,
	    DMSC_E_FORMAT },
	{ "JSON of LwM2M: the same", lwm2m_json, "", "{\"0\":", "}", 100000,
	    true, DMSC_E_FORMAT },
	{ "Client Provisioning: characteristics", cp_xml, CP,
	    "<characteristic type=\"a\">", "</characteristic>", 100, true,
	    DMSC_E_LIMIT },
	{ "Client Provisioning in WBXML: the same", cp_wbxml, "=030B6A0045",
	    "=C65501", "=01", 100, true, DMSC_E_LIMIT },
	{ "TNDS: entities", parse, LOL MGMT, "<x>&c;</x>", "</MgmtTree>", 1,
	    false, DMSC_E_FORMAT },
	{ "SyncML: entities", parse, LOL XML_SYNCML, "<x>&c;</x>",
	    "</SyncML>", 1, false, DMSC_E_FORMAT },
	{ "Client Provisioning: entities", cp_xml, LOL CP, "<x>&c;</x>",
	    "</wap-provisioningdoc>", 1, false, DMSC_E_FORMAT },
	{ "libwbxml: entities", lib_xml, LOL XML_SYNCML,
	    "<Add>&c;</Add>", "</SyncML>", 1, false, DMSC_E_FORMAT },
	{ "libwbxml: XML too deep", lib_xml, XML_SYNCML, "<Add>", "</Add>",
	    1000, true, DMSC_E_LIMIT },
	{ "libwbxml: XML too wide", lib_xml, XML_SYNCML, "<Add/>",
	    "</SyncML>", 30000, false, DMSC_E_LIMIT },
	{ "libwbxml: XML inside the bounds", lib_xml, XML_SYNCML, "<Add/>",
	    "</SyncML>", 3000, false, DMSC_E_OK },
	{ "libwbxml: XML too large", lib_xml, XML_SYNCML, "          ",
	    "</SyncML>", 30000, false, DMSC_E_LIMIT },
	{ "libwbxml: WBXML too deep", lib_wbxml, SYNCML, "=45", "=01",
	    100000, true, DMSC_E_LIMIT },
	{ "libwbxml: WBXML too wide", lib_wbxml, SYNCML, "=05", "=01",
	    100000, false, DMSC_E_LIMIT },
	{ "libwbxml: WBXML too wide, in text", lib_wbxml, SYNCML, "=02820D",
	    "=01", 50000, false, DMSC_E_LIMIT },
	{ "libwbxml: WBXML inside the bounds", lib_wbxml, SYNCML, "=05",
	    "=01", 3000, false, DMSC_E_OK },
	{ "libwbxml: attributes too wide", lib_wbxml, "=030B6A00C5", "=05",
	    "=01", 100000, false, DMSC_E_LIMIT },
	{ "libwbxml: WBXML that ends too early", lib_wbxml, SYNCML, "=45", "",
	    3, false, DMSC_E_FORMAT },
	{ "libwbxml: opaque data behind an element", lib_wbxml, SYNCML,
	    "=05C30161", "=01", 1, false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: opaque data in DRM REL", lib_wbxml, "=030E6A0045",
	    "=C30161", "=01", 1, false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: elements behind an extension", lib_wbxml,
	    "=02A4016A006D40", "=45", "=0001", 1000, false,
	    DMSC_E_UNSUPPORTED },
	{ "libwbxml: the same in WML", lib_wbxml, "=030A6A007F40", "=45",
	    "=0001", 1000, false, DMSC_E_OK },
	{ "libwbxml: no attribute where there must be one", lib_wbxml,
	    "=030B6A00C5", "=01", "=01", 1, false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: a string behind a page of attributes", lib_wbxml,
	    "=030B6A00C500", "=01", "=0345454500", 1, false,
	    DMSC_E_UNSUPPORTED },
	{ "libwbxml: a processing instruction", lib_wbxml, SYNCML, "=43",
	    "=0501", 1, false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: one behind the root", lib_wbxml, "=02A4016A002D", "=43",
	    "=0501", 1, false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: two pages before the root", lib_wbxml, "=02A4016A00",
	    "=0000", "=6D01", 2, false, DMSC_E_FORMAT },
	{ "libwbxml: a character of 32 bits", lib_wbxml, SYNCML,
	    "=028FFFFFFF7F", "=01", 1, false, DMSC_E_FORMAT },
	{ "libwbxml: WBXML 1.0", lib_wbxml, "=00A4016A006D", "=05", "=01", 1,
	    false, DMSC_E_UNSUPPORTED },
	{ "libwbxml: UTF-16", lib_wbxml, "=02A4018777006D", "=05", "=01", 1,
	    false, DMSC_E_UNSUPPORTED },
};

static int
put(struct dmsc_buf *b, const char *s, unsigned n)
{
	int r = DMSC_E_OK;

	while (n-- > 0 && r == DMSC_E_OK)
		r = *s == '=' ? dmsc_hex_get(s + 1, b) : dmsc_buf_str(b, s);
	return r;
}

static void
test_rows(void)
{
	struct dmsc_buf *b;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		const struct row *w = &rows[i];
		struct dmsc_err e = { 0 };

		b = dmsc_buf_new(MAX);
		r = put(b, w->before, 1);
		if (r == DMSC_E_OK)
			r = put(b, w->each, w->n);
		if (r == DMSC_E_OK)
			r = put(b, w->after, w->after_too ? w->n : 1);
		ok(r == DMSC_E_OK, "made");
		r = w->read(dmsc_buf_rd(b), &e);
		if (!ok(r == w->want && (r == DMSC_E_OK ||
		    (e.code == r && e.message[0] != '\0')), w->name))
			printf("# %d: %s, %s, %s\n", r, e.message, e.where,
			    e.why);
		dmsc_buf_free(&b);
	}
}

/* Documents that name one string of n bytes in their table n times. */
static struct dmsc_buf *
table(const char *head, const char *root, unsigned n, char c)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);
	int r = dmsc_hex_get(head, b);

	if (r == DMSC_E_OK)
		r = dmsc_emit_number(b, n + 1);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(b, (unsigned char)c, n);
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(b, 0);
	if (r == DMSC_E_OK)
		r = dmsc_hex_get(root, b);
	while (n-- > 0 && r == DMSC_E_OK)
		r = dmsc_hex_get("8300", b);
	if (r != DMSC_E_OK || dmsc_hex_get("0101", b) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

static void
test_tables(void)
{
	static const struct {
		const char *name;
		int (*read)(struct dmsc_rd in, struct dmsc_err *e);
		const char *head, *root;
		char c;
	} tables[] = {
		{ "one string ten thousand times: TNDS, where it is skipped",
		    parse, "03016A", "0002607F", 'a' },
		{ "SyncML, the same", parse, "02A4016A", "6D7F", 'a' },
		{ "Client Provisioning, as blanks", cp_wbxml, "030B6A",
		    "45", ' ' },
		{ "libwbxml", lib_wbxml, "02A4016A", "6D45", 'a' },
	};
	struct dmsc_buf *b;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(tables); i++) {
		struct dmsc_err e = { 0 };

		b = table(tables[i].head, tables[i].root, 10000, tables[i].c);
		r = b == NULL ? DMSC_E_NOMEM :
		    tables[i].read(dmsc_buf_rd(b), &e);
		if (!ok(r == DMSC_E_LIMIT, tables[i].name))
			printf("# %d: %s, %s\n", r, e.message, e.why);
		dmsc_buf_free(&b);
	}
}

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*seed) * below >> 32);
}

/* One random token with what belongs to it, and sometimes not. */
static int
put_token(struct dmsc_buf *b, uint32_t *seed)
{
	static const char *const tokens[] = { "01", "01", "0361626300",
	    "0300", "C3020001", "C30661626364656667", "8300", "8303", "0001",
	    "0000", "0241", "028FFFFFFF7F", "4001", "80", "43", "C0", "04",
	    "4400", "C401" };
	uint32_t i = draw(seed, 2 * DMSC_COUNT(tokens));

	if (i < DMSC_COUNT(tokens))
		return dmsc_hex_get(tokens[i], b);
	return dmsc_buf_u8(b, (5 + draw(seed, 0x3B)) |
	    (draw(seed, 2) != 0 ? 0x40 : 0) |
	    (draw(seed, 12) == 0 ? 0x80 : 0));
}

/* A document of a random language that libwbxml knows. */
static int
put_random(struct dmsc_buf *b, uint32_t *seed)
{
	static const char *const heads[] = { "0101", "0102", "0103", "0204",
	    "0305", "0306", "0307", "0308", "0309", "030A", "030B", "030C",
	    "030D", "030E", "030F", "0310", "0311", "0312", "029F51",
	    "029F52", "029F53", "02A000", "02A401", "02A402" };
	uint32_t n = 1 + draw(seed, 60);
	int r = dmsc_hex_get(heads[draw(seed, DMSC_COUNT(heads))], b);

	if (r == DMSC_E_OK)
		r = dmsc_hex_get(draw(seed, 3) != 0 ? "6A00" :
		    "6A0661620063640045", b);
	while (n-- > 0 && r == DMSC_E_OK)
		r = put_token(b, seed);
	for (n = draw(seed, 20); n > 0 && r == DMSC_E_OK; n--)
		r = dmsc_buf_u8(b, 1);
	return r;
}

/* What is let through, libwbxml returns from. */
static void
test_random(void)
{
	enum { ROUNDS = 50000 };
	struct dmsc_buf *b = dmsc_buf_new(MAX), *x = dmsc_buf_new(MAX);
	uint32_t seed = 1;
	unsigned i, read = 0;
	bool good = true;

	for (i = 0; i < ROUNDS && good; i++) {
		dmsc_buf_reset(b);
		dmsc_buf_reset(x);
		good = put_random(b, &seed) == DMSC_E_OK;
		if (!good || dmsc_lib_to_xml(dmsc_buf_rd(b), x, NULL) !=
		    DMSC_E_OK)
			continue;
		read++;
		dmsc_buf_reset(b);
		(void)!dmsc_lib_to_wbxml(dmsc_buf_rd(x), b, NULL);
	}
	ok(good && read > ROUNDS / 50, "random documents of all languages");
	printf("# %u of %u were read\n", read, i);
	dmsc_buf_free(&b);
	dmsc_buf_free(&x);
}

int
main(void)
{
	test_rows();
	test_tables();
	test_random();
	return tap_done();
}
