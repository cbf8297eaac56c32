/*
 * Random walks over a simulated card with the guard on: whatever is typed, in
 * whatever order, by two processes in turn, with answers lost on the way,
 * processes killed and power cut between command and answer, and the ledger
 * deleted, damaged or out of reach: no counter of a PIN, a PUK, an
 * administrative key or a key set of SCP03 falls below two. No value is sent
 * twice that the card has refused or whose answer was lost: not in one session
 * even where the card does not let itself be asked who it is. DMSC_HARD=1
 * walks 100,000 steps; DMSC_SEED=N begins elsewhere.
 */
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "card/card.h"
#include "card/keys.h"
#include "card/lab.h"
#include "card/pins.h"
#include "crypto/scp03.h"
#include "guard/guard.h"
#include "link/layers.h"

enum { WALKS = 12, HARD_WALKS = 1000, STEPS = 100, VALUE = 8, SEEN = 512,
	LEAST = 2, PROCESSES = 2, LEDGER_MOST = 1 << 20 };

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
	unsigned kill;		/* the process, at the next value: 1 before, 2
				 * after the card has it */
	bool killed;
	const char *dir;
	struct dmsc_buf *ledger;	/* as it was then */
};
struct process {
	unsigned session;	/* its number, 0: none */
	bool hid;		/* the card did, in this session */
	struct dmsc_err e;
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
};
struct walk {
	struct spy *spy;	/* the link owns it */
	struct dmsc_card *card;
	struct dmsc_link link;
	struct dmsc_err e;
	struct process both[PROCESSES], *p;
	const char *dir;
	uint64_t seed;
	bool full;		/* the disk */
	unsigned long opened, held;	/* secure channels, and not tried */
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

static void
path_of(const char *dir, const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", dir, name);
}

/* The process ends here: what it would have written after is not there. */
static int
die(struct spy *s, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	char path[128];

	path_of(s->dir, "ledger", path);
	dmsc_buf_free(&s->ledger);
	(void)!dmsc_file_slurp(path, LEDGER_MOST, &s->ledger, NULL);
	if (s->kill == 2)
		(void)!dmsc_link_xfer(&s->below, cmd, rsp, e);
	dmsc_buf_reset(rsp);
	s->kill = 0;
	s->killed = true;
	return dmsc_fail(e, DMSC_E_TRANSPORT, "killed");
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
	if (s->killed)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "killed");
	if (s->kill != 0 && (value || cmd.p[1] == DMSC_SCP_INIT_UPDATE))
		return die(s, cmd, rsp, e);
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
	dmsc_buf_free(&s->ledger);
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
	static unsigned number;
	struct process *p = w->p;

	p->session = ++number;
	w->spy->session = p->session;
	w->spy->hides = w->spy->hid = draw(w, 4) == 0;
	p->u = dmsc_uicc_new(&w->link, &p->e, NULL);
	p->g = p->u == NULL ? NULL : dmsc_guard_new(p->u, w->dir, &p->e);
	return p->g != NULL;
}

static void
end_session(struct walk *w)
{
	static const struct dmsc_fault none;

	dmsc_fault_arm(&w->link, &none);
	dmsc_guard_free(&w->p->g);
	dmsc_uicc_free(&w->p->u);
	w->p->session = 0;
}

/* Key sets: of the card, 30 and 31, and of its application, 32. */
static const char *const keys[] = {
	"404142434445464748494A4B4C4D4E4F", "505152535455565758595A5B5C5D5E5F",
	"606162636465666768696A6B6C6D6E6F", "707172737475767778797A7B7C7D7E7F",
	"808182838485868788898A8B8C8D8E8F"
};
#define THREE "%s%s%s"

static bool
furnish(struct walk *w, unsigned number)
{
	static const struct step more[] = {
		{ "00DA02021332323232FFFFFFFF0F03" PUK8 "0F", "9000" },
		{ "00DA02110A31313131FFFFFFFF0903", "9000" },
		{ "00A4080C027F50", "9000" },
		{ "00DA02821332323232FFFFFFFF0303" PUK8 "03", "9000" },
		{ "00DA028A0A" ADM "0401", "9000" },
	};
	char text[300];
	struct step own = { text, "9000" };
	bool good = true;
	unsigned i;

	(void)snprintf(text, sizeof text, "00DA01020A988812010000%08u",
	    50000000u + number);
	good = lab_run(w->card, &own, 1);
	for (i = 0; i < 3; i++) {
		(void)snprintf(text, sizeof text, "00DA033%u32%02X60" THREE,
		    i, 5 + i, keys[i], keys[i], keys[i]);
		good = good && (i < 2 || lab_run(w->card, more,
		    DMSC_COUNT(more))) && lab_run(w->card, &own, 1);
	}
	return good;
}

static bool
set_up(struct walk *w, unsigned number)
{
	struct dmsc_card *c = lab_card(false);
	struct dmsc_link spy = { &spy_ops, NULL };

	w->card = c;
	w->p = &w->both[0];
	w->spy = calloc(1, sizeof *w->spy);
	spy.h = w->spy;
	if (w->spy == NULL || !furnish(w, number))
		return false;
	w->spy->dir = w->dir;
	return dmsc_card_end(&c, &w->spy->below) == DMSC_E_OK &&
	    dmsc_fault_over(&spy, &w->link, &w->e) == DMSC_E_OK &&
	    begin_session(w);
}

static const char *const pins[] = { "1234", "2468", "1111", "2222", "3333",
	"987654", "DDDDDDDD", "5555" };
static const char *const puks[] = { "12345678", "12345678", "12345678",
	"87654321", "11111111", "22222222", "33333333" };
/* Those that are there, twice the first, and some that are not. */
static const unsigned refs[] = { 0x01, 0x01, 0x81, 0x0A, 0x02, 0x11, 0x82,
	0x8A, 0x00, 0x03, 0x0B, 0x55 };
static const uint8_t all_ins[] = { 0x20, 0x20, 0x24, 0x26, 0x28, 0x2C, 0x21,
	0x25, 0x82, 0x50 };

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
	int r = dmsc_guard_pin(w->p->g, op, ref, value, fresh, false);

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
	uint8_t head[5] = { draw(w, 6) == 0 ? 0x80 : draw(w, 8) == 0 ? 1 : 0,
	    all_ins[draw(w, DMSC_COUNT(all_ins))], 0,
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
		r = dmsc_guard_raw(w->p->g, dmsc_buf_rd(b), false);
	if (r == DMSC_E_OK) {
		r = dmsc_uicc_raw(w->p->u, dmsc_buf_rd(b), draw(w, 2) == 0, rsp,
		    &sw);
		dmsc_guard_raw_done(w->p->g, dmsc_buf_rd(b), r == DMSC_E_OK ?
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
	int r = dmsc_link_reset(&w->link, draw(w, 2) == 0, atr, &w->p->e);

	dmsc_buf_free(&atr);
	dmsc_uicc_forget(w->p->u);
	dmsc_guard_forget(w->p->g);
	return r;
}

static int
look(struct walk *w)
{
	struct dmsc_pin_state state = { 0 };
	int r = dmsc_guard_query(w->p->g, refs[draw(w, DMSC_COUNT(refs))],
	    &state);

	dmsc_view_clear(&dmsc_pin_state_view, &state);
	return r;
}

/* Answers that are lost, or to a value one that says nothing; a process that
 * is killed; power that is cut. */
static void
trouble(struct walk *w)
{
	static const unsigned sws[] = { 0x6F00, 0x6581, 0x6300 };
	struct dmsc_fault f = { .at = 1 + draw(w, 4),
	    .kind = draw(w, 2) == 0 ? DMSC_FAULT_BEFORE : DMSC_FAULT_AFTER };

	switch (draw(w, 6)) {
	case 0:
		w->spy->hides = !w->spy->hides;
		break;
	case 1:
		w->spy->lie = sws[draw(w, DMSC_COUNT(sws))];
		break;
	case 2:
		w->spy->kill = 1 + draw(w, 2);
		break;
	case 3:
		dmsc_card_cut(w->card, 1 + draw(w, 4), draw(w, 40));
		break;
	default:
		dmsc_fault_arm(&w->link, &f);
	}
}

/* As a session opens a secure channel, with level 00. */
static int
open_channel(struct walk *w, const struct dmsc_guard_set *k,
    const struct dmsc_scp_keys *keys3, bool spend, struct dmsc_buf *b)
{
	static const uint8_t challenge[8] = { 0 };
	struct dmsc_scp_hello h;
	struct dmsc_buf *out = dmsc_buf_new(100);
	struct dmsc_scp *scp = NULL;
	unsigned sw = 0;
	int r;

	if ((r = dmsc_guard_keys(w->p->g, k, spend)) != DMSC_E_OK) {
		w->held += r == DMSC_E_GUARD;
		goto done;
	}
	r = dmsc_uicc_cmd(w->p->u, 0x8050, k->version << 8, dmsc_rd_of(
	    challenge, sizeof challenge), 256, b, &sw);
	if (r == DMSC_E_OK && sw != 0x9000)
		dmsc_guard_keys_done(w->p->g, k, k->version,
		    DMSC_KEYS_UNSPENT);
	if (r != DMSC_E_OK || sw != 0x9000 || (r = dmsc_scp_hello(
	    dmsc_buf_rd(b), &h)) != DMSC_E_OK)
		goto done;
	r = dmsc_scp_host(keys3, dmsc_rd_of(challenge, sizeof challenge), &h,
	    &scp);
	if (r == DMSC_E_AUTHFAIL)
		dmsc_guard_keys_done(w->p->g, k, h.kvn, DMSC_KEYS_REFUSED);
	else if (r == DMSC_E_OK && (r = dmsc_scp_login(scp,
	    dmsc_uicc_channel(w->p->u), 0, out)) == DMSC_E_OK &&
	    (r = dmsc_uicc_raw(w->p->u, dmsc_buf_rd(out), true, b, &sw)) ==
	    DMSC_E_OK && sw == 0x9000) {
		dmsc_guard_keys_done(w->p->g, k, h.kvn, DMSC_KEYS_TAKEN);
		w->opened++;
	}
done:
	dmsc_scp_free(&scp);
	dmsc_buf_free(&out);
	return r;
}

/* set: which of them, with keys that are right; else any, perhaps wrong. */
static int
secure(struct walk *w, const unsigned *set)
{
	static const char *const selects[] = { "00A4040008A000000151000000",
	    "00A404000C" AID15 };
	static const unsigned versions[] = { 0, 0, 0x30, 0x31, 0x32, 0x33 };
	struct dmsc_buf *b = dmsc_buf_new(1000), *key = dmsc_buf_new(16);
	const char *which = selects[set != NULL ? *set / 2 : draw(w, 2)];
	struct dmsc_buf *aid = dmsc_buf_new(100);
	struct dmsc_scp_keys three;
	struct dmsc_guard_set k;
	unsigned sw = 0;
	int r = dmsc_hex_get(which, aid);

	if (r == DMSC_E_OK && set == NULL && draw(w, 2) == 0)
		r = dmsc_buf_fmt(key, "wrong key %06u", draw(w, 1000000));
	else if (r == DMSC_E_OK)
		r = dmsc_hex_get(keys[set != NULL ? *set : draw(w,
		    DMSC_COUNT(keys))], key);
	three.enc = three.mac = three.dek = dmsc_buf_rd(key);
	k.aid = dmsc_rd_slice(dmsc_buf_rd(aid), 5, aid->len);
	k.version = set != NULL ? 0x30 + *set :
	    versions[draw(w, DMSC_COUNT(versions))];
	k.check = dmsc_buf_rd(key);
	if (r == DMSC_E_OK)
		r = dmsc_uicc_raw(w->p->u, dmsc_buf_rd(aid), false, b, &sw);
	dmsc_buf_reset(b);
	if (r == DMSC_E_OK)
		r = open_channel(w, &k, &three, set != NULL, b);
	dmsc_buf_free(&b);
	dmsc_buf_free(&key);
	dmsc_buf_free(&aid);
	return r;
}

/* The user knows better: --spend-try, and the right keys in peace. */
static int
mend(struct walk *w)
{
	static const struct dmsc_fault none;
	unsigned set = draw(w, 3);

	dmsc_fault_arm(&w->link, &none);
	dmsc_card_cut(w->card, 0, 0);
	w->spy->kill = 0;
	return secure(w, &set);
}

/* What is spent is remembered in one session only then. */
static void
forgiven(struct spy *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		s->list[i].hid = true;
}

/* Zeros over some bytes, as a file system may leave them. */
static void
damage(struct walk *w, const char *path)
{
	static const char zeros[40];
	FILE *f = fopen(path, "r+");
	long size;

	if (f == NULL)
		return;
	(void)fseek(f, 0, SEEK_END);
	size = ftell(f);
	if (size > (long)sizeof zeros) {
		(void)fseek(f, (long)draw(w, (unsigned)(size -
		    (long)sizeof zeros)), SEEK_SET);
		(void)fwrite(zeros, 1, sizeof zeros, f);
	}
	(void)fclose(f);
}

/* No file grows. */
static void
full_disk(struct walk *w, bool on)
{
	char path[128];
	struct stat st = { 0 };
	struct rlimit r;

	path_of(w->dir, "ledger", path);
	(void)stat(path, &st);
	(void)getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = on ? (rlim_t)st.st_size + draw(w, 60) : r.rlim_max;
	w->full = on && setrlimit(RLIMIT_FSIZE, &r) == 0;
	if (!on)
		(void)setrlimit(RLIMIT_FSIZE, &r);
}

/* The ledger or its key is gone, never both; it is damaged, emptied, or no
 * byte can be written to it. */
static void
sabotage(struct walk *w)
{
	char ledger[128], key[128];

	path_of(w->dir, "ledger", ledger);
	path_of(w->dir, "ledger.key", key);
	if (w->full || draw(w, 3) == 0) {
		full_disk(w, !w->full);
		return;
	}
	forgiven(w->spy);
	switch (draw(w, 4)) {
	case 0:
		if (dmsc_file_there(key))
			(void)unlink(ledger);
		break;
	case 1:
		if (dmsc_file_there(ledger))
			(void)unlink(key);
		break;
	case 2:
		(void)!truncate(ledger, 0);
		break;
	default:
		damage(w, ledger);
	}
}

/* Every counter that lasts. */
static const char *
too_low(const struct dmsc_card *c)
{
	const uint8_t *e;
	unsigned i;

	for (i = 0; i < DMSC_CARD_PINS; i++) {
		e = c->mem->ram + DMSC_CARD_AT_PINS + i * P_SIZE;
		if (e[P_REF] != 0 && e[P_TRIES] < LEAST)
			return "a PIN's last but one try is spent";
		if (e[P_REF] != 0 && e[P_PUK_MAX] != 0 &&
		    e[P_PUK_TRIES] < LEAST)
			return "a PUK's last but one try is spent";
	}
	for (i = 0; i < K_SETS; i++) {
		e = c->mem->ram + DMSC_CARD_AT_KEYS + i * K_SIZE;
		if (e[K_VERSION] != 0 && e[K_TRIES] < LEAST)
			return "a key set's last but one try is spent";
	}
	return NULL;
}

/* The other process, or this one after its death. */
static bool
change(struct walk *w, bool dead)
{
	if (dead) {
		char path[128];

		path_of(w->dir, "ledger", path);
		if (w->spy->ledger != NULL)
			(void)!dmsc_file_spit(path, dmsc_buf_rd(
			    w->spy->ledger), NULL);
		dmsc_buf_free(&w->spy->ledger);
		end_session(w);
		w->spy->killed = false;
	} else {
		w->p->hid = w->spy->hid;
		w->p = w->p == &w->both[0] ? &w->both[1] : &w->both[0];
	}
	if (w->p->session == 0)
		return begin_session(w);
	w->spy->session = w->p->session;
	w->spy->hid = w->p->hid || w->spy->hides;
	return true;
}

/* What a step has left: a dead process, a dead card, a link that failed. */
static bool
after(struct walk *w, int r)
{
	if (w->card->mem->dead && dmsc_card_power_back(w->card) != DMSC_E_OK)
		return false;
	if (r == DMSC_E_TRANSPORT || r == DMSC_E_REMOVED) {
		if (w->spy->any)
			note(w->spy);
		dmsc_uicc_forget(w->p->u);	/* as a session does */
		dmsc_guard_forget(w->p->g);
	}
	if (w->spy->killed && !change(w, true))
		return false;
	if (w->spy->wrong == NULL)
		w->spy->wrong = too_low(w->card);
	return w->spy->wrong == NULL;
}

static bool
step(struct walk *w)
{
	unsigned what = draw(w, 32);
	int r = DMSC_E_OK;

	w->spy->any = false;
	dmsc_err_clear(&w->p->e);
	if (what < 10)
		r = typed(w);
	else if (what < 15)
		r = raw(w);
	else if (what < 19)
		r = secure(w, NULL);
	else if (what < 22)
		trouble(w);
	else if (what == 22)
		r = reset(w);
	else if (what < 25)
		r = look(w);
	else if (what == 25)
		sabotage(w);
	else if (what == 26)
		r = mend(w);
	else if (what < 29)
		return change(w, false);
	else if (what == 29) {
		end_session(w);
		if (!begin_session(w))
			return false;
	}
	return after(w, r);
}

static unsigned long
walk(const char *dir, uint64_t seed, unsigned number, unsigned long sum[3])
{
	struct walk w = { .seed = seed };
	unsigned long sent;
	char own[128], name[16];
	unsigned i;

	(void)snprintf(name, sizeof name, "%u", number);
	path_of(dir, name, own);
	w.dir = own;
	if (mkdir(own, 0700) != 0 || !set_up(&w, number)) {
		ok(false, "a card");
		exit(1);
	}
	for (i = 0; i < STEPS && step(&w); i++)
		;
	if (!ok(w.spy->wrong == NULL, w.spy->wrong != NULL ? w.spy->wrong :
	    "a walk"))
		printf("# DMSC_SEED=%llu, step %u\n",
		    (unsigned long long)seed, i);
	full_disk(&w, false);
	sent = w.spy->sent;
	sum[0] += w.spy->unknown;
	sum[1] += w.opened;
	sum[2] += w.held;
	for (i = 0; i < PROCESSES; i++) {
		w.p = &w.both[i];
		end_session(&w);
	}
	dmsc_link_close(&w.link, false);
	return sent;
}

int
main(void)
{
	char dir[TAP_FOLDER], command[64];
	const char *text = getenv("DMSC_SEED");
	uint64_t seed = 1;
	unsigned i, walks = getenv("DMSC_HARD") != NULL ? HARD_WALKS : WALKS;
	unsigned long sent = 0, sum[3] = { 0 };

	if (text != NULL && dmsc_num(text, 10, UINT64_MAX, &seed) != DMSC_E_OK)
		return 1;
	(void)signal(SIGXFSZ, SIG_IGN);		/* EFBIG then */
	if (!tap_folder(dir))
		return 1;
	for (i = 0; i < walks; i++)
		sent += walk(dir, seed + i, i, sum);
	ok(sent > walks, "values were sent");
	ok(sum[0] > walks / 4, "some to a card that hid who it is");
	ok(sum[1] > walks && sum[2] > walks,
	    "secure channels were opened, and some not tried");
	printf("# %u steps, %lu values, %lu of them hidden; %lu channels, "
	    "%lu not tried\n", walks * STEPS, sent, sum[0], sum[1], sum[2]);
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
