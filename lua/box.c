/* What core hands out and Lua must free: boxes, and how a call ends. */
#include "dl.h"

static int
box_gc(lua_State *L)
{
	dl_box_clear(luaL_checkudata(L, 1, DL_BOX));
	return 0;
}

const luaL_Reg dl_box_meta[] = {
	{ "__gc", box_gc },
	{ NULL, NULL },
};

void
dl_box_clear(struct dl_box *b)
{
	if (b->view != NULL)
		dmsc_view_free(b->view, b->obj);
	b->obj = NULL;
	dmsc_buf_free(&b->buf);
	dmsc_tree_free(&b->tree);
}

struct dl_box *
dl_box_push(lua_State *L, const struct dmsc_view *view)
{
	struct dl_box *b = lua_newuserdatauv(L, sizeof *b, 0);

	*b = (struct dl_box){ .view = view };
	luaL_setmetatable(L, DL_BOX);
	return b;
}

struct dl_box *
dl_box_buf(lua_State *L, size_t max)
{
	struct dl_box *b = dl_box_push(L, NULL);

	if ((b->buf = dmsc_buf_new(max)) == NULL)
		(void)dl_raise(L, NULL, DMSC_E_NOMEM);
	return b;
}

int
dl_finish(lua_State *L, struct dl_card *c, struct dl_box *b, void *obj,
    int code)
{
	b->obj = obj;
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_view_push(L, b->view, b->obj);
	dl_box_clear(b);
	dl_tick(L, c);
	return 1;
}

int
dl_done(lua_State *L, struct dl_card *c, int code)
{
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_tick(L, c);
	lua_pushboolean(L, 1);
	return 1;
}
