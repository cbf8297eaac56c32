/* What the device uses straight from its card, for the device object. */
#include "dl.h"

#include <string.h>

/* device:mount(card, path [, uri [, {dry=}]]) */
static int
device_mount(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_card_check(L, 2);
	const char *path = dl_text_check(L, 3);
	const char *uri = lua_isnoneornil(L, 4) ? NULL : dl_text_check(L, 4);
	bool dry = dl_opt_bool(L, 5, "dry");
	struct dl_box *b = dl_box_push(L, &dmsc_mount_list_view);
	struct dmsc_mount_list *out = NULL;
	int code = dmsc_device_mount(c->s, name, path, uri, dry, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "mounts");
	lua_geti(L, -1, 1);
	return 1;
}

/* device:unmount(uri [, card]) */
static int
device_unmount(lua_State *L)
{
	const char *name = dl_device_name(L), *uri = dl_text_check(L, 2);
	struct dl_card *c = dl_device_card(L, 3);

	return dl_done(L, c, dmsc_device_unmount(c->s, name, uri, false));
}

/* device:mounts([card]) */
static int
device_mounts(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_mount_list_view);
	struct dmsc_mount_list *out = NULL;
	int code = dmsc_device_mounts(c->s, name, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "mounts");
	return 1;
}

/* device:get(uri [, card]): a value; of a folder the names in it; of a URI
 * with ?list= a list of results. */
static int
device_get(lua_State *L)
{
	const char *name = dl_device_name(L), *uri = dl_text_check(L, 2);
	struct dl_card *c = dl_device_card(L, 3);
	struct dl_box *b = dl_box_push(L, &dmsc_dm_answer_view);
	struct dmsc_dm_answer *x = NULL;
	int code = dmsc_device_get(c->s, name, &uri, 1, &x);

	b->obj = x;
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	if (strstr(uri, "?list=") != NULL) {
		dl_view_push(L, &dmsc_dm_answer_view, x);
		lua_getfield(L, -1, "results");
	} else if (x->n_results == 1)
		dl_result_push(L, &x->results[0]);
	else
		lua_newtable(L);	/* of a folder that is empty */
	dl_box_clear(b);
	return 1;
}

const luaL_Reg dl_device_mount[] = {
	{ "get", device_get },
	{ "mount", device_mount },
	{ "mounts", device_mounts },
	{ "unmount", device_unmount },
	{ NULL, NULL },
};
