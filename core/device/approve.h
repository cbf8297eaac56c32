/*
 * Approval (use case 5.4): the Management Authority signs a text that says
 * what may be done with which data, and the card finds by that authority's
 * public key whether it did. The text, lines that end with LF:
 *
 *	DMSC-APPROVAL 1
 *	operation: firmware update
 *	device: any		or the device's DevId
 *	name: NAME
 *	version: VERSION
 *	size: BYTES, decimal
 *	sha256: of the data, 64 hexadecimal digits, lower case
 *
 * The approval is a detached CMS signature over it, DER or PEM.
 */
#ifndef DMSC_DEVICE_APPROVE_H
#define DMSC_DEVICE_APPROVE_H

#include "device/world.h"

#define DMSC_APPROVE_ANY "any"
enum { DMSC_APPROVE_TEXT = 4096, DMSC_APPROVE_SUM = 65 };

struct dmsc_approve {
	const char *operation, *name, *version;
	const char *device;		/* DevId */
	struct dmsc_rd data;
};
/* SHA-256 in hexadecimal. */
int dmsc_approve_sum(struct dmsc_rd data, char out[DMSC_APPROVE_SUM])
    DMSC_MUST_CHECK;
/* FORMAT: a name, version or device has a character below 20h, or is longer
 * than 255 bytes. */
int dmsc_approve_text(const struct dmsc_approve *a, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* Whether the card finds it approved, for any device or for this one. OK:
 * *good says so, and why not is appended. Else it could not be asked now:
 * no card, it went, interrupted, no memory. */
int dmsc_approve_ask(struct dmsc_world *w, const struct dmsc_approve *a,
    struct dmsc_rd signature, bool *good, struct dmsc_buf *why)
    DMSC_MUST_CHECK;
/* What is done with data that is not approved: asks the user (USE-5), or
 * rejects it (USE-4), by a setting of the device. */
bool dmsc_approve_asks(const struct dmsc_device *d);
int dmsc_approve_set(struct dmsc_device *d, bool ask) DMSC_MUST_CHECK;

#endif
