/* Receipts, for the card object and without one. */
#include "dl.h"

/* card:receipt_start{nonce=} */
static int
receipt_start(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd nonce = { NULL, 0 };

	if (!lua_isnoneornil(L, 2)) {
		luaL_checktype(L, 2, LUA_TTABLE);
		(void)dl_opt_raw(L, 2, "nonce", &nonce);
	}
	return dl_done(L, c, dmsc_receipt_start(c->s, nonce));
}

/* card:receipt{transcript=} */
static int
receipt(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_receipt_new *out = NULL;
	const char *transcript = NULL;
	struct dl_box *b;
	int code;

	if (!lua_isnoneornil(L, 2)) {
		luaL_checktype(L, 2, LUA_TTABLE);
		transcript = dl_opt_str(L, 2, "transcript");
	}
	b = dl_box_push(L, &dmsc_receipt_new_view);
	code = dmsc_receipt_take(c->s, transcript, &out);
	if (code == DMSC_E_MISMATCH)	/* told by the member matches */
		code = DMSC_E_OK;
	return dl_finish(L, c, b, out, code);
}

/* dmsc.receipt_verify{receipt=, transcript=, ca=, nonce=}: contents, not
 * names of files; the verdict, with what the receipt says. */
int
dl_receipt_verify(lua_State *L)
{
	struct dmsc_receipt_given g = { .nonce = { NULL, 0 } };
	struct dmsc_receipt_check *out = NULL;
	struct dl_card *c;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	if (!dl_opt_raw(L, 1, "receipt", &g.receipt) ||
	    !dl_opt_raw(L, 1, "transcript", &g.transcript) ||
	    !dl_opt_raw(L, 1, "ca", &g.ca_pem))
		return luaL_argerror(L, 1, "receipt, transcript and ca are "
		    "needed");
	(void)dl_opt_raw(L, 1, "nonce", &g.nonce);
	c = dl_card_default(L);
	b = dl_box_push(L, &dmsc_receipt_check_view);
	code = dmsc_receipt_verify(c->s, &g, &out);
	if (out != NULL)		/* the outcome says it */
		code = DMSC_E_OK;
	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_card_receipt[] = {
	{ "receipt", receipt },
	{ "receipt_start", receipt_start },
	{ NULL, NULL },
};
