/* A signer made of a private key that OpenSSL holds. */
#ifndef DMSC_CRYPTO_PKEY_H
#define DMSC_CRYPTO_PKEY_H

#include <openssl/evp.h>

#include "crypto/signer.h"

/* key is the signer's from here on, in failure too. As dmsc_signer_new; DATA
 * as well where it is not the certificate's key. */
int dmsc_signer_pkey(EVP_PKEY *key, struct dmsc_rd certs, bool pss,
    struct dmsc_signer **out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
