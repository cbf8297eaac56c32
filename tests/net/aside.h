/* An HTTP server in a process of its own, for tests of those who talk to
 * one. */
#ifndef DMSC_TESTS_NET_ASIDE_H
#define DMSC_TESTS_NET_ASIDE_H

#include <sys/types.h>
#include <unistd.h>

#include "net/http.h"

/* It lives for life_ms; *port is 0 where it did not begin. -1: no process. */
static inline pid_t
httpd_aside(const struct dmsc_httpd_opts *o, unsigned life_ms, unsigned *port)
{
	struct dmsc_httpd *h;
	int ends[2];
	pid_t pid = -1;

	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		if (dmsc_httpd_new(o, &h, NULL) != DMSC_E_OK)
			_exit(1);
		*port = dmsc_httpd_port(h);
		if (write(ends[1], port, sizeof *port) != sizeof *port)
			_exit(1);
		_exit(dmsc_httpd_run(h, life_ms, NULL) == DMSC_E_OK ? 0 : 1);
	}
	(void)close(ends[1]);
	if (read(ends[0], port, sizeof *port) != sizeof *port)
		*port = 0;
	(void)close(ends[0]);
	return pid;
}

#endif
