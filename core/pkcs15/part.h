/*
 * The parts that the object directories share, for the files of this room:
 * entries between padding, paths, bit strings, small numbers, texts.
 */
#ifndef DMSC_PKCS15_PART_H
#define DMSC_PKCS15_PART_H

#include "pkcs15/pkcs15.h"

enum {
	P15_INTEGER = 0x02, P15_BITS = 0x03, P15_OCTETS = 0x04, P15_OID = 0x06,
	P15_ENUM = 0x0A, P15_UTF8 = 0x0C, P15_SEQ = 0x30,
	P15_TAG0 = 0x80, P15_OBJECTS = 0xA0, P15_CHOICE1 = 0xA1
};

struct dmsc_p15_item {
	uint32_t tag;
	struct dmsc_rd value, raw;
	size_t at;			/* offset in the file */
};

/* Each entry of a directory file: take fails for want of memory alone. *n:
 * how many it has kept; *used: bytes up to the end of the last. LIMIT. */
int dmsc_p15_each(struct dmsc_rd file, const size_t *n, size_t *used,
    int (*take)(void *ctx, const struct dmsc_p15_item *it), void *ctx)
    DMSC_MUST_CHECK;
/* The three parts of PKCS15Object: common, class and type attributes. */
struct dmsc_p15_object {
	struct dmsc_rd common, class, type;
	bool extra;
};
int dmsc_p15_object_read(struct dmsc_rd r, struct dmsc_p15_object *out)
    DMSC_MUST_CHECK;

/* Path ::= SEQUENCE: its content. *extra is set, never cleared, when path
 * does not say all of it. */
int dmsc_p15_path_read(struct dmsc_rd r, struct dmsc_p15_path *out,
    bool *extra) DMSC_MUST_CHECK;
int dmsc_p15_path_put(struct dmsc_buf *b, const struct dmsc_p15_path *path)
    DMSC_MUST_CHECK;
/* A non-negative INTEGER of at most four bytes: FORMAT. */
int dmsc_p15_uint_read(struct dmsc_rd r, size_t *out) DMSC_MUST_CHECK;
int dmsc_p15_uint_put(struct dmsc_buf *b, uint32_t tag, size_t v)
    DMSC_MUST_CHECK;
/* BIT STRING: bit n of *out is bit n of ASN.1; 16 are looked at. */
int dmsc_p15_bits_read(struct dmsc_rd r, unsigned *out) DMSC_MUST_CHECK;
int dmsc_p15_bits_put(struct dmsc_buf *b, unsigned bits) DMSC_MUST_CHECK;
/* A text as UTF-8, up to its first NUL; what is no UTF-8 counts as Latin-1.
 * *extra is set when writing it would give other bytes. */
int dmsc_p15_text_read(struct dmsc_rd r, char **out, bool *extra)
    DMSC_MUST_CHECK;
/* Writes nothing for NULL. */
int dmsc_p15_text_put(struct dmsc_buf *b, uint32_t tag, const char *s)
    DMSC_MUST_CHECK;

#endif
