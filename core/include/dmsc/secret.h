/*
 * Secrets: bytes in memory that is locked where the system lets us, never
 * part of a core image, and wiped when freed.
 */
#ifndef DMSC_SECRET_H
#define DMSC_SECRET_H

#include <dmsc/bytes.h>

struct dmsc_secret {
	uint8_t *p;
	size_t len;
	size_t cap;
};

struct dmsc_secret *dmsc_secret_new(size_t cap);	/* NULL: no memory */
struct dmsc_secret *dmsc_secret_from(struct dmsc_rd r);
void dmsc_secret_free(struct dmsc_secret **s);
struct dmsc_rd dmsc_secret_rd(const struct dmsc_secret *s);
void dmsc_wipe(void *p, size_t n);
bool dmsc_same(struct dmsc_rd a, struct dmsc_rd b);	/* constant time */

/*
 * Content that a SOURCE (dmsc/key.h) or a terminal gave: "hex:...",
 * "ascii:..." or, where pin is true, plain digits; one line end at the end is
 * dropped. DATA for bad content. The value never appears in e.
 */
int dmsc_secret_parse(struct dmsc_rd content, bool pin,
    struct dmsc_secret **out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
