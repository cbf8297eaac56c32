/* The PC/SC end against a real pcscd: run by pcscd.sh, which starts it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dmsc/reader.h>

#include "base/clock.h"
#include "base/text.h"
#include "link/pcsc.h"
#include "tap.h"
#include "vpcd-toy.h"

enum { WAIT_MS = 5000 };

static const char first[] = "Virtual PCD 00 00";
static const char t1_atr[] = "3B80800101", t0_atr[] = "3B00";
static const char t1_only[] = "3B800181" "80";
static const int quiet = 0;
static struct dmsc_err e;

/* Waits for a card, or for none, in the first reader. */
static bool
waited(bool insert)
{
	int r = dmsc_pcsc_wait(first, insert, WAIT_MS, &quiet, &e);

	if (r != DMSC_E_OK)
		printf("# %s: %s\n", e.message, e.why);
	return r == DMSC_E_OK;
}

static bool
send_hex(struct dmsc_link *l, const char *hex, size_t want, int code)
{
	struct dmsc_buf *cmd = dmsc_buf_new(DMSC_APDU_CMD_MAX);
	struct dmsc_buf *rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	bool good;

	good = dmsc_hex_get(hex, cmd) == DMSC_E_OK &&
	    dmsc_link_xfer(l, dmsc_buf_rd(cmd), rsp, &e) == code &&
	    rsp->len == want;
	if (!good)
		printf("# %s: %zu bytes, %s, %s\n", hex, rsp->len, e.message,
		    e.why);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return good;
}

static int
open_first(struct dmsc_link *l, char *atr_hex)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	int r = dmsc_pcsc_open(first, l, atr, &e);

	if (r != DMSC_E_OK)
		printf("# %s: %s\n", e.message, e.why);
	if (atr_hex != NULL)
		(void)dmsc_hex(dmsc_buf_rd(atr), atr_hex, 80);
	dmsc_buf_free(&atr);
	return r;
}

static const char *
state_of_first(struct dmsc_readers **l)
{
	size_t i;

	*l = dmsc_view_new(&dmsc_readers_view);
	if (dmsc_pcsc_list(*l, &e) != DMSC_E_OK)
		return "";
	for (i = 0; i < (*l)->n_readers; i++)
		if (strcmp((*l)->readers[i].name, first) == 0)
			return (*l)->readers[i].state;
	return "none";
}

static bool
state_is(const char *want)
{
	struct dmsc_readers *l;
	const char *got = state_of_first(&l);
	bool same = strcmp(got, want) == 0;

	if (!same)
		printf("# state %s, service %s\n", got, l->service);
	dmsc_view_free(&dmsc_readers_view, l);
	return same;
}

static void
test_empty(void)
{
	static const int stop = 1;
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_link l = { NULL, NULL };
	uint64_t start = dmsc_now_us();

	ok(state_is("empty"), "an empty reader is listed");
	ok(open_first(&l, NULL) == DMSC_E_NOCARD && l.ops == NULL &&
	    strcmp(e.next[0], "wait insert") == 0, "no card: what to do");
	ok(dmsc_pcsc_open("Nowhere 00 00", &l, atr, &e) == DMSC_E_NOREADER,
	    "no such reader");
	dmsc_buf_free(&atr);
	ok(dmsc_pcsc_wait(first, true, 300, &quiet, &e) == DMSC_E_NOCARD &&
	    dmsc_now_us() - start >= 300000, "waiting ends with its time");
	ok(dmsc_pcsc_wait(NULL, true, 0, &stop, &e) == DMSC_E_INTERRUPTED,
	    "waiting can be interrupted");
}

static void
test_exchange(unsigned port)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_link_facts facts;
	char atr[80];
	pid_t card = vpcd_insert(port, t1_atr);

	ok(waited(true) && !state_is("empty"), "a card comes");
	ok(open_first(&l, atr) == DMSC_E_OK && strcmp(atr, t1_atr) == 0,
	    "open, and its ATR");
	dmsc_link_facts(&l, &facts);
	ok(facts.shared && facts.protocol != NULL, "facts");
	ok(state_is("in use"), "in use");
	ok(send_hex(&l, "00A40004023F00", 4, DMSC_E_OK) &&
	    send_hex(&l, "00B0000000", 258, DMSC_E_OK), "short APDUs");
	ok(send_hex(&l, "00B00000000000", 65535, DMSC_E_OK),
	    "the longest answer");
	ok(send_hex(&l, "00A400", 0, DMSC_E_USAGE), "under four bytes");
	ok(dmsc_link_lock(&l, true, &e) == DMSC_E_OK &&
	    send_hex(&l, "00A40004", 2, DMSC_E_OK) &&
	    dmsc_link_lock(&l, false, &e) == DMSC_E_OK &&
	    dmsc_link_lock(&l, false, &e) == DMSC_E_OK, "a transaction");
	dmsc_link_close(&l, false);
	vpcd_pull(card);
	ok(waited(false), "a card goes");
}

static void
test_protocols(unsigned port)
{
	static const struct {
		const char *atr, *want;
	} rows[] = { { t0_atr, "T=0" }, { t1_only, "T=1" } };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_link_facts facts;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pid_t card = vpcd_insert(port, rows[i].atr);

		ok(waited(true) && open_first(&l, NULL) == DMSC_E_OK,
		    rows[i].want);
		dmsc_link_facts(&l, &facts);
		ok(facts.protocol != NULL &&
		    strcmp(facts.protocol, rows[i].want) == 0 &&
		    send_hex(&l, "00A40004023F0000", 4, DMSC_E_OK),
		    rows[i].want);
		ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_OK &&
		    dmsc_link_reset(&l, true, atr, &e) == DMSC_E_OK &&
		    atr->len == strlen(rows[i].atr) / 2, "both resets");
		dmsc_link_close(&l, true);
		vpcd_pull(card);
		ok(waited(false), "pulled");
	}
	dmsc_buf_free(&atr);
}

/* Another process that has the card to itself until it is ended. */
static pid_t
holder(void)
{
	struct dmsc_link l = { NULL, NULL };
	int ready[2];
	char c = 0;
	pid_t pid;

	if (pipe(ready) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		if (open_first(&l, NULL) != DMSC_E_OK ||
		    dmsc_link_claim(&l, &e) != DMSC_E_OK)
			_exit(1);
		(void)!write(ready[1], "1", 1);
		for (;;)
			pause();
	}
	(void)close(ready[1]);
	(void)!read(ready[0], &c, 1);
	(void)close(ready[0]);
	return c == '1' ? pid : -1;
}

/* pcscd needs a moment to see that a client has died. */
static bool
opened_soon(struct dmsc_link *l)
{
	int i;

	for (i = 0; i < 40; i++) {
		if (open_first(l, NULL) == DMSC_E_OK)
			return true;
		dmsc_sleep_ms(50);
	}
	return false;
}

static void
test_busy(unsigned port)
{
	struct dmsc_link a = { NULL, NULL }, b = { NULL, NULL };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	pid_t card = vpcd_insert(port, t1_atr), other;
	char by[40];

	ok(waited(true) && open_first(&a, NULL) == DMSC_E_OK &&
	    open_first(&b, NULL) == DMSC_E_OK, "two may share");
	ok(dmsc_link_claim(&a, &e) == DMSC_E_LOCKED, "none of two can claim");
	ok(dmsc_link_reset(&b, false, atr, &e) == DMSC_E_OK &&
	    send_hex(&a, "00A40004", 0, DMSC_E_REMOVED) &&
	    strstr(e.why, "reset") != NULL, "a reset by somebody else");
	ok(dmsc_link_reset(&a, false, atr, &e) == DMSC_E_OK &&
	    send_hex(&a, "00A40004", 2, DMSC_E_OK), "reset brings it back");
	dmsc_link_close(&b, false);
	ok(dmsc_link_lock(&a, true, &e) == DMSC_E_OK &&
	    dmsc_link_claim(&a, &e) == DMSC_E_OK &&
	    dmsc_link_lock(&a, false, &e) == DMSC_E_OK &&
	    send_hex(&a, "00A40004", 2, DMSC_E_OK),
	    "claimed inside a transaction");
	ok(state_is("exclusive") && open_first(&b, NULL) == DMSC_E_LOCKED,
	    "nobody else can open it");
	dmsc_link_close(&a, true);
	other = holder();
	(void)snprintf(by, sizeof by, "by %ld pcsc-link", (long)other);
	ok(other > 0 && open_first(&b, NULL) == DMSC_E_LOCKED &&
	    strstr(e.why, by) != NULL, "the holder is named");
	(void)kill(other, SIGKILL);
	(void)waitpid(other, NULL, 0);
	ok(opened_soon(&b), "free again when the holder has ended");
	dmsc_link_close(&b, false);
	vpcd_pull(card);
	ok(waited(false), "pulled");
	dmsc_buf_free(&atr);
}

static void
test_pull(unsigned port)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	pid_t card = vpcd_insert(port, t1_atr);

	ok(waited(true) && open_first(&l, NULL) == DMSC_E_OK, "a card");
	vpcd_pull(card);
	ok(send_hex(&l, "00A40004", 0, DMSC_E_REMOVED), "pulled: REMOVED");
	ok(waited(false) && send_hex(&l, "00A40004", 0, DMSC_E_REMOVED),
	    "and stays so");
	ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_NOCARD,
	    "no card to reset");
	card = vpcd_insert(port, t0_atr);
	ok(waited(true) && send_hex(&l, "00A40004", 0, DMSC_E_REMOVED),
	    "another card is not taken for the first");
	ok(dmsc_link_reset(&l, false, atr, &e) == DMSC_E_OK && atr->len == 2 &&
	    send_hex(&l, "00A40004", 2, DMSC_E_OK), "but by a reset");
	ok(dmsc_link_lock(&l, true, &e) == DMSC_E_OK &&
	    send_hex(&l, "00FE0000", 0, DMSC_E_REMOVED),
	    "gone inside a command");
	dmsc_link_close(&l, true);
	vpcd_pull(card);
	ok(waited(false), "pulled");
	card = vpcd_insert(port, "");
	ok(dmsc_pcsc_wait(first, true, 1000, &quiet, &e) == DMSC_E_NOCARD,
	    "a card without ATR is none");
	vpcd_pull(card);
	dmsc_buf_free(&atr);
}

int
main(int argc, char **argv)
{
	uint64_t port;

	if (argc != 2 || dmsc_num(argv[1], 10, UINT16_MAX, &port) !=
	    DMSC_E_OK)
		return 2;
	if (state_is("none")) {
		tap_skip("pcscd", "it has no virtual reader");
		return tap_done();
	}
	test_empty();
	test_exchange((unsigned)port);
	test_protocols((unsigned)port);
	test_busy((unsigned)port);
	test_pull((unsigned)port);
	return tap_done();
}
