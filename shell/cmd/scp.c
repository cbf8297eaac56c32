/* scp, key: the secure channel to a card, and the keys in it. */
#include <string.h>

#include "tools.h"

enum { BYTE_MAX = 0xFF };

static void
print_info(struct sh *sh, const struct dmsc_scp_info *i)
{
	char text[32];

	if (!i->open && !i->broken) {
		sh_print(sh, "no secure channel is open%s\n", i->needed ?
		    ": the card is locked until one is" : "");
		return;
	}
	sh_kv(sh, "channel", i->broken ? "broken" : "open");
	(void)snprintf(text, sizeof text, "%s, SCP03, %s", i->level,
	    i->form);
	sh_kv(sh, "level", text);
	sh_kv(sh, "protects", i->protects);
	sh_kv(sh, "keys of", i->aid);
	(void)snprintf(text, sizeof text, "%02X, AES-%u", i->version,
	    i->bits);
	sh_kv(sh, "version", text);
	sh_kv(sh, "check", i->check);
	(void)snprintf(text, sizeof text, "%u", i->channel);
	sh_kv(sh, "logical", text);
}

static const struct sh_opt open_opts[] = {
	{ 0, "aid", "AID", "the application whose keys are meant; without "
	    "it, the card's own" },
	{ 0, "lwm2m", NULL, "as LwM2M does: the PKCS#15 application, "
	    "level 33" },
	{ 0, "keys", "SOURCE", "the keys; three times for Key-ENC, Key-MAC "
	    "and Key-DEK each" },
	{ 0, "kvn", "VERSION", "the version of the keys, 01 to 7F" },
	{ 0, "level", "LEVEL", "00, 01, 03, 11, 13 or 33; without it, the "
	    "best that the card offers" },
	{ 0, "test-keys", NULL, "allow keys that everybody knows; without "
	    "--keys, 404142...4F" },
	{ 0, NULL, NULL, NULL }
};

static int
open_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_scp_opts o = {
		.aid = sh_opt(a, "aid"), .lwm2m = sh_has(a, "lwm2m"),
		.test_keys = sh_has(a, "test-keys"),
		.spend_try = sh_options(sh)->spend_try,
	};
	struct dmsc_scp_info *i = NULL;
	struct sh_keys g;
	int version, status;

	if ((status = sh_byte(sh, a, "kvn", 0, &version)) != 0 ||
	    (status = sh_byte(sh, a, "level", DMSC_SCP_BEST, &o.level)) !=
	    0 || (status = sh_need_card(sh)) != 0)
		return status;
	o.version = (unsigned)version;
	status = sh_fail(sh, sh_keys_get(sh, a, !o.test_keys,
	    "keys (hex:...)", &g));
	memcpy(o.from, g.keys, sizeof o.from);
	if (status == 0)
		status = sh_fail(sh, dmsc_scp_open(sh_session(sh), &o, &i));
	sh_keys_free(&g);
	if (status != 0)
		return status;
	sh_data(sh, &dmsc_scp_info_view, i);
	print_info(sh, i);
	return 0;
}

#define NEW_CARD "card new --force --profile locked k.img && connect " \
	"sim:k.img && "
#define OPEN "scp open --keys @scripts/demo/scp-keys"

static const char *const open_examples[] = {
	NEW_CARD OPEN " && cat /OperatorX/DMAcc/opx/ServerID",
	NEW_CARD OPEN " --lwm2m && ls /",
	NULL
};

const struct sh_cmd sh_cmd_scp_open = {
	.name = "scp open", .group = SH_G_PIN, .danger = SH_TRY,
	.summary = "open a secure channel to the card (SCP03)",
	.details = "From then on every command goes through it, unchanged, "
	    "until 'scp close', a reset or the end of the session. In one-shot "
	    "use --auth scp=SOURCE does the same before the command.\n\n"
	    "SOURCE is @FILE, env:NAME, fd:N or another provider of "
	    "dmsc-keys(7): a list of cards, a token, a key for all cards of "
	    "which each has its own. Its content is hex: and the "
	    "digits of one key for all three, or of Key-ENC, Key-MAC and "
	    "Key-DEK behind each other, 16, 24 or 32 bytes each. Without it "
	    "the terminal is asked.\n\nThe card's Card Data is read first: "
	    "where it speaks SCP02 alone, the exit status is 9 and nothing "
	    "is spent. To begin spends a try of the keys. Keys that this "
	    "card has refused are not tried again; after a refusal, in "
	    "another session too, others need --spend-try.",
	.opts = open_opts, .max_args = 0, .examples = open_examples,
	.see = "scp status, scp close, key put", .run = open_run,
};

static int
status_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_scp_info *i = NULL;
	int status;

	(void)a;
	if ((status = sh_need_card(sh)) != 0 || (status = sh_fail(sh,
	    dmsc_scp_status(sh_session(sh), &i))) != 0)
		return status;
	sh_data(sh, &dmsc_scp_info_view, i);
	print_info(sh, i);
	return 0;
}

static const char *const status_examples[] = { "scp status", NULL };

const struct sh_cmd sh_cmd_scp_status = {
	.name = "scp status", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "show the secure channel",
	.details = "Keys are shown by their check values.",
	.max_args = 0, .examples = status_examples,
	.see = "scp open, scp close", .run = status_run,
};

static int
close_run(struct sh *sh, const struct sh_args *a)
{
	int status;

	(void)a;
	if ((status = sh_need_card(sh)) != 0 || (status = sh_fail(sh,
	    dmsc_scp_close(sh_session(sh)))) != 0)
		return status;
	sh_print(sh, "closed\n");
	return 0;
}

static const char *const close_examples[] = {
	NEW_CARD OPEN " && scp close", NULL };

const struct sh_cmd sh_cmd_scp_close = {
	.name = "scp close", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "end the secure channel",
	.details = "The card is reset, so that no right of the channel "
	    "stays; PINs that were verified end with it.",
	.max_args = 0, .examples = close_examples,
	.see = "scp open, reset", .run = close_run,
};

static void
print_keys(struct sh *sh, const struct dmsc_key_list *l)
{
	static const char *const names[] = { "?", "ENC", "MAC", "DEK" };
	size_t i;

	for (i = 0; i < l->n_keys; i++) {
		const struct dmsc_key_info *k = &l->keys[i];

		sh_print(sh, "%02X  %s  %s  %s\n", k->version,
		    names[k->id < SH_COUNT(names) ? k->id : 0], k->type,
		    k->check != NULL ? k->check : "not told");
	}
}

static void
print_pairs(struct sh *sh, const struct dmsc_key_list *l)
{
	size_t i;

	for (i = 0; i < l->n_pairs; i++) {
		const struct dmsc_pair *p = &l->pairs[i];

		sh_print(sh, "%02X  %s  %s%s%s%s  %s\n", p->ref, p->use,
		    p->type != NULL ? p->type : "empty",
		    p->needs != NULL ? ", " : "",
		    p->needs != NULL ? p->needs : "",
		    p->consent ? " for each" : "",
		    p->label != NULL ? p->label : "");
	}
}

static int
list_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_key_list *l = NULL;
	int status;

	(void)a;
	if ((status = sh_need_card(sh)) != 0 || (status = sh_fail(sh,
	    dmsc_key_list(sh_session(sh), &l))) != 0)
		return status;
	sh_data(sh, &dmsc_key_list_view, l);
	print_keys(sh, l);
	print_pairs(sh, l);
	return 0;
}

static const char *const list_examples[] = { "key list",
	NEW_CARD OPEN " && key list", NULL };

const struct sh_cmd sh_cmd_key_list = {
	.name = "key list", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "list the keys of the card",
	.details = "Those of the selected security domain: version, use, "
	    "kind and check value; then the key pairs that its directories "
	    "list: reference, use, type, the PIN that the card asks for, "
	    "label. No card tells check values: those of the secure channel "
	    "in use are shown, and of what was put into the card through "
	    "it.",
	.max_args = 0, .examples = list_examples,
	.see = "key show, key generate, key put, key delete, scp open",
	.run = list_run,
};

static const struct sh_opt put_opts[] = {
	{ 0, "keys", "SOURCE", "the new keys, as in 'scp open'" },
	{ 0, "replace", "VERSION", "the version that they replace; without "
	    "it, a new one" },
	{ 0, NULL, NULL, NULL }
};

static int
put_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_key_list *l = NULL;
	unsigned long version;
	struct sh_keys g;
	char hex[16];
	int replace, status;

	(void)snprintf(hex, sizeof hex, "0x%s", sh_arg(a, 0));
	if (strlen(sh_arg(a, 0)) > 2 || !sh_num_any(hex, BYTE_MAX, &version))
		return sh_usage(sh, "VERSION is two hexadecimal digits");
	if ((status = sh_byte(sh, a, "replace", 0, &replace)) != 0 ||
	    (status = sh_need_card(sh)) != 0)
		return status;
	status = sh_fail(sh, sh_keys_get(sh, a, true, "new keys (hex:...)",
	    &g));
	if (status == 0 && sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was sent\n");
		sh_keys_free(&g);
		return 0;
	}
	if (status == 0)
		status = sh_fail(sh, dmsc_key_put_from(sh_session(sh),
		    (unsigned)version, (unsigned)replace, g.keys, &l));
	sh_keys_free(&g);
	if (status != 0)
		return status;
	sh_data(sh, &dmsc_key_list_view, l);
	print_keys(sh, l);
	return 0;
}

static const char *const put_examples[] = {
	NEW_CARD OPEN " && key put 31 --keys @scripts/demo/scp-keys", NULL };

const struct sh_cmd sh_cmd_key_put = {
	.name = "key put", .group = SH_G_PIN, .danger = SH_WRITE,
	.synopsis = "VERSION",
	.summary = "put new keys into the card",
	.details = "Through the secure channel that is open, into the "
	    "security domain that it was opened with, and under its "
	    "Key-DEK. The card answers with check values, which are "
	    "compared. A key never comes out again.",
	.opts = put_opts, .min_args = 1, .max_args = 1,
	.examples = put_examples, .see = "key list, scp open",
	.run = put_run,
};
