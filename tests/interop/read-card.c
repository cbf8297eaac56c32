/* What another program's reader finds on a card image: its file, and bytes in
 * hex; 1 and where it gave up. read-card READER IMAGE [WANT] */
#include <stdio.h>
#include <string.h>

#include "card/end.h"
#include "device/play.h"

static bool
run(struct dmsc_link *l, const char *reader, const char *want,
    struct dmsc_play_found *f)
{
	if (strcmp(reader, "nordic") == 0)
		return dmsc_play_nordic(l, want, f);
	if (strcmp(reader, "android") == 0)
		return dmsc_play_android(l, want, f);
	if (strcmp(reader, "rules") == 0)
		return dmsc_play_android_rules(l, f);
	return dmsc_play_opensc(l, want, true, f);
}

int
main(int argc, char **argv)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_buf *hex = dmsc_buf_new(2 * DMSC_APDU_RSP_MAX);
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_play_found f = { 0 };
	struct dmsc_card *c = NULL;
	struct dmsc_err e = { 0 };
	int status = 2;

	if (argc >= 3 && dmsc_card_open(argv[2], &c, &e) == DMSC_E_OK &&
	    dmsc_card_end(&c, &l) == DMSC_E_OK &&
	    dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK) {
		status = run(&l, argv[1], argc > 3 ? argv[3] : "", &f) ? 0 :
		    1;
		if (f.bytes != NULL && dmsc_hex_put(hex, dmsc_buf_rd(f.bytes))
		    != DMSC_E_OK)
			status = 2;
		printf("%04X %s\n", f.fid, status == 0 ?
		    dmsc_buf_cstr(hex) : f.why != NULL ? f.why : "");
	} else
		printf("%s: %s\n", e.message, e.why);
	dmsc_play_clear(&f);
	dmsc_link_close(&l, true);
	dmsc_buf_free(&hex);
	dmsc_buf_free(&atr);
	return status;
}
