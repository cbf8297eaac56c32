/* Failures of core as Lua errors: one table from the session's record. */
#include "dl.h"

#include <stdio.h>
#include <string.h>

/* What is read of a file at once. */
struct block {
	FILE *file;
	size_t read;
	uint8_t bytes[16384];
};

void
dl_text_set(lua_State *L, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void
set_number(lua_State *L, const char *name, unsigned n)
{
	if (n == 0)
		return;
	lua_pushinteger(L, (lua_Integer)n);
	lua_setfield(L, -2, name);
}

/* The lines to type: the record's, else the usual one of its code. */
static void
set_next(lua_State *L, const struct dmsc_err *e)
{
	const char *usual = dmsc_e_next(e->code);
	unsigned i;

	lua_newtable(L);
	for (i = 0; i < e->n_next; i++) {
		lua_pushlstring(L, e->next[i],
		    dmsc_err_next_len(e->next[i]));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	if (e->n_next == 0 && usual[0] != '\0') {
		lua_pushstring(L, usual);
		lua_rawseti(L, -2, 1);
	}
	lua_setfield(L, -2, "next");
}

void
dl_error_push(lua_State *L, const struct dmsc_err *e)
{
	lua_newtable(L);
	dl_text_set(L, "code", dmsc_e_name(e->code));
	dl_text_set(L, "message", e->message);
	dl_text_set(L, "where", e->where);
	dl_text_set(L, "why", e->why);
	set_number(L, "sw", e->sw);
	set_number(L, "dm", e->dm);
	lua_pushinteger(L, dmsc_e_exit(e->code));
	lua_setfield(L, -2, "exit");
	set_next(L, e);
	luaL_setmetatable(L, DL_ERROR);
}

/* The line of the script that asked, for the error that nobody catches. */
static void
set_place(lua_State *L)
{
	lua_Debug ar;
	int level;

	for (level = 1; lua_getstack(L, level, &ar); level++) {
		if (lua_getinfo(L, "Sl", &ar) == 0 || ar.currentline <= 0 ||
		    strncmp(ar.source, "=dmsc", strlen("=dmsc")) == 0)
			continue;
		lua_pushfstring(L, "%s:%d", ar.short_src, ar.currentline);
		lua_setfield(L, -2, "at");
		return;
	}
}

int
dl_raise_err(lua_State *L, const struct dmsc_err *e)
{
	dl_error_push(L, e);
	set_place(L);
	return lua_error(L);
}

int
dl_raise(lua_State *L, struct dmsc_session *s, int code)
{
	struct dmsc_err fresh;

	if (s != NULL && dmsc_session_err(s)->code == code)
		return dl_raise_err(L, dmsc_session_err(s));
	memset(&fresh, 0, sizeof fresh);
	(void)dmsc_fail(&fresh, code, "%s", dmsc_e_text(code));
	return dl_raise_err(L, &fresh);
}

int
dl_raise_with(lua_State *L, struct dmsc_session *s, int code,
    const char *name)
{
	struct dmsc_err e = *dmsc_session_err(s);

	if (e.code != code)
		(void)dmsc_fail(&e, code, "%s", dmsc_e_text(code));
	dl_error_push(L, &e);
	lua_insert(L, -2);
	lua_setfield(L, -2, name);
	set_place(L);
	return lua_error(L);
}

int
dl_error_exit(lua_State *L, int idx)
{
	int status = DL_EXIT_LUA;

	idx = lua_absindex(L, idx);
	if (!lua_istable(L, idx) || !lua_getmetatable(L, idx))
		return status;
	luaL_getmetatable(L, DL_ERROR);
	if (lua_rawequal(L, -1, -2)) {
		lua_pushliteral(L, "exit");
		lua_rawget(L, idx);
		if (lua_isinteger(L, -1) && lua_tointeger(L, -1) > 0)
			status = (int)lua_tointeger(L, -1);
		lua_pop(L, 1);
	}
	lua_pop(L, 2);
	return status;
}

/* Adds lead and the text member name, where there is one. */
static void
add_text(lua_State *L, luaL_Buffer *b, const char *name, const char *lead)
{
	if (lua_getfield(L, 1, name) != LUA_TSTRING) {
		lua_pop(L, 1);
		return;
	}
	lua_pushstring(L, lead);
	lua_insert(L, -2);
	lua_concat(L, 2);
	luaL_addvalue(b);
}

static void
add_statuses(lua_State *L, luaL_Buffer *b)
{
	char text[sizeof " (SW 0000) (DM 000)"];
	lua_Integer sw, dm;

	lua_getfield(L, 1, "sw");
	lua_getfield(L, 1, "dm");
	sw = lua_tointeger(L, -2);
	dm = lua_tointeger(L, -1);
	lua_pop(L, 2);
	if (sw > 0 && sw <= 0xffff) {
		(void)snprintf(text, sizeof text, " (SW %04X)", (unsigned)sw);
		luaL_addstring(b, text);
	}
	if (dm > 0 && dm < 1000) {
		(void)snprintf(text, sizeof text, " (DM %d)", (int)dm);
		luaL_addstring(b, text);
	}
}

static void
add_next(lua_State *L, luaL_Buffer *b, int list)
{
	lua_Integer i;

	if (!lua_istable(L, list))
		return;
	for (i = 1; lua_geti(L, list, i) == LUA_TSTRING; i++) {
		lua_pushliteral(L, "\nnext: ");
		lua_insert(L, -2);
		lua_concat(L, 2);
		luaL_addvalue(b);
	}
	lua_pop(L, 1);
}

static int
error_tostring(lua_State *L)
{
	luaL_Buffer b;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_getfield(L, 1, "next");
	luaL_buffinit(L, &b);
	add_text(L, &b, "where", "");
	if (lua_getfield(L, 1, "where") == LUA_TSTRING) {
		lua_pop(L, 1);
		luaL_addstring(&b, ": ");
	} else
		lua_pop(L, 1);
	add_text(L, &b, "message", "");
	add_text(L, &b, "why", ": ");
	add_statuses(L, &b);
	add_next(L, &b, 2);
	luaL_pushresult(&b);
	return 1;
}

static int
code_of(const char *name)
{
#define DL_ROW(id, value, status, text, next) \
	if (strcmp(name, #id) == 0) \
		return DMSC_E_##id;
	DMSC_ERRORS(DL_ROW)
#undef DL_ROW
	return DMSC_E_LUA;
}

/* Makes the table at 1, with code and message, an error as core raises. */
static int
make_error(lua_State *L)
{
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	(void)lua_getfield(L, 1, "code");
	code = code_of(luaL_checkstring(L, -1));
	if (lua_getfield(L, 1, "exit") == LUA_TNIL) {
		lua_pushinteger(L, dmsc_e_exit(code));
		lua_setfield(L, 1, "exit");
	}
	if (lua_getfield(L, 1, "next") == LUA_TNIL) {
		lua_newtable(L);
		lua_setfield(L, 1, "next");
	}
	lua_settop(L, 1);
	luaL_setmetatable(L, DL_ERROR);
	return 1;
}

/* sha256(text or bytes): in hexadecimal */
static int
sha256(lua_State *L)
{
	uint8_t out[DMSC_SHA256_LEN];
	char hex[2 * DMSC_SHA256_LEN + 1];
	int code = dmsc_sha256(dl_raw_check(L, 1), out);

	if (code != DMSC_E_OK)
		return dl_raise(L, NULL, code);
	lua_pushstring(L, dmsc_hex(dmsc_rd_of(out, sizeof out), hex,
	    sizeof hex));
	return 1;
}

static bool
next_block(void *arg, struct dmsc_rd *part)
{
	struct block *b = arg;

	b->read = fread(b->bytes, 1, sizeof b->bytes, b->file);
	*part = dmsc_rd_of(b->bytes, b->read);
	return b->read > 0;
}

/* sha256_file(path): in hexadecimal, or nil and why it cannot be read */
static int
sha256_file(lua_State *L)
{
	uint8_t out[DMSC_SHA256_LEN];
	char hex[2 * DMSC_SHA256_LEN + 1];
	struct block b = { .file = fopen(luaL_checkstring(L, 1), "rb") };
	bool bad;
	int code;

	if (b.file == NULL)
		return luaL_fileresult(L, 0, NULL);
	code = dmsc_sha256_each(next_block, &b, out);
	bad = ferror(b.file) != 0;
	(void)fclose(b.file);
	if (bad)
		return luaL_fileresult(L, 0, NULL);
	if (code != DMSC_E_OK)
		return dl_raise(L, NULL, code);
	lua_pushstring(L, dmsc_hex(dmsc_rd_of(out, sizeof out), hex,
	    sizeof hex));
	return 1;
}

const luaL_Reg dl_inside_functions[] = {
	{ "make_error", make_error },
	{ "sha256", sha256 },
	{ "sha256_file", sha256_file },
	{ NULL, NULL },
};

const luaL_Reg dl_error_meta[] = {
	{ "__tostring", error_tostring },
	{ NULL, NULL },
};
