/*
 * The responder on trees of a hundred to a hundred thousand nodes:
 * nanoseconds for a command in a message, decoded and answered in memory.
 * What a command costs is the depth of its node, not the size of the tree.
 */
#include "base/base.h"
#include "bench/stat.h"
#include "dm/world.h"

enum { SIZES = 3, ROUNDS = 7, EACH = 400, FAN = 10, BENCH_MAX = 1 << 28 };

static const struct { const char *cmd, *uri, *data; } commands[] = {
	{ "Get", "%s", NULL }, { "Replace", "%s", "a new value" },
	{ "Replace", "%s?prop=ACL", "Get=S2" },
	{ "Add", "%s.new", "v" }, { "Delete", "%s", NULL },
	{ "Copy", "%s>./copy", NULL },
};

static struct dmsc_tree *
build(unsigned nodes)
{
	struct dmsc_tree *t = dmsc_tree_new(BENCH_MAX);
	char uri[64];
	unsigned i;

	for (i = 0; i < nodes; i++) {
		(void)snprintf(uri, sizeof uri, "m%u/n%u/l%u",
		    i / (FAN * FAN) % 1000, i / FAN % FAN, i);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("some value"), NULL) != DMSC_E_OK)
			abort();
	}
	if (dmsc_node_set_acl(t, dmsc_tree_root(t), ALL) != DMSC_E_OK)
		abort();
	return t;
}

/* The command is carried out, not refused. */
static void
try_it(struct dmsc_responder *r, const struct dmsc_msg *m)
{
	struct dmsc_msg *out;

	if (dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	if (world_status(out, "1") != DMSC_DM_OK)
		abort();
	dmsc_msg_free(&out);
	dmsc_responder_back(r);
}

/* EACH times the command in messages of their own, each taken back. */
static double
measure(struct dmsc_tree *t, size_t which, unsigned nodes)
{
	struct dmsc_dm_opts o = { .server = "S1" };
	struct dmsc_responder *r;
	struct dmsc_msg *m[EACH];
	double v[ROUNDS], from;
	char uri[160], leaf[64];
	unsigned i, k;

	if (dmsc_responder_new(t, &o, &r) != DMSC_E_OK)
		abort();
	for (i = 0; i < EACH; i++) {
		unsigned at = (i % 32) * 2654435761u % nodes;

		(void)snprintf(leaf, sizeof leaf, "./m%u/n%u/l%u",
		    at / (FAN * FAN) % 1000, at / FAN % FAN, at);
		m[i] = world_msg("1");
		(void)snprintf(uri, sizeof uri, "%s%s", leaf,
		    commands[which].uri + 2);
		(void)world_cmd(m[i], NULL, commands[which].cmd,
		    dmsc_msg_str(m[i], "%s", uri), NULL, NULL,
		    commands[which].data);
	}
	try_it(r, m[0]);
	for (k = 0; k < ROUNDS; k++) {
		from = cpu_ns();
		for (i = 0; i < EACH; i++) {
			if (dmsc_responder_take(r, m[i], NULL) != DMSC_E_OK)
				abort();
			dmsc_responder_back(r);
		}
		v[k] = (cpu_ns() - from) / EACH;
	}
	for (i = 0; i < EACH; i++)
		dmsc_msg_free(&m[i]);
	dmsc_responder_free(&r);
	return fastest(v, ROUNDS);
}

int
main(void)
{
	static const unsigned sizes[SIZES] = { 100, 10000, 100000 };
	double ns[SIZES][DMSC_COUNT(commands)], worst = 0, growth;
	struct dmsc_tree *t;
	size_t i, k;

	for (i = 0; i < SIZES; i++) {
		t = build(sizes[i]);
		for (k = 0; k < DMSC_COUNT(commands); k++)
			ns[i][k] = measure(t, k, sizes[i]);
		dmsc_tree_free(&t);
	}
	printf("the responder: a command of a message and its answer, "
	    "taken back\n");
	for (k = 0; k < DMSC_COUNT(commands); k++) {
		growth = ns[SIZES - 1][k] / ns[0][k];
		worst = growth > worst ? growth : worst;
		printf("  %-7s %-9s 10^2 %5.0f ns, 10^4 %5.0f ns, 10^5 "
		    "%5.0f ns\n", commands[k].cmd, commands[k].uri + 2,
		    ns[0][k], ns[1][k], ns[2][k]);
	}
	printf("  among a thousand times as many nodes: %.2f of the time"
	    "   aim 2.0: %s\n", worst, verdict(worst <= 2));
	return 0;
}
