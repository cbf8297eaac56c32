/* Signatures: detached CMS SignedData (RFC 5652). Room crypto. */
#ifndef DMSC_SIGN_H
#define DMSC_SIGN_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

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
	char *trust;		/* "file", "card", "file and card" */
};
extern const struct dmsc_view dmsc_verdict_view;

/*
 * Checks a detached signature (DER or PEM; none: empty) over data against the
 * certificates of a PEM text, each trusted by itself. Of several signers all
 * must be good; the verdict names one that is not, else the first. OK: good.
 * MISMATCH: bad signature (a digest as weak as SHA-1 too) or another
 * document. SIGNER: unsigned, unknown, expired (or not valid yet). FORMAT: no
 * CMS. UNSUPPORTED: an algorithm that this OpenSSL lacks. DATA: no
 * certificates in ca_pem. *out is set for the first three and freed with
 * dmsc_view_free(&dmsc_verdict_view, ...).
 */
int dmsc_verify(struct dmsc_session *s, struct dmsc_rd data,
    struct dmsc_rd signature, struct dmsc_rd ca_pem,
    struct dmsc_verdict **out) DMSC_MUST_CHECK;

#endif
