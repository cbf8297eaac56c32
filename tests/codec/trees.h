/* Seeded random trees for the tests of the codecs. */
#ifndef DMSC_TESTS_CODEC_TREES_H
#define DMSC_TESTS_CODEC_TREES_H

#include <stdio.h>
#include <string.h>

#include <dmsc/tree.h>

#include "base/base.h"

enum { TREE_MAX = 1 << 20 };

/* What a random tree may hold. */
enum {
	TREES_BINARY = 1,	/* bin leaves and values of any bytes */
	TREES_SPACES = 2,	/* blanks at ends, line ends, CR */
	TREES_TITLES = 4,
	TREES_EMPTY = 8		/* leaves without a value */
};

static inline uint32_t
trees_draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static inline void
trees_value(uint32_t *seed, unsigned flags, struct dmsc_buf *out)
{
	static const char *const parts[] = { "a", "<&>", "]]>", "\"'", "Zz9",
	    "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "x y", "%2F" };
	static const char *const spaces[] = { " ", "\t", "\n", "\r", "\r\n" };
	uint32_t n = trees_draw(seed, 6), i;

	dmsc_buf_reset(out);
	if ((flags & TREES_EMPTY) == 0 || trees_draw(seed, 5) != 0)
		n++;
	for (i = 0; i < n; i++) {
		const char *s = parts[trees_draw(seed, 10)];

		if ((flags & TREES_SPACES) && trees_draw(seed, 3) == 0)
			s = spaces[trees_draw(seed, 5)];
		if (dmsc_buf_str(out, s) != DMSC_E_OK)
			return;
	}
}

static inline bool
trees_leaf(uint32_t *seed, unsigned flags, struct dmsc_tree *t,
    struct dmsc_node *n, struct dmsc_buf *tmp)
{
	static const char *const fixed[] = { "", "", "-12", "true", "1.5",
	    "20260102", "102030Z" };
	enum dmsc_format f = dmsc_node_format(n);
	size_t i;

	dmsc_buf_reset(tmp);
	if (f == DMSC_FMT_NULL)
		return true;
	if (f == DMSC_FMT_BIN) {
		for (i = trees_draw(seed, 40); i > 0; i--)
			if (dmsc_buf_u8(tmp, trees_draw(seed, 256)) != 0)
				return false;
	} else if (f == DMSC_FMT_B64) {
		if (dmsc_buf_str(tmp, "AAECAw==") != DMSC_E_OK)
			return false;
	} else if (f >= DMSC_FMT_INT && f <= DMSC_FMT_TIME) {
		if (dmsc_buf_str(tmp, fixed[f]) != DMSC_E_OK)
			return false;
	} else
		trees_value(seed, flags, tmp);
	return dmsc_node_set_value(t, n, dmsc_buf_rd(tmp)) == DMSC_E_OK;
}

static inline bool
trees_props(uint32_t *seed, unsigned flags, struct dmsc_tree *t,
    struct dmsc_node *n)
{
	int r = DMSC_E_OK;

	if (trees_draw(seed, 4) == 0)
		r = dmsc_node_set_acl(t, n, "Get=*&Replace=S1+S2");
	if (r == DMSC_E_OK && trees_draw(seed, 3) == 0)
		r = dmsc_node_set_type(t, n, dmsc_node_is_leaf(n) ?
		    "text/x-own" : "com.acme/1.0/Thing");
	if (r == DMSC_E_OK && (flags & TREES_TITLES) &&
	    trees_draw(seed, 4) == 0)
		r = dmsc_node_set_title(t, n, "A <title> & more");
	return r == DMSC_E_OK;
}

/* A random tree of about size nodes below the root; NULL: out of memory. */
static inline struct dmsc_tree *
trees_random(uint32_t seed, unsigned flags, unsigned size)
{
	static const enum dmsc_format formats[] = { DMSC_FMT_NODE,
	    DMSC_FMT_NODE, DMSC_FMT_NODE, DMSC_FMT_CHR, DMSC_FMT_CHR,
	    DMSC_FMT_INT, DMSC_FMT_BOOL, DMSC_FMT_FLOAT, DMSC_FMT_DATE,
	    DMSC_FMT_TIME, DMSC_FMT_B64, DMSC_FMT_XML, DMSC_FMT_NULL,
	    DMSC_FMT_BIN };
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *tmp = dmsc_buf_new(TREE_MAX);
	struct dmsc_node *at = dmsc_tree_root(t), *n;
	char name[32];
	unsigned i;

	for (i = 0; i < size; i++) {
		uint32_t kinds = (uint32_t)DMSC_COUNT(formats) -
		    ((flags & TREES_BINARY) ? 0 : 1);
		enum dmsc_format f = formats[trees_draw(&seed, kinds)];

		(void)snprintf(name, sizeof name, "%s%u",
		    trees_draw(&seed, 8) == 0 ? "\xC3\x84 &" : "n", i);
		if (dmsc_node_add(t, at, name, f, &n) != DMSC_E_OK)
			continue;
		if (!trees_props(&seed, flags, t, n) ||
		    (f != DMSC_FMT_NODE &&
		    !trees_leaf(&seed, flags, t, n, tmp)))
			break;
		if (f == DMSC_FMT_NODE && trees_draw(&seed, 3) != 0)
			at = n;
		else if (dmsc_node_parent(at) != NULL &&
		    trees_draw(&seed, 4) == 0)
			at = dmsc_node_parent(at);
	}
	dmsc_buf_free(&tmp);
	return t;
}

#endif
