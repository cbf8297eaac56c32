/*
 * A world for bad input: the demo card made once, copied into memory for
 * each case, changed there, and a session over it with a fault layer that
 * counts. Nothing of it but the first image and the state folder is a file.
 */
#ifndef DMSC_TESTS_FUZZ_WORLD_H
#define DMSC_TESTS_FUZZ_WORLD_H

#define _XOPEN_SOURCE 700	/* nftw */

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "card/card.h"
#include "link/layers.h"
#include "link/secure.h"
#include "session/session.h"
#include "tap.h"

#include <dmsc/api.h>

enum { WORLD_MAX = 1 << 20 };

/* In place of the C library's: nothing here has to outlive this machine's
 * power, and thousands of cases would wait for its disk. */
int
fsync(int fd)
{
	return fd < 0 ? -1 : 0;
}

#define WORLD_ICCID "89882110000000000012"
#define WORLD_ADM "hex:4444444444444444"

struct world {
	char dir[TAP_FOLDER];
	char image[96];		/* the good card */
	char state[96];
	struct dmsc_session *s;
	struct dmsc_card *card;	/* owned by the link of s */
	uint64_t seed;
};

/* 0 <= n < below; the same row for the same seed. */
static inline unsigned
world_dice(struct world *w, unsigned below)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (unsigned)(w->seed >> 11) % below;
}

/* DMSC_HARD=1: all cases, not a sample of them. */
static inline bool
world_hard(void)
{
	const char *v = getenv("DMSC_HARD");

	return v != NULL && *v == '1';
}

static inline uint64_t
world_seed(void)
{
	const char *v = getenv("DMSC_SEED");
	uint64_t n = 0;

	for (; v != NULL && *v >= '0' && *v <= '9'; v++)
		n = n * 10 + (uint64_t)(*v - '0');
	return n != 0 ? n : 20240229;
}

static inline void
world_say(const struct world *w, const char *what)
{
	const struct dmsc_err *e = &w->s->err;

	printf("%s: %s: %s, where %s, why %s\n", what, dmsc_e_name(e->code),
	    e->message, e->where, e->why);
}

/*
 * in cut at each byte and with each bit flipped, in memory of its exact size;
 * a sample of both unless world_hard. try says whether its promise held; the
 * number of cases where it did not is returned.
 */
static inline unsigned
world_mutate(struct world *w, struct dmsc_rd in, unsigned sample,
    bool (*try)(struct world *w, struct dmsc_rd in))
{
	struct dmsc_buf *b;
	size_t i, n, at, all;
	unsigned bad = 0, flip;

	for (flip = 0; flip < 2; flip++) {
		all = flip ? in.left * 8 : in.left;
		n = world_hard() || all < sample ? all : sample;
		for (i = 0; i < n; i++) {
			at = n == all ? i : world_dice(w, (unsigned)all);
			b = dmsc_buf_from(dmsc_rd_slice(in, 0,
			    flip ? in.left : at), in.left + 1);
			if (flip)
				b->p[at / 8] ^= (uint8_t)(1u << at % 8);
			if (!try(w, dmsc_buf_rd(b)) && bad++ < 5)
				printf("# %s at %zu\n", flip ? "bit flipped" :
				    "cut", at);
			dmsc_buf_free(&b);
		}
	}
	return bad;
}

/* The whole of a file of this machine, and back. */
static inline struct dmsc_buf *
world_load(const char *path)
{
	struct dmsc_buf *b = NULL;

	return dmsc_file_slurp(path, WORLD_MAX, &b, NULL) == DMSC_E_OK ? b :
	    NULL;
}

static inline bool
world_store(const char *path, struct dmsc_rd r)
{
	FILE *f = fopen(path, "wb");
	bool good = f != NULL && fwrite(r.p, 1, r.left, f) == r.left;

	return f != NULL && fclose(f) == 0 && good;
}

/* A session with no card. */
static inline bool
world_session(struct world *w)
{
	struct dmsc_setup setup = { .state_dir = w->state };

	return dmsc_session_new(&setup, &w->s) == DMSC_E_OK;
}

/* profile NULL: demo. */
static inline bool
world_make(struct world *w, const char *profile)
{
	static const uint64_t seed = 5;
	struct dmsc_card_new_opts o = { .image = w->image, .seed = &seed,
	    .profile = profile, .iccid = WORLD_ICCID, .force = true };
	struct dmsc_image_info *info = NULL;
	bool good;

	if (!tap_folder(w->dir))
		return false;
	(void)snprintf(w->image, sizeof w->image, "%s/good.img", w->dir);
	(void)snprintf(w->state, sizeof w->state, "%s/state", w->dir);
	w->seed = world_seed();
	good = world_session(w) &&
	    dmsc_card_new(w->s, &o, &info) == DMSC_E_OK;
	dmsc_view_free(&dmsc_image_info_view, info);
	if (!good && w->s != NULL)
		world_say(w, "# card new");
	dmsc_session_free(&w->s);
	return good;
}

static inline int
world_unlink(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)at;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

/* Removes a folder or file below the world's own. */
static inline void
world_remove(const struct world *w, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", w->dir, name);
	if (w->dir[0] != '\0')
		(void)nftw(path, world_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
world_end(struct world *w)
{
	dmsc_session_free(&w->s);
	world_remove(w, "");
}

/* The session's connection over any end (taken over), as dmsc_connect makes
 * it: a trace layer, the rooms, a cold reset. */
static inline int
world_over(struct world *w, struct dmsc_link *end)
{
	struct dmsc_session *s = w->s;
	struct dmsc_link fault = { NULL, NULL }, over = { NULL, NULL };
	int r;

	if ((r = dmsc_fault_over(end, &fault, &s->err)) != DMSC_E_OK) {
		dmsc_link_close(end, false);
		return r;
	}
	if ((r = dmsc_secure_over(&fault, &over, &s->err)) != DMSC_E_OK) {
		dmsc_link_close(&fault, false);
		return r;
	}
	s->secure = over;
	if ((r = dmsc_trace_over(&over, NULL, &s->link, &s->err)) !=
	    DMSC_E_OK) {
		dmsc_link_close(&over, false);
		return r;
	}
	s->reader = strdup("sim");
	s->uicc = dmsc_uicc_new(&s->link, &s->err, &s->interrupted);
	s->guard = s->uicc == NULL ? NULL : dmsc_guard_new(s->uicc,
	    s->state_dir, &s->err);
	s->store = s->guard == NULL ? NULL : dmsc_store_new(s->uicc,
	    s->guard, s->state_dir, &s->err, dmsc_session_warn, s);
	if (s->reader == NULL || s->store == NULL)
		return DMSC_E_NOMEM;
	return dmsc_reset(s, true);
}

/* A copy of the good card, not yet in any reader. */
static inline struct dmsc_card *
world_card(struct world *w)
{
	struct dmsc_card *c = NULL;

	if (dmsc_card_peek(w->image, &c, NULL) != DMSC_E_OK)
		return NULL;
	memcpy(c->mem->nvm, c->mem->ram, DMSC_MEM_SIZE);
	return c;
}

/* A new session over c, which it owns from then on. */
static inline int
world_up(struct world *w, struct dmsc_card *c)
{
	struct dmsc_link end = { NULL, NULL };

	w->card = c;
	if (!world_session(w) || dmsc_card_end(&c, &end) != DMSC_E_OK) {
		dmsc_card_close(&c);
		return DMSC_E_NOMEM;
	}
	return world_over(w, &end);
}

static inline void
world_down(struct world *w)
{
	dmsc_session_free(&w->s);
	w->card = NULL;
}

/* The file of that identifier, of the MF or of a DF below it. */
static inline struct dmsc_card_file *
world_file(struct dmsc_card *c, unsigned fid)
{
	size_t i;

	for (i = 0; i < c->n_files; i++)
		if (c->files[i].used && c->files[i].fid == fid)
			return &c->files[i];
	return NULL;
}

static inline struct dmsc_rd
world_bytes(struct dmsc_card *c, unsigned fid)
{
	struct dmsc_card_file *f = world_file(c, fid);

	return f == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_rd_of(c->mem->ram + f->data, f->size);
}

/* Its bytes without the padding behind. */
static inline size_t
world_used(const struct dmsc_card *c, const struct dmsc_card_file *f)
{
	size_t n = f->size;

	while (n > 0 && (c->mem->ram[f->data + n - 1] == 0xFF ||
	    c->mem->ram[f->data + n - 1] == 0))
		n--;
	return n;
}

/* What all files of a card hold, to be compared later. */
struct world_kept {
	struct { unsigned fid; int parent; struct dmsc_buf *b; } *files;
	size_t n;
};

static inline void
world_keep(struct world_kept *k, const struct dmsc_card *c)
{
	const struct dmsc_card_file *f;
	size_t i;

	k->files = calloc(c->n_files, sizeof *k->files);
	k->n = 0;
	for (i = 0; i < c->n_files; i++) {
		f = &c->files[i];
		if (!f->used || f->kind == KIND_DF)
			continue;
		k->files[k->n].fid = f->fid;
		k->files[k->n].parent = f->parent;
		k->files[k->n++].b = dmsc_buf_from(dmsc_rd_of(c->mem->ram +
		    f->data, f->size), WORLD_MAX);
	}
}

static inline void
world_kept_free(struct world_kept *k)
{
	while (k->n > 0)
		dmsc_buf_free(&k->files[--k->n].b);
	free(k->files);
	k->files = NULL;
}

/* Whether the i-th kept file is there and holds the same. */
static inline bool
world_same(const struct world_kept *k, size_t i, const struct dmsc_card *c)
{
	int at = dmsc_card_child(c, k->files[i].parent, k->files[i].fid);

	return at >= 0 && dmsc_rd_eq(dmsc_buf_rd(k->files[i].b),
	    dmsc_rd_of(c->mem->ram + c->files[at].data, c->files[at].size));
}

/* Into the card's memory, past all its rules. */
static inline bool
world_poke(struct dmsc_card *c, uint32_t at, struct dmsc_rd r)
{
	dmsc_mem_put(c->mem, at, r);
	c->rules_now++;
	return dmsc_mem_commit(c->mem) == DMSC_E_OK;
}

/* One PIN or key of the session. */
static inline int
world_pin(struct world *w, unsigned ref, const char *text)
{
	struct dmsc_secret *v = NULL;
	int r = dmsc_secret_parse(dmsc_rd_str(text), true, &v, &w->s->err);

	if (r == DMSC_E_OK)
		r = dmsc_pin_run(w->s, DMSC_PIN_VERIFY, ref, v, NULL, true);
	dmsc_secret_free(&v);
	return r;
}

/* Power-on of the device NULL (the default one), PIN 81 known. */
static inline int
world_poweron(struct world *w, const char *device)
{
	struct dmsc_poweron *report = NULL;
	struct dmsc_secret *v = NULL;
	struct dmsc_device_pin pin = { .ref = 0x81 };
	struct dmsc_poweron_opts o = { .device = device, .pins = &pin,
	    .confirm = DMSC_CONFIRM_YES, .n_pins = 1, .spend_try = true };
	int r = dmsc_secret_parse(dmsc_rd_str("2468"), true, &v, &w->s->err);

	pin.value = v;
	if (r == DMSC_E_OK)
		r = dmsc_device_poweron(w->s, &o, &report);
	dmsc_view_free(&dmsc_poweron_view, report);
	dmsc_secret_free(&v);
	return r;
}

/* A call failed as calls may: with a code of the list and a sentence. */
static inline bool
world_told(struct world *w, int r)
{
	return r == DMSC_E_OK || (w->s->err.code == r &&
	    w->s->err.message[0] != '\0' && r != DMSC_E_INTERNAL &&
	    r != DMSC_E_NOMEM && r != DMSC_E_TRANSPORT);
}

#endif
