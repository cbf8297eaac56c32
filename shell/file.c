/* Files of the user, and files of shell lines. */
#include "impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20, BLOCK = 65536, LINE_MAX_BYTES = 1 << 20 };

static int
io_fail(struct sh *sh, const char *what, const char *path)
{
	int err = errno;

	dmsc_fail(sh_err(sh), DMSC_E_IO, "cannot %s", what);
	dmsc_err_where(sh_err(sh), "%s", path);
	return dmsc_err_why(sh_err(sh), "%s", strerror(err));
}

static int
read_all(FILE *f, struct dmsc_buf *b)
{
	static const size_t block = BLOCK;
	uint8_t *chunk = malloc(block);
	size_t n;
	int r = chunk == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	while (r == DMSC_E_OK && (n = fread(chunk, 1, block, f)) > 0)
		r = dmsc_buf_put(b, dmsc_rd_of(chunk, n));
	if (r == DMSC_E_OK && ferror(f))
		r = DMSC_E_IO;
	free(chunk);
	return r;
}

/* What is installed is found by its name in the sources, from any folder. */
const char *
sh_ready(struct sh *sh, const char *path, char *out, size_t size)
{
	static const char scripts[] = "scripts/";
	const char *data = dmsc_session_data_dir(sh->s);
	int n;

	if (strncmp(path, scripts, sizeof scripts - 1) != 0 ||
	    data == NULL || access(path, F_OK) == 0)
		return path;
	n = snprintf(out, size, "%s/%s", data, path);
	return n > 0 && (size_t)n < size && access(out, R_OK) == 0 ?
	    out : path;
}

static FILE *
open_in(const char *path)
{
	return strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
}

int
sh_slurp(struct sh *sh, const char *path, struct dmsc_buf **out)
{
	struct dmsc_buf *b = dmsc_buf_new(FILE_MAX);
	FILE *f = NULL;
	int r;

	*out = NULL;
	if (b == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	if ((f = open_in(path)) == NULL)
		r = io_fail(sh, "open", path);
	else if ((r = read_all(f, b)) == DMSC_E_IO)
		r = io_fail(sh, "read", path);
	else if (r != DMSC_E_OK) {
		dmsc_fail(sh_err(sh), r, "%s", dmsc_e_text(r));
		dmsc_err_where(sh_err(sh), "%s", path);
	}
	if (f != NULL && f != stdin)
		(void)fclose(f);
	if (r != DMSC_E_OK)
		dmsc_buf_free(&b);
	*out = b;
	return r;
}

static bool
write_all(int fd, struct dmsc_rd d)
{
	while (d.left > 0) {
		ssize_t n = write(fd, d.p, d.left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		d = dmsc_rd_slice(d, (size_t)n, d.left);
	}
	return true;
}

/* Beside path, then renamed: never half a file. */
static int
write_beside(struct sh *sh, const char *path, struct dmsc_rd data)
{
	size_t size = strlen(path) + sizeof ".XXXXXX";
	char *fresh = malloc(size);
	int fd, r = DMSC_E_OK;

	if (fresh == NULL)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	(void)snprintf(fresh, size, "%s.XXXXXX", path);
	if ((fd = mkstemp(fresh)) < 0) {
		r = io_fail(sh, "write", path);
		free(fresh);
		return r;
	}
	if (!write_all(fd, data) || fsync(fd) != 0)
		r = io_fail(sh, "write", path);
	if (close(fd) != 0 && r == DMSC_E_OK)
		r = io_fail(sh, "write", path);
	if (r == DMSC_E_OK && rename(fresh, path) != 0)
		r = io_fail(sh, "write", path);
	if (r != DMSC_E_OK)
		(void)unlink(fresh);
	free(fresh);
	return r;
}

int
sh_may_write(struct sh *sh, const char *path, bool force)
{
	struct stat st;

	if (force || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return DMSC_E_OK;
	dmsc_fail(sh_err(sh), DMSC_E_IO, "the file is there already");
	dmsc_err_where(sh_err(sh), "%s", path);
	return dmsc_err_why(sh_err(sh), "--force replaces it");
}

int
sh_spit(struct sh *sh, const char *path, struct dmsc_rd data)
{
	struct stat st;
	int fd, r = DMSC_E_OK;

	if (sh_options(sh)->dry_run && strcmp(path, "-") != 0) {
		sh_warn(sh, "%s: nothing was written", path);
		return DMSC_E_OK;
	}
	if (strcmp(path, "-") == 0) {
		(void)fwrite(data.p, 1, data.left, sh_stdout(sh));
		return DMSC_E_OK;
	}
	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		return write_beside(sh, path, data);
	/* A pipe or a device is written to, not replaced. */
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return io_fail(sh, "open", path);
	if (!write_all(fd, data))
		r = io_fail(sh, "write", path);
	(void)close(fd);
	return r;
}

/* Up to and with the end of the line, or the end of the file: *more. */
static int
one_line(struct sh *sh, FILE *f, struct dmsc_buf *b, bool *more)
{
	int c = 0, r = DMSC_E_OK;

	while (r == DMSC_E_OK && c != '\n' && (c = fgetc(f)) != EOF) {
		if (c == '\0')
			return dmsc_fail(sh_err(sh), DMSC_E_DATA,
			    "a zero byte: this is no text");
		r = dmsc_buf_u8(b, (unsigned)c);
	}
	*more = c != EOF;
	if (c == EOF && ferror(f))
		return io_fail(sh, "read", sh->file);
	return r == DMSC_E_OK ? r : dmsc_fail(sh_err(sh), r,
	    "a line has %d bytes at most", LINE_MAX_BYTES);
}

/* The file's next line with all its continuation lines, in b; *more is false
 * behind the last one. */
static int
next_line(struct sh *sh, FILE *f, struct dmsc_buf *b, bool *more)
{
	struct sh_list l;
	enum sh_split split = SH_SPLIT_MORE;
	int r = DMSC_E_OK;

	dmsc_buf_reset(b);
	*more = true;
	while (r == DMSC_E_OK && split == SH_SPLIT_MORE && *more) {
		r = one_line(sh, f, b, more);
		if (*more)
			sh->line++;
		split = sh_split(dmsc_buf_cstr(b), &l);
		if (split == SH_SPLIT_OK)
			sh_list_free(&l);
	}
	*more = *more || b->len > 0;
	return r;
}

/* An error that no command made. */
static int
say(struct sh *sh, int code)
{
	struct sh_call call = { .o = *sh_options(sh) };

	(void)clock_gettime(CLOCK_MONOTONIC, &call.begin);
	call.o.one_shot = true;		/* there is no prompt to type at */
	if (sh->call != NULL)
		return dmsc_e_exit(code);
	dmsc_err_next(sh_err(sh), "help run");
	if (call.o.json)
		sh_say_json(sh, &call, dmsc_e_exit(code));
	else
		sh_say_error(sh, &call, dmsc_e_exit(code));
	return dmsc_e_exit(code);
}

static void
echo(struct sh *sh, const char *line)
{
	sh_print(sh, "%s%s%s%s", *line == '#' ? "" : "dmsc> ",
	    sh_style(sh, SH_BOLD), line, sh_style(sh, SH_PLAIN));
	(void)fflush(sh_stdout(sh));
}

static int
run_lines(struct sh *sh, FILE *f)
{
	struct dmsc_buf *b = dmsc_buf_new(LINE_MAX_BYTES);
	const char *line;
	bool more = true;
	int r, status = 0, one;

	if (b == NULL)
		return sh_nomem(sh);
	while (!sh->leaving) {
		if ((r = next_line(sh, f, b, &more)) != DMSC_E_OK) {
			one = say(sh, r);	/* what follows is no line */
			status = status == 0 ? one : status;
			break;
		}
		if (!more)
			break;
		line = dmsc_buf_cstr(b);
		if (sh_options(sh)->verbose && !sh_options(sh)->json &&
		    strcmp(line, "\n") != 0)
			echo(sh, line);
		one = sh_line(sh, line);
		if (status == 0)
			status = one;
		if (one != 0 && (!sh->o.keep_going ||
		    one == dmsc_e_exit(DMSC_E_INTERRUPTED)))
			break;
	}
	dmsc_buf_free(&b);
	return sh->leaving ? sh->status : status;
}

static bool
ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

int
sh_lua_may(struct sh *sh)
{
	return !sh_options(sh)->dry_run ? 0 : sh_usage(sh,
	    "Lua is not run with -n: what it writes would be written");
}

int
sh_file(struct sh *sh, const char *path, int argc, char **argv)
{
	const char *outer = sh->file;
	char ready[SH_PATH];
	unsigned line = sh->line;
	FILE *f;
	int status;

	dmsc_err_clear(sh_err(sh));
	path = sh_ready(sh, path, ready, sizeof ready);
	if (ends_in(path, ".lua")) {
		if (sh_lua_may(sh) != 0)
			return say(sh, sh_err(sh)->code);
		if (sh->lua != NULL && sh->lua->file != NULL)
			return sh->lua->file(sh, path, argc, argv);
		return say(sh, dmsc_fail(sh_err(sh), DMSC_E_UNSUPPORTED,
		    "Lua is not part of this program"));
	}
	if (argc > 0) {
		dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "a file of shell lines takes no arguments");
		return say(sh, dmsc_err_where(sh_err(sh), "%s", path));
	}
	if ((f = open_in(path)) == NULL)
		return say(sh, io_fail(sh, "open", path));
	sh->file = strcmp(path, "-") == 0 ? "standard input" : path;
	sh->line = 0;
	status = run_lines(sh, f);
	sh->file = outer;
	sh->line = line;
	if (f != stdin)
		(void)fclose(f);
	return status;
}
