/* lua, run, test: files and Lua. */
#include <stdlib.h>
#include <string.h>

#include "tools.h"

static int
no_lua(struct sh *sh)
{
	return sh_fail(sh, dmsc_fail(sh_err(sh), DMSC_E_UNSUPPORTED,
	    "Lua is not part of this program"));
}

/* Arguments from the i-th on as main would have them. */
static char **
words_from(const struct sh_args *a, int i, int *n)
{
	char **w;
	int k;

	*n = sh_argc(a) > i ? sh_argc(a) - i : 0;
	if ((w = calloc((size_t)*n + 1, sizeof *w)) == NULL)
		return NULL;
	for (k = 0; k < *n; k++)
		if ((w[k] = strdup(sh_arg(a, i + k))) == NULL)
			break;
	*n = k;
	return w;
}

static void
free_words(char **w)
{
	size_t i;

	for (i = 0; w != NULL && w[i] != NULL; i++)
		free(w[i]);
	free(w);
}

static int
lua_run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_lua_ops *ops = sh_lua_of(sh);

	if (ops == NULL)
		return no_lua(sh);
	if (sh_lua_may(sh) != 0)
		return sh_lua_may(sh);
	return sh_argc(a) > 0 ? ops->chunk(sh, sh_arg(a, 0)) : ops->repl(sh);
}

static const char *const lua_examples[] = {
	"lua 'print(#dmsc.readers())'",
	NULL
};

const struct sh_cmd sh_cmd_lua = {
	.name = "lua", .group = SH_G_SHELL, .danger = SH_EDIT,
	.synopsis = "[CODE]",
	.summary = "run Lua code in this session",
	.details = "The module is there as dmsc, and shares the card, the "
	    "working copy and the rights with the shell. Without CODE, lines "
	    "are read until the end of input.",
	.max_args = 1, .examples = lua_examples, .see = "run, test",
	.run = lua_run,
};

static int
run_run(struct sh *sh, const struct sh_args *a)
{
	char **w;
	int n, status;

	if ((w = words_from(a, 1, &n)) == NULL)
		return sh_nomem(sh);
	status = sh_file(sh, sh_arg(a, 0), n, w);
	free_words(w);
	return status;
}

static const char *const run_examples[] = {
	"run scripts/tour.dms",
	NULL
};

const struct sh_cmd sh_cmd_run = {
	.name = "run", .group = SH_G_SHELL, .danger = SH_EDIT,
	.synopsis = "FILE [ARG...]",
	.summary = "run a file of shell lines or of Lua",
	.details = "A name that ends in .lua is Lua and takes the arguments; "
	    "anything else is shell lines, run in this session. The first "
	    "failure ends the file, unless -k was given.",
	.min_args = 1, .max_args = -1, .examples = run_examples,
	.see = "lua, test", .complete = sh_complete_file, .run = run_run,
};

static int
test_run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_lua_ops *ops = sh_lua_of(sh);
	char **w;
	int n, status;

	if (ops == NULL)
		return no_lua(sh);
	if ((status = sh_lua_may(sh)) != 0)
		return status;
	if ((w = words_from(a, 0, &n)) == NULL)
		return sh_nomem(sh);
	status = ops->test(sh, n, w);
	free_words(w);
	return status;
}

static const char *const test_examples[] = {
	"$ dmsc -r sim test tests/lua/browse.lua",
	NULL
};

const struct sh_cmd sh_cmd_test = {
	.name = "test", .group = SH_G_SHELL, .danger = SH_EDIT,
	.synopsis = "FILE...",
	.summary = "run Lua tests, TAP on standard output",
	.details = "Exit status 14 when a test failed.",
	.min_args = 1, .max_args = -1, .examples = test_examples,
	.see = "lua, run", .complete = sh_complete_file, .run = test_run,
};
