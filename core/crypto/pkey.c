/* Raw signatures of a private key in OpenSSL's hands. */
#include "crypto/pkey.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/facts.h"
#include "crypto/key.h"
#include "crypto/start.h"

enum { SIGNATURE_MAX = 2048 };

struct pkey {
	EVP_PKEY *key;
	enum dmsc_sig_alg alg;
};

static int
no_memory(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOMEM, "cannot sign");
}

static bool
prepare(EVP_MD_CTX *ctx, const struct pkey *k, const struct dmsc_sig_facts *f)
{
	const EVP_MD *md = k->alg == DMSC_SIG_ED25519 ? NULL :
	    EVP_get_digestbyname(f->digest);
	EVP_PKEY_CTX *p = NULL;

	if (EVP_DigestSignInit(ctx, &p, md, NULL, k->key) != 1)
		return false;
	return k->alg != DMSC_SIG_PSS ||
	    (EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static int
pkey_sign(void *h, struct dmsc_rd message, struct dmsc_rd digest,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	const struct pkey *k = h;
	const struct dmsc_sig_facts *f = dmsc_sig_facts(k->alg);
	uint8_t sig[SIGNATURE_MAX];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = sizeof sig;
	const char *why;
	bool good;

	(void)digest;
	if (ctx == NULL)
		return no_memory(e);
	ERR_clear_error();
	good = prepare(ctx, k, f) &&
	    EVP_DigestSign(ctx, sig, &n, message.p, message.left) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good) {
		why = ERR_reason_error_string(ERR_peek_error());
		dmsc_fail(e, DMSC_E_UNSUPPORTED, "the key does not sign");
		dmsc_err_why(e, "%s", why != NULL ? why : "no reason given");
		ERR_clear_error();
		return DMSC_E_UNSUPPORTED;
	}
	if ((f->ec != DMSC_PK_NONE ?
	    dmsc_pk_sig_raw(f->ec, dmsc_rd_of(sig, n), out) :
	    dmsc_buf_put(out, dmsc_rd_of(sig, n))) != DMSC_E_OK)
		return no_memory(e);
	return DMSC_E_OK;
}

static void
pkey_close(void **h)
{
	struct pkey *k = *h;

	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	free(k);
	*h = NULL;
}

static const struct dmsc_signer_ops pkey_ops = {
	"key", pkey_sign, pkey_close
};

/* Does the signer's certificate have the key? */
static int
same_key(const struct dmsc_signer *s, EVP_PKEY *key, struct dmsc_err *e)
{
	const unsigned char *p = s->cert->p;
	X509 *x = d2i_X509(NULL, &p, (long)s->cert->len);
	int r = x == NULL ? no_memory(e) : DMSC_E_OK;

	if (x != NULL && X509_check_private_key(x, key) != 1) {
		dmsc_fail(e, DMSC_E_DATA, "the key does not belong to the "
		    "certificate");
		dmsc_err_why(e, "its public half is another one");
		r = DMSC_E_DATA;
	}
	X509_free(x);
	ERR_clear_error();
	return r;
}

int
dmsc_signer_pkey(EVP_PKEY *key, struct dmsc_rd certs, bool pss,
    struct dmsc_signer **out, struct dmsc_err *e)
{
	struct pkey *k = calloc(1, sizeof *k);
	int r;

	*out = NULL;
	if (k == NULL) {
		EVP_PKEY_free(key);
		return no_memory(e);
	}
	k->key = key;
	if ((r = dmsc_signer_new(&pkey_ops, k, certs, pss, out, e)) !=
	    DMSC_E_OK)
		return r;
	k->alg = (*out)->alg;
	if ((r = same_key(*out, key, e)) != DMSC_E_OK)
		dmsc_signer_free(out);
	return r;
}

int
dmsc_signer_read(const char *source, const struct dmsc_key_with *with,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out,
    struct dmsc_err *e)
{
	EVP_PKEY *key;
	int r;

	*out = NULL;
	r = dmsc_key_private(source, with, &key, e);
	return r != DMSC_E_OK ? r :
	    dmsc_signer_pkey(key, certs, pss, out, e);
}
