/* device session, device set: the card commands the device, and a setting of
 * the device that it is told of. */
#include <string.h>

#include "tools.h"

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static const struct sh_opt session_opts[] = {
	{ 0, "anyway", NULL, "though the card did not ask for a session" },
	{ 0, "ca", "FILE", "certificates, PEM or DER: who may sign the "
	    "card's commands" },
	{ 0, NULL, NULL, NULL }
};

static int
session_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_talk_opts o = { .device = device_name(sh, a),
	    .confirm = sh_options(sh)->confirm };
	const char *ca = sh_opt(a, "ca");
	struct dmsc_buf *pem = NULL;
	struct dmsc_talk *x = NULL;
	int r = DMSC_E_OK, status = sh_need_card(sh);

	if (status != 0)
		return status;
	o.anyway = sh_has(a, "anyway");
	if (ca != NULL)
		r = sh_slurp(sh, ca, &pem);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	o.trust = dmsc_buf_rd(pem);
	r = dmsc_device_session(sh_session(sh), &o, &x);
	dmsc_buf_free(&pem);
	if (x != NULL) {
		sh_data(sh, &dmsc_talk_view, x);
		sh_print_talk(sh, x, 1);
	}
	return r == DMSC_E_OK ? 0 : sh_fail(sh, r);
}

#define DMSC_CARD "card new --force --profile dmsc c.img && " \
	"connect sim:c.img && device poweron --yes && "

static const char *const session_examples[] = {
	DMSC_CARD "pin verify adm1 @scripts/demo/adm1 && dm add "
	    "./Outbox/radio/Message --format bin --file "
	    "scripts/demo/radio.xml && device session --yes",
	DMSC_CARD "device set ./DMAcc/opx/Name Mine && "
	    "device session --anyway",
	NULL
};

const struct sh_cmd sh_cmd_device_session = {
	.name = "device session", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.summary = "hold the session that the card asks for",
	.details = "A card with the DM-SC application asks by a notice "
	    "(dmsc-card(7)): a Package #0 of OMA DM. The device looks "
	    "whether it has an account of that server, which it takes from "
	    "the card at power-on, whether the digest is the server's, and "
	    "whether the request was used before; then it sends package 1, "
	    "and the card answers with the commands that wait in its "
	    "./Outbox.\n\nThe device obeys what the card has proved and "
	    "signed: its credential is checked, its signature against --ca, "
	    "or against the certificate of the first session with it. Each "
	    "command is obeyed or refused by the ACL of the device's own "
	    "tree, and its Status goes back to the card. Where the card "
	    "asks the user, --yes and --no answer, else the terminal is "
	    "asked.\n\nIn the same session the device tells the card which "
	    "of its MOs changed since it was told last (Generic Alert "
	    "1226), and the card may read them. Alerts of the device that "
	    "wait for this server are told first, and kept until it takes "
	    "them. An Exec that the device does later gets 202 when it is "
	    "written down, and is done when the session is over.",
	.opts = session_opts, .max_args = 0, .examples = session_examples,
	.see = "device poweron, device set, device tree, events, dm add",
	.run = session_run,
};

static int
set_run(struct sh *sh, const struct sh_args *a)
{
	if (sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was set\n");
		return 0;
	}
	return sh_fail(sh, dmsc_device_set(sh_session(sh),
	    device_name(sh, a), sh_arg(a, 0), dmsc_rd_str(sh_arg(a, 1))));
}

static const char *const set_examples[] = {
	"device set ./DevInfo/Lang de", NULL
};

const struct sh_cmd sh_cmd_device_set = {
	.name = "device set", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "URI VALUE",
	.summary = "change a setting of the device, as its user does",
	.details = "URI names a leaf of the device's own tree. The card is "
	    "told of the change in the next session.",
	.min_args = 2, .max_args = 2, .examples = set_examples,
	.see = "device tree, device session",
	.complete = sh_complete_device, .run = set_run,
};
