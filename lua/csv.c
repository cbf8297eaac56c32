/* dmsc.csv(FILE [, {sep=}]): the rows of a CSV file, one at a time. */
#include "dl.h"

#include <string.h>

static struct dmsc_csv **
csv_check(lua_State *L, int idx)
{
	return luaL_checkudata(L, idx, DL_CSV);
}

static int
csv_gc(lua_State *L)
{
	dmsc_csv_free(csv_check(L, 1));
	return 0;
}

/* A row: its cells by name and by number, as strings. */
static void
push_row(lua_State *L, const struct dmsc_csv *c)
{
	size_t n = dmsc_csv_columns(c), i;
	struct dmsc_rd cell;

	lua_createtable(L, (int)n, (int)n);
	for (i = 0; i < n; i++) {
		cell = dmsc_csv_cell(c, i);
		lua_pushlstring(L, (const char *)cell.p, cell.left);
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, dmsc_csv_name(c, i));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* The generic for: line, row; nothing at the end. */
static int
csv_next(lua_State *L)
{
	struct dmsc_csv **c = csv_check(L, 1);
	struct dmsc_err e;
	bool more;

	luaL_argcheck(L, *c != NULL, 1, "the file is closed");
	memset(&e, 0, sizeof e);
	if (dmsc_csv_next(*c, &more, &e) != DMSC_E_OK)
		return dl_raise_err(L, &e);
	if (!more) {
		dmsc_csv_free(c);
		return 0;
	}
	lua_pushinteger(L, (lua_Integer)dmsc_csv_line(*c));
	push_row(L, *c);
	return 2;
}

static int
csv_columns(lua_State *L)
{
	struct dmsc_csv **c = csv_check(L, 1);
	size_t i;

	luaL_argcheck(L, *c != NULL, 1, "the file is closed");
	lua_newtable(L);
	for (i = 0; i < dmsc_csv_columns(*c); i++) {
		lua_pushstring(L, dmsc_csv_name(*c, i));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

/* file, nil, nil, file: the loop calls it, and closes it however it ends. */
static int
csv_rows(lua_State *L)
{
	lua_pushcfunction(L, csv_next);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	lua_pushvalue(L, 1);
	return 4;
}

int
dl_csv(lua_State *L)
{
	const char *path = dl_text_check(L, 1), *sep;
	struct dmsc_csv **c;
	struct dmsc_err e;

	sep = dl_opt_str(L, 2, "sep");
	if (sep != NULL && (strlen(sep) != 1 || strchr("\r\n\"", *sep) !=
	    NULL))
		return luaL_argerror(L, 2, "'sep' is one character");
	memset(&e, 0, sizeof e);
	c = lua_newuserdatauv(L, sizeof *c, 0);
	*c = NULL;
	luaL_setmetatable(L, DL_CSV);
	if (dmsc_csv_open(path, sep != NULL ? *sep : ',', c, &e) !=
	    DMSC_E_OK)
		return dl_raise_err(L, &e);
	return 1;
}

const luaL_Reg dl_csv_meta[] = {
	{ "__gc", csv_gc },
	{ "__close", csv_gc },
	{ NULL, NULL },
};
const luaL_Reg dl_csv_methods[] = {
	{ "close", csv_gc },
	{ "columns", csv_columns },
	{ "rows", csv_rows },
	{ NULL, NULL },
};
