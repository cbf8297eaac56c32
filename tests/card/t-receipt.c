/*
 * card: receipts. What is answered when, numbers that never come twice
 * wherever power is cut, and the host's witness beside the card: lost and
 * changed answers, answers in parts, secrets.
 */
#include "card/pairs.h"
#include "crypto/cms.h"
#include "crypto/signers.h"
#include "link/layers.h"
#include "link/secure.h"
#include "tap.h"

#include <unistd.h>

enum { TEXT_MAX = 1 << 20, CUTS = 3 };

#define SEED "000102030405060708090A0B0C0D0E0F" \
	"101112131415161718191A1B1C1D1E1F"
#define SHORT "80E2900024 BF7021 8020" SEED	/* one byte is missing */
#define BEGIN "80E2900025 BF7022 8020" SEED
#define NONCED "80E290002B BF7028 8020" SEED "8104 01020304"
#define GIVE "80E2910000 0014 BF7111 800F 32303236313132333135303430355A 0000"
#define VERIFY1 "0020000108" PIN1234

static const struct cert_plan plan = { "Receipts",
	"digitalSignature,nonRepudiation", 1577836800, 4733510400, false };

/* The card of the lab with a certificate for key 02. */
static struct dmsc_card *
receipt_card(void)
{
	static const struct step room[] = {
		{ VERIFYADM, "9000" }, { SELECT15, "9000" },
		{ "+ 82024121 83024412 8B032F0602 80020400 8800", "9000" },
	};
	struct dmsc_card *c = pairs_card();
	struct dmsc_buf *key = dmsc_buf_new(LAB_MAX), *hex = dmsc_buf_new(
	    LAB_MAX), *atr = dmsc_buf_new(DMSC_ATR_MAX);
	unsigned char *der = NULL;
	const unsigned char *p;
	EVP_PKEY *pk;
	X509 *x;
	int n;

	if (dmsc_hex_get(P256_PRIVATE, key) != DMSC_E_OK ||
	    !lab_run(c, room, DMSC_COUNT(room)))
		printf("# no room for a certificate\n");
	p = key->p;
	pk = d2i_AutoPrivateKey(NULL, &p, (long)key->len);
	x = new_cert(&plan, pk, NULL, pk);
	n = i2d_X509(x, &der);
	if (n <= 0 || dmsc_buf_fmt(hex, "00D60000 00%04X", (unsigned)n) !=
	    DMSC_E_OK || dmsc_hex_put(hex, dmsc_rd_of(der, (size_t)n)) !=
	    DMSC_E_OK || strcmp(lab_send(c, dmsc_buf_cstr(hex)), "9000") !=
	    0 || dmsc_card_reset(c, atr) != DMSC_E_OK)
		printf("# no certificate\n");
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(pk);
	dmsc_buf_free(&key);
	dmsc_buf_free(&hex);
	dmsc_buf_free(&atr);
	return c;
}

static const struct step answers[] = {
	{ GIVE, "6982" },		/* nobody is there */
	{ "0020000101 00", "6700" },
	{ VERIFY1, "9000" },
	{ GIVE, "6985" },		/* nothing was begun */
	{ "80E2910025 BF7022 8020" SEED, "6A86" },
	{ "80E2900125 BF7022 8020" SEED, "6A86" },
	{ SHORT, "6A80" },
	{ "80E2900003 BF7000", "6A80" },
	{ "80E2900026 BF7022 8020" SEED "00", "6A80" },
	{ "80E2900025 BF7022 8120" SEED, "6A80" },
	{ "80E290002B BF7028 8020" SEED "8204 01020304", "6A80" },
	{ "80E2900024 BF7021 801F" "00" "0102030405060708090A0B0C0D0E0F"
	    "101112131415161718191A1B1C1D1E", "6A80" },
	{ GIVE, "6985" },
	{ NONCED, "9000" },
	{ "80E2900000 0014 BF7111 800F 32303236313132333135303430355A 0000",
	    "6A86" },
	{ "80E2910000 0014 BF7111 800F 32303236313332333135303430355A 0000",
	    "6A80" },
	{ "80E2910000 0014 BF7111 800F 32303236313132333135303430355B 0000",
	    "6A80" },
	{ GIVE, "3082~" },
	{ GIVE, "3082~" },		/* the first may have been lost */
	{ "80E2900003 BF7200", "6D00" },
	/* PSO does not sign with its key, nor INTERNAL AUTHENTICATE */
	{ SELECT15, "9000" }, { VERIFY81, "9000" }, { VERIFYADM, "9000" },
	{ "002241B606 840102 800144", "~" },
	{ "002A9E9A20 BA7816BF8F01CFEA414140DE5DAE2223"
	    "B00361A396177A9CB410FF61F20015AD00", "6985" },
	{ "0088000008 0102030405060708 00", "6D00" },
	{ BEGIN, "9000" },
	{ GIVE, "3082~" },
};

static void
test_answers(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_card *c = receipt_card(), *none = pairs_card();

	ok(lab_run(c, answers, DMSC_COUNT(answers)), "what is answered");
	ok(dmsc_card_reset(c, atr) == DMSC_E_OK &&
	    strcmp(lab_send(c, VERIFY1), "9000") == 0 &&
	    strcmp(lab_send(c, GIVE), "6985") == 0, "a reset ends it");
	ok(strcmp(lab_send(none, BEGIN), "6D00") == 0,
	    "a key without a certificate is none");
	dmsc_card_close(&none);
	dmsc_card_close(&c);
	dmsc_buf_free(&atr);
}

/* What the card says it has signed. */
static bool
given(struct dmsc_card *c, struct dmsc_receipt_content *out)
{
	struct dmsc_buf *cmd = dmsc_buf_new(LAB_MAX),
	    *rsp = dmsc_buf_new(LAB_MAX), *der = dmsc_buf_new(LAB_MAX);
	bool good;

	lab_command(GIVE, cmd);
	good = dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) == DMSC_E_OK &&
	    rsp->len > 2 && dmsc_cms_get_content(dmsc_rd_of(rsp->p,
	    rsp->len - 2), der) == DMSC_E_OK &&
	    dmsc_receipt_get(dmsc_buf_rd(der), out) == DMSC_E_OK;
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	dmsc_buf_free(&der);
	return good;
}

static bool
begun(struct dmsc_card *c)
{
	return strcmp(lab_send(c, BEGIN), "9000") == 0 &&
	    strcmp(lab_send(c, VERIFY1), "9000") == 0;
}

/* Power cut at every write of a receipt, before, inside and at its end. */
static void
test_power(void)
{
	static const size_t bytes[CUTS] = { 0, 3, 1000 };
	struct dmsc_card *c = receipt_card();
	struct dmsc_receipt_content r = { .counter = 0 };
	unsigned long at, writes;
	uint32_t last, was;
	bool good;
	size_t i;

	good = begun(c);
	dmsc_card_cut(c, 0, 0);
	good = good && given(c, &r) && r.counter == 1;
	writes = dmsc_card_writes(c);
	for (i = 0; good && i < CUTS; i++)
		for (at = 1; good && at <= writes + 1; at++) {
			was = last = r.counter;
			good = begun(c);
			dmsc_card_cut(c, at, bytes[i]);
			if (given(c, &r))
				last = r.counter;
			good = good && (at > writes) == (last > was) &&
			    dmsc_card_power_back(c) == DMSC_E_OK &&
			    begun(c) && given(c, &r) && r.counter > last &&
			    r.counter <= last + 2;
		}
	ok(good && writes > 2, "no number comes twice wherever power is cut");
	dmsc_card_close(&c);
	c = receipt_card();
	dmsc_mem_u32(c->mem, DMSC_CARD_AT_RECEIPTS, UINT32_MAX - 1);
	ok(dmsc_card_keep(c) == SW_OK && begun(c) && given(c, &r) &&
	    r.counter == UINT32_MAX && strcmp(lab_send(c, GIVE), "6985") ==
	    0, "the last number is the last receipt");
	dmsc_card_close(&c);
}

/* A host with a witness over a card that may fail. */
struct host {
	struct dmsc_card *c;
	struct dmsc_link fault, secure;
	struct dmsc_witness *w;
};

static bool
host_begin(struct host *h)
{
	struct dmsc_link end = { NULL, NULL }, fault = { NULL, NULL };
	struct dmsc_buf *seed = dmsc_buf_new(DMSC_RECEIPT_SEED);
	struct dmsc_card *c = receipt_card();
	bool good = begun(c) && dmsc_hex_get(SEED, seed) == DMSC_E_OK;

	h->c = c;
	good = good && dmsc_card_end(&c, &end) == DMSC_E_OK &&
	    dmsc_fault_over(&end, &fault, NULL) == DMSC_E_OK;
	h->fault = fault;
	good = good && dmsc_secure_over(&fault, &h->secure, NULL) ==
	    DMSC_E_OK && dmsc_witness_new("/tmp", dmsc_buf_rd(seed),
	    dmsc_rd_of(NULL, 0), &h->w, NULL) == DMSC_E_OK;
	if (good)
		dmsc_secure_watch(&h->secure, h->w);
	/* what came before is not the witness's */
	good = good && strcmp(lab_send(h->c, BEGIN), "9000") == 0;
	dmsc_buf_free(&seed);
	return good;
}

static void
host_end(struct host *h)
{
	dmsc_link_close(&h->secure, true);
	dmsc_witness_free(&h->w);
}

/* The status word, 0 when none came. */
static unsigned
say(struct host *h, const char *hex)
{
	struct dmsc_buf *cmd = dmsc_buf_new(LAB_MAX),
	    *rsp = dmsc_buf_new(LAB_MAX);
	unsigned sw = 0;

	lab_command(hex, cmd);
	if (dmsc_link_xfer(&h->secure, dmsc_buf_rd(cmd), rsp, NULL) ==
	    DMSC_E_OK)
		sw = (unsigned)rsp->p[rsp->len - 2] << 8 |
		    rsp->p[rsp->len - 1];
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return sw;
}

static bool
agree(const struct host *h, size_t lost)
{
	struct dmsc_witness_sum s;

	dmsc_witness_sum(h->w, &s);
	return s.broken == DMSC_E_OK && s.lost == lost &&
	    s.exchanges == h->c->hears.chain.n && memcmp(s.hash,
	    h->c->hears.chain.hash, sizeof s.hash) == 0;
}

/* The transcript as a string, and whether it is one. */
static bool
text_of(const struct host *h, bool lost, struct dmsc_buf *out, size_t *held)
{
	char path[] = "/tmp/dmsc-witness-XXXXXX", part[4096];
	struct dmsc_buf *nonce = dmsc_buf_new(LAB_MAX);
	struct dmsc_chain c;
	int fd = mkstemp(path);
	size_t line;
	ssize_t n;
	bool good;

	good = fd >= 0 && unlink(path) == 0 && dmsc_witness_write(h->w, fd,
	    lost, held, NULL) == DMSC_E_OK && lseek(fd, 0, SEEK_SET) == 0;
	while (good && (n = read(fd, part, sizeof part)) > 0)
		good = dmsc_buf_put(out, dmsc_rd_of(part, (size_t)n)) ==
		    DMSC_E_OK;
	if (fd >= 0)
		close(fd);
	good = good && dmsc_transcript_read(dmsc_buf_rd(out), &c, nonce,
	    &line) == DMSC_E_OK && memcmp(c.hash, h->c->hears.chain.hash,
	    sizeof c.hash) == 0;
	dmsc_buf_free(&nonce);
	return good && dmsc_buf_cstr(out) != NULL;
}

static void
test_lost(void)
{
	struct dmsc_fault before = { .at = 1, .kind = DMSC_FAULT_BEFORE },
	    after = { .at = 1, .kind = DMSC_FAULT_AFTER },
	    flip = { .at = 1, .kind = DMSC_FAULT_FLIP, .bytes = 9 };
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	struct host h = { .w = NULL };
	size_t held = 0;
	bool good = host_begin(&h) && say(&h, "00A40004022FE2") == 0x9000 &&
	    agree(&h, 0);

	dmsc_fault_arm(&h.fault, &before);
	ok(good && say(&h, "00B000000A") == 0 && agree(&h, 1) &&
	    say(&h, "00B000000A") == 0x9000 && agree(&h, 1),
	    "a command that the card never saw is not in its receipt");
	ok(text_of(&h, false, b, &held) && held == 0,
	    "nor in the transcript");
	dmsc_buf_reset(b);
	ok(!text_of(&h, true, b, &held) && strstr(dmsc_buf_cstr(b),
	    "\n> 00 00B00000\n< lost\n> ") != NULL, "where it is told, "
	    "nothing verifies");
	host_end(&h);
	good = host_begin(&h) && say(&h, "00A40004022FE2") == 0x9000;
	dmsc_fault_arm(&h.fault, &after);
	ok(good && say(&h, "00B000000A") == 0 && !agree(&h, 1),
	    "a lost answer shows: the card has it");
	host_end(&h);
	good = host_begin(&h) && say(&h, "00A40004022FE2") == 0x9000;
	dmsc_fault_arm(&h.fault, &flip);
	ok(good && say(&h, "00B000000A") != 0 && !agree(&h, 0),
	    "a changed answer shows");
	host_end(&h);
	dmsc_buf_free(&b);
}

static void
test_parts(void)
{
	struct host h = { .w = NULL };
	bool good = host_begin(&h);

	dmsc_card_t0_style(h.c, true);
	good = good && say(&h, "00A4000402 3F00 00") >> 8 == 0x61 &&
	    say(&h, "00C0000010") >> 8 == 0x61 &&
	    say(&h, "00C00000FF") >> 8 == 0x6C &&
	    say(&h, "00C0000000") == 0x9000;
	ok(good && agree(&h, 0), "an answer in parts is one");
	ok(say(&h, "00C0000000") == 0x6F00 && agree(&h, 0),
	    "GET RESPONSE of nothing is none");
	ok(say(&h, "00A4000402 3F00 00") >> 8 == 0x61 &&
	    say(&h, "0084000008") == 0x9000 && !agree(&h, 0),
	    "an answer that nobody fetched shows");
	host_end(&h);
	good = host_begin(&h) && say(&h, "0070000001") == 0x9000 &&
	    say(&h, "01A4040C0C" AID15) == 0x9000 &&
	    say(&h, "02B0000000") == 0x6881 && say(&h, "01B0820000") != 0 &&
	    say(&h, "00B2010426") != 0 && say(&h, "A0A40000023F00") == 0x6E00
	    && say(&h, "00D6000005AA") == 0x6700 &&
	    say(&h, "00FF000000") == 0x6D00 && say(&h, "00708001") == 0x9000;
	ok(good && agree(&h, 0) && h.c->hears.chain.n == 9,
	    "two channels, and what is refused at whatever point");
	host_end(&h);
}

static void
test_secrets(void)
{
	static const uint8_t iccid[] = { 0x88, 0x12, 0x01, 0x00 };
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	struct host h = { .w = NULL };
	size_t held = 0;
	bool good = host_begin(&h) && say(&h, VERIFY1) == 0x9000 &&
	    say(&h, "00A40004022FE2") == 0x9000 &&
	    say(&h, "00B0000003") == 0x9000 &&	/* 98 88 12 */
	    say(&h, "00B0000303") == 0x9000;	/* 01 00 00 */

	dmsc_link_redact(&h.secure, dmsc_rd_of(iccid, sizeof iccid));
	good = good && say(&h, "00B000000A") == 0x9000;
	dmsc_link_hide(&h.secure, true);
	good = good && say(&h, "00B0000602") == 0x9000;
	dmsc_link_hide(&h.secure, false);
	good = good && say(&h, "00B0000702") == 0x9000 && agree(&h, 0);
	ok(good && text_of(&h, false, b, &held) && held == 5,
	    "what is secret is withheld, and the transcript holds");
	ok(strstr(dmsc_buf_cstr(b), "31323334") == NULL &&
	    strstr(dmsc_buf_cstr(b), "881201") == NULL &&
	    strstr(dmsc_buf_cstr(b), "988812") == NULL &&
	    strstr(dmsc_buf_cstr(b), "> 00 00200001 * 8 ") != NULL,
	    "a PIN, a value over two answers, and what was hidden");
	host_end(&h);
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_answers();
	test_power();
	test_lost();
	test_parts();
	test_secrets();
	return tap_done();
}
