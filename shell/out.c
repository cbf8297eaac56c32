/* Results and errors for people: colours, errors, warnings, progress. */
#include "impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
sh_color_for(const struct sh_options *o, FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != NULL && strcmp(o->color, "always") == 0)
		return true;
	if (o->color != NULL && strcmp(o->color, "never") == 0)
		return false;
	if (no != NULL && *no != '\0')
		return false;
	return isatty(fileno(f)) && term != NULL && strcmp(term, "dumb") != 0;
}

static const char *const codes[] = {
	[SH_PLAIN] = "\033[0m", [SH_BOLD] = "\033[1m", [SH_DIM] = "\033[2m",
	[SH_RED] = "\033[31m", [SH_GREEN] = "\033[32m",
	[SH_YELLOW] = "\033[33m", [SH_BLUE] = "\033[34m",
};

const char *
sh_style(struct sh *sh, enum sh_style st)
{
	if (sh->call == NULL || sh->call->quiet || sh->call->out != stdout ||
	    !sh_color_for(&sh->call->o, stdout))
		return "";
	return codes[st];
}

const char *
sh_s(size_t n)
{
	return n == 1 ? "" : "s";
}

void
sh_progress_end(struct sh *sh)
{
	if (sh->progress)
		fputs("\r\033[K", stderr);
	sh->progress = false;
}

void
sh_ui_progress(void *arg, const char *what, size_t n, size_t total)
{
	struct sh *sh = *(struct sh **)arg;
	struct dmsc_buf *b;

	if (sh == NULL || sh_options(sh)->quiet ||
	    (sh->call != NULL && sh->call->quiet))
		return;
	if (!sh_options(sh)->json) {
		if (!isatty(STDERR_FILENO))
			return;
		fprintf(stderr, "\r\033[K%s %zu/%zu", what, n, total);
		sh->progress = true;
		return;
	}
	if ((b = dmsc_buf_new(DMSC_ERR_TEXT * 8)) != NULL &&
	    dmsc_json_string(what, b) == DMSC_E_OK)
		fprintf(stderr, "{\"progress\":%s,\"n\":%zu,\"total\":%zu}\n",
		    dmsc_buf_cstr(b), n, total);
	dmsc_buf_free(&b);
}

/* "dmsc: FILE:12: CMD" */
static void
say_origin(const struct sh *sh, const struct sh_call *c)
{
	bool color = sh_color_for(&c->o, stderr);

	fprintf(stderr, "%sdmsc:%s ", color ? codes[SH_BOLD] : "",
	    color ? codes[SH_PLAIN] : "");
	if (sh->file != NULL)
		fprintf(stderr, "%s:%u: ", sh->file, sh->line);
	if (c->cmd != NULL || c->name != NULL)
		fprintf(stderr, "%s: ", c->cmd != NULL ? c->cmd->name :
		    c->name);
}

void
sh_say_warnings(struct sh *sh, const struct sh_call *c)
{
	size_t i;

	for (i = 0; i < c->n_warnings && !c->o.quiet; i++) {
		say_origin(sh, c);
		fprintf(stderr, "warning: %s\n", c->warnings[i]);
	}
}

static void
say_next(struct sh *sh, const struct sh_call *c, const char *next)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT * 32);
	bool color = sh_color_for(&c->o, stderr);

	if (b != NULL && sh_next_line(sh, c, next, b) == DMSC_E_OK)
		fprintf(stderr, "%snext:%s %s\n", color ? codes[SH_BLUE] : "",
		    color ? codes[SH_PLAIN] : "", dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
}

void
sh_say_error(struct sh *sh, const struct sh_call *c, int status)
{
	const struct dmsc_err *e = sh_err(sh);
	unsigned i;

	if (status == 0 || e->code == DMSC_E_OK)
		return;
	say_origin(sh, c);
	if (e->where[0] != '\0')
		fprintf(stderr, "%s: ", e->where);
	fputs(e->message, stderr);
	if (e->why[0] != '\0')
		fprintf(stderr, ": %s", e->why);
	if (e->sw != 0)
		fprintf(stderr, " (SW %04X)", e->sw);
	if (e->dm != 0)
		fprintf(stderr, " (DM %u)", e->dm);
	fputc('\n', stderr);
	for (i = 0; i < e->n_next; i++)
		say_next(sh, c, e->next[i]);
	if (e->n_next == 0 && dmsc_e_next(e->code)[0] != '\0')
		say_next(sh, c, dmsc_e_next(e->code));
}
