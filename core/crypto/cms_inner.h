/* A CMS read by OpenSSL, for the files of this room. */
#ifndef DMSC_CRYPTO_CMS_INNER_H
#define DMSC_CRYPTO_CMS_INNER_H

#include <openssl/pem.h>	/* first: then cms.h declares its PEM side */

#include <openssl/cms.h>

#include <dmsc/bytes.h>

/*
 * The DER of a CMS that is DER, with padding as a card's file may have it, or
 * PEM. FORMAT: neither, or BER that is no DER: OpenSSL reads much that it
 * would write otherwise, and a signature has one form alone.
 */
int dmsc_cms_der(struct dmsc_rd r, struct dmsc_buf **out) DMSC_MUST_CHECK;
/* FORMAT: it is no SignedData. *out is freed with CMS_ContentInfo_free, in
 * failure too. */
int dmsc_cms_read(struct dmsc_rd der, CMS_ContentInfo **out) DMSC_MUST_CHECK;
/*
 * cms_strict.c: what OpenSSL lets pass and nobody signed, that is, how a
 * signature could be written otherwise and still hold: what is wrong, NULL:
 * nothing. odd_name: the signer's, beside its certificate.
 */
const char *dmsc_cms_odd(struct dmsc_rd der);
int dmsc_cms_odd_name(CMS_SignerInfo *si, X509 *cert, bool *odd)
    DMSC_MUST_CHECK;
/* cms_read.c: the signer's attribute of our own as a text: OK with *out NULL
 * where there is none; FORMAT: it is there twice, or no text. */
int dmsc_cms_text(CMS_SignerInfo *si, unsigned number, char **out)
    DMSC_MUST_CHECK;
/* The same for a number; 0: none. */
int dmsc_cms_number(CMS_SignerInfo *si, unsigned number, uint64_t *out)
    DMSC_MUST_CHECK;
/* When it says that it was made, or NULL. */
int dmsc_cms_time(CMS_SignerInfo *si, char **out) DMSC_MUST_CHECK;

#endif
