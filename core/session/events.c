/* The public calls of dmsc/events.h on a session. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/events.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "session/served.h"
#include "session/session.h"

enum { STEP_MS = 250, IDLE_MS = 1000, NAP_MS = 50,
	ROUNDS = 8, LANGUAGE_TAG = 0x2D, LANGUAGE_LEN = 2,
	ANSWER_MAX = 65536 };

/* One round of a call: what is done, and with what. */
struct round {
	struct dmsc_toolkit_env v;
	bool ask;			/* STATUS, where nothing was said */
	struct dmsc_rd envelope;	/* empty: none */
	struct dmsc_buf *rsp;
	unsigned sw;			/* of the envelope */
};

static bool
heard(const struct dmsc_events *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n_events; i++)
		if (name == NULL || strcmp(l->events[i].name, name) == 0)
			return true;
	return false;
}

/* What a REFRESH named is read anew from then on. */
static int
refreshed(struct dmsc_session *s, struct dmsc_toolkit_env *v)
{
	int r = DMSC_E_OK;

	if (dmsc_uicc_any_right(s->uicc) || s->scp != NULL)
		dmsc_store_forget(s->store);
	else
		dmsc_session_forget(s);
	if (v->reset)
		r = dmsc_reset(s, false);
	return r == DMSC_E_OK ? dmsc_live_refreshed(s, v->log) : r;
}

static int
exchange(struct dmsc_session *s, struct round *x)
{
	struct dmsc_rd now = x->envelope;
	int r;

	x->v.refreshed = x->v.reset = false;
	if ((r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	x->envelope.left = 0;
	r = now.left > 0 ? dmsc_toolkit_envelope(&s->toolkit, &x->v, now,
	    x->rsp, &x->sw) : dmsc_toolkit_poll(&s->toolkit, &x->v, x->ask);
	dmsc_uicc_end(s->uicc);
	return r;
}

/* Until nothing is left to take in: what was read may have made the card
 * speak again. */
static int
once(struct dmsc_session *s, struct round *x)
{
	unsigned n;
	int r;

	for (n = 0; n < ROUNDS; n++) {
		if ((r = exchange(s, x)) != DMSC_E_OK || !x->v.refreshed ||
		    (r = refreshed(s, &x->v)) != DMSC_E_OK || !s->live.on ||
		    !s->toolkit.profile || !dmsc_uicc_proactive(s->uicc))
			return r;
		x->ask = true;		/* it has said that it has more */
	}
	dmsc_fail(&s->err, DMSC_E_SW, "the card changes without end");
	(void)dmsc_err_why(&s->err, "%u times it was read again", n);
	return dmsc_err_next(&s->err, "reset");
}

/* Sleeps until there is cause to ask the card; false: the time is over. */
static bool
pause(struct dmsc_session *s, uint64_t end)
{
	do {
		if (s->interrupted || dmsc_now_us() >= end)
			return false;
		dmsc_sleep_ms(NAP_MS);
	} while (!dmsc_toolkit_due(&s->toolkit, STEP_MS));
	return true;
}

static int
listen(struct dmsc_session *s, struct round *x)
{
	const struct dmsc_events_opts *o = x->v.o;
	uint64_t end = dmsc_now_us() + o->timeout_ms * (uint64_t)1000;
	bool wait = o->wait || o->name != NULL;
	int r;

	while ((r = once(s, x)) == DMSC_E_OK && wait &&
	    !heard(x->v.log, o->name)) {
		if (!pause(s, end))
			break;
		x->ask = !s->toolkit.poll_off;
	}
	if (r != DMSC_E_OK || !wait || heard(x->v.log, o->name))
		return r;
	if (s->interrupted)
		return dmsc_fail(&s->err, DMSC_E_INTERRUPTED, "interrupted");
	dmsc_fail(&s->err, DMSC_E_NOTFOUND, "the card did not send it");
	if (s->toolkit.poll_off)
		(void)dmsc_err_why(&s->err, "it has turned polling off");
	return dmsc_err_where(&s->err, "%s", o->name != NULL ? o->name :
	    "any command");
}

static int
check(struct dmsc_session *s, const struct dmsc_events_opts *o)
{
	if (o->name != NULL && dmsc_cat_type_of(o->name) < 0 &&
	    !dmsc_begins(o->name, "unknown-")) {
		dmsc_fail(&s->err, DMSC_E_USAGE, "no card sends this");
		(void)dmsc_err_where(&s->err, "%s", o->name);
		return dmsc_err_next(&s->err, "help events wait");
	}
	if (s->card == NULL && !o->allow) {
		dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a real card is not asked for its commands");
		(void)dmsc_err_why(&s->err, "it wakes applets on it");
		return dmsc_err_next(&s->err, "the same line with --cat");
	}
	return dmsc_live_imei(s, o->imei);
}

/* What the card said, or that it is locked. */
static int
explain(struct dmsc_session *s)
{
	struct dmsc_err said = s->err;

	if (dmsc_guard_locked(s->guard) != DMSC_E_AUTH)
		s->err = said;
	return DMSC_E_AUTH;
}

/* Begins a call: what v needs, the counters, the list. */
static int
open_round(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct round *x)
{
	int r;

	memset(x, 0, sizeof *x);
	x->ask = true;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = check(s, o)) != DMSC_E_OK)
		return r;
	x->v.o = o;
	x->v.ui.arg = s->ui.arg;
	x->v.ui.ask = s->ui.ask;
	x->v.ui.input = s->ui.input;
	x->v.ui.event = s->ui.event;
	x->v.e = &s->err;
	x->v.u = s->uicc;
	x->v.log = dmsc_view_new(&dmsc_events_view);
	s->live.log = NULL;	/* what was heard before is another list's */
	return x->v.log != NULL ? DMSC_E_OK :
	    dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static int
run_round(struct dmsc_session *s, struct round *x, struct dmsc_events **out)
{
	unsigned long before, after;
	int r;

	dmsc_uicc_counters(s->uicc, &before, NULL);
	r = listen(s, x);
	if (r == DMSC_E_AUTH)		/* AUTH-2: a card that is locked */
		r = explain(s);
	dmsc_uicc_counters(s->uicc, &after, NULL);
	x->v.log->apdus = (unsigned)(after - before);
	*out = x->v.log;
	return r;
}

int
dmsc_events(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_events **out)
{
	struct round x;
	int r;

	*out = NULL;
	r = open_round(s, o, &x);
	return r == DMSC_E_OK ? run_round(s, &x, out) : r;
}

bool
dmsc_events_on(const struct dmsc_session *s)
{
	return dmsc_connected(s) && s->toolkit.profile;
}

int
dmsc_events_tick(struct dmsc_session *s, const struct dmsc_events_opts *o,
    bool ask, struct dmsc_events **out)
{
	struct dmsc_events_opts now = *o;
	struct round x;
	bool said;
	int r;

	*out = NULL;
	if (!dmsc_events_on(s))
		return DMSC_E_OK;
	said = dmsc_uicc_proactive(s->uicc);
	if (!said && (!ask || !dmsc_toolkit_due(&s->toolkit, IDLE_MS)))
		return DMSC_E_OK;
	now.allow = true;		/* or it would not be on */
	if (now.imei == NULL)
		now.imei = s->live.imei;
	now.wait = false;
	now.name = NULL;
	if ((r = open_round(s, &now, &x)) != DMSC_E_OK)
		return r;
	x.ask = said || !s->toolkit.poll_off;
	return run_round(s, &x, out);
}

int
dmsc_envelope(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_rd data, struct dmsc_apdu **answer, struct dmsc_events **out)
{
	struct dmsc_apdu *a = NULL;
	struct round x;
	int r;

	*out = NULL;
	if ((r = open_round(s, o, &x)) != DMSC_E_OK)
		return r;
	x.envelope = data;
	if (answer != NULL) {
		*answer = NULL;
		a = dmsc_view_new(&dmsc_apdu_view);
		if (a == NULL || (a->data = dmsc_buf_new(ANSWER_MAX)) == NULL)
			r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
		else
			x.rsp = a->data;
	}
	if (r == DMSC_E_OK)
		r = run_round(s, &x, out);
	else
		dmsc_view_free(&dmsc_events_view, x.v.log);
	if (a != NULL && r == DMSC_E_OK) {
		a->sw = x.sw;
		*answer = a;
	} else
		dmsc_view_free(&dmsc_apdu_view, a);
	return r;
}

static int
no_event(struct dmsc_session *s, const char *what)
{
	dmsc_fail(&s->err, DMSC_E_USAGE, "no such event");
	(void)dmsc_err_why(&s->err,
	    "user-activity, idle-screen and language with its two letters "
	    "happen here");
	return dmsc_err_where(&s->err, "%s", what);
}

/* The envelope of an event. */
static int
make_event(int event, const char *value, struct dmsc_buf *out)
{
	struct dmsc_buf *rest = dmsc_buf_new(CAT_APDU_MAX);
	int r = rest == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && event == CAT_E_LANGUAGE)
		r = dmsc_cat_put(rest, LANGUAGE_TAG, dmsc_rd_str(value));
	if (r == DMSC_E_OK)
		r = dmsc_cat_happened((enum dmsc_cat_event)event,
		    event == CAT_E_IDLE ? CAT_DISPLAY : CAT_TERMINAL,
		    dmsc_buf_rd(rest), out);
	dmsc_buf_free(&rest);
	return r;
}

/* Whether it can happen here, with such a value. */
static bool
can_happen(int event, const char *value)
{
	if (event == CAT_E_LANGUAGE)
		return value != NULL && strlen(value) == LANGUAGE_LEN;
	return (event == CAT_E_ACTIVITY || event == CAT_E_IDLE) &&
	    value == NULL;
}

int
dmsc_events_tell(struct dmsc_session *s, const struct dmsc_events_opts *o,
    const char *what, const char *value, struct dmsc_events **out)
{
	struct dmsc_buf *b = NULL;
	int event = dmsc_cat_event_of(what), r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = check(s, o)) != DMSC_E_OK)
		return r;
	if (!can_happen(event, value))
		return no_event(s, what);
	if ((s->toolkit.events & 1u << event) == 0) {
		dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the card did not ask for this event");
		return dmsc_err_where(&s->err, "%s", what);
	}
	if ((b = dmsc_buf_new(CAT_APDU_MAX)) == NULL ||
	    make_event(event, value, b) != DMSC_E_OK)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	else
		r = dmsc_envelope(s, o, dmsc_buf_rd(b), NULL, out);
	/* TS 102 223 7.5.5, 7.5.6: these two are told once. */
	if (r == DMSC_E_OK && event != CAT_E_LANGUAGE)
		s->toolkit.events &= ~(1u << event);
	dmsc_buf_free(&b);
	return r;
}

/* To the card of another process. */
static int
push_served(struct dmsc_session *s, struct dmsc_rd cmd)
{
	struct dmsc_buf *none = dmsc_buf_new(1);
	int r;

	dmsc_err_clear(&s->err);
	if (none == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	r = session_served_ask(s, "push", cmd, none);
	dmsc_buf_free(&none);
	if (r != DMSC_E_NOTFOUND)
		return r;
	dmsc_fail(&s->err, DMSC_E_USAGE,
	    "only a simulated card can be given commands");
	(void)dmsc_err_why(&s->err, "no process of this machine serves the "
	    "card that is connected");
	return dmsc_err_next(&s->err, "connect sim");
}

int
dmsc_card_push(struct dmsc_session *s, struct dmsc_rd cmd)
{
	int r;

	if (s->card == NULL)
		return push_served(s, cmd);
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_card_push_cmd(s->card, cmd)) == DMSC_E_DATA)
		return dmsc_fail(&s->err, r, "no proactive command");
	return r == DMSC_E_OK ? r : dmsc_fail(&s->err, r, r == DMSC_E_LIMIT ?
	    "too many commands wait on the card" : "out of memory");
}
