/* What a server says: its header, Statuses, commands (reference 4.3 to 4.6). */
#include <string.h>

#include "base/base.h"
#include "dm/dm.h"
#include "dm/server_in.h"

enum { MAC_MAX = 1024, SLACK = 32 };

static struct dmsc_cmd *
put_status(struct dmsc_msg *to, const struct dmsc_msg *m, const char *ref,
    const char *cmd, unsigned status)
{
	const char *id = dmsc_msg_str(to, "%zu", to->n_cmds + 1);
	struct dmsc_cmd *c = id == NULL ? NULL :
	    dmsc_msg_cmd(to, NULL, DMSC_CMD_STATUS);

	if (c == NULL || (c->data = dmsc_msg_str(to, "%u", status)) == NULL)
		return NULL;
	c->id = id;
	c->msg_ref = m->hdr.msg_id;
	c->cmd_ref = ref;
	c->cmd = cmd;
	return c;
}

static int
header_status(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	struct dmsc_cmd *c = put_status(s->statuses, m, "0", "SyncHdr",
	    s->status);

	if (c == NULL)
		return DMSC_E_NOMEM;
	if (s->challenge)
		c->chal = s->chal.chal;
	if (m->hdr.target.uri != NULL && dmsc_msg_text(s->statuses,
	    &c->target_refs, m->hdr.target.uri) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return dmsc_msg_text(s->statuses, &c->source_refs,
	    m->hdr.source.uri);
}

/* m outlives them. */
int
dm_server_answer(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	const struct dmsc_cmd *c;
	unsigned status;
	size_t i;
	int r;

	if ((s->statuses = dmsc_msg_new()) == NULL)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	r = header_status(s, m);
	for (i = 0; r == DMSC_E_OK && i < m->n_cmds; i++) {
		c = m->cmds[i];
		if ((status = dm_server_status(s, c)) != 0 &&
		    put_status(s->statuses, m, c->id == NULL ? "0" : c->id,
		    c->kind == DMSC_CMD_OTHER ? c->cmd :
		    dmsc_cmd_name(c->kind), status) == NULL)
			r = DMSC_E_NOMEM;
	}
	return r == DMSC_E_OK ? r : dmsc_fail(s->e, r,
	    "cannot write a message");
}

static bool
shows(const struct dmsc_dm_server *s)
{
	return s->show && s->scheme != DMSC_CRED_NONE &&
	    (s->scheme != DMSC_CRED_BASIC || s->known) &&
	    !(s->abort && s->spent);
}

static int
fill_header(struct dmsc_dm_server *s)
{
	struct dmsc_hdr *h = &s->statuses->hdr;
	struct dmsc_cred_login login;

	h->session_id = s->o.session;
	h->msg_id = dmsc_msg_str(s->statuses, "%u", s->msg + 1);
	h->target.uri = s->o.device;
	h->source.uri = s->o.url;
	h->resp_uri = s->o.resp_uri;
	if (s->msg == 0 && s->o.max_msg > 0)
		h->meta.max_msg = dmsc_msg_str(s->statuses, "%zu",
		    s->o.max_msg);
	if (s->msg == 0 && s->o.max_obj > 0)
		h->meta.max_obj = dmsc_msg_str(s->statuses, "%zu",
		    s->o.max_obj);
	dm_server_login(s, &login);
	return h->msg_id == NULL ? DMSC_E_NOMEM : shows(s) ?
	    dmsc_cred_put(s->statuses, &login) : DMSC_E_OK;
}

static int
encode(const struct dmsc_dm_server *s, const struct dmsc_msg *m,
    struct dmsc_buf *out)
{
	return s->o.xml || s->xml ? dmsc_msg_write_xml(m, false, out, s->e) :
	    dmsc_msg_write(m, out, s->e);
}

static int
new_wire(struct dmsc_dm_server *s)
{
	dmsc_buf_free(&s->wire);
	s->wire = dmsc_buf_new(s->peer_msg > 0 ? s->peer_msg : DMSC_DOC_MAX);
	return s->wire == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

/* What goes beyond a message with a header of texts alone. */
int
dm_server_cost(struct dmsc_dm_server *s, size_t *out)
{
	struct dmsc_msg bare;
	size_t n;
	int r = fill_header(s);

	s->statuses->final = true;
	if (r == DMSC_E_OK && (r = new_wire(s)) == DMSC_E_OK)
		r = encode(s, s->statuses, s->wire);
	if (r != DMSC_E_OK)
		return r;
	n = s->wire->len;
	bare = *s->statuses;
	bare.hdr.cred.set = false;
	bare.hdr.source.name = NULL;
	bare.hdr.resp_uri = NULL;
	memset(&bare.hdr.meta, 0, sizeof bare.hdr.meta);
	bare.n_cmds = 0;
	if ((r = new_wire(s)) == DMSC_E_OK)
		r = encode(s, &bare, s->wire);
	*out = r != DMSC_E_OK ? 0 : n + SLACK - DMSC_MIN(n, s->wire->len);
	return r;
}

static int
put_abort(struct dmsc_msg *m)
{
	const char *id = dmsc_msg_str(m, "%zu", m->n_cmds + 1);
	struct dmsc_cmd *c = id == NULL ? NULL :
	    dmsc_msg_cmd(m, NULL, DMSC_CMD_ALERT);

	if (c == NULL)
		return DMSC_E_NOMEM;
	c->id = id;
	c->data = "1223";
	return DMSC_E_OK;
}

/* Statuses, and the commands of another message behind them. */
static int
both(struct dmsc_dm_server *s)
{
	struct dmsc_msg *m = s->statuses;
	size_t i;

	for (i = 0; s->commands != NULL && i < s->commands->n_cmds; i++) {
		struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, DMSC_CMD_ALERT);

		if (c == NULL)
			return DMSC_E_NOMEM;
		*c = *s->commands->cmds[i];
	}
	m->final = s->final;
	return encode(s, m, s->wire);
}

static int
seal(struct dmsc_dm_server *s, struct dmsc_dm_packet *out)
{
	struct dmsc_cred_login login;

	out->bytes = dmsc_buf_rd(s->wire);
	out->xml = s->o.xml || s->xml;
	s->shown = shows(s);
	dm_server_login(s, &login);
	dmsc_buf_free(&s->mac);
	if (!s->shown || login.scheme != DMSC_CRED_MAC)
		return DMSC_E_OK;
	if (s->spent)
		return DMSC_E_AUTHFAIL;
	s->spent = true;
	if ((s->mac = dmsc_buf_new(MAC_MAX)) == NULL ||
	    dmsc_cred_mac_put(&login, out->bytes, s->mac) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	out->mac = dmsc_buf_rd(s->mac);
	return DMSC_E_OK;
}

int
dm_server_write(struct dmsc_dm_server *s, struct dmsc_dm_packet *out)
{
	int r = fill_header(s);

	memset(out, 0, sizeof *out);
	if (r == DMSC_E_OK && s->abort)
		r = put_abort(s->statuses);
	if (r == DMSC_E_OK && (r = new_wire(s)) == DMSC_E_OK)
		r = both(s);
	if (r == DMSC_E_OK)
		r = seal(s, out);
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, r == DMSC_E_LIMIT ?
		    "the device takes no message as large as ours" :
		    r == DMSC_E_AUTHFAIL ?
		    "the device gives no nonce for the next message" :
		    "cannot write a message");
	s->msg++;
	return DMSC_E_OK;
}
