/* What a flow costs in APDUs and bytes, beside the least possible. */
#ifndef DMSC_BENCH_COST_H
#define DMSC_BENCH_COST_H

#include <stdio.h>
#include <stdlib.h>

#include <dmsc/api.h>

static struct dmsc_session *s;

struct cost {
	unsigned long apdus, bytes;
};

static void
die(const char *what)
{
	const struct dmsc_err *e = dmsc_session_err(s);

	(void)fprintf(stderr, "bench: %s: %s: %s: %s\n", what, e->where,
	    e->message, e->why);
	exit(1);
}

static void
must(int r, const char *what)
{
	if (r != DMSC_E_OK)
		die(what);
}

static struct cost
now(void)
{
	struct cost c;

	dmsc_counters(s, &c.apdus, &c.bytes);
	return c;
}

static void
report(const char *name, struct cost from, const struct cost *least)
{
	struct cost to = now();

	printf("  %-22s %5lu APDUs (least %3lu, %4.2f) %8lu bytes "
	    "(least %7lu, %4.2f)\n", name, to.apdus - from.apdus,
	    least->apdus, (double)(to.apdus - from.apdus) /
	    (double)least->apdus, to.bytes - from.bytes, least->bytes,
	    (double)(to.bytes - from.bytes) / (double)least->bytes);
}

#endif
