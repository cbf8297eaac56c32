/*
 * codec, mo: the work grows with the document, not with its square. Counted,
 * not timed: allocations, and bytes that go through the C library, for n and
 * for four times n. The shapes are those that quadratic code trips over.
 */
#include <stdlib.h>
#include <string.h>

#include <dmsc/convert.h>
#include <dmsc/json.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/lint.h"
#include "codec/lwm2m.h"
#include "codec/msg.h"
#include "tap.h"

enum { N = 600, TIMES = 4, TREE_MAX = 1 << 28 };

static struct {
	bool on;
	unsigned long allocs, bytes;
} count;

static void
add(size_t bytes)
{
	if (count.on)
		count.bytes += 1 + bytes;
}

static void
alloc(void)
{
	count.allocs += count.on;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
size_t __real_strlen(const char *s);
int __real_strcmp(const char *a, const char *b);
int __real_memcmp(const void *a, const void *b, size_t n);
void *__real_memchr(const void *p, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memset(void *to, int c, size_t n);
void __real_explicit_bzero(void *p, size_t n);
void __wrap_explicit_bzero(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
size_t __wrap_strlen(const char *s);
int __wrap_strcmp(const char *a, const char *b);
int __wrap_memcmp(const void *a, const void *b, size_t n);
void *__wrap_memchr(const void *p, int c, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__wrap_memset(void *to, int c, size_t n);

void *
__wrap_malloc(size_t n)
{
	alloc();
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	alloc();
	add(n * size);
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	alloc();
	add(n);
	return __real_realloc(p, n);
}

char *
__wrap_strdup(const char *s)
{
	alloc();
	return __real_strdup(s);
}

size_t
__wrap_strlen(const char *s)
{
	size_t n = __real_strlen(s);

	add(n);
	return n;
}

int
__wrap_strcmp(const char *a, const char *b)
{
	add(0);
	return __real_strcmp(a, b);
}

int
__wrap_memcmp(const void *a, const void *b, size_t n)
{
	add(n);
	return __real_memcmp(a, b, n);
}

void *
__wrap_memchr(const void *p, int c, size_t n)
{
	const uint8_t *at = __real_memchr(p, c, n);

	add(at == NULL ? n : (size_t)(at - (const uint8_t *)p));
	return (void *)(uintptr_t)at;
}

void *
__wrap_memcpy(void *to, const void *from, size_t n)
{
	add(n);
	return __real_memcpy(to, from, n);
}

void *
__wrap_memset(void *to, int c, size_t n)
{
	add(n);
	return __real_memset(to, c, n);
}

void
__wrap_explicit_bzero(void *p, size_t n)
{
	add(n);
	__real_explicit_bzero(p, n);
}

/* What a job works on, made before anything is counted. */
struct work {
	struct dmsc_tree *t, *other;
	struct dmsc_boot *boot;
	struct dmsc_buf *in, *out;
};

static int
leaf(struct dmsc_tree *t, const char *uri)
{
	return dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("a value"), NULL);
}

static int
wide(struct work *w, unsigned n)
{
	char uri[64];
	int r = DMSC_E_OK;

	while (n-- > 0 && r == DMSC_E_OK) {
		(void)snprintf(uri, sizeof uri, "top%u", n);
		r = leaf(w->t, uri);
	}
	return r;
}

static int
levels(struct work *w, unsigned n)
{
	char uri[64];
	int r = DMSC_E_OK;

	while (n-- > 0 && r == DMSC_E_OK) {
		(void)snprintf(uri, sizeof uri, "A/a%u/b%u/c%u", n % 7,
		    n % 49, n);
		r = leaf(w->t, uri);
	}
	return r;
}

static int
tnds_xml(struct work *w, unsigned n)
{
	int r = wide(w, n);

	return r != DMSC_E_OK ? r :
	    dmsc_tnds_write_xml(dmsc_tree_root(w->t), false, true, w->in);
}

static int
tnds_wbxml(struct work *w, unsigned n)
{
	int r = levels(w, n);

	return r != DMSC_E_OK ? r :
	    dmsc_tnds_write_wbxml(dmsc_tree_root(w->t), false, w->in);
}

static int
json(struct work *w, unsigned n)
{
	int r = wide(w, n);

	return r != DMSC_E_OK ? r :
	    dmsc_json_node(dmsc_tree_root(w->t), -1, w->in);
}

/* A message of n Adds. */
static int
message(struct work *w, unsigned n)
{
	struct dmsc_boot *fresh = dmsc_boot_new();
	int r = wide(w, n);

	if (r == DMSC_E_OK)
		r = dmsc_boot_write(fresh, w->t, w->in, NULL);
	dmsc_boot_free(&fresh);
	return r;
}

/* The message read, and a tree in which every node changed and as many are
 * new. */
static int
edited(struct work *w, unsigned n)
{
	struct dmsc_node *c;
	char uri[64];
	int r = message(w, n);

	if (r == DMSC_E_OK)
		r = dmsc_boot_read(dmsc_buf_rd(w->in), &w->boot, NULL, NULL);
	for (c = dmsc_node_first(dmsc_tree_root(w->t)); c != NULL &&
	    r == DMSC_E_OK; c = dmsc_node_next(c))
		r = dmsc_node_set_value(w->t, c, dmsc_rd_str("another"));
	while (n-- > 0 && r == DMSC_E_OK) {
		(void)snprintf(uri, sizeof uri, "new%u", n);
		r = leaf(w->t, uri);
	}
	return r;
}

static int
repeat(struct work *w, const char *before, const char *each, unsigned n,
    const char *after)
{
	int r = dmsc_buf_str(w->in, before);

	while (n-- > 0 && r == DMSC_E_OK)
		r = dmsc_buf_str(w->in, each);
	return r != DMSC_E_OK ? r : dmsc_buf_str(w->in, after);
}

static int
repeat_hex(struct work *w, const char *before, const char *each, unsigned n,
    const char *after)
{
	int r = dmsc_hex_get(before, w->in);

	while (n-- > 0 && r == DMSC_E_OK)
		r = dmsc_hex_get(each, w->in);
	return r != DMSC_E_OK ? r : dmsc_hex_get(after, w->in);
}

/* n accounts of one server, each with an ACL and a reference. */
static int
accounts(struct work *w, unsigned n)
{
	static const char *const leaves[] = { "AppID", "ServerID",
	    "PrefConRef" };
	struct dmsc_node *c, *l;
	char uri[64];
	size_t i;
	int r = DMSC_E_OK;

	for (; n > 0 && r == DMSC_E_OK; n--) {
		for (i = 0; i < DMSC_COUNT(leaves) && r == DMSC_E_OK; i++) {
			(void)snprintf(uri, sizeof uri, "a%u/%s", n,
			    leaves[i]);
			r = dmsc_tree_add(w->t, uri, DMSC_FMT_CHR, NULL,
			    dmsc_rd_str(i == 0 ? "w7" : "x"), &l);
		}
		(void)snprintf(uri, sizeof uri, "Get=s%u&Replace=t%u", n, n);
		if (r != DMSC_E_OK || (c = dmsc_node_parent(l)) == NULL)
			break;
		if ((r = dmsc_node_set_acl(w->t, c, uri)) == DMSC_E_OK)
			r = dmsc_node_set_type(w->t, c,
			    "urn:oma:mo:oma-dm-dmacc:1.0");
	}
	return r != DMSC_E_OK ? r :
	    dmsc_tnds_write_xml(dmsc_tree_root(w->t), false, true, w->in);
}

/* One value in n pieces. */
static int
pieces_xml(struct work *w, unsigned n)
{
	return repeat(w, "<MgmtTree><Node><NodeName>a</NodeName><Value>",
	    "&amp;x\n", n, "</Value></Node></MgmtTree>");
}

static int
pieces_wbxml(struct work *w, unsigned n)
{
	return repeat_hex(w, "03016A00" "00026064660361000176", "037800", n,
	    "010101");
}

static int
skipped(struct work *w, unsigned n)
{
	return repeat(w, "<MgmtTree>", "<!-- < --><More/><?x y?>\n", n,
	    "<Node><NodeName>a</NodeName></Node></MgmtTree>");
}

static int
prolog(struct work *w, unsigned n)
{
	return repeat(w, "", "<!-- <MgmtTree> --><?x <?y?> \n", n,
	    "<MgmtTree/>");
}

#define CP(x) "<wap-provisioningdoc>" x

static int
cp_same(struct work *w, unsigned n)
{
	return repeat(w, CP(""), "<characteristic type=\"A\"><parm name=\"b\""
	    " value=\"c\"/></characteristic>", n, "</wap-provisioningdoc>");
}

/* Each NAPDEF has its own identifier, and each APPLICATION names one. */
static int
cp_refs(struct work *w, unsigned n)
{
	unsigned i;
	int r = dmsc_buf_str(w->in, CP(""));

	for (i = 0; r == DMSC_E_OK && i < n; i++)
		r = dmsc_buf_fmt(w->in, "<characteristic type=\"NAPDEF\">"
		    "<parm name=\"NAPID\" value=\"n%u\"/></characteristic>"
		    "<characteristic type=\"APPLICATION\"><parm name="
		    "\"TO-NAPID\" value=\"n%u\"/></characteristic>", i,
		    n - i);
	return r == DMSC_E_OK ? dmsc_buf_str(w->in,
	    "</wap-provisioningdoc>") : r;
}

static int
cp_turns(struct work *w, unsigned n)
{
	return repeat(w, CP(""), "<characteristic type=\"A\"/>"
	    "<characteristic type=\"B\"/><characteristic type=\"BB\"/>"
	    "<characteristic type=\"J\"/>", n, "</wap-provisioningdoc>");
}

static int
cp_parms(struct work *w, unsigned n)
{
	return repeat(w, CP("<characteristic type=\"A\">"),
	    "<parm name=\"b\"/>", n, "</characteristic>"
	    "</wap-provisioningdoc>");
}

/* A tree of n characteristics. */
static int
cp_tree(struct work *w, unsigned n)
{
	int r = cp_same(w, n);

	return r != DMSC_E_OK ? r :
	    dmsc_cp_read_xml(dmsc_buf_rd(w->in), w->t, NULL);
}

/* n resources of one number in a blob. */
static int
lwm2m(struct work *w, unsigned n)
{
	return repeat_hex(w, "", "C10178", n, "");
}

/* Two trees that are the same but for every value. */
static int
two_trees(struct work *w, unsigned n)
{
	struct dmsc_node *c;
	int r = levels(w, n);

	if (r == DMSC_E_OK && (r = wide(w, n)) == DMSC_E_OK &&
	    (w->other = dmsc_tree_clone(w->t)) == NULL)
		r = DMSC_E_NOMEM;
	for (c = r != DMSC_E_OK ? NULL :
	    dmsc_node_first(dmsc_tree_root(w->t)); c != NULL &&
	    r == DMSC_E_OK; c = dmsc_node_next(c))
		if (dmsc_node_is_leaf(c))
			r = dmsc_node_set_value(w->t, c, dmsc_rd_str("b"));
	return r;
}

static int
run_parse(struct work *w)
{
	enum dmsc_form f;

	return dmsc_tree_parse(dmsc_buf_rd(w->in), &w->other, &f, NULL);
}

static int
run_boot_read(struct work *w)
{
	return dmsc_boot_read(dmsc_buf_rd(w->in), &w->boot, NULL, NULL);
}

static int
run_boot_write(struct work *w)
{
	return dmsc_boot_write(w->boot, w->t, w->out, NULL);
}

static int
run_boot_xml(struct work *w)
{
	return dmsc_boot_write_xml(w->boot, w->t, w->out, NULL);
}

static int
run_xml(struct work *w)
{
	return dmsc_tnds_write_xml(dmsc_tree_root(w->t), false, true, w->out);
}

static int
run_wbxml(struct work *w)
{
	return dmsc_tnds_write_wbxml(dmsc_tree_root(w->t), false, w->out);
}

static int
run_json(struct work *w)
{
	return dmsc_json_node(dmsc_tree_root(w->t), -1, w->out);
}

static int
run_cp(struct work *w)
{
	return dmsc_cp_read_xml(dmsc_buf_rd(w->in), w->t, NULL);
}

static int
run_cp_wbxml(struct work *w)
{
	return dmsc_cp_write_wbxml(w->t, w->out, NULL);
}

static int
run_lwm2m(struct work *w)
{
	size_t used;
	bool bare;

	/* So often the same number is refused. */
	return dmsc_lwm2m_read(dmsc_buf_rd(w->in), w->t, &used, &bare,
	    NULL) == DMSC_E_LIMIT ? DMSC_E_OK : DMSC_E_INTERNAL;
}

static int
run_clone(struct work *w)
{
	w->other = dmsc_tree_clone(w->t);
	return w->other == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
run_diff(struct work *w)
{
	struct dmsc_diff *d = NULL;
	int r = dmsc_tree_diff(dmsc_tree_root(w->t),
	    dmsc_tree_root(w->other), &d);

	dmsc_view_free(&dmsc_diff_view, d);
	return r;
}

static int
found(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	(void)rule;
	(void)at;
	add(strlen(message) + (node == NULL ? 0 : strlen(node)));
	return DMSC_E_OK;
}

static int
run_lint(struct work *w)
{
	struct dmsc_lint_out o = { .found = found };

	(void)dmsc_lint_document(dmsc_buf_rd(w->in), false, &o);
	return o.code;
}

static int
convert(struct work *w, const char *to)
{
	struct dmsc_convert_opts o = { .to = to };
	struct dmsc_conversion *res = NULL;
	int r = dmsc_convert(dmsc_buf_rd(w->in), &o, w->out, &res, NULL);

	dmsc_view_free(&dmsc_conversion_view, res);
	return r;
}

static int
run_to_syncml(struct work *w)
{
	return convert(w, "syncml");
}

static int
run_to_json(struct work *w)
{
	return convert(w, "json");
}

static int
run_to_cp_wbxml(struct work *w)
{
	return convert(w, "cp-wbxml");
}

static int
run_msg(struct work *w)
{
	struct dmsc_msg *m = NULL;
	int r = dmsc_msg_read(dmsc_buf_rd(w->in), &m, NULL, NULL);

	if (r == DMSC_E_OK)
		r = dmsc_msg_write_xml(m, true, w->out, NULL);
	dmsc_buf_reset(w->out);
	if (r == DMSC_E_OK)
		r = dmsc_msg_write(m, w->out, NULL);
	dmsc_msg_free(&m);
	return r;
}

static int
run_remove(struct work *w)
{
	struct dmsc_node *root = dmsc_tree_root(w->t);
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && dmsc_node_first(root) != NULL)
		r = dmsc_node_remove(w->t, dmsc_node_first(root));
	return r;
}

static const struct {
	const char *name;
	int (*make)(struct work *w, unsigned n);
	int (*run)(struct work *w);
} jobs[] = {
	{ "TNDS in XML, side by side", tnds_xml, run_parse },
	{ "TNDS in WBXML, in levels", tnds_wbxml, run_parse },
	{ "TNDS written in XML", wide, run_xml },
	{ "TNDS written in WBXML", levels, run_wbxml },
	{ "a value in pieces, XML", pieces_xml, run_parse },
	{ "a value in pieces, WBXML", pieces_wbxml, run_parse },
	{ "what is skipped", skipped, run_parse },
	{ "before the root", prolog, run_parse },
	{ "JSON read", json, run_parse },
	{ "JSON written", levels, run_json },
	{ "a message of many Adds", message, run_boot_read },
	{ "the same, only its tree", message, run_parse },
	{ "all of its Adds edited, as many new", edited, run_boot_write },
	{ "as XML", edited, run_boot_xml },
	{ "characteristics of one type", cp_same, run_cp },
	{ "of types in turn", cp_turns, run_cp },
	{ "parms of one name", cp_parms, run_cp },
	{ "characteristics in WBXML", cp_tree, run_cp_wbxml },
	{ "resources of one number", lwm2m, run_lwm2m },
	{ "a tree copied", levels, run_clone },
	{ "trees compared", two_trees, run_diff },
	{ "nodes removed one by one", wide, run_remove },
	{ "lint: nodes side by side", tnds_xml, run_lint },
	{ "lint: nodes in levels", tnds_wbxml, run_lint },
	{ "lint: a message of many Adds", message, run_lint },
	{ "lint: accounts of one server", accounts, run_lint },
	{ "lint: characteristics", cp_same, run_lint },
	{ "lint: references", cp_refs, run_lint },
	{ "lint: parms of one name", cp_parms, run_lint },
	{ "lint: resources of one number", lwm2m, run_lint },
	{ "TNDS to SyncML", tnds_xml, run_to_syncml },
	{ "SyncML to JSON", message, run_to_json },
	{ "Client Provisioning to WBXML", cp_turns, run_to_cp_wbxml },
	{ "a message as structs, and back", message, run_msg },
};

static void
clear(struct work *w)
{
	dmsc_tree_free(&w->t);
	dmsc_tree_free(&w->other);
	dmsc_boot_free(&w->boot);
	dmsc_buf_free(&w->in);
	dmsc_buf_free(&w->out);
}

/* Runs a job of size n, counting; all of it is freed while that counts. */
static bool
cost(size_t job, unsigned n, unsigned long *allocs, unsigned long *bytes)
{
	struct work w = { .t = dmsc_tree_new(TREE_MAX),
	    .in = dmsc_buf_new(TREE_MAX), .out = dmsc_buf_new(TREE_MAX) };
	int r = jobs[job].make(&w, n);

	count.allocs = count.bytes = 0;
	count.on = true;
	if (r == DMSC_E_OK)
		r = jobs[job].run(&w);
	clear(&w);
	count.on = false;
	*allocs = count.allocs;
	*bytes = count.bytes;
	if (r != DMSC_E_OK)
		printf("# %s\n", dmsc_e_text(r));
	return r == DMSC_E_OK;
}

int
main(void)
{
	unsigned long a[2] = { 0 }, b[2] = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(jobs); i++) {
		/* A half more than four times is no square: that is 16. */
		bool good = cost(i, N, &a[0], &b[0]) &&
		    cost(i, N * TIMES, &a[1], &b[1]) &&
		    a[1] <= a[0] * TIMES * 3 / 2 &&
		    b[1] <= b[0] * TIMES * 3 / 2;

		if (!ok(good, jobs[i].name))
			printf("# allocations %lu, %lu, bytes %lu, %lu\n",
			    a[0], a[1], b[0], b[1]);
	}
	return tap_done();
}
