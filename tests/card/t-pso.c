/* card: key pairs: MSE, PSO and GENERATE in every state, cut and hostile. */
#include <stdlib.h>
#include <unistd.h>

#include "card/pairs.h"
#include "card/state.h"

#define MSE_SIGN(key) "002241B603 8401" key
#define MSE_ALG(alg, key) "002241B606 8001" alg "8401" key
#define MSE_CHECK(key) "002281B603 8301" key
#define SIGN_ABC "002A9E9A20" ABC_SHA256 "00"
#define HASH_ABC "002A908003 616263"
#define GEN(key) "0046800005 B603 8401" key "00"
#define PUBLIC(key) "0046810005 B603 8401" key "00"

enum { STEPS = 14 };

static const struct {
	const char *name;
	struct step steps[STEPS];
} scripts[] = {
	{ "MSE: what there is, and what not", {
	    { MSE_SIGN("01"), "6A88" }, { SELECT15, "9000" },
	    { MSE_SIGN("01"), "9000" }, { MSE_SIGN("07"), "6A88" },
	    { MSE_SIGN("00"), "6A80" }, { MSE_ALG("42", "01"), "6A80" },
	    { MSE_ALG("44", "01"), "9000" }, { MSE_ALG("54", "01"), "9000" },
	    { MSE_ALG("74", "01"), "6A80" }, { MSE_ALG("02", "03"), "9000" },
	    { "002241B603830101", "6A80" }, { "002281B603840101", "6A80" },
	    { MSE_CHECK("05"), "9000" }, { "002241B603800144", "6A80" } } },
	{ "MSE: forms", {
	    { SELECT15, "9000" }, { "002241B6", "6700" },
	    { "002241B60184", "6A80" }, { "002241B6028401", "6A80" },
	    { "002241B60484020101", "6A80" }, { "002241B602 8400", "6A80" },
	    { "002241A403840101", "6A81" }, { "002241B803840101", "6A81" },
	    { "002241B403840101", "6A81" }, { "002241A603840101", "6A81" },
	    { "0022C1B603840101", "6A86" }, { "002241B703840101", "6A86" },
	    { "802241B603840101", "6D00" }, { "0022F301", "9000" } } },
	{ "MSE: hash template and restore", {
	    { SELECT15, "9000" }, { "002241AA03800140", "9000" },
	    { "002281AA03800160", "9000" }, { "002241AA03800144", "6A80" },
	    { "002241AA03800100", "6A80" }, { "002241AA03840140", "6A80" },
	    { "0022F302", "6A88" }, { "0022F30001 00", "6700" },
	    { VERIFY81, "9000" }, { MSE_SIGN("01"), "9000" },
	    { "0022F300", "9000" }, { SIGN_ABC, "6985" } } },
	{ "compute: order of refusals", {
	    { SELECT15, "9000" }, { SIGN_ABC, "6985" },
	    { MSE_SIGN("01"), "9000" }, { SIGN_ABC, "6982" },
	    { "002A9E9A0111", "6982" }, { MSE_SIGN("02"), "9000" },
	    { SIGN_ABC, "6985" }, { MSE_SIGN("05"), "9000" },
	    { SIGN_ABC, "6985" }, { MSE_SIGN("04"), "9000" },
	    { VERIFY81, "9000" }, { SIGN_ABC, "6A88" },
	    { MSE_SIGN("06"), "9000" }, { SIGN_ABC, "6982" } } },
	{ "compute: with the PIN", {
	    { SELECT15, "9000" }, { VERIFY81, "9000" },
	    { MSE_SIGN("01"), "9000" }, { SIGN_ABC, "~" },
	    { "002A9E9A0111", "6A80" }, { "002A9E9A", "6985" },
	    { HASH_ABC, "9000" }, { "002A9E9A00", "~" },
	    { "002A9E9A00", "6985" }, { HASH_ABC, "9000" },
	    { MSE_ALG("54", "01"), "9000" }, { "002A9E9A00", "6985" },
	    { SIGN_ABC, "6A80" }, { "002A9E9B20" ABC_SHA256, "6A86" } } },
	{ "RSA signs the same each time, also a DigestInfo", {
	    { SELECT15, "9000" }, { VERIFY81, "9000" },
	    { MSE_SIGN("03"), "9000" }, { SIGN_ABC, RSA_ABC "9000" },
	    { MSE_ALG("02", "03"), "9000" }, { "002A9E9A33 3031300D06096086"
	    "480165030402010500 0420" ABC_SHA256 "00", RSA_ABC "9000" },
	    { MSE_ALG("42", "03"), "9000" }, { HASH_ABC, "9000" },
	    { "002A9E9A00", RSA_ABC "9000" },
	    { SIGN_ABC, RSA_ABC "9000" }, { "002A9E9A0000", "6700" } } },
	{ "hash: chains and parts", {
	    { SELECT15, "9000" }, { VERIFY81, "9000" },
	    { MSE_SIGN("03"), "9000" }, { "102A90800161", "9000" },
	    { "102A90800162", "9000" }, { "002A90800163", "9000" },
	    { "002A9E9A00", RSA_ABC "9000" },
	    { "002A90A02F 9028 6A09E667BB67AE853C6EF372A54FF53A510E527F9B056"
	    "88C1F83D9AB5BE0CD19 0000000000000000 8003616263", "9000" },
	    { "002A9E9A00", RSA_ABC "9000" },
	    { "002A90A022 9020" ABC_SHA256, "9000" },
	    { "002A9E9A00", RSA_ABC "9000" }, { "002A9080", "6700" },
	    { "002A90A003 900111", "6A80" }, { "002A90A0", "6700" } } },
	{ "a chain that breaks", {
	    { SELECT15, "9000" }, { "102A90800161", "9000" },
	    { "00B0000000", "6883" }, { "00B0000000", "6986" },
	    { "102A90800161", "9000" }, { "002A90A0028000", "6883" },
	    { "10B0000000", "6884" }, { "1046800000", "6884" },
	    { "102241B603840101", "6884" }, { "902A90800161", "6884" } } },
	{ "verify", {
	    { SELECT15, "9000" }, { "002A00A8", "6985" },
	    { MSE_CHECK("05"), "9000" }, { "002A00A8", "6700" },
	    { "002A00A802 9E00", "6A80" }, { "002A00A803 9E0111", "6985" },
	    { HASH_ABC, "9000" }, { "002A00A803 9E0111", "6300" },
	    { "002A00A803 9E0111", "6985" }, { MSE_CHECK("02"), "9000" },
	    { HASH_ABC, "9000" }, { "002A00A803 9E0111", "6985" },
	    { MSE_CHECK("04"), "9000" }, { "002A00A803 9E0111", "6A88" } } },
	{ "verify: digest in the command", {
	    { SELECT15, "9000" }, { MSE_CHECK("05"), "9000" },
	    { "002A00A825 9020" ABC_SHA256 "9E0111", "6300" },
	    { "002A00A806 900111 9E0111", "6A80" },
	    { "002A00A822 9020" ABC_SHA256, "6A80" },
	    { "002A00A803 8E0111", "6A80" },
	    { "802A00A803 9E0111", "6D00" } } },
	{ "generate: forms and rights", {
	    { GEN("01"), "6A88" }, { SELECT15, "9000" },
	    { GEN("01"), "6982" }, { GEN("05"), "6985" },
	    { "0046800000", "6985" }, { "0046800003 B60100", "6A80" },
	    { "0046800005 B603840100", "6A80" },
	    { "0046800002 B600", "6A80" }, { "0046820005 B603840101", "6A86" },
	    { "0046800105 B603840101", "6A86" }, { PUBLIC("04"), "6A88" },
	    { PUBLIC("01"), "7F4943864104~" }, { VERIFY81, "9000" },
	    { GEN("01"), "6982" } } },
	{ "generate: by its type, by another, and again", {
	    { SELECT15, "9000" }, { VERIFYADM, "9000" },
	    { GEN("04"), "7F4963866104~" }, { PUBLIC("04"), "7F4963866104~" },
	    { "0046800008 B606 840104 800144 00", "7F4943864104~" },
	    { "0046800008 B606 840104 800164 00", "6A80" },
	    { MSE_SIGN("04"), "9000" }, { "004681000000", "6700" },
	    { "0046810000", "7F4943864104~" }, { GEN("05"), "6985" },
	    { SIGN_ABC, "6982" } } },
	{ "a VERIFY for each signature", {
	    { SELECT15, "9000" }, { VERIFYADM, "9000" },
	    { "0046800008 B606 840104 800144 00", "7F49~" },
	    { VERIFY81, "9000" }, { MSE_SIGN("04"), "9000" },
	    { SIGN_ABC, "~" }, { SIGN_ABC, "6982" }, { VERIFY81, "9000" },
	    { "002A9E9A0111", "6A80" }, { SIGN_ABC, "~" },
	    { SIGN_ABC, "6982" }, { MSE_SIGN("01"), "9000" },
	    { SIGN_ABC, "~" } } },
	{ "each channel has its own environment", {
	    { SELECT15, "9000" }, { VERIFY81, "9000" },
	    { MSE_SIGN("01"), "9000" }, { "0070000001", "019000" },
	    { "012A9E9A20" ABC_SHA256 "00", "6985" },
	    { "01A4040C0C" AID15, "9000" },
	    { "012241B603840103", "9000" },
	    { "012A9E9A20" ABC_SHA256 "00", RSA_ABC "9000" },
	    { "112A90800161", "9000" }, { SIGN_ABC, "~" },
	    { "00708001", "9000" }, { "0070000001", "019000" },
	    { "012A9E9A20" ABC_SHA256, "6985" } } },
	{ "the environment goes with its keys", {
	    { SELECT15, "9000" }, { VERIFY81, "9000" },
	    { MSE_SIGN("03"), "9000" }, { "00A4000C023F00", "9000" },
	    { SIGN_ABC, "6A88" }, { "00A4000C027F50", "9000" },
	    { SIGN_ABC, RSA_ABC "9000" }, { "00A4044C0C" AID15, "9000" },
	    { SELECT15, "9000" }, { SIGN_ABC, "6985" } } },
	{ "PUT DATA is over", { { SELECT15, "9000" },
	    { "00DA040115 030501" R_PIN81 R_ADM, "6985" } } },
};

static void
test_scripts(void)
{
	static char want[STEPS][600];
	struct dmsc_card *c;
	struct step s[STEPS];
	size_t i, n;

	for (i = 0; i < DMSC_COUNT(scripts); i++) {
		c = pairs_card();
		for (n = 0; n < STEPS && scripts[i].steps[n].in != NULL;
		    n++) {
			lab_packed(scripts[i].steps[n].want, want[n],
			    sizeof want[n]);
			s[n].in = scripts[i].steps[n].in;
			s[n].want = want[n];
		}
		ok(lab_run(c, s, n), scripts[i].name);
		dmsc_card_close(&c);
	}
}

/* PUT DATA of keys that are none. */
static void
test_put(void)
{
	static const struct step s[] = {
		{ SELECT15, "62~" },
		{ "00DA040003 030500", "6A88" },
		{ "00DA040102 0305", "6700" },
		{ "00DA040115 000501" R_PIN81 R_ADM, "6A80" },
		{ "00DA040115 040501" R_PIN81 R_ADM, "6A80" },
		{ "00DA040115 030001" R_PIN81 R_ADM, "6A80" },
		{ "00DA040115 031001" R_PIN81 R_ADM, "6A80" },
		{ "00DA040115 030502" R_PIN81 R_ADM, "6A80" },
		{ "00DA04010C 030501" R_PIN81, "6A80" },
		{ "00DA04010D 030501" "00" R_PIN81, "6A80" },
		{ "00DA040115 030501" "08A407830181950108" R_ADM, "6A80" },
		{ "00DA040117 030501" R_PIN81 R_ADM "3000", "6A80" },
		{ "00DA0401 00009F 030500" R_PIN81 R_ADM P256_PRIVATE,
		    "6A80" },
		{ "00DA0405 000064 020400" R_ALWAYS R_NEVER P256_SPKI,
		    "9000" },
		{ "00DA0405 000064 010400" R_ALWAYS R_NEVER P256_SPKI,
		    "6A80" },
		{ "00DA040615 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040715 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040815 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040915 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040A15 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040B15 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040C15 030501" R_PIN81 R_ADM, "9000" },
		{ "00DA040D15 030501" R_PIN81 R_ADM, "6A84" },
		{ "00DA040C15 010501" R_PIN81 R_ADM, "9000" },
		{ "0046810005 B603840105 00", "7F4943864104~" },
	};
	struct dmsc_card *c = lab_card(false);
	struct step t[DMSC_COUNT(s)];

	memcpy(t, s, sizeof t);
	t[0].want = "9000";
	ok(lab_run(c, t, DMSC_COUNT(t)), "keys that are none, and eight");
	dmsc_card_close(&c);
}

/* What the card signs, its public key verifies, and the card itself. */
static void
test_round(const char *key, const char *alg)
{
	struct dmsc_card *c = pairs_card();
	char cmd[700], sig[600], mse[40];
	const char *got;
	bool good;
	size_t n;

	(void)snprintf(cmd, sizeof cmd, "0046800008 B606 8401%s 8001%s 00",
	    key, alg);
	(void)snprintf(mse, sizeof mse, "002241B6038401%s", key);
	(void)lab_send(c, SELECT15);
	(void)lab_send(c, VERIFYADM);
	(void)lab_send(c, VERIFY81);
	got = lab_send(c, cmd);
	good = strncmp(got, "7F49", 4) == 0 || strcmp(got, "6100") == 0;
	good = strcmp(lab_send(c, mse), "9000") == 0 && good;
	good = strcmp(lab_send(c, HASH_ABC), "9000") == 0 && good;
	got = lab_send(c, "002A9E9A 000000");
	n = strlen(got) - 4;
	good = good && n >= 128 && n < sizeof sig &&
	    strcmp(got + n, "9000") == 0;
	memcpy(sig, got, good ? n : 0);
	sig[good ? n : 0] = '\0';
	mse[4] = '8';
	mse[11] = '3';
	good = good && strcmp(lab_send(c, mse), "9000") == 0 &&
	    strcmp(lab_send(c, HASH_ABC), "9000") == 0;
	n /= 2;
	(void)snprintf(cmd, sizeof cmd, "002A00A8 00%04zX 9E%s%s", n +
	    (n > 255 ? 4 : n > 127 ? 3 : 2), n > 255 ? "820100" : n == 96 ?
	    "60" : "40", sig);
	good = good && strcmp(lab_send(c, cmd), "9000") == 0;
	(void)lab_send(c, HASH_ABC);
	n = strlen(cmd) - 1;
	cmd[n] = cmd[n] == '0' ? '1' : '0';
	good = good && strcmp(lab_send(c, cmd), "6300") == 0;
	ok(good, "made, signed, verified on the card");
	dmsc_card_close(&c);
}

/* The public key of RSA is longer than one short answer. */
static void
test_long(void)
{
	struct dmsc_card *c = pairs_card();
	char want[700], got[700];
	const char *p;

	(void)lab_send(c, SELECT15);
	p = lab_send(c, "00468100 000005 B603840103 0000");
	ok(strlen(p) == 2 * 272 && strncmp(p, "7F4982010981820100", 18) == 0,
	    "extended: at once");
	(void)snprintf(want, sizeof want, "%s", p);
	p = lab_send(c, PUBLIC("03"));
	ok(strcmp(p, "6100") == 0, "short: 61xx");
	p = lab_send(c, "00C0000000");
	ok(strlen(p) == 516 && strcmp(p + 512, "610E") == 0, "then more");
	(void)snprintf(got, sizeof got, "%.512s", p);
	p = lab_send(c, "00C000000E");
	(void)snprintf(got + 512, sizeof got - 512, "%s", p);
	ok(strcmp(got, want) == 0, "and the same bytes");
	dmsc_card_close(&c);
}

/* Every length of data, by every operation: an answer, and no reading past
 * the end. */
static void
test_lengths(void)
{
	static const char *const heads[] = { "002241B6", "002281B6",
	    "002241AA", "002A9080", "002A90A0", "002A9E9A", "002A00A8",
	    "00468000", "00468100", "0022F300", "102A9080" };
	struct dmsc_card *c = pairs_card();
	char cmd[700];
	bool good = true;
	size_t i, n, k;
	const char *got;

	(void)lab_send(c, SELECT15);
	(void)lab_send(c, VERIFY81);
	(void)lab_send(c, MSE_SIGN("01"));
	(void)lab_send(c, MSE_CHECK("05"));
	for (i = 0; i < DMSC_COUNT(heads); i++)
		for (n = 1; n < 256; n++) {
			k = (size_t)snprintf(cmd, sizeof cmd, "%s%02zX",
			    heads[i], n);
			for (; k < 10 + 2 * n; k += 2)
				(void)snprintf(cmd + k, 3, "%02zX",
				    k == 10 ? (n & 1) != 0 ? 0x90 : 0xB6 :
				    k == 12 ? n : k & 0xFF);
			got = lab_send(c, cmd);
			good = good && (strlen(got) == 4 || i == 5);
		}
	ok(good, "every length of data");
	dmsc_card_close(&c);
}

/* Cut inside GENERATE: the old pair or the new one, and it signs. */
static bool
cut_once(unsigned long at, size_t bytes, bool *done)
{
	struct dmsc_card *c = pairs_card();
	static const uint8_t digest[32];
	struct dmsc_buf *pub = dmsc_buf_new(DMSC_PK_PUBLIC_MAX),
	    *sig = dmsc_buf_new(DMSC_PK_SIGNATURE_MAX);
	struct dmsc_rd d = dmsc_rd_of(digest, sizeof digest);
	enum dmsc_pk_type type;
	struct dmsc_rd told;
	uint32_t e;
	bool good;

	(void)lab_send(c, SELECT15);
	(void)lab_send(c, VERIFYADM);
	dmsc_card_cut(c, at, bytes);
	/* of another type and size than the old one */
	*done = strcmp(lab_send(c, "0046800008 B606 840103 800144 00"),
	    "removed") != 0;
	good = dmsc_card_power_back(c) == DMSC_E_OK;
	(void)lab_send(c, SELECT15);
	e = dmsc_card_pkey(c, c->channels[0].df, 3);
	good = good && e != 0 && dmsc_pk_public(dmsc_rd_of(c->mem->ram + e +
	    Q_PRIVATE, dmsc_mem_get(c->mem, e + Q_PRIVATE_LEN, 2)), &type,
	    pub) == DMSC_E_OK && type == c->mem->ram[e + Q_TYPE];
	told = dmsc_card_pkey_public(c, e);
	good = good && dmsc_rd_eq(told, dmsc_buf_rd(pub)) &&
	    dmsc_card_pkey_sign(c, e, DMSC_PK_SHA256, d, sig) == SW_OK &&
	    dmsc_pk_verify(type, told, DMSC_PK_SHA256, d, dmsc_buf_rd(sig))
	    == DMSC_E_OK;
	dmsc_buf_free(&pub);
	dmsc_buf_free(&sig);
	dmsc_card_close(&c);
	return good;
}

static void
test_power(void)
{
	static const size_t bytes[] = { 0, 1, 13, 100, 500, 1300, 1000000 };
	bool good = true, done = false;
	unsigned long at;
	size_t b;

	for (at = 1; at < 20 && !done; at++)
		for (b = 0; b < DMSC_COUNT(bytes); b++)
			good = cut_once(at, bytes[b], &done) && good;
	ok(good && done && at > 5, "old pair or new after a cut at any write");
}

/* No answer to any INS has eight bytes of a private key in it. */
static bool
leaks(const struct dmsc_card *c, const char *answer)
{
	enum { RUN = 8 };
	char hex[2 * RUN + 1];
	uint32_t e, n, k;
	unsigned i;

	for (i = 0; i < Q_KEYS; i++) {
		e = DMSC_MEM_KEYS + i * Q_SIZE;
		n = dmsc_mem_get(c->mem, e + Q_PRIVATE_LEN, 2);
		/* P-256: the number alone; the rest is public */
		for (k = n == 138 ? 36 : 300; k + RUN <= (n == 138 ? 68 : n);
		    k++) {
			dmsc_hex(dmsc_rd_of(c->mem->ram + e + Q_PRIVATE + k,
			    RUN), hex, sizeof hex);
			if (strstr(answer, hex) != NULL)
				return true;
		}
	}
	return false;
}

static void
test_secret(void)
{
	static const char *const data[] = { "", "00", "05B603840101",
	    "05B60384010300", "0384010100", "025031", "024401" };
	struct dmsc_card *c = pairs_card();
	unsigned cla, ins, p1;
	bool good = true;
	char cmd[40];
	const char *got;
	size_t d;

	(void)lab_send(c, SELECT15);
	(void)lab_send(c, VERIFY81);
	for (cla = 0; cla <= 0x80; cla += 0x80)
		for (ins = 0; ins < 256; ins++)
			for (p1 = 0; p1 < 256; p1 += 0x40)
				for (d = 0; d < DMSC_COUNT(data); d++) {
					(void)snprintf(cmd, sizeof cmd,
					    "%02X%02X%02X%02X%s", cla, ins,
					    p1 | (ins == 0x46), p1 & 0x80,
					    data[d]);
					got = lab_send(c, cmd);
					if (strlen(got) > 4)
						good = good && !leaks(c, got);
				}
	ok(good, "no INS gives out bytes of a private key");
	dmsc_card_close(&c);
}

/* Its key pairs, all of their bytes. */
static uint64_t
pairs_state(const struct dmsc_card *c)
{
	return state_mix(1, c->mem->ram + DMSC_MEM_KEYS, DMSC_MEM_KEYS_SIZE);
}

/* Each command of the scripts cut and with each bit flipped, in the order
 * that they come: an answer, and no key is another one, for nobody shows
 * ADM1. */
static void
test_bent(void)
{
	struct dmsc_card *c = pairs_card();
	uint64_t before = pairs_state(c);
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	const char *in;
	bool good = true;
	size_t i, n, k;

	for (i = 0; i < DMSC_COUNT(scripts); i++)
		for (n = 0; n < STEPS; n++) {
			in = scripts[i].steps[n].in;
			if (in == NULL || strcmp(in, VERIFYADM) == 0)
				continue;
			dmsc_buf_reset(b);
			lab_command(in, b);
			for (k = 0; k < b->len; k++)
				good = lab_answers(c, b->p, k) && good;
			for (k = 0; k < 8 * b->len; k++) {
				b->p[k / 8] ^= (uint8_t)(1u << k % 8);
				good = lab_answers(c, b->p, b->len) && good;
				b->p[k / 8] ^= (uint8_t)(1u << k % 8);
			}
			good = lab_answers(c, b->p, b->len) && good;
		}
	ok(good, "commands cut and bent");
	ok(before == pairs_state(c), "and every key is what it was");
	dmsc_buf_free(&b);
	dmsc_card_close(&c);
}

/* An image of a release without key pairs opens, and keeps what it has. */
static void
test_old_image(void)
{
	struct dmsc_card *c = lab_card(true), *again = NULL;
	char folder[TAP_FOLDER], path[TAP_FOLDER + 16];
	static const uint8_t old[] = { 0, 5, 0x30, 0 };
	static const struct step s[] = {
		{ SELECT15, "9000" }, { MSE_SIGN("01"), "6A88" },
		{ "00A4080C022FE2", "9000" }, { "00B0000002", "98889000" },
	};
	struct dmsc_err e = { 0 };
	bool good = tap_folder(folder);
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/old.img", folder);
	good = good && dmsc_card_save(c, path, &e) == DMSC_E_OK &&
	    (f = fopen(path, "r+b")) != NULL;
	if (good) {
		good = fseek(f, 20, SEEK_SET) == 0 &&
		    fwrite(old, sizeof old, 1, f) == 1 && fclose(f) == 0 &&
		    truncate(path, 64 + DMSC_MEM_OLD_SIZE) == 0;
	}
	dmsc_card_close(&c);
	good = good && dmsc_card_peek(path, &again, &e) == DMSC_E_OK;
	dmsc_card_close(&again);
	good = good && dmsc_card_open(path, &again, &e) == DMSC_E_OK &&
	    lab_run(again, s, DMSC_COUNT(s));
	dmsc_card_close(&again);
	good = good && dmsc_card_open(path, &again, &e) == DMSC_E_OK;
	ok(good, "an image without room for key pairs gets it");
	dmsc_card_close(&again);
	(void)remove(path);
	(void)rmdir(folder);
}

int
main(void)
{
	test_scripts();
	test_put();
	test_round("04", "44");
	test_round("01", "54");
	test_round("01", "42");
	test_long();
	test_lengths();
	test_power();
	test_secret();
	test_bent();
	test_old_image();
	return tap_done();
}
