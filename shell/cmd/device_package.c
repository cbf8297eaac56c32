/* device package, device updates: what the device installs, and who approves
 * it (use case 5.4). */
#include <dmsc/approve.h>

#include <stdio.h>
#include <string.h>

#include "convert.h"
#include "tools.h"

enum { TEXT_MAX = 4096 };

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static void
print_install(struct sh *sh, const struct dmsc_install *x)
{
	char text[32];

	sh_kv(sh, "outcome", x->outcome);
	sh_kv(sh, "package", x->name);
	sh_kv(sh, "version", x->version);
	(void)snprintf(text, sizeof text, "%zu", x->size);
	sh_kv(sh, "bytes", text);
	sh_kv(sh, "SHA-256", x->sha256);
	if (x->result != 0) {
		(void)snprintf(text, sizeof text, "%u", x->result);
		sh_kv(sh, "result", text);
	}
	sh_kv(sh, "approved by", x->approved);
	sh_kv(sh, "why", x->why);
	sh_kv(sh, "installed", x->installed);
}

/* The text that an authority signs, to a file or standard output. */
static int
describe(struct sh *sh, const struct sh_args *a,
    const struct dmsc_install_opts *o, struct dmsc_rd data)
{
	const char *out = sh_opt(a, "describe");
	struct dmsc_buf *text = dmsc_buf_new(TEXT_MAX);
	int r = text == NULL ? dmsc_fail(sh_err(sh), DMSC_E_NOMEM,
	    "out of memory") : dmsc_device_approval(sh_session(sh), o,
	    !sh_has(a, "this-device"), data, text);

	if (r == DMSC_E_OK && !sh_is_pipe(out))
		r = sh_may_write(sh, out, sh_has(a, "force"));
	if (r == DMSC_E_OK && sh_is_pipe(out))
		r = sh_put_bytes(sh, dmsc_buf_rd(text));
	else if (r == DMSC_E_OK && sh_options(sh)->dry_run)
		sh_print(sh, "%s: nothing was written\n", out);
	else if (r == DMSC_E_OK)
		r = sh_spit(sh, out, dmsc_buf_rd(text));
	dmsc_buf_free(&text);
	return sh_fail(sh, r);
}

static int
install(struct sh *sh, const struct dmsc_install_opts *o,
    struct dmsc_rd data)
{
	struct dmsc_install *x = NULL;
	int r = dmsc_device_package(sh_session(sh), o, data, &x);

	if (x == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_install_view, x);
	print_install(sh, x);
	return r == DMSC_E_OK ? 0 : sh_fail(sh, r);
}

/* The file's own name, where none is given. */
static const char *
name_of(const struct sh_args *a)
{
	const char *path = sh_arg(a, 0), *slash = strrchr(path, '/');

	return sh_opt(a, "name") != NULL ? sh_opt(a, "name") :
	    slash != NULL ? slash + 1 : path;
}

static int
package_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_install_opts o = { .device = device_name(sh, a),
	    .name = name_of(a), .version = sh_opt(a, "version"),
	    .software = sh_has(a, "software"),
	    .confirm = sh_options(sh)->confirm,
	    .dry = sh_options(sh)->dry_run };
	struct dmsc_buf *data = NULL, *approval = NULL;
	int status = 0, r = sh_slurp(sh, sh_arg(a, 0), &data);

	if (r == DMSC_E_OK && sh_opt(a, "signature") != NULL)
		r = sh_slurp(sh, sh_opt(a, "signature"), &approval);
	o.approval = dmsc_buf_rd(approval);
	if (r == DMSC_E_OK && sh_opt(a, "describe") == NULL)
		status = sh_need_card(sh);
	if (r == DMSC_E_OK && status == 0)
		status = sh_opt(a, "describe") != NULL ?
		    describe(sh, a, &o, dmsc_buf_rd(data)) :
		    install(sh, &o, dmsc_buf_rd(data));
	dmsc_buf_free(&data);
	dmsc_buf_free(&approval);
	return r != DMSC_E_OK ? sh_fail(sh, r) : status;
}

static const struct sh_opt package_opts[] = {
	{ 's', "signature", "FILE", "the authority's approval: a detached "
	    "CMS signature, DER or PEM" },
	{ 0, "name", "NAME", "of the package; without it the file's" },
	{ 0, "version", "VERSION", "of what it holds" },
	{ 0, "software", NULL, "it is software, not firmware" },
	{ 0, "describe", "OUT", "install nothing, write the text that the "
	    "authority signs; -: standard output" },
	{ 0, "this-device", NULL, "with --describe: for this device alone" },
	{ 'f', "force", NULL, "with --describe: replace a file that is "
	    "there" },
	{ 0, NULL, NULL, NULL }
};

#define WHAT "--name modem --version 2.0 "
#define FILE_NAME "scripts/demo/Package.xml"

static const char *const package_examples[] = {
	"device package " WHAT "--describe a.txt --force " FILE_NAME " && "
	    "sign --key @scripts/demo/operator-key "
	    "--cert scripts/demo/operator.pem --out a.p7s --force "
	    "file:a.txt && "
	    "device package " WHAT "--signature a.p7s " FILE_NAME,
	"device updates --unapproved ask && device package --yes " WHAT
	    FILE_NAME,
	NULL
};

const struct sh_cmd sh_cmd_device_package = {
	.name = "device package", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "FILE",
	.summary = "install a package in the device, if the card approves",
	.details = "The package comes from a memory card or a PC, not from a "
	    "DM server; from one it comes by ./FUMO of the device's tree "
	    "(OMA FUMO). Either way the Management Authority must have "
	    "approved it: it signed the text that --describe writes, and "
	    "the card checks the signature with a public key of its own "
	    "whose private one it does not hold (key list: verify). "
	    "dmsc-sign(7), APPROVALS, has the text exactly, so that any "
	    "tool can make and sign it, openssl too. A server puts the "
	    "signature into ./FUMO/Firmware/Ext/Approval "
	    "(./FUMO/Software/Ext/Approval).\n\n"
	    "What is approved is installed: ./DevDetail/FwV (SwV with "
	    "--software) is VERSION from then on. What is not is rejected "
	    "and deleted, and the exit status is 7; or, by a setting (device "
	    "updates), the user is asked: --yes and --no answer it, else the "
	    "terminal is asked, and no answer means no. Without a card it "
	    "waits until device poweron. The result is told to the next "
	    "server that the device talks to. With -n the card is asked and "
	    "nothing is installed.",
	.opts = package_opts, .min_args = 1, .max_args = 1,
	.examples = package_examples,
	.see = "device updates, sign, key list, device server",
	.complete = sh_complete_file, .run = package_run,
};

static void
print_update(struct sh *sh, const struct dmsc_update *u)
{
	sh_print(sh, "%s %s: %s (%u)\n", u->slot, u->installed != NULL ?
	    u->installed : "", u->text, u->state);
	if (u->name != NULL || u->version != NULL)
		sh_print(sh, "  package %s %s\n", u->name != NULL ? u->name :
		    "", u->version != NULL ? u->version : "");
	if (u->sha256 != NULL)
		sh_print(sh, "  %zu byte%s, SHA-256 %s\n", u->size,
		    sh_s(u->size), u->sha256);
	if (u->result != 0)
		sh_print(sh, "  last result %u%s%s%s%s\n", u->result,
		    u->approved != NULL ? ", approved by " : "",
		    u->approved != NULL ? u->approved : "",
		    u->why != NULL ? ": " : "", u->why != NULL ? u->why :
		    "");
}

static int
set_unapproved(struct sh *sh, const struct sh_args *a)
{
	const char *how = sh_opt(a, "unapproved");
	bool ask = how != NULL && strcmp(how, "ask") == 0;

	if (how == NULL)
		return 0;
	if (!ask && strcmp(how, "reject") != 0)
		return sh_usage(sh, "--unapproved is 'reject' or 'ask'");
	return sh_options(sh)->dry_run ? 0 : sh_fail(sh,
	    dmsc_device_unapproved(sh_session(sh), device_name(sh, a), ask));
}

static int
updates_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_updates *x = NULL;
	int r, status = set_unapproved(sh, a);
	size_t i;

	if (status != 0)
		return status;
	r = dmsc_device_updates(sh_session(sh), device_name(sh, a), &x);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_updates_view, x);
	sh_kv(sh, "device", x->device);
	sh_kv(sh, "unapproved", x->unapproved);
	for (i = 0; i < x->n_updates; i++)
		print_update(sh, &x->updates[i]);
	return 0;
}

static const struct sh_opt updates_opts[] = {
	{ 0, "unapproved", "HOW", "what is done with a package that the "
	    "authority did not approve: reject (and delete) it, or ask the "
	    "user" },
	{ 0, NULL, NULL, NULL }
};

static const char *const updates_examples[] = { "device updates",
	"device updates --unapproved ask", NULL };

const struct sh_cmd sh_cmd_device_updates = {
	.name = "device updates", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.summary = "show what the device has installed and what waits",
	.details = "Firmware is ./FUMO/Firmware of the device's tree, other "
	    "software ./FUMO/Software. A server replaces PkgName, "
	    "PkgVersion and Ext/Approval there, and PkgURL (an address of "
	    "HTTP or HTTPS, without a name or password in it) or PkgData; "
	    "then it executes Download, Update or DownloadAndUpdate, gets "
	    "202, and is told the result by a Generic Alert, 200 for "
	    "success. The number is the state of OMA FUMO: 10 idle, 30 "
	    "downloading, 50 ready, 60 updating, 80 failed, 100 "
	    "updated.\n\n"
	    "A package has 16 MiB at most, and comes within a minute. It "
	    "lies beside the device's file until it is installed, rejected "
	    "or replaced. What a cut interrupts is done by the next device "
	    "poweron, once.",
	.opts = updates_opts, .max_args = 0, .examples = updates_examples,
	.see = "device package, device server, device poweron",
	.run = updates_run,
};
