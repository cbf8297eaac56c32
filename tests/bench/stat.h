/* What the benchmarks share: medians, and whether an aim is met. */
#ifndef DMSC_TESTS_BENCH_STAT_H
#define DMSC_TESTS_BENCH_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

static inline int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts v. */
static inline double
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

/* The fastest: what disturbs a round only makes it longer. */
static inline double
fastest(const double *v, size_t n)
{
	double best = v[0];
	size_t i;

	for (i = 1; i < n; i++)
		best = v[i] < best ? v[i] : best;
	return best;
}

/* Nanoseconds of processor time of this process: on a busy machine it says
 * more than the wall clock about code that never waits. */
static inline double
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline const char *
verdict(bool met)
{
	return met ? "met" : "missed";
}

#endif
