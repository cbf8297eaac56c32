/* Images of the simulated card, and signatures: functions of the module. */
#include "dl.h"

/* dmsc.card_new{image=, profile=, iccid=, seed=, space=, force=} */
static int
card_new(lua_State *L)
{
	struct dmsc_card_new_opts o = { .image = NULL };
	struct dmsc_image_info *out = NULL;
	struct dl_card *c;
	struct dl_box *b;
	uint64_t seed;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	if ((o.image = dl_opt_str(L, 1, "image")) == NULL)
		return luaL_error(L, "'image' is missing");
	o.profile = dl_opt_str(L, 1, "profile");
	o.iccid = dl_opt_str(L, 1, "iccid");
	o.force = dl_opt_bool(L, 1, "force");
	o.space = (uint32_t)dl_opt_int(L, 1, "space", 0);
	if (lua_getfield(L, 1, "seed") != LUA_TNIL) {
		seed = (uint64_t)dl_opt_int(L, 1, "seed", 0);
		o.seed = &seed;
	}
	c = dl_card_default(L);
	b = dl_box_push(L, &dmsc_image_info_view);
	code = dmsc_card_new(c->s, &o, &out);
	return dl_finish(L, c, b, out, code);
}

/* dmsc.card_show([image]): without one, the default image. */
static int
card_show(lua_State *L)
{
	const char *image = lua_isnoneornil(L, 1) ? NULL :
	    dl_text_check(L, 1);
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_push(L, &dmsc_image_info_view);
	struct dmsc_image_info *out = NULL;
	int code = dmsc_card_show(c->s, image, &out);

	return dl_finish(L, c, b, out, code);
}

/* dmsc.card_serve([{image=, vpcd=}]): until it is interrupted. */
static int
card_serve(lua_State *L)
{
	const char *image = dl_opt_str(L, 1, "image");
	const char *vpcd = dl_opt_str(L, 1, "vpcd");
	struct dl_card *c = dl_card_default(L);

	return dl_done(L, c, dmsc_card_serve(c->s, image, vpcd, NULL, NULL));
}

const luaL_Reg dl_sim_functions[] = {
	{ "card_new", card_new },
	{ "card_serve", card_serve },
	{ "card_show", card_show },
	{ NULL, NULL },
};
