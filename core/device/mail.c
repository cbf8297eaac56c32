/* Mail accounts of Client Provisioning (device/mail.h). */
#include "device/mail.h"

#include <dmsc/services.h>

#include <stdio.h>
#include <string.h>

#include "base/base.h"

enum { BASE_BYTES = 32, URI_BYTES = 96, ACCOUNTS_MAX = 64 };

static const struct app {
	const char *id, *protocol, *tls;	/* tls: its port with TLS */
	bool sends;
} apps[] = {
	{ "25", "smtp", "465", true },
	{ "110", "pop3", "995", false },
	{ "143", "imap", "993", false },
};

/* Of its own name or a further one: APPLICATION~2. */
static bool
is_type(const struct dmsc_node *n, const char *type)
{
	const char *name = dmsc_node_name(n);
	size_t len = strlen(type);

	return strncmp(name, type, len) == 0 && (name[len] == '\0' ||
	    name[len] == '~');
}

static struct dmsc_rd
parm(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *p = n == NULL ? NULL :
	    dmsc_node_child(n, name);

	return p == NULL || !dmsc_node_is_leaf(p) ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(p);
}

static const struct app *
app_of(const struct dmsc_node *n)
{
	struct dmsc_rd id = parm(n, "APPID");
	size_t i;

	for (i = 0; is_type(n, "APPLICATION") && i < DMSC_COUNT(apps); i++)
		if (dmsc_rd_eq_str(id, apps[i].id))
			return &apps[i];
	return NULL;
}

bool
dmsc_mail_in(const struct dmsc_tree *cp)
{
	const struct dmsc_node *n;

	for (n = dmsc_node_first(dmsc_tree_root(cp)); n != NULL;
	    n = dmsc_node_next(n))
		if (app_of(n) != NULL)
			return true;
	return false;
}

static int
put(struct dmsc_tree *mo, const char *base, const char *name,
    enum dmsc_format f, struct dmsc_rd value)
{
	char uri[2 * URI_BYTES];

	(void)snprintf(uri, sizeof uri, "%s/%s", base, name);
	if (value.left == 0 || dmsc_tree_find(mo, uri) != NULL)
		return DMSC_E_OK;
	return dmsc_tree_add(mo, uri, f, NULL, value, NULL);
}

static struct dmsc_rd
port_of(const struct dmsc_node *address)
{
	const struct dmsc_node *p = address == NULL ? NULL :
	    dmsc_node_child(address, "PORT");
	struct dmsc_rd v = parm(p, "PORTNBR");

	return v.left > 0 ? v : parm(p, "SERVICE");
}

/* The server of one application. */
static int
server(struct dmsc_tree *mo, const char *base, const struct dmsc_node *n,
    const struct app *app)
{
	const struct dmsc_node *address = dmsc_node_child(n, "APPADDR"),
	    *auth = dmsc_node_child(n, "APPAUTH");
	struct dmsc_rd host = parm(address, "ADDR"), port = port_of(address);
	char uri[URI_BYTES];
	int r;

	(void)snprintf(uri, sizeof uri, "%s/%s", base,
	    app->sends ? "Outgoing" : "Incoming");
	r = put(mo, uri, "Protocol", DMSC_FMT_CHR,
	    dmsc_rd_str(app->protocol));
	if (r == DMSC_E_OK)
		r = put(mo, uri, "Host", DMSC_FMT_CHR, host.left > 0 ? host :
		    parm(n, "ADDR"));
	if (r == DMSC_E_OK)
		r = put(mo, uri, "Port", DMSC_FMT_CHR, port);
	if (r == DMSC_E_OK)
		r = put(mo, uri, "TLS", DMSC_FMT_BOOL, dmsc_rd_str(
		    dmsc_rd_eq_str(port, app->tls) ? "true" : "false"));
	if (r == DMSC_E_OK)
		r = put(mo, uri, "User", DMSC_FMT_CHR, parm(auth,
		    "AAUTHNAME"));
	return r != DMSC_E_OK ? r : put(mo, uri, "Password", DMSC_FMT_CHR,
	    parm(auth, "AAUTHSECRET"));
}

/* The access point by its place in the document, as it will be numbered. */
static int
access_point(const struct dmsc_tree *cp, struct dmsc_tree *mo,
    const char *base, struct dmsc_rd id)
{
	const struct dmsc_node *n;
	char uri[URI_BYTES];
	size_t i = 0;

	if (id.left == 0)
		return DMSC_E_OK;
	for (n = dmsc_node_first(dmsc_tree_root(cp)); n != NULL;
	    n = dmsc_node_next(n)) {
		if (!is_type(n, "NAPDEF"))
			continue;
		i++;
		if (!dmsc_rd_eq(parm(n, "NAPID"), id))
			continue;
		(void)snprintf(uri, sizeof uri, "./NAP/%zu", i);
		return put(mo, base, "ConRef", DMSC_FMT_CHR,
		    dmsc_rd_str(uri));
	}
	return DMSC_E_OK;	/* INTERNET, or one of the device's own */
}

/* The account that an application that sends belongs to: the number of the
 * first of its provider that cannot send yet, 0 for none. */
static size_t
joined(const struct dmsc_tree *mo, const struct dmsc_node *const *first,
    size_t n, struct dmsc_rd provider)
{
	char uri[URI_BYTES];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(uri, sizeof uri, "Mail/%zu/Outgoing", i + 1);
		if (dmsc_rd_eq(parm(first[i], "PROVIDER-ID"), provider) &&
		    dmsc_tree_find(mo, uri) == NULL)
			return i + 1;
	}
	return 0;
}

/* As the document's other objects: what the mapping gave them. */
static const char *
rights(const struct dmsc_tree *mo)
{
	static const char *const others[] = { "NAP/1", "Proxy/1", "DMAcc/1" };
	const struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(others); i++)
		if ((n = dmsc_tree_find(mo, others[i])) != NULL)
			return dmsc_node_acl(n);
	return "";
}

static int
object(struct dmsc_tree *mo, const char *base)
{
	struct dmsc_node *n;
	int r;

	if (dmsc_tree_find(mo, base) != NULL)
		return DMSC_E_OK;
	r = dmsc_tree_add(mo, base, DMSC_FMT_NODE, DMSC_MAIL_URN,
	    dmsc_rd_of(NULL, 0), &n);
	return r != DMSC_E_OK || *rights(mo) == '\0' ? r :
	    dmsc_node_set_acl(mo, n, rights(mo));
}

static int
application(const struct dmsc_tree *cp, struct dmsc_tree *mo,
    const struct dmsc_node *n, size_t number)
{
	char base[BASE_BYTES];
	int r;

	(void)snprintf(base, sizeof base, "Mail/%zu", number);
	r = object(mo, base);
	if (r == DMSC_E_OK)
		r = put(mo, base, "Name", DMSC_FMT_CHR, parm(n, "NAME"));
	if (r == DMSC_E_OK)
		r = put(mo, base, "Address", DMSC_FMT_CHR, parm(n, "FROM"));
	if (r == DMSC_E_OK)
		r = server(mo, base, n, app_of(n));
	return r != DMSC_E_OK ? r : access_point(cp, mo, base,
	    parm(n, "TO-NAPID"));
}

/* Those that receive first: what sends joins one of them. */
int
dmsc_mail_to_mo(const struct dmsc_tree *cp, struct dmsc_tree *mo)
{
	const struct dmsc_node *first[ACCOUNTS_MAX], *n;
	const struct app *app;
	size_t k = 0, at;
	int pass, r = DMSC_E_OK;

	for (pass = 0; pass < 2; pass++)
		for (n = dmsc_node_first(dmsc_tree_root(cp));
		    n != NULL && r == DMSC_E_OK; n = dmsc_node_next(n)) {
			app = app_of(n);
			if (app == NULL || app->sends != (pass == 1))
				continue;
			at = app->sends ? joined(mo, first, k,
			    parm(n, "PROVIDER-ID")) : 0;
			if (at == 0 && k == ACCOUNTS_MAX)
				return DMSC_E_LIMIT;
			if (at == 0) {
				first[k] = n;
				at = ++k;
			}
			r = application(cp, mo, n, at);
		}
	return r;
}
