/* Detached CMS signatures (RFC 5652, section 5) and their verdict. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/cms.h"
#include "crypto/cms_inner.h"
#include "crypto/crypto.h"
#include "crypto/start.h"

static const struct dmsc_field verdict_fields[] = {
	DMSC_F(dmsc_verdict, outcome, DMSC_K_STR),
	DMSC_F(dmsc_verdict, why, DMSC_K_STR),
	DMSC_F(dmsc_verdict, signer, DMSC_K_STR),
	DMSC_F(dmsc_verdict, issuer, DMSC_K_STR),
	DMSC_F(dmsc_verdict, not_after, DMSC_K_STR),
	DMSC_F(dmsc_verdict, digest, DMSC_K_STR),
	DMSC_F(dmsc_verdict, algorithm, DMSC_K_STR),
	DMSC_F(dmsc_verdict, label, DMSC_K_STR),
	DMSC_F(dmsc_verdict, version, DMSC_K_STR),
	DMSC_F(dmsc_verdict, signed_at, DMSC_K_STR),
	DMSC_F(dmsc_verdict, trust, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_verdict_view = { "verdict",
	sizeof(struct dmsc_verdict), verdict_fields };

/* What one verification works on. */
struct job {
	const struct dmsc_cms_ask *ask;
	struct dmsc_buf *der;
	CMS_ContentInfo *cms;
	STACK_OF(X509) *file, *card;	/* trusted */
	STACK_OF(X509) *carried;	/* by the signature */
	struct dmsc_verdict *v;
	struct dmsc_err *e;
};

/* Writes the verdict and the record, and returns code, or NOMEM. */
static int
judge(struct job *j, int code, const char *outcome, const char *why)
{
	int r;

	if ((r = dmsc_str_set(&j->v->outcome, "%s", outcome)) != DMSC_E_OK)
		return r;
	if (why != NULL && why != j->v->why &&
	    (r = dmsc_str_set(&j->v->why, "%s", why)) != DMSC_E_OK)
		return r;
	if (code == DMSC_E_OK)
		return code;
	dmsc_fail(j->e, code, "the signature does not hold: %s", outcome);
	if (why != NULL)
		dmsc_err_why(j->e, "%s", why);
	return code;
}

/* Who signed, and how. */
static int
describe(struct job *j, CMS_SignerInfo *si, X509 *cert)
{
	struct dmsc_verdict *v = j->v;
	X509_NAME *issuer = NULL;
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid;
	int r;

	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	if ((r = dmsc_str_set(&v->digest, "%s",
	    OBJ_nid2sn(OBJ_obj2nid(oid)))) != DMSC_E_OK)
		return r;
	if (cert == NULL) {
		(void)CMS_SignerInfo_get0_signer_id(si, NULL, &issuer, NULL);
		return issuer == NULL ? DMSC_E_OK :
		    dmsc_cert_name(issuer, &v->issuer);
	}
	if ((r = dmsc_cert_name(X509_get_subject_name(cert), &v->signer)) !=
	    DMSC_E_OK ||
	    (r = dmsc_cert_name(X509_get_issuer_name(cert), &v->issuer)) !=
	    DMSC_E_OK ||
	    (r = dmsc_cert_time(X509_get0_notAfter(cert), &v->not_after)) !=
	    DMSC_E_OK)
		return r;
	return dmsc_cert_key(X509_get0_pubkey(cert), &v->algorithm);
}

/* OpenSSL takes a digest that it does not know for the one at hand, and
 * collisions are made for the old ones: only these are believed. */
static bool
strong_digest(CMS_SignerInfo *si)
{
	static const int strong[] = { NID_sha224, NID_sha256, NID_sha384,
		NID_sha512, NID_sha512_256, NID_sha3_224, NID_sha3_256,
		NID_sha3_384, NID_sha3_512 };
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid;
	size_t i;

	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	for (i = 0; i < DMSC_COUNT(strong); i++)
		if (OBJ_obj2nid(oid) == strong[i])
			return true;
	return false;
}

/* Signed attributes must name the type of the content (RFC 5652, 11.1). */
static bool
type_fits(CMS_ContentInfo *cms, CMS_SignerInfo *si)
{
	ASN1_OBJECT *type;

	if (CMS_signed_get_attr_count(si) <= 0)
		return true;
	type = CMS_signed_get0_data_by_OBJ(si,
	    OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
	return type != NULL && OBJ_cmp(type, CMS_get0_eContentType(cms)) == 0;
}

/* What OpenSSL's queue of errors says of a signature that failed. */
static int
judge_failure(struct job *j)
{
	unsigned long first = ERR_peek_error(), code;
	bool bytes = false, key = false;
	const char *why;

	while ((code = ERR_get_error()) != 0) {
		if (ERR_GET_LIB(code) != ERR_LIB_CMS)
			continue;
		if (ERR_GET_REASON(code) == CMS_R_CONTENT_VERIFY_ERROR)
			bytes = true;
		else if (ERR_GET_REASON(code) == CMS_R_VERIFICATION_FAILURE)
			key = true;
	}
	if (bytes)
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "these are not the bytes that were signed");
	if (key)
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "the signature does not fit the signer's key");
	why = ERR_reason_error_string(first);
	if (ERR_GET_LIB(first) != ERR_LIB_PROV &&
	    ERR_GET_LIB(first) != ERR_LIB_EVP)
		return judge(j, DMSC_E_MISMATCH, "bad",
		    why != NULL ? why : "the signature is broken");
	dmsc_fail(j->e, DMSC_E_UNSUPPORTED,
	    "this OpenSSL cannot check the signature's algorithm");
	dmsc_err_why(j->e, "%s", why != NULL ? why : "it is not known");
	return DMSC_E_UNSUPPORTED;
}

/* What lies inside, if anything does, is what is looked at. */
static bool
same_inside(struct job *j, struct dmsc_rd data)
{
	ASN1_OCTET_STRING **in = CMS_get0_content(j->cms);

	return in == NULL || *in == NULL || dmsc_rd_eq(data, dmsc_rd_of(
	    ASN1_STRING_get0_data(*in), (size_t)ASN1_STRING_length(*in)));
}

/* The signatures alone: every signer's, over data. */
static int
check_bytes(struct job *j, struct dmsc_rd data)
{
	unsigned flags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
	BIO *b;
	int good;

	if (data.left > INT_MAX)
		return dmsc_fail(j->e, DMSC_E_LIMIT,
		    "the document is too large to verify");
	if (!same_inside(j, data))
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "these are not the bytes that were signed");
	if ((b = BIO_new_mem_buf(data.left > 0 ? (const void *)data.p : "",
	    (int)data.left)) == NULL)
		return DMSC_E_NOMEM;
	ERR_clear_error();
	good = CMS_verify(j->cms, NULL, NULL, b, NULL, flags);
	BIO_free(b);
	return good == 1 ? DMSC_E_OK : judge_failure(j);
}

/* Its signer known and trusted by these, at this time? */
static int
check_trust(struct job *j, X509 *cert, STACK_OF(X509) *cas)
{
	enum dmsc_trust trust;
	int r;

	r = dmsc_cert_judge(cert, cas, j->carried, j->ask->now, &trust,
	    &j->v->why);
	if (r != DMSC_E_OK)
		return r;
	if (trust == DMSC_TRUSTED)
		return DMSC_E_OK;
	return judge(j, DMSC_E_SIGNER, trust == DMSC_EXPIRED ? "expired" :
	    "unknown signer", j->v->why);
}

static int
check_signer(struct job *j, X509 *cert)
{
	int r = DMSC_E_OK;

	if (j->ask->by_card && sk_X509_num(j->card) <= 0)
		return judge(j, DMSC_E_SIGNER, "unknown signer",
		    "the card has no trusted certificates");
	if (j->ask->by_file)
		r = check_trust(j, cert, j->file);
	if (r == DMSC_E_OK && j->ask->by_card)
		r = check_trust(j, cert, j->card);
	return r;
}

/* A signer's certificate, once they are set; NULL: not found. */
static X509 *
signer_cert(CMS_SignerInfo *si)
{
	X509 *cert = NULL;

	CMS_SignerInfo_get0_algs(si, NULL, &cert, NULL, NULL);
	return cert;
}

/* What can be said before any signature is checked. */
static int
check_form(struct job *j, CMS_SignerInfo *si, X509 *cert)
{
	int r = describe(j, si, cert);
	bool odd;

	if (r != DMSC_E_OK)
		return r;
	if (cert == NULL)
		return judge(j, DMSC_E_SIGNER, "unknown signer",
		    "its certificate is not in the signature");
	if (X509_get0_pubkey(cert) == NULL)
		return judge(j, DMSC_E_SIGNER, "unknown signer",
		    "its certificate has no key that is understood");
	if (!strong_digest(si))
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "its digest is not one to be believed");
	if (!type_fits(j->cms, si))
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "its attributes are of another type of content");
	if ((r = dmsc_cms_odd_name(si, cert, &odd)) != DMSC_E_OK)
		return r;
	return odd ? judge(j, DMSC_E_MISMATCH, "bad",
	    "it does not name the signer as the certificate does") :
	    DMSC_E_OK;
}

static int
bad(struct job *j, const char *fmt, const char *a, const char *b)
{
	char why[DMSC_ERR_TEXT];

	(void)snprintf(why, sizeof why, fmt, a, b);
	return judge(j, DMSC_E_MISMATCH, "bad", why);
}

/* Is it a signature of this document, and of all of it? */
static int
check_doc(struct job *j, uint64_t length)
{
	const struct dmsc_cms_ask *a = j->ask;
	const char *label = j->v->label, *version = j->v->version;

	if (!a->of_doc)
		return DMSC_E_OK;
	if (label != NULL && a->label != NULL &&
	    strcmp(label, a->label) != 0)
		return bad(j, "it is a signature of '%.99s', not of '%.99s'",
		    label, a->label);
	if (version != NULL && a->version != NULL &&
	    strcmp(version, a->version) != 0)
		return bad(j, "it is of version %.99s, the document says "
		    "%.99s", version, a->version);
	if (length != 0 && length != a->length)
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "document and companion are parted elsewhere");
	return DMSC_E_OK;
}

/* The signed attributes; the verdict tells them. */
static int
check_attrs(struct job *j, CMS_SignerInfo *si)
{
	struct dmsc_verdict *v = j->v;
	uint64_t length = 0;
	int r;

	if ((r = dmsc_cms_text(si, DMSC_CMS_LABEL, &v->label)) ==
	    DMSC_E_OK &&
	    (r = dmsc_cms_text(si, DMSC_CMS_VERSION, &v->version)) ==
	    DMSC_E_OK &&
	    (r = dmsc_cms_number(si, DMSC_CMS_LENGTH, &length)) == DMSC_E_OK)
		r = dmsc_cms_time(si, &v->signed_at);
	if (r == DMSC_E_FORMAT)
		return judge(j, DMSC_E_MISMATCH, "bad",
		    "its signed attributes are not in order");
	return r != DMSC_E_OK ? r : check_doc(j, length);
}

/* The signature may be without a Version: the document's bytes have one. */
static int
check_age(struct job *j)
{
	const struct dmsc_cms_ask *a = j->ask;
	char why[DMSC_ERR_TEXT];
	int r;

	if (j->v->version == NULL && a->of_doc && a->version != NULL &&
	    (r = dmsc_str_set(&j->v->version, "%s", a->version)) !=
	    DMSC_E_OK)
		return r;
	if (a->accepted == NULL || (j->v->version != NULL &&
	    dmsc_version_compare(j->v->version, a->accepted) >= 0))
		return DMSC_E_OK;
	(void)snprintf(why, sizeof why, "it is of %s%.99s; version %.99s "
	    "was accepted before", j->v->version != NULL ? "version " :
	    "no version", j->v->version != NULL ? j->v->version : "",
	    a->accepted);
	return judge(j, DMSC_E_MISMATCH, "older", why);
}

static int
check_one(struct job *j, CMS_SignerInfo *si)
{
	int r;

	if ((r = describe(j, si, signer_cert(si))) != DMSC_E_OK ||
	    (r = check_attrs(j, si)) != DMSC_E_OK ||
	    (r = check_signer(j, signer_cert(si))) != DMSC_E_OK)
		return r;
	return check_age(j);
}

static int
check_forms(struct job *j, STACK_OF(CMS_SignerInfo) *all)
{
	CMS_SignerInfo *si;
	const char *why;
	int r, i;

	(void)CMS_set1_signers_certs(j->cms, j->file, 0);
	(void)CMS_set1_signers_certs(j->cms, j->card, 0);
	for (i = 0; i < sk_CMS_SignerInfo_num(all); i++) {
		si = sk_CMS_SignerInfo_value(all, i);
		if ((r = check_form(j, si, signer_cert(si))) != DMSC_E_OK)
			return r;
	}
	ERR_clear_error();
	why = dmsc_cms_odd(dmsc_buf_rd(j->der));
	if (why != NULL && ERR_GET_REASON(ERR_peek_last_error()) ==
	    ERR_R_MALLOC_FAILURE)
		return DMSC_E_NOMEM;
	return why == NULL ? DMSC_E_OK :
	    judge(j, DMSC_E_MISMATCH, "bad", why);
}

/* Every signer must be good; the verdict names one that is not. */
static int
check_all(struct job *j)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(j->cms);
	int r, i;

	if (sk_CMS_SignerInfo_num(all) <= 0)
		return judge(j, DMSC_E_SIGNER, "unsigned",
		    "the CMS names no signer");
	if ((r = check_forms(j, all)) != DMSC_E_OK ||
	    (r = check_bytes(j, j->ask->data)) != DMSC_E_OK)
		return r;
	/* Backwards: a good verdict speaks of the first. */
	for (i = sk_CMS_SignerInfo_num(all) - 1; i >= 0; i--)
		if ((r = check_one(j, sk_CMS_SignerInfo_value(all, i))) !=
		    DMSC_E_OK)
			return r;
	return judge(j, DMSC_E_OK, "good", NULL);
}

/* The certificates that are trusted. */
static int
read_trusted(struct job *j)
{
	const struct dmsc_cms_ask *a = j->ask;
	int r;

	if (a->by_file && (r = dmsc_certs_any(a->file, &j->file)) !=
	    DMSC_E_OK)
		return dmsc_fail(j->e, r,
		    "the CAs are not certificates in PEM or DER");
	if (a->by_card && a->card.left > 0 &&
	    (r = dmsc_certs_any(a->card, &j->card)) != DMSC_E_OK)
		return dmsc_fail(j->e, r,
		    "the card's trusted certificates are broken");
	return dmsc_str_set(&j->v->trust, "%s%s%s", a->by_file ? "file" : "",
	    a->by_file && a->by_card ? " and " : "",
	    a->by_card ? "card" : "");
}

static int
verify(struct job *j)
{
	int r;

	if ((r = read_trusted(j)) != DMSC_E_OK)
		return r;
	if (j->ask->signature.left == 0)
		return judge(j, DMSC_E_SIGNER, "unsigned",
		    "there is no signature");
	if ((r = dmsc_cms_der(j->ask->signature, &j->der)) != DMSC_E_OK ||
	    (r = dmsc_cms_read(dmsc_buf_rd(j->der), &j->cms)) != DMSC_E_OK)
		return dmsc_fail(j->e, r, "the signature is no CMS "
		    "signed-data");
	j->carried = CMS_get1_certs(j->cms);
	return check_all(j);
}

int
dmsc_cms_check(const struct dmsc_cms_ask *a, struct dmsc_verdict **out,
    struct dmsc_err *e)
{
	struct job j = { .ask = a, .e = e };
	int r;

	*out = NULL;
	if ((r = dmsc_crypto_start()) != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot start OpenSSL");
	if ((j.v = dmsc_view_new(&dmsc_verdict_view)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot verify");
	r = verify(&j);
	if (r == DMSC_E_OK || r == DMSC_E_MISMATCH || r == DMSC_E_SIGNER) {
		*out = j.v;
		j.v = NULL;
	} else if (r == DMSC_E_NOMEM)
		dmsc_fail(e, r, "cannot verify");
	dmsc_view_free(&dmsc_verdict_view, j.v);
	sk_X509_pop_free(j.carried, X509_free);
	sk_X509_pop_free(j.file, X509_free);
	sk_X509_pop_free(j.card, X509_free);
	CMS_ContentInfo_free(j.cms);
	dmsc_buf_free(&j.der);
	ERR_clear_error();
	return r;
}

int
dmsc_cms_verify(struct dmsc_rd data, struct dmsc_rd signature,
    struct dmsc_rd ca_pem, int64_t now, struct dmsc_verdict **out,
    struct dmsc_err *e)
{
	struct dmsc_cms_ask a = { .data = data, .signature = signature,
		.by_file = true, .file = ca_pem, .now = now };

	return dmsc_cms_check(&a, out, e);
}
