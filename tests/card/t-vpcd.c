/* card: the vpcd frames, against a reader of our own on the loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "card/lab.h"

static volatile int stop_now;

static void
stop_when_ready(void *arg)
{
	(void)arg;
	stop_now = 1;
}

/* A listening socket of the loopback; its port in *port. */
static int
listen_any(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		return -1;
	*port = ntohs(a.sin_port);
	return fd;
}

/* The card in a process of its own; it exits with 0 after a good end. */
static pid_t
start_card(unsigned port, bool stop_soon)
{
	struct dmsc_vpcd v = { .stop = &stop_now };
	struct dmsc_card *c;
	char where[40];
	pid_t pid = fork();
	int r;

	if (pid != 0)
		return pid;
	c = lab_card(true);
	(void)snprintf(where, sizeof where, "127.0.0.1:%u", port);
	v.ready = stop_soon ? stop_when_ready : NULL;
	r = dmsc_card_vpcd(c, where, &v, NULL);
	dmsc_card_close(&c);
	_exit(r == DMSC_E_OK ? 0 : 1);
}

/* As the driver: the length and the body in two writes. */
static bool
put_frame(int fd, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	uint8_t head[2];
	bool good;

	lab_command(hex, b);
	head[0] = (uint8_t)(b->len >> 8);
	head[1] = (uint8_t)b->len;
	good = write(fd, head, 2) == 2 &&
	    (b->len == 0 || write(fd, b->p, b->len) == (ssize_t)b->len);
	dmsc_buf_free(&b);
	return good;
}

static bool
get_frame(int fd, const char *want)
{
	uint8_t p[400];
	char hex[801];
	size_t n;

	if (recv(fd, p, 2, MSG_WAITALL) != 2)
		return false;
	n = (size_t)p[0] << 8 | p[1];
	if (n > sizeof p || recv(fd, p, n, MSG_WAITALL) != (ssize_t)n)
		return false;
	dmsc_hex(dmsc_rd_of(p, n), hex, sizeof hex);
	if (!lab_same(hex, want))
		printf("# got %s\n", hex);
	return lab_same(hex, want);
}

static bool
ends_well(pid_t pid)
{
	int status = 0;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;
}

static void
test_frames(int server, unsigned port)
{
	pid_t pid = start_card(port, false);
	int fd = accept(server, NULL, NULL), i;
	bool good = true;
	uint64_t t;

	ok(put_frame(fd, "04") && get_frame(fd, "3B80800101"),
	    "GET ATR before power on");
	ok(put_frame(fd, "01") && put_frame(fd, "04") &&
	    get_frame(fd, "3B80800101"), "power on has no answer");
	ok(put_frame(fd, "00200001") && get_frame(fd, "63C3"), "a command");
	ok(put_frame(fd, "0020000108" PIN1234) && get_frame(fd, "9000") &&
	    put_frame(fd, "00A4080C047F505032") && get_frame(fd, "9000") &&
	    put_frame(fd, "00B0000001") && get_frame(fd, "FF9000"),
	    "rights are kept between frames");
	ok(put_frame(fd, "04") && get_frame(fd, "3B80800101") &&
	    put_frame(fd, "00B0000001") && get_frame(fd, "FF9000"),
	    "GET ATR in between changes nothing");
	ok(put_frame(fd, "02") && put_frame(fd, "00B0000001") &&
	    get_frame(fd, "6986"), "a reset ends rights and selection");
	ok(put_frame(fd, "07") && get_frame(fd, "6700") &&
	    put_frame(fd, "00A4") && get_frame(fd, "6700") &&
	    put_frame(fd, "") && put_frame(fd, "04") &&
	    get_frame(fd, "3B80800101"), "short frames are answered");
	t = dmsc_now_us();
	for (i = 0; i < 100; i++)
		good = put_frame(fd, "80F2000000") && get_frame(fd, "62~") &&
		    good;
	t = dmsc_now_us() - t;
	printf("# %lu us per command\n", (unsigned long)(t / 100));
	ok(good && t < 2000000, "no delayed acknowledgement of 44 ms");
	(void)close(fd);
	ok(ends_well(pid), "it ends when the reader closes");
}

static void
test_stop(int server, unsigned port)
{
	pid_t pid = start_card(port, true);
	int fd = accept(server, NULL, NULL);

	ok(put_frame(fd, "04") && get_frame(fd, "3B80800101") &&
	    ends_well(pid), "it ends when it is told to");
	(void)close(fd);
}

static void
test_refused(unsigned port)
{
	const struct dmsc_vpcd v = { .stop = &stop_now };
	struct dmsc_card *c = lab_card(true);
	struct dmsc_err e = { 0 };
	char where[40];

	(void)snprintf(where, sizeof where, "127.0.0.1:%u", port);
	ok(dmsc_card_vpcd(c, where, &v, &e) ==
	    DMSC_E_TRANSPORT && strcmp(e.where, where) == 0, "no reader");
	ok(dmsc_card_vpcd(c, "nowhere", &v, &e) ==
	    DMSC_E_USAGE, "not an address");
	dmsc_card_close(&c);
}

int
main(void)
{
	unsigned port = 0;
	int server = listen_any(&port);

	if (server < 0) {
		tap_skip("vpcd frames", "no loopback");
		return tap_done();
	}
	test_frames(server, port);
	test_stop(server, port);
	(void)close(server);
	test_refused(port);
	return tap_done();
}
