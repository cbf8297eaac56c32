/*
 * A session from the card: the device sends package 1, the card answers with
 * its commands for the device, signed, and takes the Statuses in
 * (dmsc-card(7), SESSIONS WITH THE DEVICE).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/talk.h"
#include "dm/dm.h"
#include "dm/pkg0.h"

enum { STATUSES = 900 };

void
dmsc_card_talk_end(struct dmsc_card_appl *a)
{
	struct card_talk *s = a->talk;

	if (s == NULL)
		return;
	talk_drop_box(s);
	dmsc_buf_free(&s->half);
	dmsc_wipe(s, sizeof *s);
	free(s);
	a->talk = NULL;
}

static const char *
session_id(const struct dmsc_msg *m)
{
	return m->hdr.session_id == NULL ? "" : m->hdr.session_id;
}

static bool
has_alert(const struct dmsc_msg *m, unsigned code)
{
	uint32_t n;
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->kind == DMSC_CMD_ALERT && dmsc_msg_number(
		    m->cmds[i]->data, UINT16_MAX, &n) == DMSC_E_OK &&
		    n == code)
			return true;
	return false;
}

/* The session that it belongs to: package 1 begins one. */
static unsigned
join(struct round *t)
{
	struct dmsc_card_appl *a = t->a;
	struct card_talk *s = a->talk;
	const char *id = session_id(t->m);

	t->begins = has_alert(t->m, DMSC_ALERT_SERVER_MGMT) ||
	    has_alert(t->m, DMSC_ALERT_CLIENT_MGMT);
	if (s != NULL && (s->ch != t->o->ch || strcmp(s->id, id) != 0 ||
	    (t->begins && s->started))) {
		dmsc_card_talk_end(a);
		s = NULL;
	}
	if (s == NULL) {
		if (!t->begins || strlen(id) >= sizeof s->id)
			return SW_CONDITIONS;
		if ((s = calloc(1, sizeof *s)) == NULL)
			return SW_MEMORY;
		s->ch = t->o->ch;
		s->cmd = TALK_FIRST_CMD - 1;
		(void)snprintf(s->id, sizeof s->id, "%s", id);
		a->talk = s;
	}
	t->s = s;
	return ++s->msg > TALK_ROUNDS ? SW_CONDITIONS : SW_OK;
}

/* Whether it shows the device's credential, with the nonce of our challenge,
 * with that of the account, or with the zeros of a Package #0 in vain. */
static bool
holds(struct round *t, const struct dmsc_cred_shown *shown,
    struct dmsc_cred_login l)
{
	struct card_talk *s = t->s;
	struct talk_asked asked;

	if (s->challenged)
		l.nonce = dmsc_rd_of(s->nonce, sizeof s->nonce);
	if (dmsc_cred_check(shown, &l, t->env.bytes) == DMSC_E_OK)
		return true;
	talk_get(t->a, &asked);
	if (s->challenged || asked.times < TALK_ZERO_FROM)
		return false;
	l.nonce = dmsc_rd_of(dmsc_pkg0_zero, sizeof dmsc_pkg0_zero);
	s->zero = dmsc_cred_check(shown, &l, t->env.bytes) == DMSC_E_OK;
	return s->zero;
}

/* Counted as wrong before it is looked at. */
static unsigned
check(struct round *t, const struct dmsc_cred_shown *shown, bool *good)
{
	const struct dmsc_node *n = talk_account(t->a);
	struct dmsc_cred_login l;
	unsigned sw;

	*good = false;
	if (n == NULL || dmsc_cred_of(n, "CLCRED", DMSC_CRED_NONE, &l) !=
	    DMSC_E_OK)
		return SW_OK;
	if ((sw = appl_try(t->a->c, &l)) != SW_OK)
		return sw;
	*good = holds(t, shown, l);
	return *good ? appl_try_good(t->a->c, &l) : SW_OK;
}

/* Who the device is: SW_SECURITY where it does not even try to say. */
static unsigned
judge(struct round *t)
{
	struct dmsc_cred_shown shown;
	struct card_talk *s = t->s;
	bool good = false;
	unsigned sw;
	int r;

	t->status = DMSC_DM_OK;
	r = dmsc_cred_shown(t->m, t->env.mac, &shown);
	if (r == DMSC_E_OK && shown.scheme == DMSC_CRED_NONE) {
		s->known = s->known || t->o->who.how != 0;
		return s->known ? SW_OK : SW_SECURITY;
	}
	if (r == DMSC_E_OK && (sw = check(t, &shown, &good)) != SW_OK)
		return sw;
	if (good) {
		s->known = shown.scheme != DMSC_CRED_MAC;
		t->status = s->known ? DMSC_DM_AUTHENTICATED : DMSC_DM_OK;
	} else {
		s->known = false;
		t->status = DMSC_DM_UNAUTHORIZED;
	}
	if ((sw = dmsc_card_random(t->a->c, s->nonce, sizeof s->nonce)) !=
	    SW_OK)
		return sw;
	s->challenged = true;
	return t->status == DMSC_DM_UNAUTHORIZED || talk_set_nonce(t->a,
	    "CLCRED", dmsc_rd_of(s->nonce, sizeof s->nonce)) == DMSC_E_OK ?
	    SW_OK : SW_SPACE;
}

static const char *
keep(struct round *t, const char *s)
{
	const char *copy = s == NULL ? NULL : dmsc_msg_str(t->out, "%s", s);

	if (s != NULL && copy == NULL)
		t->code = DMSC_E_NOMEM;
	return copy;
}

/* A Status; of: NULL, the header. */
static struct dmsc_cmd *
say_status(struct round *t, const struct dmsc_cmd *of, unsigned status)
{
	struct dmsc_cmd *c;

	if (t->ids >= STATUSES)
		t->code = DMSC_E_LIMIT;
	c = t->code != DMSC_E_OK ? NULL :
	    talk_cmd(t, DMSC_CMD_STATUS, ++t->ids);
	if (c == NULL)
		return NULL;
	c->msg_ref = keep(t, t->m->hdr.msg_id == NULL ? "1" :
	    t->m->hdr.msg_id);
	c->cmd_ref = keep(t, of == NULL ? "0" : of->id == NULL ? "0" :
	    of->id);
	c->cmd = keep(t, of == NULL ? "SyncHdr" : of->kind ==
	    DMSC_CMD_OTHER ? of->cmd : dmsc_cmd_name(of->kind));
	if ((c->data = dmsc_msg_str(t->out, "%u", status)) == NULL)
		t->code = DMSC_E_NOMEM;
	return t->code == DMSC_E_OK ? c : NULL;
}

/* The header's Status, with the nonce for the next credential. */
static void
say_header(struct round *t)
{
	struct dmsc_cmd *c = say_status(t, NULL, t->status);
	struct dmsc_cred_chal chal;
	struct card_talk *s = t->s;

	if (c == NULL || !s->challenged || (t->m->hdr.cred.set ||
	    t->env.mac.left > 0) == false)
		return;
	if (dmsc_cred_chal(t->env.mac.left > 0 ? DMSC_CRED_MAC :
	    DMSC_CRED_MD5, dmsc_rd_of(s->nonce, sizeof s->nonce), &chal) !=
	    DMSC_E_OK) {
		t->code = DMSC_E_NOMEM;
		return;
	}
	c->chal.set = true;
	c->chal.meta.type = keep(t, chal.chal.meta.type);
	c->chal.meta.format = keep(t, chal.chal.meta.format);
	c->chal.meta.next_nonce = keep(t, chal.chal.meta.next_nonce);
}

/* What the device says of our credential: nonces, or try again. */
static void
told(struct round *t, const struct dmsc_cmd *c)
{
	struct dmsc_cred_told told;
	struct card_talk *s = t->s;

	if (dmsc_cred_told_of(c, &told) != DMSC_E_OK)
		return;
	if (told.n > 0 && t->code == DMSC_E_OK) {
		t->code = talk_set_nonce(t->a, "SRVCRED",
		    dmsc_rd_of(told.nonce, told.n));
		s->zero = false;
	}
	if (told.status == DMSC_DM_AUTHENTICATED)
		s->shown = true;
	if (told.status != DMSC_DM_UNAUTHORIZED &&
	    told.status != DMSC_DM_NO_CREDENTIALS)
		return;
	s->shown = false;
	if (told.n > 0 && s->cmd >= TALK_FIRST_CMD && ++s->refused == 1) {
		/* all of it again, with that nonce */
		s->box.at = s->box.part = 0;
		s->box.status = s->box.second = 0;
		s->box.again = s->open = true;
		s->asked = 0;
	}
}

/* A Status of one of our commands. */
static void
took(struct round *t, const struct dmsc_cmd *c)
{
	struct talk_box *b = &t->s->box;
	uint32_t ref, status;

	if (dmsc_msg_number(c->cmd_ref, UINT32_MAX, &ref) != DMSC_E_OK ||
	    dmsc_msg_number(c->data, UINT16_MAX, &status) != DMSC_E_OK)
		return;
	if (ref == 0) {
		told(t, c);
		return;
	}
	if (b->again || b->first == 0 || ref < b->first || ref > b->last)
		return;
	b->answered = true;
	if (status < 300)
		return;
	if (status == DMSC_DM_ATOMIC_FAILED) {
		if (b->second == 0)
			b->second = status;
	} else if (b->status == 0)
		b->status = status;
}

/* Results, perhaps a part of one. */
static void
results(struct round *t, struct dmsc_cmd *c)
{
	struct card_talk *s = t->s;
	struct dmsc_item *it = c->n_items == 0 ? NULL :
	    c->items[c->n_items - 1];
	uint32_t ref;

	if (it == NULL || dmsc_msg_number(c->cmd_ref, UINT32_MAX, &ref) !=
	    DMSC_E_OK)
		return;
	if ((it->more_data || s->half != NULL) && s->half == NULL)
		s->half = dmsc_buf_new(TALK_RESULT_MAX);
	if (s->half != NULL && dmsc_buf_put(s->half, it->data.bytes) ==
	    DMSC_E_NOMEM)
		t->code = DMSC_E_NOMEM;
	if (it->more_data) {
		(void)say_status(t, c, DMSC_DM_CHUNK);
		return;
	}
	if (s->half != NULL)
		it->data.bytes = dmsc_buf_rd(s->half);
	if (t->code == DMSC_E_OK)
		t->code = talk_result(t->a, s, c, ref);
	dmsc_buf_free(&s->half);
}

static unsigned
alert(struct round *t, const struct dmsc_cmd *c)
{
	uint32_t code;
	size_t i;
	int r = DMSC_E_OK;

	if (dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK)
		return DMSC_DM_INCOMPLETE;
	switch (code) {
	case DMSC_ALERT_SESSION_ABORT:
		t->aborts = true;
		return DMSC_DM_OK;
	case DMSC_ALERT_GENERIC:
		for (i = 0; i < c->n_items && r == DMSC_E_OK; i++)
			r = talk_change(t->a, t->s, c->items[i]);
		return c->n_items == 0 ? DMSC_DM_INCOMPLETE :
		    r == DMSC_E_OK ? DMSC_DM_OK : DMSC_DM_FULL;
	case DMSC_ALERT_SERVER_MGMT:
	case DMSC_ALERT_CLIENT_MGMT:
	case DMSC_ALERT_NEXT_MESSAGE:
	case DMSC_ALERT_NO_END_OF_DATA:
		return DMSC_DM_OK;
	default:
		return DMSC_DM_UNSUPPORTED;
	}
}

/* A device may tell its DevInfo, alert, answer; nothing else (4.4). */
static unsigned
other(const struct dmsc_cmd *c)
{
	const char *uri = c->n_items == 0 ? NULL : c->items[0]->source.uri;

	if (c->fault.what != NULL)
		return c->fault.status;
	return c->kind == DMSC_CMD_REPLACE && uri != NULL &&
	    strncmp(uri, "./DevInfo/", 10) == 0 ? DMSC_DM_OK :
	    DMSC_DM_UNSUPPORTED;
}

static void
hear(struct round *t)
{
	bool refused = t->status >= 300;
	size_t i;

	say_header(t);
	for (i = 0; i < t->m->n_cmds && t->code == DMSC_E_OK; i++) {
		struct dmsc_cmd *c = t->m->cmds[i];

		if (c->kind == DMSC_CMD_STATUS && !refused)
			took(t, c);
		else if (c->kind == DMSC_CMD_RESULTS && !refused)
			results(t, c);
		else if (c->kind != DMSC_CMD_STATUS &&
		    c->kind != DMSC_CMD_RESULTS)
			(void)say_status(t, c, refused ? t->status :
			    c->kind == DMSC_CMD_ALERT &&
			    c->fault.what == NULL ? alert(t, c) : other(c));
	}
}


/* What is done with a message of this session. */
static unsigned
turn(struct round *t)
{
	struct card_talk *s = t->s;
	struct dmsc_card_appl *a = t->a;
	unsigned sw, before = s->cmd;

	if ((t->code = talk_begin(t)) != DMSC_E_OK)
		return SW_MEMORY;
	hear(t);
	if (t->code == DMSC_E_OK && t->status < 300 && !t->aborts) {
		s->started = s->started || t->m->final;
		t->code = talk_command(t);
	} else
		t->out->final = true;
	if (t->code != DMSC_E_OK)
		return t->code == DMSC_E_NOMEM ? SW_MEMORY : SW_SPACE;
	if ((sw = talk_say(t)) != SW_OK)
		return sw;
	if (t->status < 300 && t->out->final && s->cmd == before &&
	    !t->aborts) {
		dmsc_card_talk_end(a);
		return talk_settle(a);
	}
	if (t->aborts)
		dmsc_card_talk_end(a);
	return dmsc_card_appl_keep(a->c);
}

static unsigned
read_it(struct round *t)
{
	int r = dmsc_appl_message_get(t->o->bytes, DMSC_APPL_SESSION,
	    &t->env);

	if (r == DMSC_E_OK)
		r = dmsc_msg_read(t->env.bytes, &t->m, NULL, NULL);
	return r == DMSC_E_NOMEM ? SW_MEMORY : r == DMSC_E_OK &&
	    t->m->fault.what == NULL ? SW_OK : SW_DATA;
}

unsigned
dmsc_card_session(struct dmsc_card_object *o)
{
	struct round t = { .a = dmsc_card_appl(o->c), .o = o };
	unsigned sw = t.a == NULL ? SW_MEMORY : read_it(&t);

	if (sw == SW_OK) {
		sw = dmsc_card_appl_tree(o->c) == NULL ? SW_MEMORY : join(&t);
	}
	if (sw == SW_OK && (sw = judge(&t)) == SW_OK)
		sw = turn(&t);
	if (sw != SW_OK && t.a != NULL && t.s != NULL)
		dmsc_card_talk_end(t.a);
	dmsc_msg_free(&t.out);
	dmsc_msg_free(&t.m);
	dmsc_buf_free(&t.wire);
	return sw;
}
