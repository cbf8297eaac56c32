/* PC/SC's return codes as ours. Private to the pcsc files of this room. */
#ifndef DMSC_LINK_PCSC_ERR_H
#define DMSC_LINK_PCSC_ERR_H

#include <dmsc/err.h>

#include <winscard.h>

/* Starts the record: what failed, on which reader, why, what next. */
int dmsc_pcsc_fail(struct dmsc_err *e, LONG rv, const char *what,
    const char *reader);
/*
 * A context. PC/SC's client library is asked not to block where another
 * program has a transaction: SHARING_VIOLATION comes back instead.
 */
LONG dmsc_pcsc_context(SCARDCONTEXT *out);
/* The 32 bits of a return code: LONG has 64 on some machines. */
unsigned long dmsc_pcsc_code(LONG rv);

#endif
