/* receipt: a card's signature over what it received and sent. */
#include <string.h>

#include "convert.h"
#include "sign.h"
#include "tools.h"

enum { NONCE_MAX = 64 };

/* --nonce or --nonce-file as bytes; *out NULL: neither was given. */
static int
nonce_of(struct sh *sh, const struct sh_args *a, struct dmsc_buf **out)
{
	const char *hex = sh_opt(a, "nonce"), *file = sh_opt(a,
	    "nonce-file");

	*out = NULL;
	if (hex != NULL && file != NULL)
		return sh_usage(sh, "one of --nonce and --nonce-file");
	if (file != NULL)
		return sh_fail(sh, sh_slurp(sh, file, out));
	if (hex == NULL)
		return 0;
	if ((*out = dmsc_buf_new(NONCE_MAX)) == NULL)
		return sh_nomem(sh);
	if (dmsc_hex_get(hex, *out) == DMSC_E_OK)
		return 0;
	dmsc_buf_free(out);
	return sh_usage(sh, "a nonce is up to %d bytes in hexadecimal",
	    (int)NONCE_MAX);
}

static const struct sh_opt start_opts[] = {
	{ 0, "nonce", "HEX", "the verifier's nonce, up to 64 bytes" },
	{ 0, "nonce-file", "FILE", "the same, its bytes from a file" },
	{ 0, NULL, NULL, NULL }
};

static int
start_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *nonce;
	int status;

	if ((status = nonce_of(sh, a, &nonce)) != 0)
		return status;
	if ((status = sh_need_card(sh)) == 0)
		status = sh_fail(sh, dmsc_receipt_start(sh_session(sh),
		    nonce != NULL ? dmsc_buf_rd(nonce) :
		    dmsc_rd_of(NULL, 0)));
	if (status == 0)
		sh_print(sh, "the card hashes what it receives and sends\n");
	dmsc_buf_free(&nonce);
	return status;
}

#define OPEN "card new --force --profile locked k.img && connect " \
	"sim:k.img && scp open --keys @scripts/demo/scp-keys && "
#define TAKE OPEN "receipt start --nonce 0123456789ABCDEF && ls / && " \
	"receipt --force --out r.p7m --transcript r.txt"

static const char *const start_examples[] = {
	OPEN "receipt start --nonce 0123456789ABCDEF",
	NULL
};

const struct sh_cmd sh_cmd_receipt_start = {
	.name = "receipt start", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "let the card hash what it receives and sends",
	.details = "From then on until a reset; 'receipt' gives the card's "
	    "signature over it. The host records the same. A nonce of the "
	    "one who will check it proves that nothing of it is older.\n\n"
	    "Receipts are of one session: the prompt, a file, or all -c of "
	    "one call.",
	.opts = start_opts, .max_args = 0, .examples = start_examples,
	.see = "receipt, receipt verify, scp open", .run = start_run,
};

static void
print_receipt(struct sh *sh, const struct dmsc_receipt *r)
{
	char text[32];
	size_t i;

	sh_kv(sh, "card", r->iccid);
	(void)snprintf(text, sizeof text, "%zu", r->counter);
	sh_kv(sh, "receipt", text);
	(void)snprintf(text, sizeof text, "%zu", r->exchanges);
	sh_kv(sh, "exchanges", text);
	sh_kv(sh, "hash", r->hash);
	sh_kv(sh, "nonce", r->nonce);
	sh_kv(sh, "host time", r->host_time);
	for (i = 0; i < r->n_authenticated; i++)
		sh_kv(sh, "proven", r->authenticated[i]);
}

static const struct sh_opt take_opts[] = {
	{ 'o', "out", "FILE", "where the receipt goes, CMS in DER" },
	{ 't', "transcript", "FILE", "where the transcript goes" },
	{ 0, "force", NULL, "replace files that are there" },
	{ 0, NULL, NULL, NULL }
};

/* Before the card is asked: it gives no receipt of this twice. */
static int
may_write(struct sh *sh, const struct sh_args *a, const char *opt)
{
	const char *file = sh_opt(a, opt);

	return file == NULL || sh_is_pipe(file) ? 0 :
	    sh_fail(sh, sh_may_write(sh, file, sh_has(a, "force")));
}

static int
take_run(struct sh *sh, const struct sh_args *a)
{
	const char *out = sh_opt(a, "out");
	struct dmsc_receipt_new *n = NULL;
	int status, r;

	if ((status = may_write(sh, a, "out")) != 0 ||
	    (status = may_write(sh, a, "transcript")) != 0 ||
	    (status = sh_need_card(sh)) != 0)
		return status;
	r = dmsc_receipt_take(sh_session(sh), sh_opt(a, "transcript"), &n);
	if (n == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_receipt_new_view, n);
	print_receipt(sh, n->receipt);
	if (n->withheld > 0)
		sh_print(sh, "%zu secret data field%s: the transcript has "
		    "only digests of them\n", n->withheld,
		    sh_s(n->withheld));
	if (out != NULL && (status = sh_fail(sh, sh_spit(sh, out,
	    dmsc_buf_rd(n->der)))) != 0)
		return status;
	return sh_fail(sh, r);
}

static const char *const take_examples[] = { TAKE, NULL };

const struct sh_cmd sh_cmd_receipt = {
	.name = "receipt", .group = SH_G_PIN, .danger = SH_READ,
	.summary = "get the card's receipt for what it received and sent",
	.details = "Since 'receipt start'. A receipt is a CMS SignedData by "
	    "the card's key for receipts, its content inside: the hash of "
	    "the transcript, the number of exchanges, ICCID, a counter, the "
	    "nonce, the time as this host says it, and who was authenticated. "
	    "The card wants to know who asks: a secure channel, a PIN or an "
	    "administrative key.\n\n"
	    "With the transcript anybody can check it: 'receipt verify', or "
	    "openssl cms -verify and dmsc-card(7). PINs, keys and what is "
	    "secret by content are not in the transcript; their digests "
	    "are.\n\nExit status 1: the card has seen something else than "
	    "this host has recorded, as after a lost answer.",
	.opts = take_opts, .max_args = 0, .examples = take_examples,
	.see = "receipt start, receipt verify", .run = take_run,
};

static const struct sh_opt verify_opts[] = {
	{ 0, "ca", "FILE", "certificates that are trusted, PEM" },
	{ 0, "nonce", "HEX", "the nonce that it must have" },
	{ 0, "nonce-file", "FILE", "the same, its bytes from a file" },
	{ 0, NULL, NULL, NULL }
};

static void
print_check(struct sh *sh, const struct dmsc_receipt_check *c)
{
	sh_verdict(sh, c->verdict);
	print_receipt(sh, c->receipt);
}

static int
check(struct sh *sh, const struct sh_args *a, struct dmsc_buf *nonce)
{
	struct dmsc_buf *ca = NULL, *receipt = NULL, *text = NULL;
	struct dmsc_receipt_check *c = NULL;
	int r = sh_slurp(sh, sh_opt(a, "ca"), &ca);

	if (r == DMSC_E_OK)
		r = sh_slurp(sh, sh_arg(a, 0), &receipt);
	if (r == DMSC_E_OK)
		r = sh_slurp(sh, sh_arg(a, 1), &text);
	if (r == DMSC_E_OK) {
		const struct dmsc_receipt_given g = { dmsc_buf_rd(receipt),
		    dmsc_buf_rd(text), dmsc_buf_rd(ca), nonce != NULL ?
		    dmsc_buf_rd(nonce) : dmsc_rd_of(NULL, 0) };

		r = dmsc_receipt_verify(sh_session(sh), &g, &c);
	}
	dmsc_buf_free(&ca);
	dmsc_buf_free(&receipt);
	dmsc_buf_free(&text);
	if (c != NULL) {
		sh_data(sh, &dmsc_receipt_check_view, c);
		print_check(sh, c);
	}
	return sh_fail(sh, r);
}

static int
verify_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *nonce;
	int status;

	if (sh_opt(a, "ca") == NULL)
		return sh_usage(sh, "--ca is needed");
	if ((status = nonce_of(sh, a, &nonce)) != 0)
		return status;
	status = check(sh, a, nonce);
	dmsc_buf_free(&nonce);
	return status;
}

static const char *const verify_examples[] = {
	TAKE " && receipt verify --ca scripts/demo/ca.pem "
	    "--nonce 0123456789ABCDEF r.p7m r.txt",
	NULL
};

const struct sh_cmd sh_cmd_receipt_verify = {
	.name = "receipt verify", .group = SH_G_PIN, .danger = SH_READ,
	.synopsis = "RECEIPT TRANSCRIPT",
	.summary = "check a receipt and its transcript",
	.details = "No card is needed. The signature must be of a card that "
	    "leads to --ca, the transcript the one that it signed, to the "
	    "last byte. Exit status 1: one of them does not hold, or the "
	    "nonce is another; 7: the signer is unknown or expired.",
	.opts = verify_opts, .min_args = 2, .max_args = 2,
	.examples = verify_examples, .see = "receipt, verify",
	.complete = sh_complete_file, .run = verify_run,
};
