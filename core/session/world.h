/* What a device has about it, from a session: its card is the session's. */
#ifndef DMSC_SESSION_WORLD_H
#define DMSC_SESSION_WORLD_H

#include "device/world.h"
#include "session/session.h"

/*
 * The device loaded (NULL: the default one) and its world filled: the card
 * where one is connected and there (else it has none), the user, the clock.
 * w->e is the session's record, w->confirm ASK. Freed in every case, with
 * dmsc_session_world_free.
 */
int dmsc_session_world(struct dmsc_session *s, const char *device,
    struct dmsc_world *w) DMSC_MUST_CHECK;
void dmsc_session_world_free(struct dmsc_world *w);
/*
 * What servers ordered and is still to be done (device/orders.h), on a fresh
 * look at the device; *n, which may be NULL: how many were. One that cannot be
 * done now stays, and is a warning; no memory, a card that is gone and the
 * like are errors.
 */
struct session_orders {
	enum dmsc_confirm confirm;
	const char *ca_file;		/* for the net, as in the world */
	bool plain;
};
int dmsc_session_orders(struct dmsc_session *s, const char *device,
    const struct session_orders *o, unsigned *n) DMSC_MUST_CHECK;

#endif
