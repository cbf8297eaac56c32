/*
 * card: its own tree in its memory, through power cuts at every write: wholly
 * old or wholly new, the counter one further with each change and never
 * twice, and free space that is what it was. DMSC_HARD=1: all of it;
 * DMSC_SEED=N another story.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "card/lab.h"
#include "card/tree.h"

enum { SPACE = 0x10000, BIG_SPACE = 0x400000, MB = 0x100000,
	BLOCK = 0xC000, NAMES = 12, LONG = 9000 };

static uint64_t seed = 42;

static unsigned
draw(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static struct dmsc_card *
fresh(uint32_t space)
{
	struct dmsc_card *c;

	if (dmsc_card_blank(NULL, NULL, &c, NULL) != DMSC_E_OK ||
	    dmsc_card_tree_make(c, space) != SW_OK ||
	    dmsc_card_keep(c) != SW_OK ||
	    dmsc_card_tree_open(c) != DMSC_E_OK)
		exit(99);
	return c;
}

/* All that nodes have, also what dmsc_node_equal leaves out. */
static bool
same(const struct dmsc_node *a, const struct dmsc_node *b)
{
	const struct dmsc_node *x, *y;

	if (!dmsc_node_equal(a, b))
		return false;
	if (strcmp(dmsc_node_tstamp(a), dmsc_node_tstamp(b)) != 0 ||
	    dmsc_node_verno(a) != dmsc_node_verno(b))
		return false;
	for (x = dmsc_node_first(a); x != NULL; x = dmsc_node_next(x)) {
		y = dmsc_node_child(b, dmsc_node_name(x));
		if (y == NULL || !same(x, y))
			return false;
	}
	return true;
}

static bool
same_trees(const struct dmsc_tree *a, const struct dmsc_tree *b)
{
	return dmsc_tree_count(a) == dmsc_tree_count(b) &&
	    dmsc_tree_bytes(a) == dmsc_tree_bytes(b) &&
	    same(dmsc_tree_root(a), dmsc_tree_root(b));
}

static struct dmsc_node *
any_node(struct dmsc_tree *t)
{
	struct dmsc_node *n = dmsc_tree_root(t);
	unsigned i;

	while (dmsc_node_children(n) > 0 && draw(3) > 0) {
		i = draw((unsigned)dmsc_node_children(n));
		for (n = dmsc_node_first(n); i > 0; i--)
			n = dmsc_node_next(n);
	}
	return n;
}

static struct dmsc_rd
some_bytes(size_t n)
{
	static uint8_t b[LONG];
	size_t i;

	for (i = 0; i < n; i++)
		b[i] = (uint8_t)draw(256);
	return dmsc_rd_of(b, n);
}

static void
dress(struct dmsc_tree *t, struct dmsc_node *n)
{
	(void)!dmsc_node_set_title(t, n, draw(2) ? "a title" : "");
	(void)!dmsc_node_set_acl(t, n, draw(2) ? "Get=*&Replace=a+b" : "");
	(void)!dmsc_node_set_tstamp(t, n, draw(2) ? "20261123T174500Z" : "");
	(void)!dmsc_node_set_verno(t, n, (int)draw(70000));
	(void)!dmsc_node_set_type(t, n, draw(2) ? "text/x-odd" : "");
}

/* One change: mostly it grows. */
static void
change(struct dmsc_tree *t)
{
	struct dmsc_node *n = any_node(t), *made;
	char name[16];
	size_t len = draw(20) == 0 ? draw(LONG) : draw(60);

	(void)snprintf(name, sizeof name, "n%u", draw(NAMES));
	if (dmsc_node_is_leaf(n))
		(void)!dmsc_node_set_value(t, n, some_bytes(len));
	else if (draw(4) == 0 && dmsc_node_parent(n) != NULL)
		(void)!dmsc_node_remove(t, n);
	else if (draw(3) == 0)
		dress(t, n);
	else if (dmsc_node_add(t, n, name, draw(3) == 0 ? DMSC_FMT_NODE :
	    DMSC_FMT_BIN, &made) == DMSC_E_OK && dmsc_node_is_leaf(made))
		(void)!dmsc_node_set_value(t, made, some_bytes(len));
}

/* What is stored now: the tree, the half object, the counter, the room. */
struct state {
	struct dmsc_tree *tree;
	struct dmsc_buf *half;
	uint32_t counter;
	size_t room;
};

static void
look(struct dmsc_card *c, struct state *s)
{
	struct dmsc_dm_half h;

	dmsc_tree_free(&s->tree);
	dmsc_buf_free(&s->half);
	s->tree = dmsc_tree_clone(dmsc_card_tree(c));
	if (dmsc_card_tree_half(c, &h))
		s->half = dmsc_buf_from(h.have, MB);
	s->counter = dmsc_card_counter(c);
	s->room = dmsc_card_tree_room(c);
	if (s->tree == NULL)
		exit(99);
}

static bool
is(struct dmsc_card *c, const struct state *s, bool counted)
{
	struct dmsc_dm_half h = { .uri = NULL };
	bool half = dmsc_card_tree_half(c, &h);

	return same_trees(dmsc_card_tree(c), s->tree) &&
	    half == (s->half != NULL) && (!half || dmsc_rd_eq(h.have,
	    dmsc_buf_rd(s->half))) && dmsc_card_tree_room(c) == s->room &&
	    (!counted || dmsc_card_counter(c) == s->counter);
}

static bool
power_back(struct dmsc_card *c)
{
	return dmsc_card_power_back(c) == DMSC_E_OK &&
	    dmsc_card_tree_open(c) == DMSC_E_OK;
}

static void
test_make(void)
{
	struct dmsc_card *c;
	struct dmsc_dm_half h;

	if (dmsc_card_blank(NULL, NULL, &c, NULL) != DMSC_E_OK)
		exit(99);
	ok(!dmsc_card_has_tree(c) && dmsc_card_counter(c) == 0 &&
	    dmsc_card_tree_open(c) == DMSC_E_NOTFOUND &&
	    dmsc_card_tree(c) == NULL && dmsc_card_tree_room(c) == 0 &&
	    dmsc_card_tree_store(c, NULL) == SW_CONDITIONS &&
	    !dmsc_card_tree_half(c, &h), "most cards have no tree");
	ok(strcmp(lab_send(c, "00DA010604 00000100"), "6A80") == 0 &&
	    strcmp(lab_send(c, "00DA010604 01000001"), "6A80") == 0 &&
	    strcmp(lab_send(c, "00DA010603 010000"), "6700") == 0 &&
	    !dmsc_card_has_tree(c), "too small, too large, no number");
	ok(strcmp(lab_send(c, "00DA010604 00010001"), "9000") == 0 &&
	    dmsc_card_has_tree(c) &&
	    c->mem->size == DMSC_MEM_SIZE + 0x10200 &&
	    strcmp(lab_send(c, "00DA010604 00010000"), "6985") == 0,
	    "made once, in whole pages");
	ok(dmsc_card_tree_open(c) == DMSC_E_OK &&
	    dmsc_tree_count(dmsc_card_tree(c)) == 0 &&
	    dmsc_card_tree_room(c) > 0x8000 &&
	    dmsc_card_tree_room(c) < dmsc_card_tree_total(c) + 1,
	    "it is empty and free");
	dmsc_card_close(&c);
	c = lab_card(true);
	ok(strcmp(lab_send(c, "00DA010604 00010000"), "6985") == 0 &&
	    dmsc_card_tree_make(c, SPACE) == SW_CONDITIONS,
	    "a card with files gets none");
	dmsc_card_close(&c);
}

static void
test_round_trips(void)
{
	struct dmsc_card *c = fresh(SPACE);
	struct state s = { .tree = NULL };
	bool good = true, counted = true, again = true;
	uint32_t before;
	int i;

	for (i = 0; i < 300 && good; i++) {
		before = dmsc_card_counter(c);
		change(dmsc_card_tree(c));
		if (dmsc_card_tree_store(c, NULL) != SW_OK) {
			dmsc_card_tree_drop(c);
			good = dmsc_card_tree_open(c) == DMSC_E_OK;
			continue;
		}
		look(c, &s);
		again = dmsc_card_tree_store(c, NULL) == SW_OK &&
		    dmsc_card_counter(c) == s.counter && again;
		counted = s.counter - before <= 1 && counted;
		good = power_back(c) && is(c, &s, true);
	}
	ok(good, "what is stored is there after power was off");
	ok(counted && again && s.counter > 100,
	    "the counter grows by one, and not where nothing changed");
	while (dmsc_node_first(dmsc_tree_root(s.tree)) != NULL)
		(void)!dmsc_node_remove(s.tree, dmsc_node_first(
		    dmsc_tree_root(s.tree)));
	dmsc_tree_free(&s.tree);
	dmsc_buf_free(&s.half);
	dmsc_card_close(&c);
}

/* The state after a change that is cut at one write: old or new. */
static int
cut_once(struct dmsc_card *c, uint64_t same_seed,
    const struct dmsc_dm_half *half, const struct state *old,
    const struct state *new, unsigned long at, size_t bytes)
{
	uint64_t now = seed;
	unsigned sw;

	seed = same_seed;
	change(dmsc_card_tree(c));
	seed = now;
	dmsc_card_cut(c, at, bytes);
	sw = dmsc_card_tree_store(c, half);
	if (!c->mem->dead)
		return sw == SW_OK ? 1 : -1;
	if (!power_back(c) || (!is(c, old, true) && !is(c, new, true))) {
		printf("# write %lu, %zu bytes\n", at, bytes);
		return -1;
	}
	return is(c, new, true) && new->counter != old->counter ? 1 : 0;
}

/* Puts the memory back to what it was. */
static void
back(struct dmsc_card *c, const uint8_t *memory)
{
	memcpy(c->mem->nvm, memory, c->mem->size);
	if (!power_back(c))
		exit(99);
}

static void
draw_half(struct dmsc_dm_half *h)
{
	h->kind = DMSC_CMD_ADD;
	h->uri = "./a/large/one";
	h->format = draw(2) ? "bin" : NULL;
	h->type = draw(2) ? "application/x" : NULL;
	h->size = LONG;
	h->have = some_bytes(draw(LONG));
}

/* One change, cut at each of its writes (a sample: at some); how many cuts,
 * -1: neither old nor new. */
static long
sweep(struct dmsc_card *c, const struct dmsc_dm_half *half, unsigned every)
{
	static const size_t bytes[] = { 0, 1, 7, 300, 100000 };
	struct state old = { .tree = NULL }, new = { .tree = NULL };
	uint8_t *memory = malloc(c->mem->size);
	unsigned long at, writes;
	long cuts = 0;
	size_t b;
	uint64_t same_seed;
	int r = 0;

	look(c, &old);
	same_seed = seed;
	memcpy(memory, c->mem->nvm, c->mem->size);
	change(dmsc_card_tree(c));
	dmsc_card_cut(c, 0, 0);
	if (dmsc_card_tree_store(c, half) != SW_OK)
		exit(99);
	writes = dmsc_card_writes(c);
	look(c, &new);
	for (at = 1; r >= 0 && at <= writes; at++)
		for (b = 0; r >= 0 && b < DMSC_COUNT(bytes); b++) {
			if (draw(every) != 0)
				continue;
			back(c, memory);
			r = cut_once(c, same_seed, half, &old, &new, at,
			    bytes[b]);
			cuts++;
		}
	back(c, memory);
	if (r >= 0)
		r = cut_once(c, same_seed, half, &old, &new, 0, 0);
	free(memory);
	dmsc_tree_free(&old.tree);
	dmsc_tree_free(&new.tree);
	dmsc_buf_free(&old.half);
	dmsc_buf_free(&new.half);
	return r < 0 ? -1 : cuts;
}

static void
test_cuts(bool hard)
{
	struct dmsc_card *c = fresh(SPACE * 2);
	struct dmsc_dm_half h;
	long cuts = 0, n = 0;
	int i;

	for (i = 0; n >= 0 && i < (hard ? 400 : 60); i++) {
		draw_half(&h);
		n = sweep(c, draw(3) == 0 ? &h : NULL, hard ? 1 : 2);
		cuts += n;
		if (dmsc_card_tree_room(c) < SPACE / 2)
			(void)!dmsc_node_remove(dmsc_card_tree(c),
			    dmsc_node_first(dmsc_tree_root(
			    dmsc_card_tree(c))));
	}
	ok(n >= 0, "cut at each write: wholly old or wholly new, counter and "
	    "free space too");
	printf("# %ld cuts\n", cuts);
	ok(cuts >= 1000, "a thousand cuts and more");
	dmsc_card_close(&c);
}

/* One cut after the other on one card: nothing leaks. */
static void
test_leaks(bool hard)
{
	struct dmsc_card *c = fresh(SPACE * 2);
	struct state s = { .tree = NULL };
	size_t empty = dmsc_card_tree_room(c), one;
	struct dmsc_node *n;
	uint32_t last, now;
	bool good = true, up = true;
	int i;

	if (dmsc_card_tree_store(c, NULL) != SW_OK)
		exit(99);
	one = dmsc_card_tree_room(c);
	last = dmsc_card_counter(c);
	for (i = 0; good && i < (hard ? 20000 : 1500); i++) {
		change(dmsc_card_tree(c));
		dmsc_card_cut(c, 1 + draw(12), draw(600));
		if (dmsc_card_tree_store(c, NULL) != SW_OK && !c->mem->dead)
			dmsc_card_tree_drop(c);
		if (c->mem->dead || draw(9) == 0)
			good = power_back(c);
		good = dmsc_card_tree_open(c) == DMSC_E_OK && good;
		now = dmsc_card_counter(c);
		up = now >= last && now - last <= 1 && up;
		last = now;
		if (dmsc_card_tree_room(c) < SPACE / 2)
			(void)!dmsc_node_remove(dmsc_card_tree(c),
			    dmsc_node_first(dmsc_tree_root(
			    dmsc_card_tree(c))));
	}
	dmsc_card_cut(c, 0, 0);
	while ((n = dmsc_node_first(dmsc_tree_root(dmsc_card_tree(c)))) !=
	    NULL)
		(void)!dmsc_node_remove(dmsc_card_tree(c), n);
	dress(dmsc_card_tree(c), dmsc_tree_root(dmsc_card_tree(c)));
	ok(good && dmsc_card_tree_store(c, NULL) == SW_OK && power_back(c) &&
	    dmsc_card_tree_room(c) == one && one <= empty,
	    "after a thousand cuts all is free that was free");
	ok(up, "the counter is never lower, and one further with a change");
	dmsc_tree_free(&s.tree);
	dmsc_card_close(&c);
}

static void
fill(uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)draw(256);
}

/* Most blocks are cut somewhere. */
static bool
in_blocks(struct dmsc_card *c, struct dmsc_dm_half *h, const uint8_t *value)
{
	struct dmsc_dm_half got;
	size_t have = 0;
	bool good = true;

	while (good && have < MB - BLOCK) {
		h->have.left = have + BLOCK;
		dmsc_card_cut(c, 1 + draw(2 * BLOCK / DMSC_TREE_PAGE),
		    draw(500));
		if (dmsc_card_tree_store(c, h) != SW_OK && !c->mem->dead)
			good = false;
		if (!c->mem->dead)
			dmsc_card_cut(c, 0, 0);
		else
			good = power_back(c);
		if (dmsc_card_tree_half(c, &got))
			good = got.have.left >= have && got.size == MB &&
			    memcmp(got.have.p, value, got.have.left) == 0 &&
			    strcmp(got.uri, h->uri) == 0 &&
			    got.type == NULL && good;
		else
			got.have.left = 0;
		good = (got.have.left == have ||
		    got.have.left == have + BLOCK) && good;
		have = got.have.left;
	}
	return good;
}

/* 1 MB in blocks, cut at each: it goes on where it was. */
static void
test_large(void)
{
	struct dmsc_card *c = fresh(BIG_SPACE);
	uint8_t *value = malloc(MB);
	struct dmsc_dm_half h = { .kind = DMSC_CMD_REPLACE,
	    .uri = "./large", .size = MB, .have = { value, 0 } };
	struct dmsc_dm_half got;
	struct dmsc_node *n = NULL;
	size_t empty;
	bool good;
	uint32_t counter;

	fill(value, MB);
	good = dmsc_card_tree_store(c, NULL) == SW_OK;
	empty = dmsc_card_tree_room(c);
	counter = dmsc_card_counter(c);
	ok(good && in_blocks(c, &h, value),
	    "1 MB in blocks, each cut: what was there stays");
	ok(dmsc_card_counter(c) == counter,
	    "what is half here is no change of the tree");
	ok(dmsc_tree_add(dmsc_card_tree(c), "./large", DMSC_FMT_BIN, NULL,
	    dmsc_rd_of(value, MB), &n) == DMSC_E_OK &&
	    dmsc_card_tree_store(c, NULL) == SW_OK && power_back(c) &&
	    (n = dmsc_tree_find(dmsc_card_tree(c), "./large")) != NULL &&
	    dmsc_rd_eq(dmsc_node_value(n), dmsc_rd_of(value, MB)) &&
	    !dmsc_card_tree_half(c, &got), "then the node is there");
	dmsc_card_cut(c, 0, 0);
	ok(dmsc_tree_add(dmsc_card_tree(c), "./first", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("x"), NULL) == DMSC_E_OK &&
	    dmsc_card_tree_store(c, NULL) == SW_OK &&
	    dmsc_card_writes(c) < 30, "a small change rewrites little");
	fill(value, MB);
	ok(dmsc_node_set_value(dmsc_card_tree(c), n, dmsc_rd_of(value, MB)) ==
	    DMSC_E_OK && dmsc_card_tree_store(c, NULL) == SW_OK &&
	    power_back(c) && (n = dmsc_tree_find(dmsc_card_tree(c),
	    "./large")) != NULL && dmsc_rd_eq(dmsc_node_value(n),
	    dmsc_rd_of(value, MB)), "another megabyte in its place");
	ok(dmsc_node_remove(dmsc_card_tree(c), n) == DMSC_E_OK &&
	    dmsc_node_remove(dmsc_card_tree(c), dmsc_tree_find(
	    dmsc_card_tree(c), "./first")) == DMSC_E_OK &&
	    dmsc_card_tree_store(c, NULL) == SW_OK &&
	    dmsc_card_tree_room(c) == empty, "removed, its room is free");
	free(value);
	dmsc_card_close(&c);
}

/* As long as room says so, a store succeeds; a full card still lets go. */
static void
test_full(void)
{
	struct dmsc_card *c = fresh(SPACE);
	struct state s = { .tree = NULL };
	char uri[32];
	size_t room, empty;
	unsigned sw = dmsc_card_tree_store(c, NULL);
	bool kept = true, stuck = false;
	int i;

	room = empty = dmsc_card_tree_room(c);
	for (i = 0; sw == SW_OK && i < 100000; i++) {
		(void)snprintf(uri, sizeof uri, "./m%d/n%d", i / 50, i);
		if (dmsc_tree_add(dmsc_card_tree(c), uri, DMSC_FMT_BIN, NULL,
		    some_bytes(1 + draw(80)), NULL) != DMSC_E_OK)
			break;
		sw = dmsc_card_tree_store(c, NULL);
		kept = (sw == SW_OK || room < 200) && kept;
		room = sw == SW_OK ? dmsc_card_tree_room(c) : room;
		if (sw == SW_OK)
			look(c, &s);
	}
	ok(sw == SW_SPACE && kept, "it is full only where no room was told");
	dmsc_card_tree_drop(c);
	ok(dmsc_card_tree_open(c) == DMSC_E_OK && is(c, &s, true),
	    "full: what was there before is there");
	while (dmsc_node_first(dmsc_tree_root(dmsc_card_tree(c))) != NULL &&
	    !stuck) {
		(void)!dmsc_node_remove(dmsc_card_tree(c),
		    dmsc_node_first(dmsc_tree_root(dmsc_card_tree(c))));
		stuck = dmsc_card_tree_store(c, NULL) != SW_OK;
	}
	ok(!stuck && dmsc_card_tree_room(c) == empty,
	    "and what is there can be removed, one after the other");
	dmsc_tree_free(&s.tree);
	dmsc_buf_free(&s.half);
	dmsc_card_close(&c);
}

static void
test_image(void)
{
	char folder[TAP_FOLDER], path[TAP_FOLDER + 16];
	struct dmsc_card *c = fresh(BIG_SPACE), *d = NULL;
	struct state s = { .tree = NULL };
	struct stat st = { .st_size = 0 };
	int i;

	for (i = 0; i < 40; i++)
		change(dmsc_card_tree(c));
	if (!tap_folder(folder) ||
	    dmsc_card_tree_store(c, NULL) != SW_OK)
		exit(99);
	(void)snprintf(path, sizeof path, "%s/c.img", folder);
	look(c, &s);
	ok(dmsc_card_save(c, path, NULL) == DMSC_E_OK &&
	    stat(path, &st) == 0 && st.st_size > BIG_SPACE &&
	    st.st_blocks * 512 < BIG_SPACE / 2,
	    "an image with its tree, which takes no disk for what is free");
	ok(dmsc_card_open(path, &d, NULL) == DMSC_E_OK &&
	    dmsc_card_tree_open(d) == DMSC_E_OK && is(d, &s, true),
	    "opened again");
	change(dmsc_card_tree(d));
	ok(dmsc_card_tree_store(d, NULL) == SW_OK, "changed in the file");
	look(d, &s);
	dmsc_card_close(&d);
	ok(dmsc_card_peek(path, &d, NULL) == DMSC_E_OK &&
	    dmsc_card_tree_open(d) == DMSC_E_OK && is(d, &s, true),
	    "and looked at");
	dmsc_card_close(&d);
	ok(truncate(path, st.st_size - 1) == 0 &&
	    dmsc_card_open(path, &d, NULL) == DMSC_E_DATA,
	    "a torn file is no image");
	(void)unlink(path);
	ok(dmsc_card_blank(path, NULL, &d, NULL) == DMSC_E_OK &&
	    strcmp(lab_send(d, "00DA010604 00010000"), "9000") == 0 &&
	    stat(path, &st) == 0 &&
	    st.st_size == 64 + DMSC_MEM_SIZE + 0x10000,
	    "a file grows with its card");
	dmsc_card_close(&d);
	ok(dmsc_card_open(path, &d, NULL) == DMSC_E_OK &&
	    dmsc_card_has_tree(d), "and is a card with a tree");
	dmsc_card_close(&d);
	(void)unlink(path);
	(void)rmdir(folder);
	dmsc_tree_free(&s.tree);
	dmsc_buf_free(&s.half);
	dmsc_card_close(&c);
}

/* The files that the directories list count, and no others. */
static void
test_files(void)
{
	static const struct step make[] = {
		{ "00DA010604 00010000", "9000" },
		{ "+ 82027821 83023F00 A503800171 C609 9001C0 830101 83010A",
		    "9000" },
		{ "+ 82024121 83022F05 80020004 880128", "9000" },
		{ "+ 82027821 83027F50 840C" AID15
		    "C60C 9001E0 830101 83010A 830181", "9000" },
		{ "+ 82024121 83024D10 80020040 8800", "9000" },
		{ "+ 82054221000803 83026F21 80020018 8800", "9000" },
	};
	static const struct { const char *name; struct step s; bool counts; }
	    rows[] = {
		{ "select 2F05", { "00A4080C022F05", "9000" }, false },
		{ "another file", { "00D600000101", "9000" }, false },
		{ "select 4D10", { "00A4080C047F504D10", "9000" }, false },
		{ "a listed file", { "00D600000101", "9000" }, true },
		{ "the same bytes", { "00D600000101", "9000" }, false },
		{ "past its end", { "00D600400101", "6B00" }, false },
		{ "select 6F21", { "00A4000C026F21", "9000" }, false },
		{ "a record", { "00DC0104080102030405060708", "9000" }, true },
		{ "the application", { "00A4000C027F50", "9000" }, false },
		{ "a new file", { "+ 82024121 83024D12 80020008 8800",
		    "9000" }, true },
		{ "a file that is there", { "+ 82024121 83024D12 80020008 "
		    "8800", "6A89" }, false },
		{ "deleted", { "00E40000024D12", "9000" }, true },
		{ "the MF", { "00A4000C023F00", "9000" }, false },
		{ "made elsewhere", { "+ 82024121 83024D12 80020008 8800",
		    "9000" }, false },
	};
	struct dmsc_card *c;
	uint32_t before;
	size_t i;

	if (dmsc_card_blank(NULL, NULL, &c, NULL) != DMSC_E_OK)
		exit(99);
	ok(lab_run(c, make, DMSC_COUNT(make)), "a card with a tree");
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		before = dmsc_card_counter(c);
		ok(lab_run(c, &rows[i].s, 1) && dmsc_card_counter(c) ==
		    before + (rows[i].counts ? 1 : 0), rows[i].name);
	}
	dmsc_card_close(&c);
}

int
main(void)
{
	bool hard = getenv("DMSC_HARD") != NULL;
	const char *other = getenv("DMSC_SEED");

	if (other != NULL && dmsc_num(other, 10, UINT64_MAX, &seed) !=
	    DMSC_E_OK)
		return 1;
	test_make();
	test_round_trips();
	test_cuts(hard);
	test_leaks(hard);
	test_large();
	test_full();
	test_image();
	test_files();
	return tap_done();
}
