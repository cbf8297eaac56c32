/*
 * mo, codec: each allocation fails in turn. The call says so, frees all that
 * it took (the sanitizers look), and works again.
 */
#include <stdlib.h>
#include <string.h>

#include <dmsc/convert.h>
#include <dmsc/json.h>

#include "codec/codec.h"
#include "codec/convert.h"
#include "codec/lint.h"
#include "codec/lwm2m.h"
#include "codec/msgs.h"
#include "codec/trees.h"
#include "dm/dm.h"
#include "nomem.h"
#include "tap.h"

/* What the jobs work on, made while nothing fails. */
struct work {
	struct dmsc_tree *a, *b, *man_now;
	struct dmsc_boot *boot, *man;
	struct dmsc_msg *msg;
	struct dmsc_buf *message, *xml, *wbxml, *json, *out, *msg_xml;
};

static int
job_boot_read(struct work *w)
{
	struct dmsc_boot *b = NULL;
	int r = dmsc_boot_read(dmsc_buf_rd(w->message), &b, NULL, NULL);

	dmsc_boot_free(&b);
	return r;
}

static int
job_boot_write(struct work *w)
{
	return dmsc_boot_write(w->boot, w->b, w->out, NULL);
}

static void
count_line(void *arg, const char *line)
{
	*(size_t *)arg += *line != '\0';
}

static int
job_boot_gone(struct work *w)
{
	size_t n = 0;
	int r = dmsc_boot_gone(w->man, w->man_now, count_line, &n, NULL);

	return r == DMSC_E_OK && n == 0 ? DMSC_E_INTERNAL : r;
}

static int
job_boot_write_xml(struct work *w)
{
	return dmsc_boot_write_xml(w->boot, w->b, w->out, NULL);
}

static int
job_parse(struct dmsc_rd bytes)
{
	struct dmsc_tree *t = NULL;
	int r = dmsc_tree_parse(bytes, &t, NULL, NULL);

	dmsc_tree_free(&t);
	return r;
}

static int
nothing(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	(void)rule;
	(void)at;
	(void)node;
	(void)message;
	return DMSC_E_OK;
}

static int
lint(struct dmsc_rd bytes)
{
	struct dmsc_lint_out o = { .found = nothing };

	(void)dmsc_lint_document(bytes, false, &o);
	return o.code;
}

static int
job_lint(struct work *w)
{
	return lint(dmsc_buf_rd(w->message));
}

static int
job_lint_xml(struct work *w)
{
	return lint(dmsc_buf_rd(w->msg_xml));
}

static int
job_lint_tnds(struct work *w)
{
	return lint(dmsc_buf_rd(w->wbxml));
}

static int
job_lint_lwm2m(struct work *w)
{
	static const uint8_t file[] = { 0, 1, 0, 0x0B, 0, 0, 0, 0, 6, 8, 0,
	    3, 0xC1, 1, 1 };

	(void)w;
	return lint(dmsc_rd_of(file, sizeof file));
}

static int
job_lint_cp(struct work *w)
{
	(void)w;
	return lint(dmsc_rd_str("<wap-provisioningdoc><characteristic "
	    "type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>"
	    "<parm name=\"TO-NAPID\" value=\"x\"/></characteristic>"
	    "</wap-provisioningdoc>"));
}

static int
job_mend(struct work *w)
{
	return dmsc_lint_mend(dmsc_buf_rd(w->msg_xml), w->out);
}

static int
job_tnds_xml(struct work *w)
{
	return job_parse(dmsc_buf_rd(w->xml));
}

static int
job_tnds_wbxml(struct work *w)
{
	return job_parse(dmsc_buf_rd(w->wbxml));
}

static int
job_json_read(struct work *w)
{
	return job_parse(dmsc_buf_rd(w->json));
}

static int
job_json_write(struct work *w)
{
	return dmsc_json_node(dmsc_tree_root(w->a), -1, w->out);
}

static int
job_msg_read(struct work *w)
{
	struct dmsc_msg *m = NULL;
	int r = dmsc_msg_read(dmsc_buf_rd(w->msg_xml), &m, NULL, NULL);

	dmsc_msg_free(&m);
	return r;
}

static int
job_msg_write(struct work *w)
{
	return dmsc_msg_write(w->msg, w->out, NULL);
}

static int
job_msg_write_xml(struct work *w)
{
	return dmsc_msg_write_xml(w->msg, true, w->out, NULL);
}

static int
job_diff(struct work *w)
{
	struct dmsc_diff *d = NULL;
	int r = dmsc_tree_diff(dmsc_tree_root(w->a), dmsc_tree_root(w->b),
	    &d);

	dmsc_view_free(&dmsc_diff_view, d);
	return r;
}

static int
job_clone(struct work *w)
{
	struct dmsc_tree *t = dmsc_tree_clone(w->a);
	int r = t == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	dmsc_tree_free(&t);
	return r;
}

static int
job_place(struct work *w)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	const struct dmsc_node *n = NULL;
	unsigned status;
	int r = t == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	while (r == DMSC_E_OK && (n = dmsc_dm_next_mo(w->a, n)) != NULL) {
		size_t count = dmsc_tree_count(t);

		r = dmsc_dm_place(t, n, false, w->out, &status);
		if (r != DMSC_E_OK && dmsc_tree_count(t) != count)
			r = DMSC_E_INTERNAL;
	}
	dmsc_tree_free(&t);
	return r;
}

static int
convert(struct dmsc_rd in, const char *to, struct work *w)
{
	struct dmsc_convert_opts o = { NULL, to, false };
	struct dmsc_conversion *c = NULL;
	int r = dmsc_convert(in, &o, w->out, &c, NULL);

	dmsc_view_free(&dmsc_conversion_view, c);
	return r;
}

static int
job_convert_dm(struct work *w)
{
	return convert(dmsc_buf_rd(w->message), "json", w);
}

static int
job_convert_json(struct work *w)
{
	return convert(dmsc_buf_rd(w->json), "syncml", w);
}

static int
job_convert_cp(struct work *w)
{
	return convert(dmsc_rd_str("<wap-provisioningdoc version=\"1.1\">"
	    "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" "
	    "value=\"N1\"/></characteristic></wap-provisioningdoc>"), "json",
	    w);
}

static int
job_convert_lwm2m(struct work *w)
{
	return convert(dmsc_rd_str("{\"Server\":{\"1\":{\"0\":1}}}"),
	    "lwm2m", w);
}

static int
job_lwm2m_account(struct work *w)
{
	const struct dmsc_lwm2m_account a = { .uri = "coap://h", .id = 7,
		.lifetime = -1 };
	struct dmsc_lwm2m_list *l = dmsc_view_new(&dmsc_lwm2m_list_view);
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	int r = l == NULL || t == NULL ? DMSC_E_NOMEM :
	    dmsc_lwm2m_put_account(t, &a, NULL);

	(void)w;
	if (r == DMSC_E_OK && (r = dmsc_lwm2m_titles(t)) == DMSC_E_OK)
		r = dmsc_lwm2m_accounts(t, "D", l);
	dmsc_view_free(&dmsc_lwm2m_list_view, l);
	dmsc_tree_free(&t);
	return r;
}

static int
job_lwm2m_bytes(struct work *w)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *json = dmsc_buf_new(DMSC_DOC_MAX);
	int r = b == NULL || json == NULL ? DMSC_E_NOMEM :
	    dmsc_lwm2m_encode(dmsc_rd_str("{\"Server\":{\"1\":{\"1\":5,"
	    "\"0\":1}}}"), b, NULL);

	(void)w;
	if (r == DMSC_E_OK)
		r = dmsc_lwm2m_decode(dmsc_buf_rd(b), json, NULL);
	dmsc_buf_free(&b);
	dmsc_buf_free(&json);
	return r;
}

static int
job_convert_other(struct work *w)
{
	return convert(dmsc_rd_str("<!DOCTYPE si PUBLIC \"-//WAPFORUM//DTD SI "
	    "1.0//EN\" \"\"><si><indication action=\"signal-high\">x"
	    "</indication></si>"), "wbxml", w);
}

static const struct { const char *name; int (*run)(struct work *w); }
jobs[] = {
	{ "a document read", job_boot_read },
	{ "a document written", job_boot_write },
	{ "what a document would lose", job_boot_gone },
	{ "a document as XML", job_boot_write_xml },
	{ "TNDS in XML", job_tnds_xml }, { "TNDS in WBXML", job_tnds_wbxml },
	{ "JSON read", job_json_read }, { "JSON written", job_json_write },
	{ "a message read", job_msg_read },
	{ "a message written", job_msg_write },
	{ "a message written as XML", job_msg_write_xml },
	{ "a difference", job_diff }, { "a clone", job_clone },
	{ "MOs placed", job_place },
	{ "a message converted", job_convert_dm },
	{ "JSON converted", job_convert_json },
	{ "provisioning converted", job_convert_cp },
	{ "LwM2M converted", job_convert_lwm2m },
	{ "a LwM2M account", job_lwm2m_account },
	{ "LwM2M as JSON and back", job_lwm2m_bytes },
	{ "another language converted", job_convert_other },
	{ "lint a message", job_lint },
	{ "lint a message in XML", job_lint_xml },
	{ "lint TNDS", job_lint_tnds },
	{ "lint LwM2M", job_lint_lwm2m },
	{ "lint Client Provisioning", job_lint_cp },
	{ "mend a message", job_mend },
};

static const char man[] = "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
    "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID>"
    "<MsgID>1</MsgID><Target><LocURI>d</LocURI></Target><Source><LocURI>s"
    "</LocURI></Source></SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item><Target>"
    "<LocURI>./Inbox/A</LocURI></Target><Data><![CDATA[<MgmtTree xmlns=\""
    "syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>x</NodeName>"
    "<RTProperties><Format><chr/></Format></RTProperties><DFProperties/>"
    "<Value>v</Value></Node></MgmtTree>]]></Data></Item></Add><Final/>"
    "</SyncBody></SyncML>";

/* A message with more than nodes, and its tree with one leaf edited. */
static bool
prepare_man(struct work *w)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool good = dmsc_cv_message(dmsc_rd_str(man), DMSC_FORM_SYNCML_WBXML,
	    b, NULL) == 0 && dmsc_boot_read(dmsc_buf_rd(b), &w->man, NULL,
	    NULL) == 0 && (w->man_now = dmsc_tree_clone(dmsc_boot_tree(
	    w->man))) != NULL && dmsc_node_set_value(w->man_now,
	    dmsc_tree_find(w->man_now, "A/x"), dmsc_rd_str("w")) == 0;

	dmsc_buf_free(&b);
	return good;
}

static bool
prepare(struct work *w)
{
	struct dmsc_boot *fresh = dmsc_boot_new();
	bool good;

	w->a = trees_random(5, TREES_BINARY | TREES_TITLES, 30);
	w->b = trees_random(6, TREES_BINARY | TREES_TITLES, 30);
	w->message = dmsc_buf_new(TREE_MAX);
	w->xml = dmsc_buf_new(TREE_MAX);
	w->wbxml = dmsc_buf_new(TREE_MAX);
	w->json = dmsc_buf_new(TREE_MAX);
	w->out = dmsc_buf_new(TREE_MAX);
	w->msg_xml = dmsc_buf_new(TREE_MAX);
	good = prepare_man(w) &&
	    dmsc_boot_write(fresh, w->a, w->message, NULL) == 0 &&
	    dmsc_boot_read(dmsc_buf_rd(w->message), &w->boot, NULL, NULL) ==
	    0 && dmsc_tnds_write_xml(dmsc_tree_root(w->a), false, true,
	    w->xml) == 0 && dmsc_tnds_write_wbxml(dmsc_tree_root(w->a),
	    false, w->wbxml) == 0 && dmsc_json_node(dmsc_tree_root(w->a), -1,
	    w->json) == 0 && dmsc_msg_read(dmsc_buf_rd(w->message), &w->msg,
	    NULL, NULL) == 0 && dmsc_msg_write_xml(w->msg, true, w->msg_xml,
	    NULL) == 0;
	dmsc_boot_free(&fresh);
	return good;
}

/* 0: it was refused at every point, and done once nothing failed. */
static long
sweep(struct work *w, int (*run)(struct work *w))
{
	long n;
	int r;

	for (n = 0; n < 100000; n++) {
		countdown = n;
		r = run(w);
		dmsc_buf_reset(w->out);
		if (countdown >= 0) {
			countdown = -1;
			return r == DMSC_E_OK ? 0 : n + 1;
		}
		if (r == DMSC_E_OK)
			return n + 1;
	}
	return n;
}

int
main(void)
{
	struct work w = { 0 };
	size_t i;
	long at;

	if (!ok(prepare(&w), "made"))
		return tap_done();
	for (i = 0; i < DMSC_COUNT(jobs); i++)
		if (!ok((at = sweep(&w, jobs[i].run)) == 0, jobs[i].name))
			printf("# allocation %ld\n", at - 1);
	dmsc_tree_free(&w.a);
	dmsc_tree_free(&w.b);
	dmsc_boot_free(&w.boot);
	dmsc_boot_free(&w.man);
	dmsc_tree_free(&w.man_now);
	dmsc_buf_free(&w.message);
	dmsc_buf_free(&w.msg_xml);
	dmsc_msg_free(&w.msg);
	dmsc_buf_free(&w.xml);
	dmsc_buf_free(&w.wbxml);
	dmsc_buf_free(&w.json);
	dmsc_buf_free(&w.out);
	return tap_done();
}
