/* Object directories: the ODF, a DODF, an AODF. */
#include <stdlib.h>

#include "pkcs15/pkcs15.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_odf odf;
	struct dmsc_dodf dodf;
	struct dmsc_aodf aodf;
	struct dmsc_rd in = dmsc_rd_of(p, n);
	struct dmsc_buf *b = dmsc_buf_new(1 << 20);
	size_t i;

	if (dmsc_odf_read(in, &odf) == DMSC_E_OK && odf.used > n)
		abort();
	dmsc_odf_clear(&odf);
	if (b != NULL && dmsc_dodf_read(in, &dodf) == DMSC_E_OK)
		for (i = 0; i < dodf.n; i++)
			if (dmsc_dodf_put(b, &dodf.v[i]) == DMSC_E_INTERNAL)
				abort();
	dmsc_dodf_clear(&dodf);
	if (dmsc_aodf_read(in, &aodf) == DMSC_E_OK && aodf.used > n)
		abort();
	dmsc_aodf_clear(&aodf);
	dmsc_buf_free(&b);
	return 0;
}
