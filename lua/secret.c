/* Secrets as objects: a value that goes to the card and never to Lua. */
#include "dl.h"

#include <string.h>

struct box {
	struct dmsc_secret *s;
	struct dmsc_key *k;	/* or a key, for one call alone */
	bool once;	/* read for one call from a SOURCE */
};

static struct box *
push_new(lua_State *L)
{
	struct box *u = lua_newuserdatauv(L, sizeof *u, 0);

	*u = (struct box){ NULL, NULL, false };
	luaL_setmetatable(L, DL_SECRET);
	return u;
}

/* Reads SOURCE for the card of s. Pushes the object. */
static struct box *
read_source(lua_State *L, struct dmsc_session *s, const char *source,
    bool pin)
{
	struct box *u = push_new(L);
	int code = dmsc_source_secret(s, source, pin ? DMSC_KEY_PIN :
	    DMSC_KEY_SECRET, &u->s);

	if (code != DMSC_E_OK)
		(void)dl_raise(L, s, code);
	return u;
}

struct dmsc_secret *
dl_secret_check(lua_State *L, struct dmsc_session *s, int idx, bool pin)
{
	struct box *u = luaL_testudata(L, idx, DL_SECRET);

	if (u != NULL) {
		luaL_argcheck(L, u->s != NULL, idx, "the secret is closed");
		return u->s;
	}
	if (lua_type(L, idx) != LUA_TSTRING)
		luaL_error(L, "a secret or its source is wanted");
	idx = lua_absindex(L, idx);
	u = read_source(L, s, dl_text_check(L, idx), pin);
	u->once = true;
	lua_replace(L, idx);
	return u->s;
}

struct dmsc_key *
dl_key_check(lua_State *L, struct dmsc_session *s, int idx, bool spend_try)
{
	struct box *u;
	int code = DMSC_E_OK;

	idx = lua_absindex(L, idx);
	if (luaL_testudata(L, idx, DL_SECRET) != NULL) {
		const struct dmsc_secret *bytes = dl_secret_check(L, s, idx,
		    false);

		u = push_new(L);
		if ((u->k = dmsc_key_of(bytes)) == NULL)
			luaL_error(L, "out of memory");
	} else {
		if (lua_type(L, idx) != LUA_TSTRING)
			luaL_error(L, "a secret or its source is wanted");
		u = push_new(L);
		code = dmsc_source_key(s, dl_text_check(L, idx), spend_try,
		    &u->k);
	}
	u->once = true;
	lua_replace(L, idx);
	if (code != DMSC_E_OK)
		(void)dl_raise(L, s, code);
	return u->k;
}

/* One part: a secret, {secret, pad=N} with FF behind, hex or bytes. */
static void
add_part(lua_State *L, int idx, struct dmsc_secret *all)
{
	struct box *u;
	struct dmsc_rd r;
	size_t pad = 0;

	if (lua_istable(L, idx)) {
		pad = (size_t)dl_opt_int(L, idx, "pad", 0);
		lua_geti(L, idx, 1);
		lua_replace(L, idx);
	}
	u = luaL_testudata(L, idx, DL_SECRET);
	r = u == NULL ? dl_hex_check(L, idx) : dmsc_secret_rd(u->s);
	pad = pad > r.left ? pad - r.left : 0;
	if (r.left + pad > all->cap - all->len)
		luaL_argerror(L, 2, "the parts are too long");
	if (r.left > 0)
		memcpy(all->p + all->len, r.p, r.left);
	memset(all->p + all->len + r.left, 0xFF, pad);
	all->len += r.left + pad;
}

struct dmsc_rd
dl_parts_check(lua_State *L, int idx)
{
	enum { PARTS_MAX = 65536 };
	struct box *u = push_new(L);
	lua_Integer i, n = luaL_len(L, idx);

	if ((u->s = dmsc_secret_new(PARTS_MAX)) == NULL)
		(void)dl_raise(L, NULL, DMSC_E_NOMEM);
	u->once = true;
	for (i = 1; i <= n; i++) {
		lua_geti(L, idx, i);
		add_part(L, lua_gettop(L), u->s);
		lua_pop(L, 1);
	}
	return dmsc_secret_rd(u->s);
}

void
dl_secret_done(lua_State *L)
{
	struct box *u;
	int i;

	for (i = lua_gettop(L); i > 0; i--)
		if ((u = luaL_testudata(L, i, DL_SECRET)) != NULL && u->once) {
			dmsc_secret_free(&u->s);
			dmsc_key_free(&u->k);
		}
}

/* dmsc.secret(SOURCE [, {key=}]) or dmsc.secret({content=, key=}) */
int
dl_secret_new(lua_State *L)
{
	bool pin = !dl_opt_bool(L, lua_istable(L, 1) ? 1 : 2, "key");
	const char *text;
	struct dmsc_err e;
	struct box *u;

	if (!lua_istable(L, 1)) {
		text = dl_text_check(L, 1);
		(void)read_source(L, dl_card_default(L)->s, text, pin);
		return 1;
	}
	if ((text = dl_opt_str(L, 1, "content")) == NULL)
		return luaL_argerror(L, 1, "'content' is missing");
	u = push_new(L);
	memset(&e, 0, sizeof e);
	if (dmsc_secret_parse(dmsc_rd_str(text), pin, &u->s, &e) !=
	    DMSC_E_OK)
		return dl_raise_err(L, &e);
	return 1;
}

static int
secret_gc(lua_State *L)
{
	struct box *u = luaL_checkudata(L, 1, DL_SECRET);

	dmsc_secret_free(&u->s);
	dmsc_key_free(&u->k);
	return 0;
}

static int
secret_len(lua_State *L)
{
	luaL_checkudata(L, 1, DL_SECRET);
	lua_pushinteger(L, (lua_Integer)dl_secret_check(L, NULL, 1,
	    true)->len);
	return 1;
}

static int
secret_tostring(lua_State *L)
{
	lua_pushliteral(L, "secret");
	return 1;
}

/* key_check(secret): the check value of a key, as hex */
static int
key_check(lua_State *L)
{
	const struct dmsc_secret *s = dl_secret_check(L, NULL, 1,
	    false);
	uint8_t out[DMSC_CHECK_LEN];
	int code = dmsc_check_value(dmsc_secret_rd(s), out);

	if (code != DMSC_E_OK)
		return dl_raise(L, NULL, code);
	dl_bytes_push(L, dmsc_rd_of(out, sizeof out));
	lua_getfield(L, -1, "hex");
	lua_insert(L, -2);
	lua_call(L, 1, 1);
	return 1;
}

/* key_wrap(key, secret): the secret under the key, as bytes */
static int
key_wrap(lua_State *L)
{
	enum { WRAP_MAX = 512 };
	const struct dmsc_secret *key = dl_secret_check(L, NULL, 1,
	    false);
	const struct dmsc_secret *s = dl_secret_check(L, NULL, 2,
	    true);
	struct dl_box *b = dl_box_buf(L, WRAP_MAX);
	int code = dmsc_key_wrap(dmsc_secret_rd(key), dmsc_secret_rd(s),
	    b->buf);

	if (code != DMSC_E_OK)
		return dl_raise(L, NULL, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	return 1;
}

const luaL_Reg dl_key_functions[] = {
	{ "key_check", key_check },
	{ "key_wrap", key_wrap },
	{ NULL, NULL },
};

const luaL_Reg dl_secret_meta[] = {
	{ "__gc", secret_gc },
	{ "__close", secret_gc },
	{ "__len", secret_len },
	{ "__tostring", secret_tostring },
	{ NULL, NULL },
};
