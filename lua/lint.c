/* lint of a card and of bytes, and the table of rules. */
#include "dl.h"

/* card:lint([{path=, ddf=, model=}]) */
static int
card_lint(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_opt_str(L, 2, "path");
	const char *model = dl_opt_str(L, 2, "model");
	struct dmsc_lint *out = NULL;
	struct dmsc_rd ddf;
	bool by_ddf = dl_opt_raw(L, 2, "ddf", &ddf);
	struct dl_box *b = dl_box_push(L, &dmsc_lint_view);
	int code = by_ddf ?
	    dmsc_lint_ddf(c->s, ddf, path == NULL ? "/" : path, &out) :
	    dmsc_lint_card(c->s, path, model, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:lint_fix([path]) -> what was or will be mended */
static int
card_lint_fix(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = lua_isnoneornil(L, 2) ? "/" : dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_lint_view);
	struct dmsc_lint *out = NULL;
	int code = dmsc_lint_fix(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_card_lint[] = {
	{ "lint_fix", card_lint_fix },
	{ "lint", card_lint },
	{ NULL, NULL },
};

/* dmsc.lint(text or bytes [, {on_card=, ddf=}]) */
int
dl_lint(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	bool on_card = dl_opt_bool(L, 2, "on_card");
	struct dmsc_rd ddf;
	bool by_ddf = dl_opt_raw(L, 2, "ddf", &ddf);
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_push(L, &dmsc_lint_view);
	struct dmsc_lint *out = NULL;
	int code = by_ddf ?
	    dmsc_lint_ddf_bytes(c->s, ddf, in, &out) :
	    dmsc_lint_bytes(c->s, in, on_card, &out);

	return dl_finish(L, c, b, out, code);
}

/* dmsc.lint_rules() -> list */
int
dl_lint_rules(lua_State *L)
{
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_push(L, &dmsc_lint_rules_view);
	struct dmsc_lint_rules *out = NULL;
	int code = dmsc_lint_table(c->s, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "rules");
	return 1;
}

/* dmsc.lint_fix(text or bytes) -> bytes */
int
dl_lint_fix(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_buf(L, DL_TREE_MAX);
	int code = dmsc_lint_fix_bytes(c->s, in, b->buf);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	return 1;
}
