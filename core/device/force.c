/* The policy in force (device/force.h). */
#include "device/force.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/alerts.h"
#include "device/clock.h"
#include "device/functions.h"
#include "dm/dm.h"

#define RAN "Ran"	/* when it did so last */
enum { URI_MAX = 4096, ALERTS_MAX = 200, TURNS_MAX = 4096,
	WALK = 14 * DMSC_DAY, WEEK_AHEAD = 8 * DMSC_DAY };

static bool
is_policy(const struct dmsc_node *n)
{
	return dmsc_begins(dmsc_node_type(n), DMSC_POLICY_URN);
}

/* The policy among the MOs of an origin. */
static struct dmsc_node *
brought_by(const struct dmsc_device *d, const struct dmsc_origin *o)
{
	struct dmsc_buf *uri = dmsc_buf_new(URI_MAX);
	struct dmsc_node *n = NULL;
	const char *s;
	size_t k;

	for (k = 0; uri != NULL && n == NULL &&
	    dmsc_origin_place(o, k, uri); k++) {
		if ((s = dmsc_buf_cstr(uri)) == NULL)
			break;
		n = dmsc_tree_find(d->tree, s);
		if (n != NULL && !is_policy(n))
			n = NULL;
	}
	dmsc_buf_free(&uri);
	return n;
}

const struct dmsc_node *
dmsc_policy_node(const struct dmsc_device *d, struct dmsc_origin *origin)
{
	struct dmsc_origin o;
	const struct dmsc_node *n = NULL;
	size_t i;

	for (i = 0; n == NULL && dmsc_origin_at(d, i, &o); i++)
		n = brought_by(d, &o);
	if (n != NULL && origin != NULL)
		*origin = o;
	return n;
}

int
dmsc_policy_load(const struct dmsc_device *d, struct dmsc_policy **out)
{
	const struct dmsc_node *n = dmsc_policy_node(d, NULL);
	char why[DMSC_ERR_TEXT];
	int r;

	*out = NULL;
	if (n == NULL)
		return DMSC_E_OK;
	r = dmsc_policy_read(n, out, why);
	return r == DMSC_E_NOMEM ? r : DMSC_E_OK;
}

void
dmsc_policy_administrator(const struct dmsc_device *d, char *out,
    size_t size)
{
	dmsc_device_text(dmsc_policy_node(d, NULL), "Administrator", out,
	    size);
}

static bool
is_account_of(const struct dmsc_node *n, const char *server)
{
	const struct dmsc_node *id = dmsc_node_is_leaf(n) ? NULL :
	    dmsc_node_child(n, "ServerID");

	return id != NULL && dmsc_rd_eq_str(dmsc_node_value(id), server);
}

bool
dmsc_policy_keeps(const struct dmsc_device *d, const struct dmsc_node *n)
{
	char administrator[DMSC_POLICY_NAME + 1];

	if (is_policy(n))
		return true;
	dmsc_policy_administrator(d, administrator, sizeof administrator);
	return administrator[0] != '\0' && is_account_of(n, administrator);
}

bool
dmsc_policy_has(const struct dmsc_device *d, const struct dmsc_node *n)
{
	const struct dmsc_node *p = dmsc_policy_node(d, NULL);

	while (p != NULL && n != NULL && n != p)
		n = dmsc_node_parent(n);
	return p != NULL && n == p;
}

void
dmsc_policy_place(const struct dmsc_device *d, char *out, size_t size)
{
	dmsc_device_text(dmsc_tree_find(d->tree, "Origin"), "Place", out,
	    size);
}

/* ---- alerts */

static bool
is_ours(const struct dmsc_node *n)
{
	char type[sizeof DMSC_POLICY_ALERT + 32];

	dmsc_device_text(n, "Type", type, sizeof type);
	return dmsc_begins(type, DMSC_POLICY_ALERT);
}

static bool
says(const struct dmsc_node *n, const char *name, const char *text)
{
	const struct dmsc_node *leaf = dmsc_node_child(n, name);

	return leaf != NULL && dmsc_rd_eq_str(dmsc_node_value(leaf), text);
}

/* Whether just this waits already; the oldest goes where there are many. */
static int
make_room(struct dmsc_device *d, const struct dmsc_alert *a, bool *waits)
{
	const struct dmsc_node *top = dmsc_tree_find(d->tree,
	    "Origin/Alert");
	struct dmsc_node *n, *oldest = NULL;
	size_t ours = 0;

	*waits = false;
	for (n = top == NULL ? NULL : dmsc_node_first(top); n != NULL;
	    n = dmsc_node_next(n)) {
		if (!is_ours(n))
			continue;
		if (says(n, "Type", a->type) && says(n, "Data", a->data) &&
		    says(n, "Source", a->source) &&
		    says(n, "Server", a->server))
			*waits = true;
		if (oldest == NULL)
			oldest = n;
		ours++;
	}
	return *waits || ours < ALERTS_MAX ? DMSC_E_OK :
	    dmsc_node_remove(d->tree, oldest);
}

int
dmsc_policy_tell(struct dmsc_device *d, const char *administrator,
    const char *type, const char *source, const char *data, bool warning,
    bool *changed)
{
	const struct dmsc_alert a = { .server = administrator,
	    .source = source, .type = type, .format = "chr",
	    .mark = warning ? "warning" : "informational", .data = data };
	bool waits;
	int r = make_room(d, &a, &waits);

	if (r != DMSC_E_OK || waits)
		return r;
	*changed = true;
	return dmsc_alert_add(d, &a);
}

/* ---- what comes in */

static const struct dmsc_node *
policy_of(const struct dmsc_tree *doc)
{
	const struct dmsc_node *n = dmsc_dm_next_mo(doc, NULL);

	while (n != NULL && !is_policy(n))
		n = dmsc_dm_next_mo(doc, n);
	return n;
}

static const struct dmsc_node *
account_of(const struct dmsc_tree *t, const char *server)
{
	const struct dmsc_node *n = dmsc_dm_next_mo(t, NULL);

	while (n != NULL && !is_account_of(n, server))
		n = dmsc_dm_next_mo(t, n);
	return n;
}

/* The secret of each credential of b is that of a's, by its level. */
static bool
same_secrets(const struct dmsc_node *a, const struct dmsc_node *b)
{
	static const char *const names[] = { "AAuthLevel", "AAuthSecret" };
	const struct dmsc_node *n, *m, *x, *y;
	bool same = false;
	size_t i;

	a = dmsc_node_child(a, "AppAuth");
	b = dmsc_node_child(b, "AppAuth");
	if (a == NULL || b == NULL)
		return false;
	for (n = dmsc_node_first(a); n != NULL; n = dmsc_node_next(n)) {
		if ((m = dmsc_node_child(b, dmsc_node_name(n))) == NULL)
			return false;
		for (i = 0; i < DMSC_COUNT(names); i++) {
			x = dmsc_node_child(n, names[i]);
			y = dmsc_node_child(m, names[i]);
			if (x == NULL || y == NULL ||
			    dmsc_node_value(x).left == 0 || !dmsc_rd_eq(
			    dmsc_node_value(x), dmsc_node_value(y)))
				return false;
		}
		same = true;
	}
	return same;
}

/* What is against the policy of doc, from the card and document of o, where
 * was is in force. NULL: nothing. */
static const char *
against(const struct dmsc_device *d, const struct dmsc_origin *o,
    const struct dmsc_tree *doc, const struct dmsc_policy *fresh,
    const struct dmsc_policy *was)
{
	struct dmsc_origin old;
	const struct dmsc_node *now = dmsc_policy_node(d, &old);
	const struct dmsc_node *a, *b;
	bool same_card = o->card[0] != '\0' &&
	    strcmp(o->card, old.card) == 0;

	if (strcmp(fresh->administrator, was->administrator) != 0)
		return "its administrator is not that of the policy in force";
	if (fresh->version < was->version)
		return "its version is lower than that of the policy in force";
	if (same_card)
		return NULL;
	if (fresh->version == was->version &&
	    !dmsc_node_equal(now, policy_of(doc)))
		return "its version is not higher than that of the policy in "
		    "force";
	a = account_of(doc, fresh->administrator);
	b = account_of(d->tree, fresh->administrator);
	return a != NULL && b != NULL && same_secrets(a, b) ? NULL :
	    "it does not bring the credentials of the administrator";
}

static int
refused(struct dmsc_device *d, const char *administrator,
    const struct dmsc_origin *o, const char *why, bool *changed)
{
	char data[DMSC_ERR_TEXT + sizeof o->document + 8];

	if (administrator[0] == '\0')
		return DMSC_E_OK;
	(void)snprintf(data, sizeof data, "/%s: %s", o->document, why);
	return dmsc_policy_tell(d, administrator, DMSC_POLICY_ALERT "Refused",
	    "./DCMO", data, true, changed);
}

static int
weigh(struct dmsc_device *d, const struct dmsc_origin *o,
    const struct dmsc_tree *doc, struct dmsc_origin *old,
    struct dmsc_policy **was, struct dmsc_policy **fresh, char *why)
{
	const struct dmsc_node *now = dmsc_policy_node(d, old);
	const struct dmsc_node *mo = policy_of(doc);
	const char *no = NULL;
	char bad[DMSC_ERR_TEXT];
	int r = DMSC_E_OK;

	why[0] = '\0';
	if (now == NULL)
		old->node = NULL;
	if ((r = dmsc_policy_load(d, was)) != DMSC_E_OK)
		return r;
	if (mo == NULL) {
		if (now != NULL && strcmp(old->card, o->card) == 0 &&
		    strcmp(old->document, o->document) == 0)
			no = "it takes away the policy in force, which only "
			    "another one replaces";
		old->node = NULL;
	} else if ((r = dmsc_policy_read(mo, fresh, bad)) == DMSC_E_DATA) {
		(void)snprintf(why, DMSC_ERR_TEXT, "the policy is bad: %.200s",
		    bad);
		r = DMSC_E_OK;
	} else if (r == DMSC_E_OK && *was != NULL)
		no = against(d, o, doc, *fresh, *was);
	if (no != NULL)
		(void)snprintf(why, DMSC_ERR_TEXT, "%s", no);
	return r;
}

int
dmsc_policy_admits(struct dmsc_device *d, const struct dmsc_origin *o,
    const struct dmsc_tree *doc, struct dmsc_origin *old, char *why,
    bool *admits, bool *changed)
{
	struct dmsc_policy *was = NULL, *fresh = NULL;
	const char *administrator = "";
	int r = weigh(d, o, doc, old, &was, &fresh, why);

	*admits = why[0] == '\0';
	if (was != NULL)
		administrator = was->administrator;
	else if (fresh != NULL)
		administrator = fresh->administrator;
	if (r == DMSC_E_OK && !*admits)
		r = refused(d, administrator, o, why, changed);
	free(was);
	free(fresh);
	return r;
}

int
dmsc_policy_yield(struct dmsc_device *d, const struct dmsc_tree *doc)
{
	char administrator[DMSC_POLICY_NAME + 1];
	const struct dmsc_node *theirs, *found;
	struct dmsc_buf *uri;
	const char *s;
	int r = DMSC_E_OK;

	dmsc_policy_administrator(d, administrator, sizeof administrator);
	if (administrator[0] == '\0' ||
	    (theirs = account_of(doc, administrator)) == NULL ||
	    (found = account_of(d->tree, administrator)) == NULL ||
	    !same_secrets(theirs, found))
		return DMSC_E_OK;
	if ((uri = dmsc_buf_new(URI_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if (dmsc_node_uri(found, uri) != DMSC_E_OK ||
	    (s = dmsc_buf_cstr(uri)) == NULL)
		r = DMSC_E_NOMEM;
	else
		r = dmsc_node_remove(d->tree, dmsc_tree_find(d->tree, s));
	dmsc_buf_free(&uri);
	return r;
}

int
dmsc_policy_taken(struct dmsc_device *d, const struct dmsc_origin *o)
{
	const struct dmsc_node *n = brought_by(d, o);
	struct dmsc_node *root = dmsc_tree_find(d->tree, "DCMO");
	char acl[DMSC_POLICY_NAME + 16], source[DMSC_TREE_NAME_MAX + 3],
	    version[24];
	struct dmsc_policy *p = NULL;
	bool changed;
	int r = n == NULL ? DMSC_E_OK : dmsc_policy_load(d, &p);

	if (p == NULL)
		return r;
	(void)snprintf(acl, sizeof acl, "Get=*&Exec=%s", p->administrator);
	(void)snprintf(source, sizeof source, "./%s", dmsc_node_name(n));
	(void)snprintf(version, sizeof version, "%d", (int)p->version);
	r = dmsc_functions_released(d);
	if (r == DMSC_E_OK && root != NULL)
		r = dmsc_node_set_acl(d->tree, root, acl);
	if (r == DMSC_E_OK)
		r = dmsc_policy_tell(d, p->administrator,
		    DMSC_POLICY_ALERT "Active", source, version, false,
		    &changed);
	free(p);
	return r;
}

/* ---- what it does */

static int64_t
ran(const struct dmsc_device *d)
{
	char text[24];
	int64_t t = 0;

	dmsc_device_text(dmsc_tree_find(d->tree, "Origin"), RAN, text,
	    sizeof text);
	return dmsc_num_signed(text, 0, INT64_MAX / 2, &t) == DMSC_E_OK ? t :
	    0;
}

static int
set_ran(struct dmsc_device *d, int64_t t)
{
	struct dmsc_node *top;
	char text[24];
	int r = dmsc_device_need(d, "Origin", &top);

	(void)snprintf(text, sizeof text, "%lld", (long long)t);
	return r != DMSC_E_OK ? r : dmsc_device_put(d, top, RAN,
	    DMSC_FMT_CHR, dmsc_rd_str(text));
}

/* All turns up to now, behind from. */
static int
walk(struct dmsc_device *d, const struct dmsc_policy *p, int64_t from,
    int64_t now, bool *changed)
{
	int64_t t = from;
	int i, r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < TURNS_MAX; i++) {
		t = dmsc_policy_turn(p, t);
		if (t == 0 || t > now)
			break;
		r = dmsc_functions_settle(d, p, t, true, changed);
	}
	return r;
}

int
dmsc_policy_run(struct dmsc_device *d, int64_t now, bool *changed)
{
	struct dmsc_policy *p = NULL;
	int64_t from = ran(d);
	bool did = false;
	int r = dmsc_policy_load(d, &p);

	if (r == DMSC_E_OK && p != NULL && from > 0 && from < now)
		r = walk(d, p, DMSC_MAX(from, now - WALK), now, &did);
	if (r == DMSC_E_OK)
		r = dmsc_functions_settle(d, p, now, true, &did);
	if (r == DMSC_E_OK && p != NULL)
		r = set_ran(d, now);
	if (did)
		*changed = true;
	free(p);
	return r;
}

/* Whether anything is switched between rules at t rather than at now. */
static bool
turns(const struct dmsc_device *d, const struct dmsc_policy *p,
    const char *place, int64_t now, int64_t t)
{
	const struct dmsc_node *f;
	size_t i;

	for (i = 0; (f = dmsc_function_at(d, i)) != NULL; i++)
		if (dmsc_policy_rule_at(p, dmsc_node_name(f), now, place) !=
		    dmsc_policy_rule_at(p, dmsc_node_name(f), t, place))
			return true;
	return false;
}

int64_t
dmsc_policy_next(const struct dmsc_device *d, const struct dmsc_policy *p,
    int64_t now)
{
	char place[DMSC_POLICY_NAME + 1];
	int64_t t = now;
	int i;

	dmsc_policy_place(d, place, sizeof place);
	for (i = 0; i < TURNS_MAX; i++) {
		t = dmsc_policy_turn(p, t);
		if (t == 0 || t > now + WEEK_AHEAD)
			break;
		if (turns(d, p, place, now, t))
			return t;
	}
	return 0;
}
