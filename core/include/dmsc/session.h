/*
 * The session: one handle for a reader, a card, a working copy, rights and
 * one error record. Room session. Not thread-safe: one thread, one session;
 * dmsc_session_interrupt alone may be called from a signal handler.
 */
#ifndef DMSC_SESSION_H
#define DMSC_SESSION_H

#include <dmsc/bytes.h>
#include <dmsc/err.h>
#include <dmsc/secret.h>

struct dmsc_session;

struct dmsc_event;			/* dmsc/events.h */
struct dmsc_input;
/* How core asks and tells. Every member may be NULL: then a question has no
 * answer (NOANSWER) and news are not told. */
struct dmsc_ui {
	void *arg;
	/* A yes/no question about a document. */
	int (*ask)(void *arg, const char *question, bool *yes);
	/* Long work: n of total done. */
	void (*progress)(void *arg, const char *what, size_t n, size_t total);
	/* Asks for a secret that is not shown, its content as dmsc/secret.h
	 * says for a PIN. */
	int (*secret)(void *arg, const char *prompt,
	    struct dmsc_secret **out);
	/* A text for the card; UTF-8 appended to out. */
	int (*input)(void *arg, const char *question,
	    const struct dmsc_input *what, struct dmsc_buf *out);
	/* The card said something by itself, and has its answer. */
	void (*event)(void *arg, const struct dmsc_event *e);
};
struct dmsc_setup {
	const char *state_dir;	/* NULL: $XDG_STATE_HOME/dmsc */
	const char *data_dir;	/* NULL: installed or uninstalled, found */
	struct dmsc_ui ui;
	bool no_basic_channel;	/* always open another logical channel */
};

int dmsc_session_new(const struct dmsc_setup *setup,
    struct dmsc_session **out) DMSC_MUST_CHECK;	/* NOMEM, IO */
void dmsc_session_free(struct dmsc_session **s);	/* disconnects */
/* The record of the last call that failed; never NULL. */
struct dmsc_err *dmsc_session_err(struct dmsc_session *s);
/* Makes running and later calls end with INTERRUPTED until cleared. Safe in
 * a signal handler. */
void dmsc_session_interrupt(struct dmsc_session *s);
void dmsc_session_clear_interrupt(struct dmsc_session *s);
const char *dmsc_session_state_dir(const struct dmsc_session *s);
const char *dmsc_session_data_dir(const struct dmsc_session *s);
/* Warnings since the last call of dmsc_warnings_clear. */
size_t dmsc_warnings(const struct dmsc_session *s, const char *const **out);
void dmsc_warnings_clear(struct dmsc_session *s);
const char *dmsc_version(void);

#endif
