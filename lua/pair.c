/* Key pairs of the card, for the card object. */
#include "dl.h"

enum { PEM_MAX = 16384 };

/* card:pairs() -> list */
static int
pairs(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_pair_list_view);
	struct dmsc_pair_list *out = NULL;
	int code = dmsc_pairs(c->s, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "pairs");
	return 1;
}

/* card:pair(which) */
static int
pair(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *which = dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_pair_view);
	struct dmsc_pair *out = NULL;
	int code = dmsc_pair_get(c->s, which, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:pair_generate(which [, {type=, force=}]) */
static int
generate(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *which = dl_text_check(L, 2);
	bool force = dl_opt_bool(L, 3, "force");
	const char *type = dl_opt_str(L, 3, "type");
	struct dl_box *b = dl_box_push(L, &dmsc_pair_view);
	struct dmsc_pair *out = NULL;
	int code = dmsc_pair_generate(c->s, which, type, force, &out);

	return dl_finish(L, c, b, out, code);
}

/* PEM as a string. */
static int
push_pem(lua_State *L, struct dl_card *c, struct dl_box *b, int code)
{
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	lua_pushlstring(L, (const char *)b->buf->p, b->buf->len);
	dl_box_clear(b);
	return 1;
}

/* card:pair_public(which) -> PEM */
static int
public(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *which = dl_text_check(L, 2);
	struct dl_box *b = dl_box_buf(L, PEM_MAX);

	return push_pem(L, c, b, dmsc_pair_public(c->s, which, b->buf));
}

/* card:pair_csr(which, subject) -> PEM */
static int
csr(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *which = dl_text_check(L, 2);
	const char *subject = dl_text_check(L, 3);
	struct dl_box *b = dl_box_buf(L, PEM_MAX);

	return push_pem(L, c, b, dmsc_pair_csr(c->s, which, subject,
	    b->buf));
}

/* card:pair_certify(which, certificate) */
static int
certify(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *which = dl_text_check(L, 2);

	return dl_done(L, c, dmsc_pair_certify(c->s, which,
	    dl_raw_check(L, 3)));
}

const luaL_Reg dl_card_pair[] = {
	{ "pair", pair },
	{ "pair_certify", certify },
	{ "pair_csr", csr },
	{ "pair_generate", generate },
	{ "pair_public", public },
	{ "pairs", pairs },
	{ NULL, NULL },
};
