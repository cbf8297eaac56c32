/* Signatures of documents, for the files of this room that commit them. */
#ifndef DMSC_STORE_SIGNED_H
#define DMSC_STORE_SIGNED_H

#include "store/beside.h"

enum { DMSC_SIGNED_MAX = 2 * DMSC_DOC_MAX };	/* and its companion */

/* Whether d is a signature of a document on the card. */
bool dmsc_signed_for(struct dmsc_store *st, const struct dmsc_sdoc *d,
    const struct dmsc_what *owner);
/* Whether the document has one, in the working copy. */
bool dmsc_signed_there(struct dmsc_store *st, const struct dmsc_what *owner);
bool dmsc_signed_is_cms(struct dmsc_rd bytes);
/* What is signed of a document. */
int dmsc_signed_put(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Its digest as the working copy has it. */
int dmsc_signed_digest(struct dmsc_store *st, const struct dmsc_what *owner,
    uint8_t sha[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;

#endif
