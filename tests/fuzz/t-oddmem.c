/*
 * Allocations that fail while an odd card of the field is read and changed:
 * the call ends with "out of memory" (or did without it), frees what it took
 * (the sanitizers look), and only files that the change may touch differ.
 * make check takes a sample drawn by DMSC_SEED, make hard every third.
 */
#include "fuzz/lone.h"

#include "store/picture.h"

enum { SAMPLE = 5, STRIDE = 3, COUNT = 1 << 30 };

enum flow { DISCOVER, DOCS, COMMIT, COMMIT_IN_PLACE, MKDOC, FLOWS };
static const char *const flows[] = { "discover", "docs", "commit",
	"commit, in place", "a new document" };

struct run {
	const struct field_card *f;
	enum flow flow;
	struct subject s;
	char path[512];
	const char *value;
};

static bool
changes(const struct run *t)
{
	return t->flow == COMMIT || t->flow == COMMIT_IN_PLACE;
}

static enum how
how_of(const struct run *t)
{
	return t->flow == COMMIT_IN_PLACE ? IN_PLACE : CREATE;
}

/* The first change that can be made. */
static bool
prepare_change(struct world *w, struct run *t)
{
	size_t i;

	for (i = 0; find_subject(w, i, &t->s); i++)
		if (change(w, &t->s, how_of(t), t->path, &t->value) ==
		    DMSC_E_OK)
			return true;
	return false;
}

static bool
ready(struct world *w, struct run *t)
{
	struct dmsc_card *c = field_build(t->f, t->flow != COMMIT_IN_PLACE);
	struct dmsc_link end = { &card_ops, c };

	world_remove(w, "state");
	memset(&t->s, 0, sizeof t->s);
	w->card = c;
	if (!world_session(w) || world_over(w, &end) != DMSC_E_OK ||
	    !rights(w))
		return false;
	return !changes(t) || prepare_change(w, t);
}

static int
go(struct world *w, const struct run *t)
{
	struct dmsc_discovery *d = NULL;
	struct dmsc_doc_list *l = NULL;
	struct dmsc_commit *c = NULL;
	int r = DMSC_E_OK;

	if (t->flow == DISCOVER)
		r = dmsc_discover(w->s, &d);
	else if (t->flow == DOCS)
		r = dmsc_docs(w->s, &l);
	if (t->flow == MKDOC)
		r = dmsc_mkdoc(w->s, "Fresh", "dm", 0, false);
	if (r == DMSC_E_OK && t->flow >= COMMIT)
		r = dmsc_commit(w->s, t->flow == COMMIT_IN_PLACE, &c);
	dmsc_view_free(&dmsc_discovery_view, d);
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static bool
once(struct world *w, struct run *t, long n, int want)
{
	struct picture was;
	bool good = ready(w, t);
	int r;

	take(&was, w);
	countdown = n;
	r = go(w, t);
	countdown = -1;
	good = good && (r == want || r == DMSC_E_OK || (r == DMSC_E_NOMEM &&
	    w->s->err.code == r));
	if (!good) {
		printf("# code %d, ", r);
		world_say(w, flows[t->flow]);
	}
	good = same_files(&was, w->card, &t->s, t->flow >= COMMIT ?
	    how_of(t) : HOWS) && good;
	drop(&was);
	dmsc_disconnect(w->s);
	world_down(w);
	return good;
}

static bool
sweep(struct world *w, struct run *t)
{
	long n = 0, i, k, count;
	bool good = ready(w, t), none = !good && changes(t);
	int want = DMSC_E_OK;

	if (good) {
		countdown = COUNT;
		want = go(w, t);
		n = COUNT - countdown;
		countdown = -1;
	}
	dmsc_disconnect(w->s);
	world_down(w);
	if (none)
		return true;		/* nothing that could be changed */
	count = world_hard() ? n / STRIDE : n < SAMPLE ? n : SAMPLE;
	for (i = 0; good && i < count; i++) {
		k = world_hard() ? i * STRIDE :
		    (long)world_dice(w, (unsigned)n);
		good = once(w, t, k, want);
		if (!good)
			printf("# %s, allocation %ld of %ld\n",
			    flows[t->flow], k, n);
	}
	return good && n > 0;
}

int
main(void)
{
	struct world w = { 0 };
	struct run t;
	bool good;
	size_t i;

	if (ok(world_make(&w, "blank"), "a folder"))
		for (i = 0; i < ODD_CARDS; i++) {
			memset(&t, 0, sizeof t);
			t.f = odd_card(i);
			good = true;
			for (t.flow = DISCOVER; t.flow < FLOWS; t.flow++)
				good = sweep(&w, &t) && good;
			ok(good, t.f->name);
		}
	world_end(&w);
	return tap_done();
}
