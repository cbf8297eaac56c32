/* Packages over the air and proofs of their receipt (dm/ota.h). */
#include "dm/ota.h"

#include <string.h>

#include "base/base.h"
#include "crypto/key.h"
#include "tlv/ber.h"

enum {
	K_ENC = 0xD1, K_MAC = 0xD2, K_PROOF = 0xD3,
	T_VERSION = 0x80, T_COUNTER = 0x81, T_CARD = 0x82, T_BODY = 0x83,
	T_MAC = 0x84,
	P_OUTCOME = 0x82, P_STATUS = 0x83, P_DONE = 0x84, P_CHANGE = 0x85,
	P_MAC = 0x86,
	VERSION_MAX = 0x7F, COUNTER = 4, STATUS = 2, PAD_FIRST = 0x80,
	PLAIN_MAX = DMSC_OTA_MAX - 128, LAST_BLOCK_BYTE = 15
};

/* The context of the derivation: the version behind the words. */
struct context {
	uint8_t bytes[16];
	struct dmsc_rd rd;
};

static void
context_of(unsigned version, struct context *c)
{
	static const char words[] = "DM-SC OTA";
	const size_t n = sizeof words - 1;

	memcpy(c->bytes, words, n);
	c->bytes[n] = (uint8_t)version;
	c->rd = dmsc_rd_of(c->bytes, n + 1);
}

int
dmsc_ota_keys(const struct dmsc_scp_keys *set, unsigned version,
    struct dmsc_ota_keys *out)
{
	struct context c;
	int r;

	memset(out, 0, sizeof *out);
	if (!dmsc_aes_key_sound(set->enc.left) ||
	    !dmsc_aes_key_sound(set->mac.left))
		return DMSC_E_FORMAT;
	context_of(version, &c);
	out->n_enc = set->enc.left;
	out->n_mac = set->mac.left;
	if ((r = dmsc_scp_derive(set->enc, K_ENC, c.rd, out->enc,
	    out->n_enc)) != DMSC_E_OK ||
	    (r = dmsc_scp_derive(set->mac, K_MAC, c.rd, out->mac,
	    out->n_mac)) != DMSC_E_OK ||
	    (r = dmsc_scp_derive(set->mac, K_PROOF, c.rd, out->proof,
	    out->n_mac)) != DMSC_E_OK)
		dmsc_wipe(out, sizeof *out);
	return r;
}

int
dmsc_ota_keys_by(const struct dmsc_key *enc, const struct dmsc_key *mac,
    unsigned version, struct dmsc_ota_keys *out)
{
	struct context c;
	int r;

	memset(out, 0, sizeof *out);
	if (!dmsc_aes_key_sound(dmsc_key_len(enc)) ||
	    !dmsc_aes_key_sound(dmsc_key_len(mac)))
		return DMSC_E_FORMAT;
	context_of(version, &c);
	out->n_enc = dmsc_key_len(enc);
	out->n_mac = dmsc_key_len(mac);
	if ((r = dmsc_scp_derive_by(enc, K_ENC, c.rd, out->enc,
	    out->n_enc)) != DMSC_E_OK ||
	    (r = dmsc_scp_derive_by(mac, K_MAC, c.rd, out->mac,
	    out->n_mac)) != DMSC_E_OK ||
	    (r = dmsc_scp_derive_by(mac, K_PROOF, c.rd, out->proof,
	    out->n_mac)) != DMSC_E_OK)
		dmsc_wipe(out, sizeof *out);
	return r;
}

/* out has plain.left bytes; either way. */
static int
cipher(const struct dmsc_ota *o, const struct dmsc_ota_keys *k, bool encrypt,
    struct dmsc_rd in, uint8_t *out)
{
	uint8_t first[DMSC_AES_BLOCK] = { 0 }, icv[DMSC_AES_BLOCK];
	struct dmsc_aes *a = NULL;
	int r;

	dmsc_u32_code(first, o->counter);
	if (o->card.left > 0)
		memcpy(first + COUNTER, o->card.p, o->card.left);
	first[LAST_BLOCK_BYTE] = 1;
	r = dmsc_aes_new(dmsc_rd_of(k->enc, k->n_enc), &a);
	if (r == DMSC_E_OK)
		r = dmsc_aes_block(a, first, icv);
	if (r == DMSC_E_OK)
		r = dmsc_aes_cbc(a, encrypt, icv, in, out);
	dmsc_aes_free(&a);
	return r;
}

static int
mac_of(const uint8_t *key, size_t n, struct dmsc_rd covered,
    uint8_t out[DMSC_AES_BLOCK])
{
	struct dmsc_cmac *m = NULL;
	int r = dmsc_cmac_new(dmsc_rd_of(key, n), &m);

	if (r == DMSC_E_OK)
		r = dmsc_cmac(m, &covered, 1, out);
	dmsc_cmac_free(&m);
	return r;
}

static int
put_u32_object(struct dmsc_buf *b, unsigned tag, uint32_t v)
{
	uint8_t bytes[COUNTER];

	dmsc_u32_code(bytes, v);
	return dmsc_tlv_put(b, tag, dmsc_rd_of(bytes, sizeof bytes));
}

static bool
sound(const struct dmsc_ota *o)
{
	return o->version >= 1 && o->version <= VERSION_MAX &&
	    o->counter > 0 &&
	    (o->card.left == 0 || o->card.left == DMSC_OTA_CARD);
}

/* The content enciphered, as object 83. */
static int
put_body(struct dmsc_buf *b, const struct dmsc_ota *o,
    const struct dmsc_ota_keys *k, struct dmsc_rd content)
{
	struct dmsc_buf *plain = dmsc_buf_new(DMSC_OTA_MAX),
	    *coded = dmsc_buf_new(DMSC_OTA_MAX);
	size_t n = content.left / DMSC_AES_BLOCK * DMSC_AES_BLOCK +
	    DMSC_AES_BLOCK;
	int r = plain == NULL || coded == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && (r = dmsc_buf_put(plain, content)) ==
	    DMSC_E_OK && (r = dmsc_buf_u8(plain, PAD_FIRST)) == DMSC_E_OK &&
	    (r = dmsc_buf_fill(plain, 0, n - plain->len)) == DMSC_E_OK &&
	    (r = dmsc_buf_fill(coded, 0, n)) == DMSC_E_OK &&
	    (r = cipher(o, k, true, dmsc_buf_rd(plain), coded->p)) ==
	    DMSC_E_OK)
		r = dmsc_tlv_put(b, T_BODY, dmsc_buf_rd(coded));
	dmsc_buf_free(&plain);
	dmsc_buf_free(&coded);
	return r;
}

/* The parts before the MAC, then it. */
static int
put_parts(struct dmsc_buf *b, const struct dmsc_ota *o,
    const struct dmsc_ota_keys *k, struct dmsc_rd content)
{
	uint8_t mac[DMSC_AES_BLOCK];
	int r;

	if ((r = dmsc_tlv_put_u8(b, T_VERSION, o->version)) != DMSC_E_OK ||
	    (r = put_u32_object(b, T_COUNTER, o->counter)) != DMSC_E_OK ||
	    (o->card.left > 0 &&
	    (r = dmsc_tlv_put(b, T_CARD, o->card)) != DMSC_E_OK) ||
	    (r = put_body(b, o, k, content)) != DMSC_E_OK ||
	    (r = mac_of(k->mac, k->n_mac, dmsc_buf_rd(b), mac)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_put(b, T_MAC, dmsc_rd_of(mac, sizeof mac));
}

int
dmsc_ota_put(struct dmsc_buf *out, const struct dmsc_ota *o,
    const struct dmsc_ota_keys *k, struct dmsc_rd content)
{
	struct dmsc_buf *b;
	int r;

	if (!sound(o))
		return DMSC_E_USAGE;
	if (content.left > PLAIN_MAX)
		return DMSC_E_LIMIT;
	if ((b = dmsc_buf_new(DMSC_OTA_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = put_parts(b, o, k, content)) == DMSC_E_OK)
		r = dmsc_tlv_put(out, DMSC_OTA_PACKAGE, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

/* One of the objects that must stand there, in their order. */
static int
take(struct dmsc_rd *r, unsigned want, size_t n, struct dmsc_rd *v)
{
	uint32_t tag;
	int code = dmsc_tlv_next(r, &tag, v);

	if (code != DMSC_E_OK)
		return code;
	return tag == want && (n == 0 || v->left == n) ? DMSC_E_OK :
	    DMSC_E_FORMAT;
}

static int
take_num(struct dmsc_rd *r, unsigned want, size_t n, uint32_t *out)
{
	struct dmsc_rd v;
	size_t i;
	int code = take(r, want, n, &v);

	*out = 0;
	for (i = 0; code == DMSC_E_OK && i < n; i++)
		*out = *out << 8 | v.p[i];
	return code;
}

/* The only object of in, and what it holds. */
static int
inside(struct dmsc_rd in, unsigned want, struct dmsc_rd *out)
{
	uint32_t tag;
	int r = dmsc_tlv_next(&in, &tag, out);

	if (r != DMSC_E_OK)
		return r;
	return tag != want ? DMSC_E_NOTFOUND : in.left > 0 ? DMSC_E_FORMAT :
	    DMSC_E_OK;
}

int
dmsc_ota_get(struct dmsc_rd object, struct dmsc_ota *out)
{
	struct dmsc_rd r, all;
	uint32_t n;
	int code;

	memset(out, 0, sizeof *out);
	if (object.left > DMSC_OTA_MAX)
		return DMSC_E_LIMIT;
	if ((code = inside(object, DMSC_OTA_PACKAGE, &r)) != DMSC_E_OK)
		return code;
	all = r;
	if ((code = take_num(&r, T_VERSION, 1, &n)) != DMSC_E_OK)
		return code;
	out->version = n;
	if ((code = take_num(&r, T_COUNTER, COUNTER, &out->counter)) !=
	    DMSC_E_OK)
		return code;
	if (r.left > 0 && r.p[0] == T_CARD &&
	    (code = take(&r, T_CARD, DMSC_OTA_CARD, &out->card)) !=
	    DMSC_E_OK)
		return code;
	if ((code = take(&r, T_BODY, 0, &out->body)) != DMSC_E_OK)
		return code;
	out->covered = dmsc_rd_slice(all, 0, all.left - r.left);
	if ((code = take(&r, T_MAC, DMSC_AES_BLOCK, &out->mac)) != DMSC_E_OK)
		return code;
	return r.left > 0 || out->body.left == 0 ||
	    out->body.left % DMSC_AES_BLOCK != 0 || !sound(out) ?
	    DMSC_E_FORMAT : DMSC_E_OK;
}

/* Without the 80 and 00s behind it: FORMAT where they are not there. */
static int
unpad(struct dmsc_buf *b, size_t from)
{
	size_t n = b->len;

	while (n > from && b->len - n < DMSC_AES_BLOCK && b->p[n - 1] == 0)
		n--;
	if (n == from || b->p[n - 1] != PAD_FIRST)
		return DMSC_E_FORMAT;
	dmsc_buf_truncate(b, n - 1);
	return DMSC_E_OK;
}

int
dmsc_ota_open(const struct dmsc_ota *o, const struct dmsc_ota_keys *k,
    struct dmsc_buf *out)
{
	uint8_t mac[DMSC_AES_BLOCK];
	size_t from = out->len;
	int r = mac_of(k->mac, k->n_mac, o->covered, mac);

	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_same(dmsc_rd_of(mac, sizeof mac), o->mac))
		return DMSC_E_AUTHFAIL;
	if ((r = dmsc_buf_fill(out, 0, o->body.left)) != DMSC_E_OK)
		return r;
	if ((r = cipher(o, k, false, o->body, out->p + from)) == DMSC_E_OK)
		r = unpad(out, from);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, from);
	return r;
}

static int
put_proof(struct dmsc_buf *b, const struct dmsc_ota_proof *p,
    const struct dmsc_ota_keys *k)
{
	const uint8_t status[STATUS] = { (uint8_t)(p->status >> 8),
	    (uint8_t)p->status };
	const uint8_t done[STATUS] = { (uint8_t)(p->done >> 8),
	    (uint8_t)p->done };
	uint8_t mac[DMSC_AES_BLOCK];
	int r;

	if ((r = dmsc_tlv_put_u8(b, T_VERSION, p->version)) != DMSC_E_OK ||
	    (r = put_u32_object(b, T_COUNTER, p->counter)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put_u8(b, P_OUTCOME, p->outcome)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, P_STATUS, dmsc_rd_of(status, STATUS))) !=
	    DMSC_E_OK || (r = dmsc_tlv_put(b, P_DONE, dmsc_rd_of(done,
	    STATUS))) != DMSC_E_OK ||
	    (r = put_u32_object(b, P_CHANGE, p->change)) != DMSC_E_OK ||
	    (r = mac_of(k->proof, k->n_mac, dmsc_buf_rd(b), mac)) !=
	    DMSC_E_OK)
		return r;
	return dmsc_tlv_put(b, P_MAC, dmsc_rd_of(mac, sizeof mac));
}

int
dmsc_ota_proof_put(struct dmsc_buf *out, const struct dmsc_ota_proof *p,
    const struct dmsc_ota_keys *k)
{
	enum { PROOF_MAX = 128 };
	struct dmsc_buf *b = dmsc_buf_new(PROOF_MAX);
	int r;

	if (b == NULL)
		return DMSC_E_NOMEM;
	if ((r = put_proof(b, p, k)) == DMSC_E_OK)
		r = dmsc_tlv_put(out, DMSC_OTA_PROOF, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_ota_proof_get(struct dmsc_rd object, struct dmsc_ota_proof *out)
{
	uint32_t version, outcome, status, done;
	struct dmsc_rd r, all;
	int code;

	memset(out, 0, sizeof *out);
	if ((code = inside(object, DMSC_OTA_PROOF, &r)) != DMSC_E_OK)
		return code;
	all = r;
	if ((code = take_num(&r, T_VERSION, 1, &version)) != DMSC_E_OK ||
	    (code = take_num(&r, T_COUNTER, COUNTER, &out->counter)) !=
	    DMSC_E_OK ||
	    (code = take_num(&r, P_OUTCOME, 1, &outcome)) != DMSC_E_OK ||
	    (code = take_num(&r, P_STATUS, STATUS, &status)) != DMSC_E_OK ||
	    (code = take_num(&r, P_DONE, STATUS, &done)) != DMSC_E_OK ||
	    (code = take_num(&r, P_CHANGE, COUNTER, &out->change)) !=
	    DMSC_E_OK)
		return code;
	out->covered = dmsc_rd_slice(all, 0, all.left - r.left);
	if ((code = take(&r, P_MAC, DMSC_AES_BLOCK, &out->mac)) != DMSC_E_OK)
		return code;
	out->version = version;
	out->outcome = (enum dmsc_ota_outcome)outcome;
	out->status = status;
	out->done = done;
	return r.left > 0 || outcome >= DMSC_OTA_OUTCOMES ? DMSC_E_FORMAT :
	    DMSC_E_OK;
}

int
dmsc_ota_proof_check(const struct dmsc_ota_proof *p,
    const struct dmsc_ota_keys *k)
{
	uint8_t mac[DMSC_AES_BLOCK];
	int r = mac_of(k->proof, k->n_mac, p->covered, mac);

	return r != DMSC_E_OK ? r : dmsc_same(dmsc_rd_of(mac, sizeof mac),
	    p->mac) ? DMSC_E_OK : DMSC_E_AUTHFAIL;
}
