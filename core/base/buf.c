/* The growing buffer with a maximum (dmsc/bytes.h). */
#include <dmsc/bytes.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

enum { FIRST = 64 };

struct dmsc_buf *
dmsc_buf_new(size_t max)
{
	struct dmsc_buf *b = calloc(1, sizeof *b);

	if (b != NULL)
		b->max = max;
	return b;
}

struct dmsc_buf *
dmsc_buf_from(struct dmsc_rd r, size_t max)
{
	struct dmsc_buf *b = dmsc_buf_new(max);

	if (b != NULL && dmsc_buf_put(b, r) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

void
dmsc_buf_free(struct dmsc_buf **b)
{
	if (b == NULL || *b == NULL)
		return;
	dmsc_wipe((*b)->p, (*b)->cap);
	free((*b)->p);
	free(*b);
	*b = NULL;
}

void
dmsc_buf_reset(struct dmsc_buf *b)
{
	dmsc_wipe(b->p, b->len);
	b->len = 0;
}

struct dmsc_rd
dmsc_buf_rd(const struct dmsc_buf *b)
{
	return b == NULL ? dmsc_rd_of(NULL, 0) : dmsc_rd_of(b->p, b->len);
}

/* Room for n more bytes and a NUL behind them; old memory is wiped. */
static int
grow(struct dmsc_buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? FIRST : b->cap;
	uint8_t *p;

	if (n > b->max - b->len)
		return DMSC_E_LIMIT;
	if (b->p != NULL && n < b->cap - b->len)
		return DMSC_E_OK;
	while (cap - b->len <= n) {
		if (cap > SIZE_MAX / 2)
			return DMSC_E_LIMIT;
		cap *= 2;
	}
	if ((p = malloc(cap)) == NULL)
		return DMSC_E_NOMEM;
	if (b->len > 0)
		memcpy(p, b->p, b->len);
	dmsc_wipe(b->p, b->cap);
	free(b->p);
	b->p = p;
	b->cap = cap;
	return DMSC_E_OK;
}

int
dmsc_buf_put(struct dmsc_buf *b, struct dmsc_rd r)
{
	int code = grow(b, r.left);

	if (code != DMSC_E_OK)
		return code;
	if (r.left > 0)
		memcpy(b->p + b->len, r.p, r.left);
	b->len += r.left;
	return DMSC_E_OK;
}

int
dmsc_buf_u8(struct dmsc_buf *b, unsigned v)
{
	int r = grow(b, 1);

	if (r != DMSC_E_OK)
		return r;
	b->p[b->len++] = (uint8_t)v;
	return DMSC_E_OK;
}

int
dmsc_buf_u16(struct dmsc_buf *b, unsigned v)
{
	uint8_t p[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	return dmsc_buf_put(b, dmsc_rd_of(p, sizeof p));
}

void
dmsc_u32_code(uint8_t out[4], uint32_t v)
{
	out[0] = (uint8_t)(v >> 24);
	out[1] = (uint8_t)(v >> 16);
	out[2] = (uint8_t)(v >> 8);
	out[3] = (uint8_t)v;
}

int
dmsc_buf_u24(struct dmsc_buf *b, uint32_t v)
{
	uint8_t p[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	return dmsc_buf_put(b, dmsc_rd_of(p, sizeof p));
}

int
dmsc_buf_u32(struct dmsc_buf *b, uint32_t v)
{
	uint8_t p[4];

	dmsc_u32_code(p, v);
	return dmsc_buf_put(b, dmsc_rd_of(p, sizeof p));
}

int
dmsc_buf_str(struct dmsc_buf *b, const char *s)
{
	return dmsc_buf_put(b, dmsc_rd_str(s));
}

int
dmsc_buf_fmt(struct dmsc_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n, r;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return DMSC_E_FORMAT;
	if ((r = grow(b, (size_t)n)) != DMSC_E_OK)
		return r;
	va_start(ap, fmt);
	(void)vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return DMSC_E_OK;
}

int
dmsc_buf_fill(struct dmsc_buf *b, unsigned byte, size_t n)
{
	int r = grow(b, n);

	if (r != DMSC_E_OK)
		return r;
	memset(b->p + b->len, (int)byte, n);
	b->len += n;
	return DMSC_E_OK;
}

int
dmsc_buf_insert(struct dmsc_buf *b, size_t at, struct dmsc_rd r)
{
	int code = grow(b, r.left);

	if (code != DMSC_E_OK)
		return code;
	memmove(b->p + at + r.left, b->p + at, b->len - at);
	if (r.left > 0)
		memcpy(b->p + at, r.p, r.left);
	b->len += r.left;
	return DMSC_E_OK;
}

void
dmsc_buf_truncate(struct dmsc_buf *b, size_t len)
{
	if (len < b->len)
		b->len = len;
}

const char *
dmsc_buf_cstr(struct dmsc_buf *b)
{
	if (grow(b, 0) != DMSC_E_OK)
		return NULL;
	b->p[b->len] = '\0';
	return (const char *)b->p;
}
