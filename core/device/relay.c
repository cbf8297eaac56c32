/* ./SC in a device's tree: which commands go to the card, and their life
 * (device/relay.h). */
#include "device/relay.h"

#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "base/text.h"
#include "device/relay_in.h"
#include "dm/appl.h"

enum { JOBS_MAX = 4096, ANSWER_MAX = 1 << 20, ENVELOPE = 2048 };

static const char root[] = DMSC_RELAY_ROOT;
static const char message_type[] = "application/vnd.syncml.dm+";

/* What is behind ./SC in a URI: "", "/...", "?..."; NULL: it is another. */
static const char *
behind(const char *uri)
{
	if (uri == NULL)
		return NULL;
	if (dmsc_begins(uri, "./"))
		uri += 2;
	if (!dmsc_begins(uri, root))
		return NULL;
	uri += sizeof root - 1;
	return *uri == '\0' || *uri == '/' || *uri == '?' ? uri : NULL;
}

const char *
relay_to_card(struct dmsc_msg *m, const char *uri)
{
	const char *rest = behind(uri);

	return rest == NULL ? NULL : dmsc_msg_str(m, ".%s", rest);
}

enum relay_way
relay_way(const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	const char *to = behind(it->target.uri);
	bool from = c->kind == DMSC_CMD_COPY &&
	    behind(it->source.uri) != NULL;

	if (c->kind == DMSC_CMD_COPY)
		return to != NULL && from ? RELAY_AS_IS : to != NULL ?
		    RELAY_IN : from ? RELAY_OUT : RELAY_NONE;
	if (to == NULL)
		return RELAY_NONE;
	if (c->kind != DMSC_CMD_EXEC || *to != '\0')
		return RELAY_AS_IS;
	return it->meta.type != NULL && dmsc_begins(it->meta.type,
	    message_type) ? RELAY_SEALED : RELAY_LOGIN;
}

/* Of all Items the same, or RELAY_MIXED where one is for the card. */
static enum relay_way
way_of(const struct dmsc_cmd *c)
{
	enum relay_way all = RELAY_NONE, w;
	size_t i;

	if (c->kind == DMSC_CMD_ALERT)
		return RELAY_NONE;
	for (i = 0; i < c->n_items; i++) {
		w = relay_way(c, c->items[i]);
		if (i == 0)
			all = w;
		else if (w != all)
			return RELAY_MIXED;
	}
	return all;
}

/* An Atomic or a Sequence goes as a whole, or stays. */
static bool
all_as_is(const struct dmsc_cmd *c)
{
	size_t i;

	for (i = 0; i < c->n_cmds; i++) {
		const struct dmsc_cmd *in = c->cmds[i];

		if (in->fault.what != NULL || in->kind == DMSC_CMD_ATOMIC ||
		    in->kind == DMSC_CMD_SEQUENCE ||
		    way_of(in) != RELAY_AS_IS)
			return false;
	}
	return c->n_cmds > 0;
}

/* NULL: no memory, or too many. */
static struct relay_job *
add(struct dmsc_relay *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it, enum relay_way way)
{
	size_t cap = DMSC_MAX(2 * r->cap, 8);
	struct relay_job *v, *j;

	r->full = r->full || r->n == JOBS_MAX;
	if (r->full)
		return NULL;
	if (r->n == r->cap) {
		v = realloc(r->jobs, cap * sizeof *v);
		if ((r->full = v == NULL))
			return NULL;
		r->jobs = v;
		r->cap = cap;
	}
	j = &r->jobs[r->n++];
	memset(j, 0, sizeof *j);
	j->c = c;
	j->it = it;
	j->way = way;
	return j;
}

/* A job as far as it can be done at once: what is copied to the card is
 * read now, in its turn. */
static void
begin(struct dmsc_relay *r, struct dmsc_responder *d, struct relay_job *j)
{
	const struct dmsc_meta *m = j->it == NULL ? NULL : &j->it->meta;

	if (j->way == RELAY_MIXED)
		j->status = DMSC_DM_UNSUPPORTED;
	else if ((j->way == RELAY_IN && j->it->source.uri == NULL) ||
	    (j->way == RELAY_OUT && j->it->target.uri == NULL))
		j->status = DMSC_DM_INCOMPLETE;
	else if (j->way == RELAY_SEALED && !j->it->data.set)
		j->status = DMSC_DM_INCOMPLETE;
	else if (j->way == RELAY_LOGIN && r->cred != NULL)
		j->status = DMSC_DM_NOT_ALLOWED;
	else if (j->way == RELAY_LOGIN && (!j->it->data.set ||
	    m->type == NULL))
		j->status = DMSC_DM_INCOMPLETE;
	else if (j->way == RELAY_LOGIN &&
	    strcmp(m->type, "syncml:auth-md5") != 0)
		j->status = DMSC_DM_UNSUPPORTED;
	else if (j->way == RELAY_LOGIN)
		r->cred = j->it;
	else if (j->way == RELAY_IN) {
		j->data = dmsc_buf_new(DMSC_DOC_MAX);
		j->status = j->data == NULL ? DMSC_DM_FAILED :
		    dmsc_responder_read(d, j->it->source.uri, &j->meta,
		    j->data);
		if (j->status == DMSC_DM_OK)
			j->status = 0;
	}
}

static void
all_items(struct dmsc_relay *r, struct dmsc_responder *d,
    const struct dmsc_cmd *c, enum relay_way way, bool inside)
{
	struct relay_job *j;
	size_t i;

	for (i = 0; i < c->n_items && !r->full; i++) {
		if ((j = add(r, c, c->items[i], way)) == NULL)
			continue;
		j->inside = inside;
		begin(r, d, j);
	}
}

/* Whether one is the other or above it; both without "./". */
static bool
holds(const char *above, const char *uri)
{
	size_t n = strlen(above);

	return strncmp(above, uri, n) == 0 && (uri[n] == '\0' ||
	    uri[n] == '/');
}

static bool
touches(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return false;
	a += dmsc_begins(a, "./") ? 2 : 0;
	b += dmsc_begins(b, "./") ? 2 : 0;
	return holds(a, b) || holds(b, a);
}

/* Neither copy is to be lost: what goes to the card is deleted behind it. */
static bool
waits(const struct dmsc_relay *r, const struct dmsc_cmd *c)
{
	size_t i, k;

	for (i = 0; c->kind == DMSC_CMD_DELETE && i < r->n; i++)
		for (k = 0; r->jobs[i].way == RELAY_IN && k < c->n_items; k++)
			if (touches(r->jobs[i].it->source.uri,
			    c->items[k]->target.uri))
				return true;
	return false;
}

static bool
takes(void *ctx, struct dmsc_responder *d, const struct dmsc_cmd *c)
{
	struct dmsc_relay *r = ctx;
	enum relay_way way;
	size_t i;

	if (c->kind == DMSC_CMD_ATOMIC || c->kind == DMSC_CMD_SEQUENCE) {
		if (!all_as_is(c))
			return false;
		(void)add(r, c, NULL, RELAY_AS_IS);
		for (i = 0; i < c->n_cmds; i++)
			all_items(r, d, c->cmds[i], RELAY_AS_IS, true);
		return true;
	}
	if ((way = way_of(c)) == RELAY_NONE && waits(r, c))
		way = RELAY_AFTER;
	if (way != RELAY_NONE)
		all_items(r, d, c, way, false);
	return way != RELAY_NONE;
}

static void
forget(struct dmsc_relay *r)
{
	while (r->n > 0)
		dmsc_buf_free(&r->jobs[--r->n].data);
	r->cred = NULL;
	r->ids = 0;
	r->full = false;
	dmsc_msg_free(&r->told);
	memset(&r->chal, 0, sizeof r->chal);
}

/* One object to the card; what it answers. NOTFOUND and what else the way
 * says. */
static int
send(struct dmsc_relay *r, const struct dmsc_buf *object,
    struct dmsc_buf *answer)
{
	int code = r->o.exchange(r->o.ctx, dmsc_buf_rd(object), answer,
	    &r->err);

	if (code == DMSC_E_OK)
		r->messages++;
	return code;
}

int
relay_exchange(struct dmsc_relay *r, const struct dmsc_msg *m,
    struct dmsc_buf *object, struct dmsc_buf *answer,
    struct dmsc_msg **told)
{
	struct dmsc_appl_message env = { .relayed = true };
	struct dmsc_buf *b = dmsc_buf_new(r->o.max_msg);
	int code = b == NULL ? DMSC_E_NOMEM : dmsc_msg_write(m, b, NULL);

	*told = NULL;
	dmsc_buf_reset(object);
	dmsc_buf_reset(answer);
	if (code == DMSC_E_OK) {
		env.bytes = dmsc_buf_rd(b);
		code = dmsc_appl_message_put(object, DMSC_APPL_MESSAGE,
		    &env);
	}
	if (code == DMSC_E_OK)
		code = send(r, object, answer);
	if (code == DMSC_E_OK && (code = dmsc_appl_message_get(
	    dmsc_buf_rd(answer), DMSC_APPL_MESSAGE, &env)) == DMSC_E_OK)
		code = dmsc_msg_read(env.bytes, told, NULL, &r->err);
	dmsc_buf_free(&b);
	return code;
}

static unsigned
status_of(int code)
{
	return code == DMSC_E_NOTFOUND ? DMSC_DM_NOT_FOUND :
	    code == DMSC_E_LIMIT ? DMSC_DM_TOO_LARGE : DMSC_DM_FAILED;
}

static bool
any_left(const struct dmsc_relay *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->jobs[i].status == 0 && relay_is_open(&r->jobs[i]))
			return true;
	return false;
}

/* All that is not sealed goes as one message: there is one credential. */
static int
open_ones(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_buf *object, struct dmsc_buf *answer)
{
	struct dmsc_msg *m = NULL;
	int code = relay_ask(r, &m);

	dmsc_msg_free(&r->told);
	if (code == DMSC_E_OK)
		code = relay_exchange(r, m, object, answer, &r->told);
	if (code == DMSC_E_OK)
		code = relay_hear(r, d, r->told);
	if (code == DMSC_E_OK)
		code = relay_go_on(r, d, object, answer);
	dmsc_msg_free(&m);
	return code;
}

static int
sealed_one(struct dmsc_relay *r, struct dmsc_responder *d,
    struct relay_job *j, struct dmsc_buf *object, struct dmsc_buf *answer)
{
	int code;

	dmsc_buf_reset(object);
	dmsc_buf_reset(answer);
	if ((code = relay_seal(j, object)) == DMSC_E_FORMAT) {
		j->status = DMSC_DM_BAD;
		return DMSC_E_OK;
	}
	if (code == DMSC_E_OK)
		code = send(r, object, answer);
	return code != DMSC_E_OK ? code :
	    relay_unseal(r, d, j, dmsc_buf_rd(answer));
}

/* A failure is a status; r->err says more. NOMEM ends it all. */
static int
failed(struct dmsc_relay *r, struct relay_job *v, size_t n, int code)
{
	size_t i;

	if (code == DMSC_E_OK || code == DMSC_E_NOMEM)
		return code;
	for (i = 0; i < n; i++)
		if (v[i].status == 0 && (n == 1 || relay_is_open(&v[i])))
			v[i].status = status_of(code);
	if (r->err.code == DMSC_E_OK)
		(void)dmsc_fail(&r->err, code,
		    "the card gave no answer to read");
	return DMSC_E_OK;
}

static int
all_of_it(struct dmsc_relay *r, struct dmsc_responder *d,
    struct dmsc_buf *object, struct dmsc_buf *answer)
{
	int code = DMSC_E_OK;
	size_t i;

	if (any_left(r))
		code = failed(r, r->jobs, r->n, open_ones(r, d, object,
		    answer));
	for (i = 0; i < r->n && code == DMSC_E_OK; i++)
		if (r->jobs[i].way == RELAY_SEALED && r->jobs[i].status == 0)
			code = failed(r, &r->jobs[i], 1, sealed_one(r, d,
			    &r->jobs[i], object, answer));
	return code;
}

/* What waited for the card: 215 where it did not take the copy. */
static void
erase(struct dmsc_relay *r, struct dmsc_responder *d)
{
	struct relay_job *j, *in;
	size_t i;

	for (i = 0; i < r->n; i++) {
		j = &r->jobs[i];
		if (j->way != RELAY_AFTER || j->status != 0)
			continue;
		for (in = r->jobs; in < j; in++)
			if (in->way == RELAY_IN && !relay_good(in->status) &&
			    touches(in->it->source.uri, j->it->target.uri))
				j->status = DMSC_DM_NOT_EXECUTED;
		if (j->status == 0)
			j->status = dmsc_responder_delete(d,
			    j->it->target.uri);
	}
}

static int
rest(void *ctx, struct dmsc_responder *d)
{
	struct dmsc_relay *r = ctx;
	struct dmsc_buf *object = dmsc_buf_new(r->o.max_msg + ENVELOPE);
	struct dmsc_buf *answer = dmsc_buf_new(ANSWER_MAX);
	int code = r->full ? DMSC_E_LIMIT : object == NULL ||
	    answer == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	dmsc_err_clear(&r->err);
	if (code == DMSC_E_OK)
		code = all_of_it(r, d, object, answer);
	if (code == DMSC_E_OK)
		erase(r, d);
	if (code == DMSC_E_OK)
		code = relay_tell(r, d);
	forget(r);
	dmsc_buf_free(&object);
	dmsc_buf_free(&answer);
	return code;
}

int
dmsc_relay_new(const struct dmsc_relay_opts *o, struct dmsc_relay **out)
{
	struct dmsc_relay *r = calloc(1, sizeof *r);

	*out = r;
	if (r == NULL)
		return DMSC_E_NOMEM;
	r->o = *o;
	r->past.ctx = r;
	r->past.takes = takes;
	r->past.rest = rest;
	return DMSC_E_OK;
}

void
dmsc_relay_free(struct dmsc_relay **r)
{
	if (r == NULL || *r == NULL)
		return;
	forget(*r);
	free((*r)->jobs);
	free(*r);
	*r = NULL;
}

const struct dmsc_dm_elsewhere *
dmsc_relay_past(const struct dmsc_relay *r)
{
	return &r->past;
}

unsigned
dmsc_relay_messages(const struct dmsc_relay *r)
{
	return r->messages;
}

const struct dmsc_err *
dmsc_relay_err(const struct dmsc_relay *r)
{
	return &r->err;
}
