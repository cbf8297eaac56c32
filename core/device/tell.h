/*
 * What the device tells the server of a session by itself: the alerts that
 * wait for it (device/alerts.h) and, where it is the card's, what changed on
 * the device (GEN-15); and what it notes of that and of the server's commands
 * in the report.
 */
#ifndef DMSC_DEVICE_TELL_H
#define DMSC_DEVICE_TELL_H

#include "device/alerts.h"
#include "device/talk.h"

#include <dmsc/sync.h>

enum { DMSC_TELL_MAX = 64 };	/* of one session */

struct dmsc_tell {
	struct dmsc_device *dev;
	const char *server;
	/* Of the report; told NULL: changes are not told. */
	struct dmsc_alerted **alerts;
	size_t *n_alerts;
	struct dmsc_talk_told **told;
	size_t *n_told;
	/* What went out, in order. */
	struct {
		struct dmsc_alert_kept *alert;	/* NULL: a change */
		size_t row;
		bool settled;
	} sent[DMSC_TELL_MAX];
	size_t n_sent, n_answered;
	bool closed;			/* all changes are told */
	struct dmsc_told change;
};

/* hooks.event and hooks.event_told of dm/client.h. */
bool dmsc_tell_next(struct dmsc_tell *t, struct dmsc_dm_event *out);
void dmsc_tell_status(struct dmsc_tell *t, unsigned status);
/* Between two messages: alerts that were taken go. *gone: there were some,
 * and the tree is to be saved. */
int dmsc_tell_settle(struct dmsc_tell *t, bool *gone) DMSC_MUST_CHECK;
/* hooks.keep of dm/client.h: all that is to be kept before the server hears
 * of it, one write of the file: the tree, orders, nonces, alerts that were
 * taken. */
int dmsc_tell_keep(struct dmsc_tell *t, struct dmsc_world *w, bool changed,
    const struct dmsc_dm_nonce *client, const struct dmsc_dm_nonce *server,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_tell_free(struct dmsc_tell *t);

/* hooks.told of dm/client.h: a row for a Status of ours. NOMEM. */
int dmsc_tell_step(struct dmsc_talk_step **rows, size_t *n,
    const struct dmsc_cmd *status) DMSC_MUST_CHECK;

#endif
