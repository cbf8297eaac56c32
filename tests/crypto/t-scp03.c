/* crypto: SCP03 against published vectors and a card's trace, then both ends
 * against each other; bits flipped, messages replayed, swapped, cut. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/aes.h"
#include "crypto/crypto.h"
#include "crypto/scp03.h"
#include "tap.h"

enum { MSG = 70000, EXCHANGES = 5, SAMPLE = 400, ALL = 10000 };

static struct dmsc_buf *
hex(const char *text)
{
	struct dmsc_buf *b = dmsc_buf_new(MSG);

	if (b == NULL || dmsc_hex_get(text, b) != DMSC_E_OK)
		abort();
	return b;
}

static bool
is(struct dmsc_rd r, const char *want)
{
	struct dmsc_buf *w = hex(want);
	bool same = dmsc_rd_eq(r, dmsc_buf_rd(w));

	dmsc_buf_free(&w);
	return same;
}

#define K_ENC "000102030405060708090A0B0C0D0E0F"
#define K_MAC "101112131415161718191A1B1C1D1E1F"
#define K_DEK "202122232425262728292A2B2C2D2E2F"
#define C_ENC "404142434445464748494A4B4C4D4E4F"
#define C_MAC "505152535455565758595A5B5C5D5E5F"
#define SD "A0000005591010FFFFFFFF8900000100"
#define P15 "A000000063504B43532D3135"
#define FCP "621682024121830264328A01058B036F06028002003C8800"
#define EID "BF3E125A1089882119900000000000000000000005"
#define FILE60 "00010036 0000 00 0031 08002E C80025 636F61703A2F2F" \
	"6C657368616E2E65636C6970736570726F6A656374732E696F3A35373833" \
	"C10101C10203FFFF"

/* The session keys, cryptograms and challenge of reference traces. */
static const struct {
	const char *name, *enc, *mac, *aid, *seq, *host, *card;
	const char *s_enc, *s_mac, *s_rmac, *card_gram, *host_gram;
} derived[] = {
	{ "AES-128, S8", K_ENC, K_MAC, SD, "000003", "FDF38259A1E0DE44",
	    "3B1ACA81E821F219", "BC5689F3A0B783A9ED6DA1C5C6BC1F99",
	    "0415F56CBB9E488BB171B2B66081F004",
	    "1EE185123244E047BC9D68B914BD1FBE", "081CDC01C26B372D",
	    "8C36F96BCC00724A" },
	{ "AES-192, S8", K_ENC "0001020304050607", K_MAC "1011121314151617",
	    NULL, NULL, "9B3F2EEF0E8C9374", "F6BB305A15BAE1A6",
	    "5FD0334949E96371AE7F911EA940355AB1B041597E2F61CA",
	    "436682192FFC13C9399CA38C1ADAC01498EC77FE1FB560A9",
	    "6BEBF8D1C79677A132BD21BF2A8C389374AD0BF323D420CD",
	    "8F79FB08212FBED7", "9100BC22D58B45B8" },
	{ "AES-256, S8", K_ENC K_ENC, K_MAC K_MAC, NULL, NULL,
	    "97B2055FE58599FD", "A8439A22CEDF045F",
	    "6882480F1F4CFEE7BDDF6C691B6E1549645A47543CB4FE1042B72DA7CDFDB9"
	    "58",
	    "0607C530EB8E7B6E781A70B349370DB8728C4B6ED29A24E5461864C142F98F"
	    "EC",
	    "C88CDCD5473D403CE55264626EAF308B915482E0DF3BF48E35A0F58D18C1F0"
	    "4C", "A9F1903B2834F26E", "508A0FD959D2E547" },
	{ "AES-128, S16", C_ENC, C_MAC, P15, "000001",
	    "000102030405060708090A0B0C0D0E0F",
	    "297922FBAE80154AF13838166286AE2F",
	    "76129B596B98FE1FEEBEDED20D4EDEE9",
	    "1FF7C4E07F7170C6495DC43ED9BC8EDE",
	    "E99E9B74B3765465C1AE51D539C08F15",
	    "1C24952E806BD836CEEB117FAF423AA8",
	    "22E354C716365A8EC35BF95592748013" },
	{ "AES-128, S8, PKCS#15", C_ENC, C_MAC, P15, "000001",
	    "0001020304050607", "2891BADAFBAA6272",
	    "D8D590A0E079A3F5CE67AFFFBFE49CF2",
	    "58F607240145C165741781AFCAEFE2F0",
	    "1D16F59F13C3EAAC43B625839918CD7D", "F2766642B60C447C",
	    "9AF782794B294BEE" },
};

static bool
gives(const char *key, unsigned constant, struct dmsc_rd context,
    const char *want)
{
	struct dmsc_buf *k = hex(key);
	uint8_t out[DMSC_AES_KEY_MAX];
	size_t n = strlen(want) / 2;
	bool good = dmsc_scp_derive(dmsc_buf_rd(k), constant, context, out,
	    n) == DMSC_E_OK && is(dmsc_rd_of(out, n), want);

	dmsc_buf_free(&k);
	return good;
}

static bool
derives(size_t i)
{
	struct dmsc_buf *both = hex(derived[i].host), *card, *c;
	bool good = true;

	card = hex(derived[i].card);
	if (dmsc_buf_put(both, dmsc_buf_rd(card)) != DMSC_E_OK)
		abort();
	if (derived[i].aid != NULL) {
		c = hex(derived[i].seq);
		dmsc_buf_free(&card);
		card = hex(derived[i].aid);
		if (dmsc_buf_put(c, dmsc_buf_rd(card)) != DMSC_E_OK)
			abort();
		good = gives(derived[i].enc, DMSC_SCP_K_CHALLENGE,
		    dmsc_buf_rd(c), derived[i].card);
		dmsc_buf_free(&c);
	}
	good = good && gives(derived[i].enc, DMSC_SCP_K_ENC,
	    dmsc_buf_rd(both), derived[i].s_enc) &&
	    gives(derived[i].mac, DMSC_SCP_K_MAC, dmsc_buf_rd(both),
	    derived[i].s_mac) &&
	    gives(derived[i].mac, DMSC_SCP_K_RMAC, dmsc_buf_rd(both),
	    derived[i].s_rmac) &&
	    gives(derived[i].s_mac, DMSC_SCP_K_CARD, dmsc_buf_rd(both),
	    derived[i].card_gram) &&
	    gives(derived[i].s_mac, DMSC_SCP_K_HOST, dmsc_buf_rd(both),
	    derived[i].host_gram);
	dmsc_buf_free(&card);
	dmsc_buf_free(&both);
	return good;
}

struct exchange {
	const char *plain, *sent;	/* the command */
	const char *answer, *wire;	/* NULL: not in the trace */
};
/* Whole sessions, word for word. */
static const struct session {
	const char *name, *enc, *mac, *hello;
	unsigned kvn;
	const char *host, *answer;
	unsigned level;
	const char *login;
	struct exchange x[EXCHANGES];
} sessions[] = {
	{ "level 33", K_ENC, K_MAC, "80503000 08 FDF38259A1E0DE44 00", 0x30,
	    "FDF38259A1E0DE44", "00000000000000000000 30 03 70"
	    "3B1ACA81E821F219 081CDC01C26B372D 000003", 0x33,
	    "84823300108C36F96BCC00724A4E13AD591D7DA3F0", {
	{ "80E2910006BF3E035C015A00", "84E2910018267A85DFE4A98FCA6FB0527E0D"
	    "FECCE4914E40401433C87F00", EID "9000",
	    "F3BA2B1013AA6224F5E1C138D71805C569E5439B47576260B75FC021B25097CB"
	    "2E68F8A0144975B9 9000" },
	{ "80F22002", "84F2200208AC6A59024BED84CC", "9000",
	    "98EDFD59DCD396FF 9000" },
	{ "80CA006600", "84CA006608409912AD8FB7AED000", NULL, NULL },
	{ "80F220020A4F0212345C054F9F70C5", "84F22002185F3DAFC3AC14C381536A"
	    "488BF44E06D056DF9D74DBD21E5A", NULL, NULL },
	{ "80F28002024F0000", "84F280021865165105BE3373347D0424D4400AF2AC39"
	    "3F569EC779389E00", NULL, NULL } } },
	{ "level 11", K_ENC, K_MAC, "80503000 08 B13E5F938FC108C4 00", 0x30,
	    "B13E5F938FC108C4", "000000000000000000003003703EB51047495B249F"
	    "66C484C1D2EF1948000002", 0x11,
	    "84821100107D5F5826A993EBC89EEA24957FA0B3CE", {
	{ "80E2910006BF3E035C015A00", "84E291000EBF3E035C015A558D036518A282"
	    "9700", EID "9000", EID "971BE68992DBBDFA 9000" } } },
	{ "level 03", K_ENC, K_MAC, "80503000 08 8E1552D0513C60F3 00", 0x30,
	    "8E1552D0513C60F3", "0000000000000000000030037030760CD2C47C1DD3"
	    "95065FE5EAD8A9D7000001", 0x03,
	    "8482030010FD4721A14D9B07003C451D2F8AE6BB21", {
	{ "80E2910006BF3E035C015A00", "84E2910018CA9C00F6713D79BC8BAA642BDF"
	    "F51C3F6A4082D3BD9AD26C00", EID "9000", EID "9000" } } },
	{ "AES-192", K_ENC "0001020304050607", K_MAC "1011121314151617",
	    "80503000 08 9B3F2EEF0E8C9374 00", 0x30, "9B3F2EEF0E8C9374",
	    "00000000000000000000300370 F6BB305A15BAE1A6 8F79FB08212FBED7"
	    "000001", 0x33,
	    "84823300109100BC22D58B45B86A26365CE39FF3CF", { { NULL, NULL,
	    NULL, NULL } } },
	{ "AES-256", K_ENC K_ENC, K_MAC K_MAC,
	    "80503000 08 97B2055FE58599FD 00", 0x30, "97B2055FE58599FD",
	    "00000000000000000000300370 A8439A22CEDF045F A9F1903B2834F26E"
	    "000001", 0x33,
	    "8482330010508A0FD959D2E547C6B33154A6BE2057", { { NULL, NULL,
	    NULL, NULL } } },
	{ "bootstrap read, S16", C_ENC, C_MAC,
	    "8050300010000102030405060708090A0B0C0D0E0F00", 0x30,
	    "000102030405060708090A0B0C0D0E0F",
	    "00000000000000000000300371297922FBAE80154AF13838166286AE2F1C24"
	    "952E806BD836CEEB117FAF423AA8000001", 0x33,
	    "848233002022E354C716365A8EC35BF955927480137483899EAC086D6A5B59"
	    "DECB38CCCF7B", {
	{ "00A400040264 3200", "04A400042096222C9517AAAF6A4BF9AF05CE40133D2D"
	    "7376918BF886E086B4B28191CA550700", FCP "9000",
	    "DCBEB96CED7D90E5CF08B49274B290B553C8D0660FC73C6B0CE5EF07DE3DF8"
	    "ABF21596E2AD532600CC1FCA7E7D0B756D 9000" },
	{ "00B0000000", "04B0000010AA864B05EAFDC3BC7E3571A4DBE28D1D00",
	    FILE60 "9000",
	    "47028FD189DF3F919DE11EB7D565431380196B4E2001D43E73A324FDD55929"
	    "B76C4818985927CB9E2CCF5BF09151BDAF80E41A94B6C772AD073CBC6FA1F5"
	    "DEEAC50FBB9B676310E41A45B3128C758DE0 9000" } } },
	{ "bootstrap read, S8", C_ENC, C_MAC,
	    "8050300008000102030405060700", 0x30, "0001020304050607",
	    "000000000000000000003003702891BADAFBAA6272F2766642B60C447C0000"
	    "01", 0x33, "84823300109AF782794B294BEE77609B97C382F7D6", {
	{ "00A4000402643200", "04A4000418C73F883F3C8DEC067A1A2C0D5F6FE2E7AB"
	    "F00CDFE0D7991A00", FCP "9000",
	    "B953B165BBF9FBD0EC50013FF324AD2FE42885D8BA6BA473F5871A95D75797"
	    "6C41E638E079FB687E 9000" },
	{ "00B0000000", "04B000000848DA577B439E198E00", FILE60 "9000",
	    "41C9B8E9C9ED24C906FB6EA556A7E40E7E4EB2BE61FA3269AB21695617E959"
	    "4960D9A048D339DF5579C9674DEC8662CAE285F908DE6DD25B265199FC30D5"
	    "AF5A84B382A1BEB7B0F3 9000" } } },
};

struct ends {
	struct dmsc_scp *host, *card;
};

static void
end(struct ends *e)
{
	dmsc_scp_free(&e->host);
	dmsc_scp_free(&e->card);
}

/* Both ends from the static keys, up to INITIALIZE UPDATE. */
static bool
meet(struct ends *e, const struct dmsc_scp_keys *k, unsigned i,
    struct dmsc_rd host, struct dmsc_rd card)
{
	struct dmsc_buf *b = dmsc_buf_new(MSG);
	struct dmsc_scp_hello h = { .kvn = 0x30 };
	bool good;

	memset(e, 0, sizeof *e);
	good = dmsc_scp_card(k, i, host, card, &e->card) == DMSC_E_OK &&
	    dmsc_scp_answer(e->card, &h, b) == DMSC_E_OK &&
	    dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_OK &&
	    dmsc_scp_host(k, host, &h, &e->host) == DMSC_E_OK;
	dmsc_buf_free(&b);
	return good;
}

static bool
go_through(struct ends *e, const struct exchange *x)
{
	struct dmsc_buf *plain = hex(x->plain), *b = dmsc_buf_new(MSG),
	    *wire = hex(x->wire == NULL ? "6A88" : x->wire),
	    *answer = hex(x->answer == NULL ? "6A88" : x->answer);
	bool good;

	good = dmsc_scp_wrap(e->host, dmsc_buf_rd(plain), b) == DMSC_E_OK &&
	    is(dmsc_buf_rd(b), x->sent);
	dmsc_buf_free(&b);
	b = hex(x->sent);
	dmsc_buf_reset(plain);
	good = good && dmsc_scp_take(e->card, dmsc_buf_rd(b), plain) ==
	    DMSC_E_OK && is(dmsc_buf_rd(plain), x->plain);
	dmsc_buf_reset(b);
	good = good && dmsc_scp_give(e->card, dmsc_buf_rd(answer), b) ==
	    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(wire));
	dmsc_buf_reset(b);
	good = good && dmsc_scp_unwrap(e->host, dmsc_buf_rd(wire), b) ==
	    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(answer));
	dmsc_buf_free(&plain);
	dmsc_buf_free(&b);
	dmsc_buf_free(&wire);
	dmsc_buf_free(&answer);
	return good;
}

static void
test_session(const struct session *t)
{
	struct dmsc_buf *enc = hex(t->enc), *mac = hex(t->mac),
	    *host = hex(t->host), *answer = hex(t->answer),
	    *b = dmsc_buf_new(MSG);
	const struct dmsc_scp_keys k = { dmsc_buf_rd(enc), dmsc_buf_rd(mac),
	    dmsc_rd_of(NULL, 0) };
	struct dmsc_scp_hello h;
	struct ends e = { NULL, NULL };
	bool good;
	size_t i;

	good = dmsc_scp_ask(0, t->kvn, dmsc_buf_rd(host), b) == DMSC_E_OK &&
	    is(dmsc_buf_rd(b), t->hello) &&
	    dmsc_scp_hello(dmsc_buf_rd(answer), &h) == DMSC_E_OK &&
	    dmsc_scp_host(&k, dmsc_buf_rd(host), &h, &e.host) == DMSC_E_OK &&
	    dmsc_scp_card(&k, h.i, dmsc_buf_rd(host), dmsc_rd_of(h.challenge,
	    h.n), &e.card) == DMSC_E_OK;
	dmsc_buf_reset(b);
	good = good && dmsc_scp_answer(e.card, &h, b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(answer));
	dmsc_buf_reset(b);
	good = good && dmsc_scp_login(e.host, 0, t->level, b) == DMSC_E_OK &&
	    is(dmsc_buf_rd(b), t->login) &&
	    dmsc_scp_accept(e.card, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    dmsc_scp_opened(e.host) == DMSC_E_OK;
	for (i = 0; good && i < EXCHANGES && t->x[i].plain != NULL; i++)
		good = go_through(&e, &t->x[i]);
	ok(good, t->name);
	end(&e);
	dmsc_buf_free(&enc);
	dmsc_buf_free(&mac);
	dmsc_buf_free(&host);
	dmsc_buf_free(&answer);
	dmsc_buf_free(&b);
}

/* Key check values, and keys as PUT KEY brings them, of the reference. */
static void
test_keys(void)
{
	static const struct {
		const char *key, *kcv, *wrapped;
	} rows[] = {
		{ K_ENC, "C35280", NULL },
		{ K_MAC, "013808", NULL },
		{ K_DEK, "840DE5", NULL },
		{ "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF", "EE72CB",
		    "C9B0C57E3345143E7DFE23996652C460" },
		{ "B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF", "49B6D5",
		    "180937B3F8E2EEDD013FF04A7935A996" },
		{ "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF", "FB9292",
		    "1521964893863A4747162F38F036CF9F" },
	};
	static const uint8_t zero[DMSC_AES_BLOCK];
	struct dmsc_buf *dek = hex("606162636465666768696A6B6C6D6E6F"), *k;
	uint8_t kcv[DMSC_KCV_LEN], out[DMSC_AES_BLOCK];
	struct dmsc_aes *a;
	size_t i;

	if (dmsc_aes_new(dmsc_buf_rd(dek), &a) != DMSC_E_OK)
		abort();
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		k = hex(rows[i].key);
		ok(dmsc_kcv(dmsc_buf_rd(k), kcv) == DMSC_E_OK &&
		    is(dmsc_rd_of(kcv, sizeof kcv), rows[i].kcv),
		    rows[i].kcv);
		if (rows[i].wrapped != NULL)
			ok(dmsc_aes_cbc(a, true, zero, dmsc_buf_rd(k), out)
			    == DMSC_E_OK && is(dmsc_rd_of(out, sizeof out),
			    rows[i].wrapped), rows[i].wrapped);
		dmsc_buf_free(&k);
	}
	dmsc_aes_free(&a);
	dmsc_buf_free(&dek);
}

/* A small generator: the same run each time. */
static uint32_t
draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
fill(uint32_t *seed, uint8_t *p, size_t n)
{
	while (n-- > 0)
		*p++ = (uint8_t)draw(seed);
}

/* Opened ends with drawn keys. */
static bool
pair(struct ends *e, uint32_t *seed, size_t key, unsigned i, unsigned level,
    unsigned channel)
{
	uint8_t enc[DMSC_AES_KEY_MAX] = { 0 }, hc[16] = { 0 },
	    mac[DMSC_AES_KEY_MAX] = { 0 }, cc[16] = { 0 };
	const struct dmsc_scp_keys k = { dmsc_rd_of(enc, key),
	    dmsc_rd_of(mac, key), dmsc_rd_of(NULL, 0) };
	size_t n = (i & DMSC_SCP_I_S16) != 0 ? 16 : 8;
	struct dmsc_buf *b = dmsc_buf_new(MSG);
	bool good;

	fill(seed, enc, key);
	fill(seed, mac, key);
	fill(seed, hc, n);
	fill(seed, cc, n);
	good = meet(e, &k, i, dmsc_rd_of(hc, n), dmsc_rd_of(cc, n)) &&
	    dmsc_scp_login(e->host, channel, level, b) == DMSC_E_OK &&
	    dmsc_scp_accept(e->card, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    dmsc_scp_opened(e->host) == DMSC_E_OK;
	dmsc_buf_free(&b);
	return good;
}

static const size_t key_lens[] = { 16, 24, 32 };
static const unsigned levels[] = { 0x00, 0x01, 0x03, 0x11, 0x13, 0x33 };

static unsigned
drawn_i(uint32_t *seed)
{
	return DMSC_SCP_I_RMAC | DMSC_SCP_I_RENC | (draw(seed) & 1);
}

/* A command of the case 1 to 4, short or extended, on the channel. */
static void
command(uint32_t *seed, unsigned channel, size_t max, struct dmsc_buf *b)
{
	unsigned kind = draw(seed) % 4;
	bool wide = draw(seed) % 8 == 0;
	size_t n = (kind & 2) == 0 ? 0 : 1 + draw(seed) %
	    (wide ? 2000 : max);
	uint8_t data[2000];
	uint8_t cla = (uint8_t)((draw(seed) & 1) << 7 | (channel < 4 ?
	    channel : 0x40 | (channel - 4)));
	const uint8_t head[] = { cla, (uint8_t)draw(seed), (uint8_t)draw(
	    seed), (uint8_t)draw(seed) };
	int r = dmsc_buf_put(b, dmsc_rd_of(head, sizeof head));

	if (r == DMSC_E_OK && n > 0) {
		fill(seed, data, n);
		r = wide ? dmsc_buf_u24(b, (uint32_t)n) : dmsc_buf_u8(b,
		    (unsigned)n);
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(b, dmsc_rd_of(data, n));
	} else if (r == DMSC_E_OK && wide && (kind & 1) != 0)
		r = dmsc_buf_u8(b, 0);
	if (r == DMSC_E_OK && (kind & 1) != 0)
		r = dmsc_buf_fill(b, 0, wide ? 2 : 1);
	if (r != DMSC_E_OK)
		abort();
}

static void
answer(uint32_t *seed, struct dmsc_buf *b)
{
	static const unsigned sw[] = { 0x9000, 0x9000, 0x6282, 0x63C2,
	    0x6A82, 0x6982, 0x9110 };
	size_t n = draw(seed) % 300;
	unsigned w = sw[draw(seed) % DMSC_COUNT(sw)];
	uint8_t data[300];

	fill(seed, data, n);
	if (w >> 8 == 0x6A || w == 0x6982)
		n = 0;
	if (dmsc_buf_put(b, dmsc_rd_of(data, n)) != DMSC_E_OK ||
	    dmsc_buf_u16(b, w) != DMSC_E_OK)
		abort();
}

struct talk {			/* of one exchange */
	struct dmsc_buf *cmd, *sent, *got, *rsp, *wire, *plain;
};

static void
talk_new(struct talk *t)
{
	t->cmd = dmsc_buf_new(MSG);
	t->sent = dmsc_buf_new(MSG);
	t->got = dmsc_buf_new(MSG);
	t->rsp = dmsc_buf_new(MSG);
	t->wire = dmsc_buf_new(MSG);
	t->plain = dmsc_buf_new(MSG);
}

static void
talk_free(struct talk *t)
{
	dmsc_buf_free(&t->cmd);
	dmsc_buf_free(&t->sent);
	dmsc_buf_free(&t->got);
	dmsc_buf_free(&t->rsp);
	dmsc_buf_free(&t->wire);
	dmsc_buf_free(&t->plain);
}

static bool
exchange(struct ends *e, uint32_t *seed, unsigned channel)
{
	struct talk t;
	bool good;

	talk_new(&t);
	command(seed, channel, dmsc_scp_room(e->host), t.cmd);
	answer(seed, t.rsp);
	good = dmsc_scp_wrap(e->host, dmsc_buf_rd(t.cmd), t.sent) ==
	    DMSC_E_OK &&
	    dmsc_scp_take(e->card, dmsc_buf_rd(t.sent), t.got) ==
	    DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(t.cmd), dmsc_buf_rd(t.got)) &&
	    dmsc_scp_give(e->card, dmsc_buf_rd(t.rsp), t.wire) ==
	    DMSC_E_OK &&
	    dmsc_scp_unwrap(e->host, dmsc_buf_rd(t.wire), t.plain) ==
	    DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(t.rsp), dmsc_buf_rd(t.plain));
	talk_free(&t);
	return good;
}

static void
test_random(unsigned total)
{
	uint32_t seed = 3;
	unsigned done = 0, n, channel;
	struct ends e;
	bool good = true;

	while (good && done < total) {
		channel = draw(&seed) % 20;
		good = pair(&e, &seed, key_lens[draw(&seed) % 3],
		    drawn_i(&seed), levels[draw(&seed) % 6], channel);
		for (n = 0; good && n < 16; n++, done++)
			good = exchange(&e, &seed, channel);
		end(&e);
	}
	ok(good, total == ALL ? "10,000 random exchanges" :
	    "random exchanges: every key, form, level, channel and case");
}

/* Whether a bit of the wire is one that the MAC does not cover: the channel
 * and Le of a command. */
static bool
unguarded(const struct dmsc_buf *sent, size_t bit)
{
	size_t body = (size_t)4 + 1 + sent->p[4];

	return bit / 8 == 0 ? (sent->p[0] & 0x40) != 0 ? bit % 8 < 4 :
	    bit % 8 < 2 : bit / 8 >= body;
}

static bool
dead_card(struct ends *e, struct dmsc_rd cmd, struct dmsc_buf *out)
{
	return dmsc_scp_take(e->card, cmd, out) != DMSC_E_OK &&
	    !dmsc_scp_is_open(e->card) &&
	    dmsc_scp_take(e->card, cmd, out) == DMSC_E_CHANNEL;
}

/* Every bit of a short command and of its answer, at one level. */
static void
test_flips(unsigned level, unsigned i)
{
	static const uint8_t cmd[] = { 0x00, 0xD6, 0x00, 0x10, 3, 1, 2, 3 };
	static const uint8_t rsp[] = { 9, 8, 7, 0x90, 0x00 };
	size_t bit, bits = 1;
	uint32_t seed;
	struct ends e;
	struct talk t;
	bool good = true;

	for (bit = 0; good && bit < bits; bit++) {
		seed = 99;
		talk_new(&t);
		good = pair(&e, &seed, 16, i, level, 0) &&
		    dmsc_scp_wrap(e.host, dmsc_rd_of(cmd, sizeof cmd),
		    t.sent) == DMSC_E_OK;
		bits = 8 * t.sent->len;
		t.sent->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (good && !unguarded(t.sent, bit))
			good = dead_card(&e, dmsc_buf_rd(t.sent), t.got);
		end(&e);
		talk_free(&t);
	}
	ok(good, "a flipped bit of a command ends the channel");
	for (bit = 0, bits = 1; good && bit < bits && (level & 0x10) != 0;
	    bit++) {
		seed = 99;
		talk_new(&t);
		good = pair(&e, &seed, 16, i, level, 0) &&
		    dmsc_scp_wrap(e.host, dmsc_rd_of(cmd, sizeof cmd),
		    t.sent) == DMSC_E_OK && dmsc_scp_take(e.card,
		    dmsc_buf_rd(t.sent), t.got) == DMSC_E_OK &&
		    dmsc_scp_give(e.card, dmsc_rd_of(rsp, sizeof rsp),
		    t.wire) == DMSC_E_OK;
		bits = 8 * t.wire->len;
		t.wire->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		good = good && dmsc_scp_unwrap(e.host, dmsc_buf_rd(t.wire),
		    t.plain) == DMSC_E_CHANNEL && t.plain->len == 0 &&
		    dmsc_scp_wrap(e.host, dmsc_rd_of(cmd, sizeof cmd),
		    t.sent) == DMSC_E_CHANNEL;
		end(&e);
		talk_free(&t);
	}
	ok(good, "a flipped bit of an answer ends the channel");
}

static const uint8_t one[] = { 0x00, 0xD6, 0x00, 0x00, 2, 1, 2 };
static const uint8_t two[] = { 0x00, 0xB0, 0x00, 0x00, 0x00 };
static const uint8_t fine[] = { 0x90, 0x00 };

/* One exchange, the command kept in sent. */
static bool
step(struct ends *e, struct talk *t)
{
	talk_new(t);
	return dmsc_scp_wrap(e->host, dmsc_rd_of(one, sizeof one),
	    t->sent) == DMSC_E_OK && dmsc_scp_take(e->card,
	    dmsc_buf_rd(t->sent), t->got) == DMSC_E_OK &&
	    dmsc_scp_give(e->card, dmsc_rd_of(fine, sizeof fine), t->wire) ==
	    DMSC_E_OK && dmsc_scp_unwrap(e->host, dmsc_buf_rd(t->wire),
	    t->plain) == DMSC_E_OK;
}

static void
test_cut(unsigned level, unsigned i)
{
	struct dmsc_buf *b = dmsc_buf_new(MSG);
	struct ends e;
	struct talk t;
	uint32_t seed = 5;
	size_t n;
	bool good;

	for (n = 4, good = true; good; n++) {
		good = pair(&e, &seed, 16, i, level, 0) && step(&e, &t);
		dmsc_buf_reset(t.sent);
		good = good && dmsc_scp_wrap(e.host, dmsc_rd_of(one,
		    sizeof one), t.sent) == DMSC_E_OK;
		if (n < t.sent->len)
			good = good && dead_card(&e, dmsc_rd_of(t.sent->p, n),
			    b);
		else
			n = 0;
		end(&e);
		talk_free(&t);
		if (n == 0)
			break;
	}
	ok(good, "a cut command is refused");
	dmsc_buf_free(&b);
}

static void
test_order(unsigned level, unsigned i)
{
	struct dmsc_buf *b = dmsc_buf_new(MSG);
	struct ends e;
	struct talk t, u;
	uint32_t seed = 5;
	bool good;

	good = pair(&e, &seed, 16, i, level, 1) && step(&e, &t) &&
	    dead_card(&e, dmsc_buf_rd(t.sent), b);
	end(&e);
	talk_free(&t);
	ok(good, "a replayed command is refused");
	good = pair(&e, &seed, 16, i, level, 0) && step(&e, &t) &&
	    dead_card(&e, dmsc_rd_of(two, sizeof two), b);
	end(&e);
	talk_free(&t);
	ok(good, "an unprotected command is refused");
	good = pair(&e, &seed, 16, i, level, 0);
	talk_new(&t);
	talk_new(&u);
	good = good && dmsc_scp_wrap(e.host, dmsc_rd_of(one, sizeof one),
	    t.sent) == DMSC_E_OK &&
	    dmsc_scp_take(e.card, dmsc_buf_rd(t.sent), t.got) == DMSC_E_OK &&
	    dmsc_scp_take(e.card, dmsc_buf_rd(t.sent), t.got) ==
	    DMSC_E_CHANNEL && !dmsc_scp_is_open(e.card);
	good = good && dmsc_scp_wrap(e.host, dmsc_rd_of(two, sizeof two),
	    u.sent) == DMSC_E_CHANNEL;
	end(&e);
	talk_free(&t);
	talk_free(&u);
	ok(good, "two commands with no answer between them end it");
	good = pair(&e, &seed, 16, i, level, 0) && step(&e, &t);
	if (good)		/* the second of two, before the first */
		good = step(&e, &u);
	else
		talk_new(&u);
	end(&e);
	seed = 77;
	good = good && pair(&e, &seed, 16, i, level, 0) &&
	    dead_card(&e, dmsc_buf_rd(u.sent), b);
	end(&e);
	talk_free(&t);
	talk_free(&u);
	ok(good, "a command of another session is refused");
	dmsc_buf_free(&b);
}

/* Wrong keys, wrong forms, wrong levels. */
static void
test_opening(void)
{
	static const uint8_t key[16] = { 1 }, other[16] = { 2 }, c[16];
	const struct dmsc_scp_keys k = { dmsc_rd_of(key, 16),
	    dmsc_rd_of(key, 16), dmsc_rd_of(NULL, 0) };
	const struct dmsc_scp_keys w = { dmsc_rd_of(key, 16),
	    dmsc_rd_of(other, 16), dmsc_rd_of(NULL, 0) };
	struct dmsc_buf *b = dmsc_buf_new(MSG);
	struct dmsc_scp_hello h = { .kvn = 1 };
	struct dmsc_scp *card, *host;
	size_t n, bit;
	bool good = true;

	ok(dmsc_scp_card(&k, 0x60, dmsc_rd_of(c, 8), dmsc_rd_of(c, 8),
	    &card) == DMSC_E_OK && dmsc_scp_answer(card, &h, b) ==
	    DMSC_E_OK && dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_OK &&
	    dmsc_scp_host(&w, dmsc_rd_of(c, 8), &h, &host) ==
	    DMSC_E_AUTHFAIL && host == NULL, "other keys: told by the host");
	for (n = 0; n < b->len; n++)
		good = good && dmsc_scp_hello(dmsc_rd_of(b->p, n), &h) ==
		    DMSC_E_SHORT;
	ok(good, "a cut answer to INITIALIZE UPDATE");
	b->p[11] = 2;
	ok(dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_UNSUPPORTED,
	    "SCP02 is told");
	b->p[11] = 3;
	for (bit = 13 * 8, good = true; good && bit < 8 * b->len; bit++) {
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		good = dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_OK &&
		    dmsc_scp_host(&k, dmsc_rd_of(c, 8), &h, &host) ==
		    DMSC_E_AUTHFAIL;
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ok(good, "a flipped bit of challenge or cryptogram");
	ok(dmsc_scp_hello(dmsc_buf_rd(b), &h) == DMSC_E_OK &&
	    dmsc_scp_host(&k, dmsc_rd_of(c, 8), &h, &host) == DMSC_E_OK,
	    "the right keys");
	dmsc_buf_reset(b);
	ok(dmsc_scp_login(host, 0, 0x02, b) == DMSC_E_USAGE &&
	    dmsc_scp_login(host, 0, 0x33, b) == DMSC_E_OK, "levels");
	for (bit = 0, good = true; good && bit < 8 * b->len; bit++) {
		dmsc_scp_free(&card);
		if (bit < 2 || bit / 8 == 4)	/* the channel; Lc */
			continue;
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		good = dmsc_scp_card(&k, 0x60, dmsc_rd_of(c, 8),
		    dmsc_rd_of(c, 8), &card) == DMSC_E_OK &&
		    dmsc_scp_accept(card, dmsc_buf_rd(b)) != DMSC_E_OK;
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ok(good, "a flipped bit of EXTERNAL AUTHENTICATE");
	dmsc_scp_free(&card);
	dmsc_scp_free(&host);
	ok(dmsc_scp_level_offered(0x33, 0x60) &&
	    !dmsc_scp_level_offered(0x33, 0x20) &&
	    !dmsc_scp_level_offered(0x11, 0x00) &&
	    !dmsc_scp_level_offered(0x23, 0x70), "levels and i");
	dmsc_buf_free(&b);
}

static void
test_rooms(void)
{
	struct ends e;
	uint32_t seed = 1;

	ok(pair(&e, &seed, 16, 0x60, 0x01, 0) && dmsc_scp_room(e.host) ==
	    247 && dmsc_scp_answer_room(e.host) == 256, "room, S8, C-MAC");
	end(&e);
	ok(pair(&e, &seed, 16, 0x61, 0x11, 0) && dmsc_scp_room(e.host) ==
	    239 && dmsc_scp_answer_room(e.host) == 240, "room, S16, R-MAC");
	end(&e);
	ok(pair(&e, &seed, 16, 0x60, 0x33, 0) && dmsc_scp_room(e.host) ==
	    239 && dmsc_scp_answer_room(e.host) == 239, "room, S8, all");
	end(&e);
	ok(pair(&e, &seed, 16, 0x61, 0x33, 0) && dmsc_scp_room(e.host) ==
	    223 && dmsc_scp_answer_room(e.host) == 239, "room, S16, all");
	end(&e);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(derived); i++)
		ok(derives(i), derived[i].name);
	for (i = 0; i < DMSC_COUNT(sessions); i++)
		test_session(&sessions[i]);
	test_keys();
	test_rooms();
	test_opening();
	for (i = 1; i < DMSC_COUNT(levels); i++) {
		test_flips(levels[i], 0x60);
		test_flips(levels[i], 0x61);
	}
	test_order(0x01, 0x60);
	test_order(0x33, 0x61);
	test_cut(0x01, 0x60);
	test_cut(0x33, 0x61);
	test_random(getenv("DMSC_HARD") != NULL ? ALL : SAMPLE);
	return tap_done();
}
