/* Pages of the card's own tree, found by their content (card/pages.h). */
#include "card/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/*
 * A page: length (2), then that many bytes. A page of the list: length (2),
 * next page of the list (2, 0: none), then the numbers of pages (2 each). The
 * first page is number 0 and no page of a stream or a list.
 */
enum {
	USED = 1, NEW = 2,
	LIST_NEXT = 2, LIST_HEAD = 4,
	PER_LIST = (PAGE_SIZE_ALL - LIST_HEAD) / 2,
	/* Pages of small nodes are half filled at least, mostly more. */
	FILL_OF = 8, FILL = 5,
	/* Kept back: what a change or a removal rewrites. */
	KEPT_PART = 16, KEPT = 8
};

static uint32_t
at_page(size_t i)
{
	return DMSC_MEM_SIZE + (uint32_t)i * PAGE_SIZE_ALL;
}

static struct dmsc_rd
content(const struct dmsc_pages *p, size_t i)
{
	uint32_t at = at_page(i);

	return dmsc_rd_of(p->mem->ram + at + PAGE_HEAD,
	    DMSC_MIN(dmsc_mem_get(p->mem, at, 2), PAGE_ROOM));
}

static uint32_t
hash_of(struct dmsc_rd r)
{
	uint64_t h = 0xCBF29CE484222325u, w;

	for (; r.left >= sizeof w; r = dmsc_rd_slice(r, sizeof w, r.left)) {
		memcpy(&w, r.p, sizeof w);
		h = (h ^ w) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	for (w = r.left; r.left > 0; r = dmsc_rd_slice(r, 1, r.left))
		w = w << 8 | r.p[0];
	h = (h ^ w) * 0x9E3779B97F4A7C15u;
	return (uint32_t)(h >> 32);
}

static void
remember(struct dmsc_pages *p, uint16_t page)
{
	size_t i = p->hash[page] & (p->n_slots - 1);

	while (p->slots[i] != 0 && p->slots[i] != page)
		i = (i + 1) & (p->n_slots - 1);
	p->slots[i] = page;
}

/* The page that holds r, 0: none. */
static uint16_t
find(const struct dmsc_pages *p, struct dmsc_rd r, uint32_t hash)
{
	size_t i = hash & (p->n_slots - 1);

	for (; p->slots[i] != 0; i = (i + 1) & (p->n_slots - 1))
		if (p->hash[p->slots[i]] == hash &&
		    dmsc_rd_eq(content(p, p->slots[i]), r))
			return p->slots[i];
	return 0;
}

/* After a change of what is used: the table by hash, and what is free. */
static void
index_pages(struct dmsc_pages *p)
{
	size_t i;

	memset(p->slots, 0, p->n_slots * sizeof *p->slots);
	for (i = 0; i < p->n_tree + p->n_half; i++)
		remember(p, p->list[i]);
	for (p->free = 0, i = 1; i < p->n; i++)
		p->free += p->state[i] == 0 ? 1 : 0;
}

/* The page that comes behind this one in the stored list of pages. */
static uint16_t
list_next(const struct dmsc_pages *p, uint16_t page)
{
	return (uint16_t)dmsc_mem_get(p->mem, at_page(page) + LIST_NEXT, 2);
}

static int
load_list(struct dmsc_pages *p)
{
	size_t n = 0, i, all = p->n_tree + p->n_half;
	uint16_t page = p->first, entry;
	struct dmsc_rd r;

	while (n < all) {
		if (page == 0 || page >= p->n || p->state[page] != 0)
			return DMSC_E_DATA;
		p->state[page] = USED;
		r = dmsc_rd_of(p->mem->ram + at_page(page) + LIST_HEAD,
		    2 * (size_t)PER_LIST);
		for (i = 0; i < PER_LIST && n < all; i++) {
			if (dmsc_rd_u16(&r, &entry) != DMSC_E_OK ||
			    entry == 0 || entry >= p->n)
				return DMSC_E_DATA;
			p->list[n++] = entry;
		}
		page = list_next(p, page);
	}
	for (i = 0; i < all; i++) {
		p->state[p->list[i]] = USED;
		p->hash[p->list[i]] = hash_of(content(p, p->list[i]));
	}
	return DMSC_E_OK;
}

static bool
allocate(struct dmsc_pages *p)
{
	for (p->n_slots = 1; p->n_slots < 2 * p->n;)
		p->n_slots *= 2;
	p->list = calloc(p->n, sizeof *p->list);
	p->fresh = calloc(p->n, sizeof *p->fresh);
	p->state = calloc(p->n, sizeof *p->state);
	p->hash = calloc(p->n, sizeof *p->hash);
	p->slots = calloc(p->n_slots, sizeof *p->slots);
	return p->list != NULL && p->fresh != NULL && p->state != NULL &&
	    p->hash != NULL && p->slots != NULL;
}

int
dmsc_pages_open(struct dmsc_mem *m, struct dmsc_pages **out)
{
	struct dmsc_pages *p = calloc(1, sizeof *p);
	int r = DMSC_E_DATA;

	*out = NULL;
	if (p == NULL)
		return DMSC_E_NOMEM;
	p->mem = m;
	p->n = dmsc_mem_get(m, DMSC_MEM_SIZE + R_PAGES, 4);
	p->first = (uint16_t)dmsc_mem_get(m, DMSC_MEM_SIZE + R_LIST, 2);
	p->n_tree = dmsc_mem_get(m, DMSC_MEM_SIZE + R_TREE, 2);
	p->n_half = dmsc_mem_get(m, DMSC_MEM_SIZE + R_HALF, 2);
	if (p->n == (m->size - DMSC_MEM_SIZE) / PAGE_SIZE_ALL &&
	    p->n_tree + p->n_half < p->n)
		r = allocate(p) ? load_list(p) : DMSC_E_NOMEM;
	if (r != DMSC_E_OK) {
		dmsc_pages_close(&p);
		return r;
	}
	index_pages(p);
	*out = p;
	return r;
}

void
dmsc_pages_close(struct dmsc_pages **p)
{
	if (*p == NULL)
		return;
	free((*p)->list);
	free((*p)->fresh);
	free((*p)->state);
	free((*p)->hash);
	free((*p)->slots);
	dmsc_wipe(*p, sizeof **p);
	free(*p);
	*p = NULL;
}

static int
stream(const struct dmsc_pages *p, size_t from, size_t n,
    struct dmsc_buf *out)
{
	int r = DMSC_E_OK;
	size_t i;

	for (i = from; r == DMSC_E_OK && i < from + n; i++)
		r = dmsc_buf_put(out, content(p, p->list[i]));
	return r;
}

int
dmsc_pages_tree(const struct dmsc_pages *p, struct dmsc_buf *out)
{
	return stream(p, 0, p->n_tree, out);
}

int
dmsc_pages_half(const struct dmsc_pages *p, struct dmsc_buf *out)
{
	return stream(p, p->n_tree, p->n_half, out);
}

void
dmsc_pages_begin(struct dmsc_pages *p)
{
	p->n_fresh = p->n_fresh_tree = p->filled = p->cut = 0;
	p->guess = 0;
	p->next = 1;
	p->failed = DMSC_E_OK;
}

/* A free page, taken; 0 and failed: there is none. None gets free before the
 * end, so that each is looked at once. */
static uint16_t
take(struct dmsc_pages *p)
{
	for (; p->next < p->n; p->next++)
		if (p->state[p->next] == 0) {
			p->state[p->next] = NEW;
			p->free--;
			return (uint16_t)p->next++;
		}
	p->failed = DMSC_E_LIMIT;
	return 0;
}

/* What nothing uses is written at once. */
static void
write_page(struct dmsc_pages *p, uint16_t page, struct dmsc_rd head,
    struct dmsc_rd r)
{
	uint8_t b[PAGE_SIZE_ALL];

	memcpy(b, head.p, head.left);
	memcpy(b + head.left, r.p, r.left);
	dmsc_mem_loose(p->mem, at_page(page), dmsc_rd_of(b,
	    head.left + r.left));
	dmsc_wipe(b, sizeof b);
}

static uint16_t
place(struct dmsc_pages *p, struct dmsc_rd r)
{
	const uint8_t head[PAGE_HEAD] = { (uint8_t)(r.left >> 8),
	    (uint8_t)r.left };
	uint32_t hash;
	uint16_t page;

	if (p->guess < p->n_tree + p->n_half &&
	    dmsc_rd_eq(content(p, p->list[p->guess]), r))
		return p->list[p->guess];
	hash = hash_of(r);
	if ((page = find(p, r, hash)) != 0 || (page = take(p)) == 0)
		return page;
	write_page(p, page, dmsc_rd_of(head, sizeof head), r);
	p->hash[page] = hash;
	remember(p, page);
	return page;
}

/* Where the next page lies in the stored list, most likely. */
static void
guess_next(struct dmsc_pages *p, uint16_t page)
{
	size_t i, all = p->n_tree + p->n_half;

	if ((p->guess < all && p->list[p->guess] == page) ||
	    p->state[page] != USED) {
		p->guess++;
		return;
	}
	for (i = 0; i < all && p->list[i] != page; i++)
		;
	p->guess = i < all ? i + 1 : p->guess + 1;
}

/* The first n bytes of the open page as a page. */
static void
emit(struct dmsc_pages *p, size_t n)
{
	uint16_t page;

	if (p->n_fresh == p->n - 1) {
		p->failed = DMSC_E_LIMIT;
		return;
	}
	if ((page = place(p, dmsc_rd_of(p->open, n))) == 0)
		return;
	p->fresh[p->n_fresh++] = page;
	guess_next(p, page);
	p->filled -= n;
	memmove(p->open, p->open + n, p->filled);
	p->cut = 0;
}

void
dmsc_pages_break(struct dmsc_pages *p)
{
	if (p->failed == DMSC_E_OK && p->filled > 0)
		emit(p, p->filled);
}

void
dmsc_pages_mark(struct dmsc_pages *p, uint32_t weight)
{
	if (p->filled < PAGE_ROOM / 2 || (p->cut > 0 && weight <= p->weight))
		return;
	p->cut = p->filled;
	p->weight = weight;
}

void
dmsc_pages_put(struct dmsc_pages *p, struct dmsc_rd r)
{
	size_t n;

	while (r.left > 0 && p->failed == DMSC_E_OK) {
		n = DMSC_MIN(r.left, PAGE_ROOM - p->filled);
		memcpy(p->open + p->filled, r.p, n);
		p->filled += n;
		r = dmsc_rd_slice(r, n, r.left);
		if (p->filled == PAGE_ROOM)
			emit(p, p->cut > 0 ? p->cut : p->filled);
	}
}

void
dmsc_pages_split(struct dmsc_pages *p)
{
	dmsc_pages_break(p);
	p->n_fresh_tree = p->n_fresh;
}

static bool
same_pages(const uint16_t *a, size_t n, const uint16_t *b, size_t m)
{
	return n == m && (n == 0 || memcmp(a, b, n * sizeof *a) == 0);
}

/* The new list in pages of its own, the last one first; the first page. */
static uint16_t
write_list(struct dmsc_pages *p)
{
	uint8_t b[PAGE_SIZE_ALL] = { 0 };
	uint16_t page, next = 0;
	size_t end, from, i, len;

	for (end = p->n_fresh; end > 0; end = from, next = page) {
		from = (end - 1) / PER_LIST * PER_LIST;
		if ((page = take(p)) == 0)
			return 0;
		len = LIST_HEAD + 2 * (end - from);
		b[0] = (uint8_t)(len >> 8);
		b[1] = (uint8_t)len;
		b[LIST_NEXT] = (uint8_t)(next >> 8);
		b[LIST_NEXT + 1] = (uint8_t)next;
		for (i = from; i < end; i++) {
			b[LIST_HEAD + 2 * (i - from)] =
			    (uint8_t)(p->fresh[i] >> 8);
			b[LIST_HEAD + 2 * (i - from) + 1] =
			    (uint8_t)p->fresh[i];
		}
		dmsc_mem_loose(p->mem, at_page(page), dmsc_rd_of(b, len));
	}
	return next;
}

static void
put16(struct dmsc_mem *m, uint32_t at, size_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	dmsc_mem_put(m, at, dmsc_rd_of(b, sizeof b));
}

/* Pages that what grows leaves free, so that it can be removed again; n of
 * the streams are used. */
static size_t
kept_back(const struct dmsc_pages *p, size_t n)
{
	return KEPT + p->n / KEPT_PART + n / PER_LIST;
}

int
dmsc_pages_end(struct dmsc_pages *p, bool grows, bool *changed)
{
	size_t half;
	uint16_t first;

	dmsc_pages_break(p);
	if (p->failed == DMSC_E_OK && grows && p->n_fresh +
	    kept_back(p, p->n_fresh) + p->n_fresh / PER_LIST + 2 > p->n)
		p->failed = DMSC_E_LIMIT;
	if (p->failed != DMSC_E_OK)
		return p->failed;
	*changed = !same_pages(p->list, p->n_tree, p->fresh,
	    p->n_fresh_tree);
	half = p->n_fresh - p->n_fresh_tree;
	if (!*changed && same_pages(p->list + p->n_tree, p->n_half,
	    p->fresh + p->n_fresh_tree, half))
		return DMSC_E_OK;
	first = write_list(p);
	if (p->failed != DMSC_E_OK)
		return p->failed;
	put16(p->mem, DMSC_MEM_SIZE + R_LIST, first);
	put16(p->mem, DMSC_MEM_SIZE + R_TREE, p->n_fresh_tree);
	put16(p->mem, DMSC_MEM_SIZE + R_HALF, half);
	return DMSC_E_OK;
}

void
dmsc_pages_undo(struct dmsc_pages *p)
{
	size_t i;

	for (i = 1; i < p->n; i++)
		p->state[i] &= USED;
	index_pages(p);
}

void
dmsc_pages_done(struct dmsc_pages *p)
{
	uint16_t page = (uint16_t)dmsc_mem_get(p->mem,
	    DMSC_MEM_SIZE + R_LIST, 2);
	size_t i;

	p->first = page;
	memcpy(p->list, p->fresh, p->n_fresh * sizeof *p->list);
	p->n_tree = p->n_fresh_tree;
	p->n_half = p->n_fresh - p->n_fresh_tree;
	memset(p->state, 0, p->n);
	for (i = 0; i < p->n_fresh; i++)
		p->state[p->list[i]] = USED;
	for (i = 0; i < p->n_fresh; i += PER_LIST, page = list_next(p, page))
		p->state[page] = USED;
	index_pages(p);
}

size_t
dmsc_pages_free(const struct dmsc_pages *p)
{
	size_t used = p->n_tree + p->n_half;

	used += used / PER_LIST + 2;
	return used < p->n ? DMSC_MIN(p->free, p->n - used) : 0;
}

size_t
dmsc_pages_room(const struct dmsc_pages *p, size_t free)
{
	size_t kept = kept_back(p, p->n_tree + p->n_half);

	if (free <= kept)
		return 0;
	free -= kept;
	return (free - free / PER_LIST) * PAGE_ROOM / FILL_OF * FILL;
}
