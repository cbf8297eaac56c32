/*
 * A card that speaks first: what it sends is fetched, obeyed or refused, each
 * with its answer, and a card that never ends is left.
 */
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "base/clock.h"
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
	    DMSC_CONFIRM_ASK, false, "poll-interval", 0x00, NULL },
	{ "poll interval of nothing", "D00D81030103008202818284020100", NULL,
	    DMSC_CONFIRM_ASK, false, "poll-interval", 0x32, NULL },
	{ "polling off", "D009810301040082028182", NULL, DMSC_CONFIRM_ASK,
	    false, "polling-off", 0x00, NULL },
	{ "and on again", "D00D81030103008202818284020201", NULL,
	    DMSC_CONFIRM_ASK, false, "poll-interval", 0x00, NULL },
	{ "more time", "D009810301020082028182", NULL, DMSC_CONFIRM_ASK,
	    false, "more-time", 0x00, NULL },
	{ "event list", "D00D81030105008202818299020507", NULL,
	    DMSC_CONFIRM_ASK, false, "set-up-event-list", 0x00, NULL },
	{ "events of a channel", "D00D8103010500820281829902090A", NULL,
	    DMSC_CONFIRM_ASK, false, "set-up-event-list", 0x30, NULL },
	{ "no events", "D00B8103010500820281829900", NULL,
	    DMSC_CONFIRM_ASK, false, "set-up-event-list", 0x00, NULL },
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

/* A recording: what is sent must stand in it. */
static bool
replay_with(const char *lines, const struct dmsc_events_opts *how, int want,
    size_t events)
{
	const struct dmsc_events_opts none = { .name = NULL };
	struct dmsc_events_opts o = *how;
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
	o.allow = true;
	if (good && dmsc_events(s, &o, &l) != want)
		good = false;
	if (!good)
		printf("# %s: %s\n", dmsc_session_err(s)->message,
		    dmsc_session_err(s)->why);
	good = good && l != NULL && l->n_events == events;
	dmsc_view_free(&dmsc_events_view, l);
	(void)unlink(path);
	(void)rmdir(folder);
	return good;
}

static bool
replay(const char *lines, int want, size_t events)
{
	const struct dmsc_events_opts plain = { .name = NULL };

	return replay_with(lines, &plain, want, events);
}

#define HEAD "atr 3B80800101\n> 801000000833B1EF4061010003\n< 9000\n"

static const char *typed;

static int
input(void *arg, const char *question, const struct dmsc_input *what,
    struct dmsc_buf *out)
{
	(void)arg;
	(void)what;
	return typed == NULL || question[0] == '\0' ? DMSC_E_NOANSWER :
	    dmsc_buf_str(out, typed);
}

#define ENTER "8D0C04456E746572203132333435"	/* "Enter 12345" */
/* The first two are 31.124's. */
static const struct {
	const char *name, *cmd, *typed, *given;
	enum dmsc_confirm confirm;
	const char *response;	/* behind details and devices */
} inputs[] = {
	{ "five digits", "D01B810301230082028182" ENTER "91020505", "12345",
	    NULL, DMSC_CONFIRM_ASK, "8301008D06043132333435" },
	{ "a key", "D015810301220082028182" "8D0A04456E74657220222B22", "+",
	    NULL, DMSC_CONFIRM_ASK, "8301008D02042B" },
	{ "too few", "D01B810301230082028182" ENTER "91020505", "1234", NULL,
	    DMSC_CONFIRM_ASK, "830112" },
	{ "no digits", "D01B810301230082028182" ENTER "91020505", "1234a",
	    NULL, DMSC_CONFIRM_ASK, "830112" },
	{ "nobody", "D01B810301230082028182" ENTER "91020505", NULL, NULL,
	    DMSC_CONFIRM_ASK, "830112" },
	{ "--no", "D01B810301230082028182" ENTER "91020505", "12345", NULL,
	    DMSC_CONFIRM_NO, "830110" },
	{ "given beforehand", "D01B810301230082028182" ENTER "91020505",
	    NULL, "54321", DMSC_CONFIRM_ASK, "8301008D06043534333231" },
	{ "packed", "D01B810301230982028182" ENTER "910201FF", "hello",
	    NULL, DMSC_CONFIRM_ASK, "8301008D0600E8329BFD06" },
	{ "16 bits", "D01B810301230382028182" ENTER "910201FF", "\xE3\x83\xAB"
	    "1", NULL, DMSC_CONFIRM_ASK, "8301008D050830EB0031" },
	{ "not in the alphabet", "D01B810301230182028182" ENTER "910201FF",
	    "\xE3\x83\xAB", NULL, DMSC_CONFIRM_ASK, "830112" },
	{ "the preset text", "D020810301230182028182" ENTER "910201FF"
	    "17030441" "42", "", NULL, DMSC_CONFIRM_ASK,
	    "8301008D03044142" },
	{ "the preset text by --yes", "D020810301230182028182" ENTER
	    "910201FF" "1703044142", NULL, NULL, DMSC_CONFIRM_YES,
	    "8301008D03044142" },
	{ "yes", "D012810301220482028182" "8D070453757265203F", NULL, NULL,
	    DMSC_CONFIRM_YES, "8301008D020401" },
	{ "no", "D012810301220482028182" "8D070453757265203F", NULL, NULL,
	    DMSC_CONFIRM_NO, "8301008D020400" },
	{ "no lengths", "D017810301230082028182" ENTER, "12345", NULL,
	    DMSC_CONFIRM_ASK, "830136" },
	{ "more than an answer holds", "D01B810301230082028182" ENTER
	    "9102F2FF", "12345", NULL, DMSC_CONFIRM_ASK, "830132" },
	{ "lengths upside down", "D01B810301230082028182" ENTER "91020504",
	    "12345", NULL, DMSC_CONFIRM_ASK, "830132" },
};

static bool
types(size_t i)
{
	const struct dmsc_events_opts o = { .confirm = inputs[i].confirm,
	    .answer = inputs[i].given };
	size_t n = strlen(inputs[i].cmd) / 2;
	char lines[2048];

	typed = inputs[i].typed;
	(void)snprintf(lines, sizeof lines, HEAD "> 80F2000C\n< 91%02zX\n"
	    "> 80120000%02zX\n< %s9000\n> 80140000%02zX%.10s82028281%s\n"
	    "< 9000\n", n, n, inputs[i].cmd, 9 + strlen(inputs[i].response)
	    / 2, inputs[i].cmd + 4, inputs[i].response);
	return replay_with(lines, &o, DMSC_E_OK, 1);
}

/* The card asked for it: what the user types is told to it, once. */
#define ACTIVE HEAD "> 80F2000C\n< 910E\n> 801200000E\n" \
	"< D00C8103010500820281829901049000\n" \
	"> 801400000C810301050082028281830100\n< 911D\n> 801200001D\n" \
	"< D01B810301230082028182" ENTER "910205059000\n" \
	"> 8014000014810301230082028281" "8301008D06043132333435\n" \
	"< 9000\n> 80C2000009D60799010482028281\n< 910B\n> 801200000B\n" \
	"< D0098103010200820281829000\n" \
	"> 801400000C810301020082028281830100\n< 9000\n"

static bool
activity(void)
{
	const struct dmsc_events_opts o = { .name = NULL };

	typed = "12345";
	return replay_with(ACTIVE, &o, DMSC_E_OK, 3);
}

/* Hostile cards: each is left with one clear error. */
#define ASKS "> 80F2000C\n< 910B\n> 801200000B\n"
#define MORE "D009810301020082028182"
#define TIMED "> 801400000C810301020082028281830100\n"
static const struct {
	const char *name, *lines;
	int want;
	size_t events;
} hostile[] = {
	{ "commands without end", ASKS "< " MORE "9000\n" TIMED "< 910B\n",
	    DMSC_E_SW, 64 },
	{ "a wrong length", ASKS "< D0208103010200820281829000\n",
	    DMSC_E_DATA, 0 },
	{ "a length of four bytes", ASKS
	    "< D083FFFFFF81030102008202819000\n", DMSC_E_DATA, 0 },
	{ "no command at all", ASKS "< 9000\n", DMSC_E_DATA, 0 },
	{ "something else", ASKS "< 6F0A81030102008202818200009000\n",
	    DMSC_E_DATA, 0 },
	{ "nothing behind 91xx", ASKS "< 6F00\n", DMSC_E_SW, 0 },
	{ "not the end: 6Cxx for ever", ASKS "< 6C0B\n", DMSC_E_SW, 0 },
	{ "an answer that it refuses", ASKS "< " MORE "9000\n" TIMED
	    "< 6F00\n", DMSC_E_SW, 1 },
	{ "91xx for an unknown type", "> 80F2000C\n< 910B\n> 801200000B\n"
	    "< D0098103019900820281829000\n"
	    "> 801400000C810301990082028281830131\n< 9000\n", DMSC_E_OK, 1 },
	{ "unknown tags", "> 80F2000C\n< 910F\n> 801200000F\n"
	    "< D00D810301020082028182FA0100FB9000\n"
	    "> 801400000C810301020082028281830132\n< 9000\n", DMSC_E_OK, 1 },
	{ "nothing to say", "> 80F2000C\n< 9000\n", DMSC_E_OK, 0 },
};

static unsigned nap;	/* milliseconds that each event takes */

static void
heard(void *arg, const struct dmsc_event *e)
{
	(void)arg;
	(void)e;
	dmsc_sleep_ms(nap);
}

/* Every command takes its time: the whole is bounded. */
static bool
slow(void)
{
	const struct dmsc_events_opts o = { .bound_ms = 1 };
	const struct dmsc_events_opts all = { .bound_ms = 10000 };
	struct dmsc_events *l = NULL, *rest = NULL;
	bool good;
	int i;

	for (i = 0; i < QUEUE; i++)
		if (push("D009810301020082028182") != DMSC_E_OK)
			return false;
	nap = 2;
	good = dmsc_events(s, &o, &l) == DMSC_E_SW && l != NULL &&
	    l->n_events < QUEUE && strstr(dmsc_session_err(s)->why,
	    "the time is over") != NULL;
	nap = 0;
	good = good && dmsc_events(s, &all, &rest) == DMSC_E_OK &&
	    l->n_events + rest->n_events == QUEUE;
	dmsc_view_free(&dmsc_events_view, l);
	dmsc_view_free(&dmsc_events_view, rest);
	return good;
}

/* What is typed hidden stands in no recording. */
static bool
unrecorded(void)
{
	const struct dmsc_events_opts o = { .answer = "98765" };
	char folder[TAP_FOLDER], path[TAP_FOLDER + 16], text[4096] = "";
	struct dmsc_events *l = NULL;
	bool good;
	FILE *f;

	if (!tap_folder(folder))
		return false;
	(void)snprintf(path, sizeof path, "%s/trace", folder);
	good = push("D01B810301230482028182" ENTER "91020505") == DMSC_E_OK &&
	    push("D009810301020082028182") == DMSC_E_OK &&
	    dmsc_trace(s, path) == DMSC_E_OK &&
	    dmsc_events(s, &o, &l) == DMSC_E_OK && l->n_events == 2 &&
	    l->events[0].result == 0 && dmsc_trace(s, NULL) == DMSC_E_OK;
	dmsc_view_free(&dmsc_events_view, l);
	f = fopen(path, "r");
	good = good && f != NULL && fread(text, 1, sizeof text - 1, f) > 0;
	if (f != NULL)
		(void)fclose(f);
	(void)unlink(path);
	(void)rmdir(folder);
	return good && strstr(text, "> 8014000014**") != NULL &&
	    strstr(text, "3938373635") == NULL &&
	    strstr(text, "> 801400000C810301020082028281830100") != NULL;
}

static bool
told(const char *what, const char *value, int want, const char *event)
{
	const struct dmsc_events_opts o = { .name = NULL };
	struct dmsc_events *l = NULL;
	int r = dmsc_events_tell(s, &o, what, value, &l);
	bool good = r == want && (event == NULL || (l != NULL &&
	    l->n_events == 1 && strcmp(l->events[0].name, event) == 0));

	dmsc_view_free(&dmsc_events_view, l);
	return good;
}

static void
happenings(void)
{
	const struct dmsc_events_opts o = { .name = NULL };
	struct dmsc_events *l = NULL;

	ok(told("language", "en", DMSC_E_NOTFOUND, NULL),
	    "an event that it did not ask for");
	ok(push("D00D81030105008202818299020407") == DMSC_E_OK &&
	    dmsc_events(s, &o, &l) == DMSC_E_OK, "it asks for two");
	dmsc_view_free(&dmsc_events_view, l);
	ok(told("idle-screen", NULL, DMSC_E_NOTFOUND, NULL),
	    "not for this one");
	ok(push("D009810301020082028182") == DMSC_E_OK && told("language",
	    "en", DMSC_E_OK, "more-time"), "what it has to say then comes");
	ok(told("language", "de", DMSC_E_OK, NULL), "again");
	ok(told("user-activity", NULL, DMSC_E_OK, NULL) &&
	    told("user-activity", NULL, DMSC_E_NOTFOUND, NULL),
	    "this one is told once");
	ok(told("language", NULL, DMSC_E_USAGE, NULL) && told("earthquake",
	    NULL, DMSC_E_USAGE, NULL), "no such event");
}

/* The toolkit is quiet until it is on; then 91xx alone is a cause. */
static void
ticks(void)
{
	const struct dmsc_events_opts o = { .name = NULL };
	struct dmsc_events *l = NULL;
	struct dmsc_apdu *a = NULL;
	const uint8_t mf[] = { 0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00 };

	ok(dmsc_reset(s, true) == DMSC_E_OK && !dmsc_events_on(s) &&
	    push("D009810301020082028182") == DMSC_E_OK &&
	    dmsc_events_tick(s, &o, true, &l) == DMSC_E_OK && l == NULL,
	    "nothing is asked before the profile");
	ok(dmsc_events(s, &o, &l) == DMSC_E_OK && l->n_events == 1 &&
	    dmsc_events_on(s), "then it is on");
	dmsc_view_free(&dmsc_events_view, l);
	ok(dmsc_events_tick(s, &o, false, &l) == DMSC_E_OK && l == NULL,
	    "no cause");
	ok(push("D009810301020082028182") == DMSC_E_OK && dmsc_transmit(s,
	    dmsc_rd_of(mf, sizeof mf), 0, &a) == DMSC_E_OK && a->sw == 0x910B
	    && dmsc_events_tick(s, &o, false, &l) == DMSC_E_OK && l != NULL &&
	    l->n_events == 1 && l->apdus == 2, "91xx: fetched and answered");
	dmsc_view_free(&dmsc_events_view, l);
	dmsc_view_free(&dmsc_apdu_view, a);
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

int
main(void)
{
	char folder[TAP_FOLDER], image[TAP_FOLDER + 16], state[TAP_FOLDER];
	struct dmsc_setup setup = { .ui = { .ask = ask,
	    .input = input, .event = heard } };
	struct dmsc_card_new_opts o = { .image = image + 4 };
	struct dmsc_image_info *info = NULL;
	char lines[2048];
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
	ok(unrecorded(), "what is typed hidden is not recorded");
	happenings();
	ticks();
	ok(slow(), "a card whose commands take too long is left");
	refusals();
	for (i = 0; i < DMSC_COUNT(inputs); i++)
		ok(types(i), inputs[i].name);
	ok(activity(), "what the user does is told");
	for (i = 0; i < DMSC_COUNT(hostile); i++) {
		(void)snprintf(lines, sizeof lines, HEAD "%s",
		    hostile[i].lines);
		ok(replay(lines, hostile[i].want, hostile[i].events),
		    hostile[i].name);
	}
	dmsc_session_free(&s);
	(void)unlink(image + 4);
	(void)rmdir(folder);
	return tap_done();
}
