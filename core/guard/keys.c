/* The keys of a secure channel, behind the same rules as PINs. */
#include "guard/inside.h"

static struct guard_value
value_of(struct dmsc_rd check)
{
	struct guard_value v = { .ref = GUARD_SCP,
	    .bytes = check };

	return v;
}

static int
held_back(struct dmsc_guard *g, enum guard_seen seen)
{
	bool refused = seen == GUARD_REFUSED;

	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the keys were not tried");
	(void)dmsc_err_why(g->err, refused ? "this card has refused them "
	    "before" : "a try was spent in vain, and nobody can tell how "
	    "many are left");
	return refused ? DMSC_E_GUARD : dmsc_err_next(g->err,
	    "the same line with --spend-try");
}

int
dmsc_guard_keys(struct dmsc_guard *g, struct dmsc_rd check, bool spend_try)
{
	struct guard_value v = value_of(check);
	enum guard_seen seen = GUARD_NEW;
	int r;

	if ((r = guard_ledger_has(g, &v, &seen)) != DMSC_E_OK)
		return r;
	if (seen == GUARD_REFUSED || (!spend_try && (seen == GUARD_LOST ||
	    g->keys_spent > 0)))
		return held_back(g, seen);
	if ((r = guard_ledger_add(g, &v)) != DMSC_E_OK)
		return r;
	g->keys_spent++;
	return DMSC_E_OK;
}

void
dmsc_guard_keys_done(struct dmsc_guard *g, struct dmsc_rd check, bool taken)
{
	struct guard_value v = value_of(check);

	if (!taken) {
		guard_ledger_refused(g, &v);
		return;
	}
	guard_ledger_drop(g, &v);
	g->keys_spent = 0;
}

void
dmsc_guard_keys_put(struct dmsc_guard *g)
{
	guard_ledger_clear(g, GUARD_SCP);
}
