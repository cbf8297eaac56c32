/*
 * Rules for LwM2M bootstrap data: the file of a card, the objects Security
 * (0) and Server (1), and values against the table of resources.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/lint_inner.h"
#include "codec/lwm2m_inner.h"

enum { MODE_PSK = 0, MODE_RPK = 1, MODE_CERT = 2, MODE_NOSEC = 3,
	MODE_MAX = 4, PSK_MIN = 16, SHORT_ID_MAX = 65534,
	DEPTH_RESOURCE = 3 };

static struct dmsc_rd
value_of(const struct dmsc_node *n, const char *id)
{
	const struct dmsc_node *c = dmsc_node_child(n, id);

	return c == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(c);
}

/* A number of the instance n; false: it is not there or none. */
static bool
number_of(const struct dmsc_node *n, const char *id, uint64_t max,
    uint64_t *out)
{
	char text[LINT_SHOWN + 1];

	return dmsc_num(lint_shown(value_of(n, id), text), 10, max, out) ==
	    DMSC_E_OK;
}

/* At the resource where it is there, else at its instance. */
static const struct dmsc_node *
spot(const struct dmsc_node *n, const char *id)
{
	const struct dmsc_node *c = dmsc_node_child(n, id);

	return c != NULL ? c : n;
}

static void
uri(struct lint *l, const struct dmsc_node *n, bool nosec, bool mode)
{
	static const char *const plain[] = { "coap://", "coap+tcp://" };
	static const char *const secure[] = { "coaps://", "coaps+tcp://" };
	bool is_plain = false, is_secure = false;
	char text[LINT_SHOWN + 1];
	size_t i;

	(void)lint_shown(value_of(n, "0"), text);
	for (i = 0; i < DMSC_COUNT(plain); i++) {
		is_plain |= dmsc_begins(text, plain[i]) &&
		    strlen(text) > strlen(plain[i]);
		is_secure |= dmsc_begins(text, secure[i]) &&
		    strlen(text) > strlen(secure[i]);
	}
	if (!is_plain && !is_secure)
		lint_node_say(l, DMSC_L_L_URI, spot(n, "0"), "'%s'", text);
	else if (mode && is_secure == nosec)
		lint_node_say(l, DMSC_L_L_SCHEME, spot(n, "0"), nosec ?
		    "%s with NoSec" : "%s with a security mode", text);
}

static void
need(struct lint *l, const struct dmsc_node *n, const char *id,
    const char *what)
{
	if (value_of(n, id).left == 0)
		lint_node_say(l, DMSC_L_L_CREDENTIAL, spot(n, id), "%s (%s) "
		    "is missing", what, id);
}

static void
credentials(struct lint *l, const struct dmsc_node *n, uint64_t mode)
{
	size_t key = value_of(n, "5").left;

	if (mode == MODE_NOSEC) {
		lint_node_say(l, DMSC_L_L_NOSEC, spot(n, "2"), "the server "
		    "is reached without security");
		return;
	}
	if (mode > MODE_CERT)
		return;
	need(l, n, "3", mode == MODE_PSK ? "the identity" :
	    "the client's public key");
	if (mode != MODE_PSK)
		need(l, n, "4", "the server's public key");
	need(l, n, "5", "the secret key");
	if (mode == MODE_PSK && key > 0 && key < PSK_MIN)
		lint_node_say(l, DMSC_L_L_PSK, spot(n, "5"), "the key has "
		    "%zu bytes", key);
}

/* The short server id of an instance; 0: none that is good. */
static uint64_t
short_id(struct lint *l, const struct dmsc_node *n, const char *id)
{
	uint64_t v = 0;

	if (!number_of(n, id, SHORT_ID_MAX, &v) || v == 0) {
		lint_node_say(l, DMSC_L_L_SHORT_ID, spot(n, id), "the short "
		    "server id is %s", dmsc_node_child(n, id) == NULL ?
		    "missing" : "out of range");
		return 0;
	}
	return v;
}

/* The short server id, which is used once. */
static void
unique(struct lint *l, const struct dmsc_node *n, const char *id,
    struct lint_names *ids)
{
	uint64_t v = short_id(l, n, id);
	int r = v != 0 ? lint_names_add(ids, value_of(n, id)) : DMSC_E_OK;

	if (r == DMSC_E_NOMEM)
		lint_nomem(l);
	else if (r == DMSC_E_EXISTS)
		lint_node_say(l, DMSC_L_L_SHORT_ID, spot(n, id), "the short "
		    "server id %u is used twice", (unsigned)v);
}

/* True: it is a bootstrap server. */
static bool
security(struct lint *l, const struct dmsc_node *n,
    const struct lint_names *servers, struct lint_names *ids)
{
	bool boot = dmsc_rd_eq_str(value_of(n, "1"), "true");
	bool good;
	uint64_t mode = 0;
	struct dmsc_rd id = value_of(n, "10");

	good = number_of(n, "2", MODE_MAX, &mode);

	uri(l, n, mode == MODE_NOSEC, good);
	if (dmsc_node_child(n, "1") == NULL)
		lint_node_say(l, DMSC_L_L_MANDATORY, n, "no Bootstrap-Server "
		    "(1)");
	if (!good)
		lint_node_say(l, DMSC_L_L_MODE, spot(n, "2"), "the mode is "
		    "%s", dmsc_node_child(n, "2") == NULL ? "missing" :
		    "not known");
	else
		credentials(l, n, mode);
	if (boot)
		return true;
	unique(l, n, "10", ids);
	if (lint_names_has(ids, id) && !lint_names_has(servers, id))
		lint_node_say(l, DMSC_L_L_NO_SERVER, n, "no Server object "
		    "has the short server id %.*s", (int)id.left,
		    (const char *)id.p);
	return false;
}

static void
server(struct lint *l, const struct dmsc_node *n, struct lint_names *ids)
{
	static const char *const must[] = { "1", "6", "7" };
	size_t i;

	unique(l, n, "0", ids);
	for (i = 0; i < DMSC_COUNT(must); i++)
		if (dmsc_node_child(n, must[i]) == NULL)
			lint_node_say(l, DMSC_L_L_MANDATORY, n, "no resource "
			    "%s", must[i]);
}

static void
objects(struct lint *l)
{
	const struct dmsc_node *root = dmsc_tree_root(l->t), *c;
	const struct dmsc_node *all = dmsc_node_child(root, "0");
	const struct dmsc_node *servers = dmsc_node_child(root, "1");
	struct lint_names ids = { NULL, 0, 0 }, server_ids = { NULL, 0, 0 };
	size_t boots = 0;

	if (all == NULL || dmsc_node_first(all) == NULL)
		dmsc_lint_say(l->o, DMSC_L_L_NO_SECURITY, 0, NULL,
		    "there is no Security object instance");
	for (c = servers == NULL ? NULL : dmsc_node_first(servers);
	    c != NULL; c = dmsc_node_next(c))
		server(l, c, &server_ids);
	for (c = all == NULL ? NULL : dmsc_node_first(all); c != NULL;
	    c = dmsc_node_next(c))
		if (security(l, c, &server_ids, &ids) && ++boots > 1)
			lint_node_say(l, DMSC_L_L_BOOTSTRAPS, c, "a second "
			    "bootstrap server");
	lint_names_clear(&ids);
	lint_names_clear(&server_ids);
}

/* A resource or an instance of one, against the table. */
static void
resource(struct lint *l, const struct dmsc_node *n, unsigned object,
    unsigned id)
{
	const struct dmsc_lwm2m_res *row = dmsc_lwm2m_resource(object, id);

	if (row == NULL) {
		if (dmsc_lwm2m_object_name(object) != NULL)
			lint_node_say(l, DMSC_L_L_UNKNOWN, n, "%s has no "
			    "resource %u here",
			    dmsc_lwm2m_object_name(object), id);
	} else if (dmsc_node_format(n) == DMSC_FMT_BIN &&
	    row->format != DMSC_FMT_BIN)
		lint_node_say(l, DMSC_L_L_TYPE, n, "the value of %s is no %s",
		    row->path_name, dmsc_format_name(row->format));
}

/* No deeper than four levels. */
static void
below(struct lint *l, const struct dmsc_node *n, unsigned depth,
    unsigned object, unsigned above)
{
	const struct dmsc_node *c;
	unsigned id = 0, nth = 1;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if (!dmsc_lwm2m_id(dmsc_node_name(c), &id, &nth))
			continue;
		if (nth == 2)
			lint_node_say(l, DMSC_L_L_TWICE, c, "the number %u "
			    "again", id);
		if (dmsc_node_is_leaf(c))
			resource(l, c, object, depth > DEPTH_RESOURCE ?
			    above : id);
		else
			below(l, c, depth + 1, depth == 1 ? id : object, id);
	}
}

static size_t
depth_of(const struct dmsc_node *n)
{
	size_t d = 0;

	while ((n = dmsc_node_parent(n)) != NULL)
		d++;
	return d;
}

static void
place_all(struct lint *l, const struct lwm2m_map *map)
{
	const struct lwm2m_item *it;
	size_t i, at;

	for (i = 0; i < map->n; i++) {
		it = &map->items[i];
		at = (size_t)(it->raw.p - l->bytes.p);
		if (lint_place_add(l, it->node, at, at) != DMSC_E_OK)
			lint_nomem(l);
	}
	lint_places_sort(l);
	for (i = 0; i < map->n; i++) {
		it = &map->items[i];
		if (it->bare && depth_of(it->node) == 1)
			lint_node_say(l, DMSC_L_L_BARE, it->node, "resources "
			    "without the header of the file");
		if (!it->bare && depth_of(it->node) == DEPTH_RESOURCE &&
		    (it->raw.p[0] & LWM2M_KIND) == LWM2M_RES_INSTANCE)
			lint_node_say(l, DMSC_L_L_ALONE, it->node, "a "
			    "resource instance outside a resource");
	}
}

size_t
lint_lwm2m(struct lint *l, bool json)
{
	struct lwm2m_map map = { NULL, 0, 0 };
	struct dmsc_err e = { 0 };
	size_t used = l->bytes.left;
	int r = json ? dmsc_lwm2m_read_json(l->bytes, l->t, &e) :
	    dmsc_lwm2m_read_map(l->bytes, l->t, &used, &map, &e);

	if (r == DMSC_E_OK) {
		place_all(l, &map);
		objects(l);
		below(l, dmsc_tree_root(l->t), 1, 0, 0);
	} else if (r == DMSC_E_LIMIT && l->bytes.left > DMSC_LWM2M_MAX)
		dmsc_lint_say(l->o, DMSC_L_L_SIZE, DMSC_LWM2M_MAX, NULL,
		    "%zu bytes", l->bytes.left);
	else
		lint_unreadable(l, &e);
	free(map.items);
	return r == DMSC_E_OK ? used : l->bytes.left;
}
