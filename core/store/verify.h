/* Signatures of documents verified, for the files of this room. */
#ifndef DMSC_STORE_VERIFY_H
#define DMSC_STORE_VERIFY_H

#include "store/signed.h"

/* accepted.c: the last Version accepted of a label on this card; NULL: none,
 * or a card without identity. */
int dmsc_accepted_get(struct dmsc_store *st, const char *label, char **out)
    DMSC_MUST_CHECK;
/* Notes version where it is newer than was; each may be NULL. */
int dmsc_accepted_put(struct dmsc_store *st, const char *label,
    const char *was, const char *version) DMSC_MUST_CHECK;

#endif
