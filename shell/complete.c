/* Completion of commands, options, card paths, files of card and machine. */
#include "impl.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WORD_MAX_BYTES = 65536 };

void
sh_offers_clear(struct sh *sh)
{
	size_t i;

	for (i = 0; i < sh->n_offers; i++)
		free(sh->offers[i]);
	free(sh->offers);
	sh->offers = NULL;
	sh->n_offers = 0;
}

void
sh_offer(struct sh *sh, const char *completion)
{
	/* Without memory an offer is missing, nothing else. */
	if (dmsc_strs_add(&sh->offers, &sh->n_offers, "%s", completion) !=
	    DMSC_E_OK)
		return;
}

static bool
begins(const char *s, const char *word)
{
	return strncmp(s, word, strlen(word)) == 0;
}

void
sh_offer_list(struct sh *sh, const char *const *list, const char *word)
{
	for (; *list != NULL; list++)
		if (begins(*list, word))
			sh_offer(sh, *list);
}

/* What stands before the last '/' of word, with it. */
static size_t
folder_of(const char *word)
{
	const char *slash = strrchr(word, '/');

	return slash != NULL ? (size_t)(slash - word) + 1 : 0;
}

static void
offer_in(struct sh *sh, const char *word, const char *name, bool folder)
{
	size_t n = folder_of(word);
	struct dmsc_buf *b;

	if (!begins(name, word + n))
		return;
	if ((b = dmsc_buf_new(WORD_MAX_BYTES)) != NULL &&
	    dmsc_buf_put(b, dmsc_rd_of(word, n)) == DMSC_E_OK &&
	    dmsc_buf_str(b, name) == DMSC_E_OK &&
	    (!folder || dmsc_buf_u8(b, '/') == DMSC_E_OK))
		sh_offer(sh, dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
}

static void
offer_docs(struct sh *sh, const char *word)
{
	struct dmsc_doc_list *l = NULL;
	size_t i;

	if (dmsc_docs(sh->s, &l) != DMSC_E_OK)
		return;
	for (i = 0; i < l->n_documents; i++)
		offer_in(sh, word, l->documents[i].name, true);
	dmsc_view_free(&dmsc_doc_list_view, l);
}

static void
offer_below(struct sh *sh, const char *word, const struct dmsc_node *n)
{
	struct dmsc_buf *name = dmsc_buf_new(DMSC_TREE_NAME_MAX * 4);

	n = n != NULL && name != NULL ? dmsc_node_first(n) : NULL;
	for (; n != NULL; n = dmsc_node_next(n)) {
		dmsc_buf_reset(name);
		if (dmsc_uri_escape(dmsc_node_name(n), name) == DMSC_E_OK)
			offer_in(sh, word, dmsc_buf_cstr(name),
			    !dmsc_node_is_leaf(n));
	}
	dmsc_buf_free(&name);
}

static void
offer_nodes(struct sh *sh, const char *word, const char *folder)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *n = NULL;

	if (dmsc_at(sh->s, folder, &tree, &n) == DMSC_E_OK)
		offer_below(sh, word, n);
}

void
sh_complete_path(struct sh *sh, int arg, const char *word)
{
	struct dmsc_buf *folder = dmsc_buf_new(WORD_MAX_BYTES);
	char *head;

	(void)arg;
	/* Completion never connects: that may change a card's state. */
	if (folder == NULL || !dmsc_connected(sh->s)) {
		dmsc_buf_free(&folder);
		return;
	}
	head = strndup(word, folder_of(word));
	if (head != NULL && sh_path(sh, head, folder) == DMSC_E_OK) {
		const char *at = dmsc_buf_cstr(folder);

		if (at != NULL && strcmp(at, "/") == 0)
			offer_docs(sh, word);
		else if (at != NULL)
			offer_nodes(sh, word, at);
	}
	free(head);
	dmsc_buf_free(&folder);
}

/* A URI is a path below /card: "./Group/A". */
void
sh_complete_uri(struct sh *sh, int arg, const char *word)
{
	struct dmsc_buf *folder = dmsc_buf_new(WORD_MAX_BYTES);
	size_t n = folder_of(word);

	(void)arg;
	if (n == 0)
		sh_offer_list(sh, (const char *const[]) { "./", NULL },
		    word);
	else if (folder != NULL && dmsc_connected(sh->s) &&
	    dmsc_buf_fmt(folder, "/card/%.*s", (int)n, word) == DMSC_E_OK) {
		struct dmsc_buf *at = dmsc_buf_new(WORD_MAX_BYTES);

		if (at != NULL && sh_path(sh, dmsc_buf_cstr(folder), at) ==
		    DMSC_E_OK)
			offer_nodes(sh, word, dmsc_buf_cstr(at));
		dmsc_buf_free(&at);
	}
	dmsc_buf_free(&folder);
}

/* One of the device's own tree: "./DMAcc/opx"; its file alone is read. */
void
sh_complete_device(struct sh *sh, int arg, const char *word)
{
	struct dmsc_tree *t = NULL;
	size_t n = folder_of(word);
	char *folder = n > 2 ? strndup(word, n - 1) : NULL;

	(void)arg;
	if (n == 0)
		sh_offer_list(sh, (const char *const[]) { "./", NULL },
		    word);
	else if (dmsc_device_tree(sh->s, sh_options(sh)->device, &t) ==
	    DMSC_E_OK)
		offer_below(sh, word, folder == NULL ? dmsc_tree_root(t) :
		    dmsc_tree_find(t, folder));
	dmsc_tree_free(&t);
	free(folder);
}

void
sh_complete_doc(struct sh *sh, int arg, const char *word)
{
	(void)arg;
	if (dmsc_connected(sh->s))
		offer_docs(sh, word);
}

void
sh_complete_file(struct sh *sh, int arg, const char *word)
{
	size_t n = folder_of(word);
	char *folder = n > 0 ? strndup(word, n) : strdup(".");
	DIR *d = folder != NULL ? opendir(folder) : NULL;
	struct dirent *e;
	struct stat st;

	(void)arg;
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' && word[n] != '.')
			continue;
		offer_in(sh, word, e->d_name,
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
		    S_ISDIR(st.st_mode));
	}
	if (d != NULL)
		(void)closedir(d);
	free(folder);
}

void
sh_complete_path_file(struct sh *sh, int arg, const char *word)
{
	if (arg == 0)
		sh_complete_path(sh, arg, word);
	else
		sh_complete_file(sh, arg, word);
}

void
sh_complete_ef(struct sh *sh, int arg, const char *word)
{
	static const char *const paths[] = { "3F00", "7F50/5031",
		"7F50/5032", NULL };
	const char *name, *in;
	char path[64];
	size_t i;

	(void)arg;
	for (i = 0; (name = dmsc_file_known(i, &in)) != NULL; i++) {
		(void)snprintf(path, sizeof path, "%s%s%s",
		    strcmp(in, "MF") == 0 ? "" : in,
		    strcmp(in, "MF") == 0 ? "" : "/", name);
		if (begins(path, word))
			sh_offer(sh, path);
	}
	sh_offer_list(sh, paths, word);
}

/* "@" and a file, or the beginnings of the other sources. */
static void
complete_source(struct sh *sh, const char *word)
{
	static const char *const kinds[] = { "@", "env:", "fd:", NULL };
	size_t i, had = sh->n_offers;

	if (word[0] != '@') {
		sh_offer_list(sh, kinds, word);
		return;
	}
	sh_complete_file(sh, 0, word + 1);
	for (i = had; i < sh->n_offers; i++)
		if (dmsc_str_set(&sh->offers[i], "@%s", sh->offers[i]) !=
		    DMSC_E_OK)
			sh->offers[i][0] = '\0';
}

void
sh_complete_pin(struct sh *sh, int arg, const char *word)
{
	static const char *const names[] = { "1", "2", "81", "82", "adm1",
		NULL };

	if (arg == 0)
		sh_offer_list(sh, names, word);
	else
		complete_source(sh, word);
}

/* Commits that undo may take back. */
void
sh_complete_commit(struct sh *sh, int arg, const char *word)
{
	struct dmsc_journal *j = NULL;
	size_t i;

	if (arg != 0 || !dmsc_connected(sh->s) ||
	    dmsc_journal(sh->s, false, &j) != DMSC_E_OK)
		return;
	for (i = 0; i < j->n_entries; i++)
		if (strcmp(j->entries[i].state, "committed") == 0 &&
		    begins(j->entries[i].id, word))
			sh_offer(sh, j->entries[i].id);
	dmsc_view_free(&dmsc_journal_view, j);
}

void
sh_complete_reader(struct sh *sh, int arg, const char *word)
{
	struct dmsc_readers *l = NULL;
	size_t i;

	(void)arg;
	if (dmsc_readers(sh->s, &l) != DMSC_E_OK)
		return;
	for (i = 0; i < l->n_readers; i++)
		if (begins(l->readers[i].name, word))
			sh_offer(sh, l->readers[i].name);
	dmsc_view_free(&dmsc_readers_view, l);
}

/* The next word of all command names that begin with the words so far. */
static void
offer_commands(struct sh *sh, const char *before, const char *word)
{
	size_t i, n = strlen(before);
	char last[64] = "";

	for (i = 0; sh_cmds[i] != NULL; i++) {
		const char *rest = sh_cmds[i]->name + n;
		char next[64];

		if (!begins(sh_cmds[i]->name, before) || !begins(rest, word))
			continue;
		(void)snprintf(next, sizeof next, "%.*s",
		    (int)strcspn(rest, " "), rest);
		if (strcmp(next, last) != 0)
			sh_offer(sh, next);
		(void)snprintf(last, sizeof last, "%s", next);
	}
}

void
sh_complete_command(struct sh *sh, int arg, const char *word)
{
	if (arg == 0)
		offer_commands(sh, "", word);
}

static void
offer_options(struct sh *sh, const struct sh_opt *o, const char *word)
{
	char text[64];

	for (; o != NULL && o->name != NULL; o++) {
		(void)snprintf(text, sizeof text, "--%s", o->name);
		if (begins(text, word))
			sh_offer(sh, text);
	}
}

static const struct sh_opt *
row_of(const struct sh_opt *o, const char *word)
{
	for (; o != NULL && o->name != NULL; o++)
		if (o->arg != NULL && o->arg[0] != '[' &&
		    ((begins(word, "--") && strcmp(word + 2, o->name) == 0) ||
		    (word[0] == '-' && o->letter != 0 &&
		    word[1] == o->letter && word[2] == '\0')))
			return o;
	return NULL;
}

/* The option that word is, when the next word is its value. */
static const struct sh_opt *
option_of(const struct sh_cmd *c, const char *word)
{
	const struct sh_opt *o = row_of(c->opts, word);

	return o != NULL ? o : row_of(sh_program_opts, word);
}

static void
offer_values(struct sh *sh, const struct sh_opt *o, const char *word)
{
	static const char *const rows[][8] = {
		{ "kind", "dm", "lwm2m", "cp", "app", NULL },
		{ "profile", "demo", "field", "foreign", "locked",
		    "transport", "blank", NULL },
		{ "color", "auto", "always", "never", NULL },
	};
	const char *name, *title;
	size_t i;

	for (i = 0; i < SH_COUNT(rows); i++)
		if (strcmp(rows[i][0], o->name) == 0)
			sh_offer_list(sh, rows[i] + 1, word);
	for (i = 0; strcmp(o->name, "model") == 0 &&
	    (name = dmsc_lint_model(i, &title)) != NULL; i++)
		if (begins(name, word))
			sh_offer(sh, name);
	for (i = 0; strcmp(o->arg, "FORM") == 0 && dmsc_form_at(i) != NULL;
	    i++)
		if (begins(dmsc_form_at(i), word))
			sh_offer(sh, dmsc_form_at(i));
	if (strcmp(o->arg, "FILE") == 0)
		sh_complete_file(sh, 0, word);
	else if (strcmp(o->name, "reader") == 0)
		sh_complete_reader(sh, 0, word);
}

/* The words before the cursor are those of one command. */
static void
offer_for(struct sh *sh, char **w, int n, const char *word)
{
	const struct sh_cmd *c = NULL;
	const struct sh_opt *o;
	char name[64] = "";
	int i, arg = 0, taken = 1;

	if (n >= 2) {
		(void)snprintf(name, sizeof name, "%s %s", w[0], w[1]);
		c = sh_find_cmd(name);
		taken = 2;
	}
	if (c == NULL && n >= 1) {
		c = sh_find_cmd(w[0]);
		taken = 1;
	}
	if (c == NULL) {
		(void)snprintf(name, sizeof name, "%s%s", n > 0 ? w[0] : "",
		    n > 0 ? " " : "");
		if (n < 2)
			offer_commands(sh, name, word);
		return;
	}
	if (word[0] == '-') {
		offer_options(sh, c->opts, word);
		offer_options(sh, sh_program_opts, word);
		return;
	}
	if (n > taken && (o = option_of(c, w[n - 1])) != NULL) {
		offer_values(sh, o, word);
		return;
	}
	for (i = taken; i < n; i++)
		arg += w[i][0] != '-' &&
		    (i == taken || option_of(c, w[i - 1]) == NULL);
	if (c->complete != NULL)
		c->complete(sh, arg, word);
}

/* Where the last word begins: behind the last blank that is not quoted. */
static size_t
word_start(const char *line, size_t point)
{
	size_t i, from = 0;
	char quote = 0;

	for (i = 0; i < point; i++) {
		if (quote != 0)
			quote = line[i] == quote ? 0 : quote;
		else if (line[i] == '\'' || line[i] == '"')
			quote = line[i];
		else if (line[i] == '\\' && i + 1 < point)
			i++;
		else if (line[i] == ' ' || line[i] == '\t')
			from = i + 1;
	}
	return from;
}

void
sh_completions(struct sh *sh, const char *line, size_t point, size_t *from)
{
	struct dmsc_err kept = *sh_err(sh);
	struct sh_list before, last;
	size_t i, begin = 0;
	char *head;

	sh_offers_clear(sh);
	*from = word_start(line, point);
	/* Something stands for the word, so that "ls && " is a line. */
	if ((head = malloc(*from + sizeof "x")) != NULL) {
		memcpy(head, line, *from);
		memcpy(head + *from, "x", sizeof "x");
	}
	if (head == NULL || sh_split(head, &before) != SH_SPLIT_OK) {
		free(head);
		return;
	}
	for (i = 0; i + 1 < before.n_words; i++)
		if (before.words[i] == NULL)
			begin = i + 1;
	free(head);
	head = strndup(line + *from, point - *from);
	if (head != NULL && sh_split(head, &last) == SH_SPLIT_OK) {
		int n = before.n_words > begin + 1 ?
		    (int)(before.n_words - begin) - 2 : 0;

		offer_for(sh, before.words + begin, n,
		    last.n_words > 0 ? last.words[0] : "");
		sh_list_free(&last);
	}
	free(head);
	sh_list_free(&before);
	*sh_err(sh) = kept;
}
