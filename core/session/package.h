/* Keys of packages over the air, for the files of this room. */
#ifndef DMSC_SESSION_PACKAGE_H
#define DMSC_SESSION_PACKAGE_H

#include <dmsc/ota.h>

#include "dm/ota.h"
#include "session/scp_keys.h"
#include "session/session.h"

/* To be wiped. USAGE, GUARD. */
int session_ota_keys(struct dmsc_session *s, const struct dmsc_ota_given *g,
    unsigned version, struct dmsc_ota_keys *out) DMSC_MUST_CHECK;

#endif
