/* States of PINs, and why a file is refused: nothing is spent. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "guard/inside.h"
#include "uicc/names.h"

enum { SW_UNUSABLE = 0x6984, SW_CONDITIONS = 0x6985, SW_NO_REF = 0x6A88,
	SW_SECURITY = 0x6982, SW_BLOCKED = 0x6983, ADM_BIT = 0x08,
	LOCAL = 0x80, PIN_LAST = 8 };

/* Of other keys some cards list, as if disabled, what is only not used. */
static bool
is_pin(unsigned ref)
{
	unsigned low = ref & ~(unsigned)LOCAL;

	return low >= 1 && low <= PIN_LAST;
}

/* A global PIN is listed by the MF, whatever is selected. */
static int
learn(struct dmsc_guard *g, unsigned ref)
{
	const struct dmsc_place mf = { .n = 0 };
	struct dmsc_uicc_fcp fcp;
	bool there;

	if ((ref & LOCAL) != 0 || dmsc_uicc_pin_enabled(g->u, ref) >= 0)
		return DMSC_E_OK;
	return guard_select(g, &mf, &fcp, &there);
}

int
guard_disabled(struct dmsc_guard *g, unsigned ref, unsigned sw, bool *off)
{
	int r;

	*off = false;
	if (!is_pin(ref) || (sw & 0xFFF0) == 0x63C0 || sw == SW_BLOCKED ||
	    sw == SW_NO_REF)
		return DMSC_E_OK;
	if ((r = learn(g, ref)) == DMSC_E_OK)
		*off = dmsc_uicc_pin_enabled(g->u, ref) == 0;
	return r;
}

static const char *
state_of(struct dmsc_guard *g, unsigned ref, int tries, bool verified,
    unsigned sw)
{
	if (tries == 0)
		return "blocked";
	if (tries < 0 && is_pin(ref) &&
	    dmsc_uicc_pin_enabled(g->u, ref) == 0)
		return "disabled";
	if (verified || dmsc_uicc_has_right(g->u, ref))
		return "verified";
	if (sw == SW_UNUSABLE || sw == SW_CONDITIONS ||
	    dmsc_uicc_pin_enabled(g->u, ref) == 0)
		return "disabled";
	return tries > 0 ? "enabled" : "unknown";
}

static int
fill(struct dmsc_guard *g, unsigned ref, struct dmsc_pin_state *out)
{
	char name[24];
	bool verified;
	unsigned sw, puk_sw;
	int tries, r;

	memset(out, 0, sizeof *out);
	dmsc_pin_name(ref, name, sizeof name);
	if ((r = guard_home(g, ref)) != DMSC_E_OK)
		return r;
	r = dmsc_uicc_pin_query(g->u, ref, &tries, &verified, &sw);
	if (r != DMSC_E_OK)
		return r;
	if (sw == SW_SECURITY && guard_is_locked(g))
		return guard_say_locked(g->err);
	if (sw == SW_NO_REF) {
		(void)dmsc_fail(g->err, DMSC_E_NOTFOUND,
		    "this card has no %s", name);
		(void)dmsc_err_sw(g->err, sw);
		return dmsc_err_next(g->err, "pin status");
	}
	out->ref = ref;
	out->tries = tries;
	out->puk_tries = -1;
	if (tries >= 0)
		g->last[ref & 0xFF] = tries;
	if ((ref & ADM_BIT) == 0 && (r = dmsc_uicc_puk_query(g->u, ref,
	    &out->puk_tries, &puk_sw)) != DMSC_E_OK)
		return r;
	if (dmsc_str_set(&out->name, "%s", name) != DMSC_E_OK ||
	    dmsc_str_set(&out->state, "%s", state_of(g, ref, tries, verified,
	    sw)) != DMSC_E_OK)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

int
dmsc_guard_query(struct dmsc_guard *g, unsigned ref,
    struct dmsc_pin_state *out)
{
	int r;

	memset(out, 0, sizeof *out);
	if ((r = dmsc_uicc_begin(g->u)) != DMSC_E_OK)
		return r;
	r = fill(g, ref, out);
	dmsc_uicc_end(g->u);
	if (r != DMSC_E_OK)
		dmsc_view_clear(&dmsc_pin_state_view, out);
	return r;
}

/* The references that an application lists; none where it is not there. */
static int
collect(struct dmsc_guard *g, const struct dmsc_place *p, bool *seen)
{
	struct dmsc_uicc_fcp fcp;
	unsigned ref;
	size_t i;
	bool there;
	int r;

	if ((r = guard_select(g, p, &fcp, &there)) != DMSC_E_OK || !there)
		return r;
	for (i = 0; dmsc_fcp_pin(&fcp, i, &ref) >= 0; i++)
		seen[ref & 0xFF] = true;
	return DMSC_E_OK;
}

static int
collect_all(struct dmsc_guard *g, bool *seen)
{
	struct dmsc_place p;
	enum dmsc_p15_state state;
	int r;

	memset(&p, 0, sizeof p);
	if ((r = collect(g, &p, seen)) != DMSC_E_OK)
		return r;
	r = uicc_name_parent("ADF.USIM", &p);
	if (r == DMSC_E_OK)
		r = collect(g, &p, seen);
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_uicc_pkcs15(g->u, &p, &state);
	if (r == DMSC_E_NOTFOUND)
		return DMSC_E_OK;
	return r == DMSC_E_OK ? collect(g, &p, seen) : r;
}

static int
status(struct dmsc_guard *g, struct dmsc_pin_list *out)
{
	static const uint8_t usual[] = { 0x01, 0x0A, 0x81 };
	bool seen[GUARD_KEYS] = { false }, any = false;
	struct dmsc_pin_state *slot, one;
	unsigned ref;
	size_t i;
	int r;

	if ((r = collect_all(g, seen)) != DMSC_E_OK)
		return r;
	for (ref = 1; ref < GUARD_KEYS; ref++)
		any = any || seen[ref];
	for (i = 0; i < DMSC_COUNT(usual) && !any; i++)
		seen[usual[i]] = true;
	for (ref = 1; ref < GUARD_KEYS; ref++) {
		if (!seen[ref])
			continue;
		r = fill(g, ref, &one);
		if (r == DMSC_E_NOTFOUND) {
			dmsc_err_clear(g->err);
			continue;
		}
		if (r == DMSC_E_OK && (slot = dmsc_list_add(&out->pins,
		    &out->n_pins, sizeof one)) != NULL)
			*slot = one;
		else {
			dmsc_view_clear(&dmsc_pin_state_view, &one);
			return r != DMSC_E_OK ? r : dmsc_fail(g->err,
			    DMSC_E_NOMEM, "out of memory");
		}
	}
	return DMSC_E_OK;
}

int
dmsc_guard_status(struct dmsc_guard *g, struct dmsc_pin_list *out)
{
	bool aside;
	int r;

	if ((r = dmsc_uicc_begin(g->u)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_uicc_aside(g->u, NULL, &aside)) == DMSC_E_OK)
		r = status(g, out);
	if (aside)
		dmsc_uicc_channel_close(g->u);
	dmsc_uicc_end(g->u);
	return r;
}

/* What to type: "pin verify 1 (3 tries left)". */
static void
next_step(struct dmsc_guard *g, unsigned ref, struct dmsc_err *e)
{
	int tries = -1;
	bool verified;
	unsigned sw;
	char which[16];

	dmsc_pin_which(ref, which, sizeof which);
	if (guard_home(g, ref) == DMSC_E_OK)
		(void)!dmsc_uicc_pin_query(g->u, ref, &tries, &verified, &sw);
	if (tries > 0)
		(void)dmsc_err_next(e, "pin verify %s%s (%d %s left)", which,
		    tries <= GUARD_SAFE_TRIES ? " --spend-try" : "", tries,
		    tries == 1 ? "try" : "tries");
	else if (tries == 0 && (ref & ADM_BIT) == 0)
		(void)dmsc_err_next(e, "pin unblock %s", which);
	else
		(void)dmsc_err_next(e, "pin verify %s", which);
}

/* No PIN helps: the rule is there to be read. */
static void
next_rule(const struct dmsc_place *p, struct dmsc_err *e)
{
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT / 2);

	if (text != NULL && dmsc_place_text(p, text) == DMSC_E_OK)
		(void)dmsc_err_next(e, "file access %s",
		    dmsc_buf_cstr(text));
	dmsc_buf_free(&text);
}

/* Where the card has keys for one, a secure channel may be what it wants. */
static void
next_channel(struct dmsc_guard *g, struct dmsc_err *e)
{
	if (guard_is_locked(g)) {
		(void)snprintf(e->message, sizeof e->message,
		    "the card is locked");
		(void)dmsc_err_why(e, "it asks for a secure channel (SCP03) "
		    "before anything else");
	} else if (guard_has_channel(g))
		(void)dmsc_err_why(e, "this card may want a secure channel "
		    "first");
	else
		return;
	(void)dmsc_err_next(e, "scp open --keys SOURCE");
}

static void
explain(struct dmsc_guard *g, const struct dmsc_place *p,
    enum dmsc_mode mode, struct dmsc_err *e)
{
	struct dmsc_buf *needs = dmsc_buf_new(DMSC_ERR_TEXT / 2);
	struct dmsc_buf *rule = dmsc_buf_new(DMSC_ERR_TEXT / 2);
	static const char channel[] = "secure messaging";
	enum dmsc_forecast f = DMSC_ALLOWED;
	struct dmsc_uicc_fcp fcp;
	const char *words, *by;
	unsigned ref = 0;
	bool told = false;

	if (mode == DMSC_MODE_READ || mode == DMSC_MODE_UPDATE)
		(void)snprintf(e->message, sizeof e->message, "not %s",
		    mode == DMSC_MODE_READ ? "readable" : "writable");
	if (needs != NULL && rule != NULL &&
	    dmsc_uicc_select(g->u, p, &fcp) == DMSC_E_OK)
		f = dmsc_uicc_access(g->u, p, &fcp, mode, needs, rule, &ref);
	if (f != DMSC_ALLOWED && rule->len > 0 &&
	    (words = dmsc_buf_cstr(needs)) != NULL &&
	    (by = dmsc_buf_cstr(rule)) != NULL &&
	    (f == DMSC_REFUSED || strstr(words, channel) != NULL)) {
		told = true;
		if (strcmp(words, "never") == 0) {
			(void)dmsc_err_why(e, "%s never allows it", by);
			next_rule(p, e);
		} else
			(void)dmsc_err_why(e, "%s asks for %s", by, words);
		if (strstr(words, channel) != NULL &&
		    !guard_is_secured(g))
			(void)dmsc_err_next(e, "scp open --keys SOURCE");
		if (ref != 0)
			next_step(g, ref, e);
	}
	if (!told && !guard_is_secured(g))
		next_channel(g, e);
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
}

int
dmsc_guard_explain(struct dmsc_guard *g, const struct dmsc_place *p,
    enum dmsc_mode mode)
{
	struct dmsc_err e = *g->err;

	if (e.code != DMSC_E_AUTH || (e.sw != 0 && e.sw != SW_SECURITY) ||
	    dmsc_uicc_begin(g->u) != DMSC_E_OK)
		return e.code;
	explain(g, p, mode, &e);
	dmsc_uicc_end(g->u);
	*g->err = e;
	return e.code;
}

int
dmsc_guard_explain_key(struct dmsc_guard *g, unsigned ref, bool each)
{
	struct dmsc_err e = *g->err;
	char name[16];

	if (e.code != DMSC_E_AUTH || dmsc_uicc_begin(g->u) != DMSC_E_OK)
		return e.code;
	(void)snprintf(e.message, sizeof e.message,
	    "the card does not sign with this key");
	if (ref != 0) {
		dmsc_uicc_key_name(ref, name, sizeof name);
		(void)dmsc_err_why(&e, "it asks for %s%s", name,
		    each ? " before each signature" : "");
		next_step(g, ref, &e);
	} else {
		(void)dmsc_err_why(&e, "its directory names no PIN: it may "
		    "want a secure channel");
		(void)dmsc_err_next(&e, "scp open --keys SOURCE");
	}
	dmsc_uicc_end(g->u);
	*g->err = e;
	return e.code;
}
