/* A small tree of a test: text leaves from rows, and the root's ACL. */
#ifndef DMSC_TESTS_ROWS_H
#define DMSC_TESTS_ROWS_H

#include <stdlib.h>

#include <dmsc/tree.h>

struct row {
	const char *uri, *value;
};

static inline struct dmsc_tree *
rows_tree(const struct row *rows, size_t n, const char *acl)
{
	struct dmsc_tree *t = dmsc_tree_new(1 << 20);
	size_t i;

	for (i = 0; i < n; i++)
		if (dmsc_tree_add(t, rows[i].uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str(rows[i].value), NULL) != DMSC_E_OK)
			abort();
	if (dmsc_node_set_acl(t, dmsc_tree_root(t), acl) != DMSC_E_OK)
		abort();
	return t;
}

#endif
