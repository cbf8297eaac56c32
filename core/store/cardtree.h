/* The document /card, which is no file: the tree of the DM-SC application. */
#ifndef DMSC_STORE_CARDTREE_H
#define DMSC_STORE_CARDTREE_H

#include "store/inside.h"

#define DMSC_KIND_CARD "card"	/* its name is the same */

bool dmsc_cardtree_is(const char *kind);
/* Whether the first segment of a path means it on this card. */
bool dmsc_cardtree_named(struct dmsc_store *st, const char *first);
/* Whether a path begins so. */
bool dmsc_cardtree_path(const char *path);
/* Its working copy, read where it was not; borrowed. */
int dmsc_cardtree_open(struct dmsc_store *st, struct dmsc_work **out)
    DMSC_MUST_CHECK;
/* The edits of old in fresh, which was read since: done false where somebody
 * else has changed what they are about. NOMEM. */
int dmsc_cardtree_rebase(const struct dmsc_work *old,
    struct dmsc_work *fresh, bool *done) DMSC_MUST_CHECK;
/* It was changed by something else: read again before it is believed. */
void dmsc_cardtree_stale(struct dmsc_store *st);
bool dmsc_cardtree_dirty(const struct dmsc_store *st);
void dmsc_cardtree_drop(struct dmsc_store *st);
/* Its line in the list of documents. */
int dmsc_cardtree_describe(struct dmsc_store *st, struct dmsc_doc *out)
    DMSC_MUST_CHECK;
/* Of a node and all below, whatever the order of siblings, but for secrets,
 * which a card may keep to itself. */
int dmsc_cardtree_digest(const struct dmsc_node *n,
    uint8_t out[DMSC_SHA256_LEN]) DMSC_MUST_CHECK;
/* Why nothing of the n commands was done, or OK. nodes: what they write,
 * NULL where nobody knows. */
int dmsc_cardtree_outcome(struct dmsc_store *st,
    const struct dmsc_request *v, size_t n,
    const struct dmsc_node *const *nodes, const struct dmsc_requester *q)
    DMSC_MUST_CHECK;
/* UNSUPPORTED: "removed", "signed". */
int dmsc_cardtree_never(struct dmsc_store *st, const char *what);
/* Values of secret and personal nodes are told to the link (cardhide.c). */
void dmsc_cardtree_conceal(struct dmsc_store *st, const struct dmsc_node *n);
/* Whether a URI means a secret node, by its name, or one below ./Personal. */
bool dmsc_cardhide_secret(const char *uri);
bool dmsc_cardhide_personal(const char *uri);
/* A path of /card that t has no node for: AUTH where the card may have left
 * it out, because it was not shown the user's PIN. */
bool dmsc_cardhide_hidden(struct dmsc_store *st, const struct dmsc_tree *t,
    const char *path);
/* What is secret of a value, which may be a TNDS document, or of a message. */
void dmsc_cardhide_value(struct dmsc_store *st, const char *uri,
    const char *type, struct dmsc_rd value);
void dmsc_cardhide_message(struct dmsc_store *st, const struct dmsc_msg *m);

#endif
