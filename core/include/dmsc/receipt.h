/*
 * Receipts: a card's own signature over what it received and sent, for
 * somebody who was not there. Room crypto.
 */
#ifndef DMSC_RECEIPT_H
#define DMSC_RECEIPT_H

#include <dmsc/bytes.h>
#include <dmsc/sign.h>
#include <dmsc/view.h>

struct dmsc_session;

/* What a receipt says. */
struct dmsc_receipt {
	char *iccid;
	size_t counter;		/* of this card's receipts: no two are equal */
	size_t exchanges;
	char *hash;		/* of the transcript, SHA-256 */
	char *nonce;		/* hex; NULL: none */
	char *host_time;	/* "2026-11-23T15:04:05Z", as the host said */
	char **authenticated;	/* "SCP03 30 33 A000000151000000", "ADM1" */
	size_t n_authenticated;
};
extern const struct dmsc_view dmsc_receipt_view;

/* One that the card has just given. */
struct dmsc_receipt_new {
	struct dmsc_receipt *receipt;
	struct dmsc_buf *der;	/* CMS SignedData, the content inside */
	bool matches;		/* it is of what this host has recorded */
	size_t recorded;	/* exchanges of the host's transcript */
	size_t withheld;	/* of its data fields: only their digests */
};
extern const struct dmsc_view dmsc_receipt_new_view;

/* A verdict, and what the receipt says (NULL: it cannot be read). */
struct dmsc_receipt_check {
	struct dmsc_verdict *verdict;
	struct dmsc_receipt *receipt;
};
extern const struct dmsc_view dmsc_receipt_check_view;

/*
 * The card begins to hash what it receives and sends, and the host to record
 * it. nonce: the verifier's, up to 64 bytes, may be empty. One that runs is
 * dropped. UNSUPPORTED: the card knows no receipts, or has no key for them.
 */
int dmsc_receipt_start(struct dmsc_session *s, struct dmsc_rd nonce)
    DMSC_MUST_CHECK;
/*
 * The card's receipt of all since. transcript: the file that gets the text
 * (0600), NULL: none. The recording goes on. NOTFOUND: none was started, or a
 * reset ended it. AUTH: the card wants to know who asks. MISMATCH: the card
 * has seen something else than was recorded; *out is set then too.
 */
int dmsc_receipt_take(struct dmsc_session *s, const char *transcript,
    struct dmsc_receipt_new **out) DMSC_MUST_CHECK;
/*
 * Without a card: the receipt (DER) against the CAs, the transcript
 * against the receipt, and both against the nonce (NULL p: any). MISMATCH: a
 * bad signature, another transcript or nonce. SIGNER: unknown or expired.
 * FORMAT, DATA. *out is set for OK, MISMATCH and SIGNER.
 */
struct dmsc_receipt_given {
	struct dmsc_rd receipt, transcript, ca_pem, nonce;
};
int dmsc_receipt_verify(struct dmsc_session *s,
    const struct dmsc_receipt_given *g, struct dmsc_receipt_check **out)
    DMSC_MUST_CHECK;

#endif
