/* Readers and the card in one of them. Plain types belong to the room link. */
#ifndef DMSC_READER_H
#define DMSC_READER_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_reader_info {
	int number;		/* from 0, as -r takes it; -1: sim */
	char *name;		/* "sim" for the embedded card */
	char *kind;		/* "pcsc" or "sim" */
	char *state;		/* "empty", "present", "in use", "exclusive",
				 * "mute", "unpowered", "unknown" */
	char *atr;		/* hex or NULL */
	char *image;		/* sim: its file */
};
struct dmsc_readers {
	struct dmsc_reader_info *readers;
	size_t n_readers;
	char *service;		/* why PC/SC cannot be asked, or NULL */
};
extern const struct dmsc_view dmsc_readers_view;

/* How the card in use came here. */
struct dmsc_connection {
	char *reader;
	char *kind;		/* "pcsc", "sim" or "replay" */
	char *atr;
	char *protocol;		/* "T=0", "T=1", "direct" */
	char *identity;		/* "iccid:8988..." or NULL */
	bool shared;
};
extern const struct dmsc_view dmsc_connection_view;

/* One APDU's answer. */
struct dmsc_apdu {
	struct dmsc_buf *data;
	unsigned sw;
	char *text;		/* of the status word */
};
extern const struct dmsc_view dmsc_apdu_view;

int dmsc_readers(struct dmsc_session *s, struct dmsc_readers **out)
    DMSC_MUST_CHECK;
/*
 * reader: NULL (the default), a name or a unique part of it, a number, an
 * ICCID, "sim", "sim:IMAGE", or "replay:FILE" (a recording that answers in
 * any order: for tests, and for what somebody else's card said). NOREADER,
 * CHOICE, NOCARD, LOCKED (the holders are named), TRANSPORT. A connection
 * that stands is closed first.
 */
int dmsc_connect(struct dmsc_session *s, const char *reader) DMSC_MUST_CHECK;
/* Ends rights, resets the card if one was gained. Never fails. */
void dmsc_disconnect(struct dmsc_session *s);
bool dmsc_connected(const struct dmsc_session *s);
int dmsc_connection(struct dmsc_session *s, struct dmsc_connection **out)
    DMSC_MUST_CHECK;
int dmsc_reset(struct dmsc_session *s, bool cold) DMSC_MUST_CHECK;
/* insert: wait for a card, else for its removal, in the reader connected or
 * else in any; NOCARD after timeout_ms (0: for ever), INTERRUPTED. */
int dmsc_wait(struct dmsc_session *s, bool insert, unsigned timeout_ms)
    DMSC_MUST_CHECK;
enum {
	DMSC_APDU_RAW = 1,	/* 61xx and 6Cxx are left to the caller */
	DMSC_APDU_SPEND_TRY = 2	/* the guard lets a PIN's last tries go */
};
/*
 * One raw command APDU (4 bytes or more); flags of the enum above. Passes the
 * guard where it carries a PIN. The session's picture of the card (selection,
 * channels, rights) is kept true.
 */
int dmsc_transmit(struct dmsc_session *s, struct dmsc_rd cmd, unsigned flags,
    struct dmsc_apdu **out) DMSC_MUST_CHECK;
/* Writes the conversation from now on, over new connections too, to a new
 * file (0600); NULL ends it. */
int dmsc_trace(struct dmsc_session *s, const char *path) DMSC_MUST_CHECK;
/* Number of APDUs and bytes (both ways) exchanged since connect. */
void dmsc_counters(const struct dmsc_session *s, unsigned long *apdus,
    unsigned long *bytes);
/* The status word of the last answer, 0 before the first. */
unsigned dmsc_last_sw(const struct dmsc_session *s);

#endif
