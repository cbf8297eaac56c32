/* Signatures: detached CMS SignedData (RFC 5652). Room crypto. */
#ifndef DMSC_SIGN_H
#define DMSC_SIGN_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_verdict {
	char *outcome;		/* "good", "bad", "unsigned", "unknown signer",
				 * "expired" */
	char *why;
	char *signer;		/* subject, RFC 2253 */
	char *issuer;
	char *not_after;
	char *digest;		/* "SHA256" */
	char *algorithm;
};
extern const struct dmsc_view dmsc_verdict_view;

/*
 * Checks a detached signature (DER or PEM) over data against the CAs of a
 * PEM text. OK: good. MISMATCH: bad signature or another document. SIGNER:
 * unsigned, unknown, expired. FORMAT: no CMS. *out is set for the first
 * three.
 */
int dmsc_verify(struct dmsc_session *s, struct dmsc_rd data,
    struct dmsc_rd signature, struct dmsc_rd ca_pem,
    struct dmsc_verdict **out) DMSC_MUST_CHECK;

#endif
