/* READ and UPDATE BINARY, with even and odd instruction (TS 102 221,
 * 11.1.3; ISO 7816-4 for offsets past 32767), and finding an EF. */
#include "base/base.h"
#include "card/card.h"
#include "tlv/ber.h"

enum {
	BY_SFI = 0x80, SFI_MASK = 0x1F, SFI_RFU = 0x60, ODD_SFI = 0xFFE0,
	TAG_OFFSET = 0x54, TAG_DATA = 0x53, TRANSPARENT = 1 << KIND_TRANSPARENT
};

unsigned
dmsc_card_may(struct dmsc_card *c, const struct dmsc_card_file *f,
    enum dmsc_card_mode mode)
{
	const struct dmsc_card_file *up;

	if (!dmsc_card_is_open(c, f))
		return SW_SECURITY;
	for (up = f; ; up = dmsc_card_at(c, up->parent)) {
		if (up->life == LIFE_INACTIVE || up->life >= LIFE_TERMINATED)
			return SW_CONDITIONS;
		if (up->parent == DMSC_CARD_NONE)
			break;
	}
	return dmsc_card_allowed(c, f, mode) ? SW_OK : SW_SECURITY;
}

static int
by_sfi(const struct dmsc_card *c, int df, unsigned sfi)
{
	int i;

	if (df == DMSC_CARD_NONE)
		return DMSC_CARD_NONE;
	for (i = c->files[df].child; i != DMSC_CARD_NONE;
	    i = c->files[i].next)
		if (c->files[i].sfi == sfi && c->files[i].kind != KIND_DF)
			return i;
	return DMSC_CARD_NONE;
}

/* Makes an EF of the current DF the current one. */
static void
make_current(struct dmsc_card_channel *ch, int i)
{
	if (ch->ef == i)
		return;
	ch->ef = i;
	ch->record = 0;
}

static unsigned
check_kind(struct dmsc_card_call *k, int i, unsigned kinds,
    struct dmsc_card_file **out)
{
	make_current(k->ch, i);
	*out = dmsc_card_at(k->c, i);
	return (kinds >> (*out)->kind & 1) != 0 ? SW_OK : SW_STRUCTURE;
}

unsigned
dmsc_card_ef(struct dmsc_card_call *k, unsigned sfi, unsigned kinds,
    struct dmsc_card_file **out)
{
	int i = k->ch->ef;

	if (sfi != 0) {
		if ((i = by_sfi(k->c, k->ch->df, sfi)) == DMSC_CARD_NONE)
			return SW_NO_FILE;
		k->ch->record = 0;
	}
	if (i == DMSC_CARD_NONE)
		return SW_NO_EF;
	return check_kind(k, i, kinds, out);
}

/* The EF and offset that P1P2 name. */
static unsigned
even_target(struct dmsc_card_call *k, struct dmsc_card_file **f,
    size_t *offset)
{
	const struct dmsc_apdu_in *a = k->a;

	*offset = a->p2;
	if ((a->p1 & BY_SFI) == 0) {
		*offset += (size_t)a->p1 << 8;
		return dmsc_card_ef(k, 0, TRANSPARENT, f);
	}
	if ((a->p1 & SFI_RFU) != 0 || (a->p1 & SFI_MASK) == 0)
		return SW_P1P2;
	return dmsc_card_ef(k, a->p1 & SFI_MASK, TRANSPARENT, f);
}

unsigned
dmsc_card_read_binary(struct dmsc_card_call *k)
{
	size_t le = k->a->le == 0 ? 256 : k->a->le, offset;
	struct dmsc_card_file *f;
	unsigned sw;

	if (k->a->data.left != 0)
		return SW_LENGTH;
	if ((sw = even_target(k, &f, &offset)) != SW_OK ||
	    (sw = dmsc_card_may(k->c, f, MODE_READ)) != SW_OK)
		return sw;
	if (offset >= f->size)
		return SW_OFFSET;
	le = DMSC_MIN(le, DMSC_CARD_DATA_MAX);
	le = DMSC_MIN(le, f->size - offset);
	return dmsc_card_say(k, dmsc_rd_of(k->c->mem->ram + f->data + offset,
	    le));
}

static unsigned
update(struct dmsc_card_call *k, struct dmsc_card_file *f, size_t offset,
    struct dmsc_rd data)
{
	unsigned sw = dmsc_card_may(k->c, f, MODE_UPDATE);

	if (sw != SW_OK)
		return sw;
	if (offset >= f->size)
		return SW_OFFSET;
	if (data.left > f->size - offset)
		return SW_LENGTH;
	dmsc_mem_put(k->c->mem, f->data + (uint32_t)offset, data);
	return dmsc_card_keep(k->c);
}

unsigned
dmsc_card_update_binary(struct dmsc_card_call *k)
{
	struct dmsc_card_file *f;
	size_t offset;
	unsigned sw;

	if (k->a->data.left == 0)
		return SW_LENGTH;
	if ((sw = even_target(k, &f, &offset)) != SW_OK)
		return sw;
	return update(k, f, offset, k->a->data);
}

/* Odd INS: P1P2 0000 the current EF, 1..30 its SFI, else its FID in the
 * current DF; the offset stands in a 54 object. */
static unsigned
odd_target(struct dmsc_card_call *k, struct dmsc_rd offset,
    struct dmsc_card_file **f, size_t *at)
{
	unsigned p = (unsigned)k->a->p1 << 8 | k->a->p2;
	int i;

	if (offset.left == 0 || offset.left > 4)
		return SW_DATA;
	for (*at = 0; offset.left > 0; offset = dmsc_rd_slice(offset, 1,
	    offset.left))
		*at = *at << 8 | offset.p[0];
	if ((p & ODD_SFI) == 0)
		return dmsc_card_ef(k, p, TRANSPARENT, f);
	if (k->ch->df == DMSC_CARD_NONE ||
	    (i = dmsc_card_child(k->c, k->ch->df, p)) == DMSC_CARD_NONE ||
	    k->c->files[i].kind == KIND_DF)
		return SW_NO_FILE;
	return check_kind(k, i, TRANSPARENT, f);
}

static size_t
head_len(size_t n)
{
	return n < 0x80 ? 2 : n < 0x100 ? 3 : n < 0x10000 ? 4 : 5;
}

unsigned
dmsc_card_read_odd(struct dmsc_card_call *k)
{
	size_t le = k->a->le == 0 ? 256 : k->a->le, at, n;
	struct dmsc_card_file *f;
	struct dmsc_rd offset;
	unsigned sw;

	if (dmsc_tlv_find(k->a->data, TAG_OFFSET, &offset) != DMSC_E_OK)
		return k->a->data.left == 0 ? SW_LENGTH : SW_DATA;
	if ((sw = odd_target(k, offset, &f, &at)) != SW_OK ||
	    (sw = dmsc_card_may(k->c, f, MODE_READ)) != SW_OK)
		return sw;
	if (at >= f->size)
		return SW_OFFSET;
	le = DMSC_MIN(le, DMSC_CARD_DATA_MAX);
	n = DMSC_MIN(le, f->size - at);
	while (n > 0 && head_len(n) + n > le)
		n--;
	if (dmsc_tlv_put(k->rsp, TAG_DATA, dmsc_rd_of(k->c->mem->ram +
	    f->data + at, n)) != DMSC_E_OK)
		return SW_MEMORY;
	return SW_OK;
}

unsigned
dmsc_card_update_odd(struct dmsc_card_call *k)
{
	struct dmsc_rd offset, data;
	struct dmsc_card_file *f;
	unsigned sw;
	size_t at;

	if (dmsc_tlv_find(k->a->data, TAG_OFFSET, &offset) != DMSC_E_OK ||
	    dmsc_tlv_find(k->a->data, TAG_DATA, &data) != DMSC_E_OK)
		return k->a->data.left == 0 ? SW_LENGTH : SW_DATA;
	if ((sw = odd_target(k, offset, &f, &at)) != SW_OK)
		return sw;
	if (data.left == 0)
		return SW_DATA;
	return update(k, f, at, data);
}
