/* MANAGE CHANNEL and GET CHALLENGE (TS 102 221, 11.1.17 and 11.1.15). */
#include <string.h>
#include <sys/random.h>

#include "base/base.h"
#include "card/appl.h"

enum { OPEN = 0x00, CLOSE = 0x80, CHALLENGE_MAX = 256 };

static unsigned
open_channel(struct dmsc_card_call *k)
{
	struct dmsc_card *c = k->c;
	const struct dmsc_card_channel none = { .open = true, .df = c->mf,
	    .ef = DMSC_CARD_NONE, .app = DMSC_CARD_NONE };
	uint8_t n;

	if (k->a->p2 != 0)
		return SW_P1P2;
	for (n = 1; n < DMSC_CARD_CHANNELS && c->channels[n].open; n++)
		continue;
	if (n == DMSC_CARD_CHANNELS)
		return SW_FUNCTION;
	c->channels[n] = none;
	if (k->a->channel != 0) {
		c->channels[n].df = k->ch->df;
		c->channels[n].app = k->ch->app;
	}
	return dmsc_card_say(k, dmsc_rd_of(&n, 1));
}

static unsigned
close_channel(struct dmsc_card_call *k)
{
	unsigned n = k->a->p2;
	int app;

	if (n == 0 || n >= DMSC_CARD_CHANNELS)
		return SW_P1P2;
	if (!k->c->channels[n].open)
		return SW_CHANNEL;
	app = k->c->channels[n].app;
	k->c->channels[n].open = false;
	dmsc_card_scp_end(k->c, &k->c->channels[n]);
	dmsc_card_appl_left(k->c, &k->c->channels[n]);
	dmsc_card_se_end(&k->c->channels[n]);
	dmsc_card_app_left(k->c, app);
	return SW_OK;
}

unsigned
dmsc_card_channel(struct dmsc_card_call *k)
{
	if (k->a->p1 != OPEN && k->a->p1 != CLOSE)
		return SW_P1P2;
	if (k->a->data.left != 0)
		return SW_LENGTH;
	return k->a->p1 == OPEN ? open_channel(k) : close_channel(k);
}

/* SplitMix64, for cards whose randomness is fixed by a seed (tests). */
static uint64_t
next_of(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9E3779B97F4A7C15u);

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

unsigned
dmsc_card_random(struct dmsc_card *c, uint8_t *out, size_t n)
{
	size_t i;

	if (!c->seeded && getrandom(out, n, 0) != (ssize_t)n)
		return SW_MEMORY;
	for (i = 0; c->seeded && i < n; i++)
		out[i] = (uint8_t)next_of(&c->seed);
	return SW_OK;
}

unsigned
dmsc_card_challenge(struct dmsc_card_call *k)
{
	uint8_t out[CHALLENGE_MAX];
	size_t n = k->a->le == 0 ? 8 : DMSC_MIN(k->a->le, sizeof out);
	unsigned sw;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left != 0)
		return SW_LENGTH;
	if ((sw = dmsc_card_random(k->c, out, n)) != SW_OK)
		return sw;
	return dmsc_card_say(k, dmsc_rd_of(out, n));
}
