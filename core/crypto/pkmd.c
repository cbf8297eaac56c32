/* SHA-2 in parts (FIPS 180-4), also from a state that another reached. */
#define OPENSSL_SUPPRESS_DEPRECATED	/* only these show the state */

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "crypto/pk.h"
#include "crypto/start.h"

enum {
	WORD = 4, LONG_WORD = 8, WORDS = 8, COUNT = 8, BLOCK_BITS = 512,
	LONG_BLOCK_BITS = 1024
};

struct dmsc_pk_md {
	enum dmsc_pk_hash hash;
	SHA256_CTX small;
	SHA512_CTX large;
};

size_t
dmsc_pk_digest_len(enum dmsc_pk_hash hash)
{
	switch (hash) {
	case DMSC_PK_SHA256:
		return SHA256_DIGEST_LENGTH;
	case DMSC_PK_SHA384:
		return SHA384_DIGEST_LENGTH;
	case DMSC_PK_SHA512:
		return SHA512_DIGEST_LENGTH;
	case DMSC_PK_RAW:
	default:
		return 0;
	}
}

int
dmsc_pk_md_new(enum dmsc_pk_hash hash, struct dmsc_pk_md **out)
{
	struct dmsc_pk_md *m;
	int r;

	*out = NULL;
	if (dmsc_pk_digest_len(hash) == 0)
		return DMSC_E_UNSUPPORTED;
	if ((r = dmsc_crypto_start()) != DMSC_E_OK)
		return r;
	if ((m = calloc(1, sizeof *m)) == NULL)
		return DMSC_E_NOMEM;
	m->hash = hash;
	if ((hash == DMSC_PK_SHA256 ? SHA256_Init(&m->small) :
	    hash == DMSC_PK_SHA384 ? SHA384_Init(&m->large) :
	    SHA512_Init(&m->large)) != 1)
		dmsc_pk_md_free(&m);
	*out = m;
	return m != NULL ? DMSC_E_OK : DMSC_E_INTERNAL;
}

static uint64_t
number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

int
dmsc_pk_md_resume(enum dmsc_pk_hash hash, struct dmsc_rd state,
    struct dmsc_pk_md **out)
{
	bool small = hash == DMSC_PK_SHA256;
	size_t word = small ? WORD : LONG_WORD, i;
	uint64_t bits;
	int r = dmsc_pk_md_new(hash, out);

	if (r != DMSC_E_OK)
		return r;
	bits = state.left != WORDS * word + COUNT ? 1 :
	    number(state.p + WORDS * word, COUNT);
	if (bits % (small ? BLOCK_BITS : LONG_BLOCK_BITS) != 0) {
		dmsc_pk_md_free(out);
		return DMSC_E_FORMAT;
	}
	for (i = 0; i < WORDS; i++)
		if (small)
			(*out)->small.h[i] = (SHA_LONG)number(state.p +
			    i * word, word);
		else
			(*out)->large.h[i] = number(state.p + i * word,
			    word);
	(*out)->small.Nl = (SHA_LONG)(bits & 0xFFFFFFFF);
	(*out)->small.Nh = (SHA_LONG)(bits >> 32);
	(*out)->large.Nl = bits;
	return DMSC_E_OK;
}

int
dmsc_pk_md_add(struct dmsc_pk_md *m, struct dmsc_rd data)
{
	int good = m->hash == DMSC_PK_SHA256 ?
	    SHA256_Update(&m->small, data.p, data.left) :
	    m->hash == DMSC_PK_SHA384 ?
	    SHA384_Update(&m->large, data.p, data.left) :
	    SHA512_Update(&m->large, data.p, data.left);

	return good == 1 ? DMSC_E_OK : DMSC_E_INTERNAL;
}

int
dmsc_pk_md_end(struct dmsc_pk_md *m, uint8_t out[DMSC_PK_DIGEST_MAX])
{
	int good = m->hash == DMSC_PK_SHA256 ?
	    SHA256_Final(out, &m->small) :
	    m->hash == DMSC_PK_SHA384 ? SHA384_Final(out, &m->large) :
	    SHA512_Final(out, &m->large);

	return good == 1 ? DMSC_E_OK : DMSC_E_INTERNAL;
}

void
dmsc_pk_md_free(struct dmsc_pk_md **m)
{
	if (*m == NULL)
		return;
	dmsc_wipe(*m, sizeof **m);
	free(*m);
	*m = NULL;
}
