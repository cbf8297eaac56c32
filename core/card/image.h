/*
 * The image file of a simulated card: a header (magic, version, size, the
 * process that holds it) and the card's memory. Every write goes straight
 * to the file; it is synced when it is closed, not at each write: a killed
 * process loses nothing, a crash of this machine may lose the last writes.
 */
#ifndef DMSC_CARD_IMAGE_H
#define DMSC_CARD_IMAGE_H

#include <dmsc/bytes.h>

/* Opens and locks; the bytes of memory. NOREADER: not there. LOCKED with the
 * holder in e. DATA: no image. */
int dmsc_image_open(const char *path, int *fd, uint32_t *size,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Opens for reading, without the lock. */
int dmsc_image_look(const char *path, int *fd, uint32_t *size,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The whole memory into ram. DATA: the image holds another number of bytes;
 * of an old one, less. */
int dmsc_image_read(int fd, const char *path, uint8_t *ram, uint32_t size,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* More memory, all 00. */
int dmsc_image_grow(int fd, uint32_t size) DMSC_MUST_CHECK;
int dmsc_image_write(int fd, uint32_t at, struct dmsc_rd r) DMSC_MUST_CHECK;
int dmsc_image_save(const char *path, struct dmsc_rd memory,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_image_close(int *fd);		/* of a look; sets -1 */
/* The lock goes, the header names no holder; sets -1. */
void dmsc_image_leave(int *fd, bool sync);

#endif
