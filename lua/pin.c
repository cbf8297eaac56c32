/* PINs and administrative keys, for the card object. */
#include "dl.h"

static unsigned
which_check(lua_State *L, int idx)
{
	const char *which = dl_opt_str(L, idx, "which");
	unsigned ref = 0;

	if (which == NULL)
		luaL_error(L, "'which' is missing");
	if (dmsc_pin_ref(which, &ref) != DMSC_E_OK)
		luaL_error(L, "'%s' names no PIN or key", which);
	return ref;
}

/* The secret in member name of the table at idx, left on the stack. */
static const struct dmsc_secret *
secret_member(lua_State *L, struct dl_card *c, int idx, const char *name)
{
	if (lua_getfield(L, idx, name) == LUA_TNIL)
		luaL_error(L, "'%s' is missing", name);
	return dl_secret_check(L, c->s, -1, true);
}

/* Every method takes {which=, source=, fresh=, spend_try=}. */
static int
run(lua_State *L, enum dmsc_pin_op op)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_secret *value, *fresh = NULL;
	unsigned ref;
	int code;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	ref = which_check(L, 2);
	value = secret_member(L, c, 2, "source");
	if (op == DMSC_PIN_CHANGE || op == DMSC_PIN_UNBLOCK)
		fresh = secret_member(L, c, 2, "fresh");
	code = dmsc_pin_run(c->s, op, ref, value, fresh,
	    dl_opt_bool(L, 2, "spend_try"));
	dl_secret_done(L);
	return dl_done(L, c, code);
}

static int
verify_pin(lua_State *L)
{
	return run(L, DMSC_PIN_VERIFY);
}

static int
change_pin(lua_State *L)
{
	return run(L, DMSC_PIN_CHANGE);
}

static int
unblock_pin(lua_State *L)
{
	return run(L, DMSC_PIN_UNBLOCK);
}

static int
enable_pin(lua_State *L)
{
	return run(L, DMSC_PIN_ENABLE);
}

static int
disable_pin(lua_State *L)
{
	return run(L, DMSC_PIN_DISABLE);
}

/* card:pin_status([which]): one state, or the list of the usual ones. */
static int
pin_status(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_pin_state *one = NULL;
	struct dmsc_pin_list *all = NULL;
	struct dl_box *b;
	unsigned ref;
	int code;

	if (!lua_isnoneornil(L, 2)) {
		if (dmsc_pin_ref(dl_text_check(L, 2), &ref) != DMSC_E_OK)
			return luaL_argerror(L, 2, "names no PIN or key");
		b = dl_box_push(L, &dmsc_pin_state_view);
		code = dmsc_pin_query(c->s, ref, &one);
		return dl_finish(L, c, b, one, code);
	}
	b = dl_box_push(L, &dmsc_pin_list_view);
	code = dmsc_pin_status(c->s, &all);
	(void)dl_finish(L, c, b, all, code);
	lua_getfield(L, -1, "pins");
	return 1;
}

const luaL_Reg dl_card_pin[] = {
	{ "change_pin", change_pin },
	{ "disable_pin", disable_pin },
	{ "enable_pin", enable_pin },
	{ "pin_status", pin_status },
	{ "unblock_pin", unblock_pin },
	{ "verify_pin", verify_pin },
	{ NULL, NULL },
};
