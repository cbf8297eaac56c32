/* Management trees as plain tables {name, format, type, acl, title, tstamp,
 * verno, value or nodes} and back; TNDS text. */
#include "dl.h"

#include <string.h>

#include <dmsc/tnds.h>

enum { TEXT_MAX = 64 * 1024 * 1024, VERNO_MAX = 0xFFFF };

/* ---- to Lua */

static void
push_number(lua_State *L, struct dmsc_rd v)
{
	lua_pushlstring(L, (const char *)v.p, v.left);
	if (lua_stringtonumber(L, lua_tostring(L, -1)) != 0)
		lua_remove(L, -2);
}

void
dl_leaf_push(lua_State *L, enum dmsc_format f, struct dmsc_rd v)
{
	switch (f) {
	case DMSC_FMT_NULL:
		lua_pushnil(L);
		break;
	case DMSC_FMT_INT:
	case DMSC_FMT_FLOAT:
		push_number(L, v);
		break;
	case DMSC_FMT_BOOL:
		lua_pushboolean(L, dmsc_rd_eq_str(v, "true"));
		break;
	case DMSC_FMT_BIN:
	case DMSC_FMT_B64:
		dl_bytes_push(L, v);
		break;
	default:
		lua_pushlstring(L, (const char *)v.p, v.left);
		break;
	}
}

void
dl_value_push(lua_State *L, const struct dmsc_node *n)
{
	const struct dmsc_node *kid;
	lua_Integer i = 0;

	if (dmsc_node_is_leaf(n)) {
		dl_leaf_push(L, dmsc_node_format(n), dmsc_node_value(n));
		return;
	}
	lua_newtable(L);
	for (kid = dmsc_node_first(n); kid != NULL;
	    kid = dmsc_node_next(kid)) {
		lua_pushstring(L, dmsc_node_name(kid));
		lua_rawseti(L, -2, ++i);
	}
}

static void
push_properties(lua_State *L, const struct dmsc_node *n)
{
	lua_pushstring(L, dmsc_node_name(n));
	lua_setfield(L, -2, "name");
	dl_text_set(L, "format", dmsc_format_name(dmsc_node_format(n)));
	dl_text_set(L, "type", dmsc_node_type(n));
	dl_text_set(L, "acl", dmsc_node_acl(n));
	dl_text_set(L, "title", dmsc_node_title(n));
	dl_text_set(L, "tstamp", dmsc_node_tstamp(n));
	if (dmsc_node_verno(n) >= 0) {
		lua_pushinteger(L, dmsc_node_verno(n));
		lua_setfield(L, -2, "verno");
	}
}

/* The depth of a tree is bounded (DMSC_TREE_DEPTH_MAX). */
void
dl_node_push(lua_State *L, const struct dmsc_node *n)
{
	const struct dmsc_node *kid;
	lua_Integer i = 0;

	luaL_checkstack(L, 6, "deep tree");
	lua_newtable(L);
	push_properties(L, n);
	if (dmsc_node_is_leaf(n)) {
		dl_leaf_push(L, dmsc_node_format(n), dmsc_node_value(n));
		lua_setfield(L, -2, "value");
		return;
	}
	lua_newtable(L);
	for (kid = dmsc_node_first(n); kid != NULL;
	    kid = dmsc_node_next(kid)) {
		dl_node_push(L, kid);
		lua_rawseti(L, -2, ++i);
	}
	lua_setfield(L, -2, "nodes");
}

/* ---- from Lua */

struct dmsc_rd
dl_value_check(lua_State *L, int idx, enum dmsc_format *f)
{
	struct dmsc_rd r;
	const char *s;
	size_t n;

	*f = DMSC_FMT_BIN;
	if (dl_bytes_test(L, idx, &r))
		return r;
	*f = DMSC_FMT_CHR;
	switch (lua_type(L, idx)) {
	case LUA_TNIL:
		*f = DMSC_FMT_NODE;
		return dmsc_rd_of(NULL, 0);
	case LUA_TBOOLEAN:
		*f = DMSC_FMT_BOOL;
		return dmsc_rd_str(lua_toboolean(L, idx) ? "true" : "false");
	case LUA_TNUMBER:
		*f = lua_isinteger(L, idx) ? DMSC_FMT_INT : DMSC_FMT_FLOAT;
		break;
	case LUA_TSTRING:
		break;
	default:
		luaL_error(L, "a %s is no value of a node",
		    luaL_typename(L, idx));
	}
	s = lua_tolstring(L, idx, &n);
	return dmsc_rd_of(s, n);
}

static void
check(lua_State *L, int code)
{
	if (code != DMSC_E_OK)
		(void)dl_raise(L, NULL, code);
}

static void read_kids(lua_State *L, int idx, struct dmsc_tree *t,
    struct dmsc_node *n);

/* The properties of the table at idx. */
static void
read_properties(lua_State *L, int idx, struct dmsc_tree *t,
    struct dmsc_node *n)
{
	lua_Integer verno;
	const char *s;

	if ((s = dl_opt_str(L, idx, "type")) != NULL)
		check(L, dmsc_node_set_type(t, n, s));
	if ((s = dl_opt_str(L, idx, "acl")) != NULL)
		check(L, dmsc_node_set_acl(t, n, s));
	if ((s = dl_opt_str(L, idx, "title")) != NULL)
		check(L, dmsc_node_set_title(t, n, s));
	if ((s = dl_opt_str(L, idx, "tstamp")) != NULL)
		check(L, dmsc_node_set_tstamp(t, n, s));
	verno = dl_opt_int(L, idx, "verno", -1);
	if (verno > VERNO_MAX)
		luaL_error(L, "'verno' is above %d", VERNO_MAX);
	if (verno >= 0)
		check(L, dmsc_node_set_verno(t, n, (int)verno));
}

static void
read_node(lua_State *L, int idx, struct dmsc_tree *t,
    struct dmsc_node *parent)
{
	const char *name = dl_opt_str(L, idx, "name");
	const char *format = dl_opt_str(L, idx, "format");
	struct dmsc_node *n = NULL;
	enum dmsc_format f, named;
	struct dmsc_rd v;

	if (name == NULL)
		luaL_error(L, "a node has no 'name'");
	(void)lua_getfield(L, idx, "value");
	v = dl_value_check(L, lua_gettop(L), &f);
	if (format != NULL) {
		if (dmsc_format_parse(format, &named) != DMSC_E_OK)
			luaL_error(L, "'%s' is no format", format);
		f = named;
	}
	check(L, dmsc_node_add(t, parent, name, f, &n));
	if (f != DMSC_FMT_NODE)
		check(L, dmsc_node_set_value(t, n, v));
	read_properties(L, idx, t, n);
	if (f == DMSC_FMT_NODE)
		read_kids(L, idx, t, n);
}

static void
read_kids(lua_State *L, int idx, struct dmsc_tree *t, struct dmsc_node *n)
{
	lua_Integer i;
	int nodes, top = lua_gettop(L);

	luaL_checkstack(L, 16, "deep tree");
	if (lua_getfield(L, idx, "nodes") == LUA_TNIL) {
		lua_settop(L, top);
		return;
	}
	luaL_checktype(L, -1, LUA_TTABLE);
	nodes = lua_gettop(L);
	for (i = 1; lua_geti(L, nodes, i) != LUA_TNIL; i++) {
		luaL_checktype(L, -1, LUA_TTABLE);
		read_node(L, lua_gettop(L), t, n);
		lua_settop(L, nodes);
	}
	lua_settop(L, top);
}

void
dl_tree_check(lua_State *L, int idx, struct dl_box *b)
{
	int top = lua_gettop(L);

	luaL_checktype(L, idx, LUA_TTABLE);
	if ((b->tree = dmsc_tree_new(DL_TREE_MAX)) == NULL)
		check(L, DMSC_E_NOMEM);
	read_properties(L, idx, b->tree, dmsc_tree_root(b->tree));
	read_kids(L, idx, b->tree, dmsc_tree_root(b->tree));
	lua_settop(L, top);
}

/* ---- TNDS and other forms */

static int
push_tree(lua_State *L, struct dl_box *b)
{
	dl_node_push(L, dmsc_tree_root(b->tree));
	dl_box_clear(b);
	return 1;
}

/* dmsc.tnds.read(XML string or WBXML bytes) -> the root's table */
static int
tnds_read(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	struct dl_box *b = dl_box_push(L, NULL);
	struct dmsc_err e;

	memset(&e, 0, sizeof e);
	if ((b->tree = dmsc_tree_new(DL_TREE_MAX)) == NULL)
		check(L, DMSC_E_NOMEM);
	if (dmsc_tnds_read(in, b->tree, dmsc_tree_root(b->tree), &e) !=
	    DMSC_E_OK)
		return dl_raise_err(L, &e);
	return push_tree(L, b);
}

/* dmsc.tnds.write(table [, {wbxml=, compact=, self=}]): the nodes below the
 * table's root; self: the table's own node too. */
static int
tnds_write(lua_State *L)
{
	bool wbxml = dl_opt_bool(L, 2, "wbxml");
	bool indent = !dl_opt_bool(L, 2, "compact");
	bool self = dl_opt_bool(L, 2, "self");
	struct dl_box *t = dl_box_push(L, NULL), *b;
	const struct dmsc_node *top;

	if (self) {			/* one level more: a root above it */
		lua_createtable(L, 0, 1);
		lua_createtable(L, 1, 0);
		lua_pushvalue(L, 1);
		lua_rawseti(L, -2, 1);
		lua_setfield(L, -2, "nodes");
		lua_replace(L, 1);
	}
	dl_tree_check(L, 1, t);
	top = dmsc_tree_root(t->tree);
	b = dl_box_buf(L, TEXT_MAX);
	check(L, wbxml ? dmsc_tnds_write_wbxml(top, false, b->buf) :
	    dmsc_tnds_write_xml(top, false, indent, b->buf));
	if (wbxml)
		dl_bytes_push(L, dmsc_buf_rd(b->buf));
	else
		lua_pushlstring(L, (const char *)b->buf->p, b->buf->len);
	dl_box_clear(t);
	dl_box_clear(b);
	return 1;
}

const luaL_Reg dl_tnds_functions[] = {
	{ "read", tnds_read },
	{ "write", tnds_write },
	{ NULL, NULL },
};

/* dmsc.parse(string or bytes): any form that holds a tree. */
int
dl_parse(lua_State *L)
{
	struct dmsc_rd in = dl_raw_check(L, 1);
	struct dl_card *c = dl_card_default(L);
	struct dl_box *b = dl_box_push(L, NULL);
	int code = dmsc_parse_tree(c->s, in, &b->tree);

	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	return push_tree(L, b);
}
