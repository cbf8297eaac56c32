/* The smallest TAP producer: one line a case, a plan at the end. */
#ifndef DMSC_TESTS_TAP_H
#define DMSC_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

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

/* A fresh folder below $TMPDIR, which make check puts into memory where it
 * can: what is tested is not the disk. */
enum { TAP_FOLDER = 48 };
static inline bool
tap_folder(char out[TAP_FOLDER])
{
	const char *top = getenv("TMPDIR");

	(void)snprintf(out, TAP_FOLDER, "%s/dmsc-test-XXXXXX",
	    top == NULL || top[0] != '/' ? "/tmp" : top);
	return mkdtemp(out) != NULL;
}

static inline int
tap_done(void)
{
	printf("1..%u\n", tap_run);
	return tap_failed == 0 ? 0 : 1;
}

#endif
