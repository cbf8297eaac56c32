/* Services of the device, from its tree (dmsc/services.h). */
#ifndef DMSC_DEVICE_SERVICES_H
#define DMSC_DEVICE_SERVICES_H

#include <dmsc/services.h>

#include "device/state.h"

/* Adds all services to the list, each with its accounts. NOMEM: the caller
 * frees what was added. */
int dmsc_services_of(const struct dmsc_device *d, struct dmsc_service **list,
    size_t *n) DMSC_MUST_CHECK;

#endif
