/* Shell lines from Lua: one line in, its result as a table out. */
#include "dl.h"

#include <stdlib.h>

#include "sh.h"

/* The shell over c's session, made at the first line. */
static struct sh *
shell_of(lua_State *L, struct dl_card *c, int card)
{
	struct sh_options o = { .batch = true, .color = "never" };
	int code;

	if (c->sh != NULL)
		return c->sh;
	if (lua_getiuservalue(L, card, 1) == LUA_TSTRING)
		o.reader = lua_tostring(L, -1);
	else
		o.reader = getenv("DMSC_READER");
	lua_pop(L, 1);			/* the card keeps it */
	code = sh_new(c->s, &o, &c->sh);
	if (code != DMSC_E_OK)
		(void)dl_raise(L, NULL, code);
	return c->sh;
}

/* Results are borrowed from the shell, which the card holds: nothing is lost
 * where a push raises. */
static int
card_run(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *line = dl_text_check(L, 2);
	struct sh_result r = { .exit = 0 };

	(void)sh_run_quiet(shell_of(L, c, 1), line, &r);
	lua_createtable(L, 0, 6);
	lua_pushinteger(L, r.exit);
	lua_setfield(L, -2, "exit");
	lua_pushstring(L, r.cmd);
	lua_setfield(L, -2, "cmd");
	lua_pushstring(L, r.text);
	lua_setfield(L, -2, "text");
	lua_pushstring(L, r.data_json);
	lua_setfield(L, -2, "json");
	if (r.view != NULL) {
		dl_view_push(L, r.view, r.data);
		lua_setfield(L, -2, "data");
	}
	if (r.err != NULL) {
		dl_error_push(L, r.err);
		lua_setfield(L, -2, "error");
	}
	return 1;
}

const luaL_Reg dl_card_run[] = {
	{ "run", card_run },
	{ NULL, NULL },
};
