/*
 * A CMS SignedData made part by part (RFC 5652, section 5; RFC 5754, RFC
 * 4056, RFC 8419): OpenSSL makes one only with a key that it holds itself.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/facts.h"
#include "crypto/start.h"
#include "tlv/ber.h"

enum {
	T_INTEGER = 0x02, T_OCTETS = 0x04, T_OID = 0x06, T_UTF8 = 0x0C,
	T_UTCTIME = 0x17, T_GENTIME = 0x18, T_SEQ = 0x30, T_SET = 0x31,
	T_CTX0 = 0xA0,
	ATTRS_MAX = 24, ATTRS_BYTES = 1 << 16, WORK_MAX = 512, SMALL = 64,
	SIGN_BIT = 0x80, UTC_END = 2050, YEAR0 = 1900
};

#define OID_DATA "2A864886F70D010701"
#define OID_SIGNED "2A864886F70D010702"
#define OID_CONTENT_TYPE "2A864886F70D010903"
#define OID_DIGEST "2A864886F70D010904"
#define OID_TIME "2A864886F70D010905"
/* 2.25.121798340109293340387286405274811220212: a UUID of our own. */
#define OID_OWN "6981B7A1C0F3AAC1DA8FB18AE1E6A6F484DF8174"

/* A list of attributes, each in DER, to be put in order. */
struct attrs {
	struct dmsc_buf *one[ATTRS_MAX];
	size_t n;
};

static int
put_hex(struct dmsc_buf *b, const char *hex)
{
	return dmsc_hex_get(hex, b);
}

static int
put_oid(struct dmsc_buf *b, const char *hex)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, T_OID, &at)) != DMSC_E_OK ||
	    (r = put_hex(b, hex)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_cms_own_oid(unsigned number, struct dmsc_buf *out)
{
	int r = put_hex(out, OID_OWN);

	if (number >= SIGN_BIT)
		return DMSC_E_LIMIT;
	return r != DMSC_E_OK ? r : dmsc_buf_u8(out, number);
}

/* A number of 0 or more, in DER. */
static int
put_number(struct dmsc_buf *b, uint64_t v)
{
	uint8_t be[sizeof v + 1] = { 0 };
	size_t i, from = sizeof v;

	for (i = sizeof v; i > 0; i--, v >>= 8)
		be[i] = (uint8_t)v;
	for (i = 1; i < sizeof be; i++)
		if (be[i] != 0) {
			from = be[i] & SIGN_BIT ? i - 1 : i;
			break;
		}
	return dmsc_tlv_put(b, T_INTEGER,
	    dmsc_rd_of(be + from, sizeof be - from));
}

/* One more attribute: its type in hex or as bytes, the DER of its value. */
static int
add(struct attrs *a, struct dmsc_rd oid, struct dmsc_rd value)
{
	struct dmsc_buf *b;
	size_t seq, set;
	int r;

	if (a->n == ATTRS_MAX)
		return DMSC_E_LIMIT;
	if ((b = a->one[a->n] = dmsc_buf_new(ATTRS_BYTES)) == NULL)
		return DMSC_E_NOMEM;
	a->n++;
	if ((r = dmsc_tlv_begin(b, T_SEQ, &seq)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, T_OID, oid)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(b, T_SET, &set)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(b, value)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, set)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, seq);
}

static int
add_known(struct attrs *a, const char *oid_hex, struct dmsc_rd value)
{
	struct dmsc_buf *oid = dmsc_buf_new(SMALL);
	int r = oid == NULL ? DMSC_E_NOMEM : put_hex(oid, oid_hex);

	if (r == DMSC_E_OK)
		r = add(a, dmsc_buf_rd(oid), value);
	dmsc_buf_free(&oid);
	return r;
}

static int
add_own(struct attrs *a, unsigned number, struct dmsc_rd value)
{
	struct dmsc_buf *oid = dmsc_buf_new(SMALL);
	int r = oid == NULL ? DMSC_E_NOMEM : dmsc_cms_own_oid(number, oid);

	if (r == DMSC_E_OK)
		r = add(a, dmsc_buf_rd(oid), value);
	dmsc_buf_free(&oid);
	return r;
}

/* UTCTime up to 2049, GeneralizedTime from then on (RFC 5652, 11.3). */
static int
put_time(struct dmsc_buf *b, int64_t at)
{
	time_t t = (time_t)at;
	char text[SMALL];
	struct tm tm;
	int year;

	if (gmtime_r(&t, &tm) == NULL)
		return DMSC_E_DATA;
	year = tm.tm_year + YEAR0;
	(void)snprintf(text, sizeof text, "%0*d%02d%02d%02d%02d%02dZ",
	    year < UTC_END ? 2 : 4, year < UTC_END ? year % 100 : year,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return dmsc_tlv_put(b, year < UTC_END ? T_UTCTIME : T_GENTIME,
	    dmsc_rd_str(text));
}

static int
add_text(struct attrs *a, unsigned number, const char *text,
    struct dmsc_buf *work)
{
	int r;

	if (text == NULL)
		return DMSC_E_OK;
	dmsc_buf_reset(work);
	r = dmsc_tlv_put(work, T_UTF8, dmsc_rd_str(text));
	return r != DMSC_E_OK ? r : add_own(a, number, dmsc_buf_rd(work));
}

/* The three that RFC 5652 knows. */
static int
add_usual(struct attrs *a, struct dmsc_rd data, enum dmsc_sig_alg alg,
    int64_t at, struct dmsc_buf *work)
{
	uint8_t digest[DMSC_DIGEST_MAX];
	size_t n;
	int r;

	if ((r = put_oid(work, OID_DATA)) != DMSC_E_OK ||
	    (r = add_known(a, OID_CONTENT_TYPE, dmsc_buf_rd(work))) !=
	    DMSC_E_OK)
		return r;
	dmsc_buf_reset(work);
	if ((r = dmsc_sig_digest(alg, data, digest, &n)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(work, T_OCTETS, dmsc_rd_of(digest, n))) !=
	    DMSC_E_OK ||
	    (r = add_known(a, OID_DIGEST, dmsc_buf_rd(work))) != DMSC_E_OK)
		return r;
	dmsc_buf_reset(work);
	if (at == 0)
		return DMSC_E_OK;
	r = put_time(work, at);
	return r != DMSC_E_OK ? r :
	    add_known(a, OID_TIME, dmsc_buf_rd(work));
}

/* Is it one whole object? */
static bool
one_object(struct dmsc_rd r)
{
	struct dmsc_rd value;
	uint32_t tag;

	return dmsc_tlv_next(&r, &tag, &value) == DMSC_E_OK && r.left == 0;
}

static int
collect(struct attrs *a, struct dmsc_rd data, enum dmsc_sig_alg alg,
    const struct dmsc_cms_opts *o)
{
	struct dmsc_buf *work = dmsc_buf_new(WORK_MAX);
	size_t i;
	int r;

	if (work == NULL)
		return DMSC_E_NOMEM;
	if ((r = add_usual(a, data, alg, o->time, work)) == DMSC_E_OK &&
	    (r = add_text(a, DMSC_CMS_LABEL, o->label, work)) == DMSC_E_OK)
		r = add_text(a, DMSC_CMS_VERSION, o->version, work);
	if (r == DMSC_E_OK && o->length > 0) {
		dmsc_buf_reset(work);
		if ((r = put_number(work, o->length)) == DMSC_E_OK)
			r = add_own(a, DMSC_CMS_LENGTH, dmsc_buf_rd(work));
	}
	for (i = 0; r == DMSC_E_OK && i < o->n_more; i++)
		r = one_object(o->more[i].value) ?
		    add(a, o->more[i].oid, o->more[i].value) : DMSC_E_DATA;
	dmsc_buf_free(&work);
	return r;
}

/* DER wants the members of a SET OF in order of their bytes. */
static int
compare(const void *x, const void *y)
{
	const struct dmsc_buf *a = *(struct dmsc_buf *const *)x;
	const struct dmsc_buf *b = *(struct dmsc_buf *const *)y;
	int d = memcmp(a->p, b->p, DMSC_MIN(a->len, b->len));

	return d != 0 ? d : (a->len > b->len) - (a->len < b->len);
}

int
dmsc_cms_attrs(struct dmsc_rd data, enum dmsc_sig_alg alg,
    const struct dmsc_cms_opts *o, struct dmsc_buf *out)
{
	struct attrs a = { .n = 0 };
	size_t i, at;
	int r = collect(&a, data, alg, o);

	if (r == DMSC_E_OK)
		qsort(a.one, a.n, sizeof a.one[0], compare);
	if (r == DMSC_E_OK && (r = dmsc_tlv_begin(out, T_SET, &at)) ==
	    DMSC_E_OK) {
		for (i = 0; r == DMSC_E_OK && i < a.n; i++)
			r = dmsc_buf_put(out, dmsc_buf_rd(a.one[i]));
		if (r == DMSC_E_OK)
			r = dmsc_tlv_end(out, at);
	}
	for (i = 0; i < a.n; i++)
		dmsc_buf_free(&a.one[i]);
	return r;
}

/* IssuerAndSerialNumber of a certificate. */
static int
put_signer(struct dmsc_buf *b, struct dmsc_rd cert)
{
	const unsigned char *p = cert.p;
	X509 *x = d2i_X509(NULL, &p, (long)cert.left);
	unsigned char *name = NULL, *serial = NULL;
	int n, m, r = DMSC_E_NOMEM;
	size_t at;

	if (x == NULL)
		return DMSC_E_DATA;
	n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
	m = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &serial);
	if (n > 0 && m > 0 &&
	    (r = dmsc_tlv_begin(b, T_SEQ, &at)) == DMSC_E_OK &&
	    (r = dmsc_buf_put(b, dmsc_rd_of(name, (size_t)n))) ==
	    DMSC_E_OK &&
	    (r = dmsc_buf_put(b, dmsc_rd_of(serial, (size_t)m))) ==
	    DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	OPENSSL_free(name);
	OPENSSL_free(serial);
	X509_free(x);
	return r;
}

static int
put_signature(struct dmsc_buf *b, enum dmsc_pk_type type, struct dmsc_rd raw)
{
	size_t at;
	int r;

	if (type == DMSC_PK_NONE)
		return dmsc_tlv_put(b, T_OCTETS, raw);
	if ((r = dmsc_tlv_begin(b, T_OCTETS, &at)) != DMSC_E_OK ||
	    (r = dmsc_pk_sig_der(type, raw, b)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

/* The set of attributes with the tag that it has inside a SignerInfo. */
static int
put_attrs(struct dmsc_buf *b, struct dmsc_rd attrs)
{
	int r;

	if (attrs.left == 0)
		return DMSC_E_OK;
	if (attrs.p[0] != T_SET || !one_object(attrs))
		return DMSC_E_FORMAT;
	r = dmsc_buf_u8(b, T_CTX0);
	return r != DMSC_E_OK ? r :
	    dmsc_buf_put(b, dmsc_rd_slice(attrs, 1, attrs.left));
}

static int
put_signer_info(struct dmsc_buf *b, const struct dmsc_cms_parts *p)
{
	const struct dmsc_sig_facts *f = dmsc_sig_facts(p->alg);
	size_t set, seq;
	int r;

	if ((r = dmsc_tlv_begin(b, T_SET, &set)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(b, T_SEQ, &seq)) != DMSC_E_OK ||
	    (r = put_number(b, 1)) != DMSC_E_OK ||
	    (r = put_signer(b, p->cert)) != DMSC_E_OK ||
	    (r = put_hex(b, f->digest_alg)) != DMSC_E_OK ||
	    (r = put_attrs(b, p->attrs)) != DMSC_E_OK ||
	    (r = put_hex(b, f->alg)) != DMSC_E_OK ||
	    (r = put_signature(b, f->ec, p->signature)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, seq)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, set);
}

/* id-data, with the content where it lies inside. */
static int
put_content(struct dmsc_buf *b, struct dmsc_rd content)
{
	size_t seq, at;
	int r;

	if ((r = dmsc_tlv_begin(b, T_SEQ, &seq)) != DMSC_E_OK ||
	    (r = put_oid(b, OID_DATA)) != DMSC_E_OK)
		return r;
	if (content.p != NULL &&
	    ((r = dmsc_tlv_begin(b, T_CTX0, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, T_OCTETS, content)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, at)) != DMSC_E_OK))
		return r;
	return dmsc_tlv_end(b, seq);
}

static int
put_certs(struct dmsc_buf *b, const struct dmsc_cms_parts *p)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, T_CTX0, &at)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(b, p->cert)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(b, p->others)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

static int
put_signed_data(struct dmsc_buf *b, const struct dmsc_cms_parts *p)
{
	size_t at, set;
	int r;

	if ((r = dmsc_tlv_begin(b, T_SEQ, &at)) != DMSC_E_OK ||
	    (r = put_number(b, 1)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(b, T_SET, &set)) != DMSC_E_OK ||
	    (r = put_hex(b, dmsc_sig_facts(p->alg)->digest_alg)) !=
	    DMSC_E_OK ||
	    (r = dmsc_tlv_end(b, set)) != DMSC_E_OK ||
	    (r = put_content(b, p->content)) != DMSC_E_OK ||
	    (r = put_certs(b, p)) != DMSC_E_OK ||
	    (r = put_signer_info(b, p)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

int
dmsc_cms_join(const struct dmsc_cms_parts *p, struct dmsc_buf *out)
{
	size_t seq, at;
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(out, T_SEQ, &seq)) != DMSC_E_OK ||
	    (r = put_oid(out, OID_SIGNED)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(out, T_CTX0, &at)) != DMSC_E_OK ||
	    (r = put_signed_data(out, p)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(out, at)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, seq);
}
