/*
 * Memory that runs out at power-on with a card that has the DM-SC application,
 * at one allocation after the other, on either side: whatever came of it, the
 * next power-on has all that the card holds, and the change counter is not
 * believed before.
 */
#include "device/counts.h"
#include "nomem.h"
#include "tap.h"

enum { MOST = 1000000, SAMPLE = 60, HARD = 600 };

static struct counts c;

/* What one flow allocates, the device being new or not. */
static long
allocations(bool fresh)
{
	struct dmsc_poweron *p;
	long n = -1;

	if (dmsc_device_reset(c.s, "all") != DMSC_E_OK)
		return n;
	if (!fresh && count_run(&c, 0, &p) == DMSC_E_OK)
		dmsc_view_free(&dmsc_poweron_view, p);
	countdown = MOST;
	if (count_run(&c, 1, &p) == DMSC_E_OK) {
		n = MOST - countdown;
		dmsc_view_free(&dmsc_poweron_view, p);
	}
	countdown = -1;
	return n;
}

static bool
has_all(const struct dmsc_poweron *p, size_t n)
{
	size_t i;

	for (i = 0; i < p->n_documents; i++)
		if (strcmp(p->documents[i].state, "removed") == 0 ||
		    strcmp(p->documents[i].state, "refused") == 0 ||
		    strcmp(p->documents[i].state, "broken") == 0)
			return false;
	return p->n_documents == n;
}

/* And once more, so that what is remembered is true as well. */
static bool
is_whole(size_t n)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_poweron *p;
	bool good = true;
	int i;

	for (i = 0; i < 2 && good; i++) {
		good = count_run(&c, 1, &p) == DMSC_E_OK && has_all(p, n) &&
		    (i == 0 || p->by_counter);
		dmsc_view_free(&dmsc_poweron_view, p);
	}
	good = good && dmsc_device_tree(c.s, "all", &t) == DMSC_E_OK &&
	    dmsc_tree_find(t, "DMAcc/opx/AppID") != NULL &&
	    dmsc_tree_find(t, "Connection/Addr") != NULL &&
	    dmsc_tree_find(t, "LwM2M/LwM2M/0/ServerURI") != NULL;
	dmsc_tree_free(&t);
	return good;
}

static bool
once(bool fresh, long at, size_t n)
{
	struct dmsc_poweron *p;

	if (fresh && dmsc_device_reset(c.s, "all") != DMSC_E_OK)
		return false;
	countdown = at;
	(void)count_run(&c, 1, &p);
	countdown = -1;
	dmsc_view_free(&dmsc_poweron_view, p);
	return is_whole(n);
}

static void
sweep(bool fresh, size_t n)
{
	const long all = allocations(fresh), tries =
	    getenv("DMSC_HARD") != NULL ? HARD : SAMPLE;
	long step = all / tries + 1, i;
	unsigned bad = 0;
	char name[96];

	for (i = 0; i < all && bad < 3; i += step)
		if (!once(fresh, i, n)) {
			printf("# allocation %ld: %s\n", i,
			    dmsc_session_err(c.s)->message);
			bad++;
		}
	(void)snprintf(name, sizeof name, "%s: every %ld. of %ld allocations",
	    fresh ? "a card that is new" : "a card that is unchanged", step,
	    all);
	ok(bad == 0 && all > 0, name);
}

int
main(void)
{
	char folder[TAP_FOLDER];
	struct dmsc_setup setup = { .state_dir = folder };
	struct dmsc_poweron *p = NULL;
	size_t n;

	c.folder = folder;
	c.spend = true;
	if (!ok(tap_folder(folder) && dmsc_session_new(&setup, &c.s) ==
	    DMSC_E_OK && count_begin(&c) == DMSC_E_OK &&
	    count_run(&c, 0, &p) == DMSC_E_OK, "a card"))
		return tap_done();
	n = p->n_documents;
	dmsc_view_free(&dmsc_poweron_view, p);
	sweep(true, n);
	sweep(false, n);
	count_end(&c);
	dmsc_session_free(&c.s);
	return tap_done();
}
