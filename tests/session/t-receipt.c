/*
 * receipts: what the card signs is what the host has recorded, whatever was
 * sent; and a transcript, a receipt or a nonce that is another never holds.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "crypto/cms.h"
#include "crypto/receipt.h"
#include "session/session.h"
#include "tap.h"

#include <dmsc/secret.h>

enum { TEXT_MAX = 1 << 22, COMMANDS = 250, STEP = 7 };
static const uint8_t nonce[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static char folder[TAP_FOLDER], state[64], image[80], reader[96],
    transcript[80];

static uint32_t
draw(void)
{
	static uint32_t seed = 20;

	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static bool
file(const char *path, struct dmsc_buf **out)
{
	return dmsc_file_slurp(path, TEXT_MAX, out, NULL) == DMSC_E_OK;
}

static struct dmsc_session *
connected(const char *profile)
{
	const struct dmsc_card_new_opts o = { .image = image,
	    .profile = profile, .force = true };
	const struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_image_info *info = NULL;
	struct dmsc_session *s = NULL;

	if (dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    dmsc_card_new(s, &o, &info) != DMSC_E_OK ||
	    dmsc_connect(s, reader) != DMSC_E_OK)
		printf("# no card: %s\n", dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_image_info_view, info);
	return s;
}

static unsigned
sent(struct dmsc_session *s, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	struct dmsc_apdu *a = NULL;
	unsigned sw = 0;

	if (dmsc_hex_get(hex, b) == DMSC_E_OK && dmsc_transmit(s,
	    dmsc_buf_rd(b), DMSC_APDU_SPEND_TRY, &a) == DMSC_E_OK)
		sw = a->sw;
	dmsc_view_free(&dmsc_apdu_view, a);
	dmsc_buf_free(&b);
	return sw;
}

static bool
channel(struct dmsc_session *s, int level)
{
	static const char text[] = "8E1B5C42D7A9360F4C83F21E6DB0597A"
	    "3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2";
	struct dmsc_buf *b = dmsc_buf_new(48);
	struct dmsc_scp_opts o = { .level = level };
	struct dmsc_scp_info *info = NULL;
	struct dmsc_secret *keys;
	bool good;

	good = dmsc_hex_get(text, b) == DMSC_E_OK;
	keys = dmsc_secret_from(dmsc_buf_rd(b));
	o.keys[0] = keys;
	good = good && dmsc_scp_open(s, &o, &info) == DMSC_E_OK;
	dmsc_view_free(&dmsc_scp_info_view, info);
	dmsc_secret_free(&keys);
	dmsc_buf_free(&b);
	return good;
}

/* Any command but what ends a card or a try: none of it is sensible. */
static void
speak(struct dmsc_session *s)
{
	static const uint8_t ins[] = { 0xA4, 0xA4, 0xB0, 0xB2, 0xD6, 0xCA,
		0x70, 0x84, 0xF2, 0xE2, 0x22, 0x2A, 0x46, 0x88, 0xC0, 0xB1 };
	static const uint8_t fids[][2] = { { 0x3F, 0x00 }, { 0x7F, 0x50 },
		{ 0x2F, 0x00 }, { 0x50, 0x31 }, { 0x4D, 0x10 },
		{ 0x2F, 0xE2 }, { 0x4D, 0x12 } };
	uint8_t cmd[64] = { 0 };
	struct dmsc_apdu *a = NULL;
	size_t n = 4, i, len = draw() % 20;

	cmd[0] = draw() % 8 == 0 ? (uint8_t)(draw() % 4) : draw() % 5 == 0 ?
	    0x80 : 0;
	cmd[1] = ins[draw() % sizeof ins];
	cmd[2] = draw() % 2 == 0 ? 0 : (uint8_t)draw();
	cmd[3] = draw() % 2 == 0 ? 4 : (uint8_t)draw();
	if (cmd[1] == 0xA4 || cmd[1] == 0xB0)
		cmd[2] = cmd[3] = 0;
	if (cmd[1] == 0xA4) {
		cmd[n++] = 2;
		i = draw() % DMSC_COUNT(fids);
		cmd[n++] = fids[i][0];
		cmd[n++] = fids[i][1];
	} else if (cmd[1] != 0xB0 && draw() % 2 == 0 && len > 0) {
		cmd[n++] = (uint8_t)(draw() % 16 == 0 ? len + 3 : len);
		for (i = 0; i < len; i++)
			cmd[n++] = (uint8_t)draw();
	}
	if (draw() % 4 != 0)
		cmd[n++] = (uint8_t)(draw() % 3 == 0 ? draw() : 0);
	(void)!dmsc_transmit(s, dmsc_rd_of(cmd, n), draw() % 3 == 0 ?
	    DMSC_APDU_RAW : 0, &a);
	dmsc_view_free(&dmsc_apdu_view, a);
}

static bool
start(struct dmsc_session *s)
{
	return dmsc_receipt_start(s, dmsc_rd_of(nonce, sizeof nonce)) ==
	    DMSC_E_OK;
}

static int
judge(struct dmsc_session *s, struct dmsc_rd receipt, struct dmsc_rd text,
    struct dmsc_rd want)
{
	const char *top = getenv("top_srcdir");
	struct dmsc_receipt_check *c = NULL;
	struct dmsc_buf *ca = NULL;
	char path[512];
	int r = DMSC_E_IO;

	(void)snprintf(path, sizeof path, "%s/scripts/demo/ca.pem",
	    top != NULL ? top : ".");
	if (file(path, &ca)) {
		const struct dmsc_receipt_given g = { receipt, text,
		    dmsc_buf_rd(ca), want };

		r = dmsc_receipt_verify(s, &g, &c);
	}
	dmsc_view_free(&dmsc_receipt_check_view, c);
	dmsc_buf_free(&ca);
	return r;
}

/* Taken, equal on both sides, and it verifies. */
static bool
holds(struct dmsc_session *s, size_t *counter)
{
	struct dmsc_receipt_new *n = NULL;
	struct dmsc_buf *text = NULL;
	int r = dmsc_receipt_take(s, transcript, &n);
	bool good = r == DMSC_E_OK && n->matches && file(transcript, &text) &&
	    judge(s, dmsc_buf_rd(n->der), dmsc_buf_rd(text), dmsc_rd_of(nonce,
	    sizeof nonce)) == DMSC_E_OK;

	if (!good)
		printf("# %s: %s\n", dmsc_session_err(s)->message,
		    dmsc_session_err(s)->why);
	if (n != NULL)
		*counter = n->receipt->counter;
	dmsc_view_free(&dmsc_receipt_new_view, n);
	dmsc_buf_free(&text);
	return good;
}

static void
test_plain(void)
{
	struct dmsc_session *s = connected("demo");
	struct dmsc_receipt_new *n = NULL;
	size_t i, a = 0, b = 0;

	ok(dmsc_receipt_take(s, NULL, &n) == DMSC_E_NOTFOUND && n == NULL,
	    "no receipt of what was not started");
	ok(start(s), "a receipt is started");
	ok(dmsc_receipt_take(s, NULL, &n) == DMSC_E_AUTH && n == NULL,
	    "nobody gets one without showing who he is");
	ok(sent(s, "002000010831323334FFFFFFFF") == 0x9000, "PIN1");
	for (i = 0; i < COMMANDS; i++)
		speak(s);
	ok(holds(s, &a), "of random commands on four channels");
	for (i = 0; i < COMMANDS; i++)
		speak(s);
	ok(holds(s, &b) && b > a, "one more, with another number");
	ok(start(s) && holds(s, &a) && a > b, "of nothing at all");
	ok(dmsc_reset(s, true) == DMSC_E_OK && dmsc_receipt_take(s, NULL,
	    &n) == DMSC_E_NOTFOUND, "a reset ends it");
	ok(dmsc_receipt_start(s, dmsc_rd_of(state, 65)) == DMSC_E_USAGE,
	    "a nonce that is too long");
	dmsc_session_free(&s);
	s = connected("foreign");
	ok(dmsc_receipt_start(s, dmsc_rd_of(NULL, 0)) == DMSC_E_UNSUPPORTED,
	    "a card without them says so");
	dmsc_session_free(&s);
}

/* Its secrets are nowhere in the text. */
static bool
no_secret(const char *const *hex)
{
	struct dmsc_buf *text = NULL;
	bool good = file(transcript, &text) && dmsc_buf_cstr(text) != NULL;

	for (; good && *hex != NULL; hex++)
		good = strstr((const char *)text->p, *hex) == NULL;
	dmsc_buf_free(&text);
	return good;
}

static void
test_channels(void)
{
	static const int levels[] = { 0x01, 0x03, 0x11, 0x13, 0x33 };
	/* PIN 81, and AAuthSecret of the demo account */
	static const char *const secrets[] = { "32343638FFFFFFFF",
		"6D6F62696C652D736563726574", NULL };
	size_t i, k, counter = 0;
	struct dmsc_buf *doc = dmsc_buf_new(TEXT_MAX);
	struct dmsc_session *s;
	bool good = true;

	for (i = 0; good && i < DMSC_COUNT(levels); i++) {
		s = connected("locked");
		good = channel(s, levels[i]) && start(s);
		for (k = 0; k < COMMANDS / 5; k++)
			(void)!sent(s, k % 2 == 0 ? "00A4000C023F00" :
			    "00A4080404" "7F504D10" "00");
		good = good && dmsc_doc_bytes(s, "/OperatorX", true, doc) ==
		    DMSC_E_OK;
		dmsc_buf_reset(doc);
		(void)!sent(s, "00A4040C0CA000000063504B43532D3135");
		good = good && sent(s, "002000810832343638FFFFFFFF") ==
		    0x9000 && holds(s, &counter) && no_secret(secrets);
		if (!good)
			printf("# level %02X: %s: %s\n", (unsigned)levels[i],
			    dmsc_session_err(s)->message,
			    dmsc_session_err(s)->why);
		dmsc_session_free(&s);
	}
	dmsc_buf_free(&doc);
	ok(good, "under SCP03 of every level, and no secret in it");
}

/* A conversation to change: what is changed is given back. */
struct sample {
	struct dmsc_session *s;
	struct dmsc_buf *receipt, *text;
	struct dmsc_receipt_content content;
};

static bool
sampled(struct sample *x)
{
	struct dmsc_receipt_new *n = NULL;
	struct dmsc_buf *der = dmsc_buf_new(TEXT_MAX);
	bool good;

	x->s = connected("demo");
	good = start(x->s) && sent(x->s, "002000010831323334FFFFFFFF") ==
	    0x9000 && sent(x->s, "00A40004022FE2") == 0x9000 &&
	    sent(x->s, "00B000000A") == 0x9000 &&
	    sent(x->s, "00A40004022FE2") == 0x9000 &&
	    dmsc_receipt_take(x->s, transcript, &n) == DMSC_E_OK &&
	    file(transcript, &x->text);
	if (good)
		x->receipt = dmsc_buf_from(dmsc_buf_rd(n->der), n->der->len);
	good = good && dmsc_cms_get_content(dmsc_buf_rd(x->receipt), der) ==
	    DMSC_E_OK && dmsc_receipt_get(dmsc_buf_rd(der), &x->content) ==
	    DMSC_E_OK;
	dmsc_view_free(&dmsc_receipt_new_view, n);
	dmsc_buf_free(&der);
	return good;
}

static bool
text_fits(const struct sample *x, struct dmsc_rd text)
{
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	struct dmsc_chain c;
	size_t line;
	bool same = dmsc_transcript_read(text, &c, b, &line) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), dmsc_rd_of(x->content.nonce,
	    x->content.nonce_len)) && c.n == x->content.exchanges &&
	    memcmp(c.hash, x->content.hash, sizeof c.hash) == 0;

	dmsc_buf_free(&b);
	return same;
}

/* Each byte changed in three ways, left out, and doubled. */
static bool
byte_matters(struct sample *x, size_t at)
{
	static const uint8_t flips[] = { 0x01, 0x20, 0x80 };
	struct dmsc_rd all = dmsc_buf_rd(x->text);
	struct dmsc_buf *b = dmsc_buf_from(dmsc_rd_slice(all, 0, at),
	    TEXT_MAX);
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof flips; i++) {
		x->text->p[at] ^= flips[i];
		good = good && !text_fits(x, dmsc_buf_rd(x->text));
		x->text->p[at] ^= flips[i];
	}
	good = good && dmsc_buf_put(b, dmsc_rd_slice(all, at + 1, all.left))
	    == DMSC_E_OK && !text_fits(x, dmsc_buf_rd(b)) &&
	    dmsc_buf_insert(b, at, dmsc_rd_slice(all, at, 1)) == DMSC_E_OK &&
	    dmsc_buf_insert(b, at, dmsc_rd_slice(all, at, 1)) == DMSC_E_OK &&
	    !text_fits(x, dmsc_buf_rd(b)) &&
	    !text_fits(x, dmsc_rd_slice(all, 0, at));
	if (!good)
		printf("# byte %zu\n", at);
	dmsc_buf_free(&b);
	return good;
}

/* The text with exchange `at` left out, doubled, or behind the next. */
static bool
pair_matters(const struct sample *x, const size_t *lines, size_t n, size_t at)
{
	struct dmsc_rd all = dmsc_buf_rd(x->text);
	struct dmsc_rd head = dmsc_rd_slice(all, 0, lines[at]),
	    one = dmsc_rd_slice(all, lines[at], lines[at + 2] - lines[at]),
	    tail = dmsc_rd_slice(all, lines[at + 2], all.left);
	struct dmsc_buf *b = dmsc_buf_from(head, TEXT_MAX);
	bool good = dmsc_buf_put(b, tail) == DMSC_E_OK &&
	    !text_fits(x, dmsc_buf_rd(b));

	good = good && dmsc_buf_insert(b, head.left, one) == DMSC_E_OK &&
	    text_fits(x, dmsc_buf_rd(b)) &&
	    dmsc_buf_insert(b, head.left, one) == DMSC_E_OK &&
	    !text_fits(x, dmsc_buf_rd(b));
	if (good && at + 4 < n) {
		dmsc_buf_truncate(b, head.left);
		good = dmsc_buf_put(b, dmsc_rd_slice(all, lines[at + 2],
		    lines[at + 4] - lines[at + 2])) == DMSC_E_OK &&
		    dmsc_buf_put(b, one) == DMSC_E_OK &&
		    dmsc_buf_put(b, dmsc_rd_slice(all, lines[at + 4],
		    all.left)) == DMSC_E_OK && !text_fits(x, dmsc_buf_rd(b));
	}
	dmsc_buf_free(&b);
	return good;
}

static void
test_text(struct sample *x)
{
	size_t lines[64], n = 0, i;
	bool good = text_fits(x, dmsc_buf_rd(x->text));

	ok(good, "the text is the one");
	for (i = 0; good && i < x->text->len; i++)
		good = byte_matters(x, i);
	ok(good, "any byte changed, left out or added, and any end cut off");
	for (lines[n++] = 0, i = 0; i < x->text->len && n < 64; i++)
		if (x->text->p[i] == '\n')
			lines[n++] = i + 1;
	for (i = 2; good && i + 2 < n; i += 2)
		if (!(good = pair_matters(x, lines, n, i)))
			printf("# line %zu of %zu\n", i, n);
	ok(good && n > 10, "any exchange left out, doubled or moved");
}

/* The one that dmsc-card(7) shows. */
static void
test_vector(void)
{
	static const char text[] = "dmsc transcript 1\n"
	    "nonce 0123456789ABCDEF\n"
	    "> 00 00A40004 2FE2 04A6950A06D3E3308AD7D3606EF810EB\n"
	    "< 9000\n"
	    "> 00 00B00000\n"
	    "< 9000 988812010000500180F4 2F95DB4B0A7DE880458B19966F21918F\n"
	    "> 33 00200001 * 8 711FB8984581B92220A98E2D5462EF5DDCCCAD8FEEF163"
	    "B61F03E65D146ACBA4\n"
	    "< 63C2\n";
	static const char want[] = "1DD17769683D7BBAAC2E9B05A964B24EA8FEB942"
	    "CB8AA3B71E8B20693745FD0E";
	static const struct dmsc_heard said[] = {
		{ 0, { (const uint8_t *)"\0\xA4\0\4\2\x2F\xE2", 7 },
		    { NULL, 0 }, 0x9000 },
		{ 0, { (const uint8_t *)"\0\xB0\0\0\12", 5 },
		    { (const uint8_t *)"\x98\x88\x12\1\0\0\x50\1\x80\xF4",
		    10 }, 0x9000 },
		{ 0x33, { (const uint8_t *)"\0\x20\0\1\10" "1234\xFF\xFF"
		    "\xFF\xFF", 13 }, { NULL, 0 }, 0x63C2 },
	};
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	char hash[2 * DMSC_SHA256_LEN + 1];
	uint8_t seed[DMSC_RECEIPT_SEED];
	struct dmsc_exchange x;
	struct dmsc_chain c;
	size_t line, i;
	bool good;

	good = dmsc_transcript_read(dmsc_rd_str(text), &c, b, &line) ==
	    DMSC_E_OK && c.n == 3;
	dmsc_hex(dmsc_rd_of(c.hash, sizeof c.hash), hash, sizeof hash);
	ok(good && strcmp(hash, want) == 0, "the transcript of the page");
	for (i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)i;
	good = dmsc_chain_begin(&c, dmsc_rd_of(seed, sizeof seed),
	    dmsc_buf_rd(b)) == DMSC_E_OK;
	for (i = 0; i < DMSC_COUNT(said); i++)
		good = good && dmsc_chain_make(&c, &said[i], &x) ==
		    DMSC_E_OK && dmsc_chain_add(&c, &x) == DMSC_E_OK;
	dmsc_hex(dmsc_rd_of(c.hash, sizeof c.hash), hash, sizeof hash);
	ok(good && strcmp(hash, want) == 0, "and the conversation of it");
	dmsc_buf_free(&b);
}

/* Data of commands, and commands that no chain has. */
static void
test_data(void)
{
	static const struct {
		const char *cmd;
		long at, n;		/* of the data */
		bool skipped;
	} cases[] = {
		{ "00A4", 0, 0, true },
		{ "00B00000", 4, 0, false },
		{ "00B0000000", 4, 0, false },
		{ "00B0000000FFFF", 4, 0, false },
		{ "00D6000002AABB", 5, 2, false },
		{ "00D6000002AABB00", 5, 2, false },
		{ "00D60000000002AABB", 7, 2, false },
		{ "00D60000000002AABB0000", 7, 2, false },
		{ "00D6000003AABB", 4, 3, false },
		{ "00D6000001AABBCC", 4, 4, false },
		{ "00D60000000000AABB", 4, 5, false },
		{ "00C0000010", 4, 0, true },
		{ "01C0000010", 4, 0, true },
		{ "80C0000010", 4, 0, false },
		{ "80E2900003BF7000", 5, 3, true },
		{ "84E2910003BF7100", 5, 3, true },
		{ "80E2910003BF7200", 5, 3, false },
		{ "00E2910003BF7100", 5, 3, false },
	};
	struct dmsc_buf *b = dmsc_buf_new(64);
	struct dmsc_rd d;
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		dmsc_buf_reset(b);
		if (dmsc_hex_get(cases[i].cmd, b) != DMSC_E_OK)
			continue;
		d = dmsc_chain_data(dmsc_buf_rd(b));
		ok(d.left == (size_t)cases[i].n && (d.left == 0 ||
		    d.p == b->p + cases[i].at) &&
		    dmsc_chain_skips(dmsc_buf_rd(b)) == cases[i].skipped,
		    cases[i].cmd);
	}
	dmsc_buf_free(&b);
}

/* Data that somebody does not want to show becomes its digest. */
static void
test_withheld(const struct sample *x)
{
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX), *data = dmsc_buf_new(64);
	struct dmsc_chain_part p = { 0 };
	struct dmsc_rd all = dmsc_buf_rd(x->text);
	const char *text = dmsc_buf_cstr(x->text), *at, *salt, *end;
	bool good;

	at = strstr(text, "00A40004 2FE2 ");
	salt = at + strlen("00A40004 2FE2 ");
	end = strchr(salt, '\n') + 1;
	at += strlen("00A40004");
	good = dmsc_buf_fmt(data, "%.32s", salt) == DMSC_E_OK &&
	    dmsc_hex_get(dmsc_buf_cstr(data), b) == DMSC_E_OK;
	memcpy(p.salt, b->p, sizeof p.salt);
	good = good && dmsc_chain_part(&p, dmsc_rd_of("\x2F\xE2", 2)) ==
	    DMSC_E_OK;
	dmsc_buf_reset(b);
	good = good && dmsc_buf_put(b, dmsc_rd_slice(all, 0,
	    (size_t)(at - text))) == DMSC_E_OK && dmsc_transcript_part(&p,
	    false, dmsc_rd_of(NULL, 0), b) == DMSC_E_OK && dmsc_buf_put(b,
	    dmsc_rd_slice(all, (size_t)(end - text), all.left)) == DMSC_E_OK;
	ok(good && text_fits(x, dmsc_buf_rd(b)), "data may be withheld later");
	dmsc_buf_free(&b);
	dmsc_buf_free(&data);
}

static void
test_receipt_bits(struct sample *x)
{
	struct dmsc_rd text = dmsc_buf_rd(x->text), any = { NULL, 0 };
	size_t i, bits = x->receipt->len * 8, survived = 0;
	int r;

	ok(judge(x->s, dmsc_buf_rd(x->receipt), text, any) == DMSC_E_OK,
	    "the receipt is good");
	for (i = 0; i < bits; i += STEP) {
		x->receipt->p[i / 8] ^= (uint8_t)(1u << i % 8);
		r = judge(x->s, dmsc_buf_rd(x->receipt), text, any);
		x->receipt->p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (r == DMSC_E_OK && survived++ < 100)
			printf("# bit %zu of byte %zu\n", i % 8, i / 8);
	}
	ok(survived == 0, "no receipt with a flipped bit is");
	for (i = 0; i < x->receipt->len; i += STEP)
		if (judge(x->s, dmsc_rd_slice(dmsc_buf_rd(x->receipt), 0, i),
		    text, any) == DMSC_E_OK)
			survived++;
	ok(survived == 0, "nor one that is cut");
	x->text->p[x->text->len - 2] ^= 1;
	ok(judge(x->s, dmsc_buf_rd(x->receipt), dmsc_buf_rd(x->text), any) ==
	    DMSC_E_MISMATCH, "another transcript is a mismatch");
	x->text->p[x->text->len - 2] ^= 1;
	ok(judge(x->s, dmsc_buf_rd(x->receipt), text, dmsc_rd_of(nonce, 7)) ==
	    DMSC_E_MISMATCH, "and so is another nonce");
	ok(judge(x->s, text, text, any) == DMSC_E_FORMAT, "no receipt");
}

static void
test_content(const struct sample *x)
{
	struct dmsc_buf *der = dmsc_buf_new(TEXT_MAX);
	struct dmsc_receipt_content c, full = x->content;
	size_t i, bad = 0;
	bool good;

	full.scp_version = 0x30;
	full.scp_level = 0x33;
	full.scp_aid_len = sizeof full.scp_aid;
	full.counter = UINT32_MAX;
	full.exchanges = 0x80;
	good = dmsc_receipt_put(&full, der) == DMSC_E_OK &&
	    dmsc_receipt_get(dmsc_buf_rd(der), &c) == DMSC_E_OK &&
	    c.counter == UINT32_MAX && c.exchanges == 0x80 &&
	    c.n_refs == 1 && c.refs[0] == 1 && c.scp_level == 0x33;
	ok(good, "a content there and back");
	for (i = 0; i < der->len * 8; i++) {
		der->p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (dmsc_receipt_get(dmsc_buf_rd(der), &c) == DMSC_E_OK &&
		    memcmp(&c, &full, sizeof c) == 0)
			bad++;
		der->p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (dmsc_receipt_get(dmsc_rd_slice(dmsc_buf_rd(der), 0,
		    i / 8), &c) == DMSC_E_OK)
			bad++;
	}
	ok(bad == 0, "each bit of it counts, and it is whole or none");
	dmsc_buf_free(&der);
}

int
main(void)
{
	struct sample x = { .s = NULL };

	if (!tap_folder(folder))
		return 99;
	(void)snprintf(state, sizeof state, "%s/s", folder);
	(void)snprintf(image, sizeof image, "%s/c.img", folder);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	(void)snprintf(transcript, sizeof transcript, "%s/t.txt", folder);
	test_vector();
	test_data();
	test_plain();
	test_channels();
	ok(sampled(&x), "a conversation");
	test_text(&x);
	test_withheld(&x);
	test_receipt_bits(&x);
	test_content(&x);
	dmsc_session_free(&x.s);
	dmsc_buf_free(&x.receipt);
	dmsc_buf_free(&x.text);
	return tap_done();
}
