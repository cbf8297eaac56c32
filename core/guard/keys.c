/* The keys of a secure channel, behind the same rules as PINs. */
#include "guard/inside.h"

#include "base/base.h"

enum { HASH_BITS = 16, VERSION_BITS = 8, FNV = 0x01000193,
	FNV_BEGIN = 0x11C9DC5 };

static unsigned
set_ref(struct dmsc_rd aid, unsigned version)
{
	uint32_t h = FNV_BEGIN;
	size_t i;

	for (i = 0; i < aid.left; i++)
		h = (h ^ aid.p[i]) * FNV;
	h = (h ^ h >> HASH_BITS) & ((1u << HASH_BITS) - 1);
	return GUARD_SCP | (unsigned)h << VERSION_BITS |
	    (version & (GUARD_VERSIONS - 1));
}

bool
guard_covers(unsigned a, unsigned b)
{
	const unsigned version = GUARD_VERSIONS - 1;

	if (a == b || a < GUARD_SCP || b < GUARD_SCP)
		return a == b;
	return (a & ~version) == (b & ~version) && ((a & version) == 0 ||
	    (b & version) == 0);
}

static struct guard_value
value_of(const struct dmsc_guard_set *k, unsigned version)
{
	struct guard_value v = { .ref = set_ref(k->aid, version),
	    .bytes = k->check };

	return v;
}

static int
held_back(struct dmsc_guard *g, bool refused, enum guard_open open)
{
	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the keys were not tried");
	if (refused) {
		(void)dmsc_err_why(g->err,
		    "this card has refused them before");
		return DMSC_E_GUARD;
	}
	(void)dmsc_err_why(g->err, open != GUARD_UNTOLD ?
	    "a try was spent in vain, and nobody can tell how many are left" :
	    g->id == NULL ? "the card does not tell who it is: nobody can "
	    "tell how many tries are left" : "the ledger is gone or damaged: "
	    "nobody can tell how many tries are left");
	return dmsc_err_next(g->err, "the same line with --spend-try");
}

int
dmsc_guard_keys(struct dmsc_guard *g, const struct dmsc_guard_set *k,
    bool spend_try)
{
	struct guard_value v = value_of(k, k->version);
	enum guard_seen seen = GUARD_NEW;
	enum guard_open open = GUARD_CLOSED;
	int r;

	if ((r = guard_ledger_has(g, &v, &seen)) != DMSC_E_OK ||
	    (r = guard_ledger_open(g, v.ref, &open)) != DMSC_E_OK)
		return r;
	if (seen == GUARD_REFUSED || (!spend_try && (seen == GUARD_LOST ||
	    open != GUARD_CLOSED)))
		return held_back(g, seen == GUARD_REFUSED, open);
	g->keys_stood = open != GUARD_CLOSED;
	return guard_ledger_add(g, &v);
}

/* What the card refused belongs to the version that it has answered with. */
static void
refused(struct dmsc_guard *g, const struct guard_value *v,
    const struct guard_value *actual)
{
	struct dmsc_err was = *g->err;

	if (actual->ref == v->ref || guard_ledger_add(g, actual) ==
	    DMSC_E_OK) {
		guard_ledger_refused(g, actual);
		if (actual->ref != v->ref)
			guard_ledger_drop(g, v);
	} else
		guard_ledger_refused(g, v);
	*g->err = was;
}

void
dmsc_guard_keys_done(struct dmsc_guard *g, const struct dmsc_guard_set *k,
    unsigned version, enum dmsc_guard_end end)
{
	struct guard_value v = value_of(k, k->version),
	    actual = value_of(k, version);

	if (end == DMSC_KEYS_REFUSED) {
		refused(g, &v, &actual);
		return;
	}
	guard_ledger_drop(g, &v);
	if (end != DMSC_KEYS_TAKEN || !g->keys_stood)
		return;
	guard_ledger_heal(g, actual.ref);
	if (actual.ref != v.ref)
		guard_ledger_heal(g, v.ref);
}

void
dmsc_guard_keys_put(struct dmsc_guard *g, struct dmsc_rd aid,
    unsigned version)
{
	guard_ledger_clear(g, set_ref(aid, version));
}
