/*
 * make soak: one card, edits and commits drawn by DMSC_SEED, power cut at
 * random writes of the card's memory, for SOAK_TIME seconds (or SOAK_STEPS
 * steps). After each cut, and recover, the card holds all documents as before
 * or all as committed; after each commit those committed.
 */
#include "fuzz/world.h"

#include <time.h>

#include "store/inside.h"

enum { TEXT_MAX = 8 * WORLD_MAX, NAMES = 5 };

static unsigned long commits, cuts, old_ones, new_ones, recovered, refusals;

static unsigned long
number(const char *name, unsigned long otherwise)
{
	const char *v = getenv(name);
	unsigned long n = 0;

	for (; v != NULL && *v >= '0' && *v <= '9'; v++)
		n = n * 10 + (unsigned long)(*v - '0');
	return n > 0 ? n : otherwise;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct dmsc_doc *)a)->name,
	    ((const struct dmsc_doc *)b)->name);
}

/* All documents by name: name, private or not, bytes. */
static struct dmsc_buf *
documents(struct world *w)
{
	struct dmsc_buf *all = dmsc_buf_new(TEXT_MAX);
	struct dmsc_buf *one = dmsc_buf_new(WORLD_MAX);
	struct dmsc_doc_list *l = NULL;
	char path[300];
	size_t i;
	bool good = dmsc_docs(w->s, &l) == DMSC_E_OK;

	if (good)
		qsort(l->documents, l->n_documents, sizeof *l->documents,
		    by_name);
	for (i = 0; good && i < l->n_documents; i++) {
		if (strcmp(l->documents[i].state, "removed") == 0)
			continue;
		dmsc_buf_reset(one);
		(void)snprintf(path, sizeof path, "/%s",
		    l->documents[i].name);
		good = dmsc_doc_bytes(w->s, path, false, one) == DMSC_E_OK &&
		    dmsc_buf_fmt(all, "%s %d ", path,
		    l->documents[i].is_private) == DMSC_E_OK &&
		    dmsc_hex_put(all, dmsc_buf_rd(one)) == DMSC_E_OK &&
		    dmsc_buf_u8(all, '\n') == DMSC_E_OK;
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_buf_free(&one);
	if (!good) {
		world_say(w, "# documents");
		dmsc_buf_free(&all);
	}
	return all;
}

static bool
rights(struct world *w)
{
	return world_pin(w, 0x0A, WORLD_ADM) == DMSC_E_OK &&
	    world_pin(w, 0x81, "2468") == DMSC_E_OK;
}

/* One edit; what cannot be done now is no fault. */
static int
edit(struct world *w)
{
	char doc[32], path[64], value[900];
	size_t n = world_dice(w, sizeof value - 1);
	unsigned i = world_dice(w, NAMES + 2), what = world_dice(w, 10);

	memset(value, 'a' + (int)world_dice(w, 26), n);
	value[n] = '\0';
	if (i < NAMES)
		(void)snprintf(doc, sizeof doc, "/Doc%u", i);
	else
		(void)snprintf(doc, sizeof doc, "%s", i == NAMES ?
		    "/OperatorX" : "/Personal");
	(void)snprintf(path, sizeof path, "%s/Mo%u/leaf%u", doc,
	    world_dice(w, 3), world_dice(w, 4));
	if (what == 0 && i < NAMES)
		return dmsc_rmdoc(w->s, doc);
	if (what <= 2 && i < NAMES)
		return dmsc_mkdoc(w->s, doc, "dm", world_dice(w, 3) * 500,
		    world_dice(w, 4) == 0);
	if (what == 3)
		return dmsc_edit_rm(w->s, path);
	if (what == 4)
		return dmsc_edit_mv(w->s, path, "/OperatorX/Moved/leaf");
	if (what <= 6)
		return dmsc_edit_set(w->s, path, dmsc_rd_of(value, n), NULL,
		    NULL);
	return dmsc_edit_add(w->s, path, DMSC_FMT_CHR, NULL,
	    dmsc_rd_of(value, n));
}

static int
commit(struct world *w)
{
	struct dmsc_commit *c = NULL;
	int r = dmsc_commit(w->s, world_dice(w, 4) == 0, &c);

	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static bool
same(const struct dmsc_buf *a, const struct dmsc_buf *b)
{
	return dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b));
}

/* After a cut: power back, rights, recover; then old or new. */
static bool
after_cut(struct world *w, const struct dmsc_buf *was,
    const struct dmsc_buf *wanted)
{
	struct dmsc_commit *c = NULL;
	struct dmsc_buf *now = NULL;
	bool good = dmsc_card_power_back(w->card) == DMSC_E_OK &&
	    dmsc_reset(w->s, true) == DMSC_E_OK &&
	    dmsc_revert(w->s, "/") == DMSC_E_OK && rights(w) &&
	    dmsc_recover(w->s, false, &c) == DMSC_E_OK;

	if (good && strcmp(c->way, "none") != 0)
		recovered++;
	dmsc_view_free(&dmsc_commit_view, c);
	if (!good)
		world_say(w, "# recover");
	else if ((now = documents(w)) != NULL) {
		same(now, was) ? old_ones++ : new_ones++;
		good = same(now, was) || same(now, wanted);
	}
	good = good && now != NULL;
	if (!good)
		world_say(w, "# neither old nor new");
	dmsc_buf_free(&now);
	return good;
}

/* Some edits, then a commit that may be cut. */
static bool
step(struct world *w)
{
	struct dmsc_buf *was = documents(w), *wanted, *now = NULL;
	unsigned i, n = 1 + world_dice(w, 4);
	bool cut = world_dice(w, 2) == 0, good;
	int r;

	for (i = 0; i < n; i++)
		if ((r = edit(w)) == DMSC_E_INTERNAL || r == DMSC_E_NOMEM)
			return false;
	wanted = documents(w);
	if (cut)
		dmsc_card_cut(w->card, 1 + world_dice(w, 60),
		    world_dice(w, 40));
	r = commit(w);
	commits++;
	dmsc_card_cut(w->card, 0, 0);
	good = was != NULL && wanted != NULL;
	if (good && cut && r != DMSC_E_OK && dmsc_store_lost(r)) {
		cuts++;
		good = after_cut(w, was, wanted);
	} else if (good) {
		refusals += r != DMSC_E_OK;
		good = dmsc_revert(w->s, "/") == DMSC_E_OK &&
		    (now = documents(w)) != NULL && same(now,
		    r == DMSC_E_OK ? wanted : was);
		if (!good)
			world_say(w, r == DMSC_E_OK ? "# not as committed" :
			    "# not as before");
	}
	dmsc_buf_free(&was);
	dmsc_buf_free(&wanted);
	dmsc_buf_free(&now);
	return good;
}

int
main(void)
{
	struct world w = { 0 };
	unsigned long steps = number("SOAK_STEPS", 0), i;
	time_t end = time(NULL) + (time_t)number("SOAK_TIME", 60);
	bool good;

	if (!ok(world_make(&w, NULL) && world_up(&w, world_card(&w)) ==
	    DMSC_E_OK && rights(&w), "a card"))
		return tap_done();
	printf("# DMSC_SEED=%llu\n", (unsigned long long)w.seed);
	for (good = true, i = 0; good && (steps > 0 ? i < steps :
	    time(NULL) < end); i++) {
		if (!(good = step(&w)))
			printf("# step %lu\n", i);
		if (i % 200 == 199)
			world_remove(&w, "state/journal");
	}
	printf("# %lu commits, %lu refused, %lu cut: %lu old, %lu new, "
	    "%lu by recover\n", commits, refusals, cuts, old_ones, new_ones,
	    recovered);
	ok(good && commits > 0, "old or new, nothing between, nothing lost");
	ok(steps > 0 || (old_ones > 0 && new_ones > 0),
	    "cuts before and behind the switch");
	world_down(&w);
	world_end(&w);
	return tap_done();
}
