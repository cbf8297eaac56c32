/*
 * The toolkit, both ends. An even first byte: what follows are a card's
 * answers, each behind its length: whatever it says, the device leaves it
 * after a bounded number of commands, and what it sends are whole objects. An
 * odd one: the parts of short messages for a card, each behind its length.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cat/sms.h"
#include "device/toolkit.h"
#include "fuzz/replay.h"

enum { INS_RESPONSE = 0x14, INS_ENVELOPE = 0xC2, HEAD = 5,
	SENT_MAX = 400 * DMSC_TOOLKIT_MAX };

static void
must(bool good)
{
	if (!good)
		abort();
}

struct liar {
	struct dmsc_rd answers;
	unsigned sent;
};

/* What the device says must be well formed. */
static void
look(struct dmsc_rd cmd)
{
	uint8_t details[3];
	struct dmsc_rd objects;
	unsigned result, tag;

	if (cmd.left <= HEAD)
		return;
	if (cmd.p[1] == INS_RESPONSE)
		must(dmsc_cat_response(dmsc_rd_slice(cmd, HEAD, cmd.p[4]),
		    details, &result) == DMSC_E_OK);
	if (cmd.p[1] == INS_ENVELOPE)
		must(dmsc_cat_envelope(dmsc_rd_slice(cmd, HEAD, cmd.p[4]),
		    &tag, &objects) == DMSC_E_OK);
}

static int
lie(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp, struct dmsc_err *e)
{
	static const uint8_t done[] = { 0x90, 0x00 };
	struct liar *l = h;
	struct dmsc_rd v;
	uint8_t n;

	(void)e;
	must(++l->sent < SENT_MAX);
	look(cmd);
	if (dmsc_rd_u8(&l->answers, &n) != DMSC_E_OK || n < sizeof done ||
	    dmsc_rd_take(&l->answers, n, &v) != DMSC_E_OK)
		v = dmsc_rd_of(done, sizeof done);
	return dmsc_buf_put(rsp, v);
}

static void
leave(void **h, bool reset_card)
{
	(void)reset_card;
	*h = NULL;
}

static const struct dmsc_link_ops liar_ops = { .name = "liar", .xfer = lie,
	.close = leave };

static int
type(void *arg, const char *question, const struct dmsc_input *what,
    struct dmsc_buf *out)
{
	(void)arg;
	must(what->min <= what->max);
	return dmsc_buf_fill(out, question[0] == 'N' ? 'x' : '5', what->max);
}

static void
device(struct dmsc_rd answers)
{
	struct dmsc_events_opts o = { .imei = "490154203237518" };
	struct liar liar = { .answers = answers };
	struct dmsc_link l = { &liar_ops, &liar };
	struct dmsc_toolkit t = { .profile = false };
	struct dmsc_err e = { .code = 0 };
	struct dmsc_toolkit_env v = { .o = &o, .e = &e,
		.ui = { .input = type } };
	struct dmsc_buf *rsp = dmsc_buf_new(1 << 17);
	unsigned sw;
	int r;

	v.u = dmsc_uicc_new(&l, &e, NULL);
	v.log = dmsc_view_new(&dmsc_events_view);
	must(v.u != NULL && v.log != NULL && rsp != NULL);
	r = dmsc_toolkit_poll(&t, &v, true);
	if (r == DMSC_E_OK)
		r = dmsc_toolkit_poll(&t, &v, false);
	if (r == DMSC_E_OK)
		r = dmsc_toolkit_envelope(&t, &v, dmsc_rd_of(
		    "\xD6\x07\x99\x01\x05\x82\x02\x82\x81", 9), rsp, &sw);
	must(r != DMSC_E_INTERNAL && r != DMSC_E_NOMEM &&
	    v.log->n_events <= 3 * (size_t)DMSC_TOOLKIT_MAX + 3);
	dmsc_view_free(&dmsc_events_view, v.log);
	dmsc_uicc_free(&v.u);
	dmsc_buf_free(&rsp);
}

static void
card(struct dmsc_rd parts)
{
	struct dmsc_buf *out = dmsc_buf_new(CAT_SMS_MAX);
	struct dmsc_cat_join j = { .clock = 0 };
	struct dmsc_cat_sms s;
	struct dmsc_rd v;
	bool whole;
	uint8_t n;
	int r;

	must(out != NULL);
	while (dmsc_rd_u8(&parts, &n) == DMSC_E_OK) {
		v = dmsc_rd_slice(parts, 0, n);
		parts = dmsc_rd_slice(parts, v.left, parts.left);
		if (dmsc_cat_sms_get(v, &s) != DMSC_E_OK)
			continue;
		dmsc_buf_reset(out);
		r = dmsc_cat_join(&j, &s, out, &whole);
		must((r == DMSC_E_OK || r == DMSC_E_LIMIT) &&
		    (whole || out->len == 0));
	}
	dmsc_cat_join_end(&j);
	dmsc_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd r = dmsc_rd_of(p, n);
	uint8_t first;

	if (dmsc_rd_u8(&r, &first) != DMSC_E_OK)
		return 0;
	if (first % 2 == 0)
		device(r);
	else
		card(r);
	return 0;
}

/* Answers to the profile, to STATUS, to FETCH, to the response... */
static const struct {
	const char *name;
	const char *answers[8];		/* hex */
} seeds[] = {
	{ "cat-refresh", { "9112", "D0108103010101820281829205013F002FE2"
	    "9000", "9000", "9000" } },
	{ "cat-refresh-app", { "9122", "D0208103010101820281829207013F007FFF"
	    "6432AF0CA000000063504B43532D31359000", "9000" } },
	{ "cat-text", { "9000", "911C", "D01A8103012180820281028D0F04546F6F"
	    "6C6B6974205465737420319000", "9000" } },
	{ "cat-input", { "911D", "D01B8103012300820281828D0C04456E746572203132"
	    "333435910205059000", "910F", "D00D810301030082028182840201149000",
	    "9000" } },
	{ "cat-key", { "9117", "D0158103012200820281828D0A04456E74657220222B22"
	    "9000", "9000" } },
	{ "cat-timer", { "9113", "D011810301270082028182A40101A503005000"
	    "9000", "910E", "D00C810301270282028182A401019000", "9000" } },
	{ "cat-events", { "910F", "D00D810301050082028182990205079000",
	    "910B", "D0098103012601820281829000", "9000", "9000", "910B",
	    "D0098103010400820281829000" } },
	{ "cat-channel", { "9125", "D02381030540018202818"
	    "2B50103B9020400C7050474657374BC030201BBBE0521C0000201"
	    "9000", "9000" } },
};

static void
put_hex(struct dmsc_buf *out, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);

	must(b != NULL && dmsc_hex_get(hex, b) == DMSC_E_OK &&
	    dmsc_buf_u8(out, (unsigned)b->len) == DMSC_E_OK &&
	    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	dmsc_buf_free(&b);
}

/* A message of three parts. */
static void
put_parts(struct dmsc_buf *out)
{
	static const uint8_t data[2 * CAT_SMS_PART + 9];
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);
	struct dmsc_cat_sms s;
	unsigned i;

	dmsc_cat_sms_init(&s, "+49170123", dmsc_rd_of(data, sizeof data), 5);
	must(b != NULL && dmsc_buf_u8(out, 1) == DMSC_E_OK);
	for (i = 1; i <= s.parts; i++) {
		dmsc_buf_reset(b);
		must(dmsc_cat_sms_put(&s, i, b) == DMSC_E_OK &&
		    dmsc_buf_u8(out, (unsigned)b->len) == DMSC_E_OK &&
		    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	}
	dmsc_buf_free(&b);
}

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	size_t k;

	if (i == DMSC_COUNT(seeds)) {
		put_parts(out);
		return "cat-sms";
	}
	if (i > DMSC_COUNT(seeds))
		return NULL;
	must(dmsc_buf_u8(out, 0) == DMSC_E_OK);
	for (k = 0; k < DMSC_COUNT(seeds[i].answers); k++)
		if (seeds[i].answers[k] != NULL)
			put_hex(out, seeds[i].answers[k]);
	return seeds[i].name;
}
