/* What the card says in a session: its commands for the device behind the
 * Statuses, its credential and its signature (dmsc-card(7)). */
#include <string.h>

#include "base/base.h"
#include "card/pkeys.h"
#include "card/talk.h"
#include "card/tree.h"
#include "dm/dm.h"
#include "dm/pkg0.h"

enum { ANSWER_MAX = 40000, MAC_MAX = 1024 };

struct dmsc_cmd *
talk_cmd(struct round *t, enum dmsc_cmd_kind kind, unsigned id)
{
	const char *text = dmsc_msg_str(t->out, "%u", id);
	struct dmsc_cmd *c = text == NULL ? NULL :
	    dmsc_msg_cmd(t->out, NULL, kind);

	if (c == NULL)
		t->code = DMSC_E_NOMEM;
	else
		c->id = text;
	return c;
}

/* The message as it is so far, into wire. */
static int
encode(struct round *t)
{
	dmsc_buf_free(&t->wire);
	if ((t->wire = dmsc_buf_new(t->max)) == NULL)
		return DMSC_E_NOMEM;
	return t->env.xml ? dmsc_msg_write_xml(t->out, false, t->wire,
	    NULL) : dmsc_msg_write(t->out, t->wire, NULL);
}

/* The credential that the card shows to the device, until it was taken. */
static bool
login_of(const struct round *t, struct dmsc_cred_login *l)
{
	const struct dmsc_node *n = talk_account(t->a);

	if (n == NULL || dmsc_cred_of(n, "SRVCRED", DMSC_CRED_NONE, l) !=
	    DMSC_E_OK)
		return false;
	if (t->s->zero)
		l->nonce = dmsc_rd_of(dmsc_pkg0_zero, sizeof dmsc_pkg0_zero);
	return true;
}

/* Bytes of a message that the device takes. */
static size_t
limit(const struct round *t)
{
	size_t max = DMSC_MIN(dmsc_card_host(t->a->c)->max_msg, ANSWER_MAX);
	uint32_t n;

	return dmsc_msg_number(t->m->hdr.meta.max_msg, UINT32_MAX, &n) ==
	    DMSC_E_OK && n > 0 && n < max ? n : max;
}

/* The header: the device's, turned round. */
int
talk_begin(struct round *t)
{
	const struct dmsc_hdr *h = &t->m->hdr;
	const struct dmsc_node *n = talk_account(t->a);
	struct dmsc_hdr *o;

	if ((t->out = dmsc_msg_new()) == NULL)
		return DMSC_E_NOMEM;
	o = &t->out->hdr;
	o->session_id = dmsc_msg_str(t->out, "%s", t->s->id);
	o->msg_id = dmsc_msg_str(t->out, "%u", t->s->msg);
	o->target.uri = dmsc_msg_str(t->out, "%s", h->source.uri == NULL ?
	    "" : h->source.uri);
	o->source.uri = dmsc_msg_str(t->out, "%s", h->target.uri == NULL ?
	    "" : h->target.uri);
	if (o->session_id == NULL || o->msg_id == NULL ||
	    o->target.uri == NULL || o->source.uri == NULL)
		return DMSC_E_NOMEM;
	if (n != NULL)
		o->source.name = dmsc_msg_str(t->out, "%.*s",
		    (int)dmsc_cred_server(n).left,
		    (const char *)dmsc_cred_server(n).p);
	if (t->s->max == 0 || h->meta.max_msg != NULL)
		t->s->max = limit(t);
	t->max = t->s->max;
	return DMSC_E_OK;
}

/* The credential, after what the device says of nonces was heard. */
static int
show(struct round *t)
{
	struct dmsc_cred_login l;

	return t->status < 300 && !t->s->shown && login_of(t, &l) ?
	    dmsc_cred_put(t->out, &l) : DMSC_E_OK;
}

/* New CmdIDs, for all that is inside too. */
static bool
number(struct dmsc_msg *m, struct dmsc_cmd *c, unsigned *last)
{
	size_t i;

	if ((c->id = dmsc_msg_str(m, "%u", ++*last)) == NULL)
		return false;
	for (i = 0; i < c->n_cmds; i++)
		if (!number(m, c->cmds[i], last))
			return false;
	return true;
}

/* A part of a value that is too large for a message; how much: *n. */
static int
put_part(struct round *t, const struct dmsc_cmd *src, size_t *n)
{
	struct talk_box *b = &t->s->box;
	const struct dmsc_item *from = src->items[0];
	struct dmsc_rd all = from->data.bytes, part;
	struct dmsc_cmd *c = talk_cmd(t, src->kind, t->s->cmd + 1);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(t->out, c);
	size_t size = DMSC_MIN(all.left - b->part, t->max);
	int r = DMSC_E_LIMIT;

	if (it == NULL)
		return DMSC_E_NOMEM;
	it->target = from->target;
	it->meta = from->meta;
	c->meta = src->meta;
	if (b->part == 0)
		it->meta.size = dmsc_msg_str(t->out, "%zu", all.left);
	for (; size > 0 && r == DMSC_E_LIMIT; size = size * 3 / 4) {
		part = dmsc_rd_slice(all, b->part, size);
		while (!from->data.opaque && part.left > 1 &&
		    part.left < all.left - b->part &&
		    (part.p[part.left] & 0xC0) == 0x80)
			part.left--;	/* whole characters */
		it->data = from->data;
		it->data.bytes = part;
		it->more_data = b->part + part.left < all.left;
		r = encode(t);
		*n = part.left;
	}
	return r;
}

static bool
divisible(const struct dmsc_cmd *c)
{
	return (c->kind == DMSC_CMD_ADD || c->kind == DMSC_CMD_REPLACE) &&
	    c->n_items == 1 && c->items[0]->data.set &&
	    c->items[0]->data.bytes.left > 0;
}

/* The next command of the Outbox, or a part of it. *full: no more room. */
static int
put_one(struct round *t, bool *full)
{
	struct talk_box *b = &t->s->box;
	struct dmsc_cmd *src = b->m->cmds[b->at], *c;
	size_t before = t->out->n_cmds, n = 0;
	unsigned last = t->s->cmd;
	bool alone = b->part > 0 || t->out->cmds[before - 1]->kind ==
	    DMSC_CMD_STATUS;
	int r = DMSC_E_LIMIT;

	if (b->part == 0) {
		if ((c = talk_cmd(t, src->kind, 0)) == NULL ||
		    !number(b->m, src, &last))
			return DMSC_E_NOMEM;
		*c = *src;
		if ((r = encode(t)) == DMSC_E_OK)
			b->at++;
	}
	if (r == DMSC_E_LIMIT) {
		t->out->n_cmds = before;
		*full = true;
		if (!alone)
			return DMSC_E_OK;
		if (!divisible(src) || (r = put_part(t, src, &n)) ==
		    DMSC_E_LIMIT) {		/* not for this device */
			t->out->n_cmds = before;
			b->status = b->status == 0 ? DMSC_DM_TOO_LARGE :
			    b->status;
			b->at = b->m->n_cmds;
			*full = false;
			return DMSC_E_OK;
		}
		last = t->s->cmd + 1;
		b->part += n;
		if (r == DMSC_E_OK &&
		    b->part == src->items[0]->data.bytes.left) {
			b->part = 0;
			b->at++;
		}
	}
	if (r != DMSC_E_OK)
		return r;
	if (b->first == 0)
		b->first = t->s->cmd + 1;
	t->s->cmd = b->last = last;
	return DMSC_E_OK;
}

/* What the device told of: it is asked how that is now. */
static int
put_ask(struct round *t, struct talk_ask *k, bool *full)
{
	const struct dmsc_node *n = dmsc_tree_find(
	    dmsc_card_tree(t->a->c), "Changes");
	size_t before = t->out->n_cmds;
	struct dmsc_item *it;
	struct dmsc_cmd *c;
	struct dmsc_rd uri;
	int r;

	n = n == NULL ? NULL : dmsc_node_child(n, k->change);
	n = n == NULL ? NULL : dmsc_node_child(n, "URI");
	if (n == NULL || !dmsc_node_is_leaf(n))
		return DMSC_E_OK;
	uri = dmsc_node_value(n);
	if ((c = talk_cmd(t, DMSC_CMD_GET, t->s->cmd + 1)) == NULL ||
	    (it = dmsc_msg_item(t->out, c)) == NULL || (it->target.uri =
	    dmsc_msg_str(t->out, "%.*s?list=StructData", (int)uri.left,
	    (const char *)uri.p)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = encode(t)) == DMSC_E_OK)
		k->cmd = ++t->s->cmd;
	else if (r == DMSC_E_LIMIT) {
		t->out->n_cmds = before;
		*full = true;
		r = DMSC_E_OK;
	}
	return r;
}

/* All that has room; Final where it is all. */
static int
put_commands(struct round *t)
{
	struct card_talk *s = t->s;
	bool full = false;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && !full && s->asked < s->n_asks)
		if ((r = put_ask(t, &s->asks[s->asked], &full)) ==
		    DMSC_E_OK && !full)
			s->asked++;
	s->box.again = false;
	while (r == DMSC_E_OK && !full && s->box.m != NULL) {
		if (s->box.at < s->box.m->n_cmds)
			r = put_one(t, &full);
		else if (s->box.first != 0)
			break;
		else if ((r = talk_end_box(t->a, s)) == DMSC_E_OK)
			r = talk_next_box(t->a, s);	/* none went */
	}
	s->open = s->asked < s->n_asks || (s->box.m != NULL &&
	    s->box.at < s->box.m->n_cmds);
	t->out->final = !s->open;
	return r;
}

/* Commands once the device has said all that it had to say; until then it is
 * asked for more. */
int
talk_command(struct round *t)
{
	struct card_talk *s = t->s;
	struct dmsc_cmd *c;
	int r = show(t);

	if (r == DMSC_E_OK && t->m->final && !s->open) {
		if (s->box.m != NULL)
			r = talk_end_box(t->a, s);
		if (r == DMSC_E_OK)
			r = talk_next_box(t->a, s);
	}
	if (r == DMSC_E_OK && (t->m->final || s->open))
		return put_commands(t);
	if (r == DMSC_E_OK && (c = talk_cmd(t, DMSC_CMD_ALERT,
	    t->s->cmd + 1)) != NULL) {
		t->s->cmd++;
		c->data = "1222";
	}
	return r == DMSC_E_OK ? t->code : r;
}

static int
seal(struct round *t, struct dmsc_appl_message *env, struct dmsc_buf *mac,
    struct dmsc_buf *cms)
{
	uint32_t key = dmsc_card_own_key(t->a->c, PK_SIGN);
	struct dmsc_cred_login l;
	int r = DMSC_E_OK;

	env->xml = t->env.xml;
	env->bytes = dmsc_buf_rd(t->wire);
	if (key != 0 && dmsc_card_cms(t->a->c, key, env->bytes, false,
	    cms) != SW_OK)
		return DMSC_E_NOMEM;
	env->signature = dmsc_buf_rd(cms);
	if (t->status < 300 && login_of(t, &l) && l.scheme == DMSC_CRED_MAC)
		r = dmsc_cred_mac_put(&l, env->bytes, mac);
	env->mac = dmsc_buf_rd(mac);
	return r;
}

unsigned
talk_say(struct round *t)
{
	struct dmsc_buf *mac = dmsc_buf_new(MAC_MAX);
	struct dmsc_buf *cms = dmsc_buf_new(DMSC_APPL_SIGNED_MAX);
	struct dmsc_appl_message env = { .xml = false };
	int r = mac == NULL || cms == NULL ? DMSC_E_NOMEM : encode(t);

	if (r == DMSC_E_OK)
		r = seal(t, &env, mac, cms);
	if (r == DMSC_E_OK)
		r = dmsc_appl_message_put(t->o->answer, DMSC_APPL_SESSION,
		    &env);
	dmsc_buf_free(&mac);
	dmsc_buf_free(&cms);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_NOMEM ? SW_MEMORY :
	    r == DMSC_E_LIMIT ? SW_SPACE : SW_DATA;
}
