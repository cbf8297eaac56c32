/*
 * Recorded conversations (tests/cards): a simulated card made from the bytes
 * of one answers it byte for byte, and the readers find in both what the
 * real ones found.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "card/lab.h"
#include "device/play.h"
#include "link/layers.h"

enum { RECORDING_MAX = 1 << 20, HEX_MAX = 1200 };

#define BLANK_MF \
	{ "+ 82027821 83023F00 8B032F0601", "9000" }, \
	{ "+ 82054221 00300C 83022F06 8B032F0601 80020240 880130", "9000" }, \
	{ "=01 80017E A40683010A950108", "9000" }, \
	{ "=02 8001019000 800102 A40683010A950108", "9000" }, \
	{ "=0C 80017E A40683010A950108", "9000" }, \
	{ "00DA020A0A" ADM "0301", "9000" }, \
	{ "00DA02010A" PIN1234 "0303", "9000" }, \
	{ "00260001 08" PIN1234, "9000" }
#define APP_RULES \
	{ "+ 82054221 003002 83026F06 8B036F0602 80020060 8800", "9000" }, \
	{ "=01 8001019000 800102 A40683010A950108", "9000" }, \
	{ "=02 8001019000 800102 A40683010A950108", "9000" }
#define ACTIVATE { "00440000023F00", "9000" }
#define LWM2M "00010036000000003108002EC80025636F61703A2F2F6C657368616E2E65" \
	"636C6970736570726F6A656374732E696F3A35373833C10101C10203FFFF"
/* An EF with its FCP as the trace has it, and its content. */
#define COPY(fid, size, fcp) "+ 82024121 8302" fid "8B036F0602 8002" size \
	"8800 DF20" fcp
#define OPAQUE "302A30110C0F4C774D324D20426F6F747374726170" \
	"300D0C054C774D324D0604672B0901A106300404026432"

static const struct step nordic[] = {
	BLANK_MF,
	{ "+ 82027821 83027F50 840C" AID15 "8B032F060C C609 900140 830101"
	    "83010A DF2027 6225 82027821 840C" AID15 "8A0105 8B032F060C"
	    "C609 900140 830101 83010A", "9000" },
	APP_RULES,
	{ COPY("5031", "0008", "186216 82024121 83025031 8A0105 8B036F0602"
	    "80020020 8800"), "9000" },
	{ "00D6000008 A706300404026430", "9000" },
	{ COPY("6430", "0029", "186216 82024121 83026430 8A0105 8B036F0602"
	    "80020078 8800"), "9000" },
	{ "00D6000029 A127300030110C0F4C774D324D20426F6F747374726170A110300E"
	    "06060604672B0901300404026432", "9000" },
	{ COPY("6432", "003C", "186216 82024121 83026430 8A0105 8B036F0602"
	    "80020078 8800"), "9000" },
	{ "00D600003C" LWM2M, "9000" },
	ACTIVATE
};
static const struct step empty[] = {
	BLANK_MF,
	{ "+ 82027821 83027F50 840C" AID15 "8B032F060C DF201D 621B 82024121"
	    "83025031 A503800171 8A0105 8B036F0602 80020038 8800", "9000" },
	APP_RULES,
	{ COPY("5031", "0013", "1D621B 82024121 83025031 A503800171 8A0105"
	    "8B036F0602 80020038 8800"), "9000" },
	{ "00D6000013 A706300404024407A506300404024404FFFFFF", "9000" },
	{ COPY("4407", "0013", "1D621B 82024121 83024407 A503800171 8A0105"
	    "8B036F0602 800200C8 8800"), "9000" },
	ACTIVATE
};
static const struct step none[] = {
	BLANK_MF,
	{ COPY("5031", "0008", "0162"), "6A80" },
	{ COPY("5031", "0008", "0462006200"), "6A80" },
	{ COPY("5031", "0008", "028000"), "6A80" },
	ACTIVATE
};
static const struct step opensc[] = {
	{ "00DA010102 3B00", "9000" },
	BLANK_MF,
	{ "+ 82054221 002603 83022F00 8B032F0602 80020072 8801F0", "9000" },
	{ "00DC010426 61174F0C" AID15 "5007504B4353233135FFFFFFFFFFFFFFFFFF"
	    "FFFFFFFF", "9000" },
	{ "+ 82027821 83027F50 840C" AID15 "8B032F0601 C609 900160 830101"
	    "83010A DF2027 6225 82027821 840C" AID15 "8A0105 8B032F0601"
	    "C609 900160 830101 83010A", "9000" },
	APP_RULES,
	{ "+ 82024121 83025031 8B036F0602 80020020 8800", "9000" },
	{ "00D6000018 A406300404024402A106300404024404A706300404026430",
	    "9000" },
	{ "+ 82024121 83025032 8B036F0602 80020008 8800", "9000" },
	{ "00D6000008 3006020100030100", "9000" },
	{ "+ 82024121 83026430 8B036F0602 80020078 8800", "9000" },
	{ "00D600002C" OPAQUE, "9000" },
	{ "+ 82024121 83026432 8B036F0602 8002003C 8800", "9000" },
	{ "00D600003C" LWM2M, "9000" },
	ACTIVATE
};

static const struct {
	const char *name;
	const struct step *steps;
	size_t n;
} cards[] = {
	{ "nordic", nordic, DMSC_COUNT(nordic) },
	{ "nordic-empty", empty, DMSC_COUNT(empty) },
	{ "nordic-none", none, DMSC_COUNT(none) },
	{ "opensc", opensc, DMSC_COUNT(opensc) },
};

static const char *
recording(const char *name)
{
	static char path[400];

	(void)snprintf(path, sizeof path, "%s/tests/cards/%s.apdu",
	    TEST_SRCDIR, name);
	return path;
}

static struct dmsc_card *
make(const struct step *steps, size_t n)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	const uint64_t seed = 1;
	struct dmsc_card *c = NULL;

	if (dmsc_card_blank(NULL, &seed, &c, NULL) != DMSC_E_OK ||
	    !lab_run(c, steps, n) || dmsc_card_reset(c, atr) != DMSC_E_OK)
		printf("# the card cannot be made\n");
	dmsc_buf_free(&atr);
	return c;
}

/* Every command of the recording gets its answer, to the last byte. */
static bool
answers(struct dmsc_card *c, char *text)
{
	const char *got = "";
	char *line, *end;
	unsigned sent = 0, compared = 0;

	for (line = text; line != NULL && *line != '\0'; line = end) {
		if ((end = strchr(line, '\n')) != NULL)
			*end++ = '\0';
		if (dmsc_begins(line, "> ")) {
			got = lab_send(c, line + 2);
			sent++;
		} else if (dmsc_begins(line, "< ")) {
			compared++;
			if (strcmp(got, line + 2) == 0)
				continue;
			printf("# want %s\n# got  %s\n", line + 2, got);
			return false;
		}
	}
	return sent > 0 && sent == compared;
}

static void
test_answers(size_t i)
{
	struct dmsc_card *c = make(cards[i].steps, cards[i].n);
	struct dmsc_buf *text = NULL;
	struct dmsc_err e = { 0 };

	ok(dmsc_file_slurp(recording(cards[i].name), RECORDING_MAX, &text,
	    &e) == DMSC_E_OK && dmsc_buf_cstr(text) != NULL &&
	    answers(c, (char *)text->p), cards[i].name);
	dmsc_buf_free(&text);
	dmsc_card_close(&c);
}

/* The reader over the recording itself, then over the card made from it. */
static bool
open_link(size_t i, bool recorded, struct dmsc_link *l)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_card *c = NULL;
	struct dmsc_err e = { 0 };
	bool good;

	if (recorded)
		good = dmsc_replay_open(recording(cards[i].name), false, l,
		    atr, &e) == DMSC_E_OK;
	else
		good = (c = make(cards[i].steps, cards[i].n)) != NULL &&
		    dmsc_card_end(&c, l) == DMSC_E_OK;
	dmsc_buf_free(&atr);
	return good;
}

static const struct {
	const char *name;
	size_t card;
	bool opensc;
	const char *want;	/* OID or label */
	const char *why;	/* not found */
} finds[] = {
	{ "nordic finds it", 0, false, "672B0901", NULL },
	{ "nordic finds nothing else", 0, false, "672B0701", "the DODF" },
	{ "nordic, an empty directory", 1, false, "672B0901", "the DODF" },
	{ "nordic, no application", 2, false, "672B0901",
	    "the application" },
	{ "opensc by label", 3, true, "LwM2M Bootstrap", NULL },
	{ "opensc by identifier", 3, true, "672B0901", NULL },
};

static void
test_find(size_t i, bool recorded)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_play_found f = { 0 };
	char hex[HEX_MAX] = "";
	bool found;

	if (recorded && finds[i].why != NULL && finds[i].card == 0)
		return;		/* it was another conversation */
	if (!ok(open_link(finds[i].card, recorded, &l), finds[i].name))
		return;
	found = finds[i].opensc ? dmsc_play_opensc(&l, finds[i].want, !recorded,
	    &f) : dmsc_play_nordic(&l, finds[i].want, &f);
	if (f.bytes != NULL)
		(void)dmsc_hex(dmsc_buf_rd(f.bytes), hex, sizeof hex);
	ok(found == (finds[i].why == NULL) && (found ?
	    strcmp(hex, LWM2M) == 0 && f.fid == 0x6432 :
	    strcmp(f.why, finds[i].why) == 0), finds[i].name);
	if (f.why != NULL && finds[i].why == NULL)
		printf("# it gave up at %s\n", f.why);
	dmsc_play_clear(&f);
	dmsc_link_close(&l, false);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(cards); i++)
		test_answers(i);
	for (i = 0; i < DMSC_COUNT(finds); i++) {
		test_find(i, false);
		test_find(i, true);
	}
	return tap_done();
}
