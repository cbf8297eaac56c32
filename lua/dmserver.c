/* A DM server over HTTP for the Lua part (lua/dmserver.lua): what is said in
 * tables becomes commands, what comes back tables. */
#include "dl.h"

#include <string.h>

struct server {
	struct dmsc_dmserver *d;	/* NULL: closed */
	struct dmsc_session *s;
	lua_State *L;			/* while it serves */
	struct dmsc_dmserver_account accounts[DMSC_DMSERVER_ACCOUNTS];
	struct dmsc_dmserver_file files[DMSC_DMSERVER_FILES];
};
/* A call of the core, on its way into Lua. */
struct call {
	struct server *u;
	const struct dmsc_dmserver_session *d;
	const struct dmsc_dmserver_result *v;
	size_t n;
	struct dmsc_dmserver_batch *out;
	const struct dmsc_dmserver_event *ev;
	const struct dmsc_dmserver_entry *entry;
	const char *state;
	unsigned status;
};

static struct server *
check(lua_State *L)
{
	struct server *u = luaL_checkudata(L, 1, DL_DMSERVER);

	luaL_argcheck(L, u->d != NULL, 1, "the server is closed");
	dl_at_work(u->s);
	return u;
}

static int
server_close(lua_State *L)
{
	struct server *u = luaL_checkudata(L, 1, DL_DMSERVER);

	dmsc_dmserver_free(&u->d);
	return 0;
}

const luaL_Reg dl_dmserver_meta[] = {
	{ "__gc", server_close }, { "__close", server_close }, { NULL, NULL },
};

/* ---- from the core into Lua. The server's functions, and what its batches
 * point to, are a table of the registry while it serves. */

static void
push_functions(lua_State *L, struct server *u)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, u);
}

static void
set_text(lua_State *L, const char *name, const char *text)
{
	lua_pushstring(L, text);	/* NULL is nil */
	lua_setfield(L, -2, name);
}

static void
set_number(lua_State *L, const char *name, lua_Integer n)
{
	lua_pushinteger(L, n);
	lua_setfield(L, -2, name);
}

static void
push_leaf(lua_State *L, const char *format, struct dmsc_rd v)
{
	enum dmsc_format f = DMSC_FMT_CHR;

	if (format != NULL && dmsc_format_parse(format, &f) != DMSC_E_OK)
		f = DMSC_FMT_CHR;
	if (f == DMSC_FMT_NODE || f == DMSC_FMT_XML)
		f = DMSC_FMT_CHR;
	dl_leaf_push(L, f, v);
}

static void
push_session(lua_State *L, const struct dmsc_dmserver_session *d)
{
	const struct dmsc_node *n;

	lua_newtable(L);
	set_number(L, "number", (lua_Integer)d->number);
	set_text(L, "device", d->device);
	set_text(L, "id", d->id);
	set_number(L, "alert", d->alert);
	lua_newtable(L);
	n = d->info == NULL ? NULL : dmsc_tree_find(d->info, "DevInfo");
	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n))
		if (dmsc_node_is_leaf(n)) {
			dl_value_push(L, n);
			lua_setfield(L, -2, dmsc_node_name(n));
		}
	lua_setfield(L, -2, "info");
}

static void
push_results(lua_State *L, const struct call *c)
{
	size_t i;

	lua_newtable(L);
	for (i = 0; i < c->n; i++) {
		lua_newtable(L);
		set_number(L, "of", (lua_Integer)c->v[i].of + 1);
		set_text(L, "uri", c->v[i].uri);
		set_text(L, "format", c->v[i].format);
		set_text(L, "type", c->v[i].type);
		push_leaf(L, c->v[i].format, c->v[i].data);
		lua_setfield(L, -2, "value");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* ---- commands: tables that live as long as the batch */

/* The text member name of the table on top, which anchors it; or NULL. */
static const char *
text_of(lua_State *L, const char *name)
{
	const char *s = NULL;

	if (lua_getfield(L, -1, name) == LUA_TSTRING)
		s = dl_text_check(L, -1);
	else if (!lua_isnil(L, -1))
		luaL_error(L, "'%s' of a command is no text", name);
	lua_pop(L, 1);
	return s;
}

/* A value is put back as the string or the bytes that were taken. */
static void
data_of(lua_State *L, struct dmsc_dmserver_command *c)
{
	enum dmsc_format f = DMSC_FMT_CHR;

	if (lua_getfield(L, -1, "value") == LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	c->has_data = true;
	c->data = dl_value_check(L, -1, &f);
	if (c->format == NULL && f != DMSC_FMT_CHR)
		c->format = dmsc_format_name(f);
	lua_setfield(L, -2, "value");
}

static void
texts_of(lua_State *L, struct dmsc_dmserver_command *c)
{
	const char **list;
	size_t i, n;

	if (lua_getfield(L, -1, "texts") != LUA_TTABLE) {
		lua_pop(L, 1);
		return;
	}
	n = (size_t)lua_rawlen(L, -1);
	list = lua_newuserdatauv(L, (n + 1) * sizeof *list, 0);
	lua_setfield(L, -3, "texts_of");	/* anchored */
	for (i = 0; i < n; i++) {
		if (lua_geti(L, -1, (lua_Integer)i + 1) != LUA_TSTRING)
			luaL_error(L, "an Item of an Alert is no text");
		list[i] = dl_text_check(L, -1);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	c->texts = list;
	c->n_texts = n;
}

static void
command_of(lua_State *L, struct dmsc_dmserver_command *c)
{
	luaL_checktype(L, -1, LUA_TTABLE);
	luaL_checkstack(L, 8, "commands");
	if ((c->name = text_of(L, "name")) == NULL)
		luaL_error(L, "a command has no name");
	c->uri = text_of(L, "uri");
	c->source = text_of(L, "source");
	c->format = text_of(L, "format");
	c->type = text_of(L, "type");
	c->correlator = text_of(L, "correlator");
	if (lua_getfield(L, -1, "alert") != LUA_TNIL)
		c->alert = (unsigned)luaL_checkinteger(L, -1);
	lua_pop(L, 1);
	data_of(L, c);
	texts_of(L, c);
}

/* The table on top, { commands, group=, sequence=, abort= }, as a batch. It is
 * kept, with its memory, till the session's next one. */
static void
batch_of(lua_State *L, struct call *c)
{
	struct dmsc_dmserver_batch *b = c->out;
	size_t n = (size_t)lua_rawlen(L, -1), i;

	b->v = lua_newuserdatauv(L, (n + 1) * sizeof *b->v, 0);
	memset(b->v, 0, (n + 1) * sizeof *b->v);
	lua_setfield(L, -2, "memory");
	for (i = 0; i < n; i++) {
		(void)lua_geti(L, -1, (lua_Integer)i + 1);
		command_of(L, &b->v[i]);
		lua_pop(L, 1);
	}
	b->n = n;
	b->n_group = dl_opt_bool(L, lua_gettop(L), "group") ? n : 0;
	b->sequence = dl_opt_bool(L, lua_gettop(L), "sequence");
	b->abort = dl_opt_bool(L, lua_gettop(L), "abort");
}

static void
push_statuses(lua_State *L)
{
	const struct dmsc_dmserver_command *v;
	size_t n = (size_t)lua_rawlen(L, -1), i;

	lua_getfield(L, -1, "memory");
	v = lua_touserdata(L, -1);
	lua_newtable(L);
	for (i = 0; v != NULL && i < n; i++) {
		lua_newtable(L);
		set_number(L, "status", v[i].status);
		if (v[i].nonce[0] != '\0')
			set_text(L, "nonce", v[i].nonce);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_replace(L, -3);
	lua_pop(L, 1);
}

/* next(session, statuses, results): the next batch, or nil */
static int
call_next(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);
	lua_Integer number = (lua_Integer)c->d->number;

	luaL_checkstack(L, 16, "a session");
	push_functions(L, c->u);
	lua_getfield(L, -1, "next");
	push_session(L, c->d);
	if (lua_rawgeti(L, 2, number) == LUA_TTABLE)
		push_statuses(L);
	push_results(L, c);
	lua_call(L, 3, 1);
	if (lua_istable(L, -1))
		batch_of(L, c);
	lua_rawseti(L, 2, number);
	return 0;
}

static int
call_event(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);

	luaL_checkstack(L, 16, "an event");
	push_functions(L, c->u);
	lua_getfield(L, -1, "event");
	push_session(L, c->d);
	lua_newtable(L);
	set_number(L, "code", c->ev->code);
	set_text(L, "source", c->ev->source);
	set_text(L, "type", c->ev->type);
	set_text(L, "format", c->ev->format);
	set_text(L, "mark", c->ev->mark);
	set_text(L, "correlator", c->ev->correlator);
	push_leaf(L, c->ev->format, c->ev->data);
	lua_setfield(L, -2, "value");
	lua_call(L, 2, 1);
	c->status = (unsigned)luaL_optinteger(L, -1, 200);
	return 0;
}

static int
call_over(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);

	push_functions(L, c->u);
	lua_pushnil(L);
	lua_rawseti(L, 2, (lua_Integer)c->d->number);
	lua_getfield(L, 2, "over");
	push_session(L, c->d);
	lua_pushstring(L, c->state);
	lua_call(L, 2, 0);
	return 0;
}

static int
call_log(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);

	push_functions(L, c->u);
	lua_getfield(L, -1, "log");
	dl_view_push(L, &dmsc_dmserver_entry_view, c->entry);
	lua_call(L, 1, 0);
	return 0;
}

/* What is raised is kept: run raises it. */
static int
enter(struct call *c, lua_CFunction f)
{
	lua_State *L = c->u->L;

	if (!lua_checkstack(L, 8))
		return DMSC_E_NOMEM;
	lua_pushcfunction(L, f);
	lua_pushlightuserdata(L, c);
	if (lua_pcall(L, 1, 0, 0) == LUA_OK)
		return DMSC_E_OK;
	push_functions(L, c->u);
	lua_insert(L, -2);
	lua_pushliteral(L, "error");
	lua_insert(L, -2);
	lua_rawset(L, -3);	/* the key is there: no memory is needed */
	lua_pop(L, 1);
	return dmsc_fail(dmsc_session_err(c->u->s), DMSC_E_LUA,
	    "the script failed");
}

static int
next(void *ctx, const struct dmsc_dmserver_session *d,
    const struct dmsc_dmserver_result *v, size_t n,
    struct dmsc_dmserver_batch *out)
{
	struct call c = { .u = ctx, .d = d, .v = v, .n = n, .out = out };

	return enter(&c, call_next);
}

static unsigned
event(void *ctx, const struct dmsc_dmserver_session *d,
    const struct dmsc_dmserver_event *ev)
{
	struct call c = { .u = ctx, .d = d, .ev = ev };

	return enter(&c, call_event) == DMSC_E_OK ? c.status : 500;
}

static void
over(void *ctx, const struct dmsc_dmserver_session *d, const char *state)
{
	struct call c = { .u = ctx, .d = d, .state = state };

	(void)enter(&c, call_over);
}

static void
log_entry(void *ctx, const struct dmsc_dmserver_entry *e)
{
	struct call c = { .u = ctx, .entry = e };

	(void)enter(&c, call_log);
}

/* ---- the server */

/* The login in the table on top; what it points to goes into the table at
 * anchor. */
static void
login_of(lua_State *L, struct dl_card *c, int anchor,
    struct dmsc_dmserver_login *out)
{
	int table = lua_gettop(L);
	struct dmsc_rd nonce;

	out->scheme = dl_opt_str(L, table, "auth");
	out->user = dl_opt_str(L, table, "user");
	if (out->scheme == NULL)
		out->scheme = "none";
	if (lua_getfield(L, table, "secret") != LUA_TNIL)
		out->secret = dmsc_secret_rd(dl_secret_check(L, c->s, -1,
		    false));
	if (dl_opt_raw(L, table, "nonce", &nonce))
		out->nonce = nonce;
	while (lua_gettop(L) > table)
		lua_rawseti(L, anchor, (lua_Integer)lua_rawlen(L, anchor) +
		    1);
}

static size_t
accounts_of(lua_State *L, struct dl_card *c, struct server *u, int anchor)
{
	size_t n, i;

	if (lua_getfield(L, 1, "accounts") != LUA_TTABLE)
		luaL_error(L, "there are no accounts");
	n = (size_t)lua_rawlen(L, -1);
	if (n > DMSC_DMSERVER_ACCOUNTS)
		luaL_error(L, "more than %d accounts", DMSC_DMSERVER_ACCOUNTS);
	for (i = 0; i < n; i++) {
		if (lua_geti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE)
			luaL_error(L, "an account is no table");
		u->accounts[i].device = text_of(L, "device");
		login_of(L, c, anchor, &u->accounts[i].client);
		if (lua_getfield(L, -1, "server") == LUA_TTABLE)
			login_of(L, c, anchor, &u->accounts[i].server);
		else
			u->accounts[i].server.scheme = "none";
		lua_pop(L, 2);
	}
	lua_pop(L, 1);
	return n;
}

/* The table PATH = bytes; the options keep them. */
static size_t
files_of(lua_State *L, struct server *u)
{
	size_t n = 0;

	if (lua_getfield(L, 1, "files") == LUA_TTABLE)
		for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
			if (n == DMSC_DMSERVER_FILES)
				luaL_error(L, "more than %d files",
				    DMSC_DMSERVER_FILES);
			lua_pushvalue(L, -2);
			u->files[n].path = dl_text_check(L, -1);
			lua_pop(L, 1);
			u->files[n++].bytes = dl_raw_check(L, -1);
		}
	lua_pop(L, 1);
	return n;
}

static void
begin(lua_State *L, struct server *u, int functions)
{
	u->L = L;
	lua_pushboolean(L, 0);
	lua_setfield(L, functions, "error");
	lua_pushvalue(L, functions);
	lua_rawsetp(L, LUA_REGISTRYINDEX, u);
}

/* Raises what a function raised meanwhile. */
static void
end(lua_State *L, struct server *u)
{
	u->L = NULL;
	push_functions(L, u);
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, u);
	lua_getfield(L, -1, "error");
	if (lua_toboolean(L, -1))
		lua_error(L);
	lua_pop(L, 2);
}

static unsigned
number_of(lua_State *L, const char *name)
{
	lua_Integer n = dl_opt_int(L, 1, name, 0);

	if (n < 0 || n > INT32_MAX)
		luaL_error(L, "'%s' is out of range", name);
	return (unsigned)n;
}

/* dmserver_new(options, functions) */
static int
server_new(lua_State *L)
{
	struct dl_card *c = dl_card_default(L);
	struct dmsc_dmserver_opts o = { .address = NULL };
	struct server *u;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checktype(L, 2, LUA_TTABLE);
	u = lua_newuserdatauv(L, sizeof *u, 2);
	memset(u, 0, sizeof *u);
	luaL_setmetatable(L, DL_DMSERVER);
	lua_pushvalue(L, 2);
	(void)lua_setiuservalue(L, -2, 1);
	lua_newtable(L);
	lua_pushvalue(L, -1);
	(void)lua_setiuservalue(L, -3, 2);	/* what o points to */
	u->s = c->s;
	o.accounts = u->accounts;
	o.n_accounts = accounts_of(L, c, u, lua_gettop(L));
	o.files = u->files;
	o.n_files = files_of(L, u);
	lua_pushvalue(L, 1);
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_pop(L, 1);
	o.address = dl_opt_str(L, 1, "address");
	o.cert = dl_opt_str(L, 1, "cert");
	o.key = dl_opt_str(L, 1, "key");
	o.url = dl_opt_str(L, 1, "url");
	o.bad = dl_opt_str(L, 1, "bad");
	o.xml = dl_opt_bool(L, 1, "xml");
	o.port = number_of(L, "port");
	o.max_msg = number_of(L, "max_msg");
	o.max_obj = number_of(L, "max_obj");
	o.bad_after = number_of(L, "bad_after");
	o.bad_ms = number_of(L, "bad_ms");
	o.hooks = (struct dmsc_dmserver_hooks){ u, next, event, over,
		log_entry };
	luaL_checkstack(L, 16, "a server");
	begin(L, u, 2);
	code = dmsc_dmserver_new(c->s, &o, &u->d);
	end(L, u);
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	lua_settop(L, lua_gettop(L));
	while (luaL_testudata(L, -1, DL_DMSERVER) == NULL)
		lua_pop(L, 1);
	return 1;
}

/* server:run(ms [, sessions]): how many sessions ended meanwhile */
static int
server_run(lua_State *L)
{
	struct server *u = check(L);
	lua_Integer ms = luaL_checkinteger(L, 2);
	lua_Integer sessions = luaL_optinteger(L, 3, 0);
	unsigned ended = 0;
	int code;

	luaL_argcheck(L, ms >= 0 && ms <= INT32_MAX, 2, "out of range");
	luaL_argcheck(L, sessions >= 0 && sessions <= INT32_MAX, 3,
	    "out of range");
	luaL_argcheck(L, u->L == NULL, 1, "the server serves already");
	(void)lua_getiuservalue(L, 1, 1);
	begin(L, u, lua_gettop(L));
	code = dmsc_dmserver_run(u->d, (unsigned)ms, (unsigned)sessions,
	    &ended);
	end(L, u);
	if (code != DMSC_E_OK)
		return dl_raise(L, u->s, code);
	lua_pushinteger(L, ended);
	return 1;
}

static int
server_port(lua_State *L)
{
	lua_pushinteger(L, dmsc_dmserver_port(check(L)->d));
	return 1;
}

static int
server_url(lua_State *L)
{
	lua_pushstring(L, dmsc_dmserver_url(check(L)->d));
	return 1;
}

/* server:package0(device, session [, ui]) */
static int
server_package0(lua_State *L)
{
	struct server *u = check(L);
	const char *device = dl_text_check(L, 2);
	lua_Integer session = luaL_checkinteger(L, 3);
	const char *ui = luaL_optstring(L, 4, NULL);
	struct dl_box *b;
	int code;

	luaL_argcheck(L, session > 0 && session <= UINT16_MAX, 3,
	    "a session is 1 to 65535");
	b = dl_box_buf(L, 1024);
	code = dmsc_dmserver_package0(u->d, device, (unsigned)session, ui,
	    b->buf);
	if (code != DMSC_E_OK)
		return dl_raise(L, u->s, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	return 1;
}

/* credential(user, secret, nonce): that of auth-md5, base64 */
static int
credential(lua_State *L)
{
	const char *user = luaL_checkstring(L, 1);
	const char *nonce = luaL_checkstring(L, 3);
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_buf(L, 256);
	int code = dmsc_dmserver_credential(user, dmsc_secret_rd(
	    dl_secret_check(L, c->s, 2, false)), nonce, b->buf);

	dl_secret_done(L);
	if (code != DMSC_E_OK)
		return luaL_error(L, "the challenge is none");
	lua_pushlstring(L, (const char *)b->buf->p, b->buf->len);
	return 1;
}

const luaL_Reg dl_dmserver_functions[] = {
	{ "credential", credential },
	{ "dmserver_new", server_new },
	{ NULL, NULL },
};
const luaL_Reg dl_dmserver_methods[] = {
	{ "close", server_close },
	{ "package0", server_package0 },
	{ "port", server_port },
	{ "run", server_run },
	{ "url", server_url },
	{ NULL, NULL },
};
