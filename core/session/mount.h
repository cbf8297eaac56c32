/* The card that a session holds, as devices use it (device/mounts.h). */
#ifndef DMSC_SESSION_MOUNT_H
#define DMSC_SESSION_MOUNT_H

#include "device/mounts.h"
#include "session/session.h"

/* For mounts; the session's record stays clean. */
void dmsc_session_mounted(struct dmsc_session *s,
    struct dmsc_mount_card *out);
/* What stands at path on the card as it is now, not as the working copy has
 * it: as child name of parent. */
int dmsc_session_read(struct dmsc_session *s, const char *path,
    struct dmsc_tree *t, struct dmsc_node *parent, const char *name)
    DMSC_MUST_CHECK;

#endif
