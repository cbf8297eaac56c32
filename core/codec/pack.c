/* Texts for a string table (codec/pack.h). */
#include "codec/pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { SLOTS = 8192, TEXTS_MAX = 4096, TABLE_MAX = 16384,
	TEXT_LONG = 256,	/* readers bound what a table repeats */
	FRAME = 2,		/* STR_I and the NUL of a text inline */
	SHORT_AT = 0x80, LONG_AT = 0x4000 };

struct entry {
	const char *text;
	size_t n, count;
	uint32_t at;		/* 0: not in the table */
};
struct pack {
	struct entry v[SLOTS];
	size_t n;
};

struct pack *
dmsc_pack_new(void)
{
	return calloc(1, sizeof(struct pack));
}

void
dmsc_pack_free(struct pack **p)
{
	free(*p);
	*p = NULL;
}

/* FNV-1a; the table is at most half full, so this ends. */
static size_t
slot(const struct pack *p, struct dmsc_rd text)
{
	uint32_t h = 2166136261U;
	size_t i;

	for (i = 0; i < text.left; i++)
		h = (h ^ text.p[i]) * 16777619U;
	for (i = h % SLOTS; p->v[i].text != NULL; i = (i + 1) % SLOTS)
		if (p->v[i].n == text.left &&
		    memcmp(p->v[i].text, text.p, text.left) == 0)
			break;
	return i;
}

void
dmsc_pack_count(struct pack *p, const char *text)
{
	struct entry *e;
	size_t n = strlen(text);

	if (n == 0 || n >= TEXT_LONG)
		return;
	e = &p->v[slot(p, dmsc_rd_of(text, n))];
	if (e->text == NULL) {
		if (p->n == TEXTS_MAX)
			return;
		p->n++;
		e->text = text;
		e->n = n;
	}
	e->count++;
}

/* The most frequent first: small offsets take one byte. */
static int
by_count(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	size_t m = (*x)->count, n = (*y)->count;

	return m != n ? (m < n ? 1 : -1) : strcmp((*x)->text, (*y)->text);
}

/* A token and its offset instead of the text, which the table holds once. */
static bool
saves(const struct entry *e, size_t at)
{
	size_t token = at < SHORT_AT ? 2 : at < LONG_AT ? 3 : 4;

	return e->n + FRAME > token &&
	    e->count * (e->n + FRAME - token) > e->n + 1;
}

int
dmsc_pack_table(struct pack *p, size_t start, struct dmsc_buf *out)
{
	struct entry **v = calloc(p->n + 1, sizeof(struct entry *)), *e;
	size_t i, n = 0, at = start;
	int r = v == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < SLOTS; i++)
		if (p->v[i].count > 1)
			v[n++] = &p->v[i];
	if (n > 1)
		qsort(v, n, sizeof *v, by_count);
	for (i = 0; r == DMSC_E_OK && i < n; i++) {
		e = v[i];
		if (!saves(e, at) || at + e->n + 1 > TABLE_MAX)
			continue;
		e->at = (uint32_t)at;
		at += e->n + 1;
		r = dmsc_buf_put(out, dmsc_rd_of(e->text, e->n + 1));
	}
	free(v);
	return r;
}

bool
dmsc_pack_at(const struct pack *p, struct dmsc_rd text, uint32_t *at)
{
	const struct entry *e = &p->v[slot(p, text)];

	*at = e->text == NULL ? 0 : e->at;
	return *at > 0;
}
