/* Certification requests and PEM (crypto/pkreq.h). */
#include "crypto/pkreq.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/base.h"
#include "crypto/start.h"
#include "tlv/ber.h"

enum { SEQUENCE = 0x30, BITS = 0x03, NAME_MAX_LEN = 256 };

int
dmsc_pk_pem(const char *name, struct dmsc_rd der, struct dmsc_buf *out)
{
	int r = dmsc_crypto_start();
	char *p = NULL;
	BIO *b;
	long n;

	if (r != DMSC_E_OK)
		return r;
	if (der.left > INT16_MAX || (b = BIO_new(BIO_s_mem())) == NULL)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	if (PEM_write_bio(b, name, "", der.p, (long)der.left) <= 0 ||
	    (n = BIO_get_mem_data(b, &p)) <= 0)
		r = dmsc_crypto_fail(DMSC_E_NOMEM);
	else
		r = dmsc_buf_put(out, dmsc_rd_of(p, (size_t)n));
	BIO_free(b);
	return r;
}

int
dmsc_pk_unpem(const char *name, struct dmsc_rd in, struct dmsc_buf *out)
{
	char *kind = NULL, *header = NULL;
	unsigned char *data = NULL;
	int r = dmsc_crypto_start();
	long n = 0;
	BIO *b;

	if (r != DMSC_E_OK)
		return r;
	if (in.left > 0 && in.p[0] == SEQUENCE)
		return dmsc_buf_put(out, in);
	if (in.left == 0 || in.left > INT16_MAX)
		return DMSC_E_DATA;
	if ((b = BIO_new_mem_buf(in.p, (int)in.left)) == NULL)
		return dmsc_crypto_fail(DMSC_E_NOMEM);
	if (PEM_read_bio(b, &kind, &header, &data, &n) == 1 &&
	    strcmp(kind, name) == 0)
		r = dmsc_buf_put(out, dmsc_rd_of(data, (size_t)n));
	else
		r = dmsc_crypto_bad();
	OPENSSL_free(kind);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(b);
	return r;
}

/* One "CN=text", up to a comma; a backslash takes the next as it is. */
static int
add_part(X509_NAME *name, const char **text)
{
	char type[NAME_MAX_LEN], value[NAME_MAX_LEN];
	const char *s = *text;
	size_t n = 0;

	while (*s == ' ')
		s++;
	for (; *s != '=' && *s != '\0'; s++)
		if (n + 1 < sizeof type)
			type[n++] = *s;
	type[n] = '\0';
	if (*s++ != '=')
		return DMSC_E_USAGE;
	for (n = 0; *s != ',' && *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		if (n + 1 == sizeof value)
			return DMSC_E_USAGE;
		value[n++] = *s;
	}
	value[n] = '\0';
	*text = *s == ',' ? s + 1 : s;
	return n > 0 && X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
	    (const unsigned char *)value, -1, -1, 0) == 1 ? DMSC_E_OK :
	    dmsc_crypto_fail(DMSC_E_USAGE);
}

static int
parse_name(X509_NAME *name, const char *subject)
{
	int r = DMSC_E_OK;

	if (subject[0] == '\0')
		return DMSC_E_USAGE;
	if (strchr(subject, '=') == NULL)
		return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		    (const unsigned char *)subject, -1, -1, 0) == 1 ?
		    DMSC_E_OK : dmsc_crypto_fail(DMSC_E_USAGE);
	while (r == DMSC_E_OK && *subject != '\0')
		r = add_part(name, &subject);
	return r;
}

int
dmsc_pk_request(const char *subject, struct dmsc_rd spki,
    struct dmsc_buf *out)
{
	const unsigned char *p = spki.p;
	unsigned char *der = NULL;
	int n, r = dmsc_crypto_start();
	X509_REQ *req;
	EVP_PKEY *key;

	if (r != DMSC_E_OK)
		return r;
	if (spki.left > INT16_MAX ||
	    (key = d2i_PUBKEY(NULL, &p, (long)spki.left)) == NULL)
		return dmsc_crypto_bad();
	if ((req = X509_REQ_new()) == NULL ||
	    X509_REQ_set_pubkey(req, key) != 1)
		r = dmsc_crypto_fail(DMSC_E_NOMEM);
	if (r == DMSC_E_OK && (r = parse_name(X509_REQ_get_subject_name(req),
	    subject)) == DMSC_E_OK) {
		n = i2d_re_X509_REQ_tbs(req, &der);
		r = dmsc_der_put(out, der, n);
	}
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return r;
}

/* AlgorithmIdentifiers (RFC 5758, RFC 4055). */
static struct dmsc_rd
algorithm(enum dmsc_pk_type type, enum dmsc_pk_hash hash)
{
	static const uint8_t rsa[] = { 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86,
	    0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00 },
	    ec256[] = { 0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
	    0x04, 0x03, 0x02 },
	    ec384[] = { 0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
	    0x04, 0x03, 0x03 };

	if (type == DMSC_PK_RSA2048 && hash == DMSC_PK_SHA256)
		return dmsc_rd_of(rsa, sizeof rsa);
	if (type != DMSC_PK_P256 && type != DMSC_PK_P384)
		return dmsc_rd_of(NULL, 0);
	return hash == DMSC_PK_SHA256 ? dmsc_rd_of(ec256, sizeof ec256) :
	    hash == DMSC_PK_SHA384 ? dmsc_rd_of(ec384, sizeof ec384) :
	    dmsc_rd_of(NULL, 0);
}

int
dmsc_pk_request_signed(enum dmsc_pk_type type, enum dmsc_pk_hash hash,
    struct dmsc_rd request, struct dmsc_rd raw, struct dmsc_buf *out)
{
	struct dmsc_rd alg = algorithm(type, hash);
	size_t outer, at;
	int r;

	if (alg.left == 0)
		return DMSC_E_UNSUPPORTED;
	if ((r = dmsc_tlv_begin(out, SEQUENCE, &outer)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, request)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, alg)) != DMSC_E_OK ||
	    (r = dmsc_tlv_begin(out, BITS, &at)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, 0)) != DMSC_E_OK ||
	    (r = dmsc_pk_sig_der(type, raw, out)) != DMSC_E_OK ||
	    (r = dmsc_tlv_end(out, at)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(out, outer);
}

int
dmsc_pk_cert_spki(struct dmsc_rd cert, struct dmsc_buf *out, size_t *len)
{
	const unsigned char *p = cert.p;
	unsigned char *der = NULL;
	int n, r = dmsc_crypto_start();
	X509 *x;

	*len = 0;
	if (r != DMSC_E_OK)
		return r;
	if (cert.left == 0 || cert.left > UINT16_MAX ||
	    (x = d2i_X509(NULL, &p, (long)cert.left)) == NULL)
		return dmsc_crypto_bad();
	*len = (size_t)(p - cert.p);
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	r = dmsc_der_put(out, der, n);
	X509_free(x);
	return r;
}
