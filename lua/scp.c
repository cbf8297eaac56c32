/* The secure channel and its keys, for the card object. */
#include <string.h>

#include "dl.h"

void
dl_keys_member(lua_State *L, struct dl_card *c, int idx, bool spend_try,
    struct dmsc_key *out[DMSC_SCP_SOURCES + 1])
{
	lua_Integer i;

	memset(out, 0, (DMSC_SCP_SOURCES + 1) * sizeof *out);
	if (lua_getfield(L, idx, "keys") == LUA_TNIL)
		return;
	if (!lua_istable(L, -1)) {
		out[0] = dl_key_check(L, c->s, lua_gettop(L), spend_try);
		return;
	}
	for (i = 0; i < DMSC_SCP_SOURCES; i++) {
		if (lua_geti(L, idx + 1, i + 1) == LUA_TNIL)
			return;
		out[i] = dl_key_check(L, c->s, lua_gettop(L), spend_try);
	}
}

/* card:secure_channel{aid=, lwm2m=, keys=, version=, level=, test_keys=,
 * spend_try=} */
static int
secure_channel(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_scp_opts o = { .level = DMSC_SCP_BEST };
	struct dmsc_scp_info *out = NULL;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	o.aid = dl_opt_str(L, 2, "aid");
	o.lwm2m = dl_opt_bool(L, 2, "lwm2m");
	o.version = (unsigned)dl_opt_int(L, 2, "version", 0);
	o.level = (int)dl_opt_int(L, 2, "level", DMSC_SCP_BEST);
	o.test_keys = dl_opt_bool(L, 2, "test_keys");
	o.spend_try = dl_opt_bool(L, 2, "spend_try");
	lua_settop(L, 2);
	dl_keys_member(L, c, 2, o.spend_try, o.from);
	b = dl_box_push(L, &dmsc_scp_info_view);
	code = dmsc_scp_open(c->s, &o, &out);
	dl_secret_done(L);
	return dl_finish(L, c, b, out, code);
}

static int
secure_status(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_scp_info_view);
	struct dmsc_scp_info *out = NULL;
	int code = dmsc_scp_status(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

static int
secure_close(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	return dl_done(L, c, dmsc_scp_close(c->s));
}

static int
key_list(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_key_list_view);
	struct dmsc_key_list *out = NULL;
	int code = dmsc_key_list(c->s, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "keys");
	return 1;
}

/* card:key_put{version=, replace=, keys=, spend_try=} */
static int
key_put(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_key *keys[DMSC_SCP_SOURCES + 1];
	struct dmsc_key_list *out = NULL;
	unsigned version, replace;
	struct dl_box *b;
	bool spend_try;
	int code;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	version = (unsigned)dl_opt_int(L, 2, "version", 0);
	replace = (unsigned)dl_opt_int(L, 2, "replace", 0);
	spend_try = dl_opt_bool(L, 2, "spend_try");
	lua_settop(L, 2);
	dl_keys_member(L, c, 2, spend_try, keys);
	b = dl_box_push(L, &dmsc_key_list_view);
	code = dmsc_key_put_from(c->s, version, replace, keys, &out);
	dl_secret_done(L);
	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "keys");
	return 1;
}

/* card:key_delete(version) */
static int
key_delete(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	lua_Integer version = luaL_checkinteger(L, 2);

	luaL_argcheck(L, version >= 0 && version <= 0xFF, 2,
	    "a version is one byte");
	return dl_done(L, c, dmsc_key_delete(c->s, (unsigned)version));
}

/* dmsc.keys_hidden() */
int
dl_keys_hidden(lua_State *L)
{
	lua_pushboolean(L, dmsc_keys_hidden());
	return 1;
}

const luaL_Reg dl_card_scp[] = {
	{ "key_delete", key_delete },
	{ "key_list", key_list },
	{ "key_put", key_put },
	{ "secure_channel", secure_channel },
	{ "secure_close", secure_close },
	{ "secure_status", secure_status },
	{ NULL, NULL },
};
