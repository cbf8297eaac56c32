/*
 * dm: what the caller of the responder decides (OMA DM 1.2): descriptions as
 * rules, Exec, undoing, answers that are too large; what hostile messages may
 * cost; whole messages with every allocation failing.
 */
#include "nomem.h"
#include "tap.h"
#include "world.h"

#define NODE(name, access, scope, format, type, more) \
    "<Node><NodeName>" name "</NodeName><DFProperties><AccessType>" access \
    "</AccessType><DFFormat><" format "/></DFFormat><Scope><" scope \
    "/></Scope><DFType>" type "</DFType></DFProperties>" more "</Node>"
static const char described[] = "<MgmtTree><VerDTD>1.2</VerDTD>"
    NODE("X", "<Get/>", "Permanent", "node", "<DDFName/>",
	NODE("", "<Add/><Delete/><Get/>", "Dynamic", "node", "<DDFName/>",
	    NODE("Port", "<Add/><Get/><Replace/>", "Dynamic", "int",
		"<MIME>text/plain</MIME>", "")
	    NODE("Key", "<Add/><Replace/>", "Dynamic", "bin",
		"<MIME>application/octet-stream</MIME>", "")))
    "</MgmtTree>";

struct row { const char *cmd, *uri, *format, *data; unsigned want; };
static const struct row by_ddf[] = {		/* reference 1.2, 2.2 */
	{ "Add", "./X/n", "node", NULL, 200 },
	{ "Add", "./X/n/Port", NULL, "80", 200 },
	{ "Add", "./X/n/Port", "chr", "80", 415 },
	{ "Add", "./X/n/Port", NULL, "eighty", 415 },
	{ "Add", "./X/n/Key", "bin", "\x01", 200 },
	{ "Add", "./X/n/Key", "b64", "AQI=", 200 },
	{ "Add", "./X/n/free", NULL, "v", 200 },
	{ "Add", "./X/leaf", "chr", "v", 415 },
	{ "Delete", "./X", NULL, NULL, 405 },
	{ "Replace", "./X?prop=Name", NULL, "Y", 405 },
	{ "Replace", "./X/sub?prop=Title", NULL, "T", 405 },
	{ "Delete", "./X/sub", NULL, NULL, 200 },
	{ "Get", "./X/sub", NULL, NULL, 200 },
};

static struct dmsc_responder *
responder(struct dmsc_tree *t, const struct dmsc_dm_opts *o)
{
	struct dmsc_responder *r;

	if (dmsc_responder_new(t, o, &r) != DMSC_E_OK)
		abort();
	return r;
}

static unsigned
status_of(const struct dmsc_dm_opts *o, const struct row *w)
{
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = responder(t, o);
	struct dmsc_msg *m = world_msg("1"), *out;
	unsigned status;

	(void)world_cmd(m, NULL, w->cmd, w->uri, w->format, NULL, w->data);
	if (dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	status = world_status(out, "1");
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	return status;
}

static void
test_ddf(void)
{
	struct dmsc_ddf *d = NULL;
	struct dmsc_dm_opts o = { .server = "S1" };
	char name[64];
	size_t i;

	if (!ok(dmsc_ddf_read(dmsc_rd_str(described), &d, NULL) == DMSC_E_OK,
	    "a description"))
		return;
	o.hooks.rule = dmsc_dm_ddf_rule;
	o.hooks.ctx = d;
	for (i = 0; i < DMSC_COUNT(by_ddf); i++) {
		unsigned got = status_of(&o, &by_ddf[i]);

		(void)snprintf(name, sizeof name, "%s %s %u", by_ddf[i].cmd,
		    by_ddf[i].uri, by_ddf[i].want);
		if (!ok(got == by_ddf[i].want, name))
			printf("# %u\n", got);
	}
	dmsc_ddf_free(&d);
}

static unsigned
on_exec(void *ctx, const struct dmsc_node *n, const struct dmsc_cmd *c,
    struct dmsc_rd arg)
{
	(void)ctx;
	return strcmp(dmsc_node_name(n), "chr") == 0 &&
	    c->kind == DMSC_CMD_EXEC && dmsc_rd_eq_str(arg, "go") ? 202 :
	    500;
}

static bool
cannot(void *ctx)
{
	(void)ctx;
	return false;
}

/* An Atomic of n Adds, the last below a leaf where it fails. */
static void
many(struct dmsc_msg *m, unsigned n, bool fails_last)
{
	struct dmsc_cmd *a = world_cmd(m, NULL, "Atomic", NULL, NULL, NULL,
	    NULL);
	unsigned i;

	for (i = 0; i < n; i++)
		(void)world_cmd(m, a, "Add", dmsc_msg_str(m, fails_last &&
		    i + 1 == n ? "./X/chr/%u" : "./X/n/%u", i), NULL, NULL,
		    "v");
}

static void
test_atomic(bool fails_last, size_t max_msg, unsigned want, unsigned inner)
{
	struct dmsc_dm_opts o = { .server = "S1", .max_msg = max_msg };
	struct dmsc_tree *t = world_tree(), *was = world_tree();
	struct dmsc_responder *r;
	struct dmsc_msg *m = world_msg("1"), *out = world_msg("1");
	char name[64];

	o.hooks.undo = inner == DMSC_DM_NOT_ROLLED_BACK ? cannot : NULL;
	many(m, 20, fails_last);
	r = responder(t, &o);
	(void)snprintf(name, sizeof name, "an Atomic that says %u and %u",
	    want, inner);
	ok(dmsc_responder_take(r, m, NULL) == DMSC_E_OK &&
	    dmsc_responder_give(r, out) == DMSC_E_OK &&
	    world_status(out, "1") == want &&
	    world_status(out, "101") == inner && (want == 200 ||
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(was))), name);
	dmsc_msg_free(&m);
	dmsc_msg_free(&out);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	dmsc_tree_free(&was);
}

/* Values that are overwritten, and answers, cost no more than they may. */
static void
test_bounds(void)
{
	enum { BIG = 1 << 20, TIMES = 200 };
	struct dmsc_dm_opts o = { .server = "S1", .max_reply = 1 << 22 };
	struct dmsc_tree *t = dmsc_tree_new(1 << 24);
	struct dmsc_buf *v = dmsc_buf_new(BIG);
	struct dmsc_msg *m = world_msg("1"), *out;
	struct dmsc_responder *r = responder(t, &o);
	unsigned i, full = 0, large = 0;
	uint32_t s;

	if (dmsc_buf_fill(v, 'x', BIG) != DMSC_E_OK || dmsc_tree_add(t, "a",
	    DMSC_FMT_CHR, NULL, dmsc_buf_rd(v), NULL) != DMSC_E_OK ||
	    dmsc_tree_add(t, "b", DMSC_FMT_CHR, NULL, dmsc_buf_rd(v), NULL)
	    != DMSC_E_OK || dmsc_node_set_acl(t, dmsc_tree_root(t), ALL) !=
	    DMSC_E_OK)
		abort();
	for (i = 0; i < TIMES; i++) {
		(void)world_cmd(m, NULL, "Copy", "./a>./b", NULL, NULL, NULL);
		(void)world_cmd(m, NULL, "Get", "./a", NULL, NULL, NULL);
	}
	ok(dmsc_responder_take(r, m, NULL) == DMSC_E_OK, "a greedy message");
	out = world_said(r);
	for (i = 0; i < out->n_cmds; i++)
		if (out->cmds[i]->kind == DMSC_CMD_STATUS &&
		    dmsc_msg_number(out->cmds[i]->data, 999, &s) ==
		    DMSC_E_OK) {
			full += s == DMSC_DM_FULL;
			large += s == DMSC_DM_TOO_LARGE;
		}
	ok(full > TIMES / 2 && full < TIMES && large == TIMES - 3,
	    "is refused from some command on");
	dmsc_responder_back(r);
	ok(dmsc_tree_bytes(t) > 2 * BIG && dmsc_node_value(dmsc_tree_find(t,
	    "b")).left == BIG, "and taken back");
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	dmsc_buf_free(&v);
}

/* Each allocation of taking and giving fails: nothing is lost. */
static void
test_memory(bool fails_last)
{
	struct dmsc_tree *t = world_tree(), *was = world_tree();
	struct dmsc_dm_opts o = { .server = "S1", .max_msg = 4000 };
	struct dmsc_responder *r = responder(t, &o);
	struct dmsc_msg *m = world_msg("1"), *out;
	int code = DMSC_E_NOMEM;
	bool good = true;
	long n;

	many(m, 5, fails_last);
	(void)world_cmd(m, NULL, "Get", "./X?list=TNDS", NULL, NULL, NULL);
	for (n = 0; good && code != DMSC_E_OK && n < 4000; n++) {
		countdown = n;
		code = dmsc_responder_take(r, m, NULL);
		countdown = -1;
		good = code == DMSC_E_OK || (code == DMSC_E_NOMEM &&
		    !dmsc_responder_waiting(r) && dmsc_node_equal(
		    dmsc_tree_root(t), dmsc_tree_root(was)));
	}
	for (code = DMSC_E_NOMEM, n = 0; good && code != DMSC_E_OK &&
	    n < 4000; n++) {
		out = world_msg("1");
		countdown = n;
		code = dmsc_responder_give(r, out);
		countdown = -1;
		good = code == DMSC_E_OK ? out->n_cmds > 7 :
		    code == DMSC_E_NOMEM && out->n_cmds == 0 &&
		    dmsc_responder_waiting(r);
		dmsc_msg_free(&out);
	}
	ok(good && code == DMSC_E_OK, fails_last ?
	    "an Atomic that fails, without memory" :
	    "an Atomic and a Get, without memory");
	dmsc_msg_free(&m);
	dmsc_responder_free(&r);
	dmsc_tree_free(&t);
	dmsc_tree_free(&was);
}

int
main(void)
{
	static const struct row go = { "Exec", "./X/chr", NULL, "go", 202 },
	    stay = { "Exec", "./X/int", NULL, "go", 500 };
	struct dmsc_dm_opts o = world_opts;

	o.hooks.exec = on_exec;
	test_ddf();
	ok(status_of(&o, &go) == 202 && status_of(&o, &stay) == 500,
	    "Exec says what its caller says");
	test_atomic(false, 0, 200, 200);
	test_atomic(true, 0, 507, 216);
	test_atomic(true, 0, 507, 516);
	test_atomic(false, 900, 517, 216);
	test_bounds();
	test_memory(false);
	test_memory(true);
	return tap_done();
}
