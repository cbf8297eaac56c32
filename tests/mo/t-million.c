/*
 * mo: a tree of a million nodes. Counted, not timed: a look-up compares as
 * many names as in a tree of a thousand; allocations and name comparisons of
 * building, copying, comparing and removing are so many a node. The deepest
 * tree is copied, compared, written and freed on a small stack.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "codec/codec.h"
#include "tap.h"

enum { FEW = 10, MANY = 100, LOOKUPS = 10000, TREE_MAX = 1 << 30,
	STACK = 256 * 1024, DEEP = 200, CHANGED = 1000 };

static struct {
	unsigned long allocs, compares;
} count;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *s);
int __real_strcmp(const char *a, const char *b);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *s);
int __wrap_strcmp(const char *a, const char *b);

void *
__wrap_malloc(size_t n)
{
	count.allocs++;
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	count.allocs++;
	return __real_calloc(n, size);
}

char *
__wrap_strdup(const char *s)
{
	count.allocs++;
	return __real_strdup(s);
}

int
__wrap_strcmp(const char *a, const char *b)
{
	count.compares++;
	return __real_strcmp(a, b);
}

static void
from_zero(void)
{
	count.allocs = count.compares = 0;
}

/* fan * fan * fan leaves on three levels; NULL: it could not be made. */
static struct dmsc_tree *
build(unsigned fan)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	unsigned i, n = fan * fan * fan;
	char uri[48];

	for (i = 0; i < n && t != NULL; i++) {
		(void)snprintf(uri, sizeof uri, "a%u/b%u/c%u",
		    i / (fan * fan), i / fan % fan, i % fan);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("v"), NULL) != DMSC_E_OK)
			dmsc_tree_free(&t);
	}
	return t;
}

/* Names compared in LOOKUPS look-ups that find something; 0: one did not. */
static unsigned long
look_up(const struct dmsc_tree *t, unsigned fan)
{
	uint32_t seed = 1;
	char uri[48];
	unsigned i;

	from_zero();
	for (i = 0; i < LOOKUPS; i++) {
		seed = seed * 1664525u + 1013904223u;
		(void)snprintf(uri, sizeof uri, "a%u/b%u/c%u",
		    (seed >> 8) % fan, (seed >> 14) % fan,
		    (seed >> 20) % fan);
		if (dmsc_tree_find(t, uri) == NULL)
			return 0;
	}
	return count.compares;
}

static void
test_look_ups(const struct dmsc_tree *million)
{
	struct dmsc_tree *t = build(FEW);
	unsigned long few = t == NULL ? 0 : look_up(t, FEW),
	    many = look_up(million, MANY);

	if (!ok(few >= LOOKUPS * 3 && many >= LOOKUPS * 3 &&
	    many <= few * 3 / 2,
	    "a look-up in a million nodes compares no more names"))
		printf("# %lu, %lu\n", few, many);
	dmsc_tree_free(&t);
}

static void
test_whole(const struct dmsc_tree *t)
{
	size_t n = dmsc_tree_count(t);
	struct dmsc_node *root = dmsc_tree_root(t);
	struct dmsc_tree *c;
	struct dmsc_diff *d = NULL;
	struct dmsc_node *leaf;
	char uri[48];
	unsigned i;
	bool good = true;

	from_zero();
	c = dmsc_tree_clone(t);
	ok(c != NULL && dmsc_tree_count(c) == n && count.allocs < n + n / 8,
	    "copied with one allocation a node");
	from_zero();
	ok(dmsc_node_equal(root, dmsc_tree_root(c)) &&
	    count.allocs == 0 && count.compares < n * 8,
	    "equal, and nothing allocated");
	for (i = 0; i < CHANGED && good; i++) {
		(void)snprintf(uri, sizeof uri, "a%u/b%u/c%u", i % MANY,
		    i % 97, i / MANY);
		leaf = dmsc_tree_find(c, uri);
		good = dmsc_node_set_value(c, leaf, dmsc_rd_str("w")) ==
		    DMSC_E_OK;
	}
	from_zero();
	ok(good && dmsc_tree_diff(root, dmsc_tree_root(c), &d) ==
	    DMSC_E_OK && d->n_changes == CHANGED &&
	    count.allocs < CHANGED * 16 && count.compares < n * 16,
	    "a thousand changes found, paid for by the change");
	dmsc_view_free(&dmsc_diff_view, d);
	from_zero();
	while (good && (leaf = dmsc_node_first(dmsc_tree_root(c))) != NULL)
		good = dmsc_node_remove(c, leaf) == DMSC_E_OK;
	ok(good && dmsc_tree_count(c) == 0 && dmsc_tree_bytes(c) == 0 &&
	    count.allocs == 0 && count.compares == 0,
	    "removed branch by branch");
	dmsc_tree_free(&c);
}

/* Two trees of a million in one, then nodes until there may be no more. */
static void
test_limit(struct dmsc_tree *t)
{
	struct dmsc_tree *c = dmsc_tree_clone(t);
	struct dmsc_node *root = dmsc_tree_root(t), *n;
	size_t moved = 0;
	char name[24];
	unsigned i = 0;
	int r = DMSC_E_OK;

	from_zero();
	while (r == DMSC_E_OK &&
	    (n = dmsc_node_first(dmsc_tree_root(c))) != NULL) {
		(void)snprintf(name, sizeof name, "moved%zu", moved++);
		r = dmsc_node_rename(c, n, name);
		if (r == DMSC_E_OK)
			r = dmsc_node_move(t, root, c, n);
	}
	ok(r == DMSC_E_OK && moved == MANY && dmsc_tree_count(c) == 0 &&
	    dmsc_tree_count(t) == 2020200 && count.allocs < 2 * MANY,
	    "a million nodes moved into another million");
	while (r == DMSC_E_OK) {
		(void)snprintf(name, sizeof name, "more%u", i++);
		r = dmsc_node_add(t, root, name, DMSC_FMT_CHR, NULL);
	}
	ok(r == DMSC_E_LIMIT && dmsc_tree_count(t) == DMSC_TREE_NODES_MAX,
	    "two million, and no more");
	dmsc_tree_free(&c);
}

/* DEEP branches, each as deep as a tree may be. */
static struct dmsc_tree *
deep(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_node *n;
	char name[24];
	unsigned i, k;

	for (i = 0; i < DEEP; i++) {
		n = dmsc_tree_root(t);
		(void)snprintf(name, sizeof name, "n%u", i);
		for (k = 0; k < DMSC_TREE_DEPTH_MAX; k++)
			if (dmsc_node_add(t, n, k == 0 ? name : "n",
			    DMSC_FMT_NODE, &n) != DMSC_E_OK)
				return t;
	}
	return t;
}

static bool
written(const struct dmsc_tree *t, bool xml)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_node *root = dmsc_tree_root(t);
	struct dmsc_tree *u = NULL;
	enum dmsc_form f;
	bool good;

	good = (xml ? dmsc_tnds_write_xml(root, false, true, b) :
	    dmsc_json_node(root, -1, b)) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(b), &u, &f, NULL) == DMSC_E_OK &&
	    dmsc_node_equal(root, dmsc_tree_root(u));
	dmsc_tree_free(&u);
	dmsc_buf_free(&b);
	return good;
}

static void *
on_small_stack(void *arg)
{
	struct dmsc_tree *t = deep(), *c = dmsc_tree_clone(t);
	struct dmsc_diff *d = NULL;
	bool *good = arg;

	*good = c != NULL && dmsc_tree_count(t) ==
	    (size_t)DEEP * DMSC_TREE_DEPTH_MAX &&
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(c)) &&
	    dmsc_tree_diff(dmsc_tree_root(t), dmsc_tree_root(c), &d) ==
	    DMSC_E_OK && d->n_changes == 0 && written(t, false) &&
	    written(t, true);
	dmsc_view_free(&dmsc_diff_view, d);
	dmsc_tree_free(&t);
	dmsc_tree_free(&c);
	return NULL;
}

static void
test_deep(void)
{
	pthread_attr_t a;
	pthread_t thread;
	bool good = false;

	ok(pthread_attr_init(&a) == 0 &&
	    pthread_attr_setstacksize(&a, STACK) == 0 &&
	    pthread_create(&thread, &a, on_small_stack, &good) == 0 &&
	    pthread_join(thread, NULL) == 0 && good,
	    "the deepest tree on a stack of 256 KB");
	(void)pthread_attr_destroy(&a);
}

int
main(void)
{
	struct dmsc_tree *t;

	from_zero();
	t = build(MANY);
	if (!ok(t != NULL && dmsc_tree_count(t) == 1010100 &&
	    count.allocs < 1010100 + 1010100 / 8,
	    "a million nodes, one allocation each"))
		return tap_done();
	test_look_ups(t);
	test_whole(t);
	test_limit(t);
	dmsc_tree_free(&t);
	test_deep();
	return tap_done();
}
