/* Signatures of documents, for the files of this room that commit them. */
#ifndef DMSC_STORE_SIGNED_H
#define DMSC_STORE_SIGNED_H

#include "store/beside.h"

enum { DMSC_SIGNED_MAX = 2 * DMSC_DOC_MAX };	/* and its companion */

/* Whether d is a signature of a document on the card. */
bool dmsc_signed_for(struct dmsc_store *st, const struct dmsc_sdoc *d,
    const struct dmsc_what *owner);
/* The document on the card that d, a signature, is for; or NULL. */
const struct dmsc_sdoc *dmsc_signed_doc_of(struct dmsc_store *st,
    const struct dmsc_sdoc *d);
/* Whether a document of this kind can be signed. */
bool dmsc_signed_may(const char *kind);
/* Whether no document before d has its label. */
bool dmsc_signed_first(struct dmsc_store *st, const struct dmsc_sdoc *d);
/* Whether d, on the card, would be the signature of w, a new document. */
bool dmsc_signed_awaits(const struct dmsc_work *w, const struct dmsc_sdoc *d);
/* A new one in the working copy. */
int dmsc_signed_new(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_work **out) DMSC_MUST_CHECK;
/* Of several on the card one stays (NULL: none). */
int dmsc_signed_only(struct dmsc_store *st, const struct dmsc_what *owner,
    const struct dmsc_work *but) DMSC_MUST_CHECK;
/* The document that w, a signature, is for. False: w is none, or nothing
 * is there that it could be for. */
bool dmsc_signed_owner_of(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_what *out);
/* Whether the document has one, in the working copy. */
bool dmsc_signed_there(struct dmsc_store *st, const struct dmsc_what *owner);
bool dmsc_signed_is_cms(struct dmsc_rd bytes);
/* Where path names the signature of a document, there or not yet: that of
 * the document, to be freed; else NULL. */
int dmsc_signed_path(struct dmsc_store *st, const char *path, char **owner)
    DMSC_MUST_CHECK;
/* One whose bytes were restored is for what its document is now. */
void dmsc_signed_bind(struct dmsc_store *st, struct dmsc_work *w);
/* What is signed of a document; *length as in dmsc/doc.h. */
int dmsc_signed_put(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, struct dmsc_buf *out, size_t *length) DMSC_MUST_CHECK;
/* All of it but for the signature. */
int dmsc_signed_make(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, struct dmsc_signed_doc **out) DMSC_MUST_CHECK;
/* The signer's signature of the document in the working copy. */
int dmsc_signed_call(struct dmsc_store *st,
    const struct dmsc_doc_signer *signer, const struct dmsc_what *owner,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Its digest as the working copy has it. */
int dmsc_signed_digest(struct dmsc_store *st, const struct dmsc_what *owner,
    uint8_t sha[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;

#endif
