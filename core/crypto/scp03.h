/*
 * SCP03 (GlobalPlatform Card Specification, Amendment D), both ends of it:
 * bytes in, bytes out; randomness, keys and counters are arguments.
 *
 * The host: dmsc_scp_ask, dmsc_scp_host, dmsc_scp_login, dmsc_scp_opened,
 * then dmsc_scp_wrap and dmsc_scp_unwrap in turn. The card: dmsc_scp_card,
 * dmsc_scp_answer, dmsc_scp_accept, then dmsc_scp_take and dmsc_scp_give in
 * turn. What fails ends the channel, and every later call is CHANNEL.
 */
#ifndef DMSC_CRYPTO_SCP03_H
#define DMSC_CRYPTO_SCP03_H

#include <dmsc/bytes.h>

enum {
	DMSC_SCP_BLOCK = 16,
	DMSC_SCP_S8 = 8, DMSC_SCP_S16 = 16,	/* challenges and MACs */
	DMSC_SCP_DIV = 10, DMSC_SCP_SEQ = 3,
	DMSC_SCP_INIT_UPDATE = 0x50, DMSC_SCP_EXT_AUTH = 0x82,
	/* the parameter i */
	DMSC_SCP_I_S16 = 0x01, DMSC_SCP_I_PSEUDO = 0x10,
	DMSC_SCP_I_RMAC = 0x20, DMSC_SCP_I_RENC = 0x40,
	/* the level: P1 of EXTERNAL AUTHENTICATE */
	DMSC_SCP_MAC = 0x01, DMSC_SCP_ENC = 0x02, DMSC_SCP_RMAC = 0x10,
	DMSC_SCP_RENC = 0x20, DMSC_SCP_ALL = 0x33,
	/* constants of the derivation */
	DMSC_SCP_K_CARD = 0x00, DMSC_SCP_K_HOST = 0x01,
	DMSC_SCP_K_CHALLENGE = 0x02, DMSC_SCP_K_ENC = 0x04,
	DMSC_SCP_K_MAC = 0x06, DMSC_SCP_K_RMAC = 0x07
};

/* Whether a card with this parameter i offers the level. */
bool dmsc_scp_level_offered(unsigned level, unsigned i);
/* out[n] from key (SP 800-108, counter mode, AES-CMAC). */
int dmsc_scp_derive(struct dmsc_rd key, unsigned constant,
    struct dmsc_rd context, uint8_t *out, size_t n) DMSC_MUST_CHECK;
/* The same from a key of a provider, which may stay in a token. */
struct dmsc_key;
int dmsc_scp_derive_by(const struct dmsc_key *key, unsigned constant,
    struct dmsc_rd context, uint8_t *out, size_t n) DMSC_MUST_CHECK;

/* The answer to INITIALIZE UPDATE. */
struct dmsc_scp_hello {
	uint8_t div[DMSC_SCP_DIV];
	uint8_t kvn, i;
	size_t n;		/* 8 or 16 */
	uint8_t challenge[DMSC_SCP_S16], cryptogram[DMSC_SCP_S16];
	uint8_t seq[DMSC_SCP_SEQ];	/* when i has PSEUDO */
};
/* UNSUPPORTED: another protocol (SCP02); SHORT, FORMAT. */
int dmsc_scp_hello(struct dmsc_rd answer, struct dmsc_scp_hello *out)
    DMSC_MUST_CHECK;

/* Static keys of one version; views into secret memory. */
struct dmsc_scp_keys {
	struct dmsc_rd enc, mac, dek;
};

struct dmsc_scp;
void dmsc_scp_free(struct dmsc_scp **s);	/* wipes */
bool dmsc_scp_is_open(const struct dmsc_scp *s);
unsigned dmsc_scp_level(const struct dmsc_scp *s);
size_t dmsc_scp_mac_len(const struct dmsc_scp *s);
/* The most plain data that a short command or answer can bring. */
size_t dmsc_scp_room(const struct dmsc_scp *s);
size_t dmsc_scp_answer_room(const struct dmsc_scp *s);
/* After a lost answer or a broken link. */
void dmsc_scp_break(struct dmsc_scp *s);

/* host; channel: 0 to 19 */
int dmsc_scp_ask(unsigned channel, unsigned kvn, struct dmsc_rd challenge,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* From the answer to it. AUTHFAIL: the card does not have these keys. */
int dmsc_scp_host(const struct dmsc_scp_keys *k, struct dmsc_rd challenge,
    const struct dmsc_scp_hello *h, struct dmsc_scp **out) DMSC_MUST_CHECK;
/* The same with keys of providers (crypto/key.h): session keys are made by
 * the token of one that stays in a token. What the token says is IO. */
int dmsc_scp_host_by(const struct dmsc_key *enc, const struct dmsc_key *mac,
    struct dmsc_rd challenge, const struct dmsc_scp_hello *h,
    struct dmsc_scp **out) DMSC_MUST_CHECK;
/* EXTERNAL AUTHENTICATE; USAGE: a level that the card does not offer. */
int dmsc_scp_login(struct dmsc_scp *s, unsigned channel, unsigned level,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* It was answered 9000. */
int dmsc_scp_opened(struct dmsc_scp *s) DMSC_MUST_CHECK;
/* A plain command to what is sent. LIMIT (the channel stays): too long for
 * its form. Where answers are protected, a Le becomes 00: they are longer. */
int dmsc_scp_wrap(struct dmsc_scp *s, struct dmsc_rd cmd,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The whole answer, SW behind it, to the plain one. CHANNEL. */
int dmsc_scp_unwrap(struct dmsc_scp *s, struct dmsc_rd rsp,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* card; i says what it offers */
int dmsc_scp_card(const struct dmsc_scp_keys *k, unsigned i,
    struct dmsc_rd host_challenge, struct dmsc_rd card_challenge,
    struct dmsc_scp **out) DMSC_MUST_CHECK;
/* Fills the answer but for div, kvn and seq, which are h's, into out. */
int dmsc_scp_answer(const struct dmsc_scp *s, const struct dmsc_scp_hello *h,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* EXTERNAL AUTHENTICATE as it came. AUTHFAIL (6300): the cryptogram; CHANNEL
 * (6982): the MAC; USAGE (6A86): the level; FORMAT. */
int dmsc_scp_accept(struct dmsc_scp *s, struct dmsc_rd cmd) DMSC_MUST_CHECK;
/* A protected command as it came to the plain one. CHANNEL. */
int dmsc_scp_take(struct dmsc_scp *s, struct dmsc_rd cmd,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* A plain answer, SW behind it, to what is sent. */
int dmsc_scp_give(struct dmsc_scp *s, struct dmsc_rd rsp,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
