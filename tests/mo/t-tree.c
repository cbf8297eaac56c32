/* mo: URIs, kinds of nodes, limits, ACL of reference 1.6, formats, diff. */
#include <string.h>

#include <dmsc/tree.h>

#include "base/base.h"
#include "tap.h"

enum { MAX = 1 << 16 };

static const struct { const char *uri; int want; } uris[] = {
	{ "A/b", DMSC_E_OK }, { "./A/b", DMSC_E_EXISTS },
	{ "A%2Fb", DMSC_E_OK }, { "A/%2E", DMSC_E_OK },
	{ "A/c.d", DMSC_E_OK }, { "A//b", DMSC_E_FORMAT },
	{ "/A", DMSC_E_FORMAT }, { "A/", DMSC_E_FORMAT },
	{ "A/./c", DMSC_E_FORMAT }, { "A/../c", DMSC_E_FORMAT },
	{ "./", DMSC_E_FORMAT }, { ".", DMSC_E_EXISTS },
	{ "", DMSC_E_EXISTS }, { "A/%zz", DMSC_E_FORMAT },
	{ "A/%", DMSC_E_FORMAT }, { "A/%00", DMSC_E_FORMAT },
	{ "A/%FF", DMSC_E_FORMAT }, { "A/b/c", DMSC_E_USAGE },
	{ "N/O/P/q", DMSC_E_OK }, { ".N", DMSC_E_OK },
};

static void
test_uris(void)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	struct dmsc_buf *b = dmsc_buf_new(MAX);
	struct dmsc_node *n = NULL;
	size_t i, count;

	for (i = 0; i < DMSC_COUNT(uris); i++) {
		count = dmsc_tree_count(t);
		ok(dmsc_tree_add(t, uris[i].uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("v"), &n) == uris[i].want &&
		    (uris[i].want == DMSC_E_OK ?
		    dmsc_tree_find(t, uris[i].uri) == n :
		    dmsc_tree_count(t) == count), uris[i].uri);
	}
	n = dmsc_tree_find(t, "./A%2fb");
	ok(n != NULL && strcmp(dmsc_node_name(n), "A/b") == 0 &&
	    dmsc_node_uri(n, b) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), "A%2Fb"), "escaped");
	ok(dmsc_tree_find(t, "A/b/") == NULL, "no trailing slash");
	ok(dmsc_tree_find(t, ".") == dmsc_tree_root(t), "the root");
	dmsc_buf_free(&b);
	dmsc_tree_free(&t);
}

static void
test_kinds(void)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	struct dmsc_rd v = dmsc_rd_str("12"), none = dmsc_rd_of(NULL, 0);
	struct dmsc_node *i, *l, *c;

	ok(dmsc_tree_add(t, "I", DMSC_FMT_NODE, NULL, v, &i) ==
	    DMSC_E_USAGE && dmsc_tree_count(t) == 0 &&
	    dmsc_tree_bytes(t) == 0, "an interior node has no value");
	if (!ok(dmsc_tree_add(t, "I", DMSC_FMT_NODE, NULL, none, &i) ==
	    DMSC_E_OK && dmsc_node_add(t, i, "l", DMSC_FMT_INT, &l) ==
	    DMSC_E_OK && dmsc_node_set_value(t, l, v) == DMSC_E_OK, "made"))
		return;
	ok(dmsc_node_add(t, l, "x", DMSC_FMT_CHR, NULL) == DMSC_E_USAGE,
	    "a leaf has no children");
	ok(dmsc_node_set_format(t, l, DMSC_FMT_NODE) == DMSC_E_USAGE,
	    "a leaf with a value stays a leaf");
	ok(dmsc_node_set_format(t, l, DMSC_FMT_NULL) == DMSC_E_USAGE,
	    "a null leaf has no value");
	ok(dmsc_node_set_format(t, i, DMSC_FMT_CHR) == DMSC_E_USAGE,
	    "a node with children stays interior");
	ok(dmsc_node_set_format(t, l, DMSC_FMT_CHR) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_node_value(l), "12"), "another format");
	ok(dmsc_node_set_value(t, l, none) == DMSC_E_OK &&
	    dmsc_node_set_format(t, l, DMSC_FMT_NODE) == DMSC_E_OK &&
	    dmsc_node_add(t, l, "x", DMSC_FMT_CHR, &c) == DMSC_E_OK,
	    "an empty leaf becomes interior");
	ok(dmsc_node_rename(t, l, "m") == DMSC_E_OK &&
	    dmsc_tree_find(t, "I/m/x") == c &&
	    dmsc_tree_find(t, "I/l") == NULL, "renamed");
	ok(dmsc_node_graft(t, l, "copy", i, NULL) == DMSC_E_OK &&
	    dmsc_tree_find(t, "I/m/copy/m/x") != NULL &&
	    dmsc_tree_find(t, "I/m/copy/m/copy") == NULL,
	    "grafted into itself");
	ok(dmsc_node_remove(t, dmsc_tree_root(t)) == DMSC_E_USAGE,
	    "the root stays");
	ok(dmsc_node_remove(t, i) == DMSC_E_OK && dmsc_tree_count(t) == 0 &&
	    dmsc_tree_bytes(t) == 0, "all gone");
	dmsc_tree_free(&t);
}

static void
test_limits(void)
{
	struct dmsc_tree *t = dmsc_tree_new(100);
	struct dmsc_node *n = dmsc_tree_root(t), *c = NULL;
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);
	char big[300];
	int i, r = DMSC_E_OK;

	memset(big, 'x', sizeof big);
	big[299] = '\0';
	ok(dmsc_tree_add(t, big, DMSC_FMT_CHR, NULL, none, NULL) ==
	    DMSC_E_LIMIT, "name too long");
	ok(dmsc_tree_add(t, "a/b/c", DMSC_FMT_CHR, NULL,
	    dmsc_rd_of(big, 90), NULL) == DMSC_E_LIMIT &&
	    dmsc_tree_count(t) == 0 && dmsc_tree_bytes(t) == 0,
	    "too many bytes, parents gone too");
	ok(dmsc_tree_add(t, "a", DMSC_FMT_BIN, "", dmsc_rd_of(big, 99),
	    NULL) == DMSC_E_OK && dmsc_tree_bytes(t) == 100, "just fits");
	dmsc_tree_free(&t);
	t = dmsc_tree_new(MAX);
	n = dmsc_tree_root(t);
	for (i = 0; r == DMSC_E_OK; i++, n = c)
		r = dmsc_node_add(t, n, "d", DMSC_FMT_NODE, &c);
	ok(r == DMSC_E_LIMIT && i - 1 == DMSC_TREE_DEPTH_MAX, "depth");
	n = dmsc_tree_find(t, "d/d");
	ok(dmsc_node_graft(t, dmsc_tree_root(t), "e", n, NULL) ==
	    DMSC_E_OK && dmsc_node_graft(t, n, "f",
	    dmsc_tree_find(t, "d/d/d"), NULL) == DMSC_E_OK &&
	    dmsc_node_graft(t, n, "g", n, NULL) == DMSC_E_LIMIT,
	    "depth of a graft");
	dmsc_tree_free(&t);
}

static const struct { const char *acl; int want; } acls[] = {
	{ "", DMSC_E_OK }, { "Get=*", DMSC_E_OK },
	{ "Add=*&Get=*", DMSC_E_OK }, { "Get=S1+S2&Replace=S1", DMSC_E_OK },
	{ "Get=*+S1", DMSC_E_OK }, { "Get=", DMSC_E_FORMAT },
	{ "Get", DMSC_E_FORMAT }, { "Copy=*", DMSC_E_FORMAT },
	{ "Get=*&", DMSC_E_FORMAT }, { "Get=S1+", DMSC_E_FORMAT },
	{ "Get=+S1", DMSC_E_FORMAT }, { "Get=S 1", DMSC_E_FORMAT },
	{ "Get=S1=2", DMSC_E_FORMAT }, { "get=*", DMSC_E_FORMAT },
	{ "Get=S*", DMSC_E_FORMAT },
};

/* The tree of reference 1.6 and the rights it says. */
static const struct { const char *uri, *acl; } sample[] = {
	{ "A", "Get=S3&Replace=S3" }, { "A/a", "Get=*" },
	{ "B", "Get=S1&Replace=S1" }, { "B/b", "" },
	{ "B/C", "Get=S2&Replace=S2&Delete=S2" }, { "B/C/c", "" },
};
static const struct { const char *uri, *cmd, *who; bool want; } rights[] = {
	{ ".", "Add", "S9", true }, { ".", "Delete", "S1", false },
	{ "A", "Get", "S3", true }, { "A", "Get", "S1", false },
	{ "A/a", "Get", "S1", true }, { "A/a", "Replace", "S3", false },
	{ "B/b", "Get", "S1", true }, { "B/b", "Replace", "S1", true },
	{ "B/b", "Get", "S2", false }, { "B/C", "Get", "S1", false },
	{ "B/C/c", "Delete", "S2", true }, { "B/C/c", "Get", "S1", false },
	{ "B/C/c", "Add", "S2", false }, { "B/b", "Get", "", false },
};

static void
test_acl(void)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(acls); i++)
		ok(dmsc_acl_check(acls[i].acl) == acls[i].want,
		    acls[i].acl);
	ok(dmsc_node_set_acl(t, dmsc_tree_root(t), "Add=*&Get=*") ==
	    DMSC_E_OK, "root");
	for (i = 0; i < DMSC_COUNT(sample); i++)
		ok(dmsc_tree_add(t, sample[i].uri,
		    strchr("ABC", sample[i].uri[strlen(sample[i].uri) - 1]) ?
		    DMSC_FMT_NODE : DMSC_FMT_CHR, NULL, dmsc_rd_of(NULL, 0),
		    &n) == DMSC_E_OK &&
		    dmsc_node_set_acl(t, n, sample[i].acl) == DMSC_E_OK,
		    sample[i].uri);
	for (i = 0; i < DMSC_COUNT(rights); i++) {
		n = dmsc_tree_find(t, rights[i].uri);
		ok(n != NULL && dmsc_acl_allows(dmsc_acl_effective(n),
		    rights[i].cmd, rights[i].who) == rights[i].want,
		    rights[i].uri);
	}
	dmsc_tree_free(&t);
}

static const struct { enum dmsc_format f; const char *v; bool good; }
values[] = {
	{ DMSC_FMT_CHR, "", true }, { DMSC_FMT_CHR, "\xC3\xA9", true },
	{ DMSC_FMT_CHR, "\xC3", false }, { DMSC_FMT_INT, "-42", true },
	{ DMSC_FMT_INT, "+7", true }, { DMSC_FMT_INT, "+-7", false },
	{ DMSC_FMT_INT, "2147483647", true }, { DMSC_FMT_INT, "", false },
	{ DMSC_FMT_INT, "2147483648", false }, { DMSC_FMT_INT, "4x", false },
	{ DMSC_FMT_INT, "-2147483648", true },
	{ DMSC_FMT_BOOL, "true", true }, { DMSC_FMT_BOOL, "False", true },
	{ DMSC_FMT_BOOL, "1", false }, { DMSC_FMT_BOOL, "truely", false },
	{ DMSC_FMT_FLOAT, "-1.5e3", true }, { DMSC_FMT_FLOAT, ".", false },
	{ DMSC_FMT_FLOAT, "1.", true }, { DMSC_FMT_FLOAT, "NaN", true },
	{ DMSC_FMT_FLOAT, "1e", false }, { DMSC_FMT_DATE, "20260102", true },
	{ DMSC_FMT_DATE, "2026-01-02Z", true },
	{ DMSC_FMT_DATE, "2026-0102", false },
	{ DMSC_FMT_DATE, "20261302", false },
	{ DMSC_FMT_TIME, "235959Z", true },
	{ DMSC_FMT_TIME, "10:20:30.5+01:00", true },
	{ DMSC_FMT_TIME, "10:2030", false }, { DMSC_FMT_TIME, "2561", false },
	{ DMSC_FMT_B64, "AAEC", true }, { DMSC_FMT_B64, "AA==\n", true },
	{ DMSC_FMT_B64, "AAE", false }, { DMSC_FMT_B64, "A=AA", false },
	{ DMSC_FMT_NULL, "", true }, { DMSC_FMT_NULL, "x", false },
	{ DMSC_FMT_NODE, "x", false }, { DMSC_FMT_BIN, "\xFF\xFE", true },
};

static void
test_formats(void)
{
	enum dmsc_format f;
	size_t i;

	for (i = 0; i < DMSC_COUNT(values); i++)
		ok((dmsc_format_check(values[i].f,
		    dmsc_rd_str(values[i].v)) == DMSC_E_OK) ==
		    values[i].good, values[i].v);
	for (i = DMSC_FMT_NODE; i <= DMSC_FMT_NULL; i++)
		ok(dmsc_format_parse(dmsc_format_name((enum dmsc_format)i),
		    &f) == DMSC_E_OK && f == (enum dmsc_format)i,
		    dmsc_format_name((enum dmsc_format)i));
	ok(dmsc_format_parse("string", &f) == DMSC_E_FORMAT, "no format");
}

static const struct { const char *op, *uri, *format; bool text; }
changes[] = {
	{ "set", "I/l", "chr", true }, { "acl", "I/l", "chr", true },
	{ "remove", "I/gone", "node", true },
	{ "remove", "I/kind", "chr", true }, { "add", "I/kind", "node", true },
	{ "add", "New%2F", "node", true }, { "add", "New%2F/b", "bin", false },
	{ "type", "New%2F/b", "bin", true },
};

static bool
edit_for_diff(struct dmsc_tree *t)
{
	struct dmsc_rd v = dmsc_rd_of("\0\1", 2), none = dmsc_rd_of(NULL, 0);
	struct dmsc_node *l = dmsc_tree_find(t, "I/l");

	return dmsc_node_set_value(t, l, dmsc_rd_str("other")) == DMSC_E_OK &&
	    dmsc_node_set_acl(t, l, "Get=*") == DMSC_E_OK &&
	    dmsc_node_remove(t, dmsc_tree_find(t, "I/gone")) == DMSC_E_OK &&
	    dmsc_node_remove(t, dmsc_tree_find(t, "I/kind")) == DMSC_E_OK &&
	    dmsc_tree_add(t, "I/kind", DMSC_FMT_NODE, NULL, none, NULL) ==
	    DMSC_E_OK && dmsc_tree_add(t, "New%2F/b", DMSC_FMT_BIN, "x/y", v,
	    NULL) == DMSC_E_OK;
}

static void
test_diff(void)
{
	struct dmsc_tree *a = dmsc_tree_new(MAX), *b = NULL;
	struct dmsc_rd v = dmsc_rd_str("value");
	struct dmsc_diff *d = NULL;
	size_t i;

	ok(dmsc_tree_add(a, "I/l", DMSC_FMT_CHR, NULL, v, NULL) ==
	    DMSC_E_OK && dmsc_tree_add(a, "I/gone/x", DMSC_FMT_CHR, NULL, v,
	    NULL) == DMSC_E_OK && dmsc_tree_add(a, "I/kind", DMSC_FMT_CHR,
	    NULL, v, NULL) == DMSC_E_OK, "made");
	b = dmsc_tree_clone(a);
	ok(b != NULL && dmsc_node_equal(dmsc_tree_root(a),
	    dmsc_tree_root(b)) && dmsc_tree_count(b) == 5 &&
	    dmsc_tree_bytes(a) == dmsc_tree_bytes(b), "a clone is equal");
	ok(dmsc_tree_diff(dmsc_tree_root(a), dmsc_tree_root(b), &d) ==
	    DMSC_E_OK && d->n_changes == 0, "no difference");
	dmsc_view_free(&dmsc_diff_view, d);
	ok(edit_for_diff(b) && !dmsc_node_equal(dmsc_tree_root(a),
	    dmsc_tree_root(b)), "edited");
	if (!ok(dmsc_tree_diff(dmsc_tree_root(a), dmsc_tree_root(b), &d) ==
	    DMSC_E_OK && d->n_changes == DMSC_COUNT(changes), "differences"))
		return;
	for (i = 0; i < d->n_changes; i++)
		ok(strcmp(d->changes[i].op, changes[i].op) == 0 &&
		    strcmp(d->changes[i].uri, changes[i].uri) == 0 &&
		    strcmp(d->changes[i].format, changes[i].format) == 0 &&
		    d->changes[i].is_text == changes[i].text,
		    changes[i].uri);
	ok(dmsc_rd_eq_str(dmsc_buf_rd(d->changes[0].before), "value") &&
	    dmsc_rd_eq_str(dmsc_buf_rd(d->changes[0].after), "other"),
	    "before and after");
	dmsc_view_free(&dmsc_diff_view, d);
	ok(dmsc_tree_diff(NULL, dmsc_tree_root(a), &d) == DMSC_E_OK &&
	    d->n_changes == 5, "from nothing");
	dmsc_view_free(&dmsc_diff_view, d);
	dmsc_tree_free(&a);
	dmsc_tree_free(&b);
}

int
main(void)
{
	test_uris();
	test_kinds();
	test_limits();
	test_acl();
	test_formats();
	test_diff();
	return tap_done();
}
