/* The control socket of a card that is served, its own end (card/control.h). */
#define _GNU_SOURCE	/* struct ucred, accept4 */
#include "card/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"
#include "card/card.h"
#include "card/control_path.h"

enum { SILENCE_US = 1000000, BACKLOG = 8, WORD = 16, ANSWER_MAX = 4096,
	NAME_MAX_LEN = 32 };

struct dmsc_control {
	char *folder, *image, *reader;
	char name[NAME_MAX_LEN];
	int fd;			/* it listens */
	int peer;		/* who is being served, -1: nobody */
	uint64_t heard;		/* when */
	struct dmsc_buf *in, *out;
};

static int
fail(struct dmsc_err *e, const char *folder)
{
	dmsc_fail(e, DMSC_E_IO, "cannot open the card's control socket");
	dmsc_err_where(e, "%s", folder);
	return dmsc_err_why(e, "%s", strerror(errno));
}

/* 0600 from the beginning: the mode of the socket is that of its file. */
static int
bind_there(struct dmsc_control *c, struct dmsc_err *e)
{
	struct control_path p;
	int r = DMSC_E_IO;

	if (control_path(c->folder, c->name, &p) != DMSC_E_OK)
		return fail(e, c->folder);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	(void)unlinkat(p.dir, c->name, 0);
	if (c->fd >= 0 && fchmod(c->fd, S_IRUSR | S_IWUSR) == 0 &&
	    bind(c->fd, (struct sockaddr *)&p.addr, sizeof p.addr) == 0 &&
	    fchmodat(p.dir, c->name, S_IRUSR | S_IWUSR, 0) == 0 &&
	    listen(c->fd, BACKLOG) == 0)
		r = DMSC_E_OK;
	else
		fail(e, c->folder);
	control_path_end(&p);
	return r;
}

int
dmsc_control_open(const char *folder, const char *image,
    const char *host_port, struct dmsc_control **out, struct dmsc_err *e)
{
	struct dmsc_control *c;
	int r;

	*out = NULL;
	if ((r = dmsc_file_mkdirs(folder, e)) != DMSC_E_OK)
		return r;
	if ((c = calloc(1, sizeof *c)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	c->fd = c->peer = -1;
	c->folder = strdup(folder);
	c->image = image != NULL ? realpath(image, NULL) : strdup("");
	c->reader = strdup(host_port);
	c->in = dmsc_buf_new(DMSC_CONTROL_LINE);
	c->out = dmsc_buf_new(ANSWER_MAX);
	(void)snprintf(c->name, sizeof c->name, "%ld", (long)getpid());
	if (c->folder == NULL || c->image == NULL || c->reader == NULL ||
	    c->in == NULL || c->out == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	else
		r = bind_there(c, e);
	if (r != DMSC_E_OK)
		dmsc_control_close(&c);
	*out = c;
	return r;
}

static void
let_go(struct dmsc_control *c)
{
	if (c->peer >= 0)
		(void)close(c->peer);
	c->peer = -1;
	dmsc_buf_reset(c->in);
}

void
dmsc_control_close(struct dmsc_control **c)
{
	struct control_path p;

	if (*c == NULL)
		return;
	if ((*c)->peer >= 0)
		let_go(*c);
	if ((*c)->fd >= 0) {
		(void)close((*c)->fd);
		if (control_path((*c)->folder, (*c)->name, &p) == DMSC_E_OK) {
			(void)unlinkat(p.dir, (*c)->name, 0);
			control_path_end(&p);
		}
	}
	dmsc_buf_free(&(*c)->in);
	dmsc_buf_free(&(*c)->out);
	free((*c)->folder);
	free((*c)->image);
	free((*c)->reader);
	free(*c);
	*c = NULL;
}

size_t
dmsc_control_fds(const struct dmsc_control *c,
    struct pollfd p[DMSC_CONTROL_FDS])
{
	p[0].fd = c->peer >= 0 ? c->peer : c->fd;
	p[0].events = POLLIN;
	p[0].revents = 0;
	return 1;
}

/* ---- what is asked */

static int
put_hex(struct dmsc_buf *out, struct dmsc_rd r)
{
	int code = dmsc_buf_str(out, " ");

	if (code != DMSC_E_OK)
		return code;
	return r.left > 0 ? dmsc_hex_put(out, r) : dmsc_buf_str(out, "-");
}

static int
facts(struct dmsc_control *c, struct dmsc_card *card, struct dmsc_rd bytes)
{
	int r;

	if (bytes.left > 0)
		return DMSC_E_USAGE;
	if ((r = dmsc_buf_str(c->out, "ok")) != DMSC_E_OK ||
	    (r = put_hex(c->out, dmsc_rd_str(c->image))) != DMSC_E_OK ||
	    (r = put_hex(c->out, dmsc_rd_str(c->reader))) != DMSC_E_OK ||
	    (r = put_hex(c->out, dmsc_card_iccid(card))) != DMSC_E_OK)
		return r;
	return dmsc_buf_fmt(c->out, " %zu %ld", card->toolkit.n,
	    (long)getpid());
}

static int
push(struct dmsc_control *c, struct dmsc_card *card, struct dmsc_rd bytes)
{
	int r = dmsc_card_push_cmd(card, bytes);

	return r == DMSC_E_OK ? dmsc_buf_str(c->out, "ok") :
	    dmsc_buf_fmt(c->out, "no %s", r == DMSC_E_DATA ?
	    "no proactive command" : r == DMSC_E_LIMIT ?
	    "too many commands wait on the card" : "out of memory");
}

/* As the network does, past the device. */
static int
envelope(struct dmsc_control *c, struct dmsc_card *card,
    struct dmsc_rd bytes)
{
	struct dmsc_buf *rsp = dmsc_buf_new(ANSWER_MAX / 4);
	int r = rsp == NULL ? DMSC_E_NOMEM :
	    dmsc_card_air(card, bytes, rsp);

	if (r == DMSC_E_OK && (r = dmsc_buf_str(c->out, "ok")) == DMSC_E_OK)
		r = put_hex(c->out, dmsc_buf_rd(rsp));
	dmsc_buf_free(&rsp);
	return r;
}

/* ok or no, with its words, into c->out; USAGE: it is no such request. */
static const struct {
	const char *verb;
	int (*run)(struct dmsc_control *c, struct dmsc_card *card,
	    struct dmsc_rd bytes);
} verbs[] = {
	{ "envelope", envelope },
	{ "facts", facts },
	{ "push", push },
};

/* line without its end. */
static int
obey(struct dmsc_control *c, struct dmsc_card *card, char *line)
{
	char *hex = strchr(line, ' ');
	struct dmsc_buf *bytes = NULL;
	int r = DMSC_E_USAGE;
	size_t i;

	if (hex != NULL)
		*hex++ = '\0';
	if (hex != NULL && strchr(hex, ' ') != NULL)
		return DMSC_E_USAGE;
	if ((bytes = dmsc_buf_new(DMSC_CONTROL_LINE)) == NULL)
		return DMSC_E_NOMEM;
	for (i = 0; i < DMSC_COUNT(verbs); i++)
		if (strcmp(line, verbs[i].verb) == 0 && (hex == NULL ||
		    dmsc_hex_get(hex, bytes) == DMSC_E_OK))
			r = verbs[i].run(c, card, dmsc_buf_rd(bytes));
	dmsc_buf_free(&bytes);
	return r;
}

/* One line is there: true if its sender may send another. */
static bool
answer(struct dmsc_control *c, struct dmsc_card *card, size_t n)
{
	char *line = (char *)c->in->p;
	struct dmsc_rd left;

	dmsc_buf_reset(c->out);
	if (memchr(line, '\0', n) != NULL)
		return false;
	line[n] = '\0';
	if (obey(c, card, line) != DMSC_E_OK) {
		dmsc_buf_reset(c->out);
		if (dmsc_buf_str(c->out, "no request") != DMSC_E_OK)
			return false;
	}
	if (dmsc_buf_str(c->out, "\n") != DMSC_E_OK)
		return false;
	left = dmsc_buf_rd(c->out);
	return send(c->peer, left.p, left.left, MSG_NOSIGNAL |
	    MSG_DONTWAIT) == (ssize_t)left.left &&
	    memcmp(left.p, "no request", 10) != 0;
}

/* All whole lines that have come; false: the connection ends. */
static bool
lines(struct dmsc_control *c, struct dmsc_card *card)
{
	struct dmsc_buf *rest;
	const uint8_t *end;
	size_t n;

	while (c->in->len > 0 &&
	    (end = memchr(c->in->p, '\n', c->in->len)) != NULL) {
		n = (size_t)(end - c->in->p);
		if (!answer(c, card, n))
			return false;
		rest = dmsc_buf_from(dmsc_rd_slice(dmsc_buf_rd(c->in), n + 1,
		    c->in->len), DMSC_CONTROL_LINE);
		if (rest == NULL)
			return false;
		dmsc_buf_free(&c->in);
		c->in = rest;
	}
	return c->in->len < DMSC_CONTROL_LINE;
}

static void
take_in(struct dmsc_control *c, struct dmsc_card *card)
{
	uint8_t chunk[2048];
	size_t room = DMSC_CONTROL_LINE - c->in->len;
	ssize_t n = recv(c->peer, chunk, DMSC_MIN(room, sizeof chunk),
	    MSG_DONTWAIT);

	if (dmsc_now_us() - c->heard > SILENCE_US) {
		let_go(c);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || dmsc_buf_put(c->in, dmsc_rd_of(chunk, (size_t)n)) !=
	    DMSC_E_OK || !lines(c, card))
		let_go(c);
	else if (c->in->len == 0)	/* half a line is no sign of life */
		c->heard = dmsc_now_us();
}

/* Of the same user alone, whatever the mode of the file. */
static void
let_in(struct dmsc_control *c)
{
	struct ucred who;
	socklen_t len = sizeof who;
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 ||
	    who.uid != geteuid()) {
		(void)close(fd);
		return;
	}
	c->peer = fd;
	c->heard = dmsc_now_us();
}

void
dmsc_control_turn(struct dmsc_control *c, struct dmsc_card *card)
{
	if (c->peer < 0)
		let_in(c);
	if (c->peer >= 0)
		take_in(c, card);
}
