/*
 * Keys of one card out of a key for all: NIST SP 800-108 in counter mode
 * with AES-CMAC, NXP's AN10922, HKDF (RFC 5869) with SHA-256. Which bytes go
 * in is told in dmsc-keys(7). D is the card's ICCID in digits, or the 10
 * bytes of INITIALIZE UPDATE; U the use ("ENC").
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/base.h"
#include "crypto/key_inner.h"
#include "crypto/start.h"

enum { COUNTER = 4, BITS = 4, AN_MAX = 31 };

static struct dmsc_rd
diversifier(const struct dmsc_key *k, struct dmsc_rd div)
{
	return k->div_card ? div : dmsc_rd_str(k->iccid);
}

/* CMAC(K, i || U || 00 || D || L), i and L of 32 bits, L in bits. */
static int
by_cmac(const struct dmsc_key *k, struct dmsc_rd u, struct dmsc_rd d,
    struct dmsc_secret *out)
{
	uint8_t i[COUNTER], bits[BITS], block[DMSC_AES_BLOCK];
	static const uint8_t zero;
	const struct dmsc_rd parts[] = { dmsc_rd_of(i, sizeof i), u,
	    dmsc_rd_of(&zero, 1), d, dmsc_rd_of(bits, sizeof bits) };
	size_t at, n, round = 1;
	int r = DMSC_E_OK;

	dmsc_u32_code(bits, (uint32_t)(out->cap * 8));
	for (at = 0; r == DMSC_E_OK && at < out->cap; at += n) {
		dmsc_u32_code(i, (uint32_t)round++);
		n = DMSC_MIN(out->cap - at, sizeof block);
		r = dmsc_key_cmac(k, parts, DMSC_COUNT(parts), block);
		if (r == DMSC_E_OK)
			memcpy(out->p + at, block, n);
	}
	dmsc_wipe(block, sizeof block);
	return r;
}

/* CMAC(K, constant || D || U); two of them for more than 16 bytes. */
static int
an_block(const struct dmsc_key *k, unsigned constant, struct dmsc_rd u,
    struct dmsc_rd d, uint8_t out[DMSC_AES_BLOCK])
{
	const uint8_t first = (uint8_t)constant;
	const struct dmsc_rd parts[] = { dmsc_rd_of(&first, 1), d, u };

	return dmsc_key_cmac(k, parts, DMSC_COUNT(parts), out);
}

static int
by_an10922(const struct dmsc_key *k, struct dmsc_rd u, struct dmsc_rd d,
    struct dmsc_secret *out)
{
	enum { HALF = DMSC_AES_BLOCK / 2, ONE = 16, TWO = 24, THREE = 32 };
	size_t n = out->cap, i;
	uint8_t a[DMSC_AES_BLOCK], b[DMSC_AES_BLOCK] = { 0 };
	unsigned constant = n == ONE ? 0x01 : n == TWO ? 0x11 : 0x41;
	int r;

	/* Below 16 bytes the note pads otherwise than CMAC does. */
	if (n != k->n || d.left + u.left < DMSC_AES_BLOCK ||
	    d.left + u.left > AN_MAX)
		return DMSC_E_FORMAT;
	r = an_block(k, constant, u, d, a);
	if (r == DMSC_E_OK && n != ONE)
		r = an_block(k, constant + 1, u, d, b);
	if (r == DMSC_E_OK) {
		if (n == TWO)
			for (i = 0; i < HALF; i++)
				a[HALF + i] ^= b[i];
		memcpy(out->p, a, sizeof a);
		if (n == TWO)
			memcpy(out->p + sizeof a, b + HALF, HALF);
		if (n == THREE)
			memcpy(out->p + sizeof a, b, sizeof b);
	}
	dmsc_wipe(a, sizeof a);
	dmsc_wipe(b, sizeof b);
	return r;
}

/* Salt empty, info U || 00 || D. */
static int
by_hkdf(const struct dmsc_key *k, struct dmsc_rd u, struct dmsc_rd d,
    struct dmsc_secret *out)
{
	uint8_t info[KEY_USE_MAX + 1 + KEY_ICCID_MAX];
	char digest[] = "SHA256";
	size_t n = u.left + 1 + d.left;
	struct dmsc_rd key = dmsc_key_bytes(k);
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    k->bytes != NULL ? k->bytes->p : NULL, key.left),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info,
		    n),
		OSSL_PARAM_construct_end()
	};
	EVP_KDF *kind;
	EVP_KDF_CTX *ctx;
	int done = 0;

	if (k->bytes == NULL)
		return DMSC_E_UNSUPPORTED;
	if (n > sizeof info || dmsc_crypto_start() != DMSC_E_OK)
		return n > sizeof info ? DMSC_E_FORMAT : DMSC_E_NOMEM;
	memcpy(info, u.p, u.left);
	info[u.left] = 0;
	memcpy(info + u.left + 1, d.p, d.left);
	kind = EVP_KDF_fetch(NULL, "HKDF", NULL);
	if (kind != NULL && (ctx = EVP_KDF_CTX_new(kind)) != NULL) {
		done = EVP_KDF_derive(ctx, out->p, out->cap, p);
		EVP_KDF_CTX_free(ctx);
	}
	EVP_KDF_free(kind);
	return done == 1 ? DMSC_E_OK : DMSC_E_NOMEM;
}

static int
no_kdf(int code, struct dmsc_err *e)
{
	(void)dmsc_fail(e, code, "the key of this card cannot be made");
	(void)dmsc_err_why(e, "%s", code == DMSC_E_USAGE ?
	    "div=card is for 'scp open' and 'key put' alone" :
	    code == DMSC_E_FORMAT ? "the scheme takes an AES key of 16, 24 "
	    "or 32 bytes; an10922 makes one as long" :
	    code == DMSC_E_UNSUPPORTED ? "hkdf-sha256 needs the bytes of a "
	    "key, which stay in the token" : dmsc_e_text(code));
	return code;
}

int
key_kdf(const struct dmsc_key *k, const char *use, struct dmsc_rd div,
    struct dmsc_secret **out, struct dmsc_err *e)
{
	struct dmsc_rd u = dmsc_rd_str(k->use[0] != '\0' ? k->use : use);
	struct dmsc_rd d = diversifier(k, div);
	struct dmsc_secret *s;
	size_t n = k->len != 0 ? k->len : k->n;
	int r;

	*out = NULL;
	if (d.left == 0)
		return no_kdf(DMSC_E_USAGE, e);
	if ((s = dmsc_secret_new(n)) == NULL)
		return no_kdf(DMSC_E_NOMEM, e);
	s->cap = n;
	r = k->kdf == KDF_CMAC ? by_cmac(k, u, d, s) :
	    k->kdf == KDF_AN10922 ? by_an10922(k, u, d, s) :
	    by_hkdf(k, u, d, s);
	s->len = n;
	if (r != DMSC_E_OK) {
		dmsc_secret_free(&s);
		return no_kdf(r, e);
	}
	*out = s;
	return r;
}
