/*
 * Rules for DM accounts (DMAcc, reference oma-dm.md 9.1) and for what refers
 * to connectivity objects, on the tree that a document builds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { ANY_FORMAT = -1, PORT_MAX = 65535 };

/* The nodes of an account; parent is a row, -1 the account. */
static const struct row {
	int parent;
	const char *name;	/* "*": each of them is named at will */
	int format;
	bool must;
} rows[] = {
	{ -1, "AppID", DMSC_FMT_CHR, true },
	{ -1, "ServerID", DMSC_FMT_CHR, true },
	{ -1, "Name", DMSC_FMT_CHR, false },
	{ -1, "PrefConRef", DMSC_FMT_CHR, false },
	{ -1, "ToConRef", DMSC_FMT_NODE, false },
	{ 4, "*", DMSC_FMT_NODE, true },
	{ 5, "ConRef", DMSC_FMT_CHR, true },
	{ -1, "AppAddr", DMSC_FMT_NODE, true },
	{ 7, "*", DMSC_FMT_NODE, true },
	{ 8, "Addr", DMSC_FMT_CHR, true },
	{ 8, "AddrType", DMSC_FMT_CHR, false },
	{ 8, "Port", DMSC_FMT_NODE, false },
	{ 11, "*", DMSC_FMT_NODE, true },
	{ 12, "PortNbr", DMSC_FMT_CHR, true },
	{ -1, "AAuthPref", DMSC_FMT_CHR, false },
	{ -1, "AppAuth", DMSC_FMT_NODE, false },
	{ 15, "*", DMSC_FMT_NODE, true },
	{ 16, "AAuthLevel", DMSC_FMT_CHR, true },
	{ 16, "AAuthType", DMSC_FMT_CHR, true },
	{ 16, "AAuthName", DMSC_FMT_CHR, false },
	{ 16, "AAuthSecret", DMSC_FMT_CHR, false },
	{ 16, "AAuthData", DMSC_FMT_BIN, false },
	{ -1, "Ext", ANY_FORMAT, false },
};
static const char *const auth_types[] = { "HTTP-BASIC", "HTTP-DIGEST",
	"TRANSPORT", "BASIC", "DIGEST", "HMAC", "X509", "SECURID",
	"SAFEWORD", "DIGIPASS" };
enum { HTTP_TYPES = 3 };	/* of these, for the levels OBEX and HTTP */

struct accounts {
	struct lint *l;
	struct lint_names servers;
	size_t n;
};

static struct dmsc_rd
value_of(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *c = dmsc_node_child(n, name);

	return c == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_codec_trim(dmsc_node_value(c));
}

static int
row_of(int parent, const char *name)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (rows[i].parent == parent && (strcmp(rows[i].name, "*") ==
		    0 || strcmp(rows[i].name, name) == 0))
			return (int)i;
	return -1;
}

static void
must_have(const struct lint *l, const struct dmsc_node *n, int row)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		if (rows[i].parent != row || !rows[i].must)
			continue;
		if (strcmp(rows[i].name, "*") == 0 ?
		    dmsc_node_first(n) == NULL :
		    dmsc_node_child(n, rows[i].name) == NULL)
			lint_node_say(l, DMSC_L_ACC_MISSING, n, "%s",
			    strcmp(rows[i].name, "*") == 0 ?
			    "it needs a child" : rows[i].name);
	}
}

/* No deeper than the table. */
static void
members(const struct lint *l, const struct dmsc_node *n, int row)
{
	const struct dmsc_node *c;
	enum dmsc_format f;
	int i;

	must_have(l, n, row);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if ((i = row_of(row, dmsc_node_name(c))) < 0) {
			lint_node_say(l, DMSC_L_ACC_UNKNOWN, c, "DMAcc has "
			    "no '%s' here", dmsc_node_name(c));
			continue;
		}
		f = dmsc_node_format(c);
		if (rows[i].format == ANY_FORMAT)
			continue;
		if ((int)f != rows[i].format && !(rows[i].format ==
		    DMSC_FMT_BIN && (f == DMSC_FMT_B64 || f == DMSC_FMT_CHR)))
			lint_node_say(l, DMSC_L_ACC_FORMAT, c, "it is %s, "
			    "not %s", dmsc_format_name(f), dmsc_format_name(
			    (enum dmsc_format)rows[i].format));
		else if (f == DMSC_FMT_NODE)
			members(l, c, i);
	}
}

static void
server_id(struct accounts *a, const struct dmsc_node *acc)
{
	const struct dmsc_node *n = dmsc_node_child(acc, "ServerID");
	struct dmsc_rd v = value_of(acc, "ServerID");
	size_t i;
	int r;

	if (n == NULL)
		return;
	for (i = 0; i < v.left; i++)
		if (v.p[i] <= ' ' || strchr("=&*+", v.p[i]) != NULL)
			break;
	if (v.left == 0 || i < v.left)
		lint_value_say(a->l, DMSC_L_ACC_SERVERID, n, v.left == 0 ?
		    "it is empty" : "it holds a character that an ACL cannot "
		    "name");
	r = lint_names_add(&a->servers, v);
	if (r == DMSC_E_EXISTS)
		lint_value_say(a->l, DMSC_L_ACC_SAME, n, "another account "
		    "has '%.*s' too", (int)DMSC_MIN(v.left, (size_t)LINT_SHOWN),
		    (const char *)v.p);
	else if (r != DMSC_E_OK)
		lint_nomem(a->l);
}

static void
port(const struct lint *l, const struct dmsc_node *addr)
{
	const struct dmsc_node *p = dmsc_node_child(addr, "Port"), *c, *n;
	char text[LINT_SHOWN + 1];
	uint64_t v;

	for (c = p == NULL ? NULL : dmsc_node_first(p); c != NULL;
	    c = dmsc_node_next(c)) {
		if ((n = dmsc_node_child(c, "PortNbr")) == NULL)
			continue;
		(void)lint_shown(value_of(c, "PortNbr"), text);
		if (dmsc_num(text, 10, PORT_MAX, &v) != DMSC_E_OK || v == 0)
			lint_value_say(l, DMSC_L_ACC_PORT, n, "'%s'", text);
	}
}

static void
address(const struct lint *l, const struct dmsc_node *addr)
{
	static const char *const kinds[] = { "URI", "IPv4", "IPv6" };
	const struct dmsc_node *n = dmsc_node_child(addr, "AddrType");
	struct dmsc_rd type = value_of(addr, "AddrType");
	char text[LINT_SHOWN + 1];

	if (n != NULL && !lint_one_of(type, kinds, DMSC_COUNT(kinds)))
		lint_value_say(l, DMSC_L_ACC_ADDRTYPE, n, "'%s'",
		    lint_shown(type, text));
	port(l, addr);
	if ((n = dmsc_node_child(addr, "Addr")) == NULL ||
	    (type.left > 0 && !dmsc_rd_eq_str(type, "URI")))
		return;
	(void)lint_shown(value_of(addr, "Addr"), text);
	if (dmsc_begins(text, "http://") && strlen(text) > 7)
		lint_value_say(l, DMSC_L_ACC_HTTP, n, "%s", text);
	else if (!dmsc_begins(text, "https://") || strlen(text) < 9)
		lint_value_say(l, DMSC_L_ACC_ADDR, n, "'%s'", text);
}

static void
type_rules(const struct lint *l, const struct dmsc_node *n,
    struct dmsc_rd level)
{
	const struct dmsc_node *t = dmsc_node_child(n, "AAuthType");
	struct dmsc_rd v = value_of(n, "AAuthType");
	bool http = dmsc_rd_eq_str(level, "OBEX") ||
	    dmsc_rd_eq_str(level, "HTTP");
	char text[LINT_SHOWN + 1];

	if (t == NULL)
		return;
	if (!lint_one_of(v, auth_types, http ? (size_t)HTTP_TYPES :
	    DMSC_COUNT(auth_types)))
		lint_value_say(l, DMSC_L_ACC_TYPE, t, "'%s'",
		    lint_shown(v, text));
	if (dmsc_rd_eq_str(v, "BASIC") || dmsc_rd_eq_str(v, "HTTP-BASIC"))
		lint_value_say(l, DMSC_L_ACC_BASIC, t, "%s",
		    lint_shown(v, text));
	if ((dmsc_rd_eq_str(v, "DIGEST") || dmsc_rd_eq_str(v, "HMAC")) &&
	    value_of(n, "AAuthData").left == 0)
		lint_node_say(l, DMSC_L_ACC_NONCE, n, "%s without AAuthData: "
		    "the first message is refused", lint_shown(v, text));
	if (!dmsc_rd_eq_str(v, "TRANSPORT") && !dmsc_rd_eq_str(v, "X509") &&
	    value_of(n, "AAuthSecret").left == 0)
		lint_node_say(l, DMSC_L_ACC_SECRET, n, "no AAuthSecret");
}

static void
credential(const struct lint *l, const struct dmsc_node *acc,
    const struct dmsc_node *n)
{
	static const char *const levels[] = { "CLCRED", "SRVCRED", "OBEX",
	    "HTTP" };
	struct dmsc_rd level = value_of(n, "AAuthLevel");
	struct dmsc_rd name = value_of(n, "AAuthName");
	const struct dmsc_node *v = dmsc_node_child(n, "AAuthLevel");
	char text[LINT_SHOWN + 1];

	if (v != NULL && !lint_one_of(level, levels, DMSC_COUNT(levels)))
		lint_value_say(l, DMSC_L_ACC_LEVEL, v, "'%s'",
		    lint_shown(level, text));
	type_rules(l, n, level);
	if (dmsc_rd_eq_str(level, "SRVCRED") && name.left > 0 &&
	    !dmsc_rd_eq(name, value_of(acc, "ServerID")))
		lint_value_say(l, DMSC_L_ACC_SRVNAME,
		    dmsc_node_child(n, "AAuthName"), "'%s'",
		    lint_shown(name, text));
}

static void
credentials(const struct lint *l, const struct dmsc_node *acc)
{
	const struct dmsc_node *auth = dmsc_node_child(acc, "AppAuth"), *c;
	struct dmsc_rd pref = value_of(acc, "AAuthPref"), level;
	bool client = false, server = false, preferred = pref.left == 0;
	char text[LINT_SHOWN + 1];

	for (c = auth == NULL ? NULL : dmsc_node_first(auth); c != NULL;
	    c = dmsc_node_next(c)) {
		credential(l, acc, c);
		level = value_of(c, "AAuthLevel");
		client |= dmsc_rd_eq_str(level, "CLCRED");
		server |= dmsc_rd_eq_str(level, "SRVCRED");
		preferred |= dmsc_rd_eq(pref, value_of(c, "AAuthType"));
	}
	if (!client || !server)
		lint_node_say(l, DMSC_L_ACC_CRED, acc, "no credential of "
		    "the %s", client ? "server (SRVCRED)" : server ?
		    "client (CLCRED)" : "client and none of the server");
	if (!preferred)
		lint_value_say(l, DMSC_L_ACC_PREF,
		    dmsc_node_child(acc, "AAuthPref"), "'%s'",
		    lint_shown(pref, text));
}

static void
account(struct accounts *a, const struct dmsc_node *acc)
{
	const struct dmsc_node *n = dmsc_node_child(acc, "AppID"), *c;
	char text[LINT_SHOWN + 1];

	a->n++;
	members(a->l, acc, -1);
	if (n != NULL && !dmsc_rd_eq_str(value_of(acc, "AppID"), "w7"))
		lint_value_say(a->l, DMSC_L_ACC_APPID, n, "'%s'",
		    lint_shown(value_of(acc, "AppID"), text));
	server_id(a, acc);
	n = dmsc_node_child(acc, "AppAddr");
	for (c = n == NULL ? NULL : dmsc_node_first(n); c != NULL;
	    c = dmsc_node_next(c))
		address(a->l, c);
	credentials(a->l, acc);
	if (*dmsc_acl_effective(acc) == '\0')
		lint_node_say(a->l, DMSC_L_ACL_MISSING, acc, "no ACL at or "
		    "above the account");
}

static bool
is_account(const struct dmsc_node *n)
{
	const struct dmsc_node *up = dmsc_node_parent(n);
	const char *t = dmsc_node_type(n);

	if (dmsc_node_is_leaf(n))
		return false;
	return dmsc_begins(t, "urn:oma:mo:oma-dm-dmacc:") ||
	    strcmp(t, "org.openmobilealliance/1.0/w7") == 0 ||
	    (up != NULL && strcmp(dmsc_node_name(up), "DMAcc") == 0 &&
	    (dmsc_node_parent(up) == NULL ||
	    dmsc_node_parent(dmsc_node_parent(up)) == NULL));
}

static void
reference(const struct lint *l, const struct dmsc_node *n)
{
	char *s = dmsc_strndup(dmsc_codec_trim(dmsc_node_value(n)));
	const char *uri = s;

	if (s != NULL && dmsc_begins(s, "./")) {
		uri += dmsc_begins(s, "./Inbox/") ? 8 : 2;
		if (dmsc_tree_find(l->t, uri) == NULL)
			lint_value_say(l, DMSC_L_DANGLING, n, "'%s' is not "
			    "here", s);
	}
	free(s);
}

static void
confirmation(const struct lint *l, const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_codec_trim(dmsc_node_value(n));
	char text[LINT_SHOWN + 1];

	if (!dmsc_rd_eq_str(v, "required") && !dmsc_rd_eq_str(v, "none"))
		lint_value_say(l, DMSC_L_CONFIRM, n, "'%s'",
		    lint_shown(v, text));
}

/* No deeper than a tree is. */
static void
look(struct accounts *a, const struct dmsc_node *n)
{
	const struct dmsc_node *c, *up = dmsc_node_parent(n);
	const char *name = dmsc_node_name(n);

	if (is_account(n))
		account(a, n);
	if (dmsc_node_is_leaf(n) && (strcmp(name, "PrefConRef") == 0 ||
	    strcmp(name, "ConRef") == 0))
		reference(a->l, n);
	if (dmsc_node_is_leaf(n) && strcmp(name, "UserConfirmation") == 0 &&
	    strcmp(dmsc_node_name(up), "DMSC") == 0)
		confirmation(a->l, n);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		look(a, c);
}

void
lint_accounts(struct lint *l)
{
	struct accounts a = { .l = l };

	look(&a, dmsc_tree_root(l->t));
	if (a.n > 0)
		lint_acl_servers(l, &a.servers);
	lint_names_clear(&a.servers);
}
