/* info: who the card is. */
#include <string.h>

#include "tools.h"

static void
print_lines(struct sh *sh, const char *title, char *const *lines, size_t n)
{
	size_t i;

	if (n > 0)
		sh_print(sh, "%s:\n", title);
	for (i = 0; i < n; i++)
		sh_item(sh, lines[i]);
}

static void
print_applications(struct sh *sh, const struct dmsc_info *x)
{
	struct sh_table *t = sh_table_new(3, NULL);
	size_t i;

	for (i = 0; i < x->n_applications; i++) {
		const struct dmsc_application *p = &x->applications[i];
		char aid[80];
		const char *cells[] = { aid,
			p->name != NULL ? p->name : "",
			p->label != NULL ? p->label : "" };

		(void)snprintf(aid, sizeof aid, "  %s",
		    p->aid != NULL ? p->aid : "");
		sh_table_row(t, cells);
	}
	if (x->n_applications > 0)
		sh_print(sh, "applications:\n");
	sh_table_print(sh, &t);
}

static bool
has_usim(const struct dmsc_info *x)
{
	size_t i;

	for (i = 0; i < x->n_applications; i++)
		if (x->applications[i].name != NULL &&
		    strcmp(x->applications[i].name, "USIM") == 0)
			return true;
	return false;
}

static int
info_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_info *x = NULL;
	int r, status = sh_need_card(sh);

	(void)a;
	if (status != 0)
		return status;
	if ((r = dmsc_info(sh_session(sh), &x)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_info_view, x);
	sh_kv(sh, "identity", x->identity != NULL ? x->identity : "none");
	sh_kv(sh, "ICCID", x->iccid);
	if (x->imsi != NULL || has_usim(x))
		sh_kv(sh, "IMSI", x->imsi != NULL ? x->imsi :
		    "not readable: see file access EF.IMSI");
	sh_kv(sh, "life", x->life);
	sh_kv(sh, "access rules", x->arr != NULL ? x->arr : "no file of rules");
	sh_kv(sh, "ATR", x->atr);
	print_lines(sh, "ATR says", x->atr_facts, x->n_atr_facts);
	print_applications(sh, x);
	print_lines(sh, "provisioning data", x->provisioning,
	    x->n_provisioning);
	if (x->n_pins > 0)
		sh_print(sh, "\n");
	sh_print_pins(sh, x->pins, x->n_pins);
	return x->locked ? sh_fail(sh, dmsc_scp_needed(sh_session(sh))) :
	    0;
}

static const char *const info_examples[] = { "info", "$ dmsc info --json",
	NULL };

const struct sh_cmd sh_cmd_info = {
	.name = "info", .group = SH_G_READER, .danger = SH_READ,
	.summary = "say who the card is and what it holds",
	.details = "The ATR decoded, the identity, ICCID and IMSI, the "
	    "applications of EF.DIR, PINs with the tries left, whether there "
	    "is a file of access rules, and which provisioning data was "
	    "found. No try is spent.\n\nThe identity is the EID where the "
	    "ATR says that this is an eUICC and its ISD-R tells it, else the "
	    "chip's serial number, else the ICCID.",
	.max_args = 0, .examples = info_examples,
	.see = "discover, pin status, file ls, readers", .run = info_run,
};
