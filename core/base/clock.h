/* Time: monotonic for durations, wall clock for records. */
#ifndef DMSC_BASE_CLOCK_H
#define DMSC_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t dmsc_now_us(void);		/* monotonic microseconds */
int64_t dmsc_wall(void);		/* seconds since 1970, UTC */
/* "2026-01-02T03:04:05Z" into out (size at least 21); returns out. */
char *dmsc_wall_text(int64_t t, char *out, size_t size);
void dmsc_sleep_ms(unsigned ms);

#endif
