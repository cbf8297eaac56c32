/* Signers, their algorithms and what is asked of their certificates. */
#include "crypto/signer.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <dmsc/view.h>

#include "base/base.h"
#include "crypto/cert.h"
#include "crypto/facts.h"
#include "crypto/start.h"

enum { GROUP_MAX = 32, CERT_MAX = 1 << 16, OTHERS_MAX = 1 << 18 };

#define SHA256_ALG "300B0609608648016503040201"
#define SHA384_ALG "300B0609608648016503040202"
#define SHA512_ALG "300B0609608648016503040203"
#define SHA256_NULL "300D06096086480165030402010500"

static const struct dmsc_sig_facts facts[DMSC_SIG_ALGS] = {
	[DMSC_SIG_RSA] = { "SHA256", DMSC_PK_NONE, SHA256_ALG,
	    "300D06092A864886F70D0101010500" },
	[DMSC_SIG_PSS] = { "SHA256", DMSC_PK_NONE, SHA256_ALG,
	    "304106092A864886F70D01010A3034A00F" SHA256_NULL
	    "A11C301A06092A864886F70D010108" SHA256_NULL "A203020120" },
	[DMSC_SIG_P256] = { "SHA256", DMSC_PK_P256, SHA256_ALG,
	    "300A06082A8648CE3D040302" },
	[DMSC_SIG_P384] = { "SHA384", DMSC_PK_P384, SHA384_ALG,
	    "300A06082A8648CE3D040303" },
	[DMSC_SIG_ED25519] = { "SHA512", DMSC_PK_NONE, SHA512_ALG,
	    "300506032B6570" },
};

const struct dmsc_sig_facts *
dmsc_sig_facts(enum dmsc_sig_alg alg)
{
	return &facts[alg];
}

const char *
dmsc_sig_digest_name(enum dmsc_sig_alg alg)
{
	return facts[alg].digest;
}

int
dmsc_sig_digest(enum dmsc_sig_alg alg, struct dmsc_rd message,
    uint8_t out[DMSC_DIGEST_MAX], size_t *n)
{
	unsigned len = 0;
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK)
		return r;
	if (EVP_Digest(message.p, message.left, out, &len,
	    EVP_get_digestbyname(facts[alg].digest), NULL) != 1)
		return DMSC_E_NOMEM;
	*n = len;
	return DMSC_E_OK;
}

/* The algorithm of a certificate's key; UNSUPPORTED: none of ours. */
static int
alg_of(EVP_PKEY *key, bool pss, enum dmsc_sig_alg *out)
{
	char group[GROUP_MAX];

	if (key == NULL)
		return DMSC_E_UNSUPPORTED;
	if (EVP_PKEY_is_a(key, "RSA"))
		*out = pss ? DMSC_SIG_PSS : DMSC_SIG_RSA;
	else if (EVP_PKEY_is_a(key, "RSA-PSS"))
		*out = DMSC_SIG_PSS;
	else if (EVP_PKEY_is_a(key, "ED25519"))
		*out = DMSC_SIG_ED25519;
	else if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key,
	    group, sizeof group, NULL) != 1)
		return DMSC_E_UNSUPPORTED;
	else if (strcmp(group, "prime256v1") == 0)
		*out = DMSC_SIG_P256;
	else if (strcmp(group, "secp384r1") == 0)
		*out = DMSC_SIG_P384;
	else
		return DMSC_E_UNSUPPORTED;
	return DMSC_E_OK;
}

static int
put_cert(X509 *x, struct dmsc_buf *out)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	return dmsc_der_put(out, der, n);
}

static int
fill(struct dmsc_signer *k, STACK_OF(X509) *certs, bool pss,
    struct dmsc_err *e)
{
	EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(certs, 0));
	char *kind = NULL;
	int i, r;

	if ((r = alg_of(key, pss, &k->alg)) != DMSC_E_OK) {
		dmsc_fail(e, r, "no signatures are made with such a key");
		if (dmsc_cert_key(key, &kind) == DMSC_E_OK)
			dmsc_err_why(e, "the certificate's key is %s", kind);
		free(kind);
		return r;
	}
	if ((k->cert = dmsc_buf_new(CERT_MAX)) == NULL ||
	    (k->others = dmsc_buf_new(OTHERS_MAX)) == NULL)
		r = DMSC_E_NOMEM;
	for (i = 0; r == DMSC_E_OK && i < sk_X509_num(certs); i++)
		r = put_cert(sk_X509_value(certs, i), i == 0 ? k->cert :
		    k->others);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "cannot sign");
}

int
dmsc_signer_new(const struct dmsc_signer_ops *ops, void *h,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out,
    struct dmsc_err *e)
{
	struct dmsc_signer *k = calloc(1, sizeof *k);
	STACK_OF(X509) *list = NULL;
	int r;

	*out = NULL;
	if (k == NULL) {
		ops->close(&h);
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot sign");
	}
	k->ops = ops;
	k->h = h;
	if ((r = dmsc_crypto_start()) == DMSC_E_OK)
		r = dmsc_certs_any(certs, &list);
	if (r != DMSC_E_OK)
		dmsc_fail(e, r, "the signer's certificate cannot be read");
	else
		r = fill(k, list, pss, e);
	sk_X509_pop_free(list, X509_free);
	ERR_clear_error();
	if (r != DMSC_E_OK)
		dmsc_signer_free(&k);
	*out = k;
	return r;
}

void
dmsc_signer_free(struct dmsc_signer **k)
{
	if (*k == NULL)
		return;
	if ((*k)->h != NULL)
		(*k)->ops->close(&(*k)->h);
	dmsc_buf_free(&(*k)->cert);
	dmsc_buf_free(&(*k)->others);
	free(*k);
	*k = NULL;
}

int
dmsc_signer_tell(const struct dmsc_signer *k, char **name, char **key)
{
	const unsigned char *p = k->cert->p;
	X509 *x = d2i_X509(NULL, &p, (long)k->cert->len);
	EVP_PKEY *pub;
	int r;

	if (x == NULL)
		return DMSC_E_NOMEM;
	pub = X509_get0_pubkey(x);
	r = dmsc_cert_name(X509_get_subject_name(x), name);
	if (r == DMSC_E_OK)
		r = k->alg == DMSC_SIG_PSS ? dmsc_str_set(key,
		    "RSA-PSS %d", EVP_PKEY_get_bits(pub)) :
		    dmsc_cert_key(pub, key);
	X509_free(x);
	return r;
}

static int
refuse(struct dmsc_err *e, int code, const char *why)
{
	dmsc_fail(e, code, "the signer's certificate does not do");
	dmsc_err_why(e, "%s", why);
	return code;
}

static int
check(X509 *x, int64_t now, struct dmsc_err *e)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char *why = NULL;
	int r;

	if (key != NULL && strncmp(EVP_PKEY_get0_type_name(key), "RSA", 3) ==
	    0 && EVP_PKEY_get_bits(key) < DMSC_RSA_MIN_BITS)
		return refuse(e, DMSC_E_DATA,
		    "its RSA key has fewer than 2048 bits");
	if (!dmsc_cert_may_sign(x))
		return refuse(e, DMSC_E_DATA, "its key usage is not "
		    "signatures (digitalSignature)");
	r = dmsc_cert_time_fits(x, now, &why);
	if (r == DMSC_E_SIGNER)
		refuse(e, r, why);
	else if (r != DMSC_E_OK)
		dmsc_fail(e, r, "cannot sign");
	free(why);
	return r;
}

int
dmsc_signer_check(const struct dmsc_signer *k, int64_t now,
    struct dmsc_err *e)
{
	const unsigned char *p = k->cert->p;
	X509 *x = d2i_X509(NULL, &p, (long)k->cert->len);
	int r;

	if (x == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot sign");
	r = check(x, now, e);
	X509_free(x);
	ERR_clear_error();
	return r;
}
