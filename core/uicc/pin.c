/* PINs as the card takes them (TS 102 221 11.1.9 to 11.1.13), and rights. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "uicc/inside.h"

enum { ADM_FIRST = 0x0A, ADM_LAST = 0x0E, LOCAL = 0x80, UNIVERSAL = 0x11,
	PIN_LAST = 8, SW_BLOCKED = 0x6983 };

void
dmsc_uicc_key_name(unsigned ref, char *out, size_t size)
{
	unsigned low = ref & ~(unsigned)LOCAL;
	bool local = (ref & LOCAL) != 0;

	if (low >= 1 && low <= PIN_LAST)
		(void)snprintf(out, size, "PIN%u", local ? 80 + low : low);
	else if (low >= ADM_FIRST && low <= ADM_LAST)
		(void)snprintf(out, size, "ADM%u",
		    low - ADM_FIRST + (local ? 6 : 1));
	else if (ref == UNIVERSAL)
		(void)snprintf(out, size, "universal PIN");
	else
		(void)snprintf(out, size, "key 0x%02X", ref);
}

/* An empty VERIFY or UNBLOCK; some cards want a zero length byte. */
static int
query(struct dmsc_uicc *u, unsigned ins, unsigned ref, unsigned *sw)
{
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);
	int r = dmsc_uicc_cmd(u, ins, ref, none, DMSC_LE_NONE, NULL, sw);

	if (r == DMSC_E_OK && *sw == SW_LENGTH)
		r = dmsc_uicc_cmd(u, ins, ref, none, UICC_SHORT_MAX, NULL,
		    sw);
	return r;
}

static int
tries_of(unsigned sw)
{
	if ((sw & 0xFFF0) == 0x63C0)
		return (int)(sw & 0xF);
	return sw == SW_BLOCKED ? 0 : -1;
}

int
dmsc_uicc_pin_query(struct dmsc_uicc *u, unsigned ref, int *tries,
    bool *verified, unsigned *sw)
{
	int r = query(u, INS_VERIFY, ref, sw);

	if (r != DMSC_E_OK)
		return r;
	*tries = tries_of(*sw);
	*verified = *sw == SW_OK || (*sw & 0xFF00) == 0x9100;
	return DMSC_E_OK;
}

int
dmsc_uicc_puk_query(struct dmsc_uicc *u, unsigned ref, int *tries,
    unsigned *sw)
{
	int r = query(u, INS_UNBLOCK, ref, sw);

	*tries = r == DMSC_E_OK ? tries_of(*sw) : -1;
	return r;
}

/* What a PIN command's answer means for rights. */
void
uicc_pin_answered(struct dmsc_uicc *u, unsigned ins, unsigned ref,
    unsigned sw)
{
	if (dmsc_sw_ok(sw)) {
		dmsc_uicc_right(u, ref, ins != INS_DISABLE);
		if (ins != INS_VERIFY)
			u->enabled[ref & 0xFF] = ins == INS_DISABLE ?
			    TRI_NO : TRI_YES;
	} else if (ins == INS_VERIFY && tries_of(sw) >= 0)
		dmsc_uicc_right(u, ref, false);
}

int
dmsc_uicc_pin_send(struct dmsc_uicc *u, unsigned ins, unsigned ref,
    struct dmsc_rd data, unsigned *sw)
{
	int r = dmsc_uicc_cmd(u, ins, ref, data, DMSC_LE_NONE, NULL, sw);

	if (r == DMSC_E_OK)
		uicc_pin_answered(u, ins, ref, *sw);
	else
		u->gained = true;	/* perhaps: the answer is lost */
	return r;
}

void
dmsc_uicc_right(struct dmsc_uicc *u, unsigned ref, bool gained)
{
	u->right[ref & 0xFF] = gained;
	u->gained = u->gained || gained;
}

bool
dmsc_uicc_has_right(const struct dmsc_uicc *u, unsigned ref)
{
	return u->right[ref & 0xFF];
}

bool
dmsc_uicc_any_right(const struct dmsc_uicc *u)
{
	return u->gained;
}
