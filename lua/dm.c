/* DM commands to the card's own tree, for the card object. */
#include "dl.h"

#include <string.h>

enum { NAMES_MAX = 16 * 1024 * 1024 };

/* card:dm_state() */
static int
dm_state(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dl_box *b = dl_box_push(L, &dmsc_dm_state_view);
	struct dmsc_dm_state *out = NULL;
	int code = dmsc_dm_state(c->s, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:dm_login{server=, source=, name=, method=} */
static int
dm_login(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_dm_login o = { .server = NULL };
	struct dmsc_dm_state *out = NULL;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	if ((o.server = dl_opt_str(L, 2, "server")) == NULL)
		return luaL_argerror(L, 2, "'server' is needed");
	o.name = dl_opt_str(L, 2, "name");
	o.method = dl_opt_str(L, 2, "method");
	(void)lua_getfield(L, 2, "source");
	o.password = dl_secret_check(L, c->s, lua_gettop(L), true);
	b = dl_box_push(L, &dmsc_dm_state_view);
	code = dmsc_dm_login(c->s, &o, &out);
	dl_secret_done(L);
	return dl_finish(L, c, b, out, code);
}

/* Sends what is in cmds; what the card answered stays in the box that is
 * returned. Where it refused, the error has it too, as its member answer. */
static struct dl_box *
run(lua_State *L, struct dl_card *c, const struct dmsc_dm_command *cmds,
    size_t n, bool atomic)
{
	struct dl_box *b = dl_box_push(L, &dmsc_dm_answer_view);
	struct dmsc_dm_answer *out = NULL;
	int code = dmsc_dm_run(c->s, cmds, n, atomic, &out);

	b->obj = out;
	if (code == DMSC_E_OK) {
		dl_tick(L, c);
		return b;
	}
	dl_view_push(L, &dmsc_dm_answer_view, out);
	dl_box_clear(b);
	(void)dl_raise_with(L, c->s, code, "answer");
	return NULL;
}

static int
push_answer(lua_State *L, struct dl_box *b)
{
	dl_view_push(L, b->view, b->obj);
	dl_box_clear(b);
	return 1;
}

/* "a/b" as a list of names, decoded. */
static void
push_names(lua_State *L, struct dmsc_rd v)
{
	struct dl_box *b = dl_box_buf(L, NAMES_MAX);
	size_t i, from = 0;
	lua_Integer n = 0;

	lua_newtable(L);
	for (i = 0; i <= v.left; i++) {
		if (i < v.left && v.p[i] != '/')
			continue;
		lua_pushlstring(L, (const char *)v.p + from, i - from);
		dmsc_buf_reset(b->buf);
		if (i > from && dmsc_uri_unescape(lua_tostring(L, -1),
		    b->buf) == DMSC_E_OK) {
			lua_pushlstring(L, (const char *)b->buf->p,
			    b->buf->len);
			lua_rawseti(L, -3, ++n);
		}
		lua_pop(L, 1);
		from = i + 1;
	}
	dl_box_clear(b);
}

void
dl_result_push(lua_State *L, const struct dmsc_dm_result *r)
{
	struct dmsc_rd v = r->value != NULL ? dmsc_buf_rd(r->value) :
	    dmsc_rd_of(NULL, 0);
	enum dmsc_format f = DMSC_FMT_CHR;

	if (r->format != NULL &&
	    dmsc_format_parse(r->format, &f) != DMSC_E_OK)
		f = DMSC_FMT_BIN;
	if (f == DMSC_FMT_NODE)
		push_names(L, v);
	else if (f == DMSC_FMT_CHR && !r->is_text && v.left > 0)
		dl_bytes_push(L, v);
	else
		dl_leaf_push(L, f, v);
}

static const char *
with_query(lua_State *L, const char *uri, const char *what,
    const char *value)
{
	return value == NULL ? uri :
	    lua_pushfstring(L, "%s?%s=%s", uri, what, value);
}

/* card:dm_get(uri [, {list=, prop=}]): a value; of a folder the names in it;
 * of list= a list of results. */
static int
dm_get(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_dm_command cmd = { .verb = DMSC_DM_VERB_GET,
		.uri = dl_text_check(L, 2) };
	const char *list = dl_opt_str(L, 3, "list");
	const struct dmsc_dm_answer *x;
	struct dl_box *b;

	cmd.uri = with_query(L, cmd.uri, "list", list);
	cmd.uri = with_query(L, cmd.uri, "prop", dl_opt_str(L, 3, "prop"));
	b = run(L, c, &cmd, 1, false);
	x = b->obj;
	if (list != NULL) {
		(void)push_answer(L, b);
		lua_getfield(L, -1, "results");
		return 1;
	}
	if (x->n_results == 1)
		dl_result_push(L, &x->results[0]);
	else
		lua_newtable(L);	/* of a folder that is empty */
	dl_box_clear(b);
	return 1;
}

/* card:dm_tree(uri): the node with all below it. */
static int
dm_tree(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *uri = lua_isnoneornil(L, 2) ? "." : dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, NULL);
	int code = dmsc_dm_tree(c->s, uri, &b->tree);

	const struct dmsc_node *n;

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	n = dmsc_tree_root(b->tree);
	if (strcmp(uri, ".") != 0 && dmsc_node_first(n) != NULL)
		n = dmsc_node_first(n);	/* the one that was asked for */
	dl_node_push(L, n);
	dl_box_clear(b);
	return 1;
}

/* Value, format and type of a command from the value and the options at idx
 * and idx + 1; texts stay on the stack or in the table. */
static void
value_check(lua_State *L, int idx, struct dmsc_dm_command *cmd)
{
	static const char xml[] = "application/vnd.syncml.dmtnds+xml",
	    wbxml[] = "application/vnd.syncml.dmtnds+wbxml";
	enum dmsc_format f;

	cmd->has_value = !lua_isnoneornil(L, idx);
	cmd->value = dl_value_check(L, idx, &f);
	cmd->format = dl_opt_str(L, idx + 1, "format");
	cmd->type = dl_opt_str(L, idx + 1, "type");
	if (dl_opt_bool(L, idx + 1, "tnds")) {
		cmd->format = "xml";
		cmd->type = f == DMSC_FMT_BIN ? wbxml : xml;
	} else if (cmd->format == NULL && cmd->has_value &&
	    cmd->verb == DMSC_DM_VERB_ADD)
		cmd->format = dmsc_format_name(f);
}

static int
one_value(lua_State *L, enum dmsc_dm_verb verb)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_dm_command cmd = { .verb = verb };

	lua_settop(L, 4);
	cmd.uri = with_query(L, dl_text_check(L, 2), "prop",
	    dl_opt_str(L, 4, "prop"));
	value_check(L, 3, &cmd);
	return push_answer(L, run(L, c, &cmd, 1, false));
}

/* card:dm_add(uri [, value [, {format=, type=, tnds=}]]) */
static int
dm_add(lua_State *L)
{
	return one_value(L, DMSC_DM_VERB_ADD);
}

/* card:dm_replace(uri, value [, {format=, type=, tnds=, prop=}]) */
static int
dm_replace(lua_State *L)
{
	return one_value(L, DMSC_DM_VERB_REPLACE);
}

/* card:dm_exec(uri [, value [, {format=, type=}]]) */
static int
dm_exec(lua_State *L)
{
	return one_value(L, DMSC_DM_VERB_EXEC);
}

/* card:dm_delete(uri) */
static int
dm_delete(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_dm_command cmd = { .verb = DMSC_DM_VERB_DELETE,
		.uri = dl_text_check(L, 2) };

	return push_answer(L, run(L, c, &cmd, 1, false));
}

/* card:dm_copy(from, to) */
static int
dm_copy(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_dm_command cmd = { .verb = DMSC_DM_VERB_COPY,
		.uri = dl_text_check(L, 2), .to = dl_text_check(L, 3) };

	return push_answer(L, run(L, c, &cmd, 1, false));
}

/* The command of the table at idx; what it refers to stays on the stack. */
static void
command_check(lua_State *L, int idx, struct dmsc_dm_command *cmd)
{
	static const char *const verbs[] = { [DMSC_DM_VERB_GET] = "get",
		[DMSC_DM_VERB_ADD] = "add",
		[DMSC_DM_VERB_REPLACE] = "replace",
		[DMSC_DM_VERB_DELETE] = "delete",
		[DMSC_DM_VERB_COPY] = "copy", [DMSC_DM_VERB_EXEC] = "exec" };
	const char *verb = dl_opt_str(L, idx, "verb");
	size_t i = 0;

	while (verb != NULL && i < sizeof verbs / sizeof verbs[0] &&
	    strcmp(verb, verbs[i]) != 0)
		i++;
	if (verb == NULL || i == sizeof verbs / sizeof verbs[0])
		luaL_error(L, "'verb' is get, add, replace, delete, copy or "
		    "exec");
	memset(cmd, 0, sizeof *cmd);
	cmd->verb = (enum dmsc_dm_verb)i;
	if ((cmd->uri = dl_opt_str(L, idx, "uri")) == NULL)
		luaL_error(L, "a command has no 'uri'");
	cmd->to = dl_opt_str(L, idx, "to");
	(void)lua_getfield(L, idx, "value");
	lua_pushvalue(L, idx);
	value_check(L, lua_gettop(L) - 1, cmd);
}

/* card:dm_run(list of {verb=, uri=, to=, value=, format=, type=, tnds=}
 * [, {atomic=}]) */
static int
dm_run(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_dm_command *cmds;
	bool atomic = dl_opt_bool(L, 3, "atomic");
	lua_Integer i, n;

	luaL_checktype(L, 2, LUA_TTABLE);
	n = luaL_len(L, 2);
	if (n <= 0)
		return luaL_argerror(L, 2, "no command");
	cmds = lua_newuserdatauv(L, (size_t)n * sizeof *cmds, 0);
	for (i = 0; i < n; i++) {
		luaL_checkstack(L, 16, "too many commands");
		(void)lua_geti(L, 2, i + 1);
		luaL_checktype(L, -1, LUA_TTABLE);
		command_check(L, lua_gettop(L), &cmds[i]);
	}
	return push_answer(L, run(L, c, cmds, (size_t)n, atomic));
}

/* card:dm_send(message): XML or WBXML, as it is. */
static int
dm_send(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	struct dmsc_rd message = dl_raw_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_dm_answer_view);
	struct dmsc_dm_answer *out = NULL;
	int code = dmsc_dm_send(c->s, message, &out);

	b->obj = out;
	if (out == NULL)
		return dl_raise(L, c->s, code);
	(void)push_answer(L, b);
	return code == DMSC_E_OK ? 1 :
	    dl_raise_with(L, c->s, code, "answer");
}

const luaL_Reg dl_card_dm[] = {
	{ "dm_add", dm_add },
	{ "dm_copy", dm_copy },
	{ "dm_delete", dm_delete },
	{ "dm_exec", dm_exec },
	{ "dm_get", dm_get },
	{ "dm_login", dm_login },
	{ "dm_replace", dm_replace },
	{ "dm_run", dm_run },
	{ "dm_send", dm_send },
	{ "dm_state", dm_state },
	{ "dm_tree", dm_tree },
	{ NULL, NULL },
};
