/* A description, then a tree: what is read can be held against what is. */
#include <stdlib.h>

#include "codec/codec.h"
#include "codec/ddf.h"

enum { SPLIT = 0xFF };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
found(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	(void)ctx;
	if (rule >= DMSC_L_COUNT || at != DMSC_NO_OFFSET || node == NULL ||
	    message[0] == '\0')
		abort();
	return DMSC_E_OK;
}

/* The bytes up to the first FF are the description. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_lint_out o = { .found = found };
	struct dmsc_tree *t = NULL;
	struct dmsc_ddf *d = NULL;
	size_t at = 0;

	while (at < n && p[at] != SPLIT)
		at++;
	if (dmsc_ddf_read(dmsc_rd_of(p, at), &d, NULL) == DMSC_E_OK &&
	    dmsc_tree_parse(at < n ? dmsc_rd_of(p + at + 1, n - at - 1) :
	    dmsc_rd_of(p, 0), &t, NULL, NULL) == DMSC_E_OK) {
		dmsc_ddf_check(d, t, &o);
		if (o.code != DMSC_E_OK)
			abort();
	}
	dmsc_tree_free(&t);
	dmsc_ddf_free(&d);
	return 0;
}
