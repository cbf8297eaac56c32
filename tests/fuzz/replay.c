/* A fuzzer's golden inputs without libFuzzer: each as it is, with each
 * truncation and with each bit flipped, in memory of its exact size; a sample
 * of both unless DMSC_HARD. It must return, under the sanitizers too. */
#include "fuzz/replay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "tap.h"

enum { SEED_MAX = 65536, SAMPLE = 150 };

static uint32_t
draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static bool
hard(void)
{
	const char *v = getenv("DMSC_HARD");

	return v != NULL && *v == '1';
}

/* 0 where it returned as it should. */
static int
once(const uint8_t *p, size_t n, size_t bit)
{
	uint8_t *own = malloc(n > 0 ? n : 1);
	int r;

	if (own == NULL)
		abort();
	if (n > 0)
		memcpy(own, p, n);
	if (bit < 8 * n)
		own[bit / 8] ^= (uint8_t)(1u << bit % 8);
	r = LLVMFuzzerTestOneInput(own, n);
	free(own);
	return r;
}

static bool
bent(const struct dmsc_buf *b)
{
	size_t all = hard() ? 9 * b->len : DMSC_MIN(9 * b->len,
	    (size_t)SAMPLE);
	uint32_t seed = 17;
	size_t i, at;
	int r = once(b->p, b->len, SIZE_MAX);

	for (i = 0; r == 0 && i < all; i++) {
		at = all == 9 * b->len ? i : draw(&seed) % (9 * b->len);
		r = at < b->len ? once(b->p, at, SIZE_MAX) :
		    once(b->p, b->len, at - b->len);
	}
	return r == 0;
}

static bool
written(const char *folder, const char *name, const struct dmsc_buf *b)
{
	char path[512];
	FILE *f;
	bool good;

	(void)mkdir(folder, 0700);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "wb");
	good = f != NULL && fwrite(b->p, 1, b->len, f) == b->len;
	return f != NULL && fclose(f) == 0 && good;
}

int
main(int argc, char **argv)
{
	bool write = argc == 3 && strcmp(argv[1], "--write") == 0;
	struct dmsc_buf *b = dmsc_buf_new(SEED_MAX);
	const char *name;
	unsigned i;

	if (b == NULL || (argc != 1 && !write))
		return 2;
	for (i = 0; (name = fuzz_seed(i, b)) != NULL; i++) {
		ok(write ? written(argv[2], name, b) : bent(b), name);
		dmsc_buf_reset(b);
	}
	dmsc_buf_free(&b);
	return tap_done();
}
