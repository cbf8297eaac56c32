/* A bootstrap document: what was not edited keeps its bytes. */
#include <stdlib.h>

#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_boot *b = NULL;
	struct dmsc_buf *out = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *xml = dmsc_buf_new(DMSC_DOC_MAX);
	size_t used = 0;

	if (out != NULL && xml != NULL && dmsc_boot_read(dmsc_rd_of(p, n),
	    &b, &used, NULL) == DMSC_E_OK) {
		if (used > n || dmsc_boot_write(b, dmsc_boot_tree(b), out,
		    NULL) != DMSC_E_OK || !dmsc_rd_eq(dmsc_buf_rd(out),
		    dmsc_rd_of(p, used)))
			abort();
		if (dmsc_boot_write_xml(b, dmsc_boot_tree(b), xml, NULL) !=
		    DMSC_E_OK)
			dmsc_buf_reset(xml);
	}
	dmsc_boot_free(&b);
	dmsc_buf_free(&out);
	dmsc_buf_free(&xml);
	return 0;
}
