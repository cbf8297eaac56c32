/* The device's own secure channel at power-on. */
#ifndef DMSC_SESSION_POWER_H
#define DMSC_SESSION_POWER_H

#include "session/session.h"

/*
 * Opens o->channel on the card that was reset. A card that the device has
 * taken whole before is known again by EF.ICCID alone, and what it told of
 * its SCP03 then is not asked again: two APDUs and one, in place of eight.
 * What it refuses there is done the long way.
 */
int dmsc_power_channel(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o) DMSC_MUST_CHECK;

#endif
