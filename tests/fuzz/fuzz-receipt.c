/*
 * Receipts and transcripts from outside: the first byte chooses what the rest
 * is: a transcript, the content that a card signed, a receipt, all three (each
 * but the last behind two bytes of length).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/receipt.h"
#include "fuzz/replay.h"

enum { HOW_TEXT, HOW_CONTENT, HOW_FORM, HOW_ALL, HOWS, ROOM = 65536,
	NOW = 1893456000 };

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
read_text(struct dmsc_rd in)
{
	struct dmsc_buf *nonce = dmsc_buf_new(DMSC_RECEIPT_NONCE);
	struct dmsc_chain c;
	size_t line = 0, lines = 0, i;

	for (i = 0; i < in.left; i++)
		lines += in.p[i] == '\n';
	if (dmsc_transcript_read(in, &c, nonce, &line) == DMSC_E_OK)
		must(2 + 2 * (size_t)c.n == lines &&
		    in.p[in.left - 1] == '\n');
	else
		must(line <= lines + 1);
	dmsc_buf_free(&nonce);
}

/* One form alone: what is read is written so. */
static void
read_content(struct dmsc_rd in)
{
	struct dmsc_buf *b = dmsc_buf_new(ROOM);
	struct dmsc_receipt *view = dmsc_view_new(&dmsc_receipt_view);
	struct dmsc_receipt_content c;

	if (dmsc_receipt_get(in, &c) == DMSC_E_OK)
		must(dmsc_receipt_put(&c, b) == DMSC_E_OK &&
		    dmsc_rd_eq(dmsc_buf_rd(b), in) &&
		    dmsc_receipt_view_of(&c, view) == DMSC_E_OK);
	dmsc_view_free(&dmsc_receipt_view, view);
	dmsc_buf_free(&b);
}

static struct dmsc_rd
part(struct dmsc_rd *in)
{
	struct dmsc_rd out = dmsc_rd_of(NULL, 0);
	uint16_t n = 0;

	if (dmsc_rd_u16(in, &n) == DMSC_E_OK)
		must(dmsc_rd_take(in, DMSC_MIN(n, in->left), &out) ==
		    DMSC_E_OK);
	return out;
}

static void
judge(struct dmsc_rd in)
{
	struct dmsc_receipt_given g = { .nonce = { NULL, 0 } };
	struct dmsc_receipt_check *out = NULL;
	struct dmsc_err e = { 0 };
	int r;

	g.receipt = part(&in);
	g.transcript = part(&in);
	g.ca_pem = in;
	r = dmsc_receipt_judge(&g, NOW, &out, &e);
	must((out != NULL) == (r == DMSC_E_OK || r == DMSC_E_MISMATCH ||
	    r == DMSC_E_SIGNER));
	dmsc_view_free(&dmsc_receipt_check_view, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd in = dmsc_rd_of(p, n);
	uint8_t how = 0;

	if (dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		return 0;
	if (how % HOWS == HOW_TEXT)
		read_text(in);
	else if (how % HOWS == HOW_CONTENT)
		read_content(in);
	else if (how % HOWS == HOW_FORM)
		(void)!dmsc_receipt_form(in);
	else
		judge(in);
	return 0;
}

/* ---- golden inputs */

static void
text_seed(struct dmsc_buf *out)
{
	static const uint8_t cmd[] = { 0, 0xA4, 0, 4, 2, 0x3F, 0, 0 };
	static const uint8_t data[] = { 0x62, 0x02, 0x80, 0x00 };
	const struct dmsc_heard h = { 0x33, dmsc_rd_of(cmd, sizeof cmd),
	    dmsc_rd_of(data, sizeof data), 0x9000 };
	struct dmsc_rd nonce = dmsc_rd_of("nonce", 5);
	struct dmsc_exchange x;
	struct dmsc_chain c;
	int i;

	must(dmsc_chain_begin(&c, dmsc_rd_of("12345678901234567890123456789"
	    "012", DMSC_RECEIPT_SEED), nonce) == DMSC_E_OK &&
	    dmsc_transcript_head(nonce, out) == DMSC_E_OK);
	for (i = 0; i < 2; i++) {
		must(dmsc_chain_make(&c, &h, &x) == DMSC_E_OK &&
		    dmsc_buf_fmt(out, "> %02X %02X%02X%02X%02X", x.level,
		    x.head[0], x.head[1], x.head[2], x.head[3]) == DMSC_E_OK
		    && dmsc_transcript_part(&x.cmd, i == 0,
		    dmsc_chain_data(h.cmd), out) == DMSC_E_OK &&
		    dmsc_buf_fmt(out, "< %04X", x.sw) == DMSC_E_OK &&
		    dmsc_transcript_part(&x.rsp, i == 0, h.data, out) ==
		    DMSC_E_OK && dmsc_chain_add(&c, &x) == DMSC_E_OK);
	}
}

static void
content_seed(struct dmsc_buf *out)
{
	struct dmsc_receipt_content c = { .exchanges = 3, .counter = 7,
	    .iccid = { 0x98, 0x88, 0x21, 0x10 }, .nonce = { 1, 2, 3 },
	    .nonce_len = 3, .time = "20261123150405Z", .scp_version = 0x30,
	    .scp_level = 0x33, .scp_aid = { 0xA0, 0, 0, 1, 0x51 },
	    .scp_aid_len = 5, .refs = { 0x81, 0x0A }, .n_refs = 2 };

	must(dmsc_receipt_put(&c, out) == DMSC_E_OK);
}

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "transcript", "content", "form",
		"all" };
	struct dmsc_buf *b = dmsc_buf_new(ROOM);

	if (i >= DMSC_COUNT(names)) {
		dmsc_buf_free(&b);
		return NULL;
	}
	if (i == HOW_TEXT)
		text_seed(b);
	else
		content_seed(b);
	must(dmsc_buf_u8(out, i) == DMSC_E_OK && (i != HOW_ALL ||
	    dmsc_buf_u16(out, (unsigned)b->len) == DMSC_E_OK) &&
	    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	if (i == HOW_ALL) {
		dmsc_buf_reset(b);
		text_seed(b);
		must(dmsc_buf_u16(out, (unsigned)b->len) == DMSC_E_OK &&
		    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
	}
	dmsc_buf_free(&b);
	return names[i];
}
