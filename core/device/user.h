/* The user of the device, asked by a server in a session (Alerts 1100 to
 * 1104). */
#ifndef DMSC_DEVICE_USER_H
#define DMSC_DEVICE_USER_H

#include "device/world.h"
#include "dm/client.h"

#include <dmsc/device.h>

struct dmsc_user {
	const struct dmsc_world *w;
	struct dmsc_talk_question **rows;	/* of the report */
	size_t *n_rows;
	unsigned unanswered;		/* nobody was there to answer */
};
/* For hooks.ask of dm/client.h. Yes and no come from w->confirm or from the
 * user; what must be typed or chosen is what the server itself proposes, where
 * --yes takes that. */
unsigned dmsc_user_asked(struct dmsc_user *u,
    const struct dmsc_dm_question *q, struct dmsc_buf *text);

#endif
