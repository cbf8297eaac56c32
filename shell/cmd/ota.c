/* dm package, card ota: management over the air. */
#include <string.h>

#include "tools.h"

enum { PACKAGE_MAX = 32768 };

static void
print_package(struct sh *sh, const struct dmsc_package *p)
{
	sh_print(sh, "keys %02X, counter %zu, for %s: %zu byte%s, %u short "
	    "message%s\n", p->version, p->counter, p->card != NULL ?
	    p->card : "any card with these keys", p->size, sh_s(p->size),
	    p->messages, sh_s(p->messages));
}

/* The options of the package; an exit status. */
static int
package_opts_of(struct sh *sh, const struct sh_args *a,
    struct dmsc_package_opts *o)
{
	const char *counter = sh_opt(a, "counter");
	unsigned long n = 0;
	int version, status = sh_byte(sh, a, "kvn", 0, &version);

	if (status != 0)
		return status;
	if (counter != NULL && (!sh_num(counter, UINT32_MAX, &n) || n == 0))
		return sh_usage(sh, "'%s' is no counter", counter);
	if (sh_opt(a, "out") == NULL)
		return sh_usage(sh, "--out is needed");
	o->version = (unsigned)version;
	o->counter = (uint32_t)n;
	o->iccid = sh_opt(a, "card");
	o->keys.test_keys = sh_has(a, "test-keys");
	return 0;
}

static int
make(struct sh *sh, const struct sh_args *a,
    const struct dmsc_package_opts *o)
{
	const char *out = sh_opt(a, "out");
	struct dmsc_buf *content = NULL, *b = dmsc_buf_new(PACKAGE_MAX);
	struct dmsc_package *p = NULL;
	int r = b == NULL ? dmsc_fail(sh_err(sh), DMSC_E_NOMEM,
	    "out of memory") : sh_may_write(sh, out, sh_has(a, "force"));

	if (r == DMSC_E_OK &&
	    (r = sh_slurp(sh, sh_arg(a, 0), &content)) == DMSC_E_OK &&
	    (r = dmsc_package_make(sh_session(sh), dmsc_buf_rd(content), o,
	    b, &p)) == DMSC_E_OK && !sh_options(sh)->dry_run)
		r = sh_spit(sh, out, dmsc_buf_rd(b));
	dmsc_buf_free(&content);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_package_view, p);
		return sh_fail(sh, r);
	}
	sh_data(sh, &dmsc_package_view, p);
	print_package(sh, p);
	return 0;
}

static int
package_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_package_opts o = { .version = 0 };
	struct sh_keys g;
	int status = package_opts_of(sh, a, &o);

	if (status != 0)
		return status;
	status = sh_fail(sh, sh_keys_get(sh, a, !o.keys.test_keys,
	    "keys (hex:...)", &g));
	memcpy(o.keys.from, g.keys, sizeof o.keys.from);
	if (status == 0)
		status = make(sh, a, &o);
	sh_keys_free(&g);
	return status;
}

static const struct sh_opt package_opts[] = {
	{ 0, "keys", "SOURCE", "the card's SCP03 keys, as in 'scp open'" },
	{ 0, "kvn", "VERSION", "their version, 01 to 7F; 30 without it, the "
	    "owner's" },
	{ 0, "counter", "N", "seconds since 1970 without it" },
	{ 0, "card", "ICCID", "for that card alone" },
	{ 'o', "out", "FILE", "where it goes; - is standard output" },
	{ 'f', "force", NULL, "replace a file that is there" },
	{ 0, "test-keys", NULL, "allow keys that everybody knows" },
	{ 0, NULL, NULL, NULL }
};

#define KEYS "--keys @scripts/demo/scp-keys "
#define PACKAGE "dm package " KEYS "--force -o name.ota " \
	"scripts/demo/Package.xml"

static const char *const package_examples[] = {
	PACKAGE,
	"dm package --kvn 31 --keys @scripts/demo/ma-keys --force -o ma.ota "
	    "scripts/demo/Package.xml",
	NULL
};

const struct sh_cmd sh_cmd_dm_package = {
	.name = "dm package", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "FILE",
	.summary = "seal a DM message for a card over the air",
	.details = "FILE is a DM message, XML or WBXML, whose commands the "
	    "card obeys as from the server that the version of the keys is "
	    "for; or APDUs, as 'plan --export apdu' writes them, which it "
	    "takes from its owner alone (version 30). The package is "
	    "enciphered and has a code of authentication, both with keys "
	    "made of that version (dmsc-card(7), OVER THE AIR).\n\n"
	    "A card takes a package once: its counter must be above that of "
	    "the last one with the same version.",
	.opts = package_opts, .min_args = 1, .max_args = 1,
	.examples = package_examples, .see = "card ota, plan, scp open",
	.complete = sh_complete_file, .run = package_run,
};

/* ---- card ota */

static void
print_result(struct sh *sh, const struct dmsc_ota_result *r)
{
	char text[64];

	sh_kv(sh, "outcome", r->outcome);
	if (r->status != 0) {
		(void)snprintf(text, sizeof text, r->status > 0x0FFF ?
		    "%04X" : "%u", r->status);
		sh_kv(sh, "status", text);
	}
	(void)snprintf(text, sizeof text, "%u", r->done);
	sh_kv(sh, "commands", text);
	(void)snprintf(text, sizeof text, "%zu", r->counter);
	sh_kv(sh, "counter", text);
	(void)snprintf(text, sizeof text, "%zu", r->changes);
	sh_kv(sh, "changes", text);
	sh_kv(sh, "proof", r->proven < 0 ? "not checked: no keys" :
	    r->proven > 0 ? "of the card" : "not of the card");
}

/* -n: what anybody can read of it. */
static int
show(struct sh *sh, struct dmsc_rd package)
{
	struct dmsc_package *p = NULL;
	int r = dmsc_package_show(sh_session(sh), package, &p);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_package_view, p);
	print_package(sh, p);
	return 0;
}

static int
bring(struct sh *sh, const struct sh_args *a, struct dmsc_rd package,
    const struct dmsc_ota_opts *o)
{
	const char *out = sh_opt(a, "proof");
	struct dmsc_ota_result *res = NULL;
	int r = dmsc_card_ota(sh_session(sh), package, o, &res);

	if (res != NULL && out != NULL && (r == DMSC_E_OK ||
	    sh_err(sh)->code != DMSC_E_MISMATCH)) {
		struct dmsc_err was = *sh_err(sh);
		int w = sh_spit(sh, out, dmsc_buf_rd(res->proof));

		if (r != DMSC_E_OK)
			*sh_err(sh) = was;
		else
			r = w;
	}
	if (res != NULL) {
		sh_data(sh, &dmsc_ota_result_view, res);
		print_result(sh, res);
	}
	return sh_fail(sh, r);
}

static int
ota_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_ota_opts o = { .allow = sh_options(sh)->cat,
		.from = sh_opt(a, "from"),
		.keys.test_keys = sh_has(a, "test-keys") };
	struct dmsc_buf *package = NULL;
	struct sh_keys g;
	int status = sh_fail(sh, sh_slurp(sh, sh_arg(a, 0), &package));

	memset(&g, 0, sizeof g);
	if (status == 0 && sh_options(sh)->dry_run)
		status = show(sh, dmsc_buf_rd(package));
	else if (status == 0 && (status = sh_need_simulated(sh)) == 0 &&
	    (status = sh_fail(sh, sh_keys_get(sh, a, false,
	    "keys (hex:...)", &g))) == 0) {
		memcpy(o.keys.from, g.keys, sizeof o.keys.from);
		status = bring(sh, a, dmsc_buf_rd(package), &o);
	}
	sh_keys_free(&g);
	dmsc_buf_free(&package);
	return status;
}

static const struct sh_opt ota_opts[] = {
	{ 0, "keys", "SOURCE", "check the card's proof of receipt with these "
	    "keys, as in 'dm package'" },
	{ 0, "proof", "FILE", "keep the proof" },
	{ 0, "from", "NUMBER", "the sender's, +49170123; none without it" },
	{ 0, "test-keys", NULL, "allow keys that everybody knows" },
	{ 0, NULL, NULL, NULL }
};

static const char *const ota_examples[] = {
	"card new --force --profile dmsc a.img && connect sim:a.img && "
	    PACKAGE " && card ota " KEYS "name.ota",
	PACKAGE " && card ota -n name.ota",
	NULL
};

const struct sh_cmd sh_cmd_card_ota = {
	.name = "card ota", .group = SH_G_CARD, .danger = SH_WRITE,
	.synopsis = "PACKAGE",
	.summary = "bring a package to the card as the network would",
	.details = "PACKAGE is a file of 'dm package'. It goes in short "
	    "messages (SMS-PP data download) past the device to the embedded "
	    "card, or to one that another process serves ('card serve'): "
	    "that of the image that -r sim: names, or of the reader that is "
	    "connected. To another card in a reader it goes by ENVELOPE, "
	    "with --cat alone.\n\n"
	    "The card answers with a proof of receipt: what became of it, "
	    "its counters, and a code that only its keys make. A package "
	    "that comes again, is for another card or was changed on its "
	    "way is refused, and nothing changes. Where something did, the "
	    "card tells its device (REFRESH: 'events').\n\n"
	    "With -n it is only shown, as anybody can read it.",
	.opts = ota_opts, .min_args = 1, .max_args = 1,
	.examples = ota_examples, .see = "dm package, events, card serve",
	.complete = sh_complete_file, .run = ota_run,
};
