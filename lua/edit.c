/* Documents and nodes by their path: reading and the working copy. */
#include "dl.h"

enum { BYTES_MAX = 64 * 1024 * 1024 };

/* card:documents([{group=}]) */
static int
card_documents(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *group = dl_opt_str(L, 2, "group");
	struct dl_box *b = dl_box_push(L, &dmsc_doc_list_view);
	struct dmsc_doc_list *out = NULL;
	int code = group == NULL ? dmsc_docs(c->s, &out) :
	    dmsc_docs_of_group(c->s, group, &out);

	(void)dl_finish(L, c, b, out, code);
	lua_getfield(L, -1, "documents");
	return 1;
}

static int
card_stat(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_doc_view);
	struct dmsc_doc *out = NULL;
	int code = dmsc_doc_stat(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

/* The node at the path in argument 2; NULL where there is no tree. It is
 * borrowed: no call of core comes before its last use. */
static const struct dmsc_node *
node_at(lua_State *L, struct dl_card *c)
{
	const struct dmsc_tree *tree = NULL;
	const struct dmsc_node *node = NULL;
	int code = dmsc_at(c->s, dl_text_check(L, 2), &tree, &node);

	if (code != DMSC_E_OK)
		(void)dl_raise(L, c->s, code);
	return node;
}

static int
card_get(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_node *n = node_at(L, c);

	if (n == NULL)
		lua_pushnil(L);
	else
		dl_value_push(L, n);
	return 1;
}

static int
card_tree(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_node *n = node_at(L, c);

	if (n == NULL)
		lua_pushnil(L);
	else
		dl_node_push(L, n);
	return 1;
}

/* card:exists(path): false only where it is not there. */
static int
card_exists(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_tree *tree = NULL;
	const struct dmsc_node *node = NULL;
	int code = dmsc_at(c->s, dl_text_check(L, 2), &tree, &node);

	if (code != DMSC_E_OK && code != DMSC_E_NOTFOUND)
		return dl_raise(L, c->s, code);
	lua_pushboolean(L, code == DMSC_E_OK);
	return 1;
}

/* card:bytes(path [, {as_read=}]) */
static int
card_bytes(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	bool as_read = dl_opt_bool(L, 3, "as_read");
	struct dl_box *b = dl_box_buf(L, BYTES_MAX);
	int code = dmsc_doc_bytes(c->s, path, as_read, b->buf);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	return 1;
}

/* What get puts of the document at 2, nil for nothing. */
static int
push_of(lua_State *L, int (*get)(struct dmsc_session *s, const char *path,
    bool as_read, struct dmsc_buf *out))
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	bool as_read = dl_opt_bool(L, 3, "as_read");
	struct dl_box *b = dl_box_buf(L, BYTES_MAX);
	int code = get(c->s, path, as_read, b->buf);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	if (b->buf->len == 0)
		lua_pushnil(L);
	else
		dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	return 1;
}

static int
card_signature(lua_State *L)
{
	return push_of(L, dmsc_signature);
}

static int
card_signed_bytes(lua_State *L)
{
	return push_of(L, dmsc_signed_bytes);
}

/* card:put_signature(path [, cms]): without one it is taken away. */
static int
card_put_signature(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dmsc_rd cms = dmsc_rd_of(NULL, 0);

	if (!lua_isnoneornil(L, 3))
		cms = dl_raw_check(L, 3);
	return dl_done(L, c, dmsc_edit_signature(c->s, path, cms));
}

/* The format that the options at idx name, or f as it is. */
static bool
format_option(lua_State *L, int idx, enum dmsc_format *f)
{
	const char *name = dl_opt_str(L, idx, "format");

	if (name == NULL)
		return false;
	if (dmsc_format_parse(name, f) != DMSC_E_OK)
		luaL_error(L, "'%s' is no format", name);
	return true;
}

/* card:set(path, value [, {format=, type=}]) */
static int
card_set(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	enum dmsc_format f;
	struct dmsc_rd v;
	const char *type;
	bool named;

	lua_settop(L, 4);
	v = dl_value_check(L, 3, &f);
	named = format_option(L, 4, &f);
	type = dl_opt_str(L, 4, "type");
	return dl_done(L, c, dmsc_edit_set(c->s, path, v, named ? &f : NULL,
	    type));
}

/* card:add(path [, value [, {format=, type=}]]) */
static int
card_add(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	enum dmsc_format f;
	struct dmsc_rd v;
	const char *type;

	lua_settop(L, 4);
	v = dl_value_check(L, 3, &f);
	(void)format_option(L, 4, &f);
	type = dl_opt_str(L, 4, "type");
	return dl_done(L, c, dmsc_edit_add(c->s, path, f, type, v));
}

static int
card_rm(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	return dl_done(L, c, dmsc_edit_rm(c->s, dl_text_check(L, 2)));
}

static int
card_mv(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *from = dl_text_check(L, 2), *to = dl_text_check(L, 3);

	return dl_done(L, c, dmsc_edit_mv(c->s, from, to));
}

static int
card_cp(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *from = dl_text_check(L, 2), *to = dl_text_check(L, 3);

	return dl_done(L, c, dmsc_edit_cp(c->s, from, to));
}

/* card:acl(path): the node's own; card:acl(path, acl) sets it. */
static int
card_acl(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const struct dmsc_node *n;

	if (!lua_isnoneornil(L, 3))
		return dl_done(L, c, dmsc_edit_acl(c->s, dl_text_check(L, 2),
		    dl_text_check(L, 3)));
	n = node_at(L, c);
	lua_pushstring(L, n == NULL ? "" : dmsc_node_acl(n));
	return 1;
}

/* card:edit(path, node table): the whole tree at path. */
static int
card_edit(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, NULL);
	int code;

	dl_tree_check(L, 3, b);
	code = dmsc_edit_tree(c->s, path, b->tree);
	dl_box_clear(b);
	return dl_done(L, c, code);
}

/* card:mkdoc(name [, {kind=, size=, private=}]) */
static int
card_mkdoc(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *name = dl_text_check(L, 2);
	const char *kind = dl_opt_str(L, 3, "kind");
	lua_Integer size = dl_opt_int(L, 3, "size", 0);

	return dl_done(L, c, dmsc_mkdoc(c->s, name,
	    kind == NULL ? "dm" : kind, (size_t)size,
	    dl_opt_bool(L, 3, "private")));
}

static int
card_rmdoc(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);

	return dl_done(L, c, dmsc_rmdoc(c->s, dl_text_check(L, 2)));
}

static int
card_import(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);

	return dl_done(L, c, dmsc_import(c->s, path, dl_raw_check(L, 3)));
}

const luaL_Reg dl_card_edit[] = {
	{ "acl", card_acl },
	{ "add", card_add },
	{ "bytes", card_bytes },
	{ "cp", card_cp },
	{ "documents", card_documents },
	{ "edit", card_edit },
	{ "exists", card_exists },
	{ "export", dl_card_export },
	{ "get", card_get },
	{ "import", card_import },
	{ "mkdoc", card_mkdoc },
	{ "mv", card_mv },
	{ "put_signature", card_put_signature },
	{ "rm", card_rm },
	{ "rmdoc", card_rmdoc },
	{ "set", card_set },
	{ "signature", card_signature },
	{ "signed_bytes", card_signed_bytes },
	{ "stat", card_stat },
	{ "tree", card_tree },
	{ NULL, NULL },
};
