/*
 * CMS SignedData (RFC 5652) with signed attributes, made of any signer's raw
 * signature. Pure: time is an argument.
 */
#ifndef DMSC_CRYPTO_CMS_H
#define DMSC_CRYPTO_CMS_H

#include "crypto/signer.h"

/* Attributes of our own: a name of 2.25, made of a UUID (dmsc-sign(7)), and
 * one number: Label and Version UTF8String, Length INTEGER. */
enum dmsc_cms_own { DMSC_CMS_LABEL = 1, DMSC_CMS_VERSION = 2,
	DMSC_CMS_LENGTH = 3, DMSC_CMS_RECEIPT = 4 };
/* The content octets of that OBJECT IDENTIFIER, into out. */
int dmsc_cms_own_oid(unsigned number, struct dmsc_buf *out) DMSC_MUST_CHECK;

/* A signed attribute: the content octets of its OBJECT IDENTIFIER, and the
 * DER of its one value. */
struct dmsc_cms_attr {
	struct dmsc_rd oid, value;
};
struct dmsc_cms_opts {
	int64_t time;		/* signingTime; 0: none */
	const char *label;	/* NULL: none; so for all */
	const char *version;
	size_t length;		/* of the document before its companion; 0:
				 * there is none */
	const struct dmsc_cms_attr *more;
	size_t n_more;
	bool attached;		/* data lies inside */
};

/*
 * The signed attributes over data in DER (SET OF, tag 31), to out: what a
 * signer signs. LIMIT, NOMEM, DATA (an attribute that is no DER).
 */
int dmsc_cms_attrs(struct dmsc_rd data, enum dmsc_sig_alg alg,
    const struct dmsc_cms_opts *o, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Those parts as a SignedData in DER. */
struct dmsc_cms_parts {
	enum dmsc_sig_alg alg;
	struct dmsc_rd cert;		/* DER */
	struct dmsc_rd others;		/* DER behind each other, or none */
	struct dmsc_rd attrs;		/* DER, tag 31; none: no attributes */
	struct dmsc_rd signature;	/* raw, as in signer.h */
	struct dmsc_rd content;		/* none: detached */
};
int dmsc_cms_join(const struct dmsc_cms_parts *p, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/*
 * attrs, sign, join; what comes out is verified before it is handed over.
 * UNSUPPORTED: an algorithm that this OpenSSL's CMS lacks (Ed25519 in 3.0).
 * MISMATCH: the key is not the certificate's.
 */
int dmsc_cms_sign(struct dmsc_rd data, const struct dmsc_cms_opts *o,
    const struct dmsc_signer *k, struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/*
 * What is verified against what. of_doc: label, version and length are the
 * document's own, and compared: the signature's Label and Length, where it
 * has them, must be the same, its Version the document's where both have
 * one. accepted: the last good Version, NULL: none; an older one is refused.
 */
struct dmsc_cms_ask {
	struct dmsc_rd data, signature;
	bool by_file, by_card;		/* whose trust is needed: one or both */
	struct dmsc_rd file, card;	/* certificates, PEM or DER */
	int64_t now;
	bool of_doc;
	const char *label, *version, *accepted;
	size_t length;			/* of the document where a companion
					 * follows it; else 0 */
};
/* As dmsc_verify in dmsc/sign.h; e and *out too. */
int dmsc_cms_check(const struct dmsc_cms_ask *a, struct dmsc_verdict **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/*
 * The value (DER) of the first signer's signed attribute: NOTFOUND where
 * there is none, FORMAT for no CMS. Verify first: this believes all.
 */
int dmsc_cms_get_attr(struct dmsc_rd signature, struct dmsc_rd oid,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The content inside; NOTFOUND: it is detached. */
int dmsc_cms_get_content(struct dmsc_rd signature, struct dmsc_buf *out)
    DMSC_MUST_CHECK;

#endif
