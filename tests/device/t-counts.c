/*
 * What power-on costs on a card with the DM-SC application: each flow its
 * APDUs, and where the change counter is the same, at most three beyond reset
 * and hello. A change of these numbers is meant, or a fault.
 */
#include "device/counts.h"
#include "tap.h"

enum { BEYOND = 3 };

/* req: GEN-21 */

static void
check(const struct count_flow *f, const struct dmsc_poweron *p)
{
	char name[128];

	(void)snprintf(name, sizeof name, "%s: %u APDUs", f->name, f->ours);
	if (!ok(p != NULL && p->apdus == f->ours, name))
		printf("# %u\n", p == NULL ? 0 : p->apdus);
	(void)snprintf(name, sizeof name, "%s: %s", f->name, f->by_counter ?
	    "nothing is read, by the counter" : "the card is looked at");
	ok(p != NULL && p->by_counter == f->by_counter &&
	    p->changed == !f->by_counter, name);
	if (f->by_counter)
		ok(p != NULL && p->apdus_read == 0 &&
		    p->apdus - p->apdus_hello <= BEYOND,
		    "three APDUs beyond reset and hello");
	else
		ok(p != NULL && p->apdus >= f->least,
		    "the least is no more than what it takes");
}

int
main(void)
{
	char folder[TAP_FOLDER];
	struct dmsc_setup setup = { .state_dir = folder };
	struct counts c = { .folder = folder };
	struct dmsc_poweron *p;
	size_t i;

	if (!ok(tap_folder(folder) && dmsc_session_new(&setup, &c.s) ==
	    DMSC_E_OK && count_begin(&c) == DMSC_E_OK, "two cards"))
		return tap_done();
	for (i = 0; i < sizeof count_flows / sizeof count_flows[0]; i++) {
		if (count_run(&c, i, &p) != DMSC_E_OK)
			printf("# %s: %s\n", dmsc_session_err(c.s)->message,
			    dmsc_session_err(c.s)->why);
		check(&count_flows[i], p);
		dmsc_view_free(&dmsc_poweron_view, p);
	}
	count_end(&c);
	dmsc_session_free(&c.s);
	return tap_done();
}
