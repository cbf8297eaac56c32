/*
 * MANAGE SECURITY ENVIRONMENT (ISO 7816-4) and PERFORM SECURITY OPERATION
 * (ISO 7816-8): hash, compute and verify digital signature. An algorithm is
 * one byte: first digit the hash (0 none, 4 SHA-256, 5 SHA-384, 6 SHA-512),
 * second what signs (0 nothing, 2 RSA PKCS#1 v1.5, 4 ECDSA).
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "card/pkeys.h"
#include "tlv/ber.h"

enum {
	SET_OWN = 0x41, SET_OTHER = 0x81, RESTORE = 0xF3, CRT_DST = 0xB6,
	CRT_HASH = 0xAA, CRT_AUTH = 0xA4, CRT_AGREE = 0xA6, CRT_MAC = 0xB4,
	CRT_CIPHER = 0xB8,
	TAG_ALGORITHM = 0x80, TAG_PUBLIC = 0x83, TAG_PRIVATE = 0x84,
	TAG_HASH = 0x90, TAG_REST = 0x80, TAG_SIGNATURE = 0x9E,
	SIGN_RSA = 2, SIGN_EC = 4, CHAIN_MAX = 65533,
	P_HASH = 0x9080, P_HASH_PARTS = 0x90A0, P_SIGN = 0x9E9A,
	P_VERIFY = 0x00A8, NOT_HELD = 0x6300, CHAIN_OPEN = 0x6883
};

static const uint8_t first_digit[] = {
	[DMSC_PK_RAW] = 0, [DMSC_PK_SHA256] = 4, [DMSC_PK_SHA384] = 5,
	[DMSC_PK_SHA512] = 6
};

static bool
hash_of(unsigned algorithm, enum dmsc_pk_hash *hash)
{
	size_t i;

	for (i = 0; i < sizeof first_digit; i++)
		if (first_digit[i] == algorithm >> 4) {
			*hash = (enum dmsc_pk_hash)i;
			return true;
		}
	return false;
}

enum dmsc_pk_type
dmsc_card_alg_type(unsigned algorithm)
{
	enum dmsc_pk_hash hash;

	if (!hash_of(algorithm, &hash))
		return DMSC_PK_NONE;
	if ((algorithm & 15) == SIGN_RSA)
		return DMSC_PK_RSA2048;
	return (algorithm & 15) != SIGN_EC ? DMSC_PK_NONE :
	    hash == DMSC_PK_SHA256 ? DMSC_PK_P256 :
	    hash == DMSC_PK_SHA384 ? DMSC_PK_P384 : DMSC_PK_NONE;
}

static bool
fits(unsigned algorithm, unsigned type)
{
	enum dmsc_pk_hash hash;

	return hash_of(algorithm, &hash) && (algorithm & 15) ==
	    (type == DMSC_PK_RSA2048 ? SIGN_RSA : SIGN_EC);
}

void
dmsc_card_se_end(struct dmsc_card_channel *ch)
{
	const struct dmsc_card_se none = { .chain = NULL };

	dmsc_buf_free(&ch->se.chain);
	ch->se = none;
}

/* The objects of a control reference template; 0: not given. */
static unsigned
parse_crt(struct dmsc_rd r, unsigned key_tag, unsigned *algorithm,
    unsigned *key)
{
	struct dmsc_rd v;
	uint32_t tag;

	*algorithm = *key = 0;
	if (r.left == 0)
		return SW_LENGTH;
	while (r.left > 0) {
		if (dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK || v.left != 1)
			return SW_DATA;
		if (tag == TAG_ALGORITHM)
			*algorithm = v.p[0];
		else if (tag == key_tag && v.p[0] != 0)
			*key = v.p[0];
		else
			return SW_DATA;
	}
	return SW_OK;
}

static unsigned
set_signature(struct dmsc_card_call *k, bool own)
{
	struct dmsc_card_se *se = &k->ch->se;
	unsigned algorithm, key, sw;
	uint32_t at;

	if ((sw = parse_crt(k->a->data, own ? TAG_PRIVATE : TAG_PUBLIC,
	    &algorithm, &key)) != SW_OK)
		return sw;
	if (key == 0)
		return SW_DATA;
	if ((at = dmsc_card_pkey(k->c, k->ch->df, key)) == 0)
		return SW_NO_REF;
	if (algorithm != 0 && !fits(algorithm, k->c->mem->ram[at + Q_TYPE]))
		return SW_DATA;
	se->for_check = !own;
	if (own) {
		se->sign_key = (uint8_t)key;
		se->sign_alg = (uint8_t)algorithm;
	} else {
		se->check_key = (uint8_t)key;
		se->check_alg = (uint8_t)algorithm;
	}
	return SW_OK;
}

static unsigned
set_hash(struct dmsc_card_call *k)
{
	enum dmsc_pk_hash hash = DMSC_PK_RAW;
	unsigned algorithm, key, sw;

	if ((sw = parse_crt(k->a->data, 0, &algorithm, &key)) != SW_OK)
		return sw;
	if ((algorithm & 15) != 0 || !hash_of(algorithm, &hash) ||
	    hash == DMSC_PK_RAW)
		return SW_DATA;
	k->ch->se.hash_alg = (uint8_t)hash;
	return SW_OK;
}

unsigned
dmsc_card_mse(struct dmsc_card_call *k)
{
	unsigned p1 = k->a->p1, p2 = k->a->p2;

	if (p1 == RESTORE) {
		if (k->a->data.left != 0)
			return SW_LENGTH;
		if (p2 > 1)
			return SW_NO_REF;
		dmsc_card_se_end(k->ch);
		return SW_OK;
	}
	if (p1 != SET_OWN && p1 != SET_OTHER)
		return SW_P1P2;
	switch (p2) {
	case CRT_DST:
		return set_signature(k, p1 == SET_OWN);
	case CRT_HASH:
		return set_hash(k);
	case CRT_AUTH:
	case CRT_AGREE:
	case CRT_MAC:
	case CRT_CIPHER:
		return SW_FUNCTION;
	default:
		return SW_P1P2;
	}
}

/* What an algorithm of the environment, or none, means for a key. */
static enum dmsc_pk_hash
hash_for(const struct dmsc_card *c, uint32_t at, unsigned algorithm)
{
	enum dmsc_pk_hash hash = DMSC_PK_RAW;

	if (algorithm == 0 || !hash_of(algorithm, &hash))
		return dmsc_pk_usual((enum dmsc_pk_type)c->mem->ram[at +
		    Q_TYPE]);
	return hash;
}

/* The hash that PSO HASH makes: its own template, else that of the key. */
static enum dmsc_pk_hash
hash_wanted(struct dmsc_card_call *k)
{
	const struct dmsc_card_se *se = &k->ch->se;
	bool own = !se->for_check;
	uint32_t at = dmsc_card_pkey(k->c, k->ch->df,
	    own ? se->sign_key : se->check_key);
	enum dmsc_pk_hash hash;

	if (se->hash_alg != 0)
		return (enum dmsc_pk_hash)se->hash_alg;
	if (at == 0)
		return DMSC_PK_SHA256;
	hash = hash_for(k->c, at, own ? se->sign_alg : se->check_alg);
	return hash == DMSC_PK_RAW ? DMSC_PK_SHA256 : hash;
}

/* 90 and another tag, either may be missing; may_void: that may be empty. */
static unsigned
parse_two(struct dmsc_rd r, uint32_t other_tag, bool may_void,
    struct dmsc_rd *hash, struct dmsc_rd *other)
{
	struct dmsc_rd v;
	uint32_t tag;

	*hash = *other = dmsc_rd_of(NULL, 0);
	if (r.left == 0)
		return SW_LENGTH;
	while (r.left > 0) {
		if (dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK ||
		    (tag != TAG_HASH && tag != other_tag) ||
		    (v.left == 0 && (tag == TAG_HASH || !may_void)))
			return SW_DATA;
		*(tag == TAG_HASH ? hash : other) = v;
	}
	return SW_OK;
}

/* A digest of the length of its hash is what another has hashed to the end. */
static unsigned
hash(struct dmsc_card_call *k, struct dmsc_rd state, struct dmsc_rd rest)
{
	struct dmsc_card_se *se = &k->ch->se;
	enum dmsc_pk_hash how = hash_wanted(k);
	struct dmsc_pk_md *m = NULL;
	int r;

	se->digest_hash = 0;
	if (state.left == dmsc_pk_digest_len(how) && rest.p == NULL) {
		memcpy(se->digest, state.p, state.left);
		se->digest_hash = (uint8_t)how;
		return SW_OK;
	}
	r = state.left > 0 ? dmsc_pk_md_resume(how, state, &m) :
	    dmsc_pk_md_new(how, &m);
	if (r == DMSC_E_OK && rest.left > 0)
		r = dmsc_pk_md_add(m, rest);
	if (r == DMSC_E_OK)
		r = dmsc_pk_md_end(m, se->digest);
	dmsc_pk_md_free(&m);
	if (r == DMSC_E_OK)
		se->digest_hash = (uint8_t)how;
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_FORMAT ? SW_DATA :
	    SW_MEMORY;
}

static unsigned
hash_parts(struct dmsc_card_call *k)
{
	struct dmsc_rd state, rest;
	/* State and count of bits; what is left. */
	unsigned sw = parse_two(k->a->data, TAG_REST, true, &state, &rest);

	return sw == SW_OK ? hash(k, state, rest) : sw;
}

/* The digest of PSO HASH, used once: none, or one of another hash. */
static unsigned
take_digest(struct dmsc_card_se *se, enum dmsc_pk_hash how,
    struct dmsc_rd *digest)
{
	if (se->digest_hash == 0 || se->digest_hash != how)
		return SW_CONDITIONS;
	*digest = dmsc_rd_of(se->digest, dmsc_pk_digest_len(how));
	se->digest_hash = 0;
	return SW_OK;
}

static unsigned
sign(struct dmsc_card_call *k)
{
	struct dmsc_card_se *se = &k->ch->se;
	struct dmsc_rd digest = k->a->data;
	enum dmsc_pk_hash how;
	unsigned sw;
	uint32_t at;

	if (se->sign_key == 0)
		return SW_CONDITIONS;
	if ((at = dmsc_card_pkey(k->c, k->ch->df, se->sign_key)) == 0)
		return SW_NO_REF;
	if ((k->c->mem->ram[at + Q_USAGE] & PK_SIGN) == 0)
		return SW_CONDITIONS;
	if (se->sign_alg != 0 && !fits(se->sign_alg,
	    k->c->mem->ram[at + Q_TYPE]))
		return SW_CONDITIONS;
	how = hash_for(k->c, at, se->sign_alg);
	if (!dmsc_card_pkey_may(k->c, at, false))
		return SW_SECURITY;
	if (digest.left == 0 &&
	    (sw = take_digest(se, how, &digest)) != SW_OK)
		return sw;
	return dmsc_card_pkey_sign(k->c, at, how, digest, k->rsp);
}

static unsigned
verify(struct dmsc_card_call *k)
{
	struct dmsc_card_se *se = &k->ch->se;
	struct dmsc_rd digest, sig, pub;
	enum dmsc_pk_hash how;
	uint32_t at;
	unsigned sw;
	int r;

	if (se->check_key == 0)
		return SW_CONDITIONS;
	if ((at = dmsc_card_pkey(k->c, k->ch->df, se->check_key)) == 0 ||
	    (pub = dmsc_card_pkey_public(k->c, at)).left == 0)
		return SW_NO_REF;
	if ((k->c->mem->ram[at + Q_USAGE] & PK_VERIFY) == 0 ||
	    (se->check_alg != 0 && !fits(se->check_alg,
	    k->c->mem->ram[at + Q_TYPE])))
		return SW_CONDITIONS;
	how = hash_for(k->c, at, se->check_alg);
	if ((sw = parse_two(k->a->data, TAG_SIGNATURE, false, &digest,
	    &sig)) != SW_OK)
		return sw;
	if (sig.left == 0)
		return SW_DATA;
	if (digest.left == 0 &&
	    (sw = take_digest(se, how, &digest)) != SW_OK)
		return sw;
	r = dmsc_pk_verify((enum dmsc_pk_type)k->c->mem->ram[at + Q_TYPE],
	    pub, how, digest, sig);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_MISMATCH ? NOT_HELD :
	    r == DMSC_E_LIMIT ? SW_DATA : SW_MEMORY;
}

static unsigned
operate(struct dmsc_card_call *k)
{
	switch ((unsigned)k->a->p1 << 8 | k->a->p2) {
	case P_HASH:
		return k->a->data.left == 0 ? SW_LENGTH :
		    hash(k, dmsc_rd_of(NULL, 0), k->a->data);
	case P_HASH_PARTS:
		return hash_parts(k);
	case P_SIGN:
		return sign(k);
	case P_VERIFY:
		return verify(k);
	default:
		return SW_P1P2;
	}
}

/* One block of a chain, kept until the last one comes. */
static unsigned
collect(struct dmsc_card_call *k)
{
	struct dmsc_card_se *se = &k->ch->se;
	int r;

	if (se->chain == NULL && (se->chain = dmsc_buf_new(CHAIN_MAX)) ==
	    NULL)
		return SW_MEMORY;
	r = dmsc_buf_put(se->chain, k->a->data);
	if (r == DMSC_E_OK) {
		se->chain_of = (uint16_t)((unsigned)k->a->p1 << 8 |
		    k->a->p2);
		return SW_OK;
	}
	dmsc_buf_free(&se->chain);
	return r == DMSC_E_LIMIT ? SW_LENGTH : SW_MEMORY;
}

unsigned
dmsc_card_pso(struct dmsc_card_call *k)
{
	struct dmsc_card_se *se = &k->ch->se;
	struct dmsc_apdu_in whole = *k->a;
	struct dmsc_card_call all = *k;
	struct dmsc_buf *chain;
	unsigned sw;

	if (k->a->chained)
		return collect(k);
	if (se->chain == NULL)
		return operate(k);
	chain = se->chain;
	se->chain = NULL;
	sw = dmsc_buf_put(chain, k->a->data) == DMSC_E_OK ? SW_OK :
	    SW_LENGTH;
	whole.data = dmsc_buf_rd(chain);
	all.a = &whole;
	if (sw == SW_OK)
		sw = operate(&all);
	dmsc_buf_free(&chain);
	return sw;
}

/* A chain that is open takes only its own next block; all else ends it. */
unsigned
dmsc_card_chain(struct dmsc_card_call *k)
{
	struct dmsc_card_se *se = &k->ch->se;

	if (se->chain == NULL || (k->a->ins == DMSC_CARD_PSO &&
	    !k->a->proprietary && se->chain_of == ((unsigned)k->a->p1 << 8 |
	    k->a->p2)))
		return SW_OK;
	dmsc_buf_free(&se->chain);
	return CHAIN_OPEN;
}
