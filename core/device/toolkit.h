/* The device's end of the card application toolkit. */
#ifndef DMSC_DEVICE_TOOLKIT_H
#define DMSC_DEVICE_TOOLKIT_H

#include "cat/cat.h"
#include "uicc/uicc.h"

#include <dmsc/events.h>

/* Since the card's reset: all zero. */
struct dmsc_toolkit {
	bool profile;			/* was sent */
	uint64_t due[CAT_TIMERS];	/* us, 0: not started */
	uint64_t length[CAT_TIMERS];
};
struct dmsc_toolkit_env {
	struct dmsc_uicc *u;
	const struct dmsc_events_opts *o;
	int (*ask)(void *arg, const char *question, bool *yes);
	void *arg;
	struct dmsc_events *log;
	bool refreshed, reset;		/* what a REFRESH asks of the caller */
	struct dmsc_err *e;
};
/* Sends the profile if it was not, polls, fetches until the card is quiet.
 * At most DMSC_TOOLKIT_MAX commands: LIMIT. */
enum { DMSC_TOOLKIT_MAX = 64 };
int dmsc_toolkit_poll(struct dmsc_toolkit *t, struct dmsc_toolkit_env *env)
    DMSC_MUST_CHECK;

#endif
