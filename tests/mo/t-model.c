/*
 * mo: seeded random edits, held after each step against a plain list of
 * URIs; and a node with many children.
 */
#include <stdio.h>
#include <string.h>

#include <dmsc/tree.h>

#include "tap.h"

enum { ROWS = 400, STEPS = 6000, URI = 64, MANY = 300000 };

struct model {
	char uri[ROWS][URI];
	bool leaf[ROWS];
	char value[ROWS][8];
	size_t n;
};

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static long
row_of(const struct model *m, const char *uri)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->uri[i], uri) == 0)
			return (long)i;
	return -1;
}

static void
random_uri(uint32_t *seed, char *out)
{
	size_t depth = 1 + draw(seed, 4), i, at = 0;

	for (i = 0; i < depth; i++)
		at += (size_t)snprintf(out + at, URI - at, "%sn%u",
		    i > 0 ? "/" : "", draw(seed, i == 0 ? 3 : 12));
}

/* What the model says an add of a leaf gives; applied when OK. */
static int
model_add(struct model *m, const char *uri, const char *value)
{
	char part[URI];
	const char *slash;
	long row;

	if (row_of(m, uri) >= 0)
		return DMSC_E_EXISTS;
	for (slash = strchr(uri, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - uri),
		    uri);
		if ((row = row_of(m, part)) >= 0 && m->leaf[row])
			return DMSC_E_USAGE;
		if (row < 0) {
			memcpy(m->uri[m->n], part, sizeof part);
			m->leaf[m->n++] = false;
		}
	}
	(void)snprintf(m->uri[m->n], URI, "%s", uri);
	(void)snprintf(m->value[m->n], sizeof m->value[0], "%s", value);
	m->leaf[m->n++] = true;
	return DMSC_E_OK;
}

static void
model_remove(struct model *m, const char *uri)
{
	size_t i, k = 0, len = strlen(uri);

	for (i = 0; i < m->n; i++) {
		if (strncmp(m->uri[i], uri, len) == 0 &&
		    (m->uri[i][len] == '\0' || m->uri[i][len] == '/'))
			continue;
		if (k != i) {
			memcpy(m->uri[k], m->uri[i], URI);
			memcpy(m->value[k], m->value[i], sizeof m->value[0]);
			m->leaf[k] = m->leaf[i];
		}
		k++;
	}
	m->n = k;
}

static bool
agrees(const struct model *m, const struct dmsc_tree *t)
{
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < m->n; i++) {
		n = dmsc_tree_find(t, m->uri[i]);
		if (n == NULL || dmsc_node_is_leaf(n) != m->leaf[i] ||
		    (m->leaf[i] && !dmsc_rd_eq_str(dmsc_node_value(n),
		    m->value[i])))
			return false;
	}
	return dmsc_tree_count(t) == m->n;
}

static bool
step(struct model *m, struct dmsc_tree *t, uint32_t *seed)
{
	char uri[URI], value[8];
	struct dmsc_node *n;
	int want;

	random_uri(seed, uri);
	n = dmsc_tree_find(t, uri);
	if ((n != NULL) != (row_of(m, uri) >= 0))
		return false;
	if (n != NULL && draw(seed, 4) == 0) {
		model_remove(m, uri);
		return dmsc_node_remove(t, n) == DMSC_E_OK;
	}
	if (m->n + 5 > ROWS)
		return true;
	(void)snprintf(value, sizeof value, "%u", draw(seed, 1000));
	want = model_add(m, uri, value);
	return dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL, dmsc_rd_str(value),
	    NULL) == want;
}

static void
test_model(uint32_t seed)
{
	static struct model m;
	struct dmsc_tree *t = dmsc_tree_new(1 << 20), *copy = NULL;
	bool good = true;
	size_t i;

	m.n = 0;
	for (i = 0; i < STEPS && good; i++)
		good = step(&m, t, &seed) &&
		    (i % 16 != 0 || agrees(&m, t));
	ok(good && agrees(&m, t), "random edits");
	copy = dmsc_tree_clone(t);
	ok(copy != NULL && agrees(&m, copy) &&
	    dmsc_node_equal(dmsc_tree_root(t), dmsc_tree_root(copy)) &&
	    dmsc_tree_bytes(copy) == dmsc_tree_bytes(t), "clone");
	dmsc_tree_free(&copy);
	dmsc_tree_free(&t);
}

static void
test_many(void)
{
	struct dmsc_tree *t = dmsc_tree_new(64u << 20);
	struct dmsc_node *big = NULL;
	char name[16];
	bool good = true;
	unsigned i;

	good = dmsc_tree_add(t, "big", DMSC_FMT_NODE, NULL,
	    dmsc_rd_of(NULL, 0), &big) == DMSC_E_OK;
	for (i = 0; i < MANY && good; i++) {
		(void)snprintf(name, sizeof name, "n%u", i);
		good = dmsc_node_add(t, big, name, DMSC_FMT_CHR, NULL) ==
		    DMSC_E_OK;
	}
	ok(good && dmsc_node_children(big) == MANY, "many siblings");
	for (i = 0; i < 100000 && good; i++) {
		(void)snprintf(name, sizeof name, "n%u", i * 7 % MANY);
		good = dmsc_node_child(big, name) != NULL;
	}
	ok(good, "found by name");
	for (i = 0; i < MANY && good; i += 2) {
		(void)snprintf(name, sizeof name, "n%u", i);
		good = dmsc_node_remove(t, dmsc_node_child(big, name)) ==
		    DMSC_E_OK;
	}
	ok(good && dmsc_node_children(big) == MANY / 2 &&
	    dmsc_node_child(big, "n2") == NULL &&
	    dmsc_node_child(big, "n3") != NULL, "removed by name");
	dmsc_tree_free(&t);
}

int
main(void)
{
	test_model(1);
	test_model(20260102);
	test_many();
	return tap_done();
}
