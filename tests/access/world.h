/* Cards of every profile, their files, and the states that a host can be in,
 * for the tests of who may do what. */
#ifndef DMSC_TESTS_ACCESS_WORLD_H
#define DMSC_TESTS_ACCESS_WORLD_H

#include "access/rule.h"
#include "card/card.h"
#include "card/keys.h"
#include "card/lab.h"
#include "crypto/scp03.h"
#include "link/secure.h"
#include "session/profile.h"

#include <dmsc/secret.h>

enum { FILES_MAX = 64, DEPTH_MAX = 4, PIN_BYTES = 8, P15_DF = 0x7F50,
	USIM_DF = 0x7FD0, NO_LEVEL = -1 };

struct item {				/* a file */
	uint16_t path[DEPTH_MAX];	/* below the MF */
	size_t depth;
	int index;			/* of the card's own list */
	int parent;			/* index in world.files, -1: the MF */
	uint16_t fid;
	bool is_df;
	uint8_t kind, sfi;
	unsigned record_len;
	uint8_t fcp[256];		/* as SELECT answers it */
	size_t fcp_len;
};

/* What a host has done before it asks. */
struct state {
	const char *name;
	bool pin1, pin81, adm;		/* verified */
	bool off, replaced;		/* PIN1 is disabled */
	bool reset, elsewhere, second;	/* then reset; an application selected
					 * between; another channel used */
	int level;			/* of SCP03, or NO_LEVEL */
	bool lwm2m;			/* by the application's keys */
};

/* What stands in the card. */
struct world_secrets {
	uint8_t pin1[PIN_BYTES], pin81[PIN_BYTES], adm[PIN_BYTES];
	uint8_t keys[3 * 16];
};
static const struct world_secrets world_usual = {
	{ '1', '2', '3', '4', 0xFF, 0xFF, 0xFF, 0xFF },
	{ '2', '4', '6', '8', 0xFF, 0xFF, 0xFF, 0xFF },
	{ 'D', 'D', 'D', 'D', 'D', 'D', 'D', 'D' },
	{ 0x8E, 0x1B, 0x5C, 0x42, 0xD7, 0xA9, 0x36, 0x0F, 0x4C, 0x83, 0xF2,
	0x1E, 0x6D, 0xB0, 0x59, 0x7A, 0x3A, 0x97, 0xC4, 0x0E, 0x15, 0xF8,
	0xB2, 0x6D, 0x91, 0xE3, 0x50, 0x7C, 0x2B, 0xDA, 0x48, 0x6F, 0xD2,
	0x66, 0x0B, 0x9F, 0x47, 0xE1, 0xAC, 0x35, 0x88, 0x70, 0xF9, 0x3D,
	0x1A, 0x5C, 0xE4, 0xB2 }
};

struct world {
	const char *name;
	struct dmsc_card *card;
	struct dmsc_link link;		/* the secure layer */
	struct dmsc_err e;
	struct item files[FILES_MAX];
	size_t n;
	bool odd;			/* rules of every form */
	unsigned long unknown;		/* forecasts */
	bool locked, has_usim, has_keys, has_universal;
	uint8_t *saved;			/* its memory, as made */
	const struct state *state;
	unsigned channel;
	struct world_secrets secrets;
};

static const uint8_t world_p15[] = { 0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C', 'S',
	'-', '1', '5' };

/* The answer of the top link; data and SW in rsp, SW returned; 0: none. */
static inline unsigned
world_send(struct world *w, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	dmsc_buf_reset(rsp);
	if (dmsc_link_xfer(&w->link, cmd, rsp, &w->e) != DMSC_E_OK ||
	    rsp->len < 2)
		return 0;
	return (unsigned)rsp->p[rsp->len - 2] << 8 | rsp->p[rsp->len - 1];
}

/* Header, then data with Lc; le: 00 behind. On the state's channel. */
static inline unsigned
world_cmd(struct world *w, uint32_t head, struct dmsc_rd data, bool le,
    struct dmsc_buf *rsp)
{
	struct dmsc_buf *b = dmsc_buf_new(300);
	unsigned sw = 0;

	if (dmsc_buf_u32(b, head | (uint32_t)w->channel << 24) ==
	    DMSC_E_OK && (data.left == 0 || (dmsc_buf_u8(b,
	    (unsigned)data.left) == DMSC_E_OK && dmsc_buf_put(b, data) ==
	    DMSC_E_OK)) && (!le || dmsc_buf_u8(b, 0) == DMSC_E_OK))
		sw = world_send(w, dmsc_buf_rd(b), rsp);
	dmsc_buf_free(&b);
	return sw;
}

static inline unsigned
world_short(struct world *w, uint32_t head, const void *data, size_t n)
{
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);
	unsigned sw = world_cmd(w, head, dmsc_rd_of(data, n), false, rsp);

	dmsc_buf_free(&rsp);
	return sw;
}

/* SCP03 on the channel, as a host opens it. */
static inline bool
world_open(struct world *w, unsigned level)
{
	static const uint8_t challenge[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	const uint8_t *keys = w->secrets.keys;
	const struct dmsc_scp_keys k = { dmsc_rd_of(keys, 16),
	    dmsc_rd_of(keys + 16, 16), dmsc_rd_of(keys + 32, 16) };
	struct dmsc_buf *out = dmsc_buf_new(300), *rsp = dmsc_buf_new(300);
	struct dmsc_scp *scp = NULL;
	struct dmsc_scp_hello h;
	bool good;

	good = dmsc_scp_ask(w->channel, 0, dmsc_rd_of(challenge, 8), out) ==
	    DMSC_E_OK && world_send(w, dmsc_buf_rd(out), rsp) == SW_OK;
	if (good) {
		dmsc_buf_truncate(rsp, rsp->len - 2);
		dmsc_buf_reset(out);
		good = dmsc_scp_hello(dmsc_buf_rd(rsp), &h) == DMSC_E_OK &&
		    dmsc_scp_host(&k, dmsc_rd_of(challenge, 8), &h, &scp) ==
		    DMSC_E_OK && dmsc_scp_login(scp, w->channel, level,
		    out) == DMSC_E_OK && world_send(w, dmsc_buf_rd(out),
		    rsp) == SW_OK && dmsc_scp_opened(scp) == DMSC_E_OK;
	}
	if (good)
		dmsc_secure_begin(&w->link, &scp, w->channel);
	dmsc_scp_free(&scp);
	dmsc_buf_free(&out);
	dmsc_buf_free(&rsp);
	return good;
}

/* Whether commands are protected in the state: level 00 shows the keys and
 * protects nothing; a channel protects itself alone. */
static inline bool
world_is_secure(const struct world *w)
{
	return w->state->level > 0 && !w->state->second && !w->state->reset;
}

static inline bool
world_verify(struct world *w, uint32_t ref, const uint8_t *value)
{
	return world_short(w, 0x00200000 | ref, value, PIN_BYTES) == SW_OK;
}

static inline unsigned
world_select(struct world *w, const struct item *f)
{
	uint8_t path[2 * DEPTH_MAX];
	size_t i;

	if (f->depth == 0)
		return world_short(w, 0x00A4000C, "\x3F\x00", 2);
	for (i = 0; i < f->depth; i++) {
		path[2 * i] = (uint8_t)(f->path[i] >> 8);
		path[2 * i + 1] = (uint8_t)f->path[i];
	}
	return world_short(w, 0x00A4080C, path, 2 * f->depth);
}

static inline bool
world_rights(struct world *w, const struct state *s)
{
	bool clear = !w->locked || s->level > 0;

	if (s->pin1 && world_verify(w, 0x01, w->secrets.pin1) != clear)
		return false;
	if (s->off && (world_short(w, s->replaced ? 0x00269101 : 0x00260001,
	    w->secrets.pin1, PIN_BYTES) == SW_OK) != clear)
		return false;
	if (s->adm && world_verify(w, 0x0A, w->secrets.adm) != clear)
		return false;
	return !s->pin81 || world_verify(w, 0x81, w->secrets.pin81) ==
	    clear;
}

/* The card as it was made, powered anew, then what the state says. */
static inline bool
world_enter(struct world *w, const struct state *s)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	bool good;

	w->state = s;
	w->channel = 0;
	dmsc_secure_end(&w->link);
	memcpy(w->card->mem->nvm, w->saved, DMSC_MEM_SIZE);
	good = dmsc_card_power_back(w->card) == DMSC_E_OK;
	if (s->second)
		good = good && world_short(w, 0x00700000, NULL, 0) == SW_OK;
	if (s->level < 0 || s->lwm2m || s->pin81)
		good = good && world_short(w, 0x00A4040C, world_p15,
		    sizeof world_p15) == SW_OK;
	if (s->level >= 0)
		good = good && world_open(w, (unsigned)s->level);
	good = good && world_rights(w, s);
	if (s->elsewhere)
		good = good && world_short(w, 0x00A4040C,
		    "\xA0\x00\x00\x00\x87\x10\x02", 7) == SW_OK;
	if (s->reset) {
		good = good && dmsc_link_reset(&w->link, false, atr, &w->e)
		    == DMSC_E_OK;
		dmsc_secure_end(&w->link);
	}
	if (s->second)
		w->channel = 1;
	dmsc_buf_free(&atr);
	return good;
}

static inline void
world_walk(struct world *w, int parent, int index)
{
	const struct dmsc_card_file *f = &w->card->files[index];
	struct item *i = &w->files[w->n];
	int own = (int)w->n, k;

	if (w->n == FILES_MAX)
		return;
	w->n++;
	memset(i, 0, sizeof *i);
	if (parent >= 0) {
		memcpy(i->path, w->files[parent].path, sizeof i->path);
		i->depth = w->files[parent].depth;
		i->path[i->depth++] = f->fid;
	}
	i->index = index;
	i->parent = parent;
	i->fid = f->fid;
	i->is_df = f->kind == KIND_DF;
	i->kind = f->kind;
	i->sfi = f->sfi;
	i->record_len = f->record_len;
	memcpy(i->fcp, f->fcp, f->fcp_len);
	i->fcp_len = f->fcp_len;
	w->has_usim = w->has_usim || f->fid == USIM_DF;
	for (k = f->child; k != DMSC_CARD_NONE; k = w->card->files[k].next)
		world_walk(w, own, k);
}

/* Takes the card as it stands; c is the world's from then on. */
static inline bool
world_over(struct world *w, struct dmsc_card *c)
{
	struct dmsc_link end;

	w->card = c;
	w->secrets = world_usual;
	w->locked = c->mem->ram[DMSC_CARD_AT_LOCKED] != 0;
	w->has_keys = dmsc_card_any_keys(c);
	w->has_universal = dmsc_card_pin(c, DMSC_CARD_NONE, 0x11) != NULL;
	w->saved = malloc(DMSC_MEM_SIZE);
	if (w->saved == NULL)
		return false;
	memcpy(w->saved, c->mem->ram, DMSC_MEM_SIZE);
	world_walk(w, -1, c->mf);
	return dmsc_card_end(&c, &end) == DMSC_E_OK &&
	    dmsc_secure_over(&end, &w->link, &w->e) == DMSC_E_OK;
}

static inline struct dmsc_card *
world_profile(const char *name)
{
	const struct dmsc_profile *p = dmsc_profile_find(name);
	uint8_t iccid[DMSC_ICCID_BYTES];
	const uint64_t seed = 11;
	struct dmsc_card *c = NULL, *own;
	struct dmsc_err e = { 0 };
	struct dmsc_link l;
	struct dmsc_uicc *u;

	dmsc_iccid_draw(seed, iccid);
	if (p == NULL || dmsc_card_blank(NULL, &seed, &c, &e) != DMSC_E_OK)
		return NULL;
	own = c;
	if (dmsc_card_end(&c, &l) != DMSC_E_OK)
		return NULL;
	u = dmsc_uicc_new(&l, &e, NULL);
	if (dmsc_profile_apply(u, p, iccid, false) != DMSC_E_OK) {
		printf("# %s: %s, %s\n", name, e.message, e.where);
		own = NULL;
	}
	dmsc_uicc_free(&u);
	return own;		/* the link is left, not closed */
}

static inline void
world_end(struct world *w)
{
	dmsc_link_close(&w->link, false);
	free(w->saved);
}

#endif
