/*
 * Cards that lie: random bytes, 61xx for ever, 6Cxx for ever, 91xx for ever,
 * answers too long or of one byte, and a good card whose answers are changed
 * on the way. Every call of the host ends, in a bounded number of APDUs, with
 * a result or an error that says why.
 */
#include "fuzz/world.h"

enum { APDUS_MAX = 4000, ROUNDS = 12, HARD_ROUNDS = 1500, LONG = 65536 };

enum lie { NOISE, MORE, AGAIN, PROACTIVE, LONG_ANSWER, ONE_BYTE, ZEROES,
	FCP_ALWAYS, TAMPER, LIES };
static const char *const lies[] = { "random answers", "61xx for ever",
    "6Cxx for ever", "91xx for ever", "answers of 64 KB", "one byte",
    "zeroes", "every file is there", "a card tampered with" };

struct liar {
	struct world *w;
	struct dmsc_card *card;	/* TAMPER: the truth */
	enum lie lie;
	unsigned long apdus;
};

static void
put(struct dmsc_buf *rsp, const void *p, size_t n, unsigned sw)
{
	if (dmsc_buf_put(rsp, dmsc_rd_of(p, n)) != DMSC_E_OK ||
	    dmsc_buf_u16(rsp, sw) != DMSC_E_OK)
		printf("# no room for an answer\n");
}

static unsigned
random_sw(struct world *w)
{
	static const unsigned sws[] = { 0x9000, 0x9000, 0x9000, 0x6100,
	    0x6C00, 0x9100, 0x6282, 0x6283, 0x6982, 0x6983, 0x63C0, 0x6A82,
	    0x6A83, 0x6700, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x9200, 0x0000 };
	unsigned sw = sws[world_dice(w, DMSC_COUNT(sws))];

	return sw == 0 ? world_dice(w, 0x10000) : (sw & 0xFF) == 0 ?
	    sw | (sw == 0x9000 ? 0 : world_dice(w, 256)) : sw;
}

static void
noise(struct liar *l, struct dmsc_buf *rsp)
{
	uint8_t b[300];
	size_t i, n = world_dice(l->w, 4) == 0 ? 0 :
	    world_dice(l->w, sizeof b);

	for (i = 0; i < n; i++)
		b[i] = (uint8_t)world_dice(l->w, 256);
	if (n > 4 && world_dice(l->w, 2) == 0) {
		b[0] = 0x62;	/* it looks like an FCP */
		b[1] = (uint8_t)(n - 2 < 128 ? n - 2 : 127);
		b[2] = 0x82;
		b[3] = 2;
	}
	put(rsp, b, n, random_sw(l->w));
}

static int
tamper(struct liar *l, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	size_t n, at;
	int r = dmsc_card_apdu(l->card, cmd, rsp);

	if (r != DMSC_E_OK || world_dice(l->w, 12) > 0)
		return r;
	n = rsp->len;
	at = world_dice(l->w, (unsigned)n);
	switch (world_dice(l->w, 4)) {
	case 0:
		rsp->p[at] ^= (uint8_t)(1u << world_dice(l->w, 8));
		break;
	case 1:
		dmsc_buf_truncate(rsp, at);
		return dmsc_buf_u16(rsp, 0x9000);
	case 2:
		return dmsc_buf_insert(rsp, 0, dmsc_rd_of(cmd.p, cmd.left));
	default:
		dmsc_buf_truncate(rsp, n - 2);
		return dmsc_buf_u16(rsp, random_sw(l->w));
	}
	return r;
}

static int
liar_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	static const uint8_t zeroes[LONG], fcp[] = { 0x62, 0x12, 0x82, 2,
	    0x41, 0x21, 0x83, 2, 0x4D, 0x10, 0x8A, 1, 5, 0x80, 2, 0x02, 0x00,
	    0x88, 1, 8 };
	struct liar *l = h;

	(void)e;
	l->apdus++;
	switch (l->lie) {
	case NOISE:
		noise(l, rsp);
		break;
	case MORE:
		put(rsp, zeroes, cmd.p[1] == 0xC0 ? 4 : 0, 0x6100 |
		    world_dice(l->w, 256));
		break;
	case AGAIN:
		put(rsp, zeroes, 0, 0x6C00 | world_dice(l->w, 256));
		break;
	case PROACTIVE:
		put(rsp, zeroes, world_dice(l->w, 40), 0x9100 |
		    world_dice(l->w, 256));
		break;
	case LONG_ANSWER:
		put(rsp, zeroes, LONG, 0x9000);
		break;
	case ONE_BYTE:
		return dmsc_buf_u8(rsp, 0x90);
	case ZEROES:
		put(rsp, zeroes, 16, 0x9000);
		break;
	case FCP_ALWAYS:
		put(rsp, fcp, sizeof fcp, 0x9000);
		break;
	default:
		return tamper(l, cmd, rsp);
	}
	return DMSC_E_OK;
}

static int
liar_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	static const uint8_t short_atr[] = { 0x3B, 0x80, 0x80, 0x01, 0x01 };
	struct liar *l = h;
	uint8_t noisy[DMSC_ATR_MAX];
	size_t i, n = world_dice(l->w, sizeof noisy + 1);

	(void)cold;
	(void)e;
	dmsc_buf_reset(atr);
	if (l->card != NULL)
		return dmsc_card_reset(l->card, atr);
	for (i = 0; i < n; i++)
		noisy[i] = (uint8_t)world_dice(l->w, 256);
	return l->lie == NOISE ? dmsc_buf_put(atr, dmsc_rd_of(noisy, n)) :
	    dmsc_buf_put(atr, dmsc_rd_of(short_atr, sizeof short_atr));
}

static void
liar_close(void **h, bool reset_card)
{
	struct liar *l = *h;

	(void)reset_card;
	dmsc_card_close(&l->card);
	*h = NULL;
}

static const struct dmsc_link_ops liar_ops = { .name = "liar",
    .reset = liar_reset, .xfer = liar_xfer, .close = liar_close };

/* The calls. */
static int
c_discover(struct dmsc_session *s)
{
	struct dmsc_discovery *d = NULL;
	int r = dmsc_discover(s, &d);

	dmsc_view_free(&dmsc_discovery_view, d);
	return r;
}

static int
c_docs(struct dmsc_session *s)
{
	struct dmsc_doc_list *l = NULL;
	int r = dmsc_docs(s, &l);

	dmsc_view_free(&dmsc_doc_list_view, l);
	return r;
}

static int
c_info(struct dmsc_session *s)
{
	struct dmsc_info *i = NULL;
	int r = dmsc_info(s, &i);

	dmsc_view_free(&dmsc_info_view, i);
	return r;
}

static int
c_tree(struct dmsc_session *s)
{
	struct dmsc_file_list *l = NULL;
	int r = dmsc_file_tree(s, "3F00", &l);

	dmsc_view_free(&dmsc_file_list_view, l);
	return r;
}

static int
c_access(struct dmsc_session *s)
{
	struct dmsc_access_list *l = NULL;
	int r = dmsc_file_access(s, "7F50/5031", &l);

	dmsc_view_free(&dmsc_access_list_view, l);
	return r;
}

static int
c_read(struct dmsc_session *s)
{
	struct dmsc_content *c = NULL;
	int r = dmsc_file_read(s, "2F00", 0, &c);

	dmsc_view_free(&dmsc_content_view, c);
	return r;
}

static int
c_pins(struct dmsc_session *s)
{
	struct dmsc_pin_list *l = NULL;
	int r = dmsc_pin_status(s, &l);

	dmsc_view_free(&dmsc_pin_list_view, l);
	return r;
}

static int
c_write(struct dmsc_session *s)
{
	return dmsc_file_write(s, "2FE2", 0, 0, dmsc_rd_of("\x98\x88", 2),
	    false);
}

static int
c_backup(struct dmsc_session *s)
{
	struct dmsc_buf *b = dmsc_buf_new(64 * WORLD_MAX);
	int r = dmsc_backup(s, b);

	dmsc_buf_free(&b);
	return r;
}

static int
c_prepare(struct dmsc_session *s)
{
	struct dmsc_prepare *p = NULL;
	int r = dmsc_card_prepare(s, false, &p);

	dmsc_view_free(&dmsc_prepare_view, p);
	return r;
}

static int
c_commit(struct dmsc_session *s)
{
	struct dmsc_plan *p = NULL;
	struct dmsc_commit *c = NULL;
	int r = dmsc_edit_set(s, "/OperatorX/DMAcc/opx/Name",
	    dmsc_rd_str("new"), NULL, NULL);

	if (r != DMSC_E_OK)
		r = dmsc_mkdoc(s, "/Fresh", "dm", 0, false);
	if (r == DMSC_E_OK)
		r = dmsc_plan(s, true, &p);
	dmsc_view_free(&dmsc_plan_view, p);
	r = dmsc_commit(s, true, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static int
c_recover(struct dmsc_session *s)
{
	struct dmsc_commit *c = NULL;
	int r = dmsc_recover(s, false, &c);

	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static int
c_connection(struct dmsc_session *s)
{
	struct dmsc_connection *c = NULL;
	int r = dmsc_connection(s, &c);

	dmsc_view_free(&dmsc_connection_view, c);
	return r;
}

static int
c_raw(struct dmsc_session *s)
{
	struct dmsc_apdu *a = NULL;
	int r = dmsc_transmit(s, dmsc_rd_of("\0\xA4\0\4\2\x3F\0", 7), 0, &a);

	dmsc_view_free(&dmsc_apdu_view, a);
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct dmsc_session *s);
} calls[] = {
	{ "connection", c_connection }, { "discover", c_discover },
	{ "docs", c_docs }, { "info", c_info }, { "file tree", c_tree },
	{ "file access", c_access }, { "file read", c_read },
	{ "file write", c_write }, { "pin status", c_pins },
	{ "backup", c_backup }, { "commit", c_commit },
	{ "recover", c_recover }, { "card prepare", c_prepare },
	{ "apdu", c_raw },
};

static bool
one_call(struct world *w, struct liar *l, size_t i)
{
	int r;

	l->apdus = 0;
	r = i < DMSC_COUNT(calls) ? calls[i].run(w->s) :
	    world_poweron(w, NULL);
	if (l->apdus <= APDUS_MAX && r != DMSC_E_INTERNAL &&
	    r != DMSC_E_NOMEM && (r == DMSC_E_OK || (w->s->err.code == r &&
	    w->s->err.message[0] != '\0')))
		return true;
	printf("# %s, %lu APDUs, code %d: ", i < DMSC_COUNT(calls) ?
	    calls[i].name : "power-on", l->apdus, r);
	world_say(w, lies[l->lie]);
	return false;
}

static bool
round_of(struct world *w, enum lie lie, bool rights)
{
	struct liar l = { .w = w, .lie = lie };
	struct dmsc_link end = { &liar_ops, &l };
	bool good = world_session(w);
	size_t i;

	if (lie == TAMPER)
		l.card = world_card(w);
	world_remove(w, "state/journal");
	world_remove(w, "state/ledger");
	world_remove(w, "state/devices");
	if (good && world_over(w, &end) == DMSC_E_OK) {
		if (rights)
			(void)world_pin(w, 0x0A, WORLD_ADM);
		for (i = 0; i <= DMSC_COUNT(calls); i++)
			good = one_call(w, &l, i) && good;
	}
	world_down(w);
	return good;
}

int
main(void)
{
	struct world w = { 0 };
	unsigned i, n, bad;
	int lie;

	if (!ok(world_make(&w, NULL), "a card"))
		return tap_done();
	for (lie = 0; lie < LIES; lie++) {
		n = lie != NOISE && lie != TAMPER ? 2 : world_hard() ?
		    HARD_ROUNDS : ROUNDS;
		for (bad = i = 0; i < n && bad < 5; i++)
			bad += !round_of(&w, (enum lie)lie, i % 2 == 0);
		ok(bad == 0, lies[lie]);
	}
	world_end(&w);
	return tap_done();
}
