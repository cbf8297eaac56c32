/*
 * What we believe about the card: selection of each channel, rights, PINs
 * seen as enabled or not. Belief ends with the transaction unless the card
 * is ours alone (reference: PC/SC sharing).
 */
#include "uicc/inside.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum { TAG_PS = 0x90, TAG_KEY = 0x83, PS_FIRST = 0x80 };

struct dmsc_uicc *
dmsc_uicc_new(struct dmsc_link *l, struct dmsc_err *e,
    const volatile int *interrupted)
{
	struct dmsc_uicc *u = calloc(1, sizeof *u);

	if (u == NULL)
		return NULL;
	u->link = l;
	u->err = e;
	u->interrupted = interrupted;
	u->epoch = 1;
	u->alone = l->ops == NULL || l->ops->lock == NULL;
	u->atr = dmsc_buf_new(DMSC_ATR_MAX);
	u->answer = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	u->all = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	if (u->atr == NULL || u->answer == NULL || u->all == NULL)
		dmsc_uicc_free(&u);
	return u;
}

static void
close_all(struct dmsc_uicc *u)
{
	unsigned ch, sw;

	u->ch = 0;
	u->interrupted = NULL;	/* closing is short and always right */
	for (ch = 1; ch < UICC_CHANNELS; ch++)
		if ((u->opened & 1u << ch) != 0 && dmsc_uicc_cmd(u,
		    INS_CHANNEL, 0x8000 | ch, dmsc_rd_of(NULL, 0),
		    DMSC_LE_NONE, NULL, &sw) != DMSC_E_OK)
			return;
}

void
dmsc_uicc_free(struct dmsc_uicc **up)
{
	struct dmsc_uicc *u = *up;
	struct dmsc_err none;

	*up = NULL;
	if (u == NULL)
		return;
	dmsc_err_clear(&none);
	u->err = &none;		/* what fails here is nobody's news */
	if (u->opened != 0 && u->link->ops != NULL)
		close_all(u);
	uicc_content_changed(u);
	dmsc_buf_free(&u->atr);
	dmsc_buf_free(&u->answer);
	dmsc_buf_free(&u->all);
	free(u);
}

struct dmsc_link *
dmsc_uicc_link(struct dmsc_uicc *u)
{
	return u->link;
}

struct dmsc_err *
dmsc_uicc_err(struct dmsc_uicc *u)
{
	return u->err;
}

/* T=0 carries no extended length, whatever the card says (7816-3 12.2). */
static bool
carries_extended(struct dmsc_uicc *u)
{
	struct dmsc_link_facts facts;

	dmsc_link_facts(u->link, &facts);
	return facts.protocol == NULL || strcmp(facts.protocol, "T=0") != 0;
}

void
dmsc_uicc_atr(struct dmsc_uicc *u, struct dmsc_rd atr)
{
	if (!dmsc_rd_eq(dmsc_buf_rd(u->atr), atr)) {
		memset(&u->style, 0, sizeof u->style);
		u->p15_hint = u->p15_known = false;
	}
	dmsc_buf_reset(u->atr);
	if (dmsc_buf_put(u->atr, atr) != DMSC_E_OK)
		return;
	u->style.extended = uicc_atr_extended(atr) && carries_extended(u);
}

struct dmsc_rd
dmsc_uicc_atr_get(const struct dmsc_uicc *u)
{
	return dmsc_buf_rd(u->atr);
}

void
dmsc_uicc_counters(const struct dmsc_uicc *u, unsigned long *apdus,
    unsigned long *bytes)
{
	if (apdus != NULL)
		*apdus = u->apdus;
	if (bytes != NULL)
		*bytes = u->bytes;
}

unsigned long
dmsc_uicc_faults(const struct dmsc_uicc *u)
{
	return u->faults;
}

unsigned
dmsc_uicc_last_sw(const struct dmsc_uicc *u)
{
	return u->last_sw;
}

bool
dmsc_uicc_proactive(struct dmsc_uicc *u)
{
	bool was = u->proactive;

	u->proactive = false;
	return was;
}

/* What was selected while the card was shared may have been moved. */
void
dmsc_uicc_alone(struct dmsc_uicc *u, bool alone)
{
	size_t i;

	if (alone == u->alone)
		return;
	for (i = 0; i < DMSC_COUNT(u->chan); i++)
		u->chan[i].known = u->chan[i].app_sure = false;
	u->alone = alone;
	u->epoch++;
}

int
dmsc_uicc_begin(struct dmsc_uicc *u)
{
	int r;

	if (u->depth == 0 && (r = dmsc_link_lock(u->link, true, u->err)) !=
	    DMSC_E_OK)
		return r;
	u->depth++;
	return DMSC_E_OK;
}

void
dmsc_uicc_end(struct dmsc_uicc *u)
{
	struct dmsc_err none;

	if (u->depth == 0 || --u->depth > 0)
		return;
	u->epoch++;
	/* The work is done: a failure shows at the next APDU. */
	(void)!dmsc_link_lock(u->link, false, &none);
}

void
uicc_lost(struct dmsc_uicc *u)
{
	memset(u->chan, 0, sizeof u->chan);
}

static void
rules_forget(struct dmsc_uicc *u)
{
	size_t i;

	for (i = 0; i < u->n_rules; i++)
		dmsc_buf_free(&u->rules[i].bytes);
	free(u->rules);
	u->rules = NULL;
	u->n_rules = 0;
}

void
uicc_content_changed(struct dmsc_uicc *u)
{
	rules_forget(u);
	free(u->apps);
	u->apps = NULL;
	u->n_apps = 0;
	u->apps_known = false;
	if (u->p15_state != DMSC_P15_FOUND)
		u->p15_known = false;
}

void
dmsc_uicc_forget(struct dmsc_uicc *u)
{
	uicc_lost(u);
	uicc_content_changed(u);
	u->ch = 0;
	u->ch_depth = 0;
	u->opened = 0;
	u->epoch++;
	u->p15_hint = u->p15_hint || (u->p15_known &&
	    u->p15_state == DMSC_P15_FOUND);
	u->p15_known = false;
	u->proactive = false;
	u->gained = false;
	memset(u->right, 0, sizeof u->right);
	memset(u->enabled, 0, sizeof u->enabled);
}

struct uicc_channel *
uicc_chan(struct dmsc_uicc *u)
{
	return &u->chan[u->ch];
}

bool
uicc_trusted(const struct dmsc_uicc *u, const struct uicc_channel *c)
{
	return c->known && (u->alone || u->ch != 0 ||
	    (u->depth > 0 && c->epoch == u->epoch));
}

/* A view into what was copied moves along; rules from elsewhere stay. */
static void
follow(struct dmsc_rd *v, const struct dmsc_uicc_fcp *from,
    struct dmsc_uicc_fcp *to)
{
	uintptr_t p = (uintptr_t)v->p, raw = (uintptr_t)from->raw;

	if (p >= raw && p - raw < sizeof from->raw)
		v->p = to->raw + (p - raw);
}

void
uicc_fcp_copy(struct dmsc_uicc_fcp *to, const struct dmsc_uicc_fcp *from)
{
	*to = *from;
	follow(&to->sec, from, to);
	follow(&to->pins, from, to);
}

/* The next key of C6 from at on, and whether its PS_DO bit is set. */
static bool
next_pin(struct dmsc_rd *r, struct dmsc_rd *ps, size_t *i, unsigned *ref,
    bool *on)
{
	struct dmsc_rd v;
	uint32_t tag;

	while (r->left > 0 && dmsc_tlv_next(r, &tag, &v) == DMSC_E_OK) {
		if (tag == TAG_PS)
			*ps = v;
		if (tag != TAG_KEY || v.left != 1)
			continue;
		if (*i / 8 >= ps->left)
			return false;
		*on = (ps->p[*i / 8] & PS_FIRST >> *i % 8) != 0;
		*ref = v.p[0];
		(*i)++;
		return true;
	}
	return false;
}

void
uicc_local_pins_of(struct dmsc_uicc *u, const struct dmsc_place *df)
{
	if (dmsc_place_eq(df, &u->local_df))
		return;
	memset(u->enabled + UICC_LOCAL, 0, (UICC_KEYS - UICC_LOCAL) *
	    sizeof u->enabled[0]);
	u->local_df = *df;
}

/* The MF has no local keys, whatever its template lists. */
void
uicc_learn_pins(struct dmsc_uicc *u, const struct dmsc_place *df,
    struct dmsc_rd c6)
{
	struct dmsc_rd ps = { NULL, 0 };
	bool mf = df->n == 0 && df->aid_len == 0, on;
	unsigned ref;
	size_t i = 0;

	if (c6.left > 0 && !mf)
		uicc_local_pins_of(u, df);
	while (next_pin(&c6, &ps, &i, &ref, &on))
		if (ref < UICC_LOCAL || !mf)
			u->enabled[ref & 0xFF] = on ? TRI_YES : TRI_NO;
}

int
dmsc_fcp_pin(const struct dmsc_uicc_fcp *f, size_t at, unsigned *ref)
{
	struct dmsc_rd c6 = f->pins, ps = { NULL, 0 };
	size_t i = 0;
	bool on;

	while (next_pin(&c6, &ps, &i, ref, &on))
		if (i == at + 1)
			return on ? 1 : 0;
	return -1;
}

int
dmsc_uicc_pin_enabled(const struct dmsc_uicc *u, unsigned ref)
{
	enum uicc_tri t = u->enabled[ref & 0xFF];

	return t == TRI_UNKNOWN ? -1 : t == TRI_YES ? 1 : 0;
}

bool
dmsc_uicc_pin_listed(const struct dmsc_uicc *u, const struct dmsc_place *df,
    unsigned ref)
{
	return ref >= UICC_LOCAL && dmsc_place_eq(df, &u->local_df) &&
	    u->enabled[ref & 0xFF] != TRI_UNKNOWN;
}

bool
dmsc_uicc_inside(struct dmsc_uicc *u, const struct dmsc_place *df)
{
	const struct uicc_channel *c = uicc_chan(u);
	struct dmsc_place at = c->at;

	if (!uicc_trusted(u, c) || at.n < df->n)
		return false;
	at.n = df->n;
	return uicc_same_place(&at, df);
}

/* p is selected now; answer is the FCP, or empty. */
void
uicc_selected(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_rd answer)
{
	struct uicc_channel *c = uicc_chan(u);

	c->known = true;
	c->epoch = u->depth > 0 ? u->epoch : 0;
	c->at = *p;
	c->have_fcp = answer.left > 0 &&
	    dmsc_fcp_parse(answer, &c->fcp) == DMSC_E_OK;
	c->is_df = p->n == 0 || (c->have_fcp && c->fcp.kind >=
	    DMSC_FILE_MF && c->fcp.kind <= DMSC_FILE_ADF);
	if (p->aid_len > 0) {
		if (!u->aside && !uicc_same_app(c->app, c->app_len, p->aid,
		    p->aid_len))
			memset(u->right + UICC_LOCAL, 0, UICC_KEYS -
			    UICC_LOCAL);
		memcpy(c->app, p->aid, p->aid_len);
		c->app_len = p->aid_len;
		c->app_sure = true;
	}
	if (c->have_fcp)
		uicc_learn_pins(u, p, c->fcp.pins);
}

bool
uicc_current_df(struct dmsc_uicc *u, struct dmsc_place *out)
{
	struct uicc_channel *c = uicc_chan(u);

	if (!uicc_trusted(u, c) || (!c->is_df && !c->have_fcp))
		return false;
	*out = c->at;
	if (!c->is_df)
		out->n--;
	return true;
}
