/*
 * lint on the odd cards of the field: it ends, whatever stands there; what it
 * mends takes no document from anybody, no byte from a document, and no entry
 * of others.
 */
#include "store/picture.h"

enum { MODELS = 5 };

/* How many documents the model finds: access rules for Android, all others
 * for the others. False: lint failed. */
static bool
finds(struct world *w, const char *model, size_t *n)
{
	struct dmsc_lint *l = NULL;
	size_t i;

	*n = 0;
	if (dmsc_lint_card(w->s, "/", model, &l) != DMSC_E_OK)
		return false;
	for (i = 0; i < l->n_seen; i++)
		*n += l->seen[i].found && (strcmp(model, "android") == 0) ==
		    (strcmp(l->seen[i].kind, "arf") == 0);
	dmsc_view_free(&dmsc_lint_view, l);
	return true;
}

static bool
all_find(struct world *w, size_t n[MODELS])
{
	const char *title, *name;
	size_t i;

	for (i = 0; (name = dmsc_lint_model(i, &title)) != NULL; i++)
		if (i >= MODELS || !finds(w, name, &n[i]))
			return false;
	return i == MODELS;
}

static bool
mended(const struct dmsc_lint *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n_findings; i++)
		if (l->findings[i].place != NULL &&
		    strcmp(l->findings[i].place, name) == 0)
			return true;
	return false;
}

/* Each document that was there is there, with the same bytes. */
static bool
same_docs_all(const struct picture *was, const struct picture *now,
    const struct dmsc_lint *l)
{
	size_t i, k;

	for (i = 0; i < was->n_docs; i++) {
		for (k = 0; k < now->n_docs && strcmp(was->docs[i].name,
		    now->docs[k].name) != 0; k++)
			;
		/* A directory that is named as a document is none. */
		if (k == now->n_docs || (was->docs[i].bytes->len > 0 &&
		    !mended(l, was->docs[i].name) &&
		    !dmsc_rd_eq(dmsc_buf_rd(was->docs[i].bytes),
		    dmsc_buf_rd(now->docs[k].bytes)))) {
			printf("# %s is not as it was\n", was->docs[i].name);
			return false;
		}
	}
	return was->n_docs == now->n_docs;
}

/* Entries of the ODF for others keep their bytes and their order. */
static bool
same_others(const struct picture *was, const struct picture *now)
{
	size_t i, k = 0;

	for (i = 0; i < was->odf.n; i++) {
		if (was->odf.v[i].tag == 0xA7)
			continue;
		while (k < now->odf.n && !dmsc_rd_eq(was->odf.v[i].raw,
		    now->odf.v[k].raw))
			k++;
		if (k == now->odf.n)
			return false;
	}
	return true;
}

static void
mend(struct world *w, const struct field_card *f, bool create)
{
	size_t before[MODELS] = { 0 }, after[MODELS] = { 0 }, i;
	struct dmsc_lint *l = NULL;
	struct dmsc_commit *c = NULL;
	struct picture was, now;
	int r;

	if (!ok(world_up(w, field_build(f, create)) == DMSC_E_OK &&
	    rights(w) && all_find(w, before), f->name)) {
		world_say(w, "# lint");
		world_down(w);
		return;
	}
	take(&was, w);
	r = dmsc_lint_fix(w->s, "/", &l);
	if (!ok(r == DMSC_E_OK, "mended"))
		world_say(w, "# fix");
	else
		r = dmsc_commit(w->s, !create, &c);
	printf("# %s: %s, %zu\n", f->name, c != NULL ? c->way :
	    w->s->err.message, l == NULL ? 0 : l->n_findings);
	ok(c == NULL || l == NULL || (strcmp(c->way, "none") == 0) ==
	    (l->n_findings == 0), "what is said is done");
	if (r != DMSC_E_OK)
		(void)!dmsc_revert(w->s, "/");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_reset(w->s, true) == DMSC_E_OK && rights(w) &&
	    all_find(w, after), "and looked at again");
	for (i = 0; i < MODELS; i++)
		if (after[i] < before[i])
			break;
	if (!ok(i == MODELS, "no reader finds less"))
		printf("# model %zu: %zu, then %zu\n", i, before[i],
		    after[i]);
	take(&now, w);
	if (l != NULL)
		ok(same_docs_all(&was, &now, l), "documents");
	ok(same_others(&was, &now), "entries of others");
	drop(&was);
	drop(&now);
	dmsc_view_free(&dmsc_lint_view, l);
	world_down(w);
}

int
main(void)
{
	struct world w = { 0 };
	size_t i;

	if (ok(world_make(&w, "foreign"), "a folder"))
		for (i = 0; i < ODD_CARDS; i++) {
			mend(&w, odd_card(i), true);
			mend(&w, odd_card(i), false);
		}
	world_end(&w);
	return tap_done();
}
