/* Trees of any size for the benchmarks, of what real documents hold. */
#ifndef DMSC_TESTS_BENCH_CONTENT_H
#define DMSC_TESTS_BENCH_CONTENT_H

#include <stdio.h>
#include <string.h>

#include <dmsc/tree.h>

#include "base/base.h"

struct content_leaf {
	const char *name;
	enum dmsc_format format;
	const char *value;
};

/* The leaves of one account; the one in hex is binary. */
static const struct content_leaf content_leaves[] = {
	{ "ServerID", DMSC_FMT_CHR, "com.example.operator.dm" },
	{ "Name", DMSC_FMT_CHR, "Operator X & partners, device management" },
	{ "PrefConRef", DMSC_FMT_CHR, "./Inbox/NAP/internet" },
	{ "PortNbr", DMSC_FMT_INT, "8443" },
	{ "AAuthData", DMSC_FMT_BIN, "\x00\x11\x22\x33\x44\x55\x66\x77"
	    "\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF" },
};

static inline int
content_add(struct dmsc_tree *t, struct dmsc_node *parent,
    const struct content_leaf *l)
{
	struct dmsc_node *n;
	int r = dmsc_node_add(t, parent, l->name, l->format, &n);

	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(t, n, dmsc_format_type(l->format));
	return r != DMSC_E_OK ? r : dmsc_node_set_value(t, n,
	    l->format == DMSC_FMT_BIN ? dmsc_rd_of(l->value, 16) :
	    dmsc_rd_str(l->value));
}

/* The i-th account: below its operator, who has sixteen. */
static inline int
content_account(struct dmsc_tree *t, unsigned i)
{
	struct dmsc_node *n = dmsc_tree_root(t), *operator;
	char name[24];
	size_t k;
	int r = DMSC_E_OK;

	(void)snprintf(name, sizeof name, "Operator%u", i / 16);
	if ((operator = dmsc_node_child(n, name)) == NULL)
		r = dmsc_node_add(t, n, name, DMSC_FMT_NODE, &operator);
	(void)snprintf(name, sizeof name, "account%u", i % 16);
	if (r == DMSC_E_OK)
		r = dmsc_node_add(t, operator, name, DMSC_FMT_NODE, &n);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(t, n,
		    "urn:oma:mo:oma-dm-dmacc:1.0");
	for (k = 0; k < DMSC_COUNT(content_leaves) && r == DMSC_E_OK; k++)
		r = content_add(t, n, &content_leaves[k]);
	return r;
}

#endif
