/*
 * What power-on costs on a card with the DM-SC application, beside the least
 * possible (tests/device/counts.h says how that is derived).
 */
#include <stdlib.h>

#include "device/counts.h"

enum { AIM = 3 };

static void
must(struct counts *c, int r, const char *what)
{
	const struct dmsc_err *e = dmsc_session_err(c->s);

	if (r == DMSC_E_OK)
		return;
	(void)fprintf(stderr, "bench: %s: %s: %s\n", what, e->message,
	    e->why);
	exit(1);
}

static void
flow(struct counts *c, size_t i)
{
	const struct count_flow *f = &count_flows[i];
	struct dmsc_poweron *p;

	must(c, count_run(c, i, &p), f->name);
	printf("  %-22s %3u APDUs (least %2u, %4.2f), %u beyond hello, %2u "
	    "for documents, %6zu bytes\n", f->name, p->apdus, f->least,
	    (double)p->apdus / f->least, p->apdus - p->apdus_hello,
	    p->apdus_read, p->bytes);
	if (f->by_counter && p->apdus - p->apdus_hello > AIM)
		printf("  aim %d beyond reset and hello: missed\n", AIM);
	dmsc_view_free(&dmsc_poweron_view, p);
}

/* poweron FOLDER: a folder for cards and state. */
int
main(int argc, char **argv)
{
	struct dmsc_setup setup = { 0 };
	struct counts c = { 0 };
	size_t i;

	if (argc != 2)
		return 2;
	setup.state_dir = c.folder = argv[1];
	if (dmsc_session_new(&setup, &c.s) != DMSC_E_OK)
		return 1;
	must(&c, count_begin(&c), "cards");
	printf("power-on with the DM-SC application: aim %d APDUs beyond "
	    "reset and hello where nothing changed\n", AIM);
	for (i = 0; i < sizeof count_flows / sizeof count_flows[0]; i++)
		flow(&c, i);
	count_end(&c);
	dmsc_session_free(&c.s);
	return 0;
}
