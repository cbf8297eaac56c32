/* Key sets of the simulated card: their table, PUT KEY, and what GET DATA
 * tells of them. A key goes in and never comes out. */
#include "card/keys.h"

#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/card.h"
#include "tlv/ber.h"

enum {
	TAG_CARD_DATA = 0x0066, TAG_KEYS = 0x00E0, TAG_CPLC = 0x9F7F,
	CPLC_LEN = 42,
	VERSION_MAX = 0x7F, ALL_THREE = 0x81, TYPE_AES = 0x88,
	HEAD = 2, ONE_BLOCK = 64, VALUE_MAX = 40
};

const uint8_t dmsc_card_isd[8] = { 0xA0, 0, 0, 0x01, 0x51, 0, 0, 0 };

static uint32_t
owner_of(const struct dmsc_card *c, int app)
{
	return app == DMSC_CARD_NONE ? 0 : c->files[app].block;
}

static uint32_t
entry(unsigned i)
{
	return DMSC_CARD_AT_KEYS + i * K_SIZE;
}

uint32_t
dmsc_card_keys(const struct dmsc_card *c, int app, unsigned kvn)
{
	uint32_t owner = owner_of(c, app), at;
	unsigned i;

	for (i = 0; i < K_SETS; i++) {
		at = entry(i);
		if (c->mem->ram[at] != 0 &&
		    dmsc_mem_get(c->mem, at + K_OWNER, 4) == owner &&
		    (kvn == 0 || c->mem->ram[at] == kvn))
			return at;
	}
	return 0;
}

bool
dmsc_card_has_keys(const struct dmsc_card *c, int app)
{
	return dmsc_card_keys(c, app, 0) != 0;
}

bool
dmsc_card_any_keys(const struct dmsc_card *c)
{
	unsigned i;

	for (i = 0; i < K_SETS; i++)
		if (c->mem->ram[entry(i)] != 0)
			return true;
	return false;
}

static uint32_t
free_entry(const struct dmsc_card *c)
{
	unsigned i;

	for (i = 0; i < K_SETS; i++)
		if (c->mem->ram[entry(i)] == 0)
			return entry(i);
	return 0;
}

/* Into the transaction: the counter of channels begins anew; that of packages
 * never goes back, new keys may be the old ones. */
static void
store(struct dmsc_card *c, uint32_t at, uint32_t owner, const uint8_t head[5],
    const struct dmsc_rd keys[K_PARTS])
{
	uint8_t e[K_SIZE] = { 0 };
	unsigned i;

	memcpy(e + K_OTA, c->mem->ram + at + K_OTA, K_SIZE - K_OTA);
	memcpy(e, head, 5);
	for (i = 0; i < K_PARTS; i++)
		memcpy(e + K_ENC + i * DMSC_AES_KEY_MAX, keys[i].p,
		    keys[i].left);
	dmsc_mem_put(c->mem, at, dmsc_rd_of(e, sizeof e));
	dmsc_mem_u32(c->mem, at + K_OWNER, owner);
	dmsc_wipe(e, sizeof e);
}

unsigned
dmsc_card_set_keys(struct dmsc_card *c, int app, unsigned kvn,
    struct dmsc_rd v)
{
	uint32_t at = dmsc_card_keys(c, app, kvn);
	size_t n = v.left < HEAD ? 0 : (v.left - HEAD) / K_PARTS;
	struct dmsc_rd keys[K_PARTS];
	unsigned i;

	if (kvn == 0 || kvn > VERSION_MAX)
		return SW_NO_REF;
	if (!dmsc_aes_key_sound(n) || v.left != HEAD + K_PARTS * n)
		return SW_LENGTH;
	if (v.p[0] == 0 || (v.p[1] & 0x0E) != 0 || v.p[1] > 0x71)
		return SW_DATA;
	if (at == 0 && (at = free_entry(c)) == 0)
		return SW_SPACE;
	for (i = 0; i < K_PARTS; i++)
		keys[i] = dmsc_rd_slice(v, HEAD + i * n, n);
	{
		const uint8_t head[5] = { (uint8_t)kvn, (uint8_t)n, v.p[1],
		    v.p[0], v.p[0] };

		store(c, at, owner_of(c, app), head, keys);
	}
	return SW_OK;
}

void
dmsc_card_drop_keys(struct dmsc_card *c, int df)
{
	static const uint8_t none[K_SIZE] = { 0 };
	unsigned i;

	for (i = 0; i < K_SETS; i++)
		if (c->mem->ram[entry(i)] != 0 && dmsc_mem_get(c->mem,
		    entry(i) + K_OWNER, 4) == c->files[df].block)
			dmsc_mem_put(c->mem, entry(i), dmsc_rd_of(none,
			    sizeof none));
}

/* One block of PUT KEY: 88, length, perhaps the key's length, the key under
 * Key-DEK, 03, check value. The key goes into out. */
static unsigned
open_block(struct dmsc_aes *dek, struct dmsc_rd *r, uint8_t *out, size_t *n,
    uint8_t kcv[DMSC_KCV_LEN])
{
	static const uint8_t zero[DMSC_AES_BLOCK];
	struct dmsc_rd v, check;
	uint8_t type, len, inner, check_len;

	if (dmsc_rd_u8(r, &type) != DMSC_E_OK || type != TYPE_AES ||
	    dmsc_rd_u8(r, &len) != DMSC_E_OK ||
	    dmsc_rd_take(r, len, &v) != DMSC_E_OK ||
	    dmsc_rd_u8(r, &check_len) != DMSC_E_OK ||
	    check_len != DMSC_KCV_LEN ||
	    dmsc_rd_take(r, check_len, &check) != DMSC_E_OK)
		return SW_DATA;
	inner = len;
	if (len % DMSC_AES_BLOCK == 1 && dmsc_rd_u8(&v, &inner) != DMSC_E_OK)
		return SW_DATA;
	if (!dmsc_aes_key_sound(inner) || inner > v.left ||
	    v.left > DMSC_AES_KEY_MAX ||
	    dmsc_aes_cbc(dek, false, zero, v, out) != DMSC_E_OK)
		return SW_DATA;
	*n = inner;
	if (dmsc_kcv(dmsc_rd_of(out, *n), kcv) != DMSC_E_OK)
		return SW_MEMORY;
	return dmsc_same(dmsc_rd_of(kcv, DMSC_KCV_LEN), check) ? SW_OK :
	    SW_SECURITY;
}

/* The three blocks behind the new version, into memory and the answer. */
static unsigned
new_keys(struct dmsc_card_call *k, struct dmsc_aes *dek, uint32_t at,
    struct dmsc_secret *plain)
{
	const uint8_t *set = k->c->mem->ram + k->ch->scp_keys;
	struct dmsc_rd r = k->a->data, keys[K_PARTS];
	uint8_t answer[1 + K_PARTS * DMSC_KCV_LEN], head[5];
	unsigned i, sw;
	size_t n = 0;

	answer[0] = r.p[0];
	r = dmsc_rd_slice(r, 1, r.left);
	for (i = 0; i < K_PARTS; i++) {
		uint8_t *p = plain->p + i * DMSC_AES_KEY_MAX;

		if ((sw = open_block(dek, &r, p, &n, answer + 1 + i *
		    DMSC_KCV_LEN)) != SW_OK)
			return sw;
		keys[i] = dmsc_rd_of(p, n);
		if (keys[i].left != keys[0].left)
			return SW_DATA;
	}
	if (r.left != 0)
		return SW_DATA;
	head[K_VERSION] = answer[0];
	head[K_LEN] = (uint8_t)n;
	head[K_I] = set[K_I];
	head[K_TRIES] = head[K_MAX] = set[K_MAX];
	store(k->c, at, owner_of(k->c, k->ch->scp_home), head, keys);
	if ((sw = dmsc_card_say(k, dmsc_rd_of(answer, sizeof answer))) !=
	    SW_OK)
		return sw;
	return dmsc_card_keep(k->c);
}

unsigned
dmsc_card_put_key(struct dmsc_card_call *k)
{
	struct dmsc_card *c = k->c;
	struct dmsc_secret *plain;
	struct dmsc_aes *dek;
	uint32_t at, there;
	unsigned sw, kvn;

	if (c->secure == NULL)
		return SW_SECURITY;
	if (k->a->p1 > VERSION_MAX || k->a->p2 != ALL_THREE)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	kvn = k->a->data.p[0];
	there = dmsc_card_keys(c, k->ch->scp_home, kvn);
	if (kvn == 0 || kvn > VERSION_MAX ||
	    (there != 0 && kvn != k->a->p1))
		return SW_DATA;
	at = k->a->p1 == 0 ? free_entry(c) : dmsc_card_keys(c,
	    k->ch->scp_home, k->a->p1);
	if (at == 0)
		return k->a->p1 == 0 ? SW_SPACE : SW_NO_REF;
	if ((plain = dmsc_secret_new(K_PARTS * DMSC_AES_KEY_MAX)) == NULL)
		return SW_MEMORY;
	sw = dmsc_aes_new(dmsc_secret_rd(k->ch->dek), &dek) == DMSC_E_OK ?
	    SW_OK : SW_MEMORY;
	if (sw == SW_OK)
		sw = new_keys(k, dek, at, plain);
	dmsc_aes_free(&dek);
	dmsc_secret_free(&plain);
	return sw;
}

static unsigned
sets_of(const struct dmsc_card *c, int app)
{
	unsigned i, n = 0;

	for (i = 0; i < K_SETS; i++)
		n += c->mem->ram[entry(i)] != 0 && dmsc_mem_get(c->mem,
		    entry(i) + K_OWNER, 4) == owner_of(c, app);
	return n;
}

/* Out of memory; channels that it has opened end. */
static unsigned
drop_set(struct dmsc_card *c, uint32_t at)
{
	static const uint8_t none[K_SIZE] = { 0 };
	unsigned i, sw;

	dmsc_mem_put(c->mem, at, dmsc_rd_of(none, sizeof none));
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	for (i = 0; i < DMSC_CARD_CHANNELS; i++)
		if (c->channels[i].scp != NULL &&
		    c->channels[i].scp_keys == at)
			dmsc_card_scp_end(c, &c->channels[i]);
	return SW_OK;
}

/* DELETE [key] (GlobalPlatform 11.2): a whole version, D2; one key of it, D0,
 * does not go alone. The last set stays, and the one in use. */
unsigned
dmsc_card_delete_key(struct dmsc_card_call *k)
{
	enum { TAG_ONE_KEY = 0xD0, TAG_VERSION = 0xD2 };
	static const uint8_t no_receipt[] = { 0 };
	struct dmsc_card *c = k->c;
	struct dmsc_rd v, one;
	uint32_t at;
	unsigned sw;

	if (c->secure == NULL)
		return SW_SECURITY;
	if (k->a->p1 != 0 || k->a->p2 != 0)
		return SW_P1P2;
	if (k->a->data.left == 0)
		return SW_LENGTH;
	if (dmsc_tlv_find(k->a->data, TAG_VERSION, &v) != DMSC_E_OK ||
	    v.left != 1 || v.p[0] == 0 ||
	    dmsc_tlv_find(k->a->data, TAG_ONE_KEY, &one) == DMSC_E_OK)
		return SW_DATA;
	if ((at = dmsc_card_keys(c, k->ch->scp_home, v.p[0])) == 0)
		return SW_NO_REF;
	if (at == k->ch->scp_keys || sets_of(c, k->ch->scp_home) == 1)
		return SW_CONDITIONS;
	sw = drop_set(c, at);
	return sw == SW_OK ? dmsc_card_say(k, dmsc_rd_of(no_receipt, 1)) : sw;
}

/* Card recognition data: GlobalPlatform 2.3, and the protocol with its i. */
static unsigned
card_data(struct dmsc_card_call *k, uint32_t at)
{
	static const uint8_t gp[] = { 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86,
	    0xFC, 0x6B, 0x01, 0x60, 0x0C, 0x06, 0x0A, 0x2A, 0x86, 0x48,
	    0x86, 0xFC, 0x6B, 0x02, 0x02, 0x03, 0x00, 0x63, 0x09, 0x06,
	    0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x03 };
	uint8_t scp[] = { 0x64, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
	    0xFC, 0x6B, 0x04, 0x03, 0x00 };
	struct dmsc_buf *b = dmsc_buf_new(VALUE_MAX + ONE_BLOCK),
	    *c = dmsc_buf_new(VALUE_MAX + ONE_BLOCK);
	unsigned sw = SW_MEMORY;

	scp[sizeof scp - 1] = k->c->mem->ram[at + K_I];
	if (b != NULL && c != NULL &&
	    dmsc_buf_put(b, dmsc_rd_of(gp, sizeof gp)) == DMSC_E_OK &&
	    dmsc_buf_put(b, dmsc_rd_of(scp, sizeof scp)) == DMSC_E_OK &&
	    dmsc_tlv_put(c, 0x73, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    dmsc_tlv_put(k->rsp, TAG_CARD_DATA, dmsc_buf_rd(c)) == DMSC_E_OK)
		sw = SW_OK;
	dmsc_buf_free(&b);
	dmsc_buf_free(&c);
	return sw;
}

/* Key information: identifier, version, type, length of each. */
static unsigned
key_info(struct dmsc_card_call *k, int app)
{
	struct dmsc_buf *b = dmsc_buf_new(K_SETS * K_PARTS * 6);
	uint32_t at, owner = owner_of(k->c, app);
	unsigned i, id, sw = SW_MEMORY;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; i < K_SETS; i++) {
		at = entry(i);
		if (k->c->mem->ram[at] == 0 || dmsc_mem_get(k->c->mem, at +
		    K_OWNER, 4) != owner)
			continue;
		for (id = 1; r == DMSC_E_OK && id <= K_PARTS; id++) {
			const uint8_t info[] = { 0xC0, 4, (uint8_t)id,
			    k->c->mem->ram[at], TYPE_AES,
			    k->c->mem->ram[at + K_LEN] };

			r = dmsc_buf_put(b, dmsc_rd_of(info, sizeof info));
		}
	}
	if (r == DMSC_E_OK && dmsc_tlv_put(k->rsp, TAG_KEYS,
	    dmsc_buf_rd(b)) == DMSC_E_OK)
		sw = SW_OK;
	dmsc_buf_free(&b);
	return sw;
}

/* Card production life cycle data: all but the serial is one for all. */
static unsigned
cplc(struct dmsc_card_call *k)
{
	static const uint8_t maker[] = { 0x9F, 0x7F, CPLC_LEN, 0x44, 0x4D,
	    0x53, 0x43, 0x44, 0x4D, 0x53, 0x43, 0x00, 0x01 };
	struct dmsc_rd serial = dmsc_card_chip(k->c);

	if (dmsc_buf_put(k->rsp, dmsc_rd_of(maker, sizeof maker)) !=
	    DMSC_E_OK || dmsc_buf_put(k->rsp, serial) != DMSC_E_OK ||
	    dmsc_buf_fill(k->rsp, 0, CPLC_LEN + 3 - sizeof maker -
	    serial.left) != DMSC_E_OK)
		return SW_MEMORY;
	return SW_OK;
}

/* A card without keys and without a serial knows no GET DATA. */
unsigned
dmsc_card_get_data(struct dmsc_card_call *k)
{
	unsigned tag = (unsigned)k->a->p1 << 8 | k->a->p2;
	int app = k->ch->app;

	if (tag == TAG_CPLC && dmsc_card_chip(k->c).left > 0)
		return cplc(k);
	if (!dmsc_card_any_keys(k->c))
		return dmsc_card_chip(k->c).left > 0 ? SW_NO_REF : SW_INS;
	if (!dmsc_card_has_keys(k->c, app))
		app = DMSC_CARD_NONE;
	if (!dmsc_card_has_keys(k->c, app))
		return SW_NO_REF;
	if (tag == TAG_CARD_DATA)
		return card_data(k, dmsc_card_keys(k->c, app, 0));
	return tag == TAG_KEYS ? key_info(k, app) : SW_NO_REF;
}
