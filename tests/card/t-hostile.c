/* card: whatever comes, it answers, and its memory stays sound. */
#include <stdlib.h>

#include "card/lab.h"
#include "card/state.h"

static uint64_t seed = 0x1234567;

static unsigned
dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 11) % n;
}

/* All that changed was written. */
static bool
starts_the_same(struct dmsc_card *c)
{
	uint64_t before = state_of(c);

	return dmsc_card_power_back(c) == DMSC_E_OK && before == state_of(c);
}

static void
test_every_ins(bool activated, const char *name)
{
	static const uint8_t classes[] = { 0x00, 0x80, 0x01, 0x40, 0x0C };
	struct dmsc_card *c = lab_card(activated);
	uint8_t cmd[14] = { 0 };
	bool good = true;
	unsigned cla, ins, p, n;

	for (cla = 0; cla < DMSC_COUNT(classes); cla++)
		for (ins = 0; ins < 256; ins++)
			for (p = 0; p < 16; p++) {
				cmd[0] = classes[cla];
				cmd[1] = (uint8_t)ins;
				cmd[2] = (uint8_t)dice(p < 8 ? 1 : 256);
				cmd[3] = (uint8_t)dice(p < 12 ? 8 : 256);
				n = dice(sizeof cmd + 1);
				cmd[4] = (uint8_t)(n > 5 ? n - 5 : dice(256));
				good = lab_answers(c, cmd, n) && good;
			}
	ok(good, name);
	ok(starts_the_same(c), "and the memory is sound");
	dmsc_card_close(&c);
}

static size_t
corpus(const char *text, uint8_t *out, size_t max)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	size_t n;

	lab_command(text, b);
	n = DMSC_MIN(b->len, max);
	memcpy(out, b->p, n);
	dmsc_buf_free(&b);
	return n;
}

/* The commands that make the card, each truncated and with each bit
 * flipped, on the card half made. */
static void
test_mutations(void)
{
	const uint64_t fixed = 1;
	struct dmsc_card *c = NULL;
	uint8_t cmd[300];
	size_t i, k, n;
	bool good = dmsc_card_blank(NULL, &fixed, &c, NULL) == DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(lab_blank_steps); i++) {
		n = corpus(lab_blank_steps[i].in, cmd, sizeof cmd);
		for (k = 0; k < n; k++)
			good = lab_answers(c, cmd, k) && good;
		for (k = 0; k < n * 8; k++) {
			cmd[k / 8] ^= (uint8_t)(1u << k % 8);
			good = lab_answers(c, cmd, n) && good;
			cmd[k / 8] ^= (uint8_t)(1u << k % 8);
		}
		good = lab_answers(c, cmd, n) && good;
	}
	ok(good, "truncated and flipped commands of personalisation");
	ok(starts_the_same(c), "and the memory is sound");
	dmsc_card_close(&c);
}

/* Long wanderings: known commands with small changes. */
static void
test_random(void)
{
	static const char *const known[] = {
		"00A40004023F00", "00A4040405A000000063", "00A40800047F505031",
		"00B0000000", "00B2010400", "0070000001", "00708001",
		"00A20104024F0C", "0020000108" PIN1234, "0020000A08" ADM,
		"0020008108" PIN2468, "00D6000003112233",
		"00DC000303445566", "00440000026F13", "00040000026F13",
		"+ 82024121 83026F77 8B032F0606 80020104",
		"+ 82027821 83025F77 8B032F0606 C606900180830101",
		"00E40000026F77", "00E40000025F77", "80F2000000",
		"00B14D10055403009C3000", "00D74D1008540200005302AABB",
		"0026000108" PIN1234, "0028000108" PIN1234, "0084000008",
	};
	struct dmsc_card *c = lab_card(true);
	uint8_t cmd[300];
	size_t n, k;
	bool good = true, sound = true;
	unsigned i;

	for (i = 0; i < 20000; i++) {
		n = corpus(known[dice(DMSC_COUNT(known))], cmd, sizeof cmd);
		for (k = dice(3); k > 0; k--)
			cmd[dice((unsigned)n)] = (uint8_t)dice(256);
		if (dice(8) == 0)
			n = dice((unsigned)n + 1);
		cmd[0] |= (uint8_t)(dice(4) == 0 ? 1 : 0);
		good = lab_answers(c, cmd, n) && good;
		if (i % 500 == 499)
			sound = starts_the_same(c) && sound;
	}
	ok(good, "random commands");
	ok(sound, "the memory is sound all the time");
	dmsc_card_close(&c);
}

/* A card that is full refuses, and is as before. */
static void
test_full(void)
{
	struct dmsc_card *c = lab_card(false);
	char create[80];
	const char *got = "";
	unsigned i;
	uint64_t before = 0;

	for (i = 0; i < 400; i++) {
		(void)lab_send(c, "00A4000C023F00");
		(void)snprintf(create, sizeof create,
		    "+ 82024121 8302%04X 8B032F0601 80021000", 0x4000 + i);
		before = state_of(c);
		got = lab_send(c, create);
		if (strcmp(got, "9000") != 0)
			break;
	}
	ok(strcmp(got, "6A84") == 0 && i > 40 && before == state_of(c),
	    "a full card says 6A84 and is as before");
	ok(strcmp(lab_send(c, "00E40000024003"), "9000") == 0 &&
	    strcmp(lab_send(c, create), "9000") == 0 && starts_the_same(c),
	    "room that a deleted file left is used again");
	dmsc_card_close(&c);
}

int
main(void)
{
	test_every_ins(true, "every INS on a card in the field");
	test_every_ins(false, "every INS on a card being made");
	test_mutations();
	test_random();
	test_full();
	return tap_done();
}
