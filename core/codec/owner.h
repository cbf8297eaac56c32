/* Inside of the room codec: which Item of a document made a node. */
#ifndef DMSC_CODEC_OWNER_H
#define DMSC_CODEC_OWNER_H

#include <dmsc/tree.h>

enum { OWNER_NONE = -1 };

struct owner {
	const struct dmsc_node *n;	/* NULL: free */
	long first;		/* the first Item that has the node */
	struct dmsc_node *made;	/* what that Item's tree now has for it */
	long own;		/* the first that has it as its own */
};
/* Looked up by the node's address; all 0 is an empty one. */
struct owners {
	struct owner *slots;
	size_t n, cap;
};

/* The entry of n, made where it is missing. NULL: no memory. Valid until the
 * next call. */
struct owner *dmsc_owner_of(struct owners *o, const struct dmsc_node *n);
/* NULL: there is none. */
const struct owner *dmsc_owner_find(const struct owners *o,
    const struct dmsc_node *n);

#endif
