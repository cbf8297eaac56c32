/* Key pairs of the card in the session: its directories, and the signer that
 * a key of the card is. */
#ifndef DMSC_SESSION_PAIRS_H
#define DMSC_SESSION_PAIRS_H

#include <dmsc/pair.h>

#include "crypto/pk.h"
#include "crypto/signer.h"
#include "pkcs15/keydir.h"
#include "session/session.h"

enum { PAIRS_FILE_MAX = 4096 };

/* A directory and where it stands. */
struct pairs_dir {
	bool there;
	struct dmsc_place place;
	struct dmsc_buf *bytes;		/* what dir's views point into */
	struct dmsc_key_dir dir;
};
struct pairs {
	struct dmsc_place df;		/* of the application */
	struct pairs_dir priv, pub, cert, trusted;
	struct dmsc_buf *aodf_bytes;
	struct dmsc_aodf aodf;
};
/* Reads them; the application stays selected. In a transaction of the
 * caller's. An application or directory that is not there is an empty one. */
int pairs_load(struct dmsc_session *s, struct pairs *p) DMSC_MUST_CHECK;
void pairs_free(struct pairs *p);
/* The entry of which, private before public; NOTFOUND with a record. */
int pairs_find(struct dmsc_session *s, const struct pairs *p,
    const char *which, const struct dmsc_key_entry **out) DMSC_MUST_CHECK;
const struct dmsc_key_entry *pairs_same(const struct dmsc_key_dir *d,
    const struct dmsc_key_entry *e);	/* by identifier */
/* The PIN that its authId means; 0: none. */
unsigned pairs_pin(const struct pairs *p, const struct dmsc_key_entry *e);
int pairs_place(const struct pairs *p, const struct dmsc_p15_path *path,
    struct dmsc_place *out) DMSC_MUST_CHECK;
/* The file of an entry, into out. */
int pairs_file(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The public key that goes with e: by the card, else the file; type NONE
 * with OK where the card tells none. */
int pairs_public(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type *type,
    struct dmsc_buf *pub) DMSC_MUST_CHECK;
int pairs_fill(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, struct dmsc_pair *out) DMSC_MUST_CHECK;
/* After a failed use of a private key: names the PIN that it asks for. */
int pairs_explain(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, int r);
unsigned pairs_algorithm(enum dmsc_pk_type type, enum dmsc_pk_hash hash);
int pairs_sign(struct dmsc_session *s, const struct pairs *p,
    const struct dmsc_key_entry *e, enum dmsc_pk_type type,
    struct dmsc_rd digest, struct dmsc_buf *out) DMSC_MUST_CHECK;

/*
 * The card says whether a signature over message holds, by one of its keys
 * whose public key is spki; others: and whose private half it does not hold.
 * label names that key then. NOTFOUND: it has no such key; MISMATCH: the
 * signature does not hold.
 */
int session_card_verify(struct dmsc_session *s, struct dmsc_rd spki,
    struct dmsc_rd message, struct dmsc_rd signature, bool others,
    char **label) DMSC_MUST_CHECK;

#endif
