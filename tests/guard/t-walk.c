/*
 * Random walks over a simulated card with the guard on: whatever is typed, in
 * whatever order, with answers lost on the way, no value is sent that could
 * leave less than two tries, and none twice that the card has refused or
 * whose answer was lost: not in one session even where the card does not let
 * itself be asked who it is. DMSC_HARD=1 walks much longer; DMSC_SEED=N begins
 * elsewhere.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "card/lab.h"
#include "guard/guard.h"
#include "link/layers.h"

enum { WALKS = 40, HARD_WALKS = 300, STEPS = 60, VALUE = 8, SEEN = 256,
	LEAST = 2 };

/* A value that went to the card and was refused, or its answer lost. */
struct spent {
	unsigned ref;
	bool puk;
	uint8_t value[VALUE];
	unsigned session;	/* when */
	bool hid;		/* the card did not say who it is */
};
/* Below the fault layer: sees what the card sees. */
struct spy {
	struct dmsc_link below;
	struct spent list[SEEN];
	size_t n;
	struct spent last;	/* of the command now running */
	bool any;
	const char *wrong;	/* what must not be */
	unsigned lie;		/* what the host is told next; 0: the truth */
	bool hides;		/* who the card is cannot be asked */
	bool hid;		/* in this session */
	unsigned session;
	unsigned long unknown;	/* values sent since the card hid */
	unsigned long sent;
};
struct walk {
	struct spy *spy;	/* the link owns it */
	struct dmsc_card *card;
	struct dmsc_link link;
	struct dmsc_err e;
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
	const char *dir;
	uint64_t seed;
};

static unsigned
draw(struct walk *w, unsigned n)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->seed >> 33) % n;
}

static bool
same(const struct spent *a, const struct spent *b)
{
	return a->ref == b->ref && a->puk == b->puk &&
	    memcmp(a->value, b->value, VALUE) == 0;
}

/* A new value of ref is set: what was refused may be right now. */
static void
forget(struct spy *s, unsigned ref)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if (s->list[i].ref != ref)
			s->list[n++] = s->list[i];
	s->n = n;
}

static void
note(struct spy *s)
{
	if (s->n < SEEN)
		s->list[s->n++] = s->last;
}

static void
before(struct spy *s, struct dmsc_rd cmd, struct dmsc_rd data)
{
	size_t i;

	memset(&s->last, 0, sizeof s->last);
	s->last.ref = cmd.p[3];
	s->last.puk = cmd.p[1] == 0x2C;
	memcpy(s->last.value, data.p, DMSC_MIN(data.left, (size_t)VALUE));
	s->last.session = s->session;
	s->last.hid = s->hid;
	s->any = true;
	s->sent++;
	s->unknown += s->hid;
	for (i = 0; i < s->n; i++)
		if (same(&s->list[i], &s->last) &&
		    (s->list[i].session == s->session ||
		    (!s->list[i].hid && !s->hid)))
			s->wrong = "a value that was spent is sent again";
}

/* No channel more, no EF.ICCID: the command does not reach the card. */
static bool
hidden(struct spy *s, struct dmsc_rd cmd)
{
	enum { MANAGE_CHANNEL = 0x70, READ_BINARY = 0xB0 };

	if (!s->hides || (cmd.p[1] != READ_BINARY &&
	    (cmd.p[1] != MANAGE_CHANNEL || cmd.p[2] != 0)))
		return false;
	s->hid = true;
	return true;
}

static int
spy_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	static const uint8_t ins[] = { 0x20, 0x24, 0x26, 0x28, 0x2C };
	struct spy *s = h;
	struct dmsc_rd data;
	unsigned sw;
	int r;
	bool value = memchr(ins, cmd.p[1], sizeof ins) != NULL &&
	    dmsc_apdu_data(cmd, &data) == DMSC_E_OK && data.left > 0;

	if (hidden(s, cmd)) {
		dmsc_buf_reset(rsp);
		return dmsc_buf_u16(rsp, 0x6A81);
	}
	if (value)
		before(s, cmd, data);
	r = dmsc_link_xfer(&s->below, cmd, rsp, e);
	if (r != DMSC_E_OK || !value)
		return r;
	sw = (unsigned)rsp->p[rsp->len - 2] << 8 | rsp->p[rsp->len - 1];
	if ((sw & 0xFFF0) == 0x63C0) {
		note(s);
		if ((sw & 0xF) < LEAST)
			s->wrong = "the last but one try is spent";
	} else if (sw == 0x9000 && (cmd.p[1] == 0x24 || cmd.p[1] == 0x2C))
		forget(s, cmd.p[3]);
	if (s->lie != 0) {
		dmsc_buf_truncate(rsp, rsp->len - 2);
		r = dmsc_buf_u16(rsp, s->lie);
		s->lie = 0;
	}
	return r;
}

static int
spy_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct spy *s = h;

	return dmsc_link_reset(&s->below, cold, atr, e);
}

static void
spy_close(void **h, bool reset_card)
{
	struct spy *s = *h;

	dmsc_link_close(&s->below, reset_card);
	free(s);
	*h = NULL;
}

static const struct dmsc_link_ops spy_ops = {
	.name = "spy", .reset = spy_reset, .xfer = spy_xfer,
	.close = spy_close
};

static bool
begin_session(struct walk *w)
{
	w->spy->session++;
	w->spy->hides = w->spy->hid = draw(w, 4) == 0;
	w->u = dmsc_uicc_new(&w->link, &w->e, NULL);
	w->g = w->u == NULL ? NULL : dmsc_guard_new(w->u, w->dir, &w->e);
	return w->g != NULL;
}

static void
end_session(struct walk *w)
{
	static const struct dmsc_fault none;

	dmsc_fault_arm(&w->link, &none);
	dmsc_guard_free(&w->g);
	dmsc_uicc_free(&w->u);
}

static bool
set_up(struct walk *w, unsigned number)
{
	char text[64];
	struct step own = { text, "9000" };
	struct dmsc_card *c = lab_card(false);
	struct dmsc_link spy = { &spy_ops, NULL };

	w->card = c;
	(void)snprintf(text, sizeof text, "00DA01020A988812010000%08u",
	    50000000u + number);
	w->spy = calloc(1, sizeof *w->spy);
	spy.h = w->spy;
	return w->spy != NULL && lab_run(c, &own, 1) &&
	    dmsc_card_end(&c, &w->spy->below) == DMSC_E_OK &&
	    dmsc_fault_over(&spy, &w->link, &w->e) == DMSC_E_OK &&
	    begin_session(w);
}

static const char *const pins[] = { "1234", "2468", "1111", "2222", "3333",
	"987654", "DDDDDDDD", "5555" };
static const char *const puks[] = { "12345678", "12345678", "12345678",
	"87654321", "11111111", "22222222", "33333333" };
static const unsigned refs[] = { 0x01, 0x01, 0x81, 0x0A };
static const uint8_t all_ins[] = { 0x20, 0x20, 0x24, 0x26, 0x28, 0x2C };

static int
typed(struct walk *w)
{
	enum dmsc_pin_op op = (enum dmsc_pin_op)draw(w, 5);
	unsigned ref = refs[draw(w, DMSC_COUNT(refs))];
	const char *v = op == DMSC_PIN_UNBLOCK ?
	    puks[draw(w, DMSC_COUNT(puks))] : pins[draw(w, DMSC_COUNT(pins))];
	struct dmsc_secret *value = dmsc_secret_from(dmsc_rd_str(v));
	struct dmsc_secret *fresh = dmsc_secret_from(dmsc_rd_str(
	    pins[draw(w, DMSC_COUNT(pins))]));
	int r = dmsc_guard_pin(w->g, op, ref, value, fresh, false);

	dmsc_secret_free(&value);
	dmsc_secret_free(&fresh);
	return r;
}

static int
put(struct dmsc_buf *b, const char *value)
{
	int r = dmsc_buf_str(b, value);

	return r == DMSC_E_OK ? dmsc_buf_fill(b, 0xFF,
	    VALUE - strlen(value)) : r;
}

/* The same by a raw APDU, as the session sends it. */
static int
raw(struct walk *w)
{
	struct dmsc_buf *b = dmsc_buf_new(64), *rsp = dmsc_buf_new(1000);
	uint8_t head[5] = { 0, all_ins[draw(w, DMSC_COUNT(all_ins))], 0,
	    (uint8_t)refs[draw(w, DMSC_COUNT(refs))], VALUE };
	bool two = head[1] == 0x24 || head[1] == 0x2C;
	unsigned sw = 0;
	int r;

	head[4] = two ? 2 * VALUE : VALUE;
	r = dmsc_buf_put(b, dmsc_rd_of(head, sizeof head));
	if (r == DMSC_E_OK)
		r = put(b, head[1] == 0x2C ?
		    puks[draw(w, DMSC_COUNT(puks))] :
		    pins[draw(w, DMSC_COUNT(pins))]);
	if (r == DMSC_E_OK && two)
		r = put(b, pins[draw(w, DMSC_COUNT(pins))]);
	if (r == DMSC_E_OK)
		r = dmsc_guard_raw(w->g, dmsc_buf_rd(b), false);
	if (r == DMSC_E_OK) {
		r = dmsc_uicc_raw(w->u, dmsc_buf_rd(b), draw(w, 2) == 0, rsp,
		    &sw);
		dmsc_guard_raw_done(w->g, dmsc_buf_rd(b), r == DMSC_E_OK ?
		    sw : 0);
	}
	dmsc_buf_free(&b);
	dmsc_buf_free(&rsp);
	return r;
}

static int
reset(struct walk *w)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	int r = dmsc_link_reset(&w->link, draw(w, 2) == 0, atr, &w->e);

	dmsc_buf_free(&atr);
	dmsc_uicc_forget(w->u);
	dmsc_guard_forget(w->g);
	return r;
}

static int
look(struct walk *w)
{
	struct dmsc_pin_state state = { 0 };
	int r = dmsc_guard_query(w->g, refs[draw(w, DMSC_COUNT(refs))],
	    &state);

	dmsc_view_clear(&dmsc_pin_state_view, &state);
	return r;
}

/* Answers that are lost, or to a value one that says nothing. */
static void
trouble(struct walk *w)
{
	static const unsigned sws[] = { 0x6F00, 0x6581, 0x6300 };
	struct dmsc_fault f = { .at = 1 + draw(w, 4),
	    .kind = draw(w, 2) == 0 ? DMSC_FAULT_BEFORE : DMSC_FAULT_AFTER };

	if (draw(w, 4) == 0)
		w->spy->hides = !w->spy->hides;
	else if (draw(w, 3) == 0)
		w->spy->lie = sws[draw(w, DMSC_COUNT(sws))];
	else
		dmsc_fault_arm(&w->link, &f);
}

static bool
step(struct walk *w)
{
	unsigned what = draw(w, 20);
	int r = DMSC_E_OK;

	w->spy->any = false;
	dmsc_err_clear(&w->e);
	if (what < 9)
		r = typed(w);
	else if (what < 14)
		r = raw(w);
	else if (what < 16)
		trouble(w);
	else if (what == 16)
		r = reset(w);
	else if (what < 19)
		r = look(w);
	else {
		end_session(w);
		if (!begin_session(w))
			return false;
	}
	if (r == DMSC_E_TRANSPORT || r == DMSC_E_REMOVED) {
		if (w->spy->any)
			note(w->spy);
		dmsc_uicc_forget(w->u);	/* as a session does */
		dmsc_guard_forget(w->g);
	}
	return w->spy->wrong == NULL;
}

static unsigned long
walk(const char *dir, uint64_t seed, unsigned number, unsigned long *unknown)
{
	struct walk w = { .dir = dir, .seed = seed };
	unsigned long sent;
	unsigned i;

	if (!ok(set_up(&w, number), "a card"))
		exit(1);
	for (i = 0; i < STEPS && step(&w); i++)
		;
	if (!ok(w.spy->wrong == NULL, w.spy->wrong != NULL ? w.spy->wrong :
	    "a walk"))
		printf("# DMSC_SEED=%llu, step %u\n",
		    (unsigned long long)seed, i);
	sent = w.spy->sent;
	*unknown += w.spy->unknown;
	end_session(&w);
	dmsc_link_close(&w.link, false);
	return sent;
}

int
main(void)
{
	char dir[] = "/tmp/dmsc-walk-XXXXXX", command[64];
	const char *text = getenv("DMSC_SEED");
	uint64_t seed = 1;
	unsigned i, walks = getenv("DMSC_HARD") != NULL ? HARD_WALKS : WALKS;
	unsigned long sent = 0, unknown = 0;

	if (text != NULL && dmsc_num(text, 10, UINT64_MAX, &seed) != DMSC_E_OK)
		return 1;
	if (mkdtemp(dir) == NULL)
		return 1;
	for (i = 0; i < walks; i++)
		sent += walk(dir, seed + i, i, &unknown);
	ok(sent > walks, "values were sent");
	ok(unknown > walks / 4, "some to a card that hid who it is");
	printf("# %lu values, %lu of them hidden\n", sent, unknown);
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
