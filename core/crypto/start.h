/* The start of OpenSSL, for the files of this room. */
#ifndef DMSC_CRYPTO_START_H
#define DMSC_CRYPTO_START_H

#include <dmsc/bytes.h>

/* Every function that calls OpenSSL calls this first; it is cheap after the
 * first time. No configuration file is read: neither the machine's nor the
 * one that OPENSSL_CONF names. */
int dmsc_crypto_start(void) DMSC_MUST_CHECK;
/* Code, with OpenSSL's queue of errors emptied: it is nobody's business
 * outside. */
int dmsc_crypto_fail(int code);
/* Of what could not be read: DATA, or NOMEM where there was no memory. */
int dmsc_crypto_bad(void);
/* What an i2d_ function made, n bytes, behind out; it is freed. n below 1 is
 * NOMEM. */
int dmsc_der_put(struct dmsc_buf *out, unsigned char *der, int n)
    DMSC_MUST_CHECK;

#endif
