/* The simulated device's session with a server over HTTP (device/sync.h). */
#include "device/sync.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "device/login.h"
#include "device/nodes.h"
#include "device/orders.h"
#include "device/relay.h"
#include "device/tell.h"
#include "device/user.h"
#include "device/web.h"

enum { MSG_MAX = 16384, OBJ_MAX = 1 << 20, MESSAGES = 256, URL_MAX = 1024 };

struct run {
	struct dmsc_world *w;
	const struct dmsc_sync_opts *o;
	struct dmsc_device *dev;
	struct dmsc_sync *out;
	struct dmsc_err *e;
	struct dmsc_invite invite;
	struct dmsc_login login;
	struct dmsc_login_http http;
	struct dmsc_user user;
	struct dmsc_tell tell;
	struct dmsc_buf *url;
	struct dmsc_web *web;
	struct dmsc_relay *relay;
	struct dmsc_mounts *mounts;
	struct dmsc_dm_client c;
	bool lost;			/* a row of the report: no memory */
};

static int
no_memory(struct run *t)
{
	return dmsc_fail(t->e, DMSC_E_NOMEM, "out of memory");
}

/* ---- which server, and where */

static int
no_account(struct run *t, int code, const char *message)
{
	const struct dmsc_node *n = NULL;
	struct dmsc_rd id;
	bool any = false;

	(void)dmsc_fail(t->e, code, "%s", message);
	if (t->o->server != NULL)
		(void)dmsc_err_where(t->e, "%s", t->o->server);
	while ((n = dmsc_cred_next_account(t->dev->tree, n)) != NULL) {
		if (n == dmsc_login_card(t->dev))
			continue;
		id = dmsc_cred_server(n);
		(void)dmsc_err_next(t->e, "device sync %.*s", (int)id.left,
		    (const char *)id.p);
		any = true;
	}
	return any ? code : dmsc_err_next(t->e, "device poweron");
}

/* The only one but the card's own. */
static int
only_account(struct run *t)
{
	const struct dmsc_node *n = NULL, *card = dmsc_login_card(t->dev);

	while ((n = dmsc_cred_next_account(t->dev->tree, n)) != NULL) {
		if (n == card)
			continue;
		if (t->invite.account != NULL)
			return no_account(t, DMSC_E_USAGE,
			    "the device has accounts of several servers");
		t->invite.account = n;
	}
	return t->invite.account != NULL ? DMSC_E_OK : no_account(t,
	    DMSC_E_NOTFOUND, "the device has no account of a server");
}

/* Nobody asked: a session drawn. */
static int
unasked(struct run *t)
{
	uint8_t v[2];
	int r = DMSC_E_OK;

	if (t->o->server == NULL)
		r = only_account(t);
	else if ((t->invite.account = dmsc_cred_account(t->dev->tree,
	    t->o->server)) == NULL)
		r = no_account(t, DMSC_E_NOTFOUND,
		    "the device has no account of this server");
	if (r != DMSC_E_OK)
		return r;
	if (dmsc_random(v, sizeof v) != DMSC_E_OK)
		return no_memory(t);
	t->invite.session = 1 + ((unsigned)v[0] << 8 | v[1]) %
	    DMSC_PKG0_SESSION_MAX;
	return dmsc_str_set(&t->out->asked, "device") == DMSC_E_OK ? r :
	    no_memory(t);
}

static int
asked(struct run *t)
{
	int r = dmsc_invite_check(t->dev, t->o->package0, &t->invite, t->e);

	if (r != DMSC_E_OK)
		return r;
	if (t->o->server != NULL && !dmsc_rd_eq_str(dmsc_cred_server(
	    t->invite.account), t->o->server)) {
		(void)dmsc_fail(t->e, DMSC_E_MISMATCH,
		    "another server asks for a session");
		return dmsc_err_where(t->e, "%s", t->o->server);
	}
	return dmsc_str_set(&t->out->asked, "server") == DMSC_E_OK ? r :
	    no_memory(t);
}

static int
no_url(struct run *t)
{
	(void)dmsc_fail(t->e, DMSC_E_NOTFOUND,
	    "the account has no address of HTTP");
	(void)dmsc_err_where(t->e, "%s", t->login.server_id);
	return dmsc_err_next(t->e, "device sync %s --url URL",
	    t->login.server_id);
}

/* The account's, or what the caller says. */
static int
address(struct run *t)
{
	int r;

	if ((t->url = dmsc_buf_new(URL_MAX)) == NULL)
		return no_memory(t);
	r = t->o->url != NULL ? dmsc_buf_str(t->url, t->o->url) :
	    dmsc_login_url(t->invite.account, t->url);
	if (r == DMSC_E_NOTFOUND)
		return no_url(t);
	if (r == DMSC_E_LIMIT)
		return dmsc_fail(t->e, r, "the server's address is too long");
	if (r != DMSC_E_OK || dmsc_buf_cstr(t->url) == NULL)
		return no_memory(t);
	return dmsc_str_set(&t->out->url, "%s", dmsc_buf_cstr(t->url)) ==
	    DMSC_E_OK ? DMSC_E_OK : no_memory(t);
}

static int
look_up(struct run *t)
{
	int r = t->o->package0.left > 0 ? asked(t) : unasked(t);

	if (r != DMSC_E_OK)
		return r;
	if (dmsc_login_take(t->dev, t->invite.account, t->invite.resync,
	    &t->login) != DMSC_E_OK || dmsc_login_http(t->invite.account,
	    &t->http) != DMSC_E_OK || dmsc_str_set(&t->out->server, "%s",
	    t->login.server_id) != DMSC_E_OK)
		return no_memory(t);
	return address(t);
}

/* ---- the client's hooks */

static int
keep(void *ctx, bool changed, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server, struct dmsc_err *e)
{
	struct run *t = ctx;

	t->out->changed = t->out->changed || changed;
	return dmsc_tell_keep(&t->tell, t->w, changed, client, server, e);
}

static void
told(void *ctx, const struct dmsc_cmd *c)
{
	struct run *t = ctx;

	t->lost = t->lost || dmsc_tell_step(&t->out->commands,
	    &t->out->n_commands, c) != DMSC_E_OK;
}

static bool
event(void *ctx, struct dmsc_dm_event *out)
{
	struct run *t = ctx;

	return dmsc_tell_next(&t->tell, out);
}

static void
event_told(void *ctx, unsigned status)
{
	struct run *t = ctx;

	dmsc_tell_status(&t->tell, status);
}

static unsigned
ask(void *ctx, const struct dmsc_dm_question *q, struct dmsc_buf *text)
{
	struct run *t = ctx;

	return dmsc_user_asked(&t->user, q, text);
}

static int
draw(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	return dmsc_random(out, n);
}

/* ---- the session */

/* Whether it may begin: a Package #0 says whether the user is told, or
 * asked. */
static bool
consented(struct run *t)
{
	struct dmsc_dm_question q = { .alert = DMSC_ALERT_DISPLAY };
	struct dmsc_buf *b;
	const char *text = NULL;
	unsigned status = DMSC_DM_FAILED;

	if (t->o->package0.left == 0 || t->invite.ui == DMSC_PKG0_ANY ||
	    t->invite.ui == DMSC_PKG0_BACKGROUND)
		return true;
	if ((b = dmsc_buf_new(2 * DMSC_PKG0_SERVER_MAX)) != NULL &&
	    dmsc_buf_fmt(b, t->invite.ui == DMSC_PKG0_INTERACT ?
	    "%s asks for a session: hold it?" : "%s asked for a session",
	    t->login.server_id) == DMSC_E_OK)
		text = dmsc_buf_cstr(b);
	if (t->invite.ui == DMSC_PKG0_INTERACT)
		q.alert = DMSC_ALERT_CONFIRM;
	q.text = text;
	if (text != NULL)
		status = dmsc_user_asked(&t->user, &q, NULL);
	dmsc_buf_free(&b);
	return status == DMSC_DM_OK;
}

static int
to_nobody(void *ctx, struct dmsc_rd object, struct dmsc_buf *answer,
    struct dmsc_err *e)
{
	(void)ctx;
	(void)object;
	(void)answer;
	return dmsc_fail(e, DMSC_E_NOTFOUND,
	    "the card has no tree of its own");
}

/* ./SC: there is one where the card has a tree. */
static int
start_relay(struct run *t)
{
	const struct dmsc_relay_opts o = { .server = t->login.server_id,
	    .session = t->out->session, .device = t->login.device,
	    .exchange = t->w->exchange == NULL ? to_nobody :
	    t->w->exchange, .ctx = t->w->ctx, .max_msg = t->w->max_msg };
	struct dmsc_node *n;

	if (dmsc_relay_new(&o, &t->relay) != DMSC_E_OK ||
	    (t->w->exchange != NULL && dmsc_node_add(t->dev->tree,
	    dmsc_tree_root(t->dev->tree), DMSC_RELAY_ROOT, DMSC_FMT_NODE, &n)
	    == DMSC_E_NOMEM))
		return no_memory(t);
	return DMSC_E_OK;
}

/* What the card keeps for the device, before what it keeps for itself. */
static int
start_mounts(struct run *t)
{
	const struct dmsc_mounts_opts o = { .dev = t->dev,
	    .card = &t->w->mounts, .server = t->login.server_id,
	    .xml = t->o->xml, .next = dmsc_relay_past(t->relay) };

	if (dmsc_mount_show(t->dev, o.card) != DMSC_E_OK ||
	    dmsc_mounts_new(&o, &t->mounts) != DMSC_E_OK)
		return no_memory(t);
	return DMSC_E_OK;
}

static int
start_web(struct run *t)
{
	const struct dmsc_web_opts o = { .url = t->out->url,
	    .ca_file = t->o->ca_file, .interrupted = t->w->interrupted,
	    .user = t->http.user, .password = t->http.password,
	    .digest = t->http.digest, .plain = t->o->plain,
	    .secret = t->login.client.scheme != DMSC_CRED_NONE ||
	    t->login.server.scheme != DMSC_CRED_NONE,
	    .timeout_ms = t->o->timeout_ms, .tries = t->o->tries };

	return dmsc_web_new(&o, &t->web, t->e);
}

static void
set_up(struct run *t)
{
	struct dmsc_dm_client *c = &t->c;
	const struct dmsc_dm_client_hooks h = { .ctx = t, .ask = ask,
	    .event = event, .event_told = event_told, .keep = keep,
	    .told = told, .random = draw };

	c->tree = t->dev->tree;
	c->way.ctx = t->web;
	c->way.exchange = dmsc_web_exchange;
	c->hooks = h;
	c->nodes.ctx = t->w;
	c->nodes.rule = dmsc_device_rule;
	c->nodes.exec = dmsc_order_take;
	c->nodes.elsewhere = dmsc_mounts_past(t->mounts);
	c->client = t->login.client;
	c->server = t->login.server;
	c->server_id = t->login.server_id;
	c->to = t->out->url;
	c->device = t->login.device;
	c->session = t->invite.session;
	c->asked = t->o->package0.left > 0;
	c->xml = t->o->xml;
	c->max_msg = MSG_MAX;
	c->max_obj = OBJ_MAX;
	c->max_messages = MESSAGES;
	t->w->server = t->login.server_id;
}

/* What is written before a word is said: this session was. */
static int
begin(struct run *t)
{
	char id[DMSC_PKG0_ID];

	dmsc_pkg0_id(t->invite.session, id);
	if (dmsc_str_set(&t->out->session, "%s", id) != DMSC_E_OK ||
	    dmsc_told_begin(t->dev) != DMSC_E_OK ||	/* GEN-15 */
	    dmsc_invite_used(t->dev, t->login.server_id, t->invite.session)
	    != DMSC_E_OK)
		return no_memory(t);
	return dmsc_device_save(t->dev, t->e);
}

/* Nonsense is one thing, whatever is wrong with it; and what to do. */
static int
explain(struct run *t, int r)
{
	if (r == DMSC_E_SHORT || r == DMSC_E_FORMAT) {
		r = t->e->code = DMSC_E_DATA;
		if (t->e->message[0] == '\0')
			(void)dmsc_fail(t->e, r,
			    "the server's answer is no DM message");
		if (t->e->where[0] == '\0')
			(void)dmsc_err_where(t->e, "%s", t->out->url);
	}
	if (r == DMSC_E_USAGE && !t->o->plain &&
	    strncasecmp(t->out->url, "http:", 5) == 0)
		(void)dmsc_err_next(t->e, "device sync %s --plain-http",
		    t->login.server_id);
	else if (r == DMSC_E_AUTH || r == DMSC_E_AUTHFAIL)
		(void)dmsc_err_next(t->e, "device tree ./DMAcc");
	else if (r == DMSC_E_SIGNER)
		(void)dmsc_err_next(t->e, "the same line with --ca FILE");
	else if (r == DMSC_E_TRANSPORT)
		(void)dmsc_err_next(t->e, "the same line again");
	return r;
}

static int
talk(struct run *t)
{
	struct dmsc_dm_outcome x;
	int r = begin(t);

	if (r != DMSC_E_OK || (r = start_web(t)) != DMSC_E_OK ||
	    (r = start_relay(t)) != DMSC_E_OK ||
	    (r = start_mounts(t)) != DMSC_E_OK)
		return r;
	set_up(t);
	t->out->sessions++;
	r = dmsc_dm_client_run(&t->c, &x, t->e);
	t->out->messages += x.messages;
	t->out->bytes += x.sent + x.received;
	t->out->aborted = x.aborted;
	t->out->retries += dmsc_web_retries(t->web);
	t->out->to_card += dmsc_relay_messages(t->relay);
	return explain(t, r);
}

static int
run(struct run *t)
{
	int r;

	if (dmsc_str_set(&t->out->device, "%s", t->dev->name) != DMSC_E_OK ||
	    (t->w->card != NULL && dmsc_str_set(&t->out->card, "%s",
	    t->w->card) != DMSC_E_OK))
		return no_memory(t);
	if ((r = look_up(t)) != DMSC_E_OK || t->o->dry)
		return r;
	t->tell = (struct dmsc_tell){ .dev = t->dev,
	    .server = t->login.server_id, .alerts = &t->out->alerts,
	    .n_alerts = &t->out->n_alerts };
	t->user = (struct dmsc_user){ .w = t->w,
	    .rows = &t->out->questions, .n_rows = &t->out->n_questions };
	if (consented(t))
		r = talk(t);
	if (r == DMSC_E_OK && t->lost)
		r = no_memory(t);
	if (r != DMSC_E_OK || t->user.unanswered == 0)
		return r;
	(void)dmsc_fail(t->e, DMSC_E_NOANSWER,
	    "the server asked the user, and nobody answered");
	(void)dmsc_err_next(t->e, "device sync --yes");
	(void)dmsc_err_next(t->e, "device sync --no");
	return DMSC_E_NOANSWER;
}

int
dmsc_sync_run(struct dmsc_world *w, const struct dmsc_sync_opts *o,
    struct dmsc_sync *out)
{
	struct run t = { .w = w, .o = o, .dev = w->dev, .out = out,
	    .e = w->e };
	int r = run(&t);

	w->server = NULL;
	dmsc_orders_drop(w);
	dmsc_mounts_free(&t.mounts);
	dmsc_relay_free(&t.relay);
	dmsc_web_free(&t.web);
	dmsc_tell_free(&t.tell);
	dmsc_login_http_free(&t.http);
	dmsc_login_free(&t.login);
	dmsc_buf_free(&t.url);
	return r;
}
