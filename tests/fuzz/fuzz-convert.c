/* A document of ours into another form: what comes out goes in again. */
#include <stdlib.h>

#include <dmsc/convert.h>

#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
convert(struct dmsc_rd in, const char *from, const char *to, bool map,
    struct dmsc_buf *out)
{
	struct dmsc_convert_opts o = { from, to, map };
	struct dmsc_conversion *c = NULL;
	struct dmsc_err e = { 0 };
	int r = dmsc_convert(in, &o, out, &c, &e);

	if ((r == DMSC_E_OK) != (c != NULL) || r == DMSC_E_INTERNAL ||
	    (r != DMSC_E_OK && (e.code != r || out->len > 0)))
		abort();
	dmsc_view_free(&dmsc_conversion_view, c);
	return r;
}

/* The first byte says what to make of the rest. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_buf *a = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_rd in = dmsc_rd_of(p, n);
	const char *to;
	bool map;

	if (n > 0 && a != NULL && b != NULL) {
		map = (p[0] & 0x40) != 0;
		if ((to = dmsc_form_at(p[0] & 0x0F)) == NULL)
			to = "wbxml";
		in = dmsc_rd_slice(in, 1, n);
		/* Other languages are libwbxml's. */
		if (dmsc_form_guess(in) != DMSC_FORM_UNKNOWN &&
		    convert(in, NULL, to, map, a) == DMSC_E_OK &&
		    convert(dmsc_buf_rd(a), to, to, false, b) == DMSC_E_OK &&
		    !dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b)))
			abort();
	}
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
	return 0;
}
