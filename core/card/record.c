/* READ, UPDATE and SEARCH RECORD (TS 102 221, 11.1.5 to 11.1.7). */
#include <string.h>

#include "base/base.h"
#include "card/card.h"

enum {
	NEXT = 2, PREVIOUS = 3, ABSOLUTE = 4, FORWARD = 4, BACKWARD = 5,
	ENHANCED = 6, FROM_NEXT = 6, FROM_PREVIOUS = 7, MODE_MASK = 7,
	RECORDS = 1 << KIND_LINEAR | 1 << KIND_CYCLIC, BY_VALUE = 0x08,
	NO_SFI = 0x1F
};

/* Where record n (from 1) lies: in a cyclic EF 1 is the newest. */
static uint32_t
record_at(const struct dmsc_card_file *f, unsigned n)
{
	unsigned slot = n - 1;

	if (f->kind == KIND_CYCLIC)
		slot = (slot + f->newest) % f->records;
	return f->data + slot * f->record_len;
}

/* The record that mode and P1 mean; *n is the number. */
static unsigned
which(const struct dmsc_card_call *k, const struct dmsc_card_file *f,
    unsigned *n)
{
	unsigned mode = k->a->p2 & MODE_MASK, at = k->ch->record;
	bool cyclic = f->kind == KIND_CYCLIC;

	if (mode == NEXT && at == 0)
		*n = 1;
	else if (mode == NEXT)
		*n = at < f->records ? at + 1 : cyclic ? 1 : 0;
	else if (mode == PREVIOUS && at == 0)
		*n = f->records;
	else if (mode == PREVIOUS)
		*n = at > 1 ? at - 1 : cyclic ? f->records : 0;
	else
		*n = k->a->p1 != 0 ? k->a->p1 : at;
	return *n == 0 || *n > f->records ? SW_NO_RECORD : SW_OK;
}

static unsigned
target(struct dmsc_card_call *k, struct dmsc_card_file **f)
{
	unsigned mode = k->a->p2 & MODE_MASK, sfi = k->a->p2 >> 3;

	if (sfi == NO_SFI || mode < NEXT || mode > ABSOLUTE ||
	    (mode != ABSOLUTE && k->a->p1 != 0))
		return SW_P1P2;
	return dmsc_card_ef(k, sfi, RECORDS, f);
}

unsigned
dmsc_card_read_record(struct dmsc_card_call *k)
{
	struct dmsc_card_file *f;
	unsigned sw, n;

	if (k->a->data.left != 0)
		return SW_LENGTH;
	if ((sw = target(k, &f)) != SW_OK ||
	    (sw = dmsc_card_may(k->c, f, MODE_READ)) != SW_OK ||
	    (sw = which(k, f, &n)) != SW_OK)
		return sw;
	if (k->a->le != 0 && k->a->le < 256 && k->a->le != f->record_len)
		return SW_LE | f->record_len;
	if ((k->a->p2 & MODE_MASK) != ABSOLUTE)
		k->ch->record = n;
	return dmsc_card_say(k, dmsc_rd_of(k->c->mem->ram + record_at(f, n),
	    f->record_len));
}

/* The oldest record of a cyclic EF becomes record 1. */
static unsigned
update_cyclic(struct dmsc_card_call *k, struct dmsc_card_file *f)
{
	unsigned sw, newest = (f->newest + f->records - 1u) % f->records;

	dmsc_mem_put(k->c->mem, f->data + newest * f->record_len,
	    k->a->data);
	dmsc_card_set_newest(k->c, f, newest);
	if ((sw = dmsc_card_keep(k->c)) != SW_OK)
		return sw;
	f->newest = (uint8_t)newest;
	k->ch->record = 1;
	return SW_OK;
}

unsigned
dmsc_card_update_record(struct dmsc_card_call *k)
{
	unsigned sw, n, mode = k->a->p2 & MODE_MASK;
	struct dmsc_card_file *f;

	if (k->a->data.left == 0)
		return SW_LENGTH;
	if ((sw = target(k, &f)) != SW_OK)
		return sw;
	if (f->kind == KIND_CYCLIC && mode != PREVIOUS)
		return SW_STRUCTURE;
	if ((sw = dmsc_card_may(k->c, f, MODE_UPDATE)) != SW_OK)
		return sw;
	if (k->a->data.left != f->record_len)
		return SW_LENGTH;
	if (f->kind == KIND_CYCLIC)
		return update_cyclic(k, f);
	if ((sw = which(k, f, &n)) != SW_OK)
		return sw;
	dmsc_mem_put(k->c->mem, record_at(f, n), k->a->data);
	if ((sw = dmsc_card_keep(k->c)) != SW_OK)
		return sw;
	if (f->has_rules_inside)
		k->c->rules_now++;
	if (mode != ABSOLUTE)
		k->ch->record = n;
	return SW_OK;
}

struct search {
	unsigned start;		/* record */
	bool backward;
	int offset;		/* where the pattern must stand, -1: anywhere */
	int after;		/* byte value it comes behind, -1: none */
	struct dmsc_rd pattern;
};

static bool
matches(struct dmsc_rd record, const struct search *s)
{
	size_t i = 0, end;

	if (s->after >= 0) {
		while (i < record.left && record.p[i] != s->after)
			i++;
		i++;
	}
	if (s->offset >= 0)
		i = (size_t)s->offset;
	if (s->pattern.left > record.left ||
	    i > record.left - s->pattern.left)
		return false;
	end = s->offset >= 0 ? i : record.left - s->pattern.left;
	for (; i <= end; i++)
		if (memcmp(record.p + i, s->pattern.p, s->pattern.left) == 0)
			return true;
	return false;
}

/* The two bytes before the pattern in enhanced mode. */
static unsigned
parse_indication(struct search *s, unsigned *mode)
{
	uint8_t how, value;

	if (dmsc_rd_u8(&s->pattern, &how) != DMSC_E_OK ||
	    dmsc_rd_u8(&s->pattern, &value) != DMSC_E_OK ||
	    s->pattern.left == 0)
		return SW_LENGTH;
	*mode = how & MODE_MASK;
	if (*mode < FORWARD || (how & 0xF0) != 0)
		return SW_DATA;
	if ((how & BY_VALUE) != 0)
		s->after = value;
	else
		s->offset = value;
	return SW_OK;
}

static unsigned
plan_search(const struct dmsc_card_call *k, const struct dmsc_card_file *f,
    struct search *s)
{
	unsigned mode = k->a->p2 & MODE_MASK, at = k->ch->record, sw;

	if (mode == ENHANCED && (sw = parse_indication(s, &mode)) != SW_OK)
		return sw;
	if (k->a->p1 != 0)
		at = k->a->p1;
	s->backward = mode == BACKWARD || mode == FROM_PREVIOUS;
	if (at == 0)
		at = s->backward ? f->records : 1;
	else if (mode == FROM_NEXT)
		at++;
	else if (mode == FROM_PREVIOUS)
		at--;
	s->start = at;
	return at == 0 || at > f->records ? SW_NO_RECORD : SW_OK;
}

unsigned
dmsc_card_search_record(struct dmsc_card_call *k)
{
	unsigned mode = k->a->p2 & MODE_MASK, sfi = k->a->p2 >> 3, sw, n;
	struct search s = { 0, false, -1, -1, k->a->data };
	struct dmsc_card_file *f;
	size_t before = k->rsp->len;
	uint8_t hit;

	if (sfi == NO_SFI || mode < FORWARD || mode > ENHANCED)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	if ((sw = dmsc_card_ef(k, sfi, RECORDS, &f)) != SW_OK ||
	    (sw = dmsc_card_may(k->c, f, MODE_READ)) != SW_OK ||
	    (sw = plan_search(k, f, &s)) != SW_OK)
		return sw;
	for (n = s.start; n > 0 && n <= f->records;
	    n = s.backward ? n - 1 : n + 1) {
		hit = (uint8_t)n;
		if (!matches(dmsc_rd_of(k->c->mem->ram + record_at(f, n),
		    f->record_len), &s))
			continue;
		if (k->rsp->len == before)
			k->ch->record = n;
		if ((sw = dmsc_card_say(k, dmsc_rd_of(&hit, 1))) != SW_OK)
			return sw;
	}
	return k->rsp->len == before ? SW_NO_MATCH : SW_OK;
}
