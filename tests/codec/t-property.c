/*
 * codec: properties on random documents: what is written reads back as it
 * was, what is read writes back byte for byte, and libwbxml agrees, but for
 * its known losses, which have a table. DMSC_SEED=N begins elsewhere;
 * DMSC_HARD=1 (make hard) draws a hundred thousand.
 */
#include <stdlib.h>
#include <string.h>

#include <dmsc/convert.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/convert.h"
#include "codec/cp.h"
#include "codec/docs.h"
#include "codec/trees.h"
#include "tap.h"

enum { SOME = 1000, MANY = 100000, NAME = 160 };

struct world {
	uint32_t first, n;
	struct dmsc_buf *a, *b, *c;
	struct dmsc_err e;
};

static uint32_t
first_seed(void)
{
	const char *v = getenv("DMSC_SEED");
	uint64_t n;

	return v != NULL && dmsc_num(v, 10, UINT32_MAX, &n) == DMSC_E_OK ?
	    (uint32_t)n : 1;
}

/* Time stamps and version numbers on some nodes. */
static bool
stamp(uint32_t *seed, struct dmsc_tree *t, struct dmsc_node *n)
{
	struct dmsc_node *c;
	int r = DMSC_E_OK;

	if (dmsc_node_parent(n) != NULL && trees_draw(seed, 4) == 0)
		r = dmsc_node_set_tstamp(t, n, "20260102T030405Z");
	if (r == DMSC_E_OK && dmsc_node_parent(n) != NULL &&
	    trees_draw(seed, 4) == 0)
		r = dmsc_node_set_verno(t, n, (int)trees_draw(seed, 65536));
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		if (!stamp(seed, t, c))
			return false;
	return r == DMSC_E_OK;
}

static struct dmsc_tree *
draw(enum cv_kind kind, uint32_t seed, unsigned flags)
{
	struct dmsc_tree *t;

	seed *= 2654435761u;
	if (kind == CV_CP)
		return docs_cp(seed);
	if (kind == CV_LWM2M)
		return docs_lwm2m(&seed);
	t = trees_random(seed, flags, 1 + seed % 25);
	if (t != NULL && !stamp(&seed, t, dmsc_tree_root(t)))
		dmsc_tree_free(&t);
	return t;
}

/* Reads r as form f to a tree that must be t, order and all. */
static bool
reads_to(struct world *w, struct dmsc_rd r, enum dmsc_form f,
    const struct dmsc_tree *t)
{
	struct cv_doc d;
	bool good = dmsc_cv_read(r, f, &d, &w->e) == DMSC_E_OK &&
	    d.t != NULL && dmsc_cv_same(dmsc_tree_root(t),
	    dmsc_tree_root(d.t), f, &w->e) == DMSC_E_OK;

	dmsc_cv_clear(&d);
	return good;
}

/* Decode after encode; encode after decode. */
static bool
there_and_back(struct world *w, const struct dmsc_tree *t,
    enum cv_kind kind, enum dmsc_form f)
{
	struct cv_doc d;
	bool good;

	dmsc_buf_reset(w->a);
	dmsc_buf_reset(w->b);
	if (dmsc_cv_write(t, kind, f, w->a, &w->e) != DMSC_E_OK ||
	    !reads_to(w, dmsc_buf_rd(w->a), f, t))
		return false;
	good = dmsc_cv_read(dmsc_buf_rd(w->a), f, &d, &w->e) == DMSC_E_OK &&
	    dmsc_cv_write(d.t, kind, f, w->b, &w->e) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(w->a), dmsc_buf_rd(w->b));
	dmsc_cv_clear(&d);
	return good;
}

/* The form is the one that is recognised, but for a file of no objects. */
static bool
recognised(struct world *w, const struct dmsc_tree *t, enum cv_kind kind,
    enum dmsc_form f)
{
	enum dmsc_form g = dmsc_form_guess(dmsc_buf_rd(w->a));

	if (kind == CV_LWM2M && dmsc_tree_count(t) == 0)
		return true;
	return g == f && dmsc_cv_kind(g, dmsc_buf_rd(w->a)) == kind;
}

static const struct form {
	enum cv_kind kind;
	enum dmsc_form form;
} forms[] = {
	{ CV_DM, DMSC_FORM_TNDS }, { CV_DM, DMSC_FORM_TNDS_WBXML },
	{ CV_DM, DMSC_FORM_SYNCML }, { CV_DM, DMSC_FORM_SYNCML_WBXML },
	{ CV_DM, DMSC_FORM_JSON }, { CV_CP, DMSC_FORM_CP },
	{ CV_CP, DMSC_FORM_CP_WBXML }, { CV_CP, DMSC_FORM_JSON },
	{ CV_LWM2M, DMSC_FORM_LWM2M }, { CV_LWM2M, DMSC_FORM_JSON },
};
static const char *const kinds[] = { "DM", "provisioning", "LwM2M" };

static void
test_identity(struct world *w)
{
	struct dmsc_tree *t;
	char name[NAME];
	size_t i;
	uint32_t k;
	bool good, known;

	for (i = 0; i < DMSC_COUNT(forms); i++) {
		good = known = true;
		for (k = w->first; k < w->first + w->n && good && known; k++) {
			t = draw(forms[i].kind, k, TREES_BINARY |
			    TREES_SPACES | TREES_TITLES | TREES_EMPTY);
			good = t != NULL && there_and_back(w, t,
			    forms[i].kind, forms[i].form);
			known = !good || recognised(w, t, forms[i].kind,
			    forms[i].form);
			dmsc_tree_free(&t);
		}
		(void)snprintf(name, sizeof name, "%s as %s, there and back",
		    kinds[forms[i].kind], dmsc_form_name(forms[i].form));
		if (!ok(good && known, name))
			printf("# DMSC_SEED=%u: %s, %s, %s\n", k - 1,
			    w->e.message, w->e.where, w->e.why);
	}
}

/* From one form through all others of its kind, and back: the same bytes. */
static void
test_chain(struct world *w)
{
	struct dmsc_tree *t;
	struct dmsc_conversion *c = NULL;
	struct dmsc_convert_opts o = { NULL, NULL, false };
	bool good = true;
	uint32_t k;
	size_t i;

	for (k = w->first; k < w->first + w->n / 4 && good; k++) {
		t = draw(CV_DM, k, TREES_BINARY | TREES_SPACES |
		    TREES_TITLES | TREES_EMPTY);
		dmsc_buf_reset(w->a);
		dmsc_buf_reset(w->b);
		good = dmsc_cv_write(t, CV_DM, DMSC_FORM_JSON, w->a, &w->e)
		    == 0 && dmsc_buf_put(w->b, dmsc_buf_rd(w->a)) == 0;
		for (i = 0; i < 5 && good; i++) {
			o.to = dmsc_form_name(forms[i].form);
			dmsc_buf_reset(w->c);
			good = dmsc_convert(dmsc_buf_rd(w->b), &o, w->c, &c,
			    &w->e) == DMSC_E_OK && c->n_warnings == 0;
			dmsc_buf_reset(w->b);
			good = good && dmsc_buf_put(w->b,
			    dmsc_buf_rd(w->c)) == 0;
			dmsc_view_free(&dmsc_conversion_view, c);
			c = NULL;
		}
		good = good && dmsc_rd_eq(dmsc_buf_rd(w->a),
		    dmsc_buf_rd(w->b));
		dmsc_tree_free(&t);
	}
	if (!ok(good, "through every form of DM"))
		printf("# DMSC_SEED=%u: %s, %s, %s\n", k - 1, w->e.message,
		    w->e.where, w->e.why);
}

/* What we write, libwbxml reads to the same; what it writes, we read. */
static bool
lib_agrees(struct world *w, const struct dmsc_tree *t, enum cv_kind kind,
    enum dmsc_form xml, enum dmsc_form wbxml)
{
	dmsc_buf_reset(w->a);
	dmsc_buf_reset(w->b);
	if (dmsc_cv_write(t, kind, wbxml, w->a, &w->e) != DMSC_E_OK ||
	    dmsc_lib_to_xml(dmsc_buf_rd(w->a), w->b, &w->e) != DMSC_E_OK ||
	    !reads_to(w, dmsc_buf_rd(w->b), xml, t))
		return false;
	dmsc_buf_reset(w->a);
	dmsc_buf_reset(w->b);
	return dmsc_cv_write(t, kind, xml, w->a, &w->e) == DMSC_E_OK &&
	    dmsc_lib_to_wbxml(dmsc_buf_rd(w->a), w->b, &w->e) == DMSC_E_OK &&
	    reads_to(w, dmsc_buf_rd(w->b), wbxml, t);
}

static void
test_lib(struct world *w)
{
	static const struct {
		const char *name;
		enum cv_kind kind;
		enum dmsc_form xml, wbxml;
	} rows[] = {
		{ "libwbxml agrees on TNDS", CV_DM, DMSC_FORM_TNDS,
		    DMSC_FORM_TNDS_WBXML },
		{ "libwbxml agrees on messages", CV_DM, DMSC_FORM_SYNCML,
		    DMSC_FORM_SYNCML_WBXML },
		{ "libwbxml agrees on provisioning", CV_CP, DMSC_FORM_CP,
		    DMSC_FORM_CP_WBXML },
	};
	struct dmsc_tree *t;
	uint32_t k;
	size_t i;
	bool good;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		good = true;
		for (k = w->first; k < w->first + w->n && good; k++) {
			t = draw(rows[i].kind, k, TREES_TITLES | TREES_EMPTY);
			good = t != NULL && lib_agrees(w, t, rows[i].kind,
			    rows[i].xml, rows[i].wbxml);
			dmsc_tree_free(&t);
		}
		if (!ok(good, rows[i].name))
			printf("# DMSC_SEED=%u: %s, %s, %s\n", k - 1,
			    w->e.message, w->e.where, w->e.why);
	}
}

/*
 * Bytes of reference oma-dm.md 3.6 and of xml2wbxml 0.11.8, and the text that
 * wbxml2xml gives for them. exact: we write the same bytes (in provisioning we
 * leave out what two numberings of tokens make unsafe).
 */
static const struct {
	const char *name;
	bool exact;
	const char *hex, *xml;
} goldens[] = {
	{ "TNDS of two nodes", true,
	    "0200006A1B2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F45"
	    "4E000002607703312E3200016466034100016F5C2501755103782F312E30"
	    "2F41000101016466034200016F5C0B01756103746578742F706C61696E00"
	    "010101760368690001010101",
	    "<?xml version=\"1.0\"?>"
	    "<!DOCTYPE MgmtTree PUBLIC \"-//OMA//DTD-DM-DDF 1.2//EN\""
	    " \"http://www.openmobilealliance.org/tech/DTD/dm_ddf-v1_"
	    "2.dtd\"><MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2"
	    "</VerDTD><Node><NodeName>A</NodeName><RTProperties>"
	    "<Format><node/></Format><Type><DDFName>x/1.0/A</DDFName>"
	    "</Type></RTProperties><Node><NodeName>B</NodeName>"
	    "<RTProperties><Format><chr/></Format><Type><MIME>"
	    "text/plain</MIME></Type></RTProperties><Value>hi</Value>"
	    "</Node></Node></MgmtTree>" },
	{ "a Get in 71 bytes", true,
	    "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B"
	    "033100016E57036400010167570373000101016B534B03310001546E5703"
	    "2E2F410001010101120101",
	    "<?xml version=\"1.0\"?>"
	    "<!DOCTYPE SyncML PUBLIC \"-//SYNCML//DTD SyncML 1.2//EN"
	    "\" \"http://www.openmobilealliance.org/tech/DTD/OMA-TS-S"
	    "yncML_RepPro_DTD-V1_2.dtd\">"
	    "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>1.2"
	    "</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1"
	    "</SessionID><MsgID>1</MsgID><Target><LocURI>d</LocURI>"
	    "</Target><Source><LocURI>s</LocURI></Source></SyncHdr>"
	    "<SyncBody><Get><CmdID>1</CmdID><Item><Target><LocURI>./A"
	    "</LocURI></Target></Item></Get><Final/></SyncBody>"
	    "</SyncML>" },
	{ "provisioning", false,
	    "030B6A00C54503312E310001C60001550187360000060377370001870001"
	    "3800000603636F6D2E61636D652E646D0001870503494E49540001C60001"
	    "57018733000006000193010101C600005501871106034E310001871006AB"
	    "010101",
	    "<?xml version=\"1.0\"?>"
	    "<!DOCTYPE wap-provisioningdoc PUBLIC \"-//WAPFORUM//DTD "
	    "PROV 1.0//EN\" \"http://www.wapforum.org/DTD/prov.dtd\">"
	    "<wap-provisioningdoc version=\"1.1\">"
	    "<characteristic type=\"APPLICATION\">"
	    "<parm name=\"APPID\" value=\"w7\"/>"
	    "<parm name=\"PROVIDER-ID\" value=\"com.acme.dm\"/>"
	    "<parm name=\"INIT\"/><characteristic type=\"APPAUTH\">"
	    "<parm name=\"AAUTHTYPE\" value=\"DIGEST\"/>"
	    "</characteristic></characteristic>"
	    "<characteristic type=\"NAPDEF\">"
	    "<parm name=\"NAPID\" value=\"N1\"/>"
	    "<parm name=\"BEARER\" value=\"GSM-GPRS\"/>"
	    "</characteristic></wap-provisioningdoc>" },
};

static void
test_golden(struct world *w)
{
	struct dmsc_convert_opts to_xml = { NULL, "xml", false },
	    to_wbxml = { NULL, "wbxml", false };
	struct dmsc_conversion *c = NULL;
	struct dmsc_rd xml;
	size_t i;

	for (i = 0; i < DMSC_COUNT(goldens); i++) {
		xml = dmsc_rd_str(goldens[i].xml);
		dmsc_buf_reset(w->a);
		dmsc_buf_reset(w->b);
		dmsc_buf_reset(w->c);
		ok(dmsc_hex_get(goldens[i].hex, w->a) == DMSC_E_OK &&
		    dmsc_convert(dmsc_buf_rd(w->a), &to_xml, w->b, &c,
		    &w->e) == DMSC_E_OK && dmsc_cv_same_xml(xml,
		    dmsc_buf_rd(w->b), &w->e) == DMSC_E_OK,
		    goldens[i].name);
		dmsc_view_free(&dmsc_conversion_view, c);
		c = NULL;
		ok(dmsc_convert(xml, &to_wbxml, w->c, &c, &w->e) ==
		    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(w->a),
		    dmsc_buf_rd(w->c)) == goldens[i].exact, "and back");
		dmsc_view_free(&dmsc_conversion_view, c);
		c = NULL;
		dmsc_buf_reset(w->b);
		ok(dmsc_lib_to_xml(dmsc_buf_rd(w->c), w->b, &w->e) ==
		    DMSC_E_OK && dmsc_cv_same_xml(xml, dmsc_buf_rd(w->b),
		    &w->e) == DMSC_E_OK, "read by libwbxml");
	}
}

#define MESSAGE(data) "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><VerDTD>" \
	"1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>" \
	"<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>s" \
	"</LocURI></Source></SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item>" \
	"<Target><LocURI>./A</LocURI></Target><Data>" data "</Data></Item>" \
	"</Add><Final/></SyncBody></SyncML>"
#define TNDS(value) "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>" \
	"<Node><NodeName>A</NodeName><RTProperties><Format><chr/></Format>" \
	"<Type><MIME>text/plain</MIME></Type></RTProperties><Value>" value \
	"</Value></Node></MgmtTree>"
/* A message of ours up to Data, which is open, and from its end. */
#define HEAD "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B03" \
	"3100016E57036400010167570373000101016B454B0331000154" \
	"6E57032E2F4100010" "14F"
#define TAIL "0101011201" "01"
/* The header of a TNDS document. */
#define FPI "0200006A1B2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E00"
/* VerDTD, and a Node that is open, up to its Value. */
#define PROPS "6F5C0B01756103780001" "0101"
#define NODE "7703312E320001" "64660341" "0001" PROPS

/* What libwbxml changes, or cannot read (reference 3.7), and we do not: the
 * value of ./A by it (NULL: none that can be read) and by us. */
static const struct loss {
	const char *name;
	const char *doc;	/* hex: is WBXML */
	const char *lib, *ours;
} losses[] = {
	{ "a CR in a value becomes LF", "hex:" FPI "000260" NODE
	    "7603610D62" "00010101", "a\nb", "a\rb" },
	{ "a LF in an Add becomes CRLF", MESSAGE("a\nb"), "a\r\nb", "a\nb" },
	{ "the end of a CDATA section breaks the XML",
	    "hex:" HEAD "0361" "5D5D3E62" "00" TAIL, NULL, "a]]>b" },
	{ "TNDS on code page 2 is not known", "hex:" HEAD "0002607703312E32"
	    "00016426" PROPS "760361620001" "0101" "0000" TAIL, "1.2xab",
	    "ab" },
	{ "a document without an identifier", "hex:02016A00000260" NODE
	    "7603616200010101", NULL, "ab" },
	{ "nothing is changed", TNDS("ab"), "ab", "ab" },
	{ "nothing is changed in a message", MESSAGE(" ab "), " ab ",
	    " ab " },
};

static bool
gives(struct world *w, struct dmsc_rd r, const char *want)
{
	struct dmsc_tree *t = NULL;
	const struct dmsc_node *n;
	bool good;

	if (dmsc_tree_parse(r, &t, NULL, &w->e) != DMSC_E_OK)
		return want == NULL;
	n = dmsc_tree_find(t, "A");
	good = want == NULL ? n == NULL ||
	    dmsc_node_format(n) == DMSC_FMT_NODE : n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), want);
	dmsc_tree_free(&t);
	return good;
}

static void
test_losses(struct world *w)
{
	struct dmsc_convert_opts o = { NULL, NULL, false };
	size_t i;

	for (i = 0; i < DMSC_COUNT(losses); i++) {
		const struct loss *l = &losses[i];
		bool hex = strncmp(l->doc, "hex:", 4) == 0;
		struct dmsc_conversion *c = NULL;
		int r;

		dmsc_buf_reset(w->a);
		dmsc_buf_reset(w->b);
		dmsc_buf_reset(w->c);
		r = hex ? dmsc_hex_get(l->doc + 4, w->a) :
		    dmsc_buf_str(w->a, l->doc);
		ok(r == DMSC_E_OK && gives(w, dmsc_buf_rd(w->a), l->ours),
		    l->name);
		r = hex ? dmsc_lib_to_xml(dmsc_buf_rd(w->a), w->b, &w->e) :
		    dmsc_lib_to_wbxml(dmsc_buf_rd(w->a), w->b, &w->e);
		ok(r == DMSC_E_OK ? gives(w, dmsc_buf_rd(w->b), l->lib) :
		    l->lib == NULL, "by libwbxml");
		o.to = hex ? "xml" : "wbxml";
		ok(dmsc_convert(dmsc_buf_rd(w->a), &o, w->c, &c, &w->e) ==
		    DMSC_E_OK && gives(w, dmsc_buf_rd(w->c), l->ours),
		    "by convert");
		dmsc_view_free(&dmsc_conversion_view, c);
	}
}

int
main(void)
{
	const char *hard = getenv("DMSC_HARD");
	struct world w = { .n = hard != NULL && *hard == '1' ? MANY : SOME,
	    .a = dmsc_buf_new(TREE_MAX), .b = dmsc_buf_new(TREE_MAX),
	    .c = dmsc_buf_new(TREE_MAX) };

	w.first = first_seed();
	test_identity(&w);
	test_chain(&w);
	test_lib(&w);
	test_golden(&w);
	test_losses(&w);
	dmsc_buf_free(&w.a);
	dmsc_buf_free(&w.b);
	dmsc_buf_free(&w.c);
	return tap_done();
}
