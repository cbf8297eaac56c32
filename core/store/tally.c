/* The result of a call that writes (store/holds.h). */
#include "store/holds.h"

void
dmsc_tally_start(struct dmsc_store *st, struct dmsc_tally *t)
{
	unsigned long bytes;

	dmsc_uicc_counters(st->u, &t->before, &bytes);
	t->verified = 1;
}

int
dmsc_tally_end(struct dmsc_store *st, const struct dmsc_tally *t,
    const char *way, const struct dmsc_jentry *j, struct dmsc_commit **out)
{
	struct dmsc_commit *c = dmsc_view_new(&dmsc_commit_view);
	unsigned long now, bytes;
	size_t i;
	int r = DMSC_E_NOMEM;

	dmsc_uicc_counters(st->u, &now, &bytes);
	*out = NULL;
	if (c != NULL && (r = dmsc_str_set(&c->way, "%s", way)) ==
	    DMSC_E_OK && j != NULL)
		r = dmsc_str_set(&c->journal, "%s", j->id);
	for (i = 0; r == DMSC_E_OK && j != NULL && i < j->n_moves; i++)
		if (j->moves[i].m.name != NULL)
			r = dmsc_strs_add(&c->documents, &c->n_documents,
			    "%s", j->moves[i].m.name);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_commit_view, c);
		return dmsc_fail(st->e, r, "out of memory");
	}
	c->verified = t->verified;
	c->apdus = (unsigned)(now - t->before);
	*out = c;
	return DMSC_E_OK;
}

int
dmsc_tally_entry(struct dmsc_store *st, const struct dmsc_tally *t, bool dry,
    int r, struct dmsc_jentry **j, struct dmsc_commit **out)
{
	if (!dry)
		dmsc_store_forget(st);
	if (r == DMSC_E_OK)
		r = dmsc_tally_end(st, t, (*j)->way, *j, out);
	dmsc_jentry_free(j);
	return r;
}
