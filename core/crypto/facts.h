/* What is known of each algorithm of signer.h, for the files of this room. */
#ifndef DMSC_CRYPTO_FACTS_H
#define DMSC_CRYPTO_FACTS_H

#include "crypto/pk.h"
#include "crypto/signer.h"

struct dmsc_sig_facts {
	const char *digest;	/* OpenSSL's name */
	enum dmsc_pk_type ec;	/* its signatures are two numbers; else NONE */
	const char *digest_alg;	/* AlgorithmIdentifier in DER, hex */
	const char *alg;	/* that of the signature */
};
const struct dmsc_sig_facts *dmsc_sig_facts(enum dmsc_sig_alg alg);

#endif
