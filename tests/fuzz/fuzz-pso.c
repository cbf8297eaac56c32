/*
 * The simulated card's key pairs: MSE, PSO, GENERATE ASYMMETRIC KEY PAIR and
 * what stands around them, each command behind two bytes with its length, on
 * the card of tests/card/pairs.h. Whatever comes, it answers; and no answer
 * holds a part of a private key.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card/card.h"
#include "card/pairs.h"
#include "fuzz/replay.h"

enum { COMMANDS = 64, SECRET = 8, SECRET_AT = 36 };

static void
must(bool good)
{
	if (!good)
		abort();
}

static char path[] = "/tmp/fuzz-pso-XXXXXX";

static void
forget(void)
{
	(void)unlink(path);
}

/* A copy of the card, which is made once. */
static struct dmsc_card *
copy(void)
{
	static bool made;
	struct dmsc_card *c;
	int fd;

	if (!made) {
		fd = mkstemp(path);
		must(fd >= 0 && close(fd) == 0 && unlink(path) == 0 &&
		    atexit(forget) == 0);
		c = pairs_card();
		must(dmsc_card_save(c, path, NULL) == DMSC_E_OK);
		dmsc_card_close(&c);
		made = true;
	}
	must(dmsc_card_peek(path, &c, NULL) == DMSC_E_OK);
	memcpy(c->mem->nvm, c->mem->ram, DMSC_MEM_SIZE);
	return c;
}

/* Eight bytes of the private number of P-256 in an answer. */
static bool
tells(const struct dmsc_buf *rsp)
{
	static struct dmsc_buf *key;
	size_t i;

	if (key == NULL) {
		key = dmsc_buf_new(512);
		must(dmsc_hex_get(P256_PRIVATE, key) == DMSC_E_OK);
	}
	for (i = 0; i + SECRET <= rsp->len; i++)
		if (memcmp(rsp->p + i, key->p + SECRET_AT, SECRET) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_card *c = copy();
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_rd in = dmsc_rd_of(p, n), cmd;
	unsigned i = 0;
	uint16_t len;

	while (i++ < COMMANDS && dmsc_rd_u16(&in, &len) == DMSC_E_OK &&
	    dmsc_rd_take(&in, DMSC_MIN(len, in.left), &cmd) == DMSC_E_OK) {
		dmsc_buf_reset(rsp);
		must(dmsc_card_apdu(c, cmd, rsp) == DMSC_E_OK &&
		    rsp->len >= 2 && !tells(rsp));
	}
	must(dmsc_card_power_back(c) == DMSC_E_OK);
	dmsc_card_close(&c);
	dmsc_buf_free(&rsp);
	return 0;
}

enum { LINES = 8 };
static const struct {
	const char *name;
	const char *apdus[LINES];
} seeds[] = {
	{ "sign", { SELECT15, VERIFY81, "002241B603840101",
	    "002A9E9A20" ABC_SHA256 "00", "002A908003616263", "002A9E9A00" } },
	{ "sign-rsa", { SELECT15, VERIFY81, "002241B606800102840103",
	    "002A9E9A20" ABC_SHA256 "00", "00C0000000" } },
	{ "verify", { SELECT15, "002281B603830105", "002A908003616263",
	    "002A00A806 9E0430020101" } },
	{ "hash", { SELECT15, "102A90800161", "002A90800162",
	    "002A90A0229020" ABC_SHA256 } },
	{ "generate", { SELECT15, VERIFYADM,
	    "0046800008B606840104800144 00", "0046810005B60384010400" } },
	{ "public", { SELECT15, "0046810005B60384010100",
	    "00468100000005B6038401030000" } },
	{ "channels", { "0070000001", "01A4040C0C" AID15,
	    "012241B603840106", "012A9E9A20" ABC_SHA256 "00",
	    "00708001" } },
	{ "out", { SELECT15, VERIFYADM, VERIFY81, "00CA00E000",
	    "00B0000000", "00CB3FFF045C025F5000" } },
};

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	struct dmsc_buf *b;
	size_t k;

	if (i >= DMSC_COUNT(seeds))
		return NULL;
	for (k = 0; k < LINES && seeds[i].apdus[k] != NULL; k++) {
		b = dmsc_buf_new(512);
		must(dmsc_hex_get(seeds[i].apdus[k], b) == DMSC_E_OK &&
		    dmsc_buf_u16(out, (unsigned)b->len) == DMSC_E_OK &&
		    dmsc_buf_put(out, dmsc_buf_rd(b)) == DMSC_E_OK);
		dmsc_buf_free(&b);
	}
	return seeds[i].name;
}
