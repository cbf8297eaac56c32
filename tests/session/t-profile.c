/* session: images made from profiles, and what is on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "codec/codec.h"
#include "session/profile.h"
#include "session/session.h"
#include "tap.h"

static char folder[TAP_FOLDER];
static char image[64], other[64];

struct apdu {
	const char *in, *want;	/* data and SW; "~": begins so */
};

static bool
run(struct dmsc_card *c, const struct apdu *s, size_t n)
{
	struct dmsc_buf *cmd = dmsc_buf_new(300);
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	char hex[1100];
	bool good = true;
	size_t i, len;

	for (i = 0; good && i < n; i++) {
		dmsc_buf_reset(cmd);
		dmsc_buf_reset(rsp);
		good = dmsc_hex_get(s[i].in, cmd) == DMSC_E_OK &&
		    dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) == DMSC_E_OK;
		dmsc_hex(dmsc_buf_rd(rsp), hex, sizeof hex);
		len = strlen(s[i].want);
		if (len > 0 && s[i].want[len - 1] == '~')
			good = good && strncmp(hex, s[i].want, len - 1) == 0;
		else
			good = good && strcmp(hex, s[i].want) == 0;
		if (!good)
			printf("# %s: %.200s\n", s[i].in, hex);
	}
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return good;
}

static struct dmsc_card *
open_image(const char *path)
{
	struct dmsc_card *c = NULL;

	return dmsc_card_open(path, &c, NULL) == DMSC_E_OK ? c : NULL;
}

static const struct apdu both[] = {
	{ "00A40004023F00", "6220820278218302~" },
	{ "00A4080C022F00", "9000" },
	{ "00B2010426", "61194F10A0000000871002FFFFFFFF8907090000"
	    "50055553494D31FFFFFFFFFFFFFFFFFFFFFF9000" },
	{ "00B2020426", "611D4F0CA000000063504B43532D3135"
	    "5007504B435323313551043F007F50FFFFFFFFFFFFFF9000" },
	{ "00B2030426", "FFFF~" },
	{ "00A4080C022F05", "9000" }, { "00B0000000", "656EFFFF9000" },
	{ "00D60000016E", "6982" },
	{ "00A4040C07A0000000871002", "9000" },
	{ "00A4000C026FAD", "9000" }, { "00B0000000", "000000029000" },
	{ "00A4000C026F07", "9000" }, { "00B0000000", "6982" },
	{ "002000010831323334FFFFFFFF", "9000" },
	{ "00B0000000", "0809101010325476989000" },
	{ "00A4040C0CA000000063504B43532D3135", "9000" },
	{ "00A4000C025031", "9000" },
	{ "00B0000010", "A706300404024D00A706300404024D029000" },
	{ "00A4000C024D12", "9000" }, { "00B0000003", "6982" },
	{ "002600810832343638FFFFFFFF", "6985" },
	{ "002000810832343638FFFFFFFF", "9000" },
	{ "00B0000003", "02A4019000" },
	{ "00A4000C024D00", "9000" },
	{ "00D600000111", "6982" },
	{ "0020000A084444444444444444", "9000" },
	{ "00D6000001A1", "9000" },
	{ "00A4000C024D12", "9000" }, { "00D600000102", "9000" },
	{ "00A4000C025032", "9000" }, { "00D600000102", "6982" },
	{ "00DA01030141", "6985" },
};
static const struct apdu demo_only[] = {
	{ "00A4080C047F505031", "9000" },
	{ "00B0001010", "A706300404024D04A8063004040244019000" },
	{ "00A4080C047F504D14", "9000" }, { "00B0000004", "000200689000" },
	{ "00A4080C047F504D16", "9000" }, { "00B0000004", "030B6A009000" },
	{ "0020000A084444444444444444", "9000" },
	{ "00A4080C047F504D11", "9000" },
	{ "00B0000003", "FFFFFF9000" },
	{ "00E0000018" "6216820241218302" "4D18" "8A01058B036F060180020400"
	    "8800", "9000" },
	{ "00D600000111", "9000" },
	{ "00E4000002" "4D18", "9000" },
	{ "00E4000002" "5032", "6982" },
};
static const struct apdu field_only[] = {
	{ "00A4080C047F505031", "9000" },
	{ "00B0001008", "A8063004040244019000" },
	{ "00A4080C047F504D14", "6A82" },
	{ "0020000A084444444444444444", "9000" },
	{ "00A4080C047F504D11", "6A82" },
	{ "00A4080C047F504D13", "9000" },
	{ "00E0000018" "6216820241218302" "4D11" "8A01058B036F060180020400"
	    "8800", "6982" },
	{ "00E4000002" "4D13", "6982" },
	{ "00A4080C047F504D10", "9000" },
	{ "00D600000102", "9000" },
};

/* The document in EF fid, decoded; true when it holds uri. */
static bool
document_holds(struct dmsc_card *c, const char *select, const char *uri)
{
	struct dmsc_buf *cmd = dmsc_buf_new(300);
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_boot *b = NULL;
	bool good = dmsc_hex_get(select, cmd) == DMSC_E_OK &&
	    dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) == DMSC_E_OK;
	size_t used = 0;

	dmsc_buf_reset(cmd);
	dmsc_buf_reset(rsp);
	good = good && dmsc_hex_get("00B00000000000", cmd) == DMSC_E_OK &&
	    dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_rd_of(rsp->p, rsp->len - 2), &b, &used,
	    NULL) == DMSC_E_OK && used > 100 && used < rsp->len &&
	    dmsc_tree_find(dmsc_boot_tree(b), uri) != NULL;
	dmsc_boot_free(&b);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return good;
}

static void
test_content(void)
{
	struct dmsc_card *c = open_image(image);
	struct dmsc_buf *b = dmsc_buf_new(2000);
	uint8_t iccid[DMSC_ICCID_BYTES] = { 0 };
	static const uint8_t path[] = { 0x4D, 0x10 };
	size_t i, last = 0;

	ok(document_holds(c, "00A4080C047F504D10",
	    "DMAcc/opx/ServerID") &&
	    document_holds(c, "00A4080C047F504D10", "NAP/internet/Addr") &&
	    document_holds(c, "00A4080C047F504D10", "Mail/home") &&
	    document_holds(c, "00A4080C047F504D10", "IM/home") &&
	    document_holds(c, "00A4080C047F504D10",
	    "DMSC/UserConfirmation"), "OperatorX");
	dmsc_card_close(&c);
	ok(dmsc_profile_build(DMSC_DODF2, iccid, b, NULL) == DMSC_E_OK,
	    "DODF-2");
	for (i = 0; i + 2 <= DMSC_MIN(b->len, (size_t)128); i++)
		if (memcmp(b->p + i, path, sizeof path) == 0)
			last = i;
	ok(last > 100 && last < 126,
	    "the oidDO of OperatorX ends in the first 128 bytes");
	dmsc_buf_reset(b);
	ok(dmsc_profile_build(DMSC_OID_OF_LWM2M, iccid, b, NULL) ==
	    DMSC_E_OK && b->len == 50 && b->p[48] == 0x4D &&
	    b->p[49] == 0x14, "that of LwM2M has a directory to itself");
	dmsc_buf_reset(b);
	ok(dmsc_profile_build(DMSC_DOC_LWM2M, iccid, b, NULL) == DMSC_E_OK &&
	    b->len <= 128, "and its document one READ BINARY");
	dmsc_buf_free(&b);
}

static void
test_new(struct dmsc_session *s)
{
	const uint64_t seed = 42;
	struct dmsc_card_new_opts o = { .image = image, .seed = &seed };
	struct dmsc_image_info *i = NULL;
	struct dmsc_card *c;

	ok(dmsc_card_new(s, &o, &i) == DMSC_E_OK && i != NULL &&
	    strcmp(i->profile, "demo") == 0 &&
	    strcmp(i->life, "activated") == 0 && i->files == 43 &&
	    strncmp(i->iccid, "8988211", 7) == 0 &&
	    strlen(i->iccid) == 19 && strcmp(i->file, image) == 0,
	    "a demo card");
	dmsc_view_free(&dmsc_image_info_view, i);
	ok(dmsc_card_new(s, &o, &i) == DMSC_E_IO && i == NULL &&
	    dmsc_session_err(s)->n_next == 1, "an image is not replaced");
	c = open_image(image);
	ok(run(c, both, DMSC_COUNT(both)), "what a demo card answers");
	o.force = true;
	ok(dmsc_card_new(s, &o, &i) == DMSC_E_LOCKED && i == NULL,
	    "nor one that is in use, even with force");
	dmsc_card_close(&c);
	c = open_image(image);
	ok(run(c, demo_only, DMSC_COUNT(demo_only)),
	    "ADM1 makes and deletes files on a demo card");
	dmsc_card_close(&c);
}

static void
test_field(struct dmsc_session *s)
{
	struct dmsc_card_new_opts o = { .image = other, .profile = "field",
	    .iccid = "898821100000051008" };
	struct dmsc_image_info *i = NULL;
	struct dmsc_card *c;

	ok(dmsc_card_new(s, &o, &i) == DMSC_E_OK && i != NULL &&
	    strcmp(i->profile, "field") == 0 && i->files == 23 &&
	    strcmp(i->iccid, o.iccid) == 0, "a field card");
	dmsc_view_free(&dmsc_image_info_view, i);
	c = open_image(other);
	ok(run(c, both, DMSC_COUNT(both)), "it answers as the demo card");
	dmsc_card_close(&c);
	c = open_image(other);
	ok(run(c, field_only, DMSC_COUNT(field_only)),
	    "but nobody makes or deletes files, and a slot is missing");
	dmsc_card_close(&c);
}

/* One directory of another maker's, and nothing in pairs. */
static void
test_foreign(struct dmsc_session *s)
{
	static const struct apdu steps[] = {
		{ "00A4040C0CA000000063504B43532D3135", "9000" },
		{ "00A4000C025031", "9000" },
		{ "00B0000008", "A7063004040264309000" },
		{ "00A4000C024D00", "6A82" },
		{ "00A4000C026430", "9000" },
		{ "00B0002B04", "A12730009000" },
	};
	struct dmsc_card_new_opts o = { .image = other, .force = true,
	    .profile = "foreign" };
	struct dmsc_image_info *i = NULL;
	struct dmsc_card *c;

	ok(dmsc_card_new(s, &o, &i) == DMSC_E_OK && i != NULL &&
	    strcmp(i->profile, "foreign") == 0, "a card of another maker");
	dmsc_view_free(&dmsc_image_info_view, i);
	c = open_image(other);
	ok(run(c, steps, DMSC_COUNT(steps)), "its directory");
	dmsc_card_close(&c);
}

static void
test_refused(struct dmsc_session *s)
{
	static const char *const numbers[] = { "123", "",
	    "89882110000005100X", "898821100000051008477" };
	struct dmsc_card_new_opts o = { .image = other, .force = true,
	    .profile = "golden" };
	struct dmsc_image_info *i = NULL;
	bool good = true;
	size_t k;

	ok(dmsc_card_new(s, &o, &i) == DMSC_E_USAGE && i == NULL,
	    "no such profile");
	o.profile = "blank";
	for (k = 0; k < DMSC_COUNT(numbers); k++) {
		o.iccid = numbers[k];
		good = dmsc_card_new(s, &o, &i) == DMSC_E_USAGE && good;
	}
	ok(good, "wrong numbers");
	o.iccid = NULL;
	o.image = "no/such/folder/c.img";
	ok(dmsc_card_new(s, &o, &i) != DMSC_E_OK && i == NULL &&
	    !dmsc_file_there(o.image), "no folder");
	o.image = other;
	ok(dmsc_card_new(s, &o, &i) == DMSC_E_OK &&
	    strcmp(i->life, "initialisation") == 0 && i->files == 0 &&
	    i->iccid == NULL, "a blank card replaces one by force");
	dmsc_view_free(&dmsc_image_info_view, i);
}

/* The seed fixes the number; check digits hold. */
static void
test_iccid(void)
{
	uint8_t a[DMSC_ICCID_BYTES], b[DMSC_ICCID_BYTES];
	static const uint8_t want[] = { 0x98, 0x88, 0x12, 0x01, 0x00, 0x00,
	    0x50, 0x01, 0x80, 0xF4 };
	uint64_t seed;
	bool good = true;
	unsigned i, sum, d;

	ok(dmsc_iccid_code("8988211000000510084", a) == DMSC_E_OK &&
	    memcmp(a, want, sizeof want) == 0, "the number of TS 102 221");
	for (seed = 0; seed < 200; seed++) {
		dmsc_iccid_draw(seed, a);
		for (sum = 0, i = 0; i < 19; i++) {
			d = i % 2 == 0 ? a[i / 2] & 15u : a[i / 2] >> 4;
			if (i % 2 == 1)
				d = d > 4 ? 2 * d - 9 : 2 * d;
			sum += d;
		}
		good = good && sum % 10 == 0;
	}
	dmsc_iccid_draw(7, a);
	dmsc_iccid_draw(7, b);
	ok(good && memcmp(a, b, sizeof a) == 0, "drawn numbers");
}

static void
test_default(struct dmsc_session *s)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_link l = { NULL, NULL }, m = { NULL, NULL };
	char *path = dmsc_session_sim_image(s);
	struct dmsc_image_info *i = NULL;

	ok(dmsc_card_show(s, NULL, &i) == DMSC_E_NOREADER && i == NULL,
	    "showing makes nothing");
	ok(dmsc_session_open_sim(s, NULL, &l, atr) == DMSC_E_OK &&
	    atr->len == 21 && dmsc_file_there(path),
	    "the default card is made on first use");
	ok(dmsc_session_open_sim(s, NULL, &m, atr) == DMSC_E_LOCKED,
	    "and held");
	ok(dmsc_card_show(s, NULL, &i) == DMSC_E_OK &&
	    strcmp(i->profile, "demo") == 0, "shown while it is held");
	dmsc_view_free(&dmsc_image_info_view, i);
	dmsc_link_close(&l, true);
	ok(dmsc_session_open_sim(s, "none.img", &l, atr) == DMSC_E_NOREADER,
	    "another image is not made");
	(void)unlink(path);
	free(path);
	dmsc_buf_free(&atr);
}

int
main(void)
{
	struct dmsc_setup setup = { .state_dir = folder };
	struct dmsc_session *s = NULL;

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(image, sizeof image, "%s/c.img", folder);
	(void)snprintf(other, sizeof other, "%s/f.img", folder);
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return 1;
	test_iccid();
	test_new(s);
	test_content();
	test_field(s);
	test_foreign(s);
	test_refused(s);
	test_default(s);
	dmsc_session_free(&s);
	(void)unlink(image);
	(void)unlink(other);
	(void)rmdir(folder);
	return tap_done();
}
