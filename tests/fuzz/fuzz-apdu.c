/*
 * The simulated card: commands, each behind a byte with its length. Whatever
 * comes, it answers, and it starts again.
 */
#include <stdlib.h>
#include <string.h>

#include "card/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint64_t seed = 3;
	struct dmsc_card *c = NULL;
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_rd in = dmsc_rd_of(p, n), cmd;
	const char *image = getenv("DMSC_FUZZ_IMAGE");
	uint8_t len;

	if (rsp == NULL || (image != NULL ? dmsc_card_peek(image, &c, NULL) :
	    dmsc_card_blank(NULL, &seed, &c, NULL)) != DMSC_E_OK)
		abort();
	memcpy(c->mem->nvm, c->mem->ram, DMSC_MEM_SIZE);
	while (dmsc_rd_u8(&in, &len) == DMSC_E_OK &&
	    dmsc_rd_take(&in, len, &cmd) == DMSC_E_OK) {
		dmsc_buf_reset(rsp);
		if (dmsc_card_apdu(c, cmd, rsp) != DMSC_E_OK || rsp->len < 2)
			abort();
	}
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		abort();
	dmsc_card_close(&c);
	dmsc_buf_free(&rsp);
	return 0;
}
