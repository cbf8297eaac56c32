/* Services of the device, from its tree (dmsc/services.h). */
#include "device/services.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { TEXT = 512, PORT_MAX = 65535 };

struct end {
	const char *role, *node;	/* node NULL: the object itself */
};
static const struct kind {
	const char *service, *name, *urn;
	struct end ends[2];
} kinds[] = {
	{ "mail", "Mail", DMSC_MAIL_URN, { { "incoming", "Incoming" },
	    { "outgoing", "Outgoing" } } },
	{ "messaging", "IM", DMSC_IM_URN, { { "messages", NULL },
	    { NULL, NULL } } },
};
static const struct {
	const char *role, *name;
	unsigned port, tls_port;
} protocols[] = {
	{ "incoming", "imap", 143, 993 }, { "incoming", "pop3", 110, 995 },
	{ "outgoing", "smtp", 587, 465 }, { "messages", "xmpp", 5222, 5223 },
};

struct look {
	const struct dmsc_device *d;
	const struct kind *kind;
	struct dmsc_service *service;
	struct dmsc_service_account *a;
	const struct dmsc_node *mo;
};

/* DOMAIN/1.x/NAME, or ours. */
static bool
is_kind(const struct kind *k, const char *type)
{
	const char *slash = strchr(type, '/');
	const char *name = slash == NULL ? NULL : strchr(slash + 1, '/');

	if (strcmp(type, k->urn) == 0)
		return true;
	return name != NULL && slash > type &&
	    strncmp(slash, "/1.", 3) == 0 && strcmp(name + 1, k->name) == 0;
}

/* The first reason stays. */
static int
why(struct look *l, const char *before, const char *what, const char *behind)
{
	return l->a->why != NULL ? DMSC_E_OK : dmsc_str_set(&l->a->why,
	    "%s%s%s", before, what, behind);
}

/* A text of the object into *out, which stays as it is where there is none.
 */
static int
text(const struct dmsc_node *n, const char *name, char **out)
{
	char value[TEXT];

	dmsc_device_text(n, name, value, sizeof value);
	return value[0] == '\0' ? DMSC_E_OK : dmsc_str_set(out, "%s", value);
}

static bool
is_true(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *leaf = dmsc_node_child(n, name);

	return leaf != NULL && dmsc_rd_eq_str(dmsc_node_value(leaf), "true");
}

static bool
is_there(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *leaf = dmsc_node_child(n, name);

	return leaf != NULL && dmsc_node_value(leaf).left > 0;
}

/* Its protocol as one that is known for the role; its port, or the
 * protocol's. */
static int
reach(struct look *l, struct dmsc_service_server *s, const char *port)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < DMSC_COUNT(protocols); i++)
		if (strcmp(protocols[i].role, s->role) == 0 &&
		    strcmp(protocols[i].name, s->protocol) == 0)
			break;
	if (i == DMSC_COUNT(protocols))
		return why(l, "it does not speak '", s->protocol, "'");
	s->port = s->tls ? protocols[i].tls_port : protocols[i].port;
	if (port[0] == '\0')
		return DMSC_E_OK;
	s->port = 0;
	if (dmsc_num(port, 10, PORT_MAX, &number) != DMSC_E_OK || number == 0)
		return why(l, "'", port, "' is no port");
	s->port = (unsigned)number;
	return DMSC_E_OK;
}

static int
one_server(struct look *l, const struct end *end)
{
	const struct dmsc_node *n = end->node == NULL ? l->mo :
	    dmsc_node_child(l->mo, end->node);
	struct dmsc_service_server *s;
	char port[TEXT], protocol[TEXT];
	int r;

	if (n == NULL || dmsc_node_is_leaf(n))
		return DMSC_E_OK;
	dmsc_device_text(n, "Protocol", protocol, sizeof protocol);
	dmsc_device_text(n, "Port", port, sizeof port);
	s = dmsc_list_add(&l->a->servers, &l->a->n_servers, sizeof *s);
	if (s == NULL)
		return DMSC_E_NOMEM;
	s->tls = is_true(n, "TLS");
	if ((r = dmsc_str_set(&s->role, "%s", end->role)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&s->protocol, "%s", protocol)) != DMSC_E_OK ||
	    (r = text(n, "Host", &s->host)) != DMSC_E_OK)
		return r;
	if (s->host == NULL && (r = why(l, "the server of ", end->role,
	    strcmp(end->role, "messages") == 0 ? " has no name" :
	    " mail has no name")) != DMSC_E_OK)
		return r;
	if (l->a->n_servers == 1) {
		l->a->password = is_there(n, "Password") ||
		    is_there(l->mo, "Password");
		r = text(n, "User", &l->a->user);
	}
	return r != DMSC_E_OK ? r : reach(l, s, port);
}

/* An access point or proxy that is named has to be in the tree. */
static int
access_point(struct look *l)
{
	const struct dmsc_node *n = NULL;
	char uri[TEXT];
	const char *at = uri;
	int r;

	dmsc_device_text(l->mo, "ConRef", uri, sizeof uri);
	if (uri[0] == '\0')
		return DMSC_E_OK;
	at += dmsc_begins(at, "./") ? 2 : 0;
	at += dmsc_begins(at, "Inbox/") ? 6 : 0;
	if ((r = dmsc_str_set(&l->a->access, "./%s", at)) != DMSC_E_OK)
		return r;
	if (at[0] == '\0' ||
	    (n = dmsc_tree_find(l->d->tree, at)) == NULL)
		return why(l, "its access point ", l->a->access,
		    " is not there");
	if ((r = text(n, "Addr", &l->a->apn)) != DMSC_E_OK ||
	    l->a->apn != NULL)
		return r;
	return why(l, "its access point ", l->a->access, " has no address");
}

/* The document that brought the object at uri, or one that it is part of. */
static int
brought(struct look *l, const char *uri)
{
	struct dmsc_buf *place = dmsc_buf_new(4096);
	int r = place == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	struct dmsc_origin o;
	const char *s;
	size_t i, k, len;

	for (i = 0; r == DMSC_E_OK && dmsc_origin_at(l->d, i, &o); i++)
		for (k = 0; r == DMSC_E_OK &&
		    dmsc_origin_place(&o, k, place); k++) {
			if ((s = dmsc_buf_cstr(place)) == NULL) {
				r = DMSC_E_NOMEM;
				break;
			}
			len = strlen(s);
			if (strncmp(uri, s, len) == 0 && (uri[len] == '/' ||
			    uri[len] == '\0'))
				r = dmsc_str_set(&l->a->document, "%s",
				    o.document);
		}
	dmsc_buf_free(&place);
	return r;
}

static int
whence(struct look *l)
{
	struct dmsc_buf *uri = dmsc_buf_new(65536);
	int r = uri == NULL ? DMSC_E_NOMEM : dmsc_node_uri(l->mo, uri);
	const char *s = NULL;

	if (r == DMSC_E_OK && (s = dmsc_buf_cstr(uri)) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&l->a->uri, "./%s", s);
	if (r == DMSC_E_OK)
		r = brought(l, s);
	dmsc_buf_free(&uri);
	return r;
}

static int
account(struct look *l)
{
	size_t i;
	int r;

	l->a = dmsc_list_add(&l->service->accounts, &l->service->n_accounts,
	    sizeof *l->a);
	if (l->a == NULL)
		return DMSC_E_NOMEM;
	if ((r = whence(l)) != DMSC_E_OK ||
	    (r = text(l->mo, "Name", &l->a->name)) != DMSC_E_OK)
		return r;
	for (i = 0; i < DMSC_COUNT(l->kind->ends) && r == DMSC_E_OK; i++)
		if (l->kind->ends[i].role != NULL)
			r = one_server(l, &l->kind->ends[i]);
	if (r == DMSC_E_OK && l->a->n_servers == 0)
		r = why(l, "it names no server of ", l->kind->service, "");
	if (r == DMSC_E_OK && l->a->user == NULL)
		r = text(l->mo, "User", &l->a->user);
	if (r == DMSC_E_OK && l->a->user == NULL)
		r = text(l->mo, "Address", &l->a->user);
	if (r == DMSC_E_OK)
		r = access_point(l);
	l->a->usable = l->a->why == NULL;
	return r;
}

/* The objects of the kind at and below n; what dmsc keeps and what is the
 * card's own is not the device's configuration. */
static int
walk(struct look *l, const struct dmsc_node *n)
{
	const struct dmsc_node *c;
	int r = DMSC_E_OK;

	if (is_kind(l->kind, dmsc_node_type(n))) {
		l->mo = n;
		return account(l);
	}
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		if (!dmsc_node_is_leaf(c) && (dmsc_node_parent(n) != NULL ||
		    (strcmp(dmsc_node_name(c), "Origin") != 0 &&
		    strcmp(dmsc_node_name(c), "SC") != 0)))
			r = walk(l, c);
	return r;
}

static int
service(struct look *l)
{
	bool usable = false;
	size_t i;
	int r = dmsc_str_set(&l->service->name, "%s", l->kind->service);

	if (r == DMSC_E_OK)
		r = walk(l, dmsc_tree_root(l->d->tree));
	for (i = 0; i < l->service->n_accounts; i++)
		usable |= l->service->accounts[i].usable;
	return r != DMSC_E_OK ? r : dmsc_str_set(&l->service->state, "%s",
	    l->service->n_accounts == 0 ? "unconfigured" : usable ?
	    "configured" : "unusable");
}

int
dmsc_services_of(const struct dmsc_device *d, struct dmsc_service **list,
    size_t *n)
{
	struct look l = { .d = d };
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(kinds) && r == DMSC_E_OK; i++) {
		l.kind = &kinds[i];
		l.service = dmsc_list_add(list, n, sizeof *l.service);
		r = l.service == NULL ? DMSC_E_NOMEM : service(&l);
	}
	return r;
}

static const struct dmsc_field server_fields[] = {
	DMSC_F(dmsc_service_server, role, DMSC_K_STR),
	DMSC_F(dmsc_service_server, protocol, DMSC_K_STR),
	DMSC_F(dmsc_service_server, host, DMSC_K_STR),
	DMSC_F(dmsc_service_server, port, DMSC_K_UINT),
	DMSC_F(dmsc_service_server, tls, DMSC_K_BOOL),
	DMSC_F_END
};
static const struct dmsc_view server_view = { "server",
	sizeof(struct dmsc_service_server), server_fields };
static const struct dmsc_field account_fields[] = {
	DMSC_F(dmsc_service_account, uri, DMSC_K_STR),
	DMSC_F(dmsc_service_account, name, DMSC_K_STR),
	DMSC_F(dmsc_service_account, document, DMSC_K_STR),
	DMSC_F(dmsc_service_account, usable, DMSC_K_BOOL),
	DMSC_F(dmsc_service_account, why, DMSC_K_STR),
	DMSC_F(dmsc_service_account, user, DMSC_K_STR),
	DMSC_F(dmsc_service_account, password, DMSC_K_BOOL),
	DMSC_F_LIST(dmsc_service_account, servers, n_servers, &server_view),
	DMSC_F(dmsc_service_account, access, DMSC_K_STR),
	DMSC_F(dmsc_service_account, apn, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view account_view = { "account",
	sizeof(struct dmsc_service_account), account_fields };
static const struct dmsc_field service_fields[] = {
	DMSC_F(dmsc_service, name, DMSC_K_STR),
	DMSC_F(dmsc_service, state, DMSC_K_STR),
	DMSC_F_LIST(dmsc_service, accounts, n_accounts, &account_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_service_view = { "service",
	sizeof(struct dmsc_service), service_fields };
static const struct dmsc_field services_fields[] = {
	DMSC_F(dmsc_services, device, DMSC_K_STR),
	DMSC_F_LIST(dmsc_services, services, n_services, &dmsc_service_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_services_view = { "services",
	sizeof(struct dmsc_services), services_fields };
