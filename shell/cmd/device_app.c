/* device app: applications of the device, and their own MOs on its card. */
#include <stdlib.h>
#include <string.h>

#include "tools.h"

enum { LS_WORDS = 1, NAME_WORDS = 2, GET_WORDS = 3, SET_WORDS = 4 };

static const struct sh_opt app_opts[] = {
	{ 0, "mo", "TYPE", "with add and rm: the Type of an MO, as "
	    "urn:oma:mo:..." },
	{ 0, "in-place", NULL, "with set: allow the guarded way where no "
	    "second slot can be had" },
	{ 0, NULL, NULL, NULL }
};

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static int
show(struct sh *sh, int r, struct dmsc_app_list *l)
{
	static const char *const heads[] = { "APPLICATION", "MO" };
	struct sh_table *t;
	size_t i, k;

	if (l == NULL)
		return sh_fail(sh, r);
	t = sh_table_new(SH_COUNT(heads), heads);
	sh_data(sh, &dmsc_app_list_view, l);
	for (i = 0; i < l->n_apps; i++)
		for (k = 0; k < l->apps[i].n_mos; k++) {
			const char *const row[] = { k == 0 ? l->apps[i].name :
			    "", l->apps[i].mos[k] };

			sh_table_row(t, row);
		}
	sh_table_print(sh, &t);
	if (l->n_apps == 0)
		sh_print(sh, "the device has no applications\n");
	return sh_fail(sh, r);
}

static int
changed(struct sh *sh, int r, struct dmsc_app_list *l)
{
	int status = show(sh, r, l);

	if (status == 0 && sh_options(sh)->dry_run)
		sh_print(sh, "nothing was changed\n");
	return status;
}

static int
ls(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_app_list *l = NULL;
	int r = dmsc_device_apps(sh_session(sh), device_name(sh, a), &l);

	return show(sh, r, l);
}

static int
add(struct sh *sh, const struct sh_args *a)
{
	const char *mo = sh_opt(a, "mo");
	struct dmsc_app_list *l = NULL;
	int r;

	if (mo == NULL)
		return sh_usage(sh, "--mo TYPE is needed");
	r = dmsc_device_app_add(sh_session(sh), device_name(sh, a),
	    sh_arg(a, 1), mo, sh_options(sh)->dry_run, &l);
	return changed(sh, r, l);
}

static int
rm(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_app_list *l = NULL;
	int r = dmsc_device_app_remove(sh_session(sh), device_name(sh, a),
	    sh_arg(a, 1), sh_opt(a, "mo"), sh_options(sh)->dry_run, &l);

	return changed(sh, r, l);
}

static int
get(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_app_data x;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = dmsc_device_app_get(sh_session(sh), device_name(sh, a),
	    sh_arg(a, 1), sh_arg(a, 2), &x);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (dmsc_node_is_leaf(x.node))
		sh_print_bytes(sh, dmsc_node_value(x.node), false, false);
	else {
		sh_kv(sh, "on the card", x.path);
		sh_print_tree(sh, x.node, 0, -1);
	}
	status = sh_data_node(sh, x.node, -1);
	dmsc_app_data_clear(&x);
	return status;
}

static int
set(struct sh *sh, const struct sh_args *a)
{
	const struct dmsc_app_opts o = { .dry = sh_options(sh)->dry_run,
	    .in_place = sh_has(a, "in-place") };
	struct dmsc_app_change *x = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = dmsc_device_app_set(sh_session(sh), device_name(sh, a),
	    sh_arg(a, 1), sh_arg(a, 2), dmsc_rd_str(sh_arg(a, 3)), &o, &x);
	if (x == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_app_change_view, x);
	sh_print(sh, "%s: %s, %u APDU%s\n", x->path, x->written ? "set" :
	    "would be set", x->apdus, sh_s(x->apdus));
	return sh_fail(sh, r);
}

static int
app_run(struct sh *sh, const struct sh_args *a)
{
	static const struct {
		const char *verb;
		int least, most;
		int (*run)(struct sh *sh, const struct sh_args *a);
	} rows[] = {
		{ "ls", LS_WORDS, LS_WORDS, ls },
		{ "add", NAME_WORDS, NAME_WORDS, add },
		{ "rm", NAME_WORDS, NAME_WORDS, rm },
		{ "get", NAME_WORDS, GET_WORDS, get },
		{ "set", SET_WORDS, SET_WORDS, set },
	};
	const char *verb = sh_argc(a) == 0 ? "ls" : sh_arg(a, 0);
	int n = sh_argc(a) == 0 ? LS_WORDS : sh_argc(a);
	size_t i;

	for (i = 0; i < SH_COUNT(rows); i++)
		if (strcmp(rows[i].verb, verb) == 0)
			return n < rows[i].least || n > rows[i].most ?
			    sh_usage(sh, "'%s' has too %s arguments", verb,
			    n < rows[i].least ? "few" : "many") :
			    rows[i].run(sh, a);
	return sh_usage(sh, "it is ls, add, rm, get or set, not '%s'", verb);
}

static const char *const app_examples[] = {
	"device app add great --mo com.great-applications/1.0/A && device app",
	"pin verify 81 @scripts/demo/pin81 && device app get great Options",
	"pin verify adm1 @scripts/demo/adm1 && pin verify 81 "
	    "@scripts/demo/pin81 && device app set great User bob && "
	    "device app get great User",
	NULL
};

const struct sh_cmd sh_cmd_device_app = {
	.name = "device app", .group = SH_G_DEVICE, .danger = SH_WRITE,
	.synopsis = "[ls|add|rm|get|set] [APP [PATH [VALUE]]]",
	.summary = "applications of the device and their data on the card",
	.details = "An application of the device has a name and the Types of "
	    "the MOs that are its own: ls shows them, add APP --mo TYPE gives "
	    "it one, rm APP takes all of it, with --mo that. A Type has one "
	    "owner.\n\n"
	    "get APP [PATH] and set APP PATH VALUE are what the application "
	    "does: its MO is looked for "
	    "by Type in the documents of the card, then in /card; PATH is "
	    "below it (Options/Sync), or from the root of the card "
	    "(/Personal/GreatApp/User). Whatever is in an MO of another Type "
	    "is refused with exit status 7 and DM status 425, and nothing "
	    "of it is shown. set writes a leaf that is there, at once: in a "
	    "document by a commit of that alone, in /card by a Replace; with "
	    "-n it is only planned. The device keeps no copy.\n\n"
	    "The card judges the device as it judges anybody: what it asks "
	    "for (a PIN, an administrative key, a channel, a login) is "
	    "told with the command that gives it.",
	.opts = app_opts, .max_args = SET_WORDS, .examples = app_examples,
	.see = "device mount, device get, set, dm replace", .run = app_run,
};
