/* Questions at the terminal: yes or no, secrets, an editor. */
#include "impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 };

static int
no_answer(struct sh *sh, const char *question, const char *why)
{
	dmsc_fail(sh_err(sh), DMSC_E_NOANSWER, "no answer to '%s'", question);
	return dmsc_err_why(sh_err(sh), "%s", why);
}

static int
open_terminal(struct sh *sh, const char *question, int *fd)
{
	if (sh_options(sh)->batch)
		return no_answer(sh, question, "--batch never asks");
	if ((*fd = open("/dev/tty", O_RDWR | O_CLOEXEC)) < 0)
		return no_answer(sh, question, "there is no terminal");
	return DMSC_E_OK;
}

/* One line without its end into out; its length, or -1. */
static ssize_t
read_line(int fd, uint8_t *out, size_t max)
{
	size_t n = 0;
	uint8_t c = 0;

	while (n < max) {
		ssize_t got = read(fd, &c, 1);

		if (got <= 0)	/* EINTR too: Ctrl-C ends the question */
			return -1;
		if (c == '\n')
			break;
		out[n++] = c;
	}
	return (ssize_t)n;
}

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return;
}

int
sh_ask(struct sh *sh, const char *question, bool *yes)
{
	uint8_t answer[ANSWER_MAX];
	ssize_t n;
	int fd, r;

	sh_progress_end(sh);
	if ((r = open_terminal(sh, question, &fd)) != DMSC_E_OK)
		return r;
	(void)fflush(stdout);
	if (sh->above != NULL)
		sh->above();
	put(fd, question);
	put(fd, " [y/N] ");
	n = read_line(fd, answer, sizeof answer);
	(void)close(fd);
	if (n < 0)
		return no_answer(sh, question, "the terminal was closed");
	*yes = n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
	return DMSC_E_OK;
}

int
sh_ui_ask(void *arg, const char *question, bool *yes)
{
	struct sh *sh = *(struct sh **)arg;
	const struct sh_options *o;

	if (sh == NULL)
		return DMSC_E_NOANSWER;
	o = sh_options(sh);
	if (o->confirm != DMSC_CONFIRM_ASK) {
		*yes = o->confirm == DMSC_CONFIRM_YES;
		return DMSC_E_OK;
	}
	return sh_ask(sh, question, yes);
}

/* The question, with what an empty line means. */
static int
ask_text(struct sh *sh, const char *question, const char *preset,
    struct dmsc_buf *out)
{
	uint8_t answer[ANSWER_MAX];
	ssize_t n;
	int fd, r;

	if ((r = open_terminal(sh, question, &fd)) != DMSC_E_OK)
		return r;
	put(fd, question);
	if (preset != NULL) {
		put(fd, " [");
		put(fd, preset);
		put(fd, "]");
	}
	put(fd, ": ");
	n = read_line(fd, answer, sizeof answer);
	(void)close(fd);
	if (n < 0)
		return no_answer(sh, question, "the terminal was closed");
	return dmsc_buf_put(out, dmsc_rd_of(answer, (size_t)n));
}

/* Asks without echo; the answer stays in locked memory. */
static int
ask_secret(struct sh *sh, const char *prompt, struct dmsc_secret *out)
{
	struct termios was, quiet;
	ssize_t n;
	int fd, r;

	if ((r = open_terminal(sh, prompt, &fd)) != DMSC_E_OK)
		return r;
	(void)fflush(stdout);
	if (tcgetattr(fd, &was) != 0) {
		(void)close(fd);
		return no_answer(sh, prompt, "this is no terminal");
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	/* Before the prompt: who sees it may type at once. */
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	put(fd, prompt);
	put(fd, ": ");
	n = read_line(fd, out->p, out->cap);
	(void)tcsetattr(fd, TCSAFLUSH, &was);
	put(fd, "\n");
	(void)close(fd);
	if (n <= 0)
		return no_answer(sh, prompt, "nothing was typed");
	out->len = (size_t)n;
	return DMSC_E_OK;
}

int
sh_source(struct sh *sh, const char *source)
{
	/* Core says what is wrong with it, without repeating it. */
	return source == NULL ? DMSC_E_OK : dmsc_source_check(source,
	    sh_err(sh));
}

int
sh_pin_source(struct sh *sh, const char *source, const char *command,
    const char *which)
{
	struct dmsc_err *e = sh_err(sh);
	int r = sh_source(sh, source);

	if (r != DMSC_E_USAGE)
		return r;
	e->n_next = 0;
	dmsc_err_why(e, "a value never stands on the command line: say where "
	    "it is with @FILE, env:NAME or fd:N, or be asked for it");
	return dmsc_err_next(e, "%s %s", command, which);
}

/* "@NAME" where NAME lies with the program's data. */
static const char *
ready_source(struct sh *sh, const char *source, char ready[SH_PATH])
{
	ready[0] = '@';
	return source != NULL && source[0] == '@' && sh_ready(sh, source + 1,
	    ready + 1, SH_PATH - 1) == ready + 1 ? ready : source;
}

static int
typed_secret(struct sh *sh, bool pin, const char *prompt,
    struct dmsc_secret **out)
{
	struct dmsc_secret *typed = dmsc_secret_new(ANSWER_MAX);
	int r;

	*out = NULL;
	if (typed == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	if ((r = ask_secret(sh, prompt, typed)) == DMSC_E_OK)
		r = dmsc_secret_parse(dmsc_secret_rd(typed), pin, out,
		    sh_err(sh));
	dmsc_secret_free(&typed);
	return r;
}

int
sh_secret(struct sh *sh, const char *source, bool pin, const char *prompt,
    struct dmsc_secret **out)
{
	char ready[SH_PATH];
	int r;

	*out = NULL;
	if (source != NULL)
		return dmsc_source_secret(sh->s, ready_source(sh, source,
		    ready), pin ? DMSC_KEY_PIN : DMSC_KEY_SECRET, out);
	r = typed_secret(sh, pin, prompt, out);
	if (r == DMSC_E_NOANSWER)
		dmsc_err_next(sh_err(sh), "the same line with @FILE");
	return r;
}

int
sh_key(struct sh *sh, const char *source, const char *prompt,
    struct dmsc_key **out)
{
	struct dmsc_secret *typed;
	char ready[SH_PATH];
	int r;

	*out = NULL;
	if (source != NULL)
		return dmsc_source_key(sh->s, ready_source(sh, source,
		    ready), sh_options(sh)->spend_try, out);
	if ((r = sh_secret(sh, NULL, false, prompt, &typed)) == DMSC_E_OK &&
	    (*out = dmsc_key_of(typed)) == NULL)
		r = dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	dmsc_secret_free(&typed);
	return r;
}

int
sh_ui_secret(void *arg, const char *prompt, struct dmsc_secret **out)
{
	struct sh *sh = *(struct sh **)arg;

	*out = NULL;
	return sh == NULL ? DMSC_E_NOANSWER :
	    typed_secret(sh, true, prompt, out);
}

/* A text that is not shown: read as a secret is, then handed over. */
static int
hidden_text(struct sh *sh, const char *question, struct dmsc_buf *out)
{
	struct dmsc_secret *value = dmsc_secret_new(ANSWER_MAX);
	int r = value == NULL ? DMSC_E_NOMEM : ask_secret(sh, question,
	    value);

	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, dmsc_secret_rd(value));
	dmsc_secret_free(&value);
	return r;
}

int
sh_ui_input(void *arg, const char *question, const struct dmsc_input *what,
    struct dmsc_buf *out)
{
	struct sh *sh = *(struct sh **)arg;

	if (sh == NULL)
		return DMSC_E_NOANSWER;
	sh_progress_end(sh);
	(void)fflush(stdout);
	if (sh->above != NULL)
		sh->above();
	return what->hidden ? hidden_text(sh, question, out) :
	    ask_text(sh, question, what->preset, out);
}

static bool
ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return m > 0 && n >= m && strcmp(s + n - m, suffix) == 0;
}

int
sh_sure(struct sh *sh, const char *what)
{
	enum { LAST = 4 };
	const char *said = sh_options(sh)->yes_id, *digits;
	struct dmsc_connection *c = NULL;
	int r = dmsc_connection(sh->s, &c);
	bool good = false;

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	digits = c->identity != NULL ? strchr(c->identity, ':') : NULL;
	digits = digits != NULL ? digits + 1 : "";
	if (said != NULL)
		good = *digits != '\0' ? strlen(said) >= LAST &&
		    (strcmp(said, digits) == 0 || (strlen(said) == LAST &&
		    ends_with(digits, said))) :
		    c->atr != NULL && strcmp(said, c->atr) == 0;
	if (!good) {
		dmsc_fail(sh_err(sh), DMSC_E_NOANSWER, "%s cannot be undone",
		    what);
		if (said != NULL)
			dmsc_err_why(sh_err(sh), "--yes names another card");
		dmsc_err_next(sh_err(sh), "--yes=%s", *digits != '\0' ?
		    digits : c->atr != NULL ? c->atr : "ATR");
	}
	dmsc_view_free(&dmsc_connection_view, c);
	return good ? 0 : sh_fail(sh, DMSC_E_NOANSWER);
}

int
sh_editor(struct sh *sh, const char *path)
{
	const char *editor = getenv("VISUAL");
	int status;
	pid_t pid;

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	(void)fflush(NULL);
	if ((pid = fork()) == 0) {
		/* Standard output is for the one JSON value. */
		if (sh_options(sh)->json)
			(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		/* EDITOR may carry options: the system's shell splits it. */
		execl("/bin/sh", "sh", "-c", "exec $0 \"$1\"", editor, path,
		    (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return DMSC_E_OK;
	dmsc_fail(sh_err(sh), DMSC_E_IO, "the editor failed");
	dmsc_err_where(sh_err(sh), "%s", editor);
	return dmsc_err_next(sh_err(sh), "doctor");
}
