/* A server's message obeyed by the simulated device, its card's tree below
 * ./SC included (dmsc/device.h, device/relay.h). */
#ifndef DMSC_DEVICE_SERVER_H
#define DMSC_DEVICE_SERVER_H

#include "device/world.h"

#include <dmsc/device.h>

/* As dmsc_device_server; w may have a card's application. lost: how the last
 * object to it failed, code OK where none did. Orders are kept, not carried
 * out. */
int dmsc_server_run(struct dmsc_world *w, const struct dmsc_server_opts *o,
    struct dmsc_rd message, struct dmsc_err *lost,
    struct dmsc_device_reply **out) DMSC_MUST_CHECK;

#endif
