/*
 * Inside of the room mo: how nodes hang together. Children hang in order in
 * a list; more than a few are hashed by name too, per interior node.
 */
#ifndef DMSC_MO_NODE_H
#define DMSC_MO_NODE_H

#include <dmsc/tree.h>

enum { MO_FEW = 32 };		/* bytes of a value kept in the node */

struct mo_kids {
	struct dmsc_node *first, *last;
	struct dmsc_node **slots;	/* NULL while there are few */
	uint32_t n, cap;
};
struct mo_props {
	char *acl, *title, *tstamp;	/* each may be NULL */
};
struct dmsc_node {
	struct dmsc_node *parent, *next, *prev;
	struct dmsc_node *chain;	/* of one hash slot */
	char *name;			/* own, until it is renamed */
	const char *type;		/* shared where it is a common one */
	struct mo_props *props;		/* NULL while there are none */
	union {
		struct mo_kids kids;	/* interior */
		uint8_t few[MO_FEW];	/* leaf: a value that fits */
		uint8_t *value;		/* leaf: a longer one */
	} u;
	uint32_t len;			/* of the value */
	uint32_t hash;
	int32_t verno;
	uint8_t format;
	char own[];			/* one allocation for both */
};
struct dmsc_tree {
	struct dmsc_node *root;
	size_t count, bytes, max;
};
struct mo_sum {				/* of a subtree, its top included */
	size_t count, bytes, height;
};

static inline bool
mo_is_leaf(const struct dmsc_node *n)
{
	return n->format != DMSC_FMT_NODE;
}

/* A node that hangs nowhere; NULL: no memory. */
struct dmsc_node *dmsc_mo_new(const char *name, enum dmsc_format f);
/* Frees n, which hangs nowhere, and all below. NULL is accepted. */
void dmsc_mo_free(struct dmsc_node *n);
/* Hangs n last below parent. NOMEM: nothing is changed. */
int dmsc_mo_link(struct dmsc_node *parent, struct dmsc_node *n)
    DMSC_MUST_CHECK;
void dmsc_mo_unlink(struct dmsc_node *n);
/* Hangs n, just unlinked from parent, before next (NULL: last). */
void dmsc_mo_relink(struct dmsc_node *parent, struct dmsc_node *n,
    struct dmsc_node *next);
struct mo_sum dmsc_mo_sum(const struct dmsc_node *n);
size_t dmsc_mo_depth(const struct dmsc_node *n);	/* root: 0 */
/* Sets the value of a leaf, wiping the old one. NOMEM: nothing changed. */
int dmsc_mo_value_set(struct dmsc_node *n, struct dmsc_rd value)
    DMSC_MUST_CHECK;
/* A copy of the type, which may be shared; NULL: no memory. */
const char *dmsc_mo_type_dup(const char *type);
void dmsc_mo_type_free(const char *type);
/* A copy of n alone, which hangs nowhere; NULL: no memory. */
struct dmsc_node *dmsc_mo_copy(const struct dmsc_node *n, const char *name);

/* FORMAT or LIMIT for what cannot be a node's name. */
int dmsc_mo_name_check(const char *name) DMSC_MUST_CHECK;
/* Steps over a leading "./"; a lone "." becomes "". */
int dmsc_mo_uri_begin(const char **uri) DMSC_MUST_CHECK;
/* The first segment, decoded, into name (DMSC_TREE_NAME_MAX + 1 bytes); *uri
 * moves behind it and is "" at the end. */
int dmsc_mo_uri_step(const char **uri, char *name) DMSC_MUST_CHECK;

#endif
