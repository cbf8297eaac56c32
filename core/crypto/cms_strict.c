/*
 * The parts of a SignedData (RFC 5652, 5.1 and 5.3) that no signature covers,
 * and that OpenSSL does not compare with those that one does.
 */
#include <string.h>

#include <openssl/objects.h>

#include "base/base.h"
#include "crypto/cms_inner.h"
#include "tlv/ber.h"

enum {
	T_INTEGER = 0x02, T_NULL = 0x05, T_OID = 0x06, T_SEQ = 0x30,
	T_SET = 0x31, T_CTX0 = 0xA0, T_CTX1 = 0xA1, T_CTX2 = 0xA2,
	T_KEY_ID = 0x80, BY_NAME = 1, BY_KEY_ID = 3
};

/* id-data */
static const uint8_t oid_data[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01,
	0x07, 0x01 };

struct signed_data {
	struct dmsc_rd digests, signers;
	unsigned version;
	bool is_data;
};

/* The next object, which must have this tag. */
static bool
take(struct dmsc_rd *r, uint32_t want, struct dmsc_rd *value)
{
	uint32_t tag;

	return dmsc_tlv_next(r, &tag, value) == DMSC_E_OK && tag == want;
}

static bool
take_small(struct dmsc_rd *r, unsigned *out)
{
	struct dmsc_rd v;

	if (!take(r, T_INTEGER, &v) || v.left != 1)
		return false;
	*out = v.p[0];
	return true;
}

/* AlgorithmIdentifier: an OID and what stands behind it. */
static bool
take_alg(struct dmsc_rd *r, struct dmsc_rd *oid, struct dmsc_rd *params)
{
	return take(r, T_SEQ, params) && take(params, T_OID, oid);
}

static bool
no_params(struct dmsc_rd params)
{
	return params.left == 0 || (params.left == 2 &&
	    params.p[0] == T_NULL && params.p[1] == 0);
}

static int
nid_of(struct dmsc_rd oid)
{
	ASN1_OBJECT *o = NULL;
	uint8_t der[64] = { T_OID, (uint8_t)oid.left };
	const unsigned char *p = der;
	int nid = NID_undef;

	if (oid.left <= sizeof der - 2) {
		memcpy(der + 2, oid.p, oid.left);
		o = d2i_ASN1_OBJECT(NULL, &p, (long)oid.left + 2);
		nid = o != NULL ? OBJ_obj2nid(o) : NID_undef;
	}
	ASN1_OBJECT_free(o);
	return nid;
}

/* RSASSA-PSS-params (RFC 4055, 3.1), whose values OpenSSL looks at. */
static bool
pss_sound(struct dmsc_rd params)
{
	struct dmsc_rd p, part, oid, inner, none;

	if (!take(&params, T_SEQ, &p) || params.left > 0 ||
	    !take(&p, T_CTX0, &part) || !take_alg(&part, &oid, &none) ||
	    part.left > 0 || !no_params(none) || !take(&p, T_CTX1, &part) ||
	    !take_alg(&part, &oid, &inner) || part.left > 0 ||
	    !take_alg(&inner, &oid, &none) || inner.left > 0 ||
	    !no_params(none))
		return false;
	/* A salt of 20 bytes is the default, and left out. */
	return p.left == 0 || (take(&p, T_CTX2, &part) &&
	    take(&part, T_INTEGER, &none) && part.left == 0 && p.left == 0);
}

/* Does the signature's algorithm go with its digest's? */
static bool
alg_sound(struct dmsc_rd oid, struct dmsc_rd params, int digest)
{
	int nid = nid_of(oid), md = NID_undef, key = NID_undef;

	if (nid == NID_rsassaPss)
		return pss_sound(params);
	if (!no_params(params))
		return false;
	if (nid == NID_rsaEncryption)
		return true;
	return nid != NID_undef && OBJ_find_sigid_algs(nid, &md, &key) == 1 &&
	    (md == NID_undef || md == digest);
}

static bool
read_signed_data(struct dmsc_rd der, struct signed_data *out)
{
	struct dmsc_rd r, v, content;
	uint32_t tag;

	if (!take(&der, T_SEQ, &r) || !take(&r, T_OID, &v) ||
	    !take(&r, T_CTX0, &v) || !take(&v, T_SEQ, &r) ||
	    !take_small(&r, &out->version) ||
	    !take(&r, T_SET, &out->digests) || !take(&r, T_SEQ, &content) ||
	    !take(&content, T_OID, &v))
		return false;
	out->is_data = dmsc_rd_eq(v, dmsc_rd_of(oid_data, sizeof oid_data));
	do
		if (dmsc_tlv_next(&r, &tag, &out->signers) != DMSC_E_OK)
			return false;
	while (tag == T_CTX0 || tag == T_CTX1);
	return tag == T_SET && r.left == 0;
}

/* Is a digest in the list of the SignedData? */
static bool
is_listed(const struct signed_data *d, struct dmsc_rd oid)
{
	struct dmsc_rd r = d->digests, listed, params;

	while (r.left > 0) {
		if (!take_alg(&r, &listed, &params))
			return false;
		if (dmsc_rd_eq(listed, oid))
			return true;
	}
	return false;
}

struct signer {
	unsigned version;
	bool named;		/* by issuer and serial number */
	struct dmsc_rd digest, digest_params, alg, alg_params;
	bool has_attrs;
};

static bool
take_signer(struct dmsc_rd *r, struct signer *out)
{
	struct dmsc_rd s, v, rest;
	uint32_t tag;

	if (!take(r, T_SEQ, &s) || !take_small(&s, &out->version) ||
	    dmsc_tlv_next(&s, &tag, &v) != DMSC_E_OK ||
	    (tag != T_SEQ && tag != T_KEY_ID) ||
	    !take_alg(&s, &out->digest, &out->digest_params))
		return false;
	out->named = tag == T_SEQ;
	rest = s;
	out->has_attrs = take(&rest, T_CTX0, &v);
	if (out->has_attrs)
		s = rest;
	return take_alg(&s, &out->alg, &out->alg_params);
}

/* Every listed digest is some signer's. */
static bool
is_used(const struct signed_data *d, struct dmsc_rd oid)
{
	struct dmsc_rd r = d->signers;
	struct signer s;

	while (r.left > 0 && take_signer(&r, &s))
		if (dmsc_rd_eq(s.digest, oid))
			return true;
	return false;
}

static const char *
odd_signer(const struct signed_data *d, const struct signer *s)
{
	if (s->version != (s->named ? BY_NAME : BY_KEY_ID))
		return "its version does not go with how it names the signer";
	if (!no_params(s->digest_params) || !is_listed(d, s->digest))
		return "its digest is not among those that it lists";
	if (!alg_sound(s->alg, s->alg_params, nid_of(s->digest)))
		return "its algorithm does not go with its digest";
	if (!s->has_attrs && !d->is_data)
		return "its content is of another type";
	return NULL;
}

static const char *
odd_digests(const struct signed_data *d)
{
	struct dmsc_rd r = d->digests, oid, params;

	while (r.left > 0)
		if (!take_alg(&r, &oid, &params) || !no_params(params) ||
		    !is_used(d, oid))
			return "it lists a digest that no signer uses";
	return NULL;
}

const char *
dmsc_cms_odd(struct dmsc_rd der)
{
	struct signed_data d;
	bool plain = true;
	const char *why;
	struct dmsc_rd r;
	struct signer s;

	if (!read_signed_data(der, &d))
		return "its parts are not in order";
	for (r = d.signers; r.left > 0; ) {
		if (!take_signer(&r, &s))
			return "its parts are not in order";
		if ((why = odd_signer(&d, &s)) != NULL)
			return why;
		plain = plain && s.named;
	}
	if (d.version != (plain && d.is_data ? BY_NAME : BY_KEY_ID))
		return "its version does not go with its parts";
	return odd_digests(&d);
}

int
dmsc_cms_odd_name(CMS_SignerInfo *si, X509 *cert, bool *odd)
{
	unsigned char *a = NULL, *b = NULL;
	X509_NAME *issuer = NULL;
	int n, m;

	*odd = false;
	(void)CMS_SignerInfo_get0_signer_id(si, NULL, &issuer, NULL);
	if (issuer == NULL)
		return DMSC_E_OK;
	n = i2d_X509_NAME(issuer, &a);
	m = i2d_X509_NAME(X509_get_issuer_name(cert), &b);
	if (n > 0 && m > 0)
		*odd = n != m || memcmp(a, b, (size_t)n) != 0;
	OPENSSL_free(a);
	OPENSSL_free(b);
	return n > 0 && m > 0 ? DMSC_E_OK : DMSC_E_NOMEM;
}
