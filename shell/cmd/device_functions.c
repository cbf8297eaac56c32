/* device functions, device clock, device place: what of the device can be
 * switched, when, where, and by whom. */
#include <string.h>

#include "tools.h"

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static void
print_functions(struct sh *sh, const struct dmsc_functions *x)
{
	static const char *const heads[] = { "FUNCTION", "STATE", "BY",
		"RULE", "USER" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	const struct dmsc_function *f;
	size_t i;

	for (i = 0; i < x->n_functions; i++) {
		f = &x->functions[i];
		const char *cells[] = { f->name, f->enabled ? "on" : "off",
			f->by, f->rule != NULL ? f->rule : "",
			f->denied ? "may not switch it" : "" };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static void
print_rules(struct sh *sh, const struct dmsc_policy_info *p)
{
	static const char *const heads[] = { "RULE", "FUNCTIONS", "STATE",
		"DAYS", "HOURS", "PLACE", "USER" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	const struct dmsc_policy_row *r;
	size_t i;

	for (i = 0; i < p->n_rules; i++) {
		r = &p->rules[i];
		const char *cells[] = { r->name, r->functions,
			r->enabled ? "on" : "off", r->days, r->hours,
			r->place != NULL ? r->place : "",
			r->deny_user ? "" : "may switch them" };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static void
print_policy(struct sh *sh, const struct dmsc_policy_info *p)
{
	sh_print(sh, "policy:       %s%s%s%s, version %zu of %s, from /%s\n",
	    p->uri, p->name != NULL ? " '" : "", p->name != NULL ? p->name :
	    "", p->name != NULL ? "'" : "", p->version, p->administrator,
	    p->document);
	print_rules(sh, p);
	if (p->next != NULL)
		sh_kv(sh, "next rule", p->next);
}

/* The answer of all three; change: more than a look was asked for. */
static int
show(struct sh *sh, struct dmsc_functions *const *answer, bool change, int r)
{
	struct dmsc_functions *x = *answer;
	char alerts[32], when[64];

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_functions_view, x);
	sh_kv(sh, "device", x->device);
	(void)snprintf(when, sizeof when, "%s%s", x->time, x->simulated ?
	    ", where it stands" : "");
	sh_kv(sh, "time", when);
	if (x->place != NULL)
		sh_kv(sh, "place", x->place);
	print_functions(sh, x);
	if (x->policy != NULL)
		print_policy(sh, x->policy);
	(void)snprintf(alerts, sizeof alerts, "%zu", x->alerts);
	sh_kv(sh, "to be told", alerts);
	if (change && sh_options(sh)->dry_run)
		sh_print(sh, "nothing was changed\n");
	return 0;
}

static int
functions_run(struct sh *sh, const struct sh_args *a)
{
	const char *device = device_name(sh, a), *to = sh_arg(a, 2);
	bool dry = sh_options(sh)->dry_run, on;
	struct dmsc_functions *x = NULL;

	if (sh_argc(a) == 0)
		return show(sh, &x, false, dmsc_device_functions(
		    sh_session(sh), device, dry, &x));
	if (sh_argc(a) != 3 || strcmp(sh_arg(a, 0), "set") != 0)
		return sh_usage(sh, "it is 'set NAME on' or 'set NAME off'");
	on = strcmp(to, "on") == 0;
	if (!on && strcmp(to, "off") != 0)
		return sh_usage(sh, "a function is switched on or off");
	return show(sh, &x, true, dmsc_device_function(sh_session(sh),
	    device, sh_arg(a, 1), on, dry, &x));
}

static const char *const functions_examples[] = {
	"device functions",
	"device functions set Camera off && device tree ./DCMO/Camera",
	"pin verify adm1 @scripts/demo/adm1 && import "
	    "scripts/demo/Policy.xml --commit && device poweron --yes && "
	    "device clock set 2026-11-23T10:00",
	NULL
};

const struct sh_cmd sh_cmd_device_functions = {
	.name = "device functions", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "[set NAME on|off]",
	.summary = "show or switch the camera, Bluetooth, infra-red and USB",
	.details = "The functions of the device are the capabilities below "
	    "./DCMO of its tree. The user switches them here; a server does "
	    "by an Exec of ./DCMO/NAME/Operations/Enable or Disable, and "
	    "hears how it went in an alert "
	    "(urn:oma:at:dcmo:1.0:OperationComplete, 1200).\n\n"
	    "A policy is a management object of the Type "
	    "urn:oma:mo:ext-dmsc-policy:1.0 in a document of the card, beside "
	    "the account (DMAcc) of its administrator. Power-on takes it in; "
	    "from then on it stays, whether the card does or not, until the "
	    "device is reset. It has the leaves Administrator (a ServerID), "
	    "Version (a number), perhaps Name, and rules below Rule: "
	    "Function (Camera, or Camera,USB, or *), Days (Mon-Fri or "
	    "Sat,Sun; else every day), Hours (08:00-18:00, or 22:00-06:00 "
	    "into the next day; else all day), Place (else everywhere), "
	    "State (off, or on) and DenyUser (true, or false where the user "
	    "may change what the rule does). Of the rules that hold for a "
	    "function the first one counts; where none holds it is as the "
	    "user wants it. A policy that is not so is refused with its "
	    "document, and the report says why.\n\n"
	    "The card that brought the policy may bring another one of the "
	    "same administrator, with no lower Version; another card may, "
	    "with a higher Version, or the same policy, and the "
	    "administrator's account with the same secrets. Nothing else "
	    "replaces it.\n\n"
	    "Whenever the device runs it switches what the policy wants by "
	    "then, each switch in its order. The administrator is told by "
	    "alerts in the next session: urn:oma:at:ext-dmsc-policy:1.0:"
	    "Active, Refused, Switched, and Override where the user tried "
	    "what he may not. With a policy only its administrator may order "
	    "by Exec (425 for others); the order holds until another rule "
	    "does.",
	.max_args = 3, .examples = functions_examples,
	.see = "device clock, device place, device poweron, device server",
	.run = functions_run,
};

static int
clock_run(struct sh *sh, const struct sh_args *a)
{
	static const struct { const char *word; int args;
		enum dmsc_clock_how how; } ways[] = {
		{ "set", 2, DMSC_CLOCK_SET }, { "add", 2, DMSC_CLOCK_ADD },
		{ "real", 1, DMSC_CLOCK_REAL },
	};
	enum dmsc_clock_how how = DMSC_CLOCK_SHOW;
	struct dmsc_functions *x = NULL;
	size_t i;

	for (i = 0; i < sizeof ways / sizeof ways[0] && sh_argc(a) > 0; i++)
		if (strcmp(sh_arg(a, 0), ways[i].word) == 0 &&
		    sh_argc(a) == ways[i].args)
			how = ways[i].how;
	if (sh_argc(a) > 0 && how == DMSC_CLOCK_SHOW)
		return sh_usage(sh,
		    "it is 'set TIME', 'add DURATION' or 'real'");
	return show(sh, &x, how != DMSC_CLOCK_SHOW, dmsc_device_clock(
	    sh_session(sh), device_name(sh, a), how, sh_arg(a, 1),
	    sh_options(sh)->dry_run, &x));
}

static const char *const clock_examples[] = {
	"device clock",
	"device clock set 2026-11-23T07:30 && device clock add 1d12h",
	"device clock real",
	NULL
};

const struct sh_cmd sh_cmd_device_clock = {
	.name = "device clock", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "[set TIME|add DURATION|real]",
	.summary = "show or move the clock of the device",
	.details = "The device has the time of this machine (UTC) until its "
	    "clock is set; then it stands there, and moves by set and add "
	    "alone: nothing waits. TIME is 2026-11-23T08:00, or 08:00 of the "
	    "same day; DURATION is 1d12h or 90m. What a policy wants on the "
	    "way is done in its order, that of the last 14 days. real gives "
	    "it this machine's time again.",
	.max_args = 2, .examples = clock_examples,
	.see = "device functions, device place", .run = clock_run,
};

static const struct sh_opt place_opts[] = {
	{ 0, "none", NULL, "nowhere that the device knows" },
	{ 0, NULL, NULL, NULL }
};

static int
place_run(struct sh *sh, const struct sh_args *a)
{
	const char *place = sh_has(a, "none") ? "" : sh_arg(a, 0);
	struct dmsc_functions *x = NULL;

	if (sh_has(a, "none") && sh_argc(a) > 0)
		return sh_usage(sh, "a place, or --none");
	return show(sh, &x, place != NULL, dmsc_device_place(sh_session(sh),
	    device_name(sh, a), place, sh_options(sh)->dry_run, &x));
}

static const char *const place_examples[] = {
	"device place plant-2", "device place --none", NULL
};

const struct sh_cmd sh_cmd_device_place = {
	.name = "device place", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "[NAME]",
	.summary = "show where the device is, or carry it elsewhere",
	.details = "NAME is what rules of a policy call a place, 64 bytes "
	    "at most.",
	.opts = place_opts, .max_args = 1, .examples = place_examples,
	.see = "device functions, device clock", .run = place_run,
};
