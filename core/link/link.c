/* The APDU link: what is checked for every end and layer (link/link.h). */
#include "link/link.h"

#include <string.h>

enum { HEADER = 4, SW_SIZE = 2 };

static int
closed(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOREADER, "no reader is connected");
}

int
dmsc_link_reset(struct dmsc_link *l, bool cold, struct dmsc_buf *atr,
    struct dmsc_err *e)
{
	if (l->ops == NULL)
		return closed(e);
	dmsc_buf_reset(atr);
	return l->ops->reset(l->h, cold, atr, e);
}

int
dmsc_link_xfer(struct dmsc_link *l, struct dmsc_rd cmd,
    struct dmsc_buf *rsp, struct dmsc_err *e)
{
	size_t before = rsp->len;
	int r;

	if (l->ops == NULL)
		return closed(e);
	if (cmd.left < HEADER || cmd.left > DMSC_APDU_CMD_MAX)
		return dmsc_fail(e, DMSC_E_USAGE,
		    "a command APDU has 4 to %d bytes, not %zu",
		    (int)DMSC_APDU_CMD_MAX, cmd.left);
	if ((r = l->ops->xfer(l->h, cmd, rsp, e)) != DMSC_E_OK) {
		dmsc_buf_truncate(rsp, before);
		return r;
	}
	if (rsp->len - before >= SW_SIZE)
		return DMSC_E_OK;
	dmsc_buf_truncate(rsp, before);
	return dmsc_fail(e, DMSC_E_TRANSPORT,
	    "the answer has no status word");
}

int
dmsc_link_lock(struct dmsc_link *l, bool on, struct dmsc_err *e)
{
	if (l->ops == NULL)
		return closed(e);
	return l->ops->lock == NULL ? DMSC_E_OK : l->ops->lock(l->h, on, e);
}

int
dmsc_link_claim(struct dmsc_link *l, struct dmsc_err *e)
{
	if (l->ops == NULL)
		return closed(e);
	return l->ops->claim == NULL ? DMSC_E_OK : l->ops->claim(l->h, e);
}

void
dmsc_link_close(struct dmsc_link *l, bool reset_card)
{
	if (l->ops != NULL)
		l->ops->close(&l->h, reset_card);
	memset(l, 0, sizeof *l);
}

void
dmsc_link_facts(const struct dmsc_link *l, struct dmsc_link_facts *out)
{
	memset(out, 0, sizeof *out);
	if (l->ops != NULL && l->ops->facts != NULL)
		l->ops->facts(l->h, out);
}

void
dmsc_link_redact(struct dmsc_link *l, struct dmsc_rd value)
{
	if (l->ops != NULL && l->ops->redact != NULL)
		l->ops->redact(l->h, value);
}

void
dmsc_link_hide(struct dmsc_link *l, bool on)
{
	if (l->ops != NULL && l->ops->hide != NULL)
		l->ops->hide(l->h, on);
}

/* Lc data [Le] in rest: a length field of `field` bytes, an Le of `le`. */
static int
body(struct dmsc_rd rest, size_t lc, size_t field, size_t le,
    struct dmsc_rd *data)
{
	if (rest.left != field + lc && rest.left != field + lc + le)
		return DMSC_E_FORMAT;
	*data = dmsc_rd_slice(rest, field, lc);
	return DMSC_E_OK;
}

int
dmsc_apdu_data(struct dmsc_rd cmd, struct dmsc_rd *data)
{
	struct dmsc_rd rest = dmsc_rd_slice(cmd, HEADER, cmd.left), wide;
	uint16_t lc = 0;

	*data = dmsc_rd_slice(rest, 1, rest.left);
	if (cmd.left < HEADER)
		return DMSC_E_FORMAT;
	if (rest.left <= 1)
		return DMSC_E_OK;
	if (rest.p[0] != 0)
		return body(rest, rest.p[0], 1, 1, data);
	wide = dmsc_rd_slice(rest, 1, rest.left);
	if (dmsc_rd_u16(&wide, &lc) != DMSC_E_OK)
		return DMSC_E_FORMAT;
	if (wide.left == 0) {		/* case 2E: 00 Le Le */
		*data = wide;
		return DMSC_E_OK;
	}
	return lc == 0 ? DMSC_E_FORMAT : body(rest, lc, 3, 2, data);
}
