/*
 * A device is changed by one process at a time: who changes it holds a file
 * beside its own, with its process number. Readers need none: the device's
 * file is always whole. The lock of a process that was killed is nobody's.
 */
#ifndef DMSC_DEVICE_LOCK_H
#define DMSC_DEVICE_LOCK_H

#include "device/state.h"

/* name NULL: the default device. LOCKED with the holder's pid where another
 * holds it, an open of this process too. */
int dmsc_device_lock(const char *state_dir, const char *name, char **path,
    int *fd, struct dmsc_err *e) DMSC_MUST_CHECK;
/* The file goes; *fd -1, *path NULL. One that is not held is OK. */
void dmsc_device_unlock(char **path, int *fd);

#endif
