/* Whatever passes our bounds, libwbxml returns from it, in both ways. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_buf *out = dmsc_buf_new(DMSC_DOC_MAX),
	    *back = dmsc_buf_new(DMSC_DOC_MAX);

	if (out != NULL && back != NULL &&
	    dmsc_lib_to_xml(dmsc_rd_of(p, n), out, NULL) == DMSC_E_OK)
		(void)!dmsc_lib_to_wbxml(dmsc_buf_rd(out), back, NULL);
	if (back != NULL)
		(void)!dmsc_lib_to_wbxml(dmsc_rd_of(p, n), back, NULL);
	dmsc_buf_free(&out);
	dmsc_buf_free(&back);
	return 0;
}
