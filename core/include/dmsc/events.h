/*
 * What a card says by itself: proactive commands of the card application
 * toolkit (ETSI TS 102 223), fetched, obeyed or refused. Room device.
 */
#ifndef DMSC_EVENTS_H
#define DMSC_EVENTS_H

#include <dmsc/device.h>

struct dmsc_event {
	char *name;		/* "refresh", "unknown-99" */
	char *detail;		/* of a refresh its mode, of a text the text */
	char **files;		/* that a refresh names, "3F00/7F50/6432" */
	size_t n_files;
	unsigned result;	/* as in TERMINAL RESPONSE */
	char *answer;		/* the same in words */
};
struct dmsc_events {
	struct dmsc_event *events;
	size_t n_events;
	unsigned apdus;
};
extern const struct dmsc_view dmsc_events_view;

struct dmsc_events_opts {
	bool allow;		/* over PC/SC too: it wakes applets */
	const char *imei;	/* 15 digits the card may ask; NULL: none */
	enum dmsc_confirm confirm;	/* to texts that wait for the user */
	const char *name;	/* wait for this one; NULL: what waits now */
	unsigned timeout_ms;
};
/*
 * TERMINAL PROFILE at the first time since the card's reset, then what the
 * card has to say until it is quiet. USAGE without allow; NOTFOUND when the
 * event did not come; LIMIT and DATA for a card that never ends or sends no
 * command: each comes with the events before.
 */
int dmsc_events(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_events **out) DMSC_MUST_CHECK;
/* Gives a simulated card a command to send (D0...): the embedded one, or one
 * that another process serves (dmsc_served). USAGE for another card, DATA,
 * LIMIT. */
int dmsc_card_push(struct dmsc_session *s, struct dmsc_rd cmd)
    DMSC_MUST_CHECK;

#endif
