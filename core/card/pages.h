/*
 * Pages of the region behind the card's memory (card/tree.h): two streams of
 * bytes, the tree's and the half large object's, in pages that are found
 * again by their content, so that what did not change is not written. A new
 * list of pages is made beside the old one; one transaction switches.
 */
#ifndef DMSC_CARD_PAGES_H
#define DMSC_CARD_PAGES_H

#include "card/mem.h"

enum {
	PAGE_SIZE_ALL = 512, PAGE_HEAD = 2, PAGE_ROOM = PAGE_SIZE_ALL -
	    PAGE_HEAD,
	/* The first page: its other bytes are the application's own. */
	R_MAGIC = 0, R_PAGES = 4, R_LIST = 8, R_TREE = 10, R_HALF = 12,
	R_COUNTER = 16
};

struct dmsc_pages {
	struct dmsc_mem *mem;
	size_t n;		/* pages, the first one too */
	uint16_t *list;		/* stored: the tree's, then the half's */
	size_t n_tree, n_half;
	uint16_t *fresh;	/* being made */
	size_t n_fresh, n_fresh_tree;
	uint8_t *state;		/* of each page: USED, NEW */
	uint32_t *hash;		/* of what each used page holds */
	uint16_t *slots;	/* of them by hash, 0: none */
	size_t n_slots, free;
	uint16_t first;		/* page of the stored list */
	size_t guess;		/* of the stored list: likely the next */
	size_t next;		/* pages before it are taken */
	uint8_t open[PAGE_ROOM];	/* the page that is being filled */
	size_t filled, cut;	/* cut: where it best ends, 0: nowhere */
	uint32_t weight;	/* of that place */
	int failed;
};

/* Over a region that has its first page. DATA: it is damaged. */
int dmsc_pages_open(struct dmsc_mem *m, struct dmsc_pages **out)
    DMSC_MUST_CHECK;
void dmsc_pages_close(struct dmsc_pages **p);
/* Appends the stored stream to out. */
int dmsc_pages_tree(const struct dmsc_pages *p, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_pages_half(const struct dmsc_pages *p, struct dmsc_buf *out)
    DMSC_MUST_CHECK;

/* A new list: begin, put the tree, split, put the half, end. */
void dmsc_pages_begin(struct dmsc_pages *p);
void dmsc_pages_put(struct dmsc_pages *p, struct dmsc_rd r);
/* The next byte begins a page. */
void dmsc_pages_break(struct dmsc_pages *p);
/* It may begin one: of such places in the second half of a page the heaviest
 * does. Where the weight is a hash of what comes there, pages stay as they
 * are although something grows before them. */
void dmsc_pages_mark(struct dmsc_pages *p, uint32_t weight);
void dmsc_pages_split(struct dmsc_pages *p);
/* Puts the switch into the open transaction; *changed: the tree's bytes are
 * others. LIMIT: there are not enough pages, of which what grows leaves a few
 * free, so that it can be removed. On failure, and where the transaction
 * fails, dmsc_pages_undo. */
int dmsc_pages_end(struct dmsc_pages *p, bool grows, bool *changed)
    DMSC_MUST_CHECK;
void dmsc_pages_undo(struct dmsc_pages *p);
void dmsc_pages_done(struct dmsc_pages *p);	/* it was committed */

/* Free pages; one that several places of the streams share counts for each of
 * them. */
size_t dmsc_pages_free(const struct dmsc_pages *p);
/* Bytes that pages which are free now, or that many, surely hold. */
size_t dmsc_pages_room(const struct dmsc_pages *p, size_t free);

#endif
