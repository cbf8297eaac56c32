/* Orders of servers to the device (device/orders.h). */
#include "device/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/fumo.h"
#include "device/functions.h"
#include "device/nodes.h"

static const struct dmsc_order_kind kinds[] = {
	{ "FUMO/*/Download", dmsc_fumo_may, dmsc_fumo_run },
	{ "FUMO/*/Update", dmsc_fumo_may, dmsc_fumo_run },
	{ "FUMO/*/DownloadAndUpdate", dmsc_fumo_may, dmsc_fumo_run },
	{ "DCMO/*/Operations/Enable", dmsc_function_may, dmsc_function_run },
	{ "DCMO/*/Operations/Disable", dmsc_function_may, dmsc_function_run },
	{ NULL, NULL, NULL }
};

static const struct dmsc_order_kind *
find(const struct dmsc_node *n)
{
	size_t i;

	for (i = 0; kinds[i].uri != NULL; i++)
		if (dmsc_node_fits(n, kinds[i].uri))
			return &kinds[i];
	return NULL;
}

static void
release(struct dmsc_order *o)
{
	if (o != NULL)
		dmsc_buf_free(&o->data);
	free(o);
}

static struct dmsc_order *
order_of(const struct dmsc_world *w, const struct dmsc_node *n,
    const char *correlator, struct dmsc_rd data)
{
	struct dmsc_order *o = calloc(1, sizeof *o);
	struct dmsc_buf *uri = dmsc_buf_new(DMSC_ORDER_URI - 1);
	const char *s = uri != NULL && dmsc_node_uri(n, uri) == DMSC_E_OK ?
	    dmsc_buf_cstr(uri) : NULL;

	if (o == NULL || s == NULL ||
	    (o->data = dmsc_buf_new(DMSC_ORDER_DATA)) == NULL ||
	    dmsc_buf_put(o->data, data) != DMSC_E_OK ||
	    snprintf(o->server, sizeof o->server, "%s", w->server == NULL ?
	    "" : w->server) >= (int)sizeof o->server ||
	    snprintf(o->correlator, sizeof o->correlator, "%s",
	    correlator == NULL ? "" : correlator) >=
	    (int)sizeof o->correlator) {
		release(o);
		o = NULL;
	} else
		(void)snprintf(o->uri, sizeof o->uri, "%s", s);
	dmsc_buf_free(&uri);
	return o;
}

unsigned
dmsc_order_take(void *ctx, const struct dmsc_node *n,
    const struct dmsc_cmd *c, struct dmsc_rd arg)
{
	struct dmsc_world *w = ctx;
	const struct dmsc_order_kind *k = find(n);
	struct dmsc_order *o;
	unsigned status;

	if (k == NULL)
		return DMSC_DM_UNSUPPORTED;
	if (w->n_taken == DMSC_COUNT(w->taken) ||
	    arg.left > DMSC_ORDER_DATA)
		return DMSC_DM_TOO_LARGE;
	if ((o = order_of(w, n, c->correlator, arg)) == NULL)
		return DMSC_DM_FAILED;
	status = k->may == NULL ? DMSC_DM_ACCEPTED : k->may(w, n, o);
	if (status == DMSC_DM_ACCEPTED)
		w->taken[w->n_taken++] = o;
	else
		release(o);
	return status;
}

void
dmsc_orders_drop(struct dmsc_world *w)
{
	while (w->n_taken > 0)
		release(w->taken[--w->n_taken]);
}

static int
keep(struct dmsc_device *d, const struct dmsc_order *o)
{
	struct dmsc_node *top, *n;
	int r = dmsc_device_need(d, "Origin/Order", &top);

	if (r != DMSC_E_OK ||
	    (r = dmsc_device_numbered(d, top, DMSC_FMT_NODE, &n)) !=
	    DMSC_E_OK || (r = dmsc_device_put(d, n, "URI", DMSC_FMT_CHR,
	    dmsc_rd_str(o->uri))) != DMSC_E_OK ||
	    (r = dmsc_device_put(d, n, "Server", DMSC_FMT_CHR,
	    dmsc_rd_str(o->server))) != DMSC_E_OK ||
	    (r = dmsc_device_put(d, n, "Correlator", DMSC_FMT_CHR,
	    dmsc_rd_str(o->correlator))) != DMSC_E_OK)
		return r;
	return dmsc_device_put(d, n, "Data", DMSC_FMT_BIN,
	    dmsc_buf_rd(o->data));
}

int
dmsc_orders_keep(struct dmsc_world *w)
{
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < w->n_taken && r == DMSC_E_OK; i++)
		r = keep(w->dev, w->taken[i]);
	dmsc_orders_drop(w);
	return r == DMSC_E_OK ? r : dmsc_fail(w->e, r, "out of memory");
}

/* Behind skip of them. */
static struct dmsc_node *
next_order(const struct dmsc_device *d, size_t skip)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, "Origin/Order");

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL && skip > 0;
	    skip--)
		n = dmsc_node_next(n);
	return n;
}

static struct dmsc_order *
read_order(const struct dmsc_node *n)
{
	const struct dmsc_node *data = dmsc_node_child(n, "Data");
	struct dmsc_order *o = calloc(1, sizeof *o);

	if (o == NULL || (o->data = dmsc_buf_new(DMSC_ORDER_DATA)) == NULL ||
	    (data != NULL && dmsc_buf_put(o->data, dmsc_node_value(data)) !=
	    DMSC_E_OK)) {
		release(o);
		return NULL;
	}
	dmsc_device_text(n, "URI", o->uri, sizeof o->uri);
	dmsc_device_text(n, "Server", o->server, sizeof o->server);
	dmsc_device_text(n, "Correlator", o->correlator,
	    sizeof o->correlator);
	return o;
}

/* The order n; its node, or what it was for, may be gone by then. */
static int
carry_out(struct dmsc_world *w, struct dmsc_node *n)
{
	struct dmsc_order *o = read_order(n);
	const struct dmsc_order_kind *k = NULL;
	const struct dmsc_node *at;
	char name[24];
	int r = o == NULL ? dmsc_fail(w->e, DMSC_E_NOMEM, "out of memory") :
	    DMSC_E_OK;

	(void)snprintf(name, sizeof name, "%s", dmsc_node_name(n));
	if (r == DMSC_E_OK && (at = dmsc_tree_find(w->dev->tree, o->uri)) !=
	    NULL && (k = find(at)) != NULL)
		r = k->run(w, o);
	release(o);
	if (r != DMSC_E_OK)
		return r;
	n = dmsc_tree_find(w->dev->tree, "Origin/Order");
	n = n == NULL ? NULL : dmsc_node_child(n, name);
	if (n != NULL && dmsc_node_remove(w->dev->tree, n) != DMSC_E_OK)
		return dmsc_fail(w->e, DMSC_E_NOMEM, "out of memory");
	return dmsc_device_save(w->dev, w->e);
}

int
dmsc_orders_run(struct dmsc_world *w, size_t *n)
{
	struct dmsc_tree *before;
	struct dmsc_node *o;
	size_t done = 0, waits = 0;
	int r = DMSC_E_OK;

	while ((r == DMSC_E_OK || r == DMSC_E_NOCARD) &&
	    (o = next_order(w->dev, waits)) != NULL) {
		if ((before = dmsc_tree_clone(w->dev->tree)) == NULL) {
			r = dmsc_fail(w->e, DMSC_E_NOMEM, "out of memory");
			break;
		}
		if ((r = carry_out(w, o)) == DMSC_E_OK) {
			done++;
			dmsc_tree_free(&before);
			continue;
		}
		waits++;
		dmsc_tree_free(&w->dev->tree);
		w->dev->tree = before;
	}
	if (n != NULL)
		*n = done;
	if (r == DMSC_E_OK && waits > 0)
		r = dmsc_fail(w->e, DMSC_E_NOCARD,
		    "an order waits for a card");
	return r;
}

int
dmsc_order_add(struct dmsc_world *w, const char *uri)
{
	const struct dmsc_node *n = dmsc_tree_find(w->dev->tree, uri);
	const struct dmsc_order_kind *k = n == NULL ? NULL : find(n);
	struct dmsc_order *o;
	int r = DMSC_E_OK;

	if (k == NULL)
		r = dmsc_fail(w->e, n == NULL ? DMSC_E_NOTFOUND :
		    DMSC_E_UNSUPPORTED, n == NULL ?
		    "the device has no such node" : "nothing is done there");
	else if ((o = order_of(w, n, NULL, dmsc_rd_of(NULL, 0))) == NULL)
		return dmsc_fail(w->e, DMSC_E_NOMEM, "out of memory");
	else {
		if (k->may != NULL && k->may(w, n, o) != DMSC_DM_ACCEPTED)
			r = dmsc_fail(w->e, DMSC_E_AUTH,
			    "this cannot be ordered now");
		else if (keep(w->dev, o) != DMSC_E_OK)
			r = dmsc_fail(w->e, DMSC_E_NOMEM, "out of memory");
		release(o);
	}
	if (r != DMSC_E_OK)
		(void)dmsc_err_where(w->e, "%s", uri);
	return r;
}

size_t
dmsc_orders_waiting(const struct dmsc_device *d)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, "Origin/Order");

	return n == NULL ? 0 : dmsc_node_children(n);
}
