/*
 * An eUICC's answer to "who are you": STORE DATA with GetEuiccData for the
 * EID in an application with the AID of an ISD-R, out of its EF 005A. A card
 * without that application has no such command.
 */
#include <string.h>

#include "card/appl.h"
#include "tlv/ber.h"

enum { EID_FID = 0x005A, EID_LEN = 16, LAST_BLOCK = 0x91,
	TAG_EUICC_DATA = 0xBF3E, TAG_EID = 0x5A };

unsigned
dmsc_card_store_data(struct dmsc_card_call *k)
{
	static const uint8_t isd_r[] = { 0xA0, 0, 0, 0x05, 0x59, 0x10, 0x10,
	    0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0, 0, 0x01, 0 };
	static const uint8_t wanted[] = { 0xBF, 0x3E, 0x03, 0x5C, 0x01,
	    TAG_EID };
	struct dmsc_card *c = k->c;
	struct dmsc_card_file *f;
	size_t at;
	unsigned sw;
	int i;

	if (dmsc_card_is_receipt(k->a) &&
	    (k->a->p2 == 0 || !dmsc_card_is_appl(k)))
		return dmsc_card_receipt(k);
	if (dmsc_card_is_appl(k))
		return dmsc_card_blocks(k);
	if (k->ch->df == DMSC_CARD_NONE || !dmsc_rd_eq(
	    dmsc_card_at(c, k->ch->df)->aid, dmsc_rd_of(isd_r, sizeof isd_r)))
		return SW_INS;
	if (k->a->p1 != LAST_BLOCK || k->a->p2 != 0)
		return SW_P1P2;
	i = dmsc_card_child(c, k->ch->df, EID_FID);
	if (i == DMSC_CARD_NONE || dmsc_card_at(c, i)->size < EID_LEN ||
	    !dmsc_rd_eq(k->a->data, dmsc_rd_of(wanted, sizeof wanted)))
		return SW_DATA;
	f = dmsc_card_at(c, i);
	if ((sw = dmsc_card_may(c, f, MODE_READ)) != SW_OK)
		return sw;
	return dmsc_tlv_begin(k->rsp, TAG_EUICC_DATA, &at) == DMSC_E_OK &&
	    dmsc_tlv_put(k->rsp, TAG_EID, dmsc_rd_of(c->mem->ram + f->data,
	    EID_LEN)) == DMSC_E_OK && dmsc_tlv_end(k->rsp, at) == DMSC_E_OK ?
	    SW_OK : SW_MEMORY;
}
