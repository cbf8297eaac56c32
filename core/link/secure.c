/* The secure layer: commands wrapped, answers unwrapped (link/secure.h). */
#include "link/secure.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum {
	SW_SIZE = 2, HEADER = 4, ROUNDS = 300, SHORT_LE = 256,
	GET_RESPONSE = 0xC0, READ = 0xB0, READ_ODD = 0xB1, CLA_GSM = 0xA0,
	CLA_NONE = 0xFF, FURTHER = 0x40, FURTHER_FIRST = 4
};

struct secure {
	struct dmsc_link below;
	struct dmsc_scp *scp;
	unsigned channel;
	struct dmsc_buf *wire, *rest;	/* reused */
	struct dmsc_witness *witness;	/* NULL: nobody wants to know */
};

static bool
is_ours(const struct secure *s, struct dmsc_rd cmd)
{
	unsigned cla = cmd.p[0];

	if (s->scp == NULL || cla == CLA_GSM || cla == CLA_NONE ||
	    cmd.p[1] == GET_RESPONSE)
		return false;
	return ((cla & FURTHER) != 0 ? (cla & 0x0F) + FURTHER_FIRST :
	    cla & 0x03) == s->channel;
}

/* For want of memory, or by what was said. */
static int
broke(struct secure *s, int r, struct dmsc_err *e, const char *why)
{
	r = r == DMSC_E_NOMEM ? r : DMSC_E_CHANNEL;
	dmsc_scp_break(s->scp);
	(void)dmsc_fail(e, r, "the secure channel broke");
	(void)dmsc_err_why(e, "%s", r == DMSC_E_NOMEM ? "out of memory" :
	    why);
	(void)dmsc_err_next(e, "scp open --keys SOURCE");
	(void)dmsc_err_next(e, "scp close");
	return r;
}

static unsigned
sw_of(const struct dmsc_buf *b)
{
	return (unsigned)b->p[b->len - 2] << 8 | b->p[b->len - 1];
}

/* The whole answer: what 61xx announces is fetched, in the clear. */
static int
fetch(struct secure *s, struct dmsc_rd cmd, struct dmsc_err *e)
{
	uint8_t get[] = { 0, GET_RESPONSE, 0, 0, 0 };
	unsigned n;
	int r;

	get[0] = (uint8_t)(s->channel < FURTHER_FIRST ? s->channel :
	    FURTHER | (s->channel - FURTHER_FIRST));
	dmsc_buf_reset(s->rest);
	r = dmsc_link_xfer(&s->below, cmd, s->rest, e);
	for (n = 0; r == DMSC_E_OK && n < ROUNDS; n++) {
		if (sw_of(s->rest) >> 8 != 0x61)
			return r;
		get[sizeof get - 1] = (uint8_t)sw_of(s->rest);
		dmsc_buf_truncate(s->rest, s->rest->len - SW_SIZE);
		r = dmsc_link_xfer(&s->below, dmsc_rd_of(get, sizeof get),
		    s->rest, e);
	}
	return r != DMSC_E_OK ? r : dmsc_fail(e, DMSC_E_LIMIT,
	    "the card announces more data without end");
}

/* What a plain command's Le lets through: SIZE_MAX without one. */
static size_t
le_of(struct dmsc_rd cmd)
{
	struct dmsc_rd data;
	size_t body = cmd.left - HEADER, n;
	bool wide = body >= 3 && cmd.p[HEADER] == 0;

	if (dmsc_apdu_data(cmd, &data) != DMSC_E_OK || body == 0 ||
	    (data.left > 0 && body == data.left + (wide ? 3 : 1)))
		return SIZE_MAX;
	n = cmd.p[cmd.left - 1];
	if (wide)
		n |= (size_t)cmd.p[cmd.left - 2] << 8;
	return n != 0 ? n : wide ? SIZE_MAX : SHORT_LE;
}

/* More than was asked for: what was sent asked for all there is. A short Le
 * of 00 does so too, but for READ: the rest comes as it does by 61xx. */
static int
fit(struct dmsc_rd cmd, struct dmsc_buf *rsp, size_t from)
{
	size_t le = le_of(cmd), n = rsp->len - from - SW_SIZE;
	unsigned ins = cmd.p[1], sw = sw_of(rsp);
	bool is_read = ins == READ || ins == READ_ODD;

	if (n <= le || (le == SHORT_LE && !is_read))
		return DMSC_E_OK;
	if (is_read)
		dmsc_buf_truncate(rsp, from + le);
	else {
		dmsc_buf_truncate(rsp, from);
		sw = 0x6C00 | (unsigned)(n & 0xFF);
	}
	return dmsc_buf_u16(rsp, sw);
}

static void
tell(struct secure *s, unsigned level, struct dmsc_rd cmd,
    struct dmsc_rd rsp)
{
	if (s->witness != NULL)
		dmsc_witness_hear(s->witness, level, cmd, rsp);
}

static void
tell_lost(struct secure *s, unsigned level, struct dmsc_rd cmd)
{
	if (s->witness != NULL)
		dmsc_witness_lost(s->witness, level, cmd);
}

static int
protected_xfer(struct secure *s, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	size_t from = rsp->len;
	unsigned sw, level;
	int r;

	if (!dmsc_scp_is_open(s->scp))
		return broke(s, DMSC_E_CHANNEL, e,
		    "it is not open any more");
	dmsc_buf_reset(s->wire);
	r = dmsc_scp_wrap(s->scp, cmd, s->wire);
	if (r == DMSC_E_LIMIT) {
		(void)dmsc_fail(e, r, "the command is too long for the secure "
		    "channel");
		return dmsc_err_why(e, "%zu bytes of data fit in one",
		    dmsc_scp_room(s->scp));
	}
	if (r != DMSC_E_OK)
		return broke(s, r, e, "the command cannot be protected");
	level = dmsc_scp_level(s->scp);
	if ((r = fetch(s, dmsc_buf_rd(s->wire), e)) != DMSC_E_OK) {
		tell_lost(s, level, cmd);
		dmsc_scp_break(s->scp);
		return r;
	}
	sw = sw_of(s->rest);
	r = dmsc_scp_unwrap(s->scp, dmsc_buf_rd(s->rest), rsp);
	if (r != DMSC_E_OK) {		/* it may not have taken it either */
		tell(s, 0, dmsc_buf_rd(s->wire), dmsc_buf_rd(s->rest));
		return broke(s, r, e, "the answer is not what the card sent");
	}
	tell(s, level, cmd, dmsc_rd_slice(dmsc_buf_rd(rsp), from, rsp->len));
	if (sw == 0x6987 || sw == 0x6988)
		return broke(s, DMSC_E_CHANNEL, e, "the card did not take "
		    "the command");
	return fit(cmd, rsp, from);
}

static int
secure_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct secure *s = h;
	size_t from = rsp->len;
	int r;

	if (is_ours(s, cmd))
		return protected_xfer(s, cmd, rsp, e);
	if ((r = dmsc_link_xfer(&s->below, cmd, rsp, e)) == DMSC_E_OK)
		tell(s, 0, cmd, dmsc_rd_slice(dmsc_buf_rd(rsp), from,
		    rsp->len));
	else
		tell_lost(s, 0, cmd);
	return r;
}

static int
secure_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct secure *s = h;

	dmsc_scp_free(&s->scp);
	s->witness = NULL;
	return dmsc_link_reset(&s->below, cold, atr, e);
}

static int
secure_lock(void *h, bool on, struct dmsc_err *e)
{
	struct secure *s = h;

	return dmsc_link_lock(&s->below, on, e);
}

static int
secure_claim(void *h, struct dmsc_err *e)
{
	struct secure *s = h;

	return dmsc_link_claim(&s->below, e);
}

static void
secure_facts(void *h, struct dmsc_link_facts *out)
{
	struct secure *s = h;

	dmsc_link_facts(&s->below, out);
	if (s->scp == NULL || !dmsc_scp_is_open(s->scp) ||
	    dmsc_scp_level(s->scp) == 0)
		return;		/* nothing is protected */
	out->cmd_room = dmsc_scp_room(s->scp);
	out->rsp_room = dmsc_scp_answer_room(s->scp);
}

static void
secure_redact(void *h, struct dmsc_rd value)
{
	struct secure *s = h;

	if (s->witness != NULL)
		dmsc_witness_redact(s->witness, value);
	dmsc_link_redact(&s->below, value);
}

static void
secure_hide(void *h, bool on)
{
	struct secure *s = h;

	if (s->witness != NULL)
		dmsc_witness_hide(s->witness, on);
	dmsc_link_hide(&s->below, on);
}

static void
secure_close(void **h, bool reset_card)
{
	struct secure *s = *h;

	dmsc_scp_free(&s->scp);
	dmsc_link_close(&s->below, reset_card);
	dmsc_buf_free(&s->wire);
	dmsc_buf_free(&s->rest);
	free(s);
	*h = NULL;
}

static const struct dmsc_link_ops secure_ops = {
	.name = "secure",
	.reset = secure_reset,
	.xfer = secure_xfer,
	.lock = secure_lock,
	.claim = secure_claim,
	.close = secure_close,
	.facts = secure_facts,
	.redact = secure_redact,
	.hide = secure_hide,
};

int
dmsc_secure_over(struct dmsc_link *below, struct dmsc_link *out,
    struct dmsc_err *e)
{
	struct secure *s = calloc(1, sizeof *s);
	struct dmsc_link fresh = { &secure_ops, s };

	if (s == NULL ||
	    (s->wire = dmsc_buf_new(DMSC_APDU_CMD_MAX)) == NULL ||
	    (s->rest = dmsc_buf_new(DMSC_APDU_RSP_MAX)) == NULL) {
		if (s != NULL)
			dmsc_link_close(&fresh, false);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	s->below = *below;
	memset(below, 0, sizeof *below);
	*out = fresh;
	return DMSC_E_OK;
}

void
dmsc_secure_begin(struct dmsc_link *secure, struct dmsc_scp **scp,
    unsigned channel)
{
	struct secure *s = secure->h;

	dmsc_scp_free(&s->scp);
	s->scp = *scp;
	s->channel = channel;
	*scp = NULL;
}

void
dmsc_secure_end(struct dmsc_link *secure)
{
	struct secure *s = secure->h;

	if (s != NULL)
		dmsc_scp_free(&s->scp);
}

void
dmsc_secure_watch(struct dmsc_link *secure, struct dmsc_witness *w)
{
	struct secure *s = secure->h;

	if (s != NULL)
		s->witness = w;
}

const struct dmsc_scp *
dmsc_secure_scp(const struct dmsc_link *secure, unsigned *channel)
{
	const struct secure *s = secure->h;

	if (s == NULL)
		return NULL;
	*channel = s->channel;
	return s->scp;
}
