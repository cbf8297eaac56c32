/* PUT DATA of a card in the initialisation life cycle. */
#include <string.h>

#include "base/base.h"
#include "card/pins.h"
#include "card/pkeys.h"
#include "card/tree.h"

/*
 * P1P2 of `00 DA` (man page dmsc-card(7), TAGS). All of it ends for ever with
 * ACTIVATE on the MF.
 *
 * 0101  ATR: 2 to 33 bytes, TS 3B or 3F, T0, the rest as it says
 * 0102  ICCID: 10 bytes as in EF.ICCID; an EF.ICCID made later gets it, one
 *       that is there is written
 * 0103  name of the profile: 1 to 15 bytes of text
 * 02kk  PIN or administrative key kk (01..08 0A..0E 11, local 81..88 8A..8E
 *       of the current DF): value (8), tries (1..15), flags (01 enabled, 02
 *       can be disabled), then perhaps unblocking value (8) and its tries
 * 0104  01: but for discovery, commands are refused until SCP03 is open; 02:
 *       the same before ACTIVATE of the MF, and not behind it
 * 0105  serial of the chip: 8 bytes
 * 0106  space: 4 bytes, of a region of its own for the card's tree, before
 *       there is any file (card/tree.h)
 * 03kk  key set of version kk (01..7F) of the current application, or of the
 *       card: tries (1..255), parameter i of SCP03, then Key-ENC, Key-MAC and
 *       Key-DEK (16, 24 or 32 bytes each)
 * 04kk  key pair kk (01..FF) of the current DF: card/pkeys.h
 */
enum {
	TAG_ATR = 0x0101, TAG_ICCID = 0x0102, TAG_PROFILE = 0x0103,
	TAG_LOCKED = 0x0104, TAG_CHIP = 0x0105, TAG_SPACE = 0x0106,
	SPACE_LEN = 4,
	GROUP_PIN = 0x02, GROUP_KEY = 0x03, GROUP_PAIR = 0x04, TRIES_MAX = 15,
	PIN_ONLY = PIN_LEN + 2, PIN_AND_PUK = 2 * PIN_LEN + 3,
	ICCID_FID = 0x2FE2, ATR_MIN = 2
};

struct dmsc_rd
dmsc_card_stored(const struct dmsc_card *c, uint32_t at)
{
	size_t n = DMSC_MIN(c->mem->ram[at], (size_t)DMSC_ATR_MAX);

	return dmsc_rd_of(c->mem->ram + at + 1, n);
}

struct dmsc_rd
dmsc_card_chip(const struct dmsc_card *c)
{
	static const uint8_t none[DMSC_CARD_CHIP];
	const uint8_t *p = c->mem->ram + DMSC_CARD_AT_CHIP;

	return dmsc_rd_of(p, memcmp(p, none, sizeof none) == 0 ? 0 :
	    sizeof none);
}

static void
store(struct dmsc_card *c, uint32_t at, struct dmsc_rd v)
{
	dmsc_mem_u8(c->mem, at, (unsigned)v.left);
	dmsc_mem_put(c->mem, at + 1, v);
}

/* Whether the parts that T0 and the TDi announce fill the ATR exactly. */
static bool
atr_is_sound(struct dmsc_rd r)
{
	uint8_t ts, b, protocols = 0, check = 0;
	struct dmsc_rd skipped, body;
	unsigned history, n;

	if (dmsc_rd_u8(&r, &ts) != DMSC_E_OK || (ts != 0x3B && ts != 0x3F))
		return false;
	body = r;
	if (dmsc_rd_u8(&r, &b) != DMSC_E_OK)
		return false;
	history = b & 0x0F;
	for (;;) {
		n = (b >> 4 & 1u) + (b >> 5 & 1u) + (b >> 6 & 1u);
		if (dmsc_rd_take(&r, n, &skipped) != DMSC_E_OK)
			return false;
		if ((b & 0x80) == 0)
			break;
		if (dmsc_rd_u8(&r, &b) != DMSC_E_OK)
			return false;
		protocols |= b & 0x0F;
	}
	if (dmsc_rd_take(&r, history, &skipped) != DMSC_E_OK)
		return false;
	if (protocols == 0)
		return r.left == 0;
	for (; body.left > 0; body = dmsc_rd_slice(body, 1, body.left))
		check ^= body.p[0];
	return r.left == 1 && check == 0;
}

static unsigned
put_iccid(struct dmsc_card *c, struct dmsc_rd v)
{
	const struct dmsc_card_file *f;
	int i;

	if (v.left != DMSC_CARD_ICCID)
		return SW_LENGTH;
	store(c, DMSC_CARD_AT_ICCID, v);
	if (c->mf == DMSC_CARD_NONE ||
	    (i = dmsc_card_child(c, c->mf, ICCID_FID)) == DMSC_CARD_NONE)
		return SW_OK;
	f = dmsc_card_at(c, i);
	if (f->kind == KIND_TRANSPARENT && f->size >= v.left)
		dmsc_mem_put(c->mem, f->data, v);
	return SW_OK;
}

static bool
ref_is_sound(unsigned ref)
{
	unsigned n = ref & ~(unsigned)LOCAL;

	return (n >= 1 && n <= 8) || (n >= 0x0A && n <= 0x0E) ||
	    ref == UNIVERSAL;
}

static unsigned
put_pin(struct dmsc_card_call *k, unsigned ref)
{
	struct dmsc_rd v = k->a->data;
	unsigned puk_tries = 1;

	if (!ref_is_sound(ref) || ((ref & LOCAL) != 0 &&
	    k->ch->df == DMSC_CARD_NONE))
		return SW_NO_REF;
	if (v.left != PIN_ONLY && v.left != PIN_AND_PUK)
		return SW_LENGTH;
	if (v.left == PIN_AND_PUK)
		puk_tries = v.p[PIN_AND_PUK - 1];
	if (v.p[PIN_LEN] == 0 || v.p[PIN_LEN] > TRIES_MAX ||
	    puk_tries == 0 || puk_tries > TRIES_MAX)
		return SW_DATA;
	return dmsc_card_set_pin(k->c, k->ch->df, ref, v);
}

static unsigned
put_space(struct dmsc_card *c, struct dmsc_rd v)
{
	uint32_t space;

	return v.left != SPACE_LEN || dmsc_rd_u32(&v, &space) != DMSC_E_OK ?
	    SW_LENGTH : dmsc_card_tree_make(c, space);
}

static unsigned
put(struct dmsc_card_call *k, unsigned tag)
{
	struct dmsc_rd v = k->a->data;

	switch (tag) {
	case TAG_ATR:
		if (v.left < ATR_MIN || v.left > DMSC_ATR_MAX)
			return SW_LENGTH;
		if (!atr_is_sound(v))
			return SW_DATA;
		store(k->c, DMSC_CARD_AT_ATR, v);
		return SW_OK;
	case TAG_ICCID:
		return put_iccid(k->c, v);
	case TAG_PROFILE:
		if (v.left == 0 || v.left > DMSC_CARD_PROFILE_MAX)
			return SW_LENGTH;
		store(k->c, DMSC_CARD_AT_PROFILE, v);
		return SW_OK;
	case TAG_LOCKED:
		if (v.left != 1)
			return SW_LENGTH;
		if (v.p[0] > DMSC_CARD_LOCKED_NEW)
			return SW_DATA;
		dmsc_mem_u8(k->c->mem, DMSC_CARD_AT_LOCKED, v.p[0]);
		return SW_OK;
	case TAG_CHIP:
		if (v.left != DMSC_CARD_CHIP)
			return SW_LENGTH;
		dmsc_mem_put(k->c->mem, DMSC_CARD_AT_CHIP, v);
		return SW_OK;
	case TAG_SPACE:
		return put_space(k->c, v);
	default:
		if (tag >> 8 == GROUP_PIN)
			return put_pin(k, tag & 0xFF);
		if (tag >> 8 == GROUP_PAIR)
			return dmsc_card_set_pkey(k->c, k->ch->df,
			    tag & 0xFF, v);
		return tag >> 8 == GROUP_KEY ? dmsc_card_set_keys(k->c,
		    k->ch->df == DMSC_CARD_NONE ? DMSC_CARD_NONE :
		    k->c->files[k->ch->df].app, tag & 0xFF, v) : SW_NO_REF;
	}
}

unsigned
dmsc_card_put_data(struct dmsc_card_call *k)
{
	unsigned sw;

	if (k->c->life != LIFE_INIT)
		return SW_CONDITIONS;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	if ((sw = put(k, (unsigned)k->a->p1 << 8 | k->a->p2)) != SW_OK ||
	    (sw = dmsc_card_keep(k->c)) != SW_OK)
		return sw;
	dmsc_card_load_pins(k->c);
	dmsc_card_fcp_pins(k->c);
	return SW_OK;
}
