/* A commit of /card, beside that of files. */
#ifndef DMSC_STORE_CARDCOMMIT_H
#define DMSC_STORE_CARDCOMMIT_H

#include "store/holds.h"

/* The move of /card in a journal entry: no place, the Atomic that takes it
 * back as old. */
bool dmsc_cardmove_is(const struct dmsc_move *m);
const struct dmsc_jmove *dmsc_cardmove_of(const struct dmsc_jentry *j);
/* What the card has: NONE where the entry has no such move. */
int dmsc_cardmove_look(struct dmsc_store *st, const struct dmsc_jentry *j,
    enum dmsc_holds *out) DMSC_MUST_CHECK;
/* Takes it back, as one Atomic; dry: whether that could be. MISMATCH. */
int dmsc_cardmove_undo(struct dmsc_store *st, const struct dmsc_jentry *j,
    bool dry, int *verified) DMSC_MUST_CHECK;
/* The entry is about files alone from now on. */
void dmsc_cardmove_drop(struct dmsc_jentry *j);

/* The last part of a build: what /card changes, and its move. AUTH. */
int dmsc_build_card(struct dmsc_build *b) DMSC_MUST_CHECK;
int dmsc_build_card_step(struct dmsc_build *b, struct dmsc_plan *out)
    DMSC_MUST_CHECK;
int dmsc_build_card_write(struct dmsc_build *b, int *verified)
    DMSC_MUST_CHECK;
/* All that changes as one message in XML, for somebody else to send. */
int dmsc_build_card_message(struct dmsc_build *b, struct dmsc_buf **out)
    DMSC_MUST_CHECK;
void dmsc_build_card_done(struct dmsc_build *b, int verified);

#endif
