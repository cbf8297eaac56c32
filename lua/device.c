/* The simulated device object: a name; its tree lies on this machine. */
#include "dl.h"

#include <string.h>

enum { NAME_MAX_BYTES = 128, PINS_MAX = 16, MS = 1000, COUNT_MAX = 1 << 30 };

struct device {
	char name[NAME_MAX_BYTES];
};

/* dmsc.device.new([{name=}]) */
static int
device_new(lua_State *L)
{
	const char *name = dl_opt_str(L, 1, "name");
	struct device *d;

	if (name == NULL)
		name = "default";
	if (strlen(name) >= sizeof d->name)
		return luaL_argerror(L, 1, "the name is too long");
	d = lua_newuserdatauv(L, sizeof *d, 0);
	memset(d, 0, sizeof *d);
	memcpy(d->name, name, strlen(name));
	luaL_setmetatable(L, DL_DEVICE);
	return 1;
}

static struct device *
device_check(lua_State *L)
{
	return luaL_checkudata(L, 1, DL_DEVICE);
}

const char *
dl_device_name(lua_State *L)
{
	return device_check(L)->name;
}

struct dl_card *
dl_device_card(lua_State *L, int idx)
{
	struct dl_card *c;

	if (!lua_isnoneornil(L, idx))
		return dl_card_check(L, idx);
	lua_getfield(L, LUA_REGISTRYINDEX, DL_CURRENT);
	c = luaL_testudata(L, -1, DL_CARD);
	if (c != NULL && c->s != NULL) {
		dl_at_work(c->s);
		return c;
	}
	return dl_card_default(L);
}

enum dmsc_confirm
dl_device_confirm(lua_State *L, int idx)
{
	const char *s = dl_opt_str(L, idx, "confirm");

	if (s == NULL || strcmp(s, "ask") == 0)
		return DMSC_CONFIRM_ASK;
	if (strcmp(s, "yes") == 0)
		return DMSC_CONFIRM_YES;
	if (strcmp(s, "no") != 0)
		luaL_error(L, "'confirm' is 'yes', 'no' or 'ask'");
	return DMSC_CONFIRM_NO;
}

/* The members of the table on top: WHICH = secret or SOURCE. The secrets are
 * kept by being left on the stack. */
static size_t
pin_options(lua_State *L, struct dl_card *c, struct dmsc_device_pin *pins)
{
	int table = lua_gettop(L);
	const char *which;
	size_t n = 0;

	for (lua_pushnil(L); lua_next(L, table) != 0; n++) {
		if (n == PINS_MAX)
			luaL_error(L, "more than %d PINs", PINS_MAX);
		luaL_checkstack(L, 4, "PINs");
		pins[n].value = dl_secret_check(L, c->s, -1, true);
		lua_pushvalue(L, -2);
		which = luaL_checkstring(L, -1);
		if (dmsc_pin_ref(which, &pins[n].ref) != DMSC_E_OK)
			luaL_error(L, "'%s' names no PIN", which);
		lua_pushvalue(L, -3);	/* the key, for the next one */
	}
	return n;
}

/* trust= certificates, which are kept by being left on the stack, or false:
 * nobody. */
static void
trust_option(lua_State *L, struct dmsc_poweron_opts *o)
{
	o->signed_only = dl_opt_bool(L, 3, "signed_only");
	if (!lua_istable(L, 3))
		return;
	lua_getfield(L, 3, "trust");
	if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
		o->trust_none = true;
	else if (!lua_isnil(L, -1))
		o->trust = dl_raw_check(L, -1);
}

/* device:power_on(card [, {confirm=, ask_silent=, group=, pins=, keys=,
 * version=, spend_try=, dry=, cat=, imei=, trust=, signed_only=}]) */
static int
power_on(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_card_check(L, 2);
	struct dmsc_device_pin pins[PINS_MAX];
	struct dmsc_poweron_opts o = { .device = d->name, .pins = pins };
	struct dmsc_scp_opts channel = { .level = DMSC_SCP_BEST };
	struct dmsc_poweron *out = NULL;
	struct dl_box *b;
	int code;

	o.confirm = dl_device_confirm(L, 3);
	o.ask_silent = dl_opt_bool(L, 3, "ask_silent");
	o.group = dl_opt_str(L, 3, "group");
	o.spend_try = dl_opt_bool(L, 3, "spend_try");
	o.dry = dl_opt_bool(L, 3, "dry");
	o.cat = dl_cat(L, c, 3);
	o.imei = dl_opt_str(L, 3, "imei");
	trust_option(L, &o);
	if (lua_istable(L, 3) && lua_getfield(L, 3, "pins") == LUA_TTABLE)
		o.n_pins = pin_options(L, c, pins);
	if (lua_istable(L, 3) && lua_getfield(L, 3, "keys") != LUA_TNIL) {
		channel.from[0] = dl_key_check(L, c->s, -1, o.spend_try);
		channel.spend_try = o.spend_try;
		channel.version = (unsigned)dl_opt_int(L, 3, "version", 0);
		o.channel = &channel;
	}
	b = dl_box_push(L, &dmsc_poweron_view);
	code = dmsc_device_poweron(c->s, &o, &out);
	dl_secret_done(L);
	(void)dl_finish(L, c, b, out, code);
	dl_heard(L, c);
	return 1;
}

/* device:session(card [, {confirm=, anyway=, ca=}]) */
static int
device_session(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_card_check(L, 2);
	struct dmsc_talk_opts o = { .device = d->name };
	struct dmsc_talk *out = NULL;
	struct dl_box *b;
	int code;

	o.confirm = dl_device_confirm(L, 3);
	o.anyway = dl_opt_bool(L, 3, "anyway");
	if (lua_istable(L, 3) && lua_getfield(L, 3, "ca") != LUA_TNIL)
		o.trust = dl_raw_check(L, -1);
	b = dl_box_push(L, &dmsc_talk_view);
	code = dmsc_device_session(c->s, &o, &out);
	return dl_finish(L, c, b, out, code);
}

static unsigned
count_option(lua_State *L, int idx, const char *name, unsigned unit)
{
	lua_Number n = 0;

	if (lua_istable(L, idx) && lua_getfield(L, idx, name) != LUA_TNIL) {
		n = luaL_checknumber(L, -1) * unit;
		if (!(n >= 1 && n <= COUNT_MAX))
			luaL_error(L, "'%s' is no such number", name);
	}
	return (unsigned)n;
}

/* device:sync([card [, {server=, url=, ca=, plain_http=, package0=, xml=,
 * tries=, timeout=, confirm=, dry=}]]) */
static int
device_sync(lua_State *L)
{
	struct device *d = device_check(L);
	struct dmsc_sync_opts o = { .device = d->name };
	struct dl_card *c;
	struct dmsc_sync *out = NULL;
	struct dl_box *b;
	int code;

	lua_settop(L, 3);
	c = dl_device_card(L, 2);
	o.server = dl_opt_str(L, 3, "server");
	o.url = dl_opt_str(L, 3, "url");
	o.ca_file = dl_opt_str(L, 3, "ca");
	o.plain = dl_opt_bool(L, 3, "plain_http");
	o.xml = dl_opt_bool(L, 3, "xml");
	o.dry = dl_opt_bool(L, 3, "dry");
	o.confirm = dl_device_confirm(L, 3);
	o.tries = count_option(L, 3, "tries", 1);
	o.timeout_ms = count_option(L, 3, "timeout", MS);
	if (lua_istable(L, 3) && lua_getfield(L, 3, "package0") != LUA_TNIL)
		o.package0 = dl_raw_check(L, -1);
	b = dl_box_push(L, &dmsc_sync_view);
	code = dmsc_device_sync(c->s, &o, &out);
	b->obj = out;
	if (out == NULL)
		return dl_raise(L, c->s, code);
	dl_view_push(L, &dmsc_sync_view, out);
	dl_box_clear(b);
	return code == DMSC_E_OK ? 1 : dl_raise_with(L, c->s, code, "report");
}

/* device:set(uri, value [, card]) */
static int
device_set(lua_State *L)
{
	struct device *d = device_check(L);
	const char *uri = luaL_checkstring(L, 2);
	struct dmsc_rd value = dl_raw_check(L, 3);
	struct dl_card *c;

	c = dl_device_card(L, 4);
	return dl_done(L, c, dmsc_device_set(c->s, d->name, uri, value));
}

/* device:server(card, message, {as=, password=, sealed=, confirm=, dry=}) */
static int
device_server(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_card_check(L, 2);
	struct dmsc_rd message = dl_raw_check(L, 3);
	struct dmsc_server_opts o = { .device = d->name };
	struct dmsc_device_reply *out = NULL;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 4, LUA_TTABLE);
	o.server = dl_opt_str(L, 4, "as");
	o.confirm = dl_device_confirm(L, 4);
	o.dry = dl_opt_bool(L, 4, "dry");
	o.sealed = dl_opt_bool(L, 4, "sealed");
	if (lua_getfield(L, 4, "password") != LUA_TNIL)
		o.password = dl_secret_check(L, c->s, -1, true);
	b = dl_box_push(L, &dmsc_device_reply_view);
	code = dmsc_device_server(c->s, &o, message, &out);
	dl_secret_done(L);
	b->obj = out;
	if (out == NULL)
		return dl_raise(L, c->s, code);
	dl_view_push(L, &dmsc_device_reply_view, out);
	dl_box_clear(b);
	return code == DMSC_E_OK ? 1 : dl_raise_with(L, c->s, code, "reply");
}

/* device:copy(card, uri, to [, {compare=, move=, private=, as=, dry=}]) */
static int
device_copy(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_card_check(L, 2);
	struct dmsc_copy_opts o = { .device = d->name,
	    .uri = luaL_checkstring(L, 3), .to = luaL_checkstring(L, 4) };
	struct dmsc_copied *out = NULL;
	struct dl_box *b;
	int code;

	o.as = dl_opt_str(L, 5, "as");
	o.compare = dl_opt_bool(L, 5, "compare");
	o.move = dl_opt_bool(L, 5, "move");
	o.is_private = dl_opt_bool(L, 5, "private");
	o.dry = dl_opt_bool(L, 5, "dry");
	b = dl_box_push(L, &dmsc_copied_view);
	code = dmsc_device_copy(c->s, &o, &out);
	return dl_finish(L, c, b, out, code);
}

static int
device_show(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_device_info_view);
	struct dmsc_device_info *out = NULL;
	int code = dmsc_device_show(c->s, d->name, &out);

	return dl_finish(L, c, b, out, code);
}

/* device:services([card]) */
static int
device_services(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_services_view);
	struct dmsc_services *out = NULL;
	int code = dmsc_device_services(c->s, d->name, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "services");
	return 1;
}

/* device:play(card, model) */
static int
device_play(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 2);
	const char *model = luaL_checkstring(L, 3);
	struct dl_box *b = dl_box_push(L, &dmsc_played_view);
	struct dmsc_played *out = NULL;
	int code;

	(void)device_check(L);
	code = dmsc_device_play(c->s, model, &out);
	return dl_finish(L, c, b, out, code);
}

static int
device_tree(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, NULL);
	int code = dmsc_device_tree(c->s, d->name, &b->tree);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_node_push(L, dmsc_tree_root(b->tree));
	dl_box_clear(b);
	return 1;
}

static int
device_diff(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_card_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_diff_view);
	struct dmsc_diff *out = NULL;
	int code = dmsc_device_diff(c->s, d->name, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "changes");
	return 1;
}

static int
device_reset(lua_State *L)
{
	struct device *d = device_check(L);
	struct dl_card *c = dl_device_card(L, 2);

	return dl_done(L, c, dmsc_device_reset(c->s, d->name));
}

static int
device_name(lua_State *L)
{
	lua_pushstring(L, device_check(L)->name);
	return 1;
}

const luaL_Reg dl_device_functions[] = {
	{ "new", device_new },
	{ NULL, NULL },
};

const luaL_Reg dl_device_methods[] = {
	{ "copy", device_copy },
	{ "diff", device_diff },
	{ "name", device_name },
	{ "play", device_play },
	{ "power_on", power_on },
	{ "reset", device_reset },
	{ "server", device_server },
	{ "services", device_services },
	{ "session", device_session },
	{ "set", device_set },
	{ "show", device_show },
	{ "sync", device_sync },
	{ "tree", device_tree },
	{ NULL, NULL },
};
