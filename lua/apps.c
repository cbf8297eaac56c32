/* Applications of the device, for the device object. */
#include "dl.h"

static int
push_apps(lua_State *L, struct dl_card *c, struct dl_box *b,
    struct dmsc_app_list *out, int code)
{
	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "apps");
	return 1;
}

/* device:apps([card]) */
static int
apps(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_app_list_view);
	struct dmsc_app_list *out = NULL;
	int code = dmsc_device_apps(c->s, name, &out);

	return push_apps(L, c, b, out, code);
}

/* device:app_add(app, type [, card]) */
static int
app_add(lua_State *L)
{
	const char *name = dl_device_name(L), *app = dl_text_check(L, 2);
	const char *type = dl_text_check(L, 3);
	struct dl_card *c = dl_device_card(L, 4);
	struct dl_box *b = dl_box_push(L, &dmsc_app_list_view);
	struct dmsc_app_list *out = NULL;
	int code = dmsc_device_app_add(c->s, name, app, type, false, &out);

	return push_apps(L, c, b, out, code);
}

/* device:app_remove(app [, type [, card]]) */
static int
app_remove(lua_State *L)
{
	const char *name = dl_device_name(L), *app = dl_text_check(L, 2);
	const char *type = lua_isnoneornil(L, 3) ? NULL :
	    dl_text_check(L, 3);
	struct dl_card *c = dl_device_card(L, 4);
	struct dl_box *b = dl_box_push(L, &dmsc_app_list_view);
	struct dmsc_app_list *out = NULL;
	int code = dmsc_device_app_remove(c->s, name, app, type, false, &out);

	return push_apps(L, c, b, out, code);
}

static int
data_gc(lua_State *L)
{
	dmsc_app_data_clear(lua_touserdata(L, 1));
	return 0;
}

/* device:app_get(card, app [, path]): a value, or a node with all below it;
 * and its path on the card. */
static int
app_get(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_card_check(L, 2);
	const char *app = dl_text_check(L, 3);
	const char *path = lua_isnoneornil(L, 4) ? NULL :
	    dl_text_check(L, 4);
	struct dmsc_app_data none = { .tree = NULL }, *x;
	int code;

	x = lua_newuserdatauv(L, sizeof *x, 0);
	*x = none;
	lua_createtable(L, 0, 1);
	lua_pushcfunction(L, data_gc);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	code = dmsc_device_app_get(c->s, name, app, path, x);
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	if (dmsc_node_is_leaf(x->node))
		dl_value_push(L, x->node);
	else
		dl_node_push(L, x->node);
	lua_pushstring(L, x->path);
	dmsc_app_data_clear(x);
	return 2;
}

/* device:app_set(card, app, path, value [, {dry=, in_place=}]) */
static int
app_set(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_card_check(L, 2);
	const char *app = dl_text_check(L, 3), *path = dl_text_check(L, 4);
	enum dmsc_format f;
	struct dmsc_rd value = dl_value_check(L, 5, &f);
	const struct dmsc_app_opts o = { .dry = dl_opt_bool(L, 6, "dry"),
	    .in_place = dl_opt_bool(L, 6, "in_place") };
	struct dl_box *b = dl_box_push(L, &dmsc_app_change_view);
	struct dmsc_app_change *out = NULL;
	int code = dmsc_device_app_set(c->s, name, app, path, value, &o,
	    &out);

	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_device_apps[] = {
	{ "app_add", app_add },
	{ "app_get", app_get },
	{ "app_remove", app_remove },
	{ "app_set", app_set },
	{ "apps", apps },
	{ NULL, NULL },
};
