/* PINs and administrative keys: their table in memory and who is verified
 * (TS 102 221, 9.5 and 14.1). */
#include <string.h>

#include "card/appl.h"
#include "card/pins.h"

void
dmsc_card_load_pins(struct dmsc_card *c)
{
	struct dmsc_card_pin old[DMSC_CARD_PINS];
	size_t n_old = c->n_pins, i, k;
	uint32_t at, owner;

	memcpy(old, c->pins, sizeof old);
	c->n_pins = 0;
	for (i = 0; i < DMSC_CARD_PINS; i++) {
		struct dmsc_card_pin *p = &c->pins[c->n_pins];

		at = DMSC_CARD_AT_PINS + (uint32_t)i * P_SIZE;
		if (c->mem->ram[at + P_REF] == 0)
			continue;
		memset(p, 0, sizeof *p);
		p->ref = c->mem->ram[at + P_REF];
		p->at = at;
		p->owner = DMSC_CARD_NONE;
		owner = dmsc_mem_get(c->mem, at + P_OWNER, 4);
		for (k = 0; owner != 0 && k < c->n_files; k++)
			if (c->files[k].used && c->files[k].block == owner)
				p->owner = (int)k;
		for (k = 0; k < n_old; k++)
			if (old[k].at == at && old[k].ref == p->ref) {
				p->verified = old[k].verified;
				p->fresh = old[k].fresh;
			}
		c->n_pins++;
	}
}

/* The PKCS#15 application where app is the DM-SC application, which has no
 * PINs of its own but those. */
static int
lender(const struct dmsc_card *c, int app)
{
	static const uint8_t p15[] = { 0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C',
	    'S', '-', '1', '5' };
	int i;

	if (app == DMSC_CARD_NONE || app != dmsc_card_appl_adf(c))
		return DMSC_CARD_NONE;
	for (i = c->files[c->mf].child; i != DMSC_CARD_NONE &&
	    !dmsc_rd_eq(c->files[i].aid, dmsc_rd_of(p15, sizeof p15));
	    i = c->files[i].next)
		continue;
	return i;
}

static struct dmsc_card_pin *
pin_of(struct dmsc_card *c, int df, unsigned ref)
{
	size_t i;

	for (i = 0; i < c->n_pins; i++)
		if (c->pins[i].ref == ref && c->pins[i].owner == df)
			return &c->pins[i];
	return NULL;
}

/* Global by its number; local: of df or the nearest DF above that has it, or
 * a lent one. */
struct dmsc_card_pin *
dmsc_card_pin(struct dmsc_card *c, int df, unsigned ref)
{
	int lent = df == DMSC_CARD_NONE ? df : lender(c, c->files[df].app);
	struct dmsc_card_pin *p;

	if ((ref & LOCAL) == 0)
		return pin_of(c, DMSC_CARD_NONE, ref);
	for (; df != DMSC_CARD_NONE; df = c->files[df].parent)
		if ((p = pin_of(c, df, ref)) != NULL)
			return p;
	return lent == DMSC_CARD_NONE ? NULL : pin_of(c, lent, ref);
}

bool
dmsc_card_pin_enabled(const struct dmsc_card *c,
    const struct dmsc_card_pin *p)
{
	return c->mem->ram[p->at + P_ENABLED] != 0;
}

/* 0A to 0E, 8A to 8E. */
static bool
is_adm(unsigned ref)
{
	enum { FIRST = 0x0A, LAST = 0x0E };

	return (ref & (unsigned)~LOCAL) >= FIRST &&
	    (ref & (unsigned)~LOCAL) <= LAST;
}

/* A disabled PIN counts as verified, unless the universal PIN stands for
 * it: then that one must be. */
bool
dmsc_card_pin_holds(struct dmsc_card *c, int df, unsigned ref)
{
	const struct dmsc_card_pin *p = dmsc_card_pin(c, df, ref);

	if (p == NULL)
		return false;
	if (c->by_air && is_adm(ref))
		return true;
	if (dmsc_card_pin_enabled(c, p))
		return p->verified;
	if (c->mem->ram[p->at + P_REPLACED] == 0 || ref == UNIVERSAL)
		return true;
	return dmsc_card_pin_holds(c, df, UNIVERSAL);
}

static bool
app_in_use(const struct dmsc_card *c, int app)
{
	size_t i;

	for (i = 0; i < DMSC_CARD_CHANNELS; i++)
		if (c->channels[i].open && (c->channels[i].app == app ||
		    lender(c, c->channels[i].app) == app))
			return true;
	return false;
}

static void
left(struct dmsc_card *c, int app)
{
	size_t i;

	if (app == DMSC_CARD_NONE || app_in_use(c, app))
		return;
	for (i = 0; i < c->n_pins; i++)
		if (c->pins[i].owner != DMSC_CARD_NONE &&
		    dmsc_card_inside(c, c->pins[i].owner, app))
			c->pins[i].verified = false;
}

void
dmsc_card_app_left(struct dmsc_card *c, int app)
{
	left(c, app);
	left(c, lender(c, app));
}

/* Value (8), tries, flags, then perhaps unblocking value (8) and tries. */
unsigned
dmsc_card_set_pin(struct dmsc_card *c, int df, unsigned ref,
    struct dmsc_rd v)
{
	struct dmsc_card_pin *p;
	uint8_t e[P_SIZE] = { 0 };
	uint32_t at = 0, i;

	if ((ref & LOCAL) == 0)
		df = DMSC_CARD_NONE;
	for (i = 0; i < c->n_pins; i++) {
		p = &c->pins[i];
		if (p->ref == ref && p->owner == df)
			at = p->at;
	}
	for (i = 0; at == 0 && i < DMSC_CARD_PINS; i++)
		if (c->mem->ram[DMSC_CARD_AT_PINS + i * P_SIZE] == 0)
			at = DMSC_CARD_AT_PINS + i * P_SIZE;
	if (at == 0)
		return SW_SPACE;
	e[P_REF] = (uint8_t)ref;
	e[P_TRIES] = e[P_MAX] = v.p[PIN_LEN];
	e[P_FLAGS] = v.p[PIN_LEN + 1];
	e[P_ENABLED] = (e[P_FLAGS] & PIN_ENABLED) != 0;
	memcpy(e + P_VALUE, v.p, PIN_LEN);
	if (v.left > PIN_LEN + 2) {
		memcpy(e + P_PUK, v.p + PIN_LEN + 2, PIN_LEN);
		e[P_PUK_TRIES] = e[P_PUK_MAX] = v.p[2 * PIN_LEN + 2];
	}
	dmsc_mem_put(c->mem, at, dmsc_rd_of(e, sizeof e));
	if (df != DMSC_CARD_NONE)
		dmsc_mem_u32(c->mem, at + P_OWNER, c->files[df].block);
	return SW_OK;
}

void
dmsc_card_drop_pins(struct dmsc_card *c, int df)
{
	static const uint8_t none[P_SIZE] = { 0 };
	size_t i;

	for (i = 0; i < c->n_pins; i++)
		if (c->pins[i].owner == df)
			dmsc_mem_put(c->mem, c->pins[i].at,
			    dmsc_rd_of(none, sizeof none));
}
