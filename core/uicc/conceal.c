/* Files whose content is secret: what is read of them or written to them is
 * kept out of recordings, by whatever command. */
#include "uicc/inside.h"

#include <string.h>

#include "base/base.h"

static size_t
find(const struct dmsc_uicc *u, unsigned fid)
{
	size_t i;

	for (i = 0; i < u->n_concealed && u->concealed[i] != fid; i++)
		;
	return i;
}

bool
dmsc_uicc_conceal(struct dmsc_uicc *u, unsigned fid)
{
	if (find(u, fid) < u->n_concealed)
		return false;
	if (u->n_concealed == DMSC_COUNT(u->concealed)) {
		u->conceal_all = true;	/* too many to tell apart */
		return false;
	}
	u->concealed[u->n_concealed++] = (uint16_t)fid;
	return true;
}

void
dmsc_uicc_reveal(struct dmsc_uicc *u, unsigned fid)
{
	size_t i = find(u, fid);

	if (i < u->n_concealed)
		u->concealed[i] = u->concealed[--u->n_concealed];
}

/* Commands that carry content of the selected file, one way or the other. */
static bool
carries_content(unsigned ins)
{
	static const uint8_t list[] = { 0xA2, 0xB0, 0xB1, 0xB2, 0xB3, 0xCB,
	    0xD0, 0xD1, 0xD2, 0xD3, 0xD6, 0xD7, 0xDB, 0xDC, 0xDD };

	return memchr(list, (int)ins, sizeof list) != NULL;
}

/* Where nobody knows what is selected, it may be one of them. */
static bool
is_concealed(const struct dmsc_uicc *u, unsigned ch)
{
	const struct uicc_channel *c = &u->chan[ch % UICC_CHANNELS];

	if (u->conceal_all || ch >= UICC_CHANNELS || !c->known)
		return true;
	return c->at.n > 0 && find(u, c->at.fid[c->at.n - 1]) <
	    u->n_concealed;
}

void
uicc_hide_begin(struct dmsc_uicc *u, struct dmsc_rd cmd)
{
	unsigned ins = cmd.p[1];

	if (ins != INS_GET_RESPONSE)	/* else it goes on as it began */
		u->hiding = u->n_concealed > 0 && carries_content(ins) &&
		    is_concealed(u, uicc_cla_channel(cmd.p[0]));
	if (u->hiding)
		dmsc_link_hide(u->link, true);
}

void
uicc_hide_end(struct dmsc_uicc *u)
{
	if (u->hiding)
		dmsc_link_hide(u->link, false);
}
