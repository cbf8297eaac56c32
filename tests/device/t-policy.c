/*
 * device: what a policy says and when it holds, what is no policy and why,
 * the device's clock, and functions switched by user, server and policy.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/alerts.h"
#include "device/clock.h"
#include "device/force.h"
#include "device/functions.h"
#include "device/nodes.h"
#include "dm/dm.h"
#include "tap.h"

static char folder[TAP_FOLDER];

struct leaf { const char *uri, *value; };

static const struct leaf good[] = {
	{ "Policy/Administrator", "corp.example" }, { "Policy/Version", "3" },
	{ "Policy/Rule/plant/Function", "Camera,USB" },
	{ "Policy/Rule/plant/Place", "plant-2" },
	{ "Policy/Rule/lunch/Function", "Camera" },
	{ "Policy/Rule/lunch/Days", "Tue" },
	{ "Policy/Rule/lunch/Hours", "12:00-13:00" },
	{ "Policy/Rule/lunch/State", "on" },
	{ "Policy/Rule/lunch/DenyUser", "false" },
	{ "Policy/Rule/office/Function", "*" },
	{ "Policy/Rule/office/Days", "Mon-Wed,Fri" },
	{ "Policy/Rule/office/Hours", "08:00-18:00" },
	{ "Policy/Rule/night/Function", "Bluetooth" },
	{ "Policy/Rule/night/Days", "Sun" },
	{ "Policy/Rule/night/Hours", "22:00-06:00" },
};

/* A document with the policy and what changes it: a value NULL takes the leaf
 * away. */
static struct dmsc_tree *
document(const struct leaf *change)
{
	struct dmsc_tree *t = dmsc_tree_new(1 << 20);
	struct dmsc_node *n;
	const char *v;
	size_t i;

	if (t == NULL)
		abort();
	for (i = 0; i < DMSC_COUNT(good); i++) {
		v = good[i].value;
		if (change != NULL && strcmp(change->uri, good[i].uri) == 0)
			v = change->value;
		if (v != NULL && dmsc_tree_add(t, good[i].uri, DMSC_FMT_CHR,
		    NULL, dmsc_rd_str(v), NULL) != DMSC_E_OK)
			abort();
	}
	if (change != NULL && dmsc_tree_find(t, change->uri) == NULL &&
	    change->value != NULL && dmsc_tree_add(t, change->uri,
	    DMSC_FMT_CHR, NULL, dmsc_rd_str(change->value), NULL) !=
	    DMSC_E_OK)
		abort();
	n = dmsc_tree_find(t, "Policy");
	if (dmsc_node_set_type(t, n, DMSC_POLICY_URN "1.0") != DMSC_E_OK)
		abort();
	return t;
}

static struct dmsc_policy *
policy(const struct leaf *change, char *why)
{
	struct dmsc_tree *t = document(change);
	struct dmsc_policy *p = NULL;
	int r = dmsc_policy_read(dmsc_tree_find(t, "Policy"), &p, why);

	dmsc_tree_free(&t);
	if ((r == DMSC_E_OK) != (p != NULL) || r == DMSC_E_NOMEM)
		abort();
	return p;
}

static int64_t
at(const char *s)
{
	int64_t t;

	if (dmsc_clock_parse(s, 0, &t) != DMSC_E_OK)
		abort();
	return t;
}

/* 23 November 2026 is a Monday. */
static void
when(void)
{
	static const struct { const char *name, *function, *at, *place,
		*rule; } rows[] = {
		{ "before hours", "Camera", "2026-11-23T07:59:59", "", NULL },
		{ "they begin", "Camera", "2026-11-23T08:00", "", "office" },
		{ "they last", "USB", "2026-11-23T17:59:59", "", "office" },
		{ "they end", "USB", "2026-11-23T18:00", "", NULL },
		{ "a range of days", "USB", "2026-11-25T09:00", "",
		    "office" },
		{ "a day between", "USB", "2026-11-26T09:00", "", NULL },
		{ "a day by itself", "USB", "2026-11-27T09:00", "",
		    "office" },
		{ "not at weekends", "USB", "2026-11-28T09:00", "", NULL },
		{ "the first that holds", "Camera", "2026-11-24T12:30", "",
		    "lunch" },
		{ "is for its function", "USB", "2026-11-24T12:30", "",
		    "office" },
		{ "a place before it", "Camera", "2026-11-24T12:30",
		    "plant-2", "plant" },
		{ "a place at any time", "USB", "2026-11-29T03:00",
		    "plant-2", "plant" },
		{ "another place", "USB", "2026-11-29T03:00", "plant-22",
		    NULL },
		{ "before midnight", "Bluetooth", "2026-11-29T23:00", "",
		    "night" },
		{ "past midnight", "Bluetooth", "2026-11-30T05:59:59", "",
		    "night" },
		{ "its end", "Bluetooth", "2026-11-30T06:00", "", NULL },
		{ "no other night", "Bluetooth", "2026-11-29T05:00", "",
		    NULL },
		{ "the first day of all", "Bluetooth", "1970-01-01T00:00",
		    "", NULL },
		{ "no such function", "Radar", "2026-11-26T08:00", "",
		    NULL },
	};
	char why[DMSC_ERR_TEXT];
	struct dmsc_policy *p = policy(NULL, why);
	const struct dmsc_policy_rule *r;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		r = dmsc_policy_rule_at(p, rows[i].function, at(rows[i].at),
		    rows[i].place);
		ok(rows[i].rule == NULL ? r == NULL : r != NULL &&
		    strcmp(r->name, rows[i].rule) == 0, rows[i].name);
	}
	free(p);
}

static void
turns(void)
{
	static const struct { const char *from, *to; } rows[] = {
		{ "2026-11-23T00:00", "2026-11-23T06:00" },
		{ "2026-11-23T06:00", "2026-11-23T08:00" },
		{ "2026-11-23T12:30", "2026-11-23T13:00" },
		{ "2026-11-23T22:00", "2026-11-24T00:00" },
	};
	char why[DMSC_ERR_TEXT], text[64];
	struct dmsc_policy *p = policy(NULL, why);
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		ok(dmsc_policy_turn(p, at(rows[i].from)) == at(rows[i].to),
		    "what comes next is the first turn behind");
	dmsc_policy_days(&p->rules[2], text, sizeof text);
	ok(strcmp(text, "Mon-Wed,Fri") == 0, "days are told as written");
	dmsc_policy_hours(&p->rules[3], text, sizeof text);
	ok(strcmp(text, "22:00-06:00") == 0, "and hours");
	dmsc_policy_days(&p->rules[0], text, sizeof text);
	ok(strcmp(text, "every day") == 0, "and none of both");
	p->n_rules = 0;
	ok(dmsc_policy_turn(p, at("2026-11-23T00:00")) == 0,
	    "no rules, no turn");
	free(p);
}

static const char long_name[] = "1234567890123456789012345678901234567890"
    "1234567890123456789012345";

static const struct { const char *name, *why; struct leaf change; }
    bad_rows[] = {
	{ "no administrator", "Administrator is missing",
	    { "Policy/Administrator", NULL } },
	{ "no ServerID", "Administrator is no ServerID",
	    { "Policy/Administrator", "a b" } },
	{ "two of them", "Administrator is no ServerID",
	    { "Policy/Administrator", "a+b" } },
	{ "everybody", "Administrator is no ServerID",
	    { "Policy/Administrator", "*" } },
	{ "a long one", "Administrator is too long",
	    { "Policy/Administrator", long_name } },
	{ "an empty one", "Administrator is empty",
	    { "Policy/Administrator", "" } },
	{ "no version", "Version is missing",
	    { "Policy/Version", NULL } },
	{ "a word", "Version is no number",
	    { "Policy/Version", "two" } },
	{ "below 0", "Version is no number",
	    { "Policy/Version", "-1" } },
	{ "too high", "Version is no number",
	    { "Policy/Version", "2147483648" } },
	{ "no function", "Rule/plant/Function is missing",
	    { "Policy/Rule/plant/Function", NULL } },
	{ "an empty name", "Rule/plant/Function is not like Camera "
	    "or Camera,USB",
	    { "Policy/Rule/plant/Function", "Camera,,USB" } },
	{ "a day that is none", "Rule/lunch/Days are not like Mon-Fri "
	    "or Sat,Sun", { "Policy/Rule/lunch/Days", "Mo" } },
	{ "half a range", "Rule/lunch/Days are not like Mon-Fri or "
	    "Sat,Sun", { "Policy/Rule/lunch/Days", "Mon-" } },
	{ "an end only", "Rule/lunch/Hours are not like 08:00-18:00",
	    { "Policy/Rule/lunch/Hours", "-13:00" } },
	{ "minute 60", "Rule/lunch/Hours are not like 08:00-18:00",
	    { "Policy/Rule/lunch/Hours", "12:00-12:60" } },
	{ "hour 25", "Rule/lunch/Hours are not like 08:00-18:00",
	    { "Policy/Rule/lunch/Hours", "12:00-25:00" } },
	{ "no hours", "Rule/lunch/Hours end when they begin",
	    { "Policy/Rule/lunch/Hours", "12:00-12:00" } },
	{ "from 24:00", "Rule/lunch/Hours are not like 08:00-18:00",
	    { "Policy/Rule/lunch/Hours", "24:00-06:00" } },
	{ "neither on nor off", "Rule/lunch/State is neither on nor "
	    "off", { "Policy/Rule/lunch/State", "ON" } },
	{ "neither true nor false", "Rule/lunch/DenyUser is neither "
	    "true nor false",
	    { "Policy/Rule/lunch/DenyUser", "yes" } },
	{ "a place of two lines", "Rule/plant/Place is no text",
	    { "Policy/Rule/plant/Place", "a\nb" } },
	{ "a rule that is a leaf", "Rule has a child that is no rule",
	    { "Policy/Rule/odd", "x" } },
	{ "a leaf with leaves", "Name is no leaf",
	    { "Policy/Name/x", "x" } },
};

static void
bad(void)
{
	char why[DMSC_ERR_TEXT];
	struct dmsc_policy *p;
	size_t i;

	for (i = 0; i < DMSC_COUNT(bad_rows); i++) {
		p = policy(&bad_rows[i].change, why);
		ok(p == NULL && strcmp(why, bad_rows[i].why) == 0,
		    bad_rows[i].name);
		free(p);
	}
}

static void
many(void)
{
	struct dmsc_tree *t = document(NULL);
	struct dmsc_policy *p = NULL;
	char uri[64], why[DMSC_ERR_TEXT];
	int i, r;

	for (i = 0; i < DMSC_POLICY_RULES - 4; i++) {
		(void)snprintf(uri, sizeof uri, "Policy/Rule/%d/Function", i);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("*"), NULL) != DMSC_E_OK)
			abort();
	}
	r = dmsc_policy_read(dmsc_tree_find(t, "Policy"), &p, why);
	ok(r == DMSC_E_OK && p->n_rules == DMSC_POLICY_RULES, "64 rules");
	free(p);
	if (dmsc_tree_add(t, "Policy/Rule/z/Function", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("*"), NULL) != DMSC_E_OK)
		abort();
	r = dmsc_policy_read(dmsc_tree_find(t, "Policy"), &p, why);
	ok(r == DMSC_E_DATA && p == NULL && strcmp(why,
	    "Rule has more than 64 rules") == 0, "and no more");
	dmsc_tree_free(&t);
}

static void
clocks(void)
{
	static const struct { const char *text; int64_t t; } times[] = {
		{ "1970-01-01T00:00", 0 }, { "2000-02-29T00:00", 951782400 },
		{ "2026-11-23T08:00:30Z", 1795420830 },
		{ "2026-11-23T08:00Z", 1795420800 },
		{ "08:00", 28800 }, { "08:00:01", 28801 },
		{ "2026-02-29T00:00", -1 }, { "2100-02-29T00:00", -1 },
		{ "2026-13-01T00:00", -1 }, { "2026-11-23T24:00", -1 },
		{ "2026-11-23 08:00", -1 }, { "2026-11-23T08:00:60", -1 },
		{ "2026-11-23", -1 }, { "8:00", -1 }, { "", -1 },
		{ "1969-12-31T23:59", -1 }, { "2026-11-23T", -1 },
		{ "08:00:0", -1 }, { "Z", -1 }, { "08:0a", -1 },
	}, spans[] = {
		{ "90m", 5400 }, { "1d12h", 129600 }, { "1d1h1m1s", 90061 },
		{ "0s", 0 }, { "", -1 }, { "h", -1 }, { "1", -1 },
		{ "1h1d", -1 }, { "1h1h", -1 }, { "1w", -1 }, { "-1h", -1 },
		{ "99999999d", -1 }, { "9999999999s", -1 },
	};
	int64_t t;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(times); i++) {
		r = dmsc_clock_parse(times[i].text, 0, &t);
		ok(times[i].t < 0 ? r != DMSC_E_OK : r == DMSC_E_OK &&
		    t == times[i].t, times[i].text);
	}
	for (i = 0; i < DMSC_COUNT(spans); i++) {
		r = dmsc_clock_span(spans[i].text, &t);
		ok(spans[i].t < 0 ? r != DMSC_E_OK : r == DMSC_E_OK &&
		    t == spans[i].t, spans[i].text);
	}
}

/* ---- a device */

static struct dmsc_device *
device(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_remove(folder, "policy", &e) != DMSC_E_OK ||
	    dmsc_device_load(folder, "policy", &d, &e) != DMSC_E_OK ||
	    dmsc_clock_set(d, at("2026-11-23T07:00")) != DMSC_E_OK)
		abort();
	return d;
}

static int
add_account(struct dmsc_tree *t, const char *secret)
{
	int r = DMSC_E_OK;

	if (secret == NULL)
		return r;
	if ((r = dmsc_tree_add(t, "Acc/ServerID", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("corp.example"), NULL)) != DMSC_E_OK ||
	    (r = dmsc_node_set_type(t, dmsc_tree_find(t, "Acc"),
	    "urn:oma:mo:oma-dm-dmacc:1.0")) != DMSC_E_OK ||
	    (r = dmsc_tree_add(t, "Acc/AppAuth/s/AAuthLevel", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("SRVCRED"), NULL)) != DMSC_E_OK)
		return r;
	return dmsc_tree_add(t, "Acc/AppAuth/s/AAuthSecret", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str(secret), NULL);
}

/* The document's MOs into the device, as power-on does it; what is said
 * against them, "" where they are in. */
static const char *
insert(struct dmsc_device *d, const char *card, const struct dmsc_tree *doc,
    const char *secret)
{
	static char why[DMSC_ERR_TEXT];
	struct dmsc_tree *t = dmsc_tree_clone(doc);
	struct dmsc_origin o = { .kind = "dm" }, old, was;
	const struct dmsc_node *n;
	struct dmsc_buf *uri = dmsc_buf_new(1024);
	bool admits, changed, kept;
	unsigned status;

	(void)snprintf(o.card, sizeof o.card, "%s", card);
	(void)snprintf(o.document, sizeof o.document, "Corp");
	if (t == NULL || uri == NULL || add_account(t, secret) != DMSC_E_OK ||
	    dmsc_policy_admits(d, &o, t, &old, why, &admits, &changed) !=
	    DMSC_E_OK)
		abort();
	if (admits && dmsc_origin_find(d, card, "Corp", &was) &&
	    dmsc_origin_remove(d, &was, false, &kept) != DMSC_E_OK)
		abort();
	if (admits && old.node != NULL && dmsc_origin_find(d, old.card,
	    old.document, &was) && dmsc_origin_remove(d, &was, false, &kept)
	    != DMSC_E_OK)
		abort();
	if (admits && (dmsc_policy_yield(d, t) != DMSC_E_OK ||
	    dmsc_origin_add(d, &o) != DMSC_E_OK))
		abort();
	for (n = dmsc_dm_next_mo(t, NULL); admits && n != NULL;
	    n = dmsc_dm_next_mo(t, n))
		if (dmsc_dm_place(d->tree, n, false, uri, &status) !=
		    DMSC_E_OK || dmsc_origin_add_place(d, &o,
		    dmsc_buf_cstr(uri)) != DMSC_E_OK)
			abort();
	if (admits && dmsc_policy_taken(d, &o) != DMSC_E_OK)
		abort();
	dmsc_buf_free(&uri);
	dmsc_tree_free(&t);
	return why;
}

/* Insert with one leaf another. */
static const char *
changed(struct dmsc_device *d, const char *card, const char *uri,
    const char *value, const char *secret)
{
	const struct leaf change = { uri, value };
	struct dmsc_tree *doc = document(&change);
	const char *why = insert(d, card, doc, secret);

	dmsc_tree_free(&doc);
	return why;
}

static bool
is_on(const struct dmsc_device *d, const char *function)
{
	return dmsc_function_is_on(dmsc_function_find(d, function));
}

/* How many wait for the administrator of this type, and the last one's data. */
static size_t
waits(const struct dmsc_device *d, const char *type, const char **data)
{
	static struct dmsc_alert_kept a;
	static char last[1024];
	size_t i, n = 0;

	for (i = 0; dmsc_alert_at(d, "corp.example", i, &a); i++) {
		if (strcmp(a.event.type + sizeof DMSC_POLICY_ALERT - 1, type)
		    != 0)
			continue;
		n++;
		(void)snprintf(last, sizeof last, "%.*s",
		    (int)a.event.data.left, (const char *)a.event.data.p);
	}
	*data = last;
	return n;
}

static bool
run(struct dmsc_device *d, const char *to)
{
	bool did = false;

	if (dmsc_clock_set(d, at(to)) != DMSC_E_OK ||
	    dmsc_policy_run(d, at(to), &did) != DMSC_E_OK)
		abort();
	return did;
}

static void
scheduled(void)
{
	struct dmsc_device *d = device();
	const char *data;

	ok(changed(d, "one", "-", NULL, "s")[0] == '\0' &&
	    !run(d, "2026-11-23T07:30") && is_on(d, "Camera"),
	    "a policy is in force, nothing holds yet");
	ok(run(d, "2026-11-23T09:00") && !is_on(d, "Camera") &&
	    !is_on(d, "USB"), "hours begin: all is off");
	ok(waits(d, "Switched", &data) == 4 && strcmp(data,
	    "off 2026-11-23T08:00:00Z office") == 0,
	    "each is told with the time that it was due");
	ok(!run(d, "2026-11-23T10:00"), "then nothing happens");
	ok(run(d, "2026-11-25T07:00") && is_on(d, "Camera") &&
	    waits(d, "Switched", &data) == 4 + 4 + 4 + 2 + 4,
	    "a jump over two days makes each switch on its way");
	ok(run(d, "2026-11-25T09:00") && !is_on(d, "USB") &&
	    run(d, "2026-11-22T09:00") && is_on(d, "USB"),
	    "the clock may go back, and the device is as then");
	ok(run(d, "2036-11-26T07:00") && waits(d, "Switched", &data) <= 200,
	    "ten years are a jump, too, and what is told is bounded");
	dmsc_device_free(&d);
}

static int
user(struct dmsc_device *d, const char *function, bool on)
{
	struct dmsc_policy *p;
	int r;

	if (dmsc_policy_load(d, &p) != DMSC_E_OK)
		abort();
	r = dmsc_function_switch(d, p, dmsc_function_find(d, function), NULL,
	    on);
	free(p);
	return r;
}

static void
by_user(void)
{
	struct dmsc_device *d = device();
	const char *data;

	ok(user(d, "usb", false) == DMSC_E_OK && !is_on(d, "USB"),
	    "without a policy the user switches");
	ok(changed(d, "one", "-", NULL, "s")[0] == '\0' &&
	    run(d, "2026-11-24T09:00") && !is_on(d, "Camera"), "in hours");
	ok(user(d, "Camera", true) == DMSC_E_AUTH && !is_on(d, "Camera") &&
	    waits(d, "Override", &data) == 1 && strcmp(data,
	    "on refused 2026-11-24T09:00:00Z office") == 0,
	    "the user may not, and that is told");
	ok(user(d, "Camera", true) == DMSC_E_AUTH &&
	    waits(d, "Override", &data) == 1, "once");
	ok(user(d, "Camera", false) == DMSC_E_OK &&
	    waits(d, "Override", &data) == 1, "what is so may be wanted");
	ok(run(d, "2026-11-24T12:30") && is_on(d, "Camera") &&
	    user(d, "Camera", false) == DMSC_E_OK && !is_on(d, "Camera"),
	    "where the rule leaves it to the user it is his");
	ok(run(d, "2026-11-24T18:30") && is_on(d, "Camera") &&
	    !is_on(d, "USB"), "what he wanted before comes back behind it");
	dmsc_device_free(&d);
}

static void
order(struct dmsc_device *d, const char *uri, const char *server,
    unsigned want)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_world w = { .dev = d, .state_dir = folder, .e = &e,
	    .server = server };
	const struct dmsc_cmd c = { .kind = DMSC_CMD_EXEC };

	ok(dmsc_order_take(&w, dmsc_tree_find(d->tree, uri), &c,
	    dmsc_rd_of(NULL, 0)) == want, server == NULL ? "the user" :
	    server);
	if (dmsc_orders_keep(&w) != DMSC_E_OK ||
	    dmsc_orders_run(&w, NULL) != DMSC_E_OK)
		abort();
}

static void
by_server(void)
{
	static const char enable[] = "DCMO/Camera/Operations/Enable",
	    disable[] = "DCMO/Camera/Operations/Disable";
	struct dmsc_device *d = device();

	order(d, disable, "any.example", DMSC_DM_ACCEPTED);
	ok(!is_on(d, "Camera") && user(d, "Camera", true) == DMSC_E_OK &&
	    is_on(d, "Camera"),
	    "without a policy servers switch, and so does the user");
	ok(changed(d, "one", "-", NULL, "s")[0] == '\0' &&
	    run(d, "2026-11-24T09:00"), "with one");
	order(d, enable, "any.example", DMSC_DM_DENIED);
	order(d, enable, NULL, DMSC_DM_DENIED);
	ok(!is_on(d, "Camera"), "they do not");
	order(d, enable, "corp.example", DMSC_DM_ACCEPTED);
	ok(is_on(d, "Camera") && !run(d, "2026-11-24T10:00"),
	    "its administrator does");
	ok(run(d, "2026-11-24T18:30") && is_on(d, "Camera") &&
	    run(d, "2026-11-25T09:00") && !is_on(d, "Camera"),
	    "until another rule holds");
	(void)run(d, "2026-11-26T09:00");
	order(d, disable, "corp.example", DMSC_DM_ACCEPTED);
	ok(!is_on(d, "Camera") && user(d, "Camera", true) == DMSC_E_AUTH,
	    "what the administrator switched off, the user may not switch "
	    "on");
	dmsc_device_free(&d);
}

static void
permanent(void)
{
	static const char version[] = "Policy/Version";
	struct dmsc_device *d = device();
	struct dmsc_dm_rule rule = { .access = DMSC_DDF_ALL };
	struct dmsc_tree *other = dmsc_tree_new(4096);
	struct dmsc_origin o;
	const char *data;
	bool kept;

	ok(strstr(changed(d, "one", "Policy/Rule/x/Days", "y", "s"),
	    "the policy is bad: Rule/x/Function is missing") != NULL,
	    "a bad policy does not come in");
	ok(changed(d, "one", "-", NULL, "s")[0] == '\0' &&
	    dmsc_origin_find(d, "one", "Corp", &o) &&
	    dmsc_origin_remove(d, &o, true, &kept) == DMSC_E_OK && kept &&
	    dmsc_policy_node(d, NULL) != NULL &&
	    dmsc_tree_find(d->tree, "DMAcc/Acc/ServerID") != NULL,
	    "the card goes, the policy and its account stay");
	ok(strstr(insert(d, "one", other, NULL), "takes away") != NULL &&
	    insert(d, "two", other, NULL)[0] == '\0' &&
	    dmsc_policy_node(d, NULL) != NULL,
	    "a document without one does not take it away");
	(void)dmsc_origin_find(d, "two", "Corp", &o);
	if (dmsc_origin_remove(d, &o, false, &kept) != DMSC_E_OK)
		abort();
	ok(strstr(changed(d, "two", "Policy/Rule/lunch/Days", "Fri", "s"),
	    "not higher") != NULL && strstr(changed(d, "two", "-", NULL,
	    "t"), "credentials") != NULL && strstr(changed(d, "two",
	    version, "4", "t"), "credentials") != NULL,
	    "nor does a card of somebody else");
	ok(strstr(changed(d, "one", version, "2", "s"), "lower") != NULL &&
	    strstr(changed(d, "one", "Policy/Administrator", "evil.example",
	    "s"), "administrator") != NULL, "nor an older one, nor another's");
	ok(waits(d, "Refused", &data) == 5, "each is told, once");
	ok(changed(d, "one", version, "3", "s")[0] == '\0' &&
	    changed(d, "one", version, "4", "t")[0] == '\0' &&
	    waits(d, "Active", &data) == 2 && strcmp(data, "4") == 0,
	    "its own card changes it");
	ok(changed(d, "two", version, "5", "t")[0] == '\0' &&
	    !dmsc_origin_find(d, "one", "Corp", &o) &&
	    waits(d, "Active", &data) == 3,
	    "and another card of the same administrator");
	ok(changed(d, "three", version, "5", "t")[0] == '\0' &&
	    dmsc_policy_node(d, &o) != NULL && strcmp(o.card, "three") == 0,
	    "the same policy on a colleague's card is the same");
	if (dmsc_origin_remove(d, &o, true, &kept) != DMSC_E_OK)
		abort();
	ok(insert(d, "four", other, "t")[0] == '\0' && dmsc_tree_find(
	    d->tree, "DMAcc/Acc/ServerID") != NULL,
	    "its account makes room for the same one, which stays");
	dmsc_device_rule(NULL, dmsc_tree_find(d->tree, "Policy"), "Version",
	    &rule);
	ok(rule.permanent && (rule.access & ~(unsigned)(DMSC_DDF_GET |
	    DMSC_DDF_COPY)) == 0, "servers may read it, no more");
	dmsc_tree_free(&other);
	dmsc_device_free(&d);
}

/* One that a server put there is none. */
static void
foreign(void)
{
	struct dmsc_device *d = device();
	struct dmsc_tree *doc = document(NULL);

	if (dmsc_node_graft(d->tree, dmsc_tree_root(d->tree), "Policy",
	    dmsc_tree_find(doc, "Policy"), NULL) != DMSC_E_OK)
		abort();
	(void)run(d, "2026-11-24T09:00");
	ok(dmsc_policy_node(d, NULL) == NULL && is_on(d, "Camera"),
	    "a policy that came from no card is none");
	dmsc_tree_free(&doc);
	dmsc_device_free(&d);
}

int
main(void)
{
	if (!tap_folder(folder))
		return 99;
	when();
	turns();
	bad();
	many();
	clocks();
	scheduled();
	by_user();
	by_server();
	permanent();
	foreign();
	return tap_done();
}
