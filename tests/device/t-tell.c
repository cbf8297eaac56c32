/*
 * device: what a session tells its server by itself: alerts that wait for it
 * before changes of the device, each once; what was taken goes, what was
 * refused or not answered stays.
 */
#include <string.h>

#include "base/base.h"
#include "device/tell.h"
#include "tap.h"

static char folder[TAP_FOLDER];

static struct dmsc_device *
fresh(void)
{
	static const char *const to[] = { "one.example", "two.example", "",
		"one.example" };
	struct dmsc_alert a = { .source = "./X", .type = "urn:t",
		.format = "chr" };
	struct dmsc_device *d = NULL;
	struct dmsc_err e;
	char data[8];
	size_t i;

	if (dmsc_device_load(folder, "tell", &d, &e) != DMSC_E_OK)
		abort();
	for (i = 0; i < DMSC_COUNT(to); i++) {
		(void)snprintf(data, sizeof data, "%zu", i);
		a.server = to[i];
		a.data = data;
		if (dmsc_alert_add(d, &a) != DMSC_E_OK)
			abort();
	}
	if (dmsc_told_begin(d) != DMSC_E_OK || dmsc_node_set_value(d->tree,
	    dmsc_tree_find(d->tree, "DevInfo/Lang"), dmsc_rd_str("de")) !=
	    DMSC_E_OK)
		abort();
	return d;
}

/* What goes out, in order: the data of each. */
static void
all(struct dmsc_tell *t, char *out, size_t size)
{
	struct dmsc_dm_event e;
	size_t at = 0;

	out[0] = '\0';
	while (at < size && dmsc_tell_next(t, &e))
		at += (size_t)snprintf(out + at, size - at, "%.*s ",
		    (int)e.data.left, (const char *)e.data.p);
}

/* A server that never takes what it is told. */
static void
bounded(void)
{
	static const char *const to[] = { "never.example", "two.example" };
	struct dmsc_alert a = { .type = "urn:t", .format = "chr" };
	struct dmsc_device *d = fresh();
	struct dmsc_alert_kept k;
	char data[16];
	size_t i, n, lost = 0;
	bool good = true;

	for (i = 0; good && i < 3 * DMSC_ALERTS_MAX; i++) {
		(void)snprintf(data, sizeof data, "n%zu", i);
		a.server = to[i % 2];
		a.data = data;
		good = dmsc_alert_add(d, &a) == DMSC_E_OK &&
		    dmsc_alerts_waiting(d) <= DMSC_ALERTS_MAX;
	}
	ok(good, "what waits is bounded");
	for (n = 0; dmsc_alert_at(d, to[0], n, &k); n++)
		if (strcmp(k.text[1], DMSC_ALERT_LOST) == 0) {
			lost++;
			good = k.event.data.left == 3;
		}
	ok(good && lost == 2 && dmsc_rd_eq_str(k.event.data, "n766"),
	    "what is lost is said once to each, the newest are there");
	ok(dmsc_alert_at(d, "one.example", 0, &k) &&
	    strcmp(k.text[1], DMSC_ALERT_LOST) == 0 &&
	    dmsc_rd_eq_str(k.event.data, "2"), "and how many");
	dmsc_device_free(&d);
}

int
main(void)
{
	struct dmsc_talk *x = dmsc_view_new(&dmsc_talk_view);
	struct dmsc_device *d;
	struct dmsc_tell t;
	bool gone;
	char said[100];

	if (!tap_folder(folder) || x == NULL)
		return 99;
	d = fresh();
	t = (struct dmsc_tell){ .dev = d, .server = "one.example",
		.alerts = &x->alerts, .n_alerts = &x->n_alerts,
		.told = &x->told, .n_told = &x->n_told };
	all(&t, said, sizeof said);
	ok(strcmp(said, "0 2 3 changed ") == 0,
	    "its alerts, those for anyone, then what changed");
	ok(x->n_alerts == 3 && x->n_told == 1 && strcmp(x->told[0].uri,
	    "./DevInfo") == 0 && strcmp(x->alerts[1].data, "2") == 0,
	    "the report has them");
	dmsc_tell_status(&t, 200);
	dmsc_tell_status(&t, 500);
	ok(dmsc_tell_settle(&t, &gone) == DMSC_E_OK && gone &&
	    dmsc_alerts_waiting(d) == 3, "what was taken goes at once");
	ok(dmsc_tell_settle(&t, &gone) == DMSC_E_OK && !gone,
	    "and once");
	dmsc_tell_status(&t, 0);
	dmsc_tell_status(&t, 202);
	dmsc_tell_status(&t, 200);	/* one too many */
	ok(dmsc_tell_settle(&t, &gone) == DMSC_E_OK && !gone &&
	    dmsc_alerts_waiting(d) == 3 && x->alerts[1].status == 500 &&
	    x->told[0].status == 202, "refused or unheard, it stays");
	all(&t, said, sizeof said);
	ok(*said == '\0', "in this session it is not told again");
	dmsc_tell_free(&t);
	t = (struct dmsc_tell){ .dev = d, .server = "two.example",
		.alerts = &x->alerts, .n_alerts = &x->n_alerts };
	all(&t, said, sizeof said);
	ok(strcmp(said, "1 2 ") == 0,
	    "another server gets its own, and no changes");
	dmsc_tell_free(&t);
	dmsc_view_free(&dmsc_talk_view, x);
	dmsc_device_free(&d);
	bounded();
	return tap_done();
}
