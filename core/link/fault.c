/* The fault layer: lost commands and answers, tears, bit errors (layers.h). */
#include "link/layers.h"

#include <string.h>

#include "base/base.h"
#include "base/clock.h"

enum { UPDATE_BINARY = 0xD6, UPDATE_RECORD = 0xDC, INS = 1, BITS = 8 };

struct fault {
	struct dmsc_link below;
	struct dmsc_fault plan;
	unsigned long count, target;	/* target 0: never */
	bool dead;
};

static int
removed(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_REMOVED, "the card lost its power");
}

/* What the host sees of a command whose answer does not come. */
static int
lost(struct fault *f, struct dmsc_err *e)
{
	if (f->plan.sticky)
		return removed(e);
	return dmsc_fail(e, DMSC_E_TRANSPORT, "no answer from the card");
}

static bool
is_update(struct dmsc_rd cmd)
{
	return cmd.left > INS && (cmd.p[INS] == UPDATE_BINARY ||
	    cmd.p[INS] == UPDATE_RECORD);
}

/* The command with only n bytes of its data, short or extended as it was. */
static int
cut(struct dmsc_rd cmd, struct dmsc_rd data, size_t n, struct dmsc_buf *out)
{
	size_t head = (size_t)(data.p - cmd.p);
	bool wide = head > 5;
	int r;

	r = dmsc_buf_put(out, dmsc_rd_slice(cmd, 0, wide ? 5 : 4));
	if (r == DMSC_E_OK)
		r = wide ? dmsc_buf_u16(out, (unsigned)n) :
		    dmsc_buf_u8(out, (unsigned)n);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, dmsc_rd_slice(data, 0, n));
	return r;
}

/* The card gets the command cut after plan.bytes, nothing comes back. */
static int
tear(struct fault *f, struct dmsc_rd cmd, struct dmsc_err *e)
{
	struct dmsc_buf *part = NULL, *rsp = NULL;
	struct dmsc_rd data;
	size_t n = f->plan.bytes;
	int r = DMSC_E_NOMEM;

	if (is_update(cmd) && n == 0)
		return lost(f, e);
	if ((part = dmsc_buf_new(DMSC_APDU_CMD_MAX)) == NULL ||
	    (rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX)) == NULL)
		goto done;
	if (is_update(cmd) && dmsc_apdu_data(cmd, &data) == DMSC_E_OK &&
	    n < data.left)
		r = cut(cmd, data, n, part);
	else
		r = dmsc_buf_put(part, cmd);
	if (r == DMSC_E_OK)
		r = dmsc_link_xfer(&f->below, dmsc_buf_rd(part), rsp, e);
	if (r == DMSC_E_OK)
		r = lost(f, e);
done:
	dmsc_buf_free(&part);
	dmsc_buf_free(&rsp);
	return r == DMSC_E_NOMEM ? dmsc_fail(e, r, "out of memory") : r;
}

/* Done by the card; then its answer (from `from` on) is changed or lost. */
static int
after(struct fault *f, size_t from, struct dmsc_buf *rsp, struct dmsc_err *e)
{
	size_t bit, n = rsp->len - from;
	int r = DMSC_E_OK;

	if (f->plan.kind == DMSC_FAULT_FLIP) {
		bit = f->plan.bytes % (n * BITS);
		rsp->p[from + bit / BITS] ^= (uint8_t)(1u << bit % BITS);
	} else if (f->plan.kind == DMSC_FAULT_SW) {
		dmsc_buf_truncate(rsp, from);
		r = dmsc_buf_u16(rsp, f->plan.sw);
	} else
		return lost(f, e);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "out of memory");
}

static int
fault_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct fault *f = h;
	size_t from = rsp->len;
	int r;

	f->count++;
	if (f->dead)
		return removed(e);
	if (f->plan.pace != 0)
		dmsc_sleep_ms(f->plan.pace);
	if (f->target == 0 || f->count != f->target)
		return dmsc_link_xfer(&f->below, cmd, rsp, e);
	f->dead = f->plan.sticky;
	if (f->plan.kind == DMSC_FAULT_BEFORE)
		return lost(f, e);
	if (f->plan.kind == DMSC_FAULT_TEAR)
		return tear(f, cmd, e);
	r = dmsc_link_xfer(&f->below, cmd, rsp, e);
	return r != DMSC_E_OK ? r : after(f, from, rsp, e);
}

static int
fault_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct fault *f = h;

	if (f->dead)
		return removed(e);
	return dmsc_link_reset(&f->below, cold, atr, e);
}

static int
fault_lock(void *h, bool on, struct dmsc_err *e)
{
	struct fault *f = h;

	if (f->dead && on)
		return removed(e);
	return dmsc_link_lock(&f->below, on, e);
}

static int
fault_claim(void *h, struct dmsc_err *e)
{
	struct fault *f = h;

	if (f->dead)
		return removed(e);
	return dmsc_link_claim(&f->below, e);
}

static void
fault_close(void **h, bool reset_card)
{
	struct fault *f = *h;

	dmsc_link_close(&f->below, reset_card);
	free(f);
	*h = NULL;
}

static void
fault_facts(void *h, struct dmsc_link_facts *out)
{
	struct fault *f = h;

	dmsc_link_facts(&f->below, out);
}

static void
fault_redact(void *h, struct dmsc_rd value)
{
	struct fault *f = h;

	dmsc_link_redact(&f->below, value);
}

static void
fault_hide(void *h, bool on)
{
	struct fault *f = h;

	dmsc_link_hide(&f->below, on);
}

static const struct dmsc_link_ops fault_ops = {
	.name = "fault",
	.reset = fault_reset,
	.xfer = fault_xfer,
	.lock = fault_lock,
	.claim = fault_claim,
	.close = fault_close,
	.facts = fault_facts,
	.redact = fault_redact,
	.hide = fault_hide,
};

int
dmsc_fault_over(struct dmsc_link *below, struct dmsc_link *out,
    struct dmsc_err *e)
{
	struct fault *f = calloc(1, sizeof *f);

	if (f == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	f->below = *below;
	memset(below, 0, sizeof *below);
	out->ops = &fault_ops;
	out->h = f;
	return DMSC_E_OK;
}

void
dmsc_fault_arm(struct dmsc_link *fault, const struct dmsc_fault *plan)
{
	struct fault *f = fault->h;

	f->plan = *plan;
	f->target = plan->at == 0 ? 0 : f->count + plan->at;
	f->dead = false;
}

unsigned long
dmsc_fault_count(const struct dmsc_link *fault)
{
	const struct fault *f = fault->h;

	return f->count;
}
