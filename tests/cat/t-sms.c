/*
 * cat: short messages for a card. One of a test specification, ours made and
 * taken apart, parts in any order, whole, cut and bent.
 */
#include <string.h>

#include "base/base.h"
#include "cat/sms.h"
#include "tap.h"

enum { MAX = 512, LONG = 1000, BENT = 400 };

static const struct {
	const char *name, *hex;
	int want;
	const char *from, *centre, *data;
	unsigned part, parts, ref;
} cases[] = {
	{ "of a test specification", "D12D820283810609911122334455667"
	    "7F88B1C04049121437F16891010000000000D53686F7274204D657373616765",
	    DMSC_E_OK, "+1234", "+112233445566778", "Short Message", 1, 1,
	    0 },
	{ "the third part of two", "D11F820283818B19"
	    "440491214300F6891010000000000A06080400FF0203414243",
	    DMSC_E_FORMAT, "", "", "", 0, 0, 0 },
	{ "a part, its reference of 16 bits", "D11F820283818B19"
	    "440491214300F6891010000000000A0608040101020241424"
	    "3", DMSC_E_OK, "+1234", "", "ABC", 2, 2, 0x10101 },
	{ "another element of the header", "D11B820283818B15"
	    "440491214300F6891010000000000602700041", DMSC_E_SHORT, "", "",
	    "", 0, 0, 0 },
	{ "one that is not ours", "D11A820283818B14"
	    "440491214300F689101000000000060270004142"
	    "43", DMSC_E_FORMAT, "", "", "", 0, 0, 0 },
	{ "a text of 7 bits", "D115820283818B0F"
	    "040491214300008910100000000000", DMSC_E_UNSUPPORTED, "", "", "",
	    0, 0, 0 },
	{ "no TPDU", "D10482028381", DMSC_E_SHORT, "", "", "", 0, 0, 0 },
	{ "a report", "D115820283818B0F"
	    "020491214300F68910100000000000", DMSC_E_FORMAT, "", "", "", 0,
	    0, 0 },
	{ "another envelope", "D30782020181900102", DMSC_E_NOTFOUND, "", "",
	    "", 0, 0, 0 },
};

static bool
good_row(size_t i, const struct dmsc_buf *in)
{
	struct dmsc_cat_sms s;
	int r = dmsc_cat_sms_get(dmsc_buf_rd(in), &s);

	if (r != cases[i].want)
		printf("# %s\n", dmsc_e_name(r));
	if (r != cases[i].want || r != DMSC_E_OK)
		return r == cases[i].want;
	return strcmp(s.from, cases[i].from) == 0 &&
	    strcmp(s.centre, cases[i].centre) == 0 &&
	    dmsc_rd_eq_str(s.data, cases[i].data) &&
	    s.part == cases[i].part && s.parts == cases[i].parts &&
	    s.ref == cases[i].ref;
}

/* Whatever the bytes: views inside them, and what is joined holds. */
static bool
holds(const uint8_t *p, size_t n)
{
	struct dmsc_buf *out = dmsc_buf_new(CAT_SMS_MAX);
	struct dmsc_cat_join j = { .clock = 0 };
	struct dmsc_cat_sms s;
	bool whole = false, good = true;

	if (dmsc_cat_sms_get(dmsc_rd_of(p, n), &s) == DMSC_E_OK)
		good = s.data.left <= CAT_SMS_WHOLE &&
		    dmsc_cat_join(&j, &s, out, &whole) == DMSC_E_OK &&
		    whole == (s.parts == 1);
	dmsc_cat_join_end(&j);
	dmsc_buf_free(&out);
	return good;
}

static bool
bent(struct dmsc_rd in)
{
	uint8_t copy[MAX];
	bool good = true;
	size_t i;

	for (i = 0; i < in.left; i++) {
		uint8_t *cut = malloc(i + 1);

		memcpy(cut, in.p, i);
		good = holds(cut, i) && good;
		free(cut);
	}
	memcpy(copy, in.p, in.left);
	for (i = 0; i < 8 * in.left; i++) {
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		good = holds(copy, in.left) && good;
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	return good;
}

/* The message of n bytes in its parts, in the order of step, some twice. */
static bool
there_and_back(size_t n, unsigned step)
{
	static uint8_t data[CAT_SMS_MAX];
	struct dmsc_buf *e = dmsc_buf_new(MAX), *out;
	struct dmsc_cat_join j = { .clock = 0 };
	struct dmsc_cat_sms s, got;
	bool good = true, whole = false;
	unsigned i, parts;

	out = dmsc_buf_new(CAT_SMS_MAX);
	for (i = 0; i < n; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	dmsc_cat_sms_init(&s, "+4917012345", dmsc_rd_of(data, n), 77);
	(void)snprintf(s.centre, sizeof s.centre, "*12#");
	parts = s.parts;
	for (i = 0; i < parts && good; i++) {
		good = !whole;
		dmsc_buf_reset(e);
		good = good && dmsc_cat_sms_put(&s, i * step % parts + 1, e)
		    == DMSC_E_OK && e->len <= 255 && dmsc_cat_sms_get(
		    dmsc_buf_rd(e), &got) == DMSC_E_OK &&
		    strcmp(got.from, s.from) == 0 &&
		    strcmp(got.centre, s.centre) == 0 &&
		    dmsc_cat_join(&j, &got, out, &whole) == DMSC_E_OK;
		if (good && i == 0 && parts > 1)	/* twice */
			good = dmsc_cat_join(&j, &got, out, &whole) ==
			    DMSC_E_OK && !whole;
	}
	good = good && whole && dmsc_rd_eq(dmsc_buf_rd(out), s.data);
	dmsc_cat_join_end(&j);
	dmsc_buf_free(&e);
	dmsc_buf_free(&out);
	return good;
}

static void
sizes(void)
{
	static const struct { size_t n; unsigned parts; } rows[] = {
		{ 0, 1 }, { 140, 1 }, { 141, 2 }, { 268, 2 }, { 269, 3 },
		{ CAT_SMS_MAX, 255 }, { CAT_SMS_MAX + 1, 0 } };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (dmsc_cat_sms_parts(rows[i].n) != rows[i].parts)
			break;
	ok(i == DMSC_COUNT(rows), "how many parts");
	for (i = 0; i + 1 < DMSC_COUNT(rows); i++)
		if (!there_and_back(rows[i].n, 1))
			break;
	ok(i + 1 == DMSC_COUNT(rows), "there and back, in order");
	ok(there_and_back(LONG, 3), "in another order, one part twice");
}

/* Five messages in parts at once: the first one is gone. */
static void
many(void)
{
	static const uint8_t data[2 * CAT_SMS_PART];
	struct dmsc_buf *out = dmsc_buf_new(MAX);
	struct dmsc_cat_join j = { .clock = 0 };
	struct dmsc_cat_sms s;
	bool whole, good = true;
	unsigned i;

	dmsc_cat_sms_init(&s, NULL, dmsc_rd_of(data, CAT_SMS_PART), 0);
	s.parts = 2;
	for (i = 0; i <= CAT_JOINS && good; i++) {
		s.ref = i;
		s.part = 1;
		good = dmsc_cat_join(&j, &s, out, &whole) == DMSC_E_OK &&
		    !whole;
	}
	s.part = 2;
	ok(good && dmsc_cat_join(&j, &s, out, &whole) == DMSC_E_OK && whole &&
	    out->len == sizeof data, "the last of five is whole");
	s.ref = 0;
	ok(dmsc_cat_join(&j, &s, out, &whole) == DMSC_E_OK && !whole,
	    "the first is gone");
	s.part = 3;
	ok(dmsc_cat_join(&j, &s, out, &whole) == DMSC_E_FORMAT,
	    "a third part of two is none");
	dmsc_cat_join_end(&j);
	dmsc_buf_free(&out);
}

static void
refusals(struct dmsc_buf *out)
{
	struct dmsc_cat_sms s;

	dmsc_buf_reset(out);
	dmsc_cat_sms_init(&s, "+49x", dmsc_rd_str("a"), 0);
	ok(dmsc_cat_sms_put(&s, 1, out) == DMSC_E_USAGE && out->len == 0,
	    "no number");
	dmsc_cat_sms_init(&s, "+49", dmsc_rd_str("a"), 0);
	ok(dmsc_cat_sms_put(&s, 2, out) == DMSC_E_USAGE && out->len == 0,
	    "no such part");
}

int
main(void)
{
	struct dmsc_buf *in = dmsc_buf_new(MAX);
	struct dmsc_cat_sms s;
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		dmsc_buf_reset(in);
		ok(dmsc_hex_get(cases[i].hex, in) == DMSC_E_OK &&
		    good_row(i, in), cases[i].name);
		ok(bent(dmsc_buf_rd(in)), "... cut and bent");
	}
	sizes();
	dmsc_buf_reset(in);
	dmsc_cat_sms_init(&s, "+491", dmsc_rd_of(in->p, 0), 1);
	s.data = dmsc_rd_str("two parts of a message that is longer than one "
	    "can be, because it has more than one hundred and forty bytes, "
	    "which is all that goes into one");
	ok(dmsc_cat_sms_put(&s, 1, in) == DMSC_E_OK &&
	    bent(dmsc_buf_rd(in)), "a first part, cut and bent");
	many();
	refusals(in);
	dmsc_buf_free(&in);
	return tap_done();
}
