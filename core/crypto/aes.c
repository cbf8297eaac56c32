/* AES in blocks and CBC, AES-CMAC, key check values, by OpenSSL. */
#include "crypto/aes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <dmsc/secret.h>

#include "crypto/start.h"

enum { AES_128 = 16, AES_192 = 24, AES_256 = 32 };

struct dmsc_aes {
	EVP_CIPHER_CTX *ecb, *in, *out;		/* in: decrypts */
};
struct dmsc_cmac {
	EVP_MAC_CTX *ctx;
};

bool
dmsc_aes_key_sound(size_t n)
{
	return n == AES_128 || n == AES_192 || n == AES_256;
}

static EVP_CIPHER_CTX *
ready(const EVP_CIPHER *kind, struct dmsc_rd key, bool encrypt)
{
	static const uint8_t iv[DMSC_AES_BLOCK];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	if (c == NULL)
		return NULL;
	if (EVP_CipherInit_ex(c, kind, NULL, key.p, iv, encrypt) == 1 &&
	    EVP_CIPHER_CTX_set_padding(c, 0) == 1)
		return c;
	EVP_CIPHER_CTX_free(c);
	return NULL;
}

int
dmsc_aes_new(struct dmsc_rd key, struct dmsc_aes **out)
{
	const EVP_CIPHER *ecb = key.left == AES_128 ? EVP_aes_128_ecb() :
	    key.left == AES_192 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
	const EVP_CIPHER *cbc = key.left == AES_128 ? EVP_aes_128_cbc() :
	    key.left == AES_192 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
	struct dmsc_aes *a;
	int r = dmsc_crypto_start();

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_aes_key_sound(key.left))
		return DMSC_E_FORMAT;
	if ((a = calloc(1, sizeof *a)) == NULL)
		return DMSC_E_NOMEM;
	if ((a->ecb = ready(ecb, key, true)) == NULL ||
	    (a->out = ready(cbc, key, true)) == NULL ||
	    (a->in = ready(cbc, key, false)) == NULL) {
		dmsc_aes_free(&a);
		return DMSC_E_NOMEM;
	}
	*out = a;
	return DMSC_E_OK;
}

void
dmsc_aes_free(struct dmsc_aes **a)
{
	if (*a == NULL)
		return;
	EVP_CIPHER_CTX_free((*a)->ecb);
	EVP_CIPHER_CTX_free((*a)->in);
	EVP_CIPHER_CTX_free((*a)->out);
	free(*a);
	*a = NULL;
}

int
dmsc_aes_block(struct dmsc_aes *a, const uint8_t in[DMSC_AES_BLOCK],
    uint8_t out[DMSC_AES_BLOCK])
{
	int n = 0;

	return EVP_CipherUpdate(a->ecb, out, &n, in, DMSC_AES_BLOCK) == 1 &&
	    n == DMSC_AES_BLOCK ? DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_aes_cbc(struct dmsc_aes *a, bool encrypt,
    const uint8_t iv[DMSC_AES_BLOCK], struct dmsc_rd in, uint8_t *out)
{
	EVP_CIPHER_CTX *c = encrypt ? a->out : a->in;
	int n = 0;

	if (in.left % DMSC_AES_BLOCK != 0)
		return DMSC_E_FORMAT;
	if (in.left > INT_MAX)
		return DMSC_E_LIMIT;
	if (in.left == 0)
		return DMSC_E_OK;
	if (EVP_CipherInit_ex(c, NULL, NULL, NULL, iv, -1) != 1 ||
	    EVP_CipherUpdate(c, out, &n, in.p, (int)in.left) != 1 ||
	    (size_t)n != in.left)
		return DMSC_E_NOMEM;
	return DMSC_E_OK;
}

int
dmsc_cmac_new(struct dmsc_rd key, struct dmsc_cmac **out)
{
	char cipher[] = "AES-128-CBC", aes192[] = "AES-192-CBC",
	    aes256[] = "AES-256-CBC";
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER,
		    key.left == AES_128 ? cipher : key.left == AES_192 ?
		    aes192 : aes256, 0),
		OSSL_PARAM_construct_end()
	};
	struct dmsc_cmac *m;
	EVP_MAC *kind;
	int r = dmsc_crypto_start();

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_aes_key_sound(key.left))
		return DMSC_E_FORMAT;
	if ((m = calloc(1, sizeof *m)) == NULL)
		return DMSC_E_NOMEM;
	kind = EVP_MAC_fetch(NULL, "CMAC", NULL);
	if (kind != NULL)
		m->ctx = EVP_MAC_CTX_new(kind);
	EVP_MAC_free(kind);
	if (m->ctx == NULL ||
	    EVP_MAC_init(m->ctx, key.p, key.left, p) != 1) {
		dmsc_cmac_free(&m);
		return DMSC_E_NOMEM;
	}
	*out = m;
	return DMSC_E_OK;
}

void
dmsc_cmac_free(struct dmsc_cmac **m)
{
	if (*m == NULL)
		return;
	EVP_MAC_CTX_free((*m)->ctx);
	free(*m);
	*m = NULL;
}

int
dmsc_cmac(struct dmsc_cmac *m, const struct dmsc_rd *parts, size_t n,
    uint8_t out[DMSC_AES_BLOCK])
{
	size_t i, len = 0;

	if (EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1)
		return DMSC_E_NOMEM;
	for (i = 0; i < n; i++)
		if (parts[i].left > 0 && EVP_MAC_update(m->ctx, parts[i].p,
		    parts[i].left) != 1)
			return DMSC_E_NOMEM;
	return EVP_MAC_final(m->ctx, out, &len, DMSC_AES_BLOCK) == 1 &&
	    len == DMSC_AES_BLOCK ? DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_kcv(struct dmsc_rd key, uint8_t out[DMSC_KCV_LEN])
{
	uint8_t ones[DMSC_AES_BLOCK], block[DMSC_AES_BLOCK];
	struct dmsc_aes *a;
	int r = dmsc_aes_new(key, &a);

	if (r != DMSC_E_OK)
		return r;
	memset(ones, 1, sizeof ones);
	if ((r = dmsc_aes_block(a, ones, block)) == DMSC_E_OK)
		memcpy(out, block, DMSC_KCV_LEN);
	dmsc_wipe(block, sizeof block);
	dmsc_aes_free(&a);
	return r;
}
