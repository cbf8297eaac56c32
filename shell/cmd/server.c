/* device server: a DM server's message handed to the device, as from it. */
#include <string.h>

#include "cmd/dm.h"
#include "tools.h"

static const struct sh_opt server_opts[] = {
	{ 0, "as", "SERVERID", "the server that the message is from; needed" },
	{ 0, "password", "SOURCE", "what the server shares with the card: "
	    "the card's challenge is answered" },
	{ 0, "sealed", NULL, "FILE is for the card, and the device does not "
	    "open it" },
	{ 'o', "out", "FILE", "write what the device answers there, as it "
	    "would be sent" },
	{ 0, "force", NULL, "replace FILE" },
	{ 0, NULL, NULL, NULL }
};

static void
print_reply(struct sh *sh, const struct dmsc_device_reply *x)
{
	sh_kv(sh, "device", x->device);
	sh_kv(sh, "server", x->server);
	if (x->nonce != NULL)
		sh_kv(sh, "nonce", x->nonce);
	sh_dm_print_statuses(sh, x->answer, true);
	sh_dm_print_results(sh, x->answer);
	sh_print_orders(sh, x->orders);
	sh_print(sh, "%s, %u message%s to the card, %u APDU%s\n",
	    x->changed ? "the device's tree changed" : "the device's tree is "
	    "as it was", x->to_card, sh_s(x->to_card), x->answer->apdus,
	    sh_s(x->answer->apdus));
}

static int
write_answer(struct sh *sh, const char *file,
    const struct dmsc_device_reply *x)
{
	struct dmsc_err kept = *sh_err(sh);
	int r;

	if (file == NULL || sh_options(sh)->dry_run)
		return DMSC_E_OK;
	if ((r = sh_spit(sh, file, dmsc_buf_rd(x->message))) == DMSC_E_OK)
		*sh_err(sh) = kept;	/* what the device said */
	return r;
}

static int
hand_over(struct sh *sh, const struct sh_args *a,
    const struct dmsc_server_opts *o, struct dmsc_rd message)
{
	const char *file = sh_opt(a, "out");
	struct dmsc_device_reply *x = NULL;
	int r = file == NULL ? DMSC_E_OK :
	    sh_may_write(sh, file, sh_has(a, "force")), wrote;

	if (r == DMSC_E_OK)
		r = dmsc_device_server(sh_session(sh), o, message, &x);
	if (r == DMSC_E_DATA && x == NULL && sh_err(sh)->where[0] == '\0')
		(void)dmsc_err_where(sh_err(sh), "%s", sh_arg(a, 0));
	if (x == NULL)
		return sh_fail(sh, r);
	wrote = write_answer(sh, file, x);
	dmsc_buf_free(&x->message);	/* what it says is told anyway */
	sh_data(sh, &dmsc_device_reply_view, x);
	print_reply(sh, x);
	return sh_fail(sh, wrote != DMSC_E_OK ? wrote : r);
}

static int
server_run(struct sh *sh, const struct sh_args *a)
{
	const char *device = sh_opt(a, "device"), *source =
	    sh_opt(a, "password");
	struct dmsc_server_opts o = { .server = sh_opt(a, "as"),
		.device = device != NULL ? device : sh_options(sh)->device,
		.sealed = sh_has(a, "sealed"),
		.confirm = sh_options(sh)->confirm,
		.dry = sh_options(sh)->dry_run };
	struct dmsc_secret *password = NULL;
	struct dmsc_buf *b = NULL;
	int status;

	if (o.server == NULL)
		return sh_usage(sh, "--as SERVERID is needed");
	if (o.sealed && source == NULL)
		return sh_usage(sh, "--sealed needs --password SOURCE");
	status = sh_need_card(sh);
	if (status == 0 && source != NULL)
		status = sh_fail(sh, sh_secret(sh, source, true, "password",
		    &password));
	o.password = password;
	if (status == 0)
		status = sh_fail(sh, sh_slurp(sh, sh_arg(a, 0), &b));
	if (status == 0)
		status = hand_over(sh, a, &o, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	dmsc_secret_free(&password);
	return status;
}

static const char *const server_examples[] = {
	"device server scripts/demo/server-own.xml --as ma.example && device "
	    "tree ./Mail",
	"card new --force --profile dmsc k.img && connect sim:k.img && "
	    "device server scripts/demo/server-card.xml --as ma.example "
	    "--password @scripts/demo/ma-password",
	"card new --force --profile dmsc k.img && connect sim:k.img && "
	    "device server scripts/demo/server-sealed.xml --as ma.example "
	    "--password @scripts/demo/ma-password --sealed",
	NULL
};

const struct sh_cmd sh_cmd_device_server = {
	.name = "device server", .group = SH_G_DEVICE, .danger = SH_WRITE,
	.synopsis = "FILE --as SERVERID",
	.summary = "hand a DM server's message to the device",
	.details = "FILE is a SyncML DM message, XML or WBXML; - is standard "
	    "input. The device obeys it as from SERVERID, whom it takes to "
	    "have proved itself, under the access control lists of its own "
	    "tree. What it answers is shown, and the exit status is that of "
	    "the first command that was refused.\n\n"
	    "The card's DM-SC application is ./SC of the device's tree: Add, "
	    "Replace, Delete, Get and Copy below it go to the card, in one "
	    "message for each of the server's, behind its other commands. So "
	    "do an Atomic or a Sequence whose commands are all for the card. "
	    "Copy goes from the device to the card, back, and within the "
	    "card; of an interior node all below it goes that the server may "
	    "read, as the MO that it is. A Delete in the device of what a "
	    "Copy of the same message takes to the card waits for the card: "
	    "where that refuses, the device keeps its own (215).\n\n"
	    "The card judges the server, not the device: a message is under "
	    "SERVERID and a credential that only the server can make, "
	    "whoever else has authenticated to the card, and the card's "
	    "lists of SERVERID count. Without one the card answers 407 with "
	    "a challenge (auth-md5), which is in the Status of each command "
	    "for it. In its next message the server shows its credential by "
	    "an Exec of ./SC, with it as Data (base64), Meta Type "
	    "syncml:auth-md5 and Format b64. It serves that message; the "
	    "Status of the Exec has the next challenge. This Exec is dmsc's "
	    "own: DM has no such thing. auth-md5 is over the card's nonce and "
	    "not over the commands.\n\n"
	    "A server that does not trust the device seals a whole message "
	    "for the card (--sealed; its URIs are the card's): it is the Data "
	    "of the Exec, of Type application/vnd.syncml.dm+xml or +wbxml and "
	    "Format bin or b64, and Correlator is its x-syncml-hmac "
	    "(auth-MAC). It goes to the card as it is; what the card answers "
	    "comes back as Results of ./SC. The device cannot change it.\n\n"
	    "With --password this is done for the server: the challenge is "
	    "asked for first. The source is as in dm login. What the card "
	    "answers has to fit one message: a Get of more is 413. A Copy may "
	    "be larger, one to the card in a message: it goes and comes in "
	    "parts, wholly or not at all. With -n "
	    "the device's tree is not changed and nothing goes to the card: "
	    "what is for it is 500.",
	.opts = server_opts, .min_args = 1, .max_args = 1,
	.examples = server_examples,
	.see = "device tree, dm send, dm login, device poweron",
	.complete = sh_complete_file, .run = server_run,
};
