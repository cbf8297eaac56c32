/* A card that is locked: it has keys of a secure channel, and until one is
 * open it does not even show its access rules. Nothing is spent by asking. */
#include "base/base.h"
#include "guard/inside.h"

enum { ARR_FID = 0x2F06, READ_RECORD = 0x00B2, RECORD_1 = 0x0104,
	GET_CARD_DATA = 0x80CA, TAG_CARD_DATA = 0x66, ALL = 256,
	SW_SECURITY = 0x6982 };

bool
guard_is_secured(struct dmsc_guard *g)
{
	struct dmsc_link_facts facts;

	dmsc_link_facts(dmsc_uicc_link(g->u), &facts);
	return facts.cmd_room != 0;
}

bool
guard_has_channel(struct dmsc_guard *g)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	unsigned sw = 0;
	bool has = b != NULL && dmsc_uicc_cmd(g->u, GET_CARD_DATA,
	    TAG_CARD_DATA, dmsc_rd_of(NULL, 0), ALL, b, &sw) == DMSC_E_OK &&
	    dmsc_sw_ok(sw);

	dmsc_buf_free(&b);
	return has;
}

/* EF.ARR is there, and shut. */
static bool
hides_rules(struct dmsc_guard *g)
{
	static const struct dmsc_place arr = { .fid = { ARR_FID }, .n = 1 };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_uicc_fcp fcp;
	unsigned sw = 0;
	bool hides = b != NULL && dmsc_uicc_select(g->u, &arr, &fcp) ==
	    DMSC_E_OK && dmsc_uicc_cmd(g->u, READ_RECORD, RECORD_1,
	    dmsc_rd_of(NULL, 0), ALL, b, &sw) == DMSC_E_OK &&
	    sw == SW_SECURITY;

	dmsc_buf_free(&b);
	return hides;
}

bool
guard_is_locked(struct dmsc_guard *g)
{
	bool locked = !guard_is_secured(g) && hides_rules(g) &&
	    guard_has_channel(g);

	dmsc_err_clear(g->err);
	return locked;
}

int
guard_say_locked(struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_AUTH, "the card is locked");
	(void)dmsc_err_why(e, "it asks for a secure channel (SCP03) before "
	    "anything else");
	return dmsc_err_next(e, "scp open --keys SOURCE");
}

int
dmsc_guard_locked(struct dmsc_guard *g)
{
	struct dmsc_err was = *g->err;
	bool locked;

	if (dmsc_uicc_begin(g->u) != DMSC_E_OK)
		return g->err->code;
	locked = guard_is_locked(g);
	dmsc_uicc_end(g->u);
	*g->err = was;
	return locked ? guard_say_locked(g->err) : DMSC_E_OK;
}
