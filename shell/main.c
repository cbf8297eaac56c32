/* dmsc: the program. Options, then a prompt, a command, lines or a file. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "impl.h"
#include "ops.h"

/* What Ctrl-C interrupts: a signal handler can be given nothing else. */
static struct {
	struct dmsc_session *session;
} on_signal;

static void
interrupt(int sig)
{
	(void)sig;
	if (on_signal.session != NULL)
		dmsc_session_interrupt(on_signal.session);
}

static void
catch_signals(struct dmsc_session *s)
{
	struct sigaction act;

	on_signal.session = s;
	memset(&act, 0, sizeof act);
	act.sa_handler = interrupt;
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	act.sa_handler = SIG_IGN;	/* write says EPIPE instead */
	(void)sigaction(SIGPIPE, &act, NULL);
}

struct start {
	struct sh_options o;
	struct sh_args args;
	int argc;		/* what stands behind the options */
	char **argv;
	bool version, help;
	int n_lines;		/* -c */
};

/* The options before the command. */
static int
read_options(int argc, char **argv, struct start *st, struct dmsc_err *e)
{
	struct sh_rows rows = { NULL, sh_program_opts, true };
	int i, r = sh_args_parse(&rows, argc - 1, argv + 1, &st->args, e);

	for (i = 0; r == DMSC_E_OK && i < st->args.n_set; i++) {
		const char *name = st->args.set[i].row->name;

		if (strcmp(name, "version") == 0)
			st->version = true;
		else if (strcmp(name, "help") == 0)
			st->help = true;
		else if (strcmp(name, "command") == 0)
			st->n_lines++;
		else
			r = sh_option_apply(&st->o, &st->args.set[i], false, e);
	}
	st->argc = argc - 1 - st->args.used;
	st->argv = argv + 1 + st->args.used;
	if (r == DMSC_E_OK && st->n_lines > 0 && st->argc > 0) {
		r = dmsc_fail(e, DMSC_E_USAGE,
		    "-c and a command do not go together");
		dmsc_err_where(e, "%s", st->argv[0]);
	}
	return r;
}

/* The first word is a file only by its form. */
static bool
is_file(const char *word)
{
	size_t n = strlen(word);

	return strchr(word, '/') != NULL ||
	    (n > 4 && (strcmp(word + n - 4, ".lua") == 0 ||
	    strcmp(word + n - 4, ".dms") == 0));
}

/* Each -c in one session. */
static int
run_lines(struct sh *sh, const struct start *st)
{
	int i, one, status = 0, left;

	for (i = 0; i < st->args.n_set && !sh_leaving(sh, &left); i++) {
		if (strcmp(st->args.set[i].row->name, "command") != 0)
			continue;
		one = sh_line(sh, st->args.set[i].value);
		if (status == 0)
			status = one;
		if (one != 0 && (!st->o.keep_going ||
		    one == dmsc_e_exit(DMSC_E_INTERRUPTED)))
			break;
	}
	return status;
}

static int
run(struct sh *sh, const struct start *st)
{
	static char name[] = "help", topic[] = "dmsc";
	char *help[] = { name, topic, NULL };

	if (st->help)
		return sh_words(sh, 2, help);
	if (st->n_lines > 0)
		return run_lines(sh, st);
	if (st->argc == 0)
		return st->o.interactive ? sh_prompt(sh) :
		    sh_file(sh, "-", 0, NULL);
	if (is_file(st->argv[0]))
		return sh_file(sh, st->argv[0], st->argc - 1, st->argv + 1);
	return sh_words(sh, st->argc, st->argv);
}

/* Options that are wrong: --json may stand behind them. */
static int
usage(struct sh *sh, const struct dmsc_err *e, int argc, char **argv)
{
	struct sh_call call = { .o = *sh_options(sh) };
	int i;

	call.o.one_shot = true;
	for (i = 1; i < argc; i++)
		call.o.json = call.o.json || strcmp(argv[i], "--json") == 0 ||
		    strcmp(argv[i], "-j") == 0;
	(void)clock_gettime(CLOCK_MONOTONIC, &call.begin);
	*sh_err(sh) = *e;
	if (e->n_next == 0)
		dmsc_err_next(sh_err(sh), "help dmsc");
	if (call.o.json)
		sh_say_json(sh, &call, dmsc_e_exit(e->code));
	else
		sh_say_error(sh, &call, dmsc_e_exit(e->code));
	return dmsc_e_exit(e->code);
}

/* What stands in no command's result: --version, a script's print. */
static int
flush_all(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (status == 0 && errno != EPIPE)
		fprintf(stderr, "dmsc: standard output: the result could not "
		    "be written\nnext: dmsc doctor\n");
	return status != 0 ? status : dmsc_e_exit(DMSC_E_IO);
}

static void
settle(struct start *st, const char *program)
{
	st->o.program = program;
	st->o.one_shot = !st->help && st->n_lines == 0 && st->argc > 0 &&
	    !is_file(st->argv[0]);
	st->o.interactive = st->n_lines == 0 && st->argc == 0 &&
	    !st->o.batch && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* A closed one of the three would become the next file that is opened, the
 * card's image too. What is written to it fails, as it would. */
static int
hold_streams(void)
{
	int fd;

	do {
		if ((fd = open("/dev/null", O_RDONLY)) < 0)
			return -1;
	} while (fd <= STDERR_FILENO);
	return close(fd);
}

int
main(int argc, char **argv)
{
	struct start st;
	struct dmsc_setup setup;
	struct dmsc_session *session = NULL;
	struct dmsc_err e = { 0 };
	struct sh *sh = NULL;
	int good, status, end;

	memset(&st, 0, sizeof st);
	memset(&setup, 0, sizeof setup);
	if (hold_streams() != 0)
		return dmsc_e_exit(DMSC_E_IO);
	good = read_options(argc, argv, &st, &e);
	settle(&st, argv[0]);
	if (good == DMSC_E_OK && st.version) {
		printf("dmsc %s\n", dmsc_version());
		sh_args_free(&st.args);
		return flush_all(0);
	}
	setup.ui.arg = &sh;
	setup.ui.ask = sh_ui_ask;
	setup.ui.progress = sh_ui_progress;
	setup.ui.secret = sh_ui_secret;
	setup.ui.input = sh_ui_input;
	setup.ui.event = sh_ui_event;
	status = dmsc_session_new(&setup, &session);
	if (status == DMSC_E_OK)
		status = sh_new(session, &st.o, &sh);
	if (status != DMSC_E_OK) {
		fprintf(stderr, "dmsc: %s\n", dmsc_e_text(status));
		dmsc_session_free(&session);
		return dmsc_e_exit(status);
	}
	sh_set_lua(sh, &dmsc_lua_ops);
	catch_signals(session);
	status = good == DMSC_E_OK ? run(sh, &st) :
	    usage(sh, &e, argc, argv);
	/* One command that failed has said why its change is not kept. */
	end = st.o.one_shot && status != 0 ? 0 : sh_end(sh);
	sh_free(&sh);
	on_signal.session = NULL;
	dmsc_session_free(&session);
	sh_args_free(&st.args);
	return flush_all(status != 0 ? status : end);
}
