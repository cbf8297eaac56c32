/* The client of net/http.h, left out by configure. */
#include "net/http.h"

int
dmsc_http_new(const struct dmsc_http_opts *o, struct dmsc_http **out,
    struct dmsc_err *e)
{
	(void)o;
	*out = NULL;
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "no HTTP");
	(void)dmsc_err_why(e, "dmsc was built --without-curl");
	return DMSC_E_UNSUPPORTED;
}

void
dmsc_http_free(struct dmsc_http **h)
{
	*h = NULL;
}

int
dmsc_http_do(struct dmsc_http *h, const struct dmsc_http_req *q,
    struct dmsc_http_answer *out, struct dmsc_err *e)
{
	(void)h;
	(void)q;
	out->body = NULL;
	return dmsc_fail(e, DMSC_E_UNSUPPORTED, "no HTTP");
}

void
dmsc_http_answer_clear(struct dmsc_http_answer *a)
{
	dmsc_buf_free(&a->body);
}
