/* codec: faults of LwM2M and Client Provisioning documents are found, each by
 * its name and byte. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/cp.h"
#include "codec/lint.h"
#include "codec/lwm2m.h"
#include "codec/mutate.h"
#include "tap.h"

enum { DOC_MAX = 65536, FOUND_MAX = 64 };

#define URI "coaps://lwm2m.example"
static const char lwm2m[] = "{\"0\":{\"0\":{\"0\":\"" URI "\",\"1\":false,"
    "\"2\":0,\"3\":{\"text\":\"client-7\"},\"5\":{\"text\":"
    "\"0123456789abcdef\"},\"10\":101}},\"1\":{\"0\":{\"0\":101,"
    "\"1\":86400,\"6\":true,\"7\":\"U\"}}}";
#define BOOT(n) "\"" n "\":{\"0\":\"coaps://b.example\",\"1\":true,\"2\":0," \
	"\"3\":{" \
	"\"text\":\"i\"},\"5\":{\"text\":\"0123456789abcdef\"}}"

static const char cp[] = "<wap-provisioningdoc version=\"1.1\">"
    "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" value=\"n\"/>"
    "<parm name=\"NAME\" value=\"net\"/>"
    "<parm name=\"NAP-ADDRESS\" value=\"a.example\"/></characteristic>"
    "<characteristic type=\"PXLOGICAL\"><parm name=\"PROXY-ID\" value=\"p\"/>"
    "<characteristic type=\"PXPHYSICAL\"><parm name=\"PXADDR\" "
    "value=\"192.0.2.1\"/><parm name=\"TO-NAPID\" value=\"n\"/>"
    "</characteristic></characteristic>"
    "<characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>"
    "<parm name=\"PROVIDER-ID\" value=\"com.acme\"/>"
    "<parm name=\"TO-PROXY\" value=\"p\"/>"
    "<characteristic type=\"APPADDR\"><parm name=\"ADDR\" "
    "value=\"https://acme.example\"/><characteristic type=\"PORT\">"
    "<parm name=\"PORTNBR\" value=\"443\"/></characteristic>"
    "</characteristic>"
    "<characteristic type=\"APPAUTH\"><parm name=\"AAUTHLEVEL\" "
    "value=\"APPSRV\"/><parm name=\"AAUTHSECRET\" value=\"s\"/>"
    "<parm name=\"AAUTHDATA\" value=\"bm9uY2U=\"/></characteristic>"
    "<characteristic type=\"APPAUTH\"><parm name=\"AAUTHLEVEL\" "
    "value=\"CLIENT\"/></characteristic></characteristic>"
    "</wap-provisioningdoc>";

/* at: in hex for LwM2M, in text for CP: the finding's byte is where it
 * begins; NULL: anywhere. also: another rule that is broken. */
struct row {
	const char *from, *to, *rule, *at, *also;
};
static const struct row lwm2m_rows[] = {
	{ "{\"0\":{\"0\":{\"0\":\"" URI "\",\"1\":false,\"2\":0,\"3\":{"
	    "\"text\":\"client-7\"},\"5\":{\"text\":\"0123456789abcdef\"},"
	    "\"10\":101}},", "{", "no-security-object", "0001", "" },
	{ ",\"1\":{\"0\":{\"0\":101,\"1\":86400,\"6\":true,\"7\":\"U\"}}",
	    "", "no-server-object", "0800", "" },
	{ "{\"0\":101", "{\"0\":102", "no-server-object", "0800", "" },
	{ "0123456789abcdef", "0123456789", "psk-length", "C8050A", "" },
	{ ",\"5\":{\"text\":\"0123456789abcdef\"}", "", "key-missing",
	    "0800", "" },
	{ ",\"3\":{\"text\":\"client-7\"}", "", "key-missing", "0800", "" },
	{ "\"2\":0", "\"2\":1", "key-missing", "0800", "" },
	{ URI, "http://x.example", "server-uri", "C80010", "" },
	{ URI, "", "server-uri", "C000", "" },
	{ URI, "coap://x.example", "scheme-and-mode", "C80010", "" },
	{ "\"2\":0,", "", "security-mode", "0800", "" },
	{ "\"2\":0", "\"2\":3", "no-security", "C10203",
	    "scheme-and-mode" },
	{ "\"1\":false,", "", "resource-missing", "0800", "" },
	{ ",\"10\":101", "", "short-server-id", "0800", "" },
	{ ",\"10\":101", ",\"10\":0", "short-server-id", "C10A00", "" },
	{ "\"10\":101}}", "\"10\":101},\"1\":{\"0\":\"" URI "\",\"1\":false,"
	    "\"2\":0,\"3\":{\"text\":\"c\"},\"5\":{\"text\":"
	    "\"0123456789abcdef\"},\"10\":101}}", "short-server-id",
	    NULL, "" },
	{ "\"1\":86400,", "", "resource-missing", "080009", "" },
	{ "\"7\":\"U\"", "\"7\":\"U\",\"99\":{\"hex\":\"00\"}",
	    "resource-unknown", "C16300", "" },
	{ "\"10\":101}}", "\"10\":101}," BOOT("8") "," BOOT("9") "}",
	    "two-bootstrap-servers", NULL, "*" },
};

/* Files that no writer of ours makes. */
static const struct { const char *name, *hex, *rule; int at; } files[] = {
	{ "the sample of Nordic", "00010036000000003108002EC80025636F61703A2F"
	    "2F6C657368616E2E65636C6970736570726F6A656374732E696F3A35373833"
	    "C10101C10203FFFF", "no-security", 55 },
	{ "a mode of 7", "00010036000000003108002EC80025636F61703A2F"
	    "2F6C657368616E2E65636C6970736570726F6A656374732E696F3A35373833"
	    "C10101C10207FFFF", "security-mode", 55 },
	{ "a blob in the field", "C80016626F6F74702E696F742E742D6D6F62696C652E"
	    "636F6DC10101410100C80506313233343536C805096C776D326D40646469",
	    "no-file-header", 0 },
	{ "the same, twice", "C80016626F6F74702E696F742E742D6D6F62696C652E"
	    "636F6DC10101410100C80506313233343536C805096C776D326D40646469",
	    "resource-twice", 40 },
	{ "the same, alone", "C80016626F6F74702E696F742E742D6D6F62696C652E"
	    "636F6DC10101410100C80506313233343536C805096C776D326D40646469",
	    "resource-instance-alone", 28 },
	{ "a bool of two bytes", "00010036000000003108002EC80024636F61703A2F"
	    "2F6C657368616E2E65636C6970736570726F6A656374732E696F3A353738"
	    "C2010101C10203", "resource-type", 51 },
	{ "cut", "0001003600000000310800", "unknown-form", 0 },
};

static const struct row cp_rows[] = {
	{ "version=\"1.1\"", "version=\"3.1\"", "cp-version", "<wap-", "" },
	{ "\"APPADDR\"", "\"ADDRESS\"", "cp-characteristic",
	    "<characteristic type=\"ADDRESS", "cp-no-address" },
	{ "<parm name=\"APPID\" value=\"w7\"/>", "", "cp-no-appid",
	    "<characteristic type=\"APPLICATION", "" },
	{ "<parm name=\"PROVIDER-ID\" value=\"com.acme\"/>", "",
	    "cp-no-provider-id", "<characteristic type=\"APPLICATION", "" },
	{ "<parm name=\"ADDR\" value=\"https://acme.example\"/>", "",
	    "cp-no-address", "<characteristic type=\"APPLICATION", "" },
	{ "value=\"APPSRV\"", "value=\"SERVER\"", "cp-auth-level",
	    "<parm name=\"AAUTHLEVEL", "cp-credential" },
	{ "value=\"CLIENT\"", "value=\"OBEX\"", "cp-credential",
	    "<characteristic type=\"APPLICATION", "" },
	{ "bm9uY2U=", "nonce!", "cp-nonce", "<parm name=\"AAUTHDATA", "" },
	{ "value=\"443\"", "value=\"0\"", "cp-port", "<parm name=\"PORTNBR",
	    "" },
	{ "<parm name=\"NAP-ADDRESS\" value=\"a.example\"/>", "",
	    "cp-nap-incomplete", "<characteristic type=\"NAPDEF", "" },
	{ "<parm name=\"PXADDR\" value=\"192.0.2.1\"/>", "",
	    "cp-proxy-incomplete", "<characteristic type=\"PXLOGICAL", "" },
	{ "<parm name=\"TO-NAPID\" value=\"n\"/>",
	    "<parm name=\"TO-NAPID\" value=\"m\"/>", "dangling-conref",
	    "<parm name=\"TO-NAPID", "" },
	{ "<parm name=\"TO-PROXY\" value=\"p\"/>",
	    "<parm name=\"TO-PROXY\" value=\"q\"/>", "dangling-conref",
	    "<parm name=\"TO-PROXY", "" },
	{ "<characteristic type=\"PXLOGICAL\"><parm",
	    "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" value=\"n\""
	    "/><parm name=\"NAP-ADDRESS\" value=\"b\"/></characteristic>"
	    "<characteristic type=\"PXLOGICAL\"><parm", "cp-id-twice", NULL,
	    "" },
	{ "</wap-provisioningdoc>", "", "unreadable", NULL, "" },
};

static struct { enum dmsc_rule rule; size_t at; } found[FOUND_MAX];
static size_t n_found;

static int
keep(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	(void)node;
	(void)message;
	if (n_found < FOUND_MAX) {
		found[n_found].rule = rule;
		found[n_found++].at = at;
	}
	return DMSC_E_OK;
}

static void
lint(struct dmsc_rd r)
{
	struct dmsc_lint_out o = { .found = keep };

	n_found = 0;
	(void)dmsc_lint_document(r, true, &o);
}

static const char *
name_of(size_t i)
{
	return dmsc_rule(found[i].rule)->name;
}

static bool
bad(size_t i)
{
	return dmsc_rule(found[i].rule)->severity != DMSC_NOTE;
}

static bool
clean(void)
{
	size_t i;

	for (i = 0; i < n_found; i++)
		if (bad(i))
			return false;
	return true;
}

/* The rule is there at this byte (DMSC_NO_OFFSET: any), and no other fault
 * but also. */
static bool
only(const char *rule, size_t at, const char *also)
{
	bool hit = false, good = true;
	size_t i;

	for (i = 0; i < n_found; i++) {
		if (strcmp(name_of(i), rule) == 0)
			hit = hit || at == DMSC_NO_OFFSET ||
			    found[i].at == at;
		else if (bad(i) && strcmp(also, "*") != 0 &&
		    strcmp(name_of(i), also) != 0)
			good = false;
	}
	if (hit && good)
		return true;
	printf("# want %s at %zd\n", rule, (ssize_t)at);
	for (i = 0; i < n_found; i++)
		printf("# got %s at %zd\n", name_of(i),
		    (ssize_t)found[i].at);
	return false;
}

static size_t
position(struct dmsc_rd in, struct dmsc_rd what)
{
	size_t i;

	for (i = 0; i + what.left <= in.left; i++)
		if (dmsc_rd_eq(dmsc_rd_slice(in, i, what.left), what))
			return i;
	return SIZE_MAX - 1;
}

static bool
to_file(struct dmsc_rd json, struct dmsc_buf *out)
{
	struct dmsc_tree *t = dmsc_tree_new(DOC_MAX);
	struct dmsc_err e = { 0 };
	bool good = t != NULL &&
	    dmsc_lwm2m_read_json(json, t, &e) == DMSC_E_OK &&
	    dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), out, &e) == DMSC_E_OK;

	if (!good)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_tree_free(&t);
	return good;
}

static void
lwm2m_faults(struct dmsc_buf *text, struct dmsc_buf *b, struct dmsc_buf *hex)
{
	size_t i, at;

	ok(to_file(dmsc_rd_str(lwm2m), b), "a clean file");
	lint(dmsc_buf_rd(b));
	ok(clean(), "it has no fault");
	ok(dmsc_lint_has_secret(dmsc_buf_rd(b)), "it has a secret");
	lint(dmsc_rd_str(lwm2m));
	ok(clean(), "its JSON has none");
	for (i = 0; i < DMSC_COUNT(lwm2m_rows); i++) {
		const struct row *row = &lwm2m_rows[i];

		dmsc_buf_reset(b);
		dmsc_buf_reset(hex);
		if (!ok(mutate_text(lwm2m, row->from, row->to, text) &&
		    to_file(dmsc_buf_rd(text), b) && (row->at == NULL ||
		    dmsc_hex_get(row->at, hex) == DMSC_E_OK), row->rule))
			continue;
		lint(dmsc_buf_rd(b));
		at = row->at == NULL ? DMSC_NO_OFFSET :
		    strcmp(row->at, "0001") == 0 ? 0 :
		    position(dmsc_buf_rd(b), dmsc_buf_rd(hex));
		ok(only(row->rule, at, row->also), row->rule);
		lint(dmsc_buf_rd(text));
		ok(only(row->rule, DMSC_NO_OFFSET, row->also), "as JSON");
	}
}

static bool
returns(struct dmsc_rd in)
{
	lint(in);
	return true;
}

static void
lwm2m_files(struct dmsc_buf *b)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(files); i++) {
		dmsc_buf_reset(b);
		if (!ok(dmsc_hex_get(files[i].hex, b) == DMSC_E_OK,
		    files[i].name))
			continue;
		lint(dmsc_buf_rd(b));
		ok(only(files[i].rule, (size_t)files[i].at, "*"),
		    files[i].name);
		ok(mutate(dmsc_buf_rd(b), returns), "cut and flipped");
	}
	dmsc_buf_reset(b);
	ok(dmsc_hex_get("00017FFF00000000007FF8", b) == DMSC_E_OK &&
	    dmsc_buf_fill(b, 0xC0, 33000) == DMSC_E_OK, "too large");
	b->p[2] = 0x80;
	b->p[3] = 0x05;
	b->p[7] = 0x80;
	b->p[8] = 0x00;
	lint(dmsc_buf_rd(b));
	ok(only("over-32-kb", 32768, ""), "over-32-kb");
}

static bool
to_wbxml(struct dmsc_rd xml, struct dmsc_buf *out)
{
	struct dmsc_tree *t = dmsc_tree_new(DOC_MAX);
	bool good = t != NULL && dmsc_cp_read_xml(xml, t, NULL) ==
	    DMSC_E_OK && dmsc_cp_write_wbxml(t, out, NULL) == DMSC_E_OK;

	dmsc_tree_free(&t);
	return good;
}

static void
cp_faults(struct dmsc_buf *text, struct dmsc_buf *b)
{
	size_t i, at;

	lint(dmsc_rd_str(cp));
	ok(clean(), "a clean document has no fault");
	for (i = 0; i < DMSC_COUNT(cp_rows); i++) {
		const struct row *row = &cp_rows[i];

		if (!ok(mutate_text(cp, row->from, row->to, text), row->rule))
			continue;
		at = row->at == NULL ? DMSC_NO_OFFSET : position(
		    dmsc_buf_rd(text), dmsc_rd_str(row->at));
		lint(dmsc_buf_rd(text));
		ok(only(row->rule, at, row->also), row->rule);
		dmsc_buf_reset(b);
		if (!to_wbxml(dmsc_buf_rd(text), b))
			continue;
		lint(dmsc_buf_rd(b));
		ok(only(row->rule, DMSC_NO_OFFSET, row->also), "in WBXML");
	}
}

/* PORTNBR with its value 0, by tokens: parm, page 1, the two of them. */
static void
cp_bytes(struct dmsc_buf *text, struct dmsc_buf *b)
{
	const struct row row = { "value=\"443\"", "value=\"x\"", "cp-port",
	    NULL, "" };
	size_t at;

	dmsc_buf_reset(b);
	ok(mutate_text(cp, row.from, row.to, text) &&
	    to_wbxml(dmsc_buf_rd(text), b),
	    "a port in WBXML");
	at = position(dmsc_buf_rd(b), dmsc_rd_of("\x06\x03x\x00", 4));
	if (at >= b->len)	/* parm, attribute tokens, then the string */
		at = position(dmsc_buf_rd(b), dmsc_rd_of("\x03x\x00", 3));
	while (at > 0 && b->p[at] != 0x87)
		at--;
	lint(dmsc_buf_rd(b));
	ok(only("cp-port", at, ""), "its parm begins at the byte");
	ok(mutate(dmsc_buf_rd(b), returns), "cut and flipped");
	dmsc_buf_reset(b);
	ok(to_wbxml(dmsc_rd_str(cp), b) && dmsc_lint_has_secret(
	    dmsc_buf_rd(b)), "it has a secret");
}

int
main(void)
{
	struct dmsc_buf *text = dmsc_buf_new(DOC_MAX);
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	struct dmsc_buf *hex = dmsc_buf_new(DOC_MAX);

	lwm2m_faults(text, b, hex);
	lwm2m_files(b);
	cp_faults(text, b);
	cp_bytes(text, b);
	dmsc_buf_free(&text);
	dmsc_buf_free(&b);
	dmsc_buf_free(&hex);
	return tap_done();
}
