/* Client Provisioning to management objects: an APPLICATION w7 to DMAcc, and
 * the whole document (codec/cp.h, reference oma-dm.md 8.1, 9.1). */
#include "codec/cp_mo.h"

#include <string.h>

#include "codec/codec.h"

/* What refers to what is looked for, so that there is a bound. */
enum { NODES_MAX = 65536, KIDS_MAX = 1024, TYPES_MAX = 16 };

static const char acc_id[] = "urn:oma:mo:oma-dm-dmacc:1.0";

static void
port(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row rows[] = { { "PORTNBR", "PortNbr", ONE } };
	char uri[MAP_URI];

	dmsc_map_target(m, base, "Port/#", uri);
	PARMS(m, n, rows, uri);
	dmsc_map_no_more(m, n);
}

static void
address_type(struct map *m, const struct dmsc_node *p, const char *base)
{
	struct dmsc_rd v = p == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(p);

	if (v.left == 0 || dmsc_rd_eq_str(v, "URI"))
		dmsc_map_text(m, base, "AddrType", "URI");
	else if (dmsc_rd_eq_str(v, "IPV4") || dmsc_rd_eq_str(v, "IPV6"))
		dmsc_map_text(m, base, "AddrType", dmsc_rd_eq_str(v, "IPV4") ?
		    "IPv4" : "IPv6");
	else
		dmsc_map_leave(m, p, "DMAcc has no such type of address");
}

static void
address(struct map *m, const struct dmsc_node *n, const char *base)
{
	static const struct map_row rows[] = { { "ADDR", "Addr", ONE },
	    { "ADDRTYPE", NULL, DONE } };
	const struct dmsc_node *c;
	char uri[MAP_URI];

	dmsc_map_target(m, base, "AppAddr/#", uri);
	PARMS(m, n, rows, uri);
	address_type(m, dmsc_node_child(n, "ADDRTYPE"), uri);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (dmsc_map_is(c, "PORT") && !dmsc_node_is_leaf(c))
			port(m, c, uri);
		else if (!dmsc_node_is_leaf(c))
			dmsc_map_leave(m, c, "no object has a place for it");
}

static void
plain_address(struct map *m, const struct dmsc_node *p, const char *base)
{
	char uri[MAP_URI];

	dmsc_map_target(m, base, "AppAddr/#", uri);
	dmsc_map_keep(m, dmsc_map_put(m, uri, "Addr", DMSC_FMT_CHR,
	    dmsc_node_value(p)));
	dmsc_map_text(m, uri, "AddrType", "URI");
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
		dmsc_map_leave(m, n, "it has no AAUTHLEVEL, which DMAcc needs");
		return;
	}
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (dmsc_rd_eq_str(dmsc_node_value(p), rows[i].from)) {
			dmsc_map_text(m, base, "AAuthLevel", rows[i].to);
			return;
		}
	dmsc_map_leave(m, p, "DMAcc has no such level");
}

/* One way to authenticate; type may be empty. */
static void
auth_one(struct map *m, const struct dmsc_node *n, struct dmsc_rd type,
    const char *base)
{
	static const struct map_row rows[] = { { "AAUTHLEVEL", NULL, DONE },
	    { "AAUTHTYPE", NULL, DONE }, { "AAUTHNAME", "AAuthName", ONE },
	    { "AAUTHSECRET", "AAuthSecret", ONE },
	    { "AAUTHDATA", "AAuthData", BASE64 } };
	char uri[MAP_URI];

	dmsc_map_target(m, base, "AppAuth/#", uri);
	auth_level(m, n, uri);
	if (type.left > 0)
		dmsc_map_keep(m, dmsc_map_put(m, uri, "AAuthType",
		    DMSC_FMT_CHR, type));
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

	dmsc_map_no_more(m, n);
	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!dmsc_node_is_leaf(p) || !dmsc_map_is(p, "AAUTHTYPE"))
			continue;
		for (v = dmsc_node_value(p); v.left > 0;
		    v = dmsc_rd_slice(v, len + 1, v.left)) {
			len = up_to_comma(v);
			if (len == 0)
				continue;
			if (made == TYPES_MAX) {
				dmsc_map_leave(m, p, "too many types");
				return;
			}
			m->quiet = made++ > 0;
			auth_one(m, n, dmsc_rd_slice(v, 0, len), base);
			m->quiet = false;
		}
	}
	if (made > 0)
		return;
	dmsc_map_leave(m, n, "it has no AAUTHTYPE, which DMAcc needs");
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
	static const struct map_row rows[] = { { "APPID", "AppID", ONE },
	    { "PROVIDER-ID", "ServerID", ONE }, { "NAME", "Name", ONE },
	    { "TO-NAPID", NULL, DONE }, { "TO-PROXY", NULL, DONE },
	    { "ADDR", NULL, DONE } };
	struct dmsc_rd id = dmsc_map_value(n, "PROVIDER-ID");
	const struct dmsc_node *c;
	char base[MAP_URI];

	dmsc_map_target(m, "DMAcc", "#", base);
	dmsc_map_object(m, base, acc_id, is_server(id) ? id :
	    dmsc_rd_of(NULL, 0));
	PARMS(m, n, rows, base);
	if (id.left == 0)
		dmsc_map_leave(m, n, "it has no PROVIDER-ID, which DMAcc "
		    "needs");
	else if (!is_server(id))
		dmsc_map_leave(m, n, "no ACL can name its PROVIDER-ID: no "
		    "rights are given");
	dmsc_map_refs(m, n, base, "PrefConRef", "ToConRef/#/ConRef");
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if (dmsc_map_is(c, "APPADDR"))
			address(m, c, base);
		else if (dmsc_map_is(c, "APPAUTH"))
			auth(m, c, base);
		else if (dmsc_map_is(c, "ADDR") && dmsc_node_is_leaf(c))
			plain_address(m, c, base);
		else if (!dmsc_node_is_leaf(c))
			dmsc_map_leave(m, c, "no object has a place for it");
	}
}

static bool
is_w7(const struct dmsc_node *n)
{
	return dmsc_map_is(n, "APPLICATION") && !dmsc_node_is_leaf(n) &&
	    dmsc_rd_eq_str(dmsc_map_value(n, "APPID"), "w7");
}

static int
collect_servers(struct map *m)
{
	const struct dmsc_node *n;
	struct dmsc_rd id;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(m->cp); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n)) {
		id = dmsc_map_value(n, "PROVIDER-ID");
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
	else if (dmsc_map_is(n, "APPLICATION"))
		dmsc_map_leave(m, n, "of applications only w7 is mapped");
	else if (dmsc_map_is(n, "NAPDEF"))
		dmsc_map_nap(m, n);
	else if (dmsc_map_is(n, "PXLOGICAL"))
		dmsc_map_proxy(m, n);
	else
		dmsc_map_leave(m, n, "no object has a place for it");
}

/* Whether more characteristics than we map hang below one node. */
static bool
too_wide(const struct dmsc_node *n)
{
	const struct dmsc_node *c;
	size_t kids = 0;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (!dmsc_node_is_leaf(c) && (++kids > KIDS_MAX ||
		    too_wide(c)))
			return true;
	return false;
}

int
dmsc_cp_to_mo(const struct dmsc_tree *cp, struct dmsc_tree *mo,
    char ***left, size_t *n_left, struct dmsc_err *e)
{
	struct map m = { .cp = dmsc_tree_root(cp), .t = mo, .left = left,
	    .n_left = n_left, .servers = dmsc_buf_new(DMSC_DOC_MAX) };
	const struct dmsc_node *n;

	if (dmsc_tree_count(cp) > NODES_MAX || too_wide(m.cp)) {
		dmsc_buf_free(&m.servers);
		return dmsc_fail(e, DMSC_E_LIMIT, "too large to be mapped");
	}
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
