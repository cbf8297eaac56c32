/*
 * lint --fix: documents are mended in the working copy; faults of the
 * directories are noted, and the next commit writes them as they should be.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/lint.h"
#include "store/lint.h"
#include "store/plan.h"

/* One document; nothing where it cannot be mended. */
static int
mend_one(struct dmsc_store *st, const char *path)
{
	struct dmsc_buf *was = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *now = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_what w;
	int r = DMSC_E_NOMEM;

	if (was == NULL || now == NULL || (r = dmsc_store_need(st, path,
	    &w)) != DMSC_E_OK || (r = dmsc_store_bytes(st, path, false,
	    was)) != DMSC_E_OK || (r = dmsc_lint_mend(dmsc_buf_rd(was),
	    now)) != DMSC_E_OK)
		goto done;
	if (dmsc_rd_eq(dmsc_buf_rd(was), dmsc_buf_rd(now)))
		goto done;
	if ((r = dmsc_store_need(st, path, &w)) == DMSC_E_OK &&
	    (r = dmsc_work_open(st, &w)) == DMSC_E_OK)
		r = w.card ? dmsc_store_import(st, path, dmsc_buf_rd(now)) :
		    dmsc_work_replace(st, w.work, dmsc_buf_rd(now));
done:
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	dmsc_buf_free(&was);
	dmsc_buf_free(&now);
	return r;
}

/* A fault of a document's own bytes, not of what names it. */
static bool
of_document(const struct dmsc_finding *f)
{
	return f->place != NULL && f->place[0] == '/' &&
	    dmsc_rule_of_content(f->rule);
}

static int
mend_all(struct dmsc_store *st, const char *path, const struct dmsc_lint *l)
{
	const char *last = "";
	bool whole = path == NULL || strcmp(path, "/") == 0;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < l->n_findings; i++) {
		const struct dmsc_finding *f = &l->findings[i];

		if (!f->fixable)
			continue;
		if (!of_document(f))
			st->mend |= whole;
		else if (strcmp(f->place, last) != 0)
			r = mend_one(st, last = f->place);
	}
	return r;
}

/* Whether a commit would change a directory, and make one for the twins:
 * what cannot be mended is not promised. */
static int
forecast(struct dmsc_store *st, bool *twins)
{
	struct dmsc_build b = { .st = st, .in_place = true };
	int r = dmsc_build_all(&b);

	*twins = b.second;
	if (r == DMSC_E_OK && b.n_ops == 0)
		st->mend = false;
	dmsc_build_clear(&b);
	if (dmsc_store_lost(r) || r == DMSC_E_NOMEM ||
	    r == DMSC_E_INTERRUPTED)
		return r;
	dmsc_err_clear(st->e);	/* the plan will say it */
	return DMSC_E_OK;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether the finding is still there. */
static bool
is_left(const struct dmsc_finding *f, const struct dmsc_lint *now)
{
	size_t i;

	for (i = 0; i < now->n_findings; i++)
		if (same(now->findings[i].rule, f->rule) &&
		    same(now->findings[i].place, f->place) &&
		    same(now->findings[i].node, f->node))
			return true;
	return false;
}

struct mending {
	const struct dmsc_store *st;
	const struct dmsc_lint *now;
	bool twins;
};

/* What was, or with the next commit will be, mended. */
static bool
is_mended(const struct dmsc_finding *f, const void *ctx)
{
	const struct mending *m = ctx;

	if (!f->fixable || (!m->twins &&
	    same(f->rule, dmsc_rule(DMSC_L_NO_OPAQUE_TWIN)->name)))
		return false;
	return of_document(f) ? !is_left(f, m->now) : m->st->mend;
}

int
dmsc_store_mend(struct dmsc_store *st, const char *path,
    struct dmsc_lint **out)
{
	struct dmsc_lint *l = NULL, *now = NULL;
	struct mending m = { .st = st };
	int r;

	*out = NULL;
	if ((r = dmsc_store_lint(st, path, &l)) == DMSC_E_OK &&
	    (r = mend_all(st, path, l)) == DMSC_E_OK)
		r = dmsc_store_lint(st, path, &now);
	if (r == DMSC_E_OK && st->mend)
		r = forecast(st, &m.twins);
	if (r == DMSC_E_OK) {
		m.now = now;
		dmsc_lint_sieve(l, is_mended, &m);
		*out = l;
		l = NULL;
	}
	dmsc_view_free(&dmsc_lint_view, l);
	dmsc_view_free(&dmsc_lint_view, now);
	return r;
}
