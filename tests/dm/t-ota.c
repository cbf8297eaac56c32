/*
 * dm: packages over the air. The vectors were made by another AES (Python's
 * cryptography) from the words of dm/ota.h.
 */
#include <string.h>

#include "base/base.h"
#include "crypto/key.h"
#include "dm/ota.h"
#include "tap.h"

enum { MAX = 4096 };

static const struct row {
	const char *name, *enc, *mac;
	unsigned version;
	uint32_t counter;
	const char *card, *content, *package, *proof;
} rows[] = {
	{ "a message", "101112131415161718191A1B1C1D1E1F",
	    "303132333435363738393A3B3C3D3E3F", 0x30, 1, "", "E403800141",
	    "EB2D8001308104000000018310F2794532AB95A801ECC82DDD6027BCBF84103"
	    "22E7E427B208D312E8F068DFB681662",
	    "EC2C800130810400000001820101830201948402000385040000004D86105A8"
	    "87CC8BD508BC14D381CD857FD72C0" },
	{ "commands, for one card", "101112131415161718191A1B1C1D1E1F",
	    "303132333435363738393A3B3C3D3E3F", 0x31, 0x5F000001,
	    "98881102000000000013", "AA07220500A4040000",
	    "EB3980013181045F000001820A9888110200000000001383105DC83D4BD1831"
	    "28C81DB512A3B31A8148410A51198726ACD0DBC8BA2A0F92E9BEFF3",
	    "EC2C80013181045F000001820101830201948402000385040000004D86100CA"
	    "322327934287CB32727993068095E" },
	{ "keys of 32 bytes, the last counter",
	    "101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2"
	    "F", "505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C"
	    "6D6E6F", 0x7F, 0xFFFFFFFF, "",
	    "E40D800B0000000000000000000000",
	    "EB2D80017F8104FFFFFFFF8310F2B6996375C95D037029C894E9B734EF84101"
	    "D5D55427EBBD51AABC9B2740FDDC7FE",
	    "EC2C80017F8104FFFFFFFF820101830201948402000385040000004D861029A"
	    "270334CAF7FC8103D3DFA4910BF22" },
	{ "nothing inside", "101112131415161718191A1B1C1D1E1F",
	    "303132333435363738393A3B3C3D3E3F", 0x30, 2, "", "",
	    "EB2D8001308104000000028310C2F39E8B64785E77D9D69977986B4E7784107"
	    "BC29B3B93F842D0A34D7491A1B9A7E0",
	    "EC2C800130810400000002820101830201948402000385040000004D8610F93"
	    "24871F1162BEADBD0980B516F748C" },
};

struct bytes {
	struct dmsc_buf *enc, *mac, *card, *content, *package, *proof, *out;
	struct dmsc_ota_keys keys;
};

static struct dmsc_buf *
unhex(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);

	if (b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK)
		exit(99);
	return b;
}

static void
begin(const struct row *w, struct bytes *b)
{
	struct dmsc_scp_keys set = { .dek = { NULL, 0 } };

	b->enc = unhex(w->enc);
	b->mac = unhex(w->mac);
	b->card = unhex(w->card);
	b->content = unhex(w->content);
	b->package = unhex(w->package);
	b->proof = unhex(w->proof);
	b->out = dmsc_buf_new(MAX);
	set.enc = dmsc_buf_rd(b->enc);
	set.mac = dmsc_buf_rd(b->mac);
	if (dmsc_ota_keys(&set, w->version, &b->keys) != DMSC_E_OK)
		exit(99);
}

static void
end(struct bytes *b)
{
	dmsc_buf_free(&b->enc);
	dmsc_buf_free(&b->mac);
	dmsc_buf_free(&b->card);
	dmsc_buf_free(&b->content);
	dmsc_buf_free(&b->package);
	dmsc_buf_free(&b->proof);
	dmsc_buf_free(&b->out);
	dmsc_wipe(&b->keys, sizeof b->keys);
}

static bool
same(const struct dmsc_buf *a, const struct dmsc_buf *b)
{
	return dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b));
}

/* Put and read back. */
static bool
good(const struct row *w, struct bytes *b)
{
	const struct dmsc_ota want = { .version = w->version,
		.counter = w->counter, .card = dmsc_buf_rd(b->card) };
	struct dmsc_ota got;

	if (dmsc_ota_put(b->out, &want, &b->keys, dmsc_buf_rd(b->content)) !=
	    DMSC_E_OK || !same(b->out, b->package))
		return false;
	dmsc_buf_reset(b->out);
	return dmsc_ota_get(dmsc_buf_rd(b->package), &got) == DMSC_E_OK &&
	    got.version == w->version && got.counter == w->counter &&
	    dmsc_rd_eq(got.card, dmsc_buf_rd(b->card)) &&
	    dmsc_ota_open(&got, &b->keys, b->out) == DMSC_E_OK &&
	    same(b->out, b->content);
}

/* A package that is not the one that was made: it does not open. */
static bool
shut(struct dmsc_rd r, struct bytes *b)
{
	struct dmsc_ota got;
	int code = dmsc_ota_get(r, &got);

	dmsc_buf_reset(b->out);
	return code != DMSC_E_OK ? code != DMSC_E_NOMEM :
	    dmsc_ota_open(&got, &b->keys, b->out) == DMSC_E_AUTHFAIL &&
	    b->out->len == 0;
}

static bool
proof_shut(struct dmsc_rd r, struct bytes *b)
{
	struct dmsc_ota_proof got;
	int code = dmsc_ota_proof_get(r, &got);

	return code != DMSC_E_OK ? code != DMSC_E_NOMEM :
	    dmsc_ota_proof_check(&got, &b->keys) == DMSC_E_AUTHFAIL;
}

/* Each truncation, each flipped bit, a byte behind. */
static bool
sweep(struct dmsc_buf *x, struct bytes *b,
    bool (*is_shut)(struct dmsc_rd, struct bytes *))
{
	size_t i, bit;
	bool all = true;

	for (i = 0; i < x->len; i++)
		all = all && is_shut(dmsc_rd_of(x->p, i), b);
	for (i = 0; i < x->len; i++)
		for (bit = 0; bit < 8; bit++) {
			x->p[i] ^= (uint8_t)(1u << bit);
			all = all && is_shut(dmsc_buf_rd(x), b);
			x->p[i] ^= (uint8_t)(1u << bit);
		}
	if (dmsc_buf_u8(x, 0) != DMSC_E_OK)
		exit(99);
	all = all && is_shut(dmsc_buf_rd(x), b);
	dmsc_buf_truncate(x, x->len - 1);
	return all;
}

static bool
proof_good(const struct row *w, struct bytes *b)
{
	const struct dmsc_ota_proof p = { .version = w->version,
		.counter = w->counter, .outcome = DMSC_OTA_REFUSED,
		.status = 404, .done = 3, .change = 77 };
	struct dmsc_ota_proof got;

	dmsc_buf_reset(b->out);
	return dmsc_ota_proof_put(b->out, &p, &b->keys) == DMSC_E_OK &&
	    same(b->out, b->proof) &&
	    dmsc_ota_proof_get(dmsc_buf_rd(b->proof), &got) == DMSC_E_OK &&
	    got.version == w->version && got.counter == w->counter &&
	    got.outcome == DMSC_OTA_REFUSED && got.status == 404 &&
	    got.done == 3 && got.change == 77 &&
	    dmsc_ota_proof_check(&got, &b->keys) == DMSC_E_OK;
}

/* Keys of another version of the same set, and of another set. */
static bool
other_keys(const struct row *w, struct bytes *b)
{
	struct dmsc_scp_keys set = { .enc = dmsc_buf_rd(b->enc),
		.mac = dmsc_buf_rd(b->mac) };
	bool all;

	if (dmsc_ota_keys(&set, w->version ^ 1, &b->keys) != DMSC_E_OK)
		exit(99);
	all = shut(dmsc_buf_rd(b->package), b) &&
	    proof_shut(dmsc_buf_rd(b->proof), b);
	b->mac->p[0] ^= 1;
	if (dmsc_ota_keys(&set, w->version, &b->keys) != DMSC_E_OK)
		exit(99);
	return all && shut(dmsc_buf_rd(b->package), b) &&
	    proof_shut(dmsc_buf_rd(b->proof), b);
}

/* A key that a provider gives makes the same three. */
static bool
by_provider(const struct row *w, struct bytes *b)
{
	struct dmsc_secret *e = dmsc_secret_from(dmsc_buf_rd(b->enc)),
	    *m = dmsc_secret_from(dmsc_buf_rd(b->mac));
	struct dmsc_key *enc = e == NULL ? NULL : dmsc_key_of(e),
	    *mac = m == NULL ? NULL : dmsc_key_of(m);
	struct dmsc_ota_keys keys;
	bool all = enc != NULL && mac != NULL &&
	    dmsc_ota_keys_by(enc, mac, w->version, &keys) == DMSC_E_OK &&
	    memcmp(&keys, &b->keys, sizeof keys) == 0;

	dmsc_key_free(&enc);
	dmsc_key_free(&mac);
	dmsc_secret_free(&e);
	dmsc_secret_free(&m);
	return all;
}

static const struct {
	const char *name;
	unsigned version;
	uint32_t counter;
	size_t card, content;
	int want;
} wrong[] = {
	{ "no version", 0, 1, 0, 1, DMSC_E_USAGE },
	{ "a version above 7F", 0x80, 1, 0, 1, DMSC_E_USAGE },
	{ "counter 0", 0x30, 0, 0, 1, DMSC_E_USAGE },
	{ "half a card", 0x30, 1, 5, 1, DMSC_E_USAGE },
	{ "too long", 0x30, 1, 0, DMSC_OTA_MAX, DMSC_E_LIMIT },
	{ "just fits", 0x30, 1, DMSC_OTA_CARD, DMSC_OTA_MAX - 128,
	    DMSC_E_OK },
};

static void
check_limits(struct bytes *b)
{
	struct dmsc_buf *x = dmsc_buf_new(DMSC_OTA_MAX),
	    *out = dmsc_buf_new(DMSC_OTA_MAX), *back =
	    dmsc_buf_new(DMSC_OTA_MAX);
	struct dmsc_ota o, got;
	size_t i;
	int r;

	if (x == NULL || out == NULL || back == NULL ||
	    dmsc_buf_fill(x, 0x41, DMSC_OTA_MAX) != DMSC_E_OK)
		exit(99);
	for (i = 0; i < DMSC_COUNT(wrong); i++) {
		memset(&o, 0, sizeof o);
		o.version = wrong[i].version;
		o.counter = wrong[i].counter;
		o.card = dmsc_rd_of(x->p, wrong[i].card);
		r = dmsc_ota_put(out, &o, &b->keys, dmsc_rd_of(x->p,
		    wrong[i].content));
		ok(r == wrong[i].want && (r == DMSC_E_OK) == (out->len > 0),
		    wrong[i].name);
	}
	ok(dmsc_ota_get(dmsc_buf_rd(out), &got) == DMSC_E_OK &&
	    dmsc_ota_open(&got, &b->keys, back) == DMSC_E_OK &&
	    back->len == DMSC_OTA_MAX - 128, "and opens");
	dmsc_buf_free(&x);
	dmsc_buf_free(&out);
	dmsc_buf_free(&back);
}

int
main(void)
{
	struct dmsc_ota got;
	struct bytes b;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		begin(&rows[i], &b);
		ok(good(&rows[i], &b), rows[i].name);
		ok(sweep(b.package, &b, shut), "cut and flipped: shut");
		ok(proof_good(&rows[i], &b), "its proof");
		ok(sweep(b.proof, &b, proof_shut), "cut and flipped: no proof");
		ok(by_provider(&rows[i], &b), "keys of a provider");
		ok(other_keys(&rows[i], &b), "not by other keys");
		if (i == 0)
			check_limits(&b);
		end(&b);
	}
	ok(dmsc_ota_get(dmsc_rd_of("\xE4\x00", 2), &got) == DMSC_E_NOTFOUND,
	    "another object is no package");
	return tap_done();
}
