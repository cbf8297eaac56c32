/* mac: the authentication code of a DM message or of bootstrap data. */
#include <string.h>

#include "tools.h"

enum { DOC_MAX = 64 << 20 };

static const struct sh_opt mac_opts[] = {
	{ 0, "scheme", "NAME", "netwpin, userpin, usernetwpin, userpinmac "
	    "(SEC 0 to 3 of Client Provisioning), networkid, "
	    "userpin-networkid (of DM), auth-mac (syncml:auth-MAC)" },
	{ 0, "network", "SOURCE", "the IMSI's digits, or what network and "
	    "device share" },
	{ 0, "pin", "SOURCE", "the user's PIN; for userpinmac all that is "
	    "typed" },
	{ 0, "user", "NAME", "auth-mac: the name in the header "
	    "x-syncml-hmac" },
	{ 0, "password", "SOURCE", "auth-mac: its password" },
	{ 0, "nonce", "BASE64", "auth-mac: as NextNonce has it" },
	{ 0, "check", "MAC", "compare; exit status 1 where it is another" },
	{ 0, NULL, NULL, NULL }
};

/* The three secrets that may be named. */
struct given {
	struct dmsc_secret *network, *pin, *password;
};

static void
given_free(struct given *g)
{
	dmsc_secret_free(&g->network);
	dmsc_secret_free(&g->pin);
	dmsc_secret_free(&g->password);
}

static int
secret(struct sh *sh, const struct sh_args *a, const char *opt,
    struct dmsc_secret **out)
{
	const char *source = sh_opt(a, opt);
	int r;

	if (source == NULL)
		return DMSC_E_OK;
	r = sh_source(sh, source);
	return r != DMSC_E_OK ? r : sh_secret(sh, source, true, opt, out);
}

static int
given_get(struct sh *sh, const struct sh_args *a, struct given *g)
{
	int r;

	if ((r = secret(sh, a, "network", &g->network)) != DMSC_E_OK ||
	    (r = secret(sh, a, "pin", &g->pin)) != DMSC_E_OK)
		return r;
	return secret(sh, a, "password", &g->password);
}

static int
load(struct sh *sh, const char *arg, struct dmsc_buf **out)
{
	struct sh_operand x = { false, NULL };
	int r = sh_operand(sh, arg, &x);

	if (r == DMSC_E_OK && x.is_file)
		r = sh_slurp(sh, dmsc_buf_cstr(x.path), out);
	else if (r == DMSC_E_OK && sh_need_card(sh) != 0)
		r = sh_err(sh)->code;
	else if (r == DMSC_E_OK && (*out = dmsc_buf_new(DOC_MAX)) == NULL)
		r = dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	else if (r == DMSC_E_OK)
		r = dmsc_doc_bytes(sh_session(sh), dmsc_buf_cstr(x.path),
		    false, *out);
	sh_operand_free(&x);
	return r;
}

static int
mac_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_mac_opts o = { .scheme = sh_opt(a, "scheme"),
		.user = sh_opt(a, "user"), .nonce = sh_opt(a, "nonce"),
		.want = sh_opt(a, "check") };
	struct given g = { NULL, NULL, NULL };
	struct dmsc_buf *body = NULL;
	struct dmsc_mac *m = NULL;
	int r;

	if (o.scheme == NULL)
		return sh_usage(sh, "--scheme is needed");
	if ((r = given_get(sh, a, &g)) == DMSC_E_OK &&
	    (r = load(sh, sh_arg(a, 0), &body)) == DMSC_E_OK) {
		o.network = g.network;
		o.pin = g.pin;
		o.password = g.password;
		r = dmsc_mac(sh_session(sh), dmsc_buf_rd(body), &o, &m);
	}
	given_free(&g);
	dmsc_buf_free(&body);
	if (m != NULL) {
		sh_data(sh, &dmsc_mac_view, m);
		if (m->good != 0)
			sh_print(sh, "%s\n", m->good > 0 ? "good" : m->mac);
	}
	return sh_fail(sh, r);
}

static const char *const mac_examples[] = {
	"mac --scheme userpin --pin @scripts/demo/pin1 /Mail",
	"mac --scheme networkid --network @scripts/demo/puk1 /OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_mac = {
	.name = "mac", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH | file:FILE",
	.summary = "compute or compare the code of a message (SEC, MAC)",
	.details = "Bootstrap data that came over the air carries an HMAC "
	    "with SHA-1 over its WBXML, in hexadecimal, and a number SEC for "
	    "what it is keyed with: the IMSI, a PIN that the user types, or "
	    "both. Of userpinmac there is no code: the second half of what "
	    "is typed checks the first. A DM message with syncml:auth-MAC "
	    "carries base64 of a nested MD5 of name, password, nonce and the "
	    "message. Data on a card needs neither.\n\n"
	    "SOURCE is @FILE, env:NAME or another of dmsc-keys(7). These "
	    "codes prove little today: sign is for what matters.",
	.opts = mac_opts, .min_args = 1, .max_args = 1,
	.examples = mac_examples, .see = "sign, verify",
	.complete = sh_complete_path_file, .run = mac_run,
};
