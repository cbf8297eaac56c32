/* What the nodes of a device's tree are made for, towards servers. */
#ifndef DMSC_DEVICE_NODES_H
#define DMSC_DEVICE_NODES_H

#include "dm/respond.h"

/* hooks.rule of the responder on a device's tree; ctx is not used. */
void dmsc_device_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule);
/* Whether n stands where pattern says, "DCMO/[*]/Enabled" without the
 * brackets: each name as it is, or any. */
bool dmsc_node_fits(const struct dmsc_node *n, const char *pattern);

#endif
