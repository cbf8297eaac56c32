/* The server of net/http.h, left out by configure. */
#include "net/http.h"

int
dmsc_httpd_new(const struct dmsc_httpd_opts *o, struct dmsc_httpd **out,
    struct dmsc_err *e)
{
	(void)o;
	*out = NULL;
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "no HTTP server");
	(void)dmsc_err_why(e, "dmsc was built --without-microhttpd");
	return DMSC_E_UNSUPPORTED;
}

unsigned
dmsc_httpd_port(const struct dmsc_httpd *h)
{
	(void)h;
	return 0;
}

int
dmsc_httpd_run(struct dmsc_httpd *h, unsigned timeout_ms,
    struct dmsc_err *e)
{
	(void)h;
	(void)timeout_ms;
	return dmsc_fail(e, DMSC_E_UNSUPPORTED, "no HTTP server");
}

void
dmsc_httpd_free(struct dmsc_httpd **h)
{
	*h = NULL;
}
