/* Secrets as objects: a value that goes to the card and never to Lua. */
#include "dl.h"

#include <string.h>

struct box {
	struct dmsc_secret *s;
	bool once;	/* read for one call from a SOURCE */
};

static struct box *
push_new(lua_State *L)
{
	struct box *u = lua_newuserdatauv(L, sizeof *u, 0);

	*u = (struct box){ NULL, false };
	luaL_setmetatable(L, DL_SECRET);
	return u;
}

/* Reads SOURCE, or takes content that lies in memory. Pushes the object. */
static struct box *
read_secret(lua_State *L, const char *source, struct dmsc_rd content,
    bool pin)
{
	struct box *u = push_new(L);
	struct dmsc_err e;
	int code;

	memset(&e, 0, sizeof e);
	code = source != NULL ? dmsc_secret_read(source, pin, &u->s, &e) :
	    dmsc_secret_parse(content, pin, &u->s, &e);
	if (code != DMSC_E_OK)
		(void)dl_raise_err(L, &e);
	return u;
}

struct dmsc_secret *
dl_secret_check(lua_State *L, int idx, bool pin)
{
	struct box *u = luaL_testudata(L, idx, DL_SECRET);

	if (u != NULL) {
		luaL_argcheck(L, u->s != NULL, idx, "the secret is closed");
		return u->s;
	}
	if (lua_type(L, idx) != LUA_TSTRING)
		luaL_error(L, "a secret or its source is wanted");
	idx = lua_absindex(L, idx);
	u = read_secret(L, dl_text_check(L, idx), dmsc_rd_of(NULL, 0), pin);
	u->once = true;
	lua_replace(L, idx);
	return u->s;
}

void
dl_secret_done(lua_State *L)
{
	struct box *u;
	int i;

	for (i = lua_gettop(L); i > 0; i--)
		if ((u = luaL_testudata(L, i, DL_SECRET)) != NULL && u->once)
			dmsc_secret_free(&u->s);
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
	struct box *u = luaL_checkudata(L, 1, DL_SECRET);

	dmsc_secret_free(&u->s);
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
