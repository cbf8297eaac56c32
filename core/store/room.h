/*
 * Files that the card itself makes (OSR-1): where it has the DM-SC
 * application, nobody but it makes, sizes or deletes a file. A plan that
 * needs files has operations of kind ROOM, with identifiers that are a guess;
 * a commit asks for them first and plans anew with those given. What is given
 * and not used the card takes back by itself.
 */
#ifndef DMSC_STORE_ROOM_H
#define DMSC_STORE_ROOM_H

#include "store/plan.h"

/* Whether the card makes files itself: one SELECT at most; for a build asked
 * once. */
bool dmsc_room_of_card(struct dmsc_store *st);
bool dmsc_room_by_card(struct dmsc_build *b);
/* The file given for what n asks for; 0: none yet. */
unsigned dmsc_room_given(const struct dmsc_store *st,
    const struct dmsc_need *n);
/* One operation more: a pair, or (fid) the other slot of n's file alone. */
int dmsc_room_want(struct dmsc_build *b, const struct dmsc_need *n,
    size_t size, bool pair) DMSC_MUST_CHECK;
/* How many it wants. */
size_t dmsc_room_wanted(const struct dmsc_build *b);
/* Asks for all that the build wants. AUTH, SPACE, SW. */
int dmsc_room_ask(struct dmsc_build *b) DMSC_MUST_CHECK;
/* How many APDUs the operation takes, with what is selected behind it. */
unsigned dmsc_room_apdus(const struct dmsc_store *st,
    const struct dmsc_op *op, bool first);
/* After a commit: what was given is known no longer; unused: it is given
 * back first, where the card can be reached. */
void dmsc_room_end(struct dmsc_store *st, bool unused);

#endif
