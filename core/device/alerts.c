/* Alerts that wait to be told (device/alerts.h). */
#include "device/alerts.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { GENERIC = 1226 };

/* Of the leaves, in the order of struct dmsc_alert_kept's texts. */
static const char *const names[] = { "Source", "Type", "Format", "Mark",
	"Correlator", "Data" };

static struct dmsc_node *
waiting(const struct dmsc_device *d)
{
	return dmsc_tree_find(d->tree, "Origin/Alert");
}

static struct dmsc_node *
first_of(const struct dmsc_device *d, bool lost)
{
	struct dmsc_node *n = waiting(d);
	char type[sizeof DMSC_ALERT_LOST + 1];

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n)) {
		dmsc_device_text(n, "Type", type, sizeof type);
		if ((strcmp(type, DMSC_ALERT_LOST) == 0) == lost)
			break;
	}
	return n;
}

/* The alert that says how many of this server are lost, or NULL. */
static struct dmsc_node *
lost_of(const struct dmsc_device *d, const char *server)
{
	struct dmsc_node *n = first_of(d, true);
	char text[256];

	for (; n != NULL; n = dmsc_node_next(n)) {
		dmsc_device_text(n, "Server", text, sizeof text);
		if (strcmp(text, server) != 0)
			continue;
		dmsc_device_text(n, "Type", text, sizeof text);
		if (strcmp(text, DMSC_ALERT_LOST) == 0)
			break;
	}
	return n;
}

static int put_alert(struct dmsc_device *d, const struct dmsc_alert *a);

static int
count_lost(struct dmsc_device *d, const char *server)
{
	struct dmsc_node *n = lost_of(d, server);
	char text[24] = "";
	const struct dmsc_alert a = { .server = server,
		.type = DMSC_ALERT_LOST, .format = "int", .mark = "warning",
		.data = text };
	uint64_t had = 0;

	dmsc_device_text(n, "Data", text, sizeof text);
	if (dmsc_num(text, 10, INT32_MAX - 1, &had) != DMSC_E_OK)
		had = 0;
	(void)snprintf(text, sizeof text, "%lu", (unsigned long)had + 1);
	return n == NULL ? put_alert(d, &a) : dmsc_device_put(d, n, "Data",
	    DMSC_FMT_CHR, dmsc_rd_str(text));
}

/* A server that never takes them has not all of them kept: the oldest goes,
 * and one alert says how many went. */
static int
make_room(struct dmsc_device *d)
{
	struct dmsc_node *n;
	char server[256];
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && dmsc_alerts_waiting(d) >= DMSC_ALERTS_MAX) {
		if ((n = first_of(d, false)) == NULL)
			return dmsc_node_remove(d->tree, first_of(d, true));
		dmsc_device_text(n, "Server", server, sizeof server);
		r = dmsc_node_remove(d->tree, n);
		if (r == DMSC_E_OK)
			r = count_lost(d, server);
	}
	return r;
}

int
dmsc_alert_add(struct dmsc_device *d, const struct dmsc_alert *a)
{
	int r = make_room(d);

	return r != DMSC_E_OK ? r : put_alert(d, a);
}

static int
put_alert(struct dmsc_device *d, const struct dmsc_alert *a)
{
	const char *const texts[] = { a->source, a->type, a->format, a->mark,
		a->correlator, a->data };
	struct dmsc_node *top, *n;
	size_t i;
	int r = dmsc_device_need(d, "Origin/Alert", &top);

	if (r == DMSC_E_OK)
		r = dmsc_device_numbered(d, top, DMSC_FMT_NODE, &n);
	if (r == DMSC_E_OK)
		r = dmsc_device_put(d, n, "Server", DMSC_FMT_CHR,
		    dmsc_rd_str(a->server));
	for (i = 0; i < DMSC_COUNT(texts) && r == DMSC_E_OK; i++)
		if (texts[i] != NULL)
			r = dmsc_device_put(d, n, names[i], DMSC_FMT_CHR,
			    dmsc_rd_str(texts[i]));
	return r;
}

static void
read_alert(const struct dmsc_node *n, struct dmsc_alert_kept *out)
{
	const char *text[DMSC_COUNT(names)];
	size_t i;

	memset(&out->event, 0, sizeof out->event);
	(void)snprintf(out->name, sizeof out->name, "%s", dmsc_node_name(n));
	for (i = 0; i < DMSC_COUNT(names); i++) {
		dmsc_device_text(n, names[i], out->text[i],
		    sizeof out->text[i]);
		text[i] = out->text[i][0] == '\0' ? NULL : out->text[i];
	}
	out->event.code = GENERIC;
	out->event.source = text[0];
	out->event.type = text[1];
	out->event.format = text[2];
	out->event.mark = text[3];
	out->event.correlator = text[4];
	out->event.data = dmsc_rd_str(out->text[5]);
}

bool
dmsc_alert_at(const struct dmsc_device *d, const char *server, size_t i,
    struct dmsc_alert_kept *out)
{
	const struct dmsc_node *n = waiting(d);
	char to[256];

	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n)) {
		dmsc_device_text(n, "Server", to, sizeof to);
		if ((to[0] == '\0' || strcmp(to, server) == 0) && i-- == 0)
			break;
	}
	if (n != NULL)
		read_alert(n, out);
	return n != NULL;
}

int
dmsc_alert_done(struct dmsc_device *d, const char *name)
{
	struct dmsc_node *n = waiting(d);

	n = n == NULL ? NULL : dmsc_node_child(n, name);
	return n == NULL ? DMSC_E_OK : dmsc_node_remove(d->tree, n);
}

size_t
dmsc_alerts_waiting(const struct dmsc_device *d)
{
	const struct dmsc_node *n = waiting(d);

	return n == NULL ? 0 : dmsc_node_children(n);
}
