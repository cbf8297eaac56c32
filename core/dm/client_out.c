/* A client's messages: package 1, answers, events (reference 4.3 to 4.7). */
#include <string.h>

#include "base/base.h"
#include "dm/client_in.h"

/* What is ours to say is numbered: the Alert of the session, the leaves of
 * DevInfo, events. */
static size_t
units(const struct cl *s)
{
	return 1 + s->n_info + s->n_events;
}

bool
dm_client_waits(const struct cl *s)
{
	return s->unit < units(s) || dmsc_responder_waiting(s->r);
}

void
dm_client_events(struct cl *s)
{
	const struct dmsc_dm_client_hooks *h = &s->c->hooks;

	while (h->event != NULL && s->n_events < CL_EVENTS &&
	    h->event(h->ctx, &s->events[s->n_events].v))
		s->n_events++;
}

static struct dmsc_cmd *
command(struct dmsc_msg *m, enum dmsc_cmd_kind kind)
{
	const char *id = dmsc_msg_str(m, "%zu", m->n_cmds + 1);
	struct dmsc_cmd *c = id == NULL ? NULL : dmsc_msg_cmd(m, NULL, kind);

	if (c != NULL)
		c->id = id;
	return c;
}

static int
put_alert(struct dmsc_msg *m, unsigned code, struct dmsc_cmd **out)
{
	struct dmsc_cmd *c = command(m, DMSC_CMD_ALERT);

	if (c == NULL || (c->data = dmsc_msg_str(m, "%u", code)) == NULL)
		return DMSC_E_NOMEM;
	if (out != NULL)
		*out = c;
	return DMSC_E_OK;
}

/* All leaves that go with one message are Items of one Replace. */
static int
put_info(struct dmsc_msg *m, const struct dmsc_node *n)
{
	struct dmsc_cmd *c = m->n_cmds == 0 ? NULL : m->cmds[m->n_cmds - 1];
	const char *name = dmsc_node_name(n);
	struct dmsc_item *it;

	if ((c == NULL || c->kind != DMSC_CMD_REPLACE) &&
	    (c = command(m, DMSC_CMD_REPLACE)) == NULL)
		return DMSC_E_NOMEM;
	if ((it = dmsc_msg_item(m, c)) == NULL ||
	    (it->source.uri = dmsc_msg_str(m, "./DevInfo/%s", name)) == NULL)
		return DMSC_E_NOMEM;
	it->meta.format = dmsc_format_name(dmsc_node_format(n));
	it->meta.type = dmsc_msg_str(m, "%s", dmsc_node_type(n));
	return it->meta.type == NULL ? DMSC_E_NOMEM :
	    dmsc_msg_data(m, &it->data, dmsc_node_value(n),
	    dmsc_node_format(n) == DMSC_FMT_BIN);
}

static int
put_event(struct cl *s, struct dmsc_msg *m, struct cl_event *ev)
{
	const struct dmsc_dm_event *v = &ev->v;
	struct dmsc_item *it = NULL;
	struct dmsc_cmd *c = NULL;
	int r = put_alert(m, v->code, &c);

	if (r == DMSC_E_OK && (it = dmsc_msg_item(m, c)) == NULL)
		r = DMSC_E_NOMEM;
	if (r != DMSC_E_OK)
		return r;
	c->correlator = v->correlator;
	it->source.uri = v->source;
	it->meta.type = v->type;
	it->meta.format = v->format;
	it->meta.mark = v->mark;
	ev->msg = s->msg;
	ev->cmd = (unsigned)m->n_cmds;
	return dmsc_msg_data(m, &it->data, v->data,
	    v->format != NULL && strcmp(v->format, "bin") == 0);
}

static int
put_unit(struct cl *s, struct dmsc_msg *m, size_t i)
{
	if (i == 0)
		return put_alert(m, s->c->asked ? DMSC_ALERT_SERVER_MGMT :
		    DMSC_ALERT_CLIENT_MGMT, NULL);
	return i <= s->n_info ? put_info(m, s->info[i - 1]) :
	    put_event(s, m, &s->events[i - 1 - s->n_info]);
}

static struct dmsc_msg *
header(struct cl *s)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cred_login login;
	struct dmsc_hdr *h;

	if (m == NULL)
		return NULL;
	h = &m->hdr;
	h->session_id = s->session;
	h->msg_id = dmsc_msg_str(m, "%u", ++s->msg);
	h->target.uri = s->c->to;
	h->source.uri = s->c->device;
	if (s->first && s->c->max_msg > 0)
		h->meta.max_msg = dmsc_msg_str(m, "%zu", s->c->max_msg);
	if (s->first && s->c->max_obj > 0)
		h->meta.max_obj = dmsc_msg_str(m, "%zu", s->c->max_obj);
	dm_client_login(s, &login);
	if (h->msg_id == NULL || (s->show && login.scheme != DMSC_CRED_NONE &&
	    dmsc_cred_put(m, &login) != DMSC_E_OK))
		dmsc_msg_free(&m);
	return m;
}

static int
encode(struct cl *s, const struct dmsc_msg *m)
{
	dmsc_buf_free(&s->wire);
	if ((s->wire = dmsc_buf_new(s->peer_msg)) == NULL)
		return DMSC_E_NOMEM;
	return s->c->xml ? dmsc_msg_write_xml(m, false, s->wire, s->e) :
	    dmsc_msg_write(m, s->wire, s->e);
}

/* As many units behind what m has as there is room for. */
static int
fill(struct cl *s, struct dmsc_msg *m, bool package1)
{
	size_t base = m->n_cmds, to = units(s), i;
	int r;

	if (m->n_cmds > 0 && dmsc_responder_waiting(s->r))
		to = s->unit;
	for (;; to--) {
		m->n_cmds = base;
		r = DMSC_E_OK;
		for (i = s->unit; i < to && r == DMSC_E_OK; i++)
			r = put_unit(s, m, i);
		if (r == DMSC_E_OK && m->n_cmds <= 1 && !package1 &&
		    !s->final)
			r = put_alert(m, DMSC_ALERT_NEXT_MESSAGE, NULL);
		if (r != DMSC_E_OK)
			return r;
		m->final = (package1 || s->final) && to == units(s) &&
		    !dmsc_responder_waiting(s->r);
		if ((r = encode(s, m)) != DMSC_E_LIMIT || to <= s->unit)
			break;
	}
	if (r == DMSC_E_OK && m->n_cmds == 0)
		r = DMSC_E_LIMIT;
	if (r == DMSC_E_OK)
		s->unit = to;
	return r;
}

static void
tell(struct cl *s, const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++) {
		const struct dmsc_cmd *c = m->cmds[i];

		if (c->kind != DMSC_CMD_STATUS || (c->cmd_ref != NULL &&
		    strcmp(c->cmd_ref, "0") == 0))
			continue;
		s->out->commands++;
		if (s->c->hooks.told != NULL)
			s->c->hooks.told(s->c->hooks.ctx, c);
	}
}

static int
seal(struct cl *s, struct dmsc_dm_packet *out)
{
	struct dmsc_cred_login login;
	int r = DMSC_E_OK;

	memset(out, 0, sizeof *out);
	out->bytes = dmsc_buf_rd(s->wire);
	out->xml = s->c->xml;
	dm_client_login(s, &login);
	if (s->show && login.scheme == DMSC_CRED_MAC) {
		if (s->spent)
			return DMSC_E_AUTHFAIL;
		s->spent = true;
		dmsc_buf_reset(s->mac);
		r = dmsc_cred_mac_put(&login, out->bytes, s->mac);
		out->mac = dmsc_buf_rd(s->mac);
	}
	return r;
}

int
dm_client_write(struct cl *s, struct dmsc_dm_packet *out)
{
	struct dmsc_msg *m = header(s);
	int r = m == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && dmsc_responder_waiting(s->r))
		r = dmsc_responder_give(s->r, m);
	if (r == DMSC_E_OK)
		r = fill(s, m, s->first);
	if (r == DMSC_E_OK)
		r = seal(s, out);
	if (r == DMSC_E_OK) {
		tell(s, m);
		if (m->final) {
			s->final = false;
			s->first = false;
		}
	} else
		r = dmsc_fail(s->e, r, r == DMSC_E_LIMIT ? "the server takes "
		    "no message as large as ours" : r == DMSC_E_AUTHFAIL ?
		    "the server gives no nonce for the next message" :
		    "cannot write a message");
	dmsc_msg_free(&m);
	return r;
}

int
dm_client_abort(struct cl *s, struct dmsc_dm_packet *out)
{
	struct dmsc_msg *m = header(s);
	int r = m == NULL ? DMSC_E_NOMEM :
	    put_alert(m, DMSC_ALERT_SESSION_ABORT, NULL);

	if (r == DMSC_E_OK) {
		m->final = true;
		r = encode(s, m);
	}
	if (r == DMSC_E_OK)
		r = seal(s, out);
	dmsc_msg_free(&m);
	return r;
}
