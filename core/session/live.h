/* The device that is on: what a REFRESH names, it takes in again. */
#ifndef DMSC_SESSION_LIVE_H
#define DMSC_SESSION_LIVE_H

#include <dmsc/device.h>
#include <dmsc/events.h>

/* Part of the session; all zero: no device is on. */
struct session_live {
	bool on;
	char *device, *group;	/* NULL: default, all documents */
	char *imei;
	enum dmsc_confirm confirm;
	bool ask_silent;
	const struct dmsc_events *log;	/* whose first heard events were */
	size_t heard;			/* looked at for a notice */
};

/* 15 digits, or NULL: USAGE. */
int dmsc_live_imei(struct dmsc_session *s, const char *imei) DMSC_MUST_CHECK;
/* It is on from now until disconnect, with the options of its power-on. */
int dmsc_live_start(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o) DMSC_MUST_CHECK;
void dmsc_live_end(struct dmsc_session *s);
/*
 * After a REFRESH: its documents are looked at again, on a logical channel of
 * their own where the session holds rights; those that changed are appended
 * to log. Where it names EF.NOTICE, the session that the card asks for there is
 * held. NOANSWER and DATA, and how a session fails, are told as warnings.
 */
int dmsc_live_refreshed(struct dmsc_session *s, struct dmsc_events *log)
    DMSC_MUST_CHECK;
/* Appends to report what the card has to say by itself, if it says that it
 * has something, and what was taken in because of it. */
int dmsc_live_listen(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o, struct dmsc_poweron *report)
    DMSC_MUST_CHECK;

#endif
