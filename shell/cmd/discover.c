/* discover: whether the card holds provisioning data, and where. */
#include "tools.h"

static int
discover_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_discovery *d = NULL;
	int r, status = sh_need_card(sh);
	size_t i;

	(void)a;
	if (status != 0)
		return status;
	if ((r = dmsc_discover(sh_session(sh), &d)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_discovery_view, d);
	if (!d->found) {
		sh_print(sh, "none%s%s\n", d->why != NULL ? ": " : "",
		    d->why != NULL ? d->why : "");
		return 0;
	}
	sh_print(sh, "provisioning data:");
	for (i = 0; i < d->n_kinds; i++)
		sh_print(sh, "%s %s", i > 0 ? "," : "", d->kinds[i]);
	if (d->place != NULL)
		sh_print(sh, ", at %s", d->place);
	sh_print(sh, "\n");
	return 0;
}

static const char *const discover_examples[] = { "discover", NULL };

const struct sh_cmd sh_cmd_discover = {
	.name = "discover", .group = SH_G_BROWSE, .danger = SH_READ,
	.summary = "say whether the card holds provisioning data, and where",
	.details = "Reads EF.DIR and the object directories with as few "
	    "commands as can be. A card that holds none is no error: the "
	    "reason is given and the exit status is 0.",
	.max_args = 0, .examples = discover_examples,
	.see = "docs, ls, info", .run = discover_run,
};
