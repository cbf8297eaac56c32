/* card: the control socket of a card that is served: what it is asked, and
 * bytes that nobody should send. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "card/control.h"
#include "card/lab.h"

enum { LONG = 200, STEP_MS = 20, FLOOD = 40000 };

static char folder[TAP_FOLDER + LONG];

/* The card in a process of its own, until its end of the pipe closes. */
static void
serve(int until)
{
	struct dmsc_card *c = lab_card(true);
	struct dmsc_control *ctl;
	struct pollfd p[1 + DMSC_CONTROL_FDS];
	char byte;

	if (dmsc_control_open(folder, "/dev/null", "localhost:1", &ctl,
	    NULL) != DMSC_E_OK || write(until, "r", 1) != 1)
		_exit(99);
	do {
		p[0].fd = until;
		p[0].events = POLLIN;
		p[0].revents = 0;
		(void)poll(p, 1 + dmsc_control_fds(ctl, p + 1), STEP_MS);
		dmsc_control_turn(ctl, c);
	} while (p[0].revents == 0);
	(void)read(until, &byte, 1);
	dmsc_control_close(&ctl);
	dmsc_card_close(&c);
	_exit(0);
}

struct child {
	pid_t pid;
	int pipe;
	char name[24];
};

static void
start(struct child *ch)
{
	int ends[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		exit(99);
	if ((ch->pid = fork()) == 0) {
		(void)close(ends[0]);
		serve(ends[1]);
	}
	(void)close(ends[1]);
	ch->pipe = ends[0];
	if (ch->pid < 0 || read(ch->pipe, &byte, 1) != 1)
		exit(99);
	(void)snprintf(ch->name, sizeof ch->name, "%ld", (long)ch->pid);
}

static bool
stop(struct child *ch)
{
	int status = 0;

	(void)close(ch->pipe);
	return waitpid(ch->pid, &status, 0) == ch->pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The code, or whether what it answers is want. */
static bool
ask(const struct child *ch, const char *verb, const char *hex, int code,
    const char *want)
{
	struct dmsc_buf *in = dmsc_buf_new(LAB_MAX),
	    *out = dmsc_buf_new(LAB_MAX);
	struct dmsc_err e = { 0 };
	const char *got;
	bool good;

	if (in == NULL || out == NULL || dmsc_hex_get(hex, in) != DMSC_E_OK)
		exit(99);
	good = dmsc_control_ask(folder, ch->name, verb, dmsc_buf_rd(in), out,
	    &e) == code;
	got = code == DMSC_E_OK ? dmsc_buf_cstr(out) : e.message;
	if (!good || strstr(got, want) == NULL)
		printf("# %s: %d %s\n", verb, e.code, got);
	good = good && strstr(got, want) != NULL;
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return good;
}

static void
test_asked(const struct child *ch)
{
	char image[64], want[192];

	dmsc_hex(dmsc_rd_str("/dev/null"), image, sizeof image);
	(void)snprintf(want, sizeof want, "%s 6C6F63616C686F73743A31 "
	    "988812010000500180F4 0 %s", image, ch->name);
	ok(ask(ch, "facts", "", DMSC_E_OK, want), "what is served there");
	ok(ask(ch, "push", "D009810301010482028182", DMSC_E_OK, ""),
	    "a command is pushed");
	ok(ask(ch, "facts", "", DMSC_E_OK, "F4 1 "), "and waits");
	ok(ask(ch, "push", "1234", DMSC_E_DATA, "no proactive command"),
	    "what is no command is refused");
	ok(ask(ch, "push", "", DMSC_E_DATA, "no proactive command"),
	    "nothing is no command");
	ok(ask(ch, "envelope", "D1", DMSC_E_OK, "6A80"),
	    "what is no envelope is the card's to refuse");
	ok(ask(ch, "nosuch", "", DMSC_E_DATA, "request"), "no such verb");
	ok(ask(ch, "facts", "00", DMSC_E_DATA, "request"),
	    "facts of something");
}

static void
test_full(const struct child *ch)
{
	bool all = true;
	int i;

	for (i = 1; i < 16; i++)
		all = ask(ch, "push", "D009810301010482028182", DMSC_E_OK,
		    "") && all;
	ok(all && ask(ch, "push", "D009810301010482028182", DMSC_E_DATA,
	    "too many"), "a full queue");
}

static int
dial(const struct child *ch)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || chdir(folder) != 0)
		exit(99);
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", ch->name);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		exit(99);
	return fd;
}

/* Sends n bytes, and waits for the end of the connection: how it took. */
static bool
ends(const struct child *ch, const void *bytes, size_t n, unsigned ms)
{
	char answer[4096];
	int fd = dial(ch);
	uint64_t from = dmsc_now_us();
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t got = 1;

	(void)send(fd, bytes, n, MSG_NOSIGNAL);
	while (got > 0 && poll(&p, 1, 10000) == 1)
		got = recv(fd, answer, sizeof answer, 0);
	(void)close(fd);
	return got <= 0 && dmsc_now_us() - from < ms * (uint64_t)1000;
}

static const struct {
	const char *name, *bytes;
	size_t n;
} hostile[] = {
	{ "an empty line", "\n", 1 },
	{ "a NUL", "fac\0ts\n", 7 },
	{ "no verb", " 00\n", 4 },
	{ "half a byte", "push D\n", 7 },
	{ "no hex", "push zz\n", 8 },
	{ "two words of hex", "push D0 09\n", 11 },
	{ "an answer", "ok\n", 3 },
	{ "bytes that are no text", "\xFF\xFE\x80\n", 4 },
	{ "a verb and a line end of another system", "facts\r\n", 7 },
};

static void
test_hostile(const struct child *ch)
{
	char *flood = malloc(FLOOD);
	size_t i;
	int fds[6];

	for (i = 0; i < DMSC_COUNT(hostile); i++)
		ok(ends(ch, hostile[i].bytes, hostile[i].n, 900) &&
		    ask(ch, "facts", "", DMSC_E_OK, "F4 "), hostile[i].name);
	if (flood == NULL)
		exit(99);
	memset(flood, 'A', FLOOD);
	ok(ends(ch, flood, FLOOD, 3000) && ask(ch, "facts", "", DMSC_E_OK,
	    "F4 "), "a line without an end");
	free(flood);
	ok(ends(ch, "fac", 3, 5000) && ask(ch, "facts", "", DMSC_E_OK, "F4 "),
	    "half a line and silence");
	for (i = 0; i < DMSC_COUNT(fds); i++)
		fds[i] = dial(ch);
	for (i = 0; i < DMSC_COUNT(fds); i++)
		(void)close(fds[i]);
	ok(ask(ch, "facts", "", DMSC_E_OK, "F4 "), "many who say nothing");
}

/* Requests that are changed at random: the card is still there. */
static void
test_random(const struct child *ch)
{
	static const char seed[] = "push D009810301010482028182\n";
	char line[sizeof seed];
	unsigned long x = 7;
	int i, fd;

	for (i = 0; i < 300; i++) {
		memcpy(line, seed, sizeof seed);
		x = x * 6364136223846793005u + 1442695040888963407u;
		line[(x >> 40) % (sizeof seed - 1)] = (char)(x >> 33);
		fd = dial(ch);
		(void)send(fd, line, sizeof seed - 1, MSG_NOSIGNAL);
		(void)close(fd);
	}
	ok(ask(ch, "facts", "", DMSC_E_OK, "F4 "), "300 changed requests");
}

/* Ours alone. */
static void
test_modes(const struct child *ch)
{
	char path[sizeof folder + 32];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/%s", folder, ch->name);
	ok(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    (st.st_mode & 0777) == 0600, "the socket is 0600");
	ok(stat(folder, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "the folder is 0700");
}

static bool
names(size_t want)
{
	char **list = NULL;
	size_t n = 0, i;
	bool good = dmsc_control_names(folder, &list, &n) == DMSC_E_OK &&
	    n == want;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return good;
}

int
main(void)
{
	char top[TAP_FOLDER];
	struct child ch;
	int status;

	if (!tap_folder(top))
		exit(99);
	(void)snprintf(folder, sizeof folder, "%s/%0*d/served", top,
	    LONG - 20, 0);
	start(&ch);
	test_modes(&ch);
	test_asked(&ch);
	test_full(&ch);
	test_hostile(&ch);
	test_random(&ch);
	ok(names(1) && stop(&ch) && names(0), "its end leaves nothing");
	ok(ask(&ch, "facts", "", DMSC_E_NOTFOUND, "no card is served"),
	    "and nobody answers");
	start(&ch);
	(void)kill(ch.pid, SIGKILL);
	(void)waitpid(ch.pid, &status, 0);
	(void)close(ch.pipe);
	ok(names(1) && ask(&ch, "facts", "", DMSC_E_NOTFOUND,
	    "no card is served") && names(0), "what a killed one left goes");
	return tap_done();
}
