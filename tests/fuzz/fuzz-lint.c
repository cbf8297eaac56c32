/* lint: every byte that it names is one, of documents and of directories;
 * what was mended needs no more mending. */
#include <stdlib.h>

#include "codec/lint.h"
#include "pkcs15/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
found(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	const size_t *n = ctx;

	(void)node;
	if (rule >= DMSC_L_COUNT || message == NULL ||
	    (at != DMSC_NO_OFFSET && at > *n))
		abort();
	return DMSC_E_OK;
}

static void
mend(struct dmsc_rd in)
{
	struct dmsc_buf *once = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *twice = dmsc_buf_new(DMSC_DOC_MAX);

	if (once != NULL && twice != NULL &&
	    dmsc_lint_mend(in, once) == DMSC_E_OK &&
	    dmsc_lint_mend(dmsc_buf_rd(once), twice) == DMSC_E_OK &&
	    !dmsc_rd_eq(dmsc_buf_rd(once), dmsc_buf_rd(twice)))
		abort();
	dmsc_buf_free(&once);
	dmsc_buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_lint_out o = { .ctx = &n, .found = found };
	struct dmsc_rd in = dmsc_rd_of(p, n);

	(void)dmsc_lint_document(in, true, &o);
	(void)dmsc_lint_has_secret(in);
	mend(in);
	dmsc_lint_odf(in, &o);
	dmsc_lint_dodf(in, true, true, NULL, &o);
	dmsc_lint_aodf(in, &o);
	dmsc_lint_tokeninfo(in, &o);
	return 0;
}
