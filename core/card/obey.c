/* A message to the DM-SC application obeyed on the card's tree by the
 * responder, stored, and answered (dmsc-card(7)). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/pins.h"
#include "card/tree.h"
#include "dm/dm.h"

/* Bytes of an answer: it fits one APDU, protected too, in its envelope. */
enum { ANSWER_MAX = 60000, ENVELOPE = 16, NAME_MAX_LEN = 64,
	PIN_OF_USER = 0x81 };

/* What is on its way in and out. */
struct turn {
	struct dmsc_card_appl *a;
	struct dmsc_appl_message env;
	struct dmsc_msg *m;
	struct dmsc_card_who who;
	struct dmsc_dm_auth auth;
	struct dmsc_chal chal;
	const struct dmsc_card_channel *ch;
	struct dmsc_buf *answer;
};

void
appl_leave(struct dmsc_card_appl *a)
{
	dmsc_responder_free(&a->s.r);
	free(a->s.more);
	memset(&a->s, 0, sizeof a->s);
}

size_t
appl_room(void *ctx)
{
	const struct dmsc_card_appl *a = ctx;

	return dmsc_card_tree_room(a->c);
}

/* A limit of the peer's in the message's Meta, where it is less. */
static size_t
limit(size_t known, const char *said)
{
	uint32_t n;

	return said != NULL && dmsc_msg_number(said, UINT32_MAX, &n) ==
	    DMSC_E_OK && n > 0 && n < known ? n : known;
}

void
appl_opts(struct dmsc_card_appl *a, const struct dmsc_card_who *who,
    const struct dmsc_msg *m, bool xml, struct dmsc_dm_opts *o)
{
	size_t msg = DMSC_MIN(a->host.max_msg, ANSWER_MAX - ENVELOPE);

	memset(o, 0, sizeof *o);
	o->server = who->owner ? NULL : who->server;
	o->binds_owner = o->inbox = true;
	o->max_msg = limit(msg, m->hdr.meta.max_msg);
	o->peer_obj = limit(a->host.max_obj, m->hdr.meta.max_obj);
	o->max_obj = DMSC_CARD_OBJ_MAX;
	o->props = DMSC_DM_SIZE | DMSC_DM_TITLE | DMSC_DM_VERNO;
	o->xml = xml;
	o->hooks.ctx = a;
	o->hooks.rule = dmsc_card_rule;
	o->hooks.room = appl_room;
	o->hooks.may = appl_may;
	o->hooks.exec = appl_exec;
}

/* The session of this speaker, or a new one: another host, or another
 * SessionID, ends what was before. */
static int
join(struct turn *t, struct dmsc_dm_opts *o)
{
	struct appl_session *s = &t->a->s;
	const char *id = t->m->hdr.session_id;
	char mine[sizeof s->id];
	struct dmsc_dm_half half;
	int code;

	(void)snprintf(mine, sizeof mine, "%s", id == NULL ? "" : id);
	if (s->r == NULL || s->ch != t->ch || strcmp(s->id, mine) != 0 ||
	    !appl_same(&s->who, &t->who)) {
		appl_leave(t->a);
		memcpy(s->id, mine, sizeof mine);
		s->ch = t->ch;
		s->who = t->who;
	}
	o->server = s->who.owner ? NULL : s->who.server;
	if (s->r != NULL)
		return dmsc_responder_set(s->r, o);
	code = dmsc_responder_new(dmsc_card_tree(t->a->c), o, &s->r);
	s->owns_half = appl_half(t->a->c, &s->who, &half);
	return code == DMSC_E_OK && s->owns_half ?
	    dmsc_responder_resume(s->r, &half) : code;
}

/* The head of the answer: the other one's, turned round. */
static struct dmsc_msg *
head(const struct turn *t, unsigned number)
{
	struct dmsc_msg *out = dmsc_msg_new();
	const struct dmsc_hdr *h = &t->m->hdr;

	if (out == NULL)
		return NULL;
	out->hdr.session_id = dmsc_msg_str(out, "%s", h->session_id ==
	    NULL ? "1" : h->session_id);
	out->hdr.msg_id = dmsc_msg_str(out, "%u", number);
	out->hdr.target.uri = dmsc_msg_str(out, "%s", h->source.uri ==
	    NULL ? "" : h->source.uri);
	out->hdr.source.uri = dmsc_msg_str(out, "%s", h->target.uri ==
	    NULL ? "" : h->target.uri);
	if (out->hdr.session_id == NULL || out->hdr.msg_id == NULL ||
	    out->hdr.target.uri == NULL || out->hdr.source.uri == NULL)
		dmsc_msg_free(&out);
	return out;
}

/* What the responder says next, in its envelope. */
static int
say(struct turn *t, struct dmsc_responder *r, size_t max, unsigned number)
{
	struct dmsc_appl_message env = { .xml = t->env.xml };
	struct dmsc_msg *out = head(t, number);
	struct dmsc_buf *b = dmsc_buf_new(max);
	int code = DMSC_E_NOMEM;

	if (out != NULL && b != NULL)
		code = dmsc_responder_give(r, out);
	if (code == DMSC_E_OK)
		code = env.xml ? dmsc_msg_write_xml(out, false, b, NULL) :
		    dmsc_msg_write(out, b, NULL);
	if (code == DMSC_E_OK) {
		env.bytes = dmsc_buf_rd(b);
		code = dmsc_appl_message_put(t->answer, DMSC_APPL_MESSAGE,
		    &env);
	}
	dmsc_buf_free(&b);
	dmsc_msg_free(&out);
	return code;
}

static unsigned
sw_of(int code)
{
	return code == DMSC_E_OK ? SW_OK : code == DMSC_E_NOMEM ?
	    SW_MEMORY : code == DMSC_E_LIMIT ? SW_SPACE : SW_DATA;
}

/* Nobody, or a wrong credential: nothing is obeyed, and the session of
 * somebody else is left alone. */
static unsigned
refuse(struct turn *t)
{
	struct dmsc_responder *r = NULL;
	struct dmsc_dm_opts o;
	int code;

	appl_opts(t->a, &t->who, t->m, t->env.xml, &o);
	code = dmsc_responder_new(dmsc_card_tree(t->a->c), &o, &r);
	if (code == DMSC_E_OK)
		code = dmsc_responder_take(r, t->m, &t->auth);
	if (code == DMSC_E_OK)
		code = say(t, r, o.max_msg, 1);
	dmsc_responder_free(&r);
	return sw_of(code);
}

/* Who hands on cannot prove the server anew: what goes on with its last
 * message needs no credential of its own. */
static const char *
unfinished(const struct dmsc_msg *m)
{
	const struct dmsc_cmd *c = m->n_cmds == 0 ? NULL :
	    m->cmds[m->n_cmds - 1];

	return c == NULL || (c->kind != DMSC_CMD_ADD && c->kind !=
	    DMSC_CMD_REPLACE) || c->n_items != 1 ||
	    !c->items[0]->more_data ? NULL : c->items[0]->target.uri;
}

static void
note_rest(const struct turn *t)
{
	struct appl_session *s = &t->a->s;
	const char *uri = t->env.relayed ? unfinished(t->m) : NULL;

	free(s->more);
	s->more = uri == NULL ? NULL : strdup(uri);
	s->waits = t->env.relayed && dmsc_responder_waiting(s->r);
}

static bool
goes_on(const struct turn *t)
{
	const struct appl_session *s = &t->a->s;
	const struct dmsc_hdr *h = &t->m->hdr;
	const struct dmsc_cmd *c = t->m->n_cmds == 1 ? t->m->cmds[0] : NULL;

	if (!t->env.relayed || h->cred.set || t->env.mac.left > 0 ||
	    s->r == NULL || s->ch != t->ch || c == NULL ||
	    strcmp(s->id, h->session_id == NULL ? "" : h->session_id) != 0)
		return false;
	if (c->kind == DMSC_CMD_ALERT)
		return s->waits && c->data != NULL &&
		    strcmp(c->data, "1222") == 0;
	return s->more != NULL && (c->kind == DMSC_CMD_ADD || c->kind ==
	    DMSC_CMD_REPLACE) && c->n_items == 1 &&
	    c->items[0]->target.uri != NULL &&
	    strcmp(c->items[0]->target.uri, s->more) == 0;
}

/* Obeyed, answered, and stored before the answer is out: what cannot be
 * stored was not done. */
static unsigned
carry_out(struct turn *t)
{
	struct dmsc_card_appl *a = t->a;
	struct appl_session *s = &a->s;
	struct dmsc_dm_half half;
	struct dmsc_dm_opts o;
	unsigned sw = SW_OK;
	int code;

	appl_opts(a, &t->who, t->m, t->env.xml, &o);
	if ((code = join(t, &o)) == DMSC_E_OK &&
	    (code = dmsc_responder_take(s->r, t->m, &t->auth)) ==
	    DMSC_E_OK) {
		code = say(t, s->r, o.max_msg, ++s->messages);
		if (code == DMSC_E_OK && (dmsc_responder_changed(s->r) ||
		    s->owns_half || dmsc_responder_half(s->r, &half)))
			sw = appl_store(a);
		if (code != DMSC_E_OK || sw != SW_OK)
			dmsc_responder_back(s->r);
		else if (dmsc_responder_changed(s->r))
			dmsc_card_remind(a->c, false);
		if (code == DMSC_E_OK && sw == SW_OK)
			note_rest(t);
	}
	if (code != DMSC_E_OK || sw != SW_OK) {
		dmsc_buf_reset(t->answer);
		appl_leave(a);
	}
	return sw != SW_OK ? sw : sw_of(code);
}

/* The bytes as a message: SW_OK, or why not. */
static unsigned
read_message(struct turn *t, struct dmsc_rd object)
{
	int code = dmsc_appl_message_get(object, DMSC_APPL_MESSAGE, &t->env);

	if (code == DMSC_E_OK && t->env.bytes.left > t->a->hello.max_msg)
		return SW_SPACE;
	if (code == DMSC_E_OK)
		code = dmsc_msg_read(t->env.bytes, &t->m, NULL, NULL);
	return code == DMSC_E_NOMEM ? SW_MEMORY : code == DMSC_E_OK ?
	    SW_OK : SW_DATA;
}

unsigned
dmsc_card_message(struct dmsc_card_object *o)
{
	struct turn t = { .a = dmsc_card_appl(o->c), .who = o->who,
	    .ch = o->ch, .answer = o->answer };
	unsigned sw = read_message(&t, o->bytes);

	if (sw == SW_OK && goes_on(&t))
		t.who = t.a->s.who;
	else if (sw == SW_OK)
		sw = dmsc_card_who(o->c, t.m, &t.env, &t.who, &t.auth,
		    &t.chal);
	if (sw == SW_OK && t.auth.status != 0 && !t.env.relayed) {
		dmsc_card_login_end(o->c, o->ch);
		if (t.who.how != 0)
			dmsc_card_login(o->c, o->ch, &t.who);
	}
	if (sw == SW_OK)
		sw = t.who.how == 0 ? refuse(&t) : carry_out(&t);
	dmsc_msg_free(&t.m);
	return sw;
}

unsigned
dmsc_card_obey(struct dmsc_card *c, const char *server,
    struct dmsc_rd message, struct dmsc_buf *answer)
{
	struct turn t = { .a = dmsc_card_appl(c), .answer = answer,
	    .who = { .how = DMSC_APPL_SCP03, .owner = server == NULL } };
	unsigned sw;

	if (t.a == NULL)
		return SW_INS;
	if (server != NULL && strlen(server) > DMSC_APPL_SERVER_MAX)
		return SW_DATA;
	if (server != NULL && strcmp(server, dmsc_card_owner) == 0)
		return SW_SECURITY;
	(void)snprintf(t.who.server, sizeof t.who.server, "%s",
	    server == NULL ? "" : server);
	if ((sw = read_message(&t, message)) == SW_OK)
		sw = carry_out(&t);
	dmsc_msg_free(&t.m);
	appl_leave(t.a);
	return sw;
}

/* The user of the device, by PIN 81; while a card is made, whoever. */
static bool
user_is_here(struct dmsc_card *c)
{
	int adf = dmsc_card_appl_adf(c);
	const struct dmsc_card_pin *p = adf == DMSC_CARD_NONE ? NULL :
	    dmsc_card_pin(c, adf, PIN_OF_USER);

	return c->life == LIFE_INIT || (p != NULL &&
	    dmsc_card_pin_enabled(c, p) && p->verified);
}

static bool
is_personal(const struct dmsc_node *n)
{
	const struct dmsc_node *up = dmsc_node_parent(n);

	for (; up != NULL && dmsc_node_parent(up) != NULL;
	    up = dmsc_node_parent(n))
		n = up;
	return up != NULL && strcmp(dmsc_node_name(n), "Personal") == 0;
}

bool
appl_may(void *ctx, const struct dmsc_node *n, const char *cmd)
{
	struct dmsc_card_appl *a = ctx;
	const struct dmsc_appl_hello *h = &a->hello;
	unsigned how = a->s.who.how;

	if (((strcmp(cmd, "Get") == 0 ? h->to_read : h->to_write) & how) ==
	    0)
		return false;
	return !is_personal(n) || ((h->to_personal & how) != 0 &&
	    ((h->to_personal & DMSC_APPL_USER) == 0 || user_is_here(a->c)));
}
