/* codec: bootstrap documents: read, edited, written; the rest keeps its
 * bytes. */
#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/emit.h"
#include "codec/mutate.h"
#include "codec/tnds.h"
#include "codec/trees.h"
#include "tap.h"

enum { PLAIN, OPAQUE, BASE64, INLINE };

/* One Add of a document that a test builds. */
struct add {
	const char *target, *format, *type;
	int as;
	const char *data;	/* XML TNDS, or a plain value */
	bool wbxml;		/* the TNDS is sent as WBXML */
	const char *size;	/* Meta's, or NULL */
};

#define NODE(n, x) "<Node><NodeName>" n "</NodeName>" x "</Node>"
#define LEAF(n, v) NODE(n, "<RTProperties><Format><chr/></Format><Type>" \
	"<MIME>text/plain</MIME></Type></RTProperties><Value>" v "</Value>")
#define IN(t) "<RTProperties><Format><node/></Format><Type><DDFName>" t \
	"</DDFName></Type></RTProperties>"
#define MT(x) "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>" x \
	"</MgmtTree>"
#define XML_T "application/vnd.syncml.dmtnds+xml"
#define WBXML_T "application/vnd.syncml.dmtnds+wbxml"

static const struct add adds[] = {
	{ "./Inbox/DMAcc", "xml", WBXML_T, OPAQUE, MT(NODE("opx", IN("w7")
	    LEAF("ServerID", "S1") LEAF("Name", "Op X"))), true, NULL },
	{ "./Inbox", "xml", XML_T, PLAIN, MT(NODE("Con", IN("nap")
	    LEAF("Addr", "apn.example"))), false, NULL },
	{ "./Inbox/Mail", "b64", WBXML_T, BASE64, MT(NODE("", IN("mail")
	    LEAF("Host", "m.example"))), true, "1" },
	{ "./Inbox/Inline", "xml", WBXML_T, INLINE, MT(LEAF("x", "1")), true,
	    NULL },
	{ "./Inbox/Plain", "node", NULL, PLAIN, "", false, NULL },
	{ "./Inbox/Plain/text", NULL, NULL, PLAIN, "hello", false, NULL },
	{ "./Inbox/Plain/bin", "b64", "application/octet-stream", PLAIN,
	    "AAEC", false, NULL },
	{ "./Inbox/Chat", "xml", WBXML_T, OPAQUE, MT(LEAF("said", "xml")),
	    false, "999" },
	{ "./Inbox/DMAcc", "xml", "text/wrong", OPAQUE, MT(NODE("opy",
	    IN("w7") LEAF("ServerID", "S2"))), true, NULL },
};
/* Every node that these Adds make, with its value. */
static const struct { const char *uri, *value; } nodes[] = {
	{ "DMAcc", NULL }, { "DMAcc/opx", NULL },
	{ "DMAcc/opx/ServerID", "S1" }, { "DMAcc/opx/Name", "Op X" },
	{ "Con", NULL }, { "Con/Addr", "apn.example" }, { "Mail", NULL },
	{ "Mail/Host", "m.example" }, { "Inline", NULL },
	{ "Inline/x", "1" }, { "Plain", NULL }, { "Plain/text", "hello" },
	{ "Plain/bin", NULL }, { "Chat", NULL }, { "Chat/said", "xml" },
	{ "DMAcc/opy", NULL }, { "DMAcc/opy/ServerID", "S2" },
};

static void
emit_data(struct emit *em, const struct add *a)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_node *base = dmsc_tree_root(t);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *b64 = dmsc_buf_new(TREE_MAX);
	bool is_self = false;

	if (dmsc_node_add(t, base, "base", DMSC_FMT_NODE, &base) ||
	    dmsc_buf_str(b, a->data))
		em->code = DMSC_E_INTERNAL;
	if (a->wbxml && dmsc_tnds_build(dmsc_buf_rd(b), t, base, &is_self,
	    NULL, NULL))
		em->code = DMSC_E_INTERNAL;
	if (a->wbxml && a->as != INLINE) {
		struct emit in = { .b = b };

		dmsc_buf_reset(b);
		in.code = dmsc_tnds_head(b, 3);
		dmsc_tnds_emit(&in, base, is_self ? TNDS_SELF :
		    TNDS_CHILDREN);
	}
	if (a->as == INLINE)
		dmsc_tnds_emit(em, base, TNDS_CHILDREN);
	else if (a->as == OPAQUE)
		dmsc_emit_bytes(em, dmsc_buf_rd(b));
	else if (a->as == BASE64) {
		if (dmsc_b64_put(b64, dmsc_buf_rd(b)) == DMSC_E_OK)
			dmsc_emit_text(em, dmsc_buf_rd(b64));
	} else
		dmsc_emit_text(em, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	dmsc_buf_free(&b64);
	dmsc_tree_free(&t);
}

static void
emit_add(struct emit *em, const struct add *a, unsigned i)
{
	char id[8];

	(void)snprintf(id, sizeof id, "%u", i + 1);
	dmsc_emit_open(em, EL_ADD);
	dmsc_emit_leaf(em, EL_CMDID, dmsc_rd_str(id));
	dmsc_emit_open(em, EL_ITEM);
	dmsc_emit_open(em, EL_TARGET);
	dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str(a->target));
	dmsc_emit_close(em);
	if (a->format != NULL || a->type != NULL) {
		dmsc_emit_open(em, EL_META);
		if (a->format != NULL)
			dmsc_emit_leaf(em, EL_M_FORMAT,
			    dmsc_rd_str(a->format));
		if (a->type != NULL)
			dmsc_emit_leaf(em, EL_M_TYPE, dmsc_rd_str(a->type));
		if (a->size != NULL)
			dmsc_emit_leaf(em, EL_M_SIZE, dmsc_rd_str(a->size));
		dmsc_emit_close(em);
	}
	if (*a->data != '\0') {
		dmsc_emit_open(em, EL_DATA);
		emit_data(em, a);
		dmsc_emit_close(em);
	}
	dmsc_emit_close(em);
	dmsc_emit_close(em);
}

/* A message with the first n of some Adds; NULL when it cannot be made. */
static struct dmsc_buf *
message(const struct add *a, size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct emit em = { .b = b };
	size_t i;

	em.code = dmsc_hex_get("02A4016A00", b);
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCHDR);
	dmsc_emit_leaf(&em, EL_VERDTD, dmsc_rd_str("1.2"));
	dmsc_emit_leaf(&em, EL_VERPROTO, dmsc_rd_str("DM/1.2"));
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_SYNCBODY);
	for (i = 0; i < n; i++)
		emit_add(&em, &a[i], (unsigned)i);
	dmsc_emit_empty(&em, EL_FINAL);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	if (em.code != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

static bool
find_rd(struct dmsc_rd all, struct dmsc_rd part)
{
	for (; all.left >= part.left; all = dmsc_rd_slice(all, 1, all.left))
		if (memcmp(all.p, part.p, part.left) == 0)
			return true;
	return false;
}

/* Any bytes: reading returns, and writing what was read gives them back. */
static bool
holds(struct dmsc_rd in)
{
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	struct dmsc_boot *b = NULL;
	struct dmsc_err e = { 0 };
	struct dmsc_tree *t = NULL;
	size_t used = 0;
	int r = dmsc_boot_read(in, &b, &used, &e);
	bool good = r == DMSC_E_OK ? b != NULL && used <= in.left :
	    b == NULL && e.code == r && e.message[0] != '\0';

	if (good && r == DMSC_E_OK)
		good = dmsc_boot_write(b, dmsc_boot_tree(b), out, &e) ==
		    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(out),
		    dmsc_rd_slice(in, 0, used));
	(void)dmsc_form_guess(in);
	if (dmsc_tree_parse(in, &t, NULL, NULL) == DMSC_E_OK)
		good = good && t != NULL;
	dmsc_tree_free(&t);
	dmsc_boot_free(&b);
	dmsc_buf_free(&out);
	return good;
}

static void
test_read(void)
{
	struct dmsc_buf *m = message(adds, DMSC_COUNT(adds));
	struct dmsc_boot *b = NULL;
	struct dmsc_err e = { 0 };
	struct dmsc_node *n;
	size_t used = 0, len = 0, i;

	if (!ok(m != NULL && (len = m->len) > 0 &&
	    dmsc_buf_fill(m, 0xFF, 20) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_buf_rd(m), &b, &used, &e) == DMSC_E_OK &&
	    used == len, "read, the padding left")) {
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
		return;
	}
	for (i = 0; i < DMSC_COUNT(nodes); i++) {
		n = dmsc_tree_find(dmsc_boot_tree(b), nodes[i].uri);
		ok(n != NULL && (nodes[i].value == NULL || dmsc_rd_eq_str(
		    dmsc_node_value(n), nodes[i].value)), nodes[i].uri);
	}
	ok(dmsc_tree_count(dmsc_boot_tree(b)) == i, "and no more");
	n = dmsc_tree_find(dmsc_boot_tree(b), "Plain/bin");
	ok(dmsc_node_format(n) == DMSC_FMT_BIN && dmsc_rd_eq(
	    dmsc_node_value(n), dmsc_rd_of("\0\1\2", 3)),
	    "base64 of the message is bin");
	ok(dmsc_boot_items(b) == DMSC_COUNT(adds) && strcmp(
	    dmsc_boot_target(b, 1), "./Inbox") == 0 &&
	    dmsc_boot_target(b, 99) == NULL, "targets");
	dmsc_boot_free(&b);
	dmsc_buf_truncate(m, len);
	ok(mutate(dmsc_buf_rd(m), holds), "cut and flipped");
	dmsc_buf_free(&m);
}

/* An edit of the tree, and which Adds lose their bytes by it. */
static const struct edit {
	const char *name, *op, *uri, *value;
	unsigned touched;	/* a bit an Add */
} edits[] = {
	{ "a value in WBXML", "set", "DMAcc/opx/ServerID", "S9", 1u << 0 },
	{ "a value in XML text", "set", "Con/Addr", "new <&>", 1u << 1 },
	{ "a value in base64", "set", "Mail/Host", "other", 1u << 2 },
	{ "a value inline", "set", "Inline/x", "22", 1u << 3 },
	{ "a plain value", "set", "Plain/text", "bye", 1u << 5 },
	{ "a plain bin value", "set", "Plain/bin", "zz", 1u << 6 },
	{ "a value in opaque XML", "set", "Chat/said", "a]]>b", 1u << 7 },
	{ "a value under a wrong type", "set", "DMAcc/opy/ServerID", "S8",
	    1u << 8 },
	{ "an ACL", "acl", "DMAcc/opx", "Get=*", 1u << 0 },
	{ "an ACL of a plain node", "acl", "Plain/text", "Get=*", 1u << 5 },
	{ "an ACL of an implied node", "acl", "DMAcc", "Get=*", 0 },
	{ "a new leaf inside", "add", "Con/Extra", "v", 1u << 1 },
	{ "a new leaf by the first Add", "add", "DMAcc/more", "v", 1u << 0 },
	{ "a new top node", "add", "Fresh/sub/leaf", "v", 0 },
	{ "a top node with a slash", "add", "a%2Fb/leaf", "v", 0 },
	{ "a leaf removed", "rm", "DMAcc/opx/Name", NULL, 1u << 0 },
	{ "an Add emptied", "rm", "Con", NULL, 1u << 1 },
	{ "all of two Adds", "rm", "DMAcc", NULL, 1u << 0 | 1u << 8 },
	{ "a plain leaf removed", "rm", "Plain/text", NULL, 1u << 5 },
	{ "renamed", "mv", "Mail", "Post", 1u << 2 },
	{ "inline removed", "rm", "Inline", NULL, 1u << 3 },
};

static bool
apply(const struct edit *d, struct dmsc_tree *t)
{
	struct dmsc_node *n = dmsc_tree_find(t, d->uri);

	if (strcmp(d->op, "set") == 0)
		return dmsc_node_set_value(t, n, dmsc_rd_str(d->value)) == 0;
	if (strcmp(d->op, "acl") == 0)
		return dmsc_node_set_acl(t, n, d->value) == 0;
	if (strcmp(d->op, "rm") == 0)
		return dmsc_node_remove(t, n) == 0;
	if (strcmp(d->op, "mv") == 0)
		return dmsc_node_rename(t, n, d->value) == 0;
	return dmsc_tree_add(t, d->uri, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str(d->value), NULL) == 0;
}

/* Whether the bytes of each Add that was not touched stand in out. */
static bool
others_keep(const struct edit *d, struct dmsc_rd out)
{
	size_t i;
	bool good = true;

	for (i = 0; i < DMSC_COUNT(adds) && good; i++) {
		struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
		struct emit em = { .b = b };

		emit_add(&em, &adds[i], (unsigned)i);
		if (em.page != 0)
			em.code = dmsc_buf_u16(b, 0);
		good = em.code == DMSC_E_OK && ((d->touched >> i & 1) != 0) ==
		    !find_rd(out, dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	return good;
}

static bool
edited(struct dmsc_rd m, const struct edit *d)
{
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX),
	    *xml = dmsc_buf_new(TREE_MAX);
	struct dmsc_boot *b = NULL, *c = NULL;
	struct dmsc_tree *now = NULL, *x = NULL;
	enum dmsc_form f = DMSC_FORM_UNKNOWN;
	struct dmsc_err e = { 0 };
	bool good;

	good = dmsc_boot_read(m, &b, NULL, &e) == DMSC_E_OK &&
	    (now = dmsc_tree_clone(dmsc_boot_tree(b))) != NULL &&
	    apply(d, now) && dmsc_boot_write(b, now, out, &e) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_buf_rd(out), &c, NULL, &e) == DMSC_E_OK &&
	    dmsc_node_equal(dmsc_tree_root(now),
	    dmsc_tree_root(dmsc_boot_tree(c))) &&
	    others_keep(d, dmsc_buf_rd(out)) &&
	    dmsc_boot_write_xml(b, now, xml, &e) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(xml), &x, &f, &e) == DMSC_E_OK &&
	    f == DMSC_FORM_SYNCML && dmsc_node_equal(dmsc_tree_root(now),
	    dmsc_tree_root(x));
	if (!good)
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
	dmsc_tree_free(&now);
	dmsc_tree_free(&x);
	dmsc_boot_free(&b);
	dmsc_boot_free(&c);
	dmsc_buf_free(&out);
	dmsc_buf_free(&xml);
	return good;
}

static void
test_edits(void)
{
	struct dmsc_buf *m = message(adds, DMSC_COUNT(adds));
	size_t i;

	for (i = 0; i < DMSC_COUNT(edits) && m != NULL; i++)
		ok(edited(dmsc_buf_rd(m), &edits[i]), edits[i].name);
	dmsc_buf_free(&m);
}

/* What an edit does not keep is said by name, once an Add; what it keeps is
 * not. */
#define MAN "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Man>M" \
	"</Man>" LEAF("x", "1") "</MgmtTree>"
static const struct {
	const char *name, *data, *op, *uri, *want;
	int as;
} gone[] = {
	{ "a maker", MAN, "set", "A/x", "'Man' of MgmtTree", PLAIN },
	{ "a maker in base64", MAN, "set", "A/x", "'Man' of MgmtTree",
	    BASE64 },
	{ "in a node", MT(NODE("x", IN("t") "<v:Z xmlns:v=\"v\"><v:Y/></v:Z>"
	    "<v:W xmlns:v=\"v\"/>" LEAF("y", "1"))), "set", "A/x/y",
	    "Z' of A/x, nor 1 more", PLAIN },
	{ "an attribute", MT("<Node a=\"1\"><NodeName>x</NodeName>" IN("t")
	    LEAF("y", "1") "</Node>"), "set", "A/x/y",
	    "'attribute a' of Node", PLAIN },
	{ "text", MT(NODE("x", IN("t") "text" LEAF("y", "1"))), "set",
	    "A/x/y", "'text' of A/x", PLAIN },
	{ "another version", "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.3"
	    "</VerDTD>" LEAF("x", "1") "</MgmtTree>", "set", "A/x",
	    "'VerDTD' of MgmtTree", PLAIN },
	{ "an ACL set", MAN, "acl", "A/x", "'Man' of MgmtTree", PLAIN },
	{ "taken away whole", MAN, "rm", "A", NULL, PLAIN },
	{ "another Add changed", MAN, "set", "Plain/text", NULL, PLAIN },
	{ "nodes alone", MT(LEAF("x", "1")), "set", "A/x", NULL, PLAIN },
};

static void
hear(void *arg, const char *line)
{
	struct dmsc_buf *b = arg;

	if (dmsc_buf_str(b, line) != DMSC_E_OK ||
	    dmsc_buf_u8(b, '\n') != DMSC_E_OK)
		dmsc_buf_reset(b);
}

static void
test_gone(void)
{
	struct dmsc_buf *heard = dmsc_buf_new(TREE_MAX), *m;
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(gone); i++) {
		struct add two[2] = { { "./Inbox/A", gone[i].as == BASE64 ?
		    "b64" : "xml", XML_T, gone[i].as, gone[i].data, false,
		    NULL }, adds[5] };
		struct edit d = { .op = gone[i].op, .uri = gone[i].uri,
		    .value = "Get=*" };
		struct dmsc_tree *now = NULL;
		struct dmsc_boot *b = NULL;

		dmsc_buf_reset(heard);
		m = message(two, 2);
		if (!ok(m != NULL && dmsc_boot_read(dmsc_buf_rd(m), &b,
		    NULL, &e) == DMSC_E_OK && (now = dmsc_tree_clone(
		    dmsc_boot_tree(b))) != NULL && dmsc_boot_gone(b, now,
		    hear, heard, &e) == DMSC_E_OK && heard->len == 0 &&
		    apply(&d, now) && dmsc_boot_gone(b, now, hear, heard,
		    &e) == DMSC_E_OK && (gone[i].want == NULL ?
		    heard->len == 0 : strstr(dmsc_buf_cstr(heard),
		    gone[i].want) != NULL && strstr(dmsc_buf_cstr(heard),
		    "'./Inbox/A'") != NULL), gone[i].name))
			printf("# %s, %s, %s: %s\n", e.message, e.where,
			    e.why, dmsc_buf_cstr(heard));
		dmsc_tree_free(&now);
		dmsc_boot_free(&b);
		dmsc_buf_free(&m);
	}
	dmsc_buf_free(&heard);
}

static const struct { const char *name; struct add a; } bad[] = {
	{ "TNDS that is none", { "./Inbox/A", "xml", XML_T, PLAIN, "<x/>",
	    false, NULL } },
	{ "TNDS that is broken", { "./Inbox/A", "xml", XML_T, PLAIN,
	    "<MgmtTree>", false, NULL } },
	{ "a bad target", { "./Inbox/A//b", NULL, NULL, PLAIN, "v", false,
	    NULL } },
	{ "a value for the root", { "./Inbox", NULL, NULL, PLAIN, "v", false,
	    NULL } },
	{ "unknown format", { "./Inbox/A", "text", NULL, PLAIN, "v", false,
	    NULL } },
	{ "an interior value", { "./Inbox/A", "node", NULL, PLAIN, "v",
	    false, NULL } },
	{ "a leaf made before", { "./Inbox/Plain/text", NULL, NULL, PLAIN,
	    "v", false, NULL } },
};

static void
test_bad(void)
{
	struct add two[2] = { adds[5] };
	struct dmsc_err e = { 0 };
	struct dmsc_boot *b;
	struct dmsc_buf *m;
	size_t i;

	for (i = 0; i < DMSC_COUNT(bad); i++) {
		two[1] = bad[i].a;
		m = message(two, 2);
		ok(m != NULL && dmsc_boot_read(dmsc_buf_rd(m), &b, NULL,
		    &e) == DMSC_E_FORMAT && b == NULL &&
		    strstr(e.where, bad[i].a.target) != NULL, bad[i].name);
		dmsc_buf_free(&m);
	}
}

/* An Add whose own Meta holds for its Items, which may say otherwise. */
static bool
common_meta(const char *format, const char *own, const char *value,
    struct dmsc_buf *out)
{
	struct emit em = { .b = out };

	dmsc_buf_reset(out);
	em.code = dmsc_hex_get("02A4016A00", out);
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCBODY);
	dmsc_emit_open(&em, EL_ADD);
	dmsc_emit_leaf(&em, EL_CMDID, dmsc_rd_str("1"));
	dmsc_emit_open(&em, EL_META);
	dmsc_emit_leaf(&em, EL_M_FORMAT, dmsc_rd_str(format));
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_ITEM);
	dmsc_emit_open(&em, EL_TARGET);
	dmsc_emit_leaf(&em, EL_LOCURI, dmsc_rd_str("./Inbox/A"));
	dmsc_emit_close(&em);
	if (own != NULL) {
		dmsc_emit_open(&em, EL_META);
		dmsc_emit_leaf(&em, EL_M_FORMAT, dmsc_rd_str(own));
		dmsc_emit_close(&em);
	}
	dmsc_emit_open(&em, EL_DATA);
	dmsc_emit_bytes(&em, dmsc_rd_str(value));
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	return em.code == DMSC_E_OK;
}

static const struct {
	const char *name, *format, *own, *value;
	int xml;		/* writing it as XML */
} metas[] = {
	{ "octets by the Add's Meta", "bin", NULL, "\x01\xFF", DMSC_E_OK },
	{ "octets that look like text", "bin", NULL, "AAAA", DMSC_E_OK },
	{ "octets by the Item's own", "chr", "bin", "\xFE", DMSC_E_OK },
	{ "text by the Item's own", "bin", "chr", "text", DMSC_E_OK },
	{ "octets that nothing says are", "chr", NULL, "\xFE",
	    DMSC_E_FORMAT },
};

static void
test_metas(void)
{
	struct dmsc_buf *w = dmsc_buf_new(TREE_MAX),
	    *x = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = NULL;
	struct dmsc_boot *b = NULL;
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(metas); i++) {
		dmsc_buf_reset(x);
		ok(common_meta(metas[i].format, metas[i].own, metas[i].value,
		    w) && dmsc_boot_read(dmsc_buf_rd(w), &b, NULL, &e) ==
		    DMSC_E_OK && dmsc_boot_write_xml(b, dmsc_boot_tree(b), x,
		    &e) == metas[i].xml && (metas[i].xml != DMSC_E_OK ||
		    (dmsc_tree_parse(dmsc_buf_rd(x), &t, NULL, &e) ==
		    DMSC_E_OK && dmsc_node_equal(dmsc_tree_root(t),
		    dmsc_tree_root(dmsc_boot_tree(b))))), metas[i].name);
		dmsc_tree_free(&t);
		dmsc_boot_free(&b);
	}
	dmsc_buf_free(&w);
	dmsc_buf_free(&x);
}

static void
test_new(void)
{
	struct dmsc_boot *b = dmsc_boot_new(), *c = NULL;
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = trees_random(7, TREES_BINARY | TREES_SPACES |
	    TREES_TITLES | TREES_EMPTY, 60);
	struct dmsc_err e = { 0 };

	ok(b != NULL && dmsc_tree_count(dmsc_boot_tree(b)) == 0 &&
	    dmsc_boot_write(b, t, out, &e) == DMSC_E_OK &&
	    dmsc_form_guess(dmsc_buf_rd(out)) == DMSC_FORM_SYNCML_WBXML &&
	    dmsc_boot_read(dmsc_buf_rd(out), &c, NULL, &e) == DMSC_E_OK &&
	    dmsc_node_equal(dmsc_tree_root(dmsc_boot_tree(c)),
	    dmsc_tree_root(t)), "a new document");
	dmsc_boot_free(&b);
	dmsc_boot_free(&c);
	dmsc_buf_reset(out);
	/* A body without content grows one. */
	ok(dmsc_hex_get("02A4016A006D2C2B01", out) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_buf_rd(out), &b, NULL, &e) == DMSC_E_OK,
	    "an empty body is read");
	dmsc_buf_reset(out);
	ok(dmsc_boot_write(b, t, out, &e) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_buf_rd(out), &c, NULL, &e) == DMSC_E_OK &&
	    dmsc_node_equal(dmsc_tree_root(dmsc_boot_tree(c)),
	    dmsc_tree_root(t)), "and written");
	dmsc_boot_free(&b);
	dmsc_boot_free(&c);
	dmsc_tree_free(&t);
	dmsc_buf_free(&out);
}

/* Random edits of random documents, several after one another. */
static void
test_random(void)
{
	struct dmsc_err e = { 0 };
	bool good = true;
	uint32_t seed;

	for (seed = 1; seed <= 150 && good; seed++) {
		struct dmsc_boot *b = dmsc_boot_new();
		uint32_t s = seed, i;

		for (i = 0; i < 4 && good; i++) {
			struct dmsc_tree *t = trees_random(s / 2 + i / 2,
			    TREES_BINARY | TREES_SPACES, 5 + i * 9);
			struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);

			good = dmsc_boot_write(b, t, out, &e) == DMSC_E_OK;
			dmsc_boot_free(&b);
			good = good && dmsc_boot_read(dmsc_buf_rd(out), &b,
			    NULL, &e) == DMSC_E_OK && dmsc_node_equal(
			    dmsc_tree_root(dmsc_boot_tree(b)),
			    dmsc_tree_root(t));
			dmsc_tree_free(&t);
			dmsc_buf_free(&out);
		}
		dmsc_boot_free(&b);
	}
	if (!ok(good, "random edits, one after another"))
		printf("# %s, %s, %s\n", e.message, e.where, e.why);
}

static const struct { const char *name, *hex; enum dmsc_form want; }
forms[] = {
	{ "nothing", "", DMSC_FORM_EMPTY },
	{ "FF", "FF026A", DMSC_FORM_EMPTY },
	{ "zeros", "000000", DMSC_FORM_EMPTY },
	{ "SyncML", "02A4016A006D6C", DMSC_FORM_SYNCML_WBXML },
	{ "SyncML 1.1", "029F536A006D6C", DMSC_FORM_SYNCML_WBXML },
	{ "SyncML unnamed", "02016A006D6C", DMSC_FORM_SYNCML_WBXML },
	{ "provisioning", "030B6A00C54601", DMSC_FORM_CP_WBXML },
	{ "TNDS unnamed", "03016A00000260", DMSC_FORM_TNDS_WBXML },
	{ "LwM2M", "00010007" "0000" "00" "0002" "C800",
	    DMSC_FORM_LWM2M },
	{ "XML TNDS", "3C6D3A4D676D74547265653E", DMSC_FORM_TNDS },
	{ "XML SyncML", "EFBBBF0A3C3F783F3E3C53796E634D4C2F3E",
	    DMSC_FORM_SYNCML },
	{ "JSON", "207B7D", DMSC_FORM_JSON },
	{ "text", "68656C6C6F", DMSC_FORM_UNKNOWN },
};

static void
test_forms(void)
{
	struct dmsc_buf *b = dmsc_buf_new(64);
	enum dmsc_form f;
	size_t i;

	for (i = 0; i < DMSC_COUNT(forms); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(forms[i].hex, b) == DMSC_E_OK &&
		    dmsc_form_guess(dmsc_buf_rd(b)) == forms[i].want,
		    forms[i].name);
	}
	for (i = DMSC_FORM_TNDS; i <= DMSC_FORM_EMPTY; i++)
		ok(dmsc_form_parse(dmsc_form_name((enum dmsc_form)i), &f) ==
		    DMSC_E_OK && f == (enum dmsc_form)i,
		    dmsc_form_name((enum dmsc_form)i));
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_read();
	test_edits();
	test_gone();
	test_bad();
	test_metas();
	test_new();
	test_random();
	test_forms();
	return tap_done();
}
