/* Signers named on the command line, verdicts printed. */
#ifndef DMSC_SHELL_CMD_SIGN_H
#define DMSC_SHELL_CMD_SIGN_H

#include "sh.h"

/* Of --key, --cert and --pss; USAGE without the first two. A code. */
int sh_signer(struct sh *sh, const struct sh_args *a,
    struct dmsc_signer **out) DMSC_MUST_CHECK;

/* What every verdict says: the outcome, and whose signature it is. */
void sh_verdict(struct sh *sh, const struct dmsc_verdict *v);

#endif
