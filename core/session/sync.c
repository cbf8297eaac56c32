/* dmsc_device_sync on a session: the card that it holds is the device's. */
#include "device/sync.h"

#include "device/alerts.h"
#include "session/hold.h"
#include "session/world.h"
#include "store/appl.h"
#include "store/cardtree.h"

enum { SESSIONS = 8 };

static int
one_session(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    struct dmsc_sync *out)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_world w;
	int r = dmsc_session_world(s, o->device, &w);

	if (r == DMSC_E_OK) {
		w.confirm = o->confirm;
		w.ca_file = o->ca_file;
		w.plain = o->plain;
		w.e = &e;
		if ((r = dmsc_sync_run(&w, o, out)) != DMSC_E_OK)
			s->err = e;
	}
	dmsc_session_world_free(&w);
	return r;
}

/* How many alerts wait for its server. */
static int
waiting(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    const struct dmsc_sync *x, size_t *n)
{
	struct dmsc_device *d = NULL;
	struct dmsc_alert_kept a;
	int r = dmsc_device_load(s->state_dir, o->device, &d, &s->err);

	*n = 0;
	while (r == DMSC_E_OK && x->server != NULL && dmsc_alert_at(d,
	    x->server, *n, &a))
		++*n;
	dmsc_device_free(&d);
	return r;
}

/* The session, and what was ordered in it. *n: alerts that wait then. */
static int
turn(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    struct dmsc_sync *out, size_t *n)
{
	const struct session_orders how = { .confirm = o->confirm,
	    .ca_file = o->ca_file, .plain = o->plain };
	struct dmsc_err kept;
	unsigned orders = 0;
	int r = one_session(s, o, out), r2;

	*n = 0;
	if (o->dry || out->session == NULL)
		return r;
	kept = s->err;
	r2 = dmsc_session_orders(s, o->device, &how, &orders);
	out->orders += orders;
	out->changed = out->changed || orders > 0;
	if (r2 == DMSC_E_OK && r == DMSC_E_OK)
		r2 = waiting(s, o, out, n);
	if (r == DMSC_E_OK)
		return r2;
	s->err = kept;
	return r;
}

/* Alerts from the i-th on that were not taken. */
static size_t
left(const struct dmsc_sync *x, size_t i)
{
	size_t n = 0;

	for (; i < x->n_alerts; i++)
		n += x->alerts[i].status < 200 || x->alerts[i].status >= 300;
	return n;
}

/* Another session where an alert waits that was not told in the last. */
static int
all(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    struct dmsc_sync *out)
{
	struct dmsc_sync_opts next = *o;
	size_t n, from;
	unsigned i;
	int r = DMSC_E_OK;

	for (i = 0; i < SESSIONS && r == DMSC_E_OK; i++) {
		from = out->n_alerts;
		r = turn(s, &next, out, &n);
		if (n <= left(out, from))
			break;
		next.package0 = dmsc_rd_of(NULL, 0);
		next.server = out->server;
	}
	return r;
}

int
dmsc_device_sync(struct dmsc_session *s, const struct dmsc_sync_opts *o,
    struct dmsc_sync **out)
{
	unsigned long before = 0, now = 0, bytes;
	bool card = s->store != NULL && dmsc_connected(s);
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if ((r = dmsc_session_hold(s, o->device, o->dry)) != DMSC_E_OK)
		return r;
	if ((*out = dmsc_view_new(&dmsc_sync_view)) == NULL) {
		dmsc_session_let(s, o->device, o->dry);
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	}
	if (card)
		dmsc_uicc_counters(s->uicc, &before, &bytes);
	r = all(s, o, *out);
	dmsc_session_let(s, o->device, o->dry);
	if (card) {
		dmsc_cardtree_stale(s->store);
		dmsc_appl_stale(s->store);
		dmsc_uicc_counters(s->uicc, &now, &bytes);
		(*out)->apdus = (unsigned)(now - before);
	}
	if (r != DMSC_E_OK && (*out)->device == NULL) {
		dmsc_view_free(&dmsc_sync_view, *out);
		*out = NULL;
	}
	return r;
}
