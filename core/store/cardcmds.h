/* What turns one tree of the card into another, as DM commands. */
#ifndef DMSC_STORE_CARDCMDS_H
#define DMSC_STORE_CARDCMDS_H

#include "dm/request.h"

#include <dmsc/tree.h>

struct dmsc_cardcmds {
	struct dmsc_request *v;
	size_t n, changes;	/* the first are the change, then Gets of
				 * what it leaves */
	const struct dmsc_node **nodes;	/* of each: what is written, and what
					 * a Get is to give; NULL: 404 */
	/* own */
	size_t cap;
	char **texts;
	size_t n_texts;
	struct dmsc_buf **bufs;
	size_t n_bufs;
};

/* From a to b, which live longer. Deletes come before what may need their
 * names, access control lists last: they may end the right to all else. */
int dmsc_cardcmds_make(struct dmsc_cardcmds *c, const struct dmsc_tree *a,
    const struct dmsc_tree *b) DMSC_MUST_CHECK;
/* The Gets behind: what a commit is verified by, none where they are many. */
int dmsc_cardcmds_gets(struct dmsc_cardcmds *c) DMSC_MUST_CHECK;
/* Whether what the i-th Get gave is what was written: 1, 0; -1, all that it
 * gave, and there is more that it does not show. */
int dmsc_cardcmds_same(const struct dmsc_cardcmds *c, size_t i,
    struct dmsc_rd data);
/* The first n as one message, the first n_atomic of them an Atomic. LIMIT: they
 * are more than one message has. */
int dmsc_cardcmds_message(struct dmsc_cardcmds *c, size_t n,
    size_t n_atomic, struct dmsc_msg **out) DMSC_MUST_CHECK;
void dmsc_cardcmds_clear(struct dmsc_cardcmds *c);

#endif
