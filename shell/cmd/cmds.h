/* All commands, sorted by name as strcmp does: one row a command. */
#ifndef DMSC_SHELL_CMD_CMDS_H
#define DMSC_SHELL_CMD_CMDS_H

#define SH_COMMANDS(X) \
	X(cat) \
	X(cd) \
	X(diff) \
	X(discover) \
	X(docs) \
	X(help) \
	X(ls) \
	X(plan) \
	X(pwd) \
	X(readers) \
	X(set) \
	X(status) \
	X(tree)

#endif
