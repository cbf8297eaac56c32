/*
 * Key pairs that a card signs with: RSA-2048 with PKCS#1 v1.5 padding (RFC
 * 8017) and ECDSA on P-256 and P-384 (FIPS 186-5). Pure: bytes in, bytes out.
 */
#ifndef DMSC_CRYPTO_PK_H
#define DMSC_CRYPTO_PK_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>

enum dmsc_pk_type {
	DMSC_PK_NONE, DMSC_PK_RSA2048, DMSC_PK_P256, DMSC_PK_P384
};
enum dmsc_pk_hash {
	DMSC_PK_RAW,		/* RSA: a DigestInfo, made by the caller */
	DMSC_PK_SHA256, DMSC_PK_SHA384, DMSC_PK_SHA512
};
enum {
	DMSC_PK_PRIVATE_MAX = 1280,	/* PKCS#8 of RSA-2048 */
	DMSC_PK_PUBLIC_MAX = 288,	/* its public key, either form */
	DMSC_PK_SIGNATURE_MAX = 256, DMSC_PK_DIGEST_MAX = 64
};

/* "rsa:2048", "p256", "p384"; NULL and NONE for what there is not. */
const char *dmsc_pk_name(enum dmsc_pk_type type);
enum dmsc_pk_type dmsc_pk_named(const char *name);
size_t dmsc_pk_signature_len(enum dmsc_pk_type type);
size_t dmsc_pk_digest_len(enum dmsc_pk_hash hash);	/* 0: RAW */
/* The hash that goes with a type where nobody names one. */
enum dmsc_pk_hash dmsc_pk_usual(enum dmsc_pk_type type);

/*
 * A public key as a card gives it (ISO 7816-8, inside tag 7F49): RSA 81
 * modulus, 82 exponent; EC 86 point, not compressed. A private key is the DER
 * of a PrivateKeyInfo (PKCS#8). Both are appended.
 */
int dmsc_pk_generate(enum dmsc_pk_type type, struct dmsc_secret **priv,
    struct dmsc_buf *pub) DMSC_MUST_CHECK;
/* DATA: no private key, UNSUPPORTED: of another type. */
int dmsc_pk_public(struct dmsc_rd priv, enum dmsc_pk_type *type,
    struct dmsc_buf *pub) DMSC_MUST_CHECK;
/* To and from a SubjectPublicKeyInfo (RFC 5280). DATA, UNSUPPORTED. */
int dmsc_pk_to_spki(enum dmsc_pk_type type, struct dmsc_rd pub,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_pk_of_spki(struct dmsc_rd spki, enum dmsc_pk_type *type,
    struct dmsc_buf *pub) DMSC_MUST_CHECK;

/* A digest; a signature as a card gives it: RSA as long as the modulus, ECDSA
 * r and s behind each other. LIMIT: a digest of another length. */
int dmsc_pk_sign(struct dmsc_rd priv, enum dmsc_pk_hash hash,
    struct dmsc_rd digest, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* MISMATCH: it does not hold. */
int dmsc_pk_verify(enum dmsc_pk_type type, struct dmsc_rd pub,
    enum dmsc_pk_hash hash, struct dmsc_rd digest,
    struct dmsc_rd signature) DMSC_MUST_CHECK;
/* ECDSA signatures: r and s behind each other, and the DER of X.509 and CMS;
 * RSA ones are the same in both. FORMAT. */
int dmsc_pk_sig_der(enum dmsc_pk_type type, struct dmsc_rd raw,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_pk_sig_raw(enum dmsc_pk_type type, struct dmsc_rd der,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* A hash in parts. */
struct dmsc_pk_md;
int dmsc_pk_md_new(enum dmsc_pk_hash hash, struct dmsc_pk_md **out)
    DMSC_MUST_CHECK;
/* From what another has hashed so far: the state and the number of bits, 8
 * bytes. FORMAT: not that long, or not whole blocks. */
int dmsc_pk_md_resume(enum dmsc_pk_hash hash, struct dmsc_rd state,
    struct dmsc_pk_md **out) DMSC_MUST_CHECK;
int dmsc_pk_md_add(struct dmsc_pk_md *m, struct dmsc_rd data)
    DMSC_MUST_CHECK;
int dmsc_pk_md_end(struct dmsc_pk_md *m, uint8_t out[DMSC_PK_DIGEST_MAX])
    DMSC_MUST_CHECK;
void dmsc_pk_md_free(struct dmsc_pk_md **m);

#endif
