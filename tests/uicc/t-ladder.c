/* uicc: the ladder of real cards, ends of files, channels, APDUs counted. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tap.h"
#include "uicc/fake.h"

static uint8_t big[FAKE_FILE_MAX];
static const uint8_t iccid[10] = { 0x98, 0x88, 0x12, 0x01, 0, 0, 0x50, 0x01,
    0x80, 0xF4 };
static const uint8_t dir[2 * 32] =
    "\x61\x1D\x4F\x0C\xA0\0\0\0\x63PKCS-15\x50\x07PKCS#15"
    "\x51\x04\x3F\x00\x7F\x40\xFF";

#define P15 "A000000063504B43532D3135"
#define TREE(where, aid_hex) \
	{ "", NULL, NULL, NULL, 0, 0, false }, \
	{ "2FE2", NULL, NULL, iccid, sizeof iccid, 0, false }, \
	{ where, NULL, aid_hex, NULL, 0, 0, false }, \
	{ where "/5031", NULL, NULL, big, 300, 0, false }, \
	{ where "/4D10", NULL, NULL, big, 66000, 0, false }, \
	{ where "/4D11", NULL, NULL, big, 32, 0, true }
static const struct fake_file by_aid[] = { TREE("7F50", P15) };
static const struct fake_file by_7f50[] = { TREE("7F50", NULL) };
static const struct fake_file by_5015[] = { TREE("5015", NULL) };
static const struct fake_file by_dir[] = { TREE("7F40", NULL),
	{ "2F00", NULL, NULL, dir, sizeof dir, 32, false } };
static const struct fake_file nothing[] = {
	{ "", NULL, NULL, NULL, 0, 0, false },
	{ "2FE2", NULL, NULL, iccid, sizeof iccid, 0, false } };

#define FILES(a) .files = (a), .n_files = DMSC_COUNT(a), .tells_size = true
static const struct {
	const char *name;
	struct fake card;
	unsigned find, again;	/* APDUs: find it; select and read 5031 */
} ladders[] = {
	{ "plain", { FILES(by_aid) }, 1, 2 + 1 },
	{ "no P2 04", { FILES(by_aid), .no_p2_04 = true }, 2, 2 + 1 },
	{ "P2 00 alone", { FILES(by_aid), .no_p2_04 = true,
	    .no_p2_0c = true }, 3, 2 + 1 },
	{ "answers by 61xx", { FILES(by_aid), .t0 = true }, 2, 2 + 4 },
	{ "91xx behind 61xx", { FILES(by_aid), .t0 = true,
	    .proactive = true }, 2, 2 + 4 },
	{ "EF.DIR's path", { FILES(by_dir) }, 5, 2 + 1 },
	{ "7F50", { FILES(by_7f50) }, 5, 3 },
	{ "5015", { FILES(by_5015) }, 8, 3 },
	{ "7F50, file by file", { FILES(by_7f50), .no_path = true },
	    10, 3 },
	{ "by AID, file by file", { FILES(by_aid), .no_path = true },
	    1, 2 + 1 },
};

static bool
reads(struct dmsc_uicc *u, const struct dmsc_place *df, uint16_t fid,
    size_t size)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_place p;
	bool good = dmsc_place_below(df, fid, &p) == DMSC_E_OK &&
	    dmsc_uicc_read_place(u, &p, NULL, b) == DMSC_E_OK &&
	    b->len == size && memcmp(b->p, big, size) == 0;

	dmsc_buf_free(&b);
	return good;
}

static bool
climbs(const struct fake *card, unsigned find, unsigned again)
{
	struct fake f = *card;
	struct dmsc_link l;
	struct dmsc_err e;
	struct dmsc_uicc *u = fake_uicc(&f, &l, &e);
	enum dmsc_p15_state state;
	struct dmsc_place df;
	bool good;

	good = dmsc_uicc_pkcs15(u, &df, &state) == DMSC_E_OK &&
	    state == DMSC_P15_FOUND && f.apdus == find &&
	    dmsc_uicc_pkcs15(u, &df, &state) == DMSC_E_OK &&
	    f.apdus == find;
	good = good && reads(u, &df, 0x5031, 300) &&
	    f.apdus - find <= again;
	good = good && reads(u, &df, 0x4D10, 65536) &&
	    dmsc_uicc_proactive(u) == f.proactive;
	if (!good)
		printf("# %u APDUs, %s: %.300s\n", f.apdus, e.message, f.log);
	dmsc_uicc_free(&u);
	fake_clear(&f);
	return good;
}

static void
test_ladders(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(ladders); i++)
		ok(climbs(&ladders[i].card, ladders[i].find,
		    ladders[i].again), ladders[i].name);
}

static const struct {
	const char *name;
	struct fake card;
	enum dmsc_p15_state state;
} absent[] = {
	{ "a UICC without it", { FILES(nothing) }, DMSC_P15_ABSENT },
	{ "a card that answers 6F00", { FILES(nothing), .always = 0x6F00 },
	    DMSC_P15_MUTE },
	{ "a locked card", { FILES(nothing), .always = 0x6985 },
	    DMSC_P15_LOCKED },
	{ "a deactivated one", { FILES(nothing), .always = 0x6283 },
	    DMSC_P15_LOCKED },
	{ "a terminated one", { FILES(nothing), .always = 0x6285 },
	    DMSC_P15_TERMINATED },
	{ "a blank card", { FILES(nothing), .always = 0x6A82 },
	    DMSC_P15_BLANK },
	{ "a card that knows no SELECT", { FILES(nothing),
	    .always = 0x6D00 }, DMSC_P15_ABSENT },
};

static void
test_absent(void)
{
	enum dmsc_p15_state state;
	struct dmsc_place df;
	unsigned n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(absent); i++) {
		struct fake f = absent[i].card;
		struct dmsc_link l;
		struct dmsc_err e;
		struct dmsc_uicc *u = fake_uicc(&f, &l, &e);

		ok(dmsc_uicc_pkcs15(u, &df, &state) == DMSC_E_NOTFOUND &&
		    state == absent[i].state && e.why[0] != '\0' &&
		    (n = f.apdus) > 0 && dmsc_uicc_pkcs15(u, &df, &state) ==
		    DMSC_E_NOTFOUND && f.apdus == n, absent[i].name);
		dmsc_uicc_free(&u);
		fake_clear(&f);
	}
}

static const struct {
	const char *name;
	enum fake_end end;
	size_t size;
	unsigned apdus;		/* most, for READ */
} ends[] = {
	{ "short data", END_SHORT, 300, 2 },
	{ "6282", END_6282, 300, 2 },
	{ "6282, whole blocks", END_6282, 512, 3 },
	{ "6Cxx", END_6C, 300, 3 },
	{ "6B00", END_6B00, 512, 3 },
	{ "6700", END_6700, 300, 12 },
	{ "6700, small", END_6700, 60, 14 },
	{ "one byte", END_6C, 1, 2 },
	{ "past 32767", END_SHORT, 40000, 160 },
	{ "6282 past 32767", END_6282, 40000, 160 },
};

static bool
ends_well(size_t i, bool raw)
{
	struct fake_file files[] = {
		{ "", NULL, NULL, NULL, 0, 0, false },
		{ "4D10", NULL, NULL, big, ends[i].size, 0, false } };
	struct fake f = { .files = files, .n_files = 2, .end = ends[i].end,
	    .odd_raw = raw };
	struct dmsc_place mf = { { 0 }, 0, { 0 }, 0 };
	struct dmsc_link l;
	struct dmsc_err e;
	struct dmsc_uicc *u = fake_uicc(&f, &l, &e);
	bool good = reads(u, &mf, 0x4D10, ends[i].size) &&
	    f.apdus <= 1 + ends[i].apdus;

	if (!good)
		printf("# %u APDUs, %s\n", f.apdus, e.message);
	dmsc_uicc_free(&u);
	fake_clear(&f);
	return good;
}

static void
test_ends(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(ends); i++)
		ok(ends_well(i, false) && ends_well(i, true), ends[i].name);
}

/* An extended card: one READ; a reader that cuts it: short ones. */
static void
test_extended(void)
{
	static const uint8_t atr[] = { 0x3B, 0x85, 0x01, 0x80, 0x73, 0, 0,
	    0x40, 0 };
	unsigned n;

	for (n = 0; n < 2; n++) {
		struct fake f = { FILES(by_aid), .no_extended = n == 1 };
		struct dmsc_place df = { { 0 }, 0, { 0x7F50 }, 1 };
		struct dmsc_link l;
		struct dmsc_err e;
		struct dmsc_uicc *u = fake_uicc(&f, &l, &e);

		dmsc_uicc_atr(u, dmsc_rd_of(atr, sizeof atr));
		ok(reads(u, &df, 0x5031, 300) && f.apdus == (n == 0 ? 2 :
		    4), n == 0 ? "extended Le" : "extended Le refused");
		dmsc_uicc_free(&u);
		fake_clear(&f);
	}
}

static void
test_channels(void)
{
	struct fake f = { FILES(by_aid) };
	struct dmsc_place df = { { 0 }, 0, { 0x7F50 }, 1 };
	struct dmsc_link l;
	struct dmsc_err e;
	struct dmsc_uicc *u = fake_uicc(&f, &l, &e);

	ok(dmsc_uicc_channel_open(u) == DMSC_E_OK && f.channels == 2 &&
	    reads(u, &df, 0x5031, 300) && f.last_ch == 1, "channel in CLA");
	dmsc_uicc_channel_close(u);
	ok(f.channels == 0 && reads(u, &df, 0x5031, 300) && f.last_ch == 0,
	    "closed: the basic channel again");
	ok(dmsc_uicc_channel_open(u) == DMSC_E_OK && f.channels == 2,
	    "opened again");
	dmsc_uicc_free(&u);
	ok(f.channels == 0, "free closes what was opened");
	fake_clear(&f);
}

/* Raw APDUs move the card; a select after them must not be fooled. */
static void
test_raw(void)
{
	static const char *const moves[] = { "00A4000C023F00",
	    "00A4080C047F505031", "00A404040CA000000063504B43532D313500",
	    "00B0820000", "00E0000000", "00A4000C022FE2", "00A4080C022FE2",
	    "0070000001" };
	struct fake f = { FILES(by_aid) };
	struct dmsc_place df = { { 0 }, 0, { 0x7F50 }, 1 };
	struct dmsc_buf *cmd = dmsc_buf_new(300), *rsp = dmsc_buf_new(300);
	struct dmsc_link l;
	struct dmsc_err e;
	struct dmsc_uicc *u = fake_uicc(&f, &l, &e);
	unsigned sw, n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(moves); i++) {
		dmsc_buf_reset(cmd);
		ok(reads(u, &df, 0x5031, 300) &&
		    dmsc_hex_get(moves[i], cmd) == DMSC_E_OK &&
		    dmsc_uicc_raw(u, dmsc_buf_rd(cmd), false, rsp, &sw) ==
		    DMSC_E_OK && reads(u, &df, 0x5031, 300), moves[i]);
	}
	n = f.apdus;
	ok(reads(u, &df, 0x5031, 300) && f.apdus == n + 2,
	    "what is selected costs no SELECT");
	ok(dmsc_uicc_raw(u, dmsc_rd_of("\0\xA4\0", 3), false, rsp, &sw) ==
	    DMSC_E_USAGE, "three bytes are no APDU");
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	dmsc_uicc_free(&u);
	fake_clear(&f);
}

static void
test_errors(void)
{
	struct fake f = { FILES(by_aid) };
	struct dmsc_place df = { { 0 }, 0, { 0x7F50 }, 1 }, p;
	struct dmsc_buf *b = dmsc_buf_new(300);
	volatile int stop = 1;
	struct dmsc_link l = fake_link(&f);
	struct dmsc_err e;
	struct dmsc_uicc *u = dmsc_uicc_new(&l, &e, &stop);

	ok(dmsc_uicc_select(u, &df, NULL) == DMSC_E_INTERRUPTED &&
	    f.apdus == 0, "interrupted before the APDU");
	stop = 0;
	ok(dmsc_place_below(&df, 0x4D11, &p) == DMSC_E_OK &&
	    dmsc_uicc_read_place(u, &p, NULL, b) == DMSC_E_AUTH &&
	    e.sw == 0x6982, "a locked file");
	ok(dmsc_place_below(&df, 0x4D99, &p) == DMSC_E_OK &&
	    dmsc_uicc_read_place(u, &p, NULL, b) == DMSC_E_NOTFOUND &&
	    strcmp(e.message, "cannot select 3F00/7F50/4D99") == 0 &&
	    strcmp(e.why, "file not found") == 0, "a file that is absent");
	ok(dmsc_uicc_read_place(u, &df, NULL, b) == DMSC_E_USAGE,
	    "a directory is not read");
	dmsc_buf_free(&b);
	dmsc_uicc_free(&u);
	fake_clear(&f);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7 + i / 251);
	test_ladders();
	test_absent();
	test_ends();
	test_extended();
	test_channels();
	test_raw();
	test_errors();
	return tap_done();
}
