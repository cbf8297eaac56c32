/* The card of the lab with key pairs in its application: 01 P-256 (PIN 81),
 * 02 for receipts, 03 RSA (PIN 81), 04 room for P-384 (PIN 81, asked for each
 * signature), 05 to verify with alone, 06 P-256 by secure channel. ADM1 makes
 * new ones, but of 05. */
#ifndef DMSC_TESTS_CARD_PAIRS_H
#define DMSC_TESTS_CARD_PAIRS_H

#include "card/lab.h"
#include "card/pkeys.h"
#include "crypto/pairs.h"

#define R_PIN81 "08A406830181950108"
#define R_ADM "08A40683010A950108"
#define R_ALWAYS "029000"
#define R_NEVER "029700"
#define R_SM "039E0140"
#define SELECT15 "00A4040C0C" AID15
#define VERIFY81 "0020008108" PIN2468
#define VERIFYADM "0020000A08" ADM

static const char *const pairs_put[] = {
	"00DA0401 00009F 020500" R_PIN81 R_ADM P256_PRIVATE,
	"00DA0402 000099 020200" R_ALWAYS R_ADM P256_PRIVATE,
	"00DA0403 0004D6 010500" R_PIN81 R_ADM RSA_PRIVATE,
	"00DA0404 15 030501" R_PIN81 R_ADM,
	"00DA0405 000064 020400" R_ALWAYS R_NEVER P256_SPKI,
	"00DA0406 00009A 020100" R_SM R_ADM P256_PRIVATE,
};

static inline struct dmsc_card *
pairs_card(void)
{
	static const struct step end[] = { { "00440000023F00", "9000" } };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_card *c = lab_card(false);
	bool good = strcmp(lab_send(c, SELECT15), "9000") == 0;
	const char *got;
	size_t i;

	for (i = 0; i < DMSC_COUNT(pairs_put); i++) {
		got = lab_send(c, pairs_put[i]);
		if (strcmp(got, "9000") != 0) {
			printf("# key %zu: %s\n", i + 1, got);
			good = false;
		}
	}
	good = good && lab_run(c, end, 1) &&
	    dmsc_card_reset(c, atr) == DMSC_E_OK;
	if (!good)
		printf("# the keys cannot be made\n");
	dmsc_buf_free(&atr);
	return c;
}

#endif
