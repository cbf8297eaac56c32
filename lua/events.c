/* What a card says by itself, for the card object: asked for, or told to
 * functions of the script when it comes. */
#include "dl.h"

#include <string.h>

#include "sh.h"

enum { HANDLERS = 2, SECONDS = 30, MS = 1000, COMMAND_MAX = 256,
	ARGS_MAX = 64, EVENTS_AT = 3, TELL_AT = 4 };

static const char any[] = "any", taken[] = "taken", session[] = "session";

static enum dmsc_confirm
confirm_of(lua_State *L, int idx)
{
	const char *s = dl_opt_str(L, idx, "confirm");

	if (s == NULL || strcmp(s, "ask") == 0)
		return DMSC_CONFIRM_ASK;
	if (strcmp(s, "yes") != 0 && strcmp(s, "no") != 0)
		luaL_error(L, "'confirm' is 'yes', 'no' or 'ask'");
	return *s == 'y' ? DMSC_CONFIRM_YES : DMSC_CONFIRM_NO;
}

bool
dl_cat(lua_State *L, struct dl_card *c, int idx)
{
	return dl_opt_bool(L, idx, "cat") ||
	    (c->sh != NULL && sh_options(c->sh)->cat);
}

/* The options of the table at idx; its texts stay on the stack. */
static void
options(lua_State *L, struct dl_card *c, int idx,
    struct dmsc_events_opts *o)
{
	memset(o, 0, sizeof *o);
	o->allow = dl_cat(L, c, idx);
	o->confirm = confirm_of(L, idx);
	o->imei = dl_opt_str(L, idx, "imei");
	o->answer = dl_opt_str(L, idx, "answer");
	if (c->sh != NULL)
		sh_events_mine(c->sh);
}

/* Calls the function of name, if there is one, with the value on top, which
 * stays. */
static void
call(lua_State *L, int handlers, const char *name)
{
	int value = lua_gettop(L);

	if (lua_getfield(L, handlers, name) == LUA_TFUNCTION) {
		lua_pushvalue(L, value);
		lua_call(L, 1, 0);
	} else
		lua_pop(L, 1);
}

/* Each of the list's member: events by their names, documents and sessions
 * by one name for all; the table of lists is at at. */
static void
call_each(lua_State *L, int handlers, int at, const char *member)
{
	const char *all = strcmp(member, "events") == 0 ? NULL :
	    strcmp(member, "sessions") == 0 ? session : taken;
	lua_Integer i, n;

	lua_getfield(L, at, member);
	n = luaL_len(L, -1);
	for (i = 1; i <= n; i++) {
		lua_geti(L, -1, i);
		if (all != NULL)
			call(L, handlers, all);
		else if (lua_getfield(L, -1, "name") == LUA_TSTRING) {
			lua_insert(L, -2);	/* the name stays below */
			call(L, handlers, lua_tostring(L, -2));
			call(L, handlers, any);
			lua_remove(L, -2);
		} else
			lua_pop(L, 1);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* Where the card c stands among the arguments; 0: it is not there. */
static int
card_at(lua_State *L, const struct dl_card *c)
{
	enum { LAST = 2 };
	int i;

	for (i = 1; i <= LAST; i++)
		if (lua_touserdata(L, i) == c)
			return i;
	return 0;
}

void
dl_heard(lua_State *L, struct dl_card *c)
{
	int at = lua_gettop(L), idx = card_at(L, c);

	luaL_checkstack(L, LUA_MINSTACK, "events");
	if (idx != 0 && lua_getiuservalue(L, idx, HANDLERS) == LUA_TTABLE)
		call_each(L, at + 1, at, "events");
	lua_settop(L, at);
}

/* Tells the functions of the card at idx what the table on top says. */
static void
dispatch(lua_State *L, int idx)
{
	int at = lua_gettop(L);

	luaL_checkstack(L, LUA_MINSTACK, "events");
	if (lua_getiuservalue(L, idx, HANDLERS) == LUA_TTABLE) {
		call_each(L, at + 1, at, "events");
		call_each(L, at + 1, at, "documents");
		call_each(L, at + 1, at, "sessions");
	}
	lua_settop(L, at);
}

/* The end of a call: the list as a table, told to the functions too; a card
 * that failed behind it raises. */
static int
finish(lua_State *L, struct dl_card *c, struct dl_box *b,
    struct dmsc_events *l, int code)
{
	b->obj = l;
	if (l != NULL) {
		struct dmsc_err kept = *dmsc_session_err(c->s);

		dl_view_push(L, &dmsc_events_view, l);
		dl_box_clear(b);
		dispatch(L, 1);
		if (code != DMSC_E_OK)
			*dmsc_session_err(c->s) = kept;
	}
	return code == DMSC_E_OK ? 1 : dl_raise(L, c->s, code);
}

static int
listen(lua_State *L, bool wait)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_events *l = NULL;
	struct dmsc_events_opts o;
	struct dl_box *b;
	int code;

	options(L, c, 2, &o);
	if (wait) {
		o.wait = true;
		o.name = dl_opt_str(L, 2, "name");
		o.timeout_ms = (unsigned)dl_opt_int(L, 2, "timeout",
		    SECONDS) * MS;
	}
	b = dl_box_push(L, &dmsc_events_view);
	code = dmsc_events(c->s, &o, &l);
	return finish(L, c, b, l, code);
}

/* card:events([{confirm=, answer=, imei=, cat=}]) */
static int
events(lua_State *L)
{
	return listen(L, false);
}

/* card:events_wait([{name=, timeout=, ...}]): seconds */
static int
events_wait(lua_State *L)
{
	return listen(L, true);
}

/* card:events_tell(event [, value [, options]]) */
static int
events_tell(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *what = luaL_checkstring(L, 2);
	const char *value = luaL_optstring(L, EVENTS_AT, NULL);
	struct dmsc_events *l = NULL;
	struct dmsc_events_opts o;
	struct dl_box *b;
	int code;

	options(L, c, TELL_AT, &o);
	b = dl_box_push(L, &dmsc_events_view);
	code = dmsc_events_tell(c->s, &o, what, value, &l);
	return finish(L, c, b, l, code);
}

/* card:envelope(hex or bytes [, options]) -> bytes, sw, events */
static int
envelope(lua_State *L)
{
	enum { ANSWERS = 3 };
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd data = dl_hex_check(L, 2);
	struct dl_box *b, *answer;
	struct dmsc_events *l = NULL;
	struct dmsc_apdu *a = NULL;
	struct dmsc_events_opts o;
	int code;

	options(L, c, EVENTS_AT, &o);
	b = dl_box_push(L, &dmsc_events_view);
	answer = dl_box_push(L, &dmsc_apdu_view);
	code = dmsc_envelope(c->s, &o, data, &a, &l);
	answer->obj = a;
	(void)finish(L, c, b, l, code);
	dl_bytes_push(L, dmsc_buf_rd(a->data));
	lua_pushinteger(L, (lua_Integer)a->sw);
	dl_box_clear(answer);
	lua_rotate(L, -ANSWERS, ANSWERS - 1);
	return ANSWERS;
}

/* card:on(name, f): "refresh", "any", "taken"; nil takes it back. */
static int
on(lua_State *L)
{
	(void)dl_card_check(L, 1);
	(void)luaL_checkstring(L, 2);
	if (!lua_isnil(L, EVENTS_AT))
		luaL_checktype(L, EVENTS_AT, LUA_TFUNCTION);
	lua_settop(L, EVENTS_AT);
	if (lua_getiuservalue(L, 1, HANDLERS) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		(void)lua_setiuservalue(L, 1, HANDLERS);
	}
	lua_insert(L, 2);
	lua_settable(L, 2);
	return 0;
}

/* card:push(name, ...) or card:push(bytes or hex) */
static int
push(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	int i, n = lua_gettop(L) - 2, code = DMSC_E_NOTFOUND;
	const char *args[ARGS_MAX];
	struct dl_box *b;
	struct dmsc_rd cmd;

	if (n > ARGS_MAX)
		return luaL_error(L, "more than %d values", ARGS_MAX);
	for (i = 0; i < n; i++)
		args[i] = luaL_checkstring(L, i + 3);
	if (lua_type(L, 2) == LUA_TSTRING) {
		b = dl_box_buf(L, COMMAND_MAX);
		code = dmsc_card_command(c->s, lua_tostring(L, 2),
		    n > 0 ? (size_t)n : 0, args, b->buf);
		cmd = dmsc_buf_rd(b->buf);
	}
	if (code == DMSC_E_NOTFOUND && n <= 0) {
		cmd = dl_hex_check(L, 2);
		code = DMSC_E_OK;
	}
	return dl_done(L, c, code != DMSC_E_OK ? code :
	    dmsc_card_push(c->s, cmd));
}

void
dl_tick(lua_State *L, struct dl_card *c)
{
	const struct dmsc_events_opts o = { .confirm = DMSC_CONFIRM_ASK };
	struct dmsc_events *l = NULL;
	struct dl_box *b;
	int idx = card_at(L, c), top = lua_gettop(L), code;

	if (idx == 0 || c->s == NULL || !dmsc_events_on(c->s) ||
	    lua_getiuservalue(L, idx, HANDLERS) != LUA_TTABLE) {
		lua_settop(L, top);
		return;
	}
	if (c->sh != NULL)
		sh_events_mine(c->sh);
	b = dl_box_push(L, &dmsc_events_view);
	code = dmsc_events_tick(c->s, &o, false, &l);
	b->obj = l;
	if (l != NULL) {
		dl_view_push(L, &dmsc_events_view, l);
		dl_box_clear(b);
		dispatch(L, idx);
	}
	if (code != DMSC_E_OK)
		(void)dl_raise(L, c->s, code);
	lua_settop(L, top);
}

const luaL_Reg dl_card_events[] = {
	{ "envelope", envelope },
	{ "events", events },
	{ "events_tell", events_tell },
	{ "events_wait", events_wait },
	{ "on", on },
	{ "push", push },
	{ NULL, NULL },
};
