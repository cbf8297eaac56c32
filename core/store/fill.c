/* What a file will hold: new bytes, padding, and what stays around them. */
#include "store/plan.h"

#include "base/base.h"

enum { ZEROS = 8 };

struct dmsc_buf *
dmsc_build_image(size_t size, size_t at, struct dmsc_rd bytes,
    struct dmsc_rd old)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);

	if (b == NULL || at + bytes.left > size ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, 0, at)) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, at - b->len) != DMSC_E_OK ||
	    dmsc_buf_put(b, bytes) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, size - b->len) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}

/* Where what is no padding ends: FF, or a row of 00. */
static size_t
padded_from(struct dmsc_rd old, size_t from, size_t end)
{
	size_t n = end;
	uint8_t pad;

	pad = end > from && old.p[end - 1] == 0 ? 0 : DMSC_PAD;
	while (n > from && old.p[n - 1] == pad)
		n--;
	return pad == 0 && end - n < ZEROS ? end : n;
}

/* old with bytes at head, FF behind them up to the end of what stood in the
 * room there; all else as it was. */
struct dmsc_buf *
dmsc_build_part(struct dmsc_rd old, size_t head, size_t room,
    struct dmsc_rd bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	size_t end = padded_from(old, head + bytes.left,
	    head + DMSC_MIN(room, old.left - head));

	if (b == NULL || bytes.left > room ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, 0, head)) != DMSC_E_OK ||
	    dmsc_buf_put(b, bytes) != DMSC_E_OK ||
	    dmsc_buf_fill(b, DMSC_PAD, end - b->len) != DMSC_E_OK ||
	    dmsc_buf_put(b, dmsc_rd_slice(old, end, old.left)) != DMSC_E_OK)
		dmsc_buf_free(&b);
	return b;
}
