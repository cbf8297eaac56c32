/* The device's end of the card application toolkit (TS 102 223). */
#ifndef DMSC_DEVICE_TOOLKIT_H
#define DMSC_DEVICE_TOOLKIT_H

#include "cat/cat.h"
#include "uicc/uicc.h"

#include <dmsc/events.h>

enum { DMSC_TOOLKIT_MAX = 64, DMSC_TOOLKIT_MS = 60000 };

/* Since the card's reset: all zero. */
struct dmsc_toolkit {
	bool profile;			/* was sent */
	bool poll_off;			/* POLLING OFF: no STATUS by itself */
	unsigned poll_ms;		/* by POLL INTERVAL; 0: our own */
	uint64_t polled;		/* when, us */
	uint32_t events;		/* a bit for each that it asked for */
	uint64_t due[CAT_TIMERS];	/* us, 0: not started */
	uint64_t length[CAT_TIMERS];
};
/* As in dmsc/session.h; each function may be NULL. */
struct dmsc_toolkit_ui {
	void *arg;
	int (*ask)(void *arg, const char *question, bool *yes);
	int (*input)(void *arg, const char *question,
	    const struct dmsc_input *what, struct dmsc_buf *out);
	void (*event)(void *arg, const struct dmsc_event *e);
};
struct dmsc_toolkit_env {
	struct dmsc_uicc *u;
	const struct dmsc_events_opts *o;
	struct dmsc_toolkit_ui ui;
	struct dmsc_events *log;
	bool refreshed, reset;		/* what a REFRESH asks of the caller */
	bool active;			/* the user typed or chose something */
	bool hide;			/* the answer is not to be recorded */
	uint64_t user_us;		/* that the user took */
	struct dmsc_err *e;
};
/*
 * Sends the profile if it was not, tells of timers, asks with STATUS (ask
 * false: only where the last answer was 91xx), fetches until the card is
 * quiet: DMSC_TOOLKIT_MAX commands and DMSC_TOOLKIT_MS at most (or what the
 * options say), then SW.
 */
int dmsc_toolkit_poll(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    bool ask) DMSC_MUST_CHECK;
/* The profile alone; a card that refuses it has no toolkit: OK. */
int dmsc_toolkit_hello(struct dmsc_toolkit *t, struct dmsc_uicc *u)
    DMSC_MUST_CHECK;
/* An envelope, then what the card has to say to it. sw gets the envelope's
 * answer (91xx as 9000), its data goes to rsp (may be NULL). */
int dmsc_toolkit_envelope(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    struct dmsc_rd data, struct dmsc_buf *rsp, unsigned *sw)
    DMSC_MUST_CHECK;
/* Whether a timer ran out, or the time to ask has come: own_ms where the
 * card set no interval. */
bool dmsc_toolkit_due(const struct dmsc_toolkit *t, unsigned own_ms);

/* obey.c: does what the command says, as far as its verdict lets us; extra
 * gets objects for the answer. */
int dmsc_toolkit_obey(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_event *ev,
    struct dmsc_buf *extra) DMSC_MUST_CHECK;
/* Hours, minutes and seconds, each as swapped digits. */
void dmsc_toolkit_time(uint64_t us, uint8_t out[3]);
/* dialogue.c: DISPLAY TEXT, GET INKEY, GET INPUT. */
int dmsc_toolkit_dialogue(struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_event *ev,
    struct dmsc_buf *extra) DMSC_MUST_CHECK;
/* Fails with NOMEM, its record made. */
int dmsc_toolkit_nomem(struct dmsc_toolkit_env *v);

#endif
