/* A CMS in DER or PEM, its content and its signed attributes. */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/cms.h"
#include "crypto/cms_inner.h"
#include "crypto/start.h"
#include "tlv/ber.h"

enum {
	T_OID = 0x06, T_SEQ = 0x30, T_SET = 0x31, CLASS = 0xC0,
	CONSTRUCTED = 0x20, DEPTH_MAX = 32, OID_MAX = 64, AGAIN = -1,
	NONE = -1
};

/* Is what r holds in DER (X.690, 10 and 11) as far as its frame goes? What
 * OpenSSL reads it may write otherwise: a signature has one form alone. */
static bool
is_der(struct dmsc_rd r, unsigned depth)
{
	struct dmsc_rd value, raw;
	uint32_t tag;
	unsigned head;

	for (; r.left > 0; ) {
		if (dmsc_tlv_next_raw(&r, &tag, &value, &raw) != DMSC_E_OK ||
		    depth == 0)
			return false;	/* too deep, or cut short */
		head = raw.p[0] | CONSTRUCTED;
		if ((raw.p[0] & CLASS) == 0 && (raw.p[0] == head) !=
		    (head == T_SEQ || head == T_SET))
			return false;
		if (raw.left - value.left > dmsc_tlv_head(tag, value.left))
			return false;
		if (raw.p[0] == head && !is_der(value, depth - 1))
			return false;
	}
	return true;
}

/* DER that fills its file up to padding, as a file of a card may have it. */
static int
take_der(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_rd value, raw;
	uint32_t tag;

	if (dmsc_tlv_next_raw(&r, &tag, &value, &raw) != DMSC_E_OK ||
	    !is_der(raw, DEPTH_MAX))
		return DMSC_E_FORMAT;
	for (; r.left > 0; r = dmsc_rd_slice(r, 1, r.left))
		if (r.p[0] != 0x00 && r.p[0] != 0xFF)
			return DMSC_E_FORMAT;
	return dmsc_buf_put(out, raw);
}

static int
take_pem(struct dmsc_rd r, struct dmsc_buf *out)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	int code = DMSC_E_FORMAT;
	long n = 0;
	BIO *b;

	if ((b = BIO_new_mem_buf(r.p, (int)r.left)) == NULL)
		return DMSC_E_NOMEM;
	if (PEM_read_bio(b, &name, &header, &der, &n) == 1 && n > 0)
		code = take_der(dmsc_rd_of(der, (size_t)n), out);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(b);
	return code;
}

int
dmsc_cms_der(struct dmsc_rd r, struct dmsc_buf **out)
{
	int code;

	*out = NULL;
	if (r.left > INT_MAX)
		return DMSC_E_LIMIT;
	if ((*out = dmsc_buf_new(r.left + 1)) == NULL)
		return DMSC_E_NOMEM;
	code = dmsc_is_pem(r) ? take_pem(r, *out) : take_der(r, *out);
	if (code != DMSC_E_OK)
		dmsc_buf_free(out);
	return code;
}

int
dmsc_cms_read(struct dmsc_rd der, CMS_ContentInfo **out)
{
	const unsigned char *p = der.p;

	*out = d2i_CMS_ContentInfo(NULL, &p, (long)der.left);
	return *out != NULL && p == der.p + der.left &&
	    OBJ_obj2nid(CMS_get0_type(*out)) == NID_pkcs7_signed ?
	    DMSC_E_OK : DMSC_E_FORMAT;
}

/* Both, for those who want a part of it. */
static int
read_any(struct dmsc_rd r, CMS_ContentInfo **out)
{
	struct dmsc_buf *der;
	int code = dmsc_crypto_start();

	*out = NULL;
	if (code != DMSC_E_OK || (code = dmsc_cms_der(r, &der)) != DMSC_E_OK)
		return code;
	code = dmsc_cms_read(dmsc_buf_rd(der), out);
	dmsc_buf_free(&der);
	return code;
}

static int
object_of(struct dmsc_rd oid, ASN1_OBJECT **out)
{
	struct dmsc_buf *b = dmsc_buf_new(OID_MAX);
	const unsigned char *p;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_tlv_put(b, T_OID, oid);

	*out = NULL;
	if (r == DMSC_E_OK) {
		p = b->p;
		*out = d2i_ASN1_OBJECT(NULL, &p, (long)b->len);
		r = *out == NULL ? DMSC_E_FORMAT : DMSC_E_OK;
	}
	dmsc_buf_free(&b);
	return r;
}

/* The one value of a signed attribute; OK and NULL: there is none. FORMAT:
 * it is there twice, or has more values or none. */
static int
get_value(CMS_SignerInfo *si, struct dmsc_rd oid, ASN1_TYPE **out)
{
	X509_ATTRIBUTE *a;
	ASN1_OBJECT *o;
	int r, at;

	*out = NULL;
	if ((r = object_of(oid, &o)) != DMSC_E_OK)
		return r;
	at = CMS_signed_get_attr_by_OBJ(si, o, AGAIN);
	if (at > NONE) {
		a = CMS_signed_get_attr(si, at);
		if (CMS_signed_get_attr_by_OBJ(si, o, at) <= NONE &&
		    X509_ATTRIBUTE_count(a) == 1)
			*out = X509_ATTRIBUTE_get0_type(a, 0);
		r = *out == NULL ? DMSC_E_FORMAT : DMSC_E_OK;
	}
	ASN1_OBJECT_free(o);
	return r;
}

static int
get_own(CMS_SignerInfo *si, unsigned number, ASN1_TYPE **out)
{
	struct dmsc_buf *oid = dmsc_buf_new(OID_MAX);
	int r = oid == NULL ? DMSC_E_NOMEM : dmsc_cms_own_oid(number, oid);

	*out = NULL;
	if (r == DMSC_E_OK)
		r = get_value(si, dmsc_buf_rd(oid), out);
	dmsc_buf_free(&oid);
	return r;
}

int
dmsc_cms_text(CMS_SignerInfo *si, unsigned number, char **out)
{
	struct dmsc_rd text;
	ASN1_TYPE *v;
	int r = get_own(si, number, &v);

	free(*out);
	*out = NULL;
	if (r != DMSC_E_OK || v == NULL)
		return r;
	if (v->type != V_ASN1_UTF8STRING)
		return DMSC_E_FORMAT;
	text = dmsc_rd_of(ASN1_STRING_get0_data(v->value.utf8string),
	    (size_t)ASN1_STRING_length(v->value.utf8string));
	if (!dmsc_is_text(text))
		return DMSC_E_FORMAT;
	return (*out = dmsc_strndup(text)) == NULL ? DMSC_E_NOMEM :
	    DMSC_E_OK;
}

int
dmsc_cms_number(CMS_SignerInfo *si, unsigned number, uint64_t *out)
{
	ASN1_TYPE *v;
	int r = get_own(si, number, &v);

	*out = 0;
	if (r != DMSC_E_OK || v == NULL)
		return r;
	return v->type == V_ASN1_INTEGER && ASN1_INTEGER_get_uint64(out,
	    v->value.integer) == 1 ? DMSC_E_OK : DMSC_E_FORMAT;
}

int
dmsc_cms_time(CMS_SignerInfo *si, char **out)
{
	static const uint8_t oid[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
		0x01, 0x09, 0x05 };
	ASN1_TYPE *v;
	int r = get_value(si, dmsc_rd_of(oid, sizeof oid), &v);

	free(*out);
	*out = NULL;
	if (r != DMSC_E_OK || v == NULL || (v->type != V_ASN1_UTCTIME &&
	    v->type != V_ASN1_GENERALIZEDTIME))
		return r;
	return dmsc_cert_time(v->value.asn1_string, out);
}

static int
put_type(const ASN1_TYPE *v, struct dmsc_buf *out)
{
	unsigned char *der = NULL;
	int n = i2d_ASN1_TYPE(v, &der);

	return dmsc_der_put(out, der, n);
}

/* Opens a CMS and its first signer. */
static int
open_first(struct dmsc_rd signature, CMS_ContentInfo **cms,
    CMS_SignerInfo **si)
{
	STACK_OF(CMS_SignerInfo) *all;
	int r;

	if ((r = read_any(signature, cms)) != DMSC_E_OK)
		return r;
	all = CMS_get0_SignerInfos(*cms);
	if (sk_CMS_SignerInfo_num(all) <= 0)
		return DMSC_E_NOTFOUND;
	*si = sk_CMS_SignerInfo_value(all, 0);
	return DMSC_E_OK;
}

int
dmsc_cms_get_attr(struct dmsc_rd signature, struct dmsc_rd oid,
    struct dmsc_buf *out)
{
	CMS_SignerInfo *si = NULL;
	CMS_ContentInfo *cms;
	ASN1_TYPE *v = NULL;
	int r;

	if ((r = open_first(signature, &cms, &si)) == DMSC_E_OK &&
	    (r = get_value(si, oid, &v)) == DMSC_E_OK)
		r = v == NULL ? DMSC_E_NOTFOUND : put_type(v, out);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}

int
dmsc_cms_get_content(struct dmsc_rd signature, struct dmsc_buf *out)
{
	ASN1_OCTET_STRING **content;
	CMS_ContentInfo *cms;
	int r = read_any(signature, &cms);

	if (r == DMSC_E_OK) {
		content = CMS_get0_content(cms);
		r = content == NULL || *content == NULL ? DMSC_E_NOTFOUND :
		    dmsc_buf_put(out, dmsc_rd_of(
		    ASN1_STRING_get0_data(*content),
		    (size_t)ASN1_STRING_length(*content)));
	}
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}
