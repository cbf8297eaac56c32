/*
 * The EID of an eUICC, asked of its ISD-R by STORE DATA (GetEuiccData) on a
 * channel of its own, so that nothing is deselected. Only a card whose ATR
 * says that it has eUICC functions is asked: others spend no APDU.
 */
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/atr.h"
#include "uicc/inside.h"

enum { STORE_DATA = 0x80E2, LAST_BLOCK = 0x9100, TAG_EUICC_DATA = 0xBF3E,
	TAG_EID = 0x5A, EID_LEN = 16 };

static int
ask(struct dmsc_uicc *u, struct dmsc_buf *b)
{
	static const struct dmsc_place isd_r = { { 0xA0, 0, 0, 0x05, 0x59,
	    0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0, 0, 0x01, 0 }, 16,
	    { 0 }, 0 };
	static const uint8_t wanted[] = { 0xBF, 0x3E, 0x03, 0x5C, 0x01,
	    TAG_EID };
	unsigned sw;
	int r = dmsc_uicc_select(u, &isd_r, NULL);

	if (r == DMSC_E_OK)
		r = dmsc_uicc_cmd(u, STORE_DATA, LAST_BLOCK, dmsc_rd_of(
		    wanted, sizeof wanted), 256, b, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		dmsc_buf_reset(b);
	return r;
}

int
dmsc_uicc_eid(struct dmsc_uicc *u, struct dmsc_buf *out)
{
	struct dmsc_rd data, eid;
	struct dmsc_buf *b;
	int r;

	if (!dmsc_atr_euicc(dmsc_buf_rd(u->atr)))
		return DMSC_E_OK;
	if ((b = dmsc_buf_new(UICC_SHORT_MAX)) == NULL)
		return dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	dmsc_err_clear(u->err);
	if ((r = dmsc_uicc_channel_open(u)) == DMSC_E_OK) {
		r = ask(u, b);
		dmsc_uicc_channel_close(u);
	}
	if (r != DMSC_E_OK && u->err->sw != 0) {
		dmsc_err_clear(u->err);		/* a refusal is an answer */
		r = DMSC_E_OK;
	} else if (r == DMSC_E_OK &&
	    dmsc_tlv_find(dmsc_buf_rd(b), TAG_EUICC_DATA, &data) ==
	    DMSC_E_OK && dmsc_tlv_find(data, TAG_EID, &eid) == DMSC_E_OK &&
	    eid.left == EID_LEN && dmsc_buf_put(out, eid) != DMSC_E_OK)
		r = dmsc_fail(u->err, DMSC_E_NOMEM, "out of memory");
	dmsc_buf_free(&b);
	return r;
}
