/* Where OpenSSL keeps what it is given: memory like that of a secret. */
#ifndef DMSC_CRYPTO_HEAP_H
#define DMSC_CRYPTO_HEAP_H

#include <stdbool.h>

/*
 * From now on OpenSSL's memory is locked where the system lets us, never part
 * of a core image, and wiped when freed: keys lie open in its contexts. False
 * when OpenSSL has memory of its own already, as in a process that used it
 * before us, and in a build with sanitizers, which watch the usual memory.
 */
bool dmsc_heap_begin(void);
/* Whether it is so. */
bool dmsc_heap_is_ours(void);

#endif
