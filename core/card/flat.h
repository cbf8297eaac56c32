/*
 * The card's tree and its half large object as streams of bytes, for the
 * pages of its memory (card/pages.h).
 */
#ifndef DMSC_CARD_FLAT_H
#define DMSC_CARD_FLAT_H

#include "card/pages.h"
#include "dm/respond.h"

enum { FLAT_NODE = 4 };		/* about what a node costs beside its texts */

/* A failure of the pages shows at their end. */
int dmsc_flat_write(const struct dmsc_tree *t, struct dmsc_pages *p)
    DMSC_MUST_CHECK;
/* Into an empty tree. */
int dmsc_flat_read(struct dmsc_rd r, struct dmsc_tree *t) DMSC_MUST_CHECK;
void dmsc_flat_write_half(const struct dmsc_dm_half *h,
    struct dmsc_pages *p);
/* Texts and bytes are views into r. */
int dmsc_flat_half(struct dmsc_rd r, struct dmsc_dm_half *out)
    DMSC_MUST_CHECK;

#endif
