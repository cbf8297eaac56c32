/* The bytes type: immutable, with slices and hex. */
#include "dl.h"

#include <string.h>

enum { HEX_MAX = 64 * 1024 * 1024 };

struct bytes {
	size_t n;
	uint8_t p[];
};

static struct bytes *
push_new(lua_State *L, size_t n)
{
	struct bytes *b = lua_newuserdatauv(L, sizeof *b + n, 0);

	b->n = n;
	luaL_setmetatable(L, DL_BYTES);
	return b;
}

void
dl_bytes_push(lua_State *L, struct dmsc_rd r)
{
	struct bytes *b = push_new(L, r.left);

	if (r.left > 0)
		memcpy(b->p, r.p, r.left);
}

bool
dl_bytes_test(lua_State *L, int idx, struct dmsc_rd *out)
{
	const struct bytes *b = luaL_testudata(L, idx, DL_BYTES);

	if (b == NULL)
		return false;
	*out = dmsc_rd_of(b->p, b->n);
	return true;
}

static struct dmsc_rd
self(lua_State *L, int idx)
{
	const struct bytes *b = luaL_checkudata(L, idx, DL_BYTES);

	return dmsc_rd_of(b->p, b->n);
}

struct dmsc_rd
dl_raw_check(lua_State *L, int idx)
{
	struct dmsc_rd r;
	const char *s;
	size_t n;

	if (dl_bytes_test(L, idx, &r))
		return r;
	if (lua_type(L, idx) != LUA_TSTRING)
		luaL_typeerror(L, idx, "bytes or string");
	s = lua_tolstring(L, idx, &n);
	return dmsc_rd_of(s, n);
}

struct dmsc_rd
dl_hex_check(lua_State *L, int idx)
{
	struct dl_box *b;
	struct dmsc_rd r;
	int code;

	if (dl_bytes_test(L, idx, &r))
		return r;
	if (lua_type(L, idx) != LUA_TSTRING)
		luaL_typeerror(L, idx, "bytes or hex string");
	idx = lua_absindex(L, idx);
	b = dl_box_buf(L, HEX_MAX);
	code = dmsc_hex_get(dl_text_check(L, idx), b->buf);
	if (code == DMSC_E_NOMEM || code == DMSC_E_LIMIT)
		(void)dl_raise(L, NULL, code);
	if (code != DMSC_E_OK)
		luaL_argerror(L, idx, "not well-formed hex");
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	lua_replace(L, idx);
	lua_pop(L, 1);
	return self(L, idx);
}

/* A list of numbers from 0 to 255. */
static void
push_list(lua_State *L, int idx)
{
	lua_Integer i, n = luaL_len(L, idx), v;
	struct bytes *b = push_new(L, n < 0 ? 0 : (size_t)n);
	int ok;

	memset(b->p, 0, b->n);
	for (i = 0; i < (lua_Integer)b->n; i++) {
		lua_geti(L, idx, i + 1);
		v = lua_tointegerx(L, -1, &ok);
		if (!ok || v < 0 || v > UINT8_MAX)
			luaL_error(L, "element %I is no byte", i + 1);
		b->p[i] = (uint8_t)v;
		lua_pop(L, 1);
	}
}

int
dl_bytes_new(lua_State *L)
{
	if (lua_istable(L, 1))
		push_list(L, 1);
	else
		dl_bytes_push(L, dl_raw_check(L, 1));
	return 1;
}

int
dl_hex_new(lua_State *L)
{
	lua_settop(L, 1);
	(void)dl_hex_check(L, 1);
	return 1;
}

/* The positions from i to j of n bytes, as string.sub counts them. */
static struct dmsc_rd
cut(struct dmsc_rd r, lua_Integer i, lua_Integer j)
{
	lua_Integer n = (lua_Integer)r.left;

	i = i < 0 ? (i < -n ? 1 : n + i + 1) : i == 0 ? 1 : i;
	j = j < 0 ? n + j + 1 : j > n ? n : j;
	if (i > j)
		return dmsc_rd_of(r.p, 0);
	return dmsc_rd_slice(r, (size_t)i - 1, (size_t)(j - i) + 1);
}

static int
bytes_sub(lua_State *L)
{
	struct dmsc_rd r = self(L, 1);

	dl_bytes_push(L, cut(r, luaL_optinteger(L, 2, 1),
	    luaL_optinteger(L, 3, -1)));
	return 1;
}

static int
bytes_index(lua_State *L)
{
	struct dmsc_rd r = self(L, 1);
	lua_Integer i;
	int ok;

	i = lua_type(L, 2) == LUA_TNUMBER ? lua_tointegerx(L, 2, &ok) : 0;
	if (lua_type(L, 2) == LUA_TNUMBER) {
		if (ok && i >= 1 && (lua_Unsigned)i <= r.left)
			lua_pushinteger(L, r.p[i - 1]);
		else
			lua_pushnil(L);
		return 1;
	}
	luaL_getmetatable(L, DL_BYTES);
	lua_getfield(L, -1, "methods");
	lua_pushvalue(L, 2);
	lua_rawget(L, -2);
	return 1;
}

static int
bytes_len(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)self(L, 1).left);
	return 1;
}

static int
bytes_concat(lua_State *L)
{
	struct dmsc_rd x = dl_raw_check(L, 1), y = dl_raw_check(L, 2);
	struct bytes *b = push_new(L, x.left + y.left);

	if (x.left > 0)
		memcpy(b->p, x.p, x.left);
	if (y.left > 0)
		memcpy(b->p + x.left, y.p, y.left);
	return 1;
}

static int
bytes_eq(lua_State *L)
{
	struct dmsc_rd x, y;

	lua_pushboolean(L, dl_bytes_test(L, 1, &x) &&
	    dl_bytes_test(L, 2, &y) && dmsc_rd_eq(x, y));
	return 1;
}

static int
bytes_hex(lua_State *L)
{
	struct dmsc_rd r = self(L, 1);
	const char *sep = luaL_optstring(L, 2, "");
	char two[3];
	luaL_Buffer b;
	size_t i;

	luaL_buffinit(L, &b);
	for (i = 0; i < r.left; i++) {
		if (i > 0)
			luaL_addstring(&b, sep);
		luaL_addstring(&b, dmsc_hex(dmsc_rd_slice(r, i, 1), two,
		    sizeof two));
	}
	luaL_pushresult(&b);
	return 1;
}

static int
bytes_tostring(lua_State *L)
{
	lua_settop(L, 1);
	return bytes_hex(L);
}

static int
bytes_str(lua_State *L)
{
	struct dmsc_rd r = self(L, 1);

	lua_pushlstring(L, (const char *)r.p, r.left);
	return 1;
}

/* b:int([i [, j]]): the bytes from i to j as a number, high byte first. */
static int
bytes_int(lua_State *L)
{
	lua_Integer i = luaL_optinteger(L, 2, 1);
	struct dmsc_rd r = cut(self(L, 1), i, luaL_optinteger(L, 3, -1));
	lua_Unsigned v = 0;
	size_t k;

	luaL_argcheck(L, r.left >= 1 && r.left <= sizeof v, 2,
	    "1 to 8 bytes make a number");
	for (k = 0; k < r.left; k++)
		v = v << 8 | r.p[k];
	lua_pushinteger(L, (lua_Integer)v);
	return 1;
}

static int
bytes_find(lua_State *L)
{
	struct dmsc_rd r = self(L, 1), x = dl_raw_check(L, 2);
	size_t i;

	for (i = 0; x.left <= r.left && i <= r.left - x.left; i++)
		if (dmsc_rd_eq(dmsc_rd_slice(r, i, x.left), x)) {
			lua_pushinteger(L, (lua_Integer)i + 1);
			return 1;
		}
	lua_pushnil(L);
	return 1;
}

const luaL_Reg dl_bytes_methods[] = {
	{ "find", bytes_find },
	{ "hex", bytes_hex },
	{ "int", bytes_int },
	{ "str", bytes_str },
	{ "sub", bytes_sub },
	{ NULL, NULL },
};

const luaL_Reg dl_bytes_meta[] = {
	{ "__call", bytes_sub },
	{ "__concat", bytes_concat },
	{ "__eq", bytes_eq },
	{ "__index", bytes_index },
	{ "__len", bytes_len },
	{ "__tostring", bytes_tostring },
	{ NULL, NULL },
};
