/* Which reader a -r argument means. */
#ifndef DMSC_SESSION_FIND_H
#define DMSC_SESSION_FIND_H

#include <dmsc/bytes.h>
#include <dmsc/reader.h>

/*
 * want (dmsc/reader.h) as a reader's exact name, "sim" for the embedded card
 * and then in *image its file, NULL for the default one, or "replay" and the
 * recording. The caller frees
 * both. NOREADER, CHOICE, NOMEM; what a card probed for its ICCID said does
 * not matter.
 */
int dmsc_find_reader(const char *want, char **name, char **image,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The same for a reader out of a list (of PC/SC readers alone). */
int dmsc_find_in(const struct dmsc_readers *l, const char *want, char **name,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The digits of EF.ICCID's content: nibbles swapped, cut at the first F. */
void dmsc_iccid_text(struct dmsc_rd bcd, char out[21]);

#endif
