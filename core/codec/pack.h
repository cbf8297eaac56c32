/*
 * Texts that a document repeats, for the string table of its WBXML (WAP-192,
 * 5.7): counted first, then those kept whose place in the table saves bytes.
 */
#ifndef DMSC_CODEC_PACK_H
#define DMSC_CODEC_PACK_H

#include <dmsc/bytes.h>

struct pack;

struct pack *dmsc_pack_new(void);	/* NULL: no memory */
void dmsc_pack_free(struct pack **p);
/* The text lives as long as p. Where there are too many different ones the
 * later ones are not counted. */
void dmsc_pack_count(struct pack *p, const char *text);
/* The table behind what is in out already, whose length is start: from here
 * on dmsc_pack_at finds what it holds. */
int dmsc_pack_table(struct pack *p, size_t start, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* Where text stands in the table. False: nowhere. */
bool dmsc_pack_at(const struct pack *p, struct dmsc_rd text, uint32_t *at);

#endif
