/* A card whose own allocations do not fail, for hosts whose do. */
#ifndef DMSC_TESTS_FUZZ_LONE_H
#define DMSC_TESTS_FUZZ_LONE_H

#include "fuzz/world.h"

#include "nomem.h"

/* The card is another machine: its allocations do not fail. */
static int
card_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	long kept = countdown;
	int r;

	countdown = -1;
	r = dmsc_card_apdu(h, cmd, rsp);
	countdown = kept;
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the card is dead");
}

static int
card_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	long kept = countdown;
	int r;

	(void)cold;
	countdown = -1;
	r = dmsc_card_reset(h, atr);
	countdown = kept;
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the card is dead");
}

static void
card_close(void **h, bool reset_card)
{
	struct dmsc_card *c = *h;

	(void)reset_card;
	dmsc_card_close(&c);
	*h = NULL;
}

static const struct dmsc_link_ops card_ops = { .name = "sim",
    .reset = card_reset, .xfer = card_xfer, .close = card_close };

/* The card's own allocations fail, and no others. */
static int
frail_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct dmsc_buf *b;
	long kept = countdown;
	int r;

	countdown = -1;
	b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	if (b == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	countdown = kept;
	r = dmsc_card_apdu(h, cmd, b);
	kept = countdown;
	countdown = -1;
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(rsp, dmsc_buf_rd(b));
	else	/* it hangs: the reader sees no answer */
		(void)dmsc_fail(e, DMSC_E_IO, "the card does not answer");
	dmsc_buf_free(&b);
	countdown = kept;
	return r == DMSC_E_OK ? r : DMSC_E_IO;
}

__attribute__((unused))
static const struct dmsc_link_ops frail_ops = { .name = "sim",
    .reset = card_reset, .xfer = frail_xfer, .close = card_close };

#endif
