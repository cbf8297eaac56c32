/*
 * What is secret in documents is told to the link, so that recordings hold
 * "**" for it: private documents and those whose secrets cannot be told
 * apart (LwM2M, Client Provisioning) whole, values of secret nodes alone.
 */
#ifndef DMSC_STORE_CONCEAL_H
#define DMSC_STORE_CONCEAL_H

#include "store/inside.h"

/* The file fid (and the other slot of ours) of a document of that kind. */
void dmsc_conceal_file(struct dmsc_store *st, const char *kind,
    bool is_private, unsigned fid);
/* All bytes of a file, those from joint on read later than the others. */
void dmsc_conceal_whole(struct dmsc_store *st, struct dmsc_rd bytes,
    size_t joint);
/* The first bytes of a file whose rest nobody reads any more: all behind the
 * name of a secret. */
void dmsc_conceal_begun(struct dmsc_store *st, struct dmsc_rd bytes);
/* Whether the name of a secret stands in bytes. */
bool dmsc_conceal_has(struct dmsc_rd bytes);

/* The next node in document order, NULL after the last. */
const struct dmsc_node *dmsc_node_after(const struct dmsc_node *n);
/* Where what stands in in from offset from on, or NULL. */
const uint8_t *dmsc_find_bytes(struct dmsc_rd in, struct dmsc_rd what,
    size_t from);

#endif
