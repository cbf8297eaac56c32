/*
 * The secure layer: SCP03 over any end. Idle until it is given a channel;
 * then every command of that logical channel is protected and every answer
 * checked. What fails ends it, and until dmsc_secure_end nothing of that
 * channel goes out: CHANNEL.
 */
#ifndef DMSC_LINK_SECURE_H
#define DMSC_LINK_SECURE_H

#include "crypto/scp03.h"
#include "link/link.h"
#include "link/witness.h"

/* Takes over *below (sets it empty); where it fails *below stays. */
int dmsc_secure_over(struct dmsc_link *below, struct dmsc_link *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* From now on; *scp is the layer's. A channel that stood is ended first. */
void dmsc_secure_begin(struct dmsc_link *secure, struct dmsc_scp **scp,
    unsigned channel);
/* Nothing more is sent to the card for it. */
void dmsc_secure_end(struct dmsc_link *secure);
/* What the card's application receives and sends is told to w from now on,
 * until a reset; NULL ends it. The witness stays the caller's. */
void dmsc_secure_watch(struct dmsc_link *secure, struct dmsc_witness *w);
/* The channel in use, NULL: none. */
const struct dmsc_scp *dmsc_secure_scp(const struct dmsc_link *secure,
    unsigned *channel);

#endif
