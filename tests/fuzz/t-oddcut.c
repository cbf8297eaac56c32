/*
 * Changes of odd cards of the field cut inside the card's memory writes:
 * what stands then is the old document, the new one, or, in place, nothing;
 * recover makes it whole, and all that is beside it is as it was. make check
 * runs a sample drawn by DMSC_SEED, make hard all of it.
 */
#include "store/picture.h"

enum { SAMPLE = 4 };

enum outcome { OLD, NEW, NOTHING, BAD, OUTCOMES };

struct story {
	const struct field_card *f;
	enum how how;
	struct subject s;
	char path[512];		/* of the value; "": removed */
	const char *value;
};

static unsigned long seen[OUTCOMES];

/* The change in the working copy of a fresh card. */
static bool
start(struct world *w, struct story *t)
{
	bool create = t->how == CREATE || t->how == REMOVE;
	size_t i;

	world_remove(w, "state");
	if (world_up(w, field_build(t->f, create)) != DMSC_E_OK || !rights(w))
		return false;
	for (i = 0; find_subject(w, i, &t->s); i++) {
		t->path[0] = '\0';
		if (change(w, &t->s, t->how, t->path, &t->value) == DMSC_E_OK)
			return true;
	}
	return false;
}

/* Whether another document has the name now. */
static bool
is_another(struct world *w, const struct story *t)
{
	struct dmsc_doc *d = NULL;
	bool other = false;

	if (t->how < REMOVE || dmsc_doc_stat(w->s, t->s.name, &d) !=
	    DMSC_E_OK)
		return false;
	other = fid_of_place(d->place) != t->s.fid;
	dmsc_view_free(&dmsc_doc_view, d);
	return other;
}

static enum outcome
see(struct world *w, const struct story *t)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	enum outcome o;
	int r = dmsc_doc_bytes(w->s, t->s.name, true, b);

	if (r == DMSC_E_NOTFOUND || is_another(w, t))
		o = t->how >= REMOVE ? NEW : BAD;
	else if (r != DMSC_E_OK)
		o = BAD;
	else if (b->len == 0)
		o = NOTHING;
	else if (t->value != NULL && holds(w, t->path, t->value))
		o = NEW;
	else
		o = OLD;
	dmsc_buf_free(&b);
	return o;
}

/* What stands after the power is back, and after recover. */
static bool
look(struct world *w, const struct story *t, const struct picture *was,
    int code)
{
	struct dmsc_commit *c = NULL;
	struct picture now;
	enum outcome first, then;
	bool in_place = t->how == IN_PLACE || t->how == REMOVE_IN_PLACE;
	bool good;

	good = dmsc_card_power_back(w->card) == DMSC_E_OK &&
	    dmsc_reset(w->s, true) == DMSC_E_OK && dmsc_revert(w->s, "/") ==
	    DMSC_E_OK && rights(w);
	seen[first = see(w, t)]++;
	good = good && (first == OLD || first == NEW || in_place) &&
	    (code != DMSC_E_OK || first == NEW);
	if (dmsc_recover(w->s, false, &c) != DMSC_E_OK) {
		world_say(w, "# recover");
		good = false;
	}
	dmsc_view_free(&dmsc_commit_view, c);
	then = see(w, t);
	good = good && (then == OLD || then == NEW) &&
	    (first != NEW || in_place || then == NEW);
	take(&now, w);
	good = same_docs(was, &now, &t->s) && same_files(was, w->card, &t->s,
	    t->how) && good;
	drop(&now);
	if (!good)
		printf("# code %d, then %d, recovered %d\n", code, (int)first,
		    (int)then);
	return good;
}

static bool
cut(struct world *w, struct story *t, unsigned long at, size_t bytes)
{
	struct dmsc_commit *c = NULL;
	struct picture was;
	bool good = start(w, t);
	int r;

	take(&was, w);
	dmsc_card_cut(w->card, at, bytes);
	r = dmsc_commit(w->s, t->how == IN_PLACE ||
	    t->how == REMOVE_IN_PLACE, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	good = good && look(w, t, &was, r);
	drop(&was);
	world_down(w);
	return good;
}

/* Memory writes of the change when nothing cuts it, 0: it cannot be done. */
static unsigned long
measure(struct world *w, struct story *t)
{
	struct dmsc_commit *c = NULL;
	unsigned long n = 0;

	if (start(w, t)) {
		dmsc_card_cut(w->card, 0, 0);
		if (dmsc_commit(w->s, t->how == IN_PLACE ||
		    t->how == REMOVE_IN_PLACE, &c) == DMSC_E_OK)
			n = dmsc_card_writes(w->card);
		dmsc_view_free(&dmsc_commit_view, c);
	}
	world_down(w);
	return n;
}

static void
sweep(struct world *w, struct story *t)
{
	unsigned long n = measure(w, t), i, at, count;
	bool good = true;

	if (n == 0)
		return;
	count = world_hard() || n < SAMPLE ? n : SAMPLE;
	for (i = 0; i < count; i++) {
		at = count == n ? i + 1 : world_dice(w, (unsigned)n) + 1;
		if (cut(w, t, at, world_dice(w, 12)))
			continue;
		good = false;
		printf("# %s: %s, write %lu of %lu\n", t->s.name,
		    hows[t->how], at, n);
	}
	if (!ok(good, t->f->name))
		printf("# %s\n", hows[t->how]);
}

int
main(void)
{
	static const enum how ways[] = { CREATE, IN_PLACE, REMOVE,
	    REMOVE_IN_PLACE };
	struct world w = { 0 };
	size_t i, k;

	if (ok(world_make(&w, "blank"), "a folder"))
		for (i = 0; i < ODD_CARDS; i++)
			for (k = 0; k < DMSC_COUNT(ways); k++) {
				struct story t = { .f = odd_card(i),
				    .how = ways[k] };

				sweep(&w, &t);
			}
	printf("# old %lu, new %lu, nothing %lu, bad %lu\n", seen[OLD],
	    seen[NEW], seen[NOTHING], seen[BAD]);
	ok(seen[OLD] > 0 && seen[NEW] > 0 && seen[NOTHING] > 0,
	    "old, new and nothing were seen");
	world_end(&w);
	return tap_done();
}
