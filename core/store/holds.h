/* What the card holds of a journal entry: the bytes before, after, neither. */
#ifndef DMSC_STORE_HOLDS_H
#define DMSC_STORE_HOLDS_H

#include "store/journal.h"

enum dmsc_holds { DMSC_HOLDS_NONE, DMSC_HOLDS_OLD, DMSC_HOLDS_NEW,
	DMSC_HOLDS_TORN, DMSC_HOLDS_MIXED };

struct dmsc_held {
	enum dmsc_holds odf;
	/* Of files that are changed in place: MIXED when some are old and
	 * some new, TORN when one is neither. */
	enum dmsc_holds files;
};
/* Reads the files that the entry changed in place. AUTH, and the like. */
int dmsc_held_look(struct dmsc_store *st, const struct dmsc_jentry *j,
    struct dmsc_held *out) DMSC_MUST_CHECK;
/* The whole file at p. */
int dmsc_held_read(struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_buf **out) DMSC_MUST_CHECK;
bool dmsc_held_in_place(const struct dmsc_move *m);
/* later.c */
/* A directory leads to the file p, or it is one: the picture is loaded. */
bool dmsc_held_in_use(const struct dmsc_store *st,
    const struct dmsc_place *p);
/* The later commit after whose undo (and perhaps that of others) j can be
 * undone; NULL: none, or not known. Free it. */
char *dmsc_undo_first(struct dmsc_store *st, const struct dmsc_jentry *j);
/* Writes a file in use: the ODF by one UPDATE, others guarded. */
int dmsc_held_write(struct dmsc_store *st, const struct dmsc_move *m,
    struct dmsc_rd bytes, int *verified) DMSC_MUST_CHECK;

/* tally.c: the result of a call that writes. */
struct dmsc_tally {
	unsigned long before;
	int verified;
};
void dmsc_tally_start(struct dmsc_store *st, struct dmsc_tally *t);
int dmsc_tally_end(struct dmsc_store *st, const struct dmsc_tally *t,
    const char *way, const struct dmsc_jentry *j, struct dmsc_commit **out)
    DMSC_MUST_CHECK;
/* Of a call that dealt with the entry j and came to r; j is freed. */
int dmsc_tally_entry(struct dmsc_store *st, const struct dmsc_tally *t,
    bool dry, int r, struct dmsc_jentry **j, struct dmsc_commit **out)
    DMSC_MUST_CHECK;

#endif
