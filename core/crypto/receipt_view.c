/* What a receipt says, for people (dmsc/receipt.h). */
#include <stdio.h>

#include "crypto/receipt.h"

static const struct dmsc_field receipt_fields[] = {
	DMSC_F(dmsc_receipt, iccid, DMSC_K_STR),
	DMSC_F(dmsc_receipt, counter, DMSC_K_SIZE),
	DMSC_F(dmsc_receipt, exchanges, DMSC_K_SIZE),
	DMSC_F(dmsc_receipt, hash, DMSC_K_STR),
	DMSC_F(dmsc_receipt, nonce, DMSC_K_STR),
	DMSC_F(dmsc_receipt, host_time, DMSC_K_STR),
	DMSC_F_STRS(dmsc_receipt, authenticated, n_authenticated),
	DMSC_F_END
};
const struct dmsc_view dmsc_receipt_view = { "receipt",
	sizeof(struct dmsc_receipt), receipt_fields };

static const struct dmsc_field new_fields[] = {
	DMSC_F_SUB(dmsc_receipt_new, receipt, &dmsc_receipt_view),
	DMSC_F(dmsc_receipt_new, der, DMSC_K_BYTES),
	DMSC_F(dmsc_receipt_new, matches, DMSC_K_BOOL),
	DMSC_F(dmsc_receipt_new, recorded, DMSC_K_SIZE),
	DMSC_F(dmsc_receipt_new, withheld, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_receipt_new_view = { "receipt_new",
	sizeof(struct dmsc_receipt_new), new_fields };

static const struct dmsc_field check_fields[] = {
	DMSC_F_SUB(dmsc_receipt_check, verdict, &dmsc_verdict_view),
	DMSC_F_SUB(dmsc_receipt_check, receipt, &dmsc_receipt_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_receipt_check_view = { "receipt_check",
	sizeof(struct dmsc_receipt_check), check_fields };

/* Digits as in EF.ICCID, nibbles swapped, up to the first that is none. */
static int
put_iccid(const uint8_t *p, char **out)
{
	char digits[2 * DMSC_RECEIPT_ICCID + 1];
	size_t i;
	unsigned d;

	for (i = 0; i < sizeof digits - 1; i++) {
		d = i % 2 == 0 ? p[i / 2] & 15u : p[i / 2] >> 4;
		if (d > 9)
			break;
		digits[i] = (char)('0' + d);
	}
	digits[i] = '\0';
	return dmsc_str_set(out, "%s", digits);
}

static int
put_ref(unsigned ref, struct dmsc_receipt *out)
{
	bool local = (ref & 0x80) != 0;
	unsigned n = ref & 0x7F;

	if (n >= 1 && n <= 8)
		return dmsc_strs_add(&out->authenticated,
		    &out->n_authenticated, local ? "PIN%02X" : "PIN%X", ref);
	if (n >= 0x0A && n <= 0x0E)
		return dmsc_strs_add(&out->authenticated,
		    &out->n_authenticated, "ADM%u", n - 9 + (local ? 5 : 0));
	return dmsc_strs_add(&out->authenticated, &out->n_authenticated,
	    "key %02X", ref);
}

static int
put_who(const struct dmsc_receipt_content *c, struct dmsc_receipt *out)
{
	char aid[2 * DMSC_RECEIPT_AID + 1];
	size_t i;
	int r = DMSC_E_OK;

	dmsc_hex(dmsc_rd_of(c->scp_aid, c->scp_aid_len), aid, sizeof aid);
	if (c->scp_version != 0)
		r = dmsc_strs_add(&out->authenticated, &out->n_authenticated,
		    "SCP03 keys %02X level %02X of %s", c->scp_version,
		    c->scp_level, aid);
	for (i = 0; r == DMSC_E_OK && i < c->n_refs; i++)
		r = put_ref(c->refs[i], out);
	return r;
}

int
dmsc_receipt_view_of(const struct dmsc_receipt_content *c,
    struct dmsc_receipt *out)
{
	char hash[2 * DMSC_SHA256_LEN + 1], nonce[2 * DMSC_RECEIPT_NONCE + 1];
	const char *t = c->time;
	int r;

	out->counter = c->counter;
	out->exchanges = c->exchanges;
	dmsc_hex(dmsc_rd_of(c->hash, sizeof c->hash), hash, sizeof hash);
	dmsc_hex(dmsc_rd_of(c->nonce, c->nonce_len), nonce, sizeof nonce);
	if ((r = put_iccid(c->iccid, &out->iccid)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->hash, "%s", hash)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->host_time,
	    "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 8, t + 10,
	    t + 12)) != DMSC_E_OK)
		return r;
	if (c->nonce_len > 0 &&
	    (r = dmsc_str_set(&out->nonce, "%s", nonce)) != DMSC_E_OK)
		return r;
	return put_who(c, out);
}
