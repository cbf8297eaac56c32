/*
 * Bytes: a view to read (struct dmsc_rd, owns nothing), a growing buffer
 * with a maximum to write (struct dmsc_buf), and hexadecimal text.
 */
#ifndef DMSC_BYTES_H
#define DMSC_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dmsc/err.h>

struct dmsc_rd {
	const uint8_t *p;
	size_t left;
};

struct dmsc_rd dmsc_rd_of(const void *p, size_t n);
struct dmsc_rd dmsc_rd_str(const char *s);	/* without the NUL */
/* Each reads from the front or returns DMSC_E_SHORT and moves nothing. */
int dmsc_rd_u8(struct dmsc_rd *r, uint8_t *out) DMSC_MUST_CHECK;
int dmsc_rd_u16(struct dmsc_rd *r, uint16_t *out) DMSC_MUST_CHECK;
int dmsc_rd_u24(struct dmsc_rd *r, uint32_t *out) DMSC_MUST_CHECK;
int dmsc_rd_u32(struct dmsc_rd *r, uint32_t *out) DMSC_MUST_CHECK;
int dmsc_rd_take(struct dmsc_rd *r, size_t n, struct dmsc_rd *out)
    DMSC_MUST_CHECK;
bool dmsc_rd_eq(struct dmsc_rd a, struct dmsc_rd b);
bool dmsc_rd_eq_str(struct dmsc_rd a, const char *s);
/* The view [from, from + n) cut to what there is; never fails. */
struct dmsc_rd dmsc_rd_slice(struct dmsc_rd r, size_t from, size_t n);

/* A buffer. p, len and max may be read by anyone, written only by base. */
struct dmsc_buf {
	uint8_t *p;
	size_t len;
	size_t cap;
	size_t max;
};

struct dmsc_buf *dmsc_buf_new(size_t max);	/* NULL: out of memory */
struct dmsc_buf *dmsc_buf_from(struct dmsc_rd r, size_t max);
void dmsc_buf_free(struct dmsc_buf **b);	/* wipes, frees, sets NULL */
void dmsc_buf_reset(struct dmsc_buf *b);	/* wipes, length 0 */
struct dmsc_rd dmsc_buf_rd(const struct dmsc_buf *b);	/* NULL: empty */
/* Each appends, or fails with LIMIT or NOMEM and changes nothing. */
int dmsc_buf_put(struct dmsc_buf *b, struct dmsc_rd r) DMSC_MUST_CHECK;
int dmsc_buf_u8(struct dmsc_buf *b, unsigned v) DMSC_MUST_CHECK;
int dmsc_buf_u16(struct dmsc_buf *b, unsigned v) DMSC_MUST_CHECK;
int dmsc_buf_u24(struct dmsc_buf *b, uint32_t v) DMSC_MUST_CHECK;
int dmsc_buf_u32(struct dmsc_buf *b, uint32_t v) DMSC_MUST_CHECK;
int dmsc_buf_str(struct dmsc_buf *b, const char *s) DMSC_MUST_CHECK;
int dmsc_buf_fmt(struct dmsc_buf *b, const char *fmt, ...)
    DMSC_PRINTF(2, 3) DMSC_MUST_CHECK;
int dmsc_buf_fill(struct dmsc_buf *b, unsigned byte, size_t n)
    DMSC_MUST_CHECK;
/* Inserts r before offset at (at <= len). */
int dmsc_buf_insert(struct dmsc_buf *b, size_t at, struct dmsc_rd r)
    DMSC_MUST_CHECK;
void dmsc_buf_truncate(struct dmsc_buf *b, size_t len);
/* The content as a C string; a NUL is kept behind the end. NULL: no memory.
 * Valid until the next change of b. */
const char *dmsc_buf_cstr(struct dmsc_buf *b);

/* Upper-case hex of r into b. */
int dmsc_hex_put(struct dmsc_buf *b, struct dmsc_rd r) DMSC_MUST_CHECK;
/* Hex text, blanks and colons between bytes allowed: SHORT for half a byte,
 * FORMAT for a character that is no hex. */
int dmsc_hex_get(const char *text, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* As much hex as fits in out, always NUL-terminated; returns out. */
char *dmsc_hex(struct dmsc_rd r, char *out, size_t size);

#endif
