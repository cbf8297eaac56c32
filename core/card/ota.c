/*
 * Over the air (dmsc-card(7), OVER THE AIR): what the network brings, and the
 * packages (dm/ota.h) that the card takes out of short messages.
 */
#include "card/card.h"

int
dmsc_card_air(struct dmsc_card *c, struct dmsc_rd envelope,
    struct dmsc_buf *rsp)
{
	const struct dmsc_apdu_in a = { .cla = 0x80, .ins = 0xC2,
		.proprietary = true, .data = envelope };
	struct dmsc_card_call k = { c, &c->channels[0], &a, rsp };
	size_t start = rsp->len;
	unsigned sw;

	if (c->mem->dead)
		return DMSC_E_REMOVED;
	sw = dmsc_card_take_envelope(&k);
	if (c->mem->n_ranges > 0)
		dmsc_mem_rollback(c->mem);
	if (c->mem->dead) {
		dmsc_buf_truncate(rsp, start);
		return DMSC_E_REMOVED;
	}
	return dmsc_buf_u16(rsp, sw);
}
