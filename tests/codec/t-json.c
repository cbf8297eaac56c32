/* codec: JSON of views and nodes, and nodes back from it. */
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "codec/trees.h"
#include "tap.h"

struct inner { char *name; unsigned u; };
struct outer {
	char *text, *none;
	bool flag;
	int number, tri, unknown;
	size_t size;
	struct dmsc_buf *bytes;
	char **words;
	size_t n_words;
	struct inner *list;
	size_t n_list;
	struct inner *sub, *no_sub;
};
static const struct dmsc_field inner_fields[] = {
	DMSC_F(inner, name, DMSC_K_STR), DMSC_F(inner, u, DMSC_K_UINT),
	DMSC_F_END
};
static const struct dmsc_view inner_view = { "inner", sizeof(struct inner),
    inner_fields };
static const struct dmsc_field outer_fields[] = {
	DMSC_F(outer, text, DMSC_K_STR), DMSC_F(outer, none, DMSC_K_STR),
	DMSC_F_AS("private", outer, flag, DMSC_K_BOOL),
	DMSC_F(outer, number, DMSC_K_INT), DMSC_F(outer, tri, DMSC_K_TRI),
	DMSC_F(outer, unknown, DMSC_K_TRI),
	DMSC_F(outer, size, DMSC_K_SIZE), DMSC_F(outer, bytes, DMSC_K_BYTES),
	DMSC_F_STRS(outer, words, n_words),
	DMSC_F_LIST(outer, list, n_list, &inner_view),
	DMSC_F_SUB(outer, sub, &inner_view),
	DMSC_F_SUB(outer, no_sub, &inner_view), DMSC_F_END
};
static const struct dmsc_view outer_view = { "outer", sizeof(struct outer),
    outer_fields };

static void
test_view(void)
{
	static const char want[] = "{\"text\":\"a\\\"\\u0001\xC3\xA9\","
	    "\"none\":null,\"private\":true,\"number\":-5,"
	    "\"tri\":false,\"unknown\":null,\"size\":70000,"
	    "\"bytes\":{\"hex\":\"00FF\"},\"words\":[\"x\",\"\xEF\xBF\xBD\"],"
	    "\"list\":[{\"name\":\"one\",\"u\":7}],"
	    "\"sub\":{\"name\":null,\"u\":0},\"no_sub\":null}";
	struct outer *o = dmsc_view_new(&outer_view);
	struct dmsc_buf *b = dmsc_buf_new(1000);
	struct inner *i;

	o->flag = true;
	o->number = -5;
	o->unknown = -1;
	o->size = 70000;
	o->bytes = dmsc_buf_from(dmsc_rd_of("\0\xFF", 2), 2);
	o->sub = dmsc_view_new(&inner_view);
	i = dmsc_list_add(&o->list, &o->n_list, sizeof *i);
	i->u = 7;
	ok(dmsc_str_set(&o->text, "a\"\1\xC3\xA9") == 0 &&
	    dmsc_str_set(&i->name, "one") == 0 &&
	    dmsc_strs_add(&o->words, &o->n_words, "x") == 0 &&
	    dmsc_strs_add(&o->words, &o->n_words, "\xFF") == 0, "made");
	ok(dmsc_json_view(&outer_view, o, b) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), want), "every kind");
	dmsc_buf_reset(b);
	ok(dmsc_json_view(&outer_view, NULL, b) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), "null"), "no object");
	dmsc_buf_free(&b);
	b = dmsc_buf_new(20);
	ok(dmsc_json_view(&outer_view, o, b) == DMSC_E_LIMIT && b->len == 0,
	    "no room leaves nothing");
	dmsc_buf_free(&b);
	dmsc_view_free(&outer_view, o);
}

static const struct { const char *name, *json; int want; } rows[] = {
	{ "a leaf", "{\"name\":\"a\",\"format\":\"chr\",\"value\":\"x\"}",
	    DMSC_E_OK },
	{ "format by default", "{\"name\":\"a\",\"value\":\"x\"}",
	    DMSC_E_OK },
	{ "nodes", "{\"name\":\"a\",\"format\":\"node\",\"acl\":\"Get=*\","
	    "\"nodes\":[{\"name\":\"b\",\"format\":\"bin\",\"value\":"
	    "{\"hex\":\"00FF\"}},{\"name\":\"c\",\"format\":\"null\","
	    "\"value\":null}]}", DMSC_E_OK },
	{ "the root", "{\"name\":\".\",\"format\":\"node\",\"nodes\":[]}",
	    DMSC_E_OK },
	{ "no JSON", "{", DMSC_E_FORMAT },
	{ "no object", "[]", DMSC_E_FORMAT },
	{ "no name", "{\"format\":\"chr\"}", DMSC_E_FORMAT },
	{ "unknown format", "{\"name\":\"a\",\"format\":\"txt\"}",
	    DMSC_E_FORMAT },
	{ "half a byte", "{\"name\":\"a\",\"format\":\"bin\",\"value\":"
	    "{\"hex\":\"0\"}}", DMSC_E_SHORT },
	{ "a leaf with nodes", "{\"name\":\"a\",\"format\":\"chr\","
	    "\"nodes\":[]}", DMSC_E_FORMAT },
	{ "a node with a value", "{\"name\":\"a\",\"format\":\"node\","
	    "\"value\":\"x\"}", DMSC_E_FORMAT },
	{ "a number", "{\"name\":\"a\",\"format\":\"int\",\"value\":1}",
	    DMSC_E_FORMAT },
	{ "a bad ACL", "{\"name\":\"a\",\"format\":\"chr\",\"acl\":\"x\"}",
	    DMSC_E_FORMAT },
	{ "twice the same", "{\"name\":\"a\",\"format\":\"node\",\"nodes\":"
	    "[{\"name\":\"b\"},{\"name\":\"b\"}]}", DMSC_E_FORMAT },
};

static int
read_into_new(struct dmsc_rd text, struct dmsc_tree **out)
{
	struct dmsc_err e = { 0 };
	int r;

	*out = dmsc_tree_new(TREE_MAX);
	r = dmsc_json_read_node(text, *out, dmsc_tree_root(*out), &e);
	if (r != DMSC_E_OK && (e.code != r || e.message[0] == '\0' ||
	    dmsc_tree_count(*out) != 0))
		return DMSC_E_INTERNAL;
	return r;
}

static void
mutate(struct dmsc_rd in)
{
	struct dmsc_buf *b = dmsc_buf_from(in, in.left);
	struct dmsc_tree *t;
	size_t i;
	bool good = true;

	for (i = 0; i < in.left && good; i++) {
		good = read_into_new(dmsc_rd_of(in.p, i), &t) !=
		    DMSC_E_INTERNAL;
		dmsc_tree_free(&t);
	}
	for (i = 0; i < in.left * 8 && good; i++) {
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
		good = read_into_new(dmsc_buf_rd(b), &t) != DMSC_E_INTERNAL;
		dmsc_tree_free(&t);
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	ok(good, "cut and flipped");
	dmsc_buf_free(&b);
}

static void
test_rows(void)
{
	struct dmsc_tree *t;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		ok(read_into_new(dmsc_rd_str(rows[i].json), &t) ==
		    rows[i].want, rows[i].name);
		dmsc_tree_free(&t);
		if (rows[i].want == DMSC_E_OK)
			mutate(dmsc_rd_str(rows[i].json));
	}
}

static void
test_depth(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t;
	int i, r = DMSC_E_OK;

	for (i = 0; i < 3000 && r == DMSC_E_OK; i++)
		r = dmsc_buf_str(b, "{\"name\":\"a\",\"nodes\":[");
	ok(r == DMSC_E_OK && read_into_new(dmsc_buf_rd(b), &t) ==
	    DMSC_E_FORMAT, "3000 levels");
	dmsc_tree_free(&t);
	dmsc_buf_reset(b);
	for (i = 0; i < 100 && r == DMSC_E_OK; i++)
		r = dmsc_buf_str(b, "{\"name\":\"a\",\"nodes\":[");
	for (i = 0; i < 100 && r == DMSC_E_OK; i++)
		r = dmsc_buf_str(b, "]}");
	ok(r == DMSC_E_OK && read_into_new(dmsc_buf_rd(b), &t) ==
	    DMSC_E_LIMIT, "100 levels");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

static void
test_round_trip(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool good = true;
	uint32_t seed;

	for (seed = 1; seed <= 200 && good; seed++) {
		struct dmsc_tree *t = trees_random(seed, TREES_BINARY |
		    TREES_SPACES | TREES_TITLES | TREES_EMPTY, 30), *u;

		dmsc_buf_reset(b);
		good = dmsc_json_node(dmsc_tree_root(t), -1, b) == DMSC_E_OK &&
		    read_into_new(dmsc_buf_rd(b), &u) == DMSC_E_OK &&
		    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(u));
		dmsc_tree_free(&t);
		dmsc_tree_free(&u);
	}
	ok(good, "200 random trees there and back");
	dmsc_buf_free(&b);
}

static void
test_shallow(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);

	ok(dmsc_tree_add(t, "A/b", DMSC_FMT_CHR, NULL, dmsc_rd_str("v"),
	    NULL) == DMSC_E_OK && dmsc_json_node(dmsc_tree_find(t, "A"), 0,
	    b) == DMSC_E_OK && dmsc_rd_eq_str(dmsc_buf_rd(b),
	    "{\"name\":\"A\",\"format\":\"node\",\"type\":\"\"}"),
	    "depth 0 has no nodes");
	dmsc_buf_reset(b);
	ok(dmsc_json_node(dmsc_tree_find(t, "A"), 1, b) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), "{\"name\":\"A\",\"format\":"
	    "\"node\",\"type\":\"\",\"nodes\":[{\"name\":\"b\",\"format\":"
	    "\"chr\",\"type\":\"text/plain\",\"value\":\"v\"}]}"), "depth 1");
	dmsc_buf_free(&b);
	dmsc_tree_free(&t);
}

int
main(void)
{
	test_view();
	test_rows();
	test_depth();
	test_round_trip();
	test_shallow();
	return tap_done();
}
