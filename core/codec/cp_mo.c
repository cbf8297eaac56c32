/*
 * Client Provisioning to management objects: an APPLICATION w7 to DMAcc,
 * NAPDEF and PXLOGICAL to connectivity objects (reference oma-dm.md 8.1, 9.1,
 * 9.4). What has no place is named, one warning each.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/cp.h"
#include "codec/cpel.h"
#include "codec/inner.h"

enum { URI_BYTES = 256 };

static const char acc_id[] = "urn:oma:mo:oma-dm-dmacc:1.0",
    nap_id[] = "urn:oma:mo:oma-connmo-nap:1.0",
    http_id[] = "urn:oma:mo:oma-connmo-httpproxy:1.0",
    wap_id[] = "urn:oma:mo:oma-connmo-wapproxy:1.0";

struct map {
	const struct dmsc_node *cp;	/* the document */
	struct dmsc_tree *t;
	char ***left;			/* the warnings */
	size_t *n_left;
	bool quiet;			/* what is left was said before */
	int code;			/* the first failure stays */
	struct dmsc_buf *servers;	/* "A+B": those of the document */
};

/* How a parm goes: as a leaf, one of a list, ... */
enum how { ONE, FLAG, NUMBER, BASE64, DONE };
struct row {
	const char *parm;
	const char *to;		/* "#" in it: the next free number */
	enum how how;
};

static void
keep(struct map *m, int code)
{
	if (m->code == DMSC_E_OK)
		m->code = code;
}

/* Where n stands in the document, and why it stays behind. */
static void
leave(struct map *m, const struct dmsc_node *n, const char *why)
{
	struct dmsc_buf *uri = dmsc_buf_new(UINT16_MAX);
	int r = uri == NULL ? DMSC_E_NOMEM : dmsc_node_uri(n, uri);

	if (r == DMSC_E_OK && !m->quiet)
		r = dmsc_strs_add(m->left, m->n_left, "%s: %s",
		    dmsc_buf_cstr(uri), why);
	keep(m, r);
	dmsc_buf_free(&uri);
}

static bool
is(const struct dmsc_node *n, const char *name)
{
	return dmsc_rd_eq_str(dmsc_cp_bare(dmsc_node_name(n)), name);
}

/* The value of the first parm of this name; empty where there is none. */
static struct dmsc_rd
value(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *p = dmsc_node_child(n, name);

	return p == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(p);
}

/* base/to with its "#" as the next number of that list. */
static void
target(struct map *m, const char *base, const char *to, char *uri)
{
	const char *mark = strchr(to, '#');
	const struct dmsc_node *list;
	int n = mark == NULL ? (int)strlen(to) : (int)(mark - to);

	(void)snprintf(uri, URI_BYTES, "%s/%.*s", base, n, to);
	if (mark == NULL)
		return;
	uri[strlen(uri) - 1] = '\0';
	list = dmsc_tree_find(m->t, uri);
	(void)snprintf(uri, URI_BYTES, "%s/%.*s%zu%s", base, n, to,
	    (list == NULL ? 0 : dmsc_node_children(list)) + 1, mark + 1);
}

static int
put(struct map *m, const char *base, const char *to, enum dmsc_format f,
    struct dmsc_rd v)
{
	char uri[URI_BYTES];

	target(m, base, to, uri);
	return dmsc_tree_add(m->t, uri, f, NULL, v, NULL);
}

static void
put_text(struct map *m, const char *base, const char *to, const char *text)
{
	keep(m, put(m, base, to, DMSC_FMT_CHR, dmsc_rd_str(text)));
}

static int
put_base64(struct map *m, const struct dmsc_node *p, const char *base,
    const char *to)
{
	struct dmsc_buf *raw = dmsc_buf_new(DMSC_DOC_MAX);
	int r = raw == NULL ? DMSC_E_NOMEM :
	    dmsc_b64_get(dmsc_node_value(p), raw);

	if (r == DMSC_E_FORMAT)
		leave(m, p, "its value is no base64");
	else if (r == DMSC_E_OK)
		r = put(m, base, to, DMSC_FMT_BIN, dmsc_buf_rd(raw));
	dmsc_buf_free(&raw);
	return r == DMSC_E_FORMAT ? DMSC_E_OK : r;
}

/* A flag is set by its presence, or by 1. */
static int
put_flag(struct map *m, const struct dmsc_node *p, const char *base,
    const char *to)
{
	struct dmsc_rd v = dmsc_node_value(p);
	bool off = dmsc_rd_eq_str(v, "0");

	if (!off && v.left > 0 && !dmsc_rd_eq_str(v, "1")) {
		leave(m, p, "its value is neither 0 nor 1");
		return DMSC_E_OK;
	}
	return put(m, base, to, DMSC_FMT_BOOL, dmsc_rd_str(off ? "false" :
	    "true"));
}

static void
parm(struct map *m, const struct dmsc_node *p, const struct row *row,
    const char *base)
{
	struct dmsc_rd v = dmsc_node_value(p);
	int r = DMSC_E_OK;

	if (row->how == DONE)
		return;
	if (row->how == NUMBER && dmsc_format_check(DMSC_FMT_INT, v) !=
	    DMSC_E_OK)
		leave(m, p, "its value is no number");
	else if (row->how == BASE64)
		r = put_base64(m, p, base, row->to);
	else if (row->how == FLAG)
		r = put_flag(m, p, base, row->to);
	else
		r = put(m, base, row->to, row->how == NUMBER ? DMSC_FMT_INT :
		    DMSC_FMT_CHR, v);
	if (r == DMSC_E_EXISTS)
		leave(m, p, "the object has one of it");
	else
		keep(m, r);
}

/* The parms of n by their rows; characteristics are the caller's. */
static void
parms(struct map *m, const struct dmsc_node *n, const struct row *rows,
    size_t n_rows, const char *base)
{
	const struct dmsc_node *p;
	size_t i;

	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!dmsc_node_is_leaf(p))
			continue;
		for (i = 0; i < n_rows && !is(p, rows[i].parm); i++)
			;
		if (i < n_rows)
			parm(m, p, &rows[i], base);
		else
			leave(m, p, "no object has a place for it");
	}
}
#define PARMS(m, n, rows, base) parms(m, n, rows, DMSC_COUNT(rows), base)

/* The first characteristics of a kind count from 1; 0: there is none. */
static size_t
find_nap(const struct map *m, struct dmsc_rd id)
{
	const struct dmsc_node *n;
	size_t i = 0;

	for (n = dmsc_node_first(m->cp); n != NULL; n = dmsc_node_next(n)) {
		if (!is(n, "NAPDEF"))
			continue;
		i++;
		if ((id.left > 0 && dmsc_rd_eq(value(n, "NAPID"), id)) ||
		    (dmsc_rd_eq_str(id, "INTERNET") &&
		    dmsc_node_child(n, "INTERNET") != NULL))
			return i;
	}
	return 0;
}

/* Each PXPHYSICAL is an object of its own. */
static size_t
physicals(const struct dmsc_node *px)
{
	const struct dmsc_node *n;
	size_t count = 0;

	for (n = dmsc_node_first(px); n != NULL; n = dmsc_node_next(n))
		count += is(n, "PXPHYSICAL");
	return DMSC_MAX(count, 1);
}

static size_t
find_proxy(const struct map *m, struct dmsc_rd id)
{
	const struct dmsc_node *n;
	size_t i = 1;

	for (n = dmsc_node_first(m->cp); n != NULL; n = dmsc_node_next(n)) {
		if (!is(n, "PXLOGICAL"))
			continue;
		if (id.left > 0 && dmsc_rd_eq(value(n, "PROXY-ID"), id))
			return i;
		i += physicals(n);
	}
	return 0;
}

/* What TO-NAPID and TO-PROXY name; false: it is neither, or names nothing. */
static bool
reference(struct map *m, const struct dmsc_node *p, char *uri)
{
	bool nap = is(p, "TO-NAPID");
	size_t i;

	if (!nap && !is(p, "TO-PROXY"))
		return false;
	i = nap ? find_nap(m, dmsc_node_value(p)) :
	    find_proxy(m, dmsc_node_value(p));
	if (i == 0)
		leave(m, p, "it names nothing in this document");
	(void)snprintf(uri, URI_BYTES, "./%s/%zu", nap ? "NAP" : "Proxy", i);
	return i > 0;
}

static void
references(struct map *m, const struct dmsc_node *n, const char *base,
    const char *pref, const char *list)
{
	const struct dmsc_node *p;
	char uri[URI_BYTES];

	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!reference(m, p, uri))
			continue;
		if (pref != NULL)
			put_text(m, base, pref, uri);
		pref = NULL;
		put_text(m, base, list, uri);
	}
}

/* An object with its identifier, readable and changeable by servers ids. */
static void
object(struct map *m, const char *uri, const char *id, struct dmsc_rd ids)
{
	struct dmsc_buf *acl = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_node *n = NULL;
	int s = (int)ids.left, r;
	const char *p = ids.left == 0 ? "" : (const char *)ids.p;

	r = dmsc_tree_add(m->t, uri, DMSC_FMT_NODE, id, dmsc_rd_of(NULL, 0),
	    &n);
	if (r == DMSC_E_OK)
		r = acl == NULL ? DMSC_E_NOMEM : dmsc_buf_fmt(acl,
		    "Delete=%.*s&Get=%.*s&Replace=%.*s", s, p, s, p, s, p);
	if (r == DMSC_E_OK && s > 0)
		r = dmsc_node_set_acl(m->t, n, dmsc_buf_cstr(acl));
	dmsc_buf_free(&acl);
	keep(m, r);
}

/* Characteristics of n that nobody maps. */
static void
no_more(struct map *m, const struct dmsc_node *n)
{
	const struct dmsc_node *c;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (!dmsc_node_is_leaf(c))
			leave(m, c, "no object has a place for it");
}

static void
port(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row rows[] = { { "PORTNBR", "PortNbr", ONE } };
	char uri[URI_BYTES];

	target(m, base, "Port/#", uri);
	PARMS(m, n, rows, uri);
	no_more(m, n);
}

static void
address_type(struct map *m, const struct dmsc_node *p, const char *base)
{
	struct dmsc_rd v = p == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(p);

	if (v.left == 0 || dmsc_rd_eq_str(v, "URI"))
		put_text(m, base, "AddrType", "URI");
	else if (dmsc_rd_eq_str(v, "IPV4") || dmsc_rd_eq_str(v, "IPV6"))
		put_text(m, base, "AddrType", dmsc_rd_eq_str(v, "IPV4") ?
		    "IPv4" : "IPv6");
	else
		leave(m, p, "DMAcc has no such type of address");
}

static void
address(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row rows[] = { { "ADDR", "Addr", ONE },
	    { "ADDRTYPE", NULL, DONE } };
	const struct dmsc_node *c;
	char uri[URI_BYTES];

	target(m, base, "AppAddr/#", uri);
	PARMS(m, n, rows, uri);
	address_type(m, dmsc_node_child(n, "ADDRTYPE"), uri);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (is(c, "PORT") && !dmsc_node_is_leaf(c))
			port(m, c, uri);
		else if (!dmsc_node_is_leaf(c))
			leave(m, c, "no object has a place for it");
}

static void
plain_address(struct map *m, const struct dmsc_node *p, const char *base)
{
	char uri[URI_BYTES];

	target(m, base, "AppAddr/#", uri);
	keep(m, put(m, uri, "Addr", DMSC_FMT_CHR, dmsc_node_value(p)));
	put_text(m, uri, "AddrType", "URI");
}

static void
auth_level(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct { const char *from, *to; } rows[] = {
		{ "APPSRV", "CLCRED" }, { "CLIENT", "SRVCRED" },
		{ "OBEX", "OBEX" } };
	const struct dmsc_node *p = dmsc_node_child(n, "AAUTHLEVEL");
	size_t i;

	if (p == NULL) {
		leave(m, n, "it has no AAUTHLEVEL, which DMAcc needs");
		return;
	}
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (dmsc_rd_eq_str(dmsc_node_value(p), rows[i].from)) {
			put_text(m, base, "AAuthLevel", rows[i].to);
			return;
		}
	leave(m, p, "DMAcc has no such level");
}

/* One way to authenticate; type may be empty. */
static void
auth_one(struct map *m, const struct dmsc_node *n, struct dmsc_rd type,
    const char *base)
{
	static const struct row rows[] = { { "AAUTHLEVEL", NULL, DONE },
	    { "AAUTHTYPE", NULL, DONE }, { "AAUTHNAME", "AAuthName", ONE },
	    { "AAUTHSECRET", "AAuthSecret", ONE },
	    { "AAUTHDATA", "AAuthData", BASE64 } };
	char uri[URI_BYTES];

	target(m, base, "AppAuth/#", uri);
	auth_level(m, n, uri);
	if (type.left > 0)
		keep(m, put(m, uri, "AAuthType", DMSC_FMT_CHR, type));
	PARMS(m, n, rows, uri);
}

static size_t
up_to_comma(struct dmsc_rd r)
{
	const uint8_t *comma = r.left == 0 ? NULL : memchr(r.p, ',', r.left);

	return comma == NULL ? r.left : (size_t)(comma - r.p);
}

/* DMAcc has one type in each: several ones, listed or repeated, make several
 * nodes. */
static void
auth(struct map *m, const struct dmsc_node *n, const char *base)
{
	const struct dmsc_node *p;
	struct dmsc_rd v;
	size_t len, made = 0;

	no_more(m, n);
	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!dmsc_node_is_leaf(p) || !is(p, "AAUTHTYPE"))
			continue;
		for (v = dmsc_node_value(p); v.left > 0;
		    v = dmsc_rd_slice(v, len + 1, v.left)) {
			len = up_to_comma(v);
			if (len == 0)
				continue;
			m->quiet = made++ > 0;
			auth_one(m, n, dmsc_rd_slice(v, 0, len), base);
			m->quiet = false;
		}
	}
	if (made > 0)
		return;
	leave(m, n, "it has no AAUTHTYPE, which DMAcc needs");
	auth_one(m, n, dmsc_rd_of(NULL, 0), base);
}

/* Whether an ACL can name it. */
static bool
is_server(struct dmsc_rd id)
{
	size_t i;

	for (i = 0; i < id.left; i++)
		if (id.p[i] <= ' ' || strchr("+&=*", id.p[i]) != NULL)
			return false;
	return id.left > 0;
}

static void
account(struct map *m, const struct dmsc_node *n)
{
	static const struct row rows[] = { { "APPID", "AppID", ONE },
	    { "PROVIDER-ID", "ServerID", ONE }, { "NAME", "Name", ONE },
	    { "TO-NAPID", NULL, DONE }, { "TO-PROXY", NULL, DONE },
	    { "ADDR", NULL, DONE } };
	struct dmsc_rd id = value(n, "PROVIDER-ID");
	const struct dmsc_node *c;
	char base[URI_BYTES];

	target(m, "DMAcc", "#", base);
	object(m, base, acc_id, is_server(id) ? id : dmsc_rd_of(NULL, 0));
	PARMS(m, n, rows, base);
	if (id.left == 0)
		leave(m, n, "it has no PROVIDER-ID, which DMAcc needs");
	else if (!is_server(id))
		leave(m, n, "no ACL can name its PROVIDER-ID: no rights are "
		    "given");
	references(m, n, base, "PrefConRef", "ToConRef/#/ConRef");
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if (is(c, "APPADDR"))
			address(m, c, base);
		else if (is(c, "APPAUTH"))
			auth(m, c, base);
		else if (is(c, "ADDR") && dmsc_node_is_leaf(c))
			plain_address(m, c, base);
		else if (!dmsc_node_is_leaf(c))
			leave(m, c, "no object has a place for it");
	}
}

static void
nap_auth(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row rows[] = { { "AUTHTYPE", "AuthType", ONE },
	    { "AUTHNAME", "AuthName", ONE },
	    { "AUTHSECRET", "AuthSecret", ONE },
	    { "AUTH-ENTITY", "AuthEntities/#/AuthEntity", ONE },
	    { "SPI", "SPI", ONE } };
	char uri[URI_BYTES];

	target(m, base, "AuthInfo", uri);
	if (dmsc_tree_find(m->t, uri) != NULL) {
		leave(m, n, "the object has one of it");
		return;
	}
	PARMS(m, n, rows, uri);
	no_more(m, n);
}

/* The addresses of its own side. */
static void
nap_addresses(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row dns4 = { "", "IPv4/DNS/#/DNSAddr", ONE },
	    dns6 = { "", "IPv6/DNS/#/DNSAddr", ONE },
	    local4 = { "", "IPv4/LocalAddr", ONE },
	    local6 = { "", "IPv6/LocalAddr", ONE };
	const struct dmsc_node *p;
	struct dmsc_rd v;
	bool six;

	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!dmsc_node_is_leaf(p))
			continue;
		v = dmsc_node_value(p);
		six = v.left > 0 && memchr(v.p, ':', v.left) != NULL;
		if (is(p, "DNS-ADDR"))
			parm(m, p, six ? &dns6 : &dns4, base);
		else if (is(p, "LOCAL-ADDR"))
			parm(m, p, six ? &local6 : &local4, base);
	}
}

static void
access_point(struct map *m, const struct dmsc_node *n)
{
	static const struct row rows[] = { { "NAPID", "NapId", ONE },
	    { "NAME", "Name", ONE }, { "NAP-ADDRESS", "Addr", ONE },
	    { "NAP-ADDRTYPE", "AddrType", ONE },
	    { "BEARER", "BearerType", ONE }, { "LINGER", "Linger", NUMBER },
	    { "DNS-ADDR", NULL, DONE }, { "LOCAL-ADDR", NULL, DONE },
	    { "LOCAL-ADDRTYPE", NULL, DONE } };
	const struct dmsc_node *c;
	char base[URI_BYTES];

	target(m, "NAP", "#", base);
	object(m, base, nap_id, dmsc_buf_rd(m->servers));
	PARMS(m, n, rows, base);
	nap_addresses(m, n, base);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (is(c, "NAPAUTHINFO") && !dmsc_node_is_leaf(c))
			nap_auth(m, c, base);
		else if (!dmsc_node_is_leaf(c))
			leave(m, c, "no object has a place for it");
}

static void
proxy_port(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row rows[] = { { "PORTNBR", "PortNbr", ONE },
	    { "SERVICE", "Services/#/ServiceName", ONE } };
	char uri[URI_BYTES];

	target(m, base, "Ports/#", uri);
	PARMS(m, n, rows, uri);
	no_more(m, n);
}

/* What a logical and a physical proxy share. */
static void
proxy_part(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct row rows[] = { { "PROXY-ID", "ProxyId", ONE },
	    { "NAME", "Name", ONE }, { "PXADDR", "Addr", ONE },
	    { "PXADDRTYPE", "AddrType", ONE },
	    { "PXADDR-FQDN", "AddrFQDN", ONE },
	    { "DOMAIN", "Domains/#/DomainName", ONE },
	    { "TRUST", "ProxyParams/WAP/Trust", FLAG },
	    { "PUSHENABLED", "ProxyParams/WAP/PushEnabled", FLAG },
	    { "TO-NAPID", NULL, DONE } };
	const struct dmsc_node *c;

	PARMS(m, n, rows, base);
	references(m, n, base, NULL, "ConRefs/#/ConRef");
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (is(c, "PORT") && !dmsc_node_is_leaf(c))
			proxy_port(m, c, base);
		else if (!is(c, "PXPHYSICAL") && !dmsc_node_is_leaf(c))
			leave(m, c, "no object has a place for it");
}

/* Whether a port of px, or of what is in it, speaks WSP. */
static bool
speaks_wsp(const struct dmsc_node *px)
{
	const struct dmsc_node *c;
	struct dmsc_rd v;
	bool yes = false;

	for (c = dmsc_node_first(px); c != NULL && !yes;
	    c = dmsc_node_next(c)) {
		v = dmsc_node_value(c);
		yes = dmsc_node_is_leaf(c) ? is(c, "SERVICE") && v.left > 3 &&
		    memcmp(v.p + v.left - 3, "WSP", 3) == 0 : speaks_wsp(c);
	}
	return yes;
}

/* Each PXPHYSICAL with what its PXLOGICAL says of all. */
static void
proxy(struct map *m, const struct dmsc_node *px)
{
	const struct dmsc_node *c = dmsc_node_first(px);
	const char *id = speaks_wsp(px) ? wap_id : http_id;
	size_t i, n = physicals(px);
	char base[URI_BYTES];

	for (i = 0; i < n; i++) {
		while (c != NULL && (!is(c, "PXPHYSICAL") ||
		    dmsc_node_is_leaf(c)))
			c = dmsc_node_next(c);
		target(m, "Proxy", "#", base);
		object(m, base, id, dmsc_buf_rd(m->servers));
		m->quiet = i > 0;
		proxy_part(m, px, base);
		m->quiet = false;
		if (c == NULL)
			break;
		proxy_part(m, c, base);
		c = dmsc_node_next(c);
	}
}

static bool
is_w7(const struct dmsc_node *n)
{
	return is(n, "APPLICATION") && !dmsc_node_is_leaf(n) &&
	    dmsc_rd_eq_str(value(n, "APPID"), "w7");
}

static int
collect_servers(struct map *m)
{
	const struct dmsc_node *n;
	struct dmsc_rd id;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(m->cp); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n)) {
		id = value(n, "PROVIDER-ID");
		if (!is_w7(n) || !is_server(id))
			continue;
		if (m->servers->len > 0)
			r = dmsc_buf_u8(m->servers, '+');
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(m->servers, id);
	}
	return r;
}

static void
characteristic(struct map *m, const struct dmsc_node *n)
{
	if (is_w7(n))
		account(m, n);
	else if (is(n, "APPLICATION"))
		leave(m, n, "of applications only w7 is mapped");
	else if (is(n, "NAPDEF"))
		access_point(m, n);
	else if (is(n, "PXLOGICAL"))
		proxy(m, n);
	else
		leave(m, n, "no object has a place for it");
}

int
dmsc_cp_to_mo(const struct dmsc_tree *cp, struct dmsc_tree *mo,
    char ***left, size_t *n_left, struct dmsc_err *e)
{
	struct map m = { .cp = dmsc_tree_root(cp), .t = mo, .left = left,
	    .n_left = n_left, .servers = dmsc_buf_new(DMSC_DOC_MAX) };
	const struct dmsc_node *n;

	m.code = m.servers == NULL ? DMSC_E_NOMEM : collect_servers(&m);
	for (n = dmsc_node_first(m.cp); n != NULL && m.code == DMSC_E_OK;
	    n = dmsc_node_next(n))
		characteristic(&m, n);
	dmsc_buf_free(&m.servers);
	if (m.code != DMSC_E_OK)
		return dmsc_fail(e, m.code, "cannot map the provisioning "
		    "document");
	if (dmsc_node_first(dmsc_tree_root(mo)) != NULL)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_DATA, "nothing in it can be mapped");
	(void)dmsc_err_why(e, "APPLICATION of APPID w7, NAPDEF and PXLOGICAL "
	    "become management objects");
	return DMSC_E_DATA;
}
