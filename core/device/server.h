/* A server's message obeyed by the simulated device, its card's tree below
 * ./SC included (dmsc/device.h, device/relay.h). */
#ifndef DMSC_DEVICE_SERVER_H
#define DMSC_DEVICE_SERVER_H

#include <dmsc/device.h>

struct dmsc_server_env {
	const char *state_dir;
	bool card;			/* it has a tree: ./SC is there */
	/* One object to the card's application. NOTFOUND: there is none. */
	int (*exchange)(void *ctx, struct dmsc_rd object,
	    struct dmsc_buf *answer, struct dmsc_err *e);
	void *ctx;
	size_t max_msg;			/* bytes of a message to it */
	struct dmsc_err *e;
	struct dmsc_err *lost;	/* how the last one to the card failed:
				 * code OK where it did not */
};

/* As dmsc_device_server. */
int dmsc_server_run(const struct dmsc_server_env *env,
    const struct dmsc_server_opts *o, struct dmsc_rd message,
    struct dmsc_device_reply **out) DMSC_MUST_CHECK;

#endif
