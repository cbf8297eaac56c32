/* A message: what is read without a fault is written, and read back to the
 * same, in bytes that stay. */
#include <stdlib.h>

#include "codec/msgs.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
again(const struct dmsc_msg *m, struct dmsc_buf *out, struct dmsc_buf *two)
{
	struct dmsc_msg *back = NULL;

	if (dmsc_msg_write(m, out, NULL) != DMSC_E_OK ||
	    dmsc_msg_read(dmsc_buf_rd(out), &back, NULL, NULL) != DMSC_E_OK ||
	    !same_msg(m, back) || dmsc_msg_write(back, two, NULL) !=
	    DMSC_E_OK || !dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(two)))
		abort();
	dmsc_msg_free(&back);
	dmsc_buf_reset(out);
	if (dmsc_msg_write_xml(m, true, out, NULL) == DMSC_E_OK &&
	    (dmsc_msg_read(dmsc_buf_rd(out), &back, NULL, NULL) !=
	    DMSC_E_OK || dmsc_msg_check(back, NULL) != DMSC_E_OK))
		abort();
	dmsc_msg_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_buf *out = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *two = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_msg *m = NULL;
	size_t used = 0;

	if (out != NULL && two != NULL && dmsc_msg_read(dmsc_rd_of(p, n), &m,
	    &used, NULL) == DMSC_E_OK) {
		if (used > n)
			abort();
		if (dmsc_msg_check(m, NULL) == DMSC_E_OK)
			again(m, out, two);
	}
	dmsc_msg_free(&m);
	dmsc_buf_free(&out);
	dmsc_buf_free(&two);
	return 0;
}
