/* Answers of a responder: Status, Results and Alerts (dm/request.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "dm/asks.h"
#include "dm/dm.h"

enum { ITEMS_MAX = 1 << 18, OVERHEAD = 64, CHUNK_STATUS = 213 };

static void
items_free(struct dmsc_request_items *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->v[i].uri);
		free(l->v[i].format);
		free(l->v[i].type);
		dmsc_buf_free(&l->v[i].data);
	}
	free(l->v);
}

static void
chal_clear(struct dmsc_requester *q)
{
	free(q->nonce);
	free(q->chal_type);
	free(q->chal_format);
	q->nonce = q->chal_type = q->chal_format = NULL;
	memset(&q->chal, 0, sizeof q->chal);
}

void
dmsc_requester_free(struct dmsc_requester **pq)
{
	struct dmsc_requester *q = pq == NULL ? NULL : *pq;
	size_t i;

	if (q == NULL)
		return;
	for (i = 0; i < q->n_statuses; i++) {
		free(q->statuses[i].command);
		free(q->statuses[i].uri);
	}
	free(q->statuses);
	items_free(&q->results);
	items_free(&q->alerts);
	chal_clear(q);
	dmsc_buf_free(&q->scratch);
	free(q);
	*pq = NULL;
}

static bool
copy(char **to, const char *from)
{
	free(*to);
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

static int
hold(struct dmsc_requester *q, size_t n)
{
	if (n > q->o.max_reply || q->held > q->o.max_reply - n)
		return DMSC_E_LIMIT;
	q->held += n;
	return DMSC_E_OK;
}

static int
note_status(struct dmsc_requester *q, const struct dmsc_cmd *c,
    unsigned status)
{
	struct dmsc_request_status *s;
	size_t cap = DMSC_MAX(2 * q->cap_statuses, 16);
	int r = hold(q, OVERHEAD);

	if (r != DMSC_E_OK)
		return r;
	if (q->n_statuses == q->cap_statuses) {
		s = realloc(q->statuses, cap * sizeof *s);
		if (s == NULL)
			return DMSC_E_NOMEM;
		q->statuses = s;
		q->cap_statuses = cap;
	}
	s = &q->statuses[q->n_statuses++];
	memset(s, 0, sizeof *s);
	s->status = status;
	return copy(&s->command, c->cmd) && copy(&s->uri,
	    c->target_refs.n > 0 ? c->target_refs.v[0] : NULL) ?
	    DMSC_E_OK : DMSC_E_NOMEM;
}

static int
header(struct dmsc_requester *q, const struct dmsc_cmd *c, unsigned status)
{
	const struct dmsc_meta *m = &c->chal.meta;

	q->header = status;
	chal_clear(q);
	if (!c->chal.set)
		return DMSC_E_OK;
	if (!copy(&q->nonce, m->next_nonce) ||
	    !copy(&q->chal_type, m->type) ||
	    !copy(&q->chal_format, m->format))
		return DMSC_E_NOMEM;
	q->chal.set = true;
	q->chal.meta.next_nonce = q->nonce;
	q->chal.meta.type = q->chal_type;
	q->chal.meta.format = q->chal_format;
	return DMSC_E_OK;
}

/* Which request a CmdRef of the message on its way is; NULL: none, *atomic
 * where it is what is around them. */
static struct dmsc_request *
of_ref(const struct dmsc_requester *q, uint32_t ref, bool *atomic)
{
	bool group = q->n_atomic > 0 && q->at == 0;
	size_t first = q->first_behind + (group ? 2 : 1);

	*atomic = group && ref == q->first_behind + 1;
	return *atomic || ref < first || ref - first >= q->last - q->at ?
	    NULL : &q->v[q->at + (ref - first)];
}

static bool
is_good(unsigned status)
{
	return status >= DMSC_DM_OK && status < 300;
}

/* The parts so far are held there, or all is lost. */
static void
part_answered(struct dmsc_requester *q, struct dmsc_request *v,
    unsigned status)
{
	if (status == CHUNK_STATUS && !q->final)
		v->have += q->part;
	else
		v->status = status;
}

/* A Status need not say of what it is: CmdRef does. */
static int
name_it(struct dmsc_requester *q, const struct dmsc_request *v)
{
	struct dmsc_request_status *s = &q->statuses[q->n_statuses - 1];

	return s->uri != NULL || copy(&s->uri, v->uri) ? DMSC_E_OK :
	    DMSC_E_NOMEM;
}

static int
status(struct dmsc_requester *q, const struct dmsc_cmd *c)
{
	uint32_t code = 0, msg = 0, ref = 0;
	struct dmsc_request *v;
	bool atomic;
	int r;

	if (dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK ||
	    dmsc_msg_number(c->msg_ref, UINT16_MAX, &msg) != DMSC_E_OK ||
	    dmsc_msg_number(c->cmd_ref, UINT32_MAX, &ref) != DMSC_E_OK)
		return DMSC_E_DATA;
	if (ref == 0)
		r = header(q, c, code);
	else if (msg != q->first_msg)
		return DMSC_E_OK;	/* of an Alert 1222 */
	else
		r = DMSC_E_OK;
	if (r == DMSC_E_OK && (ref != 0 || q->foreign))
		r = note_status(q, c, code);
	if (r != DMSC_E_OK || ref == 0 || q->foreign)
		return r;
	q->moved = true;
	v = of_ref(q, ref, &atomic);
	if (atomic)
		q->atomic = code;
	else if (v != NULL && q->part > 0)
		part_answered(q, v, code);
	else if (v != NULL)
		v->status = code;
	if (v != NULL && c->chal.set && c->chal.meta.next_nonce != NULL)
		(void)snprintf(v->nonce, sizeof v->nonce, "%s",
		    c->chal.meta.next_nonce);
	return v == NULL ? DMSC_E_OK : name_it(q, v);
}

static struct dmsc_request_item *
new_item(struct dmsc_request_items *l)
{
	struct dmsc_request_item *v;

	/* doubled at each power of two */
	if ((l->n & (l->n - 1)) == 0) {
		v = realloc(l->v, DMSC_MAX(2 * l->n, 1) * sizeof *v);
		if (v == NULL)
			return NULL;
		l->v = v;
	}
	v = &l->v[l->n++];
	memset(v, 0, sizeof *v);
	return v;
}

static int
add_data(struct dmsc_requester *q, struct dmsc_request_item *v,
    struct dmsc_rd data)
{
	int r = hold(q, data.left);

	if (r == DMSC_E_OK && v->data == NULL &&
	    (v->data = dmsc_buf_new(q->o.max_reply)) == NULL)
		r = DMSC_E_NOMEM;
	return r == DMSC_E_OK ? dmsc_buf_put(v->data, data) : r;
}

/* Another part of the last one: its length was told with the first. */
static int
go_on(struct dmsc_requester *q, const struct dmsc_item *it)
{
	struct dmsc_request_item *v = &q->results.v[q->results.n - 1];
	int r = add_data(q, v, it->data.bytes);

	q->open = it->more_data;
	if (r == DMSC_E_OK && !q->open && v->data->len != q->open_size)
		r = DMSC_E_DATA;
	return r;
}

static int
one_item(struct dmsc_requester *q, struct dmsc_request_items *l, size_t of,
    const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	const char *size = it->meta.size != NULL ? it->meta.size :
	    c->meta.size;
	struct dmsc_request_item *v;
	uint32_t n = 0;
	int r = hold(q, OVERHEAD);

	if (r != DMSC_E_OK || l->n == ITEMS_MAX)
		return DMSC_E_LIMIT;
	if (it->more_data && dmsc_msg_number(size, UINT32_MAX, &n) !=
	    DMSC_E_OK)
		return DMSC_E_DATA;
	if ((v = new_item(l)) == NULL)
		return DMSC_E_NOMEM;
	v->of = of;
	v->has_data = it->data.set;
	if (!copy(&v->uri, it->source.uri) || !copy(&v->format,
	    it->meta.format != NULL ? it->meta.format : c->meta.format) ||
	    !copy(&v->type, it->meta.type != NULL ? it->meta.type :
	    c->meta.type))
		return DMSC_E_NOMEM;
	if (l == &q->results) {
		q->open = it->more_data;
		q->open_size = n;
	}
	return it->data.set ? add_data(q, v, it->data.bytes) : DMSC_E_OK;
}

static int
results(struct dmsc_requester *q, const struct dmsc_cmd *c)
{
	uint32_t ref = 0;
	struct dmsc_request *v;
	bool atomic;
	size_t i;
	int r = DMSC_E_OK;

	if (dmsc_msg_number(c->cmd_ref, UINT32_MAX, &ref) != DMSC_E_OK)
		return DMSC_E_DATA;
	v = q->foreign ? NULL : of_ref(q, ref, &atomic);
	if (v == NULL && !q->foreign)
		return DMSC_E_DATA;
	for (i = 0; r == DMSC_E_OK && i < c->n_items; i++) {
		q->moved = true;
		r = q->open ? go_on(q, c->items[i]) : one_item(q,
		    &q->results, v == NULL ? ref : (size_t)(v - q->v), c,
		    c->items[i]);
	}
	return r;
}

static int
alert(struct dmsc_requester *q, const struct dmsc_cmd *c)
{
	const struct dmsc_item none = { .more_data = false };
	uint32_t code = 0;
	size_t i;
	int r = DMSC_E_OK;

	if (dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK)
		return DMSC_E_DATA;
	if (code == DMSC_ALERT_NEXT_MESSAGE)
		return DMSC_E_OK;	/* as a part is answered */
	q->moved = true;
	if (c->n_items == 0)
		return one_item(q, &q->alerts, code, c, &none);
	for (i = 0; r == DMSC_E_OK && i < c->n_items; i++)
		r = one_item(q, &q->alerts, code, c, c->items[i]);
	return r;
}

/* A Status; that of an Alert of ours has what the user typed. */
static int
heard(struct dmsc_requester *q, const struct dmsc_cmd *c)
{
	const struct dmsc_request *v = NULL;
	uint32_t ref = 0, msg = 0;
	bool atomic;
	size_t i;
	int r = status(q, c);

	if (r == DMSC_E_OK && !q->foreign && dmsc_msg_number(c->cmd_ref,
	    UINT32_MAX, &ref) == DMSC_E_OK && dmsc_msg_number(c->msg_ref,
	    UINT16_MAX, &msg) == DMSC_E_OK && msg == q->first_msg)
		v = of_ref(q, ref, &atomic);
	if (v == NULL || v->kind != DMSC_CMD_ALERT)
		return r;
	for (i = 0; r == DMSC_E_OK && i < c->n_items; i++)
		r = one_item(q, &q->results, (size_t)(v - q->v), c,
		    c->items[i]);
	q->open = false;
	return r;
}

/* The peer has said all there is to the last message. */
static void
settle(struct dmsc_requester *q)
{
	size_t i;

	if (q->part > 0 && !q->final && q->at < q->n &&
	    q->v[q->at].status == 0)
		return;			/* the next part */
	for (i = q->at; i < q->last; i++)
		if (q->v[i].status == 0 && is_good(q->header))
			q->v[i].status = DMSC_DM_FAILED;
	q->at = q->last;
}

int
dmsc_requester_take(struct dmsc_requester *q, const struct dmsc_msg *in,
    struct dmsc_err *e)
{
	const struct dmsc_cmd *c;
	int r = DMSC_E_OK;
	size_t i;

	q->moved = false;
	for (i = 0; r == DMSC_E_OK && i < in->n_cmds; i++) {
		c = in->cmds[i];
		r = c->fault.what != NULL ? DMSC_E_DATA :
		    c->kind == DMSC_CMD_STATUS ? heard(q, c) :
		    c->kind == DMSC_CMD_RESULTS ? results(q, c) :
		    c->kind == DMSC_CMD_ALERT ? alert(q, c) : DMSC_E_DATA;
	}
	q->more = q->final && !in->final;
	q->ended = !is_good(q->header) && !q->more;
	if (r == DMSC_E_OK && q->more && !q->moved)
		r = DMSC_E_DATA;
	if (r == DMSC_E_OK && !q->more && q->open)
		r = DMSC_E_DATA;
	if (r != DMSC_E_OK) {
		q->ended = true;
		return r == DMSC_E_NOMEM ? dmsc_fail(e, r, "out of memory") :
		    dmsc_fail(e, r, r == DMSC_E_LIMIT ?
		    "the %s's answer is too long" :
		    "the %s's answer is no answer to what was asked",
		    dm_requester_who(q));
	}
	if (!q->more)
		settle(q);
	return DMSC_E_OK;
}

unsigned
dmsc_requester_header(const struct dmsc_requester *q)
{
	return q->header;
}

const struct dmsc_chal *
dmsc_requester_chal(const struct dmsc_requester *q)
{
	return q->chal.set ? &q->chal : NULL;
}

unsigned
dmsc_requester_atomic(const struct dmsc_requester *q)
{
	return q->atomic;
}

const struct dmsc_request_items *
dmsc_requester_results(const struct dmsc_requester *q)
{
	return &q->results;
}

const struct dmsc_request_items *
dmsc_requester_alerts(const struct dmsc_requester *q)
{
	return &q->alerts;
}

const struct dmsc_request_status *
dmsc_requester_statuses(const struct dmsc_requester *q, size_t *n)
{
	*n = q->n_statuses;
	return q->statuses;
}

unsigned
dmsc_requester_messages(const struct dmsc_requester *q)
{
	return q->messages;
}
