/*
 * Who may do what: every file of every profile, and of a card with rules of
 * every form, every command, every state that a host can be in. The card
 * allows or refuses as the rule says, read by an evaluator of the test's own
 * (access/rule.h); what it refuses changes nothing and tells nothing; the
 * host's forecast says the same, or that it does not know. DMSC_HARD=1: all;
 * else every tenth case, DMSC_SEED=N another tenth.
 */
#include "access/cards.h"

enum { SAMPLE = 10, MODES_TESTED = 8 };

static const struct state states[] = {
	{ .name = "nothing", .level = NO_LEVEL },
	{ .name = "PIN1", .pin1 = true, .level = NO_LEVEL },
	{ .name = "PIN81", .pin81 = true, .level = NO_LEVEL },
	{ .name = "ADM1", .adm = true, .level = NO_LEVEL },
	{ .name = "PIN1, PIN81", .pin1 = true, .pin81 = true,
	    .level = NO_LEVEL },
	{ .name = "PIN1, ADM1", .pin1 = true, .adm = true,
	    .level = NO_LEVEL },
	{ .name = "PIN81, ADM1", .pin81 = true, .adm = true,
	    .level = NO_LEVEL },
	{ .name = "all", .pin1 = true, .pin81 = true, .adm = true,
	    .level = NO_LEVEL },
	{ .name = "all, then a reset", .pin1 = true, .pin81 = true,
	    .adm = true, .reset = true, .level = NO_LEVEL },
	{ .name = "all, then another application", .pin1 = true,
	    .pin81 = true, .adm = true, .elsewhere = true,
	    .level = NO_LEVEL },
	{ .name = "all, another channel", .pin1 = true, .pin81 = true,
	    .adm = true, .second = true, .level = NO_LEVEL },
	{ .name = "nothing, another channel", .second = true,
	    .level = NO_LEVEL },
	{ .name = "PIN1 disabled", .off = true, .level = NO_LEVEL },
	{ .name = "PIN1 disabled, PIN81, ADM1", .off = true, .pin81 = true,
	    .adm = true, .level = NO_LEVEL },
	{ .name = "PIN1 replaced", .off = true, .replaced = true,
	    .level = NO_LEVEL },
	{ .name = "SCP03 level 00", .level = 0x00 },
	{ .name = "SCP03 level 01", .level = 0x01 },
	{ .name = "SCP03 level 03", .level = 0x03 },
	{ .name = "SCP03 level 11", .level = 0x11 },
	{ .name = "SCP03 level 13", .level = 0x13 },
	{ .name = "SCP03 level 33", .level = 0x33 },
	{ .name = "SCP03 level 33 of the application", .level = 0x33,
	    .lwm2m = true },
	{ .name = "SCP03 level 03, ADM1", .level = 0x03, .adm = true },
	{ .name = "SCP03 level 33, all", .level = 0x33, .pin1 = true,
	    .pin81 = true, .adm = true },
	{ .name = "SCP03 level 00, all", .level = 0x00, .pin1 = true,
	    .pin81 = true, .adm = true },
	{ .name = "SCP03 level 33, all, another channel", .level = 0x33,
	    .pin1 = true, .pin81 = true, .adm = true, .second = true },
	{ .name = "SCP03 level 33, all, then a reset", .level = 0x33,
	    .pin1 = true, .pin81 = true, .adm = true, .reset = true },
};

static bool
applies(const struct world *w, const struct state *s)
{
	return (s->level < 0 || w->has_keys) &&
	    (!s->elsewhere || w->has_usim) &&
	    (!s->replaced || w->has_universal);
}

/* ---- the rule of a file, from what the card tells of it */

struct target {
	const struct world *w;
	const struct item *f;
};

static int
home(const struct world *w, const struct item *f)
{
	return f->is_df ? (int)(f - w->files) : f->parent;
}

static bool
inside(const struct world *w, int i, unsigned fid)
{
	for (; i >= 0; i = w->files[i].parent)
		if (w->files[i].fid == fid)
			return true;
	return false;
}

static bool
key_held(const void *arg, unsigned ref)
{
	const struct target *t = arg;
	const struct state *s = t->w->state;
	bool clear = !t->w->locked || s->level > 0;

	if (s->reset || (t->w->locked && !clear))
		return s->reset && ref == 1 && s->off;
	switch (ref) {
	case 0x01:
		return s->off ? !s->replaced : s->pin1;
	case 0x0A:
		return s->adm;
	case 0x81:
		return s->pin81 && !s->elsewhere && inside(t->w,
		    home(t->w, t->f), P15_DF);
	default:
		return false;
	}
}

static struct ev_bytes
content_of(const struct item *f)
{
	struct ev_bytes all = { f->fcp, f->fcp_len }, in = { NULL, 0 };
	unsigned tag;

	(void)ev_next(&all, &tag, &in);
	return in;
}

/* The first PIN, not another key, of the nearest list of them. */
static unsigned
user_pin(const struct world *w, int df)
{
	struct ev_bytes c6, v;
	unsigned tag;

	for (; df >= 0; df = w->files[df].parent) {
		if (!ev_find(content_of(&w->files[df]), 0xC6, &c6))
			continue;
		while (ev_next(&c6, &tag, &v))
			if (tag == 0x83 && v.n == 1 && (v.p[0] & 0x7F) >= 1 &&
			    (v.p[0] & 0x7F) <= 8)
				return v.p[0];
	}
	return 0;
}

/* Record n of the EF.ARR with this identifier, beside f or further up. */
static struct ev_bytes
record_of(const struct world *w, const struct item *f, unsigned fid,
    unsigned n)
{
	struct ev_bytes none = { NULL, 0 };
	const struct dmsc_card_file *arr;
	int df = f->parent;
	size_t i;

	for (; n > 0; df = df < 0 ? df : w->files[df].parent) {
		for (i = 0; i < w->n; i++) {
			if (w->files[i].fid != fid || w->files[i].is_df ||
			    w->files[i].parent != DMSC_MAX(df, 0))
				continue;
			arr = &w->card->files[w->files[i].index];
			if (n > arr->records)
				return none;
			none.p = w->saved + arr->data + (n - 1) *
			    arr->record_len;
			none.n = arr->record_len;
			return none;
		}
		if (df < 0)
			break;
	}
	return none;
}

static bool
allowed_by_rule(const struct world *w, const struct item *f, unsigned mode,
    uint32_t header)
{
	struct target t = { w, f };
	struct ev_ask a = { .holds = key_held, .arg = &t, .mode = mode,
	    .secure = world_is_secure(w) };
	struct ev_bytes in = content_of(f), v;
	unsigned pin = user_pin(w, home(w, f)), i;

	header |= (uint32_t)w->channel << 24;
	for (i = 0; i < EV_HEADER; i++)
		a.header[i] = (uint8_t)(header >> (24 - 8 * i));
	a.user = pin != 0 && key_held(&t, pin);
	if (ev_find(in, 0x8C, &v))
		return ev_compact(&a, v);
	if (ev_find(in, 0xAB, &v))
		return ev_expanded(&a, v);
	if (!ev_find(in, 0x8B, &v) || v.n < 3)
		return false;
	return ev_expanded(&a, record_of(w, f, (unsigned)v.p[0] << 8 |
	    v.p[1], ev_record(v, pin == 1 && w->state->off ? 0 : 1)));
}

/* A locked card lets two files be read, and nothing else, in the clear. */
static bool
allowed(const struct world *w, const struct item *f, unsigned mode,
    uint32_t header)
{
	unsigned ins = header >> 16 & 0xFF;

	if (w->locked && !world_is_secure(w) && ((ins != 0xB0 &&
	    ins != 0xB2) || f->depth != 1 || (f->fid != 0x2F00 &&
	    f->fid != 0x2FE2)))
		return false;
	return allowed_by_rule(w, f, mode, header);
}

/* ---- commands */

enum on { TRANSPARENT = 1, RECORDS = 2, CYCLIC = 4, DIRECTORY = 8, MASTER = 16,
	LINEAR = 32, ANY = 63, IN_PARENT = 64, WITH_FID = 128, BY_SFI = 256,
	A_RECORD = 512, NO_LE = 1024, BELOW = 2048 };

static const struct op {
	const char *name;
	unsigned on;		/* kinds of files, and how it is built */
	unsigned mode;		/* 0: no rule lets it through */
	uint32_t head;
	const char *data;	/* hex */
} ops[] = {
	{ "read", TRANSPARENT, EV_READ, 0x00B00000, "" },
	{ "read by SFI", TRANSPARENT | BY_SFI, EV_READ, 0x00B08000, "" },
	{ "read, odd", TRANSPARENT, EV_READ, 0x00B10000, "540100" },
	{ "read record", LINEAR | CYCLIC, EV_READ, 0x00B20104, "" },
	{ "read next record", LINEAR | CYCLIC, EV_READ, 0x00B20002, "" },
	{ "read record by SFI", LINEAR | CYCLIC | BY_SFI, EV_READ,
	    0x00B20104, "" },
	{ "search record", LINEAR | CYCLIC, EV_READ, 0x00A20104, "FF" },
	{ "update", TRANSPARENT | NO_LE, EV_UPDATE, 0x00D60000, "5A" },
	{ "update by SFI", TRANSPARENT | BY_SFI | NO_LE, EV_UPDATE,
	    0x00D68000, "5A" },
	{ "update, odd", TRANSPARENT | NO_LE, EV_UPDATE, 0x00D70000,
	    "540100 53015A" },
	{ "update record", LINEAR | A_RECORD | NO_LE, EV_UPDATE, 0x00DC0104,
	    "" },
	{ "update record by SFI", LINEAR | A_RECORD | BY_SFI | NO_LE,
	    EV_UPDATE, 0x00DC0104, "" },
	{ "update the oldest record", CYCLIC | A_RECORD | NO_LE, EV_UPDATE,
	    0x00DC0003, "" },
	{ "deactivate", ANY | NO_LE, EV_DEACTIVATE, 0x00040000, "" },
	{ "activate", ANY | NO_LE, EV_ACTIVATE, 0x00440000, "" },
	{ "deactivate by name", (ANY & ~MASTER) | IN_PARENT | WITH_FID |
	    NO_LE, EV_DEACTIVATE, 0x00040000, "" },
	{ "delete", (ANY & ~MASTER) | IN_PARENT | WITH_FID | NO_LE,
	    EV_DELETE, 0x00E40000, "" },
	{ "terminate EF", TRANSPARENT | LINEAR | CYCLIC | IN_PARENT |
	    WITH_FID | NO_LE, EV_TERMINATE, 0x00E80000, "" },
	{ "terminate DF", DIRECTORY | IN_PARENT | WITH_FID | NO_LE,
	    EV_TERMINATE, 0x00E60000, "" },
	{ "terminate the card", MASTER | NO_LE, EV_TERMINATE, 0x00FE0000,
	    "" },
	{ "create EF", DIRECTORY | MASTER | NO_LE, EV_CREATE_EF, 0x00E00000,
	    "6216 82024121 83024E01 8A0105 8B032F0601 80020010 8800" },
	{ "create DF", DIRECTORY | MASTER | NO_LE, EV_CREATE_DF, 0x00E00000,
	    "620D 82027821 83025E01 8B032F0601" },
	/* what this card does not have has no rule to go by */
	{ "increase", CYCLIC, 0, 0x80320000, "000001" },
	{ "write binary", TRANSPARENT | NO_LE, 0, 0x00D00000, "5A" },
	{ "erase binary", TRANSPARENT | NO_LE, 0, 0x000E0000, "" },
	{ "write record", LINEAR | A_RECORD | NO_LE, 0, 0x00D20104, "" },
	{ "append record", LINEAR | A_RECORD | NO_LE, 0, 0x00E20000, "" },
	{ "retrieve data", TRANSPARENT, 0, 0x80CB0080, "5C00" },
	{ "set data", TRANSPARENT | NO_LE, 0, 0x80DB0080, "5A015A" },
	{ "resize", (ANY & ~MASTER) | NO_LE, 0, 0x80D40000,
	    "6208 83024D10 80020010" },
	{ "put data", ANY | NO_LE, 0, 0x00DA0201,
	    "3131313131313131 0303 3131313131313131 0A" },
	{ "put keys", ANY | NO_LE, 0, 0x00DA0330, "0570"
	    "404142434445464748494A4B4C4D4E4F404142434445464748494A4B4C4D4E4F"
	    "404142434445464748494A4B4C4D4E4F" },
};

static unsigned
kind_of(const struct item *f)
{
	if (f->depth == 0)
		return MASTER;
	return f->is_df ? DIRECTORY : f->kind == KIND_TRANSPARENT ?
	    TRANSPARENT : f->kind == KIND_CYCLIC ? CYCLIC : LINEAR;
}

static bool
op_applies(const struct op *o, const struct item *f)
{
	return (o->on & kind_of(f)) != 0 && ((o->on & BY_SFI) == 0 ||
	    f->sfi != 0);
}

static uint32_t
header_of(const struct op *o, const struct item *f)
{
	if ((o->on & BY_SFI) == 0)
		return o->head;
	return o->head | (o->head >> 16 == 0x00B0 || o->head >> 16 == 0x00D6 ?
	    (uint32_t)f->sfi << 8 : (uint32_t)f->sfi << 3);
}

/* The selection that o needs, then o; SW. */
static unsigned
perform(struct world *w, const struct op *o, const struct item *f,
    struct dmsc_buf *rsp)
{
	struct dmsc_buf *data = dmsc_buf_new(300);
	unsigned sw = 0;
	bool good = dmsc_hex_get(o->data, data) == DMSC_E_OK;

	if ((o->on & WITH_FID) != 0)
		good = good && dmsc_buf_u16(data, f->fid) == DMSC_E_OK;
	if ((o->on & A_RECORD) != 0)
		good = good && dmsc_buf_fill(data, 0x5A, f->record_len) ==
		    DMSC_E_OK;
	if (good)
		sw = world_cmd(w, header_of(o, f), dmsc_buf_rd(data),
		    (o->on & NO_LE) == 0, rsp);
	dmsc_buf_free(&data);
	return sw;
}

static struct {
	unsigned long cases, allowed, forecasts, unknown, wrong;
} sum;

static void
tell(const struct world *w, const struct item *f, const char *what,
    unsigned sw, bool want)
{
	size_t i;

	if (sum.wrong++ > 20)
		return;
	printf("# %s: ", w->name);
	for (i = 0; i < f->depth; i++)
		printf("/%04X", f->path[i]);
	printf(" %s, %s: SW %04X, the rule %s\n", w->state->name, what, sw,
	    want ? "allows" : "refuses");
}

static bool
same_memory(const struct world *w, const uint8_t *before)
{
	return memcmp(w->card->mem->ram, before, DMSC_MEM_SIZE) == 0;
}

/* A state in which nobody has shown a key that lets him write. PIN1 is one on
 * some files. */
static bool
keyless(const struct world *w)
{
	const struct state *s = w->state;

	return !w->odd && !world_is_secure(w) && (w->locked || s->reset ?
	    !s->off : !s->adm && !s->pin1 && !s->off);
}

/* One case; false: the card is not what it was. */
static bool
one(struct world *w, const struct item *f, const struct op *o,
    uint8_t *before)
{
	bool want = o->mode != 0 && allowed(w, f, o->mode, header_of(o, f));
	const struct item *at = (o->on & IN_PARENT) != 0 ?
	    &w->files[f->parent] : f;
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);
	unsigned sw, got = world_select(w, at);
	bool good;

	memcpy(before, w->card->mem->ram, DMSC_MEM_SIZE);
	sw = got == SW_OK ? perform(w, o, f, rsp) : got;
	if (want)
		good = sw == SW_OK || sw == SW_NO_MATCH;
	else
		good = rsp->len == 2 && same_memory(w, before) &&
		    (o->mode == 0 ? sw != SW_OK : sw == SW_SECURITY);
	if (want && o->mode != EV_READ && keyless(w))
		good = false;
	sum.cases++;
	sum.allowed += want;
	if (!good)
		tell(w, f, o->name, sw, want);
	good = rsp->len >= 2 && !want && good;
	dmsc_buf_free(&rsp);
	return good || (want && same_memory(w, before));
}

static uint64_t
mixed(uint64_t x)
{
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

/* Whether the case is in the sample. */
static bool
chosen(uint64_t seed)
{
	static uint64_t n;

	n++;
	return seed == 0 || mixed(n * 0x9E3779B97F4A7C15u + seed) % SAMPLE ==
	    0;
}

static void
try_state(struct world *w, const struct state *s, uint64_t seed,
    uint8_t *before)
{
	bool fresh = false;
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		/* A selection may have left the application. */
		fresh = false;
		for (k = 0; k < DMSC_COUNT(ops); k++) {
			if (!op_applies(&ops[k], &w->files[i]) ||
			    !chosen(seed))
				continue;
			if (!fresh && !world_enter(w, s)) {
				tell(w, &w->files[i], "the state itself", 0,
				    true);
				return;
			}
			fresh = one(w, &w->files[i], &ops[k], before);
		}
	}
}

/* ---- the host's forecast */

static const struct {
	enum dmsc_mode mode;
	unsigned bit;
	bool df, ef;
} modes[MODES_TESTED] = {
	{ DMSC_MODE_READ, EV_READ, false, true },
	{ DMSC_MODE_UPDATE, EV_UPDATE, false, true },
	{ DMSC_MODE_ACTIVATE, EV_ACTIVATE, true, true },
	{ DMSC_MODE_DEACTIVATE, EV_DEACTIVATE, true, true },
	{ DMSC_MODE_DELETE, EV_DELETE, true, true },
	{ DMSC_MODE_CREATE_EF, EV_CREATE_EF, true, false },
	{ DMSC_MODE_CREATE_DF, EV_CREATE_DF, true, false },
	{ DMSC_MODE_TERMINATE, EV_TERMINATE, true, true },
};

/* Whether a command of the mode is let through, or each one. */
static void
by_commands(const struct world *w, const struct item *f, unsigned bit,
    bool *any, bool *all)
{
	size_t k;

	*any = false;
	*all = true;
	for (k = 0; k < DMSC_COUNT(ops); k++) {
		/* The host's own commands: not the odd ones. */
		if (ops[k].mode != bit || !op_applies(&ops[k], f) ||
		    (ops[k].head >> 16 & 1) != 0)
			continue;
		if (allowed(w, f, bit, header_of(&ops[k], f)))
			*any = true;
		else
			*all = false;
	}
}

static void
forecast_one(struct world *w, struct dmsc_uicc *u, const struct item *f,
    const struct dmsc_place *p, const struct dmsc_uicc_fcp *fcp)
{
	enum dmsc_forecast got;
	bool any, all;
	size_t m;

	for (m = 0; m < MODES_TESTED; m++) {
		if (f->is_df ? !modes[m].df : !modes[m].ef)
			continue;
		if (f->depth == 0 && modes[m].bit == EV_DELETE)
			continue;	/* no command names the MF */
		dmsc_uicc_right(u, 0x01, w->state->pin1 && !w->state->reset);
		dmsc_uicc_right(u, 0x0A, w->state->adm && !w->state->reset);
		dmsc_uicc_right(u, 0x81, w->state->pin81 &&
		    !w->state->reset && !w->state->elsewhere);
		got = dmsc_uicc_access(u, p, fcp, modes[m].mode, NULL, NULL,
		    NULL);
		by_commands(w, f, modes[m].bit, &any, &all);
		sum.forecasts++;
		sum.unknown += got == DMSC_FORECAST_UNKNOWN;
		w->unknown += got == DMSC_FORECAST_UNKNOWN;
		if (got == DMSC_ALLOWED ? !any : got == DMSC_REFUSED && any)
			tell(w, f, dmsc_mode_name(modes[m].mode),
			    (unsigned)got, any);
	}
}

static void
try_forecast(struct world *w, const struct state *s)
{
	struct dmsc_uicc_fcp fcp;
	struct dmsc_place p;
	struct dmsc_uicc *u;
	size_t i;

	if (s->second || !world_enter(w, s))
		return;
	u = dmsc_uicc_new(&w->link, &w->e, NULL);
	for (i = 0; i < w->n; i++) {
		memset(&p, 0, sizeof p);
		memcpy(p.fid, w->files[i].path, sizeof w->files[i].path);
		p.n = w->files[i].depth;
		if (dmsc_uicc_select(u, &p, &fcp) != DMSC_E_OK)
			tell(w, &w->files[i], "SELECT", w->e.sw, true);
		else
			forecast_one(w, u, &w->files[i], &p, &fcp);
	}
	dmsc_uicc_free(&u);
}

/* ---- cards */

static void
try_card(const char *name, struct dmsc_card *c, uint64_t seed, bool odd)
{
	uint8_t *before = malloc(DMSC_MEM_SIZE);
	struct world w;
	size_t i;

	memset(&w, 0, sizeof w);
	memset(&sum, 0, sizeof sum);
	w.name = name;
	w.odd = odd;
	if (!ok(c != NULL && before != NULL && world_over(&w, c), name))
		exit(1);
	for (i = 0; i < DMSC_COUNT(states); i++) {
		if (!applies(&w, &states[i]))
			continue;
		try_state(&w, &states[i], seed, before);
		try_forecast(&w, &states[i]);
	}
	ok(sum.wrong == 0, "card, host and rule agree");
	ok(sum.allowed > sum.cases / 50 && sum.allowed < sum.cases,
	    "some are allowed, some are not");
	if (!odd)
		ok(w.unknown == 0 || w.locked, "the host knows");
	printf("# %s: %zu files, %lu cases, %lu allowed; %lu forecasts, "
	    "%lu unknown\n", name, w.n, sum.cases, sum.allowed,
	    sum.forecasts, sum.unknown);
	world_end(&w);
	free(before);
}

int
main(void)
{
	return try_cards(try_card);
}
