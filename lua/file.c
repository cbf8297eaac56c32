/* The card's file system, for the card object. */
#include "dl.h"

#include <limits.h>

static int
card_fcp(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_fcp_view);
	struct dmsc_fcp *out = NULL;
	int code = dmsc_file_fcp(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_ls(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = luaL_optstring(L, 2, "3F00");
	struct dl_box *b = dl_box_push(L, &dmsc_file_list_view);
	struct dmsc_file_list *out = NULL;
	int code = dmsc_file_ls(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_tree(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = luaL_optstring(L, 2, "3F00");
	struct dl_box *b = dl_box_push(L, &dmsc_file_list_view);
	struct dmsc_file_list *out = NULL;
	int code = dmsc_file_tree(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

static int
card_access(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_access_list_view);
	struct dmsc_access_list *out = NULL;
	int code = dmsc_file_access(c->s, path, &out);

	return dl_finish(L, c, b, out, code);
}

static unsigned
record_check(lua_State *L, lua_Integer n)
{
	if (n < 0 || n > UCHAR_MAX)
		luaL_error(L, "records are numbered from 1 to 255");
	return (unsigned)n;
}

/* card:file_read(path [, record]) */
static int
card_read(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	unsigned record = record_check(L, luaL_optinteger(L, 3, 0));
	struct dl_box *b = dl_box_push(L, &dmsc_content_view);
	struct dmsc_content *out = NULL;
	int code = dmsc_file_read(c->s, path, record, &out);

	return dl_finish(L, c, b, out, code);
}

/* card:file_write(path, hex or bytes [, {offset=, record=, dry=}]) */
static int
card_write(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dmsc_rd data = dl_hex_check(L, 3);
	lua_Integer at = dl_opt_int(L, 4, "offset", 0);
	unsigned record = record_check(L, dl_opt_int(L, 4, "record", 0));

	return dl_done(L, c, dmsc_file_write(c->s, path, (size_t)at, record,
	    data, dl_opt_bool(L, 4, "dry")));
}

const luaL_Reg dl_card_file[] = {
	{ "file_access", card_access },
	{ "file_fcp", card_fcp },
	{ "file_ls", card_ls },
	{ "file_read", card_read },
	{ "file_tree", card_tree },
	{ "file_write", card_write },
	{ NULL, NULL },
};
