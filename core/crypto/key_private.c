/* Private keys for signing, out of a source: PEM or DER (RFC 5958, 7468),
 * encrypted ones with a passphrase from another source. */
#include <limits.h>
#include <string.h>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/key_inner.h"
#include "crypto/start.h"

/* The passphrase, and whether it was asked for. */
struct pass {
	const struct dmsc_secret *value;
	bool asked;
};

static int
give_pass(char *out, size_t size, size_t *len, const OSSL_PARAM params[],
    void *arg)
{
	struct pass *p = arg;

	(void)params;
	p->asked = true;
	if (p->value == NULL || p->value->len > size)
		return 0;
	memcpy(out, p->value->p, p->value->len);
	*len = p->value->len;
	return 1;
}

static EVP_PKEY *
decode(struct dmsc_rd in, struct pass *p)
{
	EVP_PKEY *key = NULL;
	const unsigned char *at = in.p;
	size_t left = in.left;
	OSSL_DECODER_CTX *c = OSSL_DECODER_CTX_new_for_pkey(&key, NULL, NULL,
	    NULL, EVP_PKEY_KEYPAIR, NULL, NULL);

	if (c == NULL)
		return NULL;
	if (OSSL_DECODER_CTX_set_passphrase_cb(c, give_pass, p) != 1 ||
	    OSSL_DECODER_from_data(c, &at, &left) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_DECODER_CTX_free(c);
	ERR_clear_error();
	return key;
}

static int
refuse(const struct key_uri *u, const struct pass *p, struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_DATA, p->asked && p->value == NULL ?
	    "the private key is encrypted" :
	    p->asked ? "the private key does not open" :
	    "that is no private key");
	(void)dmsc_err_where(e, "%s", u->body);
	(void)dmsc_err_why(e, "%s", p->asked && p->value == NULL ?
	    "its passphrase comes from another source: file:KEY?pass=SOURCE"
	    : p->asked ? "the passphrase is another one" :
	    "PEM or DER of PKCS #8, or of the kind of key, is wanted");
	return DMSC_E_DATA;
}

static int
read_key(const struct key_uri *u, const struct key_reading *rd,
    EVP_PKEY **out)
{
	struct dmsc_secret *bytes = NULL, *phrase = NULL;
	const char *pass = key_uri_get(u, "pass");
	struct pass p = { NULL, false };
	int r = key_content(u, DMSC_KEY_RAW, rd, &bytes);

	if (r == DMSC_E_OK && pass != NULL)
		r = key_nested(pass, DMSC_KEY_PIN, rd, &phrase);
	p.value = phrase;
	if (r == DMSC_E_OK && dmsc_crypto_start() != DMSC_E_OK)
		r = dmsc_fail(rd->e, DMSC_E_NOMEM, "out of memory");
	if (r == DMSC_E_OK && (*out = decode(dmsc_secret_rd(bytes), &p)) ==
	    NULL)
		r = refuse(u, &p, rd->e);
	dmsc_secret_free(&phrase);
	dmsc_secret_free(&bytes);
	return r;
}

int
dmsc_key_private(const char *source, const struct dmsc_key_with *with,
    EVP_PKEY **out, struct dmsc_err *e)
{
	const struct key_reading rd = { with, 0, e };
	struct key_uri *u;
	int r;

	*out = NULL;
	if ((r = key_uri_parse(source, &u, e)) != DMSC_E_OK)
		return r;
	if (u->kdf != KDF_NONE)
		r = dmsc_fail(e, DMSC_E_USAGE, "kdf= makes AES keys, not "
		    "private ones");
	else
		r = u->kind == KEY_PKCS11 ?
		    key_engine_private(u, &rd, out) : read_key(u, &rd, out);
	key_uri_free(&u);
	return r;
}
