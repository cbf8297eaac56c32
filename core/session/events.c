/* The public calls of dmsc/events.h on a session. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/events.h>

#include "base/clock.h"
#include "session/served.h"
#include "session/session.h"

enum { IMEI_DIGITS = 15, STEP_MS = 250 };

static const struct dmsc_field event_fields[] = {
	DMSC_F(dmsc_event, name, DMSC_K_STR),
	DMSC_F(dmsc_event, detail, DMSC_K_STR),
	DMSC_F_STRS(dmsc_event, files, n_files),
	DMSC_F(dmsc_event, result, DMSC_K_UINT),
	DMSC_F(dmsc_event, answer, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view event_view = {
	"event", sizeof(struct dmsc_event), event_fields
};
static const struct dmsc_field events_fields[] = {
	DMSC_F_LIST(dmsc_events, events, n_events, &event_view),
	DMSC_F(dmsc_events, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_events_view = {
	"events", sizeof(struct dmsc_events), events_fields
};

static bool
heard(const struct dmsc_events *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n_events; i++)
		if (strcmp(l->events[i].name, name) == 0)
			return true;
	return false;
}

/* One round; what a REFRESH named is read anew from then on. */
static int
once(struct dmsc_session *s, struct dmsc_toolkit_env *v)
{
	int r;

	v->refreshed = v->reset = false;
	if ((r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	r = dmsc_toolkit_poll(&s->toolkit, v);
	dmsc_uicc_end(s->uicc);
	if (v->refreshed && dmsc_uicc_any_right(s->uicc))
		dmsc_store_forget(s->store);
	else if (v->refreshed)
		dmsc_session_forget(s);
	return r == DMSC_E_OK && v->reset ? dmsc_reset(s, false) : r;
}

static int
listen(struct dmsc_session *s, struct dmsc_toolkit_env *v)
{
	const struct dmsc_events_opts *o = v->o;
	uint64_t end = dmsc_now_us() + o->timeout_ms * (uint64_t)1000;
	int r;

	while ((r = once(s, v)) == DMSC_E_OK && o->name != NULL &&
	    !heard(v->log, o->name) && dmsc_now_us() < end)
		dmsc_sleep_ms(STEP_MS);
	if (r != DMSC_E_OK || o->name == NULL || heard(v->log, o->name))
		return r;
	dmsc_fail(&s->err, DMSC_E_NOTFOUND, "the card did not send it");
	return dmsc_err_where(&s->err, "%s", o->name);
}

static int
check(struct dmsc_session *s, const struct dmsc_events_opts *o)
{
	if (s->card == NULL && !o->allow) {
		dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a real card is not asked for its commands");
		(void)dmsc_err_why(&s->err, "it wakes applets on it");
		return dmsc_err_next(&s->err, "the same line with --cat");
	}
	if (o->imei == NULL || (strlen(o->imei) == IMEI_DIGITS &&
	    strspn(o->imei, "0123456789") == IMEI_DIGITS))
		return DMSC_E_OK;
	dmsc_fail(&s->err, DMSC_E_USAGE, "an IMEI has 15 digits");
	return dmsc_err_where(&s->err, "%s", o->imei);
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

int
dmsc_events(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_events **out)
{
	struct dmsc_toolkit_env v = { .o = o, .ask = s->ui.ask,
	    .arg = s->ui.arg, .e = &s->err };
	unsigned long before, after;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = check(s, o)) != DMSC_E_OK)
		return r;
	if ((v.log = dmsc_view_new(&dmsc_events_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	v.u = s->uicc;
	dmsc_uicc_counters(s->uicc, &before, NULL);
	r = listen(s, &v);
	if (r == DMSC_E_AUTH)		/* AUTH-2: a card that is locked */
		r = explain(s);
	dmsc_uicc_counters(s->uicc, &after, NULL);
	v.log->apdus = (unsigned)(after - before);
	*out = v.log;
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
