/*
 * Each allocation of a call fails in turn, on the host's side or on the
 * card's: the call ends with an error (out of memory, where it is the host's)
 * or did without it. make check takes every so many, make hard each of them.
 */
#ifndef DMSC_TESTS_FUZZ_SWEEP_H
#define DMSC_TESTS_FUZZ_SWEEP_H

#include "fuzz/lone.h"

enum { SWEEP_COUNT = 1 << 30, SWEEP_BAD = 5 };

struct sweep {
	struct world *w;
	const char *name;		/* of the call */
	bool frail;			/* the card's fail */
	long sample;
	const void *flow, *with;	/* of the test */
	bool (*ready)(const struct sweep *s);
	int (*run)(const struct sweep *s);
	/* What holds behind it, whatever it came to. */
	bool (*whole)(const struct sweep *s, int r);
};

/* A new session on the card. */
static inline bool
sweep_card(const struct sweep *s)
{
	struct dmsc_link end = { s->frail ? &frail_ops : &card_ops, NULL };

	world_remove(s->w, "state/ledger");
	if (!world_session(s->w))
		return false;
	end.h = s->w->card = world_card(s->w);
	return end.h != NULL && world_over(s->w, &end) == DMSC_E_OK;
}

/* The n-th allocation fails; *done: there are not that many. */
static inline bool
sweep_once(const struct sweep *s, long n, bool *done)
{
	bool good = s->ready(s);
	int r;

	if (good) {
		countdown = n;
		r = s->run(s);
		*done = countdown >= 0;
		countdown = -1;
		good = r == DMSC_E_OK || (!*done && s->w->s->err.code == r &&
		    (s->frail || r == DMSC_E_NOMEM));
		good = s->whole(s, r) && good;
		if (!good) {
			printf("# allocation %ld, code %d, ", n, r);
			world_say(s->w, s->name);
		}
	}
	world_down(s->w);
	return good;
}

/* How many there are; -1: the call fails without that. */
static inline long
sweep_count(const struct sweep *s)
{
	long n = -1;

	if (s->ready(s)) {
		countdown = SWEEP_COUNT;
		if (s->run(s) == DMSC_E_OK)
			n = SWEEP_COUNT - countdown;
		countdown = -1;
	}
	if (n < 0)
		world_say(s->w, s->name);
	world_down(s->w);
	return n;
}

static inline void
sweep_all(const struct sweep *s)
{
	long n = sweep_count(s), i, step;
	unsigned bad = 0, tried = 0;
	char name[96];
	bool done = false;

	step = world_hard() || n < s->sample ? 1 : n / s->sample;
	for (i = step > 1 ? (long)world_dice(s->w, (unsigned)step) : 0;
	    i <= n && bad < SWEEP_BAD; i += step, tried++)
		bad += !sweep_once(s, i, &done);
	(void)snprintf(name, sizeof name, "%s, the %s: %u of %ld allocations",
	    s->name, s->frail ? "card" : "host", tried, n);
	ok(bad == 0 && n >= 0, name);
}

#endif
