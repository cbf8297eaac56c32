/* Single DM commands to the card's own tree, and what it answers, for people
 * and programs (dmsc/dm.h). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "store/cardtree.h"

static int
no_memory(struct dmsc_store *st)
{
	return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

static const struct { enum dmsc_dm_verb verb; enum dmsc_cmd_kind kind;
    const char *word; } verbs[] = {
	{ DMSC_DM_VERB_GET, DMSC_CMD_GET, "get" },
	{ DMSC_DM_VERB_ADD, DMSC_CMD_ADD, "add" },
	{ DMSC_DM_VERB_REPLACE, DMSC_CMD_REPLACE, "replace" },
	{ DMSC_DM_VERB_DELETE, DMSC_CMD_DELETE, "delete" },
	{ DMSC_DM_VERB_COPY, DMSC_CMD_COPY, "copy" },
	{ DMSC_DM_VERB_EXEC, DMSC_CMD_EXEC, "exec" },
};

/* "A" and "/A" mean "./A"; the caller frees. NULL: no memory. */
static char *
full_uri(const char *uri)
{
	char *s = NULL;

	uri += strspn(uri, "/");
	if (strcmp(uri, ".") == 0 || dmsc_begins(uri, "./") ||
	    dmsc_begins(uri, ".?"))
		return strdup(uri);
	return dmsc_str_set(&s, *uri == '\0' || *uri == '?' ? ".%s" :
	    "./%s", uri) == DMSC_E_OK ? s : NULL;
}

/* What was asked for, as the requester wants it. */
struct asked {
	struct dmsc_request *v;
	char **uris;
	size_t n;
};

static void
asked_clear(struct asked *a)
{
	size_t i;

	for (i = 0; a->uris != NULL && i < 2 * a->n; i++)
		free(a->uris[i]);
	free(a->uris);
	free(a->v);
}

static bool
put_one(struct asked *a, size_t i, const struct dmsc_dm_command *c)
{
	struct dmsc_request *v = &a->v[i];
	char **uri = &a->uris[2 * i], **to = uri + 1;
	bool copy = c->verb == DMSC_DM_VERB_COPY;

	*uri = full_uri(c->uri);
	*to = copy ? full_uri(c->to) : NULL;
	v->kind = verbs[c->verb].kind;
	v->uri = copy ? *to : *uri;
	v->source = copy ? *uri : NULL;
	v->has_data = c->has_value;
	v->data = c->value;
	v->format = c->format;
	v->type = c->type;
	if (c->verb == DMSC_DM_VERB_ADD && !c->has_value &&
	    c->format == NULL)
		v->format = "node";
	return *uri != NULL && (!copy || *to != NULL);
}

static int
ask(struct dmsc_store *st, const struct dmsc_dm_command *c, size_t n,
    bool atomic, struct asked *a)
{
	size_t i;

	a->n = n;
	a->v = calloc(n, sizeof *a->v);
	a->uris = calloc(2 * n, sizeof *a->uris);
	if (a->v == NULL || a->uris == NULL)
		return no_memory(st);
	for (i = 0; i < n; i++) {
		if (atomic && (c[i].verb == DMSC_DM_VERB_GET ||
		    c[i].verb == DMSC_DM_VERB_EXEC))
			return dmsc_fail(st->e, DMSC_E_USAGE, "an Atomic has "
			    "no %s in it", verbs[c[i].verb].word);
		if (!put_one(a, i, &c[i]))
			return no_memory(st);
	}
	return DMSC_E_OK;
}

static int
set(char **to, const char *from)
{
	return from == NULL ? DMSC_E_OK : dmsc_str_set(to, "%s", from);
}

static int
give_statuses(const struct dmsc_requester *q, struct dmsc_dm_answer *out)
{
	const struct dmsc_request_status *v;
	struct dmsc_dm_status *s;
	size_t n, i;
	int r = DMSC_E_OK;

	v = dmsc_requester_statuses(q, &n);
	for (i = 0; r == DMSC_E_OK && i < n; i++) {
		s = dmsc_list_add(&out->statuses, &out->n_statuses,
		    sizeof *s);
		if (s == NULL)
			return DMSC_E_NOMEM;
		s->status = v[i].status;
		if ((r = set(&s->command, v[i].command)) == DMSC_E_OK &&
		    (r = set(&s->uri, v[i].uri)) == DMSC_E_OK)
			r = set(&s->text, dmsc_dm_text(v[i].status));
	}
	return r;
}

static struct dmsc_buf *
take_data(struct dmsc_request_item *v)
{
	struct dmsc_buf *b = v->data;

	v->data = NULL;
	return b != NULL || !v->has_data ? b : dmsc_buf_new(1);
}

static int
give_results(struct dmsc_requester *q, struct dmsc_dm_answer *out)
{
	const struct dmsc_request_items *l = dmsc_requester_results(q);
	struct dmsc_dm_result *s;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < l->n; i++) {
		s = dmsc_list_add(&out->results, &out->n_results, sizeof *s);
		if (s == NULL)
			return DMSC_E_NOMEM;
		s->value = take_data(&l->v[i]);
		if (l->v[i].has_data && s->value == NULL)
			return DMSC_E_NOMEM;
		s->is_text = dmsc_is_text(dmsc_buf_rd(s->value));
		s->secret = dmsc_cardhide_secret(l->v[i].uri);
		if ((r = set(&s->uri, l->v[i].uri)) == DMSC_E_OK &&
		    (r = set(&s->format, l->v[i].format)) == DMSC_E_OK)
			r = set(&s->type, l->v[i].type);
	}
	return r;
}

static int
give_alerts(struct dmsc_requester *q, struct dmsc_dm_answer *out)
{
	const struct dmsc_request_items *l = dmsc_requester_alerts(q);
	struct dmsc_dm_alert *s;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < l->n; i++) {
		s = dmsc_list_add(&out->alerts, &out->n_alerts, sizeof *s);
		if (s == NULL)
			return DMSC_E_NOMEM;
		s->code = (unsigned)l->v[i].of;
		s->value = take_data(&l->v[i]);
		if ((r = set(&s->uri, l->v[i].uri)) == DMSC_E_OK)
			r = set(&s->type, l->v[i].type);
	}
	return r;
}

int
dmsc_dm_given(struct dmsc_requester *q, struct dmsc_dm_answer **out)
{
	struct dmsc_dm_answer *a = dmsc_view_new(&dmsc_dm_answer_view);
	int r = a == NULL ? DMSC_E_NOMEM : give_statuses(q, a);

	if (r == DMSC_E_OK)
		r = give_results(q, a);
	if (r == DMSC_E_OK)
		r = give_alerts(q, a);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_dm_answer_view, a);
		return r;
	}
	a->messages = dmsc_requester_messages(q);
	*out = a;
	return DMSC_E_OK;
}

/* What the card said; the record of a failure stays. */
static int
give(struct dmsc_store *st, struct dmsc_requester *q, unsigned long before,
    size_t bytes, struct dmsc_dm_answer **out)
{
	struct dmsc_dm_answer *a = NULL;
	unsigned long now, all;
	size_t i;

	if (dmsc_dm_given(q, &a) != DMSC_E_OK)
		return no_memory(st);
	dmsc_uicc_counters(st->u, &now, &all);
	a->apdus = (unsigned)(now - before);
	a->bytes = bytes;
	for (i = 0; i < a->n_results; i++)
		dmsc_cardhide_value(st, a->results[i].uri,
		    a->results[i].type, dmsc_buf_rd(a->results[i].value));
	*out = a;
	return DMSC_E_OK;
}

/* The first of them that is no success; of an Atomic the one that it failed
 * for, not those that were undone. */
static int
first_failure(struct dmsc_store *st, const struct asked *a,
    const struct dmsc_dm_command *c, const struct dmsc_requester *q)
{
	unsigned atomic = dmsc_requester_atomic(q), s;
	size_t i;

	for (i = 0; i < a->n; i++) {
		s = a->v[i].status;
		if (s != 0 && s != DMSC_DM_ROLLED_BACK &&
		    s != DMSC_DM_NOT_EXECUTED &&
		    dmsc_appl_code(s) != DMSC_E_OK)
			return dmsc_appl_said(st, s, verbs[c[i].verb].word,
			    c[i].uri);
	}
	if (dmsc_appl_code(atomic) != DMSC_E_OK && atomic != 0)
		return dmsc_appl_said(st, atomic, "do all of it", NULL);
	s = dmsc_requester_header(q);
	return dmsc_appl_said(st, s == 0 ? DMSC_DM_FAILED : s, NULL, NULL);
}

static bool
changes(const struct dmsc_dm_command *c, size_t n)
{
	size_t i;

	for (i = 0; i < n && c[i].verb == DMSC_DM_VERB_GET; i++)
		;
	return i < n;
}

static int
run(struct dmsc_store *st, const struct dmsc_dm_command *c, struct asked *a,
    bool atomic, struct dmsc_dm_answer **out)
{
	struct dmsc_requester *q = NULL;
	unsigned long before, bytes;
	size_t n = 0, i;
	int r;

	dmsc_uicc_counters(st->u, &before, &bytes);
	if ((r = dmsc_appl_requester(st, &q)) != DMSC_E_OK)
		return r;
	for (i = 0; i < a->n; i++)
		dmsc_cardhide_value(st, a->v[i].uri, a->v[i].type,
		    a->v[i].data);
	if ((r = dmsc_appl_go_on(st, a->v, atomic ? 0 : a->n)) !=
	    DMSC_E_OK) {
		dmsc_requester_free(&q);
		return r;
	}
	dmsc_requester_start(q, a->v, a->n, atomic ? a->n : 0);
	r = dmsc_appl_talk(st, q, &n);
	if (changes(c, a->n))
		dmsc_cardtree_stale(st);
	if (r != DMSC_E_OK)
		dmsc_appl_stale(st);	/* half of it may be there */
	if (r == DMSC_E_OK && (r = give(st, q, before, n, out)) ==
	    DMSC_E_OK)
		r = first_failure(st, a, c, q);
	dmsc_requester_free(&q);
	return r;
}

int
dmsc_store_dm_run(struct dmsc_store *st, const struct dmsc_dm_command *c,
    size_t n, bool atomic, struct dmsc_dm_answer **out)
{
	struct asked a = { .n = 0 };
	int r;

	*out = NULL;
	if (n == 0)
		return dmsc_fail(st->e, DMSC_E_USAGE, "no command");
	if ((r = ask(st, c, n, atomic, &a)) == DMSC_E_OK &&
	    (r = dmsc_appl_need(st)) == DMSC_E_OK)
		r = run(st, c, &a, atomic, out);
	asked_clear(&a);
	return r;
}

/* A message of somebody else, and the rest of its answer. */
static int
pass(struct dmsc_store *st, const struct dmsc_msg *m, struct dmsc_rd bytes,
    struct dmsc_dm_answer **out)
{
	struct dmsc_appl_message env = { .bytes = bytes,
	    .xml = bytes.p[0] == '<' };
	struct dmsc_requester *q = NULL;
	unsigned long before, all;
	size_t n = 0;
	int r;

	dmsc_uicc_counters(st->u, &before, &all);
	if ((r = dmsc_appl_requester(st, &q)) != DMSC_E_OK)
		return r;
	dmsc_cardhide_message(st, m);
	dmsc_requester_sent(q, m);
	dmsc_cardtree_stale(st);
	dmsc_appl_stale(st);	/* it may say who we are */
	if (bytes.left > st->appl.hello.max_msg)
		r = dmsc_fail(st->e, DMSC_E_LIMIT, "the message is larger "
		    "than the card takes (%u bytes)",
		    (unsigned)st->appl.hello.max_msg);
	else
		r = dmsc_appl_pass(st, q, &env, &n);
	if (r == DMSC_E_OK)
		r = dmsc_appl_talk(st, q, &n);
	if (r == DMSC_E_OK)
		r = give(st, q, before, n, out);
	dmsc_requester_free(&q);
	return r;
}

int
dmsc_store_dm_send(struct dmsc_store *st, struct dmsc_rd message,
    struct dmsc_dm_answer **out)
{
	struct dmsc_msg *m = NULL;
	size_t i;
	int r;

	*out = NULL;
	if ((r = dmsc_msg_read(message, &m, NULL, st->e)) != DMSC_E_OK) {
		(void)dmsc_fail(st->e, DMSC_E_DATA, "no DM message");
		return dmsc_err_why(st->e, "%s", dmsc_e_text(r));
	}
	r = pass(st, m, message, out);
	dmsc_msg_free(&m);
	for (i = 0; r == DMSC_E_OK && i < (*out)->n_statuses; i++)
		r = dmsc_appl_said(st, (*out)->statuses[i].status, NULL,
		    (*out)->statuses[i].uri);
	return r;
}
