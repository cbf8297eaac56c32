/*
 * The simulated device's inside. The public contract is dmsc/device.h.
 */
#ifndef DMSC_DEVICE_DEVICE_H
#define DMSC_DEVICE_DEVICE_H

#include "store/store.h"

#include <dmsc/device.h>

struct dmsc_poweron_env {
	const char *state_dir;
	unsigned long apdus, bytes;	/* counters when it began */
	/* A secure channel in which the card's answers are proved stands; the
	 * parameter i of its SCP03. */
	bool proved;
	unsigned scp;
	/* May be NULL: a question has no answer then. */
	int (*ask)(void *arg, const char *question, bool *yes);
	void *arg;
	struct dmsc_err *e;
};

/* As dmsc_device_poweron. The card was reset by the caller; u and g are its,
 * NULL where there is no card. NOANSWER and DATA come with a report. */
int dmsc_poweron_run(struct dmsc_uicc *u, struct dmsc_guard *g,
    const struct dmsc_poweron_env *env, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron **out) DMSC_MUST_CHECK;

#endif
