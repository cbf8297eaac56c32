/* What the DM-SC application tells of itself, and who it knows us as
 * (dmsc/dm.h). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/cred.h"
#include "dm/dm.h"
#include "store/cardtree.h"

enum { WORDS_MAX = 128, LOGIN_MAX = 4096 };

static const struct { unsigned method; const char *name; } methods[] = {
	{ DMSC_APPL_SCP03, "scp03" }, { DMSC_APPL_ADM, "adm" },
	{ DMSC_APPL_MD5, "md5" }, { DMSC_APPL_MAC, "mac" },
};

/* "scp03, adm or md5", "and PIN of the user" behind it. */
static int
in_words(unsigned mask, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(WORDS_MAX);
	unsigned left = mask & DMSC_APPL_METHODS;
	const char *text;
	size_t i;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(methods); i++) {
		if ((left & methods[i].method) == 0)
			continue;
		left &= ~methods[i].method;
		r = dmsc_buf_fmt(b, "%s%s", b->len == 0 ? "" :
		    left == 0 ? " or " : ", ", methods[i].name);
	}
	if (r == DMSC_E_OK && (mask & DMSC_APPL_USER) != 0)
		r = dmsc_buf_str(b, b->len == 0 ? "the user's PIN" :
		    ", and the user's PIN");
	text = r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
	r = text == NULL ? DMSC_E_NOMEM : dmsc_str_set(out, "%s", text);
	dmsc_buf_free(&b);
	return r;
}

static int
list_methods(unsigned mask, char ***out, size_t *n)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(methods); i++)
		if ((mask & methods[i].method) != 0)
			r = dmsc_strs_add(out, n, "%s", methods[i].name);
	return r;
}

static int
describe_hello(const struct dmsc_appl_hello *h, struct dmsc_dm_state *out)
{
	char aid[2 * DMSC_APPL_AID_LEN + 1];
	int r;

	out->max_message = h->max_msg;
	out->max_object = h->max_obj;
	if ((r = dmsc_str_set(&out->aid, "%s", dmsc_hex(dmsc_rd_of(
	    dmsc_appl_aid, DMSC_APPL_AID_LEN), aid, sizeof aid))) !=
	    DMSC_E_OK || (r = dmsc_str_set(&out->version, "%u.%u",
	    h->version >> 8, h->version & 0xFF)) != DMSC_E_OK ||
	    (r = in_words(h->to_read, &out->to_read)) != DMSC_E_OK ||
	    (r = in_words(h->to_write, &out->to_write)) != DMSC_E_OK ||
	    (r = in_words(h->to_personal, &out->to_personal)) != DMSC_E_OK)
		return r;
	return list_methods(h->methods, &out->methods, &out->n_methods);
}

static int
describe_ours(struct dmsc_dm_told *out)
{
	struct dmsc_appl_caps c;
	int r;

	dmsc_appl_ours(&c);
	out->max_message = c.max_msg;
	out->max_object = c.max_obj;
	out->obeys = c.obeys;
	if ((out->name = dmsc_strndup(c.name)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_str_set(&out->version, "%u.%u", c.version >> 8,
	    c.version & 0xFF);
	if (r == DMSC_E_OK)
		r = list_methods(c.methods, &out->methods, &out->n_methods);
	return r != DMSC_E_OK || (c.methods & DMSC_APPL_USER) == 0 ? r :
	    dmsc_strs_add(&out->methods, &out->n_methods, "pin");
}

int
dmsc_store_dm_told(struct dmsc_store *st, struct dmsc_dm_told **out)
{
	struct dmsc_dm_told *t = dmsc_view_new(&dmsc_dm_told_view);
	int r = t == NULL ? DMSC_E_NOMEM : describe_ours(t);

	*out = NULL;
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_dm_told_view, t);
		return dmsc_fail(st->e, r, "out of memory");
	}
	*out = t;
	return r;
}

static int
describe(const struct dmsc_sappl *a, struct dmsc_dm_state *out)
{
	bool owner = a->known && a->server[0] == '\0';
	int r;

	out->authenticated = a->known;
	out->counter = a->known ? (int)a->counter : -1;
	out->free_bytes = a->known ? (int)a->free_bytes : -1;
	out->total = a->known ? (int)a->total : -1;
	out->waits = a->known && a->waits;
	if ((r = describe_hello(&a->hello, out)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->as, "%s", !a->known ? "nobody" : owner ?
	    "owner" : "server")) != DMSC_E_OK)
		return r;
	return !a->known || owner ? r :
	    dmsc_str_set(&out->server, "%s", a->server);
}

bool
dmsc_store_dm_there(struct dmsc_store *st)
{
	return dmsc_appl_listed(st);
}

int
dmsc_store_dm_state(struct dmsc_store *st, struct dmsc_dm_state **out)
{
	struct dmsc_dm_state *s;
	unsigned long before, now, bytes;
	int r;

	*out = NULL;
	dmsc_uicc_counters(st->u, &before, &bytes);
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_appl_greet(st)) == DMSC_E_OK && !st->appl.known)
		r = dmsc_appl_log_in_again(st);
	dmsc_uicc_end(st->u);
	if (r != DMSC_E_OK)
		return r;
	s = dmsc_view_new(&dmsc_dm_state_view);
	r = s == NULL ? DMSC_E_NOMEM : describe(&st->appl, s);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_dm_state_view, s);
		return dmsc_fail(st->e, r, "out of memory");
	}
	dmsc_uicc_counters(st->u, &now, &bytes);
	s->apdus = (unsigned)(now - before);
	*out = s;
	return r;
}

/* The best that both can, or what was asked for. */
static int
choose(struct dmsc_store *st, const char *method,
    enum dmsc_cred_scheme *out)
{
	unsigned can = st->appl.hello.methods;
	bool any = method == NULL;

	if (!any && strcmp(method, "md5") != 0 && strcmp(method, "mac") != 0) {
		(void)dmsc_fail(st->e, DMSC_E_USAGE, "no such method");
		(void)dmsc_err_where(st->e, "%s", method);
		return dmsc_err_why(st->e, "methods are md5 and mac");
	}
	*out = (can & DMSC_APPL_MAC) != 0 && (any ||
	    strcmp(method, "mac") == 0) ? DMSC_CRED_MAC :
	    (can & DMSC_APPL_MD5) != 0 && (any ||
	    strcmp(method, "md5") == 0) ? DMSC_CRED_MD5 : DMSC_CRED_NONE;
	if (*out != DMSC_CRED_NONE)
		return DMSC_E_OK;
	(void)dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "the card takes no such "
	    "credential");
	return dmsc_err_next(st->e, "dm state");
}

/* A message that asks for nothing, from the server. */
static struct dmsc_msg *
login_message(const char *server, unsigned id)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *c = m == NULL ? NULL :
	    dmsc_msg_cmd(m, NULL, DMSC_CMD_ALERT);

	if (c != NULL) {
		m->hdr.session_id = "1";
		m->hdr.msg_id = dmsc_msg_str(m, "%u", id);
		m->hdr.target.uri = "card";
		m->hdr.source.uri = server;
		m->final = true;
		c->id = "1";
		c->data = "1222";
	}
	if (c == NULL || m->hdr.msg_id == NULL)
		dmsc_msg_free(&m);
	return m;
}

static int
show(struct dmsc_store *st, const struct dmsc_cred_login *l,
    const char *server, struct dmsc_requester *q)
{
	struct dmsc_msg *m = login_message(server, ++st->appl.msg_id);
	struct dmsc_buf *b = dmsc_buf_new(LOGIN_MAX);
	struct dmsc_buf *mac = dmsc_buf_new(LOGIN_MAX);
	struct dmsc_appl_message env = { .xml = false };
	int r = m == NULL || b == NULL || mac == NULL ? DMSC_E_NOMEM :
	    dmsc_cred_put(m, l);

	if (r == DMSC_E_OK)
		r = dmsc_msg_write(m, b, NULL);
	if (r == DMSC_E_OK && l->scheme == DMSC_CRED_MAC)
		r = dmsc_cred_mac_put(l, dmsc_buf_rd(b), mac);
	if (r != DMSC_E_OK)
		(void)dmsc_fail(st->e, r == DMSC_E_NOMEM ? r : DMSC_E_DATA,
		    "the credential cannot be made");
	else {
		dmsc_requester_sent(q, m);
		env.bytes = dmsc_buf_rd(b);
		env.mac = dmsc_buf_rd(mac);
		r = dmsc_appl_pass(st, q, &env, NULL);
	}
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	dmsc_buf_free(&mac);
	return r;
}

/* What the card says of the credential. A wrong one without a challenge: it
 * looks at no more of them. */
static int
let_in(struct dmsc_store *st, const struct dmsc_requester *q,
    const char *server)
{
	unsigned s = dmsc_requester_header(q);

	if (s != DMSC_DM_UNAUTHORIZED || dmsc_requester_chal(q) != NULL)
		return dmsc_appl_said(st, s == 0 ? DMSC_DM_FAILED : s,
		    "let this server in", server);
	(void)dmsc_fail(st->e, DMSC_E_BLOCKED,
	    "the card takes no credential of this server any more");
	(void)dmsc_err_where(st->e, "%s", server);
	(void)dmsc_err_why(st->e, "too many were wrong; another secret in its "
	    "account opens it");
	st->e->dm = s;
	(void)dmsc_err_next(st->e, "scp open --keys SOURCE");
	return dmsc_err_next(st->e, "dm get ./DMAcc");
}

int
dmsc_appl_log_in_again(struct dmsc_store *st)
{
	struct dmsc_sappl *a = &st->appl;
	struct dmsc_requester *q = NULL;
	struct dmsc_cred_login l = { .scheme = a->login_scheme };
	int r;

	if (a->login_user == NULL)
		return DMSC_E_OK;
	l.user = dmsc_rd_str(a->login_user);
	l.secret = dmsc_secret_rd(a->login_secret);
	if ((r = dmsc_appl_requester(st, &q)) != DMSC_E_OK)
		return r;
	l.nonce = dmsc_rd_of(a->nonce, DMSC_APPL_NONCE);
	r = show(st, &l, a->login_server, q);
	if (r == DMSC_E_OK)
		r = dmsc_appl_greet(st);
	if (r == DMSC_E_OK && !a->known)
		dmsc_appl_no_login(st);		/* not any more */
	dmsc_requester_free(&q);
	return r;
}

static int
log_in(struct dmsc_store *st, const struct dmsc_dm_login *o,
    struct dmsc_cred_login *l)
{
	struct dmsc_requester *q = NULL;
	int r;

	if ((r = dmsc_appl_greet(st)) != DMSC_E_OK ||
	    (r = choose(st, o->method, &l->scheme)) != DMSC_E_OK ||
	    (r = dmsc_appl_requester(st, &q)) != DMSC_E_OK)
		return r;
	l->nonce = dmsc_rd_of(st->appl.nonce, DMSC_APPL_NONCE);
	r = show(st, l, o->server, q);
	dmsc_cardtree_stale(st);
	dmsc_appl_stale(st);
	if (r == DMSC_E_OK)
		r = let_in(st, q, o->server);
	dmsc_appl_no_login(st);
	if (r == DMSC_E_OK)
		r = dmsc_appl_keep_login(st, o->server, l);
	dmsc_requester_free(&q);
	return r;
}

int
dmsc_store_dm_login(struct dmsc_store *st, const struct dmsc_dm_login *o,
    struct dmsc_dm_state **out)
{
	struct dmsc_cred_login l = {
		.user = dmsc_rd_str(o->name != NULL ? o->name : o->server),
		.secret = dmsc_secret_rd(o->password) };
	int r;

	*out = NULL;
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	if ((r = log_in(st, o, &l)) == DMSC_E_OK)
		r = dmsc_store_dm_state(st, out);
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_OK && !st->appl.known) {
		dmsc_view_free(&dmsc_dm_state_view, *out);
		*out = NULL;
		r = dmsc_appl_said(st, DMSC_DM_UNAUTHORIZED,
		    "let this server in", o->server);
	}
	return r;
}
