/*
 * dm: the requester against the responder, as bytes: statuses to their
 * commands, few messages, large objects both ways and from where they were
 * cut, Atomic, credentials that lack, answers that are none.
 */
#include "codec/codec.h"
#include "dm/request.h"
#include "tap.h"
#include "world.h"

enum { BIG = 65536, BIG_MAX = 4 * BIG };

/* Both ends, and what went between them. */
struct both {
	struct dmsc_tree *t;
	struct dmsc_responder *r;
	struct dmsc_requester *q;
	size_t max;		/* of a message */
	unsigned cut;		/* the link breaks before this message */
	struct dmsc_dm_auth auth;
};

static void
both_new(struct both *b, struct dmsc_tree *t, const struct dmsc_dm_opts *o,
    size_t max)
{
	const struct dmsc_request_opts ro = { .self = "host", .peer = "card",
	    .session = "1", .peer_msg = max };
	struct dmsc_dm_opts opts = *o;

	memset(b, 0, sizeof *b);
	opts.max_msg = max;
	b->t = t;
	b->max = max;
	if (dmsc_responder_new(t, &opts, &b->r) != DMSC_E_OK ||
	    dmsc_requester_new(&ro, &b->q) != DMSC_E_OK)
		abort();
}

static void
both_end(struct both *b)
{
	dmsc_requester_free(&b->q);
	dmsc_responder_free(&b->r);
	dmsc_tree_free(&b->t);
}

/* Through the bytes and back. LIMIT: they are more than max. */
static int
carry(const struct dmsc_msg *m, size_t max, struct dmsc_msg **out)
{
	struct dmsc_buf *b = dmsc_buf_new(max == 0 ? BIG_MAX : max);
	int r = dmsc_msg_write(m, b, NULL);

	if (r == DMSC_E_OK)
		r = dmsc_msg_read(dmsc_buf_rd(b), out, NULL, NULL);
	dmsc_buf_free(&b);
	return r;
}

static struct dmsc_msg *
reply_header(void)
{
	struct dmsc_msg *out = world_msg("1");

	out->hdr.target.uri = "host";
	out->hdr.source.uri = "card";
	return out;
}

static int
talk(struct both *b)
{
	struct dmsc_msg *m, *in, *out;
	struct dmsc_err e = { .code = 0 };
	int r;

	while ((r = dmsc_requester_give(b->q, &m, &e)) == DMSC_E_OK &&
	    m != NULL) {
		if (b->cut > 0 && dmsc_requester_messages(b->q) == b->cut) {
			dmsc_msg_free(&m);
			return DMSC_E_TRANSPORT;
		}
		r = carry(m, b->max, &in);
		dmsc_msg_free(&m);
		if (r != DMSC_E_OK || dmsc_responder_take(b->r, in,
		    &b->auth) != DMSC_E_OK)
			abort();
		dmsc_msg_free(&in);
		out = reply_header();
		if (dmsc_responder_give(b->r, out) != DMSC_E_OK ||
		    carry(out, b->max, &in) != DMSC_E_OK)
			abort();
		dmsc_msg_free(&out);
		r = dmsc_requester_take(b->q, in, &e);
		dmsc_msg_free(&in);
		if (r != DMSC_E_OK)
			break;
	}
	if (r != DMSC_E_OK)
		printf("# %s: %s\n", e.message, e.why);
	return r;
}

struct one { int kind; const char *uri, *source, *data; unsigned want; };
static const struct one ones[] = {
	{ DMSC_CMD_GET, "./X/chr", NULL, NULL, 200 },
	{ DMSC_CMD_GET, "./X/none", NULL, NULL, 404 },
	{ DMSC_CMD_GET, "./X?list=StructData", NULL, NULL, 200 },
	{ DMSC_CMD_ADD, "./X/n", NULL, "neu", 200 },
	{ DMSC_CMD_ADD, "./X/n", NULL, "neu", 418 },
	{ DMSC_CMD_REPLACE, "./X/n", NULL, "newer", 200 },
	{ DMSC_CMD_COPY, "./X/m", "./X/n", NULL, 200 },
	{ DMSC_CMD_DELETE, "./X/sub", NULL, NULL, 200 },
	{ DMSC_CMD_EXEC, "./X/chr", NULL, NULL, 406 },
	{ DMSC_CMD_REPLACE, "./B/b", NULL, "not mine", 200 },
	{ DMSC_CMD_DELETE, "./B/C", NULL, NULL, 425 },
	{ DMSC_CMD_GET, "./X/m", NULL, NULL, 200 },
};
enum { ONES = DMSC_COUNT(ones) };

static void
fill(struct dmsc_request v[ONES])
{
	size_t i;

	memset(v, 0, ONES * sizeof *v);
	for (i = 0; i < ONES; i++)
		v[i] = (struct dmsc_request){
			.kind = (enum dmsc_cmd_kind)ones[i].kind,
			.uri = ones[i].uri, .source = ones[i].source,
			.has_data = ones[i].data != NULL,
			.data = dmsc_rd_str(ones[i].data == NULL ? "" :
			    ones[i].data) };
}

/* What is wanted of each command, whatever a message holds. */
static void
test_ones(size_t max, unsigned messages)
{
	const struct dmsc_request_items *l;
	struct dmsc_request v[ONES];
	struct both b;
	char name[64];
	bool good;
	size_t i;

	both_new(&b, world_tree(), &world_opts, max);
	fill(v);
	dmsc_requester_start(b.q, v, ONES, 0);
	good = talk(&b) == DMSC_E_OK;
	for (i = 0; i < ONES; i++)
		if (v[i].status != ones[i].want) {
			printf("# %zu: %u\n", i, v[i].status);
			good = false;
		}
	l = dmsc_requester_results(b.q);
	good = good && l->n > 3 && l->v[0].of == 0 &&
	    strcmp(l->v[0].uri, "./X/chr") == 0 && l->v[1].of == 2 &&
	    l->v[l->n - 1].of == ONES - 1 && dmsc_rd_eq_str(dmsc_buf_rd(
	    l->v[l->n - 1].data), "newer");
	(void)snprintf(name, sizeof name, "commands by messages of %zu",
	    max);
	if (!ok(good && (messages == 0 ||
	    dmsc_requester_messages(b.q) == messages), name))
		printf("# %u messages, %zu results\n",
		    dmsc_requester_messages(b.q), l->n);
	both_end(&b);
}

static struct dmsc_tree *
big_tree(void)
{
	struct dmsc_tree *t = dmsc_tree_new(BIG_MAX);
	struct dmsc_node *n;

	if (t == NULL || dmsc_node_set_acl(t, dmsc_tree_root(t),
	    "Add=*&Get=*&Replace=*&Delete=*") != DMSC_E_OK ||
	    dmsc_tree_add(t, "old", DMSC_FMT_BIN, NULL, dmsc_rd_str("x"),
	    &n) != DMSC_E_OK)
		abort();
	return t;
}

static uint8_t *
big_value(size_t n)
{
	uint8_t *p = malloc(n);
	size_t i;

	for (i = 0; p != NULL && i < n; i++)
		p[i] = (uint8_t)(i * 7 + (i >> 8));
	if (p == NULL)
		abort();
	return p;
}

static const struct dmsc_dm_opts big_opts = { .server = "S1" };

/* There in parts, and back in parts. */
static void
test_large(size_t n, size_t max)
{
	uint8_t *p = big_value(n);
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_ADD, .uri = "./big", .format = "bin",
		    .has_data = true, .data = { p, n } },
		{ .kind = DMSC_CMD_GET, .uri = "./big" },
		{ .kind = DMSC_CMD_REPLACE, .uri = "./old", .format = "bin",
		    .has_data = true, .data = { p, n } },
	};
	const struct dmsc_request_items *l;
	struct both b;
	char name[64];

	both_new(&b, big_tree(), &big_opts, max);
	dmsc_requester_start(b.q, v, DMSC_COUNT(v), 0);
	(void)snprintf(name, sizeof name, "%zu bytes by messages of %zu", n,
	    max);
	l = dmsc_requester_results(b.q);
	if (!ok(talk(&b) == DMSC_E_OK && v[0].status == 200 &&
	    v[1].status == 200 && v[2].status == 200 && l->n == 1 &&
	    dmsc_rd_eq(dmsc_buf_rd(l->v[0].data), dmsc_rd_of(p, n)) &&
	    dmsc_rd_eq(dmsc_node_value(dmsc_tree_find(b.t, "old")),
	    dmsc_rd_of(p, n)), name))
		printf("# %u %u %u\n", v[0].status, v[1].status,
		    v[2].status);
	both_end(&b);
	free(p);
}

/* Cut before each message, and gone on with from what the peer holds. */
static void
test_cut(size_t n, size_t max)
{
	uint8_t *p = big_value(n);
	bool good = true;
	unsigned cut;
	size_t have = 0;

	for (cut = 1; good && have < n; cut++) {
		struct dmsc_request v = { .kind = DMSC_CMD_ADD,
		    .uri = "./big", .format = "bin", .has_data = true,
		    .data = { p, n } };
		struct dmsc_dm_half half = { .have = { NULL, 0 } };
		struct both b, again;

		both_new(&b, big_tree(), &big_opts, max);
		b.cut = cut;
		dmsc_requester_start(b.q, &v, 1, 0);
		have = n;
		if (talk(&b) == DMSC_E_OK) {
			both_end(&b);
			break;
		}
		good = dmsc_responder_half(b.r, &half) == (cut > 1) &&
		    half.have.left == v.have;
		have = v.have;
		both_new(&again, dmsc_tree_clone(b.t), &big_opts, max);
		if (cut > 1 && dmsc_responder_resume(again.r, &half) !=
		    DMSC_E_OK)
			abort();
		dmsc_requester_start(again.q, &v, 1, 0);
		good = good && talk(&again) == DMSC_E_OK &&
		    v.status == 200 && dmsc_rd_eq(dmsc_node_value(
		    dmsc_tree_find(again.t, "big")), dmsc_rd_of(p, n));
		both_end(&again);
		both_end(&b);
	}
	ok(good && cut > 4, "cut before each part, it goes on there");
	free(p);
}

static void
test_refused_part(void)
{
	uint8_t *p = big_value(4096);
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_ADD, .uri = "./old", .has_data = true,
		    .format = "bin", .data = { p, 4096 } },
		{ .kind = DMSC_CMD_GET, .uri = "./old" },
	};
	struct both b;

	both_new(&b, big_tree(), &big_opts, 512);
	dmsc_requester_start(b.q, v, 2, 0);
	ok(talk(&b) == DMSC_E_OK && v[0].status == 418 &&
	    v[1].status == 200 && dmsc_requester_messages(b.q) == 2,
	    "a large object that is refused at once costs one message");
	both_end(&b);
	free(p);
}

static void
test_atomic(bool fails)
{
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_ADD, .uri = "./X/n", .has_data = true,
		    .data = dmsc_rd_str("1") },
		{ .kind = DMSC_CMD_DELETE, .uri = fails ? "./X/none" :
		    "./X/sub" },
		{ .kind = DMSC_CMD_REPLACE, .uri = "./X/chr",
		    .has_data = true, .data = dmsc_rd_str("2") },
		{ .kind = DMSC_CMD_GET, .uri = "./X/chr" },
	};
	struct both b;

	both_new(&b, world_tree(), &world_opts, 0);
	dmsc_requester_start(b.q, v, DMSC_COUNT(v), 3);
	ok(talk(&b) == DMSC_E_OK && dmsc_requester_messages(b.q) == 1 &&
	    dmsc_requester_atomic(b.q) == (fails ? 507 : 200) &&
	    v[0].status == (fails ? 216 : 200) &&
	    v[1].status == (fails ? 404 : 200) &&
	    v[2].status == (fails ? 215 : 200) && v[3].status == 200 &&
	    dmsc_rd_eq_str(dmsc_buf_rd(dmsc_requester_results(b.q)->v[0]
	    .data), fails ? "text" : "2"), fails ?
	    "an Atomic that fails, and a Get behind it" :
	    "an Atomic, and a Get behind it");
	both_end(&b);
}

static void
test_too_large(void)
{
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_ADD, .uri = "./X/n", .has_data = true,
		    .data = dmsc_rd_of(ones, 400) },
		{ .kind = DMSC_CMD_GET, .uri = "./X/chr" },
	};
	struct both b;

	both_new(&b, world_tree(), &world_opts, 256);
	dmsc_requester_start(b.q, v, 2, 1);
	ok(talk(&b) == DMSC_E_LIMIT && dmsc_requester_messages(b.q) == 0,
	    "an Atomic that no message holds is not begun");
	both_end(&b);
}

static void
test_nobody(void)
{
	struct dmsc_chal chal = { .set = true, .meta = {
	    .type = "syncml:auth-md5", .format = "b64",
	    .next_nonce = "TjE=" } };
	struct dmsc_request v[ONES];
	struct both b;

	both_new(&b, world_tree(), &world_opts, 0);
	b.auth = (struct dmsc_dm_auth){ .status = 407, .chal = &chal };
	fill(v);
	dmsc_requester_start(b.q, v, ONES, 0);
	ok(talk(&b) == DMSC_E_OK && dmsc_requester_header(b.q) == 407 &&
	    v[0].status == 407 && v[ONES - 1].status == 407 &&
	    dmsc_requester_chal(b.q) != NULL && strcmp(
	    dmsc_requester_chal(b.q)->meta.next_nonce, "TjE=") == 0,
	    "without a credential: 407, and what it asks for");
	both_end(&b);
}

/* Answers of a card that is none: told, and nothing goes on for ever. */
static const char *const bad_cmds[] = { "Get", "Results", "none" };

static void
test_bad(const char *what)
{
	struct dmsc_request v = { .kind = DMSC_CMD_GET, .uri = "./X/chr" };
	struct dmsc_err e = { .code = 0 };
	struct dmsc_msg *m, *in = reply_header();
	struct both b;
	struct dmsc_cmd *c;

	both_new(&b, world_tree(), &world_opts, 0);
	dmsc_requester_start(b.q, &v, 1, 0);
	if (dmsc_requester_give(b.q, &m, &e) != DMSC_E_OK)
		abort();
	dmsc_msg_free(&m);
	in->final = false;
	if (strcmp(what, "none") != 0) {
		c = world_cmd(in, NULL, what, "./X/chr", NULL, NULL, "x");
		c->msg_ref = "1";
		c->cmd_ref = "77";
	}
	ok(dmsc_requester_take(b.q, in, &e) == DMSC_E_DATA &&
	    dmsc_requester_give(b.q, &m, &e) == DMSC_E_OK && m == NULL,
	    what);
	dmsc_msg_free(&in);
	both_end(&b);
}

int
main(void)
{
	size_t i, max;

	test_ones(0, 1);
	test_ones(4096, 1);
	for (max = 290; max < 1024; max += 17)
		test_ones(max, 0);
	test_large(BIG, 0);
	test_large(BIG, 48000);
	test_large(BIG, 1024);
	for (max = 280; max < 330; max++)
		test_large(1000, max);
	test_cut(BIG, 8192);
	test_refused_part();
	test_atomic(false);
	test_atomic(true);
	test_too_large();
	test_nobody();
	for (i = 0; i < DMSC_COUNT(bad_cmds); i++)
		test_bad(bad_cmds[i]);
	return tap_done();
}
