/*
 * The simulated card in a vpcd reader (vsmartcard): frames of two length
 * bytes and a payload over TCP; the card is the client.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "card/card.h"
#include "card/control.h"

enum {
	POWER_OFF = 0, POWER_ON = 1, RESET = 2, GET_ATR = 4,
	FRAME_MAX = 65535, HEAD = 2, LOOK_MS = 100, HOST_MAX = 256
};

struct reader {
	int fd;
	const struct dmsc_vpcd *v;
	struct dmsc_card *c;
	struct dmsc_buf *in, *out;	/* frames */
};

static int
net_fail(struct dmsc_err *e, const char *host_port, const char *why)
{
	dmsc_fail(e, DMSC_E_TRANSPORT, "cannot reach the vpcd reader");
	dmsc_err_where(e, "%s", host_port);
	dmsc_err_why(e, "%s", why);
	dmsc_err_next(e, "sudo apt-get install pcscd vsmartcard-vpcd");
	dmsc_err_next(e, "sudo systemctl restart pcscd");
	return DMSC_E_TRANSPORT;
}

/* "host:port", "[host]:port" or ":port". */
static bool
split(const char *host_port, char host[HOST_MAX], const char **port)
{
	const char *colon = strrchr(host_port, ':');
	size_t n;

	if (colon == NULL || colon[1] == '\0')
		return false;
	*port = colon + 1;
	n = (size_t)(colon - host_port);
	if (n >= 2 && host_port[0] == '[' && host_port[n - 1] == ']') {
		host_port++;
		n -= 2;
	}
	if (n >= HOST_MAX)
		return false;
	memcpy(host, host_port, n);
	host[n] = '\0';
	return true;
}

static int
dial(const char *host_port, int *fd, struct dmsc_err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	char host[HOST_MAX];
	const char *port;
	int r;

	*fd = -1;
	if (!split(host_port, host, &port)) {
		dmsc_fail(e, DMSC_E_USAGE, "not HOST:PORT");
		dmsc_err_where(e, "%s", host_port);
		return DMSC_E_USAGE;
	}
	r = getaddrinfo(host[0] == '\0' ? "127.0.0.1" : host, port, &hints,
	    &all);
	if (r != 0)
		return net_fail(e, host_port, gai_strerror(r));
	for (a = all, r = ECONNREFUSED; a != NULL && *fd < 0;
	    a = a->ai_next) {
		*fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
		    a->ai_protocol);
		if (*fd >= 0 && connect(*fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		r = errno;
		if (*fd >= 0)
			(void)close(*fd);
		*fd = -1;
	}
	freeaddrinfo(all);
	return *fd >= 0 ? DMSC_E_OK : net_fail(e, host_port, strerror(r));
}

/* Waits for bytes, serving whoever asks at the control socket; false:
 * stopped. */
static bool
readable(const struct reader *r)
{
	struct pollfd p[1 + DMSC_CONTROL_FDS] = { { r->fd, POLLIN, 0 } };
	size_t n = 1;

	while (!*r->v->stop) {
		n = r->v->control == NULL ? 1 :
		    1 + dmsc_control_fds(r->v->control, p + 1);
		p[0].revents = 0;
		if (poll(p, n, LOOK_MS) < 0)
			continue;
		if (r->v->control != NULL)
			dmsc_control_turn(r->v->control, r->c);
		if (p[0].revents != 0)
			return true;
	}
	return false;
}

/*
 * Appends n bytes to r->in. The reader sends length and body apart and waits
 * for the acknowledgement between them: TCP_QUICKACK, set before each recv
 * because Linux clears it, makes an APDU cost 0.1 ms and not 44.
 */
static int
receive(struct reader *r, size_t n)
{
	uint8_t chunk[4096];
	const int one = 1;
	ssize_t got;
	int code;

	while (n > 0) {
		(void)setsockopt(r->fd, IPPROTO_TCP, TCP_QUICKACK, &one,
		    sizeof one);
		got = recv(r->fd, chunk, n < sizeof chunk ? n : sizeof chunk,
		    MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!readable(r))
				return DMSC_E_INTERRUPTED;
			continue;
		}
		if (got <= 0)
			return DMSC_E_REMOVED;
		code = dmsc_buf_put(r->in, dmsc_rd_of(chunk, (size_t)got));
		if (code != DMSC_E_OK)
			return code;
		n -= (size_t)got;
	}
	return DMSC_E_OK;
}

/* One frame, in one send. */
static int
reply(struct reader *r)
{
	struct dmsc_rd left = dmsc_buf_rd(r->out);
	size_t n = r->out->len - HEAD;
	ssize_t done;

	r->out->p[0] = (uint8_t)(n >> 8);
	r->out->p[1] = (uint8_t)n;
	while (left.left > 0) {
		done = send(r->fd, left.p, left.left, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return DMSC_E_REMOVED;
		left = dmsc_rd_slice(left, (size_t)done, left.left);
	}
	return DMSC_E_OK;
}

static int
answer_atr(struct reader *r)
{
	int code = dmsc_buf_put(r->out, dmsc_card_stored(r->c,
	    DMSC_CARD_AT_ATR));

	return code == DMSC_E_OK ? reply(r) : code;
}

static int
control(struct reader *r, unsigned code)
{
	struct dmsc_buf *atr;
	int done;

	if (code == GET_ATR)
		return answer_atr(r);
	if (code != POWER_OFF && code != POWER_ON && code != RESET) {
		/* a command of one byte: the driver waits for an answer */
		done = dmsc_buf_u16(r->out, SW_LENGTH);
		return done == DMSC_E_OK ? reply(r) : done;
	}
	if ((atr = dmsc_buf_new(DMSC_ATR_MAX)) == NULL)
		return DMSC_E_NOMEM;
	done = dmsc_card_reset(r->c, atr);
	dmsc_buf_free(&atr);
	return done;
}

/* One frame of the reader, done and answered. */
static int
serve_one(struct reader *r)
{
	size_t n;
	int code;

	dmsc_buf_reset(r->in);
	dmsc_buf_reset(r->out);
	if ((code = receive(r, HEAD)) != DMSC_E_OK)
		return code;
	n = (size_t)r->in->p[0] << 8 | r->in->p[1];
	dmsc_buf_reset(r->in);
	if (n == 0)
		return DMSC_E_OK;
	if ((code = receive(r, n)) != DMSC_E_OK ||
	    (code = dmsc_buf_fill(r->out, 0, HEAD)) != DMSC_E_OK)
		return code;
	if (n == 1)
		return control(r, r->in->p[0]);
	code = dmsc_card_apdu(r->c, dmsc_buf_rd(r->in), r->out);
	return code == DMSC_E_OK ? reply(r) : DMSC_E_IO;
}

static int
serve(struct reader *r)
{
	void (*ready)(void *arg) = r->v->ready;
	int code;

	do {
		if (*r->v->stop)
			return DMSC_E_INTERRUPTED;
		code = serve_one(r);
		if (code == DMSC_E_OK && ready != NULL) {
			ready(r->v->arg);
			ready = NULL;
		}
	} while (code == DMSC_E_OK);
	return code;
}

int
dmsc_card_vpcd(struct dmsc_card *c, const char *host_port,
    const struct dmsc_vpcd *v, struct dmsc_err *e)
{
	struct reader r = { -1, v, c, NULL, NULL };
	int code;

	if ((code = dial(host_port, &r.fd, e)) != DMSC_E_OK)
		return code;
	r.in = dmsc_buf_new(FRAME_MAX);
	r.out = dmsc_buf_new(FRAME_MAX + HEAD);
	code = DMSC_E_NOMEM;
	if (r.in != NULL && r.out != NULL)
		code = serve(&r);
	dmsc_buf_free(&r.in);
	dmsc_buf_free(&r.out);
	(void)close(r.fd);
	/* stopped, or the reader took the card out: both are its end */
	if (code == DMSC_E_INTERRUPTED || code == DMSC_E_REMOVED)
		return DMSC_E_OK;
	return dmsc_fail(e, code, "the card stopped serving");
}
