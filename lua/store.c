/* What a working copy becomes: diff, plan, commit, undo, the journal. */
#include <string.h>

#include "dl.h"

enum { BACKUP_MAX = 64 * 1024 * 1024 };

static int
card_discover(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_discovery_view);
	struct dmsc_discovery *out = NULL;
	int code = dmsc_discover(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_dirty(lua_State *L)
{
	lua_pushboolean(L, dmsc_dirty(dl_card_check(L, 1)->s));
	return 1;
}

/* card:is_private(path) -> true, false, or nil where it is not known */
static int
card_is_private(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	int r = dmsc_path_is_private(c->s, dl_text_check(L, 2));

	if (r < 0)
		lua_pushnil(L);
	else
		lua_pushboolean(L, r);
	return 1;
}

/* card:diff([path [, other path or node table]]) -> list of changes */
static int
card_diff(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = lua_isnoneornil(L, 2) ? "/" : dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_diff_view), *t;
	const char *other = NULL;
	struct dmsc_diff *out = NULL;
	int code;

	if (lua_istable(L, 3)) {
		t = dl_box_push(L, NULL);
		dl_tree_check(L, 3, t);
		code = dmsc_doc_diff_tree(c->s, path,
		    dmsc_tree_root(t->tree), &out);
		dl_box_clear(t);
	} else {
		if (lua_isstring(L, 3))
			other = dl_text_check(L, 3);
		code = dmsc_doc_diff(c->s, path, other, &out);
	}
	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "changes");
	return 1;
}

static int
card_plan(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool in_place = dl_opt_bool(L, 2, "in_place");
	struct dl_box *b = dl_box_push(L, &dmsc_plan_view);
	struct dmsc_plan *out = NULL;
	int code = dmsc_plan(c->s, in_place, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:hand_over(file [, {in_place=, form=}]) */
static int
card_hand_over(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	const char *form = dl_opt_str(L, 3, "form");
	const struct dmsc_hand_opts o = {
		.in_place = dl_opt_bool(L, 3, "in_place"),
		.dm = form != NULL && strcmp(form, "dm") == 0 };
	struct dl_box *b = dl_box_push(L, &dmsc_commit_view);
	struct dmsc_commit *out = NULL;
	int code;

	luaL_argcheck(L, form == NULL || o.dm || strcmp(form, "apdu") == 0,
	    3, "form is apdu or dm");
	code = dmsc_hand_over(c->s, &o, path, &out);
	return dl_finish(L, c, b, out, code);
}

static int
card_commit(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool in_place = dl_opt_bool(L, 2, "in_place");
	bool signs = dl_opt_str(L, 2, "key") != NULL;
	struct dmsc_signer **k = signs ? dl_signer_push(L, c, 2) : NULL;
	struct dl_box *b = dl_box_push(L, &dmsc_commit_view);
	struct dmsc_commit *out = NULL;
	int code = !signs ? DMSC_E_OK : dmsc_sign_commits_with(c->s, *k);

	if (code == DMSC_E_OK)
		code = dmsc_commit(c->s, in_place, &out);
	if (signs) {
		dmsc_sign_commits_end(c->s);
		dmsc_signer_free(k);
	}
	return dl_finish(L, c, b, out, code);
}

static int
card_revert(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = lua_isnoneornil(L, 2) ? "/" : dl_text_check(L, 2);

	return dl_done(L, c, dmsc_revert(c->s, path));
}

/* card:undo([id [, {dry=}]]) */
static int
card_undo(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *id = lua_isnoneornil(L, 2) ? NULL : dl_text_check(L, 2);
	bool dry = dl_opt_bool(L, 3, "dry");
	struct dl_box *b = dl_box_push(L, &dmsc_commit_view);
	struct dmsc_commit *out = NULL;
	int code = dmsc_undo(c->s, id, dry, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_recover(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool dry = dl_opt_bool(L, 2, "dry");
	struct dl_box *b = dl_box_push(L, &dmsc_commit_view);
	struct dmsc_commit *out = NULL;
	int code = dmsc_recover(c->s, dry, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:journal([{all=}]) -> list of entries */
static int
card_journal(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool all = dl_opt_bool(L, 2, "all");
	struct dl_box *b = dl_box_push(L, &dmsc_journal_view);
	struct dmsc_journal *out = NULL;
	int code = dmsc_journal(c->s, all, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "entries");
	return 1;
}

static int
card_backup(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_buf(L, BACKUP_MAX);
	int code = dmsc_backup(c->s, b->buf);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	lua_pushlstring(L, (const char *)b->buf->p, b->buf->len);
	dl_box_clear(b);
	return 1;
}

static int
card_restore(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	return dl_done(L, c, dmsc_restore(c->s, dl_raw_check(L, 2)));
}

/* card:prepare([{dry=}]) */
static int
card_prepare(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	bool dry = dl_opt_bool(L, 2, "dry");
	struct dl_box *b = dl_box_push(L, &dmsc_prepare_view);
	struct dmsc_prepare *out = NULL;
	int code = dmsc_card_prepare(c->s, dry, &out);

	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_card_store[] = {
	{ "backup", card_backup },
	{ "commit", card_commit },
	{ "diff", card_diff },
	{ "dirty", card_dirty }, { "is_private", card_is_private },
	{ "discover", card_discover },
	{ "journal", card_journal },
	{ "hand_over", card_hand_over },
	{ "plan", card_plan },
	{ "prepare", card_prepare },
	{ "recover", card_recover },
	{ "restore", card_restore },
	{ "revert", card_revert },
	{ "undo", card_undo },
	{ NULL, NULL },
};
