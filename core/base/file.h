/*
 * Files of this machine: read whole with a bound, write whole by rename,
 * folders, locks. Ours are 0600, folders 0700. Fails with IO, the path and
 * the reason in e; NOTFOUND where it is not there.
 */
#ifndef DMSC_BASE_FILE_H
#define DMSC_BASE_FILE_H

#include <dmsc/bytes.h>

int dmsc_file_slurp(const char *path, size_t max, struct dmsc_buf **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* A new file beside it, written and synced, then renamed over it. */
int dmsc_file_spit(const char *path, struct dmsc_rd data,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The same, whole bytes long: behind data all are 00, and no space on the disk
 * is taken for them. */
int dmsc_file_spit_sparse(const char *path, struct dmsc_rd data, size_t whole,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_file_append(const char *path, struct dmsc_rd data,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_file_mkdirs(const char *path, struct dmsc_err *e) DMSC_MUST_CHECK;
bool dmsc_file_there(const char *path);

#endif
