/*
 * Signatures beside bare OpenSSL: a CMS of a document signed, and verified up
 * to a root over a certificate in the middle. Rounds are interleaved, each by
 * its fastest. What we sign is verified before it is handed over, so that two
 * bare figures stand beside it.
 */
#include <stdio.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "bench/stat.h"
#include "crypto/cms.h"
#include "crypto/signers.h"

enum { ROUNDS = 15, TIMES = 20, DOC = 3337, CMS_MAX = 1 << 16,
	FLAGS = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP };
static const int64_t now = 1893456000;
static const double aim = 1.3;

static uint8_t doc[DOC];

static X509 *
nth_cert(struct dmsc_rd der, unsigned n)
{
	const unsigned char *p = der.p, *end = der.p + der.left;
	X509 *x = NULL;

	do {
		X509_free(x);
		x = d2i_X509(NULL, &p, (long)(end - p));
	} while (x != NULL && n-- > 0);
	return x;
}

struct world {
	struct signing s;
	struct dmsc_signer *signer;
	struct dmsc_buf *ours;		/* a signature */
	X509 *own, *mid;
	STACK_OF(X509) *others;
};

/* Bare: signed, to DER. */
static int
bare_sign(const struct world *w, unsigned char **der)
{
	BIO *in = BIO_new_mem_buf(doc, DOC);
	CMS_ContentInfo *c = CMS_sign(w->own, w->s.key, w->others, in,
	    FLAGS);
	int n = c == NULL ? -1 : i2d_CMS_ContentInfo(c, der);

	CMS_ContentInfo_free(c);
	BIO_free(in);
	return n;
}

/* The root that is trusted is given in bytes, as it is to dmsc_verify. */
static X509_STORE *
trust_of(const struct world *w)
{
	X509 *root = nth_cert(dmsc_buf_rd(w->s.root), 0);
	X509_STORE *trust = X509_STORE_new();
	X509_VERIFY_PARAM *p;

	if (root == NULL || trust == NULL ||
	    X509_STORE_add_cert(trust, root) != 1) {
		X509_STORE_free(trust);
		trust = NULL;
	} else {
		p = X509_STORE_get0_param(trust);
		X509_VERIFY_PARAM_set_time(p, now);
		(void)X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_ANY);
	}
	X509_free(root);
	return trust;
}

static bool
bare_verify(const struct world *w, struct dmsc_rd sig)
{
	BIO *in = BIO_new_mem_buf(doc, DOC);
	const unsigned char *p = sig.p;
	CMS_ContentInfo *c = d2i_CMS_ContentInfo(NULL, &p, (long)sig.left);
	X509_STORE *trust = trust_of(w);
	bool good = c != NULL && trust != NULL && CMS_verify(c, NULL, trust,
	    in, NULL, CMS_BINARY) == 1;

	CMS_ContentInfo_free(c);
	X509_STORE_free(trust);
	BIO_free(in);
	return good;
}

static bool
our_sign(struct world *w)
{
	const struct dmsc_cms_opts o = { .time = now };

	dmsc_buf_reset(w->ours);
	return dmsc_cms_sign(dmsc_rd_of(doc, DOC), &o, w->signer, w->ours,
	    NULL) == DMSC_E_OK;
}

static bool
our_verify(struct world *w)
{
	const struct dmsc_cms_ask a = { .data = dmsc_rd_of(doc, DOC),
	    .signature = dmsc_buf_rd(w->ours), .by_file = true,
	    .file = dmsc_buf_rd(w->s.root), .now = now };
	struct dmsc_verdict *v = NULL;
	struct dmsc_err e = { 0 };
	bool good = dmsc_cms_check(&a, &v, &e) == DMSC_E_OK;

	dmsc_view_free(&dmsc_verdict_view, v);
	return good;
}

static bool
make(struct world *w, const char *kind)
{
	static const struct cert_plan plan = { "Signer",
		"critical,digitalSignature", 0, 4733510400, false };

	signing_make(&w->s, kind, &plan);
	w->ours = dmsc_buf_new(CMS_MAX);
	w->own = nth_cert(dmsc_buf_rd(w->s.certs), 0);
	w->mid = nth_cert(dmsc_buf_rd(w->s.certs), 1);
	w->others = sk_X509_new_null();
	return w->mid != NULL && sk_X509_push(w->others, w->mid) > 0 &&
	    signing_signer(&w->s, false, &w->signer, NULL) == DMSC_E_OK;
}

static void
drop(struct world *w)
{
	dmsc_signer_free(&w->signer);
	signing_free(&w->s);
	dmsc_buf_free(&w->ours);
	X509_free(w->own);
	X509_free(w->mid);
	sk_X509_free(w->others);
}

enum { OUR_SIGN, OUR_VERIFY, BARE_SIGN, BARE_VERIFY, KINDS };

static bool
one(struct world *w, int kind, struct dmsc_rd theirs)
{
	unsigned char *der = NULL;
	bool good;

	switch (kind) {
	case OUR_SIGN:
		return our_sign(w);
	case OUR_VERIFY:
		return our_verify(w);
	case BARE_SIGN:
		good = bare_sign(w, &der) > 0;
		OPENSSL_free(der);
		return good;
	default:
		return bare_verify(w, theirs);
	}
}

static void
print(const char *what, double ours, double theirs)
{
	printf("    %-34s %7.1f us, bare %7.1f us, %.2f times: %s\n", what,
	    ours, theirs, ours / theirs, verdict(ours / theirs <= aim));
}

static bool
measure(const char *kind)
{
	double us[KINDS][ROUNDS], begin;
	struct world w = { .signer = NULL };
	unsigned char *der = NULL;
	int i, k, n = -1, times;
	bool good = make(&w, kind) && our_sign(&w) &&
	    (n = bare_sign(&w, &der)) > 0;

	for (i = 0; good && i < ROUNDS; i++)
		for (k = 0; good && k < KINDS; k++) {
			begin = cpu_ns();
			for (times = 0; good && times < TIMES; times++)
				good = one(&w, k, dmsc_rd_of(der,
				    (size_t)n));
			us[k][i] = (cpu_ns() - begin) / 1000 / TIMES;
		}
	if (good) {
		printf("  %s\n", kind);
		print("verify", fastest(us[OUR_VERIFY], ROUNDS),
		    fastest(us[BARE_VERIFY], ROUNDS));
		print("sign, and verify what was signed",
		    fastest(us[OUR_SIGN], ROUNDS), fastest(us[BARE_SIGN],
		    ROUNDS) + fastest(us[BARE_VERIFY], ROUNDS));
		printf("    %-34s %25.1f us\n", "sign alone",
		    fastest(us[BARE_SIGN], ROUNDS));
	}
	OPENSSL_free(der);
	drop(&w);
	return good;
}

int
main(void)
{
	static const char *const kinds[] = { "RSA", "P-256", "P-384" };
	size_t i;

	printf("signatures over %d bytes, a certificate in the middle (aim: "
	    "%.1f times bare OpenSSL)\n", DOC, aim);
	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (!measure(kinds[i])) {
			printf("# %s failed: %s\n", kinds[i],
			    ERR_error_string(ERR_get_error(), NULL));
			return 1;
		}
	return 0;
}
