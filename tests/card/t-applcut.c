/*
 * card: power cut before, inside and after every write that a message to the
 * DM-SC application makes: an Atomic, the parts of a large object, what ends
 * it, a document. The tree is wholly old or wholly new, new where the card
 * has said so, the counter is one further with it and only with it, and the
 * space is that of the tree. DMSC_HARD=1: each write with more lengths.
 */
#include "card/app.h"

enum { ROUNDS_MAX = 400 };

/* What is told to one card, each in a message of its own. */
static const struct {
	const char *cmd, *uri, *data, *size;
	bool atomic;
} story[] = {
	{ "Add", "./New/leaf", "text", NULL, true },
	{ "Replace", "./Group/Fleet/Tracking/Interval", "77", NULL, false },
	{ "Replace", "./Update?prop=ACL", "Get=*", NULL, true },
	{ "Add", "./Big", "0123456789", "20", false },
	{ "Add", "./Big", "abcdefghij", NULL, false },
	{ "Add", "./Half", "0123456789", "20", false },
	{ "Delete", "./Group/Fleet", NULL, NULL, false },
	{ "Copy", "./Update/Hour>./New/hour", NULL, NULL, true },
	{ "Delete", "./New", NULL, NULL, true },
};

/* What is stored: hashed as it is, in the order of the nodes. */
static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (; n > 0; n--)
		h = (h ^ *b++) * 0x100000001B3u;
	return (h ^ 0xFF) * 0x100000001B3u;
}

static uint64_t
node_state(const struct dmsc_node *n, uint64_t h)
{
	const struct dmsc_node *c;
	struct dmsc_rd v = dmsc_node_is_leaf(n) ? dmsc_node_value(n) :
	    dmsc_rd_of(NULL, 0);

	h = mix(h, dmsc_node_name(n), strlen(dmsc_node_name(n)));
	h = mix(h, dmsc_node_acl(n), strlen(dmsc_node_acl(n)));
	h = mix(h, v.p, v.left);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		h = node_state(c, h);
	return mix(h, "end", 3);
}

struct state {
	uint64_t tree;
	size_t half;
	uint32_t counter;
	size_t room;
};

static struct state
state_now(struct dmsc_card *c)
{
	struct state s = { .half = 0 };
	struct dmsc_dm_half half;

	if (dmsc_card_appl(c) == NULL) {
		printf("# no tree\n");
		return s;
	}
	s.tree = node_state(dmsc_tree_root(dmsc_card_tree(c)), 7);
	s.half = dmsc_card_tree_half(c, &half) ? 1 + half.have.left : 0;
	s.counter = dmsc_card_counter(c);
	s.room = dmsc_card_tree_room(c);
	return s;
}

static void
owner(struct dmsc_card *c)
{
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
}

static unsigned
step(struct dmsc_card *c, size_t i)
{
	struct dmsc_msg *m = world_msg("1"), *a;
	struct dmsc_cmd *at = NULL, *x;
	unsigned sw;
	bool good;

	if (story[i].atomic)
		at = world_cmd(m, NULL, "Atomic", NULL, NULL, NULL, NULL);
	x = world_cmd(m, at, story[i].cmd, story[i].uri,
	    strcmp(story[i].cmd, "Add") == 0 ? "chr" : NULL, NULL,
	    story[i].data);
	x->items[0]->more_data = story[i].size != NULL;
	x->items[0]->meta.size = story[i].size;
	a = app_tell(c, m, APP_SHORT, &sw);
	good = a != NULL && world_status(a, "1") / 100 == 2;
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	return good ? 0x9000 : sw == 0x9000 ? 1 : sw;
}

/* Step i, cut at the write: what is left is old or new. */
static bool
cut_once(struct dmsc_card *c, size_t i, unsigned long at, size_t bytes,
    struct state was, struct state becomes)
{
	struct state s;
	unsigned sw;

	dmsc_card_cut(c, at, bytes);
	sw = step(c, i);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		return false;
	dmsc_card_cut(c, 0, 0);
	s = state_now(c);
	owner(c);
	if (s.tree == was.tree && s.half == was.half)
		return sw != 0x9000 && s.counter == was.counter &&
		    s.room == was.room;
	return s.tree == becomes.tree && s.half == becomes.half &&
	    s.counter == becomes.counter && s.room == becomes.room;
}

static void
restore(struct dmsc_card *c, const uint8_t *was)
{
	memcpy(c->mem->nvm, was, c->mem->size);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		abort();
	dmsc_card_cut(c, 0, 0);
	owner(c);
}

static void
test_step(struct dmsc_card *c, size_t i, bool hard)
{
	static const size_t lengths[] = { 0, 1, 7, 100, 300, 511 };
	size_t n = hard ? DMSC_COUNT(lengths) : 3, k;
	uint8_t *was = malloc(c->mem->size);
	struct state before = state_now(c), after;
	unsigned long writes, at;
	char name[96];
	bool good = was != NULL;

	memcpy(was, c->mem->ram, c->mem->size);
	dmsc_card_cut(c, 0, 0);
	good = good && step(c, i) == 0x9000;
	writes = dmsc_card_writes(c);
	after = state_now(c);
	for (at = 1; good && at <= writes && at < ROUNDS_MAX; at++)
		for (k = 0; good && k < n; k++) {
			restore(c, was);
			good = cut_once(c, i, at, lengths[k], before, after);
		}
	if (!good)
		printf("# write %lu of %lu\n", at - 1, writes);
	(void)snprintf(name, sizeof name, "%s %s%s: %lu writes, cut",
	    story[i].cmd, story[i].uri, story[i].size != NULL ? " in parts" :
	    "", writes);
	ok(good && writes > 2 && (before.tree != after.tree || before.half !=
	    after.half), name);
	restore(c, was);
	(void)step(c, i);
	free(was);
}

int
main(void)
{
	struct dmsc_card *c = app_card();
	bool hard = getenv("DMSC_HARD") != NULL;
	size_t i;

	owner(c);
	for (i = 0; i < DMSC_COUNT(story); i++)
		test_step(c, i, hard);
	dmsc_card_close(&c);
	return tap_done();
}
