/* A server's message obeyed by the simulated device (device/server.h): its
 * own tree by the responder, ./SC by the relay. */
#include "device/server.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "device/nodes.h"
#include "device/login.h"
#include "device/orders.h"
#include "device/relay.h"
#include "device/talk.h"
#include "dm/dm.h"
#include "store/appl.h"

enum { ROUNDS = 1024 };

struct turn {
	struct dmsc_world *w;
	struct dmsc_err *lost;
	const struct dmsc_server_opts *o;
	struct dmsc_device *dev;
	struct dmsc_responder *r;
	struct dmsc_relay *relay;
	struct dmsc_mounts *mounts;
	struct dmsc_requester *q;	/* the server's end */
	struct dmsc_msg *m;
	bool xml, changed;
	char id[DMSC_LOGIN_ID];		/* DevId */
	struct dmsc_device_reply *out;
};

static int
no_memory(const struct turn *t)
{
	return dmsc_fail(t->w->e, DMSC_E_NOMEM, "out of memory");
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

static int
start_relay(struct turn *t)
{
	struct dmsc_relay_opts o = { .server = t->o->server,
	    .session = t->m->hdr.session_id, .device = t->id,
	    .exchange = t->w->exchange == NULL ? to_nobody :
	    t->w->exchange, .ctx = t->w->ctx, .max_msg = t->w->max_msg };
	struct dmsc_node *n;

	if (o.session == NULL)
		o.session = "1";
	if (dmsc_relay_new(&o, &t->relay) != DMSC_E_OK ||
	    (t->w->exchange != NULL && dmsc_node_add(t->dev->tree,
	    dmsc_tree_root(t->dev->tree), DMSC_RELAY_ROOT, DMSC_FMT_NODE, &n)
	    == DMSC_E_NOMEM))
		return no_memory(t);
	return DMSC_E_OK;
}

/* What the card keeps for the device, before what it keeps for itself. */
static int
start_mounts(struct turn *t)
{
	struct dmsc_mounts_opts o = { .dev = t->dev, .server = t->o->server,
	    .card = &t->w->mounts, .xml = t->xml,
	    .next = dmsc_relay_past(t->relay) };

	if (dmsc_mount_show(t->dev, o.card) != DMSC_E_OK ||
	    dmsc_mounts_new(&o, &t->mounts) != DMSC_E_OK)
		return no_memory(t);
	return DMSC_E_OK;
}

static int
start(struct turn *t)
{
	struct dmsc_dm_opts d = { .server = t->o->server, .xml = t->xml,
	    .depth = DMSC_TREE_DEPTH_MAX,
	    .hooks = { .ctx = t->w, .rule = dmsc_device_rule,
	    .exec = dmsc_order_take } };
	const struct dmsc_request_opts q = { .self = t->o->server,
	    .peer = t->id, .session = t->m->hdr.session_id == NULL ? "1" :
	    t->m->hdr.session_id };
	int r;

	dmsc_login_device(t->dev, t->id, sizeof t->id);
	if (dmsc_told_begin(t->dev) != DMSC_E_OK)	/* GEN-15 */
		return no_memory(t);
	if ((r = start_relay(t)) != DMSC_E_OK ||
	    (r = start_mounts(t)) != DMSC_E_OK)
		return r;
	d.hooks.elsewhere = dmsc_mounts_past(t->mounts);
	r = dmsc_responder_new(t->dev->tree, &d, &t->r);
	if (r == DMSC_E_FORMAT) {
		(void)dmsc_fail(t->w->e, DMSC_E_USAGE,
		    "no name of a server");
		return dmsc_err_where(t->w->e, "%s", t->o->server);
	}
	if (r == DMSC_E_OK)
		r = dmsc_requester_new(&q, &t->q);
	return r == DMSC_E_OK ? r : no_memory(t);
}

/* The answer as bytes, as it would go to the server. */
static int
keep_answer(struct turn *t, const struct dmsc_msg *m)
{
	int r;

	if (t->out->message != NULL)
		return DMSC_E_OK;	/* the first one is it */
	if ((t->out->message = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return no_memory(t);
	r = t->xml ? dmsc_msg_write_xml(m, false, t->out->message,
	    t->w->e) : dmsc_msg_write(m, t->out->message, t->w->e);
	return r;
}

static int
keep_nonce(struct turn *t, const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->chal.set && m->cmds[i]->chal.meta.next_nonce
		    != NULL && dmsc_str_set(&t->out->nonce, "%s",
		    m->cmds[i]->chal.meta.next_nonce) != DMSC_E_OK)
			return no_memory(t);
	return DMSC_E_OK;
}

/* What the server asked for later, before it hears that it is done later. */
static int
keep_orders(struct turn *t)
{
	int r;

	if (t->o->dry)
		dmsc_orders_drop(t->w);
	if (t->w->n_taken == 0)
		return DMSC_E_OK;
	return (r = dmsc_orders_keep(t->w)) != DMSC_E_OK ? r :
	    dmsc_device_save(t->dev, t->w->e);
}

/* One message to the device, and what it answers. */
static int
obey(struct turn *t, const struct dmsc_msg *m, struct dmsc_msg **answer)
{
	struct dmsc_msg *a = dmsc_msg_new();
	int r = a == NULL ? DMSC_E_NOMEM : dmsc_responder_take(t->r, m,
	    NULL);

	*answer = a;
	if (r != DMSC_E_OK)
		return dmsc_fail(t->w->e, r, "the device cannot answer");
	t->changed = t->changed || dmsc_responder_changed(t->r);
	if ((r = keep_orders(t)) != DMSC_E_OK)
		return r;
	a->hdr.session_id = m->hdr.session_id == NULL ? "1" :
	    m->hdr.session_id;
	a->hdr.msg_id = m->hdr.msg_id == NULL ? "1" : m->hdr.msg_id;
	a->hdr.target.uri = m->hdr.source.uri == NULL ? t->o->server :
	    m->hdr.source.uri;
	a->hdr.source.uri = t->id;
	if (dmsc_responder_give(t->r, a) != DMSC_E_OK)
		return dmsc_fail(t->w->e, DMSC_E_LIMIT,
		    "the device's answer is too large");
	return keep_nonce(t, a);
}

/* The card's challenge: a Get of ./SC brings it, which the card answers
 * without being asked anything. */
static int
ask_nonce(struct turn *t, struct dmsc_cred_login *l, uint8_t *nonce)
{
	struct dmsc_msg *m = dmsc_msg_new(), *a = NULL;
	struct dmsc_cmd *c = m == NULL ? NULL :
	    dmsc_msg_cmd(m, NULL, DMSC_CMD_GET);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(m, c);
	struct dmsc_cred_told told;
	size_t i;
	int r = it == NULL ? no_memory(t) : DMSC_E_OK;

	if (r == DMSC_E_OK) {
		m->hdr = t->m->hdr;
		m->final = true;
		c->id = "1";
		it->target.uri = "./" DMSC_RELAY_ROOT;
		r = obey(t, m, &a);
	}
	l->nonce = dmsc_rd_of(nonce, 0);
	for (i = 0; r == DMSC_E_OK && i < a->n_cmds; i++)
		if (dmsc_cred_told_of(a->cmds[i], &told) == DMSC_E_OK &&
		    told.n > 0) {
			memcpy(nonce, told.nonce, told.n);
			l->nonce.left = told.n;
		}
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	return r;
}

/* What the server does who shares a password with the card: a credential in
 * its message, or (m) a message that holds its own, sealed. */
static int
prove(struct turn *t, struct dmsc_msg *m, struct dmsc_rd sealed)
{
	uint8_t nonce[DMSC_NONCE_MAX];
	struct dmsc_cred_login l = { .scheme = m == NULL ? DMSC_CRED_MD5 :
	    DMSC_CRED_MAC, .user = dmsc_rd_str(t->o->server),
	    .secret = dmsc_secret_rd(t->o->password) };
	int r;

	if (t->o->password == NULL || t->w->exchange == NULL)
		return DMSC_E_OK;
	if ((r = ask_nonce(t, &l, nonce)) != DMSC_E_OK)
		return r;
	if (m != NULL)
		r = dmsc_relay_sealed(m, &l, sealed, t->xml);
	else if (l.nonce.left > 0)
		r = dmsc_relay_prove(t->m, &l);
	return r == DMSC_E_OK ? r : dmsc_fail(t->w->e, r,
	    "the credential cannot be made");
}

/* The card's own answer out of the device's. */
static int
unseal(struct turn *t, const struct dmsc_msg *a)
{
	struct dmsc_msg *in = NULL;
	size_t i;
	int r = DMSC_E_NOTFOUND;

	for (i = 0; i < a->n_cmds && r == DMSC_E_NOTFOUND; i++)
		if (a->cmds[i]->kind == DMSC_CMD_RESULTS &&
		    a->cmds[i]->n_items == 1)
			r = dmsc_msg_read(a->cmds[i]->items[0]->data.bytes,
			    &in, NULL, t->w->e);
	if (r == DMSC_E_NOTFOUND) {	/* the device's own answer says why */
		dmsc_requester_sent(t->q, t->m);
		return dmsc_requester_take(t->q, a, t->w->e);
	}
	if (r == DMSC_E_OK) {
		dmsc_requester_sent(t->q, t->m);
		r = dmsc_requester_take(t->q, in, t->w->e);
	}
	dmsc_msg_free(&in);
	return r;
}

/* One message for the card inside one for the device. */
static int
talk_sealed(struct turn *t, struct dmsc_rd message)
{
	struct dmsc_msg *m = dmsc_msg_new(), *a = NULL;
	int r = DMSC_E_OK;

	if (m == NULL)
		return no_memory(t);
	m->hdr = t->m->hdr;
	m->final = true;
	r = prove(t, m, message);
	if (r == DMSC_E_OK && m->n_cmds == 0)
		r = dmsc_fail(t->w->e, DMSC_E_NOTFOUND,
		    "the card has no tree of its own");
	t->xml = false;			/* it holds bytes */
	if (r == DMSC_E_OK)
		r = obey(t, m, &a);
	if (r == DMSC_E_OK)
		r = keep_answer(t, a);
	if (r == DMSC_E_OK)
		r = unseal(t, a);
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	return r;
}

/* The message, and what the server asks for until it has all answers. */
static int
talk(struct turn *t)
{
	struct dmsc_msg *m = NULL, *a = NULL;
	unsigned n;
	int r;

	if ((r = prove(t, NULL, dmsc_rd_of(NULL, 0))) != DMSC_E_OK)
		return r;
	dmsc_requester_sent(t->q, t->m);
	for (n = 0; n < ROUNDS; n++) {
		r = obey(t, m == NULL ? t->m : m, &a);
		if (r == DMSC_E_OK)
			r = keep_answer(t, a);
		if (r == DMSC_E_OK)
			r = dmsc_requester_take(t->q, a, t->w->e);
		dmsc_msg_free(&m);
		dmsc_msg_free(&a);
		if (r == DMSC_E_OK)
			r = dmsc_requester_give(t->q, &m, t->w->e);
		if (r != DMSC_E_OK || m == NULL)
			break;
	}
	dmsc_msg_free(&m);
	return r;
}

static int
save(struct turn *t)
{
	dmsc_responder_free(&t->r);
	t->out->changed = t->changed;
	return t->changed && !t->o->dry ? dmsc_device_save(t->dev, t->w->e) :
	    DMSC_E_OK;
}

static int
report(struct turn *t)
{
	if (dmsc_str_set(&t->out->device, "%s", t->dev->name) != DMSC_E_OK ||
	    dmsc_str_set(&t->out->server, "%s", t->o->server) != DMSC_E_OK ||
	    dmsc_dm_given(t->q, &t->out->answer) != DMSC_E_OK)
		return no_memory(t);
	t->out->to_card = dmsc_relay_messages(t->relay);
	*t->lost = *dmsc_relay_err(t->relay);
	return DMSC_E_OK;
}

static int
run(struct turn *t, struct dmsc_rd message)
{
	int r;

	if ((t->out = dmsc_view_new(&dmsc_device_reply_view)) == NULL)
		return no_memory(t);
	if ((r = start(t)) != DMSC_E_OK)
		return r;
	r = t->o->sealed ? talk_sealed(t, message) : talk(t);
	if (r != DMSC_E_OK || (r = report(t)) != DMSC_E_OK)
		return r;
	return save(t);
}

int
dmsc_server_run(struct dmsc_world *w, const struct dmsc_server_opts *o,
    struct dmsc_rd message, struct dmsc_err *lost,
    struct dmsc_device_reply **out)
{
	struct turn t = { .w = w, .o = o, .dev = w->dev, .lost = lost,
	    .xml = dmsc_form_guess(message) != DMSC_FORM_SYNCML_WBXML };
	int r;

	*out = NULL;
	w->server = o->server;
	r = dmsc_msg_read(message, &t.m, NULL, w->e);
	if (r != DMSC_E_OK && r != DMSC_E_NOMEM)
		r = dmsc_fail(w->e, DMSC_E_DATA, "no SyncML DM message");
	if (r == DMSC_E_OK)
		r = run(&t, message);
	if (r == DMSC_E_OK) {
		*out = t.out;
		t.out = NULL;
	}
	w->server = NULL;
	dmsc_orders_drop(w);
	dmsc_responder_free(&t.r);
	dmsc_mounts_free(&t.mounts);
	dmsc_relay_free(&t.relay);
	dmsc_requester_free(&t.q);
	dmsc_msg_free(&t.m);
	dmsc_view_free(&dmsc_device_reply_view, t.out);
	return r;
}
