/* Key pairs of the simulated card (card/pkeys.h): their table, PUT DATA, and
 * GENERATE ASYMMETRIC KEY PAIR (ISO 7816-8). */
#include "card/pkeys.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum {
	GENERATE = 0x80, READ_PUBLIC = 0x81, TAG_PUBLIC = 0x7F49,
	TAG_DST = 0xB6, TAG_GENERATE = 0xAC, TAG_ALGORITHM = 0x80,
	TAG_KEY = 0x84, HEAD = 3, LEN_SIZE = 2
};

static uint32_t
entry(unsigned i)
{
	return DMSC_MEM_KEYS + i * Q_SIZE;
}

static unsigned
field(const struct dmsc_card *c, uint32_t at, unsigned what)
{
	return c->mem->ram[at + what];
}

uint32_t
dmsc_card_pkey(const struct dmsc_card *c, int df, unsigned ref)
{
	uint32_t owner;
	unsigned i;

	if (ref == 0)
		return 0;
	for (;;) {
		owner = df == DMSC_CARD_NONE ? 0 : c->files[df].block;
		for (i = 0; i < Q_KEYS; i++)
			if (field(c, entry(i), Q_REF) == ref &&
			    dmsc_mem_get(c->mem, entry(i) + Q_OWNER, 4) ==
			    owner)
				return entry(i);
		if (df == DMSC_CARD_NONE)
			return 0;
		df = c->files[df].parent;
	}
}

/* The DF that an entry belongs to. */
static int
home(const struct dmsc_card *c, uint32_t at)
{
	uint32_t owner = dmsc_mem_get(c->mem, at + Q_OWNER, 4);
	size_t i;

	for (i = 0; owner != 0 && i < c->n_files; i++)
		if (c->files[i].used && c->files[i].block == owner)
			return (int)i;
	return c->mf;
}

static struct dmsc_rd
rule_of(const struct dmsc_card *c, uint32_t at, bool make)
{
	uint32_t r = at + (make ? Q_MAKE : Q_USE);

	return dmsc_rd_of(c->mem->ram + r + 1,
	    DMSC_MIN(c->mem->ram[r], (size_t)Q_RULE - 1));
}

/* A PIN of the rule was shown since the last signature; spend: no longer. */
static bool
consent(struct dmsc_card *c, struct dmsc_rd rule, bool spend)
{
	bool held = false;
	size_t i;

	for (i = 0; i < c->n_pins; i++)
		if (c->pins[i].fresh && c->pins[i].verified &&
		    dmsc_card_rule_names(rule, c->pins[i].ref)) {
			held = true;
			if (spend)
				c->pins[i].fresh = false;
		}
	return held;
}

bool
dmsc_card_pkey_may(struct dmsc_card *c, uint32_t at, bool make)
{
	struct dmsc_rd rule = rule_of(c, at, make);

	if (!dmsc_card_holds(c, home(c, at), rule))
		return false;
	return make || (field(c, at, Q_FLAGS) & PK_CONSENT) == 0 ||
	    consent(c, rule, false);
}

struct dmsc_rd
dmsc_card_pkey_public(const struct dmsc_card *c, uint32_t at)
{
	return dmsc_rd_of(c->mem->ram + at + Q_PUBLIC, DMSC_MIN(
	    dmsc_mem_get(c->mem, at + Q_PUBLIC_LEN, LEN_SIZE),
	    (uint32_t)DMSC_PK_PUBLIC_MAX));
}

static struct dmsc_rd
private_of(const struct dmsc_card *c, uint32_t at)
{
	return dmsc_rd_of(c->mem->ram + at + Q_PRIVATE, DMSC_MIN(
	    dmsc_mem_get(c->mem, at + Q_PRIVATE_LEN, LEN_SIZE),
	    (uint32_t)DMSC_PK_PRIVATE_MAX));
}

unsigned
dmsc_card_pkey_sign(struct dmsc_card *c, uint32_t at, enum dmsc_pk_hash hash,
    struct dmsc_rd digest, struct dmsc_buf *rsp)
{
	struct dmsc_rd key = private_of(c, at);
	int r;

	if (key.left == 0)
		return SW_NO_REF;
	r = dmsc_pk_sign(key, hash, digest, rsp);
	if (r == DMSC_E_OK && (field(c, at, Q_FLAGS) & PK_CONSENT) != 0)
		(void)consent(c, rule_of(c, at, false), true);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_LIMIT ? SW_DATA :
	    SW_MEMORY;
}

static void
put16(struct dmsc_card *c, uint32_t at, size_t v)
{
	const uint8_t b[LEN_SIZE] = { (uint8_t)(v >> 8), (uint8_t)v };

	dmsc_mem_put(c->mem, at, dmsc_rd_of(b, sizeof b));
}

/* Into the transaction; what the old key leaves behind is made 00. */
static void
put_pair(struct dmsc_card *c, uint32_t at, unsigned type,
    struct dmsc_rd priv, struct dmsc_rd pub)
{
	static const uint8_t none[DMSC_PK_PRIVATE_MAX] = { 0 };

	dmsc_mem_u8(c->mem, at + Q_TYPE, type);
	dmsc_mem_put(c->mem, at + Q_PUBLIC, pub);
	dmsc_mem_put(c->mem, at + Q_PRIVATE, priv);
	dmsc_mem_put(c->mem, at + Q_PRIVATE + (uint32_t)priv.left,
	    dmsc_rd_of(none, sizeof none - priv.left));
	put16(c, at + Q_PRIVATE_LEN, priv.left);
	put16(c, at + Q_PUBLIC_LEN, pub.left);
}

static unsigned
bad_key(int r)
{
	return r == DMSC_E_NOMEM ? SW_MEMORY : SW_DATA;
}

/* What stands in r behind the view v in it. */
static struct dmsc_rd
after(struct dmsc_rd r, struct dmsc_rd v)
{
	return dmsc_rd_slice(r, (size_t)(v.p + v.left - r.p), r.left);
}

/* The key behind the rules of PUT DATA; none: an empty entry. */
static unsigned
put_given(struct dmsc_card *c, uint32_t at, unsigned type, bool secret,
    struct dmsc_rd key)
{
	struct dmsc_buf *pub = dmsc_buf_new(DMSC_PK_PUBLIC_MAX);
	const struct dmsc_rd none = dmsc_rd_of(NULL, 0);
	enum dmsc_pk_type is = (enum dmsc_pk_type)type;
	struct dmsc_rd told;
	int r = DMSC_E_OK;
	unsigned sw;

	if (pub == NULL)
		return SW_MEMORY;
	if (dmsc_tlv_find(key, TAG_PUBLIC, &told) == DMSC_E_OK) {
		key = after(key, told);
		r = dmsc_buf_put(pub, told);
	} else if (key.left > 0)
		r = secret ? dmsc_pk_public(key, &is, pub) :
		    dmsc_pk_of_spki(key, &is, pub);
	if (r == DMSC_E_OK && is != (enum dmsc_pk_type)type)
		r = DMSC_E_DATA;
	if (r == DMSC_E_OK && secret && key.left > DMSC_PK_PRIVATE_MAX)
		r = DMSC_E_DATA;
	sw = r == DMSC_E_OK ? SW_OK : bad_key(r);
	if (sw == SW_OK)
		put_pair(c, at, type, secret ? key : none, dmsc_buf_rd(pub));
	dmsc_buf_free(&pub);
	return sw;
}

static uint32_t
free_entry(const struct dmsc_card *c)
{
	unsigned i;

	for (i = 0; i < Q_KEYS; i++)
		if (field(c, entry(i), Q_REF) == 0)
			return entry(i);
	return 0;
}

static bool
take_rule(struct dmsc_rd *v, struct dmsc_rd *rule)
{
	struct dmsc_rd whole, inner;
	uint32_t tag;
	uint8_t n;

	if (dmsc_rd_u8(v, &n) != DMSC_E_OK || n == 0 || n >= Q_RULE ||
	    dmsc_rd_take(v, n, rule) != DMSC_E_OK)
		return false;
	whole = *rule;
	return dmsc_tlv_next(&whole, &tag, &inner) == DMSC_E_OK &&
	    whole.left == 0;
}

static void
put_rule(struct dmsc_card *c, uint32_t at, struct dmsc_rd rule)
{
	dmsc_mem_u8(c->mem, at, (unsigned)rule.left);
	dmsc_mem_put(c->mem, at + 1, rule);
}

unsigned
dmsc_card_set_pkey(struct dmsc_card *c, int df, unsigned ref,
    struct dmsc_rd v)
{
	struct dmsc_rd use, make;
	uint8_t head[HEAD];
	uint32_t at;
	size_t i;

	if (ref == 0)
		return SW_NO_REF;
	for (i = 0; i < HEAD; i++)
		if (dmsc_rd_u8(&v, &head[i]) != DMSC_E_OK)
			return SW_LENGTH;
	if (head[0] == DMSC_PK_NONE || head[0] > DMSC_PK_P384 ||
	    head[1] == 0 || (head[1] & ~(PK_SIGN | PK_RECEIPT | PK_VERIFY))
	    != 0 || (head[2] & ~PK_CONSENT) != 0 || !take_rule(&v, &use) ||
	    !take_rule(&v, &make))
		return SW_DATA;
	at = dmsc_card_pkey(c, df, ref);
	if (at == 0 && (at = free_entry(c)) == 0)
		return SW_SPACE;
	dmsc_mem_u8(c->mem, at + Q_REF, ref);
	dmsc_mem_u8(c->mem, at + Q_USAGE, head[1]);
	dmsc_mem_u8(c->mem, at + Q_FLAGS, head[2]);
	dmsc_mem_u32(c->mem, at + Q_OWNER, df == DMSC_CARD_NONE ? 0 :
	    c->files[df].block);
	put_rule(c, at + Q_USE, use);
	put_rule(c, at + Q_MAKE, make);
	return put_given(c, at, head[0], head[1] != PK_VERIFY, v);
}

void
dmsc_card_drop_pkeys(struct dmsc_card *c, int df)
{
	static const uint8_t none[Q_SIZE] = { 0 };
	unsigned i;

	for (i = 0; i < Q_KEYS; i++)
		if (field(c, entry(i), Q_REF) != 0 && dmsc_mem_get(c->mem,
		    entry(i) + Q_OWNER, 4) == c->files[df].block)
			dmsc_mem_put(c->mem, entry(i), dmsc_rd_of(none,
			    sizeof none));
}

static unsigned
say_public(struct dmsc_card_call *k, uint32_t at)
{
	struct dmsc_rd pub = dmsc_card_pkey_public(k->c, at);

	if (pub.left == 0)
		return SW_NO_REF;
	return dmsc_tlv_put(k->rsp, TAG_PUBLIC, pub) == DMSC_E_OK ? SW_OK :
	    SW_MEMORY;
}

/* B6 or AC with 84 (key) and perhaps 80 (algorithm); empty: the key of the
 * security environment. */
static unsigned
target(struct dmsc_card_call *k, uint32_t *at, unsigned *algorithm)
{
	struct dmsc_rd data = k->a->data, in, v;
	unsigned ref = k->ch->se.sign_key;
	uint32_t tag;

	*algorithm = 0;
	if (data.left > 0) {
		if (dmsc_tlv_next(&data, &tag, &in) != DMSC_E_OK ||
		    (tag != TAG_DST && tag != TAG_GENERATE) || data.left != 0)
			return SW_DATA;
		ref = 0;
		while (in.left > 0) {
			if (dmsc_tlv_next(&in, &tag, &v) != DMSC_E_OK ||
			    v.left != 1 || (tag != TAG_KEY &&
			    tag != TAG_ALGORITHM))
				return SW_DATA;
			if (tag == TAG_KEY)
				ref = v.p[0];
			else
				*algorithm = v.p[0];
		}
		if (ref == 0)
			return SW_DATA;
	}
	if (ref == 0)
		return SW_CONDITIONS;
	*at = dmsc_card_pkey(k->c, k->ch->df, ref);
	return *at == 0 ? SW_NO_REF : SW_OK;
}

/* The new pair lasts, whole, before its public key is told. */
static unsigned
generate(struct dmsc_card_call *k, uint32_t at, enum dmsc_pk_type type)
{
	struct dmsc_buf *pub = dmsc_buf_new(DMSC_PK_PUBLIC_MAX);
	struct dmsc_secret *priv = NULL;
	unsigned sw = SW_MEMORY;

	if (pub != NULL && dmsc_pk_generate(type, &priv, pub) == DMSC_E_OK &&
	    priv->len <= DMSC_PK_PRIVATE_MAX) {
		put_pair(k->c, at, type, dmsc_secret_rd(priv),
		    dmsc_buf_rd(pub));
		if ((sw = dmsc_card_keep(k->c)) == SW_OK)
			sw = say_public(k, at);
	}
	dmsc_secret_free(&priv);
	dmsc_buf_free(&pub);
	return sw;
}

unsigned
dmsc_card_generate(struct dmsc_card_call *k)
{
	enum dmsc_pk_type type;
	unsigned algorithm, sw;
	uint32_t at = 0;

	if ((k->a->p1 != GENERATE && k->a->p1 != READ_PUBLIC) ||
	    k->a->p2 != 0)
		return SW_P1P2;
	if ((sw = target(k, &at, &algorithm)) != SW_OK)
		return sw;
	if (k->a->p1 == READ_PUBLIC)
		return algorithm != 0 ? SW_DATA : say_public(k, at);
	if (field(k->c, at, Q_USAGE) == PK_VERIFY)
		return SW_CONDITIONS;
	type = algorithm == 0 ? (enum dmsc_pk_type)field(k->c, at, Q_TYPE) :
	    dmsc_card_alg_type(algorithm);
	if (type == DMSC_PK_NONE)
		return SW_DATA;
	return dmsc_card_pkey_may(k->c, at, true) ? generate(k, at, type) :
	    SW_SECURITY;
}
