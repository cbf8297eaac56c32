/*
 * What a card says by itself: proactive commands of the card application
 * toolkit (ETSI TS 102 223), fetched, obeyed or refused. Room device.
 *
 * A device that was switched on (dmsc_device_poweron) and not disconnected
 * since is on: what a REFRESH names is taken into it anew, without a restart
 * (GEN-20).
 */
#ifndef DMSC_EVENTS_H
#define DMSC_EVENTS_H

#include <dmsc/device.h>

/* What a card lets the user type. */
struct dmsc_input {
	size_t min, max;	/* characters */
	bool digits;		/* 0 to 9, *, #, + only */
	bool hidden;		/* is not shown */
	const char *preset;	/* what an empty answer means, or NULL */
};
struct dmsc_apdu;			/* dmsc/reader.h */
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
	struct dmsc_taken *documents;	/* that the device took in anew */
	size_t n_documents;
	struct dmsc_talk *sessions;	/* that the card asked for (GEN-14) */
	size_t n_sessions;
	unsigned apdus;
};
extern const struct dmsc_view dmsc_event_view, dmsc_events_view;

struct dmsc_events_opts {
	bool allow;		/* over PC/SC too: it wakes applets */
	const char *imei;	/* 15 digits the card may ask; NULL: none */
	enum dmsc_confirm confirm;	/* to texts that wait for the user */
	const char *answer;	/* to a question for a text; NULL: asked */
	const char *name;	/* wait for this one */
	bool wait;		/* name NULL: for any */
	unsigned timeout_ms;
	unsigned bound_ms;	/* of one round; 0: a minute */
};
/*
 * TERMINAL PROFILE at the first time since the card's reset, then what the
 * card has to say until it is quiet. USAGE without allow, or for a name that
 * no command has; NOTFOUND when what is waited for did not come; SW and DATA
 * for a card that never ends or sends no command: each comes with the events
 * before. INTERRUPTED.
 */
int dmsc_events(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_events **out) DMSC_MUST_CHECK;
/*
 * The same where the toolkit is on (TERMINAL PROFILE was sent) and there is
 * cause: the card's last answer said 91xx, or, ask, a timer ran out or the
 * time to ask the card has come. *out NULL: there was none. Costs nothing
 * then, and never sends the profile.
 */
int dmsc_events_tick(struct dmsc_session *s, const struct dmsc_events_opts *o,
    bool ask, struct dmsc_events **out) DMSC_MUST_CHECK;
bool dmsc_events_on(const struct dmsc_session *s);
/*
 * Something happens to the device: "user-activity", "idle-screen", "language"
 * with its code ("en"). NOTFOUND where the card did not ask for the event,
 * USAGE for another word; else what the card has to say to it.
 */
int dmsc_events_tell(struct dmsc_session *s, const struct dmsc_events_opts *o,
    const char *what, const char *value, struct dmsc_events **out)
    DMSC_MUST_CHECK;
/*
 * The data of an ENVELOPE, D1 to DF, as a network or a user brings it. Its
 * answer (may be NULL), and what the card has to say to it.
 */
int dmsc_envelope(struct dmsc_session *s, const struct dmsc_events_opts *o,
    struct dmsc_rd data, struct dmsc_apdu **answer, struct dmsc_events **out)
    DMSC_MUST_CHECK;
/* Gives a simulated card a command to send (D0...): the embedded one, or one
 * that another process serves (dmsc_served). USAGE for another card, DATA,
 * LIMIT. */
int dmsc_card_push(struct dmsc_session *s, struct dmsc_rd cmd)
    DMSC_MUST_CHECK;
/*
 * Appends a command by its name (as an event has it) with its values: files
 * of a refresh (none: all), a text, a length, seconds, events; dmsc-card(7)
 * has them. NOTFOUND: no such name; USAGE for its values. No card is asked.
 */
int dmsc_card_command(struct dmsc_session *s, const char *name, size_t n,
    const char *const *args, struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
