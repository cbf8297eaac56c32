/* The table of all commands. */
#include "sh.h"

#include "cmd/cmds.h"

#define DECLARE(name) extern const struct sh_cmd sh_cmd_##name;
SH_COMMANDS(DECLARE)

#define ENTRY(name) &sh_cmd_##name,
const struct sh_cmd *const sh_cmds[] = { SH_COMMANDS(ENTRY) NULL };
