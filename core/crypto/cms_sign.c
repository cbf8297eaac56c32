/* Signing: attributes, the signer's raw signature, and a look at the whole. */
#include <openssl/err.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/cms_inner.h"
#include "crypto/start.h"

enum { ATTRS_MAX = 1 << 16, RAW_MAX = 2048, INSIDE_MAX = 64 << 20 };

static struct dmsc_rd
view(const struct dmsc_buf *b)
{
	return b != NULL ? dmsc_buf_rd(b) : dmsc_rd_of(NULL, 0);
}

static int
refuse(struct dmsc_err *e, const struct dmsc_signer *k)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	if (k->alg == DMSC_SIG_ED25519) {
		dmsc_fail(e, DMSC_E_UNSUPPORTED, "this OpenSSL's CMS has no "
		    "Ed25519");
		dmsc_err_why(e, "what it cannot verify is not signed");
		dmsc_err_next(e, "sign with an RSA, P-256 or P-384 key");
		return DMSC_E_UNSUPPORTED;
	}
	dmsc_fail(e, DMSC_E_DATA, "what was signed does not hold: the key "
	    "does not belong to the certificate");
	if (why != NULL)
		dmsc_err_why(e, "%s", why);
	return DMSC_E_DATA;
}

/* What comes out must hold: the key may be another one, or faulty. */
static int
look(struct dmsc_rd data, struct dmsc_rd der, const struct dmsc_signer *k,
    struct dmsc_err *e)
{
	BIO *b = BIO_new_mem_buf(data.left > 0 ? (const void *)data.p : "",
	    (int)data.left);
	CMS_ContentInfo *cms = NULL;
	int r;

	if (b == NULL)
		return DMSC_E_NOMEM;
	ERR_clear_error();
	if ((r = dmsc_cms_read(der, &cms)) == DMSC_E_OK && CMS_verify(cms,
	    NULL, NULL, b, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) !=
	    1)
		r = refuse(e, k);
	CMS_ContentInfo_free(cms);
	BIO_free(b);
	ERR_clear_error();
	return r;
}

/* Asks the signer; NOMEM and the like are said by the caller. */
static int
raw(const struct dmsc_signer *k, struct dmsc_rd message,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	uint8_t digest[DMSC_DIGEST_MAX];
	size_t n;
	int r = dmsc_sig_digest(k->alg, message, digest, &n);

	if (r != DMSC_E_OK)
		return r;
	return k->ops->sign(k->h, message, dmsc_rd_of(digest, n), out, e);
}

static int
make(struct dmsc_rd data, const struct dmsc_cms_opts *o,
    const struct dmsc_signer *k, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_buf *attrs = dmsc_buf_new(ATTRS_MAX);
	struct dmsc_buf *sig = dmsc_buf_new(RAW_MAX);
	struct dmsc_cms_parts p = { .alg = k->alg, .cert = view(k->cert),
		.others = view(k->others) };
	int r = attrs == NULL || sig == NULL ? DMSC_E_NOMEM :
	    dmsc_cms_attrs(data, k->alg, o, attrs);

	if (r == DMSC_E_OK)
		r = raw(k, dmsc_buf_rd(attrs), sig, e);
	if (r == DMSC_E_OK) {
		p.attrs = dmsc_buf_rd(attrs);
		p.signature = dmsc_buf_rd(sig);
		if (o->attached)
			p.content = data.p != NULL ? data :
			    dmsc_rd_str("");
		r = dmsc_cms_join(&p, out);
	}
	dmsc_buf_free(&attrs);
	dmsc_buf_free(&sig);
	return r;
}

int
dmsc_cms_sign(struct dmsc_rd data, const struct dmsc_cms_opts *o,
    const struct dmsc_signer *k, struct dmsc_buf *out, struct dmsc_err *e)
{
	size_t was = out->len;
	int r;

	dmsc_err_clear(e);
	if (data.left > INSIDE_MAX)
		return dmsc_fail(e, DMSC_E_LIMIT,
		    "the document is too large to be signed");
	if ((r = dmsc_crypto_start()) == DMSC_E_OK &&
	    (r = make(data, o, k, out, e)) == DMSC_E_OK)
		r = look(data, dmsc_rd_slice(dmsc_buf_rd(out), was,
		    out->len), k, e);
	if (r != DMSC_E_OK) {
		dmsc_buf_truncate(out, was);
		if (e == NULL || e->code == DMSC_E_OK)
			dmsc_fail(e, r, "cannot sign");
	}
	return r;
}
