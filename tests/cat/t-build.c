/*
 * cat: commands and envelopes made here are, byte for byte, those of the
 * test specifications; each is read back by the reader.
 */
#include <string.h>

#include "base/base.h"
#include "cat/cat.h"
#include "tap.h"

enum { MAX = 512 };

static struct dmsc_buf *in, *out;

static struct dmsc_rd
bytes(const char *hex)
{
	dmsc_buf_reset(in);
	return dmsc_hex_get(hex, in) == DMSC_E_OK ? dmsc_buf_rd(in) :
	    dmsc_rd_of(NULL, 0);
}

static bool
is(const char *hex)
{
	char text[2 * MAX];
	bool same = strcmp(dmsc_hex(dmsc_buf_rd(out), text, sizeof text),
	    hex) == 0;

	if (!same)
		printf("# %s\n", text);
	return same;
}

static const struct {
	const char *name, *paths, *aid;
	unsigned number, mode;
	int want;
	const char *hex;
} refreshes[] = {
	{ "one file", "3F002FE2", "", 1, 0x01, DMSC_E_OK,
	    "D0108103010101820281829205013F002FE2" },
	{ "two files", "3F007F5064303F007F506432", "", 1, 0x01, DMSC_E_OK,
	    "D018810301010182028182920D023F007F5064303F007F506432" },
	{ "a file of an application", "3F007FFF6432",
	    "A000000063504B43532D3135", 1, 0x01, DMSC_E_OK,
	    "D020810301010182028182920701"
	    "3F007FFF6432AF0CA000000063504B43532D3135" },
	{ "reset", "", "", 1, 0x04, DMSC_E_OK, "D009810301010482028182" },
	{ "not from the MF", "2FE2", "", 1, 0x01, DMSC_E_FORMAT, "" },
	{ "half a file", "3F002F", "", 1, 0x01, DMSC_E_FORMAT, "" },
};

static void
refresh(void)
{
	struct dmsc_buf *aid = dmsc_buf_new(MAX), *many = dmsc_buf_new(MAX);
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(refreshes); i++) {
		dmsc_buf_reset(out);
		dmsc_buf_reset(aid);
		r = dmsc_hex_get(refreshes[i].aid, aid);
		if (r == DMSC_E_OK)
			r = dmsc_cat_refresh(out, refreshes[i].number,
			    refreshes[i].mode, bytes(refreshes[i].paths),
			    dmsc_buf_rd(aid));
		ok(r == refreshes[i].want && is(refreshes[i].hex),
		    refreshes[i].name);
	}
	dmsc_buf_reset(out);
	for (i = 0, r = DMSC_E_OK; i < 59 && r == DMSC_E_OK; i++)
		r = dmsc_buf_put(many, bytes("3F002FE2"));
	ok(r == DMSC_E_OK && dmsc_cat_refresh(out, 1, 1, dmsc_buf_rd(many),
	    dmsc_rd_of(NULL, 0)) == DMSC_E_OK && out->len == 252,
	    "59 files fill what can be fetched");
	dmsc_buf_reset(out);
	r = dmsc_buf_put(many, bytes("3F002FE2"));
	ok(r == DMSC_E_OK && dmsc_cat_refresh(out, 1, 1, dmsc_buf_rd(many),
	    dmsc_rd_of(NULL, 0)) == DMSC_E_LIMIT && out->len == 0,
	    "one more does not go in");
	dmsc_buf_free(&aid);
	dmsc_buf_free(&many);
}

static const struct {
	const char *name, *rest, *hex;
	uint8_t details[3];
	unsigned to;
} commands[] = {
	{ "a text", "8D0F04546F6F6C6B697420546573742031",
	    "D01A8103012180820281028D0F04546F6F6C6B697420546573742031",
	    { 1, CAT_DISPLAY_TEXT, 0x80 }, CAT_DISPLAY },
	{ "poll interval", "84020114", "D00D81030103008202818284020114",
	    { 1, CAT_POLL_INTERVAL, 0 }, CAT_TERMINAL },
	{ "event list", "99020507", "D00D81030105008202818299020507",
	    { 1, CAT_EVENT_LIST, 0 }, CAT_TERMINAL },
};

static void
made(void)
{
	struct dmsc_cat_cmd c;
	size_t i;

	for (i = 0; i < DMSC_COUNT(commands); i++) {
		dmsc_buf_reset(out);
		ok(dmsc_cat_command(out, commands[i].details, commands[i].to,
		    bytes(commands[i].rest)) == DMSC_E_OK &&
		    is(commands[i].hex) && dmsc_cat_parse(dmsc_buf_rd(out),
		    &c) == DMSC_E_OK && c.verdict == CAT_DONE &&
		    c.to == commands[i].to, commands[i].name);
	}
}

static bool
read_back(unsigned want)
{
	struct dmsc_rd objects;
	unsigned tag;

	return dmsc_cat_envelope(dmsc_buf_rd(out), &tag, &objects) ==
	    DMSC_E_OK && tag == want;
}

static void
envelopes(void)
{
	static const uint8_t ten[] = { 0x00, 0x10, 0x00 };

	ok(dmsc_cat_timer_up(1, ten, out) == DMSC_E_OK &&
	    is("D70C82028281A40101A503001000") && read_back(CAT_TIMER_UP),
	    "a timer that ran out");
	dmsc_buf_reset(out);
	ok(dmsc_cat_choice(2, false, out) == DMSC_E_OK &&
	    is("D30782020181900102") && read_back(CAT_MENU_CHOICE),
	    "an item chosen");
	dmsc_buf_reset(out);
	ok(dmsc_cat_choice(2, true, out) == DMSC_E_OK &&
	    is("D309820201819001029500") && read_back(CAT_MENU_CHOICE),
	    "help on an item");
	dmsc_buf_reset(out);
	ok(dmsc_cat_happened(CAT_E_DATA, CAT_TERMINAL,
	    bytes("B8028100B70104"), out) == DMSC_E_OK &&
	    is("D60E99010982028281B8028100B70104") && read_back(CAT_EVENT),
	    "an event with data");
	dmsc_buf_reset(out);
	ok(dmsc_cat_happened(CAT_E_IDLE, CAT_DISPLAY, bytes(""), out) ==
	    DMSC_E_OK && is("D60799010582020281") && read_back(CAT_EVENT),
	    "an event without");
}

static const struct {
	const char *name, *hex;
	int want;
} bad[] = {
	{ "a command is no envelope", "D009810301010482028182",
	    DMSC_E_FORMAT },
	{ "nothing", "", DMSC_E_SHORT },
	{ "shorter than it says", "D307820201819001", DMSC_E_SHORT },
	{ "bytes behind it", "D3078202018190010200", DMSC_E_FORMAT },
	{ "an object that breaks off", "D30682020181900", DMSC_E_SHORT },
	{ "an object longer than all", "D306820201819004", DMSC_E_SHORT },
};

static void
refused(void)
{
	struct dmsc_rd objects;
	unsigned tag;
	size_t i;

	for (i = 0; i < DMSC_COUNT(bad); i++)
		ok(dmsc_cat_envelope(bytes(bad[i].hex), &tag, &objects) ==
		    bad[i].want, bad[i].name);
}

static void
profiles(void)
{
	static const uint8_t phone[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x9D,
		0x00, 0xDF, 0xFF, 0x00, 0x00, 0x1F };
	static const uint8_t small[] = { 0x01, 0x00, 0x80 };
	struct dmsc_rd p = dmsc_rd_of(phone, sizeof phone);
	struct dmsc_rd s = dmsc_rd_of(small, sizeof small);

	ok(dmsc_cat_can(p, CAT_REFRESH) && dmsc_cat_can(p, CAT_OPEN_CHANNEL)
	    && dmsc_cat_can(p, CAT_GET_INPUT), "what a phone says it can");
	ok(dmsc_cat_can(s, CAT_REFRESH) && !dmsc_cat_can(s, CAT_MORE_TIME) &&
	    !dmsc_cat_can(s, CAT_TIMER) && !dmsc_cat_can(p, 0x99),
	    "what a small one does not");
}

int
main(void)
{
	in = dmsc_buf_new(MAX);
	out = dmsc_buf_new(MAX);
	refresh();
	made();
	dmsc_buf_reset(out);
	envelopes();
	refused();
	profiles();
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return tap_done();
}
