/*
 * SCP03 at level 33, both ends: an exchange (command wrapped, taken, answered,
 * unwrapped) beside the bare AES and AES-CMAC calls for the same bytes. Rounds
 * are interleaved; the ratio is the median of the rounds' ratios.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "bench/stat.h"
#include "crypto/aes.h"
#include "crypto/scp03.h"

enum { ROUNDS = 9, TIMES = 4000, DATA = 220, HEAD = 5, KEY = 16 };
static const double aim = 1.3;

static const uint8_t key[KEY] = { 1, 2, 3 }, challenge[DMSC_SCP_S8] = { 4 };

struct ends {
	struct dmsc_scp *host, *card;
	struct dmsc_buf *cmd, *rsp, *wire, *plain;
};

static int
start(struct ends *e, size_t n)
{
	const struct dmsc_scp_keys k = { dmsc_rd_of(key, KEY),
	    dmsc_rd_of(key, KEY), dmsc_rd_of(NULL, 0) };
	const uint8_t head[] = { 0, 0xD6, 0, 0, (uint8_t)n };
	struct dmsc_rd c = dmsc_rd_of(challenge, sizeof challenge);
	struct dmsc_scp_hello h = { .kvn = 1 };
	int r;

	e->cmd = dmsc_buf_new(512);
	e->rsp = dmsc_buf_new(512);
	e->wire = dmsc_buf_new(512);
	e->plain = dmsc_buf_new(512);
	if ((r = dmsc_scp_card(&k, DMSC_SCP_I_RMAC | DMSC_SCP_I_RENC, c, c,
	    &e->card)) != DMSC_E_OK ||
	    (r = dmsc_scp_answer(e->card, &h, e->wire)) != DMSC_E_OK ||
	    (r = dmsc_scp_hello(dmsc_buf_rd(e->wire), &h)) != DMSC_E_OK ||
	    (r = dmsc_scp_host(&k, c, &h, &e->host)) != DMSC_E_OK)
		return r;
	dmsc_buf_reset(e->wire);
	if ((r = dmsc_scp_login(e->host, 0, DMSC_SCP_ALL, e->wire)) !=
	    DMSC_E_OK ||
	    (r = dmsc_scp_accept(e->card, dmsc_buf_rd(e->wire))) !=
	    DMSC_E_OK || (r = dmsc_scp_opened(e->host)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(e->cmd, dmsc_rd_of(head, HEAD))) !=
	    DMSC_E_OK || (r = dmsc_buf_fill(e->cmd, 7, n)) != DMSC_E_OK ||
	    (r = dmsc_buf_fill(e->rsp, 9, n)) != DMSC_E_OK)
		return r;
	return dmsc_buf_u16(e->rsp, 0x9000);
}

static void
end(struct ends *e)
{
	dmsc_scp_free(&e->host);
	dmsc_scp_free(&e->card);
	dmsc_buf_free(&e->cmd);
	dmsc_buf_free(&e->rsp);
	dmsc_buf_free(&e->wire);
	dmsc_buf_free(&e->plain);
}

static int
exchange(struct ends *e)
{
	int r;

	dmsc_buf_truncate(e->wire, 0);
	dmsc_buf_truncate(e->plain, 0);
	if ((r = dmsc_scp_wrap(e->host, dmsc_buf_rd(e->cmd), e->wire)) !=
	    DMSC_E_OK || (r = dmsc_scp_take(e->card, dmsc_buf_rd(e->wire),
	    e->plain)) != DMSC_E_OK)
		return r;
	dmsc_buf_truncate(e->wire, 0);
	dmsc_buf_truncate(e->plain, 0);
	if ((r = dmsc_scp_give(e->card, dmsc_buf_rd(e->rsp), e->wire)) !=
	    DMSC_E_OK)
		return r;
	return dmsc_scp_unwrap(e->host, dmsc_buf_rd(e->wire), e->plain);
}

/* Two each way, at both ends: a vector, the data, the MAC over chain, head
 * and data. */
static int
bare(struct dmsc_aes *a, struct dmsc_cmac *m, size_t n)
{
	static uint8_t in[DATA + DMSC_AES_BLOCK], out[DATA + DMSC_AES_BLOCK];
	size_t all = n / DMSC_AES_BLOCK * DMSC_AES_BLOCK + DMSC_AES_BLOCK;
	const struct dmsc_rd parts[] = { dmsc_rd_of(in, DMSC_AES_BLOCK),
	    dmsc_rd_of(in, HEAD), dmsc_rd_of(in, all) };
	uint8_t iv[DMSC_AES_BLOCK] = { 0 }, mac[DMSC_AES_BLOCK];
	int i, r;

	for (i = 0; i < 4; i++)
		if ((r = dmsc_aes_block(a, in, iv)) != DMSC_E_OK ||
		    (r = dmsc_aes_cbc(a, i % 2 == 0, iv, dmsc_rd_of(in, all),
		    out)) != DMSC_E_OK ||
		    (r = dmsc_cmac(m, parts, DMSC_COUNT(parts), mac)) !=
		    DMSC_E_OK)
			return r;
	return DMSC_E_OK;
}

static int
measure(size_t n)
{
	double share[ROUNDS], ours[ROUNDS], begin, theirs;
	struct dmsc_aes *a = NULL;
	struct dmsc_cmac *m = NULL;
	struct ends e;
	int r, i, k;

	memset(&e, 0, sizeof e);
	if ((r = start(&e, n)) == DMSC_E_OK)
		r = dmsc_aes_new(dmsc_rd_of(key, KEY), &a);
	if (r == DMSC_E_OK)
		r = dmsc_cmac_new(dmsc_rd_of(key, KEY), &m);
	for (i = 0; r == DMSC_E_OK && i < ROUNDS; i++) {
		begin = cpu_ns();
		for (k = 0; r == DMSC_E_OK && k < TIMES; k++)
			r = exchange(&e);
		ours[i] = (cpu_ns() - begin) / TIMES;
		begin = cpu_ns();
		for (k = 0; r == DMSC_E_OK && k < TIMES; k++)
			r = bare(a, m, n);
		theirs = (cpu_ns() - begin) / TIMES;
		share[i] = ours[i] / theirs;
	}
	if (r == DMSC_E_OK)
		printf("  %3zu bytes each way: %6.0f ns an exchange, "
		    "%.2f times the bare calls: %s\n", n,
		    median(ours, ROUNDS), median(share, ROUNDS),
		    verdict(median(share, ROUNDS) <= aim));
	dmsc_aes_free(&a);
	dmsc_cmac_free(&m);
	end(&e);
	return r;
}

int
main(void)
{
	static const size_t sizes[] = { 16, 64, DATA };
	size_t i;
	int r;

	printf("SCP03, level 33, both ends (aim: %.1f times the bare AES and "
	    "CMAC calls)\n", aim);
	for (i = 0; i < DMSC_COUNT(sizes); i++)
		if ((r = measure(sizes[i])) != DMSC_E_OK) {
			printf("# %s\n", dmsc_e_text(r));
			return 1;
		}
	return 0;
}
