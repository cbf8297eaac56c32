/* SCP03: session keys, cryptograms, the opening of a channel (GlobalPlatform
 * Amendment D, 4.1.5, 6.2.2 and 7.1). */
#include "crypto/scp03.h"

#include <string.h>

#include "base/base.h"
#include "crypto/key.h"
#include "crypto/scp_inner.h"

enum {
	LABEL = 11, SCP_ID = 3, DIV_AND_KEYS = DMSC_SCP_DIV + 3,
	COUNTER_AT = 15
};

bool
dmsc_scp_level_offered(unsigned level, unsigned i)
{
	bool rmac = (i & DMSC_SCP_I_RMAC) != 0,
	    renc = rmac && (i & DMSC_SCP_I_RENC) != 0;

	switch (level) {
	case 0:
	case DMSC_SCP_MAC:
	case DMSC_SCP_MAC | DMSC_SCP_ENC:
		return true;
	case DMSC_SCP_MAC | DMSC_SCP_RMAC:
	case DMSC_SCP_MAC | DMSC_SCP_ENC | DMSC_SCP_RMAC:
		return rmac;
	case DMSC_SCP_ALL:
		return renc;
	default:
		return false;
	}
}

/* A static key: bytes made ready, or one in a token. */
struct prf {
	struct dmsc_cmac *cmac;
	const struct dmsc_key *key;	/* instead */
	size_t n;			/* bytes of it */
};

static int
of_bytes(struct dmsc_rd key, struct prf *out)
{
	out->key = NULL;
	out->n = key.left;
	return dmsc_cmac_new(key, &out->cmac);
}

static int
of_key(const struct dmsc_key *key, struct prf *out)
{
	if (!dmsc_key_in_token(key))
		return of_bytes(dmsc_key_bytes(key), out);
	out->cmac = NULL;
	out->key = key;
	out->n = dmsc_key_len(key);
	return DMSC_E_OK;
}

/* Label, 00, length in bits, counter, context. */
static int
derive(const struct prf *f, unsigned constant, struct dmsc_rd context,
    uint8_t *out, size_t n)
{
	uint8_t in[COUNTER_AT + 1] = { 0 }, block[DMSC_AES_BLOCK];
	const struct dmsc_rd parts[] = { dmsc_rd_of(in, sizeof in), context };
	size_t at, len;
	int r = DMSC_E_OK;

	in[LABEL] = (uint8_t)constant;
	in[LABEL + 2] = (uint8_t)(n * 8 >> 8);
	in[LABEL + 3] = (uint8_t)(n * 8);
	for (at = 0; r == DMSC_E_OK && at < n; at += len) {
		in[COUNTER_AT]++;
		len = DMSC_MIN(n - at, sizeof block);
		r = f->key != NULL ?
		    dmsc_key_cmac(f->key, parts, DMSC_COUNT(parts), block) :
		    dmsc_cmac(f->cmac, parts, DMSC_COUNT(parts), block);
		if (r == DMSC_E_OK)
			memcpy(out + at, block, len);
	}
	dmsc_wipe(block, sizeof block);
	return r;
}

static int
derive_by(struct prf *f, unsigned constant, struct dmsc_rd context,
    uint8_t *out, size_t n)
{
	int r = n > DMSC_AES_KEY_MAX ? DMSC_E_LIMIT :
	    derive(f, constant, context, out, n);

	dmsc_cmac_free(&f->cmac);
	return r;
}

int
dmsc_scp_derive(struct dmsc_rd key, unsigned constant,
    struct dmsc_rd context, uint8_t *out, size_t n)
{
	struct prf f = { NULL, NULL, 0 };
	int r = of_bytes(key, &f);

	return r == DMSC_E_OK ? derive_by(&f, constant, context, out, n) : r;
}

int
dmsc_scp_derive_by(const struct dmsc_key *key, unsigned constant,
    struct dmsc_rd context, uint8_t *out, size_t n)
{
	struct prf f = { NULL, NULL, 0 };
	int r = of_key(key, &f);

	return r == DMSC_E_OK ? derive_by(&f, constant, context, out, n) : r;
}

int
dmsc_scp_hello(struct dmsc_rd answer, struct dmsc_scp_hello *out)
{
	struct dmsc_rd div, r = answer, challenge, gram, seq;
	uint8_t id;

	memset(out, 0, sizeof *out);
	if (dmsc_rd_take(&r, DMSC_SCP_DIV, &div) != DMSC_E_OK ||
	    dmsc_rd_u8(&r, &out->kvn) != DMSC_E_OK ||
	    dmsc_rd_u8(&r, &id) != DMSC_E_OK)
		return DMSC_E_SHORT;
	memcpy(out->div, div.p, sizeof out->div);
	if (id != SCP_ID)
		return DMSC_E_UNSUPPORTED;
	if (dmsc_rd_u8(&r, &out->i) != DMSC_E_OK)
		return DMSC_E_SHORT;
	out->n = (out->i & DMSC_SCP_I_S16) != 0 ? DMSC_SCP_S16 :
	    DMSC_SCP_S8;
	if (dmsc_rd_take(&r, out->n, &challenge) != DMSC_E_OK ||
	    dmsc_rd_take(&r, out->n, &gram) != DMSC_E_OK)
		return DMSC_E_SHORT;
	memcpy(out->challenge, challenge.p, out->n);
	memcpy(out->cryptogram, gram.p, out->n);
	if ((out->i & DMSC_SCP_I_PSEUDO) != 0) {
		if (dmsc_rd_take(&r, DMSC_SCP_SEQ, &seq) != DMSC_E_OK)
			return DMSC_E_SHORT;
		memcpy(out->seq, seq.p, sizeof out->seq);
	}
	return r.left == 0 ? DMSC_E_OK : DMSC_E_FORMAT;
}

/* One session key, as long as the static one. */
static int
session_key(const struct prf *f, unsigned constant, struct dmsc_rd context,
    struct dmsc_secret *out)
{
	out->len = f->n;
	return f->n > out->cap ? DMSC_E_LIMIT :
	    derive(f, constant, context, out->p, f->n);
}

/* The session keys from the static ones; context: both challenges. */
static int
session_keys(struct dmsc_scp *s, const struct prf *enc,
    const struct prf *mac, struct dmsc_rd context)
{
	struct dmsc_secret *key = dmsc_secret_new(DMSC_AES_KEY_MAX);
	int r;

	if (key == NULL)
		return DMSC_E_NOMEM;
	if ((r = session_key(enc, DMSC_SCP_K_ENC, context, key)) ==
	    DMSC_E_OK)
		r = dmsc_aes_new(dmsc_secret_rd(key), &s->enc);
	if (r == DMSC_E_OK && (r = session_key(mac, DMSC_SCP_K_MAC, context,
	    key)) == DMSC_E_OK)
		r = dmsc_cmac_new(dmsc_secret_rd(key), &s->mac);
	if (r == DMSC_E_OK && (r = session_key(mac, DMSC_SCP_K_RMAC, context,
	    key)) == DMSC_E_OK)
		r = dmsc_cmac_new(dmsc_secret_rd(key), &s->rmac);
	dmsc_secret_free(&key);
	return r;
}

static int
begin(struct dmsc_scp *s, const struct prf *enc, const struct prf *mac,
    struct dmsc_rd host_challenge)
{
	uint8_t both[2 * DMSC_SCP_BLOCK] = { 0 };
	struct dmsc_rd context = dmsc_rd_of(both, 2 * s->n);
	struct prf f = { NULL, NULL, 0 };
	int r;

	if (host_challenge.left != s->n)
		return DMSC_E_FORMAT;
	memcpy(both, host_challenge.p, s->n);
	memcpy(both + s->n, s->challenge, s->n);
	r = session_keys(s, enc, mac, context);
	f.cmac = s->mac;
	if (r == DMSC_E_OK)
		r = derive(&f, DMSC_SCP_K_CARD, context, s->card_gram,
		    s->n);
	return r == DMSC_E_OK ? derive(&f, DMSC_SCP_K_HOST, context,
	    s->host_gram, s->n) : r;
}

static struct dmsc_scp *
one_end(bool host, unsigned i, struct dmsc_rd card_challenge)
{
	struct dmsc_secret *home = dmsc_secret_new(sizeof(struct dmsc_scp));
	struct dmsc_scp *s;

	if (home == NULL)
		return NULL;
	s = (void *)home->p;		/* whole pages: aligned, all zero */
	s->home = home;
	s->host = host;
	s->i = i;
	s->n = card_challenge.left;
	memcpy(s->challenge, card_challenge.p, s->n);
	return s;
}

void
dmsc_scp_free(struct dmsc_scp **sp)
{
	struct dmsc_scp *s = *sp;
	struct dmsc_secret *home;

	if (s == NULL)
		return;
	home = s->home;
	dmsc_aes_free(&s->enc);
	dmsc_cmac_free(&s->mac);
	dmsc_cmac_free(&s->rmac);
	dmsc_secret_free(&home);
	*sp = NULL;
}

/* Both ends by keys as bytes. */
static int
begin_by_bytes(struct dmsc_scp *s, const struct dmsc_scp_keys *k,
    struct dmsc_rd host_challenge)
{
	struct prf enc = { NULL, NULL, 0 }, mac = { NULL, NULL, 0 };
	int r;

	if ((r = of_bytes(k->enc, &enc)) == DMSC_E_OK &&
	    (r = of_bytes(k->mac, &mac)) == DMSC_E_OK)
		r = begin(s, &enc, &mac, host_challenge);
	dmsc_cmac_free(&enc.cmac);
	dmsc_cmac_free(&mac.cmac);
	return r;
}

/* The card has shown the same keys, or not. */
static int
compare(struct dmsc_scp **s, int r, const struct dmsc_scp_hello *h)
{
	if (r == DMSC_E_OK && !dmsc_same(dmsc_rd_of((*s)->card_gram,
	    (*s)->n), dmsc_rd_of(h->cryptogram, h->n)))
		r = DMSC_E_AUTHFAIL;
	if (r != DMSC_E_OK)
		dmsc_scp_free(s);
	return r;
}

int
dmsc_scp_host(const struct dmsc_scp_keys *k, struct dmsc_rd challenge,
    const struct dmsc_scp_hello *h, struct dmsc_scp **out)
{
	*out = one_end(true, h->i, dmsc_rd_of(h->challenge, h->n));
	return *out == NULL ? DMSC_E_NOMEM :
	    compare(out, begin_by_bytes(*out, k, challenge), h);
}

int
dmsc_scp_host_by(const struct dmsc_key *enc_key,
    const struct dmsc_key *mac_key, struct dmsc_rd challenge,
    const struct dmsc_scp_hello *h, struct dmsc_scp **out)
{
	struct prf enc = { NULL, NULL, 0 }, mac = { NULL, NULL, 0 };
	int r;

	*out = one_end(true, h->i, dmsc_rd_of(h->challenge, h->n));
	if (*out == NULL)
		return DMSC_E_NOMEM;
	if ((r = of_key(enc_key, &enc)) == DMSC_E_OK &&
	    (r = of_key(mac_key, &mac)) == DMSC_E_OK)
		r = begin(*out, &enc, &mac, challenge);
	dmsc_cmac_free(&enc.cmac);
	dmsc_cmac_free(&mac.cmac);
	return compare(out, r, h);
}

int
dmsc_scp_card(const struct dmsc_scp_keys *k, unsigned i,
    struct dmsc_rd host_challenge, struct dmsc_rd card_challenge,
    struct dmsc_scp **out)
{
	struct dmsc_scp *s;
	int r;

	*out = NULL;
	if (card_challenge.left != ((i & DMSC_SCP_I_S16) != 0 ?
	    DMSC_SCP_S16 : DMSC_SCP_S8))
		return DMSC_E_FORMAT;
	if ((s = one_end(false, i, card_challenge)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = begin_by_bytes(s, k, host_challenge)) != DMSC_E_OK)
		dmsc_scp_free(&s);
	*out = s;
	return r;
}

int
dmsc_scp_answer(const struct dmsc_scp *s, const struct dmsc_scp_hello *h,
    struct dmsc_buf *out)
{
	const uint8_t keys[] = { h->kvn, SCP_ID, (uint8_t)s->i };
	int r;

	if ((r = dmsc_buf_put(out, dmsc_rd_of(h->div, sizeof h->div))) !=
	    DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(keys, sizeof keys))) !=
	    DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(s->challenge, s->n))) !=
	    DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(s->card_gram, s->n))) !=
	    DMSC_E_OK || (s->i & DMSC_SCP_I_PSEUDO) == 0)
		return r;
	return dmsc_buf_put(out, dmsc_rd_of(h->seq, sizeof h->seq));
}

int
dmsc_scp_ask(unsigned channel, unsigned kvn, struct dmsc_rd challenge,
    struct dmsc_buf *out)
{
	const uint8_t head[] = { scp_cla(0x80, channel, false),
	    DMSC_SCP_INIT_UPDATE, (uint8_t)kvn, 0, (uint8_t)challenge.left };
	int r;

	if (challenge.left != DMSC_SCP_S8 && challenge.left != DMSC_SCP_S16)
		return DMSC_E_FORMAT;
	if ((r = dmsc_buf_put(out, dmsc_rd_of(head, sizeof head))) ==
	    DMSC_E_OK && (r = dmsc_buf_put(out, challenge)) == DMSC_E_OK)
		r = dmsc_buf_u8(out, 0);
	return r;
}

int
dmsc_scp_login(struct dmsc_scp *s, unsigned channel, unsigned level,
    struct dmsc_buf *out)
{
	const struct scp_apdu a = { .head = { 0x84, DMSC_SCP_EXT_AUTH,
	    (uint8_t)level, 0 } };
	struct dmsc_rd gram = dmsc_rd_of(s->host_gram, s->n);
	uint8_t head[SCP_HEADER + 1];
	int r;

	if (!s->host || s->state != SCP_ASKED)
		return scp_broken(s, DMSC_E_CHANNEL);
	if (!dmsc_scp_level_offered(level, s->i))
		return DMSC_E_USAGE;
	memcpy(head, a.head, SCP_HEADER);
	head[0] = scp_cla(0x80, channel, true);
	head[SCP_HEADER] = (uint8_t)(2 * s->n);
	s->level = level;
	s->state = SCP_LOGIN;
	if ((r = scp_c_mac(s, &a, gram, s->chain)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(head, sizeof head))) !=
	    DMSC_E_OK || (r = dmsc_buf_put(out, gram)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(s->chain, s->n))) != DMSC_E_OK)
		return scp_broken(s, r);
	return DMSC_E_OK;
}

int
dmsc_scp_opened(struct dmsc_scp *s)
{
	if (!s->host || s->state != SCP_LOGIN)
		return scp_broken(s, DMSC_E_CHANNEL);
	s->state = SCP_READY;
	return DMSC_E_OK;
}

int
dmsc_scp_accept(struct dmsc_scp *s, struct dmsc_rd cmd)
{
	uint8_t mac[DMSC_SCP_BLOCK];
	struct dmsc_rd gram;
	struct scp_apdu a;
	int r;

	if (s->host || s->state != SCP_ASKED)
		return scp_broken(s, DMSC_E_CHANNEL);
	if (scp_apdu(cmd, &a) != DMSC_E_OK || a.data.left != 2 * s->n ||
	    !scp_says_sm(a.head[0]) || a.head[1] != DMSC_SCP_EXT_AUTH ||
	    a.head[3] != 0)
		return scp_broken(s, DMSC_E_FORMAT);
	if (!dmsc_scp_level_offered(a.head[2], s->i))
		return scp_broken(s, DMSC_E_USAGE);
	gram = dmsc_rd_slice(a.data, 0, s->n);
	if (!dmsc_same(gram, dmsc_rd_of(s->host_gram, s->n)))
		return scp_broken(s, DMSC_E_AUTHFAIL);
	if ((r = scp_c_mac(s, &a, gram, mac)) != DMSC_E_OK)
		return scp_broken(s, r);
	if (!dmsc_same(dmsc_rd_slice(a.data, s->n, s->n),
	    dmsc_rd_of(mac, s->n)))
		return scp_broken(s, DMSC_E_CHANNEL);
	memcpy(s->chain, mac, sizeof s->chain);
	s->level = a.head[2];
	s->state = SCP_READY;
	return DMSC_E_OK;
}
