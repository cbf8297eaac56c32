/* codec: LwM2M bootstrap documents: bytes seen in the field, trees, JSON. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "codec/lwm2m.h"
#include "codec/docs.h"
#include "codec/mutate.h"
#include "tap.h"

enum { SEEDS = 1000 };

/* A sample of Nordic's: uicc.md 5.4. */
#define NORDIC "00010036000000003108002EC80025636F61703A2F2F6C657368616E2E65" \
	"636C6970736570726F6A656374732E696F3A35373833C10101C10203"
/* A SIM of T-Mobile's: no header at all. */
#define TMOBILE "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D" \
	"C10101410100C80506313233343536C805096C776D326D40646469"
/* What Anjay's generator makes: two objects. */
#define ANJAY "0002007A000000005E08015BC80022636F6170733A2F2F65752E696F742E" \
	"617673797374656D2E636C6F75643A35363834C10100C10200C803146578" \
	"616D706C652D70736B2D6964656E74697479C805133378406D706C335035" \
	"4B3533637233744B3379C10A01000100001208010FC10001C40100015180" \
	"C10600C10755"
/* Every length form, 2-byte numbers, versions, multiple resources, resources
 * beside no instance, values that do not fit. */
#define FORMS "000500860003010100221000001E870641000161012C07D80D0000080000" \
	"0000525D1C8086164400000300010CE70000153801F400000DE816440441" \
	"A00000F016450000000100060200001A080017C80008BFF8000000000000" \
	"C4013E200000C4027FC000000001000009C4010000003CC1170100000000" \
	"1108000EC302010203C1010284104200C0A8"

static const struct golden {
	const char *name, *hex, *pad;
	bool bare, shortest;
	const char *nodes;
} goldens[] = {
	{ "Nordic's sample", NORDIC, "FFFF", false, true,
	    "0\n0/0\n"
	    "0/0/0=chr:coap://leshan.eclipseprojects.io:5783\n"
	    "0/0/1=bool:true\n0/0/2=int:3\n" },
	{ "T-Mobile's blob", TMOBILE, "FF00FF", true, false,
	    "0\n0/0\n0/0/0=chr:bootp.iot.t-mobile.com\n"
	    "0/0/1=bool:true\n0/0/1~2=bool:false\n0/0/5=bin:313233343536\n"
	    "0/0/5~2=bin:6C776D326D40646469\n" },
	{ "Anjay's two objects", ANJAY, "", false, true,
	    "0\n0/1\n0/1/0=chr:coaps://eu.iot.avsystem.cloud:5684\n"
	    "0/1/1=bool:false\n0/1/2=int:0\n"
	    "0/1/3=bin:6578616D706C652D70736B2D6964656E74697479\n"
	    "0/1/5=bin:3378406D706C3350354B3533637233744B3379\n"
	    "0/1/10=int:1\n1\n1/1\n1/1/0=int:1\n1/1/1=int:86400\n"
	    "1/1/6=bool:false\n1/1/7=chr:U\n" },
	{ "every form", FORMS, "00FF", false, false,
	    "3 v1.1\n3/0\n3/0/6\n3/0/6/0=int:1\n3/0/6/300=int:7\n"
	    "3/0/13=int:1381833856\n3/0/22\n3/0/22/0=chr:3:1\n3303\n"
	    "3303/500\n3303/500/5700=bin:41A00000\n3303/500/5701=bin:\n"
	    "3303/1\n6 v2.0\n6/0\n6/0/0=float:-1.5\n6/0/1=float:0.15625\n"
	    "6/0/2=bin:7FC00000\n1\n1/0\n1/0/1=int:60\n1/0/23=bool:true\n"
	    "0\n0/0\n0/0/2=bin:010203\n0/0/1=bin:02\n0/0/16\n"
	    "0/0/16/0=int:49320\n" },
};

static int
list(const struct dmsc_node *n, struct dmsc_buf *out)
{
	const struct dmsc_node *c;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		if ((r = dmsc_node_uri(c, out)) == DMSC_E_OK &&
		    *dmsc_node_title(c) != '\0')
			r = dmsc_buf_fmt(out, " v%s", dmsc_node_title(c));
		if (r == DMSC_E_OK && dmsc_node_is_leaf(c))
			r = dmsc_buf_fmt(out, "=%s:",
			    dmsc_format_name(dmsc_node_format(c)));
		if (r == DMSC_E_OK && dmsc_node_is_leaf(c))
			r = dmsc_node_format(c) == DMSC_FMT_BIN ?
			    dmsc_hex_put(out, dmsc_node_value(c)) :
			    dmsc_buf_put(out, dmsc_node_value(c));
		if (r == DMSC_E_OK)
			r = dmsc_buf_str(out, "\n");
		if (r == DMSC_E_OK)
			r = list(c, out);
	}
	return r;
}

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

/* The tree in shortest forms is read as the same tree, and written so
 * again. */
static bool
there_and_back(const struct dmsc_tree *t)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *u = dmsc_tree_new(TREE_MAX);
	size_t used = 0;
	bool bare = true, good;

	good = dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), b, NULL) ==
	    DMSC_E_OK && dmsc_lwm2m_read(dmsc_buf_rd(b), u, &used, &bare,
	    NULL) == DMSC_E_OK && used == b->len && !bare &&
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(u)) &&
	    writes(u, dmsc_rd_of(NULL, 0), dmsc_buf_rd(b)) &&
	    writes(u, dmsc_buf_rd(b), dmsc_buf_rd(b));
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	return good;
}

/* JSON of the tree is read as the same tree, or refused with a reason. */
static bool
json_and_back(const struct dmsc_tree *t, bool must)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *u = dmsc_tree_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	bool good = dmsc_lwm2m_write_json(t, b) == DMSC_E_OK;
	int r;

	if (good) {
		r = dmsc_lwm2m_read_json(dmsc_buf_rd(b), u, &e);
		good = r == DMSC_E_OK ? dmsc_node_equal(dmsc_tree_root(t),
		    dmsc_tree_root(u)) : !must && r == DMSC_E_DATA &&
		    e.message[0] != '\0' && e.where[0] != '\0';
	}
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	return good;
}

/* What mutate promises: refused with a place, or read and kept. */
static bool
try(struct dmsc_rd in)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	size_t used = 0;
	bool bare, good;
	int r = dmsc_lwm2m_read(in, t, &used, &bare, &e);

	if (r != DMSC_E_OK)
		good = e.code == r && e.message[0] != '\0' &&
		    (in.left == 0 || e.where[0] != '\0');
	else
		good = used <= in.left && writes(t, in, dmsc_rd_slice(in, 0,
		    used)) && there_and_back(t) && json_and_back(t, false);
	dmsc_tree_free(&t);
	return good;
}

static void
test_golden(const struct golden *g)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX),
	    *text = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	size_t used = 0, len;
	bool bare = !g->bare;

	ok(dmsc_hex_get(g->hex, b) == DMSC_E_OK, g->name);
	len = b->len;
	ok(dmsc_hex_get(g->pad, b) == DMSC_E_OK &&
	    dmsc_lwm2m_read(dmsc_buf_rd(b), t, &used, &bare, &e) ==
	    DMSC_E_OK && used == len && bare == g->bare,
	    "read up to its padding");
	ok(list(dmsc_tree_root(t), text) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(text), g->nodes), "node by node");
	ok(writes(t, dmsc_buf_rd(b), dmsc_rd_slice(dmsc_buf_rd(b), 0, len)),
	    "unedited: the bytes read");
	ok(writes(t, dmsc_rd_of(NULL, 0), dmsc_rd_slice(dmsc_buf_rd(b), 0,
	    len)) == g->shortest, "written anew");
	ok(there_and_back(t), "the same tree from shortest forms");
	ok(mutate(dmsc_buf_rd(b), try), "cut and flipped");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	dmsc_buf_free(&text);
}

/* An edit of uri (value NULL: it is removed), and the bytes then. */
static const struct edit {
	const char *name, *hex, *uri, *value, *want;
	enum dmsc_format f;
} edits[] = {
	/* Lengths of 3 and 2 bytes, wide numbers and ints. */
	{ "what was not touched keeps its form",
	    "00020038000001000021180000000DD80000000161E4000A00000001"
	    "1001000BC80A080000000000000002000100000C28000008D0010004"
	    "00000005", "0/0/0", "zz",
	    "0002003400000100001D08000BC2007A7AE4000A000000011001000B"
	    "C80A080000000000000002000100000C28000008D001000400000005",
	    DMSC_FMT_CHR },
	{ "a changed bool in the blob", TMOBILE, "0/0/1", "false",
	    "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D"
	    "C10100410100C80506313233343536C805096C776D326D40646469",
	    DMSC_FMT_BOOL },
	{ "a removed double in the blob", TMOBILE, "0/0/5~2", NULL,
	    "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D"
	    "C10101410100C80506313233343536", DMSC_FMT_BIN },
	{ "a second object makes the blob a file", TMOBILE, "1/0/1", "5",
	    "000200460000000037080034C80016626F6F74702E696F742E742D6D"
	    "6F62696C652E636F6DC10101410100C80506313233343536C805096C"
	    "776D326D4064646900010000050300C10105", DMSC_FMT_INT },
};

static void
test_edit(const struct edit *c)
{
	struct dmsc_buf *in = dmsc_buf_new(TREE_MAX),
	    *want = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_node *n;
	size_t used;
	bool bare;
	int r;

	ok(dmsc_hex_get(c->hex, in) == DMSC_E_OK &&
	    dmsc_hex_get(c->want, want) == DMSC_E_OK &&
	    dmsc_lwm2m_read(dmsc_buf_rd(in), t, &used, &bare, NULL) ==
	    DMSC_E_OK, "an edit is set up");
	n = dmsc_tree_find(t, c->uri);
	if (c->value == NULL)
		r = dmsc_node_remove(t, n);
	else if (n != NULL)
		r = dmsc_node_set_value(t, n, dmsc_rd_str(c->value));
	else
		r = dmsc_tree_add(t, c->uri, c->f, NULL,
		    dmsc_rd_str(c->value), NULL);
	ok(r == DMSC_E_OK && writes(t, dmsc_buf_rd(in), dmsc_buf_rd(want)),
	    c->name);
	dmsc_tree_free(&t);
	dmsc_buf_free(&in);
	dmsc_buf_free(&want);
}

static const struct { const char *name, *hex; int want; } rows[] = {
	{ "nothing", "", DMSC_E_SHORT },
	{ "no objects", "00000000", DMSC_E_OK },
	{ "half a header", "000100", DMSC_E_SHORT },
	{ "size behind the end", "000100100000000000", DMSC_E_SHORT },
	{ "more objects than counted", "0001000A00000000000001000000",
	    DMSC_E_FORMAT },
	{ "fewer objects than counted", "0002000500000000000000",
	    DMSC_E_SHORT },
	{ "an instance overruns", "00010009000000000408000501", DMSC_E_SHORT },
	{ "an instance in an instance", "0001000B00000000060800030000FF",
	    DMSC_E_FORMAT },
	{ "a resource beside instances", "0001000A00000000050000C10101",
	    DMSC_E_FORMAT },
	{ "a resource in a multiple one", "0001000B00000000068304C1" "0001"
	    "0000", DMSC_E_FORMAT },
	{ "over 32 KB", "00017FFD", DMSC_E_LIMIT },
};

static void
test_rows(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t;
	struct dmsc_err e;
	size_t i, used;
	bool bare;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		t = dmsc_tree_new(TREE_MAX);
		dmsc_buf_reset(b);
		memset(&e, 0, sizeof e);
		r = dmsc_hex_get(rows[i].hex, b);
		if (r == DMSC_E_OK)
			r = dmsc_lwm2m_read(dmsc_buf_rd(b), t, &used, &bare,
			    &e);
		ok(r == rows[i].want && e.code == r, rows[i].name);
		dmsc_tree_free(&t);
	}
	dmsc_buf_free(&b);
}

static const struct {
	const char *name, *uri;
	enum dmsc_format f;
	const char *value, *hex;	/* of the resource; NULL: DATA */
} values[] = {
	{ "1 byte", "1/0/1", DMSC_FMT_INT, "-128", "C10180" },
	{ "2 bytes", "1/0/1", DMSC_FMT_INT, "128", "C2010080" },
	{ "4 bytes", "1/0/1", DMSC_FMT_INT, "86400", "C40100015180" },
	{ "8 bytes", "1/0/1", DMSC_FMT_INT, "-2147483649",
	    "C80108FFFFFFFF7FFFFFFF" },
	{ "the least", "1/0/1", DMSC_FMT_INT, "-9223372036854775808",
	    "C801088000000000000000" },
	{ "too much", "1/0/1", DMSC_FMT_INT, "9223372036854775808", NULL },
	{ "unsigned", "1/0/14", DMSC_FMT_INT, "18446744073709551615",
	    "C80E08FFFFFFFFFFFFFFFF" },
	{ "unsigned 255", "1/0/14", DMSC_FMT_INT, "255", "C10EFF" },
	{ "unsigned, less than 0", "1/0/14", DMSC_FMT_INT, "-1", NULL },
	{ "no number", "1/0/1", DMSC_FMT_CHR, "soon", NULL },
	{ "a number as chr", "1/0/1", DMSC_FMT_CHR, "60", "C1013C" },
	{ "bool", "1/0/6", DMSC_FMT_BOOL, "true", "C10601" },
	{ "no bool", "1/0/6", DMSC_FMT_CHR, "yes", NULL },
	{ "float", "6/0/0", DMSC_FMT_FLOAT, "-1.5", "C400BFC00000" },
	{ "double", "6/0/0", DMSC_FMT_FLOAT, "0.1",
	    "C800083FB999999999999A" },
	{ "not finite", "6/0/0", DMSC_FMT_FLOAT, "INF", NULL },
	{ "time", "1/0/12", DMSC_FMT_INT, "1700000000", "C40C6553F100" },
	{ "object link", "0/0/17", DMSC_FMT_CHR, "21:1", "C41100150001" },
	{ "no object link", "0/0/17", DMSC_FMT_CHR, "21", NULL },
	{ "object link, too large", "0/0/17", DMSC_FMT_CHR, "21:65536",
	    NULL },
	{ "text", "1/0/7", DMSC_FMT_CHR, "UQ", "C2075551" },
	{ "no UTF-8", "1/0/7", DMSC_FMT_CHR, "\xFF", NULL },
	{ "opaque", "0/0/5", DMSC_FMT_BIN, "\xFF", "C105FF" },
	{ "executed", "1/0/4", DMSC_FMT_CHR, "1", NULL },
	{ "unknown text", "9/0/300", DMSC_FMT_CHR, "abc", "E3012C616263" },
	{ "a name that is no number", "9/0/x", DMSC_FMT_CHR, "abc", NULL },
	{ "a number too large", "9/0/65536", DMSC_FMT_CHR, "abc", NULL },
	{ "a value for an instance", "9/0", DMSC_FMT_CHR, "abc", NULL },
	{ "below a resource instance", "9/0/1/2/3", DMSC_FMT_CHR, "a", NULL },
};

static bool
value_row(size_t i)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX), *hex = NULL;
	struct dmsc_rd r = dmsc_rd_of(NULL, 0);
	struct dmsc_err e = { 0 };
	bool good = false;
	int code;

	hex = dmsc_buf_new(TREE_MAX);
	code = dmsc_tree_add(t, values[i].uri, values[i].f, NULL,
	    dmsc_rd_str(values[i].value), NULL);
	if (code == DMSC_E_OK)
		code = dmsc_lwm2m_write(t, r, b, &e);
	if (values[i].hex == NULL)
		good = code == DMSC_E_DATA && e.code == code &&
		    b->len == 0 && e.where[0] != '\0';
	else {
		good = code == DMSC_E_OK && dmsc_hex_get(values[i].hex,
		    hex) == DMSC_E_OK && b->len > hex->len &&
		    dmsc_rd_eq(dmsc_rd_slice(dmsc_buf_rd(b), b->len -
		    hex->len, hex->len), dmsc_buf_rd(hex));
	}
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	dmsc_buf_free(&hex);
	return good;
}

/* With canonical bytes as read an edit gives what is written anew. */
static bool
edited(struct dmsc_tree *t, uint32_t *seed)
{
	struct dmsc_buf *was = dmsc_buf_new(TREE_MAX),
	    *anew = dmsc_buf_new(TREE_MAX), *tmp = dmsc_buf_new(TREE_MAX);
	bool good;

	good = dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), was, NULL) ==
	    DMSC_E_OK;
	if (dmsc_tree_count(t) > 0 && trees_draw(seed, 2) == 0)
		good = good && dmsc_node_remove(t, dmsc_node_first(
		    dmsc_node_first(dmsc_tree_root(t)))) == DMSC_E_OK;
	else
		docs_resource(seed, t, tmp);
	good = good && dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), anew, NULL)
	    == DMSC_E_OK && writes(t, dmsc_buf_rd(was), dmsc_buf_rd(anew));
	dmsc_buf_free(&was);
	dmsc_buf_free(&anew);
	dmsc_buf_free(&tmp);
	return good;
}

static void
test_random(void)
{
	bool back = true, json = true, edit = true;
	uint32_t i, seed;

	for (i = 1; i <= SEEDS && back && json && edit; i++) {
		struct dmsc_tree *t;

		seed = i * 2654435761u;
		t = docs_lwm2m(&seed);
		back = there_and_back(t);
		json = json_and_back(t, true);
		edit = edited(t, &seed);
		dmsc_tree_free(&t);
	}
	ok(back, "random trees to bytes and back");
	ok(json, "random trees to JSON and back");
	ok(edit, "random trees edited");
}

static const struct { const char *name, *json; int want; } texts[] = {
	{ "by name", "{\"Security\":{\"version\":\"1.1\",\"0\":{\"ServerURI\":"
	    "\"coap://h\",\"SecurityMode\":3,\"SecretKey\":{\"hex\":\"00ff\"}"
	    ",\"PublicKeyOrIdentity\":{\"text\":\"me\"}}},\"Server\":{\"1\":"
	    "{\"Lifetime\":60,\"NotificationStoring\":true,\"7\":\"U\","
	    "\"300\":{\"0\":{\"hex\":\"\"}}}}}", DMSC_E_OK },
	{ "no JSON", "{", DMSC_E_FORMAT },
	{ "no object", "[]", DMSC_E_DATA },
	{ "unknown object", "{\"Sekurity\":{}}", DMSC_E_DATA },
	{ "unknown resource", "{\"Server\":{\"0\":{\"LifeTime\":1}}}",
	    DMSC_E_DATA },
	{ "a name and its number", "{\"Server\":{},\"1\":{}}", DMSC_E_DATA },
	{ "an instance's name", "{\"Server\":{\"x\":{}}}", DMSC_E_DATA },
	{ "an instance that is none", "{\"Server\":{\"0\":1}}", DMSC_E_DATA },
	{ "an object that is none", "{\"Server\":1}", DMSC_E_DATA },
	{ "a version that is none", "{\"Server\":{\"version\":\"1\"}}",
	    DMSC_E_DATA },
	{ "a version with a zero before",
	    "{\"Server\":{\"version\":\"01.0\"}}", DMSC_E_DATA },
	{ "a version too large", "{\"Server\":{\"version\":\"256.0\"}}",
	    DMSC_E_DATA },
	{ "text for a number", "{\"Server\":{\"0\":{\"Lifetime\":\"60\"}}}",
	    DMSC_E_DATA },
	{ "a fraction for a number",
	    "{\"Server\":{\"0\":{\"Lifetime\":1.5}}}", DMSC_E_DATA },
	{ "out of range", "{\"Server\":{\"0\":{\"ShortServerID\":65536}}}",
	    DMSC_E_DATA },
	{ "less than 0", "{\"Security\":{\"0\":{\"SecurityMode\":-1}}}",
	    DMSC_E_DATA },
	{ "a number for text", "{\"Server\":{\"0\":{\"Binding\":1}}}",
	    DMSC_E_DATA },
	{ "1 for true", "{\"Security\":{\"0\":{\"BootstrapServer\":1}}}",
	    DMSC_E_DATA },
	{ "text for a key", "{\"Security\":{\"0\":{\"SecretKey\":\"00\"}}}",
	    DMSC_E_DATA },
	{ "no hex", "{\"Security\":{\"0\":{\"SecretKey\":{\"hex\":\"0x\"}}}}",
	    DMSC_E_DATA },
	{ "executed", "{\"Server\":{\"0\":{\"Disable\":1}}}", DMSC_E_DATA },
	{ "one value for many",
	    "{\"Device\":{\"0\":{\"ErrorCode\":1}}}", DMSC_E_DATA },
	{ "many for one", "{\"Server\":{\"0\":{\"Lifetime\":{\"0\":1}}}}",
	    DMSC_E_DATA },
	{ "a bad link", "{\"Security\":{\"0\":{\"OSCORESecurityMode\":"
	    "\"21\"}}}", DMSC_E_DATA },
};

static bool
try_json(struct dmsc_rd in)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	int r = dmsc_lwm2m_read_json(in, t, &e);
	bool good = e.code == r && (r == DMSC_E_OK ? there_and_back(t) :
	    e.message[0] != '\0' && e.where[0] != '\0');

	dmsc_tree_free(&t);
	return good;
}

static void
test_json(void)
{
	struct dmsc_tree *t;
	struct dmsc_err e;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(texts); i++) {
		t = dmsc_tree_new(TREE_MAX);
		memset(&e, 0, sizeof e);
		r = dmsc_lwm2m_read_json(dmsc_rd_str(texts[i].json), t, &e);
		ok(r == texts[i].want && e.code == r, texts[i].name);
		if (r == DMSC_E_OK)
			ok(there_and_back(t) && json_and_back(t, true) &&
			    mutate(dmsc_rd_str(texts[i].json), try_json),
			    "there and back, cut and flipped");
		dmsc_tree_free(&t);
	}
}

/* As much as a file can hold is read in a moment, doubles are bounded. */
static void
test_large(void)
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_tree *t = dmsc_tree_new(16 * TREE_MAX);
	size_t used, i;
	bool bare;
	int r = DMSC_E_OK;

	for (i = 0; i < 8000 && r == DMSC_E_OK; i++)
		r = dmsc_buf_u8(b, 0xE0) == DMSC_E_OK ?
		    dmsc_buf_u16(b, (unsigned)i) : DMSC_E_NOMEM;
	ok(r == DMSC_E_OK && dmsc_lwm2m_read(dmsc_buf_rd(b), t, &used, &bare,
	    NULL) == DMSC_E_OK && used == 24000 && bare &&
	    dmsc_tree_count(t) == 8002 && writes(t, dmsc_buf_rd(b),
	    dmsc_buf_rd(b)), "8000 resources");
	dmsc_tree_free(&t);
	t = dmsc_tree_new(16 * TREE_MAX);
	for (i = 0; i < 8000; i++)
		b->p[3 * i + 1] = b->p[3 * i + 2] = 7;
	ok(dmsc_lwm2m_read(dmsc_buf_rd(b), t, &used, &bare, NULL) ==
	    DMSC_E_LIMIT, "8000 times the same");
	dmsc_tree_free(&t);
	t = dmsc_tree_new(16 * TREE_MAX);
	dmsc_buf_reset(b);
	ok(dmsc_buf_fill(b, 'x', DMSC_LWM2M_MAX) == DMSC_E_OK &&
	    dmsc_tree_add(t, "0/0/0", DMSC_FMT_CHR, NULL, dmsc_buf_rd(b),
	    NULL) == DMSC_E_OK && dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), b,
	    NULL) == DMSC_E_LIMIT && b->len == DMSC_LWM2M_MAX,
	    "more than a file holds is refused");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(goldens); i++)
		test_golden(&goldens[i]);
	for (i = 0; i < DMSC_COUNT(edits); i++)
		test_edit(&edits[i]);
	test_rows();
	for (i = 0; i < DMSC_COUNT(values); i++)
		ok(value_row(i), values[i].name);
	test_random();
	test_json();
	test_large();
	return tap_done();
}
