/*
 * Ends the process it is loaded into (LD_PRELOAD) as kill -9 does, in front
 * of the n-th call by which it leaves something behind: a write to a file, a
 * rename, a removal, bytes to a peer. DMSC_CUT_AT is n, from 1; with
 * DMSC_CUT_TORN half of a write is done first. DMSC_CUT_COUNT names a file
 * that gets the number of such calls where the process ends by itself.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STANDARD = 3 };			/* descriptors of the terminal */

static unsigned long calls;

/* Whether this is the call that is cut: then the caller tears and dies. */
static bool
is_cut(void)
{
	const char *at = getenv("DMSC_CUT_AT");
	char now[24];

	(void)snprintf(now, sizeof now, "%lu", ++calls);
	return at != NULL && strcmp(at, now) == 0;
}

static void
die(void)
{
	(void)kill(getpid(), SIGKILL);
}

static bool
is_torn(void)
{
	const char *s = getenv("DMSC_CUT_TORN");

	return s != NULL && *s != '\0';
}

static void __attribute__((destructor))
tell(void)
{
	const char *path = getenv("DMSC_CUT_COUNT");
	FILE *f = path == NULL ? NULL : fopen(path, "w");

	if (f == NULL)
		return;
	(void)fprintf(f, "%lu\n", calls);
	(void)fclose(f);
}

/* The function itself; POSIX has it that a pointer to data holds it. */
#define NEXT(name) __typeof__(&name) next; \
	*(void **)&next = dlsym(RTLD_NEXT, #name)

int
rename(const char *from, const char *to)
{
	NEXT(rename);

	if (is_cut())
		die();
	return next(from, to);
}

int
unlink(const char *path)
{
	NEXT(unlink);

	if (is_cut())
		die();
	return next(path);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	NEXT(write);

	if (fd >= STANDARD && is_cut()) {
		if (is_torn())
			(void)next(fd, p, n / 2);
		die();
	}
	return next(fd, p, n);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	NEXT(pwrite);

	if (is_cut()) {
		if (is_torn())
			(void)next(fd, p, n / 2, at);
		die();
	}
	return next(fd, p, n, at);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	NEXT(send);

	if (is_cut()) {
		if (is_torn())
			(void)next(fd, p, n / 2, flags);
		die();
	}
	return next(fd, p, n, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	NEXT(sendmsg);

	if (is_cut())
		die();
	return next(fd, m, flags);
}
