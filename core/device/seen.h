/*
 * What a device remembers of the card that it took all of: who it is, its
 * change counter then, and what was not taken and why. While the counter, told
 * by a card that has proved itself, is the same, nothing of it is read again.
 * In the device's tree below ./Origin/Seen, so that it changes with what was
 * taken.
 */
#ifndef DMSC_DEVICE_SEEN_H
#define DMSC_DEVICE_SEEN_H

#include "device/state.h"

enum { DMSC_SEEN_ICCID = 10 };		/* bytes of EF.ICCID */

struct dmsc_seencard {
	char card[64];			/* identity */
	char provisioning[DMSC_ERR_TEXT];
	uint8_t iccid[DMSC_SEEN_ICCID];
	unsigned scp;			/* parameter i of its SCP03 */
	uint32_t counter;
	char *by;			/* as whom, and what was asked for */
	char tree[65];			/* SHA-256 of the device's tree, where
					 * it was in the way; else "" */
	bool once;			/* nothing was found in files, and a
					 * second look may find it */
	struct dmsc_node *node;
};
/* False: there is none. by is to be freed. */
bool dmsc_seencard_get(const struct dmsc_device *d, struct dmsc_seencard *out);
/* In place of what there was; the rows of the report that say that something
 * was skipped or refused go with it. NOMEM. */
int dmsc_seencard_put(struct dmsc_device *d, const struct dmsc_seencard *seen,
    const struct dmsc_poweron *report) DMSC_MUST_CHECK;
int dmsc_seencard_drop(struct dmsc_device *d) DMSC_MUST_CHECK;
/* The i-th row, from 0: its text cut where it is too long. */
struct dmsc_seencard_row {
	char document[3 * DMSC_TREE_NAME_MAX + 1];
	char kind[16], state[16], why[DMSC_ERR_TEXT];
};
bool dmsc_seencard_row(const struct dmsc_seencard *seen, size_t i,
    struct dmsc_seencard_row *out);

#endif
