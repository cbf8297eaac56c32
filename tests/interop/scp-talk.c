/*
 * SCP03 on a whole card: both ends against each other over key length, S8 and
 * S16, level, logical channel and APDU case with drawn data (10,000 exchanges
 * with DMSC_HARD, else a sample), then what must be refused: bits flipped,
 * messages replayed, swapped, cut, in the clear.
 *
 * scp-talk: the card inside the program. scp-talk --image T=0|T=1 FILE: makes
 * the card; scp-talk --reader NAME: the same card in a reader of PC/SC.
 */
#include <stdlib.h>
#include <string.h>

#include "card/lab.h"
#include "crypto/scp03.h"
#include "link/pcsc.h"
#include "link/secure.h"

enum {
	SETS = 6, CHANNELS = 20, FORMS = 8, ROUNDS = 17, FIRST_KVN = 0x30,
	FILE_SIZE = 0x0400, LONGEST = 900, SEQ_STRIDE = 37, FILE_FID = 0x2F10
};

/* Of one version: length and parameter i; its keys are drawn from these. */
static const struct {
	size_t len;
	unsigned i;
} sets[SETS] = { { 16, 0x70 }, { 24, 0x70 }, { 32, 0x70 },
	{ 16, 0x71 }, { 24, 0x71 }, { 32, 0x61 } };
static const unsigned levels[] = { 0x01, 0x03, 0x11, 0x13, 0x33 };

/* A small generator: the same run each time. */
static uint32_t
draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
fill(uint32_t *seed, uint8_t *p, size_t n)
{
	while (n-- > 0)
		*p++ = (uint8_t)draw(seed);
}

/* Key-ENC, Key-MAC, Key-DEK of a set, behind each other. */
static void
keys_of(size_t set, uint8_t out[3 * 32])
{
	uint32_t seed = 1000u + (uint32_t)set;

	fill(&seed, out, 3 * sets[set].len);
}

/* ---- the card */

static const struct step no_mf[] = { { "00A40000023F00", "6A82" } };
static const struct step files[] = {
	{ "+ 82027821 83023F00 8B032F0601", "9000" },
	{ "+ 8205422100300A 83022F06 8B032F0602 800201E0 880130", "9000" },
	{ "=01 80017F 9E0140", "9000" },
	{ "=02 8001019000 800102 9E0140", "9000" },
	{ "+ 82024121 83022F10 8B032F0601 80020400 8800", "9000" },
	{ "00A40000023F00", "62~" },
};
static const struct step live[] = { { "00440000023F00", "9000" } };
static const struct step t_0[] = { { "00DA0101023B00", "9000" } };
static const struct step t_1[] = { { "00DA0101043B800181", "9000" } };

static struct dmsc_card *
make_card(bool t1)
{
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	uint8_t keys[3 * 32];
	char text[300], hex[2 * sizeof keys + 1];
	struct step put = { text, "9000" };
	size_t i;
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, no_mf, 1) && lab_run(c, files, DMSC_COUNT(files)) &&
	    lab_run(c, t1 ? t_1 : t_0, 1);

	for (i = 0; good && i < SETS; i++) {
		keys_of(i, keys);
		(void)snprintf(text, sizeof text, "00DA03%02X%02X05%02X%s",
		    (unsigned)(FIRST_KVN + i),
		    (unsigned)(2 + 3 * sets[i].len), sets[i].i,
		    dmsc_hex(dmsc_rd_of(keys, 3 * sets[i].len), hex,
		    sizeof hex));
		good = lab_run(c, &put, 1);
	}
	if (!good || !lab_run(c, live, 1))
		printf("# the card cannot be made\n");
	return c;
}

/* ---- one channel to it */

struct talk {
	struct dmsc_link link;		/* the secure layer */
	struct dmsc_scp *scp;		/* ours, where it is not the layer's */
	bool wide;			/* extended lengths can be sent */
	uint32_t seed;
	uint8_t model[FILE_SIZE];	/* what the file holds */
	struct dmsc_buf *cmd, *rsp, *want, *fcp;
};

static unsigned
cla(unsigned proprietary, unsigned channel)
{
	return proprietary | (channel < 4 ? channel : 0x40 | (channel - 4));
}

/* cmd over the layer; the answer's SW, 0 where there is none. */
static unsigned
send(struct talk *t)
{
	struct dmsc_err e = { 0 };

	dmsc_buf_reset(t->rsp);
	if (dmsc_link_xfer(&t->link, dmsc_buf_rd(t->cmd), t->rsp, &e) !=
	    DMSC_E_OK)
		return 0;
	return (unsigned)t->rsp->p[t->rsp->len - 2] << 8 |
	    t->rsp->p[t->rsp->len - 1];
}

static unsigned
send_hex(struct talk *t, unsigned class, const char *rest)
{
	dmsc_buf_reset(t->cmd);
	if (dmsc_buf_u8(t->cmd, class) != DMSC_E_OK ||
	    dmsc_hex_get(rest, t->cmd) != DMSC_E_OK)
		abort();
	return send(t);
}

static bool
ask(struct talk *t, size_t set, unsigned channel, uint8_t hc[16],
    struct dmsc_scp_hello *h)
{
	struct dmsc_rd c = dmsc_rd_of(hc, (sets[set].i & 1) != 0 ? 16 : 8);

	fill(&t->seed, hc, c.left);
	dmsc_secure_end(&t->link);
	if (send_hex(t, cla(0, channel), "A4000C023F00") != 0x9000)
		return false;
	dmsc_buf_reset(t->cmd);
	return dmsc_scp_ask(channel, (unsigned)(FIRST_KVN + set), c,
	    t->cmd) == DMSC_E_OK && send(t) >> 8 != 0x63 &&
	    t->rsp->len > 2 && dmsc_scp_hello(dmsc_rd_of(t->rsp->p,
	    t->rsp->len - 2), h) == DMSC_E_OK;
}

/* Up to EXTERNAL AUTHENTICATE; t->scp is open then. */
static bool
begin(struct talk *t, size_t set, unsigned level, unsigned channel)
{
	uint8_t keys[3 * 32] = { 0 }, hc[16] = { 0 };
	const size_t n = sets[set].len;
	const struct dmsc_scp_keys k = { dmsc_rd_of(keys, n),
	    dmsc_rd_of(keys + n, n), dmsc_rd_of(keys + 2 * n, n) };
	struct dmsc_scp_hello h;

	dmsc_scp_free(&t->scp);
	keys_of(set, keys);
	if (!ask(t, set, channel, hc, &h) ||
	    dmsc_scp_host(&k, dmsc_rd_of(hc, h.n), &h, &t->scp) != DMSC_E_OK)
		return false;
	dmsc_buf_reset(t->cmd);
	return dmsc_scp_login(t->scp, channel, level, t->cmd) == DMSC_E_OK &&
	    send(t) == 0x9000 && dmsc_scp_opened(t->scp) == DMSC_E_OK;
}

/* ---- exchanges */

static void
put_header(struct talk *t, unsigned class, unsigned ins, unsigned p1p2)
{
	dmsc_buf_reset(t->cmd);
	if (dmsc_buf_u8(t->cmd, class) != DMSC_E_OK ||
	    dmsc_buf_u8(t->cmd, ins) != DMSC_E_OK ||
	    dmsc_buf_u16(t->cmd, p1p2) != DMSC_E_OK)
		abort();
}

static void
put_body(struct talk *t, bool wide, struct dmsc_rd data, int le)
{
	int r = DMSC_E_OK;

	if (data.left > 0) {
		r = wide ? dmsc_buf_u24(t->cmd, (uint32_t)data.left) :
		    dmsc_buf_u8(t->cmd, (unsigned)data.left);
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(t->cmd, data);
	} else if (wide)
		r = dmsc_buf_u8(t->cmd, 0);
	if (r == DMSC_E_OK && le >= 0)
		r = wide ? dmsc_buf_u16(t->cmd, (unsigned)le) :
		    dmsc_buf_u8(t->cmd, (unsigned)le);
	if (r != DMSC_E_OK)
		abort();
}

static void
expect(struct talk *t, struct dmsc_rd data)
{
	dmsc_buf_reset(t->want);
	if (dmsc_buf_put(t->want, data) != DMSC_E_OK ||
	    dmsc_buf_u16(t->want, 0x9000) != DMSC_E_OK)
		abort();
}

/* Cases 1 to 4, short then extended: STATUS, READ, UPDATE, SELECT. */
static void
make_command(struct talk *t, unsigned form, unsigned channel,
    const struct dmsc_scp *s)
{
	static const uint8_t fid[] = { FILE_FID >> 8, FILE_FID & 0xFF };
	bool wide = form >= 4;
	size_t max = wide ? LONGEST : form % 4 == 1 ?
	    dmsc_scp_answer_room(s) - 1 : dmsc_scp_room(s);
	size_t n = 1 + draw(&t->seed) % max;
	size_t at = draw(&t->seed) % (FILE_SIZE - n);

	expect(t, dmsc_rd_of(NULL, 0));
	if (form % 4 == 0)
		put_header(t, cla(0x80, channel), 0xF2, 0x000C);
	else if (form % 4 == 1) {
		put_header(t, cla(0, channel), 0xB0, (unsigned)at);
		put_body(t, wide, dmsc_rd_of(NULL, 0), (int)n);
		expect(t, dmsc_rd_of(t->model + at, n));
	} else if (form % 4 == 2) {
		fill(&t->seed, t->model + at, n);
		put_header(t, cla(0, channel), 0xD6, (unsigned)at);
		put_body(t, wide, dmsc_rd_of(t->model + at, n), -1);
	} else {
		put_header(t, cla(0, channel), 0xA4, 0x0004);
		put_body(t, wide, dmsc_rd_of(fid, sizeof fid), 0);
		expect(t, dmsc_buf_rd(t->fcp));
	}
}

static bool
exchange(struct talk *t, unsigned form)
{
	unsigned channel;
	const struct dmsc_scp *s = dmsc_secure_scp(&t->link, &channel);
	char want[80], got[80];

	make_command(t, form, channel, s);
	(void)send(t);
	if (dmsc_rd_eq(dmsc_buf_rd(t->rsp), dmsc_buf_rd(t->want)))
		return true;
	printf("# level %02X, channel %u, form %u\n# want %s\n# got  %s\n",
	    dmsc_scp_level(s), channel, form, dmsc_hex(dmsc_rd_slice(
	    dmsc_buf_rd(t->want), 0, 32), want, sizeof want),
	    dmsc_hex(dmsc_rd_slice(dmsc_buf_rd(t->rsp), 0, 32), got,
	    sizeof got));
	return false;
}

/* One session: the file is selected, then ROUNDS exchanges, each form and
 * some of them again. */
static bool
session(struct talk *t, size_t set, unsigned level, unsigned channel)
{
	unsigned i, form;
	bool good = begin(t, set, level, channel);

	if (!good)
		printf("# set %zu, level %02X, channel %u does not open\n",
		    set, level, channel);
	else
		dmsc_secure_begin(&t->link, &t->scp, channel);
	for (i = 0; good && i < ROUNDS; i++) {
		form = i == 0 ? 3 : i % FORMS;
		if (!t->wide)
			form %= 4;
		good = exchange(t, form);
	}
	return good;
}

static bool
hard(void)
{
	const char *v = getenv("DMSC_HARD");

	return v != NULL && *v == '1';
}

static void
test_talk(struct talk *t)
{
	const unsigned all = SETS * DMSC_COUNT(levels) * CHANNELS;
	unsigned total = hard() ? all : all / 20, i, s;
	char name[100];
	bool good = true;

	for (i = 0; good && i < total; i++) {
		s = i * SEQ_STRIDE % all;
		good = session(t, s % SETS, levels[s / SETS %
		    DMSC_COUNT(levels)], s / SETS / DMSC_COUNT(levels));
	}
	(void)snprintf(name, sizeof name, "%u exchanges in %u channels: every "
	    "key, form, level, logical channel and case", i * ROUNDS, i);
	ok(good, name);
}

/* ---- what must be refused */

static const char probe[] = "D60010030A0B0C";
static const char probe_first[] = "A4000C022F10";

/* A channel with the file selected and one exchange done; the wire bytes of
 * the next command in t->cmd. */
static bool
ready(struct talk *t, size_t set, unsigned level, unsigned channel)
{
	struct dmsc_buf *plain = dmsc_buf_new(LAB_MAX);
	bool good = begin(t, set, level, channel) &&
	    dmsc_buf_u8(plain, cla(0, channel)) == DMSC_E_OK &&
	    dmsc_hex_get(probe_first, plain) == DMSC_E_OK;

	dmsc_buf_reset(t->cmd);
	good = good && dmsc_scp_wrap(t->scp, dmsc_buf_rd(plain), t->cmd) ==
	    DMSC_E_OK && send(t) == 0x9000;
	dmsc_buf_reset(plain);
	good = good && dmsc_scp_unwrap(t->scp, dmsc_buf_rd(t->rsp), plain) ==
	    DMSC_E_OK;
	dmsc_buf_free(&plain);
	return good;
}

/* The UPDATE that is bent; nth of several. */
static bool
next_wire(struct talk *t, unsigned channel, struct dmsc_buf *wire)
{
	struct dmsc_buf *plain = dmsc_buf_new(LAB_MAX);
	bool good = dmsc_buf_u8(plain, cla(0, channel)) == DMSC_E_OK &&
	    dmsc_hex_get(probe, plain) == DMSC_E_OK &&
	    dmsc_scp_wrap(t->scp, dmsc_buf_rd(plain), wire) == DMSC_E_OK;

	dmsc_buf_free(&plain);
	return good;
}

static unsigned
send_bytes(struct talk *t, struct dmsc_rd wire)
{
	dmsc_buf_reset(t->cmd);
	if (dmsc_buf_put(t->cmd, wire) != DMSC_E_OK)
		abort();
	return send(t);
}

/* Refused; and what was right a moment ago is refused too. */
static bool
is_shut(struct talk *t, struct dmsc_rd bent, struct dmsc_rd right)
{
	unsigned sw = send_bytes(t, bent), after;

	if (sw == 0x9000)
		return false;
	after = send_bytes(t, right);
	return after != 0x9000 && after >> 8 == 0x69;
}

/* The channel's number in the class stands outside of the MAC. */
static bool
is_number(unsigned class, size_t bit)
{
	return bit == 6 || bit < ((class & 0x40) != 0 ? 4u : 2u);
}

/* Bits of the channel's number send it elsewhere, where there is no secure
 * channel: nothing is done there, and the next command, whose MAC counts on
 * this one, ends the channel. */
static bool
goes_astray(struct talk *t, unsigned channel, struct dmsc_rd bent)
{
	struct dmsc_buf *later = dmsc_buf_new(LAB_MAX), *plain =
	    dmsc_buf_new(LAB_MAX);
	unsigned sw1 = send_bytes(t, bent) >> 8;
	bool good = sw1 == 0x69 || sw1 == 0x68 || sw1 == 0x6E;

	good = good && dmsc_scp_unwrap(t->scp, dmsc_buf_rd(t->rsp), plain) ==
	    DMSC_E_OK && next_wire(t, channel, later) &&
	    send_bytes(t, dmsc_buf_rd(later)) >> 8 == 0x69;
	dmsc_buf_free(&later);
	dmsc_buf_free(&plain);
	return good;
}

static bool
flip(struct talk *t, size_t bit, struct dmsc_buf *wire, unsigned channel)
{
	struct dmsc_buf *right = dmsc_buf_from(dmsc_buf_rd(wire), LAB_MAX);
	bool good;

	wire->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	good = is_number(right->p[0], bit) ?
	    goes_astray(t, channel, dmsc_buf_rd(wire)) :
	    is_shut(t, dmsc_buf_rd(wire), dmsc_buf_rd(right));
	dmsc_buf_free(&right);
	return good;
}

static void
test_flips(struct talk *t, size_t set, unsigned level, unsigned channel)
{
	struct dmsc_buf *wire = dmsc_buf_new(LAB_MAX);
	size_t bit, bits = 1;
	char name[80];
	bool good = true;

	for (bit = 0; good && bit < bits; bit++) {
		dmsc_buf_reset(wire);
		good = ready(t, set, level, channel) &&
		    next_wire(t, channel, wire);
		bits = wire->len * 8;
		if (good && !(good = flip(t, bit, wire, channel)))
			printf("# bit %zu\n", bit);
	}
	(void)snprintf(name, sizeof name, "level %02X, channel %u: %zu bits "
	    "flipped, each is refused", level, channel, bits);
	ok(good, name);
	dmsc_buf_free(&wire);
}

static void
test_cuts(struct talk *t, size_t set, unsigned level)
{
	struct dmsc_buf *wire = dmsc_buf_new(LAB_MAX);
	size_t n, len = 5;
	bool good = true;

	for (n = 4; good && n < len; n++) {
		dmsc_buf_reset(wire);
		good = ready(t, set, level, 0) && next_wire(t, 0, wire) &&
		    is_shut(t, dmsc_rd_of(wire->p, n), dmsc_buf_rd(wire));
		len = wire->len;
	}
	ok(good, "a command cut anywhere is refused");
	dmsc_buf_free(&wire);
}

static void
test_order(struct talk *t, size_t set, unsigned level)
{
	struct dmsc_buf *one = dmsc_buf_new(LAB_MAX), *two =
	    dmsc_buf_new(LAB_MAX), *plain = dmsc_buf_new(LAB_MAX);
	bool good = ready(t, set, level, 0) && next_wire(t, 0, one) &&
	    send_bytes(t, dmsc_buf_rd(one)) == 0x9000;

	ok(good && is_shut(t, dmsc_buf_rd(one), dmsc_buf_rd(one)),
	    "a command replayed is refused");
	dmsc_buf_reset(one);
	good = ready(t, set, level, 0) && next_wire(t, 0, one) &&
	    dmsc_scp_unwrap(t->scp, dmsc_rd_of((const uint8_t *)"\x6A\x82",
	    2), plain) == DMSC_E_OK && next_wire(t, 0, two);
	ok(good && is_shut(t, dmsc_buf_rd(two), dmsc_buf_rd(one)),
	    "the second before the first is refused");
	dmsc_buf_reset(one);
	good = ready(t, set, level, 0) && next_wire(t, 0, one) &&
	    send_hex(t, 0, probe) == 0x6982;
	ok(good && send_bytes(t, dmsc_buf_rd(one)) >> 8 == 0x69,
	    "a command in the clear is refused and ends it");
	dmsc_buf_reset(one);
	good = ready(t, set, level, 0) && next_wire(t, 0, one) &&
	    ready(t, set, level, 0);
	ok(good && send_bytes(t, dmsc_buf_rd(one)) >> 8 == 0x69,
	    "a command of a session before is refused");
	dmsc_buf_free(&one);
	dmsc_buf_free(&two);
	dmsc_buf_free(&plain);
}

/* The file is as the model has it: nothing that was bent was done. */
static void
test_untouched(struct talk *t)
{
	struct dmsc_buf *cmd = t->cmd;
	bool good = begin(t, 0, 0x33, 0);

	if (good)
		dmsc_secure_begin(&t->link, &t->scp, 0);
	good = good && send_hex(t, 0, "A4000C022F10") == 0x9000;
	put_header(t, 0, 0xB0, 0x0010);
	put_body(t, false, dmsc_rd_of(NULL, 0), 3);
	good = good && send(t) == 0x9000 && cmd == t->cmd;
	ok(good && memcmp(t->rsp->p, "\x0A\x0B\x0C", 3) == 0,
	    "what was done in order is there");
}

/* ---- over an end */

static bool
set_up(struct talk *t, struct dmsc_link *end)
{
	struct dmsc_err e = { 0 };
	struct dmsc_link_facts facts;
	unsigned i;
	bool good = dmsc_secure_over(end, &t->link, &e) == DMSC_E_OK;

	t->seed = 20240229;
	t->cmd = dmsc_buf_new(LAB_MAX);
	t->rsp = dmsc_buf_new(LAB_MAX);
	t->want = dmsc_buf_new(LAB_MAX);
	t->fcp = dmsc_buf_new(LAB_MAX);
	for (i = 1; good && i < CHANNELS; i++)
		good = send_hex(t, 0, "70000001") == 0x9000;
	good = good && send_hex(t, 0, "A40004022F1000") == 0x9000 &&
	    dmsc_buf_put(t->fcp, dmsc_rd_of(t->rsp->p, t->rsp->len - 2)) ==
	    DMSC_E_OK;
	dmsc_link_facts(&t->link, &facts);
	t->wide = facts.protocol == NULL || strcmp(facts.protocol, "T=0") !=
	    0;
	memset(t->model, 0xFF, sizeof t->model);
	printf("# %s\n", facts.protocol == NULL ? "in the program" :
	    facts.protocol);
	return good;
}

static int
run(struct dmsc_link *end)
{
	struct talk t = { .scp = NULL };

	if (ok(set_up(&t, end), "a card with six sets of keys")) {
		test_talk(&t);
		test_flips(&t, 0, 0x01, 0);
		test_flips(&t, 2, 0x33, 0);
		test_flips(&t, 3, 0x33, 0);
		test_flips(&t, 0, 0x13, 4);
		test_cuts(&t, 0, 0x33);
		test_cuts(&t, 4, 0x11);
		test_order(&t, 0, 0x01);
		test_order(&t, 5, 0x33);
		test_untouched(&t);
	}
	dmsc_scp_free(&t.scp);
	dmsc_link_close(&t.link, true);
	dmsc_buf_free(&t.cmd);
	dmsc_buf_free(&t.rsp);
	dmsc_buf_free(&t.want);
	dmsc_buf_free(&t.fcp);
	return tap_done();
}

static int
over_reader(const char *name)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_link end = { NULL, NULL };
	struct dmsc_err e = { 0 };
	int r = dmsc_pcsc_open(name, &end, atr, &e);

	dmsc_buf_free(&atr);
	if (r == DMSC_E_OK)
		return run(&end);
	printf("Bail out! %s: %s\n", e.message, e.why);
	return 1;
}

int
main(int argc, char **argv)
{
	bool image = argc == 4 && strcmp(argv[1], "--image") == 0;
	struct dmsc_buf *atr;
	struct dmsc_card *c;
	struct dmsc_link end;
	int r;

	if (argc == 3 && strcmp(argv[1], "--reader") == 0)
		return over_reader(argv[2]);
	if (argc != 1 && !image)
		return 2;
	c = make_card(!image || strcmp(argv[2], "T=1") == 0);
	if (image) {
		r = dmsc_card_save(c, argv[3], NULL);
		dmsc_card_close(&c);
		return r != DMSC_E_OK;
	}
	atr = dmsc_buf_new(DMSC_ATR_MAX);
	r = dmsc_card_reset(c, atr);
	dmsc_buf_free(&atr);
	return r != DMSC_E_OK || dmsc_card_end(&c, &end) != DMSC_E_OK ? 1 :
	    run(&end);
}
