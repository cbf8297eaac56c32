/* A toy card in a virtual reader (vsmartcard's vpcd protocol). */
#include "vpcd-toy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "link/link.h"

enum { LEN = 2, LEAVE = 0xFE, READ_BINARY = 0xB0 };

static int
get(int fd, uint8_t *p, size_t n)
{
	static const int on = 1;
	ssize_t got;

	while (n > 0) {
		/* Or each frame waits 40 ms for a delayed ACK. */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on,
		    sizeof on);
		if ((got = recv(fd, p, n, 0)) <= 0)
			return -1;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

int
vpcd_put(int fd, const uint8_t *p, size_t n)
{
	static uint8_t frame[LEN + VPCD_FRAME_MAX];

	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	if (n > 0)
		memcpy(frame + LEN, p, n);
	return send(fd, frame, LEN + n, MSG_NOSIGNAL) == (ssize_t)(LEN + n) ?
	    0 : -1;
}

/* The bytes that a READ BINARY asks for. */
static size_t
le(const uint8_t *cmd, size_t n)
{
	size_t want = n == 5 ? cmd[4] : (size_t)cmd[5] << 8 | cmd[6];

	if (want == 0)
		want = n == 5 ? 256 : VPCD_FRAME_MAX - 2;
	return want < VPCD_FRAME_MAX - 2 ? want : VPCD_FRAME_MAX - 2;
}

static int
answer(int fd, const uint8_t *cmd, size_t n)
{
	static uint8_t rsp[VPCD_FRAME_MAX];
	struct dmsc_rd data;
	size_t len = 0;

	if (n >= 4 && cmd[1] == LEAVE)
		return -1;
	if ((n == 5 || n == 7) && cmd[1] == READ_BINARY)
		len = le(cmd, n);
	else if (dmsc_apdu_data(dmsc_rd_of(cmd, n), &data) == DMSC_E_OK &&
	    (len = data.left) > 0)
		memcpy(rsp, data.p, len);
	rsp[len] = 0x90;
	rsp[len + 1] = 0;
	return vpcd_put(fd, rsp, len + 2);
}

size_t
vpcd_get(int fd, uint8_t frame[VPCD_FRAME_MAX])
{
	size_t n;

	if (get(fd, frame, LEN) != 0)
		return 0;
	n = (size_t)frame[0] << 8 | frame[1];
	return n > 0 && get(fd, frame, n) == 0 ? n : 0;
}

static void
serve(int fd, const struct dmsc_buf *atr)
{
	static uint8_t cmd[VPCD_FRAME_MAX];
	size_t n;
	int r = 0;

	while (r == 0 && (n = vpcd_get(fd, cmd)) > 0) {
		if (n > 1)
			r = answer(fd, cmd, n);
		else if (cmd[0] == VPCD_ATR_ASKED)
			r = vpcd_put(fd, atr->p, atr->len);
	}
}

int
vpcd_enter(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, tries;

	for (tries = 0; tries < 100; tries++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
			return fd;
		(void)close(fd);
		dmsc_sleep_ms(20);
	}
	return -1;
}

pid_t
vpcd_insert(unsigned port, const char *atr_hex)
{
	struct dmsc_buf *atr;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	atr = dmsc_buf_new(DMSC_ATR_MAX);
	if (atr != NULL && dmsc_hex_get(atr_hex, atr) == DMSC_E_OK)
		serve(vpcd_enter(port), atr);
	_exit(0);
}

void
vpcd_pull(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
