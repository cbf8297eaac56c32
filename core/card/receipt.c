/*
 * Receipts of the simulated card (dmsc-card(7), RECEIPTS): it hashes what it
 * receives and sends from BF70 on, and answers BF71 with its signature over
 * that.
 */
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/keys.h"
#include "card/pkeys.h"
#include "tlv/ber.h"

enum {
	TAG_SEED = 0x80, TAG_NONCE = 0x81, TAG_TIME = 0x80,
	P1_LAST = 0x90, P1_ANSWERS = 0x91,
	CMS_MAX = 16384
};

void
dmsc_card_deaf(struct dmsc_card *c)
{
	dmsc_wipe(&c->hears, sizeof c->hears);
}

void
dmsc_card_hear(struct dmsc_card *c, const struct dmsc_heard *h)
{
	struct dmsc_exchange x;

	bool known = c->hears.noted;

	c->hears.noted = true;		/* once, as it was inside */
	if (!c->hears.on || known || dmsc_chain_skips(h->cmd))
		return;
	if (dmsc_chain_make(&c->hears.chain, h, &x) != DMSC_E_OK ||
	    dmsc_chain_add(&c->hears.chain, &x) != DMSC_E_OK)
		dmsc_card_deaf(c);
}

/* The tag that the data begins with, 0: none. */
static unsigned
object(const struct dmsc_apdu_in *a)
{
	return a->data.left < 2 ? 0 : (unsigned)a->data.p[0] << 8 |
	    a->data.p[1];
}

bool
dmsc_card_is_receipt(const struct dmsc_apdu_in *a)
{
	return a->proprietary && a->ins == DMSC_RECEIPT_STORE &&
	    (object(a) == DMSC_RECEIPT_START ||
	    object(a) == DMSC_RECEIPT_GIVE);
}

/* Its objects, in this order; b may be absent: then it is empty. */
static bool
objects(struct dmsc_rd data, struct dmsc_rd *a, struct dmsc_rd *b)
{
	struct dmsc_rd r;
	uint32_t tag;

	*b = dmsc_rd_of(NULL, 0);
	return dmsc_tlv_next(&data, &tag, &r) == DMSC_E_OK &&
	    data.left == 0 && dmsc_tlv_next(&r, &tag, a) == DMSC_E_OK &&
	    tag == TAG_SEED && (r.left == 0 ||
	    (dmsc_tlv_next(&r, &tag, b) == DMSC_E_OK && tag == TAG_NONCE &&
	    r.left == 0));
}

static unsigned
begin(struct dmsc_card_call *k)
{
	struct dmsc_card_hears *hears = &k->c->hears;
	struct dmsc_rd seed, nonce;

	if (k->a->p1 != P1_LAST)
		return SW_P1P2;
	if (!objects(k->a->data, &seed, &nonce) ||
	    seed.left != DMSC_RECEIPT_SEED ||
	    nonce.left > sizeof hears->nonce)
		return SW_DATA;
	dmsc_card_deaf(k->c);
	if (dmsc_chain_begin(&hears->chain, seed, nonce) != DMSC_E_OK)
		return SW_MEMORY;
	if (nonce.left > 0)
		memcpy(hears->nonce, nonce.p, nonce.left);
	hears->nonce_len = nonce.left;
	hears->on = true;
	return SW_OK;
}

/* Who is known to be there; false: nobody. */
static bool
who(const struct dmsc_card_call *k, struct dmsc_receipt_content *out)
{
	const struct dmsc_card *c = k->c;
	struct dmsc_rd aid = dmsc_rd_of(dmsc_card_isd,
	    sizeof dmsc_card_isd);
	size_t i;

	if (c->secure != NULL) {
		if (k->ch->scp_home != DMSC_CARD_NONE)
			aid = c->files[k->ch->scp_home].aid;
		out->scp_version = c->mem->ram[k->ch->scp_keys + K_VERSION];
		out->scp_level = (uint8_t)dmsc_scp_level(k->ch->scp);
		out->scp_aid_len = DMSC_MIN(aid.left, sizeof out->scp_aid);
		memcpy(out->scp_aid, aid.p, out->scp_aid_len);
	}
	for (i = 0; i < c->n_pins && out->n_refs < sizeof out->refs; i++)
		if (c->pins[i].verified)
			out->refs[out->n_refs++] = c->pins[i].ref;
	return out->scp_version != 0 || out->n_refs > 0;
}

/* The next number, kept before it is told. */
static unsigned
count(struct dmsc_card *c, uint32_t *counter)
{
	*counter = dmsc_mem_get(c->mem, DMSC_CARD_AT_RECEIPTS, 4);
	if (*counter == UINT32_MAX)
		return SW_CONDITIONS;
	dmsc_mem_u32(c->mem, DMSC_CARD_AT_RECEIPTS, ++*counter);
	return dmsc_card_keep(c);
}

static unsigned
sign(struct dmsc_card_call *k, const struct dmsc_receipt_content *content,
    uint32_t key)
{
	struct dmsc_buf *der = dmsc_buf_new(DMSC_RECEIPT_MAX),
	    *cms = dmsc_buf_new(CMS_MAX);
	int r = DMSC_E_NOMEM;
	unsigned sw = SW_MEMORY;

	if (der != NULL && cms != NULL)
		r = dmsc_receipt_put(content, der);
	if (r == DMSC_E_OK)
		sw = dmsc_card_cms(k->c, key, dmsc_buf_rd(der), true, cms);
	if (sw == SW_OK)
		sw = dmsc_card_say(k, dmsc_buf_rd(cms));
	dmsc_buf_free(&der);
	dmsc_buf_free(&cms);
	return sw;
}

static unsigned
give(struct dmsc_card_call *k, uint32_t key)
{
	const struct dmsc_card_hears *hears = &k->c->hears;
	struct dmsc_receipt_content content = { .exchanges = 0 };
	struct dmsc_rd time, none, iccid = dmsc_card_iccid(k->c);
	unsigned sw;

	if (k->a->p1 != P1_ANSWERS)
		return SW_P1P2;
	if (!objects(k->a->data, &time, &none) || none.left != 0 ||
	    !dmsc_receipt_time_sound(time))
		return SW_DATA;
	if (!who(k, &content))
		return SW_SECURITY;
	if (!hears->on)
		return SW_CONDITIONS;
	if ((sw = count(k->c, &content.counter)) != SW_OK)
		return sw;
	content.exchanges = hears->chain.n;
	memcpy(content.hash, hears->chain.hash, sizeof content.hash);
	memcpy(content.nonce, hears->nonce, hears->nonce_len);
	content.nonce_len = hears->nonce_len;
	memcpy(content.iccid, iccid.p, DMSC_MIN(iccid.left,
	    sizeof content.iccid));
	memcpy(content.time, time.p, time.left);
	return sign(k, &content, key);
}

unsigned
dmsc_card_receipt(struct dmsc_card_call *k)
{
	uint32_t key = dmsc_card_own_key(k->c, PK_RECEIPT);

	if (key == 0)
		return SW_INS;
	if (k->a->p2 != 0)
		return SW_P1P2;
	return object(k->a) == DMSC_RECEIPT_START ? begin(k) :
	    give(k, key);
}
