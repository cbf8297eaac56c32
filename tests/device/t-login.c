/*
 * device: an account's address, its credentials of DM by preference, HTTP's
 * own, and where the nonces of the next session are kept.
 */
#include <string.h>

#include "base/base.h"
#include "device/login.h"
#include "device/talk.h"
#include "tap.h"

static char folder[TAP_FOLDER];

static struct dmsc_device *
load(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_load(folder, "login", &d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static void
put(struct dmsc_device *d, const char *uri, const char *value)
{
	if (dmsc_tree_add(d->tree, uri, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str(value), NULL) != DMSC_E_OK)
		abort();
}

static void
urls(void)
{
	static const struct { const char *addr, *type, *port, *want; } rows[] =
	    {
		{ "https://a.example/dm", "URI", "443",
		    "https://a.example/dm" },
		{ "https://a.example/dm", "URI", "8443",
		    "https://a.example:8443/dm" },
		{ "https://a.example", "", "8443", "https://a.example:8443" },
		{ "https://a.example:1/dm", "URI", "2",
		    "https://a.example:1/dm" },
		{ "https://a.example?x=1:2", "URI", "7",
		    "https://a.example:7?x=1:2" },
		{ "HTTP://a.example/", "URI", "80", "HTTP://a.example/" },
		{ "http://[::1]/dm", "URI", "81", "http://[::1]:81/dm" },
		{ "http://[::1]:5/dm", "URI", "81", "http://[::1]:5/dm" },
		{ "192.0.2.1", "IPv4", "8080", "http://192.0.2.1:8080/" },
		{ "192.0.2.1", "IPv4", "", "http://192.0.2.1/" },
		{ "2001:db8::1", "IPv6", "1", "http://[2001:db8::1]:1/" },
		{ "obex://a", "URI", "", NULL }, { "", "URI", "", NULL },
		{ "a.example", "", "80", NULL },
	};
	struct dmsc_buf *b;
	const struct dmsc_node *a;
	struct dmsc_device *d;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		d = load();
		put(d, "DMAcc/x/ServerID", "srv");
		put(d, "DMAcc/x/AppAddr/1/Addr", rows[i].addr);
		put(d, "DMAcc/x/AppAddr/1/AddrType", rows[i].type);
		if (*rows[i].port != '\0')
			put(d, "DMAcc/x/AppAddr/1/Port/1/PortNbr",
			    rows[i].port);
		a = dmsc_cred_account(d->tree, "srv");
		b = dmsc_buf_new(1000);
		r = dmsc_login_url(a, b);
		ok(rows[i].want == NULL ? r == DMSC_E_NOTFOUND :
		    r == DMSC_E_OK && strcmp(dmsc_buf_cstr(b),
		    rows[i].want) == 0, rows[i].addr);
		put(d, "DMAcc/x/AppAddr/2/Addr", "http://second/");
		dmsc_buf_reset(b);
		ok(rows[i].want != NULL || (dmsc_login_url(a, b) == DMSC_E_OK
		    && strcmp(dmsc_buf_cstr(b), "http://second/") == 0),
		    "else the next one");
		dmsc_buf_free(&b);
		dmsc_device_free(&d);
	}
}

static void
credential(struct dmsc_device *d, const char *name, const char *level,
    const char *type)
{
	static const char *const leaves[] = { "AAuthLevel", "AAuthType",
		"AAuthName", "AAuthSecret", "AAuthData" };
	const char *const values[] = { level, type, name, "pw", "old" };
	char uri[100];
	size_t i;

	for (i = 0; i < DMSC_COUNT(leaves); i++) {
		(void)snprintf(uri, sizeof uri, "DMAcc/x/AppAuth/%s/%s", name,
		    leaves[i]);
		put(d, uri, values[i]);
	}
}

static bool
data_is(const struct dmsc_device *d, const char *name, const char *want)
{
	char uri[100], is[20];

	(void)snprintf(uri, sizeof uri, "DMAcc/x/AppAuth/%s", name);
	dmsc_device_text(dmsc_tree_find(d->tree, uri), "AAuthData", is,
	    sizeof is);
	return strcmp(is, want) == 0;
}

static void
credentials(const char *pref, const char *user, enum dmsc_cred_scheme want)
{
	static const struct dmsc_dm_nonce fresh = { true, { 'n', 'e', 'w' },
		3 };
	struct dmsc_device *d = load();
	struct dmsc_login l;
	struct dmsc_login_http h;
	const struct dmsc_node *a;

	put(d, "DMAcc/x/ServerID", "srv");
	put(d, "DMAcc/x/AAuthPref", pref);
	credential(d, "web", "HTTP", "HTTP-DIGEST");
	credential(d, "odd", "CLCRED", "SECURID");
	credential(d, "md5", "CLCRED", "DIGEST");
	credential(d, "mac", "CLCRED", "HMAC");
	credential(d, "theirs", "SRVCRED", "DIGEST");
	a = dmsc_cred_account(d->tree, "srv");
	ok(dmsc_login_take(d, a, false, &l) == DMSC_E_OK &&
	    l.client.scheme == want && dmsc_rd_eq_str(l.client.user, user) &&
	    l.server.scheme == DMSC_CRED_MD5 && dmsc_rd_eq_str(l.server.user,
	    "theirs") && strcmp(l.server_id, "srv") == 0, pref);
	dmsc_login_free(&l);
	ok(dmsc_login_take(d, a, true, &l) == DMSC_E_OK &&
	    l.client.nonce.left == 4 && l.client.nonce.p[0] == 0,
	    "the nonces of zeros");
	dmsc_login_free(&l);
	ok(dmsc_login_http(a, &h) == DMSC_E_OK && h.digest &&
	    strcmp(h.user, "web") == 0 && h.password->len == 2,
	    "HTTP's own is another one");
	dmsc_login_http_free(&h);
	ok(dmsc_invite_nonce(d, "srv", "CLCRED", &fresh) == DMSC_E_OK &&
	    data_is(d, user, "new") && data_is(d, strcmp(user, "md5") == 0 ?
	    "mac" : "md5", "old") && data_is(d, "odd", "old") &&
	    data_is(d, "web", "old"),
	    "the next nonce is kept where the credential is");
	dmsc_device_free(&d);
}

int
main(void)
{
	struct dmsc_login_http h;
	struct dmsc_device *d;

	if (!tap_folder(folder))
		return 99;
	urls();
	credentials("DIGEST", "md5", DMSC_CRED_MD5);
	credentials("HMAC", "mac", DMSC_CRED_MAC);
	credentials("BASIC", "md5", DMSC_CRED_MD5);
	credentials("", "md5", DMSC_CRED_MD5);
	d = load();
	put(d, "DMAcc/x/ServerID", "srv");
	ok(dmsc_login_http(dmsc_cred_account(d->tree, "srv"), &h) ==
	    DMSC_E_OK && h.user == NULL && dmsc_login_card(d) == NULL,
	    "an account that has nothing");
	dmsc_device_free(&d);
	return tap_done();
}
