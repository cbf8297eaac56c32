/* Secrets as objects: a value that goes to the card and never to Lua. */
#include "dl.h"

#include <string.h>

static struct dmsc_secret **
push_new(lua_State *L)
{
	struct dmsc_secret **u = lua_newuserdatauv(L, sizeof *u, 0);

	*u = NULL;
	luaL_setmetatable(L, DL_SECRET);
	return u;
}

/* Reads SOURCE, or takes content that lies in memory. Pushes the object. */
static struct dmsc_secret *
read_secret(lua_State *L, const char *source, struct dmsc_rd content,
    bool pin)
{
	struct dmsc_secret **u = push_new(L);
	struct dmsc_err e;
	int code;

	memset(&e, 0, sizeof e);
	code = source != NULL ? dmsc_secret_read(source, pin, u, &e) :
	    dmsc_secret_parse(content, pin, u, &e);
	if (code != DMSC_E_OK)
		(void)dl_raise_err(L, &e);
	return *u;
}

struct dmsc_secret *
dl_secret_check(lua_State *L, int idx, bool pin)
{
	struct dmsc_secret **u = luaL_testudata(L, idx, DL_SECRET);
	struct dmsc_secret *s;

	if (u != NULL) {
		luaL_argcheck(L, *u != NULL, idx, "the secret is closed");
		return *u;
	}
	if (lua_type(L, idx) != LUA_TSTRING)
		luaL_error(L, "a secret or its source is wanted");
	idx = lua_absindex(L, idx);
	s = read_secret(L, dl_text_check(L, idx), dmsc_rd_of(NULL, 0), pin);
	lua_replace(L, idx);
	return s;
}

/* dmsc.secret(SOURCE [, {key=}]) or dmsc.secret({content=, key=}) */
int
dl_secret_new(lua_State *L)
{
	const char *content;

	if (lua_istable(L, 1)) {
		if ((content = dl_opt_str(L, 1, "content")) == NULL)
			return luaL_argerror(L, 1, "'content' is missing");
		(void)read_secret(L, NULL, dmsc_rd_str(content),
		    !dl_opt_bool(L, 1, "key"));
		return 1;
	}
	(void)read_secret(L, dl_text_check(L, 1), dmsc_rd_of(NULL, 0),
	    !dl_opt_bool(L, 2, "key"));
	return 1;
}

static int
secret_gc(lua_State *L)
{
	struct dmsc_secret **u = luaL_checkudata(L, 1, DL_SECRET);

	dmsc_secret_free(u);
	return 0;
}

static int
secret_len(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)dl_secret_check(L, 1, true)->len);
	return 1;
}

static int
secret_tostring(lua_State *L)
{
	lua_pushliteral(L, "secret");
	return 1;
}

const luaL_Reg dl_secret_meta[] = {
	{ "__gc", secret_gc },
	{ "__close", secret_gc },
	{ "__len", secret_len },
	{ "__tostring", secret_tostring },
	{ NULL, NULL },
};
