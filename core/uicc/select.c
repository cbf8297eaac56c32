/*
 * SELECT (TS 102 221 11.1.1) with as few APDUs as the known selection allows,
 * and the ladder for real cards: P2 04, 0C, 00; one path, else file by file.
 */
#include <string.h>

#include "base/base.h"
#include "uicc/inside.h"

enum { P1_FID = 0x00, P1_AID = 0x04, P1_PATH = 0x08, P2_FCP = 0x04,
	P2_NONE = 0x0C, AID_SURE = 7 };

static const uint8_t ladder[] = { P2_FCP, P2_NONE, 0x00 };

/* Selecting works by right-truncated names: the shorter one decides. */
bool
uicc_same_app(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	size_t least = DMSC_MIN(n, m);

	return least > 0 && (n == m || least >= AID_SURE) &&
	    memcmp(a, b, least) == 0;
}

static bool
same_fids(const struct dmsc_place *a, const struct dmsc_place *b, size_t n)
{
	return memcmp(a->fid, b->fid, n * sizeof a->fid[0]) == 0;
}

bool
uicc_same_place(const struct dmsc_place *a, const struct dmsc_place *b)
{
	if (a->n != b->n || !same_fids(a, b, a->n))
		return false;
	return (a->aid_len == 0 && b->aid_len == 0) ||
	    uicc_same_app(a->aid, a->aid_len, b->aid, b->aid_len);
}

/* What a card says to a P1 or P2 that it does not take. */
static bool
refused(unsigned sw)
{
	return sw == SW_P1P2 || sw == 0x6A81 || sw == SW_OFFSET ||
	    sw == 0x6A87 || sw == SW_LENGTH || sw == 0x6A80;
}

static int
one(struct dmsc_uicc *u, unsigned p1, unsigned p2, struct dmsc_rd data,
    unsigned *sw)
{
	int r;

	dmsc_buf_reset(u->all);
	r = dmsc_uicc_cmd(u, INS_SELECT, p1 << 8 | p2, data,
	    p2 == P2_NONE ? DMSC_LE_NONE : UICC_SHORT_MAX, u->all, sw);
	if (r != DMSC_E_OK)
		return r;
	/* T=0: a warning hides the FCP behind GET RESPONSE. */
	if ((*sw & 0xFF00) == 0x6200 && u->all->len == 0 && u->style.gets &&
	    p2 != P2_NONE) {
		unsigned rest;

		r = dmsc_uicc_cmd(u, INS_GET_RESPONSE, 0,
		    dmsc_rd_of(NULL, 0), UICC_SHORT_MAX, u->all, &rest);
		if (r == DMSC_E_OK && !dmsc_sw_ok(rest))
			dmsc_buf_reset(u->all);
	}
	return r;
}

/* One SELECT by the P2 that this card takes. The answer is in u->all. */
static int
with_p2(struct dmsc_uicc *u, unsigned p1, struct dmsc_rd data, bool fcp,
    unsigned *sw)
{
	struct uicc_style *st = &u->style;
	unsigned first_sw = 0, i;
	int r;

	if (!fcp && st->gets && st->none_ok != TRI_NO) {
		if ((r = one(u, p1, P2_NONE, data, sw)) != DMSC_E_OK)
			return r;
		if (dmsc_sw_ok(*sw))
			st->none_ok = TRI_YES;
		if (!refused(*sw) || st->none_ok == TRI_YES)
			return DMSC_E_OK;
		st->none_ok = TRI_NO;
	}
	if (st->p2_known)
		return one(u, p1, ladder[st->p2], data, sw);
	for (i = 0; i < DMSC_COUNT(ladder); i++) {
		if ((r = one(u, p1, ladder[i], data, sw)) != DMSC_E_OK)
			return r;
		if (i == 0)
			first_sw = *sw;
		if (refused(*sw))
			continue;
		st->p2_known = dmsc_sw_ok(*sw);
		st->p2 = i;
		return DMSC_E_OK;
	}
	*sw = first_sw;
	return DMSC_E_OK;
}

/* SELECT that leads to `to`; the picture follows when it worked. */
static int
step(struct dmsc_uicc *u, unsigned p1, struct dmsc_rd data, bool fcp,
    const struct dmsc_place *to, unsigned *sw)
{
	int r = with_p2(u, p1, data, fcp, sw);

	if (r == DMSC_E_OK && dmsc_sw_ok(*sw))
		uicc_selected(u, to, dmsc_buf_rd(u->all));
	return r;
}

static int
step_fid(struct dmsc_uicc *u, uint16_t fid, bool fcp,
    const struct dmsc_place *to, unsigned *sw)
{
	uint8_t b[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };

	return step(u, P1_FID, dmsc_rd_of(b, 2), fcp, to, sw);
}

static int
step_path(struct dmsc_uicc *u, bool in_adf, bool fcp,
    const struct dmsc_place *to, unsigned *sw)
{
	uint8_t b[2 * (DMSC_UICC_PATH_MAX + 1)];
	size_t i, n = 0;

	if (in_adf) {
		b[n++] = UICC_ADF >> 8;
		b[n++] = UICC_ADF & 0xFF;
	}
	for (i = 0; i < to->n; i++) {
		b[n++] = (uint8_t)(to->fid[i] >> 8);
		b[n++] = (uint8_t)to->fid[i];
	}
	return step(u, P1_PATH, dmsc_rd_of(b, n), fcp, to, sw);
}

static int
step_aid(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw)
{
	struct uicc_channel *c = uicc_chan(u);
	struct dmsc_place adf = *p;
	int r;

	adf.n = 0;
	r = step(u, P1_AID, dmsc_rd_of(p->aid, p->aid_len), fcp, &adf, sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(*sw)) {
		c->known = false;
		c->app_sure = false;
	}
	return r;
}

/* From the DF that is selected now, the first `from` steps being behind. */
static int
file_by_file(struct dmsc_uicc *u, const struct dmsc_place *p, size_t from,
    bool fcp, unsigned *sw)
{
	struct dmsc_place at = *p;
	int r;

	for (at.n = from + 1; at.n <= p->n; at.n++) {
		r = step_fid(u, p->fid[at.n - 1], fcp && at.n == p->n, &at,
		    sw);
		if (r != DMSC_E_OK || !dmsc_sw_ok(*sw))
			return r;
	}
	return DMSC_E_OK;
}

/* One P1=08 where this card takes it. *done: it is decided. */
static int
try_path(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    bool *done, unsigned *sw)
{
	enum uicc_tri *known = p->aid_len > 0 ? &u->style.by_7fff :
	    &u->style.by_path;
	int r;

	*done = false;
	if (*known == TRI_NO)
		return DMSC_E_OK;
	r = step_path(u, p->aid_len > 0, fcp, p, sw);
	if (r != DMSC_E_OK)
		return r;
	if (dmsc_sw_ok(*sw))
		*known = TRI_YES;
	*done = *known == TRI_YES ||
	    (!refused(*sw) && *sw != SW_NO_FILE);
	return DMSC_E_OK;
}

static int
from_mf(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw)
{
	struct dmsc_place mf = { { 0 }, 0, { 0 }, 0 };
	bool done, tried = u->style.by_path == TRI_UNKNOWN;
	int r;

	if ((r = try_path(u, p, fcp, &done, sw)) != DMSC_E_OK || done)
		return r;
	r = step_fid(u, UICC_MF, false, &mf, sw);
	if (r != DMSC_E_OK || !dmsc_sw_ok(*sw))
		return r;
	r = file_by_file(u, p, 0, fcp, sw);
	if (r == DMSC_E_OK && tried && dmsc_sw_ok(*sw))
		u->style.by_path = TRI_NO;
	return r;
}

static int
from_aid(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw)
{
	struct uicc_channel *c = uicc_chan(u);
	bool active = uicc_trusted(u, c) && c->app_sure &&
	    uicc_same_app(c->app, c->app_len, p->aid, p->aid_len);
	bool done = false, tried = u->style.by_7fff == TRI_UNKNOWN;
	int r;

	if (active && ((r = try_path(u, p, fcp, &done, sw)) != DMSC_E_OK ||
	    done))
		return r;
	r = step_aid(u, p, fcp && p->n == 0, sw);
	if (r != DMSC_E_OK || !dmsc_sw_ok(*sw) || p->n == 0)
		return r;
	if (p->n > 1 && !active &&
	    ((r = try_path(u, p, fcp, &done, sw)) != DMSC_E_OK || done))
		return r;
	r = file_by_file(u, p, 0, fcp, sw);
	if (r == DMSC_E_OK && tried && dmsc_sw_ok(*sw) &&
	    (active || p->n > 1))
		u->style.by_7fff = TRI_NO;
	return r;
}

/* The longest part of p that the current DF stands on: then on from there. */
static bool
stands_on(struct dmsc_uicc *u, const struct dmsc_place *p)
{
	struct dmsc_place df, parent = *p;

	if (p->n == 0 || !uicc_current_df(u, &df))
		return false;
	parent.n--;
	return uicc_same_place(&df, &parent);
}

static int
raw_7fff(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw)
{
	int r = step_path(u, false, fcp, p, sw);

	if (r == DMSC_E_OK && refused(*sw))
		r = file_by_file(u, p, 0, fcp, sw);
	uicc_chan(u)->known = false;	/* nobody knows which application */
	return r;
}

int
uicc_reach(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw)
{
	struct uicc_channel *c = uicc_chan(u);

	if (uicc_trusted(u, c) && uicc_same_place(&c->at, p) &&
	    (!fcp || c->have_fcp)) {
		*sw = SW_OK;
		return DMSC_E_OK;
	}
	if (p->aid_len == 0 && p->n > 0 && p->fid[0] == UICC_ADF)
		return raw_7fff(u, p, fcp, sw);
	if (p->n == 0)
		return p->aid_len > 0 ? step_aid(u, p, fcp, sw) :
		    step_fid(u, UICC_MF, fcp, p, sw);
	if (stands_on(u, p))
		return step_fid(u, p->fid[p->n - 1], fcp, p, sw);
	return p->aid_len > 0 ? from_aid(u, p, fcp, sw) :
	    from_mf(u, p, fcp, sw);
}

/* 7FFF in front means the active application, where one is known. */
static void
name_app(struct dmsc_uicc *u, struct dmsc_place *p)
{
	struct uicc_channel *c = uicc_chan(u);

	if (p->aid_len > 0 || p->n == 0 || p->fid[0] != UICC_ADF ||
	    !c->app_sure || !uicc_trusted(u, c))
		return;
	memcpy(p->aid, c->app, c->app_len);
	p->aid_len = c->app_len;
	p->n--;
	memmove(p->fid, p->fid + 1, p->n * sizeof p->fid[0]);
}

/* The PKCS#15 application where it has no AID: its path instead. */
static bool
p15_by_path(struct dmsc_uicc *u, struct dmsc_place *p)
{
	struct dmsc_place to = u->p15;

	if (!uicc_same_app(p->aid, p->aid_len, uicc_p15_aid,
	    sizeof uicc_p15_aid) || !u->p15_known ||
	    u->p15_state != DMSC_P15_FOUND || u->p15.aid_len > 0 ||
	    to.n + p->n > DMSC_UICC_PATH_MAX)
		return false;
	memcpy(to.fid + to.n, p->fid, p->n * sizeof p->fid[0]);
	to.n += p->n;
	*p = to;
	return true;
}

/* A card that takes no truncated AID: the whole one from EF.DIR. */
static bool
whole_aid(struct dmsc_uicc *u, struct dmsc_place *p)
{
	const struct dmsc_uicc_app *a;
	struct dmsc_err was = *u->err;
	size_t n, i;
	int r = dmsc_uicc_apps(u, &a, &n);

	*u->err = was;
	for (i = 0; r == DMSC_E_OK && i < n; i++)
		if (a[i].aid_len > p->aid_len &&
		    memcmp(a[i].aid, p->aid, p->aid_len) == 0) {
			memcpy(p->aid, a[i].aid, a[i].aid_len);
			p->aid_len = a[i].aid_len;
			return true;
		}
	return false;
}

/* Another way to an application that its AID does not open. */
static bool
other_way(struct dmsc_uicc *u, struct dmsc_place *p)
{
	enum dmsc_p15_state state;
	struct dmsc_place df;

	if (!uicc_same_app(p->aid, p->aid_len, uicc_p15_aid,
	    sizeof uicc_p15_aid))
		return whole_aid(u, p);
	if (u->p15_known)
		return false;
	return dmsc_uicc_pkcs15(u, &df, &state) == DMSC_E_OK &&
	    p15_by_path(u, p);
}

unsigned
dmsc_uicc_select_apdus(const struct dmsc_uicc *u, const struct dmsc_place *p,
    bool lost)
{
	enum uicc_tri way = p->aid_len > 0 ? u->style.by_7fff :
	    u->style.by_path;

	if (p->n == 0)
		return 1;
	if (p->aid_len > 0 && lost)
		return p->n == 1 || way != TRI_NO ? 2 : 1 +
		    (unsigned)p->n;
	return way != TRI_NO ? 1 : 1 + (unsigned)p->n;
}

static int
refusal(struct dmsc_uicc *u, const struct dmsc_place *p, unsigned sw)
{
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT);
	int r;

	if (text == NULL || dmsc_place_text(p, text) != DMSC_E_OK)
		r = dmsc_uicc_fail(u, sw, "select the file");
	else
		r = dmsc_uicc_fail(u, sw, "select %s", dmsc_buf_cstr(text));
	dmsc_buf_free(&text);
	return r;
}

/* ways: other ones are tried where an application is not there. */
static int
find(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp, bool ways)
{
	struct dmsc_place to = *p;
	unsigned sw;
	int r;

	name_app(u, &to);
	(void)p15_by_path(u, &to);
	r = uicc_reach(u, &to, fcp != NULL, &sw);
	if (r == DMSC_E_OK && sw == SW_NO_FILE && to.aid_len > 0 && ways &&
	    !uicc_chan(u)->app_sure && other_way(u, &to))
		r = uicc_reach(u, &to, fcp != NULL, &sw);
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_sw_ok(sw))
		return refusal(u, p, sw);
	if (fcp != NULL && uicc_chan(u)->have_fcp)
		uicc_fcp_copy(fcp, &uicc_chan(u)->fcp);
	else if (fcp != NULL) {
		memset(fcp, 0, sizeof *fcp);
		fcp->size = SIZE_MAX;
		fcp->sfi = -1;
	}
	return DMSC_E_OK;
}

int
dmsc_uicc_select(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp)
{
	return find(u, p, fcp, true);
}

int
dmsc_uicc_select_once(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp)
{
	return find(u, p, fcp, false);
}

/* By what EF.DIR said, where it was read. */
static bool
is_listed(const struct dmsc_uicc *u, struct dmsc_rd aid)
{
	size_t i;

	for (i = 0; i < u->n_apps; i++)
		if (uicc_same_app(u->apps[i].aid, u->apps[i].aid_len, aid.p,
		    aid.left))
			return true;
	return false;
}

int
dmsc_uicc_has_app(struct dmsc_uicc *u, struct dmsc_rd aid, bool *has)
{
	struct dmsc_place p = { .aid_len = aid.left };
	unsigned sw = 0;
	int r;

	*has = u->apps_known && is_listed(u, aid);
	if (u->apps_known || aid.left > sizeof p.aid)
		return DMSC_E_OK;
	memcpy(p.aid, aid.p, aid.left);
	if ((r = dmsc_uicc_begin(u)) != DMSC_E_OK)
		return r;
	r = step_aid(u, &p, false, &sw);
	dmsc_uicc_end(u);
	*has = r == DMSC_E_OK && dmsc_sw_ok(sw);
	return r;
}
