/* Image files of simulated cards (card/image.h). */
#include "card/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "card/tree.h"

enum {
	MAGIC_LEN = 16, AT_VERSION = 16, AT_SIZE = 20, AT_HOLDER = 24,
	HEADER = 64, VERSION = 1
};
static const uint8_t magic[MAGIC_LEN] = "dmsc card image\n";

static int
io_fail(struct dmsc_err *e, int code, const char *what, const char *path)
{
	int err = errno;

	dmsc_fail(e, code, "cannot %s the image", what);
	dmsc_err_where(e, "%s", path);
	if (err != 0)
		dmsc_err_why(e, "%s", strerror(err));
	if (code == DMSC_E_NOREADER)
		dmsc_err_next(e, "card new %s", path);
	return code;
}

static int
image_fd(const char *path, int flags, int *fd, struct dmsc_err *e)
{
	*fd = open(path, flags | O_CLOEXEC);
	if (*fd >= 0)
		return DMSC_E_OK;
	return io_fail(e, errno == ENOENT ? DMSC_E_NOREADER : DMSC_E_IO,
	    "open", path);
}

static uint32_t
header_u32(const uint8_t *h, size_t at)
{
	struct dmsc_rd r = dmsc_rd_of(h + at, 4);
	uint32_t v = 0;

	return dmsc_rd_u32(&r, &v) == DMSC_E_OK ? v : 0;
}

static void
code_u32(uint8_t *h, size_t at, uint32_t v)
{
	size_t i;

	for (i = 0; i < 4; i++)
		h[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

static int
held(int fd, const char *path, struct dmsc_err *e)
{
	uint8_t h[HEADER] = { 0 };
	ssize_t n = pread(fd, h, sizeof h, 0);

	dmsc_fail(e, DMSC_E_LOCKED, "the image is in use");
	dmsc_err_where(e, "%s", path);
	if (n == HEADER)
		dmsc_err_why(e, "process %lu holds it",
		    (unsigned long)header_u32(h, AT_HOLDER));
	return DMSC_E_LOCKED;
}

static bool
read_at(int fd, uint8_t *p, size_t n, off_t at)
{
	ssize_t got;

	while (n > 0) {
		got = pread(fd, p, n, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
		at += got;
	}
	return true;
}

/* Of a card with a tree of its own, of most, of one without key pairs. */
static bool
size_is_sound(uint32_t size)
{
	return size == DMSC_MEM_OLD_SIZE || (size >= DMSC_MEM_SIZE &&
	    size - DMSC_MEM_SIZE <= DMSC_TREE_SPACE_MAX &&
	    (size - DMSC_MEM_SIZE) % DMSC_TREE_PAGE == 0);
}

/* Our header, of this version, and all of the memory: no other file is read
 * further or written to. */
static bool
is_image(int fd, uint32_t *size)
{
	uint8_t h[HEADER];
	struct stat st;

	errno = 0;
	if (fstat(fd, &st) != 0 || !read_at(fd, h, sizeof h, 0) ||
	    memcmp(h, magic, sizeof magic) != 0 ||
	    header_u32(h, AT_VERSION) != VERSION)
		return false;
	*size = header_u32(h, AT_SIZE);
	return size_is_sound(*size) &&
	    st.st_size >= (off_t)HEADER + (off_t)*size;
}

/* From old to size bytes; the header tells of it last. */
static bool
grow(int fd, uint32_t old, uint32_t size)
{
	uint8_t code[4];

	code_u32(code, 0, size);
	return ftruncate(fd, (off_t)HEADER + (off_t)old) == 0 &&
	    ftruncate(fd, (off_t)HEADER + (off_t)size) == 0 &&
	    pwrite(fd, code, sizeof code, AT_SIZE) == sizeof code;
}

int
dmsc_image_grow(int fd, uint32_t size)
{
	uint32_t old;

	return is_image(fd, &old) && grow(fd, old, size) ? DMSC_E_OK :
	    DMSC_E_IO;
}

static int
no_image(const char *path, struct dmsc_err *e)
{
	if (errno != 0)
		return io_fail(e, DMSC_E_IO, "read", path);
	dmsc_fail(e, DMSC_E_DATA, "not an image of a card");
	dmsc_err_where(e, "%s", path);
	return DMSC_E_DATA;
}

static bool
name_holder(int fd, pid_t pid)
{
	uint8_t code[4];

	code_u32(code, 0, (uint32_t)pid);
	return pwrite(fd, code, sizeof code, AT_HOLDER) == sizeof code;
}

int
dmsc_image_look(const char *path, int *fd, uint32_t *size,
    struct dmsc_err *e)
{
	int r;

	*size = 0;
	if ((r = image_fd(path, O_RDONLY, fd, e)) != DMSC_E_OK)
		return r;
	if (!is_image(*fd, size)) {
		r = no_image(path, e);
		dmsc_image_close(fd);
	}
	*size = DMSC_MAX(*size, (uint32_t)DMSC_MEM_SIZE);
	return r;
}

/* An image of an older release gets the room for key pairs, all 00. */
static bool
renew(int fd, uint32_t *size)
{
	if (*size >= DMSC_MEM_SIZE)
		return true;
	if (!grow(fd, *size, DMSC_MEM_SIZE))
		return false;
	*size = DMSC_MEM_SIZE;
	return true;
}

int
dmsc_image_open(const char *path, int *fd, uint32_t *size,
    struct dmsc_err *e)
{
	int r;

	*size = 0;
	if ((r = image_fd(path, O_RDWR, fd, e)) != DMSC_E_OK)
		return r;
	if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
		r = errno == EWOULDBLOCK ? held(*fd, path, e) :
		    io_fail(e, DMSC_E_IO, "lock", path);
	else if (!is_image(*fd, size))
		r = no_image(path, e);
	else if (!renew(*fd, size) || !name_holder(*fd, getpid()))
		r = io_fail(e, DMSC_E_IO, "write", path);
	if (r != DMSC_E_OK)
		dmsc_image_close(fd);
	return r;
}

int
dmsc_image_read(int fd, const char *path, uint8_t *ram, uint32_t size,
    struct dmsc_err *e)
{
	uint32_t have = 0;

	if (is_image(fd, &have) && have <= size &&
	    read_at(fd, ram, have, HEADER))
		return DMSC_E_OK;
	return no_image(path, e);
}

int
dmsc_image_write(int fd, uint32_t at, struct dmsc_rd r)
{
	off_t to = (off_t)at + HEADER;
	ssize_t n;

	while (r.left > 0) {
		n = pwrite(fd, r.p, r.left, to);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return DMSC_E_IO;
		r = dmsc_rd_slice(r, (size_t)n, r.left);
		to += n;
	}
	return DMSC_E_OK;
}

int
dmsc_image_save(const char *path, struct dmsc_rd memory, struct dmsc_err *e)
{
	struct dmsc_buf *b = dmsc_buf_new(HEADER + memory.left);
	size_t all = HEADER + memory.left;
	uint8_t h[HEADER] = { 0 };
	int r = DMSC_E_NOMEM;

	memcpy(h, magic, sizeof magic);
	code_u32(h, AT_VERSION, VERSION);
	code_u32(h, AT_SIZE, (uint32_t)memory.left);
	while (memory.left > DMSC_MEM_SIZE && memory.p[memory.left - 1] == 0)
		memory.left--;
	if (b != NULL && (r = dmsc_buf_put(b, dmsc_rd_of(h, sizeof h))) ==
	    DMSC_E_OK)
		r = dmsc_buf_put(b, memory);
	if (r != DMSC_E_OK)
		dmsc_fail(e, r, "out of memory");
	else
		r = dmsc_file_spit_sparse(path, dmsc_buf_rd(b), all, e);
	dmsc_buf_free(&b);
	return r;
}

void
dmsc_image_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
dmsc_image_leave(int *fd, bool sync)
{
	if (*fd < 0)
		return;
	(void)name_holder(*fd, 0);
	if (sync)
		(void)fdatasync(*fd);
	dmsc_image_close(fd);
}
