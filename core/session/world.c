/* A device's world on a session (session/world.h). */
#include "session/world.h"

#include <string.h>

#include "device/clock.h"
#include "device/force.h"
#include "device/fumo.h"
#include "device/orders.h"
#include "session/mount.h"
#include "store/appl.h"
#include "store/cardtree.h"

/* The card by a key of its own: it is the one that is asked. */
static int
approve(void *ctx, struct dmsc_rd data, struct dmsc_rd signature,
    struct dmsc_err *e)
{
	const struct dmsc_verify_opts o = { .has_signature = true,
	    .signature = signature, .on_card = true, .others = true };
	struct dmsc_session *s = ctx;
	struct dmsc_verdict *v = NULL;
	int r = dmsc_verify_data(s, data, &o, &v);

	dmsc_view_free(&dmsc_verdict_view, v);
	*e = s->err;
	return r;
}

static int
with_card(struct dmsc_session *s, struct dmsc_world *w)
{
	int r = dmsc_guard_identity(s->guard, &w->card);

	if (r != DMSC_E_OK)
		return r;
	w->approve = approve;
	if (!dmsc_appl_there(s->store))
		return DMSC_E_OK;
	w->exchange = dmsc_session_to_card;
	return dmsc_appl_ready(s->store, &w->max_msg);
}

/* A card that is not there any more is none. */
static int
without_card(struct dmsc_session *s, struct dmsc_world *w, int r)
{
	if (r != DMSC_E_NOCARD && r != DMSC_E_REMOVED)
		return r;
	dmsc_err_clear(&s->err);
	w->card = NULL;
	w->approve = NULL;
	w->exchange = NULL;
	return DMSC_E_OK;
}

/* What its policy wants by now. It is kept when the caller keeps the tree;
 * else it is done again next time, the same. */
static int
run(struct dmsc_session *s, struct dmsc_world *w)
{
	bool changed;

	w->now = dmsc_clock_now(w->dev);
	return dmsc_policy_run(w->dev, w->now, &changed) == DMSC_E_OK ?
	    DMSC_E_OK : dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

int
dmsc_session_world(struct dmsc_session *s, const char *device,
    struct dmsc_world *w)
{
	int r;

	memset(w, 0, sizeof *w);
	w->state_dir = s->state_dir;
	w->ctx = s;
	w->max_msg = DMSC_DOC_MAX;
	w->ask = s->ui.ask;
	w->input = s->ui.input;
	w->arg = s->ui.arg;
	w->interrupted = &s->interrupted;
	w->e = &s->err;
	dmsc_session_mounted(s, &w->mounts);
	r = dmsc_device_load(s->state_dir, device, &w->dev, &s->err);
	if (r == DMSC_E_OK)
		r = run(s, w);
	if (r == DMSC_E_OK && s->store != NULL && dmsc_connected(s))
		r = without_card(s, w, with_card(s, w));
	return r;
}

void
dmsc_session_world_free(struct dmsc_world *w)
{
	dmsc_orders_drop(w);
	dmsc_device_free(&w->dev);
}

/* What no later time makes good, or what the caller itself would meet. */
static bool
ends_all(int r)
{
	return r == DMSC_E_NOMEM || r == DMSC_E_INTERRUPTED ||
	    r == DMSC_E_REMOVED || r == DMSC_E_TRANSPORT;
}

static int
carry_out(struct dmsc_session *s, struct dmsc_world *w, unsigned *n)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	size_t done = 0;
	int r;

	w->e = &e;
	r = dmsc_orders_run(w, &done);
	if (s->store != NULL) {
		dmsc_cardtree_stale(s->store);
		dmsc_appl_stale(s->store);
	}
	if (n != NULL)
		*n = (unsigned)done;
	if (r == DMSC_E_OK || ends_all(r)) {
		if (r != DMSC_E_OK)
			s->err = e;
		return r;
	}
	dmsc_session_warn(s, e.message);
	return DMSC_E_OK;
}

int
dmsc_session_orders(struct dmsc_session *s, const char *device,
    const struct session_orders *o, unsigned *n)
{
	struct dmsc_device *d = NULL;
	struct dmsc_world w;
	size_t waiting;
	bool changed;
	int r = dmsc_device_load(s->state_dir, device, &d, &s->err);

	if (n != NULL)
		*n = 0;
	if (r != DMSC_E_OK)
		return r;
	waiting = dmsc_orders_waiting(d);
	r = dmsc_fumo_settle(d, &changed, &s->err);
	if (r == DMSC_E_OK && changed)
		r = dmsc_device_save(d, &s->err);
	dmsc_device_free(&d);
	if (r != DMSC_E_OK)
		return r;
	if (waiting == 0)		/* the card is left alone */
		return DMSC_E_OK;
	if ((r = dmsc_session_world(s, device, &w)) == DMSC_E_OK) {
		w.confirm = o->confirm;
		w.ca_file = o->ca_file;
		w.plain = o->plain;
		r = carry_out(s, &w, n);
	}
	dmsc_session_world_free(&w);
	return r;
}
