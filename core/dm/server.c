/* A server's session with a device, from package 1 to its end. */
#include "dm/server.h"

#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "dm/asks.h"
#include "dm/server_in.h"

int
dmsc_dm_server_new(const struct dmsc_dm_server_opts *o,
    struct dmsc_dm_server **out)
{
	struct dmsc_dm_server *s = calloc(1, sizeof *s);

	*out = s;
	if (s == NULL)
		return DMSC_E_NOMEM;
	s->o = *o;
	if (s->o.max_messages == 0)
		s->o.max_messages = DMSC_DM_SERVER_MESSAGES;
	s->scheme = o->server.scheme;
	s->show = s->scheme != DMSC_CRED_NONE;
	return DMSC_E_OK;
}

void
dmsc_dm_server_free(struct dmsc_dm_server **ps)
{
	struct dmsc_dm_server *s = ps == NULL ? NULL : *ps;

	if (s == NULL)
		return;
	dmsc_requester_free(&s->q);
	dmsc_tree_free(&s->info);
	dmsc_msg_free(&s->statuses);
	dmsc_msg_free(&s->commands);
	dmsc_buf_free(&s->last);
	dmsc_buf_free(&s->wire);
	dmsc_buf_free(&s->mac);
	dmsc_wipe(s, sizeof *s);
	free(s);
	*ps = NULL;
}

static int
begin(struct dmsc_dm_server *s)
{
	const struct dmsc_request_opts o = { .self = s->o.url,
		.peer = s->o.device, .session = s->o.session,
		.peer_msg = s->peer_msg, .max_reply = s->o.max_reply,
		.first_msg = s->msg + 1, .sequence = s->batch.sequence,
		.xml = s->o.xml || s->xml, .who = "device" };
	size_t i;

	dmsc_requester_free(&s->q);
	s->again = false;
	for (i = 0; i < s->batch.n; i++) {
		s->batch.v[i].status = 0;
		s->batch.v[i].have = 0;
	}
	if (dmsc_requester_new(&o, &s->q) != DMSC_E_OK)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	dmsc_requester_start(s->q, s->batch.v, s->batch.n, s->batch.n_group);
	return DMSC_E_OK;
}

/* Its answers to what is out. */
static int
feed(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	struct dmsc_msg only = *m;
	size_t i;
	int r;

	if (s->q == NULL || (s->again && !m->final))
		return DMSC_E_OK;
	if (s->again)
		return begin(s);
	only.n_cmds = 0;
	only.cmds = calloc(DMSC_MAX(m->n_cmds, 1), sizeof *only.cmds);
	if (only.cmds == NULL)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->kind == DMSC_CMD_STATUS ||
		    m->cmds[i]->kind == DMSC_CMD_RESULTS ||
		    (m->cmds[i]->kind == DMSC_CMD_ALERT &&
		    m->cmds[i]->fault.what == NULL))
			only.cmds[only.n_cmds++] = m->cmds[i];
	r = dmsc_requester_take(s->q, &only, s->e);
	free(only.cmds);
	return r;
}

/* What the caller wants next; none: all is said. */
static int
next(struct dmsc_dm_server *s)
{
	struct dmsc_dm_server_batch b = { .n = 0 };
	int r = s->o.hooks.next(s->o.hooks.ctx, s->q, &b, s->e);

	dmsc_requester_free(&s->q);
	if (r != DMSC_E_OK)
		return s->e != NULL && s->e->code == r ? r :
		    dmsc_fail(s->e, r, "no commands for the device");
	s->batch = b;
	s->abort = b.abort;
	if (!b.abort && b.n > 0)
		return begin(s);
	s->state = DMSC_DM_SERVER_DONE;
	return DMSC_E_OK;
}

/* Alert 1222, or nothing but Statuses where nothing else has room. */
static int
only_more(struct dmsc_dm_server *s)
{
	struct dmsc_cmd *c;

	s->final = false;
	if ((s->commands = dmsc_msg_new()) == NULL ||
	    (c = dmsc_msg_cmd(s->commands, NULL, DMSC_CMD_ALERT)) == NULL ||
	    (c->id = dmsc_msg_str(s->commands, "%zu",
	    s->statuses->n_cmds + 1)) == NULL)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	c->data = "1222";
	return DMSC_E_OK;
}

static int
give(struct dmsc_dm_server *s, bool *alone)
{
	unsigned n = (unsigned)s->statuses->n_cmds;
	bool more = s->q->more;
	size_t size = 0;
	int r = dm_server_cost(s, &size);

	if (r != DMSC_E_OK)
		return r;
	dmsc_requester_behind(s->q, s->msg + 1, n, size);
	r = dmsc_requester_give(s->q, &s->commands, s->e);
	if (r == DMSC_E_LIMIT && n > 1) {
		*alone = true;		/* the next has fewer Statuses */
		dmsc_err_clear(s->e);
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK && s->commands != NULL)
		s->final = s->commands->final && !more;
	return r;
}

/* What goes to the device beside Statuses. */
static int
work(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	bool alone = false;
	int r;

	s->final = true;
	s->abort = false;
	if (s->ends || s->status >= 300 || s->state != DMSC_DM_SERVER_OPEN)
		return DMSC_E_OK;
	if ((r = feed(s, m)) != DMSC_E_OK)
		return r;
	if (!m->final && (s->q == NULL || s->again))
		return only_more(s);
	for (;;) {
		r = s->q == NULL ? DMSC_E_OK : give(s, &alone);
		if (r == DMSC_E_OK && alone)
			return only_more(s);
		if (r != DMSC_E_OK || s->commands != NULL)
			return r;
		if ((r = next(s)) != DMSC_E_OK ||
		    s->state == DMSC_DM_SERVER_DONE)
			return r;
	}
}

static int
hear(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in)
{
	int r = dm_server_heed(s, m);

	if (r == DMSC_E_OK && ++s->messages > s->o.max_messages) {
		dmsc_fail(s->e, DMSC_E_LIMIT,
		    "the device does not end the session");
		(void)dmsc_err_why(s->e, "%u messages came",
		    s->messages - 1);
		r = DMSC_E_LIMIT;
	}
	if (r == DMSC_E_OK && (r = dm_server_told(s, m)) == DMSC_E_OK)
		r = dm_server_judge(s, m, in);
	if (r != DMSC_E_OK)
		return r;
	if (s->known && s->state == DMSC_DM_SERVER_NEW)
		s->state = DMSC_DM_SERVER_OPEN;
	if ((r = dm_server_answer(s, m)) == DMSC_E_OK)
		r = work(s, m);
	return r;
}

/* Tells the device that it is over, if that can be said. */
static void
leave(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    struct dmsc_dm_packet *out)
{
	struct dmsc_err kept = *s->e;
	struct dmsc_msg head = *m;	/* its commands are not heard twice */

	head.n_cmds = 0;
	if (s->state != DMSC_DM_SERVER_REFUSED)
		s->state = DMSC_DM_SERVER_BROKEN;
	dmsc_msg_free(&s->commands);
	dmsc_msg_free(&s->statuses);
	s->abort = s->final = true;
	s->challenge = false;
	if (s->status == 0)
		s->status = DMSC_DM_OK;
	if (m->hdr.source.uri == NULL || m->hdr.msg_id == NULL ||
	    dm_server_answer(s, &head) != DMSC_E_OK ||
	    dm_server_write(s, out) != DMSC_E_OK)
		memset(out, 0, sizeof *out);
	*s->e = kept;
}

bool
dmsc_dm_server_came_before(const struct dmsc_dm_server *s,
    struct dmsc_rd bytes)
{
	return s->last != NULL && s->wire != NULL &&
	    dmsc_rd_eq(dmsc_buf_rd(s->last), bytes);
}

static int
answer(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_packet *out)
{
	int r;

	s->xml = in->xml;
	s->status = 0;
	s->ends = false;
	dmsc_buf_free(&s->last);
	if ((s->last = dmsc_buf_from(in->bytes, in->bytes.left)) == NULL)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	if ((r = hear(s, m, in)) == DMSC_E_OK)
		r = dm_server_write(s, out);
	if (r != DMSC_E_OK)
		leave(s, m, out);
	else if (s->ends)
		r = s->code;
	dmsc_msg_free(&s->commands);
	dmsc_msg_free(&s->statuses);
	return r;
}

int
dmsc_dm_server_serve(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_packet *out,
    struct dmsc_err *e)
{
	struct dmsc_err own;

	s->e = e == NULL ? &own : e;
	dmsc_err_clear(s->e);
	memset(out, 0, sizeof *out);
	if (!dmsc_dm_server_came_before(s, in->bytes))
		return answer(s, m, in, out);
	out->bytes = dmsc_buf_rd(s->wire);
	out->xml = s->o.xml || s->xml;
	if (s->mac != NULL)
		out->mac = dmsc_buf_rd(s->mac);
	return DMSC_E_OK;
}

enum dmsc_dm_server_state
dmsc_dm_server_state(const struct dmsc_dm_server *s)
{
	return s->state;
}

const char *
dmsc_dm_server_state_name(enum dmsc_dm_server_state st)
{
	static const char *const names[] = { "new", "open", "done",
		"aborted", "refused", "broken" };

	return (unsigned)st < DMSC_COUNT(names) ? names[st] : "?";
}

bool
dmsc_dm_server_waits(const struct dmsc_dm_server *s)
{
	return s->state <= DMSC_DM_SERVER_OPEN;
}

const struct dmsc_tree *
dmsc_dm_server_info(const struct dmsc_dm_server *s)
{
	return s->info;
}

unsigned
dmsc_dm_server_alert(const struct dmsc_dm_server *s)
{
	return s->alert;
}

unsigned
dmsc_dm_server_messages(const struct dmsc_dm_server *s)
{
	return s->messages;
}

unsigned
dmsc_dm_server_told(const struct dmsc_dm_server *s)
{
	return s->told;
}
