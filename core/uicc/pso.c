/* Signatures and key pairs on a card (uicc/pso.h). */
#include "uicc/pso.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/inside.h"

enum {
	INS_MSE = 0x22, INS_PSO = 0x2A, INS_GENERATE = 0x46, CLA_CHAIN = 0x10,
	OWN = 0x41B6, OTHER = 0x81B6, HASH_PARTS = 0x90A0, COMPUTE = 0x9E9A,
	VERIFY = 0x00A8, MAKE = 0x8000, SHOW = 0x8100,
	TAG_ALGORITHM = 0x80, TAG_PUBLIC = 0x83, TAG_PRIVATE = 0x84,
	TAG_HASH = 0x90, TAG_SIGNATURE = 0x9E, TAG_CRT = 0xB6,
	TAG_PAIR = 0x7F49, ANSWER_MAX = 1024, DATA_MAX = 1024,
	SW_NOT_HELD = 0x6300
};

static int
too_long(struct dmsc_uicc *u, int r)
{
	return dmsc_fail(u->err, r, r == DMSC_E_NOMEM ? "out of memory" :
	    "the APDU cannot be built");
}

/* 80 (algorithm) and the reference of the key. */
static int
put_key(struct dmsc_buf *b, unsigned tag, const struct dmsc_uicc_key *k)
{
	int r = DMSC_E_OK;

	if (k->algorithm != 0)
		r = dmsc_tlv_put_u8(b, TAG_ALGORITHM, k->algorithm);
	return r == DMSC_E_OK ? dmsc_tlv_put_u8(b, tag, k->ref) : r;
}

static int
set_key(struct dmsc_uicc *u, const struct dmsc_uicc_key *k, bool own)
{
	struct dmsc_buf *b = dmsc_buf_new(DATA_MAX);
	unsigned sw = 0;
	int r = b == NULL ? DMSC_E_NOMEM :
	    put_key(b, own ? TAG_PRIVATE : TAG_PUBLIC, k);

	if (r != DMSC_E_OK)
		r = too_long(u, r);
	else
		r = dmsc_uicc_cmd(u, INS_MSE, own ? OWN : OTHER,
		    dmsc_buf_rd(b), DMSC_LE_NONE, NULL, &sw);
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "choose key %02X", k->ref);
	return r;
}

/* Long data on a card without extended lengths: a chain of commands. */
static int
pso(struct dmsc_uicc *u, unsigned p1p2, struct dmsc_rd data, int le,
    struct dmsc_buf *rsp, unsigned *sw)
{
	size_t room = DMSC_MIN(dmsc_uicc_update_block(u),
	    (unsigned)UICC_LC_MAX);
	int r;

	while (data.left > room && !u->style.extended) {
		r = dmsc_uicc_cmd(u, (unsigned)CLA_CHAIN << 8 | INS_PSO,
		    p1p2, dmsc_rd_slice(data, 0, room), DMSC_LE_NONE, NULL,
		    sw);
		if (r != DMSC_E_OK || !dmsc_sw_ok(*sw))
			return r;
		data = dmsc_rd_slice(data, room, data.left);
	}
	return dmsc_uicc_cmd(u, INS_PSO, p1p2, data, le, rsp, sw);
}

int
dmsc_uicc_sign(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_rd digest, struct dmsc_buf *out)
{
	size_t before = out->len;
	unsigned sw = 0;
	int r;

	if ((r = set_key(u, k, true)) != DMSC_E_OK ||
	    (r = pso(u, COMPUTE, digest, UICC_SHORT_MAX, out, &sw)) !=
	    DMSC_E_OK)
		return r;
	if (!dmsc_sw_ok(sw))
		return dmsc_uicc_fail(u, sw, "sign with key %02X", k->ref);
	return out->len > before ? DMSC_E_OK : dmsc_fail(u->err,
	    DMSC_E_FORMAT, "the card's signature is empty");
}

static int
say_hash(struct dmsc_uicc *u, struct dmsc_rd digest)
{
	struct dmsc_buf *b = dmsc_buf_new(DATA_MAX);
	unsigned sw = 0;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_tlv_put(b, TAG_HASH, digest);

	if (r != DMSC_E_OK)
		r = too_long(u, r);
	else
		r = pso(u, HASH_PARTS, dmsc_buf_rd(b), DMSC_LE_NONE, NULL,
		    &sw);
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "give the card a hash");
	return r;
}

int
dmsc_uicc_verify(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_rd digest, struct dmsc_rd signature)
{
	struct dmsc_buf *b = NULL;
	unsigned sw = 0;
	int r;

	if ((r = set_key(u, k, false)) != DMSC_E_OK ||
	    (r = say_hash(u, digest)) != DMSC_E_OK)
		return r;
	b = dmsc_buf_new(DATA_MAX);
	r = b == NULL ? DMSC_E_NOMEM : dmsc_tlv_put(b, TAG_SIGNATURE,
	    signature);
	if (r != DMSC_E_OK)
		r = too_long(u, r);
	else
		r = pso(u, VERIFY, dmsc_buf_rd(b), DMSC_LE_NONE, NULL, &sw);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK || dmsc_sw_ok(sw))
		return r;
	if (sw != SW_NOT_HELD)
		return dmsc_uicc_fail(u, sw, "verify with key %02X", k->ref);
	(void)dmsc_fail(u->err, DMSC_E_MISMATCH,
	    "the card says that the signature does not hold");
	return dmsc_err_sw(u->err, sw);
}

/* 7F49 out of an answer, its content behind out. */
static int
take_pair(struct dmsc_uicc *u, struct dmsc_rd answer, struct dmsc_buf *out)
{
	struct dmsc_rd v;
	uint32_t tag;
	int r;

	if (dmsc_tlv_next(&answer, &tag, &v) != DMSC_E_OK || tag != TAG_PAIR)
		return dmsc_fail(u->err, DMSC_E_FORMAT,
		    "the card's public key is not well formed");
	r = dmsc_buf_put(out, v);
	return r == DMSC_E_OK ? r : dmsc_fail(u->err, r, r == DMSC_E_NOMEM ?
	    "out of memory" : "the card's public key is too long");
}

static int
pair(struct dmsc_uicc *u, unsigned p1p2, const struct dmsc_uicc_key *k,
    struct dmsc_buf *out)
{
	struct dmsc_buf *b = dmsc_buf_new(DATA_MAX),
	    *answer = dmsc_buf_new(ANSWER_MAX);
	unsigned sw = 0;
	size_t at;
	int r = DMSC_E_NOMEM;

	if (b != NULL && answer != NULL &&
	    (r = dmsc_tlv_begin(b, TAG_CRT, &at)) == DMSC_E_OK &&
	    (r = put_key(b, TAG_PRIVATE, k)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r != DMSC_E_OK)
		r = too_long(u, r);
	else
		r = dmsc_uicc_cmd(u, INS_GENERATE, p1p2, dmsc_buf_rd(b),
		    UICC_SHORT_MAX, answer, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, p1p2 == MAKE ?
		    "make a new pair as key %02X" :
		    "read the public key of key %02X", k->ref);
	else if (r == DMSC_E_OK)
		r = take_pair(u, dmsc_buf_rd(answer), out);
	dmsc_buf_free(&b);
	dmsc_buf_free(&answer);
	return r;
}

int
dmsc_uicc_generate(struct dmsc_uicc *u, const struct dmsc_uicc_key *k,
    struct dmsc_buf *out)
{
	return pair(u, MAKE, k, out);
}

int
dmsc_uicc_public(struct dmsc_uicc *u, unsigned ref, struct dmsc_buf *out)
{
	const struct dmsc_uicc_key k = { ref, 0 };

	return pair(u, SHOW, &k, out);
}
