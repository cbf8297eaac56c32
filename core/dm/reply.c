/* Answers that wait, and messages made of them (reference 4.2, 4.6). */
#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/text.h"
#include "codec/inner.h"
#include "dm/inside.h"

enum { REPLIES_MAX = 1 << 18, OVERHEAD = 64, SLACK = 16 };

static void
reply_free(struct dm_reply *p)
{
	size_t i;

	for (i = 0; i < DM_TEXTS; i++)
		free(p->text[i]);
	dmsc_buf_free(&p->data);
	free(p);
}

void
dm_queue_cut(struct dmsc_responder *r, struct dm_queue *q, size_t n)
{
	while (q->n > n) {
		r->held -= q->v[--q->n]->cost;
		reply_free(q->v[q->n]);
	}
}

/* Those that are out make room. */
void
dm_queue_tidy(struct dm_queue *q)
{
	if (q->at == 0)
		return;
	memmove(q->v, q->v + q->at, (q->n - q->at) * sizeof *q->v);
	q->n -= q->at;
	q->at = 0;
}

static bool
hold(struct dmsc_responder *r, struct dm_reply *p, size_t n)
{
	size_t max = r->o.max_reply == 0 ? DMSC_DOC_MAX : r->o.max_reply;

	if (n > max || r->held > max - n) {
		r->code = DMSC_E_LIMIT;
		return false;
	}
	r->held += n;
	p->cost += n;
	return true;
}

struct dm_reply *
dm_reply(struct dmsc_responder *r, enum dm_reply_kind kind, const char *ref,
    unsigned status)
{
	struct dm_queue *q = kind == DM_RESULT ? &r->results : &r->statuses;
	size_t cap = DMSC_MAX(2 * q->cap, 16);
	struct dm_reply *p = NULL, **v;

	if (q->n == q->cap && q->n < REPLIES_MAX) {
		if ((v = realloc(q->v, cap * sizeof(struct dm_reply *))) ==
		    NULL) {
			r->code = DMSC_E_NOMEM;
			return NULL;
		}
		q->v = v;
		q->cap = cap;
	}
	if (q->n == REPLIES_MAX || (p = calloc(1, sizeof *p)) == NULL) {
		r->code = p == NULL && q->n < REPLIES_MAX ? DMSC_E_NOMEM :
		    DMSC_E_LIMIT;
		return NULL;
	}
	p->kind = kind;
	p->status = status;
	q->v[q->n++] = p;
	if (!hold(r, p, OVERHEAD) ||
	    !dm_reply_text(r, p, DM_T_MSG, r->msg_id) ||
	    !dm_reply_text(r, p, DM_T_REF, ref))
		return NULL;
	return p;
}

bool
dm_reply_text(struct dmsc_responder *r, struct dm_reply *p, int which,
    const char *text)
{
	if (p == NULL)
		return false;
	if (text == NULL)
		return true;
	if (!hold(r, p, strlen(text)))
		return false;
	free(p->text[which]);
	if ((p->text[which] = strdup(text)) == NULL)
		r->code = DMSC_E_NOMEM;
	return p->text[which] != NULL;
}

bool
dm_reply_data(struct dmsc_responder *r, struct dm_reply *p,
    struct dmsc_rd data)
{
	if (p == NULL || !hold(r, p, data.left))
		return false;
	if ((p->data = dmsc_buf_from(data, DMSC_MAX(data.left, 1))) == NULL)
		r->code = DMSC_E_NOMEM;
	return p->data != NULL;
}

unsigned
dm_result(struct dmsc_responder *r, const struct dm_op *op,
    const char *uri, const char *format, const char *type,
    const struct dmsc_rd *data)
{
	bool plain = format == NULL || (strcmp(format, "chr") == 0 &&
	    strcmp(type, "text/plain") == 0);
	bool text = data == NULL || dmsc_is_text(*data), good;
	struct dm_reply *p;

	if (r->o.xml && !text && strcmp(plain ? "chr" : format, "bin") != 0)
		return DMSC_DM_FAILED;	/* XML cannot say it */
	if (r->o.max_msg > 0 && strlen(uri) > r->o.max_msg / 2)
		return DMSC_DM_TOO_LARGE;
	p = dm_reply(r, DM_RESULT, op->c->id == NULL ? "0" : op->c->id, 0);
	good = dm_reply_text(r, p, DM_T_SOURCE, uri);

	if (good && !plain)
		good = dm_reply_text(r, p, DM_T_FORMAT, format) &&
		    dm_reply_text(r, p, DM_T_TYPE, type);
	if (good && data != NULL)
		good = dm_reply_data(r, p, *data);
	if (good) {
		p->opaque = !r->o.xml && (!text || (!plain &&
		    strcmp(format, "chr") != 0 &&
		    strcmp(format, "node") != 0));
		return DMSC_DM_OK;
	}
	if (r->code != DMSC_E_LIMIT)
		return DMSC_DM_FAILED;
	r->code = DMSC_E_OK;		/* its Status still finds room */
	return DMSC_DM_TOO_LARGE;
}

/* A message being made: what it has so far. */
struct page {
	struct dmsc_responder *r;
	struct dmsc_msg *out;
	struct dmsc_buf *scratch;
	size_t used, max;
	struct dmsc_cmd *results;	/* the open one, and whose it is */
	const char *ref, *msg;
	int code;
};

/* Bytes of out's header with what commands v has. */
static size_t
size_of(struct page *g, const struct dmsc_hdr *hdr, struct dmsc_cmd **v,
    size_t n)
{
	struct dmsc_msg m = { .hdr = *hdr, .cmds = v, .n_cmds = n,
	    .final = true };

	dmsc_buf_reset(g->scratch);
	if (g->code == DMSC_E_OK)
		g->code = g->r->o.xml ? dmsc_msg_write_xml(&m, false,
		    g->scratch, NULL) : dmsc_msg_write(&m, g->scratch, NULL);
	return g->scratch->len;
}

/* What c adds to a message, at most. */
static size_t
cost(struct page *g, struct dmsc_cmd *c)
{
	struct dmsc_hdr hdr = { .ver_dtd = "1.2", .ver_proto = "DM/1.2",
	    .session_id = "1", .msg_id = "1", .target = { .uri = "a" },
	    .source = { .uri = "a" } };
	struct dmsc_cmd next = { .kind = DMSC_CMD_ALERT, .id = "1",
	    .data = "1222" };
	struct dmsc_cmd *v[] = { c, &next };
	size_t with = size_of(g, &hdr, v, 2);

	return with - size_of(g, &hdr, v + 1, 1);
}

static const char *
next_id(struct page *g)
{
	const char *s = dmsc_msg_str(g->out, "%zu", g->out->n_cmds + 1);

	if (s == NULL)
		g->code = DMSC_E_NOMEM;
	return s;
}

/* Text that lives as long as the message. */
static const char *
keep(struct page *g, const char *s)
{
	const char *copy = s == NULL ? NULL :
	    dmsc_msg_str(g->out, "%s", s);

	if (s != NULL && copy == NULL)
		g->code = DMSC_E_NOMEM;
	return copy;
}

static struct dmsc_cmd *
new_cmd(struct page *g, enum dmsc_cmd_kind kind)
{
	const char *id = next_id(g);
	struct dmsc_cmd *c = id == NULL ? NULL :
	    dmsc_msg_cmd(g->out, NULL, kind);

	if (c == NULL) {
		g->code = DMSC_E_NOMEM;
		return NULL;
	}
	c->id = id;
	return c;
}

static void
put_item(struct page *g, struct dmsc_cmd *c, const struct dm_reply *p)
{
	struct dmsc_item *it = dmsc_msg_item(g->out, c);

	if (it == NULL) {
		g->code = DMSC_E_NOMEM;
		return;
	}
	it->target.uri = keep(g, p->kind == DM_ALERT ? p->text[DM_T_TARGET] :
	    p->text[DM_T_ITEM]);
	if (p->kind != DM_STATUS)
		it->source.uri = keep(g, p->text[DM_T_SOURCE]);
	if (p->kind == DM_STATUS && p->data != NULL &&
	    g->code == DMSC_E_OK)
		g->code = dmsc_msg_data(g->out, &it->data,
		    dmsc_buf_rd(p->data), false);
}

/* "1-3": an Item for each. */
static void
put_chosen(struct page *g, struct dmsc_cmd *c, const struct dm_reply *p)
{
	struct dmsc_rd r = dmsc_buf_rd(p->data);
	struct dmsc_item *it;
	size_t n;

	while (r.left > 0 && g->code == DMSC_E_OK) {
		const uint8_t *end = memchr(r.p, '-', r.left);

		n = end == NULL ? r.left : (size_t)(end - r.p);
		if ((it = dmsc_msg_item(g->out, c)) == NULL) {
			g->code = DMSC_E_NOMEM;
			return;
		}
		g->code = dmsc_msg_data(g->out, &it->data,
		    dmsc_rd_slice(r, 0, n), false);
		r = dmsc_rd_slice(r, n + 1, r.left);
	}
}

static void
put_texts(struct page *g, struct dmsc_cmd *c, const struct dm_reply *p)
{
	c->msg_ref = keep(g, p->text[DM_T_MSG]);
	c->cmd_ref = keep(g, p->text[DM_T_REF]);
	c->cmd = keep(g, p->text[DM_T_CMD]);
	if (p->text[DM_T_TARGET] != NULL && g->code == DMSC_E_OK)
		g->code = dmsc_msg_text(g->out, &c->target_refs,
		    p->text[DM_T_TARGET]);
	if (p->text[DM_T_SOURCE] != NULL && g->code == DMSC_E_OK)
		g->code = dmsc_msg_text(g->out, &c->source_refs,
		    p->text[DM_T_SOURCE]);
	if (p->text[DM_T_NONCE] != NULL || (p->text[DM_T_TYPE] != NULL)) {
		c->chal.set = true;
		c->chal.meta.type = keep(g, p->text[DM_T_TYPE]);
		c->chal.meta.format = keep(g, p->text[DM_T_FORMAT]);
		c->chal.meta.next_nonce = keep(g, p->text[DM_T_NONCE]);
	}
}

/* A Status or an Alert. False: no room, or a failure. */
static bool
put_status(struct page *g, const struct dm_reply *p)
{
	size_t before = g->out->n_cmds, n;
	struct dmsc_cmd *c = new_cmd(g, p->kind == DM_ALERT ?
	    DMSC_CMD_ALERT : DMSC_CMD_STATUS);

	if (c == NULL)
		return false;
	if (p->kind == DM_STATUS)
		put_texts(g, c, p);
	if ((c->data = dmsc_msg_str(g->out, "%u", p->status)) == NULL)
		g->code = DMSC_E_NOMEM;
	if (p->chosen && p->data != NULL)
		put_chosen(g, c, p);
	else if (p->kind == DM_ALERT || p->text[DM_T_ITEM] != NULL ||
	    p->data != NULL)
		put_item(g, c, p);
	n = cost(g, c);
	if (g->code == DMSC_E_OK && n <= g->max - g->used) {
		g->used += n;
		return true;
	}
	g->out->n_cmds = before;
	return false;
}

/* The length of a value on its way. */
static size_t
wire_size(const struct page *g, const struct dm_reply *p)
{
	const char *f = p->text[DM_T_FORMAT];

	return g->r->o.xml && f != NULL && strcmp(f, "bin") == 0 ?
	    (p->data->len + 2) / 3 * 4 : p->data->len;
}

/* A cut that splits neither a character nor a group of base64. */
static size_t
whole(const struct page *g, const struct dm_reply *p, size_t n)
{
	const char *f = p->text[DM_T_FORMAT];
	size_t at = p->sent + n;

	if (g->r->o.xml && f != NULL && strcmp(f, "bin") == 0)
		return n / 3 * 3;
	while (!p->opaque && at > p->sent && at < p->data->len &&
	    (p->data->p[at] & 0xC0) == 0x80)
		at--;
	return at - p->sent;
}

/* c with n bytes of p's data; its cost. */
static size_t
fill(struct page *g, struct dmsc_cmd *c, const struct dm_reply *p, size_t n)
{
	struct dmsc_item *it = c->items[c->n_items - 1];
	struct dmsc_item *alone[] = { it };
	struct dmsc_cmd one = *c;
	bool more = p->data != NULL && p->sent + n < p->data->len;

	it->more_data = more;
	if (p->sent == 0 && more) {
		it->meta.size = dmsc_msg_str(g->out, "%zu", wire_size(g, p));
		if (it->meta.size == NULL)
			g->code = DMSC_E_NOMEM;
	}
	if (p->data != NULL) {
		it->data.set = true;
		it->data.opaque = p->opaque;
		it->data.bytes = dmsc_rd_slice(dmsc_buf_rd(p->data), p->sent,
		    n);
	}
	one.items = alone;
	one.n_items = 1;
	return cost(g, &one);
}

/* As much of p as there is room for; how much, 0: nothing. */
static bool
fill_most(struct page *g, struct dmsc_cmd *c, const struct dm_reply *p,
    size_t *sent)
{
	size_t left = p->data == NULL ? 0 : p->data->len - p->sent;
	size_t room = g->max - g->used, n = DMSC_MIN(left, room), used;

	*sent = left;
	if (left <= room && (used = fill(g, c, p, left)) <= room) {
		g->used += used;
		c->items[c->n_items - 1]->meta.size = NULL;
		return g->code == DMSC_E_OK;
	}
	while (g->code == DMSC_E_OK && (n = whole(g, p, n)) > 0) {
		used = fill(g, c, p, n);
		if (used + SLACK <= room) {
			*sent = n;
			g->used = g->max;
			return g->code == DMSC_E_OK;
		}
		n = used - n < room && used + SLACK - room < n / 2 ?
		    n - (used + SLACK - room) : n / 2;
	}
	return false;
}

/* The Results that p goes into: the open one, where it is of one Get. */
static struct dmsc_cmd *
results_of(struct page *g, const struct dm_reply *p)
{
	if (g->results != NULL && strcmp(g->ref, p->text[DM_T_REF]) == 0 &&
	    strcmp(g->msg, p->text[DM_T_MSG]) == 0)
		return g->results;
	if ((g->results = new_cmd(g, DMSC_CMD_RESULTS)) == NULL)
		return NULL;
	g->ref = p->text[DM_T_REF];
	g->msg = p->text[DM_T_MSG];
	g->results->msg_ref = keep(g, g->msg);
	g->results->cmd_ref = keep(g, g->ref);
	return g->results;
}

/* False: no room for more, or a failure. *all: p is done. */
static bool
put_result(struct page *g, const struct dm_reply *p, size_t *sent)
{
	size_t before = g->out->n_cmds;
	struct dmsc_cmd *c = results_of(g, p);
	struct dmsc_item *it;

	if (c == NULL)
		return false;
	put_item(g, c, p);
	if (g->code == DMSC_E_OK) {
		it = c->items[c->n_items - 1];
		it->meta.format = keep(g, p->text[DM_T_FORMAT]);
		it->meta.type = keep(g, p->text[DM_T_TYPE]);
		if (fill_most(g, c, p, sent)) {
			it->data.set = false;
			if (p->data != NULL && g->code == DMSC_E_OK)
				g->code = dmsc_msg_data(g->out, &it->data,
				    it->data.bytes, p->opaque);
			return g->code == DMSC_E_OK;
		}
		c->n_items--;
	}
	if (c->n_items == 0) {
		g->out->n_cmds = before;
		g->results = NULL;
	}
	return false;
}

/* How many replies, and how much of the last, this message takes. */
static void
make(struct page *g, size_t *statuses, size_t *results, size_t *part)
{
	struct dmsc_responder *r = g->r;
	struct dm_reply *p;
	size_t n = 0;

	*statuses = r->statuses.at;
	*results = r->results.at;
	*part = 0;
	while (*statuses < r->statuses.n &&
	    put_status(g, r->statuses.v[*statuses]))
		++*statuses;
	if (*statuses < r->statuses.n)
		return;
	while (*results < r->results.n) {
		p = r->results.v[*results];
		if (!put_result(g, p, &n))
			return;
		if (p->data != NULL && p->sent + n < p->data->len) {
			*part = n;
			return;
		}
		++*results;
	}
}

static size_t
header_size(struct page *g)
{
	struct dmsc_cmd x = { .kind = DMSC_CMD_ALERT, .id = "1",
	    .data = "1222" };
	struct dmsc_cmd *v[] = { &x };
	size_t n = size_of(g, &g->out->hdr, v, 1), i;

	for (i = 0; i < g->out->n_cmds; i++)
		n += cost(g, g->out->cmds[i]);
	return n;
}

static void
gone(struct dmsc_responder *r, struct dm_queue *q, size_t n)
{
	for (; q->at < n; q->at++) {
		r->held -= q->v[q->at]->cost;
		reply_free(q->v[q->at]);
	}
}

bool
dmsc_responder_waiting(const struct dmsc_responder *r)
{
	return r->statuses.at < r->statuses.n || r->results.at < r->results.n;
}

int
dmsc_responder_give(struct dmsc_responder *r, struct dmsc_msg *out)
{
	size_t before = out->n_cmds, statuses, results, part;
	struct page g = { .r = r, .out = out, .max = r->o.max_msg == 0 ?
	    SIZE_MAX / 2 : r->o.max_msg };

	if ((g.scratch = dmsc_buf_new(4UL * DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	g.used = header_size(&g);
	if (g.used > g.max)
		g.code = DMSC_E_LIMIT;
	make(&g, &statuses, &results, &part);
	dmsc_buf_free(&g.scratch);
	if (g.code == DMSC_E_OK && statuses == r->statuses.at &&
	    results == r->results.at && part == 0 &&
	    dmsc_responder_waiting(r))
		g.code = DMSC_E_LIMIT;
	if (g.code != DMSC_E_OK) {
		out->n_cmds = before;
		return g.code;
	}
	gone(r, &r->statuses, statuses);
	gone(r, &r->results, results);
	if (part > 0)
		r->results.v[r->results.at]->sent += part;
	out->final = r->final && !dmsc_responder_waiting(r);
	return DMSC_E_OK;
}
