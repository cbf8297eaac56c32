/* Small things that every room needs. */
#ifndef DMSC_BASE_BASE_H
#define DMSC_BASE_BASE_H

#include <stdint.h>
#include <stdlib.h>

#define DMSC_COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DMSC_MIN(a, b) ((a) < (b) ? (a) : (b))
#define DMSC_MAX(a, b) ((a) > (b) ? (a) : (b))

/* Most significant byte first. */
void dmsc_u32_code(uint8_t out[4], uint32_t v);

#endif
