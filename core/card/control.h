/*
 * The control socket of a card that is served: what is not the reader's to
 * do is asked here, by processes of the same user of this machine, while the
 * reader goes on. A socket file of ours (0600) in a folder of ours (0700).
 *
 * A request is one line, "VERB" or "VERB HEX", the answer one line, "ok"
 * with what the verb gives behind it, or "no WHY". Lines longer than
 * DMSC_CONTROL_LINE, other verbs, and bytes that are no text end the
 * connection, and so does a second of silence; the card goes on.
 *
 *	facts		ok IMAGE READER ICCID WAITING PID: the file and
 *			HOST:PORT in hex, EF.ICCID ("-": none), commands
 *			that wait, the process
 *	push HEX	queues a proactive command
 *	envelope HEX	ok ANSWER: an envelope of the network, past the device
 */
#ifndef DMSC_CARD_CONTROL_H
#define DMSC_CARD_CONTROL_H

#include <poll.h>

#include "card/end.h"

enum { DMSC_CONTROL_LINE = 16384, DMSC_CONTROL_FDS = 2,
	DMSC_CONTROL_MANY = 64 };	/* sockets looked at in a folder */

struct dmsc_control;
/* A socket of this process in the folder, which is made where it is not
 * there; image and host_port are what facts tells. IO. */
int dmsc_control_open(const char *folder, const char *image,
    const char *host_port, struct dmsc_control **out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void dmsc_control_close(struct dmsc_control **c);	/* it is gone then */
/* What to poll for: how many of p. */
size_t dmsc_control_fds(const struct dmsc_control *c,
    struct pollfd p[DMSC_CONTROL_FDS]);
/* After poll, whatever it said: takes in what has come, answers, and lets go
 * of who is silent. Never waits. */
void dmsc_control_turn(struct dmsc_control *c, struct dmsc_card *card);

/* The other end. One request to the socket name of the folder; what stands
 * behind "ok" into out. NOTFOUND: nobody serves there; DATA: refused, with
 * why; IO. */
int dmsc_control_ask(const char *folder, const char *name, const char *verb,
    struct dmsc_rd bytes, struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The names there are, at most DMSC_CONTROL_MANY. */
int dmsc_control_names(const char *folder, char ***names, size_t *n)
    DMSC_MUST_CHECK;

#endif
