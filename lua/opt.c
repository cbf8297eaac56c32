/* Arguments that come as the members of an options table. */
#include "dl.h"

#include <string.h>

/* Pushes the member, or nil; returns its type. */
static int
member(lua_State *L, int idx, const char *name)
{
	if (lua_isnoneornil(L, idx)) {
		lua_pushnil(L);
		return LUA_TNIL;
	}
	luaL_checktype(L, idx, LUA_TTABLE);
	return lua_getfield(L, idx, name);
}

bool
dl_opt_bool(lua_State *L, int idx, const char *name)
{
	bool b;

	(void)member(L, idx, name);
	b = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return b;
}

const char *
dl_text_check(lua_State *L, int idx)
{
	size_t n;
	const char *s = luaL_checklstring(L, idx, &n);

	if (strlen(s) != n)
		luaL_argerror(L, idx, "the text holds a NUL");
	return s;
}

const char *
dl_opt_str(lua_State *L, int idx, const char *name)
{
	int type = member(L, idx, name);

	if (type == LUA_TNIL)
		return NULL;
	if (type == LUA_TNUMBER)
		(void)lua_tostring(L, -1);	/* in place */
	else if (type != LUA_TSTRING)
		luaL_error(L, "'%s' must be a string", name);
	if (strlen(lua_tostring(L, -1)) != (size_t)lua_rawlen(L, -1))
		luaL_error(L, "'%s' holds a NUL", name);
	return lua_tostring(L, -1);
}

bool
dl_opt_raw(lua_State *L, int idx, const char *name, struct dmsc_rd *out)
{
	if (member(L, idx, name) == LUA_TNIL)
		return false;
	*out = dl_raw_check(L, -1);
	return true;
}

lua_Integer
dl_opt_int(lua_State *L, int idx, const char *name, lua_Integer absent)
{
	lua_Integer v;
	int ok;

	if (member(L, idx, name) == LUA_TNIL) {
		lua_pop(L, 1);
		return absent;
	}
	v = lua_tointegerx(L, -1, &ok);
	if (!ok || v < 0)
		luaL_error(L, "'%s' must be an integer from 0", name);
	lua_pop(L, 1);
	return v;
}
