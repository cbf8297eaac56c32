/* A session of the device with a server over HTTP (dmsc/sync.h). */
#ifndef DMSC_DEVICE_SYNC_H
#define DMSC_DEVICE_SYNC_H

#include "device/world.h"

#include <dmsc/sync.h>

/*
 * One session, as dmsc_device_sync: into out, to what is there of sessions
 * before. Orders are kept, not carried out.
 */
int dmsc_sync_run(struct dmsc_world *w, const struct dmsc_sync_opts *o,
    struct dmsc_sync *out) DMSC_MUST_CHECK;

#endif
