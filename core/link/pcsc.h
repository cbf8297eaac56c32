/*
 * Cards in PC/SC readers: which there are, one of them as a link end, waiting
 * for a card. Only core/link/pcsc*.c know winscard.h.
 */
#ifndef DMSC_LINK_PCSC_H
#define DMSC_LINK_PCSC_H

#include "link/link.h"

#include <dmsc/reader.h>

/* Appends the readers, numbered from 0. Where PC/SC cannot be asked that is
 * no error: out->service says why. NOMEM. */
int dmsc_pcsc_list(struct dmsc_readers *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/*
 * Opens the card in the reader of exactly this name, shared. NOREADER (no
 * service, no such reader), NOCARD, LOCKED (the holders are named),
 * TRANSPORT (a card that does not answer).
 */
int dmsc_pcsc_open(const char *name, struct dmsc_link *out,
    struct dmsc_buf *atr, struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * Waits for a card (insert) or for its removal in the reader of this name,
 * NULL: in any. 0 ms: for ever. NOCARD after the time, INTERRUPTED.
 */
int dmsc_pcsc_wait(const char *name, bool insert, unsigned timeout_ms,
    const volatile int *interrupted, struct dmsc_err *e) DMSC_MUST_CHECK;

/* "by 123 scdaemon, 77 pcsc_scan": the other programs that talk to PC/SC, as
 * far as this user may see them; empty where none is seen. Best effort. */
void dmsc_pcsc_holders(struct dmsc_buf *out);

#endif
