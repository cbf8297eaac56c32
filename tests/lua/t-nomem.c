/* Fails every allocation of Lua from the Nth on, for every N: the binding
 * must raise, and leave nothing behind (leaks show under the sanitizer). */
#include <dmsc/api.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

int dl_open(lua_State *L);

static const char script[] =
    "local dmsc = require 'dmsc'\n"
    "local b = dmsc.hex '00ff' .. 'x'\n"
    "assert(b(2, 3):hex() == 'FF78')\n"
    "local s <close> = dmsc.secret { content = 'hex:0102' }\n"
    "local tree = { nodes = { { name = 'A', nodes = {\n"
    "	{ name = 'n', value = 1 }, { name = 'b', value = b } } } } }\n"
    "local xml = dmsc.tnds.write(tree)\n"
    "local back = dmsc.tnds.read(dmsc.tnds.write(tree, { wbxml = true }))\n"
    "assert(dmsc.find(back, 'A/n').value == 1)\n"
    "assert(not pcall(dmsc.tnds.read, '<'))\n"
    "assert(dmsc.parse(xml))\n"
    "assert(not pcall(dmsc.connect, 'sim:/nonexistent/card.img'))\n"
    "assert(dmsc.readers())\n"
    "assert(dmsc.run('help ls').exit == 0)\n";

struct budget {
	long left;		/* allocations until all fail; < 0: none */
};

static void *
allocate(void *ud, void *p, size_t was, size_t size)
{
	struct budget *b = ud;

	if (size == 0) {
		free(p);
		return NULL;
	}
	if (p == NULL || size > was) {
		if (b->left == 0)
			return NULL;
		if (b->left > 0)
			b->left--;
	}
	return realloc(p, size);
}

static int
body(lua_State *L)
{
	luaL_openlibs(L);
	luaL_requiref(L, "dmsc", dl_open, 0);
	if (luaL_loadbuffer(L, script, strlen(script), "=script") != LUA_OK)
		return lua_error(L);
	lua_call(L, 0, 0);
	return 0;
}

/* Lua's status for a run with n allocations; -1 where no state was made. */
static int
run(long n, char *why, size_t size)
{
	struct budget b = { -1 };
	lua_State *L = lua_newstate(allocate, &b);
	const char *text;
	int r;

	if (L == NULL)
		return -1;
	lua_pushcfunction(L, body);
	b.left = n;
	r = lua_pcall(L, 0, 0, 0);
	b.left = -1;
	if (r != LUA_OK) {
		text = luaL_tolstring(L, -1, NULL);
		(void)snprintf(why, size, "%s", text);
	}
	lua_close(L);
	return r;
}

int
main(void)
{
	enum { STEP_FROM = 400, STEP = 7 };
	char why[256] = "";
	long n, failed = 0;
	bool clean = true;
	int r;

	ok(run(-1, why, sizeof why) == LUA_OK, "the script runs");
	if (why[0] != '\0')
		printf("# %s\n", why);
	for (n = 0; (r = run(n, why, sizeof why)) != LUA_OK;
	    n += n < STEP_FROM ? 1 : STEP) {
		failed++;
		/* An assertion of the script would be a wrong result. */
		clean = clean && strstr(why, "assertion") == NULL;
	}
	printf("# %ld runs, %ld allocations\n", failed, n);
	ok(clean && failed > STEP_FROM, "each fails by raising");
	return tap_done();
}
