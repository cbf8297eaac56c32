/* A link end for tests: keeps what it gets, answers data echoed and 9000. */
#ifndef DMSC_TESTS_LINK_TOY_H
#define DMSC_TESTS_LINK_TOY_H

#include <string.h>

#include "link/link.h"

struct toy {
	unsigned commands, resets, locks, claims, closes;
	bool reset_card;
	size_t answer;		/* bytes of a fixed answer, 0: echo */
	int fail;		/* code that xfer fails with */
	uint8_t last[300];
	size_t last_len;
};

static inline int
toy_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct toy *t = h;

	(void)cold;
	(void)e;
	t->resets++;
	return dmsc_hex_get("3B00", atr);
}

static inline int
toy_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct toy *t = h;
	struct dmsc_rd data;
	int r;

	t->commands++;
	t->last_len = cmd.left < sizeof t->last ? cmd.left : sizeof t->last;
	memcpy(t->last, cmd.p, t->last_len);
	if (t->fail != DMSC_E_OK)
		return dmsc_fail(e, t->fail, "the toy fails");
	if (t->answer > 0)
		return dmsc_buf_fill(rsp, 0x90, t->answer);
	if (dmsc_apdu_data(cmd, &data) != DMSC_E_OK)
		return dmsc_buf_u16(rsp, 0x6700);
	r = dmsc_buf_put(rsp, data);
	return r == DMSC_E_OK ? dmsc_buf_u16(rsp, 0x9000) : r;
}

static inline int
toy_lock(void *h, bool on, struct dmsc_err *e)
{
	(void)e;
	((struct toy *)h)->locks += on ? 1 : 0;
	return DMSC_E_OK;
}

static inline int
toy_claim(void *h, struct dmsc_err *e)
{
	(void)e;
	((struct toy *)h)->claims++;
	return DMSC_E_OK;
}

static inline void
toy_close(void **h, bool reset_card)
{
	struct toy *t = *h;

	t->closes++;
	t->reset_card = reset_card;
	*h = NULL;
}

static inline void
toy_facts(void *h, struct dmsc_link_facts *out)
{
	(void)h;
	out->protocol = "T=1";
	out->shared = true;
}

static const struct dmsc_link_ops toy_ops = {
	.name = "toy",
	.reset = toy_reset,
	.xfer = toy_xfer,
	.lock = toy_lock,
	.claim = toy_claim,
	.close = toy_close,
	.facts = toy_facts,
};

static inline struct dmsc_link
toy_link(struct toy *t)
{
	struct dmsc_link l = { &toy_ops, t };

	memset(t, 0, sizeof *t);
	return l;
}

/* Sends hex, gives the answer as hex in out (size at least 128). */
static inline int
toy_send(struct dmsc_link *l, const char *hex, char *out, struct dmsc_err *e)
{
	struct dmsc_buf *cmd = dmsc_buf_new(1024);
	struct dmsc_buf *rsp = dmsc_buf_new(1024);
	int r = DMSC_E_NOMEM;

	if (cmd != NULL && rsp != NULL &&
	    (r = dmsc_hex_get(hex, cmd)) == DMSC_E_OK)
		r = dmsc_link_xfer(l, dmsc_buf_rd(cmd), rsp, e);
	(void)dmsc_hex(dmsc_buf_rd(rsp), out, 128);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return r;
}

#endif
