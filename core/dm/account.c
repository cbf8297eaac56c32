/* Accounts of a tree and the credentials in them (DMAcc 1.2; dm/cred.h). */
#include <string.h>

#include "base/base.h"
#include "dm/cred.h"

static const char *const places[] = { "DMAcc", "SyncML/DMAcc" };

static struct dmsc_rd
leaf(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *c = dmsc_node_child(n, name);

	return c == NULL || !dmsc_node_is_leaf(c) ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(c);
}

struct dmsc_rd
dmsc_cred_server(const struct dmsc_node *account)
{
	return leaf(account, "ServerID");
}

static const struct dmsc_node *
with_server(const struct dmsc_node *n)
{
	while (n != NULL && dmsc_cred_server(n).left == 0)
		n = dmsc_node_next(n);
	return n;
}

const struct dmsc_node *
dmsc_cred_next_account(const struct dmsc_tree *t,
    const struct dmsc_node *prev)
{
	const struct dmsc_node *place, *n;
	bool behind = prev == NULL;
	size_t i;

	for (i = 0; i < DMSC_COUNT(places); i++) {
		if ((place = dmsc_tree_find(t, places[i])) == NULL)
			continue;
		n = NULL;
		if (behind)
			n = with_server(dmsc_node_first(place));
		else if (dmsc_node_parent(prev) == place) {
			n = with_server(dmsc_node_next(prev));
			behind = true;
		}
		if (n != NULL)
			return n;
	}
	return NULL;
}

const struct dmsc_node *
dmsc_cred_account(const struct dmsc_tree *t, const char *server)
{
	const struct dmsc_node *n = NULL;

	while ((n = dmsc_cred_next_account(t, n)) != NULL)
		if (dmsc_rd_eq_str(dmsc_cred_server(n), server))
			return n;
	return NULL;
}

/* The scheme that an AAuthType names; auth-md5 where there is none. */
static enum dmsc_cred_scheme
scheme_of(const struct dmsc_node *auth)
{
	static const enum dmsc_cred_scheme ours[] = { DMSC_CRED_BASIC,
		DMSC_CRED_MD5, DMSC_CRED_MAC };
	struct dmsc_rd type = leaf(auth, "AAuthType");
	size_t i;

	if (type.left == 0)
		return DMSC_CRED_MD5;
	for (i = 0; i < DMSC_COUNT(ours); i++)
		if (dmsc_rd_eq_str(type, dmsc_cred_aauth(ours[i])) ||
		    dmsc_rd_eq_str(type, dmsc_cred_type(ours[i])))
			return ours[i];
	return DMSC_CRED_OTHER;
}

int
dmsc_cred_of(const struct dmsc_node *account, const char *level,
    enum dmsc_cred_scheme scheme, struct dmsc_cred_login *out)
{
	const struct dmsc_node *all = dmsc_node_child(account, "AppAuth"), *n;
	enum dmsc_cred_scheme s;

	memset(out, 0, sizeof *out);
	for (n = all == NULL ? NULL : dmsc_node_first(all); n != NULL;
	    n = dmsc_node_next(n)) {
		s = scheme_of(n);
		if (!dmsc_rd_eq_str(leaf(n, "AAuthLevel"), level) ||
		    s == DMSC_CRED_OTHER ||
		    (scheme != DMSC_CRED_NONE && s != scheme))
			continue;
		out->scheme = s;
		out->user = leaf(n, "AAuthName");
		if (out->user.left == 0 && strcmp(level, "SRVCRED") == 0)
			out->user = dmsc_cred_server(account);
		out->secret = leaf(n, "AAuthSecret");
		out->nonce = leaf(n, "AAuthData");
		return DMSC_E_OK;
	}
	return DMSC_E_NOTFOUND;
}
