/* A server's Package #0 judged by the device, and what it remembers of the
 * servers (device/talk.h): in ./Origin/Server. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "device/login.h"
#include "device/talk.h"

enum { RECENT = 16, WINDOW = 0x7FFF };

static struct dmsc_node *
memory(const struct dmsc_device *d, const char *server)
{
	struct dmsc_node *n = dmsc_node_child(dmsc_tree_root(d->tree),
	    "Origin");

	n = n == NULL ? NULL : dmsc_node_child(n, "Server");
	return n == NULL ? NULL : dmsc_node_child(n, server);
}

static int
remember(struct dmsc_device *d, const char *server, const char *name,
    const char *value)
{
	struct dmsc_node *top, *n;
	int r = dmsc_device_need(d, "Origin/Server", &top);

	n = r == DMSC_E_OK ? dmsc_node_child(top, server) : NULL;
	if (r == DMSC_E_OK && n == NULL)
		r = dmsc_node_add(d->tree, top, server, DMSC_FMT_NODE, &n);
	return r != DMSC_E_OK ? r : dmsc_device_put(d, n, name,
	    DMSC_FMT_CHR, dmsc_rd_str(value));
}

/* The sessions of a server that were, oldest first; how many. */
static size_t
recent(const struct dmsc_device *d, const char *server,
    unsigned out[RECENT])
{
	const struct dmsc_node *n = memory(d, server);
	struct dmsc_rd v = { NULL, 0 };
	size_t count = 0, i;
	unsigned session = 0;
	int digit;

	if (n != NULL && (n = dmsc_node_child(n, "Sessions")) != NULL)
		v = dmsc_node_value(n);
	for (i = 0; i <= v.left && count < RECENT; i++) {
		digit = i == v.left ? -1 : dmsc_digit((char)v.p[i]);
		if (digit >= 0)
			session = (session << 4 | (unsigned)digit) &
			    DMSC_PKG0_SESSION_MAX;
		else if (session > 0) {
			out[count++] = session;
			session = 0;
		}
	}
	return count;
}

/* With the nonce of zeros, which anyone may have kept, only a session that is
 * newer than the last. */
static bool
is_replay(const struct dmsc_device *d, const char *server,
    const struct dmsc_invite *v)
{
	unsigned old[RECENT];
	size_t n = recent(d, server, old), i;

	for (i = 0; i < n; i++)
		if (old[i] == v->session)
			return true;
	return v->resync && n > 0 && ((v->session - old[n - 1]) &
	    DMSC_PKG0_SESSION_MAX) > WINDOW;
}

static int
refuse(struct dmsc_err *e, const char *server, const char *why,
    const char *next)
{
	(void)dmsc_fail(e, DMSC_E_AUTHFAIL,
	    "the request for a session is refused");
	(void)dmsc_err_where(e, "%s", server);
	(void)dmsc_err_why(e, "%s", why);
	if (next != NULL)
		(void)dmsc_err_next(e, "%s", next);
	return DMSC_E_AUTHFAIL;
}

int
dmsc_invite_check(const struct dmsc_device *d, struct dmsc_rd package0,
    struct dmsc_invite *out, struct dmsc_err *e)
{
	char server[DMSC_PKG0_SERVER_MAX + 1];
	struct dmsc_cred_login login;
	struct dmsc_pkg0 p;
	int r = dmsc_pkg0_get(package0, &p);

	memset(out, 0, sizeof *out);
	if (r != DMSC_E_OK) {
		(void)dmsc_fail(e, r,
		    "the request for a session cannot be read");
		return dmsc_err_why(e, "%s", dmsc_e_text(r));
	}
	(void)snprintf(server, sizeof server, "%.*s", (int)p.server.left,
	    (const char *)p.server.p);
	out->session = p.session;
	out->ui = p.ui;
	out->account = dmsc_cred_account(d->tree, server);
	if (out->account == NULL || dmsc_cred_of(out->account, "SRVCRED",
	    DMSC_CRED_NONE, &login) != DMSC_E_OK)
		return refuse(e, server,
		    "the device has no account of this server",
		    "device poweron");
	r = dmsc_pkg0_check(package0, &login, &out->resync);
	if (r == DMSC_E_AUTHFAIL)
		return refuse(e, server, "its digest is not of this server",
		    NULL);
	if (r != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot check the request");
	return is_replay(d, server, out) ? refuse(e, server,
	    "it was used before", NULL) : DMSC_E_OK;
}

int
dmsc_invite_used(struct dmsc_device *d, const char *server,
    unsigned session)
{
	char text[RECENT * DMSC_PKG0_ID + 1] = "", id[DMSC_PKG0_ID];
	unsigned old[RECENT];
	size_t n = recent(d, server, old), i, at = 0;

	for (i = n == RECENT ? 1 : 0; i <= n; i++) {
		dmsc_pkg0_id(i == n ? session : old[i], id);
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s",
		    at > 0 ? " " : "", id);
	}
	return remember(d, server, "Sessions", text);
}

/* Whether that credential is in n, a child of AppAuth. */
static bool
is_login(const struct dmsc_node *n, const char *level,
    enum dmsc_cred_scheme scheme)
{
	char is[16], type[32];

	dmsc_device_text(n, "AAuthLevel", is, sizeof is);
	dmsc_device_text(n, "AAuthType", type, sizeof type);
	return strcmp(is, level) == 0 && scheme == (*type == '\0' ?
	    DMSC_CRED_MD5 : dmsc_cred_scheme(type));
}

int
dmsc_invite_nonce(struct dmsc_device *d, const char *server,
    const char *level, const struct dmsc_dm_nonce *nonce)
{
	const struct dmsc_node *a = dmsc_cred_account(d->tree, server);
	struct dmsc_node *n = a == NULL ? NULL : dmsc_node_child(a,
	    "AppAuth");
	struct dmsc_cred_login l;

	if (n == NULL || nonce == NULL || dmsc_login_of(a, level, &l) !=
	    DMSC_E_OK)
		return DMSC_E_OK;
	for (n = dmsc_node_first(n); n != NULL; n = dmsc_node_next(n))
		if (is_login(n, level, l.scheme))
			return dmsc_device_put(d, n, "AAuthData", DMSC_FMT_BIN,
			    dmsc_rd_of(nonce->v, nonce->n));
	return DMSC_E_OK;
}

int
dmsc_invite_signer(struct dmsc_device *d, const char *server,
    struct dmsc_rd cert)
{
	const struct dmsc_node *n = memory(d, server);
	char text[2 * DMSC_SHA256_LEN + 1];
	uint8_t sum[DMSC_SHA256_LEN];
	int r;

	if ((r = dmsc_sha256(cert, sum)) != DMSC_E_OK)
		return r;
	(void)dmsc_hex(dmsc_rd_of(sum, sizeof sum), text, sizeof text);
	if (n != NULL && (n = dmsc_node_child(n, "Signer")) != NULL)
		return dmsc_rd_eq_str(dmsc_node_value(n), text) ?
		    DMSC_E_OK : DMSC_E_MISMATCH;
	return remember(d, server, "Signer", text);
}
