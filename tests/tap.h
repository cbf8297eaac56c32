/* The smallest TAP producer: one line a case, a plan at the end. */
#ifndef DMSC_TESTS_TAP_H
#define DMSC_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>

static unsigned tap_run, tap_failed;

static inline bool
tap_ok_at(bool good, const char *file, int line, const char *name)
{
	tap_run++;
	if (!good) {
		tap_failed++;
		printf("not ok %u - %s (%s:%d)\n", tap_run, name, file, line);
	} else
		printf("ok %u - %s\n", tap_run, name);
	fflush(stdout);
	return good;
}
#define ok(cond, name) tap_ok_at((cond), __FILE__, __LINE__, (name))

static inline void
tap_skip(const char *name, const char *why)
{
	tap_run++;
	printf("ok %u - %s # SKIP %s\n", tap_run, name, why);
}

static inline int
tap_done(void)
{
	printf("1..%u\n", tap_run);
	return tap_failed == 0 ? 0 : 1;
}

#endif
