/* Inside of the room pkcs15: what the files of its rules share. */
#ifndef DMSC_PKCS15_LINT_INNER_H
#define DMSC_PKCS15_LINT_INNER_H

#include "pkcs15/lint.h"

enum { LINT_BLOCK = 256 };	/* what Android reads of a file */

/* The content of a Path of file. */
void lint_path(struct dmsc_rd file, struct dmsc_rd seq,
    struct dmsc_lint_out *o);

#endif
