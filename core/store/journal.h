/*
 * The journal: one text file (0600) per commit below
 * STATE/journal/IDENTITY/, a "key value" pair a line. While a commit runs
 * (state "started") it holds the bytes of files that are overwritten in
 * place, so that a torn document can be brought back; when it is over, what
 * is secret stays as hashes alone.
 */
#ifndef DMSC_STORE_JOURNAL_H
#define DMSC_STORE_JOURNAL_H

#include "store/plan.h"

/* A secret value inside kept bytes: zeroes there, its digest here. */
struct dmsc_hole {
	size_t at, n;
	uint8_t sha[DMSC_SHA256_LEN];
};
struct dmsc_jmove {
	struct dmsc_move m;
	struct dmsc_hole *holes;
	size_t n_holes;
};
struct dmsc_jentry {
	char *id, *time, *card, *way, *state;
	struct dmsc_jmove *moves;
	size_t n_moves;
};

void dmsc_jentry_free(struct dmsc_jentry **j);
/* A new entry in state "started" from b's moves (taken over), written. *out
 * is NULL where there is no identity or no state folder: then no journal. */
int dmsc_jentry_start(struct dmsc_store *st, struct dmsc_build *b,
    struct dmsc_jentry **out) DMSC_MUST_CHECK;
/* Writes the entry anew in that state; all but "started" mask secrets. */
int dmsc_jentry_state(struct dmsc_store *st, struct dmsc_jentry *j,
    const char *state) DMSC_MUST_CHECK;
/* Nothing of it happened. */
void dmsc_jentry_remove(struct dmsc_store *st, struct dmsc_jentry *j);
int dmsc_jentry_read(struct dmsc_store *st, const char *card,
    const char *id, struct dmsc_jentry **out) DMSC_MUST_CHECK;
/* The newest entry of the card in use in one of up to two states (NULL: any
 * for the first); *out NULL: none. */
int dmsc_jentry_last(struct dmsc_store *st, const char *state,
    struct dmsc_jentry **out) DMSC_MUST_CHECK;
/* Names of folder entries, sorted; no folder is an empty list. */
int dmsc_folder_list(struct dmsc_store *st, const char *path, char ***names,
    size_t *n) DMSC_MUST_CHECK;
void dmsc_folder_free(char ***names, size_t *n);
/* STATE/journal, and of one card. NULL: no memory. */
char *dmsc_journal_path(const struct dmsc_store *st, const char *card,
    const char *id);

/* jtext.c */
int dmsc_jentry_put(const struct dmsc_jentry *j, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_jentry_parse(struct dmsc_rd text, struct dmsc_jentry **out)
    DMSC_MUST_CHECK;

/* mask.c */
/* Replaces secret values in m's old bytes by holes, or drops the bytes. */
int dmsc_jmove_mask(struct dmsc_jmove *m) DMSC_MUST_CHECK;
/* Fills the holes from the document that stands in the file now. NOTFOUND:
 * a value is not in it any more. */
int dmsc_jmove_fill(const struct dmsc_jmove *m, struct dmsc_rd now,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
