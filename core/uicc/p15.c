/*
 * Finding the PKCS#15 application: AID, EF.DIR's path, 7F50, 5015; and what
 * a card that has none says of itself (reference: ladder of real cards).
 */
#include <string.h>

#include "base/base.h"
#include "uicc/inside.h"

const uint8_t uicc_p15_aid[12] = { 0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C', 'S',
    '-', '1', '5' };

static const char blank[] = "this card is blank, or no UICC: it has no "
    "master file (3F00)";

enum { ODF = 0x5031, SW_DEACTIVATED = 0x6283, SW_TERMINATED = 0x6285 };

static int
found(struct dmsc_uicc *u, const struct dmsc_place *p)
{
	u->p15 = *p;
	u->p15_known = true;
	u->p15_state = DMSC_P15_FOUND;
	return DMSC_E_OK;
}

/* By the path that EF.DIR names. */
static int
by_dir(struct dmsc_uicc *u, bool *done)
{
	const struct dmsc_uicc_app *a;
	struct dmsc_place p;
	unsigned sw;
	size_t n, i;
	int r;

	*done = false;
	if ((r = dmsc_uicc_apps(u, &a, &n)) != DMSC_E_OK)
		return r;
	for (i = 0; i < n; i++) {
		if (!uicc_same_app(a[i].aid, a[i].aid_len, uicc_p15_aid,
		    sizeof uicc_p15_aid) || a[i].path_n == 0)
			continue;
		memset(&p, 0, sizeof p);
		memcpy(p.fid, a[i].path, a[i].path_n * sizeof p.fid[0]);
		p.n = a[i].path_n;
		if ((r = uicc_reach(u, &p, false, &sw)) != DMSC_E_OK)
			return r;
		if (dmsc_sw_ok(sw)) {
			*done = true;
			return found(u, &p);
		}
	}
	return DMSC_E_OK;
}

/* By the identifiers that such directories usually have. */
static int
by_habit(struct dmsc_uicc *u, bool *done)
{
	static const uint16_t dfs[] = { 0x7F50, 0x5015 };
	struct dmsc_place p = { { 0 }, 0, { 0 }, 0 };
	unsigned sw;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(dfs); i++) {
		p.fid[0] = dfs[i];
		p.fid[1] = ODF;
		p.n = 2;
		if ((r = uicc_reach(u, &p, false, &sw)) != DMSC_E_OK)
			return r;
		if (dmsc_sw_ok(sw)) {
			p.n = 1;
			*done = true;
			return found(u, &p);
		}
	}
	return DMSC_E_OK;
}

/* What SELECT of the MF tells about a card without the application. */
static int
state_of(struct dmsc_uicc *u, unsigned aid_sw, enum dmsc_p15_state *state)
{
	struct dmsc_place mf = { { 0 }, 0, { 0 }, 0 };
	unsigned sw;
	int r;

	*state = DMSC_P15_ABSENT;
	if (u->n_apps > 0)
		return DMSC_E_OK;
	if ((r = uicc_reach(u, &mf, false, &sw)) != DMSC_E_OK)
		return r;
	if (sw == SW_TERMINATED)
		*state = DMSC_P15_TERMINATED;
	else if (sw == SW_DEACTIVATED)
		*state = DMSC_P15_LOCKED;
	else if (dmsc_sw_ok(sw))
		return DMSC_E_OK;
	else if ((sw & 0xFF00) == 0x6F00 && (aid_sw & 0xFF00) == 0x6F00)
		*state = DMSC_P15_MUTE;
	else if ((sw & 0xFF00) == 0x6900)
		*state = DMSC_P15_LOCKED;
	else if (sw == SW_NO_FILE)
		*state = DMSC_P15_BLANK;
	return DMSC_E_OK;
}

/* The rungs; *state and *sw of the AID tell the rest when none holds. */
static int
climb(struct dmsc_uicc *u, enum dmsc_p15_state *state, unsigned *sw)
{
	struct dmsc_place p = { { 0 }, sizeof uicc_p15_aid, { 0 }, 0 };
	bool done = false;
	int r;

	*state = DMSC_P15_FOUND;
	if (u->p15_hint && u->p15.aid_len == 0) {
		if ((r = uicc_reach(u, &u->p15, false, sw)) != DMSC_E_OK)
			return r;
		if (dmsc_sw_ok(*sw))
			return found(u, &u->p15);
	}
	memcpy(p.aid, uicc_p15_aid, sizeof uicc_p15_aid);
	if ((r = uicc_reach(u, &p, false, sw)) != DMSC_E_OK)
		return r;
	if (*sw == SW_DEACTIVATED || *sw == SW_TERMINATED) {
		*state = *sw == SW_TERMINATED ? DMSC_P15_TERMINATED :
		    DMSC_P15_LOCKED;
		return DMSC_E_OK;
	}
	if (dmsc_sw_ok(*sw))
		return found(u, &p);
	if ((r = by_dir(u, &done)) != DMSC_E_OK || done)
		return r;
	if ((r = by_habit(u, &done)) != DMSC_E_OK || done)
		return r;
	return state_of(u, *sw, state);
}

static int
fail_with(struct dmsc_uicc *u, enum dmsc_p15_state state)
{
	static const char *const why[] = {
		[DMSC_P15_FOUND] = "",
		[DMSC_P15_ABSENT] = "neither its AID, nor EF.DIR, nor 7F50 "
		    "or 5015 leads to one",
		[DMSC_P15_MUTE] = "the card answers nothing sensible",
		[DMSC_P15_LOCKED] = "the card or the application is locked",
		[DMSC_P15_TERMINATED] = "the card or the application is "
		    "terminated",
		[DMSC_P15_BLANK] = blank,
	};

	(void)dmsc_fail(u->err, DMSC_E_NOTFOUND,
	    "there is no PKCS#15 application");
	return dmsc_err_why(u->err, "%s", why[state]);
}

int
dmsc_uicc_blank_next(struct dmsc_err *e)
{
	return dmsc_err_next(e, "card new demo.img --profile demo");
}

int
dmsc_uicc_explain_blank(struct dmsc_uicc *u)
{
	const struct dmsc_place mf = { { 0 }, 0, { 0 }, 0 };
	struct dmsc_err was = *u->err;
	unsigned sw = 0;

	if (was.sw != SW_NO_FILE)
		return was.code;
	if (uicc_reach(u, &mf, false, &sw) != DMSC_E_OK || sw != SW_NO_FILE) {
		*u->err = was;
		return was.code;
	}
	*u->err = was;
	(void)dmsc_err_why(u->err, "%s", blank);
	return dmsc_uicc_blank_next(u->err);
}

int
dmsc_uicc_pkcs15(struct dmsc_uicc *u, struct dmsc_place *out,
    enum dmsc_p15_state *state)
{
	unsigned sw = 0;
	int r;

	if (!u->p15_known) {
		*state = DMSC_P15_MUTE;
		if ((r = dmsc_uicc_begin(u)) != DMSC_E_OK)
			return r;
		r = climb(u, &u->p15_state, &sw);
		dmsc_uicc_end(u);
		if (r != DMSC_E_OK)
			return r;
		u->p15_known = true;
		u->p15_hint = u->p15_state == DMSC_P15_FOUND;
	}
	*state = u->p15_state;
	if (*state != DMSC_P15_FOUND)
		return fail_with(u, *state);
	*out = u->p15;
	return DMSC_E_OK;
}
