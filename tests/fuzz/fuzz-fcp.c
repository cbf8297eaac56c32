/* What a card says of a file: its FCP, and an access rule. The first byte
 * chooses the form of the rule. */
#include <stdlib.h>

#include "uicc/rule.h"

#include <dmsc/file.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
holds(const void *arg, unsigned ref)
{
	(void)arg;
	return ref == 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_uicc_fcp f;
	struct dmsc_fcp *view = dmsc_view_new(&dmsc_fcp_view);
	struct dmsc_buf *needs = dmsc_buf_new(4096);
	struct uicc_keys keys = { holds, NULL, SECURE_UNKNOWN,
	    NULL };
	struct uicc_rule_in rule = { .form = RULE_EXPANDED };
	unsigned ref = 0;
	int mode;

	if (view != NULL && dmsc_fcp_parse(dmsc_rd_of(p, n), &f) ==
	    DMSC_E_OK && dmsc_fcp_view_of(&f, "3F00", view) ==
	    DMSC_E_INTERNAL)
		abort();
	if (n > 0) {
		rule.form = p[0] % 2 == 0 ? RULE_EXPANDED : RULE_COMPACT;
		rule.is_df = p[0] % 4 > 1;
		rule.bytes = dmsc_rd_of(p + 1, n - 1);
		for (mode = 0; mode < 8; mode++)
			(void)uicc_rule_ask(&rule, (enum dmsc_mode)mode,
			    &keys, needs, &ref);
	}
	dmsc_view_free(&dmsc_fcp_view, view);
	dmsc_buf_free(&needs);
	return 0;
}
