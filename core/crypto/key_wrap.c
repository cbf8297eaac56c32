/* Values under a transport key: AES-CBC, AES-ECB, AES key wrap (RFC 3394),
 * by OpenSSL, or block by block by the token in which the key stays. */
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base.h"
#include "crypto/key_token.h"
#include "crypto/start.h"

enum { BLOCK = DMSC_AES_BLOCK, HALF = BLOCK / 2, ROUNDS = 6 };
enum wrap { WRAP_CBC, WRAP_ECB, WRAP_KW, WRAPS };

static const char *const names[WRAPS] = { "aes-cbc", "aes-ecb", "aes-kw" };

static int
wrap_of(const struct key_uri *u, enum wrap *out, struct dmsc_err *e)
{
	const char *name = key_uri_get(u, "wrap");

	for (*out = 0; name != NULL && *out < WRAPS; (*out)++)
		if (strcmp(names[*out], name) == 0)
			return DMSC_E_OK;
	return dmsc_fail(e, DMSC_E_USAGE, "transport goes with "
	    "wrap=aes-cbc, aes-ecb or aes-kw");
}

/* iv=, or 00. */
static int
vector(const struct key_uri *u, uint8_t iv[BLOCK], struct dmsc_err *e)
{
	const char *text = key_uri_get(u, "iv");
	struct dmsc_secret *s;
	int r;

	memset(iv, 0, BLOCK);
	if (text == NULL)
		return DMSC_E_OK;
	if ((r = key_decode(dmsc_rd_str(text), "hex", &s)) == DMSC_E_NOMEM)
		return dmsc_fail(e, r, "out of memory");
	if (r == DMSC_E_OK && s->len == BLOCK)
		memcpy(iv, s->p, BLOCK);
	else
		r = dmsc_fail(e, DMSC_E_USAGE,
		    "iv is 16 bytes in hexadecimal");
	dmsc_secret_free(&s);
	return r;
}

static const EVP_CIPHER *
cipher(enum wrap wrap, size_t n)
{
	if (wrap == WRAP_CBC)
		return n == 16 ? EVP_aes_128_cbc() : n == 24 ?
		    EVP_aes_192_cbc() : EVP_aes_256_cbc();
	if (wrap == WRAP_ECB)
		return n == 16 ? EVP_aes_128_ecb() : n == 24 ?
		    EVP_aes_192_ecb() : EVP_aes_256_ecb();
	return n == 16 ? EVP_aes_128_wrap() : n == 24 ?
	    EVP_aes_192_wrap() : EVP_aes_256_wrap();
}

/* in under key into out, which is larger. */
static int
by_bytes(enum wrap wrap, struct dmsc_rd key, const uint8_t *iv,
    struct dmsc_rd in, struct dmsc_secret *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;
	bool good;

	if (c == NULL)
		return DMSC_E_NOMEM;
	EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	good = EVP_DecryptInit_ex(c, cipher(wrap, key.left), NULL, key.p,
	    wrap == WRAP_KW ? NULL : iv) == 1 &&
	    EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
	    EVP_DecryptUpdate(c, out->p, &n, in.p, (int)in.left) == 1 &&
	    n > 0 && EVP_DecryptFinal_ex(c, out->p + n, &last) == 1;
	EVP_CIPHER_CTX_free(c);
	out->len = good ? (size_t)(n + last) : 0;
	return good ? DMSC_E_OK : DMSC_E_MISMATCH;
}

/* CBC, and with every vector 00, ECB. */
static int
blocks_by_token(const struct key_token *t, bool chain, const uint8_t *iv,
    struct dmsc_rd in, struct dmsc_secret *out)
{
	size_t at, i;
	int r = DMSC_E_OK;

	for (at = 0; r == DMSC_E_OK && at < in.left; at += BLOCK) {
		r = key_token_decrypt(t, in.p + at, out->p + at);
		for (i = 0; chain && i < BLOCK; i++)
			out->p[at + i] ^= at == 0 ? iv[i] :
			    in.p[at - BLOCK + i];
	}
	out->len = in.left;
	return r;
}

/* RFC 3394, 2.2.2: A in front of n halves, unwound. */
static int
unwrap_by_token(const struct key_token *t, struct dmsc_rd in,
    struct dmsc_secret *out)
{
	size_t n = in.left / HALF - 1, i, step;
	uint8_t b[BLOCK], bad = 0;
	int r = DMSC_E_OK;

	if (in.left < 3 * HALF)
		return DMSC_E_MISMATCH;
	memcpy(b, in.p, HALF);
	memcpy(out->p, in.p + HALF, n * HALF);
	for (step = ROUNDS * n; r == DMSC_E_OK && step > 0; step--) {
		i = (step - 1) % n;
		b[HALF - 1] ^= (uint8_t)step;
		b[HALF - 2] ^= (uint8_t)(step >> 8);
		b[HALF - 3] ^= (uint8_t)(step >> 16);
		memcpy(b + HALF, out->p + i * HALF, HALF);
		if ((r = key_token_decrypt(t, b, b)) == DMSC_E_OK)
			memcpy(out->p + i * HALF, b + HALF, HALF);
	}
	for (i = 0; i < HALF; i++)
		bad = (uint8_t)(bad | (b[i] ^ 0xA6));
	dmsc_wipe(b, sizeof b);
	out->len = n * HALF;
	return r != DMSC_E_OK || bad == 0 ? r : DMSC_E_MISMATCH;
}

/* One value, how it is wrapped, and the key: bytes, or in a token. */
struct work {
	enum wrap wrap;
	uint8_t iv[BLOCK];
	struct dmsc_secret *bytes;
	struct key_token *token;
};

static int
get_key(const char *source, const struct key_reading *rd, struct work *w)
{
	const struct key_reading below = { rd->with, rd->depth + 1, rd->e };
	struct key_uri *u;
	size_t n = 0;
	int r;

	if ((r = key_uri_parse(source, &u, rd->e)) != DMSC_E_OK)
		return r;
	if (u->kind == KEY_PKCS11 && u->kdf == KDF_NONE)
		r = key_token_open(u, &below, KEY_TOKEN_DECRYPT, &w->token,
		    &n);
	else
		r = key_nested(source, DMSC_KEY_SECRET, rd, &w->bytes);
	key_uri_free(&u);
	if (r == DMSC_E_OK && w->bytes != NULL &&
	    !dmsc_aes_key_sound(w->bytes->len))
		r = dmsc_fail(rd->e, DMSC_E_DATA, "the transport key has "
		    "%zu bytes, an AES key 16, 24 or 32", w->bytes->len);
	return r;
}

static int
open_up(const struct work *w, struct dmsc_secret **value,
    struct dmsc_err *e)
{
	struct dmsc_rd in = dmsc_secret_rd(*value);
	struct dmsc_secret *out;
	int r;

	if (in.left % (w->wrap == WRAP_KW ? HALF : BLOCK) != 0 ||
	    in.left > INT_MAX)
		return DMSC_E_FORMAT;
	if (dmsc_crypto_start() != DMSC_E_OK ||
	    (out = dmsc_secret_new(in.left + BLOCK)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = w->token == NULL ? by_bytes(w->wrap, dmsc_secret_rd(w->bytes),
	    w->iv, in, out) : w->wrap == WRAP_KW ?
	    unwrap_by_token(w->token, in, out) :
	    blocks_by_token(w->token, w->wrap == WRAP_CBC, w->iv, in, out);
	if (r != DMSC_E_OK && r != DMSC_E_MISMATCH)
		(void)dmsc_fail(e, r, "the transport key does not work");
	dmsc_secret_free(value);
	*value = out;
	return r;
}

int
key_unwrap(const struct key_uri *u, const struct key_reading *rd,
    struct dmsc_secret **value)
{
	struct work w = { .token = NULL };
	int r;

	if ((r = wrap_of(u, &w.wrap, rd->e)) == DMSC_E_OK &&
	    (r = vector(u, w.iv, rd->e)) == DMSC_E_OK &&
	    (r = get_key(key_uri_get(u, "transport"), rd, &w)) == DMSC_E_OK)
		r = open_up(&w, value, rd->e);
	dmsc_secret_free(&w.bytes);
	key_token_free(&w.token);
	return r;
}
