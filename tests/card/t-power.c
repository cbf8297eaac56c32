/* card: power cut before, inside and after every write of its memory. */
#include "card/lab.h"
#include "card/state.h"

/* All that changes memory, on a card in the field. */
static const struct step story[] = {
	{ "0020000A08" ADM, "9000" },
	{ "00A4080C022FE2", "9000" },
	{ "00D600020611223344AABB", "9000" },
	{ "00A4040C0C" AID15, "9000" },
	{ "0020008108" PIN2468, "9000" },
	{ "00A4000C024D10", "9000" },
	{ "00D60000 000400 0102030405060708", "6700" },
	{ "00D60100100102030405060708090A0B0C0D0E0F10", "9000" },
	{ "00D74D1011540300900053 0A 0102030405060708090A", "9000" },
	{ "00D74D1011540300900053 0A 01020304050607080908", "9000" },
	{ "00D74D10115403009000 530A01020304050607080900", "9000" },
	{ "00A4000C026F10", "9000" },
	{ "00DC000303010203", "9000" },
	{ "00DC000303040506", "9000" },
	{ "00A4000C027F50", "9000" },
	{ "+ 82024121 83026F20 8B032F0606 80020123 8800", "9000" },
	{ "+ 82054221000803 83026F21 8B032F0606 80020018 A504C1020102 8800",
	    "9000" },
	{ "+ 82027821 83025F01 8B032F0601 C606 900180 830181", "9000" },
	{ "+ 82024121 83026F30 8B032F0606 80020040 A505C203010203", "9000" },
	{ "00A4000C027F50", "9000" },
	{ "00E40000025F01", "9000" },
	{ "00040000026F20", "9000" },
	{ "00E40000026F20", "9000" },
	{ "00440000026F21", "9000" },
	{ "00A4000C023F00", "9000" },
	{ "002400011031323334FFFFFFFF35353535FFFFFFFF", "9000" },
	{ "002600010835353535FFFFFFFF", "9000" },
	{ "002800010835353535FFFFFFFF", "9000" },
	{ "002C000110" PUK8 PIN1234, "9000" },
	{ "0020000108" "39393939FFFFFFFF", "63C2" },
	{ "0020000108" PIN1234, "9000" },
	{ "00E8000002" "2F00", "6982" },
	{ "00E6000002" "7F50", "9000" },
	{ "00FE0000", "9000" },
};
enum { STEPS = DMSC_COUNT(story) };

static uint64_t states[STEPS + 1];

/* The whole story without a cut: states between, writes in all. */
static unsigned long
tell(void)
{
	struct dmsc_card *c = lab_card(true);
	unsigned long writes;
	size_t i;
	bool good = true;

	dmsc_card_cut(c, 0, 0);
	states[0] = state_of(c);
	for (i = 0; i < STEPS; i++) {
		good = lab_run(c, &story[i], 1) && good;
		states[i + 1] = state_of(c);
	}
	ok(good, "the story without a cut");
	writes = dmsc_card_writes(c);
	dmsc_card_close(&c);
	return writes;
}

static bool
cut_once(struct dmsc_card *c, unsigned long at, size_t bytes)
{
	const char *got = "";
	size_t i;
	uint64_t s;

	dmsc_card_cut(c, at, bytes);
	for (i = 0; i < STEPS; i++) {
		got = lab_send(c, story[i].in);
		if (strcmp(got, "removed") == 0)
			break;
	}
	if (i == STEPS)
		return false;
	if (strcmp(lab_send(c, "00A40004023F00"), "removed") != 0 ||
	    dmsc_card_power_back(c) != DMSC_E_OK)
		return false;
	s = state_of(c);
	if (s != states[i] && s != states[i + 1]) {
		printf("# neither old nor new: write %lu, %zu bytes, %s\n",
		    at, bytes, story[i].in);
		return false;
	}
	return strncmp(lab_send(c, "00A40004023F00"), "62", 2) == 0;
}

/* A cut while the repair of an earlier cut is written. */
static bool
cut_twice(unsigned long at, size_t bytes)
{
	struct dmsc_card *c = lab_card(true);
	struct dmsc_mem *m = c->mem;
	uint64_t want, got;
	size_t i;

	dmsc_card_cut(c, at, bytes);
	for (i = 0; i < STEPS; i++)
		if (strcmp(lab_send(c, story[i].in), "removed") == 0)
			break;
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		return false;
	want = state_of(c);
	dmsc_card_close(&c);
	c = lab_card(true);
	m = c->mem;
	dmsc_card_cut(c, at, bytes);
	for (i = 0; i < STEPS; i++)
		if (strcmp(lab_send(c, story[i].in), "removed") == 0)
			break;
	/* the first write of the repair is torn after three bytes */
	m->dead = false;
	memcpy(m->ram, m->nvm, DMSC_MEM_SIZE);
	m->n_ranges = 0;
	if (m->ram[0] == 1 && m->ram[12 + 2] != 0)
		memcpy(m->nvm + dmsc_mem_get(m, 12, 4), m->ram + 20, 1);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		return false;
	got = state_of(c);
	dmsc_card_close(&c);
	return want == got;
}

static void
test_sweep(unsigned long writes)
{
	static const size_t bytes[] = { 0, 1, 3, 11, 12, 13, 25, 1000000 };
	struct dmsc_card *c;
	bool good = true, again = true;
	unsigned long at;
	size_t b;

	for (at = 1; at <= writes; at++)
		for (b = 0; b < DMSC_COUNT(bytes); b++) {
			c = lab_card(true);
			good = cut_once(c, at, bytes[b]) && good;
			dmsc_card_close(&c);
		}
	ok(writes > 60 && good, "old or new after a cut at any write");
	for (at = 1; at <= writes; at += 7)
		again = cut_twice(at, 1000000) && again;
	ok(again, "a repair that was cut is finished by the next");
}

static int
tries_of(struct dmsc_card *c, const char *query)
{
	const char *got = lab_send(c, query);

	return strncmp(got, "63C", 3) == 0 ? got[3] - '0' : -1;
}

/* A try is spent before the comparison: after the cut never more tries than
 * before, and whoever saw the answer has paid. */
static void
test_counters(void)
{
	static const char *const pins[] = {
		"0020000108" "39393939FFFFFFFF", "0020000108" PIN1234,
		"0024000110" "39393939FFFFFFFF" PIN2468,
	};
	static const size_t bytes[] = { 0, 1, 30, 1000000 };
	struct dmsc_card *c;
	bool good = true;
	size_t i, b;
	unsigned long at;
	int left;

	for (i = 0; i < DMSC_COUNT(pins); i++)
		for (at = 1; at <= 10; at++)
			for (b = 0; b < DMSC_COUNT(bytes); b++) {
				c = lab_card(true);
				dmsc_card_cut(c, at, bytes[b]);
				(void)lab_send(c, pins[i]);
				good = dmsc_card_power_back(c) == DMSC_E_OK &&
				    good;
				left = tries_of(c, "00200001");
				good = good && (left == 2 || left == 3);
				dmsc_card_close(&c);
			}
	ok(good, "tries after a cut VERIFY are as before or one less");
	c = lab_card(true);
	/* the counter lasts as soon as its transaction is in the journal */
	dmsc_card_cut(c, 1, 1000000);
	(void)lab_send(c, pins[0]);
	ok(dmsc_card_power_back(c) == DMSC_E_OK &&
	    tries_of(c, "00200001") == 2, "the try is paid before comparing");
	dmsc_card_close(&c);
}

/* Files that are gone leave free blocks, one behind the other; a file that
 * is made over them writes its content before it lasts. */
static void
test_over_gone(void)
{
	static const struct step gone[] = {
		{ "0020000A08" ADM, "9000" },
		{ "00A4040C0C" AID15, "9000" },
		{ "+ 82024121 83026F31 8B032F0606 80020040 8800", "9000" },
		{ "00A4000C027F50", "9000" },
		{ "+ 82024121 83026F32 8B032F0606 80020020 8800", "9000" },
		{ "00A4000C027F50", "9000" },
		{ "+ 82024121 83026F33 8B032F0606 80020050 8800", "9000" },
		{ "00A4000C027F50", "9000" },
		{ "00E40000026F31", "9000" },
		{ "00E40000026F33", "9000" },
		{ "00E40000026F32", "9000" },
	};
	static const char made[] =
	    "+ 82024121 83026F34 8B032F0606 800200C0 A503C10155 8800";
	static const size_t bytes[] = { 0, 1, 40, 1000000 };
	struct dmsc_card *c;
	uint64_t old, fresh, now;
	bool good = true;
	unsigned long at;
	size_t b;

	c = lab_card(true);
	good = lab_run(c, gone, DMSC_COUNT(gone));
	old = state_of(c);
	good = strcmp(lab_send(c, made), "9000") == 0 && good;
	fresh = state_of(c);
	dmsc_card_close(&c);
	for (at = 1; at <= 16; at++)
		for (b = 0; b < DMSC_COUNT(bytes); b++) {
			c = lab_card(true);
			good = lab_run(c, gone, DMSC_COUNT(gone)) && good;
			dmsc_card_cut(c, at, bytes[b]);
			(void)lab_send(c, made);
			good = dmsc_card_power_back(c) == DMSC_E_OK && good;
			now = state_of(c);
			good = (now == old || now == fresh) && good;
			dmsc_card_close(&c);
		}
	ok(good, "a file over files that are gone, cut at any write");
}

int
main(void)
{
	unsigned long writes = tell();

	test_sweep(writes);
	test_counters();
	test_over_gone();
	return tap_done();
}
