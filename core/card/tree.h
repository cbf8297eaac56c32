/*
 * The card's own management tree (dmsc-card(7), THE DM-SC APPLICATION): in
 * RAM while the card has power, and kept in a region of its memory that only
 * cards with the application have (PUT DATA 0106, `card new --space`).
 *
 * The region is pages. A page is written while nothing uses it, and one
 * transaction then makes the new pages the tree: wherever power is cut, the
 * tree, the half large object and the change counter are wholly the old ones
 * or wholly the new ones, and what is free is found again at each start, so
 * that nothing leaks. Pages that did not change stay; the cost of a change
 * is what changed, in the memory.
 */
#ifndef DMSC_CARD_TREE_H
#define DMSC_CARD_TREE_H

#include "card/card.h"
#include "dm/respond.h"

enum {
	DMSC_TREE_PAGE = 512,
	DMSC_TREE_SPACE_MIN = 0x4000,		/* 16 KB */
	DMSC_TREE_SPACE_MAX = 0x1000000,	/* 16 MB */
	/* Bytes for the application's own small facts (counters against
	 * replay, a nonce): they begin as 00, are changed by dmsc_mem_put
	 * inside a transaction, and lie outside the pages. Who takes some
	 * writes it here. */
	DMSC_TREE_OWN = DMSC_MEM_SIZE + 0x40,
	DMSC_TREE_OWN_SIZE = 0x1C0
};

/* Whether this card has such a region. */
bool dmsc_card_has_tree(const struct dmsc_card *c);
/* PUT DATA 0106: gives a card without files a region of space bytes, rounded
 * up to whole pages. SW. */
unsigned dmsc_card_tree_make(struct dmsc_card *c, uint32_t space);

/*
 * Loads the tree, unless it is loaded: OK; NOTFOUND: no region; DATA: it is
 * damaged; NOMEM. Done by whoever selects the application, and again after
 * power was lost: pointers into the tree end there.
 */
int dmsc_card_tree_open(struct dmsc_card *c) DMSC_MUST_CHECK;
/* The loaded tree, the card's; NULL: not loaded. Empty on a new card. */
struct dmsc_tree *dmsc_card_tree(struct dmsc_card *c);
/* Forgets the tree in RAM: the next open loads what is stored. */
void dmsc_card_tree_drop(struct dmsc_card *c);

/*
 * Makes the tree as it is now last, with the half large object (NULL: none),
 * everything else that is put in the open transaction, and the change
 * counter, one higher where the tree is another. SW_OK; SW_SPACE: no room;
 * SW_MEMORY. On failure what is stored is as before and the transaction is
 * taken back: the caller takes the tree in RAM back
 * (dmsc_responder_back), or drops it.
 */
unsigned dmsc_card_tree_store(struct dmsc_card *c,
    const struct dmsc_dm_half *half);
/* The half large object that is stored; views, valid until the next store.
 * False: none. */
bool dmsc_card_tree_half(struct dmsc_card *c, struct dmsc_dm_half *out);

/* Bytes that may still be added to the tree in RAM as it is now, so that a
 * store finds room for them; and all bytes there are. */
size_t dmsc_card_tree_room(const struct dmsc_card *c);
size_t dmsc_card_tree_total(const struct dmsc_card *c);

/*
 * The change counter (0: no region). Every transaction that changes the tree
 * or a file below the PKCS#15 application raises it by one, by itself, in
 * dmsc_card_keep; dmsc_card_count does for what is changed otherwise, inside
 * the open transaction.
 */
uint32_t dmsc_card_counter(const struct dmsc_card *c);
void dmsc_card_count(struct dmsc_card *c);

#endif
