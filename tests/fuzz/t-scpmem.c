/*
 * Each allocation of the secure channel fails in turn: opening it, calls under
 * it, new keys; once on the host's side, once on the card's. The call ends
 * with an error (out of memory, where it is the host's) or did without it,
 * frees what it took (the sanitizers look), and the card has its old keys or
 * its new ones. make check takes every so many, make hard each of them.
 */
#include "fuzz/sweep.h"

#include "card/keys.h"

enum { SAMPLE = 60, VERSION = 0x30, OTHER = 0x31 };

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
ready(const struct sweep *s)
{
	const struct flow *f = s->flow;

	return sweep_card(s) && (!f->up || f_open(s->w, s->with) ==
	    DMSC_E_OK);
}

static int
run(const struct sweep *s)
{
	const struct flow *f = s->flow;

	return f->run(s->w, s->with);
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
whole(const struct sweep *s, int r)
{
	const struct flow *f = s->flow;
	const struct keys *k = s->with;
	bool old = opens(s->w, k->old), new = opens(s->w, k->new), good;

	good = old != new && (f->replaces || old) &&
	    (r != DMSC_E_OK || new == f->replaces) &&
	    (!old || opens(s->w, k->old)) && f_read(s->w, k) == DMSC_E_OK;
	if (!good)
		printf("# old %d, new %d\n", old, new);
	return good;
}

int
main(void)
{
	struct world w = { 0 };
	struct keys k = { NULL, NULL };
	struct sweep s = { .w = &w, .sample = SAMPLE, .with = &k,
	    .ready = ready, .run = run, .whole = whole };
	size_t i;

	if (ok(world_make(&w, "locked") && dmsc_secret_parse(dmsc_rd_str(
	    old_text), false, &k.old, NULL) == DMSC_E_OK &&
	    dmsc_secret_parse(dmsc_rd_str(new_text), false, &k.new, NULL) ==
	    DMSC_E_OK, "a card that is locked"))
		for (i = 0; i < 2 * DMSC_COUNT(flows); i++) {
			s.flow = &flows[i / 2];
			s.name = flows[i / 2].name;
			s.frail = i % 2 != 0;
			sweep_all(&s);
		}
	dmsc_secret_free(&k.old);
	dmsc_secret_free(&k.new);
	world_end(&w);
	return tap_done();
}
