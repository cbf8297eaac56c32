/* Signers named on the command line. */
#ifndef DMSC_SHELL_CMD_SIGN_H
#define DMSC_SHELL_CMD_SIGN_H

#include "sh.h"

/* Of --key, --cert and --pss; USAGE without the first two. A code. */
int sh_signer(struct sh *sh, const struct sh_args *a,
    struct dmsc_signer **out) DMSC_MUST_CHECK;

#endif
