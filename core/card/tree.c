/* The card's own tree, kept in the pages of its memory (card/tree.h). */
#include "card/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "card/flat.h"
#include "card/pages.h"

enum { SHARED = 8 };	/* texts that the tree counts and pages do not hold */

static const uint8_t magic[] = { 'D', 'M', 't', '1' };

struct dmsc_card_mo {
	struct dmsc_pages *pages;
	struct dmsc_tree *tree;
	struct dmsc_buf *half;		/* as stored; given out as views */
	size_t stored;			/* what the stored tree costs */
	size_t have;			/* bytes of the half object stored */
};

bool
dmsc_card_has_tree(const struct dmsc_card *c)
{
	return c->mem->size > DMSC_MEM_SIZE && memcmp(c->mem->ram +
	    DMSC_MEM_SIZE, magic, sizeof magic) == 0;
}

unsigned
dmsc_card_tree_make(struct dmsc_card *c, uint32_t space)
{
	uint32_t pages = (space + DMSC_TREE_PAGE - 1) / DMSC_TREE_PAGE;
	int r;

	if (c->mf != DMSC_CARD_NONE || dmsc_card_has_tree(c))
		return SW_CONDITIONS;
	if (space < DMSC_TREE_SPACE_MIN || space > DMSC_TREE_SPACE_MAX)
		return SW_DATA;
	r = dmsc_mem_grow(c->mem, DMSC_MEM_SIZE + pages * DMSC_TREE_PAGE);
	if (r != DMSC_E_OK)
		return r == DMSC_E_LIMIT ? SW_CONDITIONS : SW_MEMORY;
	dmsc_mem_put(c->mem, DMSC_MEM_SIZE + R_MAGIC, dmsc_rd_of(magic,
	    sizeof magic));
	dmsc_mem_u32(c->mem, DMSC_MEM_SIZE + R_PAGES, pages);
	return SW_OK;
}

/* What a tree costs in the memory, about: as it is reckoned for room. */
static size_t
cost(const struct dmsc_tree *t)
{
	return dmsc_tree_bytes(t) + FLAT_NODE * dmsc_tree_count(t);
}

static int
load(struct dmsc_card_mo *m)
{
	size_t max = m->pages->n * (size_t)PAGE_ROOM;
	struct dmsc_buf *b = dmsc_buf_new(max);
	struct dmsc_dm_half half;
	int r;

	m->tree = dmsc_tree_new(max * SHARED);	/* pages are the bound */
	m->half = dmsc_buf_new(max);
	if (b == NULL || m->tree == NULL || m->half == NULL)
		r = DMSC_E_NOMEM;
	else if ((r = dmsc_pages_tree(m->pages, b)) == DMSC_E_OK &&
	    b->len > 0)
		r = dmsc_flat_read(dmsc_buf_rd(b), m->tree);
	if (r == DMSC_E_OK)
		r = dmsc_pages_half(m->pages, m->half);
	if (r == DMSC_E_OK && m->half->len > 0) {
		r = dmsc_flat_half(dmsc_buf_rd(m->half), &half);
		m->have = r == DMSC_E_OK ? half.have.left : 0;
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_card_tree_open(struct dmsc_card *c)
{
	int r;

	if (c->mo != NULL)
		return DMSC_E_OK;
	if (!dmsc_card_has_tree(c))
		return DMSC_E_NOTFOUND;
	if ((c->mo = calloc(1, sizeof *c->mo)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_pages_open(c->mem, &c->mo->pages)) == DMSC_E_OK)
		r = load(c->mo);
	if (r != DMSC_E_OK)
		dmsc_card_tree_drop(c);
	else
		c->mo->stored = cost(c->mo->tree);
	return r == DMSC_E_OK || r == DMSC_E_NOMEM ? r : DMSC_E_DATA;
}

struct dmsc_tree *
dmsc_card_tree(struct dmsc_card *c)
{
	return c->mo == NULL ? NULL : c->mo->tree;
}

void
dmsc_card_tree_drop(struct dmsc_card *c)
{
	if (c->mo == NULL)
		return;
	dmsc_pages_close(&c->mo->pages);
	dmsc_tree_free(&c->mo->tree);
	dmsc_buf_free(&c->mo->half);
	free(c->mo);
	c->mo = NULL;
}

/* The pages of what is in RAM, and the switch to them. */
static int
put(struct dmsc_card *c, const struct dmsc_dm_half *half)
{
	struct dmsc_pages *p = c->mo->pages;
	bool changed = false, grows = cost(c->mo->tree) > c->mo->stored ||
	    (half != NULL && half->have.left > c->mo->have);
	int r;

	dmsc_pages_begin(p);
	if ((r = dmsc_flat_write(c->mo->tree, p)) != DMSC_E_OK)
		return r;
	dmsc_pages_split(p);
	if (half != NULL)
		dmsc_flat_write_half(half, p);
	if ((r = dmsc_pages_end(p, grows, &changed)) == DMSC_E_OK && changed)
		dmsc_card_count(c);
	return r;
}

static unsigned
kept(struct dmsc_card *c, const struct dmsc_dm_half *half)
{
	dmsc_pages_done(c->mo->pages);
	c->mo->stored = cost(c->mo->tree);
	c->mo->have = half == NULL ? 0 : half->have.left;
	return SW_OK;
}

unsigned
dmsc_card_tree_store(struct dmsc_card *c, const struct dmsc_dm_half *half)
{
	unsigned sw;
	int r;

	if (c->mo == NULL)
		return SW_CONDITIONS;
	if ((r = put(c, half)) == DMSC_E_OK) {
		if ((sw = dmsc_card_keep(c)) == SW_OK)
			return kept(c, half);
	} else {
		dmsc_mem_rollback(c->mem);
		sw = r == DMSC_E_LIMIT ? SW_SPACE : SW_MEMORY;
	}
	dmsc_pages_undo(c->mo->pages);
	return sw;
}

bool
dmsc_card_tree_half(struct dmsc_card *c, struct dmsc_dm_half *out)
{
	if (c->mo == NULL || c->mo->pages->n_half == 0)
		return false;
	dmsc_buf_reset(c->mo->half);
	return dmsc_pages_half(c->mo->pages, c->mo->half) == DMSC_E_OK &&
	    dmsc_flat_half(dmsc_buf_rd(c->mo->half), out) == DMSC_E_OK;
}

/* What is half here gives its pages to the node that it becomes. */
size_t
dmsc_card_tree_room(const struct dmsc_card *c)
{
	size_t now, room;

	if (c->mo == NULL)
		return 0;
	now = cost(c->mo->tree);
	room = dmsc_pages_room(c->mo->pages, dmsc_pages_free(c->mo->pages)) +
	    c->mo->have;
	if (now <= c->mo->stored)
		return room;
	return now - c->mo->stored < room ? room - (now - c->mo->stored) : 0;
}

size_t
dmsc_card_tree_total(const struct dmsc_card *c)
{
	return c->mo == NULL ? 0 :
	    dmsc_pages_room(c->mo->pages, c->mo->pages->n - 1);
}

uint32_t
dmsc_card_counter(const struct dmsc_card *c)
{
	return dmsc_card_has_tree(c) ? dmsc_mem_get(c->mem, DMSC_MEM_SIZE +
	    R_COUNTER, 4) : 0;
}

/* Once in a transaction. */
void
dmsc_card_count(struct dmsc_card *c)
{
	const struct dmsc_mem *m = c->mem;
	size_t i;

	for (i = 0; i < m->n_ranges; i++)
		if (m->ranges[i].at == DMSC_MEM_SIZE + R_COUNTER)
			return;
	dmsc_mem_u32(c->mem, DMSC_MEM_SIZE + R_COUNTER,
	    dmsc_card_counter(c) + 1);
}

/* The PKCS#15 application or a file below it. */
static bool
is_listed(const struct dmsc_card *c, int i)
{
	static const uint8_t aid[] = { 0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C',
	    'S', '-', '1', '5' };
	int app = c->files[i].app;

	return app != DMSC_CARD_NONE && dmsc_rd_eq(c->files[app].aid,
	    dmsc_rd_of(aid, sizeof aid));
}

void
dmsc_card_count_below(struct dmsc_card *c, int df)
{
	if (df != DMSC_CARD_NONE && dmsc_card_has_tree(c) &&
	    is_listed(c, df))
		dmsc_card_count(c);
}

/* One of them holds this byte of memory. */
static bool
in_listed(const struct dmsc_card *c, uint32_t at)
{
	const struct dmsc_card_file *f;
	size_t i;

	for (i = 0; i < c->n_files; i++) {
		f = &c->files[i];
		if (f->used && at >= f->block && at < f->data +
		    (f->kind == KIND_DF ? 0 : f->size))
			return is_listed(c, (int)i);
	}
	return false;
}

void
dmsc_card_count_files(struct dmsc_card *c)
{
	size_t i, n = dmsc_card_has_tree(c) ? c->mem->n_ranges : 0;

	for (i = 0; i < n; i++)
		if (c->mem->ranges[i].at < DMSC_MEM_SIZE &&
		    in_listed(c, c->mem->ranges[i].at)) {
			dmsc_card_count(c);
			return;
		}
}
