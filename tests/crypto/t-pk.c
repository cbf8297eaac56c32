/* crypto: key pairs of cards, against openssl's, and SHA-2 in parts. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/pairs.h"
#include "crypto/pk.h"
#include "tap.h"

enum { MAX = 4096 };

static struct dmsc_buf *
bytes(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);

	if (b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK)
		abort();
	return b;
}

static const struct {
	const char *name, *priv, *spki, *sig;
	enum dmsc_pk_type type;
	bool same;		/* one message has one signature */
} pairs[] = {
	{ "P-256", P256_PRIVATE, P256_SPKI, P256_ABC, DMSC_PK_P256, false },
	{ "RSA", RSA_PRIVATE, RSA_SPKI, RSA_ABC, DMSC_PK_RSA2048, true },
};

static bool
same(const struct dmsc_buf *a, const struct dmsc_buf *b)
{
	return dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b));
}

/* Every bit of the signature, and of the digest, counts. */
static bool
flips(enum dmsc_pk_type type, const struct dmsc_buf *pub,
    const struct dmsc_buf *digest, const struct dmsc_buf *sig)
{
	struct dmsc_buf *b = dmsc_buf_from(dmsc_buf_rd(sig), MAX);
	bool good = true;
	size_t i;
	int r;

	for (i = 0; i < 8 * b->len; i += 5) {
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
		r = dmsc_pk_verify(type, dmsc_buf_rd(pub), DMSC_PK_SHA256,
		    dmsc_buf_rd(digest), dmsc_buf_rd(b));
		good = good && r == DMSC_E_MISMATCH;
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < b->len; i++)
		good = good && dmsc_pk_verify(type, dmsc_buf_rd(pub),
		    DMSC_PK_SHA256, dmsc_buf_rd(digest),
		    dmsc_rd_slice(dmsc_buf_rd(b), 0, i)) == DMSC_E_MISMATCH;
	dmsc_buf_free(&b);
	return good;
}

static void
test_pair(size_t i)
{
	struct dmsc_buf *priv = bytes(pairs[i].priv), *pub = bytes(""),
	    *spki = bytes(pairs[i].spki), *again = bytes(""),
	    *sig = bytes(pairs[i].sig), *raw = bytes(""), *made = bytes(""),
	    *digest = bytes(ABC_SHA256), *pub2 = bytes("");
	enum dmsc_pk_type type, t = pairs[i].type;

	ok(dmsc_pk_public(dmsc_buf_rd(priv), &type, pub) == DMSC_E_OK &&
	    type == t && dmsc_pk_of_spki(dmsc_buf_rd(spki), &type, pub2) ==
	    DMSC_E_OK && type == t && same(pub, pub2) && dmsc_pk_to_spki(t,
	    dmsc_buf_rd(pub), again) == DMSC_E_OK && same(again, spki),
	    pairs[i].name);
	ok(dmsc_pk_sig_raw(t, dmsc_buf_rd(sig), raw) == DMSC_E_OK &&
	    raw->len == dmsc_pk_signature_len(t) && dmsc_pk_verify(t,
	    dmsc_buf_rd(pub), DMSC_PK_SHA256, dmsc_buf_rd(digest),
	    dmsc_buf_rd(raw)) == DMSC_E_OK, "openssl's signature holds");
	dmsc_buf_reset(again);
	ok(dmsc_pk_sig_der(t, dmsc_buf_rd(raw), again) == DMSC_E_OK &&
	    same(again, sig), "and is the same back in DER");
	ok(flips(t, pub, digest, raw), "no bit of it can be another");
	ok(dmsc_pk_sign(dmsc_buf_rd(priv), DMSC_PK_SHA256,
	    dmsc_buf_rd(digest), made) == DMSC_E_OK && dmsc_pk_verify(t,
	    dmsc_buf_rd(pub), DMSC_PK_SHA256, dmsc_buf_rd(digest),
	    dmsc_buf_rd(made)) == DMSC_E_OK && (!pairs[i].same ||
	    same(made, raw)), "signs");
	ok(dmsc_pk_sign(dmsc_buf_rd(priv), DMSC_PK_SHA384,
	    dmsc_buf_rd(digest), made) == DMSC_E_LIMIT,
	    "not a digest of another length");
	dmsc_buf_free(&priv);
	dmsc_buf_free(&pub);
	dmsc_buf_free(&spki);
	dmsc_buf_free(&again);
	dmsc_buf_free(&sig);
	dmsc_buf_free(&raw);
	dmsc_buf_free(&made);
	dmsc_buf_free(&digest);
	dmsc_buf_free(&pub2);
}

/* Cut and flipped keys: refused, or at least without harm. */
static void
test_hostile(size_t i)
{
	struct dmsc_buf *priv = bytes(pairs[i].priv),
	    *spki = bytes(pairs[i].spki), *out = bytes("");
	enum dmsc_pk_type type;
	bool good = true;
	size_t k, step = priv->len > 300 ? 37 : 1;

	for (k = 0; k < priv->len; k += step)
		good = good && dmsc_pk_public(dmsc_rd_slice(dmsc_buf_rd(priv),
		    0, k), &type, out) != DMSC_E_OK;
	for (k = 0; k < spki->len; k += step)
		good = good && dmsc_pk_of_spki(dmsc_rd_slice(dmsc_buf_rd(
		    spki), 0, k), &type, out) != DMSC_E_OK;
	ok(good && out->len == 0, "a key that breaks off is none");
	for (k = 0; k < 8 * priv->len; k += 11 * step) {
		priv->p[k / 8] ^= (uint8_t)(1u << k % 8);
		dmsc_buf_reset(out);
		(void)!dmsc_pk_public(dmsc_buf_rd(priv), &type, out);
		priv->p[k / 8] ^= (uint8_t)(1u << k % 8);
	}
	for (k = 0; k < 8 * spki->len; k += step) {
		spki->p[k / 8] ^= (uint8_t)(1u << k % 8);
		dmsc_buf_reset(out);
		(void)!dmsc_pk_of_spki(dmsc_buf_rd(spki), &type, out);
		spki->p[k / 8] ^= (uint8_t)(1u << k % 8);
	}
	ok(true, "flipped bits do no harm");
	dmsc_buf_free(&priv);
	dmsc_buf_free(&spki);
	dmsc_buf_free(&out);
}

static void
test_generate(enum dmsc_pk_type t)
{
	struct dmsc_buf *pub = bytes(""), *again = bytes(""),
	    *sig = bytes(""), *digest = bytes(ABC_SHA256 ABC_SHA256);
	enum dmsc_pk_hash hash = dmsc_pk_usual(t);
	struct dmsc_secret *priv = NULL;
	enum dmsc_pk_type type;

	dmsc_buf_truncate(digest, dmsc_pk_digest_len(hash));
	ok(dmsc_pk_generate(t, &priv, pub) == DMSC_E_OK &&
	    priv->len <= DMSC_PK_PRIVATE_MAX &&
	    pub->len <= DMSC_PK_PUBLIC_MAX &&
	    dmsc_pk_public(dmsc_secret_rd(priv), &type, again) ==
	    DMSC_E_OK && type == t && same(pub, again), dmsc_pk_name(t));
	ok(dmsc_pk_sign(dmsc_secret_rd(priv), hash, dmsc_buf_rd(digest),
	    sig) == DMSC_E_OK && sig->len == dmsc_pk_signature_len(t) &&
	    dmsc_pk_verify(t, dmsc_buf_rd(pub), hash, dmsc_buf_rd(digest),
	    dmsc_buf_rd(sig)) == DMSC_E_OK, "a new pair signs");
	ok(dmsc_pk_named(dmsc_pk_name(t)) == t, "its name");
	dmsc_secret_free(&priv);
	dmsc_buf_free(&pub);
	dmsc_buf_free(&again);
	dmsc_buf_free(&sig);
	dmsc_buf_free(&digest);
}

static bool
sum(enum dmsc_pk_hash hash, const char *state, const char *rest,
    const char *want)
{
	struct dmsc_buf *s = bytes(state), *d = bytes(rest), *w = bytes(want);
	uint8_t out[DMSC_PK_DIGEST_MAX];
	struct dmsc_pk_md *m = NULL;
	int r = s->len > 0 ? dmsc_pk_md_resume(hash, dmsc_buf_rd(s), &m) :
	    dmsc_pk_md_new(hash, &m);
	bool good = r == DMSC_E_OK &&
	    dmsc_pk_md_add(m, dmsc_buf_rd(d)) == DMSC_E_OK &&
	    dmsc_pk_md_end(m, out) == DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(w),
	    dmsc_rd_of(out, dmsc_pk_digest_len(hash)));

	dmsc_pk_md_free(&m);
	dmsc_buf_free(&s);
	dmsc_buf_free(&d);
	dmsc_buf_free(&w);
	return good;
}

/* FIPS 180-4 examples. The initial values are a state after no bits; the
 * two-block message of SHA-256 has a known state between its blocks. */
static void
test_parts(void)
{
	static const char two[] = "85E655D6417A17953363376A624CDE5C"
	    "76E09589CAC5F811CC4B32C1F20E533A" "0000000000000200";

	ok(sum(DMSC_PK_SHA256, "", "616263", ABC_SHA256), "SHA-256 of abc");
	ok(sum(DMSC_PK_SHA256, "6A09E667BB67AE853C6EF372A54FF53A"
	    "510E527F9B05688C1F83D9AB5BE0CD19" "0000000000000000", "616263",
	    ABC_SHA256), "from the initial state");
	ok(sum(DMSC_PK_SHA384, "", "616263", "CB00753F45A35E8BB5A03D699AC650"
	    "07272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C8"
	    "25A7"), "SHA-384 of abc");
	ok(sum(DMSC_PK_SHA512, "", "616263", "DDAF35A193617ABACC417349AE2041"
	    "3112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FE"
	    "EBBD454D4423643CE80E2A9AC94FA54CA49F"), "SHA-512 of abc");
	ok(!sum(DMSC_PK_SHA256, two, "", ABC_SHA256), "another state");
	ok(!sum(DMSC_PK_SHA256, "00", "", "") && !sum(DMSC_PK_RAW, "", "",
	    "") && !sum(DMSC_PK_SHA256, "6A09E667BB67AE853C6EF372A54FF53A"
	    "510E527F9B05688C1F83D9AB5BE0CD19" "0000000000000008", "", ""),
	    "no state, no hash, half a block");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(pairs); i++) {
		test_pair(i);
		test_hostile(i);
	}
	test_generate(DMSC_PK_P256);
	test_generate(DMSC_PK_P384);
	test_generate(DMSC_PK_RSA2048);
	test_parts();
	return tap_done();
}
