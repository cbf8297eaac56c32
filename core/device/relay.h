/*
 * ./SC of a device's tree: the tree of the card, managed by servers through
 * the device (dmsc-device-server(1)). Commands below it go to the card under
 * the server's own ServerID and credential, so that the card judges the
 * server; all that the device says of it is its name.
 *
 * The server learns the card's challenge from a Status, and answers it with
 * an Exec of ./SC, whose Data is its credential (Meta Type syncml:auth-md5,
 * Format b64). It counts for the commands of the same message.
 *
 * Or the Exec brings a whole message for the card (Type
 * application/vnd.syncml.dm+xml or +wbxml), sealed by auth-MAC: Correlator is
 * its x-syncml-hmac. It goes to the card as it is, and the card's answer comes
 * as Results of ./SC: the device can change neither the one nor, unseen, what
 * the server asked. Both are ours: DM has no such thing.
 */
#ifndef DMSC_DEVICE_RELAY_H
#define DMSC_DEVICE_RELAY_H

#include "dm/cred.h"
#include "dm/respond.h"

#define DMSC_RELAY_ROOT "SC"
enum { DMSC_RELAY_MAC = 1024 };	/* bytes of an x-syncml-hmac */

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
/* The server's side: adds the Exec of ./SC that shows l, whose nonce is the
 * challenge's. NOMEM. */
int dmsc_relay_prove(struct dmsc_msg *m, const struct dmsc_cred_login *l)
    DMSC_MUST_CHECK;
/* Adds the Exec with a message for the card, sealed with l. DATA: l's name
 * cannot stand in the header. */
int dmsc_relay_sealed(struct dmsc_msg *m, const struct dmsc_cred_login *l,
    struct dmsc_rd message, bool xml) DMSC_MUST_CHECK;
/* What is left of a batch goes in so many more messages, then it ends. */
enum { DMSC_RELAY_ROUNDS = 1024 };
/* How many messages went to the card, and how the last one failed: code OK
 * where it did not. */
unsigned dmsc_relay_messages(const struct dmsc_relay *r);
const struct dmsc_err *dmsc_relay_err(const struct dmsc_relay *r);

#endif
