/* SHA-256 (FIPS 180-4), HMAC (RFC 2104), random bytes; OpenSSL's start. */
#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "crypto/crypto.h"
#include "crypto/heap.h"
#include "crypto/start.h"

int
dmsc_crypto_start(void)
{
	(void)dmsc_heap_begin();	/* no more than once */
	return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 ?
	    DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_crypto_fail(int code)
{
	ERR_clear_error();
	return code;
}

int
dmsc_crypto_bad(void)
{
	bool memory = ERR_GET_REASON(ERR_peek_error()) ==
	    ERR_R_MALLOC_FAILURE || ERR_GET_REASON(ERR_peek_last_error()) ==
	    ERR_R_MALLOC_FAILURE;

	return dmsc_crypto_fail(memory ? DMSC_E_NOMEM : DMSC_E_DATA);
}

int
dmsc_der_put(struct dmsc_buf *out, unsigned char *der, int n)
{
	int r = n <= 0 ? dmsc_crypto_fail(DMSC_E_NOMEM) :
	    dmsc_buf_put(out, dmsc_rd_of(der, (size_t)n));

	OPENSSL_free(der);
	return r;
}

int
dmsc_sha256(struct dmsc_rd data, uint8_t out[DMSC_SHA256_LEN])
{
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK)
		return r;
	return EVP_Digest(data.p, data.left, out, NULL, EVP_sha256(), NULL)
	    == 1 ? DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_sha256_each(bool (*next)(void *arg, struct dmsc_rd *part), void *arg,
    uint8_t out[DMSC_SHA256_LEN])
{
	EVP_MD_CTX *ctx;
	struct dmsc_rd part;
	int r = dmsc_crypto_start();
	bool good;

	if (r != DMSC_E_OK)
		return r;
	ctx = EVP_MD_CTX_new();
	good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
	while (good && next(arg, &part))
		good = EVP_DigestUpdate(ctx, part.p, part.left) == 1;
	good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return good ? DMSC_E_OK : DMSC_E_NOMEM;
}

struct parts {
	const struct dmsc_rd *next;
	size_t left;
};

static bool
next_part(void *arg, struct dmsc_rd *part)
{
	struct parts *p = arg;

	if (p->left == 0)
		return false;
	*part = *p->next++;
	p->left--;
	return true;
}

int
dmsc_sha256_parts(const struct dmsc_rd *parts, size_t n,
    uint8_t out[DMSC_SHA256_LEN])
{
	struct parts p = { parts, n };

	return dmsc_sha256_each(next_part, &p, out);
}

int
dmsc_hmac_sha256(struct dmsc_rd key, struct dmsc_rd data,
    uint8_t out[DMSC_SHA256_LEN])
{
	/* NULL would mean "the key of the last call". */
	const void *k = key.left > 0 ? (const void *)key.p : "";
	unsigned len = 0;
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK)
		return r;
	if (key.left > INT_MAX)
		return DMSC_E_LIMIT;
	if (HMAC(EVP_sha256(), k, (int)key.left, data.p, data.left, out,
	    &len) == NULL || len != DMSC_SHA256_LEN)
		return DMSC_E_NOMEM;
	return DMSC_E_OK;
}

int
dmsc_random(uint8_t *out, size_t n)
{
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK)
		return r;
	if (n > INT_MAX)
		return DMSC_E_LIMIT;
	return RAND_bytes(out, (int)n) == 1 ? DMSC_E_OK : DMSC_E_IO;
}
