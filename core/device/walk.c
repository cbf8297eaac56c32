/* What the players of readers share (device/walk.h). */
#include "device/walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { COMMAND_HEX = 256, ROUNDS_MAX = 16, SW_LEN = 2, HEADER = 4,
	MORE_DATA = 0x61, WRONG_LENGTH = 0x6C, CHANNELS = 0x03 };

void
dmsc_play_clear(struct dmsc_play_found *f)
{
	dmsc_buf_free(&f->bytes);
	memset(f, 0, sizeof *f);
}

bool
dmsc_walk_give_up(struct dmsc_walk *w, const char *why)
{
	if (w->out->why == NULL)
		w->out->why = why;
	return false;
}

/* One command; its data is added to w->rsp. */
static int
transfer(struct dmsc_walk *w, struct dmsc_rd cmd)
{
	int r = dmsc_link_xfer(w->l, cmd, w->rsp, &w->out->err);

	if (r != DMSC_E_OK)
		return r;
	w->out->apdus++;
	w->sw = (unsigned)w->rsp->p[w->rsp->len - SW_LEN] << 8 |
	    w->rsp->p[w->rsp->len - SW_LEN + 1];
	dmsc_buf_truncate(w->rsp, w->rsp->len - SW_LEN);
	return r;
}

/* What the reader below them does for T=0: data that waits is fetched, a
 * length that was wrong is mended. */
static int
with_rest(struct dmsc_walk *w, struct dmsc_buf *cmd)
{
	uint8_t get[] = { 0, 0xC0, 0, 0, 0 };
	int rounds, r = transfer(w, dmsc_buf_rd(cmd));

	for (rounds = 0; r == DMSC_E_OK && rounds < ROUNDS_MAX; rounds++) {
		get[HEADER] = (uint8_t)w->sw;
		if (w->sw >> 8 == MORE_DATA) {
			get[0] = cmd->p[0] & CHANNELS;
			r = transfer(w, dmsc_rd_of(get, sizeof get));
		} else if (w->sw >> 8 == WRONG_LENGTH &&
		    cmd->len == sizeof get) {
			cmd->p[HEADER] = (uint8_t)w->sw;
			r = transfer(w, dmsc_buf_rd(cmd));
		} else
			break;
	}
	return r;
}

bool
dmsc_walk_send(struct dmsc_walk *w, const char *fmt, ...)
{
	char hex[COMMAND_HEX];
	struct dmsc_buf *cmd = dmsc_buf_new(sizeof hex / 2);
	struct dmsc_link_facts facts;
	bool t0;
	va_list ap;

	dmsc_link_facts(w->l, &facts);
	t0 = facts.protocol != NULL && strcmp(facts.protocol, "T=0") == 0;
	va_start(ap, fmt);
	(void)vsnprintf(hex, sizeof hex, fmt, ap);
	va_end(ap);
	dmsc_buf_reset(w->rsp);
	w->sw = 0;
	w->out->code = cmd == NULL ? DMSC_E_NOMEM : dmsc_hex_get(hex, cmd);
	if (w->out->code == DMSC_E_OK)
		w->out->code = t0 ? with_rest(w, cmd) :
		    transfer(w, dmsc_buf_rd(cmd));
	dmsc_buf_free(&cmd);
	return w->out->code == DMSC_E_OK || dmsc_walk_give_up(w, "the link");
}

bool
dmsc_walk_begin(struct dmsc_walk *w, struct dmsc_link *l,
    struct dmsc_play_found *out)
{
	memset(out, 0, sizeof *out);
	w->l = l;
	w->out = out;
	w->sw = 0;
	w->rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	if (w->rsp == NULL)
		out->code = DMSC_E_NOMEM;
	return w->rsp != NULL;
}

void
dmsc_walk_end(struct dmsc_walk *w)
{
	dmsc_buf_free(&w->rsp);
}

bool
dmsc_walk_keep(struct dmsc_walk *w, unsigned fid)
{
	w->out->fid = fid;
	if (w->out->bytes == NULL)
		w->out->bytes = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	return w->out->bytes != NULL && dmsc_buf_put(w->out->bytes,
	    dmsc_buf_rd(w->rsp)) == DMSC_E_OK;
}

unsigned
dmsc_walk_fid(struct dmsc_rd path)
{
	uint16_t fid;

	return dmsc_rd_u16(&path, &fid) == DMSC_E_OK ? fid :
	    DMSC_PLAY_FID_NONE;
}

bool
dmsc_walk_same(struct dmsc_rd r, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(r.left + 64);
	bool same = b != NULL && dmsc_hex_get(hex, b) == DMSC_E_OK &&
	    dmsc_rd_eq(r, dmsc_buf_rd(b));

	dmsc_buf_free(&b);
	return same;
}
