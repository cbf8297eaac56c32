/* Files of this machine (base/file.h): the part of base that is not pure. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OURS = 0600, OUR_FOLDER = 0700, BLOCK = 65536 };

static int
io_fail(struct dmsc_err *e, const char *what, const char *path)
{
	int err = errno;

	dmsc_fail(e, err == ENOENT ? DMSC_E_NOTFOUND : DMSC_E_IO, "cannot %s",
	    what);
	dmsc_err_where(e, "%s", path);
	dmsc_err_why(e, "%s", strerror(err));
	return err == ENOENT ? DMSC_E_NOTFOUND : DMSC_E_IO;
}

bool
dmsc_file_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static int
read_all(int fd, struct dmsc_buf *b)
{
	static const size_t block = BLOCK;
	uint8_t *chunk = malloc(block);
	ssize_t n = 0;
	int r = DMSC_E_OK;

	if (chunk == NULL)
		return DMSC_E_NOMEM;
	while (r == DMSC_E_OK && (n = read(fd, chunk, block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		r = n < 0 ? DMSC_E_IO :
		    dmsc_buf_put(b, dmsc_rd_of(chunk, (size_t)n));
	}
	free(chunk);
	return r;
}

int
dmsc_file_slurp(const char *path, size_t max, struct dmsc_buf **out,
    struct dmsc_err *e)
{
	struct dmsc_buf *b;
	int fd, r;

	*out = NULL;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return io_fail(e, "open", path);
	if ((b = dmsc_buf_new(max)) == NULL) {
		(void)close(fd);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	if ((r = read_all(fd, b)) == DMSC_E_IO)
		r = io_fail(e, "read", path);
	else if (r != DMSC_E_OK) {
		dmsc_fail(e, r, "larger than %zu bytes", max);
		dmsc_err_where(e, "%s", path);
	}
	(void)close(fd);
	if (r != DMSC_E_OK)
		dmsc_buf_free(&b);
	*out = b;
	return r;
}

static int
write_all(int fd, struct dmsc_rd data)
{
	ssize_t n;

	while (data.left > 0) {
		n = write(fd, data.p, data.left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data = dmsc_rd_slice(data, (size_t)n, data.left);
	}
	return fsync(fd);
}

/* The folder of path is synced too, so that the rename survives a cut. */
static void
sync_folder(const char *path)
{
	char *folder = strdup(path), *slash;
	int fd;

	if (folder == NULL)
		return;
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	fd = open(slash != NULL ? folder : ".", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(folder);
}

int
dmsc_file_spit(const char *path, struct dmsc_rd data, struct dmsc_err *e)
{
	return dmsc_file_spit_sparse(path, data, data.left, e);
}

int
dmsc_file_spit_sparse(const char *path, struct dmsc_rd data, size_t whole,
    struct dmsc_err *e)
{
	size_t size = strlen(path) + sizeof ".XXXXXX";
	char *fresh = malloc(size);
	int fd, r = DMSC_E_OK;

	if (fresh == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	(void)snprintf(fresh, size, "%s.XXXXXX", path);
	if ((fd = mkstemp(fresh)) < 0) {
		if ((r = io_fail(e, "write", path)) == DMSC_E_NOTFOUND)
			r = e != NULL ? (e->code = DMSC_E_IO) : DMSC_E_IO;
		free(fresh);
		return r;
	}
	if (fchmod(fd, OURS) != 0 || (whole > data.left &&
	    ftruncate(fd, (off_t)whole) != 0) || write_all(fd, data) != 0)
		r = io_fail(e, "write", fresh);
	(void)close(fd);
	if (r == DMSC_E_OK && rename(fresh, path) != 0)
		r = io_fail(e, "rename", path);
	if (r != DMSC_E_OK)
		(void)unlink(fresh);
	else
		sync_folder(path);
	free(fresh);
	return r;
}

int
dmsc_file_append(const char *path, struct dmsc_rd data, struct dmsc_err *e)
{
	int fd, r = DMSC_E_OK;

	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, OURS);
	if (fd < 0)
		return io_fail(e, "open", path);
	if (write_all(fd, data) != 0)
		r = io_fail(e, "write", path);
	(void)close(fd);
	return r;
}

int
dmsc_file_mkdirs(const char *path, struct dmsc_err *e)
{
	char *copy = strdup(path), *p;
	int r = DMSC_E_OK;

	if (copy == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	for (p = copy + 1; r == DMSC_E_OK; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, OUR_FOLDER) != 0 && errno != EEXIST)
			r = io_fail(e, "make the folder", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return r;
}
