/* Every good row again, cut at each byte and with each bit flipped. */
#ifndef DMSC_TESTS_CODEC_MUTATE_H
#define DMSC_TESTS_CODEC_MUTATE_H

#include <string.h>

#include <dmsc/bytes.h>

enum { MUTATE_ALL = 2048, MUTATE_SOME = 1000 };

/* try() must return, under the sanitizers, and say whether it held what it
 * promises. in is copied to memory of its exact size each time. */
static inline bool
mutate(struct dmsc_rd in, bool (*try)(struct dmsc_rd in))
{
	struct dmsc_buf *b;
	uint32_t seed = 1;
	size_t i, n, bit;
	bool good = true, all = in.left <= MUTATE_ALL;

	n = all ? in.left : MUTATE_SOME / 2;
	for (i = 0; i < n && good; i++) {
		seed = seed * 1664525u + 1013904223u;
		b = dmsc_buf_from(dmsc_rd_slice(in, 0,
		    all ? i : (seed >> 4) % in.left), in.left);
		good = b != NULL && try(dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	n = all ? in.left * 8 : MUTATE_SOME;
	for (i = 0; i < n && good; i++) {
		seed = seed * 1664525u + 1013904223u;
		bit = all ? i : (seed >> 4) % (in.left * 8);
		if ((b = dmsc_buf_from(in, in.left)) == NULL)
			return false;
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		good = try(dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	return good;
}

/* in with the first from in it made to; false: there is none. */
static inline bool
mutate_text(const char *in, const char *from, const char *to,
    struct dmsc_buf *out)
{
	const char *at = strstr(in, from);

	dmsc_buf_reset(out);
	return at != NULL && dmsc_buf_put(out, dmsc_rd_of(in,
	    (size_t)(at - in))) == DMSC_E_OK &&
	    dmsc_buf_str(out, to) == DMSC_E_OK &&
	    dmsc_buf_str(out, at + strlen(from)) == DMSC_E_OK;
}

#endif
