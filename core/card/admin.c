/* CREATE, DELETE, ACTIVATE, DEACTIVATE FILE, TERMINATE (TS 102 222). */
#include <string.h>

#include "card/card.h"
#include "tlv/ber.h"

enum {
	FID_MF = 0x3F00, FID_APP = 0x7FFF, FID_RFU = 0x3FFF, FID_NONE = 0xFFFF,
	CODING = 0x21, AID_MAX = 16, TAIL_MAX = 180, RECORD_MAX = 255,
	BY_FID = 0x00, PATH_FROM_MF = 0x08, PATH_FROM_DF = 0x09,
	ICCID_FID = 0x2FE2, SFI_MASK = 0x1F, TAG_FCP = 0x62
};

static bool
number_of(struct dmsc_rd v, size_t max, uint32_t *out)
{
	if (v.left == 0 || v.left > max)
		return false;
	for (*out = 0; v.left > 0; v = dmsc_rd_slice(v, 1, v.left))
		*out = *out << 8 | v.p[0];
	return true;
}

/* 82: descriptor, coding, then record length and number for records. */
static bool
parse_descriptor(struct dmsc_rd v, struct dmsc_card_spec *s)
{
	uint8_t coding = CODING;
	uint16_t len;

	if (dmsc_rd_u8(&v, &s->desc) != DMSC_E_OK ||
	    (v.left > 0 && dmsc_rd_u8(&v, &coding) != DMSC_E_OK) ||
	    coding != CODING)
		return false;
	s->kind = s->desc & (uint8_t)~KIND_SHAREABLE;
	if (s->kind == KIND_DF || s->kind == KIND_TRANSPARENT)
		return v.left == 0;
	if ((s->kind != KIND_LINEAR && s->kind != KIND_CYCLIC) ||
	    dmsc_rd_u16(&v, &len) != DMSC_E_OK)
		return false;
	s->record_len = len;
	if (v.left == 1)
		s->records = v.p[0];
	return v.left <= 1 && len > 0 && len <= RECORD_MAX;
}

/* Filling and repeat pattern inside A5. */
static bool
parse_special(struct dmsc_rd v, struct dmsc_card_spec *s)
{
	struct dmsc_rd x;
	uint32_t tag;

	while (v.left > 0) {
		if (dmsc_tlv_next(&v, &tag, &x) != DMSC_E_OK)
			return false;
		if (tag == 0xC1)
			s->fill = x;
		else if (tag == 0xC2)
			s->repeat = x;
	}
	return true;
}

/*
 * DF20: the template that SELECT answers for this file, word for word. For
 * copies of cards that say odd things of themselves (another size or
 * identifier, no 83); the card itself goes by the rest of what it is told.
 */
static bool
parse_copy(struct dmsc_rd v, struct dmsc_card_spec *s)
{
	struct dmsc_rd inside;
	uint32_t tag;

	s->copied = true;
	return dmsc_tlv_next(&v, &tag, &inside) == DMSC_E_OK &&
	    tag == TAG_FCP && v.left == 0;
}

static bool
parse_sfi(struct dmsc_rd v, struct dmsc_card_spec *s)
{
	s->sfi = 0;
	if (v.left > 1 || (v.left == 1 && (v.p[0] & 7) != 0))
		return false;
	if (v.left == 1)
		s->sfi = v.p[0] >> 3;
	return true;
}

/* One object of the template; kept says whether it is an attribute. */
static bool
parse_object(uint32_t tag, struct dmsc_rd v, struct dmsc_card_spec *s,
    bool *kept)
{
	uint32_t n;

	*kept = true;
	switch (tag) {
	case 0x82:
		*kept = false;
		return parse_descriptor(v, s);
	case 0x83:
		*kept = false;
		if (v.left != 2 || !number_of(v, 2, &n))
			return false;
		s->fid = (uint16_t)n;
		return true;
	case 0x80:
		*kept = false;
		return number_of(v, 3, &s->size);
	case 0x81:
		return number_of(v, 3, &n);
	case 0x84:
		s->aid = v;
		return v.left > 0 && v.left <= AID_MAX;
	case 0x88:
		return parse_sfi(v, s);
	case 0x8A:
		*kept = false;
		s->life = v.left == 1 ? v.p[0] : 0;
		return s->life == LIFE_CREATION || s->life == LIFE_INIT ||
		    s->life == LIFE_ACTIVE;
	case 0xA5:
		return parse_special(v, s);
	case DMSC_CARD_TAG_COPY:
		return parse_copy(v, s);
	case 0x8B:
	case 0x8C:
	case 0xAB:
	case 0xC6:
		return true;
	default:
		*kept = false;
		return true;
	}
}

static bool
sound(struct dmsc_card_spec *s)
{
	if (s->kind == 0 || s->fid == 0 || s->fid == FID_APP ||
	    s->fid == FID_RFU || s->fid == FID_NONE)
		return false;
	if (s->kind == KIND_DF) {
		s->sfi = 0;
		return s->size == 0;
	}
	if (s->aid.left > 0 || s->size == 0)
		return false;
	if (s->record_len == 0)
		return true;
	if (s->records == 0 && s->size / s->record_len <= RECORD_MAX)
		s->records = (uint8_t)(s->size / s->record_len);
	return s->records > 0 && s->size == s->record_len * s->records;
}

static unsigned
parse_template(struct dmsc_rd data, struct dmsc_card_spec *s,
    struct dmsc_buf *tail)
{
	struct dmsc_rd rest, v, raw;
	bool has_sfi = false, kept;
	uint32_t tag;
	int r;

	s->life = LIFE_ACTIVE;
	if (dmsc_tlv_next(&data, &tag, &rest) != DMSC_E_OK || tag != TAG_FCP ||
	    data.left != 0)
		return SW_DATA;
	while (rest.left > 0) {
		if (dmsc_tlv_next_raw(&rest, &tag, &v, &raw) != DMSC_E_OK ||
		    !parse_object(tag, v, s, &kept))
			return SW_DATA;
		has_sfi = has_sfi || tag == 0x88;
		r = kept ? dmsc_buf_put(tail, raw) : DMSC_E_OK;
		if (r != DMSC_E_OK)
			return r == DMSC_E_NOMEM ? SW_MEMORY : SW_DATA;
	}
	if (!has_sfi)
		s->sfi = s->fid & SFI_MASK;
	s->tail = dmsc_buf_rd(tail);
	return sound(s) ? SW_OK : SW_DATA;
}

static unsigned
check_new(const struct dmsc_card *c, int parent,
    const struct dmsc_card_spec *s)
{
	int up, depth = 0;
	size_t i;

	if (s->copied && c->life != LIFE_INIT)
		return SW_DATA;
	if (parent == DMSC_CARD_NONE)
		return s->fid == FID_MF && s->kind == KIND_DF &&
		    c->life == LIFE_INIT ? SW_OK : SW_DATA;
	for (up = parent; up != DMSC_CARD_NONE; up = c->files[up].parent)
		depth++;
	if (depth >= DMSC_CARD_DEPTH || (s->aid.left > 0 && parent != c->mf))
		return SW_DATA;
	if (s->fid == FID_MF || s->fid == c->files[parent].fid ||
	    dmsc_card_child(c, parent, s->fid) != DMSC_CARD_NONE)
		return SW_FILE_EXISTS;
	for (i = 0; i < c->n_files && s->aid.left > 0; i++)
		if (c->files[i].used && dmsc_rd_eq(c->files[i].aid, s->aid))
			return SW_NAME_EXISTS;
	return SW_OK;
}

/* On a blank card a new EF.ICCID gets the number that PUT DATA set. */
static unsigned
after_creation(struct dmsc_card *c, const struct dmsc_card_file *f)
{
	struct dmsc_rd iccid = dmsc_card_stored(c, DMSC_CARD_AT_ICCID);

	if (c->life != LIFE_INIT || f->fid != ICCID_FID ||
	    f->parent != c->mf || f->kind != KIND_TRANSPARENT ||
	    f->size < iccid.left)
		return SW_OK;
	dmsc_mem_put(c->mem, f->data, iccid);
	return dmsc_card_keep(c);
}

static unsigned
create(struct dmsc_card_call *k, const struct dmsc_card_spec *s)
{
	struct dmsc_card *c = k->c;
	int parent = c->mf == DMSC_CARD_NONE ? c->mf : k->ch->df, i;
	unsigned sw;

	if (parent != DMSC_CARD_NONE && (sw = dmsc_card_may(c,
	    dmsc_card_at(c, parent), s->kind == KIND_DF ? MODE_CREATE_DF :
	    MODE_CREATE_EF)) != SW_OK)
		return sw;
	if ((sw = check_new(c, parent, s)) != SW_OK ||
	    (sw = dmsc_card_add_file(c, parent, s, &i)) != SW_OK ||
	    (sw = after_creation(c, dmsc_card_at(c, i))) != SW_OK)
		return sw;
	k->ch->df = s->kind == KIND_DF ? i : parent;
	k->ch->ef = s->kind == KIND_DF ? DMSC_CARD_NONE : i;
	k->ch->record = 0;
	if (s->aid.left > 0) {
		int left = k->ch->app;

		k->ch->app = i;
		dmsc_card_app_left(c, left);
	}
	return SW_OK;
}

unsigned
dmsc_card_create_file(struct dmsc_card_call *k)
{
	struct dmsc_card_spec s = { 0 };
	struct dmsc_buf *tail;
	unsigned sw;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	if ((tail = dmsc_buf_new(TAIL_MAX)) == NULL)
		return SW_MEMORY;
	sw = parse_template(k->a->data, &s, tail);
	if (sw == SW_OK)
		sw = create(k, &s);
	dmsc_buf_free(&tail);
	return sw;
}

/* Channels that stood in or below a file that is gone stand in df. */
static void
leave_file(struct dmsc_card *c, int i, int df)
{
	struct dmsc_card_channel *ch;
	size_t n;

	for (n = 0; n < DMSC_CARD_CHANNELS; n++) {
		ch = &c->channels[n];
		if (!ch->open)
			continue;
		if (dmsc_card_inside(c, ch->app, i))
			ch->app = DMSC_CARD_NONE;
		if (dmsc_card_inside(c, ch->df, i))
			ch->df = df;
		else if (!dmsc_card_inside(c, ch->ef, i))
			continue;
		ch->ef = DMSC_CARD_NONE;
		ch->record = 0;
	}
}

/* A child of the current DF by its identifier. */
static unsigned
named_child(const struct dmsc_card_call *k, int *out)
{
	struct dmsc_rd d = k->a->data;
	uint16_t fid;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (d.left != 2 || dmsc_rd_u16(&d, &fid) != DMSC_E_OK)
		return SW_LENGTH;
	if (k->ch->df == DMSC_CARD_NONE || (*out = dmsc_card_child(k->c,
	    k->ch->df, fid)) == DMSC_CARD_NONE)
		return SW_NO_FILE;
	return SW_OK;
}

unsigned
dmsc_card_delete_file(struct dmsc_card_call *k)
{
	struct dmsc_card *c = k->c;
	unsigned sw;
	int i, df;

	if ((sw = named_child(k, &i)) != SW_OK)
		return sw;
	if (!dmsc_card_allowed(c, dmsc_card_at(c, i), MODE_DELETE))
		return SW_SECURITY;
	df = c->files[i].parent;
	leave_file(c, i, df);
	return dmsc_card_drop_file(c, i);
}

static unsigned
step(const struct dmsc_card *c, int from, struct dmsc_rd path, int *out)
{
	uint16_t fid;

	for (*out = from; path.left > 0 && *out != DMSC_CARD_NONE;) {
		if (dmsc_rd_u16(&path, &fid) != DMSC_E_OK)
			return SW_LENGTH;
		*out = dmsc_card_child(c, *out, fid);
	}
	return *out == DMSC_CARD_NONE ? SW_NO_FILE : SW_OK;
}

/* The file of ACTIVATE and DEACTIVATE: none named means the current one. */
static unsigned
life_target(const struct dmsc_card_call *k, int *out)
{
	const struct dmsc_card_channel *ch = k->ch;
	struct dmsc_rd d = k->a->data;
	unsigned p1 = k->a->p1;
	uint16_t fid;

	if (k->a->p2 != 0 || (p1 != BY_FID && p1 != PATH_FROM_MF &&
	    p1 != PATH_FROM_DF))
		return SW_P1P2;
	if (d.left % 2 != 0 || (p1 == BY_FID && d.left > 2))
		return SW_LENGTH;
	*out = ch->ef != DMSC_CARD_NONE ? ch->ef : ch->df;
	if (*out == DMSC_CARD_NONE)
		return SW_NO_FILE;
	if (d.left == 0)
		return SW_OK;
	if (p1 != BY_FID)
		return step(k->c, p1 == PATH_FROM_MF ? k->c->mf : ch->df, d,
		    out);
	if (dmsc_rd_u16(&d, &fid) == DMSC_E_OK && fid == FID_MF)
		*out = k->c->mf;
	else
		return step(k->c, ch->df, k->a->data, out);
	return SW_OK;
}

static unsigned
change_life(struct dmsc_card *c, int i, unsigned life)
{
	bool whole = i == c->mf && c->life == LIFE_INIT &&
	    life == LIFE_ACTIVE;
	unsigned sw;

	dmsc_card_set_life(c, i, life);
	if (whole)
		dmsc_mem_u8(c->mem, DMSC_CARD_AT_LIFE, LIFE_ACTIVE);
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	if (whole)
		c->life = LIFE_ACTIVE;
	c->files[i].life = (uint8_t)life;
	dmsc_card_fcp(c, dmsc_card_at(c, i));
	return SW_OK;
}

static unsigned
set_life(struct dmsc_card_call *k, enum dmsc_card_mode mode, unsigned life)
{
	unsigned sw;
	int i;

	if ((sw = life_target(k, &i)) != SW_OK)
		return sw;
	if (k->c->files[i].life >= LIFE_TERMINATED)
		return SW_CONDITIONS;
	if (!dmsc_card_allowed(k->c, dmsc_card_at(k->c, i), mode))
		return SW_SECURITY;
	return change_life(k->c, i, life);
}

unsigned
dmsc_card_activate(struct dmsc_card_call *k)
{
	return set_life(k, MODE_ACTIVATE, LIFE_ACTIVE);
}

unsigned
dmsc_card_deactivate(struct dmsc_card_call *k)
{
	if (k->c->life == LIFE_INIT)
		return SW_CONDITIONS;
	return set_life(k, MODE_DEACTIVATE, LIFE_INACTIVE);
}

static unsigned
terminate(struct dmsc_card_call *k, bool df)
{
	unsigned sw;
	int i;

	if ((sw = named_child(k, &i)) != SW_OK)
		return sw;
	if ((k->c->files[i].kind == KIND_DF) != df)
		return SW_STRUCTURE;
	if (!dmsc_card_allowed(k->c, dmsc_card_at(k->c, i), MODE_TERMINATE))
		return SW_SECURITY;
	return change_life(k->c, i, LIFE_TERMINATED);
}

unsigned
dmsc_card_terminate_df(struct dmsc_card_call *k)
{
	return terminate(k, true);
}

unsigned
dmsc_card_terminate_ef(struct dmsc_card_call *k)
{
	return terminate(k, false);
}

/* By the rule of the MF: nothing works any more but SELECT and STATUS. */
unsigned
dmsc_card_terminate_card(struct dmsc_card_call *k)
{
	struct dmsc_card *c = k->c;
	unsigned sw;

	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left != 0)
		return SW_LENGTH;
	if (c->mf == DMSC_CARD_NONE || c->life == LIFE_INIT)
		return SW_CONDITIONS;
	if (!dmsc_card_allowed(c, dmsc_card_at(c, c->mf), MODE_TERMINATE))
		return SW_SECURITY;
	dmsc_mem_u8(c->mem, DMSC_CARD_AT_LIFE, LIFE_TERMINATED);
	if ((sw = change_life(c, c->mf, LIFE_TERMINATED)) == SW_OK)
		c->life = LIFE_TERMINATED;
	return sw;
}
