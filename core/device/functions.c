/* The functions that can be switched (device/functions.h). */
#include "device/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "device/alerts.h"
#include "device/clock.h"
#include "device/force.h"

#define ROOT "DCMO"
#define ROOT_URN "urn:oma:mo:oma-dcmo:1.0"
#define DONE_URN "urn:oma:at:dcmo:1.0:OperationComplete"
#define KEPT "Origin/Function"
enum { URI_MAX = 512 };

static const struct { const char *name, *group, *words; } functions[] = {
	{ "Camera", "Hardware", "the camera" },
	{ "Bluetooth", "Connectivity", "Bluetooth radio" },
	{ "Infrared", "Connectivity", "infra-red port" },
	{ "USB", "IO", "USB port" },
};

static int
furnish_one(struct dmsc_device *d, size_t i)
{
	const struct {
		const char *leaf;
		enum dmsc_format f;
		const char *value;
	} leaves[] = {
		{ "Property", DMSC_FMT_CHR, functions[i].name },
		{ "Group", DMSC_FMT_CHR, functions[i].group },
		{ "Description", DMSC_FMT_CHR, functions[i].words },
		{ "Enabled", DMSC_FMT_BOOL, "true" },
		{ "DCMOConfig/DenyUserEnable", DMSC_FMT_BOOL, "false" },
		{ "Operations/Enable", DMSC_FMT_NULL, "" },
		{ "Operations/Disable", DMSC_FMT_NULL, "" },
	};
	char uri[URI_MAX];
	size_t k;
	int r = DMSC_E_OK;

	for (k = 0; k < DMSC_COUNT(leaves) && r == DMSC_E_OK; k++) {
		(void)snprintf(uri, sizeof uri, ROOT "/%s/%s",
		    functions[i].name, leaves[k].leaf);
		r = dmsc_tree_add(d->tree, uri, leaves[k].f, NULL,
		    dmsc_rd_str(leaves[k].value), NULL);
	}
	return r;
}

int
dmsc_functions_furnish(struct dmsc_device *d)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, ROOT);
	size_t i;
	int r = DMSC_E_OK;

	if (n != NULL)
		return DMSC_E_OK;
	for (i = 0; i < DMSC_COUNT(functions) && r == DMSC_E_OK; i++)
		r = furnish_one(d, i);
	n = dmsc_tree_find(d->tree, ROOT);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(d->tree, n, ROOT_URN);
	return r != DMSC_E_OK ? r :
	    dmsc_node_set_acl(d->tree, n, "Get=*&Exec=*");
}

struct dmsc_node *
dmsc_function_at(const struct dmsc_device *d, size_t i)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, ROOT);

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL && i > 0;
	    i--)
		n = dmsc_node_next(n);
	return n;
}

struct dmsc_node *
dmsc_function_find(const struct dmsc_device *d, const char *name)
{
	struct dmsc_node *n;
	size_t i;

	for (i = 0; (n = dmsc_function_at(d, i)) != NULL; i++)
		if (strcasecmp(dmsc_node_name(n), name) == 0)
			return n;
	return NULL;
}

static bool
flag(const struct dmsc_node *n, const char *name, bool otherwise)
{
	char text[8];

	dmsc_device_text(n, name, text, sizeof text);
	return text[0] == '\0' ? otherwise : strcmp(text, "true") == 0;
}

bool
dmsc_function_is_on(const struct dmsc_node *function)
{
	return flag(function, "Enabled", false);
}

static const struct dmsc_node *
kept(const struct dmsc_device *d, const struct dmsc_node *function)
{
	const struct dmsc_node *top = dmsc_tree_find(d->tree, KEPT);

	return top == NULL ? NULL :
	    dmsc_node_child(top, dmsc_node_name(function));
}

static int
need(struct dmsc_device *d, const struct dmsc_node *function,
    struct dmsc_node **out)
{
	struct dmsc_node *top;
	int r = dmsc_device_need(d, KEPT, &top);

	if (r != DMSC_E_OK || (*out = dmsc_node_child(top,
	    dmsc_node_name(function))) != NULL)
		return r;
	return dmsc_node_add(d->tree, top, dmsc_node_name(function),
	    DMSC_FMT_NODE, out);
}

/* Whether an order holds; who gave it, and what. */
static bool
order(const struct dmsc_node *k, bool *on, char *by, size_t size)
{
	if (k == NULL || dmsc_node_child(k, "Order") == NULL)
		return false;
	*on = flag(k, "Order", true);
	dmsc_device_text(k, "By", by, size);
	return true;
}

static int
release(struct dmsc_device *d, struct dmsc_node *k, bool *changed)
{
	static const char *const names[] = { "Order", "By" };
	struct dmsc_node *n;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(names) && r == DMSC_E_OK; i++) {
		if ((n = dmsc_node_child(k, names[i])) == NULL)
			continue;
		r = dmsc_node_remove(d->tree, n);
		*changed = true;
	}
	return r;
}

int
dmsc_functions_released(struct dmsc_device *d)
{
	struct dmsc_node *top = dmsc_tree_find(d->tree, KEPT), *n;
	bool changed;
	int r = DMSC_E_OK;

	for (n = top == NULL ? NULL : dmsc_node_first(top);
	    n != NULL && r == DMSC_E_OK; n = dmsc_node_next(n))
		r = release(d, n, &changed);
	return r;
}

/* What the rule and the order that hold make of it. */
static void
decide(const struct dmsc_device *d, const struct dmsc_policy *p,
    const struct dmsc_node *function, const struct dmsc_policy_rule *rule,
    struct dmsc_function_state *out)
{
	const struct dmsc_node *k = kept(d, function);
	bool ordered;

	memset(out, 0, sizeof *out);
	if (rule != NULL)
		(void)snprintf(out->rule, sizeof out->rule, "%s",
		    rule->name);
	ordered = order(k, &out->on, out->by, sizeof out->by);
	if (!ordered)
		out->on = rule != NULL ? rule->on : flag(k, "Wish", true);
	/* What a server with a policy switched off stays so. */
	out->denied = (rule != NULL && rule->deny) || (p != NULL &&
	    ordered && out->by[0] != '\0' && !out->on);
	if (out->by[0] == '\0')
		(void)snprintf(out->by, sizeof out->by, "%s",
		    rule != NULL && !ordered ? "policy" : "user");
}

static const struct dmsc_policy_rule *
rule_named(const struct dmsc_policy *p, const char *name)
{
	size_t i;

	for (i = 0; p != NULL && *name != '\0' && i < p->n_rules; i++)
		if (strcmp(p->rules[i].name, name) == 0)
			return &p->rules[i];
	return NULL;
}

void
dmsc_function_look(const struct dmsc_device *d, const struct dmsc_policy *p,
    const struct dmsc_node *function, struct dmsc_function_state *out)
{
	char name[DMSC_POLICY_NAME + 1];

	dmsc_device_text(kept(d, function), "Rule", name, sizeof name);
	decide(d, p, function, rule_named(p, name), out);
	out->on = dmsc_function_is_on(function);
}

/* Sets a leaf where it is another. */
static int
set(struct dmsc_device *d, struct dmsc_node *n, const char *name,
    enum dmsc_format f, const char *value, bool *changed)
{
	const struct dmsc_node *leaf = dmsc_node_child(n, name);

	if (leaf != NULL && dmsc_rd_eq_str(dmsc_node_value(leaf), value))
		return DMSC_E_OK;
	*changed = true;
	return dmsc_device_put(d, n, name, f, dmsc_rd_str(value));
}

/* Another rule holds: orders end with the one before. */
static int
follow(struct dmsc_device *d, const struct dmsc_node *function,
    const char *rule, bool *changed)
{
	struct dmsc_node *k;
	char was[DMSC_POLICY_NAME + 1];
	int r;

	dmsc_device_text(kept(d, function), "Rule", was, sizeof was);
	if (strcmp(was, rule) == 0)
		return DMSC_E_OK;
	if ((r = need(d, function, &k)) != DMSC_E_OK ||
	    (r = release(d, k, changed)) != DMSC_E_OK)
		return r;
	return set(d, k, "Rule", DMSC_FMT_CHR, rule, changed);
}

/* The tree as the state says; *turned: it was switched. */
static int
express(struct dmsc_device *d, struct dmsc_node *function,
    const struct dmsc_function_state *s, bool *turned, bool *changed)
{
	struct dmsc_node *config = dmsc_node_child(function, "DCMOConfig");
	int r = DMSC_E_OK;

	*turned = dmsc_function_is_on(function) != s->on;
	if (config != NULL)
		r = set(d, config, "DenyUserEnable", DMSC_FMT_BOOL,
		    s->denied ? "true" : "false", changed);
	return r != DMSC_E_OK ? r : set(d, function, "Enabled",
	    DMSC_FMT_BOOL, s->on ? "true" : "false", changed);
}

static int
told(struct dmsc_device *d, const struct dmsc_policy *p,
    const struct dmsc_node *function, const struct dmsc_function_state *s,
    int64_t t)
{
	char source[URI_MAX], data[URI_MAX], when[32];
	bool changed;

	(void)snprintf(source, sizeof source, "./" ROOT "/%s",
	    dmsc_node_name(function));
	(void)snprintf(data, sizeof data, "%s %s %s", s->on ? "on" : "off",
	    dmsc_wall_text(t, when, sizeof when), s->rule[0] != '\0' ?
	    s->rule : "no rule");
	return dmsc_policy_tell(d, p->administrator,
	    DMSC_POLICY_ALERT "Switched", source, data, false, &changed);
}

int
dmsc_functions_settle(struct dmsc_device *d, const struct dmsc_policy *p,
    int64_t t, bool tell, bool *changed)
{
	const struct dmsc_policy_rule *rule = NULL;
	struct dmsc_function_state s;
	char place[DMSC_POLICY_NAME + 1];
	struct dmsc_node *f;
	bool turned;
	size_t i;
	int r = DMSC_E_OK;

	dmsc_policy_place(d, place, sizeof place);
	for (i = 0; r == DMSC_E_OK && (f = dmsc_function_at(d, i)) != NULL;
	    i++) {
		if (p != NULL)
			rule = dmsc_policy_rule_at(p, dmsc_node_name(f), t,
			    place);
		r = follow(d, f, rule == NULL ? "" : rule->name, changed);
		if (r != DMSC_E_OK)
			break;
		decide(d, p, f, rule, &s);
		r = express(d, f, &s, &turned, changed);
		if (r == DMSC_E_OK && turned && tell && p != NULL)
			r = told(d, p, f, &s, t);
	}
	return r;
}

static int
put_order(struct dmsc_device *d, struct dmsc_node *k, const char *server,
    bool on)
{
	bool changed;
	int r = set(d, k, "Order", DMSC_FMT_BOOL, on ? "true" : "false",
	    &changed);

	return r != DMSC_E_OK ? r : set(d, k, "By", DMSC_FMT_CHR,
	    server == NULL ? "" : server, &changed);
}

/* The user's wish is an order while a rule holds that leaves it to him. */
static int
put_wish(struct dmsc_device *d, struct dmsc_node *k, bool on)
{
	bool changed;
	int r = release(d, k, &changed);

	return r != DMSC_E_OK ? r : set(d, k, "Wish", DMSC_FMT_BOOL,
	    on ? "true" : "false", &changed);
}

/* The user wanted what he may not. */
static int
refuse(struct dmsc_device *d, const struct dmsc_policy *p,
    const struct dmsc_node *function, const char *rule, bool on)
{
	char source[URI_MAX], data[URI_MAX], when[32];
	bool changed;
	int r;

	(void)snprintf(source, sizeof source, "./" ROOT "/%s",
	    dmsc_node_name(function));
	(void)snprintf(data, sizeof data, "%s refused %s %s",
	    on ? "on" : "off", dmsc_wall_text(dmsc_clock_now(d), when,
	    sizeof when), rule[0] != '\0' ? rule : "order");
	r = dmsc_policy_tell(d, p->administrator,
	    DMSC_POLICY_ALERT "Override", source, data, true, &changed);
	return r != DMSC_E_OK ? r : DMSC_E_AUTH;
}

int
dmsc_function_switch(struct dmsc_device *d, const struct dmsc_policy *p,
    struct dmsc_node *function, const char *server, bool on)
{
	struct dmsc_function_state s;
	struct dmsc_node *k;
	bool turned, changed;
	int r;

	dmsc_function_look(d, p, function, &s);
	if (server == NULL && s.denied)
		return s.on == on ? DMSC_E_OK :
		    refuse(d, p, function, s.rule, on);
	if ((r = need(d, function, &k)) != DMSC_E_OK)
		return r;
	r = server == NULL && s.rule[0] == '\0' ? put_wish(d, k, on) :
	    put_order(d, k, server, on);
	if (r != DMSC_E_OK)
		return r;
	decide(d, p, function, rule_named(p, s.rule), &s);
	return express(d, function, &s, &turned, &changed);
}

/* Above Operations/Enable: NULL where it is none. */
static const struct dmsc_node *
function_of(const struct dmsc_node *n)
{
	n = n == NULL ? NULL : dmsc_node_parent(n);
	return n == NULL ? NULL : dmsc_node_parent(n);
}

/* The administrator of the policy alone; without one, whom the ACL lets. */
unsigned
dmsc_function_may(const struct dmsc_world *w, const struct dmsc_node *n,
    const struct dmsc_order *o)
{
	char administrator[DMSC_POLICY_NAME + 1];

	(void)n;
	(void)o;
	dmsc_policy_administrator(w->dev, administrator,
	    sizeof administrator);
	return administrator[0] == '\0' || (w->server != NULL &&
	    strcmp(w->server, administrator) == 0) ? DMSC_DM_ACCEPTED :
	    DMSC_DM_DENIED;
}

static int
complete(struct dmsc_world *w, const struct dmsc_order *o, bool done)
{
	char source[DMSC_ORDER_URI + 2];
	const struct dmsc_alert a = { .server = o->server, .source = source,
	    .type = DONE_URN, .format = "int",
	    .mark = done ? "informational" : "warning",
	    .correlator = o->correlator[0] == '\0' ? NULL : o->correlator,
	    .data = done ? "1200" : "1400" };

	(void)snprintf(source, sizeof source, "./%s", o->uri);
	return dmsc_alert_add(w->dev, &a);
}

int
dmsc_function_run(struct dmsc_world *w, const struct dmsc_order *o)
{
	const struct dmsc_node *f = function_of(dmsc_tree_find(w->dev->tree,
	    o->uri));
	struct dmsc_policy *p = NULL;
	struct dmsc_node *n;
	bool changed, may;
	int r = dmsc_policy_load(w->dev, &p);

	n = f == NULL ? NULL : dmsc_function_find(w->dev, dmsc_node_name(f));
	/* Another policy may have come since it was accepted. */
	may = n != NULL && (p == NULL ||
	    strcmp(p->administrator, o->server) == 0);
	if (r == DMSC_E_OK)
		r = dmsc_policy_run(w->dev, dmsc_clock_now(w->dev),
		    &changed);
	if (r == DMSC_E_OK && may)
		r = dmsc_function_switch(w->dev, p, n,
		    o->server[0] == '\0' ? NULL : o->server,
		    dmsc_ends(o->uri, "/Enable"));
	if (r == DMSC_E_OK || r == DMSC_E_AUTH)
		r = complete(w, o, may && r == DMSC_E_OK);
	free(p);
	return r == DMSC_E_OK ? r : dmsc_fail(w->e, r, "out of memory");
}
