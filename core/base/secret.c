/* Secrets: locked memory, wiping, what is written of one (dmsc/secret.h). */
#include <dmsc/secret.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"

enum { SOURCE_MAX = 65536 };

void
dmsc_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

bool
dmsc_same(struct dmsc_rd a, struct dmsc_rd b)
{
	uint8_t d = 0;
	size_t i;

	if (a.left != b.left)
		return false;
	for (i = 0; i < a.left; i++)
		d = (uint8_t)(d | (a.p[i] ^ b.p[i]));
	return d == 0;
}

static size_t
whole_pages(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n / page + 1) * page;
}

struct dmsc_secret *
dmsc_secret_new(size_t cap)
{
	struct dmsc_secret *s = calloc(1, sizeof *s);
	void *p;

	if (s == NULL)
		return NULL;
	p = mmap(NULL, whole_pages(cap), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		free(s);
		return NULL;
	}
	/* Best effort: a small RLIMIT_MEMLOCK must not make PINs unusable. */
	(void)mlock(p, whole_pages(cap));
	(void)madvise(p, whole_pages(cap), MADV_DONTDUMP);
	s->p = p;
	s->cap = cap;
	return s;
}

struct dmsc_secret *
dmsc_secret_from(struct dmsc_rd r)
{
	struct dmsc_secret *s = dmsc_secret_new(r.left);

	if (s != NULL && r.left > 0)
		memcpy(s->p, r.p, r.left);
	if (s != NULL)
		s->len = r.left;
	return s;
}

void
dmsc_secret_free(struct dmsc_secret **s)
{
	if (s == NULL || *s == NULL)
		return;
	dmsc_wipe((*s)->p, (*s)->cap);
	(void)munmap((*s)->p, whole_pages((*s)->cap));
	free(*s);
	*s = NULL;
}

struct dmsc_rd
dmsc_secret_rd(const struct dmsc_secret *s)
{
	return s == NULL ? dmsc_rd_of(NULL, 0) : dmsc_rd_of(s->p, s->len);
}

static struct dmsc_rd
without_line_end(struct dmsc_rd r)
{
	if (r.left > 0 && r.p[r.left - 1] == '\n')
		r.left--;
	if (r.left > 0 && r.p[r.left - 1] == '\r')
		r.left--;
	return r;
}

static bool
has_prefix(struct dmsc_rd r, const char *prefix)
{
	return dmsc_rd_eq_str(dmsc_rd_slice(r, 0, strlen(prefix)), prefix);
}

static int
from_hex(struct dmsc_rd text, struct dmsc_secret **out)
{
	struct dmsc_buf *in = dmsc_buf_from(text, SOURCE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(SOURCE_MAX);
	const char *s = in == NULL ? NULL : dmsc_buf_cstr(in);
	int r = text.left > SOURCE_MAX ? DMSC_E_LIMIT : DMSC_E_NOMEM;

	if (b == NULL || s == NULL)
		goto done;
	if ((r = dmsc_hex_get(s, b)) != DMSC_E_OK)
		goto done;
	*out = dmsc_secret_from(dmsc_buf_rd(b));
	r = *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
done:
	dmsc_buf_free(&in);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_secret_parse(struct dmsc_rd content, bool pin, struct dmsc_secret **out,
    struct dmsc_err *e)
{
	static const size_t ascii = sizeof "ascii:" - 1;
	static const size_t hex = sizeof "hex:" - 1;
	struct dmsc_rd r = without_line_end(content);
	int code;

	*out = NULL;
	if (has_prefix(r, "hex:")) {
		code = from_hex(dmsc_rd_slice(r, hex, r.left), out);
		if (code == DMSC_E_NOMEM)
			return dmsc_fail(e, code, "out of memory");
		return code == DMSC_E_OK ? code : dmsc_fail(e, DMSC_E_DATA,
		    "the secret is not well-formed hex");
	}
	if (has_prefix(r, "ascii:"))
		r = dmsc_rd_slice(r, ascii, r.left);
	else if (!pin || !dmsc_is_digits(r)) {
		dmsc_fail(e, DMSC_E_DATA, "the secret has no known form");
		dmsc_err_why(e, "it begins with neither hex: nor ascii:%s",
		    pin ? ", and is not all digits" : "");
		return DMSC_E_DATA;
	}
	*out = dmsc_secret_from(r);
	return *out != NULL ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}
