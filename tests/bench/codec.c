/*
 * Speed of the codecs: MB/s of XML. Each document is one tree in all its
 * forms; its XML is what the megabytes count, whatever the form, so that the
 * rows can be held against each other and against expat, which parses that
 * XML with handlers that count. Decoding ends in a tree and frees it, encoding
 * begins with one. Rounds are interleaved; a ratio is the median of the
 * rounds' ratios. Client Provisioning is measured in its own XML.
 */
#include <expat.h>
#include <stdio.h>
#include <string.h>
#include <wbxml/wbxml.h>

#include <dmsc/json.h>

#include "base/text.h"
#include "bench/content.h"
#include "bench/stat.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/lwm2m.h"

enum { ROUNDS = 7, KB = 1024, MB = 1024 * KB, STEP_MS = 4 };

/* A form of documents, as this measures it. */
struct form {
	const char *name;
	int (*decode)(struct dmsc_rd in);
	int (*encode)(const struct dmsc_tree *t, struct dmsc_buf *out);
	double aim;		/* share of expat's speed; 0: none */
	size_t most;		/* bytes of XML; 0: no end */
};
struct family {
	const char *name;
	int (*fill)(struct dmsc_tree *t, unsigned i);
	int (*xml)(const struct dmsc_tree *t, struct dmsc_buf *out);
	const struct form *forms;
	size_t n_forms;
};

static unsigned long seen;	/* what expat told */

static void XMLCALL
on_open(void *arg, const XML_Char *name, const XML_Char **atts)
{
	(void)arg;
	(void)name;
	(void)atts;
	seen++;
}

static void XMLCALL
on_close(void *arg, const XML_Char *name)
{
	(void)arg;
	(void)name;
	seen++;
}

static void XMLCALL
on_text(void *arg, const XML_Char *s, int n)
{
	(void)arg;
	(void)s;
	seen += (unsigned long)n;
}

static int
expat(struct dmsc_rd in)
{
	XML_Parser p = XML_ParserCreate(NULL);
	int r;

	if (p == NULL)
		return DMSC_E_NOMEM;
	XML_SetElementHandler(p, on_open, on_close);
	XML_SetCharacterDataHandler(p, on_text);
	r = XML_Parse(p, (const char *)in.p, (int)in.left, 1) ==
	    XML_STATUS_OK ? DMSC_E_OK : DMSC_E_FORMAT;
	XML_ParserFree(p);
	return r;
}

static int
tree_decode(struct dmsc_rd in)
{
	struct dmsc_tree *t = NULL;
	enum dmsc_form f;
	int r = dmsc_tree_parse(in, &t, &f, NULL);

	dmsc_tree_free(&t);
	return r;
}

static int
boot_decode(struct dmsc_rd in)
{
	struct dmsc_boot *b = NULL;
	int r = dmsc_boot_read(in, &b, NULL, NULL);

	dmsc_boot_free(&b);
	return r;
}

static int
boot_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	struct dmsc_boot *b = dmsc_boot_new();
	int r = b == NULL ? DMSC_E_NOMEM :
	    dmsc_boot_write(b, t, out, NULL);

	dmsc_boot_free(&b);
	return r;
}

static int
tnds_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_tnds_write_xml(dmsc_tree_root(t), false, false, out);
}

static int
wbxml_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, out);
}

static int
json_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_json_node(dmsc_tree_root(t), -1, out);
}

/* Fills a tree of its own by read and frees it. */
static int
own_tree(struct dmsc_rd in, int (*read)(struct dmsc_rd in,
    struct dmsc_tree *t))
{
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	int r = t == NULL ? DMSC_E_NOMEM : read(in, t);

	dmsc_tree_free(&t);
	return r;
}

static int
cp_wbxml_read(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_cp_read_wbxml(in, t, NULL, NULL);
}

static int
cp_wbxml_decode(struct dmsc_rd in)
{
	return own_tree(in, cp_wbxml_read);
}

static int
cp_wbxml_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_cp_write_wbxml(t, out, NULL);
}

static int
cp_read(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_cp_read_xml(in, t, NULL);
}

static int
cp_decode(struct dmsc_rd in)
{
	return own_tree(in, cp_read);
}

static int
cp_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_cp_write_xml(t, out, NULL);
}

static int
lwm2m_read(struct dmsc_rd in, struct dmsc_tree *t)
{
	size_t used;
	bool bare;

	return dmsc_lwm2m_read(in, t, &used, &bare, NULL);
}

static int
lwm2m_decode(struct dmsc_rd in)
{
	return own_tree(in, lwm2m_read);
}

static int
lwm2m_encode(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	return dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), out, NULL);
}

static int
lwm2m_json_read(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_lwm2m_read_json(in, t, NULL);
}

static int
lwm2m_json_decode(struct dmsc_rd in)
{
	return own_tree(in, lwm2m_json_read);
}

/* libwbxml works from XML text to WBXML and back: that is another job, the
 * nearest that it has. It is the neighbour here, not a part of dmsc. */
static int
lib_decode(struct dmsc_rd in)
{
	WBXMLConvWBXML2XML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err = wbxml_conv_wbxml2xml_create(&c);

	if (err != WBXML_OK)
		return DMSC_E_NOMEM;
	wbxml_conv_wbxml2xml_set_gen_type(c, WBXML_GEN_XML_COMPACT);
	err = wbxml_conv_wbxml2xml_run(c, (WB_UTINY *)(uintptr_t)in.p,
	    (WB_ULONG)in.left, &p, &n);
	wbxml_conv_wbxml2xml_destroy(c);
	free(p);
	return err == WBXML_OK ? DMSC_E_OK : DMSC_E_FORMAT;
}

static int
lib_run(struct dmsc_rd xml, struct dmsc_buf *out)
{
	WBXMLConvXML2WBXML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err = wbxml_conv_xml2wbxml_create(&c);
	int r = DMSC_E_FORMAT;

	if (err != WBXML_OK)
		return DMSC_E_NOMEM;
	wbxml_conv_xml2wbxml_set_version(c, WBXML_VERSION_12);
	wbxml_conv_xml2wbxml_disable_string_table(c);
	err = wbxml_conv_xml2wbxml_run(c, (WB_UTINY *)(uintptr_t)xml.p,
	    (WB_ULONG)xml.left, &p, &n);
	wbxml_conv_xml2wbxml_destroy(c);
	if (err == WBXML_OK)
		r = dmsc_buf_put(out, dmsc_rd_of(p, n));
	free(p);
	return r;
}

static const struct form tnds_forms[] = {
	{ "tnds", tree_decode, tnds_encode, 0.5, 0 },
	{ "tnds-wbxml", tree_decode, wbxml_encode, 1, 0 },
	{ "syncml-wbxml", boot_decode, boot_encode, 1, 0 },
	{ "json", tree_decode, json_encode, 0, 0 },
	{ "libwbxml, tnds", lib_decode, NULL, 0, 0 },
};
static const struct form cp_forms[] = {
	{ "cp", cp_decode, cp_encode, 0, 0 },
	{ "cp-wbxml", cp_wbxml_decode, cp_wbxml_encode, 1, 0 },
};
static const struct form lwm2m_forms[] = {
	{ "lwm2m", lwm2m_decode, lwm2m_encode, 0, 0 },
	{ "lwm2m, json", lwm2m_json_decode, dmsc_lwm2m_write_json, 0, 0 },
};

static int
add_text(struct dmsc_tree *t, const char *uri, const char *value)
{
	return dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL, dmsc_rd_str(value),
	    NULL);
}

/* An access point, as a provisioning document has it. */
static int
fill_cp(struct dmsc_tree *t, unsigned i)
{
	static const struct { const char *name, *value; } parms[] = {
		{ "NAPID", "internet" }, { "NAME", "Operator X internet" },
		{ "BEARER", "GSM-GPRS" }, { "NAP-ADDRESS", "internet.x.org" },
		{ "NAP-ADDRTYPE", "APN" }, { "DNS-ADDR", "192.0.2.53" },
	};
	char top[24], uri[64];
	size_t k;
	int r = DMSC_E_OK;

	(void)snprintf(top, sizeof top, i == 0 ? "NAPDEF" : "NAPDEF~%u",
	    i + 1);
	for (k = 0; k < DMSC_COUNT(parms) && r == DMSC_E_OK; k++) {
		(void)snprintf(uri, sizeof uri, "%s/%s", top, parms[k].name);
		r = add_text(t, uri, parms[k].value);
	}
	return r;
}

/* A server's account: its Security object instance. */
static int
fill_lwm2m(struct dmsc_tree *t, unsigned i)
{
	char uri[32];
	int r;

	(void)snprintf(uri, sizeof uri, "0/%u/0", i);
	if ((r = add_text(t, uri, "coaps://server.example.org:5684")) !=
	    DMSC_E_OK)
		return r;
	(void)snprintf(uri, sizeof uri, "0/%u/2", i);
	r = dmsc_tree_add(t, uri, DMSC_FMT_INT, NULL, dmsc_rd_str("0"), NULL);
	if (r != DMSC_E_OK)
		return r;
	(void)snprintf(uri, sizeof uri, "0/%u/5", i);
	return dmsc_tree_add(t, uri, DMSC_FMT_BIN, NULL,
	    dmsc_rd_str("0123456789abcdef"), NULL);
}

static const struct family families[] = {
	{ "accounts of a device", content_account, tnds_encode, tnds_forms,
	    DMSC_COUNT(tnds_forms) },
	{ "access points", fill_cp, cp_encode, cp_forms,
	    DMSC_COUNT(cp_forms) },
	{ "LwM2M servers", fill_lwm2m, tnds_encode, lwm2m_forms,
	    DMSC_COUNT(lwm2m_forms) },
};

enum { FORMS_MAX = 8 };
struct doc {
	const struct family *f;
	struct dmsc_tree *t;
	struct dmsc_buf *xml, *bytes[FORMS_MAX];
	bool on[FORMS_MAX];	/* can be measured at this size */
	double expat[ROUNDS];
	double de[FORMS_MAX][ROUNDS], en[FORMS_MAX][ROUNDS];
};

/* A tree whose XML is as near below size as whole units allow. */
static int
grow(struct doc *d, size_t size)
{
	size_t one, two, i, n;
	int r = d->f->fill(d->t, 0);

	if (r == DMSC_E_OK)
		r = d->f->xml(d->t, d->xml);
	if (r != DMSC_E_OK || d->xml->len * 2 > size)
		return r;
	one = d->xml->len;
	dmsc_buf_reset(d->xml);
	if ((r = d->f->fill(d->t, 1)) == DMSC_E_OK)
		r = d->f->xml(d->t, d->xml);
	two = d->xml->len - one;
	n = size / (two + 24);
	for (i = 2; i < n && r == DMSC_E_OK; i++)
		r = d->f->fill(d->t, (unsigned)i);
	dmsc_buf_reset(d->xml);
	return r != DMSC_E_OK ? r : d->f->xml(d->t, d->xml);
}

static int
prepare(struct doc *d, size_t i)
{
	const struct form *f = &d->f->forms[i];

	if ((d->bytes[i] = dmsc_buf_new(SIZE_MAX)) == NULL)
		return DMSC_E_NOMEM;
	return f->encode == NULL ? lib_run(dmsc_buf_rd(d->xml), d->bytes[i]) :
	    f->encode(d->t, d->bytes[i]);
}

static int
encode_once(const struct doc *d, const struct form *f)
{
	struct dmsc_buf *b = dmsc_buf_new(SIZE_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : f->encode == NULL ?
	    lib_run(dmsc_buf_rd(d->xml), b) : f->encode(d->t, b);

	dmsc_buf_free(&b);
	return r;
}

/* Nanoseconds of one run, of as many as fill some milliseconds. */
static double
timed_decode(int (*decode)(struct dmsc_rd in), struct dmsc_rd in)
{
	double from = cpu_ns(), now;
	unsigned n = 0;
	int r;

	do {
		r = decode(in);
		n++;
	} while (r == DMSC_E_OK && (now = cpu_ns()) - from < STEP_MS * 1e6);
	return r == DMSC_E_OK ? (now - from) / n : 0;
}

static double
timed_encode(const struct doc *d, const struct form *f)
{
	double from = cpu_ns(), now;
	unsigned n = 0;
	int r;

	do {
		r = encode_once(d, f);
		n++;
	} while (r == DMSC_E_OK && (now = cpu_ns()) - from < STEP_MS * 1e6);
	return r == DMSC_E_OK ? (now - from) / n : 0;
}

static void
rounds(struct doc *d, size_t n)
{
	size_t i, k;

	for (k = 0; k < n; k++) {
		d->expat[k] = timed_decode(expat, dmsc_buf_rd(d->xml));
		for (i = 0; i < d->f->n_forms; i++)
			if (d->on[i]) {
				d->de[i][k] = timed_decode(
				    d->f->forms[i].decode,
				    dmsc_buf_rd(d->bytes[i]));
				d->en[i][k] = timed_encode(d,
				    &d->f->forms[i]);
			}
	}
}

/* MB/s of XML, and the share of expat's speed in the same rounds. */
static double
speed(const struct doc *d, const double *ns, size_t n, double *share)
{
	double v[ROUNDS], r[ROUNDS];
	size_t k;

	for (k = 0; k < n; k++) {
		v[k] = (double)d->xml->len / ns[k] * 1e9 / MB;
		r[k] = d->expat[k] / ns[k];
	}
	*share = median(r, n);
	return median(v, n);
}

/* Speeds at 32 KB, to hold those at 32 MB against: where the time were
 * quadratic, a thousand times the bytes would take a thousand times as long
 * for each; caches that are too small make it two or three times. */
static struct {
	double de, en;
} small[FORMS_MAX];

static void
print_growth(const struct doc *d, size_t i, double de, double en)
{
	double worse;

	if (d->xml->len > MB / 64 && d->xml->len < MB / 16) {
		small[i].de = de;
		small[i].en = en;
	}
	if (d->xml->len < 16 * MB || small[i].de == 0)
		return;
	worse = small[i].de / de > small[i].en / en ? small[i].de / de :
	    small[i].en / en;
	printf("    %-16s a byte takes %.1f times as long as at 32 KB"
	    "   linear: %s\n", "", worse, verdict(worse < 5));
}

static void
print_form(const struct doc *d, size_t i, size_t n)
{
	const struct form *f = &d->f->forms[i];
	double de_share, en_share, de, en;

	if (!d->on[i]) {
		printf("    %-16s skipped: %s\n", f->name,
		    f->most != 0 && d->xml->len > f->most ?
		    "it would take minutes, its time is quadratic" :
		    "more than this form may hold");
		return;
	}
	de = speed(d, d->de[i], n, &de_share);
	en = speed(d, d->en[i], n, &en_share);
	printf("    %-16s decode %7.1f MB/s (%5.2f)   encode %7.1f MB/s "
	    "(%5.2f)", f->name, de, de_share, en, en_share);
	if (f->aim > 0)
		printf("   aim %.1f: %s", f->aim, verdict(de_share >= f->aim &&
		    en_share >= f->aim));
	printf("\n");
	print_growth(d, i, de, en);
}

static void
print_doc(const struct doc *d, size_t n)
{
	double share;
	size_t i;

	printf("  %zu bytes of XML, %zu nodes\n", d->xml->len,
	    dmsc_tree_count(d->t));
	printf("    %-16s decode %7.1f MB/s\n", "expat",
	    speed(d, d->expat, n, &share));
	for (i = 0; i < d->f->n_forms; i++)
		print_form(d, i, n);
	(void)fflush(stdout);
}

static int
measure(const struct family *f, size_t size)
{
	static struct doc d;
	size_t i, n = size > MB ? 3 : ROUNDS;
	int r;

	memset(&d, 0, sizeof d);
	d.f = f;
	d.t = dmsc_tree_new(DMSC_DOC_MAX);
	d.xml = dmsc_buf_new(SIZE_MAX);
	if ((r = grow(&d, size)) != DMSC_E_OK)
		return r;
	for (i = 0; i < f->n_forms; i++)
		d.on[i] = (f->forms[i].most == 0 ||
		    d.xml->len <= f->forms[i].most) &&
		    prepare(&d, i) == DMSC_E_OK &&
		    f->forms[i].decode(dmsc_buf_rd(d.bytes[i])) == DMSC_E_OK;
	rounds(&d, n);
	print_doc(&d, n);
	for (i = 0; i < f->n_forms; i++)
		dmsc_buf_free(&d.bytes[i]);
	dmsc_buf_free(&d.xml);
	dmsc_tree_free(&d.t);
	return DMSC_E_OK;
}

/* codec [MOST]: bytes of the largest documents, 32 MB where not said. */
int
main(int argc, char **argv)
{
	static const size_t sizes[] = { KB, 32 * KB, MB, 32 * MB };
	uint64_t most = 32 * MB;
	size_t i, k;
	int r;

	if (argc > 1 && dmsc_num(argv[1], 10, most, &most) != DMSC_E_OK)
		return 2;
	for (i = 0; i < DMSC_COUNT(families); i++) {
		printf("codecs, %s: MB/s of XML (share of expat's speed)\n",
		    families[i].name);
		memset(small, 0, sizeof small);
		for (k = 0; k < DMSC_COUNT(sizes); k++)
			if (sizes[k] <= most && (r = measure(&families[i],
			    sizes[k])) != DMSC_E_OK) {
				printf("# %s\n", dmsc_e_text(r));
				return 1;
			}
	}
	return 0;
}
