/* A small card for the tests of the card: scripts of APDUs in hex. */
#ifndef DMSC_TESTS_CARD_LAB_H
#define DMSC_TESTS_CARD_LAB_H

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "card/end.h"
#include "tap.h"
#include "tlv/ber.h"

enum { LAB_MAX = 70000, LAB_RULE = 48 };

/* in: hex, or "+" and the content of a 62 template for CREATE FILE, or "="
 * with a number and the content of that record of EF.ARR, FF added.
 * want: data and SW in hex; "~" at its end: begins so; "*": anything. */
struct step {
	const char *in, *want;
};

static inline bool
lab_wrap(int how, const struct dmsc_buf *b, struct dmsc_buf *out)
{
	struct dmsc_buf *t = dmsc_buf_new(LAB_MAX);
	bool good = t != NULL;

	if (good && how == '+')
		good = dmsc_tlv_put(t, 0x62, dmsc_buf_rd(b)) == DMSC_E_OK &&
		    dmsc_buf_u32(out, 0x00E00000) == DMSC_E_OK;
	else if (good)
		good = dmsc_buf_put(t, dmsc_rd_of(b->p + 1, b->len - 1)) ==
		    DMSC_E_OK &&
		    dmsc_buf_fill(t, 0xFF, LAB_RULE - t->len) == DMSC_E_OK &&
		    dmsc_buf_u32(out, 0x00DC0004u | (uint32_t)b->p[0] << 8)
		    == DMSC_E_OK;
	good = good && dmsc_buf_u8(out, (unsigned)t->len) == DMSC_E_OK &&
	    dmsc_buf_put(out, dmsc_buf_rd(t)) == DMSC_E_OK;
	dmsc_buf_free(&t);
	return good;
}

static inline void
lab_command(const char *text, struct dmsc_buf *out)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	bool wrap = text[0] == '+' || text[0] == '=';

	if (dmsc_hex_get(text + (wrap ? 1 : 0), b) != DMSC_E_OK ||
	    (wrap ? !lab_wrap(text[0], b, out) :
	    dmsc_buf_put(out, dmsc_buf_rd(b)) != DMSC_E_OK))
		printf("# bad test text: %s\n", text);
	dmsc_buf_free(&b);
}

/* The answer in hex ("removed" without power); valid until the next call. */
static inline const char *
lab_send(struct dmsc_card *c, const char *in)
{
	static char hex[140000];
	struct dmsc_buf *cmd = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);

	lab_command(in, cmd);
	if (dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) != DMSC_E_OK)
		(void)snprintf(hex, sizeof hex, "removed");
	else
		dmsc_hex(dmsc_buf_rd(rsp), hex, sizeof hex);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return hex;
}

static inline bool
lab_same(const char *got, const char *want)
{
	size_t i, n = strlen(want);

	if (n > 0 && want[n - 1] == '~')
		return strncmp(got, want, n - 1) == 0;
	for (i = 0; got[i] != '\0' && want[i] != '\0'; i++)
		if (want[i] != '*' && want[i] != got[i])
			return false;
	return got[i] == want[i];
}

/* Runs n steps; stops and tells at the first wrong one. */
static inline bool
lab_run(struct dmsc_card *c, const struct step *s, size_t n)
{
	const char *got;
	size_t i;

	for (i = 0; i < n; i++) {
		got = lab_send(c, s[i].in);
		if (lab_same(got, s[i].want))
			continue;
		printf("# step %zu: %s\n# want %s\n# got  %s\n", i, s[i].in,
		    s[i].want, got);
		return false;
	}
	return true;
}

#define PIN1234 "31323334FFFFFFFF"
#define PIN2468 "32343638FFFFFFFF"
#define PUK8 "3132333435363738"
#define ADM "4444444444444444"
#define AID15 "A000000063504B43532D3135"

/* MF with EF.ARR and EF.DIR, an application with files of every kind.
 * Rules of 2F06: 1 all but delete by ADM1, 2 read always and update by ADM1,
 * 3 read and update by PIN1, 4 read by PIN 81, update by ADM1 or PIN 81,
 * 5 read never, 6 delete and (de)activate always. */
static const struct step lab_blank_steps[] = {
	{ "00A40000023F00", "6A82" },
	{ "+ 82027821 83023F00 8B032F0601 C60C 9001E0 830101 83010A 830181",
	    "9000" },
	{ "+ 8205422100300A 83022F06 8B032F0602 800201E0 880130", "9000" },
	{ "=01 80017E A40683010A950108", "9000" },
	{ "=02 8001019000 800102A40683010A950108 800118A40683010A950108",
	    "9000" },
	{ "=03 800103A406830101950108", "9000" },
	{ "=04 800101A406830181950108 800102A010A40683010A950108"
	    "A406830181950108", "9000" },
	{ "=05 8001019700 8001029000", "9000" },
	{ "=06 8001589000", "9000" },
	{ "+ 82054221002602 83022F00 8B032F0602 8002004C 8801F0", "9000" },
	{ "00DC010426 611D4F0C" AID15 "5007504B4353233135 51043F007F50"
	    "FFFFFFFFFFFFFF", "9000" },
	{ "00DA01020A 988812010000500180F4", "9000" },
	{ "+ 82024121 83022FE2 8B032F0602 8002000A 880110", "9000" },
	{ "00DA020113" PIN1234 "0303" PUK8 "0A", "9000" },
	{ "00DA020A0A" ADM "0301", "9000" },
	{ "+ 82027821 83027F50 840C" AID15 "8B032F0601"
	    "C60C 9001E0 830101 83010A 830181", "9000" },
	{ "00DA028113" PIN2468 "0301" PUK8 "0A", "9000" },
	{ "+ 82024121 83025031 8B032F0602 80020020 8800", "9000" },
	{ "+ 82024121 83025032 8B032F0603 80020020 8800", "9000" },
	{ "+ 82024121 83024D10 8B032F0604 8003009C40 8800", "9000" },
	{ "+ 82024121 83024D12 8B032F0605 80020010 8800", "9000" },
	{ "+ 82054621000303 83026F10 8B032F0602 80020009 880108", "9000" },
	{ "+ 82054221000403 83026F11 8C020300 00 8002000C 880110", "6A80" },
	{ "+ 82054221000403 83026F11 8C03030000 8002000C 880110", "9000" },
	{ "+ 82024121 83026F12 AB0A 8001019000 8001029700 80020004 8800",
	    "9000" },
	{ "+ 82024121 83026F13 8B032F0606 80020004 8800", "9000" },
};

static inline struct dmsc_card *
lab_card(bool activated)
{
	static const struct step end[] = { { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK;
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);

	good = good && lab_run(c, lab_blank_steps,
	    DMSC_COUNT(lab_blank_steps));
	if (activated)
		good = good && lab_run(c, end, 1);
	good = good && dmsc_card_reset(c, atr) == DMSC_E_OK;
	if (!good)
		printf("# the card of the lab cannot be made\n");
	dmsc_buf_free(&atr);
	return c;
}

/* Two bytes of SW at least. */
static inline bool
lab_answers(struct dmsc_card *c, const uint8_t *p, size_t n)
{
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	uint8_t *tight = malloc(n > 0 ? n : 1);
	bool good;

	memcpy(tight, p, n);	/* so that the sanitizer sees overreads */
	good = dmsc_card_apdu(c, dmsc_rd_of(tight, n), rsp) == DMSC_E_OK &&
	    rsp->len >= 2 && rsp->p[rsp->len - 2] >= 0x61;
	free(tight);
	dmsc_buf_free(&rsp);
	return good;
}

/* Without the blanks. */
static inline void
lab_packed(const char *in, char *out, size_t size)
{
	size_t n = 0;

	for (; *in != '\0' && n < size - 1; in++)
		if (*in != ' ')
			out[n++] = *in;
	out[n] = '\0';
}

#endif
