/* Raw APDUs that carry a value pass the same rules as pin commands. */
#include <string.h>

#include "base/base.h"
#include "guard/inside.h"

enum { HEADER = 4, INS_AT = 1, REF_AT = 3, INS_VERIFY = 0x20,
	INS_CHANGE = 0x24, INS_DISABLE = 0x26, INS_ENABLE = 0x28,
	INS_UNBLOCK = 0x2C, INS_INIT_UPDATE = 0x50, INS_EXT_AUTH = 0x82,
	INS_ENVELOPE = 0xC2,
	CLA_GP = 0x80, CLA_GSM = 0xA0 };

/* Whether cmd sends a value, and which. */
static bool
carries(struct dmsc_rd cmd, struct guard_value *v)
{
	static const uint8_t list[] = { INS_VERIFY, INS_CHANGE, INS_DISABLE,
	    INS_ENABLE, INS_UNBLOCK };
	struct dmsc_rd data;

	/* Odd ones carry the same in objects (ISO 7816-4). */
	if (cmd.left < HEADER || memchr(list, cmd.p[INS_AT] & ~1, sizeof
	    list) == NULL)
		return false;
	(void)!dmsc_apdu_data(cmd, &data);	/* odd lengths count too */
	memset(v, 0, sizeof *v);
	v->raw = true;
	v->cla = cmd.p[0];
	v->ref = cmd.p[REF_AT];
	v->puk = cmd.p[INS_AT] == INS_UNBLOCK;
	v->bytes = dmsc_rd_slice(data, 0, GUARD_PIN);
	return data.left > 0;
}

/* Key tries are counted from INITIALIZE UPDATE on; EXTERNAL AUTHENTICATE has
 * tries of its own on cards of ISO 7816-4. */
static bool
spends_key(struct dmsc_rd cmd)
{
	return cmd.left >= HEADER && cmd.p[0] != CLA_GSM &&
	    (cmd.p[INS_AT] == INS_EXT_AUTH || ((cmd.p[0] & CLA_GP) != 0 &&
	    cmd.p[INS_AT] == INS_INIT_UPDATE));
}

/* A command inside ENVELOPE (ISO 7816-4), which no guard could follow. */
static bool
wraps(struct dmsc_rd cmd)
{
	struct guard_value v;
	struct dmsc_rd inner;

	return cmd.left >= HEADER && (cmd.p[0] & CLA_GP) == 0 &&
	    (cmd.p[INS_AT] & ~1) == INS_ENVELOPE &&
	    dmsc_apdu_data(cmd, &inner) == DMSC_E_OK &&
	    (carries(inner, &v) || spends_key(inner));
}

static int
key_held_back(struct dmsc_guard *g)
{
	(void)dmsc_fail(g->err, DMSC_E_GUARD, "the command was not sent");
	(void)dmsc_err_why(g->err, "it may spend a try of a key, and nobody "
	    "can tell how many are left");
	(void)dmsc_err_next(g->err, "the same line with --spend-try");
	return DMSC_E_GUARD;
}

static int
allow_raw(struct dmsc_guard *g, const struct guard_value *v, bool spend_try)
{
	bool verified;
	int r = guard_allow(g, v, spend_try, &verified);

	if (r == DMSC_E_OK && verified && !spend_try &&
	    g->last[v->ref & 0xFF] < 0) {
		(void)dmsc_fail(g->err, DMSC_E_GUARD,
		    "the value was not sent");
		(void)dmsc_err_why(g->err, "it is verified already, and the "
		    "card does not tell how many tries are left");
		return dmsc_err_next(g->err,
		    "the same line with --spend-try");
	}
	return r == DMSC_E_OK ? guard_ledger_add(g, v) : r;
}

int
dmsc_guard_raw(struct dmsc_guard *g, struct dmsc_rd cmd, bool spend_try)
{
	struct guard_value v;
	int r;

	if (!spend_try && (spends_key(cmd) || wraps(cmd)))
		return key_held_back(g);
	if (!carries(cmd, &v))
		return DMSC_E_OK;
	if ((r = dmsc_uicc_begin(g->u)) != DMSC_E_OK)
		return r;
	r = allow_raw(g, &v, spend_try);
	dmsc_uicc_end(g->u);
	return r;
}

void
dmsc_guard_raw_done(struct dmsc_guard *g, struct dmsc_rd cmd, unsigned sw)
{
	struct guard_value v;

	if (carries(cmd, &v))
		guard_answered(g, &v, cmd.p[INS_AT], sw);
}
