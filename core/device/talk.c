/* The simulated device's session with its card (device/talk.h). */
#include "device/talk.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/cms_parts.h"
#include "crypto/crypto.h"
#include "device/nodes.h"
#include "dm/appl.h"
#include "dm/dm.h"

enum { OBJECT_MAX = 1 << 17, MSG_MAX = 16384, OBJ_MAX = 1 << 20, ID_MAX = 96,
	NAME_MAX_LEN = DMSC_PKG0_SERVER_MAX + 1, MESSAGES = 512,
	INPUT_MAX = 255, WORDS_MAX = 16384 };

struct run {
	const struct dmsc_talk_env *env;
	const struct dmsc_talk_opts *o;
	struct dmsc_device *dev;
	struct dmsc_talk *out;
	struct dmsc_err *e;
	struct dmsc_invite invite;
	char server[NAME_MAX_LEN], device[ID_MAX];
	/* Copies: the account is the card's to change. */
	struct dmsc_buf *held[6];
	struct dmsc_dm_client c;
	size_t n_told;
	bool closed;			/* all changes are told */
	struct dmsc_told change;
	struct dmsc_buf *object, *answer;
	int unanswered;
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
	r = t->env->exchange(t->env->ctx, dmsc_buf_rd(t->object), t->answer,
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
	    .file = t->o->trust, .now = t->env->now };
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
	    dmsc_invite_signer(t->dev, t->server, ask.file) ==
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
	if (!changed && client == NULL && server == NULL)
		return DMSC_E_OK;
	if (dmsc_invite_nonce(t->dev, t->server, "CLCRED", client) !=
	    DMSC_E_OK || dmsc_invite_nonce(t->dev, t->server, "SRVCRED",
	    server) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	return dmsc_device_save(t->dev, e);
}

static void
told(void *ctx, const struct dmsc_cmd *c)
{
	struct run *t = ctx;
	struct dmsc_talk_step *s = dmsc_list_add(&t->out->commands,
	    &t->out->n_commands, sizeof *s);
	uint32_t status = 0;

	t->lost = t->lost || s == NULL;
	if (s == NULL || dmsc_msg_number(c->data, UINT16_MAX, &status) !=
	    DMSC_E_OK)
		return;
	s->status = status;
	if (dmsc_str_set(&s->command, "%s", c->cmd) != DMSC_E_OK ||
	    dmsc_str_set(&s->text, "%s", dmsc_dm_text(status)) !=
	    DMSC_E_OK || (c->target_refs.n > 0 && dmsc_str_set(&s->uri,
	    "%s", c->target_refs.v[0]) != DMSC_E_OK))
		t->lost = true;
}

static bool
event(void *ctx, struct dmsc_dm_event *out)
{
	struct run *t = ctx;
	struct dmsc_talk_told *row;

	t->closed = t->closed ||	/* what follows is the card's doing */
	    !dmsc_told_next(t->dev, t->out->n_told, &t->change);
	if (t->closed || (row = dmsc_list_add(&t->out->told,
	    &t->out->n_told, sizeof *row)) == NULL)
		return false;
	if (dmsc_str_set(&row->uri, "./%s", t->change.uri) != DMSC_E_OK ||
	    dmsc_str_set(&row->change, "%s", t->change.change) != DMSC_E_OK)
		return false;
	*out = (struct dmsc_dm_event){ .code = DMSC_ALERT_GENERIC,
	    .source = row->uri, .type = DMSC_TALK_CHANGED, .format = "chr",
	    .mark = "informational", .data = dmsc_rd_str(row->change) };
	return true;
}

static void
event_told(void *ctx, unsigned status)
{
	struct run *t = ctx;

	if (t->n_told < t->out->n_told)
		t->out->told[t->n_told++].status = status;
}

static const char *
kind_of(unsigned alert)
{
	static const char *const kinds[] = { "display", "confirm", "input",
		"choice", "choices" };

	return kinds[alert - DMSC_ALERT_DISPLAY];
}

/* What is asked, choices numbered behind it. */
static const char *
words(const struct dmsc_dm_question *q, struct dmsc_buf *b)
{
	size_t i;
	int r = dmsc_buf_fmt(b, "%s", q->text);

	for (i = 0; r == DMSC_E_OK && i < q->n_choices; i++)
		r = dmsc_buf_fmt(b, "%s %zu %s", i == 0 ? ":" : ",", i + 1,
		    q->choices[i]);
	return r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
}

/* A text, a number, or numbers with '-' between them. */
static unsigned
type_in(struct run *t, const struct dmsc_dm_question *q,
    struct dmsc_buf *text)
{
	const struct dmsc_input what = { .max = q->max_chars > 0 ?
	    q->max_chars : INPUT_MAX, .digits = q->alert ==
	    DMSC_ALERT_CHOICE || q->input == 'D' || q->input == 'T',
	    .hidden = q->hidden, .preset = q->preset };
	struct dmsc_buf *b = dmsc_buf_new(WORDS_MAX);
	const char *s = b == NULL ? NULL : words(q, b);
	int r = s == NULL || t->env->input == NULL ? DMSC_E_NOANSWER :
	    t->env->input(t->env->arg, s, &what, text);

	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		return DMSC_DM_OK;
	t->unanswered += r == DMSC_E_NOANSWER;
	return r == DMSC_E_NOANSWER ? DMSC_DM_TIMED_OUT : DMSC_DM_CANCELLED;
}

/* Yes and no come from the options or from the user; what must be typed or
 * chosen is what the card itself proposes, where --yes takes that. */
static unsigned
answer_of(struct run *t, const struct dmsc_dm_question *q,
    struct dmsc_buf *text)
{
	bool yes = t->o->confirm == DMSC_CONFIRM_YES;

	if (q->alert == DMSC_ALERT_DISPLAY)
		return DMSC_DM_OK;
	if (t->o->confirm == DMSC_CONFIRM_ASK) {
		if (q->alert != DMSC_ALERT_CONFIRM)
			return type_in(t, q, text);
		if (t->env->ask == NULL || t->env->ask(t->env->arg, q->text,
		    &yes) != DMSC_E_OK) {
			t->unanswered++;
			return DMSC_DM_TIMED_OUT;
		}
	}
	if (!yes)
		return q->alert == DMSC_ALERT_CONFIRM ? DMSC_DM_NO :
		    DMSC_DM_CANCELLED;
	if (q->alert == DMSC_ALERT_CONFIRM)
		return DMSC_DM_OK;
	return q->preset != NULL && dmsc_buf_str(text, q->preset) ==
	    DMSC_E_OK ? DMSC_DM_OK : DMSC_DM_CANCELLED;
}

static unsigned
ask(void *ctx, const struct dmsc_dm_question *q, struct dmsc_buf *text)
{
	struct run *t = ctx;
	struct dmsc_talk_question *row = dmsc_list_add(&t->out->questions,
	    &t->out->n_questions, sizeof *row);

	if (row == NULL || dmsc_str_set(&row->kind, "%s",
	    kind_of(q->alert)) != DMSC_E_OK ||
	    dmsc_str_set(&row->text, "%s", q->text) != DMSC_E_OK)
		return DMSC_DM_FAILED;
	return row->status = answer_of(t, q, text);
}

static int
draw(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	return dmsc_random(out, n);
}

/* A copy of a view into the tree, held until the end. */
static int
hold(struct run *t, size_t i, struct dmsc_rd *r)
{
	if (r->left == 0)
		return DMSC_E_OK;
	if ((t->held[i] = dmsc_buf_from(*r, r->left)) == NULL)
		return no_memory(t);
	*r = dmsc_buf_rd(t->held[i]);
	return DMSC_E_OK;
}

/* Both credentials of the account. */
static int
credentials(struct run *t, const struct dmsc_node *account)
{
	struct dmsc_cred_login *l[] = { &t->c.client, &t->c.server };
	static const char *const levels[] = { "CLCRED", "SRVCRED" };
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < 2; i++) {
		if (dmsc_cred_of(account, levels[i], DMSC_CRED_NONE, l[i]) !=
		    DMSC_E_OK) {
			l[i]->scheme = DMSC_CRED_NONE;
			continue;
		}
		if (t->invite.resync)
			l[i]->nonce = dmsc_rd_of(dmsc_pkg0_zero,
			    sizeof dmsc_pkg0_zero);
		if ((r = hold(t, 3 * i, &l[i]->user)) == DMSC_E_OK &&
		    (r = hold(t, 3 * i + 1, &l[i]->secret)) == DMSC_E_OK)
			r = hold(t, 3 * i + 2, &l[i]->nonce);
	}
	return r;
}

static void
set_up(struct run *t)
{
	struct dmsc_dm_client *c = &t->c;
	const struct dmsc_dm_client_hooks h = { .ctx = t, .ask = ask,
	    .event = event, .event_told = event_told, .trust = trust,
	    .keep = keep, .told = told, .random = draw };
	const struct dmsc_node *n = dmsc_tree_find(t->dev->tree,
	    "DevInfo/DevId");
	struct dmsc_rd id = n == NULL ? dmsc_rd_str("device") :
	    dmsc_node_value(n);

	(void)snprintf(t->device, sizeof t->device, "%.*s", (int)id.left,
	    (const char *)id.p);
	c->tree = t->dev->tree;
	c->way.ctx = t;
	c->way.exchange = exchange;
	c->hooks = h;
	c->nodes.rule = dmsc_device_rule;
	c->server_id = t->server;
	c->to = "./SC";
	c->device = t->device;
	c->session = t->invite.session;
	c->asked = t->out->asked != NULL &&
	    strcmp(t->out->asked, "card") == 0;
	c->max_msg = MSG_MAX;
	c->max_obj = OBJ_MAX;
	c->peer_msg = t->env->max_msg;
	c->max_messages = MESSAGES;
}

/* The account that the card speaks by, and how the session is called. */
static int
asked(struct run *t, struct dmsc_rd package0)
{
	struct dmsc_rd server;
	int r = dmsc_invite_check(t->dev, package0, &t->invite, t->e);

	if (r != DMSC_E_OK)
		return r;
	server = dmsc_cred_server(t->invite.account);
	(void)snprintf(t->server, sizeof t->server, "%.*s",
	    (int)server.left, (const char *)server.p);
	return dmsc_str_set(&t->out->asked, "card") == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(t);
}

/* Nobody asked: the account that this card brought, a session drawn. */
static int
unasked(struct run *t)
{
	const struct dmsc_node *n = NULL;
	struct dmsc_rd server = { NULL, 0 };
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	struct dmsc_origin o;
	uint8_t session[2];
	const char *s;
	size_t i, k;

	for (i = 0; uri != NULL && n == NULL && dmsc_origin_at(t->dev, i,
	    &o); i++)
		for (k = 0; n == NULL && strcmp(o.document, "Account") == 0 &&
		    dmsc_origin_place(&o, k, uri); k++)
			n = (s = dmsc_buf_cstr(uri)) == NULL ? NULL :
			    dmsc_tree_find(t->dev->tree, s);
	dmsc_buf_free(&uri);
	if (n != NULL)
		server = dmsc_cred_server(n);
	if (server.left == 0) {
		(void)dmsc_fail(t->e, DMSC_E_NOTFOUND,
		    "the device has no account of this card");
		return dmsc_err_next(t->e, "device poweron");
	}
	(void)snprintf(t->server, sizeof t->server, "%.*s",
	    (int)server.left, (const char *)server.p);
	if (dmsc_random(session, sizeof session) != DMSC_E_OK ||
	    dmsc_str_set(&t->out->asked, "device") != DMSC_E_OK)
		return no_memory(t);
	t->invite.account = n;
	t->invite.session = 1 + ((unsigned)session[0] << 8 | session[1]) %
	    DMSC_PKG0_SESSION_MAX;
	return DMSC_E_OK;
}

/* Who begins: OK with asked NULL, nobody. */
static int
begin(struct run *t)
{
	struct dmsc_appl_notice n;
	char id[DMSC_PKG0_ID];
	int r = dmsc_appl_notice_get(t->env->notice, &n);

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
	if (dmsc_str_set(&t->out->server, "%s", t->server) != DMSC_E_OK ||
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
	if ((r = credentials(t, t->invite.account)) != DMSC_E_OK)
		return r;
	set_up(t);
	if (dmsc_invite_used(t->dev, t->server, t->invite.session) !=
	    DMSC_E_OK)
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
	    (t->env->card != NULL && dmsc_str_set(&t->out->card, "%s",
	    t->env->card) != DMSC_E_OK))
		return no_memory(t);
	if ((r = begin(t)) == DMSC_E_OK && t->out->asked != NULL)
		r = talk(t);
	if (r == DMSC_E_OK && t->lost)
		r = no_memory(t);
	if (r != DMSC_E_OK || t->unanswered == 0)
		return r;
	(void)dmsc_fail(t->e, DMSC_E_NOANSWER,
	    "the card asked the user, and nobody answered");
	(void)dmsc_err_next(t->e, "device session --yes");
	(void)dmsc_err_next(t->e, "device session --no");
	return DMSC_E_NOANSWER;
}

int
dmsc_talk_run(const struct dmsc_talk_env *env,
    const struct dmsc_talk_opts *o, struct dmsc_talk **out)
{
	struct run t = { .env = env, .o = o, .e = env->e };
	size_t i;
	int r;

	*out = NULL;
	r = dmsc_device_load(env->state_dir, o->device, &t.dev, env->e);
	if (r == DMSC_E_OK)
		r = run(&t);
	*out = t.out;
	for (i = 0; i < DMSC_COUNT(t.held); i++)
		dmsc_buf_free(&t.held[i]);
	dmsc_buf_free(&t.object);
	dmsc_buf_free(&t.answer);
	dmsc_device_free(&t.dev);
	return r;
}
