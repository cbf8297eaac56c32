/*
 * card: what the card itself has for the device, made one, dropped where the
 * device cannot; short messages that come in parts.
 */
#include "card/lab.h"

#include "card/card.h"
#include "cat/cat.h"

#define NONE dmsc_rd_of(NULL, 0)
#define ICCID "\x3F\x00\x2F\xE2"
#define DIR "\x3F\x00\x2F\x00"

static char got[64];
static unsigned got_n;

static unsigned
download(struct dmsc_card_call *k, struct dmsc_rd message)
{
	(void)snprintf(got, sizeof got, "%.*s", (int)message.left,
	    (const char *)message.p);
	got_n++;
	return dmsc_card_say(k, dmsc_rd_str("OK"));
}

static bool
says(struct dmsc_card *c, const char *in, const char *want)
{
	const struct step s = { in, want };

	return lab_run(c, &s, 1);
}

static struct dmsc_rd
path(const char *bytes)
{
	return dmsc_rd_of(bytes, 4);
}

static void
refreshes(struct dmsc_card *c)
{
	struct dmsc_buf *many = dmsc_buf_new(512);
	uint8_t one[] = { 0x3F, 0x00, 0x4D, 0x00 };
	int r = DMSC_E_OK;

	ok(dmsc_card_queue_refresh(c, path(ICCID)) == DMSC_E_OK &&
	    dmsc_card_queue_refresh(c, path(DIR)) == DMSC_E_OK &&
	    dmsc_card_queue_refresh(c, path(ICCID)) == DMSC_E_OK &&
	    c->toolkit.n == 1, "three changes are one REFRESH");
	ok(says(c, "80F2000C", "9000"), "nothing is said before the profile");
	ok(says(c, "8010000003FFFFFF", "9116") && says(c, "8012000016",
	    "D0148103030101820281829209023F002FE23F002F009000"),
	    "then it names both files");
	ok(dmsc_card_queue_refresh(c, path(DIR)) == DMSC_E_OK &&
	    c->toolkit.n == 2, "what is out is not changed any more");
	ok(says(c, "801400000C810303010182028281830100", "9112") &&
	    says(c, "80120000",
	    "D0108103040101820281829205013F002F009000") &&
	    says(c, "801400000C810304010182028281830100", "9000"),
	    "the next one comes behind it, by a FETCH without Le too");
	for (; one[3] < 80 && r == DMSC_E_OK; one[3]++)
		r = dmsc_buf_put(many, dmsc_rd_of(one, sizeof one));
	ok(r == DMSC_E_OK && dmsc_card_queue_refresh(c, dmsc_buf_rd(many)) ==
	    DMSC_E_OK && dmsc_card_queue_refresh(c, path(DIR)) == DMSC_E_OK &&
	    c->toolkit.n == 1 && says(c, "801200000B",
	    "D0098103060100820281829000") && says(c,
	    "801400000C810306010082028281830100", "9000"),
	    "too many files are all files");
	dmsc_buf_free(&many);
}

static void
gate(struct dmsc_card *c)
{
	const struct dmsc_rd push = dmsc_rd_of(
	    "\xD0\x09\x81\x03\x01\x02\x00\x82\x02\x81\x82", 11);
	size_t i;

	ok(dmsc_card_queue(c, CAT_MORE_TIME, 0, CAT_TERMINAL, NONE) ==
	    DMSC_E_OK && dmsc_card_queue_refresh(c, path(DIR)) == DMSC_E_OK &&
	    dmsc_card_push_cmd(c, push) == DMSC_E_OK && c->toolkit.n == 3,
	    "two of its own and one pushed wait");
	ok(says(c, "8010000003000080", "9112") && c->toolkit.n == 2,
	    "a device that only knows REFRESH is not bothered");
	ok(dmsc_card_queue(c, CAT_MORE_TIME, 0, CAT_TERMINAL, NONE) ==
	    DMSC_E_UNSUPPORTED, "nor later");
	for (i = c->toolkit.n; i < DMSC_CARD_PUSHED; i++)
		if (dmsc_card_push_cmd(c, push) != DMSC_E_OK)
			break;
	ok(i == DMSC_CARD_PUSHED && dmsc_card_push_cmd(c, push) ==
	    DMSC_E_LIMIT && dmsc_card_queue_refresh(c, path(ICCID)) ==
	    DMSC_E_OK, "a full queue still takes a change into its REFRESH");
}

static void
messages(struct dmsc_card *c)
{
	c->toolkit.download = download;
	ok(says(c, "80C200002FD12D8202838106099111223344556677F88B1C04049121"
	    "437F16891010000000000D53686F7274204D657373616765", "4F4B9000") &&
	    got_n == 1 && strcmp(got, "Short Message") == 0,
	    "a message, its answer in ENVELOPE's");
	ok(says(c, "80C200001FD11D820283818B17440291217FF68910100000000009"
	    "05000309020262630A", "9000") && got_n == 1 && says(c,
	    "80C200001DD11B820283818B15440291217FF68910100000000008"
	    "05000309020161", "6A80"), "a part waits; a bent one is refused");
	ok(says(c, "80C200001DD11B820283818B15440291217FF68910100000000007"
	    "05000309020161", "4F4B9000") && got_n == 2 &&
	    strcmp(got, "abc\n") == 0, "its other part makes it whole");
}

int
main(void)
{
	struct dmsc_card *c = lab_card(true);
	struct dmsc_buf *atr = dmsc_buf_new(64);

	if (c == NULL || atr == NULL)
		return 99;
	refreshes(c);
	messages(c);
	ok(dmsc_card_reset(c, atr) == DMSC_E_OK, "reset");
	gate(c);
	dmsc_buf_free(&atr);
	dmsc_card_close(&c);
	return tap_done();
}
