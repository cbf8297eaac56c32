/* history, option, exit: the shell itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

enum { PATH_BYTES = 4096, STATUS_MAX = 255, SHOWN = 50 };

static int
count_lines(FILE *f)
{
	int c, n = 0;

	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	rewind(f);
	return n;
}

static int
history_run(struct sh *sh, const struct sh_args *a)
{
	const char *text = sh_arg(a, 0);
	unsigned long want = SHOWN;
	char path[PATH_BYTES], *line = NULL;
	size_t size = 0;
	FILE *f;
	int n, i;

	if (text != NULL && !sh_num(text, 1000000, &want))
		return sh_usage(sh, "'%s' is no number of lines", text);
	(void)snprintf(path, sizeof path, "%s/history",
	    dmsc_session_state_dir(sh_session(sh)));
	if ((f = fopen(path, "re")) == NULL)
		return 0;	/* nothing was typed yet */
	n = count_lines(f);
	for (i = 1; getline(&line, &size, f) > 0; i++)
		if (i + (int)want > n)
			sh_print(sh, "%5d  %s", i, line);
	free(line);
	(void)fclose(f);
	return 0;
}

static const char *const history_examples[] = { "history", "history 10",
	NULL };

const struct sh_cmd sh_cmd_history = {
	.name = "history", .group = SH_G_SHELL, .danger = SH_READ,
	.synopsis = "[N]",
	.summary = "show the last lines typed at the prompt",
	.details = "They are kept in the state folder, readable by you "
	    "alone. Not kept are lines that begin with a blank, that set a "
	    "value that is secret by its name, or that write a value to a "
	    "document that is private or not known.",
	.max_args = 1, .examples = history_examples, .see = "run",
	.run = history_run,
};

static int
exit_run(struct sh *sh, const struct sh_args *a)
{
	const char *text = sh_arg(a, 0);
	unsigned long status = 0;

	if (text != NULL && !sh_num(text, STATUS_MAX, &status))
		return sh_usage(sh, "'%s' is no exit status", text);
	sh_leave(sh, (int)status);
	return (int)status;
}

static const char *const exit_examples[] = { "exit", NULL };

const struct sh_cmd sh_cmd_exit = {
	.name = "exit", .group = SH_G_SHELL, .danger = SH_READ,
	.synopsis = "[STATUS]",
	.summary = "leave the shell",
	.details = "A working copy with changes is asked about at a "
	    "terminal; elsewhere it is dropped, which is exit status 11.",
	.max_args = 1, .examples = exit_examples, .see = "commit, revert",
	.run = exit_run,
};

/* The options that a session can change. */
static const struct row {
	const char *name;
	size_t off;
} rows[] = {
	{ "json", offsetof(struct sh_options, json) },
	{ "dry-run", offsetof(struct sh_options, dry_run) },
	{ "quiet", offsetof(struct sh_options, quiet) },
	{ "verbose", offsetof(struct sh_options, verbose) },
	{ "batch", offsetof(struct sh_options, batch) },
	{ "spend-try", offsetof(struct sh_options, spend_try) },
	{ "keep-going", offsetof(struct sh_options, keep_going) },
};
static const char *const confirms[] = {
	[DMSC_CONFIRM_ASK] = "ask", [DMSC_CONFIRM_YES] = "yes",
	[DMSC_CONFIRM_NO] = "no",
};

static bool *
flag(struct sh_options *o, const struct row *r)
{
	return (bool *)((char *)o + r->off);
}

static int
show_options(struct sh *sh)
{
	struct sh_options *o = sh_own_options(sh);
	struct dmsc_buf *b = dmsc_buf_new(4096);
	size_t i;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_buf_u8(b, '{');

	for (i = 0; i < SH_COUNT(rows); i++) {
		sh_kv(sh, rows[i].name, *flag(o, &rows[i]) ? "on" : "off");
		if (r == DMSC_E_OK)
			r = dmsc_buf_fmt(b, "\"%s\":%s,", rows[i].name,
			    *flag(o, &rows[i]) ? "true" : "false");
	}
	sh_kv(sh, "color", o->color != NULL ? o->color : "auto");
	sh_kv(sh, "confirm", confirms[o->confirm]);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(b, "\"color\":\"%s\",\"confirm\":\"%s\"}",
		    o->color != NULL ? o->color : "auto",
		    confirms[o->confirm]);
	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static int
set_choice(struct sh *sh, const char *name, const char *value)
{
	static const char *const colors[] = { "auto", "always", "never" };
	struct sh_options *o = sh_own_options(sh);
	size_t i;

	for (i = 0; value != NULL && i < SH_COUNT(colors); i++)
		if (strcmp(name, "color") == 0 &&
		    strcmp(value, colors[i]) == 0) {
			o->color = colors[i];
			return 0;
		}
	for (i = 0; value != NULL && i < SH_COUNT(confirms); i++)
		if (strcmp(name, "confirm") == 0 &&
		    strcmp(value, confirms[i]) == 0) {
			o->confirm = (enum dmsc_confirm)i;
			return 0;
		}
	if (strcmp(name, "color") == 0 || strcmp(name, "confirm") == 0)
		return sh_usage(sh, strcmp(name, "color") == 0 ?
		    "color is auto, always or never" :
		    "confirm is ask, yes or no");
	return sh_usage(sh, "no such option: '%s'", name);
}

static int
option_run(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_arg(a, 0), *value = sh_arg(a, 1);
	size_t i;

	if (name == NULL)
		return show_options(sh);
	for (i = 0; i < SH_COUNT(rows); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (value == NULL || (strcmp(value, "on") != 0 &&
		    strcmp(value, "off") != 0))
			return sh_usage(sh, "'%s' is on or off", name);
		*flag(sh_own_options(sh), &rows[i]) = strcmp(value, "on") == 0;
		return 0;
	}
	return set_choice(sh, name, value);
}

static void
option_complete(struct sh *sh, int arg, const char *word)
{
	static const char *const values[] = { "on", "off", "auto", "always",
		"never", "ask", "yes", "no", NULL };
	static const char *const others[] = { "color", "confirm", NULL };
	size_t i;

	for (i = 0; arg == 0 && i < SH_COUNT(rows); i++)
		if (strncmp(rows[i].name, word, strlen(word)) == 0)
			sh_offer(sh, rows[i].name);
	if (arg == 0)
		sh_offer_list(sh, others, word);
	if (arg == 1)
		sh_offer_list(sh, values, word);
}

static const char *const option_examples[] = { "option",
	"option quiet on", NULL };

const struct sh_cmd sh_cmd_option = {
	.name = "option", .group = SH_G_SHELL, .danger = SH_READ,
	.synopsis = "[NAME VALUE]",
	.summary = "show or change the options of this session",
	.details = "Switches are on or off; color is auto, always or never; "
	    "confirm, the answer to documents' questions, is ask, yes or "
	    "no.",
	.max_args = 2, .examples = option_examples, .see = "help",
	.complete = option_complete, .run = option_run,
};
