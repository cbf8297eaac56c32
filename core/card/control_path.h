/* The name of a control socket in a folder of any length: sockets' own names
 * hold 107 bytes. */
#ifndef DMSC_CARD_CONTROL_PATH_H
#define DMSC_CARD_CONTROL_PATH_H

#include <sys/un.h>

struct control_path {
	int dir;			/* the folder, open */
	struct sockaddr_un addr;
};
/* NOTFOUND: no such folder; LIMIT: no such name. */
int control_path(const char *folder, const char *name,
    struct control_path *out);
void control_path_end(struct control_path *p);

#endif
