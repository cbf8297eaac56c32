/*
 * What stands between the card and the undo of a commit: later commits that
 * wrote the same files. In place they go back one by one; a slot of a pair
 * that was written again has lost what it held.
 */
#include "store/holds.h"

#include <string.h>

#include "base/base.h"

/* What the undo of one move asks of the card, and what the card has. */
struct need {
	struct dmsc_place place;
	const uint8_t *want;
	uint8_t now[DMSC_SHA256_LEN];
	bool must_serve, serves;	/* a document or directory in use */
};
struct needs {
	struct need *v;
	size_t n;
};

bool
dmsc_held_in_use(const struct dmsc_store *st, const struct dmsc_place *p)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		if (dmsc_place_eq(&st->docs[i].file.place, p))
			return true;
	for (i = 0; i < st->n_dirs; i++)
		if (dmsc_place_eq(&st->dirs[i].file.place, p))
			return true;
	return false;
}

static int
add_need(struct dmsc_store *st, const struct dmsc_move *m,
    struct needs *out)
{
	bool in_place = dmsc_held_in_place(m);
	struct dmsc_buf *b = NULL;
	struct need *n;
	int r;

	if (m->to.n == 0 || (!in_place && m->from.n == 0))
		return DMSC_E_OK;
	if ((n = dmsc_list_add(&out->v, &out->n, sizeof *n)) == NULL)
		return DMSC_E_NOMEM;
	n->place = in_place ? m->to : m->from;
	n->want = in_place ? m->sha_to : m->sha_from;
	n->must_serve = in_place && !m->odf;
	n->serves = !n->must_serve || dmsc_held_in_use(st, &n->place);
	if ((r = dmsc_held_read(st, &n->place, &b)) == DMSC_E_OK)
		r = dmsc_sha256(dmsc_buf_rd(b), n->now);
	dmsc_buf_free(&b);
	return r;
}

/* The card as it would be without the commit e; true: that concerns us. */
static bool
take_back(struct needs *needs, const struct dmsc_jentry *e)
{
	const struct dmsc_move *m;
	bool concerns = false;
	struct need *n;
	size_t i, k;

	for (i = 0; i < needs->n * e->n_moves; i++) {
		n = &needs->v[i / e->n_moves];
		k = i % e->n_moves;
		m = &e->moves[k].m;
		if (dmsc_held_in_place(m)) {
			if (!dmsc_place_eq(&m->to, &n->place) ||
			    memcmp(n->now, m->sha_to, sizeof n->now) != 0)
				continue;
			memcpy(n->now, m->sha_from, sizeof n->now);
			concerns = true;
		} else if (n->must_serve && m->from.n > 0 &&
		    dmsc_place_eq(&m->from, &n->place)) {
			n->serves = true;
			concerns = true;
		} else if (n->must_serve && m->to.n > 0 &&
		    dmsc_place_eq(&m->to, &n->place))
			n->serves = false;
	}
	return concerns;
}

static bool
all_met(const struct needs *needs)
{
	size_t i;

	for (i = 0; i < needs->n; i++)
		if (!needs->v[i].serves || memcmp(needs->v[i].now,
		    needs->v[i].want, DMSC_SHA256_LEN) != 0)
			return false;
	return true;
}

/* Later commits from the newest back; *id is the first that concerns us. */
static int
walk(struct dmsc_store *st, const struct dmsc_jentry *j,
    struct needs *needs, char **id)
{
	char *path = dmsc_journal_path(st, j->card, NULL), **ids = NULL;
	struct dmsc_jentry *e = NULL;
	size_t n = 0;
	int r;

	if (path == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_folder_list(st, path, &ids, &n);
	for (; r == DMSC_E_OK && n > 0 && strcmp(ids[n - 1], j->id) > 0;
	    free(ids[--n])) {
		r = dmsc_jentry_read(st, j->card, ids[n - 1], &e);
		if (r == DMSC_E_OK && strcmp(e->state, "committed") == 0 &&
		    take_back(needs, e) && *id == NULL)
			r = dmsc_str_set(id, "%s", e->id);
		dmsc_jentry_free(&e);
	}
	dmsc_folder_free(&ids, &n);
	free(path);
	return r;
}

char *
dmsc_undo_first(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	struct dmsc_err was = *st->e;
	struct needs needs = { .n = 0 };
	char *id = NULL;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < j->n_moves; i++)
		r = add_need(st, &j->moves[i].m, &needs);
	if (r == DMSC_E_OK)
		r = walk(st, j, &needs, &id);
	if (r != DMSC_E_OK || !all_met(&needs)) {
		free(id);
		id = NULL;
	}
	free(needs.v);
	*st->e = was;
	return id;
}
