/*
 * A card in a virtual reader that is pulled out, and perhaps swapped for
 * another (some milliseconds later), after so many commands:
 *   pulled PORT IMAGE COMMANDS before|after|t0 [OTHER MS]
 * before: the next command never reaches it; after: the last one is done, its
 * answer is lost; t0: as before, and answers wait behind 61xx (T=0 style).
 * Says when it is in the reader, and how many commands came.
 */
#include "vpcd-toy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "card/end.h"

enum { MS_MAX = 60000 };

struct pull {
	unsigned long commands, at;
	bool lost;		/* the answer of the last one */
	bool t0;
	struct dmsc_buf *atr;
};

static bool
answer(int fd, struct dmsc_card *c, struct dmsc_rd cmd, struct pull *p)
{
	struct dmsc_buf *rsp = dmsc_buf_new(VPCD_FRAME_MAX);
	bool stays = rsp != NULL && p->commands < p->at;

	if (stays) {
		p->commands++;
		stays = dmsc_card_apdu(c, cmd, rsp) == DMSC_E_OK &&
		    (!p->lost || p->commands < p->at) &&
		    vpcd_put(fd, rsp->p, rsp->len) == 0;
	}
	dmsc_buf_free(&rsp);
	return stays;
}

/* The reader asks for the ATR every 400 ms: that is no reset. */
static bool
control(int fd, struct dmsc_card *c, unsigned code, struct pull *p)
{
	if (code == VPCD_ATR_ASKED)
		return vpcd_put(fd, p->atr->p, p->atr->len) == 0;
	return dmsc_card_reset(c, p->atr) == DMSC_E_OK;
}

static int
serve(unsigned port, const char *image, struct pull *p)
{
	static uint8_t frame[VPCD_FRAME_MAX];
	struct dmsc_card *c = NULL;
	struct dmsc_err e = { 0 };
	bool stays = true, told = false;
	size_t n;
	int fd;

	p->atr = dmsc_buf_new(DMSC_ATR_MAX);
	if (p->atr == NULL || dmsc_card_open(image, &c, &e) != DMSC_E_OK ||
	    dmsc_card_reset(c, p->atr) != DMSC_E_OK ||
	    (fd = vpcd_enter(port)) < 0) {
		printf("%s: %s\n", e.message, e.why);
		return 1;
	}
	dmsc_card_t0_style(c, p->t0);
	while (stays && (n = vpcd_get(fd, frame)) > 0) {
		if (n > 1)
			stays = answer(fd, c, dmsc_rd_of(frame, n), p);
		else
			stays = control(fd, c, frame[0], p);
		if (!told)
			puts("in the reader");
		told = true;
		fflush(stdout);
	}
	printf("%lu commands\n", p->commands);
	fflush(stdout);
	(void)close(fd);
	dmsc_card_close(&c);
	dmsc_buf_free(&p->atr);
	return 0;
}

int
main(int argc, char **argv)
{
	struct pull p = { .at = 0 }, never = { .at = ~0ul };
	uint64_t port, at, ms = 0;
	int r;

	if (argc < 5 ||
	    dmsc_num(argv[1], 10, UINT16_MAX, &port) != DMSC_E_OK ||
	    dmsc_num(argv[3], 10, UINT32_MAX, &at) != DMSC_E_OK ||
	    (argc > 6 && dmsc_num(argv[6], 10, MS_MAX, &ms) != DMSC_E_OK))
		return 2;
	p.at = (unsigned long)at;
	p.lost = strcmp(argv[4], "after") == 0;
	p.t0 = strcmp(argv[4], "t0") == 0;
	r = serve((unsigned)port, argv[2], &p);
	if (r != 0 || argc < 6)
		return r;
	dmsc_sleep_ms((unsigned)ms);
	return serve((unsigned)port, argv[5], &never);
}
