/*
 * The access forecast of a file: rules of its FCP, EF.ARR where it names one,
 * and what is known of PINs (TS 102 221 9.2; reference 2.5).
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/inside.h"
#include "uicc/rule.h"

enum { TAG_REFERENCED = 0x8B, TAG_COMPACT = 0x8C, TAG_EXPANDED = 0xAB,
	ARR_OF_MF = 0x2F06, PIN_LAST = 8,
	UNIVERSAL_PIN = 0x11, RULES_MAX = 256 };

/* Whether what is sent is protected: rules may ask for it. */
static enum uicc_secure
secure_now(struct dmsc_uicc *u)
{
	struct dmsc_link_facts facts;

	dmsc_link_facts(u->link, &facts);
	return facts.cmd_room != 0 ? SECURE_YES : SECURE_NO;
}

static bool
key_holds(const void *arg, unsigned ref)
{
	const struct dmsc_uicc *u = arg;

	return u->right[ref & 0xFF] || u->enabled[ref & 0xFF] == TRI_NO;
}

/* A PIN that is disabled counts as verified, unless the universal PIN stands
 * for it: no card tells that. */
static bool
key_unsure(const void *arg, unsigned ref)
{
	const struct dmsc_uicc *u = arg;

	return ref != UNIVERSAL_PIN && !u->right[ref & 0xFF] &&
	    u->enabled[ref & 0xFF] == TRI_NO &&
	    u->enabled[UNIVERSAL_PIN] == TRI_YES && !u->right[UNIVERSAL_PIN];
}

/*
 * SE 00 is in force while the application PIN is disabled, else SE 01. A
 * rule for another environment alone gives none.
 */
static bool
pick_record(struct dmsc_uicc *u, struct dmsc_rd sec, unsigned *record)
{
	unsigned se = u->enabled[1] == TRI_NO ? 0 : 1, i;

	if (sec.left == 3) {
		*record = sec.p[2];
		return true;
	}
	for (i = 2; i + 1 < sec.left; i += 2)
		if (sec.p[i] == se) {
			*record = sec.p[i + 1];
			return true;
		}
	return false;
}

static struct uicc_rule *
known_rule(struct dmsc_uicc *u, const struct dmsc_place *arr,
    unsigned record)
{
	size_t i;

	for (i = 0; i < u->n_rules; i++)
		if (u->rules[i].record == record &&
		    dmsc_place_eq(&u->rules[i].arr, arr))
			return &u->rules[i];
	return NULL;
}

/* One record of one EF.ARR, remembered whether it could be read or not. */
static struct uicc_rule *
fetch(struct dmsc_uicc *u, const struct dmsc_place *arr, unsigned record)
{
	struct uicc_rule *k = known_rule(u, arr, record);
	struct dmsc_uicc_fcp fcp;
	struct dmsc_buf *b;
	bool there;

	if (k != NULL || u->n_rules >= RULES_MAX)
		return k;
	if ((b = dmsc_buf_new(UICC_SHORT_MAX)) == NULL)
		return NULL;
	there = dmsc_uicc_select(u, arr, &fcp) == DMSC_E_OK;
	if (!there || dmsc_uicc_read_record(u, record, fcp.record_len, b) !=
	    DMSC_E_OK)
		dmsc_buf_free(&b);
	if (b == NULL && u->err->sw == 0)
		return NULL;		/* the link failed: ask again */
	k = dmsc_list_add(&u->rules, &u->n_rules, sizeof *k);
	if (k == NULL) {
		dmsc_buf_free(&b);
		return NULL;
	}
	k->arr = *arr;
	k->record = record;
	k->there = there;
	k->bytes = b;
	return k;
}

/* EF.ARR fid, looked for from the file's DF upward: the first that is there,
 * also where it cannot be read. */
static struct uicc_rule *
find_rule(struct dmsc_uicc *u, const struct dmsc_place *p, uint16_t fid,
    unsigned record, bool is_df)
{
	struct dmsc_place df = *p, arr;
	struct uicc_rule *k = NULL;

	if (fid == ARR_OF_MF) {
		memset(&df, 0, sizeof df);
		is_df = true;
	}
	if (!is_df && df.n > 0)
		df.n--;
	for (;; df.n--) {
		if (dmsc_place_below(&df, fid, &arr) == DMSC_E_OK)
			k = fetch(u, &arr, record);
		if ((k != NULL && k->there) || df.n == 0)
			return k;
	}
}

static bool
holds_none(const void *arg, unsigned ref)
{
	(void)arg;
	(void)ref;
	return false;
}

/* Whether the rule asks for a key of which nothing is known yet. */
static bool
asks_unknown(const void *arg, unsigned ref)
{
	const struct dmsc_uicc *u = arg;

	return u->right[ref & 0xFF] || u->enabled[ref & 0xFF] != TRI_UNKNOWN;
}

/* The application, or the DF below the MF, that p belongs to. */
static struct dmsc_place
home_of(const struct dmsc_place *p, bool is_df)
{
	struct dmsc_place df = *p;

	df.n = p->aid_len == 0 && (is_df || p->n > 1) && p->n > 0 ? 1 : 0;
	return df;
}

/* The DF's FCP tells which PINs are enabled: one SELECT, once. */
static void
learn(struct dmsc_uicc *u, const struct dmsc_place *p,
    const struct uicc_rule_in *rule, enum dmsc_mode mode)
{
	struct uicc_keys known = { asks_unknown, u, SECURE_UNKNOWN,
	    NULL };
	struct dmsc_place df = home_of(p, rule->is_df);
	struct dmsc_uicc_fcp fcp;
	unsigned ref = 0;

	uicc_local_pins_of(u, &df);
	(void)uicc_rule_ask(rule, mode, &known, NULL, &ref);
	if (ref == 0)
		return;
	if (dmsc_uicc_select(u, &df, &fcp) == DMSC_E_OK &&
	    u->enabled[ref & 0xFF] == TRI_UNKNOWN)
		u->enabled[ref & 0xFF] = TRI_YES;	/* not listed */
}

static void
put(struct dmsc_buf *b, const char *text)
{
	if (b != NULL && dmsc_buf_str(b, text) != DMSC_E_OK)
		dmsc_buf_reset(b);
}

/* The bytes of the rule that the FCP gives or names. */
static void
rule_of(struct dmsc_uicc *u, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, struct uicc_rule_in *in,
    struct dmsc_buf *words)
{
	struct uicc_rule *k = NULL;
	unsigned record = 0;
	char text[48];

	in->is_df = fcp->kind >= DMSC_FILE_MF && fcp->kind <= DMSC_FILE_ADF;
	in->records = fcp->kind == DMSC_FILE_LINEAR ||
	    fcp->kind == DMSC_FILE_CYCLIC;
	in->form = RULE_NONE;
	in->bytes = fcp->sec;
	if (fcp->sec_tag == TAG_COMPACT || fcp->sec_tag == TAG_EXPANDED) {
		in->form = fcp->sec_tag == TAG_COMPACT ? RULE_COMPACT :
		    RULE_EXPANDED;
		put(words, "the rule in its FCP");
		return;
	}
	if (fcp->sec_tag != TAG_REFERENCED || fcp->sec.left < 3 ||
	    !pick_record(u, fcp->sec, &record))
		return;
	(void)snprintf(text, sizeof text, "rule %u of EF.ARR", record);
	put(words, text);
	k = find_rule(u, p, (uint16_t)(fcp->sec.p[0] << 8 | fcp->sec.p[1]),
	    record, in->is_df);
	if (k == NULL || k->bytes == NULL)
		return;
	in->form = RULE_EXPANDED;
	in->bytes = dmsc_buf_rd(k->bytes);
}

enum dmsc_forecast
dmsc_uicc_access(struct dmsc_uicc *u, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode,
    struct dmsc_buf *needs, struct dmsc_buf *rule, unsigned *pin_ref)
{
	struct uicc_keys keys = { key_holds, u, secure_now(u), key_unsure };
	enum dmsc_forecast f = DMSC_FORECAST_UNKNOWN;
	struct dmsc_err was = *u->err;
	struct dmsc_uicc_fcp own;
	struct uicc_rule_in in;

	if (pin_ref != NULL)
		*pin_ref = 0;
	if (dmsc_uicc_begin(u) == DMSC_E_OK) {
		uicc_fcp_copy(&own, fcp);
		rule_of(u, p, &own, &in, rule);
		if (in.form == RULE_EXPANDED)
			learn(u, p, &in, mode);
		f = uicc_rule_ask(&in, mode, &keys, needs, pin_ref);
		dmsc_uicc_end(u);
	}
	*u->err = was;
	return f;
}

unsigned
dmsc_uicc_asks(struct dmsc_uicc *u, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode)
{
	struct uicc_keys none = { holds_none, u, secure_now(u), NULL };
	struct dmsc_err was = *u->err;
	struct dmsc_uicc_fcp own;
	struct uicc_rule_in in;
	unsigned ref = 0;

	if (dmsc_uicc_begin(u) == DMSC_E_OK) {
		uicc_fcp_copy(&own, fcp);
		rule_of(u, p, &own, &in, NULL);
		(void)uicc_rule_ask(&in, mode, &none, NULL, &ref);
		dmsc_uicc_end(u);
	}
	*u->err = was;
	return ref;
}
