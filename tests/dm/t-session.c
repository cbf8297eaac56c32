/*
 * dm: whole messages to the responder (OMA DM 1.2, reference 4.4 to 4.6):
 * Atomic, Sequence, Alert, credentials and versions, what Get answers, large
 * objects both ways, and messages that are too small for their answers.
 */
#include "codec/inner.h"
#include "tap.h"
#include "world.h"

/* A script: "Atomic" and "Sequence" hold what follows up to "end". */
struct step { const char *cmd, *uri, *data; unsigned want; };
struct script {
	const char *name;
	struct step steps[8];
	const char *uri, *value;	/* a node behind it; value NULL: gone */
};
static const struct script scripts[] = {
	{ "an Atomic that succeeds", {			/* 4.5 */
	    { "Atomic", NULL, NULL, 200 }, { "Add", "./X/n", "1", 200 },
	    { "Replace", "./X/n", "2", 200 }, { "end", NULL, NULL, 0 } },
	    "X/n", "2" },
	{ "an Atomic that fails in the middle", {
	    { "Atomic", NULL, NULL, 507 }, { "Add", "./X/n", "1", 216 },
	    { "Delete", "./X/none", NULL, 404 },
	    { "Replace", "./X/chr", "2", 215 }, { "end", NULL, NULL, 0 } },
	    "X/n", NULL },
	{ "an Atomic that fails at its end", {
	    { "Atomic", NULL, NULL, 507 }, { "Delete", "./X/sub", NULL, 216 },
	    { "Replace", "./X/chr?prop=Name", "neu", 216 },
	    { "Copy", "./X/int>./X/bool", NULL, 216 },
	    { "Add", "./B/n", "1", 425 }, { "end", NULL, NULL, 0 } },
	    "X/sub/one", "1" },
	{ "a Get inside an Atomic", {
	    { "Atomic", NULL, NULL, 507 }, { "Add", "./X/n", "1", 216 },
	    { "Get", "./X/chr", NULL, 500 }, { "end", NULL, NULL, 0 } },
	    "X/n", NULL },
	{ "an Exec inside an Atomic", {
	    { "Atomic", NULL, NULL, 507 },
	    { "Exec", "./X/chr", NULL, 500 },
	    { "Add", "./X/n", "1", 215 }, { "end", NULL, NULL, 0 } },
	    "X/n", NULL },
	{ "a refused Alert inside an Atomic", {
	    { "Atomic", NULL, NULL, 507 }, { "Add", "./X/n", "1", 216 },
	    { "Alert", NULL, "1226", 406 }, { "end", NULL, NULL, 0 } },
	    "X/n", NULL },
	{ "a Sequence goes on behind a failure", {
	    { "Sequence", NULL, NULL, 200 },
	    { "Delete", "./X/none", NULL, 404 },
	    { "Add", "./X/n", "1", 200 }, { "end", NULL, NULL, 0 } },
	    "X/n", "1" },
	{ "No ends a Sequence", {			/* 5.3 */
	    { "Sequence", NULL, NULL, 200 }, { "Alert", "ask", "1101", 304 },
	    { "Add", "./X/n", "1", 215 }, { "end", NULL, NULL, 0 },
	    { "Add", "./X/m", "1", 200 } }, "X/n", NULL },
	{ "No fails an Atomic", {
	    { "Atomic", NULL, NULL, 507 }, { "Add", "./X/n", "1", 216 },
	    { "Alert", "ask", "1101", 304 },
	    { "Add", "./X/m", "1", 215 }, { "end", NULL, NULL, 0 },
	    { "Get", "./X/chr", NULL, 200 } }, "X/n", NULL },
	{ "No in the body hinders nothing", {
	    { "Alert", "ask", "1101", 304 }, { "Add", "./X/n", "1", 200 } },
	    "X/n", "1" },
	{ "a user who cancels ends the message", {
	    { "Alert", "ask", "1100", 214 }, { "Add", "./X/n", "1", 215 },
	    { "Get", "./X/chr", NULL, 215 } }, "X/n", NULL },
	{ "commands see what came before them", {
	    { "Add", "./X/n", "1", 200 }, { "Add", "./X/n", "1", 418 },
	    { "Delete", "./X/n", NULL, 200 },
	    { "Delete", "./X/n", NULL, 404 } }, "X/n", NULL },
};

static unsigned
on_alert(void *ctx, const struct dmsc_cmd *c)
{
	(void)ctx;
	return strcmp(c->data, "1101") == 0 ? DMSC_DM_NO :
	    strcmp(c->data, "1100") == 0 ? DMSC_DM_CANCELLED :
	    DMSC_DM_UNSUPPORTED;
}

static void
ask(struct dmsc_msg *m, struct dmsc_cmd *c)
{
	while (c->n_items < 2)
		if (dmsc_msg_item(m, c) == NULL)
			abort();
}

static struct dmsc_responder *
responder(struct dmsc_tree *t, const struct dmsc_dm_opts *o)
{
	struct dmsc_responder *r;

	if (dmsc_responder_new(t, o, &r) != DMSC_E_OK)
		abort();
	return r;
}

/* Whether the node has the value; NULL: whether it is gone. */
static bool
has(const struct dmsc_tree *t, const char *uri, const char *value)
{
	const struct dmsc_node *n = dmsc_tree_find(t, uri);

	return value == NULL ? n == NULL : n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), value);
}

static void
test_script(const struct script *s)
{
	struct dmsc_dm_opts o = world_opts;
	struct dmsc_tree *t = world_tree();
	struct dmsc_msg *m = world_msg("7"), *out;
	struct dmsc_cmd *around = NULL, *c[8] = { NULL };
	struct dmsc_responder *r;
	bool good;
	size_t i;

	o.hooks.alert = on_alert;
	r = responder(t, &o);
	for (i = 0; i < DMSC_COUNT(s->steps) && s->steps[i].cmd != NULL;
	    i++) {
		if (strcmp(s->steps[i].cmd, "end") == 0) {
			around = NULL;
			continue;
		}
		c[i] = world_cmd(m, around, s->steps[i].cmd, s->steps[i].uri,
		    NULL, NULL, s->steps[i].data);
		if (c[i]->kind == DMSC_CMD_ALERT)
			ask(m, c[i]);
		if (c[i]->kind == DMSC_CMD_ATOMIC ||
		    c[i]->kind == DMSC_CMD_SEQUENCE)
			around = c[i];
	}
	good = dmsc_responder_take(r, m, NULL) == DMSC_E_OK;
	out = world_said(r);
	for (i = 0; i < DMSC_COUNT(c); i++)
		if (c[i] != NULL && world_status(out, c[i]->id) !=
		    s->steps[i].want) {
			printf("# step %zu: %u\n", i,
			    world_status(out, c[i]->id));
			good = false;
		}
	ok(good && has(t, s->uri, s->value), s->name);
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

/* What Get answers: "uri|format|type|data" of each Item, in order. */
struct get { const char *uri, *want; };
static const struct get gets[] = {			/* 1.7, 1.3 */
	{ "./X/chr", "./X/chr|||text;" },
	{ "./X/int", "./X/int|int|text/plain|5;" },
	{ "./X/null", "./X/null|null|text/plain|;" },
	{ "./X/sub", "./X/sub|node|text/plain|one/a%2Fb;" },
	{ "./X/empty", "./X/empty|node|text/plain|;" },
	{ ".", ".|node|text/plain|A/B/X;" },
	{ "./X/sub/a%2Fb", "./X/sub/a%2Fb|||2;" },
	{ "./X/sub?list=Struct", "./X/sub|node|text/plain;"
	    "./X/sub/one||;./X/sub/a%2Fb||;" },
	{ "./X/sub?list=StructData", "./X/sub|node|text/plain;"
	    "./X/sub/one|||1;./X/sub/a%2Fb|||2;" },
	{ "./X?prop=ACL", "./X?prop=ACL|||" ALL ";" },
	{ "./X/chr?prop=ACL", "./X/chr?prop=ACL|||;" },
	{ "./X/int?prop=Format", "./X/int?prop=Format|||int;" },
	{ "./X/int?prop=Name", "./X/int?prop=Name|||int;" },
	{ "./X/bin?prop=Size", "./X/bin?prop=Size|||2;" },
	{ "./X/bin?prop=Type",
	    "./X/bin?prop=Type|||application/octet-stream;" },
	{ "./X/bin?prop=VerNo", "./X/bin?prop=VerNo|||0;" },
	{ "./X/bin?prop=TStamp", "./X/bin?prop=TStamp|||;" },
};

static void
say_results(const struct dmsc_msg *out, char *said, size_t size)
{
	size_t i, k, at = 0;

	said[0] = '\0';
	for (i = 0; i < out->n_cmds; i++)
		for (k = 0; out->cmds[i]->kind == DMSC_CMD_RESULTS &&
		    k < out->cmds[i]->n_items; k++) {
			const struct dmsc_item *it = out->cmds[i]->items[k];

			at += (size_t)snprintf(said + at, size - at,
			    "%s|%s|%s%s%.*s;", it->source.uri,
			    it->meta.format == NULL ? "" : it->meta.format,
			    it->meta.type == NULL ? "" : it->meta.type,
			    it->data.set ? "|" : "", (int)it->data.bytes.left,
			    it->data.bytes.left == 0 ? "" :
			    (const char *)it->data.bytes.p);
		}
}

static void
test_get(const struct get *g)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = responder(t, &world_opts);
	struct dmsc_msg *m = world_msg("1"), *out;
	char said[1024];

	(void)world_cmd(m, NULL, "Get", g->uri, NULL, NULL, NULL);
	if (dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	say_results(out, said, sizeof said);
	if (!ok(strcmp(said, g->want) == 0, g->uri))
		printf("# %s\n", said);
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

static unsigned
take_one(struct dmsc_responder *r, const char *cmd, const char *uri,
    const char *size, const char *data, bool more, bool *alert)
{
	struct dmsc_msg *m = world_msg("3"), *out;
	struct dmsc_cmd *c = world_cmd(m, NULL, cmd, uri, NULL, NULL, data);
	unsigned status;
	size_t i;

	c->items[0]->more_data = more;
	c->items[0]->meta.size = size;
	if (dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	status = world_status(out, "1");
	*alert = false;
	for (i = 0; i < out->n_cmds; i++)
		*alert |= out->cmds[i]->kind == DMSC_CMD_ALERT &&
		    strcmp(out->cmds[i]->data, "1225") == 0;
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	return status;
}

static void
test_large_in(void)					/* 4.6 */
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = responder(t, &world_opts), *again;
	struct dmsc_dm_half half;
	bool a;

	ok(take_one(r, "Add", "./X/n", NULL, "ab", true, &a) == 411 &&
	    take_one(r, "Add", "./X/n", "65", "ab", true, &a) == 413 &&
	    take_one(r, "Add", "./X/n", "201", "ab", true, &a) == 413 &&
	    take_one(r, "Add", "./X/chr", "6", "ab", true, &a) == 418 &&
	    take_one(r, "Add", "./B/n", "6", "ab", true, &a) == 425 &&
	    take_one(r, "Replace", "./X/n", "6", "ab", true, &a) == 404 &&
	    take_one(r, "Add", "./X/n", "1", "ab", true, &a) == 424 &&
	    take_one(r, "Delete", "./X/sub", "6", "ab", true, &a) == 412 &&
	    !dmsc_responder_half(r, &half), "first parts that are refused");
	ok(take_one(r, "Add", "./X/n", "6", "ab", true, &a) == 213 &&
	    take_one(r, "Add", "./X/n", NULL, "cd", true, &a) == 213 &&
	    has(t, "X/n", NULL) && dmsc_responder_half(r, &half) &&
	    half.size == 6 && half.have.left == 4 &&
	    strcmp(half.uri, "./X/n") == 0, "parts, and nothing yet");
	again = responder(t, &world_opts);
	ok(dmsc_responder_resume(again, &half) == DMSC_E_OK &&
	    dmsc_responder_half(again, &half), "resumed by another one");
	dmsc_responder_free(&r);
	ok(take_one(again, "Add", "./X/n", NULL, "ef", false, &a) == 200 &&
	    !a && has(t, "X/n", "abcdef") &&
	    !dmsc_responder_half(again, &half), "and whole");
	r = again;
	ok(take_one(r, "Replace", "./X/n", "4", "12", true, &a) == 213 &&
	    take_one(r, "Replace", "./X/n", NULL, "3", false, &a) == 424 &&
	    has(t, "X/n", "abcdef") && !dmsc_responder_half(r, &half) &&
	    take_one(r, "Replace", "./X/n", "4", "12", true, &a) == 213 &&
	    take_one(r, "Replace", "./X/n", NULL, "345", true, &a) == 424 &&
	    has(t, "X/n", "abcdef"), "sizes that do not fit");
	ok(take_one(r, "Replace", "./X/n", "4", "12", true, &a) == 213 &&
	    !a && take_one(r, "Get", "./X/n", NULL, NULL, false, &a) == 200 &&
	    a && !dmsc_responder_half(r, &half) && has(t, "X/n", "abcdef"),
	    "another command ends it: 1225");
	ok(take_one(r, "Replace", "./X/n", "4", "12", true, &a) == 213 &&
	    take_one(r, "Replace", "./X/n", NULL, "34", false, &a) == 200,
	    "the last part");
	dmsc_responder_back(r);
	ok(has(t, "X/n", "abcdef") && dmsc_responder_half(r, &half) &&
	    half.have.left == 2, "taken back to the part before");
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

/* All messages of an answer; the data of the Results, put together. False:
 * one was longer than it may be. */
static bool
collect(struct dmsc_responder *r, const struct dmsc_dm_opts *o,
    struct dmsc_buf *all, size_t *n)
{
	struct dmsc_buf *b;
	struct dmsc_msg *out, *back;
	bool good = true;
	size_t i, k;

	for (*n = 0; good && dmsc_responder_waiting(r) && *n < 4000; ++*n) {
		out = world_msg("1");
		b = dmsc_buf_new(DMSC_DOC_MAX);
		good = dmsc_responder_give(r, out) == DMSC_E_OK &&
		    (o->xml ? dmsc_msg_write_xml(out, false, b, NULL) :
		    dmsc_msg_write(out, b, NULL)) == DMSC_E_OK &&
		    b->len <= o->max_msg && out->final ==
		    !dmsc_responder_waiting(r) && dmsc_msg_read(
		    dmsc_buf_rd(b), &back, NULL, NULL) == DMSC_E_OK;
		for (i = 0; good && i < back->n_cmds; i++)
			for (k = 0; back->cmds[i]->kind ==
			    DMSC_CMD_RESULTS && k < back->cmds[i]->n_items;
			    k++)
				good = dmsc_buf_put(all, back->cmds[i]->
				    items[k]->data.bytes) == DMSC_E_OK;
		if (good)
			dmsc_msg_free(&back);
		dmsc_buf_free(&b);
		dmsc_msg_free(&out);
	}
	return good && !dmsc_responder_waiting(r);
}

static void
test_large_out(bool xml, enum dmsc_format f, size_t max)
{
	enum { BIG = 20000 };
	struct dmsc_dm_opts o = { .server = "S1", .max_msg = max,
	    .xml = xml };
	struct dmsc_tree *t = dmsc_tree_new(1 << 20);
	struct dmsc_buf *v = dmsc_buf_new(BIG + 8), *all;
	struct dmsc_responder *r = responder(t, &o);
	struct dmsc_msg *m = world_msg("1");
	char name[96];
	size_t i, n;
	bool good;

	for (i = 0; v->len < BIG; i++)
		if (dmsc_buf_str(v, f == DMSC_FMT_BIN ? "\x80\xFF<" :
		    i % 5 == 0 ? "\xE2\x82\xAC" : "a<&b") != DMSC_E_OK)
			abort();
	if (dmsc_tree_add(t, "big", f, NULL, dmsc_buf_rd(v), NULL) !=
	    DMSC_E_OK)
		abort();
	(void)world_cmd(m, NULL, "Get", "./big", NULL, NULL, NULL);
	all = dmsc_buf_new(1 << 20);
	good = dmsc_responder_take(r, m, NULL) == DMSC_E_OK &&
	    collect(r, &o, all, &n);
	if (xml && f == DMSC_FMT_BIN) {
		struct dmsc_buf *raw = dmsc_buf_new(1 << 20);

		good = good && dmsc_b64_get(dmsc_buf_rd(all), raw) ==
		    DMSC_E_OK;
		dmsc_buf_free(&all);
		all = raw;
	}
	(void)snprintf(name, sizeof name, "%d bytes of %s in messages of "
	    "%zu%s", BIG, dmsc_format_name(f), max, xml ? ", XML" : "");
	ok(good && n > 2 && n < 3 * BIG / max * (xml ? 4 : 1) &&
	    dmsc_rd_eq(dmsc_buf_rd(all), dmsc_buf_rd(v)), name);
	dmsc_buf_free(&all);
	dmsc_buf_free(&v);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

/* Many small answers, message by message. */
static void
test_many(bool xml)
{
	struct dmsc_dm_opts o = { .server = "S1", .max_msg = 2000,
	    .xml = xml };
	struct dmsc_tree *t = dmsc_tree_new(1 << 20);
	struct dmsc_buf *all = dmsc_buf_new(1 << 20);
	struct dmsc_responder *r = responder(t, &o);
	struct dmsc_msg *m = world_msg("1");
	char uri[32];
	size_t i, n = 0;

	for (i = 0; i < 500; i++) {
		(void)snprintf(uri, sizeof uri, "n/%zu", i);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("x"), NULL) != DMSC_E_OK)
			abort();
	}
	(void)world_cmd(m, NULL, "Get", "./n?list=StructData", NULL, NULL,
	    NULL);
	for (i = 0; i < 50; i++)
		(void)world_cmd(m, NULL, "Get", "./n/1", NULL, NULL, NULL);
	ok(dmsc_responder_take(r, m, NULL) == DMSC_E_OK &&
	    collect(r, &o, all, &n) && all->len == 550 && n > 5,
	    xml ? "550 answers, XML" : "550 answers");
	dmsc_buf_free(&all);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

static void
test_header(void)					/* 4.1, 6 */
{
	static const struct { const char *dtd, *proto; unsigned status, want,
	    cmd; } rows[] = {
		{ "1.2", "DM/1.2", 0, 200, 200 },
		{ "1.2", "DM/1.2", 212, 212, 200 },
		{ "1.2", "DM/1.2", 401, 401, 401 },
		{ "1.2", "DM/1.2", 407, 407, 407 },
		{ "1.1", "DM/1.2", 0, 505, 0 },
		{ "1.2", "DM/1.1", 0, 513, 0 },
	};
	struct dmsc_chal chal = { .set = true, .meta = {
	    .format = "b64", .type = "syncml:auth-md5",
	    .next_nonce = "Tm9uY2U=" } };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		struct dmsc_dm_auth auth = { rows[i].status, &chal };
		struct dmsc_tree *t = world_tree();
		struct dmsc_responder *r = responder(t, &world_opts);
		struct dmsc_msg *m = world_msg("9"), *out;
		char name[64], want[8];

		(void)snprintf(want, sizeof want, "%u", rows[i].want);
		m->hdr.ver_dtd = rows[i].dtd;
		m->hdr.ver_proto = rows[i].proto;
		(void)world_cmd(m, NULL, "Delete", "./X/chr", NULL, NULL,
		    NULL);
		if (dmsc_responder_take(r, m, &auth) != DMSC_E_OK)
			abort();
		out = world_said(r);
		(void)snprintf(name, sizeof name, "%s %s %u", rows[i].dtd,
		    rows[i].proto, rows[i].status);
		ok(out->n_cmds >= 1 && strcmp(out->cmds[0]->data, want)
		    == 0 && strcmp(out->cmds[0]->cmd,
		    "SyncHdr") == 0 && strcmp(out->cmds[0]->msg_ref, "9") ==
		    0 && (out->cmds[0]->n_items == 1) == (rows[i].cmd == 0) &&
		    out->cmds[0]->chal.set == (rows[i].cmd != 0) &&
		    world_status(out, "1") == rows[i].cmd &&
		    has(t, "X/chr", rows[i].cmd == 200 ? NULL : "text"),
		    name);
		dmsc_msg_free(&out);
		dmsc_msg_free(&m);
		dmsc_responder_free(&r);
		dmsc_tree_free(&t);
	}
}

/* The rights that come with what a server adds (1.6). */
static void
test_own_acl(void)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = responder(t, &world_opts);
	bool a;
	const struct dmsc_node *n;

	ok(take_one(r, "Add", "./Y/z/leaf", NULL, "v", false, &a) == 200 &&
	    (n = dmsc_tree_find(t, "Y")) != NULL && strcmp(dmsc_node_acl(n),
	    "Add=S1&Delete=S1&Replace=S1") == 0 &&
	    *dmsc_node_acl(dmsc_tree_find(t, "Y/z")) == '\0' &&
	    *dmsc_node_acl(dmsc_tree_find(t, "Y/z/leaf")) == '\0',
	    "an interior node where S1 may not Replace");
	ok(take_one(r, "Add", "./X/y/leaf", NULL, "v", false, &a) == 200 &&
	    *dmsc_node_acl(dmsc_tree_find(t, "X/y")) == '\0',
	    "and where it may");
	ok(take_one(r, "Replace", "./X/chr", NULL, "v", false, &a) == 200 &&
	    take_one(r, "Replace", "./X/chr", NULL, "w", false, &a) == 200 &&
	    dmsc_node_verno(dmsc_tree_find(t, "X/chr")) == 1 &&
	    strcmp(dmsc_node_tstamp(dmsc_tree_find(t, "X/chr")),
	    "20260102T030405Z") == 0, "VerNo and TStamp of a change");
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

/* A node that comes back hangs where it hung. */
static void
test_order(void)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = responder(t, &world_opts);
	const struct dmsc_node *x = dmsc_tree_find(t, "X"),
	    *n = dmsc_tree_find(t, "X/int"), *next = dmsc_node_next(n);
	bool a;

	ok(take_one(r, "Delete", "./X/int", NULL, NULL, false, &a) == 200 &&
	    dmsc_node_next(dmsc_node_first(x)) == next, "deleted");
	dmsc_responder_back(r);
	ok(dmsc_node_next(dmsc_node_first(x)) == n &&
	    dmsc_node_next(n) == next, "and back in its place");
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(scripts); i++)
		test_script(&scripts[i]);
	for (i = 0; i < DMSC_COUNT(gets); i++)
		test_get(&gets[i]);
	test_large_in();
	test_large_out(false, DMSC_FMT_CHR, 1000);
	test_large_out(false, DMSC_FMT_BIN, 255);
	test_large_out(true, DMSC_FMT_CHR, 2000);
	test_large_out(true, DMSC_FMT_BIN, 3000);
	test_many(false);
	test_many(true);
	test_header();
	test_own_acl();
	test_order();
	return tap_done();
}
