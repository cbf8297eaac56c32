/* Journal entries in files of this machine. */
#include "store/conceal.h"
#include "store/journal.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"

enum { ENTRY_MAX = 4 * 1024 * 1024, SAME_SECOND = 1000, TIME_TEXT = 32 };

void
dmsc_jentry_free(struct dmsc_jentry **j)
{
	size_t i;

	if (*j == NULL)
		return;
	for (i = 0; i < (*j)->n_moves; i++) {
		dmsc_move_clear(&(*j)->moves[i].m);
		free((*j)->moves[i].holes);
	}
	free((*j)->moves);
	free((*j)->id);
	free((*j)->time);
	free((*j)->card);
	free((*j)->way);
	free((*j)->state);
	free(*j);
	*j = NULL;
}

char *
dmsc_journal_path(const struct dmsc_store *st, const char *card,
    const char *id)
{
	char *path = NULL, *p;
	size_t from;

	if (dmsc_str_set(&path, "%s/journal", st->state_dir) != DMSC_E_OK ||
	    card == NULL)
		return path;
	from = strlen(path) + 1;
	free(path);
	path = NULL;
	if (dmsc_str_set(&path, "%s/journal/%s%s%s", st->state_dir, card,
	    id != NULL ? "/" : "", id != NULL ? id : "") != DMSC_E_OK)
		return NULL;
	for (p = path + from; p < path + from + strlen(card); p++)
		if (*p == '/' || *p == '.')
			*p = '_';
	return path;
}

/*
 * A file per commit under way, in a folder of its own: whoever connects
 * needs to ask the card who it is only when there is one.
 */
static char *
marker_path(const struct dmsc_store *st, const struct dmsc_jentry *j)
{
	char *path = NULL, *p;
	size_t from;

	if (dmsc_str_set(&path, "%s/journal/.cut", st->state_dir) !=
	    DMSC_E_OK || j == NULL)
		return path;
	from = strlen(path) + 1;
	free(path);
	path = NULL;
	if (dmsc_str_set(&path, "%s/journal/.cut/%s@%s", st->state_dir,
	    j->card, j->id) != DMSC_E_OK)
		return NULL;
	for (p = path + from; *p != '\0'; p++)
		if (*p == '/' || *p == '.')
			*p = '_';
	return path;
}

static void
unmark(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	char *path = marker_path(st, j);

	if (path != NULL)
		(void)unlink(path);
	free(path);
}

static int
mark(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	char *folder = marker_path(st, NULL), *path = marker_path(st, j);
	int r = DMSC_E_NOMEM;

	if (folder != NULL && path != NULL &&
	    (r = dmsc_file_mkdirs(folder, st->e)) == DMSC_E_OK)
		r = dmsc_file_append(path, dmsc_rd_str(j->card), st->e);
	free(folder);
	free(path);
	return r == DMSC_E_NOMEM ? dmsc_fail(st->e, r, "out of memory") : r;
}

static bool
any_mark(struct dmsc_store *st)
{
	char *path = marker_path(st, NULL), **names = NULL;
	size_t n = 0;
	bool any;

	any = path == NULL || dmsc_folder_list(st, path, &names, &n) !=
	    DMSC_E_OK || n > 0;
	dmsc_folder_free(&names, &n);
	free(path);
	return any;
}

static int
write_entry(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	char *path = dmsc_journal_path(st, j->card, j->id);
	struct dmsc_buf *text = dmsc_buf_new(ENTRY_MAX);
	int r = DMSC_E_NOMEM;

	if (path != NULL && text != NULL)
		r = dmsc_jentry_put(j, text);
	if (r == DMSC_E_OK)
		r = dmsc_file_spit(path, dmsc_buf_rd(text), st->e);
	else
		dmsc_fail(st->e, r, "cannot write the journal");
	dmsc_buf_free(&text);
	free(path);
	return r;
}

static int
make_id(struct dmsc_store *st, struct dmsc_jentry *j)
{
	char stamp[TIME_TEXT], compact[TIME_TEXT];
	char *path;
	const char *p;
	size_t n = 0;
	unsigned i;
	bool there = true;

	dmsc_wall_text(dmsc_wall(), stamp, sizeof stamp);
	for (p = stamp; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			compact[n++] = *p;
	compact[n] = '\0';
	if (dmsc_str_set(&j->time, "%s", stamp) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	for (i = 1; there && i < SAME_SECOND; i++) {
		if (dmsc_str_set(&j->id, "%s-%03u", compact, i) !=
		    DMSC_E_OK ||
		    (path = dmsc_journal_path(st, j->card, j->id)) == NULL)
			return DMSC_E_NOMEM;
		there = dmsc_file_there(path);
		free(path);
	}
	return there ? DMSC_E_EXISTS : DMSC_E_OK;
}

static int
take_moves(struct dmsc_jentry *j, struct dmsc_build *b)
{
	struct dmsc_jmove *m;
	size_t i;

	for (i = 0; i < b->n_moves; i++) {
		m = dmsc_list_add(&j->moves, &j->n_moves, sizeof *m);
		if (m == NULL)
			return DMSC_E_NOMEM;
		m->m = b->moves[i];
		memset(&b->moves[i], 0, sizeof b->moves[i]);
	}
	return DMSC_E_OK;
}

static int
make_folder(struct dmsc_store *st, const char *card)
{
	char *path = dmsc_journal_path(st, card, NULL);
	int r;

	if (path == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_file_mkdirs(path, st->e);
	free(path);
	return r;
}

int
dmsc_jentry_start(struct dmsc_store *st, struct dmsc_build *b,
    struct dmsc_jentry **out)
{
	struct dmsc_jentry *j;
	const char *card = NULL;
	int r;

	*out = NULL;
	if (st->state_dir == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_guard_identity(st->g, &card)) != DMSC_E_OK ||
	    card == NULL)
		return r;
	if ((r = make_folder(st, card)) != DMSC_E_OK)
		return r;
	if ((j = calloc(1, sizeof *j)) == NULL ||
	    dmsc_str_set(&j->card, "%s", card) != DMSC_E_OK ||
	    dmsc_str_set(&j->way, "%s", dmsc_build_way(b)) != DMSC_E_OK ||
	    dmsc_str_set(&j->state, "started") != DMSC_E_OK ||
	    make_id(st, j) != DMSC_E_OK || take_moves(j, b) != DMSC_E_OK)
		r = dmsc_fail(st->e, DMSC_E_NOMEM,
		    "cannot begin a journal entry");
	else if ((r = mark(st, j)) == DMSC_E_OK)
		r = write_entry(st, j);
	if (r != DMSC_E_OK)
		dmsc_jentry_free(&j);
	*out = j;
	return r;
}

int
dmsc_jentry_state(struct dmsc_store *st, struct dmsc_jentry *j,
    const char *state)
{
	size_t i;
	int r = dmsc_str_set(&j->state, "%s", state);

	for (i = 0; r == DMSC_E_OK && i < j->n_moves &&
	    strcmp(state, "started") != 0; i++)
		r = dmsc_jmove_mask(&j->moves[i]);
	if (r != DMSC_E_OK)
		return dmsc_fail(st->e, r, "cannot write the journal");
	r = write_entry(st, j);
	if (r == DMSC_E_OK && strcmp(state, "started") != 0)
		unmark(st, j);
	return r;
}

void
dmsc_jentry_remove(struct dmsc_store *st, struct dmsc_jentry *j)
{
	char *path;

	if (j == NULL || (path = dmsc_journal_path(st, j->card, j->id)) ==
	    NULL)
		return;
	(void)unlink(path);
	free(path);
	unmark(st, j);
}

/* Files of an entry whose bytes are secret, whatever the card says now. */
static void
conceal(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	const struct dmsc_move *m;
	size_t i;

	for (i = 0; i < j->n_moves; i++) {
		m = &j->moves[i].m;
		dmsc_conceal_file(st, "", m->secret && m->from.n > 0,
		    dmsc_place_fid(&m->from));
		dmsc_conceal_file(st, "", m->secret && m->to.n > 0,
		    dmsc_place_fid(&m->to));
	}
}

int
dmsc_jentry_read(struct dmsc_store *st, const char *card, const char *id,
    struct dmsc_jentry **out)
{
	char *path = dmsc_journal_path(st, card, id);
	struct dmsc_buf *text = NULL;
	int r;

	*out = NULL;
	if (path == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_file_slurp(path, ENTRY_MAX, &text, st->e);
	if (r == DMSC_E_OK &&
	    (r = dmsc_jentry_parse(dmsc_buf_rd(text), out)) != DMSC_E_OK) {
		dmsc_fail(st->e, r == DMSC_E_NOMEM ? r : DMSC_E_DATA,
		    "a journal entry is broken");
		r = dmsc_err_where(st->e, "%s", path);
	}
	if (r == DMSC_E_OK && st->u != NULL)
		conceal(st, *out);
	dmsc_buf_free(&text);
	free(path);
	return r;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
dmsc_folder_free(char ***names, size_t *n)
{
	size_t i;

	for (i = 0; i < *n; i++)
		free((*names)[i]);
	free(*names);
	*names = NULL;
	*n = 0;
}

/* Temporary files of a write that was cut have a '.' in their name. */
int
dmsc_folder_list(struct dmsc_store *st, const char *path, char ***names,
    size_t *n)
{
	const struct dirent *e;
	DIR *d = opendir(path);
	int r = DMSC_E_OK;

	*names = NULL;
	*n = 0;
	if (d == NULL)
		return DMSC_E_OK;
	while (r == DMSC_E_OK && (e = readdir(d)) != NULL)
		if (strchr(e->d_name, '.') == NULL)
			r = dmsc_strs_add(names, n, "%s", e->d_name);
	(void)closedir(d);
	if (r != DMSC_E_OK) {
		dmsc_folder_free(names, n);
		return dmsc_fail(st->e, r, "out of memory");
	}
	if (*n > 1)
		qsort(*names, *n, sizeof **names, by_text);
	return DMSC_E_OK;
}

int
dmsc_jentry_last(struct dmsc_store *st, const char *state,
    struct dmsc_jentry **out)
{
	const char *card = NULL;
	char *path, **names = NULL;
	size_t n = 0;
	int r;

	*out = NULL;
	if (st->state_dir == NULL ||
	    (strcmp(state, "started") == 0 && !any_mark(st)))
		return DMSC_E_OK;
	if ((r = dmsc_guard_identity(st->g, &card)) != DMSC_E_OK ||
	    card == NULL)
		return r;
	if ((path = dmsc_journal_path(st, card, NULL)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_folder_list(st, path, &names, &n);
	free(path);
	while (r == DMSC_E_OK && *out == NULL && n > 0) {
		r = dmsc_jentry_read(st, card, names[n - 1], out);
		if (r == DMSC_E_OK && strcmp((*out)->state, state) != 0)
			dmsc_jentry_free(out);
		if (r == DMSC_E_DATA) {
			dmsc_store_warn(st, "journal entry %s is broken",
			    names[n - 1]);
			dmsc_err_clear(st->e);
			r = DMSC_E_OK;
		}
		free(names[--n]);
	}
	dmsc_folder_free(&names, &n);
	return r;
}
