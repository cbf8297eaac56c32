/* The three keys of a secure channel, out of what the user gave. */
#include "session/scp_keys.h"

#include <string.h>

#include "base/base.h"

/* Keys that stand in specifications, tools and samples. */
static const char *const known[] = {
	"404142434445464748494A4B4C4D4E4F",
	"000102030405060708090A0B0C0D0E0F",
	"101112131415161718191A1B1C1D1E1F",
	"202122232425262728292A2B2C2D2E2F",
	"505152535455565758595A5B5C5D5E5F",
	"606162636465666768696A6B6C6D6E6F",
	"47454D5850524553534F53414D504C45",
	"00112233445566778899AABBCCDDEEFF",
};

static const char *const uses[SESSION_KEYS] = { "ENC", "MAC", "DEK" };

static bool
all_the_same(struct dmsc_rd r)
{
	size_t i;

	for (i = 1; i < r.left; i++)
		if (r.p[i] != r.p[0])
			return false;
	return true;
}

/* A key that begins as a known one does is no secret either. */
static bool
is_known(struct dmsc_rd key)
{
	char hex[2 * DMSC_AES_BLOCK + 1];
	bool found = all_the_same(key);
	size_t i;

	dmsc_hex(dmsc_rd_slice(key, 0, DMSC_AES_BLOCK), hex, sizeof hex);
	for (i = 0; i < DMSC_COUNT(known) && !found; i++)
		found = strcmp(hex, known[i]) == 0;
	dmsc_wipe(hex, sizeof hex);
	return found;
}

/* One in a token is known by what it makes of a block. */
static int
is_known_inside(const struct dmsc_key *k, bool *found)
{
	uint8_t ones[DMSC_AES_BLOCK], own[DMSC_AES_BLOCK],
	    block[DMSC_AES_BLOCK];
	struct dmsc_buf *b = dmsc_buf_new(DMSC_AES_BLOCK);
	struct dmsc_aes *a;
	size_t i;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	*found = false;
	memset(ones, 1, sizeof ones);
	if (r == DMSC_E_OK)
		r = dmsc_key_cbc(k, dmsc_rd_of(ones, sizeof ones), own);
	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(known); i++) {
		dmsc_buf_reset(b);
		if ((r = dmsc_hex_get(known[i], b)) == DMSC_E_OK &&
		    (r = dmsc_aes_new(dmsc_buf_rd(b), &a)) == DMSC_E_OK) {
			r = dmsc_aes_block(a, ones, block);
			*found = *found || memcmp(own, block, sizeof own) ==
			    0;
			dmsc_aes_free(&a);
		}
	}
	dmsc_buf_free(&b);
	return r;
}

void
session_keys_free(struct session_keys *k)
{
	size_t i;

	for (i = 0; i < SESSION_KEYS; i++)
		dmsc_key_free(&k->key[i]);
	memset(k, 0, sizeof *k);
}

static int
no_memory(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

static int
of_bytes(struct dmsc_rd bytes, struct dmsc_key **out)
{
	struct dmsc_secret *s = dmsc_secret_from(bytes);

	*out = s != NULL ? dmsc_key_of(s) : NULL;
	dmsc_secret_free(&s);
	return *out != NULL ? DMSC_E_OK : DMSC_E_NOMEM;
}

static int
default_keys(struct session_keys *out)
{
	uint8_t key[DMSC_AES_BLOCK], i;
	int r = DMSC_E_OK;

	for (i = 0; i < DMSC_AES_BLOCK; i++)
		key[i] = (uint8_t)(0x40 + i);
	for (i = 0; r == DMSC_E_OK && i < SESSION_KEYS; i++)
		r = of_bytes(dmsc_rd_of(key, sizeof key), &out->key[i]);
	return r;
}

/* Three keys of n bytes each behind each other, or one for all. */
static int
cut(struct dmsc_rd bytes, struct session_keys *out)
{
	size_t n = bytes.left / SESSION_KEYS, i;
	bool three = bytes.left % SESSION_KEYS == 0 &&
	    dmsc_aes_key_sound(n);
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < SESSION_KEYS; i++)
		r = of_bytes(three ? dmsc_rd_slice(bytes, i * n, n) : bytes,
		    &out->key[i]);
	return r;
}

/* Keys of providers: one for all, or one for each. */
static int
share(struct dmsc_key *const *given, size_t n, struct session_keys *out)
{
	size_t i;

	if (n == 1 && !dmsc_key_in_token(given[0]) &&
	    !dmsc_key_is_master(given[0]))
		return cut(dmsc_key_bytes(given[0]), out);
	for (i = 0; i < SESSION_KEYS; i++)
		out->key[i] = dmsc_key_again(given[n == 1 ? 0 : i]);
	return DMSC_E_OK;
}

static int
collect(const struct session_given *g, struct session_keys *out)
{
	size_t n = 0, i;
	int r = DMSC_E_OK;

	if (g->keys != NULL && g->keys[0] != NULL) {
		while (g->keys[n] != NULL)
			n++;
		return n == 1 || n == SESSION_KEYS ? share(g->keys, n, out) :
		    DMSC_E_USAGE;
	}
	while (g->bytes != NULL && g->bytes[n] != NULL)
		n++;
	if (n == 0)
		return g->test_keys ? default_keys(out) : DMSC_E_USAGE;
	if (n == 1)
		return cut(dmsc_secret_rd(g->bytes[0]), out);
	if (n != SESSION_KEYS)
		return DMSC_E_USAGE;
	for (i = 0; r == DMSC_E_OK && i < n; i++)
		r = of_bytes(dmsc_secret_rd(g->bytes[i]), &out->key[i]);
	return r;
}

static int
check_known(const struct session_keys *k, struct dmsc_err *e)
{
	bool found = false;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && !found && i < SESSION_KEYS; i++)
		if (dmsc_key_in_token(k->key[i]))
			r = is_known_inside(k->key[i], &found);
		else
			found = is_known(dmsc_key_bytes(k->key[i]));
	if (r != DMSC_E_OK)
		return dmsc_fail(e, r, "the keys cannot be used");
	if (!found)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_GUARD, "these are test keys");
	(void)dmsc_err_why(e, "everybody knows them: a card that takes them "
	    "is open to all");
	return dmsc_err_next(e, "the same line with --test-keys");
}

bool
session_keys_wait(const struct session_keys *k)
{
	size_t i;

	for (i = 0; i < SESSION_KEYS; i++)
		if (k->key[i] != NULL && dmsc_key_wants_div(k->key[i]))
			return true;
	return false;
}

static int
check_values(struct session_keys *k, struct dmsc_err *e)
{
	size_t i;
	int r;

	for (i = 0; i < SESSION_KEYS; i++) {
		r = dmsc_key_check(k->key[i], k->kcv + i * DMSC_KCV_LEN);
		if (r != DMSC_E_OK)
			return dmsc_fail(e, r, "the check values cannot be "
			    "made");
		/* A key is not what is made of it. */
		if (dmsc_key_is_master(k->key[i]))
			k->kcv[i * DMSC_KCV_LEN] ^= 0xFF;
	}
	return DMSC_E_OK;
}

static int
check_lengths(struct session_keys *k, struct dmsc_err *e)
{
	size_t i;
	bool good = true;

	k->n = dmsc_key_len(k->key[0]);
	for (i = 0; i < SESSION_KEYS; i++)
		good = good && dmsc_key_len(k->key[i]) == k->n &&
		    dmsc_aes_key_sound(k->n);
	if (good)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_USAGE, "those are no keys");
	return dmsc_err_why(e, "one key for all, three keys behind each "
	    "other, or three sources; each key of 16, 24 or 32 bytes");
}

/* Each that others are made of, into the one of this card and use. */
static int
derive(struct session_keys *k, struct dmsc_rd div, struct dmsc_err *e)
{
	struct dmsc_key *one;
	size_t i;
	int r;

	for (i = 0; i < SESSION_KEYS; i++) {
		if (!dmsc_key_is_master(k->key[i]) || (div.left == 0 &&
		    dmsc_key_wants_div(k->key[i])))
			continue;
		if ((r = dmsc_key_derive(k->key[i], uses[i], div, &one,
		    e)) != DMSC_E_OK)
			return r;
		dmsc_key_free(&k->key[i]);
		k->key[i] = one;
	}
	return DMSC_E_OK;
}

static bool
any_master(const struct session_keys *k)
{
	size_t i;

	for (i = 0; i < SESSION_KEYS; i++)
		if (dmsc_key_is_master(k->key[i]))
			return true;
	return false;
}

static int
make(struct session_keys *k, struct dmsc_rd div, bool test_keys,
    struct dmsc_err *e)
{
	int r;

	if (!any_master(k) && (r = check_lengths(k, e)) != DMSC_E_OK)
		return r;
	/* A master that everybody knows makes keys that everybody can make */
	if ((!test_keys && (r = check_known(k, e)) != DMSC_E_OK) ||
	    (r = derive(k, div, e)) != DMSC_E_OK ||
	    (r = check_lengths(k, e)) != DMSC_E_OK)
		return r;
	return check_values(k, e);
}

int
session_keys_make(struct session_keys *k, struct dmsc_rd div,
    bool test_keys, struct dmsc_err *e)
{
	return session_keys_wait(k) ? make(k, div, test_keys, e) :
	    DMSC_E_OK;
}

int
session_keys_get(const struct session_given *g, struct session_keys *out,
    struct dmsc_err *e)
{
	int r;

	memset(out, 0, sizeof *out);
	r = collect(g, out);
	if (r == DMSC_E_NOMEM)
		r = no_memory(e);
	else if (r == DMSC_E_USAGE) {
		(void)dmsc_fail(e, r, "those are no keys");
		(void)dmsc_err_why(e, "one key for all, three keys behind "
		    "each other, or three sources; each key of 16, 24 or 32 "
		    "bytes");
	} else
		r = make(out, dmsc_rd_of(NULL, 0), g->test_keys, e);
	if (r != DMSC_E_OK)
		session_keys_free(out);
	return r;
}
