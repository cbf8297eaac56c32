/*
 * Nanoseconds per APDU of the embedded card, with its access rules on: the
 * card core alone on a copy of the demo card in memory, the same card behind
 * the link, and the whole stack on the image file, beside a bare loop: the
 * same calls to an end that answers 9000 at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "bench/stat.h"
#include "card/end.h"
#include "link/link.h"

enum { ROUNDS = 7, APDUS = 4000, WAYS = 4, SW_OK = 0x9000 };

/* What one way of sending needs. */
struct way {
	const char *name;
	struct dmsc_session *s;
	struct dmsc_card *c;
	struct dmsc_link l;
};

/* The two commands of a row take turns, so that something changes. */
static const struct row {
	const char *name, *hex[2];
	double aim;		/* nanoseconds in the core; 0: none */
} rows[] = {
	{ "SELECT, no answer wanted", { "00A4080C047F504D10",
	    "00A4080C047F504D10" }, 1000 },
	{ "SELECT, FCP wanted", { "00A40804047F504D1000",
	    "00A40804047F504D1000" }, 1000 },
	{ "READ BINARY, 255 bytes", { "00B00000FF", "00B00000FF" }, 333 },
	{ "UPDATE BINARY, 4 bytes", { "00D6000004FFFFFFFF",
	    "00D6000004FFFFFFFE" }, 0 },
};

static void
die(const char *what)
{
	(void)fprintf(stderr, "card: %s\n", what);
	exit(1);
}

static int
bare_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	(void)h;
	(void)cmd;
	(void)e;
	return dmsc_buf_u16(rsp, SW_OK);
}

static const struct dmsc_link_ops bare = { .name = "bare",
    .xfer = bare_xfer };

/* Sends cmd as the way does; whether the card said 9000. */
static bool
send(struct way *w, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	struct dmsc_apdu *a = NULL;
	bool good;

	dmsc_buf_reset(rsp);
	if (w->s != NULL) {
		good = dmsc_transmit(w->s, cmd, 0, &a) == DMSC_E_OK &&
		    a->sw == SW_OK;
		dmsc_view_free(&dmsc_apdu_view, a);
		return good;
	}
	if ((w->c != NULL ? dmsc_card_apdu(w->c, cmd, rsp) :
	    dmsc_link_xfer(&w->l, cmd, rsp, NULL)) != DMSC_E_OK)
		return false;
	return rsp->len >= 2 && rsp->p[rsp->len - 2] == 0x90;
}

static void
send_hex(struct way *w, const char *hex)
{
	struct dmsc_buf *cmd = dmsc_buf_new(300), *rsp = dmsc_buf_new(300);

	if (cmd == NULL || rsp == NULL ||
	    dmsc_hex_get(hex, cmd) != DMSC_E_OK ||
	    !send(w, dmsc_buf_rd(cmd), rsp))
		die(hex);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
}

/* Nanoseconds an APDU. */
static double
timed(struct way *w, const struct row *row)
{
	struct dmsc_buf *cmd[2], *rsp = dmsc_buf_new(300);
	double from, ns;
	int i;

	for (i = 0; i < 2; i++)
		if ((cmd[i] = dmsc_buf_new(300)) == NULL ||
		    dmsc_hex_get(row->hex[i], cmd[i]) != DMSC_E_OK)
			die(row->name);
	from = cpu_ns();
	for (i = 0; i < APDUS; i++)
		if (!send(w, dmsc_buf_rd(cmd[i % 2]), rsp))
			die(row->name);
	ns = (cpu_ns() - from) / APDUS;
	for (i = 0; i < 2; i++)
		dmsc_buf_free(&cmd[i]);
	dmsc_buf_free(&rsp);
	return ns;
}

static void
measure(struct way ways[WAYS], const struct row *row)
{
	double v[WAYS][ROUNDS], ns;
	size_t i, k;

	for (k = 0; k < ROUNDS; k++)
		for (i = 0; i < WAYS; i++)
			v[i][k] = timed(&ways[i], row);
	printf("  %-26s", row->name);
	for (i = 0; i < WAYS; i++) {
		ns = median(v[i], ROUNDS);
		printf("%s %s %.0f", i == 0 ? "" : ",", ways[i].name, ns);
		if (i == 1 && row->aim > 0)
			printf(" (aim %.0f: %s)", row->aim,
			    verdict(ns <= row->aim));
	}
	printf("\n");
}

/* A copy of the card in this process, powered. */
static struct dmsc_card *
copy_of(const char *image)
{
	struct dmsc_card *c = NULL;
	struct dmsc_buf *atr = dmsc_buf_new(64);

	if (atr == NULL || dmsc_card_peek(image, &c, NULL) != DMSC_E_OK ||
	    dmsc_card_reset(c, atr) != DMSC_E_OK)
		die("no copy of the card");
	dmsc_buf_free(&atr);
	return c;
}

/* card FOLDER: a folder for image and state. */
int
main(int argc, char **argv)
{
	static struct way ways[WAYS] = { { .name = "bare loop" },
	    { .name = "core" }, { .name = "link" },
	    { .name = "whole stack" } };
	struct dmsc_setup setup = { 0 };
	struct dmsc_card_new_opts o = { .force = true };
	struct dmsc_image_info *info = NULL;
	struct dmsc_card *behind;
	char image[4096], reader[4200];
	size_t i;

	if (argc != 2)
		return 2;
	setup.state_dir = argv[1];
	(void)snprintf(image, sizeof image, "%s/card.img", argv[1]);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	o.image = image;
	if (dmsc_session_new(&setup, &ways[3].s) != DMSC_E_OK ||
	    dmsc_card_new(ways[3].s, &o, &info) != DMSC_E_OK)
		die("no card");
	dmsc_view_free(&dmsc_image_info_view, info);
	ways[0].l.ops = &bare;
	ways[1].c = copy_of(image);
	behind = copy_of(image);
	if (dmsc_card_end(&behind, &ways[2].l) != DMSC_E_OK ||
	    dmsc_connect(ways[3].s, reader) != DMSC_E_OK)
		die("no way to the card");
	for (i = 1; i < WAYS; i++) {
		send_hex(&ways[i], "0020000A084444444444444444");
		send_hex(&ways[i], "00A4080C047F504D10");
	}
	printf("the embedded card, nanoseconds per APDU\n");
	for (i = 0; i < DMSC_COUNT(rows); i++)
		measure(ways, &rows[i]);
	dmsc_card_close(&ways[1].c);
	dmsc_link_close(&ways[2].l, true);
	dmsc_session_free(&ways[3].s);
	return 0;
}
