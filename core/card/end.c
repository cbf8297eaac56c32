/* The simulated card as an end of the link. */
#include "card/end.h"

static int
end_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	int r = dmsc_card_reset(h, atr);

	(void)cold;
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "cannot reset the card");
}

static int
end_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	int r = dmsc_card_apdu(h, cmd, rsp);

	if (r == DMSC_E_OK)
		return r;
	dmsc_fail(e, r, "the command did not reach the card's end");
	if (r == DMSC_E_REMOVED)
		dmsc_err_why(e, "the card lost its power");
	return r;
}

static void
end_close(void **h, bool reset_card)
{
	struct dmsc_card *c = *h;

	(void)reset_card;		/* closing ends all that is volatile */
	dmsc_card_close(&c);
	*h = NULL;
}

static const struct dmsc_link_ops ops = {
	.name = "sim",
	.reset = end_reset,
	.xfer = end_xfer,
	.close = end_close,
};

int
dmsc_card_end(struct dmsc_card **c, struct dmsc_link *out)
{
	out->ops = &ops;
	out->h = *c;
	*c = NULL;
	return DMSC_E_OK;
}

struct dmsc_card *
dmsc_card_of(const struct dmsc_link *l)
{
	return l->ops == &ops ? l->h : NULL;
}
