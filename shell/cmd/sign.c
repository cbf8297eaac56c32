/* sign: a detached CMS signature of a document or a file. */
#include <string.h>

#include "convert.h"
#include "sign.h"
#include "tools.h"

enum { PROVIDER = 4096 };

static const struct sh_opt sign_opts[] = {
	{ 0, "key", "SOURCE", "the private key: @FILE, env:NAME, pkcs11:... "
	    "(dmsc-keys(7)), PEM or DER" },
	{ 0, "cert", "FILE", "the signer's certificate, and behind it what "
	    "stands between it and a CA, PEM or DER" },
	{ 0, "on-card", "[KEY]", "by a private key of the card in use: its "
	    "label or reference (key list), without it the first; --cert "
	    "where the card holds no certificate of it" },
	{ 0, "pss", NULL, "with an RSA key: RSASSA-PSS, not PKCS #1 v1.5" },
	{ 'o', "out", "FILE", "write the signature there, DER; -: standard "
	    "output" },
	{ 0, "force", NULL, "replace a file that is there" },
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

/* --on-card: the card signs, with its own certificate or that of --cert. */
static int
card_signer(struct sh *sh, const struct sh_args *a, struct dmsc_signer **out)
{
	const char *which = sh_opt(a, "on-card"), *cert = sh_opt(a, "cert");
	struct dmsc_buf *certs = NULL;
	char file[PROVIDER];
	int r = DMSC_E_OK;

	if (sh_opt(a, "key") != NULL || sh_has(a, "pss"))
		return dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "--on-card is without --key and --pss");
	if (sh_need_card(sh) != 0)
		return sh_err(sh)->code;
	if (cert != NULL)
		r = sh_slurp(sh, sh_ready(sh, cert, file, sizeof file),
		    &certs);
	if (r == DMSC_E_OK)
		r = dmsc_signer_card(sh_session(sh),
		    which != NULL && which[0] != '\0' ? which : NULL,
		    dmsc_buf_rd(certs), out);
	dmsc_buf_free(&certs);
	return r;
}

int
sh_signer(struct sh *sh, const struct sh_args *a, struct dmsc_signer **out)
{
	const char *key = sh_opt(a, "key"), *cert = sh_opt(a, "cert");
	char ready[PROVIDER] = "@", file[PROVIDER];
	struct dmsc_buf *certs = NULL;
	int r;

	*out = NULL;
	if (sh_has(a, "on-card"))
		return card_signer(sh, a, out);
	if (key == NULL || cert == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "--key and --cert are needed, or --on-card");
	if (key[0] == '@' && sh_ready(sh, key + 1, ready + 1,
	    sizeof ready - 1) == ready + 1)
		key = ready;
	r = sh_slurp(sh, sh_ready(sh, cert, file, sizeof file), &certs);
	if (r == DMSC_E_OK)
		r = dmsc_signer_open(sh_session(sh), key, dmsc_buf_rd(certs),
		    sh_has(a, "pss"), out);
	dmsc_buf_free(&certs);
	return r;
}

/* What is signed: a file's bytes, or a document of the working copy. */
static int
make(struct sh *sh, const struct sh_operand *x, const struct dmsc_signer *k,
    struct dmsc_signed **out)
{
	const char *path = dmsc_buf_cstr(x->path);
	struct dmsc_buf *data = NULL;
	int r;

	if (!x->is_file)
		return dmsc_sign_document(sh_session(sh), k, path, out);
	if ((r = sh_slurp(sh, path, &data)) == DMSC_E_OK)
		r = dmsc_sign(sh_session(sh), k, dmsc_buf_rd(data), out);
	dmsc_buf_free(&data);
	return r;
}

/* Into the file, to standard output, or into the working copy. */
static int
keep(struct sh *sh, const struct sh_args *a, const struct sh_operand *x,
    const struct dmsc_signed *d)
{
	const char *out = sh_opt(a, "out");
	int r;

	if (out == NULL)
		return dmsc_edit_signature(sh_session(sh),
		    dmsc_buf_cstr(x->path), dmsc_buf_rd(d->cms));
	if (sh_is_pipe(out))
		return sh_put_bytes(sh, dmsc_buf_rd(d->cms));
	r = sh_may_write(sh, out, sh_has(a, "force"));
	return r != DMSC_E_OK || sh_options(sh)->dry_run ? r :
	    sh_spit(sh, out, dmsc_buf_rd(d->cms));
}

static void
tell(struct sh *sh, const struct sh_args *a, struct dmsc_signed *d)
{
	const char *out = sh_opt(a, "out");

	if (out != NULL && sh_is_pipe(out)) {
		sh_data(sh, &dmsc_signed_view, d);
		return;
	}
	dmsc_buf_free(&d->cms);		/* it lies elsewhere */
	sh_data(sh, &dmsc_signed_view, d);
	sh_print(sh, "signed%s\n", out != NULL && sh_options(sh)->dry_run ?
	    ", not written" : "");
	sh_kv(sh, "signer", d->signer);
	sh_kv(sh, "algorithm", d->algorithm);
	sh_kv(sh, "digest", d->digest);
	sh_kv(sh, "label", d->label);
	sh_kv(sh, "version", d->version);
}

static int
sign_run(struct sh *sh, const struct sh_args *a)
{
	struct sh_operand x = { false, NULL };
	struct dmsc_signer *k = NULL;
	struct dmsc_signed *d = NULL;
	int r = sh_operand(sh, sh_arg(a, 0), &x), status;

	if (r == DMSC_E_OK && x.is_file && sh_opt(a, "out") == NULL)
		r = dmsc_fail(sh_err(sh), DMSC_E_USAGE, "--out is needed: "
		    "a file has no place for its signature");
	if (r == DMSC_E_OK && !x.is_file && (status = sh_need_card(sh)) != 0)
		r = sh_err(sh)->code;
	if (r == DMSC_E_OK && (r = sh_signer(sh, a, &k)) == DMSC_E_OK &&
	    (r = make(sh, &x, k, &d)) == DMSC_E_OK)
		r = keep(sh, a, &x, d);
	dmsc_signer_free(&k);
	sh_operand_free(&x);
	if (r == DMSC_E_OK)
		tell(sh, a, d);
	else
		dmsc_view_free(&dmsc_signed_view, d);
	return sh_fail(sh, r);
}

#define DEMO "--key @scripts/demo/operator-key " \
	"--cert scripts/demo/operator.pem"

static const char *const sign_examples[] = {
	"sign " DEMO " --out op.p7s --force scripts/demo/OperatorX.xml",
	"sign " DEMO " /OperatorX && verify --ca scripts/demo/ca.pem "
	    "/OperatorX",
	"pin verify 81 @scripts/demo/pin81 && sign --on-card /OperatorX && "
	    "verify /OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_sign = {
	.name = "sign", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH | file:FILE",
	.summary = "sign a document or a file",
	.details = "The signature is a detached CMS SignedData in DER, which "
	    "openssl cms -verify checks: RSA of 2048 bits and more, ECDSA on "
	    "P-256 (with SHA-256) or P-384 (SHA-384). Ed25519 needs an "
	    "OpenSSL whose CMS has it, 3.2 or later. The time, and of a "
	    "document its label and its version (DMSC/Version), are signed "
	    "attributes.\n\n"
	    "Signed are a document's bytes and behind them those of its "
	    "companion LABEL.dmsc, where it has one, as the working copy "
	    "would write them; export --signed gives just these. Without "
	    "--out the signature goes into the working copy, as the data "
	    "object LABEL.p7s beside the document.\n\n"
	    "With --on-card the private key is one of the card's own, which "
	    "never leaves it: the card signs the hash of the attributes, and "
	    "asks for the key's PIN.\n\n"
	    "Refused are a key that is not the certificate's, RSA below 2048 "
	    "bits, and a certificate that is not for signatures or not "
	    "valid now. dmsc-sign(7) has the particulars.",
	.opts = sign_opts, .edits_unless = "out",
	.min_args = 1, .max_args = 1, .examples = sign_examples,
	.see = "verify, key list, export, commit",
	.complete = sh_complete_path_file, .run = sign_run,
};
