/* A toy card in a virtual reader, in a process of its own: echoes command
 * data, answers INS B0 with Le bytes, leaves the reader at INS FE. */
#ifndef DMSC_TESTS_VPCD_TOY_H
#define DMSC_TESTS_VPCD_TOY_H

#include <stdint.h>
#include <sys/types.h>

/* The card's end of the protocol: a connection (-1: none), frames in (0: the
 * reader is gone) and out. */
enum { VPCD_FRAME_MAX = 65535, VPCD_ATR_ASKED = 4 };
int vpcd_enter(unsigned port);
size_t vpcd_get(int fd, uint8_t frame[VPCD_FRAME_MAX]);
int vpcd_put(int fd, const uint8_t *p, size_t n);

/* Puts a card with this ATR into the reader; the process to end. */
pid_t vpcd_insert(unsigned port, const char *atr_hex);
void vpcd_pull(pid_t pid);

#endif
