/*
 * One command over the link: channel number in the class, short or extended
 * lengths, 61xx and 6Cxx followed with a bound (TS 102 221 7.3, 10.1, 10.2).
 */
#include "uicc/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 4, CLA_GSM = 0xA0 };

unsigned
uicc_cla_channel(unsigned cla)
{
	if (cla == CLA_GSM || cla == 0xFF)
		return 0;
	return (cla & 0x40) != 0 ? (cla & 0x0F) + 4 : cla & 0x03;
}

/* The class byte cla of channel 0 for channel ch. */
static unsigned
cla_for(unsigned cla, unsigned ch)
{
	return ch < 4 ? cla | ch : cla | 0x40 | (ch - 4);
}

static bool
stopped(const struct dmsc_uicc *u)
{
	return u->interrupted != NULL && *u->interrupted != 0;
}

/* The card says that it failed, not that it refuses. */
static bool
is_fault(unsigned sw)
{
	unsigned sw1 = sw >> 8;

	return sw1 == 0x64 || sw1 == 0x65 || sw1 == 0x6F;
}

/* One APDU, no loops. The data goes behind rsp. */
int
uicc_once(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    unsigned *sw)
{
	struct dmsc_buf *a = u->answer;
	int r;

	if (stopped(u))
		return dmsc_fail(u->err, DMSC_E_INTERRUPTED, "interrupted");
	dmsc_buf_reset(a);
	uicc_hide_begin(u, cmd);
	r = dmsc_link_xfer(u->link, cmd, a, u->err);
	uicc_hide_end(u);
	u->apdus++;
	u->bytes += cmd.left + a->len;
	if (r != DMSC_E_OK) {
		uicc_lost(u);
		return r;
	}
	*sw = (unsigned)a->p[a->len - 2] << 8 | a->p[a->len - 1];
	u->last_sw = *sw;
	if (is_fault(*sw))
		u->faults++;
	if ((*sw & 0xFF00) == 0x9100)
		u->proactive = true;
	if (rsp != NULL && (r = dmsc_buf_put(rsp, dmsc_rd_of(a->p,
	    a->len - 2))) != DMSC_E_OK)
		return dmsc_fail(u->err, r, r == DMSC_E_NOMEM ?
		    "out of memory" : "the card's answer is too long");
	return DMSC_E_OK;
}

static bool
more_waits(unsigned cla, unsigned sw)
{
	return (sw & 0xFF00) == 0x6100 ||
	    (cla == CLA_GSM && (sw & 0xFF00) == 0x9F00);
}

/* GET RESPONSE until the card is done. *sw is 61xx (or 9Fxx) at the start. */
static int
fetch_rest(struct dmsc_uicc *u, unsigned cla, struct dmsc_buf *rsp,
    unsigned *sw)
{
	uint8_t get[5] = { 0, INS_GET_RESPONSE, 0, 0, 0 };
	unsigned round;
	int r;

	get[0] = (uint8_t)(cla == CLA_GSM ? cla :
	    cla_for(0, uicc_cla_channel(cla)));
	u->style.gets = true;
	for (round = 0; round < UICC_ROUNDS; round++) {
		if (!more_waits(cla, *sw) && (*sw & 0xFF00) != 0x6C00)
			return DMSC_E_OK;
		get[4] = (uint8_t)*sw;
		if ((r = uicc_once(u, dmsc_rd_of(get, sizeof get), rsp,
		    sw)) != DMSC_E_OK)
			return r;
	}
	return dmsc_fail(u->err, DMSC_E_LIMIT,
	    "the card announces more data without end");
}

/* Where Le stands in a short command, 0 when it has none. */
static size_t
le_at(struct dmsc_rd cmd)
{
	if (cmd.left == HEADER + 1)
		return HEADER;
	if (cmd.left > HEADER + 1 && cmd.p[HEADER] != 0 &&
	    cmd.left == (size_t)HEADER + 2 + cmd.p[HEADER])
		return cmd.left - 1;
	return 0;
}

static bool
is_extended(struct dmsc_rd cmd)
{
	return cmd.left > HEADER + 2 && cmd.p[HEADER] == 0;
}

/* The same command with the Le that the card asks for by 6Cxx. */
static int
again_with_le(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    unsigned *sw)
{
	struct dmsc_buf *b;
	size_t at = le_at(cmd);
	unsigned le = *sw & 0xFF;
	int r = DMSC_E_NOMEM;

	if (is_extended(cmd))	/* the answer fits 256: Le is not our fault */
		return DMSC_E_OK;
	if ((b = dmsc_buf_from(cmd, cmd.left + 1)) == NULL)
		return dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	if (at != 0)
		dmsc_buf_truncate(b, at);
	if ((r = dmsc_buf_u8(b, le)) == DMSC_E_OK)
		r = uicc_once(u, dmsc_buf_rd(b), rsp, sw);
	dmsc_buf_free(&b);
	return r;
}

int
uicc_exchange(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    unsigned *sw)
{
	int r;

	if ((r = uicc_once(u, cmd, rsp, sw)) != DMSC_E_OK)
		return r;
	if ((*sw & 0xFF00) == 0x6C00 &&
	    (r = again_with_le(u, cmd, rsp, sw)) != DMSC_E_OK)
		return r;
	if (more_waits(cmd.p[0], *sw))
		return fetch_rest(u, cmd.p[0], rsp, sw);
	return DMSC_E_OK;
}

static int
put_lengths(struct dmsc_uicc *u, struct dmsc_buf *b, struct dmsc_rd data,
    int le)
{
	bool wide = data.left > UICC_LC_MAX || le > UICC_SHORT_MAX ||
	    (u->style.extended && data.left > uicc_room(u, false));
	int r = DMSC_E_OK;

	if (data.left > 0) {
		r = wide ? dmsc_buf_u24(b, (uint32_t)data.left) :
		    dmsc_buf_u8(b, (unsigned)data.left);
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(b, data);
	} else if (wide)
		r = dmsc_buf_u8(b, 0);
	if (r != DMSC_E_OK || le == DMSC_LE_NONE)
		return r;
	return wide ? dmsc_buf_u16(b, (unsigned)le & 0xFFFF) :
	    dmsc_buf_u8(b, (unsigned)le & 0xFF);
}

int
dmsc_uicc_cmd(struct dmsc_uicc *u, unsigned cla_ins, unsigned p1p2,
    struct dmsc_rd data, int le, struct dmsc_buf *rsp, unsigned *sw)
{
	struct dmsc_buf *b;
	int r;

	if (data.left > 0xFFFF || le > 0x10000)
		return dmsc_fail(u->err, DMSC_E_USAGE, "the APDU is too long");
	if ((b = dmsc_buf_new(DMSC_APDU_CMD_MAX)) == NULL)
		return dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_buf_u8(b, cla_for(cla_ins >> 8 & 0xFF, u->ch))) ==
	    DMSC_E_OK && (r = dmsc_buf_u8(b, cla_ins & 0xFF)) == DMSC_E_OK &&
	    (r = dmsc_buf_u16(b, p1p2)) == DMSC_E_OK)
		r = put_lengths(u, b, data, le);
	if (r != DMSC_E_OK)
		r = dmsc_fail(u->err, r, "the APDU cannot be built");
	else
		r = uicc_exchange(u, dmsc_buf_rd(b), rsp, sw);
	dmsc_buf_free(&b);	/* wipes: it may hold a PIN */
	return r;
}

int
dmsc_uicc_fail(struct dmsc_uicc *u, unsigned sw, const char *fmt, ...)
{
	char what[DMSC_ERR_TEXT], text[64];
	int code = dmsc_sw_code(sw);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	if (code == DMSC_E_OK)
		code = DMSC_E_SW;
	(void)dmsc_fail(u->err, code, "cannot %s", what);
	(void)dmsc_err_sw(u->err, sw);
	return dmsc_err_why(u->err, "%s", dmsc_sw_text(sw, text,
	    sizeof text));
}
