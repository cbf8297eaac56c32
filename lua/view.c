/* Results of core as plain Lua tables, by their views (dmsc/view.h). */
#include "dl.h"

#include <string.h>

static size_t
count_at(const struct dmsc_field *f, const char *obj)
{
	size_t n;

	memcpy(&n, obj + f->count_off, sizeof n);
	return n;
}

static void
push_str(lua_State *L, const char *at)
{
	char *s;

	memcpy(&s, at, sizeof s);
	lua_pushstring(L, s);		/* NULL is nil */
}

static void
push_bytes(lua_State *L, const char *at)
{
	struct dmsc_buf *b;

	memcpy(&b, at, sizeof b);
	if (b == NULL)
		lua_pushnil(L);
	else
		dl_bytes_push(L, dmsc_buf_rd(b));
}

static void
push_number(lua_State *L, enum dmsc_kind kind, const char *at)
{
	size_t size;
	unsigned u;
	int i;

	if (kind == DMSC_K_SIZE) {
		memcpy(&size, at, sizeof size);
		lua_pushinteger(L, (lua_Integer)size);
	} else if (kind == DMSC_K_UINT) {
		memcpy(&u, at, sizeof u);
		lua_pushinteger(L, (lua_Integer)u);
	} else {
		memcpy(&i, at, sizeof i);
		if (kind == DMSC_K_COUNT && i < 0)
			lua_pushnil(L);
		else
			lua_pushinteger(L, i);
	}
}

static void
push_truth(lua_State *L, enum dmsc_kind kind, const char *at)
{
	bool b;
	int i;

	if (kind == DMSC_K_BOOL) {
		memcpy(&b, at, sizeof b);
		lua_pushboolean(L, b);
		return;
	}
	memcpy(&i, at, sizeof i);
	if (i < 0)
		lua_pushnil(L);		/* unknown */
	else
		lua_pushboolean(L, i);
}

static void
push_many(lua_State *L, const struct dmsc_field *f, const char *obj)
{
	size_t i, n = count_at(f, obj);
	char *p;

	memcpy(&p, obj + f->off, sizeof p);
	lua_createtable(L, n > 0xffff ? 0xffff : (int)n, 0);
	for (i = 0; i < n; i++) {
		if (f->kind == DMSC_K_STRS)
			push_str(L, p + i * sizeof(char *));
		else
			dl_view_push(L, f->sub, p + i * f->sub->size);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void
push_field(lua_State *L, const struct dmsc_field *f, const char *obj)
{
	void *sub;

	switch (f->kind) {
	case DMSC_K_STR:
		push_str(L, obj + f->off);
		break;
	case DMSC_K_BOOL:
	case DMSC_K_TRI:
		push_truth(L, f->kind, obj + f->off);
		break;
	case DMSC_K_INT:
	case DMSC_K_COUNT:
	case DMSC_K_UINT:
	case DMSC_K_SIZE:
		push_number(L, f->kind, obj + f->off);
		break;
	case DMSC_K_BYTES:
		push_bytes(L, obj + f->off);
		break;
	case DMSC_K_STRS:
	case DMSC_K_LIST:
		push_many(L, f, obj);
		break;
	case DMSC_K_SUB:
		memcpy(&sub, obj + f->off, sizeof sub);
		dl_view_push(L, f->sub, sub);
		break;
	}
}

void
dl_view_push(lua_State *L, const struct dmsc_view *v, const void *obj)
{
	const struct dmsc_field *f;

	luaL_checkstack(L, 4, "nested results");
	if (obj == NULL) {
		lua_pushnil(L);
		return;
	}
	lua_newtable(L);
	for (f = v->fields; f->name != NULL; f++) {
		push_field(L, f, obj);
		lua_setfield(L, -2, f->name);
	}
}
