/* What a device says to the card for a server, and to the server what the
 * card said (device/relay.h). */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "codec/inner.h"
#include "device/relay_in.h"
#include "dm/cred.h"

static const char card_uri[] = "card";
static const char tnds_query[] = "?list=TNDS";

/* ---- to the card */

static struct dmsc_cmd *
command(struct dmsc_relay *r, struct dmsc_msg *m, struct dmsc_cmd *parent,
    enum dmsc_cmd_kind kind)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, parent, kind);

	if (c != NULL && (c->id = dmsc_msg_str(m, "%u", ++r->ids)) == NULL)
		c = NULL;
	return c;
}

struct dmsc_item *
relay_item(struct dmsc_relay *r, struct dmsc_msg *m, struct dmsc_cmd *parent,
    enum dmsc_cmd_kind kind, const char *uri)
{
	struct dmsc_cmd *c = command(r, m, parent, kind);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(m, c);

	if (it != NULL && (it->target.uri = uri) == NULL)
		it = NULL;
	return it;
}

static bool
as_is(struct dmsc_relay *r, struct dmsc_msg *m, const struct relay_job *j,
    struct dmsc_cmd *parent)
{
	struct dmsc_item *it = relay_item(r, m, parent, j->c->kind,
	    relay_to_card(m, j->it->target.uri));

	if (it == NULL)
		return false;
	it->meta = j->it->meta;
	if (it->meta.format == NULL)
		it->meta.format = j->c->meta.format;
	if (it->meta.type == NULL)
		it->meta.type = j->c->meta.type;
	it->data = j->it->data;		/* lives longer than m */
	it->more_data = j->it->more_data;
	if (j->c->kind == DMSC_CMD_COPY)
		it->source.uri = relay_to_card(m, j->it->source.uri);
	return j->c->kind != DMSC_CMD_COPY || it->source.uri != NULL;
}

/* A Copy replaces what is there, or adds it: of the two one succeeds. */
static bool
copy_in(struct dmsc_relay *r, struct dmsc_msg *m, const struct relay_job *j)
{
	static const enum dmsc_cmd_kind kinds[] = { DMSC_CMD_REPLACE,
		DMSC_CMD_ADD };
	struct dmsc_item *it;
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++) {
		it = relay_item(r, m, NULL, kinds[i],
		    relay_to_card(m, j->it->target.uri));
		if (it == NULL)
			return false;
		it->meta.format = j->meta.format;
		it->meta.type = j->meta.type;
		it->data.set = true;
		it->data.opaque = strcmp(j->meta.format, "chr") != 0;
		it->data.bytes = dmsc_buf_rd(j->data);
	}
	return true;
}

static bool
copy_out(struct dmsc_relay *r, struct dmsc_msg *m, const struct relay_job *j)
{
	const char *uri = relay_to_card(m, j->it->source.uri);

	return uri != NULL && relay_item(r, m, NULL, DMSC_CMD_GET,
	    dmsc_msg_str(m, "%s%s", uri, tnds_query)) != NULL;
}

int
relay_header(const struct dmsc_relay *r, struct dmsc_msg *m, bool cred)
{
	struct dmsc_cred *c = &m->hdr.cred;

	m->hdr.session_id = r->o.session;
	m->hdr.msg_id = dmsc_msg_str(m, "%u", r->messages + 1);
	m->hdr.target.uri = card_uri;
	m->hdr.source.uri = r->o.device;
	m->hdr.source.name = r->o.server;
	m->final = true;
	if (cred && r->cred != NULL) {
		c->set = true;
		c->meta.type = "syncml:auth-md5";
		c->meta.format = "b64";
		c->data = r->cred->data;
		c->data.opaque = false;
	}
	return m->hdr.msg_id == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static bool
one(struct dmsc_relay *r, struct dmsc_msg *m, struct relay_job *j,
    struct dmsc_cmd **whole)
{
	unsigned before = r->ids;
	bool good = true;

	if (j->status != 0 || j->way == RELAY_LOGIN || j->large ||
	    !relay_is_open(j))
		return true;
	if (j->it == NULL)
		good = (*whole = command(r, m, NULL, j->c->kind)) != NULL;
	else if (j->way == RELAY_AS_IS)
		good = as_is(r, m, j, j->inside ? *whole : NULL);
	else
		good = j->way == RELAY_IN ? copy_in(r, m, j) :
		    copy_out(r, m, j);
	j->first = before + 1;
	j->n = r->ids - before;
	return good;
}

int
relay_ask(struct dmsc_relay *r, struct dmsc_msg **out)
{
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *whole = NULL, *next;
	struct relay_job *large = relay_large(r);
	bool good = m != NULL && relay_header(r, m, true) == DMSC_E_OK;
	size_t i;

	for (i = 0; good && i < r->n; i++)
		good = one(r, m, &r->jobs[i], &whole);
	if (good && large != NULL)
		good = relay_part(r, m, large);
	if (good && m->n_cmds == 0) {
		next = command(r, m, NULL, DMSC_CMD_ALERT);
		if ((good = next != NULL))
			next->data = "1222";
	}
	*out = m;
	return good ? DMSC_E_OK : DMSC_E_NOMEM;
}

/* ---- from the card */

bool
relay_is_open(const struct relay_job *j)
{
	return j->way != RELAY_SEALED && j->way != RELAY_AFTER;
}

bool
relay_good(unsigned status)
{
	return status >= DMSC_DM_OK && status < 300;
}

/* The job of a CmdRef, and which of its commands; NULL: none. */
static struct relay_job *
job_of(struct dmsc_relay *r, const char *ref, unsigned *which)
{
	uint32_t id;
	size_t i;

	if (dmsc_msg_number(ref, UINT32_MAX, &id) != DMSC_E_OK)
		return NULL;
	for (i = 0; i < r->n; i++)
		if (id >= r->jobs[i].first &&
		    id - r->jobs[i].first < r->jobs[i].n) {
			*which = id - r->jobs[i].first;
			return &r->jobs[i];
		}
	return NULL;
}

static void
hear_status(struct dmsc_relay *r, const struct dmsc_cmd *c)
{
	unsigned which = 0;
	struct relay_job *j = job_of(r, c->cmd_ref, &which);
	uint32_t status;

	if (j == NULL || dmsc_msg_number(c->data, UINT16_MAX, &status) !=
	    DMSC_E_OK)
		return;
	if (which == 0)
		j->status = status;
	else
		j->add = status;
}

/* ./A of the card is ./SC/A here. */
static int
hear_item(struct dmsc_responder *d, const struct relay_job *j,
    struct dmsc_msg *m, const struct dmsc_cmd *c,
    const struct dmsc_item *it)
{
	struct dmsc_item mine = *it;
	const char *uri = it->source.uri == NULL ? "." : it->source.uri;

	mine.source.uri = dmsc_msg_str(m, "./%s%s%s", DMSC_RELAY_ROOT,
	    *uri == '.' ? "" : "/", *uri == '.' ? uri + 1 : uri);
	if (mine.source.uri == NULL)
		return DMSC_E_NOMEM;
	mine.meta.format = dmsc_item_format(c, it);
	mine.meta.type = dmsc_item_type(c, it);
	return dmsc_responder_tell(d, j->c, &mine);
}

static int
hear_results(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m, const struct dmsc_cmd *c)
{
	unsigned which = 0;
	struct relay_job *j = job_of(r, c->cmd_ref, &which);
	int code = DMSC_E_OK;
	size_t i;

	if (j == NULL || j->status == DMSC_DM_TOO_LARGE)
		return code;
	for (i = 0; i < c->n_items && code == DMSC_E_OK; i++) {
		if (j->way == RELAY_OUT && j->data == NULL &&
		    (j->data = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
			return DMSC_E_NOMEM;
		if (j->way == RELAY_OUT)
			code = dmsc_buf_put(j->data,
			    c->items[i]->data.bytes);
		else if (j->way == RELAY_AS_IS)
			code = hear_item(d, j, m, c, c->items[i]);
	}
	return code;
}

/* A Get whose answer is more than one message of the card's. */
static void
cut(struct dmsc_relay *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->jobs[i].it != NULL && relay_good(r->jobs[i].status) &&
		    r->jobs[i].way == RELAY_AS_IS &&
		    r->jobs[i].c->kind == DMSC_CMD_GET)
			r->jobs[i].status = DMSC_DM_TOO_LARGE;
}

/* What the header's Status says to those that have none of their own. */
static void
settle(struct dmsc_relay *r, unsigned header)
{
	struct relay_job *j;
	size_t i;

	for (i = 0; i < r->n; i++) {
		j = &r->jobs[i];
		if (j->way == RELAY_LOGIN && j->status == 0)
			j->status = relay_good(header) ? DMSC_DM_OK : header;
		if (j->way == RELAY_IN && j->status != 0 && relay_good(j->add))
			j->status = DMSC_DM_OK;
		else if (j->way == RELAY_IN && j->add != 0 &&
		    j->status == DMSC_DM_NOT_FOUND)
			j->status = j->add;
		if (j->status == 0 && relay_is_open(j))
			j->status = relay_good(header) || header == 0 ?
			    DMSC_DM_FAILED : header;
	}
}

int
relay_hear(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m)
{
	unsigned header = 0;
	struct dmsc_cmd *c;
	int code = DMSC_E_OK;
	size_t i;

	for (i = 0; i < m->n_cmds; i++) {
		c = m->cmds[i];
		if (c->kind != DMSC_CMD_STATUS || c->cmd_ref == NULL)
			continue;
		if (strcmp(c->cmd_ref, "0") != 0)
			hear_status(r, c);
		else if (dmsc_msg_number(c->data, UINT16_MAX, &header) ==
		    DMSC_E_OK && c->chal.set)
			r->chal = c->chal;
	}
	if (header == 0)
		return DMSC_E_DATA;
	r->waits = !m->final;
	if (!m->final)
		cut(r);
	for (i = 0; i < m->n_cmds && code == DMSC_E_OK; i++)
		if (m->cmds[i]->kind == DMSC_CMD_RESULTS)
			code = hear_results(r, d, m, m->cmds[i]);
	settle(r, header);
	return code;
}

int
relay_hear_more(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_msg *m)
{
	unsigned which;
	const struct relay_job *j;
	int code = DMSC_E_OK;
	size_t i;

	r->waits = !m->final;
	for (i = 0; i < m->n_cmds && code == DMSC_E_OK; i++)
		if (m->cmds[i]->kind == DMSC_CMD_STATUS &&
		    m->cmds[i]->cmd_ref != NULL)
			hear_status(r, m->cmds[i]);
		else if (m->cmds[i]->kind == DMSC_CMD_RESULTS && (j =
		    job_of(r, m->cmds[i]->cmd_ref, &which)) != NULL &&
		    j->way == RELAY_OUT)
			code = hear_results(r, d, m, m->cmds[i]);
	return code;
}

/* ---- to the server */

/* What came from the card is put where the server wants it. */
static unsigned
put_copy(struct dmsc_responder *d, const struct relay_job *j)
{
	struct dmsc_tree *t = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	unsigned status = DMSC_DM_FAILED;
	const struct dmsc_node *n;

	if (t != NULL && j->data != NULL && dmsc_tnds_read(
	    dmsc_buf_rd(j->data), t, dmsc_tree_root(t), NULL) == DMSC_E_OK &&
	    (n = dmsc_node_first(dmsc_tree_root(t))) != NULL)
		status = dmsc_node_next(n) != NULL ? DMSC_DM_NOT_ALLOWED :
		    dmsc_responder_copy(d, j->it->target.uri, n);
	dmsc_tree_free(&t);
	return status;
}

int
relay_tell(struct dmsc_relay *r, struct dmsc_responder *d)
{
	struct relay_job *j;
	bool asked;
	int code = DMSC_E_OK;
	size_t i;

	for (i = 0; i < r->n && code == DMSC_E_OK; i++) {
		j = &r->jobs[i];
		if (j->way == RELAY_OUT && relay_good(j->status))
			j->status = put_copy(d, j);
		if (j->c->kind == DMSC_CMD_COPY &&
		    j->status == DMSC_DM_NOT_FOUND)
			j->status = DMSC_DM_FORBIDDEN;
		asked = j->way == RELAY_LOGIN || j->way == RELAY_SEALED ||
		    j->status == DMSC_DM_UNAUTHORIZED ||
		    j->status == DMSC_DM_NO_CREDENTIALS;
		code = dmsc_responder_say(d, j->c, j->it, j->status, asked ?
		    &r->chal : NULL);
	}
	return code;
}
