/*
 * The card's proactive side (TS 102 221 7.4.2, 11.2; TS 102 223): commands
 * that wait, TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, ENVELOPE.
 */
#include <string.h>

#include "base/base.h"
#include "card/appl.h"
#include "cat/cat.h"
#include "tlv/ber.h"

enum { SW_WAITS = 0x9100, LAST_NUMBER = 0xFE, ALL_FILES = 0x00,
	SOME_FILES = 0x01 };

static int
enqueue(struct dmsc_card_toolkit *t, struct dmsc_rd cmd, bool own)
{
	struct dmsc_buf *b;

	if (t->n == DMSC_CARD_PUSHED)
		return DMSC_E_LIMIT;
	if ((b = dmsc_buf_from(cmd, CAT_APDU_MAX)) == NULL)
		return DMSC_E_NOMEM;
	t->queue[t->n].cmd = b;
	t->queue[t->n++].own = own;
	return DMSC_E_OK;
}

static void
dequeue(struct dmsc_card_toolkit *t, size_t i)
{
	dmsc_buf_free(&t->queue[i].cmd);
	t->n--;
	memmove(t->queue + i, t->queue + i + 1, (t->n - i) *
	    sizeof t->queue[0]);
}

int
dmsc_card_push_cmd(struct dmsc_card *c, struct dmsc_rd cmd)
{
	struct dmsc_cat_cmd parsed;

	if (cmd.left > CAT_APDU_MAX ||
	    dmsc_cat_parse(cmd, &parsed) != DMSC_E_OK)
		return DMSC_E_DATA;
	return enqueue(&c->toolkit, cmd, false);
}

bool
dmsc_card_device_can(const struct dmsc_card *c, unsigned type)
{
	const struct dmsc_card_toolkit *t = &c->toolkit;

	return !t->profile || dmsc_cat_can(dmsc_rd_of(t->said, t->said_len),
	    type);
}

static unsigned
next_number(struct dmsc_card_toolkit *t)
{
	t->number = t->number >= LAST_NUMBER ? 1 : (uint8_t)(t->number + 1);
	return t->number;
}

int
dmsc_card_queue(struct dmsc_card *c, unsigned type, unsigned qualifier,
    unsigned to, struct dmsc_rd rest)
{
	struct dmsc_card_toolkit *t = &c->toolkit;
	uint8_t details[] = { (uint8_t)next_number(t), (uint8_t)type,
		(uint8_t)qualifier };
	struct dmsc_buf *b;
	int r = DMSC_E_NOMEM;

	if (!dmsc_card_device_can(c, type))
		return DMSC_E_UNSUPPORTED;
	if ((b = dmsc_buf_new(CAT_APDU_MAX)) != NULL)
		r = dmsc_cat_command(b, details, to, rest);
	if (r == DMSC_E_OK)
		r = enqueue(t, dmsc_buf_rd(b), true);
	dmsc_buf_free(&b);
	return r;
}

/* The card's REFRESH that waits and is not out yet; NULL: none. */
static struct dmsc_card_pushed *
waiting_refresh(struct dmsc_card_toolkit *t, struct dmsc_cat_cmd *cmd)
{
	size_t i;

	for (i = t->fetched ? 1 : 0; i < t->n; i++)
		if (t->queue[i].own && dmsc_cat_parse(dmsc_buf_rd(
		    t->queue[i].cmd), cmd) == DMSC_E_OK &&
		    cmd->details[1] == CAT_REFRESH)
			return &t->queue[i];
	return NULL;
}

/* Appends those of the paths that are not there yet. */
static int
unite(struct dmsc_buf *all, struct dmsc_rd paths)
{
	struct dmsc_rd path, old, other;
	bool there;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && dmsc_cat_file(&paths, &path)) {
		old = dmsc_buf_rd(all);
		for (there = false; !there && dmsc_cat_file(&old, &other);)
			there = dmsc_rd_eq(path, other);
		if (!there)
			r = dmsc_buf_put(all, path);
	}
	return r;
}

/* What old names already, and paths; all files where old names all, or where
 * they are too many. */
static int
make_refresh(struct dmsc_card_toolkit *t, const struct dmsc_cat_cmd *old,
    struct dmsc_rd paths, struct dmsc_buf *out)
{
	const struct dmsc_rd none = { NULL, 0 };
	struct dmsc_buf *all = dmsc_buf_new(CAT_APDU_MAX);
	bool every = old != NULL && old->details[2] == ALL_FILES;
	unsigned number = next_number(t);
	struct dmsc_rd list, had;
	int r = all == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && old != NULL &&
	    dmsc_cat_find(old, CAT_T_FILES, &list) == DMSC_E_OK &&
	    dmsc_cat_files(list, &had) == DMSC_E_OK)
		r = unite(all, had);
	if (r == DMSC_E_OK)
		r = unite(all, paths);
	if (r == DMSC_E_OK && !every)
		r = dmsc_cat_refresh(out, number, SOME_FILES,
		    dmsc_buf_rd(all), none);
	if (r == DMSC_E_LIMIT || (r == DMSC_E_OK && every))
		r = dmsc_cat_refresh(out, number, ALL_FILES, none, none);
	dmsc_buf_free(&all);
	return r;
}

int
dmsc_card_queue_refresh(struct dmsc_card *c, struct dmsc_rd paths)
{
	struct dmsc_card_toolkit *t = &c->toolkit;
	struct dmsc_card_pushed *at;
	struct dmsc_cat_cmd cmd;
	struct dmsc_buf *b;
	int r;

	if (!dmsc_card_device_can(c, CAT_REFRESH))
		return DMSC_E_UNSUPPORTED;
	if ((b = dmsc_buf_new(CAT_APDU_MAX)) == NULL)
		return DMSC_E_NOMEM;
	at = waiting_refresh(t, &cmd);
	r = make_refresh(t, at != NULL ? &cmd : NULL, paths, b);
	if (r == DMSC_E_OK && at == NULL)
		r = enqueue(t, dmsc_buf_rd(b), true);
	else if (r == DMSC_E_OK) {
		dmsc_buf_free(&at->cmd);
		at->cmd = b;
		return DMSC_E_OK;
	}
	dmsc_buf_free(&b);
	return r;
}

void
dmsc_card_toolkit_end(struct dmsc_card *c)
{
	while (c->toolkit.n > 0)
		dmsc_buf_free(&c->toolkit.queue[--c->toolkit.n].cmd);
	dmsc_cat_join_end(&c->toolkit.join);
}

void
dmsc_card_toolkit_reset(struct dmsc_card *c)
{
	c->toolkit.profile = c->toolkit.fetched = false;
	c->toolkit.said_len = 0;
	dmsc_cat_join_end(&c->toolkit.join);
}

unsigned
dmsc_card_waits(const struct dmsc_card *c, unsigned sw)
{
	const struct dmsc_card_toolkit *t = &c->toolkit;

	return sw != SW_OK || !t->profile || t->fetched || t->n == 0 ? sw :
	    SW_WAITS | (unsigned)t->queue[0].cmd->len;
}

/* What the card itself has for a device that says it cannot, goes. */
static void
drop_beyond(struct dmsc_card *c)
{
	struct dmsc_card_toolkit *t = &c->toolkit;
	struct dmsc_cat_cmd cmd;
	size_t i = t->n;

	while (i-- > 0)
		if (t->queue[i].own && dmsc_cat_parse(dmsc_buf_rd(
		    t->queue[i].cmd), &cmd) == DMSC_E_OK &&
		    !dmsc_card_device_can(c, cmd.details[1]))
			dequeue(t, i);
}

unsigned
dmsc_card_profile(struct dmsc_card_call *k)
{
	struct dmsc_card_toolkit *t = &k->c->toolkit;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	t->profile = true;
	t->said_len = DMSC_MIN(k->a->data.left, sizeof t->said);
	memcpy(t->said, k->a->data.p, t->said_len);
	if (!t->fetched)
		drop_beyond(k->c);
	dmsc_card_remind(k->c, true);
	return SW_OK;
}

unsigned
dmsc_card_fetch(struct dmsc_card_call *k)
{
	struct dmsc_card_toolkit *t = &k->c->toolkit;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (!t->profile || t->n == 0 || t->fetched)
		return SW_CONDITIONS;
	/* None: T=0 leaves it out where a MAC is the data. */
	if (k->a->le != 0 && k->a->le < t->queue[0].cmd->len)
		return SW_LE | (unsigned)t->queue[0].cmd->len;
	t->fetched = true;
	return dmsc_card_say(k, dmsc_buf_rd(t->queue[0].cmd));
}

unsigned
dmsc_card_response(struct dmsc_card_call *k)
{
	struct dmsc_card_toolkit *t = &k->c->toolkit;
	struct dmsc_cat_cmd out;
	uint8_t details[3];
	unsigned result;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (!t->fetched)
		return SW_CONDITIONS;
	if (dmsc_cat_response(k->a->data, details, &result) != DMSC_E_OK ||
	    dmsc_cat_parse(dmsc_buf_rd(t->queue[0].cmd), &out) != DMSC_E_OK ||
	    memcmp(details, out.details, sizeof details) != 0)
		return SW_DATA;
	dequeue(t, 0);
	t->fetched = false;
	return SW_OK;
}

/* A short message for the card: whole, it goes to whom it is for. */
static unsigned
download(struct dmsc_card_call *k, const struct dmsc_cat_sms *s)
{
	struct dmsc_card_toolkit *t = &k->c->toolkit;
	struct dmsc_buf *b = dmsc_buf_new(CAT_SMS_MAX);
	unsigned sw = SW_OK;
	bool whole;

	if (b == NULL || dmsc_cat_join(&t->join, s, b, &whole) != DMSC_E_OK)
		sw = SW_MEMORY;
	else if (whole && t->download != NULL)
		sw = t->download(k, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return sw;
}

/* Whoever brings it: a device, or the network beside it. */
unsigned
dmsc_card_take_envelope(struct dmsc_card_call *k)
{
	struct dmsc_cat_sms s;
	struct dmsc_rd objects;
	unsigned tag;

	if (dmsc_cat_envelope(k->a->data, &tag, &objects) != DMSC_E_OK)
		return SW_DATA;
	if (tag != CAT_SMS_DOWNLOAD)
		return SW_OK;
	return dmsc_cat_sms_get(k->a->data, &s) != DMSC_E_OK ? SW_DATA :
	    download(k, &s);
}

unsigned
dmsc_card_envelope(struct dmsc_card_call *k)
{
	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (!k->c->toolkit.profile)
		return SW_CONDITIONS;
	return dmsc_card_take_envelope(k);
}
