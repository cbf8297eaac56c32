/*
 * A session of the simulated device with its card (GEN-14, GEN-15): what
 * EF.NOTICE asks, who may, the DM client (dm/client.h) over objects to the
 * card's application, and what the device tells of its own changes.
 */
#ifndef DMSC_DEVICE_TALK_H
#define DMSC_DEVICE_TALK_H

#include "device/world.h"
#include "dm/client.h"
#include "dm/pkg0.h"

#include <dmsc/device.h>

/* Type of the Generic Alert that names an MO of the device that changed. */
#define DMSC_TALK_CHANGED "urn:oma:at:ext-dmsc-changed:1.0"

/* As dmsc_device_session; w has the card's application. notice: the whole
 * EF.NOTICE. Orders are kept, not carried out. */
int dmsc_talk_run(struct dmsc_world *w, struct dmsc_rd notice,
    const struct dmsc_talk_opts *o, struct dmsc_talk **out) DMSC_MUST_CHECK;

/*
 * invite.c: whether a Package #0 may be followed: from an account of the
 * device, its digest right, its session not used yet. OK, or AUTHFAIL and e
 * says why; FORMAT, UNSUPPORTED. resync: the nonces of zeros are used.
 */
struct dmsc_invite {
	const struct dmsc_node *account;
	unsigned session;
	enum dmsc_pkg0_ui ui;
	bool resync;
};
int dmsc_invite_check(const struct dmsc_device *d, struct dmsc_rd package0,
    struct dmsc_invite *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* The session is used up; the nonces of the next one (NULL: as they are);
 * who signs for this server, where nobody did before: MISMATCH for another
 * than before. */
int dmsc_invite_used(struct dmsc_device *d, const char *server,
    unsigned session) DMSC_MUST_CHECK;
int dmsc_invite_nonce(struct dmsc_device *d, const char *server,
    const char *level, const struct dmsc_dm_nonce *n) DMSC_MUST_CHECK;
int dmsc_invite_signer(struct dmsc_device *d, const char *server,
    struct dmsc_rd cert) DMSC_MUST_CHECK;

/*
 * told.c: what of the device's tree is not as it was when the card was told
 * last. begin: from now on changes are noticed, so whoever changes the tree but
 * not for a card calls it before; it does nothing where it was called before.
 * next: the i-th change; false: no more. done: told, as it is now.
 */
struct dmsc_told {
	char uri[1024];
	const char *change;		/* "added", "changed", "removed" */
};
int dmsc_told_begin(struct dmsc_device *d) DMSC_MUST_CHECK;
bool dmsc_told_next(const struct dmsc_device *d, size_t i,
    struct dmsc_told *out);
int dmsc_told_done(struct dmsc_device *d, const char *uri) DMSC_MUST_CHECK;
int dmsc_told_all(struct dmsc_device *d) DMSC_MUST_CHECK;

#endif
