/* Commands to a responder, as messages (dm/request.h). */
#include "dm/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/asks.h"
#include "dm/dm.h"

enum { SLACK = 16 };	/* of lengths that grow with what is in them */

int
dmsc_requester_new(const struct dmsc_request_opts *o,
    struct dmsc_requester **out)
{
	struct dmsc_requester *q = calloc(1, sizeof *q);

	*out = q;
	if (q == NULL)
		return DMSC_E_NOMEM;
	q->o = *o;
	q->msg_id = o->first_msg == 0 ? 0 : o->first_msg - 1;
	if (q->o.max_reply == 0)
		q->o.max_reply = DMSC_DOC_MAX;
	if ((q->scratch = dmsc_buf_new(4UL * DMSC_DOC_MAX)) == NULL) {
		dmsc_requester_free(out);
		return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

void
dmsc_requester_start(struct dmsc_requester *q, struct dmsc_request *v,
    size_t n, size_t n_atomic)
{
	q->v = v;
	q->n = n;
	q->n_atomic = n_atomic;
}

void
dmsc_requester_behind(struct dmsc_requester *q, unsigned msg, unsigned n,
    size_t size)
{
	q->msg_id = msg - 1;
	q->behind = n;
	q->taken = size;
}

/* The header of the next message; NULL: no memory. */
static struct dmsc_msg *
message(struct dmsc_requester *q)
{
	struct dmsc_msg *m = dmsc_msg_new();

	if (m == NULL)
		return NULL;
	m->hdr.session_id = q->o.session;
	m->hdr.msg_id = dmsc_msg_str(m, "%u", q->msg_id + 1);
	m->hdr.target.uri = q->o.peer;
	m->hdr.source.uri = q->o.self;
	if (m->hdr.msg_id == NULL)
		dmsc_msg_free(&m);
	return m;
}

/* What c alone takes of a message. */
static int
cost(struct dmsc_requester *q, const struct dmsc_msg *m, struct dmsc_cmd *c,
    size_t *out)
{
	struct dmsc_msg one = { .hdr = m->hdr, .cmds = &c, .n_cmds = 1,
	    .final = true };
	int r;

	dmsc_buf_reset(q->scratch);
	r = q->o.xml ? dmsc_msg_write_xml(&one, false, q->scratch, NULL) :
	    dmsc_msg_write(&one, q->scratch, NULL);
	*out = q->scratch->len;
	return r;
}

/* A message with nothing but an Alert is as small as one can be. */
static int
header_cost(struct dmsc_requester *q, const struct dmsc_msg *m, size_t *out)
{
	struct dmsc_cmd next = { .kind = DMSC_CMD_ALERT, .id = "1",
	    .data = "1222" };

	return cost(q, m, &next, out);
}

static bool
wants_opaque(const struct dmsc_request *v)
{
	return !dmsc_is_text(v->data) || (v->format != NULL &&
	    strcmp(v->format, "chr") != 0 && strcmp(v->format, "node") != 0);
}

static int
alert_items(struct dmsc_msg *m, struct dmsc_cmd *c,
    const struct dmsc_request *v)
{
	struct dmsc_item *it;
	size_t i;
	int r = DMSC_E_OK;

	if ((c->data = dmsc_msg_str(m, "%u", v->alert)) == NULL)
		return DMSC_E_NOMEM;
	for (i = 0; i < v->n_texts && r == DMSC_E_OK; i++)
		r = (it = dmsc_msg_item(m, c)) == NULL ? DMSC_E_NOMEM :
		    dmsc_msg_data(m, &it->data, dmsc_rd_str(v->texts[i]),
		    false);
	return r;
}

/* One command of one Item, from the from-th byte of its data on. */
static struct dmsc_cmd *
command(struct dmsc_msg *m, struct dmsc_cmd *parent,
    const struct dmsc_request *v, unsigned id)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, parent, v->kind);
	struct dmsc_item *it;

	if (c == NULL || (c->id = dmsc_msg_str(m, "%u", id)) == NULL)
		return NULL;
	if (v->kind == DMSC_CMD_ALERT)
		return alert_items(m, c, v) == DMSC_E_OK ? c : NULL;
	if ((it = dmsc_msg_item(m, c)) == NULL)
		return NULL;
	c->correlator = v->correlator;
	it->target.uri = v->uri;
	it->source.uri = v->source;
	it->meta.format = v->format;
	it->meta.type = v->type;
	it->data.set = v->has_data;
	it->data.bytes = v->data;
	it->data.opaque = wants_opaque(v);
	return c;
}

static int
too_large(const struct dmsc_requester *q, size_t n, struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_LIMIT, "%s is larger than the %s takes",
	    q->n_atomic > 0 && q->at == 0 ? "the change" : "a command",
	    dm_requester_who(q));
	return dmsc_err_why(e, "%zu bytes, and a message has room for %zu",
	    n, q->o.peer_msg - DMSC_MIN(q->taken, q->o.peer_msg));
}

static size_t
room_of(const struct dmsc_requester *q)
{
	return q->o.peer_msg == 0 ? SIZE_MAX / 2 :
	    q->o.peer_msg - DMSC_MIN(q->taken, q->o.peer_msg);
}

static int
put_atomic(struct dmsc_requester *q, struct dmsc_msg *m, size_t *used,
    struct dmsc_err *e)
{
	struct dmsc_cmd *a = dmsc_msg_cmd(m, NULL, q->o.sequence ?
	    DMSC_CMD_SEQUENCE : DMSC_CMD_ATOMIC);
	unsigned id = q->behind + 1;
	size_t n;
	int r;

	if (a == NULL || (a->id = dmsc_msg_str(m, "%u", id)) == NULL)
		return DMSC_E_NOMEM;
	for (q->last = 0; q->last < q->n_atomic; q->last++)
		if (command(m, a, &q->v[q->last], ++id) == NULL)
			return DMSC_E_NOMEM;
	if ((r = cost(q, m, a, &n)) != DMSC_E_OK)
		return r;
	*used = n;
	return n > room_of(q) ? too_large(q, n, e) : DMSC_E_OK;
}

static bool
may_be_cut(const struct dmsc_request *v)
{
	return v->has_data && v->data.left > 0 &&
	    (v->kind == DMSC_CMD_ADD || v->kind == DMSC_CMD_REPLACE);
}

static bool
is_bin(const char *format)
{
	return format != NULL && strcmp(format, "bin") == 0;
}

/* The length of a value on its way. */
static size_t
wire_size(const struct dmsc_requester *q, const struct dmsc_request *v)
{
	return q->o.xml && is_bin(v->format) ? (v->data.left + 2) / 3 * 4 :
	    v->data.left;
}

/* Neither a character nor a group of base64 is cut. */
static void
whole(struct dmsc_rd *b, const char *format)
{
	while (b->left > 0 && (is_bin(format) ? b->left % 3 != 0 :
	    (b->p[b->left] & 0xC0) == 0x80))
		b->left--;
}

/* XML writes a byte as one to six: cut in proportion, then for what is still
 * too much. */
static int
shrink(struct dmsc_requester *q, const struct dmsc_msg *m,
    struct dmsc_cmd *c, size_t *n)
{
	struct dmsc_rd *b = &c->items[0]->data.bytes;
	size_t all = b->left, full = *n, max = room_of(q), bare = 0;
	int r;

	b->left = 0;
	if ((r = cost(q, m, c, &bare)) != DMSC_E_OK || bare >= max)
		return r;
	b->left = (size_t)((uint64_t)all * (max - bare) / (full - bare));
	for (;;) {
		whole(b, c->items[0]->meta.format);
		if ((r = cost(q, m, c, n)) != DMSC_E_OK || *n <= max ||
		    b->left == 0)
			return r;
		b->left -= DMSC_MIN(b->left, *n - max);
	}
}

/* As much of a large object as one message holds. */
static int
put_part(struct dmsc_requester *q, struct dmsc_msg *m, struct dmsc_err *e)
{
	struct dmsc_request *v = &q->v[q->at];
	struct dmsc_cmd *c = command(m, NULL, v, q->behind + 1);
	size_t max = room_of(q), n = 0, bare;
	struct dmsc_item *it;
	int r;

	if (c == NULL)
		return DMSC_E_NOMEM;
	it = c->items[0];
	it->more_data = true;
	it->data.opaque = true;
	it->data.bytes = dmsc_rd_slice(v->data, v->have, v->data.left);
	if (v->have == 0 && (it->meta.size = dmsc_msg_str(m, "%zu",
	    wire_size(q, v))) == NULL)
		return DMSC_E_NOMEM;
	if ((r = cost(q, m, c, &n)) != DMSC_E_OK)
		return r;
	bare = n - DMSC_MIN(n, it->data.bytes.left);
	if (n > max && q->o.xml) {
		if ((r = shrink(q, m, c, &n)) != DMSC_E_OK)
			return r;
		if (it->data.bytes.left == 0)
			return too_large(q, n, e);
	} else if (n > max) {
		if (bare + SLACK >= max)
			return too_large(q, bare + SLACK + 1, e);
		it->data.bytes.left = max - bare - SLACK;
	} else
		it->more_data = false;
	q->part = it->data.bytes.left;
	q->last = q->at + 1;
	m->final = !it->more_data;
	return DMSC_E_OK;
}

/* As many commands as there is room for. */
static int
put_more(struct dmsc_requester *q, struct dmsc_msg *m, size_t used,
    struct dmsc_err *e)
{
	size_t head, n = 0;
	unsigned id = q->behind + (q->last > 0 && q->at == 0 ?
	    (unsigned)q->last + 2 : 1);
	struct dmsc_cmd *c;
	int r = header_cost(q, m, &head);

	used = DMSC_MAX(used, head);
	for (; r == DMSC_E_OK && q->last < q->n; q->last++, id++) {
		if (q->v[q->last].have > 0 || m->n_cmds + 1 == DMSC_MSG_PARTS)
			break;
		if ((c = command(m, NULL, &q->v[q->last], id)) == NULL)
			return DMSC_E_NOMEM;
		if ((r = cost(q, m, c, &n)) != DMSC_E_OK)
			break;
		n -= DMSC_MIN(n, head - SLACK);
		if (n > room_of(q) - used) {
			m->n_cmds--;
			break;
		}
		used += n;
	}
	if (r != DMSC_E_OK || m->n_cmds > 0)
		return r;
	return may_be_cut(&q->v[q->at]) ? put_part(q, m, e) :
	    too_large(q, used + n, e);
}

static int
fill(struct dmsc_requester *q, struct dmsc_msg *m, struct dmsc_err *e)
{
	struct dmsc_cmd *c;
	size_t used = 0;
	int r = DMSC_E_OK;

	m->final = true;
	q->part = 0;
	if (q->more) {
		c = dmsc_msg_cmd(m, NULL, DMSC_CMD_ALERT);
		if (c == NULL || (c->id = dmsc_msg_str(m, "%u",
		    q->behind + 1)) == NULL)
			return DMSC_E_NOMEM;
		c->data = "1222";
		return DMSC_E_OK;
	}
	q->first_msg = q->msg_id + 1;
	q->first_behind = q->behind;
	q->last = q->at;
	if (q->n_atomic > 0 && q->at == 0)
		r = put_atomic(q, m, &used, e);
	if (r == DMSC_E_OK && q->v[q->at].have > 0)
		return put_part(q, m, e);
	return r == DMSC_E_OK ? put_more(q, m, used, e) : r;
}

int
dmsc_requester_give(struct dmsc_requester *q, struct dmsc_msg **out,
    struct dmsc_err *e)
{
	struct dmsc_msg *m;
	int r;

	*out = NULL;
	if (q->ended || (!q->more && q->at == q->n))
		return DMSC_E_OK;
	if ((m = message(q)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if ((r = fill(q, m, e)) != DMSC_E_OK) {
		dmsc_msg_free(&m);
		return r == DMSC_E_LIMIT ? r :
		    dmsc_fail(e, r, "cannot write the message");
	}
	q->final = m->final;
	q->msg_id++;
	q->messages++;
	*out = m;
	return DMSC_E_OK;
}

void
dmsc_requester_sent(struct dmsc_requester *q, const struct dmsc_msg *m)
{
	uint32_t id = 0;

	q->final = true;
	q->foreign = true;
	q->messages++;
	if (dmsc_msg_number(m->hdr.msg_id, UINT16_MAX, &id) == DMSC_E_OK)
		q->msg_id = id;
	q->first_msg = q->msg_id;
}
