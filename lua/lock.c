/* A file that one process holds; it is free again when that one is gone. */
#include "dl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { OURS = 0600 };

/* lock(path): true, or false where another process holds it. Held until this
 * process ends. */
static int
lock(lua_State *L)
{
	const char *path = dl_text_check(L, 1);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, OURS);

	if (fd < 0)
		return luaL_error(L, "cannot open '%s': %s", path,
		    strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		lua_pushboolean(L, 1);
		return 1;
	}
	(void)close(fd);
	lua_pushboolean(L, 0);
	return 1;
}

const luaL_Reg dl_lock_functions[] = {
	{ "lock", lock },
	{ NULL, NULL },
};
