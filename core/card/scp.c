/* The card's end of SCP03: INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, and what
 * may pass in the clear (GlobalPlatform Amendment D). */
#include <string.h>

#include "base/base.h"
#include "card/appl.h"
#include "card/keys.h"

enum { SEQ_MAX = 0xFFFFFF, TAG_CARD_DATA = 0x66, TAG_KEYS = 0xE0,
	TAG_CPLC = 0x9F7F,
	DIR_FID = 0x2F00, ICCID_FID = 0x2FE2, NOT_US = 0x6300 };

bool
dmsc_card_scp_binds(const struct dmsc_card_channel *ch)
{
	return ch->scp != NULL && dmsc_scp_is_open(ch->scp) &&
	    (dmsc_scp_level(ch->scp) & DMSC_SCP_MAC) != 0;
}

void
dmsc_card_scp_end(struct dmsc_card *c, struct dmsc_card_channel *ch)
{
	dmsc_card_login_end(c, ch);
	if (c->secure == ch) {
		ch->scp_ends = true;
		return;
	}
	dmsc_scp_free(&ch->scp);
	dmsc_secret_free(&ch->dek);
	ch->scp_ends = false;
}

/* Counter up, tries down, both kept before anything is told. */
static unsigned
count(struct dmsc_card *c, uint32_t at, uint32_t *seq)
{
	unsigned tries = c->mem->ram[at + K_TRIES];
	uint8_t s[DMSC_SCP_SEQ];

	*seq = dmsc_mem_get(c->mem, at + K_SEQ, DMSC_SCP_SEQ);
	if (tries == 0)
		return SW_BLOCKED;
	if (*seq == SEQ_MAX)
		return SW_CONDITIONS;
	(*seq)++;
	s[0] = (uint8_t)(*seq >> 16);
	s[1] = (uint8_t)(*seq >> 8);
	s[2] = (uint8_t)*seq;
	dmsc_mem_put(c->mem, at + K_SEQ, dmsc_rd_of(s, sizeof s));
	dmsc_mem_u8(c->mem, at + K_TRIES, tries - 1);
	return dmsc_card_keep(c);
}

static struct dmsc_rd
key_of(const struct dmsc_card *c, uint32_t at, unsigned part)
{
	return dmsc_rd_of(c->mem->ram + at + part,
	    c->mem->ram[at + K_LEN]);
}

/* Drawn, or derived from counter and AID. */
static unsigned
challenge(struct dmsc_card_call *k, uint32_t at, const uint8_t seq[3],
    uint8_t *out, size_t n)
{
	uint8_t context[DMSC_SCP_SEQ + 16];
	int app = k->ch->app;
	struct dmsc_rd aid = app == DMSC_CARD_NONE ? dmsc_rd_of(
	    dmsc_card_isd, sizeof dmsc_card_isd) : k->c->files[app].aid;

	if ((k->c->mem->ram[at + K_I] & DMSC_SCP_I_PSEUDO) == 0)
		return dmsc_card_random(k->c, out, n);
	memcpy(context, seq, DMSC_SCP_SEQ);
	aid.left = DMSC_MIN(aid.left, sizeof context - DMSC_SCP_SEQ);
	memcpy(context + DMSC_SCP_SEQ, aid.p, aid.left);
	return dmsc_scp_derive(key_of(k->c, at, K_ENC),
	    DMSC_SCP_K_CHALLENGE, dmsc_rd_of(context, DMSC_SCP_SEQ +
	    aid.left), out, n) == DMSC_E_OK ? SW_OK : SW_MEMORY;
}

static unsigned
answer(struct dmsc_card_call *k, uint32_t at, uint32_t seq)
{
	const uint8_t i = k->c->mem->ram[at + K_I];
	const struct dmsc_scp_keys keys = { key_of(k->c, at, K_ENC),
	    key_of(k->c, at, K_MAC), key_of(k->c, at, K_DEK) };
	struct dmsc_scp_hello h = { .kvn = k->c->mem->ram[at + K_VERSION] };
	uint8_t drawn[DMSC_SCP_S16] = { 0 };
	unsigned sw;

	h.n = (i & DMSC_SCP_I_S16) != 0 ? DMSC_SCP_S16 : DMSC_SCP_S8;
	h.seq[0] = (uint8_t)(seq >> 16);
	h.seq[1] = (uint8_t)(seq >> 8);
	h.seq[2] = (uint8_t)seq;
	if ((sw = challenge(k, at, h.seq, drawn, h.n)) != SW_OK)
		return sw;
	if (dmsc_scp_card(&keys, i, k->a->data, dmsc_rd_of(drawn, h.n),
	    &k->ch->scp) != DMSC_E_OK)
		return SW_MEMORY;
	return dmsc_scp_answer(k->ch->scp, &h, k->rsp) == DMSC_E_OK ? SW_OK :
	    SW_MEMORY;
}

unsigned
dmsc_card_init_update(struct dmsc_card_call *k)
{
	int app = k->ch->app;
	uint32_t at, seq;
	size_t want;
	unsigned sw;

	if (k->c->secure != NULL)
		return SW_CONDITIONS;
	dmsc_card_scp_end(k->c, k->ch);
	if (!dmsc_card_any_keys(k->c))
		return SW_INS;
	if (!dmsc_card_has_keys(k->c, app))
		app = DMSC_CARD_NONE;
	if (k->a->p2 != 0)
		return SW_P1P2;
	if ((at = dmsc_card_keys(k->c, app, k->a->p1)) == 0)
		return SW_NO_REF;
	want = (k->c->mem->ram[at + K_I] & DMSC_SCP_I_S16) != 0 ?
	    DMSC_SCP_S16 : DMSC_SCP_S8;
	if (k->a->data.left != want)
		return SW_LENGTH;
	if ((sw = count(k->c, at, &seq)) != SW_OK)
		return sw;
	k->ch->scp_home = app;
	k->ch->scp_keys = at;
	return answer(k, at, seq);
}

unsigned
dmsc_card_ext_auth(struct dmsc_card_call *k, struct dmsc_rd cmd)
{
	struct dmsc_card *c = k->c;
	uint32_t at = k->ch->scp_keys;
	unsigned sw;
	int r;

	if (k->ch->scp == NULL || dmsc_scp_is_open(k->ch->scp)) {
		dmsc_card_scp_end(c, k->ch);
		return SW_CONDITIONS;
	}
	r = dmsc_scp_accept(k->ch->scp, cmd);
	sw = r == DMSC_E_OK ? SW_OK : r == DMSC_E_AUTHFAIL ? NOT_US :
	    r == DMSC_E_USAGE ? SW_P1P2 : r == DMSC_E_FORMAT ? SW_LENGTH :
	    SW_SECURITY;
	if (sw == SW_OK && (k->ch->dek = dmsc_secret_from(key_of(c, at,
	    K_DEK))) == NULL)
		sw = SW_MEMORY;
	if (sw == SW_OK) {
		dmsc_mem_u8(c->mem, at + K_TRIES, c->mem->ram[at + K_MAX]);
		sw = dmsc_card_keep(c);
	}
	if (sw != SW_OK)
		dmsc_card_scp_end(c, k->ch);
	return sw;
}

static bool
is_locked(const struct dmsc_card *c)
{
	const uint8_t how = c->mem->ram[DMSC_CARD_AT_LOCKED];

	return (how == DMSC_CARD_LOCKED && c->life == LIFE_ACTIVE) ||
	    (how == DMSC_CARD_LOCKED_NEW && c->life == LIFE_INIT);
}

/* Data objects that are discovery: of a new card, its keys' versions too. */
static bool
tells(const struct dmsc_card *c, unsigned p1, unsigned p2)
{
	unsigned tag = p1 << 8 | p2;

	return tag == TAG_CARD_DATA ||
	    (tag == TAG_CPLC && dmsc_card_chip(c).left > 0) ||
	    (tag == TAG_KEYS && c->life == LIFE_INIT);
}

static bool
is_shut(const struct dmsc_card *c)
{
	return c->secure == NULL && is_locked(c);
}

/* What a card that is locked lets anyone read. */
bool
dmsc_card_is_open(const struct dmsc_card *c, const struct dmsc_card_file *f)
{
	return !is_shut(c) || (f->parent == c->mf && (f->fid == DIR_FID ||
	    f->fid == ICCID_FID));
}

unsigned
dmsc_card_passes(struct dmsc_card_call *k)
{
	static const uint8_t discovery[] = { 0xA4, 0x70, 0xF2, 0x50 };
	const struct dmsc_card *c = k->c;
	unsigned ins = k->a->ins;

	if (!is_shut(c) ||
	    memchr(discovery, (int)ins, sizeof discovery) != NULL ||
	    (ins == 0xCA && tells(c, k->a->p1, k->a->p2)))
		return SW_OK;
	/* Which file it is shows when it is found. */
	return ins == 0xB0 || ins == 0xB2 ? SW_OK : SW_SECURITY;
}
