/* key generate, show, public, csr, certify: the key pairs of a card. */
#include <string.h>

#include "tools.h"

enum { PEM_MAX = 16384 };

static void
print_pair(struct sh *sh, const struct dmsc_pair *p)
{
	char ref[8];

	(void)snprintf(ref, sizeof ref, "%02X", p->ref);
	sh_kv(sh, "key", ref);
	sh_kv(sh, "label", p->label);
	sh_kv(sh, "id", p->id);
	sh_kv(sh, "type", p->type != NULL ? p->type : "empty");
	sh_kv(sh, "use", p->use);
	sh_kv(sh, "needs", p->needs == NULL ? NULL : p->consent ?
	    "its PIN before each signature" : p->needs);
	sh_kv(sh, "private", p->secret ? "in the card" : "not in the card");
	sh_kv(sh, "certified", p->certified ? "yes" : "no");
}

static int
show(struct sh *sh, int status, struct dmsc_pair *p)
{
	if (status != 0)
		return status;
	sh_data(sh, &dmsc_pair_view, p);
	print_pair(sh, p);
	return 0;
}

static int
show_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_pair *p = NULL;
	int status = sh_need_card(sh);

	if (status == 0)
		status = sh_fail(sh, dmsc_pair_get(sh_session(sh),
		    sh_arg(a, 0), &p));
	return show(sh, status, p);
}

static const char *const show_examples[] = { "key show 01",
	"key show 'RSA key'", NULL };

#define WHICH "WHICH is its label, its reference or its identifier, as 'key " \
	"list' shows them."

const struct sh_cmd sh_cmd_key_show = {
	.name = "key show", .group = SH_G_PIN, .danger = SH_READ,
	.synopsis = "WHICH",
	.summary = "show a key pair of the card",
	.details = WHICH " A private key never comes out of a card.",
	.min_args = 1, .max_args = 1, .examples = show_examples,
	.see = "key list, key public, key generate", .run = show_run,
};

static const struct sh_opt generate_opts[] = {
	{ 't', "type", "TYPE", "rsa:2048, p256 or p384; without it, as the "
	    "old pair" },
	{ 'f', "force", NULL, "a pair that is there is replaced: it is gone "
	    "for ever" },
	{ 0, NULL, NULL, NULL }
};

static int
generate_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_pair *p = NULL;
	int status = sh_need_card(sh);

	if (status == 0 && sh_options(sh)->dry_run) {
		status = sh_fail(sh, dmsc_pair_get(sh_session(sh),
		    sh_arg(a, 0), &p));
		if (status == 0)
			sh_print(sh, p->type == NULL ? "a pair would be "
			    "made\n" : "the pair would be replaced: it would "
			    "be gone for ever\n");
		dmsc_view_free(&dmsc_pair_view, p);
		return status;
	}
	if (status == 0)
		status = sh_fail(sh, dmsc_pair_generate(sh_session(sh),
		    sh_arg(a, 0), sh_opt(a, "type"), sh_has(a, "force"),
		    &p));
	return show(sh, status, p);
}

#define ADM "pin verify adm1 @scripts/demo/adm1 && "
#define PIN81 "pin verify 81 @scripts/demo/pin81 && "
#define NEW_CARD "card new --force p.img && connect sim:p.img && "

static const char *const generate_examples[] = {
	NEW_CARD ADM "key generate 03 --type p384 --force", NULL };

const struct sh_cmd sh_cmd_key_generate = {
	.name = "key generate", .group = SH_G_PIN, .danger = SH_WRITE,
	.synopsis = "WHICH",
	.summary = "let the card make a new key pair",
	.details = WHICH " The private key is made in the card and stays "
	    "there. A pair that is there is replaced only with --force, and "
	    "nothing brings it back; its certificate is taken off the card. "
	    "The card's directories and the file of the public key are "
	    "written too.",
	.opts = generate_opts, .min_args = 1, .max_args = 1,
	.examples = generate_examples,
	.see = "key list, key csr, key certify, key public",
	.run = generate_run,
};

static const struct sh_opt out_opts[] = {
	{ 'o', "out", "FILE", "write it there" },
	{ 'f', "force", NULL, "replace a file that is there" },
	{ 0, NULL, NULL, NULL }
};

/* PEM to the file or the terminal. */
static int
give(struct sh *sh, const struct sh_args *a, int r, struct dmsc_buf *pem)
{
	const char *out = sh_opt(a, "out"), *text;
	struct dmsc_pem *p;

	if (r != DMSC_E_OK)
		return r;
	if ((text = dmsc_buf_cstr(pem)) == NULL ||
	    (p = dmsc_view_new(&dmsc_pem_view)) == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	if (dmsc_pem_set(p, text) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_pem_view, p);
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	}
	sh_data(sh, &dmsc_pem_view, p);
	if (out == NULL)
		sh_print(sh, "%s", text);
	else if ((r = sh_may_write(sh, out, sh_has(a, "force"))) ==
	    DMSC_E_OK)
		r = sh_spit(sh, out, dmsc_buf_rd(pem));
	return r;
}

static int
public_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *pem = dmsc_buf_new(PEM_MAX);
	int status = sh_need_card(sh), r;

	if (status == 0) {
		r = pem == NULL ? dmsc_fail(sh_err(sh), DMSC_E_NOMEM,
		    "out of memory") : dmsc_pair_public(sh_session(sh),
		    sh_arg(a, 0), pem);
		status = sh_fail(sh, give(sh, a, r, pem));
	}
	dmsc_buf_free(&pem);
	return status;
}

static const char *const public_examples[] = { "key public 01",
	"key public 'RSA key' --out rsa.pem", NULL };

const struct sh_cmd sh_cmd_key_public = {
	.name = "key public", .group = SH_G_PIN, .danger = SH_READ,
	.synopsis = "WHICH",
	.summary = "read the public key of a pair of the card",
	.details = WHICH " It is printed as a SubjectPublicKeyInfo in PEM, "
	    "as openssl takes it; the card is asked for it, and where it "
	    "does not tell, the file that its directory names.",
	.opts = out_opts, .min_args = 1, .max_args = 1,
	.examples = public_examples, .see = "key list, key csr",
	.run = public_run,
};

static const struct sh_opt csr_opts[] = {
	{ 's', "subject", "NAME", "CN=...,O=...; without it, the label" },
	{ 'o', "out", "FILE", "write it there" },
	{ 'f', "force", NULL, "replace a file that is there" },
	{ 0, NULL, NULL, NULL }
};

static int
make_csr(struct sh *sh, const struct sh_args *a, struct dmsc_buf *pem)
{
	const char *subject = sh_opt(a, "subject");
	struct dmsc_pair *p = NULL;
	int r = DMSC_E_OK;

	if (pem == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	if (subject == NULL && (r = dmsc_pair_get(sh_session(sh),
	    sh_arg(a, 0), &p)) == DMSC_E_OK)
		subject = p->label != NULL ? p->label : p->id;
	if (r == DMSC_E_OK)
		r = dmsc_pair_csr(sh_session(sh), sh_arg(a, 0), subject,
		    pem);
	dmsc_view_free(&dmsc_pair_view, p);
	return r;
}

static int
csr_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *pem = dmsc_buf_new(PEM_MAX);
	int status = sh_need_card(sh);

	if (status == 0)
		status = sh_fail(sh, give(sh, a, make_csr(sh, a, pem), pem));
	dmsc_buf_free(&pem);
	return status;
}

static const char *const csr_examples[] = {
	PIN81 "key csr 01 --subject 'CN=Card 7,O=Example'", NULL };

const struct sh_cmd sh_cmd_key_csr = {
	.name = "key csr", .group = SH_G_PIN, .danger = SH_READ,
	.synopsis = "WHICH",
	.summary = "make a request for a certificate of a card's key",
	.details = WHICH " A PKCS#10 request in PEM, signed by the card, for "
	    "a CA; what it answers goes to the card with 'key certify'.",
	.opts = csr_opts, .min_args = 1, .max_args = 1,
	.examples = csr_examples, .see = "key certify, key public, verify",
	.run = csr_run,
};

static int
certify_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *cert = NULL;
	char ready[SH_PATH];
	int status, r;

	if ((status = sh_need_card(sh)) != 0 || (status = sh_fail(sh,
	    sh_slurp(sh, sh_ready(sh, sh_arg(a, 1), ready, sizeof ready),
	    &cert))) != 0)
		return status;
	if (sh_options(sh)->dry_run)
		sh_print(sh, "nothing was sent\n");
	else {
		r = dmsc_pair_certify(sh_session(sh), sh_arg(a, 0),
		    dmsc_buf_rd(cert));
		status = sh_fail(sh, r);
	}
	dmsc_buf_free(&cert);
	return status;
}

static const char *const certify_examples[] = {
	ADM "key certify 01 scripts/demo/signing.pem", NULL };

const struct sh_cmd sh_cmd_key_certify = {
	.name = "key certify", .group = SH_G_PIN, .danger = SH_WRITE,
	.synopsis = "WHICH FILE",
	.summary = "put the certificate of a key pair on the card",
	.details = WHICH " FILE is PEM or DER. A certificate of another key "
	    "is refused.",
	.min_args = 2, .max_args = 2, .examples = certify_examples,
	.see = "key csr, key list", .run = certify_run,
};
