/* Time (base/clock.h). */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

uint64_t
dmsc_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

int64_t
dmsc_wall(void)
{
	return (int64_t)time(NULL);
}

char *
dmsc_wall_text(int64_t t, char *out, size_t size)
{
	time_t when = (time_t)t;
	struct tm tm;

	if (size > 0)
		out[0] = '\0';
	if (gmtime_r(&when, &tm) != NULL)
		(void)strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

void
dmsc_sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000L };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		continue;
}
