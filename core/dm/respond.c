/* Messages obeyed: commands in their order, Atomic, Sequence, Alert, and the
 * Status of each (reference 4.5, 5.1; dm/respond.h). */
#include "dm/respond.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dm/inside.h"

enum { REFS = 8, ID_MAX = 32 };

static unsigned one(struct dmsc_responder *r, const struct dmsc_cmd *c,
    bool top);

int
dmsc_responder_set(struct dmsc_responder *r, const struct dmsc_dm_opts *o)
{
	struct dmsc_buf *b;
	const char *s;
	int code = DMSC_E_OK;

	if (o->server != NULL && *o->server != '\0') {
		if ((b = dmsc_buf_new(DM_URI_MAX)) == NULL)
			return DMSC_E_NOMEM;
		code = dmsc_buf_fmt(b, "Get=%s", o->server);
		s = code == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
		if (code == DMSC_E_OK)
			code = s == NULL ? DMSC_E_NOMEM : strpbrk(o->server,
			    "+&=*") != NULL ? DMSC_E_FORMAT :
			    dmsc_acl_check(s);
		dmsc_buf_free(&b);
	}
	if (code == DMSC_E_OK)
		r->o = *o;
	return code;
}

int
dmsc_responder_new(struct dmsc_tree *t, const struct dmsc_dm_opts *o,
    struct dmsc_responder **out)
{
	struct dmsc_responder *r = calloc(1, sizeof *r);
	int code = DMSC_E_NOMEM;

	*out = NULL;
	if (r != NULL && (r->steps = dmsc_steps_new(t)) != NULL)
		code = dmsc_responder_set(r, o);
	if (code != DMSC_E_OK) {
		dmsc_responder_free(&r);
		return code;
	}
	r->t = t;
	r->msg_id = "1";
	*out = r;
	return DMSC_E_OK;
}

static void
settle(struct dmsc_responder *r)
{
	if (r->begun != r->half)
		dm_half_free(r->begun);
	r->begun = r->half;
	r->begun_len = r->half == NULL ? 0 : r->half->have->len;
}

void
dmsc_responder_free(struct dmsc_responder **r)
{
	if (r == NULL || *r == NULL)
		return;
	settle(*r);
	dm_half_free((*r)->half);
	dm_queue_tidy(&(*r)->statuses);
	dm_queue_tidy(&(*r)->results);
	dm_queue_cut(*r, &(*r)->statuses, 0);
	dm_queue_cut(*r, &(*r)->results, 0);
	free((*r)->statuses.v);
	free((*r)->results.v);
	dmsc_steps_free(&(*r)->steps);
	free(*r);
	*r = NULL;
}

/* A reference that an answer has room for; NULL: it goes without. */
static const char *
short_one(const struct dmsc_responder *r, const char *s)
{
	return s != NULL && r->o.max_msg > 0 &&
	    strlen(s) > r->o.max_msg / REFS ? NULL : s;
}

/* A number that a peer made, which is no novel. */
static const char *
number(const char *s, const char *otherwise)
{
	return s == NULL || strlen(s) > ID_MAX ? otherwise : s;
}

static bool
with_texts(struct dmsc_responder *r, struct dm_reply *p,
    const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	const char *name = c->kind == DMSC_CMD_OTHER ? c->cmd :
	    dmsc_cmd_name(c->kind);

	return dm_reply_text(r, p, DM_T_CMD, name == NULL ? "" : name) &&
	    (it == NULL || (dm_reply_text(r, p, DM_T_TARGET,
	    short_one(r, it->target.uri)) && dm_reply_text(r, p,
	    DM_T_SOURCE, short_one(r, it->source.uri))));
}

struct dm_reply *
dm_answer(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it, unsigned status)
{
	struct dm_reply *p = dm_reply(r, DM_STATUS,
	    number(c->id, "0"), status);

	return with_texts(r, p, c, it) ? p : NULL;
}

/* A command that is not carried out at all. */
static void
refuse(struct dmsc_responder *r, const struct dmsc_cmd *c, unsigned status)
{
	(void)dm_answer(r, c, c->n_items == 1 ? c->items[0] : NULL, status);
}

/* Nodes may cost more than their bytes: who keeps them says so. */
static bool
is_full(const struct dmsc_responder *r)
{
	return r->o.hooks.room != NULL &&
	    r->o.hooks.room(r->o.hooks.ctx) == 0;
}

unsigned
dm_run(struct dmsc_responder *r, struct dm_op *op)
{
	static unsigned (*const does[])(struct dmsc_responder *,
	    struct dm_op *) = { [DMSC_CMD_ADD] = dm_add,
		[DMSC_CMD_COPY] = dm_copy, [DMSC_CMD_DELETE] = dm_delete,
		[DMSC_CMD_EXEC] = dm_exec, [DMSC_CMD_GET] = dm_get,
		[DMSC_CMD_REPLACE] = dm_replace };
	size_t mark = dmsc_steps_mark(r->steps), results = r->results.n;
	size_t bytes = dmsc_tree_bytes(r->t);
	size_t room = r->o.hooks.room == NULL ? SIZE_MAX :
	    r->o.hooks.room(r->o.hooks.ctx);
	unsigned status = does[op->kind](r, op);

	if (dm_good(status) && dmsc_tree_bytes(r->t) > bytes &&
	    (dmsc_tree_bytes(r->t) - bytes > room || is_full(r)))
		status = DMSC_DM_FULL;
	if (!dm_good(status)) {
		dmsc_steps_back(r->steps, mark);
		dm_queue_cut(r, &r->results, results);
	}
	return status;
}

/* The first that is no success, for what is around the command. */
static unsigned
worse(unsigned a, unsigned b)
{
	return dm_good(a) ? b : a;
}

static unsigned
one_item(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it, bool top)
{
	struct dm_op op = { .kind = c->kind, .c = c, .uri = it->target.uri,
	    .source = it->source.uri, .format = it->meta.format != NULL ?
	    it->meta.format : c->meta.format, .type = it->meta.type != NULL ?
	    it->meta.type : c->meta.type, .data = it->data.bytes,
	    .has_data = it->data.set };
	bool large = it->more_data || r->half != NULL;
	unsigned status = DMSC_DM_OK;
	struct dm_reply *p;

	if (it->more_data && (!top || c->n_items != 1 ||
	    (c->kind != DMSC_CMD_ADD && c->kind != DMSC_CMD_REPLACE)))
		status = DMSC_DM_INCOMPLETE;
	else if (!large || !dm_chunk(r, &op, c, it, &status))
		status = dm_run(r, &op);
	if (large && !it->more_data)
		dm_half_drop(r);
	p = dm_answer(r, c, it, status);
	if (p != NULL && op.failed != NULL)
		(void)dm_reply_text(r, p, DM_T_ITEM,
		    dmsc_buf_cstr(op.failed));
	dmsc_buf_free(&op.failed);
	return status;
}

static unsigned
items(struct dmsc_responder *r, const struct dmsc_cmd *c, bool top)
{
	unsigned status = DMSC_DM_OK;
	size_t i;

	if (c->n_items == 0) {
		(void)dm_answer(r, c, NULL, DMSC_DM_INCOMPLETE);
		return DMSC_DM_INCOMPLETE;
	}
	for (i = 0; i < c->n_items && r->code == DMSC_E_OK; i++)
		status = worse(status, one_item(r, c, c->items[i], top));
	return status;
}

/* What the user said goes with the Status of the question. */
static void
add_typed(struct dmsc_responder *r, struct dm_reply *p, uint32_t code)
{
	struct dmsc_rd said;

	if (p == NULL || r->o.hooks.typed == NULL || !dm_good(p->status) ||
	    code < DMSC_ALERT_INPUT || code > DMSC_ALERT_CHOICES)
		return;
	said = r->o.hooks.typed(r->o.hooks.ctx);
	p->chosen = code != DMSC_ALERT_INPUT;
	if (said.left > 0)
		(void)dm_reply_data(r, p, said);
}

static unsigned
alert(struct dmsc_responder *r, const struct dmsc_cmd *c)
{
	unsigned status = DMSC_DM_UNSUPPORTED;
	uint32_t code = 0;

	if (c->data == NULL ||
	    dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK)
		status = DMSC_DM_INCOMPLETE;
	else if (code >= DMSC_ALERT_DISPLAY && code <= DMSC_ALERT_CHOICES &&
	    c->n_items < 2)
		status = DMSC_DM_INCOMPLETE;
	else if (code == DMSC_ALERT_NEXT_MESSAGE)
		status = DMSC_DM_OK;
	else if (r->o.hooks.alert != NULL)
		status = r->o.hooks.alert(r->o.hooks.ctx, c);
	else if (code == DMSC_ALERT_SESSION_ABORT)
		status = DMSC_DM_OK;
	if (status == DMSC_DM_CANCELLED || status == DMSC_DM_TIMED_OUT)
		r->cancelled = true;
	add_typed(r, dm_answer(r, c, NULL, status), code);
	return status;
}

/* Commands that come after "No": none is executed. */
static void
skip(struct dmsc_responder *r, struct dmsc_cmd *const *v, size_t n)
{
	size_t i;

	for (i = 0; i < n && r->code == DMSC_E_OK; i++)
		refuse(r, v[i], DMSC_DM_NOT_EXECUTED);
}

static unsigned
sequence(struct dmsc_responder *r, const struct dmsc_cmd *c)
{
	unsigned status;
	size_t i;

	if (dm_answer(r, c, NULL, DMSC_DM_OK) == NULL)
		return DMSC_DM_FAILED;
	for (i = 0; i < c->n_cmds && r->code == DMSC_E_OK; i++) {
		status = one(r, c->cmds[i], false);
		if (status == DMSC_DM_NO || r->cancelled) {
			skip(r, c->cmds + i + 1, c->n_cmds - i - 1);
			break;
		}
	}
	return DMSC_DM_OK;
}

static bool
in_atomic(const struct dmsc_cmd *c)
{
	return c->kind == DMSC_CMD_ADD || c->kind == DMSC_CMD_ALERT ||
	    c->kind == DMSC_CMD_COPY || c->kind == DMSC_CMD_DELETE ||
	    c->kind == DMSC_CMD_REPLACE || c->fault.what != NULL;
}

/* What was done in an Atomic is undone, and its Statuses say so. */
static void
roll_back(struct dmsc_responder *r, size_t mark, size_t from)
{
	bool undone = r->o.hooks.undo == NULL ||
	    r->o.hooks.undo(r->o.hooks.ctx);
	size_t i;

	dmsc_steps_back(r->steps, mark);
	for (i = from; i < r->statuses.n; i++)
		if (dm_good(r->statuses.v[i]->status))
			r->statuses.v[i]->status = undone ?
			    DMSC_DM_ROLLED_BACK : DMSC_DM_NOT_ROLLED_BACK;
}

/* Bytes that the Statuses from the from-th on take, about. */
static size_t
size_from(const struct dmsc_responder *r, size_t from)
{
	size_t n = 0;

	for (; from < r->statuses.n; from++)
		n += r->statuses.v[from]->cost;
	return r->o.xml ? 4 * n : n;
}

static unsigned
atomic(struct dmsc_responder *r, const struct dmsc_cmd *c)
{
	size_t mark = dmsc_steps_mark(r->steps), at = r->statuses.n, i;
	unsigned status = DMSC_DM_OK, mine = DMSC_DM_OK;

	if (dm_answer(r, c, NULL, DMSC_DM_OK) == NULL)
		return DMSC_DM_FAILED;
	for (i = 0; i < c->n_cmds && r->code == DMSC_E_OK &&
	    dm_good(status); i++) {
		if (in_atomic(c->cmds[i]))
			status = one(r, c->cmds[i], false);
		else
			(void)dm_answer(r, c->cmds[i], NULL,
			    status = DMSC_DM_FAILED);
	}
	if (r->code != DMSC_E_OK)
		return DMSC_DM_FAILED;
	if (!dm_good(status))
		mine = DMSC_DM_ATOMIC_FAILED;
	else if (r->o.max_msg > 0 && size_from(r, at) > r->o.max_msg)
		mine = DMSC_DM_ANSWER_TOO_LARGE;
	if (mine != DMSC_DM_OK) {
		roll_back(r, mark, at + 1);
		r->statuses.v[at]->status = mine;
		skip(r, c->cmds + i, c->n_cmds - i);
	}
	return mine;
}

/* Anything else before a large object is here ends it: Alert 1225. */
static void
intrude(struct dmsc_responder *r)
{
	struct dm_reply *p = dm_reply(r, DM_ALERT, "0",
	    DMSC_ALERT_NO_END_OF_DATA);

	if (dm_reply_text(r, p, DM_T_TARGET, r->half->uri))
		dm_half_drop(r);
}

static bool
goes_on(const struct dm_half *h, const struct dmsc_cmd *c)
{
	return c->kind == h->kind && c->n_items == 1 &&
	    c->fault.what == NULL && c->items[0]->target.uri != NULL &&
	    strcmp(c->items[0]->target.uri, h->uri) == 0;
}

static bool
is_next(const struct dmsc_cmd *c)
{
	return c->kind == DMSC_CMD_ALERT && c->data != NULL &&
	    strcmp(c->data, "1222") == 0;
}

static bool
goes_past(struct dmsc_responder *r, const struct dmsc_cmd *c,
    bool top)
{
	const struct dmsc_dm_elsewhere *e = r->o.hooks.elsewhere;

	return top && e != NULL && c->kind != DMSC_CMD_OTHER &&
	    c->fault.what == NULL && e->takes(e->ctx, r, c);
}

static unsigned
one(struct dmsc_responder *r, const struct dmsc_cmd *c, bool top)
{
	if (c->kind == DMSC_CMD_STATUS || c->kind == DMSC_CMD_RESULTS) {
		if (r->o.hooks.answer != NULL)
			r->o.hooks.answer(r->o.hooks.ctx, c);
		return DMSC_DM_OK;
	}
	if (r->half != NULL && !is_next(c) && (!top || !goes_on(r->half, c)))
		intrude(r);
	if (r->code != DMSC_E_OK)
		return DMSC_DM_FAILED;
	if (goes_past(r, c, top))
		return DMSC_DM_OK;
	if (c->kind == DMSC_CMD_OTHER || c->fault.what != NULL) {
		unsigned status = c->kind == DMSC_CMD_OTHER ?
		    DMSC_DM_UNKNOWN : c->fault.status;

		(void)dm_answer(r, c, NULL, status);
		return status;
	}
	if (c->kind == DMSC_CMD_ALERT)
		return alert(r, c);
	if (c->kind == DMSC_CMD_SEQUENCE)
		return sequence(r, c);
	return c->kind == DMSC_CMD_ATOMIC ? atomic(r, c) : items(r, c, top);
}

/* The Status of the header; what is said to all commands: 0, they run. */
static unsigned
header(struct dmsc_responder *r, const struct dmsc_msg *in,
    const struct dmsc_dm_auth *auth)
{
	const struct dmsc_hdr *h = &in->hdr;
	unsigned status = auth == NULL || auth->status == 0 ? DMSC_DM_OK :
	    auth->status;
	const char *known = NULL;
	struct dm_reply *p;

	if (h->ver_dtd == NULL || strcmp(h->ver_dtd, "1.2") != 0) {
		status = DMSC_DM_DTD;
		known = "1.2";
	} else if (h->ver_proto == NULL ||
	    strcmp(h->ver_proto, "DM/1.2") != 0) {
		status = DMSC_DM_PROTOCOL;
		known = "DM/1.2";
	} else if (in->fault.what != NULL)
		status = in->fault.status;
	p = dm_reply(r, DM_STATUS, "0", status);
	if (!dm_reply_text(r, p, DM_T_CMD, "SyncHdr") ||
	    !dm_reply_text(r, p, DM_T_TARGET,
	    short_one(r, h->target.uri)) || !dm_reply_text(r, p, DM_T_SOURCE,
	    short_one(r, h->source.uri)))
		return DMSC_DM_FAILED;
	if (known != NULL && !dm_reply_data(r, p, dmsc_rd_str(known)))
		return DMSC_DM_FAILED;
	if (auth != NULL && auth->chal != NULL && auth->chal->set &&
	    known == NULL && (!dm_reply_text(r, p, DM_T_TYPE,
	    auth->chal->meta.type) || !dm_reply_text(r, p, DM_T_FORMAT,
	    auth->chal->meta.format) || !dm_reply_text(r, p, DM_T_NONCE,
	    auth->chal->meta.next_nonce)))
		return DMSC_DM_FAILED;
	return dm_good(status) ? 0 : status;
}

static void
body(struct dmsc_responder *r, const struct dmsc_msg *in, unsigned all)
{
	const struct dmsc_dm_elsewhere *e = r->o.hooks.elsewhere;
	size_t i;
	int code;

	for (i = 0; i < in->n_cmds && r->code == DMSC_E_OK; i++) {
		const struct dmsc_cmd *c = in->cmds[i];

		if (c->kind == DMSC_CMD_STATUS || c->kind == DMSC_CMD_RESULTS)
			(void)(all == 0 ? one(r, c, true) : 0);
		else if (all != 0 || r->cancelled)
			refuse(r, c, all != 0 ? all : DMSC_DM_NOT_EXECUTED);
		else
			(void)one(r, c, true);
	}
	if (all == 0 && r->code == DMSC_E_OK && e != NULL &&
	    (code = e->rest(e->ctx, r)) != DMSC_E_OK)
		r->code = code;
}

int
dmsc_responder_take(struct dmsc_responder *r, const struct dmsc_msg *in,
    const struct dmsc_dm_auth *auth)
{
	unsigned all;
	int code;

	dmsc_steps_keep(r->steps);
	settle(r);
	dm_queue_tidy(&r->statuses);
	dm_queue_tidy(&r->results);
	r->mark_statuses = r->statuses.n;
	r->mark_results = r->results.n;
	r->msg_id = number(in->hdr.msg_id, "1");
	r->cancelled = false;
	r->listed = 0;
	r->final = in->final;
	r->code = DMSC_E_OK;
	all = header(r, in, auth);
	if (r->code == DMSC_E_OK && all != DMSC_DM_DTD &&
	    all != DMSC_DM_PROTOCOL && in->fault.what == NULL)
		body(r, in, all);
	r->msg_id = "1";
	if ((code = r->code) != DMSC_E_OK)
		dmsc_responder_back(r);
	return code;
}

void
dmsc_responder_back(struct dmsc_responder *r)
{
	dmsc_steps_back(r->steps, 0);
	dm_queue_cut(r, &r->statuses, DMSC_MAX(r->mark_statuses,
	    r->statuses.at));
	dm_queue_cut(r, &r->results, DMSC_MAX(r->mark_results,
	    r->results.at));
	if (r->half != r->begun)
		dm_half_free(r->half);
	r->half = r->begun;
	if (r->half != NULL)
		dmsc_buf_truncate(r->half->have, r->begun_len);
}

bool
dmsc_responder_changed(const struct dmsc_responder *r)
{
	return dmsc_steps_mark(r->steps) > 0;
}

/* The node itself below its parents; what stood there goes. */
static unsigned
put(struct dmsc_responder *r, struct dm_target *t,
    const struct dmsc_node *from, bool replace, struct dmsc_node **made)
{
	struct dmsc_node *parent = t->near;
	char name[DMSC_TREE_NAME_MAX + 1];
	unsigned status;

	if (t->n == NULL) {
		status = dm_parents(r, t, NULL, &parent, name);
		return status != DMSC_DM_OK ? status :
		    dm_graft(r, parent, name, from, made);
	}
	if (!replace)
		return DMSC_DM_EXISTS;
	if ((parent = dmsc_node_parent(t->n)) == NULL)
		return DMSC_DM_NOT_ALLOWED;
	if (!dm_may(r, t->n, "Delete") || !dm_may(r, parent, "Add"))
		return DMSC_DM_DENIED;
	(void)memcpy(name, dmsc_node_name(t->n),
	    strlen(dmsc_node_name(t->n)) + 1);
	status = dm_code(r, dmsc_steps_remove(r->steps, t->n));
	return status != DMSC_DM_OK ? status :
	    dm_graft(r, parent, name, from, made);
}

int
dmsc_responder_put(struct dmsc_responder *r, const char *uri,
    const struct dmsc_node *from, bool replace, struct dmsc_node **made,
    unsigned *status)
{
	size_t mark = dmsc_steps_mark(r->steps);
	struct dm_target t = { .n = NULL };
	int code;

	r->code = DMSC_E_OK;
	*status = dm_path(r, dmsc_rd_str(uri), &t);
	if (*status == DMSC_DM_OK)
		*status = dm_add_at(r, &t);
	if (*status == DMSC_DM_OK)
		*status = put(r, &t, from, replace, made);
	dm_target_free(&t);
	if (!dm_good(*status))
		dmsc_steps_back(r->steps, mark);
	code = r->code;
	r->code = DMSC_E_OK;
	return code;
}
