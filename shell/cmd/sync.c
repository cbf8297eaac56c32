/* device sync: a session of the device with its server over HTTP. */
#include <limits.h>
#include <string.h>

#include "tools.h"

enum { MS = 1000 };

static const struct sh_opt opts[] = {
	{ 0, "url", "URL", "where the server is; the account's address "
	    "without it" },
	{ 0, "plain-http", NULL, "credentials may go over http:" },
	{ 0, "ca", "FILE", "certificates, PEM: who may vouch for the server; "
	    "those of this machine without it" },
	{ 0, "package0", "FILE", "the server asked for the session by this "
	    "Package #0" },
	{ 0, "xml", NULL, "speak XML, not WBXML" },
	{ 0, "tries", "N", "how often a message is sent to a server that is "
	    "busy or not reached; 4 without it" },
	{ 0, "timeout", "SECONDS", "how long an answer may take; 30 without "
	    "it" },
	{ 0, NULL, NULL, NULL }
};

static void
print_sync(struct sh *sh, const struct dmsc_sync *x, bool dry)
{
	sh_kv(sh, "device", x->device);
	if (x->card != NULL)
		sh_kv(sh, "card", x->card);
	if (x->server != NULL)
		sh_kv(sh, "server", x->server);
	if (x->url != NULL)
		sh_kv(sh, "address", x->url);
	if (x->session != NULL)
		sh_kv(sh, "session", x->session);
	sh_print_alerts(sh, x->alerts, x->n_alerts);
	sh_print_questions(sh, x->questions, x->n_questions);
	sh_print_steps(sh, x->commands, x->n_commands);
	sh_print_orders(sh, x->orders);
	if (dry || x->sessions == 0) {
		sh_print(sh, "nothing was sent\n");
		return;
	}
	sh_print(sh, "%s%s, %u session%s, %u message%s", x->aborted ?
	    "the server aborted, " : "", x->changed ?
	    "the device's tree changed" : "nothing changed", x->sessions,
	    sh_s(x->sessions), x->messages, sh_s(x->messages));
	if (x->retries > 0)
		sh_print(sh, " (%u of them again)", x->retries);
	sh_print(sh, ", %u to the card, %u APDU%s, %zu byte%s\n", x->to_card,
	    x->apdus, sh_s(x->apdus), x->bytes, sh_s(x->bytes));
}

static int
number(struct sh *sh, const struct sh_args *a, const char *name,
    uint64_t max, uint64_t *out)
{
	const char *text = sh_opt(a, name);

	if (text == NULL || (sh_num(text, max, out) && *out > 0))
		return 0;
	return sh_usage(sh, "--%s: '%s' is no such number", name, text);
}

/* That it can be read is seen before anybody is called. */
static int
try_file(struct sh *sh, const char *path)
{
	struct dmsc_buf *b = NULL;
	int r = path == NULL ? DMSC_E_OK : sh_slurp(sh, path, &b);

	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static int
run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_options *so = sh_options(sh);
	const char *device = sh_opt(a, "device"), *file =
	    sh_opt(a, "package0");
	struct dmsc_sync_opts o = { .url = sh_opt(a, "url"),
		.device = device != NULL ? device : so->device,
		.server = sh_arg(a, 0), .ca_file = sh_opt(a, "ca"),
		.plain = sh_has(a, "plain-http"), .xml = sh_has(a, "xml"),
		.confirm = so->confirm, .dry = so->dry_run };
	struct dmsc_buf *package0 = NULL;
	struct dmsc_sync *x = NULL;
	uint64_t tries = 0, seconds = 0;
	int r, status = number(sh, a, "tries", UINT8_MAX, &tries);

	if (status == 0)
		status = number(sh, a, "timeout", UINT_MAX / MS, &seconds);
	if (status == 0)
		status = try_file(sh, o.ca_file);
	if (status == 0)
		status = sh_need_card(sh);
	if (status == 0 && file != NULL)
		status = sh_fail(sh, sh_slurp(sh, file, &package0));
	if (status != 0)
		return status;
	o.package0 = dmsc_buf_rd(package0);
	o.tries = (unsigned)tries;
	o.timeout_ms = (unsigned)seconds * MS;
	r = dmsc_device_sync(sh_session(sh), &o, &x);
	dmsc_buf_free(&package0);
	if (x != NULL) {
		sh_data(sh, &dmsc_sync_view, x);
		print_sync(sh, x, o.dry);
	}
	return sh_fail(sh, r);
}

static const char *const examples[] = {
	"card new --force --seed 9 c.img && connect sim:c.img && "
	    "device poweron --yes && device sync -n",
	NULL
};

const struct sh_cmd sh_cmd_device_sync = {
	.name = "device sync", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "[SERVERID]",
	.summary = "hold a session with a DM server over HTTP",
	.details = "The device is a DM 1.2 client. It takes the server's "
	    "address and both credentials from its account in ./DMAcc, which "
	    "a card brings at power-on; SERVERID says which, where it has "
	    "several. auth-basic, auth-md5 and auth-MAC both ways with "
	    "challenges and nonces that are kept, HTTP's own Basic and "
	    "Digest, large objects, questions to the user, which --yes and "
	    "--no answer.\n\n"
	    "The server's commands are obeyed or refused by the ACL of the "
	    "device's own tree. ./SC is the tree of the card (device "
	    "server): what the server says there goes to the card, which "
	    "judges the server itself. An Exec that the device does later is "
	    "written down before the server hears 202, is done when the "
	    "session is over, and told by a Generic Alert: another session "
	    "follows by itself while alerts wait for this server, eight at "
	    "most.\n\n"
	    "Credentials go over http: with --plain-http only. A certificate "
	    "that does not hold ends it (exit status 7); --ca names others "
	    "to trust than this machine does. A server that is busy or not "
	    "reached gets the same message again, with a pause that doubles "
	    "or that it asks for. What a server does wrong ends the session, "
	    "and the report says what it was: an answer that is no message "
	    "(exit status 10), more than 1 MiB, more than 256 messages or "
	    "ten minutes, a wrong credential or none (7), no answer in time "
	    "(5). The device's tree is then as the last whole message left "
	    "it.\n\n"
	    "With --package0 the server asked for the session (OMA DM "
	    "Notification): its digest, its account and whether it was used "
	    "before are checked first, and nothing is sent where they do not "
	    "hold (7). The user is told or asked where it says so.",
	.opts = opts, .max_args = 1, .examples = examples,
	.see = "device poweron, device server, device tree, dmserver",
	.run = run,
};
