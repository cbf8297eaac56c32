/*
 * Where keys and secrets come from: providers, named by a SOURCE. The whole
 * grammar stands in dmsc-keys(7). Room crypto.
 *
 *	@FILE	file:FILE[?NAME=VALUE[&...]]	env:NAME[?...]	fd:N[?...]
 *	csv:FILE?key=COLUMN[&...]	pkcs11:...[?...] (RFC 7512)
 */
#ifndef DMSC_KEY_H
#define DMSC_KEY_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>

struct dmsc_session;

/* What the content of a source may be, where it does not say so itself. */
enum dmsc_key_form {
	DMSC_KEY_SECRET,	/* "hex:...", "ascii:..." */
	DMSC_KEY_PIN,		/* the same, or digits */
	DMSC_KEY_RAW		/* any bytes: PEM or DER */
};

/* Begins as a source does: it is no value. */
bool dmsc_source_is(const char *text);
/* Whether it is well formed, nothing is read: USAGE. */
int dmsc_source_check(const char *source, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/*
 * The bytes that a source names. Where it needs to know the card (csv:,
 * kdf=) the card in use is asked, AUTH when none is connected. USAGE for a
 * source that is none, IO when it cannot be read, DATA for bad content,
 * NOTFOUND for a card that is not in it, UNSUPPORTED for a key that stays in
 * its token. No value appears in the record.
 */
int dmsc_source_secret(struct dmsc_session *s, const char *source,
    enum dmsc_key_form form, struct dmsc_secret **out) DMSC_MUST_CHECK;

/* An AES key: its bytes, or one that stays in a token. */
struct dmsc_key;
/* spend_try: allows the last tries of a token's PIN. As dmsc_source_secret;
 * GUARD, AUTHFAIL, BLOCKED for a token's PIN. */
int dmsc_source_key(struct dmsc_session *s, const char *source,
    bool spend_try, struct dmsc_key **out) DMSC_MUST_CHECK;
struct dmsc_key *dmsc_key_of(const struct dmsc_secret *bytes); /* a copy */
void dmsc_key_free(struct dmsc_key **k);	/* wipes */

#endif
