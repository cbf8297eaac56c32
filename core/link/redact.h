/* Secret values in a recording, masked wherever they stand: one that a later
 * APDU completes, and one that is known only after it was read. */
#ifndef DMSC_LINK_REDACT_H
#define DMSC_LINK_REDACT_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>

#include <sys/types.h>

enum { DMSC_REDACT_MIN = 4, DMSC_REDACT_VALUES = 64 };

/* Where the data bytes of the recording stand in its file. */
struct dmsc_seen {
	size_t at;		/* of bytes */
	off_t file;		/* of their hex */
};
struct dmsc_redact {
	struct dmsc_buf *bytes;	/* data of the last APDUs, both ways */
	struct dmsc_seen *seen;
	size_t n_seen;
	struct dmsc_secret *values[DMSC_REDACT_VALUES];
	size_t n_values;
};

/* Data that was just written to fd as hex from offset file on. IO: a value
 * could not be masked. */
int dmsc_redact_note(struct dmsc_redact *r, int fd, off_t file,
    struct dmsc_rd data) DMSC_MUST_CHECK;
/* Masks value in what was noted (fd -1: nothing is) and in what will be. */
int dmsc_redact_add(struct dmsc_redact *r, int fd, struct dmsc_rd value)
    DMSC_MUST_CHECK;
/* Another recording begins: the values are kept. */
void dmsc_redact_restart(struct dmsc_redact *r);
void dmsc_redact_free(struct dmsc_redact *r);

#endif
