/* Secret values in a recording, masked wherever they stand (redact.h). */
#include "link/redact.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/view.h>

#include "base/base.h"

enum { BYTES_MAX = 1 << 18 };	/* how far back values are looked for */

static int
mask_byte(const struct dmsc_redact *r, int fd, size_t at)
{
	size_t low = 0, high = r->n_seen, mid;
	off_t file;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (r->seen[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	file = r->seen[low].file + (off_t)(2 * (at - r->seen[low].at));
	return pwrite(fd, "**", 2, file) == 2 ? DMSC_E_OK : DMSC_E_IO;
}

/* Masks value where it ends behind `from`. */
static int
mask_value(const struct dmsc_redact *r, int fd, size_t from,
    struct dmsc_rd value)
{
	struct dmsc_rd all = dmsc_buf_rd(r->bytes);
	size_t at, i, back = value.left - 1;
	int code = DMSC_E_OK;

	for (at = from > back ? from - back : 0; code == DMSC_E_OK &&
	    at + value.left <= all.left; at++) {
		if (!dmsc_rd_eq(dmsc_rd_slice(all, at, value.left), value))
			continue;
		for (i = 0; i < value.left && code == DMSC_E_OK; i++)
			code = mask_byte(r, fd, at + i);
	}
	return code;
}

int
dmsc_redact_note(struct dmsc_redact *r, int fd, off_t file,
    struct dmsc_rd data)
{
	struct dmsc_seen *s;
	size_t i, from;
	int code = DMSC_E_OK;

	if (data.left == 0)
		return DMSC_E_OK;
	if (r->bytes == NULL && (r->bytes = dmsc_buf_new(BYTES_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if (r->bytes->len + data.left > BYTES_MAX)
		dmsc_redact_restart(r);
	from = r->bytes->len;
	if ((code = dmsc_buf_put(r->bytes, data)) != DMSC_E_OK)
		return code;
	s = dmsc_list_add(&r->seen, &r->n_seen, sizeof *s);
	if (s == NULL) {
		dmsc_buf_truncate(r->bytes, from);
		return DMSC_E_NOMEM;
	}
	s->at = from;
	s->file = file;
	for (i = 0; i < r->n_values && code == DMSC_E_OK; i++)
		code = mask_value(r, fd, from,
		    dmsc_secret_rd(r->values[i]));
	return code;
}

static bool
is_known(const struct dmsc_redact *r, struct dmsc_rd value)
{
	size_t i;

	for (i = 0; i < r->n_values; i++)
		if (dmsc_rd_eq(dmsc_secret_rd(r->values[i]), value))
			return true;
	return false;
}

int
dmsc_redact_add(struct dmsc_redact *r, int fd, struct dmsc_rd value)
{
	struct dmsc_secret *s;

	if (value.left < DMSC_REDACT_MIN || is_known(r, value))
		return DMSC_E_OK;
	if (r->n_values == DMSC_REDACT_VALUES) {	/* the oldest goes */
		dmsc_secret_free(&r->values[0]);
		memmove(r->values, r->values + 1,
		    --r->n_values * sizeof r->values[0]);
	}
	if ((s = dmsc_secret_from(value)) == NULL)
		return DMSC_E_NOMEM;
	r->values[r->n_values++] = s;
	return fd < 0 || r->n_seen == 0 ? DMSC_E_OK :
	    mask_value(r, fd, 0, value);
}

void
dmsc_redact_restart(struct dmsc_redact *r)
{
	if (r->bytes != NULL)
		dmsc_buf_reset(r->bytes);
	free(r->seen);
	r->seen = NULL;
	r->n_seen = 0;
}

void
dmsc_redact_free(struct dmsc_redact *r)
{
	dmsc_redact_restart(r);
	dmsc_buf_free(&r->bytes);
	while (r->n_values > 0)
		dmsc_secret_free(&r->values[--r->n_values]);
}
