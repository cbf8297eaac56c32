/*
 * The card's proactive side (TS 102 221 7.4.2, 11.2; TS 102 223): commands
 * that wait, TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, ENVELOPE.
 */
#include <string.h>

#include "card/card.h"
#include "cat/cat.h"
#include "tlv/ber.h"

enum { ENVELOPE_FIRST = 0xD1, ENVELOPE_LAST = 0xDF, SW_WAITS = 0x9100 };

int
dmsc_card_push_cmd(struct dmsc_card *c, struct dmsc_rd cmd)
{
	struct dmsc_card_toolkit *t = &c->toolkit;
	struct dmsc_cat_cmd parsed;

	if (cmd.left > CAT_APDU_MAX ||
	    dmsc_cat_parse(cmd, &parsed) != DMSC_E_OK)
		return DMSC_E_DATA;
	if (t->n == DMSC_CARD_PUSHED)
		return DMSC_E_LIMIT;
	if ((t->queue[t->n] = dmsc_buf_from(cmd, CAT_APDU_MAX)) == NULL)
		return DMSC_E_NOMEM;
	t->n++;
	return DMSC_E_OK;
}

void
dmsc_card_toolkit_end(struct dmsc_card *c)
{
	while (c->toolkit.n > 0)
		dmsc_buf_free(&c->toolkit.queue[--c->toolkit.n]);
}

unsigned
dmsc_card_waits(const struct dmsc_card *c, unsigned sw)
{
	const struct dmsc_card_toolkit *t = &c->toolkit;

	return sw != SW_OK || !t->profile || t->fetched || t->n == 0 ? sw :
	    SW_WAITS | (unsigned)t->queue[0]->len;
}

unsigned
dmsc_card_profile(struct dmsc_card_call *k)
{
	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	k->c->toolkit.profile = true;
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
	if (k->a->le < t->queue[0]->len)
		return SW_LE | (unsigned)t->queue[0]->len;
	t->fetched = true;
	return dmsc_card_say(k, dmsc_buf_rd(t->queue[0]));
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
	    dmsc_cat_parse(dmsc_buf_rd(t->queue[0]), &out) != DMSC_E_OK ||
	    memcmp(details, out.details, sizeof details) != 0)
		return SW_DATA;
	dmsc_buf_free(&t->queue[0]);
	t->n--;
	memmove(t->queue, t->queue + 1, t->n * sizeof t->queue[0]);
	t->fetched = false;
	return SW_OK;
}

unsigned
dmsc_card_envelope(struct dmsc_card_call *k)
{
	struct dmsc_rd r = k->a->data, v;
	uint32_t tag;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (!k->c->toolkit.profile)
		return SW_CONDITIONS;
	return dmsc_tlv_next(&r, &tag, &v) == DMSC_E_OK && r.left == 0 &&
	    tag >= ENVELOPE_FIRST && tag <= ENVELOPE_LAST ? SW_OK : SW_DATA;
}
