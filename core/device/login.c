/* Both credentials of a device's account (device/login.h). */
#include "device/login.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

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

static int
take_level(const struct dmsc_node *account, const char *level, bool resync,
    struct dmsc_buf **held, struct dmsc_cred_login *l)
{
	int r;

	if (dmsc_cred_of(account, level, DMSC_CRED_NONE, l) != DMSC_E_OK) {
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
