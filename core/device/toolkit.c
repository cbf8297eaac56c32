/*
 * The device's end of the toolkit (TS 102 223): profile, polling, the fetch
 * loop, bounded, envelopes. APDUs: the profile once, STATUS where it asks,
 * and two for each command.
 */
#include "device/toolkit.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"

enum { PROFILE = 0x8010, FETCH = 0x8012, RESPONSE = 0x8014, ENVELOPE = 0x80C2,
	STATUS = 0x80F2, NO_DATA = 0x000C, WAITS = 0x9100, WAITS_MASK = 0xFF00,
	BUSY = 0x9300, DONE = 0x9000, MS = 1000, WHOLE_LE = 256 };

/* What this device does: messages for the card, timers; results, texts in 16
 * bits; texts, input, refresh, more time, polling; local information; the
 * events of obey.c; timers. */
static const uint8_t profile[] = { 0x33, 0xB1, 0xEF, 0x40, 0x61, 0x01, 0x00,
	0x03 };

int
dmsc_toolkit_nomem(struct dmsc_toolkit_env *v)
{
	return dmsc_fail(v->e, DMSC_E_NOMEM, "out of memory");
}

static bool
waits(unsigned sw)
{
	return (sw & WAITS_MASK) == WAITS;
}

static int
send(struct dmsc_toolkit_env *v, unsigned ins, struct dmsc_rd data,
    unsigned *sw)
{
	int r = dmsc_uicc_cmd(v->u, ins, 0, data, DMSC_LE_NONE, NULL, sw);

	if (r != DMSC_E_OK || dmsc_sw_ok(*sw) ||
	    (ins == ENVELOPE && *sw == BUSY))
		return r;
	return dmsc_uicc_fail(v->u, *sw, ins == PROFILE ?
	    "tell the card what the device can do" : ins == RESPONSE ?
	    "answer the card's command" : "tell the card what happened");
}

static int
answer(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, unsigned *sw)
{
	struct dmsc_event *ev = dmsc_list_add(&v->log->events,
	    &v->log->n_events, sizeof *ev);
	const char *name = dmsc_cat_type_name(c->details[1]);
	struct dmsc_buf *extra = dmsc_buf_new(CAT_APDU_MAX);
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int r;

	if (ev == NULL || extra == NULL || b == NULL ||
	    (name != NULL ? dmsc_str_set(&ev->name, "%s", name) :
	    dmsc_str_set(&ev->name, "unknown-%02X", c->details[1])) !=
	    DMSC_E_OK)
		r = dmsc_toolkit_nomem(v);
	else if ((r = dmsc_toolkit_obey(t, v, c, ev, extra)) == DMSC_E_OK &&
	    (dmsc_str_set(&ev->answer, "%s", dmsc_cat_result_text(
	    ev->result)) != DMSC_E_OK || dmsc_cat_respond(c, ev->result,
	    CAT_NO_MORE, dmsc_buf_rd(extra), b) != DMSC_E_OK))
		r = dmsc_toolkit_nomem(v);
	if (v->hide)
		dmsc_link_hide(dmsc_uicc_link(v->u), true);
	if (r == DMSC_E_OK)
		r = send(v, RESPONSE, dmsc_buf_rd(b), sw);
	if (v->hide)
		dmsc_link_hide(dmsc_uicc_link(v->u), false);
	v->hide = false;
	if (r == DMSC_E_OK && v->ui.event != NULL)
		v->ui.event(v->ui.arg, ev);
	dmsc_buf_free(&extra);
	dmsc_buf_free(&b);
	return r;
}

/* One command: *sw is the 91xx that announced it, then the answer's. */
static int
fetch(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * (size_t)CAT_APDU_MAX);
	const struct dmsc_rd none = { NULL, 0 };
	struct dmsc_cat_cmd c;
	unsigned n = *sw & 0xFF;
	int r;

	if (b == NULL)
		return dmsc_toolkit_nomem(v);
	r = dmsc_uicc_cmd(v->u, FETCH, 0, none, n == 0 ? WHOLE_LE : (int)n, b,
	    sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(*sw))
		r = dmsc_uicc_fail(v->u, *sw, "fetch the card's command");
	else if (r == DMSC_E_OK && dmsc_cat_parse(dmsc_buf_rd(b), &c) !=
	    DMSC_E_OK) {
		r = dmsc_fail(v->e, DMSC_E_DATA,
		    "what the card gave to fetch is no command");
		(void)dmsc_err_next(v->e, "reset");
	} else if (r == DMSC_E_OK)
		r = answer(t, v, &c, sw);
	dmsc_buf_free(&b);
	return r;
}

/* Tells of the timers that ran out; *sw is the last answer. A card that is
 * busy is told the next time. */
static int
timers(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	uint8_t time[3];
	unsigned i;
	int r = b == NULL ? dmsc_toolkit_nomem(v) : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < CAT_TIMERS && !waits(*sw) &&
	    *sw != BUSY; i++) {
		if (t->due[i] == 0 || dmsc_now_us() < t->due[i])
			continue;
		dmsc_buf_reset(b);
		dmsc_toolkit_time(t->length[i], time);
		r = dmsc_cat_timer_up(i + 1, time, b) != DMSC_E_OK ?
		    dmsc_toolkit_nomem(v) : send(v, ENVELOPE, dmsc_buf_rd(b),
		    sw);
		if (*sw != BUSY)
			t->due[i] = 0;
	}
	dmsc_buf_free(&b);
	return r;
}

static int
without_end(struct dmsc_toolkit_env *v, unsigned n, const char *unit)
{
	(void)dmsc_fail(v->e, DMSC_E_SW, "the card has commands without end");
	(void)dmsc_err_why(v->e, "%u were fetched%s", n, unit);
	return dmsc_err_next(v->e, "reset");
}

/* Fetches and answers while *sw says that there is more. */
static int
drain(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	uint64_t bound = (v->o->bound_ms != 0 ? v->o->bound_ms :
	    (uint64_t)DMSC_TOOLKIT_MS) * MS, from = dmsc_now_us();
	unsigned n;
	int r = DMSC_E_OK;

	v->user_us = 0;
	for (n = 0; r == DMSC_E_OK && waits(*sw); n++) {
		if (n == DMSC_TOOLKIT_MAX)
			return without_end(v, n, "");
		if (dmsc_now_us() - from > bound + v->user_us)
			return without_end(v, n, ", and the time is over");
		r = fetch(t, v, sw);
	}
	return r;
}

/* The user typed or chose something, and the card wants to know. */
static int
tell_active(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v)
{
	const struct dmsc_rd none = { NULL, 0 };
	struct dmsc_buf *b;
	unsigned sw = 0;
	int r;

	if (!v->active || (t->events & 1u << CAT_E_ACTIVITY) == 0)
		return DMSC_E_OK;
	v->active = false;
	t->events &= ~(1u << CAT_E_ACTIVITY);	/* once: TS 102 223 7.5.5 */
	if ((b = dmsc_buf_new(CAT_APDU_MAX)) == NULL ||
	    dmsc_cat_happened(CAT_E_ACTIVITY, CAT_TERMINAL, none, b) !=
	    DMSC_E_OK)
		r = dmsc_toolkit_nomem(v);
	else if ((r = send(v, ENVELOPE, dmsc_buf_rd(b), &sw)) == DMSC_E_OK)
		r = drain(t, v, &sw);
	dmsc_buf_free(&b);
	return r;
}

static int
say_profile(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	int r;

	if (t->profile)
		return DMSC_E_OK;
	r = send(v, PROFILE, dmsc_rd_of(profile, sizeof profile), sw);
	t->profile = r == DMSC_E_OK;
	return r;
}

int
dmsc_toolkit_hello(struct dmsc_toolkit *t, struct dmsc_uicc *u)
{
	unsigned sw = 0;
	int r = dmsc_uicc_cmd(u, PROFILE, 0, dmsc_rd_of(profile,
	    sizeof profile), DMSC_LE_NONE, NULL, &sw);

	t->profile = r == DMSC_E_OK && dmsc_sw_ok(sw);
	return r;
}

int
dmsc_toolkit_poll(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    bool ask)
{
	const struct dmsc_rd none = { NULL, 0 };
	unsigned sw = dmsc_uicc_last_sw(v->u);
	int r = say_profile(t, v, &sw);

	if (r == DMSC_E_OK)
		r = timers(t, v, &sw);
	if (r == DMSC_E_OK && ask && !waits(sw)) {
		t->polled = dmsc_now_us();
		r = dmsc_uicc_cmd(v->u, STATUS, NO_DATA, none, DMSC_LE_NONE,
		    NULL, &sw);
	}
	if (r == DMSC_E_OK)
		r = drain(t, v, &sw);
	if (r == DMSC_E_OK)
		r = tell_active(t, v);
	(void)dmsc_uicc_proactive(v->u);
	return r;
}

int
dmsc_toolkit_envelope(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    struct dmsc_rd data, struct dmsc_buf *rsp, unsigned *sw)
{
	unsigned said = 0;
	int r = say_profile(t, v, &said);

	*sw = 0;
	if (r == DMSC_E_OK)		/* a card that has one to give first */
		r = drain(t, v, &said);
	if (r == DMSC_E_OK)
		r = dmsc_uicc_cmd(v->u, ENVELOPE, 0, data, rsp != NULL ?
		    WHOLE_LE : DMSC_LE_NONE, rsp, sw);
	said = *sw;
	if (r == DMSC_E_OK && waits(said)) {
		*sw = DONE;
		r = drain(t, v, &said);
	}
	(void)dmsc_uicc_proactive(v->u);
	return r;
}

bool
dmsc_toolkit_due(const struct dmsc_toolkit *t, unsigned own_ms)
{
	uint64_t now = dmsc_now_us(), ms = t->poll_ms != 0 ? t->poll_ms :
	    own_ms;
	unsigned i;

	for (i = 0; i < CAT_TIMERS; i++)
		if (t->due[i] != 0 && now >= t->due[i])
			return true;
	return !t->poll_off && now - t->polled >= ms * MS;
}
