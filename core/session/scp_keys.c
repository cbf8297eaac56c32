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

struct dmsc_rd
session_key(const struct session_keys *k, size_t i)
{
	return dmsc_rd_slice(dmsc_secret_rd(k->bytes), i * k->n, k->n);
}

void
session_keys_free(struct session_keys *k)
{
	dmsc_secret_free(&k->bytes);
	memset(k, 0, sizeof *k);
}

static int
default_keys(struct session_keys *out)
{
	uint8_t i;

	for (i = 0; i < DMSC_AES_BLOCK; i++)
		out->bytes->p[i] = (uint8_t)(0x40 + i);
	out->n = DMSC_AES_BLOCK;
	return DMSC_E_OK;
}

/* n keys are there; one alone stands for all three. */
static int
spread(struct session_keys *out, size_t n)
{
	size_t i;

	for (i = n; i < SESSION_KEYS; i++)
		memcpy(out->bytes->p + i * out->n, out->bytes->p, out->n);
	out->bytes->len = SESSION_KEYS * out->n;
	return dmsc_aes_key_sound(out->n) ? DMSC_E_OK : DMSC_E_USAGE;
}

static int
collect(const struct dmsc_secret *const *given, struct session_keys *out)
{
	size_t n, all;

	for (n = 0; given[n] != NULL; n++) {
		out->n = given[n]->len;
		if (out->n != given[0]->len || (n > 0 &&
		    out->n > DMSC_AES_KEY_MAX) ||
		    out->n > SESSION_KEYS * (size_t)DMSC_AES_KEY_MAX)
			return DMSC_E_USAGE;
		if ((n + 1) * out->n <= out->bytes->cap)
			memcpy(out->bytes->p + n * out->n, given[n]->p,
			    out->n);
	}
	all = n * out->n;
	if (n == 1 && all % SESSION_KEYS == 0 &&
	    dmsc_aes_key_sound(all / SESSION_KEYS)) {
		out->n = all / SESSION_KEYS;
		return spread(out, SESSION_KEYS);
	}
	if ((n != 1 && n != SESSION_KEYS) || !dmsc_aes_key_sound(out->n))
		return DMSC_E_USAGE;
	return spread(out, n);
}

static int
check_known(const struct session_keys *k, struct dmsc_err *e)
{
	size_t i;

	for (i = 0; i < SESSION_KEYS; i++) {
		if (!is_known(session_key(k, i)))
			continue;
		(void)dmsc_fail(e, DMSC_E_GUARD, "these are test keys");
		(void)dmsc_err_why(e, "everybody knows them: a card that "
		    "takes them is open to all");
		return dmsc_err_next(e, "the same line with --test-keys");
	}
	return DMSC_E_OK;
}

int
session_keys_get(const struct dmsc_secret *const *given, bool test_keys,
    struct session_keys *out, struct dmsc_err *e)
{
	int r;
	size_t i;

	memset(out, 0, sizeof *out);
	out->bytes = dmsc_secret_new(SESSION_KEYS * DMSC_AES_KEY_MAX);
	if (out->bytes == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = given[0] != NULL ? collect(given, out) : !test_keys ?
	    DMSC_E_USAGE : default_keys(out);
	if (r == DMSC_E_OK && given[0] == NULL)
		r = spread(out, 1);
	if (r == DMSC_E_USAGE) {
		(void)dmsc_fail(e, r, "those are no keys");
		(void)dmsc_err_why(e, "one key for all, three keys behind "
		    "each other, or three sources; each key of 16, 24 or 32 "
		    "bytes");
	}
	if (r == DMSC_E_OK && !test_keys)
		r = check_known(out, e);
	for (i = 0; r == DMSC_E_OK && i < SESSION_KEYS; i++)
		if ((r = dmsc_kcv(session_key(out, i), out->kcv + i *
		    DMSC_KCV_LEN)) != DMSC_E_OK)
			(void)dmsc_fail(e, r, "the check values cannot be "
			    "made");
	if (r != DMSC_E_OK)
		session_keys_free(out);
	return r;
}
