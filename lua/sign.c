/* Signatures: dmsc.cms, and the methods of cards. */
#include <string.h>

#include "dl.h"

/* What stands in the options at idx; the strings stay on the stack. */
static const char *
need_str(lua_State *L, int idx, const char *name)
{
	const char *s = dl_opt_str(L, idx, name);

	if (s == NULL)
		luaL_error(L, "'%s' is missing", name);
	return s;
}

static struct dmsc_rd
need_raw(lua_State *L, int idx, const char *name)
{
	struct dmsc_rd r;

	if (!dl_opt_raw(L, idx, name, &r))
		luaL_error(L, "'%s' is missing", name);
	return r;
}

static int
signer_gc(lua_State *L)
{
	struct dmsc_signer **k = luaL_checkudata(L, 1, DL_SIGNER);

	dmsc_signer_free(k);
	return 0;
}

const luaL_Reg dl_signer_meta[] = {
	{ "__gc", signer_gc },
	{ "__close", signer_gc },
	{ NULL, NULL },
};

static struct dmsc_signer **
new_signer(lua_State *L)
{
	struct dmsc_signer **k = lua_newuserdatauv(L, sizeof *k, 0);

	*k = NULL;
	luaL_setmetatable(L, DL_SIGNER);
	return k;
}

/* The member on_card: true, or which key, which stays on the stack. */
static bool
on_card(lua_State *L, int idx, const char **which)
{
	*which = NULL;
	switch (lua_getfield(L, idx, "on_card")) {
	case LUA_TNIL:
		return false;
	case LUA_TBOOLEAN:
		return lua_toboolean(L, -1);
	default:
		*which = dl_text_check(L, -1);
		return true;
	}
}

struct dmsc_signer **
dl_signer_push(lua_State *L, struct dl_card *c, int idx)
{
	struct dmsc_signer **k;
	struct dmsc_rd certs;
	const char *key;
	bool pss;
	int code;

	luaL_checktype(L, idx, LUA_TTABLE);
	if (on_card(L, idx, &key)) {
		certs.p = NULL;
		certs.left = 0;
		(void)dl_opt_raw(L, idx, "cert", &certs);
		k = new_signer(L);
		code = dmsc_signer_card(c->s, key, certs, k);
		if (code != DMSC_E_OK)
			(void)dl_raise(L, c->s, code);
		return k;
	}
	key = need_str(L, idx, "key");
	certs = need_raw(L, idx, "cert");
	pss = dl_opt_bool(L, idx, "pss");
	k = new_signer(L);
	code = dmsc_signer_open(c->s, key, certs, pss, k);
	if (code != DMSC_E_OK)
		(void)dl_raise(L, c->s, code);
	return k;
}

/* dmsc.cms.sign{data=, key=, cert=, pss=} */
static int
cms_sign(lua_State *L)
{
	struct dmsc_signed *out = NULL;
	struct dmsc_signer **k;
	struct dl_card *c;
	struct dmsc_rd data;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	data = need_raw(L, 1, "data");
	c = dl_card_default(L);
	k = dl_signer_push(L, c, 1);
	b = dl_box_push(L, &dmsc_signed_view);
	code = dmsc_sign(c->s, *k, data, &out);
	dmsc_signer_free(k);
	return dl_finish(L, c, b, out, code);
}

/* card:sign(path, {key=, cert=, pss=}): into the working copy. */
static int
card_sign(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dmsc_signer **k = dl_signer_push(L, c, 3);
	struct dl_box *b = dl_box_push(L, &dmsc_signed_view);
	struct dmsc_signed *out = NULL;
	int code = dmsc_sign_document(c->s, *k, path, &out);

	dmsc_signer_free(k);
	b->obj = out;
	if (code == DMSC_E_OK)
		code = dmsc_edit_signature(c->s, path,
		    dmsc_buf_rd(out->cms));
	return dl_finish(L, c, b, out, code);
}

/* trust, ca, signature; what is read stays on the stack. */
static void
verify_opts(lua_State *L, int idx, struct dmsc_verify_opts *o)
{
	const char *trust = dl_opt_str(L, idx, "trust");

	memset(o, 0, sizeof *o);
	o->by_file = dl_opt_raw(L, idx, "ca", &o->file);
	o->has_signature = dl_opt_raw(L, idx, "signature", &o->signature);
	o->as_read = dl_opt_bool(L, idx, "as_read");
	o->on_card = dl_opt_bool(L, idx, "on_card");
	if (trust == NULL)
		o->by_card = !o->by_file;
	else if (strcmp(trust, "card") == 0 || strcmp(trust, "both") == 0)
		o->by_card = true;
	else if (strcmp(trust, "file") != 0)
		luaL_error(L, "'trust' is file, card or both");
	if (trust != NULL && strcmp(trust, "card") == 0)
		o->by_file = false;
	else if (trust != NULL && !o->by_file)
		luaL_error(L, "'ca' is missing");
}

/* card:verify(path [, {ca=, trust=, signature=, as_read=}]) */
static int
card_verify(lua_State *L)
{
	struct dl_card *c = dl_card_check(L, 1);
	const char *path = dl_text_check(L, 2);
	struct dmsc_verdict *out = NULL;
	struct dmsc_verify_opts o;
	struct dl_box *b;
	int code;

	verify_opts(L, 3, &o);
	b = dl_box_push(L, &dmsc_verdict_view);
	code = dmsc_verify_doc(c->s, path, &o, &out);
	return dl_finish(L, c, b, out, code);
}

/* dmsc.cms.verify{data=, signature=, ca=, trust=, card=}: contents, not names
 * of files. */
static int
cms_verify(lua_State *L)
{
	struct dmsc_verdict *out = NULL;
	struct dmsc_verify_opts o;
	struct dl_card *c = NULL;
	struct dmsc_rd data;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	data = need_raw(L, 1, "data");
	(void)need_raw(L, 1, "signature");
	verify_opts(L, 1, &o);
	if (lua_getfield(L, 1, "card") != LUA_TNIL)
		c = dl_card_check(L, -1);
	else if (o.by_card)
		return luaL_error(L, o.by_file ? "'card' is missing" :
		    "'ca' is missing");
	if (c == NULL)
		c = dl_card_default(L);
	b = dl_box_push(L, &dmsc_verdict_view);
	code = dmsc_verify_data(c->s, data, &o, &out);
	return dl_finish(L, c, b, out, code);
}

int
dl_verify(lua_State *L)
{
	return cms_verify(L);
}

/* A member that is a secret or its source, kept on the stack. */
static const struct dmsc_secret *
opt_secret(lua_State *L, struct dl_card *c, const char *name)
{
	if (lua_getfield(L, 1, name) == LUA_TNIL)
		return NULL;
	return dl_secret_check(L, c->s, lua_gettop(L), true);
}

/* dmsc.mac{scheme=, data=, network=, pin=, user=, password=, nonce=, want=} */
int
dl_mac(lua_State *L)
{
	struct dmsc_mac_opts o;
	struct dmsc_mac *out = NULL;
	struct dmsc_rd data;
	struct dl_card *c;
	struct dl_box *b;
	int code;

	luaL_checktype(L, 1, LUA_TTABLE);
	memset(&o, 0, sizeof o);
	data = need_raw(L, 1, "data");
	o.scheme = need_str(L, 1, "scheme");
	o.user = dl_opt_str(L, 1, "user");
	o.nonce = dl_opt_str(L, 1, "nonce");
	o.want = dl_opt_str(L, 1, "want");
	c = dl_card_default(L);
	o.network = opt_secret(L, c, "network");
	o.pin = opt_secret(L, c, "pin");
	o.password = opt_secret(L, c, "password");
	b = dl_box_push(L, &dmsc_mac_view);
	code = dmsc_mac(c->s, data, &o, &out);
	dl_secret_done(L);
	return dl_finish(L, c, b, out, code);
}

const luaL_Reg dl_cms_functions[] = {
	{ "sign", cms_sign },
	{ "verify", cms_verify },
	{ NULL, NULL },
};
const luaL_Reg dl_card_sign[] = {
	{ "sign", card_sign },
	{ "verify", card_verify },
	{ NULL, NULL },
};
