/* device: what a phone or a module does with the card. */
#include <string.h>

#include "tools.h"

enum { PINS_MAX = 8, WHICH_BYTES = 32, URI_BYTES = 65536 };

static const char *
device_name(struct sh *sh, const struct sh_args *a)
{
	const char *name = sh_opt(a, "device");

	return name != NULL ? name : sh_options(sh)->device;
}

static const struct sh_opt poweron_opts[] = {
	{ 0, "pin", "WHICH=SOURCE", "a PIN that the user would type; may be "
	    "given several times" },
	{ 0, "keys", "SOURCE", "the device's keys of a secure channel, for a "
	    "card that asks for one, or that shows its own tree to it" },
	{ 0, "kvn", "VERSION", "the version of these keys, 01 to 7F" },
	{ 'g', "group", "NAME", "take only the documents of this group" },
	{ 0, "ask-silent", NULL, "ask about documents too that want no "
	    "confirmation" },
	{ 0, "imei", "DIGITS", "what the card is told when it asks for the "
	    "device's identity" },
	{ 0, "trust", "FILE", "certificates, PEM or DER: who may sign "
	    "documents; kept, until --trust none" },
	{ 0, "signed-only", NULL, "with --trust, or after it: documents "
	    "without a signature are refused" },
	{ 0, "model", "NAME", "play another program's reader on the card, "
	    "and say what it would see" },
	{ 0, NULL, NULL, NULL }
};

/* One --pin; *p borrows the value, which the caller frees. */
static int
one_pin(struct sh *sh, const char *text, struct dmsc_device_pin *p)
{
	const char *eq = strchr(text, '=');
	char which[WHICH_BYTES];

	if (eq == NULL)
		return sh_usage(sh, "option --pin needs WHICH=SOURCE");
	(void)snprintf(which, sizeof which, "%.*s", (int)(eq - text), text);
	if (dmsc_pin_ref(which, &p->ref) != DMSC_E_OK)
		return sh_usage(sh, "'%s' names no PIN or key", which);
	return sh_fail(sh, sh_secret(sh, eq + 1, true, "", &p->value));
}

static int
power_on(struct sh *sh, const struct dmsc_poweron_opts *o)
{
	struct dmsc_poweron *p = NULL;
	int r;

	sh_events_mine(sh);
	r = dmsc_device_poweron(sh_session(sh), o, &p);

	if (p == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_poweron_view, p);
	sh_kv(sh, "device", p->device);
	sh_kv(sh, "card", p->card != NULL ? p->card : "no identity");
	sh_print_hello(sh, p);
	sh_kv(sh, "provisioning", p->provisioning);
	sh_print_taken(sh, p->documents, p->n_documents);
	sh_print_ready(sh, p->services, p->n_services);
	sh_print_events(sh, p->events, p->n_events);
	sh_print_talk(sh, p->sessions, p->n_sessions);
	sh_print_orders(sh, p->orders);
	sh_print(sh, "%s, %u APDU%s, %zu byte%s, %u ms\n",
	    !p->changed ? p->by_counter ?
	    "nothing changed, by the card's change counter" :
	    "nothing changed" : o->dry ? "the device's tree would change" :
	    "the device's tree changed", p->apdus, sh_s(p->apdus),
	    p->bytes, sh_s(p->bytes), p->ms);
	return r == DMSC_E_OK ? 0 : sh_fail(sh, r);
}

/* What the reader of a model would have of the card. */
static int
play(struct sh *sh, const char *model)
{
	struct dmsc_played *p = NULL;
	int r = dmsc_device_play(sh_session(sh), model, &p);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_played_view, p);
	sh_print_played(sh, p);
	return 0;
}

static int
own_keys(struct sh *sh, const struct sh_args *a, struct dmsc_scp_opts *o)
{
	int version, status = sh_byte(sh, a, "kvn", 0, &version);

	o->version = (unsigned)version;
	o->spend_try = sh_options(sh)->spend_try;
	return status != 0 ? status : sh_fail(sh, sh_key(sh,
	    sh_opt(a, "keys"), "", &o->from[0]));
}

/* *out holds the certificates, which the caller frees. */
static int
trust(struct sh *sh, const struct sh_args *a, struct dmsc_poweron_opts *o,
    struct dmsc_buf **out)
{
	const char *file = sh_opt(a, "trust");
	int r = DMSC_E_OK;

	o->signed_only = sh_has(a, "signed-only");
	o->trust_none = file != NULL && strcmp(file, "none") == 0;
	if (o->trust_none && o->signed_only)
		return sh_usage(sh, "--signed-only needs somebody to trust");
	if (file != NULL && !o->trust_none)
		r = sh_slurp(sh, file, out);
	if (r == DMSC_E_OK)
		o->trust = dmsc_buf_rd(*out);
	return sh_fail(sh, r);
}

static int
poweron_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_device_pin pins[PINS_MAX];
	struct dmsc_poweron_opts o = { .device = device_name(sh, a) };
	struct dmsc_scp_opts channel = { .level = DMSC_SCP_BEST };
	const struct sh_options *so = sh_options(sh);
	struct dmsc_buf *trusted = NULL;
	const char *text;
	int status = sh_need_card(sh), n = 0;

	if (status == 0 && sh_has(a, "model"))
		return play(sh, sh_opt(a, "model"));
	memset(pins, 0, sizeof pins);
	o.confirm = so->confirm;
	o.spend_try = so->spend_try;
	o.dry = so->dry_run;
	o.cat = so->cat;
	o.imei = sh_opt(a, "imei");
	o.ask_silent = sh_has(a, "ask-silent");
	o.group = sh_opt(a, "group");
	o.pins = pins;
	while (status == 0 && (text = sh_opt_at(a, "pin", n)) != NULL)
		status = n < PINS_MAX ? one_pin(sh, text, &pins[n++]) :
		    sh_usage(sh, "more than %d --pin", PINS_MAX);
	o.n_pins = (size_t)n;
	if (status == 0 && sh_opt(a, "keys") != NULL) {
		status = own_keys(sh, a, &channel);
		o.channel = &channel;
	}
	if (status == 0)
		status = trust(sh, a, &o, &trusted);
	if (status == 0)
		status = power_on(sh, &o);
	dmsc_buf_free(&trusted);
	dmsc_key_free(&channel.from[0]);
	while (n-- > 0)
		dmsc_secret_free(&pins[n].value);
	return status;
}

static const char *const poweron_examples[] = {
	"device poweron --yes",
	"device poweron --yes --pin 81=@scripts/demo/pin81",
	"card new --force --profile locked k.img && connect sim:k.img && "
	    "device poweron --keys @scripts/demo/scp-keys --yes",
	"card new --force --profile dmsc k.img && connect sim:k.img && "
	    "device poweron --keys @scripts/demo/ma-keys --kvn 31 --yes && "
	    "device poweron --keys @scripts/demo/ma-keys --kvn 31",
	"card new --force --profile dmsc k.img && connect sim:k.img && "
	    "device poweron --keys @scripts/demo/scp-keys --group Fleet",
	"sign --key @scripts/demo/operator-key --cert "
	    "scripts/demo/operator.pem /OperatorX && device poweron --trust "
	    "scripts/demo/ca.pem --signed-only",
	"device poweron --model nrf91",
	NULL
};

const struct sh_cmd sh_cmd_device_poweron = {
	.name = "device poweron", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.summary = "switch the device on with the card in it",
	.details = "The card is reset, its provisioning data looked for, "
	    "read, decoded and taken into the device's own tree; what came "
	    "from a card that is gone, or that it no longer holds, is "
	    "removed. Each document is reported as added, replaced, "
	    "unchanged, skipped, refused, removed, kept or broken. Client "
	    "Provisioning is taken as the management objects that it means "
	    "(./NAP/DOCUMENT), LwM2M as its accounts "
	    "(./LwM2M/DOCUMENT/INSTANCE).\n\nOn a card with the DM-SC "
	    "application both say what they support, and a card that knows "
	    "the device (--keys) shows its own tree, which is taken as "
	    "documents are: each object at its root (card/NAME), each group "
	    "(card/Group/NAME) and, with PIN 81, personal ones "
	    "(card/Personal/NAME). --group NAME then asks for ./Group/NAME "
	    "alone, by one request; where the card has no such group, the "
	    "rules of documents in files tell.\n\nSuch a card also tells "
	    "its change counter. Where it, the card, its keys and what is "
	    "asked for are as when all was taken last, nothing is read. The "
	    "counter is believed only in a secure channel whose answers are "
	    "proved: anybody else could tell the old number for ever. "
	    "Without --keys each document's bytes are read and compared."
	    "\n\nA "
	    "document may ask for the user's confirmation: --yes and --no "
	    "answer it, else the terminal is asked. No file of the card is "
	    "changed. "
	    "A card that asks for a secure channel gets one by --keys, the "
	    "device's own: the session's rights end with the reset. "
	    "With -n the device's tree is not changed.\n\nThe device then "
	    "stays on: what the card says by itself (see events) is obeyed, "
	    "and after a refresh the documents in files that changed are "
	    "taken in without another power-on; the card's own tree is read "
	    "at power-on alone. Over PC/SC this needs --cat; without "
	    "it the card is only read.\n\nWith --trust, which the device "
	    "keeps as its setting, the signature of a document is verified "
	    "before it is taken (see verify); one that does not hold, or is "
	    "older than what was good before, is refused, and with "
	    "--signed-only one without a signature too, and the card's own "
	    "tree, which has none. What a refused document had brought goes, "
	    "unless it was signed when it came: then it is the last good "
	    "one. --trust without --signed-only lets unsigned ones "
	    "pass.\n\nWith --model the device is one of "
	    "another maker: nrf91, anjay, android, opensc or strict (see "
	    "lint --model). Its reader's own commands are sent to the card, "
	    "for each kind of document that it is made for, and what it would "
	    "have of the card is told, or where it gives up. Neither the "
	    "card nor this device is changed, and no other option counts.",
	.opts = poweron_opts, .max_args = 0, .examples = poweron_examples,
	.see = "device show, device tree, device diff, device reset, events",
	.run = poweron_run,
};

static int
show_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_device_info *x = NULL;
	char nodes[32];
	int r = dmsc_device_show(sh_session(sh), device_name(sh, a), &x);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_device_info_view, x);
	sh_kv(sh, "device", x->device);
	sh_kv(sh, "file", x->file);
	sh_kv(sh, "last card", x->card != NULL ? x->card : "none");
	(void)snprintf(nodes, sizeof nodes, "%zu", x->nodes);
	sh_kv(sh, "nodes", nodes);
	sh_print_taken(sh, x->documents, x->n_documents);
	return 0;
}

static const char *const show_examples[] = { "device show",
	"device show --device meter", NULL };

const struct sh_cmd sh_cmd_device_show = {
	.name = "device show", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "show the device and what it took from cards",
	.max_args = 0, .examples = show_examples,
	.see = "device poweron, device tree", .run = show_run,
};

static int
show_node(struct sh *sh, const struct dmsc_tree *t, const char *uri)
{
	const struct dmsc_node *n = dmsc_tree_root(t);

	if (uri != NULL && strcmp(uri, ".") != 0 && *uri != '\0')
		n = dmsc_tree_find(t, uri);
	if (n == NULL) {
		dmsc_fail(sh_err(sh), DMSC_E_NOTFOUND, "not in the device");
		dmsc_err_where(sh_err(sh), "%s", uri);
		dmsc_err_next(sh_err(sh), "device tree");
		return sh_fail(sh, DMSC_E_NOTFOUND);
	}
	sh_print_tree(sh, n, 0, -1);
	return sh_data_node(sh, n, -1);
}

static int
tree_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_tree *t = NULL;
	int status, r = dmsc_device_tree(sh_session(sh), device_name(sh, a),
	    &t);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	status = show_node(sh, t, sh_arg(a, 0));
	dmsc_tree_free(&t);
	return status;
}

static const char *const tree_examples[] = { "device tree",
	"device poweron --yes && device tree ./DMAcc", NULL };

const struct sh_cmd sh_cmd_device_tree = {
	.name = "device tree", .group = SH_G_DEVICE, .danger = SH_READ,
	.synopsis = "[URI]",
	.summary = "show the device's management tree",
	.details = "URI is one of OMA DM, ./DMAcc, not a path on the card.",
	.max_args = 1, .examples = tree_examples,
	.see = "device show, device diff, tree",
	.complete = sh_complete_device, .run = tree_run,
};

static int
diff_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_diff *d = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = dmsc_device_diff(sh_session(sh), device_name(sh, a), &d);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_diff_view, d);
	sh_print_diff(sh, d, NULL);
	return 0;
}

static const char *const diff_examples[] = {
	"device poweron --yes && device diff", NULL };

const struct sh_cmd sh_cmd_device_diff = {
	.name = "device diff", .group = SH_G_DEVICE, .danger = SH_READ,
	.summary = "compare the card's documents with what the device has",
	.details = "From the documents on the card to the nodes that the "
	    "device took from them; its own tree, where the card knows us "
	    "(scp open), is among them.",
	.max_args = 0, .examples = diff_examples,
	.see = "device poweron, diff", .run = diff_run,
};

static int
reset_run(struct sh *sh, const struct sh_args *a)
{
	if (sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was removed\n");
		return 0;
	}
	return sh_fail(sh, dmsc_device_reset(sh_session(sh),
	    device_name(sh, a)));
}

static const char *const reset_examples[] = { "device reset", NULL };

const struct sh_cmd sh_cmd_device_reset = {
	.name = "device reset", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.summary = "make the device new: its tree and state are removed",
	.details = "The card is not touched.",
	.max_args = 0, .examples = reset_examples,
	.see = "device poweron, device show", .run = reset_run,
};
