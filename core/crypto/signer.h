/*
 * Who signs: a private key on this machine, in a token or on a card, behind
 * one small interface. cms.h makes a CMS of what it gives.
 */
#ifndef DMSC_CRYPTO_SIGNER_H
#define DMSC_CRYPTO_SIGNER_H

#include <dmsc/bytes.h>
#include <dmsc/sign.h>

enum dmsc_sig_alg {
	DMSC_SIG_RSA,		/* PKCS#1 v1.5, SHA-256 */
	DMSC_SIG_PSS,		/* RSASSA-PSS, SHA-256, MGF1 of it, salt 32 */
	DMSC_SIG_P256,		/* ECDSA, SHA-256 */
	DMSC_SIG_P384,		/* ECDSA, SHA-384 */
	DMSC_SIG_ED25519,	/* RFC 8419: SHA-512, the message whole */
	DMSC_SIG_ALGS
};
enum { DMSC_DIGEST_MAX = 64, DMSC_RSA_MIN_BITS = 2048 };

/* The digest of its messages: "SHA256", "SHA384", "SHA512". */
const char *dmsc_sig_digest_name(enum dmsc_sig_alg alg);
int dmsc_sig_digest(enum dmsc_sig_alg alg, struct dmsc_rd message,
    uint8_t out[DMSC_DIGEST_MAX], size_t *n) DMSC_MUST_CHECK;

struct dmsc_signer_ops {
	const char *name;	/* "key", "card" */
	/*
	 * Signs message, whose digest is also given: a card takes either one
	 * (PSO hash of the message, or the digest as it is). out: the raw
	 * signature as cards give it: RSA as long as the modulus, ECDSA r
	 * and s of equal length behind each other, Ed25519 64 bytes. The
	 * record says why it failed.
	 */
	int (*sign)(void *h, struct dmsc_rd message, struct dmsc_rd digest,
	    struct dmsc_buf *out, struct dmsc_err *e);
	void (*close)(void **h);
};

struct dmsc_signer {
	const struct dmsc_signer_ops *ops;
	void *h;			/* owned: ops->close */
	enum dmsc_sig_alg alg;
	struct dmsc_buf *cert;		/* DER */
	struct dmsc_buf *others;	/* what stands between it and a CA,
					 * DER behind each other; may be NULL */
};

/*
 * h is the signer's from here on, in failure too. alg: what the certificate's
 * key says, RSA as PKCS#1 v1.5 (*pss: as PSS). certs: PEM or DER, the
 * signer's own first. DATA: no certificate; UNSUPPORTED: another kind of key.
 */
int dmsc_signer_new(const struct dmsc_signer_ops *ops, void *h,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Its certificate's subject and key ("RSA 2048", "RSA-PSS 2048"). */
int dmsc_signer_tell(const struct dmsc_signer *k, char **name, char **key)
    DMSC_MUST_CHECK;
/* One whose private key a source names (crypto/key.h). */
struct dmsc_key_with;
int dmsc_signer_read(const char *source, const struct dmsc_key_with *with,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* DATA: RSA below 2048 bits, or a certificate that is not for signing;
 * SIGNER: not valid at time now. */
int dmsc_signer_check(const struct dmsc_signer *k, int64_t now,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
