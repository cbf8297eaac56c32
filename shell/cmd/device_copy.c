/* device copy: an MO of the device put on the card. */
#include <string.h>

#include "tools.h"

static const struct sh_opt copy_opts[] = {
	{ 0, "compare", NULL, "read what the card has there, and send only "
	    "what differs" },
	{ 0, "move", NULL, "erase the device's own once the card has it" },
	{ 0, "private", NULL, "a document that is made can be read with the "
	    "user's PIN only" },
	{ 0, "as", "SERVERID", "copy what this server may read, and erase "
	    "what it may erase" },
	{ 0, NULL, NULL, NULL }
};

static void
print_copied(struct sh *sh, const struct dmsc_copied *x, bool dry)
{
	const struct dmsc_diff d = { x->changes, x->n_changes };
	char nodes[64];

	sh_kv(sh, "device", x->device);
	sh_kv(sh, "from", x->uri);
	sh_kv(sh, "to", x->to);
	(void)snprintf(nodes, sizeof nodes, "%zu, %s", x->nodes, x->state);
	sh_kv(sh, "nodes", nodes);
	if (x->n_changes > 0)
		sh_print_diff(sh, &d, NULL);
	if (x->left_out > 0)
		sh_print(sh, "left out, for they may not be read: %u\n",
		    x->left_out);
	sh_print(sh, "%s, %s, %u APDU%s\n", strcmp(x->state, "same") == 0 ?
	    "the card has it already" : dry ? "nothing was written" :
	    "the card has it", x->moved ? "the device's own is erased" :
	    "the device keeps its own", x->apdus, sh_s(x->apdus));
}

/* Values of secrets are not told, in JSON neither. */
static void
hide(struct dmsc_copied *x)
{
	size_t i;

	for (i = 0; i < x->n_changes; i++)
		if (x->changes[i].secret) {
			dmsc_buf_free(&x->changes[i].before);
			dmsc_buf_free(&x->changes[i].after);
		}
}

static int
copy_run(struct sh *sh, const struct sh_args *a)
{
	const char *device = sh_opt(a, "device");
	struct dmsc_copy_opts o = { .device = device != NULL ? device :
	    sh_options(sh)->device, .uri = sh_arg(a, 0), .to = sh_arg(a, 1),
	    .as = sh_opt(a, "as"), .dry = sh_options(sh)->dry_run };
	struct dmsc_copied *x = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	o.compare = sh_has(a, "compare");
	o.move = sh_has(a, "move");
	o.is_private = sh_has(a, "private");
	if ((r = dmsc_device_copy(sh_session(sh), &o, &x)) != DMSC_E_OK)
		return sh_fail(sh, r);
	print_copied(sh, x, o.dry);
	hide(x);
	sh_data(sh, &dmsc_copied_view, x);
	return 0;
}

static const char *const copy_examples[] = {
	"pin verify adm1 @scripts/demo/adm1 && device server "
	    "scripts/demo/server-own.xml --as ma.example && device copy "
	    "./Mail /Application && device set ./Mail/Port 465 && device copy "
	    "./Mail /Application --compare --move",
	"card new --force --profile dmsc c.img && connect sim:c.img && "
	    "scp open --keys @scripts/demo/scp-keys && device copy "
	    "./DevInfo/Man /card/Group/Fleet/Maker",
	NULL
};

static void
complete(struct sh *sh, int arg, const char *word)
{
	if (arg == 0)
		sh_complete_device(sh, arg, word);
	else
		sh_complete_path(sh, arg, word);
}

const struct sh_cmd sh_cmd_device_copy = {
	.name = "device copy", .group = SH_G_DEVICE, .danger = SH_WRITE,
	.synopsis = "URI TARGET",
	.summary = "copy an MO of the device to the card",
	.details = "URI is a node of the device's tree, ./Mail or a part of "
	    "it. TARGET is /DOCUMENT: the copy gets the same place in it, so "
	    "that a power-on takes it there, and the document is made where "
	    "there is none. Or it is the node itself: /DOCUMENT/PATH, or "
	    "/card/PATH for the tree of the DM-SC application. The card "
	    "takes it wholly or not at all, by the rights of this session, "
	    "as a commit does; undo takes it back (one that replaces an MO "
	    "in /card as a whole has no entry in the journal).\n\n"
	    "What stands there is replaced. With --compare it is read first, "
	    "what differs is shown, and only that is sent; where nothing "
	    "differs, nothing is. Secrets are copied, and never shown; a "
	    "warning says where anybody could read them from the card. "
	    "Access control lists stay behind: those on the card are the "
	    "card's.\n\n"
	    "With --move the device's own is erased when the card has the "
	    "copy and has shown it: from then on the device uses the card's, "
	    "which it takes at the next power-on, as any other device does; "
	    "one that keeps its own refuses the card's there. "
	    "Cut at any point, the card or the device still has it, and the "
	    "same line again finishes the work.\n\n"
	    "With --as the device obeys a server that it has heard: what "
	    "that server may not read, by the lists of the device's tree, is "
	    "left out and counted, and a move is refused then. A server that "
	    "does it all by itself copies to ./SC (device server).",
	.opts = copy_opts, .min_args = 2, .max_args = 2,
	.examples = copy_examples,
	.see = "device server, device tree, device poweron, undo, dm copy",
	.complete = complete, .run = copy_run,
};
