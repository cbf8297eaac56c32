/*
 * A card that another process of this machine serves into a reader, reached
 * by its control socket (card/control.h): found by its image, or by the card
 * that is connected.
 */
#ifndef DMSC_SESSION_SERVED_H
#define DMSC_SESSION_SERVED_H

#include "session/session.h"

/* Where the sockets are; the caller frees, NULL: no memory. */
char *session_served_folder(const struct dmsc_session *s);
/* Asks the served card that is meant: the one connected through PC/SC, else
 * the one found by dmsc_served. NOTFOUND: none of ours, USAGE: more than one;
 * else as dmsc_control_ask. */
int session_served_ask(struct dmsc_session *s, const char *verb,
    struct dmsc_rd bytes, struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
