/*
 * codec: whole documents, in every form, cut at each byte and with each bit
 * flipped (a seeded sample of large ones): each reader, and libwbxml behind
 * its bounds, returns; what is read can be written and read again.
 */
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "base/file.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/lwm2m.h"
#include "codec/mutate.h"
#include "codec/trees.h"
#include "tap.h"

static int
cp_xml(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_cp_read_xml(in, t, NULL);
}

static int
cp_wbxml(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_cp_read_wbxml(in, t, NULL, NULL);
}

static int
lwm2m(struct dmsc_rd in, struct dmsc_tree *t)
{
	size_t used;
	bool bare;

	return dmsc_lwm2m_read(in, t, &used, &bare, NULL);
}

static int
lwm2m_json(struct dmsc_rd in, struct dmsc_tree *t)
{
	return dmsc_lwm2m_read_json(in, t, NULL);
}

/* Readers that are given what another form looks like, too. */
static int (*const readers[])(struct dmsc_rd in, struct dmsc_tree *t) = {
	cp_xml, cp_wbxml, lwm2m, lwm2m_json
};

/* The tree as TNDS in WBXML says the same again. */
static bool
kept(const struct dmsc_tree *t)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_tree *u = NULL;
	struct dmsc_node *root = dmsc_tree_root(t);
	enum dmsc_form f;
	bool good;

	good = dmsc_tnds_write_wbxml(root, false, b) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(b), &u, &f, NULL) == DMSC_E_OK &&
	    dmsc_node_set_type(u, dmsc_tree_root(u),
	    dmsc_node_type(root)) == DMSC_E_OK &&
	    dmsc_node_set_acl(u, dmsc_tree_root(u), dmsc_node_acl(root)) ==
	    DMSC_E_OK && dmsc_node_set_title(u, dmsc_tree_root(u),
	    dmsc_node_title(root)) == DMSC_E_OK &&
	    dmsc_node_equal(root, dmsc_tree_root(u));
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	return good;
}

static bool
try_all(struct dmsc_rd in)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_err e = { 0 };
	enum dmsc_form f;
	size_t i;
	int r = dmsc_tree_parse(in, &t, &f, &e);
	bool good = r == DMSC_E_OK ? kept(t) : e.code == r &&
	    e.message[0] != '\0';

	dmsc_tree_free(&t);
	for (i = 0; i < DMSC_COUNT(readers) && good; i++) {
		t = dmsc_tree_new(TREE_MAX);
		r = readers[i](in, t);
		good = r != DMSC_E_INTERNAL &&
		    (r != DMSC_E_OK || kept(t));
		dmsc_tree_free(&t);
	}
	return good;
}

static bool
try_lib(struct dmsc_rd in)
{
	struct dmsc_buf *out = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_err e = { 0 };
	bool xml = in.left > 0 && in.p[0] == '<';
	int r = xml ? dmsc_lib_to_wbxml(in, out, &e) :
	    dmsc_lib_to_xml(in, out, &e);
	bool good = r == DMSC_E_OK || (e.code == r && e.message[0] != '\0');

	dmsc_buf_free(&out);
	return good;
}

static int
tnds_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_tnds_write_xml(dmsc_tree_root(t), false, true, b);
}

static int
tnds_wbxml_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_tnds_write_wbxml(dmsc_tree_root(t), false, b);
}

static int
syncml_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	struct dmsc_boot *boot = dmsc_boot_new();
	int r = dmsc_boot_write_xml(boot, t, b, NULL);

	dmsc_boot_free(&boot);
	return r;
}

static int
syncml_wbxml_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	struct dmsc_boot *boot = dmsc_boot_new();
	int r = dmsc_boot_write(boot, t, b, NULL);

	dmsc_boot_free(&boot);
	return r;
}

static int
json_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_json_node(dmsc_tree_root(t), -1, b);
}

static int
cp_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_cp_write_xml(t, b, NULL);
}

static int
cp_wbxml_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_cp_write_wbxml(t, b, NULL);
}

static int
lwm2m_out(const struct dmsc_tree *t, struct dmsc_buf *b)
{
	return dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), b, NULL);
}

struct out {
	const char *name;
	int (*write)(const struct dmsc_tree *t, struct dmsc_buf *b);
	bool lib;		/* libwbxml knows it */
};
static const struct out dm_outs[] = {
	{ "TNDS", tnds_out, true }, { "TNDS in WBXML", tnds_wbxml_out, true },
	{ "SyncML", syncml_out, true },
	{ "SyncML in WBXML", syncml_wbxml_out, true },
	{ "JSON", json_out, false },
};
static const struct out cp_outs[] = {
	{ "Client Provisioning", cp_out, true },
	{ "Client Provisioning in WBXML", cp_wbxml_out, true },
};
static const struct out lwm2m_outs[] = {
	{ "LwM2M", lwm2m_out, false },
	{ "JSON of LwM2M", dmsc_lwm2m_write_json, false },
};

static void
sweep(const struct dmsc_tree *t, const struct out *outs, size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	size_t i;

	for (i = 0; i < n; i++) {
		dmsc_buf_reset(b);
		ok(outs[i].write(t, b) == DMSC_E_OK &&
		    try_all(dmsc_buf_rd(b)) &&
		    mutate(dmsc_buf_rd(b), try_all), outs[i].name);
		if (outs[i].lib)
			ok(mutate(dmsc_buf_rd(b), try_lib),
			    "by libwbxml, inside its bounds");
	}
	dmsc_buf_free(&b);
}

/* A demo document of the source tree, whose text is swept as well. */
static void
test_file(const char *path)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_tree *t = NULL;
	enum dmsc_form f;

	if (ok(dmsc_file_slurp(path, DMSC_DOC_MAX, &b, NULL) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(b), &t, &f, NULL) == DMSC_E_OK,
	    path + strlen(TEST_SRCDIR) + 1)) {
		ok(mutate(dmsc_buf_rd(b), try_all), "cut and flipped");
		sweep(t, dm_outs, DMSC_COUNT(dm_outs));
	}
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

static const char provisioning[] =
    "<wap-provisioningdoc version=\"1.1\">"
    "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" value=\"i\"/>"
    "<parm name=\"BEARER\" value=\"GSM-GPRS\"/>"
    "<parm name=\"NAP-ADDRESS\" value=\"a.b\"/>"
    "<parm name=\"INTERNET\"/></characteristic>"
    "<characteristic type=\"APPLICATION\">"
    "<parm name=\"APPID\" value=\"w7\"/>"
    "<characteristic type=\"APPADDR\"><parm name=\"ADDR\" value=\"&lt;\"/>"
    "</characteristic><characteristic type=\"OWN\"/></characteristic>"
    "</wap-provisioningdoc>";
static const char server[] =
    "{\"Security\":{\"0\":{\"ServerURI\":\"coaps://a:5684\","
    "\"BootstrapServer\":false,\"SecurityMode\":0,\"PublicKeyOrIdentity\":"
    "{\"text\":\"me\"},\"SecretKey\":{\"hex\":\"00FF\"}}},"
    "\"Server\":{\"version\":\"1.1\",\"1\":{\"ShortServerID\":1,"
    "\"Lifetime\":86400,\"Binding\":\"U\"}}}";

static void
test_texts(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_err e = { 0 };

	if (ok(dmsc_cp_read_xml(dmsc_rd_str(provisioning), t, &e) ==
	    DMSC_E_OK, "a provisioning document"))
		sweep(t, cp_outs, DMSC_COUNT(cp_outs));
	dmsc_tree_free(&t);
	t = dmsc_tree_new(TREE_MAX);
	if (ok(dmsc_lwm2m_read_json(dmsc_rd_str(server), t, &e) == DMSC_E_OK,
	    "LwM2M objects"))
		sweep(t, lwm2m_outs, DMSC_COUNT(lwm2m_outs));
	else
		printf("# %s, %s\n", e.message, e.where);
	dmsc_tree_free(&t);
}

int
main(void)
{
	test_file(TEST_SRCDIR "/scripts/demo/OperatorX.xml");
	test_file(TEST_SRCDIR "/scripts/demo/Personal.xml");
	test_texts();
	return tap_done();
}
