/* AES key wrap (RFC 3394), by OpenSSL. */
#include <string.h>

#include <openssl/evp.h>

#include <dmsc/hash.h>
#include <dmsc/secret.h>

#include "crypto/aes.h"
#include "crypto/start.h"

enum { HALF = 8, LEAST = 16, VALUE_MAX = 256 };

int
dmsc_check_value(struct dmsc_rd key, uint8_t out[DMSC_CHECK_LEN])
{
	return dmsc_kcv(key, out);
}

static const EVP_CIPHER *
cipher_of(size_t key_len)
{
	return key_len == 16 ? EVP_aes_128_wrap() : key_len == 24 ?
	    EVP_aes_192_wrap() : EVP_aes_256_wrap();
}

static int
wrap(EVP_CIPHER_CTX *c, struct dmsc_rd key, const uint8_t *plain, size_t n,
    struct dmsc_buf *out)
{
	uint8_t wrapped[VALUE_MAX + HALF];
	int part = 0, rest = 0;

	EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_EncryptInit_ex(c, cipher_of(key.left), NULL, key.p, NULL) !=
	    1 || EVP_EncryptUpdate(c, wrapped, &part, plain, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(c, wrapped + part, &rest) != 1)
		return DMSC_E_NOMEM;
	return dmsc_buf_put(out, dmsc_rd_of(wrapped, (size_t)(part + rest)));
}

int
dmsc_key_wrap(struct dmsc_rd key, struct dmsc_rd value, struct dmsc_buf *out)
{
	uint8_t plain[VALUE_MAX];
	EVP_CIPHER_CTX *c;
	size_t n = value.left < LEAST ? LEAST :
	    (value.left + HALF - 1) / HALF * HALF;
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_aes_key_sound(key.left) || value.left == 0 ||
	    n > VALUE_MAX)
		return DMSC_E_FORMAT;
	if ((c = EVP_CIPHER_CTX_new()) == NULL)
		return DMSC_E_NOMEM;
	memset(plain, 0xFF, sizeof plain);
	memcpy(plain, value.p, value.left);
	r = wrap(c, key, plain, n, out);
	dmsc_wipe(plain, sizeof plain);
	EVP_CIPHER_CTX_free(c);
	return r;
}
