/*
 * The rules before and after a value is sent (design: Guard): tries asked
 * for, two or fewer or unknown only with leave, never what was refused before,
 * written down before it goes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "guard/inside.h"
#include "uicc/names.h"

enum { PAD = 0xFF, PIN_LEAST = 4, ADM_BIT = 0x08, LOCAL = 0x80,
	SW_NO = 0x6300, SW_NO_REF = 0x6A88, SW_SECURITY = 0x6982,
	SW_BLOCKED = 0x6983, SW_DONE = 0x9000, SW_UNUSABLE = 0x6984,
	SW_CONDITIONS = 0x6985 };

static const struct {
	uint8_t ins;
	bool two;		/* a second value follows */
	const char *verb;
} ops[] = {
	[DMSC_PIN_VERIFY] = { 0x20, false, "verify" },
	[DMSC_PIN_CHANGE] = { 0x24, true, "change" },
	[DMSC_PIN_UNBLOCK] = { 0x2C, true, "unblock" },
	[DMSC_PIN_ENABLE] = { 0x28, false, "enable" },
	[DMSC_PIN_DISABLE] = { 0x26, false, "disable" },
};

struct dmsc_guard *
dmsc_guard_new(struct dmsc_uicc *u, const char *state_dir,
    struct dmsc_err *e)
{
	struct dmsc_guard *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->u = u;
	g->err = e;
	g->iccid = dmsc_buf_new(64);
	if (g->iccid == NULL || (state_dir != NULL &&
	    dmsc_str_set(&g->state_dir, "%s", state_dir) != DMSC_E_OK))
		dmsc_guard_free(&g);
	else
		dmsc_guard_forget(g);
	return g;
}

void
dmsc_guard_free(struct dmsc_guard **gp)
{
	struct dmsc_guard *g = *gp;

	*gp = NULL;
	if (g == NULL)
		return;
	guard_recall_free(g);
	dmsc_buf_free(&g->iccid);
	free(g->state_dir);
	free(g->id);
	free(g);
}

void
dmsc_guard_forget(struct dmsc_guard *g)
{
	size_t i;

	if (g == NULL)
		return;
	g->known = false;
	free(g->id);
	g->id = NULL;
	dmsc_buf_reset(g->iccid);
	g->home_known = false;
	for (i = 0; i < DMSC_COUNT(g->last); i++) {
		g->last[i] = -1;
		g->disabled[i] = false;
	}
}

static bool
lists(const struct dmsc_uicc_fcp *f, unsigned ref)
{
	unsigned one;
	size_t i;

	for (i = 0; dmsc_fcp_pin(f, i, &one) >= 0; i++)
		if (one == ref)
			return true;
	return false;
}

int
guard_select(struct dmsc_guard *g, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp, bool *there)
{
	int r;

	dmsc_err_clear(g->err);
	r = dmsc_uicc_select(g->u, p, fcp);
	*there = r == DMSC_E_OK;
	return guard_refusal_is_fine(g, r);
}

/* Whether the application at p lists ref in its PIN status. */
static int
try_home(struct dmsc_guard *g, const struct dmsc_place *p, unsigned ref)
{
	struct dmsc_uicc_fcp fcp;
	bool there;
	int r;

	if (dmsc_uicc_pin_listed(g->u, p, ref)) {	/* no need to look */
		g->home = *p;
		g->home_known = g->has_home = true;
		return DMSC_E_OK;
	}
	if ((r = guard_select(g, p, &fcp, &there)) != DMSC_E_OK || !there)
		return r;
	if (!g->has_home || lists(&fcp, ref)) {
		g->home = *p;
		g->has_home = true;
	}
	g->home_known = lists(&fcp, ref);
	return DMSC_E_OK;
}

static int
find_home(struct dmsc_guard *g, unsigned ref)
{
	enum dmsc_p15_state state;
	struct dmsc_place p;
	int r = dmsc_uicc_pkcs15(g->u, &p, &state);

	g->has_home = false;
	if (r == DMSC_E_OK)
		r = try_home(g, &p, ref);
	else if (r == DMSC_E_NOTFOUND)
		r = DMSC_E_OK;
	if (r != DMSC_E_OK || g->home_known)
		return r;
	r = uicc_name_parent("ADF.USIM", &p);
	if (r == DMSC_E_OK)
		r = try_home(g, &p, ref);
	g->home_known = r == DMSC_E_OK;
	return r;
}

int
guard_home(struct dmsc_guard *g, unsigned ref)
{
	int r;

	if ((ref & LOCAL) == 0)
		return DMSC_E_OK;
	if (!g->home_known && (r = find_home(g, ref)) != DMSC_E_OK)
		return r;
	if (!g->has_home || dmsc_uicc_inside(g->u, &g->home))
		return DMSC_E_OK;
	return dmsc_uicc_select(g->u, &g->home, NULL);
}

static int
claim(struct dmsc_guard *g)
{
	struct dmsc_link *l = dmsc_uicc_link(g->u);
	struct dmsc_link_facts facts;
	int r;

	dmsc_link_facts(l, &facts);
	if (!facts.shared)
		return DMSC_E_OK;
	if ((r = dmsc_link_claim(l, g->err)) != DMSC_E_OK)
		return r;
	dmsc_uicc_alone(g->u, true);
	return DMSC_E_OK;
}

static int
held_back(struct dmsc_guard *g, const char *name, int tries)
{
	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the value for %s was not sent",
	    name);
	if (tries < 0)
		(void)dmsc_err_why(g->err, "the card does not tell how many "
		    "tries are left");
	else
		(void)dmsc_err_why(g->err, "%d %s left", tries,
		    tries == 1 ? "try is" : "tries are");
	(void)dmsc_err_next(g->err, "the same line with --spend-try");
	return DMSC_E_GUARD;
}

static int
blocked(struct dmsc_guard *g, const struct guard_value *v, const char *name,
    unsigned sw)
{
	char which[16];

	(void)dmsc_fail(g->err, DMSC_E_BLOCKED, v->puk ?
	    "the PUK of %s is blocked" : "%s is blocked", name);
	(void)dmsc_err_sw(g->err, sw);
	(void)dmsc_err_why(g->err, "no tries are left");
	dmsc_pin_which(v->ref, which, sizeof which);
	if (!v->puk && (v->ref & ADM_BIT) == 0)
		(void)dmsc_err_next(g->err, "pin unblock %s", which);
	return DMSC_E_BLOCKED;
}

static int
no_such(struct dmsc_guard *g, const char *name, unsigned sw)
{
	(void)dmsc_fail(g->err, DMSC_E_NOTFOUND, "this card has no %s", name);
	(void)dmsc_err_sw(g->err, sw);
	(void)dmsc_err_next(g->err, "pin status");
	return DMSC_E_NOTFOUND;
}

/* The empty command of the same class: the same channel, the same DF. */
static int
ask_raw(struct dmsc_guard *g, const struct guard_value *v, int *tries,
    bool *verified, unsigned *sw)
{
	uint8_t cmd[4] = { v->cla, v->puk ? ops[DMSC_PIN_UNBLOCK].ins :
	    ops[DMSC_PIN_VERIFY].ins, 0, (uint8_t)v->ref };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	int r;

	if (b == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	r = dmsc_uicc_raw(g->u, dmsc_rd_of(cmd, sizeof cmd), false, b, sw);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return r;
	*tries = (*sw & 0xFFF0) == 0x63C0 ? (int)(*sw & 0xF) :
	    *sw == SW_BLOCKED ? 0 : -1;
	*verified = !v->puk && *sw == SW_DONE;
	return DMSC_E_OK;
}

/* Tries left: what the card says, else what it said in this session. */
static int
ask_tries(struct dmsc_guard *g, const struct guard_value *v, int *tries,
    bool *verified, unsigned *sw)
{
	int *last = &g->last[v->ref & 0xFF], r;

	*verified = false;
	if (v->raw)
		r = ask_raw(g, v, tries, verified, sw);
	else if (v->puk)
		r = dmsc_uicc_puk_query(g->u, v->ref, tries, sw);
	else
		r = dmsc_uicc_pin_query(g->u, v->ref, tries, verified, sw);
	if (r != DMSC_E_OK || v->puk)
		return r;
	g->told = *tries >= 0;
	if (*tries >= 0)
		*last = *tries;
	else if (g->disabled[v->ref & 0xFF] ||
	    (*verified && dmsc_uicc_has_right(g->u, v->ref)))
		*tries = *last;	/* the card is ours alone since */
	return DMSC_E_OK;
}

/*
 * A raw command stands in a selection that only its author knows: who the
 * card is is asked on another channel then, or not at all.
 */
static int
know_card(struct dmsc_guard *g, const struct guard_value *v)
{
	const char *id;
	int r;

	if (!v->raw || g->known)
		return dmsc_guard_identity(g, &id);
	dmsc_err_clear(g->err);
	if ((r = dmsc_uicc_channel_open(g->u)) == DMSC_E_OK) {
		r = dmsc_guard_identity(g, &id);
		dmsc_uicc_channel_close(g->u);
	} else if (g->err->sw != 0) {
		dmsc_err_clear(g->err);
		r = DMSC_E_OK;
	}
	return r;
}

/* A value that went to this card before. */
static int
sent_before(struct dmsc_guard *g, const char *name, enum guard_seen seen)
{
	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the value for %s was not sent",
	    name);
	if (seen == GUARD_LOST) {
		(void)dmsc_err_why(g->err, "it was sent before and no answer "
		    "came: the card may have refused it");
		return dmsc_err_next(g->err, "the same line with --spend-try");
	}
	(void)dmsc_err_why(g->err, g->id != NULL ?
	    "this card has refused this value before" :
	    "it was refused in this session, and the card does not tell who "
	    "it is");
	return dmsc_err_next(g->err, "pin status");
}

int
guard_allow(struct dmsc_guard *g, const struct guard_value *v,
    bool spend_try, bool *verified)
{
	enum guard_seen seen = GUARD_NEW;
	char name[24];
	unsigned sw;
	int tries, r;

	dmsc_pin_name(v->ref, name, sizeof name);
	if ((r = claim(g)) != DMSC_E_OK ||
	    (r = know_card(g, v)) != DMSC_E_OK ||
	    (!v->raw && (r = guard_home(g, v->ref)) != DMSC_E_OK) ||
	    (r = ask_tries(g, v, &tries, verified, &sw)) != DMSC_E_OK)
		return r;
	if (sw == SW_NO_REF)
		return no_such(g, name, sw);
	if (sw == SW_SECURITY && !v->raw && guard_is_locked(g))
		return guard_say_locked(g->err);
	if (tries == 0)
		return blocked(g, v, name, sw);
	/* No bytes: a value is not given yet. */
	if (v->bytes.left > 0 && (r = guard_ledger_has(g, v, &seen)) !=
	    DMSC_E_OK)
		return r;
	if (v->wants_on && ((r = guard_disabled(g, v->ref, sw, &g->off)) !=
	    DMSC_E_OK || g->off))
		return r;
	if (seen == GUARD_REFUSED || (seen == GUARD_LOST && !spend_try))
		return sent_before(g, name, seen);
	if (*verified && tries < 0)
		return DMSC_E_OK;	/* the caller knows what to do */
	if (tries <= GUARD_SAFE_TRIES && !spend_try)
		return held_back(g, name, tries);
	return DMSC_E_OK;
}

/* The card has compared the value and found it wrong. */
static bool
wrong(unsigned sw)
{
	return (sw & 0xFFF0) == 0x63C0 || sw == SW_NO;
}

/* Whether the card may have compared the value: an error of its memory (65XX)
 * or of no known cause (6FXX) does not tell. */
static bool
untold(unsigned sw)
{
	unsigned sw1 = sw >> 8;

	return sw == 0 || (!dmsc_sw_ok(sw) && (sw1 < 0x67 || sw1 == 0x6F));
}

void
guard_answered(struct dmsc_guard *g, const struct guard_value *v,
    unsigned ins, unsigned sw)
{
	unsigned ref = v->ref & 0xFF;

	if (wrong(sw) && !v->puk)
		g->last[ref] = sw == SW_NO ? -1 : (int)(sw & 0xF);
	else if (untold(sw) && !v->puk) {
		g->last[ref] = -1;
		g->disabled[ref] = false;
	}
	if (wrong(sw))
		guard_ledger_refused(g, v);
	if (wrong(sw) || untold(sw))
		return;		/* it stays written */
	if (dmsc_sw_ok(sw))
		g->disabled[ref] = ins == ops[DMSC_PIN_DISABLE].ins;
	guard_ledger_drop(g, v);
	if (dmsc_sw_ok(sw) && (ins == ops[DMSC_PIN_CHANGE].ins ||
	    ins == ops[DMSC_PIN_UNBLOCK].ins))
		guard_ledger_clear(g, v->ref);
}

/* A value as the card takes it: PINs padded, administrative values whole. */
static int
encode(struct dmsc_guard *g, unsigned ref, bool puk,
    const struct dmsc_secret *s, struct dmsc_buf *out)
{
	bool adm = !puk && (ref & ~(unsigned)LOCAL) >= 0x0A &&
	    (ref & ~(unsigned)LOCAL) <= 0x0E;
	size_t n = s == NULL ? 0 : s->len;
	int r;

	if (n > GUARD_PIN || n < PIN_LEAST ||
	    ((adm || puk) && n != GUARD_PIN)) {
		(void)dmsc_fail(g->err, DMSC_E_DATA, adm || puk ?
		    "this value has 8 bytes" : "a PIN has 4 to 8 digits");
		return dmsc_err_why(g->err, "%zu were given; nothing was "
		    "sent", n);
	}
	r = dmsc_buf_put(out, dmsc_secret_rd(s));
	if (r == DMSC_E_OK)
		r = dmsc_buf_fill(out, PAD, GUARD_PIN - n);
	return r == DMSC_E_OK ? r : dmsc_fail(g->err, r, "out of memory");
}

bool
dmsc_guard_was_off(const struct dmsc_guard *g)
{
	return g->off;
}

/* A PIN that is disabled: nothing was sent. */
static int
is_off(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref)
{
	char name[24], which[16];

	if (op != DMSC_PIN_CHANGE)
		return DMSC_E_OK;
	dmsc_pin_name(ref, name, sizeof name);
	dmsc_pin_which(ref, which, sizeof which);
	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the value for %s was not sent",
	    name);
	(void)dmsc_err_why(g->err, "%s is disabled, and then it cannot be "
	    "changed", name);
	return dmsc_err_next(g->err, "pin enable %s", which);
}

/* The tries were told just before: it is not one that is disabled. */
static int
not_disabled(struct dmsc_guard *g, unsigned sw, const char *name)
{
	char text[64];

	(void)dmsc_fail(g->err, DMSC_E_SW, "%s cannot be disabled", name);
	(void)dmsc_err_sw(g->err, sw);
	(void)dmsc_err_why(g->err, "the card does not allow it for this "
	    "PIN: %s", dmsc_sw_text(sw, text, sizeof text));
	return dmsc_err_next(g->err, "pin status");
}

static int
refusal(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref, unsigned sw)
{
	char name[24], which[16];
	int r;

	dmsc_pin_name(ref, name, sizeof name);
	dmsc_pin_which(ref, which, sizeof which);
	if (op == DMSC_PIN_DISABLE && g->told && (sw == SW_UNUSABLE ||
	    sw == SW_CONDITIONS))
		return not_disabled(g, sw, name);
	r = dmsc_uicc_fail(g->u, sw, "%s %s", ops[op].verb, name);
	if ((r == DMSC_E_BLOCKED) && op != DMSC_PIN_UNBLOCK &&
	    (ref & ADM_BIT) == 0)
		(void)dmsc_err_next(g->err, "pin unblock %s", which);
	else if (r == DMSC_E_AUTHFAIL)
		(void)dmsc_err_next(g->err, "pin %s %s%s", ops[op].verb,
		    which, (sw & 0xFFF0) == 0x63C0 && (sw & 0xF) >
		    GUARD_SAFE_TRIES ? "" : " --spend-try");
	return r;
}

static int
send_value(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref,
    struct dmsc_rd data, bool spend_try)
{
	struct guard_value v = { .ref = ref, .puk = op == DMSC_PIN_UNBLOCK,
	    .wants_on = op != DMSC_PIN_UNBLOCK && op != DMSC_PIN_ENABLE,
	    .bytes = dmsc_rd_slice(data, 0, GUARD_PIN) };
	unsigned long before, after;
	bool verified;
	unsigned sw;
	int r;

	g->off = g->told = false;
	if ((r = guard_allow(g, &v, spend_try, &verified)) != DMSC_E_OK)
		return r;
	if (g->off)
		return is_off(g, op, ref);
	if (verified && !spend_try && g->last[ref & 0xFF] < 0) {
		if (op != DMSC_PIN_VERIFY)
			return held_back(g, "this PIN", -1);
		dmsc_uicc_right(g->u, ref, true);
		return DMSC_E_OK;	/* it is verified: nothing to send */
	}
	if ((r = guard_ledger_add(g, &v)) != DMSC_E_OK)
		return r;
	dmsc_uicc_counters(g->u, &before, NULL);
	r = dmsc_uicc_pin_send(g->u, ops[op].ins, ref, data, &sw);
	dmsc_uicc_counters(g->u, &after, NULL);
	if (r != DMSC_E_OK && after == before) {
		guard_ledger_drop(g, &v);	/* Ctrl-C came first */
		return r;
	}
	guard_answered(g, &v, ops[op].ins, r == DMSC_E_OK ? sw : 0);
	if (r != DMSC_E_OK)
		return r;
	return dmsc_sw_ok(sw) ? DMSC_E_OK : refusal(g, op, ref, sw);
}

/* What send_value would say of the tries. */
static int
ask_only(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref,
    bool spend_try)
{
	struct guard_value v = { .ref = ref, .puk = op == DMSC_PIN_UNBLOCK };
	bool verified;
	int r;

	g->off = g->told = false;
	if ((r = dmsc_uicc_begin(g->u)) != DMSC_E_OK)
		return r;
	r = guard_allow(g, &v, spend_try, &verified);
	dmsc_uicc_end(g->u);
	return r;
}

int
dmsc_guard_pin(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref,
    const struct dmsc_secret *value, const struct dmsc_secret *fresh,
    bool spend_try)
{
	struct dmsc_buf *data;
	int r;

	if (value == NULL)
		return ask_only(g, op, ref, spend_try);
	if ((data = dmsc_buf_new(2 * GUARD_PIN)) == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	r = encode(g, ref, op == DMSC_PIN_UNBLOCK, value, data);
	if (r == DMSC_E_OK && ops[op].two)
		r = encode(g, ref, false, fresh, data);
	if (r == DMSC_E_OK && (r = dmsc_uicc_begin(g->u)) == DMSC_E_OK) {
		r = send_value(g, op, ref, dmsc_buf_rd(data), spend_try);
		dmsc_uicc_end(g->u);
	}
	dmsc_buf_free(&data);	/* wipes */
	return r;
}
