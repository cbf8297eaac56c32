/* NAPDEF and PXLOGICAL to connectivity objects (reference oma-dm.md 9.4). */
#include <string.h>

#include "codec/cp_mo.h"

static const char nap_id[] = "urn:oma:mo:oma-connmo-nap:1.0",
    http_id[] = "urn:oma:mo:oma-connmo-httpproxy:1.0",
    wap_id[] = "urn:oma:mo:oma-connmo-wapproxy:1.0";

static void
nap_auth(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row rows[] = { { "AUTHTYPE", "AuthType", ONE },
	    { "AUTHNAME", "AuthName", ONE },
	    { "AUTHSECRET", "AuthSecret", ONE },
	    { "AUTH-ENTITY", "AuthEntities/#/AuthEntity", ONE },
	    { "SPI", "SPI", ONE } };
	char uri[MAP_URI];

	dmsc_map_target(m, base, "AuthInfo", uri);
	if (dmsc_tree_find(m->t, uri) != NULL) {
		dmsc_map_leave(m, n, "the object has one of it");
		return;
	}
	PARMS(m, n, rows, uri);
	dmsc_map_no_more(m, n);
}

/* The addresses of its own side. */
static void
nap_addresses(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row dns4 = { "", "IPv4/DNS/#/DNSAddr", ONE },
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
		if (dmsc_map_is(p, "DNS-ADDR"))
			dmsc_map_parm(m, p, six ? &dns6 : &dns4, base);
		else if (dmsc_map_is(p, "LOCAL-ADDR"))
			dmsc_map_parm(m, p, six ? &local6 : &local4, base);
	}
}

void
dmsc_map_nap(struct map *m, const struct dmsc_node *n)
{
	static const struct map_row rows[] = { { "NAPID", "NapId", ONE },
	    { "NAME", "Name", ONE }, { "NAP-ADDRESS", "Addr", ONE },
	    { "NAP-ADDRTYPE", "AddrType", ONE },
	    { "BEARER", "BearerType", ONE }, { "LINGER", "Linger", NUMBER },
	    { "DNS-ADDR", NULL, DONE }, { "LOCAL-ADDR", NULL, DONE },
	    { "LOCAL-ADDRTYPE", NULL, DONE } };
	const struct dmsc_node *c;
	char base[MAP_URI];

	dmsc_map_target(m, "NAP", "#", base);
	dmsc_map_object(m, base, nap_id, dmsc_buf_rd(m->servers));
	PARMS(m, n, rows, base);
	nap_addresses(m, n, base);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (dmsc_map_is(c, "NAPAUTHINFO") && !dmsc_node_is_leaf(c))
			nap_auth(m, c, base);
		else if (!dmsc_node_is_leaf(c))
			dmsc_map_leave(m, c, "no object has a place for it");
}

static void
proxy_port(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row rows[] = { { "PORTNBR", "PortNbr", ONE },
	    { "SERVICE", "Services/#/ServiceName", ONE } };
	char uri[MAP_URI];

	dmsc_map_target(m, base, "Ports/#", uri);
	PARMS(m, n, rows, uri);
	dmsc_map_no_more(m, n);
}

/* What a logical and a physical proxy share. */
static void
proxy_part(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row rows[] = { { "PROXY-ID", "ProxyId", ONE },
	    { "NAME", "Name", ONE }, { "PXADDR", "Addr", ONE },
	    { "PXADDRTYPE", "AddrType", ONE },
	    { "PXADDR-FQDN", "AddrFQDN", ONE },
	    { "DOMAIN", "Domains/#/DomainName", ONE },
	    { "TRUST", "ProxyParams/WAP/Trust", FLAG },
	    { "PUSHENABLED", "ProxyParams/WAP/PushEnabled", FLAG },
	    { "TO-NAPID", NULL, DONE } };
	const struct dmsc_node *c;

	PARMS(m, n, rows, base);
	dmsc_map_refs(m, n, base, NULL, "ConRefs/#/ConRef");
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (dmsc_map_is(c, "PORT") && !dmsc_node_is_leaf(c))
			proxy_port(m, c, base);
		else if (!dmsc_map_is(c, "PXPHYSICAL") && !dmsc_node_is_leaf(c))
			dmsc_map_leave(m, c, "no object has a place for it");
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
		yes = !dmsc_node_is_leaf(c) ? speaks_wsp(c) :
		    dmsc_map_is(c, "SERVICE") && v.left > 3 &&
		    memcmp(v.p + v.left - 3, "WSP", 3) == 0;
	}
	return yes;
}

/* Each PXPHYSICAL with what its PXLOGICAL says of all. */
void
dmsc_map_proxy(struct map *m, const struct dmsc_node *px)
{
	const struct dmsc_node *c = dmsc_node_first(px);
	const char *id = speaks_wsp(px) ? wap_id : http_id;
	size_t i, n = dmsc_map_physicals(px);
	char base[MAP_URI];

	for (i = 0; i < n; i++) {
		while (c != NULL && (!dmsc_map_is(c, "PXPHYSICAL") ||
		    dmsc_node_is_leaf(c)))
			c = dmsc_node_next(c);
		dmsc_map_target(m, "Proxy", "#", base);
		dmsc_map_object(m, base, id, dmsc_buf_rd(m->servers));
		m->quiet = i > 0;
		proxy_part(m, px, base);
		m->quiet = false;
		if (c == NULL)
			break;
		proxy_part(m, c, base);
		c = dmsc_node_next(c);
	}
}
