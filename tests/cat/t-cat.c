/*
 * cat: commands of TS 102 223 as test specifications and cards send them,
 * whole, cut and bent; responses, texts, file lists.
 */
#include <string.h>

#include "base/base.h"
#include "cat/cat.h"
#include "tap.h"

enum { MAX = 512 };

static const struct {
	const char *name, *hex;
	int want;
	unsigned verdict;
	const char *type, *response;	/* to "done", or the verdict */
} cases[] = {
	{ "refresh, one file", "D010810301010182028182920501"
	    "3F002FE2", DMSC_E_OK, CAT_DONE, "refresh",
	    "810301010182028281830100" },
	{ "refresh, two files", "D01881030101018202818292"
	    "0D023F007F5064303F007F506432", DMSC_E_OK, CAT_DONE, "refresh",
	    "810301010182028281830100" },
	{ "refresh, with AID", "D020810301010182028182920701"
	    "3F007FFF6432AF0CA000000063504B43532D3135", DMSC_E_OK, CAT_DONE,
	    "refresh", "810301010182028281830100" },
	{ "display text", "D01A8103012180820281028D0F04"
	    "546F6F6C6B697420546573742031", DMSC_E_OK, CAT_DONE,
	    "display-text", "810301218082028281830100" },
	{ "poll interval", "D00D81030103008202818284020114", DMSC_E_OK,
	    CAT_DONE, "poll-interval", "810301030082028281830100" },
	{ "more time", "D009810301020082028182", DMSC_E_OK, CAT_DONE,
	    "more-time", "810301020082028281830100" },
	{ "event list", "D00D81030105008202818299020507", DMSC_E_OK,
	    CAT_DONE, "set-up-event-list", "810301050082028281830100" },
	{ "timer", "D011810301270082028182A40101A503005000", DMSC_E_OK,
	    CAT_DONE, "timer", "810301270082028281830100" },
	{ "open channel: beyond us", "D0238103054001820281"
	    "82B50103B9020400C7050474657374BC030201BBBE0521C0000201",
	    DMSC_E_OK, CAT_BEYOND, "open-channel",
	    "810305400182028281830130" },
	{ "a type that nobody knows", "D009810301990082028182", DMSC_E_OK,
	    CAT_TYPE_UNKNOWN, NULL, "810301990082028281830131" },
	{ "an unknown tag that must be understood",
	    "D00C810301020082028182C30155", DMSC_E_OK, CAT_DATA_UNKNOWN,
	    "more-time", "810301020082028281830132" },
	{ "the same, not required: left out",
	    "D00C810301020082028182430155", DMSC_E_OK, CAT_DONE,
	    "more-time", "810301020082028281830100" },
	{ "a required value is missing", "D009810301210082028102",
	    DMSC_E_OK, CAT_VALUES_MISSING, "display-text",
	    "810301210082028281830136" },
	{ "an object breaks off", "D00B8103010200820281820405", DMSC_E_OK,
	    CAT_DATA_UNKNOWN, "more-time", "810301020082028281830132" },
	{ "bytes behind it", "D00981030102008202818200", DMSC_E_FORMAT, 0,
	    NULL, NULL },
	{ "shorter than it says", "D010810301020082028182", DMSC_E_SHORT, 0,
	    NULL, NULL },
	{ "an envelope", "D307820201819001", DMSC_E_SHORT, 0, NULL, NULL },
	{ "no details", "D00482028182", DMSC_E_FORMAT, 0, NULL, NULL },
};

static bool
respond(const struct dmsc_cat_cmd *c, struct dmsc_buf *b)
{
	struct dmsc_rd none = { NULL, 0 };
	uint8_t details[3];
	unsigned result;

	return dmsc_cat_respond(c, c->verdict, CAT_NO_MORE, none, b) ==
	    DMSC_E_OK && dmsc_cat_response(dmsc_buf_rd(b), details,
	    &result) == DMSC_E_OK && result == c->verdict &&
	    memcmp(details, c->details, sizeof details) == 0;
}

static bool
good_row(size_t i, struct dmsc_buf *in, struct dmsc_buf *out)
{
	struct dmsc_cat_cmd c;
	const char *name;
	char hex[2 * MAX];
	int r = dmsc_cat_parse(dmsc_buf_rd(in), &c);

	if (r != cases[i].want || r != DMSC_E_OK)
		return r == cases[i].want;
	name = dmsc_cat_type_name(c.details[1]);
	return c.verdict == cases[i].verdict && respond(&c, out) &&
	    (name == NULL ? cases[i].type == NULL :
	    cases[i].type != NULL && strcmp(name, cases[i].type) == 0) &&
	    strcmp(dmsc_hex(dmsc_buf_rd(out), hex, sizeof hex),
	    cases[i].response) == 0;
}

/* Whatever the bytes: an answer, and every view inside them. */
static bool
holds(const uint8_t *p, size_t n)
{
	struct dmsc_buf *out = dmsc_buf_new(MAX * 4);
	struct dmsc_rd v, paths, path;
	struct dmsc_cat_cmd c;
	bool good = true;

	if (dmsc_cat_parse(dmsc_rd_of(p, n), &c) == DMSC_E_OK) {
		good = respond(&c, out);
		if (dmsc_cat_find(&c, CAT_T_FILES, &v) == DMSC_E_OK &&
		    dmsc_cat_files(v, &paths) == DMSC_E_OK)
			while (dmsc_cat_file(&paths, &path))
				good = good && path.left >= 2;
		if (dmsc_cat_find(&c, CAT_T_TEXT, &v) == DMSC_E_OK)
			good = dmsc_cat_text(v, out) != DMSC_E_LIMIT && good;
	}
	dmsc_buf_free(&out);
	return good;
}

static bool
bent(const struct dmsc_buf *in)
{
	uint8_t copy[MAX];
	bool good = true;
	size_t i;

	for (i = 0; i < in->len; i++) {
		uint8_t *cut = malloc(i + 1);

		memcpy(cut, in->p, i);
		good = holds(cut, i) && good;
		free(cut);
	}
	memcpy(copy, in->p, in->len);
	for (i = 0; i < 8 * in->len; i++) {
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		good = holds(copy, in->len) && good;
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	return good;
}

static const struct {
	const char *name, *hex, *text;	/* NULL: refused */
} texts[] = {
	{ "packed", "00D4F79BBD4ED341D4F29C0E9A01", "Toolkit Test 3" },
	{ "8 bit", "04546F6F6C6B6974", "Toolkit" },
	{ "16 bit", "080038003030EB", "80\xE3\x83\xAB" },
	{ "16 bit, half a character", "0800380030D83D", "80?" },
	{ "another coding", "0C41", NULL },
	{ "half of two bytes", "0800", NULL },
	{ "empty", "", "" },
};
static const struct {
	const char *name, *text, *hex;	/* NULL: refused */
	unsigned coding;
} made[] = {
	{ "to 8 bit", "Toolkit@\xC2\xA3", "04546F6F6C6B69740001", CAT_BYTES },
	{ "packed", "Toolkit Test 3", "00D4F79BBD4ED341D4F29C0E9A01",
	    CAT_PACKED },
	{ "to 16 bit", "80\xE3\x83\xAB", "080038003030EB", CAT_UCS2 },
	{ "not in the alphabet", "\xE3\x83\xAB", NULL, CAT_BYTES },
	{ "a bracket is not, either", "[", NULL, CAT_BYTES },
	{ "a control is not", "\x01", NULL, CAT_BYTES },
	{ "not in 16 bits", "\xF0\x9F\x92\xB3", NULL, CAT_UCS2 },
	{ "no UTF-8", "\xE3\x83", NULL, CAT_UCS2 },
};
static const struct {
	const char *name, *hex;
	int want;
} lists[] = {
	{ "one", "013F002FE2", DMSC_E_OK },
	{ "two", "023F007F5064303F007F506432", DMSC_E_OK },
	{ "fewer than counted", "033F007F5064303F007F506432",
	    DMSC_E_FORMAT },
	{ "not from the MF", "012FE2", DMSC_E_FORMAT },
	{ "half a file", "013F002F", DMSC_E_FORMAT },
	{ "nothing", "", DMSC_E_SHORT },
};

static void
values(struct dmsc_buf *in, struct dmsc_buf *out)
{
	struct dmsc_rd paths;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(texts); i++) {
		dmsc_buf_reset(in);
		dmsc_buf_reset(out);
		r = dmsc_hex_get(texts[i].hex, in);
		if (r == DMSC_E_OK)
			r = dmsc_cat_text(dmsc_buf_rd(in), out);
		ok(texts[i].text == NULL ? r != DMSC_E_OK : r == DMSC_E_OK &&
		    dmsc_rd_eq_str(dmsc_buf_rd(out), texts[i].text),
		    texts[i].name);
	}
	for (i = 0; i < DMSC_COUNT(made); i++) {
		char hex[MAX];

		dmsc_buf_reset(out);
		r = dmsc_cat_text_put(dmsc_rd_str(made[i].text),
		    made[i].coding, out);
		ok(made[i].hex == NULL ? r != DMSC_E_OK : r == DMSC_E_OK &&
		    strcmp(dmsc_hex(dmsc_buf_rd(out), hex, sizeof hex),
		    made[i].hex) == 0, made[i].name);
	}
	for (i = 0; i < DMSC_COUNT(lists); i++) {
		dmsc_buf_reset(in);
		r = dmsc_hex_get(lists[i].hex, in);
		ok(r == DMSC_E_OK && dmsc_cat_files(dmsc_buf_rd(in),
		    &paths) == lists[i].want, lists[i].name);
	}
}

int
main(void)
{
	struct dmsc_buf *in = dmsc_buf_new(MAX), *out = dmsc_buf_new(MAX);
	static const uint8_t five[] = { 0x00, 0x10, 0x00 };
	char hex[64];
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		dmsc_buf_reset(in);
		dmsc_buf_reset(out);
		ok(dmsc_hex_get(cases[i].hex, in) == DMSC_E_OK &&
		    good_row(i, in, out), cases[i].name);
		ok(bent(in), "... cut and bent");
	}
	values(in, out);
	dmsc_buf_reset(out);
	ok(dmsc_cat_timer_up(1, five, out) == DMSC_E_OK && strcmp(dmsc_hex(
	    dmsc_buf_rd(out), hex, sizeof hex),
	    "D70C82028281A40101A503001000") == 0, "a timer that ran out");
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return tap_done();
}
