/* The journal as a list for people and programs; what is pending. */
#include "store/journal.h"

#include <string.h>

#include "base/base.h"

static const char *
public_state(const char *state)
{
	return strcmp(state, "started") == 0 ? "cut" : state;
}

static int
describe(const struct dmsc_jentry *j, struct dmsc_journal_entry *out)
{
	size_t i;
	int r;

	if ((r = dmsc_str_set(&out->id, "%s", j->id)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->time, "%s", j->time)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->card, "%s", j->card)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->way, "%s", j->way)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->state, "%s",
	    public_state(j->state))) != DMSC_E_OK)
		return r;
	for (i = 0; r == DMSC_E_OK && i < j->n_moves; i++)
		if (j->moves[i].m.name != NULL)
			r = dmsc_strs_add(&out->documents,
			    &out->n_documents, "%s", j->moves[i].m.name);
	return r;
}

static int
of_card(struct dmsc_store *st, const char *card, struct dmsc_journal *out)
{
	char *path = dmsc_journal_path(st, card, NULL), **ids = NULL;
	struct dmsc_journal_entry *e;
	struct dmsc_jentry *j = NULL;
	size_t n = 0, i;
	int r;

	if (path == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_folder_list(st, path, &ids, &n);
	for (i = 0; r == DMSC_E_OK && i < n; i++) {
		if (dmsc_jentry_read(st, card, ids[i], &j) != DMSC_E_OK) {
			dmsc_store_warn(st, "journal entry %s of %s is broken",
			    ids[i], card);
			dmsc_err_clear(st->e);
			continue;
		}
		e = dmsc_list_add(&out->entries, &out->n_entries, sizeof *e);
		r = e == NULL ? DMSC_E_NOMEM : describe(j, e);
		dmsc_jentry_free(&j);
	}
	dmsc_folder_free(&ids, &n);
	free(path);
	return r;
}

static int
of_all(struct dmsc_store *st, struct dmsc_journal *out)
{
	char *path = dmsc_journal_path(st, NULL, NULL), **cards = NULL;
	size_t n = 0, i;
	int r;

	if (path == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_folder_list(st, path, &cards, &n);
	for (i = 0; r == DMSC_E_OK && i < n; i++)
		r = of_card(st, cards[i], out);
	dmsc_folder_free(&cards, &n);
	free(path);
	return r;
}

int
dmsc_store_journal(struct dmsc_store *st, bool all,
    struct dmsc_journal **out)
{
	struct dmsc_journal *j = dmsc_view_new(&dmsc_journal_view);
	const char *card = NULL;
	int r = j == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	*out = NULL;
	if (r == DMSC_E_OK && st->state_dir != NULL && all)
		r = of_all(st, j);
	else if (r == DMSC_E_OK && st->state_dir != NULL) {
		r = dmsc_guard_identity(st->g, &card);
		if (r == DMSC_E_OK && card != NULL)
			r = of_card(st, card, j);
	}
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_journal_view, j);
		return r;
	}
	*out = j;
	return DMSC_E_OK;
}

int
dmsc_store_pending(struct dmsc_store *st, char **id)
{
	struct dmsc_jentry *j = NULL;
	int r;

	*id = NULL;
	if ((r = dmsc_jentry_last(st, "started", &j)) != DMSC_E_OK ||
	    j == NULL)
		return r;
	r = dmsc_str_set(id, "%s", j->id);
	dmsc_jentry_free(&j);
	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}
