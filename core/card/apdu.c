/* One command APDU: its parts, class and channel, then the command. */
#include <string.h>

#include "base/base.h"
#include "card/card.h"

enum {
	SHORT_LE = 256, LONG_LE = 65536, CHAIN = 0x10, FURTHER = 0x40,
	GET_RESPONSE = 0xC0, READ_BINARY = 0xB0, SELECT = 0xA4,
	GENERATE = 0x46, INIT_UPDATE = DMSC_SCP_INIT_UPDATE,
	EXT_AUTH = DMSC_SCP_EXT_AUTH
};

/* Lc, data and Le behind the header (ISO 7816-3, 12.1.3). */
static bool
parse_body(struct dmsc_rd r, struct dmsc_apdu_in *a)
{
	bool far = r.left >= 3 && r.p[0] == 0;
	uint8_t n8;
	uint16_t n16;
	size_t n;

	if (r.left == 0)
		return true;
	if (dmsc_rd_u8(&r, &n8) != DMSC_E_OK)
		return false;
	n = n8;
	if (far) {
		if (dmsc_rd_u16(&r, &n16) != DMSC_E_OK)
			return false;
		n = n16;
	}
	if (r.left == 0) {
		a->le = n != 0 ? n : far ? LONG_LE : SHORT_LE;
		return true;
	}
	if (n == 0 || dmsc_rd_take(&r, n, &a->data) != DMSC_E_OK)
		return false;
	if (r.left == 0)
		return true;
	if (far && dmsc_rd_u16(&r, &n16) == DMSC_E_OK)
		a->le = n16 == 0 ? LONG_LE : n16;
	else if (!far && dmsc_rd_u8(&r, &n8) == DMSC_E_OK)
		a->le = n8 == 0 ? SHORT_LE : n8;
	else
		return false;
	return r.left == 0;
}

/* Class byte: SW_OK, or why it is refused. The channel is set always. */
static unsigned
parse_class(const struct dmsc_card *c, struct dmsc_apdu_in *a)
{
	unsigned cla = a->cla, sm;

	a->channel = (cla & FURTHER) != 0 ? (cla & 0x0F) + 4 : cla & 0x03;
	if ((cla & 0xE0) == 0x20 || (cla & 0xE0) == 0xA0 || cla == 0xFF)
		return SW_CLA;
	a->proprietary = (cla & 0x80) != 0;
	sm = (cla & FURTHER) != 0 ? cla & 0x20 : cla & 0x0C;
	if (a->channel >= DMSC_CARD_CHANNELS ||
	    !c->channels[a->channel].open)
		return SW_CHANNEL;
	a->sm = sm == 0x04 || sm == 0x20;
	if (sm != 0 && (!a->sm || !dmsc_card_any_keys(c)))
		return SW_NO_SM;
	a->chained = (cla & CHAIN) != 0;
	return !a->chained || (a->ins == DMSC_CARD_PSO &&
	    !a->proprietary) ? SW_OK : SW_NO_CHAIN;
}

static const struct {
	uint8_t ins;
	bool proprietary;
	unsigned (*run)(struct dmsc_card_call *k);
} commands[] = {
	{ 0x04, false, dmsc_card_deactivate },
	{ 0x20, false, dmsc_card_verify },
	{ 0x22, false, dmsc_card_mse },
	{ 0x24, false, dmsc_card_change },
	{ 0x26, false, dmsc_card_disable },
	{ 0x28, false, dmsc_card_enable },
	{ DMSC_CARD_PSO, false, dmsc_card_pso },
	{ 0x2C, false, dmsc_card_unblock },
	{ 0x44, false, dmsc_card_activate },
	{ 0x46, false, dmsc_card_generate },
	{ 0x70, false, dmsc_card_channel },
	{ 0x84, false, dmsc_card_challenge },
	{ 0xA2, false, dmsc_card_search_record },
	{ 0xA4, false, dmsc_card_select },
	{ 0xB0, false, dmsc_card_read_binary },
	{ 0xB1, false, dmsc_card_read_odd },
	{ 0xB2, false, dmsc_card_read_record },
	{ 0xD6, false, dmsc_card_update_binary },
	{ 0xD7, false, dmsc_card_update_odd },
	{ 0xDA, false, dmsc_card_put_data },
	{ 0xDC, false, dmsc_card_update_record },
	{ 0xE0, false, dmsc_card_create_file },
	{ 0xE4, false, dmsc_card_delete_file },
	{ 0xE6, false, dmsc_card_terminate_df },
	{ 0xE8, false, dmsc_card_terminate_ef },
	{ 0x10, true, dmsc_card_profile },
	{ 0x12, true, dmsc_card_fetch },
	{ 0x14, true, dmsc_card_response },
	{ 0x50, true, dmsc_card_init_update },
	{ 0xC2, true, dmsc_card_envelope },
	{ 0xCA, false, dmsc_card_get_data },
	{ 0xCA, true, dmsc_card_get_data },
	{ 0xD8, true, dmsc_card_put_key },
	{ 0xE2, true, dmsc_card_store_data },
	{ 0xE4, true, dmsc_card_delete_key },
	{ 0xF2, true, dmsc_card_status },
	{ 0xFE, false, dmsc_card_terminate_card },
};

static unsigned
run(struct dmsc_card_call *k)
{
	const struct dmsc_apdu_in *a = k->a;
	unsigned sw;
	size_t i;

	for (i = 0; i < DMSC_COUNT(commands); i++)
		if (commands[i].ins == a->ins &&
		    commands[i].proprietary == a->proprietary)
			break;
	if (i == DMSC_COUNT(commands))
		return SW_INS;
	if (k->c->life == LIFE_TERMINATED && a->ins != 0xA4 &&
	    a->ins != 0xF2)
		return SW_CONDITIONS;
	if ((sw = dmsc_card_chain(k)) != SW_OK ||
	    (sw = dmsc_card_passes(k)) != SW_OK)
		return sw;
	k->c->now = a;
	sw = commands[i].run(k);
	k->c->now = NULL;
	return sw;
}

/* What waits for GET RESPONSE: as much as Le asks, then 61xx again. */
static unsigned
get_response(struct dmsc_card *c, const struct dmsc_apdu_in *a,
    struct dmsc_buf *rsp)
{
	size_t have = c->waiting->len, n;
	struct dmsc_buf *rest;

	if (have == 0 || c->waiting_channel != a->channel)
		return SW_NOTHING;
	if (a->p1 != 0 || a->p2 != 0)
		return SW_P1P2;
	if (a->le != SHORT_LE && a->le > have)
		return SW_LE | (unsigned)(have & 0xFF);
	n = DMSC_MIN(a->le == 0 ? SHORT_LE : a->le, have);
	if (dmsc_buf_put(rsp, dmsc_rd_of(c->waiting->p, n)) != DMSC_E_OK)
		return SW_NOTHING;
	rest = dmsc_buf_from(dmsc_rd_slice(dmsc_buf_rd(c->waiting), n, have),
	    c->waiting->max);
	if (rest == NULL)
		return SW_NOTHING;
	dmsc_buf_free(&c->waiting);
	c->waiting = rest;
	return rest->len == 0 ? SW_OK :
	    SW_MORE | (unsigned)DMSC_MIN(rest->len, 0xFF);
}

static unsigned
hold_back(struct dmsc_card *c, const struct dmsc_apdu_in *a,
    struct dmsc_buf *rsp, size_t start)
{
	struct dmsc_rd data = dmsc_rd_slice(dmsc_buf_rd(rsp), start,
	    rsp->len);
	size_t n = data.left;

	if (dmsc_buf_put(c->waiting, data) != DMSC_E_OK)
		return SW_NOTHING;
	c->waiting_channel = a->channel;
	dmsc_buf_truncate(rsp, start);
	return SW_MORE | (unsigned)(n > 0xFF ? 0 : n);
}

/* The command, then what its Le says. */
static unsigned
run_fit(struct dmsc_card_call *k)
{
	size_t start = k->rsp->len, n;
	unsigned sw = run(k);

	n = k->rsp->len - start;
	if (n == 0 || k->a->le == 0 || k->a->le >= n ||
	    (k->a->le == SHORT_LE && n > SHORT_LE))
		return sw;
	dmsc_buf_truncate(k->rsp, start);
	return SW_LE | (unsigned)(n & 0xFF);
}

static bool
parse(struct dmsc_rd cmd, struct dmsc_apdu_in *a)
{
	return dmsc_rd_u8(&cmd, &a->cla) == DMSC_E_OK &&
	    dmsc_rd_u8(&cmd, &a->ins) == DMSC_E_OK &&
	    dmsc_rd_u8(&cmd, &a->p1) == DMSC_E_OK &&
	    dmsc_rd_u8(&cmd, &a->p2) == DMSC_E_OK && parse_body(cmd, a);
}

unsigned
dmsc_card_run(struct dmsc_card_call *k, struct dmsc_rd cmd)
{
	struct dmsc_apdu_in a = { 0 };
	struct dmsc_card_call in = { k->c, k->ch, &a, k->rsp };

	if (!parse(cmd, &a))
		return SW_LENGTH;
	return (a.cla & 0x7F) == 0 ? run(&in) : SW_CLA;
}

/* Answers that carry data under a secure channel. */
static bool
has_data(unsigned sw)
{
	return sw >> 12 == 9 || sw >> 8 == 0x62 || sw >> 8 == 0x63;
}

/* What the application has heard through a secure channel. */
static void
heard_inside(const struct dmsc_card_call *k, struct dmsc_rd plain,
    struct dmsc_rd data, unsigned sw)
{
	const struct dmsc_heard h = { dmsc_scp_level(k->ch->scp), plain,
	    data, sw };

	dmsc_card_hear(k->c, &h);
}

/* The plain command inside a protected one; its answer, SW behind, is
 * protected into k->rsp. */
static unsigned
inside(struct dmsc_card_call *k, struct dmsc_rd plain)
{
	struct dmsc_apdu_in a = { 0 };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_card_call in = { k->c, k->ch, &a, b };
	unsigned sw = SW_MEMORY;

	if (b != NULL && parse(plain, &a) && parse_class(k->c, &a) == SW_OK) {
		if (a.ins == READ_BINARY)	/* as much as one answer has */
			a.le = DMSC_MIN(a.le, a.le > SHORT_LE ?
			    (size_t)DMSC_CARD_DATA_MAX - 64 :
			    dmsc_scp_answer_room(k->ch->scp));
		k->c->secure = k->ch;
		sw = run_fit(&in);
		k->c->secure = NULL;
	}
	if (b != NULL && !has_data(sw))
		dmsc_buf_reset(b);
	if (b != NULL)
		heard_inside(k, plain, dmsc_buf_rd(b), sw);
	k->c->sealed = true;		/* 91xx is under the MAC, or not said */
	if (b != NULL && b->len <= dmsc_scp_answer_room(k->ch->scp))
		sw = dmsc_card_waits(k->c, sw);
	if (b == NULL || dmsc_buf_u16(b, sw) != DMSC_E_OK ||
	    dmsc_scp_give(k->ch->scp, dmsc_buf_rd(b), k->rsp) != DMSC_E_OK) {
		dmsc_card_scp_end(k->c, k->ch);
		dmsc_buf_free(&b);
		return SW_MEMORY;
	}
	dmsc_buf_truncate(k->rsp, k->rsp->len - 2);
	dmsc_buf_free(&b);
	if (k->ch->scp_ends)
		dmsc_card_scp_end(k->c, k->ch);
	return sw;
}

static unsigned
secured(struct dmsc_card_call *k, struct dmsc_rd cmd)
{
	struct dmsc_buf *b;
	unsigned sw = SW_SECURITY;

	if (k->a->proprietary && k->a->ins == EXT_AUTH)
		return dmsc_card_ext_auth(k, cmd);
	if (!dmsc_card_scp_binds(k->ch)) {
		dmsc_card_scp_end(k->c, k->ch);
		return sw;
	}
	if ((b = dmsc_buf_new(DMSC_APDU_CMD_MAX)) == NULL)
		return SW_MEMORY;
	if (dmsc_scp_take(k->ch->scp, cmd, b) == DMSC_E_OK)
		sw = inside(k, dmsc_buf_rd(b));
	else
		dmsc_card_scp_end(k->c, k->ch);
	dmsc_buf_free(&b);
	return sw;
}

/* In the clear: what asks for a new beginning, or nothing, while a secure
 * channel is open; all else ends it. */
static unsigned
unsecured(struct dmsc_card_call *k)
{
	unsigned ins = k->a->ins;

	if (!dmsc_card_scp_binds(k->ch))
		return run_fit(k);
	dmsc_card_scp_end(k->c, k->ch);
	return ins == INIT_UPDATE || ins == SELECT ? run_fit(k) :
	    SW_SECURITY;
}

/* 61xx in T=0 style, and where an answer outgrew a short Le. */
static bool
must_wait(const struct dmsc_card *c, const struct dmsc_apdu_in *a, size_t n,
    unsigned sw)
{
	if (n == 0 || sw != SW_OK)
		return false;
	return (c->t0_style && a->data.left > 0) ||
	    (n > SHORT_LE && a->le == SHORT_LE) ||
	    (n > SHORT_LE && a->le == 0 && (a->sm || a->ins == GENERATE));
}

/* What cannot even be read ends the secure channel that it came to. */
static void
no_command(struct dmsc_card *c, const struct dmsc_apdu_in *a)
{
	if (a->channel < DMSC_CARD_CHANNELS &&
	    dmsc_card_scp_binds(&c->channels[a->channel]))
		dmsc_card_scp_end(c, &c->channels[a->channel]);
}

/* The whole answer to a command other than GET RESPONSE. */
static unsigned
whole(struct dmsc_card *c, struct dmsc_rd cmd, struct dmsc_apdu_in *a,
    struct dmsc_buf *rsp)
{
	struct dmsc_card_call k = { c, NULL, a, rsp };
	struct dmsc_heard h = { 0, cmd, { NULL, 0 }, 0 };
	size_t start = rsp->len;

	c->hears.noted = false;
	c->sealed = false;
	if ((h.sw = parse_class(c, a)) == SW_OK) {
		if (c->waiting->len > 0)
			dmsc_buf_reset(c->waiting);
		k.ch = &c->channels[a->channel];
		h.sw = a->sm ? secured(&k, cmd) : unsecured(&k);
	} else
		no_command(c, a);
	h.data = dmsc_rd_slice(dmsc_buf_rd(rsp), start, rsp->len);
	dmsc_card_hear(c, &h);
	return h.sw;
}

static unsigned
answer(struct dmsc_card *c, struct dmsc_rd cmd, struct dmsc_apdu_in *a,
    struct dmsc_buf *rsp)
{
	size_t start = rsp->len;
	unsigned sw;

	if (a->ins == GET_RESPONSE && (a->cla & 0x80) == 0 &&
	    (sw = parse_class(c, a)) == SW_OK && !a->sm)
		return get_response(c, a, rsp);
	sw = whole(c, cmd, a, rsp);
	return must_wait(c, a, rsp->len - start, sw) ?
	    hold_back(c, a, rsp, start) : sw;
}

/* Lengths that do not fit. */
static unsigned
malformed(struct dmsc_card *c, struct dmsc_rd cmd, struct dmsc_apdu_in *a)
{
	const struct dmsc_heard h = { 0, cmd, { NULL, 0 }, SW_LENGTH };

	(void)parse_class(c, a);
	no_command(c, a);
	c->sealed = false;
	c->hears.noted = false;
	dmsc_card_hear(c, &h);
	return SW_LENGTH;
}

int
dmsc_card_apdu(struct dmsc_card *c, struct dmsc_rd cmd,
    struct dmsc_buf *rsp)
{
	struct dmsc_apdu_in a = { 0 };
	size_t start = rsp->len;
	unsigned sw;

	if (c->mem->dead)
		return DMSC_E_REMOVED;
	sw = parse(cmd, &a) ? answer(c, cmd, &a, rsp) :
	    malformed(c, cmd, &a);
	if (c->mem->n_ranges > 0)
		dmsc_mem_rollback(c->mem);
	if (c->mem->dead) {
		dmsc_buf_truncate(rsp, start);
		return DMSC_E_REMOVED;
	}
	return dmsc_buf_u16(rsp, c->sealed ? sw : dmsc_card_waits(c, sw));
}

unsigned
dmsc_card_say(struct dmsc_card_call *k, struct dmsc_rd r)
{
	return dmsc_buf_put(k->rsp, r) == DMSC_E_OK ? SW_OK : SW_MEMORY;
}

unsigned
dmsc_card_keep(struct dmsc_card *c)
{
	int r;

	if (!c->by_air)
		dmsc_card_count_files(c);
	r = c->by_air ? c->mem->failed : dmsc_mem_commit(c->mem);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_LIMIT ? SW_SPACE :
	    SW_MEMORY;
}
