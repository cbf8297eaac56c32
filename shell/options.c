/* The program's options: before or after a command, or in a line. */
#include "impl.h"

#include <string.h>

const struct sh_opt sh_program_opts[] = {
	{ 'r', "reader", "READER", "name, number, ICCID, sim or sim:IMAGE; "
	    "with none, the embedded card" },
	{ 0, "auth", "WHICH=SOURCE", "verify a PIN or key after connecting, "
	    "or with scp=SOURCE open a secure channel; may be given several "
	    "times" },
	{ 'c', "command", "LINE", "run a command line; several run in one "
	    "session" },
	{ 'j', "json", NULL, "each command prints one JSON value" },
	{ 'n', "dry-run", NULL, "check and show the plan, write nothing" },
	{ 'k', "keep-going", NULL, "go on after errors, return the first" },
	{ 'q', "quiet", NULL, "no warnings and no progress" },
	{ 'v', "verbose", NULL, "show lines of a file before they run" },
	{ 0, "color", "WHEN", "auto, always or never" },
	{ 0, "trace", "FILE", "write the conversation with the card to FILE" },
	{ 0, "yes", "[ICCID]", "answer documents' questions with yes; with "
	    "an ICCID, allow what cannot be undone on that card" },
	{ 0, "no", NULL, "answer documents' questions with no" },
	{ 0, "batch", NULL, "never ask" },
	{ 0, "spend-try", NULL, "send a value though two or fewer tries, or "
	    "an unknown number, are left, or no answer came to it before" },
	{ 0, "cat", NULL, "send card application toolkit commands over PC/SC" },
	{ 0, "device", "NAME", "the simulated device to use" },
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print help" },
	{ 0, NULL, NULL, NULL }
};

static const struct {
	const char *name;
	size_t off;
	bool program_only;	/* has no place in a line of a session */
} switches[] = {
	{ "json", offsetof(struct sh_options, json), false },
	{ "dry-run", offsetof(struct sh_options, dry_run), false },
	{ "keep-going", offsetof(struct sh_options, keep_going), true },
	{ "quiet", offsetof(struct sh_options, quiet), false },
	{ "verbose", offsetof(struct sh_options, verbose), false },
	{ "batch", offsetof(struct sh_options, batch), false },
	{ "spend-try", offsetof(struct sh_options, spend_try), false },
	{ "cat", offsetof(struct sh_options, cat), true },
}, texts[] = {
	{ "reader", offsetof(struct sh_options, reader), true },
	{ "trace", offsetof(struct sh_options, trace), true },
	{ "device", offsetof(struct sh_options, device), false },
};

static int
not_here(struct dmsc_err *e, const char *name)
{
	dmsc_fail(e, DMSC_E_USAGE, "option --%s belongs to the program", name);
	return dmsc_err_next(e, "help dmsc");
}

static int
set_auth(struct sh_options *o, const char *value, struct dmsc_err *e)
{
	if (strchr(value, '=') == NULL) {
		/* It may be a secret: it is not repeated. */
		dmsc_fail(e, DMSC_E_USAGE, "option --auth needs WHICH=SOURCE");
		return dmsc_err_why(e, "as 81=@FILE, 81=env:NAME or 81=fd:N");
	}
	if (o->n_auth >= SH_AUTH_MAX)
		return dmsc_fail(e, DMSC_E_USAGE, "more than %d --auth",
		    SH_AUTH_MAX);
	o->auth[o->n_auth++] = value;
	return DMSC_E_OK;
}

static int
set_color(struct sh_options *o, const char *value, struct dmsc_err *e)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 &&
	    strcmp(value, "never") != 0)
		return dmsc_fail(e, DMSC_E_USAGE,
		    "--color is auto, always or never, not '%s'", value);
	o->color = value;
	return DMSC_E_OK;
}

static int
set_yes(struct sh_options *o, const char *value)
{
	if (value != NULL)
		o->yes_id = value;
	else
		o->confirm = DMSC_CONFIRM_YES;
	return DMSC_E_OK;
}

/* The few that are neither a switch nor a text. */
static int
apply_other(struct sh_options *o, const struct sh_set *set, bool in_line,
    struct dmsc_err *e)
{
	const char *name = set->row->name;

	if (strcmp(name, "yes") == 0)
		return set_yes(o, set->value);
	if (strcmp(name, "no") == 0) {
		o->confirm = DMSC_CONFIRM_NO;
		return DMSC_E_OK;
	}
	if (in_line)
		return not_here(e, name);
	if (strcmp(name, "auth") == 0)
		return set_auth(o, set->value, e);
	if (strcmp(name, "color") == 0)
		return set_color(o, set->value, e);
	return dmsc_fail(e, DMSC_E_USAGE,
	    "option --%s stands before the command", name);
}

int
sh_option_apply(struct sh_options *o, const struct sh_set *set, bool in_line,
    struct dmsc_err *e)
{
	size_t i;

	for (i = 0; i < SH_COUNT(switches); i++)
		if (strcmp(switches[i].name, set->row->name) == 0) {
			if (in_line && switches[i].program_only)
				return not_here(e, set->row->name);
			*(bool *)((char *)o + switches[i].off) = true;
			return DMSC_E_OK;
		}
	for (i = 0; i < SH_COUNT(texts); i++)
		if (strcmp(texts[i].name, set->row->name) == 0) {
			if (in_line && texts[i].program_only)
				return not_here(e, set->row->name);
			*(const char **)((char *)o + texts[i].off) = set->value;
			return DMSC_E_OK;
		}
	return apply_other(o, set, in_line, e);
}

const struct sh_opt *
sh_program_options(void)
{
	return sh_program_opts;
}
