/*
 * Trees of a thousand to a million nodes: nanoseconds per look-up by URI, per
 * node for making, copying, comparing and freeing, and bytes per node. Random
 * look-ups in a large tree pay for memory that is in no cache; the same 64
 * over and over show what the look-up itself costs: the aim is held against
 * those.
 */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "bench/stat.h"
#include "mo/node.h"

enum { SIZES = 3, LOOKUPS = 8192, HOT = 64, ROUNDS = 5, URI = 48,
	TREE_MAX = 1 << 30 };
static const unsigned sizes[SIZES] = { 1000, 100000, 1000000 };

struct shape {
	const char *name;
	unsigned fan[SIZES];	/* children of each interior node; 0: all */
};
static const struct shape shapes[] = {
	{ "three levels", { 10, 46, 100 } },
	{ "side by side", { 0, 0, 0 } },
};

struct figures {
	double make, any, hot, copy, equal, diff, free, bytes;
};

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*seed) * below >> 32);
}

/* The URI of the i-th leaf. */
static void
uri_of(char out[URI], unsigned i, unsigned fan)
{
	if (fan == 0)
		(void)snprintf(out, URI, "node%u", i);
	else
		(void)snprintf(out, URI, "node%u/node%u/node%u",
		    i / (fan * fan), i / fan % fan, i % fan);
}

static struct dmsc_tree *
build(unsigned leaves, unsigned fan)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	char uri[URI];
	unsigned i;

	for (i = 0; i < leaves && t != NULL; i++) {
		uri_of(uri, i, fan);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("a value of some bytes"), NULL) !=
		    DMSC_E_OK)
			dmsc_tree_free(&t);
	}
	return t;
}

/* Nanoseconds of one look-up among the first n of uris. */
static double
look_up(const struct dmsc_tree *t, char (*uris)[URI], unsigned n)
{
	double v[ROUNDS], from;
	unsigned i, k, found = 0;

	for (k = 0; k < ROUNDS; k++) {
		from = cpu_ns();
		for (i = 0; i < LOOKUPS; i++)
			found += dmsc_tree_find(t, uris[i % n]) != NULL;
		v[k] = (cpu_ns() - from) / LOOKUPS;
	}
	return found == ROUNDS * LOOKUPS ? median(v, ROUNDS) : 0;
}

static void
look_ups(const struct dmsc_tree *t, unsigned leaves, unsigned fan,
    struct figures *f)
{
	static char uris[LOOKUPS][URI];
	uint32_t seed = 1;
	unsigned i;

	for (i = 0; i < LOOKUPS; i++)
		uri_of(uris[i], draw(&seed, leaves), fan);
	f->any = look_up(t, uris, LOOKUPS);
	f->hot = look_up(t, uris, HOT);
}

/* Whole trees: copied, compared, freed. */
static bool
wholes(struct dmsc_tree *t, struct figures *f)
{
	double n = (double)dmsc_tree_count(t), from = cpu_ns();
	struct dmsc_tree *c = dmsc_tree_clone(t);
	struct dmsc_diff *d = NULL;
	bool good;

	f->copy = (cpu_ns() - from) / n;
	from = cpu_ns();
	good = c != NULL && dmsc_node_equal(dmsc_tree_root(t),
	    dmsc_tree_root(c));
	f->equal = (cpu_ns() - from) / n;
	from = cpu_ns();
	good = good && dmsc_tree_diff(dmsc_tree_root(t), dmsc_tree_root(c),
	    &d) == DMSC_E_OK && d->n_changes == 0;
	f->diff = (cpu_ns() - from) / n;
	dmsc_view_free(&dmsc_diff_view, d);
	from = cpu_ns();
	dmsc_tree_free(&c);
	f->free = (cpu_ns() - from) / n;
	return good;
}

/* Bytes in use, once malloc has sorted what the tree before gave back: that
 * is not this tree's time. */
static size_t
settled(void)
{
	enum { LARGE = 1 << 16 };

	void *volatile p;

	(void)malloc_trim(0);
	p = malloc(LARGE);
	free(p);
	return mallinfo2().uordblks;
}

static bool
measure(unsigned leaves, unsigned fan, struct figures *f)
{
	size_t before = settled();
	double from = cpu_ns();
	struct dmsc_tree *t = build(leaves, fan);
	bool good;

	if (t == NULL)
		return false;
	f->make = (cpu_ns() - from) / (double)dmsc_tree_count(t);
	f->bytes = (double)(mallinfo2().uordblks - before) /
	    (double)dmsc_tree_count(t);
	look_ups(t, leaves, fan, f);
	good = wholes(t, f) && f->any > 0 && f->hot > 0;
	dmsc_tree_free(&t);
	return good;
}

static bool
compare(const struct shape *s)
{
	struct figures f[SIZES];
	double growth;
	size_t i;

	printf("trees, %s\n", s->name);
	for (i = 0; i < SIZES; i++) {
		unsigned fan = s->fan[i];

		if (!measure(fan == 0 ? sizes[i] : fan * fan * fan, fan,
		    &f[i]))
			return false;
		printf("  10^%d nodes: look-up %4.0f ns, of the same %d "
		    "%4.0f ns; %3.0f bytes a node\n", i == 0 ? 3 : i == 1 ?
		    5 : 6, f[i].any, HOT, f[i].hot, f[i].bytes);
		printf("    a node: make %4.0f ns, copy %4.0f, compare %4.0f, "
		    "difference %4.0f, free %4.0f\n", f[i].make, f[i].copy,
		    f[i].equal, f[i].diff, f[i].free);
	}
	growth = f[SIZES - 1].hot / f[0].hot;
	printf("  a look-up among a thousand times as many: %.2f of the time"
	    "   aim 2.0: %s\n", growth, verdict(growth <= 2));
	return true;
}

int
main(void)
{
	size_t i;

	/* So that mallinfo2 counts the large tables too. */
	(void)mallopt(M_MMAP_THRESHOLD, TREE_MAX);
	for (i = 0; i < DMSC_COUNT(shapes); i++)
		if (!compare(&shapes[i]))
			return 1;
	return 0;
}
