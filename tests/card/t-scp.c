/* card: SCP03 as the reference trace has it, what ends it, keys that never
 * come out, the card that is locked, power cut between. */
#include "card/card.h"
#include "card/keys.h"
#include "card/lab.h"
#include "crypto/crypto.h"
#include "crypto/pairs.h"
#include "crypto/scp03.h"

#define ENC "404142434445464748494A4B4C4D4E4F"
#define MAC "505152535455565758595A5B5C5D5E5F"
#define DEK "606162636465666768696A6B6C6D6E6F"
#define ISD "A000000151000000"

/* EF.ARR 6F06 of the application: rule 1 by secure messaging alone. */
#define MASTER \
	{ "+ 82027821 83023F00 8B032F0601", "9000" }, \
	{ "+ 8205422100300A 83022F06 8B032F0602 800201E0 880130", "9000" }, \
	{ "=01 80017F 9E0140", "9000" }, \
	{ "=02 8001019000 800102 9E0140", "9000" }, \
	{ "+ 82054221002602 83022F00 8B032F0602 8002004C 8801F0", "9000" }, \
	{ "00DC010426 611D4F0C" AID15 "5007504B4353233135 51043F007F50" \
	    "FFFFFFFFFFFFFF", "9000" }, \
	{ "+ 82024121 83022FE2 8B032F0602 8002000A 880110", "9000" }, \
	{ "00A40000023F00", "~" }
#define APPLICATION \
	{ "+ 82027821 83027F50 840C" AID15 "8B032F0601", "9000" }, \
	{ "+ 8205422100300A 83026F06 8B036F0602 800201E0 8800", "9000" }, \
	{ "=01 80017F 9E0140", "9000" }, \
	{ "=02 80017F 9E0140", "9000" }, \
	{ "+ 82024121 83026432 8B036F0602 8002003C 8800", "9000" }, \
	{ "00D600003C 00010036 0000 00 0031 08002E C80025 636F61703A2F2F" \
	    "6C657368616E2E65636C6970736570726F6A656374732E696F3A3537383" \
	    "3 C10101C10203FFFF", "9000" }

static const struct step no_mf[] = { { "00A40000023F00", "6A82" } };
static const struct step files[] = { MASTER, APPLICATION };
static const struct step keys_s8[] = {
	{ "00DA033032 05 70" ENC MAC DEK, "9000" } };
static const struct step keys_s16[] = {
	{ "00DA033032 05 71" ENC MAC DEK, "9000" } };
static const struct step card_keys[] = {
	{ "00A40000023F00", "62~" },
	{ "00DA033232 05 60" DEK ENC MAC, "9000" },
	{ "00DA033232 05 62" DEK ENC MAC, "6A80" },
	{ "00DA038032 05 60" DEK ENC MAC, "6A88" },
	{ "00DA033331 05 60" DEK ENC "5051525354555657585950515253545556",
	    "6700" },
};
static const struct step lock[] = { { "00DA01040101", "9000" } };
static const struct step go[] = { { "00440000023F00", "9000" } };

static struct dmsc_card *
card(bool s16, bool of_card, bool locked)
{
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, no_mf, 1) && lab_run(c, files, DMSC_COUNT(files)) &&
	    lab_run(c, s16 ? keys_s16 : keys_s8, 1);

	if (of_card)
		good = good && lab_run(c, card_keys, DMSC_COUNT(card_keys));
	if (locked)
		good = good && lab_run(c, lock, 1);
	good = good && lab_run(c, go, 1) && dmsc_card_reset(c, atr) ==
	    DMSC_E_OK;
	if (!good)
		printf("# the card cannot be made\n");
	dmsc_buf_free(&atr);
	return c;
}

/* The trace of reference C, word for word. */
static const struct step trace_s8[] = {
	{ "00A404000C" AID15, "62~" },
	{ "00A4000402643200", "62~" },
	{ "00B0000000", "6982" },
	{ "8050300008000102030405060700", "000000000000000000003003702891BA"
	    "DAFBAA6272F2766642B60C447C0000019000" },
	{ "84823300109AF782794B294BEE77609B97C382F7D6", "9000" },
	{ "04A4000418C73F883F3C8DEC067A1A2C0D5F6FE2E7ABF00CDFE0D7991A00",
	    "B953B165BBF9FBD0EC50013FF324AD2FE42885D8BA6BA473F5871A95D75797"
	    "6C41E638E079FB687E9000" },
	{ "04B000000848DA577B439E198E00",
	    "41C9B8E9C9ED24C906FB6EA556A7E40E7E4EB2BE61FA3269AB21695617E959"
	    "4960D9A048D339DF5579C9674DEC8662CAE285F908DE6DD25B265199FC30D5"
	    "AF5A84B382A1BEB7B0F39000" },
	/* the same again: replayed */
	{ "04B000000848DA577B439E198E00", "6982" },
	{ "04B000000848DA577B439E198E00", "6982" },
	{ "00B0000000", "6982" },
};
static const struct step trace_s16[] = {
	{ "00A404000C" AID15, "62~" },
	{ "8050300010000102030405060708090A0B0C0D0E0F00",
	    "00000000000000000000300371297922FBAE80154AF13838166286AE2F1C24"
	    "952E806BD836CEEB117FAF423AA80000019000" },
	{ "848233002022E354C716365A8EC35BF955927480137483899EAC086D6A5B59"
	    "DECB38CCCF7B", "9000" },
	{ "04A400042096222C9517AAAF6A4BF9AF05CE40133D2D7376918BF886E086B4"
	    "B28191CA550700",
	    "DCBEB96CED7D90E5CF08B49274B290B553C8D0660FC73C6B0CE5EF07DE3DF8"
	    "ABF21596E2AD532600CC1FCA7E7D0B756D9000" },
	{ "04B0000010AA864B05EAFDC3BC7E3571A4DBE28D1D00",
	    "47028FD189DF3F919DE11EB7D565431380196B4E2001D43E73A324FDD55929"
	    "B76C4818985927CB9E2CCF5BF09151BDAF80E41A94B6C772AD073CBC6FA1F5"
	    "DEEAC50FBB9B676310E41A45B3128C758DE09000" },
};
/* An unprotected command ends it, and is refused. */
static const struct step bare[] = {
	{ "00A404000C" AID15, "62~" },
	{ "8050300008000102030405060700", "~" },
	{ "84823300109AF782794B294BEE77609B97C382F7D6", "9000" },
	{ "00B0000000", "6982" },
	{ "04A4000418C73F883F3C8DEC067A1A2C0D5F6FE2E7ABF00CDFE0D7991A00",
	    "6982" },
};
static const struct step broken[] = {
	{ "00A404000C" AID15, "62~" },
	{ "84823300109AF782794B294BEE77609B97C382F7D6", "6985" },
	{ "8050310008000102030405060700", "6A88" },
	{ "8050300007000102030405060700", "6700" },
	{ "8050300010000102030405060708090A0B0C0D0E0F00", "6700" },
	{ "8050300108000102030405060700", "6A86" },
	/* tries: 5, of which each beginning spends one */
	{ "8050300008000102030405060700", "~" },
	{ "84823300109BF782794B294BEE77609B97C382F7D6", "6300" },
	{ "84823300109AF782794B294BEE77609B97C382F7D6", "6985" },
	{ "8050300008000102030405060700", "~" },
	{ "8050300008000102030405060700", "~" },
	{ "8050300008000102030405060700", "~" },
	{ "8050300008000102030405060700", "~" },
	{ "8050300008000102030405060700", "6983" },
	{ "805000000800010203040506 0700", "6983" },
};
/* Discovery, and nothing else. */
static const struct step is_locked[] = {
	{ "00A4080C022F00", "9000" },
	{ "00B2010426", "611D~" },
	{ "00A4080C022FE2", "9000" },
	{ "00B000000A", "~" },
	{ "00D600000101", "6982" },
	{ "00A4080C022F06", "9000" },
	{ "00B2010430", "6982" },
	{ "00840000 08", "6982" },
	{ "0020000108" PIN1234, "6982" },
	{ "80CA9F7F00", "6982" },
	{ "80CA00E000", "6982" },
	{ "80CA006600", "6631732F06072A864886FC6B01600C060A2A864886FC6B0202"
	    "0300630906072A864886FC6B03640B06092A864886FC6B0403609000" },
	{ "00E00000", "6982" },
	{ "80D8008146", "6982" },
};

static struct dmsc_buf *
hex(const char *text)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);

	if (dmsc_hex_get(text, b) != DMSC_E_OK)
		printf("# bad test text: %s\n", text);
	return b;
}

/* A host of the card, on a channel. */
struct host {
	struct dmsc_card *c;
	struct dmsc_scp *scp;
	unsigned channel;
};

static bool
begin(struct host *h, const char *enc, const char *mac, unsigned kvn,
    unsigned level)
{
	static const uint8_t challenge[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct dmsc_buf *e = hex(enc), *m = hex(mac), *b =
	    dmsc_buf_new(LAB_MAX), *r = dmsc_buf_new(LAB_MAX);
	const struct dmsc_scp_keys k = { dmsc_buf_rd(e), dmsc_buf_rd(m),
	    dmsc_rd_of(NULL, 0) };
	struct dmsc_scp_hello hello;
	bool good;

	good = dmsc_scp_ask(h->channel, kvn, dmsc_rd_of(challenge, 8), b) ==
	    DMSC_E_OK && dmsc_card_apdu(h->c, dmsc_buf_rd(b), r) ==
	    DMSC_E_OK && r->len > 2 && dmsc_scp_hello(dmsc_rd_of(r->p,
	    r->len - 2), &hello) == DMSC_E_OK &&
	    dmsc_scp_host(&k, dmsc_rd_of(challenge, 8), &hello, &h->scp) ==
	    DMSC_E_OK;
	dmsc_buf_reset(b);
	dmsc_buf_reset(r);
	good = good && dmsc_scp_login(h->scp, h->channel, level, b) ==
	    DMSC_E_OK && dmsc_card_apdu(h->c, dmsc_buf_rd(b), r) ==
	    DMSC_E_OK && r->len == 2 && r->p[0] == 0x90 &&
	    dmsc_scp_opened(h->scp) == DMSC_E_OK;
	dmsc_buf_free(&e);
	dmsc_buf_free(&m);
	dmsc_buf_free(&b);
	dmsc_buf_free(&r);
	return good;
}

/* One protected command; the plain answer is as wanted. */
static bool
say(struct host *h, const char *in, const char *want)
{
	struct dmsc_buf *cmd = hex(in), *b = dmsc_buf_new(LAB_MAX),
	    *r = dmsc_buf_new(LAB_MAX);
	static char got[1024];
	bool good;

	good = h->scp != NULL && dmsc_scp_wrap(h->scp,
	    dmsc_buf_rd(cmd), b) == DMSC_E_OK &&
	    dmsc_card_apdu(h->c, dmsc_buf_rd(b), r) == DMSC_E_OK;
	dmsc_buf_reset(b);
	if (!good || dmsc_scp_unwrap(h->scp, dmsc_buf_rd(r), b) !=
	    DMSC_E_OK)
		(void)snprintf(got, sizeof got, "broken %04x", r->len < 2 ?
		    0u : (unsigned)r->p[r->len - 2] << 8 | r->p[r->len - 1]);
	else
		dmsc_hex(dmsc_buf_rd(b), got, sizeof got);
	good = lab_same(got, want);
	if (!good)
		printf("# %s\n# want %s\n# got  %s\n", in, want, got);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&b);
	dmsc_buf_free(&r);
	return good;
}

static void
done(struct host *h)
{
	dmsc_scp_free(&h->scp);
}

/* Keys of the card itself hold over its applications; those of an
 * application end with it. */
static void
test_homes(void)
{
	static const struct step isd[] = { { "00A4040008" ISD, "62~" } };
	static const struct step own[] = { { "00A404000C" AID15, "62~" } };
	struct host h = { card(false, true, true), NULL, 0 };

	ok(lab_run(h.c, isd, 1) && begin(&h, DEK, ENC, 0x32, 0x13) &&
	    say(&h, "00A4040C0C" AID15, "9000") &&
	    say(&h, "00A4000C026432", "9000") &&
	    say(&h, "00B0000004", "00010036~") &&
	    say(&h, "00D60000020001", "9000") &&
	    say(&h, "80CA00E000", "E012C00401308810C00402308810C0040330"
	    "88109000"), "the card's own keys hold over its applications");
	done(&h);
	ok(lab_run(h.c, own, 1) && begin(&h, ENC, MAC, 0, 0x33) &&
	    say(&h, "00A4000C026432", "9000") &&
	    say(&h, "00A4040C08" ISD, "9000") &&
	    say(&h, "00B0000004", "6982"), "those of an application end "
	    "with it");
	done(&h);
	dmsc_card_close(&h.c);
}

static void
test_channels(void)
{
	static const struct step open[] = {
		{ "0070000001", "019000" }, { "0070000001", "029000" },
		{ "0070000001", "039000" }, { "0070000001", "049000" },
		{ "41A40000023F00", "6881" },
		{ "40A404000C" AID15, "62~" },
	};
	struct host h = { card(false, true, false), NULL, 4 };

	ok(lab_run(h.c, open, DMSC_COUNT(open)) && begin(&h, ENC, MAC, 0x30,
	    0x33) && say(&h, "40A4000C026432", "9000") &&
	    say(&h, "40B0000004", "00010036~"), "on channel 4");
	ok(lab_same(lab_send(h.c, "00A404000C" AID15), "62~") &&
	    lab_same(lab_send(h.c, "00A4000C026432"), "9000") &&
	    lab_same(lab_send(h.c, "00B0000004"), "6982"),
	    "another channel has no part in it");
	ok(say(&h, "40B0000004", "00010036~"), "and does not end it");
	ok(say(&h, "4070800400", "9000"), "closed from inside");
	done(&h);
	dmsc_card_close(&h.c);
}

/* Key pairs whose rules ask for the channel: chains, long answers, and a new
 * pair go through it. */
static void
test_pairs(void)
{
	static const struct step pairs[] = {
		{ "00DA0401 000095 0205 00 039E0140 039E0140" P256_PRIVATE,
		    "9000" },
		{ "00DA0403 0004CC 0105 00 039E0140 039E0140" RSA_PRIVATE,
		    "9000" },
	};
	static const struct step own[] = {
		{ "00A4040C0C" AID15, "9000" },
		{ "002241B603840103", "9000" },
		{ "002A9E9A20" ABC_SHA256 "00", "6982" },
		{ "0046800005B60384010100", "6982" },
	};
	const uint64_t seed = 7;
	struct host h = { NULL, NULL, 0 };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);

	ok(dmsc_card_blank(NULL, &seed, &h.c, NULL) == DMSC_E_OK &&
	    lab_run(h.c, files, DMSC_COUNT(files)) &&
	    lab_run(h.c, keys_s8, 1) && lab_run(h.c, pairs, 2) &&
	    lab_run(h.c, go, 1) && dmsc_card_reset(h.c, atr) == DMSC_E_OK,
	    "key pairs that ask for a channel");
	ok(lab_run(h.c, own, DMSC_COUNT(own)), "are not used without one");
	ok(begin(&h, ENC, MAC, 0x30, 0x33) &&
	    say(&h, "002241B603840103", "9000") &&
	    say(&h, "102A90800161", "9000") &&
	    say(&h, "102A90800162", "9000") &&
	    say(&h, "002A90800163", "9000") &&
	    say(&h, "002A9E9A 000000", RSA_ABC "9000"),
	    "a chain of hashing, and an RSA signature");
	ok(say(&h, "0046800005B60384010100", "7F4943864104~") &&
	    say(&h, "002241B603840101", "9000") &&
	    say(&h, "002A9E9A20" ABC_SHA256 "00", "~"), "a new pair signs");
	done(&h);
	ok(lab_same(lab_send(h.c, "002A9E9A20" ABC_SHA256 "00"), "6982"),
	    "and nothing after its end");
	dmsc_buf_free(&atr);
	dmsc_card_close(&h.c);
}

/* PUT KEY: in by both forms, its check value, then in use; never out. */
static void
test_put_key(void)
{
	static const struct step own[] = { { "00A404000C" AID15, "62~" } };
	struct host h = { card(false, false, false), NULL, 0 };

	ok(lab_same(lab_send(h.c, "80D80081 46 31881110C9B0C57E3345143E7DFE"
	    "23996652C46003EE72CB881110180937B3F8E2EEDD013FF04A7935A9960349B6"
	    "D58811101521964893863A4747162F38F036CF9F03FB929200"), "6982"),
	    "PUT KEY in the clear");
	ok(lab_run(h.c, own, 1) && begin(&h, ENC, MAC, 0x30, 0x33) &&
	    say(&h, "80D80081 46 31881110C9B0C57E3345143E7DFE23996652C46003"
	    "EE72CB881110180937B3F8E2EEDD013FF04A7935A9960349B6D58811101521"
	    "964893863A4747162F38F036CF9F03FB929200",
	    "31EE72CB49B6D5FB92929000"), "a new set, the reference's bytes");
	ok(say(&h, "80D80081 46 31881110C9B0C57E3345143E7DFE23996652C46003"
	    "EE72CB881110180937B3F8E2EEDD013FF04A7935A9960349B6D58811101521"
	    "964893863A4747162F38F036CF9F03FB929200", "6A80"),
	    "a version that is there is not made anew");
	ok(say(&h, "80D83181 43 318810C9B0C57E3345143E7DFE23996652C46003EE"
	    "72CB8810180937B3F8E2EEDD013FF04A7935A9960349B6D588101521964893"
	    "863A4747162F38F036CF9F03FB929200", "31EE72CB49B6D5FB92929000"),
	    "replaced, the other form");
	ok(say(&h, "80D83181 43 318810C9B0C57E3345143E7DFE23996652C46003EE"
	    "72CC8810180937B3F8E2EEDD013FF04A7935A9960349B6D588101521964893"
	    "863A4747162F38F036CF9F03FB929200", "6982"),
	    "a wrong check value");
	done(&h);
	ok(lab_run(h.c, own, 1) && begin(&h,
	    "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF",
	    "B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF", 0x31, 0x33) &&
	    say(&h, "00A4000C026432", "9000"), "the new set opens it");
	ok(say(&h, "80E4000003 D20131 00", "6985") &&
	    say(&h, "80E4000006 D00101 D20130 00", "6A80") &&
	    say(&h, "80E4000003 D20132 00", "6A88") &&
	    say(&h, "80E4000103 D20130 00", "6A86") &&
	    say(&h, "80E4000003 D00101 00", "6A80") &&
	    say(&h, "80E4000003 D20130 00", "009000") &&
	    say(&h, "80E4000003 D20130 00", "6A88") &&
	    say(&h, "80E4000003 D20131 00", "6985"),
	    "keys are deleted, not those in use, not the last");
	done(&h);
	ok(lab_same(lab_send(h.c, "80E4000003 D20131 00"), "6982") &&
	    lab_run(h.c, own, 1) && lab_same(lab_send(h.c,
	    "8050300008000102030405060700"), "6A88"),
	    "nothing in the clear, and they are gone");
	dmsc_card_close(&h.c);
}

static const struct step begin_once[] = {
	{ "00A404000C" AID15, "62~" },
	{ "8050300008000102030405060700", "~" },
};

/* Wherever power is cut, the counter never goes back and a try is never
 * given. */
static void
test_power(void)
{
	struct dmsc_card *c = card(false, false, false);
	unsigned long at, writes;
	bool good;

	dmsc_card_cut(c, 0, 0);
	good = lab_run(c, begin_once, 2);
	writes = dmsc_card_writes(c);
	dmsc_card_close(&c);
	for (at = 1; good && at <= writes; at++) {
		c = card(false, false, false);
		dmsc_card_cut(c, at, 0);
		good = lab_run(c, begin_once, 1) && strcmp(lab_send(c,
		    begin_once[1].in), "removed") == 0 &&
		    dmsc_card_power_back(c) == DMSC_E_OK &&
		    lab_run(c, begin_once, 2);
		dmsc_card_close(&c);
	}
	ok(good && writes > 0, "power cut at every write of a beginning");
}

/* Version 30 by the keys A0.., B0.., C0.., with P1 before and after. */
#define PUT(p1, kvn) "80D8" p1 "81 43" kvn "8810C9B0C57E3345143E7DFE2399665" \
	"2C46003EE72CB8810180937B3F8E2EEDD013FF04A7935A9960349B6D5881015" \
	"21964893863A4747162F38F036CF9F03FB929200"

static bool
key_is(const struct dmsc_card *c, unsigned set, unsigned part,
    const char *want)
{
	struct dmsc_buf *b = hex(want);
	bool same = memcmp(c->mem->ram + DMSC_CARD_AT_KEYS + set * K_SIZE +
	    part, b->p, b->len) == 0;

	dmsc_buf_free(&b);
	return same;
}

/* All three, in the table and in use. */
static bool
holds(struct dmsc_card *c, unsigned set, unsigned kvn, bool new)
{
	static const struct step own[] = { { "00A404000C" AID15, "62~" } };
	static const char *const keys[][3] = { { ENC, MAC, DEK },
		{ "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF",
		"B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF",
		"C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF" } };
	const char *const *k = keys[new];
	struct host h = { c, NULL, 0 };
	bool good = key_is(c, set, K_ENC, k[0]) &&
	    key_is(c, set, K_MAC, k[1]) && key_is(c, set, K_DEK, k[2]) &&
	    lab_run(c, own, 1) && begin(&h, k[0], k[1], kvn, 0x33) &&
	    say(&h, "00A4000C026432", "9000");

	done(&h);
	return good;
}

/* PUT KEY with power cut at the at-th write after so many bytes, at 0: not
 * at all; how many writes there were. */
static unsigned long
put_cut(const char *in, bool replaces, unsigned long at, size_t bytes,
    bool *good)
{
	static const struct step own[] = { { "00A404000C" AID15, "62~" } };
	struct host h = { card(false, false, false), NULL, 0 };
	unsigned long writes;
	bool old, new;

	*good = lab_run(h.c, own, 1) && begin(&h, ENC, MAC, 0x30, 0x33);
	dmsc_card_cut(h.c, at, bytes);
	*good = *good && say(&h, in, at == 0 ? "~" : "broken 0000");
	writes = dmsc_card_writes(h.c);
	done(&h);
	*good = *good && dmsc_card_power_back(h.c) == DMSC_E_OK;
	if (replaces) {
		old = key_is(h.c, 0, K_ENC, ENC);
		new = !old;
		*good = *good && holds(h.c, 0, 0x30, new);
	} else {
		new = h.c->mem->ram[DMSC_CARD_AT_KEYS + K_SIZE] != 0;
		*good = *good && holds(h.c, 0, 0x30, false) &&
		    (!new || holds(h.c, 1, 0x31, true));
	}
	*good = *good && (at != 0 || new);
	if (!*good)
		printf("# write %lu, %zu bytes\n", at, bytes);
	dmsc_card_close(&h.c);
	return writes;
}

/* Old keys or new after a cut at any write, never neither. */
static void
test_put_power(void)
{
	static const struct { const char *in; bool replaces; } puts[] = {
		{ PUT("00", "31"), false }, { PUT("30", "30"), true } };
	static const size_t bytes[] = { 0, 1, 3, 11, 12, 13, 25, 30, 45, 76,
		108, 112, 113, 1000000 };
	unsigned long at, writes;
	size_t i, b;
	bool good, all;

	for (i = 0; i < DMSC_COUNT(puts); i++) {
		writes = put_cut(puts[i].in, puts[i].replaces, 0, 0, &all);
		all = all && writes > 1;
		for (at = 1; at <= writes; at++)
			for (b = 0; b < DMSC_COUNT(bytes); b++) {
				(void)put_cut(puts[i].in, puts[i].replaces,
				    at, bytes[b], &good);
				all = all && good;
			}
		ok(all, puts[i].replaces ? "power cut while keys are "
		    "replaced" : "power cut while keys are put in");
	}
}

static void
run(struct dmsc_card *c, const struct step *s, size_t n, const char *name)
{
	ok(lab_run(c, s, n), name);
	dmsc_card_close(&c);
}

/* No instruction, class and parameter brings out a byte of a key. */
static void
test_sweep(void)
{
	static const char *const keys[] = { ENC, MAC, DEK };
	struct dmsc_card *c = card(false, true, false);
	const char *got;
	unsigned cla, ins, i;
	bool clean = true;
	char in[32];

	for (cla = 0; cla <= 0x80; cla += 0x80)
		for (ins = 0; ins < 256; ins++)
			for (i = 0; i < 3; i++) {
				(void)snprintf(in, sizeof in,
				    "%02X%02X%s00", cla, ins, i == 0 ?
				    "0000" : i == 1 ? "00E0" : "0330");
				got = lab_send(c, in);
				clean = clean && strstr(got, keys[0]) ==
				    NULL && strstr(got, keys[1]) == NULL &&
				    strstr(got, keys[2]) == NULL;
			}
	ok(clean, "no instruction tells a key");
	dmsc_card_close(&c);
}

int
main(void)
{
	run(card(false, false, false), trace_s8, DMSC_COUNT(trace_s8),
	    "the reference's trace, S8; then replayed");
	run(card(true, false, false), trace_s16, DMSC_COUNT(trace_s16),
	    "the reference's trace, S16");
	run(card(false, false, false), bare, DMSC_COUNT(bare),
	    "an unprotected command ends it");
	run(card(false, false, false), broken, DMSC_COUNT(broken),
	    "refusals and tries");
	run(card(false, true, true), is_locked, DMSC_COUNT(is_locked),
	    "the card that is locked");
	test_homes();
	test_channels();
	test_pairs();
	test_put_key();
	test_power();
	test_put_power();
	test_sweep();
	return tap_done();
}
