/* Management over the air, for the card object. */
#include "dl.h"

enum { PACKAGE_MAX = 32768 };

/* card:package(content, {keys=, version=, counter=, card=, test_keys=}):
 * bytes, and what anybody can read of them. */
static int
card_package(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd content = dl_raw_check(L, 2);
	struct dmsc_package_opts o = { .version = 0 };
	struct dmsc_package *out = NULL;
	struct dl_box *b, *info;
	int code;

	luaL_checktype(L, 3, LUA_TTABLE);
	lua_settop(L, 3);
	o.version = (unsigned)dl_opt_int(L, 3, "version", 0);
	o.counter = (uint32_t)dl_opt_int(L, 3, "counter", 0);
	o.iccid = dl_opt_str(L, 3, "card");
	o.keys.test_keys = dl_opt_bool(L, 3, "test_keys");
	lua_settop(L, 3);
	dl_keys_member(L, c, 3, false, o.keys.from);
	b = dl_box_buf(L, PACKAGE_MAX);
	info = dl_box_push(L, &dmsc_package_view);
	code = dmsc_package_make(c->s, content, &o, b->buf, &out);
	dl_secret_done(L);
	info->obj = out;
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	dl_view_push(L, info->view, info->obj);
	dl_box_clear(info);
	return 2;
}

/* card:package_show(bytes) */
static int
card_package_show(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd package = dl_raw_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_package_view);
	struct dmsc_package *out = NULL;
	int code = dmsc_package_show(c->s, package, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:ota(package [, {keys=, cat=, from=, test_keys=}]) */
static int
card_ota(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd package = dl_raw_check(L, 2);
	struct dmsc_ota_opts o = { .allow = dl_opt_bool(L, 3, "cat") };
	struct dmsc_ota_result *out = NULL;
	struct dl_box *b;
	int code;

	lua_settop(L, 3);
	o.from = dl_opt_str(L, 3, "from");
	o.keys.test_keys = dl_opt_bool(L, 3, "test_keys");
	lua_settop(L, 3);
	if (lua_istable(L, 3))
		dl_keys_member(L, c, 3, false, o.keys.from);
	b = dl_box_push(L, &dmsc_ota_result_view);
	code = dmsc_card_ota(c->s, package, &o, &out);
	dl_secret_done(L);
	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_card_ota[] = {
	{ "ota", card_ota },
	{ "package", card_package },
	{ "package_show", card_package_show },
	{ NULL, NULL },
};
