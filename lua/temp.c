/* Folders for a test's own card: made, and removed with all below. */
#include "dl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 8 };

static int remove_at(int dir, const char *name, int depth);

/* Removes what lies in the open folder fd, which is closed. */
static int
empty(int fd, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	int bad = 0;

	if (d == NULL) {
		(void)close(fd);
		return -1;
	}
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			bad |= remove_at(dirfd(d), e->d_name, depth);
	(void)closedir(d);
	return bad;
}

static int
remove_at(int dir, const char *name, int depth)
{
	int fd;

	if (unlinkat(dir, name, 0) == 0)
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd < 0 || depth == 0) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return empty(fd, depth - 1) | unlinkat(dir, name, AT_REMOVEDIR);
}

static int
temp_make(lua_State *L)
{
	static const char tail[] = "/dmsc-XXXXXX";
	const char *base = getenv("TMPDIR");
	char *path;
	size_t n;

	if (base == NULL || base[0] == '\0')
		base = "/tmp";
	n = strlen(base);
	path = lua_newuserdatauv(L, n + sizeof tail, 0);
	memcpy(path, base, n);
	memcpy(path + n, tail, sizeof tail);
	if (mkdtemp(path) == NULL)
		return luaL_error(L, "cannot make '%s': %s", path,
		    strerror(errno));
	lua_pushstring(L, path);
	return 1;
}

static int
temp_remove(lua_State *L)
{
	const char *path = dl_text_check(L, 1);

	lua_pushboolean(L, remove_at(AT_FDCWD, path, DEPTH_MAX) == 0);
	return 1;
}

const luaL_Reg dl_temp_functions[] = {
	{ "temp_make", temp_make },
	{ "temp_remove", temp_remove },
	{ NULL, NULL },
};
