/*
 * Generic Alerts (1226) that wait to be told to a server, in ./Origin/Alert:
 * each is told in the next session with it, and kept until it was taken.
 */
#ifndef DMSC_DEVICE_ALERTS_H
#define DMSC_DEVICE_ALERTS_H

#include "device/state.h"
#include "dm/client.h"

struct dmsc_alert {
	const char *server;		/* ServerID; "": the next one */
	const char *source;		/* a URI with "./", or NULL */
	const char *type, *format, *mark, *correlator;	/* or NULL */
	const char *data;
};
/*
 * No more than DMSC_ALERTS_MAX wait: the oldest goes then, and one alert of
 * this Type tells its server how many of its went (its Data, an int).
 */
#define DMSC_ALERT_LOST "urn:oma:at:ext-dmsc-lost:1.0"
enum { DMSC_ALERTS_MAX = 256 };
int dmsc_alert_add(struct dmsc_device *d, const struct dmsc_alert *a)
    DMSC_MUST_CHECK;
/* The i-th that waits for this server, from 0; false: no more. Its texts are
 * copied into out, whose event points into itself: not to be copied. */
struct dmsc_alert_kept {
	char name[24];			/* of its node */
	char text[6][1024];
	struct dmsc_dm_event event;
};
bool dmsc_alert_at(const struct dmsc_device *d, const char *server, size_t i,
    struct dmsc_alert_kept *out);
/* It was taken: it goes. One that is not there is OK. */
int dmsc_alert_done(struct dmsc_device *d, const char *name)
    DMSC_MUST_CHECK;
size_t dmsc_alerts_waiting(const struct dmsc_device *d);

#endif
