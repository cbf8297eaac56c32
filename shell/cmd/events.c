/* events, events wait, events tell, card push: a card that speaks first. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

enum { COMMAND_MAX = 256, SECONDS_MAX = 86400, MS = 1000, ARGS_MAX = 64,
	PROACTIVE = 0xD0 };

#define EVENT_OPTS \
	{ 0, "imei", "DIGITS", "what the card is told when it asks for the " \
	    "device's identity" }, \
	{ 0, "answer", "TEXT", "what is typed where the card asks for a text" }
#define REAL "A real card is asked only with --cat, because this wakes " \
	"applets on it."

static const struct sh_opt events_opts[] = {
	EVENT_OPTS,
	{ 0, NULL, NULL, NULL }
};
static const struct sh_opt wait_opts[] = {
	{ 0, "for", "NAME", "until a command of this name has come; without "
	    "it, any" },
	{ 't', "timeout", "SECONDS", "how long; 30 without it" },
	EVENT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static void
fill(struct sh *sh, const struct sh_args *a, struct dmsc_events_opts *o)
{
	const struct sh_options *so = sh_options(sh);

	memset(o, 0, sizeof *o);
	o->allow = so->cat;
	o->confirm = so->confirm;
	o->imei = sh_opt(a, "imei");
	o->answer = sh_opt(a, "answer");
}

/* The list, also that of a card which failed behind it. */
static int
show(struct sh *sh, struct dmsc_events *l, int r)
{
	if (l != NULL) {
		sh_data(sh, &dmsc_events_view, l);
		sh_print_events(sh, l->events, l->n_events);
		sh_print_taken(sh, l->documents, l->n_documents);
		sh_print_talk(sh, l->sessions, l->n_sessions);
		if (l->n_events == 0 && r == DMSC_E_OK)
			sh_print(sh, "nothing\n");
	}
	return sh_fail(sh, r);
}

/* What waits now, or what the card says to an event. */
static int
listen(struct sh *sh, const struct sh_args *a, bool tell)
{
	struct dmsc_events_opts o;
	struct dmsc_events *l = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	fill(sh, a, &o);
	sh_events_mine(sh);
	r = tell ? dmsc_events_tell(sh_session(sh), &o, sh_arg(a, 0),
	    sh_arg(a, 1), &l) : dmsc_events(sh_session(sh), &o, &l);
	return show(sh, l, r);
}

static int
events_run(struct sh *sh, const struct sh_args *a)
{
	return listen(sh, a, false);
}

static const char *const events_examples[] = { "events",
	"card push display-text 'Update now?' && events --yes",
	"card push get-input 'Your name' 1 20 && events --answer Ada", NULL };

const struct sh_cmd sh_cmd_events = {
	.name = "events", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "fetch and answer what the card says by itself",
	.details = "The card application toolkit: the card is told what the "
	    "device can do, and each command that it has is fetched, obeyed "
	    "or refused, and answered. After a refresh its files are read "
	    "anew, and a device that is on (device poweron) takes in what "
	    "changed. " REAL "\n\nFrom then on the shell also asks by "
	    "itself: after a command whose answer says that the card has "
	    "something, and at the prompt once a second or as often as the "
	    "card wants it (POLL INTERVAL, POLLING OFF). Such events are "
	    "printed above the line that is typed, and are JSON lines on "
	    "standard error with --json.\n\nA text that waits for the user is "
	    "answered by --yes and --no, a text to be typed by --answer; else "
	    "the terminal is asked. What is beyond this device (messages, "
	    "calls, channels, menus) is refused as such. A card that has "
	    "commands without end is left after 64, or after a minute.",
	.opts = events_opts, .max_args = 0, .examples = events_examples,
	.see = "events wait, events tell, card push, device poweron",
	.run = events_run,
};

static void
complete_name(struct sh *sh, int arg, const char *word)
{
	static const char *const names[] = { "refresh", "reset",
		"display-text", "get-inkey", "get-input", "local-information",
		"more-time", "open-channel", "poll-interval", "polling-off",
		"send-sms", "send-ussd", "set-up-event-list", "timer", NULL };

	if (arg == 0)
		sh_offer_list(sh, names, word);
}

static int
wait_run(struct sh *sh, const struct sh_args *a)
{
	const char *text = sh_opt(a, "timeout");
	struct dmsc_events_opts o;
	struct dmsc_events *l = NULL;
	unsigned long seconds = 30;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if (text != NULL && !sh_num_any(text, SECONDS_MAX, &seconds))
		return sh_usage(sh, "'%s' is no number of seconds", text);
	fill(sh, a, &o);
	o.wait = true;
	o.name = sh_opt(a, "for");
	o.timeout_ms = (unsigned)seconds * MS;
	r = dmsc_events(sh_session(sh), &o, &l);
	return show(sh, l, r);
}

static const char *const wait_examples[] = {
	"card push refresh 3F00/2FE2 && "
	    "events wait --for refresh --timeout 5", NULL };

const struct sh_cmd sh_cmd_events_wait = {
	.name = "events wait", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "wait until the card says something by itself",
	.details = "As events, until a command has come, with --for one of "
	    "that name; the card is asked four times a second, or as often as "
	    "it wants it. What else comes meanwhile is answered and shown "
	    "too. " REAL " Exit status 6 where it does not come in time.",
	.opts = wait_opts, .max_args = 0, .examples = wait_examples,
	.see = "events, card push", .run = wait_run,
};

static void
complete_event(struct sh *sh, int arg, const char *word)
{
	static const char *const names[] = { "idle-screen", "language",
		"user-activity", NULL };

	if (arg == 0)
		sh_offer_list(sh, names, word);
}

static int
tell_run(struct sh *sh, const struct sh_args *a)
{
	return listen(sh, a, true);
}

static const char *const tell_examples[] = {
	"card push set-up-event-list language && events && "
	    "events tell language de", NULL };

const struct sh_cmd sh_cmd_events_tell = {
	.name = "events tell", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "EVENT [VALUE]",
	.summary = "tell the card that something happened to the device",
	.details = "EVENT is user-activity, idle-screen, or language with its "
	    "two letters: ENVELOPE (event download). The card is told only "
	    "what it asked for by SET UP EVENT LIST, the first two once each "
	    "time it asked; what it has to say to it is answered and shown. "
	    REAL,
	.opts = events_opts, .min_args = 1, .max_args = 2,
	.examples = tell_examples, .see = "events",
	.complete = complete_event, .run = tell_run,
};

/* The name of a command with its values, hex, or a file of either form. */
static int
read_command(struct sh *sh, const struct sh_args *a, struct dmsc_buf *out)
{
	const char *args[ARGS_MAX], *word = sh_arg(a, 0);
	struct dmsc_buf *file = NULL;
	int i, n = sh_argc(a) - 1, r;

	if (n > ARGS_MAX)
		return sh_usage(sh, "more than %d values", ARGS_MAX);
	for (i = 0; i < n; i++)
		args[i] = sh_arg(a, i + 1);
	r = dmsc_card_command(sh_session(sh), word, (size_t)n, args, out);
	if (r != DMSC_E_NOTFOUND)
		return sh_fail(sh, r);
	dmsc_err_clear(sh_err(sh));
	if (n > 0)
		return sh_usage(sh, "'%s' is no command that takes values",
		    word);
	if (dmsc_hex_get(word, out) == DMSC_E_OK)
		return 0;
	dmsc_buf_reset(out);
	if (strcmp(word, "-") != 0 && access(word, F_OK) != 0)
		return sh_usage(sh, "'%s' is no command, no hex and no file",
		    word);
	if ((r = sh_slurp(sh, word, &file)) != DMSC_E_OK)
		return sh_fail(sh, r);
	r = file->len > 0 && file->p[0] == PROACTIVE ? dmsc_buf_put(out,
	    dmsc_buf_rd(file)) : dmsc_buf_cstr(file) != NULL ?
	    dmsc_hex_get(dmsc_buf_cstr(file), out) : DMSC_E_NOMEM;
	dmsc_buf_free(&file);
	if (r == DMSC_E_OK)
		return 0;
	dmsc_fail(sh_err(sh), r == DMSC_E_NOMEM ? r : DMSC_E_DATA,
	    r == DMSC_E_NOMEM ? "out of memory" :
	    "neither a command in bytes nor in hex");
	(void)dmsc_err_where(sh_err(sh), "%s", word);
	return sh_fail(sh, sh_err(sh)->code);
}

static int
push_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *b = dmsc_buf_new(COMMAND_MAX);
	int status = b == NULL ? sh_nomem(sh) : read_command(sh, a, b);

	if (status == 0)
		status = sh_need_simulated(sh);
	if (status == 0)
		status = sh_fail(sh, dmsc_card_push(sh_session(sh),
		    dmsc_buf_rd(b)));
	dmsc_buf_free(&b);
	return status;
}

static const char *const push_examples[] = {
	"card push refresh 3F00/2FE2 && events",
	"card push D009810301010482028182 && events", NULL };

const struct sh_cmd sh_cmd_card_push = {
	.name = "card push", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "NAME [VALUE...] | FILE | HEX",
	.summary = "give a simulated card a command for the device",
	.details = "NAME is that of a command, as events shows it, with its "
	    "values: refresh [PATH...] (without one: all files), reset, "
	    "display-text TEXT, get-inkey TEXT, get-input TEXT [MIN [MAX "
	    "[PRESET]]], poll-interval SECONDS, polling-off, "
	    "set-up-event-list [EVENT...], timer ID SECONDS, "
	    "local-information, more-time; any other (send-sms, open-channel) "
	    "is sent without values. HEX is a whole command, D0 and its "
	    "length first; FILE holds one, as bytes or hex. It waits until "
	    "the device fetches it, or the session ends.\n\n"
	    "A card that another process serves ('card serve') is given it "
	    "while it is in its reader: the one of the image that -r sim: "
	    "names, or of the reader that is connected.",
	.min_args = 1, .max_args = -1, .examples = push_examples,
	.see = "events, card serve", .complete = complete_name,
	.run = push_run,
};
