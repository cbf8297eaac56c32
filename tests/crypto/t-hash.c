/* crypto: SHA-256, HMAC, random bytes, and that no configuration is read. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "tap.h"

/* FIPS 180-4 examples; RFC 4231 cases. */
static const struct {
	const char *name, *data, *want;
} sums[] = {
	{ "nothing", "", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA4"
	    "95991B7852B855" },
	{ "abc", "abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB41"
	    "0FF61F20015AD" },
	{ "two blocks",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248D6A61D20638B8E5C026930C3E6039A33CE45964FF2167F6ECEDD419DB06"
	    "C1" },
};

static const struct {
	const char *name, *key, *data, *want;
} macs[] = {
	{ "RFC 4231 case 1", "0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B",
	    "4869205468657265", "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C98"
	    "33DA726E9376C2E32CFF7" },
	{ "RFC 4231 case 2", "4A656665", "7768617420646F2079612077616E742066"
	    "6F72206E6F7468696E673F", "5BDCC146BF60754E6A042426089575C75A003F"
	    "089D2739839DEC58B964EC3843" },
	{ "empty key and data", "", "", "B613679A0814D9EC772F95D778C35FC5FF1"
	    "697C493715653C6C712144292C5AD" },
};

static bool
is(const uint8_t out[DMSC_SHA256_LEN], const char *want)
{
	char hex[2 * DMSC_SHA256_LEN + 1];

	return strcmp(dmsc_hex(dmsc_rd_of(out, DMSC_SHA256_LEN), hex,
	    sizeof hex), want) == 0;
}

static void
test_hash(void)
{
	uint8_t out[DMSC_SHA256_LEN];
	size_t i;

	for (i = 0; i < DMSC_COUNT(sums); i++)
		ok(dmsc_sha256(dmsc_rd_str(sums[i].data), out) == DMSC_E_OK &&
		    is(out, sums[i].want), sums[i].name);
	ok(dmsc_sha256(dmsc_rd_of(NULL, 0), out) == DMSC_E_OK &&
	    is(out, sums[0].want), "a NULL view");
}

static void
test_hmac(void)
{
	struct dmsc_buf *key = dmsc_buf_new(64), *data = dmsc_buf_new(64);
	uint8_t out[DMSC_SHA256_LEN];
	size_t i;

	for (i = 0; i < DMSC_COUNT(macs); i++) {
		dmsc_buf_reset(key);
		dmsc_buf_reset(data);
		ok(dmsc_hex_get(macs[i].key, key) == DMSC_E_OK &&
		    dmsc_hex_get(macs[i].data, data) == DMSC_E_OK &&
		    dmsc_hmac_sha256(dmsc_buf_rd(key), dmsc_buf_rd(data),
		    out) == DMSC_E_OK && is(out, macs[i].want), macs[i].name);
	}
	dmsc_buf_free(&key);
	dmsc_buf_free(&data);
}

static void
test_random(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	ok(dmsc_random(a, sizeof a) == DMSC_E_OK &&
	    dmsc_random(b, sizeof b) == DMSC_E_OK &&
	    memcmp(a, b, sizeof a) != 0, "two draws differ");
	ok(dmsc_random(a, 0) == DMSC_E_OK, "no bytes are no error");
}

int
main(void)
{
	/* With this configuration loaded nothing below could work. */
	if (setenv("OPENSSL_CONF",
	    TEST_SRCDIR "/tests/crypto/data/noconfig.cnf", 1) != 0)
		return 99;
	test_hash();
	test_hmac();
	test_random();
	return tap_done();
}
