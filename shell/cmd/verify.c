/* verify: a detached CMS signature over a document or a file. */
#include <string.h>

#include "tools.h"

enum { DOC_MAX = 64 << 20 };

static const struct sh_opt verify_opts[] = {
	{ 0, "ca", "FILE", "certificates that are trusted, PEM" },
	{ 's', "signature", "FILE", "the signature, DER or PEM" },
	{ 0, NULL, NULL, NULL }
};

static int
load_data(struct sh *sh, const char *arg, struct dmsc_buf **out)
{
	struct sh_operand x = { false, NULL };
	int r = sh_operand(sh, arg, &x);

	if (r == DMSC_E_OK && x.is_file)
		r = sh_slurp(sh, dmsc_buf_cstr(x.path), out);
	else if (r == DMSC_E_OK && sh_need_card(sh) != 0)
		r = sh_err(sh)->code;
	else if (r == DMSC_E_OK)
		r = (*out = dmsc_buf_new(DOC_MAX)) == NULL ? DMSC_E_NOMEM :
		    dmsc_doc_bytes(sh_session(sh), dmsc_buf_cstr(x.path),
		    true, *out);
	sh_operand_free(&x);
	return r;
}

static void
print_verdict(struct sh *sh, const struct dmsc_verdict *v)
{
	bool good = v->outcome != NULL && strcmp(v->outcome, "good") == 0;

	sh_print(sh, "%s%s%s%s%s\n", sh_style(sh, good ? SH_GREEN : SH_RED),
	    v->outcome, sh_style(sh, SH_PLAIN), v->why != NULL ? ": " : "",
	    v->why != NULL ? v->why : "");
	sh_kv(sh, "signer", v->signer);
	sh_kv(sh, "issuer", v->issuer);
	sh_kv(sh, "until", v->not_after);
	sh_kv(sh, "digest", v->digest);
	sh_kv(sh, "algorithm", v->algorithm);
}

static int
verify_run(struct sh *sh, const struct sh_args *a)
{
	const char *ca = sh_opt(a, "ca"), *sig = sh_opt(a, "signature");
	struct dmsc_buf *data = NULL, *ca_pem = NULL, *signature = NULL;
	struct dmsc_verdict *v = NULL;
	int r;

	if (ca == NULL || sig == NULL)
		return sh_usage(sh, "--ca and --signature are needed");
	r = load_data(sh, sh_arg(a, 0), &data);
	if (r == DMSC_E_OK)
		r = sh_slurp(sh, ca, &ca_pem);
	if (r == DMSC_E_OK)
		r = sh_slurp(sh, sig, &signature);
	if (r == DMSC_E_OK)
		r = dmsc_verify(sh_session(sh), dmsc_buf_rd(data),
		    dmsc_buf_rd(signature), dmsc_buf_rd(ca_pem), &v);
	dmsc_buf_free(&data);
	dmsc_buf_free(&ca_pem);
	dmsc_buf_free(&signature);
	if (v != NULL) {
		sh_data(sh, &dmsc_verdict_view, v);
		print_verdict(sh, v);
	}
	return sh_fail(sh, r);
}

static const char *const verify_examples[] = {
	"verify --ca ca.pem --signature op.p7s file:op.wbxml",
	NULL
};

const struct sh_cmd sh_cmd_verify = {
	.name = "verify", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH | file:FILE",
	.summary = "check a signature over a document",
	.details = "The signature is a detached CMS SignedData, as openssl "
	    "cms -sign makes it. Exit status 1: the signature is bad or of "
	    "another document; 7: the signer is unknown or expired.",
	.opts = verify_opts, .min_args = 1, .max_args = 1,
	.examples = verify_examples, .see = "export, cat",
	.complete = sh_complete_path, .run = verify_run,
};
