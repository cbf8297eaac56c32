/* codec: LwM2M by name: paths, the table, titles, values, what it looks
 * like. */
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/lwm2m.h"
#include "tap.h"

enum { TREE_MAX = 1 << 20 };

/* A SIM of T-Mobile's: no header at all. */
#define TMOBILE "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D" \
	"C10101410100C80506313233343536C805096C776D326D40646469"

static bool
writes(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_rd want)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	bool good = dmsc_lwm2m_write(t, as_read, b, &e) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), want);

	dmsc_buf_free(&b);
	return good;
}

static bool
same_bytes(const struct dmsc_tree *t, const struct dmsc_tree *u)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool same = dmsc_lwm2m_write(u, dmsc_rd_of(NULL, 0), b, NULL) ==
	    DMSC_E_OK && writes(t, dmsc_rd_of(NULL, 0), dmsc_buf_rd(b)) &&
	    writes(t, dmsc_buf_rd(b), dmsc_buf_rd(b));

	dmsc_buf_free(&b);
	return same;
}

static const struct { const char *path, *want; } paths[] = {
	{ "Security/0/ServerURI", "0/0/0" }, { "0/0/0", "0/0/0" },
	{ "Server/1/Lifetime", "1/1/1" }, { "./Server", "1" }, { "", "" },
	{ ".", "" }, { "Device/0/ErrorCode/3", "3/0/11/3" },
	{ "Security/0/SecretKey~2", "0/0/5~2" }, { "77/0/5", "77/0/5" },
	{ "Security/0/Lifetime", NULL }, { "Sekurity", NULL },
	{ "Server/first", NULL }, { "Server/00", NULL }, { "Server/", NULL },
	{ "Server//1", NULL }, { "65536", NULL }, { "0/0/5~1", NULL }
};

static void
test_paths(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(paths); i++) {
		dmsc_buf_reset(b);
		r = dmsc_lwm2m_path(paths[i].path, b);
		ok(paths[i].want == NULL ? r == DMSC_E_NOTFOUND &&
		    b->len == 0 : r == DMSC_E_OK && dmsc_rd_eq_str(
		    dmsc_buf_rd(b), paths[i].want), paths[i].path);
	}
	dmsc_buf_free(&b);
}

/* Numbers are unique, names too; formats go with types. */
static void
test_table(void)
{
	const struct dmsc_lwm2m_res *a, *b;
	bool good = true;
	size_t i, k;

	for (i = 0; (a = dmsc_lwm2m_resource_at(i)) != NULL; i++) {
		good = good && dmsc_lwm2m_resource(a->object, a->id) == a &&
		    dmsc_lwm2m_object_name(a->object) != NULL &&
		    a->kind != DMSC_LWM2M_UNKNOWN;
		for (k = 0; k < i; k++) {
			b = dmsc_lwm2m_resource_at(k);
			good = good && (a->object != b->object ||
			    strcmp(a->path_name, b->path_name) != 0);
		}
	}
	ok(good && i > 90, "the table");
	ok(dmsc_lwm2m_resource(0, 5)->secret &&
	    dmsc_lwm2m_resource(0, 0)->secret == false &&
	    dmsc_lwm2m_resource(9, 0) == NULL &&
	    dmsc_lwm2m_object_name(9) == NULL, "what it says");
	good = true;
	for (i = 0; (a = dmsc_lwm2m_resource_at(i)) != NULL; i++)
		good = good && a->secret == dmsc_name_is_secret(a->path_name);
	ok(good, "what is secret is so by its name");
}

static bool
title_is(const struct dmsc_tree *t, const char *uri, const char *want)
{
	return strcmp(dmsc_node_title(dmsc_tree_find(t, uri)), want) == 0;
}

static void
test_titles(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX),
	    *u = dmsc_tree_new(TREE_MAX);
	const char *json = "{\"Security\":{\"version\":\"1.1\",\"0\":{"
	    "\"SecretKey\":{\"hex\":\"00\"},\"Ciphersuite\":{\"7\":1},"
	    "\"99\":{\"hex\":\"01\"}}}}";
	struct dmsc_node *n;

	ok(dmsc_lwm2m_read_json(dmsc_rd_str(json), t, NULL) == DMSC_E_OK &&
	    dmsc_lwm2m_read_json(dmsc_rd_str(json), u, NULL) == DMSC_E_OK &&
	    dmsc_lwm2m_titles(t) == DMSC_E_OK &&
	    title_is(t, "0", "1.1") && title_is(t, "0/0", "") &&
	    title_is(t, "0/0/5", "SecretKey") && title_is(t, "0/0/99", "") &&
	    title_is(t, "0/0/16/7", "Ciphersuite"), "titles of the table");
	ok(dmsc_node_is_secret(dmsc_tree_find(t, "0/0/5")) &&
	    !dmsc_node_is_secret(dmsc_tree_find(t, "0/0/99")),
	    "tell what is secret");
	n = dmsc_tree_find(t, "0/0/5");
	ok(dmsc_node_rename(t, n, "3") == DMSC_E_OK && dmsc_lwm2m_titles(t) ==
	    DMSC_E_OK && title_is(t, "0/0/3", "PublicKeyOrIdentity") &&
	    dmsc_node_rename(t, n, "98") == DMSC_E_OK &&
	    dmsc_lwm2m_titles(t) == DMSC_E_OK && title_is(t, "0/0/98", "") &&
	    dmsc_node_rename(t, n, "5") == DMSC_E_OK &&
	    dmsc_lwm2m_titles(t) == DMSC_E_OK, "and move with the number");
	ok(same_bytes(t, u), "and are not written");
	ok(dmsc_node_set_title(t, n, "mine") == DMSC_E_OK &&
	    dmsc_lwm2m_titles(t) == DMSC_E_OK && title_is(t, "0/0/5", "mine")
	    && !same_bytes(t, u), "another title is refused");
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
}

static const struct { const char *name, *path; enum dmsc_format f;
    const char *value; int want; } checks[] = {
	{ "40 bits", "1/0/1", DMSC_FMT_INT, "1099511627775", DMSC_E_OK },
	{ "unsigned, 64 bits", "1/0/18", DMSC_FMT_INT,
	    "18446744073709551615", DMSC_E_OK },
	{ "signed, more than 63 bits", "1/0/1", DMSC_FMT_INT,
	    "9223372036854775808", DMSC_E_DATA },
	{ "over the table's most", "0/0/10", DMSC_FMT_INT, "65536",
	    DMSC_E_DATA },
	{ "below none", "0/0/10", DMSC_FMT_INT, "-1", DMSC_E_DATA },
	{ "the most", "0/0/10", DMSC_FMT_INT, "65535", DMSC_E_OK },
	{ "no number", "1/0/1", DMSC_FMT_CHR, "long", DMSC_E_DATA },
	{ "an instance of many", "0/0/16/3", DMSC_FMT_INT, "49320",
	    DMSC_E_OK },
	{ "too deep", "0/0/16/3/1", DMSC_FMT_INT, "1", DMSC_E_DATA },
	{ "no resource", "0/0", DMSC_FMT_INT, "1", DMSC_E_DATA },
	{ "unknown, an int", "77/0/5", DMSC_FMT_INT, "5000000000",
	    DMSC_E_OK },
	{ "a bool", "0/0/1", DMSC_FMT_BOOL, "yes", DMSC_E_DATA },
	{ "bytes go anywhere", "0/0/1", DMSC_FMT_BIN, "yes", DMSC_E_OK },
};

static void
test_checks(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(checks); i++)
		ok(dmsc_lwm2m_check(checks[i].path, checks[i].f,
		    dmsc_rd_str(checks[i].value)) == checks[i].want,
		    checks[i].name);
}

/* Forms that are told from others by their bytes. */
static const struct { const char *name, *hex; bool is; } forms[] = {
	{ "a blob with no header", TMOBILE, true },
	{ "with padding", "C10061FFFF00", true },
	{ "one resource", "C10061", true },
	{ "cut", "C10261C80510", false },
	{ "no text first", "C10001", false },
	{ "another resource first", "C10161", false },
	{ "bytes behind the padding", "C10061FF61", false },
	{ "text", "C3A97465787465", false },
};

static void
test_forms(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	size_t i;

	for (i = 0; i < DMSC_COUNT(forms); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(forms[i].hex, b) == DMSC_E_OK &&
		    (dmsc_form_guess(dmsc_buf_rd(b)) == DMSC_FORM_LWM2M) ==
		    forms[i].is, forms[i].name);
	}
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_paths();
	test_table();
	test_titles();
	test_checks();
	test_forms();
	return tap_done();
}
