/* The prompt: readline, its completion and its history. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "impl.h"

enum { HISTORY_MAX = 2000, PATH_BYTES = 4096, PROMPT_BYTES = 1024,
	LINE_BYTES = 1 << 20 };

/* readline's callbacks are given no argument. */
static struct {
	struct sh *sh;
	size_t next;
	bool broken;	/* Ctrl-C dropped the line */
	bool hidden;	/* the line gave way to one above it */
	bool deaf;	/* the card could not be asked: no more */
} here;

/* Names may hold blanks and quotes: a backslash before each, outside of
 * quotes. */
static char *
escaped(const char *word)
{
	char *out = malloc(2 * strlen(word) + 1), *p = out;

	if (out == NULL || rl_completion_quote_character != 0) {
		free(out);
		return strdup(word);
	}
	for (; *word != '\0'; word++) {
		if (strchr(" \t'\"\\#&", *word) != NULL)
			*p++ = '\\';
		*p++ = *word;
	}
	*p = '\0';
	return out;
}

static int
is_escaped(char *line, int at)
{
	return at > 0 && line[at - 1] == '\\' && !is_escaped(line, at - 1);
}

/* One offer after another; readline frees them. */
static char *
generate(const char *text, int state)
{
	size_t n = strlen(rl_line_buffer), from;

	(void)text;
	if (state == 0) {
		sh_completions(here.sh, rl_line_buffer,
		    (size_t)rl_point < n ? (size_t)rl_point : n, &from);
		here.next = 0;
	}
	if (here.next >= here.sh->n_offers)
		return NULL;
	return escaped(here.sh->offers[here.next++]);
}

static char **
complete(const char *text, int start, int end)
{
	char **found = rl_completion_matches(text, generate);

	(void)start;
	(void)end;
	rl_attempted_completion_over = 1;
	/* A folder is not the end of a word. */
	if (found != NULL && found[0] != NULL && found[1] == NULL &&
	    found[0][0] != '\0' && found[0][strlen(found[0]) - 1] == '/')
		rl_completion_suppress_append = 1;
	return found;
}

/* Ctrl-C at the prompt drops the line, not the shell. */
static int
dropped(void)
{
	here.broken = true;
	(void)rl_crlf();
	rl_replace_line("", 0);
	(void)rl_on_new_line();
	rl_redisplay();
	return 0;
}

/* The line that is typed gives way; the terminal is as it was outside. */
static void
give_way(void)
{
	if (here.hidden)
		return;
	here.hidden = true;
	(void)rl_clear_visible_line();
	if (rl_deprep_term_function != NULL)
		rl_deprep_term_function();
}

/* While readline waits for a key: what the card says is printed above. */
static int
idle(void)
{
	if (here.deaf || here.sh == NULL)
		return 0;
	here.hidden = false;
	here.sh->above = give_way;
	here.deaf = sh_tick(here.sh, true) != DMSC_E_OK;
	here.sh->above = NULL;
	if (!here.hidden)
		return 0;
	if (rl_prep_term_function != NULL)
		rl_prep_term_function(1);
	(void)rl_on_new_line();
	rl_redisplay();
	return 0;
}

static void
history_path(struct sh *sh, char *out)
{
	(void)snprintf(out, PATH_BYTES, "%s/history",
	    dmsc_session_state_dir(sh->s));
}

static void
load_history(struct sh *sh)
{
	char path[PATH_BYTES];

	history_path(sh, path);
	using_history();
	stifle_history(HISTORY_MAX);
	if (read_history(path) == 0 && history_length >= HISTORY_MAX)
		(void)history_truncate_file(path, HISTORY_MAX / 2);
}

static void
add_line(struct sh *sh, const char *line)
{
	HIST_ENTRY *last = history_length > 0 ?
	    history_get(history_base + history_length - 1) : NULL;
	char path[PATH_BYTES];
	int fd;

	if (last != NULL && strcmp(last->line, line) == 0)
		return;
	add_history(line);
	history_path(sh, path);
	(void)mkdir(dmsc_session_state_dir(sh->s), 0700);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;		/* the prompt works without */
	(void)dprintf(fd, "%s\n", line);
	(void)close(fd);
}

/* Whether it is asked again when the line has run. */
static bool
keep_line(struct sh *sh, const char *line)
{
	enum sh_kept kept;

	if (!sh_keep(line) || strchr(line, '\n') != NULL)
		return false;
	kept = sh_keep_written(sh, line);
	if (kept == SH_KEPT)
		add_line(sh, line);
	return kept == SH_KEPT_UNKNOWN;
}

/* "dmsc:/OperatorX*> ", the star for changes that are not committed. */
static void
make_prompt(struct sh *sh, char *out)
{
	bool on = dmsc_connected(sh->s), color = sh_color_for(&sh->o, stdout);

	/* \001 and \002 tell readline what takes no room. */
	(void)snprintf(out, PROMPT_BYTES, "%sdmsc%s%s%.400s%s> ",
	    color ? "\001\033[1m\002" : "", color ? "\001\033[0m\002" : "",
	    on ? ":" : "", on ? sh_cwd(sh) : "",
	    on && dmsc_dirty(sh->s) ? "*" : "");
}

/* What was typed may be a secret: neither the line nor readline's buffer
 * keeps it. What was deleted while typing stays in readline's kill ring. */
static void
wipe(char *line)
{
	dmsc_wipe(line, strlen(line));
	if (rl_line_buffer != NULL)
		dmsc_wipe(rl_line_buffer, strlen(rl_line_buffer));
}

/* A line and what continues it, in b; false at the end of input. */
static bool
read_line(struct sh *sh, struct dmsc_buf *b)
{
	enum sh_split r = SH_SPLIT_MORE;
	char prompt[PROMPT_BYTES];
	struct sh_list l;
	char *line;

	sh_happened(sh, "idle-screen");
	make_prompt(sh, prompt);
	dmsc_buf_reset(b);
	while (r == SH_SPLIT_MORE) {
		here.broken = here.deaf = false;
		rl_event_hook = dmsc_events_on(sh->s) ? idle : NULL;
		if ((line = readline(prompt)) == NULL)
			return b->len > 0;
		if (here.broken)
			dmsc_buf_reset(b);
		if ((b->len > 0 && dmsc_buf_u8(b, '\n') != DMSC_E_OK) ||
		    dmsc_buf_str(b, line) != DMSC_E_OK)
			dmsc_buf_reset(b);
		wipe(line);
		free(line);
		r = sh_split(dmsc_buf_cstr(b), &l);
		if (r == SH_SPLIT_OK)
			sh_list_free(&l);
		(void)snprintf(prompt, sizeof prompt, "> ");
	}
	return true;
}

/* Before the first command fails. */
static void
say_locked(struct sh *sh)
{
	struct dmsc_err *e = sh_err(sh);

	if (!dmsc_connected(sh->s) || dmsc_scp_needed(sh->s) != DMSC_E_AUTH)
		return;
	printf("%s: %s\nnext: %s\n", e->message, e->why, e->next[0]);
	dmsc_err_clear(e);
}

static void
start(struct sh *sh)
{
	static char name[] = "connect";
	char *words[] = { name, NULL };

	here.sh = sh;
	rl_readline_name = "dmsc";
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = " \t\n";
	rl_completer_quote_characters = "'\"";
	rl_char_is_quoted_p = is_escaped;
	rl_signal_event_hook = dropped;
	load_history(sh);
	printf("dmsc %s: 'help' lists the commands, Tab completes\n",
	    dmsc_version());
	/* A reader without a card is no reason not to start. */
	(void)sh_words(sh, 1, words);
	say_locked(sh);
}

/* Until 'exit' or the end of input. */
static void
run_lines(struct sh *sh, struct dmsc_buf *b)
{
	bool again;

	while (!sh->leaving && read_line(sh, b)) {
		const char *line = dmsc_buf_cstr(b);

		dmsc_session_clear_interrupt(sh->s);
		sh_happened(sh, "user-activity");
		if (line[strspn(line, " \t")] == '\0')
			continue;
		again = keep_line(sh, line);
		(void)sh_line(sh, line);
		if (again)
			(void)keep_line(sh, line);
		dmsc_session_clear_interrupt(sh->s);
	}
}

int
sh_prompt(struct sh *sh)
{
	struct dmsc_buf *b = dmsc_buf_new(LINE_BYTES);
	int status = 0;

	if (b == NULL)
		return dmsc_e_exit(DMSC_E_NOMEM);
	start(sh);
	dmsc_session_clear_interrupt(sh->s);
	do {
		sh->leaving = false;
		run_lines(sh, b);
		if (!sh_leaving(sh, &status))
			putchar('\n');
	} while (!sh_settle(sh));
	dmsc_buf_free(&b);
	return status;
}
