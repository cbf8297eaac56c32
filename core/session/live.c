/*
 * The device that is on (GEN-20): it stays so after power-on, and what the
 * card says has changed is taken in without a restart.
 */
#include "session/hold.h"
#include "session/session.h"

#include <dmsc/services.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "device/device.h"

enum { IMEI_DIGITS = 15 };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

int
dmsc_live_imei(struct dmsc_session *s, const char *imei)
{
	if (imei == NULL || (strlen(imei) == IMEI_DIGITS &&
	    strspn(imei, "0123456789") == IMEI_DIGITS))
		return DMSC_E_OK;
	dmsc_fail(&s->err, DMSC_E_USAGE, "an IMEI has 15 digits");
	return dmsc_err_where(&s->err, "%s", imei);
}

void
dmsc_live_end(struct dmsc_session *s)
{
	free(s->live.device);
	free(s->live.group);
	free(s->live.imei);
	memset(&s->live, 0, sizeof s->live);
}

int
dmsc_live_start(struct dmsc_session *s, const struct dmsc_poweron_opts *o)
{
	dmsc_live_end(s);
	if ((o->device != NULL && dmsc_str_set(&s->live.device, "%s",
	    o->device) != DMSC_E_OK) || (o->group != NULL &&
	    dmsc_str_set(&s->live.group, "%s", o->group) != DMSC_E_OK) ||
	    (o->imei != NULL && dmsc_str_set(&s->live.imei, "%s", o->imei) !=
	    DMSC_E_OK)) {
		dmsc_live_end(s);
		return no_memory(s);
	}
	s->live.confirm = o->confirm;
	s->live.ask_silent = o->ask_silent;
	s->live.on = true;
	return DMSC_E_OK;
}

/* Whether the row says that something happened. */
static bool
is_news(const struct dmsc_taken *t)
{
	return strcmp(t->state, "unchanged") != 0 &&
	    strcmp(t->state, "skipped") != 0 && strcmp(t->state, "kept") != 0;
}

/* Moves the rows with news to the end of a list. */
static int
move_news(struct dmsc_poweron *from, struct dmsc_taken **list, size_t *n)
{
	struct dmsc_taken *t;
	size_t i;

	for (i = 0; i < from->n_documents; i++) {
		if (!is_news(&from->documents[i]))
			continue;
		if ((t = dmsc_list_add(list, n, sizeof *t)) == NULL)
			return DMSC_E_NOMEM;
		*t = from->documents[i];
		memset(&from->documents[i], 0, sizeof *t);
	}
	return DMSC_E_OK;
}

/* The documents again; *out may come with NOANSWER and DATA. */
static int
look_again(struct dmsc_session *s, struct dmsc_poweron **out)
{
	const struct dmsc_poweron_opts o = { .device = s->live.device,
	    .group = s->live.group, .confirm = s->live.confirm,
	    .ask_silent = s->live.ask_silent };
	struct dmsc_poweron_env env = { .state_dir = s->state_dir,
	    .ask = s->ui.ask, .arg = s->ui.arg, .e = &s->err };
	bool aside = s->scp != NULL || dmsc_uicc_any_right(s->uicc);
	int r;

	*out = NULL;
	dmsc_uicc_counters(s->uicc, &env.apdus, &env.bytes);
	if (aside && (r = dmsc_uicc_channel_open(s->uicc)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_session_hold(s, o.device, false)) == DMSC_E_OK) {
		r = dmsc_poweron_run(s->uicc, s->guard, &env, &o, out);
		dmsc_session_let(s, o.device, false);
	}
	if (aside)
		dmsc_uicc_channel_close(s->uicc);
	return r;
}

/* What the REFRESHs since the last look name: EF.NOTICE, and others (all,
 * where there is no list). */
static void
named(struct session_live *l, const struct dmsc_events *log, bool *notice,
    bool *others)
{
	size_t i = l->log == log ? l->heard : 0, k;
	const struct dmsc_event *e;

	*notice = *others = false;
	for (; i < log->n_events; i++) {
		e = &log->events[i];
		if (strcmp(e->name, "refresh") != 0)
			continue;
		*others = *others || e->n_files == 0;
		for (k = 0; k < e->n_files; k++)
			*(dmsc_ends(e->files[k], "/4E01") ? notice : others)
			    = true;
	}
	l->log = log;
	l->heard = log->n_events;
}

/* GEN-14: the session that the card asks for. How it fails does not stop the
 * device. */
static int
hold_session(struct dmsc_session *s, struct dmsc_events *log)
{
	const struct dmsc_talk_opts o = { .device = s->live.device,
	    .confirm = s->live.confirm };
	struct dmsc_talk *x = NULL, *row;
	bool aside = s->scp != NULL || dmsc_uicc_any_right(s->uicc);
	int r;

	if (aside && (r = dmsc_uicc_channel_open(s->uicc)) != DMSC_E_OK)
		return r;
	r = dmsc_device_session(s, &o, &x);
	if (aside)
		dmsc_uicc_channel_close(s->uicc);
	if (r == DMSC_E_REMOVED || r == DMSC_E_TRANSPORT ||
	    r == DMSC_E_INTERRUPTED || r == DMSC_E_NOMEM) {
		dmsc_view_free(&dmsc_talk_view, x);
		return r;
	}
	if (r != DMSC_E_OK) {
		dmsc_session_warn(s, s->err.message);
		dmsc_err_clear(&s->err);
	}
	if (x == NULL || x->asked == NULL) {
		dmsc_view_free(&dmsc_talk_view, x);
		return DMSC_E_OK;
	}
	row = dmsc_list_add(&log->sessions, &log->n_sessions, sizeof *row);
	if (row == NULL) {
		dmsc_view_free(&dmsc_talk_view, x);
		return no_memory(s);
	}
	*row = *x;
	free(x);
	return DMSC_E_OK;
}

int
dmsc_live_refreshed(struct dmsc_session *s, struct dmsc_events *log)
{
	struct dmsc_poweron *p = NULL;
	bool notice, others;
	int r = DMSC_E_OK;

	if (!s->live.on)
		return DMSC_E_OK;
	named(&s->live, log, &notice, &others);
	if (others)
		r = look_again(s, &p);
	if (p != NULL && move_news(p, &log->documents, &log->n_documents) !=
	    DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_NOANSWER || r == DMSC_E_DATA) {
		dmsc_session_warn(s, s->err.message);
		dmsc_err_clear(&s->err);
		r = DMSC_E_OK;
	}
	dmsc_view_free(&dmsc_poweron_view, p);
	return r == DMSC_E_OK && notice ? hold_session(s, log) : r;
}

/* All of it to the end of the report. */
static int
append(struct dmsc_poweron *report, struct dmsc_events *l)
{
	struct dmsc_event *e;
	struct dmsc_taken *t;
	struct dmsc_talk *x;
	size_t i;

	for (i = 0; i < l->n_events; i++) {
		if ((e = dmsc_list_add(&report->events, &report->n_events,
		    sizeof *e)) == NULL)
			return DMSC_E_NOMEM;
		*e = l->events[i];
		memset(&l->events[i], 0, sizeof *e);
	}
	for (i = 0; i < l->n_sessions; i++) {
		if ((x = dmsc_list_add(&report->sessions,
		    &report->n_sessions, sizeof *x)) == NULL)
			return DMSC_E_NOMEM;
		*x = l->sessions[i];
		memset(&l->sessions[i], 0, sizeof *x);
		report->changed = report->changed || x->changed;
	}
	for (i = 0; i < l->n_documents; i++) {
		if ((t = dmsc_list_add(&report->documents,
		    &report->n_documents, sizeof *t)) == NULL)
			return DMSC_E_NOMEM;
		*t = l->documents[i];
		memset(&l->documents[i], 0, sizeof *t);
		report->changed = true;
	}
	return DMSC_E_OK;
}

/* As they are with what was taken in since. */
static int
services_again(struct dmsc_session *s, struct dmsc_poweron *report)
{
	struct dmsc_services *x = NULL, was = { NULL, report->services,
	    report->n_services };
	int r = dmsc_device_services(s, report->device, &x);

	if (r != DMSC_E_OK)
		return r;
	report->services = x->services;
	report->n_services = x->n_services;
	x->services = was.services;
	x->n_services = was.n_services;
	dmsc_view_free(&dmsc_services_view, x);
	return r;
}

int
dmsc_live_listen(struct dmsc_session *s, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron *report)
{
	const struct dmsc_events_opts eo = { .allow = o->cat,
	    .confirm = o->confirm, .imei = o->imei };
	struct dmsc_events *l = NULL;
	int r = dmsc_events_tick(s, &eo, false, &l);

	if (l != NULL && append(report, l) != DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_OK && l != NULL && l->n_events > 0)
		r = services_again(s, report);
	dmsc_view_free(&dmsc_events_view, l);
	return r;
}
