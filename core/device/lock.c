/* Who changes a device (device/lock.h). */
#include "device/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"

enum { TRIES = 16, GONE = -1 };

static int
io_fail(struct dmsc_err *e, const char *path)
{
	int was = errno;

	dmsc_fail(e, DMSC_E_IO, "cannot lock the device");
	(void)dmsc_err_where(e, "%s", path);
	return dmsc_err_why(e, "%s", strerror(was));
}

static int
held(int fd, const char *path, struct dmsc_err *e)
{
	char text[24] = "";
	uint64_t pid = 0;
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n > 0)
		text[strcspn(text, "\n")] = '\0';
	dmsc_fail(e, DMSC_E_LOCKED, "the device is in use");
	(void)dmsc_err_where(e, "%s", path);
	if (n > 0 && dmsc_num(text, 10, INT32_MAX, &pid) == DMSC_E_OK)
		(void)dmsc_err_why(e, "process %lu holds it",
		    (unsigned long)pid);
	return DMSC_E_LOCKED;
}

/* Whether the file at path is still the one that was opened: its last holder
 * may have taken it away in between. */
static bool
is_there(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int
take(const char *path, int *fd, struct dmsc_err *e)
{
	char text[24];
	int n, r;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return io_fail(e, path);
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
		r = errno == EWOULDBLOCK ? held(*fd, path, e) :
		    io_fail(e, path);
	else if (!is_there(*fd, path))
		r = GONE;
	else
		r = ftruncate(*fd, 0) == 0 && pwrite(*fd, text, (size_t)n,
		    0) == n ? DMSC_E_OK : io_fail(e, path);
	if (r != DMSC_E_OK) {
		(void)close(*fd);
		*fd = -1;
	}
	return r;
}

static int
folder_of(const char *path, struct dmsc_err *e)
{
	char *folder = strdup(path);
	int r;

	if (folder == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	*strrchr(folder, '/') = '\0';
	r = dmsc_file_mkdirs(folder, e);
	free(folder);
	return r;
}

int
dmsc_device_lock(const char *state_dir, const char *name, char **path,
    int *fd, struct dmsc_err *e)
{
	struct dmsc_device *d = NULL;
	int i, r = dmsc_device_named(state_dir, name, &d, e);

	*fd = -1;
	*path = NULL;
	if (r == DMSC_E_OK && dmsc_str_set(path, "%s.lock", d->file) !=
	    DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	dmsc_device_free(&d);
	if (r == DMSC_E_OK && (r = folder_of(*path, e)) == DMSC_E_OK)
		for (i = 0, r = GONE; r == GONE && i < TRIES; i++)
			r = take(*path, fd, e);
	if (r == GONE) {
		errno = EAGAIN;
		r = io_fail(e, *path);
	}
	if (r != DMSC_E_OK) {
		free(*path);
		*path = NULL;
	}
	return r;
}

void
dmsc_device_unlock(char **path, int *fd)
{
	if (*fd >= 0) {
		(void)unlink(*path);
		(void)close(*fd);
	}
	free(*path);
	*path = NULL;
	*fd = -1;
}
