/* SELECT and STATUS (TS 102 221, 11.1.1 and 11.1.2). */
#include <string.h>

#include "card/appl.h"

enum {
	BY_FID = 0x00, CHILD_DF = 0x01, PARENT = 0x03, BY_NAME = 0x04,
	PATH_FROM_MF = 0x08, PATH_FROM_DF = 0x09,
	RETURN_MASK = 0x0C, RETURN_FCI = 0x00, RETURN_FCP = 0x04,
	RETURN_NONE = 0x0C, APP_MASK = 0x60, APP_END = 0x40, OCC_MASK = 0x03,
	OCC_FIRST = 0, OCC_LAST, OCC_NEXT, OCC_PREVIOUS,
	FID_MF = 0x3F00, FID_APP = 0x7FFF, AID_MAX = 16, TAG_NAME = 0x84
};

static int
df_of(const struct dmsc_card *c, int i)
{
	return i == DMSC_CARD_NONE || c->files[i].kind == KIND_DF ? i :
	    c->files[i].parent;
}

/* Search order for one identifier: the MF, the current application, the
 * children, the DF itself, its parent, then DFs beside it. */
static int
by_fid(const struct dmsc_card *c, const struct dmsc_card_channel *ch,
    unsigned fid)
{
	int i, up;

	if (fid == FID_MF)
		return c->mf;
	if (fid == FID_APP)
		return ch->app;
	if (ch->df == DMSC_CARD_NONE)
		return DMSC_CARD_NONE;
	if ((i = dmsc_card_child(c, ch->df, fid)) != DMSC_CARD_NONE)
		return i;
	if (c->files[ch->df].fid == fid)
		return ch->df;
	if ((up = c->files[ch->df].parent) == DMSC_CARD_NONE)
		return DMSC_CARD_NONE;
	if (c->files[up].fid == fid)
		return up;
	i = dmsc_card_child(c, up, fid);
	return i != DMSC_CARD_NONE && c->files[i].kind == KIND_DF ? i :
	    DMSC_CARD_NONE;
}

static int
by_path(const struct dmsc_card *c, const struct dmsc_card_channel *ch,
    int from, struct dmsc_rd path)
{
	bool first = true;
	uint16_t fid;
	int i = from;

	for (; path.left > 0; first = false) {
		if (dmsc_rd_u16(&path, &fid) != DMSC_E_OK)
			return DMSC_CARD_NONE;
		if (first && (fid == FID_MF || fid == FID_APP)) {
			i = fid == FID_MF ? c->mf : ch->app;
			if (i == DMSC_CARD_NONE)
				return i;
			continue;
		}
		if (i == DMSC_CARD_NONE || c->files[i].kind != KIND_DF)
			return DMSC_CARD_NONE;
		if ((i = dmsc_card_child(c, i, fid)) == DMSC_CARD_NONE)
			return i;
	}
	return i;
}

static bool
named(const struct dmsc_card_file *f, struct dmsc_rd name)
{
	return f->aid.left >= name.left &&
	    memcmp(f->aid.p, name.p, name.left) == 0;
}

/* A name cut on the right means each application that begins so; next and
 * previous count from the one in use. */
static int
by_name(const struct dmsc_card *c, const struct dmsc_card_channel *ch,
    struct dmsc_rd name, unsigned occurrence)
{
	int i, last = DMSC_CARD_NONE;
	bool passed = false;

	if (c->mf == DMSC_CARD_NONE)
		return c->mf;
	for (i = c->files[c->mf].child; i != DMSC_CARD_NONE;
	    i = c->files[i].next) {
		if (occurrence == OCC_PREVIOUS && i == ch->app)
			return last;
		if (named(&c->files[i], name)) {
			if (occurrence == OCC_FIRST ||
			    (occurrence == OCC_NEXT && passed))
				return i;
			last = i;
		}
		passed = passed || i == ch->app;
	}
	return occurrence == OCC_LAST ? last : DMSC_CARD_NONE;
}

/* The file that the command means: SW_OK or why not. */
static unsigned
find(const struct dmsc_card_call *k, int *out)
{
	const struct dmsc_card_channel *ch = k->ch;
	struct dmsc_rd d = k->a->data, at = d;
	const struct dmsc_card *c = k->c;
	uint16_t fid = FID_MF;

	*out = DMSC_CARD_NONE;
	switch (k->a->p1) {
	case BY_FID:
		if (d.left != 0 && (d.left != 2 ||
		    dmsc_rd_u16(&at, &fid) != DMSC_E_OK))
			return SW_LENGTH;
		*out = by_fid(c, ch, fid);
		break;
	case CHILD_DF:
		if (d.left != 2 || dmsc_rd_u16(&at, &fid) != DMSC_E_OK)
			return SW_LENGTH;
		if (ch->df != DMSC_CARD_NONE)
			*out = dmsc_card_child(c, ch->df, fid);
		if (*out != DMSC_CARD_NONE && c->files[*out].kind != KIND_DF)
			*out = DMSC_CARD_NONE;
		break;
	case PARENT:
		if (d.left != 0)
			return SW_LENGTH;
		if (ch->df != DMSC_CARD_NONE)
			*out = c->files[ch->df].parent;
		break;
	case BY_NAME:
		if (d.left == 0 || d.left > AID_MAX)
			return SW_LENGTH;
		*out = dmsc_card_has_keys(c, DMSC_CARD_NONE) &&
		    dmsc_rd_eq(d, dmsc_rd_of(dmsc_card_isd,
		    sizeof dmsc_card_isd)) ? c->mf :
		    by_name(c, ch, d, k->a->p2 & OCC_MASK);
		break;
	default:
		if (d.left == 0 || d.left % 2 != 0)
			return SW_LENGTH;
		*out = by_path(c, ch, k->a->p1 == PATH_FROM_MF ? c->mf :
		    ch->df, d);
	}
	return *out == DMSC_CARD_NONE ? SW_NO_FILE : SW_OK;
}

static bool
p1p2_known(const struct dmsc_apdu_in *a)
{
	unsigned answer = a->p2 & RETURN_MASK, app = a->p2 & APP_MASK;

	if (a->p1 != BY_FID && a->p1 != CHILD_DF && a->p1 != PARENT &&
	    a->p1 != BY_NAME && a->p1 != PATH_FROM_MF &&
	    a->p1 != PATH_FROM_DF)
		return false;
	if (answer != RETURN_FCI && answer != RETURN_FCP &&
	    answer != RETURN_NONE)
		return false;
	if (a->p1 != BY_NAME)
		return (a->p2 & ~(unsigned)RETURN_MASK) == 0;
	return (a->p2 & 0x80) == 0 && (app == 0 || app == APP_END);
}

static void
make_current(struct dmsc_card *c, struct dmsc_card_channel *ch, int i)
{
	int df = df_of(c, i), app = c->files[df].app, left = ch->app;

	ch->df = df;
	ch->ef = i == df ? DMSC_CARD_NONE : i;
	ch->record = 0;
	if (app == DMSC_CARD_NONE || app == left)
		return;
	ch->app = app;
	dmsc_card_appl_left(c, ch);
	dmsc_card_se_end(ch);
	if (ch->scp_home != DMSC_CARD_NONE)	/* else it is the card's */
		dmsc_card_scp_end(c, ch);
	dmsc_card_app_left(c, left);
}

static void
end_application(struct dmsc_card *c, struct dmsc_card_channel *ch, int app)
{
	if (ch->app == app || app == c->mf) {
		app = ch->app;
		ch->app = DMSC_CARD_NONE;
		dmsc_card_appl_left(c, ch);
		dmsc_card_se_end(ch);
		if (ch->scp_home != DMSC_CARD_NONE)
			dmsc_card_scp_end(c, ch);
	}
	dmsc_card_app_left(c, app);
	ch->df = c->mf;
	ch->ef = DMSC_CARD_NONE;
	ch->record = 0;
}

unsigned
dmsc_card_select(struct dmsc_card_call *k)
{
	const struct dmsc_apdu_in *a = k->a;
	const struct dmsc_card_file *f;
	unsigned sw;
	int i;

	if (!p1p2_known(a))
		return SW_P1P2;
	if ((sw = find(k, &i)) != SW_OK)
		return sw;
	f = dmsc_card_at(k->c, i);
	if ((a->p2 & RETURN_MASK) != RETURN_NONE && (sw = dmsc_card_say(k,
	    dmsc_rd_of(f->fcp, f->fcp_len))) != SW_OK)
		return sw;
	if (a->p1 == BY_NAME)
		dmsc_card_login_end(k->c, k->ch);
	if (a->p1 == BY_NAME && ((a->p2 & APP_MASK) == APP_END ||
	    i == k->c->mf))
		end_application(k->c, k->ch, i);
	else
		make_current(k->c, k->ch, i);
	if (f->life >= LIFE_TERMINATED)
		return SW_TERMINATED;
	return f->life == LIFE_INACTIVE ? SW_INACTIVE : SW_OK;
}

unsigned
dmsc_card_status(struct dmsc_card_call *k)
{
	const struct dmsc_apdu_in *a = k->a;
	const struct dmsc_card_file *f;
	uint8_t head[2] = { TAG_NAME, 0 };
	unsigned sw;
	int i = k->ch->df;

	if (a->p1 > 2 || a->p2 > 0x0C || (a->p2 > 1 && a->p2 != 0x0C))
		return SW_P1P2;
	if (a->data.left != 0)
		return SW_LENGTH;
	if (a->p2 == 0x0C)
		return SW_OK;
	if (a->p2 == 1)
		i = k->ch->app;
	if (i == DMSC_CARD_NONE)
		return a->p2 == 1 ? SW_NO_REF : SW_NO_FILE;
	f = dmsc_card_at(k->c, i);
	if (a->p2 == 0)
		return dmsc_card_say(k, dmsc_rd_of(f->fcp, f->fcp_len));
	head[1] = (uint8_t)f->aid.left;
	if ((sw = dmsc_card_say(k, dmsc_rd_of(head, sizeof head))) == SW_OK)
		sw = dmsc_card_say(k, f->aid);
	return sw;
}
