/* A key that is bytes or stays in a token (crypto/key.h): what it does. */
#include <stdlib.h>
#include <string.h>

#include "crypto/key_token.h"

struct dmsc_key *
key_of_moved(struct dmsc_secret **bytes)
{
	struct dmsc_key *k = calloc(1, sizeof *k);

	if (k == NULL)
		return NULL;
	k->bytes = *bytes;
	k->n = k->bytes->len;
	*bytes = NULL;
	return k;
}

struct dmsc_key *
dmsc_key_of(const struct dmsc_secret *bytes)
{
	struct dmsc_secret *copy = dmsc_secret_from(dmsc_secret_rd(bytes));
	struct dmsc_key *k = copy != NULL ? key_of_moved(&copy) : NULL;

	dmsc_secret_free(&copy);
	return k;
}

void
dmsc_key_free(struct dmsc_key **k)
{
	if (*k == NULL)
		return;
	if ((*k)->more > 0) {
		(*k)->more--;
		*k = NULL;
		return;
	}
	dmsc_secret_free(&(*k)->bytes);
	key_token_free(&(*k)->token);
	free(*k);
	*k = NULL;
}

struct dmsc_key *
dmsc_key_again(struct dmsc_key *k)
{
	k->more++;
	return k;
}

size_t
dmsc_key_len(const struct dmsc_key *k)
{
	return k->n;
}

bool
dmsc_key_in_token(const struct dmsc_key *k)
{
	return k->token != NULL;
}

struct dmsc_rd
dmsc_key_bytes(const struct dmsc_key *k)
{
	return dmsc_secret_rd(k->bytes);
}

int
dmsc_key_cmac(const struct dmsc_key *k, const struct dmsc_rd *parts,
    size_t n, uint8_t out[DMSC_AES_BLOCK])
{
	struct dmsc_cmac *m;
	int r;

	if (k->token != NULL)
		return key_token_cmac(k->token, parts, n, out);
	r = dmsc_cmac_new(dmsc_key_bytes(k), &m);
	if (r == DMSC_E_OK)
		r = dmsc_cmac(m, parts, n, out);
	dmsc_cmac_free(&m);
	return r;
}

int
dmsc_key_cbc(const struct dmsc_key *k, struct dmsc_rd in, uint8_t *out)
{
	static const uint8_t zero[DMSC_AES_BLOCK];
	struct dmsc_aes *a;
	int r;

	if (k->token != NULL)
		return key_token_cbc(k->token, in, out);
	r = dmsc_aes_new(dmsc_key_bytes(k), &a);
	if (r == DMSC_E_OK)
		r = dmsc_aes_cbc(a, true, zero, in, out);
	dmsc_aes_free(&a);
	return r;
}

int
dmsc_key_check(const struct dmsc_key *k, uint8_t out[DMSC_KCV_LEN])
{
	uint8_t ones[DMSC_AES_BLOCK], block[DMSC_AES_BLOCK];
	int r;

	memset(ones, 1, sizeof ones);
	r = dmsc_key_cbc(k, dmsc_rd_of(ones, sizeof ones), block);
	if (r == DMSC_E_OK)
		memcpy(out, block, DMSC_KCV_LEN);
	dmsc_wipe(block, sizeof block);
	return r;
}

bool
dmsc_key_is_master(const struct dmsc_key *k)
{
	return k->kdf != KDF_NONE;
}

bool
dmsc_key_wants_div(const struct dmsc_key *k)
{
	return k->kdf != KDF_NONE && k->div_card;
}

int
dmsc_key_derive(const struct dmsc_key *k, const char *use,
    struct dmsc_rd div, struct dmsc_key **out, struct dmsc_err *e)
{
	struct dmsc_secret *s;
	int r = key_kdf(k, use, div, &s, e);

	*out = r == DMSC_E_OK ? key_of_moved(&s) : NULL;
	if (r == DMSC_E_OK && *out == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	dmsc_secret_free(&s);
	return r;
}
