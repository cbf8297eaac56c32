/* Updates of the simulated device and their approval, methods of its
 * object. */
#include "dl.h"

#include <string.h>

#include <dmsc/approve.h>

enum { TEXT_MAX = 4096 };

static struct dmsc_install_opts
install_opts(lua_State *L, int idx)
{
	struct dmsc_install_opts o = { .device = dl_device_name(L) };

	o.name = dl_opt_str(L, idx, "name");
	o.version = dl_opt_str(L, idx, "version");
	o.software = dl_opt_bool(L, idx, "software");
	return o;
}

/* device:package(card, data [, {name=, version=, signature=, software=,
 * confirm=, dry=}]) */
static int
package(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 2);
	struct dmsc_rd data = dl_raw_check(L, 3);
	struct dmsc_install_opts o = install_opts(L, 4);
	struct dmsc_install *out = NULL;
	struct dl_box *b;
	int code;

	if (!dl_opt_raw(L, 4, "signature", &o.approval))
		o.approval = dmsc_rd_of(NULL, 0);
	o.confirm = dl_device_confirm(L, 4);
	o.dry = dl_opt_bool(L, 4, "dry");
	b = dl_box_push(L, &dmsc_install_view);
	code = dmsc_device_package(c->s, &o, data, &out);
	b->obj = out;
	if (out == NULL)
		return dl_raise(L, c->s, code);
	dl_view_push(L, &dmsc_install_view, out);
	dl_box_clear(b);
	return code == DMSC_E_OK ? 1 : dl_raise_with(L, c->s, code,
	    "report");
}

/* device:approval(data [, {name=, version=, software=, this_device=}]) */
static int
approval(lua_State *L)
{
	struct dmsc_rd data = dl_raw_check(L, 2);
	struct dmsc_install_opts o;
	struct dl_card *c;
	struct dl_box *b;
	bool any;
	int code;

	lua_settop(L, 4);
	c = dl_device_card(L, 4);
	o = install_opts(L, 3);
	any = !dl_opt_bool(L, 3, "this_device");
	b = dl_box_buf(L, TEXT_MAX);
	code = dmsc_device_approval(c->s, &o, any, data, b->buf);
	if (code != DMSC_E_OK)
		return dl_raise(L, c->s, code);
	dl_bytes_push(L, dmsc_buf_rd(b->buf));
	dl_box_clear(b);
	return 1;
}

/* device:updates([card]) */
static int
updates(lua_State *L)
{
	const char *name = dl_device_name(L);
	struct dl_card *c = dl_device_card(L, 2);
	struct dl_box *b = dl_box_push(L, &dmsc_updates_view);
	struct dmsc_updates *out = NULL;
	int code = dmsc_device_updates(c->s, name, &out);

	return dl_finish(L, c, b, out, code);
}

/* device:unapproved("reject" or "ask" [, card]) */
static int
unapproved(lua_State *L)
{
	static const char *const how[] = { "reject", "ask", NULL };
	const char *name = dl_device_name(L);
	bool ask = luaL_checkoption(L, 2, NULL, how) == 1;
	struct dl_card *c = dl_device_card(L, 3);

	return dl_done(L, c, dmsc_device_unapproved(c->s, name, ask));
}

const luaL_Reg dl_device_update[] = {
	{ "approval", approval },
	{ "package", package },
	{ "unapproved", unapproved },
	{ "updates", updates },
	{ NULL, NULL },
};
