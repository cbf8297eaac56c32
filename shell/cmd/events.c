/* events, card push: what a card says by itself. */
#include <stdio.h>

#include "tools.h"

enum { COMMAND_MAX = 256, SECONDS_MAX = 86400, MS = 1000 };

static const struct sh_opt events_opts[] = {
	{ 0, "for", "NAME", "wait until a command of this name has come" },
	{ 't', "timeout", "SECONDS", "how long; 30 without it" },
	{ 0, "imei", "DIGITS", "what the card is told when it asks for the "
	    "device's identity" },
	{ 0, NULL, NULL, NULL }
};

static void
print_events(struct sh *sh, const struct dmsc_events *l)
{
	static const char *const heads[] = { "EVENT", "ANSWER", "DETAIL",
		"FILES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < l->n_events; i++) {
		const struct dmsc_event *e = &l->events[i];
		char files[DMSC_ERR_TEXT] = "";
		const char *cells[] = { e->name, e->answer,
			e->detail != NULL ? e->detail : "", files };
		size_t at = 0;

		for (k = 0; k < e->n_files && at < sizeof files; k++)
			at += (size_t)snprintf(files + at, sizeof files - at,
			    "%s%s", k > 0 ? " " : "", e->files[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
events_run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_options *so = sh_options(sh);
	struct dmsc_events_opts o = { .allow = so->cat,
	    .confirm = so->confirm, .imei = sh_opt(a, "imei"),
	    .name = sh_opt(a, "for") };
	const char *text = sh_opt(a, "timeout");
	struct dmsc_events *l = NULL;
	unsigned long seconds = 30;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if (text != NULL && (!sh_num_any(text, SECONDS_MAX, &seconds)))
		return sh_usage(sh, "'%s' is no number of seconds", text);
	if (text != NULL && o.name == NULL)
		return sh_usage(sh, "option --timeout needs --for NAME");
	o.timeout_ms = (unsigned)seconds * MS;
	r = dmsc_events(sh_session(sh), &o, &l);
	if (l != NULL) {
		sh_data(sh, &dmsc_events_view, l);
		if (l->n_events > 0)
			print_events(sh, l);
		else if (r == DMSC_E_OK)
			sh_print(sh, "nothing\n");
	}
	return sh_fail(sh, r);
}

static const char *const events_examples[] = { "events",
	"card push D0108103010101820281829205013F002FE2 && "
	    "events --for refresh --timeout 5", NULL };

const struct sh_cmd sh_cmd_events = {
	.name = "events", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "fetch and answer what the card says by itself",
	.details = "The card application toolkit: the card is told what the "
	    "device can do, and each command that it has is fetched, obeyed "
	    "or refused, and answered. After a refresh its files are read "
	    "anew. A real card is asked only with --cat, because this wakes "
	    "applets on it.\n\nA text that waits for the user is answered by "
	    "--yes and --no, else the terminal is asked. What is beyond this "
	    "device (messages, calls, channels, polling, lists of events) is "
	    "refused as such. A card that has commands without end is left "
	    "after 64.",
	.opts = events_opts, .max_args = 0, .examples = events_examples,
	.see = "card push, device poweron", .run = events_run,
};

static int
push_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *b = dmsc_buf_new(COMMAND_MAX);
	int status = sh_need_simulated(sh);

	if (status == 0 && (b == NULL || dmsc_hex_get(sh_arg(a, 0), b) !=
	    DMSC_E_OK))
		status = sh_usage(sh, "'%s' is no command in hex",
		    sh_arg(a, 0));
	if (status == 0)
		status = sh_fail(sh, dmsc_card_push(sh_session(sh),
		    dmsc_buf_rd(b)));
	dmsc_buf_free(&b);
	return status;
}

static const char *const push_examples[] = {
	"card push D009810301010482028182 && events", NULL };

const struct sh_cmd sh_cmd_card_push = {
	.name = "card push", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "HEX",
	.summary = "give a simulated card a command for the device",
	.details = "HEX is a proactive command, D0 and its length first. It "
	    "waits until the device fetches it, or the session ends.\n\n"
	    "A card that another process serves ('card serve') is given it "
	    "while it is in its reader: the one of the image that -r sim: "
	    "names, or of the reader that is connected.",
	.min_args = 1, .max_args = 1, .examples = push_examples,
	.see = "events, card serve", .run = push_run,
};
