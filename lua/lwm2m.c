/* LwM2M: accounts of a card's documents, and documents as bytes. */
#include "dl.h"

#include <string.h>

enum { BYTES_MAX = 1024 * 1024 };

static bool
has(lua_State *L, const char *name)
{
	bool there = lua_getfield(L, 3, name) != LUA_TNIL;

	lua_pop(L, 1);
	return there;
}

static lua_Integer
number(lua_State *L, const char *name, lua_Integer least, lua_Integer most,
    lua_Integer absent)
{
	lua_Integer n = dl_opt_int(L, 3, name, absent);

	if (has(L, name) && (n < least || n > most))
		luaL_error(L, "'%s' is out of range", name);
	return n;
}

/* card:lwm2m_set(path, {uri=, id=, psk=, identity=, nosec=, bootstrap=,
 * lifetime=, binding=}); psk is a secret or its SOURCE. */
static int
card_set(lua_State *L)
{
	enum { ID_MAX = 65534 };
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dmsc_lwm2m_account a = { .uri = NULL };

	luaL_checktype(L, 3, LUA_TTABLE);
	a.uri = dl_opt_str(L, 3, "uri");
	a.identity = dl_opt_str(L, 3, "identity");
	a.binding = dl_opt_str(L, 3, "binding");
	a.nosec = dl_opt_bool(L, 3, "nosec");
	a.bootstrap = dl_opt_bool(L, 3, "bootstrap");
	a.id = (unsigned)number(L, "id", 1, ID_MAX, 0);
	a.lifetime = number(L, "lifetime", 0, UINT32_MAX, -1);
	if (lua_getfield(L, 3, "psk") != LUA_TNIL)
		a.psk = dl_secret_check(L, c->s, -1, false);
	return dl_done(L, c, dmsc_lwm2m_set(c->s, path, &a));
}

/* card:lwm2m_show([path]): a list of accounts */
static int
card_show(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = lua_isnoneornil(L, 2) ? NULL :
	    dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_lwm2m_list_view);
	struct dmsc_lwm2m_list *l = NULL;
	int code = dmsc_lwm2m_show(c->s, path, &l);

	(void)dl_finish(L, c, b, l, code);
	lua_getfield(L, -1, "servers");
	return 1;
}

const luaL_Reg dl_card_lwm2m[] = {
	{ "lwm2m_set", card_set },
	{ "lwm2m_show", card_show },
	{ NULL, NULL },
};

/* The JSON for people to the bytes of a document, and back. */
static int
from_json(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	struct dl_box *b = dl_box_buf(L, BYTES_MAX);
	struct dmsc_err e;

	memset(&e, 0, sizeof e);
	if (dmsc_lwm2m_encode(in, b->buf, &e) != DMSC_E_OK)
		return dl_raise_err(L, &e);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	return 1;
}

static int
to_json(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	struct dl_box *b = dl_box_buf(L, BYTES_MAX);
	struct dmsc_err e;

	memset(&e, 0, sizeof e);
	if (dmsc_lwm2m_decode(in, b->buf, &e) != DMSC_E_OK)
		return dl_raise_err(L, &e);
	lua_pushlstring(L, (const char *)b->buf->p, b->buf->len);
	dl_box_clear(b);
	return 1;
}

const luaL_Reg dl_lwm2m_functions[] = {
	{ "from_json", from_json },
	{ "to_json", to_json },
	{ NULL, NULL },
};
