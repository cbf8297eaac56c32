/*
 * Who a card is: the EID of an eUICC, else the chip's serial by GET DATA
 * (CPLC 9F7F, else 42 and 45), else EF.ICCID, else nobody. EF.ICCID is
 * selected first, so that the same application answers GET DATA every time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "guard/inside.h"
#include "uicc/names.h"

enum { GET_DATA = 0x80CA, TAG_CPLC = 0x9F7F, TAG_ISSUER = 0x42,
	TAG_CARD = 0x45, SW_NO_DATA = 0x6A88, ICCID_FID = 0x2FE2,
	ICCID_LEN = 10, ICCID_APDUS = 2,
	CPLC_CHIP = 4, CPLC_DATE = 10, CPLC_SERIAL = 8, CPLC_LEAST = 18 };

static int
get_data(struct dmsc_guard *g, unsigned tag, struct dmsc_buf *out,
    unsigned *sw)
{
	int r;

	dmsc_buf_reset(out);
	r = dmsc_uicc_cmd(g->u, GET_DATA, tag, dmsc_rd_of(NULL, 0), 256, out,
	    sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(*sw))
		dmsc_buf_reset(out);
	return r;
}

/* The value, whether the card sends tag and length (one byte) or not. */
static struct dmsc_rd
value_of(const struct dmsc_buf *b, unsigned tag)
{
	struct dmsc_rd all = dmsc_buf_rd(b), r = all;
	size_t head = tag > 0xFF ? 3 : 2;

	if (all.left < head || all.p[head - 2] != (tag & 0xFF) ||
	    (tag > 0xFF && all.p[0] != tag >> 8))
		return all;
	r = dmsc_rd_slice(all, head, all.p[head - 1]);
	return r.left == all.p[head - 1] ? r : all;
}

static bool
says_something(struct dmsc_rd r)
{
	size_t i;

	for (i = 0; i < r.left; i++)
		if (r.p[i] != 0 && r.p[i] != 0xFF)
			return true;
	return false;
}

static int
set_id(struct dmsc_guard *g, const char *kind, struct dmsc_rd a,
    struct dmsc_rd b)
{
	char one[2 * 32 + 1], two[2 * 32 + 1];

	if (dmsc_str_set(&g->id, "%s:%s%s", kind,
	    dmsc_hex(dmsc_rd_slice(a, 0, 32), one, sizeof one),
	    dmsc_hex(dmsc_rd_slice(b, 0, 32), two, sizeof two)) != DMSC_E_OK)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

static int
by_eid(struct dmsc_guard *g, struct dmsc_buf *b)
{
	int r;

	dmsc_buf_reset(b);
	if ((r = dmsc_uicc_eid(g->u, b)) != DMSC_E_OK || b->len == 0)
		return r;
	return set_id(g, "eid", dmsc_buf_rd(b), dmsc_rd_of(NULL, 0));
}

/* Fabricator and type, then date, serial and batch of the chip. */
static int
by_cplc(struct dmsc_guard *g, struct dmsc_buf *b, unsigned *sw)
{
	struct dmsc_rd v, serial;
	int r = get_data(g, TAG_CPLC, b, sw);

	v = value_of(b, TAG_CPLC);
	serial = dmsc_rd_slice(v, CPLC_DATE, CPLC_SERIAL);
	if (r != DMSC_E_OK || v.left < CPLC_LEAST || !says_something(serial))
		return r;
	return set_id(g, "cplc", dmsc_rd_slice(v, 0, CPLC_CHIP), serial);
}

/* Issuer and card numbers: only where the card knows GET DATA at all. */
static int
by_numbers(struct dmsc_guard *g, struct dmsc_buf *b)
{
	struct dmsc_buf *issuer = dmsc_buf_new(256);
	struct dmsc_rd v;
	unsigned sw;
	int r;

	if (issuer == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	r = get_data(g, TAG_CARD, b, &sw);
	v = value_of(b, TAG_CARD);
	if (r == DMSC_E_OK && says_something(v) &&
	    (r = get_data(g, TAG_ISSUER, issuer, &sw)) == DMSC_E_OK)
		r = set_id(g, "chip", value_of(issuer, TAG_ISSUER), v);
	dmsc_buf_free(&issuer);
	return r;
}

static int
by_iccid(struct dmsc_guard *g)
{
	struct dmsc_buf *b = dmsc_buf_new(64);
	int r;

	if (b == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	r = uicc_text_iccid(dmsc_buf_rd(g->iccid), b);
	if (r == DMSC_E_OK && dmsc_str_set(&g->id, "iccid:%s",
	    dmsc_buf_cstr(b)) != DMSC_E_OK)
		r = dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	else
		r = DMSC_E_OK;		/* no digits: nobody */
	dmsc_buf_free(&b);
	return r;
}

int
guard_refusal_is_fine(struct dmsc_guard *g, int r)
{
	if (r == DMSC_E_OK || g->err->sw == 0)
		return r;
	dmsc_err_clear(g->err);
	return DMSC_E_OK;
}

static int
read_iccid(struct dmsc_guard *g, struct dmsc_buf *out)
{
	dmsc_buf_reset(out);
	return guard_refusal_is_fine(g, dmsc_uicc_read(g->u, 0,
	    ICCID_LEN, out));
}

static int
select_iccid(struct dmsc_guard *g, bool *there)
{
	static const struct dmsc_place p = { { 0 }, 0, { ICCID_FID }, 1 };
	int r;

	dmsc_err_clear(g->err);
	r = dmsc_uicc_select(g->u, &p, NULL);
	*there = r == DMSC_E_OK;
	return guard_refusal_is_fine(g, r);
}

static unsigned
apdus_since(struct dmsc_guard *g, unsigned long before)
{
	unsigned long now, bytes;

	dmsc_uicc_counters(g->u, &now, &bytes);
	return (unsigned)(now - before);
}

static int
ask(struct dmsc_guard *g)
{
	unsigned long before, bytes;
	struct dmsc_buf *b = dmsc_buf_new(512);
	bool there;
	unsigned sw = 0;
	int r;

	if (b == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	dmsc_uicc_counters(g->u, &before, &bytes);
	if ((r = select_iccid(g, &there)) == DMSC_E_OK && there)
		r = read_iccid(g, g->iccid);
	g->iccid_apdus = apdus_since(g, before);
	if (r == DMSC_E_OK)
		r = by_eid(g, b);
	if (r == DMSC_E_OK && g->id == NULL)
		r = by_cplc(g, b, &sw);
	if (r == DMSC_E_OK && g->id == NULL && sw == SW_NO_DATA)
		r = by_numbers(g, b);
	if (r == DMSC_E_OK && g->id == NULL)
		r = by_iccid(g);
	g->ask_apdus = apdus_since(g, before);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_guard_assume(struct dmsc_guard *g, const char *identity,
    struct dmsc_rd iccid)
{
	dmsc_buf_reset(g->iccid);
	if (dmsc_str_set(&g->id, "%s", identity) != DMSC_E_OK ||
	    dmsc_buf_put(g->iccid, iccid) != DMSC_E_OK)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	g->iccid_apdus = g->ask_apdus = ICCID_APDUS;
	g->known = true;
	return DMSC_E_OK;
}

const char *
dmsc_guard_known(const struct dmsc_guard *g)
{
	return g->known ? g->id : NULL;
}

int
dmsc_guard_identity(struct dmsc_guard *g, const char **out)
{
	int r;

	*out = NULL;
	if (!g->known) {
		if ((r = dmsc_uicc_begin(g->u)) != DMSC_E_OK)
			return r;
		free(g->id);
		g->id = NULL;
		dmsc_buf_reset(g->iccid);
		r = ask(g);
		dmsc_uicc_end(g->u);
		if (r != DMSC_E_OK)
			return r;
		g->known = true;
	}
	*out = g->id;
	return DMSC_E_OK;
}

struct dmsc_rd
dmsc_guard_iccid(struct dmsc_guard *g)
{
	return dmsc_buf_rd(g->iccid);
}

static int
swapped(struct dmsc_guard *g, const char *was)
{
	(void)dmsc_fail(g->err, DMSC_E_SWAPPED, "this is another card");
	(void)dmsc_err_why(g->err, "the work was begun on %s", was);
	return dmsc_err_next(g->err, "connect");
}

/* EF.ICCID again, or the whole question where there is none. */
static int
compare(struct dmsc_guard *g, const char *was, bool *same)
{
	struct dmsc_buf *b;
	const char *now;
	bool there;
	int r;

	if (g->iccid->len == 0) {
		g->known = false;
		r = dmsc_guard_identity(g, &now);
		*same = r == DMSC_E_OK && now != NULL &&
		    strcmp(now, was) == 0;
		return r;
	}
	if ((b = dmsc_buf_new(64)) == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	r = select_iccid(g, &there);
	if (r == DMSC_E_OK && there)
		r = read_iccid(g, b);
	*same = dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(g->iccid));
	dmsc_buf_free(&b);
	return r;
}

/* As same_card goes: without an identity there is nothing to compare. */
unsigned
dmsc_guard_same_apdus(const struct dmsc_guard *g)
{
	return g->id == NULL ? 0 : g->iccid->len > 0 ? g->iccid_apdus :
	    g->ask_apdus;
}

int
dmsc_guard_same_card(struct dmsc_guard *g)
{
	const char *id;
	char *was = NULL;
	bool same = true;
	int r;

	if (!g->known || g->id == NULL)		/* nothing to compare with */
		return dmsc_guard_identity(g, &id);
	if (dmsc_str_set(&was, "%s", g->id) != DMSC_E_OK)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_uicc_begin(g->u)) == DMSC_E_OK) {
		r = compare(g, was, &same);
		dmsc_uicc_end(g->u);
	}
	if (r == DMSC_E_OK && !same)
		r = swapped(g, was);
	free(was);
	return r;
}
