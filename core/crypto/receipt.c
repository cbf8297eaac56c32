/* Receipts: the chain of hashes over what a card received and sent, and the
 * content that it signs (crypto/receipt.h; dmsc-card(7), RECEIPTS). */
#include "crypto/receipt.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "tlv/ber.h"

enum {
	HEADER = 4, SW_SIZE = 2, PARTS = 3, STORE_MIN = HEADER + 3,
	GET_RESPONSE = 0xC0, VERSION = 1, T_INT = 0x02, T_BYTES = 0x04,
	T_OID = 0x06, T_TIME = 0x18, T_SEQ = 0x30, T_HOST = 0xA0,
	T_SCP = 0xA1, T_REFS = 0xA2, SCP_HEAD = 2, YEAR = 4
};
static const char name[] = "dmsc transcript 1";
static const uint8_t sha256_oid[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
	0x04, 0x02, 0x01 };

int
dmsc_chain_begin(struct dmsc_chain *c, struct dmsc_rd seed,
    struct dmsc_rd nonce)
{
	const struct dmsc_rd parts[] = { dmsc_rd_str(name), nonce };

	memset(c, 0, sizeof *c);
	if (nonce.left > DMSC_RECEIPT_NONCE ||
	    (seed.left != 0 && seed.left != sizeof c->seed))
		return DMSC_E_LIMIT;
	if (seed.left != 0)
		memcpy(c->seed, seed.p, seed.left);
	return dmsc_sha256_parts(parts, DMSC_COUNT(parts), c->hash);
}

int
dmsc_chain_part(struct dmsc_chain_part *p, struct dmsc_rd data)
{
	const struct dmsc_rd parts[] = { dmsc_rd_of(p->salt, sizeof p->salt),
	    data };

	p->len = (uint32_t)data.left;
	memset(p->digest, 0, sizeof p->digest);
	return data.left == 0 ? DMSC_E_OK :
	    dmsc_sha256_parts(parts, DMSC_COUNT(parts), p->digest);
}

/* Number k's salt from the seed, and the part. */
static int
salted(const struct dmsc_chain *c, uint32_t k, struct dmsc_rd data,
    struct dmsc_chain_part *p)
{
	uint8_t hash[DMSC_SHA256_LEN], number[4];
	const struct dmsc_rd parts[] = { dmsc_rd_of(c->seed, sizeof c->seed),
	    dmsc_rd_of(number, sizeof number) };
	int r;

	memset(p, 0, sizeof *p);
	if (data.left == 0)
		return DMSC_E_OK;
	dmsc_u32_code(number, k);
	if ((r = dmsc_sha256_parts(parts, DMSC_COUNT(parts), hash)) !=
	    DMSC_E_OK)
		return r;
	memcpy(p->salt, hash, sizeof p->salt);
	return dmsc_chain_part(p, data);
}

struct dmsc_rd
dmsc_chain_data(struct dmsc_rd cmd)
{
	struct dmsc_rd all = dmsc_rd_slice(cmd, HEADER, cmd.left), r = all;
	bool wide = all.left >= 3 && all.p[0] == 0;
	size_t field = wide ? 3 : 1, le = wide ? 2 : 1, n;

	if (all.left == 0 || all.left == field)
		return dmsc_rd_of(NULL, 0);
	n = wide ? (size_t)all.p[1] << 8 | all.p[2] : all.p[0];
	r = dmsc_rd_slice(all, field, n);
	return n == 0 || (all.left != field + n &&
	    all.left != field + n + le) ? all : r;
}

bool
dmsc_chain_skips(struct dmsc_rd cmd)
{
	struct dmsc_rd data = dmsc_chain_data(cmd);

	if (cmd.left < HEADER)
		return true;
	if ((cmd.p[0] & 0x80) == 0)
		return cmd.p[1] == GET_RESPONSE;
	return cmd.p[1] == DMSC_RECEIPT_STORE && data.left >= 2 &&
	    data.p[0] == DMSC_RECEIPT_START >> 8 &&
	    (data.p[1] == (DMSC_RECEIPT_START & 0xFF) ||
	    data.p[1] == (DMSC_RECEIPT_GIVE & 0xFF));
}

int
dmsc_chain_make(const struct dmsc_chain *c, const struct dmsc_heard *h,
    struct dmsc_exchange *out)
{
	int r;

	if (h->cmd.left < HEADER)
		return DMSC_E_SHORT;
	out->level = (uint8_t)h->level;
	memcpy(out->head, h->cmd.p, sizeof out->head);
	out->sw = h->sw;
	r = salted(c, 2 * c->n + 1, dmsc_chain_data(h->cmd), &out->cmd);
	return r != DMSC_E_OK ? r : salted(c, 2 * c->n + 2, h->data,
	    &out->rsp);
}

int
dmsc_chain_add(struct dmsc_chain *c, const struct dmsc_exchange *x)
{
	uint8_t lens[2][4], sw[SW_SIZE], next[DMSC_SHA256_LEN];
	const struct dmsc_rd parts[] = {
		dmsc_rd_of(c->hash, sizeof c->hash), dmsc_rd_of(&x->level, 1),
		dmsc_rd_of(x->head, sizeof x->head),
		dmsc_rd_of(lens[0], sizeof lens[0]),
		dmsc_rd_of(x->cmd.digest, sizeof x->cmd.digest),
		dmsc_rd_of(sw, sizeof sw), dmsc_rd_of(lens[1], sizeof lens[1]),
		dmsc_rd_of(x->rsp.digest, sizeof x->rsp.digest),
	};
	int r;

	if (c->n >= INT32_MAX / 2)
		return DMSC_E_LIMIT;
	dmsc_u32_code(lens[0], x->cmd.len);
	dmsc_u32_code(lens[1], x->rsp.len);
	sw[0] = (uint8_t)(x->sw >> 8);
	sw[1] = (uint8_t)x->sw;
	r = dmsc_sha256_parts(parts, DMSC_COUNT(parts), next);
	if (r != DMSC_E_OK)
		return r;
	memcpy(c->hash, next, sizeof next);
	c->n++;
	return r;
}

/* INTEGER, the shortest form. */
static int
put_int(struct dmsc_buf *b, uint32_t v)
{
	uint8_t bytes[5] = { 0 };
	size_t i = 0;

	dmsc_u32_code(bytes + 1, v);
	while (i < 4 && bytes[i] == 0 && bytes[i + 1] < 0x80)
		i++;
	return dmsc_tlv_put(b, T_INT, dmsc_rd_of(bytes + i, 5 - i));
}

static int
put_inside(struct dmsc_buf *b, unsigned tag, unsigned inner,
    struct dmsc_rd v)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, tag, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, inner, v)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

/* What was authenticated, where anything was. */
static int
put_who(const struct dmsc_receipt_content *c, struct dmsc_buf *out)
{
	uint8_t scp[SCP_HEAD + DMSC_RECEIPT_AID];
	int r = DMSC_E_OK;

	scp[0] = c->scp_version;
	scp[1] = c->scp_level;
	memcpy(scp + SCP_HEAD, c->scp_aid, c->scp_aid_len);
	if (c->scp_version != 0)
		r = put_inside(out, T_SCP, T_BYTES, dmsc_rd_of(scp,
		    SCP_HEAD + c->scp_aid_len));
	if (r == DMSC_E_OK && c->n_refs > 0)
		r = put_inside(out, T_REFS, T_BYTES, dmsc_rd_of(c->refs,
		    c->n_refs));
	return r;
}

int
dmsc_receipt_put(const struct dmsc_receipt_content *c, struct dmsc_buf *out)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(out, T_SEQ, &at)) != DMSC_E_OK ||
	    (r = put_int(out, VERSION)) != DMSC_E_OK ||
	    (r = put_inside(out, T_SEQ, T_OID, dmsc_rd_of(sha256_oid,
	    sizeof sha256_oid))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(out, T_BYTES, dmsc_rd_of(c->hash,
	    sizeof c->hash))) != DMSC_E_OK ||
	    (r = put_int(out, c->exchanges)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(out, T_BYTES, dmsc_rd_of(c->iccid,
	    sizeof c->iccid))) != DMSC_E_OK ||
	    (r = put_int(out, c->counter)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(out, T_BYTES, dmsc_rd_of(c->nonce,
	    c->nonce_len))) != DMSC_E_OK ||
	    (r = put_inside(out, T_HOST, T_TIME, dmsc_rd_of(c->time,
	    DMSC_RECEIPT_TIME))) != DMSC_E_OK ||
	    (r = put_who(c, out)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, at);
}

bool
dmsc_receipt_time_sound(struct dmsc_rd t)
{
	static const uint8_t most[] = { 12, 31, 23, 59, 59 };
	unsigned v;
	size_t i;

	if (t.left != DMSC_RECEIPT_TIME || t.p[t.left - 1] != 'Z' ||
	    !dmsc_is_digits(dmsc_rd_slice(t, 0, t.left - 1)))
		return false;
	for (i = 0; i < sizeof most; i++) {
		v = (t.p[YEAR + 2 * i] - '0') * 10u + t.p[YEAR + 1 + 2 * i] -
		    '0';
		if (v > most[i] || (i < 2 && v == 0))
			return false;
	}
	return true;
}

/* The value of the next object, which has this tag and n bytes (0: up to
 * max). Not what it should be: r.left 0 and *good false. */
static struct dmsc_rd
next_of(struct dmsc_rd *r, unsigned tag, size_t min, size_t max, bool *good)
{
	struct dmsc_rd v = { NULL, 0 };
	uint32_t t = 0;

	if (*good && (dmsc_tlv_next(r, &t, &v) != DMSC_E_OK || t != tag ||
	    v.left < min || v.left > max))
		*good = false;
	return *good ? v : dmsc_rd_of(NULL, 0);
}

static uint32_t
next_int(struct dmsc_rd *r, bool *good)
{
	struct dmsc_rd v = next_of(r, T_INT, 1, 5, good);
	uint32_t n = 0;

	for (; v.left > 0; v = dmsc_rd_slice(v, 1, v.left))
		n = n << 8 | v.p[0];
	return n;
}

static void
copy(void *out, struct dmsc_rd v)
{
	if (v.left > 0)
		memcpy(out, v.p, v.left);
}

static void
get_who(struct dmsc_rd r, struct dmsc_receipt_content *c, bool *good)
{
	struct dmsc_rd in, v;

	if (r.left > 0 && r.p[0] == T_SCP) {
		in = next_of(&r, T_SCP, 1, DMSC_RECEIPT_MAX, good);
		v = next_of(&in, T_BYTES, SCP_HEAD, SCP_HEAD +
		    DMSC_RECEIPT_AID, good);
		if (!*good)
			return;
		c->scp_version = v.p[0];
		c->scp_level = v.p[1];
		c->scp_aid_len = v.left - SCP_HEAD;
		copy(c->scp_aid, dmsc_rd_slice(v, SCP_HEAD, v.left));
	}
	if (r.left > 0) {
		in = next_of(&r, T_REFS, 1, DMSC_RECEIPT_MAX, good);
		v = next_of(&in, T_BYTES, 1, DMSC_RECEIPT_REFS, good);
		c->n_refs = v.left;
		copy(c->refs, v);
	}
}

static bool
parse(struct dmsc_rd der, struct dmsc_receipt_content *c)
{
	bool good = true;
	struct dmsc_rd r = next_of(&der, T_SEQ, 1, DMSC_RECEIPT_MAX, &good),
	    v;

	(void)next_int(&r, &good);
	(void)next_of(&r, T_SEQ, 1, DMSC_RECEIPT_MAX, &good);
	copy(c->hash, next_of(&r, T_BYTES, sizeof c->hash, sizeof c->hash,
	    &good));
	c->exchanges = next_int(&r, &good);
	copy(c->iccid, next_of(&r, T_BYTES, sizeof c->iccid,
	    sizeof c->iccid, &good));
	c->counter = next_int(&r, &good);
	v = next_of(&r, T_BYTES, 0, DMSC_RECEIPT_NONCE, &good);
	c->nonce_len = v.left;
	copy(c->nonce, v);
	v = next_of(&r, T_HOST, 1, DMSC_RECEIPT_MAX, &good);
	v = next_of(&v, T_TIME, DMSC_RECEIPT_TIME, DMSC_RECEIPT_TIME, &good);
	good = good && dmsc_receipt_time_sound(v);
	copy(c->time, v);
	get_who(r, c, &good);
	return good;
}

/* What is written again must be the same: one content, one DER. */
int
dmsc_receipt_get(struct dmsc_rd der, struct dmsc_receipt_content *out)
{
	struct dmsc_buf *again;
	int r;

	memset(out, 0, sizeof *out);
	if (!parse(der, out))
		return DMSC_E_FORMAT;
	if ((again = dmsc_buf_new(DMSC_RECEIPT_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_receipt_put(out, again);
	if (r == DMSC_E_OK && !dmsc_rd_eq(dmsc_buf_rd(again), der))
		r = DMSC_E_FORMAT;
	dmsc_buf_free(&again);
	return r;
}
