/* Access rules into answers and words (uicc/rule.h). */
#include "uicc/rule.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/names.h"

enum { DO_ALWAYS = 0x90, DO_NEVER = 0x97, DO_BYTE = 0x9E, DO_CRT = 0xA4,
	DO_OR = 0xA0, DO_AND = 0xA7, DO_NOT = 0xAF, AM_BYTE = 0x80,
	AM_FIRST = 0x81, AM_LAST = 0x8F, CRT_KEY = 0x83, CRT_USE = 0x95,
	USE_PIN = 0x08, PADDING = 0xFF, DEPTH = 8 };
enum { SC_ALWAYS = 0x00, SC_NEVER = 0xFF, SC_AND = 0x80, SC_SM = 0x40,
	SC_EXTERNAL = 0x20, SC_USER = 0x10 };
enum { HDR_CLA = 0x08, HDR_INS = 0x04, HDR_P1 = 0x02, HDR_P2 = 0x01 };

struct ask {
	const struct uicc_keys *keys;
	const struct uicc_rule_in *rule;
	struct dmsc_buf *needs;
	unsigned ref;
	unsigned depth;
};

static const struct {
	const char *name;
	uint8_t bit;
	uint8_t ins[3];		/* for bytes, records, BER-TLV; 0: no more */
	int df;			/* 1: DF alone, 0: EF alone, -1: both */
} modes[] = {
	[DMSC_MODE_READ] = { "read", 0x01, { 0xB0, 0xB2, 0xCB }, 0 },
	[DMSC_MODE_UPDATE] = { "update", 0x02, { 0xD6, 0xDC, 0xDB }, 0 },
	[DMSC_MODE_ACTIVATE] = { "activate", 0x10, { 0x44, 0, 0 }, -1 },
	[DMSC_MODE_DEACTIVATE] = { "deactivate", 0x08, { 0x04, 0, 0 }, -1 },
	[DMSC_MODE_DELETE] = { "delete", 0x40, { 0xE4, 0, 0 }, -1 },
	[DMSC_MODE_CREATE_EF] = { "create-ef", 0x02, { 0xE0, 0, 0 }, 1 },
	[DMSC_MODE_CREATE_DF] = { "create-df", 0x04, { 0xE0, 0, 0 }, 1 },
	[DMSC_MODE_TERMINATE] = { "terminate", 0x20, { 0xE6, 0xE8, 0 }, -1 },
};

const char *
dmsc_mode_name(enum dmsc_mode mode)
{
	return modes[mode].name;
}

/* Words are help, not the answer: one that does not fit is left out. */
static void
say(struct ask *a, const char *text)
{
	if (a->needs != NULL && dmsc_buf_str(a->needs, text) != DMSC_E_OK)
		a->needs = NULL;
}

static enum dmsc_forecast
ask_key(struct ask *a, unsigned ref)
{
	char name[24];

	dmsc_uicc_key_name(ref, name, sizeof name);
	say(a, name);
	if (a->keys->unsure != NULL && a->keys->unsure(a->keys->arg, ref))
		return DMSC_FORECAST_UNKNOWN;
	if (a->keys->holds(a->keys->arg, ref))
		return DMSC_ALLOWED;
	if (a->ref == 0)
		a->ref = ref;
	return DMSC_REFUSED;
}

static enum dmsc_forecast
ask_crt(struct ask *a, struct dmsc_rd v)
{
	struct dmsc_rd key, use;

	if (dmsc_tlv_find(v, CRT_KEY, &key) != DMSC_E_OK || key.left != 1) {
		say(a, "some authentication");
		return DMSC_FORECAST_UNKNOWN;
	}
	if (dmsc_tlv_find(v, CRT_USE, &use) == DMSC_E_OK && use.left == 1 &&
	    (use.p[0] & USE_PIN) == 0) {
		say(a, "external authentication");
		return DMSC_FORECAST_UNKNOWN;
	}
	return ask_key(a, key.p[0]);
}

static enum dmsc_forecast ask_do(struct ask *a, uint32_t tag,
    struct dmsc_rd v);

static enum dmsc_forecast
join(uint32_t tag, enum dmsc_forecast x, enum dmsc_forecast y)
{
	enum dmsc_forecast strong = tag == DO_AND ? DMSC_REFUSED :
	    DMSC_ALLOWED;

	if (x == strong || y == strong)
		return strong;
	if (x == DMSC_FORECAST_UNKNOWN || y == DMSC_FORECAST_UNKNOWN)
		return DMSC_FORECAST_UNKNOWN;
	return x;
}

/* Of the conditions of a byte only that one is known. */
static enum dmsc_forecast
is_secure(const struct ask *a, unsigned bit)
{
	if (bit != SC_SM || a->keys->secure == SECURE_UNKNOWN)
		return DMSC_FORECAST_UNKNOWN;
	return a->keys->secure == SECURE_YES ? DMSC_ALLOWED : DMSC_REFUSED;
}

static enum dmsc_forecast
ask_byte(struct ask *a, unsigned sc)
{
	static const struct {
		unsigned bit;
		const char *text;
	} parts[] = { { SC_USER, "user authentication" },
	    { SC_EXTERNAL, "external authentication" },
	    { SC_SM, "secure messaging" } };
	enum dmsc_forecast f = DMSC_FORECAST_UNKNOWN, one;
	uint32_t tag = (sc & SC_AND) != 0 ? DO_AND : DO_OR;
	const char *sep = "";
	size_t i;

	if (sc == SC_ALWAYS || sc == SC_NEVER) {
		say(a, sc == SC_ALWAYS ? "always" : "never");
		return sc == SC_ALWAYS ? DMSC_ALLOWED : DMSC_REFUSED;
	}
	for (i = 0; i < DMSC_COUNT(parts); i++)
		if ((sc & parts[i].bit) != 0) {
			say(a, sep);
			say(a, parts[i].text);
			one = is_secure(a, parts[i].bit);
			f = *sep == '\0' ? one : join(tag, f, one);
			sep = tag == DO_AND ? " and " : " or ";
		}
	if (*sep == '\0')
		say(a, "unknown");
	return f;
}

/* All objects of v joined by tag; none is a rule that nobody can read. */
static enum dmsc_forecast
ask_list(struct ask *a, uint32_t tag, struct dmsc_rd v)
{
	enum dmsc_forecast all = DMSC_FORECAST_UNKNOWN, one;
	struct dmsc_rd in;
	uint32_t t;
	bool first = true;

	for (; v.left > 0; first = false) {
		if (dmsc_tlv_next(&v, &t, &in) != DMSC_E_OK)
			return DMSC_FORECAST_UNKNOWN;
		if (!first)
			say(a, tag == DO_AND ? " and " : " or ");
		one = ask_do(a, t, in);
		all = first ? one : join(tag, all, one);
	}
	return all;
}

static enum dmsc_forecast
ask_nested(struct ask *a, uint32_t tag, struct dmsc_rd v)
{
	bool inside = a->depth > 1 || tag == DO_NOT;
	enum dmsc_forecast f;

	if (tag == DO_NOT)
		say(a, "not ");
	if (inside)
		say(a, "(");
	f = ask_list(a, tag == DO_AND ? DO_AND : DO_OR, v);
	if (inside)
		say(a, ")");
	if (tag != DO_NOT || f == DMSC_FORECAST_UNKNOWN)
		return f;
	return f == DMSC_ALLOWED ? DMSC_REFUSED : DMSC_ALLOWED;
}

static enum dmsc_forecast
ask_do(struct ask *a, uint32_t tag, struct dmsc_rd v)
{
	enum dmsc_forecast f = DMSC_FORECAST_UNKNOWN;

	if (a->depth >= DEPTH)
		return f;
	a->depth++;
	if (tag == DO_ALWAYS || tag == DO_NEVER)
		f = ask_byte(a, tag == DO_ALWAYS ? SC_ALWAYS : SC_NEVER);
	else if (tag == DO_BYTE && v.left == 1)
		f = ask_byte(a, v.p[0]);
	else if (tag == DO_CRT)
		f = ask_crt(a, v);
	else if (tag == DO_OR || tag == DO_AND || tag == DO_NOT)
		f = ask_nested(a, tag, v);
	else
		say(a, "unknown");
	a->depth--;
	return f;
}

enum match { MATCH_NO, MATCH_YES, MATCH_MAYBE };

/* Whether the command for mode has this instruction. */
static bool
is_ins(const struct ask *a, enum dmsc_mode mode, uint8_t ins)
{
	const uint8_t *list = modes[mode].ins;

	if (mode == DMSC_MODE_TERMINATE)
		return ins == list[a->rule->is_df ? 0 : 1];
	if (list[1] == 0)
		return ins == list[0];
	return ins == list[a->rule->records ? 1 : 0] || ins == list[2];
}

/* Whether an access mode object speaks of mode. Which P1 and P2 a command
 * will have is not known here; its class is that of the standard. */
static enum match
am_matches(const struct ask *a, uint32_t tag, struct dmsc_rd v,
    enum dmsc_mode mode)
{
	size_t at = (tag & HDR_CLA) != 0 ? 1 : 0;

	if (tag == AM_BYTE)
		return v.left == 1 && (v.p[0] & modes[mode].bit) != 0 ?
		    MATCH_YES : MATCH_NO;
	if ((tag & HDR_INS) == 0)
		return MATCH_MAYBE;
	if (v.left <= at || !is_ins(a, mode, v.p[at]))
		return MATCH_NO;
	return (tag & (HDR_P1 | HDR_P2)) != 0 || (at == 1 && v.p[0] != 0) ?
	    MATCH_MAYBE : MATCH_YES;
}

static bool
is_am(uint32_t tag)
{
	return tag == AM_BYTE || (tag >= AM_FIRST && tag <= AM_LAST);
}

/*
 * Pairs of AM and SC objects. What no object speaks of is never allowed;
 * where objects are odd, nobody knows.
 */
static enum dmsc_forecast
ask_expanded(struct ask *a, struct dmsc_rd r, enum dmsc_mode mode)
{
	struct dmsc_rd v;
	uint32_t tag;
	bool odd = false;
	enum match mine = MATCH_NO;

	while (r.left > 0 && r.p[0] != PADDING) {
		if (dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK) {
			odd = true;
			break;
		}
		if (is_am(tag))
			mine = am_matches(a, tag, v, mode);
		else if (mine == MATCH_MAYBE) {
			(void)ask_do(a, tag, v);	/* its words */
			return DMSC_FORECAST_UNKNOWN;
		} else if (mine == MATCH_YES)
			return ask_do(a, tag, v);
		else if (tag > 0xFF)
			odd = true;
	}
	say(a, odd ? "unknown" : "never");
	return odd ? DMSC_FORECAST_UNKNOWN : DMSC_REFUSED;
}

/* One SC byte for each bit of the mode byte, from b7 down. */
static enum dmsc_forecast
ask_compact(struct ask *a, struct dmsc_rd r, enum dmsc_mode mode)
{
	uint8_t am, sc;
	unsigned bit;

	if (dmsc_rd_u8(&r, &am) != DMSC_E_OK || (am & 0x80) != 0) {
		say(a, "unknown");
		return DMSC_FORECAST_UNKNOWN;
	}
	for (bit = 0x40; bit > 0; bit >>= 1) {
		if ((am & bit) == 0)
			continue;
		if (dmsc_rd_u8(&r, &sc) != DMSC_E_OK)
			break;
		if (bit == modes[mode].bit)
			return ask_byte(a, sc);
	}
	if ((am & modes[mode].bit) != 0) {
		say(a, "unknown");
		return DMSC_FORECAST_UNKNOWN;
	}
	say(a, "never");
	return DMSC_REFUSED;
}

enum dmsc_forecast
uicc_rule_ask(const struct uicc_rule_in *rule, enum dmsc_mode mode,
    const struct uicc_keys *keys, struct dmsc_buf *needs, unsigned *ref)
{
	struct ask a = { keys, rule, needs, 0, 0 };
	enum dmsc_forecast f = DMSC_FORECAST_UNKNOWN;

	if (modes[mode].df >= 0 && (modes[mode].df == 1) != rule->is_df)
		say(&a, "unknown");
	else if (rule->form == RULE_COMPACT)
		f = ask_compact(&a, rule->bytes, mode);
	else if (rule->form == RULE_EXPANDED)
		f = ask_expanded(&a, rule->bytes, mode);
	else
		say(&a, "unknown");
	if (ref != NULL)
		*ref = f == DMSC_REFUSED ? a.ref : 0;
	return f;
}

static bool
holds_none(const void *arg, unsigned ref)
{
	(void)arg;
	(void)ref;
	return false;
}

/* The words for one access mode object. */
static int
am_text(uint32_t tag, struct dmsc_rd v, struct dmsc_buf *out)
{
	static const char *const bits[] = { "delete", "terminate",
	    "activate", "deactivate", "write or create-df",
	    "update or create-ef", "read" };
	char hex[9];
	unsigned i;
	size_t start = out->len;
	int r = DMSC_E_OK;

	if (tag != AM_BYTE)
		return dmsc_buf_fmt(out, "command %s", dmsc_hex(v, hex,
		    sizeof hex));
	if (v.left != 1)
		return DMSC_E_FORMAT;
	for (i = 0; i < DMSC_COUNT(bits) && r == DMSC_E_OK; i++)
		if ((v.p[0] & 0x40u >> i) != 0)
			r = dmsc_buf_fmt(out, "%s%s", out->len > start ?
			    ", " : "", bits[i]);
	return r;
}

int
uicc_text_arr(struct dmsc_rd r, struct dmsc_buf *out)
{
	static const struct uicc_keys none = { holds_none, NULL,
	    SECURE_UNKNOWN, NULL };
	struct ask a = { &none, NULL, out, 0, 0 };
	struct dmsc_rd v;
	const char *sep = "";
	uint32_t tag;
	int code = DMSC_E_OK;

	if (r.left == 0 || r.p[0] == PADDING)
		return dmsc_buf_str(out, "empty");
	while (r.left > 0 && r.p[0] != PADDING && code == DMSC_E_OK) {
		if ((code = dmsc_tlv_next(&r, &tag, &v)) != DMSC_E_OK)
			return code;
		if (is_am(tag)) {
			code = dmsc_buf_str(out, sep);
			if (code == DMSC_E_OK)
				code = am_text(tag, v, out);
			sep = "; ";
		} else {
			code = dmsc_buf_str(out, ": ");
			(void)ask_do(&a, tag, v);
		}
	}
	return code;
}
