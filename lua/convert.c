/* dmsc.convert and card:export: documents as text or bytes by their form. */
#include "dl.h"

#include <string.h>

enum { OUT_MAX = 64 * 1024 * 1024 };

/* The content of b: a string where the form is text. */
static void
push_content(lua_State *L, const char *form, const struct dl_box *b)
{
	static const char *const texts[] = { "tnds", "syncml", "cp", "json",
	    "xml", NULL };
	size_t i;

	for (i = 0; texts[i] != NULL && strcmp(texts[i], form) != 0; i++)
		;
	if (texts[i] != NULL)
		lua_pushlstring(L, b->buf->len == 0 ? "" :
		    (const char *)b->buf->p, b->buf->len);
	else
		dl_bytes_push(L, dmsc_buf_rd(b->buf));
}

/* dmsc.convert{data=, from=, to=, map=}: the content, and what was done. */
int
dl_convert(lua_State *L)
{
	struct dmsc_convert_opts o;
	struct dmsc_conversion *c = NULL;
	struct dl_box *res, *b;
	struct dmsc_err e;
	struct dmsc_rd in;

	luaL_checktype(L, 1, LUA_TTABLE);
	o.from = dl_opt_str(L, 1, "from");
	o.to = dl_opt_str(L, 1, "to");
	o.map = dl_opt_bool(L, 1, "map");
	if (lua_getfield(L, 1, "data") == LUA_TNIL)
		return luaL_error(L, "'data' is needed");
	in = dl_raw_check(L, lua_gettop(L));
	res = dl_box_push(L, &dmsc_conversion_view);
	b = dl_box_buf(L, OUT_MAX);
	memset(&e, 0, sizeof e);
	if (dmsc_convert(in, &o, b->buf, &c, &e) != DMSC_E_OK)
		return dl_raise_err(L, &e);
	res->obj = c;
	push_content(L, c->to, b);
	dl_view_push(L, &dmsc_conversion_view, c);
	dl_box_clear(b);
	dl_box_clear(res);
	return 2;
}

/* card:export(path [, form]): text as a string, WBXML and raw as bytes. */
int
dl_card_export(lua_State *L)
{
	static const char *const forms[] = { "", "tnds", "syncml", "json",
	    "cp", "xml", "tnds-wbxml", "syncml-wbxml", "cp-wbxml", "lwm2m",
	    "wbxml", "raw", NULL };
	struct dl_card *card = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	int form = luaL_checkoption(L, 3, "", forms), code;
	struct dmsc_convert_opts o = { NULL, form == 0 ? NULL : forms[form],
		false };
	struct dmsc_conversion *c = NULL;
	struct dl_box *res = dl_box_push(L, &dmsc_conversion_view),
	    *b = dl_box_buf(L, OUT_MAX);

	code = dmsc_export_as(card->s, path, &o, b->buf, &c);
	if (code != DMSC_E_OK)
		return dl_raise(L, card->s, code);
	res->obj = c;
	push_content(L, c->to, b);
	dl_box_clear(b);
	dl_box_clear(res);
	return 1;
}
