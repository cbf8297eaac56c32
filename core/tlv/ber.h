/*
 * BER-TLV (ISO 8825-1 in the subset of ISO 7816-4): tags of one to three
 * bytes, definite lengths of up to four bytes.
 */
#ifndef DMSC_TLV_BER_H
#define DMSC_TLV_BER_H

#include <dmsc/bytes.h>

/* The next object of r; value is a view inside r. SHORT when it breaks off,
 * FORMAT for an indefinite or too long length; r stays where it was then. */
int dmsc_tlv_next(struct dmsc_rd *r, uint32_t *tag, struct dmsc_rd *value)
    DMSC_MUST_CHECK;
/* As next, with the whole object (tag and length too) in raw. */
int dmsc_tlv_next_raw(struct dmsc_rd *r, uint32_t *tag,
    struct dmsc_rd *value, struct dmsc_rd *raw) DMSC_MUST_CHECK;
/* The first object with tag in r (r is not moved): NOTFOUND, SHORT, FORMAT. */
int dmsc_tlv_find(struct dmsc_rd r, uint32_t tag, struct dmsc_rd *value)
    DMSC_MUST_CHECK;
/* Appends tag, shortest length and value. */
int dmsc_tlv_put(struct dmsc_buf *b, uint32_t tag, struct dmsc_rd value)
    DMSC_MUST_CHECK;
int dmsc_tlv_put_u8(struct dmsc_buf *b, uint32_t tag, unsigned v)
    DMSC_MUST_CHECK;
/* How long the tag and the shortest length of a value of n bytes are. */
size_t dmsc_tlv_head(uint32_t tag, size_t n);
/* A constructed object: begin writes the tag and remembers where in *at, end
 * inserts the length of all that came behind it. */
int dmsc_tlv_begin(struct dmsc_buf *b, uint32_t tag, size_t *at)
    DMSC_MUST_CHECK;
int dmsc_tlv_end(struct dmsc_buf *b, size_t at) DMSC_MUST_CHECK;

#endif
