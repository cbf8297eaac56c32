/*
 * Logical channels, and raw APDUs as typed: after each the picture of the
 * card is made true again, or forgotten where it cannot be told.
 */
#include <string.h>

#include "base/base.h"
#include "uicc/inside.h"

enum { HEADER = 4, P1_FID = 0x00, P1_AID = 0x04, P1_PATH = 0x08,
	CLOSE = 0x80 };

int
dmsc_uicc_channel_open(struct dmsc_uicc *u)
{
	struct dmsc_buf *b;
	unsigned sw, ch;
	int r;

	if (u->ch_depth > 0) {
		u->ch_depth++;
		return DMSC_E_OK;
	}
	if ((b = dmsc_buf_new(UICC_SHORT_MAX)) == NULL)
		return dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	r = dmsc_uicc_cmd(u, INS_CHANNEL, 0, dmsc_rd_of(NULL, 0), 1, b, &sw);
	ch = b->len == 1 ? b->p[0] : 0;
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_sw_ok(sw))
		return dmsc_uicc_fail(u, sw, "open a logical channel");
	if (ch == 0 || ch >= UICC_CHANNELS)
		return dmsc_fail(u->err, DMSC_E_SW,
		    "the card names no channel that can be used");
	u->ch = ch;
	u->ch_depth = 1;
	u->opened |= 1u << ch;
	memset(&u->chan[ch], 0, sizeof u->chan[ch]);
	return DMSC_E_OK;
}

static bool
has_own_right(const struct dmsc_uicc *u)
{
	unsigned ref;

	for (ref = UICC_LOCAL; ref <= UINT8_MAX; ref++)
		if (u->right[ref])
			return true;
	return false;
}

int
dmsc_uicc_aside(struct dmsc_uicc *u, const struct dmsc_place *p, bool *aside)
{
	const struct uicc_channel *c = &u->chan[u->ch];
	int r;

	*aside = false;
	if (u->ch_depth > 0 || !has_own_right(u))
		return DMSC_E_OK;
	if (p != NULL && (p->aid_len == 0 ||
	    dmsc_rd_eq(dmsc_rd_of(p->aid, p->aid_len),
	    dmsc_rd_of(c->app, c->app_len))))
		return DMSC_E_OK;
	r = dmsc_uicc_channel_open(u);
	*aside = u->aside = r == DMSC_E_OK;
	if (r == DMSC_E_OK || u->err->sw == 0)
		return r;
	dmsc_err_clear(u->err);
	return DMSC_E_OK;
}

void
dmsc_uicc_channel_close(struct dmsc_uicc *u)
{
	struct dmsc_err was = *u->err;
	unsigned ch = u->ch, sw;

	if (u->ch_depth == 0 || --u->ch_depth > 0)
		return;
	u->ch = 0;
	u->aside = false;
	u->opened &= ~(1u << ch);
	memset(&u->chan[ch], 0, sizeof u->chan[ch]);
	if (dmsc_uicc_cmd(u, INS_CHANNEL, CLOSE << 8 | ch, dmsc_rd_of(NULL,
	    0), DMSC_LE_NONE, NULL, &sw) != DMSC_E_OK)
		*u->err = was;	/* shows at the next APDU */
}

unsigned
dmsc_uicc_channel(const struct dmsc_uicc *u)
{
	return u->ch;
}

static struct dmsc_rd
field(struct dmsc_rd cmd)
{
	struct dmsc_rd data;

	return dmsc_apdu_data(cmd, &data) == DMSC_E_OK ? data :
	    dmsc_rd_of(NULL, 0);
}

/* A place that a raw SELECT names without doubt. */
static bool
named(const struct uicc_channel *c, unsigned p1, struct dmsc_rd data,
    struct dmsc_place *out)
{
	uint16_t fid;

	memset(out, 0, sizeof *out);
	if (p1 == P1_FID)
		return data.left == 0 || (data.left == 2 &&
		    data.p[0] == UICC_MF >> 8 && data.p[1] == 0);
	if (p1 == P1_AID && data.left > 0 && data.left <= sizeof out->aid) {
		memcpy(out->aid, data.p, data.left);
		out->aid_len = data.left;
		return true;
	}
	if (p1 != P1_PATH || data.left % 2 != 0)
		return false;
	while (dmsc_rd_u16(&data, &fid) == DMSC_E_OK) {
		if (fid == UICC_ADF && out->n == 0 && c->app_sure) {
			memcpy(out->aid, c->app, c->app_len);
			out->aid_len = c->app_len;
		} else if (dmsc_place_below(out, fid, out) != DMSC_E_OK ||
		    out->fid[0] == UICC_ADF || out->fid[0] == UICC_MF)
			return false;
	}
	return true;
}

static void
after_select(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_rd answer)
{
	struct uicc_channel *c = uicc_chan(u);
	struct dmsc_place p;

	if (cmd.p[3] > 0x0C || (cmd.p[3] & 0x03) != 0 ||
	    !named(c, cmd.p[2], field(cmd), &p)) {
		c->known = false;
		if (cmd.p[2] == P1_AID)
			c->app_sure = false;
		return;
	}
	uicc_selected(u, &p, answer);
}

static void
after_channel(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_rd answer)
{
	unsigned ch = cmd.p[2] == CLOSE ? cmd.p[3] : answer.left == 1 ?
	    answer.p[0] : 0;

	if (ch == 0 || ch >= UICC_CHANNELS)
		return;
	memset(&u->chan[ch], 0, sizeof u->chan[ch]);
	if (cmd.p[2] != CLOSE) {
		u->opened |= 1u << ch;
		return;
	}
	u->opened &= ~(1u << ch);
	if (u->ch == ch)
		u->ch = u->ch_depth = 0;
}

/* Commands that move nothing and change nothing that we remember. */
static bool
harmless(unsigned ins, struct dmsc_rd cmd)
{
	static const uint8_t list[] = { 0x10, 0x12, 0x14, 0x78, 0x7A, 0x84,
	    0x88, 0x89, 0xAA, 0xC0, 0xC2, 0xCA, 0xF2 };

	if (ins == INS_READ)
		return (cmd.p[2] & 0x80) == 0;	/* else by SFI: it moves */
	if (ins == INS_READ_RECORD || ins == 0xA2)
		return (cmd.p[3] & 0xF8) == 0;
	return memchr(list, (int)ins, sizeof list) != NULL;
}

static bool
is_pin(unsigned ins)
{
	return ins == INS_VERIFY || ins == INS_CHANGE ||
	    ins == INS_DISABLE || ins == INS_ENABLE || ins == INS_UNBLOCK;
}

/* cmd was answered by sw on its channel, which is u->ch for this time. */
static void
follow(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_rd answer,
    unsigned sw)
{
	unsigned ins = cmd.p[1];
	bool good = dmsc_sw_ok(sw) || (sw & 0xFF00) == 0x6100;

	if (ins == INS_SELECT && good)
		after_select(u, cmd, answer);
	else if (ins == INS_CHANNEL && good)
		after_channel(u, cmd, answer);
	else if (is_pin(ins) && field(cmd).left > 0)
		uicc_pin_answered(u, ins, cmd.p[3], sw);
	else if (!is_pin(ins) && !harmless(ins, cmd)) {
		uicc_chan(u)->known = false;
		uicc_content_changed(u);
	}
}

int
dmsc_uicc_raw(struct dmsc_uicc *u, struct dmsc_rd cmd, bool raw,
    struct dmsc_buf *rsp, unsigned *sw)
{
	unsigned ch = u->ch;
	size_t start = rsp->len;
	int r;

	if (cmd.left < HEADER)
		return dmsc_fail(u->err, DMSC_E_USAGE,
		    "an APDU has at least four bytes");
	r = raw ? uicc_once(u, cmd, rsp, sw) : uicc_exchange(u, cmd, rsp,
	    sw);
	if (r != DMSC_E_OK) {
		uicc_lost(u);
		u->gained = u->gained || is_pin(cmd.p[1]);
		return r;
	}
	u->ch = uicc_cla_channel(cmd.p[0]);
	if (u->ch < UICC_CHANNELS)
		follow(u, cmd, dmsc_rd_slice(dmsc_buf_rd(rsp), start,
		    rsp->len), *sw);
	/* Closing the channel in use by hand leads back to the basic one. */
	u->ch = (u->opened & 1u << ch) != 0 || ch == 0 ? ch : 0;
	if (u->ch == 0)
		u->ch_depth = 0;
	return DMSC_E_OK;
}
