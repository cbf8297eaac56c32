/* What a card holds that must last, as one number; tries are left out, for
 * they may be spent by a command that was cut. */
#ifndef DMSC_TESTS_CARD_STATE_H
#define DMSC_TESTS_CARD_STATE_H

#include "card/card.h"
#include "card/pins.h"

static inline uint64_t
state_mix(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	while (n-- > 0)
		h = (h ^ *b++) * 0x100000001B3u;
	return h;
}

static inline uint64_t
state_file(const struct dmsc_card *c, int i, uint64_t h)
{
	const struct dmsc_card_file *f = &c->files[i];
	size_t content = f->kind == KIND_DF ? 0 : f->size;
	int k;

	h = state_mix(h, &f->fid, sizeof f->fid);
	h = state_mix(h, &f->life, 1);
	h = state_mix(h, &f->newest, 1);
	h = state_mix(h, f->fcp, f->fcp_len);
	h = state_mix(h, c->mem->ram + f->data, content);
	for (k = f->child; k != DMSC_CARD_NONE; k = c->files[k].next)
		h = state_file(c, k, h * 31);
	return h;
}

static inline uint64_t
state_of(const struct dmsc_card *c)
{
	uint64_t h = 0xCBF29CE484222325u;
	const uint8_t *e;
	size_t i;

	h = state_mix(h, c->mem->ram + DMSC_MEM_CARD, 0x100);
	h = state_mix(h, &c->free_bytes, sizeof c->free_bytes);
	for (i = 0; i < DMSC_CARD_PINS; i++) {
		e = c->mem->ram + DMSC_CARD_AT_PINS + i * P_SIZE;
		h = state_mix(h, e, P_OWNER + 4);
		h = state_mix(h, e + P_VALUE, 2 * PIN_LEN);
	}
	return c->mf == DMSC_CARD_NONE ? h : state_file(c, c->mf, h);
}

#endif
