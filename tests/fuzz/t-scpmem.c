/*
 * Each allocation of the secure channel fails in turn: opening it, calls under
 * it, new keys; once on the host's side, once on the card's. The call ends
 * with an error (out of memory, where it is the host's) or did without it,
 * frees what it took (the sanitizers look), and the card has its old keys or
 * its new ones. make check takes every so many, make hard each of them.
 */
#include "fuzz/lone.h"

#include "card/keys.h"

enum { SAMPLE = 60, COUNT = 1 << 30, VERSION = 0x30, OTHER = 0x31 };

static const char file[] = "/OperatorX/DMAcc/opx/ServerID",
    old_text[] = "hex:8E1B5C42D7A9360F4C83F21E6DB0597A"
	"3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2",
    new_text[] = "hex:1C95E0A73B42D86F50B91E7C28D4A3F6"
	"84E22F5BC1907D3A66F8B5091DAC47E3D7309AC85E14B26F0B91EE5C7743A812";

struct keys {
	struct dmsc_secret *old, *new;
};

static int
open_with(struct world *w, const struct dmsc_secret *k, bool lwm2m)
{
	const struct dmsc_scp_opts o = { .lwm2m = lwm2m, .level =
	    DMSC_SCP_BEST, .keys = { k, NULL }, .version = VERSION,
	    .spend_try = true };
	struct dmsc_scp_info *i = NULL;
	int r = dmsc_scp_open(w->s, &o, &i);

	dmsc_view_free(&dmsc_scp_info_view, i);
	return r;
}

static int
f_open(struct world *w, const struct keys *k)
{
	return open_with(w, k->old, false);
}

static int
f_lwm2m(struct world *w, const struct keys *k)
{
	return open_with(w, k->old, true);
}

static int
f_read(struct world *w, const struct keys *k)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;

	(void)k;
	return dmsc_at(w->s, file, &t, &n);
}

static int
f_status(struct world *w, const struct keys *k)
{
	struct dmsc_scp_info *i = NULL;
	int r = dmsc_scp_status(w->s, &i);

	(void)k;
	dmsc_view_free(&dmsc_scp_info_view, i);
	return r;
}

static int
f_list(struct world *w, const struct keys *k)
{
	struct dmsc_key_list *l = NULL;
	int r = dmsc_key_list(w->s, &l);

	(void)k;
	dmsc_view_free(&dmsc_key_list_view, l);
	return r;
}

static int
put(struct world *w, const struct keys *k, unsigned version, unsigned in)
{
	const struct dmsc_secret *const given[DMSC_SCP_SOURCES + 1] = {
		k->new, NULL };
	struct dmsc_key_list *l = NULL;
	int r = dmsc_key_put(w->s, version, in, given, &l);

	dmsc_view_free(&dmsc_key_list_view, l);
	return r;
}

static int
f_put(struct world *w, const struct keys *k)
{
	return put(w, k, OTHER, 0);
}

static int
f_replace(struct world *w, const struct keys *k)
{
	return put(w, k, VERSION, VERSION);
}

static int
f_receipt(struct world *w, const struct keys *k)
{
	struct dmsc_receipt_new *n = NULL;
	int r = dmsc_receipt_start(w->s, dmsc_rd_of("nonce", 5));

	if (r == DMSC_E_OK)
		r = f_read(w, k);
	if (r == DMSC_E_OK)
		r = dmsc_receipt_take(w->s, NULL, &n);
	dmsc_view_free(&dmsc_receipt_new_view, n);
	return r;
}

static int
f_close(struct world *w, const struct keys *k)
{
	(void)k;
	return dmsc_scp_close(w->s);
}

static const struct flow {
	const char *name;
	bool up, replaces;	/* a channel is open; the keys of VERSION */
	int (*run)(struct world *w, const struct keys *k);
} flows[] = {
	{ "scp open", false, false, f_open },
	{ "scp open --lwm2m", false, false, f_lwm2m },
	{ "a value", true, false, f_read },
	{ "scp status", true, false, f_status },
	{ "key list", true, false, f_list },
	{ "key put", true, false, f_put },
	{ "key put --replace", true, true, f_replace },
	{ "a receipt", true, false, f_receipt },
	{ "scp close", true, false, f_close },
};

static bool
ready(struct world *w, const struct flow *f, bool frail, const struct keys *k)
{
	struct dmsc_link end = { frail ? &frail_ops : &card_ops, NULL };

	world_remove(w, "state/ledger");
	if (!world_session(w))
		return false;
	end.h = w->card = world_card(w);
	return end.h != NULL && world_over(w, &end) == DMSC_E_OK &&
	    (!f->up || f_open(w, k) == DMSC_E_OK);
}

/* Whether these keys open it, on a card that starts anew. */
static bool
opens(struct world *w, const struct dmsc_secret *k)
{
	world_remove(w, "state/ledger");
	return dmsc_reset(w->s, true) == DMSC_E_OK &&
	    open_with(w, k, false) == DMSC_E_OK;
}

/* Old keys or new, never neither nor both; what was told is so. */
static bool
whole(struct world *w, const struct flow *f, const struct keys *k, int r)
{
	bool old = opens(w, k->old), new = opens(w, k->new), good;

	good = old != new && (f->replaces || old) &&
	    (r != DMSC_E_OK || new == f->replaces) &&
	    (!old || opens(w, k->old)) && f_read(w, k) == DMSC_E_OK;
	if (!good) {
		printf("# old %d, new %d, code %d, ", old, new, r);
		world_say(w, f->name);
	}
	return good;
}

/* The n-th allocation fails; *done: there are not that many. */
static bool
once(struct world *w, const struct flow *f, bool frail, const struct keys *k,
    long n, bool *done)
{
	bool good = ready(w, f, frail, k);
	int r;

	if (good) {
		countdown = n;
		r = f->run(w, k);
		*done = countdown >= 0;
		countdown = -1;
		good = r == DMSC_E_OK || (!*done && w->s->err.code == r &&
		    (frail || r == DMSC_E_NOMEM));
		if (!good) {
			printf("# code %d, ", r);
			world_say(w, f->name);
		}
		good = whole(w, f, k, r) && good;
	}
	world_down(w);
	return good;
}

static long
allocations(struct world *w, const struct flow *f, bool frail,
    const struct keys *k)
{
	long n = -1;

	if (ready(w, f, frail, k)) {
		countdown = COUNT;
		if (f->run(w, k) == DMSC_E_OK)
			n = COUNT - countdown;
		countdown = -1;
	}
	if (n < 0)
		world_say(w, f->name);
	world_down(w);
	return n;
}

static void
sweep(struct world *w, const struct flow *f, bool frail,
    const struct keys *k)
{
	long n = allocations(w, f, frail, k), i, step;
	unsigned bad = 0, tried = 0;
	char text[96];
	bool done = false;

	step = world_hard() || n < SAMPLE ? 1 : n / SAMPLE;
	for (i = step > 1 ? (long)world_dice(w, (unsigned)step) : 0;
	    i <= n && bad < 5; i += step, tried++)
		if (!once(w, f, frail, k, i, &done)) {
			printf("# allocation %ld\n", i);
			bad++;
		}
	(void)snprintf(text, sizeof text, "%s, the %s: %u of %ld allocations",
	    f->name, frail ? "card" : "host", tried, n);
	ok(bad == 0 && n >= 0, text);
}

int
main(void)
{
	struct world w = { 0 };
	struct keys k = { NULL, NULL };
	size_t i;

	if (ok(world_make(&w, "locked") && dmsc_secret_parse(dmsc_rd_str(
	    old_text), false, &k.old, NULL) == DMSC_E_OK &&
	    dmsc_secret_parse(dmsc_rd_str(new_text), false, &k.new, NULL) ==
	    DMSC_E_OK, "a card that is locked"))
		for (i = 0; i < DMSC_COUNT(flows); i++) {
			sweep(&w, &flows[i], false, &k);
			sweep(&w, &flows[i], true, &k);
		}
	dmsc_secret_free(&k.old);
	dmsc_secret_free(&k.new);
	world_end(&w);
	return tap_done();
}
