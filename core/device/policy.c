/* A policy read and asked (device/policy.h). */
#include "device/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/clock.h"

enum { WEEK = 7, ALL_DAYS = (1 << WEEK) - 1, MINUTES = 24 * 60,
	EPOCH_DAY = 3 /* 1 January 1970 was a Thursday */ };

static const char day_names[WEEK][4] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

/* What is read, and where its first mistake is told. */
struct reading {
	struct dmsc_policy *p;
	const char *rule;		/* NULL: the policy itself */
	char *why;
};

static int
bad(const struct reading *g, const char *what, const char *is)
{
	if (g->rule != NULL)
		(void)snprintf(g->why, DMSC_ERR_TEXT, "Rule/%s/%s %s",
		    g->rule, what, is);
	else
		(void)snprintf(g->why, DMSC_ERR_TEXT, "%s %s", what, is);
	return DMSC_E_DATA;
}

/* The leaf's text into out, "" where there is none. */
static int
text_of(const struct reading *g, const struct dmsc_node *n,
    const char *name, char *out, size_t size)
{
	const struct dmsc_node *leaf = dmsc_node_child(n, name);
	struct dmsc_rd v = { NULL, 0 };

	out[0] = '\0';
	if (leaf == NULL)
		return DMSC_E_OK;
	if (!dmsc_node_is_leaf(leaf))
		return bad(g, name, "is no leaf");
	v = dmsc_node_value(leaf);
	if (v.left == 0)
		return bad(g, name, "is empty");
	if (v.left >= size)
		return bad(g, name, "is too long");
	if (!dmsc_is_text(v) || memchr(v.p, '\n', v.left) != NULL)
		return bad(g, name, "is no text");
	memcpy(out, v.p, v.left);
	out[v.left] = '\0';
	return DMSC_E_OK;
}

static int
day_of(const char *s, size_t n)
{
	int i;

	for (i = 0; i < WEEK; i++)
		if (n == 3 && strncmp(s, day_names[i], 3) == 0)
			return i;
	return -1;
}

/* "Mon-Fri,Sun" as bits, 0: it is none. */
static unsigned
days_in(const char *s)
{
	unsigned days = 0;
	size_t n, one;
	int from, to;

	for (;; s += n + 1) {
		n = strcspn(s, ",");
		one = DMSC_MIN(strcspn(s, "-"), n);
		from = day_of(s, one);
		to = one == n ? from : day_of(s + one + 1, n - one - 1);
		if (from < 0 || to < 0)
			return 0;
		for (; from != to; from = (from + 1) % WEEK)
			days |= 1u << from;
		days |= 1u << to;
		if (s[n] == '\0')
			return days;
	}
}

static int
read_hours(const struct reading *g, const struct dmsc_node *n,
    struct dmsc_policy_rule *r)
{
	char text[16];
	int e = text_of(g, n, "Hours", text, sizeof text);

	r->from = 0;
	r->to = MINUTES;
	if (e != DMSC_E_OK || text[0] == '\0')
		return e;
	if (strlen(text) != 11 || text[5] != '-' ||
	    (r->from = dmsc_clock_minutes(text, 5)) < 0 ||
	    (r->to = dmsc_clock_minutes(text + 6, 5)) < 0 ||
	    r->from == MINUTES)
		return bad(g, "Hours", "are not like 08:00-18:00");
	if (r->from == r->to)
		return bad(g, "Hours", "end when they begin");
	return DMSC_E_OK;
}

static int
read_days(const struct reading *g, const struct dmsc_node *n,
    struct dmsc_policy_rule *r)
{
	char text[64];
	int e = text_of(g, n, "Days", text, sizeof text);

	r->days = ALL_DAYS;
	if (e != DMSC_E_OK || text[0] == '\0')
		return e;
	r->days = days_in(text);
	return r->days != 0 ? DMSC_E_OK :
	    bad(g, "Days", "are not like Mon-Fri or Sat,Sun");
}

static int
read_flags(const struct reading *g, const struct dmsc_node *n,
    struct dmsc_policy_rule *r)
{
	char text[16];
	int e = text_of(g, n, "State", text, sizeof text);

	if (e != DMSC_E_OK)
		return e;
	r->on = strcmp(text, "on") == 0;
	if (text[0] != '\0' && !r->on && strcmp(text, "off") != 0)
		return bad(g, "State", "is neither on nor off");
	if ((e = text_of(g, n, "DenyUser", text, sizeof text)) != DMSC_E_OK)
		return e;
	r->deny = strcmp(text, "false") != 0;
	if (text[0] != '\0' && r->deny && strcmp(text, "true") != 0)
		return bad(g, "DenyUser", "is neither true nor false");
	return DMSC_E_OK;
}

/* Names parted by commas, none of them empty; or *. */
static bool
is_names(const char *s)
{
	size_t n;

	for (;; s += n + 1) {
		n = strcspn(s, ",");
		if (n == 0 || memchr(s, ' ', n) != NULL ||
		    memchr(s, '/', n) != NULL)
			return false;
		if (s[n] == '\0')
			return true;
	}
}

static int
read_rule(struct reading *g, const struct dmsc_node *n,
    struct dmsc_policy_rule *r)
{
	int e;

	g->rule = dmsc_node_name(n);
	if (dmsc_node_is_leaf(n) || strlen(g->rule) > DMSC_POLICY_NAME ||
	    !dmsc_is_text(dmsc_rd_str(g->rule))) {
		g->rule = NULL;
		return bad(g, "Rule", "has a child that is no rule");
	}
	(void)snprintf(r->name, sizeof r->name, "%s", g->rule);
	if ((e = text_of(g, n, "Function", r->functions,
	    sizeof r->functions)) != DMSC_E_OK)
		return e;
	if (r->functions[0] == '\0')
		return bad(g, "Function", "is missing");
	if (!is_names(r->functions))
		return bad(g, "Function", "is not like Camera or Camera,USB");
	if ((e = read_days(g, n, r)) != DMSC_E_OK ||
	    (e = read_hours(g, n, r)) != DMSC_E_OK ||
	    (e = text_of(g, n, "Place", r->place, sizeof r->place)) !=
	    DMSC_E_OK)
		return e;
	return read_flags(g, n, r);
}

static int
read_rules(struct reading *g, const struct dmsc_node *mo)
{
	const struct dmsc_node *top = dmsc_node_child(mo, "Rule"), *n;
	int e;

	if (top == NULL || dmsc_node_is_leaf(top))
		return bad(g, "Rule", "is missing");
	for (n = dmsc_node_first(top); n != NULL; n = dmsc_node_next(n)) {
		if (g->p->n_rules == DMSC_POLICY_RULES)
			return bad(g, "Rule", "has more than 64 rules");
		e = read_rule(g, n, &g->p->rules[g->p->n_rules]);
		if (e != DMSC_E_OK)
			return e;
		g->p->n_rules++;
		g->rule = NULL;
	}
	return DMSC_E_OK;
}

/* A ServerID is what may stand in an ACL. */
static bool
is_server(const char *s)
{
	char acl[DMSC_POLICY_NAME + 16];

	(void)snprintf(acl, sizeof acl, "Exec=%s", s);
	return strcspn(s, "&+*=") == strlen(s) &&
	    dmsc_acl_check(acl) == DMSC_E_OK;
}

static int
read_head(const struct reading *g, const struct dmsc_node *mo)
{
	struct dmsc_policy *p = g->p;
	char text[24];
	int e;

	if (dmsc_node_is_leaf(mo))
		return bad(g, "it", "is a leaf");
	if ((e = text_of(g, mo, "Name", p->name, sizeof p->name)) !=
	    DMSC_E_OK || (e = text_of(g, mo, "Administrator",
	    p->administrator, sizeof p->administrator)) != DMSC_E_OK ||
	    (e = text_of(g, mo, "Version", text, sizeof text)) != DMSC_E_OK)
		return e;
	if (p->administrator[0] == '\0')
		return bad(g, "Administrator", "is missing");
	if (!is_server(p->administrator))
		return bad(g, "Administrator", "is no ServerID");
	if (text[0] == '\0')
		return bad(g, "Version", "is missing");
	if (dmsc_num_signed(text, 0, INT32_MAX, &p->version) != DMSC_E_OK)
		return bad(g, "Version", "is no number");
	return DMSC_E_OK;
}

int
dmsc_policy_read(const struct dmsc_node *mo, struct dmsc_policy **out,
    char *why)
{
	struct reading g = { .p = calloc(1, sizeof **out), .why = why };
	int e;

	*out = NULL;
	why[0] = '\0';
	if (g.p == NULL)
		return DMSC_E_NOMEM;
	if ((e = read_head(&g, mo)) == DMSC_E_OK &&
	    (e = read_rules(&g, mo)) == DMSC_E_OK)
		*out = g.p;
	else
		free(g.p);
	return e;
}

static bool
is_for(const struct dmsc_policy_rule *r, const char *function)
{
	const char *s = r->functions;
	size_t n, len = strlen(function);

	for (;; s += n + 1) {
		n = strcspn(s, ",");
		if ((n == 1 && *s == '*') || (n == len &&
		    strncmp(s, function, n) == 0))
			return true;
		if (s[n] == '\0')
			return false;
	}
}

static bool
is_day(const struct dmsc_policy_rule *r, int64_t day)
{
	return (r->days >> ((day + EPOCH_DAY) % WEEK) & 1) != 0;
}

/* Hours that go on past midnight belong to the day that they began on. */
static bool
holds(const struct dmsc_policy_rule *r, int64_t t, const char *place)
{
	int64_t day = t / DMSC_DAY;
	int minute = (int)(t % DMSC_DAY / 60);

	if (r->place[0] != '\0' && strcmp(r->place, place) != 0)
		return false;
	if (r->from < r->to)
		return is_day(r, day) && minute >= r->from &&
		    minute < r->to;
	return (is_day(r, day) && minute >= r->from) ||
	    (day > 0 && is_day(r, day - 1) && minute < r->to);
}

const struct dmsc_policy_rule *
dmsc_policy_rule_at(const struct dmsc_policy *p, const char *function,
    int64_t t, const char *place)
{
	size_t i;

	for (i = 0; i < p->n_rules; i++)
		if (is_for(&p->rules[i], function) &&
		    holds(&p->rules[i], t, place))
			return &p->rules[i];
	return NULL;
}

/* The next time behind t that is this minute of a day. */
static int64_t
next_minute(int64_t t, int minute)
{
	int64_t at = t - t % DMSC_DAY + (int64_t)minute * 60;

	return at > t ? at : at + DMSC_DAY;
}

int64_t
dmsc_policy_turn(const struct dmsc_policy *p, int64_t t)
{
	int64_t first = 0, at;
	size_t i, k;

	for (i = 0; i < p->n_rules; i++) {
		const int minutes[] = { p->rules[i].from, p->rules[i].to };

		for (k = 0; k < DMSC_COUNT(minutes); k++) {
			at = next_minute(t, minutes[k] % MINUTES);
			if (first == 0 || at < first)
				first = at;
		}
	}
	return first;
}

void
dmsc_policy_days(const struct dmsc_policy_rule *r, char *out, size_t size)
{
	size_t n = 0;
	int i, to;

	out[0] = '\0';
	if (r->days == ALL_DAYS) {
		(void)snprintf(out, size, "every day");
		return;
	}
	for (i = 0; i < WEEK && n < size; i = to) {
		for (to = i; to < WEEK && (r->days >> to & 1) != 0; to++)
			continue;
		if (to == i) {
			to++;
			continue;
		}
		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s",
		    n == 0 ? "" : ",", day_names[i], to - i > 1 ? "-" : "",
		    to - i > 1 ? day_names[to - 1] : "");
	}
}

void
dmsc_policy_hours(const struct dmsc_policy_rule *r, char *out, size_t size)
{
	if (r->from == 0 && r->to == MINUTES)
		(void)snprintf(out, size, "all day");
	else
		(void)snprintf(out, size, "%02d:%02d-%02d:%02d",
		    r->from / 60, r->from % 60, r->to / 60, r->to % 60);
}
