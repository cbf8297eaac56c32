/*
 * Key pairs of a card: what its directories list, new ones made by the card,
 * their public keys and requests for certificates. A private key never comes
 * out; what it signs: dmsc/sign.h. Room session.
 */
#ifndef DMSC_PAIR_H
#define DMSC_PAIR_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_pair {
	unsigned ref;		/* keyReference */
	char *label;		/* NULL: none */
	char *id;		/* hexadecimal, as its certificate's */
	char *type;		/* "p256", "p384", "rsa:2048"; NULL: not told */
	char *use;		/* "sign", "receipt", "verify", "other" */
	char *needs;		/* "PIN81", NULL: nothing that is listed */
	bool consent;		/* the PIN is asked for each signature */
	bool secret;		/* the private key is on the card */
	bool certified;		/* a certificate is */
};
extern const struct dmsc_view dmsc_pair_view;
struct dmsc_pair_list {
	struct dmsc_pair *pairs;
	size_t n_pairs;
};
extern const struct dmsc_view dmsc_pair_list_view;

/* PEM, as some of these make it. */
struct dmsc_pem {
	char *pem;
};
extern const struct dmsc_view dmsc_pem_view;
int dmsc_pem_set(struct dmsc_pem *p, const char *text) DMSC_MUST_CHECK;

/* None is OK: an empty list. */
int dmsc_pairs(struct dmsc_session *s, struct dmsc_pair_list **out)
    DMSC_MUST_CHECK;
/*
 * which, here and below: the label, the reference or the identifier (two
 * hexadecimal digits or more). NOTFOUND, with those that there are.
 */
int dmsc_pair_get(struct dmsc_session *s, const char *which,
    struct dmsc_pair **out) DMSC_MUST_CHECK;
/*
 * The card makes a new pair, which ends the old one for ever: EXISTS without
 * force where there is one. type NULL: as the old one. The directories and
 * the file of the public key are written, the certificate, which was of the
 * old key, is taken away; what of that fails is a warning.
 */
int dmsc_pair_generate(struct dmsc_session *s, const char *which,
    const char *type, bool force, struct dmsc_pair **out) DMSC_MUST_CHECK;
/* SubjectPublicKeyInfo in PEM, as the card tells it now. */
int dmsc_pair_public(struct dmsc_session *s, const char *which,
    struct dmsc_buf *pem) DMSC_MUST_CHECK;
/* A certification request (PKCS#10) in PEM, signed by the card. subject:
 * "CN=...,O=..."; without '=' it is the CN. */
int dmsc_pair_csr(struct dmsc_session *s, const char *which,
    const char *subject, struct dmsc_buf *pem) DMSC_MUST_CHECK;
/* A certificate for it, PEM or DER, into the file that the card has for it.
 * MISMATCH: it is of another key. */
int dmsc_pair_certify(struct dmsc_session *s, const char *which,
    struct dmsc_rd cert) DMSC_MUST_CHECK;

#endif
