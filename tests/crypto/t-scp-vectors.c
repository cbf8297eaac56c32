/* crypto: SCP03, every intermediate value of the reference's vectors: inputs
 * of the derivations, vectors, padded data, MAC inputs and whole MACs; then
 * the state of both ends after each message of those sessions. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/aes.h"
#include "crypto/scp_inner.h"
#include "tap.h"

enum { ROOM = 512, STEPS = 5 };

static struct dmsc_buf *
hex(const char *text)
{
	struct dmsc_buf *b = dmsc_buf_new(ROOM);

	if (b == NULL || dmsc_hex_get(text, b) != DMSC_E_OK)
		abort();
	return b;
}

static bool
is(struct dmsc_rd r, const char *want)
{
	struct dmsc_buf *w = hex(want);
	bool same = dmsc_rd_eq(r, dmsc_buf_rd(w));
	char got[2 * ROOM + 1];

	if (!same)
		printf("# want %s\n# got  %s\n", want, dmsc_hex(r, got,
		    sizeof got));
	dmsc_buf_free(&w);
	return same;
}

#define K_ENC "000102030405060708090A0B0C0D0E0F"
#define K_MAC "101112131415161718191A1B1C1D1E1F"
#define K_DEK "202122232425262728292A2B2C2D2E2F"
#define C_ENC "404142434445464748494A4B4C4D4E4F"
#define C_MAC "505152535455565758595A5B5C5D5E5F"
#define C_DEK "606162636465666768696A6B6C6D6E6F"
#define ZERO11 "0000000000000000000000"
#define ZERO15 "000000000000000000000000000000"
#define A_BOTH "FDF38259A1E0DE443B1ACA81E821F219"
#define A_ENC "BC5689F3A0B783A9ED6DA1C5C6BC1F99"
#define A_MAC "0415F56CBB9E488BB171B2B66081F004"
#define A_RMAC "1EE185123244E047BC9D68B914BD1FBE"
#define A_CHAIN1 "4E13AD591D7DA3F0520C9B22E18D4B6A"
#define A_CHAIN2 "914E40401433C87FAA2D1C6E1EC6DCE0"
#define A_CHAIN3 "AC6A59024BED84CCBA6C7E52EEE4E99B"
#define A_CMD1 "267A85DFE4A98FCA6FB0527E0DFECCE4"
#define A_RSP1 "F3BA2B1013AA6224F5E1C138D71805C569E5439B47576260B75FC021" \
	"B25097CB"
#define AID15 "A000000063504B43532D3135"
#define S_BOTH "000102030405060708090A0B0C0D0E0F297922FBAE80154AF1383816628" \
	"6AE2F"
#define S_ENC "76129B596B98FE1FEEBEDED20D4EDEE9"
#define S_MAC "1FF7C4E07F7170C6495DC43ED9BC8EDE"
#define E_BOTH "00010203040506072891BADAFBAA6272"
#define E_ENC "D8D590A0E079A3F5CE67AFFFBFE49CF2"
#define E_MAC "58F607240145C165741781AFCAEFE2F0"

/* CMAC, whole, of the input as the reference writes it. */
static const struct {
	const char *name, *key, *in, *out;
} macs[] = {
	{ "A: card challenge", K_ENC, ZERO11 "0200004001" "000003"
	    "A0000005591010FFFFFFFF8900000100", "3B1ACA81E821F219" },
	{ "A: S-ENC", K_ENC, ZERO11 "0400008001" A_BOTH, A_ENC },
	{ "A: S-MAC", K_MAC, ZERO11 "0600008001" A_BOTH, A_MAC },
	{ "A: S-RMAC", K_MAC, ZERO11 "0700008001" A_BOTH, A_RMAC },
	{ "A: card cryptogram", A_MAC, ZERO11 "0000004001" A_BOTH,
	    "081CDC01C26B372D51B34A9418B1E137" },
	{ "A: host cryptogram", A_MAC, ZERO11 "0100004001" A_BOTH,
	    "8C36F96BCC00724A43925A8290D285B8" },
	{ "A: MAC of EXTERNAL AUTHENTICATE", A_MAC, ZERO15 "00"
	    "84823300108C36F96BCC00724A", A_CHAIN1 },
	{ "A: MAC of command 1", A_MAC, A_CHAIN1 "84E2910018" A_CMD1,
	    A_CHAIN2 },
	{ "A: R-MAC of answer 1", A_RMAC, A_CHAIN2 A_RSP1 "9000",
	    "2E68F8A0144975B99F085BC518272C55" },
	{ "A: MAC of command 2", A_MAC, A_CHAIN2 "84F2200208", A_CHAIN3 },
	{ "A: R-MAC of answer 2", A_RMAC, A_CHAIN3 "9000",
	    "98EDFD59DCD396FFA2575989EF6B4644" },
	{ "C, S16: card challenge", C_ENC, ZERO11 "0200008001" "000001"
	    AID15, "297922FBAE80154AF13838166286AE2F" },
	{ "C, S16: S-ENC", C_ENC, ZERO11 "0400008001" S_BOTH, S_ENC },
	{ "C, S16: S-MAC", C_MAC, ZERO11 "0600008001" S_BOTH, S_MAC },
	{ "C, S16: S-RMAC", C_MAC, ZERO11 "0700008001" S_BOTH,
	    "E99E9B74B3765465C1AE51D539C08F15" },
	{ "C, S16: card cryptogram", S_MAC, ZERO11 "0000008001" S_BOTH,
	    "1C24952E806BD836CEEB117FAF423AA8" },
	{ "C, S16: host cryptogram", S_MAC, ZERO11 "0100008001" S_BOTH,
	    "22E354C716365A8EC35BF95592748013" },
	{ "C, S16: MAC of EXTERNAL AUTHENTICATE", S_MAC, ZERO15 "00"
	    "848233002022E354C716365A8EC35BF95592748013",
	    "7483899EAC086D6A5B59DECB38CCCF7B" },
	{ "C, S8: card challenge", C_ENC, ZERO11 "0200004001" "000001"
	    AID15, "2891BADAFBAA6272" },
	{ "C, S8: S-ENC", C_ENC, ZERO11 "0400008001" E_BOTH, E_ENC },
	{ "C, S8: S-MAC", C_MAC, ZERO11 "0600008001" E_BOTH, E_MAC },
	{ "C, S8: S-RMAC", C_MAC, ZERO11 "0700008001" E_BOTH,
	    "1D16F59F13C3EAAC43B625839918CD7D" },
	{ "C, S8: card cryptogram", E_MAC, ZERO11 "0000004001" E_BOTH,
	    "F2766642B60C447C" },
	{ "C, S8: host cryptogram", E_MAC, ZERO11 "0100004001" E_BOTH,
	    "9AF782794B294BEE" },
	{ "C, S8: MAC of EXTERNAL AUTHENTICATE", E_MAC, ZERO15 "00"
	    "84823300109AF782794B294BEE",
	    "77609B97C382F7D6C671E8A6F3D92533" },
};

/* One block: the vectors of commands (counter) and answers (80, counter), and
 * the check values. */
static const struct {
	const char *name, *key, *in, *out;
} blocks[] = {
	{ "A: vector of command 1", A_ENC, ZERO15 "01",
	    "2130FF8BBB48C9BE46F5B4FD6945003D" },
	{ "A: vector of answer 1", A_ENC, "80" ZERO11 "00000001",
	    "A266877DA5962D0DA9C186B20337FB68" },
	{ "A: vector of command 4: the counter grew by all", A_ENC,
	    ZERO15 "04", "71F57970383DE9DB2F24A2263DAE3AB5" },
	{ "C, S16: vector of command 1", S_ENC, ZERO15 "01",
	    "95B0A51E029A04D5A1FEB5EFA7E86EE6" },
	{ "C, S16: vector of answer 2", S_ENC, "80" ZERO11 "00000002",
	    "EDD491963FE1E3D71AF163EFFAB4D2E0" },
	{ "C, S8: vector of command 1", E_ENC, ZERO15 "01",
	    "594999887EC9B815D281DA1631D13653" },
	{ "C, S8: vector of answer 2", E_ENC, "80" ZERO11 "00000002",
	    "BD32A68778AF7E275446D394D111DA47" },
};

/* Padded data under a vector. */
static const struct {
	const char *name, *key, *iv, *in, *out;
} chains[] = {
	{ "A: data of command 1", A_ENC, "2130FF8BBB48C9BE46F5B4FD6945003D",
	    "BF3E035C015A80000000000000000000", A_CMD1 },
	{ "A: data of answer 1", A_ENC, "A266877DA5962D0DA9C186B20337FB68",
	    "BF3E125A10898821199000000000000000000000058000000000000000000000"
	    , A_RSP1 },
	{ "D: Key-ENC under Key-DEK", C_DEK, ZERO15 "00",
	    "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF",
	    "C9B0C57E3345143E7DFE23996652C460" },
	{ "D: Key-MAC under Key-DEK", C_DEK, ZERO15 "00",
	    "B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF",
	    "180937B3F8E2EEDD013FF04A7935A996" },
	{ "D: Key-DEK under Key-DEK", C_DEK, ZERO15 "00",
	    "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF",
	    "1521964893863A4747162F38F036CF9F" },
};

static void
test_macs(void)
{
	struct dmsc_buf *key, *in;
	uint8_t out[DMSC_AES_BLOCK];
	struct dmsc_cmac *m;
	struct dmsc_rd part;
	size_t i;

	for (i = 0; i < DMSC_COUNT(macs); i++) {
		key = hex(macs[i].key);
		in = hex(macs[i].in);
		part = dmsc_buf_rd(in);
		ok(dmsc_cmac_new(dmsc_buf_rd(key), &m) == DMSC_E_OK &&
		    dmsc_cmac(m, &part, 1, out) == DMSC_E_OK &&
		    is(dmsc_rd_of(out, strlen(macs[i].out) / 2),
		    macs[i].out), macs[i].name);
		dmsc_cmac_free(&m);
		dmsc_buf_free(&key);
		dmsc_buf_free(&in);
	}
}

static void
test_blocks(void)
{
	struct dmsc_buf *key, *in, *iv;
	uint8_t out[ROOM];
	struct dmsc_aes *a;
	size_t i;

	for (i = 0; i < DMSC_COUNT(blocks); i++) {
		key = hex(blocks[i].key);
		in = hex(blocks[i].in);
		ok(dmsc_aes_new(dmsc_buf_rd(key), &a) == DMSC_E_OK &&
		    in->len == DMSC_AES_BLOCK &&
		    dmsc_aes_block(a, in->p, out) == DMSC_E_OK &&
		    is(dmsc_rd_of(out, DMSC_AES_BLOCK), blocks[i].out),
		    blocks[i].name);
		dmsc_aes_free(&a);
		dmsc_buf_free(&key);
		dmsc_buf_free(&in);
	}
	for (i = 0; i < DMSC_COUNT(chains); i++) {
		key = hex(chains[i].key);
		in = hex(chains[i].in);
		iv = hex(chains[i].iv);
		ok(dmsc_aes_new(dmsc_buf_rd(key), &a) == DMSC_E_OK &&
		    dmsc_aes_cbc(a, true, iv->p, dmsc_buf_rd(in), out) ==
		    DMSC_E_OK && is(dmsc_rd_of(out, in->len), chains[i].out),
		    chains[i].name);
		dmsc_aes_free(&a);
		dmsc_buf_free(&key);
		dmsc_buf_free(&in);
		dmsc_buf_free(&iv);
	}
}

/* What both ends hold after each message. */
static const struct state {
	const char *name, *enc, *mac, *host, *card;
	unsigned i;
	const char *login_chain;
	struct {
		const char *plain, *rsp, *chain, *wire;
	} x[STEPS];
} states[] = {
	{ "A", K_ENC, K_MAC, "FDF38259A1E0DE44", "3B1ACA81E821F219", 0x70,
	    A_CHAIN1, {
	{ "80E2910006BF3E035C015A00", "BF3E125A108988211990000000000000000000"
	    "0005 9000", A_CHAIN2, A_RSP1 "2E68F8A0144975B99000" },
	{ "80F22002", "9000", A_CHAIN3, "98EDFD59DCD396FF9000" },
	{ "80CA006600", "6A88", NULL, "6A88" },
	{ "80F220020A4F0212345C054F9F70C5", "6A88", NULL, "6A88" },
	{ "80F28002024F0000", "6A88", NULL, "6A88" } } },
	{ "C, S16", C_ENC, C_MAC, "000102030405060708090A0B0C0D0E0F",
	    "297922FBAE80154AF13838166286AE2F", 0x71,
	    "7483899EAC086D6A5B59DECB38CCCF7B", {
	{ "00A4000402643200", "621682024121830264328A01058B036F0602800200"
	    "3C8800 9000", "2D7376918BF886E086B4B28191CA5507",
	    "DCBEB96CED7D90E5CF08B49274B290B553C8D0660FC73C6B0CE5EF07DE3DF8"
	    "ABF21596E2AD532600CC1FCA7E7D0B756D9000" },
	{ "00B0000000", "9000", "AA864B05EAFDC3BC7E3571A4DBE28D1D",
	    NULL } } },
	{ "C, S8", C_ENC, C_MAC, "0001020304050607", "2891BADAFBAA6272",
	    0x70, "77609B97C382F7D6C671E8A6F3D92533", {
	{ "00A4000402643200", "621682024121830264328A01058B036F0602800200"
	    "3C8800 9000", NULL,
	    "B953B165BBF9FBD0EC50013FF324AD2FE42885D8BA6BA473F5871A95D75797"
	    "6C41E638E079FB687E9000" } } },
};

struct ends {
	struct dmsc_scp *host, *card;
};

static bool
open_ends(const struct state *t, struct ends *e)
{
	struct dmsc_buf *enc = hex(t->enc), *mac = hex(t->mac),
	    *hc = hex(t->host), *cc = hex(t->card), *b = dmsc_buf_new(ROOM);
	const struct dmsc_scp_keys k = { dmsc_buf_rd(enc), dmsc_buf_rd(mac),
	    dmsc_rd_of(NULL, 0) };
	struct dmsc_scp_hello h = { .kvn = 0x30 };
	bool good;

	memset(e, 0, sizeof *e);
	good = dmsc_scp_card(&k, t->i, dmsc_buf_rd(hc), dmsc_buf_rd(cc),
	    &e->card) == DMSC_E_OK &&
	    dmsc_scp_answer(e->card, &h, b) == DMSC_E_OK &&
	    dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_OK &&
	    dmsc_scp_host(&k, dmsc_buf_rd(hc), &h, &e->host) == DMSC_E_OK;
	dmsc_buf_reset(b);
	good = good && dmsc_scp_login(e->host, 0, DMSC_SCP_ALL, b) ==
	    DMSC_E_OK && dmsc_scp_accept(e->card, dmsc_buf_rd(b)) ==
	    DMSC_E_OK && dmsc_scp_opened(e->host) == DMSC_E_OK;
	dmsc_buf_free(&enc);
	dmsc_buf_free(&mac);
	dmsc_buf_free(&hc);
	dmsc_buf_free(&cc);
	dmsc_buf_free(&b);
	return good;
}

static bool
same_state(const struct ends *e, uint32_t counter, const char *chain)
{
	struct dmsc_rd h = dmsc_rd_of(e->host->chain, DMSC_SCP_BLOCK);

	return e->host->counter == counter && e->card->counter == counter &&
	    dmsc_rd_eq(h, dmsc_rd_of(e->card->chain, DMSC_SCP_BLOCK)) &&
	    (chain == NULL || *chain == '\0' || is(h, chain));
}

static bool
step(struct ends *e, const char *plain, const char *rsp, const char *wire)
{
	struct dmsc_buf *cmd = hex(plain), *sent = dmsc_buf_new(ROOM),
	    *got = dmsc_buf_new(ROOM), *ans = hex(rsp);
	bool good = dmsc_scp_wrap(e->host, dmsc_buf_rd(cmd), sent) ==
	    DMSC_E_OK && dmsc_scp_take(e->card, dmsc_buf_rd(sent), got) ==
	    DMSC_E_OK && is(dmsc_buf_rd(got), plain);

	dmsc_buf_reset(sent);
	dmsc_buf_reset(got);
	good = good && dmsc_scp_give(e->card, dmsc_buf_rd(ans), sent) ==
	    DMSC_E_OK && (wire == NULL || is(dmsc_buf_rd(sent), wire)) &&
	    dmsc_scp_unwrap(e->host, dmsc_buf_rd(sent), got) == DMSC_E_OK &&
	    is(dmsc_buf_rd(got), rsp);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&sent);
	dmsc_buf_free(&got);
	dmsc_buf_free(&ans);
	return good;
}

static void
test_states(const struct state *t)
{
	struct ends e;
	char name[64];
	size_t i;
	bool good = open_ends(t, &e) && same_state(&e, 0, t->login_chain);

	(void)snprintf(name, sizeof name, "%s: the chain after login",
	    t->name);
	ok(good, name);
	for (i = 0; good && i < STEPS && t->x[i].plain != NULL; i++) {
		good = step(&e, t->x[i].plain, t->x[i].rsp, t->x[i].wire) &&
		    same_state(&e, (uint32_t)i + 1, t->x[i].chain);
		(void)snprintf(name, sizeof name, "%s: counter and chain "
		    "after command %zu", t->name, i + 1);
		ok(good, name);
	}
	dmsc_scp_free(&e.host);
	dmsc_scp_free(&e.card);
}

int
main(void)
{
	size_t i;

	test_macs();
	test_blocks();
	for (i = 0; i < DMSC_COUNT(states); i++)
		test_states(&states[i]);
	return tap_done();
}
