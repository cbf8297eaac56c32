/*
 * A card that speaks first: what it sends is fetched, obeyed or refused, each
 * with its answer, and a card that never ends is left.
 */
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "tap.h"

enum { QUEUE = 16 };

static struct dmsc_session *s;
static bool answer;

static int
ask(void *arg, const char *question, bool *yes)
{
	(void)arg;
	*yes = answer;
	return strcmp(question, "Toolkit Test 1") == 0 ? DMSC_E_OK :
	    DMSC_E_NOANSWER;
}

static int
push(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(QUEUE * QUEUE);
	int r = dmsc_hex_get(hex, b);

	if (r == DMSC_E_OK)
		r = dmsc_card_push(s, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

#define TEXT "8D0F04546F6F6C6B697420546573742031"
static const struct {
	const char *name, *hex, *imei;
	enum dmsc_confirm confirm;
	bool yes;
	const char *event;
	unsigned result;
	const char *detail;
} cases[] = {
	{ "refresh of a file", "D0108103010101820281829205013F002FE2", NULL,
	    DMSC_CONFIRM_ASK, false, "refresh", 0x00, "files" },
	{ "refresh that names no file", "D009810301010182028182", NULL,
	    DMSC_CONFIRM_ASK, false, "refresh", 0x36, "files" },
	{ "refresh of half a file", "D00F8103010101820281829204013F002F", NULL,
	    DMSC_CONFIRM_ASK, false, "refresh", 0x32, NULL },
	{ "refresh by reset", "D009810301010482028182", NULL,
	    DMSC_CONFIRM_ASK, false, "refresh", 0x00, "card reset" },
	{ "refresh of no known mode", "D009810301017F82028182", NULL,
	    DMSC_CONFIRM_ASK, false, "refresh", 0x32, "unknown" },
	{ "a text, --yes", "D01A810301218082028102" TEXT, NULL,
	    DMSC_CONFIRM_YES, false, "display-text", 0x00, "Toolkit Test 1" },
	{ "a text, --no", "D01A810301218082028102" TEXT, NULL,
	    DMSC_CONFIRM_NO, false, "display-text", 0x22, "Toolkit Test 1" },
	{ "a text, the user says yes", "D01A810301218082028102" TEXT, NULL,
	    DMSC_CONFIRM_ASK, true, "display-text", 0x00, "Toolkit Test 1" },
	{ "a text, the user says no", "D01A810301218082028102" TEXT, NULL,
	    DMSC_CONFIRM_ASK, false, "display-text", 0x22, NULL },
	{ "a text, nobody answers", "D0108103012180820281028D05044E6F6E65",
	    NULL, DMSC_CONFIRM_ASK, false, "display-text", 0x12, "None" },
	{ "a text that waits for nobody",
	    "D0108103012100820281028D05044E6F6E65", NULL, DMSC_CONFIRM_NO,
	    false, "display-text", 0x00, "None" },
	{ "poll interval", "D00D81030103008202818284020114", NULL,
	    DMSC_CONFIRM_ASK, false, "poll-interval", 0x30, NULL },
	{ "polling off", "D009810301040082028182", NULL, DMSC_CONFIRM_ASK,
	    false, "polling-off", 0x30, NULL },
	{ "more time", "D009810301020082028182", NULL, DMSC_CONFIRM_ASK,
	    false, "more-time", 0x00, NULL },
	{ "event list", "D00D81030105008202818299020507", NULL,
	    DMSC_CONFIRM_ASK, false, "set-up-event-list", 0x30, NULL },
	{ "IMEI, not given", "D009810301260182028182", NULL,
	    DMSC_CONFIRM_ASK, false, "local-information", 0x30, NULL },
	{ "IMEI, given", "D009810301260182028182", "490154203237518",
	    DMSC_CONFIRM_ASK, false, "local-information", 0x00, NULL },
	{ "where the device is", "D009810301260082028182",
	    "490154203237518", DMSC_CONFIRM_ASK, false, "local-information",
	    0x30, NULL },
	{ "the state of a timer that does not run",
	    "D00C810301270282028182A40101", NULL, DMSC_CONFIRM_ASK, false,
	    "timer", 0x24, NULL },
	{ "no such timer", "D00C810301270282028182A40109", NULL,
	    DMSC_CONFIRM_ASK, false, "timer", 0x32, NULL },
	{ "a timer without a time", "D00C810301270082028182A40101", NULL,
	    DMSC_CONFIRM_ASK, false, "timer", 0x36, NULL },
	{ "a timer", "D011810301270082028182A40101A503005000", NULL,
	    DMSC_CONFIRM_ASK, false, "timer", 0x00, NULL },
	{ "its state", "D00C810301270282028182A40101", NULL,
	    DMSC_CONFIRM_ASK, false, "timer", 0x00, NULL },
	{ "a message", "D009810301130082028183", NULL, DMSC_CONFIRM_YES,
	    false, "send-sms", 0x30, NULL },
	{ "USSD", "D009810301120082028183", NULL, DMSC_CONFIRM_YES, false,
	    "send-ussd", 0x30, NULL },
	{ "a channel", "D009810301400182028182", NULL, DMSC_CONFIRM_YES,
	    false, "open-channel", 0x30, NULL },
	{ "what nobody knows", "D009810301990082028182", NULL,
	    DMSC_CONFIRM_YES, false, "unknown-99", 0x31, NULL },
};

static bool
run_case(size_t i)
{
	const struct dmsc_events_opts o = { .confirm = cases[i].confirm,
	    .imei = cases[i].imei };
	struct dmsc_events *l = NULL;
	bool good;

	answer = cases[i].yes;
	good = push(cases[i].hex) == DMSC_E_OK &&
	    dmsc_events(s, &o, &l) == DMSC_E_OK && l->n_events == 1 &&
	    strcmp(l->events[0].name, cases[i].event) == 0 &&
	    l->events[0].result == cases[i].result;
	if (good && cases[i].detail != NULL)
		good = l->events[0].detail != NULL &&
		    strcmp(l->events[0].detail, cases[i].detail) == 0;
	if (!good && l != NULL && l->n_events > 0)
		printf("# %s %02X\n", l->events[0].name,
		    l->events[0].result);
	dmsc_view_free(&dmsc_events_view, l);
	return good;
}

/* A timer of a second runs out while we wait: an ENVELOPE tells the card. */
static bool
times_out(void)
{
	const struct dmsc_events_opts none = { .name = NULL };
	const struct dmsc_events_opts o = { .name = "refresh",
	    .timeout_ms = 1300 };
	struct dmsc_events *l = NULL, *m = NULL, *n = NULL;
	bool good = push("D011810301270082028182A40102A503000010") ==
	    DMSC_E_OK && dmsc_events(s, &none, &l) == DMSC_E_OK &&
	    dmsc_events(s, &o, &m) == DMSC_E_NOTFOUND && m != NULL &&
	    m->n_events == 0;

	good = good && push("D00C810301270282028182A40102") == DMSC_E_OK &&
	    dmsc_events(s, &none, &n) == DMSC_E_OK && n->n_events == 1 &&
	    n->events[0].result == 0x24;
	dmsc_view_free(&dmsc_events_view, l);
	dmsc_view_free(&dmsc_events_view, m);
	dmsc_view_free(&dmsc_events_view, n);
	return good;
}

/* A recording that has one command for ever. */
static bool
replay(const char *lines, int want, size_t events)
{
	const struct dmsc_events_opts none = { .name = NULL };
	const struct dmsc_events_opts o = { .allow = true };
	char folder[TAP_FOLDER], path[TAP_FOLDER + 16], at[TAP_FOLDER + 32];
	struct dmsc_events *l = NULL;
	bool good;
	FILE *f;

	if (!tap_folder(folder))
		return false;
	(void)snprintf(path, sizeof path, "%s/card.apdu", folder);
	(void)snprintf(at, sizeof at, "replay:%s", path);
	f = fopen(path, "w");
	good = f != NULL && fputs(lines, f) >= 0;
	if (f != NULL)
		good = fclose(f) == 0 && good;
	good = good && dmsc_connect(s, at) == DMSC_E_OK &&
	    dmsc_events(s, &none, &l) == DMSC_E_USAGE && l == NULL;
	if (good && dmsc_events(s, &o, &l) != want)
		good = false;
	if (!good)
		printf("# %s\n", dmsc_session_err(s)->message);
	good = good && l != NULL && l->n_events == events;
	dmsc_view_free(&dmsc_events_view, l);
	(void)unlink(path);
	(void)rmdir(folder);
	return good;
}

static void
refusals(void)
{
	const struct dmsc_events_opts o = { .imei = "12" };
	struct dmsc_events *l = NULL;
	size_t i;

	ok(push("9000") == DMSC_E_DATA, "what is no command is not pushed");
	ok(dmsc_events(s, &o, &l) == DMSC_E_USAGE && l == NULL,
	    "what is no IMEI is refused");
	for (i = 0; i < QUEUE; i++)
		if (push("D009810301020082028182") != DMSC_E_OK)
			break;
	ok(i == QUEUE && push("D009810301020082028182") == DMSC_E_LIMIT,
	    "sixteen wait, one more does not");
}

#define HEAD "atr 3B80800101\n> 80100000080181894000000003\n< 9000\n"
int
main(void)
{
	char folder[TAP_FOLDER], image[TAP_FOLDER + 16], state[TAP_FOLDER];
	struct dmsc_setup setup = { .ui = { .ask = ask } };
	struct dmsc_card_new_opts o = { .image = image + 4 };
	struct dmsc_image_info *info = NULL;
	size_t i;

	if (!tap_folder(folder) || !tap_folder(state))
		return 99;
	setup.state_dir = state;
	(void)snprintf(image, sizeof image, "sim:%s/c.img", folder);
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    dmsc_card_new(s, &o, &info) != DMSC_E_OK ||
	    dmsc_connect(s, image) != DMSC_E_OK)
		return 99;
	dmsc_view_free(&dmsc_image_info_view, info);
	for (i = 0; i < DMSC_COUNT(cases); i++)
		ok(run_case(i), cases[i].name);
	ok(times_out(), "a timer runs out");
	refusals();
	ok(replay(HEAD "> 80F2000C\n< 910B\n> 801200000B\n"
	    "< D0098103010200820281829000\n"
	    "> 801400000C810301020082028281830100\n< 910B\n", DMSC_E_SW, 64),
	    "commands without end are left");
	ok(replay(HEAD "> 80F2000C\n< 910B\n> 801200000B\n"
	    "< D0208103010200820281829000\n", DMSC_E_DATA, 0),
	    "a wrong length is one error");
	ok(replay(HEAD "> 80F2000C\n< 910B\n> 801200000B\n< 6F00\n",
	    DMSC_E_SW, 0), "nothing behind 91xx is one error");
	dmsc_session_free(&s);
	(void)unlink(image + 4);
	(void)rmdir(folder);
	return tap_done();
}
