/*
 * Values on a line of the prompt that go into a document: the history keeps
 * the line only where the document is known to be public. Nothing is read
 * from the card for it; so it is asked before the line runs and after it,
 * when the commands have found their document.
 */
#include <string.h>

#include "impl.h"

enum { PATH_BYTES = 4096 };

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static enum sh_kept
of_path(struct sh *sh, const char *path)
{
	struct dmsc_buf *b = dmsc_buf_new(PATH_BYTES);
	enum sh_kept kept = SH_KEPT_NOT;

	if (b != NULL && sh_path(sh, path, b) == DMSC_E_OK)
		switch (dmsc_path_is_private(sh->s, dmsc_buf_cstr(b))) {
		case 0:
			kept = SH_KEPT;
			break;
		case -1:
			kept = SH_KEPT_UNKNOWN;
			break;
		default:
			break;
		}
	dmsc_buf_free(&b);
	return kept;
}

/* A URI of the card's own tree, as its path. */
static enum sh_kept
of_uri(struct sh *sh, const char *uri)
{
	char path[PATH_BYTES];

	if ((size_t)snprintf(path, sizeof path, "/card/%s", uri) >=
	    sizeof path)
		return SH_KEPT_NOT;
	return of_path(sh, path);
}

/* The words behind "set", "add" or "dm add": a path or a URI, and a value or
 * none. moved: other words of the line say what the path is below. */
static enum sh_kept
of_words(struct sh *sh, const struct sh_cmd *c, char **w, size_t n,
    bool moved)
{
	const struct sh_rows rows = { c->opts, sh_program_opts, false };
	enum sh_kept kept = SH_KEPT;
	struct sh_args a;
	struct dmsc_err e;

	memset(&e, 0, sizeof e);
	if (sh_args_parse(&rows, (int)n, w, &a, &e) != DMSC_E_OK)
		return SH_KEPT_NOT;
	if (sh_argc(&a) <= 1 && sh_opt(&a, "hex") == NULL)
		kept = SH_KEPT;
	else if (c->group == SH_G_DM)
		kept = of_uri(sh, sh_arg(&a, 0) != NULL ? sh_arg(&a, 0) : "");
	else
		kept = moved ? SH_KEPT_NOT : of_path(sh, sh_arg(&a, 0) !=
		    NULL ? sh_arg(&a, 0) : ".");
	sh_args_free(&a);
	return kept;
}

static enum sh_kept
of_command(struct sh *sh, char **w, size_t n, bool moved)
{
	static const char *const writes[] = { "set", "add", NULL };
	static const char *const dm_writes[] = { "add", "replace", "exec",
		NULL };
	enum sh_kept kept = SH_KEPT, one;
	char name[32];
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0 && strcmp(w[i - 1], "dm") == 0 &&
		    is_one_of(w[i], dm_writes))
			(void)snprintf(name, sizeof name, "dm %s", w[i]);
		else if (is_one_of(w[i], writes))
			(void)snprintf(name, sizeof name, "%s", w[i]);
		else
			continue;
		one = of_words(sh, sh_find_cmd(name), w + i + 1, n - i - 1,
		    moved);
		if (one < kept)
			kept = one;
	}
	return kept;
}

enum sh_kept
sh_keep_written(struct sh *sh, const char *line)
{
	static const char *const moves[] = { "cd", "connect", "disconnect",
		"run", "lua", NULL };
	enum sh_kept kept = SH_KEPT, one;
	struct sh_list l;
	bool moved = false;
	size_t i, from = 0;

	if (sh_split(line, &l) != SH_SPLIT_OK)
		return SH_KEPT;		/* it was not run */
	for (i = 0; i < l.n_words; i++)
		if (l.words[i] != NULL && is_one_of(l.words[i], moves))
			moved = true;
	for (i = 0; i < l.n_words; i++) {
		if (l.words[i] != NULL)
			continue;
		one = of_command(sh, l.words + from, i - from, moved);
		if (one < kept)
			kept = one;
		from = i + 1;
	}
	sh_list_free(&l);
	return kept;
}
