/*
 * Start-up times and memory beside the neighbours, in one run: one-shot, time
 * to the first prompt (over a pseudo terminal), and the cost of one script
 * line. Runs are interleaved, so that a busy machine is busy for all.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "base/clock.h"
#include "bench/stat.h"

enum { ROUNDS = 25, LINES = 20000, PATIENCE_MS = 5000,
	MOST_KB = 8192, LINE_US = 5 };

struct program {
	const char *name;
	const char *argv[6];
	const char *prompt;	/* NULL: one shot */
	double aim;		/* milliseconds; 0: none */
	double us[ROUNDS];
	long kb;
};

static void
become(const struct program *p)
{
	execvp(p->argv[0], (char *const *)(uintptr_t)p->argv);
	_exit(127);
}

static void
reap(struct program *p, pid_t pid)
{
	struct rusage ru;
	int status;

	if (wait4(pid, &status, 0, &ru) == pid && ru.ru_maxrss > p->kb)
		p->kb = ru.ru_maxrss;
	if (p->prompt == NULL && (!WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0))
		printf("# %s failed\n", p->name);
}

static double
one_shot(struct program *p)
{
	uint64_t from = dmsc_now_us();
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(null, 1);
		become(p);
	}
	reap(p, pid);
	return (double)(dmsc_now_us() - from);
}

static double
to_prompt(struct program *p)
{
	uint64_t from = dmsc_now_us();
	char seen[65536];
	size_t n = 0;
	double us = 0;
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	if (pid == 0)
		become(p);
	while (us == 0 && n < sizeof seen - 1) {
		struct pollfd pfd = { fd, POLLIN, 0 };
		ssize_t got;

		if (poll(&pfd, 1, PATIENCE_MS) <= 0 ||
		    (got = read(fd, seen + n, sizeof seen - 1 - n)) <= 0)
			break;
		n += (size_t)got;
		seen[n] = '\0';
		if (strstr(seen, p->prompt) != NULL)
			us = (double)(dmsc_now_us() - from);
	}
	(void)kill(pid, SIGKILL);
	reap(p, pid);
	(void)close(fd);
	return us;
}

static void
measure(struct program *v, size_t n)
{
	size_t i, round;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < n; i++)
			v[i].us[round] = v[i].prompt != NULL ?
			    to_prompt(&v[i]) : one_shot(&v[i]);
	for (i = 0; i < n; i++) {
		double ms = median(v[i].us, ROUNDS) / 1000;

		printf("  %-34s %8.2f ms %8ld kB", v[i].name, ms, v[i].kb);
		if (v[i].aim > 0)
			printf("   aim %.0f ms, %d kB: %s", v[i].aim, MOST_KB,
			    verdict(ms <= v[i].aim && v[i].kb <= MOST_KB));
		printf("\n");
	}
}

/* The cost of a line: a script of LINES lines less one of none. */
static void
measure_lines(const char *dmsc, const char *folder)
{
	char many[4096], none[4096];
	struct program v[2] = { { .name = "lines",
	    .argv = { dmsc, many, NULL } }, { .name = "no lines",
	    .argv = { dmsc, none, NULL } } };
	FILE *f;
	double us;
	int i;

	(void)snprintf(many, sizeof many, "%s/many.dms", folder);
	(void)snprintf(none, sizeof none, "%s/none.dms", folder);
	if ((f = fopen(many, "w")) == NULL)
		return;
	for (i = 0; i < LINES; i++)
		(void)fputs("pwd\n", f);
	(void)fclose(f);
	if ((f = fopen(none, "w")) == NULL)
		return;
	(void)fclose(f);
	for (i = 0; i < ROUNDS / 5; i++) {
		v[0].us[i] = one_shot(&v[0]);
		v[1].us[i] = one_shot(&v[1]);
	}
	us = (median(v[0].us, ROUNDS / 5) - median(v[1].us, ROUNDS / 5)) /
	    LINES;
	printf("  %-34s %8.2f us   aim %d us: %s\n",
	    "dmsc, one line of a script", us, LINE_US,
	    verdict(us <= LINE_US));
}

/* start DMSC FOLDER: the program to measure, a folder for scripts. */
int
main(int argc, char **argv)
{
	struct program v[] = {
		{ .name = "/bin/true", .argv = { "/bin/true" } },
		{ .name = "lua5.4 -e ''", .argv = { "lua5.4", "-e", "" } },
		{ .name = "sqlite3 :memory: 'select 1'",
		    .argv = { "sqlite3", ":memory:", "select 1" } },
		{ .name = "dmsc --version", .argv = { "", "--version" },
		    .aim = 5 },
		{ .name = "dmsc ls /", .argv = { "", "ls", "/" }, .aim = 5 },
		{ .name = "lua5.4, prompt", .argv = { "lua5.4" },
		    .prompt = "> " },
		{ .name = "sqlite3, prompt", .argv = { "sqlite3" },
		    .prompt = "sqlite> " },
		{ .name = "dmsc, prompt", .argv = { "" }, .prompt = "> ",
		    .aim = 8 },
	};
	size_t i;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: start DMSC FOLDER\n");
		return 2;
	}
	for (i = 0; i < DMSC_COUNT(v); i++)
		if (v[i].argv[0][0] == '\0')
			v[i].argv[0] = argv[1];
	printf("start (median of %d, interleaved), peak memory; the aims are "
	    "for an idle machine\n", ROUNDS);
	measure(v, DMSC_COUNT(v));
	measure_lines(argv[1], argv[2]);
	return 0;
}
