/* The control socket of a card that is served, the end that asks
 * (card/control.h). */
#define _GNU_SOURCE	/* O_PATH */
#include "card/control.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <dmsc/view.h>

#include "base/base.h"
#include "base/text.h"
#include "card/control_path.h"

enum { PATIENCE_S = 5, ANSWER_MAX = 16384, NAME_LEN = 20 };

int
control_path(const char *folder, const char *name, struct control_path *out)
{
	int n;

	memset(out, 0, sizeof *out);
	out->addr.sun_family = AF_UNIX;
	out->dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->dir < 0)
		return DMSC_E_NOTFOUND;
	n = snprintf(out->addr.sun_path, sizeof out->addr.sun_path,
	    "/proc/self/fd/%d/%s", out->dir, name);
	if (n > 0 && (size_t)n < sizeof out->addr.sun_path)
		return DMSC_E_OK;
	control_path_end(out);
	return DMSC_E_LIMIT;
}

void
control_path_end(struct control_path *p)
{
	if (p->dir >= 0)
		(void)close(p->dir);
	p->dir = -1;
}

/* A socket that nobody listens to is what a killed process left. */
static int
dial(const char *folder, const char *name, int *fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct control_path p;
	int r = control_path(folder, name, &p);

	*fd = -1;
	if (r != DMSC_E_OK)
		return r;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof patience) != 0 || setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO,
	    &patience, sizeof patience) != 0)
		r = DMSC_E_IO;
	else if (connect(*fd, (struct sockaddr *)&p.addr, sizeof p.addr) !=
	    0) {
		r = errno == ECONNREFUSED || errno == ENOENT ?
		    DMSC_E_NOTFOUND : DMSC_E_IO;
		if (errno == ECONNREFUSED)
			(void)unlinkat(p.dir, name, 0);
	}
	if (r != DMSC_E_OK && *fd >= 0) {
		(void)close(*fd);
		*fd = -1;
	}
	control_path_end(&p);
	return r;
}

static int
put_request(int fd, const char *verb, struct dmsc_rd bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_CONTROL_LINE);
	struct dmsc_rd left;
	ssize_t n;
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_buf_str(b, verb)) == DMSC_E_OK &&
	    (bytes.left == 0 || ((r = dmsc_buf_str(b, " ")) == DMSC_E_OK &&
	    (r = dmsc_hex_put(b, bytes)) == DMSC_E_OK)))
		r = dmsc_buf_str(b, "\n");
	left = dmsc_buf_rd(b);
	while (r == DMSC_E_OK && left.left > 0) {
		n = send(fd, left.p, left.left, MSG_NOSIGNAL);
		if (n > 0)
			left = dmsc_rd_slice(left, (size_t)n, left.left);
		else if (n == 0 || errno != EINTR)
			r = DMSC_E_IO;
	}
	dmsc_buf_free(&b);
	return r;
}

/* One line, without its end. */
static int
get_answer(int fd, struct dmsc_buf *out)
{
	uint8_t chunk[1024];
	const uint8_t *end = NULL;
	ssize_t n;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && end == NULL) {
		n = recv(fd, chunk, sizeof chunk, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return DMSC_E_IO;
		end = memchr(chunk, '\n', (size_t)n);
		r = dmsc_buf_put(out, dmsc_rd_of(chunk, end != NULL ?
		    (size_t)(end - chunk) : (size_t)n));
	}
	return r;
}

static int
ask(int fd, const char *verb, struct dmsc_rd bytes, struct dmsc_buf *line)
{
	int r = put_request(fd, verb, bytes);

	if (r == DMSC_E_OK)
		r = get_answer(fd, line);
	return r == DMSC_E_OK && !dmsc_is_text(dmsc_buf_rd(line)) ?
	    DMSC_E_IO : r;
}

/* "ok ..." or "no WHY". */
static int
judge(struct dmsc_buf *line, struct dmsc_buf *out, struct dmsc_err *e)
{
	const char *text = dmsc_buf_cstr(line);

	if (text == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if (dmsc_begins(text, "no "))
		return dmsc_fail(e, DMSC_E_DATA, "%s", text + 3);
	if (strcmp(text, "ok") == 0)
		return DMSC_E_OK;
	if (!dmsc_begins(text, "ok "))
		return dmsc_fail(e, DMSC_E_IO,
		    "the card's control socket answers nonsense");
	return dmsc_buf_str(out, text + 3) == DMSC_E_OK ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

int
dmsc_control_ask(const char *folder, const char *name, const char *verb,
    struct dmsc_rd bytes, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_buf *line = dmsc_buf_new(ANSWER_MAX);
	int fd = -1, r;

	if (line == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if ((r = dial(folder, name, &fd)) == DMSC_E_NOTFOUND)
		dmsc_fail(e, r, "no card is served there any more");
	else if (r != DMSC_E_OK || (r = ask(fd, verb, bytes, line)) !=
	    DMSC_E_OK) {
		r = dmsc_fail(e, r == DMSC_E_NOMEM || r == DMSC_E_LIMIT ? r :
		    DMSC_E_IO, "the card's control socket does not answer");
		dmsc_err_where(e, "%s/%s", folder, name);
	} else
		r = judge(line, out, e);
	if (fd >= 0)
		(void)close(fd);
	dmsc_buf_free(&line);
	return r;
}

int
dmsc_control_names(const char *folder, char ***names, size_t *n)
{
	const struct dirent *e;
	DIR *d = opendir(folder);
	int r = DMSC_E_OK;

	*names = NULL;
	*n = 0;
	while (d != NULL && r == DMSC_E_OK && *n < DMSC_CONTROL_MANY &&
	    (e = readdir(d)) != NULL)
		if (strlen(e->d_name) <= NAME_LEN && strspn(e->d_name,
		    "0123456789") == strlen(e->d_name))
			r = dmsc_strs_add(names, n, "%s", e->d_name);
	if (d != NULL)
		(void)closedir(d);
	return r;
}
