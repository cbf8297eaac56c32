/* VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN (TS 102 221, 11.1.9 to
 * 11.1.13). A counter is written before a value is compared. */
#include <string.h>

#include <dmsc/secret.h>

#include "card/card.h"
#include "card/pins.h"

enum { BY_UNIVERSAL = 0x80, REF_RFU = 0x60 };

static struct dmsc_rd
value_of(const struct dmsc_card *c, const struct dmsc_card_pin *p,
    uint32_t field)
{
	return dmsc_rd_of(c->mem->ram + p->at + field, PIN_LEN);
}

static unsigned
tries_left(unsigned n)
{
	return SW_TRIES | (n > 15 ? 15 : n);
}

/* P1, Lc and the reference, in this order. lc: 0 for a question. */
static unsigned
target(struct dmsc_card_call *k, size_t lc, bool question,
    struct dmsc_card_pin **p)
{
	const struct dmsc_apdu_in *a = k->a;

	if (a->p1 != 0 || (a->p2 & REF_RFU) != 0)
		return SW_P1P2;
	if (a->data.left != lc && !(question && a->data.left == 0))
		return SW_LENGTH;
	if (k->c->mf == DMSC_CARD_NONE || (*p = dmsc_card_pin(k->c,
	    k->ch->df, a->p2)) == NULL)
		return SW_NO_REF;
	return SW_OK;
}

/* Spends a try of the counter, compares, and tells; the counter is full
 * again only in the transaction that the caller ends. */
static unsigned
spend(struct dmsc_card *c, struct dmsc_card_pin *p, bool puk,
    struct dmsc_rd given)
{
	uint32_t at = p->at + (puk ? P_PUK_TRIES : P_TRIES);
	unsigned left = c->mem->ram[at], sw;

	if (left == 0)
		return SW_BLOCKED;
	dmsc_mem_u8(c->mem, at, --left);
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	if (!dmsc_same(value_of(c, p, puk ? P_PUK : P_VALUE), given)) {
		if (!puk)
			p->verified = false;
		return tries_left(left);
	}
	dmsc_mem_u8(c->mem, at, c->mem->ram[at + 1]);
	return SW_OK;
}

unsigned
dmsc_card_verify(struct dmsc_card_call *k)
{
	struct dmsc_card *c = k->c;
	struct dmsc_card_pin *p;
	unsigned sw;

	if ((sw = target(k, PIN_LEN, true, &p)) != SW_OK)
		return sw;
	if (!dmsc_card_pin_enabled(c, p))
		return SW_UNUSABLE;
	if (k->a->data.left == 0)
		return tries_left(c->mem->ram[p->at + P_TRIES]);
	if ((sw = spend(c, p, false, k->a->data)) != SW_OK ||
	    (sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	p->verified = p->fresh = true;
	return SW_OK;
}

unsigned
dmsc_card_change(struct dmsc_card_call *k)
{
	struct dmsc_rd d = k->a->data;
	struct dmsc_card *c = k->c;
	struct dmsc_card_pin *p;
	unsigned sw;

	if ((sw = target(k, 2 * PIN_LEN, false, &p)) != SW_OK)
		return sw;
	if (!dmsc_card_pin_enabled(c, p))
		return SW_UNUSABLE;
	if ((sw = spend(c, p, false, dmsc_rd_slice(d, 0, PIN_LEN))) != SW_OK)
		return sw;
	dmsc_mem_put(c->mem, p->at + P_VALUE,
	    dmsc_rd_slice(d, PIN_LEN, PIN_LEN));
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	p->verified = true;
	return SW_OK;
}

/* P1 of DISABLE: 00, or 80 with the number of the PIN that replaces it. */
static unsigned
replacement(const struct dmsc_card_call *k, bool *replaced)
{
	unsigned p1 = k->a->p1;

	*replaced = p1 != 0;
	if (p1 == 0)
		return SW_OK;
	if (p1 != (BY_UNIVERSAL | UNIVERSAL) || k->a->p2 == UNIVERSAL)
		return SW_P1P2;
	return dmsc_card_pin(k->c, DMSC_CARD_NONE, UNIVERSAL) != NULL ?
	    SW_OK : SW_NO_REF;
}

static unsigned
set_enabled(struct dmsc_card_call *k, struct dmsc_card_pin *p, bool on,
    bool replaced)
{
	struct dmsc_card *c = k->c;
	unsigned sw = spend(c, p, false, k->a->data);

	if (sw != SW_OK)
		return sw;
	dmsc_mem_u8(c->mem, p->at + P_ENABLED, on);
	dmsc_mem_u8(c->mem, p->at + P_REPLACED, replaced);
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	p->verified = true;
	dmsc_card_fcp_pins(c);
	return SW_OK;
}

unsigned
dmsc_card_disable(struct dmsc_card_call *k)
{
	struct dmsc_apdu_in plain = *k->a;
	struct dmsc_card_call same = *k;
	struct dmsc_card_pin *p;
	bool replaced;
	unsigned sw;

	plain.p1 = 0;
	same.a = &plain;
	if ((sw = replacement(k, &replaced)) != SW_OK ||
	    (sw = target(&same, PIN_LEN, false, &p)) != SW_OK)
		return sw;
	if ((k->c->mem->ram[p->at + P_FLAGS] & PIN_CAN_DISABLE) == 0)
		return SW_CONDITIONS;
	if (!dmsc_card_pin_enabled(k->c, p))
		return SW_UNUSABLE;
	return set_enabled(&same, p, false, replaced);
}

unsigned
dmsc_card_enable(struct dmsc_card_call *k)
{
	struct dmsc_card_pin *p;
	unsigned sw;

	if ((sw = target(k, PIN_LEN, false, &p)) != SW_OK)
		return sw;
	if (dmsc_card_pin_enabled(k->c, p))
		return SW_CONDITIONS;
	return set_enabled(k, p, true, false);
}

/* With the unblocking value: a new PIN value, both counters full, the PIN
 * enabled and verified. */
unsigned
dmsc_card_unblock(struct dmsc_card_call *k)
{
	struct dmsc_rd d = k->a->data;
	struct dmsc_card *c = k->c;
	struct dmsc_card_pin *p;
	unsigned sw;

	if ((sw = target(k, 2 * PIN_LEN, true, &p)) != SW_OK)
		return sw;
	if (c->mem->ram[p->at + P_PUK_MAX] == 0)
		return SW_NO_REF;
	if (d.left == 0)
		return tries_left(c->mem->ram[p->at + P_PUK_TRIES]);
	if ((sw = spend(c, p, true, dmsc_rd_slice(d, 0, PIN_LEN))) != SW_OK)
		return sw;
	dmsc_mem_put(c->mem, p->at + P_VALUE,
	    dmsc_rd_slice(d, PIN_LEN, PIN_LEN));
	dmsc_mem_u8(c->mem, p->at + P_TRIES, c->mem->ram[p->at + P_MAX]);
	dmsc_mem_u8(c->mem, p->at + P_ENABLED, 1);
	dmsc_mem_u8(c->mem, p->at + P_REPLACED, 0);
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	p->verified = true;
	dmsc_card_fcp_pins(c);
	return SW_OK;
}
