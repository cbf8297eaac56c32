/* What the files behind dmsc/file.h share with each other. */
#ifndef DMSC_SESSION_FILES_H
#define DMSC_SESSION_FILES_H

#include "session/session.h"

int dmsc_files_no_memory(struct dmsc_session *s);
/* Parses path and begins a transaction; end ends it where begin was OK. */
int dmsc_files_begin(struct dmsc_session *s, const char *path,
    struct dmsc_place *p) DMSC_MUST_CHECK;
int dmsc_files_end(struct dmsc_session *s, const char *path, int r)
    DMSC_MUST_CHECK;
int dmsc_files_path(struct dmsc_session *s, const struct dmsc_place *p,
    char **out) DMSC_MUST_CHECK;
/* Selects p and fills out. */
int dmsc_files_fcp(struct dmsc_session *s, const struct dmsc_place *p,
    struct dmsc_fcp *out) DMSC_MUST_CHECK;

#endif
