/*
 * SCP03, messages at both ends. The first byte chooses level, form, key and
 * the end; two bytes of length stand before each message. Where it says so
 * the MAC is made right, so that what lies behind it is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/scp_inner.h"
#include "fuzz/replay.h"

enum { ROOM = 70000, S16 = 0x08, LONG_KEY = 0x10, HOST = 0x20,
	RIGHT_MAC = 0x40, HELLO = 0x80, MESSAGES = 64 };

struct ends {
	struct dmsc_scp *host, *card;
	struct dmsc_buf *a, *b, *c;
};

static const uint8_t key[32] = { 1, 2, 3, 4 };
static const uint8_t challenge[16] = { 5, 6, 7, 8 };
static const unsigned levels[] = { 0x33, 0x13, 0x11, 0x03, 0x01, 0x00, 0x33,
	0x11 };

static void
must(bool good)
{
	if (!good)
		abort();
}

static struct dmsc_scp_keys
keys_of(unsigned how)
{
	struct dmsc_rd k = dmsc_rd_of(key, (how & LONG_KEY) != 0 ? 32 : 16);

	return (struct dmsc_scp_keys){ k, k, k };
}

static void
open_ends(struct ends *e, unsigned how)
{
	const struct dmsc_scp_keys k = keys_of(how);
	struct dmsc_rd c = dmsc_rd_of(challenge, (how & S16) != 0 ? 16 : 8);
	struct dmsc_scp_hello h = { .kvn = 1 };

	dmsc_scp_free(&e->host);
	dmsc_scp_free(&e->card);
	dmsc_buf_reset(e->a);
	must(dmsc_scp_card(&k, 0x60 | (c.left == 16), c, c, &e->card) ==
	    DMSC_E_OK && dmsc_scp_answer(e->card, &h, e->a) == DMSC_E_OK &&
	    dmsc_scp_hello(dmsc_buf_rd(e->a), &h) == DMSC_E_OK &&
	    dmsc_scp_host(&k, c, &h, &e->host) == DMSC_E_OK);
	dmsc_buf_reset(e->a);
	must(dmsc_scp_login(e->host, 0, levels[how % 8], e->a) == DMSC_E_OK &&
	    dmsc_scp_accept(e->card, dmsc_buf_rd(e->a)) == DMSC_E_OK &&
	    dmsc_scp_opened(e->host) == DMSC_E_OK);
}

/* The MAC that the card's end will find, in place of what stands there. */
static void
mend_command(struct ends *e, struct dmsc_buf *b)
{
	uint8_t mac[DMSC_SCP_BLOCK];
	struct scp_apdu a;
	struct dmsc_rd data;

	if (scp_apdu(dmsc_buf_rd(b), &a) != DMSC_E_OK || a.data.left <
	    e->card->n)
		return;
	data = dmsc_rd_slice(a.data, 0, a.data.left - e->card->n);
	must(scp_c_mac(e->card, &a, data, mac) == DMSC_E_OK);
	memcpy(b->p + (data.p - b->p) + data.left, mac, e->card->n);
}

static void
to_card(struct ends *e, unsigned how, struct dmsc_rd m)
{
	static const uint8_t done[] = { 1, 2, 3, 0x90, 0x00 };
	int r;

	dmsc_buf_reset(e->a);
	dmsc_buf_reset(e->b);
	must(dmsc_buf_put(e->a, m) == DMSC_E_OK);
	if ((how & RIGHT_MAC) != 0)
		mend_command(e, e->a);
	r = dmsc_scp_take(e->card, dmsc_buf_rd(e->a), e->b);
	if (r == DMSC_E_OK) {
		dmsc_buf_reset(e->c);
		must(dmsc_scp_give(e->card, dmsc_rd_of(done, sizeof done),
		    e->c) == DMSC_E_OK);
		return;
	}
	/* It is over: nothing is taken any more. */
	must(!dmsc_scp_is_open(e->card) && dmsc_scp_take(e->card, m, e->b) ==
	    DMSC_E_CHANNEL);
	open_ends(e, how);
}

static void
mend_answer(struct ends *e, struct dmsc_buf *b)
{
	uint8_t mac[DMSC_SCP_BLOCK];
	size_t n = e->host->n;

	if (b->len < n + SCP_SW)
		return;
	{
		const struct dmsc_rd parts[] = {
			dmsc_rd_of(e->host->chain, sizeof e->host->chain),
			dmsc_rd_of(b->p, b->len - n - SCP_SW),
			dmsc_rd_of(b->p + b->len - SCP_SW, SCP_SW)
		};

		must(dmsc_cmac(e->host->rmac, parts, DMSC_COUNT(parts), mac)
		    == DMSC_E_OK);
	}
	memcpy(b->p + b->len - n - SCP_SW, mac, n);
}

static void
to_host(struct ends *e, unsigned how, struct dmsc_rd m)
{
	static const uint8_t cmd[] = { 0x00, 0xCA, 0, 0, 1, 9, 0 };
	int r;

	dmsc_buf_reset(e->a);
	dmsc_buf_reset(e->b);
	must(dmsc_scp_wrap(e->host, dmsc_rd_of(cmd, sizeof cmd), e->a) ==
	    DMSC_E_OK);
	dmsc_buf_reset(e->a);
	must(dmsc_buf_put(e->a, m) == DMSC_E_OK);
	if ((how & RIGHT_MAC) != 0)
		mend_answer(e, e->a);
	r = dmsc_scp_unwrap(e->host, dmsc_buf_rd(e->a), e->b);
	if (r == DMSC_E_OK)
		return;
	must(e->b->len == 0 && !dmsc_scp_is_open(e->host) &&
	    dmsc_scp_wrap(e->host, dmsc_rd_of(cmd, sizeof cmd), e->b) ==
	    DMSC_E_CHANNEL);
	open_ends(e, how);
}

/* An answer to INITIALIZE UPDATE, an EXTERNAL AUTHENTICATE. */
static void
opening(struct dmsc_rd m, unsigned how)
{
	const struct dmsc_scp_keys k = keys_of(how);
	struct dmsc_rd c = dmsc_rd_of(challenge, (how & S16) != 0 ? 16 : 8);
	struct dmsc_scp *s = NULL;
	struct dmsc_scp_hello h;

	if (dmsc_scp_hello(m, &h) == DMSC_E_OK && dmsc_scp_host(&k, c, &h,
	    &s) == DMSC_E_OK)
		must(s != NULL);
	dmsc_scp_free(&s);
	must(dmsc_scp_card(&k, 0x60 | (c.left == 16), c, c, &s) ==
	    DMSC_E_OK);
	if (dmsc_scp_accept(s, m) != DMSC_E_OK)
		must(!dmsc_scp_is_open(s));
	dmsc_scp_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd in = dmsc_rd_of(p, n), m;
	struct ends e = { NULL, NULL, dmsc_buf_new(ROOM), dmsc_buf_new(ROOM),
		dmsc_buf_new(ROOM) };
	uint8_t how = 0;
	uint16_t len;
	unsigned i = 0;

	if (dmsc_rd_u8(&in, &how) == DMSC_E_OK)
		open_ends(&e, how);
	while (i++ < MESSAGES && dmsc_rd_u16(&in, &len) == DMSC_E_OK &&
	    dmsc_rd_take(&in, DMSC_MIN(len, in.left), &m) == DMSC_E_OK)
		if ((how & HELLO) != 0)
			opening(m, how);
		else if ((how & HOST) != 0)
			to_host(&e, how, m);
		else
			to_card(&e, how, m);
	dmsc_scp_free(&e.host);
	dmsc_scp_free(&e.card);
	dmsc_buf_free(&e.a);
	dmsc_buf_free(&e.b);
	dmsc_buf_free(&e.c);
	return 0;
}

/* Conversations: how, then the messages, each with its length. */
static const struct {
	const char *name, *hex;
} seeds[] = {
	{ "commands-33", "40 000C 84F2200208AC6A59024BED84CC 0018"
	    "84E2910018267A85DFE4A98FCA6FB0527E0DFECCE4914E4040" },
	{ "commands-11-s16", "5A 0015 04B0000010AA864B05EAFDC3BC7E3571A4DBE28D"
	    "1D" },
	{ "commands-01-extended", "44 0011 04D6000000000A01020000000000000000"
	    "0007 00B00000000100" },
	{ "commands-channel-4", "40 000D 60B000000800000000000000000000" },
	{ "answers-33", "60 001A 0102030405060708090A0B0C0D0E0F100102030405060"
	    "7089000 000A 98EDFD59DCD396FF9000 0002 6A82" },
	{ "answers-11-s16", "6A 0015 0102030000000000000000000000000000000090"
	    "00" },
	{ "answers-03", "23 0005 0102039000 0002 9000" },
	{ "hello", "80 0020 00000000000000000000 30 03 70 3B1ACA81E821F219"
	    "081CDC01C26B372D 000003" },
	{ "hello-scp02", "80 001C 00000000000000000000 30 02 0000"
	    "0102030405060708090A0B0C0D0E" },
	{ "login", "90 0015 84823300108C36F96BCC00724A4E13AD591D7DA3F0" },
	{ "login-s16", "88 0025 848233002022E354C716365A8EC35BF95592748013748"
	    "3899EAC086D6A5B59DECB38CCCF7B" },
};

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	if (i >= DMSC_COUNT(seeds))
		return NULL;
	must(dmsc_hex_get(seeds[i].hex, out) == DMSC_E_OK);
	return seeds[i].name;
}
