/* Rules for Client Provisioning documents (reference oma-dm.md 3.5, 8.1). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/cp.h"
#include "codec/cpel.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { PORT_MAX = 65535 };

struct in {
	struct lint *l;
	struct lint_names naps, proxies;	/* that may be referred to */
};

static bool
is_named(const struct dmsc_node *n, const char *name)
{
	return dmsc_rd_eq_str(dmsc_cp_bare(dmsc_node_name(n)), name);
}

/* The next child of n behind c (NULL: the first) with this name. */
static const struct dmsc_node *
next_of(const struct dmsc_node *n, const struct dmsc_node *c,
    const char *name)
{
	c = c == NULL ? dmsc_node_first(n) : dmsc_node_next(c);
	while (c != NULL && !is_named(c, name))
		c = dmsc_node_next(c);
	return c;
}

static struct dmsc_rd
value_of(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *c = next_of(n, NULL, name);

	return c == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(c);
}

static void
credentials(struct lint *l, const struct dmsc_node *app)
{
	static const char *const levels[] = { "APPSRV", "CLIENT", "OBEX" };
	const struct dmsc_node *a = NULL;
	bool server = false, client = false;
	struct dmsc_rd level;
	char text[LINT_SHOWN + 1];

	while ((a = next_of(app, a, "APPAUTH")) != NULL) {
		level = value_of(a, "AAUTHLEVEL");
		server |= dmsc_rd_eq_str(level, "CLIENT");
		client |= dmsc_rd_eq_str(level, "APPSRV");
		if (level.left > 0 &&
		    !lint_one_of(level, levels, DMSC_COUNT(levels)))
			lint_node_say(l, DMSC_L_C_LEVEL,
			    next_of(a, NULL, "AAUTHLEVEL"), "'%s'",
			    lint_shown(level, text));
	}
	if (!server || !client)
		lint_node_say(l, DMSC_L_C_CREDENTIAL, app, "no credential "
		    "of the level %s", client ? "CLIENT" : "APPSRV");
}

static bool
has_address(const struct dmsc_node *app)
{
	const struct dmsc_node *a = NULL;

	if (value_of(app, "ADDR").left > 0)
		return true;
	while ((a = next_of(app, a, "APPADDR")) != NULL)
		if (value_of(a, "ADDR").left > 0)
			return true;
	return false;
}

static void
application(struct lint *l, const struct dmsc_node *n)
{
	if (value_of(n, "APPID").left == 0)
		lint_node_say(l, DMSC_L_C_APPID, n, "no APPID");
	if (!dmsc_rd_eq_str(value_of(n, "APPID"), "w7"))
		return;
	if (value_of(n, "PROVIDER-ID").left == 0)
		lint_node_say(l, DMSC_L_C_PROVIDER, n, "no PROVIDER-ID");
	if (!has_address(n))
		lint_node_say(l, DMSC_L_C_ADDR, n, "no ADDR");
	credentials(l, n);
}

static void
access_point(struct lint *l, const struct dmsc_node *n)
{
	if (value_of(n, "NAPID").left == 0 ||
	    value_of(n, "NAP-ADDRESS").left == 0)
		lint_node_say(l, DMSC_L_C_NAP, n, "no %s",
		    value_of(n, "NAPID").left == 0 ? "NAPID" :
		    "NAP-ADDRESS");
}

static void
proxy(struct lint *l, const struct dmsc_node *n)
{
	const struct dmsc_node *p = next_of(n, NULL, "PXPHYSICAL");

	if (value_of(n, "PROXY-ID").left == 0 || p == NULL ||
	    value_of(p, "PXADDR").left == 0)
		lint_node_say(l, DMSC_L_C_PROXY, n, "no %s",
		    value_of(n, "PROXY-ID").left == 0 ? "PROXY-ID" :
		    "PXPHYSICAL with a PXADDR");
}

/* The identifier of a top characteristic, which references name. */
static void
identify(struct in *in, const struct dmsc_node *n, const char *id,
    struct lint_names *names)
{
	struct dmsc_rd v = value_of(n, id);
	char text[LINT_SHOWN + 1];
	int r = v.left > 0 ? lint_names_add(names, v) : DMSC_E_OK;

	if (r == DMSC_E_NOMEM)
		lint_nomem(in->l);
	else if (r == DMSC_E_EXISTS)
		lint_node_say(in->l, DMSC_L_C_SAME, next_of(n, NULL, id),
		    "'%s' again", lint_shown(v, text));
}

static void
nonce(struct lint *l, const struct dmsc_node *n, struct dmsc_rd v)
{
	struct dmsc_buf *b = dmsc_buf_new(v.left + 1);

	if (b == NULL)
		lint_nomem(l);
	else if (dmsc_b64_get(v, b) != DMSC_E_OK)
		lint_node_say(l, DMSC_L_C_NONCE, n, "no base64");
	dmsc_buf_free(&b);
}

static void
parm(const struct in *in, const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);
	char text[LINT_SHOWN + 1];
	uint64_t port;

	(void)lint_shown(v, text);
	if (is_named(n, "PORTNBR") && (dmsc_num(text, 10, PORT_MAX, &port) !=
	    DMSC_E_OK || port == 0))
		lint_node_say(in->l, DMSC_L_C_PORT, n, "'%s'", text);
	if ((is_named(n, "TO-NAPID") && !dmsc_rd_eq_str(v, "INTERNET") &&
	    !lint_names_has(&in->naps, v)) || (is_named(n, "TO-PROXY") &&
	    !lint_names_has(&in->proxies, v)))
		lint_node_say(in->l, DMSC_L_DANGLING, n, "'%s' is not here",
		    text);
	if (is_named(n, "AAUTHDATA"))
		nonce(in->l, n, v);
}

static void
characteristic(struct lint *l, const struct dmsc_node *n)
{
	static const char *const types[] = { "NAPDEF", "PXLOGICAL",
	    "PXPHYSICAL", "PORT", "VALIDITY", "BOOTSTRAP", "VENDORCONFIG",
	    "CLIENTIDENTITY", "PXAUTHINFO", "NAPAUTHINFO", "ACCESS",
	    "APPLICATION", "APPADDR", "APPAUTH", "RESOURCE" };

	if (!lint_one_of(dmsc_cp_bare(dmsc_node_name(n)), types,
	    DMSC_COUNT(types)))
		lint_node_say(l, DMSC_L_C_TYPE, n, "'%s'",
		    dmsc_node_name(n));
	if (is_named(n, "APPLICATION"))
		application(l, n);
	if (is_named(n, "NAPDEF"))
		access_point(l, n);
	if (is_named(n, "PXLOGICAL"))
		proxy(l, n);
}

/* No deeper than a tree is. */
static void
below(const struct in *in, const struct dmsc_node *n)
{
	const struct dmsc_node *c;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (dmsc_node_is_leaf(c))
			parm(in, c);
		else {
			characteristic(in->l, c);
			below(in, c);
		}
}

static void
all(struct lint *l)
{
	struct in in = { .l = l };
	const struct dmsc_node *c;

	for (c = dmsc_node_first(dmsc_tree_root(l->t)); c != NULL;
	    c = dmsc_node_next(c))
		if (is_named(c, "NAPDEF"))
			identify(&in, c, "NAPID", &in.naps);
		else if (is_named(c, "PXLOGICAL"))
			identify(&in, c, "PROXY-ID", &in.proxies);
	below(&in, dmsc_tree_root(l->t));
	lint_names_clear(&in.naps);
	lint_names_clear(&in.proxies);
}

static int
on_node(void *ctx, const struct dmsc_node *n, size_t from)
{
	return lint_place_add(ctx, n, from, from);
}

size_t
lint_cp(struct lint *l, bool xml)
{
	const struct cp_watch watch = { l, on_node };
	const char *version;
	struct dmsc_err e = { 0 };
	size_t used = l->bytes.left;
	int r = xml ? dmsc_cp_watch_xml(l->bytes, l->t, &watch, &e) :
	    dmsc_cp_watch_wbxml(l->bytes, l->t, &used, &watch, &e);

	if (r != DMSC_E_OK) {
		lint_unreadable(l, &e);
		return l->bytes.left;
	}
	lint_places_sort(l);
	version = dmsc_node_title(dmsc_tree_root(l->t));
	if (*version != '\0' && strcmp(version, "1.0") != 0 &&
	    strcmp(version, "1.1") != 0)
		dmsc_lint_say(l->o, DMSC_L_C_VERSION, 0, NULL,
		    "the version '%s'", version);
	all(l);
	return used;
}
