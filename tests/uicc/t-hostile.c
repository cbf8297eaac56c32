/*
 * uicc: a card that answers anything at all. Every call returns, within a
 * bound of APDUs, under the sanitizers; and what is shared is not believed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tap.h"
#include "uicc/fake.h"
#include "uicc/names.h"

enum { SEEDS = 400, APDUS_MAX = 40000 };

struct wild {
	uint32_t seed;
	unsigned apdus;
};

static uint32_t
draw(struct wild *w)
{
	w->seed = w->seed * 1664525u + 1013904223u;
	return w->seed >> 8;
}

/* Words that lead on, templates that are nearly right, noise. */
static int
answer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp, struct dmsc_err *e)
{
	static const uint16_t words[] = { 0x9000, 0x9000, 0x9000, 0x9000,
	    0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000,
	    0x61FF, 0x6110, 0x6C10, 0x6C00, 0x6282, 0x6283, 0x6B00, 0x6700,
	    0x6A82, 0x6A86, 0x6982, 0x63C2, 0x6983, 0x910B, 0x62F1, 0x6F00 };
	static const char *const nearly[] = {
	    "62178202412183026F078A01058B036F060A80020009880138",
	    "62228205422100260583022F008A01058B032F0604800200BE8801F0",
	    ("622582027821840CA000000063504B43532D31358A01058B032F060C"
	    "C60990014083010183010A"),
	    "611D4F0CA000000063504B43532D31355007504B435323313551043F007F50",
	    "800101A00A9000A406830101950108", "5381FF00", "530411223344" };
	struct wild *w = h;
	size_t n = draw(w) % 300, i;
	struct dmsc_buf *b = dmsc_buf_new(400);
	int r;

	(void)cmd;
	(void)e;
	w->apdus++;
	r = dmsc_hex_get(nearly[draw(w) % DMSC_COUNT(nearly)], b);
	for (i = 0; r == DMSC_E_OK && draw(w) % 4 == 0 && i < n; i++)
		r = dmsc_buf_u8(b, draw(w) & 0xFF);
	if (draw(w) % 3 == 0)
		b->p[draw(w) % b->len] ^= (uint8_t)(1u << draw(w) % 8);
	if (draw(w) % 3 == 0)
		dmsc_buf_truncate(b, draw(w) % (b->len + 1));
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(rsp, dmsc_buf_rd(b));
	if (r == DMSC_E_OK)
		r = dmsc_buf_u16(rsp, words[draw(w) % DMSC_COUNT(words)]);
	dmsc_buf_free(&b);
	return r;
}

static void
leave(void **h, bool reset_card)
{
	(void)reset_card;
	*h = NULL;
}

/* A bit of everything; what it says does not matter, that it ends does. */
static void
use(struct dmsc_uicc *u, const char *path)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_buf *words = dmsc_buf_new(300);
	const struct dmsc_uicc_app *apps;
	enum dmsc_p15_state state;
	struct dmsc_uicc_fcp fcp;
	struct dmsc_place p, df;
	unsigned ref, sw;
	size_t n;
	bool verified;
	int tries;

	if (dmsc_place_parse(path, &p, NULL) == DMSC_E_OK &&
	    dmsc_uicc_read_place(u, &p, &fcp, b) == DMSC_E_OK)
		(void)dmsc_uicc_access(u, &p, &fcp, DMSC_MODE_READ, words,
		    NULL, &ref);
	dmsc_buf_reset(b);
	(void)!dmsc_uicc_apps(u, &apps, &n);
	(void)!dmsc_uicc_pkcs15(u, &df, &state);
	(void)!dmsc_uicc_channel_open(u);
	(void)!dmsc_uicc_read(u, 40000, 2000, b);
	(void)!dmsc_uicc_pin_query(u, 0x81, &tries, &verified, &sw);
	dmsc_uicc_channel_close(u);
	dmsc_buf_free(&b);
	dmsc_buf_free(&words);
}

static void
test_wild(void)
{
	static const struct dmsc_link_ops ops = { .name = "wild",
	    .xfer = answer, .close = leave };
	static const char *const paths[] = { "EF.ICCID", "EF.DIR",
	    "ADF.PKCS15/EF.ODF", "EF.IMSI", "7F50/4D10" };
	unsigned most = 0;
	uint32_t i;

	for (i = 0; i < SEEDS; i++) {
		struct wild w = { i * 7919u + 1, 0 };
		struct dmsc_link l = { &ops, &w };
		struct dmsc_err e;
		struct dmsc_uicc *u;

		dmsc_err_clear(&e);
		u = dmsc_uicc_new(&l, &e, NULL);
		use(u, paths[i % DMSC_COUNT(paths)]);
		dmsc_uicc_free(&u);
		most = DMSC_MAX(most, w.apdus);
	}
	printf("# at most %u APDUs\n", most);
	ok(most > 20 && most < APDUS_MAX, "every call ends");
}

/* A card with one word for everything: 61xx and 6Cxx lead nowhere. */
static void
test_obstinate(void)
{
	static const unsigned words[] = { 0x6110, 0x6C10, 0x6C00, 0x9000,
	    0x6282, 0x91FF, 0x63C0, 0x6700, 0x6B00, 0x6A86 };
	char name[24];
	size_t i;

	for (i = 0; i < DMSC_COUNT(words); i++) {
		struct fake f = { .always = words[i] };
		struct dmsc_link l;
		struct dmsc_err e;
		struct dmsc_uicc *u = fake_uicc(&f, &l, &e);

		use(u, "EF.DIR");
		use(u, "ADF.PKCS15/4D10");
		(void)snprintf(name, sizeof name, "only %04X", words[i]);
		ok(f.apdus > 4 && f.apdus < 10000, name);
		dmsc_uicc_free(&u);
		fake_clear(&f);
	}
}

/* A shared card: outside a transaction another may move the selection. */
static int
no_lock(void *h, bool on, struct dmsc_err *e)
{
	(void)h;
	(void)on;
	(void)e;
	return DMSC_E_OK;
}

static unsigned
selects(struct dmsc_uicc *u, struct fake *f)
{
	static const struct dmsc_place p = { { 0 }, 0, { 0x2FE2 }, 1 };
	unsigned before = f->apdus;

	return dmsc_uicc_select(u, &p, NULL) == DMSC_E_OK ?
	    f->apdus - before : 99;
}

static void
test_shared(void)
{
	static const uint8_t iccid[10] = { 0x98, 0x88 };
	const struct fake_file files[] = {
		{ "", NULL, NULL, NULL, 0, 0, false },
		{ "2FE2", NULL, NULL, iccid, sizeof iccid, 0, false } };
	struct fake f = { .files = files, .n_files = 2 };
	struct dmsc_link l = fake_link(&f);
	struct dmsc_link_ops ops = *l.ops;
	struct dmsc_err e;
	struct dmsc_uicc *u;

	ops.lock = no_lock;
	l.ops = &ops;
	u = dmsc_uicc_new(&l, &e, NULL);
	ok(selects(u, &f) == 1 && selects(u, &f) == 1,
	    "shared: selected again");
	ok(dmsc_uicc_begin(u) == DMSC_E_OK && selects(u, &f) == 1 &&
	    selects(u, &f) == 0, "in a transaction: once");
	dmsc_uicc_end(u);
	ok(dmsc_uicc_begin(u) == DMSC_E_OK && selects(u, &f) == 1,
	    "the next transaction: again");
	dmsc_uicc_end(u);
	dmsc_uicc_alone(u, true);
	ok(selects(u, &f) == 1 && selects(u, &f) == 0, "ours alone: once");
	dmsc_uicc_forget(u);
	ok(selects(u, &f) == 1, "forgotten");
	dmsc_uicc_free(&u);
	fake_clear(&f);
}

/* Numbers of channels in the class byte. */
static const struct {
	unsigned cla, ch;
	const char *head;
} classes[] = {
	{ 0x00, 1, "01" }, { 0x00, 3, "03" }, { 0x00, 4, "40" },
	{ 0x00, 19, "4F" }, { 0x80, 2, "82" }, { 0x80, 5, "C1" },
};

static int
name_channel(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct fake *f = h;
	bool open = cmd.p[1] == 0x70 && cmd.p[2] == 0;

	(void)e;
	(void)dmsc_hex(cmd, f->log, sizeof f->log);
	if (open && dmsc_buf_u8(rsp, f->channels) != DMSC_E_OK)
		return DMSC_E_LIMIT;
	return dmsc_buf_u16(rsp, 0x9000);
}

static void
test_classes(void)
{
	static const struct dmsc_link_ops ops = { .name = "channels",
	    .xfer = name_channel, .close = leave };
	unsigned sw;
	size_t i;

	for (i = 0; i < DMSC_COUNT(classes); i++) {
		struct fake f = { .channels = classes[i].ch };
		struct dmsc_link l = { &ops, &f };
		struct dmsc_err e;
		struct dmsc_uicc *u = dmsc_uicc_new(&l, &e, NULL);

		ok(dmsc_uicc_channel_open(u) == DMSC_E_OK &&
		    dmsc_uicc_cmd(u, classes[i].cla << 8 | 0xF2, 0,
		    dmsc_rd_of(NULL, 0), DMSC_LE_NONE, NULL, &sw) ==
		    DMSC_E_OK && strncmp(f.log, classes[i].head, 2) == 0,
		    classes[i].head);
		dmsc_uicc_free(&u);
	}
}

int
main(void)
{
	test_wild();
	test_obstinate();
	test_shared();
	test_classes();
	return tap_done();
}
