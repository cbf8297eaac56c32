/* A toy card in a virtual reader, in a process of its own: echoes command
 * data, answers INS B0 with Le bytes, leaves the reader at INS FE. */
#ifndef DMSC_TESTS_VPCD_TOY_H
#define DMSC_TESTS_VPCD_TOY_H

#include <sys/types.h>

/* Puts a card with this ATR into the reader; the process to end. */
pid_t vpcd_insert(unsigned port, const char *atr_hex);
void vpcd_pull(pid_t pid);

#endif
