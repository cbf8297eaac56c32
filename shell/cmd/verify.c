/* verify: a detached CMS signature over a document or a file. */
#include <string.h>

#include "sign.h"
#include "tools.h"

static const struct sh_opt verify_opts[] = {
	{ 0, "ca", "FILE", "certificates that are trusted, PEM or DER" },
	{ 0, "trust", "WHOM", "file (--ca), card (its trusted certificates) "
	    "or both, and then both must; without it file where --ca is "
	    "given, else card" },
	{ 0, "on-card", NULL, "the card checks the signature, with a public "
	    "key of its own, which is the one that is trusted" },
	{ 's', "signature", "FILE", "the signature, DER or PEM; without it "
	    "the document's own, LABEL.p7s" },
	{ 0, NULL, NULL, NULL }
};

/* What the options name: two files, which stay here. */
struct given {
	struct dmsc_verify_opts o;
	struct dmsc_buf *ca, *signature;
};

static void
given_free(struct given *g)
{
	dmsc_buf_free(&g->ca);
	dmsc_buf_free(&g->signature);
}

static int
read_file(struct sh *sh, const char *path, struct dmsc_buf **out)
{
	char ready[SH_PATH];

	return sh_slurp(sh, sh_ready(sh, path, ready, sizeof ready), out);
}

static int
read_trust(struct sh *sh, const struct sh_args *a, struct dmsc_verify_opts *o)
{
	const char *ca = sh_opt(a, "ca"), *whom = sh_opt(a, "trust");

	o->on_card = sh_has(a, "on-card");
	if (o->on_card)
		return ca == NULL && whom == NULL ? DMSC_E_OK : dmsc_fail(
		    sh_err(sh), DMSC_E_USAGE,
		    "--on-card is without --ca and --trust");
	if (whom == NULL)
		whom = ca != NULL ? "file" : "card";
	o->by_file = strcmp(whom, "file") == 0 || strcmp(whom, "both") == 0;
	o->by_card = strcmp(whom, "card") == 0 || strcmp(whom, "both") == 0;
	if (!o->by_file && !o->by_card)
		return dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "--trust is file, card or both");
	if (o->by_file != (ca != NULL))
		return dmsc_fail(sh_err(sh), DMSC_E_USAGE, ca != NULL ?
		    "--ca is not asked with --trust card" :
		    "--trust %s needs --ca", whom);
	return DMSC_E_OK;
}

static int
given_get(struct sh *sh, const struct sh_args *a, struct given *g)
{
	const char *ca = sh_opt(a, "ca"), *sig = sh_opt(a, "signature");
	int r;

	memset(g, 0, sizeof *g);
	if ((r = read_trust(sh, a, &g->o)) != DMSC_E_OK)
		return r;
	if (ca != NULL && (r = read_file(sh, ca, &g->ca)) != DMSC_E_OK)
		return r;
	if (sig != NULL && (r = read_file(sh, sig, &g->signature)) !=
	    DMSC_E_OK)
		return r;
	g->o.file = dmsc_buf_rd(g->ca);
	g->o.has_signature = sig != NULL;
	g->o.signature = dmsc_buf_rd(g->signature);
	g->o.forget = sh_options(sh)->dry_run;
	return DMSC_E_OK;
}

void
sh_verdict(struct sh *sh, const struct dmsc_verdict *v)
{
	bool good = v->outcome != NULL && strcmp(v->outcome, "good") == 0;

	sh_print(sh, "%s%s%s%s%s\n", sh_style(sh, good ? SH_GREEN : SH_RED),
	    v->outcome, sh_style(sh, SH_PLAIN), v->why != NULL ? ": " : "",
	    v->why != NULL ? v->why : "");
	sh_kv(sh, "signer", v->signer);
	sh_kv(sh, "issuer", v->issuer);
	sh_kv(sh, "until", v->not_after);
}

static void
print_verdict(struct sh *sh, const struct dmsc_verdict *v)
{
	sh_verdict(sh, v);
	sh_kv(sh, "digest", v->digest);
	sh_kv(sh, "algorithm", v->algorithm);
	sh_kv(sh, "label", v->label);
	sh_kv(sh, "version", v->version);
	sh_kv(sh, "signed", v->signed_at);
	sh_kv(sh, "trust", v->trust);
}

static int
check(struct sh *sh, const struct sh_operand *x, const struct given *g,
    struct dmsc_verdict **out)
{
	const char *path = dmsc_buf_cstr(x->path);
	struct dmsc_buf *data = NULL;
	int r;

	if ((!x->is_file || g->o.by_card || g->o.on_card) &&
	    sh_need_card(sh) != 0)
		return sh_err(sh)->code;
	if (!x->is_file)
		return dmsc_verify_doc(sh_session(sh), path, &g->o, out);
	if (!g->o.has_signature)
		return dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "--signature is needed: a file has none of its own");
	if ((r = sh_slurp(sh, path, &data)) == DMSC_E_OK)
		r = dmsc_verify_data(sh_session(sh), dmsc_buf_rd(data),
		    &g->o, out);
	dmsc_buf_free(&data);
	return r;
}

static int
verify_run(struct sh *sh, const struct sh_args *a)
{
	struct sh_operand x = { false, NULL };
	struct dmsc_verdict *v = NULL;
	struct given g;
	int r;

	if ((r = given_get(sh, a, &g)) == DMSC_E_OK &&
	    (r = sh_operand(sh, sh_arg(a, 0), &x)) == DMSC_E_OK)
		r = check(sh, &x, &g, &v);
	given_free(&g);
	sh_operand_free(&x);
	if (v != NULL) {
		sh_data(sh, &dmsc_verdict_view, v);
		print_verdict(sh, v);
	}
	return sh_fail(sh, r);
}

#define DEMO "--key @scripts/demo/operator-key " \
	"--cert scripts/demo/operator.pem"

static const char *const verify_examples[] = {
	"sign " DEMO " /OperatorX && verify /OperatorX",
	"sign " DEMO " /OperatorX && verify --on-card /OperatorX",
	"sign " DEMO " --out op.p7s --force scripts/demo/OperatorX.xml && "
	    "verify --ca scripts/demo/ca.pem --signature op.p7s "
	    "scripts/demo/OperatorX.xml",
	"export --signed --force /OperatorX op.bin && sign " DEMO
	    " --out op.p7s --force /OperatorX && verify --ca "
	    "scripts/demo/ca.pem --signature op.p7s op.bin",
	NULL
};

const struct sh_cmd sh_cmd_verify = {
	.name = "verify", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH | file:FILE",
	.summary = "check a signature over a document",
	.details = "The signature is a detached CMS SignedData in DER, as "
	    "sign and openssl cms -sign make it. Every signer must be good. "
	    "Exit status 1: it is bad, of another document, or older than "
	    "one that was good before; 7: there is none, or its signer is "
	    "unknown or expired.\n\n"
	    "The Label that was signed must be the document's. The Version "
	    "of a good signature is kept for each card and label; an older "
	    "one is refused from then on (not with -n, nor of what is not "
	    "yet committed).\n\n"
	    "The card's trusted certificates are those that its object "
	    "directory lists as such (PKCS #15, trusted CDF). A file's "
	    "signature is no object of the card: --signature is needed.",
	.opts = verify_opts, .min_args = 1, .max_args = 1,
	.examples = verify_examples, .see = "sign, export, cat",
	.complete = sh_complete_path, .run = verify_run,
};
