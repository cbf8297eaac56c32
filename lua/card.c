/* The card object: a session, its connection, and what concerns both. */
#include "dl.h"

#include <stdlib.h>
#include <string.h>

#include "sh.h"

/* User values of a card: its reader's name, functions for events. */
enum { APDU_ANSWER = 2, WAIT_MS = 60000, CARD_VALUES = 2 };

struct dl_card *
dl_card_push(lua_State *L)
{
	struct dl_card *c = lua_newuserdatauv(L, sizeof *c, CARD_VALUES);

	*c = (struct dl_card){ .s = NULL };
	luaL_setmetatable(L, DL_CARD);
	lua_getfield(L, LUA_REGISTRYINDEX, DL_CARDS);
	lua_pushvalue(L, -2);
	lua_pushboolean(L, 1);
	lua_rawset(L, -3);
	lua_pop(L, 1);
	return c;
}

struct dl_card *
dl_card_check(lua_State *L, int idx)
{
	struct dl_card *c = luaL_checkudata(L, idx, DL_CARD);

	luaL_argcheck(L, c->s != NULL, idx, "the card is closed");
	dl_at_work(c->s);
	return c;
}

void
dl_card_open(lua_State *L, struct dl_card *c, const char *state)
{
	struct dmsc_setup setup = { .state_dir = state };
	int code = dmsc_session_new(&setup, &c->s);

	if (code != DMSC_E_OK)
		(void)dl_raise(L, c->s, code);
	dl_at_work(c->s);
}

struct dl_card *
dl_card_default(lua_State *L)
{
	struct dl_card *c;

	lua_getfield(L, LUA_REGISTRYINDEX, DL_DEFAULT);
	c = luaL_testudata(L, -1, DL_CARD);
	if (c != NULL && c->s != NULL) {
		dl_at_work(c->s);
		return c;
	}
	lua_pop(L, 1);
	c = dl_card_push(L);
	dl_card_open(L, c, NULL);
	lua_pushvalue(L, -1);
	lua_setfield(L, LUA_REGISTRYINDEX, DL_DEFAULT);
	return c;
}

static int
card_gc(lua_State *L)
{
	struct dl_card *c = luaL_checkudata(L, 1, DL_CARD);

	if (c->s == NULL)
		return 0;
	dl_at_work(NULL);
	if (!c->borrowed) {
		sh_free(&c->sh);
		dmsc_session_free(&c->s);
	}
	c->sh = NULL;
	c->s = NULL;
	return 0;
}

/* Makes the card at idx the one of dmsc.run. */
static int
card_use(lua_State *L, int idx)
{
	lua_pushvalue(L, idx);
	lua_setfield(L, LUA_REGISTRYINDEX, DL_CURRENT);
	return 0;
}

static void
authenticate(lua_State *L, struct dl_card *c, int auth, bool spend_try)
{
	struct dmsc_secret *value;
	const char *which;
	unsigned ref;
	int code;

	luaL_checktype(L, auth, LUA_TTABLE);
	for (lua_pushnil(L); lua_next(L, auth) != 0; lua_pop(L, 2)) {
		value = dl_secret_check(L, c->s, -1, true);
		lua_pushvalue(L, -2);	/* tostring would change the key */
		which = luaL_checkstring(L, -1);
		if (dmsc_pin_ref(which, &ref) != DMSC_E_OK)
			luaL_error(L, "'%s' names no PIN or key", which);
		code = dmsc_pin_run(c->s, DMSC_PIN_VERIFY, ref, value, NULL,
		    spend_try);
		dl_secret_done(L);
		if (code != DMSC_E_OK)
			(void)dl_raise(L, c->s, code);
	}
}

/* Connects the card on top of the stack, unless it is connected already. */
static void
connect_to(lua_State *L, struct dl_card *c, const char *reader)
{
	int code;

	if (reader == NULL && dmsc_connected(c->s))
		return;
	if (c->borrowed) {		/* with --reader, --auth, --trace */
		if (sh_need_card(c->sh) != 0)
			(void)dl_raise(L, c->s, dmsc_session_err(c->s)->code);
		return;
	}
	code = dmsc_connect(c->s, reader != NULL ? reader :
	    getenv("DMSC_READER"));
	if (code != DMSC_E_OK)
		(void)dl_raise(L, c->s, code);
}

/* dmsc.connect([{reader=, auth=, spend_try=, state=, pull=, pull_done=,
 * pace=}]) */
int
dl_connect(lua_State *L)
{
	const char *reader, *state;
	struct dl_card *c;
	int card;

	lua_settop(L, 1);
	if (lua_type(L, 1) == LUA_TSTRING) {
		lua_createtable(L, 0, 1);
		lua_insert(L, 1);
		lua_setfield(L, 1, "reader");
	}
	reader = dl_opt_str(L, 1, "reader");
	state = dl_opt_str(L, 1, "state");
	if (reader == NULL && state == NULL)
		c = dl_card_default(L);
	else {
		c = dl_card_push(L);
		dl_card_open(L, c, state);
	}
	card = lua_gettop(L);
	dmsc_card_pull(c->s, (unsigned long)dl_opt_int(L, 1, "pull", 0),
	    dl_opt_bool(L, 1, "pull_done"));
	dmsc_card_pace(c->s, (unsigned)dl_opt_int(L, 1, "pace", 0));
	if (reader != NULL) {
		lua_pushstring(L, reader);	/* sh keeps a pointer to it */
		lua_setiuservalue(L, card, 1);
	}
	connect_to(L, c, reader);
	card_use(L, card);
	if (!lua_isnoneornil(L, 1) &&
	    lua_getfield(L, 1, "auth") != LUA_TNIL)
		authenticate(L, c, lua_gettop(L),
		    dl_opt_bool(L, 1, "spend_try"));
	lua_settop(L, card);
	return 1;
}

static int
card_disconnect(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	dmsc_disconnect(c->s);
	return c->borrowed ? 0 : card_gc(L);
}

/* card:apdu(hex, bytes or a list of parts [, {raw=}]) -> bytes, sw */
static int
card_apdu(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_apdu *out = NULL;
	struct dmsc_rd cmd;
	struct dl_box *b;
	bool raw, parts;
	int code;

	lua_settop(L, 3);
	raw = dl_opt_bool(L, 3, "raw");
	parts = lua_istable(L, 2);
	cmd = parts ? dl_parts_check(L, 2) : dl_hex_check(L, 2);
	b = dl_box_push(L, &dmsc_apdu_view);
	code = dmsc_transmit(c->s, cmd, raw, &out);
	b->obj = out;
	if (parts)
		dl_secret_done(L);
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_bytes_push(L, dmsc_buf_rd(out->data));
	lua_pushinteger(L, (lua_Integer)out->sw);
	dl_box_clear(b);
	dl_tick(L, c);
	return APDU_ANSWER;
}

static int
card_connection(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_connection_view);
	struct dmsc_connection *out = NULL;
	int code = dmsc_connection(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_info(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_info_view);
	struct dmsc_info *out = NULL;
	int code = dmsc_info(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

static int
list_readers(lua_State *L, struct dl_card *c)
{
	struct dl_box *b = dl_box_push(L, &dmsc_readers_view);
	struct dmsc_readers *out = NULL;
	int code = dmsc_readers(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_readers(lua_State *L)
{
	return list_readers(L, dl_card_check(L, 1));
}

int
dl_readers(lua_State *L)
{
	return list_readers(L, dl_card_default(L));
}

static int
card_reset(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	return dl_done(L, c, dmsc_reset(c->s, dl_opt_bool(L, 2, "cold")));
}

/* card:wait([{remove=, timeout=}]): milliseconds */
static int
card_wait(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool insert = !dl_opt_bool(L, 2, "remove");
	lua_Integer ms = dl_opt_int(L, 2, "timeout", WAIT_MS);

	return dl_done(L, c, dmsc_wait(c->s, insert, (unsigned)ms));
}

static int
card_trace(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = lua_isnoneornil(L, 2) ? NULL :
	    dl_text_check(L, 2);

	return dl_done(L, c, dmsc_trace(c->s, path));
}

/* card:counters() -> APDUs, bytes */
static int
card_counters(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	unsigned long apdus = 0, bytes = 0;

	dmsc_counters(c->s, &apdus, &bytes);
	lua_pushinteger(L, (lua_Integer)apdus);
	lua_pushinteger(L, (lua_Integer)bytes);
	return 2;
}

static int
card_last_sw(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	lua_pushinteger(L, (lua_Integer)dmsc_last_sw(c->s));
	return 1;
}

/* card:warnings(): those since the last call, which clears them. */
static int
card_warnings(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *const *list = NULL;
	size_t i, n = dmsc_warnings(c->s, &list);

	lua_newtable(L);
	for (i = 0; i < n; i++) {
		lua_pushstring(L, list[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	dmsc_warnings_clear(c->s);
	return 1;
}

static int
card_make_current(lua_State *L)
{
	(void)dl_card_check(L, 1);
	return card_use(L, 1);
}

static int
card_tostring(lua_State *L)
{
	struct dl_card *c = luaL_checkudata(L, 1, DL_CARD);

	lua_pushstring(L, c->s == NULL ? "card (closed)" :
	    dmsc_connected(c->s) ? "card (connected)" :
	    "card (not connected)");
	return 1;
}

const luaL_Reg dl_card_base[] = {
	{ "apdu", card_apdu },
	{ "connection", card_connection },
	{ "counters", card_counters },
	{ "disconnect", card_disconnect },
	{ "info", card_info },
	{ "last_sw", card_last_sw },
	{ "readers", card_readers },
	{ "reset", card_reset },
	{ "trace", card_trace },
	{ "use", card_make_current },
	{ "wait", card_wait },
	{ "warnings", card_warnings },
	{ NULL, NULL },
};

const luaL_Reg dl_card_meta[] = {
	{ "__close", card_gc },
	{ "__gc", card_gc },
	{ "__tostring", card_tostring },
	{ NULL, NULL },
};
