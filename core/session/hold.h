/* A device held while a public call changes it (device/lock.h). */
#ifndef DMSC_SESSION_HOLD_H
#define DMSC_SESSION_HOLD_H

#include "session/session.h"

/*
 * device NULL: the default one. A call within a call holds what is held
 * already. dry: nothing is held. LOCKED where another process changes it.
 * Each one that is OK ends with dmsc_session_let, with the same device and
 * dry; s->err stays.
 */
int dmsc_session_hold(struct dmsc_session *s, const char *device, bool dry)
    DMSC_MUST_CHECK;
void dmsc_session_let(struct dmsc_session *s, const char *device, bool dry);

#endif
