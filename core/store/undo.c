/*
 * Undo of the last commit: only where the card holds the bytes after it. Of
 * a pair the switch goes back, because the slots that were in use before
 * still hold the bytes before; of a file changed in place the journal has
 * them, but for values that are secret.
 */
#include "store/cardcommit.h"

#include <string.h>

#include "base/base.h"

/* Our own later commits use the slot too: it need not be a stranger. */
static int
mismatch(struct dmsc_store *st, const struct dmsc_jentry *j,
    const struct dmsc_move *m)
{
	char *first = dmsc_undo_first(st, j);

	dmsc_fail(st->e, DMSC_E_MISMATCH,
	    "the card does not hold what the commit left");
	dmsc_err_where(st->e, "%s", j->id);
	dmsc_err_why(st->e, "%s%s was written again since%s%s",
	    m->name != NULL ? "/" : "",
	    m->name != NULL ? m->name : "a directory",
	    first != NULL ? ", by " : ": of commits with a second slot only "
	    "the last can be taken back", first != NULL ? first : "");
	if (first != NULL)
		dmsc_err_next(st->e, "undo %s", first);
	dmsc_err_next(st->e, "journal");
	if (first == NULL)
		dmsc_err_next(st->e, "help restore");
	free(first);
	return DMSC_E_MISMATCH;
}

static int
check(struct dmsc_store *st, const struct dmsc_jentry *j,
    const struct dmsc_place *p, const uint8_t *sha,
    const struct dmsc_move *m)
{
	uint8_t now[DMSC_SHA256_LEN];
	struct dmsc_buf *b = NULL;
	int r;

	if ((r = dmsc_held_read(st, p, &b)) == DMSC_E_NOTFOUND)
		return mismatch(st, j, m);
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_sha256(dmsc_buf_rd(b), now);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return dmsc_fail(st->e, r, "cannot compute a digest");
	return memcmp(now, sha, sizeof now) == 0 ? DMSC_E_OK :
	    mismatch(st, j, m);
}

/* A file that was changed where it stood must still be the one in use. */
static int
check_in_place(struct dmsc_store *st, const struct dmsc_jentry *j,
    const struct dmsc_move *m)
{
	int r = m->odf ? DMSC_E_OK : dmsc_store_load(st);

	if (r != DMSC_E_OK)
		return r;
	return m->odf || dmsc_held_in_use(st, &m->to) ?
	    check(st, j, &m->to, m->sha_to, m) : mismatch(st, j, m);
}

/* Files in use hold the bytes after; slots no longer in use those before. */
static int
check_all(struct dmsc_store *st, const struct dmsc_jentry *j)
{
	const struct dmsc_move *m;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < j->n_moves; i++) {
		m = &j->moves[i].m;
		if (dmsc_held_in_place(m))
			r = check_in_place(st, j, m);
		else if (m->from.n > 0 && m->to.n > 0)
			r = check(st, j, &m->from, m->sha_from, m);
	}
	return r;
}

static int
gone(struct dmsc_store *st, const struct dmsc_move *m)
{
	dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "cannot be undone");
	dmsc_err_where(st->e, "/%s", m->name != NULL ? m->name : "");
	return dmsc_err_why(st->e,
	    "its bytes are secret: the journal has their digest alone");
}

/* The move the other way round, with the bytes that it will write. */
static int
reverse(struct dmsc_store *st, const struct dmsc_jmove *j,
    struct dmsc_build *b)
{
	struct dmsc_move *m = dmsc_list_add(&b->moves, &b->n_moves,
	    sizeof *m);
	uint8_t sha[DMSC_SHA256_LEN];
	int r;

	if (m == NULL || (m->fresh = dmsc_buf_new(DMSC_EF_MAX)) == NULL ||
	    (j->m.name != NULL &&
	    dmsc_str_set(&m->name, "%s", j->m.name) != DMSC_E_OK))
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	m->secret = j->m.secret;
	m->odf = j->m.odf;
	m->from = m->to = j->m.to;
	memcpy(m->sha_from, j->m.sha_to, sizeof m->sha_from);
	memcpy(m->sha_to, j->m.sha_from, sizeof m->sha_to);
	if ((r = dmsc_held_read(st, &m->to, &m->old)) != DMSC_E_OK)
		return r;
	r = dmsc_jmove_fill(j, dmsc_buf_rd(m->old), m->fresh);
	if (r == DMSC_E_OK)
		r = dmsc_sha256(dmsc_buf_rd(m->fresh), sha);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	return r == DMSC_E_OK && memcmp(sha, m->sha_to, sizeof sha) == 0 ?
	    DMSC_E_OK : gone(st, &j->m);
}

static int
reverse_all(struct dmsc_store *st, const struct dmsc_jentry *j,
    struct dmsc_build *b)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < j->n_moves; i++)
		if (dmsc_held_in_place(&j->moves[i].m))
			r = reverse(st, &j->moves[i], b);
	return r;
}

/* Documents first, the switch last: as in a commit. */
static int
write_all(struct dmsc_store *st, const struct dmsc_jentry *back,
    int *verified)
{
	size_t i;
	int pass, r = DMSC_E_OK;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; r == DMSC_E_OK && i < back->n_moves; i++)
			if (back->moves[i].m.odf == (pass == 1))
				r = dmsc_held_write(st, &back->moves[i].m,
				    dmsc_buf_rd(back->moves[i].m.fresh),
				    verified);
	return r;
}

static int
apply(struct dmsc_store *st, struct dmsc_jentry *j, struct dmsc_build *b,
    int *verified)
{
	struct dmsc_jentry *back = NULL;
	int r;

	if ((r = dmsc_guard_same_card(st->g)) != DMSC_E_OK ||
	    (r = dmsc_jentry_start(st, b, &back)) != DMSC_E_OK)
		return r;
	if (back == NULL)
		return dmsc_fail(st->e, DMSC_E_IO, "there is no journal");
	if ((r = write_all(st, back, verified)) == DMSC_E_OK &&
	    (r = dmsc_jentry_state(st, j, "undone")) == DMSC_E_OK)
		dmsc_jentry_remove(st, back);
	else if (!dmsc_store_lost(r) && r == DMSC_E_AUTH)
		dmsc_jentry_remove(st, back);
	dmsc_jentry_free(&back);
	return r;
}

static int
undo(struct dmsc_store *st, struct dmsc_jentry *j, bool dry, int *verified)
{
	struct dmsc_build b = { .st = st };
	int r;

	if ((r = check_all(st, j)) == DMSC_E_OK &&
	    (r = reverse_all(st, j, &b)) == DMSC_E_OK)
		r = dmsc_cardmove_undo(st, j, dry, verified);
	if (r == DMSC_E_OK && !dry)
		r = b.n_moves > 0 ? apply(st, j, &b, verified) :
		    dmsc_jentry_state(st, j, "undone");
	dmsc_build_clear(&b);
	return r;
}

/* The entry to undo; a cut commit comes first. */
static int
choose(struct dmsc_store *st, const char *id, struct dmsc_jentry **out)
{
	struct dmsc_jentry *cut = NULL;
	const char *card = NULL;
	int r;

	if ((r = dmsc_jentry_last(st, "started", &cut)) != DMSC_E_OK)
		return r;
	if (cut != NULL) {
		r = dmsc_fail(st->e, DMSC_E_TORN,
		    "a cut commit is pending on this card");
		dmsc_err_where(st->e, "%s", cut->id);
		dmsc_jentry_free(&cut);
		return dmsc_err_next(st->e, "recover");
	}
	if (id == NULL)
		r = dmsc_jentry_last(st, "committed", out);
	else if ((r = dmsc_guard_identity(st->g, &card)) == DMSC_E_OK &&
	    card != NULL && st->state_dir != NULL &&
	    strchr(id, '/') == NULL)
		r = dmsc_jentry_read(st, card, id, out);
	if (r == DMSC_E_NOTFOUND && id != NULL) {
		dmsc_fail(st->e, r, "no such commit in the journal");
		dmsc_err_where(st->e, "%s", id);
		return dmsc_err_next(st->e, "journal");
	}
	if (r != DMSC_E_OK || *out != NULL)
		return r;
	dmsc_fail(st->e, DMSC_E_NOTFOUND, "nothing to undo");
	dmsc_err_why(st->e, "the journal has no commit of this card");
	return dmsc_err_next(st->e, "journal --all");
}

int
dmsc_store_undo(struct dmsc_store *st, const char *id, bool dry,
    struct dmsc_commit **out)
{
	struct dmsc_jentry *j = NULL;
	struct dmsc_tally t;
	int r;

	*out = NULL;
	dmsc_tally_start(st, &t);
	if ((r = choose(st, id, &j)) != DMSC_E_OK)
		return r;
	if (strcmp(j->state, "committed") != 0 &&
	    strcmp(j->state, "handed over") != 0) {
		dmsc_fail(st->e, DMSC_E_MISMATCH, "the commit is %s",
		    j->state);
		r = dmsc_err_where(st->e, "%s", j->id);
	} else if ((r = dmsc_uicc_begin(st->u)) == DMSC_E_OK) {
		r = undo(st, j, dry, &t.verified);
		dmsc_uicc_end(st->u);
	}
	return dmsc_tally_entry(st, &t, dry, r, &j, out);
}
