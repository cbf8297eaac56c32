/*
 * Readers of models played on a card that answers wrong: cut, filled, changed
 * at random, for ever, or not at all. Each play ends within a bounded number
 * of commands and says where; on the card itself it finds what it is made for.
 */
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "card/end.h"
#include "device/model.h"
#include "device/play.h"
#include "interop/profile.h"
#include "tap.h"

enum { MOST = 700, SW = 2, SEEDS = 12 };

static char folder[TAP_FOLDER];

/* A link over the card's that spoils answers. */
enum spoil { SPOIL_NOTHING, SPOIL_CUT, SPOIL_FILL, SPOIL_EMPTY, SPOIL_MORE,
	SPOIL_LONG, SPOIL_RANDOM, SPOIL_GONE, SPOIL_KINDS };
static struct spoilt {
	struct dmsc_link under;
	enum spoil how;
	unsigned at, n;		/* from which command on; sent so far */
	uint32_t seed;
} spoilt;

static uint32_t
some(struct spoilt *s)
{
	return s->seed = s->seed * 1103515245U + 12345U;
}

static int
spoil(struct spoilt *s, struct dmsc_buf *rsp, size_t from)
{
	size_t data = rsp->len - from - SW, i;
	uint8_t *p = rsp->p + from;

	if (s->how == SPOIL_FILL)
		memset(p, 0xA7, data);
	for (i = 0; s->how == SPOIL_RANDOM && i < data; i++)
		if (some(s) >> 16 & 1)
			p[i] = (uint8_t)(some(s) >> 16);
	if (s->how == SPOIL_CUT && data > 0)
		memmove(p + data / 2, p + data, SW);
	if (s->how == SPOIL_CUT && data > 0)
		dmsc_buf_truncate(rsp, rsp->len - (data - data / 2));
	if (s->how == SPOIL_EMPTY) {
		dmsc_buf_truncate(rsp, from);
		return dmsc_buf_put(rsp, dmsc_rd_of("\x90\x00", SW));
	}
	if (s->how == SPOIL_MORE) {
		p[data] = s->n % 2 == 0 ? 0x61 : 0x6C;
		p[data + 1] = 0xFF;
	}
	if (s->how == SPOIL_LONG) {
		dmsc_buf_truncate(rsp, from);
		for (i = 0; i < 250; i++)
			if (dmsc_buf_put(rsp, dmsc_rd_of("\xA7\x06\x30\x04"
			    "\x04\x02\x64\x30", 8)) != DMSC_E_OK)
				return DMSC_E_NOMEM;
		return dmsc_buf_put(rsp, dmsc_rd_of("\x90\x00", SW));
	}
	return DMSC_E_OK;
}

static int
xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp, struct dmsc_err *e)
{
	struct spoilt *s = h;
	size_t from = rsp->len;
	int r;

	if (s->how == SPOIL_GONE && s->n >= s->at)
		return dmsc_fail(e, DMSC_E_REMOVED, "the card is gone");
	r = dmsc_link_xfer(&s->under, cmd, rsp, e);
	return r == DMSC_E_OK && s->n++ >= s->at ? spoil(s, rsp, from) : r;
}

static void
facts(void *h, struct dmsc_link_facts *out)
{
	(void)h;
	memset(out, 0, sizeof *out);
	out->protocol = "T=0";
}

static const struct dmsc_link_ops spoilt_ops = { .name = "spoilt",
	.xfer = xfer, .facts = facts };

/* The report of one play, NULL where the link failed: *code. */
static struct dmsc_played *
play(const struct dmsc_model *m, int *code)
{
	struct dmsc_link l = { &spoilt_ops, &spoilt };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_played *out = dmsc_view_new(&dmsc_played_view);
	struct dmsc_err e = { .code = DMSC_E_OK };

	spoilt.n = 0;
	if (out == NULL || atr == NULL || dmsc_link_reset(&spoilt.under, true,
	    atr, NULL) != DMSC_E_OK)
		abort();
	*code = dmsc_play_model(&l, m, out, &e);
	dmsc_buf_free(&atr);
	return out;
}

static const struct dmsc_played_kind *
kind(const struct dmsc_played *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_kinds; i++)
		if (strcmp(p->kinds[i].kind, name) == 0)
			return &p->kinds[i];
	return NULL;
}

static void
finds(void)
{
	static const struct { const char *model, *kind, *file, *object; }
	rows[] = {
		{ "nrf91", "lwm2m", "4D14", "coaps://lwm2m.operatorx.example"
		    },
		{ "anjay", "lwm2m", "4D14", "coaps://lwm2m.operatorx.example"
		    },
		{ "android", "arf", NULL, NULL },
		{ "opensc", "dm", "4D10", "./DMAcc/opx" },
		{ "strict", "dm", "4D10", "./DMAcc/opx" },
		{ "strict", "cp", "4D16", "./NAP/card" },
	};
	const struct dmsc_played_kind *k;
	struct dmsc_played *p;
	char name[64];
	size_t i;
	int r;

	spoilt.how = SPOIL_NOTHING;
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		p = play(dmsc_model_find(rows[i].model), &r);
		k = kind(p, rows[i].kind);
		(void)snprintf(name, sizeof name, "%s: %s", rows[i].model,
		    rows[i].kind);
		ok(r == DMSC_E_OK && k != NULL && (rows[i].file == NULL ?
		    !k->found && k->why != NULL : k->found &&
		    strcmp(k->file, rows[i].file) == 0 && k->n_objects > 0 &&
		    strcmp(k->objects[0], rows[i].object) == 0), name);
		dmsc_view_free(&dmsc_played_view, p);
	}
}

/* From each command on (of a long play not all), to its end. */
static unsigned
one_way(const struct dmsc_model *m, enum spoil how, uint32_t seed)
{
	struct dmsc_played *p;
	unsigned at, all, bad = 0, sent;
	int r;

	spoilt.how = SPOIL_NOTHING;
	dmsc_view_free(&dmsc_played_view, play(m, &r));
	for (at = 0, all = spoilt.n; at < all; at += 1 + at / 20) {
		spoilt.how = how;
		spoilt.at = at;
		spoilt.seed = seed + at;
		p = play(m, &r);
		sent = spoilt.n;
		bad += sent > MOST || (r != DMSC_E_OK && r !=
		    DMSC_E_REMOVED) || (how == SPOIL_GONE && sent < at);
		dmsc_view_free(&dmsc_played_view, p);
	}
	return bad;
}

static void
bounded(void)
{
	static const char *const names[SPOIL_KINDS] = { "as it is", "cut",
		"filled", "empty", "more and more", "very long", "random",
		"gone" };
	const struct dmsc_model *m;
	char name[64];
	uint32_t seed;
	unsigned bad;
	size_t i;
	int how;

	for (i = 0; (m = dmsc_model_at(i)) != NULL; i++)
		for (how = SPOIL_CUT; how < SPOIL_KINDS; how++) {
			bad = 0;
			for (seed = 1; seed <= (how == SPOIL_RANDOM ? SEEDS :
			    1); seed++)
				bad += one_way(m, (enum spoil)how,
				    seed * 7919);
			(void)snprintf(name, sizeof name, "%s: answers %s",
			    m->name, names[how]);
			ok(bad == 0, name);
		}
}

int
main(void)
{
	struct dmsc_card *c;

	if (!tap_folder(folder) ||
	    (c = of_profile("demo", folder)) == NULL ||
	    dmsc_card_end(&c, &spoilt.under) != DMSC_E_OK)
		abort();
	finds();
	bounded();
	dmsc_link_close(&spoilt.under, true);
	return tap_done();
}
