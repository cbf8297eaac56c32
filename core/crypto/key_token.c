/* AES keys that stay in a token: what is done with them is done there
 * (PKCS#11: CKM_AES_CMAC where the token has it, else CMAC out of
 * CKM_AES_ECB as in NIST SP 800-38B). Their value is never asked for. */
#include "crypto/key_token.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { BLOCK = DMSC_AES_BLOCK, MESSAGE_MAX = 4096, CARRY = 0x87 };

struct key_token {
	struct p11 p;
	CK_OBJECT_HANDLE key;
	bool has_cmac;
};

static CK_ULONG
number(const struct key_token *t, CK_ATTRIBUTE_TYPE type, CK_ULONG none)
{
	CK_ULONG v = none;
	CK_ATTRIBUTE a = { type, &v, sizeof v };

	return t->p.f->C_GetAttributeValue(t->p.session, t->key, &a, 1) ==
	    CKR_OK && a.ulValueLen == sizeof v ? v : none;
}

static bool
flag(const struct key_token *t, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL v = CK_FALSE;
	CK_ATTRIBUTE a = { type, &v, sizeof v };

	return t->p.f->C_GetAttributeValue(t->p.session, t->key, &a, 1) ==
	    CKR_OK && v == CK_TRUE;
}

/* What the key may do, and how long it is. */
static int
look_at(struct key_token *t, enum key_token_use use, struct dmsc_err *e,
    size_t *n)
{
	bool encrypt = use == KEY_TOKEN_ENCRYPT;
	CK_MECHANISM_INFO mi;

	*n = number(t, CKA_VALUE_LEN, 0);
	if (number(t, CKA_KEY_TYPE, CKK_VENDOR_DEFINED) != CKK_AES ||
	    !dmsc_aes_key_sound(*n)) {
		(void)dmsc_fail(e, DMSC_E_DATA,
		    "the key in the token is no AES key");
		return DMSC_E_DATA;
	}
	if (!flag(t, encrypt ? CKA_ENCRYPT : CKA_DECRYPT)) {
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "the key in the token "
		    "may not %s", encrypt ? "encrypt" : "decrypt");
		(void)dmsc_err_why(e, "%s", encrypt ? "its check value and "
		    "Key-DEK's work need AES by the token: CKA_ENCRYPT" :
		    "a transport key needs CKA_DECRYPT");
		return DMSC_E_UNSUPPORTED;
	}
	t->has_cmac = flag(t, CKA_SIGN) && t->p.f->C_GetMechanismInfo(
	    t->p.slot, CKM_AES_CMAC, &mi) == CKR_OK &&
	    (mi.flags & CKF_SIGN) != 0;
	return DMSC_E_OK;
}

int
key_token_open(const struct key_uri *u, const struct key_reading *rd,
    enum key_token_use use, struct key_token **out, size_t *n)
{
	struct key_token *t = calloc(1, sizeof *t);
	int r;

	*out = NULL;
	if (t == NULL)
		return dmsc_fail(rd->e, DMSC_E_NOMEM, "out of memory");
	if ((r = p11_load(&t->p, u, rd->e)) != DMSC_E_OK ||
	    (r = p11_find_token(&t->p, rd->e)) != DMSC_E_OK ||
	    (r = p11_login(&t->p, rd, NULL)) != DMSC_E_OK ||
	    (r = p11_find_object(&t->p, CKO_SECRET_KEY, rd->e, &t->key)) !=
	    DMSC_E_OK || (r = look_at(t, use, rd->e, n)) != DMSC_E_OK)
		key_token_free(&t);
	*out = t;
	return r;
}

void
key_token_free(struct key_token **t)
{
	if (*t == NULL)
		return;
	p11_free(&(*t)->p);
	free(*t);
	*t = NULL;
}

/* One block, by a pair of the token's calls. */
static int
one_block(const struct key_token *t, CK_C_EncryptInit init, CK_C_Encrypt go,
    const uint8_t in[BLOCK], uint8_t out[BLOCK])
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	uint8_t from[BLOCK];
	CK_ULONG n = BLOCK;
	CK_RV rv;

	memcpy(from, in, sizeof from);
	rv = init(t->p.session, &ecb, t->key);
	if (rv == CKR_OK)
		rv = go(t->p.session, from, BLOCK, out, &n);
	dmsc_wipe(from, sizeof from);
	return rv == CKR_OK && n == BLOCK ? DMSC_E_OK :
	    rv == CKR_HOST_MEMORY ? DMSC_E_NOMEM : DMSC_E_IO;
}

static int
block(const struct key_token *t, const uint8_t in[BLOCK],
    uint8_t out[BLOCK])
{
	return one_block(t, t->p.f->C_EncryptInit, t->p.f->C_Encrypt, in,
	    out);
}

int
key_token_decrypt(const struct key_token *t, const uint8_t in[BLOCK],
    uint8_t out[BLOCK])
{
	return one_block(t, t->p.f->C_DecryptInit, t->p.f->C_Decrypt, in,
	    out);
}

int
key_token_cbc(const struct key_token *t, struct dmsc_rd in, uint8_t *out)
{
	uint8_t chain[BLOCK] = { 0 };
	size_t at, i;
	int r = in.left % BLOCK == 0 ? DMSC_E_OK : DMSC_E_FORMAT;

	for (at = 0; r == DMSC_E_OK && at < in.left; at += BLOCK) {
		for (i = 0; i < BLOCK; i++)
			chain[i] ^= in.p[at + i];
		if ((r = block(t, chain, chain)) == DMSC_E_OK)
			memcpy(out + at, chain, BLOCK);
	}
	dmsc_wipe(chain, sizeof chain);
	return r;
}

static int
by_token(const struct key_token *t, struct dmsc_buf *message,
    uint8_t out[BLOCK])
{
	CK_MECHANISM cmac = { CKM_AES_CMAC, NULL, 0 };
	CK_ULONG n = BLOCK;
	CK_RV rv = t->p.f->C_SignInit(t->p.session, &cmac, t->key);

	if (rv == CKR_OK)
		rv = t->p.f->C_Sign(t->p.session, message->p, message->len,
		    out, &n);
	return rv == CKR_OK && n == BLOCK ? DMSC_E_OK :
	    rv == CKR_HOST_MEMORY ? DMSC_E_NOMEM : DMSC_E_IO;
}

/* Shifts left by one bit; the bit that falls out changes the last byte. */
static void
twice(uint8_t k[BLOCK])
{
	unsigned carry = 0, out;
	size_t i;

	for (i = BLOCK; i-- > 0; carry = out) {
		out = (unsigned)k[i] >> 7;
		k[i] = (uint8_t)((unsigned)k[i] << 1 | carry);
	}
	k[BLOCK - 1] = (uint8_t)(k[BLOCK - 1] ^ (carry != 0 ? CARRY : 0));
}

/* CMAC out of blocks: the last one is masked by a subkey. */
static int
by_blocks(const struct key_token *t, struct dmsc_buf *m, uint8_t out[BLOCK])
{
	static const uint8_t zero[BLOCK];
	bool whole = m->len > 0 && m->len % BLOCK == 0;
	uint8_t sub[BLOCK];
	size_t i;
	int r = block(t, zero, sub);

	twice(sub);
	if (!whole) {
		twice(sub);
		if (r == DMSC_E_OK)
			r = dmsc_buf_u8(m, 0x80);
		if (r == DMSC_E_OK)
			r = dmsc_buf_fill(m, 0, (BLOCK - m->len % BLOCK) %
			    BLOCK);
	}
	for (i = 0; r == DMSC_E_OK && i < BLOCK; i++)
		m->p[m->len - BLOCK + i] ^= sub[i];
	if (r == DMSC_E_OK && (r = key_token_cbc(t, dmsc_buf_rd(m), m->p)) ==
	    DMSC_E_OK)
		memcpy(out, m->p + m->len - BLOCK, BLOCK);
	dmsc_wipe(sub, sizeof sub);
	return r;
}

int
key_token_cmac(const struct key_token *t, const struct dmsc_rd *parts,
    size_t n, uint8_t out[BLOCK])
{
	struct dmsc_buf *m = dmsc_buf_new(MESSAGE_MAX);
	size_t i;
	int r = m == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < n; i++)
		r = dmsc_buf_put(m, parts[i]);
	if (r == DMSC_E_OK)
		r = t->has_cmac ? by_token(t, m, out) : by_blocks(t, m, out);
	dmsc_buf_free(&m);
	return r;
}
