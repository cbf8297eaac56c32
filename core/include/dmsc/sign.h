/*
 * Signatures: detached CMS SignedData (RFC 5652), of a document with its
 * Label and Version as signed attributes (dmsc-sign(7)). Room crypto.
 */
#ifndef DMSC_SIGN_H
#define DMSC_SIGN_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

/* Who signs: a private key and its certificate. */
struct dmsc_signer;

/*
 * key: a SOURCE of a private key (dmsc/key.h). certs: PEM or DER, the
 * signer's own first, then what stands between it and a CA. pss: an RSA key
 * signs as RSASSA-PSS. DATA: the key is not the certificate's, RSA below 2048
 * bits, a certificate that is not for signing; SIGNER: it is not valid now;
 * UNSUPPORTED: another kind of key than RSA, P-256, P-384, Ed25519.
 */
int dmsc_signer_open(struct dmsc_session *s, const char *key,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out)
    DMSC_MUST_CHECK;
/*
 * A key of the card in use (dmsc/pair.h), which signs without ever leaving
 * it; which NULL: its first that signs. certs empty: the certificate that the
 * card holds. NOTFOUND, and as above. Signing asks for the key's PIN: AUTH.
 */
int dmsc_signer_card(struct dmsc_session *s, const char *which,
    struct dmsc_rd certs, struct dmsc_signer **out) DMSC_MUST_CHECK;
void dmsc_signer_free(struct dmsc_signer **k);

struct dmsc_signed {
	char *label;		/* signed attributes; NULL: none */
	char *version;
	char *signed_at;
	char *signer;		/* subject, RFC 2253 */
	char *algorithm;	/* "RSA 2048", "RSA-PSS 2048", "ECDSA P-256" */
	char *digest;		/* "SHA256" */
	size_t size;		/* of the signature */
	struct dmsc_buf *cms;	/* it, DER */
};
extern const struct dmsc_view dmsc_signed_view;

/* UNSUPPORTED for Ed25519 where OpenSSL's CMS cannot verify it (before 3.2).
 * *out is freed with dmsc_view_free(&dmsc_signed_view, ...). */
int dmsc_sign(struct dmsc_session *s, const struct dmsc_signer *k,
    struct dmsc_rd data, struct dmsc_signed **out) DMSC_MUST_CHECK;
/* A document and its companion as the working copy has them. The signature is
 * put nowhere: dmsc_edit_signature does. */
int dmsc_sign_document(struct dmsc_session *s, const struct dmsc_signer *k,
    const char *path, struct dmsc_signed **out) DMSC_MUST_CHECK;
/* Commits and plans sign anew with k, which stays the caller's, until the
 * end: from then on signatures are dropped. */
int dmsc_sign_commits_with(struct dmsc_session *s,
    const struct dmsc_signer *k) DMSC_MUST_CHECK;
void dmsc_sign_commits_end(struct dmsc_session *s);

struct dmsc_verdict {
	char *outcome;		/* "good", "bad", "unsigned", "unknown signer",
				 * "expired", "older" */
	char *why;
	char *signer;		/* subject, RFC 2253 */
	char *issuer;
	char *not_after;
	char *digest;		/* "SHA256" */
	char *algorithm;	/* "RSA 2048", "ECDSA P-256", "ED25519" */
	char *label;		/* as signed; so for the next two */
	char *version;		/* or the document's own */
	char *signed_at;	/* what the signer says */
	char *trust;		/* "file", "card", "file and card", "key 11
				 * '...' of the card, which checked it" */
};
extern const struct dmsc_view dmsc_verdict_view;

/*
 * Checks a detached signature (DER or PEM; none: empty) over data against the
 * certificates of a PEM text, each trusted by itself. Of several signers all
 * must be good; the verdict names one that is not, else the first. OK: good.
 * MISMATCH: bad signature (a digest as weak as SHA-1 too) or another
 * document. SIGNER: unsigned, unknown, expired (or not valid yet). FORMAT: no
 * CMS in DER. UNSUPPORTED: an algorithm that this OpenSSL lacks. DATA: no
 * certificates in ca_pem. *out is set for the first three and freed with
 * dmsc_view_free(&dmsc_verdict_view, ...).
 */
int dmsc_verify(struct dmsc_session *s, struct dmsc_rd data,
    struct dmsc_rd signature, struct dmsc_rd ca_pem,
    struct dmsc_verdict **out) DMSC_MUST_CHECK;

/* Whom to trust: one of these, or both, and then both must. */
struct dmsc_verify_opts {
	bool by_file, by_card;
	struct dmsc_rd file;	/* certificates, PEM or DER */
	bool has_signature;	/* else the document's own, LABEL.p7s */
	struct dmsc_rd signature;
	bool as_read;		/* what the card has, not the working copy */
	bool forget;		/* the Version accepted is not noted */
	bool on_card;		/* the card checks the signature, with a
				 * public key of its own, which is the one
				 * that is trusted */
	bool others;		/* and one whose private half it does not
				 * itself hold */
};
int dmsc_verify_data(struct dmsc_session *s, struct dmsc_rd data,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
    DMSC_MUST_CHECK;
/*
 * A document with its companion: the signature's Label must be the
 * document's, and its Version the document's where both name one. The last
 * Version of a good signature is kept for each card and label; an older one
 * is MISMATCH, outcome "older".
 */
int dmsc_verify_doc(struct dmsc_session *s, const char *path,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
    DMSC_MUST_CHECK;

#endif
