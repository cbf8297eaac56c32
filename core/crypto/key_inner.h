/* Inside the key providers: a SOURCE taken apart, and its parts' readers. */
#ifndef DMSC_CRYPTO_KEY_INNER_H
#define DMSC_CRYPTO_KEY_INNER_H

#include "crypto/key.h"

enum key_kind { KEY_FILE, KEY_ENV, KEY_FD, KEY_CSV, KEY_PKCS11, KEY_KINDS };
enum key_kdf { KDF_NONE, KDF_CMAC, KDF_AN10922, KDF_HKDF, KDF_KINDS };
enum { KEY_ATTRS = 16, KEY_SOURCE_MAX = 4096, KEY_CONTENT_MAX = 65536,
	KEY_NESTED = 4, KEY_ICCID_MAX = 20, KEY_USE_MAX = 11 };

struct key_attr {
	char *name, *value;
};

/* A source: its body and its attributes, decoded. For pkcs11: the body is
 * the URI without the attributes that are ours. */
struct key_uri {
	enum key_kind kind;
	bool plain;		/* @FILE: no attributes */
	char *body;
	struct key_attr attrs[KEY_ATTRS];
	size_t n;
	enum key_kdf kdf;
	bool div_card;		/* div=card: INITIALIZE UPDATE's bytes */
	size_t len;		/* len=, or 0 */
	const char *use;	/* use=, or NULL */
};

/* USAGE for no source, an unknown attribute, a bad value. */
int key_uri_parse(const char *source, struct key_uri **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void key_uri_free(struct key_uri **u);
const char *key_uri_get(const struct key_uri *u, const char *name);
/* Whether it must know the card's ICCID. */
bool key_uri_wants_card(const struct key_uri *u);

/* A key: bytes, or in a token; kdf: one that others are made of. */
struct key_token;
struct dmsc_key {
	struct dmsc_secret *bytes;
	struct key_token *token;
	size_t n;			/* bytes of it */
	enum key_kdf kdf;
	bool div_card;
	size_t len;			/* of what is made of it; 0: n */
	char iccid[KEY_ICCID_MAX + 1];
	char use[KEY_USE_MAX + 1];	/* use=, or "" */
	unsigned more;			/* owners besides the first */
};
/* Wants the bytes of k, takes them over, too. NULL: no memory. */
struct dmsc_key *key_of_moved(struct dmsc_secret **bytes);
/* key_kdf.c: USAGE, FORMAT for what the scheme cannot do. */
int key_kdf(const struct dmsc_key *k, const char *use, struct dmsc_rd div,
    struct dmsc_secret **out, struct dmsc_err *e) DMSC_MUST_CHECK;

/* One reading: what it is done with, and how deep sources are nested. */
struct key_reading {
	const struct dmsc_key_with *with;
	unsigned depth;
	struct dmsc_err *e;
};
/* The content of a source, by its enc= or the form. kdf= is not done. */
int key_content(const struct key_uri *u, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out) DMSC_MUST_CHECK;
/* Another source, out of an attribute of this one. */
int key_nested(const char *source, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out) DMSC_MUST_CHECK;

/* key_enc.c: "hex", "base64", "ascii", "bcd", "raw"; DATA. */
bool key_enc_known(const char *enc);
int key_decode(struct dmsc_rd text, const char *enc,
    struct dmsc_secret **out) DMSC_MUST_CHECK;
/* key_wrap.c: what was under transport=, by wrap= and iv=, in its place.
 * FORMAT for no whole blocks, MISMATCH where it does not come out: without a
 * record, their place is the caller's. */
int key_unwrap(const struct key_uri *u, const struct key_reading *rd,
    struct dmsc_secret **value) DMSC_MUST_CHECK;
/* key_csv.c */
int key_csv_read(const struct key_uri *u, enum dmsc_key_form form,
    const struct key_reading *rd, struct dmsc_secret **out) DMSC_MUST_CHECK;
/* key_engine.c: a private key that stays in a token. */
int key_engine_private(const struct key_uri *u, const struct key_reading *rd,
    EVP_PKEY **out) DMSC_MUST_CHECK;
/* key_iccid.c: the same card, written in any of the usual ways. */
bool key_same_iccid(struct dmsc_rd cell, const char *iccid);

#endif
