/* Key pairs of cards (crypto/pk.h), by OpenSSL. */
#include "crypto/pk.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/base.h"
#include "crypto/start.h"
#include "tlv/ber.h"

enum {
	RSA_BITS = 2048, TAG_MODULUS = 0x81, TAG_EXPONENT = 0x82,
	TAG_POINT = 0x86, NUMBER_MAX = RSA_BITS / 8, EXPONENT_MAX = 8,
	GROUP_MAX = 32, SEQUENCE = 0x30, INTEGER = 0x02
};

static const struct {
	const char *name, *group;
	enum dmsc_pk_hash usual;
	size_t number;		/* bytes of a modulus or a coordinate */
} types[] = {
	[DMSC_PK_NONE] = { NULL, NULL, DMSC_PK_RAW, 0 },
	[DMSC_PK_RSA2048] = { "rsa:2048", NULL, DMSC_PK_SHA256, 256 },
	[DMSC_PK_P256] = { "p256", "prime256v1", DMSC_PK_SHA256, 32 },
	[DMSC_PK_P384] = { "p384", "secp384r1", DMSC_PK_SHA384, 48 },
};

const char *
dmsc_pk_name(enum dmsc_pk_type type)
{
	return types[type].name;
}

enum dmsc_pk_type
dmsc_pk_named(const char *name)
{
	size_t i;

	for (i = DMSC_PK_RSA2048; i < DMSC_COUNT(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return (enum dmsc_pk_type)i;
	return DMSC_PK_NONE;
}

enum dmsc_pk_hash
dmsc_pk_usual(enum dmsc_pk_type type)
{
	return types[type].usual;
}

size_t
dmsc_pk_signature_len(enum dmsc_pk_type type)
{
	return types[type].group != NULL ? 2 * types[type].number :
	    types[type].number;
}

static enum dmsc_pk_type
type_of(const EVP_PKEY *key)
{
	char group[GROUP_MAX];
	size_t i;

	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) == RSA_BITS ?
		    DMSC_PK_RSA2048 : DMSC_PK_NONE;
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group,
	    sizeof group, NULL) != 1)
		return DMSC_PK_NONE;
	for (i = DMSC_PK_P256; i < DMSC_COUNT(types); i++)
		if (strcmp(types[i].group, group) == 0)
			return (enum dmsc_pk_type)i;
	return DMSC_PK_NONE;
}

static int
put_number(const EVP_PKEY *key, const char *what, unsigned tag,
    struct dmsc_buf *pub)
{
	uint8_t bytes[NUMBER_MAX];
	BIGNUM *n = NULL;
	int len, r = DMSC_E_DATA;

	if (EVP_PKEY_get_bn_param(key, what, &n) != 1)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	len = BN_num_bytes(n);
	if (len > 0 && len <= NUMBER_MAX && BN_bn2bin(n, bytes) == len)
		r = dmsc_tlv_put(pub, tag, dmsc_rd_of(bytes, (size_t)len));
	BN_free(n);
	return r;
}

static int
put_public(EVP_PKEY *key, enum dmsc_pk_type type, struct dmsc_buf *pub)
{
	uint8_t *point = NULL;
	size_t n;
	int r;

	if (type == DMSC_PK_RSA2048) {
		r = put_number(key, OSSL_PKEY_PARAM_RSA_N, TAG_MODULUS, pub);
		return r != DMSC_E_OK ? r : put_number(key,
		    OSSL_PKEY_PARAM_RSA_E, TAG_EXPONENT, pub);
	}
	if ((n = EVP_PKEY_get1_encoded_public_key(key, &point)) == 0)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	r = n != 1 + 2 * types[type].number ? DMSC_E_UNSUPPORTED :
	    dmsc_tlv_put(pub, TAG_POINT, dmsc_rd_of(point, n));
	OPENSSL_free(point);
	return r;
}

static int
put_private(EVP_PKEY *key, struct dmsc_secret **priv)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int n = info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);

	if (n > 0)
		*priv = dmsc_secret_from(dmsc_rd_of(der, (size_t)n));
	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	PKCS8_PRIV_KEY_INFO_free(info);
	return *priv != NULL ? DMSC_E_OK : dmsc_crypto_fail(DMSC_E_NOMEM);
}

int
dmsc_pk_generate(enum dmsc_pk_type type, struct dmsc_secret **priv,
    struct dmsc_buf *pub)
{
	EVP_PKEY *key;
	int r = dmsc_crypto_start();

	*priv = NULL;
	if (r != DMSC_E_OK)
		return r;
	if (type == DMSC_PK_NONE)
		return DMSC_E_UNSUPPORTED;
	key = type == DMSC_PK_RSA2048 ? EVP_RSA_gen(RSA_BITS) :
	    EVP_EC_gen(types[type].group);
	if (key == NULL)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	if ((r = put_public(key, type, pub)) == DMSC_E_OK)
		r = put_private(key, priv);
	EVP_PKEY_free(key);
	return r;
}

static int
read_private(struct dmsc_rd priv, EVP_PKEY **key, enum dmsc_pk_type *type)
{
	const unsigned char *p = priv.p;
	PKCS8_PRIV_KEY_INFO *info;
	int r = dmsc_crypto_start();

	*key = NULL;
	if (r != DMSC_E_OK)
		return r;
	if (priv.left == 0 || priv.left > DMSC_PK_PRIVATE_MAX)
		return DMSC_E_DATA;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)priv.left);
	if (info != NULL && p == priv.p + priv.left)
		*key = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (*key == NULL)
		return dmsc_crypto_bad();
	if ((*type = type_of(*key)) != DMSC_PK_NONE)
		return DMSC_E_OK;
	EVP_PKEY_free(*key);
	*key = NULL;
	return dmsc_crypto_fail(DMSC_E_UNSUPPORTED);
}

int
dmsc_pk_public(struct dmsc_rd priv, enum dmsc_pk_type *type,
    struct dmsc_buf *pub)
{
	EVP_PKEY *key;
	int r = read_private(priv, &key, type);

	if (r == DMSC_E_OK)
		r = put_public(key, *type, pub);
	EVP_PKEY_free(key);
	return r;
}

static int
push_rsa(OSSL_PARAM_BLD *b, struct dmsc_rd pub, BIGNUM *number[2])
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N,
	    OSSL_PKEY_PARAM_RSA_E };
	static const unsigned tags[] = { TAG_MODULUS, TAG_EXPONENT };
	static const size_t most[] = { NUMBER_MAX, EXPONENT_MAX };
	struct dmsc_rd v;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (dmsc_tlv_find(pub, tags[i], &v) != DMSC_E_OK ||
		    v.left == 0 || v.left > most[i])
			return DMSC_E_DATA;
		number[i] = BN_bin2bn(v.p, (int)v.left, NULL);
		if (number[i] == NULL || OSSL_PARAM_BLD_push_BN(b, names[i],
		    number[i]) != 1)
			return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

static int
push_point(OSSL_PARAM_BLD *b, enum dmsc_pk_type type, struct dmsc_rd pub)
{
	struct dmsc_rd v;

	if (dmsc_tlv_find(pub, TAG_POINT, &v) != DMSC_E_OK ||
	    v.left != 1 + 2 * types[type].number)
		return DMSC_E_DATA;
	return OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    types[type].group, 0) == 1 && OSSL_PARAM_BLD_push_octet_string(b,
	    OSSL_PKEY_PARAM_PUB_KEY, v.p, v.left) == 1 ? DMSC_E_OK :
	    DMSC_E_NOMEM;
}

static EVP_PKEY *
from_params(const char *kind, OSSL_PARAM_BLD *b)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	EVP_PKEY *key = NULL;

	if (params != NULL && ctx != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
		    params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static int
read_public(enum dmsc_pk_type type, struct dmsc_rd pub, EVP_PKEY **key)
{
	BIGNUM *number[2] = { NULL, NULL };
	OSSL_PARAM_BLD *b;
	int r = dmsc_crypto_start();

	*key = NULL;
	if (r != DMSC_E_OK)
		return r;
	if (type == DMSC_PK_NONE)
		return DMSC_E_UNSUPPORTED;
	if ((b = OSSL_PARAM_BLD_new()) == NULL)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	r = type == DMSC_PK_RSA2048 ? push_rsa(b, pub, number) :
	    push_point(b, type, pub);
	if (r == DMSC_E_OK) {
		*key = from_params(type == DMSC_PK_RSA2048 ? "RSA" : "EC",
		    b);
		if (*key == NULL || type_of(*key) != type)
			r = DMSC_E_DATA;
	}
	OSSL_PARAM_BLD_free(b);
	BN_free(number[0]);
	BN_free(number[1]);
	if (r == DMSC_E_OK)
		return r;
	EVP_PKEY_free(*key);
	*key = NULL;
	return dmsc_crypto_fail(r);
}

int
dmsc_pk_to_spki(enum dmsc_pk_type type, struct dmsc_rd pub,
    struct dmsc_buf *out)
{
	unsigned char *der = NULL;
	EVP_PKEY *key;
	int n, r = read_public(type, pub, &key);

	if (r != DMSC_E_OK)
		return r;
	n = i2d_PUBKEY(key, &der);
	r = dmsc_der_put(out, der, n);
	EVP_PKEY_free(key);
	return r;
}

int
dmsc_pk_of_spki(struct dmsc_rd spki, enum dmsc_pk_type *type,
    struct dmsc_buf *pub)
{
	const unsigned char *p = spki.p;
	EVP_PKEY *key;
	int r = dmsc_crypto_start();

	*type = DMSC_PK_NONE;
	if (r != DMSC_E_OK)
		return r;
	if (spki.left == 0 || spki.left > UINT16_MAX ||
	    (key = d2i_PUBKEY(NULL, &p, (long)spki.left)) == NULL)
		return dmsc_crypto_bad();
	*type = type_of(key);
	r = *type == DMSC_PK_NONE ? DMSC_E_UNSUPPORTED :
	    put_public(key, *type, pub);
	EVP_PKEY_free(key);
	return r;
}

static const EVP_MD *
md_of(enum dmsc_pk_hash hash)
{
	return hash == DMSC_PK_SHA256 ? EVP_sha256() :
	    hash == DMSC_PK_SHA384 ? EVP_sha384() :
	    hash == DMSC_PK_SHA512 ? EVP_sha512() : NULL;
}

/* Padding and hash of RSA; ECDSA has none of them. */
static bool
prepare(EVP_PKEY_CTX *ctx, enum dmsc_pk_type type, enum dmsc_pk_hash hash)
{
	if (type != DMSC_PK_RSA2048)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	    (hash == DMSC_PK_RAW ||
	    EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) > 0);
}

static bool
digest_fits(enum dmsc_pk_type type, enum dmsc_pk_hash hash, size_t n)
{
	if (hash == DMSC_PK_RAW)
		return n > 0 && (type != DMSC_PK_RSA2048 ?
		    n <= DMSC_PK_DIGEST_MAX : n <= NUMBER_MAX * 2 / 5);
	return n == dmsc_pk_digest_len(hash);
}

int
dmsc_pk_sign(struct dmsc_rd priv, enum dmsc_pk_hash hash,
    struct dmsc_rd digest, struct dmsc_buf *out)
{
	uint8_t sig[DMSC_PK_SIGNATURE_MAX];
	EVP_PKEY_CTX *ctx = NULL;
	enum dmsc_pk_type type;
	size_t n = sizeof sig;
	EVP_PKEY *key;
	int r = read_private(priv, &key, &type);

	if (r != DMSC_E_OK)
		return r;
	if (!digest_fits(type, hash, digest.left))
		r = DMSC_E_LIMIT;
	else if ((ctx = EVP_PKEY_CTX_new(key, NULL)) == NULL ||
	    EVP_PKEY_sign_init(ctx) != 1 || !prepare(ctx, type, hash) ||
	    EVP_PKEY_sign(ctx, sig, &n, digest.p, digest.left) != 1)
		r = dmsc_crypto_fail(DMSC_E_NOMEM);
	else
		r = dmsc_pk_sig_raw(type, dmsc_rd_of(sig, n), out);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return r;
}

static int
check(EVP_PKEY *key, enum dmsc_pk_hash hash, struct dmsc_rd digest,
    struct dmsc_rd der)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int good, r = DMSC_E_NOMEM;

	if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    prepare(ctx, type_of(key), hash)) {
		good = EVP_PKEY_verify(ctx, der.p, der.left, digest.p,
		    digest.left);
		r = good == 1 ? DMSC_E_OK : DMSC_E_MISMATCH;
	}
	EVP_PKEY_CTX_free(ctx);
	return r == DMSC_E_OK ? r : dmsc_crypto_fail(r);
}

int
dmsc_pk_verify(enum dmsc_pk_type type, struct dmsc_rd pub,
    enum dmsc_pk_hash hash, struct dmsc_rd digest, struct dmsc_rd signature)
{
	struct dmsc_buf *der = dmsc_buf_new(DMSC_PK_SIGNATURE_MAX);
	EVP_PKEY *key = NULL;
	int r;

	if (der == NULL)
		return DMSC_E_NOMEM;
	r = read_public(type, pub, &key);
	if (r == DMSC_E_OK && !digest_fits(type, hash, digest.left))
		r = DMSC_E_LIMIT;
	if (r == DMSC_E_OK && dmsc_pk_sig_der(type, signature, der) !=
	    DMSC_E_OK)
		r = DMSC_E_MISMATCH;
	if (r == DMSC_E_OK)
		r = check(key, hash, digest, dmsc_buf_rd(der));
	EVP_PKEY_free(key);
	dmsc_buf_free(&der);
	return r;
}

/* An INTEGER of DER: no leading zeros, but one before a high bit. */
static int
put_integer(struct dmsc_buf *b, struct dmsc_rd v)
{
	size_t at;
	int r;

	while (v.left > 1 && v.p[0] == 0)
		v = dmsc_rd_slice(v, 1, v.left);
	if ((r = dmsc_tlv_begin(b, INTEGER, &at)) != DMSC_E_OK ||
	    ((v.p[0] & 0x80) != 0 && (r = dmsc_buf_u8(b, 0)) != DMSC_E_OK) ||
	    (r = dmsc_buf_put(b, v)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_pk_sig_der(enum dmsc_pk_type type, struct dmsc_rd raw,
    struct dmsc_buf *out)
{
	size_t n = types[type].number, at;
	int r;

	if (raw.left == 0 || raw.left != dmsc_pk_signature_len(type))
		return DMSC_E_FORMAT;
	if (types[type].group == NULL)
		return dmsc_buf_put(out, raw);
	if ((r = dmsc_tlv_begin(out, SEQUENCE, &at)) != DMSC_E_OK ||
	    (r = put_integer(out, dmsc_rd_slice(raw, 0, n))) != DMSC_E_OK ||
	    (r = put_integer(out, dmsc_rd_slice(raw, n, n))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, at);
}

static int
put_padded(struct dmsc_buf *out, struct dmsc_rd v, size_t n)
{
	int r;

	while (v.left > 0 && v.p[0] == 0)
		v = dmsc_rd_slice(v, 1, v.left);
	if (v.left > n)
		return DMSC_E_FORMAT;
	r = dmsc_buf_fill(out, 0, n - v.left);
	return r == DMSC_E_OK ? dmsc_buf_put(out, v) : r;
}

int
dmsc_pk_sig_raw(enum dmsc_pk_type type, struct dmsc_rd der,
    struct dmsc_buf *out)
{
	struct dmsc_rd seq, number[2];
	uint32_t tag, inner[2];
	size_t i, n = types[type].number, was = out->len;
	int r = DMSC_E_OK;

	if (types[type].group == NULL)
		return der.left != n || n == 0 ? DMSC_E_FORMAT :
		    dmsc_buf_put(out, der);
	if (dmsc_tlv_next(&der, &tag, &seq) != DMSC_E_OK || der.left != 0 ||
	    tag != SEQUENCE ||
	    dmsc_tlv_next(&seq, &inner[0], &number[0]) != DMSC_E_OK ||
	    dmsc_tlv_next(&seq, &inner[1], &number[1]) != DMSC_E_OK ||
	    seq.left != 0 || inner[0] != INTEGER || inner[1] != INTEGER)
		return DMSC_E_FORMAT;
	for (i = 0; r == DMSC_E_OK && i < 2; i++)
		r = put_padded(out, number[i], n);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, was);
	return r;
}
