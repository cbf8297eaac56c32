/*
 * The image file of a simulated card: a header (magic, version, size, the
 * process that holds it) and the card's memory. Every write goes straight
 * to the file; it is synced when it is closed, not at each write: a killed
 * process loses nothing, a crash of this machine may lose the last writes.
 */
#ifndef DMSC_CARD_IMAGE_H
#define DMSC_CARD_IMAGE_H

#include <dmsc/bytes.h>

/* Opens and locks. NOREADER: not there. LOCKED with the holder in e. */
int dmsc_image_open(const char *path, int *fd, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* Opens for reading, without the lock. */
int dmsc_image_look(const char *path, int *fd, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The whole memory into ram (DMSC_MEM_SIZE): DATA when it is no image. */
int dmsc_image_read(int fd, const char *path, uint8_t *ram,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_image_write(int fd, uint32_t at, struct dmsc_rd r) DMSC_MUST_CHECK;
int dmsc_image_save(const char *path, struct dmsc_rd memory,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_image_close(int *fd);		/* of a look; sets -1 */
/* The lock goes, the header names no holder; sets -1. */
void dmsc_image_leave(int *fd, bool sync);

#endif
