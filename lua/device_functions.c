/* Functions, clock and place of the simulated device. */
#include "dl.h"

#include <dmsc/policy.h>

/* device:functions([card]) */
static int
functions(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_functions_view);
	struct dmsc_functions *out = NULL;
	int code = dmsc_device_functions(c->s, name, false, &out);

	return dl_finish(L, c, b, out, code);
}

/* device:switch(function, on [, card]) */
static int
switch_it(lua_State *L)
{
	const char *name = dl_device_name(L);
	const char *function = luaL_checkstring(L, 2);
	struct dmsc_functions *out = NULL;
	struct dl_card *c;
	struct dl_box *b;
	bool on;
	int code;

	luaL_checktype(L, 3, LUA_TBOOLEAN);
	on = lua_toboolean(L, 3) != 0;
	c = dl_device_card(L, 4);
	b = dl_box_push(L, &dmsc_functions_view);
	code = dmsc_device_function(c->s, name, function, on, false, &out);
	return dl_finish(L, c, b, out, code);
}

/* device:clock([{set=, add=, real=} [, card]]) */
static int
clock_of(lua_State *L)
{
	const char *name = dl_device_name(L), *value;
	enum dmsc_clock_how how = DMSC_CLOCK_SHOW;
	struct dmsc_functions *out = NULL;
	struct dl_card *c;
	struct dl_box *b;
	int code;

	if (dl_opt_bool(L, 2, "real"))
		how = DMSC_CLOCK_REAL;
	if ((value = dl_opt_str(L, 2, "set")) != NULL)
		how = DMSC_CLOCK_SET;
	else if ((value = dl_opt_str(L, 2, "add")) != NULL)
		how = DMSC_CLOCK_ADD;
	c = dl_device_card(L, 3);
	b = dl_box_push(L, &dmsc_functions_view);
	code = dmsc_device_clock(c->s, name, how, value, false, &out);
	return dl_finish(L, c, b, out, code);
}

/* device:place(place [, card]): nil or "" is nowhere */
static int
place_of(lua_State *L)
{
	const char *name = dl_device_name(L);
	const char *place = luaL_optstring(L, 2, "");
	struct dl_card *c = dl_device_card(L, 3);
	struct dl_box *b = dl_box_push(L, &dmsc_functions_view);
	struct dmsc_functions *out = NULL;
	int code = dmsc_device_place(c->s, name, place, false, &out);

	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_device_function_methods[] = {
	{ "clock", clock_of },
	{ "functions", functions },
	{ "place", place_of },
	{ "switch", switch_it },
	{ NULL, NULL },
};
