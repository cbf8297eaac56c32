/* What a card needs of a CMS SignedData to check its signature. */
#include <string.h>

#include <openssl/err.h>

#include "base/base.h"
#include "crypto/cms_inner.h"
#include "crypto/cms_parts.h"
#include "crypto/pk.h"
#include "crypto/start.h"
#include "tlv/ber.h"

enum { SEQ = 0x30, SET = 0x31, OCTETS = 0x04, INTEGER = 0x02, OID = 0x06,
	EXPLICIT = 0xA0, CRLS = 0xA1, SPKI_MAX = 4096 };

/* The next object of r, which must have that tag. */
static bool
take(struct dmsc_rd *r, uint32_t want, struct dmsc_rd *out)
{
	uint32_t tag;

	return r->left > 0 && dmsc_tlv_next(r, &tag, out) == DMSC_E_OK &&
	    tag == want;
}

static void
skip(struct dmsc_rd *r, uint32_t tag)
{
	struct dmsc_rd kept = *r, v;

	if (!take(r, tag, &v))
		*r = kept;
}

/* The one SignerInfo (RFC 5652, 5.3) inside a SignedData. */
static int
find_signer(struct dmsc_rd der, struct dmsc_rd *out)
{
	struct dmsc_rd r, v, all;

	if (!take(&der, SEQ, &r) || !take(&r, OID, &v) ||
	    !take(&r, EXPLICIT, &v) || !take(&v, SEQ, &r) ||
	    !take(&r, INTEGER, &v) || !take(&r, SET, &v) ||
	    !take(&r, SEQ, &v))
		return DMSC_E_FORMAT;
	skip(&r, EXPLICIT);
	skip(&r, CRLS);
	if (!take(&r, SET, &all) || !take(&all, SEQ, out))
		return DMSC_E_FORMAT;
	return all.left == 0 ? DMSC_E_OK : DMSC_E_UNSUPPORTED;
}

/* RSA PKCS #1 v1.5, or ECDSA with the hash that goes with the curve. */
static bool
usual(enum dmsc_pk_type type, struct dmsc_rd algorithm)
{
	static const char *const oids[] = {
		"2A864886F70D010101", "2A864886F70D01010B",
		"2A8648CE3D040302", "2A8648CE3D040303"
	};
	struct dmsc_rd v;
	char hex[32];

	if (!take(&algorithm, OID, &v) || v.left > 15)
		return false;
	dmsc_hex(v, hex, sizeof hex);
	if (type == DMSC_PK_RSA2048)
		return strcmp(hex, oids[0]) == 0 || strcmp(hex, oids[1]) == 0;
	return strcmp(hex, oids[type == DMSC_PK_P256 ? 2 : 3]) == 0;
}

/* Its attributes (as they are signed, tag 31) and its signature. */
static int
read_signer(struct dmsc_rd r, struct dmsc_card_parts *p)
{
	struct dmsc_rd v, algorithm, digest;
	uint32_t tag;
	int code;

	if (!take(&r, INTEGER, &v) ||
	    dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK ||
	    !take(&r, SEQ, &digest))
		return DMSC_E_FORMAT;
	if (!take(&r, EXPLICIT, &v) || !take(&r, SEQ, &algorithm))
		return DMSC_E_UNSUPPORTED;	/* without attributes */
	if ((code = dmsc_tlv_put(p->attrs, SET, v)) != DMSC_E_OK)
		return code;
	if (!take(&r, OCTETS, &v))
		return DMSC_E_FORMAT;
	if (!usual(p->type, algorithm))
		return DMSC_E_UNSUPPORTED;
	return dmsc_pk_sig_raw(p->type, v, p->signature);
}

/* The certificate of the signer, which must be inside. */
static int
read_cert(struct dmsc_rd der, struct dmsc_card_parts *p)
{
	unsigned char *cert = NULL, *key = NULL;
	CMS_ContentInfo *cms = NULL;
	struct dmsc_buf *pub = NULL;
	CMS_SignerInfo *si;
	X509 *x = NULL;
	int n, m, r;

	if ((r = dmsc_cms_read(der, &cms)) != DMSC_E_OK)
		goto done;
	r = DMSC_E_NOTFOUND;
	(void)CMS_set1_signers_certs(cms, NULL, 0);
	si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	if (si != NULL)
		CMS_SignerInfo_get0_algs(si, NULL, &x, NULL, NULL);
	if (x == NULL)
		goto done;
	r = DMSC_E_NOMEM;
	n = i2d_X509(x, &cert);
	m = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &key);
	if (n <= 0 || m <= 0 || (pub = dmsc_buf_new(SPKI_MAX)) == NULL)
		goto done;
	if ((r = dmsc_buf_put(p->cert, dmsc_rd_of(cert, (size_t)n))) ==
	    DMSC_E_OK && (r = dmsc_buf_put(p->spki, dmsc_rd_of(key,
	    (size_t)m))) == DMSC_E_OK)
		r = dmsc_pk_of_spki(dmsc_buf_rd(p->spki), &p->type, pub);
done:
	dmsc_buf_free(&pub);
	OPENSSL_free(cert);
	OPENSSL_free(key);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}

int
dmsc_card_parts(struct dmsc_rd signature, struct dmsc_card_parts *p)
{
	struct dmsc_buf *der = NULL;
	struct dmsc_rd signer;
	int r;

	memset(p, 0, sizeof *p);
	if ((r = dmsc_crypto_start()) != DMSC_E_OK)
		return r;
	p->cert = dmsc_buf_new(UINT16_MAX);
	p->spki = dmsc_buf_new(SPKI_MAX);
	p->attrs = dmsc_buf_new(UINT16_MAX);
	p->signature = dmsc_buf_new(DMSC_PK_SIGNATURE_MAX);
	r = DMSC_E_NOMEM;
	if (p->cert != NULL && p->spki != NULL && p->attrs != NULL &&
	    p->signature != NULL &&
	    (r = dmsc_cms_der(signature, &der)) == DMSC_E_OK &&
	    (r = read_cert(dmsc_buf_rd(der), p)) == DMSC_E_OK &&
	    (r = find_signer(dmsc_buf_rd(der), &signer)) == DMSC_E_OK)
		r = read_signer(signer, p);
	dmsc_buf_free(&der);
	if (r != DMSC_E_OK)
		dmsc_card_parts_free(p);
	return r;
}

void
dmsc_card_parts_free(struct dmsc_card_parts *p)
{
	dmsc_buf_free(&p->cert);
	dmsc_buf_free(&p->spki);
	dmsc_buf_free(&p->attrs);
	dmsc_buf_free(&p->signature);
}
