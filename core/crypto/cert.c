/* Certificates and their chains (RFC 5280). */
#include "crypto/cert.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <dmsc/view.h>

#include "base/base.h"
#include "base/text.h"

enum { GROUP_MAX = 32, OID_MAX = 64, AUTH_LEVEL = 1, PADDING = 0xFF,
	DER_SEQUENCE = 0x30 };

int
dmsc_cert_name(const X509_NAME *name, char **out)
{
	unsigned long how = XN_FLAG_RFC2253 & ~(unsigned long)
	    ASN1_STRFLGS_ESC_MSB;
	BIO *b = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;
	int r = DMSC_E_OK;

	free(*out);
	*out = NULL;
	if (b == NULL)
		return DMSC_E_NOMEM;
	if (X509_NAME_print_ex(b, name, 0, how) >= 0 &&
	    (n = BIO_get_mem_data(b, &p)) > 0 &&
	    dmsc_is_text(dmsc_rd_of(p, (size_t)n)) &&
	    (*out = dmsc_strndup(dmsc_rd_of(p, (size_t)n))) == NULL)
		r = DMSC_E_NOMEM;
	BIO_free(b);
	return r;
}

int
dmsc_cert_time(const ASN1_TIME *t, char **out)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) {
		free(*out);
		*out = NULL;
		return DMSC_E_OK;
	}
	return dmsc_str_set(out, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

int
dmsc_cert_key(EVP_PKEY *key, char **out)
{
	const char *type = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);
	const char *nist;
	char group[GROUP_MAX];

	if (type == NULL)
		return dmsc_str_set(out, "unknown");
	if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1) {
		nist = EC_curve_nid2nist(OBJ_sn2nid(group));
		return dmsc_str_set(out, "ECDSA %s",
		    nist != NULL ? nist : group);
	}
	if (strncmp(type, "RSA", 3) == 0)
		return dmsc_str_set(out, "%s %d", type,
		    EVP_PKEY_get_bits(key));
	return dmsc_str_set(out, "%s", type);
}

int
dmsc_certs_read(struct dmsc_rd pem, STACK_OF(X509) **out)
{
	STACK_OF(X509) *certs = NULL;
	BIO *b = NULL;
	X509 *x;
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (pem.left == 0)
		return DMSC_E_DATA;
	if (pem.left > INT_MAX)
		return DMSC_E_LIMIT;
	if ((b = BIO_new_mem_buf(pem.p, (int)pem.left)) == NULL ||
	    (certs = sk_X509_new_null()) == NULL)
		goto done;
	while ((x = PEM_read_bio_X509(b, NULL, NULL, NULL)) != NULL)
		if (sk_X509_push(certs, x) == 0) {
			X509_free(x);
			goto done;
		}
	r = DMSC_E_DATA;
	/* The end of the text is the one way to end well. */
	if (sk_X509_num(certs) == 0 ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		goto done;
	*out = certs;
	certs = NULL;
	r = DMSC_E_OK;
done:
	sk_X509_pop_free(certs, X509_free);
	BIO_free(b);
	return r;
}

bool
dmsc_is_pem(struct dmsc_rd r)
{
	static const char begin[] = "-----BEGIN";

	while (r.left > 0 && strchr(" \t\r\n", r.p[0]) != NULL &&
	    r.p[0] != '\0')
		r = dmsc_rd_slice(r, 1, r.left);
	return dmsc_rd_eq_str(dmsc_rd_slice(r, 0, sizeof begin - 1), begin);
}

static int
read_der(struct dmsc_rd r, STACK_OF(X509) *certs)
{
	const unsigned char *p;
	X509 *x;

	for (; r.left > 0 && r.p[0] != PADDING;
	    r = dmsc_rd_slice(r, (size_t)(p - r.p), r.left)) {
		p = r.p;
		if ((x = d2i_X509(NULL, &p, (long)r.left)) == NULL)
			return DMSC_E_DATA;
		if (sk_X509_push(certs, x) == 0) {
			X509_free(x);
			return DMSC_E_NOMEM;
		}
	}
	for (; r.left > 0; r = dmsc_rd_slice(r, 1, r.left))
		if (r.p[0] != PADDING)
			return DMSC_E_DATA;
	return sk_X509_num(certs) > 0 ? DMSC_E_OK : DMSC_E_DATA;
}

int
dmsc_certs_any(struct dmsc_rd bytes, STACK_OF(X509) **out)
{
	int r;

	/* Text before the first certificate is common in PEM files. */
	if (bytes.left == 0 || bytes.p[0] != DER_SEQUENCE)
		return dmsc_certs_read(bytes, out);
	*out = NULL;
	if (bytes.left > INT_MAX)
		return DMSC_E_LIMIT;
	if ((*out = sk_X509_new_null()) == NULL)
		return DMSC_E_NOMEM;
	if ((r = read_der(bytes, *out)) != DMSC_E_OK) {
		sk_X509_pop_free(*out, X509_free);
		*out = NULL;
	}
	return r;
}

bool
dmsc_cert_may_sign(X509 *cert)
{
	static const char *const purposes[] = {
		"1.3.6.1.5.5.7.3.4",	/* e-mail protection */
		"1.3.6.1.5.5.7.3.3",	/* code signing */
		"1.3.6.1.5.5.7.3.36",	/* document signing (RFC 9336) */
		"2.5.29.37.0",		/* any */
	};
	EXTENDED_KEY_USAGE *eku;
	char oid[OID_MAX];
	bool good = false;
	size_t k;
	int i;

	if ((X509_get_key_usage(cert) &
	    (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
		return false;
	if ((X509_get_extension_flags(cert) & EXFLAG_XKUSAGE) == 0)
		return true;
	eku = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(eku, i), 1);
		for (k = 0; k < DMSC_COUNT(purposes); k++)
			good = good || strcmp(oid, purposes[k]) == 0;
	}
	EXTENDED_KEY_USAGE_free(eku);
	return good;
}

/* What is wrong with the time of a certificate. */
static int
say_when(X509 *at, bool early, char **why)
{
	char *name = NULL, *when = NULL;
	int r;

	if ((r = dmsc_cert_name(X509_get_subject_name(at), &name)) ==
	    DMSC_E_OK && (r = dmsc_cert_time(early ?
	    X509_get0_notBefore(at) : X509_get0_notAfter(at), &when)) ==
	    DMSC_E_OK)
		r = dmsc_str_set(why, "the certificate of '%s' %s %s",
		    name != NULL ? name : "?",
		    early ? "is not valid before" : "ended",
		    when != NULL ? when : "?");
	free(name);
	free(when);
	return r;
}

int
dmsc_cert_time_fits(X509 *cert, int64_t now, char **why)
{
	time_t t = (time_t)now;
	bool early = X509_cmp_time(X509_get0_notBefore(cert), &t) > 0;
	int r;

	if (!early && X509_cmp_time(X509_get0_notAfter(cert), &t) > 0)
		return DMSC_E_OK;
	r = say_when(cert, early, why);
	return r != DMSC_E_OK ? r : DMSC_E_SIGNER;
}

static int
say_time(X509_STORE_CTX *ctx, int error, char **why)
{
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	bool early = error == X509_V_ERR_CERT_NOT_YET_VALID;

	if (at == NULL || (!early && error != X509_V_ERR_CERT_HAS_EXPIRED))
		return dmsc_str_set(why, "%s",
		    X509_verify_cert_error_string(error));
	return say_when(at, early, why);
}

/* One run; now NULL: whatever the time, so that "expired" means all else is
 * well. */
static int
run_chain(X509_STORE_CTX *ctx, const int64_t *now, bool *good, char **why)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	int error;

	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	if (now != NULL)
		X509_VERIFY_PARAM_set_time(param, (time_t)*now);
	else
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	*good = X509_verify_cert(ctx) == 1;
	if (*good)
		return DMSC_E_OK;
	error = X509_STORE_CTX_get_error(ctx);
	return now != NULL ? say_time(ctx, error, why) :
	    dmsc_str_set(why, "%s", X509_verify_cert_error_string(error));
}

static int
check_chain(X509 *cert, X509_STORE *store, STACK_OF(X509) *others,
    const int64_t *now, bool *good, char **why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int r = DMSC_E_NOMEM;

	if (ctx != NULL &&
	    X509_STORE_CTX_init(ctx, store, cert, others) == 1)
		r = run_chain(ctx, now, good, why);
	X509_STORE_CTX_free(ctx);
	return r;
}

int
dmsc_cert_judge(X509 *cert, STACK_OF(X509) *cas, STACK_OF(X509) *others,
    int64_t now, enum dmsc_trust *out, char **why)
{
	X509_STORE *store = X509_STORE_new();
	bool good = false, in_time;
	char *other = NULL;
	int r = DMSC_E_NOMEM, i;

	*out = DMSC_UNTRUSTED;
	if (store == NULL)
		goto done;
	for (i = 0; i < sk_X509_num(cas); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(cas, i)) != 1)
			goto done;
	r = check_chain(cert, store, others, &now, &good, why);
	in_time = good;
	/* A second look at the same chain only where it may be the time. */
	if (r == DMSC_E_OK && !good)
		r = check_chain(cert, store, others, NULL, &good, &other);
	if (r == DMSC_E_OK && good && !dmsc_cert_may_sign(cert))
		r = dmsc_str_set(why,
		    "its certificate is not for signing documents");
	else if (r == DMSC_E_OK && good)
		*out = in_time ? DMSC_TRUSTED : DMSC_EXPIRED;
	else if (r == DMSC_E_OK)
		r = dmsc_str_set(why, "%s", other);
done:
	X509_STORE_free(store);
	free(other);
	return r;
}
