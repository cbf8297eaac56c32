/* uicc: status words, places, FCP templates, ATRs, contents in words. */
#include <string.h>

#include "base/base.h"
#include "tap.h"
#include "uicc/atr.h"
#include "uicc/names.h"
#include "uicc/uicc.h"

static const struct {
	unsigned sw;
	bool good;
	int code;
	const char *text;
} words[] = {
	{ 0x9000, true, DMSC_E_OK, "done" },
	{ 0x910F, true, DMSC_E_OK, "done, a proactive command waits" },
	{ 0x6282, true, DMSC_E_OK, "end of file, or nothing found" },
	{ 0x6982, false, DMSC_E_AUTH, "security status not satisfied" },
	{ 0x63C2, false, DMSC_E_AUTHFAIL, "wrong value, 2 tries left" },
	{ 0x63C1, false, DMSC_E_AUTHFAIL, "wrong value, 1 try left" },
	{ 0x63C0, false, DMSC_E_BLOCKED, "wrong value, no tries left" },
	{ 0x6983, false, DMSC_E_BLOCKED, "blocked: no tries left" },
	{ 0x6A82, false, DMSC_E_NOTFOUND, "file not found" },
	{ 0x6A83, false, DMSC_E_NOTFOUND, "record not found" },
	{ 0x6A88, false, DMSC_E_NOTFOUND, "referenced data not found" },
	{ 0x6A89, false, DMSC_E_EXISTS, "the file is already there" },
	{ 0x6A84, false, DMSC_E_SPACE, "not enough memory" },
	{ 0x6C00, false, DMSC_E_SW, "wrong Le, 256 bytes are there" },
	{ 0x6C0A, false, DMSC_E_SW, "wrong Le, 10 bytes are there" },
	{ 0x6F42, false, DMSC_E_SW, "technical problem" },
	{ 0x5555, false, DMSC_E_SW, "unknown status word" },
};

static void
test_words(void)
{
	const char *pattern, *text;
	char buf[64];
	size_t i;
	unsigned n = 0;

	for (i = 0; i < DMSC_COUNT(words); i++)
		ok(dmsc_sw_ok(words[i].sw) == words[i].good &&
		    dmsc_sw_code(words[i].sw) == words[i].code &&
		    strcmp(dmsc_sw_text(words[i].sw, buf, sizeof buf),
		    words[i].text) == 0, words[i].text);
	while (dmsc_sw_row(n, &pattern, &text) && strlen(pattern) == 4)
		n++;
	ok(n > 50 && !dmsc_sw_row(n, &pattern, &text), "the table ends");
}

static const struct {
	const char *in, *out;
	int code;
	const char *name;
} places[] = {
	{ "3F00", "3F00", DMSC_E_OK, "MF" },
	{ "/", "3F00", DMSC_E_OK, "MF" },
	{ "MF", "3F00", DMSC_E_OK, "MF" },
	{ "2fe2", "3F00/2FE2", DMSC_E_OK, "EF.ICCID" },
	{ "3F00/7F50/5031", "3F00/7F50/5031", DMSC_E_OK, "EF.ODF" },
	{ "3F007F505031", "3F00/7F50/5031", DMSC_E_OK, "EF.ODF" },
	{ "EF.DIR", "3F00/2F00", DMSC_E_OK, "EF.DIR" },
	{ "ef.imsi", "A0000000871002/6F07", DMSC_E_OK, "EF.IMSI" },
	{ "ADF.USIM/EF.ARR", "A0000000871002/6F06", DMSC_E_OK, "EF.ARR" },
	{ "ADF.PKCS15", "A000000063504B43532D3135", DMSC_E_OK,
	    "ADF.PKCS15" },
	{ "A000000063504B43532D3135/5031",
	    "A000000063504B43532D3135/5031", DMSC_E_OK, "EF.ODF" },
	{ "7FFF/6F07", "7FFF/6F07", DMSC_E_OK, NULL },
	{ "7F50/4D10", "3F00/7F50/4D10", DMSC_E_OK, NULL },
	{ "EF.NOSUCH", NULL, DMSC_E_NOTFOUND, NULL },
	{ "", NULL, DMSC_E_USAGE, NULL },
	{ "2FE", NULL, DMSC_E_USAGE, NULL },
	{ "7F50/A000000063504B43532D3135", NULL, DMSC_E_USAGE, NULL },
	{ "7F50//5031", NULL, DMSC_E_NOTFOUND, NULL },
	{ "1111/2222/3333/4444/5555/6666/7777/8888/9999", NULL,
	    DMSC_E_USAGE, NULL },
};

static bool
place_good(size_t i, struct dmsc_buf *b)
{
	struct dmsc_place p, again;
	const char *name;
	int r = dmsc_place_parse(places[i].in, &p, NULL);

	if (r != places[i].code || r != DMSC_E_OK)
		return r == places[i].code;
	dmsc_buf_reset(b);
	if (dmsc_place_text(&p, b) != DMSC_E_OK ||
	    strcmp(dmsc_buf_cstr(b), places[i].out) != 0 ||
	    dmsc_place_parse(places[i].out, &again, NULL) != DMSC_E_OK ||
	    !dmsc_place_eq(&p, &again))
		return false;
	name = dmsc_place_name(&p);
	return places[i].name == NULL ? name == NULL :
	    name != NULL && strcmp(name, places[i].name) == 0;
}

static void
test_places(void)
{
	struct dmsc_buf *b = dmsc_buf_new(200);
	size_t i;

	for (i = 0; i < DMSC_COUNT(places); i++)
		ok(place_good(i, b), places[i].in);
	dmsc_buf_free(&b);
}

static const struct {
	const char *name, *hex;
	enum dmsc_file_kind kind;
	unsigned fid;
	size_t size;
	unsigned len, n;
	int sfi;
	unsigned sec;
} fcps[] = {
	{ "MF", "622C8202782183023F00A50C80017183040003A738870101"
	    "8A01058B032F0601C60C90016083010183010A83010B",
	    DMSC_FILE_MF, 0x3F00, SIZE_MAX, 0, 0, -1, 0x8B },
	{ "USIM", "623D8202782183027FD0840CA0000000871002FF49FF0589"
	    "A50C80017183040003A7388701018A01058B032F0601"
	    "C60F90017083010183018183010A83010B",
	    DMSC_FILE_ADF, 0x7FD0, SIZE_MAX, 0, 0, -1, 0x8B },
	{ "PKCS#15", "622582027821840CA000000063504B43532D31358A0105"
	    "8B032F060CC60990014083010183010A",
	    DMSC_FILE_ADF, 0, SIZE_MAX, 0, 0, -1, 0x8B },
	{ "IMSI", "62178202412183026F078A01058B036F060A80020009880138",
	    DMSC_FILE_TRANSPARENT, 0x6F07, 9, 0, 0, 7, 0x8B },
	{ "ECC", "621A82054221000E0283026FB78A01058B036F06088002001C"
	    "880108", DMSC_FILE_LINEAR, 0x6FB7, 28, 14, 2, 1, 0x8B },
	{ "DIR", "62228205422100260583022F00A506C00100DE01008A0105"
	    "8B032F0604800200BE8801F0",
	    DMSC_FILE_LINEAR, 0x2F00, 190, 38, 5, 0x1E, 0x8B },
	{ "6432", "621682024121830264328A01058B036F0602800200788800",
	    DMSC_FILE_TRANSPARENT, 0x6432, 120, 0, 0, -1, 0x8B },
	{ "large", "62138202412183024D108A01058C0103800300FFFF",
	    DMSC_FILE_TRANSPARENT, 0x4D10, 65535, 0, 0, 0x10, 0x8C },
	{ "BER-TLV", "620B8202792183026F528A0105",
	    DMSC_FILE_BERTLV, 0x6F52, SIZE_MAX, 0, 0, 0x12, 0 },
	{ "cyclic", "62078205462100030A",
	    DMSC_FILE_CYCLIC, 0, SIZE_MAX, 3, 10, -1, 0 },
	{ "FCI", "6F088202782183027F50",
	    DMSC_FILE_DF, 0x7F50, SIZE_MAX, 0, 0, -1, 0 },
};

/* Whatever the bytes: it returns, and views stay inside. */
static bool
fcp_holds(struct dmsc_rd r)
{
	struct dmsc_uicc_fcp f;

	if (dmsc_fcp_parse(r, &f) != DMSC_E_OK)
		return true;
	return (f.sec_tag == 0 || (f.sec.p >= f.raw && f.sec.p +
	    f.sec.left <= f.raw + f.raw_len)) && f.aid_len <= 16;
}

static bool
sweep(const struct dmsc_buf *b, bool (*holds)(struct dmsc_rd))
{
	struct dmsc_buf *copy;
	size_t i;
	bool good = true;

	for (i = 0; i < b->len && good; i++) {
		copy = dmsc_buf_from(dmsc_rd_of(b->p, i), i + 1);
		good = holds(dmsc_buf_rd(copy));
		dmsc_buf_free(&copy);
	}
	for (i = 0; i < b->len * 8 && good; i++) {
		copy = dmsc_buf_from(dmsc_buf_rd(b), b->len);
		copy->p[i / 8] ^= (uint8_t)(1u << i % 8);
		good = holds(dmsc_buf_rd(copy));
		dmsc_buf_free(&copy);
	}
	return good;
}

static bool
fcp_good(size_t i, const struct dmsc_buf *b)
{
	struct dmsc_uicc_fcp f;
	struct dmsc_fcp *v = dmsc_view_new(&dmsc_fcp_view);
	bool good = dmsc_fcp_parse(dmsc_buf_rd(b), &f) == DMSC_E_OK &&
	    f.kind == fcps[i].kind && f.fid == fcps[i].fid &&
	    f.size == fcps[i].size && f.record_len == fcps[i].len &&
	    f.records == fcps[i].n && f.sfi == fcps[i].sfi &&
	    f.sec_tag == fcps[i].sec && sweep(b, fcp_holds);

	good = good && dmsc_fcp_view_of(&f, "3F00/2F00", v) == DMSC_E_OK &&
	    v->raw->len == b->len && strcmp(v->name, "EF.DIR") == 0;
	dmsc_view_free(&dmsc_fcp_view, v);
	return good;
}

static void
test_fcps(void)
{
	struct dmsc_buf *b = dmsc_buf_new(300);
	size_t i;

	for (i = 0; i < DMSC_COUNT(fcps); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(fcps[i].hex, b) == DMSC_E_OK &&
		    fcp_good(i, b), fcps[i].name);
	}
	dmsc_buf_free(&b);
}

static const struct {
	const char *place, *hex, *words;	/* NULL: not decoded */
} contents[] = {
	{ "EF.ICCID", "988812010000500180F4", "8988211000000510084" },
	{ "EF.ICCID", "98881201000050018004", "89882110000005100840" },
	{ "EF.ICCID", "988812010000500108FF", "898821100000051080" },
	{ "EF.ICCID", "FFFFFFFFFFFFFFFFFFFF", NULL },
	{ "EF.IMSI", "080910101032547698", "001010123456789" },
	{ "EF.IMSI", "FFFFFFFFFFFFFFFFFF", NULL },
	{ "EF.PL", "656EFFFF", "en" },
	{ "EF.PL", "656E6465", "en, de" },
	{ "EF.PL", "FFFF", "none" },
	{ "EF.AD", "00000002", "normal operation; MNC of 2 digits" },
	{ "EF.UST", "0600", "2 FDN, 3 extension 2" },
	{ "EF.UMPC", "3CFF020000",
	    "at most 60 mA, time-out 255 s, suspend supported" },
	{ "EF.SPN", "014F70657261746F72FFFF", "Operator" },
	{ "EF.DIR", "611D4F0CA000000063504B43532D3135500750"
	    "4B435323313551043F007F50FFFF", "A000000063504B43532D3135 "
	    "(PKCS#15) 'PKCS#15' at 3F00/7F50" },
	{ "EF.DIR", "FFFFFF", "empty" },
	{ "EF.ARR", "8001019000800102A40683010A950108800118A40683010A"
	    "950108FFFF",
	    "read: always; update or create-ef: ADM1; activate, "
	    "deactivate: ADM1" },
	{ "EF.ARR", "8001019000800102A010A40683010A950108A406830101"
	    "950108", "read: always; update or create-ef: ADM1 or PIN1" },
	{ "EF.ARR", "8401D4A40683018195010880014097009700",
	    "command D4: PIN81; delete: never: never" },
	{ "EF.Keys", "00", NULL },
};

static bool
words_hold(struct dmsc_rd r)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);
	struct dmsc_place p;
	const struct uicc_name *row;
	size_t i;

	for (i = 0; (row = uicc_name_row(i)) != NULL; i++)
		if (uicc_name_parent(row->in, &p) == DMSC_E_OK &&
		    dmsc_place_below(&p, row->fid, &p) == DMSC_E_OK)
			(void)!dmsc_place_words(&p, r, b);
	dmsc_buf_free(&b);
	return true;
}

static void
test_contents(void)
{
	struct dmsc_buf *b = dmsc_buf_new(300), *out = dmsc_buf_new(500);
	struct dmsc_place p;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(contents); i++) {
		dmsc_buf_reset(b);
		dmsc_buf_reset(out);
		if (dmsc_hex_get(contents[i].hex, b) != DMSC_E_OK ||
		    dmsc_place_parse(contents[i].place, &p, NULL) !=
		    DMSC_E_OK)
			break;
		r = dmsc_place_words(&p, dmsc_buf_rd(b), out);
		if (!ok((contents[i].words == NULL ? r == DMSC_E_NOTFOUND :
		    r == DMSC_E_OK && strcmp(dmsc_buf_cstr(out),
		    contents[i].words) == 0) && sweep(b, words_hold),
		    contents[i].place))
			printf("# %s\n", dmsc_buf_cstr(out));
	}
	ok(i == DMSC_COUNT(contents), "all contents were tried");
	dmsc_buf_free(&b);
	dmsc_buf_free(&out);
}

static const struct {
	const char *hex, *has;
} atrs[] = {
	{ "3B9F96801FC78031A073BE21136743200718000001A5",
	    "speed: Fi 512, Di 32, 16 cycles a bit" },
	{ "3B9F96801FC78031A073BE21136743200718000001A5",
	    "supply: 5 V 3 V 1.8 V" },
	{ "3B9F96801FC78031A073BE21136743200718000001A5",
	    "logical channels: 4; extended length: no; command chaining: "
	    "no" },
	{ "3B9F96801FC78031A073BE21136743200718000001A5",
	    "check byte: right" },
	{ "3B9F95801FC78031E073F62113674D4516004301008F",
	    "convention: direct" },
	{ "3B9F96803FC7828031E075F6211F574A4D020B34546955",
	    "eUICC functions" },
	{ "3B80802F82AD", "eUICC functions" },
	{ "3B00", "protocols: T=0" },
	{ "3B80800101", "protocols: T=0 T=1" },
	{ "3B800182", "check byte: wrong" },
	{ "AA", "the ATR is not well formed" },
};

static bool
atr_has(struct dmsc_rd r, const char *fact)
{
	char **facts = NULL;
	size_t n = 0, i;
	bool found = false;

	if (dmsc_atr_facts(r, &facts, &n) != DMSC_E_OK)
		return false;
	for (i = 0; i < n; i++) {
		found = found || fact == NULL || strcmp(facts[i], fact) == 0;
		free(facts[i]);
	}
	free(facts);
	return found;
}

static bool
atr_holds(struct dmsc_rd r)
{
	return atr_has(r, NULL);
}

static void
test_atrs(void)
{
	struct dmsc_buf *b = dmsc_buf_new(40);
	size_t i;

	for (i = 0; i < DMSC_COUNT(atrs); i++) {
		dmsc_buf_reset(b);
		ok(dmsc_hex_get(atrs[i].hex, b) == DMSC_E_OK &&
		    atr_has(dmsc_buf_rd(b), atrs[i].has) &&
		    sweep(b, atr_holds), atrs[i].has);
	}
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_words();
	test_places();
	test_fcps();
	test_contents();
	test_atrs();
	return tap_done();
}
