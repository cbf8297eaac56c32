/* tlv: BER-TLV tables, every truncation and flipped bit, building. */
#include <string.h>

#include "base/base.h"
#include "tap.h"
#include "tlv/ber.h"

static const struct {
	const char *name, *hex;
	int want;
	uint32_t tag;
	size_t len;
} cases[] = {
	{ "file identifier", "83023F00", DMSC_E_OK, 0x83, 2 },
	{ "empty value", "8800", DMSC_E_OK, 0x88, 0 },
	{ "two byte tag", "5F500141", DMSC_E_OK, 0x5F50, 1 },
	{ "three byte tag", "7F810100", DMSC_E_OK, 0x7F8101, 0 },
	{ "long length", "8481020001", DMSC_E_OK, 0x84, 2 },
	{ "length overruns", "830512", DMSC_E_SHORT, 0, 0 },
	{ "indefinite form", "8380", DMSC_E_FORMAT, 0, 0 },
	{ "five length bytes", "83850000000001AA", DMSC_E_FORMAT, 0, 0 },
	{ "tag breaks off", "5F", DMSC_E_SHORT, 0, 0 },
	{ "tag too long", "5F81818100", DMSC_E_FORMAT, 0, 0 },
	{ "nothing", "", DMSC_E_SHORT, 0, 0 },
};

/* Whatever the bytes, the call returns and views stay inside the input. */
static bool
holds(struct dmsc_rd in)
{
	struct dmsc_rd r = in, value;
	uint32_t tag;

	while (r.left > 0) {
		if (dmsc_tlv_next(&r, &tag, &value) != DMSC_E_OK)
			return true;
		if (value.p < in.p || value.p + value.left > in.p + in.left)
			return false;
	}
	return true;
}

static bool
mutations_hold(const struct dmsc_buf *b)
{
	struct dmsc_buf *copy;
	size_t i;
	bool good = true;

	for (i = 0; i < b->len && good; i++)
		good = holds(dmsc_rd_of(b->p, i));
	for (i = 0; i < b->len * 8 && good; i++) {
		copy = dmsc_buf_from(dmsc_buf_rd(b), b->len);
		copy->p[i / 8] ^= (uint8_t)(1u << (i % 8));
		good = holds(dmsc_buf_rd(copy));
		dmsc_buf_free(&copy);
	}
	return good;
}

static void
test_reading(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		struct dmsc_buf *b = dmsc_buf_new(64);
		struct dmsc_rd r, value;
		uint32_t tag;
		int code;

		if (dmsc_hex_get(cases[i].hex, b) != DMSC_E_OK)
			return;
		r = dmsc_buf_rd(b);
		code = dmsc_tlv_next(&r, &tag, &value);
		ok(code == cases[i].want && (code == DMSC_E_OK ?
		    tag == cases[i].tag && value.left == cases[i].len :
		    r.left == b->len) && mutations_hold(b), cases[i].name);
		dmsc_buf_free(&b);
	}
}

static void
test_building(void)
{
	struct dmsc_buf *b = dmsc_buf_new(1000);
	struct dmsc_rd value;
	uint8_t big[300] = { 0 };
	size_t at = 0;
	char hex[32];

	ok(dmsc_tlv_begin(b, 0x62, &at) == DMSC_E_OK &&
	    dmsc_tlv_put_u8(b, 0x8A, 5) == DMSC_E_OK &&
	    dmsc_tlv_put(b, 0x5F50, dmsc_rd_str("x")) == DMSC_E_OK &&
	    dmsc_tlv_end(b, at) == DMSC_E_OK &&
	    strcmp(dmsc_hex(dmsc_buf_rd(b), hex, sizeof hex),
	    "62078A01055F500178") == 0, "nested");
	dmsc_buf_reset(b);
	ok(dmsc_tlv_put(b, 0x80, dmsc_rd_of(big, sizeof big)) == DMSC_E_OK &&
	    b->len == 304 && b->p[1] == 0x82, "two length bytes");
	ok(dmsc_tlv_find(dmsc_buf_rd(b), 0x80, &value) == DMSC_E_OK &&
	    value.left == 300, "found again");
	ok(dmsc_tlv_find(dmsc_buf_rd(b), 0x81, &value) == DMSC_E_NOTFOUND,
	    "not found");
	dmsc_buf_free(&b);
	b = dmsc_buf_new(10);
	ok(dmsc_tlv_put(b, 0x80, dmsc_rd_of(big, 9)) == DMSC_E_LIMIT &&
	    b->len == 0, "a failed put leaves nothing");
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_reading();
	test_building();
	return tap_done();
}
