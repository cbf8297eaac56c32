/*
 * The simulated device's inside. The public contract is dmsc/device.h.
 */
#ifndef DMSC_DEVICE_DEVICE_H
#define DMSC_DEVICE_DEVICE_H

#include "store/store.h"

#include <dmsc/device.h>

/* As dmsc_device_poweron; the card was reset by the caller, u is fresh. ask
 * may be NULL (no answer: what asks is skipped). Reads through u only. */
int dmsc_poweron_run(struct dmsc_uicc *u, struct dmsc_guard *g,
    const char *state_dir, const struct dmsc_poweron_opts *o,
    int (*ask)(void *arg, const char *question, bool *yes), void *arg,
    struct dmsc_poweron **out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
