/* card: command by command, bytes in and out, on a card made by APDUs. */
#include "card/lab.h"

static const struct {
	const char *name;
	struct step steps[8];
} scripts[] = {
	{ "class and length", {
	    { "A0A40000023F00", "6E00" }, { "00FF0000", "6D00" },
	    { "01A40000023F00", "6881" }, { "41A40000023F00", "6881" },
	    { "04B0000000", "6882" }, { "10B0000000", "6884" },
	    { "00A40000033F00", "6700" }, { "00A400", "6700" } } },
	{ "foreign probes", {
	    { "00CADF3005", "6D00" }, { "00CB3FFF035C017E00", "6D00" },
	    { "80CA9F7F00", "6D00" }, { "80100000021122", "6D00" },
	    { "801200000A", "6D00" },
	    { "00A4040008A000000151000000", "6A82" },
	    { "00A4040C0AA00000006203010C0101", "6A82" } } },
	{ "MF with its template", {
	    { "00A40004023F00", "621E 82027821 83023F00 8A0105 8B032F0601"
	    "C60C9001C0830101 83010A 830181 9000" },
	    { "00A4000C", "9000" }, { "00A4030C", "6A82" } } },
	{ "application by name, path and alias", {
	    { "00A4040C0C" AID15, "9000" },
	    { "00A4040405A000000063", "622C 82027821 83027F50 840C" AID15
	    "8A0105 8B032F0601 C60C9001E0 830101 83010A 830181 9000" },
	    { "00A40800047FFF5031", "6216 82024121 83025031 8A0105"
	    "8B032F0602 80020020 8800 9000" },
	    { "00A4090C0A3F007F505031", "6700" },
	    { "00A4090C063F007F505031", "9000" },
	    { "00A4080C047F505032", "9000" },
	    { "00A4080C083F007F507FFF5031", "6A82" },
	    { "00A4020C025031", "6A86" } } },
	{ "search order by identifier", {
	    { "00A4000C025031", "6A82" }, { "00A4000C027F50", "9000" },
	    { "00A4000C025031", "9000" }, { "00A4000C027F50", "9000" },
	    { "00A4000C022F00", "6A82" }, { "00A4000C023F00", "9000" },
	    { "00A4010C022F00", "6A82" }, { "00A4010C027F50", "9000" } } },
	{ "template asked and Le", {
	    { "00A4000C0C2F00", "6700" }, { "00A40008022F00", "6A86" },
	    { "00A40044022F00", "6A86" }, { "00A40004022F0005", "6C1C" },
	    { "00A40000022F0000", "621A 82054221002602 83022F00 8A0105"
	    "8B032F0602 8002004C 8801F0 9000" } } },
	{ "a failed SELECT changes nothing", {
	    { "00A4080C022FE2", "9000" }, { "00A4000C026666", "6A82" },
	    { "00A4040C05A0000000FF", "6A82" },
	    { "00B0000002", "9888 9000" } } },
	{ "READ BINARY", {
	    { "00B0000000", "6986" }, { "00A4080C022FE2", "9000" },
	    { "00B0000000", "988812010000500180F49000" },
	    { "00B0000880", "80F49000" }, { "00B0000A01", "6B00" },
	    { "00B0820003", "9888129000" }, { "00B0A20003", "6A86" },
	    { "00B0870003", "6A82" } } },
	{ "READ BINARY of records", {
	    { "00A4080C022F00", "9000" }, { "00B0000000", "6981" },
	    { "00B2010426", "611D~" }, { "00B2010400", "611D~" },
	    { "00B2010410", "6C26" }, { "00B2030400", "6A83" },
	    { "00B2000400", "6A83" }, { "00B2010500", "6A86" } } },
	{ "record pointer", {
	    { "00A4080C022F00", "9000" }, { "00B2000200", "611D~" },
	    { "00B2000226", "FFFFFF~" }, { "00B2000200", "6A83" },
	    { "00B2000300", "611D~" }, { "00B2000300", "6A83" },
	    { "00B201F400", "611D~" }, { "00B2000326", "FFFFFF~" } } },
	{ "SEARCH RECORD", {
	    { "00A201F4044F0CA00000", "019000" },
	    { "00A4080C022F00", "9000" },
	    { "00A2010403FFFFFF", "01029000" },
	    { "00A2020503FFFFFF", "02019000" },
	    { "00A201040211EE", "6282" },
	    { "00A20106050402611D4F", "6282" },
	    { "00A20106050400611D4F", "019000" },
	    { "00A20106040C4F0CA0", "019000" } } },
	{ "UPDATE asks for rights", {
	    { "00A4080C022FE2", "9000" }, { "00D600000111", "6982" },
	    { "0020000A08" ADM, "9000" }, { "00D6000001 11", "9000" },
	    { "00B0000002", "11889000" }, { "00D60009021122", "6700" },
	    { "00D6000A0111", "6B00" }, { "00D60000", "6700" } } },
	{ "cyclic EF", {
	    { "0020000A08" ADM, "9000" }, { "00A4080C047F506F10", "9000" },
	    { "00DC000303010101", "9000" }, { "00DC000303020202", "9000" },
	    { "00B2010403", "0202029000" }, { "00B2020403", "0101019000" },
	    { "00B2030403", "FFFFFF9000" },
	    { "00DC010403010101", "6981" } } },
	{ "compact and expanded rules", {
	    { "00A4080C047F506F11", "9000" },
	    { "00DC01040401020304", "9000" },
	    { "00B2010404", "010203049000" },
	    { "00A4080C047F506F12", "9000" }, { "00B0000000", "FFFFFFFF9000" },
	    { "00D600000111", "6982" } } },
	{ "never and always", {
	    { "00A4080C047F504D12", "9000" }, { "00B0000000", "6982" },
	    { "00D600000111", "9000" } } },
	{ "channels", {
	    { "0070000001", "019000" }, { "0070000001", "029000" },
	    { "01A4080C022FE2", "9000" }, { "01B0000002", "98889000" },
	    { "00B0000002", "6986" }, { "00708001", "9000" },
	    { "01B0000002", "6881" }, { "00708000", "6A86" } } },
	{ "STATUS", {
	    { "80F2000C", "9000" }, { "80F2000000", "62~" },
	    { "80F2000100", "6A88" }, { "00A4040C0C" AID15, "9000" },
	    { "80F2000100", "840C" AID15 "9000" }, { "00F2000000", "6D00" },
	    { "80F2030000", "6A86" } } },
	{ "odd instructions past 32767", {
	    { "00A4040C0C" AID15, "9000" }, { "0020008108" PIN2468, "9000" },
	    { "00D74D1009 540500000000FF 5302A1A2", "6700" },
	    { "00D74D1009 5403009C3E 5302A1A2", "9000" },
	    { "00B14D1005 5403009C3E 00", "5302A1A29000" },
	    { "00B14D1005 5403009C40 00", "6B00" },
	    { "00B1000005 5403009C3F 00", "5301A29000" },
	    { "00B1503102 5400", "6A80" } } },
	{ "extended length", {
	    { "00A4040C0C" AID15, "9000" }, { "0020008108" PIN2468, "9000" },
	    { "00A4000C024D10", "9000" },
	    { "00D60000 000004 01020304", "9000" },
	    { "00B0000000 0004", "010203049000" },
	    { "00B0000000 0000", "01020304FFFF~" } } },
	{ "DEACTIVATE and ACTIVATE", {
	    { "00A4080C047F506F13", "9000" }, { "00040000", "9000" },
	    { "00B0000000", "6985" }, { "00A4080C047F506F13", "6283" },
	    { "00440000026F13", "9000" }, { "00B0000000", "6982" },
	    { "00040800023F01", "6A82" }, { "00040000022F00", "6A82" } } },
	{ "DELETE FILE", {
	    { "00A4040C0C" AID15, "9000" }, { "00E4000002 6F13", "9000" },
	    { "00A4000C026F13", "6A82" }, { "00E40000026F12", "6982" },
	    { "00E40000027777", "6A82" },
	    { "+ 82024121 83026F14 8B032F0602 80020004", "6982" } } },
	{ "a template word for word is for blank cards", {
	    { "00A4040C0C" AID15, "9000" }, { "0020000A08" ADM, "9000" },
	    { "+ 82024121 83026F14 8B032F0602 80020004 DF2002 6200",
	    "6A80" },
	    { "+ 82024121 83026F14 8B032F0602 80020004", "9000" } } },
	{ "the order of checks", {
	    { "00B2000800", "6A86" }, { "00D60000", "6700" },
	    { "00A4080C022F00", "9000" }, { "00D600000111", "6981" },
	    { "00DC01042611", "6700" }, { "00DC010401 11", "6982" },
	    { "00A4080C047F504D12", "9000" }, { "00B0002001", "6982" } } },
	{ "PUT DATA is over", {
	    { "00DA020A0A" ADM "0301", "6985" } } },
};

static void
test_scripts(void)
{
	struct dmsc_card *c;
	size_t i, n;

	for (i = 0; i < DMSC_COUNT(scripts); i++) {
		char want[8][200];
		struct step s[8];

		c = lab_card(true);
		for (n = 0; n < 8 && scripts[i].steps[n].in != NULL; n++) {
			const char *p = scripts[i].steps[n].want;
			size_t k = 0;

			for (; *p != '\0' && k < sizeof want[n] - 1; p++)
				if (*p != ' ')
					want[n][k++] = *p;
			want[n][k] = '\0';
			s[n].in = scripts[i].steps[n].in;
			s[n].want = want[n];
		}
		ok(lab_run(c, s, n), scripts[i].name);
		dmsc_card_close(&c);
	}
}

/* The host style of T=0: case 4 answers 61xx, the data waits. */
static void
test_t0(void)
{
	static const struct step s[] = {
		{ "00A40004023F00", "6120" },
		{ "00C0000010", "621E8202782183023F008A01058B032F6110" },
		{ "00C0000020", "6C10" },
		{ "00C0000010", "0601C60C9001C083010183010A8301819000" },
		{ "00C0000010", "6F00" },
		{ "00A40004023F00", "6120" },
		{ "0070000001", "019000" },
		{ "00C0000020", "6F00" },
		{ "00A40004023F00", "6120" },
		{ "01C0000020", "6F00" },
		{ "00C0000020", "62~" },
		{ "00A4000C023F00", "9000" },
		{ "00A4080C022FE2", "9000" },
		{ "00B0000002", "98889000" },
	};
	struct dmsc_card *c = lab_card(true);

	dmsc_card_t0_style(c, true);
	ok(lab_run(c, s, DMSC_COUNT(s)), "T=0 style");
	dmsc_card_close(&c);
}

/* The card as an end of the link: reset, exchange, no power. */
static void
test_end(void)
{
	struct dmsc_card *c = lab_card(true), *same = c;
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	static const uint8_t status[] = { 0x80, 0xF2, 0x00, 0x0C };
	struct dmsc_rd cmd = dmsc_rd_of(status, sizeof status);
	struct dmsc_err e = { 0 };

	ok(dmsc_card_end(&c, &l) == DMSC_E_OK && c == NULL &&
	    l.ops->reset(l.h, true, b, &e) == DMSC_E_OK && b->len == 5,
	    "reset through the link");
	dmsc_buf_reset(b);
	ok(l.ops->xfer(l.h, cmd, b, &e) == DMSC_E_OK && b->len == 2,
	    "a command through the link");
	dmsc_card_cut(same, 1, 0);
	(void)lab_send(same, "0020000108" PIN1234);
	ok(l.ops->xfer(l.h, cmd, b, &e) == DMSC_E_REMOVED &&
	    e.code == DMSC_E_REMOVED, "no power is a removed card");
	l.ops->close(&l.h, true);
	ok(l.h == NULL, "closed");
	dmsc_buf_free(&b);
}

/* A file of 70000 bytes: the longest answer fits a vpcd frame, and all of it
 * can be reached. */
static void
test_long(void)
{
	static const struct step s[] = {
		{ "00A4080C027F50", "9000" },
		{ "+ 82024121 83024D20 8C020100 8003011170 8800", "9000" },
		{ "00A40004024D20", "6216820241218302" "4D208A0105"
		    "8C020100800301117088009000" },
		{ "00D7000010 54030111 6E 5309 0102030405060708 09", "6700" },
		{ "00D7000009 5403 01116E 5302 A1A2", "9000" },
		{ "00B1000005 5403 01116D 00", "5303FFA1A29000" },
	};
	struct dmsc_card *c = lab_card(false);
	const char *got;

	ok(lab_run(c, s, DMSC_COUNT(s)), "a file of 70000 bytes");
	got = lab_send(c, "00B0000000 0000");
	ok(strlen(got) == 2 * 65535 && strcmp(got + 2 * 65533, "9000") == 0,
	    "an answer of 65535 bytes");
	got = lab_send(c, "00B1000000 0005 5403000000 0000");
	ok(strlen(got) == 2 * 65535 && strncmp(got, "5382FFF9", 8) == 0,
	    "so with an odd instruction");
	dmsc_card_close(&c);
}

int
main(void)
{
	test_long();
	test_scripts();
	test_t0();
	test_end();
	return tap_done();
}
