/*
 * crypto: each allocation fails in turn, ours and OpenSSL's: signing and
 * verifying say so or hold, never hold wrongly, and free all that they took.
 */
#include "crypto/signers.h"

#include <openssl/crypto.h>

#include "crypto/cms.h"
#include "nomem.h"
#include "tap.h"

enum { SIG_MAX = 1 << 16, STEPS_MAX = 20000, SKIP = 11 };
static const int64_t now = 1893456000;

/* OpenSSL's memory is not to be the locked one, which has its own tests. */
bool __wrap_dmsc_heap_begin(void);

bool
__wrap_dmsc_heap_begin(void)
{
	return false;
}

static void *
ssl_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n == 0 ? NULL : malloc(n);
}

static void *
ssl_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(p, n);
}

static void
ssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

struct work {
	struct signing s;
	struct dmsc_signer *k;
	struct dmsc_buf *sig, *out;
	bool other;		/* verify over other bytes */
};

static const struct dmsc_cms_opts opts = { .time = 1767225600,
	.label = "OperatorX", .version = "7", .length = 3 };

static int
job_sign(struct work *w)
{
	dmsc_buf_reset(w->out);
	return dmsc_cms_sign(dmsc_rd_str("document"), &opts, w->k, w->out,
	    NULL);
}

static int
job_open(struct work *w)
{
	struct dmsc_signer *k = NULL;
	int r = signing_signer(&w->s, false, &k, NULL);

	if (r == DMSC_E_OK)
		r = dmsc_signer_check(k, now, NULL);
	dmsc_signer_free(&k);
	return r;
}

static int
job_verify(struct work *w)
{
	struct dmsc_cms_ask a = {
		.data = dmsc_rd_str(w->other ? "Document" : "document"),
		.signature = dmsc_buf_rd(w->sig), .by_file = true,
		.by_card = true, .file = dmsc_buf_rd(w->s.root),
		.card = dmsc_buf_rd(w->s.root), .now = now, .of_doc = true,
		.label = "OperatorX", .version = "7", .length = 3 };
	struct dmsc_verdict *v = NULL;
	int r = dmsc_cms_check(&a, &v, NULL);

	dmsc_view_free(&dmsc_verdict_view, v);
	return r;
}

static int
job_other(struct work *w)
{
	int r;

	w->other = true;
	r = job_verify(w);
	w->other = false;
	return r;
}

static const struct job {
	const char *name;
	int (*run)(struct work *w);
	int want;		/* when nothing fails */
} jobs[] = {
	{ "a signer is made", job_open, DMSC_E_OK },
	{ "a signature is made", job_sign, DMSC_E_OK },
	{ "a signature is verified", job_verify, DMSC_E_OK },
	{ "of another document it never is", job_other, DMSC_E_MISMATCH },
};

/* With the nth allocation gone; OK: it was not needed. */
static bool
sweep(const struct job *j, struct work *w)
{
	long n, step = getenv("DMSC_HARD") != NULL ? 1 : SKIP;
	int r = DMSC_E_NOMEM;

	for (n = 0; n < STEPS_MAX; n += step) {
		countdown = n;
		r = j->run(w);
		if (countdown >= 0)	/* none failed: it is over */
			break;
		countdown = -1;
		if (j->want != DMSC_E_OK && r == DMSC_E_OK) {
			printf("# allocation %ld: good\n", n);
			return false;
		}
	}
	countdown = -1;
	return n > step && n < STEPS_MAX && r == j->want &&
	    j->run(w) == j->want;
}

int
main(void)
{
	static const struct cert_plan plan = { "Signer", "digitalSignature",
		0, 4733510400, false };
	struct work w = { .sig = NULL };
	size_t i;

	if (CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) != 1)
		exit(99);
	signing_make(&w.s, "P-256", &plan);
	w.sig = dmsc_buf_new(SIG_MAX);
	w.out = dmsc_buf_new(SIG_MAX);
	ok(signing_signer(&w.s, false, &w.k, NULL) == DMSC_E_OK &&
	    job_sign(&w) == DMSC_E_OK &&
	    dmsc_buf_put(w.sig, dmsc_buf_rd(w.out)) == DMSC_E_OK, "signed");
	for (i = 0; i < DMSC_COUNT(jobs); i++)
		ok(sweep(&jobs[i], &w), jobs[i].name);
	dmsc_signer_free(&w.k);
	signing_free(&w.s);
	dmsc_buf_free(&w.sig);
	dmsc_buf_free(&w.out);
	return tap_done();
}
