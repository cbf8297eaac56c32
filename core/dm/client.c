/* A device's session with a server, from package 1 to its end. */
#include "dm/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "dm/client_in.h"
#include "dm/pkg0.h"

enum { MAC_MAX = 1024, TYPED_MAX = 65535 };

static void
rule(void *ctx, const struct dmsc_node *parent, const char *name,
    struct dmsc_dm_rule *out)
{
	const struct cl *s = ctx;

	s->c->nodes.rule(s->c->nodes.ctx, parent, name, out);
}

static size_t
room(void *ctx)
{
	const struct cl *s = ctx;

	return s->c->nodes.room(s->c->nodes.ctx);
}

static unsigned
exec(void *ctx, const struct dmsc_node *n, const struct dmsc_cmd *c,
    struct dmsc_rd arg)
{
	const struct cl *s = ctx;

	return s->c->nodes.exec(s->c->nodes.ctx, n, c, arg);
}

static unsigned
alert(void *ctx, const struct dmsc_cmd *c)
{
	struct cl *s = ctx;
	uint32_t code = 0;

	dmsc_buf_reset(s->typed);
	if (dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK)
		return DMSC_DM_INCOMPLETE;
	if (code == DMSC_ALERT_SESSION_ABORT) {
		s->aborted = true;
		return DMSC_DM_OK;
	}
	return code >= DMSC_ALERT_DISPLAY && code <= DMSC_ALERT_CHOICES ?
	    dm_client_ask(s, c, code) : DMSC_DM_UNSUPPORTED;
}

static struct dmsc_rd
typed(void *ctx)
{
	const struct cl *s = ctx;

	return dmsc_buf_rd(s->typed);
}

/* The Status of an event of ours. */
static void
answer(void *ctx, const struct dmsc_cmd *c)
{
	struct cl *s = ctx;
	uint32_t msg, cmd, status;
	size_t i;

	if (c->kind != DMSC_CMD_STATUS ||
	    dmsc_msg_number(c->msg_ref, UINT32_MAX, &msg) != DMSC_E_OK ||
	    dmsc_msg_number(c->cmd_ref, UINT32_MAX, &cmd) != DMSC_E_OK ||
	    dmsc_msg_number(c->data, UINT16_MAX, &status) != DMSC_E_OK)
		return;
	for (i = s->n_told; i < s->n_events; i++)
		if (s->events[i].msg == msg && s->events[i].cmd == cmd)
			break;
	if (i == s->n_events)
		return;
	for (; s->n_told < i; s->n_told++)	/* that it passed over */
		if (s->c->hooks.event_told != NULL)
			s->c->hooks.event_told(s->c->hooks.ctx, 0);
	s->n_told++;
	if (s->c->hooks.event_told != NULL)
		s->c->hooks.event_told(s->c->hooks.ctx, status);
}

static struct dmsc_dm_opts
opts(const struct cl *s)
{
	const struct dmsc_dm_client *c = s->c;
	struct dmsc_dm_opts o = { .server = c->server_id,
		.max_msg = s->peer_msg, .peer_obj = s->peer_obj,
		.max_obj = c->max_obj, .props = c->props, .now = c->now,
		.xml = c->xml };

	o.hooks.ctx = (void *)(uintptr_t)s;
	o.hooks.rule = c->nodes.rule == NULL ? NULL : rule;
	o.hooks.room = c->nodes.room == NULL ? NULL : room;
	o.hooks.exec = c->nodes.exec == NULL ? NULL : exec;
	o.hooks.elsewhere = c->nodes.elsewhere;
	o.hooks.alert = alert;
	o.hooks.typed = typed;
	o.hooks.answer = answer;
	return o;
}

/* As DevInfo is now: what the server does to it changes no package 1. */
static int
facts(struct cl *s)
{
	const struct dmsc_node *n = dmsc_tree_find(s->c->tree, "DevInfo");
	struct dmsc_node *copy = NULL;
	int r;

	if ((s->facts = dmsc_tree_new(SIZE_MAX / 2)) == NULL)
		return DMSC_E_NOMEM;
	if (n == NULL || dmsc_node_is_leaf(n))
		return DMSC_E_OK;
	r = dmsc_node_graft(s->facts, dmsc_tree_root(s->facts), "DevInfo", n,
	    &copy);
	for (n = r == DMSC_E_OK ? dmsc_node_first(copy) : NULL; n != NULL &&
	    s->n_info < CL_UNITS; n = dmsc_node_next(n))
		if (dmsc_node_is_leaf(n))
			s->info[s->n_info++] = n;
	return r;
}

static int
begin(struct cl *s)
{
	struct dmsc_dm_opts o;
	int r;

	dmsc_pkg0_id(s->c->session, s->session);
	if ((size_t)snprintf(s->to, sizeof s->to, "%s", s->c->to) >=
	    sizeof s->to)
		return DMSC_E_LIMIT;
	s->peer_msg = s->c->peer_msg > 0 ? s->c->peer_msg :
	    DMSC_DM_DEFAULT_MSG;
	s->first = true;
	s->scheme = s->c->client.scheme;
	s->show = s->scheme != DMSC_CRED_NONE;
	if ((r = facts(s)) != DMSC_E_OK)
		return r;
	dm_client_events(s);
	s->typed = dmsc_buf_new(TYPED_MAX);
	s->mac = dmsc_buf_new(MAC_MAX);
	o = opts(s);
	return s->typed == NULL || s->mac == NULL ? DMSC_E_NOMEM :
	    dmsc_responder_new(s->c->tree, &o, &s->r);
}

/* Where to, and how much, from now on. */
static int
heed(struct cl *s, const struct dmsc_msg *m)
{
	const struct dmsc_hdr *h = &m->hdr;
	struct dmsc_dm_opts o;
	uint32_t n;

	if (h->session_id == NULL ||
	    strcasecmp(h->session_id, s->session) != 0) {
		dmsc_fail(s->e, DMSC_E_FORMAT,
		    "the answer is of another session");
		return dmsc_err_where(s->e, "%s", h->session_id == NULL ?
		    "none" : h->session_id);
	}
	if (h->resp_uri != NULL && *h->resp_uri != '\0' &&
	    (size_t)snprintf(s->to, sizeof s->to, "%s", h->resp_uri) >=
	    sizeof s->to)
		return dmsc_fail(s->e, DMSC_E_LIMIT,
		    "the server's address is too long");
	if (dmsc_msg_number(h->meta.max_msg, DMSC_DOC_MAX, &n) == DMSC_E_OK &&
	    n > 0)
		s->peer_msg = n;
	if (dmsc_msg_number(h->meta.max_obj, UINT32_MAX, &n) == DMSC_E_OK)
		s->peer_obj = n;
	o = opts(s);
	return dmsc_responder_set(s->r, &o);
}

/* answered: their nonce goes out with our answer. */
static int
obey(struct cl *s, const struct dmsc_msg *m, const struct dmsc_dm_auth *auth,
    bool answered)
{
	const struct dmsc_dm_client_hooks *h = &s->c->hooks;
	bool sure = s->sure || s->c->server.scheme == DMSC_CRED_NONE;
	bool changed;
	int r;

	if ((r = dmsc_responder_take(s->r, m, auth)) != DMSC_E_OK)
		return dmsc_fail(s->e, r, "cannot carry out the commands");
	changed = dmsc_responder_changed(s->r);
	s->out->changed = s->out->changed || changed;
	if (h->keep == NULL)
		return DMSC_E_OK;
	return h->keep(h->ctx, changed,
	    sure && s->mine.fresh ? &s->mine : NULL,
	    answered && s->sure && s->theirs.fresh ? &s->theirs : NULL,
	    s->e);
}

/* One message of the server; *more: we have something to say to it. */
static int
message(struct cl *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, bool *more)
{
	bool waited = dm_client_waits(s) || s->first;
	struct dmsc_dm_auth auth;
	int r;

	*more = false;
	if ((r = heed(s, m)) != DMSC_E_OK ||
	    (r = dm_client_told(s, m)) != DMSC_E_OK ||
	    (r = dm_client_judge(s, m, in, &auth)) != DMSC_E_OK)
		return r;
	s->final = s->final || m->final;
	*more = waited || s->first || !s->final || dm_client_has_work(m) ||
	    auth.status >= 300;
	if ((r = obey(s, m, &auth, *more)) != DMSC_E_OK)
		return r;
	if (s->aborted) {
		s->out->aborted = true;
		*more = false;
		return DMSC_E_OK;
	}
	dm_client_events(s);
	*more = *more || s->unit < 1 + s->n_info + s->n_events;
	return s->ends && !*more ? s->code : DMSC_E_OK;
}

static int
send(struct cl *s, const struct dmsc_dm_packet *p, struct dmsc_dm_packet *in)
{
	int r;

	memset(in, 0, sizeof *in);
	s->out->messages++;
	s->out->sent += p->bytes.left;
	r = s->c->way.exchange(s->c->way.ctx, s->to, p, in, s->e);
	s->out->received += in->bytes.left;
	return r;
}

/* Says that we go; whether it is heard changes nothing. */
static void
leave(struct cl *s)
{
	struct dmsc_err kept;
	struct dmsc_dm_packet p, in;

	if (s->e != NULL)
		kept = *s->e;
	if (dm_client_abort(s, &p) == DMSC_E_OK && send(s, &p, &in) ==
	    DMSC_E_OK)
		s->out->status = 0;
	if (s->e != NULL)
		*s->e = kept;
}

static int
never_ends(struct cl *s, unsigned max)
{
	dmsc_fail(s->e, DMSC_E_LIMIT, "the server does not end the session");
	(void)dmsc_err_why(s->e, "%u messages went out", max);
	return DMSC_E_LIMIT;
}

static int
talk(struct cl *s)
{
	unsigned max = s->c->max_messages > 0 ? s->c->max_messages :
	    DMSC_DM_MESSAGES;
	struct dmsc_dm_packet p, in;
	struct dmsc_msg *m = NULL;
	bool more = true;
	int r = DMSC_E_OK;

	while (more && r == DMSC_E_OK) {
		if (s->out->messages >= max)
			r = never_ends(s, max);
		else
			r = dm_client_write(s, &p);
		if (r != DMSC_E_OK)
			break;
		if ((r = send(s, &p, &in)) != DMSC_E_OK)
			return r;
		if (s->ends || in.bytes.left == 0)
			return s->code;
		r = dmsc_msg_read(in.bytes, &m, NULL, s->e);
		if (r == DMSC_E_OK)
			r = message(s, m, &in, &more);
		dmsc_msg_free(&m);
	}
	if (r != DMSC_E_OK && r != DMSC_E_AUTH && r != DMSC_E_AUTHFAIL)
		leave(s);
	return r;
}

int
dmsc_dm_client_run(const struct dmsc_dm_client *c,
    struct dmsc_dm_outcome *out, struct dmsc_err *e)
{
	struct cl *s = calloc(1, sizeof *s);
	int r = DMSC_E_NOMEM;

	memset(out, 0, sizeof *out);
	dmsc_err_clear(e);
	if (s != NULL) {
		s->c = c;
		s->out = out;
		s->e = e;
		r = begin(s);
	}
	if (r != DMSC_E_OK)
		(void)dmsc_fail(e, r, "cannot begin a session");
	else
		r = talk(s);
	if (s != NULL) {
		dmsc_responder_free(&s->r);
		dmsc_tree_free(&s->facts);
		dmsc_buf_free(&s->wire);
		dmsc_buf_free(&s->mac);
		dmsc_buf_free(&s->typed);
		dmsc_wipe(s, sizeof *s);
	}
	free(s);
	return r;
}
