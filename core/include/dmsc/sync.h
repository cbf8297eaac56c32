/*
 * A session of the device with a DM server over HTTP, and what any session
 * tells its server. Room device.
 */
#ifndef DMSC_SYNC_H
#define DMSC_SYNC_H

#include <dmsc/view.h>

/* A Generic Alert (1226) that waited for its server. */
struct dmsc_alerted {
	char *source;		/* a URI with "./", or NULL */
	char *type;
	char *data;
	unsigned status;	/* that the server gave; 0: none */
};
extern const struct dmsc_view dmsc_alerted_view;

#endif
