/*
 * device: what nodes of the tree are made for by their place, alerts that
 * wait until a server took them, and Execs of nodes that nothing is done at.
 */
#include <string.h>

#include "base/base.h"
#include "device/alerts.h"
#include "device/nodes.h"
#include "device/orders.h"
#include "tap.h"

static char folder[TAP_FOLDER];

static struct dmsc_device *
load(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_load(folder, "orders", &d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static void
places(struct dmsc_device *d)
{
	static const struct { const char *uri, *pattern; bool fits; } rows[] =
	    {
		{ "A", "A", true }, { "A", "*", true }, { "A", "B", false },
		{ "A/B/C", "A/*/C", true }, { "A/B/C", "A/*", false },
		{ "A/B", "A/*/C", false }, { "A/B/C", "A/B/C/D", false },
		{ "A/B/C", "*/*/*", true }, { "A/B/C", "A/b/C", false },
		{ "A/Bee", "A/B", false }, { "A/B", "A/Bee", false },
	};
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		if ((n = dmsc_tree_find(d->tree, rows[i].uri)) == NULL &&
		    dmsc_tree_add(d->tree, rows[i].uri, DMSC_FMT_NODE, NULL,
		    dmsc_rd_of(NULL, 0), &n) != DMSC_E_OK)
			abort();
		ok(dmsc_node_fits(n, rows[i].pattern) == rows[i].fits,
		    rows[i].pattern);
	}
	ok(!dmsc_node_fits(dmsc_tree_root(d->tree), "*"), "the root is no *");
}

static void
rules(const struct dmsc_device *d)
{
	static const struct { const char *parent, *name; unsigned access; }
	rows[] = {
		{ "", "DevInfo", DMSC_DDF_GET },
		{ "DevInfo", "Lang", DMSC_DDF_GET | DMSC_DDF_COPY },
		{ "DevDetail/URI", "MaxDepth", DMSC_DDF_GET | DMSC_DDF_COPY },
		{ "", "Inbox", DMSC_DDF_ADD }, { "", "Origin", 0 },
		{ "", "SC", DMSC_DDF_GET }, { "", "Mine", DMSC_DDF_ALL },
		{ "A/B", "Origin", DMSC_DDF_ALL },
		{ "A", "AAuthSecret", DMSC_DDF_ALL & ~(unsigned)(DMSC_DDF_GET |
		    DMSC_DDF_COPY) },
	};
	struct dmsc_dm_rule r;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		memset(&r, 0, sizeof r);
		r.access = DMSC_DDF_ALL;
		dmsc_device_rule(NULL, dmsc_tree_find(d->tree,
		    rows[i].parent), rows[i].name, &r);
		ok(r.access == rows[i].access, rows[i].name);
	}
}

/* What waits for a server: how many, and the data of the first. */
static bool
waits(const struct dmsc_device *d, const char *server, size_t n,
    const char *data)
{
	struct dmsc_alert_kept a;
	size_t i = 0;

	while (dmsc_alert_at(d, server, i, &a))
		i++;
	return i == n && (n == 0 || (dmsc_alert_at(d, server, 0, &a) &&
	    a.event.code == 1226 && dmsc_rd_eq_str(a.event.data, data)));
}

static void
alerts(void)
{
	struct dmsc_alert a = { .server = "one.example", .source = "./X",
		.type = "urn:t", .format = "int", .data = "200" };
	struct dmsc_device *d = load();
	struct dmsc_alert_kept k;
	struct dmsc_err e;
	bool good = dmsc_alert_add(d, &a) == DMSC_E_OK;

	a.server = "";
	a.data = "410";
	a.mark = "warning";
	a.correlator = "c7";
	good = good && dmsc_alert_add(d, &a) == DMSC_E_OK &&
	    dmsc_device_save(d, &e) == DMSC_E_OK;
	dmsc_device_free(&d);
	d = load();
	ok(good && waits(d, "one.example", 2, "200") &&
	    waits(d, "two.example", 1, "410") &&
	    dmsc_alerts_waiting(d) == 2,
	    "alerts wait for their server, or for the next one");
	good = dmsc_alert_at(d, "two.example", 0, &k);
	ok(good && strcmp(k.event.correlator, "c7") == 0 &&
	    strcmp(k.event.mark, "warning") == 0 &&
	    strcmp(k.event.source, "./X") == 0, "with all that they say");
	good = dmsc_alert_done(d, k.name) == DMSC_E_OK &&
	    dmsc_alert_done(d, k.name) == DMSC_E_OK;
	ok(good && waits(d, "one.example", 1, "200") &&
	    waits(d, "two.example", 0, NULL), "one that was taken goes");
	dmsc_device_free(&d);
}

static void
orders(void)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_device *d = load();
	struct dmsc_world w = { .dev = d, .state_dir = folder, .e = &e };
	const struct dmsc_cmd c = { .kind = DMSC_CMD_EXEC };
	size_t n = 1;

	ok(dmsc_order_take(&w, dmsc_tree_find(d->tree, "DevInfo"), &c,
	    dmsc_rd_of(NULL, 0)) == DMSC_DM_UNSUPPORTED && w.n_taken == 0,
	    "an Exec where nothing is done is 406");
	ok(dmsc_order_add(&w, "DevInfo") == DMSC_E_UNSUPPORTED &&
	    dmsc_order_add(&w, "Nothing") == DMSC_E_NOTFOUND,
	    "nor can the user order it");
	ok(dmsc_orders_keep(&w) == DMSC_E_OK && dmsc_orders_waiting(d) == 0 &&
	    dmsc_orders_run(&w, &n) == DMSC_E_OK && n == 0,
	    "without orders there is nothing to do");
	dmsc_device_free(&d);
}

int
main(void)
{
	struct dmsc_device *d;

	if (!tap_folder(folder))
		return 1;
	d = load();
	places(d);
	rules(d);
	dmsc_device_free(&d);
	alerts();
	orders();
	return tap_done();
}
