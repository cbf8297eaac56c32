/* codec: Client Provisioning as management objects: each parameter has its
 * node (reference oma-dm.md 8.1, 9.1, 9.4) or its warning. */
#include <string.h>

#include <dmsc/convert.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/mutate.h"
#include "tap.h"

enum { OUT_MAX = 1 << 20, NAME = 160 };

#define P(name, value) "<parm name=\"" name "\" value=\"" value "\"/>"
#define C(type, in) "<characteristic type=\"" type "\">" in \
	"</characteristic>"
#define W7(in) C("APPLICATION", P("APPID", "w7") P("PROVIDER-ID", "srv") in)
#define NAP(in) C("NAPDEF", P("NAPID", "N1") in)
#define PX(in) C("PXLOGICAL", P("PROXY-ID", "P1") in)
#define DOC(in) "<wap-provisioningdoc version=\"1.1\">" in \
	"</wap-provisioningdoc>"

/* What a document gives: one node, or one warning. */
static const struct {
	const char *doc, *uri, *format, *value, *left;
} rows[] = {
	{ W7(""), "DMAcc/1/AppID", "chr", "w7", NULL },
	{ W7(""), "DMAcc/1/ServerID", "chr", "srv", NULL },
	{ W7(P("NAME", "Acme")), "DMAcc/1/Name", "chr", "Acme", NULL },
	{ W7(P("INIT", "")), NULL, NULL, NULL, "APPLICATION/INIT: no" },
	{ W7(P("AACCEPT", "x")), NULL, NULL, NULL, "APPLICATION/AACCEPT: " },
	{ W7("") W7(P("NAME", "two")), "DMAcc/2/Name", "chr", "two", NULL },
	{ NAP("") W7(P("TO-NAPID", "N1")), "DMAcc/1/PrefConRef", "chr",
	    "./NAP/1", NULL },
	{ C("NAPDEF", "") NAP("") PX("") W7(P("TO-PROXY", "P1")
	    P("TO-NAPID", "N1")), "DMAcc/1/PrefConRef", "chr", "./Proxy/1",
	    NULL },
	{ C("NAPDEF", "") NAP("") PX("") W7(P("TO-PROXY", "P1")
	    P("TO-NAPID", "N1")), "DMAcc/1/ToConRef/2/ConRef", "chr",
	    "./NAP/2", NULL },
	{ NAP(P("INTERNET", "")) W7(P("TO-NAPID", "INTERNET")),
	    "DMAcc/1/ToConRef/1/ConRef", "chr", "./NAP/1", "NAPDEF/INTERNET" },
	{ W7(P("TO-NAPID", "N9")), NULL, NULL, NULL,
	    "APPLICATION/TO-NAPID: it names nothing" },
	{ W7(P("ADDR", "https://a/")), "DMAcc/1/AppAddr/1/Addr", "chr",
	    "https://a/", NULL },
	{ W7(P("ADDR", "https://a/")), "DMAcc/1/AppAddr/1/AddrType", "chr",
	    "URI", NULL },
	{ W7(C("APPADDR", P("ADDR", "https://b/"))),
	    "DMAcc/1/AppAddr/1/Addr", "chr", "https://b/", NULL },
	{ W7(C("APPADDR", P("ADDR", "::1") P("ADDRTYPE", "IPV6"))),
	    "DMAcc/1/AppAddr/1/AddrType", "chr", "IPv6", NULL },
	{ W7(C("APPADDR", P("ADDR", "1") P("ADDRTYPE", "E164"))), NULL, NULL,
	    NULL, "APPADDR/ADDRTYPE: DMAcc has no such type" },
	{ W7(C("APPADDR", C("PORT", P("PORTNBR", "443")))),
	    "DMAcc/1/AppAddr/1/Port/1/PortNbr", "chr", "443", NULL },
	{ W7(C("APPADDR", C("PORT", P("SERVICE", "CO-WSP")))), NULL, NULL,
	    NULL, "PORT/SERVICE: no" },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV") P("AAUTHTYPE", "DIGEST"))
	    ), "DMAcc/1/AppAuth/1/AAuthLevel", "chr", "CLCRED", NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "CLIENT") P("AAUTHTYPE", "BASIC"))
	    ), "DMAcc/1/AppAuth/1/AAuthLevel", "chr", "SRVCRED", NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "OBEX") P("AAUTHTYPE", "BASIC"))
	    ), "DMAcc/1/AppAuth/1/AAuthLevel", "chr", "OBEX", NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "X") P("AAUTHTYPE", "BASIC"))),
	    NULL, NULL, NULL, "APPAUTH/AAUTHLEVEL: DMAcc has no such" },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV"))), NULL, NULL, NULL,
	    "APPAUTH: it has no AAUTHTYPE" },
	{ W7(C("APPAUTH", P("AAUTHTYPE", "A,B") P("AAUTHTYPE", "C")
	    P("AAUTHNAME", "n"))), "DMAcc/1/AppAuth/3/AAuthType", "chr", "C",
	    "APPAUTH: it has no AAUTHLEVEL" },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV") P("AAUTHTYPE", "A,B")
	    P("AAUTHNAME", "n"))), "DMAcc/1/AppAuth/2/AAuthName", "chr", "n",
	    NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV") P("AAUTHTYPE", "A")
	    P("AAUTHSECRET", "s"))), "DMAcc/1/AppAuth/1/AAuthSecret", "chr",
	    "s", NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV") P("AAUTHTYPE", "A")
	    P("AAUTHDATA", "bm9uY2U="))), "DMAcc/1/AppAuth/1/AAuthData",
	    "bin", "nonce", NULL },
	{ W7(C("APPAUTH", P("AAUTHLEVEL", "APPSRV") P("AAUTHTYPE", "A")
	    P("AAUTHDATA", "?"))), NULL, NULL, NULL,
	    "APPAUTH/AAUTHDATA: its value is no base64" },
	{ W7(C("RESOURCE", P("URI", "x"))), NULL, NULL, NULL,
	    "APPLICATION/RESOURCE: no" },
	{ C("APPLICATION", P("APPID", "w7")), "DMAcc/1/AppID", "chr", "w7",
	    "it has no PROVIDER-ID" },
	{ C("APPLICATION", P("APPID", "w7") P("PROVIDER-ID", "a b")),
	    "DMAcc/1/ServerID", "chr", "a b", "no ACL can name" },
	{ W7("") C("APPLICATION", P("APPID", "w4")), "DMAcc/1", "node", "",
	    "APPLICATION~2: of applications only w7" },
	{ NAP(""), "NAP/1/NapId", "chr", "N1", NULL },
	{ NAP(P("NAME", "n")), "NAP/1/Name", "chr", "n", NULL },
	{ NAP(P("NAP-ADDRESS", "a")), "NAP/1/Addr", "chr", "a", NULL },
	{ NAP(P("NAP-ADDRTYPE", "APN")), "NAP/1/AddrType", "chr", "APN",
	    NULL },
	{ NAP(P("BEARER", "GSM-GPRS")), "NAP/1/BearerType", "chr",
	    "GSM-GPRS", NULL },
	{ NAP(P("BEARER", "A") P("BEARER", "B")), "NAP/1/BearerType", "chr",
	    "A", "NAPDEF/BEARER~2: the object has one" },
	{ NAP(P("LINGER", "300")), "NAP/1/Linger", "int", "300", NULL },
	{ NAP(P("LINGER", "long")), NULL, NULL, NULL,
	    "NAPDEF/LINGER: its value is no number" },
	{ NAP(P("DNS-ADDR", "1.2.3.4") P("DNS-ADDR", "4.3.2.1")),
	    "NAP/1/IPv4/DNS/2/DNSAddr", "chr", "4.3.2.1", NULL },
	{ NAP(P("DNS-ADDR", "2001:db8::1")), "NAP/1/IPv6/DNS/1/DNSAddr",
	    "chr", "2001:db8::1", NULL },
	{ NAP(P("LOCAL-ADDR", "1.2.3.4") P("LOCAL-ADDRTYPE", "IPV4")),
	    "NAP/1/IPv4/LocalAddr", "chr", "1.2.3.4", NULL },
	{ NAP(P("CALLTYPE", "x")), NULL, NULL, NULL, "NAPDEF/CALLTYPE: no" },
	{ NAP(C("VALIDITY", "")), NULL, NULL, NULL, "NAPDEF/VALIDITY: no" },
	{ NAP(C("NAPAUTHINFO", P("AUTHTYPE", "CHAP"))),
	    "NAP/1/AuthInfo/AuthType", "chr", "CHAP", NULL },
	{ NAP(C("NAPAUTHINFO", P("AUTHNAME", "u"))),
	    "NAP/1/AuthInfo/AuthName", "chr", "u", NULL },
	{ NAP(C("NAPAUTHINFO", P("AUTHSECRET", "s"))),
	    "NAP/1/AuthInfo/AuthSecret", "chr", "s", NULL },
	{ NAP(C("NAPAUTHINFO", P("AUTH-ENTITY", "e"))),
	    "NAP/1/AuthInfo/AuthEntities/1/AuthEntity", "chr", "e", NULL },
	{ NAP(C("NAPAUTHINFO", P("AUTHNAME", "a")) C("NAPAUTHINFO", "")),
	    NULL, NULL, NULL, "NAPDEF/NAPAUTHINFO~2: the object has one" },
	{ PX(P("NAME", "n")), "Proxy/1/Name", "chr", "n", NULL },
	{ PX(P("DOMAIN", "d")), "Proxy/1/Domains/1/DomainName", "chr", "d",
	    NULL },
	{ PX(P("TRUST", "")), "Proxy/1/ProxyParams/WAP/Trust", "bool",
	    "true", NULL },
	{ PX(P("PUSHENABLED", "0")), "Proxy/1/ProxyParams/WAP/PushEnabled",
	    "bool", "false", NULL },
	{ PX(P("PUSHENABLED", "7")), NULL, NULL, NULL,
	    "PXLOGICAL/PUSHENABLED: its value is neither" },
	{ PX(P("STARTPAGE", "x") C("PXPHYSICAL", "") C("PXPHYSICAL", "")),
	    NULL, NULL, NULL, "PXLOGICAL/STARTPAGE: no" },
	{ PX(C("PXPHYSICAL", P("PXADDR", "a"))), "Proxy/1/Addr", "chr", "a",
	    NULL },
	{ PX(C("PXPHYSICAL", P("PXADDR", "a")) C("PXPHYSICAL",
	    P("PXADDR", "b"))), "Proxy/2/Addr", "chr", "b", NULL },
	{ PX(C("PXPHYSICAL", "") C("PXPHYSICAL", "")) C("PXLOGICAL",
	    P("PROXY-ID", "P2")) W7(P("TO-PROXY", "P2")),
	    "DMAcc/1/PrefConRef", "chr", "./Proxy/3", NULL },
	{ PX(C("PXPHYSICAL", P("PXADDRTYPE", "IPV4"))), "Proxy/1/AddrType",
	    "chr", "IPV4", NULL },
	{ NAP("") PX(C("PXPHYSICAL", P("TO-NAPID", "N1"))),
	    "Proxy/1/ConRefs/1/ConRef", "chr", "./NAP/1", NULL },
	{ PX(C("PXPHYSICAL", C("PORT", P("PORTNBR", "9201")
	    P("SERVICE", "CO-WSP")))), "Proxy/1/Ports/1/PortNbr", "chr",
	    "9201", NULL },
	{ PX(C("PXPHYSICAL", C("PORT", P("SERVICE", "CO-WSP")))),
	    "Proxy/1/Ports/1/Services/1/ServiceName", "chr", "CO-WSP", NULL },
	{ PX(C("PXPHYSICAL", P("PHYSICAL-PROXY-ID", "x"))), NULL, NULL, NULL,
	    "PXLOGICAL/PXPHYSICAL/PHYSICAL-PROXY-ID: no" },
	{ NAP("") C("VENDORCONFIG", P("X", "y")), "NAP/1/NapId", "chr", "N1",
	    "VENDORCONFIG: no" },
};

struct result {
	struct dmsc_tree *mo;
	char **left;
	size_t n;
};
static const struct dmsc_field left_fields[] = {
	DMSC_F_STRS(result, left, n), DMSC_F_END
};
static const struct dmsc_view left_view = { "left", sizeof(struct result),
    left_fields };

static int
map(struct dmsc_rd xml, struct result *res)
{
	struct dmsc_tree *cp = dmsc_tree_new(OUT_MAX);
	struct dmsc_err e = { 0 };
	int r = dmsc_cp_read_xml(xml, cp, &e);

	memset(res, 0, sizeof *res);
	res->mo = dmsc_tree_new(OUT_MAX);
	if (r == DMSC_E_OK)
		r = dmsc_cp_to_mo(cp, res->mo, &res->left, &res->n, &e);
	dmsc_tree_free(&cp);
	return r;
}

static void
clear(struct result *res)
{
	dmsc_tree_free(&res->mo);
	dmsc_view_clear(&left_view, res);
}

static bool
as_row(size_t i, const struct result *res)
{
	const struct dmsc_node *n = rows[i].uri == NULL ? NULL :
	    dmsc_tree_find(res->mo, rows[i].uri);

	if (rows[i].uri != NULL && (n == NULL ||
	    strcmp(dmsc_format_name(dmsc_node_format(n)), rows[i].format) !=
	    0 || !dmsc_rd_eq_str(dmsc_node_value(n), rows[i].value)))
		return false;
	if (rows[i].left == NULL)
		return res->n == 0;
	return res->n == 1 && strstr(res->left[0], rows[i].left) != NULL;
}

static void
test_rows(void)
{
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX);
	struct result res;
	char name[NAME];
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		dmsc_buf_reset(b);
		(void)snprintf(name, sizeof name, "%s %s", rows[i].uri !=
		    NULL ? rows[i].uri : "", rows[i].left != NULL ?
		    rows[i].left : "");
		/* "one warning": that of three authentications is one each */
		if (!ok(dmsc_buf_fmt(b, DOC("%s"), rows[i].doc) == 0 &&
		    (map(dmsc_buf_rd(b), &res) == DMSC_E_OK ||
		    rows[i].uri == NULL) && as_row(i, &res), name))
			for (k = 0; k < res.n; k++)
				printf("# %s\n", res.left[k]);
		clear(&res);
	}
	dmsc_buf_free(&b);
}

/* Identifiers, and who may do what. */
static void
test_objects(void)
{
	static const struct { const char *uri, *type, *acl; } want[] = {
		{ "DMAcc/1", "urn:oma:mo:oma-dm-dmacc:1.0",
		    "Delete=a&Get=a&Replace=a" },
		{ "DMAcc/2", "urn:oma:mo:oma-dm-dmacc:1.0",
		    "Delete=b&Get=b&Replace=b" },
		{ "NAP/1", "urn:oma:mo:oma-connmo-nap:1.0",
		    "Delete=a+b&Get=a+b&Replace=a+b" },
		{ "Proxy/1", "urn:oma:mo:oma-connmo-httpproxy:1.0",
		    "Delete=a+b&Get=a+b&Replace=a+b" },
		{ "Proxy/2", "urn:oma:mo:oma-connmo-wapproxy:1.0",
		    "Delete=a+b&Get=a+b&Replace=a+b" },
	};
	static const char doc[] = DOC(C("APPLICATION", P("APPID", "w7")
	    P("PROVIDER-ID", "a")) C("APPLICATION", P("APPID", "w7")
	    P("PROVIDER-ID", "b")) NAP("") PX("") PX(C("PORT",
	    P("SERVICE", "CL-WSP"))));
	struct result res;
	const struct dmsc_node *n;
	size_t i;

	ok(map(dmsc_rd_str(doc), &res) == DMSC_E_OK && res.n == 0, "mapped");
	for (i = 0; i < DMSC_COUNT(want); i++) {
		n = dmsc_tree_find(res.mo, want[i].uri);
		ok(n != NULL && strcmp(dmsc_node_type(n), want[i].type) == 0
		    && strcmp(dmsc_node_acl(n), want[i].acl) == 0,
		    want[i].uri);
	}
	clear(&res);
	ok(map(dmsc_rd_str(DOC(NAP(""))), &res) == DMSC_E_OK &&
	    *dmsc_node_acl(dmsc_tree_find(res.mo, "NAP/1")) == '\0',
	    "no w7, no rights");
	clear(&res);
	ok(map(dmsc_rd_str(DOC("")), &res) == DMSC_E_DATA, "nothing to map");
	clear(&res);
}

/* More than anyone has: said, not searched for minutes. */
static void
test_bounds(void)
{
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX);
	struct result res;
	bool good;
	int i;

	good = dmsc_buf_str(b, "<wap-provisioningdoc>") == 0;
	for (i = 0; i < 1024; i++)
		good = good && dmsc_buf_str(b, NAP("")) == 0;
	good = good && dmsc_buf_str(b, "</wap-provisioningdoc>") == 0;
	ok(good && map(dmsc_buf_rd(b), &res) == DMSC_E_OK &&
	    dmsc_tree_find(res.mo, "NAP/1024/NapId") != NULL, "1024");
	clear(&res);
	dmsc_buf_truncate(b, b->len - strlen("</wap-provisioningdoc>"));
	ok(dmsc_buf_str(b, NAP("") "</wap-provisioningdoc>") == 0 &&
	    map(dmsc_buf_rd(b), &res) == DMSC_E_LIMIT, "1025");
	clear(&res);
	dmsc_buf_free(&b);
	ok(map(dmsc_rd_str(DOC(W7(C("APPAUTH", P("AAUTHLEVEL", "OBEX")
	    P("AAUTHTYPE", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"))))),
	    &res) == DMSC_E_OK && res.n == 1 && strstr(res.left[0],
	    "too many types") != NULL, "types");
	clear(&res);
}

static bool
survives(struct dmsc_rd in)
{
	struct dmsc_convert_opts o = { NULL, "json", true };
	struct dmsc_buf *out = dmsc_buf_new(OUT_MAX);
	struct dmsc_conversion *c = NULL;
	struct dmsc_err e = { 0 };
	int r = dmsc_convert(in, &o, out, &c, &e);

	dmsc_view_free(&dmsc_conversion_view, c);
	dmsc_buf_free(&out);
	return (r == DMSC_E_OK) == (c != NULL) && r != DMSC_E_INTERNAL;
}

static void
test_mutated(void)
{
	static const char doc[] = DOC(NAP(P("DNS-ADDR", "1.2.3.4")) PX("")
	    W7(P("TO-NAPID", "N1") C("APPAUTH", P("AAUTHTYPE", "A,B"))));

	ok(mutate(dmsc_rd_str(doc), survives), "cut and flipped");
}

int
main(void)
{
	test_rows();
	test_objects();
	test_bounds();
	test_mutated();
	return tap_done();
}
