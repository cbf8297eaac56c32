/* link: traces with their masks, and replay of what was traced. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "link/layers.h"
#include "tap.h"
#include "toy.h"

#define SPOKEN "protocol T=1\n"
#define RESETS "atr 3B80\n" SPOKEN "reset cold\natr 3B00\n" SPOKEN \
	"reset\natr 3B00\n" SPOKEN

static char folder[TAP_FOLDER];
static char path[TAP_FOLDER + 16];

static const struct {
	const char *name, *cmd, *lines;
	bool hide;
} masks[] = {
	{ "select", "00A40004023F00", "> 00A40004023F00\n< 3F009000\n",
	    false },
	{ "verify", "0020000104313233FF",
	    "> 0020000104********\n< 313233FF9000\n", false },
	{ "verify on channel 3", "032000010431323334",
	    "> 0320000104********\n< 313233349000\n", false },
	{ "verify on channel 4, proprietary class", "C02000010431323334",
	    "> C020000104********\n< 313233349000\n", false },
	{ "verify with Le", "00200001023132" "00",
	    "> 0020000102****00\n< 31329000\n", false },
	{ "verify, extended", "002000010000023132",
	    "> 00200001000002****\n< 31329000\n", false },
	{ "verify, bad Lc", "0020000108313233",
	    "> 0020000108******\n< 6700\n", false },
	{ "verify, empty", "00200001", "> 00200001\n< 9000\n", false },
	{ "change", "002400010231" "32", "> 0024000102****\n< 31329000\n",
	    false },
	{ "unblock", "002C0001023132", "> 002C000102****\n< 31329000\n",
	    false },
	{ "disable", "00260001023132", "> 0026000102****\n< 31329000\n",
	    false },
	{ "enable", "00280001023132", "> 0028000102****\n< 31329000\n",
	    false },
	{ "put key", "80D80181023132", "> 80D8018102****\n< 31329000\n",
	    false },
	{ "put data", "00DA0101023132", "> 00DA010102****\n< 31329000\n",
	    false },
	{ "update", "00D6000002AABB", "> 00D6000002AABB\n< AABB9000\n",
	    false },
	{ "hidden update", "00D6000002AABB",
	    "> 00D6000002****\n< ****9000\n", true },
	{ "hidden read", "00B0000002", "> 00B0000002\n< 9000\n", true },
};

/* What the toy echoes of a secret is the test's, not a card's. */
static bool
file_is(const char *want)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_err e;
	bool same = dmsc_file_slurp(path, 1 << 20, &b, &e) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), want);

	if (!same && b != NULL)
		printf("# %s\n", dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return same;
}

static struct dmsc_link
traced(struct toy *t, const char *to)
{
	struct dmsc_link end = toy_link(t), l = { NULL, NULL };
	struct dmsc_err e = { 0 };

	ok(dmsc_trace_over(&end, to, &l, &e) == DMSC_E_OK, "a trace layer");
	return l;
}

static void
test_masks(void)
{
	struct dmsc_err e = { 0 };
	struct dmsc_link l;
	struct toy t;
	char out[128];
	size_t i;

	for (i = 0; i < DMSC_COUNT(masks); i++) {
		l = traced(&t, path);
		dmsc_link_hide(&l, masks[i].hide);
		ok(toy_send(&l, masks[i].cmd, out, &e) == DMSC_E_OK &&
		    file_is(masks[i].lines), masks[i].name);
		dmsc_link_close(&l, false);
	}
}

/* A value known late, one that straddles two APDUs, one that comes later. */
static void
test_redact(void)
{
	static const char before[] = "> 00D6000003414243\n< 4142439000\n"
	    "> 00B0000000\n< 9000\n";
	struct dmsc_err e = { 0 };
	struct dmsc_link end, l = { NULL, NULL };
	struct toy t;
	char out[128];

	end = traced(&t, path);
	if (!ok(dmsc_fault_over(&end, &l, &e) == DMSC_E_OK, "a layer above"))
		return;
	ok(toy_send(&l, "00D6000003414243", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00B0000000", out, &e) == DMSC_E_OK &&
	    file_is(before), "as it is");
	dmsc_link_redact(&l, dmsc_rd_str("BC"));
	ok(file_is(before), "a short value is not looked for");
	dmsc_link_redact(&l, dmsc_rd_str("BCAB"));
	ok(file_is("> 00D600000341****\n< ****439000\n"
	    "> 00B0000000\n< 9000\n"), "a value over two APDUs, told late");
	ok(dmsc_trace_to(&end, path, &e) == DMSC_E_OK, "not a trace layer");
	dmsc_link_close(&l, false);
	l = traced(&t, path);
	dmsc_link_redact(&l, dmsc_rd_str("secret"));
	ok(toy_send(&l, "00D60000087873656372657478", out, &e) == DMSC_E_OK &&
	    file_is("> 00D600000878************78\n"
	    "< 78************789000\n"), "a value told before");
	dmsc_link_close(&l, false);
}

static void
test_trace(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_link l;
	struct stat st;
	struct toy t;
	char out[128];

	(void)chmod(path, 0644);
	l = traced(&t, NULL);
	dmsc_trace_atr(&l, dmsc_rd_of("\x3B\x80", 2));
	ok(toy_send(&l, "00B00000", out, &e) == DMSC_E_OK &&
	    dmsc_trace_to(&l, path, &e) == DMSC_E_OK &&
	    file_is("atr 3B80\n" SPOKEN), "a recording begins with the ATR");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "and is the owner's alone");
	ok(dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK && t.resets == 1 &&
	    dmsc_link_reset(&l, false, atr, &e) == DMSC_E_OK &&
	    file_is(RESETS), "resets");
	ok(dmsc_trace_to(&l, NULL, &e) == DMSC_E_OK &&
	    toy_send(&l, "00B00000", out, &e) == DMSC_E_OK &&
	    dmsc_trace_more(&l, path, &e) == DMSC_E_OK &&
	    file_is(RESETS "atr 3B00\n" SPOKEN), "ended, and taken up again");
	t.fail = DMSC_E_REMOVED;
	ok(dmsc_trace_to(&l, path, &e) == DMSC_E_OK &&
	    toy_send(&l, "00B00000", out, &e) == DMSC_E_REMOVED &&
	    file_is("atr 3B00\n" SPOKEN
	    "> 00B00000\n# REMOVED: the toy fails\n"),
	    "a lost answer");
	ok(dmsc_trace_to(&l, "/nowhere/at/all", &e) == DMSC_E_IO &&
	    strcmp(e.where, "/nowhere/at/all") == 0, "no such folder");
	if (access("/dev/full", W_OK) == 0)
		ok(dmsc_trace_to(&l, "/dev/full", &e) == DMSC_E_OK &&
		    dmsc_trace_to(&l, NULL, &e) == DMSC_E_IO,
		    "what could not be written is told");
	ok(dmsc_link_lock(&l, true, &e) == DMSC_E_OK && t.locks == 1 &&
	    dmsc_link_claim(&l, &e) == DMSC_E_OK && t.claims == 1,
	    "lock and claim pass");
	dmsc_link_close(&l, true);
	ok(t.closes == 1 && t.reset_card, "closed with its end");
	dmsc_buf_free(&atr);
}

static const char recording[] =
    "# a card\n"
    "\n"
    "atr 3B00\n"
    "> 00A40004023F00\n"
    "< 62009000\n"
    "> 0020000104********\n"
    "< 63C2\n"
    "> 00b0000002\n"
    "< 01**9000\n"
    "> 00B0000003\n"
    "reset cold\n"
    "atr 3B01\n"
    "> 00B0000004\n"
    "< 9000\n";

static int
open_text(const char *text, bool loose, struct dmsc_link *l,
    struct dmsc_buf *atr)
{
	struct dmsc_err e = { 0 };

	if (dmsc_file_spit(path, dmsc_rd_str(text), &e) != DMSC_E_OK)
		return DMSC_E_IO;
	return dmsc_replay_open(path, loose, l, atr, &e);
}

static void
test_replay(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_link_facts facts;
	char out[128];

	ok(open_text(recording, false, &l, atr) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(atr), dmsc_rd_of("\x3B\x00", 2)), "open");
	ok(toy_send(&l, "00A40004023F00", out, &e) == DMSC_E_OK &&
	    strcmp(out, "62009000") == 0, "an answer");
	ok(toy_send(&l, "00B0000002", out, &e) == DMSC_E_IO &&
	    strstr(e.why, "00B0000002") != NULL && strstr(e.why,
	    "0020000104********") != NULL, "another command: both are named");
	ok(toy_send(&l, "002000010431323334", out, &e) == DMSC_E_OK &&
	    strcmp(out, "63C2") == 0, "masked bytes match anything");
	ok(toy_send(&l, "00B0000002", out, &e) == DMSC_E_OK &&
	    strcmp(out, "01789000") == 0, "a masked byte answered, any case");
	ok(toy_send(&l, "00B0000003", out, &e) == DMSC_E_TRANSPORT,
	    "a lost answer is lost again");
	ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_OK && atr->len == 2 &&
	    atr->p[1] == 1, "reset");
	ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_IO,
	    "a reset that is not recorded");
	ok(toy_send(&l, "00B0000004", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00B0000004", out, &e) == DMSC_E_TRANSPORT &&
	    dmsc_link_lock(&l, true, &e) == DMSC_E_OK, "the end");
	dmsc_link_close(&l, true);
	ok(open_text(recording, true, &l, atr) == DMSC_E_OK &&
	    toy_send(&l, "00B0000004", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00A40004023F00", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00A40004023F00", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00A4000402" "3F01", out, &e) == DMSC_E_TRANSPORT,
	    "loose: any order");
	ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_OK &&
	    dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK && atr->len == 2,
	    "loose: a reset at any time");
	dmsc_link_close(&l, true);
	ok(open_text("atr 3B00\n> 00A4\n< 9000\nelse 6E00\n", true, &l, atr)
	    == DMSC_E_OK && toy_send(&l, "00B0000004", out, &e) ==
	    DMSC_E_OK && strcmp(out, "6E00") == 0,
	    "loose: an answer to all the rest");
	dmsc_link_facts(&l, &facts);
	ok(facts.protocol == NULL, "no protocol was recorded");
	dmsc_link_close(&l, true);
	ok(open_text("atr 3B00\nprotocol T=0\n> 00A4\n< 9000\n", false, &l,
	    atr) == DMSC_E_OK && toy_send(&l, "00A4", out, &e) == DMSC_E_USAGE,
	    "a protocol is no command");
	dmsc_link_facts(&l, &facts);
	ok(facts.protocol != NULL && strcmp(facts.protocol, "T=0") == 0,
	    "how the reader spoke");
	dmsc_link_close(&l, true);
	ok(open_text("else 6E00\n", false, &l, atr) == DMSC_E_OK &&
	    toy_send(&l, "00B0000004", out, &e) == DMSC_E_TRANSPORT,
	    "in order it counts for nothing");
	dmsc_link_close(&l, true);
	dmsc_buf_free(&atr);
}

static const struct {
	const char *name, *text;
	int want;
} texts[] = {
	{ "an empty recording", "", DMSC_E_OK },
	{ "no line end", "atr 3B00", DMSC_E_OK },
	{ "half a byte", "> 00A\n", DMSC_E_DATA },
	{ "no hex", "> 00AX\n", DMSC_E_DATA },
	{ "an unknown protocol", "protocol T=15\n", DMSC_E_DATA },
	{ "an unknown line", "apdu 00A4\n", DMSC_E_DATA },
	{ "a long ATR", "atr 00000000000000000000000000000000000000000000000"
	    "00000000000000000000000\n", DMSC_E_LIMIT },
};

static void
test_texts(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_link l = { NULL, NULL };
	size_t i;

	for (i = 0; i < DMSC_COUNT(texts); i++) {
		ok(open_text(texts[i].text, false, &l, atr) == texts[i].want,
		    texts[i].name);
		dmsc_link_close(&l, false);
	}
	ok(dmsc_replay_open("/nowhere/x", false, &l, atr, &e) ==
	    DMSC_E_NOREADER, "no recording there");
	dmsc_buf_free(&atr);
}

/* Each truncation and each flipped bit of a recording: it must return. */
static void
test_damage(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_err e = { 0 };
	char text[sizeof recording], out[128];
	size_t i, n = sizeof recording - 1;

	for (i = 0; i < n + 8 * n; i++) {
		memcpy(text, recording, sizeof recording);
		if (i < n)
			text[i] = '\0';
		else
			text[(i - n) / 8] ^= (char)(1 << (i - n) % 8);
		if (open_text(text, i % 2 == 0, &l, atr) != DMSC_E_OK)
			continue;
		(void)!toy_send(&l, "00A40004023F00", out, &e);
		(void)!toy_send(&l, "002000010431323334", out, &e);
		(void)!dmsc_link_reset(&l, true, atr, &e);
		(void)!toy_send(&l, "00B0000004", out, &e);
		dmsc_link_close(&l, false);
	}
	ok(true, "damaged recordings return");
	dmsc_buf_free(&atr);
}

/* A trace of one conversation replays it. */
static void
test_round(void)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_err e = { 0 };
	struct dmsc_link l;
	struct toy t;
	char out[128];

	l = traced(&t, path);
	ok(dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK &&
	    toy_send(&l, "00A40004023F00", out, &e) == DMSC_E_OK &&
	    toy_send(&l, "00200001023132", out, &e) == DMSC_E_OK, "traced");
	dmsc_link_close(&l, false);
	ok(dmsc_replay_open(path, false, &l, atr, &e) == DMSC_E_OK &&
	    dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK &&
	    toy_send(&l, "00A40004023F00", out, &e) == DMSC_E_OK &&
	    strcmp(out, "3F009000") == 0 &&
	    toy_send(&l, "00200001023939", out, &e) == DMSC_E_OK, "replayed");
	dmsc_link_close(&l, false);
	dmsc_buf_free(&atr);
}

int
main(void)
{
	if (!tap_folder(folder))
		return 1;
	(void)snprintf(path, sizeof path, "%s/t.apdu", folder);
	test_masks();
	test_redact();
	test_trace();
	test_replay();
	test_texts();
	test_damage();
	test_round();
	(void)unlink(path);
	(void)rmdir(folder);
	return tap_done();
}
