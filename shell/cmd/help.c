/* help: commands, status words, errors and exit statuses. */
#include <string.h>

#include "cmd/answers.h"
#include "tools.h"

enum { JSON_MAX = 1 << 20, NAME_MAX_BYTES = 64 };

static const struct sh_opt help_opts[] = {
	{ 0, "mdoc", NULL, "print the manual page of the command" },
	{ 0, "all", NULL, "print the help of all commands" },
	{ 0, "bash", NULL, "print the completion of bash for dmsc" },
	{ 0, NULL, NULL, NULL }
};

static void
print_group(struct sh *sh, enum sh_group g)
{
	struct sh_table *t = sh_table_new(2, NULL);
	size_t i;

	sh_print(sh, "\n%s%s%s\n", sh_style(sh, SH_BOLD), sh_group_title(g),
	    sh_style(sh, SH_PLAIN));
	for (i = 0; sh_cmds[i] != NULL; i++) {
		char name[NAME_MAX_BYTES];
		const char *cells[] = { name, sh_cmds[i]->summary };

		(void)snprintf(name, sizeof name, "  %-17s", sh_cmds[i]->name);
		if (sh_cmds[i]->group == g)
			sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
overview(struct sh *sh)
{
	int g;

	sh_print(sh, "A command is a line; && chains, # comments, quotes are "
	    "the POSIX shell's.\n");
	for (g = SH_G_READER; g <= SH_G_SHELL; g++)
		print_group(sh, (enum sh_group)g);
	sh_print(sh, "\nhelp COMMAND tells more; help dmsc the program's "
	    "options;\n"
	    "help status-words, dm-statuses and errors explain "
	    "answers.\n");
	return 0;
}

/* All descriptors, or those whose name begins with noun. */
static int
put_json(struct sh *sh, const char *noun)
{
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);
	size_t i, n = strlen(noun), put = 0;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_buf_str(b, "{\"commands\":[");

	for (i = 0; sh_cmds[i] != NULL && r == DMSC_E_OK; i++) {
		if (strncmp(sh_cmds[i]->name, noun, n) != 0)
			continue;
		if (put++ > 0)
			r = dmsc_buf_u8(b, ',');
		if (r == DMSC_E_OK)
			r = sh_help_json(sh_cmds[i], b);
	}
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, "]}");
	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static const struct {
	int status;
	const char *text;
} statuses[] = {
	{ 0, "done" },
	{ 1, "a comparison or a signature did not hold" },
	{ 2, "wrong usage" },
	{ 3, "no reader or no image, or a choice is needed" },
	{ 4, "no card, or it was removed or swapped" },
	{ 5, "transport, or this machine's files" },
	{ 6, "the card refused, or what was named is not there" },
	{ 7, "authentication needed or failed, or no trusted signer" },
	{ 8, "blocked, the guard, or a question without an answer" },
	{ 9, "a secure channel broke" },
	{ 10, "bad input data" },
	{ 11, "the plan would fail, or changes were dropped" },
	{ 12, "a batch finished with rejects" },
	{ 13, "Lua's own error" },
	{ 14, "a test failed" },
	{ 130, "interrupted" },
};

static void
print_exits(struct sh *sh)
{
	static const char *const heads[] = { "EXIT", "MEANING" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	char number[16];
	size_t i;

	for (i = 0; i < SH_COUNT(statuses); i++) {
		const char *cells[] = { number, statuses[i].text };

		(void)snprintf(number, sizeof number, "%d",
		    statuses[i].status);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
errors(struct sh *sh)
{
#define ROW(name, value, status, text, next) (value),
	static const int codes[] = { DMSC_ERRORS(ROW) };
#undef ROW
	static const char *const heads[] = { "CODE", "EXIT", "MEANING" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_buf_u8(b, '[');
	size_t i;

	for (i = 0; i < SH_COUNT(codes); i++) {
		const char *name = dmsc_e_name(codes[i]);
		char number[16];
		const char *cells[] = { name, number, dmsc_e_text(codes[i]) };

		(void)snprintf(number, sizeof number, "%d",
		    dmsc_e_exit(codes[i]));
		sh_table_row(t, cells);
		if (r == DMSC_E_OK)
			r = sh_put_pair(b, i == 0, name, dmsc_e_text(codes[i]));
	}
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(b, ']');
	print_exits(sh);
	sh_print(sh, "\n");
	sh_table_print(sh, &t);
	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

/* The program itself, printed like a command. */
static int
program(struct sh *sh)
{
	static const struct sh_cmd dmsc = {
		.name = "dmsc", .danger = SH_READ,
		.synopsis = "[COMMAND [ARG...] | -c LINE... | FILE [ARG...]]",
		.summary = "the management objects of smart cards",
		.details = "Without a command dmsc is a shell. The first word "
		    "is a file only if it contains / or ends in .lua or .dms, "
		    "else a command. Options stand before or after the "
		    "command.",
		.see = "help, help errors, help status-words",
	};
	struct sh_cmd c = dmsc;

	c.opts = sh_program_options();
	sh_help_command(sh_stdout(sh), &c);
	return 0;
}

static int
topic(struct sh *sh, const char *name)
{
	size_t i, n = strlen(name), found = 0;
	struct sh_table *t;

	if (strcmp(name, "errors") == 0)
		return errors(sh);
	if (sh_is_answer(name))
		return sh_help_answer(sh, name);
	if (strcmp(name, "dmsc") == 0)
		return program(sh);
	t = sh_table_new(2, NULL);
	for (i = 0; sh_cmds[i] != NULL; i++) {
		const char *cells[] = { sh_cmds[i]->name,
			sh_cmds[i]->summary };

		if (strncmp(sh_cmds[i]->name, name, n) != 0 ||
		    sh_cmds[i]->name[n] != ' ')
			continue;
		sh_table_row(t, cells);
		found++;
	}
	sh_table_print(sh, &t);
	if (found > 0)
		return put_json(sh, name);
	dmsc_fail(sh_err(sh), DMSC_E_USAGE, "no help for '%s'", name);
	dmsc_err_next(sh_err(sh), "help");
	return sh_fail(sh, DMSC_E_USAGE);
}

static void
print_all(struct sh *sh)
{
	size_t i;

	for (i = 0; sh_cmds[i] != NULL; i++) {
		sh_print(sh, "%s==== %s\n", i > 0 ? "\n" : "",
		    sh_cmds[i]->name);
		sh_help_command(sh_stdout(sh), sh_cmds[i]);
	}
}

static int
help_run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_cmd *c;
	char name[NAME_MAX_BYTES];
	struct dmsc_buf *b;

	if (sh_has(a, "bash")) {
		sh_help_bash(sh_stdout(sh));
		return 0;
	}
	if (sh_has(a, "all"))
		print_all(sh);
	if (sh_has(a, "all"))
		return put_json(sh, "");
	if (sh_argc(a) == 0) {
		(void)overview(sh);
		return put_json(sh, "");
	}
	(void)snprintf(name, sizeof name, "%s%s%s", sh_arg(a, 0),
	    sh_argc(a) > 1 ? " " : "", sh_argc(a) > 1 ? sh_arg(a, 1) : "");
	if ((c = sh_find_cmd(name)) == NULL)
		return topic(sh, name);
	if (sh_has(a, "mdoc")) {
		sh_help_mdoc(sh_stdout(sh), c);
		return 0;
	}
	if ((b = dmsc_buf_new(JSON_MAX)) == NULL ||
	    sh_help_json(c, b) != DMSC_E_OK) {
		dmsc_buf_free(&b);
		return sh_nomem(sh);
	}
	sh_data_json(sh, &b);
	sh_help_command(sh_stdout(sh), c);
	return 0;
}

static void
help_complete(struct sh *sh, int arg, const char *word)
{
	static const char *const topics[] = { "dm-statuses", "dmsc",
		"errors", "status-words", NULL };

	if (arg == 0)
		sh_offer_list(sh, topics, word);
	sh_complete_command(sh, arg, word);
}

static const char *const help_examples[] = {
	"help",
	"help set",
	"help status-words",
	"help 6982",
	"help 405",
	NULL
};

const struct sh_cmd sh_cmd_help = {
	.name = "help", .group = SH_G_SHELL, .danger = SH_READ,
	.synopsis = "[COMMAND | TOPIC | NUMBER]",
	.summary = "explain commands, errors and status words",
	.details = "Without an argument all commands are listed. The topic "
	    "dmsc is the program itself; errors "
	    "lists exit statuses and error codes, status-words the answers "
	    "of cards, dm-statuses those of DM (to dm commands and /card); "
	    "NUMBER, of four digits or three, is one of them.\n\n"
	    "With --json the descriptors of the commands are printed.",
	.opts = help_opts, .max_args = 2, .examples = help_examples,
	.see = "option", .complete = help_complete, .run = help_run,
};
