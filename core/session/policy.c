/* The public calls of dmsc/policy.h on a session. */
#include "session/hold.h"
#include "session/session.h"

#include <dmsc/policy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "device/alerts.h"
#include "device/clock.h"
#include "device/force.h"
#include "device/functions.h"
#include "device/talk.h"

enum { TIME_TEXT = 32 };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static int
show_function(const struct dmsc_device *d, const struct dmsc_policy *p,
    const struct dmsc_node *n, struct dmsc_functions *x)
{
	struct dmsc_function *f = dmsc_list_add(&x->functions,
	    &x->n_functions, sizeof *f);
	struct dmsc_function_state now;

	if (f == NULL)
		return DMSC_E_NOMEM;
	dmsc_function_look(d, p, n, &now);
	f->enabled = now.on;
	f->denied = now.denied;
	if (dmsc_str_set(&f->name, "%s", dmsc_node_name(n)) != DMSC_E_OK ||
	    dmsc_str_set(&f->by, "%s", now.by) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return now.rule[0] == '\0' ? DMSC_E_OK :
	    dmsc_str_set(&f->rule, "%s", now.rule);
}

static int
show_rule(const struct dmsc_policy_rule *r, struct dmsc_policy_info *x)
{
	struct dmsc_policy_row *out = dmsc_list_add(&x->rules, &x->n_rules,
	    sizeof *out);
	char days[64], hours[32];

	if (out == NULL)
		return DMSC_E_NOMEM;
	dmsc_policy_days(r, days, sizeof days);
	dmsc_policy_hours(r, hours, sizeof hours);
	out->enabled = r->on;
	out->deny_user = r->deny;
	if (dmsc_str_set(&out->name, "%s", r->name) != DMSC_E_OK ||
	    dmsc_str_set(&out->functions, "%s", r->functions) != DMSC_E_OK ||
	    dmsc_str_set(&out->days, "%s", days) != DMSC_E_OK ||
	    dmsc_str_set(&out->hours, "%s", hours) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return r->place[0] == '\0' ? DMSC_E_OK :
	    dmsc_str_set(&out->place, "%s", r->place);
}

static int
show_origin(const struct dmsc_device *d, struct dmsc_policy_info *x)
{
	struct dmsc_origin o;
	const struct dmsc_node *n = dmsc_policy_node(d, &o);
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	const char *s = NULL;
	int r = DMSC_E_NOMEM;

	if (n != NULL && uri != NULL && dmsc_node_uri(n, uri) == DMSC_E_OK)
		s = dmsc_buf_cstr(uri);
	if (s != NULL && dmsc_str_set(&x->uri, "./%s", s) == DMSC_E_OK &&
	    dmsc_str_set(&x->document, "%s", o.document) == DMSC_E_OK)
		r = o.card[0] == '\0' ? DMSC_E_OK :
		    dmsc_str_set(&x->card, "%s", o.card);
	dmsc_buf_free(&uri);
	return r;
}

static int
show_policy(const struct dmsc_device *d, const struct dmsc_policy *p,
    struct dmsc_functions *out)
{
	struct dmsc_policy_info *x = calloc(1, sizeof *x);
	int64_t next = dmsc_policy_next(d, p, dmsc_clock_now(d));
	char text[TIME_TEXT];
	size_t i;
	int r;

	if ((out->policy = x) == NULL)
		return DMSC_E_NOMEM;
	x->version = (size_t)p->version;
	if ((r = show_origin(d, x)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&x->administrator, "%s", p->administrator)) !=
	    DMSC_E_OK)
		return r;
	if (p->name[0] != '\0')
		r = dmsc_str_set(&x->name, "%s", p->name);
	if (r == DMSC_E_OK && next != 0)
		r = dmsc_str_set(&x->next, "%s", dmsc_wall_text(next, text,
		    sizeof text));
	for (i = 0; r == DMSC_E_OK && i < p->n_rules; i++)
		r = show_rule(&p->rules[i], x);
	return r;
}

static int
fill(const struct dmsc_device *d, const struct dmsc_policy *p,
    struct dmsc_functions *x)
{
	char place[DMSC_POLICY_NAME + 1], text[TIME_TEXT];
	const struct dmsc_node *n;
	size_t i;
	int r;

	dmsc_policy_place(d, place, sizeof place);
	x->simulated = dmsc_clock_is_set(d);
	x->alerts = dmsc_alerts_waiting(d);
	if (dmsc_str_set(&x->device, "%s", d->name) != DMSC_E_OK ||
	    dmsc_str_set(&x->time, "%s", dmsc_wall_text(dmsc_clock_now(d),
	    text, sizeof text)) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	r = place[0] == '\0' ? DMSC_E_OK : dmsc_str_set(&x->place, "%s",
	    place);
	for (i = 0; r == DMSC_E_OK && (n = dmsc_function_at(d, i)) != NULL;
	    i++)
		r = show_function(d, p, n, x);
	return r != DMSC_E_OK || p == NULL ? r : show_policy(d, p, x);
}

/* What is to be done with the device that runs. */
struct act {
	const char *device;
	bool dry;
	const char *function;	/* or NULL: to switch it on or off */
	bool on;
	enum dmsc_clock_how how;
	const char *value;
	const char *place;	/* NULL: it stays where it is */
};

static int
not_that(struct dmsc_session *s, const char *what, const char *value,
    const char *like)
{
	(void)dmsc_fail(&s->err, DMSC_E_USAGE, "no %s", what);
	(void)dmsc_err_where(&s->err, "%s", value);
	return dmsc_err_why(&s->err, "it is like %s", like);
}

static int
move_clock(struct dmsc_session *s, struct dmsc_device *d,
    const struct act *a)
{
	int64_t now = dmsc_clock_now(d), t = now, span;

	if (a->how == DMSC_CLOCK_SHOW)
		return DMSC_E_OK;
	if (a->how == DMSC_CLOCK_SET && dmsc_clock_parse(a->value, now, &t)
	    != DMSC_E_OK)
		return not_that(s, "time", a->value,
		    "2026-11-23T08:00 or 08:00");
	if (a->how == DMSC_CLOCK_ADD) {
		if (dmsc_clock_span(a->value, &span) != DMSC_E_OK)
			return not_that(s, "duration", a->value,
			    "1d12h or 90m");
		t = now + span;
	}
	if ((a->how == DMSC_CLOCK_REAL ? dmsc_clock_real(d) :
	    dmsc_clock_set(d, t)) != DMSC_E_OK)
		return no_memory(s);
	return DMSC_E_OK;
}

static int
move_device(struct dmsc_session *s, struct dmsc_device *d, const char *place)
{
	struct dmsc_node *top;

	if (place == NULL)
		return DMSC_E_OK;
	if (strlen(place) > DMSC_POLICY_NAME ||
	    !dmsc_is_text(dmsc_rd_str(place)))
		return not_that(s, "place", place, "plant-2, text of 64 "
		    "bytes at most");
	if (dmsc_device_need(d, "Origin", &top) != DMSC_E_OK ||
	    dmsc_device_put(d, top, "Place", DMSC_FMT_CHR,
	    dmsc_rd_str(place)) != DMSC_E_OK)
		return no_memory(s);
	return DMSC_E_OK;
}

/* Why not, as the error; the device is kept with the alert of it. */
static int
denied(struct dmsc_session *s, const struct dmsc_policy *p, const char *name)
{
	(void)dmsc_fail(&s->err, DMSC_E_AUTH,
	    "the policy does not let the user switch it");
	(void)dmsc_err_where(&s->err, "%s", name);
	(void)dmsc_err_why(&s->err, "%s decides, and is told of the try",
	    p->administrator);
	return dmsc_err_next(&s->err, "device functions");
}

static int
by_user(struct dmsc_session *s, struct dmsc_device *d,
    const struct dmsc_policy *p, const struct act *a)
{
	struct dmsc_node *n;
	int r;

	if (a->function == NULL)
		return DMSC_E_OK;
	if ((n = dmsc_function_find(d, a->function)) == NULL) {
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the device has no such function");
		(void)dmsc_err_where(&s->err, "%s", a->function);
		return dmsc_err_next(&s->err, "device functions");
	}
	r = dmsc_function_switch(d, p, n, NULL, a->on);
	if (r == DMSC_E_AUTH)
		return denied(s, p, dmsc_node_name(n));
	return r == DMSC_E_OK ? r : no_memory(s);
}

static int
save(struct dmsc_session *s, const struct dmsc_device *d)
{
	struct dmsc_err kept = s->err;
	int r = dmsc_device_save(d, &s->err);

	if (r == DMSC_E_OK)
		s->err = kept;
	return r;
}

/* It runs as it was, then with what was moved; then the user does his. */
static int
act_on(struct dmsc_session *s, struct dmsc_device *d, const struct act *a,
    struct dmsc_policy **p)
{
	bool moves = a->how != DMSC_CLOCK_SHOW || a->place != NULL;
	bool changed = moves || a->function != NULL;
	int r, said;

	if (changed && dmsc_told_begin(d) != DMSC_E_OK)
		return no_memory(s);
	if (dmsc_policy_run(d, dmsc_clock_now(d), &changed) != DMSC_E_OK)
		return no_memory(s);
	if ((r = move_clock(s, d, a)) != DMSC_E_OK ||
	    (r = move_device(s, d, a->place)) != DMSC_E_OK)
		return r;
	if ((moves && dmsc_policy_run(d, dmsc_clock_now(d), &changed) !=
	    DMSC_E_OK) || dmsc_policy_load(d, p) != DMSC_E_OK)
		return no_memory(s);
	said = by_user(s, d, *p, a);
	if ((said != DMSC_E_OK && said != DMSC_E_AUTH) || !changed || a->dry)
		return said;
	r = save(s, d);
	return r == DMSC_E_OK ? said : r;
}

static int
held(struct dmsc_session *s, const struct act *a,
    struct dmsc_functions **out)
{
	struct dmsc_device *d = NULL;
	struct dmsc_policy *p = NULL;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	r = dmsc_device_load(s->state_dir, a->device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = act_on(s, d, a, &p);
	if (r == DMSC_E_OK) {
		*out = dmsc_view_new(&dmsc_functions_view);
		if (*out == NULL || fill(d, p, *out) != DMSC_E_OK) {
			dmsc_view_free(&dmsc_functions_view, *out);
			*out = NULL;
			r = no_memory(s);
		}
	}
	free(p);
	dmsc_device_free(&d);
	return r;
}

/* Who only looks does not mind who changes it: what the time has made of it
 * is not kept then. */
static int
act(struct dmsc_session *s, const struct act *a, struct dmsc_functions **out)
{
	bool looks = a->how == DMSC_CLOCK_SHOW && a->place == NULL &&
	    a->function == NULL;
	struct act now = *a;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	r = dmsc_session_hold(s, a->device, now.dry);
	if (looks && (r == DMSC_E_LOCKED || r == DMSC_E_IO)) {
		now.dry = true;
		r = DMSC_E_OK;
		dmsc_err_clear(&s->err);
	}
	if (r != DMSC_E_OK)
		return r;
	r = held(s, &now, out);
	dmsc_session_let(s, a->device, now.dry);
	return r;
}

int
dmsc_device_functions(struct dmsc_session *s, const char *device, bool dry,
    struct dmsc_functions **out)
{
	const struct act a = { .device = device, .dry = dry };

	return act(s, &a, out);
}

int
dmsc_device_function(struct dmsc_session *s, const char *device,
    const char *function, bool on, bool dry, struct dmsc_functions **out)
{
	const struct act a = { .device = device, .dry = dry,
	    .function = function, .on = on };

	return act(s, &a, out);
}

int
dmsc_device_clock(struct dmsc_session *s, const char *device,
    enum dmsc_clock_how how, const char *value, bool dry,
    struct dmsc_functions **out)
{
	const struct act a = { .device = device, .dry = dry, .how = how,
	    .value = value };

	return act(s, &a, out);
}

int
dmsc_device_place(struct dmsc_session *s, const char *device,
    const char *place, bool dry, struct dmsc_functions **out)
{
	const struct act a = { .device = device, .dry = dry,
	    .place = place };

	return act(s, &a, out);
}
