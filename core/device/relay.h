/*
 * ./SC of a device's tree: the tree of the card, managed by servers through
 * the device (dmsc-device-server(1)). Commands below it go to the card under
 * the server's own ServerID and credential, so that the card judges the
 * server; all that the device says of it is its name.
 *
 * The server learns the card's challenge from a Status, and answers it with
 * an Exec of ./SC, whose Data is its credential (Meta Type syncml:auth-md5,
 * Format b64). It counts for the commands of the same message. This way of
 * passing a credential is ours: DM has none.
 */
#ifndef DMSC_DEVICE_RELAY_H
#define DMSC_DEVICE_RELAY_H

#include "dm/respond.h"

#define DMSC_RELAY_ROOT "SC"

struct dmsc_relay_opts {
	const char *server;		/* ServerID, as the device knows it */
	const char *session;		/* SessionID of the server's */
	const char *device;		/* DevId */
	/* One object to the card's application, its answer appended. */
	int (*exchange)(void *ctx, struct dmsc_rd object,
	    struct dmsc_buf *answer, struct dmsc_err *e);
	void *ctx;
	size_t max_msg;			/* bytes of a message to the card */
};

struct dmsc_relay;

/* The texts of o live longer than it. */
int dmsc_relay_new(const struct dmsc_relay_opts *o, struct dmsc_relay **out)
    DMSC_MUST_CHECK;
void dmsc_relay_free(struct dmsc_relay **r);
/* For hooks of the responder on the device's tree; the relay's. */
const struct dmsc_dm_elsewhere *dmsc_relay_past(
    const struct dmsc_relay *r);
/* How many messages went to the card, and how the last one failed: code OK
 * where it did not. */
unsigned dmsc_relay_messages(const struct dmsc_relay *r);
const struct dmsc_err *dmsc_relay_err(const struct dmsc_relay *r);

#endif
