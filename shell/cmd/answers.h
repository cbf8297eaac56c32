/* Help on what cards answer: status words and DM statuses. */
#ifndef DMSC_SHELL_CMD_ANSWERS_H
#define DMSC_SHELL_CMD_ANSWERS_H

#include "sh.h"

/* "status-words", "dm-statuses", "6982", "405". */
bool sh_is_answer(const char *name);
int sh_help_answer(struct sh *sh, const char *name);
/* {"name":...,"text":...}, behind a comma but the first. */
int sh_put_pair(struct dmsc_buf *b, bool first, const char *name,
    const char *text) DMSC_MUST_CHECK;

#endif
