/* Access rules (TS 102 221, 9.2): compact, expanded and by EF.ARR. */
#include <string.h>

#include "card/card.h"
#include "tlv/ber.h"

enum {
	AM_BYTE = 0x80, AM_FIRST = 0x81, AM_LAST = 0x8F,
	SC_ALWAYS = 0x90, SC_NEVER = 0x97, SC_BYTE = 0x9E,
	SC_PIN = 0xA4, SC_OR = 0xA0, SC_AND = 0xA7, SC_NOT = 0xAF,
	KEY_REF = 0x83, NESTING = 8,
	/* compact: b8 all of, b7 secure messaging, b6 external, b5 user */
	C_ALWAYS = 0x00, C_NEVER = 0xFF, C_ALL = 0x80, C_SM = 0x40,
	C_EXTERNAL = 0x20, C_USER = 0x10
};

/* The DF whose PINs a rule of f means. */
static int
home_of(const struct dmsc_card *c, const struct dmsc_card_file *f)
{
	return f->kind == KIND_DF ? dmsc_card_index(c, f) : f->parent;
}

/* The PIN of the application: the first key reference 01..08 or 81..88 that
 * the nearest PIN status template names; 0: none. */
static unsigned
application_pin(const struct dmsc_card *c, int df)
{
	struct dmsc_rd rest, v;
	uint32_t tag;

	for (; df != DMSC_CARD_NONE; df = c->files[df].parent) {
		rest = c->files[df].pins;
		while (rest.left > 0 &&
		    dmsc_tlv_next(&rest, &tag, &v) == DMSC_E_OK)
			if (tag == KEY_REF && v.left == 1 &&
			    (v.p[0] & 0x7F) <= 8)
				return v.p[0];
	}
	return 0;
}

static bool
compact_holds(struct dmsc_card *c, int df, unsigned sc)
{
	unsigned want = sc & (C_SM | C_EXTERNAL | C_USER), have = 0, ref;

	if (sc == C_ALWAYS)
		return true;
	if (sc == C_NEVER)
		return false;
	if (c->secure != NULL)		/* the host has shown its key, too */
		have = C_SM | C_EXTERNAL;
	ref = application_pin(c, df);
	if (ref != 0 && dmsc_card_pin_holds(c, df, ref))
		have |= C_USER;
	return (sc & C_ALL) != 0 ? want != 0 && (have & want) == want :
	    (have & want) != 0;
}

static bool
pin_holds(struct dmsc_card *c, int df, struct dmsc_rd v)
{
	struct dmsc_rd ref;

	return dmsc_tlv_find(v, KEY_REF, &ref) == DMSC_E_OK &&
	    ref.left == 1 && dmsc_card_pin_holds(c, df, ref.p[0]);
}

static bool holds(struct dmsc_card *c, int df, struct dmsc_rd sc,
    unsigned depth);

/* A template: all hold (AND), one holds (OR), none holds (NOT). */
static bool
group_holds(struct dmsc_card *c, int df, uint32_t kind, struct dmsc_rd v,
    unsigned depth)
{
	struct dmsc_rd x, raw;
	unsigned n = 0, good = 0;
	uint32_t tag;

	if (depth >= NESTING)
		return false;
	while (v.left > 0) {
		if (dmsc_tlv_next_raw(&v, &tag, &x, &raw) != DMSC_E_OK)
			return false;
		n++;
		good += holds(c, df, raw, depth + 1) ? 1 : 0;
	}
	if (n == 0)
		return false;
	return kind == SC_AND ? good == n : kind == SC_OR ? good > 0 :
	    good == 0;
}

/* One SC_DO. What is not understood lets nobody in. */
static bool
holds(struct dmsc_card *c, int df, struct dmsc_rd sc, unsigned depth)
{
	struct dmsc_rd v;
	uint32_t tag;

	if (dmsc_tlv_next(&sc, &tag, &v) != DMSC_E_OK)
		return false;
	switch (tag) {
	case SC_ALWAYS:
		return v.left == 0;
	case SC_PIN:
		return pin_holds(c, df, v);
	case SC_BYTE:
		return v.left == 1 && compact_holds(c, df, v.p[0]);
	case SC_OR:
	case SC_AND:
	case SC_NOT:
		return group_holds(c, df, tag, v, depth);
	case SC_NEVER:
	default:
		return false;
	}
}

/* Whether v holds the parts of the command's header that tag announces. */
static bool
header_matches(const struct dmsc_card *c, uint32_t tag, struct dmsc_rd v)
{
	const uint8_t header[] = { c->now->cla, c->now->ins, c->now->p1,
	    c->now->p2 };
	size_t i;
	uint8_t b;

	for (i = 0; i < sizeof header; i++)
		if ((tag & 0x08u >> i) != 0 && (dmsc_rd_u8(&v, &b) !=
		    DMSC_E_OK || b != header[i]))
			return false;
	return v.left == 0;
}

/* A rule that names commands: the first AM_DO that speaks of this one. */
static struct dmsc_rd
by_command(const struct dmsc_card *c, struct dmsc_rd rule,
    enum dmsc_card_mode mode)
{
	struct dmsc_rd am, cond, raw;
	uint32_t tag, sc_tag;

	while (rule.left > 0 && rule.p[0] != 0xFF && rule.p[0] != 0x00) {
		if (dmsc_tlv_next(&rule, &tag, &am) != DMSC_E_OK ||
		    dmsc_tlv_next_raw(&rule, &sc_tag, &cond, &raw) !=
		    DMSC_E_OK)
			break;
		if (tag == AM_BYTE ? am.left == 1 && (am.p[0] >> mode & 1) !=
		    0 : tag >= AM_FIRST && tag <= AM_LAST &&
		    header_matches(c, tag, am))
			return raw;
	}
	return dmsc_rd_of(NULL, 0);
}

/* An expanded rule: each AM_DO byte and the SC_DO behind it. The first that
 * names a mode decides; FF ends the record. What names commands is left to
 * by_command: the whole rule is kept for it. */
static void
parse_expanded(struct dmsc_rd rule, struct dmsc_rd sc[MODES],
    struct dmsc_rd *commands)
{
	const struct dmsc_rd whole = rule;
	struct dmsc_rd am, cond, raw;
	uint32_t tag, sc_tag;
	unsigned m;

	memset(sc, 0, MODES * sizeof *sc);
	*commands = dmsc_rd_of(NULL, 0);
	while (rule.left > 0 && rule.p[0] != 0xFF && rule.p[0] != 0x00) {
		if (dmsc_tlv_next(&rule, &tag, &am) != DMSC_E_OK ||
		    dmsc_tlv_next_raw(&rule, &sc_tag, &cond, &raw) !=
		    DMSC_E_OK)
			return;
		if (tag >= AM_FIRST && tag <= AM_LAST)
			*commands = whole;
		for (m = 0; m < MODES && tag == AM_BYTE && am.left == 1; m++)
			if ((am.p[0] >> m & 1) != 0 && sc[m].p == NULL)
				sc[m] = raw;
	}
}

/* AM byte, then a condition byte for each bit from b7 down. The bytes are
 * given as SC_DOs of one byte value: only p of the view is used. */
static void
parse_compact(struct dmsc_rd rule, struct dmsc_rd sc[MODES])
{
	unsigned m = MODES;
	uint8_t am;

	memset(sc, 0, MODES * sizeof *sc);
	if (dmsc_rd_u8(&rule, &am) != DMSC_E_OK)
		return;
	while (m-- > 0)
		if ((am >> m & 1) != 0 &&
		    dmsc_rd_take(&rule, 1, &sc[m]) != DMSC_E_OK)
			return;
}

/* EF.ARR with this identifier: beside the file, then further up. */
static struct dmsc_card_file *
rule_file(struct dmsc_card *c, const struct dmsc_card_file *f, unsigned fid)
{
	int df = f->parent == DMSC_CARD_NONE ? c->mf : f->parent, i;

	for (; df != DMSC_CARD_NONE; df = c->files[df].parent) {
		i = dmsc_card_child(c, df, fid);
		if (i != DMSC_CARD_NONE &&
		    c->files[i].kind == KIND_LINEAR)
			return dmsc_card_at(c, i);
	}
	return NULL;
}

static struct dmsc_rd
rule_record(struct dmsc_card *c, const struct dmsc_card_file *f,
    unsigned fid, unsigned record)
{
	struct dmsc_card_file *arr = rule_file(c, f, fid);

	if (arr == NULL || record == 0 || record > arr->records)
		return dmsc_rd_of(NULL, 0);
	arr->has_rules_inside = true;
	return dmsc_rd_of(c->mem->ram + arr->data +
	    (record - 1) * arr->record_len, arr->record_len);
}

/* 8B: FID and record, or FID and pairs of security environment and record;
 * 00 is the application PIN disabled, 01 enabled. */
static void
parse_referenced(struct dmsc_card *c, const struct dmsc_card_file *f,
    struct dmsc_card_rules *k)
{
	struct dmsc_rd r = f->sec;
	uint16_t fid;
	uint8_t se, record;

	if (dmsc_rd_u16(&r, &fid) != DMSC_E_OK)
		return;
	if (r.left == 1) {
		parse_expanded(rule_record(c, f, fid, r.p[0]), k->sc[0],
		    &k->commands[0]);
		memcpy(k->sc[1], k->sc[0], sizeof k->sc[0]);
		k->commands[1] = k->commands[0];
		return;
	}
	while (dmsc_rd_u8(&r, &se) == DMSC_E_OK &&
	    dmsc_rd_u8(&r, &record) == DMSC_E_OK)
		if (se <= 1)
			parse_expanded(rule_record(c, f, fid, record),
			    k->sc[se], &k->commands[se]);
}

static void
learn(struct dmsc_card *c, struct dmsc_card_file *f)
{
	struct dmsc_card_rules *k = &f->rules;

	memset(k, 0, sizeof *k);
	k->known = c->rules_now;
	if (f->sec_tag == 0x8B) {
		parse_referenced(c, f, k);
		return;
	}
	if (f->sec_tag == 0x8C)
		parse_compact(f->sec, k->sc[0]);
	else if (f->sec_tag == 0xAB)
		parse_expanded(f->sec, k->sc[0], &k->commands[0]);
	memcpy(k->sc[1], k->sc[0], sizeof k->sc[0]);
	k->commands[1] = k->commands[0];
}

static unsigned
environment(struct dmsc_card *c, int df)
{
	unsigned ref = application_pin(c, df);
	const struct dmsc_card_pin *p;

	if (ref == 0 || (p = dmsc_card_pin(c, df, ref)) == NULL)
		return 1;
	return dmsc_card_pin_enabled(c, p) ? 1 : 0;
}

bool
dmsc_card_holds(struct dmsc_card *c, int df, struct dmsc_rd sc)
{
	return c->life == LIFE_INIT || holds(c, df, sc, 0);
}

bool
dmsc_card_rule_names(struct dmsc_rd sc, unsigned ref)
{
	struct dmsc_rd v, key;
	uint32_t tag;

	while (sc.left > 0 && dmsc_tlv_next(&sc, &tag, &v) == DMSC_E_OK)
		if (tag == SC_PIN ? dmsc_tlv_find(v, KEY_REF, &key) ==
		    DMSC_E_OK && key.left == 1 && key.p[0] == ref :
		    (tag == SC_OR || tag == SC_AND) &&
		    dmsc_card_rule_names(v, ref))
			return true;
	return false;
}

bool
dmsc_card_rule_asks(struct dmsc_card *c, const struct dmsc_card_file *f,
    unsigned tag, struct dmsc_rd sec, unsigned ref)
{
	struct dmsc_card_file like = *f;

	like.sec_tag = (uint8_t)tag;
	like.sec = sec;
	learn(c, &like);
	return dmsc_card_rule_names(like.rules.sc[1][MODE_READ], ref);
}

bool
dmsc_card_allowed(struct dmsc_card *c, const struct dmsc_card_file *cf,
    enum dmsc_card_mode mode)
{
	struct dmsc_card_file *f = dmsc_card_at(c, dmsc_card_index(c, cf));
	struct dmsc_rd sc;
	unsigned se = 1;
	int df = home_of(c, f);

	if (c->life == LIFE_INIT)
		return true;
	if (f->rules.known != c->rules_now)
		learn(c, f);
	if (f->sec_tag == 0x8B && f->sec.left > 3)
		se = environment(c, df);
	sc = f->rules.commands[se].left == 0 ? f->rules.sc[se][mode] :
	    by_command(c, f->rules.commands[se], mode);
	if (sc.p == NULL)
		return false;
	if (f->sec_tag == 0x8C)
		return compact_holds(c, df, sc.p[0]);
	return (sc.p[0] == SC_ALWAYS && sc.p[1] == 0) ||
	    holds(c, df, sc, 0);
}
