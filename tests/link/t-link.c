/* link: what every end and layer gets checked, APDU bodies, faults. */
#include "base/base.h"
#include "link/layers.h"
#include "tap.h"
#include "toy.h"

static const struct {
	const char *name, *hex, *data;
	int want;
} bodies[] = {
	{ "case 1", "00A40004", "", DMSC_E_OK },
	{ "case 2", "00B0000010", "", DMSC_E_OK },
	{ "case 3", "00A40004023F00", "3F00", DMSC_E_OK },
	{ "case 4", "00A40004023F0000", "3F00", DMSC_E_OK },
	{ "case 2 extended", "00B00000000100", "", DMSC_E_OK },
	{ "case 3 extended", "00D60000000002AABB", "AABB", DMSC_E_OK },
	{ "case 4 extended", "00D60000000002AABB0000", "AABB", DMSC_E_OK },
	{ "Lc too large", "0020000108313233", "313233", DMSC_E_FORMAT },
	{ "Lc too small", "002000010131323334", "31323334", DMSC_E_FORMAT },
	{ "extended Lc too large", "00200001000008313233", "0008313233",
	    DMSC_E_FORMAT },
	{ "extended Lc of 0", "00200001000000AA", "0000AA", DMSC_E_FORMAT },
	{ "one byte of an extended field", "002000010031", "31",
	    DMSC_E_FORMAT },
	{ "no header", "0020", "", DMSC_E_FORMAT },
};

static void
test_bodies(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(bodies); i++) {
		struct dmsc_buf *b = dmsc_buf_new(64);
		struct dmsc_rd data;
		char hex[64];

		ok(dmsc_hex_get(bodies[i].hex, b) == DMSC_E_OK &&
		    dmsc_apdu_data(dmsc_buf_rd(b), &data) == bodies[i].want &&
		    strcmp(dmsc_hex(data, hex, sizeof hex), bodies[i].data)
		    == 0, bodies[i].name);
		dmsc_buf_free(&b);
	}
}

static void
test_checks(void)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_link_facts facts;
	struct dmsc_err e = { 0 };
	struct toy t;
	char out[128];

	ok(toy_send(&l, "00A40004", out, &e) == DMSC_E_NOREADER &&
	    dmsc_link_claim(&l, &e) == DMSC_E_NOREADER,
	    "a closed link is no reader");
	dmsc_link_close(&l, true);
	l = toy_link(&t);
	ok(toy_send(&l, "00A400", out, &e) == DMSC_E_USAGE && t.commands == 0,
	    "under four bytes nothing is sent");
	t.answer = 1;
	ok(toy_send(&l, "00A40004", out, &e) == DMSC_E_TRANSPORT &&
	    out[0] == '\0', "one byte is no answer");
	t.answer = 0;
	t.fail = DMSC_E_REMOVED;
	ok(toy_send(&l, "00A40004", out, &e) == DMSC_E_REMOVED,
	    "an end's failure comes through");
	dmsc_link_facts(&l, &facts);
	ok(facts.shared && strcmp(facts.protocol, "T=1") == 0, "facts");
	dmsc_link_close(&l, true);
	ok(t.closes == 1 && t.reset_card && l.ops == NULL, "close");
}

/* What a fault makes of one command: the code, the answer, the toy's part. */
static const struct {
	const char *name, *cmd, *arrives, *answer;
	struct dmsc_fault f;
	int want;
} faults[] = {
	{ "not due yet", "00B0000002", "00B0000002", "9000",
	    { .at = 2, .kind = DMSC_FAULT_BEFORE }, DMSC_E_OK },
	{ "never", "00B0000002", "00B0000002", "9000",
	    { .at = 0, .kind = DMSC_FAULT_BEFORE }, DMSC_E_OK },
	{ "before", "00B0000002", "", "",
	    { .at = 1, .kind = DMSC_FAULT_BEFORE }, DMSC_E_TRANSPORT },
	{ "before, power cut", "00B0000002", "", "",
	    { .at = 1, .kind = DMSC_FAULT_BEFORE, .sticky = true },
	    DMSC_E_REMOVED },
	{ "after", "00B0000002", "00B0000002", "",
	    { .at = 1, .kind = DMSC_FAULT_AFTER }, DMSC_E_TRANSPORT },
	{ "after, power cut", "00B0000002", "00B0000002", "",
	    { .at = 1, .kind = DMSC_FAULT_AFTER, .sticky = true },
	    DMSC_E_REMOVED },
	{ "a tear", "00D6000003AABBCC", "00D6000001AA", "",
	    { .at = 1, .kind = DMSC_FAULT_TEAR, .bytes = 1 },
	    DMSC_E_TRANSPORT },
	{ "a tear before the first byte", "00D6000003AABBCC", "", "",
	    { .at = 1, .kind = DMSC_FAULT_TEAR }, DMSC_E_TRANSPORT },
	{ "a tear behind the last byte", "00D6000003AABBCC",
	    "00D6000003AABBCC", "",
	    { .at = 1, .kind = DMSC_FAULT_TEAR, .bytes = 3 },
	    DMSC_E_TRANSPORT },
	{ "a tear of an extended update", "00D60000000003AABBCC",
	    "00D60000000002AABB", "",
	    { .at = 1, .kind = DMSC_FAULT_TEAR, .bytes = 2 },
	    DMSC_E_TRANSPORT },
	{ "a tear of something else", "00A40004023F00", "00A40004023F00", "",
	    { .at = 1, .kind = DMSC_FAULT_TEAR, .bytes = 1 },
	    DMSC_E_TRANSPORT },
	{ "a flipped bit", "00D6000002AABB", "00D6000002AABB", "AABA9000",
	    { .at = 1, .kind = DMSC_FAULT_FLIP, .bytes = 8 }, DMSC_E_OK },
	{ "a flipped bit wraps", "00D6000002AABB", "00D6000002AABB",
	    "ABBB9000",
	    { .at = 1, .kind = DMSC_FAULT_FLIP, .bytes = 32 }, DMSC_E_OK },
	{ "another status word", "00D6000002AABB", "00D6000002AABB", "6581",
	    { .at = 1, .kind = DMSC_FAULT_SW, .sw = 0x6581 }, DMSC_E_OK },
};

static void
test_fault(size_t i)
{
	struct dmsc_err e = { 0 };
	struct dmsc_link end, l = { NULL, NULL };
	struct toy t;
	char out[128], last[128];
	bool dead = faults[i].f.sticky;
	int r;

	end = toy_link(&t);
	if (!ok(dmsc_fault_over(&end, &l, &e) == DMSC_E_OK && end.ops == NULL,
	    faults[i].name))
		return;
	dmsc_fault_arm(&l, &faults[i].f);
	r = toy_send(&l, faults[i].cmd, out, &e);
	(void)dmsc_hex(dmsc_rd_of(t.last, t.last_len), last, sizeof last);
	ok(r == faults[i].want && strcmp(out, faults[i].answer) == 0 &&
	    strcmp(last, faults[i].arrives) == 0, faults[i].name);
	r = toy_send(&l, "00B00001", out, &e);
	if (faults[i].f.at < 2)
		ok(r == (dead ? DMSC_E_REMOVED : DMSC_E_OK),
		    "the command behind it");
	ok(dmsc_fault_count(&l) == 2, "counted");
	dmsc_link_close(&l, false);
	ok(t.closes == 1 && !t.reset_card, "closed with its end");
}

static void
test_dead(void)
{
	static const struct dmsc_fault cut = { .at = 1,
		.kind = DMSC_FAULT_BEFORE, .sticky = true };
	static const struct dmsc_fault back = { .at = 0 };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_link end, l = { NULL, NULL };
	struct toy t;
	char out[128];

	end = toy_link(&t);
	if (!ok(dmsc_fault_over(&end, &l, &e) == DMSC_E_OK, "a layer"))
		return;
	dmsc_fault_arm(&l, &cut);
	ok(toy_send(&l, "00B00001", out, &e) == DMSC_E_REMOVED &&
	    dmsc_link_reset(&l, true, atr, &e) == DMSC_E_REMOVED &&
	    dmsc_link_lock(&l, true, &e) == DMSC_E_REMOVED &&
	    dmsc_link_lock(&l, false, &e) == DMSC_E_OK &&
	    dmsc_link_claim(&l, &e) == DMSC_E_REMOVED && t.resets == 0,
	    "a card without power does nothing");
	dmsc_fault_arm(&l, &back);
	ok(dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK && atr->len == 2 &&
	    dmsc_link_lock(&l, true, &e) == DMSC_E_OK && t.locks == 1 &&
	    dmsc_link_claim(&l, &e) == DMSC_E_OK && t.claims == 1,
	    "power comes back");
	dmsc_link_close(&l, true);
	dmsc_buf_free(&atr);
}

int
main(void)
{
	size_t i;

	test_bodies();
	test_checks();
	for (i = 0; i < DMSC_COUNT(faults); i++)
		test_fault(i);
	test_dead();
	return tap_done();
}
