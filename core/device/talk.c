/* The simulated device's session with its card (device/talk.h). */
#include "device/talk.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/cms_parts.h"
#include "crypto/crypto.h"
#include "device/login.h"
#include "device/nodes.h"
#include "device/orders.h"
#include "device/tell.h"
#include "device/user.h"
#include "dm/appl.h"

enum { OBJECT_MAX = 1 << 17, MSG_MAX = 16384, OBJ_MAX = 1 << 20,
	MESSAGES = 512 };

struct run {
	struct dmsc_world *w;
	const struct dmsc_talk_opts *o;
	struct dmsc_device *dev;
	struct dmsc_talk *out;
	struct dmsc_err *e;
	struct dmsc_rd notice;
	struct dmsc_invite invite;
	struct dmsc_login login;
	struct dmsc_user user;
	struct dmsc_tell tell;
	struct dmsc_dm_client c;
	struct dmsc_buf *object, *answer;
	bool lost;			/* a row of the report: no memory */
};

static int
no_memory(struct run *t)
{
	return dmsc_fail(t->e, DMSC_E_NOMEM, "out of memory");
}

/* One message in its object, and the answer's. */
static int
exchange(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct run *t = ctx;
	struct dmsc_appl_message m = { .bytes = out->bytes, .xml = out->xml,
	    .mac = out->mac };
	int r;

	(void)to;
	dmsc_buf_reset(t->object);
	dmsc_buf_reset(t->answer);
	r = dmsc_appl_message_put(t->object, DMSC_APPL_SESSION, &m);
	if (r != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot write a message to the card");
	r = t->w->exchange(t->w->ctx, dmsc_buf_rd(t->object), t->answer,
	    e);
	if (r != DMSC_E_OK)
		return r;
	memset(&m, 0, sizeof m);
	r = dmsc_appl_message_get(dmsc_buf_rd(t->answer), DMSC_APPL_SESSION,
	    &m);
	if (r != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_DATA,
		    "the card's answer is no message");
	in->bytes = m.bytes;
	in->xml = m.xml;
	in->mac = m.mac;
	in->signature = m.signature;
	return DMSC_E_OK;
}

/* Whose signature is trusted: that of the trust given, or of the one that
 * signed for this server the first time. */
static int
check_signature(struct run *t, const struct dmsc_dm_packet *in,
    struct dmsc_err *e)
{
	struct dmsc_cms_ask ask = { .data = in->bytes,
	    .signature = in->signature, .by_file = true,
	    .file = t->o->trust, .now = t->w->now };
	struct dmsc_card_parts parts = { .type = DMSC_PK_NONE };
	struct dmsc_verdict *v = NULL;
	int r = DMSC_E_OK;

	if (in->signature.left > 0 && ask.file.left == 0) {
		r = dmsc_card_parts(in->signature, &parts);
		if (r != DMSC_E_OK)
			return dmsc_fail(e, DMSC_E_SIGNER,
			    "the card's signature cannot be read");
		ask.file = dmsc_buf_rd(parts.cert);
	}
	r = dmsc_cms_check(&ask, &v, e);
	if (r == DMSC_E_OK && v->signer != NULL && t->out->signer == NULL &&
	    dmsc_str_set(&t->out->signer, "%s", v->signer) != DMSC_E_OK)
		r = no_memory(t);
	if (r == DMSC_E_OK && t->o->trust.left == 0 &&
	    dmsc_invite_signer(t->dev, t->login.server_id, ask.file) ==
	    DMSC_E_MISMATCH) {
		r = dmsc_fail(e, DMSC_E_SIGNER,
		    "the card's commands are signed by somebody else");
		(void)dmsc_err_why(e, "not by who signed the first time");
		(void)dmsc_err_next(e, "device session --ca FILE");
	}
	dmsc_view_free(&dmsc_verdict_view, v);
	dmsc_card_parts_free(&parts);
	return r;
}

static unsigned
trust(void *ctx, const struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct run *t = ctx;
	int r;

	if (in->signature.left == 0) {
		(void)dmsc_fail(e, DMSC_E_SIGNER,
		    "the card's commands are not signed");
		return DMSC_DM_UNAUTHORIZED;
	}
	r = check_signature(t, in, e);
	if (r == DMSC_E_OK)
		return DMSC_DM_OK;
	if (e->code == DMSC_E_OK)
		(void)dmsc_fail(e, r, "the card's signature does not hold");
	return DMSC_DM_UNAUTHORIZED;
}

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

static void
set_up(struct run *t)
{
	struct dmsc_dm_client *c = &t->c;
	const struct dmsc_dm_client_hooks h = { .ctx = t, .ask = ask,
	    .event = event, .event_told = event_told, .trust = trust,
	    .keep = keep, .told = told, .random = draw };

	c->tree = t->dev->tree;
	c->way.ctx = t;
	c->way.exchange = exchange;
	c->hooks = h;
	c->nodes.ctx = t->w;
	c->nodes.rule = dmsc_device_rule;
	c->nodes.exec = dmsc_order_take;
	c->client = t->login.client;
	c->server = t->login.server;
	c->server_id = t->login.server_id;
	c->to = "./SC";
	c->device = t->login.device;
	c->session = t->invite.session;
	c->asked = t->out->asked != NULL &&
	    strcmp(t->out->asked, "card") == 0;
	c->max_msg = MSG_MAX;
	c->max_obj = OBJ_MAX;
	c->peer_msg = t->w->max_msg;
	c->max_messages = MESSAGES;
	t->tell = (struct dmsc_tell){ .dev = t->dev,
	    .server = t->login.server_id, .alerts = &t->out->alerts,
	    .n_alerts = &t->out->n_alerts, .told = &t->out->told,
	    .n_told = &t->out->n_told };
	t->user = (struct dmsc_user){ .w = t->w,
	    .rows = &t->out->questions, .n_rows = &t->out->n_questions };
	t->w->server = t->login.server_id;
}

/* Both sides of the account, as they are now. */
static int
login(struct run *t)
{
	return dmsc_login_take(t->dev, t->invite.account, t->invite.resync,
	    &t->login) == DMSC_E_OK ? DMSC_E_OK : no_memory(t);
}

/* The account that the card speaks by, and how the session is called. */
static int
asked(struct run *t, struct dmsc_rd package0)
{
	int r = dmsc_invite_check(t->dev, package0, &t->invite, t->e);

	if (r != DMSC_E_OK || (r = login(t)) != DMSC_E_OK)
		return r;
	return dmsc_str_set(&t->out->asked, "card") == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(t);
}

/* Nobody asked: the account that this card brought, a session drawn. */
static int
unasked(struct run *t)
{
	const struct dmsc_node *n = dmsc_login_card(t->dev);
	uint8_t session[2];

	if (n == NULL || dmsc_cred_server(n).left == 0) {
		(void)dmsc_fail(t->e, DMSC_E_NOTFOUND,
		    "the device has no account of this card");
		return dmsc_err_next(t->e, "device poweron");
	}
	if (dmsc_random(session, sizeof session) != DMSC_E_OK ||
	    dmsc_str_set(&t->out->asked, "device") != DMSC_E_OK)
		return no_memory(t);
	t->invite.account = n;
	t->invite.session = 1 + ((unsigned)session[0] << 8 | session[1]) %
	    DMSC_PKG0_SESSION_MAX;
	return login(t);
}

/* Who begins: OK with asked NULL, nobody. */
static int
begin(struct run *t)
{
	struct dmsc_appl_notice n;
	char id[DMSC_PKG0_ID];
	int r = dmsc_appl_notice_get(t->notice, &n);

	if (r != DMSC_E_OK && r != DMSC_E_NOTFOUND)
		return dmsc_fail(t->e, DMSC_E_DATA,
		    "the card's notice cannot be read");
	if (r == DMSC_E_OK && n.package0.left > 0)
		r = asked(t, n.package0);
	else if (t->o->anyway)
		r = unasked(t);
	else
		return DMSC_E_OK;
	if (r != DMSC_E_OK)
		return r;
	dmsc_pkg0_id(t->invite.session, id);
	if (dmsc_str_set(&t->out->server, "%s", t->login.server_id) !=
	    DMSC_E_OK ||
	    dmsc_str_set(&t->out->session, "%s", id) != DMSC_E_OK)
		return no_memory(t);
	return DMSC_E_OK;
}

/* What the card has heard is told; what it refused is told again. */
static int
settle(struct run *t, bool good)
{
	const struct dmsc_talk_told *v = t->out->told;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < t->out->n_told && r == DMSC_E_OK; i++)
		if (v[i].status >= 200 && v[i].status < 300)
			r = dmsc_told_done(t->dev, v[i].uri + 2);
		else
			good = false;
	if (r == DMSC_E_OK && good)	/* the card knows what it did */
		r = dmsc_told_all(t->dev);
	if (r == DMSC_E_OK)
		r = dmsc_told_begin(t->dev);
	return r == DMSC_E_OK ? dmsc_device_save(t->dev, t->e) :
	    no_memory(t);
}

static int
talk(struct run *t)
{
	struct dmsc_dm_outcome x;
	struct dmsc_err kept;
	int r, r2;

	t->object = dmsc_buf_new(OBJECT_MAX);
	t->answer = dmsc_buf_new(OBJECT_MAX);
	if (t->object == NULL || t->answer == NULL)
		return no_memory(t);
	set_up(t);
	if (dmsc_invite_used(t->dev, t->login.server_id, t->invite.session)
	    != DMSC_E_OK)
		return no_memory(t);
	r = dmsc_dm_client_run(&t->c, &x, t->e);
	t->out->messages = x.messages;
	t->out->bytes = x.sent + x.received;
	t->out->aborted = x.aborted;
	kept = *t->e;
	r2 = settle(t, r == DMSC_E_OK);
	if (r == DMSC_E_OK)
		return r2;
	*t->e = kept;
	return r;
}

static int
run(struct run *t)
{
	int r;

	if ((t->out = dmsc_view_new(&dmsc_talk_view)) == NULL ||
	    dmsc_str_set(&t->out->device, "%s", t->dev->name) != DMSC_E_OK ||
	    (t->w->card != NULL && dmsc_str_set(&t->out->card, "%s",
	    t->w->card) != DMSC_E_OK))
		return no_memory(t);
	if ((r = begin(t)) == DMSC_E_OK && t->out->asked != NULL)
		r = talk(t);
	if (r == DMSC_E_OK && t->lost)
		r = no_memory(t);
	if (r != DMSC_E_OK || t->user.unanswered == 0)
		return r;
	(void)dmsc_fail(t->e, DMSC_E_NOANSWER,
	    "the card asked the user, and nobody answered");
	(void)dmsc_err_next(t->e, "device session --yes");
	(void)dmsc_err_next(t->e, "device session --no");
	return DMSC_E_NOANSWER;
}

int
dmsc_talk_run(struct dmsc_world *w, struct dmsc_rd notice,
    const struct dmsc_talk_opts *o, struct dmsc_talk **out)
{
	struct run t = { .w = w, .o = o, .dev = w->dev, .e = w->e,
	    .notice = notice };
	int r = run(&t);

	*out = t.out;
	w->server = NULL;
	dmsc_orders_drop(w);
	dmsc_tell_free(&t.tell);
	dmsc_login_free(&t.login);
	dmsc_buf_free(&t.object);
	dmsc_buf_free(&t.answer);
	return r;
}
