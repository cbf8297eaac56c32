/* Both credentials of a device's account (device/login.h). */
#include "device/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "base/text.h"

enum { URI_MAX = 4096 };

/* A copy of a view into the tree, held until the end. */
static int
hold(struct dmsc_buf **held, struct dmsc_rd *r)
{
	if (r->left == 0)
		return DMSC_E_OK;
	if ((*held = dmsc_buf_from(*r, r->left)) == NULL)
		return DMSC_E_NOMEM;
	*r = dmsc_buf_rd(*held);
	return DMSC_E_OK;
}

int
dmsc_login_of(const struct dmsc_node *account, const char *level,
    struct dmsc_cred_login *out)
{
	char name[32];
	enum dmsc_cred_scheme s;

	dmsc_device_text(account, "AAuthPref", name, sizeof name);
	s = dmsc_cred_scheme(*name == '\0' ? NULL : name);
	if (s != DMSC_CRED_NONE && s != DMSC_CRED_OTHER &&
	    dmsc_cred_of(account, level, s, out) == DMSC_E_OK)
		return DMSC_E_OK;
	return dmsc_cred_of(account, level, DMSC_CRED_NONE, out);
}

static int
take_level(const struct dmsc_node *account, const char *level, bool resync,
    struct dmsc_buf **held, struct dmsc_cred_login *l)
{
	int r;

	if (dmsc_login_of(account, level, l) != DMSC_E_OK) {
		memset(l, 0, sizeof *l);
		l->scheme = DMSC_CRED_NONE;
		return DMSC_E_OK;
	}
	if (resync)
		l->nonce = dmsc_rd_of(dmsc_pkg0_zero, sizeof dmsc_pkg0_zero);
	if ((r = hold(&held[0], &l->user)) == DMSC_E_OK &&
	    (r = hold(&held[1], &l->secret)) == DMSC_E_OK)
		r = hold(&held[2], &l->nonce);
	return r;
}

void
dmsc_login_device(const struct dmsc_device *d, char *out, size_t size)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, "DevInfo/DevId");
	struct dmsc_rd id = n == NULL ? dmsc_rd_str("device") :
	    dmsc_node_value(n);

	(void)snprintf(out, size, "%.*s", (int)id.left, (const char *)id.p);
}

int
dmsc_login_take(const struct dmsc_device *d, const struct dmsc_node *account,
    bool resync, struct dmsc_login *out)
{
	struct dmsc_rd server = dmsc_cred_server(account);
	int r;

	memset(out, 0, sizeof *out);
	if (snprintf(out->server_id, sizeof out->server_id, "%.*s",
	    (int)server.left, (const char *)server.p) >=
	    (int)sizeof out->server_id)
		return DMSC_E_LIMIT;
	dmsc_login_device(d, out->device, sizeof out->device);
	r = take_level(account, "CLCRED", resync, out->held, &out->client);
	return r != DMSC_E_OK ? r : take_level(account, "SRVCRED", resync,
	    out->held + 3, &out->server);
}

void
dmsc_login_free(struct dmsc_login *l)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(l->held); i++)
		dmsc_buf_free(&l->held[i]);
}

/* ---- HTTP */

int
dmsc_login_http(const struct dmsc_node *account, struct dmsc_login_http *out)
{
	const struct dmsc_node *n = dmsc_node_child(account, "AppAuth"), *v;
	struct dmsc_rd secret = { NULL, 0 };
	char type[32], user[DMSC_LOGIN_USER];

	memset(out, 0, sizeof *out);
	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n)) {
		dmsc_device_text(n, "AAuthType", type, sizeof type);
		if (strcmp(type, "HTTP-BASIC") == 0 ||
		    strcmp(type, "HTTP-DIGEST") == 0)
			break;
	}
	if (n == NULL)
		return DMSC_E_OK;
	if ((v = dmsc_node_child(n, "AAuthSecret")) != NULL)
		secret = dmsc_node_value(v);
	dmsc_device_text(n, "AAuthName", user, sizeof user);
	out->digest = strcmp(type, "HTTP-DIGEST") == 0;
	out->password = dmsc_secret_from(secret);
	if (out->password == NULL || dmsc_str_set(&out->user, "%s", user) !=
	    DMSC_E_OK) {
		dmsc_login_http_free(out);
		return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

void
dmsc_login_http_free(struct dmsc_login_http *h)
{
	free(h->user);
	h->user = NULL;
	dmsc_secret_free(&h->password);
}

/* The address without a port gets the account's, before its path. */
static int
put_url(struct dmsc_buf *out, const char *addr, const char *port)
{
	const char *host = strstr(addr, "://"), *end;
	size_t n;

	host = host == NULL ? addr : host + 3;
	end = host + strcspn(host, "/?#");
	n = (size_t)(end - addr);
	if (*port == '\0' || (*host == '[' ? strstr(host, "]:") != NULL :
	    memchr(host, ':', (size_t)(end - host)) != NULL))
		return dmsc_buf_str(out, addr);
	return dmsc_buf_fmt(out, "%.*s:%s%s", (int)n, addr, port, end);
}

/* One child of AppAddr. An address of a machine is one of plain HTTP. */
static int
address(const struct dmsc_node *n, struct dmsc_buf *out)
{
	const struct dmsc_node *ports = dmsc_node_child(n, "Port");
	char addr[DMSC_LOGIN_USER], type[8], port[8];

	dmsc_device_text(n, "Addr", addr, sizeof addr);
	dmsc_device_text(n, "AddrType", type, sizeof type);
	dmsc_device_text(ports == NULL ? NULL : dmsc_node_first(ports),
	    "PortNbr", port, sizeof port);
	if (strcmp(type, "IPv4") == 0)
		return dmsc_buf_fmt(out, "http://%s%s%s/", addr,
		    *port == '\0' ? "" : ":", port);
	if (strcmp(type, "IPv6") == 0)
		return dmsc_buf_fmt(out, "http://[%s]%s%s/", addr,
		    *port == '\0' ? "" : ":", port);
	if (strncasecmp(addr, "https://", 8) == 0)
		return put_url(out, addr, strcmp(port, "443") == 0 ? "" :
		    port);
	if (strncasecmp(addr, "http://", 7) == 0)
		return put_url(out, addr, strcmp(port, "80") == 0 ? "" :
		    port);
	return DMSC_E_NOTFOUND;
}

int
dmsc_login_url(const struct dmsc_node *account, struct dmsc_buf *out)
{
	const struct dmsc_node *n = dmsc_node_child(account, "AppAddr");
	int r = DMSC_E_NOTFOUND;

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL &&
	    r == DMSC_E_NOTFOUND; n = dmsc_node_next(n))
		r = address(n, out);
	return r;
}

const struct dmsc_node *
dmsc_login_card(const struct dmsc_device *d)
{
	struct dmsc_buf *uri = dmsc_buf_new(URI_MAX);
	const struct dmsc_node *n = NULL;
	struct dmsc_origin o;
	const char *s;
	size_t i, k;

	for (i = 0; uri != NULL && n == NULL && dmsc_origin_at(d, i, &o);
	    i++)
		for (k = 0; n == NULL && strcmp(o.document, "Account") == 0 &&
		    dmsc_origin_place(&o, k, uri); k++)
			n = (s = dmsc_buf_cstr(uri)) == NULL ? NULL :
			    dmsc_tree_find(d->tree, s);
	dmsc_buf_free(&uri);
	return n;
}
