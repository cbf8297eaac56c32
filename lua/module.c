/* The module "dmsc": its types, its functions, and its Lua part, which lies
 * in the program itself (lua-sources.c is made from the *.lua files). */
#include "dl.h"

#include <string.h>

static struct dmsc_session *volatile at_work;

void
dl_at_work(struct dmsc_session *s)
{
	at_work = s;
}

void
dl_interrupt(void)
{
	struct dmsc_session *s = at_work;

	if (s != NULL)
		dmsc_session_interrupt(s);
}

void
dl_interrupt_end(void)
{
	struct dmsc_session *s = at_work;

	if (s != NULL)
		dmsc_session_clear_interrupt(s);
}

/* A metatable whose __index is a table of methods. */
static void
make_type(lua_State *L, const char *name, const luaL_Reg *meta,
    const luaL_Reg *const *methods)
{
	luaL_newmetatable(L, name);
	if (meta != NULL)
		luaL_setfuncs(L, meta, 0);
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__name");
	lua_newtable(L);
	for (; methods != NULL && *methods != NULL; methods++)
		luaL_setfuncs(L, *methods, 0);
	if (lua_getfield(L, -2, "__index") == LUA_TNIL) {
		lua_pushvalue(L, -2);
		lua_setfield(L, -4, "__index");
	}
	lua_pop(L, 1);
	lua_setfield(L, -2, "methods");
	lua_pop(L, 1);
}

static void
make_types(lua_State *L)
{
	const luaL_Reg *const card[] = { dl_card_base, dl_card_edit,
	    dl_card_pair,
	    dl_card_store, dl_card_dm, dl_card_file, dl_card_pin, dl_card_scp,
	    dl_card_receipt, dl_card_lint, dl_card_lwm2m, dl_card_ota,
	    dl_card_sign, dl_card_run, dl_card_events, NULL };
	const luaL_Reg *const device[] = { dl_device_methods,
	    dl_device_apps, dl_device_mount, dl_device_update,
	    dl_device_function_methods, NULL };
	const luaL_Reg *const server[] = { dl_dmserver_methods, NULL };
	const luaL_Reg *const csv[] = { dl_csv_methods, NULL };
	const luaL_Reg *const bytes[] = { dl_bytes_methods, NULL };

	make_type(L, DL_BOX, dl_box_meta, NULL);
	make_type(L, DL_ERROR, dl_error_meta, NULL);
	make_type(L, DL_SECRET, dl_secret_meta, NULL);
	make_type(L, DL_SIGNER, dl_signer_meta, NULL);
	make_type(L, DL_BYTES, dl_bytes_meta, bytes);
	make_type(L, DL_CARD, dl_card_meta, card);
	make_type(L, DL_CSV, dl_csv_meta, csv);
	make_type(L, DL_DEVICE, NULL, device);
	make_type(L, DL_DMSERVER, dl_dmserver_meta, server);
}

/* The weak table of open cards, once a state. */
static void
make_cards(lua_State *L)
{
	if (lua_getfield(L, LUA_REGISTRYINDEX, DL_CARDS) == LUA_TNIL) {
		lua_newtable(L);
		lua_createtable(L, 0, 1);
		lua_pushliteral(L, "k");
		lua_setfield(L, -2, "__mode");
		lua_setmetatable(L, -2);
		lua_setfield(L, LUA_REGISTRYINDEX, DL_CARDS);
	}
	lua_pop(L, 1);
}

static int
current_card(lua_State *L)
{
	struct dl_card *c;

	lua_getfield(L, LUA_REGISTRYINDEX, DL_CURRENT);
	c = luaL_testudata(L, -1, DL_CARD);
	if (c == NULL || c->s == NULL)
		(void)dl_card_default(L);
	return 1;
}

static int
is_error(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_pushboolean(L, luaL_getmetafield(L, 1, "__name") == LUA_TSTRING &&
	    strcmp(lua_tostring(L, -1), DL_ERROR) == 0);
	return 1;
}

static const luaL_Reg functions[] = {
	{ "bytes", dl_bytes_new },
	{ "connect", dl_connect },
	{ "convert", dl_convert },
	{ "csv", dl_csv },
	{ "current", current_card },
	{ "hex", dl_hex_new },
	{ "is_error", is_error },
	{ "keys_hidden", dl_keys_hidden },
	{ "lint", dl_lint },
	{ "lint_fix", dl_lint_fix },
	{ "lint_rules", dl_lint_rules },
	{ "mac", dl_mac },
	{ "parse", dl_parse },
	{ "readers", dl_readers },
	{ "secret", dl_secret_new },
	{ "receipt_verify", dl_receipt_verify },
	{ "verify", dl_verify },
	{ NULL, NULL },
};

static void
add_table(lua_State *L, const char *name, const luaL_Reg *reg)
{
	lua_newtable(L);
	luaL_setfuncs(L, reg, 0);
	lua_setfield(L, -2, name);
}

/* Loads the embedded source name as a chunk "=name". */
static void
load_source(lua_State *L, const char *name)
{
	const struct dl_source *s;
	char chunk[64] = "=";

	for (s = dl_sources; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			break;
	if (s->name == NULL)
		luaL_error(L, "no module '%s'", name);
	strncat(chunk, name, sizeof chunk - 2);
	if (luaL_loadbufferx(L, (const char *)s->text, s->len, chunk, "t") !=
	    LUA_OK)
		lua_error(L);
}

static int
open_source(lua_State *L)
{
	load_source(L, luaL_checkstring(L, 1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, 1);
	return 1;
}

/* "dmsc.test" and the like come from require, when they are asked for. */
static void
preload(lua_State *L)
{
	const struct dl_source *s;

	luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
	for (s = dl_sources; s->name != NULL; s++) {
		lua_pushcfunction(L, open_source);
		lua_setfield(L, -2, s->name);
	}
	lua_pop(L, 1);
}

int
dl_open(lua_State *L)
{
	luaL_checkversion(L);
	make_types(L);
	make_cards(L);
	preload(L);
	luaL_newlib(L, functions);
	luaL_setfuncs(L, dl_sim_functions, 0);
	add_table(L, "cms", dl_cms_functions);
	add_table(L, "device", dl_device_functions);
	add_table(L, "lwm2m", dl_lwm2m_functions);
	add_table(L, "tnds", dl_tnds_functions);
	lua_pushstring(L, dmsc_version());
	lua_setfield(L, -2, "version");
	load_source(L, "dmsc.init");
	lua_pushvalue(L, -2);
	luaL_getmetatable(L, DL_CARD);
	lua_getfield(L, -1, "methods");
	lua_remove(L, -2);
	lua_newtable(L);
	luaL_setfuncs(L, dl_temp_functions, 0);
	luaL_setfuncs(L, dl_inside_functions, 0);
	luaL_setfuncs(L, dl_lock_functions, 0);
	luaL_setfuncs(L, dl_dmserver_functions, 0);
	luaL_setfuncs(L, dl_key_functions, 0);
	lua_call(L, 3, 0);
	return 1;
}
