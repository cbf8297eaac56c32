/* One command from its words to its result; lines of them. */
#include "impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_MAX = 65536 };

static size_t
count_commands(void)
{
	size_t n = 0;

	while (sh_cmds[n] != NULL)
		n++;
	return n;
}

static int
by_command(const void *key, const void *elem)
{
	return strcmp(key, (*(const struct sh_cmd *const *)elem)->name);
}

const struct sh_cmd *
sh_find_cmd(const char *name)
{
	const struct sh_cmd *const *c = bsearch(name, sh_cmds,
	    count_commands(), sizeof *sh_cmds, by_command);

	return c != NULL ? *c : NULL;
}

/* "pin verify ..." before "pin ..."; *taken counts the words of the name. */
static const struct sh_cmd *
find_words(int argc, char **argv, int *taken)
{
	const struct sh_cmd *c = NULL;
	char two[64];
	int n;

	*taken = 2;
	if (argc > 1) {
		n = snprintf(two, sizeof two, "%s %s", argv[0], argv[1]);
		if (n > 0 && (size_t)n < sizeof two)
			c = sh_find_cmd(two);
	}
	if (c == NULL) {
		*taken = 1;
		c = sh_find_cmd(argv[0]);
	}
	return c;
}

static int
no_command(struct sh *sh, int argc, char **argv)
{
	struct dmsc_err *e = sh_err(sh);
	size_t n = strlen(argv[0]);
	size_t i, like = 0;

	for (i = 0; sh_cmds[i] != NULL; i++)
		if (strncmp(sh_cmds[i]->name, argv[0], n) == 0 &&
		    sh_cmds[i]->name[n] == ' ')
			like++;
	if (like > 0 && argc > 1)
		dmsc_fail(e, DMSC_E_USAGE, "it has no '%s'", argv[1]);
	else
		dmsc_fail(e, DMSC_E_USAGE, like > 0 ?
		    "a second word is missing" : "no such command");
	dmsc_err_next(e, like > 0 ? "help %s" : "help", argv[0]);
	return dmsc_e_exit(DMSC_E_USAGE);
}

bool
sh_edits(const struct sh_cmd *c)
{
	return c->group == SH_G_EDIT && c->danger == SH_EDIT;
}

/* Whether this call edits the working copy. */
static bool
editing(struct sh *sh, const struct sh_args *a)
{
	const struct sh_cmd *c = sh->call->cmd;
	struct sh_operand x = { false, NULL };
	bool yes = sh_edits(c);

	if (c->edits_unless != NULL && sh_has(a, c->edits_unless))
		return false;
	if (c->edits_unless != NULL || (c->edits_with != NULL &&
	    sh_has(a, c->edits_with))) {
		yes = sh_arg(a, 0) == NULL || (sh_operand(sh, sh_arg(a, 0),
		    &x) == DMSC_E_OK && !x.is_file);
		sh_operand_free(&x);
	}
	return yes;
}

/* In one-shot use an edit would be lost: it wants --commit or -n. */
static int
check_kept(struct sh *sh, const struct sh_args *a)
{
	const struct sh_options *o = &sh->call->o;
	struct dmsc_err *e = sh_err(sh);

	if (!editing(sh, a))
		return 0;
	if (o->dry_run && dmsc_connected(sh->s) && dmsc_dirty(sh->s)) {
		dmsc_fail(e, DMSC_E_USAGE, "-n on an edit wants a working "
		    "copy without changes");
		dmsc_err_next(e, "plan");
		return dmsc_e_exit(DMSC_E_USAGE);
	}
	if (!o->one_shot || sh_has(a, "commit") || o->dry_run)
		return 0;
	dmsc_fail(e, DMSC_E_USAGE, "nothing would be kept");
	dmsc_err_why(e, "the change would end with this call");
	dmsc_err_next(e, "--commit");
	dmsc_err_next(e, "--dry-run");
	return dmsc_e_exit(DMSC_E_USAGE);
}

static int
check_count(struct sh *sh, const struct sh_args *a)
{
	const struct sh_cmd *c = sh->call->cmd;
	struct dmsc_err *e = sh_err(sh);
	int n = sh_argc(a);

	if (n >= c->min_args && (c->max_args < 0 || n <= c->max_args))
		return 0;
	(void)sh_usage(sh, n < c->min_args ? "too few arguments" :
	    "too many arguments");
	dmsc_err_why(e, "usage: %s%s%s", c->name,
	    c->synopsis != NULL ? " " : "",
	    c->synopsis != NULL ? c->synopsis : "");
	return dmsc_e_exit(DMSC_E_USAGE);
}

/* After a good edit: the plan and back with -n, the commit with --commit. */
static int
after_edit(struct sh *sh, const struct sh_args *a)
{
	bool in_place = sh_has(a, "in-place");
	struct dmsc_commit *done = NULL;
	struct dmsc_plan *plan = NULL;
	struct dmsc_err kept;
	int r, back;

	if (sh->call->o.dry_run) {
		r = dmsc_plan(sh->s, in_place, &plan);
		if (r == DMSC_E_OK) {
			sh_data(sh, &dmsc_plan_view, plan);
			sh_print_plan(sh, plan);
			r = sh_plan_status(sh, plan);
		} else
			r = sh_fail(sh, r);
		kept = *sh_err(sh);
		back = dmsc_revert(sh->s, "/");
		if (r != 0)
			*sh_err(sh) = kept;
		return r != 0 ? r : sh_fail(sh, back);
	}
	if (!sh_has(a, "commit"))
		return 0;
	if ((r = dmsc_commit(sh->s, in_place, &done)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_commit_view, done);
	sh_print_commit(sh, done, "committed");
	return 0;
}

static int
apply_options(struct sh *sh, const struct sh_args *a, bool *help)
{
	int i, r;

	for (i = 0; i < a->n_set; i++) {
		if (!a->set[i].common)
			continue;
		if (strcmp(a->set[i].row->name, "help") == 0) {
			*help = true;
			continue;
		}
		r = sh_option_apply(&sh->call->o, &a->set[i],
		    !sh->call->o.one_shot, sh_err(sh));
		if (r != DMSC_E_OK)
			return dmsc_e_exit(r);
	}
	if (sh->call->o.json && !sh->call->quiet)
		sh->call->out = sh->null;
	return 0;
}

static int
show_help(struct sh *sh)
{
	struct dmsc_buf *b = dmsc_buf_new(HELP_MAX);

	if (b == NULL || sh_help_json(sh->call->cmd, b) != DMSC_E_OK) {
		dmsc_buf_free(&b);
		return sh_nomem(sh);
	}
	sh_help_command(sh_stdout(sh), sh->call->cmd);
	sh_data_json(sh, &b);
	return 0;
}

static int
run_parsed(struct sh *sh, const struct sh_args *a)
{
	bool help = false;
	int status;

	if ((status = apply_options(sh, a, &help)) != 0)
		return status;
	if (help)
		return show_help(sh);
	if ((status = check_count(sh, a)) != 0 ||
	    (status = check_kept(sh, a)) != 0)
		return status;
	status = sh->call->cmd->run(sh, a);
	if (status == 0 && editing(sh, a))
		status = after_edit(sh, a);
	return status;
}

static void
take_warnings(struct sh *sh)
{
	const char *const *w;
	size_t i, n = dmsc_warnings(sh->s, &w);

	for (i = 0; i < n; i++)
		sh_warn(sh, "%s", w[i]);
	dmsc_warnings_clear(sh->s);
}

/* Nobody said what to type: the page of the command has an example. */
static void
point_to_help(struct sh *sh, const struct sh_cmd *cmd, int status)
{
	struct dmsc_err *e = sh_err(sh);

	if (status == 0 || e->code == DMSC_E_OK || e->n_next > 0 ||
	    e->code == DMSC_E_MISMATCH || e->code == DMSC_E_INTERRUPTED ||
	    *dmsc_e_next(e->code) != '\0')
		return;
	dmsc_err_next(e, "help %s", cmd->name);
}

/* Runs the words; the result stays in call. */
int
sh_run_words(struct sh *sh, struct sh_call *call, int argc, char **argv)
{
	struct sh_rows rows = { NULL, sh_program_opts, false };
	struct sh_args a;
	int taken, status;

	call->outer = sh->call;
	call->o = call->outer != NULL ? call->outer->o : sh->o;
	if (call->outer != NULL)	/* a line of a file that 'run' runs */
		call->o.one_shot = false;
	call->name = argv[0];
	call->argc = argc;
	call->argv = argv;
	if (call->outer != NULL && call->outer->quiet && !call->quiet) {
		call->quiet = true;	/* a file that Lua runs */
		call->out = call->outer->out;
	} else if (call->out == NULL)
		call->out = call->o.json ? sh->null : stdout;
	(void)clock_gettime(CLOCK_MONOTONIC, &call->begin);
	sh->call = call;
	dmsc_err_clear(sh_err(sh));
	dmsc_warnings_clear(sh->s);
	if ((call->cmd = find_words(argc, argv, &taken)) == NULL)
		status = no_command(sh, argc, argv);
	else {
		rows.own = call->cmd->opts;
		status = sh_args_parse(&rows, argc - taken, argv + taken, &a,
		    sh_err(sh));
		if (status != DMSC_E_OK) {
			dmsc_err_next(sh_err(sh), "help %s", call->cmd->name);
			status = dmsc_e_exit(status);
		} else {
			status = run_parsed(sh, &a);
			sh_args_free(&a);
			point_to_help(sh, call->cmd, status);
		}
	}
	take_warnings(sh);
	sh->call = call->outer;
	if (sh->call == NULL)
		sh->events_mine = false;
	return status;
}

/* 0, or why the result could not be written: an errno, -1 where it is gone. */
static int
flush_result(void)
{
	int err;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	err = errno;
	clearerr(stdout);
	return err != 0 ? err : -1;
}

/* A result that could not be written is no success. A reader that has seen
 * enough (EPIPE) is told nothing. */
static int
check_written(struct sh *sh, const struct sh_call *c, int err, int status)
{
	if (err == 0 || status != 0)
		return status;
	status = dmsc_e_exit(dmsc_fail(sh_err(sh), DMSC_E_IO,
	    "the result could not be written"));
	dmsc_err_where(sh_err(sh), "standard output");
	if (err > 0)
		dmsc_err_why(sh_err(sh), "%s", strerror(err));
	if (c->cmd != NULL)
		dmsc_err_next(sh_err(sh), "help %s", c->cmd->name);
	if (err != EPIPE)
		sh_say_error(sh, c, status);
	return status;
}

int
sh_words(struct sh *sh, int argc, char **argv)
{
	struct sh_call call = { 0 };
	int status, flushed;

	if (argc == 0)
		return 0;
	status = sh_run_words(sh, &call, argc, argv);
	sh_progress_end(sh);
	if (call.quiet) {
		sh_call_clear(&call);
		return status;
	}
	if (call.o.json) {
		sh_say_json(sh, &call, status);
		flushed = flush_result();
	} else {
		flushed = flush_result();
		sh_say_warnings(sh, &call);
		sh_say_error(sh, &call, status);
	}
	status = check_written(sh, &call, flushed, status);
	if (sh->call == NULL) {		/* with the options of this command */
		sh->call = &call;
		(void)sh_tick(sh, false);
		sh->call = NULL;
	}
	if (sh->call != NULL)	/* told: 'run' does not tell it again */
		dmsc_err_clear(sh_err(sh));
	sh_call_clear(&call);
	return status;
}

static int
split_error(struct sh *sh, enum sh_split r)
{
	static const char *const texts[] = {
		[SH_SPLIT_MORE] = "the line ends inside a quote",
		[SH_SPLIT_EMPTY] = "a command is missing beside &&",
		[SH_SPLIT_OPERATOR] = "no operators but && are known here: "
		    "quote the word",
	};

	if (r == SH_SPLIT_NOMEM)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	dmsc_fail(sh_err(sh), DMSC_E_USAGE, "%s", texts[r]);
	return dmsc_err_next(sh_err(sh), "help");
}

static int
bad_line(struct sh *sh, enum sh_split r)
{
	struct sh_call call = { .o = *sh_options(sh), .name = "line" };
	int status = dmsc_e_exit(split_error(sh, r));

	(void)clock_gettime(CLOCK_MONOTONIC, &call.begin);
	if (call.o.json)
		sh_say_json(sh, &call, status);
	else
		sh_say_error(sh, &call, status);
	return status;
}

static int
count_words(char **w)
{
	int n = 0;

	while (w[n] != NULL)
		n++;
	return n;
}

int
sh_line(struct sh *sh, const char *line)
{
	struct sh_list l;
	enum sh_split r = sh_split(line, &l);
	size_t at = 0;
	int status = 0;

	if (r != SH_SPLIT_OK)
		return bad_line(sh, r);
	while (at < l.n_words && status == 0 && !sh->leaving) {
		int n = count_words(l.words + at);

		status = sh_words(sh, n, l.words + at);
		at += (size_t)n + 1;
	}
	sh_list_free(&l);
	return status;
}

/* The commands of l, the last one's result kept for Lua. A script that runs
 * inside one of them may come here again: kept changes only afterwards. */
static int
run_list(struct sh *sh, const struct sh_list *l)
{
	size_t at = 0;
	int status = 0;

	while (at < l->n_words && status == 0) {
		struct sh_call c = { .quiet = true };
		char *text = NULL;
		size_t len = 0;
		int n = count_words(l->words + at);

		if ((c.out = open_memstream(&text, &len)) == NULL)
			return sh_nomem(sh);
		status = sh_run_words(sh, &c, n, l->words + at);
		(void)fclose(c.out);
		/* The words end with the list. */
		c.out = NULL;
		c.name = NULL;
		c.argv = NULL;
		sh_drop_kept(sh);
		sh->kept = c;
		sh->kept_text = text;
		at += (size_t)n + 1;
	}
	return status;
}

int
sh_run_quiet(struct sh *sh, const char *line, struct sh_result *out)
{
	struct sh_list l;
	enum sh_split r = sh_split(line, &l);

	memset(out, 0, sizeof *out);
	sh_drop_kept(sh);
	if (r != SH_SPLIT_OK)
		out->exit = dmsc_e_exit(split_error(sh, r));
	else {
		out->exit = run_list(sh, &l);
		sh_list_free(&l);
	}
	out->cmd = sh->kept.cmd != NULL ? sh->kept.cmd->name : "";
	out->view = sh->kept.view;
	out->data = sh->kept.data;
	out->text = sh->kept_text != NULL ? sh->kept_text : "";
	if (sh->kept.json != NULL)
		out->data_json = dmsc_buf_cstr(sh->kept.json);
	out->err = out->exit != 0 ? sh_err(sh) : NULL;
	return out->exit;
}
